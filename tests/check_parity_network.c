/* SPDX-License-Identifier: Apache-2.0 */
/* The network of processes: what it leaves behind, and how it is stopped. */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <check.h>
#include <glib/gstdio.h>

#include "sim/parity/arms.h"
#include "tests/loader_fixture.h"
#include "tests/run_suite.h"

/* A script that takes the place of the program. (transfer full) */
static char *write_program(const char *text)
{
    char *path = g_build_filename(getenv("TMPDIR"), "program", NULL);
    ck_assert_int_eq(g_mkdir_with_parents(getenv("TMPDIR"), 0700), 0);
    ck_assert(g_file_set_contents(path, text, -1, NULL));
    ck_assert_int_eq(g_chmod(path, 0700), 0);
    return path;
}

/* Nothing but the program is left in the folder. */
static void check_left(const char *program)
{
    ck_assert_int_eq(g_unlink(program), 0);
    ck_assert_int_eq(g_rmdir(getenv("TMPDIR")), 0);
}

/* A node that was killed while it wrote a file anew has left that. */
START_TEST(leaves_nothing_behind)
{
    static const char json[] =
        "{\"duration\": \"8s\", \"peers\": {\"bp\": {\"produces\": true}, \"b\": {}}, "
        "\"events\": [{\"at\": \"2s\", \"crash\": \"b\", \"for\": \"1s\"}]}";
    g_autoptr(GError) error = NULL;
    g_autoptr(Scenario) scenario = load(json);
    g_autofree char *text =
        g_strdup_printf("#!/bin/sh\nfor word; do [ \"$was\" = --data-dir ] && mkdir -p \"$word\" &&"
                        " : >\"$word/reversible.log.new\"; was=$word; done\nexec '%s' \"$@\"\n",
                        getenv("BNETLAB"));
    g_autofree char *program = write_program(text);
    const ParityArmsOptions options = {.program = program};
    g_autoptr(ParityArms) arms = parity_arms_run(scenario, scenario, &options, &error);
    ck_assert_msg(arms != NULL, "%s", error ? error->message : "");
    ck_assert(parity_arms_agree(arms));
    check_left(program);
}
END_TEST

static gint stop_number;

static void on_alarm(int number)
{
    g_atomic_int_set(&stop_number, number);
}

/* A signal ends it while it waits for rest, which these nodes never find. */
START_TEST(stops_without_rest)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Scenario) scenario = load(MINIMAL);
    g_autofree char *program = write_program(
        "#!/bin/sh\nwhile read -r line; do echo '{\"ok\":true,\"listening\":\"127.0.0.1:1\","
        "\"peer_id\":\"x\",\"dialling\":1,\"sessions\":[]}'; done\n");
    const ParityArmsOptions options = {.program = program, .stop = &stop_number};
    (void)signal(SIGALRM, on_alarm);
    (void)alarm(1);
    ck_assert_ptr_null(parity_arms_run(scenario, scenario, &options, &error));
    ck_assert_str_eq(error->message, "stopped");
    check_left(program);
}
END_TEST

int main(void)
{
    /* GLib asks for the folder once. */
    const char *before = getenv("TMPDIR");
    g_autofree char *folder =
        g_build_filename(before ? before : "/tmp", "bnetlab-network-XXXXXX", NULL);
    if (!g_mkdtemp(folder) || setenv("TMPDIR", folder, 1) != 0)
        return 1;
    Suite *suite = suite_create("parity_network");
    TCase *tcase = tcase_create("parity_network");
    tcase_set_timeout(tcase, 0); /* ctest has one */
    tcase_add_test(tcase, leaves_nothing_behind);
    tcase_add_test(tcase, stops_without_rest);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
