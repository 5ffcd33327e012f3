/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L7: when a clock that was more than 7 s off has been set right, progress resumes within 6 s and a
 * redial: the peer and its neighbours, which may have dropped what it made, catch up.
 *
 * Judged 25 s and four times the longest latency of the run after the clock was set, and after the
 * last fault since. A violation is that one of them lacks a block that is older than 10 s, while a
 * neighbour, honest, connected and with a clock that is not off, has it on its best chain, whose
 * head is better by fork choice, and has nothing on its way; and their LIBs do not conflict.
 *
 * Cost: O(peers) for a fault; O(sessions) for a clock that is set right and a peer that is judged.
 */
#include "sim/check.h"
#include "sim/look.h"

#define OFF_NS (7 * BNET_NS_PER_S)
#define RESUME_NS (25 * BNET_NS_PER_S) /* 6 s, a redial of 15 s, 4 s for what follows */
#define OLD_NS (10 * BNET_NS_PER_S)

/* A peer whose clock, or whose neighbour's clock, has been set right. */
typedef struct Waiting {
    uint32_t peer;
    uint32_t set;     /* whose clock */
    int64_t right_ns; /* when it was set */
} Waiting;

typedef struct CheckL7 {
    SimCheck check;
    bool *off;        /* [peers]: the clock was, when last looked at */
    bool *awaited;    /* [peers]: stands in `waiting` */
    GArray *waiting;  /* of Waiting, one for a peer */
    int64_t fault_ns; /* of the last fault */
    bool stale;       /* clocks may be others since then: a fault is told before it takes effect */
} CheckL7;

static bool is_off(const SimWorld *world, uint32_t peer)
{
    int64_t skew_ns = sim_look_skew_ns(world, peer);
    return ABS(skew_ns) > OFF_NS;
}

static void await(CheckL7 *self, SimWorld *world, uint32_t peer, uint32_t set)
{
    if (self->awaited[peer] || !sim_world_is_honest(world, peer))
        return;
    self->awaited[peer] = true;
    Waiting waiting = {peer, set, self->fault_ns};
    g_array_append_val(self->waiting, waiting);
}

static void look_at_clocks(CheckL7 *self, SimWorld *world)
{
    self->stale = false;
    for (uint32_t p = 0; p < sim_world_peers(world); p++) {
        bool was_off = self->off[p];
        self->off[p] = is_off(world, p);
        if (!was_off || self->off[p])
            continue;
        await(self, world, p, p);
        for (uint32_t s = 0; s < sim_world_node(world, p)->n_sessions; s++) {
            uint32_t end = sim_world_session_end(world, p, s);
            await(self, world, sim_world_end_peer(world, end ^ 1), p);
        }
    }
}

/* Number of the first block of the neighbour's best chain that the peer lacks, if it should have it
 * by now; else 0. */
static uint32_t missed_block(const SimWorld *world, uint32_t neighbour, uint32_t peer)
{
    const BnetStore *store = sim_world_store(world);
    const BnetView *theirs = &sim_world_node(world, neighbour)->view;
    const BnetView *own = &sim_world_node(world, peer)->view;
    if (sim_world_node(world, peer)->self.follow_irreversible ||
        !bnet_fork_choice_prefers(store, theirs->head, own->head) ||
        sim_world_libs_conflict(world, peer, neighbour))
        return 0;
    BnetBlock fork = bnet_store_common(store, theirs->head, own->head);
    uint32_t number = bnet_store_number(store, fork) + 1;
    uint32_t slot = bnet_store_block(store, bnet_view_at(theirs, number))->slot;
    bool is_old = sim_world_now_ns(world) - bnet_store_slot_time_ns(store, slot) > OLD_NS;
    return is_old ? number : 0;
}

/* What the neighbour at the other side of the end has, it could have sent. */
static bool could_send(const SimWorld *world, uint32_t end)
{
    uint32_t neighbour = sim_world_end_peer(world, end ^ 1);
    return sim_world_end_is_open(world, end) && sim_world_end_is_open(world, end ^ 1) &&
           !sim_world_end_is_cut(world, end) && sim_look_wire_is_empty(world, end) &&
           sim_world_is_honest(world, neighbour) && sim_world_is_running(world, neighbour) &&
           !is_off(world, neighbour);
}

/* The peer waits for that block of the best chain of the one that has the end. */
static void behind(CheckL7 *self, SimWorld *world, const Waiting *w, uint32_t end, uint32_t number)
{
    if (sim_check_is_one_more(&self->check))
        return;
    SimSubject subject = sim_subject_of_end(world, end);
    g_autofree char *right = sim_time_text(w->right_ns);
    g_autofree char *last = sim_causes_last(sim_world_causes(world), world, end);
    subject.block = bnet_view_at(&sim_world_node(world, subject.peer)->view, number);
    sim_check_violation_of(&self->check, world, &subject,
                           "%s waits for block %u, which %s has, connected with it (last sent to "
                           "it: %s); the clock of %s is right since %s",
                           sim_world_peer_name(world, w->peer), number,
                           sim_world_peer_name(world, subject.peer), last,
                           sim_world_peer_name(world, w->set), right);
}

static void judge(CheckL7 *self, SimWorld *world, const Waiting *w)
{
    if (!sim_look_is_idle(world, w->peer) || is_off(world, w->peer))
        return;
    uint32_t n = sim_world_node(world, w->peer)->n_sessions;
    self->check.judged = true;
    for (uint32_t s = 0; s < n; s++) {
        uint32_t end = sim_world_session_end(world, w->peer, s);
        uint32_t other = sim_world_end_peer(world, end ^ 1);
        uint32_t number = could_send(world, end) ? missed_block(world, other, w->peer) : 0;
        if (number == 0)
            continue;
        behind(self, world, w, end ^ 1, number);
        return;
    }
}

static void judge_due(CheckL7 *self, SimWorld *world)
{
    int64_t limit_ns = RESUME_NS + 4 * sim_look_longest_latency_ns(world);
    for (guint i = self->waiting->len; i > 0; i--) {
        Waiting w = g_array_index(self->waiting, Waiting, i - 1);
        if (sim_world_now_ns(world) - MAX(w.right_ns, self->fault_ns) <= limit_ns)
            continue;
        g_array_remove_index_fast(self->waiting, i - 1);
        self->awaited[w.peer] = false;
        judge(self, world, &w);
    }
}

static void happened(SimObserver *observer, SimWorld *world, const SimHappening *happening)
{
    CheckL7 *self = (CheckL7 *)observer;
    if (happening->kind == SIM_PRODUCED) {
        if (self->stale)
            look_at_clocks(self, world);
        judge_due(self, world);
        return;
    }
    self->fault_ns = happening->time_ns;
    self->stale = true;
}

static void finish(SimCheck *check, SimWorld *world)
{
    judge_due((CheckL7 *)check, world);
}

static void check_free(SimCheck *check)
{
    CheckL7 *self = (CheckL7 *)check;
    g_array_unref(self->waiting);
    g_free(self->off);
    g_free(self->awaited);
    g_free(self);
}

SimCheck *sim_check_l7_new(SimWorld *world)
{
    CheckL7 *self = g_new0(CheckL7, 1);
    self->check.id = "L7";
    self->check.title = "who had a wrong clock goes on when it is right";
    self->check.observer.mask =
        1u << SIM_PRODUCED | 1u << SIM_FAULT | 1u << SIM_STARTED | 1u << SIM_STOPPED;
    self->check.observer.happened = happened;
    self->check.finish = finish;
    self->check.free = check_free;
    self->off = g_new0(bool, sim_world_peers(world));
    self->awaited = g_new0(bool, sim_world_peers(world));
    self->waiting = g_array_new(FALSE, FALSE, sizeof(Waiting));
    return &self->check;
}
