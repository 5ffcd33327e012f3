/* SPDX-License-Identifier: Apache-2.0 */

/* A text that nobody vouches for: no files, and less of everything. */

#include <stdlib.h>

#include <check.h>
#include <glib.h>

#include "tests/loader_fixture.h"
#include "tests/run_suite.h"

#define PEERS "\"peers\": {\"bp\": {\"count\": 2, \"produces\": true}}"

/* What is wrong with it; NULL: nothing. */
static char *mistake_of(const char *json)
{
    const ScenarioText text = {
        .path = "t.json", .data = json, .length = strlen(json), .is_untrusted = true};
    g_autoptr(GError) error = NULL;
    g_autoptr(Scenario) scenario = scenario_load_data(&text, NULL, 0, &error);

    ck_assert((scenario == NULL) == (error != NULL));
    return error == NULL ? NULL : g_strdup(error->message);
}

static void assert_accepted(const char *json)
{
    g_autofree char *mistake = mistake_of(json);

    ck_assert_msg(mistake == NULL, "%s", mistake);
}

static void assert_mistake(const char *json, const char *end)
{
    g_autofree char *mistake = mistake_of(json);

    ck_assert_ptr_nonnull(mistake);
    ck_assert_msg(g_str_has_suffix(mistake, end), "%s", mistake);
}

START_TEST(it_names_no_files)
{
    static const char *const texts[] = {
        "{\"include\": \"/dev/zero\"}",
        "{\"duration\": \"1s\", " PEERS ", \"chain\": {\"blocks_log\": \"/dev/zero\"}}",
        "{\"duration\": \"1s\", " PEERS ","
        " \"topology\": {\"kind\": \"graphml\", \"file\": \"/dev/zero\"}}",
        "{\"duration\": \"1s\", " PEERS ","
        " \"topology\": {\"kind\": \"edge-list\", \"file\": \"/dev/zero\"}}",
        "{\"duration\": \"1s\", " PEERS ","
        " \"links\": {\"latency\": {\"empirical\": {\"file\": \"/dev/zero\"}}}}",
        "{\"duration\": \"1s\", " PEERS ","
        " \"links\": {\"regions\": {\"table\": \"/dev/zero\", \"of\": \"even\"}}}",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        assert_mistake(texts[i], ": this scenario may name no files");
    }
}
END_TEST

START_TEST(it_has_few_peers)
{
    assert_accepted("{\"duration\": \"1s\", \"peers\": {\"bp\": {\"produces\": true},"
                    " \"r\": {\"count\": 999}}, \"topology\": {\"kind\": \"star\"}}");
    assert_mistake("{\"duration\": \"1s\", \"peers\": {\"bp\": {\"produces\": true},"
                   " \"r\": {\"count\": 1000}}, \"topology\": {\"kind\": \"star\"}}",
                   "/peers/r/count: the groups up to here have more than 1000 peers, the most "
                   "allowed");
}
END_TEST

START_TEST(it_has_few_links)
{
    /* 200 * 199 / 2 = 19,900; 201 * 200 / 2 = 20,100 */
    assert_accepted("{\"duration\": \"1s\", \"peers\": {\"bp\": {\"produces\": true},"
                    " \"r\": {\"count\": 199}}}");
    assert_mistake("{\"duration\": \"1s\", \"peers\": {\"bp\": {\"produces\": true},"
                   " \"r\": {\"count\": 200}}}",
                   "the topology has 20100 links; at most 20000 are allowed; a random-regular one "
                   "has fewer");
    assert_mistake("{\"duration\": \"1s\", \"peers\": {\"bp\": {\"produces\": true},"
                   " \"r\": {\"count\": 999}}, \"topology\": {\"kind\": \"erdos-renyi\","
                   " \"probability\": 1}}",
                   "/topology: the topology has 499500 links; at most 20000 are allowed");
    assert_mistake("{\"duration\": \"1s\", \"peers\": {\"bp\": {\"produces\": true},"
                   " \"a\": {\"count\": 200}, \"b\": {\"count\": 200}}, \"topology\": "
                   " {\"kind\": \"links\", \"links\": [[\"a\", \"b\"]]}}",
                   "/topology/links/0: the topology has more than 20000 links up to here, the most "
                   "allowed");
}
END_TEST

static char *with_events(uint32_t n, const char *event)
{
    GString *out = g_string_new(NULL);

    g_string_append(out, "{\"duration\": \"1s\", \"peers\": {\"bp\": {\"produces\": true},"
                         " \"r\": {\"count\": 999}}, \"topology\": {\"kind\": \"star\"},"
                         " \"events\": [");
    for (uint32_t i = 0; i < n; i++) {
        g_string_append_printf(out, "%s%s", i > 0 ? "," : "", event);
    }
    g_string_append(out, "]}");
    return g_string_free(out, FALSE);
}

START_TEST(it_has_few_events)
{
    static const char one[] = "{\"at\": \"0s\", \"slow\": \"bp\", \"factor\": 1}";
    g_autofree char *most = with_events(1000, one);
    g_autofree char *more = with_events(1001, one);

    assert_accepted(most);
    assert_mistake(more, "/events: 1001 events are too many; at most 1000 are allowed");
}
END_TEST

START_TEST(it_names_few_peers)
{
    static const char all[] = "{\"at\": \"0s\", \"slow\": \"*\", \"factor\": 1}";
    g_autofree char *most = with_events(100, all);
    g_autofree char *more = with_events(101, all);

    assert_accepted(most);
    assert_mistake(more, "/events/100/slow: the selectors of the scenario name too many peers; "
                         "100000 in all are allowed, and a partition names every peer");
}
END_TEST

START_TEST(random_faults_are_few)
{
    assert_mistake("{\"duration\": \"1h\", " PEERS ", \"random_faults\": [{\"rate\": \"10/s\","
                   " \"crash\": \"*\", \"for\": \"1ms\"}]}",
                   "random faults come more than 1000 times; lower \"rate\" or move \"from\" and "
                   "\"until\" together");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("scenario_untrusted");
    TCase *tcase = tcase_create("untrusted");

    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, it_names_no_files);
    tcase_add_test(tcase, it_has_few_peers);
    tcase_add_test(tcase, it_has_few_links);
    tcase_add_test(tcase, it_has_few_events);
    tcase_add_test(tcase, it_names_few_peers);
    tcase_add_test(tcase, random_faults_are_few);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
