/* SPDX-License-Identifier: Apache-2.0 */

/* Strangers at the port of a node: whatever they send, or do not send, they are cut off, and the
 * node goes on. */

#define _GNU_SOURCE /* prlimit() */
#include <sys/resource.h>
#include <sys/stat.h>

#include "tests/live_fixture.h"

/* The node answers, and has no session. */
static void end_idle(LiveNode *node)
{
    live_do(node, "{\"cmd\":\"wait\",\"sessions\":0}");
    live_end(node);
}

/* --- handshakes ------------------------------------------------------------------------------ */

START_TEST(test_bad_handshakes)
{
    static const struct {
        const char *request;
        const char *answer;
    } cases[] = {
        {"POST / HTTP/1.1\r\n\r\n", "HTTP/1.1 405 "},
        {"GET / HTTP/1.0\r\n\r\n", "HTTP/1.1 505 "},
        {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 426 "},
        {"\n\n", "HTTP/1.1 400 "},
    };
    LiveNode node;
    live_begin_with(&node, "--bnet-threads", "2");
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const int fd = live_connect(&node);
        live_send(fd, cases[i].request, strlen(cases[i].request));
        g_autoptr(GByteArray) answer = live_receive_all(fd);
        g_byte_array_append(answer, (const guint8 *)"", 1);
        ck_assert_msg(g_str_has_prefix((const char *)answer->data, cases[i].answer), "%s",
                      (const char *)answer->data);
        (void)close(fd);
    }
    end_idle(&node);
}
END_TEST

START_TEST(test_endless_handshake)
{
    LiveNode node;
    g_autofree char *text = g_strnfill(8192, 'x');
    live_begin_with(&node, "--bnet-threads", "1");
    const int fd = live_connect(&node);
    live_send(fd, text, 8192);
    g_autoptr(GByteArray) answer = live_receive_all(fd);
    ck_assert_uint_gt(answer->len, 12);
    ck_assert_int_eq(memcmp(answer->data, "HTTP/1.1 431", 12), 0);
    (void)close(fd);
    end_idle(&node);
}
END_TEST

/* Who says nothing, or not enough, is cut off by time. */
START_TEST(test_slow_handshakes)
{
    LiveNode node;
    live_begin_with(&node, "--handshake-timeout", "0.2");
    const int silent = live_connect(&node);
    const int slow = live_connect(&node);
    live_send(slow, "GET / HTTP/1.1\r\nHos", 19);
    for (int i = 0; i < 2; i++) {
        g_autoptr(GByteArray) answer = live_receive_all(i == 0 ? silent : slow);
        ck_assert_uint_eq(answer->len, 0);
    }
    live_close_all((const int[]){silent, slow}, 2);
    end_idle(&node);
}
END_TEST

/* Of more strangers than there may be the oldest goes at once; others get through. */
START_TEST(test_many_strangers)
{
    enum {
        STRANGERS = 5
    };
    LiveNode node;
    int fds[STRANGERS];
    live_begin_with(&node, "--max-sessions", "4", "--handshake-timeout", "600");
    for (int i = 0; i < STRANGERS; i++)
        fds[i] = live_connect(&node);
    g_autoptr(GByteArray) answer = live_receive_all(fds[0]);
    ck_assert_uint_eq(answer->len, 0);
    const int good = live_ws_connect(&node);
    (void)close(good);
    live_close_all(fds, STRANGERS);
    end_idle(&node);
}
END_TEST

/* --- frames ---------------------------------------------------------------------------------- */

START_TEST(test_bad_frames)
{
    static const struct {
        uint16_t code;
        const char *bytes;
        size_t n;
    } cases[] = {
#define CASE(code, text) {code, text, sizeof(text) - 1}
        CASE(1002, "\x82\x02hi"),                            /* not masked */
        CASE(1002, "\xc2\x80\0\0\0\0"),                      /* a reserved bit */
        CASE(1002, "\x80\x80\0\0\0\0"),                      /* continues nothing */
        CASE(1009, "\x82\xff\0\0\0\0\x01\0\0\x01\0\0\0\0x"), /* 16 MiB and a byte */
        CASE(1007, "\x82\x80\0\0\0\0"),                      /* an empty message */
        CASE(1007, "\x82\x81\0\0\0\0\x07"),                  /* an unknown message */
        CASE(1007, "\x82\x83\0\0\0\0\x02\x00\x00"),          /* bytes behind a message */
        CASE(1007, "\x82\x82\0\0\0\0\x03\x00"),              /* a null block */
        CASE(1007, "\x81\x82\0\0\0\0\x02\x00"),              /* a text */
        CASE(1000, "\x82\x82\0\0\0\0\x02\x00"),              /* a notice before hello */
#undef CASE
    };
    LiveNode node;
    live_begin_with(&node, "--bnet-threads", "2");
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const int fd = live_ws_connect(&node);
        live_send(fd, cases[i].bytes, cases[i].n);
        const uint16_t code = live_ws_close_code(fd);
        ck_assert_msg(code == cases[i].code, "%zu: %u", i, code);
        (void)close(fd);
    }
    end_idle(&node);
}
END_TEST

/* A ping of WebSocket is answered, a close, too, with the same code; then the node hangs up. */
START_TEST(test_ping_and_close)
{
    LiveNode node;
    uint8_t first;
    live_begin_with(&node, "--bnet-threads", "1");
    const int fd = live_ws_connect(&node);
    live_ws_send(fd, 0x89, "are you there", 13);
    g_autoptr(GByteArray) hello = live_ws_receive(fd, &first);
    ck_assert_uint_eq(first, 0x82);
    ck_assert_uint_eq(hello->data[0], 0);
    g_autoptr(GByteArray) pong = live_ws_receive(fd, &first);
    ck_assert_uint_eq(first, 0x8a);
    ck_assert_uint_eq(pong->len, 13);
    ck_assert_int_eq(memcmp(pong->data, "are you there", 13), 0);
    live_ws_send(fd, 0x88, "\x0f\xa0", 2);
    ck_assert_uint_eq(live_ws_close_code(fd), 4000);
    ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
    g_autoptr(GByteArray) rest = live_receive_all(fd);
    ck_assert_uint_eq(rest->len, 0);
    (void)close(fd);
    end_idle(&node);
}
END_TEST

/* Who does not answer a close is dropped all the same. */
START_TEST(test_unanswered_close)
{
    LiveNode node;
    live_begin_with(&node, "--close-timeout", "0.2");
    const int fd = live_ws_connect(&node);
    live_ws_send(fd, 0x82, "\x07", 1);
    ck_assert_uint_eq(live_ws_close_code(fd), 1007);
    g_autoptr(GByteArray) rest = live_receive_all(fd);
    ck_assert_uint_eq(rest->len, 0);
    (void)close(fd);
    end_idle(&node);
}
END_TEST

/* --- sessions -------------------------------------------------------------------------------- */

START_TEST(test_too_many_sessions)
{
    LiveNode node;
    live_begin_with(&node, "--max-sessions", "2");
    const int first = live_ws_connect(&node);
    const int second = live_ws_connect(&node);
    live_ws_hello(first, 1);
    live_ws_hello(second, 2);
    live_do(&node, "{\"cmd\":\"wait\",\"sessions\":2}");
    const int third = live_ws_connect(&node);
    ck_assert_uint_eq(live_ws_close_code(third), 1013);
    (void)close(first);
    live_do(&node, "{\"cmd\":\"wait\",\"sessions\":1}");
    const int fourth = live_ws_connect(&node);
    live_ws_hello(fourth, 4);
    live_do(&node, "{\"cmd\":\"wait\",\"sessions\":2}");
    live_close_all((const int[]){second, third, fourth}, 3);
    end_idle(&node);
}
END_TEST

/* A peer that has gone without a word, as behind a cut cable, is found by its silence. */
START_TEST(test_silent_session)
{
    LiveNode node;
    live_begin_with(&node, "--idle-timeout", "0.3", "--close-timeout", "0.2");
    const int fd = live_ws_connect(&node);
    live_ws_hello(fd, 1);
    live_do(&node, "{\"cmd\":\"subscribe\"}");
    struct json_object *closed = live_event(&node, "closed");
    ck_assert_str_eq(live_text(closed, "reason"), "dead");
    json_object_put(closed);
    ck_assert_uint_eq(live_ws_close_code(fd), 1000);
    (void)close(fd);
    end_idle(&node);
}
END_TEST

/* Two connections of one peer id: the newer is redundant. */
START_TEST(test_redundant_session)
{
    LiveNode node;
    live_begin_with(&node, "--bnet-threads", "2");
    const int first = live_ws_connect(&node);
    live_ws_hello(first, 1);
    live_do(&node, "{\"cmd\":\"wait\",\"sessions\":1}");
    const int second = live_ws_connect(&node);
    live_ws_hello(second, 1);
    ck_assert_uint_eq(live_ws_close_code(second), 1000);
    live_do(&node, "{\"cmd\":\"wait\",\"sessions\":1}");
    live_close_all((const int[]){first, second}, 2);
    end_idle(&node);
}
END_TEST

/* As deployed: a text is a message like any other. */
START_TEST(test_text_as_deployed)
{
    LiveNode node;
    live_begin_with(&node, "--profile", "eosio-1.7");
    const int fd = live_ws_connect(&node);
    live_ws_hello(fd, 1);
    live_do(&node, "{\"cmd\":\"wait\",\"sessions\":1}");
    live_ws_send(fd, 0x81, "\x02\x00", 2);
    live_ws_send(fd, 0x81, "\x07", 1);
    ck_assert_uint_eq(live_ws_close_code(fd), 1007);
    (void)close(fd);
    end_idle(&node);
}
END_TEST

/* As deployed (H12): of two messages in a frame the second is read with the next frame, and junk
 * behind a message closes when it is come to. */
START_TEST(test_one_behind_as_deployed)
{
    LiveNode node;
    live_begin_with(&node, "--profile", "eosio-1.7");
    live_do(&node, "{\"cmd\":\"subscribe\"}");
    const int fd = live_ws_connect(&node);
    live_ws_hello(fd, 1);
    live_ws_send(fd, 0x82, "\x02\x00\x02\x00\x07", 5); /* two notices, junk */
    static const char *const messages[] = {"hello", "block_notice", "block_notice"};
    for (size_t i = 0; i < G_N_ELEMENTS(messages); i++) {
        struct json_object *event = live_event(&node, "received");
        ck_assert_str_eq(live_text(event, "message"), messages[i]);
        json_object_put(event);
        if (i > 0)
            live_ws_send(fd, 0x82, "", 0);
    }
    ck_assert_uint_eq(live_ws_close_code(fd), 1007);
    (void)close(fd);
    end_idle(&node);
}
END_TEST

/* A ping of WebSocket, and its pong, after whatever comes before. */
static void send_ping(int fd)
{
    live_ws_send(fd, 0x89, "x", 1);
}

static void await_pong(int fd)
{
    for (;;) {
        uint8_t first;
        GByteArray *payload = live_ws_receive(fd, &first);
        g_clear_pointer(&payload, g_byte_array_unref);
        if (first == 0x8a)
            return;
    }
}

/* As deployed (H13): while a malformed peer does not answer its close, the network thread that it
 * is on does nothing, and the other one goes on. The first and the third connection share a thread.
 */
START_TEST(test_frozen_thread_as_deployed)
{
    for (int answers = 0; answers < 2; answers++) {
        LiveNode node;
        int fds[3];
        uint8_t byte;
        live_begin_with(&node, "--profile", "eosio-1.7", "--bnet-threads", "2");
        for (int i = 0; i < 3; i++) {
            fds[i] = live_ws_connect(&node);
            live_ws_hello(fds[i], (uint8_t)(i + 1));
            live_do(&node, "{\"cmd\":\"wait\",\"sessions\":%d}", i + 1);
            send_ping(fds[i]);
            await_pong(fds[i]);
        }
        live_ws_send(fds[0], 0x82, "\x07", 1);
        ck_assert_uint_eq(live_ws_close_code(fds[0]), 1007);
        while (recv(fds[2], &byte, 1, MSG_DONTWAIT) == 1)
            continue;
        send_ping(fds[2]);
        for (int i = 0; i < 100; i++) {
            send_ping(fds[1]);
            await_pong(fds[1]);
        }
        ck_assert_int_lt(recv(fds[2], &byte, 1, MSG_DONTWAIT), 0);
        if (answers) {
            live_ws_send(fds[0], 0x88, "\x03\xef", 2);
            ck_assert_int_eq(shutdown(fds[0], SHUT_WR), 0);
            await_pong(fds[2]);
        }
        live_do(&node, "{\"cmd\":\"wait\",\"sessions\":2}");
        live_close_all(fds, answers ? 3 : 0);
        live_end(&node); /* it ends all the same */
        live_close_all(fds, answers ? 0 : 3);
    }
}
END_TEST

/* --- descriptors ----------------------------------------------------------------------------- */

/* The process has no descriptor left to accept with; when it has, it goes on. */
START_TEST(test_no_descriptors_left)
{
    enum {
        CLIENTS = 40
    };
    LiveNode node;
    int fds[CLIENTS];
    struct rlimit limit;
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    live_begin_with(&node, "--handshake-timeout", "600", "--max-sessions", "100");
    live_do(&node, "{\"cmd\":\"subscribe\"}");
    limit.rlim_cur = 30;
    ck_assert_int_eq(prlimit(node.pid, RLIMIT_NOFILE, &limit, NULL), 0);
    for (int i = 0; i < CLIENTS; i++)
        fds[i] = live_connect(&node);
    struct json_object *trouble = live_event(&node, "trouble");
    ck_assert_ptr_nonnull(strstr(live_text(trouble, "why"), "cannot accept"));
    json_object_put(trouble);
    live_close_all(fds, CLIENTS);
    const int good = live_ws_connect(&node);
    (void)close(good);
    end_idle(&node);
}
END_TEST

/* Bytes of the file of reversible blocks. */
static off_t reversible_bytes(const char *folder)
{
    struct stat status;
    g_autofree char *path = g_build_filename(folder, "reversible.log", NULL);
    ck_assert_int_eq(stat(path, &status), 0);
    return status.st_size;
}

/* Nor does a chain on disk need one that it has not: the file of reversible blocks, which is
 * written anew when 1024 of them are none any more, grows on until it can be. */
START_TEST(test_no_descriptors_for_the_chain)
{
    enum {
        CLIENTS = 40
    };
    LiveNode node;
    int fds[CLIENTS];
    char *folder = live_folder();
    struct rlimit limit;
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    live_begin_with(&node, LIVE_PRODUCER, "--data-dir", folder, "--handshake-timeout", "600",
                    "--max-sessions", "100");
    live_do(&node, "{\"cmd\":\"subscribe\"}");
    limit.rlim_cur = 30;
    ck_assert_int_eq(prlimit(node.pid, RLIMIT_NOFILE, &limit, NULL), 0);
    for (int i = 0; i < CLIENTS; i++)
        fds[i] = live_connect(&node);
    json_object_put(live_event(&node, "trouble"));
    live_do(&node, "{\"cmd\":\"produce\",\"count\":1500,\"slots\":\"next\"}");
    ck_assert_int_gt(reversible_bytes(folder), 1500 * 184);
    live_close_all(fds, CLIENTS);
    (void)close(live_ws_connect(&node));
    live_do(&node, "{\"cmd\":\"produce\",\"count\":10,\"slots\":\"next\"}");
    ck_assert_int_lt(reversible_bytes(folder), 20 * 200);
    live_end(&node);
    live_begin_with(&node, "--data-dir", folder);
    ck_assert_int_eq(live_head(&node), 1511);
    live_end(&node);
    live_remove(folder);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        test_bad_handshakes,
        test_endless_handshake,
        test_slow_handshakes,
        test_many_strangers,
        test_bad_frames,
        test_ping_and_close,
        test_unanswered_close,
        test_too_many_sessions,
        test_silent_session,
        test_redundant_session,
        test_text_as_deployed,
        test_no_descriptors_left,
        test_no_descriptors_for_the_chain,
        test_frozen_thread_as_deployed,
        test_one_behind_as_deployed,
    };
    return live_run("live_transport", tests, G_N_ELEMENTS(tests));
}
