/* SPDX-License-Identifier: Apache-2.0 */
/*
 * C5: malformed input closes its session at once with malformed, and closes no other session of the
 * peer; nothing else closes one with that reason, extensions of a hello that are not known least of
 * all.
 */
#include "sim/check.h"
#include "sim/must_close.h"

typedef struct CheckC5 {
    SimCheck check;
    SimMustClose must_close;
    uint32_t peer; /* what happens now follows from malformed input that it took in; or
                    * UINT32_MAX */
    uint32_t end;  /* there */
    int64_t time_ns;
} CheckC5;

static void closed(CheckC5 *self, SimWorld *world, const SimHappening *happening)
{
    static const uint32_t other_causes = 1u << BNET_CLOSE_LOST | 1u << BNET_CLOSE_SHUTDOWN |
                                         1u << BNET_CLOSE_DEAD | 1u << BNET_CLOSE_RESYNC;
    if (other_causes >> happening->reason & 1)
        return;
    if (self->peer != happening->peer || self->time_ns != happening->time_ns ||
        self->end == happening->end)
        return;
    sim_check_violation_in(&self->check, world, happening,
                           "%s closed its session with %s, reason %s, for malformed input from %s",
                           sim_world_peer_name(world, happening->peer),
                           sim_world_peer_name(world, happening->remote),
                           bnet_close_reason_name(happening->reason),
                           sim_world_peer_name(world, sim_world_end_peer(world, self->end ^ 1)));
}

/* Until the next input: all that is said and judged is told. */
static void await_aftermath(CheckC5 *self, SimWorld *world, const SimHappening *happening)
{
    self->peer = happening->peer;
    self->end = happening->end;
    self->time_ns = happening->time_ns;
    sim_world_record(world)->traits |= SIM_TRAIT_AFTERMATH;
}

static void happened(SimObserver *observer, SimWorld *world, const SimHappening *happening)
{
    CheckC5 *self = (CheckC5 *)observer;
    if (!sim_world_is_honest(world, happening->peer) || happening->kind == SIM_SENT)
        return;
    if (happening->end != UINT32_MAX)
        sim_must_close_happened(&self->must_close, world, happening);
    if (happening->kind == SIM_CLOSED) {
        closed(self, world, happening);
        return;
    }
    self->peer = UINT32_MAX; /* another input */
    sim_world_record(world)->traits &= ~(uint32_t)SIM_TRAIT_AFTERMATH;
    if (happening->kind != SIM_DELIVERED || happening->message->kind != BNET_MESSAGE_MALFORMED)
        return;
    sim_must_close_because(&self->must_close, world, happening, BNET_CLOSE_MALFORMED);
    await_aftermath(self, world, happening);
}

static void finish(SimCheck *check, SimWorld *world)
{
    sim_must_close_judge(&((CheckC5 *)check)->must_close, world);
}

static void check_free(SimCheck *check)
{
    sim_must_close_finish(&((CheckC5 *)check)->must_close);
    g_free(check);
}

SimCheck *sim_check_c5_new(SimWorld *world)
{
    CheckC5 *self = g_new0(CheckC5, 1);
    self->check.id = "C5";
    self->check.title = "malformed input harms its own session alone";
    self->check.observer.delivered = 1u << BNET_MESSAGE_MALFORMED;
    self->check.observer.traits = SIM_TRAIT_AFTERMATH;
    self->check.observer.happened = happened;
    self->check.finish = finish;
    self->check.free = check_free;
    self->peer = UINT32_MAX;
    sim_must_close_init(&self->must_close, &self->check, world, SIM_CONDEMNER_C5);
    self->must_close.reasons = 1u << BNET_CLOSE_MALFORMED;
    return &self->check;
}
