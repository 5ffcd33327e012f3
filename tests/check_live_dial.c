/* SPDX-License-Identifier: Apache-2.0 */

/* Dialling: names and addresses of both kinds, peers that are not there or are something else. */

#include "tests/live_fixture.h"

/* A node that dials one peer, and what became of the first try: the reason. The next is planned
 * 10 to 15 s later. (transfer full) */
static char *first_failure(const char *peer)
{
    LiveNode node;
    live_begin_with(&node, "--handshake-timeout", "0.2", "--connect-timeout", "0.2");
    live_do(&node, "{\"cmd\":\"subscribe\"}");
    live_do(&node, "{\"cmd\":\"connect\",\"peer\":\"%s\"}", peer);
    struct json_object *event = live_event(&node, "undialled");
    ck_assert_str_eq(live_text(event, "peer"), peer);
    ck_assert_int_ge(live_number(event, "again_ns"), INT64_C(10000000000));
    ck_assert_int_le(live_number(event, "again_ns"), INT64_C(15000000000));
    char *why = g_strdup(live_text(event, "why"));
    json_object_put(event);
    live_end(&node);
    return why;
}

static void expect_failure(const char *peer, const char *part)
{
    g_autofree char *why = first_failure(peer);
    ck_assert_msg(strstr(why, part) != NULL, "%s", why);
}

/* A socket that listens on the loopback; its address as text. */
static int listen_here(char **ret_peer)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t n = sizeof address;
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ck_assert_int_eq(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
    ck_assert_int_eq(listen(fd, 8), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &n), 0);
    *ret_peer = g_strdup_printf("127.0.0.1:%u", ntohs(address.sin_port));
    return fd;
}

START_TEST(test_nobody_listens)
{
    g_autofree char *peer = NULL;
    const int fd = listen_here(&peer);
    (void)close(fd); /* nobody else gets the port soon */
    expect_failure(peer, "Connection refused");
}
END_TEST

START_TEST(test_no_such_host)
{
    expect_failure("no-such-host.invalid:1", "cannot resolve no-such-host.invalid");
}
END_TEST

START_TEST(test_silent_server)
{
    g_autofree char *peer = NULL;
    const int fd = listen_here(&peer);
    expect_failure(peer, "the handshake took too long");
    (void)close(fd);
}
END_TEST

/* A server of something else, which answers at once or hangs up. */
START_TEST(test_other_servers)
{
    static const char *const answers[][2] = {
        {"HTTP/1.1 404 Not Found\r\n\r\n", "the answer is not HTTP/1.1 101"},
        {"SSH-2.0-x\r\n\r\n", "the answer is not HTTP/1.1 101"},
        {"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
         "does not belong to our key"},
        {"", "hung up in the handshake"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(answers); i++) {
        LiveNode node;
        char request[4096];
        g_autofree char *peer = NULL;
        const int listener = listen_here(&peer);
        live_begin_with(&node, "--bnet-threads", "2");
        live_do(&node, "{\"cmd\":\"subscribe\"}");
        live_do(&node, "{\"cmd\":\"connect\",\"peer\":\"%s\"}", peer);
        ck_assert(live_readable(listener));
        const int fd = accept(listener, NULL, NULL);
        ck_assert_int_gt(recv(fd, request, sizeof request, 0), 0);
        ck_assert_int_eq(memcmp(request, "GET / HTTP/1.1\r\nHost: 127.0.0.1:", 31), 0);
        live_send(fd, answers[i][0], strlen(answers[i][0]));
        ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
        struct json_object *event = live_event(&node, "undialled");
        ck_assert_msg(strstr(live_text(event, "why"), answers[i][1]) != NULL, "%s",
                      live_text(event, "why"));
        json_object_put(event);
        live_close_all((const int[]){fd, listener}, 2);
        live_end(&node);
    }
}
END_TEST

/* By name: all of its addresses are tried until one answers. */
START_TEST(test_host_name)
{
    LiveNode nodes[2];
    live_begin_with(&nodes[0], "--bnet-threads", "1");
    g_autofree char *peer = g_strdup_printf("localhost:%u", nodes[0].port);
    live_begin_with(&nodes[1], "--bnet-connect", peer);
    live_do(&nodes[1], "{\"cmd\":\"wait\",\"sessions\":1}");
    live_end(&nodes[0]);
    live_end(&nodes[1]);
}
END_TEST

static bool has_ipv6(void)
{
    struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    const int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool is_bound =
        fd >= 0 && bind(fd, (const struct sockaddr *)&address, sizeof address) == 0;
    if (fd >= 0)
        (void)close(fd);
    return is_bound;
}

/* A machine without IPv6 has nothing to test. */
START_TEST(test_ipv6)
{
    LiveNode nodes[3];
    if (!has_ipv6())
        return;
    live_begin_with(&nodes[0], "--bnet-endpoint", "[::]:0");
    g_autofree char *six = g_strdup_printf("[::1]:%u", nodes[0].port);
    live_begin_with(&nodes[1], "--bnet-connect", six);
    live_begin_with(&nodes[2], "--bnet-connect", nodes[0].peer);
    live_do(&nodes[0], "{\"cmd\":\"wait\",\"sessions\":2}");
    struct json_object *list = live_ask(&nodes[1], "{\"cmd\":\"sessions\"}");
    struct json_object *session = json_object_array_get_idx(live_get(list, "sessions"), 0);
    ck_assert_str_eq(live_text(session, "remote"), six);
    json_object_put(list);
    for (int i = 0; i < 3; i++)
        live_end(&nodes[i]);
}
END_TEST

/* A node that dials itself finds out by its own hello. */
START_TEST(test_self)
{
    LiveNode node;
    live_begin_with(&node, "--bnet-threads", "2");
    live_do(&node, "{\"cmd\":\"subscribe\"}");
    live_do(&node, "{\"cmd\":\"connect\",\"peer\":\"%s\"}", node.peer);
    struct json_object *event = live_event(&node, "closed");
    ck_assert_str_eq(live_text(event, "reason"), "self");
    json_object_put(event);
    live_end(&node);
}
END_TEST

/* Two nodes that dial each other keep one connection, and it is the same on both sides. */
START_TEST(test_each_other)
{
    for (int i = 0; i < 5; i++) {
        LiveNode nodes[2];
        live_begin_with(&nodes[0], LIVE_PRODUCER);
        live_begin_with(&nodes[1], "--bnet-threads", "2");
        live_do(&nodes[0], "{\"cmd\":\"subscribe\"}");
        live_do(&nodes[1], "{\"cmd\":\"subscribe\"}");
        live_do(&nodes[0], "{\"cmd\":\"connect\",\"peer\":\"%s\"}", nodes[1].peer);
        live_do(&nodes[1], "{\"cmd\":\"connect\",\"peer\":\"%s\"}", nodes[0].peer);
        /* Each side has had two sessions, and has lost one: by its own word or the other's. */
        json_object_put(live_event(&nodes[0], "closed"));
        json_object_put(live_event(&nodes[1], "closed"));
        live_do(&nodes[0], "{\"cmd\":\"wait\",\"sessions\":1}");
        live_do(&nodes[1], "{\"cmd\":\"wait\",\"sessions\":1}");
        live_do(&nodes[0], "{\"cmd\":\"produce\",\"slots\":\"next\"}");
        live_do(&nodes[1], "{\"cmd\":\"wait\",\"head\":2}");
        live_end(&nodes[0]);
        live_end(&nodes[1]);
    }
}
END_TEST

/* A node of another chain. */
START_TEST(test_other_chain)
{
    LiveNode nodes[2];
    g_autofree char *genesis = NULL;
    const int fd = g_file_open_tmp("bnetlab-genesis-XXXXXX", &genesis, NULL);
    static const char text[] =
        "{\"initial_timestamp\": \"2026-01-01T00:00:00\","
        "\"initial_key\": \"EOS6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CV\","
        "\"initial_configuration\": {\"max_block_net_usage\": 1048576,"
        "\"target_block_net_usage_pct\": 1000, \"max_transaction_net_usage\": 524288,"
        "\"base_per_transaction_net_usage\": 12, \"net_usage_leeway\": 500,"
        "\"context_free_discount_net_usage_num\": 20,"
        "\"context_free_discount_net_usage_den\": 100, \"max_block_cpu_usage\": 200000,"
        "\"target_block_cpu_usage_pct\": 1000, \"max_transaction_cpu_usage\": 150000,"
        "\"min_transaction_cpu_usage\": 100, \"max_transaction_lifetime\": 3600,"
        "\"deferred_trx_expiration_window\": 600, \"max_transaction_delay\": 3888000,"
        "\"max_inline_action_size\": 4096, \"max_inline_action_depth\": 4,"
        "\"max_authority_depth\": 6}}";
    ck_assert_int_eq(write(fd, text, sizeof text - 1), (ssize_t)sizeof text - 1);
    (void)close(fd);
    live_begin_with(&nodes[0], LIVE_PRODUCER);
    live_begin_with(&nodes[1], "--genesis-json", genesis);
    live_do(&nodes[1], "{\"cmd\":\"subscribe\"}");
    live_do(&nodes[1], "{\"cmd\":\"connect\",\"peer\":\"%s\"}", nodes[0].peer);
    struct json_object *event = live_event(&nodes[1], "closed");
    const char *reason = live_text(event, "reason"); /* whoever was first */
    ck_assert(strcmp(reason, "wrong-chain") == 0 || strcmp(reason, "lost") == 0);
    json_object_put(event);
    (void)g_unlink(genesis);
    live_end(&nodes[0]);
    live_end(&nodes[1]);
}
END_TEST

/* A port that another has, and an address that is none of this machine's. */
START_TEST(test_cannot_listen)
{
    LiveNode node;
    LiveNode second;
    live_begin_with(&node, "--bnet-threads", "1");
    const char *const endpoints[] = {node.peer, "192.0.2.1:0", "no-such-host.invalid:1"};
    for (size_t i = 0; i < G_N_ELEMENTS(endpoints); i++) {
        const char *const arguments[] = {"--bnet-endpoint", endpoints[i], NULL};
        live_spawn(&second, arguments);
        ck_assert_int_eq(live_wait(&second), 2);
    }
    live_end(&node);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        test_nobody_listens, test_no_such_host,  test_silent_server, test_other_servers,
        test_host_name,      test_ipv6,          test_self,          test_each_other,
        test_other_chain,    test_cannot_listen,
    };
    return live_run("live_dial", tests, G_N_ELEMENTS(tests));
}
