/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The queue against an array that is kept sorted, in loads that change all the time.
 */
#include <stdlib.h>
#include <string.h>

#include <check.h>
#include <glib.h>

#include "sim/queue.h"
#include "sim/random.h"
#include "tests/run_suite.h"

#define PENDING_MAX 6000u
#define MS INT64_C(1000000)

/* Descending: the next one is the last. */
typedef struct Sorted {
    SimQueueEvent events[PENDING_MAX];
    size_t n;
} Sorted;

/* Both, and what came out last. */
typedef struct Pair {
    SimQueue queue;
    Sorted sorted;
    SimRandom random;
    SimQueueEvent last;
    unsigned wrong;
    unsigned pops;
} Pair;

/* What is pushed in a phase of the load. */
typedef enum Kind {
    NEAR,     /* within 50 ns, few targets: many equal keys */
    NOW,      /* the instant of the last pop, all targets */
    BELOW,    /* the same, targets below the last one's */
    MESSAGES, /* in 50 to 300 ms */
    SHARED,   /* the next multiple of 50 ms, in which all meet */
    TIMERS,   /* within 10 s */
    FAR,      /* at any time there is, to the last */
    SAME,     /* one event again and again */
    KINDS,
} Kind;

static bool is_same(const SimQueueEvent *a, const SimQueueEvent *b)
{
    return sim_queue_key(a) == sim_queue_key(b);
}

static void sorted_push(Sorted *sorted, SimQueueEvent event)
{
    size_t low = 0;
    for (size_t high = sorted->n; low < high;) {
        size_t middle = (low + high) / 2;
        if (sim_queue_key(&sorted->events[middle]) > sim_queue_key(&event))
            low = middle + 1;
        else
            high = middle;
    }
    memmove(&sorted->events[low + 1], &sorted->events[low], (sorted->n - low) * sizeof event);
    sorted->events[low] = event;
    sorted->n++;
}

static Pair *pair_new(uint64_t seed)
{
    Pair *pair = g_new0(Pair, 1);
    sim_queue_init(&pair->queue);
    pair->random = sim_random_stream(seed, SIM_RANDOM_TEST, 0);
    return pair;
}

static void pair_free(Pair *pair)
{
    sim_queue_finish(&pair->queue);
    g_free(pair);
}

static void pair_push(Pair *pair, SimQueueEvent event)
{
    if (pair->sorted.n == PENDING_MAX)
        return;
    sorted_push(&pair->sorted, event);
    sim_queue_push(&pair->queue, event);
    pair->wrong += sim_queue_size(&pair->queue) != pair->sorted.n;
}

static void pair_peek(Pair *pair)
{
    const SimQueueEvent *next = sim_queue_peek(&pair->queue);
    if (pair->sorted.n == 0)
        pair->wrong += next != NULL;
    else
        pair->wrong += !next || !is_same(next, &pair->sorted.events[pair->sorted.n - 1]);
}

static void pair_pop(Pair *pair)
{
    SimQueueEvent event;
    bool popped = sim_queue_pop(&pair->queue, &event);
    pair->wrong += popped != (pair->sorted.n > 0);
    if (!popped || pair->sorted.n == 0)
        return;
    pair->last = pair->sorted.events[--pair->sorted.n];
    pair->wrong += !is_same(&event, &pair->last);
    pair->pops++;
}

static int64_t after(int64_t now_ns, int64_t ns)
{
    return now_ns > INT64_MAX - ns ? INT64_MAX : now_ns + ns;
}

static int64_t time_of(Pair *pair, Kind kind)
{
    SimRandom *random = &pair->random;
    int64_t now_ns = pair->last.time_ns;
    switch (kind) {
    case NEAR:
        return after(now_ns, sim_random_range_ns(random, 0, 50));
    case MESSAGES:
        return after(now_ns, sim_random_range_ns(random, 50 * MS, 300 * MS));
    case SHARED:
        return after(now_ns, 50 * MS - now_ns % (50 * MS));
    case TIMERS:
        return after(now_ns, sim_random_range_ns(random, 0, 10000 * MS));
    case FAR:
        return after(now_ns,
                     (int64_t)(sim_random_u64(random) >> (1 + sim_random_below(random, 63))));
    case NOW:
    case BELOW:
    case SAME:
    case KINDS:
        break;
    }
    return now_ns;
}

static SimQueueEvent event_of(Pair *pair, Kind kind)
{
    SimRandom *random = &pair->random;
    SimQueueEvent event = {.time_ns = time_of(pair, kind)};
    if (kind == SAME)
        return (SimQueueEvent){.time_ns = event.time_ns, .target = 77, .arg = 7};
    if (kind == NEAR) {
        event.target = (uint32_t)sim_random_below(random, 3);
        return event;
    }
    event.target = (uint32_t)sim_random_u64(random) >> sim_random_below(random, 32);
    event.arg = (uint32_t)sim_random_u64(random) >> sim_random_below(random, 32);
    if (kind == BELOW)
        event.target = (uint32_t)sim_random_below(random, (uint64_t)pair->last.target + 1);
    return event;
}

/* A phase: of so many steps, pushes_of_16 are pushes. Looks before the first, and before some. */
static void phase(Pair *pair, Kind kind, unsigned steps, unsigned pushes_of_16)
{
    pair_peek(pair);
    for (unsigned i = 0; i < steps; i++) {
        if (sim_random_below(&pair->random, 16) < pushes_of_16)
            pair_push(pair, event_of(pair, kind));
        else
            pair_pop(pair);
        if (i % 16 == 5)
            pair_peek(pair);
    }
}

static void drain(Pair *pair)
{
    while (pair->sorted.n > 0 && pair->wrong == 0)
        pair_pop(pair);
    pair_pop(pair);
    pair_peek(pair);
}

/* Loads of one kind each: to the limit and back. */
START_TEST(test_each_kind)
{
    Pair *pair = pair_new((uint64_t)_i);
    for (unsigned i = 0; i < 4; i++) {
        phase(pair, (Kind)_i, 16000, 14);
        phase(pair, (Kind)_i, 20000, 8);
        drain(pair);
        ck_assert_uint_eq(pair->wrong, 0);
    }
    ck_assert_uint_gt(pair->pops, 30000);
    pair_free(pair);
}
END_TEST

/* Kinds and rates that change every few steps. Time runs out in some: then it begins anew. */
START_TEST(test_mixed)
{
    Pair *pair = pair_new(100 + (uint64_t)_i);
    for (unsigned i = 0; i < 1500; i++) {
        Kind kind = (Kind)sim_random_below(&pair->random, KINDS);
        if (kind == FAR && i % 8 > 0)
            kind = MESSAGES;
        phase(pair, kind, 1u << sim_random_below(&pair->random, 11),
              (unsigned)sim_random_below(&pair->random, 17));
        if (pair->last.time_ns < INT64_MAX / 2)
            continue;
        drain(pair);
        sim_queue_finish(&pair->queue);
        sim_queue_init(&pair->queue);
        pair->last = (SimQueueEvent){0};
    }
    drain(pair);
    ck_assert_uint_eq(pair->wrong, 0);
    ck_assert_uint_gt(pair->pops, 100000);
    pair_free(pair);
}
END_TEST

/* One far event is looked at, and then everything else is pushed before it. */
START_TEST(test_pushes_before_what_was_seen)
{
    Pair *pair = pair_new(200);
    for (unsigned i = 0; i < 50; i++) {
        int64_t now_ns = pair->last.time_ns;
        for (unsigned k = 0; k <= i % 3 * 100; k++)
            pair_push(pair, (SimQueueEvent){.time_ns = now_ns + 1000 * MS + k});
        pair_peek(pair);
        for (unsigned k = 0; k < i * 40; k++) {
            pair_push(pair, event_of(pair, i % 2 ? MESSAGES : NEAR));
            if (k % 7 == 0)
                pair_pop(pair);
        }
        phase(pair, NOW, 500, 8);
        drain(pair);
    }
    ck_assert_uint_eq(pair->wrong, 0);
    pair_free(pair);
}
END_TEST

/* Many at one instant, each with a target, of which each pushes others with smaller targets. */
START_TEST(test_instant_that_begets_smaller_events)
{
    Pair *pair = pair_new(300);
    for (uint32_t i = 0; i < 3000; i++)
        pair_push(pair, (SimQueueEvent){.time_ns = 7, .target = 1000000 + i});
    for (unsigned i = 0; i < 60; i++) {
        pair_pop(pair);
        for (unsigned k = 0; k < 10 * i; k++)
            pair_push(pair, event_of(pair, k % 3 ? BELOW : NOW));
        for (unsigned k = 0; k < 8 * i; k++)
            pair_pop(pair);
    }
    drain(pair);
    ck_assert_uint_eq(pair->wrong, 0);
    pair_free(pair);
}
END_TEST

/* --- many events ----------------------------------------------------------------------------- */

static int compare_events(const void *a, const void *b)
{
    const SimQueueKey x = sim_queue_key(a);
    const SimQueueKey y = sim_queue_key(b);
    return (x > y) - (x < y);
}

/* n events with times and targets below these. */
static void check_many(size_t n, uint64_t times, uint64_t targets)
{
    SimRandom random = sim_random_stream(500 + targets % 7, SIM_RANDOM_TEST, 0);
    SimQueueEvent *events = g_new(SimQueueEvent, n);
    SimQueue queue;
    sim_queue_init(&queue);
    for (size_t i = 0; i < n; i++) {
        events[i] = (SimQueueEvent){
            .time_ns = (int64_t)sim_random_below(&random, times),
            .target = (uint32_t)sim_random_below(&random, targets),
            .arg = (uint32_t)sim_random_below(&random, targets),
        };
        sim_queue_push(&queue, events[i]);
    }
    qsort(events, n, sizeof *events, compare_events);
    size_t right = 0;
    for (SimQueueEvent event; sim_queue_pop(&queue, &event) && is_same(&event, &events[right]);)
        right++;
    ck_assert_uint_eq(right, n);
    ck_assert_uint_eq(sim_queue_size(&queue), 0);
    ck_assert_uint_le(sim_queue_bytes(&queue), 17 * n + (9 + 416 + 1024) * 1024);
    sim_queue_finish(&queue);
    g_free(events);
}

START_TEST(test_many)
{
    check_many(1000000, 250 * MS, UINT64_C(1) << 32); /* each at its own time */
    check_many(1000000, 3, UINT64_C(1) << 32);        /* at three instants */
    check_many(1000000, 1, 100000);                   /* at one */
    check_many(1000000, 1, 1);                        /* all the same */
    check_many(1000000, INT64_MAX, 2);                /* with gaps of an hour */
}
END_TEST

/* A million of the same event, and a larger and a smaller one at the same instant. */
START_TEST(test_million_times_the_same)
{
    SimQueue queue;
    sim_queue_init(&queue);
    for (uint32_t i = 0; i < 1000000; i++)
        sim_queue_push(&queue, (SimQueueEvent){5 * MS, 3, 3});
    sim_queue_push(&queue, (SimQueueEvent){5 * MS, 3, 4});
    sim_queue_push(&queue, (SimQueueEvent){5 * MS, 3, 2});
    SimQueueEvent event = {0};
    ck_assert(sim_queue_pop(&queue, &event));
    ck_assert_uint_eq(event.arg, 2);
    uint32_t threes = 0;
    while (sim_queue_pop(&queue, &event) && event.arg == 3)
        threes++;
    ck_assert_uint_eq(threes, 1000000);
    ck_assert_uint_eq(event.arg, 4);
    ck_assert_uint_eq(sim_queue_size(&queue), 0);
    sim_queue_finish(&queue);
}
END_TEST

/* --- memory, and looking ahead --------------------------------------------------------------- */

/* With a number of events that stays, memory stays. */
START_TEST(test_memory_stays)
{
    SimQueue queue;
    sim_queue_init(&queue);
    ck_assert_uint_le(sim_queue_bytes(&queue), 9 * 1024);
    SimRandom random = sim_random_stream(400, SIM_RANDOM_TEST, 0);
    for (uint32_t i = 0; i < 20000; i++)
        sim_queue_push(&queue, (SimQueueEvent){.time_ns = sim_random_range_ns(&random, 0, 300 * MS),
                                               .target = i});
    size_t bytes = 0;
    for (uint32_t i = 0; i < 1000000; i++) {
        SimQueueEvent event;
        sim_queue_pop(&queue, &event);
        event.time_ns += sim_random_range_ns(&random, 50 * MS, 300 * MS);
        sim_queue_push(&queue, event);
        if (i == 200000)
            bytes = sim_queue_bytes(&queue);
    }
    ck_assert_uint_eq(sim_queue_bytes(&queue), bytes);
    ck_assert_uint_le(bytes, 2 * (17 * 20000 + 416 * 1024));
    sim_queue_finish(&queue);
}
END_TEST

START_TEST(test_peek_ahead)
{
    SimQueue queue;
    sim_queue_init(&queue);
    ck_assert_ptr_null(sim_queue_peek_ahead(&queue, 0));
    for (uint32_t i = 0; i < 20; i++)
        sim_queue_push(&queue, (SimQueueEvent){.time_ns = 100, .target = 19 - i});
    ck_assert_ptr_null(sim_queue_peek_ahead(&queue, 0)); /* it would be work */
    ck_assert_uint_eq(sim_queue_peek(&queue)->target, 0);
    for (uint32_t i = 0; i < 20; i++)
        ck_assert_uint_eq(sim_queue_peek_ahead(&queue, i)->target, i);
    ck_assert_ptr_null(sim_queue_peek_ahead(&queue, 20));
    ck_assert_ptr_null(sim_queue_peek_ahead(&queue, UINT32_MAX));
    SimQueueEvent event;
    ck_assert(sim_queue_pop(&queue, &event));
    ck_assert_uint_eq(sim_queue_peek_ahead(&queue, 18)->target, 19);
    ck_assert_ptr_null(sim_queue_peek_ahead(&queue, 19));
    sim_queue_finish(&queue);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("queue_random");
    TCase *tcase = tcase_create("queue_random");
    tcase_set_timeout(tcase, 0);
    tcase_add_loop_test(tcase, test_each_kind, 0, KINDS);
    tcase_add_loop_test(tcase, test_mixed, 0, 4);
    tcase_add_test(tcase, test_pushes_before_what_was_seen);
    tcase_add_test(tcase, test_instant_that_begets_smaller_events);
    tcase_add_test(tcase, test_many);
    tcase_add_test(tcase, test_million_times_the_same);
    tcase_add_test(tcase, test_memory_stays);
    tcase_add_test(tcase, test_peek_ahead);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
