/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/world.h"

#include "sim/internal.h"
#include "sim/shards.h"

/* Such an event comes and goes while a shard is alone (shards.h). */
static bool is_of_a_peer(SimEventKind kind)
{
    return kind == SIM_EVENT_WORK || kind == SIM_EVENT_ARRIVAL || kind == SIM_EVENT_ROOM ||
           kind == SIM_EVENT_TIMER;
}

void sim_world_schedule(SimWorld *world, int64_t time_ns, SimEventKind kind, uint32_t entity,
                        uint32_t arg)
{
    g_assert(entity <= SIM_ENTITY_MAX);
    uint32_t target = (uint32_t)kind << SIM_ENTITY_BITS | entity;
    if (world->ties.shuffled && kind >= SIM_EVENT_SHUFFLED)
        target = sim_ties_hide(&world->ties, time_ns, target);
    SimQueueEvent event = {time_ns, target, arg};
    if (G_UNLIKELY(world->shard != NULL) && !is_of_a_peer(kind))
        sim_shard_script(world, &event);
    else
        sim_queue_push(&world->queue, event);
}

/* --- what observers see ---------------------------------------------------------------------- */

const Scenario *sim_world_scenario(const SimWorld *world)
{
    return world->scenario;
}

int64_t sim_world_now_ns(const SimWorld *world)
{
    return world->now_ns;
}

const BnetStore *sim_world_store(const SimWorld *world)
{
    return &world->store;
}

const BnetPool *sim_world_pool(const SimWorld *world)
{
    return &world->pool;
}

SimRecord *sim_world_record(const SimWorld *world)
{
    return world->record;
}

SimTrxRecord *sim_world_trx_record(const SimWorld *world)
{
    return world->trx_record;
}

const SimCauses *sim_world_causes(const SimWorld *world)
{
    return world->causes;
}

int64_t sim_world_clock_ns(const SimWorld *world, uint32_t peer)
{
    return sim_clock_now(world, peer);
}

int64_t sim_world_latest_clock_ns(const SimWorld *world, uint32_t peer)
{
    return MAX(world->peers[peer].clock_latest_ns, sim_clock_now(world, peer));
}

uint64_t sim_world_verdicts(const SimWorld *world, uint32_t verdict)
{
    uint64_t n = 0;
    for (uint32_t v = 0; v < SIM_VERDICTS; v++)
        if (v == verdict || verdict == SIM_VERDICTS)
            n += world->verdicts[v];
    return n;
}

uint32_t sim_world_start_height(const SimWorld *world)
{
    return bnet_store_number(&world->store, world->start_head);
}

uint32_t sim_world_peers(const SimWorld *world)
{
    return world->n_peers;
}

const BnetNode *sim_world_node(const SimWorld *world, uint32_t peer)
{
    return &world->peers[peer].node;
}

bool sim_world_is_up(const SimWorld *world, uint32_t peer)
{
    return world->peers[peer].up;
}

bool sim_world_is_running(const SimWorld *world, uint32_t peer)
{
    return world->peers[peer].up && !world->peers[peer].paused;
}

int64_t sim_world_resumed_ns(const SimWorld *world, uint32_t peer)
{
    return world->peers[peer].resumed_ns;
}

bool sim_world_is_honest(const SimWorld *world, uint32_t peer)
{
    return world->peers[peer].honest;
}

const char *sim_world_peer_name(const SimWorld *world, uint32_t peer)
{
    return world->peers[peer].name;
}

uint32_t sim_world_ends(const SimWorld *world)
{
    return world->n_ends;
}

uint32_t sim_world_end_peer(const SimWorld *world, uint32_t end)
{
    return world->ends[end].peer;
}

uint32_t sim_world_session_end(const SimWorld *world, uint32_t peer, uint32_t session)
{
    return sim_peer_end(world, peer, session);
}

bool sim_world_end_is_open(const SimWorld *world, uint32_t end)
{
    return world->ends[end].open;
}

bool sim_world_end_is_cut(const SimWorld *world, uint32_t end)
{
    return sim_link_is_cut(world, end / 2);
}

void sim_world_stop(SimWorld *world)
{
    world->stopped = true;
}

/* --- connected peers ------------------------------------------------------------------------- */

static bool takes_part(const SimWorld *world, uint32_t peer)
{
    return sim_world_is_running(world, peer) && world->peers[peer].honest;
}

bool sim_world_libs_conflict(const SimWorld *world, uint32_t a, uint32_t b)
{
    BnetBlock x = world->peers[a].node.view.lib;
    BnetBlock y = world->peers[b].node.view.lib;
    if (x == BNET_NO_BLOCK || y == BNET_NO_BLOCK)
        return false;
    return !bnet_store_is_ancestor(&world->store, x, y) &&
           !bnet_store_is_ancestor(&world->store, y, x);
}

/* Floods from `from` over links that are whole, writing `mark`; returns how many peers it
 * reached. */
static uint32_t flood(const SimWorld *world, uint32_t from, uint32_t *component, GArray *stack)
{
    uint32_t n = 0;
    uint32_t mark = from + 1;
    component[from] = mark;
    g_array_append_val(stack, from);
    while (stack->len > 0) {
        uint32_t index = g_array_index(stack, uint32_t, stack->len - 1);
        const SimPeer *peer = &world->peers[index];
        g_array_set_size(stack, stack->len - 1);
        n++;
        if (peer->node.self.follow_irreversible)
            continue;
        for (uint32_t s = 0; s < peer->n_ends; s++) {
            uint32_t end = world->peer_ends[peer->first_end + s];
            uint32_t next = world->ends[end ^ 1].peer;
            if (sim_link_is_cut(world, end / 2) || component[next] || !takes_part(world, next))
                continue;
            if (sim_world_libs_conflict(world, index, next))
                continue;
            component[next] = mark;
            g_array_append_val(stack, next);
        }
    }
    return n;
}

const bool *sim_world_connected(SimWorld *world)
{
    g_autofree uint32_t *component = g_new0(uint32_t, world->n_peers);
    g_autoptr(GArray) stack = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    uint32_t largest = 0;
    uint32_t largest_mark = 0;
    for (uint32_t p = 0; p < world->n_peers; p++) {
        if (component[p] || !takes_part(world, p) || world->peers[p].node.self.follow_irreversible)
            continue;
        uint32_t n = flood(world, p, component, stack);
        if (n > largest) {
            largest = n;
            largest_mark = p + 1;
        }
    }
    for (uint32_t p = 0; p < world->n_peers; p++)
        world->connected[p] = largest_mark != 0 && component[p] == largest_mark;
    return world->connected;
}
