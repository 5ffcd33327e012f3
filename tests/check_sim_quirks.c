/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hazards of the deployed plugin in whole runs: those that are the simulator's, on and off, and
 * all of them together. The latency is 40 ms.
 */
#include "core/quirks.h"
#include "tests/run_suite.h"
#include "tests/sim_fixture.h"

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

/* What is run now, with the quirks of %s. */
static void run(const char *format, const char *quirks) G_GNUC_PRINTF(1, 0);

static void run(const char *format, const char *quirks)
{
    clear();
    scenario = fix_scenario_of(format, quirks, quirks);
    result = fix_run(scenario, &recorder);
}

static uint32_t count_between(SimHappeningKind kind, uint32_t peer, int64_t from_ns, int64_t to_ns)
{
    uint32_t n = 0;
    for (guint i = 0; i < recorder.notes->len; i++) {
        const FixNote *note = fix_note(&recorder, i);
        n += fix_matches(note, kind, peer) && note->happening.time_ns >= from_ns &&
             note->happening.time_ns < to_ns;
    }
    return n;
}

/* Blocks that a peer gets. */
static uint32_t count_blocks(uint32_t peer, int64_t from_ns, int64_t to_ns)
{
    uint32_t n = 0;
    for (guint i = 0; i < recorder.notes->len; i++) {
        const FixNote *note = fix_note(&recorder, i);
        n += fix_matches(note, SIM_DELIVERED, peer) && note->message.kind == BNET_MESSAGE_BLOCK &&
             note->happening.time_ns >= from_ns && note->happening.time_ns < to_ns;
    }
    return n;
}

static uint32_t count_closed(uint32_t peer, BnetCloseReason reason)
{
    uint32_t n = 0;
    for (guint i = 0; i < recorder.notes->len; i++) {
        const FixNote *note = fix_note(&recorder, i);
        n += fix_matches(note, SIM_CLOSED, peer) && note->happening.reason == reason;
    }
    return n;
}

/* --- peers that dial each other -------------------------------------------------------------- */

enum {
    A,
    B,
    M,
};

#define PAIR                                                                                       \
    "{'duration': '60s', 'links': {'latency': '40ms'}, 'topology': {'mutual': true},"              \
    " 'peers': {'a': {'produces': true, 'quirks': {%s}}, 'b': {'quirks': {%s}}}}"

START_TEST(test_one_of_two_connections_stays)
{
    run(PAIR, "");
    ck_assert_uint_eq(scenario->n_links, 2);
    ck_assert_uint_eq(fix_count(&recorder, SIM_OPENED, A), 2);
    ck_assert_uint_eq(fix_count(&recorder, SIM_OPENED, B), 2);
    ck_assert_uint_eq(count_closed(A, BNET_CLOSE_REDUNDANT), 1);
    ck_assert_uint_eq(count_closed(B, BNET_CLOSE_REDUNDANT), 1);
    ck_assert_uint_gt(count_blocks(B, 0, 10 * S), 15);
    fix_assert_pass(result);
}
END_TEST

START_TEST(test_both_close)
{
    run(PAIR, "'both-close': true");
    ck_assert_uint_eq(count_closed(A, BNET_CLOSE_REDUNDANT), 1);
    ck_assert_uint_eq(count_closed(B, BNET_CLOSE_REDUNDANT), 1);
    ck_assert_uint_eq(count_blocks(B, S, 10 * S), 0); /* until one dials again */
    ck_assert_uint_gt(count_blocks(B, 15 * S, 60 * S), 80);
}
END_TEST

/* H19: each redial is closed; the connection that stands is not harmed. */
START_TEST(test_redials_inbound)
{
    run(PAIR, "'redials-inbound': true");
    ck_assert_uint_gt(fix_count(&recorder, SIM_OPENED, A), 4);
    ck_assert_uint_eq(count_closed(A, BNET_CLOSE_REDUNDANT) + count_closed(A, BNET_CLOSE_LOST),
                      fix_count(&recorder, SIM_OPENED, A) - 1);
    ck_assert_uint_gt(count_blocks(B, 0, 60 * S), 115);
}
END_TEST

/* --- redials --------------------------------------------------------------------------------- */

#define CRASHES                                                                                    \
    "{'duration': '200s', 'links': {'latency': '40ms'},"                                           \
    " 'peers': {'a': {'produces': true, 'quirks': {%s}}, 'b': {'quirks': {%s}}},"                  \
    " 'events': [{'at': '1s', 'crash': 'b'}, {'at': '1.25s', 'restart': 'b'},"                     \
    "            {'at': '20.3s', 'crash': 'a'}, {'at': '20.4s', 'restart': 'a'},"                  \
    "            {'at': '70.3s', 'crash': 'a'}, {'at': '70.4s', 'restart': 'a'},"                  \
    "            {'at': '120.3s', 'crash': 'a'}, {'at': '120.4s', 'restart': 'a'}]}"

/* How long after a crash it takes until the dial is begun. */
static int64_t redialled_ns(int64_t crash_ns)
{
    const FixNote *opened = fix_find(&recorder, SIM_OPENED, A, crash_ns);
    ck_assert_ptr_nonnull(opened);
    return opened->happening.time_ns - 3 * LATENCY - crash_ns;
}

START_TEST(test_redial_timer)
{
    static const int64_t crashes_ns[] = {20300 * MS, 70300 * MS, 120300 * MS};
    run(CRASHES, "");
    for (size_t i = 0; i < G_N_ELEMENTS(crashes_ns); i++) {
        ck_assert_int_ge(redialled_ns(crashes_ns[i]), SIM_REDIAL_MIN_NS);
        ck_assert_int_le(redialled_ns(crashes_ns[i]), SIM_REDIAL_MAX_NS + LATENCY);
    }
    bool soon = false;
    run(CRASHES, "'redial-timer': true");
    for (size_t i = 0; i < G_N_ELEMENTS(crashes_ns); i++) {
        int64_t waited_ns = redialled_ns(crashes_ns[i]);
        ck_assert_int_le(waited_ns, 14 * S);
        /* By the timer of the process, which began at 1.25 s. */
        ck_assert_int_eq((crashes_ns[i] + waited_ns) % S, S / 4);
        soon = soon || waited_ns < SIM_REDIAL_MIN_NS;
    }
    ck_assert(soon);
}
END_TEST

/* --- frames ---------------------------------------------------------------------------------- */

#define FRAMES                                                                                     \
    "{'duration': '20s', 'links': {'latency': '40ms'}, 'topology': {'kind': 'star'},"              \
    " 'peers': {'a': {'produces': true, 'quirks': {%s}}, 'b': {'quirks': {%s}},"                   \
    "           'm': {'persona': {'kind': 'malformed', 'bytes': 'two-notices', 'after': '5s'}}}}"

/* The kind of message that A takes in from M, the first from that time on. */
static BnetMessageKind first_from_m(int64_t from_ns)
{
    for (guint i = 0; i < recorder.notes->len; i++) {
        const FixNote *note = fix_note(&recorder, i);
        if (fix_matches(note, SIM_DELIVERED, A) && note->happening.remote == M &&
            note->happening.time_ns >= from_ns)
            return note->message.kind;
    }
    ck_abort_msg("nothing from m");
}

/* H12: the first notice is handled when the frame comes, the second with what m sends next. */
START_TEST(test_one_behind)
{
    run(FRAMES, "");
    ck_assert_uint_eq(count_closed(A, BNET_CLOSE_MALFORMED), 1);
    run(FRAMES, "'one-behind': true");
    ck_assert_uint_eq(count_closed(A, BNET_CLOSE_MALFORMED), 0);
    ck_assert_int_eq(first_from_m(5 * S + LATENCY), BNET_MESSAGE_BLOCK_NOTICE);
    ck_assert_int_eq(first_from_m(5 * S + LATENCY + 1), BNET_MESSAGE_BLOCK_NOTICE);
    uint32_t sent = 0;
    uint32_t handled = 0;
    for (guint i = 0; i < recorder.notes->len; i++) {
        const FixNote *note = fix_note(&recorder, i);
        sent += fix_matches(note, SIM_SENT, M) && note->happening.remote == A &&
                note->happening.time_ns < 19 * S;
        handled += fix_matches(note, SIM_DELIVERED, A) && note->happening.remote == M &&
                   note->happening.time_ns < 19 * S + LATENCY;
    }
    ck_assert_uint_gt(sent, 10);
    ck_assert_uint_eq(handled, sent); /* one of the frames had two messages */
}
END_TEST

#define TAIL                                                                                       \
    "{'duration': '20s', 'links': {'latency': '40ms'}, 'topology': {'kind': 'star'},"              \
    " 'peers': {'a': {'produces': true, 'quirks': {%s}}, 'b': {'quirks': {%s}},"                   \
    "           'm': {'persona': {'kind': 'malformed', 'bytes': 'trailing', 'after': '5s'}}}}"

/* H12: the ping before the junk is answered, for which m closes. */
START_TEST(test_junk_behind_a_ping)
{
    run(TAIL, "");
    ck_assert_uint_eq(count_closed(A, BNET_CLOSE_MALFORMED), 1);
    ck_assert_uint_eq(count_closed(M, BNET_CLOSE_BAD_PONG), 0);
    run(TAIL, "'one-behind': true");
    ck_assert_uint_eq(count_closed(A, BNET_CLOSE_MALFORMED), 0);
    ck_assert_uint_eq(count_closed(M, BNET_CLOSE_BAD_PONG), 1);
    ck_assert_uint_gt(count_blocks(M, 16 * S, 20 * S), 5); /* the next connection begins anew */
}
END_TEST

/* --- transactions ---------------------------------------------------------------------------- */

#define NOTICES                                                                                    \
    "{'duration': '20s', 'links': {'latency': '40ms'}, 'topology': {'kind': 'star'},"              \
    " 'transactions': {'rate': '10/s'},"                                                           \
    " 'peers': {'a': {'produces': true, 'quirks': {%s}}, 'b': {'quirks': {%s}},"                   \
    "           'm': {'persona': {'kind': 'trx-notices', 'after': '5.3s'}}}}"

/* H9 */
START_TEST(test_trx_notices)
{
    run(NOTICES, "");
    ck_assert_uint_eq(count_closed(A, BNET_CLOSE_MALFORMED), 0);
    run(NOTICES, "'trx-notice-closes': true");
    ck_assert_uint_eq(count_closed(A, BNET_CLOSE_MALFORMED), 1);
    const FixNote *closed = fix_find(&recorder, SIM_CLOSED, A, 0);
    ck_assert_int_eq(closed->happening.time_ns, 5300 * MS + LATENCY);
}
END_TEST

/* --- closing --------------------------------------------------------------------------------- */

#define CLOSING                                                                                    \
    "{'duration': '60s', 'links': {'latency': '40ms'}, 'topology': {'kind': 'star'},"              \
    " 'peers': {'a': {'produces': true, 'quirks': {%s}}, 'b': {'quirks': {%s}},"                   \
    "           'm': {'persona': {'kind': 'malformed', 'after': '5s'}}},"                          \
    " 'events': [{'at': '5.05s', 'pause': 'm'}, {'at': '25s', 'resume': 'm'}]}"

/* H13: m stands still when a closes; b, which has nothing to do with it, waits. */
START_TEST(test_close_waits)
{
    run(CLOSING, "");
    ck_assert_uint_eq(count_closed(A, BNET_CLOSE_MALFORMED), 1);
    ck_assert_uint_gt(count_blocks(B, 6 * S, 25 * S), 35);
    run(CLOSING, "'close-waits': true");
    ck_assert_uint_eq(count_closed(A, BNET_CLOSE_MALFORMED), 1);
    ck_assert_uint_eq(count_between(SIM_SENT, A, 5 * S + LATENCY + 1, 25 * S), 0);
    ck_assert_uint_eq(count_between(SIM_DELIVERED, A, 5 * S + LATENCY + 1, 25 * S), 0);
    ck_assert_uint_gt(count_between(SIM_PRODUCED, A, 6 * S, 25 * S), 35); /* the chain goes on */
    ck_assert_uint_gt(count_blocks(B, 25 * S + LATENCY, 27 * S), 35);
    ck_assert_int_ge(fix_find(&recorder, SIM_SENT, A, 5 * S + LATENCY + 1)->happening.time_ns,
                     25 * S + LATENCY); /* one latency after m has read the close */
}
END_TEST

/* H13: who answers costs a round trip. */
START_TEST(test_close_that_is_answered)
{
    run("{'duration': '20s', 'links': {'latency': '40ms'}, 'topology': {'kind': 'star'},"
        " 'peers': {'a': {'produces': true, 'quirks': {%s}}, 'b': {'quirks': {%s}},"
        "           'm': {'persona': {'kind': 'malformed', 'after': '5s'}}}}",
        "'close-waits': true");
    ck_assert_uint_eq(count_between(SIM_SENT, A, 5 * S + LATENCY + 1, 5 * S + 3 * LATENCY), 0);
    ck_assert_uint_eq(count_blocks(B, 5 * S + 3 * LATENCY, 7 * S), 3); /* one a slot */
    fix_assert_pass(result);
}
END_TEST

/* H13: the process that does not answer ends, which is an answer; or the connection is reset. */
START_TEST(test_close_waits_for_nobody)
{
    static const char *const events[] = {"'crash': 'm'", "'reset': ['m', 'a']"};
    for (size_t i = 0; i < G_N_ELEMENTS(events); i++) {
        clear();
        scenario = fix_scenario_of(
            "{'duration': '40s', 'links': {'latency': '40ms'}, 'topology': {'kind': 'star'},"
            " 'peers': {'a': {'produces': true, 'quirks': {'close-waits': true}}, 'b': {},"
            "           'm': {'persona': {'kind': 'malformed', 'after': '5s'}}},"
            " 'events': [{'at': '5.05s', 'pause': 'm'}, {'at': '15s', %s}]}",
            events[i]);
        result = fix_run(scenario, &recorder);
        ck_assert_uint_eq(count_between(SIM_SENT, A, 5 * S + LATENCY + 1, 15 * S), 0);
        ck_assert_uint_gt(count_blocks(B, 15 * S + LATENCY, 17 * S), 15);
    }
}
END_TEST

/* H13: notices that wait at the end of a run are no memory that was lost. */
START_TEST(test_close_waits_at_the_end)
{
    clear();
    scenario = fix_scenario_of(
        "{'duration': '8s', 'links': {'latency': '40ms'}, 'topology': {'kind': 'star'},"
        " 'peers': {'a': {'produces': true, 'quirks': {'%s': true}}, 'b': {'produces': true},"
        "           'm': {'persona': {'kind': 'malformed', 'after': '5s'}}},"
        " 'events': [{'at': '5.05s', 'pause': 'm'}]}",
        "close-waits");
    result = fix_run(scenario, &recorder);
    ck_assert_uint_eq(count_between(SIM_SENT, A, 5 * S + LATENCY + 1, 8 * S), 0);
    ck_assert_msg(fix_check(result, "R6")->violations == 0, "%s", fix_check(result, "R6")->detail);
}
END_TEST

/* --- all of them ----------------------------------------------------------------------------- */

#define NETWORK                                                                                    \
    "{'duration': '90s', 'links': {'latency': '40ms'}, 'transactions': {'rate': '5/s'},"           \
    " 'topology': {'kind': 'full-mesh', 'mutual': true}, 'expect': {'no_violation': false},"       \
    " 'peers': {'old': {'count': 2, 'produces': true, %s},"                                        \
    "           'new': {'count': 2, 'produces': true}, 'follower': {'bnet-follow-irreversible': "  \
    "true, %s}},"                                                                                  \
    " 'events': [{'at': '20s', 'partition': [['old[0]', 'new[0]', 'follower'],"                    \
    "                                        ['old[1]', 'new[1]']]},"                              \
    "            {'at': '35s', 'heal': true}, {'at': '45s', 'crash': 'old[0]'},"                   \
    "            {'at': '47s', 'restart': 'old[0]'}]}"

/* A mixed network comes to the same end each time. */
START_TEST(test_mixed_network)
{
    uint64_t hash = 0;
    for (int i = 0; i < 2; i++) {
        run(NETWORK, "'profile': 'eosio-1.7', 'quirks': {'busy-fetch': false}");
        ck_assert(i == 0 || result->trace_hash == hash);
        hash = result->trace_hash;
        ck_assert_int_eq(result->simulated_ns, 90 * S);
    }
    run(NETWORK, "'profile': 'documented'");
    ck_assert(result->trace_hash != hash);
    fix_assert_pass(result);
}
END_TEST

/* No quirk, alone or with all others, brings a run down. */
START_TEST(test_each_quirk_runs)
{
    for (uint32_t i = 0; i < BNET_QUIRKS; i++) {
        g_autofree char *alone =
            g_strdup_printf("'quirks': {'%s': true}", bnet_quirk_name(i)->name);
        g_autofree char *others = g_strdup_printf("'profile': 'eosio-1.7', 'quirks': {'%s': false}",
                                                  bnet_quirk_name(i)->name);
        run(NETWORK, alone);
        ck_assert_int_gt(result->simulated_ns, 0);
        run(NETWORK, others);
        ck_assert_int_gt(result->simulated_ns, 0);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_quirks");
    TCase *tcase = tcase_create("sim_quirks");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 300);
    tcase_add_test(tcase, test_one_of_two_connections_stays);
    tcase_add_test(tcase, test_both_close);
    tcase_add_test(tcase, test_redials_inbound);
    tcase_add_test(tcase, test_redial_timer);
    tcase_add_test(tcase, test_one_behind);
    tcase_add_test(tcase, test_junk_behind_a_ping);
    tcase_add_test(tcase, test_trx_notices);
    tcase_add_test(tcase, test_close_waits);
    tcase_add_test(tcase, test_close_that_is_answered);
    tcase_add_test(tcase, test_close_waits_for_nobody);
    tcase_add_test(tcase, test_close_waits_at_the_end);
    tcase_add_test(tcase, test_mixed_network);
    tcase_add_test(tcase, test_each_quirk_runs);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
