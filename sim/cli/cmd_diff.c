/* SPDX-License-Identifier: Apache-2.0 */

/* bnetlab diff: where two runs part, and what led there. */

#include <string.h>

#include "core/base.h"
#include "reports/diff.h"
#include "scenarios/units.h"
#include "sim/cli/cli.h"
#include "sim/cli/diff_sides.h"

/* How much of what was before the second in which two runs part is read, to tell what led there: a
 * lost peer is dialled again after 15 s at most. */
#define HISTORY_NS (20 * BNET_NS_PER_S)

typedef struct Options {
    char *seed;
    char *seeds[2];
    char *programs[2];
    char *ties[2];
    char **sets;
    char **side_sets[2];
    char *history;
    gboolean json;
    char **arguments;
} Options;

/* All that a `bnetlab diff` has. */
typedef struct Comparison {
    const Options *options;
    int64_t history_ns;
    DiffSide sides[2];
    ReportCheckpoints checkpoints[2];
    bool has_checkpoints; /* of both sides */
    bool differs;         /* they do */
    ReportDiff diff;
} Comparison;

static const char *const letters[2] = {"a", "b"};

/* --- the sides ------------------------------------------------------------------------------- */

static bool check_trace(const Options *options, int s)
{
    const char *option = options->seeds[s] != NULL       ? "seed"
                         : options->programs[s] != NULL  ? "program"
                         : options->ties[s] != NULL      ? "shuffle-ties"
                         : options->side_sets[s] != NULL ? "set"
                                                         : NULL;
    if (option != NULL)
        cli_error("diff: --%s-%s: a trace is not run again", option, letters[s]);
    return option == NULL;
}

static bool check_file(const char *path)
{
    if (strcmp(path, "-") == 0 || !g_file_test(path, G_FILE_TEST_EXISTS)) {
        cli_error("diff: there is no file %s", path);
        return false;
    }
    if (!g_file_test(path, G_FILE_TEST_IS_REGULAR)) {
        cli_error("diff: %s: must be a file, which can be read twice", path);
        return false;
    }
    return true;
}

static void add_sets(DiffSide *side, char **sets)
{
    for (guint i = 0; sets != NULL && sets[i] != NULL; i++)
        g_ptr_array_add(side->sets, sets[i]);
}

static bool read_side(Comparison *comparison, int s)
{
    const Options *options = comparison->options;
    bool has_two = options->arguments[1] != NULL;
    DiffSide *side = &comparison->sides[s];
    side->path = options->arguments[has_two ? s : 0];
    side->program = options->programs[s];
    side->seed = options->seeds[s] != NULL ? options->seeds[s] : options->seed;
    side->ties = options->ties[s];
    add_sets(side, options->sets);
    add_sets(side, options->side_sets[s]);
    g_ptr_array_add(side->sets, NULL);
    if (!check_file(side->path))
        return false;
    side->is_trace = report_lines_is_trace(side->path);
    return !side->is_trace || check_trace(options, s);
}

static bool read_options(Comparison *comparison)
{
    const Options *options = comparison->options;
    guint n = options->arguments != NULL ? g_strv_length(options->arguments) : 0;
    if (n < 1 || n > 2) {
        cli_error("diff: name one scenario, or two scenarios or traces");
        return false;
    }
    comparison->history_ns = HISTORY_NS;
    const char *wrong = options->history != NULL
                            ? scenario_units_duration(options->history, &comparison->history_ns)
                            : NULL;
    if (wrong != NULL) {
        cli_error("diff: --history %s: %s", options->history, wrong);
        return false;
    }
    return read_side(comparison, 0) && read_side(comparison, 1);
}

/* --- comparing ------------------------------------------------------------------------------- */

/* What the run of a side says on standard error is said again. */
static void tell_failure(const DiffStream *stream, int s, const char *message)
{
    g_autofree char *errors = diff_stream_errors(stream);
    cli_error("diff: %s: %s", s == 0 ? "A" : "B", message);
    if (errors[0] != '\0')
        g_printerr("%s", errors);
}

static bool open_both(const Comparison *comparison, DiffStream *streams, bool checkpoints,
                      int64_t from_ns)
{
    for (int s = 0; s < 2; s++) {
        g_autoptr(GError) error = NULL;
        if (!diff_stream_open(&streams[s], &comparison->sides[s], checkpoints, from_ns, &error)) {
            cli_error("diff: %s: %s", s == 0 ? "A" : "B", error->message);
            return false;
        }
    }
    return true;
}

static bool read_checkpoints_of(Comparison *comparison, DiffStream *streams, int s)
{
    g_autoptr(GError) error = NULL;
    ReportCheckpoints *checkpoints = &comparison->checkpoints[s];
    if (!report_checkpoints_read(checkpoints, streams[s].lines, &error)) {
        tell_failure(&streams[s], s, error->message);
        return false;
    }
    if (!checkpoints->is_complete && !comparison->sides[s].is_trace) {
        tell_failure(&streams[s], s, "the run did not come to its end");
        return false;
    }
    return true;
}

/* Both runs go on at the same time. */
static bool read_checkpoints(Comparison *comparison)
{
    DiffStream streams[2] = {{.errors = -1}, {.errors = -1}};
    bool is_ok = open_both(comparison, streams, true, 0) &&
                 read_checkpoints_of(comparison, streams, 0) &&
                 read_checkpoints_of(comparison, streams, 1);
    for (int s = 0; s < 2; s++)
        diff_stream_close(&streams[s]);
    const ReportCheckpoints *both = comparison->checkpoints;
    comparison->has_checkpoints = is_ok;
    comparison->differs = is_ok && both[0].steps != 0 && both[1].steps != 0 &&
                          !report_checkpoints_equal(&both[0], &both[1]);
    return is_ok;
}

static bool compare_from(Comparison *comparison, int64_t from_ns)
{
    DiffStream streams[2] = {{.errors = -1}, {.errors = -1}};
    report_diff_finish(&comparison->diff);
    comparison->diff.from_ns = from_ns;
    bool is_ok = open_both(comparison, streams, false, from_ns);
    if (is_ok) {
        g_autoptr(GError) error = NULL;
        ReportLines *const traces[2] = {streams[0].lines, streams[1].lines};
        is_ok = report_diff_events(&comparison->diff, traces,
                                   comparison->has_checkpoints ? comparison->checkpoints : NULL,
                                   &error);
        if (!is_ok)
            cli_error("diff: %s", error->message);
    }
    for (int s = 0; s < 2; s++)
        diff_stream_close(&streams[s]);
    return is_ok;
}

/* Where a run does not repeat itself, it may part from the other one sooner than it did before. */
static bool compare_events(Comparison *comparison)
{
    const ReportCheckpoints *both = comparison->checkpoints;
    int64_t part_ns = comparison->has_checkpoints ? report_checkpoints_part(&both[0], &both[1]) : 0;
    int64_t from_ns = MAX(0, part_ns - comparison->history_ns) / BNET_NS_PER_S * BNET_NS_PER_S;
    if (!compare_from(comparison, from_ns))
        return false;
    return comparison->diff.is_founded || comparison->diff.is_equal || compare_from(comparison, 0);
}

/* --- the result ------------------------------------------------------------------------------ */

/* As the checkpoints told it, else the trace that was read to its end. */
static void take_hash(const Comparison *comparison, int s, ReportDiffRun *run)
{
    const ReportCheckpoints *checkpoints = &comparison->checkpoints[s];
    const ReportLine *end = &comparison->diff.sides[s].end;
    run->has_hash = checkpoints->is_complete || end->kind == REPORT_LINE_END;
    run->hash = checkpoints->is_complete ? checkpoints->hash : end->hash;
}

static int report(const Comparison *comparison, bool is_equal)
{
    g_autoptr(GString) out = g_string_new(NULL);
    g_autofree char *a = diff_side_name(&comparison->sides[0]);
    g_autofree char *b = diff_side_name(&comparison->sides[1]);
    ReportDiffRun runs[2] = {{.name = a}, {.name = b}};
    for (int s = 0; s < 2; s++)
        take_hash(comparison, s, &runs[s]);
    const ReportDiff *diff = is_equal ? NULL : &comparison->diff;
    if (comparison->options->json)
        report_diff_json(out, diff, runs);
    else
        report_diff_text(out, diff, runs);
    cli_write(out->str, out->len);
    if (cli_write_failed())
        return CLI_INTERNAL;
    return is_equal ? CLI_OK : CLI_FAILED;
}

static int compare(Comparison *comparison)
{
    bool are_traces = comparison->sides[0].is_trace && comparison->sides[1].is_trace;
    const ReportCheckpoints *both = comparison->checkpoints;
    if (!are_traces && !read_checkpoints(comparison))
        return CLI_BAD_INPUT;
    if (comparison->has_checkpoints && report_checkpoints_equal(&both[0], &both[1]))
        return report(comparison, true);
    if (!compare_events(comparison))
        return CLI_BAD_INPUT;
    const bool differs = comparison->differs || comparison->diff.ends_differ;
    return report(comparison, comparison->diff.is_equal && !differs);
}

static int run(const Options *options)
{
    Comparison comparison = {.options = options};
    for (int s = 0; s < 2; s++)
        comparison.sides[s].sets = g_ptr_array_new();
    int status = read_options(&comparison) ? compare(&comparison) : CLI_BAD_INPUT;
    for (int s = 0; s < 2; s++) {
        report_checkpoints_finish(&comparison.checkpoints[s]);
        g_ptr_array_unref(comparison.sides[s].sets);
    }
    report_diff_finish(&comparison.diff);
    return status;
}

static const CliUsage usage = {
    .name = "diff",
    .parameters = "A [B]",
    .summary = "Compares two runs and shows the first event that differs, and what led there.\n\n"
               "A and B are scenarios, which are run, or traces that `bnetlab run --trace` wrote.\n"
               "Without B, A is run twice.",
    .description =
        "Examples:\n"
        "  bnetlab diff scenarios/basics/quickstart.json\n"
        "  bnetlab diff --program-b ../other/build/bnetlab scenarios/faults/reset.json\n"
        "  bnetlab diff --seed-b 2 scenarios/basics/quickstart.json\n"
        "  bnetlab diff --shuffle-ties-b 3 scenarios/basics/quickstart.json\n"
        "  bnetlab diff --set-b /links/latency=41ms scenarios/basics/quickstart.json\n"
        "  bnetlab diff yesterday.jsonl.zst scenarios/basics/quickstart.json\n"
        "\n"
        "Exit status: 0 the runs are equal, 1 they differ, 2 bad usage or input, 3 internal error.",
};

static void free_options(Options *options)
{
    for (int s = 0; s < 2; s++) {
        g_free(options->seeds[s]);
        g_free(options->programs[s]);
        g_free(options->ties[s]);
        g_strfreev(options->side_sets[s]);
    }
    g_free(options->seed);
    g_free(options->history);
    g_strfreev(options->sets);
    g_strfreev(options->arguments);
}

int cli_diff(int argc, char **argv)
{
    Options options = {0};
    const GOptionEntry entries[] = {
        {"program-a", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_FILENAME, &options.programs[0],
         "The bnetlab that runs A (default: this one)", "PATH"},
        {"program-b", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_FILENAME, &options.programs[1],
         "The one that runs B", "PATH"},
        {"seed", 's', G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING, &options.seed,
         "Seed of both (default: the scenarios')", "N"},
        {"seed-a", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING, &options.seeds[0], "Seed of A", "N"},
        {"seed-b", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING, &options.seeds[1], "Seed of B", "N"},
        {"set", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING_ARRAY, &options.sets,
         "Set a value of both (repeatable)", "/POINTER=VALUE"},
        {"set-a", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING_ARRAY, &options.side_sets[0],
         "Set a value of A (repeatable)", "/POINTER=VALUE"},
        {"set-b", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING_ARRAY, &options.side_sets[1],
         "Set a value of B (repeatable)", "/POINTER=VALUE"},
        {"shuffle-ties-a", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING, &options.ties[0],
         "Draw the order of events of one instant of A from a seed", "SEED"},
        {"shuffle-ties-b", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING, &options.ties[1],
         "The same of B", "SEED"},
        {"history", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING, &options.history,
         "Read so much from before the second of the difference (default: 20s)", "TIME"},
        {"json", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE, &options.json,
         "The result as JSON on standard output", NULL},
        {G_OPTION_REMAINING, 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_FILENAME_ARRAY, &options.arguments,
         NULL, NULL},
        G_OPTION_ENTRY_NULL,
    };
    int status = CLI_OK;
    if (cli_parse(&usage, entries, &argc, &argv, &status))
        status = run(&options);
    free_options(&options);
    return status;
}
