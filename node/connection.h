/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_NODE_CONNECTION_H
#define BNETLAB_NODE_CONNECTION_H

/*
 * A connection of an I/O thread: its socket through handshake, messages and close.
 *
 * To the chain it tells OPENED once, then MESSAGE or MALFORMED, each after an order to read, and a
 * WRITTEN for each message that was to be sent; at last LOST, unless the chain has closed it: then
 * nothing more is told. A connection that fails in its handshake tells REFUSED if it was accepted,
 * LOST if it was dialled.
 */

#include "node/io_thread.h"

typedef struct NodeConnection NodeConnection;

/* Begins the handshake on a connected socket: (transfer full) fd. host: what was dialled, as
 * "host:port"; NULL: the socket was accepted. */
NodeConnection *node_connection_new(NodeIoThread *thread, NodeConnectionId id, int fd,
                                    const char *host);

/* Closes the socket without a word. Nothing is told. Accepts NULL. */
void node_connection_free(NodeConnection *connection);

NodeConnectionId node_connection_id(const NodeConnection *connection);

/* The handshake is not through, and the other side began it. */
bool node_connection_is_stranger(const NodeConnection *connection);

/* H13: nothing is read or written, and no time limit counts, until it is thawed. */
void node_connection_freeze(NodeConnection *connection, bool frozen);

/* Orders of the chain. The connection may be freed by any of them. */
void node_connection_send(NodeConnection *connection, GBytes *message);
void node_connection_read(NodeConnection *connection);
void node_connection_close(NodeConnection *connection, uint16_t code, const char *reason);

#endif
