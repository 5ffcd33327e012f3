/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a pop and a push cost, beside GLib's sorted containers in the same run.
 *
 * Hold model: with a fixed number of events pending, the smallest is popped and pushed again later
 * by a random increment. Increments: "uniform", 10 to 200 ms; "bimodal", nine in ten 0.5 to 1.5 ms
 * (messages), one in ten 1 to 10 s (timers). Each structure gets the same events; every repetition
 * hashes what it popped, in order, and a hash that differs from the first ends the program with
 * status 1.
 *
 * Usage: bench_queue [HOLDS]   (pops and pushes a repetition, default 300000)
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <glib.h>

#include "sim/queue.h"

#define HOLDS_DEFAULT 300000u
#define REPETITIONS 5u
#define GSEQUENCE_PENDING_MAX 100000u
#define NS_PER_MS INT64_C(1000000)

typedef struct Load {
    const char *name;
    bool bimodal;
    uint32_t pending;
    uint32_t holds;
} Load;

/* One repetition: time and hash of the pops. */
typedef struct Outcome {
    double ns_per_hold;
    uint64_t hash;
} Outcome;

typedef struct Contender {
    const char *name;
    Outcome (*run)(const Load *load);
    uint32_t pending_max;
} Contender;

/* Steele, Lea and Flood's SplitMix: about 1 ns, so that the increment does not hide the queue. */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* Range below 2^34 ns: the lower 30 bits of the draw scale it. */
static int64_t between_ns(uint64_t draw, int64_t min_ns, int64_t max_ns)
{
    return min_ns + (int64_t)((draw >> 34) * (uint64_t)(max_ns - min_ns) >> 30);
}

static int64_t increment_ns(const Load *load, uint64_t *state)
{
    const uint64_t draw = next_random(state);
    if (!load->bimodal) {
        return between_ns(draw, 10 * NS_PER_MS, 200 * NS_PER_MS);
    }
    return draw % 10 > 0 ? between_ns(draw, NS_PER_MS / 2, NS_PER_MS * 3 / 2)
                         : between_ns(draw, 1000 * NS_PER_MS, 10000 * NS_PER_MS);
}

static uint64_t mix(uint64_t hash, const SimQueueEvent *event)
{
    return (hash ^ (uint64_t)event->time_ns ^ (uint64_t)event->arg << 40) *
           UINT64_C(0x9fb21c651e98df25);
}

static SimQueueEvent first_event(const Load *load, uint32_t i, uint64_t *state)
{
    return (SimQueueEvent){.time_ns = increment_ns(load, state), .target = i % 7, .arg = i};
}

static Outcome outcome_of(gint64 start_us, const Load *load, uint64_t hash)
{
    const double ns = 1000.0 * (double)(g_get_monotonic_time() - start_us);
    return (Outcome){.ns_per_hold = ns / load->holds, .hash = hash};
}

static uint64_t hold_queue(SimQueue *queue, const Load *load, uint32_t holds, uint64_t *state)
{
    uint64_t hash = 1;
    for (uint32_t i = 0; i < holds; i++) {
        SimQueueEvent event;
        sim_queue_pop(queue, &event);
        hash = mix(hash, &event);
        event.time_ns += increment_ns(load, state);
        sim_queue_push(queue, event);
    }
    return hash;
}

static Outcome run_queue(const Load *load)
{
    uint64_t state = 1;
    SimQueue queue;
    sim_queue_init(&queue);
    for (uint32_t i = 0; i < load->pending; i++) {
        sim_queue_push(&queue, first_event(load, i, &state));
    }
    hold_queue(&queue, load, load->pending, &state); /* to the steady state */
    const gint64 start_us = g_get_monotonic_time();
    const uint64_t hash = hold_queue(&queue, load, load->holds, &state);
    const Outcome outcome = outcome_of(start_us, load, hash);
    sim_queue_finish(&queue);
    return outcome;
}

/* The same order as the queue's. */
static gint compare_events(gconstpointer a, gconstpointer b, gpointer unused G_GNUC_UNUSED)
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

static uint64_t hold_tree(GTree *tree, const Load *load, uint32_t holds, uint64_t *state)
{
    uint64_t hash = 1;
    for (uint32_t i = 0; i < holds; i++) {
        SimQueueEvent *event = g_tree_node_key(g_tree_node_first(tree));
        g_tree_remove(tree, event);
        hash = mix(hash, event);
        event->time_ns += increment_ns(load, state);
        g_tree_insert(tree, event, event);
    }
    return hash;
}

static Outcome run_tree(const Load *load)
{
    uint64_t state = 1;
    SimQueueEvent *events = g_new(SimQueueEvent, load->pending);
    GTree *tree = g_tree_new_with_data(compare_events, NULL);
    for (uint32_t i = 0; i < load->pending; i++) {
        events[i] = first_event(load, i, &state);
        g_tree_insert(tree, &events[i], &events[i]);
    }
    hold_tree(tree, load, load->pending, &state);
    const gint64 start_us = g_get_monotonic_time();
    const uint64_t hash = hold_tree(tree, load, load->holds, &state);
    const Outcome outcome = outcome_of(start_us, load, hash);
    g_tree_destroy(tree);
    g_free(events);
    return outcome;
}

static uint64_t hold_sequence(GSequence *sequence, const Load *load, uint32_t holds,
                              uint64_t *state)
{
    uint64_t hash = 1;
    for (uint32_t i = 0; i < holds; i++) {
        GSequenceIter *first = g_sequence_get_begin_iter(sequence);
        SimQueueEvent *event = g_sequence_get(first);
        g_sequence_remove(first);
        hash = mix(hash, event);
        event->time_ns += increment_ns(load, state);
        g_sequence_insert_sorted(sequence, event, compare_events, NULL);
    }
    return hash;
}

static Outcome run_sequence(const Load *load)
{
    uint64_t state = 1;
    SimQueueEvent *events = g_new(SimQueueEvent, load->pending);
    GSequence *sequence = g_sequence_new(NULL);
    for (uint32_t i = 0; i < load->pending; i++) {
        events[i] = first_event(load, i, &state);
        g_sequence_insert_sorted(sequence, &events[i], compare_events, NULL);
    }
    hold_sequence(sequence, load, load->pending, &state);
    const gint64 start_us = g_get_monotonic_time();
    const uint64_t hash = hold_sequence(sequence, load, load->holds, &state);
    const Outcome outcome = outcome_of(start_us, load, hash);
    g_sequence_free(sequence);
    g_free(events);
    return outcome;
}

static const Contender CONTENDERS[] = {
    {"sim_queue", run_queue, UINT32_MAX},
    {"GTree", run_tree, UINT32_MAX},
    {"GSequence", run_sequence, GSEQUENCE_PENDING_MAX},
};

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Times of all repetitions, ascending. Ends the program if a hash is not the expected one; 0
 * expects none yet. */
static void measure(const Contender *contender, const Load *load, uint64_t *expected_hash,
                    double ret_ns[REPETITIONS])
{
    for (unsigned r = 0; r < REPETITIONS; r++) {
        const Outcome outcome = contender->run(load);
        if (*expected_hash == 0) {
            *expected_hash = outcome.hash;
        }
        if (outcome.hash != *expected_hash) {
            fprintf(stderr, "bench_queue: %s popped in a wrong order\n", contender->name);
            exit(1);
        }
        ret_ns[r] = outcome.ns_per_hold;
    }
    qsort(ret_ns, REPETITIONS, sizeof ret_ns[0], compare_doubles);
}

static void bench_load(const Load *load)
{
    uint64_t expected_hash = 0;
    double queue_median_ns = 0;
    for (size_t c = 0; c < G_N_ELEMENTS(CONTENDERS); c++) {
        if (load->pending > CONTENDERS[c].pending_max) {
            continue;
        }
        double ns[REPETITIONS];
        measure(&CONTENDERS[c], load, &expected_hash, ns);
        const double median_ns = ns[REPETITIONS / 2];
        if (c == 0) {
            queue_median_ns = median_ns;
        }
        printf("%-8s %9u  %-10s %8.1f %8.1f to %8.1f %7.2f\n", load->name, (unsigned)load->pending,
               CONTENDERS[c].name, median_ns, ns[0], ns[REPETITIONS - 1],
               median_ns / queue_median_ns);
        fflush(stdout);
    }
}

int main(int argc, char **argv)
{
    guint64 holds = HOLDS_DEFAULT;
    if (argc > 2 ||
        (argc == 2 && !g_ascii_string_to_unsigned(argv[1], 10, 1, UINT32_MAX, &holds, NULL))) {
        fprintf(stderr, "usage: bench_queue [HOLDS]   (1 to %u)\n", UINT32_MAX);
        return 2;
    }
    printf("pop and push, ns: median of %u repetitions of %u, smallest to largest, ratio to "
           "sim_queue\n",
           REPETITIONS, (unsigned)holds);
    printf("%-8s %9s  %-10s %8s %20s %7s\n", "load", "pending", "structure", "median", "spread",
           "ratio");
    for (uint32_t pending = 1000; pending <= 1000000; pending *= 10) {
        for (int bimodal = 0; bimodal < 2; bimodal++) {
            bench_load(&(Load){.name = bimodal ? "bimodal" : "uniform",
                               .bimodal = bimodal,
                               .pending = pending,
                               .holds = (uint32_t)holds});
        }
    }
    return 0;
}
