/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_CORE_NODE_H
#define BNETLAB_CORE_NODE_H

/*
 * A bnet node: one view of the chain, the sessions with its peers, and the rules that concern
 * several sessions at once: blame, redundant connections, passing on what happens to the chain.
 *
 * This is what a driver drives. Each input takes the time and leaves actions in *node->actions,
 * which the driver carries out in order and clears with bnet_node_actions_done() before the next
 * input. That time is the driver's own, which only goes forward; what the node takes for the time
 * of day follows from it by node->clock. An input works in O(sessions) at most, besides what
 * session.h and view.h say. A node is used by one thread; nodes that share a store or a pool, by
 * the same thread. It may not be moved.
 */

#include "core/blame.h"
#include "core/clock.h"
#include "core/session.h"

/* Protocol section 6: an older header is not noticed. */
#define BNET_NOTICE_AGE_NS (6 * BNET_NS_PER_S)

typedef struct BnetNode {
    BnetIdentity self;
    BnetClock clock; /* the driver's to set, between inputs; a node begins with one that is right */
    BnetView view;
    BnetTrxs trxs;
    BnetBlame blame;
    BnetPool *pool;
    BnetSession *sessions; /* [n_sessions] */
    uint32_t n_sessions;
    uint32_t *tags; /* [n_sessions]: of the id of the peer, once it has said hello; 0: it has not */
    BnetActions *actions;                 /* the driver's */
    struct BnetDeployedSession *deployed; /* [n_sessions]; NULL: there was never a quirk */
    BnetProbes *probes;                   /* the driver's to set; NULL: nobody counts */
} BnetNode;

/* What nodes of one thread share; none of it is owned. */
typedef struct BnetShared {
    const BnetStore *store;
    BnetPool *pool;
    BnetActions *actions; /* gets room for the largest of the nodes */
} BnetShared;

/* n_sessions: slots for connections, each used by one at a time. */
void bnet_node_init(BnetNode *node, const BnetShared *shared, uint32_t n_sessions);
void bnet_node_finish(BnetNode *node);

/* From now on the node shares these, between two inputs. The store is the same or a copy of it, the
 * actions have as much room, and the caller has moved the lists of its sessions to the pool. */
static inline void bnet_node_share(BnetNode *node, const BnetShared *shared)
{
    node->pool = shared->pool;
    node->actions = shared->actions;
    node->actions->env.view = NULL; /* of whichever node it was */
    node->view.store = node->trxs.store = shared->store;
}

/* The process starts: identity and chain are those given, no session is open. */
void bnet_node_start(BnetNode *node, const BnetIdentity *self, BnetBlock head);

/* The process goes on with the chain that it has. */
void bnet_node_restart(BnetNode *node, const BnetIdentity *self);

/* The process ends: all sessions are gone, without actions; waiting transactions are lost. */
void bnet_node_stop(BnetNode *node, int64_t now_ns);

static inline void bnet_node_actions_done(BnetNode *node)
{
    node->actions->n = 0;
}

static inline const BnetSession *bnet_node_session(const BnetNode *node, uint32_t slot)
{
    bnet_assert(slot < node->n_sessions);
    return &node->sessions[slot];
}

/* --- inputs of the transport ----------------------------------------------------------------- */

/* A connection is established; the slot is free. */
void bnet_node_open(BnetNode *node, uint32_t slot, bool dialled, int64_t now_ns);

/* A message arrived. Its notice ring stays the caller's. */
void bnet_node_message(BnetNode *node, uint32_t slot, const BnetMessage *message, int64_t now_ns);

/* A hello or notice that has just come, or is about to, names this block, which no handle stands
 * for. Only quirks remember such ids. */
void bnet_node_listed(BnetNode *node, uint32_t slot, const BnetId *id, int64_t now_ns);

/*
 * A message came that the driver keeps to itself, for nothing would come of it: a block of that
 * number that the chain drops as unlinkable or future (section 6); with number 0 a stale one, or a
 * transaction that has expired or was not asked for. So a store need not keep what any stranger may
 * send.
 */
void bnet_node_dropped(BnetNode *node, uint32_t slot, uint32_t number, int64_t now_ns);

/* A hello or notice that came earlier named this block, for which no handle stood then. */
void bnet_node_has(BnetNode *node, uint32_t slot, BnetBlock block, int64_t now_ns);

/* The write of the last BNET_ACTION_SEND is complete. */
void bnet_node_written(BnetNode *node, uint32_t slot, int64_t now_ns);

/* The connection is lost. */
void bnet_node_lost(BnetNode *node, uint32_t slot, int64_t now_ns);

/* The time that bnet_node_deadline() named has come. */
void bnet_node_timer(BnetNode *node, uint32_t slot, int64_t now_ns);

/* When bnet_node_timer() is due; BNET_TIME_NEVER for a free slot. */
static inline int64_t bnet_node_deadline(const BnetNode *node, uint32_t slot)
{
    const BnetSession *session = bnet_node_session(node, slot);
    return bnet_session_is_open(session) ? bnet_session_deadline(session, &node->self)
                                         : BNET_TIME_NEVER;
}

void bnet_node_fetched(BnetNode *node, uint32_t slot, BnetBlock block, int64_t now_ns);
void bnet_node_ping_code(BnetNode *node, uint32_t slot, const BnetId *code, int64_t now_ns);

/* --- inputs of the chain --------------------------------------------------------------------- */

/*
 * A block reached the chain: from the session, or from BNET_NO_SESSION (our own, or its session is
 * gone). The header is judged; bnet_node_step() does the rest.
 */
BnetVerdict bnet_node_receive_block(BnetNode *node, BnetBlock block, uint32_t slot, int64_t now_ns);

/* Does the next step of the chain (bnet_view_step) and tells the sessions; false: it has
 * settled. */
bool bnet_node_step(BnetNode *node, BnetChainEvent *ret_event, int64_t now_ns);

/* A transaction reached the chain; true: it is new, valid and not refused. */
bool bnet_node_receive_trx(BnetNode *node, BnetTrx trx, int64_t now_ns);

/* How many blocks have a status in a session (section 4), by its slot; with quirks of the deployed
 * plugin, as that counts. O(words of the status). */
uint32_t bnet_node_status_count(const BnetNode *node, uint32_t slot);

#endif
