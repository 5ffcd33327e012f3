/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L2: a session end with something sendable and a socket that can take it starts a send within 1 s
 * and the delay of its peer's queue. Sendable are a block, a transaction, and the pong for the
 * newest ping.
 *
 * Each message that anybody sends or takes in has one session end looked at, in turn, so that the
 * cost is bounded and each end is looked at every so often; all are at the end of the run. An end
 * of the peer that is at work is passed over: its node may be in the middle of something. Where
 * something is found sendable twice, more than 1 s apart, and nothing of the kind was sent between,
 * that is a violation. A peer whose chain thread has work to do at a look is not judged by it.
 *
 * Which blocks the other side has with certainty the check knows from what was said, sent and taken
 * in. It keeps the newest of them, on up to three branches; with more it judges no blocks until
 * they are fewer. For transactions it believes the node, whose marks L6 judges.
 */
#include "sim/check.h"
#include "sim/look.h"

#define LIMIT_MS 1000
#define TIPS 3u

enum {
    OPEN = 1,
    WRITING = 2,
    HELLO_SENT = 4,
    HELLO_RECEIVED = 8,
    WANTS_TRX = 16,
    IRREVERSIBLE_ONLY = 32,
    PONG_DUE = 64,
    CROWDED = 128, /* there were more tips */
};

typedef struct End {
    BnetBlock tips[TIPS];   /* certain blocks, none an ancestor of another; BNET_NO_BLOCK: none */
    uint32_t peer_lib;      /* highest that was told */
    uint32_t since_ms;      /* when something was sendable; 0: nothing was */
    uint32_t pong_since_ms; /* the same for a pong */
    uint8_t flags;
} End;

typedef struct CheckL2 {
    SimCheck check;
    End *ends; /* [n_ends] */
    uint32_t n_ends;
    uint32_t turn; /* which end is looked at next */
} CheckL2;

/* From 1 on. */
static uint32_t now_ms(const SimWorld *world)
{
    return (uint32_t)(sim_world_now_ns(world) / BNET_NS_PER_MS) + 1;
}

/* --- what the other side has ----------------------------------------------------------------- */

/* Takes out the tips that are ancestors of the block; true: it is one itself, of a tip. */
static bool drop_older(End *end, const BnetStore *store, BnetBlock block)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < TIPS && end->tips[i] != BNET_NO_BLOCK; i++) {
        if (bnet_store_is_ancestor(store, block, end->tips[i]))
            return true;
        if (!bnet_store_is_ancestor(store, end->tips[i], block))
            end->tips[kept++] = end->tips[i];
    }
    for (uint32_t i = kept; i < TIPS; i++)
        end->tips[i] = BNET_NO_BLOCK;
    return false;
}

static void certain(End *end, const BnetStore *store, BnetBlock block)
{
    if (drop_older(end, store, block))
        return;
    if (end->tips[0] == BNET_NO_BLOCK)
        end->flags &= (uint8_t)~CROWDED;
    if (end->tips[TIPS - 1] != BNET_NO_BLOCK) {
        end->flags |= CROWDED;
        end->tips[TIPS - 1] = BNET_NO_BLOCK;
    }
    for (uint32_t i = TIPS - 1; i > 0; i--)
        end->tips[i] = end->tips[i - 1];
    end->tips[0] = block;
}

/* --- what is sendable ------------------------------------------------------------------------ */

/* Number of the block that is to be sent next; 0: none. */
static uint32_t next_block(const End *end, const BnetView *view)
{
    const BnetStore *store = view->store;
    uint32_t frontier = MAX(1, MIN(end->peer_lib, bnet_view_lib_number(view)));
    uint32_t last =
        end->flags & IRREVERSIBLE_ONLY ? bnet_view_lib_number(view) : bnet_view_head_number(view);
    for (uint32_t i = 0; i < TIPS && end->tips[i] != BNET_NO_BLOCK; i++)
        frontier = MAX(
            frontier, bnet_store_number(store, bnet_store_common(store, end->tips[i], view->head)));
    uint32_t number = frontier + 1;
    return !(end->flags & CROWDED) && number <= last && number > end->peer_lib ? number : 0;
}

static BnetTrx next_trx(SimWorld *world, uint32_t e, const BnetNode *node)
{
    const BnetSession *session = sim_look_session(world, e);
    uint32_t cursor = session->trx_cursor;
    uint32_t peer = sim_world_end_peer(world, e);
    /* By a clock that was set, what had expired may live again, which wakes nobody. */
    if (node->trxs.n_pending == 0 || sim_look_skew_ns(world, peer) != 0)
        return BNET_NO_TRX;
    return bnet_trxs_next(&node->trxs, session->slot, &cursor, sim_world_now_ns(world));
}

/* What is sendable by the end; false: nothing is. */
static bool sendable(SimWorld *world, const End *end, uint32_t e, SimSubject *ret_what)
{
    const BnetNode *node = sim_world_node(world, sim_world_end_peer(world, e));
    uint32_t number = next_block(end, &node->view);
    BnetTrx trx = number == 0 && end->flags & WANTS_TRX ? next_trx(world, e, node) : BNET_NO_TRX;
    if (number == 0 && trx == BNET_NO_TRX)
        return false;
    *ret_what =
        sim_subject_of_session(sim_world_end_peer(world, e), sim_world_end_peer(world, e ^ 1));
    ret_what->block = number > 0 ? bnet_view_at(&node->view, number) : BNET_NO_BLOCK;
    ret_what->trx = trx;
    return true;
}

static void not_sent(CheckL2 *self, SimWorld *world, const SimSubject *what)
{
    if (sim_check_is_one_more(&self->check))
        return;
    g_autofree char *name = what->trx != BNET_NO_TRX ? sim_trx_name(world, what->trx) : NULL;
    g_autofree char *text =
        name ? g_strconcat("transaction ", name, NULL)
             : g_strdup_printf("block %u", bnet_store_number(sim_world_store(world), what->block));
    g_autofree char *last =
        sim_causes_last(sim_world_causes(world), world, what->peer, what->remote);
    sim_check_violation_of(
        &self->check, world, what,
        "%s has had %s to send to %s for more than 1 s, and could (last sent to it: %s)",
        sim_world_peer_name(world, what->peer), text, sim_world_peer_name(world, what->remote),
        last);
}

/* --- looking --------------------------------------------------------------------------------- */

static bool is_late(uint32_t *since_ms, uint32_t now)
{
    if (*since_ms == 0) {
        *since_ms = now;
        return false;
    }
    if (now - *since_ms <= LIMIT_MS)
        return false;
    *since_ms = now;
    return true;
}

static void no_pong(CheckL2 *self, SimWorld *world, uint32_t e)
{
    SimSubject subject =
        sim_subject_of_session(sim_world_end_peer(world, e), sim_world_end_peer(world, e ^ 1));
    sim_check_violation_of(&self->check, world, &subject,
                           "%s has owed a pong to %s for more than 1 s, and could send it",
                           sim_world_peer_name(world, subject.peer),
                           sim_world_peer_name(world, subject.remote));
}

static void look(CheckL2 *self, SimWorld *world, uint32_t e)
{
    const uint8_t ready = OPEN | HELLO_SENT | HELLO_RECEIVED;
    End *end = &self->ends[e];
    uint32_t peer = sim_world_end_peer(world, e);
    bool may_send = (end->flags & (ready | WRITING)) == ready && sim_world_is_honest(world, peer) &&
                    sim_look_is_idle(world, peer);
    if (!may_send) {
        end->since_ms = end->pong_since_ms = 0;
        return;
    }
    SimSubject what;
    uint32_t now = now_ms(world);
    self->check.judged = true;
    if (!sendable(world, end, e, &what))
        end->since_ms = 0;
    else if (is_late(&end->since_ms, now))
        not_sent(self, world, &what);
    if (!(end->flags & PONG_DUE))
        end->pong_since_ms = 0;
    else if (is_late(&end->pong_since_ms, now))
        no_pong(self, world, e);
}

static void look_at_next(CheckL2 *self, SimWorld *world, uint32_t at_work)
{
    uint32_t e = self->turn;
    self->turn = e + 1 < self->n_ends ? e + 1 : 0;
    if (sim_world_end_peer(world, e) != at_work)
        look(self, world, e);
}

/* --- happenings ------------------------------------------------------------------------------ */

static void sent(End *end, const BnetStore *store, const BnetMessage *message)
{
    end->flags |= WRITING;
    if (message->kind == BNET_MESSAGE_BLOCK)
        certain(end, store, message->u.block);
    if (message->kind == BNET_MESSAGE_BLOCK || message->kind == BNET_MESSAGE_TRX)
        end->since_ms = 0;
    if (message->kind == BNET_MESSAGE_PONG) {
        end->flags &= (uint8_t)~PONG_DUE;
        end->pong_since_ms = 0; /* the next one is another matter, whether or not there is a look */
    }
}

static void hello(End *end, const BnetStore *store, const BnetHello *hello)
{
    end->flags |= HELLO_RECEIVED;
    end->flags |= hello->request_transactions ? WANTS_TRX : 0;
    end->flags |= hello->irreversible_only ? IRREVERSIBLE_ONLY : 0;
    end->peer_lib = hello->lib_number;
    if (hello->first != BNET_NO_BLOCK)
        certain(end, store, hello->head);
}

static void noticed(End *end, const SimWorld *world, uint32_t e, const BnetRing *notice)
{
    const BnetPool *pool = sim_world_node(world, sim_world_end_peer(world, e))->pool;
    BnetRingWalk walk = bnet_ring_walk(notice);
    BnetBlock block;
    while (bnet_ring_next(&walk, pool, &block))
        certain(end, sim_world_store(world), block);
}

static void delivered(End *end, const SimWorld *world, const SimHappening *happening)
{
    const BnetMessage *message = happening->message;
    switch (message->kind) {
    case BNET_MESSAGE_HELLO:
        hello(end, sim_world_store(world), &message->u.hello);
        break;
    case BNET_MESSAGE_BLOCK:
        certain(end, sim_world_store(world), message->u.block);
        break;
    case BNET_MESSAGE_BLOCK_NOTICE:
        noticed(end, world, happening->end, &message->u.notice);
        break;
    case BNET_MESSAGE_PING:
        end->peer_lib = MAX(end->peer_lib, message->u.ping.lib_number);
        end->flags |= PONG_DUE;
        break;
    case BNET_MESSAGE_TRX:
    case BNET_MESSAGE_TRX_NOTICE:
    case BNET_MESSAGE_PONG:
    case BNET_MESSAGE_MALFORMED:
        break;
    }
}

static void happened(SimObserver *observer, SimWorld *world, const SimHappening *happening)
{
    CheckL2 *self = (CheckL2 *)observer;
    End *end = &self->ends[happening->end];
    if (happening->kind == SIM_SENT) {
        sent(end, sim_world_store(world), happening->message);
    } else if (happening->kind == SIM_WRITTEN) {
        end->flags = (uint8_t)((end->flags | HELLO_SENT) & ~WRITING); /* hello is the first */
        return;
    } else if (happening->kind == SIM_DELIVERED) {
        delivered(end, world, happening);
    } else {
        *end = (End){.flags = happening->kind == SIM_OPENED ? OPEN : 0};
        return;
    }
    look_at_next(self, world, happening->peer);
}

static void finish(SimCheck *check, SimWorld *world)
{
    CheckL2 *self = (CheckL2 *)check;
    for (uint32_t e = 0; e < self->n_ends; e++)
        look(self, world, e);
}

static void check_free(SimCheck *check)
{
    CheckL2 *self = (CheckL2 *)check;
    g_free(self->ends);
    g_free(self);
}

SimCheck *sim_check_l2_new(SimWorld *world)
{
    CheckL2 *self = g_new0(CheckL2, 1);
    self->check.id = "L2";
    self->check.title = "who has something to send sends it";
    self->check.observer.mask = 1u << SIM_SENT | 1u << SIM_WRITTEN | 1u << SIM_DELIVERED |
                                1u << SIM_OPENED | 1u << SIM_CLOSED;
    self->check.observer.happened = happened;
    self->check.finish = finish;
    self->check.free = check_free;
    self->n_ends = sim_world_ends(world);
    self->ends = g_new0(End, self->n_ends);
    return &self->check;
}
