/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/world.h"

#include "sim/internal.h"

void sim_world_schedule(SimWorld *world, int64_t time_ns, SimEventKind kind, uint32_t entity,
                        uint32_t arg)
{
    g_assert(entity <= SIM_ENTITY_MAX);
    uint32_t target = (uint32_t)kind << SIM_ENTITY_BITS | entity;
    sim_queue_push(&world->queue, (SimQueueEvent){time_ns, target, arg});
}

SimHappening sim_happening(SimHappeningKind kind, uint32_t peer)
{
    return (SimHappening){
        .kind = kind,
        .peer = peer,
        .remote = SIM_NONE,
        .end = SIM_NONE,
        .session = BNET_NO_SESSION,
    };
}

SimHappening sim_session_happening(const SimWorld *world, SimHappeningKind kind, uint32_t end)
{
    SimHappening happening = sim_happening(kind, world->ends[end].peer);
    happening.remote = world->ends[end ^ 1].peer;
    happening.end = end;
    happening.session = world->ends[end].slot;
    return happening;
}

#define SENT_AUDIENCE ((uint32_t)SIM_HAPPENING_KINDS)
#define DELIVERED_AUDIENCE (SENT_AUDIENCE + SIM_MESSAGE_KINDS)

static uint32_t audience_of(const SimHappening *happening)
{
    if (happening->kind == SIM_SENT)
        return SENT_AUDIENCE + happening->message->kind;
    if (happening->kind == SIM_DELIVERED)
        return DELIVERED_AUDIENCE + happening->message->kind;
    return happening->kind;
}

void sim_world_tell(SimWorld *world, SimHappening *happening)
{
    happening->time_ns = world->now_ns;
    sim_hash_happening(world, happening);
    const GPtrArray *observers = world->observers[audience_of(happening)];
    for (guint i = 0; i < observers->len; i++) {
        SimObserver *observer = observers->pdata[i];
        observer->happened(observer, world, happening);
    }
}

static void observe_messages(SimWorld *world, SimObserver *observer, uint32_t kinds, uint32_t first)
{
    for (uint32_t k = 0; k < SIM_MESSAGE_KINDS; k++)
        if (kinds == 0 || (kinds >> k & 1))
            g_ptr_array_add(world->observers[first + k], observer);
}

void sim_world_observe(SimWorld *world, SimObserver *observer)
{
    for (uint32_t k = 0; k < SIM_HAPPENING_KINDS; k++)
        if (observer->mask >> k & 1)
            g_ptr_array_add(world->observers[k], observer);
    if (observer->mask & 1u << SIM_SENT)
        observe_messages(world, observer, observer->sent, SENT_AUDIENCE);
    if (observer->mask & 1u << SIM_DELIVERED)
        observe_messages(world, observer, observer->delivered, DELIVERED_AUDIENCE);
}

void sim_world_tell_fault(SimWorld *world, uint32_t peer, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    SimHappening happening = sim_happening(SIM_FAULT, peer);
    happening.text = text;
    sim_world_tell(world, &happening);
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

const SimRecord *sim_world_record(const SimWorld *world)
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
