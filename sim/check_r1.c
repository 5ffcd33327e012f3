/* SPDX-License-Identifier: Apache-2.0 */
/*
 * R1: a session keeps a status of at most 2048 blocks.
 *
 * What a session with quirks keeps as the deployed plugin does is looked at with each look at its
 * peer; the marks of the documented status, which take longer to count and have no room for more,
 * in one of its sessions in turn, and in all of them at the end.
 */
#include "core/deployed_session.h"
#include "sim/check.h"

#define STATUS_MAX 2048u

typedef struct CheckR1 {
    SimCheck check;
    uint64_t looks; /* at all peers */
} CheckR1;

static void judge(SimCheck *check, SimWorld *world, uint32_t peer, uint32_t session, uint32_t marks)
{
    check->judged = true;
    if (marks <= STATUS_MAX)
        return;
    uint32_t end = sim_world_session_end(world, peer, session);
    SimSubject subject = sim_subject_of_end(world, end);
    sim_check_violation_of(check, world, &subject,
                           "%s keeps a status of %u blocks in its session with %s, above %u",
                           sim_world_peer_name(world, peer), marks,
                           sim_world_peer_name(world, subject.remote), STATUS_MAX);
}

static void look(SimCheck *check, SimWorld *world, uint32_t peer)
{
    CheckR1 *self = (CheckR1 *)check;
    uint64_t round = self->looks++ / sim_world_peers(world);
    const BnetNode *node = sim_world_node(world, peer);
    if (node->n_sessions == 0 || !sim_world_is_honest(world, peer) || !sim_world_is_up(world, peer))
        return;
    uint32_t turn = (uint32_t)(round % node->n_sessions);
    judge(check, world, peer, turn, bnet_session_marks(bnet_node_session(node, turn)));
    for (uint32_t s = 0; s < node->n_sessions && node->self.quirks != 0; s++)
        judge(check, world, peer, s, node->deployed[s].marks.n);
}

static void finish(SimCheck *check, SimWorld *world)
{
    for (uint32_t p = 0; p < sim_world_peers(world); p++) {
        const BnetNode *node = sim_world_node(world, p);
        for (uint32_t s = 0; s < node->n_sessions && sim_world_is_honest(world, p); s++)
            judge(check, world, p, s, bnet_node_status_count(node, s));
    }
}

SimCheck *sim_check_r1_new(SimWorld *world)
{
    (void)world;
    CheckR1 *self = g_new0(CheckR1, 1);
    self->check.id = "R1";
    self->check.title = "block status is bounded";
    self->check.look = look;
    self->check.finish = finish;
    return &self->check;
}
