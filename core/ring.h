/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_CORE_RING_H
#define BNETLAB_CORE_RING_H

/*
 * A first-in-first-out list of handles, in chunks of a pool. A plain value: copying it moves the
 * list, and exactly one copy may be used or cleared afterwards. A zeroed ring is empty. Pushing
 * takes at most one chunk; push and pop are O(1).
 */

#include "core/pool.h"

typedef struct BnetRing {
    uint32_t head;  /* first chunk; 0: empty */
    uint32_t tail;  /* last chunk */
    uint32_t count; /* items in the list */
    uint16_t first; /* index of the first item in the first chunk */
    uint16_t end;   /* index behind the last item in the last chunk */
} BnetRing;

void bnet_ring_push(BnetRing *ring, BnetPool *pool, uint32_t item);

/* The ring must not be empty. */
uint32_t bnet_ring_pop(BnetRing *ring, BnetPool *pool);

/* Empties the ring and gives its chunks back. */
void bnet_ring_clear(BnetRing *ring, BnetPool *pool);

/* How many chunks of the pool the ring holds. */
static inline uint32_t bnet_ring_chunks(const BnetRing *ring)
{
    return ring->count == 0 ? 0 : (ring->first + ring->count - 1) / BNET_CHUNK_ITEMS + 1;
}

/* Walks a ring without changing it. */
typedef struct BnetRingWalk {
    uint32_t chunk;
    uint32_t index;
    uint32_t left;
} BnetRingWalk;

BnetRingWalk bnet_ring_walk(const BnetRing *ring);

/* Next item in *ret_item; false at the end. */
bool bnet_ring_next(BnetRingWalk *walk, const BnetPool *pool, uint32_t *ret_item);

#endif
