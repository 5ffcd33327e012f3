/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_CORE_RING_H
#define BNETLAB_CORE_RING_H

/*
 * A first-in-first-out list of handles. Up to three stand in the list itself, as nearly all lists
 * do; more of them in chunks of a pool. A plain value: copying it moves the list, and exactly one
 * copy may be used or cleared afterwards. A zeroed ring is empty. Pushing takes at most one chunk;
 * push and pop are O(1).
 */

#include "core/pool.h"

#define BNET_RING_FEW 3u

typedef struct BnetRing {
    uint32_t count; /* items in the list; it has chunks if they are more than a few */
    union {
        uint32_t few[BNET_RING_FEW]; /* in order */
        struct {
            uint32_t head;  /* first chunk */
            uint32_t tail;  /* last chunk */
            uint16_t first; /* index of the first item in the first chunk */
            uint16_t end;   /* index behind the last item in the last chunk */
        } many;
    } u;
} BnetRing;

/* Pushes onto a ring that has more than a few items, or will have. */
void bnet_ring_push_many(BnetRing *ring, BnetPool *pool, uint32_t item);

/* Pops from a ring that has more than a few items. */
uint32_t bnet_ring_pop_many(BnetRing *ring, BnetPool *pool);

static inline void bnet_ring_push(BnetRing *ring, BnetPool *pool, uint32_t item)
{
    if (ring->count < BNET_RING_FEW)
        ring->u.few[ring->count++] = item;
    else
        bnet_ring_push_many(ring, pool, item);
}

/* The ring must not be empty. */
static inline uint32_t bnet_ring_pop(BnetRing *ring, BnetPool *pool)
{
    bnet_assert(ring->count > 0);
    if (ring->count > BNET_RING_FEW)
        return bnet_ring_pop_many(ring, pool);
    uint32_t item = ring->u.few[0];
    ring->u.few[0] = ring->u.few[1];
    ring->u.few[1] = ring->u.few[2];
    ring->count--;
    return item;
}

/* Empties the ring and gives its chunks back. */
void bnet_ring_clear(BnetRing *ring, BnetPool *pool);

/* How many chunks of the pool the ring holds. */
static inline uint32_t bnet_ring_chunks(const BnetRing *ring)
{
    if (ring->count <= BNET_RING_FEW)
        return 0;
    return (ring->u.many.first + ring->count - 1) / BNET_CHUNK_ITEMS + 1;
}

/* Walks a ring without changing it, which stays as it is meanwhile. */
typedef struct BnetRingWalk {
    const uint32_t *items; /* the few of the ring */
    uint32_t chunk;        /* 0: it has none */
    uint32_t index;
    uint32_t left;
} BnetRingWalk;

static inline BnetRingWalk bnet_ring_walk(const BnetRing *ring)
{
    BnetRingWalk walk = {.items = ring->u.few, .left = ring->count};
    if (ring->count > BNET_RING_FEW) {
        walk.chunk = ring->u.many.head;
        walk.index = ring->u.many.first;
    }
    return walk;
}

/* Next item in *ret_item; false at the end. */
static inline bool bnet_ring_next(BnetRingWalk *walk, const BnetPool *pool, uint32_t *ret_item)
{
    if (walk->left == 0)
        return false;
    walk->left--;
    if (walk->chunk == 0) {
        *ret_item = walk->items[walk->index++];
        return true;
    }
    if (walk->index == BNET_CHUNK_ITEMS) {
        walk->chunk = pool->chunks[walk->chunk].next;
        walk->index = 0;
    }
    *ret_item = pool->chunks[walk->chunk].items[walk->index++];
    return true;
}

#endif
