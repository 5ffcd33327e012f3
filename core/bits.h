/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_CORE_BITS_H
#define BNETLAB_CORE_BITS_H

/*
 * Two sets of handles as bit windows: handles are given out in order of creation, so that the live
 * ones lie close together. Bit h stands in word (h / 64) mod the number of words.
 *
 * BnetBits grows with what is in it; its owner moves the low end up. BnetStatus grows up to a fixed
 * size and keeps the newest: it is the block status of a session (protocol section 4).
 */

#include "core/base.h"

typedef struct BnetBits {
    uint64_t *words; /* [n_words], a power of two, or NULL */
    uint32_t n_words;
    uint32_t low_word; /* handles below low_word * 64 are not in the window */
    uint32_t end_word; /* words from here on hold no bit */
} BnetBits;

void bnet_bits_init(BnetBits *bits);
void bnet_bits_finish(BnetBits *bits);

/* Adds a handle that is not below the window. May allocate. */
void bnet_bits_set(BnetBits *bits, uint32_t handle);
void bnet_bits_clear(BnetBits *bits, uint32_t handle);

/* Moves the low end of the window up, to the word of `handle`; never down. */
void bnet_bits_raise(BnetBits *bits, uint32_t handle);

static inline bool bnet_bits_has(const BnetBits *bits, uint32_t handle)
{
    uint32_t word = handle / 64;
    if (word < bits->low_word || word >= bits->end_word)
        return false;
    return (bits->words[word & (bits->n_words - 1)] >> (handle % 64)) & 1;
}

/* Protocol section 4: at most 2048 blocks have a status, the newest are kept. */
#define BNET_STATUS_BLOCKS_MAX 2048u
#define BNET_STATUS_WORDS (BNET_STATUS_BLOCKS_MAX / 64)

/* So many words stand in the status itself. */
#define BNET_STATUS_FEW_WORDS 2u

/* Zeroed: nothing is marked, nothing is owned. */
typedef struct BnetStatus {
    union {
        uint64_t few[BNET_STATUS_FEW_WORDS];
        uint64_t *words; /* [n_words], owned; if they are more than a few */
    } u;
    uint32_t low_word; /* the window is the words from here */
    uint32_t end_word; /* to before here */
    uint32_t n_words;  /* 0, or a power of two from the few up to BNET_STATUS_WORDS */
    uint32_t highest;  /* highest handle that was ever marked; 0: none */
} BnetStatus;

/* A word of the window. */
static inline uint64_t bnet_status_word(const BnetStatus *status, uint32_t word)
{
    uint32_t at = word & (status->n_words - 1);
    return status->n_words > BNET_STATUS_FEW_WORDS ? status->u.words[at] : status->u.few[at];
}

void bnet_status_finish(BnetStatus *status);

/* bnet_status_mark() of a block outside the window, which is moved or grows. */
bool bnet_status_mark_outside(BnetStatus *status, BnetBlock block, BnetBlock floor);

/* Marks a block as known by the peer. One that is 2048 older than the highest is left out. Marks
 * below `floor` are of no use any more, and may go. True: others had to go. May allocate. */
static inline bool bnet_status_mark(BnetStatus *status, BnetBlock block, BnetBlock floor)
{
    uint32_t word = block / 64;
    if (word < status->low_word || word >= status->end_word)
        return bnet_status_mark_outside(status, block, floor);
    uint64_t *words = status->n_words > BNET_STATUS_FEW_WORDS ? status->u.words : status->u.few;
    words[word & (status->n_words - 1)] |= UINT64_C(1) << (block % 64);
    if (block > status->highest)
        status->highest = block;
    return false;
}

static inline bool bnet_status_has(const BnetStatus *status, BnetBlock block)
{
    uint32_t word = block / 64;
    if (word < status->low_word || word >= status->end_word)
        return false;
    return (bnet_status_word(status, word) >> (block % 64)) & 1;
}

/* The lowest marked block above `block`; BNET_NO_BLOCK: none. */
BnetBlock bnet_status_above(const BnetStatus *status, BnetBlock block);

/* How many blocks are marked. */
uint32_t bnet_status_count(const BnetStatus *status);

#endif
