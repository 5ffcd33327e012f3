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

static inline void bnet_ring_push(BnetRing *ring, BnetPool *pool, uint32_t item)
{
    if (ring->count == 0) {
        uint32_t chunk = bnet_pool_take(pool);
        *ring = (BnetRing){.head = chunk, .tail = chunk};
    } else if (ring->end == BNET_CHUNK_ITEMS) {
        uint32_t chunk = bnet_pool_take(pool);
        pool->chunks[ring->tail].next = chunk;
        ring->tail = chunk;
        ring->end = 0;
    }
    pool->chunks[ring->tail].items[ring->end++] = item;
    ring->count++;
}

/* The ring must not be empty. */
static inline uint32_t bnet_ring_pop(BnetRing *ring, BnetPool *pool)
{
    bnet_assert(ring->count > 0);
    uint32_t chunk = ring->head;
    uint32_t item = pool->chunks[chunk].items[ring->first++];
    ring->count--;
    if (ring->count == 0) {
        bnet_pool_give(pool, chunk);
        *ring = (BnetRing){0};
    } else if (ring->first == BNET_CHUNK_ITEMS) {
        ring->head = pool->chunks[chunk].next;
        ring->first = 0;
        bnet_pool_give(pool, chunk);
    }
    return item;
}

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

static inline BnetRingWalk bnet_ring_walk(const BnetRing *ring)
{
    return (BnetRingWalk){.chunk = ring->head, .index = ring->first, .left = ring->count};
}

/* Next item in *ret_item; false at the end. */
static inline bool bnet_ring_next(BnetRingWalk *walk, const BnetPool *pool, uint32_t *ret_item)
{
    if (walk->left == 0)
        return false;
    if (walk->index == BNET_CHUNK_ITEMS) {
        walk->chunk = pool->chunks[walk->chunk].next;
        walk->index = 0;
    }
    *ret_item = pool->chunks[walk->chunk].items[walk->index++];
    walk->left--;
    return true;
}

#endif
