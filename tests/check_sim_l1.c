/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L1 and the expectations of a scenario can fail: runs that are broken on purpose, and their honest
 * counterparts. A peer is stuck when its chain thread never gets done with its job.
 */
#include <stdio.h>

#include "tests/sim_fixture.h"

/* What to break, and when. */
typedef struct Breakage {
    int64_t from_ns;
    uint32_t peers[3]; /* that get stuck */
    uint32_t n;
} Breakage;

static void get_stuck(FixRecorder *recorder, SimWorld *world, const SimHappening *happening)
{
    const Breakage *breakage = recorder->data;
    if (happening->time_ns < breakage->from_ns || recorder->calls++ > 0)
        return;
    for (uint32_t i = 0; i < breakage->n; i++) {
        SimPeer *peer = &world->peers[breakage->peers[i]];
        peer->busy = true;
        peer->identities++; /* the event that would end its job is void */
    }
}

/* Runs with the breakage; (transfer full). */
static SimResult *run_broken(const Scenario *scenario,
                             void (*hook)(FixRecorder *, SimWorld *, const SimHappening *),
                             Breakage *breakage)
{
    FixRecorder recorder;
    fix_recorder_init(&recorder);
    recorder.keep = 0;
    recorder.hook = hook;
    recorder.data = breakage;
    SimResult *result = fix_run(scenario, &recorder);
    fix_recorder_finish(&recorder);
    return result;
}

static void assert_l1(const SimResult *result, SimVerdict verdict, const char *detail)
{
    const SimCheckResult *check = fix_check(result, "L1");
    ck_assert_str_eq(check->detail, detail);
    ck_assert_int_eq(check->verdict, verdict);
    ck_assert_uint_eq(check->violations, verdict == SIM_VERDICT_FAIL ? 1 : 0);
}

/* --- heads ----------------------------------------------------------------------------------- */

/* Two producers and three relays; a split from 2 s to 5 s. */
#define SPLIT                                                                                      \
    "{'duration': '50s', 'peers': {'bp': {'count': 2, 'produces': true, 'idle_timeout': 'none'},"  \
    "'relay': {'count': 3, 'idle_timeout': 'none'}},"                                              \
    "'events': [{'at': '2s', 'partition': ['bp[0]']}, {'at': '5s', 'heal': true}]}"

START_TEST(test_healed)
{
    g_autoptr(Scenario) scenario = fix_scenario(SPLIT);
    g_autoptr(SimResult) result = sim_run(scenario, NULL, NULL);
    fix_assert_pass(result);
    assert_l1(result, SIM_VERDICT_PASS, "no violation");
}
END_TEST

/* The number that stands behind `words` in a text. */
static uint32_t number_after(const char *text, const char *words)
{
    const char *at = strstr(text, words);
    ck_assert_msg(at, "no \"%s\" in \"%s\"", words, text);
    return (uint32_t)g_ascii_strtoull(at + strlen(words), NULL, 10);
}

/* The candidate is the oldest block after the fault that is on the branch of the others. */
START_TEST(test_one_is_stuck)
{
    g_autoptr(Scenario) scenario = fix_scenario(SPLIT);
    Breakage breakage = {.from_ns = 5 * S, .peers = {3}, .n = 1};
    g_autoptr(SimResult) result = run_broken(scenario, get_stuck, &breakage);
    const SimCheckResult *check = fix_check(result, "L1");
    ck_assert_int_eq(check->verdict, SIM_VERDICT_FAIL);
    ck_assert_uint_eq(check->violations, 1);
    uint32_t number = number_after(check->detail, "block ");
    uint32_t head = result->peers[3].head_number;
    g_autofree char *expected =
        g_strdup_printf("at 50.000 s 1 of 5 peers has not got block %u, produced after the last "
                        "fault, on its best chain: relay[1] (head %u, waits for block %u; bp[0] "
                        "has it: something is on its way, last sent to it: block 101 at 50.000 s; "
                        "bp[1] has it: something is on its way, last sent to it: block 100 at "
                        "49.550 s)",
                        number, head, head + 1);
    ck_assert_str_eq(check->detail, expected);
    ck_assert_uint_le(number, result->peers[0].head_number);
    ck_assert_uint_gt(number, head);
    ck_assert_int_eq(result->verdict, SIM_VERDICT_FAIL);
}
END_TEST

/* Up to three are named, the others counted. */
START_TEST(test_nobody_follows)
{
    g_autoptr(Scenario) scenario = fix_scenario(
        "{'duration': '40s', 'peers': {'bp': {'produces': true}, 'relay': {'count': 4}}}");
    Breakage breakage = {.from_ns = 10 * MS, .peers = {1, 2, 3}, .n = 3};
    g_autoptr(SimResult) three = run_broken(scenario, get_stuck, &breakage);
    ck_assert_ptr_nonnull(strstr(fix_check(three, "L1")->detail, ": relay[0] (head 1, "));
    ck_assert_ptr_nonnull(strstr(fix_check(three, "L1")->detail, ", relay[1] (head 1, "));
    ck_assert_ptr_nonnull(strstr(fix_check(three, "L1")->detail, ", relay[2] (head 1, "));
    ck_assert_ptr_null(strstr(fix_check(three, "L1")->detail, "more"));
    ck_assert_ptr_nonnull(strstr(fix_check(three, "L1")->detail, "3 of 5 peers"));
}
END_TEST

START_TEST(test_heads_differ)
{
    g_autoptr(Scenario) scenario = fix_scenario(
        "{'duration': '50s', 'peers': {'bp': {'produces': true}, 'relay': {'count': 2}},"
        "'events': [{'at': '5.2s', 'stop_producing': 'bp'}]}");
    g_autoptr(SimResult) equal = sim_run(scenario, NULL, NULL);
    fix_assert_pass(equal);
    ck_assert_uint_eq(equal->peers[2].head_number, 11);
    Breakage breakage = {.from_ns = 4 * S, .peers = {2}, .n = 1};
    g_autoptr(SimResult) differ = run_broken(scenario, get_stuck, &breakage);
    assert_l1(differ, SIM_VERDICT_FAIL,
              "at 50.000 s nobody produces since the last fault, and the heads differ: relay[1] "
              "(head 8, waits for block 9; bp has it: something is on its way, last sent to it: "
              "block 11 at 44.812 s; relay[0] has it: something is on its way, last sent to it: "
              "block 11 at 44.901 s)");
}
END_TEST

/* A producer that the others cannot reach need not be followed: mallory stands in between. */
START_TEST(test_separated)
{
    g_autoptr(Scenario) scenario = fix_scenario(
        "{'duration': '60s', 'peers': {'bp': {'produces': true},"
        "'mallory': {'persona': {'kind': 'invalid-block', 'fault': 'signature', 'after': '5s'}},"
        "'relay': {'count': 2}}, 'topology': {'kind': 'line'},"
        "'expect': {'bad_block': ['mallory']}}");
    Breakage breakage = {.from_ns = 10 * S, .peers = {2, 3}, .n = 2};
    g_autoptr(SimResult) result = run_broken(scenario, get_stuck, &breakage);
    assert_l1(result, SIM_VERDICT_PASS, "no violation");
}
END_TEST

/* Blocks that are not irreversible do not pass through a follower. */
START_TEST(test_behind_a_follower)
{
    g_autoptr(Scenario) scenario =
        fix_scenario("{'duration': '60s', 'chain': {'irreversibility': 'none'},"
                     "'peers': {'bp': {'count': 2, 'produces': true},"
                     "'follower': {'bnet-follow-irreversible': true}, 'relay': {}},"
                     "'topology': {'kind': 'line'}}");
    g_autoptr(SimResult) result = sim_run(scenario, NULL, NULL);
    fix_assert_pass(result);
    ck_assert_uint_eq(result->peers[3].head_number, 1);
}
END_TEST

/* Fork choice prefers the higher LIB, so heads may fall by a hundred blocks after a heal: a block
 * of the longer branch, made after the last fault, is no measure. */
START_TEST(test_heads_fall)
{
    g_autoptr(Scenario) scenario = fix_scenario(
        "{'seed': 1186, 'duration': '199s', 'chain': {'start_height': 166},"
        "'peers': {'bp': {'count': 2, 'produces': true, 'processing': {'block': '21ms'}}},"
        "'links': {'latency': {'lognormal': {'median': '14ms', 'sigma': 0.7}}},"
        "'events': [{'at': '2266ms', 'partition': ['bp[1]']}, {'at': '60582ms', 'heal': true},"
        "{'at': '67174ms', 'partition': ['bp[0]']}, {'at': '75697ms', 'heal': true},"
        "{'at': '77382ms', 'partition': ['bp[1]']}, {'at': '130747ms', 'heal': true}]}");
    g_autoptr(SimResult) result = sim_run(scenario, NULL, NULL);
    fix_assert_pass(result);
    ck_assert_uint_gt(result->fork_switches, 0);
}
END_TEST

/* --- what is not judged ---------------------------------------------------------------------- */

START_TEST(test_too_soon)
{
    static const struct {
        const char *duration;
        const char *expect;
        SimVerdict verdict;
        const char *detail;
    } cases[] = {
        {"34.999s", "{}", SIM_VERDICT_NOT_JUDGED, "the run ends too soon after the last fault"},
        {"35s", "{}", SIM_VERDICT_PASS, "no violation"},
        {"15s", "{'convergence': {'within': '10s'}}", SIM_VERDICT_PASS, "no violation"},
        {"60s", "{'convergence': false}", SIM_VERDICT_NOT_JUDGED,
         "the scenario expects no convergence"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Scenario) scenario = fix_scenario_of(
            "{'duration': '%s', 'expect': %s,"
            "'peers': {'bp': {'count': 2, 'produces': true, 'idle_timeout': 'none'}},"
            "'events': [{'at': '2s', 'partition': ['bp[0]']}, {'at': '5s', 'heal': true}]}",
            cases[i].duration, cases[i].expect);
        g_autoptr(SimResult) result = sim_run(scenario, NULL, NULL);
        assert_l1(result, cases[i].verdict, cases[i].detail);
    }
    g_autoptr(Scenario) quiet =
        fix_scenario("{'duration': '29.999s', 'peers': {'bp': {'count': 2, 'produces': true}}}");
    g_autoptr(SimResult) result = sim_run(quiet, NULL, NULL);
    assert_l1(result, SIM_VERDICT_NOT_JUDGED, "the run is too short to judge");
}
END_TEST

/* --- followers ------------------------------------------------------------------------------- */

#define FOLLOWER                                                                                   \
    "{'duration': '60s', 'chain': {'start_height': 50, 'irreversibility': {'depth': 5}},"          \
    "'peers': {'bp': {'produces': true}, 'relay': {},"                                             \
    "'follower': {'bnet-follow-irreversible': true, 'chain': 'genesis'}}}"

START_TEST(test_follower)
{
    g_autoptr(Scenario) scenario = fix_scenario(FOLLOWER);
    g_autoptr(SimResult) result = sim_run(scenario, NULL, NULL);
    fix_assert_pass(result);
    /* Slot 120 begins at 60 s; the last irreversible block is on its way. */
    ck_assert_uint_eq(result->peers[0].head_number, 170);
    ck_assert_uint_eq(result->peers[0].lib_number, 165);
    ck_assert_uint_eq(result->peers[2].head_number, 164);
}
END_TEST

START_TEST(test_follower_is_behind)
{
    g_autoptr(Scenario) scenario = fix_scenario(FOLLOWER);
    Breakage breakage = {.from_ns = 30 * S, .peers = {2}, .n = 1};
    g_autoptr(SimResult) result = run_broken(scenario, get_stuck, &breakage);
    const SimCheckResult *check = fix_check(result, "L1");
    uint32_t due = number_after(check->detail, "LIB is ");
    g_autofree char *expected =
        g_strdup_printf("at 60.000 s follower, which follows irreversible blocks, is at %u and "
                        "waits for block %u; its servers' LIB is %u (bp, last sent to it: block "
                        "165 at 60.000 s)",
                        result->peers[2].head_number, result->peers[2].head_number + 1, due);
    ck_assert_str_eq(check->detail, expected);
    ck_assert_uint_eq(check->violations, 1);
    /* What its servers had 5 to 10 s before the end. */
    ck_assert_uint_ge(due, 145);
    ck_assert_uint_le(due, 155);
}
END_TEST

/* Gives the follower the head of a producer, which is not irreversible. */
static void lift_follower(FixRecorder *recorder, SimWorld *world, const SimHappening *happening)
{
    const Breakage *breakage = recorder->data;
    if (happening->time_ns < breakage->from_ns)
        return;
    fix_set_head(world, breakage->peers[0], world->peers[0].node.view.head);
}

START_TEST(test_follower_is_above)
{
    g_autoptr(Scenario) scenario = fix_scenario(FOLLOWER);
    Breakage breakage = {.from_ns = 60 * S, .peers = {2}, .n = 1};
    g_autoptr(SimResult) result = run_broken(scenario, lift_follower, &breakage);
    assert_l1(result, SIM_VERDICT_FAIL,
              "at 60.000 s follower, which follows irreversible blocks, is at 170; the highest LIB "
              "ever was 165");
}
END_TEST

/* Its only servers lose their chain: it stays above them, rightly. */
START_TEST(test_servers_lose_their_chain)
{
    g_autoptr(Scenario) scenario = fix_scenario(
        "{'duration': '100s', 'chain': {'irreversibility': {'depth': 5}},"
        "'peers': {'bp': {'produces': true}, 'follower': {'bnet-follow-irreversible': true}},"
        "'events': [{'at': '60s', 'crash': 'bp'},"
        "{'at': '61s', 'restart': 'bp', 'chain': 'lose'}]}");
    g_autoptr(SimResult) result = sim_run(scenario, NULL, NULL);
    fix_assert_pass(result);
    ck_assert_uint_gt(result->peers[1].head_number, 100);
}
END_TEST

/* --- expectations ---------------------------------------------------------------------------- */

static void assert_expectation(const SimResult *result, const char *id, const char *detail)
{
    const SimCheckResult *check = fix_check(result, id);
    bool pass = check->verdict == SIM_VERDICT_PASS;
    ck_assert_uint_eq(check->violations, pass ? 0 : 1);
    ck_assert_str_eq(check->detail, detail);
}

START_TEST(test_bad_block)
{
    static const struct {
        const char *expect;
        SimVerdict verdict;
        const char *detail;
    } cases[] = {
        {"['m', 'n']", SIM_VERDICT_PASS, "cut off for a bad block: m, n"},
        {"[]", SIM_VERDICT_FAIL, "cut off for a bad block: m, n; expected: nobody"},
        {"['m', 'n', 'relay']", SIM_VERDICT_FAIL,
         "cut off for a bad block: m, n; expected: relay, m, n"},
        {"['m', 'relay']", SIM_VERDICT_FAIL, "cut off for a bad block: m, n; expected: relay, m"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Scenario) scenario = fix_scenario_of(
            "{'duration': '40s', 'peers': {'bp': {'produces': true}, 'relay': {},"
            "'m': {'persona': {'kind': 'invalid-block', 'fault': 'producer', 'after': '3s'}},"
            "'n': {'persona': {'kind': 'invalid-block', 'fault': 'signature', 'after': '4s'}}},"
            "'expect': {'bad_block': %s}}",
            cases[i].expect);
        g_autoptr(SimResult) result = sim_run(scenario, NULL, NULL);
        assert_expectation(result, "expect/bad_block", cases[i].detail);
        ck_assert_int_eq(fix_check(result, "expect/bad_block")->verdict, cases[i].verdict);
        ck_assert_int_eq(result->verdict, cases[i].verdict);
    }
}
END_TEST

/* Where the scenario says nothing of it, the way out is told. */
START_TEST(test_bad_block_default)
{
    g_autoptr(Scenario) scenario = fix_scenario(
        "{'duration': '40s', 'peers': {'bp': {'produces': true}, 'relay': {},"
        "'m': {'persona': {'kind': 'invalid-block', 'fault': 'producer', 'after': '3s'}}}}");
    g_autoptr(SimResult) result = sim_run(scenario, NULL, NULL);
    assert_expectation(result, "expect/bad_block",
                       "cut off for a bad block: m; expected: nobody (default; \"bad_block\": "
                       "[\"m\"] says otherwise)");
    ck_assert_int_eq(result->verdict, SIM_VERDICT_FAIL);
}
END_TEST

/* The times are met to the nanosecond, or missed by one. */
START_TEST(test_convergence)
{
    g_autoptr(Scenario) scenario =
        fix_scenario("{'duration': '100s', 'peers': {'bp': {'count': 3, 'produces': true,"
                     "'idle_timeout': 'none'}}, 'links': {'latency': '40ms'},"
                     "'events': [{'at': '2s', 'partition': ['bp[0]']}, {'at': '5s', 'heal': true}],"
                     "'expect': {'convergence': {'within': '1ns', 'lib_within': '1ns'}}}");
    int64_t heads_ns = 0;
    int64_t libs_ns = 0;
    {
        g_autoptr(SimResult) result = sim_run(scenario, NULL, NULL);
        ck_assert_int_eq(fix_check(result, "expect/convergence")->verdict, SIM_VERDICT_FAIL);
        ck_assert_int_eq(fix_check(result, "expect/lib_convergence")->verdict, SIM_VERDICT_FAIL);
        ck_assert_int_eq(fix_check(result, "L1")->verdict, SIM_VERDICT_PASS);
        for (uint32_t i = 0; i < result->n_moments; i++) {
            const SimMoment *moment = &result->moments[i];
            if (g_str_has_prefix(moment->text, "all honest"))
                heads_ns = moment->time_ns - 5 * S;
            if (g_str_has_prefix(moment->text, "all their"))
                libs_ns = moment->time_ns - 5 * S;
        }
    }
    /* The first block after the heal: made at 5 s, or by another producer in the next slot. */
    ck_assert_int_gt(heads_ns, 0);
    ck_assert_int_lt(heads_ns, 7 * S);
    ck_assert_int_gt(libs_ns, heads_ns);
    for (int64_t less = 0; less <= 1; less++) {
        scenario->expect.convergence_within_ns = heads_ns - less;
        scenario->expect.lib_within_ns = libs_ns - less;
        g_autoptr(SimResult) result = sim_run(scenario, NULL, NULL);
        SimVerdict verdict = less ? SIM_VERDICT_FAIL : SIM_VERDICT_PASS;
        ck_assert_int_eq(fix_check(result, "expect/convergence")->verdict, verdict);
        ck_assert_int_eq(fix_check(result, "expect/lib_convergence")->verdict, verdict);
    }
}
END_TEST

/* Without a fault the heads of the start are to be passed: bp makes block n at (n - 1) / 2 s. */
START_TEST(test_libs_without_a_fault)
{
    static const struct {
        const char *within;
        SimVerdict verdict;
    } cases[] = {{"2s", SIM_VERDICT_PASS}, {"1999999999ns", SIM_VERDICT_FAIL}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Scenario) scenario = fix_scenario_of(
            "{'duration': '40s', 'chain': {'irreversibility': {'depth': 4}, 'start_height': 1},"
            "'peers': {'bp': {'produces': true, 'processing': {'header': '0s', 'block': '0s'}}},"
            "'expect': {'convergence': {'lib_within': '%s'}}}",
            cases[i].within);
        g_autoptr(SimResult) result = sim_run(scenario, NULL, NULL);
        assert_expectation(result, "expect/lib_convergence",
                           i == 0 ? "2.000 s after the last fault; 2.000 s were allowed"
                                  : "2.000 s after the last fault; 1.999 s were allowed; the last "
                                    "LIB to pass block 1: "
                                    "bp");
        ck_assert_int_eq(fix_check(result, "expect/lib_convergence")->verdict, cases[i].verdict);
    }
}
END_TEST

START_TEST(test_no_convergence)
{
    g_autoptr(Scenario) scenario =
        fix_scenario("{'duration': '40s', 'peers': {'bp': {'produces': true}, 'relay': {}},"
                     "'expect': {'convergence': {'within': '20s', 'lib_within': '21s'}}}");
    Breakage breakage = {.from_ns = 10 * MS, .peers = {1}, .n = 1};
    g_autoptr(SimResult) result = run_broken(scenario, get_stuck, &breakage);
    assert_expectation(
        result, "expect/convergence",
        "not reached in the 40.000 s after the last fault; 20.000 s were allowed; without "
        "block 2: relay (head 1)");
    ck_assert_int_eq(fix_check(result, "expect/convergence")->verdict, SIM_VERDICT_FAIL);
}
END_TEST

/* Each quantity: its exact value passes as a lower and as an upper bound, one beyond does not. */
START_TEST(test_bounds)
{
    static const char *const quantities[] = {
        "head",
        "lib",
        "fork_switches",
        "blocks_received",
        "transactions_received",
        "notices_received",
    };
    static const char *const names[] = {
        "head",
        "LIB",
        "fork switches",
        "blocks received",
        "transactions received",
        "notices received",
    };
    g_autoptr(Scenario) scenario = fix_scenario_of(
        "{'duration': '40s', 'peers': {'bp': {'count': 2, 'produces': true}, 'relay': {}},"
        "'chain': {'irreversibility': {'depth': 30}}, 'transactions': {'rate': '5/s'},"
        "'events': [{'at': '5s', 'partition': [['bp[0]', 'relay']]}, {'at': '15s', 'heal': true}],"
        "'expect': {'bounds': [{'quantity': '%s', 'peers': 'relay', 'at': '39s', 'at_least': 1}]}}",
        quantities[_i]);
    ScenarioBound *bound = &scenario->expect.bounds[0];
    uint64_t value = 0;
    bound->limits.at_least = UINT64_MAX;
    g_autoptr(SimResult) first = sim_run(scenario, NULL, NULL);
    const char *detail = fix_check(first, "expect/bounds/0")->detail;
    g_autofree char *prefix = g_strdup_printf("relay has %s ", names[_i]);
    ck_assert_msg(g_str_has_prefix(detail, prefix), "%s", detail);
    value = g_ascii_strtoull(detail + strlen(prefix), NULL, 10);
    ck_assert_uint_gt(value, 0);
    const struct {
        uint64_t at_least;
        uint64_t at_most;
        SimVerdict verdict;
    } cases[] = {
        {value, UINT64_MAX, SIM_VERDICT_PASS}, {value + 1, UINT64_MAX, SIM_VERDICT_FAIL},
        {0, value, SIM_VERDICT_PASS},          {0, value - 1, SIM_VERDICT_FAIL},
        {value, value, SIM_VERDICT_PASS},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        bound->limits.at_least = cases[i].at_least;
        bound->limits.at_most = cases[i].at_most;
        g_autoptr(SimResult) result = sim_run(scenario, NULL, NULL);
        ck_assert_int_eq(fix_check(result, "expect/bounds/0")->verdict, cases[i].verdict);
        ck_assert_int_eq(result->verdict, cases[i].verdict);
    }
}
END_TEST

/* A bound looks at its time, before anything else that happens then. */
START_TEST(test_bound_time)
{
    g_autoptr(Scenario) scenario = fix_scenario(
        "{'duration': '40s', 'peers': {'bp': {'produces': true}, 'relay': {}}, 'expect': "
        "{'bounds': ["
        "{'quantity': 'head', 'peers': 'bp', 'at': '10s', 'at_least': 20, 'at_most': 20},"
        "{'quantity': 'head', 'peers': 'bp', 'at': '10000000001ns', 'at_least': 21, 'at_most': 21},"
        "{'quantity': 'head', 'peers': '*', 'at': '0s', 'at_most': 5},"
        "{'quantity': 'head', 'at': '10s', 'at_most': 19}]}}");
    g_autoptr(SimResult) result = sim_run(scenario, NULL, NULL);
    ck_assert_int_eq(fix_check(result, "expect/bounds/0")->verdict, SIM_VERDICT_PASS);
    ck_assert_int_eq(fix_check(result, "expect/bounds/1")->verdict, SIM_VERDICT_PASS);
    ck_assert_int_eq(fix_check(result, "expect/bounds/2")->verdict, SIM_VERDICT_PASS);
    assert_expectation(result, "expect/bounds/3", "bp has head 20 (and 1 more)");
}
END_TEST

/* A violated property fails the run unless the scenario says that it may be violated. */
START_TEST(test_no_violation)
{
    for (int i = 0; i < 2; i++) {
        g_autoptr(Scenario) scenario =
            fix_scenario_of("{'duration': '40s', 'peers': {'bp': {'produces': true}, 'relay': {}},"
                            "'expect': {'no_violation': %s}}",
                            i ? "false" : "true");
        Breakage breakage = {.from_ns = 10 * MS, .peers = {1}, .n = 1};
        g_autoptr(SimResult) result = run_broken(scenario, get_stuck, &breakage);
        ck_assert_int_eq(fix_check(result, "L1")->verdict, SIM_VERDICT_FAIL);
        ck_assert_int_eq(result->verdict, i ? SIM_VERDICT_PASS : SIM_VERDICT_FAIL);
    }
}
END_TEST

/* A follower cannot tell what is irreversible elsewhere: it takes what somebody sends it who should
 * not. */
START_TEST(test_follower_is_sent_too_much)
{
    g_autoptr(Scenario) scenario = fix_scenario(
        "{'duration': '65s', 'chain': {'start_height': 200, 'irreversibility': {'depth': 100}}, "
        "'peers': {'bp': {'produces': true}, 'follower': {'bnet-follow-irreversible': true}, "
        "'mallory': {'persona': {'kind': 'replay', 'count': 200, 'after': '1s', 'every': '100ms', "
        "'until': '30s'}}}}");
    g_autoptr(SimResult) result = fix_run(scenario, NULL);
    ck_assert_uint_gt(result->peers[1].head_number, result->peers[0].lib_number);
    ck_assert_msg(fix_check(result, "L1")->verdict == SIM_VERDICT_PASS, "%s",
                  fix_check(result, "L1")->detail);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_l1");
    TCase *tcase = tcase_create("l1");
    tcase_set_timeout(tcase, 0);
    tcase_add_test(tcase, test_healed);
    tcase_add_test(tcase, test_one_is_stuck);
    tcase_add_test(tcase, test_nobody_follows);
    tcase_add_test(tcase, test_heads_differ);
    tcase_add_test(tcase, test_separated);
    tcase_add_test(tcase, test_behind_a_follower);
    tcase_add_test(tcase, test_heads_fall);
    tcase_add_test(tcase, test_too_soon);
    tcase_add_test(tcase, test_follower);
    tcase_add_test(tcase, test_follower_is_behind);
    tcase_add_test(tcase, test_follower_is_above);
    tcase_add_test(tcase, test_servers_lose_their_chain);
    tcase_add_test(tcase, test_bad_block);
    tcase_add_test(tcase, test_bad_block_default);
    tcase_add_test(tcase, test_convergence);
    tcase_add_test(tcase, test_libs_without_a_fault);
    tcase_add_test(tcase, test_no_convergence);
    tcase_add_loop_test(tcase, test_bounds, 0, 6);
    tcase_add_test(tcase, test_bound_time);
    tcase_add_test(tcase, test_no_violation);
    tcase_add_test(tcase, test_follower_is_sent_too_much);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
