/* SPDX-License-Identifier: Apache-2.0 */

/* The opening handshake of WebSocket: what is taken, what is refused and how. */

#include <string.h>

#include <check.h>
#include <glib.h>

#include "node/handshake.h"
#include "tests/live_fixture.h"

/* The example of RFC 6455, section 1.3. */
#define KEY "dGhlIHNhbXBsZSBub25jZQ=="
#define ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

#define FIRST "GET /chat HTTP/1.1\r\n"
#define HOST "Host: server.example.com\r\n"
#define UPGRADE "Upgrade: websocket\r\n"
#define CONNECTION "Connection: Upgrade\r\n"
#define KEY_LINE "Sec-WebSocket-Key: " KEY "\r\n"
#define VERSION "Sec-WebSocket-Version: 13\r\n"
#define END "\r\n"
#define GOOD FIRST HOST UPGRADE CONNECTION KEY_LINE VERSION END

static NodeHandshakeVerdict read_request(const char *text, NodeHandshake *ret_handshake)
{
    return node_handshake_read_request(text, strlen(text), ret_handshake);
}

START_TEST(test_accept_value)
{
    char accept[NODE_HANDSHAKE_ACCEPT_LENGTH + 1];
    node_handshake_accept(KEY, accept);
    ck_assert_str_eq(accept, ACCEPT);
}
END_TEST

START_TEST(test_good_requests)
{
    static const char *const requests[] = {
        GOOD,
        GOOD "what follows is the peer's",
        /* names and words in any case, lists, space around values, other headers */
        "GET / HTTP/1.1\r\nhOST:\t a \t\r\nupgrade: h2c , WebSocket\r\nconnection: keep-alive, "
        "upgrade\r\nsec-websocket-key: " KEY "\r\nsec-websocket-version: 13\r\nX: \r\n"
        "Sec-WebSocket-Extensions: permessage-deflate\r\nContent-Length: 0\r\n\r\n",
        FIRST HOST "Connection: x\r\n" UPGRADE CONNECTION KEY_LINE VERSION END,
    };
    for (size_t i = 0; i < G_N_ELEMENTS(requests); i++) {
        NodeHandshake handshake;
        ck_assert_int_eq(read_request(requests[i], &handshake), NODE_HANDSHAKE_GOOD);
        ck_assert_str_eq(handshake.accept, ACCEPT);
        ck_assert_uint_eq(handshake.used,
                          (size_t)(strstr(requests[i], "\r\n\r\n") + 4 - requests[i]));
    }
}
END_TEST

START_TEST(test_every_cut_waits_for_more)
{
    for (size_t n = 0; n < strlen(GOOD); n++) {
        NodeHandshake handshake;
        ck_assert_int_eq(node_handshake_read_request(GOOD, n, &handshake), NODE_HANDSHAKE_MORE);
    }
}
END_TEST

START_TEST(test_bad_requests)
{
    static const struct {
        const char *text;
        uint16_t status;
    } cases[] = {
        {"POST / HTTP/1.1\r\n" HOST UPGRADE CONNECTION KEY_LINE VERSION END, 405},
        {"get / HTTP/1.1\r\n" HOST UPGRADE CONNECTION KEY_LINE VERSION END, 405},
        {"GET / HTTP/1.0\r\n" HOST UPGRADE CONNECTION KEY_LINE VERSION END, 505},
        {"GET / HTTP/1.1 \r\n" HOST UPGRADE CONNECTION KEY_LINE VERSION END, 505},
        {"GET  / HTTP/1.1\r\n" HOST UPGRADE CONNECTION KEY_LINE VERSION END, 400},
        {"GET\r\n" HOST UPGRADE CONNECTION KEY_LINE VERSION END, 400},
        {"GET chat HTTP/1.1\r\n" HOST UPGRADE CONNECTION KEY_LINE VERSION END, 400},
        {FIRST UPGRADE CONNECTION KEY_LINE VERSION END, 400},
        {FIRST HOST HOST UPGRADE CONNECTION KEY_LINE VERSION END, 400},
        {FIRST "Host: \r\n" UPGRADE CONNECTION KEY_LINE VERSION END, 400},
        {FIRST HOST CONNECTION KEY_LINE VERSION END, 426},
        {FIRST HOST "Upgrade: websockets\r\n" CONNECTION KEY_LINE VERSION END, 426},
        {FIRST HOST UPGRADE KEY_LINE VERSION END, 400},
        {FIRST HOST UPGRADE "Connection: close\r\n" KEY_LINE VERSION END, 400},
        {FIRST HOST UPGRADE CONNECTION VERSION END, 400},
        {FIRST HOST UPGRADE CONNECTION KEY_LINE KEY_LINE VERSION END, 400},
        {FIRST HOST UPGRADE CONNECTION "Sec-WebSocket-Key: \r\n" VERSION END, 400},
        {FIRST HOST UPGRADE CONNECTION "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=\r\n" VERSION END,
         400},
        {FIRST HOST UPGRADE CONNECTION
         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZR==\r\n" VERSION END,
         400},
        {FIRST HOST UPGRADE CONNECTION
         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25j!Q==\r\n" VERSION END,
         400},
        {FIRST HOST UPGRADE CONNECTION KEY_LINE END, 426},
        {FIRST HOST UPGRADE CONNECTION KEY_LINE "Sec-WebSocket-Version: 8\r\n" END, 426},
        {FIRST HOST UPGRADE CONNECTION KEY_LINE VERSION VERSION END, 426},
        {FIRST HOST UPGRADE CONNECTION KEY_LINE VERSION "Content-Length: 1\r\n" END, 400},
        {FIRST HOST UPGRADE CONNECTION KEY_LINE VERSION "Transfer-Encoding: chunked\r\n" END, 400},
        {FIRST HOST UPGRADE CONNECTION KEY_LINE VERSION " folded\r\n" END, 400},
        {FIRST HOST UPGRADE CONNECTION KEY_LINE VERSION "no colon\r\n" END, 400},
        {FIRST HOST UPGRADE CONNECTION KEY_LINE VERSION ": no name\r\n" END, 400},
        {FIRST HOST UPGRADE CONNECTION KEY_LINE VERSION "Space : x\r\n" END, 400},
        {FIRST HOST UPGRADE CONNECTION KEY_LINE VERSION "X: \001\r\n" END, 400},
        {FIRST "Host: a\n" UPGRADE CONNECTION KEY_LINE VERSION END, 400},
        {"GET / HTTP/1.1\n\n", 400},
        {"\r\n\r\n", 400},
        {FIRST "\r\n", 400},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        NodeHandshake handshake;
        ck_assert_msg(read_request(cases[i].text, &handshake) == NODE_HANDSHAKE_BAD, "%zu: %s", i,
                      cases[i].text);
        ck_assert_msg(handshake.status == cases[i].status, "%zu: %u: %s", i, handshake.status,
                      cases[i].text);
        g_autofree char *answer = node_handshake_refusal(&handshake);
        g_autofree char *start = g_strdup_printf("HTTP/1.1 %u ", cases[i].status);
        ck_assert(g_str_has_prefix(answer, start));
        ck_assert_ptr_nonnull(strstr(answer, "\r\n\r\n"));
    }
}
END_TEST

/* A head of exactly that many bytes. */
static char *long_request(size_t n)
{
    static const char start[] = FIRST HOST UPGRADE CONNECTION KEY_LINE VERSION "X: ";
    static const char end[] = "\r\n\r\n";
    GString *text = g_string_new(start);
    while (text->len < n - strlen(end))
        g_string_append_c(text, 'x');
    g_string_append(text, end);
    return g_string_free(text, FALSE);
}

START_TEST(test_length_at_the_limit)
{
    NodeHandshake handshake;
    g_autofree char *longest = long_request(NODE_HANDSHAKE_BYTES_MAX);
    ck_assert_int_eq(read_request(longest, &handshake), NODE_HANDSHAKE_GOOD);
    g_autofree char *longer = long_request(NODE_HANDSHAKE_BYTES_MAX + 1);
    ck_assert_int_eq(node_handshake_read_request(longer, NODE_HANDSHAKE_BYTES_MAX - 1, &handshake),
                     NODE_HANDSHAKE_MORE);
    ck_assert_int_eq(node_handshake_read_request(longer, NODE_HANDSHAKE_BYTES_MAX, &handshake),
                     NODE_HANDSHAKE_BAD);
    ck_assert_uint_eq(handshake.status, 431);
}
END_TEST

START_TEST(test_lines_at_the_limit)
{
    NodeHandshake handshake;
    GString *text = g_string_new(FIRST HOST UPGRADE CONNECTION KEY_LINE VERSION);
    for (int i = 5; i < 100; i++)
        g_string_append(text, "X: y\r\n");
    g_autofree char *most = g_strconcat(text->str, END, NULL);
    ck_assert_int_eq(read_request(most, &handshake), NODE_HANDSHAKE_GOOD);
    g_autofree char *more = g_strconcat(text->str, "X: y\r\n" END, NULL);
    ck_assert_int_eq(read_request(more, &handshake), NODE_HANDSHAKE_BAD);
    g_string_free(text, TRUE);
}
END_TEST

/* What we ask we take, and what we answer. */
START_TEST(test_both_sides_agree)
{
    static const uint8_t random[16] = {1, 2, 3, 255};
    NodeHandshake asked;
    NodeHandshake answered;
    g_autofree char *key = node_handshake_key(random);
    g_autofree char *request = node_handshake_request("[::1]:4321", key);
    ck_assert_int_eq(read_request(request, &asked), NODE_HANDSHAKE_GOOD);
    g_autofree char *answer = node_handshake_answer(&asked);
    ck_assert_int_eq(node_handshake_read_answer(answer, strlen(answer), key, &answered),
                     NODE_HANDSHAKE_GOOD);
    ck_assert_uint_eq(answered.used, strlen(answer));
    ck_assert_int_eq(node_handshake_read_answer(answer, strlen(answer), KEY, &answered),
                     NODE_HANDSHAKE_BAD);
}
END_TEST

#define ANSWER "HTTP/1.1 101 Switching Protocols\r\n"
#define PROOF "Sec-WebSocket-Accept: " ACCEPT "\r\n"

START_TEST(test_bad_answers)
{
    static const char *const answers[] = {
        "HTTP/1.1 200 OK\r\n" UPGRADE CONNECTION PROOF END,
        "HTTP/1.0 101 Switching Protocols\r\n" UPGRADE CONNECTION PROOF END,
        "HTTP/1.1 1010 Switching\r\n" UPGRADE CONNECTION PROOF END,
        ANSWER CONNECTION PROOF END,
        ANSWER "Upgrade: h2c\r\n" CONNECTION PROOF END,
        ANSWER UPGRADE PROOF END,
        ANSWER UPGRADE CONNECTION END,
        ANSWER UPGRADE CONNECTION PROOF PROOF END,
        ANSWER UPGRADE CONNECTION "Sec-WebSocket-Accept: x\r\n" END,
        ANSWER UPGRADE CONNECTION PROOF "Sec-WebSocket-Extensions: x\r\n" END,
        ANSWER UPGRADE CONNECTION PROOF "Sec-WebSocket-Protocol: x\r\n" END,
        "garbage\r\n\r\n",
    };
    NodeHandshake handshake;
    static const char good[] = ANSWER UPGRADE CONNECTION PROOF END;
    ck_assert_int_eq(node_handshake_read_answer(good, strlen(good), KEY, &handshake),
                     NODE_HANDSHAKE_GOOD);
    for (size_t i = 0; i < G_N_ELEMENTS(answers); i++)
        ck_assert_msg(node_handshake_read_answer(answers[i], strlen(answers[i]), KEY, &handshake) ==
                          NODE_HANDSHAKE_BAD,
                      "%s", answers[i]);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        test_accept_value,     test_good_requests,       test_every_cut_waits_for_more,
        test_bad_requests,     test_length_at_the_limit, test_lines_at_the_limit,
        test_both_sides_agree, test_bad_answers,
    };
    return live_run("ws_handshake", tests, G_N_ELEMENTS(tests));
}
