/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/cli/cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "scenarios/keys.h"

static bool write_failed;
static const char *called_by = "bnetlab";

const char *cli_program(void)
{
    return called_by;
}

void cli_set_program(const char *word)
{
    const char *wrapper = g_getenv("BNETLAB_PROGRAM");
    if (wrapper != NULL && wrapper[0] != '\0')
        called_by = wrapper;
    else if (word != NULL && word[0] != '\0')
        called_by = word;
}

void cli_write(const char *text, size_t len)
{
    while (len > 0 && !write_failed) {
        ssize_t written = write(STDOUT_FILENO, text, len);
        if (written >= 0) {
            text += written;
            len -= (size_t)written;
        } else if (errno != EINTR) {
            const int reason = errno;
            write_failed = true;
            /* Who closed the pipe, as head does, has read enough. */
            if (reason != EPIPE)
                cli_error("cannot write to standard output: %s", g_strerror(reason));
        }
    }
}

bool cli_write_failed(void)
{
    return write_failed;
}

void cli_error(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_printerr("bnetlab: %s\n", message);
}

static uint32_t terminal_width(void)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) {
        return REPORT_WIDTH_MAX;
    }
    return CLAMP((uint32_t)size.ws_col, REPORT_WIDTH_MIN, REPORT_WIDTH_MAX);
}

ReportStyle cli_style(void)
{
    const char *no_color = g_getenv("NO_COLOR");
    const char *terminal = g_getenv("TERM");
    bool is_terminal = isatty(STDOUT_FILENO) != 0;
    bool is_dumb = terminal != NULL && strcmp(terminal, "dumb") == 0;
    return (ReportStyle){
        .colour = is_terminal && !is_dumb && (no_color == NULL || no_color[0] == '\0'),
        .utf8 = g_get_charset(NULL),
        .width = is_terminal ? terminal_width() : REPORT_WIDTH_MAX,
    };
}

static void write_help(GOptionContext *context)
{
    g_autofree char *help = g_option_context_get_help(context, TRUE, NULL);
    if (g_get_charset(NULL)) {
        cli_write(help, strlen(help));
        return;
    }
    g_autofree char *ascii = g_str_to_ascii(help, "C");
    cli_write(ascii, strlen(ascii));
}

/* "; did you mean --json?", of GLib's message "Unknown option --jso"; NULL: nothing is like it.
 * (transfer full) (nullable) */
static char *meant_option(const GOptionEntry *entries, const char *message)
{
    const char *unknown = strstr(message, "--");
    const char *best = NULL;
    uint32_t best_distance = UINT32_MAX;
    for (const GOptionEntry *at = entries; unknown != NULL && at->long_name != NULL; at++) {
        uint32_t distance = scenario_misspelling(unknown + 2, at->long_name);
        if (at->long_name[0] != '\0' && distance < best_distance &&
            scenario_worth_suggesting(at->long_name, distance)) {
            best = at->long_name;
            best_distance = distance;
        }
    }
    return best == NULL ? NULL : g_strdup_printf("; did you mean --%s?", best);
}

/* GLib's messages "Cannot parse integer value “x” for --jobs" and "Integer value “99...” for --jobs
 * out of range" in our words; others as they are. (transfer full) */
static char *number_message(const char *message)
{
    static const char open[] = "value \u201c";
    static const char close[] = "\u201d for ";
    const char *value = strstr(message, open);
    const char *end = value != NULL ? g_strrstr(value, close) : NULL;
    if (end == NULL) {
        return g_strdup(message);
    }
    value += sizeof open - 1;
    g_auto(GStrv) words = g_strsplit(end + sizeof close - 1, " ", 2);
    bool is_far = words[0] != NULL && words[1] != NULL;
    return g_strdup_printf("%s %.*s: %s", words[0] != NULL ? words[0] : "", (int)(end - value),
                           value, is_far ? "is out of range" : "must be a whole number");
}

bool cli_parse(const CliUsage *usage, const GOptionEntry *entries, int *argc, char ***argv,
               int *ret_status)
{
    /* GLib's own --help writes and exits without looking at errors. */
    gboolean help = FALSE;
    const GOptionEntry help_entry[] = {
        {"help", 'h', G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE, &help, "Show this help", NULL},
        G_OPTION_ENTRY_NULL,
    };
    g_autofree char *program = g_strconcat("bnetlab ", usage->name, NULL);
    g_set_prgname(program);
    g_autoptr(GOptionContext) context = g_option_context_new(usage->parameters);
    g_option_context_set_help_enabled(context, FALSE);
    g_option_context_set_summary(context, usage->summary);
    g_option_context_set_description(context, usage->description);
    g_option_context_add_main_entries(context, help_entry, NULL);
    g_option_context_add_main_entries(context, entries, NULL);
    g_autoptr(GError) error = NULL;
    if (!g_option_context_parse(context, argc, argv, &error)) {
        g_autofree char *meant =
            g_error_matches(error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION)
                ? meant_option(entries, error->message)
                : NULL;
        g_autofree char *message = number_message(error->message);
        cli_error("%s: %s%s (see %s --help)", usage->name, message, meant != NULL ? meant : "",
                  program);
        *ret_status = CLI_BAD_INPUT;
        return false;
    }
    if (help) {
        write_help(context);
        *ret_status = cli_write_failed() ? CLI_INTERNAL : CLI_OK;
        return false;
    }
    return true;
}
