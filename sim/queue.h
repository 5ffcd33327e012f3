/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_QUEUE_H
#define BNETLAB_SIM_QUEUE_H

/*
 * The event queue of a run: the smallest event comes out first.
 *
 * Order: an event is its own key. Events are ordered by time_ns, then target, then arg, ascending;
 * nothing else takes part, no sequence number and no address. So the order in which events come out
 * does not depend on the order in which they were pushed, and two events that compare equal are the
 * same event: which of them comes out first cannot be told.
 *
 * Time: int64 nanoseconds since the start of the run, never negative. The queue reads no clock. It
 * remembers the time of the last event popped: nothing may be pushed before it.
 *
 * Ownership: events are copied in and out; the queue owns its array alone. Threads: one at a time
 * for each queue; queues share nothing.
 *
 * Bounds: SIM_QUEUE_EVENTS_MAX pending events. Memory is 16 bytes an event, for at most twice the
 * largest number that was ever pending, or for the hint (three times while it grows; 1 KiB at
 * least). It is given back by sim_queue_finish only.
 *
 * Cost: O(log4 n) for pop; O(1) on average and O(log4 n) at worst for push; O(1) for the rest.
 * Memory is allocated by sim_queue_init and when a push finds the array full (it doubles), else
 * never.
 *
 * It is a 4-ary heap now. Callers use the functions only, so that another structure can take its
 * place: the total order leaves it no choice of what comes out.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SIM_QUEUE_EVENTS_MAX UINT32_MAX

/* A plain value of 16 bytes. */
typedef struct SimQueueEvent {
    int64_t time_ns; /* 0 to INT64_MAX */
    uint32_t target; /* kind and entity, packed by the caller: also the first tie-break */
    uint32_t arg;    /* the caller's: also the second tie-break */
} SimQueueEvent;

/* Fields are the queue's own. */
typedef struct SimQueue {
    SimQueueEvent
        *slots;     /* 64-byte aligned; the heap starts at slot 3, a group of children at 4 k */
    size_t n_slots; /* multiple of 4; slots after the last event hold the largest key */
    size_t size;    /* pending events */
    int64_t last_pop_ns; /* 0 before the first pop */
} SimQueue;

/* Makes an empty queue with room for capacity_hint events (0 to SIM_QUEUE_EVENTS_MAX, asserted)
 * before it has to grow. */
void sim_queue_init(SimQueue *queue, size_t capacity_hint);

/* Releases what the queue owns; pending events are dropped. Accepts NULL, and a finished or zeroed
 * queue. */
void sim_queue_finish(SimQueue *queue);

/* Adds an event. Asserts that its time is not before that of the last event popped (or 0), and that
 * fewer than SIM_QUEUE_EVENTS_MAX events are pending. */
void sim_queue_push(SimQueue *queue, SimQueueEvent event);

/* Takes the smallest event out. False and *ret_event untouched when the queue is empty. */
bool sim_queue_pop(SimQueue *queue, SimQueueEvent *ret_event);

/* The smallest event, or NULL when the queue is empty. (transfer none) valid until the next push,
 * pop or finish. */
const SimQueueEvent *sim_queue_peek(const SimQueue *queue);

/* Number of pending events. */
size_t sim_queue_size(const SimQueue *queue);

#endif
