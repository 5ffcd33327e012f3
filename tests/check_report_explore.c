/* SPDX-License-Identifier: Apache-2.0 */
/* What is written of many random scenarios. */
#include <check.h>
#include <json-c/json.h>

#include "reports/explore.h"

static SimCheckResult checks[] = {
    {.id = (char *)"S1", .verdict = SIM_VERDICT_PASS, .detail = (char *)"fine"},
    {.id = (char *)"S8", .verdict = SIM_VERDICT_FAIL, .detail = (char *)"moved \"back\"\x01"},
    {.id = (char *)"L1",
     .verdict = SIM_VERDICT_FAIL,
     .asked = SIM_ASKED_ANY,
     .detail = (char *)"does not count"},
    {.id = (char *)"C1", .verdict = SIM_VERDICT_FAIL, .detail = (char *)"said hello twice"},
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
        .n_checks = G_N_ELEMENTS(checks),
    };
    report_explore_init(&explore, 5);
    ck_assert(!report_explore_add(&explore, &passed, seen));
    ck_assert(report_explore_add(&explore, failed, seen));
    failed->seed = 7;
    seen[SIM_SIGHTING_FORK_SWITCH] = true;
    ck_assert(report_explore_add(&explore, failed, seen));
    return explore;
}

START_TEST(test_text)
{
    static const ReportStyle style = {.width = 80};
    SimResult failed;
    ReportExplore explore = explored(&failed);
    g_autoptr(GString) line = g_string_new(NULL);
    report_explore_text_failure(line, &failed, "bnetlab explore --seed 7");
    ck_assert_str_eq(line->str, "bnetlab explore --seed 7  # S8: moved \"back\"?\n");
    g_autoptr(GString) out = g_string_new(NULL);
    report_explore_text_end(out, &explore, 3, 1.5, &style);
    ck_assert(g_str_has_prefix(out->str,
                               "violated                                 seeds  first seed\n"
                               "  S8                                         2  6\n"
                               "  C1                                         2  6\n"
                               "occurred in                              seeds    share\n"
                               "  fork switch                                1   33.3 %\n"));
    ck_assert(g_str_has_suffix(out->str, "\n3 seeds from 5: 1 passed, 2 failed (1.50 s)\n"));
    g_string_truncate(out, 0);
    report_explore_text_end(out, &explore, 1000, 1.5, &style);
    ck_assert(
        g_str_has_suffix(out->str, "\n3 of 1,000 seeds from 5: 1 passed, 2 failed (1.50 s)\n"));
    report_explore_finish(&explore);
    report_explore_finish(NULL);
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
    report_explore_json_end(out, &explore, 4);
    json_object *all = json_tokener_parse(out->str);
    ck_assert_msg(all != NULL, "%s", out->str);
    ck_assert_str_eq(member(all, "first_seed"), "5");
    ck_assert_str_eq(member(all, "seeds"), "4");
    ck_assert_str_eq(member(all, "run"), "3");
    ck_assert_str_eq(member(all, "failed"), "2");
    ck_assert_str_eq(member(all, "violated"), "[{\"id\":\"S8\",\"seeds\":2,\"first_seed\":6},"
                                              "{\"id\":\"C1\",\"seeds\":2,\"first_seed\":6}]");
    json_object *failures = NULL;
    ck_assert(json_object_object_get_ex(all, "failures", &failures));
    ck_assert_uint_eq(json_object_array_length(failures), 2);
    ck_assert_str_eq(
        json_object_to_json_string_ext(json_object_array_get_idx(failures, 1),
                                       JSON_C_TO_STRING_PLAIN),
        "{\"seed\":18446744073709551615,\"trace_hash\":\"0000000000000abc\",\"violations\":["
        "{\"id\":\"S8\",\"detail\":\"moved \\\"back\\\"\\u0001\"},"
        "{\"id\":\"C1\",\"detail\":\"said hello twice\"}],\"command\":\"x --seed 7\"}");
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
    tcase_add_test(tcase, test_json);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
