/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_CORE_ID_INDEX_H
#define BNETLAB_CORE_ID_INDEX_H

/*
 * Handles by their ids: open addressing over an array of the caller, whose items begin with an id
 * and whose places are the handles, from 1 on. Several handles may have one id.
 *
 * Ids are hashes, so four of their bytes are the hash. O(1) on average; adding may allocate.
 */

#include "core/base.h"

typedef struct BnetIdIndex {
    uint32_t *slots; /* handles; 0: free */
    uint32_t size;   /* 0 or a power of two, at least twice n */
    uint32_t n;
} BnetIdIndex;

/* The array: item of handle h at items + h * stride. */
typedef struct BnetIdItems {
    const void *items;
    size_t stride;
} BnetIdItems;

/* A walk over the handles of one id; begins as all zero. */
typedef struct BnetIdWalk {
    uint32_t at;
    bool begun;
} BnetIdWalk;

void bnet_id_index_init(BnetIdIndex *index);
void bnet_id_index_finish(BnetIdIndex *index);

/* Adds a handle, whose item is in the array. */
void bnet_id_index_add(BnetIdIndex *index, BnetIdItems items, uint32_t handle);

/* The next handle of that id, in order of adding; 0: no more. */
uint32_t bnet_id_index_next(const BnetIdIndex *index, BnetIdItems items, const BnetId *id,
                            BnetIdWalk *walk);

/* The first handle of that id; 0: none. */
static inline uint32_t bnet_id_index_find(const BnetIdIndex *index, BnetIdItems items,
                                          const BnetId *id)
{
    return bnet_id_index_next(index, items, id, &(BnetIdWalk){0});
}

#endif
