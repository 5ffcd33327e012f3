/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_NODE_LISTENER_H
#define BNETLAB_NODE_LISTENER_H

/*
 * Accepts connections and hands them to the I/O threads in turn.
 *
 * It lives in the main context of whoever started it. An error of accept() is told to the chain
 * once and does not end the listening: after NODE_LISTENER_PAUSE_MS it is tried again.
 */

#include "node/io_thread.h"

#define NODE_LISTENER_PAUSE_MS 100u

typedef struct NodeListener NodeListener;

typedef struct NodeListenerConfig {
    NodeEndpoint endpoint;
    NodeIoThread **threads; /* [n_threads]; must outlive the listener */
    uint32_t n_threads;
    NodeMailbox *chain;
} NodeListenerConfig;

/* Listens on the first address of the endpoint that can be had: name resolution may take time.
 * NULL: none can. (transfer full) */
NodeListener *node_listener_new(GMainContext *context, const NodeListenerConfig *config,
                                GError **error);
void node_listener_free(NodeListener *listener);

/* Where it listens, the port that the kernel chose included. */
NodeAddress node_listener_address(const NodeListener *listener);

#endif
