/* SPDX-License-Identifier: Apache-2.0 */

/* bnetlab conform: compares our code with recorded cases. */

#include <stdio.h>
#include <unistd.h>

#include "reports/format.h"
#include "sim/cli/cli.h"
#include "sim/conform/run.h"

#define SHOW_DEFAULT 5
#define PROGRESS_DELAY_US 500000
#define PROGRESS_PERIOD_US 100000

typedef struct Options {
    int show;
    gboolean json;
    gboolean live;
    char **arguments;
} Options;

/* One line on standard error, of a run that takes a while and is watched. */
typedef struct Line {
    int64_t next_us; /* not to be drawn before that */
    bool is_drawn;
} Line;

static void draw(void *user_data, const ConformResult *result)
{
    Line *line = user_data;
    int64_t now_us = g_get_monotonic_time();
    if (now_us < line->next_us) {
        return;
    }
    const ConformFile *file = g_ptr_array_index(result->files, result->files->len - 1);
    g_autofree char *name = g_path_get_basename(file->path);
    g_autoptr(GString) shown = g_string_new(NULL);
    report_append_clean(shown, name);
    (void)fprintf(stderr,
                  "\r\033[K%.40s: %" G_GUINT64_FORMAT " agree, %" G_GUINT64_FORMAT " disagree",
                  shown->str, result->agree, result->disagree);
    (void)fflush(stderr);
    line->next_us = now_us + PROGRESS_PERIOD_US;
    line->is_drawn = true;
}

static void clear(Line *line)
{
    if (line->is_drawn) {
        (void)fputs("\r\033[K", stderr);
        (void)fflush(stderr);
        line->is_drawn = false;
    }
}

/* Tells of a file that was not read to its end or has no case. False: it is wrong. */
static bool tell_of(const ConformFile *file, const char *kind)
{
    if (file->error != NULL) {
        /* It may have a key or a name of the record. */
        g_autoptr(GString) shown = g_string_new(NULL);
        report_append_clean(shown, file->error);
        g_printerr("%s\n", shown->str);
        return false;
    }
    if (file->is_left_out) {
        cli_error("note: %s is left out: it holds no case of kind %s, but of another", file->path,
                  kind);
    }
    return true;
}

static int status_of(const ConformResult *result, bool is_good)
{
    if (cli_write_failed()) {
        return CLI_INTERNAL;
    }
    if (!is_good) {
        return CLI_BAD_INPUT;
    }
    if (result->agree == 0 && result->disagree == 0 && result->skipped == 0) {
        cli_error("conform: no file holds a case of kind %s", result->kind);
        return CLI_BAD_INPUT;
    }
    return result->disagree > 0 || result->skipped > 0 ? CLI_FAILED : CLI_OK;
}

static int compare_all(ConformRun *run, char *const *paths, const Options *options, Line *line)
{
    const ConformResult *result = conform_run_result(run);
    bool is_good = true;
    for (size_t i = 0; paths[i] != NULL; i++) {
        conform_run_file(run, paths[i]);
        clear(line);
        is_good &= tell_of(g_ptr_array_index(result->files, i), result->kind);
    }
    g_autoptr(GString) out = g_string_new(NULL);
    if (options->json) {
        conform_result_json(out, result);
    } else {
        conform_result_text(out, result);
    }
    cli_write(out->str, out->len);
    return status_of(result, is_good);
}

static int conform(const Options *options)
{
    g_autoptr(GError) error = NULL;
    if (options->arguments == NULL || options->arguments[1] == NULL) {
        g_autofree char *kinds = conform_kinds_text();
        cli_error("conform: give a kind (%s) and files; see bnetlab conform --help", kinds);
        return CLI_BAD_INPUT;
    }
    if (options->show < 0 || options->show > (int)CONFORM_SHOW_MAX) {
        cli_error("conform: --show %d: must be from 0 to %u", options->show, CONFORM_SHOW_MAX);
        return CLI_BAD_INPUT;
    }
    Line line = {.next_us = g_get_monotonic_time() + PROGRESS_DELAY_US};
    bool is_watched = isatty(STDERR_FILENO) != 0 && g_strcmp0(g_getenv("TERM"), "dumb") != 0;
    const ConformOptions run_options = {
        .kind = options->arguments[0],
        .show_max = (uint32_t)options->show,
        .program = options->live ? "/proc/self/exe" : NULL,
        .progress = is_watched ? draw : NULL,
        .progress_data = &line,
    };
    g_autoptr(ConformRun) run = conform_run_new(&run_options, &error);
    if (run == NULL) {
        cli_error("conform: %s", error->message);
        return CLI_BAD_INPUT;
    }
    return compare_all(run, options->arguments + 1, options, &line);
}

int cli_conform(int argc, char **argv)
{
    g_autofree char *kinds = conform_kinds_text();
    g_autofree char *summary = g_strdup_printf(
        "Compares what Bnetlab makes of recorded cases with what was recorded.\n\n"
        "KIND is one of %s.\n"
        "A FILE holds JSON objects, one a line or in one array, gzipped or not; of kind blocks\n"
        "also a blocks.log. Files with cases of other kinds are left out.",
        kinds);
    const CliUsage usage = {
        .name = "conform",
        .parameters = "KIND FILE...",
        .summary = summary,
        .description = "Exit status: 0 all cases agree, 1 some disagree or were skipped, 2 a "
                       "file is wrong or\nthere is no case, 3 internal error or the result could "
                       "not be written.\n\n"
                       "Example:\n  bnetlab conform blocks recordings/*.jsonl.gz",
    };
    Options options = {.show = SHOW_DEFAULT};
    const GOptionEntry entries[] = {
        {"show", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_INT, &options.show,
         "Show that many disagreements (default 5)", "N"},
        {"live", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE, &options.live,
         "Hold sessions with a process \"bnetlab node\" over sockets", NULL},
        {"json", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE, &options.json,
         "Write the result as JSON", NULL},
        {G_OPTION_REMAINING, 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_FILENAME_ARRAY, &options.arguments,
         NULL, NULL},
        G_OPTION_ENTRY_NULL,
    };
    int status = CLI_OK;
    if (cli_parse(&usage, entries, &argc, &argv, &status)) {
        status = conform(&options);
    }
    g_strfreev(options.arguments);
    return status;
}
