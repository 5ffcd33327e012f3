/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_NODE_CONTROL_H
#define BNETLAB_NODE_CONTROL_H

/*
 * Control clients: a command a line in, an answer a line out, both JSON (docs/node.md).
 *
 * They come through a Unix socket, any number of them, or there is one, standard input and output.
 * A client whose lines are longer than NODE_CONTROL_LINE_MAX, or that reads so slowly that more
 * than NODE_CONTROL_UNREAD_MAX wait for it, is cut off. One thread, that of the main context.
 */

#include <glib.h>

#include "node/mailbox.h"
#include "node/traffic.h"

#define NODE_CONTROL_LINE_MAX ((size_t)64 * 1024 * 1024)
#define NODE_CONTROL_UNREAD_MAX ((size_t)256 * 1024 * 1024)
#define NODE_CONTROL_CLIENTS_MAX 256u
/* After a client could not be accepted for want of a descriptor: so long until the next try. */
#define NODE_CONTROL_PAUSE_MS 100

typedef struct NodeControl NodeControl;

/* `path`: of a socket, which is made, or "-". Commands go to the chain. NULL: it cannot be made.
 * (transfer full) */
NodeControl *node_control_new(GMainContext *context, const char *path, NodeMailbox *chain,
                              GError **error);

/* What waits to be written is written, as far as the clients take it at once. Accepts NULL. */
void node_control_free(NodeControl *control);

/* Answers the client of that number, if it is still there; or tells an event to those who asked for
 * events. */
void node_control_answer(NodeControl *control, uint32_t id, struct json_object *answer);
void node_control_event(NodeControl *control, const char *line, size_t n);

#endif
