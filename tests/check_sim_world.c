/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What peers do in whole runs: producing, processing, transactions, personas, followers, syncing.
 */
#include "tests/sim_fixture.h"

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

static void run(const char *text)
{
    scenario = fix_scenario(text);
    result = fix_run(scenario, &recorder);
}

static bool is_message(const FixNote *note, SimHappeningKind kind, uint32_t peer,
                       BnetMessageKind message)
{
    return fix_matches(note, kind, peer) && note->message.kind == message;
}

static bool is_chain(const FixNote *note, uint32_t peer, BnetChainEventKind event)
{
    return fix_matches(note, SIM_CHAIN, peer) && note->happening.event == event;
}

/* --- producing ------------------------------------------------------------------------------- */

/* What a hook keeps of the blocks that are produced. */
typedef struct Made {
    BnetBlockInfo blocks[512];
    int64_t times_ns[512];
    uint32_t peers[512];
    uint32_t n;
} Made;

static void keep_made(FixRecorder *self, SimWorld *world, const SimHappening *happening)
{
    Made *made = self->data;
    if (happening->kind != SIM_PRODUCED)
        return;
    ck_assert_uint_lt(made->n, G_N_ELEMENTS(made->blocks));
    made->blocks[made->n] = *bnet_store_block(sim_world_store(world), happening->block);
    made->times_ns[made->n] = happening->time_ns;
    made->peers[made->n++] = happening->peer;
}

static Made *run_and_keep_made(const char *text)
{
    Made *made = g_new0(Made, 1);
    recorder.hook = keep_made;
    recorder.data = made;
    run(text);
    return made;
}

/* One block a slot, by the scheduled one, on the block before, at its time. */
START_TEST(test_production)
{
    g_autofree Made *made = run_and_keep_made(
        "{'duration': '60s', 'peers': {'bp': {'count': 4, 'produces': true}, 'relay': {}}}");
    ck_assert_uint_eq(made->n, 120);
    ck_assert_uint_eq(result->blocks_produced, 120);
    uint32_t start_slot = made->blocks[0].slot - 1;
    ck_assert_uint_eq(start_slot % (4 * BNET_SLOTS_PER_TURN), 0);
    for (uint32_t i = 0; i < made->n; i++) {
        uint32_t slot = i + 1;
        ck_assert_uint_eq(made->blocks[i].number, i + 2);
        ck_assert_uint_eq(made->blocks[i].slot, start_slot + slot);
        ck_assert_int_eq(made->times_ns[i], slot * BNET_SLOT_NS);
        ck_assert_uint_eq(made->peers[i], slot / BNET_SLOTS_PER_TURN % 4);
        /* The first of a turn confirms the 36 blocks of the others, but in the first round. */
        bool confirms = slot % BNET_SLOTS_PER_TURN == 0 && slot >= 48;
        ck_assert_uint_eq(made->blocks[i].confirmed, confirms ? 36 : 0);
    }
    fix_assert_pass(result);
    ck_assert_uint_eq(result->fork_switches, 0);
}
END_TEST

/* bp[1] has slots 12 to 23, 6 s to 11.5 s, and 36 to 47. Back at 8 s, it may not trust its chain
 * before a block of the present comes in, from 12 s on; then it goes on as on its first block. */
START_TEST(test_restarted_producer_waits)
{
    g_autofree Made *made = run_and_keep_made(
        "{'duration': '23.9s', 'peers': {'bp': {'count': 2, 'produces': true}},"
        "'events': [{'at': '7s', 'crash': 'bp[1]'}, {'at': '8s', 'restart': 'bp[1]'}]}");
    uint32_t n = 0;
    bool first = true;
    for (uint32_t i = 0; i < made->n; i++) {
        if (made->peers[i] != 1)
            continue;
        ck_assert(made->times_ns[i] < 7 * S || made->times_ns[i] >= 18 * S);
        if (made->times_ns[i] >= 18 * S && first) {
            ck_assert_int_eq(made->times_ns[i], 18 * S);
            ck_assert_uint_eq(made->blocks[i].confirmed, 0);
            first = false;
        }
        n++;
    }
    ck_assert_uint_eq(n, 2 + 12);
}
END_TEST

/* After a fork switch to a shorter branch a producer has confirmed higher numbers than it stands
 * at; it may confirm none of them again, on whatever branch. */
START_TEST(test_no_double_confirmation)
{
    run("{'seed': 19219, 'duration': '140s', 'chain': {'start_height': 296},"
        "'peers': {'bp': {'count': 5, 'produces': true}, 'relay': {'idle_timeout': 'none'}},"
        "'topology': {'kind': 'ring'}, 'transactions': {'rate': '10/s', 'lifetime': '27s', 'size': "
        "438},"
        "'links': {'latency': '17ms', 'bandwidth': '1184kbit/s', 'send_buffer': '23kB',"
        "'receive_buffer': '34kB'},"
        "'events': [{'at': '2652ms', 'partition': ['bp[2]']}, {'at': '12305ms', 'heal': true},"
        "{'at': '19360ms', 'partition': ['bp[0]']}, {'at': '59545ms', 'heal': true},"
        "{'at': '59878ms', 'crash': 'bp[1]'},"
        "{'at': '66520ms', 'restart': 'bp[1]', 'chain': 'lose'}]}");
    fix_assert_pass(result);
    for (guint i = 0; i < recorder.notes->len; i++) {
        const FixNote *note = fix_note(&recorder, i);
        ck_assert(note->happening.kind != SIM_VERDICT ||
                  note->happening.verdict != BNET_VERDICT_INVALID);
    }
}
END_TEST

START_TEST(test_stop_and_start)
{
    g_autofree Made *made =
        run_and_keep_made("{'duration': '20s', 'peers': {'bp': {'produces': true}, 'relay': {}},"
                          "'events': [{'at': '5s', 'stop_producing': 'bp'}, {'at': '10s', "
                          "'start_producing': 'bp'}]}");
    ck_assert_uint_eq(made->n, 9 + 21);
    ck_assert_int_eq(made->times_ns[8], 4500 * MS);
    ck_assert_int_eq(made->times_ns[9], 10 * S);
    ck_assert_uint_eq(result->peers[0].head_number, 31);
}
END_TEST

/* Who is told to start needs no fresh block. */
START_TEST(test_start_after_restart)
{
    g_autofree Made *made =
        run_and_keep_made("{'duration': '20s', 'peers': {'bp': {'produces': true}, 'relay': {}},"
                          "'events': [{'at': '5s', 'crash': 'bp'}, {'at': '6s', 'restart': 'bp'},"
                          "{'at': '10s', 'start_producing': 'bp'}]}");
    ck_assert_uint_eq(made->n, 9 + 21);
    ck_assert_uint_eq(made->blocks[9].confirmed, 0);
}
END_TEST

/* --- processing ------------------------------------------------------------------------------ */

/* One link, so that nothing queues: the header takes 3 ms, then the block 7 ms, and 2 ms for each
 * of its transactions. */
START_TEST(test_processing)
{
    run("{'duration': '30s', 'links': {'latency': '40ms'}, 'transactions': {'rate': '3/s', 'from': "
        "'bp'},"
        "'peers': {'bp': {'produces': true}, 'relay': {'bnet-no-trx': true,"
        "'processing': {'header': '3ms', 'block': '7ms', 'transaction': '2ms'}}}}");
    int64_t due_ns = 0;
    uint32_t n_blocks = 0;
    uint32_t n_trxs = 0;
    for (guint i = 0; i < recorder.notes->len; i++) {
        const FixNote *note = fix_note(&recorder, i);
        if (is_message(note, SIM_DELIVERED, 1, BNET_MESSAGE_BLOCK))
            due_ns = note->happening.time_ns + 3 * MS;
        if (fix_matches(note, SIM_VERDICT, 1)) {
            ck_assert_int_eq(note->happening.time_ns, due_ns);
            ck_assert_int_eq(note->happening.verdict, BNET_VERDICT_ACCEPTED);
        }
        if (!is_chain(note, 1, BNET_CHAIN_APPLIED))
            continue;
        int64_t over_ns = note->happening.time_ns - due_ns - 7 * MS;
        ck_assert_int_ge(over_ns, 0);
        ck_assert_int_eq(over_ns % (2 * MS), 0);
        n_trxs += (uint32_t)(over_ns / (2 * MS));
        n_blocks++;
    }
    ck_assert_uint_eq(n_blocks, 59); /* that of 30 s is on its way */
    /* All were put into blocks but those that came after the last one that was applied. */
    ck_assert_uint_gt(n_trxs, 50);
    ck_assert_uint_le(n_trxs, result->transactions_created);
    ck_assert_uint_ge(n_trxs + 10, result->transactions_created);
}
END_TEST

/* A chain thread that is busy holds reading up: a block is taken in when the one before it is
 * done. */
START_TEST(test_reading_is_paused)
{
    run("{'duration': '30s', 'chain': {'start_height': 200}, 'links': {'latency': '10ms'},"
        "'peers': {'bp': {'produces': true}, 'joiner': {'chain': 'genesis',"
        "'processing': {'header': '1ms', 'block': '50ms'}}}}");
    uint32_t pending = 0;
    uint32_t n = 0;
    for (guint i = 0; i < recorder.notes->len; i++) {
        const FixNote *note = fix_note(&recorder, i);
        if (note->happening.kind == SIM_DELIVERED && note->happening.peer == 1)
            ck_assert_uint_eq(pending, 0);
        if (is_message(note, SIM_DELIVERED, 1, BNET_MESSAGE_BLOCK))
            pending++;
        if (is_chain(note, 1, BNET_CHAIN_APPLIED)) {
            pending--;
            n++;
        }
    }
    ck_assert_uint_gt(n, 200);
    fix_assert_pass(result);
}
END_TEST

/* A fetch takes its time, and the block goes out when it is done. */
START_TEST(test_fetch)
{
    run("{'duration': '20s', 'links': {'latency': '10ms'},"
        "'peers': {'bp': {'produces': true, 'processing': {'fetch': '5ms'}}, 'relay': {}}}");
    int64_t asked_ns = 0;
    uint32_t n = 0;
    for (guint i = 0; i < recorder.notes->len; i++) {
        const FixNote *note = fix_note(&recorder, i);
        if (fix_matches(note, SIM_ASKED, 0))
            asked_ns = note->happening.time_ns;
        if (!is_message(note, SIM_SENT, 0, BNET_MESSAGE_BLOCK))
            continue;
        ck_assert_int_eq(note->happening.time_ns, asked_ns + 5 * MS);
        n++;
    }
    ck_assert_uint_ge(n, 39);
}
END_TEST

/* --- transactions ---------------------------------------------------------------------------- */

/* 5000 are expected; the standard deviation is 71. */
START_TEST(test_poisson)
{
    run("{'duration': '100s', 'peers': {'bp': {'produces': true}}, 'transactions': {'rate': "
        "'50/s'}}");
    ck_assert_uint_ge(result->transactions_created, 5000 - 3 * 71);
    ck_assert_uint_le(result->transactions_created, 5000 + 3 * 71);
    ck_assert_uint_eq(fix_count(&recorder, SIM_TRX, 0), (uint32_t)result->transactions_created);
}
END_TEST

/* Sets a counter for each transaction of the blocks that peer 0 applies. */
static void count_included(FixRecorder *self, SimWorld *world, const SimHappening *happening)
{
    uint32_t *included = self->data;
    const BnetStore *store = sim_world_store(world);
    if (happening->kind == SIM_SENT && happening->message->kind == BNET_MESSAGE_TRX) {
        const BnetTrxInfo *trx = bnet_store_trx(store, happening->message->u.trx);
        ck_assert_int_ge(trx->expires_ns, happening->time_ns);
    }
    if (happening->kind != SIM_CHAIN || happening->peer != 0 ||
        happening->event != BNET_CHAIN_APPLIED)
        return;
    const BnetTrx *trxs = bnet_store_block_trx(store, happening->block);
    for (uint32_t i = 0; i < bnet_store_block(store, happening->block)->n_trx; i++)
        included[trxs[i]]++;
}

/* Without forks: each transaction is put into one block; each crosses a link at most once in either
 * direction and never comes back; who asked for none gets none. */
START_TEST(test_transactions)
{
    uint32_t included[2000] = {0};
    recorder.hook = count_included;
    recorder.data = included;
    run("{'duration': '60s', 'links': {'latency': '40ms'}, 'transactions': {'rate': '20/s'},"
        "'peers': {'bp': {'count': 2, 'produces': true}, 'relay': {'count': 2},"
        "'quiet': {'bnet-no-trx': true}}}");
    uint32_t n = (uint32_t)result->transactions_created;
    ck_assert_uint_gt(n, 1000);
    g_autofree int64_t *created_ns = g_new0(int64_t, n + 1);
    g_autofree uint8_t *crossed = g_new0(uint8_t, (n + 1) * scenario->n_links);
    for (guint i = 0; i < recorder.notes->len; i++) {
        const FixNote *note = fix_note(&recorder, i);
        if (note->happening.kind == SIM_TRX && !created_ns[note->happening.trx])
            created_ns[note->happening.trx] = note->happening.time_ns;
        if (!is_message(note, SIM_SENT, FIX_ANY, BNET_MESSAGE_TRX))
            continue;
        ck_assert_uint_ne(note->happening.remote, 4);
        uint32_t end = note->happening.end;
        uint8_t *seen = &crossed[note->message.u.trx * scenario->n_links + end / 2];
        ck_assert_uint_eq(*seen & 1u << end % 2, 0);
        *seen |= (uint8_t)(1u << end % 2);
    }
    for (uint32_t trx = 1; trx <= n; trx++) {
        ck_assert_int_gt(created_ns[trx], 0);
        ck_assert_uint_le(included[trx], 1);
        ck_assert(included[trx] == 1 || created_ns[trx] > 58 * S);
    }
    fix_assert_pass(result);
}
END_TEST

/* A newcomer gets what waits and has not expired: lifetimes of 5 s, rounded up to a second. */
START_TEST(test_lifetime)
{
    uint32_t included[2000] = {0};
    recorder.hook = count_included;
    recorder.data = included;
    run("{'duration': '25s', 'links': {'latency': '40ms'},"
        "'transactions': {'rate': '20/s', 'lifetime': '5s', 'from': 'bp'},"
        "'peers': {'bp': {'produces': true}, 'late': {'start': '20s'}},"
        "'events': [{'at': '1ms', 'stop_producing': 'bp'}]}");
    uint32_t first = UINT32_MAX;
    uint32_t n = 0;
    for (guint i = 0; i < recorder.notes->len; i++) {
        const FixNote *note = fix_note(&recorder, i);
        if (!is_message(note, SIM_DELIVERED, 1, BNET_MESSAGE_TRX))
            continue;
        first = MIN(first, note->message.u.trx);
        n++;
    }
    int64_t first_ns = 0;
    for (guint i = 0; i < recorder.notes->len && first_ns == 0; i++) {
        const FixNote *note = fix_note(&recorder, i);
        if (fix_matches(note, SIM_TRX, 0) && note->happening.trx == first)
            first_ns = note->happening.time_ns;
    }
    ck_assert_int_ge(first_ns, 14 * S);
    ck_assert_int_le(first_ns, 15500 * MS);
    ck_assert_uint_gt(n, 150);
    for (uint32_t i = 0; i < G_N_ELEMENTS(included); i++)
        ck_assert_uint_eq(included[i], 0);
}
END_TEST

/* --- personas -------------------------------------------------------------------------------- */

static const char *const faults[] = {"timestamp", "producer", "signature", "content"};

/* All closed for a bad block are mallory's; returns who closed, as bits. */
static uint32_t cut_off_by(uint32_t mallory)
{
    uint32_t by = 0;
    for (uint32_t i = 0; i < result->n_disconnects; i++) {
        const SimDisconnect *disconnect = &result->disconnects[i];
        if (!g_str_equal(disconnect->reason, "bad-block"))
            continue;
        ck_assert_uint_eq(disconnect->peer, mallory);
        by |= 1u << disconnect->by;
    }
    return by;
}

/* Every neighbour that gets the block cuts mallory off, and nobody else. */
START_TEST(test_personas)
{
    scenario = fix_scenario_of(
        "{'duration': '60s', 'peers': {'bp': {'count': 2, 'produces': true}, 'relay': {},"
        "'mallory': {'produces': true, 'persona': {'kind': 'invalid-block', 'fault': '%s',"
        "'after': '5s'}}}, 'expect': {'bad_block': ['mallory']}}",
        faults[_i]);
    result = fix_run(scenario, &recorder);
    fix_assert_pass(result);
    uint32_t received = 0;
    BnetBlock bad = BNET_NO_BLOCK;
    int64_t made_ns = 0;
    for (guint i = 0; i < recorder.notes->len; i++) {
        const FixNote *note = fix_note(&recorder, i);
        if (note->happening.kind == SIM_FAULT)
            made_ns = note->happening.time_ns;
        if (fix_matches(note, SIM_PRODUCED, 3) && made_ns > 0 && bad == BNET_NO_BLOCK)
            bad = note->happening.block;
        if (is_message(note, SIM_DELIVERED, FIX_ANY, BNET_MESSAGE_BLOCK) &&
            note->message.u.block == bad && bad != BNET_NO_BLOCK)
            received |= 1u << note->happening.peer;
    }
    ck_assert_int_ge(made_ns, 5 * S);
    ck_assert_uint_ne(received, 0);
    ck_assert_uint_eq(cut_off_by(3), received);
    ck_assert_uint_eq(received, 7); /* all three are its neighbours */
}
END_TEST

/* a - mallory - b: both sides cut it off, and get no further. */
START_TEST(test_persona_in_a_line)
{
    scenario = fix_scenario_of(
        "{'duration': '60s', 'topology': {'kind': 'line'},"
        "'peers': {'a': {'produces': true}, 'mallory': {'produces': true, 'persona': {"
        "'kind': 'invalid-block', 'fault': '%s', 'after': '5s'}}, 'b': {'produces': true}},"
        "'expect': {'bad_block': ['mallory'], 'convergence': false}}",
        faults[_i]);
    result = fix_run(scenario, &recorder);
    fix_assert_pass(result);
    ck_assert_uint_eq(cut_off_by(1), 5);
}
END_TEST

/* Its own block stays its best: it sends it again on each new connection, and is cut off again. */
START_TEST(test_persona_comes_back)
{
    run("{'duration': '60s', 'links': {'latency': '40ms'}, 'peers': {'relay': {},"
        "'mallory': {'produces': true, 'persona': {'kind': 'invalid-block', 'fault': 'content',"
        "'after': '5s'}}}, 'expect': {'bad_block': ['mallory'], 'convergence': false}}");
    fix_assert_pass(result);
    /* Redialled after 10 to 15 s: the first time at 5 s, then 3 to 5 times more. */
    ck_assert_uint_ge(result->n_disconnects, 1 + 3);
    ck_assert_uint_le(result->n_disconnects, 1 + 5);
    for (uint32_t i = 1; i < result->n_disconnects; i++) {
        int64_t gap_ns = result->disconnects[i].time_ns - result->disconnects[i - 1].time_ns;
        ck_assert_int_ge(gap_ns, 10 * S);
        ck_assert_int_le(gap_ns, 16 * S);
    }
    ck_assert_uint_eq(cut_off_by(1), 1);
    ck_assert_uint_eq(result->peers[0].head_number, 10); /* the one of 5 s is the bad one */
}
END_TEST

/* --- followers, syncing, rules --------------------------------------------------------------- */

static void check_follower(FixRecorder *self, SimWorld *world, const SimHappening *happening)
{
    if (happening->kind != SIM_SENT || happening->remote != 4 ||
        happening->message->kind != BNET_MESSAGE_BLOCK)
        return;
    const BnetView *view = &sim_world_node(world, happening->peer)->view;
    uint32_t number = bnet_store_number(&world->store, happening->message->u.block);
    ck_assert_uint_le(number, bnet_view_lib_number(view));
    self->calls++;
}

START_TEST(test_follower)
{
    recorder.hook = check_follower;
    run("{'duration': '120s', 'chain': {'start_height': 100},"
        "'peers': {'bp': {'count': 4, 'produces': true},"
        "'follower': {'bnet-follow-irreversible': true, 'chain': 'genesis'}},"
        "'events': [{'at': '30s', 'partition': [['bp[0..1]', 'follower']]},"
        "{'at': '50s', 'heal': true}]}");
    fix_assert_pass(result);
    ck_assert_uint_gt(recorder.calls, 200);
    ck_assert_uint_eq(result->peers[4].fork_switches, 0);
}
END_TEST

START_TEST(test_late_joiner)
{
    run("{'duration': '40s', 'chain': {'start_height': 2000}, 'links': {'latency': '20ms'},"
        "'peers': {'bp': {'count': 4, 'produces': true}, 'joiner': {'chain': 'genesis', 'start': "
        "'3.7s'}},"
        "'events': [{'at': '39.2s', 'stop_producing': 'bp'}]}");
    const SimPeerResult *joiner = &result->peers[4];
    ck_assert_uint_eq(joiner->head_number, 2078);
    ck_assert_uint_eq(joiner->lib_number, result->peers[0].lib_number);
    ck_assert(bnet_id_equal(&joiner->head_id, &result->peers[0].head_id));
    ck_assert(bnet_id_equal(&joiner->lib_id, &result->peers[0].lib_id));
    uint32_t head = 1; /* each number in its turn: no fork, nothing twice */
    for (guint i = 0; i < recorder.notes->len; i++) {
        const FixNote *note = fix_note(&recorder, i);
        if (is_chain(note, 4, BNET_CHAIN_APPLIED))
            ck_assert_uint_eq(note->number, ++head);
        ck_assert(!fix_matches(note, SIM_VERDICT, 4) ||
                  note->happening.verdict == BNET_VERDICT_ACCEPTED ||
                  note->happening.verdict == BNET_VERDICT_KNOWN);
    }
    ck_assert_uint_eq(head, 2078);
}
END_TEST

START_TEST(test_rules)
{
    static const struct {
        const char *rule;
        uint32_t lib;
    } cases[] = {
        {"'dpos'", 40},       {"'none'", 0},        {"{'depth': 1}", 40},
        {"{'depth': 7}", 34}, {"{'depth': 40}", 1}, {"{'depth': 41}", 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Scenario) ruled =
            fix_scenario_of("{'duration': '20s', 'chain': {'irreversibility': %s},"
                            "'peers': {'bp': {'produces': true}, 'relay': {}}}",
                            cases[i].rule);
        g_autoptr(SimResult) done = sim_run(ruled, NULL, NULL);
        ck_assert_uint_eq(done->peers[0].head_number, 41);
        ck_assert_uint_eq(done->peers[0].lib_number, cases[i].lib);
        fix_assert_pass(done);
    }
}
END_TEST

static void check_lag(FixRecorder *self, SimWorld *world, const SimHappening *happening)
{
    /* An irreversible event follows the block that caused it. */
    if (happening->kind != SIM_PRODUCED)
        return;
    const BnetView *view = &sim_world_node(world, happening->peer)->view;
    uint32_t lag = bnet_view_head_number(view) - bnet_view_lib_number(view);
    ck_assert_uint_ge(lag, 325);
    ck_assert_uint_le(lag, 336);
    uint32_t *seen = self->data;
    seen[lag - 325]++;
}

/* With 21 producers the LIB is 325 to 336 blocks behind, from the very start. */
START_TEST(test_lib_lag)
{
    uint32_t seen[12] = {0};
    recorder.hook = check_lag;
    recorder.data = seen;
    recorder.keep = 0;
    run("{'duration': '200s', 'chain': {'start_height': 700},"
        "'peers': {'bp': {'count': 21, 'produces': true}}}");
    for (uint32_t i = 0; i < 12; i++)
        ck_assert_uint_ge(seen[i], 30);
    ck_assert_uint_eq(result->blocks_produced, 400);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_world");
    TCase *tcase = tcase_create("world");
    tcase_set_timeout(tcase, 0);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_production);
    tcase_add_test(tcase, test_restarted_producer_waits);
    tcase_add_test(tcase, test_no_double_confirmation);
    tcase_add_test(tcase, test_stop_and_start);
    tcase_add_test(tcase, test_start_after_restart);
    tcase_add_test(tcase, test_processing);
    tcase_add_test(tcase, test_reading_is_paused);
    tcase_add_test(tcase, test_fetch);
    tcase_add_test(tcase, test_poisson);
    tcase_add_test(tcase, test_transactions);
    tcase_add_test(tcase, test_lifetime);
    tcase_add_loop_test(tcase, test_personas, 0, 4);
    tcase_add_loop_test(tcase, test_persona_in_a_line, 0, 4);
    tcase_add_test(tcase, test_persona_comes_back);
    tcase_add_test(tcase, test_follower);
    tcase_add_test(tcase, test_late_joiner);
    tcase_add_test(tcase, test_rules);
    tcase_add_test(tcase, test_lib_lag);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
