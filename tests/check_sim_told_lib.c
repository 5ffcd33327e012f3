/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What S1 and S8 say of LIBs that were told and of heads with a low one, in made-up happenings of a
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
    scenario = fix_scenario("{'duration': '10s', 'chain': {'start_height': 10,"
                            "'irreversibility': {'depth': 4}},"
                            "'peers': {'a': {'produces': true}, 'b': {'produces': true}}}");
    world = fix_world(scenario);
    world->now_ns = 1500 * MS;
}

static void teardown(void)
{
    sim_world_free(world);
    scenario_free(scenario);
}

/* --- S1 -------------------------------------------------------------------------------------- */

static void take_hello(uint32_t lib_number)
{
    BnetMessage hello = {.kind = BNET_MESSAGE_HELLO, .u.hello.lib_number = lib_number};
    fix_tell(world, SIM_OPENED, A, B);
    fix_tell_message(world, SIM_DELIVERED, A, B, &hello);
}

static void take_ping(uint32_t lib_number)
{
    BnetMessage ping = {.kind = BNET_MESSAGE_PING, .u.ping.lib_number = lib_number};
    fix_tell_message(world, SIM_DELIVERED, A, B, &ping);
}

START_TEST(test_s1_hello_lib)
{
    BnetBlock b11 = fix_child(world, world->start_head, 0);
    take_hello(10);
    fix_tell_block(world, SIM_SENT, A, B, b11);
    fix_expect_check(world, "S1", 0, NULL);
    fix_tell_block(world, SIM_SENT, A, B, world->start_head);
    fix_expect_check(world, "S1", 1,
                     "at 1.500 s a sent block 10 to b, whose LIB is 10 as it had said");
    take_hello(9); /* another connection */
    fix_tell_block(world, SIM_SENT, A, B, world->start_head);
    fix_expect_check(world, "S1", 1, NULL);
}
END_TEST

START_TEST(test_s1_ping_lib)
{
    BnetBlock b11 = fix_child(world, world->start_head, 0);
    take_hello(6);
    fix_tell_block(world, SIM_SENT, A, B, b11);
    take_ping(11);
    take_ping(8); /* it is never lowered */
    fix_tell_block(world, SIM_SENT, A, B, fix_child(world, b11, 0));
    fix_expect_check(world, "S1", 0, NULL);
    fix_tell_block(world, SIM_SENT, A, B, b11);
    fix_expect_check(world, "S1", 1,
                     "at 1.500 s a sent block 11 to b, whose LIB is 11 as it had said");
    fix_tell_block(world, SIM_SENT, B, A, b11); /* b was told nothing */
    fix_expect_check(world, "S1", 1, NULL);
}
END_TEST

/* --- S8 -------------------------------------------------------------------------------------- */

static void tell_applied(uint32_t peer)
{
    SimHappening happening = sim_happening(SIM_CHAIN, peer);
    happening.event = BNET_CHAIN_APPLIED;
    happening.block = world->peers[peer].node.view.head;
    sim_world_tell(world, &happening);
}

/* The LIB that a peer holds may stay while it takes a worse branch for the better one. */
START_TEST(test_s8_head_of_lower_lib)
{
    BnetView *view = &world->peers[A].node.view;
    BnetBlock head = world->start_head;
    for (uint32_t i = 0; i < 4; i++)
        head = fix_child(world, head, 0);
    fix_set_head(world, A, head);
    fix_set_lib(world, A, world->start_head);
    tell_applied(A);
    fix_set_head(world, A, world->start_head);
    view->target = head; /* on the way to it */
    tell_applied(A);
    fix_expect_check(world, "S8", 0, NULL);
    view->target = view->head;
    tell_applied(A);
    fix_expect_check(world, "S8", 1,
                     "at 1.500 s a has settled on block 10, a head with LIB 6, although its LIB "
                     "is 10");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_told_lib");
    TCase *tcase = tcase_create("told_lib");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_s1_hello_lib);
    tcase_add_test(tcase, test_s1_ping_lib);
    tcase_add_test(tcase, test_s8_head_of_lower_lib);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
