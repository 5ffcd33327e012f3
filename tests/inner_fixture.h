/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_TESTS_INNER_FIXTURE_H
#define BNETLAB_TESTS_INNER_FIXTURE_H

/*
 * A node that runs in the test's own process, so that functions of the system can be put in the
 * place of the real ones by the linker (--wrap): one at a time, asked by a control socket like
 * those of live_fixture.h.
 */

#include <sys/un.h>

#include "node/front.h"
#include "tests/live_fixture.h"

typedef struct Inner {
    LiveNode node; /* its control, a socket; no process */
    GThread *thread;
    char *folder;
    NodeOptions options;
} Inner;

static GAsyncQueue *inner_lines; /* that the node says */

static void inner_say(const char *line)
{
    g_async_queue_push(inner_lines, g_strdup(line));
}

static void *inner_run(void *data)
{
    const Inner *inner = data;
    return GINT_TO_POINTER(node_front_run(&inner->options, inner_say, NULL) == NODE_END_ASKED);
}

/* Starts it on a port of the loopback, with a chain on disk and these arguments besides. */
static inline void inner_begin(Inner *inner, const char *const *more)
{
    const char *words[LIVE_ARGUMENTS_MAX] = {"node"};
    bool help;
    int n = 1;
    inner->folder = live_folder();
    g_autofree char *chain = g_build_filename(inner->folder, "chain", NULL);
    g_autofree char *control = g_build_filename(inner->folder, "control", NULL);
    const char *const first[] = {
        "--bnet-endpoint", "127.0.0.1:0", "--data-dir",      chain, "--control", control,
        "--bnet-threads",  "2",           "--close-timeout", "0.1", /* raw clients do not answer a
                                                                       close */
    };
    for (size_t i = 0; i < G_N_ELEMENTS(first); i++)
        words[n++] = first[i];
    for (; *more; more++) {
        ck_assert_int_lt(n, LIVE_ARGUMENTS_MAX - 1);
        words[n++] = *more;
    }
    inner_lines = g_async_queue_new_full(g_free);
    ck_assert(node_options_parse(&inner->options, n, (char **)(void *)words, &help, NULL));
    inner->thread = g_thread_new("node", inner_run, inner);
    g_autofree char *started = g_async_queue_pop(inner_lines); /* its control listens, too */
    ck_assert_msg(g_str_has_prefix(started, "listening on 127.0.0.1:"), "%s", started);
    inner->node.port = (uint16_t)strtoul(started + strlen("listening on 127.0.0.1:"), NULL, 10);
    inner->node.peer = g_strdup_printf("127.0.0.1:%u", inner->node.port);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    g_strlcpy(address.sun_path, control, sizeof address.sun_path);
    inner->node.in = inner->node.out = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    inner->node.unread = g_string_new(NULL);
    ck_assert_int_eq(connect(inner->node.in, (const struct sockaddr *)&address, sizeof address), 0);
}

#define inner_begin_with(inner, ...) inner_begin(inner, (const char *const[]){__VA_ARGS__, NULL})

/* Asks it to end, and it does. */
static inline void inner_end(Inner *inner)
{
    live_do(&inner->node, "{\"cmd\":\"quit\"}");
    ck_assert(g_thread_join(inner->thread));
    g_async_queue_unref(inner_lines);
    node_options_clear(&inner->options);
    (void)close(inner->node.in);
    g_string_free(inner->node.unread, TRUE);
    g_free(inner->node.peer);
    live_remove(g_build_filename(inner->folder, "chain", NULL));
    live_remove(inner->folder);
}

#endif
