/* SPDX-License-Identifier: Apache-2.0 */
/* The limits of scenario files, each at the limit and one beyond it. */
#include <stdlib.h>
#include <string.h>

#include <check.h>
#include <glib.h>
#include <glib/gstdio.h>

#include "scenarios/loader.h"
#include "tests/loader_fixture.h"
#include "tests/run_suite.h"

START_TEST(peers_at_the_limit)
{
    const char *format = "{\"duration\": \"1s\", \"peers\": {\"bp\": {\"produces\": true},"
                         " \"r\": {\"count\": %u}}, \"topology\": {\"kind\": \"line\"}}";
    g_autofree char *good = g_strdup_printf(format, SCENARIO_PEERS_MAX - 1);
    g_autofree char *bad = g_strdup_printf(format, SCENARIO_PEERS_MAX);
    g_autoptr(Scenario) s = load(good);

    ck_assert_uint_eq(s->n_peers, SCENARIO_PEERS_MAX);
    ck_assert_uint_eq(s->n_links, SCENARIO_PEERS_MAX - 1);
    assert_refused(bad, NULL, 0,
                   "folder/test.json:1:71: /peers/r/count: the groups up to here have more than "
                   "1000000 peers, the most allowed");
}
END_TEST

START_TEST(links_at_the_limit)
{
    /* 4000 * 3999 / 2 links are allowed, 4001 * 4000 / 2 are not. */
    g_autoptr(Scenario) s = load("{\"duration\": \"1s\", \"peers\": {\"bp\": {\"produces\": true},"
                                 " \"r\": {\"count\": 3999}}}");

    ck_assert_uint_eq(s->n_links, 7998000);
    assert_refused("{\"duration\": \"1s\", \"peers\": {\"bp\": {\"produces\": true},"
                   " \"r\": {\"count\": 4000}}}",
                   NULL, 0,
                   "folder/test.json:1:1: the topology has 8002000 links; at most 8000000 are "
                   "allowed; a random-regular one has fewer");
    assert_refused("{\"duration\": \"1s\", \"peers\": {\"bp\": {\"produces\": true},"
                   " \"r\": {\"count\": 999999}}, \"topology\": {\"kind\": \"random-regular\","
                   " \"degree\": 17}}",
                   NULL, 0,
                   "folder/test.json:1:130: /topology/degree: the topology has 8500000 links; at "
                   "most 8000000 are allowed");
}
END_TEST

static char *scenario_with_releases(uint32_t n)
{
    GString *json = g_string_new("{\"duration\": \"1s\", \"peers\": {\"bp\": {\"produces\": true},"
                                 " \"r\": {}}, \"events\": [");

    for (uint32_t i = 0; i < n; i++) {
        g_string_append_printf(json,
                               "%s\n{\"at\": \"%ums\", \"cut\": [\"bp\", \"r\"],"
                               " \"for\": \"1ns\", \"release\": {\"every\": \"1ns\"}}",
                               i > 0 ? "," : "", i % 1000);
    }
    g_string_append(json, "]}");
    return g_string_free(json, FALSE);
}

START_TEST(releases_at_the_limit)
{
    g_autofree char *good = scenario_with_releases(1000);
    g_autofree char *bad = scenario_with_releases(1001);
    g_autoptr(Scenario) s = load(good);

    ck_assert_uint_eq(s->n_events, 2000);
    assert_refused(bad, NULL, 0,
                   "folder/test.json:1002:60: /events/1000/release: is one too many; at most 1000 "
                   "are allowed");
}
END_TEST

/* n_bounds bounds speak of all 500,000 peers. */
static char *scenario_with_bounds(uint32_t n_bounds)
{
    GString *json = g_string_new("{\"duration\": \"1s\", \"peers\": {\"bp\": {\"produces\": true},"
                                 " \"r\": {\"count\": 499999}}, \"topology\": {\"kind\": \"line\"},"
                                 " \"expect\": {\"bounds\": [");

    for (uint32_t i = 0; i < n_bounds; i++) {
        g_string_append_printf(json, "%s\n{\"quantity\": \"head\", \"at_least\": 1}",
                               i > 0 ? "," : "");
    }
    g_string_append(json, "]}}");
    return g_string_free(json, FALSE);
}

START_TEST(selected_peers_at_the_limit)
{
    g_autofree char *good = scenario_with_bounds(32);
    g_autofree char *bad = scenario_with_bounds(33);
    g_autoptr(Scenario) s = load(good);

    ck_assert_uint_eq(s->expect.n_bounds, 32);
    assert_refused(bad, NULL, 0,
                   "folder/test.json:34:1: /expect/bounds/32: the selectors of the scenario name "
                   "too many peers; 16000000 in all are allowed, and a partition names every peer");
}
END_TEST

static char *scenario_with_events(uint32_t n_events)
{
    GString *json = g_string_new("{\"duration\": \"1s\", \"peers\": {\"bp\": {\"produces\": true}},"
                                 " \"events\": [");

    for (uint32_t i = 0; i < n_events; i++) {
        g_string_append_printf(json, "%s{\"at\": \"0s\", \"%s\": \"bp\"}", i > 0 ? "," : "",
                               i % 2 == 0 ? "stop_producing" : "start_producing");
    }
    g_string_append(json, "]}");
    return g_string_free(json, FALSE);
}

START_TEST(events_at_the_limit)
{
    g_autofree char *good = scenario_with_events(SCENARIO_EVENTS_MAX);
    g_autofree char *bad = scenario_with_events(SCENARIO_EVENTS_MAX + 1);
    g_autoptr(Scenario) s = load(good);

    ck_assert_uint_eq(s->n_events, SCENARIO_EVENTS_MAX);
    assert_refused(bad, NULL, 0,
                   "folder/test.json:1:67: /events: 100001 events are too many; at most 100000 are "
                   "allowed");
}
END_TEST

START_TEST(bounds_at_the_limit)
{
    g_autoptr(GString) json =
        g_string_new("{\"duration\": \"1s\", \"peers\": {\"bp\": {\"produces\": true}},"
                     " \"expect\": {\"bounds\": [{\"quantity\": \"head\", \"at_least\": 1}");

    for (uint32_t i = 1; i < SCENARIO_BOUNDS_MAX; i++) {
        g_string_append(json, ",{\"quantity\": \"lib\", \"at_most\": 1}");
    }
    g_autofree char *good = g_strconcat(json->str, "]}}", NULL);
    g_autofree char *bad = g_strconcat(json->str, ", 0]}}", NULL);
    g_autoptr(Scenario) s = load(good);

    ck_assert_uint_eq(s->expect.n_bounds, SCENARIO_BOUNDS_MAX);
    assert_refused(bad, NULL, 0,
                   "folder/test.json:1:78: /expect/bounds: 100001 bounds are too many; at most "
                   "100000 are allowed");
}
END_TEST

START_TEST(texts_at_the_limit)
{
    g_autofree char *group = g_strnfill(SCENARIO_GROUP_NAME_MAX, 'g');
    g_autofree char *name = g_strnfill(SCENARIO_NAME_BYTES_MAX, 'n');
    g_autofree char *too_long = g_strnfill(SCENARIO_NAME_BYTES_MAX + 1, 'n');
    g_autofree char *pointer = g_strconcat("/peers/", group, NULL);
    g_autofree char *description = g_strnfill(SCENARIO_DESCRIPTION_BYTES_MAX, 'd');
    g_autofree char *long_description = g_strnfill(SCENARIO_DESCRIPTION_BYTES_MAX + 1, 'd');
    const ScenarioOverride good[] = {
        {pointer, "{}"}, {"/name", name}, {"/description", description}};
    const ScenarioOverride bad[] = {{"/name", too_long}, {"/description", long_description}};
    g_autoptr(Scenario) s = load_with(MINIMAL, good, 3);

    ck_assert_str_eq(s->name, name);
    ck_assert_str_eq(s->description, description);
    ck_assert_str_eq(s->groups[1].name, group);
    assert_refused(MINIMAL, bad, 2,
                   "--set /name: the text is too long; 128 bytes are allowed\n"
                   "--set /description: the text is too long; 65536 bytes are allowed");
}
END_TEST

/* A scenario file of `length` bytes, spaces in front. The caller removes it. */
static char *write_padded(size_t length)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *padding = g_strnfill(length - strlen(MINIMAL), ' ');
    g_autofree char *text = g_strconcat(padding, MINIMAL, NULL);
    char *path = NULL;
    const int file = g_file_open_tmp("scenario-XXXXXX.json", &path, &error);

    ck_assert_int_ge(file, 0);
    g_close(file, NULL);
    ck_assert(g_file_set_contents(path, text, (gssize)length, NULL));
    return path;
}

START_TEST(files_at_the_limit)
{
    g_autofree char *good = write_padded(SCENARIO_FILE_BYTES_MAX);
    g_autofree char *bad = write_padded(SCENARIO_FILE_BYTES_MAX + 1);
    g_autoptr(GError) error = NULL;
    g_autoptr(Scenario) s = scenario_load(good, NULL, 0, &error);

    ck_assert_ptr_nonnull(s);
    ck_assert_ptr_null(scenario_load(bad, NULL, 0, &error));
    g_autofree char *expected =
        g_strdup_printf("%s: the file is too large; at most 67108864 bytes are allowed", bad);

    ck_assert_str_eq(error->message, expected);
    ck_assert_int_eq(error->code, SCENARIO_ERROR_FILE);
    g_unlink(good);
    g_unlink(bad);
}
END_TEST

START_TEST(files_that_cannot_be_read)
{
    g_autoptr(GError) missing = NULL;
    g_autoptr(GError) folder = NULL;
    g_autoptr(GError) endless = NULL;

    ck_assert_ptr_null(scenario_load("tests/data/none.json", NULL, 0, &missing));
    ck_assert_str_eq(missing->message,
                     "tests/data/none.json: cannot be opened: No such file or directory");
    ck_assert_ptr_null(scenario_load("tests/data", NULL, 0, &folder));
    ck_assert_str_eq(folder->message, "tests/data: cannot be read: Is a directory");
    ck_assert_ptr_null(scenario_load("/dev/zero", NULL, 0, &endless));
    ck_assert_str_eq(endless->message,
                     "/dev/zero: the file is too large; at most 67108864 bytes are allowed");
}
END_TEST

START_TEST(freeing_nothing)
{
    scenario_free(NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("scenario_limits");
    TCase *tcase = tcase_create("limits");

    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, peers_at_the_limit);
    tcase_add_test(tcase, links_at_the_limit);
    tcase_add_test(tcase, releases_at_the_limit);
    tcase_add_test(tcase, selected_peers_at_the_limit);
    tcase_add_test(tcase, events_at_the_limit);
    tcase_add_test(tcase, bounds_at_the_limit);
    tcase_add_test(tcase, texts_at_the_limit);
    tcase_add_test(tcase, files_at_the_limit);
    tcase_add_test(tcase, files_that_cannot_be_read);
    tcase_add_test(tcase, freeing_nothing);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
