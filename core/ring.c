/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ring.h"

void bnet_ring_clear(BnetRing *ring, BnetPool *pool)
{
    for (uint32_t chunk = ring->head; chunk != 0;) {
        uint32_t next = pool->chunks[chunk].next;
        bnet_pool_give(pool, chunk);
        chunk = next;
    }
    *ring = (BnetRing){0};
}
