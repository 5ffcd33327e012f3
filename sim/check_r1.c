/* SPDX-License-Identifier: Apache-2.0 */
/*
 * R1: a session keeps a status of at most 2048 blocks.
 *
 * Counting the marks of a session takes longer than what else a message costs, so every 61st
 * message is looked at, whose ever it is: too many marks do not go away again.
 */
#include "core/deployed_session.h"
#include "sim/check.h"

#define STATUS_MAX 2048u
/* A prime: messages come in patterns. */
#define MESSAGES_PER_LOOK 61u

typedef struct CheckR1 {
    SimCheck check;
    uint32_t messages;
} CheckR1;

/* A peer with quirks keeps the status as the deployed plugin does, beside the other one. */
static uint32_t marks_of(const SimWorld *world, const SimHappening *happening)
{
    const BnetNode *node = sim_world_node(world, happening->peer);
    uint32_t marks = bnet_session_marks(bnet_node_session(node, happening->session));
    if (node->self.quirks == 0)
        return marks;
    return MAX(marks, node->deployed[happening->session].marks.n);
}

static void happened(SimObserver *observer, SimWorld *world, const SimHappening *happening)
{
    CheckR1 *self = (CheckR1 *)observer;
    if (++self->messages % MESSAGES_PER_LOOK != 1 || !sim_world_is_honest(world, happening->peer))
        return;
    uint32_t marks = marks_of(world, happening);
    self->check.judged = true;
    if (marks > STATUS_MAX)
        sim_check_violation_in(&self->check, world, happening,
                               "%s keeps a status of %u blocks in its session with %s, above %u",
                               sim_world_peer_name(world, happening->peer), marks,
                               sim_world_peer_name(world, happening->remote), STATUS_MAX);
}

SimCheck *sim_check_r1_new(SimWorld *world)
{
    (void)world;
    CheckR1 *self = g_new0(CheckR1, 1);
    self->check.id = "R1";
    self->check.title = "block status is bounded";
    self->check.observer.mask = 1u << SIM_SENT | 1u << SIM_DELIVERED;
    self->check.observer.happened = happened;
    return &self->check;
}
