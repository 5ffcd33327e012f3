/* SPDX-License-Identifier: Apache-2.0 */
#include "core/id_index.h"

#include <string.h>

#include "core/header.h"

#define FIRST_SIZE 1024u

static const BnetId *id_of(BnetIdItems items, uint32_t handle)
{
    return (const BnetId *)(const void *)((const uint8_t *)items.items + handle * items.stride);
}

/* The first four bytes of a block id are its number: they would not do. */
static uint32_t hash_of(const BnetId *id)
{
    uint32_t hash;
    memcpy(&hash, id->bytes + 8, sizeof hash);
    return hash;
}

void bnet_id_index_init(BnetIdIndex *index)
{
    *index = (BnetIdIndex){0};
}

void bnet_id_index_finish(BnetIdIndex *index)
{
    if (!index)
        return;
    bnet_mem_resize(index->slots, 0);
    *index = (BnetIdIndex){0};
}

static void put(BnetIdIndex *index, BnetIdItems items, uint32_t handle)
{
    uint32_t at = hash_of(id_of(items, handle)) & (index->size - 1);
    while (index->slots[at])
        at = (at + 1) & (index->size - 1);
    index->slots[at] = handle;
}

/* Handles of one id stay in their order if the walk begins behind a free slot. */
static void grow(BnetIdIndex *index, BnetIdItems items)
{
    const BnetIdIndex old = *index;
    index->size = old.size ? old.size * 2 : FIRST_SIZE;
    bnet_assert(index->size > old.size);
    index->slots = bnet_mem_resize(NULL, (size_t)index->size * sizeof *index->slots);
    memset(index->slots, 0, (size_t)index->size * sizeof *index->slots);
    uint32_t free_slot = 0;
    while (free_slot < old.size && old.slots[free_slot])
        free_slot++;
    for (uint32_t i = 0; i < old.size; i++) {
        const uint32_t handle = old.slots[(free_slot + i) & (old.size - 1)];
        if (handle)
            put(index, items, handle);
    }
    bnet_mem_resize(old.slots, 0);
}

void bnet_id_index_add(BnetIdIndex *index, BnetIdItems items, uint32_t handle)
{
    bnet_assert(handle != 0);
    if ((uint64_t)(index->n + 1) * 2 > index->size)
        grow(index, items);
    put(index, items, handle);
    index->n++;
}

uint32_t bnet_id_index_next(const BnetIdIndex *index, BnetIdItems items, const BnetId *id,
                            BnetIdWalk *walk)
{
    if (index->size == 0)
        return 0;
    const uint32_t mask = index->size - 1;
    uint32_t at = walk->begun ? (walk->at + 1) & mask : hash_of(id) & mask;
    while (index->slots[at] && !bnet_id_equal(id_of(items, index->slots[at]), id))
        at = (at + 1) & mask;
    *walk = (BnetIdWalk){.at = at, .begun = true};
    return index->slots[at];
}
