/* SPDX-License-Identifier: Apache-2.0 */
/*
 * C3: a ping carries the LIB of that moment; a pong echoes the code of the last ping; a pong with
 * another code, or one that nobody asked for, closes the session at once with bad-pong, and nothing
 * else does.
 */
#include "sim/check.h"
#include "sim/must_close.h"
#include "sim/record.h"

typedef struct CheckC3 {
    SimCheck check;
    SimMustClose must_close;
} CheckC3;

static void sent_ping(CheckC3 *self, SimWorld *world, const SimHappening *happening)
{
    uint32_t lib = bnet_view_lib_number(&sim_world_node(world, happening->peer)->view);
    uint32_t told = happening->message->u.ping.lib_number;
    self->check.judged = true;
    if (told != lib)
        sim_check_violation_in(&self->check, world, happening,
                               "%s sent %s a ping with LIB %u, while it was %u",
                               sim_world_peer_name(world, happening->peer),
                               sim_world_peer_name(world, happening->remote), told, lib);
}

static void sent_pong(CheckC3 *self, SimWorld *world, const SimHappening *happening,
                      const SimEndRecord *end)
{
    self->check.judged = true;
    bool right = sim_world_record(world)->pings[happening->end].their_code ==
                 sim_record_code(&happening->message->u.ping.code);
    if (end->pong_due && right)
        return;
    sim_check_violation_in(
        &self->check, world, happening, "%s sent %s a pong %s",
        sim_world_peer_name(world, happening->peer), sim_world_peer_name(world, happening->remote),
        end->pong_due ? "whose code is not that of the last ping" : "that was not asked for");
}

static void took_pong(CheckC3 *self, SimWorld *world, const SimHappening *happening,
                      const SimEndRecord *end)
{
    if (!end->hello_taken)
        return; /* it is closed for another reason */
    self->check.judged = true;
    if (!end->ping_open || sim_world_record(world)->pings[happening->end].our_code !=
                               sim_record_code(&happening->message->u.ping.code))
        sim_must_close_because(&self->must_close, world, happening, BNET_CLOSE_BAD_PONG);
}

static void happened(SimObserver *observer, SimWorld *world, const SimHappening *happening)
{
    CheckC3 *self = (CheckC3 *)observer;
    if (!sim_world_is_honest(world, happening->peer))
        return;
    const SimEndRecord *end = sim_record_end(sim_world_record(world), happening->end);
    sim_must_close_happened(&self->must_close, world, happening);
    if (happening->kind == SIM_DELIVERED && happening->message->kind == BNET_MESSAGE_PONG)
        took_pong(self, world, happening, end);
    if (happening->kind != SIM_SENT)
        return;
    if (happening->message->kind == BNET_MESSAGE_PING)
        sent_ping(self, world, happening);
    else if (happening->message->kind == BNET_MESSAGE_PONG)
        sent_pong(self, world, happening, end);
}

static void finish(SimCheck *check, SimWorld *world)
{
    sim_must_close_judge(&((CheckC3 *)check)->must_close, world);
}

static void check_free(SimCheck *check)
{
    sim_must_close_finish(&((CheckC3 *)check)->must_close);
    g_free(check);
}

SimCheck *sim_check_c3_new(SimWorld *world)
{
    CheckC3 *self = g_new0(CheckC3, 1);
    self->check.id = "C3";
    self->check.title = "pings carry the LIB, pongs the code";
    self->check.judges_sent = 1u << BNET_MESSAGE_PING | 1u << BNET_MESSAGE_PONG;
    self->check.observer.traits = SIM_TRAIT_ODD;
    self->check.observer.happened = happened;
    self->check.finish = finish;
    self->check.free = check_free;
    sim_must_close_init(&self->must_close, &self->check, world, SIM_CONDEMNER_C3);
    self->must_close.reasons = 1u << BNET_CLOSE_BAD_PONG;
    self->must_close.forbidden = self->check.judges_sent;
    return &self->check;
}
