/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_QUEUE_H
#define BNETLAB_SIM_QUEUE_H

/*
 * The event queue of a run: the smallest event (sim/event.h) comes out first. So the order in which
 * events come out does not depend on the order in which they were pushed.
 *
 * Time: int64 nanoseconds since the start of the run, never negative. The queue reads no clock. It
 * remembers the time of the last event popped: nothing may be pushed before it.
 *
 * Ownership: events are copied in and out; the queue owns its memory alone. Threads: one at a time
 * for each queue; queues share nothing.
 *
 * Bounds: SIM_QUEUE_EVENTS_MAX pending events. Memory is 17 bytes for each event of the largest
 * number that was ever pending, and up to 9 KiB for the queue itself, 416 KiB for pieces that are
 * not full, and as much again as all that, but at most 1 MiB, in reserve. It is given back by
 * sim_queue_finish only. A queue of few events takes 17 KiB.
 *
 * Cost: O(1) on average for push and pop, whatever the number of events and their times: an event
 * is moved at most 27 times, 3 to 5 times if it lies less than a second ahead, and is sorted among
 * 64 at most. Times without events cost nothing. O(log n) for events that are pushed in their
 * hundreds before one that was peeked at, or for the instant of the last pop with smaller targets.
 * O(1) for the rest. Memory is allocated when more is needed than ever before, else never.
 *
 * How: sim/queue.c.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/event.h"
#include "sim/heap.h"

#define SIM_QUEUE_EVENTS_MAX UINT32_MAX

typedef struct SimQueueWheels SimQueueWheels;

/* Fields are the queue's own. */
typedef struct SimQueue {
    SimQueueEvent *open;    /* the next events in order, from `first` to the end of the array */
    uint32_t first;         /* index in `open` */
    SimQueueWheels *wheels; /* later events */
    SimHeap early;          /* events before some of `open` for which there was no room there */
    SimQueueKey end;        /* keys below it do not go to the wheels */
    size_t size;            /* pending events */
    int64_t last_pop_ns;    /* 0 before the first pop */
} SimQueue;

/* Makes an empty queue. */
void sim_queue_init(SimQueue *queue);

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
const SimQueueEvent *sim_queue_peek(SimQueue *queue);

/* An event that probably comes out after `ahead` others, or NULL when the queue does not know one
 * without work: something to prefetch for, never to decide by. (transfer none) valid as above. */
const SimQueueEvent *sim_queue_peek_ahead(const SimQueue *queue, uint32_t ahead);

/* Memory that the queue holds. */
size_t sim_queue_bytes(const SimQueue *queue);

/* Number of pending events. */
size_t sim_queue_size(const SimQueue *queue);

#endif
