/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The check C1 can fail: made-up happenings of a world that stands still.
 */
#include "tests/sim_fixture.h"

enum {
    A,
    B,
    MALLORY,
};

static Scenario *scenario;
static SimWorld *world;

static void setup(void)
{
    scenario = fix_scenario("{'duration': '10s', 'peers': {'a': {'produces': true}, 'b': {},"
                            "'mallory': {'persona': {'kind': 'invalid-block',"
                            "'fault': 'producer', 'after': '1s'}}}}");
    world = fix_world(scenario);
    world->now_ns = 1500 * MS;
}

static void teardown(void)
{
    sim_world_free(world);
    scenario_free(scenario);
}

static void tell_closed(uint32_t by, uint32_t whom, BnetCloseReason reason)
{
    SimHappening happening = fix_happening(world, SIM_CLOSED, by, whom);
    happening.reason = reason;
    sim_world_tell(world, &happening);
}

static const BnetMessage hello = {
    .kind = BNET_MESSAGE_HELLO, .u.hello.first = BNET_GENESIS, .u.hello.head = BNET_GENESIS};
static const BnetMessage ping = {.kind = BNET_MESSAGE_PING};

/* a and b say hello to each other. */
static void handshake(void)
{
    fix_tell(world, SIM_OPENED, A, B);
    fix_tell_message(world, SIM_SENT, A, B, &hello);
    fix_tell(world, SIM_WRITTEN, A, B);
    fix_tell_message(world, SIM_DELIVERED, A, B, &hello);
}

START_TEST(test_c1_right)
{
    handshake();
    fix_tell_message(world, SIM_SENT, A, B, &ping);
    fix_tell_message(world, SIM_DELIVERED, A, B, &ping);
    fix_tell(world, SIM_WRITTEN, A, B);
    fix_tell_message(world, SIM_SENT, A, B, &ping);
    tell_closed(A, B, BNET_CLOSE_DEAD);
    handshake(); /* the next connection begins anew */
    fix_expect_check(world, "C1", 0, NULL);
    ck_assert(fix_check_of(world, "C1")->judged);
}
END_TEST

START_TEST(test_c1_second_hello)
{
    handshake();
    fix_tell_message(world, SIM_SENT, A, B, &hello);
    fix_expect_check(world, "C1", 1, "at 1.500 s a sent a second hello (hello, session with b)");
}
END_TEST

START_TEST(test_c1_before_their_hello)
{
    fix_tell(world, SIM_OPENED, A, B);
    fix_tell_message(world, SIM_SENT, A, B, &hello);
    fix_tell(world, SIM_WRITTEN, A, B);
    fix_tell_message(world, SIM_SENT, A, B, &ping);
    fix_expect_check(world, "C1", 1,
                     "at 1.500 s a sent something but hello before both hellos (ping, session "
                     "with b)");
}
END_TEST

START_TEST(test_c1_before_our_hello)
{
    fix_tell(world, SIM_OPENED, A, B);
    fix_tell_message(world, SIM_DELIVERED, A, B, &hello);
    fix_tell_message(world, SIM_SENT, A, B, &ping);
    fix_expect_check(world, "C1", 1, NULL);
}
END_TEST

START_TEST(test_c1_two_writes)
{
    handshake();
    fix_tell_message(world, SIM_SENT, A, B, &ping);
    fix_tell_message(world, SIM_SENT, A, B, &ping);
    fix_expect_check(world, "C1", 1,
                     "at 1.500 s a began a write before the last one was complete (ping, session "
                     "with b)");
}
END_TEST

START_TEST(test_c1_after_close)
{
    handshake();
    tell_closed(A, B, BNET_CLOSE_DEAD);
    fix_tell_message(world, SIM_DELIVERED, A, B, &ping);
    fix_expect_check(world, "C1", 1,
                     "at 1.500 s a took a message in on a closed session (ping, session with b)");
    fix_tell_message(world, SIM_SENT, A, B, &hello);
    fix_expect_check(world, "C1", 2, NULL);
}
END_TEST

START_TEST(test_c1_persona)
{
    fix_tell_message(world, SIM_SENT, MALLORY, A, &ping);
    fix_expect_check(world, "C1", 0, NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_c1");
    TCase *tcase = tcase_create("c1");
    tcase_set_timeout(tcase, 0);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_c1_right);
    tcase_add_test(tcase, test_c1_second_hello);
    tcase_add_test(tcase, test_c1_before_their_hello);
    tcase_add_test(tcase, test_c1_before_our_hello);
    tcase_add_test(tcase, test_c1_two_writes);
    tcase_add_test(tcase, test_c1_after_close);
    tcase_add_test(tcase, test_c1_persona);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
