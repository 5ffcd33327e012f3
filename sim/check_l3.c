/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L3 quiescence: no session end performs more than 1000 actions at one instant without sending
 * anything or moving its frontier. Such a cycle would never end, so the run is stopped.
 */
#include "sim/check.h"

#define ACTIONS_MAX 1000u

typedef struct Streak {
    int64_t instant_ns;
    uint32_t actions;
    BnetBlock frontier;
} Streak;

typedef struct CheckL3 {
    SimCheck check;
    Streak *streaks; /* [ends] */
} CheckL3;

static void happened(SimObserver *observer, SimWorld *world, const SimHappening *happening)
{
    CheckL3 *self = (CheckL3 *)observer;
    Streak *streak = &self->streaks[happening->end];
    const BnetNode *node = sim_world_node(world, happening->peer);
    BnetBlock frontier = bnet_node_session(node, happening->session)->frontier;
    self->check.judged = true;
    if (happening->kind == SIM_SENT || streak->instant_ns != happening->time_ns ||
        streak->frontier != frontier)
        *streak = (Streak){.instant_ns = happening->time_ns, .frontier = frontier};
    if (happening->kind == SIM_SENT || ++streak->actions <= ACTIONS_MAX)
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
    CheckL3 *self = g_new0(CheckL3, 1);
    self->check.id = "L3";
    self->check.title = "no session is busy without end";
    self->check.observer.mask = 1u << SIM_SENT | 1u << SIM_ASKED;
    self->check.observer.happened = happened;
    self->check.free = check_free;
    self->streaks = g_new0(Streak, sim_world_ends(world));
    return &self->check;
}
