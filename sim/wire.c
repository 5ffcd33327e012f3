/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What travels between two session ends: an ordered byte stream each way, as TCP gives.
 *
 * Items arrive in the order in which they were sent, each at
 *     max(now, end of the one before) + size / bandwidth + latency drawn for it,
 * and at least 1 ns after the one before. The queue holds an arrival event ("token") for each item
 * on its way; the wire is in order, so a token needs no item. It names the epoch of its end: a new
 * one begins when what is on the wire is dropped or held, and voids the tokens of the old.
 *
 * What passes an uplink or a downlink that is limited does so in pieces (sim/access.h), and has its
 * token when its last piece is on its way to the peer, or through its downlink. A lost segment
 * delays its item and all behind it (sim/loss.h).
 *
 * An item that arrives while its way is cut is missed, with all that is behind it; so is what is
 * sent then. When the way is mended, the missed items set out again. A cut that is mended before
 * the next arrival delays nothing that was on its way.
 *
 * A write completes at once while the bytes written and not yet read fit in the two socket buffers
 * of the way; else when reading has made room, one latency of the way back later.
 */
#include "sim/access.h"
#include "sim/internal.h"
#include "sim/latency.h"
#include "sim/loss.h"
#include "sim/shards.h"

/* --- paths ----------------------------------------------------------------------------------- */

void sim_wire_need_paths(SimWorld *world)
{
    if (!world->paths)
        world->paths = g_new0(SimPath, world->n_ends);
}

/* What is sent next sets out now at the earliest. */
static void clear_path(SimWorld *world, uint32_t end)
{
    if (world->paths)
        world->paths[end].sending_until_ns = world->now_ns;
    world->ends[end].last_arrival_ns = world->now_ns;
}

/* Streams of which an end keeps but the place: the rest follows from its number. */
static int64_t draw_latency(SimWorld *world, uint32_t end)
{
    SimEnd *from = &world->ends[end];
    SimRandom random = sim_random_stream(world->scenario->seed, SIM_RANDOM_LATENCY, end);
    random.draw = from->latency_draws;
    int64_t latency_ns = sim_latency_draw(from->u.latency, &random);
    from->latency_draws = random.draw;
    return latency_ns;
}

int64_t sim_wire_latency(SimWorld *world, uint32_t end)
{
    SimEnd *from = &world->ends[end];
    int64_t latency_ns = from->drawn ? draw_latency(world, end) : from->u.constant_ns;
    if (latency_ns > world->longest_latency_ns)
        world->longest_latency_ns = latency_ns;
    return latency_ns;
}

void sim_wire_set_latency(SimWorld *world, uint32_t end, const ScenarioLatency *latency,
                          int64_t edge_ns)
{
    SimRandom none = {0}; /* a constant draws nothing */
    SimEnd *from = &world->ends[end];
    from->drawn = edge_ns == 0 && latency->kind != SCENARIO_LATENCY_CONSTANT;
    if (from->drawn)
        from->u.latency = latency;
    else
        from->u.constant_ns = edge_ns > 0 ? edge_ns : sim_latency_draw(latency, &none);
}

void sim_wire_shape(SimWorld *world, uint32_t end, const ScenarioWay *way)
{
    bool shapes = way->bandwidth_bytes_per_s > 0 || way->loss_ppm > 0;
    if (!shapes && !world->paths)
        return;
    sim_wire_need_paths(world);
    world->paths[end].bandwidth_bytes_per_s = way->bandwidth_bytes_per_s;
    world->paths[end].loss_ppm = way->loss_ppm;
    world->ends[end].shaped |= shapes;
}

int64_t sim_wire_loss_ns(SimWorld *world, uint32_t end, uint32_t bytes, int64_t latency_ns,
                         int64_t span_ns)
{
    SimPath *way = &world->paths[end];
    if (way->loss_ppm == 0)
        return 0;
    SimLossPath path = {
        .loss_ppm = way->loss_ppm,
        .round_trip_ns = 2 * latency_ns,
        .span_ns = span_ns,
    };
    SimRandom random = sim_random_stream(world->scenario->seed, SIM_RANDOM_LOSS, end);
    random.draw = way->loss_draws;
    int64_t delay_ns = sim_loss_delay_ns(sim_loss_segments(bytes), &path, &random);
    way->loss_draws = random.draw;
    if (delay_ns > 0)
        sim_probe(&world->probes, SIM_PROBE_SEGMENT_LOST);
    return delay_ns;
}

/* --- items ----------------------------------------------------------------------------------- */

static bool is_signal(uint32_t item)
{
    return (item & SIM_ITEM_KIND) == SIM_ITEM_SIGNAL;
}

static uint32_t hello_of(SimWorld *world, SimPeer *peer, const BnetMessage *message)
{
    peer->hello = sim_parcels_pack_hello(&world->parcels, message, &world->store, peer->hello);
    return peer->hello;
}

/* Takes over the message that the end sends. Mostly it is a handle; so is the notice of one
 * block. */
static uint32_t item_of(SimWorld *world, uint32_t end, BnetMessage *message)
{
    if (message->kind == BNET_MESSAGE_BLOCK)
        return message->u.block | SIM_ITEM_BLOCK;
    if (message->kind == BNET_MESSAGE_TRX)
        return message->u.trx | SIM_ITEM_TRX;
    if (message->kind == BNET_MESSAGE_BLOCK_NOTICE && message->u.notice.count == 1)
        return bnet_ring_pop(&message->u.notice, &world->pool) | SIM_ITEM_NOTICE;
    if (message->kind == BNET_MESSAGE_HELLO)
        return hello_of(world, &world->peers[world->ends[end].peer], message) | SIM_ITEM_PARCEL;
    return sim_parcels_pack(&world->parcels, message, &world->store) | SIM_ITEM_PARCEL;
}

/* What the item, which is no signal, was made of: it is the item's still. */
static void look_into(const SimWorld *world, uint32_t item, BnetMessage *ret_message)
{
    uint32_t index = item & ~SIM_ITEM_KIND;
    switch (item & SIM_ITEM_KIND) {
    case SIM_ITEM_BLOCK:
        ret_message->kind = BNET_MESSAGE_BLOCK;
        ret_message->u.block = index;
        break;
    case SIM_ITEM_TRX:
        ret_message->kind = BNET_MESSAGE_TRX;
        ret_message->u.trx = index;
        break;
    case SIM_ITEM_NOTICE:
        ret_message->kind = BNET_MESSAGE_BLOCK_NOTICE;
        ret_message->u.notice = (BnetRing){.count = 1, .u.few = {index}};
        break;
    default:
        sim_parcels_look(&world->parcels, index, &world->store, ret_message);
        break;
    }
}

/* The same; the item is gone, and the message the caller's. */
static void unpack(SimWorld *world, uint32_t item, BnetMessage *ret_message)
{
    look_into(world, item, ret_message);
    if ((item & SIM_ITEM_KIND) == SIM_ITEM_PARCEL)
        sim_parcels_drop(&world->parcels, item & ~SIM_ITEM_KIND);
}

static uint32_t item_bytes(const SimWorld *world, uint32_t item)
{
    if (is_signal(item))
        return 0;
    BnetMessage message;
    look_into(world, item, &message);
    return bnet_message_size(&message, &world->store);
}

uint32_t sim_wire_unpack(SimWorld *world, uint32_t item, BnetMessage *ret_message)
{
    uint32_t bytes = item_bytes(world, item);
    unpack(world, item, ret_message);
    return bytes;
}

/* --- sending --------------------------------------------------------------------------------- */

int64_t sim_wire_transfer_ns(uint64_t bytes, uint64_t bytes_per_s)
{
    if (bytes_per_s == 0)
        return 0;
    return (int64_t)(((unsigned __int128)bytes * BNET_NS_PER_S + bytes_per_s - 1) / bytes_per_s);
}

void sim_wire_due(SimWorld *world, uint32_t end, int64_t arrival_ns)
{
    SimEnd *from = &world->ends[end];
    SimEnd *to = &world->ends[end ^ 1];
    from->last_arrival_ns = MAX(arrival_ns, from->last_arrival_ns + 1);
    sim_world_schedule(world, from->last_arrival_ns, SIM_EVENT_ARRIVAL, to->position, to->epoch);
}

/* When an item of that size is there that leaves `end` now and has the link alone to pass. */
static int64_t passage(SimWorld *world, uint32_t end, uint32_t bytes)
{
    if (!world->ends[end].shaped)
        return world->now_ns + sim_wire_latency(world, end);
    SimPath *path = &world->paths[end];
    int64_t begin_ns = MAX(world->now_ns, path->sending_until_ns);
    int64_t span_ns = sim_wire_transfer_ns(bytes, path->bandwidth_bytes_per_s);
    int64_t latency_ns = sim_wire_latency(world, end);
    path->sending_until_ns = begin_ns + span_ns;
    return path->sending_until_ns + latency_ns +
           sim_wire_loss_ns(world, end, bytes, latency_ns, span_ns);
}

/* An item of that size leaves `end` now. */
static void set_out(SimWorld *world, uint32_t end, uint32_t bytes)
{
    SimEnd *from = &world->ends[end];
    SimEnd *to = &world->ends[end ^ 1];
    if (from->cut) {
        to->missed++;
        return;
    }
    if (world->access && sim_access_send(world, end, bytes))
        return;
    sim_wire_due(world, end, passage(world, end, bytes));
}

/* To another shard, which has it when the window is over. There is room for it. */
static void send_across(SimWorld *world, uint32_t end, BnetMessage *message, uint32_t bytes)
{
    SimEnd *from = &world->ends[end];
    int64_t arrival_ns = passage(world, end, bytes);
    from->last_arrival_ns = MAX(arrival_ns, from->last_arrival_ns + 1);
    sim_shard_send(world, &(SimCrossing){end, bytes, from->last_arrival_ns}, message);
}

void sim_wire_comes(SimWorld *world, uint32_t end, uint32_t item, uint32_t bytes,
                    int64_t arrival_ns)
{
    SimEnd *to = &world->ends[end];
    bnet_pool_reserve(&world->pool, 1);
    bnet_ring_push(&to->wire, &world->pool, item);
    to->wire_bytes += bytes;
    sim_world_schedule(world, arrival_ns, SIM_EVENT_ARRIVAL, to->position, to->epoch);
}

static void put(SimWorld *world, uint32_t end, uint32_t item, uint32_t bytes)
{
    SimEnd *to = &world->ends[end ^ 1];
    bnet_pool_reserve(&world->pool, 1);
    bnet_ring_push(&to->wire, &world->pool, item);
    to->wire_bytes += bytes;
    set_out(world, end, bytes);
}

/* For a write to `end`. */
static bool has_room(const SimWorld *world, uint32_t end)
{
    const SimEnd *from = &world->ends[end ^ 1];
    return world->ends[end].wire_bytes <= from->buffer_bytes;
}

bool sim_wire_has_room(const SimWorld *world, uint32_t end)
{
    return has_room(world, end ^ 1);
}

bool sim_wire_send(SimWorld *world, uint32_t end, BnetMessage *message, uint32_t bytes)
{
    if (world->scenario->wire == SCENARIO_WIRE_BYTES)
        sim_bytes_pass(world, message);
    SimEnd *from = &world->ends[end];
    if (from->across) {
        send_across(world, end, message, bytes);
        return true;
    }
    SimEnd *to = &world->ends[end ^ 1];
    /* The side that closed reads no more: what is sent before its FIN arrives gets lost. The end
     * that dialled does not exist before the connection is confirmed to it. */
    if (!to->open && (end & 1) == 0) {
        sim_probe(&world->probes, SIM_PROBE_SENT_TO_CLOSED);
        bnet_message_finish(message, &world->pool);
        return true;
    }
    put(world, end, item_of(world, end, message), bytes);
    from->blocked = !has_room(world, end ^ 1);
    if (from->blocked)
        sim_probe(&world->probes, SIM_PROBE_WRITE_BLOCKED);
    return !from->blocked;
}

void sim_wire_signal(SimWorld *world, uint32_t end, uint32_t item)
{
    put(world, end, item, 0);
}

/* --- receiving ------------------------------------------------------------------------------- */

/* All tokens on their way to an end are void. */
static void begin_epoch(SimWorld *world, uint32_t end)
{
    world->ends[end].epoch++;
    sim_access_drop(world, end ^ 1);
}

void sim_wire_miss(SimWorld *world, uint32_t end)
{
    SimEnd *to = &world->ends[end];
    to->missed = to->wire.count - to->arrived;
    begin_epoch(world, end);
    clear_path(world, end ^ 1); /* nothing is before what sets out again */
}

void sim_wire_arrived(SimWorld *world, uint32_t end)
{
    const SimEnd *to = &world->ends[end];
    sim_world_schedule(world, world->now_ns, SIM_EVENT_ARRIVAL, to->position, to->epoch);
}

bool sim_wire_arrival(SimWorld *world, uint32_t end, uint32_t epoch)
{
    SimEnd *to = &world->ends[end];
    if (epoch != to->epoch)
        return false;
    if (!to->across && world->ends[end ^ 1].cut) {
        sim_wire_miss(world, end);
        return false;
    }
    to->arrived++;
    return true;
}

/* Reading may have made room for a write of the other side that waits. */
static void tell_room(SimWorld *world, uint32_t end)
{
    SimEnd *writer = &world->ends[end ^ 1];
    if (world->ends[end].across || !writer->blocked || !has_room(world, end))
        return;
    writer->blocked = false;
    int64_t latency_ns = sim_wire_latency(world, end);
    sim_world_schedule(world, world->now_ns + latency_ns, SIM_EVENT_ROOM, writer->position,
                       world->links[end / 2].connection);
}

void sim_wire_set_buffers(SimWorld *world, uint32_t end, uint32_t bytes)
{
    world->ends[end].buffer_bytes = bytes;
    tell_room(world, end ^ 1);
}

uint32_t sim_wire_take(SimWorld *world, uint32_t end, BnetMessage *ret_message, uint32_t *ret_bytes)
{
    SimEnd *to = &world->ends[end];
    g_assert(to->arrived > 0);
    to->arrived--;
    uint32_t item = bnet_ring_pop(&to->wire, &world->pool);
    if (is_signal(item))
        return item;
    unpack(world, item, ret_message);
    *ret_bytes = bnet_message_size(ret_message, &world->store);
    to->wire_bytes -= *ret_bytes;
    tell_room(world, end);
    return item;
}

bool sim_wire_has_open(const SimWorld *world, uint32_t end)
{
    BnetRingWalk walk = bnet_ring_walk(&world->ends[end].wire);
    uint32_t item;
    while (bnet_ring_next(&walk, &world->pool, &item))
        if (item == SIM_ITEM_OPEN)
            return true;
    return false;
}

void sim_wire_clear(SimWorld *world, uint32_t end)
{
    SimEnd *to = &world->ends[end];
    while (to->wire.count > 0) {
        uint32_t item = bnet_ring_pop(&to->wire, &world->pool);
        if (is_signal(item))
            continue;
        BnetMessage message;
        unpack(world, item, &message);
        bnet_message_finish(&message, &world->pool);
    }
    begin_epoch(world, end);
    to->wire_bytes = 0;
    to->missed = 0;
    to->arrived = 0;
    clear_path(world, end ^ 1);
    world->ends[end ^ 1].blocked = false; /* the write that waited is gone, too */
}

void sim_wire_mend(SimWorld *world, uint32_t end)
{
    SimEnd *to = &world->ends[end ^ 1];
    uint32_t missed = to->missed;
    if (missed > 0)
        sim_probe(&world->probes, SIM_PROBE_CUT_RELEASED);
    to->missed = 0;
    BnetRingWalk walk = bnet_ring_walk(&to->wire);
    uint32_t item = 0;
    uint32_t before = to->wire.count - missed;
    for (uint32_t i = 0; i < before; i++)
        bnet_ring_next(&walk, &world->pool, &item);
    for (; missed > 0; missed--) {
        gboolean more = bnet_ring_next(&walk, &world->pool, &item);
        g_assert(more);
        set_out(world, end, item_bytes(world, item));
    }
}
