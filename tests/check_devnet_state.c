/* SPDX-License-Identifier: Apache-2.0 */
/* A development network of which no node was started. */
#include <check.h>
#include <glib/gstdio.h>

#include "sim/live/devnet.h"
#include "tests/run_suite.h"

static void on_line(const char *line)
{
    ck_abort_msg("%s", line);
}

START_TEST(nobody_runs)
{
    enum {
        PEERS = 3
    };
    int64_t lib = 7;
    g_autoptr(GString) why = g_string_new(NULL);
    g_autofree char *folder = g_dir_make_tmp("bnetlab-devnet-XXXXXX", NULL);
    g_autofree char *producers = g_build_filename(folder, "producers", NULL);
    const DevnetOptions options = {.folder = folder, .n_peers = PEERS, .n_producers = 1};
    g_autoptr(Devnet) devnet = devnet_new(&options, on_line, NULL);
    ck_assert_ptr_nonnull(devnet);
    for (uint32_t i = 0; i < PEERS; i++) {
        ck_assert_int_eq(devnet_row(devnet, i)->state, DEVNET_ENDED);
        ck_assert_int_eq(devnet_row(devnet, i)->pid, 0);
    }
    ck_assert(!devnet_agrees(devnet, &lib, why));
    ck_assert_str_eq(why->str, "node-01 does not run");
    ck_assert_int_eq(lib, 7);
    ck_assert(devnet_stop(devnet));
    ck_assert_int_eq(g_unlink(producers) | g_rmdir(folder), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("devnet_state");
    TCase *tcase = tcase_create("devnet_state");
    tcase_add_test(tcase, nobody_runs);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
