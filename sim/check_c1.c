/* SPDX-License-Identifier: Apache-2.0 */
/*
 * C1: nothing but hello before both hellos; nothing after close; one write in flight.
 *
 * Told of each hello, and of messages where a session is not open, not both hellos are through, or
 * a write is not complete.
 */
#include "sim/check.h"
#include "sim/record.h"

static void violation(SimCheck *self, SimWorld *world, const SimHappening *happening,
                      const char *what)
{
    sim_check_violation_in(self, world, happening, "%s %s (%s, session with %s)",
                           sim_world_peer_name(world, happening->peer), what,
                           bnet_message_name(happening->message->kind),
                           sim_world_peer_name(world, happening->remote));
}

static void sent(SimCheck *self, SimWorld *world, const SimHappening *happening,
                 const SimEndRecord *end)
{
    bool hello = happening->message->kind == BNET_MESSAGE_HELLO;
    if (!end->open)
        violation(self, world, happening, "sent a message on a closed session");
    if (end->writes > 0)
        violation(self, world, happening, "began a write before the last one was complete");
    if (!hello && !sim_record_is_ready(end))
        violation(self, world, happening, "sent something but hello before both hellos");
    if (hello && (end->hello_written || end->hello_writing))
        violation(self, world, happening, "sent a second hello");
}

static void happened(SimObserver *observer, SimWorld *world, const SimHappening *happening)
{
    SimCheck *self = (SimCheck *)observer;
    const SimEndRecord *end = sim_record_end(sim_world_record(world), happening->end);
    if (!end->honest)
        return;
    self->judged = true;
    if (happening->kind == SIM_SENT)
        sent(self, world, happening, end);
    else if (happening->kind == SIM_DELIVERED && !end->open)
        violation(self, world, happening, "took a message in on a closed session");
}

SimCheck *sim_check_c1_new(SimWorld *world)
{
    (void)world;
    SimCheck *self = g_new0(SimCheck, 1);
    self->id = "C1";
    self->title = "hello comes first, one write at a time, nothing after close";
    self->observer.mask = 1u << SIM_OPENED;
    self->observer.sent = 1u << BNET_MESSAGE_HELLO;
    self->observer.traits = SIM_TRAIT_UNREADY | SIM_TRAIT_OVERLAP;
    self->observer.happened = happened;
    return self;
}
