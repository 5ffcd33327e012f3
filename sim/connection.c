/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections: dialling, opening, closing, dialling again.
 *
 * A dial takes three latencies to the peer that is dialled (TCP handshake, then the WebSocket
 * request) and one back. It fails if that peer is down or the link cut, in whichever way, when it
 * arrives. Whoever dials tries again 10 to 15 s after a failure or loss (protocol section 7). A
 * link carries one connection at a time: one that arrives while the dialled side still holds an old
 * one replaces it.
 */
#include "sim/deployed.h"
#include "sim/internal.h"
#include "sim/shards.h"

static uint32_t dialling_end(uint32_t link)
{
    return 2 * link;
}

static void tell_dial(SimWorld *world, SimHappeningKind kind, uint32_t link)
{
    SimHappening happening = sim_session_happening(world, kind, dialling_end(link));
    sim_world_tell(world, &happening);
}

static void redial_later(SimWorld *world, uint32_t link)
{
    int64_t wait_ns = sim_deployed_redial_ns(world, world->ends[dialling_end(link)].peer);
    world->links[link].attempt++;
    sim_world_schedule(world, world->now_ns + wait_ns, SIM_EVENT_DIAL, link,
                       world->links[link].attempt);
}

/* The peer is connected with the same remote by the link that the other side dials. */
static bool has_other_connection(const SimWorld *world, uint32_t end)
{
    uint32_t twin = sim_end_twin(world, end);
    return twin != SIM_NONE && world->ends[twin].open;
}

/* Whom the end dials is connected to the same peer by the other link, and has said who it is: a
 * documented peer does not dial it then. */
static bool is_connected_inbound(const SimWorld *world, uint32_t end)
{
    const BnetNode *node = &world->peers[world->ends[end].peer].node;
    if ((node->self.quirks & BNET_QUIRK_REDIALS_INBOUND) || !has_other_connection(world, end))
        return false;
    return bnet_node_session(node, world->ends[sim_end_twin(world, end)].slot)->hello_received;
}

void sim_connection_dial(SimWorld *world, uint32_t link)
{
    uint32_t end = dialling_end(link);
    if (!world->peers[world->ends[end].peer].up || world->ends[end].open)
        return;
    if (sim_deployed_stands(&world->peers[world->ends[end].peer])) {
        world->links[link].dial_due = world->links[link].attempt;
        return;
    }
    if (is_connected_inbound(world, end)) {
        tell_dial(world, SIM_UNDIALLED, link);
        redial_later(world, link);
        return;
    }
    tell_dial(world, SIM_DIALLED, link);
    int64_t delay_ns = sim_wire_latency(world, end);
    delay_ns += sim_wire_latency(world, end ^ 1);
    delay_ns += sim_wire_latency(world, end);
    world->links[link].attempt++;
    sim_world_schedule(world, world->now_ns + delay_ns, SIM_EVENT_ACCEPT, link,
                       world->links[link].attempt);
}

static void opened(SimWorld *world, uint32_t end, bool dialled)
{
    SimEnd *e = &world->ends[end];
    if (has_other_connection(world, end))
        sim_probe(&world->probes, SIM_PROBE_DIAL_CROSSING);
    e->open = true;
    e->paused = false;
    e->blocked = false;
    e->room_due = false;
    SimHappening happening = sim_session_happening(world, SIM_OPENED, end);
    happening.dialled = dialled;
    sim_world_tell(world, &happening);
    bnet_node_open(&world->peers[e->peer].node, e->slot, dialled, world->now_ns);
    sim_peer_act(world, e->peer);
    sim_peer_arm_timer(world, end);
}

void sim_connection_accept(SimWorld *world, uint32_t link, uint32_t attempt)
{
    if (attempt != world->links[link].attempt)
        return;
    uint32_t end = dialling_end(link) ^ 1;
    bool up = world->peers[world->ends[end].peer].up;
    if (!up || sim_link_is_cut(world, link)) {
        sim_probe(&world->probes, up ? SIM_PROBE_DIAL_CUT : SIM_PROBE_DIAL_DOWN);
        tell_dial(world, SIM_UNDIALLED, link);
        redial_later(world, link);
        return;
    }
    if (sim_deployed_stands(&world->peers[world->ends[end].peer])) {
        sim_probe(&world->probes, SIM_PROBE_DIAL_PAUSED);
        world->links[link].accept_due = attempt;
        return;
    }
    if (world->ends[end].open) {
        sim_probe(&world->probes, SIM_PROBE_CONNECTION_REPLACED);
        sim_connection_gone(world, end, BNET_CLOSE_LOST, false);
    }
    sim_wire_clear(world, end);
    sim_wire_clear(world, end ^ 1);
    world->links[link].connection++;
    sim_wire_signal(world, end, SIM_ITEM_OPEN);
    opened(world, end, false);
    sim_peer_settle(world, world->ends[end].peer);
}

void sim_connection_awake(SimWorld *world, uint32_t link)
{
    SimLink *l = &world->links[link];
    if (l->accept_due != 0 && l->accept_due == l->attempt)
        sim_world_schedule(world, world->now_ns, SIM_EVENT_ACCEPT, link, l->attempt);
    l->accept_due = 0;
}

void sim_connection_confirmed(SimWorld *world, uint32_t end)
{
    g_assert(!world->ends[end].open);
    if (world->peers[world->ends[end].peer].up)
        opened(world, end, true);
    else
        sim_wire_signal(world, end, SIM_ITEM_FIN);
}

void sim_connection_gone(SimWorld *world, uint32_t end, BnetCloseReason reason, bool signal)
{
    SimEnd *e = &world->ends[end];
    SimPeer *peer = &world->peers[e->peer];
    g_assert(e->open);
    if (sim_shard_refuses(world, "a session closes"))
        return;
    e->open = false;
    e->paused = false;
    e->timer_ns = BNET_TIME_NEVER;
    sim_peer_forget_session(peer, e->slot);
    if (bnet_session_is_open(bnet_node_session(&peer->node, e->slot)))
        bnet_node_lost(&peer->node, e->slot, world->now_ns);
    SimHappening happening = sim_session_happening(world, SIM_CLOSED, end);
    happening.reason = reason;
    sim_world_tell(world, &happening);
    sim_wire_clear(world, end);
    if (signal)
        sim_wire_signal(world, end, SIM_ITEM_FIN);
    sim_deployed_closed(world, end, reason);
    if (peer->up && end == dialling_end(end / 2))
        redial_later(world, end / 2);
}

void sim_connection_abandon(SimWorld *world, uint32_t end)
{
    if (!sim_wire_has_open(world, end))
        return;
    sim_wire_clear(world, end);
    sim_wire_signal(world, end, SIM_ITEM_FIN);
}

void sim_connection_reset(SimWorld *world, uint32_t link)
{
    uint32_t dialling = dialling_end(link);
    SimLink *l = &world->links[link];
    bool waits = l->accept_due != 0 && l->accept_due == l->attempt;
    bool half_open = sim_wire_has_open(world, dialling) || waits;
    l->accept_due = 0;
    for (uint32_t end = dialling; end <= dialling + 1; end++) {
        if (world->ends[end].open)
            sim_connection_gone(world, end, BNET_CLOSE_LOST, false);
        sim_deployed_answer(world, end);
    }
    sim_wire_clear(world, dialling);
    sim_wire_clear(world, dialling + 1);
    if (half_open && world->peers[world->ends[dialling].peer].up) {
        tell_dial(world, SIM_UNDIALLED, link);
        redial_later(world, link);
    }
}
