/* SPDX-License-Identifier: Apache-2.0 */
/* Where a scenario's chain comes from, and what goes over its wire. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <check.h>
#include <glib.h>
#include <glib/gstdio.h>

#include "scenarios/loader.h"
#include "tests/loader_fixture.h"
#include "tests/run_suite.h"

/* A folder of its own for each test, with an empty file "a.log" in it. */
static char *folder;
static char *log_path;

static void setup(void)
{
    folder = g_dir_make_tmp("scenario-XXXXXX", NULL);
    ck_assert_ptr_nonnull(folder);
    log_path = g_build_filename(folder, "a.log", NULL);
    ck_assert(g_file_set_contents(log_path, "", 0, NULL));
}

static void teardown(void)
{
    g_unlink(log_path);
    ck_assert_int_eq(g_rmdir(folder), 0);
    g_free(log_path);
    g_free(folder);
}

/* Writes a scenario into the folder; the caller removes it. */
static char *write_scenario(const char *json)
{
    char *path = g_build_filename(folder, "test.json", NULL);

    ck_assert(g_file_set_contents(path, json, -1, NULL));
    return path;
}

static char *with_chain(const char *chain)
{
    return g_strdup_printf(
        "{\"duration\": \"10s\", \"peers\": {\"bp\": {\"produces\": true}}, \"chain\": %s}", chain);
}

static Scenario *load_chain(const char *chain, const ScenarioOverride *overrides, size_t n)
{
    g_autofree char *json = with_chain(chain);
    g_autofree char *path = write_scenario(json);
    g_autoptr(GError) error = NULL;
    Scenario *scenario = scenario_load(path, overrides, n, &error);

    ck_assert_msg(scenario != NULL, "%s", error == NULL ? "no error" : error->message);
    g_unlink(path);
    return scenario;
}

/* ---- The log --------------------------------------------------------------------------------- */

START_TEST(a_log_stands_in_the_folder_of_the_scenario)
{
    g_autoptr(Scenario) s = load_chain("{\"blocks_log\": \"a.log\"}", NULL, 0);

    ck_assert_str_eq(s->chain.blocks_log, log_path);
    ck_assert_uint_eq(s->chain.start_height, 0);
    ck_assert_uint_eq(s->chain.rule, SCENARIO_RULE_DPOS);
}
END_TEST

START_TEST(a_log_up_to_a_height)
{
    g_autoptr(Scenario) s =
        load_chain("{\"blocks_log\": \"a.log\", \"start_height\": 1000000}", NULL, 0);
    g_autoptr(Scenario) t = load_chain("{\"start_height\": 1, \"blocks_log\": \"a.log\"}", NULL, 0);

    ck_assert_str_eq(s->chain.blocks_log, log_path);
    ck_assert_uint_eq(s->chain.start_height, SCENARIO_START_HEIGHT_MAX);
    ck_assert_str_eq(t->chain.blocks_log, log_path);
    ck_assert_uint_eq(t->chain.start_height, 1);
}
END_TEST

START_TEST(a_log_with_another_rule)
{
    g_autoptr(Scenario) s =
        load_chain("{\"irreversibility\": {\"depth\": 3}, \"blocks_log\": \"a.log\"}", NULL, 0);

    ck_assert_uint_eq(s->chain.rule, SCENARIO_RULE_DEPTH);
    ck_assert_uint_eq(s->chain.depth, 3);
    ck_assert_uint_eq(s->chain.start_height, 0);
}
END_TEST

START_TEST(without_a_log_the_chain_stands_at_block_1)
{
    g_autoptr(Scenario) s = load_chain("{}", NULL, 0);

    ck_assert_ptr_null(s->chain.blocks_log);
    ck_assert_uint_eq(s->chain.start_height, 1);
}
END_TEST

START_TEST(overrides_name_a_log)
{
    /* From the working directory, which is not the scenario's folder. */
    const ScenarioOverride relative = {"/chain/blocks_log", "tests/CMakeLists.txt"};
    const ScenarioOverride absolute = {"/chain/blocks_log", log_path};
    const ScenarioOverride whole[] = {{"/chain", "{}"}, {"/chain/blocks_log", log_path}};
    g_autoptr(Scenario) s = load_chain("{\"start_height\": 382}", &relative, 1);
    g_autoptr(Scenario) t = load_with(MINIMAL, whole, 2);
    /* A file that the override replaces need not be there. */
    g_autoptr(Scenario) u = load_chain("{\"blocks_log\": \"none.log\"}", &absolute, 1);

    ck_assert_str_eq(s->chain.blocks_log, "tests/CMakeLists.txt");
    ck_assert_uint_eq(s->chain.start_height, 382);
    ck_assert_str_eq(t->chain.blocks_log, log_path);
    ck_assert_uint_eq(t->chain.start_height, 0);
    ck_assert_str_eq(u->chain.blocks_log, log_path);
}
END_TEST

START_TEST(a_scenario_without_folder_names_files_from_here)
{
    const ScenarioText text = {.path = "test.json", .data = MINIMAL, .length = sizeof MINIMAL - 1};
    const ScenarioOverride override = {"/chain", "{\"blocks_log\": \"tests/CMakeLists.txt\"}"};
    g_autoptr(Scenario) s = scenario_load_data(&text, &override, 1, NULL);

    ck_assert_ptr_nonnull(s);
    ck_assert_str_eq(s->chain.blocks_log, "tests/CMakeLists.txt");
}
END_TEST

START_TEST(overrides_that_name_no_log)
{
    static const struct {
        const char *value;
        const char *message;
    } cases[] = {
        {"none.log", "none.log: cannot be opened: No such file or directory"},
        {"/dev", "/dev: is a folder; a regular file is needed"},
        {"/dev/null", "/dev/null: is a device or a pipe; a regular file is needed"},
        {"", "the name of a file must not be empty"},
        {"7", "must be a string with the name of a file, not an integer"},
        {"[\"a.log\"]", "must be a string with the name of a file, not an array"},
    };
    g_autofree char *json = with_chain("{}");

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const ScenarioOverride override = {"/chain/blocks_log", cases[i].value};
        g_autofree char *message = g_strconcat("--set /chain/blocks_log: ", cases[i].message, NULL);

        assert_refused(json, &override, 1, message);
    }
}
END_TEST

/* The loader must not wait for somebody to write into it. */
START_TEST(a_pipe_is_no_log)
{
    g_autofree char *pipe_path = g_build_filename(folder, "pipe", NULL);
    const ScenarioOverride override = {"/chain/blocks_log", pipe_path};
    g_autofree char *json = with_chain("{}");
    g_autofree char *message =
        g_strdup_printf("--set /chain/blocks_log: %s: is a device or a pipe; a regular file is "
                        "needed",
                        pipe_path);

    ck_assert_int_eq(mkfifo(pipe_path, 0600), 0);
    assert_refused(json, &override, 1, message);
    g_unlink(pipe_path);
}
END_TEST

/* Both mistakes of the object are found, and the height is held to its range with a log too. */
START_TEST(mistakes_beside_a_log)
{
    g_autofree char *chain =
        g_strdup_printf("{\"blocks_log\": \"%s\", \"start_height\": 1000001}", log_path);
    const ScenarioOverride good_log = {"/chain", chain};
    g_autofree char *json = with_chain("{\"blocks_log\": \"none.log\", \"start_height\": 0}");

    assert_refused(MINIMAL, &good_log, 1,
                   "--set /chain: /chain/start_height: 1000001 is out of range; allowed is 1 to "
                   "1000000");
    assert_refused(json, NULL, 0,
                   "folder/test.json:1:82: /chain/blocks_log: folder/none.log: cannot be opened: "
                   "No such file or directory\n"
                   "folder/test.json:1:110: /chain/start_height: 0 is out of range; allowed is 1 "
                   "to 1000000");
}
END_TEST

/* ---- The wire -------------------------------------------------------------------------------- */

START_TEST(the_wire_is_one_of_two)
{
    const ScenarioOverride bytes = {"/wire", "bytes"};
    const ScenarioOverride structured = {"/wire", "structured"};
    const ScenarioOverride wrong = {"/wire", "json"};
    g_autoptr(Scenario) s = load_with(MINIMAL, &bytes, 1);
    g_autoptr(Scenario) t = load_with(MINIMAL, &structured, 1);

    ck_assert_uint_eq(s->wire, SCENARIO_WIRE_BYTES);
    ck_assert_uint_eq(t->wire, SCENARIO_WIRE_STRUCTURED);
    assert_refused(MINIMAL, &wrong, 1,
                   "--set /wire: \"json\" is not known here; allowed are \"structured\", "
                   "\"bytes\"");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("scenario_chain");
    TCase *tcase = tcase_create("chain");

    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, a_log_stands_in_the_folder_of_the_scenario);
    tcase_add_test(tcase, a_log_up_to_a_height);
    tcase_add_test(tcase, a_log_with_another_rule);
    tcase_add_test(tcase, without_a_log_the_chain_stands_at_block_1);
    tcase_add_test(tcase, overrides_name_a_log);
    tcase_add_test(tcase, a_scenario_without_folder_names_files_from_here);
    tcase_add_test(tcase, overrides_that_name_no_log);
    tcase_add_test(tcase, a_pipe_is_no_log);
    tcase_add_test(tcase, mistakes_beside_a_log);
    tcase_add_test(tcase, the_wire_is_one_of_two);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
