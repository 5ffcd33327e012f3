/* SPDX-License-Identifier: Apache-2.0 */

/* Nodes that are killed, and started again with the chain that they have left. */

#define _GNU_SOURCE /* prlimit() */
#include <sys/resource.h>

#include "tests/live_fixture.h"

static char *path_in(const char *folder, const char *name)
{
    return g_build_filename(folder, name, NULL);
}

/* Nothing that was answered is lost, however often it is killed; what it goes on with is the same
 * chain. */
START_TEST(test_killed)
{
    enum {
        TIMES = 12
    };
    LiveNode node;
    char *folder = live_folder();
    int64_t head = 1;
    g_autofree char *id = NULL;
    for (int i = 0; i < TIMES; i++) {
        live_begin_with(&node, LIVE_PRODUCER, "--data-dir", folder);
        struct json_object *status = live_ask(&node, "{\"cmd\":\"status\"}");
        ck_assert_int_eq(live_number(status, "head.number"), head);
        if (id)
            ck_assert_str_eq(live_text(status, "head.id"), id);
        ck_assert_int_eq(live_number(status, "lib.number"), head < 3 ? 0 : head - 1);
        json_object_put(status);
        struct json_object *made =
            live_ask(&node, "{\"cmd\":\"produce\",\"count\":%d,\"slots\":\"next\"}", 1 + 101 * i);
        head = live_number(made, "head.number");
        g_free(id);
        id = g_strdup(live_text(made, "head.id"));
        json_object_put(made);
        /* And what was not answered may be lost or not. */
        live_kill(&node);
    }
    live_remove(folder);
}
END_TEST

/* Killed while it is at it: all is well afterwards, and nothing is missing in between. */
START_TEST(test_killed_at_work)
{
    LiveNode node;
    char *folder = live_folder();
    int64_t head = 1;
    for (int i = 0; i < 8; i++) {
        live_begin_with(&node, LIVE_PRODUCER, "--data-dir", folder, "--log-json", "-");
        ck_assert_int_ge(live_head(&node), head);
        live_say(&node, "{\"cmd\":\"produce\",\"count\":3000,\"slots\":\"next\"}");
        for (int j = 0; j < 100 * i; j++) {
            struct json_object *event = live_event(&node, "applied");
            head = live_number(event, "number");
            json_object_put(event);
        }
        live_kill(&node);
    }
    live_remove(folder);
}
END_TEST

/* The tail of a file is torn: the node says so and begins with what is good. */
START_TEST(test_torn_tail)
{
    LiveNode node;
    char *folder = live_folder();
    live_begin_with(&node, LIVE_PRODUCER, "--data-dir", folder);
    live_do(&node, "{\"cmd\":\"produce\",\"count\":10,\"slots\":\"next\"}");
    live_kill(&node);
    g_autofree char *path = path_in(folder, "reversible.log");
    GStatBuf status;
    ck_assert_int_eq(g_stat(path, &status), 0);
    ck_assert_int_eq(truncate(path, status.st_size - 1), 0);
    const char *const arguments[] = {"--control",   "-",          "--quiet", "--bnet-endpoint",
                                     "127.0.0.1:0", "--data-dir", folder,    "--log-json",
                                     "-",           NULL};
    live_spawn(&node, arguments);
    struct json_object *repaired = live_event(&node, "repaired");
    ck_assert_ptr_nonnull(strstr(live_text(repaired, "why"), "reversible.log"));
    json_object_put(repaired);
    ck_assert_int_eq(live_head(&node), 10);
    live_end(&node);
    live_remove(folder);
}
END_TEST

/* A node begins with the log of another: all of it is irreversible. */
START_TEST(test_log_of_another)
{
    LiveNode node;
    char *folder = live_folder();
    char *other = live_folder();
    g_autofree char *log = path_in(folder, "blocks.log");
    g_autofree char *copy = path_in(other, "blocks.log");
    g_autofree char *bytes = NULL;
    gsize n;
    live_begin_with(&node, LIVE_PRODUCER, "--data-dir", folder);
    live_do(&node, "{\"cmd\":\"produce\",\"count\":100,\"slots\":\"next\"}");
    live_end(&node);
    ck_assert(g_file_get_contents(log, &bytes, &n, NULL));
    ck_assert(g_file_set_contents(copy, bytes, (gssize)n, NULL));
    live_begin_with(&node, "--data-dir", other);
    live_do(&node, "{\"cmd\":\"wait\",\"head\":100,\"lib\":100,\"timeout\":0}");
    live_end(&node);
    live_remove(folder);
    live_remove(other);
}
END_TEST

/* A node that cannot start says so by its exit status. */
START_TEST(test_folder_in_use)
{
    LiveNode node;
    LiveNode second;
    char *folder = live_folder();
    live_begin_with(&node, "--data-dir", folder);
    const char *const arguments[] = {
        "--quiet", "--bnet-endpoint", "127.0.0.1:0", "--data-dir", folder, NULL};
    live_spawn(&second, arguments);
    ck_assert_int_eq(live_wait(&second), 2);
    live_end(&node);
    live_begin_with(&node, "--data-dir", folder);
    live_end(&node);
    live_remove(folder);
}
END_TEST

/* A disk that is full: the node does not answer what it could not write, and ends. */
START_TEST(test_full_disk)
{
    LiveNode node;
    char *folder = live_folder();
    const struct rlimit limit = {10000, 10000};
    live_begin_with(&node, LIVE_PRODUCER, "--data-dir", folder);
    live_do(&node, "{\"cmd\":\"produce\",\"count\":10,\"slots\":\"next\"}");
    ck_assert_int_eq(prlimit(node.pid, RLIMIT_FSIZE, &limit, NULL), 0);
    live_say(&node, "{\"cmd\":\"produce\",\"count\":100,\"slots\":\"next\"}");
    ck_assert_ptr_null(live_line(&node));
    ck_assert_int_eq(live_wait(&node), 3);
    /* What was answered is there, and what was torn is cut off. */
    live_begin_with(&node, LIVE_PRODUCER, "--data-dir", folder);
    ck_assert_int_ge(live_head(&node), 11);
    live_do(&node, "{\"cmd\":\"produce\",\"slots\":\"next\"}");
    live_end(&node);
    live_remove(folder);
}
END_TEST

START_TEST(test_full_log)
{
    LiveNode node;
    const char *const arguments[] = {"--quiet",    "--bnet-endpoint", "127.0.0.1:0",
                                     "--log-json", "/dev/full",       NULL};
    live_spawn(&node, arguments);
    ck_assert_int_eq(live_wait(&node), 3);
}
END_TEST

/* A node that was behind gets the rest, and what it has got is there after it was killed. */
START_TEST(test_killed_follower)
{
    LiveNode producer;
    LiveNode follower;
    char *folder = live_folder();
    live_begin_with(&producer, LIVE_PRODUCER);
    for (int i = 1; i <= 5; i++) {
        live_do(&producer, "{\"cmd\":\"produce\",\"count\":200,\"slots\":\"next\"}");
        live_begin_with(&follower, "--data-dir", folder);
        ck_assert_int_eq(live_head(&follower), 200 * (i - 1) + 1);
        live_do(&follower, "{\"cmd\":\"connect\",\"peer\":\"%s\"}", producer.peer);
        live_do(&follower, "{\"cmd\":\"wait\",\"head\":%d}", 200 * i + 1);
        live_kill(&follower);
    }
    live_end(&producer);
    live_remove(folder);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        test_killed,        test_killed_at_work,  test_torn_tail, test_log_of_another,
        test_folder_in_use, test_killed_follower, test_full_disk, test_full_log,
    };
    return live_run("live_durable", tests, G_N_ELEMENTS(tests));
}
