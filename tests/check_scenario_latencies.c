/* SPDX-License-Identifier: Apache-2.0 */

/* Latency and bandwidth of links as scenarios ask for them: distributions, rules, regions. */

#include <stdlib.h>
#include <string.h>

#include <check.h>
#include <glib.h>
#include <glib/gstdio.h>

#include "scenarios/loader.h"
#include "scenarios/region_table.h"
#include "scenarios/sample.h"
#include "tests/loader_fixture.h"
#include "tests/run_suite.h"

#define MS INT64_C(1000000)
#define HOUR SCENARIO_LATENCY_MAX_NS

/* Peers: a is 0, b[0] to b[2] are 1 to 3, c is 4. (transfer full) */
static char *json_of(const char *topology, const char *links)
{
    return g_strdup_printf("{\"duration\": \"1s\", \"peers\": {\"a\": {\"produces\": true},"
                           " \"b\": {\"count\": 3}, \"c\": {}}, \"topology\": %s,"
                           " \"links\": {%s}}",
                           topology, links);
}

static Scenario *load_links(const char *topology, const char *links)
{
    g_autofree char *json = json_of(topology, links);

    return load(json);
}

static void assert_message(const char *topology, const char *links, const char *message)
{
    g_autofree char *json = json_of(topology, links);

    assert_refused(json, NULL, 0, message);
}

#define RING "{\"kind\": \"ring\"}"
#define MESH "{\"kind\": \"full-mesh\"}"

/* The way from one peer to another. */
static uint32_t way_of(const Scenario *scenario, uint32_t from, uint32_t to)
{
    for (uint32_t l = 0; l < scenario->n_links; l++) {
        if (scenario->links[l].from == from && scenario->links[l].to == to) {
            return 2 * l;
        }
        if (scenario->links[l].from == to && scenario->links[l].to == from) {
            return 2 * l + 1;
        }
    }
    ck_abort_msg("%u and %u are not linked", from, to);
    return 0;
}

static ScenarioLatency latency_of(const Scenario *scenario, uint32_t from, uint32_t to)
{
    return *scenario_way_latency(scenario, way_of(scenario, from, to));
}

/* Of a constant latency. */
static int64_t constant_of(const Scenario *scenario, uint32_t from, uint32_t to)
{
    const ScenarioLatency latency = latency_of(scenario, from, to);

    ck_assert_int_eq(latency.kind, SCENARIO_LATENCY_CONSTANT);
    return latency.a_ns;
}

static uint64_t bandwidth_of(const Scenario *scenario, uint32_t from, uint32_t to)
{
    return scenario_way(scenario, way_of(scenario, from, to)).bandwidth_bytes_per_s;
}

/* ---- Distributions --------------------------------------------------------------------------- */

static void assert_latency(const char *text, ScenarioLatency expected)
{
    g_autofree char *links = g_strdup_printf("\"latency\": %s", text);
    g_autoptr(Scenario) scenario = load_links(RING, links);
    const ScenarioLatency *latency = &scenario->link_model.latency;

    ck_assert_int_eq(latency->kind, expected.kind);
    ck_assert_int_eq(latency->a_ns, expected.a_ns);
    ck_assert_int_eq(latency->b_ns, expected.b_ns);
    ck_assert_uint_eq(latency->shape_ppm, expected.shape_ppm);
    ck_assert_int_eq(latency->min_ns, expected.min_ns);
    ck_assert_int_eq(latency->max_ns, expected.max_ns);
    ck_assert_ptr_null(latency->sample);
    ck_assert_ptr_null(scenario->samples);
    ck_assert_ptr_null(scenario->ways);
    ck_assert_ptr_eq(scenario_way_latency(scenario, 0), latency);
}

START_TEST(every_distribution)
{
    assert_latency("{\"lognormal\": {\"median\": \"40ms\", \"sigma\": 0.5, \"max\": \"40ms\"}}",
                   (ScenarioLatency){.kind = SCENARIO_LATENCY_LOGNORMAL,
                                     .shape_ppm = 500000,
                                     .a_ns = 40 * MS,
                                     .max_ns = 40 * MS});
    assert_latency(
        "{\"normal\": {\"mean\": \"40ms\", \"deviation\": \"5ms\"}}",
        (ScenarioLatency){.kind = SCENARIO_LATENCY_NORMAL, .a_ns = 40 * MS, .b_ns = 5 * MS});
    assert_latency("{\"normal\": {\"mean\": \"40ms\", \"deviation\": \"0s\", \"min\": \"40ms\","
                   " \"max\": \"40ms\"}}",
                   (ScenarioLatency){.kind = SCENARIO_LATENCY_NORMAL,
                                     .a_ns = 40 * MS,
                                     .min_ns = 40 * MS,
                                     .max_ns = 40 * MS});
    assert_latency("{\"exponential\": {\"mean\": \"30ms\"}}",
                   (ScenarioLatency){.kind = SCENARIO_LATENCY_EXPONENTIAL, .b_ns = 30 * MS});
    assert_latency(
        "{\"exponential\": {\"mean\": \"1h\", \"min\": \"3599999999999ns\","
        " \"max\": \"1h\"}}",
        (ScenarioLatency){
            .kind = SCENARIO_LATENCY_EXPONENTIAL, .a_ns = HOUR - 1, .b_ns = 1, .max_ns = HOUR});
    assert_latency(
        "{\"pareto\": {\"min\": \"1ns\", \"shape\": 0.1}}",
        (ScenarioLatency){.kind = SCENARIO_LATENCY_PARETO, .a_ns = 1, .shape_ppm = 100000});
    assert_latency("{\"pareto\": {\"min\": \"1h\", \"shape\": 1000, \"max\": \"1h\"}}",
                   (ScenarioLatency){.kind = SCENARIO_LATENCY_PARETO,
                                     .a_ns = HOUR,
                                     .shape_ppm = 1000000000,
                                     .max_ns = HOUR});
}
END_TEST

/* The value at i / n of all random numbers, for each i. */
static void assert_sample(const ScenarioLatency *latency, const int64_t *expected, uint32_t n)
{
    ck_assert_int_eq(latency->kind, SCENARIO_LATENCY_EMPIRICAL);
    ck_assert_ptr_nonnull(latency->sample);
    for (uint32_t i = 0; i < n; i++) {
        const uint64_t bits = UINT64_MAX / n * i + UINT64_MAX / n / 2;

        ck_assert_int_eq(scenario_sample_at(latency->sample, bits), expected[i]);
    }
}

START_TEST(values_in_the_scenario)
{
    static const int64_t thirds[] = {1, 5 * MS, HOUR};
    static const int64_t quarters[] = {10 * MS, 20 * MS, 20 * MS, 20 * MS};
    g_autoptr(Scenario) alike =
        load_links(RING, "\"latency\": {\"empirical\": {\"values\": [\"5ms\", \"1h\", \"1ns\"]}}");
    g_autoptr(Scenario) weighted =
        load_links(RING, "\"latency\": {\"empirical\": {\"values\": [\"20ms\", \"10ms\", \"1ms\"],"
                         " \"weights\": [7500000, 2500000.0, 0]}}");
    g_autoptr(Scenario) fine =
        load_links(RING, "\"latency\": {\"empirical\": {\"values\": [\"10ms\", \"20ms\"],"
                         " \"weights\": [0.000001, 0.000003]}}");

    assert_sample(&alike->link_model.latency, thirds, 3);
    assert_sample(&weighted->link_model.latency, quarters, 4);
    assert_sample(&fine->link_model.latency, quarters, 4);
    ck_assert_uint_eq(alike->samples->len, 1);
}
END_TEST

/* A file of the temporary folder. (transfer full) */
static char *write_file(const char *text)
{
    char *path = NULL;
    const int handle = g_file_open_tmp("bnetlab-XXXXXX", &path, NULL);

    ck_assert_int_ge(handle, 0);
    ck_assert(g_close(handle, NULL));
    ck_assert(g_file_set_contents(path, text, -1, NULL));
    return path;
}

START_TEST(values_in_a_file)
{
    static const int64_t expected[] = {MS / 2, MS / 2, 12 * MS, 14 * MS};
    g_autofree char *path =
        write_file("# half, as often as the others together\r\n  14ms\t1  \n\n12ms\n0.5ms 2.000");
    g_autofree char *links =
        g_strdup_printf("\"latency\": {\"empirical\": {\"file\": \"%s\"}}", path);
    g_autoptr(Scenario) scenario = load_links(RING, links);

    assert_sample(&scenario->link_model.latency, expected, 4);
    ck_assert_uint_eq(scenario_sample_count(scenario->link_model.latency.sample), 3);
    g_unlink(path);
}
END_TEST

/* 1,000,000 values in all samples of a scenario, and no more. */
START_TEST(most_values)
{
    g_autoptr(GString) text = g_string_new(NULL);

    for (uint32_t i = 1; i < SCENARIO_SAMPLE_VALUES_MAX; i++) {
        g_string_append_printf(text, "%uns 10000000\n", i);
    }
    g_autofree char *path = write_file(text->str);
    static const char *form = "\"latency\": {\"empirical\": {\"values\": [%s]}}, \"between\":"
                              " [{\"from\": \"a\", \"to\": \"b\","
                              " \"latency\": {\"empirical\": {\"file\": \"%s\"}}}]";
    g_autofree char *most = g_strdup_printf(form, "\"1s\"", path);
    g_autofree char *too_many = g_strdup_printf(form, "\"1s\", \"2s\"", path);
    g_autofree char *message = g_strdup_printf(
        "%s:999999:1: /links/between/0/latency/empirical/file: the samples of the scenario have"
        " more than 1000000 values, the most allowed",
        path);
    g_autoptr(Scenario) scenario = load_links(RING, most);
    const ScenarioLatency latency = latency_of(scenario, 0, 1);

    ck_assert_uint_eq(scenario_sample_count(latency.sample), 999999);
    ck_assert_int_eq(scenario_sample_at(latency.sample, UINT64_MAX), 999999);
    assert_message(RING, too_many, message);
    g_unlink(path);
}
END_TEST

/* ---- Rules ----------------------------------------------------------------------------------- */

START_TEST(rules_are_for_both_ways)
{
    g_autoptr(Scenario) scenario =
        load_links(MESH, "\"latency\": \"7ms\", \"bandwidth\": \"1MB/s\", \"between\": ["
                         "{\"from\": \"a\", \"to\": \"b[1..2]\", \"latency\": \"2ms\"}]");

    for (uint32_t from = 0; from < 5; from++) {
        for (uint32_t to = 0; to < 5; to++) {
            const bool meant = from + to >= 2 && from + to <= 3 && from * to == 0;

            if (from != to) {
                ck_assert_int_eq(constant_of(scenario, from, to), meant ? 2 * MS : 7 * MS);
                ck_assert_uint_eq(bandwidth_of(scenario, from, to), 1000000);
            }
        }
    }
}
END_TEST

START_TEST(later_rules_win)
{
    g_autoptr(Scenario) scenario = load_links(
        MESH, "\"between\": ["
              "{\"from\": \"*\", \"to\": \"*\", \"latency\": \"1ms\", \"bandwidth\": \"1kB/s\"},"
              "{\"from\": \"b\", \"to\": \"b\", \"latency\": \"2ms\"},"
              "{\"from\": \"b[0]\", \"to\": [\"b[1]\", \"c\"], \"bandwidth\": \"2kB/s\"},"
              "{\"from\": \"c\", \"to\": \"b\", \"bandwidth\": \"unlimited\"}]");

    ck_assert_int_eq(constant_of(scenario, 0, 1), 1 * MS);
    ck_assert_uint_eq(bandwidth_of(scenario, 0, 1), 1000);
    ck_assert_int_eq(constant_of(scenario, 1, 2), 2 * MS);
    ck_assert_uint_eq(bandwidth_of(scenario, 1, 2), 2000);
    ck_assert_uint_eq(bandwidth_of(scenario, 2, 1), 2000);
    ck_assert_int_eq(constant_of(scenario, 2, 3), 2 * MS);
    ck_assert_uint_eq(bandwidth_of(scenario, 2, 3), 1000);
    ck_assert_int_eq(constant_of(scenario, 1, 4), 1 * MS);
    ck_assert_uint_eq(bandwidth_of(scenario, 1, 4), 0);
    ck_assert_uint_eq(bandwidth_of(scenario, 4, 3), 0);
    ck_assert_uint_eq(bandwidth_of(scenario, 4, 0), 1000);
    ck_assert_uint_eq(scenario->link_model.bandwidth_bytes_per_s, 0);
}
END_TEST

/* One way only, whichever of the two peers dials. */
START_TEST(one_way)
{
    g_autoptr(Scenario) scenario = load_links(
        MESH, "\"between\": ["
              "{\"from\": \"a\", \"to\": \"b\", \"latency\": \"1ms\", \"one_way\": true},"
              "{\"from\": \"c\", \"to\": \"b\", \"latency\": \"2ms\", \"bandwidth\": \"1kB/s\","
              " \"one_way\": true}]");

    for (uint32_t b = 1; b <= 3; b++) {
        ck_assert_int_eq(constant_of(scenario, 0, b), 1 * MS);
        ck_assert_int_eq(constant_of(scenario, b, 0), 50 * MS);
        ck_assert_int_eq(constant_of(scenario, 4, b), 2 * MS);
        ck_assert_uint_eq(bandwidth_of(scenario, 4, b), 1000);
        ck_assert_int_eq(constant_of(scenario, b, 4), 50 * MS);
        ck_assert_uint_eq(bandwidth_of(scenario, b, 4), 0);
    }
    ck_assert_int_eq(constant_of(scenario, 0, 4), 50 * MS);
}
END_TEST

START_TEST(a_rule_may_fit_no_link_and_have_any_distribution)
{
    g_autoptr(Scenario) scenario = load_links(
        RING, "\"between\": [{\"from\": \"a\", \"to\": \"b[1]\", \"latency\": \"1ms\"},"
              "{\"from\": \"b[0]\", \"to\": \"a\","
              " \"latency\": {\"normal\": {\"mean\": \"9ms\", \"deviation\": \"1ms\"}}}]");

    ck_assert_int_eq(latency_of(scenario, 0, 1).kind, SCENARIO_LATENCY_NORMAL);
    ck_assert_int_eq(latency_of(scenario, 0, 1).a_ns, 9 * MS);
    ck_assert_int_eq(latency_of(scenario, 1, 0).a_ns, 9 * MS);
    ck_assert_int_eq(constant_of(scenario, 1, 2), 50 * MS);
    ck_assert_int_eq(constant_of(scenario, 0, 4), 50 * MS);
}
END_TEST

/* The limit, and what is one beyond is among the malformed files. */
START_TEST(most_rules)
{
    g_autoptr(GString) links = g_string_new("\"between\": [");

    for (uint32_t i = 1; i <= SCENARIO_LINK_RULES_MAX; i++) {
        g_string_append_printf(links, "%s{\"from\": \"*\", \"to\": \"*\", \"latency\": \"%uns\"}",
                               i > 1 ? "," : "", i);
    }
    g_string_append_c(links, ']');
    g_autoptr(Scenario) scenario = load_links(RING, links->str);

    ck_assert_uint_eq(SCENARIO_LINK_RULES_MAX, 1000);
    ck_assert_int_eq(constant_of(scenario, 0, 1), 1000);
}
END_TEST

/* A peer that nobody is linked with has links without ways. */
START_TEST(rules_without_links)
{
    g_autoptr(Scenario) scenario =
        load("{\"duration\": \"1s\", \"peers\": {\"a\": {\"produces\": true}},"
             " \"links\": {\"between\": [{\"from\": \"a\", \"to\": \"a\", \"latency\": \"1ms\"}],"
             " \"regions\": {\"table\": \"aws16\", \"of\": \"even\"}}}");

    ck_assert_uint_eq(scenario->n_links, 0);
}
END_TEST

/* ---- Regions --------------------------------------------------------------------------------- */

START_TEST(tables_that_are_built_in)
{
    g_autoptr(ScenarioRegionTable) aws = scenario_region_table_new(SCENARIO_REGION_TABLE_AWS16);
    g_autoptr(ScenarioRegionTable) now = scenario_region_table_new(SCENARIO_REGION_TABLE_INTERNET6);
    g_autoptr(ScenarioRegionTable) then =
        scenario_region_table_new(SCENARIO_REGION_TABLE_INTERNET6_2015);
    int64_t sums[3] = {0};
    uint32_t region = 99;

    ck_assert_uint_eq(aws->n, 16);
    ck_assert_uint_eq(now->n, 6);
    ck_assert_uint_eq(then->n, 6);
    for (uint32_t i = 0; i < 16 * 16; i++) {
        sums[0] += aws->one_way_ns[i];
    }
    for (uint32_t i = 0; i < 6 * 6; i++) {
        sums[1] += now->one_way_ns[i];
        sums[2] += then->one_way_ns[i];
        ck_assert_int_eq(now->one_way_ns[i], now->one_way_ns[i % 6 * 6 + i / 6]);
        ck_assert_int_eq(then->one_way_ns[i], then->one_way_ns[i % 6 * 6 + i / 6]);
    }
    ck_assert_int_eq(sums[0], INT64_C(16878751500));
    ck_assert_int_eq(sums[1], 6616 * MS);
    ck_assert_int_eq(sums[2], 7535 * MS);
    ck_assert(scenario_region_table_find(aws, "sa-east-1", &region));
    ck_assert_uint_eq(region, 15);
    ck_assert(!scenario_region_table_find(aws, "sa-east-2", &region));
    ck_assert_uint_eq(region, 15);
    scenario_region_table_free(NULL);
}
END_TEST

START_TEST(regions_by_selector)
{
    g_autoptr(Scenario) scenario =
        load_links(MESH, "\"regions\": {\"table\": \"aws16\", \"of\": {\"*\": \"us-east-1\","
                         " \"b\": \"eu-central-1\", \"b[2]\": \"ap-northeast-1\"}}");

    ck_assert_int_eq(constant_of(scenario, 0, 1), 44538 * 1000);          /* 89.076 ms / 2 */
    ck_assert_int_eq(constant_of(scenario, 1, 0), 44604 * 1000);          /* 89.208 ms / 2 */
    ck_assert_int_eq(constant_of(scenario, 1, 2), 162500);                /* 0.325 ms / 2 */
    ck_assert_int_eq(constant_of(scenario, 0, 4), 142000);                /* 0.284 ms / 2 */
    ck_assert_int_eq(constant_of(scenario, 3, 4), INT64_C(72668) * 1000); /* 145.336 ms / 2 */
    ck_assert_int_eq(constant_of(scenario, 4, 3), INT64_C(72811) * 1000); /* 145.622 ms / 2 */
}
END_TEST

START_TEST(regions_dealt_evenly)
{
    g_autofree char *path =
        write_file("# two regions\n\nms, there ,b\n there, 2,\t5.000001\nb,7,0.000001\n");
    g_autofree char *links =
        g_strdup_printf("\"regions\": {\"table\": \"%s\", \"of\": \"even\"}", path);
    g_autoptr(Scenario) scenario = load_links(MESH, links);

    ck_assert_int_eq(constant_of(scenario, 0, 2), MS);
    ck_assert_int_eq(constant_of(scenario, 2, 4), MS);
    ck_assert_int_eq(constant_of(scenario, 0, 1), 5 * MS / 2 + 1);
    ck_assert_int_eq(constant_of(scenario, 3, 4), 7 * MS / 2);
    ck_assert_int_eq(constant_of(scenario, 1, 3), 1);
    g_unlink(path);
}
END_TEST

/* The topology's regions are the groups: a, b and c. */
START_TEST(regions_of_the_topology)
{
    g_autoptr(Scenario) scenario =
        load_links("{\"kind\": \"regions\", \"degree\": 2, \"between\": 1}",
                   "\"regions\": {\"table\": \"internet6-2015\", \"of\": \"topology\"}");

    ck_assert_int_eq(constant_of(scenario, 1, 2), 12 * MS);
    ck_assert_int_eq(constant_of(scenario, 4, 0), 255 * MS);
}
END_TEST

static void assert_jitter(const char *jitter, int64_t least_ns, int64_t greatest_ns)
{
    g_autofree char *links = g_strdup_printf("\"regions\": {\"table\": \"internet6\","
                                             " \"of\": {\"*\": \"japan\"}, \"jitter\": \"%s\"}",
                                             jitter);
    g_autoptr(Scenario) scenario = load_links(RING, links);
    const ScenarioLatency latency = latency_of(scenario, 0, 1);

    ck_assert_int_eq(latency.kind, SCENARIO_LATENCY_UNIFORM);
    ck_assert_int_eq(latency.a_ns, least_ns);
    ck_assert_int_eq(latency.b_ns, greatest_ns);
}

START_TEST(jitter)
{
    assert_jitter("10%", 10800000, 13200000);
    assert_jitter("0.00001%", 12 * MS - 1, 12 * MS + 1);
    assert_jitter("100%", 1, 24 * MS);
    assert_jitter("2ms", 10 * MS, 14 * MS);
    assert_jitter("13ms", 1, 25 * MS);
    assert_jitter("1h", 1, HOUR);
    g_autoptr(Scenario) none = load_links(
        RING, "\"regions\": {\"table\": \"internet6\", \"of\": \"even\", \"jitter\": \"0%\"}");

    ck_assert_int_eq(constant_of(none, 0, 1), 124 * MS);
}
END_TEST

/* Regions, then rules, then what an edge says of itself. */
START_TEST(what_says_it_last)
{
    g_autofree char *path = write_file("5 4\n0 1\n1 2 77\n2 3\n4 3 88\n");
    g_autofree char *topology =
        g_strdup_printf("{\"kind\": \"edge-list\", \"file\": \"%s\"}", path);
    g_autoptr(Scenario) scenario = load_links(
        topology, "\"regions\": {\"table\": \"internet6\", \"of\": {\"*\": \"japan\"}},"
                  " \"between\": [{\"from\": \"b\", \"to\": \"b\", \"latency\": \"3ms\"}]");

    ck_assert_int_eq(constant_of(scenario, 0, 1), 12 * MS);
    ck_assert_int_eq(constant_of(scenario, 2, 3), 3 * MS);
    ck_assert_int_eq(constant_of(scenario, 1, 2), 3 * MS);
    ck_assert_int_eq(scenario->links[0].latency_ns, 0);
    ck_assert_int_eq(scenario->links[1].latency_ns, 77000);
    ck_assert_int_eq(scenario->links[3].latency_ns, 88000);
    g_unlink(path);
}
END_TEST

/* 256 regions, names of 64 bytes, a round trip of two hours. */
START_TEST(largest_table)
{
    g_autoptr(GString) text = g_string_new("ms");
    g_autoptr(GString) numbers = g_string_new(NULL);

    for (uint32_t i = 0; i < SCENARIO_TABLE_REGIONS_MAX; i++) {
        g_string_append_printf(text, ",%064u", i);
        g_string_append(numbers, ",7200000");
    }
    for (uint32_t i = 0; i < SCENARIO_TABLE_REGIONS_MAX; i++) {
        g_string_append_printf(text, "\n%064u%s", i, numbers->str);
    }
    g_autofree char *path = write_file(text->str);
    g_autofree char *links =
        g_strdup_printf("\"regions\": {\"table\": \"%s\", \"of\": \"even\"}", path);
    g_autoptr(Scenario) scenario = load_links(RING, links);

    ck_assert_uint_eq(SCENARIO_TABLE_REGIONS_MAX, 256);
    ck_assert_uint_eq(scenario->n_latencies, 1 + 256 * 256);
    ck_assert_int_eq(constant_of(scenario, 0, 4), HOUR);
    g_unlink(path);
}
END_TEST

/* A topology or peers that are wrong do not make the regions wrong too. */
START_TEST(no_mistakes_that_follow_from_others)
{
    assert_message("{\"kind\": \"regions\", \"degree\": 2}",
                   "\"regions\": {\"table\": \"internet6\", \"of\": \"topology\"}",
                   "folder/test.json:1:96: /topology: the key \"between\" is required with"
                   " \"kind\": \"regions\"");
    assert_refused(
        "{\"duration\": \"1s\", \"peers\": {}, \"links\": {\"regions\":"
        " {\"table\": \"internet6\", \"of\": {\"a\": \"japan\"}}, \"between\":"
        " [{\"from\": \"a\", \"to\": \"b\", \"latency\": \"1ms\"}]}}",
        NULL, 0,
        "folder/test.json:1:29: /peers: no group has \"produces\": true; a chain needs a producer");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("scenario_latencies");
    TCase *tcase = tcase_create("latencies");

    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, every_distribution);
    tcase_add_test(tcase, values_in_the_scenario);
    tcase_add_test(tcase, values_in_a_file);
    tcase_add_test(tcase, most_values);
    tcase_add_test(tcase, rules_are_for_both_ways);
    tcase_add_test(tcase, later_rules_win);
    tcase_add_test(tcase, one_way);
    tcase_add_test(tcase, a_rule_may_fit_no_link_and_have_any_distribution);
    tcase_add_test(tcase, most_rules);
    tcase_add_test(tcase, rules_without_links);
    tcase_add_test(tcase, tables_that_are_built_in);
    tcase_add_test(tcase, regions_by_selector);
    tcase_add_test(tcase, regions_dealt_evenly);
    tcase_add_test(tcase, regions_of_the_topology);
    tcase_add_test(tcase, jitter);
    tcase_add_test(tcase, what_says_it_last);
    tcase_add_test(tcase, largest_table);
    tcase_add_test(tcase, no_mistakes_that_follow_from_others);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
