/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/cli/sweep.h"

#include <string.h>

typedef struct Axis {
    char *pointer;
    const char *label; /* within the pointer: its last keys, as few as tell it from the others */
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
        g_autofree char *value = g_strndup(begin, (gsize)(end - begin));
        if (g_ptr_array_find_with_equal_func(axis->values, value, g_str_equal, NULL)) {
            g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                        "--sweep %s: the value %s stands twice", option, value);
            return false;
        }
        g_ptr_array_add(axis->values, g_steal_pointer(&value));
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

/* The keys of a label are the last ones of another pointer, too. */
static bool is_ambiguous(const CliSweep *sweep, const Axis *axis)
{
    g_autofree char *tail = g_strconcat("/", axis->label, NULL);
    for (guint i = 0; i < sweep->axes->len; i++) {
        if (axis_at(sweep, i) != axis && g_str_has_suffix(axis_at(sweep, i)->pointer, tail)) {
            return true;
        }
    }
    return false;
}

/* One key more, in front. */
static const char *longer_label(const Axis *axis)
{
    const char *at = axis->label - 1; /* its slash */
    while (at > axis->pointer && at[-1] != '/') {
        at--;
    }
    return at;
}

static void make_labels_differ(CliSweep *sweep)
{
    for (guint i = 0; i < sweep->axes->len; i++) {
        Axis *axis = g_ptr_array_index(sweep->axes, i);
        while (axis->label > axis->pointer + 1 && is_ambiguous(sweep, axis)) {
            axis->label = longer_label(axis);
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

/* Where the text begins a line, or is said of a parameter, which is unmistakable. */
static char *put_for(const char *message, const char *from, const char *to)
{
    g_auto(GStrv) parts = g_strsplit(message, from, -1);
    return g_strjoinv(to, parts);
}

char *cli_sweep_message(const CliSweep *sweep, const char *message)
{
    char *text = g_strconcat("\n", message, NULL);
    for (guint i = 0; i < sweep->axes->len; i++) {
        const char *pointer = axis_at(sweep, i)->pointer;
        const char *param = g_str_has_prefix(pointer, "/params/") ? pointer + 8 : "";
        g_autofree char *set = g_strdup_printf("\n--set %s: ", pointer);
        g_autofree char *swept = g_strdup_printf("\n--sweep %s: ", pointer);
        g_autofree char *set_param = g_strdup_printf("(parameter \"%s\", set by --set)", param);
        g_autofree char *swept_param = g_strdup_printf("(parameter \"%s\", set by --sweep)", param);
        g_autofree char *before = text;
        g_autofree char *half = put_for(before, set, swept);
        text = put_for(half, set_param, swept_param);
    }
    g_autofree char *whole = text;
    return g_strdup(whole + 1);
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
