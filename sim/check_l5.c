/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L5: of redundant connections exactly one survives.
 *
 * Judged where two honest peers dial each other. Violations: one of them closes a connection as
 * redundant and has no other with that peer; both connections are closed as redundant within a
 * settling time; both stand, with all hellos taken in, for longer than that. The settling time is
 * 1 s and four times the longest latency of the run, and ends at the latest before the next dial.
 */
#include "sim/check.h"
#include "sim/look.h"

#define SETTLE_NS BNET_NS_PER_S
#define SETTLE_MAX_NS (9 * BNET_NS_PER_S)

/* Of a connection. */
typedef struct Connection {
    int64_t closed_ns; /* when it was closed as redundant; BNET_TIME_NEVER: it was not */
    int64_t ready_ns;  /* when both its ends had taken a hello in; BNET_TIME_NEVER: not yet */
    uint8_t hellos;
} Connection;

typedef struct CheckL5 {
    SimCheck check;
    Connection *links; /* [n_links]; NULL: nobody dials each other */
    uint32_t n_links;
} CheckL5;

static int64_t settle_ns(const SimWorld *world)
{
    return MIN(SETTLE_NS + 4 * sim_look_longest_latency_ns(world), SETTLE_MAX_NS);
}

/* The end is of a link between honest peers. */
static bool is_judged(const SimWorld *world, uint32_t end)
{
    return sim_world_is_honest(world, sim_world_end_peer(world, end)) &&
           sim_world_is_honest(world, sim_world_end_peer(world, end ^ 1));
}

static void violation(CheckL5 *self, SimWorld *world, uint32_t end, const char *what)
{
    SimSubject subject =
        sim_subject_of_session(sim_world_end_peer(world, end), sim_world_end_peer(world, end ^ 1));
    sim_check_violation_of(&self->check, world, &subject, "%s and %s, which dial each other, %s",
                           sim_world_peer_name(world, subject.peer),
                           sim_world_peer_name(world, subject.remote), what);
}

/* Both connections stand, and have for too long. */
static void look(CheckL5 *self, SimWorld *world, uint32_t link)
{
    uint32_t end = 2 * link;
    uint32_t other = sim_look_twin(world, end) / 2;
    Connection *a = &self->links[link];
    Connection *b = &self->links[other];
    if (a->ready_ns == BNET_TIME_NEVER || b->ready_ns == BNET_TIME_NEVER ||
        !is_judged(world, end) || sim_world_end_is_cut(world, end) ||
        !sim_world_is_running(world, sim_world_end_peer(world, end)) ||
        !sim_world_is_running(world, sim_world_end_peer(world, end ^ 1)))
        return;
    self->check.judged = true;
    int64_t now_ns = sim_world_now_ns(world);
    if (now_ns - MAX(a->ready_ns, b->ready_ns) <= settle_ns(world))
        return;
    violation(self, world, end, "have kept two connections");
    a->ready_ns = now_ns; /* once for each settling time */
}

static void closed(CheckL5 *self, SimWorld *world, const SimHappening *happening)
{
    uint32_t twin = sim_look_twin(world, happening->end);
    Connection *it = &self->links[happening->end / 2];
    it->ready_ns = BNET_TIME_NEVER;
    if (happening->reason != BNET_CLOSE_REDUNDANT || !is_judged(world, happening->end))
        return;
    self->check.judged = true;
    it->closed_ns = happening->time_ns;
    int64_t other_ns = self->links[twin / 2].closed_ns;
    if (other_ns != BNET_TIME_NEVER && happening->time_ns - other_ns <= settle_ns(world))
        violation(self, world, happening->end, "have closed both their connections as redundant");
    else if (!sim_world_end_is_open(world, twin))
        violation(self, world, happening->end,
                  "have closed a connection as redundant, and there is no other");
}

static void happened(SimObserver *observer, SimWorld *world, const SimHappening *happening)
{
    CheckL5 *self = (CheckL5 *)observer;
    Connection *it = &self->links[happening->end / 2];
    if (happening->kind == SIM_CLOSED) {
        closed(self, world, happening);
        return;
    }
    if (happening->kind == SIM_OPENED) {
        if (!sim_world_end_is_open(world, happening->end ^ 1)) /* its first end */
            *it = (Connection){BNET_TIME_NEVER, BNET_TIME_NEVER, 0};
        return;
    }
    if (++it->hellos == 2)
        it->ready_ns = happening->time_ns;
}

/* The links that it dials. */
static void look_at_peer(SimCheck *check, SimWorld *world, uint32_t peer)
{
    uint32_t n = sim_world_node(world, peer)->n_sessions;
    for (uint32_t s = 0; s < n; s++) {
        uint32_t end = sim_world_session_end(world, peer, s);
        if (end % 2 == 0)
            look((CheckL5 *)check, world, end / 2);
    }
}

static void finish(SimCheck *check, SimWorld *world)
{
    CheckL5 *self = (CheckL5 *)check;
    for (uint32_t link = 0; self->links && link < self->n_links; link++)
        look(self, world, link);
}

static void check_free(SimCheck *check)
{
    CheckL5 *self = (CheckL5 *)check;
    g_free(self->links);
    g_free(self);
}

SimCheck *sim_check_l5_new(SimWorld *world)
{
    CheckL5 *self = g_new0(CheckL5, 1);
    self->check.id = "L5";
    self->check.title = "of redundant connections one survives";
    self->check.observer.happened = happened;
    self->check.finish = finish;
    self->check.free = check_free;
    if (!sim_world_scenario(world)->mutual)
        return &self->check;
    self->check.look = look_at_peer;
    self->check.observer.mask = 1u << SIM_OPENED | 1u << SIM_CLOSED;
    self->check.observer.delivered = 1u << BNET_MESSAGE_HELLO;
    self->n_links = sim_world_ends(world) / 2;
    self->links = g_new(Connection, self->n_links);
    for (uint32_t i = 0; i < self->n_links; i++)
        self->links[i] = (Connection){BNET_TIME_NEVER, BNET_TIME_NEVER, 0};
    return &self->check;
}
