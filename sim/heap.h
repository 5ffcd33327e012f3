/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_HEAP_H
#define BNETLAB_SIM_HEAP_H

/*
 * A heap of events (sim/event.h): the smallest one comes out first. For the few that wait at a
 * port, of which a run may have 200,000; a run's own events are in a SimQueue (sim/queue.h).
 *
 * Time: int64, never negative; of a port it is a virtual time. The heap remembers the time of the
 * last event popped: nothing may be pushed before it.
 *
 * Ownership: events are copied in and out; the heap owns its array alone. Threads: one at a time
 * for each heap; heaps share nothing.
 *
 * Bounds: SIM_HEAP_EVENTS_MAX pending events. Memory is 16 bytes an event, for at most twice the
 * largest number that was ever pending, or for the hint (three times while it grows; 1 KiB at
 * least). It is given back by sim_heap_finish only.
 *
 * Cost: O(log4 n) for pop; O(1) on average and O(log4 n) at worst for push; O(1) for the rest.
 * Memory is allocated by sim_heap_init and when a push finds the array full (it doubles), else
 * never.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/event.h"

#define SIM_HEAP_EVENTS_MAX UINT32_MAX

/* Fields are the heap's own. */
typedef struct SimHeap {
    SimQueueEvent
        *slots;     /* 64-byte aligned; the heap starts at slot 3, a group of children at 4 k */
    size_t n_slots; /* multiple of 4; slots after the last event hold the largest key */
    size_t size;    /* pending events */
    int64_t last_pop_ns; /* 0 before the first pop */
} SimHeap;

/* Makes an empty heap with room for capacity_hint events (0 to SIM_HEAP_EVENTS_MAX, asserted)
 * before it has to grow. */
void sim_heap_init(SimHeap *heap, size_t capacity_hint);

/* Releases what the heap owns; pending events are dropped. Accepts NULL, and a finished or zeroed
 * heap. */
void sim_heap_finish(SimHeap *heap);

/* Adds an event. Asserts that its time is not before that of the last event popped (or 0), and that
 * fewer than SIM_HEAP_EVENTS_MAX events are pending. */
void sim_heap_push(SimHeap *heap, SimQueueEvent event);

/* Takes the smallest event out. False and *ret_event untouched when the heap is empty. */
bool sim_heap_pop(SimHeap *heap, SimQueueEvent *ret_event);

/* The smallest event, or NULL when the heap is empty. (transfer none) valid until the next push,
 * pop or finish. */
const SimQueueEvent *sim_heap_peek(const SimHeap *heap);

/* Number of pending events. */
size_t sim_heap_size(const SimHeap *heap);

#endif
