/* SPDX-License-Identifier: Apache-2.0 */
/*
 * S3: no block is sent to a peer that had sent it or noticed it to us before, unless so many newer
 * ones went over the session since that the mark had to go (protocol section 4).
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
    if (sim_block_set_has(&end->blocks, SIM_RECORD_FROM_PEER, block))
        sim_check_violation_of(self, world, &subject,
                               "%s sent block %u to %s, which had sent or noticed it",
                               sim_world_peer_name(world, happening->peer),
                               bnet_store_number(sim_world_store(world), block),
                               sim_world_peer_name(world, happening->remote));
}

SimCheck *sim_check_s3_new(SimWorld *world)
{
    (void)world;
    SimCheck *self = g_new0(SimCheck, 1);
    self->id = "S3";
    self->title = "no block is sent back, or to who has noticed it";
    self->judges_sent = 1u << BNET_MESSAGE_BLOCK;
    self->observer.traits = SIM_TRAIT_HEARD;
    self->observer.happened = happened;
    return self;
}
