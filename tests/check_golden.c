/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The trace hash of every scenario of the library is the one in tests/golden/hashes.txt, whatever
 * compiler, optimisation and sanitizer built this program. Run from the project's root.
 *
 * After a change that is meant to alter runs: BNETLAB_UPDATE_GOLDEN=1 writes the file, and fails,
 * so that it cannot be left on.
 */
#include <stdio.h>

#include "tests/library.h"
#include "tests/sim_fixture.h"

#define GOLDEN "tests/golden/hashes.txt"
#define RENEW "to renew " GOLDEN ", run this test once with BNETLAB_UPDATE_GOLDEN=1"

/* Most of what a scenario does begins by then; less for large networks: time times peers. */
#define BEGIN_NS (20 * S)
#define BEGIN_PEERS_NS (400 * S)

/* (transfer full) */
static Scenario *load(const char *name)
{
    g_autofree char *path = library_path(name);
    g_autoptr(GError) error = NULL;
    Scenario *scenario = scenario_load(path, NULL, 0, &error);
    ck_assert_msg(scenario, "%s", error ? error->message : "");
    return scenario;
}

/* Trace hash of a scenario. */
static uint64_t hash_of(const char *name)
{
    g_autoptr(Scenario) scenario = load(name);
    g_autoptr(SimResult) result = sim_run(scenario, NULL, NULL);
    return result->trace_hash;
}

/* Trace hash of its beginning, with the seed of its file plus `more`. */
static uint64_t hash_of_begin(const char *name, uint64_t more)
{
    g_autoptr(Scenario) scenario = load(name);
    scenario->seed += more;
    scenario->duration_ns =
        MIN(scenario->duration_ns, MIN(BEGIN_NS, BEGIN_PEERS_NS / scenario->n_peers));
    g_autoptr(SimResult) result = sim_run(scenario, NULL, NULL);
    return result->trace_hash;
}

/* Of the first run of each scenario, in order of the names. */
static GArray *hashes;
static GPtrArray *names;

static void run_all(void)
{
    names = library_names();
    hashes = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    for (guint i = 0; i < names->len; i++) {
        uint64_t hash = hash_of(names->pdata[i]);
        g_array_append_val(hashes, hash);
    }
}

static void forget_all(void)
{
    g_ptr_array_unref(names);
    g_array_unref(hashes);
}

/* One line a scenario: name and hash. (transfer full) */
static GString *make_lines(void)
{
    GString *lines = g_string_new(NULL);
    for (guint i = 0; i < names->len; i++)
        g_string_append_printf(lines, "%s %016" G_GINT64_MODIFIER "x\n", (char *)names->pdata[i],
                               g_array_index(hashes, uint64_t, i));
    return lines;
}

/* Puts what differs into `report`: lines of one side that the other has not got. */
static void report_missing(GString *report, const char *from, const char *in, const char *what)
{
    g_auto(GStrv) lines = g_strsplit(from, "\n", 0);
    g_auto(GStrv) others = g_strsplit(in, "\n", 0);
    for (guint i = 0; lines[i]; i++)
        if (lines[i][0] && !g_strv_contains((const char *const *)others, lines[i]))
            g_string_append_printf(report, "  %-6s %s\n", what, lines[i]);
}

START_TEST(test_hashes)
{
    g_autoptr(GString) lines = make_lines();
    if (g_getenv("BNETLAB_UPDATE_GOLDEN")) {
        ck_assert(g_file_set_contents(GOLDEN, lines->str, (gssize)lines->len, NULL));
        ck_abort_msg(GOLDEN " is written; unset BNETLAB_UPDATE_GOLDEN");
    }
    g_autofree char *golden = NULL;
    if (!g_file_get_contents(GOLDEN, &golden, NULL, NULL))
        golden = g_strdup("");
    g_autoptr(GString) report = g_string_new(NULL);
    report_missing(report, golden, lines->str, "golden");
    report_missing(report, lines->str, golden, "now");
    ck_assert_msg(g_str_equal(golden, lines->str), "trace hashes differ; %s:\n%s", RENEW,
                  report->len > 0 ? report->str : "  the lines are not in order\n");
}
END_TEST

START_TEST(test_twice_and_other_seed)
{
    for (guint i = 0; i < names->len; i++) {
        const char *name = names->pdata[i];
        uint64_t hash = hash_of_begin(name, 0);
        ck_assert_msg(hash_of_begin(name, 0) == hash, "%s: the second run has another hash", name);
        ck_assert_msg(hash_of_begin(name, 1) != hash, "%s: another seed has the same hash", name);
    }
}
END_TEST

/* Whoever watches changes nothing, and so does a scenario that is read again. */
START_TEST(test_watched)
{
    g_autoptr(Scenario) scenario =
        scenario_load(LIBRARY_FOLDER "/basics/quickstart.json", NULL, 0, NULL);
    FixRecorder recorder;
    fix_recorder_init(&recorder);
    g_autoptr(SimResult) watched = fix_run(scenario, &recorder);
    ck_assert_uint_eq(watched->trace_hash, hash_of("basics/quickstart"));
    ck_assert_uint_gt(recorder.notes->len, 1000);
    fix_recorder_finish(&recorder);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("golden");
    TCase *tcase = tcase_create("golden");
    tcase_set_timeout(tcase, 0);
    tcase_add_unchecked_fixture(tcase, run_all, forget_all);
    tcase_add_test(tcase, test_hashes);
    tcase_add_test(tcase, test_twice_and_other_seed);
    tcase_add_test(tcase, test_watched);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
