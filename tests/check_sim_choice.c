/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The checks of what is sent next can fail: S5 and S6, in made-up happenings.
 */
#include "tests/session_fixture.h"

static SessionFixture fixture;
static SimWorld *world;

static void setup(void)
{
    fixture = session_fixture();
    world = fixture.world;
}

static void teardown(void)
{
    session_fixture_finish(&fixture);
}

static void ask(uint32_t peer, uint32_t remote)
{
    SimHappening happening = fix_happening(world, SIM_ASKED, peer, remote);
    happening.number = 2;
    fix_tell_happening(world, &happening);
}

static void ping(uint32_t remote, uint8_t code)
{
    fix_tell_ping(world, SIM_SENT, A, remote, code);
}

static void pong_comes(uint32_t remote, uint8_t code)
{
    fix_tell_pong(world, SIM_DELIVERED, A, remote, code);
}

/* A's session with `remote` is past its first ping. */
static void begin(uint32_t remote)
{
    fix_handshake(world, A, remote);
    ping(remote, 1);
    pong_comes(remote, 1);
}

/* --- notices, pongs, pings ------------------------------------------------------------------- */

START_TEST(test_notice_first)
{
    begin(B);
    BnetBlock one = fix_child(world, BNET_GENESIS, 0);
    fix_take_block(world, A, one);
    fix_tell_block_notice(world, SIM_SENT, A, B, one);
    ask(A, B);
    fix_expect_check(world, "S5", 0, NULL);
    ck_assert(sim_check_is_judged(fix_check_of(world, "S5"), world));
    fix_take_block(world, A, fix_child(world, one, 0));
    ask(A, B);
    fix_expect_check(world, "S5", 1,
                     "at 1.500 s a chose block 2 in its session with b before the notice of block "
                     "3");
    fix_tell_ping(world, SIM_DELIVERED, A, B, 2);
    fix_tell_pong(world, SIM_SENT, A, B, 2);
    fix_expect_check(world, "S5", 2, NULL);
}
END_TEST

/* Whoever sent the block need not be told; nor who follows irreversible blocks, nor is there
 * anything to tell of what came before the hellos, or was old. */
START_TEST(test_no_notice)
{
    fix_take_block(world, A, fix_child(world, BNET_GENESIS, 0));
    begin(B);
    begin(FOLLOWER);
    ask(A, B);
    BnetBlock two = fix_child(world, BNET_GENESIS, 1);
    fix_tell_block(world, SIM_DELIVERED, A, B, two);
    fix_tell_chain(world, A, &(BnetChainEvent){.kind = BNET_CHAIN_HEADER, .block = two});
    ask(A, B);
    ask(A, FOLLOWER);
    world->now_ns = 10 * S;
    ping(B, 2);
    fix_take_block(world, A, fix_child(world, BNET_GENESIS, 2));
    ask(A, B);
    fix_expect_check(world, "S5", 0, NULL);
}
END_TEST

START_TEST(test_irreversible_notice)
{
    begin(FOLLOWER);
    BnetBlock block = BNET_GENESIS;
    for (uint32_t i = 2; i <= 5; i++) {
        block = fix_child(world, block, 0);
        fix_take_block(world, A, block);
    }
    ck_assert_uint_eq(bnet_view_lib_number(&world->peers[A].node.view), 3);
    ask(A, FOLLOWER);
    fix_expect_check(world, "S5", 1,
                     "at 1.500 s a chose block 2 in its session with follower before the notice of "
                     "block 2");
    fix_tell_block_notice(world, SIM_SENT, A, FOLLOWER, block);
    ask(A, FOLLOWER);
    fix_expect_check(world, "S5", 1, NULL);
}
END_TEST

START_TEST(test_pong_second)
{
    begin(B);
    fix_tell_ping(world, SIM_DELIVERED, A, B, 2);
    ask(A, B);
    fix_expect_check(world, "S5", 1,
                     "at 1.500 s a chose block 2 in its session with b before the pong that it "
                     "owes");
    world->now_ns += 3 * S;
    ping(B, 3);
    fix_expect_check(world, "S5", 2, NULL);
    fix_tell_pong(world, SIM_SENT, A, B, 2);
    ask(A, B);
    fix_expect_check(world, "S5", 2, NULL);
}
END_TEST

/* At once, then 3 s after the last if that is answered. */
START_TEST(test_ping_third)
{
    fix_handshake(world, A, B);
    ask(A, B);
    fix_expect_check(world, "S5", 1,
                     "at 1.500 s a chose block 2 in its session with b before the ping that is "
                     "due");
    ping(B, 1);
    world->now_ns += 3 * S;
    ask(A, B); /* it is not answered */
    fix_expect_check(world, "S5", 1, NULL);
    pong_comes(B, 1);
    ask(A, B);
    fix_expect_check(world, "S5", 2, NULL);
    ping(B, 2);
    pong_comes(B, 2);
    world->now_ns += 3 * S - 1;
    ask(A, B);
    fix_expect_check(world, "S5", 2, NULL);
    world->now_ns += 1;
    fix_tell_trx(world, SIM_SENT, A, B, fix_trx(world, 60));
    fix_expect_check(world, "S5", 3, NULL);
}
END_TEST

/* --- blocks before transactions -------------------------------------------------------------- */

static BnetTrx accept(int64_t lifetime_s)
{
    BnetTrx trx = fix_trx(world, lifetime_s);
    fix_accept_trx(world, A, trx);
    return trx;
}

static void send_trx(uint32_t remote, BnetTrx trx)
{
    fix_tell_trx(world, SIM_SENT, A, remote, trx);
}

START_TEST(test_block_before_trx)
{
    BnetBlock one = fix_child(world, BNET_GENESIS, 0);
    fix_take_block(world, A, one);
    begin(B);
    send_trx(B, accept(60));
    fix_expect_check(world, "S5", 1,
                     "at 1.500 s a sent transaction 51fb3c43 in its session with b before block 2");
    fix_tell_block(world, SIM_SENT, A, B, one);
    send_trx(B, accept(60));
    fix_expect_check(world, "S5", 1, NULL);
}
END_TEST

/* The other side has our head if it told of one that is built on it, or of a LIB as high. */
START_TEST(test_no_block_to_send)
{
    BnetBlock one = fix_child(world, BNET_GENESIS, 0);
    BnetBlock two = fix_child(world, one, 0);
    fix_take_block(world, A, one);
    begin(B);
    fix_tell_block_notice(world, SIM_DELIVERED, A, B, two);
    send_trx(B, accept(60));
    fix_tell_closed(world, A, B, BNET_CLOSE_LOST);
    begin(B);
    BnetMessage lib = {.kind = BNET_MESSAGE_PING, .u.ping.lib_number = 2};
    fix_tell_message(world, SIM_DELIVERED, A, B, &lib);
    fix_tell_pong(world, SIM_SENT, A, B, 0);
    send_trx(B, accept(60));
    fix_expect_check(world, "S5", 1, NULL); /* the older of the two is new to this session */
}
END_TEST

/* --- the oldest first ------------------------------------------------------------------------ */

START_TEST(test_oldest_first)
{
    begin(B);
    BnetTrx short_lived = accept(1);
    BnetTrx one = accept(60);
    BnetTrx two = accept(60);
    BnetTrx three = accept(60);
    send_trx(B, short_lived);
    world->now_ns += 2500 * MS; /* the first has expired: it is sent nowhere else */
    send_trx(B, one);
    fix_tell_trx(world, SIM_DELIVERED, A, B, two);
    send_trx(B, three);
    fix_expect_check(world, "S5", 0, NULL);
    BnetTrx four = accept(60);
    send_trx(B, accept(60));
    fix_expect_check(world, "S5", 1, NULL);
    g_autofree char *name = sim_trx_name(world, four);
    const SimCheck *check = fix_check_of(world, "S5");
    ck_assert_msg(g_str_has_suffix(check->first->str, name), "%s", check->first->str);
    begin(MALLORY); /* another session begins with the oldest */
    send_trx(MALLORY, two);
    fix_expect_check(world, "S5", 2, NULL);
    send_trx(MALLORY, one);
    fix_expect_check(world, "S5", 2, NULL);
}
END_TEST

/* What a clock that was ahead has made expire may be forgotten, though it is right again. */
START_TEST(test_clock_was_ahead)
{
    BnetTrx one = accept(10);
    BnetTrx two = accept(60);
    world->peers[A].clock_latest_ns = world->now_ns + 20 * S;
    begin(B);
    send_trx(B, two);
    fix_expect_check(world, "S5", 0, NULL);
    send_trx(B, one); /* it may be kept, too */
    send_trx(B, one);
    fix_expect_check(world, "S5", 0, NULL);
    fix_expect_check(world, "S6", 0, NULL);
}
END_TEST

START_TEST(test_not_accepted)
{
    begin(B);
    send_trx(B, fix_trx(world, 60));
    fix_expect_check(world, "S5", 1, NULL);
    ck_assert(strstr(fix_check_of(world, "S5")->first->str, "which it has not accepted"));
}
END_TEST

/* What is in a block waits no longer; what a fork switch brings back waits behind all others. */
START_TEST(test_included_and_back)
{
    BnetTrx one = accept(60);
    BnetTrx two = accept(60);
    BnetTrx three = accept(60);
    BnetTrx in_block[2] = {one, two};
    BnetBlockSpec spec = fix_spec(world, BNET_GENESIS, 0);
    spec.trxs = in_block;
    spec.n_trxs = 2;
    BnetBlock full = bnet_store_add_block(&world->store, &spec);
    fix_take_block(world, A, full);
    begin(B);
    fix_tell_block_notice(world, SIM_DELIVERED, A, B, full);
    BnetBlock other = fix_child(world, BNET_GENESIS, 1);
    BnetBlock other_two = fix_child(world, other, 0);
    fix_take_block(world, A, other);
    fix_take_block(world, A, other_two);
    ck_assert_uint_eq(world->peers[A].node.view.head, other_two);
    BnetTrx four = accept(60);
    fix_tell_block_notice(world, SIM_SENT, A, B, other_two);
    fix_tell_block(world, SIM_SENT, A, B, other_two);
    send_trx(B, three);
    send_trx(B, one);
    send_trx(B, two);
    fix_expect_check(world, "S5", 0, NULL);
    send_trx(B, four);
    fix_expect_check(world, "S5", 0, NULL);
    begin(MALLORY);
    fix_tell_block(world, SIM_SENT, A, MALLORY, other_two);
    send_trx(MALLORY, one); /* now it stands behind the third */
    fix_expect_check(world, "S5", 1, NULL);
}
END_TEST

/* --- S6 -------------------------------------------------------------------------------------- */

static void expect_s6(uint64_t n, const char *why)
{
    const SimCheck *check = fix_check_of(world, "S6");
    ck_assert_uint_eq(check->violations, n);
    if (why)
        ck_assert_msg(strstr(check->first->str, why), "%s", check->first->str);
}

START_TEST(test_s6_right)
{
    begin(B);
    begin(MALLORY);
    BnetTrx trx = accept(60);
    send_trx(B, trx);
    send_trx(MALLORY, trx);
    expect_s6(0, NULL);
    ck_assert(fix_check_of(world, "S6")->judged);
    fix_tell_closed(world, A, B, BNET_CLOSE_LOST);
    begin(B);
    send_trx(B, trx);
    expect_s6(0, NULL);
}
END_TEST

/* At its very time it has not expired. */
START_TEST(test_s6_expired)
{
    begin(B);
    BnetTrx one = accept(2);
    BnetTrx two = accept(2);
    world->now_ns = bnet_store_trx(&world->store, one)->expires_ns;
    send_trx(B, one);
    expect_s6(0, NULL);
    world->now_ns += 1;
    send_trx(B, two);
    expect_s6(1, "after it had expired");
}
END_TEST

START_TEST(test_s6_not_asked_for)
{
    BnetMessage hello = fix_hello(world, B);
    hello.u.hello.request_transactions = false;
    fix_tell(world, SIM_OPENED, A, B);
    fix_tell_message(world, SIM_DELIVERED, A, B, &hello);
    send_trx(B, accept(60));
    expect_s6(1, "which had asked for none");
}
END_TEST

START_TEST(test_s6_twice)
{
    begin(B);
    BnetTrx trx = accept(60);
    send_trx(B, trx);
    send_trx(B, trx);
    expect_s6(1, "which had sent it, noticed it, or been sent it");
}
END_TEST

START_TEST(test_s6_echo)
{
    begin(B);
    BnetTrx one = accept(60);
    BnetTrx two = accept(60);
    BnetTrx three = fix_trx(world, 60);
    fix_tell_trx(world, SIM_DELIVERED, A, B, one);
    fix_tell_trx_notice(world, SIM_DELIVERED, A, B, two);
    fix_tell_trx_notice(world, SIM_DELIVERED, A, B, three);
    send_trx(B, one);
    expect_s6(1, NULL);
    send_trx(B, two);
    expect_s6(2, NULL);
    send_trx(B, three); /* it did not wait when it was noticed */
    expect_s6(2, NULL);
}
END_TEST

/* Part of a block that went either way. */
START_TEST(test_s6_in_block)
{
    begin(B);
    for (uint32_t i = 0; i < 2; i++) {
        BnetTrx trx = accept(60);
        BnetBlockSpec spec = fix_spec(world, BNET_GENESIS, i);
        spec.trxs = &trx;
        spec.n_trxs = 1;
        fix_tell_block(world, i == 0 ? SIM_SENT : SIM_DELIVERED, A, B,
                       bnet_store_add_block(&world->store, &spec));
        send_trx(B, trx);
        expect_s6(i + 1, NULL);
    }
}
END_TEST

/* A process that begins anew knows of no transaction. */
START_TEST(test_restart)
{
    BnetTrx one = accept(60);
    fix_tell(world, SIM_STARTED, A, B);
    BnetTrx two = accept(60);
    begin(B);
    send_trx(B, two);
    fix_expect_check(world, "S5", 0, NULL);
    send_trx(B, one);
    fix_expect_check(world, "S5", 1, NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_choice");
    TCase *tcase = tcase_create("choice");
    tcase_set_timeout(tcase, 0);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_notice_first);
    tcase_add_test(tcase, test_no_notice);
    tcase_add_test(tcase, test_irreversible_notice);
    tcase_add_test(tcase, test_pong_second);
    tcase_add_test(tcase, test_ping_third);
    tcase_add_test(tcase, test_block_before_trx);
    tcase_add_test(tcase, test_no_block_to_send);
    tcase_add_test(tcase, test_oldest_first);
    tcase_add_test(tcase, test_clock_was_ahead);
    tcase_add_test(tcase, test_not_accepted);
    tcase_add_test(tcase, test_included_and_back);
    tcase_add_test(tcase, test_s6_right);
    tcase_add_test(tcase, test_s6_expired);
    tcase_add_test(tcase, test_s6_not_asked_for);
    tcase_add_test(tcase, test_s6_twice);
    tcase_add_test(tcase, test_s6_echo);
    tcase_add_test(tcase, test_s6_in_block);
    tcase_add_test(tcase, test_restart);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
