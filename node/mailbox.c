/* SPDX-License-Identifier: Apache-2.0 */
#include "node/mailbox.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

void node_mailbox_init(NodeMailbox *mailbox)
{
    const int failed = pthread_mutex_init(&mailbox->mutex, NULL);
    g_assert(failed == 0);
    mailbox->items = g_ptr_array_new();
    mailbox->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (mailbox->wake_fd < 0)
        g_error("cannot make an event descriptor: %s", g_strerror(errno));
}

void node_mailbox_finish(NodeMailbox *mailbox, GDestroyNotify free_item)
{
    for (guint i = 0; i < mailbox->items->len; i++)
        free_item(g_ptr_array_index(mailbox->items, i));
    g_ptr_array_unref(mailbox->items);
    (void)close(mailbox->wake_fd);
    (void)pthread_mutex_destroy(&mailbox->mutex);
}

void node_mailbox_post(NodeMailbox *mailbox, gpointer item)
{
    (void)pthread_mutex_lock(&mailbox->mutex);
    const bool was_empty = mailbox->items->len == 0;
    g_ptr_array_add(mailbox->items, item);
    (void)pthread_mutex_unlock(&mailbox->mutex);
    /* It cannot fail: the count is far below its limit. */
    if (was_empty)
        (void)eventfd_write(mailbox->wake_fd, 1);
}

void node_mailbox_take(NodeMailbox *mailbox, GPtrArray **items)
{
    g_assert((*items)->len == 0);
    eventfd_t count;
    (void)eventfd_read(mailbox->wake_fd, &count); /* before the exchange: no wake is lost */
    (void)pthread_mutex_lock(&mailbox->mutex);
    GPtrArray *taken = mailbox->items;
    mailbox->items = *items;
    (void)pthread_mutex_unlock(&mailbox->mutex);
    *items = taken;
}
