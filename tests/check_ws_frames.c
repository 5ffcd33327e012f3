/* SPDX-License-Identifier: Apache-2.0 */

/* Frames of WebSocket over a pair of sockets: what a sequence of them may be, and how it ends. */

#include "node/websocket.h"
#include "tests/live_fixture.h"

#define MESSAGE_MAX 70000u

/* One side of the pair is a WebSocket; the other is written and read by hand. */
typedef struct Bench {
    NodeWebSocket *socket;
    int ours;
    int theirs;
} Bench;

static void begin(Bench *bench, bool is_client)
{
    int fds[2];
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    ck_assert_int_eq(fcntl(fds[0], F_SETFL, O_NONBLOCK), 0);
    bench->ours = fds[0];
    bench->theirs = fds[1];
    bench->socket = node_websocket_new(fds[0], is_client, NULL, 0, MESSAGE_MAX);
}

static void end(Bench *bench)
{
    node_websocket_free(bench->socket);
    (void)close(bench->ours);
    (void)close(bench->theirs);
}

/* A frame as a client sends it, with a mask of zeros, or as a server does. */
static GByteArray *frame(uint8_t first, bool mask, const void *payload, size_t n)
{
    GByteArray *bytes = g_byte_array_new();
    static const uint8_t zeros[4];
    const uint8_t bit = mask ? 0x80 : 0;
    g_byte_array_append(bytes, &first, 1);
    if (n < 126) {
        g_byte_array_append(bytes, &(uint8_t){(uint8_t)(bit | n)}, 1);
    } else if (n < 65536) {
        const uint8_t length[3] = {bit | 126, (uint8_t)(n >> 8), (uint8_t)n};
        g_byte_array_append(bytes, length, sizeof length);
    } else {
        const uint8_t length[9] = {
            bit | 127,         0,         0, 0, 0, (uint8_t)(n >> 24), (uint8_t)(n >> 16),
            (uint8_t)(n >> 8), (uint8_t)n};
        g_byte_array_append(bytes, length, sizeof length);
    }
    if (mask)
        g_byte_array_append(bytes, zeros, sizeof zeros);
    if (n > 0)
        g_byte_array_append(bytes, payload, (guint)n);
    return bytes;
}

static void put(const Bench *bench, uint8_t first, bool mask, const void *payload, size_t n)
{
    g_autoptr(GByteArray) bytes = frame(first, mask, payload, n);
    live_send(bench->theirs, bytes->data, bytes->len);
}

/* A masked frame of a text without its end. */
#define PUT(bench, first, text) put(bench, first, true, text, sizeof(text) - 1)

static void expect_message(const Bench *bench, const char *text)
{
    NodeWebSocketItem item;
    ck_assert_int_eq(node_websocket_read(bench->socket, &item), NODE_WEBSOCKET_MESSAGE);
    gsize n = 0;
    const void *data = g_bytes_get_data(item.message, &n);
    ck_assert_uint_eq(n, strlen(text));
    ck_assert_int_eq(n > 0 ? memcmp(data, text, n) : 0, 0);
    g_bytes_unref(item.message);
}

static void expect(const Bench *bench, NodeWebSocketRead wanted)
{
    NodeWebSocketItem item;
    ck_assert_int_eq(node_websocket_read(bench->socket, &item), wanted);
}

/* Writes all, and compares what the other side gets. */
static void expect_written(const Bench *bench, const void *bytes, size_t n, bool sent)
{
    bool is_sent;
    uint8_t got[1024];
    ck_assert_int_eq(node_websocket_write(bench->socket, &is_sent), NODE_WEBSOCKET_IDLE);
    ck_assert_int_eq(is_sent, sent);
    if (n > 0)
        ck_assert_int_eq(recv(bench->theirs, got, sizeof got, 0), (ssize_t)n);
    ck_assert_int_eq(n > 0 ? memcmp(got, bytes, n) : 0, 0);
    ck_assert_int_lt(recv(bench->theirs, got, sizeof got, MSG_DONTWAIT), 0);
}

START_TEST(test_messages)
{
    Bench bench;
    begin(&bench, false);
    expect(&bench, NODE_WEBSOCKET_WAIT);
    PUT(&bench, 0x82, "hello");
    PUT(&bench, 0x82, "");
    PUT(&bench, 0x82, "again");
    expect_message(&bench, "hello");
    expect_message(&bench, "");
    expect_message(&bench, "again");
    expect(&bench, NODE_WEBSOCKET_WAIT);
    end(&bench);
}
END_TEST

/* In pieces, with control frames between them, an empty piece among them. */
START_TEST(test_pieces)
{
    Bench bench;
    begin(&bench, false);
    PUT(&bench, 0x02, "he");
    expect(&bench, NODE_WEBSOCKET_WAIT);
    PUT(&bench, 0x89, "ping");
    PUT(&bench, 0x00, "");
    PUT(&bench, 0x8a, "pong");
    PUT(&bench, 0x00, "l");
    PUT(&bench, 0x80, "lo");
    expect_message(&bench, "hello");
    expect_written(&bench, "\x8a\x04ping", 6, false);
    end(&bench);
}
END_TEST

/* Byte for byte; a mask that is not zero. */
START_TEST(test_bytes_one_by_one)
{
    static const uint8_t bytes[] = {0x82, 0x85, 0x37, 0xfa, 0x21, 0x3d,
                                    0x7f, 0x9f, 0x4d, 0x51, 0x58};
    Bench bench;
    begin(&bench, false);
    for (size_t i = 0; i < sizeof bytes; i++) {
        expect(&bench, NODE_WEBSOCKET_WAIT);
        live_send(bench.theirs, &bytes[i], 1);
    }
    expect_message(&bench, "Hello");
    end(&bench);
}
END_TEST

START_TEST(test_early_bytes)
{
    static const uint8_t early[] = {0x82, 0x02, 'h', 'i', 0x82, 0x02, 'y'};
    Bench bench;
    begin(&bench, true);
    node_websocket_free(bench.socket);
    bench.socket = node_websocket_new(bench.ours, true, early, sizeof early, MESSAGE_MAX);
    expect_message(&bench, "hi");
    expect(&bench, NODE_WEBSOCKET_WAIT);
    live_send(bench.theirs, "o", 1);
    expect_message(&bench, "yo");
    end(&bench);
}
END_TEST

/* Of several pings the newest is answered. */
START_TEST(test_pings)
{
    Bench bench;
    begin(&bench, false);
    PUT(&bench, 0x89, "one");
    PUT(&bench, 0x89, "two");
    PUT(&bench, 0x89, "");
    expect(&bench, NODE_WEBSOCKET_WAIT);
    expect_written(&bench, "\x8a\x00", 2, false);
    expect_written(&bench, NULL, 0, false);
    end(&bench);
}
END_TEST

/* What violates the protocol, and with which code it is closed. */
START_TEST(test_violations)
{
    static const struct {
        uint16_t code;
        const char *bytes;
        size_t n;
    } cases[] = {
#define CASE(code, text) {code, text, sizeof(text) - 1}
        CASE(1002, "\x82\x02hi"),       /* not masked */
        CASE(1002, "\xc2\x80\0\0\0\0"), /* reserved bits */
        CASE(1002, "\xa2\x80\0\0\0\0"),
        CASE(1002, "\x92\x80\0\0\0\0"),
        CASE(1002, "\x83\x80\0\0\0\0"), /* unknown opcodes */
        CASE(1002, "\x8b\x80\0\0\0\0"),
        CASE(1002, "\x8f\x80\0\0\0\0"),
        CASE(1002, "\x80\x80\0\0\0\0"),                        /* continues nothing */
        CASE(1002, "\x02\x80\0\0\0\0\x82\x80\0\0\0\0"),        /* a message within a message */
        CASE(1002, "\x09\x80\0\0\0\0"),                        /* a ping in pieces */
        CASE(1002, "\x89\xfe\0\x7e\0\0\0\0"),                  /* a ping of 126 bytes */
        CASE(1002, "\x88\x81\0\0\0\0x"),                       /* half a code */
        CASE(1002, "\x88\x82\0\0\0\0\x03\xe7"),                /* code 999 */
        CASE(1002, "\x88\x82\0\0\0\0\x03\xed"),                /* code 1005 */
        CASE(1002, "\x88\x82\0\0\0\0\x0b\xb7"),                /* code 2999 */
        CASE(1002, "\x88\x82\0\0\0\0\x13\x88"),                /* code 5000 */
        CASE(1007, "\x88\x83\0\0\0\0\x03\xe8\xff"),            /* a reason that is not UTF-8 */
        CASE(1009, "\x82\xff\0\0\0\0\0\x01\x11\x71\0\0\0\0x"), /* one byte too long */
        CASE(1009, "\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0x"),
        CASE(1002, "\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0x"), /* a negative length */
        CASE(1002, "\x82\xfe\0\x01\0\0\0\0x"), /* a length that is longer than it need be */
#undef CASE
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Bench bench;
        NodeWebSocketItem item;
        begin(&bench, false);
        live_send(bench.theirs, cases[i].bytes, cases[i].n);
        ck_assert_msg(node_websocket_read(bench.socket, &item) == NODE_WEBSOCKET_BROKEN, "%zu", i);
        ck_assert_msg(item.code == cases[i].code, "%zu: %u", i, item.code);
        ck_assert_ptr_nonnull(item.what);
        end(&bench);
    }
}
END_TEST

START_TEST(test_masked_server)
{
    Bench bench;
    NodeWebSocketItem item;
    begin(&bench, true);
    PUT(&bench, 0x82, "hi");
    ck_assert_int_eq(node_websocket_read(bench.socket, &item), NODE_WEBSOCKET_BROKEN);
    ck_assert_uint_eq(item.code, 1002);
    end(&bench);
}
END_TEST

START_TEST(test_length_at_the_limit)
{
    Bench bench;
    NodeWebSocketItem item;
    g_autofree char *long_one = g_strnfill(MESSAGE_MAX, 'x');
    begin(&bench, false);
    put(&bench, 0x82, true, long_one, MESSAGE_MAX);
    expect_message(&bench, long_one);
    /* The same in pieces, and one byte more. */
    put(&bench, 0x02, true, long_one, MESSAGE_MAX - 1);
    put(&bench, 0x80, true, long_one, 1);
    expect_message(&bench, long_one);
    put(&bench, 0x02, true, long_one, MESSAGE_MAX - 1);
    put(&bench, 0x80, true, long_one, 2);
    ck_assert_int_eq(node_websocket_read(bench.socket, &item), NODE_WEBSOCKET_BROKEN);
    ck_assert_uint_eq(item.code, 1009);
    end(&bench);
}
END_TEST

/* Frames without end: a call takes its share and says that there may be more. */
START_TEST(test_work_is_bounded)
{
    Bench bench;
    begin(&bench, false);
    PUT(&bench, 0x02, "x");
    for (uint32_t i = 0; i < NODE_WEBSOCKET_FRAMES_MAX; i++)
        PUT(&bench, 0x00, "");
    expect(&bench, NODE_WEBSOCKET_AGAIN);
    expect(&bench, NODE_WEBSOCKET_WAIT);
    end(&bench);
}
END_TEST

START_TEST(test_close_is_answered)
{
    Bench bench;
    NodeWebSocketItem item;
    begin(&bench, false);
    PUT(&bench, 0x88, "\x0b\xb8why");
    ck_assert_int_eq(node_websocket_read(bench.socket, &item), NODE_WEBSOCKET_CLOSED);
    ck_assert_uint_eq(item.code, 3000);
    ck_assert(!node_websocket_is_closed(bench.socket));
    expect_written(&bench, "\x88\x02\x0b\xb8", 4, false);
    ck_assert(node_websocket_is_closed(bench.socket));
    end(&bench);
}
END_TEST

START_TEST(test_close_without_code)
{
    Bench bench;
    NodeWebSocketItem item;
    begin(&bench, false);
    PUT(&bench, 0x88, "");
    ck_assert_int_eq(node_websocket_read(bench.socket, &item), NODE_WEBSOCKET_CLOSED);
    ck_assert_uint_eq(item.code, NODE_CLOSE_NO_STATUS);
    expect_written(&bench, "\x88\x00", 2, false);
    end(&bench);
}
END_TEST

/* Ours goes first; what is written then is nothing but it. */
START_TEST(test_closing)
{
    Bench bench;
    NodeWebSocketItem item;
    begin(&bench, false);
    PUT(&bench, 0x89, "ping");
    expect(&bench, NODE_WEBSOCKET_WAIT);
    node_websocket_close(bench.socket, 1007, "malformed");
    node_websocket_close(bench.socket, 1000, "too late");
    expect_written(&bench, "\x88\x0b\x03\xefmalformed", 13, false);
    ck_assert(!node_websocket_is_closed(bench.socket));
    PUT(&bench, 0x88, "\x03\xef");
    ck_assert_int_eq(node_websocket_read(bench.socket, &item), NODE_WEBSOCKET_CLOSED);
    expect_written(&bench, NULL, 0, false);
    ck_assert(node_websocket_is_closed(bench.socket));
    end(&bench);
}
END_TEST

START_TEST(test_sending)
{
    Bench bench;
    begin(&bench, false);
    g_autoptr(GBytes) message = g_bytes_new_static("hello", 5);
    node_websocket_send(bench.socket, message);
    expect_written(&bench, "\x82\x05hello", 7, true);
    g_autoptr(GBytes) empty = g_bytes_new_static("", 0);
    node_websocket_send(bench.socket, empty);
    expect_written(&bench, "\x82\x00", 2, true);
    end(&bench);
}
END_TEST

/* Reads until so many bytes have come. */
static void receive(int fd, GByteArray *bytes, guint n)
{
    uint8_t piece[65536];
    while (bytes->len < n) {
        const ssize_t got = recv(fd, piece, sizeof piece, 0);
        ck_assert_int_gt(got, 0);
        g_byte_array_append(bytes, piece, (guint)got);
    }
}

/* A message that the socket does not take at once is through when all of it is; a close that was
 * asked for meanwhile follows it, and no pong goes between. */
START_TEST(test_slow_reader)
{
    enum {
        BYTES = 8 * 1024 * 1024
    };
    Bench bench;
    bool sent;
    g_autoptr(GByteArray) got = g_byte_array_new();
    g_autofree char *text = g_strnfill(BYTES, 'x');
    begin(&bench, false);
    g_autoptr(GBytes) message = g_bytes_new_static(text, BYTES);
    node_websocket_send(bench.socket, message);
    ck_assert_int_eq(node_websocket_write(bench.socket, &sent), NODE_WEBSOCKET_BLOCKED);
    ck_assert(!sent);
    PUT(&bench, 0x89, "ping");
    expect(&bench, NODE_WEBSOCKET_WAIT);
    node_websocket_close(bench.socket, 1000, NULL);
    bool was_sent = false;
    for (guint n = 1;; n += 65536) {
        const NodeWebSocketWrite result = node_websocket_write(bench.socket, &sent);
        ck_assert_int_ne(result, NODE_WEBSOCKET_FAILED);
        was_sent |= sent;
        if (result == NODE_WEBSOCKET_IDLE)
            break;
        ck_assert(!was_sent);
        receive(bench.theirs, got, MIN(n, BYTES));
    }
    ck_assert(was_sent);
    receive(bench.theirs, got, BYTES + 10 + 4);
    ck_assert_uint_eq(got->len, BYTES + 10 + 4);
    ck_assert_int_eq(memcmp(got->data + BYTES + 10, "\x88\x02\x03\xe8", 4), 0);
    end(&bench);
}
END_TEST

START_TEST(test_lost)
{
    Bench bench;
    bool sent;
    g_autoptr(GBytes) message = g_bytes_new_static("hello", 5);
    begin(&bench, false);
    (void)shutdown(bench.theirs, SHUT_RDWR);
    expect(&bench, NODE_WEBSOCKET_LOST);
    node_websocket_send(bench.socket, message);
    ck_assert_int_eq(node_websocket_write(bench.socket, &sent), NODE_WEBSOCKET_FAILED);
    end(&bench);
}
END_TEST

/* A client and a server understand each other. */
START_TEST(test_both_sides)
{
    Bench bench;
    bool sent;
    g_autofree char *text = g_strnfill(MESSAGE_MAX, 'y');
    begin(&bench, true);
    NodeWebSocket *server = node_websocket_new(bench.theirs, false, NULL, 0, MESSAGE_MAX);
    ck_assert_int_eq(fcntl(bench.theirs, F_SETFL, O_NONBLOCK), 0);
    g_autoptr(GBytes) message = g_bytes_new_static(text, MESSAGE_MAX);
    node_websocket_send(bench.socket, message);
    ck_assert_int_eq(node_websocket_write(bench.socket, &sent), NODE_WEBSOCKET_IDLE);
    ck_assert(sent);
    NodeWebSocketItem item;
    ck_assert_int_eq(node_websocket_read(server, &item), NODE_WEBSOCKET_MESSAGE);
    ck_assert(g_bytes_equal(item.message, message));
    g_bytes_unref(item.message);
    node_websocket_free(server);
    end(&bench);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        test_messages,
        test_pieces,
        test_bytes_one_by_one,
        test_early_bytes,
        test_pings,
        test_violations,
        test_masked_server,
        test_length_at_the_limit,
        test_work_is_bounded,
        test_close_is_answered,
        test_close_without_code,
        test_closing,
        test_sending,
        test_slow_reader,
        test_lost,
        test_both_sides,
    };
    return live_run("ws_frames", tests, G_N_ELEMENTS(tests));
}
