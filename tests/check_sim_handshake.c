/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The checks of hellos, pings and malformed input can fail: C2, C3, C4 and C5, in made-up
 * happenings.
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

static void finish_check(const char *id)
{
    SimCheck *check = fix_check_of(world, id);
    check->finish(check, world);
}

/* --- C2 -------------------------------------------------------------------------------------- */

static BnetBlock chain[6]; /* by number; applied by A, whose LIB is 3 */

static void make_chain(void)
{
    chain[1] = BNET_GENESIS;
    for (uint32_t i = 2; i < G_N_ELEMENTS(chain); i++) {
        chain[i] = fix_child(world, chain[i - 1], 0);
        fix_take_block(world, A, chain[i]);
    }
}

START_TEST(test_c2_right)
{
    BnetMessage hello = fix_hello(world, A); /* LIB 0: from block 1 */
    ck_assert_uint_eq(hello.u.hello.first, BNET_GENESIS);
    fix_tell_message(world, SIM_SENT, A, B, &hello);
    make_chain();
    hello = fix_hello(world, A);
    ck_assert_uint_eq(hello.u.hello.first, chain[3]);
    ck_assert_uint_eq(hello.u.hello.head, chain[5]);
    fix_tell_message(world, SIM_SENT, A, B, &hello);
    fix_expect_check(world, "C2", 0, NULL);
    ck_assert(fix_check_of(world, "C2")->judged);
}
END_TEST

/* Each of what it says, wrong by one. */
START_TEST(test_c2_wrong)
{
    make_chain();
    BnetMessage hello = fix_hello(world, A);
    hello.u.hello.first = chain[4];
    fix_tell_message(world, SIM_SENT, A, B, &hello);
    fix_expect_check(world, "C2", 1,
                     "at 1.500 s a listed blocks 4 to 5 and 0 others in its hello to b, LIB 3; its "
                     "chain is 3 to 5, LIB 3");
    hello = fix_hello(world, A);
    hello.u.hello.head = chain[4];
    fix_tell_message(world, SIM_SENT, A, B, &hello);
    fix_expect_check(world, "C2", 2, NULL);
    hello = fix_hello(world, A);
    hello.u.hello.head = fix_child(world, chain[4], 3); /* a twin of the head */
    fix_tell_message(world, SIM_SENT, A, B, &hello);
    fix_expect_check(world, "C2", 3, NULL);
    hello = fix_hello(world, A);
    hello.u.hello.lib_number = 2;
    fix_tell_message(world, SIM_SENT, A, B, &hello);
    fix_expect_check(world, "C2", 4, NULL);
    hello = fix_hello(world, A);
    hello.u.hello.unknown_ids = 1;
    fix_tell_message(world, SIM_SENT, A, B, &hello);
    fix_expect_check(world, "C2", 5, NULL);
    fix_tell_message(world, SIM_SENT, MALLORY, B, &hello);
    fix_expect_check(world, "C2", 5, NULL);
}
END_TEST

/* --- C3 -------------------------------------------------------------------------------------- */

START_TEST(test_c3_right)
{
    make_chain();
    fix_handshake(world, A, B);
    fix_tell_ping(world, SIM_SENT, A, B, 7);
    fix_tell_pong(world, SIM_DELIVERED, A, B, 7);
    fix_tell_ping(world, SIM_DELIVERED, A, B, 8);
    fix_tell_ping(world, SIM_DELIVERED, A, B, 9);
    fix_tell_pong(world, SIM_SENT, A, B, 9); /* one answers both */
    finish_check("C3");
    fix_expect_check(world, "C3", 0, NULL);
    ck_assert(sim_check_is_judged(fix_check_of(world, "C3"), world));
}
END_TEST

START_TEST(test_c3_ping)
{
    make_chain();
    fix_handshake(world, A, B);
    BnetMessage ping = {.kind = BNET_MESSAGE_PING, .u.ping.lib_number = 2};
    fix_tell_message(world, SIM_SENT, A, B, &ping);
    fix_expect_check(world, "C3", 1, "at 1.500 s a sent b a ping with LIB 2, while it was 3");
}
END_TEST

START_TEST(test_c3_pong)
{
    fix_handshake(world, A, B);
    fix_tell_pong(world, SIM_SENT, A, B, 0);
    fix_expect_check(world, "C3", 1, "at 1.500 s a sent b a pong that was not asked for");
    fix_tell_ping(world, SIM_DELIVERED, A, B, 8);
    fix_tell_ping(world, SIM_DELIVERED, A, B, 9);
    fix_tell_pong(world, SIM_SENT, A, B, 8);
    fix_expect_check(world, "C3", 2, NULL);
}
END_TEST

/* A wrong code, and a pong that comes twice. */
START_TEST(test_c3_closes)
{
    fix_handshake(world, A, B);
    fix_tell_ping(world, SIM_SENT, A, B, 7);
    fix_tell_pong(world, SIM_DELIVERED, A, B, 6);
    fix_tell_closed(world, A, B, BNET_CLOSE_BAD_PONG);
    fix_handshake(world, A, B);
    fix_tell_ping(world, SIM_SENT, A, B, 7);
    fix_tell_pong(world, SIM_DELIVERED, A, B, 7);
    fix_tell_pong(world, SIM_DELIVERED, A, B, 7);
    fix_tell_closed(world, A, B, BNET_CLOSE_BAD_PONG);
    finish_check("C3");
    fix_expect_check(world, "C3", 0, NULL);
}
END_TEST

START_TEST(test_c3_stays_open)
{
    fix_handshake(world, A, B);
    fix_tell_pong(world, SIM_DELIVERED, A, B, 6);
    fix_tell_kind(world, SIM_DELIVERED, A, B, BNET_MESSAGE_TRX_NOTICE);
    fix_expect_check(world, "C3", 1,
                     "at 1.500 s a took in a trx_notice in its session with b, which had to be "
                     "closed, reason bad-pong");
    fix_tell_pong(world, SIM_DELIVERED, A, B, 6);
    fix_tell_closed(world, A, B, BNET_CLOSE_DEAD);
    fix_expect_check(world, "C3", 2, NULL);
    fix_handshake(world, A, B);
    fix_tell_pong(world, SIM_DELIVERED, A, B, 6);
    finish_check("C3");
    fix_expect_check(world, "C3", 3, NULL);
}
END_TEST

START_TEST(test_c3_without_cause)
{
    fix_handshake(world, A, B);
    fix_tell_ping(world, SIM_SENT, A, B, 7);
    fix_tell_pong(world, SIM_DELIVERED, A, B, 7);
    fix_tell_closed(world, A, B, BNET_CLOSE_BAD_PONG);
    fix_expect_check(world, "C3", 1,
                     "at 1.500 s a closed its session with b, reason bad-pong, without cause");
}
END_TEST

/* --- C4 -------------------------------------------------------------------------------------- */

static BnetMessage other_chain(void)
{
    BnetMessage hello = fix_hello(world, B);
    hello.u.hello.chain_id.bytes[31] ^= 1;
    return hello;
}

START_TEST(test_c4_right)
{
    BnetMessage hello = other_chain();
    fix_handshake(world, A, FOLLOWER);
    fix_tell(world, SIM_OPENED, A, B);
    fix_tell_message(world, SIM_DELIVERED, A, B, &hello);
    fix_tell_closed(world, A, B, BNET_CLOSE_WRONG_CHAIN);
    hello = fix_hello(world, A); /* its own */
    fix_tell(world, SIM_OPENED, A, B);
    fix_tell_message(world, SIM_DELIVERED, A, B, &hello);
    fix_tell_closed(world, A, B, BNET_CLOSE_SELF);
    finish_check("C4");
    fix_expect_check(world, "C4", 0, NULL);
    ck_assert(fix_check_of(world, "C4")->judged);
}
END_TEST

START_TEST(test_c4_wrong)
{
    BnetMessage hello = other_chain();
    fix_tell(world, SIM_OPENED, A, B);
    fix_tell_message(world, SIM_DELIVERED, A, B, &hello);
    fix_tell_block(world, SIM_SENT, A, B, BNET_GENESIS);
    fix_expect_check(world, "C4", 1,
                     "at 1.500 s a sent a signed_block in its session with b, which had to be "
                     "closed, reason wrong-chain");
    hello = fix_hello(world, A);
    fix_tell(world, SIM_OPENED, A, B);
    fix_tell_message(world, SIM_DELIVERED, A, B, &hello);
    fix_tell_block(world, SIM_DELIVERED, A, B, BNET_GENESIS);
    fix_expect_check(world, "C4", 2, NULL);
    fix_handshake(world, A, B);
    fix_tell_closed(world, A, B, BNET_CLOSE_SELF);
    fix_expect_check(world, "C4", 3, NULL);
    hello = other_chain();
    fix_tell(world, SIM_OPENED, A, B);
    fix_tell_message(world, SIM_DELIVERED, A, B, &hello);
    fix_tell_closed(world, A, B, BNET_CLOSE_SELF);
    fix_expect_check(world, "C4", 4, NULL);
}
END_TEST

/* --- C5 -------------------------------------------------------------------------------------- */

static const BnetMessage malformed = {.kind = BNET_MESSAGE_MALFORMED, .u.malformed.bytes = 5};

START_TEST(test_c5_right)
{
    fix_handshake(world, A, B);
    fix_handshake(world, A, MALLORY);
    fix_tell_message(world, SIM_DELIVERED, A, MALLORY, &malformed);
    fix_tell_closed(world, A, MALLORY, BNET_CLOSE_MALFORMED);
    fix_tell_closed(world, A, B, BNET_CLOSE_LOST); /* another matter */
    fix_handshake(world, A, B);
    fix_tell_closed(world, A, B, BNET_CLOSE_BAD_BLOCK); /* at that instant, after another input */
    finish_check("C5");
    fix_expect_check(world, "C5", 0, NULL);
    ck_assert(fix_check_of(world, "C5")->judged);
}
END_TEST

START_TEST(test_c5_harms_others)
{
    fix_handshake(world, A, B);
    fix_handshake(world, A, MALLORY);
    fix_tell_message(world, SIM_DELIVERED, A, MALLORY, &malformed);
    fix_tell_closed(world, A, MALLORY, BNET_CLOSE_MALFORMED);
    fix_tell_closed(world, A, B, BNET_CLOSE_PROTOCOL);
    fix_expect_check(world, "C5", 1,
                     "at 1.500 s a closed its session with b, reason protocol, for malformed input "
                     "from mallory");
}
END_TEST

START_TEST(test_c5_stays_open)
{
    fix_handshake(world, A, MALLORY);
    fix_tell_message(world, SIM_DELIVERED, A, MALLORY, &malformed);
    fix_tell_kind(world, SIM_DELIVERED, A, MALLORY, BNET_MESSAGE_PING);
    fix_expect_check(world, "C5", 1, NULL);
}
END_TEST

/* As for an extension of a hello that it does not know. */
START_TEST(test_c5_without_cause)
{
    fix_handshake(world, A, B);
    fix_tell_closed(world, A, B, BNET_CLOSE_MALFORMED);
    fix_expect_check(world, "C5", 1,
                     "at 1.500 s a closed its session with b, reason malformed, without cause");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_handshake");
    TCase *tcase = tcase_create("handshake");
    tcase_set_timeout(tcase, 0);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_c2_right);
    tcase_add_test(tcase, test_c2_wrong);
    tcase_add_test(tcase, test_c3_right);
    tcase_add_test(tcase, test_c3_ping);
    tcase_add_test(tcase, test_c3_pong);
    tcase_add_test(tcase, test_c3_closes);
    tcase_add_test(tcase, test_c3_stays_open);
    tcase_add_test(tcase, test_c3_without_cause);
    tcase_add_test(tcase, test_c4_right);
    tcase_add_test(tcase, test_c4_wrong);
    tcase_add_test(tcase, test_c5_right);
    tcase_add_test(tcase, test_c5_harms_others);
    tcase_add_test(tcase, test_c5_stays_open);
    tcase_add_test(tcase, test_c5_without_cause);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
