/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The wire between two session ends, by itself: when what is sent arrives, in which order, and when
 * a write is complete. Peer a is dialled, peer b dials; what travels are transactions.
 */
#include "tests/sim_fixture.h"

static Scenario *scenario;
static SimWorld *world;
static uint32_t end_a;
static uint32_t end_b;

/* A world of two peers that have not been started; 0: the edge has no latency of its own. */
static void make_world_with_edge(const char *links, int64_t edge_latency_ns)
{
    scenario = fix_scenario_of("{'duration': '10s', 'peers': {'a': {'produces': true}, 'b': {}},"
                               "'links': {%s}}",
                               links);
    scenario->links[0].latency_ns = edge_latency_ns;
    world = sim_world_new(scenario, NULL);
    end_a = fix_end(world, 0, 1);
    end_b = fix_end(world, 1, 0);
    ck_assert_uint_eq(end_b % 2, 0);
    world->ends[end_a].open = world->ends[end_b].open = true;
}

static void make_world(const char *links)
{
    make_world_with_edge(links, 0);
}

static void teardown(void)
{
    sim_wire_clear(world, end_a);
    sim_wire_clear(world, end_b);
    sim_world_free(world);
    scenario_free(scenario);
}

/* A message of `bytes` bytes in all. */
static BnetMessage parcel(uint32_t bytes)
{
    BnetMessage message = {.kind = BNET_MESSAGE_TRX};
    message.u.trx = bnet_store_add_trx(&world->store, world->store.n_trxs, 1000, 1000);
    uint32_t overhead = bnet_message_size(&message, &world->store) - 1000;
    ck_assert_uint_gt(bytes, overhead);
    world->store.trxs[message.u.trx].size = bytes - overhead;
    ck_assert_uint_eq(bnet_message_size(&message, &world->store), bytes);
    return message;
}

/* True: the write is complete at once. */
static bool send(uint32_t end, uint32_t bytes)
{
    BnetMessage message = parcel(bytes);
    return sim_wire_send(world, end, &message, bnet_message_size(&message, &world->store));
}

/* What comes next off the wires: the event, and what it brought. */
typedef struct Event {
    int64_t time_ns;
    SimEventKind kind;
    uint32_t end;
    bool arrived;  /* SIM_EVENT_ARRIVAL: there is one more item to read */
    uint32_t item; /* that was read */
    BnetTrx trx;   /* if it was one */
} Event;

/* Handles one event; arrived items are read at once unless `leave`. */
static bool next_event(Event *ret_event, bool leave)
{
    SimQueueEvent event;
    if (!sim_queue_pop(&world->queue, &event))
        return false;
    world->now_ns = event.time_ns;
    *ret_event = (Event){
        .time_ns = event.time_ns,
        .kind = (SimEventKind)(event.target >> SIM_ENTITY_BITS),
        .end = world->peer_ends[event.target & SIM_ENTITY_MAX],
    };
    if (ret_event->kind != SIM_EVENT_ARRIVAL)
        return true;
    ret_event->arrived = sim_wire_arrival(world, ret_event->end, event.arg);
    if (!ret_event->arrived || leave)
        return true;
    BnetMessage message = {.kind = BNET_MESSAGE_HELLO};
    uint32_t bytes = 0;
    ret_event->item = sim_wire_take(world, ret_event->end, &message, &bytes);
    if (message.kind == BNET_MESSAGE_TRX)
        ret_event->trx = message.u.trx;
    return true;
}

static void expect_arrival(uint32_t end, int64_t time_ns, BnetTrx trx)
{
    Event event;
    ck_assert(next_event(&event, false));
    ck_assert_int_eq(event.kind, SIM_EVENT_ARRIVAL);
    ck_assert_int_eq(event.time_ns, time_ns);
    ck_assert_uint_eq(event.end, end);
    ck_assert(event.arrived);
    ck_assert_uint_eq(event.trx, trx);
}

static void expect_lost(uint32_t end, int64_t time_ns)
{
    Event event;
    ck_assert(next_event(&event, false));
    ck_assert_int_eq(event.kind, SIM_EVENT_ARRIVAL);
    ck_assert_int_eq(event.time_ns, time_ns);
    ck_assert_uint_eq(event.end, end);
    ck_assert(!event.arrived);
}

static void expect_nothing(void)
{
    ck_assert_uint_eq(sim_queue_size(&world->queue), 0);
}

/* --- latency --------------------------------------------------------------------------------- */

START_TEST(test_constant)
{
    make_world("'latency': '40ms'");
    send(end_b, 100);
    world->now_ns = 7;
    send(end_a, 5000);
    expect_arrival(end_a, 40 * MS, 1);
    expect_arrival(end_b, 40 * MS + 7, 2);
    expect_nothing();
}
END_TEST

/* Items of one way and one instant come 1 ns after each other; the other way is another wire. */
START_TEST(test_same_instant)
{
    make_world("'latency': '1ns'");
    send(end_b, 100);
    send(end_b, 100);
    send(end_b, 100);
    send(end_a, 100);
    world->now_ns = 0;
    expect_arrival(end_a, 1, 1);
    expect_arrival(end_b, 1, 4);
    expect_arrival(end_a, 2, 2);
    expect_arrival(end_a, 3, 3);
    expect_nothing();
}
END_TEST

/* Random latencies, widely spread: not one of a million messages overtakes another. */
#define N_ORDERED 1000000u

typedef struct Taken {
    uint32_t n;
    int64_t last_ns;
    int64_t sum_ns; /* of the times that they took */
} Taken;

/* Takes the arrivals up to a time: pings that say their number and when they were sent. */
static void take_in_order(int64_t until_ns, Taken *taken)
{
    while (sim_queue_size(&world->queue) > 0 &&
           sim_queue_peek(&world->queue)->time_ns <= until_ns) {
        BnetMessage message;
        uint32_t bytes;
        Event event;
        ck_assert(next_event(&event, true) && event.arrived);
        sim_wire_take(world, event.end, &message, &bytes);
        ck_assert_uint_eq(message.u.ping.lib_number, taken->n++);
        ck_assert_int_gt(event.time_ns, taken->last_ns);
        taken->last_ns = event.time_ns;
        taken->sum_ns += event.time_ns - message.u.ping.sent_ns;
    }
}

START_TEST(test_order)
{
    make_world("'latency': {'lognormal': {'median': '10ms', 'sigma': 1.5}},"
               "'send_buffer': '1GiB', 'receive_buffer': '1GiB'");
    SimRandom random = sim_random_stream(7, SIM_RANDOM_TEST, 0);
    Taken taken = {.last_ns = -1};
    int64_t at_ns = 0;
    for (uint32_t i = 0; i < N_ORDERED; i++) {
        at_ns += sim_random_range_ns(&random, 0, 200 * BNET_NS_PER_US);
        take_in_order(at_ns, &taken);
        world->now_ns = at_ns;
        BnetMessage ping = {.kind = BNET_MESSAGE_PING, .u.ping = {at_ns, {{0}}, i}};
        ck_assert(sim_wire_send(world, end_b, &ping, bnet_message_size(&ping, &world->store)));
    }
    take_in_order(INT64_MAX, &taken);
    ck_assert_uint_eq(taken.n, N_ORDERED);
    ck_assert_int_gt(taken.sum_ns / N_ORDERED, 10 * MS);
    ck_assert_uint_eq(world->ends[end_a].wire_bytes, 0);
}
END_TEST

/* --- bandwidth ------------------------------------------------------------------------------- */

START_TEST(test_bandwidth)
{
    make_world("'latency': '40ms', 'bandwidth': '1MB/s'"); /* 1 us a byte */
    send(end_b, 1000);
    send(end_b, 2000); /* waits for the first */
    send(end_a, 500);  /* another direction */
    expect_arrival(end_b, 40 * MS + 500000, 3);
    expect_arrival(end_a, 40 * MS + 1000000, 1);
    world->now_ns = 41 * MS + 999999;
    send(end_b, 100); /* the line has been idle since 3 ms */
    expect_arrival(end_a, 40 * MS + 3000000, 2);
    expect_arrival(end_a, 81 * MS + 999999 + 100000, 4);
    expect_nothing();
}
END_TEST

/* A byte that does not take a whole number of nanoseconds takes the next one. */
/* A rule for one way leaves the other as it was; so does an edge its bandwidth. */
START_TEST(test_ways_differ)
{
    make_world(
        "'latency': '40ms', 'bandwidth': '1MB/s', 'between': ["
        "{'from': 'a', 'to': 'b', 'latency': '5ms', 'bandwidth': '1GB/s', 'one_way': true}]");
    send(end_a, 1000);
    send(end_b, 1000);
    expect_arrival(end_b, 5 * MS + 1000, 1);
    expect_arrival(end_a, 41 * MS, 2);
    expect_nothing();
}
END_TEST

/* What an edge says of itself is for both ways, whatever the rules say. */
START_TEST(test_latency_of_an_edge)
{
    make_world_with_edge("'between': [{'from': '*', 'to': '*', 'latency': '9ms'}]", 3 * MS);
    send(end_a, 1000);
    send(end_b, 1000);
    expect_arrival(end_a, 3 * MS, 2);
    expect_arrival(end_b, 3 * MS, 1);
}
END_TEST

START_TEST(test_bandwidth_rounds_up)
{
    make_world("'latency': '1ms', 'bandwidth': '3GB/s'");
    send(end_b, 100);
    send(end_b, 101);
    expect_arrival(end_a, MS + 34, 1);
    expect_arrival(end_a, MS + 34 + 34, 2);
}
END_TEST

/* Signals have no bytes, and come after what was sent before them. */
START_TEST(test_signal)
{
    make_world("'latency': '10ms', 'bandwidth': '1MB/s'");
    send(end_b, 1000);
    sim_wire_signal(world, end_b, SIM_ITEM_FIN);
    expect_arrival(end_a, 11 * MS, 1);
    Event event;
    ck_assert(next_event(&event, false) && event.arrived);
    ck_assert_int_eq(event.time_ns, 11 * MS + 1);
    ck_assert_uint_eq(event.item, SIM_ITEM_FIN);
    expect_nothing();
}
END_TEST

/* --- completion of writes -------------------------------------------------------------------- */

/* 3000 bytes of buffers; reading makes room, and the writer learns of it one latency later. */
START_TEST(test_buffers)
{
    make_world("'latency': '10ms', 'send_buffer': '1800B', 'receive_buffer': '1200B'");
    ck_assert(send(end_b, 1000));
    ck_assert(send(end_b, 2000)); /* exactly full */
    world->now_ns = 5 * MS;
    ck_assert(!send(end_b, 100));
    ck_assert(world->ends[end_b].blocked);
    Event event;
    /* Arrived is not read: no room yet. */
    for (int i = 0; i < 3; i++) {
        ck_assert(next_event(&event, true));
        ck_assert_int_eq(event.kind, SIM_EVENT_ARRIVAL);
    }
    expect_nothing();
    world->now_ns = 30 * MS;
    BnetMessage message;
    uint32_t bytes = 0;
    sim_wire_take(world, end_a, &message, &bytes);
    ck_assert_uint_eq(bytes, 1000);
    ck_assert(!world->ends[end_b].blocked);
    ck_assert(next_event(&event, true));
    ck_assert_int_eq(event.kind, SIM_EVENT_ROOM);
    ck_assert_uint_eq(event.end, end_b);
    ck_assert_int_eq(event.time_ns, 40 * MS);
    sim_wire_take(world, end_a, &message, &bytes); /* tells of room once */
    expect_nothing();
    ck_assert(send(end_b, 2900));
    ck_assert(!send(end_b, 101));
}
END_TEST

/* One message may be larger than all buffers: it is complete when it has been read. */
START_TEST(test_larger_than_buffers)
{
    make_world("'latency': '10ms', 'send_buffer': '1024B', 'receive_buffer': '1024B'");
    ck_assert(!send(end_b, 50000));
    expect_arrival(end_a, 10 * MS, 1);
    Event event;
    ck_assert(next_event(&event, false));
    ck_assert_int_eq(event.kind, SIM_EVENT_ROOM);
    ck_assert_int_eq(event.time_ns, 20 * MS);
    expect_nothing();
}
END_TEST

/* --- cuts ------------------------------------------------------------------------------------ */

static void cut(int64_t time_ns)
{
    world->now_ns = time_ns;
    world->ends[end_a].cut = world->ends[end_b].cut = true;
}

static void mend(int64_t time_ns)
{
    world->now_ns = time_ns;
    world->ends[end_a].cut = world->ends[end_b].cut = false;
    sim_wire_mend(world, end_a);
    sim_wire_mend(world, end_b);
}

/* What arrives during the cut sets out again when it is over. */
START_TEST(test_cut_holds)
{
    make_world("'latency': '40ms'");
    send(end_b, 100);
    send(end_a, 100);
    world->now_ns = 10;
    send(end_b, 200);
    cut(1 * MS);
    send(end_b, 300); /* sent into the cut */
    expect_lost(end_a, 40 * MS);
    expect_lost(end_b, 40 * MS);
    expect_lost(end_a, 40 * MS + 10);
    mend(100 * MS);
    expect_arrival(end_a, 140 * MS, 1);
    expect_arrival(end_b, 140 * MS, 2);
    expect_arrival(end_a, 140 * MS + 1, 3);
    expect_arrival(end_a, 140 * MS + 2, 4);
    expect_nothing();
}
END_TEST

/* A cut that is over before anything arrives delays only what was sent into it. */
START_TEST(test_short_cut)
{
    make_world("'latency': '40ms', 'bandwidth': '1MB/s'");
    send(end_b, 1000);
    cut(5 * MS);
    send(end_b, 3000);
    mend(20 * MS);
    send(end_b, 500);
    expect_arrival(end_a, 41 * MS, 1);
    expect_arrival(end_a, 63 * MS, 2);
    expect_arrival(end_a, 63 * MS + 500000, 3);
    expect_nothing();
}
END_TEST

/* The first of two is missed; the second, on its way behind it, does not overtake it. */
START_TEST(test_cut_between)
{
    make_world("'latency': '40ms', 'bandwidth': '1MB/s'");
    send(end_b, 1000);
    send(end_b, 2000);
    cut(40 * MS);
    expect_lost(end_a, 41 * MS);
    mend(42 * MS);
    expect_lost(end_a, 43 * MS); /* its old arrival is void */
    expect_arrival(end_a, 83 * MS, 1);
    expect_arrival(end_a, 85 * MS, 2);
    expect_nothing();
}
END_TEST

/* At the edges: an arrival at the instant of the mend counts, faults come first at an instant. */
START_TEST(test_edges)
{
    make_world("'latency': '40ms'");
    send(end_b, 100);
    cut(1 * MS);
    mend(40 * MS);
    expect_arrival(end_a, 40 * MS, 1);
    world->now_ns = 50 * MS;
    send(end_b, 100);
    cut(90 * MS);
    expect_lost(end_a, 90 * MS);
    mend(90 * MS);
    expect_arrival(end_a, 130 * MS, 2);
    expect_nothing();
}
END_TEST

/* A second cut takes what the first one had held. */
START_TEST(test_cut_again)
{
    make_world("'latency': '40ms'");
    send(end_b, 100);
    send(end_b, 100);
    cut(1 * MS);
    expect_lost(end_a, 40 * MS);
    expect_lost(end_a, 40 * MS + 1);
    mend(50 * MS);
    cut(60 * MS);
    expect_lost(end_a, 90 * MS);
    expect_lost(end_a, 90 * MS + 1);
    mend(200 * MS);
    expect_arrival(end_a, 240 * MS, 1);
    expect_arrival(end_a, 240 * MS + 1, 2);
    expect_nothing();
}
END_TEST

/* What was on its way behind what is missed takes no time of the link any more, and nothing that
 * sets out again waits for when it would have arrived. */
START_TEST(test_cut_in_a_backlog)
{
    make_world("'latency': '40ms', 'bandwidth': '1MB/s'");
    send(end_b, 1000);
    send(end_b, 200000);
    world->ends[end_b].u.constant_ns = 5000 * MS;
    send(end_b, 1000);
    world->ends[end_b].u.constant_ns = 40 * MS;
    cut(10 * MS);
    expect_lost(end_a, 41 * MS);
    mend(50 * MS);
    expect_arrival(end_a, 91 * MS, 1);
    expect_lost(end_a, 241 * MS); /* their old arrivals are void */
    expect_arrival(end_a, 291 * MS, 2);
    expect_arrival(end_a, 292 * MS, 3);
    expect_lost(end_a, 5202 * MS);
    expect_nothing();
}
END_TEST

/* Items that have arrived and wait to be read are not held. */
START_TEST(test_arrived_before_cut)
{
    make_world("'latency': '40ms', 'bandwidth': '1MB/s'");
    send(end_b, 1000);
    send(end_b, 2000);
    Event event;
    ck_assert(next_event(&event, true));
    cut(42 * MS);
    BnetMessage message;
    uint32_t bytes = 0;
    expect_lost(end_a, 43 * MS);
    mend(50 * MS);
    ck_assert(next_event(&event, true));
    ck_assert_int_eq(event.time_ns, 92 * MS); /* the second one's 2000 bytes */
    sim_wire_take(world, end_a, &message, &bytes);
    ck_assert_uint_eq(bytes, 1000);
    sim_wire_take(world, end_a, &message, &bytes);
    ck_assert_uint_eq(bytes, 2000);
    expect_nothing();
}
END_TEST

/* --- an old connection ----------------------------------------------------------------------- */

START_TEST(test_clear)
{
    make_world("'latency': '40ms', 'send_buffer': '1024B', 'receive_buffer': '1024B'");
    send(end_b, 1000);
    send(end_b, 1000);
    world->now_ns = 1 * MS;
    sim_wire_clear(world, end_a);
    ck_assert_uint_eq(world->ends[end_a].wire_bytes, 0);
    ck_assert(send(end_b, 2000));
    expect_lost(end_a, 40 * MS);
    expect_lost(end_a, 40 * MS + 1);
    expect_arrival(end_a, 41 * MS, 3);
    expect_nothing();
}
END_TEST

/* A write that waited went with it: larger buffers complete it no more, be it for the next
 * connection. */
START_TEST(test_clear_a_write)
{
    make_world("'latency': '40ms', 'send_buffer': '1024B', 'receive_buffer': '1024B'");
    ck_assert(!send(end_b, 3000));
    sim_wire_clear(world, end_a);
    sim_wire_set_buffers(world, end_b, 10000);
    expect_lost(end_a, 40 * MS);
    expect_nothing();
}
END_TEST

START_TEST(test_clear_in_a_cut)
{
    make_world("'latency': '40ms'");
    send(end_b, 100);
    cut(1 * MS);
    send(end_b, 100);
    expect_lost(end_a, 40 * MS);
    sim_wire_clear(world, end_a);
    send(end_b, 100);
    mend(100 * MS);
    expect_arrival(end_a, 140 * MS, 3);
    expect_nothing();
}
END_TEST

/* What the dialling side sends to a side that is closed gets lost, complete at once. */
START_TEST(test_closed_end)
{
    make_world("'latency': '40ms', 'send_buffer': '1024B', 'receive_buffer': '1024B'");
    world->ends[end_a].open = false;
    ck_assert(send(end_b, 50000));
    expect_nothing();
    /* The dialling side does not exist yet: what is sent to it waits for it. */
    world->ends[end_a].open = true;
    world->ends[end_b].open = false;
    ck_assert(send(end_a, 100));
    expect_arrival(end_b, 40 * MS, 2);
}
END_TEST

/* Notices own a list in the pool; all of it comes back, read or not. */
START_TEST(test_notices_are_released)
{
    make_world("'latency': '40ms'");
    for (uint32_t i = 0; i < 4; i++) {
        BnetMessage notice = {.kind = BNET_MESSAGE_BLOCK_NOTICE};
        bnet_pool_reserve(&world->pool, 4);
        for (uint32_t k = 0; k < 100; k++)
            bnet_ring_push(&notice.u.notice, &world->pool, BNET_GENESIS);
        sim_wire_send(world, end_b, &notice, bnet_message_size(&notice, &world->store));
    }
    Event event;
    ck_assert(next_event(&event, true));
    BnetMessage message;
    uint32_t bytes = 0;
    sim_wire_take(world, end_a, &message, &bytes);
    ck_assert_int_eq(message.kind, BNET_MESSAGE_BLOCK_NOTICE);
    ck_assert_uint_eq(message.u.notice.count, 100);
    ck_assert_uint_eq(bytes, 2 + 100 * 32);
    bnet_message_finish(&message, &world->pool);
    sim_wire_clear(world, end_a);
    ck_assert_uint_eq(world->pool.n_free, world->pool.capacity - 1);
    ck_assert_uint_gt(world->parcels.messages.n_free, 0);
    ck_assert_uint_eq(sim_parcels_used(&world->parcels), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_wire");
    TCase *tcase = tcase_create("wire");
    tcase_set_timeout(tcase, 0);
    tcase_add_checked_fixture(tcase, NULL, teardown);
    tcase_add_test(tcase, test_constant);
    tcase_add_test(tcase, test_same_instant);
    tcase_add_test(tcase, test_order);
    tcase_add_test(tcase, test_bandwidth);
    tcase_add_test(tcase, test_ways_differ);
    tcase_add_test(tcase, test_latency_of_an_edge);
    tcase_add_test(tcase, test_bandwidth_rounds_up);
    tcase_add_test(tcase, test_signal);
    tcase_add_test(tcase, test_buffers);
    tcase_add_test(tcase, test_larger_than_buffers);
    tcase_add_test(tcase, test_cut_holds);
    tcase_add_test(tcase, test_short_cut);
    tcase_add_test(tcase, test_cut_between);
    tcase_add_test(tcase, test_edges);
    tcase_add_test(tcase, test_cut_again);
    tcase_add_test(tcase, test_cut_in_a_backlog);
    tcase_add_test(tcase, test_arrived_before_cut);
    tcase_add_test(tcase, test_clear);
    tcase_add_test(tcase, test_clear_a_write);
    tcase_add_test(tcase, test_clear_in_a_cut);
    tcase_add_test(tcase, test_closed_end);
    tcase_add_test(tcase, test_notices_are_released);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
