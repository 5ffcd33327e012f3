/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_NODE_CHAIN_H
#define BNETLAB_NODE_CHAIN_H

/*
 * The chain thread: it alone has the protocol core, with all sessions, and the chain on disk.
 *
 * It takes what came since the last time, does all that follows from it, brings the chain to the
 * disk if anybody is to be told of it, and only then hands out messages and answers, and lets those
 * connections read on whose messages it took in. So a busy chain slows its senders down (protocol
 * section 2), and nothing that anybody was told of is lost.
 */

#include "node/chain_store.h"
#include "node/io_thread.h"
#include "node/options.h"

typedef struct NodeChain NodeChain;

typedef struct NodeChainConfig {
    const NodeOptions *options; /* outlives the chain */
    NodeIoThread **threads;     /* [options->threads]; outlive the chain */
    NodeMailbox *inbox;         /* of NodeInput */
    NodeMailbox *front;         /* of NodeReport */
    NodeAddress listening;
    int64_t origin_us; /* wall clock, since 1970, at time 0 of the node */
} NodeChainConfig;

/* Slot that begins at time 0 of a node that starts now, and that time. */
void node_chain_now(const NodeOptions *options, int64_t *ret_zero_slot, int64_t *ret_origin_us);

/* Starts the thread with a chain that was opened; all three become its own: (transfer full). */
NodeChain *node_chain_start(const NodeChainConfig *config, BnetStore *store, NodeChainStore *disk,
                            NodeChainStart *start);

/* Waits for the end of the thread, which a QUIT brings about, and frees all. */
void node_chain_join(NodeChain *chain);

#endif
