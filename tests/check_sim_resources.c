/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The checks of resources, R1 to R7, judge what they should and can fail: made-up happenings of a
 * world that stands still.
 */
#include "tests/sim_fixture.h"

enum {
    A,
    B,
};

static Scenario *scenario;
static SimWorld *world;

static void setup(void)
{
    scenario = fix_scenario("{'duration': '10s', 'peers': {'a': {'produces': true}, 'b': {}}}");
    world = fix_world(scenario);
    world->now_ns = 1500 * MS;
}

static void teardown(void)
{
    sim_world_free(world);
    scenario_free(scenario);
}

/* A run in which there is something to judge for each. */
START_TEST(test_all_pass)
{
    g_autoptr(Scenario) run =
        fix_scenario("{'duration': '30s', 'peers': {'a': {'produces': true}, 'b': {}, 'c': {}},"
                     "'transactions': {'rate': '20/s'},"
                     "'events': [{'at': '10s', 'crash': 'b'}]}");
    g_autoptr(SimResult) result = fix_run(run, NULL);
    fix_assert_pass(result);
    static const char *const ids[] = {"R1", "R2", "R3", "R4", "R5", "R6", "R7"};
    for (guint i = 0; i < G_N_ELEMENTS(ids); i++)
        ck_assert_msg(fix_check(result, ids[i])->verdict == SIM_VERDICT_PASS, "%s", ids[i]);
}
END_TEST

/* --- R1 -------------------------------------------------------------------------------------- */

/* Both peers have headers of 2100 blocks, none of which becomes irreversible. */
static uint64_t r1_violations(const char *quirk)
{
    g_autoptr(Scenario) run =
        fix_scenario_of("{'duration': '1050s', 'chain': {'irreversibility': 'none'},"
                        "'peers': {'a': {'produces': true}, 'b': {'quirks': {'%s': true}}}}",
                        quirk);
    g_autoptr(SimResult) result = fix_run(run, NULL);
    return fix_check(result, "R1")->violations;
}

START_TEST(test_r1_deployed)
{
    ck_assert_uint_gt(r1_violations("unbounded-status"), 0);
    ck_assert_uint_eq(r1_violations("evadable-blame"), 0);
}
END_TEST

/* --- R2 -------------------------------------------------------------------------------------- */

static BnetMessage notice_of(uint32_t n)
{
    BnetMessage message = {.kind = BNET_MESSAGE_BLOCK_NOTICE};
    bnet_pool_reserve(&world->pool, n);
    for (uint32_t i = 0; i < n; i++)
        bnet_ring_push(&message.u.notice, &world->pool, BNET_GENESIS);
    return message;
}

static void send_notices(uint32_t n)
{
    BnetMessage message = notice_of(n);
    fix_tell_message(world, SIM_SENT, A, B, &message);
    bnet_message_finish(&message, &world->pool);
}

START_TEST(test_r2_message)
{
    send_notices(2048);
    fix_expect_check(world, "R2", 0, NULL);
    send_notices(2049);
    fix_expect_check(world, "R2", 1, "at 1.500 s a sent 2049 notices for b, above 2048");
}
END_TEST

START_TEST(test_r2_queue)
{
    BnetSession *session = &world->peers[A].node.sessions[0];
    SimHappening header = sim_happening(SIM_CHAIN, A);
    header.event = BNET_CHAIN_HEADER;
    header.block = world->start_head;
    session->notices.count = 2048;
    sim_world_tell(world, &header);
    fix_expect_check(world, "R2", 0, NULL);
    session->notices.count = 2049;
    sim_world_tell(world, &header);
    fix_expect_check(world, "R2", 1, "at 1.500 s a has queued 2049 notices for b, above 2048");
    session->notices.count = 0;
}
END_TEST

/* --- R3 -------------------------------------------------------------------------------------- */

static BnetTrx new_trx(int64_t expires_ns)
{
    BnetTrx trx = bnet_store_add_trx(&world->store, world->store.n_trxs, 1000000000, 200);
    world->store.trxs[trx].expires_ns = expires_ns;
    return trx;
}

START_TEST(test_r3_expired)
{
    BnetNode *node = &world->peers[A].node;
    static const BnetMessage ping = {.kind = BNET_MESSAGE_PING};
    bnet_trxs_reserve(&node->trxs, 1, 0);
    ck_assert(bnet_trxs_accept(&node->trxs, new_trx(10 * S)));
    world->now_ns = 12 * S;
    for (unsigned i = 0; i < 4; i++)
        fix_tell_message(world, SIM_SENT, A, B, &ping);
    fix_expect_check(world, "R3", 0, NULL);
    world->now_ns = 12 * S + 1;
    for (unsigned i = 0; i < 4; i++)
        fix_tell_message(world, SIM_SENT, A, B, &ping);
    fix_expect_check(world, "R3", 1,
                     "at 12.000 s a keeps the status of transaction 0233a048, which has expired");
}
END_TEST

START_TEST(test_r3_number)
{
    BnetNode *node = &world->peers[A].node;
    SimHappening accepted = sim_happening(SIM_TRX, A);
    accepted.trx = new_trx(10 * S);
    node->trxs.n_entries = 65536;
    sim_world_tell(world, &accepted);
    fix_expect_check(world, "R3", 0, NULL);
    node->trxs.n_entries = 65537;
    sim_world_tell(world, &accepted);
    node->trxs.n_entries = 0;
    fix_expect_check(world, "R3", 1,
                     "at 1.500 s a keeps a status of 65537 transactions, above 65536");
}
END_TEST

/* --- R4 -------------------------------------------------------------------------------------- */

START_TEST(test_r4)
{
    static const BnetMessage ping = {.kind = BNET_MESSAGE_PING};
    fix_tell_message(world, SIM_SENT, A, B, &ping);
    fix_tell(world, SIM_WRITTEN, A, B);
    fix_tell_message(world, SIM_SENT, A, B, &ping);
    fix_tell_message(world, SIM_SENT, B, A, &ping);
    fix_tell(world, SIM_OPENED, A, B);
    fix_tell_message(world, SIM_SENT, A, B, &ping);
    fix_expect_check(world, "R4", 0, NULL);
    fix_tell_message(world, SIM_SENT, A, B, &ping);
    fix_expect_check(world, "R4", 1, "at 1.500 s a buffers 2 messages for b, above 1");
}
END_TEST

/* --- R5 -------------------------------------------------------------------------------------- */

START_TEST(test_r5_crossing)
{
    BnetBlock one = fix_child(world, world->start_head, 0);
    BnetBlock two = fix_child(world, one, 0);
    fix_tell_block(world, SIM_SENT, A, B, one);
    fix_tell_block(world, SIM_SENT, B, A, one);
    fix_tell_block(world, SIM_DELIVERED, A, B, one);
    fix_tell_block(world, SIM_DELIVERED, B, A, one);
    fix_tell_block(world, SIM_SENT, A, B, two);
    fix_expect_check(world, "R5", 0, NULL);
    ck_assert_uint_eq(world->probes.hits[SIM_PROBE_BLOCK_CROSSING], 2);
}
END_TEST

START_TEST(test_r5_twice)
{
    BnetBlock one = fix_child(world, world->start_head, 0);
    BnetBlock two = fix_child(world, one, 0);
    BnetBlock other = fix_child(world, world->start_head, 1);
    fix_tell_block(world, SIM_SENT, A, B, one);
    fix_tell_block(world, SIM_SENT, A, B, two);
    fix_tell_block(world, SIM_SENT, A, B, other);
    fix_expect_check(world, "R5", 0, NULL);
    fix_tell_block(world, SIM_SENT, A, B, one);
    g_autofree char *text =
        g_strdup_printf("at 1.500 s a sent block %u to b, once more on the same connection",
                        bnet_store_number(&world->store, one));
    fix_expect_check(world, "R5", 1, text);
    fix_tell(world, SIM_OPENED, A, B);
    fix_tell_block(world, SIM_SENT, A, B, one);
    fix_expect_check(world, "R5", 1, NULL);
}
END_TEST

START_TEST(test_r5_back)
{
    BnetBlock one = fix_child(world, world->start_head, 0);
    fix_tell_block(world, SIM_DELIVERED, A, B, one);
    fix_tell_block(world, SIM_SENT, A, B, one);
    g_autofree char *text = g_strdup_printf(
        "at 1.500 s a sent block %u to b, from which it had come on the same connection",
        bnet_store_number(&world->store, one));
    fix_expect_check(world, "R5", 1, text);
}
END_TEST

/* --- R6 -------------------------------------------------------------------------------------- */

static void tell_closed(void)
{
    fix_tell(world, SIM_CLOSED, A, B);
}

START_TEST(test_r6_session)
{
    BnetNode *node = &world->peers[A].node;
    tell_closed();
    fix_expect_check(world, "R6", 0, NULL);
    node->sessions[0].state = BNET_SESSION_READY;
    tell_closed();
    fix_expect_check(world, "R6", 1, "at 1.500 s a keeps the state of its closed session with b");
    node->sessions[0].state = BNET_SESSION_FREE;
    node->sessions[0].notices.count = 1;
    tell_closed();
    node->sessions[0].notices.count = 0;
    fix_expect_check(world, "R6", 2, NULL);
}
END_TEST

START_TEST(test_r6_marks)
{
    BnetNode *node = &world->peers[A].node;
    bnet_trxs_reserve(&node->trxs, 1, 0);
    bnet_trxs_mark_known(&node->trxs, 0, new_trx(100 * S));
    tell_closed();
    fix_expect_check(world, "R6", 1,
                     "at 1.500 s a keeps marks of transactions of its closed session with b");
    bnet_trxs_forget_session(&node->trxs, 0);
    bnet_blame_add(&node->blame, world->start_head, 0);
    tell_closed();
    fix_expect_check(world, "R6", 2, NULL);
    bnet_blame_drop_session(&node->blame, 0);
    tell_closed();
    fix_expect_check(world, "R6", 2, NULL);
}
END_TEST

START_TEST(test_r6_lists)
{
    SimCheck *check = fix_check_of(world, "R6");
    BnetMessage kept = notice_of(BNET_RING_FEW + 1);
    BnetMessage sent = notice_of(20);
    sim_wire_send(world, fix_end(world, A, B), &sent, bnet_message_size(&sent, &world->store));
    check->finish(check, world);
    fix_expect_check(world, "R6", 1,
                     "at 1.500 s 3 pieces of lists are taken, and the lists hold 2");
    bnet_message_finish(&kept, &world->pool);
    check->finish(check, world);
    fix_expect_check(world, "R6", 1, NULL);
}
END_TEST

/* --- R7 -------------------------------------------------------------------------------------- */

START_TEST(test_r7)
{
    static const BnetMessage ping = {.kind = BNET_MESSAGE_PING};
    uint64_t bits = g_bit_storage(world->store.n_blocks);
    world->work = (SimWork){fix_end(world, A, B), BNET_MESSAGE_BLOCK_NOTICE, 10, 12 * bits * 24};
    fix_tell_message(world, SIM_DELIVERED, B, A, &ping);
    fix_expect_check(world, "R7", 0, NULL);
    world->work.steps++;
    fix_tell_message(world, SIM_DELIVERED, B, A, &ping);
    fix_expect_check(world, "R7", 1, NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_resources");
    TCase *tcase = tcase_create("sim_resources");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_all_pass);
    tcase_add_test(tcase, test_r1_deployed);
    tcase_add_test(tcase, test_r2_message);
    tcase_add_test(tcase, test_r2_queue);
    tcase_add_test(tcase, test_r3_expired);
    tcase_add_test(tcase, test_r3_number);
    tcase_add_test(tcase, test_r4);
    tcase_add_test(tcase, test_r5_crossing);
    tcase_add_test(tcase, test_r5_twice);
    tcase_add_test(tcase, test_r5_back);
    tcase_add_test(tcase, test_r6_session);
    tcase_add_test(tcase, test_r6_marks);
    tcase_add_test(tcase, test_r6_lists);
    tcase_add_test(tcase, test_r7);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
