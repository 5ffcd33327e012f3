/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections in whole runs: dialling, closing, partitions, crashes. Two peers, a and b, of which b
 * dials, unless a test says otherwise; the latency is 40 ms.
 */
#include "tests/sim_fixture.h"

enum {
    A,
    B,
};

#define LATENCY (40 * MS)

static FixRecorder recorder;
static Scenario *scenario;
static SimResult *result;

static void setup(void)
{
    fix_recorder_init(&recorder);
}

static void teardown(void)
{
    sim_result_free(result);
    scenario_free(scenario);
    fix_recorder_finish(&recorder);
    result = NULL;
    scenario = NULL;
}

/* `parts`: more keys of the scenario, each after a comma; a %s for the options of both peers. */
static void run_pair(const char *duration, const char *options, const char *parts)
{
    scenario = fix_scenario_of("{'duration': '%s', 'links': {'latency': '40ms'},"
                               "'peers': {'a': {'produces': true%s}, 'b': {%s}}%s}",
                               duration, options, options[0] ? options + 1 : "", parts);
    result = fix_run(scenario, &recorder);
}

static void expect_at(SimHappeningKind kind, uint32_t peer, int64_t from_ns, int64_t time_ns)
{
    const FixNote *note = fix_find(&recorder, kind, peer, from_ns);
    ck_assert_ptr_nonnull(note);
    ck_assert_int_eq(note->happening.time_ns, time_ns);
}

static void expect_closed(uint32_t peer, int64_t time_ns, BnetCloseReason reason)
{
    expect_at(SIM_CLOSED, peer, 0, time_ns);
    ck_assert_int_eq(fix_find(&recorder, SIM_CLOSED, peer, 0)->happening.reason, reason);
}

/* Time of the first one; SCENARIO_TIME_NONE: none. */
static int64_t time_of(SimHappeningKind kind, uint32_t peer, int64_t from_ns)
{
    const FixNote *note = fix_find(&recorder, kind, peer, from_ns);
    return note ? note->happening.time_ns : SCENARIO_TIME_NONE;
}

static const FixNote *find_message(SimHappeningKind kind, uint32_t peer, BnetMessageKind message,
                                   int64_t from_ns)
{
    for (guint i = 0; i < recorder.notes->len; i++) {
        const FixNote *note = fix_note(&recorder, i);
        if (fix_matches(note, kind, peer) && note->happening.time_ns >= from_ns &&
            note->message.kind == message)
            return note;
    }
    return NULL;
}

static void expect_message(SimHappeningKind kind, uint32_t peer, BnetMessageKind message,
                           int64_t time_ns)
{
    const FixNote *note = find_message(kind, peer, message, 0);
    ck_assert_ptr_nonnull(note);
    ck_assert_int_eq(note->happening.time_ns, time_ns);
}

/* --- dialling -------------------------------------------------------------------------------- */

/* Three latencies to the side that is dialled, one back; each side says hello at once. */
START_TEST(test_handshake)
{
    run_pair("1s", "", "");
    expect_at(SIM_OPENED, A, 0, 3 * LATENCY);
    expect_at(SIM_OPENED, B, 0, 4 * LATENCY);
    ck_assert(!fix_find(&recorder, SIM_OPENED, A, 0)->happening.dialled);
    ck_assert(fix_find(&recorder, SIM_OPENED, B, 0)->happening.dialled);
    expect_message(SIM_SENT, A, BNET_MESSAGE_HELLO, 3 * LATENCY);
    expect_message(SIM_DELIVERED, B, BNET_MESSAGE_HELLO, 4 * LATENCY + 1);
    expect_message(SIM_SENT, B, BNET_MESSAGE_HELLO, 4 * LATENCY);
    expect_message(SIM_DELIVERED, A, BNET_MESSAGE_HELLO, 5 * LATENCY);
    expect_message(SIM_SENT, B, BNET_MESSAGE_PING, 4 * LATENCY + 1);
    expect_message(SIM_SENT, A, BNET_MESSAGE_PING, 5 * LATENCY);
    ck_assert_uint_eq(fix_count(&recorder, SIM_OPENED, FIX_ANY), 2);
}
END_TEST

START_TEST(test_late_start)
{
    scenario = fix_scenario("{'duration': '8s', 'links': {'latency': '40ms'}, 'peers': {"
                            "'a': {'produces': true}, 'b': {'start': '5s'}}}");
    result = fix_run(scenario, &recorder);
    expect_at(SIM_STARTED, B, 0, 5 * S);
    for (guint i = 0; i < recorder.notes->len; i++) {
        const SimHappening *happening = &fix_note(&recorder, i)->happening;
        ck_assert(happening->peer != B || happening->time_ns >= 5 * S);
    }
    expect_at(SIM_OPENED, A, 0, 5 * S + 3 * LATENCY);
    ck_assert_uint_eq(result->peers[B].head_number, 16);
}
END_TEST

/* A dial that fails is tried again 10 to 15 s later, at a time of the seed's choosing. */
START_TEST(test_dial_to_a_late_peer)
{
    int64_t least_ns = INT64_MAX;
    int64_t most_ns = 0;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        g_autoptr(Scenario) late = fix_scenario_of(
            "{'seed': %" G_GUINT64_FORMAT ", 'duration': '20s', 'links': {'latency': '40ms'},"
            "'peers': {'a': {'produces': true, 'start': '3s'}, 'b': {'chain': 'genesis'}}}",
            seed);
        g_array_set_size(recorder.notes, 0);
        sim_result_free(fix_run(late, &recorder));
        int64_t opened_ns = time_of(SIM_OPENED, A, 0);
        int64_t wait_ns = opened_ns - 6 * LATENCY; /* it failed, and succeeded, 3 latencies later */
        ck_assert_int_ge(wait_ns, 10 * S);
        ck_assert_int_le(wait_ns, 15 * S);
        least_ns = MIN(least_ns, wait_ns);
        most_ns = MAX(most_ns, wait_ns);
    }
    ck_assert_int_lt(least_ns, 11 * S);
    ck_assert_int_gt(most_ns, 14 * S);
}
END_TEST

/* --- crashes --------------------------------------------------------------------------------- */

/* The other side learns of it one latency later, after all that was sent before. */
START_TEST(test_crash)
{
    run_pair("8s", "", ", 'events': [{'at': '5s', 'crash': 'a'}]");
    expect_closed(A, 5 * S, BNET_CLOSE_SHUTDOWN);
    /* The block of slot 10 is due at 5 s; the crash comes first. */
    expect_closed(B, 5 * S + LATENCY, BNET_CLOSE_LOST);
    expect_at(SIM_STOPPED, A, 0, 5 * S);
    ck_assert(!result->peers[A].up);
    ck_assert_uint_eq(result->peers[B].head_number, 10);
    ck_assert_uint_eq(result->peers[A].sessions, 0);
    ck_assert_uint_eq(result->peers[B].sessions, 0);
}
END_TEST

/* Mid-flight: a block sent 10 ms before the crash arrives, and then the end. */
START_TEST(test_crash_behind_data)
{
    run_pair("8s", "", ", 'events': [{'at': '5.01s', 'crash': 'a'}]");
    expect_closed(B, 5010 * MS + LATENCY, BNET_CLOSE_LOST);
    ck_assert_uint_eq(result->peers[B].head_number, 11);
}
END_TEST

static const BnetHello *hello_from(uint32_t peer, int64_t from_ns)
{
    return &find_message(SIM_SENT, peer, BNET_MESSAGE_HELLO, from_ns)->message.u.hello;
}

/* The process that comes back is another one with the same chain; the remote side redials it. */
START_TEST(test_restart)
{
    run_pair("30s", "", ", 'events': [{'at': '5s', 'crash': 'a'}, {'at': '6s', 'restart': 'a'}]");
    expect_at(SIM_STARTED, A, 1, 6 * S);
    int64_t opened_ns = time_of(SIM_OPENED, A, 5 * S);
    ck_assert_int_ge(opened_ns, 15 * S + 4 * LATENCY);
    ck_assert_int_le(opened_ns, 20 * S + 4 * LATENCY);
    const BnetHello *before = hello_from(A, 0);
    const BnetHello *after = hello_from(A, 6 * S);
    ck_assert_mem_ne(&before->peer_id, &after->peer_id, sizeof before->peer_id);
    ck_assert_mem_eq(&hello_from(B, 0)->peer_id, &hello_from(B, 6 * S)->peer_id,
                     sizeof before->peer_id);
    ck_assert_uint_eq(result->peers[A].head_number, 10); /* kept; the only producer waits */
    fix_assert_pass(result);
}
END_TEST

/* A dialling peer dials again as soon as it is back. */
START_TEST(test_restart_of_the_dialler)
{
    run_pair("9s", "", ", 'events': [{'at': '5s', 'crash': 'b'}, {'at': '6s', 'restart': 'b'}]");
    expect_at(SIM_OPENED, A, 5 * S, 6 * S + 3 * LATENCY);
    expect_at(SIM_OPENED, B, 5 * S, 6 * S + 4 * LATENCY);
    ck_assert_uint_eq(result->peers[A].head_number, 19);
    ck_assert_uint_eq(result->peers[B].head_number, 18); /* one is on its way */
}
END_TEST

static void keep_start_head(FixRecorder *self, SimWorld *world, const SimHappening *happening)
{
    uint32_t *heads = self->data;
    if (happening->kind == SIM_STARTED && happening->peer == B)
        heads[self->calls++] = bnet_view_head_number(&sim_world_node(world, B)->view);
}

/* With "lose" it starts from what its group starts with, else from what it had. */
START_TEST(test_chain_of_a_restart)
{
    static const struct {
        const char *group;
        const char *restart;
        uint32_t heads[2];
    } cases[] = {
        {"'chain': 'full'", "'keep'", {30, 39}},
        {"'chain': 'full'", "'lose'", {30, 30}},
        {"'chain': 'genesis'", "'keep'", {1, 39}},
        {"'chain': 'genesis'", "'lose'", {1, 1}},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Scenario) again = fix_scenario_of(
            "{'duration': '9s', 'links': {'latency': '40ms'}, 'chain': {'start_height': 30},"
            "'peers': {'a': {'produces': true}, 'b': {%s}},"
            "'events': [{'at': '5s', 'crash': 'b'}, {'at': '6s', 'restart': 'b', 'chain': %s}]}",
            cases[i].group, cases[i].restart);
        uint32_t heads[2] = {0};
        recorder.hook = keep_start_head;
        recorder.data = heads;
        recorder.calls = 0;
        g_autoptr(SimResult) done = fix_run(again, &recorder);
        ck_assert_uint_eq(recorder.calls, 2);
        ck_assert_mem_eq(heads, cases[i].heads, sizeof heads);
        ck_assert_uint_eq(done->peers[B].head_number, 47); /* the last one is on its way */
    }
}
END_TEST

/* Down and up again at one instant, before the news of it has arrived. */
START_TEST(test_instant_restart)
{
    run_pair("40s", "",
             ", 'events': [{'at': '5s', 'crash': ['a', 'b']}, {'at': '5s', 'restart': "
             "['a', 'b']}]");
    expect_at(SIM_OPENED, A, 5 * S, 5 * S + 3 * LATENCY);
    expect_at(SIM_OPENED, B, 5 * S, 5 * S + 4 * LATENCY);
    ck_assert_uint_eq(fix_count(&recorder, SIM_OPENED, A), 2);
    ck_assert_uint_eq(result->peers[A].sessions, 1);
    ck_assert_uint_eq(result->peers[B].sessions, 1);
}
END_TEST

/* The confirmation of the old process's connection is under way when the new one dials: the old
 * connection ends, and nothing of it reaches the new one. */
START_TEST(test_restart_of_a_dialler_that_waits)
{
    run_pair("40s", "",
             ", 'events': [{'at': '130ms', 'crash': 'b'}, {'at': '140ms', 'restart': 'b'}]");
    expect_at(SIM_OPENED, A, 0, 3 * LATENCY);
    ck_assert_int_eq(time_of(SIM_OPENED, B, 0), 140 * MS + 4 * LATENCY);
    ck_assert_uint_eq(fix_count(&recorder, SIM_OPENED, B), 1);
    ck_assert_uint_eq(fix_count(&recorder, SIM_CLOSED, B), 0);
    ck_assert_uint_eq(fix_count(&recorder, SIM_CLOSED, A), 1);
    expect_closed(A, 130 * MS + LATENCY, BNET_CLOSE_LOST);
    ck_assert_uint_eq(result->n_disconnects, 0);
}
END_TEST

/* The dial of the old process reaches the other side between its end and the start of the new one:
 * the same. */
START_TEST(test_restart_of_a_dialler_that_dials)
{
    run_pair("40s", "",
             ", 'events': [{'at': '100ms', 'crash': 'b'}, {'at': '140ms', 'restart': 'b'}]");
    expect_at(SIM_OPENED, A, 0, 3 * LATENCY);
    expect_closed(A, 140 * MS + LATENCY, BNET_CLOSE_LOST);
    ck_assert_int_eq(time_of(SIM_OPENED, B, 0), 140 * MS + 4 * LATENCY);
    ck_assert_uint_eq(fix_count(&recorder, SIM_OPENED, A), 2);
    ck_assert_uint_eq(fix_count(&recorder, SIM_OPENED, B), 1);
    ck_assert_uint_eq(fix_count(&recorder, SIM_CLOSED, A), 1);
    ck_assert_uint_eq(fix_count(&recorder, SIM_CLOSED, B), 0);
}
END_TEST

/* What a dead connection still had to send does not hold up the next one. */
START_TEST(test_new_connection_behind_a_backlog)
{
    scenario = fix_scenario_of(
        "{'duration': '60s', 'links': {'latency': '40ms', 'bandwidth': '8kbit/s'},"
        "'peers': {'a': {'produces': true}, 'b': {}}, 'transactions': {'rate': '20/s', 'size': "
        "1000,"
        "'from': 'a'}, 'events': [{'at': '10s', 'partition': ['a'], 'connections': 'reset'},"
        "{'at': '11s', 'heal': true}], 'expect': {'convergence': false}}");
    result = fix_run(scenario, &recorder);
    int64_t accepted_ns = time_of(SIM_OPENED, A, 10 * S);
    ck_assert_int_ge(accepted_ns, 20 * S);
    ck_assert_int_eq(time_of(SIM_OPENED, B, 10 * S), accepted_ns + LATENCY);
}
END_TEST

/* --- partitions ------------------------------------------------------------------------------ */

/* Held: nothing passes, nobody closes, and all of it arrives when the link is mended. */
START_TEST(test_partition_holds)
{
    run_pair("20s", ", 'idle_timeout': 'none'",
             ", 'events': [{'at': '5.2s', 'partition': ['a']}, {'at': '15.2s', 'heal': true}]");
    ck_assert_uint_eq(fix_count(&recorder, SIM_CLOSED, FIX_ANY), 0);
    for (guint i = 0; i < recorder.notes->len; i++) {
        const FixNote *note = fix_note(&recorder, i);
        int64_t time_ns = note->happening.time_ns;
        if (note->happening.kind == SIM_DELIVERED)
            ck_assert(time_ns < 5200 * MS || time_ns >= 15200 * MS + LATENCY);
    }
    expect_at(SIM_DELIVERED, B, 5200 * MS, 15200 * MS + LATENCY);
    fix_assert_pass(result);
}
END_TEST

/* What is in flight: the notice of the block of 5 s leaves at once, the block 0.5 ms later. */
START_TEST(test_cut_in_flight)
{
    static const struct {
        const char *cut;
        const char *heal;
        int64_t arrival_ns;
    } cases[] = {
        /* over before the arrival, or at its very instant: not held */
        {"5.01s", "5.039999999s", 5040 * MS},
        {"5.01s", "5.04s", 5040 * MS},
        /* one nanosecond longer: sets out again */
        {"5.01s", "5040000001ns", 5040 * MS + 1 + LATENCY},
        /* a cut at the instant of the arrival comes first; one later is too late */
        {"5.04s", "5.1s", 5100 * MS + LATENCY},
        {"5040000001ns", "5.1s", 5040 * MS},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Scenario) cut = fix_scenario_of(
            "{'duration': '6s', 'links': {'latency': '40ms'},"
            "'peers': {'a': {'produces': true}, 'b': {}},"
            "'events': [{'at': '%s', 'partition': ['a']}, {'at': '%s', 'heal': true}]}",
            cases[i].cut, cases[i].heal);
        g_array_set_size(recorder.notes, 0);
        sim_result_free(fix_run(cut, &recorder));
        const FixNote *sent = find_message(SIM_SENT, A, BNET_MESSAGE_BLOCK_NOTICE, 5 * S);
        ck_assert_int_eq(sent->happening.time_ns, 5 * S);
        const FixNote *notice = find_message(SIM_DELIVERED, B, BNET_MESSAGE_BLOCK_NOTICE, 5 * S);
        ck_assert_int_eq(notice->happening.time_ns, cases[i].arrival_ns);
    }
}
END_TEST

/* Both ends lose the connection at the instant of the cut; the dialling side tries again. */
START_TEST(test_reset)
{
    run_pair("25s", "",
             ", 'events': [{'at': '5s', 'partition': ['a'], 'connections': 'reset'},"
             "{'at': '5001ms', 'heal': true}]");
    expect_closed(A, 5 * S, BNET_CLOSE_LOST);
    expect_closed(B, 5 * S, BNET_CLOSE_LOST);
    int64_t opened_ns = time_of(SIM_OPENED, A, 5 * S);
    ck_assert_int_ge(opened_ns, 15 * S + 3 * LATENCY);
    ck_assert_int_le(opened_ns, 20 * S + 3 * LATENCY);
    ck_assert_int_eq(time_of(SIM_OPENED, B, 5 * S), opened_ns + LATENCY);
    ck_assert_uint_eq(fix_count(&recorder, SIM_CLOSED, FIX_ANY), 2);
}
END_TEST

/* A reset at any moment of the handshake: the connection comes about later all the same. */
START_TEST(test_reset_in_the_handshake)
{
    g_autofree char *events =
        g_strdup_printf(", 'events': [{'at': '%dms', 'partition': ['a'], 'connections': 'reset'},"
                        "{'at': '%dms', 'heal': true}]",
                        _i * 10, _i * 10 + 5);
    run_pair("25s", "", events);
    ck_assert_uint_eq(result->peers[A].sessions, 1);
    ck_assert_uint_eq(result->peers[B].sessions, 1);
    ck_assert_uint_ge(result->peers[B].head_number + 1, result->peers[A].head_number);
}
END_TEST

/* A dial into a cut fails, and is tried again. */
START_TEST(test_dial_into_a_cut)
{
    run_pair("40s", "",
             ", 'events': [{'at': '1ms', 'partition': ['a']}, {'at': '20s', 'heal': true}]");
    int64_t opened_ns = time_of(SIM_OPENED, A, 0);
    ck_assert_int_ge(opened_ns, 20 * S);
    ck_assert_int_le(opened_ns, 35 * S + 3 * LATENCY);
    ck_assert_uint_eq(fix_count(&recorder, SIM_CLOSED, FIX_ANY), 0);
}
END_TEST

/* --- silence --------------------------------------------------------------------------------- */

/* Each side closes 30 s after the last message came in, and they find each other again. */
START_TEST(test_dead)
{
    run_pair("80s", "",
             ", 'events': [{'at': '5.2s', 'partition': ['a']}, {'at': '50s', 'heal': true}]");
    for (uint32_t peer = A; peer <= B; peer++) {
        int64_t last_ns = 0;
        for (guint i = 0; i < recorder.notes->len; i++) {
            const FixNote *note = fix_note(&recorder, i);
            if (fix_matches(note, SIM_DELIVERED, peer) && note->happening.time_ns < 10 * S)
                last_ns = note->happening.time_ns;
        }
        ck_assert_int_gt(last_ns, 0);
        expect_closed(peer, last_ns + 30 * S, BNET_CLOSE_DEAD);
    }
    int64_t opened_ns = time_of(SIM_OPENED, A, 10 * S);
    ck_assert_int_ge(opened_ns, 50 * S);
    ck_assert_int_le(opened_ns, 65 * S + 3 * LATENCY);
    ck_assert_uint_eq(fix_count(&recorder, SIM_CLOSED, FIX_ANY), 2);
    fix_assert_pass(result);
}
END_TEST

/* A silent peer is found also by a side whose hello still waits for room in the buffers. */
START_TEST(test_dead_before_hello)
{
    scenario = fix_scenario("{'duration': '60s',"
                            "'chain': {'start_height': 300, 'irreversibility': 'none'},"
                            "'links': {'latency': '40ms', 'send_buffer': '1024B',"
                            "'receive_buffer': '1024B'},"
                            "'peers': {'a': {'produces': true}, 'b': {}},"
                            "'events': [{'at': '130ms', 'partition': ['a']}]}");
    result = fix_run(scenario, &recorder);
    expect_closed(A, 3 * LATENCY + 30 * S, BNET_CLOSE_DEAD);
}
END_TEST

/* --- order ----------------------------------------------------------------------------------- */

/* What each end has sent on its connection, and how much of it was delivered. */
typedef struct Way {
    GArray *sent; /* of BnetMessage */
    guint delivered;
} Way;

static bool same(const BnetMessage *x, const BnetMessage *y)
{
    if (x->kind != y->kind)
        return false;
    switch (x->kind) {
    case BNET_MESSAGE_HELLO:
        return memcmp(&x->u.hello.peer_id, &y->u.hello.peer_id, sizeof x->u.hello.peer_id) == 0;
    case BNET_MESSAGE_TRX_NOTICE:
    case BNET_MESSAGE_BLOCK_NOTICE:
        return x->u.notice.count == y->u.notice.count;
    case BNET_MESSAGE_BLOCK:
        return x->u.block == y->u.block;
    case BNET_MESSAGE_TRX:
        return x->u.trx == y->u.trx;
    case BNET_MESSAGE_PING:
    case BNET_MESSAGE_PONG:
        return bnet_id_equal(&x->u.ping.code, &y->u.ping.code);
    case BNET_MESSAGE_MALFORMED:
        return x->u.malformed.seed == y->u.malformed.seed;
    }
    return false;
}

/* On every connection of a stormy run: what is delivered is what was sent, in order, without a gap,
 * and nothing of an older connection. Nothing crosses a partition. */
START_TEST(test_streams)
{
    scenario = fix_scenario_of(
        "{'seed': %d, 'duration': '120s', 'links': {'latency': {'lognormal': {'median': '80ms',"
        "'sigma': 1}}, 'bandwidth': '2Mbit/s', 'send_buffer': '8KiB', 'receive_buffer': '4KiB'},"
        "'peers': {'bp': {'count': 3, 'produces': true}, 'relay': {'count': 2}},"
        "'transactions': {'rate': '10/s'},"
        "'events': [{'at': '7s', 'partition': [['bp[0]', 'relay[0]']]}, {'at': '17s', 'heal': "
        "true},"
        "{'at': '20s', 'crash': 'bp[1]'}, {'at': '20.1s', 'restart': 'bp[1]'},"
        "{'at': '25s', 'partition': [['bp[0]', 'relay[1]']], 'connections': 'reset'},"
        "{'at': '27s', 'heal': true}, {'at': '40s', 'crash': 'relay[0]'},"
        "{'at': '55s', 'restart': 'relay[0]', 'chain': 'lose'},"
        "{'at': '60s', 'partition': ['bp[2]']}, {'at': '100s', 'heal': true}]}",
        _i + 1);
    result = fix_run(scenario, &recorder);
    uint32_t n_ends = 2 * scenario->n_links;
    g_autofree Way *ways = g_new0(Way, n_ends);
    for (uint32_t e = 0; e < n_ends; e++)
        ways[e].sent = g_array_new(FALSE, FALSE, sizeof(BnetMessage));
    uint32_t delivered = 0;
    for (guint i = 0; i < recorder.notes->len; i++) {
        const FixNote *note = fix_note(&recorder, i);
        const SimHappening *happening = &note->happening;
        if (happening->end == SIM_NONE)
            continue;
        Way *out = &ways[happening->end];
        Way *in = &ways[happening->end ^ 1];
        if (happening->kind == SIM_OPENED) {
            g_array_set_size(out->sent, 0);
            out->delivered = 0;
        } else if (happening->kind == SIM_SENT) {
            g_array_append_val(out->sent, note->message);
        } else if (happening->kind == SIM_DELIVERED) {
            ck_assert_ptr_nonnull(in->sent);
            ck_assert_uint_lt(in->delivered, in->sent->len);
            ck_assert(same(&note->message, &g_array_index(in->sent, BnetMessage, in->delivered)));
            in->delivered++;
            delivered++;
            bool bp2 = happening->peer == 2 || happening->remote == 2;
            ck_assert(!bp2 || happening->time_ns < 60 * S || happening->time_ns > 100 * S);
        }
    }
    ck_assert_uint_gt(delivered, 2000);
    for (uint32_t e = 0; e < n_ends; e++)
        g_array_unref(ways[e].sent);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_net");
    TCase *tcase = tcase_create("net");
    tcase_set_timeout(tcase, 0);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_handshake);
    tcase_add_test(tcase, test_late_start);
    tcase_add_test(tcase, test_dial_to_a_late_peer);
    tcase_add_test(tcase, test_crash);
    tcase_add_test(tcase, test_crash_behind_data);
    tcase_add_test(tcase, test_restart);
    tcase_add_test(tcase, test_restart_of_the_dialler);
    tcase_add_test(tcase, test_chain_of_a_restart);
    tcase_add_test(tcase, test_instant_restart);
    tcase_add_test(tcase, test_restart_of_a_dialler_that_waits);
    tcase_add_test(tcase, test_restart_of_a_dialler_that_dials);
    tcase_add_test(tcase, test_new_connection_behind_a_backlog);
    tcase_add_test(tcase, test_partition_holds);
    tcase_add_test(tcase, test_cut_in_flight);
    tcase_add_test(tcase, test_reset);
    tcase_add_loop_test(tcase, test_reset_in_the_handshake, 0, 25);
    tcase_add_test(tcase, test_dial_into_a_cut);
    tcase_add_test(tcase, test_dead);
    tcase_add_test(tcase, test_dead_before_hello);
    tcase_add_loop_test(tcase, test_streams, 0, 5);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
