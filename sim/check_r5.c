/* SPDX-License-Identifier: Apache-2.0 */
/*
 * R5: a full block crosses a connection once, and once more, the other way, only if two copies meet
 * on the way: nobody sends what it has sent, or has taken in, on the same connection.
 *
 * Told of blocks that are sent and went over the connection before, as far as the record goes back.
 */
#include "sim/check.h"
#include "sim/record.h"

static void violation(SimCheck *self, SimWorld *world, const SimHappening *happening,
                      const char *what)
{
    SimSubject subject = sim_subject_of(happening, happening->message->u.block, BNET_NO_TRX);
    sim_check_violation_of(self, world, &subject, "%s sent block %u to %s, %s",
                           sim_world_peer_name(world, happening->peer),
                           bnet_store_number(sim_world_store(world), subject.block),
                           sim_world_peer_name(world, happening->remote), what);
}

static void happened(SimObserver *observer, SimWorld *world, const SimHappening *happening)
{
    SimCheck *self = (SimCheck *)observer;
    BnetBlock block = happening->message->u.block;
    const SimEndRecord *end = sim_record_end(sim_world_record(world), happening->end);
    if (!end->honest)
        return;
    if (sim_block_set_has(&end->blocks, SIM_RECORD_SENT, block))
        violation(self, world, happening, "once more on the same connection");
    if (sim_block_set_has(&end->blocks, SIM_RECORD_TAKEN, block))
        violation(self, world, happening, "from which it had come on the same connection");
}

SimCheck *sim_check_r5_new(SimWorld *world)
{
    (void)world;
    SimCheck *self = g_new0(SimCheck, 1);
    self->id = "R5";
    self->title = "a block crosses a connection once";
    self->judges_sent = 1u << BNET_MESSAGE_BLOCK;
    self->observer.traits = SIM_TRAIT_AGAIN | SIM_TRAIT_HEARD;
    self->observer.happened = happened;
    return self;
}
