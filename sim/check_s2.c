/* SPDX-License-Identifier: Apache-2.0 */
/*
 * S2: no block is sent twice in one session, unless so many newer ones went over it since that the
 * mark of the first time had to go (protocol section 4).
 */
#include "sim/check.h"
#include "sim/record.h"

static void happened(SimObserver *observer, SimWorld *world, const SimHappening *happening)
{
    SimCheck *self = (SimCheck *)observer;
    if (!sim_world_is_honest(world, happening->peer))
        return;
    BnetBlock block = happening->message->u.block;
    const SimEndRecord *end = sim_record_end(sim_world_record(world), happening->end);
    SimSubject subject = sim_subject_of(happening, block, BNET_NO_TRX);
    if (sim_block_set_has(&end->blocks, SIM_RECORD_SENT, block))
        sim_check_violation_of(self, world, &subject, "%s sent block %u to %s for the second time",
                               sim_world_peer_name(world, happening->peer),
                               bnet_store_number(sim_world_store(world), block),
                               sim_world_peer_name(world, happening->remote));
}

SimCheck *sim_check_s2_new(SimWorld *world)
{
    (void)world;
    SimCheck *self = g_new0(SimCheck, 1);
    self->id = "S2";
    self->title = "no block is sent twice in a session";
    self->judges_sent = 1u << BNET_MESSAGE_BLOCK;
    self->observer.traits = SIM_TRAIT_AGAIN;
    self->observer.happened = happened;
    return self;
}
