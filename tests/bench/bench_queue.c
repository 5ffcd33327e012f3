/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a pop and a push cost, beside heaps and GLib's sorted containers.
 *
 * Hold model: with a fixed number of events pending, the smallest is popped and pushed again with a
 * later time. Loads:
 *     messages  50 to 300 ms later, as messages on their way
 *     run       six in ten so; one in twenty 1 to 10 s (timers); the others 0.1 to 1 ms (work)
 *     instant   at the next multiple of 50 ms: all that is pending meets there
 * All structures get the same events. Every repetition hashes what it popped, in order; a hash that
 * differs from the first structure's ends the program with status 1.
 *
 * Usage: bench_queue [-n REPETITIONS] [--large] [--json]   (--large: up to 10,000,000 events
 * pending)
 */

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "sim/heap.h"
#include "sim/queue.h"
#include "tests/bench/bench.h"

#define REPETITIONS_DEFAULT 5u
#define HOLDS_MIN 300000u
#define NS_PER_MS INT64_C(1000000)
#define EVERY UINT32_MAX

typedef enum LoadKind {
    LOAD_MESSAGES,
    LOAD_RUN,
    LOAD_INSTANT,
    LOADS,
} LoadKind;

static const char *const LOAD_NAMES[LOADS] = {"messages", "run", "instant"};

typedef struct Load {
    LoadKind kind;
    uint32_t pending;
    uint32_t holds; /* of a repetition */
    uint32_t repetitions;
} Load;

/* Events with what makes the next ones. */
typedef struct Source {
    LoadKind kind;
    uint64_t state;
} Source;

/* Steele, Lea and Flood's SplitMix: about 1 ns, so that it does not hide the queue. */
static uint64_t next_random(Source *source)
{
    uint64_t z = (source->state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* Range below 2^34 ns: the upper 30 bits of the draw scale it. */
static int64_t between_ns(uint64_t draw, int64_t min_ns, int64_t max_ns)
{
    return min_ns + (int64_t)((draw >> 34) * (uint64_t)(max_ns - min_ns) >> 30);
}

static int64_t later_ns(Source *source, int64_t time_ns)
{
    if (source->kind == LOAD_INSTANT)
        return (time_ns / (50 * NS_PER_MS) + 1) * (50 * NS_PER_MS);
    const uint64_t draw = next_random(source);
    const uint64_t twentieth = source->kind == LOAD_RUN ? draw % 20 : 0;
    if (twentieth < 12)
        return time_ns + between_ns(draw, 50 * NS_PER_MS, 300 * NS_PER_MS);
    if (twentieth < 19)
        return time_ns + between_ns(draw, NS_PER_MS / 10, NS_PER_MS);
    return time_ns + between_ns(draw, 1000 * NS_PER_MS, 10000 * NS_PER_MS);
}

static SimQueueEvent first_event(Source *source, uint32_t i)
{
    return (SimQueueEvent){
        .time_ns = later_ns(source, 0),
        .target = (uint32_t)(next_random(source) >> 44),
        .arg = i,
    };
}

static inline uint64_t mix(uint64_t hash, const SimQueueEvent *event)
{
    return (hash ^ (uint64_t)event->time_ns ^ (uint64_t)event->arg << 40) *
           UINT64_C(0x9fb21c651e98df25);
}

/* --- the structures: made with n events; so many holds, which return the hash of the pops ------
 */

static void *queue_new(uint32_t n, Source *source)
{
    SimQueue *queue = g_new(SimQueue, 1);
    sim_queue_init(queue);
    for (uint32_t i = 0; i < n; i++)
        sim_queue_push(queue, first_event(source, i));
    return queue;
}

static uint64_t queue_hold(void *self, uint32_t holds, Source *source)
{
    uint64_t hash = 1;
    for (uint32_t i = 0; i < holds; i++) {
        SimQueueEvent event;
        sim_queue_pop(self, &event);
        hash = mix(hash, &event);
        event.time_ns = later_ns(source, event.time_ns);
        sim_queue_push(self, event);
    }
    return hash;
}

static void queue_free(void *self)
{
    sim_queue_finish(self);
    g_free(self);
}

static void *heap_new(uint32_t n, Source *source)
{
    SimHeap *heap = g_new(SimHeap, 1);
    sim_heap_init(heap, n);
    for (uint32_t i = 0; i < n; i++)
        sim_heap_push(heap, first_event(source, i));
    return heap;
}

static uint64_t heap_hold(void *self, uint32_t holds, Source *source)
{
    uint64_t hash = 1;
    for (uint32_t i = 0; i < holds; i++) {
        SimQueueEvent event;
        sim_heap_pop(self, &event);
        hash = mix(hash, &event);
        event.time_ns = later_ns(source, event.time_ns);
        sim_heap_push(self, event);
    }
    return hash;
}

static void heap_free(void *self)
{
    sim_heap_finish(self);
    g_free(self);
}

/* The heap of the textbook. */
typedef struct Binary {
    SimQueueEvent *events;
    uint32_t n;
} Binary;

static void binary_push(Binary *self, SimQueueEvent event)
{
    uint32_t i = self->n++;
    for (; i > 0; i = (i - 1) / 2) {
        const SimQueueEvent *parent = &self->events[(i - 1) / 2];
        if (sim_queue_key(parent) <= sim_queue_key(&event))
            break;
        self->events[i] = *parent;
    }
    self->events[i] = event;
}

static SimQueueEvent binary_pop(Binary *self)
{
    SimQueueEvent *events = self->events;
    const SimQueueEvent first = events[0];
    const SimQueueEvent last = events[--self->n];
    uint32_t i = 0;
    for (uint32_t child = 1; child < self->n; child = 2 * i + 1) {
        if (child + 1 < self->n &&
            sim_queue_key(&events[child + 1]) < sim_queue_key(&events[child]))
            child++;
        if (sim_queue_key(&last) <= sim_queue_key(&events[child]))
            break;
        events[i] = events[child];
        i = child;
    }
    events[i] = last;
    return first;
}

static void *binary_new(uint32_t n, Source *source)
{
    Binary *self = g_new0(Binary, 1);
    self->events = g_new(SimQueueEvent, n);
    for (uint32_t i = 0; i < n; i++)
        binary_push(self, first_event(source, i));
    return self;
}

static uint64_t binary_hold(void *self, uint32_t holds, Source *source)
{
    uint64_t hash = 1;
    for (uint32_t i = 0; i < holds; i++) {
        SimQueueEvent event = binary_pop(self);
        hash = mix(hash, &event);
        event.time_ns = later_ns(source, event.time_ns);
        binary_push(self, event);
    }
    return hash;
}

static void binary_free(void *self)
{
    Binary *binary = self;
    g_free(binary->events);
    g_free(binary);
}

/* GLib's containers hold pointers to events. */
static gint compare_events(gconstpointer a, gconstpointer b, gpointer unused G_GNUC_UNUSED)
{
    const SimQueueKey x = sim_queue_key(a);
    const SimQueueKey y = sim_queue_key(b);
    return (x > y) - (x < y);
}

static SimQueueEvent *new_event(Source *source, uint32_t i)
{
    SimQueueEvent *event = g_new(SimQueueEvent, 1);
    *event = first_event(source, i);
    return event;
}

static void *tree_new(uint32_t n, Source *source)
{
    GTree *tree = g_tree_new_full(compare_events, NULL, NULL, NULL);
    for (uint32_t i = 0; i < n; i++) {
        SimQueueEvent *event = new_event(source, i);
        g_tree_insert(tree, event, event);
    }
    return tree;
}

static uint64_t tree_hold(void *self, uint32_t holds, Source *source)
{
    uint64_t hash = 1;
    for (uint32_t i = 0; i < holds; i++) {
        SimQueueEvent *event = g_tree_node_key(g_tree_node_first(self));
        g_tree_remove(self, event);
        hash = mix(hash, event);
        event->time_ns = later_ns(source, event->time_ns);
        g_tree_insert(self, event, event);
    }
    return hash;
}

static gboolean free_key(gpointer key, gpointer value G_GNUC_UNUSED, gpointer unused G_GNUC_UNUSED)
{
    g_free(key);
    return FALSE;
}

static void tree_free(void *self)
{
    g_tree_foreach(self, free_key, NULL);
    g_tree_destroy(self);
}

static void *sequence_new(uint32_t n, Source *source)
{
    GSequence *sequence = g_sequence_new(NULL);
    for (uint32_t i = 0; i < n; i++)
        g_sequence_insert_sorted(sequence, new_event(source, i), compare_events, NULL);
    return sequence;
}

static uint64_t sequence_hold(void *self, uint32_t holds, Source *source)
{
    uint64_t hash = 1;
    for (uint32_t i = 0; i < holds; i++) {
        GSequenceIter *first = g_sequence_get_begin_iter(self);
        SimQueueEvent *event = g_sequence_get(first);
        g_sequence_remove(first);
        hash = mix(hash, event);
        event->time_ns = later_ns(source, event->time_ns);
        g_sequence_insert_sorted(self, event, compare_events, NULL);
    }
    return hash;
}

static void sequence_free(void *self)
{
    g_sequence_foreach(self, (GFunc)(void (*)(void))g_free, NULL);
    g_sequence_free(self);
}

static void *list_new(uint32_t n, Source *source)
{
    GQueue *list = g_queue_new();
    for (uint32_t i = 0; i < n; i++)
        g_queue_insert_sorted(list, new_event(source, i), compare_events, NULL);
    return list;
}

static uint64_t list_hold(void *self, uint32_t holds, Source *source)
{
    uint64_t hash = 1;
    for (uint32_t i = 0; i < holds; i++) {
        SimQueueEvent *event = g_queue_pop_head(self);
        hash = mix(hash, event);
        event->time_ns = later_ns(source, event->time_ns);
        g_queue_insert_sorted(self, event, compare_events, NULL);
    }
    return hash;
}

static void list_free(void *self)
{
    g_queue_free_full(self, g_free);
}

/* --- measuring ------------------------------------------------------------------------------- */

static const struct Contender {
    const char *name;
    void *(*new)(uint32_t n, Source *source);
    uint64_t (*hold)(void *self, uint32_t holds, Source *source);
    void (*free)(void *self);
    uint32_t pending_max;
} CONTENDERS[] = {
    {"SimQueue", queue_new, queue_hold, queue_free, EVERY},
    {"SimHeap, 4-ary", heap_new, heap_hold, heap_free, EVERY},
    {"binary heap", binary_new, binary_hold, binary_free, EVERY},
    {"GTree", tree_new, tree_hold, tree_free, 1000000},
    {"GSequence", sequence_new, sequence_hold, sequence_free, 100000},
    {"GQueue, sorted", list_new, list_hold, list_free, 1000},
};

/* Fills a structure, turns it over once, and measures. The first one fills in the hashes. */
static void measure(const struct Contender *contender, const Load *load, bool is_first,
                    uint64_t hashes[BENCH_REPETITIONS_MAX])
{
    Source source = {.kind = load->kind, .state = 1};
    void *self = contender->new (load->pending, &source);
    contender->hold(self, load->pending, &source);
    BenchTimes times = {.n = 0};
    for (uint32_t r = 0; r < load->repetitions; r++) {
        const double start_ns = bench_now_ns();
        const uint64_t hash = contender->hold(self, load->holds, &source);
        bench_add(&times, (bench_now_ns() - start_ns) / load->holds);
        if (is_first)
            hashes[r] = hash;
        if (hash != hashes[r])
            bench_fail("a structure popped in a wrong order");
    }
    contender->free(self);
    g_autofree char *of = g_strdup_printf("%s, %u", LOAD_NAMES[load->kind], load->pending);
    bench_figure(of, contender->name, "ns", &times);
}

static void bench_load(const Load *load)
{
    uint64_t hashes[BENCH_REPETITIONS_MAX] = {0};
    for (size_t c = 0; c < G_N_ELEMENTS(CONTENDERS); c++) {
        if (load->pending <= CONTENDERS[c].pending_max)
            measure(&CONTENDERS[c], load, c == 0, hashes);
    }
}

int main(int argc, char **argv)
{
    const uint32_t repetitions = bench_repetitions(REPETITIONS_DEFAULT, &argc, argv);
    bench_begin("queue", "A pop and a push, by load and number of events pending.", argc, argv);
    const uint32_t pending_max = bench_is_large() ? 10000000 : 1000000;
    for (uint32_t pending = 1000; pending <= pending_max; pending *= 10) {
        for (LoadKind kind = 0; kind < LOADS; kind++)
            bench_load(&(Load){kind, pending, MAX(pending, HOLDS_MIN), repetitions});
    }
    bench_end();
    return 0;
}
