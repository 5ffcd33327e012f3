/* SPDX-License-Identifier: Apache-2.0 */
/*
 * R2: at most 2048 notices wait in a session.
 *
 * Looked at are what a message of notices holds, and the queues of a peer that takes a header in,
 * one session for each header, by the block's number: a queue that is too long stays so until it is
 * sent.
 */
#include "sim/check.h"
#include "sim/look.h"

#define NOTICES_MAX 2048u

static void judge(SimCheck *self, SimWorld *world, uint32_t end, uint32_t n, const char *what)
{
    sim_check_judges(self);
    if (n <= NOTICES_MAX)
        return;
    SimSubject subject = sim_subject_of_end(world, end);
    sim_check_violation_of(self, world, &subject, "%s %s %u notices for %s, above %u",
                           sim_world_peer_name(world, subject.peer), what, n,
                           sim_world_peer_name(world, subject.remote), NOTICES_MAX);
}

static void happened(SimObserver *observer, SimWorld *world, const SimHappening *happening)
{
    SimCheck *self = (SimCheck *)observer;
    if (!sim_world_is_honest(world, happening->peer))
        return;
    if (happening->kind == SIM_SENT) {
        judge(self, world, happening->end, happening->message->u.notice.count, "sent");
        return;
    }
    uint32_t n = sim_world_node(world, happening->peer)->n_sessions;
    if (n == 0)
        return;
    uint32_t number = bnet_store_number(sim_world_store(world), happening->block);
    uint32_t end = sim_world_session_end(world, happening->peer, number % n);
    if (sim_world_end_is_open(world, end))
        judge(self, world, end, sim_look_session(world, end)->notices.count, "has queued");
}

SimCheck *sim_check_r2_new(SimWorld *world)
{
    (void)world;
    SimCheck *self = g_new0(SimCheck, 1);
    self->id = "R2";
    self->title = "queued notices are bounded";
    self->observer.chain = 1u << BNET_CHAIN_HEADER;
    self->judges_sent = 1u << BNET_MESSAGE_BLOCK_NOTICE;
    self->observer.traits = SIM_TRAIT_LONG;
    self->observer.near = 1u << SIM_SENT | 1u << SIM_CHAIN;
    self->observer.happened = happened;
    return self;
}
