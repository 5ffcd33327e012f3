/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_CORE_POOL_H
#define BNETLAB_CORE_POOL_H

/*
 * A pool of small chunks, shared by all sessions of a driver's thread, from which lists of handles
 * are built (ring.h). Taking and giving back are O(1) and never allocate: whoever owns the pool
 * reserves enough before it calls a session.
 */

#include "core/base.h"

#define BNET_CHUNK_ITEMS 15u

/* 64 bytes: one cache line. */
typedef struct BnetChunk {
    uint32_t next; /* index of the next chunk of the list, or of the free list; 0: none */
    uint32_t items[BNET_CHUNK_ITEMS];
} BnetChunk;

typedef struct BnetPool {
    BnetChunk *chunks; /* [capacity]; chunk 0 is never used */
    uint32_t capacity;
    uint32_t free; /* head of the free list; 0: empty */
    uint32_t n_free;
} BnetPool;

void bnet_pool_init(BnetPool *pool);

/* Accepts NULL. All lists built from the pool are gone. */
void bnet_pool_finish(BnetPool *pool);

/* Adds chunks until so many are free. */
void bnet_pool_grow(BnetPool *pool, uint32_t chunks);

/* Makes sure that `chunks` more can be taken. May move the chunks. */
static inline void bnet_pool_reserve(BnetPool *pool, uint32_t chunks)
{
    if (pool->n_free < chunks)
        bnet_pool_grow(pool, chunks);
}

/* Index of a chunk, with `next` 0. Asserts that one was reserved. */
static inline uint32_t bnet_pool_take(BnetPool *pool)
{
    uint32_t chunk = pool->free;
    bnet_assert(chunk != 0);
    pool->free = pool->chunks[chunk].next;
    pool->n_free--;
    pool->chunks[chunk].next = 0;
    return chunk;
}

static inline void bnet_pool_give(BnetPool *pool, uint32_t chunk)
{
    pool->chunks[chunk].next = pool->free;
    pool->free = chunk;
    pool->n_free++;
}

#endif
