/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Expectations that hold always, never or eventually: they hold when they should, fail when they
 * should, and see every value.
 */
#include "scenarios/keys.h"
#include "sim/quantity.h"
#include "tests/sim_fixture.h"

/* bp makes block n at (n - 1) / 2 s; the relay has it 10.6 ms later. */
#define PAIR                                                                                       \
    "{'duration': '20s', 'chain': {'irreversibility': {'depth': 4}},"                              \
    " 'peers': {'bp': {'produces': true}, 'relay': {}}, 'links': {'latency': '10ms'},"             \
    " 'events': [{'at': '5s', 'crash': 'relay', 'for': '5s'}],"                                    \
    " 'expect': {'%s': [{'quantity': %s}]}}"

typedef struct Case {
    const char *kind;
    const char *watch;
    bool pass;
    const char *detail;
} Case;

static void assert_case(const Case *expected)
{
    g_autoptr(Scenario) scenario = fix_scenario_of(PAIR, expected->kind, expected->watch);
    g_autoptr(SimResult) result = fix_run(scenario, NULL);
    g_autofree char *id = g_strdup_printf("expect/%s/0", expected->kind);
    const SimCheckResult *check = fix_check(result, id);
    ck_assert_msg(g_str_equal(check->detail, expected->detail), "%s %s: %s", expected->kind,
                  expected->watch, check->detail);
    ck_assert_int_eq(check->verdict, expected->pass ? SIM_VERDICT_PASS : SIM_VERDICT_FAIL);
    ck_assert_int_eq(result->verdict, check->verdict);
}

static void assert_cases(const Case *cases, size_t n)
{
    for (size_t i = 0; i < n; i++)
        assert_case(&cases[i]);
}

#define ALL "holds for all of them"

START_TEST(test_always)
{
    static const Case cases[] = {
        {"always", "'head', 'peers': 'bp', 'at_most': 41", true, ALL},
        {"always", "'head', 'peers': 'bp', 'at_most': 40", false, "at 20.000 s bp has head 41"},
        {"always", "'head', 'peers': 'bp', 'at_most': 40, 'until': '19999999999ns'", true, ALL},
        {"always", "'head', 'peers': 'bp', 'at_least': 21, 'from': '10s'", false,
         "at 10.000 s bp has head 20"},
        {"always", "'head', 'peers': 'bp', 'at_least': 21, 'from': '10000000001ns'", true, ALL},
        {"always",
         "'head', 'peers': 'bp', 'at_least': 21, 'at_most': 21, 'from': '10000000001ns',"
         " 'until': '10499999999ns'",
         true, ALL},
        {"always",
         "'head', 'peers': 'bp', 'at_least': 21, 'at_most': 21, 'from': '10000000001ns',"
         " 'until': '10500ms'",
         false, "at 10.500 s bp has head 22"},
        {"always", "'fork_switches', 'at_most': 0", true, ALL},
        {"always", "'messages_received', 'at_most': 0, 'until': '500ms'", false,
         "at 0.040 s relay has messages received 1"},
    };
    assert_cases(cases, G_N_ELEMENTS(cases));
}
END_TEST

START_TEST(test_never)
{
    static const Case cases[] = {
        {"never", "'head', 'at_least': 42", true, ALL},
        {"never", "'head', 'at_least': 41", false, "at 20.000 s bp has head 41"},
        {"never", "'head', 'peers': 'relay', 'at_least': 41", true, ALL},
        {"never", "'head', 'peers': 'bp', 'at_least': 21, 'until': '9999ms'", true, ALL},
        {"never", "'head', 'peers': 'bp', 'at_least': 21, 'until': '10s'", false,
         "at 10.000 s bp has head 21"},
        {"never",
         "'head', 'peers': 'bp', 'at_least': 21, 'at_most': 21, 'from': '10200ms',"
         " 'until': '10300ms'",
         false, "at 10.200 s bp has head 21"},
        {"never",
         "'head', 'peers': 'bp', 'at_least': 21, 'at_most': 21, 'from': '10500000001ns',"
         " 'until': '20s'",
         true, ALL},
    };
    assert_cases(cases, G_N_ELEMENTS(cases));
}
END_TEST

START_TEST(test_eventually)
{
    static const Case cases[] = {
        {"eventually", "'head', 'peers': 'bp', 'at_least': 21, 'within': '10s'", true, ALL},
        {"eventually", "'head', 'peers': 'bp', 'at_least': 21, 'within': '9999999999ns'", false,
         "not of 1 peer: bp (nearest: 20)"},
        {"eventually", "'head', 'peers': 'bp', 'at_least': 21, 'from': '1s', 'within': '9s'", true,
         ALL},
        {"eventually", "'head', 'at_most': 1", true, ALL},
        {"eventually", "'head', 'at_most': 9, 'from': '6s'", false,
         "not of 2 peers: bp (nearest: 12), relay (nearest: 10)"},
        {"eventually", "'head', 'at_least': 41", false, "not of 1 peer: relay (nearest: 40)"},
        {"eventually", "'head', 'at_least': 40", true, ALL},
    };
    assert_cases(cases, G_N_ELEMENTS(cases));
}
END_TEST

/* The relay is not looked at while it is down, and from its first moment on when it starts. */
START_TEST(test_down)
{
    static const Case cases[] = {
        {"always", "'sessions', 'peers': 'relay', 'at_least': 1, 'from': '1s', 'until': '9999ms'",
         true, ALL},
        {"always", "'sessions', 'peers': 'relay', 'at_least': 1, 'from': '1s'", false,
         "at 10.000 s relay has sessions 0"},
        {"always", "'sessions', 'peers': 'relay', 'at_most': 0, 'from': '6s', 'until': '7s'", false,
         "none of them ran in that time"},
        {"never", "'sessions', 'peers': 'relay', 'at_least': 1, 'from': '6s', 'until': '7s'", false,
         "none of them ran in that time"},
        {"always", "'head', 'at_most': 16, 'from': '6s', 'until': '7s'", true, ALL},
        {"eventually", "'sessions', 'peers': 'relay', 'at_most': 0, 'from': '6s', 'within': '1s'",
         false, "not of 1 peer: relay (did not run)"},
        /* Its FIN takes 10 ms. */
        {"never", "'sessions', 'peers': 'bp', 'at_most': 0, 'from': '1s'", false,
         "at 5.010 s bp has sessions 0"},
    };
    assert_cases(cases, G_N_ELEMENTS(cases));
}
END_TEST

START_TEST(test_lags)
{
    static const Case cases[] = {
        /* The moment at which bp makes the first block is one of the relay's. */
        {"always", "'head_lag', 'at_most': 0", false, "at 0.500 s relay has head lag 1"},
        {"always", "'head_lag', 'at_most': 1, 'until': '5s'", true, ALL},
        {"always", "'head_lag', 'peers': 'bp', 'at_most': 0", true, ALL},
        /* It comes back with block 10, and bp has 20. */
        {"always", "'head_lag', 'at_most': 10", false, "at 10.000 s relay has head lag 11"},
        {"always", "'head_lag', 'at_most': 11", true, ALL},
        /* A block is irreversible in the event in which the fourth on it is applied. */
        {"always", "'lib_lag', 'at_most': 4", true, ALL},
        {"always", "'lib_lag', 'at_least': 4, 'from': '3s'", true, ALL},
        {"always", "'lib_lag', 'at_least': 5, 'from': '3s'", false, "at 3.000 s bp has LIB lag 4"},
    };
    assert_cases(cases, G_N_ELEMENTS(cases));
}
END_TEST

/* --- every value is seen --------------------------------------------------------------------- */

#define BUSY                                                                                       \
    "{'duration': '40s', 'peers': {'bp': {'count': 3, 'produces': true}, 'relay': {}},"            \
    " 'chain': {'irreversibility': {'depth': 30}}, 'transactions': {'rate': '20/s',"               \
    "  'lifetime': '3s'}, 'events': [{'at': '5500ms', 'partition': ['bp[0]', 'bp[1..2]'],"         \
    "  'for': '12s'}], 'expect': {%s}}"

/* Keeps the highest value of each quantity of the peer that the hook's data names. */
static uint64_t highest[SCENARIO_QUANTITY_BLOCK_STATUS + 1];

static void keep_highest(FixRecorder *self, SimWorld *world, const SimHappening *happening)
{
    (void)happening;
    uint32_t peer = GPOINTER_TO_UINT(self->data);
    for (uint32_t q = 0; q < G_N_ELEMENTS(highest); q++)
        highest[q] = MAX(highest[q], sim_quantity_of(world, peer, (ScenarioQuantity)q));
}

/* What a look at every happening has found is what `always` and `eventually` know. The lags
 * are left out: they are higher in the midst of an event. */
static void assert_seen(const char *name)
{
    g_autoptr(Scenario) plain = fix_scenario_of(BUSY, "");
    FixRecorder recorder;
    memset(highest, 0, sizeof highest);
    fix_recorder_init(&recorder);
    recorder.keep = 0;
    recorder.data = GUINT_TO_POINTER(fix_peer(plain, name));
    recorder.hook = keep_highest;
    sim_result_free(fix_run(plain, &recorder));
    fix_recorder_finish(&recorder);
    for (uint32_t q = 0; q < G_N_ELEMENTS(highest); q++) {
        if (q == SCENARIO_QUANTITY_LIB_LAG || q == SCENARIO_QUANTITY_HEAD_LAG)
            continue;
        const char *word = scenario_quantity_words.words[q].word;
        g_autofree char *expect = g_strdup_printf(
            "'always': [{'quantity': '%s', 'peers': '%s', 'at_most': %" G_GUINT64_FORMAT "}],"
            "'eventually': [{'quantity': '%s', 'peers': '%s', 'at_least': %" G_GUINT64_FORMAT "}]",
            word, name, highest[q], word, name, highest[q]);
        g_autoptr(Scenario) scenario = fix_scenario_of(BUSY, expect);
        ck_assert_int_eq(scenario_quantity_words.words[q].value, (int)q);
        ck_assert_msg(highest[q] > 0, "%s of %s", word, name);
        g_autoptr(SimResult) result = fix_run(scenario, NULL);
        for (uint32_t i = 0; i < result->n_checks; i++)
            ck_assert_msg(result->checks[i].verdict != SIM_VERDICT_FAIL, "%s: %s",
                          result->checks[i].title, result->checks[i].detail);
        scenario->expect.watches[0].limits.at_most--;
        scenario->expect.watches[1].limits.at_least++;
        g_autoptr(SimResult) broken = fix_run(scenario, NULL);
        ck_assert_int_eq(fix_check(broken, "expect/always/0")->verdict, SIM_VERDICT_FAIL);
        ck_assert_int_eq(fix_check(broken, "expect/eventually/0")->verdict, SIM_VERDICT_FAIL);
        ck_assert_uint_eq(broken->trace_hash, result->trace_hash);
    }
}

START_TEST(test_every_quantity)
{
    assert_seen("bp[0]");
}
END_TEST

/* The depth of the deepest switch, not of the last one. */
START_TEST(test_fork_depth)
{
    g_autoptr(Scenario) scenario = fix_scenario_of(
        "{'duration': '60s', 'peers': {'bp': {'count': 3, 'produces': true}},"
        " 'events': [{'at': '5500ms', 'partition': ['bp[0]', 'bp[1..2]'], 'for': '14s'},"
        "  {'at': '23500ms', 'partition': ['bp[0]', 'bp[1..2]'], 'for': '3s'}], 'expect': {%s}}",
        "'bounds': [{'quantity': 'fork_depth', 'peers': 'bp[0]', 'at_most': 0}]");
    FixRecorder recorder;
    fix_recorder_init(&recorder);
    g_autoptr(SimResult) result = fix_run(scenario, &recorder);
    uint32_t deepest = 0;
    uint32_t last = 0;
    for (guint i = 0; i < recorder.notes->len; i++) {
        const FixNote *note = fix_note(&recorder, i);
        if (note->happening.kind == SIM_CHAIN && note->happening.peer == 0 &&
            note->happening.event == BNET_CHAIN_APPLIED)
            last = MAX(last, note->number);
        if (note->happening.kind == SIM_CHAIN && note->happening.peer == 0 &&
            note->happening.event == BNET_CHAIN_SWITCH) {
            deepest = MAX(deepest, last - note->number);
            last = note->number;
        }
    }
    fix_recorder_finish(&recorder);
    g_autofree char *detail = g_strdup_printf("bp[0] has fork depth %u", deepest);
    ck_assert_uint_gt(deepest, 1);
    ck_assert_str_eq(fix_check(result, "expect/bounds/0")->detail, detail);
}
END_TEST

/* What a run that was stopped by a check would have come to is not known. */
static void stop_at_15_s(FixRecorder *self, SimWorld *world, const SimHappening *happening)
{
    (void)self;
    if (happening->time_ns >= 15 * S)
        sim_world_stop(world);
}

START_TEST(test_stopped)
{
    g_autoptr(Scenario) scenario =
        fix_scenario("{'duration': '20s', 'peers': {'bp': {'produces': true}, 'relay': {}},"
                     " 'expect': {'always': [{'quantity': 'head', 'at_most': 100},"
                     "  {'quantity': 'head', 'at_most': 100, 'until': '14s'}],"
                     "  'eventually': [{'quantity': 'head', 'at_least': 5}]}}");
    FixRecorder recorder;
    fix_recorder_init(&recorder);
    recorder.hook = stop_at_15_s;
    g_autoptr(SimResult) result = fix_run(scenario, &recorder);
    fix_recorder_finish(&recorder);
    ck_assert_str_eq(fix_check(result, "expect/always/0")->detail,
                     "the run was stopped before the end of that time");
    ck_assert_int_eq(fix_check(result, "expect/always/0")->verdict, SIM_VERDICT_FAIL);
    ck_assert_int_eq(fix_check(result, "expect/always/1")->verdict, SIM_VERDICT_PASS);
    ck_assert_int_eq(fix_check(result, "expect/eventually/0")->verdict, SIM_VERDICT_PASS);
}
END_TEST

START_TEST(test_titles)
{
    g_autoptr(Scenario) scenario = fix_scenario(
        "{'duration': '20s', 'peers': {'bp': {'count': 5, 'produces': true}},"
        " 'expect': {'always': [{'quantity': 'head_lag', 'at_most': 3, 'peers': 'bp[0..1]',"
        "   'from': '5s', 'until': '15s'}], 'never': [{'quantity': 'sessions', 'at_least': 9}],"
        "  'eventually': [{'quantity': 'lib', 'at_least': 200, 'peers': 'bp[0..3]'},"
        "   {'quantity': 'lib', 'at_least': 200}]}}");
    g_autoptr(SimResult) result = fix_run(scenario, NULL);
    ck_assert_str_eq(fix_check(result, "expect/always/0")->title,
                     "always head lag at most 3 of bp[0], bp[1], from 5.000 s, to 15.000 s");
    ck_assert_str_eq(fix_check(result, "expect/never/0")->title,
                     "never sessions at least 9 of all peers");
    ck_assert_str_eq(fix_check(result, "expect/eventually/0")->title,
                     "eventually LIB at least 200 of 4 peers");
    ck_assert_str_eq(
        fix_check(result, "expect/eventually/0")->detail,
        "not of 4 peers: bp[0] (nearest: 0), bp[1] (nearest: 0), bp[2] (nearest: 0) and "
        "1 more");
    ck_assert_str_eq(
        fix_check(result, "expect/eventually/1")->detail,
        "not of 5 peers: bp[0] (nearest: 0), bp[1] (nearest: 0), bp[2] (nearest: 0) and "
        "2 more");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_watches");
    TCase *tcase = tcase_create("watches");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, test_always);
    tcase_add_test(tcase, test_never);
    tcase_add_test(tcase, test_eventually);
    tcase_add_test(tcase, test_down);
    tcase_add_test(tcase, test_lags);
    tcase_add_test(tcase, test_every_quantity);
    tcase_add_test(tcase, test_fork_depth);
    tcase_add_test(tcase, test_stopped);
    tcase_add_test(tcase, test_titles);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
