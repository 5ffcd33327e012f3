/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ring.h"

void bnet_ring_push(BnetRing *ring, BnetPool *pool, uint32_t item)
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

uint32_t bnet_ring_pop(BnetRing *ring, BnetPool *pool)
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

void bnet_ring_clear(BnetRing *ring, BnetPool *pool)
{
    for (uint32_t chunk = ring->head; chunk != 0;) {
        uint32_t next = pool->chunks[chunk].next;
        bnet_pool_give(pool, chunk);
        chunk = next;
    }
    *ring = (BnetRing){0};
}

BnetRingWalk bnet_ring_walk(const BnetRing *ring)
{
    return (BnetRingWalk){.chunk = ring->head, .index = ring->first, .left = ring->count};
}

bool bnet_ring_next(BnetRingWalk *walk, const BnetPool *pool, uint32_t *ret_item)
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
