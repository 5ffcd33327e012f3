/* SPDX-License-Identifier: Apache-2.0 */
/*
 * R6: memory returns to its base after a disconnect: when a session is closed, its queue of
 * notices, its marks of transactions and its blame are gone; and at the end of the run the world's
 * lists hold every piece of memory that was taken for lists.
 *
 * Cost: a closed session costs the words of its transaction marks and, only if its node blames
 * anybody at that moment, the entries of the blame.
 */
#include "sim/check.h"
#include "sim/look.h"

typedef struct CheckR6 {
    SimCheck check;
} CheckR6;

static bool knows_any(const BnetTrxs *trxs, uint32_t session)
{
    uint32_t words = trxs->capacity / 64;
    for (uint32_t w = 0; w < words; w++)
        if (trxs->known[(size_t)session * words + w] != 0)
            return true;
    return false;
}

static void judge(CheckR6 *self, SimWorld *world, const SimHappening *happening, bool is_kept,
                  const char *what)
{
    self->check.judged = true;
    if (is_kept)
        sim_check_violation_in(&self->check, world, happening,
                               "%s keeps %s of its closed session with %s",
                               sim_world_peer_name(world, happening->peer), what,
                               sim_world_peer_name(world, happening->remote));
}

static void happened(SimObserver *observer, SimWorld *world, const SimHappening *happening)
{
    CheckR6 *self = (CheckR6 *)observer;
    if (!sim_world_is_honest(world, happening->peer))
        return;
    const BnetNode *node = sim_world_node(world, happening->peer);
    const BnetSession *session = bnet_node_session(node, happening->session);
    judge(self, world, happening, bnet_session_is_open(session), "the state");
    judge(self, world, happening, session->notices.count > 0, "the notices");
    judge(self, world, happening, knows_any(&node->trxs, happening->session),
          "marks of transactions");
    judge(self, world, happening, bnet_blame_has_session(&node->blame, happening->session),
          "the blame");
}

static void finish(SimCheck *check, SimWorld *world)
{
    uint32_t taken = sim_look_chunks_taken(world);
    uint32_t held = sim_look_chunks_held(world);
    if (taken != held)
        sim_check_violation(check, world, "%u pieces of lists are taken, and the lists hold %u",
                            taken, held);
}

SimCheck *sim_check_r6_new(SimWorld *world)
{
    (void)world;
    CheckR6 *self = g_new0(CheckR6, 1);
    self->check.id = "R6";
    self->check.title = "memory returns after a disconnect";
    self->check.observer.mask = 1u << SIM_CLOSED;
    self->check.observer.happened = happened;
    self->check.finish = finish;
    return &self->check;
}
