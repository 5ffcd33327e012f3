/* SPDX-License-Identifier: Apache-2.0 */
#include "core/dpos.h"

#include <string.h>

/* Fixed part of a packed state. */
typedef struct PackedHead {
    uint32_t number;
    uint32_t proposed;
    uint32_t lib;
    uint32_t schedule;
    uint32_t newest;
    uint32_t changed;
    uint32_t former_last;
    uint64_t former;
    uint16_t n_missing;
    uint8_t n_producers;
    uint8_t is_pending;
    uint8_t schedule_fresh;
} PackedHead;

void bnet_dpos_genesis(BnetDpos *state, uint32_t n_producers)
{
    bnet_assert(n_producers >= 1 && n_producers <= BNET_PRODUCERS_MAX);
    memset(state, 0, sizeof *state);
    state->n_producers = n_producers;
    state->number = 1;
    state->is_pending = true;
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

/* --- schedule changes ------------------------------------------------------------------------ */

bool bnet_dpos_promote(BnetDpos *state, const BnetSchedules *schedules, uint32_t producer)
{
    const BnetSchedule *next = bnet_schedules_at(schedules, state->newest);
    if (!state->is_pending || next->n == 0 || state->lib < state->changed)
        return false;
    const BnetSchedule *old = bnet_schedules_at(schedules, state->schedule);
    const uint64_t name = old->producers[producer].name;
    uint32_t last[BNET_PRODUCERS_MAX];
    uint32_t implied[BNET_PRODUCERS_MAX];
    for (uint32_t i = 0; i < next->n; i++) {
        const uint64_t kept = next->producers[i].name;
        const uint32_t at = bnet_schedule_find(old, kept);
        const bool was_former = state->former_last > 0 && kept == state->former;
        last[i] = was_former ? state->former_last : state->lib;
        implied[i] = state->lib;
        if (at < old->n) {
            last[i] = state->last_produced[at];
            implied[i] = state->implied[at];
        }
    }
    const bool stays = bnet_schedule_find(next, name) < next->n;
    state->former = stays ? 0 : name;
    state->former_last = stays ? 0 : state->number;
    memcpy(state->last_produced, last, next->n * sizeof *last);
    memcpy(state->implied, implied, next->n * sizeof *implied);
    state->schedule = state->newest;
    state->n_producers = next->n;
    state->is_pending = false;
    return true;
}

void bnet_dpos_change(BnetDpos *state, uint32_t schedule)
{
    state->newest = schedule;
    state->changed = state->number;
    state->is_pending = true;
}

/* --- packed ---------------------------------------------------------------------------------- */

size_t bnet_dpos_packed_bytes(const BnetDpos *state)
{
    return sizeof(PackedHead) + 2 * sizeof(uint32_t) * state->n_producers + state->n_missing;
}

void bnet_dpos_pack(const BnetDpos *state, uint8_t *bytes)
{
    PackedHead head;
    memset(&head, 0, sizeof head); /* the padding too */
    head.number = state->number;
    head.proposed = state->proposed;
    head.lib = state->lib;
    head.schedule = state->schedule;
    head.newest = state->newest;
    head.changed = state->changed;
    head.former_last = state->former_last;
    head.former = state->former;
    head.n_missing = (uint16_t)state->n_missing;
    head.n_producers = (uint8_t)state->n_producers;
    head.is_pending = state->is_pending;
    head.schedule_fresh = state->schedule_fresh;
    size_t column = sizeof(uint32_t) * state->n_producers;
    memcpy(bytes, &head, sizeof head);
    memcpy(bytes + sizeof head, state->last_produced, column);
    memcpy(bytes + sizeof head + column, state->implied, column);
    memcpy(bytes + sizeof head + 2 * column, state->missing, state->n_missing);
}

uint32_t bnet_dpos_packed_schedule(const uint8_t *bytes)
{
    PackedHead head;
    memcpy(&head, bytes, sizeof head);
    return head.schedule;
}

uint32_t bnet_dpos_packed_newest(const uint8_t *bytes)
{
    PackedHead head;
    memcpy(&head, bytes, sizeof head);
    return head.newest;
}

void bnet_dpos_unpack(BnetDpos *state, const uint8_t *bytes)
{
    PackedHead head;
    memcpy(&head, bytes, sizeof head);
    size_t column = sizeof(uint32_t) * head.n_producers;
    state->n_producers = head.n_producers;
    state->number = head.number;
    state->proposed = head.proposed;
    state->lib = head.lib;
    state->schedule = head.schedule;
    state->newest = head.newest;
    state->changed = head.changed;
    state->former_last = head.former_last;
    state->former = head.former;
    state->is_pending = head.is_pending;
    state->n_missing = head.n_missing;
    state->schedule_fresh = head.schedule_fresh;
    memcpy(state->last_produced, bytes + sizeof head, column);
    memcpy(state->implied, bytes + sizeof head + column, column);
    memcpy(state->missing, bytes + sizeof head + 2 * column, state->n_missing);
}
