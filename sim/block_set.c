/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/block_set.h"

#include <string.h>

#include <glib.h>

#define WORD_BYTES (SIM_BLOCK_PLANES * sizeof(uint64_t))

/* Where the set has older words than the newest. */
static SimBlockWords *old_of(const SimBlockSet *set)
{
    g_assert(set->old);
    return set->old;
}

static uint64_t *old_word(const SimBlockSet *set, uint32_t word)
{
    g_assert(set->old);
    return sim_block_set_old(set, word);
}

/* A word that is there. */
static const uint64_t *word_at(const SimBlockSet *set, uint32_t word)
{
    return word + 1 == set->end ? set->top : old_word(set, word);
}

static bool is_blank(const uint64_t *word)
{
    uint64_t bits = 0;
    for (uint32_t p = 0; p < SIM_BLOCK_PLANES; p++)
        bits |= word[p];
    return bits == 0;
}

void sim_block_set_clear(SimBlockSet *set)
{
    g_free(set->old);
    *set = (SimBlockSet){0};
}

/* Room for so many old words, all of them blank. */
static SimBlockWords *words_for(uint32_t n)
{
    uint32_t n_words = 1;
    while (n_words < n)
        n_words *= 2;
    SimBlockWords *words = g_malloc0(sizeof *words + n_words * WORD_BYTES);
    words->n_words = n_words;
    return words;
}

/* The words that are there become low to end - 1, at least one more than before: what is new is
 * blank, what is below is gone. */
static void reach(SimBlockSet *set, uint32_t low, uint32_t end)
{
    SimBlockSet grown = {.low = low, .end = end};
    if (end - 1 > low)
        grown.old = words_for(end - 1 - low);
    for (uint32_t w = set->low; w < set->end; w++) {
        if (w + 1 == end)
            memcpy(grown.top, set->top, WORD_BYTES);
        else if (w >= low)
            memcpy(old_word(&grown, w), word_at(set, w), WORD_BYTES);
        else if (!is_blank(word_at(set, w)))
            old_of(&grown)->forgot = true; /* the window is full: there are old words */
    }
    if (set->old && grown.old)
        grown.old->forgot |= set->old->forgot;
    g_free(set->old);
    *set = grown;
}

/* The same with one more word at the upper end, where there is room among the old ones. */
static void advance(SimBlockSet *set)
{
    if (set->end - set->low == SIM_BLOCK_SET_WORDS) {
        set->old->forgot |= !is_blank(old_word(set, set->low));
        set->low++;
    }
    memcpy(old_word(set, set->end - 1), set->top, WORD_BYTES);
    memset(set->top, 0, WORD_BYTES);
    set->end++;
}

void sim_block_set_stretch(SimBlockSet *set, SimBlockPlane plane, BnetBlock block)
{
    uint32_t word = block / 64;
    if (sim_block_set_evicted(set, block))
        return;
    uint32_t end = MAX(set->end, word + 1);
    uint32_t low = set->end == 0 ? word : MIN(set->low, word);
    if (end - low > SIM_BLOCK_SET_WORDS)
        low = end - SIM_BLOCK_SET_WORDS;
    if (set->old && word == set->end && set->end - low <= set->old->n_words)
        advance(set);
    else if (set->end == 0 || word < set->low || word >= set->end)
        reach(set, low, end);
    uint64_t *bits = word + 1 == set->end ? set->top : old_word(set, word);
    bits[plane] |= UINT64_C(1) << (block % 64);
}

BnetBlock sim_block_set_above(const SimBlockSet *set, uint32_t planes, BnetBlock block)
{
    BnetBlock next = block + 1;
    for (uint32_t word = MAX(next / 64, set->low); word < set->end; word++) {
        uint64_t bits = 0;
        for (uint32_t p = 0; p < SIM_BLOCK_PLANES; p++)
            if (planes >> p & 1)
                bits |= word_at(set, word)[p];
        if (word == next / 64)
            bits &= ~UINT64_C(0) << (next % 64);
        if (bits)
            return word * 64 + (uint32_t)__builtin_ctzll(bits);
    }
    return BNET_NO_BLOCK;
}
