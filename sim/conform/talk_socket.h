/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_CONFORM_TALK_SOCKET_H
#define BNETLAB_SIM_CONFORM_TALK_SOCKET_H

/*
 * The client's side of a WebSocket connection (RFC 6455), as little of it as holding recorded
 * conversations takes. It is none of the node's code, so that a mistake of that is not made on both
 * sides, and it can send what no good client would.
 *
 * Whatever the node sends that RFC 6455 forbids a server makes the socket broken. Pings are
 * answered, a close frame is answered with the same. Nothing is read but by talk_socket_read(),
 * which does not wait; writing waits for TALK_SOCKET_LIMIT_MS at most. One thread.
 */

#include "sim/conform/talk.h"

/* Longest message that is taken in. */
#define TALK_SOCKET_MESSAGE_MAX (64u * 1024 * 1024)

#define TALK_SOCKET_LIMIT_MS 30000u

typedef struct TalkSocket TalkSocket;

/* Connects to a port of 127.0.0.1 and asks for a path. NULL: nobody listens.
 * (transfer full) (nullable) */
TalkSocket *talk_socket_new(uint16_t port, const char *path, GError **error);

/* Accepts NULL. Closes without a word. */
void talk_socket_free(TalkSocket *socket);

/* To wait for what comes. */
int talk_socket_fd(const TalkSocket *socket);

/* Takes in what has come. */
void talk_socket_read(TalkSocket *socket);

/* Taken in so far: the answer to the handshake, which was good. */
bool talk_socket_is_open(const TalkSocket *socket);

/* Taken in so far: the end of the connection, which is an item, too. */
bool talk_socket_is_over(const TalkSocket *socket);

/* (nullable) What was wrong with what came. */
const char *talk_socket_fault(const TalkSocket *socket);

/* Sends a frame, or two. It is lost if the node has closed. */
void talk_socket_send(TalkSocket *socket, TalkFrame kind, BnetSlice bytes);

/* Sends a ping that is like no other, and whose pong is no item. */
void talk_socket_ask(TalkSocket *socket);

/* Taken in so far: the pong to the last such ping. */
bool talk_socket_is_answered(const TalkSocket *socket);

/* Pongs that were items, and are to be. */
uint32_t talk_socket_pongs(const TalkSocket *socket);

/* What came next; NULL: nothing. (transfer full) (nullable) */
TalkItem *talk_socket_next(TalkSocket *socket);

/* "127.0.0.1:PORT" of our side, as the node names it. */
const char *talk_socket_name(const TalkSocket *socket);

#endif
