/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_NODE_WEBSOCKET_H
#define BNETLAB_NODE_WEBSOCKET_H

/*
 * One side of a WebSocket connection after its handshake (RFC 6455, sections 5 to 7), on a
 * non-blocking stream socket. wslay reads and writes frames; what a sequence of frames may be is
 * judged here.
 *
 * One message is read at a time: nothing behind it is read before the next call, which is how a
 * reader is paused. One message is written at a time, besides at most one pong and one close frame.
 *
 * Memory: the message that is being read, as far as it has come, and what is being written. Work of
 * a call is bounded (NODE_WEBSOCKET_READ_MAX). The socket is the caller's and stays open. One
 * thread.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

/* Bytes of payload, and frames, that one call of node_websocket_read() takes in at most. */
#define NODE_WEBSOCKET_READ_MAX (1024u * 1024)
#define NODE_WEBSOCKET_FRAMES_MAX 256u

/* Longest reason of a close frame. */
#define NODE_WEBSOCKET_REASON_MAX 123u

/* Status codes of a close (RFC 6455, section 7.4.1). */
enum {
    NODE_CLOSE_NORMAL = 1000,
    NODE_CLOSE_GOING_AWAY = 1001,
    NODE_CLOSE_PROTOCOL = 1002,
    NODE_CLOSE_NO_STATUS = 1005,   /* a close frame without a code; never sent */
    NODE_CLOSE_BAD_PAYLOAD = 1007, /* malformed */
    NODE_CLOSE_TOO_BIG = 1009,
    NODE_CLOSE_TRY_LATER = 1013,
};

typedef struct NodeWebSocket NodeWebSocket;

typedef enum NodeWebSocketRead {
    NODE_WEBSOCKET_WAIT,    /* until the socket is readable */
    NODE_WEBSOCKET_AGAIN,   /* enough for now; there may be more */
    NODE_WEBSOCKET_MESSAGE, /* a whole one */
    NODE_WEBSOCKET_CLOSED,  /* a close frame came; it has been answered, or was the answer */
    NODE_WEBSOCKET_BROKEN,  /* the peer violates the protocol: close with `code` */
    NODE_WEBSOCKET_LOST,    /* the connection is gone */
} NodeWebSocketRead;

/* What came. */
typedef struct NodeWebSocketItem {
    GBytes *message;  /* of MESSAGE: (transfer full) */
    bool is_text;     /* of MESSAGE; its bytes need not be UTF-8 */
    uint16_t code;    /* of CLOSED: the peer's; of BROKEN: ours */
    const char *what; /* of BROKEN: a static text */
} NodeWebSocketItem;

typedef enum NodeWebSocketWrite {
    NODE_WEBSOCKET_IDLE,    /* nothing is left to be written */
    NODE_WEBSOCKET_BLOCKED, /* until the socket is writable */
    NODE_WEBSOCKET_FAILED,  /* the connection is gone */
} NodeWebSocketWrite;

/* `early`: what was read behind the handshake. message_max: bytes of the longest message that is
 * taken in. */
NodeWebSocket *node_websocket_new(int fd, bool is_client, const uint8_t *early, size_t n_early,
                                  size_t message_max);

/* Accepts NULL. */
void node_websocket_free(NodeWebSocket *socket);

/* After a message there may be more bytes that the socket's readiness does not tell of: read until
 * it says WAIT. */
NodeWebSocketRead node_websocket_read(NodeWebSocket *socket, NodeWebSocketItem *ret_item);

/* Begins to write a binary message; none is being written, and no close was asked for. Keeps a
 * reference. */
void node_websocket_send(NodeWebSocket *socket, GBytes *message);

/* Begins to close, once the message that is being written is through; the first call counts. The
 * reason may be NULL and is cut off. */
void node_websocket_close(NodeWebSocket *socket, uint16_t code, const char *reason);

/* Writes as much as the socket takes. *ret_sent: the message is through, which is told once. */
NodeWebSocketWrite node_websocket_write(NodeWebSocket *socket, bool *ret_sent);

/* A close frame came, and ours is written. */
bool node_websocket_is_closed(const NodeWebSocket *socket);

#endif
