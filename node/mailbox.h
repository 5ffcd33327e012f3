/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_NODE_MAILBOX_H
#define BNETLAB_NODE_MAILBOX_H

/*
 * What one thread tells another: a list of items, and a descriptor that is readable while there are
 * any. Any thread posts; one thread takes, all that is there at once and in order.
 *
 * The lock is held for an append or an exchange of two pointers, never while anything else happens.
 * It is a pthread mutex, since ThreadSanitizer does not see those of GLib.
 */

#include <pthread.h>
#include <stdbool.h>

#include <glib.h>

typedef struct NodeMailbox {
    pthread_mutex_t mutex;
    GPtrArray *items;
    int wake_fd;
} NodeMailbox;

/* Aborts if the process may not open a descriptor. */
void node_mailbox_init(NodeMailbox *mailbox);

/* No thread uses it any more. What is left is freed with free_item. */
void node_mailbox_finish(NodeMailbox *mailbox, GDestroyNotify free_item);

/* (transfer full) item, which is not NULL */
void node_mailbox_post(NodeMailbox *mailbox, gpointer item);

/* Moves all items into an array, which is empty. (transfer full) the items */
void node_mailbox_take(NodeMailbox *mailbox, GPtrArray **items);

/* Readable while there are items. */
static inline int node_mailbox_fd(const NodeMailbox *mailbox)
{
    return mailbox->wake_fd;
}

#endif
