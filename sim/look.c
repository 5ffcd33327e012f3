/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/look.h"

#include "sim/deployed.h"
#include "sim/internal.h"

const BnetSession *sim_look_session(const SimWorld *world, uint32_t end)
{
    const SimEnd *e = &world->ends[end];
    return bnet_node_session(&world->peers[e->peer].node, e->slot);
}

bool sim_look_is_idle(const SimWorld *world, uint32_t peer)
{
    const SimPeer *p = &world->peers[peer];
    const BnetView *view = &p->node.view;
    return p->up && !p->paused && !p->busy && p->jobs.n == 0 && view->head == view->target;
}

bool sim_look_stands(const SimWorld *world, uint32_t peer)
{
    return sim_deployed_stands(&world->peers[peer]);
}

uint32_t sim_look_twin(const SimWorld *world, uint32_t end)
{
    return sim_end_twin(world, end);
}

bool sim_look_was_connected(const SimWorld *world, uint32_t end)
{
    return world->links[end / 2].connection > 0;
}

bool sim_look_wire_is_empty(const SimWorld *world, uint32_t end)
{
    return world->ends[end].wire.count == 0;
}

bool sim_look_is_answered(const SimWorld *world, uint32_t end)
{
    return sim_wire_has_open(world, end);
}

int64_t sim_look_longest_latency_ns(const SimWorld *world)
{
    return world->longest_latency_ns;
}

void sim_look_probe(SimWorld *world, SimProbe probe)
{
    sim_probe(&world->probes, probe);
}

int64_t sim_look_skew_ns(const SimWorld *world, uint32_t peer)
{
    return sim_clock_now(world, peer) - world->now_ns;
}

const SimWork *sim_look_work(const SimWorld *world)
{
    return &world->work;
}

/* --- lists ----------------------------------------------------------------------------------- */

uint32_t sim_look_chunks_taken(const SimWorld *world)
{
    const BnetPool *pool = &world->pool;
    return pool->capacity == 0 ? 0 : pool->capacity - 1 - pool->n_free;
}

uint32_t sim_look_message_chunks(const BnetMessage *message)
{
    const bool has_list =
        message->kind == BNET_MESSAGE_BLOCK_NOTICE || message->kind == BNET_MESSAGE_TRX_NOTICE;
    return has_list ? bnet_ring_chunks(&message->u.notice) : 0;
}

/* The lists of the notices that are on the wire to an end. */
static uint32_t chunks_on_wire(const SimWorld *world, const BnetRing *wire)
{
    uint32_t n = 0;
    BnetRingWalk walk = bnet_ring_walk(wire);
    uint32_t item;
    while (bnet_ring_next(&walk, &world->pool, &item)) {
        if ((item & SIM_ITEM_KIND) != SIM_ITEM_PARCEL)
            continue;
        BnetMessage message;
        sim_parcels_look(&world->parcels, item & ~SIM_ITEM_KIND, &world->store, &message);
        n += sim_look_message_chunks(&message);
    }
    return n;
}

static uint32_t chunks_of_session(const BnetSession *session)
{
    return bnet_ring_chunks(&session->notices) + (session->pong != 0);
}

uint32_t sim_look_chunks_held(const SimWorld *world)
{
    uint32_t n = sim_access_chunks(world);
    for (uint32_t e = 0; e < world->n_ends; e++) {
        const SimEnd *end = &world->ends[e];
        n += bnet_ring_chunks(&end->wire) + chunks_on_wire(world, &end->wire);
        if (end->open)
            n += chunks_of_session(sim_look_session(world, e));
    }
    for (uint32_t p = 0; p < world->n_peers; p++)
        n += sim_deployed_chunks(&world->peers[p]);
    return n;
}
