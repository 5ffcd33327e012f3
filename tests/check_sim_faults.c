/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faults of single links and processes. Peers a, b and c in a full mesh, of which the later dials;
 * a produces; the latency is 40 ms.
 */
#include "tests/sim_fixture.h"

enum {
    A,
    B,
    C,
};

#define LATENCY (40 * MS)

static FixRecorder recorder;
static Scenario *scenario;
static SimResult *result;

static void setup(void)
{
    fix_recorder_init(&recorder);
}

static void clear(void)
{
    sim_result_free(result);
    scenario_free(scenario);
    g_array_set_size(recorder.notes, 0);
    result = NULL;
    scenario = NULL;
}

static void teardown(void)
{
    clear();
    fix_recorder_finish(&recorder);
}

/* `options`: of all peers, with a comma before each; `events`: the inside of the array. */
static void run_trio(const char *duration, const char *options, const char *events)
{
    clear();
    scenario =
        fix_scenario_of("{'duration': '%s', 'links': {'latency': '40ms'}, 'peers': {"
                        "'a': {'produces': true%s}, 'b': {'count': 1%s}, 'c': {'count': 1%s}},"
                        "'events': [%s]}",
                        duration, options, options, options, events);
    result = fix_run(scenario, &recorder);
}

/* Messages of a kind that `peer` took in from `remote` in [from, to). */
static uint32_t delivered(uint32_t peer, uint32_t remote, int64_t from_ns, int64_t to_ns)
{
    uint32_t n = 0;
    for (guint i = 0; i < recorder.notes->len; i++) {
        const SimHappening *happening = &fix_note(&recorder, i)->happening;
        n += happening->kind == SIM_DELIVERED && happening->peer == peer &&
             happening->remote == remote && happening->time_ns >= from_ns &&
             happening->time_ns < to_ns;
    }
    return n;
}

/* The first happening of a kind to the session of `peer` with `remote`; SCENARIO_TIME_NONE: none.
 */
static int64_t time_of(SimHappeningKind kind, uint32_t peer, uint32_t remote, int64_t from_ns)
{
    for (guint i = 0; i < recorder.notes->len; i++) {
        const SimHappening *happening = &fix_note(&recorder, i)->happening;
        if (happening->kind == kind && happening->peer == peer && happening->remote == remote &&
            happening->time_ns >= from_ns)
            return happening->time_ns;
    }
    return SCENARIO_TIME_NONE;
}

/* The story has this moment. */
static void expect_story(int64_t time_ns, const char *text)
{
    for (uint32_t i = 0; i < result->n_moments; i++)
        if (result->moments[i].time_ns == time_ns && g_str_equal(result->moments[i].text, text))
            return;
    ck_abort_msg("the story does not tell \"%s\"", text);
}

/* --- cuts ------------------------------------------------------------------------------------ */

/* One link is silent for its time, in both directions; the others go on. Nobody is told. */
START_TEST(test_cut)
{
    run_trio("20s", "", "{'at': '5.2s', 'cut': ['a', 'b']}, {'at': '10.2s', 'mend': ['b', 'a']}");
    int64_t cut_ns = 5200 * MS;
    int64_t mended_ns = 10200 * MS;
    ck_assert_uint_eq(delivered(B, A, cut_ns, mended_ns + LATENCY), 0);
    ck_assert_uint_eq(delivered(A, B, cut_ns, mended_ns + LATENCY), 0);
    ck_assert_uint_gt(delivered(B, C, cut_ns, mended_ns), 10);
    ck_assert_uint_gt(delivered(C, A, cut_ns, mended_ns), 10);
    ck_assert_int_eq(time_of(SIM_DELIVERED, B, A, cut_ns), mended_ns + LATENCY);
    ck_assert_uint_eq(fix_count(&recorder, SIM_CLOSED, FIX_ANY), 0);
    expect_story(cut_ns, "cut: a | b");
    expect_story(mended_ns, "mend: b | a");
    fix_assert_pass(result);
}
END_TEST

/* Selectors that overlap: all links of a and b, the one between them too. */
START_TEST(test_cut_of_overlapping_peers)
{
    run_trio("12s", "", "{'at': '5.2s', 'cut': [['a', 'b'], '*']}, {'at': '10.2s', 'heal': true}");
    for (uint32_t peer = A; peer <= C; peer++)
        for (uint32_t remote = A; remote <= C; remote++)
            ck_assert_uint_eq(delivered(peer, remote, 5200 * MS, 10200 * MS + LATENCY), 0);
    ck_assert_int_eq(time_of(SIM_DELIVERED, B, A, 5200 * MS), 10200 * MS + LATENCY);
}
END_TEST

/* What a sends stops; what b sends goes on, until b finds a dead 30 s later. */
START_TEST(test_cut_one_way)
{
    run_trio("70s", "",
             "{'at': '5.2s', 'cut': ['a', 'b'], 'one_way': true},"
             "{'at': '60s', 'mend': ['b', 'a'], 'one_way': true},"
             "{'at': '60.5s', 'mend': ['a', 'b'], 'one_way': true}");
    ck_assert_uint_eq(delivered(B, A, 5200 * MS, 60500 * MS), 0);
    ck_assert_uint_gt(delivered(A, B, 5240 * MS, 30 * S), 10);
    int64_t dead_ns = time_of(SIM_CLOSED, B, A, 0);
    ck_assert_int_gt(dead_ns, 34 * S);
    ck_assert_int_lt(dead_ns, 5200 * MS + 30 * S);
    /* a learns of it over the way that is left; b, which dialled, cannot come back before. */
    ck_assert_int_eq(time_of(SIM_CLOSED, A, B, 0), dead_ns + LATENCY);
    ck_assert_int_ge(time_of(SIM_OPENED, A, B, 10 * S), 60500 * MS);
    expect_story(5200 * MS, "cut: a -> b");
    expect_story(60 * S, "mend: b -> a"); /* which was whole */
}
END_TEST

/* Both ends of the link lose the connection at the cut, and the link stays cut. */
START_TEST(test_cut_resets)
{
    run_trio("50s", "",
             "{'at': '5s', 'cut': ['c', 'a'], 'connections': 'reset'},"
             "{'at': '30s', 'mend': ['a', 'c']}");
    ck_assert_int_eq(time_of(SIM_CLOSED, A, C, 0), 5 * S);
    ck_assert_int_eq(time_of(SIM_CLOSED, C, A, 0), 5 * S);
    ck_assert_uint_eq(fix_count(&recorder, SIM_CLOSED, FIX_ANY), 2);
    ck_assert_int_ge(time_of(SIM_OPENED, A, C, 5 * S), 30 * S);
    ck_assert_int_lt(time_of(SIM_OPENED, A, C, 5 * S), 46 * S);
    expect_story(5 * S, "cut: c | a (connections reset)");
}
END_TEST

/* Half-open: nobody is told, until at the mend both ends lose the connection with all that was
 * held. */
START_TEST(test_cut_loses)
{
    static const char *const events[] = {
        "{'at': '5.2s', 'cut': ['a', 'b'], 'connections': 'lose', 'for': '5s'}",
        "{'at': '5.2s', 'cut': ['a', 'b'], 'connections': 'lose', 'one_way': true, 'for': '5s'}",
        "{'at': '5.2s', 'cut': ['b', 'a'], 'connections': 'lose'}, {'at': '10.2s', 'heal': true}",
        ("{'at': '5.2s', 'partition': [['a', 'c']], 'connections': 'lose'},"
         "{'at': '10.2s', 'heal': true}"),
    };
    for (size_t i = 0; i < G_N_ELEMENTS(events); i++) {
        run_trio("30s", "", events[i]);
        ck_assert_int_eq(time_of(SIM_CLOSED, A, B, 0), 10200 * MS);
        ck_assert_int_eq(time_of(SIM_CLOSED, B, A, 0), 10200 * MS);
        int64_t opened_ns = time_of(SIM_OPENED, A, B, 5 * S);
        ck_assert_int_ge(opened_ns, 20200 * MS + 3 * LATENCY);
        ck_assert_int_le(opened_ns, 25200 * MS + 3 * LATENCY);
        ck_assert_uint_eq(delivered(B, A, 5200 * MS, opened_ns), 0);
        fix_assert_pass(result);
    }
    run_trio("30s", "", events[0]);
    expect_story(5200 * MS, "cut: a | b (what is held gets lost)");
    ck_assert_uint_eq(fix_count(&recorder, SIM_CLOSED, FIX_ANY), 2);
}
END_TEST

/* A mend ends no partition, and the heal ends the cut too. */
START_TEST(test_cut_in_a_partition)
{
    run_trio("20s", "",
             "{'at': '5.2s', 'partition': ['a']}, {'at': '6s', 'cut': ['a', '*']},"
             "{'at': '7s', 'mend': ['a', 'b']}, {'at': '10s', 'heal': true}");
    ck_assert_int_eq(time_of(SIM_DELIVERED, B, A, 5200 * MS), 10 * S + LATENCY);
    ck_assert_int_eq(time_of(SIM_DELIVERED, C, A, 5200 * MS), 10 * S + LATENCY);
    fix_assert_pass(result);
}
END_TEST

/* A side does not reach those after it. */
START_TEST(test_partition_one_way)
{
    run_trio(
        "20s", "",
        "{'at': '5.2s', 'partition': ['a', 'b'], 'one_way': true}, {'at': '15.2s', 'heal': true}");
    int64_t from_ns = 5200 * MS;
    int64_t to_ns = 15200 * MS + LATENCY;
    ck_assert_uint_eq(delivered(B, A, from_ns, to_ns), 0);
    ck_assert_uint_eq(delivered(C, A, from_ns, to_ns), 0);
    ck_assert_uint_eq(delivered(C, B, from_ns, to_ns), 0);
    ck_assert_uint_gt(delivered(A, B, from_ns, to_ns), 0);
    ck_assert_uint_gt(delivered(A, C, from_ns, to_ns), 0);
    ck_assert_uint_gt(delivered(B, C, from_ns, to_ns), 0);
    ck_assert_int_eq(time_of(SIM_DELIVERED, B, A, from_ns), to_ns);
    expect_story(from_ns, "partition: a <- b <- c");
    fix_assert_pass(result);
}
END_TEST

/* --- resets ---------------------------------------------------------------------------------- */

/* Both ends lose the connection, the dialling side comes back after 10 to 15 s. */
START_TEST(test_reset)
{
    run_trio("30s", "", "{'at': '5.01s', 'reset': ['a', ['b', 'a']]}");
    ck_assert_int_eq(time_of(SIM_CLOSED, A, B, 0), 5010 * MS);
    ck_assert_int_eq(time_of(SIM_CLOSED, B, A, 0), 5010 * MS);
    ck_assert_uint_eq(fix_count(&recorder, SIM_CLOSED, FIX_ANY), 2);
    /* The block of 5 s was in flight. */
    ck_assert_uint_eq(delivered(B, A, 5 * S, 15 * S), 0);
    int64_t opened_ns = time_of(SIM_OPENED, A, B, 5 * S);
    ck_assert_int_ge(opened_ns, 15010 * MS + 3 * LATENCY);
    ck_assert_int_le(opened_ns, 20010 * MS + 3 * LATENCY);
    expect_story(5010 * MS, "reset: a | a b");
    fix_assert_pass(result);
}
END_TEST

/* Before there is a connection there is nothing to reset: the dial goes on. */
START_TEST(test_reset_of_a_dial)
{
    run_trio("1s", "", "{'at': '119ms', 'reset': ['a', '*']}");
    ck_assert_int_eq(time_of(SIM_OPENED, B, A, 0), 4 * LATENCY);
    ck_assert_uint_eq(fix_count(&recorder, SIM_CLOSED, FIX_ANY), 0);
}
END_TEST

/* --- "for" ----------------------------------------------------------------------------------- */

/* An event with "for" is that event and the one that undoes it. */
START_TEST(test_for_is_two_events)
{
    static const char *const pairs[][2] = {
        {"{'at': '5.2s', 'partition': ['a', 'b'], 'one_way': true, 'for': '2s'}",
         "{'at': '5.2s', 'partition': ['a', 'b'], 'one_way': true}, {'at': '7.2s', 'heal': true}"},
        {"{'at': '5.2s', 'cut': ['a', 'b'], 'for': '10s'}",
         "{'at': '5.2s', 'cut': ['a', 'b']}, {'at': '15.2s', 'mend': ['a', 'b']}"},
        {"{'at': '5.2s', 'cut': ['a', '*'], 'one_way': true, 'connections': 'reset', 'for': '1s'}",
         "{'at': '5.2s', 'cut': ['a', '*'], 'one_way': true, 'connections': 'reset'},"
         "{'at': '6.2s', 'mend': ['a', '*'], 'one_way': true}"},
        {"{'at': '5.2s', 'crash': ['a', 'b'], 'for': '1s'}",
         "{'at': '5.2s', 'crash': ['a', 'b']}, {'at': '6.2s', 'restart': ['a', 'b']}"},
        {"{'at': '5.2s', 'crash': 'b', 'chain': 'lose', 'for': '1s'}",
         "{'at': '5.2s', 'crash': 'b'}, {'at': '6.2s', 'restart': 'b', 'chain': 'lose'}"},
        {"{'at': '5.2s', 'stop_producing': 'a', 'for': '14.8s'}",
         "{'at': '5.2s', 'stop_producing': 'a'}, {'at': '20s', 'start_producing': 'a'}"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
        run_trio("20s", "", pairs[i][0]);
        uint64_t delivered_in_all = result->messages_delivered;
        uint64_t events = result->events;
        run_trio("20s", "", pairs[i][1]);
        ck_assert_uint_eq(result->messages_delivered, delivered_in_all);
        ck_assert_uint_eq(result->events, events);
    }
}
END_TEST

/* The end of a partition leaves cuts alone. */
START_TEST(test_end_of_a_partition)
{
    run_trio("20s", "",
             "{'at': '5.2s', 'partition': ['a'], 'for': '2s'}, {'at': '6s', 'cut': ['a', 'b']},"
             "{'at': '10s', 'heal': true}");
    ck_assert_int_eq(time_of(SIM_DELIVERED, C, A, 5200 * MS), 7200 * MS + LATENCY);
    ck_assert_int_eq(time_of(SIM_DELIVERED, B, A, 5200 * MS), 10 * S + LATENCY);
    expect_story(7200 * MS, "heal: the partition is over");
}
END_TEST

/* A later cut of a link takes the place of the earlier one, whose end does not undo it. */
START_TEST(test_ends_of_cuts)
{
    run_trio("20s", "",
             "{'at': '5.2s', 'cut': ['a', '*'], 'for': '2s'},"
             "{'at': '6s', 'cut': ['b', 'a'], 'for': '4s'}");
    ck_assert_int_eq(time_of(SIM_DELIVERED, C, A, 5200 * MS), 7200 * MS + LATENCY);
    ck_assert_int_eq(time_of(SIM_DELIVERED, B, A, 5200 * MS), 10 * S + LATENCY);
    expect_story(7200 * MS, "end of cut: a | a b c");
    expect_story(10 * S, "end of cut: b | a");
}
END_TEST

/* The same for those who stop to produce; and what ends comes first. */
START_TEST(test_ends_of_stops)
{
    run_trio("20s", "",
             "{'at': '6s', 'stop_producing': 'a', 'for': '4s'},"
             "{'at': '5s', 'stop_producing': 'a', 'for': '2s'}");
    const FixNote *after = fix_find(&recorder, SIM_PRODUCED, A, 5 * S);
    ck_assert_int_eq(after->happening.time_ns, 10 * S);
    run_trio("20s", "",
             "{'at': '7s', 'crash': 'b', 'for': '1s'}, {'at': '5s', 'crash': 'b', 'for': '2s'}");
    ck_assert_uint_eq(fix_count(&recorder, SIM_STOPPED, B), 2);
    ck_assert_uint_eq(fix_count(&recorder, SIM_STARTED, B), 3);
}
END_TEST

/* --- slow peers ------------------------------------------------------------------------------ */

#define PROCESSING ", 'processing': {'header': '1ms', 'block': '10ms'}"

static int64_t applied_ns(uint32_t peer, int64_t from_ns)
{
    for (guint i = 0; i < recorder.notes->len; i++) {
        const SimHappening *happening = &fix_note(&recorder, i)->happening;
        if (fix_matches(fix_note(&recorder, i), SIM_CHAIN, peer) &&
            happening->event == BNET_CHAIN_APPLIED && happening->time_ns >= from_ns)
            return happening->time_ns;
    }
    return SCENARIO_TIME_NONE;
}

/* When b takes the block of 5 s in. */
static int64_t taken_ns(void)
{
    for (guint i = 0; i < recorder.notes->len; i++) {
        const FixNote *note = fix_note(&recorder, i);
        if (fix_matches(note, SIM_DELIVERED, B) && note->happening.time_ns >= 5 * S &&
            note->message.kind == BNET_MESSAGE_BLOCK)
            return note->happening.time_ns;
    }
    return SCENARIO_TIME_NONE;
}

/* The block of 5 s is taken in at T, its header checked in 1 ms and it applied in 10 ms. */
START_TEST(test_slow)
{
    static const struct {
        int64_t at_ns; /* after T */
        const char *slow;
        int64_t applied_ns; /* after T */
    } cases[] = {
        {0, "'slow': 'c', 'factor': 10", 11 * MS},
        {-MS, "'slow': ['b', 'c'], 'factor': 10", 110 * MS},
        {-MS, "'slow': '*', 'factor': 0.1", MS + MS / 10},
        {-MS, "'slow': 'b', 'factor': 1.000001", 11 * MS + 11},
        {500000, "'slow': 'b', 'factor': 3", MS / 2 + 3 * MS / 2 + 30 * MS},
        /* 4 of 10 ms are done */
        {5 * MS, "'slow': 'b', 'factor': 4", 5 * MS + 4 * 6 * MS},
        {5 * MS, "'slow': 'b', 'factor': 0.1", 5 * MS + 6 * MS / 10},
        /* and 2 ms of the rest in 8 ms */
        {5 * MS, "'slow': 'b', 'factor': 4, 'for': '8ms'", 13 * MS + 4 * MS},
        /* at the very end, and too late */
        {11 * MS, "'slow': 'b', 'factor': 1000", 11 * MS},
        {11 * MS + 1, "'slow': 'b', 'factor': 1000", 11 * MS},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        run_trio("6s", PROCESSING, "");
        int64_t t_ns = taken_ns();
        ck_assert_int_eq(applied_ns(B, t_ns), t_ns + 11 * MS);
        g_autofree char *event = g_strdup_printf("{'at': '%" G_GINT64_FORMAT "ns', %s}",
                                                 t_ns + cases[i].at_ns, cases[i].slow);
        run_trio("6s", PROCESSING, event);
        ck_assert_int_eq(applied_ns(B, t_ns), t_ns + cases[i].applied_ns);
    }
}
END_TEST

/* A restart is of no help, a second slow is; the end of the first one undoes nothing then. */
START_TEST(test_slow_machine)
{
    run_trio("20s", PROCESSING,
             "{'at': '3s', 'slow': 'b', 'factor': 20, 'for': '5s'},"
             "{'at': '4s', 'crash': 'b', 'for': '100ms'},"
             "{'at': '7s', 'slow': 'b', 'factor': 2.5}, {'at': '10.3s', 'slow': 'b', 'factor': 1}");
    ck_assert_int_ge(applied_ns(B, 5 * S), 5 * S + LATENCY + 20 * 11 * MS);
    ck_assert_int_lt(applied_ns(B, 10 * S), 10 * S + 2 * LATENCY + 28 * MS);
    ck_assert_int_ge(applied_ns(B, 10 * S), 10 * S + LATENCY + 5 * 11 * MS / 2);
    ck_assert_int_lt(applied_ns(B, 15 * S), 15 * S + 2 * LATENCY);
    expect_story(3 * S, "slow by a factor of 20: b");
    expect_story(7 * S, "slow by a factor of 2.5: b");
    expect_story(8 * S, "end of slow: b");
    expect_story(10300 * MS, "usual speed: b");
    fix_assert_pass(result);
}
END_TEST

/* --- paused peers ---------------------------------------------------------------------------- */

static uint32_t count_of(SimHappeningKind kind, uint32_t peer, int64_t from_ns, int64_t to_ns)
{
    uint32_t n = 0;
    for (guint i = 0; i < recorder.notes->len; i++) {
        const FixNote *note = fix_note(&recorder, i);
        n += fix_matches(note, kind, peer) && note->happening.time_ns >= from_ns &&
             note->happening.time_ns < to_ns;
    }
    return n;
}

/* It neither takes in nor sends, and reads what waits when it goes on. */
START_TEST(test_pause)
{
    run_trio("20s", "", "{'at': '5.2s', 'pause': 'b'}, {'at': '10.2s', 'resume': 'b'}");
    ck_assert_uint_eq(count_of(SIM_DELIVERED, B, 5200 * MS, 10200 * MS), 0);
    ck_assert_uint_eq(count_of(SIM_SENT, B, 5200 * MS, 10200 * MS), 0);
    ck_assert_uint_eq(count_of(SIM_CHAIN, B, 5200 * MS, 10200 * MS), 0);
    ck_assert_int_eq(time_of(SIM_DELIVERED, B, A, 5200 * MS), 10200 * MS);
    ck_assert_uint_eq(fix_count(&recorder, SIM_CLOSED, FIX_ANY), 0);
    ck_assert_uint_eq(result->peers[B].head_number, result->peers[C].head_number);
    expect_story(5200 * MS, "pause: b");
    expect_story(10200 * MS, "resume: b");
    fix_assert_pass(result);
}
END_TEST

/* The producer makes the first block that it missed, late, and none of the others. */
START_TEST(test_pause_of_a_producer)
{
    run_trio("9s", "", "{'at': '5.2s', 'pause': 'a', 'for': '2s'}");
    ck_assert_uint_eq(count_of(SIM_PRODUCED, A, 5200 * MS, 7200 * MS), 0);
    ck_assert_uint_eq(count_of(SIM_PRODUCED, A, 7200 * MS, 7500 * MS), 1);
    ck_assert_int_eq(fix_find(&recorder, SIM_PRODUCED, A, 5200 * MS)->happening.time_ns, 7200 * MS);
    ck_assert_int_eq(fix_find(&recorder, SIM_PRODUCED, A, 7201 * MS)->happening.time_ns, 7500 * MS);
}
END_TEST

/* Timers fire when it goes on: b, to which nothing comes, finds its peers dead then. */
START_TEST(test_pause_of_a_timer)
{
    run_trio("50s", "",
             "{'at': '5.2s', 'cut': ['b', '*']}, {'at': '5.2s', 'pause': 'b', 'for': '40s'}");
    ck_assert_int_eq(time_of(SIM_CLOSED, B, A, 0), 45200 * MS);
    ck_assert_int_lt(time_of(SIM_CLOSED, A, B, 0), 35200 * MS);
}
END_TEST

/* The time to dial again comes in the pause. */
START_TEST(test_pause_of_a_redial)
{
    run_trio("30s", "",
             "{'at': '5s', 'reset': ['a', 'c']}, {'at': '6s', 'pause': 'c', 'for': '20s'}");
    ck_assert_int_eq(time_of(SIM_OPENED, A, C, 5 * S), 26 * S + 3 * LATENCY);
}
END_TEST

/* Who dials a paused peer waits for its answer, unless the connection is reset or the peer dies. */
START_TEST(test_dial_of_a_paused_peer)
{
    run_trio("20s", "", "{'at': '50ms', 'pause': 'a', 'for': '2s'}");
    ck_assert_int_eq(time_of(SIM_OPENED, A, B, 0), 2050 * MS);
    ck_assert_int_eq(time_of(SIM_OPENED, B, A, 0), 2050 * MS + LATENCY);
    static const char *const events[] = {
        "{'at': '50ms', 'pause': 'a', 'for': '3s'}, {'at': '1s', 'reset': ['a', '*']}",
        "{'at': '50ms', 'pause': 'a'}, {'at': '1s', 'crash': 'a', 'for': '1s'}",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(events); i++) {
        run_trio("20s", "", events[i]);
        ck_assert_int_ge(time_of(SIM_OPENED, A, B, 0), 11 * S + 3 * LATENCY);
        ck_assert_int_le(time_of(SIM_OPENED, A, B, 0), 16 * S + 3 * LATENCY);
        ck_assert_int_ge(time_of(SIM_OPENED, A, C, 0), 11 * S + 3 * LATENCY);
        ck_assert_uint_eq(result->peers[A].sessions, 2);
    }
}
END_TEST

/* Work that has begun is done that much later, and at the speed of the time. */
START_TEST(test_pause_of_work)
{
    run_trio("6s", PROCESSING, "");
    int64_t t_ns = taken_ns();
    g_autofree char *pause = g_strdup_printf(
        "{'at': '%" G_GINT64_FORMAT "ns', 'pause': 'b', 'for': '100ms'}", t_ns + 5 * MS);
    run_trio("6s", PROCESSING, pause);
    ck_assert_int_eq(applied_ns(B, t_ns), t_ns + 111 * MS);
    g_autofree char *slow = g_strdup_printf("%s, {'at': '5.12s', 'slow': 'b', 'factor': 3}", pause);
    run_trio("6s", PROCESSING, slow);
    ck_assert_int_eq(applied_ns(B, t_ns), t_ns + 105 * MS + 3 * 6 * MS);
}
END_TEST

/* The buffers towards a paused peer are full after 2 KiB; nothing is sent to it then. */
START_TEST(test_pause_fills_buffers)
{
    scenario = fix_scenario(
        "{'duration': '20s', 'links': {'latency': '40ms', 'send_buffer': '1KiB',"
        "'receive_buffer': '1KiB'}, 'peers': {'a': {'produces': true}, 'b': {}, 'c': {}},"
        "'transactions': {'rate': '20/s', 'from': 'a'},"
        "'events': [{'at': '5.2s', 'pause': 'b', 'for': '5s'}]}");
    result = fix_run(scenario, &recorder);
    ck_assert_int_ge(time_of(SIM_SENT, A, B, 5200 * MS), 5200 * MS);
    ck_assert_int_lt(time_of(SIM_SENT, A, B, 5200 * MS), 6 * S);
    ck_assert_int_ge(time_of(SIM_SENT, A, B, 8 * S), 10200 * MS + LATENCY);
    ck_assert_int_ge(time_of(SIM_WRITTEN, A, B, 8 * S), 10200 * MS + LATENCY);
    ck_assert_int_lt(time_of(SIM_SENT, A, C, 8 * S), 9 * S);
    fix_assert_pass(result);
}
END_TEST

/* A paused process can be killed. */
START_TEST(test_crash_in_a_pause)
{
    run_trio("20s", "",
             "{'at': '5.2s', 'pause': 'b'}, {'at': '6.2s', 'crash': 'b', 'for': '1s'},"
             "{'at': '10s', 'pause': 'b', 'for': '1s'}");
    ck_assert_int_eq(time_of(SIM_CLOSED, B, A, 0), 6200 * MS);
    ck_assert_int_eq(time_of(SIM_CLOSED, A, B, 0), 6200 * MS + LATENCY);
    ck_assert_int_eq(time_of(SIM_OPENED, A, B, S), 7200 * MS + 3 * LATENCY);
    ck_assert_uint_gt(count_of(SIM_DELIVERED, B, 8 * S, 10 * S), 5);
    fix_assert_pass(result);
}
END_TEST

/* --- the last fault -------------------------------------------------------------------------- */

/* Each of them counts as a fault of its time. */
START_TEST(test_last_fault)
{
    static const char *const events[] = {
        "{'at': '5s', 'cut': ['b', 'c']}",
        "{'at': '1s', 'cut': ['b', 'c']}, {'at': '5s', 'mend': ['b', 'c']}",
        "{'at': '5s', 'reset': ['b', 'c']}",
        "{'at': '1s', 'cut': ['b', 'c'], 'for': '4s'}",
        "{'at': '5s', 'slow': 'b', 'factor': 1}",
        "{'at': '1s', 'pause': 'b', 'for': '4s'}",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(events); i++) {
        clear();
        scenario = fix_scenario_of(
            "{'duration': '10s', 'links': {'latency': '40ms'}, 'peers': {'a': {'produces': true},"
            "'b': {}, 'c': {}}, 'events': [%s], 'expect': {'convergence': {'within': '5s'}}}",
            events[i]);
        result = fix_run(scenario, &recorder);
        /* The block of 5 s is on its way for 40 ms. */
        ck_assert_str_eq(fix_check(result, "expect/convergence")->detail,
                         "0.040 s after the last fault; 5.000 s were allowed");
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_faults");
    TCase *tcase = tcase_create("faults");
    tcase_set_timeout(tcase, 0);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_cut);
    tcase_add_test(tcase, test_cut_of_overlapping_peers);
    tcase_add_test(tcase, test_cut_one_way);
    tcase_add_test(tcase, test_cut_resets);
    tcase_add_test(tcase, test_cut_loses);
    tcase_add_test(tcase, test_cut_in_a_partition);
    tcase_add_test(tcase, test_partition_one_way);
    tcase_add_test(tcase, test_reset);
    tcase_add_test(tcase, test_reset_of_a_dial);
    tcase_add_test(tcase, test_for_is_two_events);
    tcase_add_test(tcase, test_end_of_a_partition);
    tcase_add_test(tcase, test_ends_of_cuts);
    tcase_add_test(tcase, test_ends_of_stops);
    tcase_add_test(tcase, test_slow);
    tcase_add_test(tcase, test_slow_machine);
    tcase_add_test(tcase, test_pause);
    tcase_add_test(tcase, test_pause_of_a_producer);
    tcase_add_test(tcase, test_pause_of_a_timer);
    tcase_add_test(tcase, test_pause_of_a_redial);
    tcase_add_test(tcase, test_dial_of_a_paused_peer);
    tcase_add_test(tcase, test_pause_of_work);
    tcase_add_test(tcase, test_pause_fills_buffers);
    tcase_add_test(tcase, test_crash_in_a_pause);
    tcase_add_test(tcase, test_last_fault);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
