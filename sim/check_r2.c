/* SPDX-License-Identifier: Apache-2.0 */
/*
 * R2: at most 2048 notices wait in a session.
 *
 * Looked at are what a message of notices holds, and the queues of a peer that takes a header in,
 * one session in turn for each header: a queue that is too long stays so until it is sent.
 */
#include "sim/check.h"
#include "sim/look.h"

#define NOTICES_MAX 2048u

typedef struct CheckR2 {
    SimCheck check;
    uint32_t turn;
} CheckR2;

static void judge(CheckR2 *self, SimWorld *world, uint32_t end, uint32_t n, const char *what)
{
    self->check.judged = true;
    if (n > NOTICES_MAX)
        sim_check_violation(&self->check, world, "%s %s %u notices for %s, above %u",
                            sim_world_peer_name(world, sim_world_end_peer(world, end)), what, n,
                            sim_world_peer_name(world, sim_world_end_peer(world, end ^ 1)),
                            NOTICES_MAX);
}

static void happened(SimObserver *observer, SimWorld *world, const SimHappening *happening)
{
    CheckR2 *self = (CheckR2 *)observer;
    if (!sim_world_is_honest(world, happening->peer))
        return;
    if (happening->kind == SIM_SENT) {
        if (happening->message->kind == BNET_MESSAGE_BLOCK_NOTICE)
            judge(self, world, happening->end, happening->message->u.notice.count, "sent");
        return;
    }
    uint32_t n = sim_world_node(world, happening->peer)->n_sessions;
    if (happening->event != BNET_CHAIN_HEADER || n == 0)
        return;
    uint32_t end = sim_world_session_end(world, happening->peer, self->turn++ % n);
    if (sim_world_end_is_open(world, end))
        judge(self, world, end, sim_look_session(world, end)->notices.count, "has queued");
}

static void check_free(SimCheck *check)
{
    g_free(check);
}

SimCheck *sim_check_r2_new(SimWorld *world)
{
    (void)world;
    CheckR2 *self = g_new0(CheckR2, 1);
    self->check.id = "R2";
    self->check.title = "queued notices are bounded";
    self->check.observer.mask = 1u << SIM_SENT | 1u << SIM_CHAIN;
    self->check.observer.happened = happened;
    self->check.free = check_free;
    return &self->check;
}
