/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_TESTS_INNER_FIXTURE_H
#define BNETLAB_TESTS_INNER_FIXTURE_H

/*
 * A node that runs in the test's own process, so that functions of the system can be put in the
 * place of the real ones by the linker (--wrap): one at a time, asked by a control socket like
 * those of live_fixture.h.
 */

#include <pthread.h>
#include <sys/un.h>

#include "node/front.h"
#include "tests/live_fixture.h"

typedef struct Inner {
    LiveNode node; /* its control, a socket; no process */
    pthread_t thread;
    char *folder;
    NodeOptions options;
} Inner;

/* ThreadSanitizer does not know GLib's locks. */
static pthread_mutex_t inner_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t inner_has_said = PTHREAD_COND_INITIALIZER;
static char *inner_started; /* the first line that the node says */

static void inner_say(const char *line)
{
    (void)pthread_mutex_lock(&inner_lock);
    if (!inner_started)
        inner_started = g_strdup(line);
    (void)pthread_cond_signal(&inner_has_said);
    (void)pthread_mutex_unlock(&inner_lock);
}

static char *inner_await_start(void)
{
    (void)pthread_mutex_lock(&inner_lock);
    while (!inner_started)
        (void)pthread_cond_wait(&inner_has_said, &inner_lock);
    (void)pthread_mutex_unlock(&inner_lock);
    return inner_started;
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
    ck_assert(node_options_parse(&inner->options, n, (char **)(void *)words, &help, NULL));
    ck_assert_int_eq(pthread_create(&inner->thread, NULL, inner_run, inner), 0);
    const char *started = inner_await_start(); /* its control listens, too */
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
    void *has_ended_well = NULL;
    ck_assert_int_eq(pthread_join(inner->thread, &has_ended_well), 0);
    ck_assert_ptr_nonnull(has_ended_well);
    g_clear_pointer(&inner_started, g_free);
    node_options_clear(&inner->options);
    (void)close(inner->node.in);
    g_string_free(inner->node.unread, TRUE);
    g_free(inner->node.peer);
    live_remove(g_build_filename(inner->folder, "chain", NULL));
    live_remove(inner->folder);
}

#endif
