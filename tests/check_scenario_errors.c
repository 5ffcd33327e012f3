/* SPDX-License-Identifier: Apache-2.0 */

/* Each file of tests/data/scenarios/bad must be refused with exactly the message of expected.txt,
 * and each of tests/data/scenarios/good accepted. tests/lint/schema.py asks the same of the JSON
 * Schema. */

#include <stdlib.h>
#include <string.h>

#include <check.h>
#include <glib.h>

#include "scenarios/loader.h"
#include "tests/run_suite.h"

#define FOLDER "tests/data/scenarios/bad/"
#define GOOD_FOLDER "tests/data/scenarios/good/"

static void assert_refused(const char *name, const char *expected)
{
    g_autofree char *path = g_strconcat(FOLDER, name, NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(Scenario) scenario = scenario_load(path, NULL, 0, &error);

    ck_assert_msg(scenario == NULL, "%s was accepted", path);
    ck_assert_ptr_nonnull(error);
    ck_assert_uint_eq(error->domain, SCENARIO_ERROR);
    ck_assert_str_eq(error->message, expected);
}

static uint32_t count_scenarios(void)
{
    g_autoptr(GDir) folder = g_dir_open(FOLDER, 0, NULL);
    uint32_t n = 0;

    ck_assert_ptr_nonnull(folder);
    for (const char *name = g_dir_read_name(folder); name != NULL; name = g_dir_read_name(folder)) {
        n += g_str_has_suffix(name, ".json") ? 1u : 0u;
    }
    return n;
}

START_TEST(every_malformed_file)
{
    g_autofree char *text = NULL;
    uint32_t n = 0;

    ck_assert(g_file_get_contents(FOLDER "expected.txt", &text, NULL, NULL));
    g_auto(GStrv) sections = g_strsplit(text, "\n== ", -1);

    for (char **section = sections + 1; *section != NULL; section++, n++) {
        char *message = strchr(*section, '\n');

        ck_assert_ptr_nonnull(message);
        *message++ = '\0';
        g_strchomp(message);
        assert_refused(*section, message);
    }
    ck_assert_uint_ge(n, 200);
    ck_assert_uint_eq(n, count_scenarios());
}
END_TEST

START_TEST(every_good_file)
{
    g_autoptr(GDir) folder = g_dir_open(GOOD_FOLDER, 0, NULL);
    uint32_t n = 0;

    ck_assert_ptr_nonnull(folder);
    for (const char *name = g_dir_read_name(folder); name != NULL; name = g_dir_read_name(folder)) {
        g_autofree char *path = g_strconcat(GOOD_FOLDER, name, NULL);
        g_autoptr(GError) error = NULL;
        g_autoptr(Scenario) scenario = scenario_load(path, NULL, 0, &error);

        ck_assert_msg(scenario != NULL, "%s", error == NULL ? "" : error->message);
        n++;
    }
    ck_assert_uint_ge(n, 5);
}
END_TEST

/* Whatever byte of a good file is lost or changed: an answer, never a crash. */
START_TEST(damaged_files)
{
    g_autofree char *text = NULL;
    gsize length = 0;

    ck_assert(g_file_get_contents("scenarios/basics/quickstart.json", &text, &length, NULL));
    const ScenarioText whole = {.path = "damaged.json", .data = text, .length = length};

    for (gsize i = 0; i < length; i++) {
        const ScenarioText cut = {.path = "cut.json", .data = text, .length = i};
        static const char replacements[] = "\0\"{}[],:0-.\\/x\xFF";

        for (size_t j = 0; j < sizeof replacements - 1; j++) {
            const char kept = text[i];

            text[i] = replacements[j];
            scenario_free(scenario_load_data(&whole, NULL, 0, NULL));
            text[i] = kept;
        }
        scenario_free(scenario_load_data(&cut, NULL, 0, NULL));
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("scenario_errors");
    TCase *tcase = tcase_create("errors");

    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, every_malformed_file);
    tcase_add_test(tcase, every_good_file);
    tcase_add_test(tcase, damaged_files);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
