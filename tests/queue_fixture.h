/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_TESTS_QUEUE_FIXTURE_H
#define BNETLAB_TESTS_QUEUE_FIXTURE_H

/*
 * What any queue of events must do, small (sim/heap.h) or large (sim/queue.h). A test program gives
 * the functions of its queue to queue_tests_run(), with tests of its own. One thread.
 */

#include <stdlib.h>

#include <check.h>
#include <glib.h>

#include "sim/heap.h"
#include "sim/queue.h"
#include "sim/random.h"
#include "tests/aborts.h"
#include "tests/run_suite.h"

/* Room for one of them. */
typedef union AnyQueue {
    SimHeap heap;
    SimQueue queue;
} AnyQueue;

/* The functions of one, each on an AnyQueue. */
typedef struct QueueOps {
    void (*init)(void *queue, size_t hint); /* room for so many events, if it can be said */
    void (*finish)(void *queue);
    void (*push)(void *queue, SimQueueEvent event);
    bool (*pop)(void *queue, SimQueueEvent *ret_event);
    const SimQueueEvent *(*peek)(void *queue);
    size_t (*size)(const void *queue);
} QueueOps;

static const QueueOps *queue_ops;

static inline int compare_events(const void *a, const void *b)
{
    const SimQueueEvent *x = a;
    const SimQueueEvent *y = b;
    if (x->time_ns != y->time_ns) {
        return x->time_ns < y->time_ns ? -1 : 1;
    }
    if (x->target != y->target) {
        return x->target < y->target ? -1 : 1;
    }
    return (x->arg > y->arg) - (x->arg < y->arg);
}

/* Of many events: Check writes to a file for each of its assertions, so these count first. */
static inline void push_all(void *queue, const SimQueueEvent *events, size_t n)
{
    size_t wrong_sizes = 0;
    for (size_t i = 0; i < n; i++) {
        queue_ops->push(queue, events[i]);
        wrong_sizes += queue_ops->size(queue) != i + 1;
    }
    ck_assert_uint_eq(wrong_sizes, 0);
}

/* The queue holds exactly these, and gives them in this order, each one first by peek. */
static inline void pop_all(void *queue, const SimQueueEvent *sorted, size_t n)
{
    size_t i = 0;
    for (; i < n && queue_ops->size(queue) == n - i; i++) {
        const SimQueueEvent *next = queue_ops->peek(queue);
        SimQueueEvent event;
        if (!next || compare_events(next, &sorted[i]) != 0 || !queue_ops->pop(queue, &event) ||
            compare_events(&event, &sorted[i]) != 0) {
            break;
        }
    }
    ck_assert_uint_eq(i, n);
    ck_assert_uint_eq(queue_ops->size(queue), 0);
    ck_assert_ptr_null(queue_ops->peek(queue));
}

static inline SimQueueEvent *random_events(SimRandom *random, size_t n, uint64_t times,
                                           uint64_t targets)
{
    SimQueueEvent *events = g_new(SimQueueEvent, n);
    for (size_t i = 0; i < n; i++) {
        events[i].time_ns = (int64_t)sim_random_below(random, times);
        events[i].target = (uint32_t)sim_random_below(random, targets);
        events[i].arg = (uint32_t)sim_random_below(random, UINT64_C(1) << 32);
    }
    return events;
}

static inline void shuffle(SimRandom *random, SimQueueEvent *events, size_t n)
{
    for (size_t i = n; i > 1; i--) {
        const size_t j = sim_random_below(random, i);
        const SimQueueEvent swapped = events[i - 1];
        events[i - 1] = events[j];
        events[j] = swapped;
    }
}

START_TEST(test_empty)
{
    AnyQueue queue;
    queue_ops->init(&queue, 0);
    SimQueueEvent event = {7, 8, 9};
    ck_assert(!queue_ops->pop(&queue, &event));
    ck_assert_int_eq(event.time_ns, 7);
    ck_assert_uint_eq(event.target, 8);
    ck_assert_uint_eq(event.arg, 9);
    ck_assert_ptr_null(queue_ops->peek(&queue));
    ck_assert_uint_eq(queue_ops->size(&queue), 0);
    queue_ops->finish(&queue);
    queue_ops->finish(&queue);
    queue_ops->finish(NULL);
}
END_TEST

/* Every order of insertion (8! of them) of events that tie in time, or in time and target. */
START_TEST(test_every_insertion_order_of_ties)
{
    const SimQueueEvent sorted[8] = {{5, 0, 0},          {5, 0, 1}, {5, 1, 0}, {5, 1, UINT32_MAX},
                                     {5, UINT32_MAX, 0}, {6, 0, 0}, {6, 0, 2}, {6, 0, 2}};
    for (unsigned permutation = 0; permutation < 40320; permutation++) {
        SimQueueEvent events[8];
        unsigned code = permutation;
        for (unsigned i = 0; i < 8; i++) { /* the i-th event goes to one of i + 1 places */
            const unsigned place = code % (i + 1);
            code /= i + 1;
            events[i] = events[place];
            events[place] = sorted[i];
        }
        AnyQueue queue;
        queue_ops->init(&queue, 8);
        push_all(&queue, events, 8);
        pop_all(&queue, sorted, 8);
        queue_ops->finish(&queue);
    }
}
END_TEST

/* Time, target and arg are compared with all their bits, target and arg as unsigned, in this
 * order. */
START_TEST(test_order_of_extremes)
{
    const SimQueueEvent sorted[] = {
        {0, 0, 0},
        {0, 0, UINT32_MAX},
        {0, 1, 0},
        {0, INT32_MAX, 0},
        {0, UINT32_C(1) << 31, 0},
        {0, UINT32_MAX, UINT32_MAX},
        {1, 0, 0},
        {UINT32_MAX, 0, 0},
        {INT64_C(1) << 32, 0, 0},
        {INT64_MAX - 1, UINT32_MAX, UINT32_MAX},
        {INT64_MAX, 0, 0},
        {INT64_MAX, UINT32_MAX, INT32_MAX},
        {INT64_MAX, UINT32_MAX, UINT32_C(1) << 31},
        {INT64_MAX, UINT32_MAX, UINT32_MAX - 1},
        /* The largest key there is, more than once: none gets lost, none appears. */
        {INT64_MAX, UINT32_MAX, UINT32_MAX},
        {INT64_MAX, UINT32_MAX, UINT32_MAX},
        {INT64_MAX, UINT32_MAX, UINT32_MAX},
    };
    SimRandom random = sim_random_stream(1, SIM_RANDOM_TEST, 0);
    for (unsigned i = 0; i < 1000; i++) {
        SimQueueEvent events[G_N_ELEMENTS(sorted)];
        for (size_t k = 0; k < G_N_ELEMENTS(sorted); k++) {
            events[k] = sorted[k];
        }
        shuffle(&random, events, G_N_ELEMENTS(events));
        AnyQueue queue;
        queue_ops->init(&queue, 0);
        push_all(&queue, events, G_N_ELEMENTS(events));
        pop_all(&queue, sorted, G_N_ELEMENTS(sorted));
        queue_ops->finish(&queue);
    }
}
END_TEST

/* Each size from 0 to past several doublings or chunks, pushed upwards and downwards. */
START_TEST(test_each_size)
{
    enum {
        SIZES = 600
    };
    SimQueueEvent up[SIZES];
    SimQueueEvent down[SIZES];
    for (unsigned n = 0; n <= SIZES; n++) {
        for (unsigned i = 0; i < n; i++) {
            up[i] = (SimQueueEvent){.time_ns = i / 3, .target = i % 3, .arg = n};
            down[n - 1 - i] = up[i];
        }
        AnyQueue queue;
        queue_ops->init(&queue, 0);
        push_all(&queue, down, n);
        pop_all(&queue, up, n);
        queue_ops->finish(&queue);
        queue_ops->init(&queue, n);
        push_all(&queue, up, n);
        pop_all(&queue, up, n);
        queue_ops->finish(&queue);
    }
}
END_TEST

START_TEST(test_million_events)
{
    const size_t n = 1000000;
    SimRandom random = sim_random_stream(2, SIM_RANDOM_TEST, 0);
    /* A third as many times as events: many ties, in which target and arg decide. */
    SimQueueEvent *events = random_events(&random, n, n / 3, 3);
    AnyQueue queue;
    queue_ops->init(&queue, 0);
    for (size_t i = 0; i < n; i++) {
        queue_ops->push(&queue, events[i]);
    }
    qsort(events, n, sizeof *events, compare_events);
    pop_all(&queue, events, n);
    queue_ops->finish(&queue);
    g_free(events);
}
END_TEST

/* The order of pops is a property of the set of events alone. */
START_TEST(test_insertion_order_is_irrelevant)
{
    const size_t n = 10000;
    SimRandom random = sim_random_stream(3, SIM_RANDOM_TEST, 0);
    SimQueueEvent *events = random_events(&random, n, 500, 2);
    SimQueueEvent *sorted = g_memdup2(events, n * sizeof *events);
    qsort(sorted, n, sizeof *sorted, compare_events);
    for (unsigned i = 0; i < 20; i++) {
        shuffle(&random, events, n);
        AnyQueue queue;
        queue_ops->init(&queue, i * 1000);
        push_all(&queue, events, n);
        pop_all(&queue, sorted, n);
        queue_ops->finish(&queue);
    }
    g_free(sorted);
    g_free(events);
}
END_TEST

/* A queue that searches all it holds. */
typedef struct Naive {
    SimQueueEvent events[300];
    size_t size;
} Naive;

static inline SimQueueEvent naive_pop(Naive *naive)
{
    size_t first = 0;
    for (size_t i = 1; i < naive->size; i++) {
        if (compare_events(&naive->events[i], &naive->events[first]) < 0) {
            first = i;
        }
    }
    const SimQueueEvent event = naive->events[first];
    naive->events[first] = naive->events[--naive->size];
    return event;
}

/* Pushes and pops mixed, growing and shrinking: each pop is what a search finds, times never go
 * back. */
START_TEST(test_interleaved_against_search)
{
    Naive naive = {.size = 0};
    SimRandom random = sim_random_stream(4, SIM_RANDOM_TEST, 0);
    AnyQueue queue;
    queue_ops->init(&queue, 0);
    int64_t now_ns = 0;
    unsigned pops = 0;
    unsigned wrong = 0;
    for (uint32_t i = 0; i < 300000; i++) {
        const uint64_t pushes_of_16 = i / 2000 % 2 == 0 ? 9 : 7;
        const bool push = sim_random_below(&random, 16) < pushes_of_16;
        if (push && naive.size < G_N_ELEMENTS(naive.events)) {
            const SimQueueEvent event = {.time_ns = now_ns + sim_random_range_ns(&random, 0, 50),
                                         .target = (uint32_t)sim_random_below(&random, 4),
                                         .arg = i};
            naive.events[naive.size++] = event;
            queue_ops->push(&queue, event);
        } else if (!push && naive.size > 0) {
            const SimQueueEvent expected = naive_pop(&naive);
            SimQueueEvent event = {0};
            wrong += !queue_ops->pop(&queue, &event) || compare_events(&event, &expected) != 0 ||
                     event.time_ns < now_ns;
            now_ns = event.time_ns;
            pops++;
        }
        wrong += queue_ops->size(&queue) != naive.size;
    }
    ck_assert_uint_eq(wrong, 0);
    ck_assert_uint_gt(pops, 100000);
    queue_ops->finish(&queue);
}
END_TEST

static inline void push_negative_time(void)
{
    AnyQueue queue;
    queue_ops->init(&queue, 0);
    queue_ops->push(&queue, (SimQueueEvent){.time_ns = -1});
}

/* Pops an event of 100 ns, then pushes one of this time. */
static inline void push_after_100_ns(int64_t time_ns)
{
    AnyQueue queue;
    queue_ops->init(&queue, 0);
    queue_ops->push(&queue, (SimQueueEvent){.time_ns = 100, .target = 5});
    SimQueueEvent event;
    queue_ops->pop(&queue, &event);
    queue_ops->push(&queue, (SimQueueEvent){.time_ns = time_ns});
    ck_assert_int_eq(queue_ops->peek(&queue)->time_ns, time_ns);
    queue_ops->finish(&queue);
}

static inline void push_99_ns_after_100_ns(void)
{
    push_after_100_ns(99);
}

START_TEST(test_no_event_in_the_past)
{
    ck_assert(test_aborts(push_negative_time));
    ck_assert(test_aborts(push_99_ns_after_100_ns));
    push_after_100_ns(100); /* also with a target before that of the event popped */
}
END_TEST

static inline void queue_tests_add(TCase *tcase)
{
    tcase_set_timeout(tcase, 0);
    tcase_add_test(tcase, test_empty);
    tcase_add_test(tcase, test_every_insertion_order_of_ties);
    tcase_add_test(tcase, test_order_of_extremes);
    tcase_add_test(tcase, test_each_size);
    tcase_add_test(tcase, test_million_events);
    tcase_add_test(tcase, test_insertion_order_is_irrelevant);
    tcase_add_test(tcase, test_interleaved_against_search);
    tcase_add_test(tcase, test_no_event_in_the_past);
}

/* Runs a suite of that name with these tests and those that `add` adds; the exit status. */
static inline int queue_tests_run(const char *name, const QueueOps *ops, void (*add)(TCase *tcase))
{
    Suite *suite = suite_create(name);
    TCase *tcase = tcase_create(name);
    queue_ops = ops;
    queue_tests_add(tcase);
    add(tcase);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}

#endif
