/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A run that is stopped from outside: what its scenario expects fails if that is known by then,
 * passes if nothing to come can change it, and is not judged where it is open.
 */
#include "tests/sim_fixture.h"

/* A day with a block each half second. */
#define LONG                                                                                       \
    "{'duration': '24h', 'chain': {'irreversibility': {'depth': 4}},"                              \
    " 'peers': {'bp': {'produces': true}, 'relay': {'count': 2}, 'mallory': {%s}},"                \
    " 'links': {'latency': '10ms'}, 'expect': {%s}}"

#define MALICE "'persona': {'kind': 'malformed', 'after': '30s'}"

/* The run looks at the flag now and then: it ends some time after 60 s. */
static void stop_at_a_minute(FixRecorder *self, SimWorld *world, const SimHappening *happening)
{
    (void)world;
    if (happening->time_ns >= 60 * S)
        g_atomic_int_set((gint *)self->data, 1);
}

/* (transfer full) */
static SimResult *run_stopped(const char *mallory, const char *expect)
{
    g_autoptr(Scenario) scenario = fix_scenario_of(LONG, mallory, expect);
    FixRecorder recorder;
    fix_recorder_init(&recorder);
    gint stop = 0;
    recorder.keep = 0;
    recorder.hook = stop_at_a_minute;
    recorder.data = &stop;
    SimRunOptions options = {.trace = &recorder.observer, .stop = &stop};
    SimResult *result = sim_run(scenario, &options, NULL);
    fix_recorder_finish(&recorder);
    ck_assert(result->interrupted);
    ck_assert_int_ge(result->simulated_ns, 60 * S);
    ck_assert_int_lt(result->simulated_ns, 3600 * S);
    return result;
}

typedef struct Case {
    const char *expect;
    const char *id; /* without "expect/" */
    SimVerdict verdict;
} Case;

static void assert_cases(const char *mallory, const Case *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        g_autoptr(SimResult) result = run_stopped(mallory, cases[i].expect);
        g_autofree char *id = g_strconcat("expect/", cases[i].id, NULL);
        const SimCheckResult *check = fix_check(result, id);
        ck_assert_msg(check->verdict == cases[i].verdict, "%s: %d, %s", cases[i].expect,
                      check->verdict, check->detail);
        ck_assert_int_eq(g_str_has_prefix(check->detail, "undecided: stopped at "),
                         check->verdict == SIM_VERDICT_NOT_JUDGED);
        ck_assert_uint_eq(check->violations, cases[i].verdict == SIM_VERDICT_FAIL);
        ck_assert_int_eq(check->asked, SIM_ASKED_PASS);
        ck_assert_int_eq(result->verdict, cases[i].verdict == SIM_VERDICT_FAIL
                                              ? SIM_VERDICT_FAIL
                                              : SIM_VERDICT_NOT_JUDGED);
    }
}

START_TEST(test_quantities)
{
    static const Case cases[] = {
        {"'bounds': [{'quantity': 'head', 'at': '20s', 'at_most': 3}]", "bounds/0",
         SIM_VERDICT_FAIL},
        {"'bounds': [{'quantity': 'head', 'at': '20s', 'at_least': 3}]", "bounds/0",
         SIM_VERDICT_PASS},
        {"'bounds': [{'quantity': 'head', 'at_least': 3}]", "bounds/0", SIM_VERDICT_NOT_JUDGED},
        {"'always': [{'quantity': 'head', 'at_most': 10}]", "always/0", SIM_VERDICT_FAIL},
        {"'always': [{'quantity': 'head', 'at_least': 1}]", "always/0", SIM_VERDICT_NOT_JUDGED},
        {"'always': [{'quantity': 'head', 'at_least': 1, 'until': '59s'}]", "always/0",
         SIM_VERDICT_PASS},
        {"'never': [{'quantity': 'head', 'at_least': 10}]", "never/0", SIM_VERDICT_FAIL},
        {"'eventually': [{'quantity': 'head', 'at_least': 10}]", "eventually/0", SIM_VERDICT_PASS},
        {"'eventually': [{'quantity': 'head', 'at_least': 100000}]", "eventually/0",
         SIM_VERDICT_NOT_JUDGED},
        {"'eventually': [{'quantity': 'head', 'at_least': 1000, 'from': '9s', 'within': '50s'}]",
         "eventually/0", SIM_VERDICT_FAIL},
        {"'metrics': [{'metric': 'fork_rate', 'at_most': 1}]", "metrics/0", SIM_VERDICT_NOT_JUDGED},
        {"'finality_conflict': true", "finality_conflict", SIM_VERDICT_NOT_JUDGED},
    };
    assert_cases("", cases, G_N_ELEMENTS(cases));
    g_autoptr(SimResult) result =
        run_stopped("", "'bounds': [{'quantity': 'head', 'at_least': 3}], 'metrics': [{'metric': "
                        "'fork_rate', 'at_most': 1}]");
    g_autofree char *time = sim_time_text(result->simulated_ns);
    g_autofree char *bound = g_strdup_printf("undecided: stopped at %s", time);
    g_autofree char *metric = g_strdup_printf("undecided: stopped at %s (0.0 so far)", time);
    ck_assert_str_eq(fix_check(result, "expect/bounds/0")->detail, bound);
    ck_assert_str_eq(fix_check(result, "expect/metrics/0")->detail, metric);
}
END_TEST

START_TEST(test_convergence)
{
    static const Case cases[] = {
        {"'convergence': {'within': '1ns'}", "convergence", SIM_VERDICT_FAIL},
        {"'convergence': {'within': '10s'}", "convergence", SIM_VERDICT_PASS},
        {"'convergence': {'within': '10s', 'lib_within': '1ns'}", "lib_convergence",
         SIM_VERDICT_FAIL},
        {"'convergence': {'peers': 'bp', 'within': '10s'}", "convergence", SIM_VERDICT_PASS},
        {"'convergence': {'peers': '*', 'after': '10s', 'within': '1ns'}", "convergence",
         SIM_VERDICT_FAIL},
        {"'convergence': {'peers': 'bp', 'after': '23h'}", "convergence", SIM_VERDICT_NOT_JUDGED},
    };
    assert_cases("", cases, G_N_ELEMENTS(cases));
    /* A fault may come that begins all anew, or the first act of one that has a persona. */
    static const Case open[] = {
        {"'convergence': {'within': '1ns'}", "convergence", SIM_VERDICT_NOT_JUDGED},
        {"'convergence': {'peers': '*', 'within': '1ns'}", "convergence", SIM_VERDICT_NOT_JUDGED},
        {"'convergence': {'peers': '*', 'after': '10s', 'within': '1ns'}", "convergence",
         SIM_VERDICT_FAIL},
    };
    assert_cases(MALICE, open, G_N_ELEMENTS(open));
    assert_cases("'start': '23h'", open, G_N_ELEMENTS(open));
}
END_TEST

START_TEST(test_disconnects)
{
    static const Case cases[] = {
        {"'disconnects': [{'who': 'mallory'}]", "disconnects/0", SIM_VERDICT_PASS},
        {"'disconnects': [{'who': 'mallory', 'exactly': 0}]", "disconnects/0", SIM_VERDICT_FAIL},
        {"'disconnects': [{'who': ['relay', 'mallory'], 'each': true, 'at_most': 0}]",
         "disconnects/0", SIM_VERDICT_FAIL},
        {"'disconnects': [{'who': ['relay', 'mallory'], 'each': true}]", "disconnects/0",
         SIM_VERDICT_NOT_JUDGED},
        {"'disconnects': [{'who': 'relay'}]", "disconnects/0", SIM_VERDICT_NOT_JUDGED},
        {"'disconnects': [{'who': 'relay', 'exactly': 0}]", "disconnects/0",
         SIM_VERDICT_NOT_JUDGED},
        {"'disconnects': [{'who': 'relay', 'exactly': 0, 'within': '59s'}]", "disconnects/0",
         SIM_VERDICT_PASS},
        {"'disconnects': [{'who': 'relay', 'within': '59s'}]", "disconnects/0", SIM_VERDICT_FAIL},
        {"'other_disconnects': false", "other_disconnects", SIM_VERDICT_FAIL},
        {"'other_disconnects': false, 'disconnects': [{'who': 'mallory'}]", "other_disconnects",
         SIM_VERDICT_NOT_JUDGED},
        {"'bad_block': []", "bad_block", SIM_VERDICT_NOT_JUDGED},
        {"'bad_block': 'mallory'", "bad_block", SIM_VERDICT_NOT_JUDGED},
    };
    assert_cases(MALICE, cases, G_N_ELEMENTS(cases));
    static const Case bad[] = {{"'bad_block': []", "bad_block", SIM_VERDICT_FAIL}};
    assert_cases("'persona': {'kind': 'invalid-block', 'fault': 'signature', 'after': '30s'}", bad,
                 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_stopped");
    TCase *tcase = tcase_create("stopped");
    tcase_add_test(tcase, test_quantities);
    tcase_add_test(tcase, test_convergence);
    tcase_add_test(tcase, test_disconnects);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
