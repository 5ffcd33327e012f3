/* SPDX-License-Identifier: Apache-2.0 */
/*
 * C6: a peer that was lost, or could not be reached, is dialled again 10 to 15 s after that, and
 * the waits are not all alike. A process that stands still dials when it goes on.
 *
 * Eight bytes a link; O(1), but O(links of the peer) when a process starts.
 */
#include "sim/check.h"

#define WAIT_MIN_NS (10 * BNET_NS_PER_S)
#define WAIT_MAX_NS (15 * BNET_NS_PER_S)

/* So many equal waits are no accident. */
#define EQUAL_MAX 2u

typedef struct CheckC6 {
    SimCheck check;
    int64_t *lost_ns; /* [links]: when the connection or the dial failed; BNET_TIME_NEVER: not
                       * since the last dial */
    uint64_t waits;   /* how many there were */
    int64_t wait_ns;  /* the first of them */
    bool differ;      /* they are not all equal */
} CheckC6;

static void started(CheckC6 *self, const SimWorld *world, uint32_t peer)
{
    uint32_t n = sim_world_node(world, peer)->n_sessions;
    for (uint32_t slot = 0; slot < n; slot++) {
        uint32_t end = sim_world_session_end(world, peer, slot);
        if (end % 2 == 0)
            self->lost_ns[end / 2] = BNET_TIME_NEVER;
    }
}

static void dialled(CheckC6 *self, SimWorld *world, const SimHappening *happening)
{
    int64_t *lost_ns = &self->lost_ns[happening->end / 2];
    if (*lost_ns == BNET_TIME_NEVER)
        return;
    int64_t wait_ns = happening->time_ns - *lost_ns;
    bool awoke = sim_world_resumed_ns(world, happening->peer) == happening->time_ns;
    *lost_ns = BNET_TIME_NEVER;
    self->check.judged = true;
    if (wait_ns < WAIT_MIN_NS || (wait_ns > WAIT_MAX_NS && !awoke)) {
        g_autofree char *wait = sim_time_text(wait_ns);
        sim_check_violation_in(&self->check, world, happening,
                               "%s dialled %s again after %s, not 10 to 15 s",
                               sim_world_peer_name(world, happening->peer),
                               sim_world_peer_name(world, happening->remote), wait);
    }
    if (awoke)
        return;
    if (self->waits++ == 0)
        self->wait_ns = wait_ns;
    self->differ |= wait_ns != self->wait_ns;
}

static void happened(SimObserver *observer, SimWorld *world, const SimHappening *happening)
{
    CheckC6 *self = (CheckC6 *)observer;
    if (!sim_world_is_honest(world, happening->peer))
        return;
    if (happening->kind == SIM_STARTED)
        started(self, world, happening->peer);
    else if (happening->end % 2 != 0)
        return; /* of the side that was dialled */
    else if (happening->kind == SIM_DIALLED)
        dialled(self, world, happening);
    else
        self->lost_ns[happening->end / 2] = happening->time_ns;
}

static void finish(SimCheck *check, SimWorld *world)
{
    const CheckC6 *self = (CheckC6 *)check;
    if (self->waits <= EQUAL_MAX || self->differ)
        return;
    g_autofree char *wait = sim_time_text(self->wait_ns);
    sim_check_violation(check, world, "all %" G_GUINT64_FORMAT " waits before a redial were %s",
                        self->waits, wait);
}

static void check_free(SimCheck *check)
{
    g_free(((CheckC6 *)check)->lost_ns);
    g_free(check);
}

SimCheck *sim_check_c6_new(SimWorld *world)
{
    CheckC6 *self = g_new0(CheckC6, 1);
    uint32_t n_links = sim_world_ends(world) / 2;
    self->check.id = "C6";
    self->check.title = "redials come 10 to 15 s later, unevenly";
    self->check.observer.mask =
        1u << SIM_DIALLED | 1u << SIM_UNDIALLED | 1u << SIM_CLOSED | 1u << SIM_STARTED;
    self->check.observer.happened = happened;
    self->check.finish = finish;
    self->check.free = check_free;
    self->lost_ns = g_new(int64_t, n_links);
    for (uint32_t l = 0; l < n_links; l++)
        self->lost_ns[l] = BNET_TIME_NEVER;
    return &self->check;
}
