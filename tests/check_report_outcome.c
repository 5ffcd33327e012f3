/* SPDX-License-Identifier: Apache-2.0 */
/* What reports say of checks that do not count, and of those that must fail. */
#include <stdlib.h>
#include <string.h>

#include <check.h>
#include <glib/gstdio.h>

#include "reports/json.h"
#include "reports/junit.h"
#include "reports/text.h"
#include "tests/run_suite.h"

static char *causes[] = {(char *)"a made <it>", (char *)"b took it in", NULL};

static SimCheckResult checks[] = {
    {(char *)"S1", (char *)"fails", SIM_VERDICT_FAIL, SIM_ASKED_PASS, (char *)"d1", 1, 0, causes},
    {(char *)"S4", (char *)"fails as asked", SIM_VERDICT_FAIL, SIM_ASKED_FAIL, (char *)"d2", 2, 0,
     NULL},
    {(char *)"S8", (char *)"fails for nothing", SIM_VERDICT_FAIL, SIM_ASKED_ANY, (char *)"d3", 3, 0,
     NULL},
    {(char *)"L1", (char *)"passes", SIM_VERDICT_PASS, SIM_ASKED_PASS, (char *)"d4", 0, 0, NULL},
    {(char *)"L3", (char *)"must fail", SIM_VERDICT_PASS, SIM_ASKED_FAIL, (char *)"d5", 0, 0, NULL},
    {(char *)"C1", (char *)"passes for nothing", SIM_VERDICT_PASS, SIM_ASKED_ANY, (char *)"d6", 0,
     0, NULL},
    {(char *)"X1", (char *)"is not judged", SIM_VERDICT_NOT_JUDGED, SIM_ASKED_ANY, (char *)"d7", 0,
     0, NULL},
    {(char *)"X3", (char *)"is", SIM_VERDICT_NOT_JUDGED, SIM_ASKED_ANY,
     (char *)SIM_NOTHING_TO_JUDGE, 0, 0, NULL},
    {(char *)"X4", (char *)"not", SIM_VERDICT_NOT_JUDGED, SIM_ASKED_PASS,
     (char *)SIM_NOTHING_TO_JUDGE, 0, 0, NULL},
    {(char *)"X2", (char *)"had to", SIM_VERDICT_NOT_JUDGED, SIM_ASKED_FAIL, (char *)"d8", 0, 0,
     NULL},
};

static const SimResult result = {
    .name = (char *)"demo",
    .path = (char *)"demo.json",
    .verdict = SIM_VERDICT_FAIL,
    .checks = checks,
    .n_checks = G_N_ELEMENTS(checks),
};

START_TEST(outcomes)
{
    static const SimOutcome expected[] = {
        SIM_OUTCOME_FAIL,       SIM_OUTCOME_FAIL_ASKED, SIM_OUTCOME_FAIL_IGNORED,
        SIM_OUTCOME_PASS,       SIM_OUTCOME_FAIL,       SIM_OUTCOME_PASS,
        SIM_OUTCOME_NOT_JUDGED, SIM_OUTCOME_NOT_JUDGED, SIM_OUTCOME_NOT_JUDGED,
        SIM_OUTCOME_FAIL,
    };

    for (size_t i = 0; i < G_N_ELEMENTS(checks); i++)
        ck_assert_int_eq(sim_check_outcome(&checks[i]), expected[i]);
}
END_TEST

START_TEST(text)
{
    g_autoptr(GString) out = g_string_new(NULL);
    const ReportStyle style = {.colour = false, .utf8 = true, .width = 100};

    report_text(out, &result, "x", &style);
    const char *begin = strstr(out->str, "\nWhat failed");

    ck_assert_ptr_nonnull(begin);
    *strstr(begin, "\nFigures") = '\0';
    ck_assert_str_eq(begin, "\nWhat failed\n"
                            "  ✗ S1  fails\n      d1\n        a made <it>\n        b took it in\n"
                            "  ✗ L3  must fail\n      should have been violated\n      d5\n"
                            "  ✗ X2  had to\n      should have been violated\n      d8\n"
                            "\nExpected failures\n"
                            "  ✓ S4  fails as asked\n      d2\n"
                            "\nWhat failed and does not count\n"
                            "  - S8  fails for nothing\n      d3\n"
                            "\nChecks\n"
                            "  2 passed, 3 failed, 3 not judged, 1 failed as expected, 1 failed "
                            "and not counted\n"
                            "  ? X1  is not judged\n      d7\n"
                            "  nothing to judge for X3, X4\n");
}
END_TEST

/* With --require-probes: a probe that was not hit fails a run that was not interrupted, in its
 * first lines; without, no word of it. */
START_TEST(text_of_missed_probes)
{
    uint64_t probes[] = {0, 3, 0};
    SimResult passed = {
        .name = (char *)"demo",
        .path = (char *)"demo.json",
        .verdict = SIM_VERDICT_PASS,
        .probes = probes,
        .n_probes = G_N_ELEMENTS(probes),
    };
    static const struct Case {
        bool requires_probes;
        bool interrupted;
        uint64_t hits; /* of the third */
        const char *begin;
    } cases[] = {
        {true, false, 0,
         "FAIL  demo  0 s simulated\n      2 probes were never hit, which fails the run\n\n"},
        {true, false, 1,
         "FAIL  demo  0 s simulated\n      1 probe was never hit, which fails the run\n\n"},
        {false, false, 0, "PASS  demo  0 s simulated\n\n"},
        {true, true, 0,
         "STOP  demo  0 s simulated\n      interrupted: all that follows is up to there\n\n"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const ReportStyle style = {.width = 100, .requires_probes = cases[i].requires_probes};
        g_autoptr(GString) out = g_string_new(NULL);
        passed.interrupted = cases[i].interrupted;
        probes[2] = cases[i].hits;
        report_text(out, &passed, "x", &style);
        ck_assert_msg(g_str_has_prefix(out->str, cases[i].begin), "%s", out->str);
    }
    probes[0] = probes[2] = 1;
    const ReportStyle style = {.width = 100, .requires_probes = true};
    g_autoptr(GString) out = g_string_new(NULL);
    passed.interrupted = false;
    report_text(out, &passed, "x", &style);
    ck_assert_msg(g_str_has_prefix(out->str, "PASS  demo  "), "%s", out->str);
}
END_TEST

/* From 100 MB on. */
START_TEST(text_of_estimated_memory)
{
    SimResult large = {.name = (char *)"demo", .path = (char *)"demo.json"};
    const ReportStyle style = {.width = 100};
    for (uint64_t less = 0; less <= 1; less++) {
        g_autoptr(GString) out = g_string_new(NULL);
        large.peak_rss_bytes = 123000000;
        large.estimated_bytes = 100000000 - less;
        report_text(out, &large, "x", &style);
        ck_assert_ptr_nonnull(
            strstr(out->str, less ? "memory 123 MB\n" : "memory 123 MB (100 MB were estimated)\n"));
    }
}
END_TEST

START_TEST(json)
{
    g_autoptr(GString) out = g_string_new(NULL);

    report_json(out, &result, "x");
    ck_assert_ptr_nonnull(strstr(out->str, "\"verdict\": \"fail\", \"expected\": \"pass\", "
                                           "\"detail\": \"d1\", \"violations\": 1, \"causes\": [ "
                                           "\"a made <it>\", \"b took it in\" ]"));
    ck_assert_ptr_nonnull(strstr(out->str, "\"detail\": \"d2\", \"violations\": 2 }"));
    ck_assert_ptr_nonnull(strstr(out->str, "\"verdict\": \"fail\", \"expected\": \"fail\", "
                                           "\"detail\": \"d2\""));
    ck_assert_ptr_nonnull(strstr(out->str, "\"verdict\": \"fail\", \"expected\": \"any\", "
                                           "\"detail\": \"d3\""));
}
END_TEST

START_TEST(junit)
{
    g_autofree char *folder = g_dir_make_tmp("bnetlab-check-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "out.xml", NULL);
    g_autofree char *xml = NULL;
    ReportJunit *report = report_junit_new(path, NULL);

    report_junit_add(report, &result, "demo", "x");
    ck_assert(report_junit_finish(report, NULL));
    report_junit_free(report);
    ck_assert(g_file_get_contents(path, &xml, NULL, NULL));
    ck_assert_ptr_nonnull(strstr(xml, "tests=\"10\" failures=\"3\" errors=\"0\" skipped=\"4\""));
    ck_assert_ptr_nonnull(strstr(xml, "message=\"d1\">d1\n    a made &lt;it&gt;\n    b took it in\n"
                                      "violations: 1\n"));
    ck_assert_ptr_nonnull(strstr(xml, "name=\"S4 fails as asked\" time=\"0\">\n"
                                      "      <system-out>expected failure: d2</system-out>\n"));
    ck_assert_ptr_nonnull(strstr(xml, "name=\"S8 fails for nothing\" time=\"0\">\n"
                                      "      <skipped message=\"does not count: d3\"/>\n"));
    ck_assert_ptr_nonnull(strstr(xml, "name=\"L3 must fail\" time=\"0\">\n"
                                      "      <failure type=\"property\" "
                                      "message=\"should have been violated: d5\">"));
    ck_assert_int_eq(g_unlink(path), 0);
    ck_assert_int_eq(g_rmdir(folder), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("report_outcome");
    TCase *tcase = tcase_create("outcome");

    tcase_add_test(tcase, outcomes);
    tcase_add_test(tcase, text);
    tcase_add_test(tcase, text_of_missed_probes);
    tcase_add_test(tcase, text_of_estimated_memory);
    tcase_add_test(tcase, json);
    tcase_add_test(tcase, junit);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
