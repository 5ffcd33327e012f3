/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/conform/talk_socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <glib.h>

#define READ_BYTES 65536u
#define NAME_MAX_BYTES 32u
#define CONTROL_BYTES_MAX 125u
#define SPLIT_BYTES 10u /* of a message in two frames, in the first one */
#define HANDSHAKE_BYTES_MAX 8192u
#define NO_CODE 1005u /* of a close frame without one (RFC 6455, section 7.1.5) */

/* The key of RFC 6455, section 1.3, and what answers it. */
#define KEY "dGhlIHNhbXBsZSBub25jZQ=="
#define ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

/* Opcodes, and the bits before them (section 5.2). */
enum {
    FIN = 0x80,
    RESERVED = 0x70,
    MASK = 0x80,
    CONTINUATION = 0,
    TEXT = 1,
    BINARY = 2,
    CLOSE = 8,
    PING = 9,
    PONG = 10,
};

struct TalkSocket {
    int fd;
    char name[NAME_MAX_BYTES];
    GByteArray *in;      /* not taken in yet */
    GByteArray *message; /* of frames before the last one; NULL: none has begun */
    GQueue *items;       /* of TalkItem */
    bool is_open;
    bool is_over;
    bool close_sent;
    uint16_t close_code; /* that came; 0: none */
    uint32_t pongs;
    uint64_t asked; /* pings of ours */
    bool is_answered;
    uint32_t mask;
    char *fault;
};

static void put_item(TalkSocket *s, TalkKind kind, uint16_t code, GBytes *bytes)
{
    TalkItem *item = g_new(TalkItem, 1);
    *item = (TalkItem){kind, code, bytes};
    g_queue_push_tail(s->items, item);
}

/* --- out ------------------------------------------------------------------------------------- */

/* What the node does not take any more is lost. */
static void write_all(const TalkSocket *s, const uint8_t *bytes, size_t n)
{
    for (size_t at = 0; at < n;) {
        const ssize_t sent = send(s->fd, bytes + at, n - at, MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR)
            return;
        at += sent > 0 ? (size_t)sent : 0;
    }
}

/* A frame whose first byte is that. */
static void send_frame(TalkSocket *s, uint8_t first, const uint8_t *bytes, size_t n)
{
    g_autoptr(GByteArray) frame = g_byte_array_sized_new((guint)n + 14);
    uint8_t header[10] = {first};
    const uint64_t length = n;
    size_t n_header = 2;
    header[1] = (uint8_t)(n < 126 ? n : n < 65536 ? 126 : 127);
    for (int byte = n < 126 ? 0 : n < 65536 ? 2 : 8; byte > 0; byte--)
        header[n_header++] = (uint8_t)(length >> (8 * (byte - 1)));
    header[1] |= MASK;
    s->mask = s->mask * 1664525u + 1013904223u;
    const uint8_t mask[4] = {(uint8_t)(s->mask >> 24), (uint8_t)(s->mask >> 16),
                             (uint8_t)(s->mask >> 8), (uint8_t)s->mask};
    g_byte_array_append(frame, header, (guint)n_header);
    g_byte_array_append(frame, mask, sizeof mask);
    for (size_t i = 0; i < n; i++) {
        const uint8_t masked = bytes[i] ^ mask[i % 4];
        g_byte_array_append(frame, &masked, 1);
    }
    write_all(s, frame->data, frame->len);
}

void talk_socket_send(TalkSocket *s, TalkFrame kind, BnetSlice bytes)
{
    const size_t head = MIN(bytes.n, SPLIT_BYTES);
    switch (kind) {
    case TALK_FRAME_BINARY:
        send_frame(s, FIN | BINARY, bytes.bytes, bytes.n);
        break;
    case TALK_FRAME_TEXT:
        send_frame(s, FIN | TEXT, bytes.bytes, bytes.n);
        break;
    case TALK_FRAME_SPLIT:
        send_frame(s, BINARY, bytes.bytes, head);
        send_frame(s, FIN | CONTINUATION, bytes.bytes + head, bytes.n - head);
        break;
    case TALK_FRAME_PING:
        send_frame(s, FIN | PING, bytes.bytes, bytes.n);
        break;
    case TALK_FRAME_CLOSE:
        send_frame(s, FIN | CLOSE, bytes.bytes, bytes.n);
        s->close_sent = true;
        break;
    }
}

/* What a ping of ours has in it. */
static char *question(const TalkSocket *s)
{
    return g_strdup_printf("bnetlab conform %" G_GUINT64_FORMAT, s->asked);
}

void talk_socket_ask(TalkSocket *s)
{
    s->asked++;
    s->is_answered = false;
    g_autofree char *text = question(s);
    send_frame(s, FIN | PING, (const uint8_t *)text, strlen(text));
}

/* --- in -------------------------------------------------------------------------------------- */

static void break_off(TalkSocket *s, const char *what)
{
    if (s->fault == NULL)
        s->fault = g_strdup(what);
}

static void end(TalkSocket *s)
{
    s->is_over = true;
    put_item(s, TALK_CLOSED, s->close_code, NULL);
}

static void take_pong(TalkSocket *s, const uint8_t *bytes, size_t n)
{
    g_autofree char *wanted = question(s);
    if (s->asked > 0 && n == strlen(wanted) && memcmp(bytes, wanted, n) == 0) {
        s->is_answered = true;
        return;
    }
    s->pongs++;
    put_item(s, TALK_PONG, 0, g_bytes_new(bytes, n));
}

/* Section 7.4: those that are defined, or may be by others. */
static bool may_be_sent(unsigned code)
{
    return (code >= 1000 && code <= 1014 && (code < 1004 || code > 1006)) ||
           (code >= 3000 && code < 5000);
}

static void take_close(TalkSocket *s, const uint8_t *bytes, size_t n)
{
    const unsigned code = n >= 2 ? (unsigned)bytes[0] << 8 | bytes[1] : NO_CODE;
    if (n == 1)
        break_off(s, "a close frame has half a code");
    else if (n >= 2 && !may_be_sent(code))
        break_off(s, "a close frame has a code that no frame may have");
    else if (n > 2 && !g_utf8_validate((const char *)bytes + 2, (gssize)n - 2, NULL))
        break_off(s, "a close frame has a reason that is no UTF-8");
    s->close_code = (uint16_t)code;
    if (!s->close_sent)
        talk_socket_send(s, TALK_FRAME_CLOSE, (BnetSlice){.bytes = bytes, .n = n});
}

static void take_data(TalkSocket *s, uint8_t first, const uint8_t *bytes, size_t n)
{
    const bool goes_on = (first & 0x0f) == CONTINUATION;
    if (goes_on != (s->message != NULL)) {
        break_off(s, "a frame continues no message, or begins one within another");
        return;
    }
    if (s->message == NULL)
        s->message = g_byte_array_new();
    if (n > 0)
        g_byte_array_append(s->message, bytes, (guint)n);
    if ((first & FIN) != 0)
        put_item(s, TALK_MESSAGE, 0, g_byte_array_free_to_bytes(g_steal_pointer(&s->message)));
}

static void take_frame(TalkSocket *s, uint8_t first, const uint8_t *bytes, size_t n)
{
    const uint8_t opcode = first & 0x0f;
    if ((first & RESERVED) != 0 || (opcode != CONTINUATION && opcode != BINARY && opcode < CLOSE) ||
        opcode > PONG || (opcode >= CLOSE && (n > CONTROL_BYTES_MAX || (first & FIN) == 0)))
        break_off(s, "a frame is of no kind that a node may send");
    else if (s->close_code != 0)
        break_off(s, "a frame comes after the close frame");
    else if (opcode == CLOSE)
        take_close(s, bytes, n);
    else if (opcode == PING)
        send_frame(s, FIN | PONG, bytes, n);
    else if (opcode == PONG)
        take_pong(s, bytes, n);
    else
        take_data(s, first, bytes, n);
}

/* Its contents are as long as that, which `more` bytes of it say. */
static void judge_length(TalkSocket *s, uint64_t n, size_t more)
{
    const uint64_t before = s->message != NULL ? s->message->len : 0;
    if (more > 0 && n < (more == 2 ? 126 : 65536))
        break_off(s, "a frame says how long it is with more bytes than it needs");
    else if (n > TALK_SOCKET_MESSAGE_MAX - before)
        break_off(s, "a message is longer than any may be");
}

/* Bytes of the whole frame at the start of what has come; 0: it is not all there, or is wrong. */
static size_t frame_length(TalkSocket *s, size_t *ret_header)
{
    const uint8_t *in = s->in->data;
    if (s->in->len < 2)
        return 0;
    if ((in[1] & MASK) != 0) {
        break_off(s, "a frame is masked");
        return 0;
    }
    const size_t more = in[1] < 126 ? 0 : in[1] == 126 ? 2 : 8;
    uint64_t n = more == 0 ? in[1] : 0;
    if (s->in->len < 2 + more)
        return 0;
    for (size_t i = 0; i < more; i++)
        n = n << 8 | in[2 + i];
    judge_length(s, n, more);
    *ret_header = 2 + more;
    return s->fault == NULL && s->in->len >= 2 + more + n ? 2 + more + (size_t)n : 0;
}

static void take_frames(TalkSocket *s)
{
    size_t header = 0;
    size_t n;
    while (s->fault == NULL && (n = frame_length(s, &header)) > 0) {
        take_frame(s, s->in->data[0], s->in->data + header, n - header);
        g_byte_array_remove_range(s->in, 0, (guint)n);
    }
}

static bool has_line(char **lines, const char *wanted)
{
    for (; *lines; lines++)
        if (g_ascii_strcasecmp(*lines, wanted) == 0)
            return true;
    return false;
}

/* The answer to the handshake, if it is there (section 4.2.2). */
static void take_answer(TalkSocket *s)
{
    const char *end_of_it = g_strstr_len((const char *)s->in->data, s->in->len, "\r\n\r\n");
    if (end_of_it == NULL) {
        if (s->in->len > HANDSHAKE_BYTES_MAX)
            break_off(s, "the answer to the handshake has no end");
        return;
    }
    const size_t n = (size_t)(end_of_it - (const char *)s->in->data);
    g_autofree char *text = g_strndup((const char *)s->in->data, n);
    g_auto(GStrv) lines = g_strsplit(text, "\r\n", -1);
    g_byte_array_remove_range(s->in, 0, (guint)n + 4);
    s->is_open = g_str_has_prefix(text, "HTTP/1.1 101 ") && has_line(lines, "Upgrade: websocket") &&
                 has_line(lines, "Connection: Upgrade") &&
                 has_line(lines, "Sec-WebSocket-Accept: " ACCEPT);
    if (!s->is_open)
        break_off(s, "the handshake is refused, or its answer is wrong");
}

void talk_socket_read(TalkSocket *s)
{
    uint8_t bytes[READ_BYTES];
    while (!s->is_over && s->fault == NULL) {
        const ssize_t got = recv(s->fd, bytes, sizeof bytes, MSG_DONTWAIT);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return;
        if (got <= 0) {
            end(s);
            return;
        }
        g_byte_array_append(s->in, bytes, (guint)got);
        if (!s->is_open)
            take_answer(s);
        if (s->is_open)
            take_frames(s);
    }
}

/* --- life ------------------------------------------------------------------------------------ */

static void ask_for(TalkSocket *s, uint16_t port, const char *path)
{
    g_autofree char *request = g_strdup_printf("GET %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n"
                                               "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                                               "Sec-WebSocket-Key: " KEY "\r\n"
                                               "Sec-WebSocket-Version: 13\r\n\r\n",
                                               path, port);
    write_all(s, (const uint8_t *)request, strlen(request));
}

static void set_options(TalkSocket *s)
{
    const int on = 1;
    const struct timeval limit = {.tv_sec = TALK_SOCKET_LIMIT_MS / 1000};
    (void)setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    (void)setsockopt(s->fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

TalkSocket *talk_socket_new(uint16_t port, const char *path, GError **error)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in local = {0};
    socklen_t n = sizeof local;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    TalkSocket *s = g_new0(TalkSocket, 1);
    s->in = g_byte_array_new();
    s->items = g_queue_new();
    s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (s->fd >= 0)
        set_options(s);
    if (s->fd < 0 || connect(s->fd, (const struct sockaddr *)&address, sizeof address) != 0 ||
        getsockname(s->fd, (struct sockaddr *)&local, &n) != 0) {
        g_set_error(error, G_FILE_ERROR, (gint)g_file_error_from_errno(errno),
                    "cannot connect to port %u: %s", port, g_strerror(errno));
        talk_socket_free(s);
        return NULL;
    }
    (void)g_snprintf(s->name, sizeof s->name, "127.0.0.1:%u", ntohs(local.sin_port));
    ask_for(s, port, path);
    return s;
}

static void free_item(gpointer item)
{
    talk_item_free(item);
}

void talk_socket_free(TalkSocket *s)
{
    if (s == NULL)
        return;
    if (s->fd >= 0)
        (void)close(s->fd);
    g_byte_array_unref(s->in);
    g_clear_pointer(&s->message, g_byte_array_unref);
    g_queue_free_full(s->items, free_item);
    g_free(s->fault);
    g_free(s);
}

int talk_socket_fd(const TalkSocket *s)
{
    return s->fd;
}

bool talk_socket_is_open(const TalkSocket *s)
{
    return s->is_open;
}

bool talk_socket_is_over(const TalkSocket *s)
{
    return s->is_over;
}

const char *talk_socket_fault(const TalkSocket *s)
{
    return s->fault;
}

bool talk_socket_is_answered(const TalkSocket *s)
{
    return s->is_answered;
}

uint32_t talk_socket_pongs(const TalkSocket *s)
{
    return s->pongs;
}

TalkItem *talk_socket_next(TalkSocket *s)
{
    return g_queue_pop_head(s->items);
}

const char *talk_socket_name(const TalkSocket *s)
{
    return s->name;
}
