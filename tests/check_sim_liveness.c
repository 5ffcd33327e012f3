/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The checks L2, L4, L5, L6 and L7 can fail: runs in which a hook breaks what is right; and
 * they are right about what is not wrong.
 */
#include "tests/sim_fixture.h"

enum {
    A,
    B,
    C,
};

typedef void (*Hook)(FixRecorder *self, SimWorld *world, const SimHappening *happening);

#define LINE                                                                                       \
    "'peers': {'a': {'produces': true}, 'b': {}, 'c': {}}, 'topology': {'kind': 'line'},"          \
    "'links': {'latency': '40ms'}, 'transactions': {'rate': '2/s', 'from': 'a',"                   \
    "'lifetime': '5min'}, 'chain': {'block': {'max_transactions': 0}}"

/* Runs a text with a hook, and the check passes without it. Detail of the check; NULL: it has not
 * failed. (transfer full) (nullable) */
static char *run_with(const char *text, Hook hook, const char *id)
{
    g_autoptr(Scenario) scenario = fix_scenario(text);
    g_autoptr(SimResult) right = fix_run(scenario, NULL);
    ck_assert_msg(fix_check(right, id)->verdict == SIM_VERDICT_PASS, "%s: %s", id,
                  fix_check(right, id)->detail);
    FixRecorder recorder;
    fix_recorder_init(&recorder);
    recorder.keep = 0;
    recorder.hook = hook;
    g_autoptr(SimResult) broken = fix_run(scenario, &recorder);
    fix_recorder_finish(&recorder);
    const SimCheckResult *check = fix_check(broken, id);
    return check->verdict == SIM_VERDICT_FAIL ? g_strdup(check->detail) : NULL;
}

static void expect_failure(const char *text, Hook hook, const char *id, const char *words)
{
    g_autofree char *detail = run_with(text, hook, id);
    ck_assert_msg(detail && strstr(detail, words), "%s says: %s", id, detail ? detail : "nothing");
}

/* --- L2 -------------------------------------------------------------------------------------- */

/* The session of b with c believes from 5 s on that a write never ends. */
static void never_written(FixRecorder *self, SimWorld *world, const SimHappening *happening)
{
    (void)self;
    if (world->now_ns > 5 * S && happening->peer == A)
        world->peers[B].node.sessions[world->ends[fix_end(world, B, C)].slot].fetching = true;
}

START_TEST(test_l2_block)
{
    expect_failure("{'duration': '20s'," LINE "}", never_written, "L2",
                   "to send to c for more than");
}
END_TEST

/* b is busy whenever c pings, and forgets the ping. */
static void no_pong(FixRecorder *self, SimWorld *world, const SimHappening *happening)
{
    uint32_t end = fix_end(world, B, C);
    BnetSession *session = &world->peers[B].node.sessions[world->ends[end].slot];
    if (happening->kind == SIM_DELIVERED && happening->end == end &&
        happening->message->kind == BNET_MESSAGE_PING && !session->fetching) {
        session->fetching = true;
        self->calls = 1;
    } else if (self->calls == 1 && happening->peer != B) {
        bnet_session_drop_pong(session, &world->actions.env);
        session->fetching = false;
        self->calls = 0;
    }
}

START_TEST(test_l2_pong)
{
    expect_failure("{'duration': '20s'," LINE "}", no_pong, "L2", "b has owed a pong to c");
}
END_TEST

/* A pong that was sent a second after a look is not the one that is due when it is looked again. */
START_TEST(test_l2_other_pong)
{
    g_autoptr(Scenario) scenario =
        fix_scenario("{'duration': '10s', 'peers': {'a': {'produces': true}, 'b': {}}}");
    SimWorld *world = fix_world(scenario);
    static const BnetMessage hello = {.kind = BNET_MESSAGE_HELLO};
    static const BnetMessage ping = {.kind = BNET_MESSAGE_PING};
    static const BnetMessage pong = {.kind = BNET_MESSAGE_PONG};
    SimCheck *check = fix_check_of(world, "L2");
    fix_tell(world, SIM_OPENED, A, B);
    fix_tell_message(world, SIM_SENT, A, B, &hello);
    fix_tell(world, SIM_WRITTEN, A, B);
    fix_tell_message(world, SIM_DELIVERED, A, B, &hello);
    for (int64_t second = 1; second <= 4; second += 3) {
        world->now_ns = second * S;
        fix_tell_message(world, SIM_DELIVERED, A, B, &ping);
        check->finish(check, world);
        fix_expect_check(world, "L2", 0, NULL);
        fix_tell_message(world, SIM_SENT, A, B, &pong);
        fix_tell(world, SIM_WRITTEN, A, B);
    }
    fix_tell_message(world, SIM_DELIVERED, A, B, &ping);
    check->finish(check, world);
    world->now_ns += S + MS;
    check->finish(check, world);
    fix_expect_check(world, "L2", 1,
                     "at 5.001 s a has owed a pong to b for more than 1 s, and could send it");
    sim_world_free(world);
}
END_TEST

/* --- L4 -------------------------------------------------------------------------------------- */

/* What was to be dialled again is forgotten. */
static void never_redial(FixRecorder *self, SimWorld *world, const SimHappening *happening)
{
    (void)self;
    if (happening->kind == SIM_DELIVERED && world->now_ns > 10 * S && world->now_ns < 20 * S)
        for (uint32_t l = 0; l < world->n_ends / 2; l++)
            if (!world->ends[2 * l].open)
                world->links[l].attempt++;
}

START_TEST(test_l4)
{
    expect_failure("{'duration': '60s'," LINE ", 'events': [{'at': '10s', 'reset': ['b', 'c']}]}",
                   never_redial, "L4", "c waits to be connected with b, which it can reach");
}
END_TEST

/* The answer to a dial is a segment as any other: it may be lost, and come seconds later. */
START_TEST(test_l4_lost_answer)
{
    g_autoptr(GString) resets = g_string_new(NULL);
    for (uint32_t at_s = 40; at_s <= 2000; at_s += 40)
        g_string_append_printf(resets, "%s{'at': '%us', 'reset': ['a', 'b']}",
                               at_s == 40 ? "" : ", ", at_s);
    g_autofree char *text = g_strdup_printf(
        "{'duration': '2100s', 'peers': {'a': {'produces': true}, 'b': {}, 'c': {}}, 'topology': "
        "{'kind': 'star', 'center': 'a'}, 'links': {'latency': '480ms', 'loss': 0.4}, 'events': "
        "[%s]}",
        resets->str);
    g_autoptr(Scenario) scenario = fix_scenario(text);
    g_autoptr(SimResult) result = fix_run(scenario, NULL);
    ck_assert_msg(fix_check(result, "L4")->verdict == SIM_VERDICT_PASS, "%s",
                  fix_check(result, "L4")->detail);
}
END_TEST

/* While the answer is on its way nobody is to blame; where there is none, the peer is. */
START_TEST(test_l4_answer_on_its_way)
{
    g_autoptr(Scenario) scenario =
        fix_scenario("{'duration': '1h', 'peers': {'a': {'produces': true}, 'b': {}}}");
    SimWorld *world = fix_world(scenario);
    SimCheck *check = fix_check_of(world, "L4");
    const uint32_t dialling = fix_end(world, A, B) & ~1u;
    SimHappening closed = fix_happening(world, SIM_CLOSED, A, B);
    world->longest_latency_ns = 0;
    world->ends[0].open = world->ends[1].open = false;
    sim_world_tell(world, &closed);
    sim_wire_signal(world, dialling ^ 1, SIM_ITEM_OPEN);
    world->longest_latency_ns = 0;
    world->now_ns += 60 * S;
    check->finish(check, world);
    fix_expect_check(world, "L4", 0, NULL);
    sim_wire_clear(world, dialling);
    check->finish(check, world);
    fix_expect_check(world, "L4", 1, NULL);
    sim_world_free(world);
}
END_TEST

/* A run may last a year: longer than 2^32 ms. */
START_TEST(test_l4_long_run)
{
    const int64_t day = 86400 * S;
    g_autoptr(Scenario) scenario =
        fix_scenario("{'duration': '1440h', 'peers': {'a': {'produces': true}, 'b': {}}}");
    SimWorld *world = fix_world(scenario);
    SimCheck *check = fix_check_of(world, "L4");
    world->longest_latency_ns = 0;
    world->now_ns = 49 * day;
    sim_world_tell(world, &(SimHappening){.kind = SIM_FAULT, .time_ns = 49 * day, .text = ""});
    world->now_ns = 50 * day;
    SimHappening closed = fix_happening(world, SIM_CLOSED, A, B);
    world->ends[0].open = world->ends[1].open = false;
    sim_world_tell(world, &closed);
    world->now_ns += 16 * S;
    check->finish(check, world);
    fix_expect_check(world, "L4", 0, NULL);
    world->now_ns += MS;
    check->finish(check, world);
    fix_expect_check(world, "L4", 1, NULL);
    sim_world_free(world);
}
END_TEST

/* --- L5 -------------------------------------------------------------------------------------- */

#define MUTUAL                                                                                     \
    "{'duration': '20s', 'peers': {'a': {'produces': true}, 'b': {}},"                             \
    "'topology': {'mutual': true}}"

START_TEST(test_l5_pass)
{
    g_autoptr(Scenario) scenario = fix_scenario(MUTUAL);
    FixRecorder recorder;
    fix_recorder_init(&recorder);
    g_autoptr(SimResult) result = fix_run(scenario, &recorder);
    fix_assert_pass(result);
    ck_assert_int_eq(fix_check(result, "L5")->verdict, SIM_VERDICT_PASS);
    ck_assert_uint_eq(scenario->n_links, 2);
    ck_assert_uint_eq(fix_count(&recorder, SIM_OPENED, A), 2);
    ck_assert_uint_eq(fix_count(&recorder, SIM_CLOSED, A), 1);
    ck_assert_uint_eq(result->peers[A].sessions, 1);
    ck_assert_uint_eq(result->peers[B].sessions, 1);
    fix_recorder_finish(&recorder);
}
END_TEST

static void close_end(SimWorld *world, uint32_t end)
{
    SimHappening happening = sim_session_happening(world, SIM_CLOSED, end);
    happening.reason = BNET_CLOSE_REDUNDANT;
    world->ends[end].open = false;
    sim_world_tell(world, &happening);
}

START_TEST(test_l5_both_close)
{
    g_autoptr(Scenario) scenario = fix_scenario(MUTUAL);
    SimWorld *world = fix_world(scenario);
    world->now_ns = 1500 * MS;
    close_end(world, 0);
    fix_expect_check(world, "L5", 0, NULL);
    close_end(world, sim_end_twin(world, 0) ^ 1);
    fix_expect_check(world, "L5", 1,
                     "at 1.500 s b and a, which dial each other, have closed both their "
                     "connections as redundant");
    sim_world_free(world);
}
END_TEST

START_TEST(test_l5_none_closes)
{
    static const BnetMessage hello = {
        .kind = BNET_MESSAGE_HELLO, .u.hello.first = BNET_GENESIS, .u.hello.head = BNET_GENESIS};
    g_autoptr(Scenario) scenario = fix_scenario(MUTUAL);
    SimWorld *world = fix_world(scenario);
    for (uint32_t e = 0; e < 4; e++) {
        SimHappening happening = sim_session_happening(world, SIM_DELIVERED, e);
        happening.message = &hello;
        fix_tell_happening(world, &happening);
    }
    SimCheck *check = fix_check_of(world, "L5");
    world->now_ns = world->longest_latency_ns * 4 + 1 * S;
    check->finish(check, world);
    fix_expect_check(world, "L5", 0, NULL);
    world->now_ns++;
    check->finish(check, world);
    ck_assert_uint_ge(check->violations, 1);
    ck_assert(strstr(check->first->str, "have kept two connections"));
    sim_world_free(world);
}
END_TEST

/* --- L6 -------------------------------------------------------------------------------------- */

/* b takes c to know each transaction that it gets. */
static void taken_for_known(FixRecorder *self, SimWorld *world, const SimHappening *happening)
{
    (void)self;
    uint32_t slot = world->ends[fix_end(world, B, C)].slot;
    if (happening->kind == SIM_DELIVERED && happening->peer == B &&
        happening->message->kind == BNET_MESSAGE_TRX) {
        bnet_trxs_reserve(&world->peers[B].node.trxs, 1, world->now_ns);
        bnet_trxs_mark_known(&world->peers[B].node.trxs, slot, happening->message->u.trx);
    }
}

START_TEST(test_l6)
{
    expect_failure("{'duration': '30s'," LINE "}", taken_for_known, "L6",
                   "c waits for transaction 38c49676, which b has");
}
END_TEST

/* c's clock is 25 s ahead when the transaction comes, and right again 20 ms later. */
START_TEST(test_l6_expired)
{
    g_autoptr(Scenario) scenario =
        fix_scenario("{'duration': '30s', 'peers': {'a': {'produces': true}, 'b': {}, 'c': {}},"
                     "'topology': {'kind': 'line'}, 'links': {'latency': '40ms'},"
                     "'chain': {'block': {'max_transactions': 0}},"
                     "'transactions': {'burst': {'count': 1, 'every': '10min'}, 'begin': '11900ms',"
                     "'end': '12s', 'from': 'a', 'lifetime': '20s'},"
                     "'events': [{'at': '10s', 'skew_clock': 'c', 'skew': '25s', 'for': '2s'}]}");
    g_autoptr(SimResult) result = fix_run(scenario, NULL);
    ck_assert_msg(fix_check(result, "L6")->verdict == SIM_VERDICT_PASS, "%s",
                  fix_check(result, "L6")->detail);
}
END_TEST

/* Somebody has not got a transaction, and nothing can be said of it: there were faults all the
 * time. */
START_TEST(test_l6_no_calm)
{
    g_autoptr(Scenario) scenario =
        fix_scenario("{'duration': '10s', 'peers': {'a': {'produces': true}, 'b': {}, 'c': {}},"
                     "'topology': {'kind': 'line'}, 'chain': {'block': {'max_transactions': 0}},"
                     "'transactions': {'rate': '1/s', 'begin': '1s', 'end': '2s', 'from': 'a'},"
                     "'events': [{'at': '500ms', 'partition': [['a', 'b'], ['c']]},"
                     "           {'at': '4s', 'reset': ['a', 'b']},"
                     "           {'at': '6s', 'reset': ['a', 'b']}]}");
    g_autoptr(SimResult) result = fix_run(scenario, NULL);
    ck_assert_uint_gt(result->transactions_created, 0);
    ck_assert_int_eq(fix_check(result, "L6")->verdict, SIM_VERDICT_NOT_JUDGED);
}
END_TEST

/* --- L7 -------------------------------------------------------------------------------------- */

/* Nobody minds that blocks do not link. */
static void no_resync(FixRecorder *self, SimWorld *world, const SimHappening *happening)
{
    (void)self;
    (void)happening;
    for (uint32_t p = 0; p < world->n_peers; p++)
        for (uint32_t s = 0; s < world->peers[p].n_ends; s++)
            world->peers[p].node.sessions[s].dropped_since_ns = BNET_TIME_NEVER;
}

START_TEST(test_l7)
{
    expect_failure("{'duration': '90s'," LINE
                   ", 'events': [{'at': '10s', 'skew_clock': 'a', 'skew': '10s', 'for': '30s'}]}",
                   no_resync, "L7", "b waits for block");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_liveness");
    TCase *tcase = tcase_create("sim_liveness");
    tcase_add_test(tcase, test_l2_block);
    tcase_add_test(tcase, test_l2_pong);
    tcase_add_test(tcase, test_l2_other_pong);
    tcase_add_test(tcase, test_l4);
    tcase_add_test(tcase, test_l4_lost_answer);
    tcase_add_test(tcase, test_l4_answer_on_its_way);
    tcase_add_test(tcase, test_l4_long_run);
    tcase_add_test(tcase, test_l5_pass);
    tcase_add_test(tcase, test_l5_both_close);
    tcase_add_test(tcase, test_l5_none_closes);
    tcase_add_test(tcase, test_l6);
    tcase_add_test(tcase, test_l6_expired);
    tcase_add_test(tcase, test_l6_no_calm);
    tcase_add_test(tcase, test_l7);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
