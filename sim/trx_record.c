/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/trx_record.h"

#include <glib.h>

/* So long after its expiry a transaction is forgotten, if all older ones are: longer than usual
 * clocks are behind. */
#define FORGET_NS (60 * BNET_NS_PER_S)

struct SimPeerTrxs {
    GArray *order;     /* of BnetTrx, as accepted; BNET_NO_TRX: stands elsewhere now */
    uint32_t first;    /* place of order[0] among all that it ever accepted */
    uint32_t done;     /* of the array: none of those before it waits */
    BnetBits waiting;  /* accepted, not included */
    BnetBits listed;   /* in order */
    BnetBits returned; /* of them: by a fork switch */
};

struct SimEndTrxs {
    BnetBits known;
    uint32_t cursor; /* place from which on the oldest is to be looked for */
};

/* --- sets that forget what is old ------------------------------------------------------------ */

static void put(const SimTrxRecord *self, BnetBits *bits, BnetTrx trx)
{
    bnet_bits_raise(bits, self->low);
    if (trx >= self->low)
        bnet_bits_set(bits, trx);
}

static void forget_old(SimTrxRecord *self, const SimWorld *world)
{
    const BnetStore *store = sim_world_store(world);
    int64_t before_ns = sim_world_now_ns(world) - FORGET_NS;
    while (self->low < store->n_trxs && bnet_store_trx(store, self->low)->expires_ns < before_ns)
        self->low++;
}

/* --- peers ----------------------------------------------------------------------------------- */

static SimPeerTrxs *peer_of(SimTrxRecord *self, uint32_t peer)
{
    if (!self->peers) {
        self->peers = g_new0(SimPeerTrxs *, self->n_peers);
        self->ends = g_new0(SimEndTrxs *, self->n_ends);
    }
    if (!self->peers[peer]) {
        self->peers[peer] = g_new0(SimPeerTrxs, 1);
        self->peers[peer]->order = g_array_new(FALSE, FALSE, sizeof(BnetTrx));
    }
    return self->peers[peer];
}

static void free_peer(SimPeerTrxs *peer)
{
    if (!peer)
        return;
    g_array_unref(peer->order);
    bnet_bits_finish(&peer->waiting);
    bnet_bits_finish(&peer->listed);
    bnet_bits_finish(&peer->returned);
    g_free(peer);
}

/* Those of the set lose their place. */
static void unlist(SimPeerTrxs *peer, const BnetBits *set)
{
    for (guint i = 0; i < peer->order->len; i++) {
        BnetTrx *trx = &g_array_index(peer->order, BnetTrx, i);
        if (*trx != BNET_NO_TRX && bnet_bits_has(set, *trx))
            *trx = BNET_NO_TRX;
    }
}

/* Gives up the places at the low end where nothing waits any more. */
static void trim(const SimTrxRecord *self, SimPeerTrxs *peer)
{
    while (peer->done < peer->order->len) {
        BnetTrx trx = g_array_index(peer->order, BnetTrx, peer->done);
        if (trx >= self->low && bnet_bits_has(&peer->waiting, trx))
            break;
        if (trx != BNET_NO_TRX)
            bnet_bits_clear(&peer->listed, trx);
        peer->done++;
    }
    if (peer->done < 64 || peer->done < peer->order->len / 2)
        return;
    g_array_remove_range(peer->order, 0, peer->done);
    peer->first += peer->done;
    peer->done = 0;
}

static void append(const SimTrxRecord *self, SimPeerTrxs *peer, BnetTrx trx)
{
    trim(self, peer);
    g_array_append_val(peer->order, trx);
    put(self, &peer->listed, trx);
    put(self, &peer->waiting, trx);
}

static void accepted(SimTrxRecord *self, const SimWorld *world, const SimHappening *happening)
{
    (void)world;
    SimPeerTrxs *peer = peer_of(self, happening->peer);
    BnetTrx trx = happening->trx;
    if (bnet_bits_has(&peer->listed, trx)) {
        BnetBits one = {0};
        bnet_bits_raise(&one, trx);
        bnet_bits_set(&one, trx);
        unlist(peer, &one);
        bnet_bits_finish(&one);
    }
    bnet_bits_clear(&peer->returned, trx);
    append(self, peer, trx);
}

static void included(SimTrxRecord *self, const SimWorld *world, uint32_t index, BnetBlock block)
{
    const BnetStore *store = sim_world_store(world);
    uint32_t n = bnet_store_block(store, block)->n_trx;
    if (n == 0)
        return;
    SimPeerTrxs *peer = peer_of(self, index);
    const BnetTrx *trxs = bnet_store_block_trx(store, block);
    for (uint32_t i = 0; i < n; i++)
        bnet_bits_clear(&peer->waiting, trxs[i]);
}

/* What the blocks from `top` down to `bottom`, which is left out, include, the newest first. */
static GArray *contents_of(const BnetStore *store, BnetBlock top, BnetBlock bottom)
{
    GArray *all = g_array_new(FALSE, FALSE, sizeof(BnetTrx));
    for (BnetBlock b = top; b != bottom; b = bnet_store_block(store, b)->parent) {
        const BnetTrx *trxs = bnet_store_block_trx(store, b);
        for (uint32_t i = bnet_store_block(store, b)->n_trx; i > 0; i--)
            g_array_append_val(all, trxs[i - 1]);
    }
    return all;
}

/* The transactions of the branch that is left wait again, behind all others, unless the new branch
 * includes them too. */
static void switched(SimTrxRecord *self, const SimWorld *world, const SimHappening *happening)
{
    g_autoptr(GArray) back =
        contents_of(sim_world_store(world), happening->other, happening->block);
    if (back->len == 0)
        return;
    SimPeerTrxs *peer = peer_of(self, happening->peer);
    BnetBits set = {0};
    bnet_bits_raise(&set, self->low);
    for (guint i = 0; i < back->len; i++)
        put(self, &set, g_array_index(back, BnetTrx, i));
    unlist(peer, &set);
    bnet_bits_finish(&set);
    for (guint i = back->len; i > 0; i--) {
        BnetTrx trx = g_array_index(back, BnetTrx, i - 1);
        if (trx < self->low)
            continue;
        append(self, peer, trx);
        put(self, &peer->returned, trx);
    }
}

static void chain_event(SimTrxRecord *self, const SimWorld *world, const SimHappening *happening)
{
    if (happening->event == BNET_CHAIN_APPLIED)
        included(self, world, happening->peer, happening->block);
    else if (happening->event == BNET_CHAIN_SWITCH)
        switched(self, world, happening);
}

/* What waited is lost with the process. */
static void started(SimTrxRecord *self, const SimWorld *world, const SimHappening *happening)
{
    (void)world;
    if (self->peers)
        g_clear_pointer(&self->peers[happening->peer], free_peer);
}

/* --- session ends ---------------------------------------------------------------------------- */

static void know(SimTrxRecord *self, const SimWorld *world, const SimHappening *happening,
                 BnetTrx trx)
{
    if (sim_trx_record_expired(world, happening->peer, trx))
        return;
    SimEndTrxs **end = &self->ends[happening->end];
    if (!*end)
        *end = g_new0(SimEndTrxs, 1);
    put(self, &(*end)->known, trx);
}

static void know_block(SimTrxRecord *self, const SimWorld *world, const SimHappening *happening)
{
    const BnetStore *store = sim_world_store(world);
    BnetBlock block = happening->message->u.block;
    uint32_t n = bnet_store_block(store, block)->n_trx;
    const BnetTrx *trxs = bnet_store_block_trx(store, block);
    for (uint32_t i = 0; i < n; i++)
        know(self, world, happening, trxs[i]);
}

static void know_noticed(SimTrxRecord *self, const SimWorld *world, const SimHappening *happening)
{
    BnetRingWalk walk = bnet_ring_walk(&happening->message->u.notice);
    BnetTrx trx;
    while (bnet_ring_next(&walk, sim_world_pool(world), &trx))
        if (sim_trx_record_waits(self, happening->peer, trx))
            know(self, world, happening, trx);
}

static void sent(SimTrxRecord *self, const SimWorld *world, const SimHappening *happening)
{
    if (happening->message->kind == BNET_MESSAGE_BLOCK)
        know_block(self, world, happening);
    else if (happening->message->kind == BNET_MESSAGE_TRX)
        know(self, world, happening, happening->message->u.trx);
}

/* One that comes unasked is ignored. */
static void delivered(SimTrxRecord *self, const SimWorld *world, const SimHappening *happening)
{
    if (happening->message->kind == BNET_MESSAGE_BLOCK)
        know_block(self, world, happening);
    else if (happening->message->kind == BNET_MESSAGE_TRX_NOTICE)
        know_noticed(self, world, happening);
    else if (happening->message->kind == BNET_MESSAGE_TRX &&
             sim_world_node(world, happening->peer)->self.request_transactions)
        know(self, world, happening, happening->message->u.trx);
}

static void free_end(SimEndTrxs *end)
{
    if (!end)
        return;
    bnet_bits_finish(&end->known);
    g_free(end);
}

static void end_changed(SimTrxRecord *self, const SimWorld *world, const SimHappening *happening)
{
    (void)world;
    if (self->ends)
        g_clear_pointer(&self->ends[happening->end], free_end);
}

/* --- queries --------------------------------------------------------------------------------- */

bool sim_trx_record_expired(const SimWorld *world, uint32_t peer, BnetTrx trx)
{
    return bnet_store_trx(sim_world_store(world), trx)->expires_ns <
           sim_world_latest_clock_ns(world, peer);
}

bool sim_trx_record_is_known(const SimTrxRecord *self, uint32_t end, BnetTrx trx)
{
    return self->ends && self->ends[end] && bnet_bits_has(&self->ends[end]->known, trx);
}

bool sim_trx_record_is_vague(const SimTrxRecord *self, const SimWorld *world, uint32_t peer,
                             BnetTrx trx)
{
    return trx < self->low || (sim_world_store(world)->n_trxs > BNET_TRXS_MAX &&
                               sim_world_node(world, peer)->trxs.refused > 0);
}

bool sim_trx_record_waits(const SimTrxRecord *self, uint32_t peer, BnetTrx trx)
{
    return self->peers && self->peers[peer] && bnet_bits_has(&self->peers[peer]->waiting, trx);
}

bool sim_trx_record_returned(const SimTrxRecord *self, uint32_t peer, BnetTrx trx)
{
    return sim_trx_record_waits(self, peer, trx) &&
           bnet_bits_has(&self->peers[peer]->returned, trx);
}

BnetTrx sim_trx_record_oldest(SimTrxRecord *self, const SimWorld *world, uint32_t end,
                              bool *ret_returned)
{
    uint32_t index = sim_world_end_peer(world, end);
    const SimPeerTrxs *peer = self->peers ? self->peers[index] : NULL;
    if (!peer)
        return BNET_NO_TRX;
    if (!self->ends[end])
        self->ends[end] = g_new0(SimEndTrxs, 1);
    uint32_t *cursor = &self->ends[end]->cursor;
    *cursor = MAX(*cursor, peer->first + peer->done);
    for (; *cursor < peer->first + peer->order->len; ++*cursor) {
        BnetTrx trx = g_array_index(peer->order, BnetTrx, *cursor - peer->first);
        if (trx < self->low || !bnet_bits_has(&peer->waiting, trx) ||
            sim_trx_record_is_known(self, end, trx) || sim_trx_record_expired(world, index, trx))
            continue;
        *ret_returned = bnet_bits_has(&peer->returned, trx);
        return trx;
    }
    return BNET_NO_TRX;
}

/* --- life ------------------------------------------------------------------------------------ */

static void happened(SimObserver *observer, SimWorld *world, const SimHappening *happening)
{
    static void (*const notes[SIM_HAPPENING_KINDS])(SimTrxRecord *, const SimWorld *,
                                                    const SimHappening *) = {
        [SIM_SENT] = sent,          [SIM_DELIVERED] = delivered, [SIM_TRX] = accepted,
        [SIM_OPENED] = end_changed, [SIM_CLOSED] = end_changed,  [SIM_CHAIN] = chain_event,
        [SIM_STARTED] = started,
    };
    SimTrxRecord *self = (SimTrxRecord *)observer;
    if (sim_world_store(world)->n_trxs <= 1 || !sim_world_is_honest(world, happening->peer))
        return;
    forget_old(self, world);
    peer_of(self, happening->peer);
    notes[happening->kind](self, world, happening);
}

SimTrxRecord *sim_trx_record_new(SimWorld *world)
{
    SimTrxRecord *self = g_new0(SimTrxRecord, 1);
    self->observer.mask = 1u << SIM_TRX | 1u << SIM_OPENED | 1u << SIM_CLOSED | 1u << SIM_STARTED;
    self->observer.sent = 1u << BNET_MESSAGE_TRX;
    self->observer.delivered = 1u << BNET_MESSAGE_TRX | 1u << BNET_MESSAGE_TRX_NOTICE;
    self->observer.traits = SIM_TRAIT_CONTENT;
    self->observer.happened = happened;
    self->n_peers = sim_world_peers(world);
    self->n_ends = sim_world_ends(world);
    self->low = 1;
    return self;
}

void sim_trx_record_free(SimTrxRecord *self)
{
    if (!self)
        return;
    for (uint32_t p = 0; self->peers && p < self->n_peers; p++)
        free_peer(self->peers[p]);
    for (uint32_t e = 0; self->ends && e < self->n_ends; e++)
        free_end(self->ends[e]);
    g_free(self->peers);
    g_free(self->ends);
    g_free(self);
}
