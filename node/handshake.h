/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_NODE_HANDSHAKE_H
#define BNETLAB_NODE_HANDSHAKE_H

/*
 * The opening handshake of WebSocket (RFC 6455, section 4) as texts: what a client asks, what a
 * server answers. No extension and no subprotocol is asked for or granted.
 *
 * Reading is strict: lines end with CR LF, no line is folded, names are tokens, what must stand
 * once stands once. Any bytes are fit. Nothing is kept between calls: the caller gathers bytes up
 * to NODE_HANDSHAKE_BYTES_MAX and asks again. Linear time; no shared state.
 */

#include <stddef.h>
#include <stdint.h>

/* The longest request or answer that is read, its empty line included. */
#define NODE_HANDSHAKE_BYTES_MAX 8192u

/* 16 random bytes as base 64; a hash of 20. */
#define NODE_HANDSHAKE_KEY_LENGTH 24u
#define NODE_HANDSHAKE_ACCEPT_LENGTH 28u

typedef enum NodeHandshakeVerdict {
    NODE_HANDSHAKE_MORE, /* the empty line has not come */
    NODE_HANDSHAKE_GOOD,
    NODE_HANDSHAKE_BAD,
} NodeHandshakeVerdict;

/* What became of a request or an answer. */
typedef struct NodeHandshake {
    size_t used;                                   /* GOOD: bytes up to the empty line, included */
    char accept[NODE_HANDSHAKE_ACCEPT_LENGTH + 1]; /* GOOD request: what the answer must prove */
    uint16_t status;                               /* BAD request: of HTTP, to be answered */
    const char *what;                              /* BAD: a static text */
} NodeHandshake;

/* A client's request. */
NodeHandshakeVerdict node_handshake_read_request(const char *bytes, size_t n,
                                                 NodeHandshake *ret_handshake);

/* A server's answer to a request with that key. */
NodeHandshakeVerdict node_handshake_read_answer(const char *bytes, size_t n, const char *key,
                                                NodeHandshake *ret_handshake);

/* The request for path "/" of a host as written in a dial string, "host:port". (transfer full) */
char *node_handshake_request(const char *host, const char *key);

/* The answer to a request that was good, or bad. (transfer full) */
char *node_handshake_answer(const NodeHandshake *handshake);
char *node_handshake_refusal(const NodeHandshake *handshake);

/* The key of 16 bytes. (transfer full) */
char *node_handshake_key(const uint8_t random[16]);

/* The accept value that belongs to a key. */
void node_handshake_accept(const char *key, char ret_accept[NODE_HANDSHAKE_ACCEPT_LENGTH + 1]);

#endif
