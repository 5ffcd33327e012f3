/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/block_set.h"

#include <glib.h>

static uint64_t *word_at(const SimBlockSet *set, uint32_t word)
{
    return &set->words[(gsize)(word & (set->n_words - 1)) * SIM_BLOCK_PLANES];
}

void sim_block_set_clear(SimBlockSet *set)
{
    g_free(set->words);
    *set = (SimBlockSet){0};
}

/* The words that are there become low to end - 1: what is new is empty, what is below is gone. */
static void reach(SimBlockSet *set, uint32_t low, uint32_t end)
{
    SimBlockSet grown = {.low = low, .end = end, .n_words = set->n_words, .forgot = set->forgot};
    for (uint32_t w = set->low; w < MIN(low, set->end); w++)
        for (uint32_t p = 0; p < SIM_BLOCK_PLANES; p++)
            grown.forgot |= word_at(set, w)[p] != 0;
    if (grown.n_words == 0)
        grown.n_words = 1;
    while (grown.n_words < end - low)
        grown.n_words *= 2;
    if (grown.n_words != set->n_words) {
        grown.words = g_new0(uint64_t, (gsize)grown.n_words * SIM_BLOCK_PLANES);
        for (uint32_t w = MAX(low, set->low); w < set->end; w++)
            for (uint32_t p = 0; p < SIM_BLOCK_PLANES; p++)
                word_at(&grown, w)[p] = word_at(set, w)[p];
        g_free(set->words);
    } else {
        grown.words = set->words;
        for (uint32_t w = low; w < end; w++)
            for (uint32_t p = 0; p < SIM_BLOCK_PLANES && (w < set->low || w >= set->end); p++)
                word_at(&grown, w)[p] = 0;
    }
    *set = grown;
}

void sim_block_set_stretch(SimBlockSet *set, SimBlockPlane plane, BnetBlock block)
{
    uint32_t word = block / 64;
    if (sim_block_set_evicted(set, block))
        return;
    if (set->end == 0)
        reach(set, word, word + 1);
    if (word < set->low || word >= set->end) {
        uint32_t end = MAX(set->end, word + 1);
        uint32_t low = MIN(set->low, word);
        if (end - low > SIM_BLOCK_SET_WORDS)
            low = end - SIM_BLOCK_SET_WORDS;
        reach(set, low, end);
    }
    word_at(set, word)[plane] |= UINT64_C(1) << (block % 64);
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
