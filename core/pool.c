/* SPDX-License-Identifier: Apache-2.0 */
#include "core/pool.h"

#define FIRST_CAPACITY 64u

void bnet_pool_init(BnetPool *pool)
{
    *pool = (BnetPool){0};
}

void bnet_pool_finish(BnetPool *pool)
{
    if (!pool)
        return;
    bnet_mem_resize(pool->chunks, 0);
    *pool = (BnetPool){0};
}

void bnet_pool_grow(BnetPool *pool, uint32_t chunks)
{
    uint32_t old = pool->capacity ? pool->capacity : 1; /* chunk 0 is "none" */
    uint32_t capacity = old < FIRST_CAPACITY ? FIRST_CAPACITY : old * 2;
    while (capacity - old < chunks)
        capacity *= 2;
    bnet_assert(capacity > old);
    pool->chunks = bnet_mem_resize(pool->chunks, (size_t)capacity * sizeof *pool->chunks);
    pool->capacity = capacity;
    for (uint32_t i = capacity; i-- > old;)
        bnet_pool_give(pool, i);
}
