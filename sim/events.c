/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The events of a world: what each does, and what is fetched before it comes.
 */
#include "sim/deployed.h"
#include "sim/internal.h"

/* --- events ---------------------------------------------------------------------------------- */

static void arrival(SimWorld *world, uint32_t end, uint32_t epoch)
{
    if (!sim_wire_arrival(world, end, epoch) ||
        sim_deployed_stands(&world->peers[world->ends[end].peer]))
        return;
    sim_peer_todo(world, SIM_TODO_READ, end);
    sim_peer_settle(world, world->ends[end].peer);
}

static void room(SimWorld *world, uint32_t end, uint32_t connection)
{
    if (connection != world->links[end / 2].connection || !world->ends[end].open)
        return;
    if (sim_deployed_stands(&world->peers[world->ends[end].peer])) {
        world->ends[end].room_due = true;
        return;
    }
    sim_peer_todo(world, SIM_TODO_WRITTEN, end);
    sim_peer_settle(world, world->ends[end].peer);
}

static void start(SimWorld *world, uint32_t peer)
{
    if (!world->peers[peer].up)
        sim_peer_start(world, peer, false);
}

void sim_event_happens(SimWorld *world, const SimQueueEvent *event)
{
    uint32_t target = event->target;
    if (G_UNLIKELY(world->ties.shuffled))
        target = sim_ties_show(&world->ties, event->time_ns, target);
    uint32_t entity = target & SIM_ENTITY_MAX;
    switch ((SimEventKind)(target >> SIM_ENTITY_BITS)) {
    case SIM_EVENT_BOUND:
        sim_expect_look(world, event->arg);
        break;
    case SIM_EVENT_FAULT:
        sim_faults_apply(world, event->arg);
        break;
    case SIM_EVENT_START:
        start(world, entity);
        break;
    case SIM_EVENT_RELEASE:
        sim_release_link(world, entity, event->arg);
        break;
    case SIM_EVENT_PERSONA:
        sim_persona_event(world, entity, event->arg);
        break;
    case SIM_EVENT_SLOT:
        sim_workload_slot(world, entity, event->arg);
        break;
    case SIM_EVENT_TICK:
        sim_clock_slot(world, entity, event->arg);
        break;
    case SIM_EVENT_TRX:
        sim_transactions_arrive(world, entity, event->arg);
        break;
    case SIM_EVENT_WORK:
        sim_peer_work_done(world, entity, event->arg);
        break;
    case SIM_EVENT_DIAL:
        if (world->links[entity].attempt == event->arg)
            sim_connection_dial(world, entity);
        break;
    case SIM_EVENT_ACCEPT:
        sim_connection_accept(world, entity, event->arg);
        break;
    case SIM_EVENT_PORT:
        sim_access_port(world, entity, event->arg);
        break;
    case SIM_EVENT_LINK:
        sim_access_link(world, entity, event->arg);
        break;
    case SIM_EVENT_PIECE:
        sim_access_piece(world, entity, event->arg);
        break;
    case SIM_EVENT_ARRIVAL:
        arrival(world, world->peer_ends[entity], event->arg);
        break;
    case SIM_EVENT_ROOM:
        room(world, world->peer_ends[entity], event->arg);
        break;
    case SIM_EVENT_TIMER:
        sim_peer_timer(world, world->peer_ends[entity]);
        break;
    case SIM_EVENT_THAW:
        sim_deployed_go_on(world, entity, event->arg);
        break;
    }
}

/* --- what comes next ---------------------------------------------------------------------------
 */

/* Events ahead at which what they will touch is fetched, in three steps: each reads only what an
 * earlier one fetched. */
#define AHEAD_END 9u
#define AHEAD_PEER 6u
#define AHEAD_SESSION 3u

#define LINE_BYTES 64u

static inline void fetch(const void *object, size_t bytes)
{
    for (size_t i = 0; i < bytes; i += LINE_BYTES)
        __builtin_prefetch((const char *)object + i);
}

/* The end that the event so far ahead concerns, if it concerns one and is known: an event whose
 * target is hidden (ties.h) is not. */
static inline const SimEnd *end_ahead(const SimWorld *world, uint32_t ahead)
{
    const SimQueueEvent *event = sim_queue_peek_ahead(&world->queue, ahead);
    if (!event || event->target >> SIM_ENTITY_BITS < SIM_EVENT_ARRIVAL ||
        event->target >> SIM_ENTITY_BITS > SIM_EVENT_TIMER)
        return NULL;
    return &world->ends[world->peer_ends[event->target & SIM_ENTITY_MAX]];
}

void sim_events_fetch(const SimWorld *world)
{
    const SimEnd *end = end_ahead(world, AHEAD_END);
    if (end) {
        fetch(end, sizeof *end);
        if (world->record) /* NULL: nobody watches */
            fetch(&world->record->ends[end - world->ends], sizeof *world->record->ends);
    }
    end = end_ahead(world, AHEAD_PEER);
    if (end)
        fetch(&world->peers[end->peer], sizeof *world->peers);
    end = end_ahead(world, AHEAD_SESSION);
    if (end)
        fetch(&world->peers[end->peer].node.sessions[end->slot], sizeof(BnetSession));
}
