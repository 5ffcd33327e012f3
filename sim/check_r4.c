/* SPDX-License-Identifier: Apache-2.0 */
/*
 * R4: a session end buffers at most one encoded message: one that was handed to the wire and is not
 * completely written.
 *
 * Told of messages that are sent while another is being written.
 */
#include "sim/check.h"
#include "sim/record.h"

static void happened(SimObserver *observer, SimWorld *world, const SimHappening *happening)
{
    SimCheck *self = (SimCheck *)observer;
    const SimEndRecord *end = sim_record_end(sim_world_record(world), happening->end);
    if (!end->honest)
        return;
    uint32_t buffered = end->writes + 1u;
    if (buffered > 1)
        sim_check_violation_in(self, world, happening, "%s buffers %u messages for %s, above 1",
                               sim_world_peer_name(world, happening->peer), buffered,
                               sim_world_peer_name(world, happening->remote));
}

SimCheck *sim_check_r4_new(SimWorld *world)
{
    (void)world;
    SimCheck *self = g_new0(SimCheck, 1);
    self->id = "R4";
    self->title = "one message is buffered at a time";
    self->judges_sent = UINT32_MAX;
    self->observer.traits = SIM_TRAIT_OVERLAP;
    self->observer.happened = happened;
    return self;
}
