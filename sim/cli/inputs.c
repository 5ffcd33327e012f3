/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/cli/inputs.h"

#include <string.h>

#include "sim/cli/cli.h"
#include "sim/start.h"

static gint compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* (transfer full) Names of a folder's entries, sorted. NULL: it cannot be read. */
static GPtrArray *list_folder(const char *folder, GError **error)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, error);
    if (dir == NULL) {
        return NULL;
    }
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    for (const char *name = g_dir_read_name(dir); name != NULL; name = g_dir_read_name(dir)) {
        if (name[0] != '.') {
            g_ptr_array_add(names, g_strdup(name));
        }
    }
    g_ptr_array_sort(names, compare_names);
    return names;
}

static bool is_schema_name(const char *name)
{
    return g_str_has_suffix(name, ".schema.json");
}

static bool is_part_name(const char *name)
{
    return g_str_has_suffix(name, ".part.json");
}

static bool is_scenario_name(const char *name)
{
    return g_str_has_suffix(name, ".json") && !is_schema_name(name) && !is_part_name(name);
}

/* Links to folders are not followed, so the recursion ends. */
static bool add_folder(GPtrArray *files, const char *folder, GError **error)
{
    g_autoptr(GPtrArray) names = list_folder(folder, error);
    if (names == NULL) {
        return false;
    }
    for (guint i = 0; i < names->len; i++) {
        const char *name = g_ptr_array_index(names, i);
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
            if (!g_file_test(path, G_FILE_TEST_IS_SYMLINK) && !add_folder(files, path, error)) {
                return false;
            }
        } else if (is_scenario_name(name)) {
            g_ptr_array_add(files, g_steal_pointer(&path));
        }
    }
    return true;
}

static bool add_file(CliPaths *paths, const char *argument, GError **error)
{
    if (strcmp(argument, "-") == 0) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                    "scenario -: standard input is named /dev/stdin here (a file \"-\" is ./-)");
        return false;
    }
    if (is_schema_name(argument) || is_part_name(argument)) {
        cli_error("note: %s is left out: *%s is no scenario%s", argument,
                  is_schema_name(argument) ? ".schema.json" : ".part.json",
                  is_part_name(argument) ? ", but a part of those that include it" : "");
        return true;
    }
    g_ptr_array_add(paths->files, g_strdup(argument));
    return true;
}

static bool add_argument(CliPaths *paths, const char *argument, GError **error)
{
    if (argument[0] == '\0') {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "\"\" is no name of a file or folder");
        return false;
    }
    if (!g_file_test(argument, G_FILE_TEST_IS_DIR)) {
        return add_file(paths, argument, error);
    }
    paths->is_suite = true;
    guint before = paths->files->len;
    if (!add_folder(paths->files, argument, error)) {
        return false;
    }
    if (paths->files->len == before) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT,
                    "folder %s holds no scenario (a file *.json)", argument);
        return false;
    }
    return true;
}

bool cli_paths_init(CliPaths *paths, char *const *arguments, GError **error)
{
    size_t count = 0;
    while (arguments != NULL && arguments[count] != NULL) {
        count++;
    }
    *paths = (CliPaths){
        .files = g_ptr_array_new_with_free_func(g_free),
        .is_suite = count > 1,
    };
    bool is_ok = true;
    for (size_t i = 0; i < count && is_ok; i++) {
        is_ok = add_argument(paths, arguments[i], error);
    }
    if (is_ok && paths->files->len == 0) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT, "%s",
                    count == 0 ? "no scenario is named; give files or folders"
                               : "none of the files is a scenario; a part is checked with a "
                                 "scenario that includes it");
        is_ok = false;
    }
    if (!is_ok) {
        cli_paths_finish(paths);
    }
    return is_ok;
}

void cli_paths_finish(CliPaths *paths)
{
    if (paths != NULL) {
        g_clear_pointer(&paths->files, g_ptr_array_unref);
    }
}

static bool add_set(CliOverrides *overrides, const char *set, GError **error)
{
    const char *equals = strchr(set, '=');
    if (set[0] != '/' || equals == NULL) {
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                    "--set %s: must be /pointer=value, as in --set /duration=60s", set);
        return false;
    }
    char *pointer = g_strndup(set, (gsize)(equals - set));
    char *value = g_strdup(equals + 1);
    g_ptr_array_add(overrides->strings, pointer);
    g_ptr_array_add(overrides->strings, value);
    overrides->items[overrides->count++] = (ScenarioOverride){.pointer = pointer, .value = value};
    return true;
}

static bool add_seed(CliOverrides *overrides, const char *seed, GError **error)
{
    guint64 number = 0;
    if (!g_ascii_string_to_unsigned(seed, 10, 0, G_MAXUINT64, &number, NULL)) {
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                    "--seed %s: must be a whole number from 0 to %" G_GUINT64_FORMAT, seed,
                    G_MAXUINT64);
        return false;
    }
    char *value = g_strdup_printf("%" G_GUINT64_FORMAT, number);
    g_ptr_array_add(overrides->strings, value);
    overrides->items[overrides->count++] = (ScenarioOverride){.pointer = "/seed", .value = value};
    return true;
}

bool cli_overrides_init(CliOverrides *overrides, char *const *sets, const char *seed,
                        GError **error)
{
    size_t count = 0;
    while (sets != NULL && sets[count] != NULL) {
        count++;
    }
    *overrides = (CliOverrides){
        .items = g_new0(ScenarioOverride, count + 1),
        .strings = g_ptr_array_new_with_free_func(g_free),
    };
    bool is_ok = true;
    for (size_t i = 0; i < count && is_ok; i++) {
        is_ok = add_set(overrides, sets[i], error);
    }
    if (is_ok && seed != NULL) {
        is_ok = add_seed(overrides, seed, error);
    }
    if (!is_ok) {
        cli_overrides_finish(overrides);
    }
    return is_ok;
}

void cli_overrides_finish(CliOverrides *overrides)
{
    if (overrides != NULL) {
        g_clear_pointer(&overrides->items, g_free);
        g_clear_pointer(&overrides->strings, g_ptr_array_unref);
    }
}

void cli_ties_spell_out(int argc, char **argv)
{
    static char no_seed[] = "--shuffle-ties=";
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--shuffle-ties") == 0) {
            argv[i] = no_seed;
        }
    }
}

bool cli_ties_read(const char *command, const char *value, CliTies *ret_ties)
{
    CliTies ties = {.shuffled = value != NULL, .has_seed = value != NULL && value[0] != '\0'};
    if (ties.has_seed && !g_ascii_string_to_unsigned(value, 10, 0, G_MAXUINT64, &ties.seed, NULL)) {
        cli_error("%s: --shuffle-ties=%s: must be a whole number from 0 to %" G_GUINT64_FORMAT,
                  command, value, G_MAXUINT64);
        return false;
    }
    *ret_ties = ties;
    return true;
}

void cli_ties_apply(const CliTies *ties, const Scenario *scenario, SimRunOptions *options)
{
    options->shuffle_ties = ties->shuffled;
    options->ties_seed = ties->has_seed ? ties->seed : scenario->seed;
}

Scenario *cli_load(const char *path, const CliOverrides *overrides, GError **error)
{
    g_autoptr(Scenario) scenario = scenario_load(path, overrides->items, overrides->count, error);
    if (scenario == NULL) {
        return NULL;
    }
    if (!sim_start_check(scenario, error)) {
        g_prefix_error(error, "%s: /chain/blocks_log: ", path);
        return NULL;
    }
    return g_steal_pointer(&scenario);
}
