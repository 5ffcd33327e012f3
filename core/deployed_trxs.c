/* SPDX-License-Identifier: Apache-2.0 */
#include "core/deployed_trxs.h"

#include <string.h>

#define FIRST_CAPACITY 64u

void bnet_deployed_trxs_finish(BnetDeployedTrxs *trxs)
{
    if (!trxs)
        return;
    bnet_mem_resize(trxs->items, 0);
    bnet_mem_resize(trxs->index, 0);
    *trxs = (BnetDeployedTrxs){0};
}

/* --- the list -------------------------------------------------------------------------------- */

/* Where the index names an item of the transaction, or would. Handles are dense: multiples of the
 * golden ratio spread them, so that nobody looks at a long row of others. */
static uint32_t *index_place(const BnetDeployedTrxs *trxs, BnetTrx trx)
{
    const uint32_t mask = trxs->capacity * 2 - 1;
    const uint32_t spread = trx * UINT32_C(2654435769);
    uint32_t at = (uint32_t)((uint64_t)spread * trxs->capacity * 2 >> 32);
    while (trxs->index[at] != 0 && trxs->items[trxs->index[at] - 1].trx != trx)
        at = (at + 1) & mask;
    return &trxs->index[at];
}

/* The item of a transaction; NULL: there is none, or it is forgotten. */
static BnetDeployedTrx *find(const BnetDeployedTrxs *trxs, BnetTrx trx, int64_t wall_ns)
{
    const uint32_t found = trxs->n == 0 ? 0 : *index_place(trxs, trx);
    if (found == 0)
        return NULL;
    BnetDeployedTrx *item = &trxs->items[found - 1];
    if (item->forget_ns >= wall_ns)
        return item;
    item->trx = BNET_NO_TRX;
    return NULL;
}

/* Closes the gaps of removed items. */
static void close_gaps(BnetDeployedTrxs *trxs)
{
    uint32_t kept = 0;
    uint32_t first = 0;
    for (uint32_t i = 0; i < trxs->n; i++) {
        if (i == trxs->first)
            first = kept;
        if (trxs->items[i].trx != BNET_NO_TRX)
            trxs->items[kept++] = trxs->items[i];
    }
    trxs->first = trxs->first < trxs->n ? first : kept;
    trxs->n = kept;
}

static void make_room(BnetDeployedTrxs *trxs)
{
    if (trxs->n < trxs->capacity)
        return;
    close_gaps(trxs);
    if (trxs->n >= trxs->capacity / 2) {
        trxs->capacity = trxs->capacity ? trxs->capacity * 2 : FIRST_CAPACITY;
        trxs->items = bnet_mem_resize(trxs->items, trxs->capacity * sizeof *trxs->items);
        trxs->index = bnet_mem_resize(trxs->index, trxs->capacity * 2 * sizeof *trxs->index);
    }
    memset(trxs->index, 0, trxs->capacity * 2 * sizeof *trxs->index);
    for (uint32_t i = 0; i < trxs->n; i++)
        *index_place(trxs, trxs->items[i].trx) = i + 1;
}

static void add(BnetDeployedTrxs *trxs, const BnetDeployedTrxNow *now, BnetTrx trx, bool known)
{
    make_room(trxs);
    const bool forgets = (now->quirks & BNET_QUIRK_FORGETS_TRXS) != 0;
    *index_place(trxs, trx) = trxs->n + 1;
    trxs->items[trxs->n++] = (BnetDeployedTrx){
        .trx = trx,
        .known = known,
        .forget_ns = forgets ? now->wall_ns + BNET_DEPLOYED_TRX_NS
                             : bnet_store_trx(now->store, trx)->expires_ns,
    };
}

/* --- what happens to it ---------------------------------------------------------------------- */

/* An unsent one that is accepted again lasts longer, but not beyond its expiration. */
static void prolong(BnetDeployedTrx *item, const BnetDeployedTrxNow *now)
{
    const int64_t expires_ns = bnet_store_trx(now->store, item->trx)->expires_ns;
    const int64_t forget_ns = now->wall_ns + BNET_DEPLOYED_TRX_NS;
    if (now->quirks & BNET_QUIRK_FORGETS_TRXS)
        item->forget_ns = forget_ns < expires_ns ? forget_ns : expires_ns;
}

void bnet_deployed_trxs_accept(BnetDeployedTrxs *trxs, const BnetDeployedTrxNow *now, BnetTrx trx)
{
    BnetDeployedTrx *item = find(trxs, trx, now->wall_ns);
    if (item == NULL)
        add(trxs, now, trx, false);
    else if (!item->known)
        prolong(item, now);
}

void bnet_deployed_trxs_mark(BnetDeployedTrxs *trxs, const BnetDeployedTrxNow *now, BnetTrx trx)
{
    BnetDeployedTrx *item = find(trxs, trx, now->wall_ns);
    if (item == NULL)
        add(trxs, now, trx, true);
    else
        item->known = true;
}

void bnet_deployed_trxs_include(BnetDeployedTrxs *trxs, const BnetDeployedTrxNow *now, BnetTrx trx)
{
    BnetDeployedTrx *item = find(trxs, trx, now->wall_ns);
    if (item != NULL && (!item->known || (now->quirks & BNET_QUIRK_ECHOES_TRXS)))
        item->trx = BNET_NO_TRX;
}

BnetTrx bnet_deployed_trxs_next(BnetDeployedTrxs *trxs, const BnetDeployedTrxNow *now)
{
    for (; trxs->first < trxs->n; trxs->first++) {
        const BnetDeployedTrx *item = &trxs->items[trxs->first];
        if (item->trx == BNET_NO_TRX || item->known || item->forget_ns < now->wall_ns ||
            bnet_store_trx(now->store, item->trx)->expires_ns < now->wall_ns)
            continue;
        return item->trx;
    }
    return BNET_NO_TRX;
}

void bnet_deployed_trxs_sweep(BnetDeployedTrxs *trxs, int64_t wall_ns)
{
    for (uint32_t i = 0; i < trxs->n; i++)
        if (trxs->items[i].forget_ns < wall_ns)
            trxs->items[i].trx = BNET_NO_TRX;
}
