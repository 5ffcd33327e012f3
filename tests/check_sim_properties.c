/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Properties count, do not count, or must be violated, as the scenario says; and a finality
 * conflict must be found or not.
 */
#include "tests/sim_fixture.h"

/* L1 is violated: a block takes the relay an hour. Nothing else is. */
#define STUCK                                                                                      \
    "{'duration': '45s', 'peers': {'bp': {'produces': true},"                                      \
    "  'relay': {'processing': {'block': '1h'}}}, 'expect': {%s}}"

/* Nothing is. */
#define SOUND                                                                                      \
    "{'duration': '45s', 'peers': {'bp': {'produces': true}, 'relay': {}}, 'expect': {%s}}"

static void assert_run(const char *format, const char *expect, const char *verdicts)
{
    g_autoptr(GString) text = g_string_new(format);
    g_string_replace(text, "%s", expect, 0);
    g_autoptr(Scenario) scenario = fix_scenario(text->str);
    g_autoptr(SimResult) result = fix_run(scenario, NULL);
    static const char *const names[] = {
        [SIM_OUTCOME_PASS] = "pass",
        [SIM_OUTCOME_FAIL] = "fail",
        [SIM_OUTCOME_NOT_JUDGED] = "not-judged",
        [SIM_OUTCOME_FAIL_ASKED] = "fail-asked",
        [SIM_OUTCOME_FAIL_IGNORED] = "fail-ignored",
    };
    g_autofree char *found =
        g_strdup_printf("%s, L1 %s, S8 %s", result->verdict == SIM_VERDICT_PASS ? "pass" : "fail",
                        names[sim_check_outcome(fix_check(result, "L1"))],
                        names[sim_check_outcome(fix_check(result, "S8"))]);
    ck_assert_str_eq(found, verdicts);
    ck_assert_int_eq(fix_check(result, "L1")->verdict,
                     format[0] && strstr(format, "1h") ? SIM_VERDICT_FAIL : SIM_VERDICT_PASS);
}

START_TEST(test_violated)
{
    assert_run(STUCK, "", "fail, L1 fail, S8 pass");
    assert_run(STUCK, "'no_violation': false", "pass, L1 fail-ignored, S8 pass");
    assert_run(STUCK, "'properties': {'L1': false}", "pass, L1 fail-ignored, S8 pass");
    assert_run(STUCK,
               "'properties': {'L1': true, 'S1': false, 'S4': false, 'S8': false,"
               " 'L3': false, 'C1': false}",
               "fail, L1 fail, S8 pass");
    assert_run(STUCK, "'expect_failure': 'L1'", "pass, L1 fail-asked, S8 pass");
    assert_run(STUCK, "'expect_failure': ['L1'], 'no_violation': false",
               "pass, L1 fail-asked, S8 pass");
    assert_run(STUCK, "'expect_failure': []", "fail, L1 fail, S8 pass");
}
END_TEST

/* What must be violated and is not fails the run, whatever else does. */
START_TEST(test_not_violated)
{
    assert_run(STUCK, "'expect_failure': 'S8'", "fail, L1 fail, S8 fail");
    assert_run(STUCK, "'expect_failure': ['L1', 'S8']", "fail, L1 fail-asked, S8 fail");
    assert_run(STUCK, "'expect_failure': 'S8', 'no_violation': false",
               "fail, L1 fail-ignored, S8 fail");
    assert_run(SOUND, "'expect_failure': 'L1'", "fail, L1 fail, S8 pass");
    assert_run(SOUND, "'properties': {'L1': false}", "pass, L1 pass, S8 pass");
    assert_run(SOUND, "", "pass, L1 pass, S8 pass");
}
END_TEST

/* A run that was stopped might have violated it. */
START_TEST(test_stopped)
{
    g_autoptr(Scenario) scenario = fix_scenario_of(STUCK, "'expect_failure': 'L1'");
    gint stop = 1;
    SimRunOptions options = {.stop = &stop};
    scenario->duration_ns = 86400 * S;
    g_autoptr(SimResult) result = sim_run(scenario, &options, NULL);
    ck_assert(result->interrupted);
    ck_assert_int_eq(fix_check(result, "L1")->asked, SIM_ASKED_ANY);
    ck_assert_int_eq(result->verdict, SIM_VERDICT_NOT_JUDGED);
}
END_TEST

/* Expectations count whatever is said of properties. */
START_TEST(test_expectations_count)
{
    assert_run(SOUND, "'no_violation': false, 'bounds': [{'quantity': 'head', 'at_least': 1000}]",
               "fail, L1 pass, S8 pass");
    assert_run(STUCK, "'expect_failure': 'L1', 'bounds': [{'quantity': 'head', 'at_least': 1000}]",
               "fail, L1 fail-asked, S8 pass");
}
END_TEST

/* Two producers who wait for nobody, apart for `apart`: irreversible is what has four blocks on
 * it. */
#define APART                                                                                      \
    "{'duration': '60s', 'chain': {'irreversibility': {'depth': 4}},"                              \
    " 'peers': {'bp': {'count': 2, 'produces': true}},"                                            \
    " 'events': [{'at': '10100ms', 'partition': ['bp[0]', 'bp[1]'], 'for': '%s'}],"                \
    " 'expect': {'convergence': false %s}}"

static void assert_conflict(const char *apart, const char *expect, SimVerdict verdict,
                            const char *detail)
{
    g_autoptr(Scenario) scenario = fix_scenario_of(APART, apart, expect);
    g_autoptr(SimResult) result = fix_run(scenario, NULL);
    ck_assert_int_eq(result->verdict, verdict);
    ck_assert_int_eq(fix_check(result, "S8")->verdict, SIM_VERDICT_PASS);
    if (detail) {
        const SimCheckResult *check = fix_check(result, "expect/finality_conflict");
        ck_assert_int_eq(check->verdict, verdict);
        ck_assert_str_eq(check->detail, detail);
    }
}

START_TEST(test_finality_conflict)
{
    static const char yes[] = ", 'finality_conflict': true";
    static const char no[] = ", 'finality_conflict': false";
    static const char found[] = "at 18.500 s finality conflict: the chain rule made block 22 "
                                "irreversible at bp[1] against the LIB of bp[0]";
    assert_conflict("20s", yes, SIM_VERDICT_PASS, found);
    assert_conflict("20s", no, SIM_VERDICT_FAIL, found);
    assert_conflict("20s", "", SIM_VERDICT_PASS, NULL);
    assert_conflict("1s", yes, SIM_VERDICT_FAIL, "no finality conflict");
    assert_conflict("1s", no, SIM_VERDICT_PASS, "no finality conflict");
    assert_conflict("1s", "", SIM_VERDICT_PASS, NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_properties");
    TCase *tcase = tcase_create("properties");
    tcase_add_test(tcase, test_violated);
    tcase_add_test(tcase, test_not_violated);
    tcase_add_test(tcase, test_stopped);
    tcase_add_test(tcase, test_expectations_count);
    tcase_add_test(tcase, test_finality_conflict);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
