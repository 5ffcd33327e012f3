/* SPDX-License-Identifier: Apache-2.0 */
/*
 * C4: a hello with another chain, or with our own id, closes the session before anything else goes
 * over it; and nothing else closes one with those reasons.
 */
#include <string.h>

#include "sim/check.h"
#include "sim/must_close.h"
#include "sim/record.h"

typedef struct CheckC4 {
    SimCheck check;
    SimMustClose must_close;
} CheckC4;

static BnetCloseReason refusal(const SimWorld *world, uint32_t peer, const BnetHello *hello)
{
    if (!bnet_id_equal(&hello->chain_id, &sim_world_store(world)->chain_id))
        return BNET_CLOSE_WRONG_CHAIN;
    const BnetKey *own = &sim_world_node(world, peer)->self.peer_id;
    return memcmp(own, &hello->peer_id, sizeof *own) == 0 ? BNET_CLOSE_SELF : BNET_CLOSE_NONE;
}

static void happened(SimObserver *observer, SimWorld *world, const SimHappening *happening)
{
    CheckC4 *self = (CheckC4 *)observer;
    if (!sim_world_is_honest(world, happening->peer))
        return;
    sim_must_close_happened(&self->must_close, world, happening);
    if (happening->kind != SIM_DELIVERED || happening->message->kind != BNET_MESSAGE_HELLO)
        return;
    if (sim_record_end(sim_world_record(world), happening->end)->hello_taken)
        return; /* the second is refused whatever it says */
    self->check.judged = true;
    BnetCloseReason reason = refusal(world, happening->peer, &happening->message->u.hello);
    if (reason != BNET_CLOSE_NONE)
        sim_must_close_because(&self->must_close, world, happening, reason);
}

static void finish(SimCheck *check, SimWorld *world)
{
    sim_must_close_judge(&((CheckC4 *)check)->must_close, world);
}

static void check_free(SimCheck *check)
{
    sim_must_close_finish(&((CheckC4 *)check)->must_close);
    g_free(check);
}

SimCheck *sim_check_c4_new(SimWorld *world)
{
    CheckC4 *self = g_new0(CheckC4, 1);
    self->check.id = "C4";
    self->check.title = "another chain, and oneself, is refused at once";
    self->check.observer.delivered = 1u << BNET_MESSAGE_HELLO;
    self->check.observer.happened = happened;
    self->check.finish = finish;
    self->check.free = check_free;
    sim_must_close_init(&self->must_close, &self->check, world, SIM_CONDEMNER_C4);
    self->must_close.reasons = 1u << BNET_CLOSE_WRONG_CHAIN | 1u << BNET_CLOSE_SELF;
    self->must_close.forbidden = 1u << BNET_MESSAGE_BLOCK | 1u << BNET_MESSAGE_TRX;
    return &self->check;
}
