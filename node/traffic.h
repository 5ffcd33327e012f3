/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_NODE_TRAFFIC_H
#define BNETLAB_NODE_TRAFFIC_H

/*
 * What the threads of a node tell each other, through mailboxes.
 *
 * There are three kinds of threads. The *chain* thread owns the protocol core. Each *I/O* thread
 * owns connections: sockets, frames, timers of the transport. The *front* is the thread that
 * started the node: options, control, everything that is printed. Nothing else is shared; what is
 * posted belongs to the receiver.
 */

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "core/wire_message.h"
#include "node/endpoint.h"

struct json_object;

/*
 * Connections are numbered in the process: odd numbers were accepted, even ones are dialled. The
 * number says which I/O thread has it.
 */
typedef uint64_t NodeConnectionId;

static inline bool node_connection_is_dialled(NodeConnectionId id)
{
    return id % 2 == 0;
}

static inline uint32_t node_connection_thread(NodeConnectionId id, uint32_t n_threads)
{
    return (uint32_t)(id / 2 % n_threads);
}

/* --- to the chain ---------------------------------------------------------------------------- */

typedef enum NodeInputKind {
    NODE_INPUT_OPENED,    /* the handshake is through; the I/O thread waits for a READ */
    NODE_INPUT_MESSAGE,   /* came; the connection reads on after a READ */
    NODE_INPUT_MALFORMED, /* what came is no message: `code` says how to close */
    NODE_INPUT_WRITTEN,   /* the last message is in the socket's buffer */
    NODE_INPUT_LOST,      /* the connection, or the attempt at one, is over; `text` says why */
    NODE_INPUT_REFUSED,   /* a stranger did not get through the handshake; `text` */
    NODE_INPUT_TROUBLE,   /* of the listener; `text` */
    NODE_INPUT_COMMAND,   /* of a control client: `json` */
    NODE_INPUT_QUIT,      /* when what `client` waits for has been answered */
} NodeInputKind;

typedef struct NodeInput {
    NodeInputKind kind;
    NodeConnectionId connection;
    NodeAddress remote;
    NodeAddress local;
    GBytes *bytes;        /* of MESSAGE */
    BnetWireMessage wire; /* of MESSAGE: points into bytes */
    uint16_t code;        /* of MALFORMED: of WebSocket; of LOST: the peer's, or 0 */
    char *text;
    uint32_t client; /* of COMMAND: who is answered; of QUIT: who has no more commands */
    struct json_object *json;
} NodeInput;

NodeInput *node_input_new(NodeInputKind kind, NodeConnectionId connection);
void node_input_free(NodeInput *input);

/* --- to an I/O thread ------------------------------------------------------------------------ */

typedef enum NodeOrderKind {
    NODE_ORDER_ADOPT,    /* an accepted socket */
    NODE_ORDER_DIAL,     /* `endpoint` */
    NODE_ORDER_RESOLVED, /* the addresses of a dial: `addresses`, or `text` says why there are none
                          */
    NODE_ORDER_SEND,     /* `bytes`: a message */
    NODE_ORDER_READ,     /* the chain is ready for the next message */
    NODE_ORDER_CLOSE,    /* with `code`, 0: without a close frame; `text`: the reason */
    NODE_ORDER_QUIT,     /* close all with "going away", then end the thread */
} NodeOrderKind;

typedef struct NodeOrder {
    NodeOrderKind kind;
    NodeConnectionId connection;
    int fd; /* of ADOPT: (transfer full); else -1 */
    NodeEndpoint endpoint;
    struct addrinfo *addresses;
    GBytes *bytes;
    uint16_t code;
    char *text;
} NodeOrder;

NodeOrder *node_order_new(NodeOrderKind kind, NodeConnectionId connection);
void node_order_free(NodeOrder *order);

/* --- to the front ---------------------------------------------------------------------------- */

#define NODE_NO_CLIENT 0u

typedef enum NodeReportKind {
    NODE_REPORT_ANSWER, /* `json` for `client` */
    NODE_REPORT_EVENT,  /* `json` for whoever listens; `text` for people (nullable) */
    NODE_REPORT_FAILED, /* the node cannot go on: `text` */
    NODE_REPORT_ENDED,  /* the chain thread has done its last */
} NodeReportKind;

typedef struct NodeReport {
    NodeReportKind kind;
    uint32_t client;
    struct json_object *json;
    char *text;
} NodeReport;

NodeReport *node_report_new(NodeReportKind kind);
void node_report_free(NodeReport *report);

#endif
