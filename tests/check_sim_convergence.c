/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Convergence of certain peers, or from a certain time on: the moments are exact, and it fails
 * where it should.
 */
#include "tests/sim_fixture.h"

/* bp makes block n at (n - 1) / 2 s; no work takes time, a message takes 10 ms. A block is
 * irreversible when there are four on it. `far` is cut off from 3.2 s to 7.2 s. */
#define INSTANT "'processing': {'header': '0s', 'block': '0s'}"
#define SPLIT                                                                                      \
    "{'duration': '40s', 'chain': {'irreversibility': {'depth': 4}},"                              \
    " 'links': {'latency': '10ms'}, 'topology': {'kind': 'line'},"                                 \
    " 'peers': {'bp': {'produces': true, " INSTANT "}, 'near': {" INSTANT "}, 'far': {" INSTANT    \
    "}}, 'events': [{'at': '3200ms', 'partition': ['far'], 'for': '4s'}],"                         \
    " 'expect': {'convergence': %s}}"

typedef struct Case {
    const char *convergence;
    const char *id;
    const char *detail;
    bool pass;
} Case;

static void assert_case(const char *format, const Case *expected)
{
    g_autoptr(GString) text = g_string_new(format);
    g_string_replace(text, "%s", expected->convergence, 0);
    g_autoptr(Scenario) scenario = fix_scenario(text->str);
    g_autoptr(SimResult) result = fix_run(scenario, NULL);
    const SimCheckResult *check = fix_check(result, expected->id);
    ck_assert_msg(g_str_equal(check->detail, expected->detail), "%s: %s", expected->convergence,
                  check->detail);
    ck_assert_int_eq(check->verdict, expected->pass ? SIM_VERDICT_PASS : SIM_VERDICT_FAIL);
    ck_assert_int_eq(result->verdict, check->verdict);
}

START_TEST(test_heads)
{
    static const Case cases[] = {
        /* The block of 4.000 s is at near 10 ms later. */
        {"{'peers': ['bp', 'near'], 'after': '3600ms', 'within': '411ms'}", "expect/convergence",
         "0.410 s after 3.600 s; 0.411 s were allowed", true},
        {"{'peers': ['bp', 'near'], 'after': '3600ms', 'within': '410ms'}", "expect/convergence",
         "0.410 s after 3.600 s; 0.410 s were allowed; the last to have block 9: near", false},
        /* far gets it when the partition is over; the time begins with the block. */
        {"[{'after': '4s'}]", "expect/convergence/0", "3.210 s after 4.000 s", true},
        {"[{'after': '4s', 'within': '3s'}]", "expect/convergence/0",
         "3.210 s after 4.000 s; 3.000 s were allowed; the last to have block 9: far", false},
        {"[{'after': '4s'}, {'peers': 'far', 'after': '0s'}]", "expect/convergence/1",
         "0.520 s after 0.000 s", true},
        {"{'peers': '*', 'after': '39900ms'}", "expect/convergence",
         "not reached in the 0.100 s after 39.900 s; without a block made since: near (head "
         "80), far (head 80)",
         false},
        /* A block of before does not do. */
        {"{'peers': 'bp', 'after': '3500000001ns', 'within': '499ms'}", "expect/convergence",
         "0.499 s after 3.500 s; 0.499 s were allowed; the last to have block 9: bp", false},
        {"{'peers': 'bp', 'after': '3500ms', 'within': '1ns'}", "expect/convergence",
         "0.000 s after 3.500 s; 0.000 s were allowed", true},
        /* The last fault is the end of the partition. */
        {"{'peers': 'bp'}", "expect/convergence", "0.300 s after 7.200 s", true},
        {"{'peers': 'far', 'within': '319ms'}", "expect/convergence",
         "0.320 s after 7.200 s; 0.319 s were allowed; the last to have block 16: far", false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        assert_case(SPLIT, &cases[i]);
}
END_TEST

START_TEST(test_libs)
{
    static const Case cases[] = {
        /* At 3.6 s the head of bp is block 8; block 12 comes at 5.5 s. */
        {"{'peers': 'bp', 'after': '3600ms', 'lib_within': '1900ms'}", "expect/lib_convergence",
         "1.900 s after 3.600 s; 1.900 s were allowed", true},
        {"{'peers': 'bp', 'after': '3600ms', 'lib_within': '1899999999ns'}",
         "expect/lib_convergence",
         "1.900 s after 3.600 s; 1.899 s were allowed; the last LIB to pass block 8: bp", false},
        /* Far, whose own head is block 7, comes to it when the partition is over. */
        {"[{'peers': ['far', 'bp'], 'after': '3600ms', 'lib_within': '36s'}]",
         "expect/lib_convergence/0", "3.610 s after 3.600 s; 36.000 s were allowed", true},
        {"{'peers': 'far', 'after': '38600ms', 'lib_within': '1400ms'}", "expect/lib_convergence",
         "not reached in the 1.400 s after 38.600 s; 1.400 s were allowed; LIBs below block 78: "
         "far (LIB 76)",
         false},
        {"{'peers': 'bp', 'lib_within': '10s'}", "expect/lib_convergence",
         "1.800 s after 7.200 s; 10.000 s were allowed", true},
        /* At time 0 the head is block 1; block 5 comes at 2 s. */
        {"{'peers': 'bp', 'after': '0s', 'lib_within': '2s'}", "expect/lib_convergence",
         "2.000 s after 0.000 s; 2.000 s were allowed", true},
        {"{'peers': 'bp', 'after': '0s', 'lib_within': '1999999999ns'}", "expect/lib_convergence",
         "2.000 s after 0.000 s; 1.999 s were allowed; the last LIB to pass block 1: bp", false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        assert_case(SPLIT, &cases[i]);
}
END_TEST

/* Two producers apart: each side converges with itself on its own branch, and both together only
 * when one has left it. */
#define FORK_OF(duration, cut)                                                                     \
    "{'duration': '" duration                                                                      \
    "', 'links': {'latency': '10ms'}, 'chain': {'irreversibility': 'none'},"                       \
    " 'peers': {'bp': {'count': 2, 'produces': true}, 'relay': {}},"                               \
    " 'events': [{'at': '10100ms', 'partition': ['bp[0]', ['bp[1]', 'relay']], 'for': '" cut       \
    "'}],"                                                                                         \
    " 'expect': {'convergence': %s}}"
#define FORK FORK_OF("60s", "20s")

START_TEST(test_branches)
{
    static const char *const passes[] = {
        "[{'within': '25s'}, {'peers': ['bp[1]', 'relay'], 'after': '11s', 'within': '9s'}]",
        "[{'peers': 'bp[0]', 'after': '11s', 'within': '9s'}]",
        "[{'peers': 'bp', 'after': '11s', 'within': '25s'}]",
    };
    static const char *const fails[] = {
        "[{'peers': 'bp', 'after': '11s', 'within': '19s'}]",
        "[{'peers': ['bp[0]', 'relay'], 'after': '11s', 'within': '19s'}]",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(passes); i++) {
        g_autoptr(Scenario) scenario = fix_scenario_of(FORK, passes[i]);
        g_autoptr(SimResult) result = fix_run(scenario, NULL);
        fix_assert_pass(result);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(fails); i++) {
        g_autoptr(Scenario) scenario = fix_scenario_of(FORK, fails[i]);
        g_autoptr(SimResult) result = fix_run(scenario, NULL);
        ck_assert_int_eq(fix_check(result, "expect/convergence/0")->verdict, SIM_VERDICT_FAIL);
    }
    assert_case(FORK_OF("20s", "9900ms"),
                &(Case){"{'peers': 'bp', 'after': '11s'}", "expect/convergence",
                        "not reached in the 9.000 s after 11.000 s; on different branches: bp[0] "
                        "(head 33), bp[1] (head 29)",
                        false});
}
END_TEST

/* --- against a look at all chains ------------------------------------------------------------ */

static int64_t reached_ns;

#define SINCE_NS (11 * S)

/* A block that was made since then is on the chains of all. */
static bool have_one_in_common(const SimWorld *world, BnetBlock from)
{
    const BnetView *any = &world->peers[0].node.view;
    for (BnetBlock b = any->head; b >= from; b = bnet_store_block(&world->store, b)->parent) {
        bool all = true;
        for (uint32_t p = 1; p < world->n_peers; p++)
            all = all && bnet_view_applied(&world->peers[p].node.view, b);
        if (all)
            return true;
    }
    return false;
}

static void look(FixRecorder *self, SimWorld *world, const SimHappening *happening)
{
    if (happening->time_ns < SINCE_NS)
        self->calls = world->store.n_blocks; /* made before */
    else if (reached_ns < 0 && happening->kind == SIM_CHAIN &&
             have_one_in_common(world, self->calls))
        reached_ns = happening->time_ns;
}

/* Restarts with and without the chain, crashes and forks. */
START_TEST(test_against_all_chains)
{
    g_autoptr(Scenario) scenario = fix_scenario_of(
        "{'duration': '60s', 'seed': %d, 'links': {'latency': {'uniform': ['1ms', '900ms']}},"
        " 'chain': {'irreversibility': 'none'},"
        " 'peers': {'bp': {'count': 3, 'produces': true}, 'relay': {'count': 3}},"
        " 'events': [{'at': '8s', 'partition': [['bp[0]', 'relay[0]']], 'for': '9s'},"
        "  {'at': '12s', 'crash': 'relay[1]', 'for': '%ds', 'chain': 'lose'},"
        "  {'at': '14s', 'crash': 'relay[0]', 'for': '4s'}],"
        " 'expect': {'convergence': {'after': '11s'}}}",
        _i, 1 + _i);
    FixRecorder recorder;
    fix_recorder_init(&recorder);
    recorder.keep = 0;
    recorder.hook = look;
    reached_ns = -1;
    g_autoptr(SimResult) result = fix_run(scenario, &recorder);
    fix_recorder_finish(&recorder);
    g_autofree char *took = sim_time_text(reached_ns - SINCE_NS);
    g_autofree char *detail = g_strdup_printf("%s after 11.000 s", took);
    ck_assert_int_gt(reached_ns, 0);
    ck_assert_str_eq(fix_check(result, "expect/convergence")->detail, detail);
}
END_TEST

START_TEST(test_titles)
{
    g_autoptr(Scenario) scenario = fix_scenario_of(
        SPLIT, "[{'peers': ['bp', 'far'], 'after': '4s', 'lib_within': '9s'}, {'peers': '*'}]");
    g_autoptr(SimResult) result = fix_run(scenario, NULL);
    ck_assert_str_eq(fix_check(result, "expect/convergence/0")->title,
                     "heads agree in time of bp, far, after 4.000 s");
    ck_assert_str_eq(fix_check(result, "expect/lib_convergence/0")->title,
                     "LIBs pass the heads in time of bp, far, after 4.000 s");
    ck_assert_str_eq(fix_check(result, "expect/convergence/1")->title,
                     "heads agree in time of all peers");
}
END_TEST

/* The text of the moment that holds the words; NULL: there is none. */
static const char *moment_of(const SimResult *result, const char *words)
{
    for (uint32_t i = 0; i < result->n_moments; i++)
        if (strstr(result->moments[i].text, words))
            return result->moments[i].text;
    return NULL;
}

/* The story tells who agrees, if that is not everybody. */
START_TEST(test_story)
{
    static const struct {
        const char *event;
        const char *heads;
        const char *libs;
    } cases[] = {
        {"{'at': '5s', 'partition': ['bp[0]'], 'for': '5s'}",
         "all honest peers agree on a block made after the last fault",
         "all their LIBs have passed what was there at the last fault"},
        {"{'at': '5s', 'partition': ['bp[0]']}",
         "bp[1..3] agree on a block made after the last fault; cut off: bp[0]",
         "the LIBs of bp[1..3] have passed what was there at the last fault"},
        {"{'at': '5s', 'partition': ['bp[0..2]', 'bp[3]']}",
         "bp[0..2] agree on a block made after the last fault; cut off: bp[3]",
         "the LIBs of bp[0..2] have passed what was there at the last fault"},
        {"{'at': '5s', 'pause': ['bp[1]', 'bp[3]']}",
         "bp[0], bp[2] agree on a block made after the last fault; paused: bp[1], bp[3]", NULL},
        {"{'at': '5s', 'crash': 'bp[1]'}",
         "all honest peers agree on a block made after the last fault", NULL},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Scenario) scenario =
            fix_scenario_of("{'duration': '100s', 'chain': {'irreversibility': {'depth': 4}},"
                            " 'peers': {'bp': {'count': 4, 'produces': true},"
                            "  'follower': {'bnet-follow-irreversible': true}}, 'events': [%s]}",
                            cases[i].event);
        g_autoptr(SimResult) result = fix_run(scenario, NULL);
        ck_assert_str_eq(moment_of(result, " agree on"), cases[i].heads);
        if (cases[i].libs)
            ck_assert_str_eq(moment_of(result, " passed what"), cases[i].libs);
    }
}
END_TEST

/* Many peers that are cut off for one reason are one moment; each fork switch is listed. */
START_TEST(test_summed_up)
{
    g_autoptr(Scenario) scenario =
        fix_scenario("{'duration': '60s', 'chain': {'irreversibility': 'none'}, 'peers':"
                     " {'bp': {'count': 2, 'produces': true}, 'relay': {'count': 3},"
                     "  'm': {'count': 5, 'persona': {'kind': 'invalid-block',"
                     "   'fault': 'signature', 'after': '40s'}}},"
                     " 'events': [{'at': '5s', 'partition': ['bp[0]'], 'for': '20s'}]}");
    g_autoptr(SimResult) result = fix_run(scenario, NULL);
    uint32_t n_cut = 0;
    bool is_cut[16] = {false};
    for (uint32_t i = 0; i < result->n_disconnects; i++)
        if (g_str_equal(result->disconnects[i].reason, "bad-block"))
            is_cut[result->disconnects[i].peer] = ++n_cut > 0;
    uint32_t n_peers = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(is_cut); i++)
        n_peers += is_cut[i];
    g_autofree char *end = g_strdup_printf(": bad-block (and %u more, 5 peers in all)", n_cut - 1);
    ck_assert_uint_eq(n_peers, 5);
    ck_assert(g_str_has_suffix(moment_of(result, ": bad-block"), end));
    uint32_t n_moments = 0;
    for (uint32_t i = 0; i < result->n_moments; i++)
        n_moments += strstr(result->moments[i].text, "bad-block") != NULL;
    ck_assert_uint_eq(n_moments, 1);
    ck_assert_uint_gt(result->fork_switches, 0);
    ck_assert_uint_eq(result->n_switches, result->fork_switches);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_convergence");
    TCase *tcase = tcase_create("convergence");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, test_heads);
    tcase_add_test(tcase, test_libs);
    tcase_add_test(tcase, test_branches);
    tcase_add_loop_test(tcase, test_against_all_chains, 0, 10);
    tcase_add_test(tcase, test_titles);
    tcase_add_test(tcase, test_story);
    tcase_add_test(tcase, test_summed_up);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
