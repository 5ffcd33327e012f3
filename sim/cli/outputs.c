/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/cli/outputs.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "sim/cli/cli.h"

bool cli_output_name_check(const char *command, const char *option, const char *name)
{
    if (name == NULL) {
        return true;
    }
    if (name[0] == '\0') {
        cli_error("%s: %s: the name of a file must follow, not an empty one", command, option);
        return false;
    }
    if (strcmp(name, "-") == 0) {
        cli_error("%s: %s -: standard output is named /dev/stdout here (a file \"-\" is ./-)",
                  command, option);
        return false;
    }
    return true;
}

bool cli_output_place_check(const char *command, const char *option, const char *path)
{
    struct stat status;
    bool is_special = stat(path, &status) == 0 && !S_ISREG(status.st_mode);
    if (is_special && !S_ISDIR(status.st_mode)) {
        if (g_access(path, W_OK) != 0) {
            cli_error("%s: %s %s: cannot be written to: %s", command, option, path,
                      g_strerror(errno));
            return false;
        }
        return true;
    }
    /* Where a name ends in a slash the folder is meant. */
    g_autofree char *folder = is_special ? g_strdup(path) : g_path_get_dirname(path);
    if (g_access(folder, W_OK | X_OK) != 0) {
        cli_error("%s: %s %s: cannot write to folder %s: %s", command, option, path, folder,
                  g_strerror(errno));
        return false;
    }
    return true;
}

/* A scenario's name as the name of a file. */
static char *file_name_of(const Scenario *scenario)
{
    g_autofree char *name = g_strdup(scenario->name);
    for (char *at = name; *at != '\0'; at++) {
        if (*at == '/' || g_ascii_iscntrl(*at) || (at == name && *at == '.')) {
            *at = '_';
        }
    }
    return g_strconcat(name, ".jsonl", NULL);
}

static bool name_in_folder(const char *option, const char *folder, const GPtrArray *scenarios,
                           char **names)
{
    if (g_mkdir_with_parents(folder, 0777) != 0) {
        cli_error("run: %s %s: cannot make the folder: %s", option, folder, g_strerror(errno));
        return false;
    }
    g_autoptr(GHashTable) taken = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < scenarios->len; i++) {
        g_autofree char *name = file_name_of(g_ptr_array_index(scenarios, i));
        names[i] = g_build_filename(folder, name, NULL);
        if (!g_hash_table_add(taken, names[i])) {
            cli_error("run: %s %s: two scenarios would write %s; give them names of their own",
                      option, folder, names[i]);
            return false;
        }
    }
    return cli_output_place_check("run", option, folder);
}

bool cli_outputs_name(const char *option, const char *value, const GPtrArray *scenarios,
                      char ***ret_names)
{
    if (value == NULL) {
        return true;
    }
    g_auto(GStrv) names = g_new0(char *, scenarios->len + 1);
    if (g_str_has_suffix(value, "/") || g_file_test(value, G_FILE_TEST_IS_DIR)) {
        if (!name_in_folder(option, value, scenarios, names)) {
            return false;
        }
    } else if (scenarios->len > 1) {
        cli_error("run: %s %s: several scenarios need a folder, as in %s %s/", option, value,
                  option, value);
        return false;
    } else {
        names[0] = g_strdup(value);
        if (!cli_output_place_check("run", option, value)) {
            return false;
        }
    }
    *ret_names = g_steal_pointer(&names);
    return true;
}

static char *identity_text(const struct stat *status, const char *name)
{
    return g_strdup_printf("%" PRIuMAX ":%" PRIuMAX "/%s", (uintmax_t)status->st_dev,
                           (uintmax_t)status->st_ino, name);
}

/* (transfer full) Equal for two names of one file, be it there or not. NULL: its folder is not
 * there, or it is to be passed over. */
static char *identity_of(const char *path, bool (*is_passed_over)(mode_t mode))
{
    struct stat status;
    if (stat(path, &status) == 0) {
        return is_passed_over(status.st_mode) ? NULL : identity_text(&status, "");
    }
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *name = g_path_get_basename(path);
    return stat(folder, &status) == 0 ? identity_text(&status, name) : NULL;
}

static bool is_not_regular(mode_t mode)
{
    return !S_ISREG(mode);
}

static bool is_character_device(mode_t mode)
{
    return S_ISCHR(mode);
}

void cli_outputs_init(CliOutputs *outputs)
{
    outputs->taken = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

/* `what` becomes the table's. */
static void add_read(CliOutputs *outputs, const char *path, char *what)
{
    char *identity = identity_of(path, is_not_regular);
    if (identity != NULL) {
        g_hash_table_insert(outputs->taken, identity, what);
    } else {
        g_free(what);
    }
}

void cli_outputs_add_scenario(CliOutputs *outputs, const Scenario *scenario)
{
    for (guint i = 0; i < scenario->files->len; i++) {
        const char *path = g_ptr_array_index(scenario->files, i);
        add_read(outputs, path, g_strdup_printf("%s is read by %s", path, scenario->path));
    }
    add_read(outputs, scenario->path,
             g_strdup_printf("%s is a scenario of this run", scenario->path));
}

bool cli_outputs_add(CliOutputs *outputs, const char *option, const char *path)
{
    g_autofree char *identity = identity_of(path, is_character_device);
    if (identity == NULL) {
        return true;
    }
    const char *taken = g_hash_table_lookup(outputs->taken, identity);
    if (taken != NULL) {
        cli_error("run: %s %s: %s; name another file", option, path, taken);
        return false;
    }
    g_hash_table_insert(outputs->taken, g_steal_pointer(&identity),
                        g_strdup_printf("%s is written by %s already", path, option));
    return true;
}

void cli_outputs_finish(CliOutputs *outputs)
{
    if (outputs != NULL) {
        g_clear_pointer(&outputs->taken, g_hash_table_unref);
    }
}
