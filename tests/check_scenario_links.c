/* SPDX-License-Identifier: Apache-2.0 */

/* Topologies as scenarios ask for them: the keys, links that are spelt out, GraphML. */

#include <stdlib.h>
#include <string.h>

#include <check.h>
#include <glib.h>
#include <glib/gstdio.h>

#include "scenarios/graphml.h"
#include "scenarios/loader.h"
#include "tests/loader_fixture.h"
#include "tests/run_suite.h"

#define MS INT64_C(1000000)

/* n peers: one "bp", the others "r". (transfer full) */
static char *json_of(uint32_t n_peers, const char *topology)
{
    return g_strdup_printf("{\"duration\": \"1s\", \"peers\": {\"bp\": {\"produces\": true},"
                           " \"r\": {\"count\": %u}}, \"topology\": %s}",
                           n_peers - 1, topology);
}

static Scenario *load_topology(uint32_t n_peers, const char *topology)
{
    g_autofree char *json = json_of(n_peers, topology);

    return load(json);
}

/* "1-0 2-1": who dials whom. (transfer full) */
static char *text_of(const Scenario *scenario)
{
    GString *out = g_string_new(NULL);

    for (uint32_t i = 0; i < scenario->n_links; i++) {
        g_string_append_printf(out, "%s%u-%u", i > 0 ? " " : "", scenario->links[i].from,
                               scenario->links[i].to);
    }
    return g_string_free(out, FALSE);
}

static void assert_links(uint32_t n_peers, const char *topology, const char *expected)
{
    g_autoptr(Scenario) scenario = load_topology(n_peers, topology);
    g_autofree char *text = text_of(scenario);

    ck_assert_str_eq(text, expected);
    ck_assert_ptr_null(scenario->regions);
    ck_assert_uint_eq(scenario->n_regions, 0);
}

static void assert_message(uint32_t n_peers, const char *topology, const char *message)
{
    g_autofree char *json = json_of(n_peers, topology);

    assert_refused(json, NULL, 0, message);
}

/* ---- Keys ------------------------------------------------------------------------------------ */

START_TEST(fixed_shapes)
{
    assert_links(5, "{\"kind\": \"tree\", \"arity\": 2}", "1-0 2-0 3-1 4-1");
    assert_links(4, "{\"kind\": \"grid\", \"width\": 2}", "1-0 2-0 3-1 3-2");
    assert_links(3, "{\"kind\": \"grid\", \"width\": 3}", "1-0 2-1");
    assert_links(3, "{\"kind\": \"grid\", \"width\": 3, \"wrap\": true}", "1-0 2-0 2-1");
    assert_links(3, "{\"kind\": \"grid\", \"width\": 1, \"wrap\": false}", "1-0 2-1");
}
END_TEST

START_TEST(random_ones)
{
    assert_links(4, "{\"kind\": \"erdos-renyi\", \"probability\": 1}", "1-0 2-0 2-1 3-0 3-1 3-2");
    assert_links(4, "{\"kind\": \"erdos-renyi\", \"mean_degree\": 3.0}", "1-0 2-0 2-1 3-0 3-1 3-2");
    assert_links(3, "{\"kind\": \"barabasi-albert\", \"edges\": 2}", "1-0 2-0 2-1");
    assert_links(5, "{\"kind\": \"watts-strogatz\", \"degree\": 2, \"rewiring\": 0}",
                 "1-0 2-1 3-2 4-0 4-3");
}
END_TEST

/* 0.3 as a probability, and a mean degree of 0.3 times the others, are the same draws. */
START_TEST(probability_and_mean_degree)
{
    g_autoptr(Scenario) a =
        load_topology(41, "{\"kind\": \"erdos-renyi\", \"probability\": 0.300000}");
    g_autoptr(Scenario) b = load_topology(41, "{\"kind\": \"erdos-renyi\", \"mean_degree\": 12}");
    g_autofree char *text_a = text_of(a);
    g_autofree char *text_b = text_of(b);

    ck_assert_str_eq(text_a, text_b);
    ck_assert_uint_ge(a->n_links, 246 - 66);
    ck_assert_uint_le(a->n_links, 246 + 66);
}
END_TEST

static void assert_seed_matters(const char *topology)
{
    g_autofree char *json = json_of(40, topology);
    const ScenarioOverride seed = {"/seed", "2"};
    g_autoptr(Scenario) a = load(json);
    g_autoptr(Scenario) b = load(json);
    g_autoptr(Scenario) c = load_with(json, &seed, 1);
    g_autofree char *text_a = text_of(a);
    g_autofree char *text_b = text_of(b);
    g_autofree char *text_c = text_of(c);

    ck_assert_str_eq(text_a, text_b);
    ck_assert_str_ne(text_a, text_c);
}

START_TEST(the_seed_makes_random_ones)
{
    assert_seed_matters("{\"kind\": \"erdos-renyi\", \"mean_degree\": 8}");
    assert_seed_matters("{\"kind\": \"barabasi-albert\", \"edges\": 2}");
    assert_seed_matters("{\"kind\": \"watts-strogatz\", \"degree\": 4, \"rewiring\": 0.5}");
    assert_seed_matters("{\"kind\": \"regions\", \"count\": 4, \"degree\": 4, \"between\": 1}");
}
END_TEST

/* ---- Connected or not ------------------------------------------------------------------------ */

/* With a mean degree of 3 about one graph of 20 peers in six is connected: the first draw of a
 * seed is taken where it need not be, else one that is. */
START_TEST(drawn_until_connected)
{
    static const char *any =
        "{\"kind\": \"erdos-renyi\", \"mean_degree\": 3, \"connected\": false}";
    static const char *joined = "{\"kind\": \"erdos-renyi\", \"mean_degree\": 3}";
    g_autofree char *json_any = json_of(20, any);
    g_autofree char *json_joined = json_of(20, joined);
    uint32_t n_same = 0;
    uint32_t n_refused = 0;

    for (uint32_t i = 0; i < 100; i++) {
        g_autofree char *value = g_strdup_printf("%u", i);
        const ScenarioOverride seed = {"/seed", value};
        const ScenarioText text = {
            .path = "t.json", .data = json_joined, .length = strlen(json_joined)};
        g_autoptr(GError) error = NULL;
        g_autoptr(Scenario) a = load_with(json_any, &seed, 1);
        g_autoptr(Scenario) b = scenario_load_data(&text, &seed, 1, &error);
        g_autofree char *text_a = text_of(a);

        if (b == NULL) {
            ck_assert_ptr_nonnull(strstr(error->message, "in the last of 20 draws"));
            n_refused++;
            continue;
        }
        g_autofree char *text_b = text_of(b);

        n_same += strcmp(text_a, text_b) == 0 ? 1u : 0u;
    }
    ck_assert_uint_ge(n_same, 5);
    ck_assert_uint_le(n_same, 50);
    ck_assert_uint_le(n_refused, 20);
}
END_TEST

START_TEST(components_are_allowed)
{
    assert_links(3, "{\"kind\": \"links\", \"links\": [], \"connected\": false}", "");
    assert_links(3, "{\"kind\": \"links\", \"links\": [[\"r[1]\", \"bp\"]], \"connected\": false}",
                 "2-0");
    assert_links(3, "{\"kind\": \"line\", \"connected\": true}", "1-0 2-1");
    assert_message(3, "{\"kind\": \"links\", \"links\": [[\"r[1]\", \"bp\"]]}",
                   "folder/test.json:1:88: /topology: the topology is not connected: it has 2 "
                   "components, and no path joins bp (peer 0) and r[0] (peer 1); \"connected\": "
                   "false allows that");
}
END_TEST

/* ---- Regions --------------------------------------------------------------------------------- */

START_TEST(regions_by_count)
{
    static const uint32_t expected[] = {0, 0, 0, 1, 1, 1, 2, 2, 2, 2};
    g_autoptr(Scenario) s =
        load_topology(10, "{\"kind\": \"regions\", \"count\": 3, \"degree\": 4, \"between\": 1}");

    ck_assert_uint_eq(s->n_regions, 3);
    for (uint32_t i = 0; i < 10; i++) {
        ck_assert_uint_eq(s->regions[i], expected[i]);
    }
    ck_assert_uint_eq(s->n_links, 3 + 3 + 6 + 3);
}
END_TEST

START_TEST(regions_by_group)
{
    g_autoptr(Scenario) s =
        load_topology(10, "{\"kind\": \"regions\", \"degree\": 2, \"between\": 9}");

    ck_assert_uint_eq(s->n_regions, 2);
    ck_assert_uint_eq(s->n_links, 18);
    for (uint32_t i = 0; i < 10; i++) {
        ck_assert_uint_eq(s->regions[i], i == 0 ? 0 : 1);
    }
}
END_TEST

START_TEST(one_region_or_many)
{
    assert_message(3, "{\"kind\": \"regions\", \"count\": 4, \"degree\": 1, \"between\": 1}",
                   "folder/test.json:1:117: /topology/count: 4 is out of range; allowed is 1 to 3");
    g_autoptr(Scenario) one = load_topology(
        6, "{\"kind\": \"regions\", \"count\": 1, \"degree\": 5, \"between\": 8000000}");
    g_autoptr(Scenario) six =
        load_topology(6, "{\"kind\": \"regions\", \"count\": 6, \"degree\": 5, \"between\": 1}");

    ck_assert_uint_eq(one->n_links, 15);
    ck_assert_uint_eq(six->n_links, 15);
    ck_assert_uint_eq(six->regions[5], 5);
}
END_TEST

/* ---- Links ----------------------------------------------------------------------------------- */

START_TEST(links_that_are_spelt_out)
{
    assert_links(4, "{\"kind\": \"links\", \"links\": [[\"r\", \"bp\"], [\"r[0]\", \"r[1]\"]]}",
                 "1-0 2-0 3-0 1-2");
    assert_links(5,
                 "{\"kind\": \"links\", \"links\":"
                 " [[[\"r[3]\", \"bp\"], [\"r[2]\", \"r[0..1]\"]]]}",
                 "0-1 0-2 0-3 4-1 4-2 4-3");
    assert_links(6,
                 "{\"kind\": \"links\", \"links\": [[[\"r[0]\", \"r[4]\", \"r[2]\"],"
                 " [\"r[3]\", \"bp\"]], [\"r[1]\", \"bp\"]]}",
                 "1-0 1-4 3-0 3-4 5-0 5-4 2-0");
}
END_TEST

START_TEST(links_at_the_limit)
{
    g_autoptr(Scenario) s = load_topology(6001, "{\"kind\": \"links\", \"links\": [[\"r[0..1999]\","
                                                " \"r[2000..5999]\"]], \"connected\": false}");

    ck_assert_uint_eq(s->n_links, SCENARIO_LINKS_MAX);
    assert_message(6001,
                   "{\"kind\": \"links\", \"links\": [[\"r[0..1999]\", \"r[2000..5999]\"],"
                   " [\"bp\", \"r[0]\"]]}",
                   "folder/test.json:1:152: /topology/links/1: the topology has more than 8000000 "
                   "links up to here, the most allowed");
}
END_TEST

/* ---- GraphML --------------------------------------------------------------------------------- */

START_TEST(a_graphml_file)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Scenario) s = scenario_load("tests/data/scenarios/graphml.json", NULL, 0, &error);

    ck_assert_msg(s != NULL, "%s", error == NULL ? "" : error->message);
    g_autofree char *text = text_of(s);

    ck_assert_str_eq(text, "3-0 2-1 1-3");
    ck_assert_int_eq(s->links[0].latency_ns, 12500000);
    ck_assert_int_eq(s->links[1].latency_ns, 1500 * MS);
    ck_assert_int_eq(s->links[2].latency_ns, 7 * MS);
}
END_TEST

/* Line ends of Windows, nodes without names, 200,000 edges. */
START_TEST(a_large_graphml_file)
{
    const uint32_t n = 100000;
    g_autofree char *path = NULL;
    const int file = g_file_open_tmp("XXXXXX.graphml", &path, NULL);
    g_autoptr(GString) text = g_string_new("<graphml><graph edgedefault='undirected'>\r\n");

    ck_assert_int_ge(file, 0);
    g_close(file, NULL);
    for (uint32_t i = 0; i < n; i++) {
        g_string_append_printf(text, "<node id='%u'/>\r\n", n - i);
    }
    for (uint32_t i = 0; i < n; i++) {
        g_string_append_printf(text, "<edge source='%u' target='%u'/>\r\n", i + 1, (i + 1) % n + 1);
        g_string_append_printf(text, "<edge source='%u' target='%u'/>\r\n", i + 1, (i + 7) % n + 1);
    }
    g_string_append(text, "</graph></graphml>");
    ck_assert(g_file_set_contents(path, text->str, (gssize)text->len, NULL));
    g_autofree char *topology = g_strdup_printf("{\"kind\": \"graphml\", \"file\": \"%s\"}", path);
    g_autoptr(Scenario) s = load_topology(n, topology);

    ck_assert_uint_eq(s->n_links, 200000);
    ck_assert_uint_eq(s->links[0].from, n - 1);
    ck_assert_uint_eq(s->links[0].to, n - 2);
    ck_assert_int_eq(s->links[0].latency_ns, 0);
    g_unlink(path);
}
END_TEST

START_TEST(latencies_of_graphml)
{
    static const struct {
        const char *text;
        int64_t ns; /* 0: refused */
    } cases[] = {
        {"1", MS},
        {" 12.5\n", 12500000},
        {"0.000001", 1},
        {"0.0000005", 1},
        {"0.00000049", 0},
        {"33.333333333333336", 33333333},
        {"1.9999999", 2 * MS},
        {"0.9999994999", 999999},
        {"3600000", SCENARIO_LATENCY_MAX_NS},
        {"3600000.00000049", SCENARIO_LATENCY_MAX_NS},
        {"3600000.0000005", 0},
        {"999999999", 0},
        {"1000000000", 0},
        {"1h", SCENARIO_LATENCY_MAX_NS},
        {"1.5us", 1500},
        {"61min", 0},
        {"1 ms", 0},
        {"0", 0},
        {"", 0},
        {".5", 0},
        {"5.", 0},
        {"+5", 0},
        {"-5", 0},
        {"1,5", 0},
        {"NaN", 0},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        int64_t ns = 0;
        const char *wrong = scenario_graphml_latency(cases[i].text, &ns);

        ck_assert_msg((wrong == NULL) == (cases[i].ns > 0), "%s: %s", cases[i].text,
                      wrong == NULL ? "accepted" : wrong);
        ck_assert_msg(ns == cases[i].ns, "%s", cases[i].text);
    }
}
END_TEST

/* Whatever byte of a good file is lost or changed: an answer, never a crash. */
START_TEST(damaged_graphml)
{
    static const char replacements[] = {'\0', '<', '>', '/', '"', '&', ' ', 'n', '\xFF'};
    static const char *const scenario = "tests/data/scenarios/graphml.json";
    g_autofree char *path = NULL;
    g_autofree char *text = NULL;
    gsize length = 0;
    const int file = g_file_open_tmp("XXXXXX.graphml", &path, NULL);

    ck_assert_int_ge(file, 0);
    g_close(file, NULL);
    ck_assert(g_file_get_contents("tests/data/scenarios/four.graphml", &text, &length, NULL));
    const ScenarioOverride other_file = {"/topology/file", path};
    const gsize end = (gsize)(strstr(text, "</graphml>") - text) + strlen("</graphml>");

    for (gsize i = 0; i < length; i++) {
        const char kept = text[i];

        text[i] = replacements[i % sizeof replacements];
        ck_assert(g_file_set_contents(path, text, (gssize)length, NULL));
        scenario_free(scenario_load(scenario, &other_file, 1, NULL));
        text[i] = kept;
        ck_assert(g_file_set_contents(path, text, (gssize)i, NULL));
        g_autoptr(Scenario) cut = scenario_load(scenario, &other_file, 1, NULL);

        ck_assert((cut != NULL) == (i >= end));
    }
    g_unlink(path);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("scenario_links");
    TCase *tcase = tcase_create("links");

    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, fixed_shapes);
    tcase_add_test(tcase, random_ones);
    tcase_add_test(tcase, probability_and_mean_degree);
    tcase_add_test(tcase, the_seed_makes_random_ones);
    tcase_add_test(tcase, drawn_until_connected);
    tcase_add_test(tcase, components_are_allowed);
    tcase_add_test(tcase, regions_by_count);
    tcase_add_test(tcase, regions_by_group);
    tcase_add_test(tcase, one_region_or_many);
    tcase_add_test(tcase, links_that_are_spelt_out);
    tcase_add_test(tcase, links_at_the_limit);
    tcase_add_test(tcase, a_graphml_file);
    tcase_add_test(tcase, a_large_graphml_file);
    tcase_add_test(tcase, latencies_of_graphml);
    tcase_add_test(tcase, damaged_graphml);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
