/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L2: a session end with something sendable and a socket that can take it starts a send within 1 s
 * and the delay of its peer's queue. Sendable are a block, a transaction, and the pong for the
 * newest ping.
 *
 * Each peer is looked at in turn, with all its ends, and all are at the end of the run. Where
 * something is found sendable twice, more than 1 s apart, and nothing of the kind was sent between,
 * that is a violation. A peer whose chain thread has work to do at a look, or whose network thread
 * stands still, is not judged by it.
 *
 * Which blocks the other side has with certainty the record knows from what was said, sent and
 * taken in. For transactions the check believes the node, whose marks L6 judges.
 *
 * A look costs O(1) for an end whose other side has the head; 16 bytes an end with something to
 * send.
 */
#include "sim/check.h"
#include "sim/look.h"
#include "sim/record.h"

#define LIMIT_MS 1000

/* An end that had something to send at the last look. */
typedef struct Suspect {
    uint32_t since_ms;      /* when a block or transaction was sendable; 0: none was */
    uint32_t pong_since_ms; /* the same for a pong */
    uint32_t goods;         /* SimEndRecord.goods at that time */
    uint32_t pongs;         /* SimPingRecord.pongs */
} Suspect;

typedef struct CheckL2 {
    SimCheck check;
    GHashTable *suspects; /* end -> Suspect, of those whose record says so; only looked up */
} CheckL2;

/* From 1 on. */
static uint32_t now_ms(const SimWorld *world)
{
    return (uint32_t)(sim_world_now_ns(world) / BNET_NS_PER_MS) + 1;
}

/* --- what is sendable ------------------------------------------------------------------------ */

/* The block that is to be sent next; BNET_NO_BLOCK: none. */
static BnetBlock next_block(const SimEndRecord *end, const BnetView *view)
{
    uint32_t last =
        end->wants_irreversible ? bnet_view_lib_number(view) : bnet_view_head_number(view);
    if (!sim_record_lacks(end, view, last))
        return BNET_NO_BLOCK;
    while (last - 1 > MAX(1, end->peer_lib) &&
           !sim_record_is_certain(end, view->store, bnet_view_at(view, last - 1)))
        last--;
    return bnet_view_at(view, last);
}

static BnetTrx next_trx(SimWorld *world, uint32_t e, const BnetNode *node)
{
    /* By a clock that was set, what had expired may live again, which wakes nobody. */
    if (node->trxs.n_pending == 0 || sim_look_skew_ns(world, sim_world_end_peer(world, e)) != 0)
        return BNET_NO_TRX;
    const BnetSession *session = sim_look_session(world, e);
    uint32_t cursor = session->trx_cursor;
    return bnet_trxs_next(&node->trxs, session->slot, &cursor, sim_world_now_ns(world));
}

static bool is_sendable(SimWorld *world, const SimEndRecord *end, uint32_t e, const BnetNode *node)
{
    uint32_t last = end->wants_irreversible ? bnet_view_lib_number(&node->view)
                                            : bnet_view_head_number(&node->view);
    return sim_record_lacks(end, &node->view, last) ||
           (end->wants_trxs && next_trx(world, e, node) != BNET_NO_TRX);
}

/* --- violations ------------------------------------------------------------------------------ */

static void not_sent(CheckL2 *self, SimWorld *world, uint32_t e)
{
    if (sim_check_is_one_more(&self->check))
        return;
    const SimEndRecord *end = sim_record_end(sim_world_record(world), e);
    const BnetNode *node = sim_world_node(world, sim_world_end_peer(world, e));
    SimSubject what = sim_subject_of_end(world, e);
    what.block = next_block(end, &node->view);
    what.trx = what.block == BNET_NO_BLOCK ? next_trx(world, e, node) : BNET_NO_TRX;
    g_autofree char *name = what.trx != BNET_NO_TRX ? sim_trx_name(world, what.trx) : NULL;
    g_autofree char *text =
        name ? g_strconcat("transaction ", name, NULL) : sim_block_name(world, what.block);
    g_autofree char *last = sim_causes_last(sim_world_causes(world), world, e);
    g_autofree char *pinged = sim_time_text(end->last_ping_ns);
    sim_check_violation_of(
        &self->check, world, &what,
        "%s has had %s to send to %s for more than 1 s, and could (last sent to it: %s%s%s)",
        sim_world_peer_name(world, what.peer), text, sim_world_peer_name(world, what.remote), last,
        end->ping_open ? "; no pong for the ping of " : "", end->ping_open ? pinged : "");
}

static void no_pong(CheckL2 *self, SimWorld *world, uint32_t e)
{
    SimSubject subject = sim_subject_of_end(world, e);
    sim_check_violation_of(&self->check, world, &subject,
                           "%s has owed a pong to %s for more than 1 s, and could send it",
                           sim_world_peer_name(world, subject.peer),
                           sim_world_peer_name(world, subject.remote));
}

/* --- looking --------------------------------------------------------------------------------- */

/* `due`: something waits; `count`: of what was sent of the kind by now, `*seen` by then. */
static bool is_late(uint32_t *since_ms, uint32_t *seen, bool due, uint32_t count, uint32_t now)
{
    if (!due || *since_ms == 0 || *seen != count) {
        *since_ms = due ? now : 0;
        *seen = count;
        return false;
    }
    if (now - *since_ms <= LIMIT_MS)
        return false;
    *since_ms = now;
    return true;
}

/* What it is suspected of; a new one if `end` is no suspect yet. */
static Suspect *suspect_of(CheckL2 *self, SimEndRecord *end, uint32_t e)
{
    Suspect *suspect =
        end->suspected ? g_hash_table_lookup(self->suspects, GUINT_TO_POINTER(e)) : NULL;
    if (suspect)
        return suspect;
    suspect = g_new0(Suspect, 1);
    g_hash_table_insert(self->suspects, GUINT_TO_POINTER(e), suspect);
    end->suspected = true;
    return suspect;
}

static void look(CheckL2 *self, SimWorld *world, uint32_t e, const BnetNode *node)
{
    SimEndRecord *end = &sim_world_record(world)->ends[e];
    bool may_send = end->open && sim_record_is_ready(end) && end->writes == 0;
    self->check.judged |= may_send;
    bool due = may_send && is_sendable(world, end, e, node);
    bool pong_due = may_send && end->pong_due;
    if (!due && !pong_due) {
        end->suspected = false;
        return;
    }
    uint32_t now = now_ms(world);
    Suspect *suspect = suspect_of(self, end, e);
    if (is_late(&suspect->since_ms, &suspect->goods, due, end->goods, now))
        not_sent(self, world, e);
    if (is_late(&suspect->pong_since_ms, &suspect->pongs, pong_due,
                sim_world_record(world)->pings[e].pongs, now))
        no_pong(self, world, e);
}

/* As most ends are: the other side has the head, and no pong is due. */
static bool is_quiet(const SimEndRecord *end, BnetBlock head)
{
    return !end->pong_due && !end->suspected && !end->wants_irreversible &&
           (sim_block_set_has(&end->blocks, SIM_RECORD_FROM_PEER, head) ||
            sim_block_set_has(&end->blocks, SIM_RECORD_SENT, head));
}

static void look_at_peer(SimCheck *check, SimWorld *world, uint32_t peer)
{
    const BnetNode *node = sim_world_node(world, peer);
    bool idle = sim_look_is_idle(world, peer) && !sim_look_stands(world, peer);
    if (!sim_world_is_honest(world, peer))
        return;
    SimEndRecord *ends = sim_world_record(world)->ends;
    bool has_trxs = node->trxs.n_pending > 0;
    for (uint32_t s = 0; s < node->n_sessions; s++) {
        uint32_t e = sim_world_session_end(world, peer, s);
        if (!idle)
            ends[e].suspected = false;
        else if (has_trxs || !check->judged || !is_quiet(&ends[e], node->view.head))
            look((CheckL2 *)check, world, e, node);
    }
}

static void finish(SimCheck *check, SimWorld *world)
{
    for (uint32_t p = 0; p < sim_world_peers(world); p++)
        look_at_peer(check, world, p);
}

static void check_free(SimCheck *check)
{
    CheckL2 *self = (CheckL2 *)check;
    g_hash_table_unref(self->suspects);
    g_free(self);
}

SimCheck *sim_check_l2_new(SimWorld *world)
{
    (void)world;
    CheckL2 *self = g_new0(CheckL2, 1);
    self->check.id = "L2";
    self->check.title = "who has something to send sends it";
    self->check.look = look_at_peer;
    self->check.finish = finish;
    self->check.free = check_free;
    self->suspects = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, g_free);
    return &self->check;
}
