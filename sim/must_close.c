/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/must_close.h"

void sim_must_close_init(SimMustClose *self, SimCheck *check, const SimWorld *world,
                         SimCondemner condemner)
{
    self->check = check;
    self->n_ends = sim_world_ends(world);
    self->due = g_new0(uint8_t, self->n_ends);
    self->condemner = condemner;
    check->observer.mask |= 1u << SIM_OPENED | 1u << SIM_CLOSED;
    check->observer.traits |= SIM_TRAIT_CONDEMNED;
}

void sim_must_close_finish(SimMustClose *self)
{
    g_free(self->due);
}

void sim_must_close_because(SimMustClose *self, SimWorld *world, const SimHappening *happening,
                            BnetCloseReason reason)
{
    sim_world_record(world)->ends[happening->end].condemned |= (uint8_t)self->condemner;
    self->check->judged = true;
    self->due[happening->end] = (uint8_t)reason;
}

static void closed(SimMustClose *self, SimWorld *world, const SimHappening *happening)
{
    BnetCloseReason due = self->due[happening->end];
    const char *name = sim_world_peer_name(world, happening->peer);
    const char *remote = sim_world_peer_name(world, happening->remote);
    self->due[happening->end] = BNET_CLOSE_NONE;
    if (due == BNET_CLOSE_NONE && self->reasons >> happening->reason & 1)
        sim_check_violation_in(self->check, world, happening,
                               "%s closed its session with %s, reason %s, without cause", name,
                               remote, bnet_close_reason_name(happening->reason));
    else if (due != BNET_CLOSE_NONE && happening->reason != due)
        sim_check_violation_in(
            self->check, world, happening, "%s closed its session with %s, reason %s and not %s",
            name, remote, bnet_close_reason_name(happening->reason), bnet_close_reason_name(due));
}

void sim_must_close_happened(SimMustClose *self, SimWorld *world, const SimHappening *happening)
{
    BnetCloseReason due = self->due[happening->end];
    if (happening->kind == SIM_CLOSED) {
        closed(self, world, happening);
        return;
    }
    if (due == BNET_CLOSE_NONE ||
        (happening->kind == SIM_SENT && !(self->forbidden >> happening->message->kind & 1)))
        return;
    if (happening->kind != SIM_OPENED)
        sim_check_violation_in(
            self->check, world, happening,
            "%s %s a %s in its session with %s, which had to be closed, reason %s",
            sim_world_peer_name(world, happening->peer),
            happening->kind == SIM_SENT ? "sent" : "took in",
            bnet_message_name(happening->message->kind),
            sim_world_peer_name(world, happening->remote), bnet_close_reason_name(due));
    self->due[happening->end] = BNET_CLOSE_NONE;
    sim_world_record(world)->ends[happening->end].condemned &= (uint8_t)~self->condemner;
}

void sim_must_close_judge(SimMustClose *self, SimWorld *world)
{
    for (uint32_t e = 0; e < self->n_ends; e++) {
        SimSubject subject = sim_subject_of_end(world, e);
        if (self->due[e] != BNET_CLOSE_NONE)
            sim_check_violation_of(
                self->check, world, &subject, "%s has not closed its session with %s, reason %s",
                sim_world_peer_name(world, subject.peer),
                sim_world_peer_name(world, subject.remote), bnet_close_reason_name(self->due[e]));
    }
}
