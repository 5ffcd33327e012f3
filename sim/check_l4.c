/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L4: a configured peer that can be reached is connected within 15 s and the handshake, after the
 * last fault of the scenario, the start of both processes and the loss of the last connection.
 *
 * Judged are links of honest peers that run, neither way of which is cut. Connected is who dials as
 * soon as it knows. The handshake is four times the longest latency that was drawn in the run, and
 * 1 s; the answer of who was dialled may take longer where its segment is lost or has to wait for
 * an uplink, so while it is on its way nobody is to blame. A link is looked at with the peer that
 * dials it, and all are at the end.
 */
#include "sim/check.h"
#include "sim/look.h"

#define REDIAL_NS (15 * BNET_NS_PER_S)
#define SLACK_NS BNET_NS_PER_S

typedef struct CheckL4 {
    SimCheck check;
    int64_t *since_ns;   /* [links]: when it was apart; BNET_TIME_NEVER: it is connected or cannot
                          * be */
    int64_t *started_ns; /* [peers] */
    uint32_t n_links;
    int64_t fault_ns; /* of the last fault */
} CheckL4;

static bool takes_part(const SimWorld *world, uint32_t peer)
{
    return sim_world_is_running(world, peer) && sim_world_is_honest(world, peer);
}

/* By this link, or by the one that the other side dials. */
static bool is_connected(const SimWorld *world, uint32_t link)
{
    uint32_t twin = sim_look_twin(world, 2 * link);
    return sim_world_end_is_open(world, 2 * link) ||
           (twin != UINT32_MAX && sim_world_end_is_open(world, twin));
}

/* Whether either connection of the two has only its answer to wait for. */
static bool is_answered(const SimWorld *world, uint32_t link)
{
    uint32_t twin = sim_look_twin(world, 2 * link);
    return sim_look_is_answered(world, 2 * link) ||
           (twin != UINT32_MAX && sim_look_is_answered(world, twin & ~1u));
}

static void look(CheckL4 *self, SimWorld *world, uint32_t link)
{
    uint32_t from = sim_world_end_peer(world, 2 * link);
    uint32_t to = sim_world_end_peer(world, 2 * link + 1);
    if (!takes_part(world, from) || !takes_part(world, to) ||
        sim_world_end_is_cut(world, 2 * link)) {
        self->since_ns[link] = BNET_TIME_NEVER;
        return;
    }
    self->check.judged = true;
    if (is_connected(world, link)) {
        self->since_ns[link] = BNET_TIME_NEVER;
        return;
    }
    int64_t now_ns = sim_world_now_ns(world);
    if (self->since_ns[link] == BNET_TIME_NEVER)
        self->since_ns[link] = now_ns;
    int64_t since_ns = MAX(self->since_ns[link], self->fault_ns);
    since_ns = MAX(since_ns, MAX(self->started_ns[from], self->started_ns[to]));
    int64_t limit_ns = REDIAL_NS + 4 * sim_look_longest_latency_ns(world) + SLACK_NS;
    if (now_ns - since_ns <= limit_ns || is_answered(world, link))
        return;
    self->since_ns[link] = now_ns;
    g_autofree char *limit = sim_time_text(limit_ns);
    SimSubject subject = sim_subject_of_session(from, to);
    sim_check_violation_of(&self->check, world, &subject,
                           "%s waits to be connected with %s, which it can reach, for more than %s",
                           sim_world_peer_name(world, from), sim_world_peer_name(world, to), limit);
}

static void happened(SimObserver *observer, SimWorld *world, const SimHappening *happening)
{
    CheckL4 *self = (CheckL4 *)observer;
    if (happening->kind == SIM_CLOSED) {
        uint32_t twin = sim_look_twin(world, happening->end);
        self->since_ns[happening->end / 2] = happening->time_ns;
        if (twin != UINT32_MAX)
            self->since_ns[twin / 2] = happening->time_ns;
    } else if (happening->kind == SIM_FAULT) {
        self->fault_ns = happening->time_ns;
    } else if (happening->kind == SIM_STARTED) {
        self->started_ns[happening->peer] = happening->time_ns;
    }
}

/* The links that it dials. One that stands, and did when it was looked at last, is right. */
static void look_at_peer(SimCheck *check, SimWorld *world, uint32_t peer)
{
    CheckL4 *self = (CheckL4 *)check;
    uint32_t n = sim_world_node(world, peer)->n_sessions;
    for (uint32_t s = 0; s < n; s++) {
        uint32_t end = sim_world_session_end(world, peer, s);
        bool stands = self->since_ns[end / 2] == BNET_TIME_NEVER && self->check.judged &&
                      sim_world_end_is_open(world, end);
        if (end % 2 == 0 && !stands)
            look(self, world, end / 2);
    }
}

static void finish(SimCheck *check, SimWorld *world)
{
    CheckL4 *self = (CheckL4 *)check;
    for (uint32_t link = 0; link < self->n_links; link++)
        look(self, world, link);
}

static void check_free(SimCheck *check)
{
    CheckL4 *self = (CheckL4 *)check;
    g_free(self->since_ns);
    g_free(self->started_ns);
    g_free(self);
}

SimCheck *sim_check_l4_new(SimWorld *world)
{
    CheckL4 *self = g_new0(CheckL4, 1);
    self->check.id = "L4";
    self->check.title = "configured peers are connected";
    self->check.look = look_at_peer;
    self->check.observer.mask = 1u << SIM_CLOSED | 1u << SIM_FAULT | 1u << SIM_STARTED;
    self->check.observer.happened = happened;
    self->check.finish = finish;
    self->check.free = check_free;
    self->n_links = sim_world_ends(world) / 2;
    self->since_ns = g_new(int64_t, self->n_links);
    for (uint32_t link = 0; link < self->n_links; link++)
        self->since_ns[link] = BNET_TIME_NEVER;
    self->started_ns = g_new0(int64_t, sim_world_peers(world));
    return &self->check;
}
