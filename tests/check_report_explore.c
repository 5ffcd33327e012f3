/* SPDX-License-Identifier: Apache-2.0 */
/* What is written of many random scenarios. */
#include <check.h>
#include <json-c/json.h>

#include "reports/explore.h"
#include "tests/run_suite.h"

static SimCheckResult checks[] = {
    {.id = (char *)"S1", .verdict = SIM_VERDICT_PASS, .detail = (char *)"fine"},
    {.id = (char *)"S8",
     .verdict = SIM_VERDICT_FAIL,
     .first_ns = 7,
     .detail = (char *)"moved \"back\"\x01"},
    {.id = (char *)"L1",
     .verdict = SIM_VERDICT_FAIL,
     .asked = SIM_ASKED_ANY,
     .detail = (char *)"does not count"},
    {.id = (char *)"C1",
     .verdict = SIM_VERDICT_FAIL,
     .first_ns = 6,
     .detail = (char *)"said\x01 hello twice"},
    {.id = (char *)"C2", .verdict = SIM_VERDICT_PASS, .detail = (char *)"fine"},
    {.id = (char *)"expect/x",
     .verdict = SIM_VERDICT_FAIL,
     .first_ns = INT64_MAX,
     .detail = (char *)"no"},
};

/* Of seeds 5, 6 and 7 the last two violate S8 and C1, seed 7 in a run with a fork switch. */
static ReportExplore explored(SimResult *failed)
{
    ReportExplore explore;
    bool seen[SIM_SIGHTINGS] = {false};
    SimResult passed = {.seed = 5, .verdict = SIM_VERDICT_PASS, .checks = checks, .n_checks = 1};
    *failed = (SimResult){
        .seed = 6,
        .verdict = SIM_VERDICT_FAIL,
        .trace_hash = 0xabc,
        .checks = checks,
        .n_checks = 5, /* all but the expectation */
    };
    report_explore_init(&explore, 5);
    ck_assert(!report_explore_add(&explore, &passed, seen));
    ck_assert(!explore.is_new);
    ck_assert(report_explore_add(&explore, failed, seen));
    ck_assert(explore.is_new);
    failed->seed = 7;
    seen[SIM_SIGHTING_FORK_SWITCH] = true;
    ck_assert(report_explore_add(&explore, failed, seen));
    ck_assert(!explore.is_new);
    return explore;
}

START_TEST(test_text)
{
    static const ReportStyle style = {.width = 80};
    SimResult failed;
    ReportExplore explore = explored(&failed);
    g_autoptr(GString) line = g_string_new(NULL);
    report_explore_text_failure(line, &failed, &style);
    ck_assert_str_eq(line->str, "seed 7: S8 C1: C1 said? hello twice\n");
    g_autoptr(GString) out = g_string_new(NULL);
    ReportExploreEnd end = {.asked = 3, .command = "x --seed 6", .wall_seconds = 1.5};
    ck_assert_uint_eq(explore.first_failed, 6);
    report_explore_text_end(out, &explore, &end);
    ck_assert(g_str_has_prefix(out->str,
                               "violated                                 seeds  first seed\n"
                               "  S8                                         2  6\n"
                               "  C1                                         2  6\n"
                               "violated together                        seeds  first seed\n"
                               "  S8 C1                                      2  6\n"
                               "occurred in                              seeds    share\n"
                               "  fork switch                                1   33.3 %\n"));
    ck_assert(g_str_has_suffix(out->str, "\nrepeat the first failure: x --seed 6\n"
                                         "3 seeds from 5: 1 passed, 2 failed (1.50 s)\n"));
    g_string_truncate(out, 0);
    end.emit = "a\001.json";
    end.has_emitted = true;
    report_explore_text_end(out, &explore, &end);
    ck_assert_ptr_nonnull(strstr(out->str, "\nwritten to a?.json: the scenario of seed 6\n"));
    g_string_truncate(out, 0);
    end = (ReportExploreEnd){.asked = 1000, .wall_seconds = 1.5};
    report_explore_text_end(out, &explore, &end);
    ck_assert_ptr_null(strstr(out->str, "repeat"));
    ck_assert(
        g_str_has_suffix(out->str, "\n3 of 1,000 seeds from 5: 1 passed, 2 failed (1.50 s)\n"));
    report_explore_finish(&explore);
    report_explore_finish(NULL);
}
END_TEST

/* A line has as many columns as the terminal, whatever a character takes in bytes. */
START_TEST(test_line_is_cut)
{
    SimCheckResult check = {.id = (char *)"S1", .verdict = SIM_VERDICT_FAIL};
    SimResult result = {.seed = 1, .verdict = SIM_VERDICT_FAIL, .checks = &check, .n_checks = 1};
    ReportStyle style = {.width = 40};
    g_autoptr(GString) line = g_string_new(NULL);
    check.detail = (char *)"123456789 123456789 \303\244\303\266\303\274456 8";
    report_explore_text_failure(line, &result, &style);
    ck_assert_str_eq(line->str, "seed 1: S1: 123456789 123456789 \303\244\303\266\303\274456 8\n");
    g_string_truncate(line, 0);
    check.detail = (char *)"123456789 123456789 \303\244\303\266\303\274456 89";
    report_explore_text_failure(line, &result, &style);
    ck_assert_str_eq(line->str, "seed 1: S1: 123456789 123456789...\n");
    g_string_truncate(line, 0);
    check.detail = (char *)"123456789 1234 67890123456789 \303\244\303\266\303\274456 89";
    report_explore_text_failure(line, &result, &style);
    ck_assert_str_eq(line->str, "seed 1: S1: 123456789 1234...\n");
    g_string_truncate(line, 0);
    check.detail = (char *)"1234567890123456789012345\303\244\303\266\303\274456 89";
    report_explore_text_failure(line, &result, &style);
    ck_assert_str_eq(line->str, "seed 1: S1: 1234567890123456789012345...\n");
}
END_TEST

/* What fails first is not first in the table: it has the order of the checks. */
START_TEST(test_order_of_reports)
{
    bool seen[SIM_SIGHTINGS] = {false};
    SimCheckResult some[] = {
        {.id = (char *)"S1", .verdict = SIM_VERDICT_PASS},
        {.id = (char *)"S2", .verdict = SIM_VERDICT_PASS},
        {.id = (char *)"C1", .verdict = SIM_VERDICT_PASS},
        {.id = (char *)"expect/bad_block", .verdict = SIM_VERDICT_PASS},
    };
    SimResult result = {.verdict = SIM_VERDICT_FAIL, .checks = some, .n_checks = 4};
    static const uint32_t turns[] = {3, 1, 2, 0, 1};
    ReportExplore explore;
    report_explore_init(&explore, 1);
    for (uint32_t i = 0; i < G_N_ELEMENTS(turns); i++) {
        result.seed = i + 1;
        some[turns[i]].verdict = SIM_VERDICT_FAIL;
        ck_assert(report_explore_add(&explore, &result, seen));
        some[turns[i]].verdict = SIM_VERDICT_PASS;
    }
    g_autoptr(GString) out = g_string_new(NULL);
    ReportExploreEnd end = {.asked = 5};
    report_explore_text_end(out, &explore, &end);
    ck_assert(g_str_has_prefix(out->str,
                               "violated                                 seeds  first seed\n"
                               "  S1                                         1  4\n"
                               "  S2                                         2  2\n"
                               "  C1                                         1  3\n"
                               "  expect/bad_block                           1  1\n"));
    report_explore_finish(&explore);
}
END_TEST

/* Combinations stand by how often they came up; expectations are judged at the end, and so are
 * never what was found first. */
START_TEST(test_together)
{
    bool seen[SIM_SIGHTINGS] = {false};
    static const uint32_t firsts[] = {3, 0, 3, 1, 3, 0};
    static const uint32_t counts[] = {3, 6, 3, 1, 3, 6};
    static const bool are_new[] = {true, true, false, true, false, false};
    SimCheckResult some[] = {
        {.id = (char *)"S1", .verdict = SIM_VERDICT_FAIL, .first_ns = 9, .detail = (char *)"a"},
        {.id = (char *)"S2", .verdict = SIM_VERDICT_FAIL, .first_ns = 8, .detail = (char *)"b"},
        {.id = (char *)"S3", .verdict = SIM_VERDICT_FAIL, .first_ns = 8, .detail = (char *)"c"},
        {.id = (char *)"S4", .verdict = SIM_VERDICT_FAIL, .first_ns = 5, .detail = (char *)"d"},
        {.id = (char *)"S5", .verdict = SIM_VERDICT_PASS, .first_ns = 1, .detail = (char *)"e"},
        {.id = (char *)"expect/x",
         .verdict = SIM_VERDICT_FAIL,
         .first_ns = INT64_MAX,
         .detail = (char *)"f"},
    };
    ReportExplore explore;
    report_explore_init(&explore, 1);
    SimResult result = {.verdict = SIM_VERDICT_FAIL};
    for (uint32_t i = 0; i < G_N_ELEMENTS(firsts); i++) {
        result.seed = i + 1;
        result.checks = &some[firsts[i]];
        result.n_checks = MIN(counts[i], 6 - firsts[i]);
        ck_assert(report_explore_add(&explore, &result, seen));
        ck_assert_int_eq(explore.is_new, are_new[i]);
    }
    g_autoptr(GString) out = g_string_new(NULL);
    ReportExploreEnd end = {.asked = 6};
    report_explore_text_end(out, &explore, &end);
    ck_assert_ptr_nonnull(strstr(out->str,
                                 "violated together                        seeds  first seed\n"
                                 "  S4 expect/x                                3  1\n"
                                 "  S1 S2 S3 S4 expect/x                       2  2\n"
                                 "  S2                                         1  4\n"
                                 "occurred in"));
    static const ReportStyle style = {.width = 80};
    g_autoptr(GString) line = g_string_new(NULL);
    result.n_checks = 3;
    report_explore_text_failure(line, &result, &style);
    ck_assert_str_eq(line->str, "seed 6: S1 S2 S3: S2 b\n");
    report_explore_finish(&explore);
}
END_TEST

/* Of many combinations the rarest are counted. */
START_TEST(test_many_together)
{
    bool seen[SIM_SIGHTINGS] = {false};
    ReportExplore explore;
    report_explore_init(&explore, 1);
    for (uint64_t i = 0; i < 13; i++) {
        g_autofree char *id = g_strdup_printf("S%" G_GUINT64_FORMAT " L1", i / 12 == 0 ? i : 0);
        SimCheckResult check = {.id = id, .verdict = SIM_VERDICT_FAIL};
        SimResult result = {
            .seed = i, .verdict = SIM_VERDICT_FAIL, .checks = &check, .n_checks = 1};
        ck_assert(report_explore_add(&explore, &result, seen));
    }
    g_autoptr(GString) out = g_string_new(NULL);
    ReportExploreEnd end = {.asked = 13};
    report_explore_text_end(out, &explore, &end);
    ck_assert_ptr_nonnull(strstr(out->str,
                                 "violated together                        seeds  first seed\n"
                                 "  S0 L1                                      2  0\n"
                                 "  S1 L1                                      1  1\n"));
    ck_assert_ptr_nonnull(strstr(out->str, "  S9 L1                                      1  9\n"
                                           "  2 more                                     2\n"
                                           "occurred in"));
    report_explore_finish(&explore);
}
END_TEST

START_TEST(test_nothing_emitted)
{
    ReportExplore explore;
    report_explore_init(&explore, 1);
    explore.runs = 60;
    explore.occurred[SIM_SIGHTING_FORK_SWITCH] = 25;
    g_autoptr(GString) out = g_string_new(NULL);
    ReportExploreEnd end = {.asked = 60, .emit = "a.json"};
    report_explore_text_end(out, &explore, &end);
    ck_assert_ptr_nonnull(strstr(out->str, "25   41.7 %\n"));
    ck_assert_ptr_nonnull(strstr(out->str, "\nnothing was written to a.json: no seed failed\n"));
    report_explore_finish(&explore);
}
END_TEST

static const char *member(json_object *object, const char *key)
{
    json_object *value = NULL;
    ck_assert_msg(json_object_object_get_ex(object, key, &value), "no member %s", key);
    return json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN);
}

START_TEST(test_json)
{
    SimResult failed;
    ReportExplore explore = explored(&failed);
    g_autoptr(GString) out = g_string_new(NULL);
    report_explore_json_begin(out, 5);
    failed.seed = 6;
    report_explore_json_failure(out, 0, &failed, "x --seed 6");
    failed.seed = UINT64_MAX;
    report_explore_json_failure(out, 1, &failed, "x --seed 7");
    ReportExploreEnd end = {.asked = 4, .emit = "b.json", .has_emitted = true};
    report_explore_json_end(out, &explore, &end);
    json_object *all = json_tokener_parse(out->str);
    ck_assert_msg(all != NULL, "%s", out->str);
    ck_assert_str_eq(member(all, "first_seed"), "5");
    ck_assert_str_eq(member(all, "seeds"), "4");
    ck_assert_str_eq(member(all, "run"), "3");
    ck_assert_str_eq(member(all, "emitted"), "\"b.json\"");
    ck_assert_str_eq(member(all, "failed"), "2");
    ck_assert_str_eq(member(all, "violated"), "[{\"id\":\"S8\",\"seeds\":2,\"first_seed\":6},"
                                              "{\"id\":\"C1\",\"seeds\":2,\"first_seed\":6}]");
    json_object *failures = NULL;
    ck_assert(json_object_object_get_ex(all, "failures", &failures));
    ck_assert_uint_eq(json_object_array_length(failures), 2);
    ck_assert_str_eq(
        json_object_to_json_string_ext(json_object_array_get_idx(failures, 1),
                                       JSON_C_TO_STRING_PLAIN),
        "{\"seed\":18446744073709551615,\"trace_hash\":\"0000000000000abc\",\"found_first\":\"C1\","
        "\"violations\":["
        "{\"id\":\"S8\",\"detail\":\"moved \\\"back\\\"\\u0001\"},"
        "{\"id\":\"C1\",\"detail\":\"said\\u0001 hello twice\"}],\"command\":\"x --seed 7\"}");
    json_object *occurred = NULL;
    ck_assert(json_object_object_get_ex(all, "occurred", &occurred));
    ck_assert_int_eq(json_object_object_length(occurred), SIM_SIGHTINGS);
    ck_assert_str_eq(member(occurred, "fork_switch"), "1");
    ck_assert_str_eq(member(occurred, "lost_chain"), "0");
    json_object_put(all);
    report_explore_finish(&explore);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("report_explore");
    TCase *tcase = tcase_create("explore");
    tcase_add_test(tcase, test_text);
    tcase_add_test(tcase, test_line_is_cut);
    tcase_add_test(tcase, test_order_of_reports);
    tcase_add_test(tcase, test_together);
    tcase_add_test(tcase, test_many_together);
    tcase_add_test(tcase, test_nothing_emitted);
    tcase_add_test(tcase, test_json);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
