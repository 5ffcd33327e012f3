/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L6: an unexpired transaction reaches every peer that is connected to its origin by a path of
 * requesting peers, or is included first, below the bound of the transaction status.
 *
 * Judged 5 s after its first peer has accepted a transaction, or at the end, if by then it is in no
 * block, has not expired, nobody has accepted it for 2 s, and for 5 s there was no fault and no
 * connection came or went. Then nowhere may one of two connected honest peers hold it and the other
 * one, which asks for transactions, not, while nothing is on the way between them and neither has
 * work to do: so all who can be reached have it. Peers whose clock is wrong, or has
 * been so far ahead that the transaction had expired by it, or that have refused one for want of
 * room, are left out.
 *
 * Cost: O(1) for each acceptance; O(links) for a transaction that is not everywhere after 5 s, of
 * which one each 100 ms is judged.
 */
#include "sim/check.h"
#include "sim/look.h"

#define AGE_NS (5 * BNET_NS_PER_S)
#define STILL_NS (2 * BNET_NS_PER_S)
#define CALM_NS (5 * BNET_NS_PER_S)
#define BETWEEN_NS (100 * BNET_NS_PER_MS)

typedef struct Trx {
    int64_t first_ns; /* BNET_TIME_NEVER: nobody has accepted it */
    int64_t last_ns;
    uint32_t n_peers; /* honest ones that have accepted it */
    bool in_block;
} Trx;

typedef struct CheckL6 {
    SimCheck check;
    GArray *trxs;       /* of Trx, by handle */
    BnetTrx next;       /* the first that has not been judged */
    int64_t calm_ns;    /* since when nothing was disturbed */
    int64_t looked_ns;  /* when links were looked at */
    uint32_t n_wanting; /* honest peers that ask for transactions */
} CheckL6;

static Trx *trx_at(CheckL6 *self, BnetTrx trx)
{
    while (self->trxs->len <= trx) {
        Trx none = {.first_ns = BNET_TIME_NEVER};
        g_array_append_val(self->trxs, none);
    }
    return &g_array_index(self->trxs, Trx, trx);
}

/* --- who has it ------------------------------------------------------------------------------ */

static bool is_judged(const SimWorld *world, uint32_t peer, uint32_t at_work)
{
    return peer != at_work && sim_world_is_honest(world, peer) && sim_look_is_idle(world, peer) &&
           sim_look_skew_ns(world, peer) == 0 && sim_world_node(world, peer)->trxs.refused == 0;
}

static bool lacks(const BnetNode *node, BnetTrx trx)
{
    return node->self.request_transactions && !bnet_trxs_is_pending(&node->trxs, trx) &&
           !bnet_bits_has(&node->view.included, trx);
}

/* By the peer's clock, at some time: it has not taken it in then, or has forgotten it. */
static bool has_expired(const SimWorld *world, uint32_t peer, BnetTrx trx)
{
    return bnet_store_trx(sim_world_store(world), trx)->expires_ns <
           sim_world_latest_clock_ns(world, peer);
}

/* What `end` sends is there, and it sends nothing. */
static bool is_silent(const SimWorld *world, uint32_t end)
{
    const BnetSession *session = sim_look_session(world, end);
    return sim_world_end_is_open(world, end) && sim_world_end_is_open(world, end ^ 1) &&
           !sim_world_end_is_cut(world, end) && sim_look_wire_is_empty(world, end ^ 1) &&
           session->state == BNET_SESSION_READY && !session->writing;
}

/* `end`: of who has it. */
static void not_sent(CheckL6 *self, SimWorld *world, uint32_t end, BnetTrx trx)
{
    if (sim_check_is_one_more(&self->check))
        return;
    SimSubject subject = sim_subject_of_end(world, end);
    g_autofree char *name = sim_trx_name(world, trx);
    g_autofree char *last = sim_causes_last(sim_world_causes(world), world, end);
    subject.trx = trx;
    sim_check_violation_of(&self->check, world, &subject,
                           "%s waits for transaction %s, which %s has, connected with it, and does "
                           "not send (last sent to it: %s)",
                           sim_world_peer_name(world, subject.remote), name,
                           sim_world_peer_name(world, subject.peer), last);
}

/* The peer lacks the transaction: nobody who could has kept it back. */
static void look_at(CheckL6 *self, SimWorld *world, uint32_t peer, BnetTrx trx, uint32_t at_work)
{
    uint32_t n = sim_world_node(world, peer)->n_sessions;
    for (uint32_t s = 0; s < n; s++) {
        uint32_t end = sim_world_session_end(world, peer, s);
        uint32_t other = sim_world_end_peer(world, end ^ 1);
        if (!is_silent(world, end ^ 1) || !is_judged(world, other, at_work) ||
            !bnet_trxs_is_pending(&sim_world_node(world, other)->trxs, trx) ||
            has_expired(world, other, trx))
            continue;
        not_sent(self, world, end ^ 1, trx);
        return;
    }
}

/* --- when ------------------------------------------------------------------------------------ */

static void judge(CheckL6 *self, SimWorld *world, BnetTrx trx, uint32_t at_work)
{
    const Trx *it = trx_at(self, trx);
    int64_t now_ns = sim_world_now_ns(world);
    if (it->first_ns == BNET_TIME_NEVER || it->in_block)
        return;
    if (it->n_peers >= self->n_wanting) {
        self->check.judged = true;
        return;
    }
    if (now_ns - it->last_ns < STILL_NS || now_ns - self->calm_ns < CALM_NS ||
        now_ns - self->looked_ns < BETWEEN_NS ||
        bnet_store_trx(sim_world_store(world), trx)->expires_ns <= now_ns)
        return;
    self->looked_ns = now_ns;
    self->check.judged = true;
    for (uint32_t p = 0; p < sim_world_peers(world); p++)
        if (is_judged(world, p, at_work) && lacks(sim_world_node(world, p), trx) &&
            !has_expired(world, p, trx))
            look_at(self, world, p, trx, at_work);
}

/* Handles are given out in order of creation. */
static void judge_old(CheckL6 *self, SimWorld *world, uint32_t at_work)
{
    int64_t now_ns = sim_world_now_ns(world);
    while (self->next < self->trxs->len) {
        const Trx *it = trx_at(self, self->next);
        if (it->first_ns != BNET_TIME_NEVER && now_ns - it->first_ns < AGE_NS)
            return;
        judge(self, world, self->next++, at_work);
    }
}

/* --- happenings ------------------------------------------------------------------------------ */

static void produced(CheckL6 *self, const BnetStore *store, BnetBlock block)
{
    const BnetTrx *trxs = bnet_store_block_trx(store, block);
    uint32_t n = bnet_store_block(store, block)->n_trx;
    for (uint32_t i = 0; i < n; i++)
        trx_at(self, trxs[i])->in_block = true;
}

static void accepted(CheckL6 *self, SimWorld *world, const SimHappening *happening)
{
    Trx *it = trx_at(self, happening->trx);
    if (!sim_world_is_honest(world, happening->peer))
        return;
    if (it->first_ns == BNET_TIME_NEVER)
        it->first_ns = happening->time_ns;
    it->last_ns = happening->time_ns;
    it->n_peers += sim_world_node(world, happening->peer)->self.request_transactions;
}

static void happened(SimObserver *observer, SimWorld *world, const SimHappening *happening)
{
    CheckL6 *self = (CheckL6 *)observer;
    if (happening->kind == SIM_PRODUCED)
        produced(self, sim_world_store(world), happening->block);
    else if (happening->kind == SIM_TRX)
        accepted(self, world, happening);
    else
        self->calm_ns = happening->time_ns;
    judge_old(self, world, happening->peer);
}

static void finish(SimCheck *check, SimWorld *world)
{
    judge_old((CheckL6 *)check, world, UINT32_MAX);
}

static void check_free(SimCheck *check)
{
    CheckL6 *self = (CheckL6 *)check;
    g_array_unref(self->trxs);
    g_free(self);
}

SimCheck *sim_check_l6_new(SimWorld *world)
{
    const Scenario *scenario = sim_world_scenario(world);
    CheckL6 *self = g_new0(CheckL6, 1);
    self->check.id = "L6";
    self->check.title = "transactions reach all who ask for them";
    self->check.observer.mask = 1u << SIM_PRODUCED | 1u << SIM_TRX | 1u << SIM_FAULT |
                                1u << SIM_OPENED | 1u << SIM_CLOSED | 1u << SIM_STARTED |
                                1u << SIM_STOPPED;
    self->check.observer.happened = happened;
    self->check.finish = finish;
    self->check.free = check_free;
    self->trxs = g_array_new(FALSE, FALSE, sizeof(Trx));
    self->next = 1;
    self->looked_ns = -BETWEEN_NS;
    for (uint32_t p = 0; p < sim_world_peers(world); p++)
        self->n_wanting += sim_world_is_honest(world, p) && !scenario_group_of(scenario, p)->no_trx;
    return &self->check;
}
