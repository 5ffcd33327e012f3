/* SPDX-License-Identifier: Apache-2.0 */
#include "core/dpos.h"

#include <string.h>

/* Fixed part of a packed state. */
typedef struct PackedHead {
    uint32_t number;
    uint32_t proposed;
    uint32_t lib;
    uint16_t n_missing;
    uint16_t schedule_fresh;
} PackedHead;

void bnet_dpos_genesis(BnetDpos *state, uint32_t n_producers)
{
    bnet_assert(n_producers >= 1 && n_producers <= BNET_PRODUCERS_MAX);
    memset(state, 0, sizeof *state);
    state->n_producers = n_producers;
    state->number = 1;
    state->schedule_fresh = true;
}

uint32_t bnet_dpos_scheduled(uint32_t n_producers, uint32_t slot)
{
    return slot % (n_producers * BNET_SLOTS_PER_TURN) / BNET_SLOTS_PER_TURN;
}

uint32_t bnet_dpos_required(uint32_t n_producers)
{
    return n_producers * 2 / 3 + 1;
}

bool bnet_dpos_confirms_twice(const BnetDpos *state, uint32_t producer, uint16_t confirmed)
{
    if (state->schedule_fresh)
        return false;
    /* Wraps around below zero as the deployed rule does: confirming past block 0 is no offence. */
    return state->last_produced[producer] >= state->number + 1 - confirmed;
}

/* Value at index (n-1)/3 of the n implied numbers in ascending order. */
static uint32_t implied_quorum(const BnetDpos *state)
{
    uint32_t sorted[BNET_PRODUCERS_MAX];
    uint32_t n = state->n_producers;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t value = state->implied[i];
        uint32_t k = i;
        for (; k > 0 && sorted[k - 1] > value; k--)
            sorted[k] = sorted[k - 1];
        sorted[k] = value;
    }
    return sorted[(n - 1) / 3];
}

/* Counts one confirmation for the newest block and for the `confirmed` before it, newest first; the
 * first that is complete becomes proposed, and all before it with it. */
static void confirm(BnetDpos *state, uint16_t confirmed)
{
    uint32_t left = (uint32_t)confirmed + 1;
    for (uint32_t i = state->n_missing; i > 0 && left > 0; i--, left--) {
        if (--state->missing[i - 1] > 0)
            continue;
        state->proposed = state->number - (state->n_missing - i);
        state->n_missing -= i;
        memmove(state->missing, state->missing + i, state->n_missing);
        return;
    }
}

void bnet_dpos_advance(BnetDpos *state, uint32_t producer, uint16_t confirmed)
{
    bnet_assert(producer < state->n_producers);
    state->number++;
    state->schedule_fresh = false;
    state->last_produced[producer] = state->number;
    state->implied[producer] = state->proposed; /* as of the parent */
    state->lib = implied_quorum(state);
    if (state->n_missing == BNET_CONFIRMATIONS_MAX)
        memmove(state->missing, state->missing + 1, --state->n_missing);
    state->missing[state->n_missing++] = (uint8_t)bnet_dpos_required(state->n_producers);
    confirm(state, confirmed);
}

size_t bnet_dpos_packed_bytes(const BnetDpos *state)
{
    return sizeof(PackedHead) + 2 * sizeof(uint32_t) * state->n_producers + state->n_missing;
}

void bnet_dpos_pack(const BnetDpos *state, uint8_t *bytes)
{
    PackedHead head = {
        .number = state->number,
        .proposed = state->proposed,
        .lib = state->lib,
        .n_missing = (uint16_t)state->n_missing,
        .schedule_fresh = state->schedule_fresh,
    };
    size_t column = sizeof(uint32_t) * state->n_producers;
    memcpy(bytes, &head, sizeof head);
    memcpy(bytes + sizeof head, state->last_produced, column);
    memcpy(bytes + sizeof head + column, state->implied, column);
    memcpy(bytes + sizeof head + 2 * column, state->missing, state->n_missing);
}

void bnet_dpos_unpack(BnetDpos *state, const uint8_t *bytes)
{
    PackedHead head;
    size_t column = sizeof(uint32_t) * state->n_producers;
    memcpy(&head, bytes, sizeof head);
    state->number = head.number;
    state->proposed = head.proposed;
    state->lib = head.lib;
    state->n_missing = head.n_missing;
    state->schedule_fresh = head.schedule_fresh;
    memcpy(state->last_produced, bytes + sizeof head, column);
    memcpy(state->implied, bytes + sizeof head + column, column);
    memcpy(state->missing, bytes + sizeof head + 2 * column, state->n_missing);
}
