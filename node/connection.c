/* SPDX-License-Identifier: Apache-2.0 */
#include "node/connection.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base.h"
#include "node/decode.h"
#include "node/handshake.h"
#include "node/websocket.h"

typedef enum State {
    STATE_ASKING,    /* our half of the handshake is being written */
    STATE_LISTENING, /* the other side's half is awaited */
    STATE_ANSWERING, /* the answer is being written */
    STATE_REFUSING,  /* the refusal is being written */
    STATE_OPEN,
    STATE_CLOSING, /* the chain has nothing to do with it any more */
} State;

struct NodeConnection {
    NodeIoThread *thread;
    NodeConnectionId id;
    int fd;
    State state;
    GSource *source;
    gpointer tag; /* of the descriptor in the source */
    GIOCondition waits_for;
    NodeAddress remote;
    NodeAddress local;
    char *key;       /* of our request; NULL: the other side asks */
    GByteArray *in;  /* of the handshake */
    GByteArray *out; /* of the handshake, what is left of it */
    NodeHandshake handshake;
    NodeWebSocket *socket;
    GByteArray *behind; /* H12: what came in a frame behind a message */
    gint64 due_us;      /* when it has to be through; -1: never */
    bool may_read;      /* the chain waits for a message */
    bool goes_on;       /* there is more to read, whatever the descriptor says */
    bool is_broken;     /* what the other side sends means nothing any more */
    bool is_shut;       /* nothing more is sent; the other side's end is awaited */
};

/* --- the source ------------------------------------------------------------------------------ */

typedef struct ConnectionSource {
    GSource source;
    NodeConnection *connection;
} ConnectionSource;

static void on_ready(NodeConnection *c, GIOCondition condition);
static void on_late(NodeConnection *c);

static gboolean dispatch(GSource *source, GSourceFunc callback, gpointer user_data)
{
    (void)callback;
    (void)user_data;
    NodeConnection *c = ((ConnectionSource *)source)->connection;
    if (!c->tag) /* frozen since it was found ready */
        return G_SOURCE_CONTINUE;
    GIOCondition condition = g_source_query_unix_fd(source, c->tag);
    if (c->goes_on) {
        c->goes_on = false;
        g_source_set_ready_time(source, c->due_us);
        condition |= G_IO_IN;
    }
    if (c->due_us >= 0 && c->due_us <= g_source_get_time(source))
        on_late(c);
    else
        on_ready(c, condition);
    return G_SOURCE_CONTINUE;
}

static void wait_for(NodeConnection *c, GIOCondition condition)
{
    if (condition == c->waits_for)
        return;
    c->waits_for = condition;
    if (c->tag)
        g_source_modify_unix_fd(c->source, c->tag, condition);
}

/* From now on it has so long, whatever it does; BNET_TIME_NEVER: as long as it likes. */
static void set_limit(NodeConnection *c, int64_t limit_ns)
{
    c->due_us =
        limit_ns == BNET_TIME_NEVER ? -1 : g_get_monotonic_time() + limit_ns / BNET_NS_PER_US;
    g_source_set_ready_time(c->source, c->goes_on ? 0 : c->due_us);
}

void node_connection_freeze(NodeConnection *c, bool frozen)
{
    if (frozen == (c->tag == NULL))
        return;
    if (frozen)
        g_source_remove_unix_fd(c->source, c->tag);
    c->tag = frozen ? NULL : g_source_add_unix_fd(c->source, c->fd, c->waits_for);
    g_source_set_ready_time(c->source, frozen ? -1 : c->goes_on ? 0 : c->due_us);
}

static void go_on(NodeConnection *c)
{
    c->goes_on = true;
    g_source_set_ready_time(c->source, 0);
}

/* --- life ------------------------------------------------------------------------------------ */

static void begin_request(NodeConnection *c, const char *host)
{
    uint8_t random[16];
    const ssize_t n = getrandom(random, sizeof random, 0);
    g_assert(n == (ssize_t)sizeof random);
    c->key = node_handshake_key(random);
    g_autofree char *request = node_handshake_request(host, c->key);
    g_byte_array_append(c->out, (const guint8 *)request, (guint)strlen(request));
    c->state = STATE_ASKING;
}

NodeConnection *node_connection_new(NodeIoThread *thread, NodeConnectionId id, int fd,
                                    const char *host)
{
    static GSourceFuncs functions = {.dispatch = dispatch};
    NodeConnection *c = g_new0(NodeConnection, 1);
    c->thread = thread;
    c->id = id;
    c->fd = fd;
    c->remote = node_address_remote(fd);
    c->local = node_address_local(fd);
    c->in = g_byte_array_new();
    c->out = g_byte_array_new();
    c->behind = g_byte_array_new();
    c->state = STATE_LISTENING;
    if (host)
        begin_request(c, host);
    c->source = g_source_new(&functions, sizeof(ConnectionSource));
    ((ConnectionSource *)c->source)->connection = c;
    c->waits_for = host ? G_IO_OUT : G_IO_IN;
    c->tag = g_source_add_unix_fd(c->source, fd, c->waits_for);
    set_limit(c, node_io_thread_limits(thread)->handshake_ns);
    g_source_attach(c->source, node_io_thread_context(thread));
    return c;
}

void node_connection_free(NodeConnection *c)
{
    if (!c)
        return;
    g_source_destroy(c->source);
    g_source_unref(c->source);
    node_websocket_free(c->socket);
    (void)close(c->fd);
    g_byte_array_unref(c->in);
    g_byte_array_unref(c->out);
    g_byte_array_unref(c->behind);
    g_free(c->key);
    g_free(c);
}

NodeConnectionId node_connection_id(const NodeConnection *c)
{
    return c->id;
}

bool node_connection_is_stranger(const NodeConnection *c)
{
    return c->state < STATE_OPEN && c->key == NULL;
}

/* --- what the chain is told ------------------------------------------------------------------ */

static void tell(NodeConnection *c, NodeInputKind kind, uint16_t code, const char *text)
{
    NodeInput *input = node_input_new(kind, c->id);
    input->remote = c->remote;
    input->local = c->local;
    input->code = code;
    input->text = g_strdup(text);
    node_io_thread_tell(c->thread, input);
}

/* The connection ends now. */
static void end(NodeConnection *c, uint16_t code, const char *text)
{
    if (c->state == STATE_OPEN || (c->state < STATE_OPEN && c->key != NULL))
        tell(c, NODE_INPUT_LOST, code, text);
    else if (c->state < STATE_OPEN)
        tell(c, NODE_INPUT_REFUSED, 0, text);
    node_io_thread_forget(c->thread, c);
}

static void on_late(NodeConnection *c)
{
    end(c, 0, c->state < STATE_OPEN ? "the handshake took too long" : "the close took too long");
}

/* --- messages -------------------------------------------------------------------------------- */

/* The close is through on both sides, or is not to be: half a close lets what was sent arrive. */
static void shut(NodeConnection *c)
{
    if (c->is_shut)
        return;
    c->is_shut = true;
    (void)shutdown(c->fd, SHUT_WR);
}

/* Writes what there is. False: the connection has ended. */
static bool write_out(NodeConnection *c)
{
    bool sent;
    const NodeWebSocketWrite result = node_websocket_write(c->socket, &sent);
    if (result == NODE_WEBSOCKET_FAILED) {
        end(c, 0, "the connection broke");
        return false;
    }
    if (sent && c->state == STATE_OPEN)
        tell(c, NODE_INPUT_WRITTEN, 0, NULL);
    const bool is_told = c->state == STATE_CLOSING && c->is_broken && result == NODE_WEBSOCKET_IDLE;
    if (is_told || node_websocket_is_closed(c->socket))
        shut(c);
    GIOCondition condition = 0;
    if (result == NODE_WEBSOCKET_BLOCKED)
        condition |= G_IO_OUT;
    if (c->may_read || c->state == STATE_CLOSING)
        condition |= G_IO_IN;
    wait_for(c, condition);
    return true;
}

/* The chain knows of the end, or has asked for it: the rest is the transport's. */
static void begin_close(NodeConnection *c)
{
    c->state = STATE_CLOSING;
    c->may_read = false;
    set_limit(c, node_io_thread_limits(c->thread)->close_ns);
}

/* H12: of all that has come and was not read a frame gives the first message, and what is behind it
 * waits for the next frame. (transfer full) both */
static GBytes *take_first(NodeConnection *c, GBytes *frame)
{
    gsize n = 0;
    const guint8 *data = g_bytes_get_data(frame, &n);
    if (n > 0)
        g_byte_array_append(c->behind, data, (guint)n);
    g_bytes_unref(frame);
    const gsize used = node_decode_length(c->behind, node_io_thread_limits(c->thread)->eosio_2);
    /* No message, or one behind by more than a message may have: it is closed as malformed. */
    if (used == 0 || c->behind->len > node_io_thread_limits(c->thread)->message_max)
        return g_bytes_new(c->behind->data, c->behind->len);
    GBytes *first = g_bytes_new(c->behind->data, used);
    g_byte_array_remove_range(c->behind, 0, (guint)used);
    return first;
}

static void take_message(NodeConnection *c, NodeWebSocketItem *item)
{
    const NodeLimits *limits = node_io_thread_limits(c->thread);
    NodeInput *input = node_input_new(NODE_INPUT_MESSAGE, c->id);
    input->bytes = limits->one_behind ? take_first(c, item->message) : item->message;
    c->may_read = false;
    const bool is_good = (!item->is_text || limits->takes_text) &&
                         node_decode(input->bytes, limits->eosio_2, &input->wire);
    if (!is_good) {
        input->kind = NODE_INPUT_MALFORMED;
        input->code = NODE_CLOSE_BAD_PAYLOAD;
    }
    node_io_thread_tell(c->thread, input);
}

/* Reads until there is a message, or nothing. False: the connection has ended. */
static bool read_in(NodeConnection *c)
{
    NodeWebSocketItem item;
    switch (node_websocket_read(c->socket, &item)) {
    case NODE_WEBSOCKET_WAIT:
        break;
    case NODE_WEBSOCKET_AGAIN:
        go_on(c);
        break;
    case NODE_WEBSOCKET_MESSAGE:
        take_message(c, &item);
        break;
    case NODE_WEBSOCKET_CLOSED:
        tell(c, NODE_INPUT_LOST, item.code, "the peer closed");
        begin_close(c);
        break;
    case NODE_WEBSOCKET_BROKEN:
        tell(c, NODE_INPUT_MALFORMED, item.code, item.what);
        c->may_read = false;
        c->is_broken = true;
        break;
    case NODE_WEBSOCKET_LOST:
        end(c, 0, "the peer hung up");
        return false;
    }
    return true;
}

/* Reads and forgets, so that what was sent last is not lost by a reset. False: the connection has
 * ended. */
static bool drain(NodeConnection *c)
{
    uint8_t bytes[4096];
    const ssize_t got = recv(c->fd, bytes, sizeof bytes, 0);
    if (got > 0 || (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)))
        return true;
    node_io_thread_forget(c->thread, c);
    return false;
}

/* While it closes: a close frame may come, or the end; all else is read and forgotten. */
static bool read_to_end(NodeConnection *c)
{
    NodeWebSocketItem item;
    switch (node_websocket_read(c->socket, &item)) {
    case NODE_WEBSOCKET_MESSAGE:
        g_bytes_unref(item.message);
        go_on(c);
        break;
    case NODE_WEBSOCKET_AGAIN:
        go_on(c);
        break;
    case NODE_WEBSOCKET_BROKEN:
        c->is_broken = true;
        break;
    case NODE_WEBSOCKET_LOST:
        node_io_thread_forget(c->thread, c);
        return false;
    case NODE_WEBSOCKET_WAIT:
    case NODE_WEBSOCKET_CLOSED:
        break;
    }
    return true;
}

void node_connection_send(NodeConnection *c, GBytes *message)
{
    if (c->state != STATE_OPEN)
        return;
    node_websocket_send(c->socket, message);
    write_out(c);
}

void node_connection_read(NodeConnection *c)
{
    if (c->state != STATE_OPEN)
        return;
    c->may_read = true;
    if (read_in(c))
        write_out(c);
}

void node_connection_close(NodeConnection *c, uint16_t code, const char *reason)
{
    if (c->state == STATE_CLOSING)
        return;
    const bool was_open = c->state == STATE_OPEN;
    begin_close(c);
    if (!was_open || code == 0) {
        node_io_thread_forget(c->thread, c);
        return;
    }
    node_websocket_close(c->socket, code, reason);
    if (node_io_thread_limits(c->thread)->close_waits && node_io_thread_freeze(c->thread, c))
        set_limit(c, BNET_TIME_NEVER);
    write_out(c);
}

/* --- the handshake --------------------------------------------------------------------------- */

/* True: all is written. *ret_ended: the connection has ended. */
static bool flush_handshake(NodeConnection *c, bool *ret_ended)
{
    *ret_ended = false;
    while (c->out->len > 0) {
        const ssize_t sent = send(c->fd, c->out->data, c->out->len, MSG_NOSIGNAL);
        if (sent > 0) {
            g_byte_array_remove_range(c->out, 0, (guint)sent);
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            return false;
        } else if (errno != EINTR) {
            *ret_ended = true;
            end(c, 0, g_strerror(errno));
            return false;
        }
    }
    return true;
}

static void become_open(NodeConnection *c)
{
    c->socket = node_websocket_new(c->fd, c->key != NULL, c->in->data + c->handshake.used,
                                   c->in->len - c->handshake.used,
                                   node_io_thread_limits(c->thread)->message_max);
    c->state = STATE_OPEN;
    set_limit(c, BNET_TIME_NEVER);
    wait_for(c, 0);
    tell(c, NODE_INPUT_OPENED, 0, NULL);
}

static void write_handshake(NodeConnection *c)
{
    bool ended;
    if (!flush_handshake(c, &ended)) {
        if (!ended)
            wait_for(c, G_IO_OUT);
        return;
    }
    if (c->state == STATE_ASKING) {
        c->state = STATE_LISTENING;
        wait_for(c, G_IO_IN);
    } else if (c->state == STATE_ANSWERING) {
        become_open(c);
    } else {
        tell(c, NODE_INPUT_REFUSED, 0, c->handshake.what);
        c->state = STATE_CLOSING;
        set_limit(c, node_io_thread_limits(c->thread)->close_ns);
        shut(c);
        wait_for(c, G_IO_IN);
    }
}

static void append_out(NodeConnection *c, char *text)
{
    g_byte_array_append(c->out, (const guint8 *)text, (guint)strlen(text));
    g_free(text);
}

static void judge_handshake(NodeConnection *c)
{
    const char *text = (const char *)c->in->data;
    const NodeHandshakeVerdict verdict =
        c->key ? node_handshake_read_answer(text, c->in->len, c->key, &c->handshake)
               : node_handshake_read_request(text, c->in->len, &c->handshake);
    if (verdict == NODE_HANDSHAKE_MORE)
        return;
    if (verdict == NODE_HANDSHAKE_BAD && c->key) {
        end(c, 0, c->handshake.what);
    } else if (c->key) {
        become_open(c);
    } else {
        const bool is_good = verdict == NODE_HANDSHAKE_GOOD;
        append_out(c, is_good ? node_handshake_answer(&c->handshake)
                              : node_handshake_refusal(&c->handshake));
        c->state = is_good ? STATE_ANSWERING : STATE_REFUSING;
        write_handshake(c);
    }
}

static void read_handshake(NodeConnection *c)
{
    uint8_t bytes[NODE_HANDSHAKE_BYTES_MAX];
    const ssize_t got = recv(c->fd, bytes, NODE_HANDSHAKE_BYTES_MAX - c->in->len, 0);
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
        return;
    if (got <= 0) {
        end(c, 0, got == 0 ? "the peer hung up in the handshake" : g_strerror(errno));
        return;
    }
    g_byte_array_append(c->in, bytes, (guint)got);
    judge_handshake(c);
}

/* --- readiness ------------------------------------------------------------------------------- */

static void on_ready(NodeConnection *c, GIOCondition condition)
{
    const bool readable = (condition & (G_IO_IN | G_IO_HUP | G_IO_ERR)) != 0;
    switch (c->state) {
    case STATE_ASKING:
    case STATE_ANSWERING:
    case STATE_REFUSING:
        write_handshake(c);
        break;
    case STATE_LISTENING:
        if (readable)
            read_handshake(c);
        break;
    case STATE_OPEN:
        if (!c->may_read && (condition & (G_IO_HUP | G_IO_ERR)) != 0)
            end(c, 0, "the connection broke");
        else if (!readable || !c->may_read || read_in(c))
            write_out(c);
        break;
    case STATE_CLOSING:
        if (c->socket == NULL)
            drain(c);
        else if (!readable || (c->is_broken ? drain(c) : read_to_end(c)))
            write_out(c);
        break;
    }
}
