/* SPDX-License-Identifier: Apache-2.0 */

/* A network thread with a chain of ours: when it reads, when it has written, what it tells and what
 * it does not. */

#include <sys/resource.h>

#include "core/base.h"
#include "node/io_thread.h"
#include "node/websocket.h"
#include "tests/live_fixture.h"

typedef struct Bench {
    NodeMailbox chain;
    NodeIoThread *thread;
    GPtrArray *taken; /* of NodeInput that were not looked at */
    GPtrArray *fresh;
} Bench;

static void free_input(gpointer input)
{
    node_input_free(input);
}

static void begin(Bench *bench)
{
    const NodeLimits limits = {
        .handshake_ns = 60 * BNET_NS_PER_S,
        .close_ns = 60 * BNET_NS_PER_S,
        .connect_ns = 60 * BNET_NS_PER_S,
        .strangers = 8,
        .message_max = BNET_WIRE_MESSAGE_BYTES_MAX,
    };
    node_mailbox_init(&bench->chain);
    bench->thread = node_io_thread_start(&limits, &bench->chain);
    bench->taken = g_ptr_array_new();
    bench->fresh = g_ptr_array_new();
}

static void end(Bench *bench)
{
    node_io_thread_post(bench->thread, node_order_new(NODE_ORDER_QUIT, 0));
    node_io_thread_join(bench->thread);
    node_mailbox_finish(&bench->chain, free_input);
    g_ptr_array_set_free_func(bench->taken, free_input);
    g_ptr_array_unref(bench->taken);
    g_ptr_array_unref(bench->fresh);
}

/* The next thing that the thread tells. (transfer full) */
static NodeInput *next(Bench *bench)
{
    while (bench->taken->len == 0) {
        ck_assert_msg(live_readable(node_mailbox_fd(&bench->chain)), "the thread says nothing");
        node_mailbox_take(&bench->chain, &bench->fresh);
        for (guint i = 0; i < bench->fresh->len; i++)
            g_ptr_array_add(bench->taken, g_ptr_array_index(bench->fresh, i));
        g_ptr_array_set_size(bench->fresh, 0);
    }
    return g_ptr_array_steal_index(bench->taken, 0);
}

static void expect(Bench *bench, NodeInputKind kind, NodeConnectionId connection)
{
    NodeInput *input = next(bench);
    ck_assert_int_eq(input->kind, kind);
    ck_assert_uint_eq(input->connection, connection);
    node_input_free(input);
}

static void order(Bench *bench, NodeOrderKind kind, NodeConnectionId connection)
{
    node_io_thread_post(bench->thread, node_order_new(kind, connection));
}

static void send_bytes(Bench *bench, NodeConnectionId connection, gsize n)
{
    NodeOrder *sending = node_order_new(NODE_ORDER_SEND, connection);
    sending->bytes = g_bytes_new_take(g_malloc0(n), n);
    node_io_thread_post(bench->thread, sending);
}

/* A client, its handshake through. */
static int connect_client(Bench *bench, NodeConnectionId connection)
{
    int fds[2];
    const struct timeval limit = {.tv_sec = LIVE_LIMIT_S};
    NodeOrder *adopt = node_order_new(NODE_ORDER_ADOPT, connection);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    ck_assert_int_eq(fcntl(fds[0], F_SETFL, O_NONBLOCK), 0);
    ck_assert_int_eq(setsockopt(fds[1], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit), 0);
    adopt->fd = fds[0];
    node_io_thread_post(bench->thread, adopt);
    live_send(fds[1], LIVE_WS_REQUEST, strlen(LIVE_WS_REQUEST));
    g_autoptr(GString) answer = g_string_new(NULL);
    while (!g_str_has_suffix(answer->str, "\r\n\r\n")) {
        char c;
        live_receive(fds[1], &c, 1);
        g_string_append_c(answer, c);
    }
    expect(bench, NODE_INPUT_OPENED, connection);
    return fds[1];
}

/* The thread has looked at all its sockets since, and told of it: a new connection is through. */
static void see_that_nothing_came(Bench *bench, NodeConnectionId fresh)
{
    const int fd = connect_client(bench, fresh); /* which expects nothing else to come before */
    (void)close(fd);
    order(bench, NODE_ORDER_READ, fresh);
    expect(bench, NODE_INPUT_LOST, fresh);
}

/* One message a READ, however many there are. */
/* It begins to run when it may, and others may have taken all descriptors by then: here there are
 * just those that it and the bench are made with. It comes first, for what GLib makes once. */
START_TEST(test_no_descriptor_left)
{
    enum {
        NEEDED = 3 /* two mailboxes, and the thread's main context */
    };
    Bench bench;
    int fds[NEEDED];
    struct rlimit before;
    for (int i = 0; i < NEEDED; i++)
        fds[i] = dup(STDERR_FILENO);
    live_close_all(fds, NEEDED);
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
    struct rlimit least = before;
    least.rlim_cur = (rlim_t)fds[NEEDED - 1] + 1;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &least), 0);
    begin(&bench);
    ck_assert_int_eq(dup(STDERR_FILENO), -1);
    ck_assert_int_eq(errno, EMFILE);
    end(&bench);
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
}
END_TEST

START_TEST(test_reading_is_paused)
{
    /* Notices of 600 blocks: longer than what is read ahead, so that the socket stays readable. */
    static const uint8_t notice[3 + 600 * 32] = {2, 0xd8, 4};
    Bench bench;
    begin(&bench);
    const int fd = connect_client(&bench, 1);
    for (int i = 0; i < 3; i++)
        live_ws_send(fd, 0x82, notice, sizeof notice);
    see_that_nothing_came(&bench, 11);
    order(&bench, NODE_ORDER_READ, 1);
    expect(&bench, NODE_INPUT_MESSAGE, 1);
    see_that_nothing_came(&bench, 13);
    order(&bench, NODE_ORDER_READ, 1);
    expect(&bench, NODE_INPUT_MESSAGE, 1);
    order(&bench, NODE_ORDER_READ, 1);
    expect(&bench, NODE_INPUT_MESSAGE, 1);
    see_that_nothing_came(&bench, 15);
    (void)close(fd);
    end(&bench);
}
END_TEST

/* A message is written when all of it is in the socket's buffer, not before; once. */
START_TEST(test_write_is_complete)
{
    enum {
        BYTES = 8 * 1024 * 1024,
        HEADER = 10
    };
    Bench bench;
    begin(&bench);
    const int fd = connect_client(&bench, 1);
    g_autofree uint8_t *bytes = g_malloc(BYTES + HEADER);
    send_bytes(&bench, 1, BYTES);
    see_that_nothing_came(&bench, 11);
    live_receive(fd, bytes, BYTES / 2);
    see_that_nothing_came(&bench, 13);
    live_receive(fd, bytes, BYTES / 2 + HEADER);
    expect(&bench, NODE_INPUT_WRITTEN, 1);
    send_bytes(&bench, 1, 1);
    expect(&bench, NODE_INPUT_WRITTEN, 1);
    see_that_nothing_came(&bench, 15);
    (void)close(fd);
    end(&bench);
}
END_TEST

/* The end of a connection is told once, even while nothing is to be read. */
START_TEST(test_lost_is_told_once)
{
    Bench bench;
    begin(&bench);
    const int fd = connect_client(&bench, 1);
    (void)close(fd);
    expect(&bench, NODE_INPUT_LOST, 1);
    order(&bench, NODE_ORDER_READ, 1);
    send_bytes(&bench, 1, 1);
    order(&bench, NODE_ORDER_CLOSE, 1);
    see_that_nothing_came(&bench, 11);
    end(&bench);
}
END_TEST

/* Who is closed by the chain is not told of any more, whatever it still sends. */
START_TEST(test_closed_by_the_chain)
{
    Bench bench;
    begin(&bench);
    const int fd = connect_client(&bench, 1);
    NodeOrder *closing = node_order_new(NODE_ORDER_CLOSE, 1);
    order(&bench, NODE_ORDER_READ, 1);
    closing->code = NODE_CLOSE_NORMAL;
    closing->text = g_strdup("redundant");
    node_io_thread_post(bench.thread, closing);
    ck_assert_uint_eq(live_ws_close_code(fd), 1000);
    live_ws_send(fd, 0x82, "\x02\x00", 2);
    live_ws_send(fd, 0x88, "\x03\xe8", 2);
    see_that_nothing_came(&bench, 11);
    ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
    g_autoptr(GByteArray) rest = live_receive_all(fd);
    ck_assert_uint_eq(rest->len, 0);
    (void)close(fd);
    see_that_nothing_came(&bench, 13);
    end(&bench);
}
END_TEST

/* At the end all are told that it goes away, and those in their handshake are dropped. */
START_TEST(test_end)
{
    Bench bench;
    int fds[2];
    begin(&bench);
    const int open = connect_client(&bench, 1);
    NodeOrder *adopt = node_order_new(NODE_ORDER_ADOPT, 3);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    ck_assert_int_eq(fcntl(fds[0], F_SETFL, O_NONBLOCK), 0);
    adopt->fd = fds[0];
    node_io_thread_post(bench.thread, adopt);
    order(&bench, NODE_ORDER_QUIT, 0);
    ck_assert_uint_eq(live_ws_close_code(open), 1001);
    g_autoptr(GByteArray) rest = live_receive_all(fds[1]);
    ck_assert_uint_eq(rest->len, 0);
    live_ws_send(open, 0x88, "\x03\xe9", 2);
    live_close_all((const int[]){open, fds[1]}, 2);
    end(&bench);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {test_no_descriptor_left,  test_reading_is_paused,
                                  test_write_is_complete,   test_lost_is_told_once,
                                  test_closed_by_the_chain, test_end};
    return live_run("io_thread", tests, G_N_ELEMENTS(tests));
}
