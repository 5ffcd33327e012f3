/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_EVENT_H
#define BNETLAB_SIM_EVENT_H

/*
 * What the queue of a run and the heaps hold: a plain value that is its own key.
 *
 * Order: by time_ns, then target, then arg, ascending; nothing else takes part, no sequence number
 * and no address. Two events that compare equal are the same event: which of them comes out of a
 * queue first cannot be told.
 */

#include <stdint.h>

/* 16 bytes. */
typedef struct SimQueueEvent {
    int64_t time_ns; /* 0 to INT64_MAX */
    uint32_t target; /* kind and entity, packed by the caller: also the first tie-break */
    uint32_t arg;    /* the caller's: also the second tie-break */
} SimQueueEvent;

__extension__ typedef unsigned __int128 SimQueueKey;

/* The order of the events as one number, below 2^127: times are not negative. */
static inline SimQueueKey sim_queue_key(const SimQueueEvent *event)
{
    return (SimQueueKey)(uint64_t)event->time_ns << 64 | (uint64_t)event->target << 32 | event->arg;
}

#endif
