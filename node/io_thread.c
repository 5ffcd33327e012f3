/* SPDX-License-Identifier: Apache-2.0 */
#include "node/io_thread.h"

#include <stdatomic.h>
#include <string.h>

#include "node/connection.h"
#include "node/dialer.h"
#include "node/websocket.h"

struct NodeInbox {
    atomic_int references;
    NodeMailbox mailbox;
};

struct NodeIoThread {
    pthread_t worker;
    NodeLimits limits;
    NodeMailbox *chain;
    NodeInbox *inbox;
    GMainContext *context;
    GSource *source;         /* of the inbox */
    GPtrArray *fresh;        /* taken from the inbox */
    GPtrArray *orders;       /* not carried out yet */
    GHashTable *connections; /* by id */
    GHashTable *dials;       /* by id */
    GQueue strangers;        /* of NodeConnection in their handshake, the oldest first; some may be
                              * none any more */
    NodeConnection *frozen_by; /* H13; NULL: the thread is not frozen */
    bool quits;
};

/* --- the inbox ------------------------------------------------------------------------------- */

static void free_order(gpointer order)
{
    node_order_free(order);
}

static NodeInbox *inbox_new(void)
{
    NodeInbox *inbox = g_new0(NodeInbox, 1);
    atomic_init(&inbox->references, 1);
    node_mailbox_init(&inbox->mailbox);
    return inbox;
}

NodeInbox *node_io_thread_inbox(NodeIoThread *thread)
{
    atomic_fetch_add(&thread->inbox->references, 1);
    return thread->inbox;
}

void node_inbox_post(NodeInbox *inbox, NodeOrder *order)
{
    node_mailbox_post(&inbox->mailbox, order);
}

void node_inbox_unref(NodeInbox *inbox)
{
    if (atomic_fetch_sub(&inbox->references, 1) != 1)
        return;
    node_mailbox_finish(&inbox->mailbox, free_order);
    g_free(inbox);
}

/* --- frozen (H13) ---------------------------------------------------------------------------- */

static void freeze_others(NodeIoThread *thread, const NodeConnection *connection, bool frozen)
{
    GHashTableIter iter;
    gpointer other;
    g_hash_table_iter_init(&iter, thread->connections);
    while (g_hash_table_iter_next(&iter, NULL, &other))
        if (other != connection)
            node_connection_freeze(other, frozen);
}

bool node_io_thread_freeze(NodeIoThread *thread, NodeConnection *connection)
{
    if (thread->frozen_by || thread->quits)
        return false;
    thread->frozen_by = connection;
    freeze_others(thread, connection, true);
    return true;
}

/* The orders that wait are carried out by the inbox's source, which is called once more. */
static void thaw(NodeIoThread *thread)
{
    freeze_others(thread, thread->frozen_by, false);
    thread->frozen_by = NULL;
    g_source_set_ready_time(thread->source, 0);
}

/* --- orders ---------------------------------------------------------------------------------- */

static NodeConnection *find(const NodeIoThread *thread, NodeConnectionId id)
{
    return g_hash_table_lookup(thread->connections, &id);
}

static void add_connection(NodeIoThread *thread, NodeConnectionId id, int fd, const char *host)
{
    NodeConnectionId *key = g_new(NodeConnectionId, 1);
    *key = id;
    g_hash_table_insert(thread->connections, key, node_connection_new(thread, id, fd, host));
}

/* The oldest stranger goes if there are too many: who is slow by intent holds up nobody. */
static void adopt(NodeIoThread *thread, NodeOrder *order)
{
    add_connection(thread, order->connection, order->fd, NULL);
    order->fd = -1;
    g_queue_push_tail(&thread->strangers, find(thread, order->connection));
    while (thread->strangers.length > thread->limits.strangers) {
        NodeConnection *oldest = g_queue_pop_head(&thread->strangers);
        if (node_connection_is_stranger(oldest))
            node_connection_close(oldest, 0, NULL);
    }
}

static void dial(NodeIoThread *thread, const NodeOrder *order)
{
    NodeConnectionId *key = g_new(NodeConnectionId, 1);
    *key = order->connection;
    g_hash_table_insert(thread->dials, key,
                        node_dial_new(thread, order->connection, &order->endpoint));
}

static void resolved(NodeIoThread *thread, NodeOrder *order)
{
    NodeDial *dial = g_hash_table_lookup(thread->dials, &order->connection);
    if (dial)
        node_dial_resolved(dial, g_steal_pointer(&order->addresses), order->text);
}

static void close_one(NodeIoThread *thread, const NodeOrder *order)
{
    NodeConnection *connection = find(thread, order->connection);
    if (connection)
        node_connection_close(connection, order->code, order->text);
    else
        g_hash_table_remove(thread->dials, &order->connection);
}

static void quit(NodeIoThread *thread)
{
    g_autoptr(GList) all = g_hash_table_get_values(thread->connections);
    thread->quits = true;
    g_hash_table_remove_all(thread->dials);
    for (GList *at = all; at; at = at->next)
        node_connection_close(at->data, NODE_CLOSE_GOING_AWAY, "shutdown");
}

static void carry_out(NodeIoThread *thread, NodeOrder *order)
{
    NodeConnection *connection = find(thread, order->connection);
    switch (order->kind) {
    case NODE_ORDER_ADOPT:
        if (!thread->quits)
            adopt(thread, order);
        break;
    case NODE_ORDER_DIAL:
        if (!thread->quits)
            dial(thread, order);
        break;
    case NODE_ORDER_RESOLVED:
        resolved(thread, order);
        break;
    case NODE_ORDER_SEND:
        if (connection)
            node_connection_send(connection, order->bytes);
        break;
    case NODE_ORDER_READ:
        if (connection)
            node_connection_read(connection);
        break;
    case NODE_ORDER_CLOSE:
        close_one(thread, order);
        break;
    case NODE_ORDER_QUIT:
        quit(thread);
        break;
    }
}

typedef struct InboxSource {
    GSource source;
    NodeIoThread *thread;
} InboxSource;

/* Orders wait while the thread is frozen, but for the one that ends it. */
static void carry_out_all(NodeIoThread *thread)
{
    for (guint i = 0; i < thread->orders->len && thread->frozen_by; i++)
        if (((const NodeOrder *)g_ptr_array_index(thread->orders, i))->kind == NODE_ORDER_QUIT)
            node_io_thread_forget(thread, thread->frozen_by);
    while (thread->orders->len > 0 && !thread->frozen_by) {
        NodeOrder *order = g_ptr_array_steal_index(thread->orders, 0);
        carry_out(thread, order);
        node_order_free(order);
    }
}

static gboolean dispatch(GSource *source, GSourceFunc callback, gpointer user_data)
{
    (void)callback;
    (void)user_data;
    NodeIoThread *thread = ((InboxSource *)source)->thread;
    g_source_set_ready_time(source, -1);
    node_mailbox_take(&thread->inbox->mailbox, &thread->fresh);
    for (guint i = 0; i < thread->fresh->len; i++)
        g_ptr_array_add(thread->orders, g_ptr_array_index(thread->fresh, i));
    g_ptr_array_set_size(thread->fresh, 0);
    carry_out_all(thread);
    return G_SOURCE_CONTINUE;
}

/* --- what connections and dials need ---------------------------------------------------------- */

GMainContext *node_io_thread_context(NodeIoThread *thread)
{
    return thread->context;
}

const NodeLimits *node_io_thread_limits(const NodeIoThread *thread)
{
    return &thread->limits;
}

void node_io_thread_tell(NodeIoThread *thread, NodeInput *input)
{
    node_mailbox_post(thread->chain, input);
}

void node_io_thread_forget(NodeIoThread *thread, NodeConnection *connection)
{
    const NodeConnectionId id = node_connection_id(connection);
    g_queue_remove(&thread->strangers, connection);
    if (thread->frozen_by == connection)
        thaw(thread);
    g_hash_table_remove(thread->connections, &id);
}

void node_io_thread_dialled(NodeIoThread *thread, NodeDial *dial, int fd)
{
    const NodeConnectionId id = node_dial_id(dial);
    if (fd >= 0)
        add_connection(thread, id, fd, node_dial_host(dial));
    g_hash_table_remove(thread->dials, &id);
}

/* --- life ------------------------------------------------------------------------------------ */

static void free_connection(gpointer connection)
{
    node_connection_free(connection);
}

static void free_dial(gpointer dial)
{
    node_dial_free(dial);
}

/* All descriptors that it needs were made before it began: who dials in may leave none to be had.
 * So it does without a thread's default context, with which GLib makes one more. */
static void *run(void *data)
{
    NodeIoThread *thread = data;
    while (!thread->quits || g_hash_table_size(thread->connections) > 0)
        g_main_context_iteration(thread->context, TRUE);
    return NULL;
}

NodeIoThread *node_io_thread_start(const NodeLimits *limits, NodeMailbox *chain)
{
    static GSourceFuncs functions = {.dispatch = dispatch};
    NodeIoThread *thread = g_new0(NodeIoThread, 1);
    thread->limits = *limits;
    thread->chain = chain;
    thread->inbox = inbox_new();
    thread->context = g_main_context_new();
    thread->fresh = g_ptr_array_new();
    thread->orders = g_ptr_array_new();
    thread->connections =
        g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, free_connection);
    thread->dials = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, free_dial);
    g_queue_init(&thread->strangers);
    thread->source = g_source_new(&functions, sizeof(InboxSource));
    ((InboxSource *)thread->source)->thread = thread;
    g_source_add_unix_fd(thread->source, node_mailbox_fd(&thread->inbox->mailbox), G_IO_IN);
    g_source_attach(thread->source, thread->context);
    const int failed = pthread_create(&thread->worker, NULL, run, thread);
    if (failed != 0)
        g_error("cannot start a thread: %s", g_strerror(failed));
    return thread;
}

void node_io_thread_post(NodeIoThread *thread, NodeOrder *order)
{
    node_mailbox_post(&thread->inbox->mailbox, order);
}

void node_io_thread_join(NodeIoThread *thread)
{
    if (!thread)
        return;
    (void)pthread_join(thread->worker, NULL);
    g_hash_table_unref(thread->dials);
    g_hash_table_unref(thread->connections);
    g_queue_clear(&thread->strangers);
    g_source_destroy(thread->source);
    g_source_unref(thread->source);
    g_ptr_array_unref(thread->fresh);
    g_ptr_array_unref(thread->orders);
    g_main_context_unref(thread->context);
    node_inbox_unref(thread->inbox);
    g_free(thread);
}
