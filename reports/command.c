/* SPDX-License-Identifier: Apache-2.0 */
#include "reports/command.h"

#include <stdbool.h>
#include <string.h>

static bool is_plain(const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-./:=@%+,";
    return word[0] != '\0' && strspn(word, plain) == strlen(word);
}

/* Each word but the first has a space before it. */
static void append_word(GString *out, const char *word)
{
    if (out->len > 0)
        g_string_append_c(out, ' ');
    if (is_plain(word)) {
        g_string_append(out, word);
        return;
    }
    g_autofree char *quoted = g_shell_quote(word);
    g_string_append(out, quoted);
}

char *report_command(const char *program, const SimResult *result, const char *const *sets)
{
    GString *out = g_string_new(NULL);
    append_word(out, program);
    g_string_append_printf(out, " run --seed %" G_GUINT64_FORMAT, result->seed);
    if (result->shuffled_ties)
        g_string_append_printf(out, " --shuffle-ties=%" G_GUINT64_FORMAT, result->ties_seed);
    if (result->driver == SIM_DRIVER_SOCKETS)
        g_string_append(out, " --driver sockets");
    for (size_t i = 0; sets != NULL && sets[i] != NULL; i++) {
        g_string_append(out, " --set");
        append_word(out, sets[i]);
    }
    /* A path that starts with a dash would be taken for an option. */
    g_string_append(out, result->path[0] == '-' ? " --" : "");
    append_word(out, result->path);
    return g_string_free(out, FALSE);
}
