/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_NODE_IO_THREAD_H
#define BNETLAB_NODE_IO_THREAD_H

/*
 * A network thread: a GLib main context, its connections and dials, and a mailbox of orders.
 *
 * A thread never waits but for its sockets, its mailbox and its timers: names are resolved by
 * threads of their own (dialer.h). Its functions are called by itself, but for those marked.
 */

#include <stdint.h>

#include "node/mailbox.h"
#include "node/traffic.h"

/* Limits of the transport, the same for all threads. */
typedef struct NodeLimits {
    int64_t handshake_ns; /* a connection that is no WebSocket by then is closed */
    int64_t close_ns;     /* how long the answer to a close is waited for */
    int64_t connect_ns;   /* for each address that is dialled */
    uint32_t strangers;   /* accepted connections in their handshake, of each thread: of more the
                           * oldest is closed */
    size_t message_max;   /* bytes */
    bool eosio_2;         /* messages hold what EOSIO 2 has */
    /* of EOSIO 1.7: */
    bool takes_text;  /* text messages are taken for binary ones */
    bool one_behind;  /* H12: a frame may hold several messages, of which each read takes one */
    bool close_waits; /* H13: while the answer to a close is awaited the thread does nothing else */
} NodeLimits;

typedef struct NodeIoThread NodeIoThread;

/* Starts it. The mailbox of the chain outlives the thread. From any thread. */
NodeIoThread *node_io_thread_start(const NodeLimits *limits, NodeMailbox *chain);

/* Gives it an order: (transfer full). From any thread. */
void node_io_thread_post(NodeIoThread *thread, NodeOrder *order);

/* Waits for the end of the thread, which a QUIT brings about, and frees it. Accepts NULL. From the
 * thread that started it. */
void node_io_thread_join(NodeIoThread *thread);

/* --- for connections and dials ---------------------------------------------------------------- */

struct NodeConnection;
struct NodeDial;

GMainContext *node_io_thread_context(NodeIoThread *thread);
const NodeLimits *node_io_thread_limits(const NodeIoThread *thread);

/* Tells the chain: (transfer full). */
void node_io_thread_tell(NodeIoThread *thread, NodeInput *input);

/* The connection has had its end, and is freed. */
void node_io_thread_forget(NodeIoThread *thread, struct NodeConnection *connection);

/* H13: the thread does nothing until that connection has had its end, or the thread is to end.
 * False: it is frozen already, or ends. */
bool node_io_thread_freeze(NodeIoThread *thread, struct NodeConnection *connection);

/* The dial has had its end, and is freed; the socket, if it got one, becomes a connection. */
void node_io_thread_dialled(NodeIoThread *thread, struct NodeDial *dial, int fd);

/* Where lookups post what they found, which may be after the thread's end: a counted reference. */
typedef struct NodeInbox NodeInbox;
NodeInbox *node_io_thread_inbox(NodeIoThread *thread);
void node_inbox_post(NodeInbox *inbox, NodeOrder *order);
void node_inbox_unref(NodeInbox *inbox);

#endif
