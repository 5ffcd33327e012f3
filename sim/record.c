/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/record.h"

#include <string.h>

#include "sim/state.h"
#include "sim/table.h"

uint32_t sim_record_code(const BnetId *code)
{
    uint64_t parts[4];
    G_STATIC_ASSERT(sizeof parts == sizeof code->bytes);
    memcpy(parts, code->bytes, sizeof parts);
    uint64_t hash = (parts[0] ^ parts[1] << 1) * UINT64_C(0x9e3779b97f4a7c15) ^
                    (parts[2] ^ parts[3] << 1) * UINT64_C(0x9fb21c651e98df25);
    return (uint32_t)(hash >> 32) ^ (uint32_t)hash;
}

/* In one of the planes there is the block or one that is built on it: that has a higher handle. */
static bool is_covered(const SimEndRecord *end, uint32_t planes, const BnetStore *store,
                       BnetBlock block)
{
    BnetBlock known = sim_block_set_above(&end->blocks, planes, block - 1);
    for (; known != BNET_NO_BLOCK; known = sim_block_set_above(&end->blocks, planes, known))
        if (bnet_store_is_ancestor(store, block, known))
            return true;
    return false;
}

bool sim_record_is_certain(const SimEndRecord *end, const BnetStore *store, BnetBlock block)
{
    if (sim_block_set_has(&end->blocks, SIM_RECORD_SENT, block) ||
        sim_block_set_has(&end->blocks, SIM_RECORD_FROM_PEER, block))
        return true;
    return is_covered(end, 1u << SIM_RECORD_SENT | 1u << SIM_RECORD_FROM_PEER, store, block);
}

bool sim_record_was_sent(const SimEndRecord *end, const BnetStore *store, BnetBlock block)
{
    return is_covered(end, 1u << SIM_RECORD_SENT, store, block);
}

bool sim_record_lacks(const SimEndRecord *end, const BnetView *view, uint32_t last)
{
    if (last <= 1 || last <= end->peer_lib)
        return false;
    BnetBlock block = bnet_view_at(view, last);
    if (sim_block_set_evicted(&end->blocks, block) ||
        sim_record_is_certain(end, view->store, block))
        return false;
    return end->peer_lib <= bnet_view_lib_number(view) ||
           sim_record_is_certain(end, view->store, bnet_view_at(view, end->peer_lib));
}

/* --- traits ---------------------------------------------------------------------------------- */

static uint32_t end_traits(const SimRecord *self, const SimEndRecord *end)
{
    uint32_t traits = self->traits;
    if (!end->open || !end->hello_written || !end->hello_taken)
        traits |= SIM_TRAIT_UNREADY;
    if (end->condemned)
        traits |= SIM_TRAIT_CONDEMNED;
    return traits;
}

static uint32_t sent_block_traits(const SimEndRecord *end, const SimWorld *world, BnetBlock block)
{
    const BnetBlockInfo *info = bnet_store_block(&world->store, block);
    uint32_t traits = 0;
    if (sim_block_set_has(&end->blocks, SIM_RECORD_SENT, block))
        traits |= SIM_TRAIT_AGAIN;
    if (sim_block_set_has(&end->blocks, SIM_RECORD_FROM_PEER, block) ||
        sim_block_set_has(&end->blocks, SIM_RECORD_TAKEN, block))
        traits |= SIM_TRAIT_HEARD;
    if (info->number <= end->peer_lib ||
        (!sim_block_set_has(&end->blocks, SIM_RECORD_SENT, info->parent) &&
         !sim_block_set_has(&end->blocks, SIM_RECORD_TAKEN, info->parent)))
        traits |= SIM_TRAIT_UNLINKED;
    if (info->n_trx > 0)
        traits |= SIM_TRAIT_CONTENT;
    return traits;
}

/* Something may wait that goes before a pong, a ping, or what comes after that. */
static bool may_overtake(const SimRecord *self, const SimWorld *world, uint32_t index,
                         BnetMessageKind kind)
{
    const SimEndRecord *end = &self->ends[index];
    if (end->wants_irreversible || self->peers[world->ends[index].peer].n_headers != end->noticed)
        return true; /* a notice */
    if (kind == BNET_MESSAGE_PONG)
        return false;
    return end->pong_due ||
           (kind != BNET_MESSAGE_PING && sim_record_ping_is_due(end, world->now_ns));
}

static uint32_t notice_traits(const SimPeerRecord *peer, const SimWorld *world,
                              const BnetRing *notice)
{
    uint32_t traits = notice->count > SIM_RECORD_NOTICES_MANY ? SIM_TRAIT_LONG : 0;
    BnetRingWalk walk = bnet_ring_walk(notice);
    BnetBlock block;
    while (bnet_ring_next(&walk, &world->pool, &block))
        if (!sim_block_set_has(&peer->young, SIM_BLOCK_FIRST, block))
            traits |= SIM_TRAIT_OLD;
    return traits;
}

/* Of a ping or pong that is sent. */
static uint32_t ping_traits(const SimRecord *self, const SimWorld *world, uint32_t index,
                            const BnetMessage *message)
{
    const BnetNode *node = &world->peers[world->ends[index].peer].node;
    uint32_t traits = 0;
    if (may_overtake(self, world, index, message->kind))
        traits |= SIM_TRAIT_OVERTAKES;
    if (message->kind == BNET_MESSAGE_PONG) {
        bool answers = self->ends[index].pong_due &&
                       sim_record_code(&message->u.ping.code) == self->pings[index].their_code;
        return traits | (answers ? 0 : SIM_TRAIT_ODD);
    }
    if (world->store.n_trxs > 1)
        traits |= SIM_TRAIT_CONTENT;
    if (message->u.ping.lib_number != bnet_view_lib_number(&node->view))
        traits |= SIM_TRAIT_ODD;
    return traits;
}

uint32_t sim_record_sent_traits(const SimRecord *self, const SimWorld *world, uint32_t index,
                                const BnetMessage *message)
{
    const SimEndRecord *end = &self->ends[index];
    uint32_t traits = end_traits(self, end);
    if (end->writes > 0)
        traits |= SIM_TRAIT_OVERLAP;
    if (end->wants_irreversible)
        traits |= SIM_TRAIT_FOLLOWER;
    if (message->kind == BNET_MESSAGE_BLOCK)
        traits |= sent_block_traits(end, world, message->u.block);
    else if (message->kind == BNET_MESSAGE_BLOCK_NOTICE)
        traits |= notice_traits(&self->peers[world->ends[index].peer], world, &message->u.notice);
    else if (message->kind == BNET_MESSAGE_PING || message->kind == BNET_MESSAGE_PONG)
        traits |= ping_traits(self, world, index, message);
    return traits;
}

uint32_t sim_record_delivered_traits(const SimRecord *self, const SimWorld *world, uint32_t index,
                                     const BnetMessage *message)
{
    const SimEndRecord *end = &self->ends[index];
    uint32_t traits = end_traits(self, end);
    if (world->work.steps > 0)
        traits |= SIM_TRAIT_TOIL;
    if (message->kind == BNET_MESSAGE_PONG &&
        (!end->ping_open || sim_record_code(&message->u.ping.code) != self->pings[index].our_code))
        traits |= SIM_TRAIT_ODD;
    if (message->kind != BNET_MESSAGE_BLOCK)
        return traits;
    BnetBlock block = message->u.block;
    if (block >= self->sound_below)
        traits |= SIM_TRAIT_UNSOUND;
    if (world->store.n_trxs > 1 && bnet_store_block(&world->store, block)->n_trx > 0)
        traits |= SIM_TRAIT_CONTENT;
    return traits;
}

uint32_t sim_record_asked_traits(const SimRecord *self, const SimWorld *world, uint32_t index)
{
    const SimEndRecord *end = &self->ends[index];
    uint32_t traits = 0;
    if (end->asks >= SIM_RECORD_ASKS_BUSY)
        traits |= SIM_TRAIT_BUSY;
    if (may_overtake(self, world, index, BNET_MESSAGE_BLOCK))
        traits |= SIM_TRAIT_OVERTAKES;
    return traits;
}

uint32_t sim_record_verdict_traits(const SimRecord *self, BnetVerdict verdict)
{
    bool dropped = verdict != BNET_VERDICT_ACCEPTED && verdict != BNET_VERDICT_KNOWN;
    return self->traits | (dropped ? SIM_TRAIT_DROPPED : 0);
}

uint32_t sim_record_traits(const SimRecord *self, const SimWorld *world,
                           const SimHappening *happening)
{
    bool content = happening->kind == SIM_CHAIN && world->store.n_trxs > 1;
    return self->traits | (content ? SIM_TRAIT_CONTENT : 0);
}

/* --- session ends ---------------------------------------------------------------------------- */

/* Of what there is to notice nothing is left; what came before both hellos were through is noticed
 * to nobody. */
static void noticed_all(SimRecord *self, const SimWorld *world, uint32_t index)
{
    SimEndRecord *end = &self->ends[index];
    uint32_t peer = world->ends[index].peer;
    if (sim_record_is_ready(end))
        end->noticed = end->wants_irreversible ? world->peers[peer].node.view.announced
                                               : self->peers[peer].n_headers;
}

void sim_record_sent(SimRecord *self, const SimWorld *world, uint32_t index,
                     const BnetMessage *message)
{
    SimEndRecord *end = &self->ends[index];
    end->asks = 0;
    end->writes = (uint8_t)(end->writes + (end->writes < UINT8_MAX));
    self->sent |= (uint32_t)end->honest << message->kind;
    self->sent_between |= (uint32_t)end->between_honest << message->kind;
    switch (message->kind) {
    case BNET_MESSAGE_HELLO:
        end->hello_writing = true;
        break;
    case BNET_MESSAGE_BLOCK:
        sim_block_set_add(&end->blocks, SIM_RECORD_SENT, message->u.block);
        end->goods++;
        break;
    case BNET_MESSAGE_BLOCK_NOTICE:
        noticed_all(self, world, index);
        break;
    case BNET_MESSAGE_PING:
        end->has_pinged = true;
        end->ping_open = true;
        end->last_ping_ns = world->now_ns;
        self->pings[index].our_code = sim_record_code(&message->u.ping.code);
        break;
    case BNET_MESSAGE_PONG:
        end->pong_due = false;
        self->pings[index].pongs++;
        break;
    case BNET_MESSAGE_TRX:
        end->goods++;
        break;
    case BNET_MESSAGE_TRX_NOTICE:
    case BNET_MESSAGE_MALFORMED:
        break;
    }
}

void sim_record_written(SimRecord *self, const SimWorld *world, uint32_t index)
{
    SimEndRecord *end = &self->ends[index];
    end->writes = (uint8_t)(end->writes - (end->writes > 0));
    if (!end->hello_writing)
        return;
    end->hello_writing = false;
    end->hello_written = true;
    noticed_all(self, world, index);
}

static void hello_taken(SimRecord *self, const SimWorld *world, uint32_t index,
                        const BnetHello *hello)
{
    SimEndRecord *end = &self->ends[index];
    if (end->hello_taken)
        return;
    end->hello_taken = true;
    end->wants_trxs = hello->request_transactions;
    end->wants_irreversible = hello->irreversible_only;
    end->peer_lib = hello->lib_number;
    if (hello->first != BNET_NO_BLOCK && hello->head != BNET_NO_BLOCK)
        sim_block_set_add(&end->blocks, SIM_RECORD_FROM_PEER, hello->head);
    noticed_all(self, world, index);
}

static void note_noticed(SimEndRecord *end, const SimWorld *world, const BnetRing *notice)
{
    BnetRingWalk walk = bnet_ring_walk(notice);
    BnetBlock block;
    while (bnet_ring_next(&walk, &world->pool, &block))
        sim_block_set_add(&end->blocks, SIM_RECORD_FROM_PEER, block);
}

bool sim_record_delivered(SimRecord *self, const SimWorld *world, uint32_t index,
                          const BnetMessage *message)
{
    SimEndRecord *end = &self->ends[index];
    bool crossed = false;
    switch (message->kind) {
    case BNET_MESSAGE_HELLO:
        hello_taken(self, world, index, &message->u.hello);
        break;
    case BNET_MESSAGE_BLOCK:
        crossed = end->honest && sim_block_set_has(&end->blocks, SIM_RECORD_SENT, message->u.block);
        sim_block_set_add(&end->blocks, SIM_RECORD_TAKEN, message->u.block);
        if (end->hello_taken)
            sim_block_set_add(&end->blocks, SIM_RECORD_FROM_PEER, message->u.block);
        break;
    case BNET_MESSAGE_BLOCK_NOTICE:
        if (end->hello_taken)
            note_noticed(end, world, &message->u.notice);
        break;
    case BNET_MESSAGE_PING:
        if (!end->hello_taken)
            break;
        end->pong_due = true;
        self->pings[index].their_code = sim_record_code(&message->u.ping.code);
        end->peer_lib = MAX(end->peer_lib, message->u.ping.lib_number);
        break;
    case BNET_MESSAGE_PONG:
        if (end->hello_taken &&
            sim_record_code(&message->u.ping.code) == self->pings[index].our_code)
            end->ping_open = false;
        break;
    case BNET_MESSAGE_TRX_NOTICE:
    case BNET_MESSAGE_TRX:
    case BNET_MESSAGE_MALFORMED:
        break;
    }
    return crossed;
}

void sim_record_asked(SimRecord *self, uint32_t index)
{
    SimEndRecord *end = &self->ends[index];
    end->asks = (uint16_t)(end->asks + (end->asks < UINT16_MAX));
}

static void end_changed(SimRecord *self, uint32_t index, bool open)
{
    SimEndRecord *end = &self->ends[index];
    sim_block_set_clear(&end->blocks);
    self->pings[index] = (SimPingRecord){0};
    *end = (SimEndRecord){
        .honest = end->honest,
        .between_honest = end->between_honest,
        .open = open,
    };
}

/* --- peers ----------------------------------------------------------------------------------- */

static void header(SimRecord *self, const SimWorld *world, const SimHappening *happening)
{
    const BnetNode *node = &world->peers[happening->peer].node;
    int64_t made_ns = bnet_store_slot_time_ns(
        &world->store, bnet_store_block(&world->store, happening->block)->slot);
    if (bnet_clock_at(&node->clock, happening->time_ns) - made_ns >= BNET_NOTICE_AGE_NS)
        return;
    SimPeerRecord *peer = &self->peers[happening->peer];
    sim_block_set_add(&peer->young, SIM_BLOCK_FIRST, happening->block);
    peer->headers[peer->n_headers++ % SIM_RECORD_HEADERS] = happening->block;
}

static void started(SimPeerRecord *peer)
{
    sim_block_set_clear(&peer->young);
    peer->n_headers = 0;
}

void sim_record_note(SimRecord *self, const SimWorld *world, const SimHappening *happening)
{
    if (happening->kind == SIM_OPENED || happening->kind == SIM_CLOSED)
        end_changed(self, happening->end, happening->kind == SIM_OPENED);
    else if (happening->kind == SIM_CHAIN && happening->event == BNET_CHAIN_HEADER)
        header(self, world, happening);
    else if (happening->kind == SIM_STARTED)
        started(&self->peers[happening->peer]);
}

/* --- life ------------------------------------------------------------------------------------ */

G_STATIC_ASSERT(sizeof(SimEndRecord) == 64);

SimRecord *sim_record_new(const SimWorld *world)
{
    SimRecord *self = g_new0(SimRecord, 1);
    self->n_ends = world->n_ends;
    self->n_peers = world->n_peers;
    self->sound_below = BNET_NO_BLOCK + 1;
    self->ends = sim_table_new(self->n_ends, sizeof *self->ends);
    self->pings = g_new0(SimPingRecord, self->n_ends);
    self->peers = g_new0(SimPeerRecord, self->n_peers);
    for (uint32_t e = 0; e < self->n_ends; e++) {
        uint32_t peer = world->ends[e].peer;
        self->ends[e].honest = world->peers[peer].honest;
        self->ends[e].between_honest =
            self->ends[e].honest && world->peers[world->ends[e ^ 1].peer].honest;
    }
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
    sim_table_free(self->ends);
    g_free(self->pings);
    g_free(self->peers);
    g_free(self);
}
