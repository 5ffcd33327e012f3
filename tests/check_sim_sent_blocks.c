/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The checks of what is sent of blocks can fail: S2, S3, S7 and C7, in made-up happenings.
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

/* --- S2 -------------------------------------------------------------------------------------- */

START_TEST(test_s2)
{
    BnetBlock one = fix_child(world, BNET_GENESIS, 0);
    fix_handshake(world, A, B);
    fix_tell_block(world, SIM_SENT, A, B, one);
    fix_tell_block(world, SIM_SENT, A, FOLLOWER, one); /* another session */
    fix_tell_block(world, SIM_SENT, B, A, one);        /* its other end */
    fix_expect_check(world, "S2", 0, NULL);
    ck_assert(sim_check_is_judged(fix_check_of(world, "S2"), world));
    fix_tell_block(world, SIM_SENT, A, B, one);
    fix_expect_check(world, "S2", 1, "at 1.500 s a sent block 2 to b for the second time");
    fix_tell_closed(world, A, B, BNET_CLOSE_LOST);
    fix_handshake(world, A, B);
    fix_tell_block(world, SIM_SENT, A, B, one);
    fix_expect_check(world, "S2", 1, NULL);
}
END_TEST

/* The mark of what was sent goes when 2048 newer blocks have been marked. */
START_TEST(test_s2_evicted)
{
    BnetBlock one = fix_child(world, BNET_GENESIS, 0);
    BnetBlock last = one;
    fix_handshake(world, A, B);
    fix_tell_block(world, SIM_SENT, A, B, one);
    while (last < 32 * 64 - 1)
        last = fix_child(world, last, 0);
    fix_tell_block(world, SIM_DELIVERED, A, B, last);
    fix_tell_block(world, SIM_SENT, A, B, one);
    fix_expect_check(world, "S2", 1, NULL);
    last = fix_child(world, last, 0);
    fix_tell_block(world, SIM_DELIVERED, A, B, last);
    fix_tell_block(world, SIM_SENT, A, B, one);
    fix_expect_check(world, "S2", 1, NULL);
}
END_TEST

START_TEST(test_s2_persona)
{
    BnetBlock one = fix_child(world, BNET_GENESIS, 0);
    fix_tell_block(world, SIM_SENT, MALLORY, B, one);
    fix_tell_block(world, SIM_SENT, MALLORY, B, one);
    fix_expect_check(world, "S2", 0, NULL);
    ck_assert(!sim_check_is_judged(fix_check_of(world, "S2"), world));
}
END_TEST

/* --- S3 -------------------------------------------------------------------------------------- */

START_TEST(test_s3)
{
    BnetBlock one = fix_child(world, BNET_GENESIS, 0);
    BnetBlock two = fix_child(world, one, 0);
    BnetBlock three = fix_child(world, two, 0);
    fix_handshake(world, A, B);
    fix_handshake(world, A, FOLLOWER);
    fix_tell_block(world, SIM_DELIVERED, A, B, one);
    fix_tell_block_notice(world, SIM_DELIVERED, A, B, two);
    fix_tell_block(world, SIM_SENT, A, FOLLOWER, one);
    fix_tell_block(world, SIM_SENT, A, B, three);
    fix_expect_check(world, "S3", 0, NULL);
    ck_assert(sim_check_is_judged(fix_check_of(world, "S3"), world));
    fix_tell_block(world, SIM_SENT, A, B, one);
    fix_expect_check(world, "S3", 1,
                     "at 1.500 s a sent block 2 to b, which had sent or noticed it");
    fix_tell_block(world, SIM_SENT, A, B, two);
    fix_expect_check(world, "S3", 2, NULL);
}
END_TEST

/* What comes before their hello is not taken in. */
START_TEST(test_s3_before_hello)
{
    BnetBlock one = fix_child(world, BNET_GENESIS, 0);
    fix_tell(world, SIM_OPENED, A, B);
    fix_tell_block(world, SIM_DELIVERED, A, B, one);
    fix_tell_block(world, SIM_SENT, A, B, one);
    fix_expect_check(world, "S3", 0, NULL);
}
END_TEST

/* --- S7 -------------------------------------------------------------------------------------- */

START_TEST(test_s7)
{
    BnetBlock chain[6] = {BNET_NO_BLOCK, BNET_GENESIS};
    for (uint32_t i = 2; i < G_N_ELEMENTS(chain); i++) {
        chain[i] = fix_child(world, chain[i - 1], 0);
        fix_take_block(world, A, chain[i]);
    }
    ck_assert_uint_eq(bnet_view_lib_number(&world->peers[A].node.view), 3);
    fix_handshake(world, A, B);
    fix_handshake(world, A, FOLLOWER);
    fix_tell_block(world, SIM_SENT, A, B, chain[5]);
    ck_assert(!fix_check_of(world, "S7")->judged);
    fix_tell_block(world, SIM_SENT, A, FOLLOWER, chain[3]);
    fix_tell_block_notice(world, SIM_SENT, A, FOLLOWER, chain[3]);
    fix_expect_check(world, "S7", 0, NULL);
    ck_assert(fix_check_of(world, "S7")->judged);
    fix_tell_block(world, SIM_SENT, A, FOLLOWER, chain[4]);
    fix_expect_check(world, "S7", 1,
                     "at 1.500 s a sent block 4 to follower, which follows irreversible blocks; "
                     "its own LIB is 3");
    fix_tell_block_notice(world, SIM_SENT, A, FOLLOWER, chain[4]);
    fix_expect_check(world, "S7", 2, NULL);
    fix_tell_block(world, SIM_SENT, A, FOLLOWER, fix_child(world, chain[2], 7));
    fix_expect_check(world, "S7", 3, NULL); /* of the same height as the LIB, and not it */
}
END_TEST

/* --- C7 -------------------------------------------------------------------------------------- */

/* The block's slot begins at 0.5 s: it is young until just before 6.5 s. */
START_TEST(test_c7)
{
    BnetBlock one = fix_child(world, BNET_GENESIS, 0);
    BnetBlock two = fix_child(world, BNET_GENESIS, 1);
    int64_t made_ns = bnet_store_slot_time_ns(&world->store, world->store.blocks[one].slot);
    fix_handshake(world, A, B);
    world->now_ns = made_ns + 6 * S - 1;
    fix_take_block(world, A, one);
    world->now_ns = 60 * S; /* it waited for the socket */
    fix_tell_block_notice(world, SIM_SENT, A, B, one);
    fix_expect_check(world, "C7", 0, NULL);
    ck_assert(sim_check_is_judged(fix_check_of(world, "C7"), world));
    fix_tell_block_notice(world, SIM_SENT, A, B, two);
    fix_expect_check(world, "C7", 1,
                     "at 60.000 s a noticed block 2 to b, whose header it has not accepted within "
                     "6 s");
}
END_TEST

START_TEST(test_c7_old)
{
    BnetBlock one = fix_child(world, BNET_GENESIS, 0);
    int64_t made_ns = bnet_store_slot_time_ns(&world->store, world->store.blocks[one].slot);
    fix_handshake(world, A, B);
    fix_handshake(world, A, FOLLOWER);
    world->now_ns = made_ns + 6 * S;
    fix_take_block(world, A, one);
    fix_tell_block_notice(world, SIM_SENT, A, FOLLOWER, one); /* S7's */
    fix_expect_check(world, "C7", 0, NULL);
    fix_tell_block_notice(world, SIM_SENT, A, B, one);
    fix_expect_check(world, "C7", 1, NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_sent_blocks");
    TCase *tcase = tcase_create("sent_blocks");
    tcase_set_timeout(tcase, 0);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_s2);
    tcase_add_test(tcase, test_s2_evicted);
    tcase_add_test(tcase, test_s2_persona);
    tcase_add_test(tcase, test_s3);
    tcase_add_test(tcase, test_s3_before_hello);
    tcase_add_test(tcase, test_s7);
    tcase_add_test(tcase, test_c7);
    tcase_add_test(tcase, test_c7_old);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
