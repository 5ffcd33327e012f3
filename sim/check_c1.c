/* SPDX-License-Identifier: Apache-2.0 */
/*
 * C1: nothing but hello before both hellos; nothing after close; one write in flight.
 */
#include "sim/check.h"

/* What a session end has done, as flags. */
enum {
    OPEN = 1,
    WRITING = 2,
    HELLO_SENT = 4, /* and written */
    HELLO_WRITING = 8,
    HELLO_RECEIVED = 16,
};

typedef struct CheckC1 {
    SimCheck check;
    uint8_t *states; /* [ends] */
} CheckC1;

static void violation(CheckC1 *self, SimWorld *world, const SimHappening *happening,
                      const char *what)
{
    sim_check_violation_in(&self->check, world, happening, "%s %s (%s, session with %s)",
                           sim_world_peer_name(world, happening->peer), what,
                           bnet_message_name(happening->message->kind),
                           sim_world_peer_name(world, happening->remote));
}

static void sent(CheckC1 *self, SimWorld *world, const SimHappening *happening)
{
    uint8_t *state = &self->states[happening->end];
    bool hello = happening->message->kind == BNET_MESSAGE_HELLO;
    if (!(*state & OPEN))
        violation(self, world, happening, "sent a message on a closed session");
    if (*state & WRITING)
        violation(self, world, happening, "began a write before the last one was complete");
    if (!hello && (~*state & (HELLO_SENT | HELLO_RECEIVED)))
        violation(self, world, happening, "sent something but hello before both hellos");
    if (hello && (*state & (HELLO_SENT | HELLO_WRITING)))
        violation(self, world, happening, "sent a second hello");
    *state |= (uint8_t)(hello ? WRITING | HELLO_WRITING : WRITING);
}

static void written(CheckC1 *self, uint32_t end)
{
    uint8_t *state = &self->states[end];
    if (*state & HELLO_WRITING)
        *state |= HELLO_SENT;
    *state &= (uint8_t) ~(WRITING | HELLO_WRITING);
}

static void delivered(CheckC1 *self, SimWorld *world, const SimHappening *happening)
{
    uint8_t *state = &self->states[happening->end];
    if (!(*state & OPEN))
        violation(self, world, happening, "took a message in on a closed session");
    if (happening->message->kind == BNET_MESSAGE_HELLO)
        *state |= HELLO_RECEIVED;
}

static void happened(SimObserver *observer, SimWorld *world, const SimHappening *happening)
{
    CheckC1 *self = (CheckC1 *)observer;
    if (!sim_world_is_honest(world, happening->peer))
        return;
    self->check.judged = true;
    if (happening->kind == SIM_SENT)
        sent(self, world, happening);
    else if (happening->kind == SIM_WRITTEN)
        written(self, happening->end);
    else if (happening->kind == SIM_DELIVERED)
        delivered(self, world, happening);
    else
        self->states[happening->end] = happening->kind == SIM_OPENED ? OPEN : 0;
}

static void check_free(SimCheck *check)
{
    CheckC1 *self = (CheckC1 *)check;
    g_free(self->states);
    g_free(self);
}

SimCheck *sim_check_c1_new(SimWorld *world)
{
    CheckC1 *self = g_new0(CheckC1, 1);
    self->check.id = "C1";
    self->check.title = "hello comes first, one write at a time, nothing after close";
    self->check.observer.mask = 1u << SIM_SENT | 1u << SIM_WRITTEN | 1u << SIM_DELIVERED |
                                1u << SIM_OPENED | 1u << SIM_CLOSED;
    self->check.observer.happened = happened;
    self->check.free = check_free;
    self->states = g_new0(uint8_t, sim_world_ends(world));
    return &self->check;
}
