/* SPDX-License-Identifier: Apache-2.0 */
/*
 * R4: a session end buffers at most one encoded message: one that was handed to the wire and is not
 * completely written.
 */
#include "sim/check.h"

typedef struct CheckR4 {
    SimCheck check;
    uint8_t *buffered; /* [ends]: messages that are being written */
} CheckR4;

static void happened(SimObserver *observer, SimWorld *world, const SimHappening *happening)
{
    CheckR4 *self = (CheckR4 *)observer;
    uint8_t *buffered = &self->buffered[happening->end];
    if (!sim_world_is_honest(world, happening->peer))
        return;
    if (happening->kind != SIM_SENT) {
        if (happening->kind != SIM_WRITTEN)
            *buffered = 0;
        else if (*buffered > 0)
            --*buffered;
        return;
    }
    self->check.judged = true;
    if (*buffered < UINT8_MAX)
        ++*buffered;
    if (*buffered > 1)
        sim_check_violation_in(&self->check, world, happening,
                               "%s buffers %u messages for %s, above 1",
                               sim_world_peer_name(world, happening->peer), *buffered,
                               sim_world_peer_name(world, happening->remote));
}

static void check_free(SimCheck *check)
{
    CheckR4 *self = (CheckR4 *)check;
    g_free(self->buffered);
    g_free(self);
}

SimCheck *sim_check_r4_new(SimWorld *world)
{
    CheckR4 *self = g_new0(CheckR4, 1);
    self->check.id = "R4";
    self->check.title = "one message is buffered at a time";
    self->check.observer.mask =
        1u << SIM_SENT | 1u << SIM_WRITTEN | 1u << SIM_OPENED | 1u << SIM_CLOSED;
    self->check.observer.happened = happened;
    self->check.free = check_free;
    self->buffered = g_new0(uint8_t, sim_world_ends(world));
    return &self->check;
}
