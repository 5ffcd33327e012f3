/* SPDX-License-Identifier: Apache-2.0 */
#include "node/websocket.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <wslay/wslay.h>

#define CONTROL_BYTES_MAX 125u
#define CODE_BYTES 2u

/* A frame that is on its way, or waits for it. */
typedef struct Output {
    bool is_wanted;
    uint8_t opcode;
    const uint8_t *data;
    size_t n;
    size_t done;
    uint8_t memory[CONTROL_BYTES_MAX]; /* of control frames */
} Output;

struct NodeWebSocket {
    wslay_frame_context_ptr frames;
    int fd;
    bool is_client;
    size_t message_max;
    uint8_t *early; /* what was read before there were frames */
    size_t n_early;
    size_t early_at;
    bool is_lost; /* the socket is at its end or has failed */

    /* the message that is being read */
    GByteArray *message; /* NULL: none */
    bool is_text;
    /* the frame that is being read */
    bool in_frame;
    uint64_t frame_read;
    uint8_t control[CONTROL_BYTES_MAX];
    bool close_came;

    /* what is being written; the current one is finished before another begins */
    Output data;
    GBytes *data_bytes;
    Output pong;
    Output close;
    Output *current;
    bool close_is_through;
};

/* --- the socket ------------------------------------------------------------------------------ */

static ssize_t take_early(NodeWebSocket *s, uint8_t *buffer, size_t n)
{
    const size_t taken = MIN(n, s->n_early - s->early_at);
    memcpy(buffer, s->early + s->early_at, taken);
    s->early_at += taken;
    return (ssize_t)taken;
}

static ssize_t on_receive(uint8_t *buffer, size_t n, int flags, void *user_data)
{
    (void)flags;
    NodeWebSocket *s = user_data;
    if (s->early_at < s->n_early)
        return take_early(s, buffer, n);
    ssize_t got;
    do
        got = recv(s->fd, buffer, n, 0);
    while (got < 0 && errno == EINTR);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK))
        s->is_lost = true;
    return got > 0 ? got : -1;
}

static ssize_t on_send(const uint8_t *bytes, size_t n, int flags, void *user_data)
{
    NodeWebSocket *s = user_data;
    const int more = flags & WSLAY_MSG_MORE ? MSG_MORE : 0;
    ssize_t sent;
    do
        sent = send(s->fd, bytes, n, MSG_NOSIGNAL | more);
    while (sent < 0 && errno == EINTR);
    if (sent < 0 && errno != EAGAIN && errno != EWOULDBLOCK)
        s->is_lost = true;
    return sent > 0 ? sent : -1;
}

static int on_mask(uint8_t *key, size_t n, void *user_data)
{
    (void)user_data;
    return getrandom(key, n, 0) == (ssize_t)n ? 0 : -1;
}

/* --- life ------------------------------------------------------------------------------------ */

NodeWebSocket *node_websocket_new(int fd, bool is_client, const uint8_t *early, size_t n_early,
                                  size_t message_max)
{
    static const struct wslay_frame_callbacks callbacks = {
        .send_callback = on_send,
        .recv_callback = on_receive,
        .genmask_callback = on_mask,
    };
    NodeWebSocket *s = g_new0(NodeWebSocket, 1);
    s->fd = fd;
    s->is_client = is_client;
    s->message_max = message_max;
    s->early = n_early > 0 ? g_memdup2(early, n_early) : NULL;
    s->n_early = n_early;
    if (wslay_frame_context_init(&s->frames, &callbacks, s) != 0)
        g_error("out of memory");
    return s;
}

void node_websocket_free(NodeWebSocket *s)
{
    if (!s)
        return;
    wslay_frame_context_free(s->frames);
    g_free(s->early);
    g_clear_pointer(&s->message, g_byte_array_unref);
    g_clear_pointer(&s->data_bytes, g_bytes_unref);
    g_free(s);
}

/* --- reading --------------------------------------------------------------------------------- */

static NodeWebSocketRead broken(NodeWebSocketItem *item, uint16_t code, const char *what)
{
    item->code = code;
    item->what = what;
    return NODE_WEBSOCKET_BROKEN;
}

/* What the first bytes of a frame say; WAIT: it is good. */
static NodeWebSocketRead begin_frame(NodeWebSocket *s, const struct wslay_frame_iocb *frame,
                                     NodeWebSocketItem *item)
{
    const bool is_control = wslay_is_ctrl_frame(frame->opcode);
    if (frame->rsv != WSLAY_RSV_NONE)
        return broken(item, NODE_CLOSE_PROTOCOL, "a frame has reserved bits");
    if ((frame->mask != 0) == s->is_client)
        return broken(item, NODE_CLOSE_PROTOCOL,
                      s->is_client ? "a server's frame is masked"
                                   : "a client's frame is not masked");
    if (frame->opcode > WSLAY_PONG || (frame->opcode > WSLAY_BINARY_FRAME && !is_control))
        return broken(item, NODE_CLOSE_PROTOCOL, "a frame has an unknown opcode");
    if (is_control) {
        if (!frame->fin || frame->payload_length > CONTROL_BYTES_MAX)
            return broken(item, NODE_CLOSE_PROTOCOL, "a control frame is in pieces or too long");
        return NODE_WEBSOCKET_WAIT;
    }
    const bool goes_on = frame->opcode == WSLAY_CONTINUATION_FRAME;
    if (goes_on && !s->message)
        return broken(item, NODE_CLOSE_PROTOCOL, "a frame continues no message");
    if (!goes_on && s->message)
        return broken(item, NODE_CLOSE_PROTOCOL, "a message begins within another");
    const size_t before = s->message ? s->message->len : 0;
    if (frame->payload_length > s->message_max - before)
        return broken(item, NODE_CLOSE_TOO_BIG, "a message is too long");
    if (!goes_on) {
        s->message = g_byte_array_new();
        s->is_text = frame->opcode == WSLAY_TEXT_FRAME;
    }
    return NODE_WEBSOCKET_WAIT;
}

/* Codes that may stand in a frame (RFC 6455, section 7.4). */
static bool is_close_code(unsigned code)
{
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
           (code >= 3000 && code <= 4999);
}

static NodeWebSocketRead end_close(NodeWebSocket *s, size_t n, NodeWebSocketItem *item)
{
    const unsigned code = n >= CODE_BYTES ? (unsigned)s->control[0] << 8 | s->control[1] : 0;
    if (n == 1 || (n >= CODE_BYTES && !is_close_code(code)))
        return broken(item, NODE_CLOSE_PROTOCOL, "a close frame has no valid code");
    if (n > CODE_BYTES &&
        !g_utf8_validate((const char *)s->control + CODE_BYTES, (gssize)(n - CODE_BYTES), NULL))
        return broken(item, NODE_CLOSE_BAD_PAYLOAD, "the reason of a close is not UTF-8");
    s->close_came = true;
    item->code = n >= CODE_BYTES ? (uint16_t)code : NODE_CLOSE_NO_STATUS;
    node_websocket_close(s, item->code, NULL);
    return NODE_WEBSOCKET_CLOSED;
}

static void queue_pong(NodeWebSocket *s, size_t n)
{
    /* Of several pings the newest is answered, unless an answer is on its way. */
    if (s->current == &s->pong)
        return;
    s->pong = (Output){.is_wanted = true, .opcode = WSLAY_PONG, .n = n};
    memcpy(s->pong.memory, s->control, n);
    s->pong.data = s->pong.memory;
}

/* A frame is complete. WAIT: read on. */
static NodeWebSocketRead end_frame(NodeWebSocket *s, const struct wslay_frame_iocb *frame,
                                   NodeWebSocketItem *item)
{
    s->in_frame = false;
    if (frame->opcode == WSLAY_CONNECTION_CLOSE)
        return end_close(s, (size_t)frame->payload_length, item);
    if (frame->opcode == WSLAY_PING)
        queue_pong(s, (size_t)frame->payload_length);
    if (wslay_is_ctrl_frame(frame->opcode) || !frame->fin)
        return NODE_WEBSOCKET_WAIT;
    item->message = g_byte_array_free_to_bytes(g_steal_pointer(&s->message));
    item->is_text = s->is_text;
    return NODE_WEBSOCKET_MESSAGE;
}

static void take_payload(NodeWebSocket *s, const struct wslay_frame_iocb *frame)
{
    if (wslay_is_ctrl_frame(frame->opcode))
        memcpy(s->control + s->frame_read, frame->data, frame->data_length);
    else
        g_byte_array_append(s->message, frame->data, (guint)frame->data_length);
    s->frame_read += frame->data_length;
}

/* Reads a piece of a frame. WAIT with *ret_got: read on; without: the socket is empty. */
static NodeWebSocketRead read_piece(NodeWebSocket *s, NodeWebSocketItem *item, size_t *ret_got,
                                    bool *ret_any)
{
    struct wslay_frame_iocb frame = {0};
    const ssize_t got = wslay_frame_recv(s->frames, &frame);
    *ret_any = got >= 0;
    *ret_got = got > 0 ? (size_t)got : 0;
    if (got == WSLAY_ERR_PROTO)
        return broken(item, NODE_CLOSE_PROTOCOL, "a frame's header is wrong");
    if (got < 0)
        return s->is_lost || got != WSLAY_ERR_WANT_READ ? NODE_WEBSOCKET_LOST : NODE_WEBSOCKET_WAIT;
    if (!s->in_frame) {
        const NodeWebSocketRead judged = begin_frame(s, &frame, item);
        if (judged != NODE_WEBSOCKET_WAIT)
            return judged;
        s->in_frame = true;
        s->frame_read = 0;
    }
    if (frame.data_length > 0)
        take_payload(s, &frame);
    return s->frame_read == frame.payload_length ? end_frame(s, &frame, item) : NODE_WEBSOCKET_WAIT;
}

NodeWebSocketRead node_websocket_read(NodeWebSocket *s, NodeWebSocketItem *ret_item)
{
    *ret_item = (NodeWebSocketItem){0};
    size_t total = 0;
    for (uint32_t i = 0; i < NODE_WEBSOCKET_FRAMES_MAX && total < NODE_WEBSOCKET_READ_MAX; i++) {
        size_t got;
        bool any;
        const NodeWebSocketRead read = read_piece(s, ret_item, &got, &any);
        if (read != NODE_WEBSOCKET_WAIT || !any)
            return read;
        total += got;
    }
    return NODE_WEBSOCKET_AGAIN;
}

/* --- writing --------------------------------------------------------------------------------- */

void node_websocket_send(NodeWebSocket *s, GBytes *message)
{
    g_assert(!s->data.is_wanted && !s->close.is_wanted);
    gsize n = 0;
    g_clear_pointer(&s->data_bytes, g_bytes_unref);
    s->data_bytes = g_bytes_ref(message);
    const uint8_t *data = g_bytes_get_data(message, &n);
    s->data = (Output){.is_wanted = true, .opcode = WSLAY_BINARY_FRAME, .data = data, .n = n};
}

void node_websocket_close(NodeWebSocket *s, uint16_t code, const char *reason)
{
    if (s->close.is_wanted)
        return;
    s->close = (Output){.is_wanted = true, .opcode = WSLAY_CONNECTION_CLOSE};
    s->close.data = s->close.memory;
    if (code == NODE_CLOSE_NO_STATUS)
        return;
    const size_t n = reason ? MIN(strlen(reason), NODE_WEBSOCKET_REASON_MAX) : 0;
    s->close.memory[0] = (uint8_t)(code >> 8);
    s->close.memory[1] = (uint8_t)(code & 0xff);
    if (n > 0)
        memcpy(s->close.memory + CODE_BYTES, reason, n);
    s->close.n = CODE_BYTES + n;
}

/* The frame that goes next: a close waits for the message before it, and ends all else. */
static Output *choose(NodeWebSocket *s)
{
    if (s->close_is_through)
        return NULL;
    if (s->pong.is_wanted && !s->close.is_wanted)
        return &s->pong;
    if (s->data.is_wanted)
        return &s->data;
    return s->close.is_wanted ? &s->close : NULL;
}

/* True: the frame is through. */
static bool write_piece(NodeWebSocket *s, Output *output)
{
    struct wslay_frame_iocb frame = {
        .fin = 1,
        .opcode = output->opcode,
        .payload_length = output->n,
        .mask = s->is_client,
        .data = output->data + output->done,
        .data_length = output->n - output->done,
    };
    const ssize_t sent = wslay_frame_send(s->frames, &frame);
    if (sent < 0) {
        s->is_lost |= sent != WSLAY_ERR_WANT_WRITE;
        return false;
    }
    output->done += (size_t)sent;
    return output->done == output->n;
}

static void end_output(NodeWebSocket *s, bool *ret_sent)
{
    Output *output = s->current;
    s->current = NULL;
    if (output == &s->close) {
        s->close_is_through = true;
        return;
    }
    output->is_wanted = false;
    if (output != &s->data)
        return;
    g_clear_pointer(&s->data_bytes, g_bytes_unref);
    *ret_sent = true;
}

NodeWebSocketWrite node_websocket_write(NodeWebSocket *s, bool *ret_sent)
{
    *ret_sent = false;
    for (;;) {
        if (!s->current)
            s->current = choose(s);
        if (!s->current)
            return NODE_WEBSOCKET_IDLE;
        const size_t before = s->current->done;
        if (write_piece(s, s->current))
            end_output(s, ret_sent);
        else if (s->is_lost)
            return NODE_WEBSOCKET_FAILED;
        else if (s->current->done == before)
            return NODE_WEBSOCKET_BLOCKED;
    }
}

bool node_websocket_is_closed(const NodeWebSocket *s)
{
    return s->close_came && s->close_is_through;
}
