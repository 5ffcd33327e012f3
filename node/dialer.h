/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_NODE_DIALER_H
#define BNETLAB_NODE_DIALER_H

/*
 * A dial of an I/O thread: from an endpoint to a connected socket.
 *
 * A name is looked up by a thread that does nothing else and may outlive the dial. Its addresses
 * are tried one after the other, in the order of the resolver, each for the time that the limits
 * allow.
 */

#include <netdb.h>

#include "node/io_thread.h"

typedef struct NodeDial NodeDial;

/* Begins; node_io_thread_dialled() is the end of it, or LOST has been told to the chain. */
NodeDial *node_dial_new(NodeIoThread *thread, NodeConnectionId id, const NodeEndpoint *endpoint);

/* Gives up; nothing is told. Accepts NULL. */
void node_dial_free(NodeDial *dial);

NodeConnectionId node_dial_id(const NodeDial *dial);

/* What was dialled, as "host:port". */
const char *node_dial_host(const NodeDial *dial);

/* The lookup is done: (transfer full) addresses, or NULL and what is wrong. The dial may be over.
 */
void node_dial_resolved(NodeDial *dial, struct addrinfo *addresses, const char *wrong);

#endif
