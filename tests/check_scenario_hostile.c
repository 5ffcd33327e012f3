/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files within all limits that say many things about many: reading them takes time in what they
 * hold, not in a product of it. Where it did, these tests would take hours.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/loader_fixture.h"
#include "tests/run_suite.h"

/* ' stands for ". */
static Scenario *load_quoted(GString *json)
{
    g_strdelimit(json->str, "'", '"');
    return load(json->str);
}

/* The place of each would be counted from the first of its siblings. */
START_TEST(mistakes)
{
    g_autoptr(GString) json = g_string_new("{'duration': '1s', 'peers': {'bp': {'produces': true}},"
                                           "'topology': {'kind': 'links', 'links': [0");
    g_autoptr(GError) error = NULL;

    for (uint32_t i = 1; i < 900000; i++) {
        g_string_append(json, ",0");
    }
    g_string_append(json, "]}}");
    g_strdelimit(json->str, "'", '"');
    const ScenarioText text = {.path = "test.json", .data = json->str, .length = json->len};

    ck_assert_ptr_null(scenario_load_data(&text, NULL, 0, &error));
    ck_assert(g_str_has_suffix(error->message, "\ntest.json: and 899980 more mistakes"));
}
END_TEST

/* Each heals all links. */
START_TEST(heals)
{
    g_autoptr(GString) json = g_string_new(
        "{'duration': '100s', 'peers': {'bp': {'produces': true}, 'r': {'count': 1999}},"
        "'random_faults': [{'cut': ['*', '*'], 'rate': '1/s', 'for': '1s'}], 'events': [");

    for (uint32_t i = 0; i < 40000; i++) {
        g_string_append_printf(json,
                               "%s{'at': '%uus', 'cut': ['bp', 'r[0]']}, {'at': '%uus', "
                               "'heal': true}",
                               i > 0 ? "," : "", 2 * i, 2 * i + 1);
    }
    g_string_append(json, "]}");
    g_autoptr(Scenario) s = load_quoted(json);

    ck_assert_uint_eq(s->n_links, 1999000);
    ck_assert_uint_gt(s->n_events, 80000);
}
END_TEST

/* All links are the hub's. */
START_TEST(a_hub)
{
    g_autoptr(GString) json = g_string_new(
        "{'duration': '100s', 'peers': {'bp': {'produces': true}, 'r': {'count': 999999}},"
        "'topology': {'kind': 'star'},"
        "'random_faults': [{'cut': ['bp', 'r'], 'rate': '1/s', 'for': '1s', 'from': '90s'}],"
        "'events': [");

    for (uint32_t i = 0; i < 40000; i++) {
        g_string_append_printf(json, "%s{'at': '%ums', 'cut': ['bp', 'r[%u]'], 'for': '1ms'}",
                               i > 0 ? "," : "", i, 999998 - i);
    }
    for (uint32_t i = 0; i < 1000; i++) {
        g_string_append_printf(json,
                               ",{'at': '%ums', 'cut': ['r[%u]', 'bp'], 'for': '1ms',"
                               "'release': {'every': '1ms'}}",
                               i, i);
    }
    g_string_append(json, "]}");
    g_autoptr(Scenario) s = load_quoted(json);

    ck_assert_uint_gt(s->n_events, 82000);
}
END_TEST

/* Whether there is room for one more is asked for each. */
START_TEST(samples)
{
    g_autoptr(GString) json = g_string_new(
        "{'duration': '1s', 'peers': {'bp': {'count': 2, 'produces': true}}, 'events': [");

    for (uint32_t i = 0; i < 90000; i++) {
        g_string_append_printf(json,
                               "%s{'at': '1ms', 'change_links': ['*', '*'],"
                               "'latency': {'empirical': {'values': ['1ms']}}}",
                               i > 0 ? "," : "");
    }
    g_string_append(json, "]}");
    g_autoptr(Scenario) s = load_quoted(json);

    ck_assert_uint_eq(s->n_events, 90000);
}
END_TEST

/* Later ones win: peer r[i] is in Japan for an even i. */
START_TEST(regions)
{
    const uint32_t n = 200000;
    g_autoptr(GString) json = g_string_new(NULL);

    g_string_append_printf(json,
                           "{'duration': '1s', 'peers': {'bp': {'produces': true}, 'r': {'count': "
                           "%u}}, 'topology': {'kind': 'star'}, 'links': {'regions': {'table': "
                           "'internet6', 'of': {'*': 'europe'",
                           n);
    for (uint32_t i = 0; i < n - 1; i++) {
        g_string_append_printf(json, ",'r[%u..%u]': '%s'", i, n - 1,
                               i % 2 == 0 ? "japan" : "europe");
    }
    g_string_append(json, ",'bp': 'europe'}}}}");
    g_autoptr(Scenario) s = load_quoted(json);

    ck_assert_uint_eq(s->n_links, n);
    for (uint32_t l = 0; l + 1 < n; l++) {
        const uint32_t peer = MAX(s->links[l].from, s->links[l].to); /* r[peer - 1] */

        ck_assert((s->ways[2 * l].latency == s->ways[0].latency) == (peer % 2 == 1));
    }
}
END_TEST

/* A link that both sides name at both ends is one link: six, the last one mended 5 ms later. */
START_TEST(links_of_a_release)
{
    const char *format =
        "{'duration': '1005ms', 'peers': {'bp': {'produces': true, 'count': 4}}, 'events': ["
        "{'at': '0s', 'cut': ['%s', '%s'], 'for': '%s', 'release': {'every': '1ms'}}]}";
    static const struct {
        const char *from;
        const char *to;
        const char *most;
        const char *too_long;
        uint32_t n;
    } cases[] = {
        {"*", "*", "1s", "1000001us", 6},
        {"bp[0]", "*", "1003ms", "1003001us", 3},
        {"*", "bp[0..1]", "1001ms", "1001001us", 5},
        {"bp[1..2]", "bp[2..3]", "1003ms", "1003001us", 3},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *good = g_strdup_printf(format, cases[i].from, cases[i].to, cases[i].most);
        g_autofree char *bad =
            g_strdup_printf(format, cases[i].from, cases[i].to, cases[i].too_long);
        g_autofree char *wrong =
            g_strdup_printf("the run ends before the last of %u links is mended", cases[i].n);
        g_autoptr(GError) error = NULL;

        g_strdelimit(good, "'", '"');
        g_strdelimit(bad, "'", '"');
        g_autoptr(Scenario) s = load(good);
        const ScenarioText text = {.path = "test.json", .data = bad, .length = strlen(bad)};

        ck_assert_uint_eq(s->n_events, 2);
        ck_assert_ptr_null(scenario_load_data(&text, NULL, 0, &error));
        ck_assert_ptr_nonnull(strstr(error->message, wrong));
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("scenario_hostile");
    TCase *tcase = tcase_create("hostile");

    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, mistakes);
    tcase_add_test(tcase, heals);
    tcase_add_test(tcase, a_hub);
    tcase_add_test(tcase, samples);
    tcase_add_test(tcase, regions);
    tcase_add_test(tcase, links_of_a_release);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
