/* SPDX-License-Identifier: Apache-2.0 */
/*
 * R1: a session keeps a status of at most 2048 blocks.
 *
 * Counting the marks of a session takes longer than what else a look costs, so it is done every
 * fourth time that a peer is looked at, for one of its sessions in turn: too many marks do not go
 * away again.
 */
#include "core/deployed_session.h"
#include "sim/check.h"

#define STATUS_MAX 2048u
#define ROUNDS_PER_LOOK 4u

typedef struct CheckR1 {
    SimCheck check;
    uint64_t looks; /* at all peers */
} CheckR1;

/* A peer with quirks keeps the status as the deployed plugin does, beside the other one. */
static uint32_t marks_of(const BnetNode *node, uint32_t session)
{
    uint32_t marks = bnet_session_marks(bnet_node_session(node, session));
    return node->self.quirks == 0 ? marks : MAX(marks, node->deployed[session].marks.n);
}

static void look(SimCheck *check, SimWorld *world, uint32_t peer)
{
    CheckR1 *self = (CheckR1 *)check;
    uint64_t round = self->looks++ / sim_world_peers(world);
    const BnetNode *node = sim_world_node(world, peer);
    if (round % ROUNDS_PER_LOOK != peer % ROUNDS_PER_LOOK || node->n_sessions == 0 ||
        !sim_world_is_honest(world, peer) || !sim_world_is_up(world, peer))
        return;
    uint32_t session = (uint32_t)(round / ROUNDS_PER_LOOK % node->n_sessions);
    uint32_t marks = marks_of(node, session);
    self->check.judged = true;
    if (marks <= STATUS_MAX)
        return;
    uint32_t end = sim_world_session_end(world, peer, session);
    SimSubject subject = sim_subject_of_end(world, end);
    sim_check_violation_of(&self->check, world, &subject,
                           "%s keeps a status of %u blocks in its session with %s, above %u",
                           sim_world_peer_name(world, peer), marks,
                           sim_world_peer_name(world, subject.remote), STATUS_MAX);
}

SimCheck *sim_check_r1_new(SimWorld *world)
{
    (void)world;
    CheckR1 *self = g_new0(CheckR1, 1);
    self->check.id = "R1";
    self->check.title = "block status is bounded";
    self->check.look = look;
    return &self->check;
}
