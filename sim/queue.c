/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wheels, and an array in which the events that come next are sorted.
 *
 * A key is 13 digits of time and 13 of the rest, of 5 bits each (the highest digit of a half has
 * 4), and each digit has a wheel of 32 slots. `base` is not above any key on the wheels. An event
 * is on the wheel of the highest digit in which it differs from `base`, in the slot of its own
 * digit there. So the smallest events are in the first taken slot of the lowest taken wheel.
 *
 * When `open` has run out, that slot is opened: `base` moves to where it begins. If it has few
 * events they are sorted into `open`, with those of the slots behind it as long as they are few in
 * all. If it has many, they are spread over the wheel of the highest digit in which they differ
 * among each other, whose first slot is opened then. So it is a radix sort in which no event is
 * touched before its time is near; the more events there are, the shorter is the time that is
 * opened at once; and what is touched together lies together.
 *
 * A push below `end`, where what is open ends, is inserted into `open`. If that is full, its upper
 * half goes back to the wheels, and `end` with it. It cannot go if it begins below `base`: if much
 * is pushed for the instant of the last pop with smaller targets, or before an event that was
 * peeked at. Then what is pushed waits in a heap beside `open`.
 */
#include "sim/queue.h"

#include <string.h>

#include <glib.h>

#define DIGIT_BITS 5u
#define SLOTS (1u << DIGIT_BITS)
#define TIME_DIGIT ((64 + DIGIT_BITS - 1) / DIGIT_BITS) /* the lowest one of time */
#define DIGITS (2 * TIME_DIGIT)

/* Most events that are sorted at once. Slots are added to the first as long as there are fewer than
 * OPEN_ENOUGH. */
#define SORTED_MAX 64u
#define OPEN_ENOUGH 8u
#define OPEN_PLACES 128u

/* Bits of a key that are compared at once, and keys at once. */
#define RANK_BITS 24u
#define RANK_STEP 8u

#define CHUNK_BYTES 512u
#define LINE_BYTES 64u
#define CHUNK_EVENTS (CHUNK_BYTES / sizeof(SimQueueEvent) - 1)

/* Chunks of the first slab. Each one doubles them, up to 1 MiB. */
#define SLAB_CHUNKS_MIN 16u
#define SLAB_CHUNKS_MAX (1024u * 1024 / CHUNK_BYTES)

/* Aligned to its size, so that an address says where its chunk begins. */
typedef struct Chunk {
    struct Chunk *next;
    uint64_t unused;
    SimQueueEvent events[CHUNK_EVENTS];
} Chunk;

_Static_assert(sizeof(Chunk) == CHUNK_BYTES, "a chunk fills its bytes");
_Static_assert(DIGITS <= 32, "a bit for each wheel");
_Static_assert(SORTED_MAX <= OPEN_PLACES, "what is sorted goes to `open`");
_Static_assert((UINT64_C(1) << RANK_BITS) * SORTED_MAX <= INT32_MAX, "a rank key is an int32_t");

/* A slot says where its next event goes: NULL, a place in a chunk, or the end of a chunk that is
 * full. Its other chunks, behind `next`, are full. */
struct SimQueueWheels {
    SimQueueEvent *slots[DIGITS][SLOTS];
    uint32_t taken[DIGITS]; /* a bit for each slot that has events */
    uint32_t taken_wheels;  /* a bit for each wheel that has */
    SimQueueKey base;
    Chunk *free_chunks;
    GPtrArray *slabs;
    Chunk *slab; /* the newest; its chunks from slab_used on were never used */
    uint32_t slab_used;
    uint32_t slab_chunks;
    size_t slab_bytes; /* of all slabs */
};

/* Events that are to be sorted. */
typedef struct Batch {
    uint32_t wheel; /* from slots of it */
    size_t n;
    SimQueueEvent events[SORTED_MAX];
    int32_t keys[SORTED_MAX + RANK_STEP];
} Batch;

/* --- chunks ---------------------------------------------------------------------------------- */

static void add_slab(SimQueueWheels *wheels)
{
    wheels->slab_chunks =
        wheels->slab_chunks == 0 ? SLAB_CHUNKS_MIN : MIN(2 * wheels->slab_chunks, SLAB_CHUNKS_MAX);
    wheels->slab = g_aligned_alloc(wheels->slab_chunks, sizeof(Chunk), CHUNK_BYTES);
    wheels->slab_used = 0;
    wheels->slab_bytes += wheels->slab_chunks * sizeof(Chunk);
    g_ptr_array_add(wheels->slabs, wheels->slab);
}

static Chunk *take_chunk(SimQueueWheels *wheels)
{
    Chunk *chunk = wheels->free_chunks;
    if (chunk) {
        wheels->free_chunks = chunk->next;
        return chunk;
    }
    if (wheels->slab_used == wheels->slab_chunks)
        add_slab(wheels);
    return &wheels->slab[wheels->slab_used++];
}

static inline void give_chunk(SimQueueWheels *wheels, Chunk *chunk)
{
    chunk->next = wheels->free_chunks;
    wheels->free_chunks = chunk;
}

/* The chunk in which the last event before `place` is. */
static inline Chunk *chunk_of(SimQueueEvent *place)
{
    uintptr_t within = ((uintptr_t)place - 1) % CHUNK_BYTES + 1;
    return (Chunk *)(void *)((char *)place - within);
}

static inline void prefetch_chunk(const Chunk *chunk)
{
    for (size_t i = 0; i < CHUNK_BYTES; i += LINE_BYTES)
        __builtin_prefetch((const char *)chunk + i);
}

/* --- digits ---------------------------------------------------------------------------------- */

static inline uint64_t time_of(const SimQueueEvent *event)
{
    return (uint64_t)event->time_ns;
}

static inline uint64_t rest_of(const SimQueueEvent *event)
{
    return (uint64_t)event->target << 32 | event->arg;
}

/* Of half a key. 0: of none, too. */
static inline uint32_t highest_digit(uint64_t half)
{
    return (63u - (uint32_t)__builtin_clzll(half | 1)) / DIGIT_BITS;
}

static inline uint32_t digit_of(uint64_t half, uint32_t digit)
{
    return (uint32_t)(half >> DIGIT_BITS * digit) % SLOTS;
}

/* The lowest bit of a wheel's digit in a key. */
static inline uint32_t shift_of(uint32_t wheel)
{
    return wheel < TIME_DIGIT ? DIGIT_BITS * wheel : 64 + DIGIT_BITS * (wheel - TIME_DIGIT);
}

/* The lowest bit above it. */
static inline uint32_t shift_above(uint32_t wheel)
{
    return wheel + 1 == TIME_DIGIT ? 64 : shift_of(wheel) + DIGIT_BITS;
}

/* The key with the digits from that of `wheel` down at 0. */
static inline SimQueueKey cut_key(SimQueueKey key, uint32_t wheel)
{
    uint32_t shift = shift_above(wheel);
    return shift >= 128 ? 0 : key >> shift << shift;
}

/* --- slots ----------------------------------------------------------------------------------- */

static inline void mark(SimQueueWheels *wheels, uint32_t wheel, uint32_t slot)
{
    wheels->taken[wheel] |= 1u << slot;
    wheels->taken_wheels |= 1u << wheel;
}

/* A new chunk for a slot that has none, or only full ones. Returns where its next event goes. */
static G_GNUC_NO_INLINE SimQueueEvent *extend(SimQueueWheels *wheels, uint32_t wheel, uint32_t slot)
{
    SimQueueEvent *place = wheels->slots[wheel][slot];
    Chunk *chunk = take_chunk(wheels);
    chunk->next = place ? chunk_of(place) : NULL;
    mark(wheels, wheel, slot);
    return chunk->events;
}

static inline void put(SimQueueWheels *wheels, uint32_t wheel, uint32_t slot,
                       const SimQueueEvent *event)
{
    SimQueueEvent *place = wheels->slots[wheel][slot];
    if ((uintptr_t)place % CHUNK_BYTES == 0)
        place = extend(wheels, wheel, slot);
    *place = *event;
    wheels->slots[wheel][slot] = place + 1;
}

/* The event is not before the base. */
static void put_by_base(SimQueueWheels *wheels, const SimQueueEvent *event)
{
    uint64_t half = time_of(event);
    uint64_t difference = half ^ (uint64_t)(wheels->base >> 64);
    uint32_t lowest = TIME_DIGIT;
    if (difference == 0) {
        half = rest_of(event);
        difference = half ^ (uint64_t)wheels->base;
        lowest = 0;
    }
    uint32_t digit = highest_digit(difference);
    put(wheels, lowest + digit, digit_of(half, digit), event);
}

static inline uint32_t first_slot(const SimQueueWheels *wheels, uint32_t wheel)
{
    return (uint32_t)__builtin_ctz(wheels->taken[wheel]);
}

/* Empties the slot. Its events are those before what is returned, and in the chunks behind. */
static inline SimQueueEvent *take_slot(SimQueueWheels *wheels, uint32_t wheel, uint32_t slot)
{
    SimQueueEvent *place = wheels->slots[wheel][slot];
    wheels->slots[wheel][slot] = NULL;
    wheels->taken[wheel] &= ~(1u << slot);
    if (wheels->taken[wheel] == 0)
        wheels->taken_wheels &= ~(1u << wheel);
    return place;
}

/* How many events are before `place`, but SORTED_MAX + 1 for all numbers above SORTED_MAX. */
static size_t count(SimQueueEvent *place)
{
    const Chunk *chunk = chunk_of(place);
    size_t n = (size_t)(place - chunk->events);
    while (n <= SORTED_MAX && (chunk = chunk->next))
        n += CHUNK_EVENTS;
    return MIN(n, SORTED_MAX + 1);
}

/* --- sorting --------------------------------------------------------------------------------- */

/* The highest bits of a key from the digit of `wheel` down, above an index. */
static inline int32_t rank_key(SimQueueKey key, uint32_t wheel, size_t index)
{
    uint32_t bits = shift_above(wheel);
    uint32_t rank = (uint32_t)(bits > RANK_BITS ? key >> (bits - RANK_BITS) : key);
    return (int32_t)(rank % (1u << RANK_BITS) * SORTED_MAX + (uint32_t)index);
}

/* Takes the events before `place`, which fit in, out of their chunks. */
static void gather(SimQueueWheels *wheels, SimQueueEvent *place, Batch *batch)
{
    Chunk *chunk = chunk_of(place);
    size_t n = (size_t)(place - chunk->events);
    size_t to = batch->n;
    while (chunk) {
        Chunk *next = chunk->next;
        for (size_t i = 0; i < n; i++, to++) {
            batch->events[to] = chunk->events[i];
            batch->keys[to] = rank_key(sim_queue_key(&chunk->events[i]), batch->wheel, to);
        }
        give_chunk(wheels, chunk);
        chunk = next;
        n = CHUNK_EVENTS;
    }
    batch->n = to;
}

/* How many of n keys are smaller. Which of two is cannot be predicted: there is no branch on it,
 * and compilers compare several at once. */
static inline size_t rank_of(const int32_t *keys, size_t n, int32_t key)
{
    uint32_t rank = 0;
    for (size_t i = 0; i < n; i += RANK_STEP) {
        for (size_t k = 0; k < RANK_STEP; k++)
            rank += keys[i + k] < key;
    }
    return rank;
}

/* Events whose keys differ only where their rank keys say nothing are in no order yet. */
static void sort_rest(SimQueueEvent *events, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        SimQueueKey key = sim_queue_key(&events[i]);
        if (G_LIKELY(sim_queue_key(&events[i - 1]) <= key))
            continue;
        SimQueueEvent event = events[i];
        size_t k = i;
        for (; k > 0 && key < sim_queue_key(&events[k - 1]); k--)
            events[k] = events[k - 1];
        events[k] = event;
    }
}

static void sort(Batch *batch, SimQueueEvent *ret_sorted)
{
    for (size_t i = 0; i < RANK_STEP; i++)
        batch->keys[batch->n + i] = INT32_MAX;
    for (size_t i = 0; i < batch->n; i++)
        ret_sorted[rank_of(batch->keys, batch->n, batch->keys[i])] = batch->events[i];
    sort_rest(ret_sorted, batch->n);
}

/* --- opening --------------------------------------------------------------------------------- */

/* The wheel of the highest digit in which the events before `place`, all from one slot of `from`,
 * differ; 0 if in none. Nearly always it is the one below, and the first chunk says so. */
static uint32_t wheel_to_spread(SimQueueEvent *place, uint32_t from)
{
    const Chunk *chunk = chunk_of(place);
    size_t n = (size_t)(place - chunk->events);
    const SimQueueEvent one = chunk->events[0];
    uint64_t times = 0;
    uint64_t rests = 0;
    uint32_t wheel = 0;
    while (chunk && wheel + 1 < from) {
        for (size_t i = 0; i < n; i++) {
            times |= time_of(&chunk->events[i]) ^ time_of(&one);
            rests |= rest_of(&chunk->events[i]) ^ rest_of(&one);
        }
        wheel = times > 0 ? TIME_DIGIT + highest_digit(times) : highest_digit(rests);
        chunk = chunk->next;
        n = CHUNK_EVENTS;
    }
    return wheel;
}

/* Puts the events before `place`, which agree in all digits above that of `wheel`, there. */
static void spread(SimQueueWheels *wheels, SimQueueEvent *place, uint32_t wheel)
{
    Chunk *chunk = chunk_of(place);
    size_t n = (size_t)(place - chunk->events);
    wheels->base = cut_key(sim_queue_key(chunk->events), wheel);
    while (chunk) {
        const SimQueueEvent *events = chunk->events;
        Chunk *next = chunk->next;
        if (next)
            prefetch_chunk(next);
        for (size_t i = 0; wheel >= TIME_DIGIT && i < n; i++)
            put(wheels, wheel, digit_of(time_of(&events[i]), wheel - TIME_DIGIT), &events[i]);
        for (size_t i = 0; wheel < TIME_DIGIT && i < n; i++)
            put(wheels, wheel, digit_of(rest_of(&events[i]), wheel), &events[i]);
        give_chunk(wheels, chunk);
        chunk = next;
        n = CHUNK_EVENTS;
    }
}

/* Opens slots of few events from `slot` on. */
static void open_slots(SimQueue *queue, uint32_t wheel, uint32_t slot)
{
    SimQueueWheels *wheels = queue->wheels;
    Batch batch;
    batch.wheel = wheel;
    batch.n = 0;
    gather(wheels, take_slot(wheels, wheel, slot), &batch);
    while (batch.n < OPEN_ENOUGH && wheels->taken[wheel] != 0) {
        uint32_t next = first_slot(wheels, wheel);
        if (batch.n + count(wheels->slots[wheel][next]) > SORTED_MAX)
            break;
        slot = next;
        gather(wheels, take_slot(wheels, wheel, slot), &batch);
    }
    queue->end = cut_key(wheels->base, wheel) + ((SimQueueKey)(slot + 1) << shift_of(wheel));
    queue->first = OPEN_PLACES - (uint32_t)batch.n;
    sort(&batch, &queue->open[queue->first]);
}

/* Opens some events of a slot of the lowest wheel: there, all are the same. */
static void open_same(SimQueue *queue, uint32_t slot)
{
    SimQueueWheels *wheels = queue->wheels;
    SimQueueEvent *place = take_slot(wheels, 0, slot);
    Chunk *chunk = chunk_of(place);
    Chunk *rest = chunk->next;
    uint32_t n = (uint32_t)(place - chunk->events);
    queue->end = wheels->base + 1;
    queue->first = OPEN_PLACES - n;
    memcpy(&queue->open[queue->first], chunk->events, n * sizeof *queue->open);
    give_chunk(wheels, chunk);
    if (rest) {
        wheels->slots[0][slot] = rest->events + CHUNK_EVENTS;
        mark(wheels, 0, slot);
    }
}

/* `open` has run out, and a wheel has events. */
static void open_next(SimQueue *queue)
{
    SimQueueWheels *wheels = queue->wheels;
    for (;;) {
        uint32_t wheel = (uint32_t)__builtin_ctz(wheels->taken_wheels);
        uint32_t slot = first_slot(wheels, wheel);
        wheels->base = cut_key(wheels->base, wheel) | (SimQueueKey)slot << shift_of(wheel);
        if (wheel == 0) {
            open_same(queue, slot);
            return;
        }
        if (count(wheels->slots[wheel][slot]) <= SORTED_MAX) {
            open_slots(queue, wheel, slot);
            return;
        }
        SimQueueEvent *place = take_slot(wheels, wheel, slot);
        spread(wheels, place, wheel_to_spread(place, wheel));
    }
}

/* --- pushing into what is open --------------------------------------------------------------- */

/* `open` is full: its upper half goes to the wheels. False: that begins before the base. */
static bool make_room(SimQueue *queue)
{
    const uint32_t half = OPEN_PLACES / 2;
    SimQueueKey end = sim_queue_key(&queue->open[half]);
    if (end < queue->wheels->base)
        return false;
    for (uint32_t i = half; i < OPEN_PLACES; i++)
        put_by_base(queue->wheels, &queue->open[i]);
    memcpy(&queue->open[half], queue->open, half * sizeof *queue->open);
    queue->first = half;
    queue->end = end;
    return true;
}

static void push_early(SimQueue *queue, const SimQueueEvent *event)
{
    if (!queue->early.slots)
        sim_heap_init(&queue->early, OPEN_PLACES);
    sim_heap_push(&queue->early, *event);
}

/* The event is before `end`. */
static G_GNUC_NO_INLINE void insert(SimQueue *queue, const SimQueueEvent *event)
{
    if (queue->first == 0 && (queue->early.size > 0 || !make_room(queue))) {
        push_early(queue, event);
        return;
    }
    SimQueueKey key = sim_queue_key(event);
    if (key >= queue->end) {
        put_by_base(queue->wheels, event);
        return;
    }
    SimQueueEvent *open = queue->open;
    uint32_t place = --queue->first;
    for (; place + 1 < OPEN_PLACES && sim_queue_key(&open[place + 1]) < key; place++)
        open[place] = open[place + 1];
    open[place] = *event;
}

/* --- the queue ------------------------------------------------------------------------------- */

void sim_queue_init(SimQueue *queue)
{
    *queue = (SimQueue){
        .open = g_new(SimQueueEvent, OPEN_PLACES),
        .first = OPEN_PLACES,
        .wheels = g_new0(SimQueueWheels, 1),
    };
    queue->wheels->slabs = g_ptr_array_new_with_free_func(g_aligned_free);
}

void sim_queue_finish(SimQueue *queue)
{
    if (!queue || !queue->wheels)
        return;
    g_ptr_array_unref(queue->wheels->slabs);
    g_free(queue->wheels);
    g_free(queue->open);
    sim_heap_finish(&queue->early);
    *queue = (SimQueue){0};
}

void sim_queue_push(SimQueue *queue, SimQueueEvent event)
{
    g_assert(event.time_ns >= queue->last_pop_ns);
    g_assert(queue->size < SIM_QUEUE_EVENTS_MAX);
    queue->size++;
    if (sim_queue_key(&event) >= queue->end)
        put_by_base(queue->wheels, &event);
    else
        insert(queue, &event);
}

/* Whether the smallest event is in the heap. What is there is before all on the wheels. */
static inline bool is_early(const SimQueue *queue)
{
    if (G_LIKELY(queue->early.size == 0))
        return false;
    return queue->first == OPEN_PLACES ||
           sim_queue_key(sim_heap_peek(&queue->early)) < sim_queue_key(&queue->open[queue->first]);
}

const SimQueueEvent *sim_queue_peek(SimQueue *queue)
{
    if (queue->size == 0)
        return NULL;
    if (is_early(queue))
        return sim_heap_peek(&queue->early);
    if (queue->first == OPEN_PLACES)
        open_next(queue);
    return &queue->open[queue->first];
}

bool sim_queue_pop(SimQueue *queue, SimQueueEvent *ret_event)
{
    const SimQueueEvent *next = sim_queue_peek(queue);
    if (!next)
        return false;
    queue->size--;
    queue->last_pop_ns = next->time_ns;
    if (is_early(queue))
        return sim_heap_pop(&queue->early, ret_event);
    *ret_event = *next;
    queue->first++;
    return true;
}

const SimQueueEvent *sim_queue_peek_ahead(const SimQueue *queue, uint32_t ahead)
{
    return ahead < OPEN_PLACES - queue->first ? &queue->open[queue->first + ahead] : NULL;
}

size_t sim_queue_bytes(const SimQueue *queue)
{
    const SimQueueWheels *wheels = queue->wheels;
    return sizeof *wheels + OPEN_PLACES * sizeof *queue->open + wheels->slab_bytes +
           queue->early.n_slots * sizeof *queue->early.slots;
}

size_t sim_queue_size(const SimQueue *queue)
{
    return queue->size;
}
