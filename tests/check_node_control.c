/* SPDX-License-Identifier: Apache-2.0 */

/* Control lines at their limits: clients, length of a line, what nobody reads, descriptors, an
 * output that does not wait. */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <check.h>
#include <glib/gstdio.h>
#include <json.h>

#include "node/control.h"
#include "tests/run_suite.h"

typedef struct Bench {
    GMainContext *context;
    NodeMailbox inbox;
    GPtrArray *inputs; /* of NodeInput, that have come */
    NodeControl *control;
    char *folder;
    char *path;
} Bench;

static void free_input(gpointer input)
{
    node_input_free(input);
}

static void begin(Bench *bench)
{
    bench->context = g_main_context_new();
    bench->inputs = g_ptr_array_new_with_free_func(free_input);
    bench->folder = g_dir_make_tmp("bnetlab-control-XXXXXX", NULL);
    bench->path = g_build_filename(bench->folder, "control", NULL);
    node_mailbox_init(&bench->inbox);
    bench->control = node_control_new(bench->context, bench->path, &bench->inbox, NULL);
    ck_assert_ptr_nonnull(bench->control);
}

static void end(Bench *bench)
{
    node_control_free(bench->control);
    ck_assert_int_ne(g_access(bench->path, F_OK), 0);
    node_mailbox_finish(&bench->inbox, free_input);
    g_ptr_array_unref(bench->inputs);
    g_main_context_unref(bench->context);
    (void)g_rmdir(bench->folder);
    g_free(bench->folder);
    g_free(bench->path);
}

/* All that there is to do is done. */
static void settle(Bench *bench)
{
    while (g_main_context_iteration(bench->context, FALSE))
        continue;
}

/* What has come since the last time. */
static guint take(Bench *bench)
{
    GPtrArray *fresh = g_ptr_array_new();
    node_mailbox_take(&bench->inbox, &fresh);
    const guint n = fresh->len;
    for (guint i = 0; i < n; i++)
        g_ptr_array_add(bench->inputs, g_ptr_array_index(fresh, i));
    g_ptr_array_unref(fresh);
    return n;
}

static int join(Bench *bench)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_ge(fd, 0);
    g_strlcpy(address.sun_path, bench->path, sizeof address.sun_path);
    ck_assert_int_eq(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    settle(bench);
    return fd;
}

static bool is_closed(int fd)
{
    char byte;
    return recv(fd, &byte, 1, MSG_DONTWAIT) == 0;
}

/* Sends it all, as fast as it is taken. False: the other side has closed. */
static bool send_all(Bench *bench, int fd, const char *bytes, gsize n)
{
    while (n > 0) {
        const ssize_t sent = send(fd, bytes, n, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno != EAGAIN)
            return false;
        bytes += MAX(sent, 0);
        n -= (gsize)MAX(sent, 0);
        settle(bench);
    }
    return true;
}

/* It is its owner's alone. */
START_TEST(test_mode)
{
    Bench bench;
    GStatBuf status;
    begin(&bench);
    ck_assert_int_eq(g_stat(bench.path, &status), 0);
    ck_assert_uint_eq(status.st_mode & 0777, 0600);
    end(&bench);
}
END_TEST

/* One too many is closed at once, and gets in when another has gone. */
START_TEST(test_clients)
{
    Bench bench;
    int fds[NODE_CONTROL_CLIENTS_MAX];
    begin(&bench);
    ck_assert_uint_eq(NODE_CONTROL_CLIENTS_MAX, 256);
    for (guint i = 0; i < NODE_CONTROL_CLIENTS_MAX; i++)
        fds[i] = join(&bench);
    ck_assert(!is_closed(fds[NODE_CONTROL_CLIENTS_MAX - 1]));
    const int more = join(&bench);
    ck_assert(is_closed(more));
    (void)close(more);
    (void)close(fds[7]);
    settle(&bench);
    fds[7] = join(&bench);
    ck_assert(!is_closed(fds[7]));
    ck_assert(send_all(&bench, fds[7], "{}\n", 3));
    ck_assert_uint_eq(take(&bench), 1);
    for (guint i = 0; i < NODE_CONTROL_CLIENTS_MAX; i++)
        (void)close(fds[i]);
    end(&bench);
}
END_TEST

#define TOO_LONG "{\"ok\":false,\"error\":\"a line may have 67108864 bytes\"}\n"

/* A line of 64 MiB is taken, one that is a byte longer costs the client its connection, whether its
 * end has come or not; it is told so. */
START_TEST(test_line)
{
    Bench bench;
    const gsize most = 64 * 1024 * 1024;
    g_autofree char *line = g_strnfill(most + 2, ' ');
    begin(&bench);
    ck_assert_uint_eq(NODE_CONTROL_LINE_MAX, most);
    line[0] = '{';
    line[most - 1] = '}';
    line[most] = '\n';
    const int good = join(&bench);
    ck_assert(send_all(&bench, good, line, most + 1));
    ck_assert_uint_eq(take(&bench), 1);
    ck_assert(!is_closed(good));
    line[most] = ' ';
    line[most + 1] = '\n';
    for (gsize end_of_line = 0; end_of_line < 2; end_of_line++) {
        const int bad = join(&bench);
        (void)send_all(&bench, bad, line, most + 1 + end_of_line);
        settle(&bench);
        char word[sizeof TOO_LONG] = "";
        ck_assert_int_eq(recv(bad, word, sizeof word - 1, MSG_DONTWAIT), sizeof word - 1);
        ck_assert_str_eq(word, TOO_LONG);
        ck_assert(is_closed(bad));
        ck_assert_uint_eq(take(&bench), 0);
        (void)close(bad);
    }
    ck_assert(!is_closed(good));
    (void)close(good);
    end(&bench);
}
END_TEST

/* Who does not read is cut off when more than 256 MiB wait for it; others are served. */
START_TEST(test_unread)
{
    Bench bench;
    g_autofree char *event = g_strnfill(1024 * 1024 - 1, 'x'); /* and the end of the line */
    begin(&bench);
    ck_assert_uint_eq(NODE_CONTROL_UNREAD_MAX, (gsize)256 * 1024 * 1024);
    const int deaf = join(&bench);
    const int other = join(&bench);
    ck_assert(send_all(&bench, deaf, "{\"cmd\":\"subscribe\"}\n", 20));
    ck_assert_uint_eq(take(&bench), 1);
    for (int i = 0; i < 256; i++)
        node_control_event(bench.control, event, 1024 * 1024 - 1);
    settle(&bench);
    /* What the socket itself holds does not count: it takes less than a mebibyte. */
    ck_assert(send_all(&bench, deaf, "{}\n", 3));
    ck_assert_uint_eq(take(&bench), 1);
    for (int i = 0; i < 2; i++)
        node_control_event(bench.control, event, 1024 * 1024 - 1);
    settle(&bench);
    ck_assert(!send_all(&bench, deaf, "{}\n", 3));
    ck_assert_uint_eq(take(&bench), 0);
    ck_assert(send_all(&bench, other, "{}\n", 3));
    ck_assert_uint_eq(take(&bench), 1);
    (void)close(deaf);
    (void)close(other);
    end(&bench);
}
END_TEST

/* Without a descriptor it rests, and does not try again and again; then the client is let in. */
START_TEST(test_no_descriptor)
{
    Bench bench;
    struct rlimit limit;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    begin(&bench);
    settle(&bench);
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_strlcpy(address.sun_path, bench.path, sizeof address.sun_path);
    ck_assert_int_eq(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    const struct rlimit none = {.rlim_cur = (rlim_t)fd, .rlim_max = limit.rlim_max};
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    const gint64 before_us = g_get_monotonic_time();
    int tries = 0;
    while (g_main_context_iteration(bench.context, FALSE) && tries < 1000)
        tries++;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    ck_assert_int_le(tries,
                     1 + (g_get_monotonic_time() - before_us) / (NODE_CONTROL_PAUSE_MS * 1000));
    ck_assert(g_main_context_iteration(bench.context, TRUE)); /* when the pause is over */
    ck_assert(send_all(&bench, fd, "{}\n", 3));
    ck_assert_uint_eq(take(&bench), 1);
    (void)close(fd);
    end(&bench);
}
END_TEST

/* Reads what the control writes until that comes to rest. */
static gsize drain(Bench *bench, int fd)
{
    static char bytes[65536];
    gsize all = 0;
    ssize_t n;
    do {
        n = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
        all += (gsize)MAX(n, 0);
    } while (n > 0 || g_main_context_iteration(bench->context, FALSE));
    return all;
}

/* Standard output may be one that does not wait, as its owner made it: all comes nevertheless. */
START_TEST(test_output_that_does_not_wait)
{
    enum {
        EVENTS = 8
    };
    Bench bench;
    int ends[2];
    const gsize n = 1024 * 1024;
    g_autofree char *event = g_strnfill(n - 1, 'x'); /* and the end of the line */
    begin(&bench);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
    (void)fflush(stdout);
    const int saved[] = {dup(STDIN_FILENO), dup(STDOUT_FILENO)};
    (void)dup2(ends[0], STDIN_FILENO);
    (void)dup2(ends[0], STDOUT_FILENO);
    NodeControl *control = node_control_new(bench.context, "-", &bench.inbox, NULL);
    const bool is_sent = send_all(&bench, ends[1], "{\"cmd\":\"subscribe\"}\n", 20);
    for (int i = 0; i < EVENTS; i++)
        node_control_event(control, event, n - 1);
    const gsize first = drain(&bench, ends[1]);
    node_control_event(control, event, n - 1); /* and once more */
    const gsize second = drain(&bench, ends[1]);
    const bool rests = !g_main_context_pending(bench.context);
    node_control_free(control);
    (void)dup2(saved[0], STDIN_FILENO);
    (void)dup2(saved[1], STDOUT_FILENO);
    ck_assert(is_sent);
    ck_assert_uint_eq(take(&bench), 1);
    ck_assert_uint_eq(first, EVENTS * n);
    ck_assert_uint_eq(second, n);
    ck_assert(rests);
    const int fds[] = {saved[0], saved[1], ends[0], ends[1]};
    for (size_t i = 0; i < G_N_ELEMENTS(fds); i++)
        (void)close(fds[i]);
    end(&bench);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("node_control");
    TCase *tcase = tcase_create("node_control");
    tcase_set_timeout(tcase, 0); /* ctest has one */
    tcase_add_test(tcase, test_mode);
    tcase_add_test(tcase, test_clients);
    tcase_add_test(tcase, test_line);
    tcase_add_test(tcase, test_unread);
    tcase_add_test(tcase, test_no_descriptor);
    tcase_add_test(tcase, test_output_that_does_not_wait);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
