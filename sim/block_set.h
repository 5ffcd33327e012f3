/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_BLOCK_SET_H
#define BNETLAB_SIM_BLOCK_SET_H

/*
 * Three sets of blocks over one window of handles, as the observers note them: the newest 2048
 * handles up to the highest that was ever put in, which is what a session has to remember of its
 * blocks (protocol section 4). An older block is "evicted": the sets know nothing of it.
 *
 * The newest word of the window stands in the struct itself: that is where almost all happens. An
 * empty set takes no memory but its struct, a full one 776 bytes. All is O(1), but growth, of which
 * there is little, and sim_block_set_above(). The older words are owned.
 */

#include "core/base.h"

#define SIM_BLOCK_SET_WORDS 32u /* of 64 handles: 2048 */

typedef enum SimBlockPlane {
    SIM_BLOCK_FIRST,
    SIM_BLOCK_SECOND,
    SIM_BLOCK_THIRD,
    SIM_BLOCK_PLANES,
} SimBlockPlane;

/* Those but the newest. */
typedef struct SimBlockWords {
    uint32_t n_words; /* a power of two up to SIM_BLOCK_SET_WORDS */
    bool forgot;      /* blocks that had been put in are evicted */
    uint64_t words[]; /* [n_words][SIM_BLOCK_PLANES], word w at w mod n_words */
} SimBlockWords;

typedef struct SimBlockSet {
    SimBlockWords *old;             /* words low to end - 2; NULL: there are none */
    uint32_t low;                   /* words low to end - 1 are there */
    uint32_t end;                   /* 0: nothing was ever put in */
    uint64_t top[SIM_BLOCK_PLANES]; /* word end - 1 */
} SimBlockSet;

/* Empties the set and gives its memory back. */
void sim_block_set_clear(SimBlockSet *set);

/* sim_block_set_add() of a block that is not of the newest word. */
void sim_block_set_stretch(SimBlockSet *set, SimBlockPlane plane, BnetBlock block);

/* A word of low to end - 2. */
static inline uint64_t *sim_block_set_old(const SimBlockSet *set, uint32_t word)
{
    return &set->old->words[(word & (set->old->n_words - 1)) * SIM_BLOCK_PLANES];
}

/* Puts a block into one of the sets. One that is evicted is left out. */
static inline void sim_block_set_add(SimBlockSet *set, SimBlockPlane plane, BnetBlock block)
{
    if (block / 64 + 1 == set->end)
        set->top[plane] |= UINT64_C(1) << (block % 64);
    else
        sim_block_set_stretch(set, plane, block);
}

/* The block is older than the window: whether it was put in is not known. */
static inline bool sim_block_set_evicted(const SimBlockSet *set, BnetBlock block)
{
    return block / 64 + SIM_BLOCK_SET_WORDS < set->end;
}

/* Blocks that had been put in are evicted. */
static inline bool sim_block_set_forgot(const SimBlockSet *set)
{
    return set->old && set->old->forgot;
}

static inline bool sim_block_set_has(const SimBlockSet *set, SimBlockPlane plane, BnetBlock block)
{
    uint32_t word = block / 64;
    if (word + 1 == set->end)
        return (set->top[plane] >> (block % 64)) & 1;
    if (word < set->low || word >= set->end)
        return false;
    return (sim_block_set_old(set, word)[plane] >> (block % 64)) & 1;
}

/* The lowest block above `block` that is in one of the sets that `planes` names, of 1u <<
 * SimBlockPlane; BNET_NO_BLOCK: none. O(words). */
BnetBlock sim_block_set_above(const SimBlockSet *set, uint32_t planes, BnetBlock block);

#endif
