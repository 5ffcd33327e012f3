/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_TESTS_LIVE_FIXTURE_H
#define BNETLAB_TESTS_LIVE_FIXTURE_H

/*
 * Nodes as processes, spoken to by control lines, for tests over real sockets of the loopback.
 *
 * Ports are the kernel's choice. Nothing sleeps: whoever waits, waits for an answer or for bytes,
 * and fails the test after LIVE_LIMIT_S.
 */

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <check.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <json.h>

#include "core/wire_message.h"
#include "tests/run_suite.h"

#define LIVE_LIMIT_S 60
#define LIVE_ARGUMENTS_MAX 40

/* Of the default genesis state. */
#define LIVE_CHAIN_ID "cf057bbfb72640471fd910bcb67639c22df9f92470936cddc1ade0e2f2e7dc4f"

/* The development key, which is the one of the default genesis state, and the producer's. */
#define LIVE_KEY "5KQwrPbwdL6PhXujxW37FSSQZ1JiwsST4cqQzDeyXtP79zkvFD3"
#define LIVE_PRODUCER "--producer", "eosio", "--private-key", LIVE_KEY, "--produce-on-command"

typedef struct LiveNode {
    pid_t pid;
    int in;
    int out;
    GString *unread; /* lines of the node that were not looked at */
    uint16_t port;
    char *peer; /* "127.0.0.1:port" */
} LiveNode;

/* --- lines ----------------------------------------------------------------------------------- */

/* False: the descriptor is not readable within the limit. */
static inline bool live_readable(int fd)
{
    struct pollfd wanted = {.fd = fd, .events = POLLIN};
    int n;
    do
        n = poll(&wanted, 1, LIVE_LIMIT_S * 1000);
    while (n < 0 && errno == EINTR);
    return n == 1;
}

/* The next line of the node's output. (transfer full) NULL: it has ended. */
static inline char *live_line(LiveNode *node)
{
    for (;;) {
        char *end = strchr(node->unread->str, '\n');
        if (end) {
            char *line = g_strndup(node->unread->str, (gsize)(end - node->unread->str));
            g_string_erase(node->unread, 0, end - node->unread->str + 1);
            return line;
        }
        char bytes[4096];
        ck_assert_msg(live_readable(node->out), "the node says nothing");
        const ssize_t n = read(node->out, bytes, sizeof bytes);
        if (n <= 0)
            return NULL;
        g_string_append_len(node->unread, bytes, n);
    }
}

static inline void live_say(const LiveNode *node, const char *line)
{
    const size_t n = strlen(line);
    ck_assert_int_eq(write(node->in, line, n), (ssize_t)n);
    ck_assert_int_eq(write(node->in, "\n", 1), 1);
}

/* --- values ---------------------------------------------------------------------------------- */

/* A member by its path, as "head.number"; NULL: there is none. (transfer none) */
static inline struct json_object *live_get(struct json_object *object, const char *path)
{
    g_auto(GStrv) keys = g_strsplit(path, ".", -1);
    for (char **key = keys; *key && object; key++)
        if (!json_object_object_get_ex(object, *key, &object))
            return NULL;
    return object;
}

static inline int64_t live_number(struct json_object *object, const char *path)
{
    struct json_object *value = live_get(object, path);
    ck_assert_msg(json_object_is_type(value, json_type_int), "no number %s in %s", path,
                  json_object_to_json_string(object));
    return json_object_get_int64(value);
}

static inline const char *live_text(struct json_object *object, const char *path)
{
    struct json_object *value = live_get(object, path);
    ck_assert_msg(json_object_is_type(value, json_type_string), "no text %s in %s", path,
                  json_object_to_json_string(object));
    return json_object_get_string(value);
}

/* --- commands -------------------------------------------------------------------------------- */

/* The next line that is an answer, or an event if `event`. (transfer full) */
static inline struct json_object *live_next(LiveNode *node)
{
    g_autofree char *line = live_line(node);
    ck_assert_msg(line != NULL, "the node has ended");
    struct json_object *object = json_tokener_parse(line);
    ck_assert_msg(json_object_is_type(object, json_type_object), "no JSON: %s", line);
    return object;
}

/* Answers come in the order of the commands, but for "wait"; events may come between them. */
static inline struct json_object *live_answer(LiveNode *node)
{
    for (;;) {
        struct json_object *object = live_next(node);
        if (live_get(object, "ok"))
            return object;
        json_object_put(object);
    }
}

/* A command and its answer, good or bad. (transfer full) */
static inline struct json_object *live_try(LiveNode *node, const char *command)
{
    live_say(node, command);
    return live_answer(node);
}

/* A command that succeeds. (transfer full) */
static inline struct json_object *live_ask(LiveNode *node, const char *format, ...)
    G_GNUC_PRINTF(2, 3);

static inline struct json_object *live_ask(LiveNode *node, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *command = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    struct json_object *answer = live_try(node, command);
    ck_assert_msg(json_object_get_boolean(live_get(answer, "ok")), "%s: %s", command,
                  json_object_to_json_string(answer));
    return answer;
}

/* The same, whose answer does not matter. */
#define live_do(...) (void)json_object_put(live_ask(__VA_ARGS__))

/* The next event of that kind. (transfer full) */
static inline struct json_object *live_event(LiveNode *node, const char *what)
{
    for (;;) {
        struct json_object *object = live_next(node);
        struct json_object *kind = live_get(object, "what");
        if (kind && strcmp(json_object_get_string(kind), what) == 0)
            return object;
        json_object_put(object);
    }
}

static inline int64_t live_head(LiveNode *node)
{
    struct json_object *status = live_ask(node, "{\"cmd\":\"status\"}");
    const int64_t head = live_number(status, "head.number");
    json_object_put(status);
    return head;
}

/* --- processes ------------------------------------------------------------------------------- */

static inline void live_close_all(const int *fds, int n)
{
    for (int i = 0; i < n; i++)
        (void)close(fds[i]);
}

static inline void live_exec(const char *const *arguments, int in, int out)
{
    const char *all[LIVE_ARGUMENTS_MAX + 1] = {getenv("BNETLAB"), "node"};
    int n = 2;
    for (; arguments[n - 2]; n++) {
        ck_assert_int_lt(n, LIVE_ARGUMENTS_MAX);
        all[n] = arguments[n - 2];
    }
    (void)dup2(in, STDIN_FILENO);
    (void)dup2(out, STDOUT_FILENO);
    execv(all[0], (char *const *)(gconstpointer)all);
    _exit(127);
}

/* Starts `bnetlab node` with exactly these arguments, the last NULL. */
static inline void live_spawn(LiveNode *node, const char *const *arguments)
{
    int fds[4];
    ck_assert_ptr_nonnull(getenv("BNETLAB"));
    (void)signal(SIGPIPE, SIG_IGN);
    ck_assert_int_eq(pipe(fds), 0);
    ck_assert_int_eq(pipe(fds + 2), 0);
    for (int i = 0; i < 4; i++) /* the next node shall not keep this one's input open */
        ck_assert_int_eq(fcntl(fds[i], F_SETFD, FD_CLOEXEC), 0);
    node->pid = fork();
    ck_assert_int_ge(node->pid, 0);
    if (node->pid == 0)
        live_exec(arguments, fds[0], fds[3]);
    live_close_all((const int[]){fds[0], fds[3]}, 2);
    node->in = fds[1];
    node->out = fds[2];
    node->unread = g_string_new(NULL);
    node->peer = NULL;
}

/* Starts a node that listens on a port of the loopback, with these arguments besides. */
static inline void live_begin(LiveNode *node, const char *const *more)
{
    const char *arguments[LIVE_ARGUMENTS_MAX] = {"--control", "-", "--quiet", "--bnet-endpoint",
                                                 "127.0.0.1:0"};
    int n = 5;
    for (int i = 0; more[i]; i++) {
        ck_assert_int_lt(n, LIVE_ARGUMENTS_MAX - 1);
        arguments[n++] = more[i];
    }
    live_spawn(node, arguments);
    struct json_object *status = live_ask(node, "{\"cmd\":\"status\"}");
    node->port = (uint16_t)live_number(status, "port");
    node->peer = g_strdup_printf("127.0.0.1:%u", node->port);
    json_object_put(status);
}

#define live_begin_with(node, ...) live_begin(node, (const char *const[]){__VA_ARGS__, NULL})

/* Exit status; 128 + n: it was ended by signal n. */
static inline int live_wait(LiveNode *node)
{
    int status = 0;
    pid_t ended;
    do
        ended = waitpid(node->pid, &status, 0);
    while (ended < 0 && errno == EINTR);
    ck_assert_int_eq(ended, node->pid);
    live_close_all((const int[]){node->in, node->out}, 2);
    g_string_free(node->unread, TRUE);
    g_free(node->peer);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Asks it to end, and it does. */
static inline void live_end(LiveNode *node)
{
    live_do(node, "{\"cmd\":\"quit\"}");
    ck_assert_int_eq(live_wait(node), 0);
}

static inline void live_kill(LiveNode *node)
{
    ck_assert_int_eq(kill(node->pid, SIGKILL), 0);
    ck_assert_int_eq(live_wait(node), 128 + SIGKILL);
}

/* --- folders --------------------------------------------------------------------------------- */

/* (transfer full) */
static inline char *live_folder(void)
{
    char *folder = g_dir_make_tmp("bnetlab-live-XXXXXX", NULL);
    ck_assert_ptr_nonnull(folder);
    return folder;
}

/* Removes a folder of files, and frees its name. */
static inline void live_remove(char *folder)
{
    GDir *dir = g_dir_open(folder, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        (void)g_unlink(path);
    }
    if (dir)
        g_dir_close(dir);
    (void)g_rmdir(folder);
    g_free(folder);
}

/* --- tests ----------------------------------------------------------------------------------- */

/* Runs the tests of a suite that has one test case. */
static inline int live_run(const char *name, const TTest *const *tests, size_t n)
{
    TCase *tcase = tcase_create(name);
    Suite *suite = suite_create(name);
    tcase_set_timeout(tcase, 0); /* ctest has one */
    for (size_t i = 0; i < n; i++)
        tcase_add_test(tcase, tests[i]);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}

/* --- raw clients ----------------------------------------------------------------------------- */

/* A TCP connection to a node; its receive waits LIVE_LIMIT_S at most. */
static inline int live_connect(const LiveNode *node)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(node->port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const struct timeval limit = {.tv_sec = LIVE_LIMIT_S};
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit), 0);
    ck_assert_int_eq(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static inline void live_send(int fd, const void *bytes, size_t n)
{
    ck_assert_int_eq(send(fd, bytes, n, MSG_NOSIGNAL), (ssize_t)n);
}

/* All that comes until the other side's end. (transfer full) */
static inline GByteArray *live_receive_all(int fd)
{
    GByteArray *all = g_byte_array_new();
    guint8 bytes[4096];
    ssize_t n;
    while ((n = recv(fd, bytes, sizeof bytes, 0)) > 0)
        g_byte_array_append(all, bytes, (guint)n);
    ck_assert_msg(n == 0 || errno == ECONNRESET, "the node does not close");
    return all;
}

/* --- WebSocket clients ----------------------------------------------------------------------- */

#define LIVE_WS_KEY "dGhlIHNhbXBsZSBub25jZQ=="
#define LIVE_WS_REQUEST                                                                            \
    "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"                   \
    "Sec-WebSocket-Key: " LIVE_WS_KEY "\r\nSec-WebSocket-Version: 13\r\n\r\n"

static inline void live_receive(int fd, void *bytes, size_t n)
{
    for (size_t at = 0; at < n;) {
        const ssize_t got = recv(fd, (char *)bytes + at, n - at, 0);
        ck_assert_msg(got > 0, "the node %s", got == 0 ? "closes" : g_strerror(errno));
        at += (size_t)got;
    }
}

/* A client whose handshake is through. */
static inline int live_ws_connect(const LiveNode *node)
{
    const int fd = live_connect(node);
    live_send(fd, LIVE_WS_REQUEST, strlen(LIVE_WS_REQUEST));
    g_autoptr(GString) answer = g_string_new(NULL);
    while (!g_str_has_suffix(answer->str, "\r\n\r\n")) {
        char c;
        live_receive(fd, &c, 1);
        g_string_append_c(answer, c);
    }
    ck_assert(g_str_has_prefix(answer->str, "HTTP/1.1 101 "));
    return fd;
}

/* A frame whose first byte is that, masked with zeros. */
static inline void live_ws_send(int fd, uint8_t first, const void *payload, size_t n)
{
    const uint8_t shorter[6] = {first, (uint8_t)(0x80 | n)};
    const uint8_t longer[8] = {first, 0x80 | 126, (uint8_t)(n >> 8), (uint8_t)n};
    ck_assert_uint_lt(n, 65536);
    live_send(fd, n < 126 ? shorter : longer, n < 126 ? sizeof shorter : sizeof longer);
    if (n > 0)
        live_send(fd, payload, n);
}

/* The next frame; its first byte and payload. (transfer full) */
static inline GByteArray *live_ws_receive(int fd, uint8_t *ret_first)
{
    uint8_t header[2];
    uint8_t length[8];
    live_receive(fd, header, sizeof header);
    *ret_first = header[0];
    size_t n = header[1];
    ck_assert_uint_lt(n, 128); /* a server does not mask */
    if (n >= 126) {
        const size_t bytes = n == 126 ? 2 : 8;
        live_receive(fd, length, bytes);
        n = 0;
        for (size_t i = 0; i < bytes; i++)
            n = n << 8 | length[i];
    }
    GByteArray *payload = g_byte_array_new();
    g_byte_array_set_size(payload, (guint)n);
    live_receive(fd, payload->data, n);
    return payload;
}

/* A hello of nobody in particular, with a peer id that ends with that byte. */
static inline void live_ws_hello(int fd, uint8_t who)
{
    uint8_t bytes[256];
    BnetWriter writer;
    BnetWireMessage message = {
        .kind = BNET_MESSAGE_HELLO,
        .u.hello.peer_id.bytes = {0, 2, who},
        .u.hello.protocol_version = BNET_SLICE("1.0.1"),
    };
    static const char chain_id[] = LIVE_CHAIN_ID;
    for (size_t i = 0; i < sizeof message.u.hello.chain_id.bytes; i++)
        message.u.hello.chain_id.bytes[i] = (uint8_t)(g_ascii_xdigit_value(chain_id[2 * i]) << 4 |
                                                      g_ascii_xdigit_value(chain_id[2 * i + 1]));
    bnet_writer_init(&writer, bytes, sizeof bytes);
    bnet_wire_write_message(&writer, &message);
    ck_assert(bnet_writer_fits(&writer));
    live_ws_send(fd, 0x82, bytes, writer.n);
}

/* Reads until a close frame: its code. */
static inline uint16_t live_ws_close_code(int fd)
{
    for (;;) {
        uint8_t first;
        g_autoptr(GByteArray) payload = live_ws_receive(fd, &first);
        if (first != 0x88)
            continue;
        ck_assert_uint_ge(payload->len, 2);
        return (uint16_t)(payload->data[0] << 8 | payload->data[1]);
    }
}

#endif
