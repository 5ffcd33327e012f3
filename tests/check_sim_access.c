/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Uplinks and downlinks, by themselves: when what shares them arrives. The peers are a hub, a, b
 * and c, each linked with the hub; what travels are transactions. 1 Mbit/s are 125,000 bytes a
 * second, so that a piece of 1448 bytes takes 11,584,000 ns.
 */
#include "sim/loss.h"
#include "tests/sim_fixture.h"

#define MIB 1048576u
#define PIECE_NS INT64_C(11584000) /* at 1 Mbit/s */
#define MIB_NS INT64_C(8388608000) /* at 1 Mbit/s */
#define LAST_NS INT64_C(1792000)   /* of the last piece of a MiB, 224 bytes */
#define WITHIN_PERCENT(is, ought) ck_assert_int_le(llabs((is) - (ought)), (ought) / 100)

static Scenario *scenario;
static SimWorld *world;

static void make_world(const char *hub, const char *others, const char *links)
{
    scenario = fix_scenario_of("{'duration': '1h', 'peers': {'hub': {'produces': true, %s},"
                               " 'a': {%s}, 'b': {%s}, 'c': {%s}},"
                               " 'topology': {'kind': 'star'}, 'links': {'latency': '40ms'%s}}",
                               hub, others, others, others, links);
    world = sim_world_new(scenario, NULL);
    for (uint32_t e = 0; e < world->n_ends; e++)
        world->ends[e].open = true;
}

static void teardown(void)
{
    for (uint32_t e = 0; e < world->n_ends; e++)
        sim_wire_clear(world, e);
    sim_world_free(world);
    scenario_free(scenario);
}

static BnetTrx send(uint32_t from, uint32_t to, uint32_t bytes)
{
    BnetMessage message = {.kind = BNET_MESSAGE_TRX};
    message.u.trx = bnet_store_add_trx(&world->store, world->store.n_trxs, 1000, 1000);
    uint32_t overhead = bnet_message_size(&message, &world->store) - 1000;
    ck_assert_uint_ge(bytes, overhead);
    world->store.trxs[message.u.trx].size = bytes - overhead;
    BnetTrx trx = message.u.trx;
    sim_wire_send(world, fix_end(world, from, to), &message,
                  bnet_message_size(&message, &world->store));
    return trx;
}

/* Handles events up to a time, or all; false: there are no more. */
static bool step(int64_t until_ns, uint32_t *ret_end)
{
    SimQueueEvent event;
    *ret_end = SIM_NONE;
    const SimQueueEvent *next = sim_queue_peek(&world->queue);
    if (!next || next->time_ns > until_ns)
        return false;
    sim_queue_pop(&world->queue, &event);
    uint32_t entity = event.target & SIM_ENTITY_MAX;
    world->now_ns = event.time_ns;
    const SimEventKind kind = (SimEventKind)(event.target >> SIM_ENTITY_BITS);
    if (kind == SIM_EVENT_PORT)
        sim_access_port(world, entity, event.arg);
    else if (kind == SIM_EVENT_LINK)
        sim_access_link(world, entity, event.arg);
    else if (kind == SIM_EVENT_PIECE)
        sim_access_piece(world, entity, event.arg);
    else if (kind == SIM_EVENT_ARRIVAL &&
             sim_wire_arrival(world, world->peer_ends[entity], event.arg))
        *ret_end = world->peer_ends[entity];
    return true;
}

static void run_until(int64_t until_ns)
{
    uint32_t end;
    while (step(until_ns, &end))
        ck_assert_uint_eq(end, SIM_NONE);
    world->now_ns = until_ns;
}

/* The next arrival is that of a transaction; when it is. */
static int64_t arrival_of(BnetTrx trx)
{
    uint32_t end;
    do
        ck_assert_msg(step(INT64_MAX, &end), "transaction %u does not arrive", trx);
    while (end == SIM_NONE);
    BnetMessage message;
    uint32_t bytes;
    sim_wire_take(world, end, &message, &bytes);
    ck_assert_int_eq(message.kind, BNET_MESSAGE_TRX);
    ck_assert_uint_eq(message.u.trx, trx);
    return world->now_ns;
}

static void expect_nothing(void)
{
    uint32_t end;
    while (step(INT64_MAX, &end))
        ck_assert_uint_eq(end, SIM_NONE);
}

enum {
    HUB,
    A,
    B,
    C
};

/* --- one alone ------------------------------------------------------------------------------- */

START_TEST(test_no_limit_no_access)
{
    make_world("'count': 1", "'count': 1", ", 'bandwidth': '1Mbit/s'");
    ck_assert_ptr_null(world->access);
    BnetTrx trx = send(HUB, A, MIB);
    ck_assert_uint_eq(sim_queue_size(&world->queue), 1);
    ck_assert_int_eq(arrival_of(trx), MIB_NS + 40 * MS);
}
END_TEST

/* Alone it has all of it, to the nanosecond. */
START_TEST(test_uplink_alone)
{
    make_world("'uplink': '1Mbit/s'", "'count': 1", "");
    BnetTrx trx = send(HUB, A, MIB);
    ck_assert_int_eq(arrival_of(trx), MIB_NS + 40 * MS);
    trx = send(HUB, B, MIB);
    ck_assert_int_eq(arrival_of(trx), 2 * (MIB_NS + 40 * MS));
    expect_nothing();
}
END_TEST

START_TEST(test_downlink_alone)
{
    make_world("'downlink': '1Mbit/s'", "'count': 1", "");
    BnetTrx trx = send(A, HUB, MIB);
    ck_assert_int_eq(arrival_of(trx), MIB_NS + 40 * MS);
    expect_nothing();
}
END_TEST

/* The other way is free. */
START_TEST(test_ways)
{
    make_world("'uplink': '1Mbit/s'", "'downlink': '1Mbit/s'", "");
    BnetTrx trx = send(A, HUB, MIB);
    ck_assert_int_eq(arrival_of(trx), 40 * MS);
}
END_TEST

/* One after the other the slowest sets the pace; each adds one piece. */
START_TEST(test_all_in_a_row)
{
    make_world("'uplink': '1Mbit/s'", "'downlink': '1Mbit/s'", ", 'bandwidth': '1Mbit/s'");
    BnetTrx trx = send(HUB, A, MIB);
    ck_assert_int_eq(arrival_of(trx), MIB_NS + 2 * PIECE_NS + 40 * MS);
    teardown();
    make_world("'uplink': '10Mbit/s'", "'downlink': '100Mbit/s'", ", 'bandwidth': '1Mbit/s'");
    trx = send(HUB, A, MIB);
    WITHIN_PERCENT(arrival_of(trx), MIB_NS + 40 * MS);
    teardown();
    make_world("'uplink': '100Mbit/s'", "'downlink': '1Mbit/s'", ", 'bandwidth': '10Mbit/s'");
    trx = send(HUB, A, MIB);
    WITHIN_PERCENT(arrival_of(trx), MIB_NS + 40 * MS);
}
END_TEST

/* A small message takes its own time in each, and no more. */
START_TEST(test_small)
{
    make_world("'uplink': '1Mbit/s'", "'downlink': '2Mbit/s'", ", 'bandwidth': '4Mbit/s'");
    BnetTrx trx = send(HUB, A, 1000);
    ck_assert_int_eq(arrival_of(trx), 8 * MS + 2 * MS + 40 * MS + 4 * MS);
}
END_TEST

/* --- sharing --------------------------------------------------------------------------------- */

START_TEST(test_two_share_an_uplink)
{
    make_world("'uplink': '1Mbit/s'", "'count': 1", "");
    BnetTrx first = send(HUB, A, MIB);
    BnetTrx second = send(HUB, B, MIB);
    ck_assert_int_eq(arrival_of(first), 2 * MIB_NS - LAST_NS + 40 * MS);
    ck_assert_int_eq(arrival_of(second), 2 * MIB_NS + 40 * MS);
}
END_TEST

START_TEST(test_two_share_a_downlink)
{
    make_world("'downlink': '1Mbit/s'", "'count': 1", "");
    BnetTrx first = send(A, HUB, MIB);
    BnetTrx second = send(B, HUB, MIB);
    ck_assert_int_eq(arrival_of(first), 2 * MIB_NS - LAST_NS + 40 * MS);
    ck_assert_int_eq(arrival_of(second), 2 * MIB_NS + 40 * MS);
}
END_TEST

/* A short one beside a long one has half the rate; the long one has all of it before and after. */
START_TEST(test_short_beside_long)
{
    make_world("'uplink': '1Mbit/s'", "'count': 1", "");
    BnetTrx before = send(HUB, A, MIB);
    run_until(2 * S);
    BnetTrx beside = send(HUB, B, MIB / 4);
    WITHIN_PERCENT(arrival_of(beside) - 2 * S, MIB_NS / 2 + 40 * MS);
    WITHIN_PERCENT(arrival_of(before), MIB_NS + MIB_NS / 4 + 40 * MS);
}
END_TEST

/* Shares are of bytes, not of messages: many small ones have no more than one long one. */
START_TEST(test_small_ones_beside_long)
{
    make_world("'uplink': '1Mbit/s'", "'count': 1", "");
    BnetTrx beside = BNET_NO_TRX;
    for (uint32_t i = 0; i < 1250; i++) {
        beside = send(HUB, B, 200);
        ck_assert_uint_ne(beside, BNET_NO_TRX);
    }
    BnetTrx trx = send(HUB, A, MIB / 4);
    int64_t last_ns = 0;
    for (uint32_t i = 1; i < trx; i++)
        last_ns = arrival_of(beside - 1249 + i - 1);
    WITHIN_PERCENT(last_ns, 4 * S + 40 * MS); /* 2 x 250,000 bytes */
    WITHIN_PERCENT(arrival_of(trx), (250000 + MIB / 4) * INT64_C(8000) + 40 * MS);
}
END_TEST

/* What a slow link leaves of the uplink the other one has. */
START_TEST(test_slow_link_leaves_the_rest)
{
    make_world("'uplink': '10Mbit/s'", "'count': 1",
               ", 'between': [{'from': 'hub', 'to': 'a', 'bandwidth': '1Mbit/s'}]");
    BnetTrx slow = send(HUB, A, MIB);
    BnetTrx fast = send(HUB, B, MIB);
    WITHIN_PERCENT(arrival_of(fast), MIB_NS / 9 + 40 * MS);
    WITHIN_PERCENT(arrival_of(slow), MIB_NS + 40 * MS);
}
END_TEST

/* The same at a downlink, where one sender is slow. */
START_TEST(test_slow_sender_leaves_the_rest)
{
    make_world("'downlink': '10Mbit/s'", "'count': 1",
               ", 'between': [{'from': 'hub', 'to': 'a', 'bandwidth': '1Mbit/s'}]");
    BnetTrx slow = send(A, HUB, MIB);
    BnetTrx fast = send(B, HUB, MIB);
    WITHIN_PERCENT(arrival_of(fast), MIB_NS / 9 + 40 * MS);
    WITHIN_PERCENT(arrival_of(slow), MIB_NS + 40 * MS);
}
END_TEST

START_TEST(test_three_share)
{
    make_world("'uplink': '3Mbit/s'", "'count': 1", "");
    BnetTrx trxs[] = {send(HUB, A, MIB), send(HUB, B, MIB), send(HUB, C, MIB)};
    for (int i = 0; i < 3; i++)
        WITHIN_PERCENT(arrival_of(trxs[i]), MIB_NS + 40 * MS);
}
END_TEST

/* Order within a connection, signals included. */
START_TEST(test_order)
{
    make_world("'uplink': '1Mbit/s'", "'downlink': '1Mbit/s'",
               ", 'between': [{'from': '*', 'to': '*', 'latency': {'uniform': ['1ms', '900ms']}}]");
    BnetTrx trxs[20];
    for (uint32_t i = 0; i < 20; i++)
        trxs[i] = send(HUB, A, i % 3 == 0 ? 40000 : 100);
    sim_wire_signal(world, fix_end(world, HUB, A), SIM_ITEM_FIN);
    int64_t before_ns = 0;
    for (uint32_t i = 0; i < 20; i++) {
        int64_t time_ns = arrival_of(trxs[i]);
        ck_assert_int_gt(time_ns, before_ns);
        before_ns = time_ns;
    }
    uint32_t end = SIM_NONE;
    while (end == SIM_NONE)
        ck_assert(step(INT64_MAX, &end));
    BnetMessage message;
    uint32_t bytes;
    ck_assert_uint_eq(sim_wire_take(world, end, &message, &bytes), SIM_ITEM_FIN);
    expect_nothing();
}
END_TEST

/* --- faults ---------------------------------------------------------------------------------- */

/* What is dropped frees its share at once, in the middle of a piece. */
START_TEST(test_clear_frees_the_share)
{
    make_world("'uplink': '1Mbit/s'", "'count': 1", "");
    send(HUB, A, MIB);
    BnetTrx stays = send(HUB, B, MIB);
    run_until(4 * S);
    sim_wire_clear(world, fix_end(world, A, HUB));
    int64_t done_ns = arrival_of(stays);
    WITHIN_PERCENT(done_ns, 2 * S + MIB_NS + 40 * MS);
    expect_nothing();
}
END_TEST

START_TEST(test_clear_frees_the_downlink)
{
    make_world("'downlink': '1Mbit/s'", "'count': 1", "");
    send(A, HUB, MIB);
    BnetTrx stays = send(B, HUB, MIB);
    run_until(4 * S);
    sim_wire_clear(world, fix_end(world, HUB, A));
    WITHIN_PERCENT(arrival_of(stays), 2 * S + MIB_NS + 40 * MS);
    expect_nothing();
}
END_TEST

/* What comes to a cut frees its share, and sets out again, in order, when it is mended. */
static void check_cut(const char *hub, const char *others, bool up)
{
    make_world(hub, others, "");
    BnetTrx first = up ? send(HUB, A, MIB) : send(A, HUB, MIB);
    BnetTrx second = up ? send(HUB, A, 1000) : send(A, HUB, 1000);
    BnetTrx other = up ? send(HUB, B, MIB) : send(B, HUB, MIB);
    uint32_t end = up ? fix_end(world, HUB, A) : fix_end(world, A, HUB);
    run_until(4 * S);
    world->ends[end].cut = true;
    WITHIN_PERCENT(arrival_of(other), 2 * S + MIB_NS + 40 * MS);
    BnetTrx third = up ? send(HUB, A, 1000) : send(A, HUB, 1000);
    expect_nothing();
    world->now_ns = 20 * S;
    world->ends[end].cut = false;
    sim_wire_mend(world, end);
    ck_assert_int_eq(arrival_of(first), 20 * S + MIB_NS + 40 * MS);
    ck_assert_int_eq(arrival_of(second), 20 * S + MIB_NS + 8 * MS + 40 * MS);
    ck_assert_int_eq(arrival_of(third), 20 * S + MIB_NS + 16 * MS + 40 * MS);
    expect_nothing();
    teardown();
}

START_TEST(test_cut)
{
    check_cut("'uplink': '1Mbit/s'", "'count': 1", true);
    check_cut("'downlink': '1Mbit/s'", "'count': 1", false);
    make_world("'uplink': '1Mbit/s'", "'count': 1", "");
}
END_TEST

/* A cut that is mended before anything came to it delays nothing. */
START_TEST(test_short_cut)
{
    make_world("'count': 1", "'downlink': '1Mbit/s'", "");
    BnetTrx first = send(HUB, A, MIB);
    uint32_t end = fix_end(world, HUB, A);
    world->ends[end].cut = true;
    BnetTrx second = send(HUB, A, 1000);
    run_until(39 * MS);
    world->ends[end].cut = false;
    sim_wire_mend(world, end);
    ck_assert_int_eq(arrival_of(first), MIB_NS + 40 * MS);
    ck_assert_int_eq(arrival_of(second), MIB_NS + 8 * MS + 40 * MS);
}
END_TEST

/* --- changes --------------------------------------------------------------------------------- */

static uint32_t uplink_of(uint32_t peer)
{
    return 2 * peer + SIM_UPLINK;
}

START_TEST(test_rate_changes)
{
    make_world("'uplink': '1Mbit/s'", "'count': 1", "");
    BnetTrx trx = send(HUB, A, 750000); /* 6 s */
    run_until(2 * S + 1);
    sim_access_set_rate(world, uplink_of(HUB), 250000);
    WITHIN_PERCENT(arrival_of(trx), 4 * S + 40 * MS);
    trx = send(HUB, A, MIB);
    sim_access_set_rate(world, uplink_of(HUB), 0);
    int64_t now_ns = world->now_ns;
    ck_assert_int_eq(arrival_of(trx), now_ns + 40 * MS);
    trx = send(HUB, A, MIB);
    sim_access_set_rate(world, uplink_of(HUB), 125000);
    BnetTrx second = send(HUB, A, MIB);
    now_ns = world->now_ns;
    ck_assert_int_eq(arrival_of(trx), now_ns + 40 * MS);
    ck_assert_int_eq(arrival_of(second), now_ns + MIB_NS + 40 * MS);
}
END_TEST

/* Of a piece under way the rest is served at the new rate: at one byte a second it would take
 * twenty minutes. */
START_TEST(test_rate_changes_in_a_piece)
{
    make_world("'uplink': '1B/s'", "'count': 1", "");
    BnetTrx trx = send(HUB, A, 1000);
    run_until(10 * S);
    sim_access_set_rate(world, uplink_of(HUB), 990);
    ck_assert_int_eq(arrival_of(trx), 11 * S + 40 * MS);
}
END_TEST

/* A link takes one message at a time and one ahead, though each came when nothing else waited for
 * it: the rest goes at the bandwidth of its time. */
START_TEST(test_bandwidth_changes_behind_small_ones)
{
    make_world("'uplink': '1000GB/s'", "'count': 1", ", 'bandwidth': '100B/s'");
    BnetTrx trxs[4];
    for (uint32_t i = 0; i < G_N_ELEMENTS(trxs); i++) {
        run_until(i * MS);
        trxs[i] = send(HUB, A, 100);
    }
    run_until(10 * MS);
    world->paths[fix_end(world, HUB, A)].bandwidth_bytes_per_s = 0;
    int64_t first_ns = arrival_of(trxs[0]);
    ck_assert_int_eq(first_ns, S + 40 * MS + 1); /* the uplink takes a nanosecond */
    ck_assert_int_eq(arrival_of(trxs[1]), first_ns + S);
    ck_assert_int_eq(arrival_of(trxs[2]), first_ns + S + 1);
    ck_assert_int_eq(arrival_of(trxs[3]), first_ns + S + 2);
    expect_nothing();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_access");
    TCase *tcase = tcase_create("access");

    tcase_add_checked_fixture(tcase, NULL, teardown);
    tcase_add_test(tcase, test_no_limit_no_access);
    tcase_add_test(tcase, test_uplink_alone);
    tcase_add_test(tcase, test_downlink_alone);
    tcase_add_test(tcase, test_ways);
    tcase_add_test(tcase, test_all_in_a_row);
    tcase_add_test(tcase, test_small);
    tcase_add_test(tcase, test_two_share_an_uplink);
    tcase_add_test(tcase, test_two_share_a_downlink);
    tcase_add_test(tcase, test_short_beside_long);
    tcase_add_test(tcase, test_small_ones_beside_long);
    tcase_add_test(tcase, test_slow_link_leaves_the_rest);
    tcase_add_test(tcase, test_slow_sender_leaves_the_rest);
    tcase_add_test(tcase, test_three_share);
    tcase_add_test(tcase, test_order);
    tcase_add_test(tcase, test_clear_frees_the_share);
    tcase_add_test(tcase, test_clear_frees_the_downlink);
    tcase_add_test(tcase, test_cut);
    tcase_add_test(tcase, test_short_cut);
    tcase_add_test(tcase, test_rate_changes);
    tcase_add_test(tcase, test_rate_changes_in_a_piece);
    tcase_add_test(tcase, test_bandwidth_changes_behind_small_ones);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
