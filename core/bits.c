/* SPDX-License-Identifier: Apache-2.0 */
#include "core/bits.h"

#define FIRST_WORDS 4u

void bnet_bits_init(BnetBits *bits)
{
    *bits = (BnetBits){0};
}

void bnet_bits_finish(BnetBits *bits)
{
    if (!bits)
        return;
    bnet_mem_resize(bits->words, 0);
    *bits = (BnetBits){0};
}

/* Makes room for words low_word to `word`, keeping each in its place modulo the new size. */
static void bits_grow(BnetBits *bits, uint32_t word)
{
    uint32_t n = bits->n_words ? bits->n_words : FIRST_WORDS;
    while (word - bits->low_word >= n) {
        n *= 2;
        bnet_assert(n != 0);
    }
    if (n == bits->n_words)
        return;
    uint64_t *words = bnet_mem_resize(NULL, (size_t)n * sizeof *words);
    for (uint32_t i = 0; i < n; i++)
        words[i] = 0;
    for (uint32_t w = bits->low_word; w < bits->end_word; w++)
        words[w & (n - 1)] = bits->words[w & (bits->n_words - 1)];
    bnet_mem_resize(bits->words, 0);
    bits->words = words;
    bits->n_words = n;
}

void bnet_bits_set(BnetBits *bits, uint32_t handle)
{
    uint32_t word = handle / 64;
    bnet_assert(word >= bits->low_word);
    bits_grow(bits, word);
    if (word >= bits->end_word)
        bits->end_word = word + 1;
    bits->words[word & (bits->n_words - 1)] |= UINT64_C(1) << (handle % 64);
}

void bnet_bits_clear(BnetBits *bits, uint32_t handle)
{
    if (bnet_bits_has(bits, handle))
        bits->words[(handle / 64) & (bits->n_words - 1)] &= ~(UINT64_C(1) << (handle % 64));
}

void bnet_bits_raise(BnetBits *bits, uint32_t handle)
{
    uint32_t word = handle / 64;
    for (; bits->low_word < word && bits->low_word < bits->end_word; bits->low_word++)
        bits->words[bits->low_word & (bits->n_words - 1)] = 0;
    if (bits->low_word < word)
        bits->low_word = word;
    if (bits->end_word < bits->low_word)
        bits->end_word = bits->low_word;
}

/* Moves the window so that `word` is its last; true: there were marks in what fell out. */
static bool status_move(BnetStatus *status, uint32_t word)
{
    uint32_t low = word - BNET_STATUS_WORDS + 1;
    uint32_t end = status->low_word + BNET_STATUS_WORDS;
    uint32_t stop = low < end ? low : end;
    uint64_t gone = 0;
    for (uint32_t w = status->low_word; w < stop; w++) {
        gone |= status->words[w % BNET_STATUS_WORDS];
        status->words[w % BNET_STATUS_WORDS] = 0;
    }
    status->low_word = low;
    return gone != 0;
}

bool bnet_status_mark(BnetStatus *status, BnetBlock block)
{
    uint32_t word = block / 64;
    bool evicts = false;
    if (word < status->low_word)
        return false;
    if (word >= status->low_word + BNET_STATUS_WORDS)
        evicts = status_move(status, word);
    status->words[word % BNET_STATUS_WORDS] |= UINT64_C(1) << (block % 64);
    if (block > status->highest)
        status->highest = block;
    return evicts;
}

BnetBlock bnet_status_above(const BnetStatus *status, BnetBlock block)
{
    if (status->highest <= block)
        return BNET_NO_BLOCK;
    BnetBlock next = block + 1;
    uint32_t word = next / 64;
    uint64_t mask = ~UINT64_C(0) << (next % 64);
    if (word < status->low_word) {
        word = status->low_word;
        mask = ~UINT64_C(0);
    }
    for (; word <= status->highest / 64; word++, mask = ~UINT64_C(0)) {
        uint64_t bits = status->words[word % BNET_STATUS_WORDS] & mask;
        if (bits)
            return word * 64 + (uint32_t)__builtin_ctzll(bits);
    }
    return BNET_NO_BLOCK;
}

uint32_t bnet_status_count(const BnetStatus *status)
{
    uint32_t n = 0;
    for (uint32_t w = 0; w < BNET_STATUS_WORDS; w++)
        n += (uint32_t)__builtin_popcountll(status->words[w]);
    return n;
}
