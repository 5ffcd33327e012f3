/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/deployed.h"

#include "core/deployed_session.h"

#define DRIVER_QUIRKS (BNET_QUIRK_ONE_BEHIND | BNET_QUIRK_CLOSE_WAITS | BNET_QUIRK_REDIAL_TIMER)

/* The timer of the redials: whole seconds. */
#define REDIAL_TIMER_MIN_S 10u
#define REDIAL_TIMER_SPREAD_S 5u

static SimDeployed *of_end(const SimWorld *world, uint32_t end)
{
    return world->peers[world->ends[end].peer].deployed;
}

static bool has_quirk(const SimDeployed *deployed, BnetQuirks quirk)
{
    return deployed != NULL && (deployed->quirks & quirk) != 0;
}

/* --- life ------------------------------------------------------------------------------------ */

void sim_deployed_init(SimWorld *world, uint32_t index)
{
    SimPeer *peer = &world->peers[index];
    const BnetQuirks quirks = scenario_group_of(world->scenario, index)->quirks;
    if (!(quirks & DRIVER_QUIRKS))
        return;
    SimDeployed *deployed = g_new0(SimDeployed, 1);
    deployed->quirks = quirks;
    deployed->waits_for = SIM_NONE;
    deployed->held = g_array_new(FALSE, FALSE, sizeof(SimHeldWrite));
    deployed->n_ends = peer->n_ends;
    deployed->behind = g_new0(GQueue, peer->n_ends);
    for (uint32_t i = 0; i < peer->n_ends; i++)
        g_queue_init(&deployed->behind[i]);
    peer->deployed = deployed;
}

static void forget_messages(GQueue *messages, BnetPool *pool)
{
    BnetMessage *message;
    while ((message = g_queue_pop_head(messages)) != NULL) {
        bnet_message_finish(message, pool);
        g_free(message);
    }
}

static void forget_all(SimDeployed *deployed, BnetPool *pool)
{
    for (uint32_t i = 0; i < deployed->n_ends; i++)
        forget_messages(&deployed->behind[i], pool);
    for (guint i = 0; i < deployed->held->len; i++)
        bnet_message_finish(&g_array_index(deployed->held, SimHeldWrite, i).message, pool);
    g_array_set_size(deployed->held, 0);
}

void sim_deployed_free(SimDeployed *deployed, BnetPool *pool)
{
    if (deployed == NULL)
        return;
    forget_all(deployed, pool);
    g_array_unref(deployed->held);
    g_free(deployed->behind);
    g_free(deployed);
}

static int64_t timer_ns(SimPeer *peer)
{
    const uint64_t more_s = sim_random_below(&peer->random_redial, REDIAL_TIMER_SPREAD_S);
    return ((int64_t)more_s + REDIAL_TIMER_MIN_S) * BNET_NS_PER_S;
}

void sim_deployed_start(SimWorld *world, uint32_t index)
{
    SimPeer *peer = &world->peers[index];
    if (has_quirk(peer->deployed, BNET_QUIRK_REDIAL_TIMER))
        peer->deployed->redial_ns = world->now_ns + timer_ns(peer);
}

void sim_deployed_stop(SimWorld *world, uint32_t index)
{
    SimPeer *peer = &world->peers[index];
    for (uint32_t slot = 0; slot < peer->n_ends; slot++)
        sim_deployed_answer(world, sim_peer_end(world, index, slot));
    if (peer->deployed == NULL)
        return;
    forget_all(peer->deployed, &world->pool);
    peer->deployed->waits_for = SIM_NONE;
    peer->deployed->waits++;
}

/* --- closing waits (H13) --------------------------------------------------------------------- */

void sim_deployed_closed(SimWorld *world, uint32_t end, BnetCloseReason reason)
{
    SimDeployed *deployed = of_end(world, end);
    if (deployed == NULL)
        return;
    forget_messages(&deployed->behind[world->ends[end].slot], &world->pool);
    if (reason != BNET_CLOSE_MALFORMED || !has_quirk(deployed, BNET_QUIRK_CLOSE_WAITS) ||
        deployed->waits_for != SIM_NONE)
        return;
    deployed->waits_for = end;
    deployed->waits++;
}

void sim_deployed_answer(SimWorld *world, uint32_t end)
{
    const SimDeployed *waiting = of_end(world, end ^ 1);
    if (waiting == NULL || waiting->waits_for != (end ^ 1))
        return;
    sim_world_schedule(world, world->now_ns + sim_wire_latency(world, end), SIM_EVENT_THAW,
                       world->ends[end ^ 1].peer, waiting->waits);
}

void sim_deployed_go_on(SimWorld *world, uint32_t index, uint32_t waits)
{
    SimPeer *peer = &world->peers[index];
    SimDeployed *deployed = peer->deployed;
    if (deployed->waits_for == SIM_NONE || deployed->waits != waits)
        return;
    deployed->waits_for = SIM_NONE;
    for (guint i = 0; i < deployed->held->len; i++) {
        SimHeldWrite *held = &g_array_index(deployed->held, SimHeldWrite, i);
        if (world->ends[held->end].open)
            sim_peer_send(world, held->end, &held->message);
        else
            bnet_message_finish(&held->message, &world->pool);
    }
    g_array_set_size(deployed->held, 0);
    if (peer->paused)
        return;
    for (uint32_t slot = 0; slot < peer->n_ends; slot++)
        sim_peer_awake_end(world, sim_peer_end(world, index, slot));
    sim_peer_settle(world, index);
}

bool sim_deployed_holds(SimWorld *world, uint32_t end, const BnetMessage *message)
{
    SimDeployed *deployed = of_end(world, end);
    if (deployed->waits_for == SIM_NONE)
        return false;
    const SimHeldWrite held = {end, *message};
    g_array_append_val(deployed->held, held);
    return true;
}

/* --- frames with several messages (H12) ------------------------------------------------------ */

static void add_message(GQueue *behind, const BnetMessage *message)
{
    BnetMessage *copy = g_new(BnetMessage, 1);
    *copy = *message;
    g_queue_push_tail(behind, copy);
}

static BnetMessage ping_of(const SimWorld *world, uint64_t code)
{
    BnetMessage ping = {.kind = BNET_MESSAGE_PING};
    ping.u.ping.sent_ns = world->now_ns - world->now_ns % BNET_NS_PER_US;
    bnet_put_little(ping.u.ping.code.bytes, code | 1, sizeof code);
    return ping;
}

/* What is in a frame of bytes that are no message: a good one may stand before what is wrong. */
static void add_frame(const SimWorld *world, GQueue *behind, const BnetMessage *frame)
{
    static const BnetMessage notice = {.kind = BNET_MESSAGE_BLOCK_NOTICE}; /* of unknown blocks */
    const BnetMalformed *bytes = &frame->u.malformed;
    const bool is_malformed = frame->kind == BNET_MESSAGE_MALFORMED;
    if (is_malformed && bytes->what == SCENARIO_MALFORMED_TWO_NOTICES) {
        add_message(behind, &notice);
        add_message(behind, &notice);
        return;
    }
    if (is_malformed && bytes->what == SCENARIO_MALFORMED_TRAILING) {
        const BnetMessage ping = ping_of(world, bytes->seed);
        add_message(behind, &ping);
    }
    add_message(behind, frame);
}

void sim_deployed_read(SimWorld *world, uint32_t end, BnetMessage *message)
{
    SimDeployed *deployed = of_end(world, end);
    if (!has_quirk(deployed, BNET_QUIRK_ONE_BEHIND))
        return;
    GQueue *behind = &deployed->behind[world->ends[end].slot];
    add_frame(world, behind, message);
    g_autofree BnetMessage *first = g_queue_pop_head(behind);
    *message = *first;
}

/* --- memory ---------------------------------------------------------------------------------- */

static uint32_t chunks_behind(const GQueue *behind)
{
    uint32_t n = 0;
    for (const GList *at = behind->head; at != NULL; at = at->next)
        n += sim_look_message_chunks(at->data);
    return n;
}

uint32_t sim_deployed_chunks(const SimPeer *peer)
{
    const SimDeployed *deployed = peer->deployed;
    uint32_t n = 0;
    for (uint32_t slot = 0; slot < peer->n_ends && peer->node.deployed != NULL; slot++)
        n += bnet_ring_chunks(&peer->node.deployed[slot].late);
    if (deployed == NULL)
        return n;
    for (guint i = 0; i < deployed->held->len; i++)
        n += sim_look_message_chunks(&g_array_index(deployed->held, SimHeldWrite, i).message);
    for (uint32_t slot = 0; slot < deployed->n_ends; slot++)
        n += chunks_behind(&deployed->behind[slot]);
    return n;
}

/* --- redials --------------------------------------------------------------------------------- */

int64_t sim_deployed_redial_ns(SimWorld *world, uint32_t index)
{
    SimPeer *peer = &world->peers[index];
    if (!has_quirk(peer->deployed, BNET_QUIRK_REDIAL_TIMER))
        return sim_random_range_ns(&peer->random_redial, SIM_REDIAL_MIN_NS, SIM_REDIAL_MAX_NS);
    while (peer->deployed->redial_ns <= world->now_ns)
        peer->deployed->redial_ns += timer_ns(peer);
    return peer->deployed->redial_ns - world->now_ns;
}
