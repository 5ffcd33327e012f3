/* SPDX-License-Identifier: Apache-2.0 */

/* The client of conversations that are held live: what it sends, byte for byte, what it takes, and
 * that it takes nothing else for good. */

#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <check.h>
#include <glib.h>

#include "sim/conform/talk_socket.h"
#include "tests/run_suite.h"

#define GOOD_ANSWER                                                                                \
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"            \
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
#define READ 32768
#define REQUEST_END "Sec-WebSocket-Version: 13\r\n\r\n"

static int listener;
static uint16_t port;
static TalkSocket *client;
static int peer; /* the other end */

static void set_up(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t n = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    listener = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(listener, (const struct sockaddr *)&address, sizeof address), 0);
    ck_assert_int_eq(listen(listener, 1), 0);
    ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&address, &n), 0);
    port = ntohs(address.sin_port);
    client = talk_socket_new(port, "/a?b", NULL);
    ck_assert_ptr_nonnull(client);
    peer = accept(listener, NULL, NULL);
    ck_assert_int_ge(peer, 0);
}

static void tear_down(void)
{
    talk_socket_free(client);
    (void)close(peer);
    (void)close(listener);
}

/* So many bytes that the client has sent. */
static void receive(void *bytes, size_t n)
{
    ck_assert_int_eq(recv(peer, bytes, n, MSG_WAITALL), (ssize_t)n);
}

static void receive_request(void)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autofree char *wanted = g_strdup_printf("GET /a?b HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n", port);
    while (!g_str_has_suffix(text->str, REQUEST_END)) {
        char c;
        receive(&c, 1);
        g_string_append_c(text, c);
    }
    ck_assert(g_str_has_prefix(text->str, wanted));
}

/* What the node says: the client takes it in. */
static void say(const void *bytes, size_t n)
{
    struct pollfd wanted = {.fd = talk_socket_fd(client), .events = POLLIN};
    ck_assert_int_eq(send(peer, bytes, n, MSG_NOSIGNAL), (ssize_t)n);
    ck_assert_int_eq(poll(&wanted, 1, 30000), 1);
    talk_socket_read(client);
}

static void open_it(void)
{
    receive_request();
    say(GOOD_ANSWER, strlen(GOOD_ANSWER));
    ck_assert(talk_socket_is_open(client));
    ck_assert_ptr_null(talk_socket_fault(client));
}

/* The next frame of the client, unmasked. */
static size_t receive_frame(uint8_t *ret_first, uint8_t payload[256])
{
    uint8_t header[2];
    uint8_t length[2];
    uint8_t mask[4];
    receive(header, sizeof header);
    ck_assert_uint_eq(header[1] & 0x80, 0x80); /* a client masks */
    size_t n = header[1] & 0x7f;
    if (n == 126) {
        receive(length, sizeof length);
        n = (size_t)length[0] << 8 | length[1];
    }
    ck_assert_uint_le(n, 256);
    receive(mask, sizeof mask);
    if (n > 0)
        receive(payload, n);
    for (size_t i = 0; i < n; i++)
        payload[i] ^= mask[i % 4];
    *ret_first = header[0];
    return n;
}

static void expect_frame(uint8_t first, const char *payload, size_t n)
{
    uint8_t got_first;
    uint8_t got[256];
    ck_assert_uint_eq(receive_frame(&got_first, got), n);
    ck_assert_uint_eq(got_first, first);
    ck_assert_mem_eq(got, payload, n);
}

static void expect_item(TalkKind kind, uint16_t code, const char *bytes)
{
    TalkItem *item = talk_socket_next(client);
    ck_assert_ptr_nonnull(item);
    ck_assert_int_eq(item->kind, kind);
    ck_assert_uint_eq(item->code, code);
    if (bytes != NULL) {
        gsize n = 0;
        const void *data = g_bytes_get_data(item->bytes, &n);
        ck_assert_uint_eq(n, strlen(bytes));
        ck_assert_mem_eq(data, bytes, n);
    }
    talk_item_free(item);
}

START_TEST(what_is_sent)
{
    char long_text[200];
    memset(long_text, 'x', sizeof long_text);
    const BnetSlice twelve = {.bytes = (const uint8_t *)"abcdefghijkl", .n = 12};
    open_it();
    talk_socket_send(client, TALK_FRAME_BINARY, twelve);
    expect_frame(0x82, "abcdefghijkl", 12);
    talk_socket_send(client, TALK_FRAME_TEXT, twelve);
    expect_frame(0x81, "abcdefghijkl", 12);
    talk_socket_send(client, TALK_FRAME_SPLIT, twelve);
    expect_frame(0x02, "abcdefghij", 10);
    expect_frame(0x80, "kl", 2);
    talk_socket_send(client, TALK_FRAME_BINARY, (BnetSlice){0});
    expect_frame(0x82, "", 0);
    talk_socket_send(client, TALK_FRAME_BINARY,
                     (BnetSlice){.bytes = (const uint8_t *)long_text, .n = sizeof long_text});
    expect_frame(0x82, long_text, sizeof long_text);
    talk_socket_send(client, TALK_FRAME_PING, twelve);
    expect_frame(0x89, "abcdefghijkl", 12);
    talk_socket_send(client, TALK_FRAME_CLOSE, (BnetSlice){0});
    expect_frame(0x88, "", 0);
}
END_TEST

/* In pieces of a byte, several in one frame of TCP, in frames with a ping in between. */
START_TEST(what_is_taken)
{
    static const char one[] = "\x82\x03one";
    open_it();
    for (size_t i = 0; i < sizeof one - 1; i++) {
        ck_assert_ptr_null(talk_socket_next(client));
        say(one + i, 1);
    }
    expect_item(TALK_MESSAGE, 0, "one");
    say("\x82\x03two\x02\x02th\x89\x01p\x80\x03ree", 17);
    expect_item(TALK_MESSAGE, 0, "two");
    expect_item(TALK_MESSAGE, 0, "three");
    expect_frame(0x8a, "p", 1);
    say("\x8a\x01q", 3);
    expect_item(TALK_PONG, 0, "q");
    ck_assert_uint_eq(talk_socket_pongs(client), 1);
    ck_assert_ptr_null(talk_socket_next(client));
    ck_assert_ptr_null(talk_socket_fault(client));
}
END_TEST

START_TEST(pings_of_its_own)
{
    uint8_t first;
    uint8_t payload[256];
    open_it();
    for (int i = 0; i < 2; i++) {
        talk_socket_ask(client);
        const size_t n = receive_frame(&first, payload);
        ck_assert_uint_eq(first, 0x89);
        ck_assert(!talk_socket_is_answered(client));
        g_autoptr(GByteArray) answer = g_byte_array_new();
        const uint8_t header[2] = {0x8a, (uint8_t)n};
        g_byte_array_append(answer, header, sizeof header);
        g_byte_array_append(answer, payload, (guint)n);
        say(answer->data, answer->len);
        ck_assert(talk_socket_is_answered(client));
        talk_socket_ask(client);
        (void)receive_frame(&first, payload);
        say(answer->data, answer->len); /* the one before: an item */
        ck_assert(!talk_socket_is_answered(client));
        expect_item(TALK_PONG, 0, NULL);
    }
    ck_assert_uint_eq(talk_socket_pongs(client), 2);
}
END_TEST

/* The end is told once the connection has ended, with the code that came before. */
START_TEST(the_end)
{
    struct pollfd wanted = {.fd = talk_socket_fd(client), .events = POLLIN};
    open_it();
    say("\x88\x05\x03\xefxyz", 7);
    expect_frame(0x88, "\x03\xefxyz", 5);
    ck_assert(!talk_socket_is_over(client));
    ck_assert_int_eq(shutdown(peer, SHUT_WR), 0);
    ck_assert_int_eq(poll(&wanted, 1, 30000), 1);
    talk_socket_read(client);
    ck_assert(talk_socket_is_over(client));
    expect_item(TALK_CLOSED, 1007, NULL);
    ck_assert_ptr_null(talk_socket_next(client));
}
END_TEST

/* A close of its own is not closed once more. */
START_TEST(the_answer_to_a_close)
{
    char byte;
    open_it();
    talk_socket_send(client, TALK_FRAME_CLOSE,
                     (BnetSlice){.bytes = (const uint8_t *)"\x03\xe8", .n = 2});
    expect_frame(0x88, "\x03\xe8", 2);
    say("\x88\x02\x03\xe8", 4);
    ck_assert_int_eq(recv(peer, &byte, 1, MSG_DONTWAIT), -1);
}
END_TEST

START_TEST(an_end_without_a_word)
{
    struct pollfd wanted = {.fd = talk_socket_fd(client), .events = POLLIN};
    open_it();
    ck_assert_int_eq(shutdown(peer, SHUT_WR), 0);
    ck_assert_int_eq(poll(&wanted, 1, 30000), 1);
    talk_socket_read(client);
    expect_item(TALK_CLOSED, 0, NULL);
}
END_TEST

static const struct {
    const char *bytes;
    size_t n;
    const char *fault;
} bad_frames[] = {
    {"\x82\x81mask!", 7, "a frame is masked"},
    {"\xc2\x01x", 3, "a frame is of no kind"},         /* a reserved bit */
    {"\x81\x01x", 3, "a frame is of no kind"},         /* a text */
    {"\x83\x01x", 3, "a frame is of no kind"},         /* an unknown opcode */
    {"\x8b\x01x", 3, "a frame is of no kind"},         /* the same, of control frames */
    {"\x09\x01x", 3, "a frame is of no kind"},         /* a ping in pieces */
    {"\x80\x01x", 3, "a frame continues no message"},  /* of none */
    {"\x02\x01x\x82\x01y", 6, "or begins one within"}, /* another message */
    {"\x88\x01x", 3, "a close frame has half a code"}, /* of one byte */
    {"\x88\x02\x03\xe8\x82\x01x", 7, "a frame comes after the close frame"},
    {"\x88\x02\0\0", 4, "a code that no frame may have"},
    {"\x88\x02\x03\xe7", 4, "a code that no frame may have"}, /* 999 */
    {"\x88\x02\x03\xed", 4, "a code that no frame may have"}, /* 1005 */
    {"\x88\x02\x03\xf7", 4, "a code that no frame may have"}, /* 1015 */
    {"\x88\x02\x13\x88", 4, "a code that no frame may have"}, /* 5000 */
    {"\x88\x03\x03\xe8\xff", 5, "a reason that is no UTF-8"},
    {"\x82\x7e\0\x7d", 4, "more bytes than it needs"},                /* of 125 */
    {"\x82\x7f\0\0\0\0\0\0\xff\xff", 10, "more bytes than it needs"}, /* of 65535 */
    {"\x82\x7f\0\0\0\0\x04\0\0\x01", 10, "a message is longer than any may be"},
};

START_TEST(bad_frames_are_found)
{
    open_it();
    say(bad_frames[_i].bytes, bad_frames[_i].n);
    ck_assert_ptr_nonnull(talk_socket_fault(client));
    ck_assert_msg(strstr(talk_socket_fault(client), bad_frames[_i].fault) != NULL, "%s",
                  talk_socket_fault(client));
}
END_TEST

/* Frames of one message that are together longer than any may be. */
START_TEST(a_message_without_end_is_found)
{
    enum {
        FRAME = 16 * 1024 * 1024
    };
    static const uint8_t header[] = {0, 0x7f, 0, 0, 0, 0, FRAME >> 24, FRAME >> 16 & 0xff, 0, 0};
    g_autofree char *zeros = g_strnfill(READ, '\0');
    open_it();
    for (size_t frame = 0; frame <= TALK_SOCKET_MESSAGE_MAX / FRAME; frame++) {
        ck_assert_ptr_null(talk_socket_fault(client));
        say(frame == 0 ? "\x02\x7f" : "\0\x7f", 2);
        say(header + 2, sizeof header - 2);
        for (size_t sent = 0; sent < FRAME && talk_socket_fault(client) == NULL; sent += READ)
            say(zeros, READ);
    }
    ck_assert_str_eq(talk_socket_fault(client), "a message is longer than any may be");
}
END_TEST

static const char *const bad_answers[] = {
    "HTTP/1.1 200 OK\r\n\r\n",
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: t3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
};

START_TEST(bad_answers_are_found)
{
    receive_request();
    say(bad_answers[_i], strlen(bad_answers[_i]));
    ck_assert(!talk_socket_is_open(client));
    ck_assert_str_eq(talk_socket_fault(client), "the handshake is refused, or its answer is wrong");
}
END_TEST

START_TEST(an_answer_without_end_is_found)
{
    g_autofree char *text = g_strnfill(8193, 'x');
    receive_request();
    for (int sent = 0; sent < 8193 && talk_socket_fault(client) == NULL; sent++)
        say(text + sent, 1);
    ck_assert_str_eq(talk_socket_fault(client), "the answer to the handshake has no end");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("talk_socket");
    TCase *tcase = tcase_create("socket");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, what_is_sent);
    tcase_add_test(tcase, what_is_taken);
    tcase_add_test(tcase, pings_of_its_own);
    tcase_add_test(tcase, the_end);
    tcase_add_test(tcase, the_answer_to_a_close);
    tcase_add_test(tcase, an_end_without_a_word);
    tcase_add_loop_test(tcase, bad_frames_are_found, 0, G_N_ELEMENTS(bad_frames));
    tcase_add_test(tcase, a_message_without_end_is_found);
    tcase_add_loop_test(tcase, bad_answers_are_found, 0, G_N_ELEMENTS(bad_answers));
    tcase_add_test(tcase, an_answer_without_end_is_found);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
