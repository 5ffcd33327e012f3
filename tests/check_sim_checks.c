/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The checks can fail: each of S1, S4, S8 and L3 is shown what it must find, in made-up
 * happenings of a world that stands still, and what it must let pass.
 */
#include "tests/sim_fixture.h"

/* Peers of all scenarios here. Of two linked peers the one with the greater number dials. */
enum {
    A,
    B,
    C,
    MALLORY,
};

static Scenario *scenario;
static SimWorld *world;

static void setup(void)
{
    scenario = fix_scenario("{'duration': '10s', 'chain': {'start_height': 10,"
                            "'irreversibility': {'depth': 4}},"
                            "'peers': {'a': {'produces': true}, 'b': {'produces': true}, 'c': {},"
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

/* --- S1 -------------------------------------------------------------------------------------- */

static void send_block(uint32_t from, uint32_t to, BnetBlock block)
{
    fix_tell_block(world, SIM_SENT, from, to, block);
}

START_TEST(test_s1_linkable)
{
    BnetBlock b11 = fix_child(world, world->start_head, 0);
    BnetBlock b12 = fix_child(world, b11, 0);
    BnetBlock b13 = fix_child(world, b12, 0);
    BnetBlock c12 = fix_child(world, b11, 1);
    send_block(A, B, b11);
    send_block(A, B, b12);
    send_block(A, B, b13);
    send_block(A, B, c12); /* its parent is below what was sent */
    send_block(A, B, b12); /* a second time: not S1's business */
    fix_expect_check(world, "S1", 0, NULL);
    ck_assert(sim_check_is_judged(fix_check_of(world, "S1"), world));
}
END_TEST

START_TEST(test_s1_parent_missing)
{
    BnetBlock b11 = fix_child(world, world->start_head, 0);
    BnetBlock b12 = fix_child(world, b11, 0);
    BnetBlock b13 = fix_child(world, b12, 0);
    send_block(A, B, b12);
    fix_expect_check(world, "S1", 1,
                     "at 1.500 s a sent block 12 to b, which has not got its parent and cannot "
                     "link it: of this branch it has what is up to block 10, and its head is 10");
    send_block(A, B, b13); /* behind b12, in flight */
    fix_expect_check(world, "S1", 1, NULL);
    send_block(C, B, b13); /* another connection: nothing is in flight there */
    fix_expect_check(world, "S1", 2, NULL);
    send_block(B, A, b12); /* the other direction neither */
    fix_expect_check(world, "S1", 3, NULL);
}
END_TEST

START_TEST(test_s1_new_connection)
{
    BnetBlock b11 = fix_child(world, world->start_head, 0);
    BnetBlock b12 = fix_child(world, b11, 0);
    send_block(A, B, b11);
    fix_tell(world, SIM_OPENED, A, B);
    send_block(A, B, b12);
    fix_expect_check(world, "S1", 1, NULL);
}
END_TEST

/* Below the receiver's LIB, which is 6, on its chain and on another. */
START_TEST(test_s1_at_lib)
{
    BnetBlock b6 = bnet_store_ancestor(&world->store, world->start_head, 6);
    BnetBlock b5 = bnet_store_ancestor(&world->store, world->start_head, 5);
    ck_assert_uint_eq(world->peers[B].node.view.lib, b6);
    send_block(A, B, fix_child(world, b6, 1));
    send_block(A, B, fix_child(world, b5, 1));
    fix_expect_check(world, "S1", 0, NULL);
    BnetBlock fork6 = fix_child(world, b5, 2);
    send_block(A, C, fix_child(world, fork6, 0));
    fix_expect_check(world, "S1", 1, NULL);
}
END_TEST

START_TEST(test_s1_excused)
{
    BnetBlock b11 = fix_child(world, world->start_head, 0);
    BnetBlock b12 = fix_child(world, b11, 0);
    send_block(MALLORY, A, b12); /* not honest */
    send_block(A, MALLORY, b12);
    world->ends[fix_end(world, B, A)].open = false; /* lost anyhow */
    send_block(A, B, b12);
    SimHappening pruned = sim_happening(SIM_PRUNED, C); /* it had the parent */
    pruned.block = b11;
    sim_world_tell(world, &pruned);
    send_block(A, C, b12);
    fix_expect_check(world, "S1", 0, NULL);
    send_block(C, A, b12); /* who pruned it was c, not a */
    fix_expect_check(world, "S1", 1, NULL);
}
END_TEST

/* --- S4 -------------------------------------------------------------------------------------- */

static void deliver_block(uint32_t to, uint32_t from, BnetBlock block)
{
    fix_tell_block(world, SIM_DELIVERED, to, from, block);
}

static void tell_invalid(uint32_t peer, BnetBlock block)
{
    SimHappening happening = sim_happening(SIM_VERDICT, peer);
    happening.block = block;
    happening.verdict = BNET_VERDICT_INVALID;
    fix_tell_happening(world, &happening);
}

/* A verdict on the copy that came from `from`. */
static void tell_dropped(uint32_t peer, uint32_t from, BnetVerdict verdict, BnetBlock block)
{
    SimHappening happening = sim_happening(SIM_VERDICT, peer);
    happening.session = world->ends[fix_end(world, peer, from)].slot;
    happening.block = block;
    happening.verdict = verdict;
    fix_tell_happening(world, &happening);
}

static void tell_rejected(uint32_t peer, BnetBlock block)
{
    SimHappening happening = sim_happening(SIM_CHAIN, peer);
    happening.block = block;
    happening.event = BNET_CHAIN_REJECTED;
    sim_world_tell(world, &happening);
}

static void tell_closed(uint32_t by, uint32_t whom, BnetCloseReason reason)
{
    SimHappening happening = fix_happening(world, SIM_CLOSED, by, whom);
    happening.reason = reason;
    sim_world_tell(world, &happening);
}

static void finish(const char *id)
{
    SimCheck *check = fix_check_of(world, id);
    check->finish(check, world);
}

START_TEST(test_s4_right)
{
    BnetBlock bad = fix_bad_child(world, world->start_head, 0);
    deliver_block(A, MALLORY, bad);
    deliver_block(B, MALLORY, bad);
    tell_rejected(A, bad);
    tell_closed(A, MALLORY, BNET_CLOSE_BAD_BLOCK);
    tell_invalid(B, bad);
    tell_closed(B, MALLORY, BNET_CLOSE_BAD_BLOCK);
    finish("S4");
    fix_expect_check(world, "S4", 0, NULL);
    ck_assert(fix_check_of(world, "S4")->judged);
}
END_TEST

START_TEST(test_s4_innocent_is_closed)
{
    deliver_block(A, MALLORY, fix_child(world, world->start_head, 0));
    tell_closed(A, MALLORY, BNET_CLOSE_BAD_BLOCK);
    fix_expect_check(world, "S4", 1,
                     "at 1.500 s a cut off mallory, which had sent it no block found invalid");
    tell_closed(B, C, BNET_CLOSE_DEAD); /* another reason */
    finish("S4");
    fix_expect_check(world, "S4", 1, NULL);
}
END_TEST

/* That a block is bad does not make its sender guilty before the chain has found it out. */
START_TEST(test_s4_too_early)
{
    deliver_block(A, MALLORY, fix_bad_child(world, world->start_head, 0));
    tell_closed(A, MALLORY, BNET_CLOSE_BAD_BLOCK);
    fix_expect_check(world, "S4", 1, NULL);
}
END_TEST

START_TEST(test_s4_notice_is_no_guilt)
{
    BnetBlock bad = fix_bad_child(world, world->start_head, 0);
    BnetMessage notice = {.kind = BNET_MESSAGE_BLOCK_NOTICE};
    bnet_pool_reserve(&world->pool, 1);
    bnet_ring_push(&notice.u.notice, &world->pool, bad);
    fix_tell_message(world, SIM_DELIVERED, A, B, &notice);
    bnet_message_finish(&notice, &world->pool);
    deliver_block(A, MALLORY, bad);
    tell_rejected(A, bad);
    tell_closed(A, B, BNET_CLOSE_BAD_BLOCK);
    fix_expect_check(world, "S4", 1,
                     "at 1.500 s a cut off b, which had sent it no block found invalid");
}
END_TEST

START_TEST(test_s4_guilty_is_kept)
{
    BnetBlock bad = fix_bad_child(world, world->start_head, 0);
    deliver_block(A, MALLORY, bad);
    tell_rejected(A, bad);
    finish("S4");
    fix_expect_check(world, "S4", 1,
                     "at 1.500 s a still holds the session with mallory, which had sent it block "
                     "11, found invalid at 1.500 s: its transactions do what they may not");
}
END_TEST

START_TEST(test_s4_message_from_guilty)
{
    BnetBlock bad = fix_bad_child(world, world->start_head, 0);
    BnetMessage ping = {.kind = BNET_MESSAGE_PING};
    deliver_block(A, MALLORY, bad);
    fix_tell_message(world, SIM_DELIVERED, A, MALLORY, &ping); /* nothing is found out yet */
    fix_expect_check(world, "S4", 0, NULL);
    tell_rejected(A, bad);
    fix_tell_message(world, SIM_DELIVERED, A, MALLORY, &ping);
    fix_expect_check(world, "S4", 1,
                     "at 1.500 s a took a ping in from mallory, which had sent it block 11, "
                     "found invalid at 1.500 s: its transactions do what they may not");
    fix_tell_message(world, SIM_DELIVERED, A, MALLORY, &ping); /* counted once */
    finish("S4");
    fix_expect_check(world, "S4", 1, NULL);
}
END_TEST

/* Who sent a block built on the bad one is guilty, whoever sent the bad one itself; only the
 * sessions of the peer that found it out are. */
START_TEST(test_s4_all_guilty)
{
    BnetBlock bad = fix_bad_child(world, world->start_head, 0);
    BnetBlock child = fix_child(world, bad, 0);
    deliver_block(A, MALLORY, bad);
    deliver_block(A, B, child);
    deliver_block(C, B, child);
    tell_rejected(A, bad);
    tell_closed(A, MALLORY, BNET_CLOSE_BAD_BLOCK);
    finish("S4");
    fix_expect_check(
        world, "S4", 1,
        "at 1.500 s a still holds the session with b, which had sent it block 12, which is built "
        "on block 11, found invalid at 1.500 s: its transactions do what they may not");
}
END_TEST

START_TEST(test_s4_honest_is_blamed)
{
    BnetBlock bad = fix_bad_child(world, world->start_head, 0);
    deliver_block(A, B, bad);
    tell_rejected(A, bad);
    tell_closed(A, B, BNET_CLOSE_BAD_BLOCK);
    finish("S4");
    fix_expect_check(world, "S4", 1,
                     "at 1.500 s a cut off b, an honest peer, for block 11, found invalid at 1.500 "
                     "s: its transactions do what they may not");
}
END_TEST

/* A copy that was dropped without a verdict makes its sender not guilty when another is judged. */
START_TEST(test_s4_dropped_copy)
{
    static const BnetVerdict verdicts[] = {BNET_VERDICT_UNLINKABLE, BNET_VERDICT_FUTURE,
                                           BNET_VERDICT_STALE};
    BnetBlock bad = fix_bad_child(world, world->start_head, 0);
    deliver_block(A, MALLORY, bad);
    tell_dropped(A, MALLORY, verdicts[_i], bad);
    deliver_block(A, B, bad);
    tell_invalid(A, bad);
    tell_closed(A, MALLORY, BNET_CLOSE_BAD_BLOCK);
    fix_expect_check(world, "S4", 1,
                     "at 1.500 s a cut off mallory, which had sent it no block found invalid");
    finish("S4"); /* b is still there */
    fix_expect_check(world, "S4", 2, NULL);
}
END_TEST

/* It does when the same peer sends it once more. */
START_TEST(test_s4_copy_that_counts)
{
    BnetBlock bad = fix_bad_child(world, world->start_head, 0);
    deliver_block(A, MALLORY, bad);
    tell_dropped(A, MALLORY, BNET_VERDICT_UNLINKABLE, bad);
    deliver_block(A, MALLORY, bad);
    tell_dropped(A, B, BNET_VERDICT_UNLINKABLE, bad); /* not its copy */
    tell_invalid(A, bad);
    tell_closed(A, MALLORY, BNET_CLOSE_BAD_BLOCK);
    finish("S4");
    fix_expect_check(world, "S4", 0, NULL);
}
END_TEST

/* What a persona does is no violation; what it sent on an earlier connection neither. */
START_TEST(test_s4_excused)
{
    BnetBlock bad = fix_bad_child(world, world->start_head, 0);
    tell_closed(MALLORY, A, BNET_CLOSE_BAD_BLOCK);
    deliver_block(A, MALLORY, bad);
    tell_closed(A, MALLORY, BNET_CLOSE_LOST);
    tell_rejected(A, bad);
    finish("S4");
    fix_expect_check(world, "S4", 0, NULL);
}
END_TEST

/* --- S8 -------------------------------------------------------------------------------------- */

static void tell_irreversible(uint32_t peer, BnetBlock block)
{
    SimHappening happening = sim_happening(SIM_CHAIN, peer);
    happening.event = BNET_CHAIN_IRREVERSIBLE;
    happening.block = block;
    sim_world_tell(world, &happening);
}

static BnetBlock at(uint32_t number)
{
    return bnet_store_ancestor(&world->store, world->start_head, number);
}

/* All have applied what makes block 10 irreversible. */
static void grow_chain(void)
{
    BnetBlock head = world->start_head;
    for (uint32_t i = 0; i < 4; i++)
        head = fix_child(world, head, 0);
    for (uint32_t p = 0; p < world->n_peers; p++)
        fix_set_head(world, p, head);
}

START_TEST(test_s8_agree)
{
    grow_chain();
    tell_irreversible(A, at(7));
    tell_irreversible(A, at(8));
    tell_irreversible(B, at(7)); /* behind, on the same chain */
    tell_irreversible(B, at(8));
    tell_irreversible(B, at(9));
    fix_expect_check(world, "S8", 0, NULL);
    ck_assert_ptr_null(fix_check_of(world, "S8")->note);
    ck_assert(fix_check_of(world, "S8")->judged);
}
END_TEST

START_TEST(test_s8_moves_back)
{
    grow_chain();
    tell_irreversible(A, at(8));
    tell_irreversible(A, at(7));
    fix_expect_check(world, "S8", 1, "at 1.500 s the LIB of a moved back from block 8 to block 7");
    SimHappening started = sim_happening(SIM_STARTED, B); /* with another chain: at 6 */
    tell_irreversible(B, at(9));
    sim_world_tell(world, &started);
    tell_irreversible(B, at(7));
    tell_irreversible(MALLORY, at(9));
    tell_irreversible(MALLORY, at(7)); /* not honest */
    fix_expect_check(world, "S8", 1, NULL);
}
END_TEST

/* It need not be told: the LIB that the peer holds is looked at. */
START_TEST(test_s8_held_lib_moves_back)
{
    grow_chain();
    tell_irreversible(A, at(6));
    fix_set_lib(world, A, at(8));
    tell_irreversible(A, at(7));
    fix_expect_check(world, "S8", 0, NULL);
    fix_set_lib(world, A, at(7));
    tell_irreversible(A, at(8));
    fix_expect_check(world, "S8", 1, "at 1.500 s the LIB of a moved back from block 8 to block 7");
}
END_TEST

START_TEST(test_s8_conflict_without_rule)
{
    grow_chain();
    BnetBlock fork = fix_child(world, at(6), 1);
    tell_irreversible(A, at(7));
    tell_irreversible(B, fork); /* b has not even applied it */
    fix_expect_check(world, "S8", 1,
                     "at 1.500 s block 7 became irreversible at b against the LIB of a");
    ck_assert_ptr_null(fix_check_of(world, "S8")->note);
}
END_TEST

/* b applied it, but with fewer than 4 blocks on top. */
START_TEST(test_s8_conflict_before_depth)
{
    grow_chain();
    BnetBlock fork = fix_child(world, at(6), 1);
    BnetBlock head = fix_child(world, fork, 0);
    fix_set_head(world, B, head);
    tell_irreversible(A, at(7));
    tell_irreversible(B, fork);
    fix_expect_check(world, "S8", 1, NULL);
}
END_TEST

/* Nobody else need hold another block for irreversible. */
START_TEST(test_s8_against_rule)
{
    grow_chain();
    tell_irreversible(A, at(10));
    fix_expect_check(world, "S8", 0, NULL);
    tell_irreversible(A, fix_child(world, at(10), 0));
    fix_expect_check(world, "S8", 1,
                     "at 1.500 s block 11 became irreversible at a, against the chain rule");
    tell_irreversible(B, fix_child(world, world->peers[B].node.view.head, 0));
    fix_expect_check(world, "S8", 2, NULL);
}
END_TEST

START_TEST(test_s8_finality_conflict)
{
    grow_chain();
    BnetBlock fork = fix_child(world, at(6), 1);
    BnetBlock head = fork;
    for (uint32_t i = 0; i < 4; i++)
        head = fix_child(world, head, 0);
    fix_set_head(world, B, head);
    tell_irreversible(A, at(7));
    tell_irreversible(B, fork);
    fix_expect_check(world, "S8", 0, NULL);
    const SimCheck *check = fix_check_of(world, "S8");
    ck_assert_str_eq(check->note->str,
                     "finality conflict: the chain rule made block 7 irreversible at b "
                     "against the LIB of a");
    ck_assert_int_eq(check->finding_ns, 1500 * MS);
}
END_TEST

/* --- L3 -------------------------------------------------------------------------------------- */

static void ask(uint32_t times)
{
    for (uint32_t i = 0; i < times; i++) {
        SimHappening happening = fix_happening(world, SIM_ASKED, A, B);
        happening.number = 11;
        fix_tell_happening(world, &happening);
    }
}

/* The first 64 are not told to it. */
START_TEST(test_l3_limit)
{
    ask(64 + 1000);
    fix_expect_check(world, "L3", 0, NULL);
    ck_assert(!world->stopped);
    ask(1);
    fix_expect_check(world, "L3", 1,
                     "at 1.500 s a asked its chain, whose head is 10, for block 11 again and again "
                     "for the session with b without sending anything");
    ck_assert(world->stopped);
}
END_TEST

START_TEST(test_l3_progress)
{
    BnetMessage ping = {.kind = BNET_MESSAGE_PING};
    ask(1000);
    fix_tell_message(world, SIM_SENT, A, B, &ping);
    ask(1000);
    world->now_ns++;
    ask(1000);
    uint32_t slot = world->ends[fix_end(world, A, B)].slot;
    world->peers[A].node.sessions[slot].frontier = BNET_GENESIS;
    ask(1000);
    fix_expect_check(world, "L3", 0, NULL);
    ask(1);
    fix_expect_check(world, "L3", 1, NULL);
}
END_TEST

/* Two sessions that are each busy are not one that is. */
START_TEST(test_l3_by_session)
{
    for (uint32_t i = 0; i < 1000; i++) {
        ask(1);
        fix_tell(world, SIM_ASKED, A, C);
        fix_tell(world, SIM_ASKED, B, A);
    }
    fix_expect_check(world, "L3", 0, NULL);
}
END_TEST

/* --- a live run ------------------------------------------------------------------------------ */

/* At 5 s the first session that asks for a block asks 64 and 1001 times more. */
static void ask_on(FixRecorder *recorder, SimWorld *live, const SimHappening *happening)
{
    if (happening->kind != SIM_ASKED || happening->time_ns < 5 * S || recorder->calls > 0)
        return;
    SimHappening again = *happening;
    for (recorder->calls = 1; recorder->calls <= 64 + 1001; recorder->calls++)
        fix_tell_happening(live, &again);
}

START_TEST(test_l3_stops_the_run)
{
    FixRecorder recorder;
    fix_recorder_init(&recorder);
    recorder.hook = ask_on;
    g_autoptr(SimResult) result = fix_run(scenario, &recorder);
    ck_assert_uint_eq(fix_check(result, "L3")->violations, 1);
    ck_assert_int_eq(result->verdict, SIM_VERDICT_FAIL);
    ck_assert_int_ge(result->simulated_ns, 5 * S);
    ck_assert_int_lt(result->simulated_ns, 6 * S);
    ck_assert(!result->interrupted);
    fix_recorder_finish(&recorder);
}
END_TEST

/* Closes an innocent session with bad-block, as a broken core would. */
static void close_innocent(FixRecorder *recorder, SimWorld *live, const SimHappening *happening)
{
    bool due = happening->kind == SIM_DELIVERED && happening->time_ns >= 600 * MS;
    if (!due || happening->peer != A || happening->remote != B || recorder->calls++ > 0)
        return;
    SimHappening closed = fix_happening(live, SIM_CLOSED, A, B);
    closed.reason = BNET_CLOSE_BAD_BLOCK;
    sim_world_tell(live, &closed);
}

START_TEST(test_s4_in_a_run)
{
    FixRecorder recorder;
    fix_recorder_init(&recorder);
    recorder.hook = close_innocent;
    g_autoptr(SimResult) result = fix_run(scenario, &recorder);
    ck_assert_uint_eq(fix_check(result, "S4")->violations, 1);
    ck_assert_int_eq(fix_check(result, "S4")->verdict, SIM_VERDICT_FAIL);
    ck_assert_int_eq(fix_check(result, "expect/bad_block")->verdict, SIM_VERDICT_FAIL);
    ck_assert_int_eq(result->verdict, SIM_VERDICT_FAIL);
    fix_recorder_finish(&recorder);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_checks");
    TCase *tcase = tcase_create("checks");
    tcase_set_timeout(tcase, 0);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_s1_linkable);
    tcase_add_test(tcase, test_s1_parent_missing);
    tcase_add_test(tcase, test_s1_new_connection);
    tcase_add_test(tcase, test_s1_at_lib);
    tcase_add_test(tcase, test_s1_excused);
    tcase_add_test(tcase, test_s4_right);
    tcase_add_test(tcase, test_s4_innocent_is_closed);
    tcase_add_test(tcase, test_s4_too_early);
    tcase_add_test(tcase, test_s4_notice_is_no_guilt);
    tcase_add_test(tcase, test_s4_guilty_is_kept);
    tcase_add_test(tcase, test_s4_message_from_guilty);
    tcase_add_test(tcase, test_s4_all_guilty);
    tcase_add_test(tcase, test_s4_honest_is_blamed);
    tcase_add_loop_test(tcase, test_s4_dropped_copy, 0, 3);
    tcase_add_test(tcase, test_s4_copy_that_counts);
    tcase_add_test(tcase, test_s4_excused);
    tcase_add_test(tcase, test_s8_agree);
    tcase_add_test(tcase, test_s8_moves_back);
    tcase_add_test(tcase, test_s8_held_lib_moves_back);
    tcase_add_test(tcase, test_s8_conflict_without_rule);
    tcase_add_test(tcase, test_s8_conflict_before_depth);
    tcase_add_test(tcase, test_s8_against_rule);
    tcase_add_test(tcase, test_s8_finality_conflict);
    tcase_add_test(tcase, test_l3_limit);
    tcase_add_test(tcase, test_l3_progress);
    tcase_add_test(tcase, test_l3_by_session);
    tcase_add_test(tcase, test_l3_stops_the_run);
    tcase_add_test(tcase, test_s4_in_a_run);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
