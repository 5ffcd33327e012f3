/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What led to a violation is told: who made the block or the transaction, how it came to who did
 * wrong, and what went of it between the two.
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

static void tell_made(uint32_t peer, BnetBlock block)
{
    SimHappening happening = sim_happening(SIM_PRODUCED, peer);
    happening.block = block;
    sim_world_tell(world, &happening);
}

static void tell_verdict(uint32_t peer, BnetBlock block, BnetVerdict verdict)
{
    SimHappening happening = sim_happening(SIM_VERDICT, peer);
    happening.block = block;
    happening.verdict = verdict;
    fix_tell_happening(world, &happening);
}

/* Both ends, a second apart. */
static void tell_passed(uint32_t from, uint32_t to, BnetBlock block)
{
    fix_tell_block(world, SIM_SENT, from, to, block);
    world->now_ns += S;
    fix_tell_block(world, SIM_DELIVERED, to, from, block);
}

static char *causes_of(const char *id)
{
    const SimCheck *check = fix_check_of(world, id);
    ck_assert_ptr_nonnull(check->causes);
    return g_strjoinv("\n", check->causes);
}

START_TEST(test_block)
{
    BnetBlock one = fix_child(world, BNET_GENESIS, 0);
    BnetBlock other = fix_child(world, one, 0);
    tell_made(A, one);
    tell_verdict(A, one, BNET_VERDICT_ACCEPTED);
    fix_tell_block_notice(world, SIM_SENT, A, B, one);
    tell_passed(A, B, one);
    tell_verdict(B, one, BNET_VERDICT_ACCEPTED);
    tell_passed(A, MALLORY, one); /* not on the way */
    tell_passed(A, B, other);     /* another block */
    fix_handshake(world, B, FOLLOWER);
    tell_passed(B, FOLLOWER, one);
    fix_tell_block(world, SIM_SENT, B, FOLLOWER, one);
    fix_expect_check(world, "S2", 1, "at 5.500 s b sent block 2 to follower for the second time");
    g_autofree char *causes = causes_of("S2");
    ck_assert_str_eq(causes, "1.500 s  a made block 2\n"
                             "1.500 s  a found it accepted\n"
                             "1.500 s  a sent it to b\n"
                             "2.500 s  b took it in from a\n"
                             "2.500 s  b found it accepted\n"
                             "4.500 s  b took in the hello of follower with LIB 0\n"
                             "4.500 s  b sent block 2 to follower\n"
                             "5.500 s  follower took it in from b");
}
END_TEST

/* The first violation alone. */
START_TEST(test_first)
{
    BnetBlock one = fix_child(world, BNET_GENESIS, 0);
    BnetBlock two = fix_child(world, one, 0);
    fix_handshake(world, A, B);
    fix_tell_block_notice(world, SIM_DELIVERED, A, B, one);
    fix_tell_block(world, SIM_DELIVERED, A, B, two);
    fix_tell_block(world, SIM_SENT, A, B, one);
    fix_tell_block(world, SIM_SENT, A, B, two);
    fix_expect_check(world, "S3", 2, NULL);
    g_autofree char *causes = causes_of("S3");
    ck_assert_str_eq(causes, "nothing tells where block 2 came from\n"
                             "1.500 s  a took in the hello of b with LIB 0\n"
                             "1.500 s  a took the notice of block 2 in from b");
}
END_TEST

START_TEST(test_trx)
{
    BnetTrx trx = fix_trx(world, 60);
    g_autofree char *name = sim_trx_name(world, trx);
    fix_handshake(world, A, B);
    fix_handshake(world, B, A);
    fix_accept_trx(world, A, trx);
    fix_tell_trx(world, SIM_SENT, A, B, trx);
    world->now_ns += S;
    fix_tell_trx(world, SIM_DELIVERED, B, A, trx);
    fix_accept_trx(world, B, trx);
    fix_tell_trx(world, SIM_SENT, B, A, trx);
    fix_expect_check(world, "S6", 1, NULL);
    g_autofree char *causes = causes_of("S6");
    g_autofree char *expected = g_strdup_printf("1.500 s  a took in the hello of b with LIB 0\n"
                                                "1.500 s  b is connected with a\n"
                                                "1.500 s  b took in the hello of a with LIB 0\n"
                                                "1.500 s  a accepted transaction %s\n"
                                                "1.500 s  a sent it to b\n"
                                                "2.500 s  b took it in from a\n"
                                                "2.500 s  b accepted transaction %s",
                                                name, name);
    ck_assert_str_eq(causes, expected);
}
END_TEST

/* A block of the chain at the start was made by nobody. */
START_TEST(test_start)
{
    fix_handshake(world, A, B);
    fix_tell_block(world, SIM_SENT, A, B, BNET_GENESIS);
    fix_tell_block(world, SIM_SENT, A, B, BNET_GENESIS);
    g_autofree char *causes = causes_of("S2");
    ck_assert_str_eq(causes, "block 1 is of the chain that stood at the start\n"
                             "1.500 s  a took in the hello of b with LIB 0\n"
                             "1.500 s  a sent block 1 to b");
}
END_TEST

/* The newest 65,536 are remembered, and not one more. */
START_TEST(test_too_old)
{
    BnetBlock one = fix_child(world, BNET_GENESIS, 0);
    BnetBlock other = fix_child(world, one, 0);
    tell_made(A, one);
    for (uint32_t i = 1; i < SIM_CAUSES_MAX; i++)
        tell_verdict(B, other, BNET_VERDICT_KNOWN);
    SimSubject subject = {.peer = A, .remote = UINT32_MAX, .block = one};
    GStrv lines = sim_causes_tell(world->causes, world, &subject);
    ck_assert_uint_eq(g_strv_length(lines), 1);
    ck_assert_str_eq(lines[0], "1.500 s  a made block 2");
    g_strfreev(lines);
    tell_verdict(B, other, BNET_VERDICT_KNOWN);
    lines = sim_causes_tell(world->causes, world, &subject);
    ck_assert_uint_eq(g_strv_length(lines), 1);
    ck_assert_str_eq(lines[0], "how block 2 began is too long ago to be told");
    g_strfreev(lines);
}
END_TEST

/* With a transaction the block that took it to the peer is told. */
START_TEST(test_trx_in_block)
{
    BnetTrx trx = fix_trx(world, 60);
    g_autofree char *name = sim_trx_name(world, trx);
    BnetBlockSpec spec = fix_spec(world, BNET_GENESIS, 0);
    spec.trxs = &trx;
    spec.n_trxs = 1;
    BnetBlock block = bnet_store_add_block(&world->store, &spec);
    SimSubject subject = {.peer = B, .remote = UINT32_MAX, .trx = trx};
    fix_accept_trx(world, B, trx);
    tell_made(A, block);
    tell_passed(A, B, block);
    g_auto(GStrv) lines = sim_causes_tell(world->causes, world, &subject);
    g_autofree char *told = g_strjoinv("\n", lines);
    g_autofree char *expected =
        g_strdup_printf("1.500 s  b accepted transaction %s\n"
                        "1.500 s  a made block 2 with transaction %s in it\n"
                        "1.500 s  a sent it to b\n"
                        "2.500 s  b took it in from a",
                        name, name);
    ck_assert_str_eq(told, expected);
}
END_TEST

/* What is built on a bad block, and the bad block, each on its way. */
START_TEST(test_two_blocks)
{
    BnetBlock bad = fix_bad_child(world, BNET_GENESIS, 0);
    BnetBlock child = fix_child(world, bad, 0);
    tell_made(MALLORY, bad);
    tell_made(B, child);
    tell_passed(B, A, child);
    tell_verdict(A, bad, BNET_VERDICT_INVALID);
    fix_tell_kind(world, SIM_DELIVERED, A, B, BNET_MESSAGE_PING);
    g_autofree char *causes = causes_of("S4");
    ck_assert_str_eq(causes, "1.500 s  mallory made block 2\n"
                             "1.500 s  b made block 3\n"
                             "1.500 s  b sent it to a\n"
                             "2.500 s  a took it in from b\n"
                             "2.500 s  a found block 2 invalid: its transactions do what they may "
                             "not");
}
END_TEST

/* A number that two blocks have is not enough, and a verdict that turned on the clock tells it. */
START_TEST(test_unfit)
{
    BnetBlock one = fix_child(world, BNET_GENESIS, 0);
    BnetBlock two = fix_child(world, BNET_GENESIS, 1);
    const uint8_t *id = bnet_store_block(&world->store, one)->id.bytes;
    SimSubject subject = {.peer = B, .remote = A, .end = UINT32_MAX, .block = one};
    tell_made(A, one);
    tell_passed(A, B, one);
    world->peers[B].node.clock.skew_ns = -2314 * S;
    tell_verdict(B, one, BNET_VERDICT_FUTURE);
    tell_verdict(B, two, BNET_VERDICT_FUTURE);
    tell_passed(A, B, one);
    world->peers[B].node.clock.skew_ns = 0;
    tell_verdict(B, one, BNET_VERDICT_STALE);
    g_auto(GStrv) lines = sim_causes_tell(world->causes, world, &subject);
    g_autofree char *told = g_strjoinv("\n", lines);
    g_autofree char *expected =
        g_strdup_printf("1.500 s  a made block 2 %02x%02x%02x%02x\n"
                        "1.500 s  a sent it to b\n"
                        "2.500 s  b took it in from a\n"
                        "2.500 s  b found it future: its clock is 2314.000 s behind\n"
                        "2.500 s  a sent it to b\n"
                        "3.500 s  b took it in from a\n"
                        "3.500 s  b found it stale",
                        id[4], id[5], id[6], id[7]);
    ck_assert_str_eq(told, expected);
}
END_TEST

/* What the scenario did to one of the two, or between them, since the first line or so that it
 * lasts; and the peer's newest fork switches. */
START_TEST(test_faults)
{
    static const struct {
        const char *event;
        bool told;
    } cases[] = {
        {"{'at': '6s', 'partition': ['a'], 'for': '4s'}", true},
        {"{'at': '6s', 'partition': [['a', 'b']], 'for': '4s'}", false},
        {"{'at': '6s', 'partition': ['a']}, {'at': '8s', 'heal': true}", true},
        {"{'at': '6s', 'cut': ['a', 'b'], 'for': '4s'}", true},
        {"{'at': '6s', 'cut': ['b', 'a'], 'for': '4s'}", true},
        {"{'at': '6s', 'cut': ['a', 'c'], 'for': '4s'}", false},
        {"{'at': '6s', 'pause': 'b', 'for': '4s'}", true},
        {"{'at': '6s', 'pause': 'c', 'for': '4s'}", false},
        {"{'at': '6s', 'skew_clock': 'b', 'skew': '-9s'}, {'at': '8s', 'skew_clock': 'b', 'skew': "
         "'0s'}",
         true},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Scenario) scenario =
            fix_scenario_of("{'duration': '20s', 'peers': {'a': {'produces': true}, 'b': {},"
                            " 'c': {}}, 'events': [%s]}",
                            cases[i].event);
        SimWorld *other = fix_world(scenario);
        for (uint32_t e = 0; e < scenario->n_events; e++) {
            other->now_ns = scenario->events[e].at_ns;
            sim_faults_apply(other, e);
        }
        SimSubject subject = sim_subject_of_session(A, B);
        g_auto(GStrv) lines = sim_causes_tell(other->causes, other, &subject);
        g_autofree char *told = g_strjoinv("\n", lines);
        bool both = strstr(told, "6.000 s  ") && strstr(told, ".000 s  ");
        ck_assert_msg(both == cases[i].told, "%s: %s", cases[i].event, told);
        sim_world_free(other);
    }
}
END_TEST

/* Of a session alone: how it began, and what the two said last, pings too. */
START_TEST(test_session)
{
    BnetBlock one = fix_child(world, BNET_GENESIS, 0);
    fix_handshake(world, A, B);
    fix_handshake(world, B, A);
    world->now_ns += S;
    fix_tell_block(world, SIM_SENT, A, B, one);
    const BnetMessage ping = {.kind = BNET_MESSAGE_PING, .u.ping.lib_number = 7};
    world->now_ns += S;
    fix_tell_message(world, SIM_SENT, A, B, &ping);
    fix_tell_message(world, SIM_DELIVERED, B, A, &ping);
    SimSubject subject = sim_subject_of_session(A, B);
    g_auto(GStrv) lines = sim_causes_tell(world->causes, world, &subject);
    g_autofree char *told = g_strjoinv("\n", lines);
    ck_assert_str_eq(told, "0.000 s  b dialled a\n"
                           "1.500 s  a took in the hello of b with LIB 0\n"
                           "1.500 s  b is connected with a\n"
                           "1.500 s  b took in the hello of a with LIB 0\n"
                           "2.500 s  a sent block 2 to b\n"
                           "3.500 s  a sent b a ping with LIB 7, not answered");
    g_autofree char *last = sim_causes_last(world->causes, world, fix_end(world, A, B));
    ck_assert_str_eq(last, "a ping at 3.500 s");
    g_autofree char *never = sim_causes_last(world->causes, world, fix_end(world, B, FOLLOWER));
    ck_assert_str_eq(never, "nothing");
}
END_TEST

/* The newest twelve of what became of sessions. */
START_TEST(test_many_sessions)
{
    SimSubject subject = {.peer = A, .remote = B, .end = UINT32_MAX};
    for (int i = 0; i < 7; i++) {
        world->now_ns += S;
        fix_tell(world, SIM_OPENED, B, A);
        fix_tell(world, SIM_OPENED, A, B);
        fix_tell_closed(world, A, B, i == 6 ? BNET_CLOSE_LOST : BNET_CLOSE_BAD_PONG);
    }
    g_auto(GStrv) lines = sim_causes_tell(world->causes, world, &subject);
    ck_assert_uint_eq(g_strv_length(lines), 12);
    ck_assert_str_eq(lines[0], "3.500 s  b is connected with a");
    ck_assert_str_eq(lines[9], "7.500 s  a closed its session with b: bad-pong");
    ck_assert_str_eq(lines[11], "8.500 s  a lost its session with b");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_causes");
    TCase *tcase = tcase_create("causes");
    tcase_set_timeout(tcase, 0);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_block);
    tcase_add_test(tcase, test_first);
    tcase_add_test(tcase, test_trx);
    tcase_add_test(tcase, test_start);
    tcase_add_test(tcase, test_too_old);
    tcase_add_test(tcase, test_trx_in_block);
    tcase_add_test(tcase, test_two_blocks);
    tcase_add_test(tcase, test_unfit);
    tcase_add_test(tcase, test_faults);
    tcase_add_test(tcase, test_session);
    tcase_add_test(tcase, test_many_sessions);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
