/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes as processes, and the client that drives them. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <check.h>

#include "sim/live/node_process.h"
#include "tests/run_suite.h"

#define KEY "5KQwrPbwdL6PhXujxW37FSSQZ1JiwsST4cqQzDeyXtP79zkvFD3"

static NodeProcess *start(int limit_ms, const char *const *arguments)
{
    g_autoptr(GError) error = NULL;
    const NodeProcessOptions options = {
        .program = getenv("BNETLAB"), .arguments = arguments, .limit_ms = limit_ms};
    NodeProcess *process = node_process_start(&options, &error);
    ck_assert_msg(process != NULL, "%s", error ? error->message : "");
    return process;
}

static void check_error(const GError *error, NodeProcessError code, const char *part)
{
    ck_assert_ptr_nonnull(error);
    ck_assert_uint_eq(error->domain, NODE_PROCESS_ERROR);
    ck_assert_int_eq(error->code, code);
    ck_assert_msg(strstr(error->message, part) != NULL, "%s", error->message);
}

START_TEST(answers)
{
    const char *const arguments[] = {"--producer",           "eosio", "--private-key", KEY,
                                     "--produce-on-command", NULL};
    g_autoptr(NodeProcess) node = start(0, arguments);
    g_autoptr(GError) error = NULL;
    ck_assert(g_str_has_prefix(node_process_endpoint(node), "127.0.0.1:"));
    ck_assert(g_str_has_prefix(node_process_peer_id(node), "EOS"));
    struct json_object *answer =
        node_process_ask(node, &error, "{\"cmd\":\"produce\",\"count\":%d,\"slots\":\"next\"}", 3);
    ck_assert_ptr_nonnull(answer);
    ck_assert_int_eq(node_process_get_number(answer, "head.number"), 4);
    ck_assert_uint_eq(strlen(node_process_get_text(answer, "head.id")), 64);
    ck_assert_ptr_null(node_process_get(answer, "head.none"));
    ck_assert_ptr_null(node_process_get(answer, "head.id.none"));
    ck_assert_ptr_null(node_process_get_text(answer, "head"));
    ck_assert_int_eq(node_process_get_number(answer, "head"), 0);
    (void)json_object_put(answer);
    ck_assert(node_process_quit(node, &error));
    ck_assert(!node_process_runs(node));
}
END_TEST

/* Commands may be under way together; events come between their answers, and stay. */
START_TEST(pipelines)
{
    const char *const arguments[] = {"--producer",           "eosio", "--private-key", KEY,
                                     "--produce-on-command", NULL};
    g_autoptr(NodeProcess) node = start(0, arguments);
    ck_assert(node_process_do(node, NULL, "{\"cmd\":\"subscribe\"}"));
    for (int i = 0; i < 500; i++)
        ck_assert(node_process_say(node, "{\"cmd\":\"produce\",\"slots\":\"next\"}", NULL));
    for (int i = 0; i < 500; i++) {
        struct json_object *answer = node_process_answer(node, NULL);
        ck_assert_int_eq(node_process_get_number(answer, "head.number"), i + 2);
        (void)json_object_put(answer);
    }
    for (int produced = 0; produced < 500;) {
        struct json_object *event = node_process_event(node, NULL);
        const char *what = node_process_get_text(event, "what");
        if (g_str_equal(what, "produced"))
            ck_assert_int_eq(node_process_get_number(event, "number"), ++produced + 1);
        (void)json_object_put(event);
    }
}
END_TEST

START_TEST(refuses)
{
    g_autoptr(NodeProcess) node = start(0, NULL);
    g_autoptr(GError) error = NULL;
    ck_assert(!node_process_do(node, &error, "{\"cmd\":\"produce\",\"count\":0}"));
    check_error(error, NODE_PROCESS_ERROR_REFUSED, "count is 1 to 100000");
    ck_assert(node_process_runs(node));
    ck_assert(node_process_do(node, NULL, "{\"cmd\":\"status\"}"));
}
END_TEST

START_TEST(is_killed)
{
    g_autoptr(NodeProcess) node = start(0, NULL);
    g_autoptr(GError) error = NULL;
    node_process_kill(node);
    node_process_kill(node);
    ck_assert(!node_process_runs(node));
    ck_assert(!node_process_do(node, &error, "{\"cmd\":\"status\"}"));
    check_error(error, NODE_PROCESS_ERROR_ENDED, "has ended");
    g_clear_error(&error);
    ck_assert_ptr_null(node_process_event(node, &error));
    check_error(error, NODE_PROCESS_ERROR_ENDED, "has ended");
}
END_TEST

/* It ends by itself: its socket tells. */
START_TEST(ends)
{
    g_autoptr(NodeProcess) node = start(0, NULL);
    g_autoptr(GError) error = NULL;
    ck_assert(node_process_say(node, "{\"cmd\":\"quit\"}", NULL));
    struct json_object *answer;
    while ((answer = node_process_answer(node, NULL)) != NULL)
        (void)json_object_put(answer);
    ck_assert(!node_process_do(node, &error, "{\"cmd\":\"status\"}"));
    check_error(error, NODE_PROCESS_ERROR_ENDED, "has ended");
}
END_TEST

/* It is killed by others: whoever looks sees it, once and again. It is a group of its own, so that
 * an interrupt from the terminal does not reach it. */
START_TEST(is_seen_to_end)
{
    g_autoptr(NodeProcess) node = start(0, NULL);
    const int pid = node_process_pid(node);
    ck_assert_int_gt(pid, 0);
    ck_assert_int_eq(getpgid(pid), pid);
    ck_assert(!node_process_has_ended(node));
    ck_assert_int_eq(kill(pid, SIGKILL), 0);
    ck_assert_ptr_null(node_process_event(node, NULL)); /* its socket is closed */
    while (!node_process_has_ended(node))
        continue;
    ck_assert(node_process_has_ended(node));
    ck_assert(!node_process_runs(node));
    ck_assert_int_eq(node_process_pid(node), 0);
}
END_TEST

/* A script takes the place of the program: the limit may be short, since nothing comes at all. */
static char *write_script(const char *text)
{
    char *path = NULL;
    const int fd = g_file_open_tmp("bnetlab-process-XXXXXX", &path, NULL);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    ck_assert_int_eq(fchmod(fd, 0700), 0);
    ck_assert_int_eq(close(fd), 0);
    return path;
}

static void check_script(const char *text, NodeProcessError code, const char *part)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = write_script(text);
    const NodeProcessOptions options = {.program = path,
                                        .limit_ms = code == NODE_PROCESS_ERROR_SILENT ? 10 : 0};
    ck_assert_ptr_null(node_process_start(&options, &error));
    check_error(error, code, part);
    (void)unlink(path);
}

START_TEST(says_what_is_wrong)
{
    check_script("#!/bin/sh\nread a\nread b\n", NODE_PROCESS_ERROR_SILENT, "said nothing");
    check_script("#!/bin/sh\nread a\necho '[1]'\nread b\n", NODE_PROCESS_ERROR_FORM, "says: [1]");
    check_script("#!/bin/sh\nread a\necho '{\"ok\":true}'\nread b\n", NODE_PROCESS_ERROR_FORM,
                 "where it listens");
}
END_TEST

#define IS_A_NODE "#!/bin/sh\nread a\necho '{\"ok\":true,\"listening\":\"x\",\"peer_id\":\"y\"}'\n"

/* Asked to end, it does what that says, and is made to end. */
static void check_made_to_end(const char *script)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = write_script(script);
    const NodeProcessOptions options = {.program = path, .limit_ms = 4000};
    g_autoptr(NodeProcess) node = node_process_start(&options, NULL);
    ck_assert_ptr_nonnull(node);
    ck_assert(!node_process_quit(node, &error));
    check_error(error, NODE_PROCESS_ERROR_SILENT, "said nothing for 4 s");
    ck_assert(!node_process_runs(node));
    (void)unlink(path);
}

START_TEST(does_not_end)
{
    check_made_to_end(IS_A_NODE "read b\necho '{\"ok\":true}'\nread c\n");
}
END_TEST

START_TEST(does_not_answer)
{
    check_made_to_end(IS_A_NODE "read b\nread c\n");
}
END_TEST

START_TEST(closes_and_does_not_end)
{
    check_made_to_end(IS_A_NODE "read b\necho '{\"ok\":true}'\nexec <&- >&-\nexec sleep 600\n");
}
END_TEST

/* A long command to one that reads on only when what it says is taken. */
START_TEST(both_say_much)
{
    enum {
        EVENTS = 50000,
        LETTERS = 1000000
    };
    g_autoptr(GError) error = NULL;
    g_autofree char *path = write_script(
        IS_A_NODE "yes '{\"what\":\"this\"}' | head -n 50000\n"
                  "head -n 1 | wc -c | sed 's/\\([0-9]*\\)/{\"ok\":true,\"n\":\\1}/'\n");
    const NodeProcessOptions options = {.program = path, .limit_ms = 4000};
    g_autoptr(NodeProcess) node = node_process_start(&options, NULL);
    ck_assert_ptr_nonnull(node);
    g_autofree char *letters = g_strnfill(LETTERS, 'x');
    struct json_object *answer = node_process_ask(node, &error, "%s", letters);
    ck_assert_msg(answer != NULL, "%s", error ? error->message : "");
    ck_assert_int_eq(node_process_get_number(answer, "n"), LETTERS + 1);
    (void)json_object_put(answer);
    for (int i = 0; i < EVENTS; i++) {
        struct json_object *event = node_process_kept_event(node);
        ck_assert_str_eq(node_process_get_text(event, "what"), "this");
        (void)json_object_put(event);
    }
    ck_assert_ptr_null(node_process_kept_event(node));
    (void)unlink(path);
}
END_TEST

START_TEST(cannot_start)
{
    g_autoptr(GError) error = NULL;
    NodeProcessOptions options = {.program = "no/such/program"};
    ck_assert_ptr_null(node_process_start(&options, &error));
    ck_assert_uint_eq(error->domain, G_SPAWN_ERROR);
    g_clear_error(&error);
    options = (NodeProcessOptions){.program = getenv("BNETLAB"), .endpoint = "192.0.2.1:0"};
    ck_assert_ptr_null(node_process_start(&options, &error));
    check_error(error, NODE_PROCESS_ERROR_ENDED, "has ended");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("node_process");
    TCase *tcase = tcase_create("node_process");
    tcase_set_timeout(tcase, 0); /* ctest has one */
    tcase_add_test(tcase, answers);
    tcase_add_test(tcase, pipelines);
    tcase_add_test(tcase, refuses);
    tcase_add_test(tcase, is_killed);
    tcase_add_test(tcase, ends);
    tcase_add_test(tcase, is_seen_to_end);
    tcase_add_test(tcase, says_what_is_wrong);
    tcase_add_test(tcase, does_not_end);
    tcase_add_test(tcase, does_not_answer);
    tcase_add_test(tcase, closes_and_does_not_end);
    tcase_add_test(tcase, both_say_much);
    tcase_add_test(tcase, cannot_start);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
