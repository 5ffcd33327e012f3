/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/record.h"

#include <string.h>

#include <glib.h>

uint64_t sim_record_code(const BnetId *code)
{
    uint64_t hash = 0;
    for (gsize i = 0; i < sizeof code->bytes; i += sizeof hash) {
        uint64_t part;
        memcpy(&part, code->bytes + i, sizeof part);
        hash = (hash ^ part) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 29;
    }
    return hash;
}

bool sim_record_is_certain(const SimEndRecord *end, const BnetStore *store, BnetBlock block)
{
    /* A descendant has a higher handle. */
    BnetBlock known = sim_block_set_above(&end->blocks, block - 1);
    for (; known != BNET_NO_BLOCK; known = sim_block_set_above(&end->blocks, known))
        if (bnet_store_is_ancestor(store, block, known))
            return true;
    return false;
}

/* --- session ends ---------------------------------------------------------------------------- */

/* Of what there is to notice nothing is left; what came before both hellos were through is noticed
 * to nobody. */
static void noticed_all(SimRecord *self, const SimWorld *world, const SimHappening *happening)
{
    SimEndRecord *end = &self->ends[happening->end];
    if (sim_record_is_ready(end))
        end->noticed = end->wants_irreversible
                           ? sim_world_node(world, happening->peer)->view.announced
                           : self->peers[happening->peer].n_headers;
}

static void sent(SimRecord *self, const SimWorld *world, const SimHappening *happening)
{
    SimEndRecord *end = &self->ends[happening->end];
    const BnetMessage *message = happening->message;
    switch (message->kind) {
    case BNET_MESSAGE_HELLO:
        end->hello_writing = true;
        break;
    case BNET_MESSAGE_BLOCK:
        sim_block_set_add(&end->blocks, SIM_RECORD_SENT, message->u.block);
        break;
    case BNET_MESSAGE_BLOCK_NOTICE:
        noticed_all(self, world, happening);
        break;
    case BNET_MESSAGE_PING:
        end->has_pinged = true;
        end->ping_open = true;
        end->last_ping_ns = happening->time_ns;
        end->our_code = sim_record_code(&message->u.ping.code);
        break;
    case BNET_MESSAGE_PONG:
        end->pong_due = false;
        break;
    case BNET_MESSAGE_TRX_NOTICE:
    case BNET_MESSAGE_TRX:
    case BNET_MESSAGE_MALFORMED:
        break;
    }
}

static void hello_taken(SimRecord *self, const SimWorld *world, const SimHappening *happening)
{
    SimEndRecord *end = &self->ends[happening->end];
    const BnetHello *hello = &happening->message->u.hello;
    if (end->hello_taken)
        return;
    end->hello_taken = true;
    end->wants_trxs = hello->request_transactions;
    end->wants_irreversible = hello->irreversible_only;
    end->peer_lib = hello->lib_number;
    if (hello->first != BNET_NO_BLOCK && hello->head != BNET_NO_BLOCK)
        sim_block_set_add(&end->blocks, SIM_RECORD_FROM_PEER, hello->head);
    noticed_all(self, world, happening);
}

static void note_noticed(SimEndRecord *end, const SimWorld *world, const BnetRing *notice)
{
    BnetRingWalk walk = bnet_ring_walk(notice);
    BnetBlock block;
    while (bnet_ring_next(&walk, sim_world_pool(world), &block))
        sim_block_set_add(&end->blocks, SIM_RECORD_FROM_PEER, block);
}

static void delivered(SimRecord *self, const SimWorld *world, const SimHappening *happening)
{
    SimEndRecord *end = &self->ends[happening->end];
    const BnetMessage *message = happening->message;
    if (message->kind == BNET_MESSAGE_HELLO)
        hello_taken(self, world, happening);
    if (!end->hello_taken)
        return;
    switch (message->kind) {
    case BNET_MESSAGE_BLOCK:
        sim_block_set_add(&end->blocks, SIM_RECORD_FROM_PEER, message->u.block);
        break;
    case BNET_MESSAGE_BLOCK_NOTICE:
        note_noticed(end, world, &message->u.notice);
        break;
    case BNET_MESSAGE_PING:
        end->pong_due = true;
        end->their_code = sim_record_code(&message->u.ping.code);
        end->peer_lib = MAX(end->peer_lib, message->u.ping.lib_number);
        break;
    case BNET_MESSAGE_PONG:
        if (sim_record_code(&message->u.ping.code) == end->our_code)
            end->ping_open = false;
        break;
    case BNET_MESSAGE_HELLO:
    case BNET_MESSAGE_TRX_NOTICE:
    case BNET_MESSAGE_TRX:
    case BNET_MESSAGE_MALFORMED:
        break;
    }
}

static void written(SimRecord *self, const SimWorld *world, const SimHappening *happening)
{
    SimEndRecord *end = &self->ends[happening->end];
    if (!end->hello_writing)
        return;
    end->hello_writing = false;
    end->hello_written = true;
    noticed_all(self, world, happening);
}

static void clear_end(SimEndRecord *end)
{
    sim_block_set_clear(&end->blocks);
    *end = (SimEndRecord){0};
}

/* --- peers ----------------------------------------------------------------------------------- */

static void header(SimRecord *self, const SimWorld *world, const SimHappening *happening)
{
    const BnetStore *store = sim_world_store(world);
    const BnetNode *node = sim_world_node(world, happening->peer);
    int64_t made_ns =
        bnet_store_slot_time_ns(store, bnet_store_block(store, happening->block)->slot);
    if (bnet_clock_at(&node->clock, happening->time_ns) - made_ns >= BNET_NOTICE_AGE_NS)
        return;
    SimPeerRecord *peer = &self->peers[happening->peer];
    sim_block_set_add(&peer->young, SIM_BLOCK_FIRST, happening->block);
    peer->headers[peer->n_headers++ % SIM_RECORD_HEADERS] = happening->block;
}

static void chain_event(SimRecord *self, const SimWorld *world, const SimHappening *happening)
{
    if (happening->event == BNET_CHAIN_HEADER)
        header(self, world, happening);
}

static void end_changed(SimRecord *self, const SimWorld *world, const SimHappening *happening)
{
    (void)world;
    clear_end(&self->ends[happening->end]);
}

static void started(SimRecord *self, const SimWorld *world, const SimHappening *happening)
{
    (void)world;
    sim_block_set_clear(&self->peers[happening->peer].young);
    self->peers[happening->peer].n_headers = 0;
}

static void happened(SimObserver *observer, SimWorld *world, const SimHappening *happening)
{
    static void (*const notes[SIM_HAPPENING_KINDS])(SimRecord *, const SimWorld *,
                                                    const SimHappening *) = {
        [SIM_SENT] = sent,          [SIM_DELIVERED] = delivered, [SIM_WRITTEN] = written,
        [SIM_OPENED] = end_changed, [SIM_CLOSED] = end_changed,  [SIM_CHAIN] = chain_event,
        [SIM_STARTED] = started,
    };
    if (sim_world_is_honest(world, happening->peer))
        notes[happening->kind]((SimRecord *)observer, world, happening);
}

/* --- life ------------------------------------------------------------------------------------ */

SimRecord *sim_record_new(SimWorld *world)
{
    SimRecord *self = g_new0(SimRecord, 1);
    self->observer.mask = 1u << SIM_SENT | 1u << SIM_DELIVERED | 1u << SIM_WRITTEN |
                          1u << SIM_OPENED | 1u << SIM_CLOSED | 1u << SIM_CHAIN | 1u << SIM_STARTED;
    self->observer.sent = 1u << BNET_MESSAGE_HELLO | 1u << BNET_MESSAGE_BLOCK |
                          1u << BNET_MESSAGE_BLOCK_NOTICE | 1u << BNET_MESSAGE_PING |
                          1u << BNET_MESSAGE_PONG;
    self->observer.delivered = 1u << BNET_MESSAGE_HELLO | 1u << BNET_MESSAGE_BLOCK |
                               1u << BNET_MESSAGE_BLOCK_NOTICE | 1u << BNET_MESSAGE_PING |
                               1u << BNET_MESSAGE_PONG;
    self->observer.happened = happened;
    self->n_ends = sim_world_ends(world);
    self->n_peers = sim_world_peers(world);
    self->ends = g_new0(SimEndRecord, self->n_ends);
    self->peers = g_new0(SimPeerRecord, self->n_peers);
    return self;
}

void sim_record_free(SimRecord *self)
{
    if (!self)
        return;
    for (uint32_t e = 0; e < self->n_ends; e++)
        sim_block_set_clear(&self->ends[e].blocks);
    for (uint32_t p = 0; p < self->n_peers; p++)
        sim_block_set_clear(&self->peers[p].young);
    g_free(self->ends);
    g_free(self->peers);
    g_free(self);
}
