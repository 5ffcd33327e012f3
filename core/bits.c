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

/* --- status ---------------------------------------------------------------------------------- */

static bool has_room_of_its_own(const BnetStatus *status)
{
    return status->n_words > BNET_STATUS_FEW_WORDS;
}

void bnet_status_finish(BnetStatus *status)
{
    if (!status)
        return;
    if (has_room_of_its_own(status))
        bnet_mem_resize(status->u.words, 0);
    *status = (BnetStatus){0};
}

static uint64_t *status_word(BnetStatus *status, uint32_t word)
{
    uint64_t *words = has_room_of_its_own(status) ? status->u.words : status->u.few;
    return &words[word & (status->n_words - 1)];
}

/* The window becomes the words low to end - 1, which it has room for. True: there were marks in
 * what fell out. */
static bool status_move(BnetStatus *status, uint32_t low, uint32_t end)
{
    uint64_t gone = 0;
    for (uint32_t w = status->low_word; w < status->end_word && w < low; w++) {
        gone |= *status_word(status, w);
        *status_word(status, w) = 0;
    }
    status->low_word = low;
    status->end_word = end;
    return gone != 0;
}

/* Makes room for so many words, a power of two. */
static void status_grow(BnetStatus *status, uint32_t n_words)
{
    BnetStatus grown = *status;
    grown.n_words = n_words;
    if (has_room_of_its_own(&grown))
        grown.u.words = bnet_mem_resize(NULL, n_words * sizeof *grown.u.words);
    for (uint32_t i = 0; i < n_words; i++)
        *status_word(&grown, i) = 0;
    for (uint32_t w = status->low_word; w < status->end_word; w++)
        *status_word(&grown, w) = *status_word(status, w);
    if (has_room_of_its_own(status))
        bnet_mem_resize(status->u.words, 0);
    *status = grown;
}

/* Makes `word` one of the window; false: it is too old for that. Where there is no room the words
 * below `floor` go first. */
static bool status_reach(BnetStatus *status, uint32_t word, uint32_t floor, bool *ret_evicts)
{
    uint32_t low = status->end_word == 0 || word < status->low_word ? word : status->low_word;
    uint32_t end = word < status->end_word ? status->end_word : word + 1;
    if (end - low > status->n_words && low < floor)
        low = floor < word ? floor : word;
    if (end - low > BNET_STATUS_WORDS)
        low = end - BNET_STATUS_WORDS;
    if (word < low)
        return false;
    uint32_t n_words = status->n_words ? status->n_words : BNET_STATUS_FEW_WORDS;
    while (n_words < end - low)
        n_words *= 2;
    /* What stands in the old room is where the old window says. */
    if (n_words != status->n_words)
        status_grow(status, n_words);
    bool evicts = status_move(status, low, status->end_word > low ? status->end_word : low);
    *ret_evicts = evicts && low > floor;
    status->end_word = end;
    return true;
}

bool bnet_status_mark_outside(BnetStatus *status, BnetBlock block, BnetBlock floor)
{
    bool evicts = false;
    if (status_reach(status, block / 64, floor / 64, &evicts))
        bnet_status_mark(status, block, floor);
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
    for (; word < status->end_word; word++, mask = ~UINT64_C(0)) {
        uint64_t bits = bnet_status_word(status, word) & mask;
        if (bits)
            return word * 64 + (uint32_t)__builtin_ctzll(bits);
    }
    return BNET_NO_BLOCK;
}

uint32_t bnet_status_count(const BnetStatus *status)
{
    uint32_t n = 0;
    for (uint32_t w = status->low_word; w < status->end_word; w++)
        n += (uint32_t)__builtin_popcountll(bnet_status_word(status, w));
    return n;
}
