/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L3 quiescence: no session end performs more than 1000 actions at one instant without sending
 * anything or moving its frontier. Such a cycle would never end, so the run is stopped.
 *
 * Told from the 65th action without sending on; those before are not counted. 24 bytes a session
 * end, once there was one.
 */
#include "sim/check.h"
#include "sim/record.h"

#define ACTIONS_MAX 1000u

typedef struct Streak {
    int64_t instant_ns;
    uint32_t actions;
    BnetBlock frontier;
} Streak;

typedef struct CheckL3 {
    SimCheck check;
    Streak *streaks; /* [ends]; NULL: nobody was ever busy */
} CheckL3;

static void happened(SimObserver *observer, SimWorld *world, const SimHappening *happening)
{
    CheckL3 *self = (CheckL3 *)observer;
    if (!self->streaks)
        self->streaks = g_new0(Streak, sim_world_ends(world));
    Streak *streak = &self->streaks[happening->end];
    const BnetNode *node = sim_world_node(world, happening->peer);
    BnetBlock frontier = bnet_node_session(node, happening->session)->frontier;
    uint32_t asks = sim_record_end(sim_world_record(world), happening->end)->asks;
    bool is_first = asks == SIM_RECORD_ASKS_BUSY;
    if (is_first || streak->instant_ns != happening->time_ns || streak->frontier != frontier)
        *streak = (Streak){happening->time_ns, 0, frontier};
    if (++streak->actions <= ACTIONS_MAX)
        return;
    sim_check_violation_in(&self->check, world, happening,
                           "%s asked its chain, whose head is %u, for block %u again and again for "
                           "the session with %s without sending anything",
                           sim_world_peer_name(world, happening->peer),
                           bnet_view_head_number(&node->view), happening->number,
                           sim_world_peer_name(world, happening->remote));
    sim_world_stop(world);
}

static void check_free(SimCheck *check)
{
    CheckL3 *self = (CheckL3 *)check;
    g_free(self->streaks);
    g_free(self);
}

SimCheck *sim_check_l3_new(SimWorld *world)
{
    (void)world;
    CheckL3 *self = g_new0(CheckL3, 1);
    self->check.id = "L3";
    self->check.title = "no session is busy without end";
    self->check.judges_sent = UINT32_MAX;
    self->check.observer.traits = SIM_TRAIT_BUSY;
    self->check.observer.happened = happened;
    self->check.free = check_free;
    return &self->check;
}
