/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ring.h"

/* The few items go into a chunk of their own. */
static void unfold(BnetRing *ring, BnetPool *pool)
{
    uint32_t chunk = bnet_pool_take(pool);
    for (uint32_t i = 0; i < BNET_RING_FEW; i++)
        pool->chunks[chunk].items[i] = ring->u.few[i];
    ring->u.many.head = chunk;
    ring->u.many.tail = chunk;
    ring->u.many.first = 0;
    ring->u.many.end = BNET_RING_FEW;
}

void bnet_ring_push_many(BnetRing *ring, BnetPool *pool, uint32_t item)
{
    if (ring->count == BNET_RING_FEW)
        unfold(ring, pool);
    if (ring->u.many.end == BNET_CHUNK_ITEMS) {
        uint32_t chunk = bnet_pool_take(pool);
        pool->chunks[ring->u.many.tail].next = chunk;
        ring->u.many.tail = chunk;
        ring->u.many.end = 0;
    }
    pool->chunks[ring->u.many.tail].items[ring->u.many.end++] = item;
    ring->count++;
}

/* The first item in chunks; the chunk that it leaves empty is given back. */
static uint32_t pop_from_chunk(BnetRing *ring, BnetPool *pool)
{
    uint32_t chunk = ring->u.many.head;
    uint32_t item = pool->chunks[chunk].items[ring->u.many.first++];
    if (ring->u.many.first == BNET_CHUNK_ITEMS) {
        ring->u.many.head = pool->chunks[chunk].next;
        ring->u.many.first = 0;
        bnet_pool_give(pool, chunk);
    }
    return item;
}

/* The last few come back into the ring. */
static void fold(BnetRing *ring, BnetPool *pool)
{
    uint32_t few[BNET_RING_FEW];
    for (uint32_t i = 0; i < BNET_RING_FEW; i++)
        few[i] = pop_from_chunk(ring, pool);
    if (ring->u.many.head != 0)
        bnet_pool_give(pool, ring->u.many.head);
    for (uint32_t i = 0; i < BNET_RING_FEW; i++)
        ring->u.few[i] = few[i];
}

uint32_t bnet_ring_pop_many(BnetRing *ring, BnetPool *pool)
{
    uint32_t item = pop_from_chunk(ring, pool);
    ring->count--;
    if (ring->count == BNET_RING_FEW)
        fold(ring, pool);
    return item;
}

void bnet_ring_clear(BnetRing *ring, BnetPool *pool)
{
    if (ring->count > BNET_RING_FEW) {
        for (uint32_t chunk = ring->u.many.head; chunk != 0;) {
            uint32_t next = pool->chunks[chunk].next;
            bnet_pool_give(pool, chunk);
            chunk = next;
        }
    }
    *ring = (BnetRing){0};
}
