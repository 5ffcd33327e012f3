/* SPDX-License-Identifier: Apache-2.0 */
#include "core/trxs.h"

#include <string.h>

#define FIRST_CAPACITY 64u
#define NO_ENTRY UINT32_MAX

void bnet_trxs_init(BnetTrxs *trxs, const BnetStore *store, uint32_t n_sessions)
{
    *trxs = (BnetTrxs){.store = store, .n_sessions = n_sessions};
}

void bnet_trxs_finish(BnetTrxs *trxs)
{
    if (!trxs)
        return;
    bnet_mem_resize(trxs->entries, 0);
    bnet_mem_resize(trxs->known, 0);
    bnet_mem_resize(trxs->free, 0);
    bnet_mem_resize(trxs->order, 0);
    bnet_mem_resize(trxs->index, 0);
    *trxs = (BnetTrxs){0};
}

/* --- index by handle ------------------------------------------------------------------------- */

static uint32_t index_mask(const BnetTrxs *trxs)
{
    return trxs->capacity * 2 - 1;
}

/* Handles are dense. Multiples of the golden ratio spread them evenly and apart: side by side they
 * would be one run, and taking one out would look at all behind it. */
static uint32_t index_home(const BnetTrxs *trxs, BnetTrx trx)
{
    uint32_t spread = trx * UINT32_C(2654435769);
    return (uint32_t)((uint64_t)spread * trxs->capacity * 2 >> 32);
}

static uint32_t *index_place(const BnetTrxs *trxs, BnetTrx trx)
{
    uint32_t at = index_home(trxs, trx);
    while (trxs->index[at] && trxs->entries[trxs->index[at] - 1].trx != trx)
        at = (at + 1) & index_mask(trxs);
    return &trxs->index[at];
}

static uint32_t find(const BnetTrxs *trxs, BnetTrx trx)
{
    if (trxs->n_entries == 0)
        return NO_ENTRY;
    uint32_t found = *index_place(trxs, trx);
    return found ? found - 1 : NO_ENTRY;
}

/* Removes from open addressing by moving later entries of the run back. */
static void index_remove(BnetTrxs *trxs, BnetTrx trx)
{
    uint32_t mask = index_mask(trxs);
    uint32_t hole = (uint32_t)(index_place(trxs, trx) - trxs->index);
    for (uint32_t at = (hole + 1) & mask; trxs->index[at]; at = (at + 1) & mask) {
        uint32_t home = index_home(trxs, trxs->entries[trxs->index[at] - 1].trx);
        if (((at - home) & mask) < ((at - hole) & mask))
            continue;
        trxs->index[hole] = trxs->index[at];
        hole = at;
    }
    trxs->index[hole] = 0;
}

/* --- room ------------------------------------------------------------------------------------ */

static uint64_t *known_row(const BnetTrxs *trxs, uint32_t session)
{
    return trxs->known + (size_t)session * (trxs->capacity / 64);
}

static void grow_known(BnetTrxs *trxs, uint32_t capacity)
{
    size_t row = capacity / 64;
    size_t old_row = trxs->capacity / 64;
    uint64_t *known = bnet_mem_resize(NULL, row * trxs->n_sessions * sizeof *known);
    memset(known, 0, row * trxs->n_sessions * sizeof *known);
    for (uint32_t s = 0; s < trxs->n_sessions && old_row > 0; s++)
        memcpy(known + s * row, known_row(trxs, s), old_row * sizeof *known);
    bnet_mem_resize(trxs->known, 0);
    trxs->known = known;
}

static void grow_order(BnetTrxs *trxs, uint32_t capacity)
{
    uint32_t *order = bnet_mem_resize(NULL, (size_t)capacity * 2 * sizeof *order);
    for (uint32_t p = trxs->first_position; p != trxs->next_position; p++)
        order[p & (capacity * 2 - 1)] = trxs->order[p & (trxs->capacity * 2 - 1)];
    bnet_mem_resize(trxs->order, 0);
    trxs->order = order;
}

static void grow(BnetTrxs *trxs, uint32_t capacity)
{
    if (trxs->n_sessions > 0)
        grow_known(trxs, capacity);
    grow_order(trxs, capacity);
    trxs->entries = bnet_mem_resize(trxs->entries, capacity * sizeof *trxs->entries);
    trxs->free = bnet_mem_resize(trxs->free, capacity * sizeof *trxs->free);
    trxs->index = bnet_mem_resize(trxs->index, (size_t)capacity * 2 * sizeof *trxs->index);
    memset(trxs->index, 0, (size_t)capacity * 2 * sizeof *trxs->index);
    uint32_t old = trxs->capacity;
    trxs->capacity = capacity;
    for (uint32_t e = old; e < capacity; e++)
        trxs->entries[e] = (BnetTrxEntry){0};
    uint32_t n_free = 0;
    for (uint32_t e = capacity; e-- > 0;) {
        if (trxs->entries[e].trx == BNET_NO_TRX)
            trxs->free[n_free++] = e;
        else
            *index_place(trxs, trxs->entries[e].trx) = e + 1;
    }
}

/* Gives an entry back, but for its known bits. */
static void remove_entry(BnetTrxs *trxs, uint32_t e)
{
    index_remove(trxs, trxs->entries[e].trx);
    trxs->n_pending -= trxs->entries[e].pending;
    trxs->entries[e] = (BnetTrxEntry){0};
    trxs->n_entries--;
    trxs->free[trxs->capacity - trxs->n_entries - 1] = e;
}

static bool is_current(const BnetTrxs *trxs, uint32_t position)
{
    const BnetTrxEntry *entry = &trxs->entries[trxs->order[position & (trxs->capacity * 2 - 1)]];
    return entry->pending && entry->position == position;
}

/* Gives up the positions at the low end of the order that nothing stands at any more. */
static void trim_order(BnetTrxs *trxs)
{
    while (trxs->first_position != trxs->next_position && !is_current(trxs, trxs->first_position))
        trxs->first_position++;
}

/* Removes the expired of 64 entries; their known bits go with one operation for each session. */
static void sweep_word(BnetTrxs *trxs, uint32_t word, int64_t now_s)
{
    uint64_t expired = 0;
    for (uint32_t e = word * 64; e < word * 64 + 64; e++) {
        if (trxs->entries[e].trx == BNET_NO_TRX ||
            trxs->entries[e].expires_ns >= now_s * BNET_NS_PER_S)
            continue;
        remove_entry(trxs, e);
        expired |= UINT64_C(1) << (e % 64);
    }
    for (uint32_t s = 0; s < trxs->n_sessions && expired; s++)
        known_row(trxs, s)[word] &= ~expired;
}

static void sweep(BnetTrxs *trxs, int64_t now_ns)
{
    int64_t now_s = now_ns / BNET_NS_PER_S - (now_ns % BNET_NS_PER_S < 0);
    if (now_s == trxs->swept_s)
        return;
    trxs->swept_s = now_s;
    for (uint32_t word = 0; word < trxs->capacity / 64 && trxs->n_entries > 0; word++)
        sweep_word(trxs, word, now_s);
    trim_order(trxs);
}

void bnet_trxs_make_room(BnetTrxs *trxs, uint32_t more, int64_t now_ns)
{
    sweep(trxs, now_ns);
    uint32_t capacity = trxs->capacity ? trxs->capacity : FIRST_CAPACITY;
    while (capacity < BNET_TRXS_MAX && capacity - trxs->n_entries < more)
        capacity *= 2;
    if (more > 0 && capacity != trxs->capacity)
        grow(trxs, capacity);
}

static uint32_t find_or_add(BnetTrxs *trxs, BnetTrx trx)
{
    uint32_t found = find(trxs, trx);
    if (found != NO_ENTRY)
        return found;
    if (trxs->n_entries == trxs->capacity) {
        trxs->refused++;
        return NO_ENTRY;
    }
    uint32_t e = trxs->free[trxs->capacity - trxs->n_entries - 1];
    *index_place(trxs, trx) = e + 1;
    trxs->n_entries++;
    trxs->entries[e] = (BnetTrxEntry){
        .trx = trx,
        .expires_ns = bnet_store_trx(trxs->store, trx)->expires_ns,
    };
    return e;
}

/* --- marks ----------------------------------------------------------------------------------- */

/* The order ring has twice the room of the table: drop what is out of date when it is full. */
static void compact_order(BnetTrxs *trxs)
{
    uint32_t mask = trxs->capacity * 2 - 1;
    uint32_t to = trxs->next_position;
    for (uint32_t p = trxs->next_position; p != trxs->first_position; p--) {
        if (!is_current(trxs, p - 1))
            continue;
        uint32_t e = trxs->order[(p - 1) & mask];
        trxs->order[--to & mask] = e;
        trxs->entries[e].position = to;
    }
    trxs->first_position = to;
}

bool bnet_trxs_accept(BnetTrxs *trxs, BnetTrx trx)
{
    uint32_t e = find_or_add(trxs, trx);
    if (e == NO_ENTRY || trxs->entries[e].pending)
        return e != NO_ENTRY;
    if (trxs->next_position - trxs->first_position == trxs->capacity * 2)
        compact_order(trxs);
    trxs->order[trxs->next_position & (trxs->capacity * 2 - 1)] = e;
    trxs->entries[e].position = trxs->next_position++;
    trxs->entries[e].pending = true;
    trxs->n_pending++;
    return true;
}

void bnet_trxs_include(BnetTrxs *trxs, BnetTrx trx)
{
    uint32_t e = find(trxs, trx);
    if (e == NO_ENTRY)
        return;
    trxs->n_pending -= trxs->entries[e].pending;
    trxs->entries[e].pending = false;
    trim_order(trxs);
}

bool bnet_trxs_is_pending(const BnetTrxs *trxs, BnetTrx trx)
{
    uint32_t e = find(trxs, trx);
    return e != NO_ENTRY && trxs->entries[e].pending;
}

/* An expired transaction, as old blocks hold them, is never sent: it needs no entry. */
void bnet_trxs_mark_known(BnetTrxs *trxs, uint32_t session, BnetTrx trx)
{
    if (bnet_store_trx(trxs->store, trx)->expires_ns < trxs->swept_s * BNET_NS_PER_S)
        return;
    uint32_t e = find_or_add(trxs, trx);
    if (e != NO_ENTRY)
        known_row(trxs, session)[e / 64] |= UINT64_C(1) << (e % 64);
}

static bool entry_is_known(const BnetTrxs *trxs, uint32_t session, uint32_t e)
{
    return (known_row(trxs, session)[e / 64] >> (e % 64)) & 1;
}

bool bnet_trxs_is_known(const BnetTrxs *trxs, uint32_t session, BnetTrx trx)
{
    uint32_t e = find(trxs, trx);
    return e != NO_ENTRY && entry_is_known(trxs, session, e);
}

void bnet_trxs_forget_session(BnetTrxs *trxs, uint32_t session)
{
    if (trxs->capacity > 0)
        memset(known_row(trxs, session), 0, trxs->capacity / 64 * sizeof *trxs->known);
}

BnetTrx bnet_trxs_next(const BnetTrxs *trxs, uint32_t session, uint32_t *cursor, int64_t now_ns)
{
    uint32_t p = *cursor - trxs->first_position > trxs->next_position - trxs->first_position
                     ? trxs->first_position
                     : *cursor;
    BnetTrx found = BNET_NO_TRX;
    uint32_t first = p;
    for (; p != trxs->next_position; p++) {
        uint32_t e = trxs->order[p & (trxs->capacity * 2 - 1)];
        const BnetTrxEntry *entry = &trxs->entries[e];
        if (!is_current(trxs, p) || entry->expires_ns < now_ns)
            continue;
        if (session != BNET_NO_SESSION && entry_is_known(trxs, session, e))
            continue;
        found = entry->trx;
        break;
    }
    bnet_probe_steps(trxs->store->probes, p - first + 1);
    *cursor = p;
    return found;
}
