/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/cli/sweep.h"

#include <string.h>

typedef struct Axis {
    char *pointer;
    const char *label; /* within the pointer: all of it, or its last key if that is enough */
    GPtrArray *values; /* of char */
} Axis;

static void free_axis(gpointer data)
{
    Axis *axis = data;
    g_free(axis->pointer);
    g_ptr_array_unref(axis->values);
    g_free(axis);
}

static const Axis *axis_at(const CliSweep *sweep, guint i)
{
    return g_ptr_array_index(sweep->axes, i);
}

/* The end of the value that begins at `text`: a comma outside quotes and brackets, or the NUL. */
static const char *end_of_value(const char *text)
{
    guint depth = 0;
    bool is_quoted = false;
    const char *at = text;
    for (; *at != '\0' && (*at != ',' || depth > 0 || is_quoted); at++) {
        if (is_quoted && *at == '\\' && at[1] != '\0') {
            at++;
        } else if (*at == '"') {
            is_quoted = !is_quoted;
        } else if (!is_quoted && (*at == '[' || *at == '{')) {
            depth++;
        } else if (!is_quoted && depth > 0 && (*at == ']' || *at == '}')) {
            depth--;
        }
    }
    return at;
}

static bool add_values(Axis *axis, const char *option, const char *text, GError **error)
{
    for (const char *begin = text, *end; begin != NULL; begin = *end == ',' ? end + 1 : NULL) {
        end = end_of_value(begin);
        if (end == begin) {
            g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                        "--sweep %s: a value is missing (an empty text is \"\")", option);
            return false;
        }
        g_ptr_array_add(axis->values, g_strndup(begin, (gsize)(end - begin)));
    }
    return true;
}

bool cli_sweep_has(const CliSweep *sweep, const char *pointer)
{
    for (guint i = 0; i < sweep->axes->len; i++) {
        if (strcmp(axis_at(sweep, i)->pointer, pointer) == 0) {
            return true;
        }
    }
    return false;
}

static bool add_axis(CliSweep *sweep, const char *option, GError **error)
{
    const char *equals = strchr(option, '=');
    if (option[0] != '/' || equals == NULL) {
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                    "--sweep %s: must be /pointer=value,..., as in --sweep /seed=1,2,3", option);
        return false;
    }
    g_autofree char *pointer = g_strndup(option, (gsize)(equals - option));
    if (cli_sweep_has(sweep, pointer)) {
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                    "--sweep %s: stands twice; all its values go into one", pointer);
        return false;
    }
    Axis *axis = g_new0(Axis, 1);
    axis->pointer = g_steal_pointer(&pointer);
    axis->label = strrchr(axis->pointer, '/') + 1;
    axis->values = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(sweep->axes, axis);
    if (!add_values(axis, option, equals + 1, error)) {
        return false;
    }
    if (axis->values->len > CLI_SWEEP_RUNS_MAX / sweep->n_runs) {
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                    "--sweep %s: there are more than %u combinations of values", axis->pointer,
                    CLI_SWEEP_RUNS_MAX);
        return false;
    }
    sweep->n_runs *= axis->values->len;
    return true;
}

/* Two pointers whose last keys are the same are told by the whole. */
static void make_labels_differ(CliSweep *sweep)
{
    for (guint i = 0; i < sweep->axes->len; i++) {
        for (guint j = 0; j < sweep->axes->len; j++) {
            Axis *axis = g_ptr_array_index(sweep->axes, i);
            const char *other = strrchr(axis_at(sweep, j)->pointer, '/') + 1;
            if (i != j && strcmp(strrchr(axis->pointer, '/') + 1, other) == 0) {
                axis->label = axis->pointer;
            }
        }
    }
}

bool cli_sweep_init(CliSweep *sweep, char *const *options, GError **error)
{
    *sweep = (CliSweep){.axes = g_ptr_array_new_with_free_func(free_axis), .n_runs = 1};
    for (size_t i = 0; options != NULL && options[i] != NULL; i++) {
        if (!add_axis(sweep, options[i], error)) {
            cli_sweep_finish(sweep);
            return false;
        }
    }
    make_labels_differ(sweep);
    return true;
}

void cli_sweep_finish(CliSweep *sweep)
{
    if (sweep != NULL) {
        g_clear_pointer(&sweep->axes, g_ptr_array_unref);
    }
}

bool cli_sweep_is_asked(const CliSweep *sweep)
{
    return sweep->axes->len > 0;
}

/* The value of an axis in a combination. */
static const char *value_of(const CliSweep *sweep, guint run, guint axis)
{
    guint rest = run;
    for (guint i = sweep->axes->len - 1; i > axis; i--) {
        rest /= axis_at(sweep, i)->values->len;
    }
    const GPtrArray *values = axis_at(sweep, axis)->values;
    return g_ptr_array_index(values, rest % values->len);
}

char **cli_sweep_sets(const CliSweep *sweep, guint run, char *const *sets)
{
    GPtrArray *all = g_ptr_array_new();
    for (size_t i = 0; sets != NULL && sets[i] != NULL; i++) {
        g_ptr_array_add(all, g_strdup(sets[i]));
    }
    for (guint i = 0; i < sweep->axes->len; i++) {
        g_ptr_array_add(
            all, g_strdup_printf("%s=%s", axis_at(sweep, i)->pointer, value_of(sweep, run, i)));
    }
    g_ptr_array_add(all, NULL);
    return (char **)g_ptr_array_free(all, FALSE);
}

char *cli_sweep_label(const CliSweep *sweep, guint run)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < sweep->axes->len; i++) {
        g_string_append_printf(out, "%s%s=%s", i > 0 ? ", " : "", axis_at(sweep, i)->label,
                               value_of(sweep, run, i));
    }
    for (char *at = out->str; *at != '\0'; at++) {
        if (g_ascii_iscntrl(*at)) {
            *at = ' ';
        }
    }
    return g_string_free(out, FALSE);
}
