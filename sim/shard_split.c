/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Divides a world among shards, and makes it whole again.
 */
#include <string.h>

#include "sim/internal.h"
#include "sim/latency.h"
#include "sim/shard_parts.h"

/* Between two shards a latency shorter than this is not worth a window. */
#define LOOKAHEAD_MIN_NS (100 * INT64_C(1000))

/* --- what can be divided --------------------------------------------------------------------- */

const char *sim_shards_obstacle(const SimWorld *world)
{
    const Scenario *scenario = world->scenario;
    const ScenarioAmount *filler = &scenario->chain.block.filler_bytes;
    if (scenario->wire == SCENARIO_WIRE_BYTES)
        return "messages are sent as bytes";
    if (scenario->n_streams > 0 || filler->a > 0 || filler->b > 0 || world->store.n_trxs > 1)
        return "there are transactions";
    if (world->access)
        return "uplinks or downlinks are limited";
    if (scenario->mutual)
        return "peers dial each other";
    if (world->turns_change)
        return "the schedule changes";
    if (world->ties.shuffled)
        return "the order of events of one instant is drawn";
    if (world->causes || world->expect_watches || world->expect_convergences)
        return "somebody watches every step";
    for (uint32_t p = 0; p < world->n_peers; p++) {
        if (world->peers[p].personas)
            return "there are personas";
        if (scenario_group_of(scenario, p)->quirks != 0)
            return "there are quirks";
    }
    return NULL;
}

static bool end_is_ordinary(const SimWorld *world, uint32_t end)
{
    const SimEnd *e = &world->ends[end];
    const SimEnd *other = &world->ends[end ^ 1];
    if (e->cut || e->missed > 0 || e->open != other->open)
        return false;
    if (!e->open)
        return e->wire.count == 0;
    return !world->record || sim_record_is_ready(sim_record_end(world->record, end));
}

static bool is_crossing(const SimShards *shards, uint32_t end)
{
    const SimEnd *ends = shards->whole->ends;
    return shards->shard_of[ends[end].peer] != shards->shard_of[ends[end ^ 1].peer];
}

static int64_t least_latency_ns(const SimWorld *world, uint32_t end)
{
    const SimEnd *e = &world->ends[end];
    return e->drawn ? sim_latency_least_ns(e->u.latency) : e->u.constant_ns;
}

static SimCheck *check_of(const SimWorld *world, const char *id)
{
    for (guint i = 0; i < world->checks->len; i++) {
        SimCheck *check = world->checks->pdata[i];
        if (g_str_equal(check->id, id))
            return check;
    }
    g_assert_not_reached();
}

static bool checks_are_calm(SimWorld *world)
{
    if (!world->checks)
        return true;
    sim_check_s4_judge_blocks(check_of(world, "S4"), world);
    return world->record->traits == 0 && sim_check_l1_is_settled(check_of(world, "L1"));
}

static bool is_ordinary(SimShards *shards)
{
    SimWorld *world = shards->whole;
    shards->lookahead_ns = SCENARIO_LATENCY_MAX_NS;
    if (world->work.steps > 0 || world->store.n_trxs > 1 || !checks_are_calm(world))
        return false;
    for (uint32_t e = 0; e < world->n_ends; e++) {
        const SimEnd *end = &world->ends[e];
        if (!end_is_ordinary(world, e))
            return false;
        if (!is_crossing(shards, e))
            continue;
        if (end->blocked)
            return false;
        shards->lookahead_ns = MIN(shards->lookahead_ns, least_latency_ns(world, e));
    }
    return shards->lookahead_ns >= LOOKAHEAD_MIN_NS;
}

/* --- lists ----------------------------------------------------------------------------------- */

static void move_ring(BnetRing *ring, BnetPool *from, BnetPool *to)
{
    BnetRing moved = {0};
    bnet_pool_reserve(to, ring->count / BNET_CHUNK_ITEMS + 1);
    while (ring->count > 0)
        bnet_ring_push(&moved, to, bnet_ring_pop(ring, from));
    *ring = moved;
}

/* What is on the wire to an end. */
static void move_wire(SimWorld *from, SimWorld *to, SimEnd *end)
{
    BnetRing moved = {0};
    bnet_pool_reserve(&to->pool, end->wire.count / BNET_CHUNK_ITEMS + 1);
    while (end->wire.count > 0) {
        uint32_t item = bnet_ring_pop(&end->wire, &from->pool);
        if ((item & SIM_ITEM_KIND) == SIM_ITEM_PARCEL) {
            BnetMessage message;
            sim_wire_unpack(from, item, &message);
            if (message.kind == BNET_MESSAGE_BLOCK_NOTICE ||
                message.kind == BNET_MESSAGE_TRX_NOTICE)
                move_ring(&message.u.notice, &from->pool, &to->pool);
            item = sim_parcels_pack(&to->parcels, &message, &to->store) | SIM_ITEM_PARCEL;
            bnet_pool_reserve(&to->pool, end->wire.count / BNET_CHUNK_ITEMS + 1);
        }
        bnet_ring_push(&moved, &to->pool, item);
    }
    end->wire = moved;
}

static void move_session(SimWorld *from, SimWorld *to, BnetSession *session)
{
    if (session->notices.count > 0)
        move_ring(&session->notices, &from->pool, &to->pool);
    if (session->pong == 0)
        return;
    bnet_pool_reserve(&to->pool, 1);
    uint32_t chunk = bnet_pool_take(&to->pool);
    to->pool.chunks[chunk] = from->pool.chunks[session->pong];
    bnet_pool_give(&from->pool, session->pong);
    session->pong = chunk;
}

/* The peer and its sessions belong to another world. */
static void move_peer(SimWorld *from, SimWorld *to, uint32_t index)
{
    SimPeer *peer = &to->peers[index];
    BnetNode *node = &peer->node;
    for (uint32_t s = 0; s < peer->n_ends; s++) {
        move_wire(from, to, &to->ends[sim_peer_end(to, index, s)]);
        move_session(from, to, &node->sessions[s]);
    }
    bnet_node_share(node, &(BnetShared){&to->store, &to->pool, &to->actions});
    node->probes = &to->probes.core;
}

/* --- events ---------------------------------------------------------------------------------- */

static SimQueue *queue_of(SimShards *shards, uint32_t target)
{
    SimWorld *whole = shards->whole;
    uint32_t entity = target & SIM_ENTITY_MAX;
    switch ((SimEventKind)(target >> SIM_ENTITY_BITS)) {
    case SIM_EVENT_WORK:
        return &sim_shard_of_peer(shards, entity)->world.queue;
    case SIM_EVENT_ARRIVAL:
    case SIM_EVENT_ROOM:
    case SIM_EVENT_TIMER:
        return &sim_shard_of_peer(shards, whole->ends[whole->peer_ends[entity]].peer)->world.queue;
    case SIM_EVENT_BOUND:
    case SIM_EVENT_START:
    case SIM_EVENT_FAULT:
    case SIM_EVENT_RELEASE:
    case SIM_EVENT_PERSONA:
    case SIM_EVENT_SLOT:
    case SIM_EVENT_TICK:
    case SIM_EVENT_TRX:
    case SIM_EVENT_DIAL:
    case SIM_EVENT_ACCEPT:
    case SIM_EVENT_PORT:
    case SIM_EVENT_LINK:
    case SIM_EVENT_PIECE:
    case SIM_EVENT_THAW:
        return &whole->queue;
    }
    g_assert_not_reached();
}

/* A queue that was popped from takes nothing earlier: what stays goes into a new one. */
static void deal_events(SimShards *shards)
{
    SimQueue old = shards->whole->queue;
    SimQueueEvent event;
    sim_queue_init(&shards->whole->queue);
    while (sim_queue_pop(&old, &event))
        sim_queue_push(queue_of(shards, event.target), event);
    sim_queue_finish(&old);
}

static void collect_events(SimShards *shards)
{
    SimQueueEvent event;
    for (uint32_t i = 0; i < shards->n; i++) {
        SimQueue *queue = &shards->shards[i]->world.queue;
        while (sim_queue_pop(queue, &event))
            sim_queue_push(&shards->whole->queue, event);
        sim_queue_finish(queue);
    }
}

/* --- splitting ------------------------------------------------------------------------------- */

/* Becomes a copy of the world, but for what is its own, which begins with nothing counted. */
static void begin_shard(SimShard *shard)
{
    const SimWorld *whole = shard->shards->whole;
    const SimWorld own = shard->world;
    SimWorld *world = &shard->world;
    *world = *whole;
    world->shard = shard;
    world->pool = own.pool;
    world->actions = own.actions;
    world->parcels = own.parcels;
    world->todo = own.todo;
    world->bytes = own.bytes;
    sim_queue_init(&world->queue);
    world->events = 0;
    world->messages_delivered = 0;
    world->bytes_delivered = 0;
    world->blocks_produced = 0;
    memset(world->verdicts, 0, sizeof world->verdicts);
    memset(&world->probes, 0, sizeof world->probes);
    world->store.probes = &world->probes.core;
    if (whole->record) {
        shard->record = *whole->record;
        world->record = &shard->record;
    }
}

bool sim_shards_split(SimShards *shards)
{
    SimWorld *whole = shards->whole;
    if (!is_ordinary(shards))
        return false;
    for (uint32_t i = 0; i < shards->n; i++)
        begin_shard(shards->shards[i]);
    for (uint32_t p = 0; p < whole->n_peers; p++)
        move_peer(whole, &sim_shard_of_peer(shards, p)->world, p);
    for (uint32_t e = 0; e < whole->n_ends; e++) {
        whole->ends[e].across = is_crossing(shards, e);
        shards->unread[e] = whole->ends[e ^ 1].wire_bytes;
    }
    deal_events(shards);
    return true;
}

static void add_counts(SimWorld *whole, const SimWorld *part)
{
    whole->events += part->events;
    whole->messages_delivered += part->messages_delivered;
    whole->bytes_delivered += part->bytes_delivered;
    whole->blocks_produced += part->blocks_produced;
    for (uint32_t i = 0; i < SIM_VERDICTS; i++)
        whole->verdicts[i] += part->verdicts[i];
    sim_probes_add(&whole->probes, &part->probes);
    if (!whole->record)
        return;
    whole->record->sent |= part->record->sent;
    whole->record->sent_between |= part->record->sent_between;
}

void sim_shards_join(SimShards *shards)
{
    SimWorld *whole = shards->whole;
    sim_shards_gather(shards);
    collect_events(shards);
    for (uint32_t p = 0; p < whole->n_peers; p++)
        move_peer(&sim_shard_of_peer(shards, p)->world, whole, p);
    for (uint32_t e = 0; e < whole->n_ends; e++)
        whole->ends[e].across = false;
    for (uint32_t i = 0; i < shards->n; i++)
        add_counts(whole, &shards->shards[i]->world);
}

/* --- what all know --------------------------------------------------------------------------- */

void sim_shards_gather(SimShards *shards)
{
    SimWorld *whole = shards->whole;
    for (uint32_t i = 0; i < shards->n; i++) {
        const SimWorld *world = &shards->shards[i]->world;
        whole->highest_head = MAX(whole->highest_head, world->highest_head);
        whole->longest_latency_ns = MAX(whole->longest_latency_ns, world->longest_latency_ns);
    }
    for (uint32_t i = 0; i < shards->n; i++) {
        SimWorld *world = &shards->shards[i]->world;
        world->highest_head = whole->highest_head;
        world->longest_latency_ns = whole->longest_latency_ns;
    }
}

static void share_with(SimWorld *to, const SimWorld *from)
{
    BnetProbes *probes = to->store.probes;
    to->store = from->store;
    to->store.probes = probes;
    if (!to->record)
        return;
    to->record->traits = from->record->traits;
    to->record->sound_below = from->record->sound_below;
}

void sim_shards_share(SimShards *shards, const SimShard *from)
{
    SimWorld *whole = shards->whole;
    share_with(whole, &from->world);
    whole->now_ns = from->world.now_ns;
    whole->untold |= from->world.untold;
    whole->stopped |= from->world.stopped;
    if (whole->checks)
        sim_check_s4_judge_blocks(check_of(whole, "S4"), whole);
    for (uint32_t i = 0; i < shards->n; i++)
        share_with(&shards->shards[i]->world, whole);
    sim_shards_gather(shards);
}
