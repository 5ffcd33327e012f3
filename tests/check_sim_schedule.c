/* SPDX-License-Identifier: Apache-2.0 */
/* Producers that come and go during a run, chains that begin at the ends of the calendar. */
#include "tests/sim_fixture.h"

/* Runs with and without bytes, which must be the same run. (transfer full) */
static SimResult *run_both(Scenario *scenario, FixRecorder *recorder)
{
    scenario->wire = SCENARIO_WIRE_BYTES;
    g_autoptr(SimResult) bytes = fix_run(scenario, NULL);
    scenario->wire = SCENARIO_WIRE_STRUCTURED;
    SimResult *result = fix_run(scenario, recorder);
    ck_assert_uint_eq(bytes->trace_hash, result->trace_hash);
    return result;
}

/* How many blocks a peer made from one time on and before another. */
static uint32_t produced(const FixRecorder *recorder, uint32_t peer, int64_t from_ns, int64_t to_ns)
{
    uint32_t n = 0;
    for (guint i = 0; i < recorder->notes->len; i++) {
        const FixNote *note = fix_note(recorder, i);
        n += fix_matches(note, SIM_PRODUCED, peer) && note->happening.time_ns >= from_ns &&
             note->happening.time_ns < to_ns;
    }
    return n;
}

/* --- changes --------------------------------------------------------------------------------- */

/* Who comes back confirms nothing twice; whatever was set last is what comes in the end. */
START_TEST(test_there_and_back)
{
    g_autoptr(Scenario) scenario =
        fix_scenario("{'duration': '300s', 'chain': {'start_height': 37},"
                     " 'peers': {'bp': {'count': 3, 'produces': true},"
                     " 'next': {'count': 2, 'produces': true, 'scheduled': false}},"
                     " 'links': {'latency': '20ms'}, 'transactions': {'rate': '2/s'},"
                     " 'events': [{'at': '10s', 'set_producers': ['next', 'bp[0]']},"
                     " {'at': '11s', 'set_producers': 'bp'},"
                     " {'at': '12s', 'set_producers': 'next'},"
                     " {'at': '100s', 'set_producers': ['bp[1]', 'next[1]', 'bp[0]']},"
                     " {'at': '160s', 'set_producers': 'bp'},"
                     " {'at': '161s', 'set_producers': 'bp'}]}");
    FixRecorder recorder;
    fix_recorder_init(&recorder);
    g_autoptr(SimResult) result = run_both(scenario, &recorder);
    fix_assert_pass(result);
    ck_assert_uint_eq(result->fork_switches, 0);
    ck_assert_uint_eq(result->blocks_produced, 600); /* each slot has one */
    ck_assert_uint_eq(produced(&recorder, 3, 200 * S, 300 * S), 0);
    ck_assert_uint_eq(produced(&recorder, 4, 200 * S, 300 * S), 0);
    ck_assert_uint_eq(produced(&recorder, 0, 90 * S, 100 * S), 0);
    ck_assert_uint_ge(produced(&recorder, 3, 60 * S, 100 * S), 35);
    ck_assert_uint_ge(produced(&recorder, 1, 140 * S, 170 * S), 12);
    fix_recorder_finish(&recorder);
}
END_TEST

/* Three of four promote the change; the fourth and a candidate, cut off, go on by the schedule that
 * they know, in the same slots. */
START_TEST(test_two_schedules)
{
    g_autoptr(Scenario) scenario = fix_scenario(
        "{'duration': '150s', 'chain': {'start_height': 97},"
        " 'peers': {'bp': {'count': 4, 'produces': true},"
        " 'next': {'count': 2, 'produces': true, 'scheduled': false}},"
        " 'links': {'latency': '20ms'},"
        " 'events': [{'at': '1s', 'partition': [['bp[0..2]', 'next[0]'], ['bp[3]', 'next[1]']]},"
        " {'at': '2s', 'set_producers': ['next', 'bp[0..2]']},"
        " {'at': '110s', 'heal': true}]}");
    FixRecorder recorder;
    fix_recorder_init(&recorder);
    g_autoptr(SimResult) result = run_both(scenario, &recorder);
    fix_assert_pass(result);
    ck_assert_uint_eq(produced(&recorder, 5, 0, 110 * S), 0);
    ck_assert_uint_eq(produced(&recorder, 3, 2 * S, 110 * S), 4 * 12);
    ck_assert_uint_ge(produced(&recorder, 4, 60 * S, 110 * S), 12);
    ck_assert_uint_eq(produced(&recorder, 3, 116 * S, 150 * S), 0);
    ck_assert_uint_ge(produced(&recorder, 5, 110 * S, 150 * S), 12);
    ck_assert_uint_ge(result->peers[3].fork_switches, 1);
    fix_recorder_finish(&recorder);
}
END_TEST

/* A candidate that is down misses the slots it was given; one that was never named makes none. */
START_TEST(test_candidate_down)
{
    g_autoptr(Scenario) scenario =
        fix_scenario("{'duration': '100s', 'chain': {'start_height': 37},"
                     " 'peers': {'bp': {'produces': true},"
                     " 'next': {'count': 2, 'produces': true, 'scheduled': false},"
                     " 'off': {'produces': true, 'scheduled': false, 'start': 'none'}},"
                     " 'events': [{'at': '4s', 'set_producers': ['off', 'next[1]', 'bp']}]}");
    FixRecorder recorder;
    fix_recorder_init(&recorder);
    g_autoptr(SimResult) result = run_both(scenario, &recorder);
    fix_assert_pass(result);
    ck_assert_uint_eq(produced(&recorder, 1, 0, 100 * S), 0);
    ck_assert_uint_eq(produced(&recorder, 3, 0, 100 * S), 0);
    ck_assert_uint_eq(produced(&recorder, 2, 28 * S, 100 * S), 48);
    ck_assert_uint_eq(produced(&recorder, 0, 28 * S, 100 * S), 48);
    fix_recorder_finish(&recorder);
}
END_TEST

/* All that may be: 62 give way to 63 others, of whom the last has the last turn. */
START_TEST(test_many)
{
    g_autoptr(Scenario) scenario = fix_scenario(
        "{'duration': '20s', 'chain': {'start_height': 2, 'irreversibility': 'none'},"
        " 'peers': {'bp': {'count': 62, 'produces': true},"
        " 'next': {'count': 63, 'produces': true, 'scheduled': false}},"
        " 'topology': {'kind': 'star'}, 'links': {'latency': '5ms'},"
        " 'events': [{'at': '1s', 'set_producers': ['next', 'bp']}], 'expect': {'convergence': "
        "false}}");
    ck_assert_uint_eq(scenario->events[0].n_turns, 125);
    ck_assert_uint_eq(scenario->events[0].turns[0], 62);
    ck_assert_uint_eq(scenario->events[0].turns[124], 61);
    g_autoptr(SimResult) result = run_both(scenario, NULL);
    fix_assert_pass(result);
    ck_assert_uint_eq(result->blocks_produced, 40);
}
END_TEST

/* --- when the chain begins ------------------------------------------------------------------- */

START_TEST(test_ends_of_calendar)
{
    static const char *const times[] = {"2000-01-01T00:00:00", "2066-01-01T00:00:00"};
    for (unsigned i = 0; i < 2; i++) {
        g_autoptr(Scenario) scenario =
            fix_scenario_of("{'duration': '20s', 'chain': {'genesis_time': '%s'},"
                            " 'peers': {'bp': {'count': 2, 'produces': true}, 'relay': {}},"
                            " 'links': {'latency': '20ms'}, 'transactions': {'rate': '2/s'}}",
                            times[i]);
        g_autoptr(SimResult) result = run_both(scenario, NULL);
        fix_assert_pass(result);
        ck_assert_uint_eq(result->blocks_produced, 40);
        ck_assert_uint_gt(result->transactions_created, 20);
    }
}
END_TEST

/* The longest run from the last time, on the longest chain, by the fastest clock: its last slot is
 * below 2^32. */
START_TEST(test_last_slot)
{
    const int64_t run_ns = SCENARIO_DURATION_MAX_NS / 1000000 * (1000000 + SCENARIO_DRIFT_MAX_PPM) +
                           SCENARIO_SKEW_MAX_NS;
    ck_assert_int_lt((int64_t)SCENARIO_GENESIS_SLOT_MAX + SCENARIO_START_HEIGHT_MAX +
                         run_ns / BNET_SLOT_NS + 1,
                     UINT32_MAX);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_schedule");
    TCase *tcase = tcase_create("schedule");
    tcase_set_timeout(tcase, 0);
    tcase_add_test(tcase, test_there_and_back);
    tcase_add_test(tcase, test_two_schedules);
    tcase_add_test(tcase, test_candidate_down);
    tcase_add_test(tcase, test_many);
    tcase_add_test(tcase, test_ends_of_calendar);
    tcase_add_test(tcase, test_last_slot);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
