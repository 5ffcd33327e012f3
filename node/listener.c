/* SPDX-License-Identifier: Apache-2.0 */
#include "node/listener.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "node/socket.h"

#define BACKLOG 1024
/* Connections that one call of the source accepts. */
#define ACCEPTS_MAX 64u

struct NodeListener {
    NodeListenerConfig config;
    int fd;
    GSource *source;
    gpointer tag;
    uint64_t accepted;
    bool is_troubled; /* accept() has failed, and that was told */
};

typedef struct ListenerSource {
    GSource source;
    NodeListener *listener;
} ListenerSource;

/* --- accepting ------------------------------------------------------------------------------- */

static void hand_over(NodeListener *listener, int fd)
{
    const NodeConnectionId id = 2 * listener->accepted++ + 1;
    NodeOrder *order = node_order_new(NODE_ORDER_ADOPT, id);
    order->fd = fd;
    const uint32_t thread = node_connection_thread(id, listener->config.n_threads);
    node_io_thread_post(listener->config.threads[thread], order);
}

/* The connection was lost again before it was accepted, or a signal came: no trouble of ours. */
static bool is_passing(int error)
{
    return error == ECONNABORTED || error == EINTR || error == EPROTO || error == ENETDOWN ||
           error == EHOSTUNREACH || error == ENETUNREACH;
}

static void rest(NodeListener *listener, int error)
{
    g_source_modify_unix_fd(listener->source, listener->tag, 0);
    g_source_set_ready_time(listener->source,
                            g_get_monotonic_time() + (gint64)NODE_LISTENER_PAUSE_MS * 1000);
    if (listener->is_troubled)
        return;
    listener->is_troubled = true;
    NodeInput *input = node_input_new(NODE_INPUT_TROUBLE, 0);
    input->text = g_strdup_printf("cannot accept connections: %s", g_strerror(error));
    node_mailbox_post(listener->config.chain, input);
}

static gboolean dispatch(GSource *source, GSourceFunc callback, gpointer user_data)
{
    (void)callback;
    (void)user_data;
    NodeListener *listener = ((ListenerSource *)source)->listener;
    g_source_set_ready_time(source, -1);
    g_source_modify_unix_fd(source, listener->tag, G_IO_IN);
    for (uint32_t i = 0; i < ACCEPTS_MAX; i++) {
        const int fd = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            listener->is_troubled = false;
            node_socket_tune(fd);
            hand_over(listener, fd);
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            break;
        } else if (!is_passing(errno)) {
            rest(listener, errno);
            break;
        }
    }
    return G_SOURCE_CONTINUE;
}

/* --- listening ------------------------------------------------------------------------------- */

/* A listening socket; -1 and errno: none. */
static int listen_on(const struct addrinfo *address)
{
    const int on = 1;
    const int off = 0;
    const int fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    /* [::] means IPv4, too. */
    if (address->ai_family == AF_INET6)
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    node_socket_tune(fd);
    if (bind(fd, address->ai_addr, address->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    const int failed = errno;
    (void)close(fd);
    errno = failed;
    return -1;
}

static int open_socket(const NodeEndpoint *endpoint, GError **error)
{
    const struct addrinfo hints = {
        .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
    struct addrinfo *addresses = NULL;
    char port[6];
    (void)snprintf(port, sizeof port, "%u", endpoint->port);
    g_autofree char *text = node_endpoint_text(endpoint->host, endpoint->port);
    const int failed = getaddrinfo(endpoint->host, port, &hints, &addresses);
    if (failed != 0) {
        g_set_error(error, NODE_ERROR, NODE_ERROR_NETWORK, "cannot listen on %s: %s", text,
                    gai_strerror(failed));
        return -1;
    }
    int fd = -1;
    int reason = 0;
    for (const struct addrinfo *at = addresses; at && fd < 0; at = at->ai_next) {
        fd = listen_on(at);
        reason = errno;
    }
    freeaddrinfo(addresses);
    if (fd < 0)
        g_set_error(error, NODE_ERROR, NODE_ERROR_NETWORK, "cannot listen on %s: %s", text,
                    g_strerror(reason));
    return fd;
}

NodeListener *node_listener_new(GMainContext *context, const NodeListenerConfig *config,
                                GError **error)
{
    static GSourceFuncs functions = {.dispatch = dispatch};
    const int fd = open_socket(&config->endpoint, error);
    if (fd < 0)
        return NULL;
    NodeListener *listener = g_new0(NodeListener, 1);
    listener->config = *config;
    listener->fd = fd;
    listener->source = g_source_new(&functions, sizeof(ListenerSource));
    ((ListenerSource *)listener->source)->listener = listener;
    listener->tag = g_source_add_unix_fd(listener->source, fd, G_IO_IN);
    g_source_attach(listener->source, context);
    return listener;
}

void node_listener_free(NodeListener *listener)
{
    if (!listener)
        return;
    g_source_destroy(listener->source);
    g_source_unref(listener->source);
    (void)close(listener->fd);
    g_free(listener);
}

NodeAddress node_listener_address(const NodeListener *listener)
{
    return node_address_local(listener->fd);
}
