/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/access.h"

#include "sim/heap.h"
#include "sim/internal.h"
#include "sim/loss.h"

/* A part of a flow is a message, or a piece of one; the last one of its message has this bit. */
#define PART_LAST 0x80000000u

typedef enum FlowState {
    FLOW_IDLE,    /* has nothing to be served */
    FLOW_WAITING, /* in the queue of its port */
    FLOW_SERVED,
    FLOW_HELD, /* waits for the link to take the next piece: an uplink's alone */
} FlowState;

/* What one end sends, at one port. */
typedef struct Flow {
    FlowState state;
    uint32_t ticket; /* of the last wait: what belongs to an earlier one is void */
    BnetRing parts;  /* behind the one that is being served, in order */
    uint32_t n_due;  /* of them: those that are at the port; an uplink's: all */
    uint32_t left;   /* bytes of the part being served that have not been */
    bool serving;    /* there is such a part */
    bool last;       /* it ends its message */
    bool begun;      /* of the message: a piece has left; an uplink's alone, as what follows */
    uint32_t passed_bytes; /* of all that have */
    int64_t begin_ns;      /* when the first one came to the link */
    int64_t latency_ns;    /* of the message */
    int64_t taken_ns;      /* when the link begins the piece that it has got last */
    uint64_t tag;          /* where its next piece begins */
} Flow;

typedef struct Port {
    bool used;            /* has a limit at some time */
    uint64_t bytes_per_s; /* 0: without limit */
    uint32_t flow;        /* being served; SIM_NONE */
    uint32_t piece;       /* bytes of it that are */
    uint32_t ticket;      /* of that service */
    int64_t until_ns;     /* when it ends */
    uint64_t tag;         /* where the piece taken last from the queue began */
    SimHeap queue;        /* flows that wait, by tag */
} Port;

struct SimAccess {
    Port *ports; /* 2 peer + way */
    uint32_t n_ports;
    Flow *flows; /* 2 end + way: what the end sends at its uplink, and at the other side's downlink
                  */
    bool *paced; /* by end: its bandwidth changes in the run, so it is used a piece at a time */
};

static uint32_t port_of(const SimWorld *world, uint32_t flow)
{
    uint32_t end = flow / 2;
    return flow % 2 == SIM_UPLINK ? 2 * world->ends[end].peer + SIM_UPLINK
                                  : 2 * world->ends[end ^ 1].peer + SIM_DOWNLINK;
}

/* --- from the scenario ----------------------------------------------------------------------- */

/* The event limits what has no limit by itself, or paces a link. */
static bool limits(const ScenarioEvent *event)
{
    return event->kind == SCENARIO_EVENT_CHANGE_PEERS ||
           (event->kind == SCENARIO_EVENT_CHANGE_LINKS && event->change.has_bandwidth);
}

static bool has_limit(const Scenario *scenario)
{
    for (uint32_t i = 0; i < scenario->n_groups; i++)
        if (scenario->groups[i].uplink_bytes_per_s > 0 ||
            scenario->groups[i].downlink_bytes_per_s > 0)
            return true;
    for (uint32_t i = 0; i < scenario->n_events; i++)
        if (limits(&scenario->events[i]))
            return true;
    return false;
}

static void note_event(SimAccess *access, const SimWorld *world, const ScenarioEvent *event)
{
    const ScenarioAccessChange *change = &event->access;
    if (!limits(event))
        return;
    for (uint32_t i = 0; i < event->peers.count; i++) {
        uint32_t peer = event->peers.peers[i];
        const SimPeer *its = &world->peers[peer];
        access->ports[2 * peer + SIM_UPLINK].used |= change->uplink_bytes_per_s > 0;
        access->ports[2 * peer + SIM_DOWNLINK].used |= change->downlink_bytes_per_s > 0;
        for (uint32_t s = 0; event->kind == SCENARIO_EVENT_CHANGE_LINKS && s < its->n_ends; s++) {
            uint32_t end = sim_peer_end(world, peer, s);
            access->paced[end] |= sim_changes_concern(world, event, end);
            access->paced[end ^ 1] |= sim_changes_concern(world, event, end ^ 1);
        }
    }
}

SimAccess *sim_access_new(const SimWorld *world)
{
    const Scenario *scenario = world->scenario;
    if (!has_limit(scenario))
        return NULL;
    SimAccess *access = g_new0(SimAccess, 1);
    access->n_ports = 2 * world->n_peers;
    access->ports = g_new0(Port, access->n_ports);
    access->flows = g_new0(Flow, 2 * (size_t)world->n_ends);
    access->paced = g_new0(bool, world->n_ends);
    for (uint32_t p = 0; p < access->n_ports; p++) {
        const ScenarioGroup *group = scenario_group_of(scenario, p / 2);
        Port *port = &access->ports[p];
        port->flow = SIM_NONE;
        port->bytes_per_s =
            p % 2 == SIM_UPLINK ? group->uplink_bytes_per_s : group->downlink_bytes_per_s;
        port->used = port->bytes_per_s > 0;
    }
    for (uint32_t i = 0; i < scenario->n_events; i++)
        note_event(access, world, &scenario->events[i]);
    return access;
}

void sim_access_free(SimAccess *access)
{
    if (!access)
        return;
    for (uint32_t p = 0; p < access->n_ports; p++)
        sim_heap_finish(&access->ports[p].queue);
    g_free(access->ports);
    g_free(access->flows);
    g_free(access->paced);
    g_free(access);
}

/* --- a port ---------------------------------------------------------------------------------- */

static bool has_part(const Flow *flow)
{
    return flow->serving || flow->n_due > 0;
}

/* The flow, which has a part, waits for its turn. */
static void wait_for_turn(SimAccess *access, Port *port, uint32_t index)
{
    Flow *flow = &access->flows[index];
    flow->state = FLOW_WAITING;
    flow->ticket++;
    flow->tag = MAX(flow->tag, port->tag);
    if (port->queue.n_slots == 0)
        sim_heap_init(&port->queue, 1);
    sim_heap_push(&port->queue, (SimQueueEvent){
                                    .time_ns = (int64_t)flow->tag,
                                    .target = index,
                                    .arg = flow->ticket,
                                });
}

/* The flow whose turn it is; SIM_NONE: none waits. */
static uint32_t next_flow(const SimAccess *access, Port *port)
{
    SimQueueEvent entry;
    while (port->queue.size > 0 && sim_heap_pop(&port->queue, &entry)) {
        const Flow *flow = &access->flows[entry.target];
        port->tag = (uint64_t)entry.time_ns;
        if (flow->state == FLOW_WAITING && flow->ticket == entry.arg)
            return entry.target;
    }
    return SIM_NONE;
}

/* Without any limit between here and the far end of the link, a message is one piece. */
static uint32_t piece_max(const SimWorld *world, const Port *port, uint32_t flow)
{
    bool free = port->bytes_per_s == 0 &&
                (flow % 2 == SIM_DOWNLINK || world->paths[flow / 2].bandwidth_bytes_per_s == 0);
    return free ? UINT32_MAX : SIM_SEGMENT_BYTES;
}

/* Takes up the flow's next piece. */
static void begin_piece(SimWorld *world, Port *port, uint32_t index)
{
    Flow *flow = &world->access->flows[index];
    if (!flow->serving) {
        uint32_t part = bnet_ring_pop(&flow->parts, &world->pool);
        flow->n_due--;
        flow->serving = true;
        flow->left = part & ~PART_LAST;
        flow->last = part & PART_LAST;
    }
    flow->state = FLOW_SERVED;
    port->flow = index;
    port->piece = MIN(flow->left, piece_max(world, port, index));
    port->ticket++;
    port->until_ns = world->now_ns + sim_wire_transfer_ns(port->piece, port->bytes_per_s);
    flow->tag += port->piece;
}

/* A part comes to a port, at the end of its flow. */
static void add_part(SimWorld *world, uint32_t index, uint32_t bytes, bool last)
{
    g_assert(bytes < PART_LAST);
    bnet_pool_reserve(&world->pool, 1);
    bnet_ring_push(&world->access->flows[index].parts, &world->pool,
                   bytes | (last ? PART_LAST : 0));
}

/* --- the link, between two ports ------------------------------------------------------------- */

/* A piece has passed the uplink and goes over the link. */
static void pass_link(SimWorld *world, uint32_t end, Flow *flow, uint32_t piece, bool ends_message)
{
    SimEnd *from = &world->ends[end];
    SimPath *path = &world->paths[end];
    uint32_t down_port = 2 * world->ends[end ^ 1].peer + SIM_DOWNLINK;
    int64_t begin_ns = MAX(world->now_ns, path->sending_until_ns);
    path->sending_until_ns = begin_ns + sim_wire_transfer_ns(piece, path->bandwidth_bytes_per_s);
    flow->taken_ns = begin_ns;
    if (!flow->begun) {
        flow->begun = true;
        flow->passed_bytes = 0;
        flow->begin_ns = begin_ns;
        flow->latency_ns = sim_wire_latency(world, end);
    }
    flow->passed_bytes += piece;
    int64_t arrival_ns = path->sending_until_ns + flow->latency_ns;
    if (ends_message) {
        int64_t span_ns = path->sending_until_ns - flow->begin_ns;
        arrival_ns += sim_wire_loss_ns(world, end, flow->passed_bytes, flow->latency_ns, span_ns);
        flow->begun = false;
    }
    if (world->access->ports[down_port].used) {
        from->last_arrival_ns = MAX(arrival_ns, from->last_arrival_ns + 1);
        add_part(world, 2 * end + SIM_DOWNLINK, piece, ends_message);
        sim_world_schedule(world, from->last_arrival_ns, SIM_EVENT_PIECE, end ^ 1,
                           world->ends[end ^ 1].epoch);
    } else if (ends_message) {
        sim_wire_due(world, end, arrival_ns);
    }
}

/* The flow has a part: it waits for its turn; but for an uplink only when the link begins the piece
 * that it has got last. */
static void go_on(SimWorld *world, uint32_t index, Port *port)
{
    Flow *flow = &world->access->flows[index];
    if (flow->taken_ns <= world->now_ns) {
        wait_for_turn(world->access, port, index);
        return;
    }
    flow->state = FLOW_HELD;
    flow->ticket++;
    sim_world_schedule(world, flow->taken_ns, SIM_EVENT_LINK, index / 2, flow->ticket);
}

/* --- service --------------------------------------------------------------------------------- */

/* The piece that the port serves has passed. */
static void end_piece(SimWorld *world, Port *port)
{
    uint32_t index = port->flow;
    uint32_t end = index / 2;
    uint32_t piece = port->piece;
    Flow *flow = &world->access->flows[index];
    port->flow = SIM_NONE;
    flow->left -= piece;
    flow->serving = flow->left > 0;
    bool ends_message = flow->last && !flow->serving;
    if (world->ends[end].cut) {
        flow->state = FLOW_IDLE;
        sim_wire_miss(world, end ^ 1);
        return;
    }
    if (index % 2 == SIM_UPLINK)
        pass_link(world, end, flow, piece, ends_message);
    else if (ends_message)
        sim_wire_arrived(world, end ^ 1);
    flow->state = FLOW_IDLE;
    if (has_part(flow))
        go_on(world, index, port);
}

/* Serves whoever's turn it is, until that takes time or nobody waits. */
static void serve(SimWorld *world, uint32_t index)
{
    Port *port = &world->access->ports[index];
    while (port->flow == SIM_NONE) {
        uint32_t flow = next_flow(world->access, port);
        if (flow == SIM_NONE)
            return;
        begin_piece(world, port, flow);
        if (port->until_ns <= world->now_ns)
            end_piece(world, port);
        else
            sim_world_schedule(world, port->until_ns, SIM_EVENT_PORT, index, port->ticket);
    }
}

/* A part has come to the port of a flow. */
static void come(SimWorld *world, uint32_t index)
{
    Flow *flow = &world->access->flows[index];
    uint32_t port = port_of(world, index);
    flow->n_due++;
    if (flow->state != FLOW_IDLE)
        return;
    go_on(world, index, &world->access->ports[port]);
    serve(world, port);
}

bool sim_access_send(SimWorld *world, uint32_t end, uint32_t bytes)
{
    const SimAccess *access = world->access;
    const Port *up = &access->ports[2 * world->ends[end].peer + SIM_UPLINK];
    const Port *down = &access->ports[2 * world->ends[end ^ 1].peer + SIM_DOWNLINK];
    if (!up->used && !down->used && !access->paced[end])
        return false;
    add_part(world, 2 * end + SIM_UPLINK, bytes, true);
    come(world, 2 * end + SIM_UPLINK);
    return true;
}

void sim_access_drop(SimWorld *world, uint32_t end)
{
    if (!world->access)
        return;
    for (uint32_t way = SIM_UPLINK; way <= SIM_DOWNLINK; way++) {
        uint32_t index = 2 * end + way;
        uint32_t port = port_of(world, index);
        Flow *flow = &world->access->flows[index];
        bool served = flow->state == FLOW_SERVED;
        bnet_ring_clear(&flow->parts, &world->pool);
        flow->state = FLOW_IDLE;
        flow->n_due = 0;
        flow->serving = false;
        flow->begun = false;
        flow->taken_ns = 0;
        if (served) {
            world->access->ports[port].flow = SIM_NONE;
            world->access->ports[port].ticket++;
            serve(world, port);
        }
    }
}

void sim_access_set_rate(SimWorld *world, uint32_t index, uint64_t bytes_per_s)
{
    Port *port = &world->access->ports[index];
    g_assert(port->used || bytes_per_s == 0);
    uint64_t before = port->bytes_per_s;
    port->bytes_per_s = bytes_per_s;
    if (port->flow == SIM_NONE || before == bytes_per_s)
        return;
    /* Nothing without a limit takes time: there was one. */
    unsigned __int128 left = (unsigned __int128)(port->until_ns - world->now_ns) * before;
    uint64_t left_bytes = (uint64_t)((left + BNET_NS_PER_S - 1) / BNET_NS_PER_S);
    port->ticket++;
    port->until_ns = world->now_ns + sim_wire_transfer_ns(left_bytes, bytes_per_s);
    sim_world_schedule(world, port->until_ns, SIM_EVENT_PORT, index, port->ticket);
}

/* --- events ---------------------------------------------------------------------------------- */

void sim_access_port(SimWorld *world, uint32_t index, uint32_t ticket)
{
    Port *port = &world->access->ports[index];
    if (port->flow == SIM_NONE || port->ticket != ticket)
        return;
    end_piece(world, port);
    serve(world, index);
}

void sim_access_link(SimWorld *world, uint32_t end, uint32_t ticket)
{
    uint32_t index = 2 * end + SIM_UPLINK;
    Flow *flow = &world->access->flows[index];
    uint32_t port = port_of(world, index);
    if (flow->state != FLOW_HELD || flow->ticket != ticket)
        return;
    wait_for_turn(world->access, &world->access->ports[port], index);
    serve(world, port);
}

void sim_access_piece(SimWorld *world, uint32_t end, uint32_t epoch)
{
    if (epoch != world->ends[end].epoch)
        return;
    if (world->ends[end ^ 1].cut) {
        sim_wire_miss(world, end);
        return;
    }
    come(world, 2 * (end ^ 1) + SIM_DOWNLINK);
}

uint32_t sim_access_chunks(const SimWorld *world)
{
    uint32_t n = 0;
    for (uint32_t i = 0; world->access && i < 2 * world->n_ends; i++)
        n += bnet_ring_chunks(&world->access->flows[i].parts);
    return n;
}
