/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every probe is hit by a scenario of the library, and described in docs/probes.md as the code
 * describes it. Run from the project's root.
 */
#include <stdio.h>

#include "sim/probes.h"
#include "tests/library.h"
#include "tests/sim_fixture.h"

/* Larger scenarios are left out: time times peers. Small ones must do. */
#define WORK_NS (15000 * S)

static uint64_t hits[SIM_PROBES_ALL];

static void run_scenario(const char *name)
{
    g_autofree char *path = library_path(name);
    g_autoptr(GError) error = NULL;
    g_autoptr(Scenario) scenario = scenario_load(path, NULL, 0, &error);
    ck_assert_msg(scenario, "%s", error ? error->message : "");
    if (scenario->duration_ns > WORK_NS / scenario->n_peers)
        return;
    g_autoptr(SimResult) result = sim_run(scenario, NULL, &error);
    ck_assert_msg(result, "%s", error ? error->message : "");
    ck_assert_uint_eq(result->n_probes, SIM_PROBES_ALL);
    for (uint32_t i = 0; i < SIM_PROBES_ALL; i++)
        hits[i] += result->probes[i];
}

START_TEST(test_all_are_hit)
{
    g_autoptr(GPtrArray) names = library_names();
    g_autoptr(GString) missed = g_string_new(NULL);
    for (guint i = 0; i < names->len; i++)
        run_scenario(g_ptr_array_index(names, i));
    for (uint32_t i = 0; i < SIM_PROBES_ALL; i++)
        if (hits[i] == 0)
            g_string_append_printf(missed, " %s", sim_probes_name(i));
    ck_assert_msg(missed->len == 0, "no scenario hits%s: write one", missed->str);
}
END_TEST

/* The table of the manual has a row for each, in order, and no other. */
START_TEST(test_all_are_described)
{
    g_autofree char *manual = NULL;
    g_autoptr(GString) table = g_string_new("| probe | hit when |\n| --- | --- |\n");
    ck_assert(g_file_get_contents("docs/probes.md", &manual, NULL, NULL));
    for (uint32_t i = 0; i < SIM_PROBES_ALL; i++)
        g_string_append_printf(table, "| `%s` | %s |\n", sim_probes_name(i), sim_probes_meaning(i));
    ck_assert_msg(strstr(manual, table->str) != NULL, "docs/probes.md lacks this table:\n%s",
                  table->str);
    const char *end = strstr(manual, table->str) + table->len;
    ck_assert_msg(*end != '|', "docs/probes.md has rows of probes that do not exist");
}
END_TEST

START_TEST(test_names_differ)
{
    g_autoptr(GHashTable) names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (uint32_t i = 0; i < SIM_PROBES_ALL; i++)
        ck_assert(g_hash_table_add(names, g_strdup(sim_probes_name(i))));
}
END_TEST

/* A node without counters counts nothing; the close reasons have their probes in order. */
START_TEST(test_core)
{
    BnetProbes probes = {0};
    bnet_probe(NULL, BNET_PROBE_FORK_SWITCH);
    bnet_probe_steps(NULL, 1);
    bnet_probe(&probes, BNET_PROBE_FORK_SWITCH);
    ck_assert_uint_eq(probes.hits[BNET_PROBE_FORK_SWITCH], 1);
    for (uint32_t r = BNET_CLOSE_BAD_BLOCK; r <= BNET_CLOSE_RESYNC; r++) {
        uint32_t i = BNET_PROBE_CLOSE_BAD_BLOCK + (r - BNET_CLOSE_BAD_BLOCK);
        g_autofree char *name =
            g_strdup_printf("close-%s", bnet_close_reason_name((BnetCloseReason)r));
        ck_assert_str_eq(bnet_probe_name((BnetProbe)i), name);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("probes");
    TCase *tcase = tcase_create("probes");
    tcase_set_timeout(tcase, 0);
    tcase_add_test(tcase, test_all_are_hit);
    tcase_add_test(tcase, test_all_are_described);
    tcase_add_test(tcase, test_names_differ);
    tcase_add_test(tcase, test_core);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
