/* SPDX-License-Identifier: Apache-2.0 */
/*
 * C7: a header is noticed only if it was accepted when its block was younger than 6 s by the
 * noticing peer's clock. Notices for who follows irreversible blocks are another matter (S7).
 *
 * A notice may wait for the socket: what counts is the moment at which the header was accepted.
 * O(1) for each block of a notice.
 */
#include "sim/check.h"
#include "sim/record.h"

static void judge(SimCheck *self, SimWorld *world, const SimHappening *happening, BnetBlock block)
{
    const SimPeerRecord *peer = &sim_world_record(world)->peers[happening->peer];
    sim_check_judges(self);
    SimSubject subject = sim_subject_of(happening, block, BNET_NO_TRX);
    if (sim_block_set_has(&peer->young, SIM_BLOCK_FIRST, block) ||
        sim_block_set_evicted(&peer->young, block))
        return;
    sim_check_violation_of(self, world, &subject,
                           "%s noticed block %u to %s, whose header it has not accepted within 6 s",
                           sim_world_peer_name(world, happening->peer),
                           bnet_store_number(sim_world_store(world), block),
                           sim_world_peer_name(world, happening->remote));
}

static void happened(SimObserver *observer, SimWorld *world, const SimHappening *happening)
{
    SimCheck *self = (SimCheck *)observer;
    if (!sim_world_is_honest(world, happening->peer) ||
        sim_record_end(sim_world_record(world), happening->end)->wants_irreversible)
        return;
    BnetRingWalk walk = bnet_ring_walk(&happening->message->u.notice);
    BnetBlock block;
    while (bnet_ring_next(&walk, sim_world_pool(world), &block))
        judge(self, world, happening, block);
}

SimCheck *sim_check_c7_new(SimWorld *world)
{
    (void)world;
    SimCheck *self = g_new0(SimCheck, 1);
    self->id = "C7";
    self->title = "headers are noticed while they are young";
    self->judges_sent = 1u << BNET_MESSAGE_BLOCK_NOTICE;
    self->observer.traits = SIM_TRAIT_OLD;
    self->observer.near = 1u << SIM_SENT;
    self->observer.happened = happened;
    return self;
}
