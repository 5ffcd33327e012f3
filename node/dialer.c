/* SPDX-License-Identifier: Apache-2.0 */
#include "node/dialer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base.h"
#include "node/socket.h"

struct NodeDial {
    NodeIoThread *thread;
    NodeConnectionId id;
    char *host;
    struct addrinfo *addresses;
    const struct addrinfo *at; /* being tried */
    int fd;                    /* -1: none */
    GSource *source;           /* of fd */
    gpointer tag;
    GString *wrong; /* what was wrong with each address */
};

/* --- lookups --------------------------------------------------------------------------------- */

typedef struct Lookup {
    NodeInbox *inbox;
    NodeConnectionId id;
    NodeEndpoint endpoint;
} Lookup;

static void *look_up(void *data)
{
    Lookup *lookup = data;
    const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    char port[6];
    (void)snprintf(port, sizeof port, "%u", lookup->endpoint.port);
    NodeOrder *order = node_order_new(NODE_ORDER_RESOLVED, lookup->id);
    const int failed = getaddrinfo(lookup->endpoint.host, port, &hints, &order->addresses);
    if (failed != 0)
        order->text =
            g_strdup_printf("cannot resolve %s: %s", lookup->endpoint.host, gai_strerror(failed));
    node_inbox_post(lookup->inbox, order);
    node_inbox_unref(lookup->inbox);
    g_free(lookup);
    return NULL;
}

static bool start_lookup(NodeIoThread *thread, NodeConnectionId id, const NodeEndpoint *endpoint)
{
    Lookup *lookup = g_new0(Lookup, 1);
    lookup->inbox = node_io_thread_inbox(thread);
    lookup->id = id;
    lookup->endpoint = *endpoint;
    pthread_t worker;
    if (pthread_create(&worker, NULL, look_up, lookup) == 0) {
        (void)pthread_detach(worker);
        return true;
    }
    node_inbox_unref(lookup->inbox);
    g_free(lookup);
    return false;
}

/* --- the source ------------------------------------------------------------------------------ */

typedef struct DialSource {
    GSource source;
    NodeDial *dial;
} DialSource;

static void try_next(NodeDial *dial);

static void note_wrong(NodeDial *dial, const char *what)
{
    const NodeAddress address = node_address_of(dial->at->ai_addr);
    g_autofree char *text = node_endpoint_text(address.ip, address.port);
    g_string_append_printf(dial->wrong, "%s%s: %s", dial->wrong->len > 0 ? "; " : "", text, what);
}

static void drop_socket(NodeDial *dial)
{
    if (dial->source) {
        g_source_destroy(dial->source);
        g_clear_pointer(&dial->source, g_source_unref);
    }
    if (dial->fd >= 0)
        (void)close(dial->fd);
    dial->fd = -1;
}

static void fail_one(NodeDial *dial, const char *what)
{
    note_wrong(dial, what);
    drop_socket(dial);
    dial->at = dial->at->ai_next;
    try_next(dial);
}

static gboolean dispatch(GSource *source, GSourceFunc callback, gpointer user_data)
{
    (void)callback;
    (void)user_data;
    NodeDial *dial = ((DialSource *)source)->dial;
    int failed = 0;
    socklen_t n = sizeof failed;
    if (g_source_query_unix_fd(source, dial->tag) == 0) {
        fail_one(dial, "no answer");
        return G_SOURCE_CONTINUE;
    }
    if (getsockopt(dial->fd, SOL_SOCKET, SO_ERROR, &failed, &n) != 0)
        failed = errno;
    if (failed != 0) {
        fail_one(dial, g_strerror(failed));
        return G_SOURCE_CONTINUE;
    }
    const int fd = dial->fd;
    dial->fd = -1;
    node_io_thread_dialled(dial->thread, dial, fd);
    return G_SOURCE_CONTINUE;
}

static void watch(NodeDial *dial)
{
    static GSourceFuncs functions = {.dispatch = dispatch};
    const NodeLimits *limits = node_io_thread_limits(dial->thread);
    dial->source = g_source_new(&functions, sizeof(DialSource));
    ((DialSource *)dial->source)->dial = dial;
    dial->tag = g_source_add_unix_fd(dial->source, dial->fd, G_IO_OUT);
    g_source_set_ready_time(dial->source,
                            g_get_monotonic_time() + limits->connect_ns / BNET_NS_PER_US);
    g_source_attach(dial->source, node_io_thread_context(dial->thread));
}

/* --- trying ---------------------------------------------------------------------------------- */

/* The dial has failed; it is freed. */
static void give_up(NodeDial *dial, const char *what)
{
    NodeInput *input = node_input_new(NODE_INPUT_LOST, dial->id);
    input->text = g_strdup(what);
    node_io_thread_tell(dial->thread, input);
    node_io_thread_dialled(dial->thread, dial, -1);
}

/* Begins to connect to the address; NULL, or what is wrong. */
static const char *begin_connect(NodeDial *dial)
{
    dial->fd = socket(dial->at->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (dial->fd < 0)
        return g_strerror(errno);
    node_socket_tune(dial->fd);
    if (connect(dial->fd, dial->at->ai_addr, dial->at->ai_addrlen) == 0 || errno == EINPROGRESS)
        return NULL;
    return g_strerror(errno);
}

static void try_next(NodeDial *dial)
{
    for (; dial->at; dial->at = dial->at->ai_next) {
        const char *wrong = begin_connect(dial);
        if (!wrong) {
            watch(dial);
            return;
        }
        note_wrong(dial, wrong);
        drop_socket(dial);
    }
    g_autofree char *what = g_strdup(dial->wrong->str);
    give_up(dial, what);
}

void node_dial_resolved(NodeDial *dial, struct addrinfo *addresses, const char *wrong)
{
    g_assert(!dial->addresses);
    if (!addresses) {
        give_up(dial, wrong);
        return;
    }
    dial->addresses = addresses;
    dial->at = addresses;
    try_next(dial);
}

/* --- life ------------------------------------------------------------------------------------ */

NodeDial *node_dial_new(NodeIoThread *thread, NodeConnectionId id, const NodeEndpoint *endpoint)
{
    NodeDial *dial = g_new0(NodeDial, 1);
    dial->thread = thread;
    dial->id = id;
    dial->fd = -1;
    dial->host = node_endpoint_text(endpoint->host, endpoint->port);
    dial->wrong = g_string_new(NULL);
    if (!start_lookup(thread, id, endpoint)) {
        NodeOrder *order = node_order_new(NODE_ORDER_RESOLVED, id);
        order->text = g_strdup("cannot resolve: no thread can be started");
        node_io_thread_post(thread, order);
    }
    return dial;
}

void node_dial_free(NodeDial *dial)
{
    if (!dial)
        return;
    drop_socket(dial);
    if (dial->addresses)
        freeaddrinfo(dial->addresses);
    g_string_free(dial->wrong, TRUE);
    g_free(dial->host);
    g_free(dial);
}

NodeConnectionId node_dial_id(const NodeDial *dial)
{
    return dial->id;
}

const char *node_dial_host(const NodeDial *dial)
{
    return dial->host;
}
