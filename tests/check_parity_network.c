/* SPDX-License-Identifier: Apache-2.0 */
/* The network of processes: what it leaves behind. */
#include <stdlib.h>

#include <check.h>
#include <glib/gstdio.h>

#include "sim/parity/arms.h"
#include "tests/loader_fixture.h"

/* A node that was killed while it wrote a file anew has left that. */
START_TEST(leaves_nothing_behind)
{
    static const char json[] =
        "{\"duration\": \"8s\", \"peers\": {\"bp\": {\"produces\": true}, \"b\": {}}, "
        "\"events\": [{\"at\": \"2s\", \"crash\": \"b\", \"for\": \"1s\"}]}";
    g_autoptr(GError) error = NULL;
    g_autoptr(Scenario) scenario = load(json);
    g_autofree char *folder = g_strdup(getenv("TMPDIR"));
    g_autofree char *program = g_build_filename(folder, "program", NULL);
    g_autofree char *text =
        g_strdup_printf("#!/bin/sh\nfor word; do [ \"$was\" = --data-dir ] && mkdir -p \"$word\" &&"
                        " : >\"$word/reversible.log.new\"; was=$word; done\nexec '%s' \"$@\"\n",
                        getenv("BNETLAB"));
    ck_assert(g_file_set_contents(program, text, -1, NULL));
    ck_assert_int_eq(g_chmod(program, 0700), 0);
    const ParityArmsOptions options = {.program = program};
    g_autoptr(ParityArms) arms = parity_arms_run(scenario, scenario, &options, &error);
    ck_assert_msg(arms != NULL, "%s", error ? error->message : "");
    ck_assert(parity_arms_agree(arms));
    ck_assert_int_eq(g_unlink(program), 0);
    ck_assert_int_eq(g_rmdir(folder), 0); /* it is empty */
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
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
