/* SPDX-License-Identifier: Apache-2.0 */

/* bnetlab run: runs scenarios, reports, and judges by its exit status. */

#include <string.h>

#include "reports/command.h"
#include "reports/json.h"
#include "reports/junit.h"
#include "reports/text.h"
#include "scenarios/units.h"
#include "sim/cli/cli.h"
#include "sim/cli/inputs.h"
#include "sim/cli/interrupt.h"
#include "sim/cli/memory_limit.h"
#include "sim/cli/outputs.h"
#include "sim/cli/suite.h"
#include "sim/cli/sweep.h"
#include "sim/parity/refusal.h"
#include "sim/shards.h"

#define JOBS_UNSAID INT_MIN

typedef struct Options {
    char *seed;
    gboolean json;
    gboolean quiet;
    gboolean require_probes;
    char *junit;
    char *trace;
    char *trace_from;
    char *checkpoints;
    char *shuffle_ties;
    char *driver;
    char *max_memory;
    char **sets;
    char **sweeps;
    int jobs; /* JOBS_UNSAID: as many as there are processors for */
    int threads;
    char **arguments;
} Options;

/* All that a `bnetlab run` has. */
typedef struct Session {
    const Options *options;
    bool is_suite;
    GPtrArray *scenarios; /* (element-type Scenario) */
    GPtrArray *sets;      /* (element-type GStrv) of each of them: --set, and what --sweep sets */
    GHashTable *names;    /* how often each name of a scenario stands */
    ReportJunit *junit;   /* (nullable) */
    char **traces;        /* (nullable) file names */
    char **checkpoints;   /* the same */
    CliTies ties;
    CliMemoryLimit memory;
    int jobs; /* as many as asked for, or as the memory allows */
    int64_t trace_from_ns;
    ReportStyle style;
    uint32_t name_width;
    GString *failures; /* of a suite, in full */
    ReportTally tally;
    bool is_incomplete; /* a run was stopped or not begun */
    bool has_failed_to_report;
} Session;

/* Takes the scenario over, named for its combination of a sweep, if there is one. */
static void add_scenario(Session *session, Scenario *scenario, const char *combination)
{
    if (combination != NULL) {
        char *name = g_strdup_printf("%s [%s]", scenario->name, combination);
        g_free(scenario->name);
        scenario->name = name;
    }
    g_ptr_array_add(session->scenarios, scenario);
    guint before = GPOINTER_TO_UINT(g_hash_table_lookup(session->names, scenario->name));
    g_hash_table_insert(session->names, scenario->name, GUINT_TO_POINTER(before + 1));
    glong width = g_utf8_strlen(scenario->name, -1);
    session->name_width = MAX(session->name_width, (uint32_t)width);
}

/* Loads a file for one combination of the sweep. What is wrong has been told. */
static bool load_run(Session *session, const char *path, const CliSweep *sweep, guint run)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *combination = cli_sweep_is_asked(sweep) ? cli_sweep_label(sweep, run) : NULL;
    g_auto(GStrv) sets = cli_sweep_sets(sweep, run, session->options->sets);
    CliOverrides overrides;
    if (!cli_overrides_init(&overrides, sets, session->options->seed, &error)) {
        cli_error("run: %s", error->message);
        return false;
    }
    Scenario *scenario = cli_load(path, &overrides, &error);
    cli_overrides_finish(&overrides);
    if (scenario == NULL) {
        g_autofree char *message = cli_sweep_message(sweep, error->message);
        g_printerr("%s\n", message);
        if (combination != NULL) {
            cli_error("run: %s: this is so with %s", path, combination);
        }
        return false;
    }
    g_ptr_array_add(session->sets, g_steal_pointer(&sets));
    add_scenario(session, scenario, combination);
    return true;
}

/* Every file is loaded, so that every bad one is told; of a sweep the first bad combination. */
static bool load_all(Session *session, const CliPaths *paths, const CliSweep *sweep)
{
    bool is_ok = true;
    for (guint i = 0; i < paths->files->len; i++) {
        bool is_file_ok = true;
        for (guint run = 0; run < sweep->n_runs && is_file_ok; run++) {
            is_file_ok = load_run(session, g_ptr_array_index(paths->files, i), sweep, run);
        }
        is_ok = is_ok && is_file_ok;
    }
    return is_ok;
}

/* --set and --seed are the same for all files: what is wrong with them is told once. */
static bool check_overrides(const Session *session, GError **error)
{
    CliOverrides overrides;
    if (!cli_overrides_init(&overrides, session->options->sets, session->options->seed, error)) {
        return false;
    }
    cli_overrides_finish(&overrides);
    return true;
}

static bool check_sweep(const Session *session, const CliPaths *paths, const CliSweep *sweep,
                        GError **error)
{
    if (session->options->seed != NULL && cli_sweep_has(sweep, "/seed")) {
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                    "--seed and --sweep /seed: one of them says what the seed is");
        return false;
    }
    if (!cli_sweep_is_asked(sweep) || paths->files->len <= CLI_SWEEP_RUNS_MAX / sweep->n_runs) {
        return true;
    }
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                "--sweep: %u scenarios with %u combinations each are more than %u runs",
                paths->files->len, sweep->n_runs, CLI_SWEEP_RUNS_MAX);
    return false;
}

static bool load(Session *session)
{
    g_autoptr(GError) error = NULL;
    CliPaths paths;
    /* The options first: one that lacks its value has taken the name of a file for it. */
    if (!check_overrides(session, &error) ||
        !cli_paths_init(&paths, session->options->arguments, &error)) {
        cli_error("run: %s", error->message);
        return false;
    }
    CliSweep sweep = {0};
    bool is_ok = cli_sweep_init(&sweep, session->options->sweeps, &error) &&
                 check_sweep(session, &paths, &sweep, &error);
    if (is_ok) {
        session->is_suite = paths.is_suite || cli_sweep_is_asked(&sweep);
        is_ok = load_all(session, &paths, &sweep);
    } else {
        cli_error("run: %s", error->message);
    }
    cli_sweep_finish(&sweep);
    cli_paths_finish(&paths);
    return is_ok;
}

/* No output is an input or another output. */
static bool keep_files_apart(const Session *session)
{
    CliOutputs outputs;
    cli_outputs_init(&outputs);
    for (guint i = 0; i < session->scenarios->len; i++) {
        cli_outputs_add_scenario(&outputs, g_ptr_array_index(session->scenarios, i));
    }
    bool is_ok = true;
    for (guint i = 0; session->traces != NULL && i < session->scenarios->len && is_ok; i++) {
        is_ok = cli_outputs_add(&outputs, "--trace", session->traces[i]);
    }
    for (guint i = 0; session->checkpoints != NULL && i < session->scenarios->len && is_ok; i++) {
        is_ok = cli_outputs_add(&outputs, "--checkpoints", session->checkpoints[i]);
    }
    if (is_ok && session->options->junit != NULL) {
        is_ok = cli_outputs_add(&outputs, "--junit", session->options->junit);
    }
    cli_outputs_finish(&outputs);
    return is_ok;
}

static bool open_junit(Session *session)
{
    g_autoptr(GError) error = NULL;
    if (session->options->junit == NULL) {
        return true;
    }
    session->junit = report_junit_new(session->options->junit, &error);
    if (session->junit == NULL) {
        cli_error("run: --junit: %s", error->message);
    }
    return session->junit != NULL;
}

static bool has_namesake(const Session *session, const char *name)
{
    return GPOINTER_TO_UINT(g_hash_table_lookup(session->names, name)) > 1;
}

/* (transfer full) What a scenario is told from the others by: its name, if need be with its
 * path. */
static char *label_of(const Session *session, const char *name, const char *path)
{
    return has_namesake(session, name) ? g_strdup_printf("%s (%s)", name, path) : g_strdup(name);
}

/* Of a suite a line now, and what failed in full at the end. */
static void write_text(Session *session, const SimResult *result, const char *command)
{
    g_autoptr(GString) out = g_string_new(NULL);
    bool has_failed = result->verdict == SIM_VERDICT_FAIL;
    if (session->options->quiet && !has_failed) {
        return;
    }
    if (session->is_suite) {
        const char *path = has_namesake(session, result->name) ? result->path : NULL;
        report_text_line(out, result, path, session->name_width, &session->style);
    } else {
        ReportStyle style = session->style;
        style.requires_probes = session->options->require_probes;
        report_text(out, result, command, &style);
    }
    if (session->is_suite && has_failed) {
        g_string_append_c(session->failures, '\n');
        report_text(session->failures, result, command, &session->style);
    }
    cli_write(out->str, out->len);
}

static void write_json(const Session *session, uint32_t index, const SimResult *result,
                       const char *command)
{
    g_autoptr(GString) out = g_string_new(NULL);
    if (session->is_suite) {
        report_json_suite_add(out, index, result, command);
    } else {
        report_json(out, result, command);
        g_string_append_c(out, '\n');
    }
    cli_write(out->str, out->len);
}

static void on_result(Session *session, guint run, const SimResult *result)
{
    const char *const *sets = g_ptr_array_index(session->sets, run);
    g_autofree char *command = report_command(cli_program(), result, sets);
    if (session->options->json) {
        uint32_t index = session->tally.passed + session->tally.failed + session->tally.not_judged +
                         session->tally.interrupted;
        write_json(session, index, result, command);
    } else {
        write_text(session, result, command);
    }
    if (session->junit != NULL) {
        g_autofree char *label = label_of(session, result->name, result->path);
        report_junit_add(session->junit, result, label, command);
    }
}

static void on_done(void *user_data, guint index, SimResult *result, const GError *error)
{
    Session *session = user_data;
    const Scenario *scenario = g_ptr_array_index(session->scenarios, index);
    g_autoptr(SimResult) owned = result;
    if (error != NULL) {
        cli_error("run: %s", error->message);
    }
    session->has_failed_to_report |= error != NULL;
    if (owned != NULL) {
        on_result(session, index, owned);
    } else if (session->junit != NULL) {
        g_autofree char *label = label_of(session, scenario->name, scenario->path);
        report_junit_add_not_run(session->junit, label);
    }
    session->is_incomplete |= owned == NULL || owned->interrupted;
    report_tally_add(&session->tally, owned);
}

static void begin_output(const Session *session)
{
    g_autoptr(GString) out = g_string_new(NULL);
    if (session->options->json && session->is_suite) {
        report_json_suite_begin(out);
        cli_write(out->str, out->len);
    }
}

/* Whether probes are judged, and the names of those that no scenario hit: what no scenario does, no
 * scenario proves. An incomplete suite is not judged. */
static bool judges_probes(const Session *session, GString *names)
{
    (void)report_probes_missed(names, &session->tally);
    return session->options->require_probes && !session->is_incomplete;
}

static bool is_told_in_text(const Session *session)
{
    return !session->options->json && !(session->options->quiet && session->tally.failed == 0);
}

static void end_output(Session *session, double wall_seconds)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) out = g_string_new(NULL);
    g_autoptr(GString) missed = g_string_new(NULL);
    session->tally.requires_probes = judges_probes(session, missed);
    if (session->is_suite && session->options->json) {
        report_json_suite_end(out, &session->tally);
    } else if (is_told_in_text(session) && session->is_suite) {
        g_string_append(out, session->failures->str);
        g_string_append(out, session->failures->len > 0 ? "\n" : "");
        report_text_probes(out, &session->tally, &session->style);
        report_text_tally(out, &session->tally, wall_seconds, &session->style);
    } else if (is_told_in_text(session) && session->tally.requires_probes) {
        g_string_append_c(out, '\n');
        report_text_probes(out, &session->tally, &session->style);
    }
    cli_write(out->str, out->len);
    if (session->junit != NULL && session->tally.requires_probes) {
        report_junit_add_probes(session->junit, missed->str);
    }
    if (session->junit != NULL && !report_junit_finish(session->junit, &error)) {
        cli_error("run: --junit: %s", error->message);
        session->has_failed_to_report = true;
    }
}

/* The names stand in the text or in the JSON; where neither is, they follow. */
static bool check_probes(const Session *session)
{
    g_autoptr(GString) names = g_string_new(NULL);
    uint32_t missed = report_probes_missed(names, &session->tally);
    if (!session->tally.requires_probes || missed == 0) {
        return true;
    }
    cli_error("run: --require-probes: no scenario hit %u of the %u probes, which fails the run",
              missed, SIM_PROBES_ALL);
    if (!is_told_in_text(session) && !session->options->json) {
        g_autoptr(GString) text = g_string_new(NULL);
        report_text_probes(text, &session->tally, &session->style);
        g_printerr("%s", text->str);
    }
    return false;
}

static int run_all(Session *session)
{
    gint *stop = interrupt_install();
    SuiteOptions options = {
        .jobs = (guint)session->jobs,
        .threads = (guint)session->options->threads,
        .trace = session->traces,
        .trace_from_ns = session->trace_from_ns,
        .checkpoints = session->checkpoints,
        .ties = session->ties,
        .stop = stop,
        .done = on_done,
        .done_data = session,
    };
    int64_t began_us = g_get_monotonic_time();
    begin_output(session);
    suite_run(session->scenarios, &options);
    end_output(session, (double)(g_get_monotonic_time() - began_us) / 1e6);
    if (session->has_failed_to_report || cli_write_failed()) {
        return CLI_INTERNAL;
    }
    int signal_number = g_atomic_int_get(stop);
    if (session->is_incomplete && signal_number != 0) {
        return CLI_SIGNALLED + signal_number;
    }
    bool is_ok = check_probes(session) && session->tally.failed == 0;
    return is_ok ? CLI_OK : CLI_FAILED;
}

/* Options whose values are no file and no number of GLib's. */
static bool read_values(Session *session)
{
    const Options *options = session->options;
    if (options->trace_from != NULL) {
        const char *wrong = scenario_units_duration(options->trace_from, &session->trace_from_ns);
        if (wrong != NULL) {
            cli_error("run: --trace-from %s: %s", options->trace_from, wrong);
            return false;
        }
        if (options->trace == NULL) {
            cli_error("run: --trace-from %s: there is no --trace", options->trace_from);
            return false;
        }
    }
    return cli_ties_read("run", options->shuffle_ties, &session->ties) &&
           cli_memory_read("run", options->max_memory, &session->memory);
}

/* What is written while the simulator runs cannot be had of processes. */
static bool check_sockets(const Session *session, const Scenario *scenario)
{
    const Options *options = session->options;
    const char *option = options->trace != NULL          ? "--trace"
                         : options->checkpoints != NULL  ? "--checkpoints"
                         : options->shuffle_ties != NULL ? "--shuffle-ties"
                                                         : NULL;
    g_autoptr(GError) error = NULL;
    if (option != NULL) {
        cli_error("run: %s: %s runs over sockets; there is none", option, scenario->path);
        return false;
    }
    if (parity_refusal_check(scenario, &error)) {
        return true;
    }
    cli_error("run: %s: %s", scenario->path, error->message);
    return false;
}

/* --driver, and whether the scenarios that it sends over sockets can go there. */
static bool take_driver(const Session *session)
{
    const char *word = session->options->driver;
    const bool is_sockets = g_strcmp0(word, "sockets") == 0;
    if (word != NULL && !is_sockets && strcmp(word, "simulator") != 0) {
        cli_error("run: --driver %s: allowed are simulator and sockets", word);
        return false;
    }
    for (guint i = 0; i < session->scenarios->len; i++) {
        Scenario *scenario = g_ptr_array_index(session->scenarios, i);
        if (word != NULL) {
            scenario->driver = is_sockets ? SCENARIO_DRIVER_SOCKETS : SCENARIO_DRIVER_SIMULATOR;
        }
        if (scenario->driver == SCENARIO_DRIVER_SOCKETS && !check_sockets(session, scenario)) {
            return false;
        }
    }
    return true;
}

static bool fit_memory(Session *session)
{
    session->memory.n_threads = (uint32_t)session->options->threads;
    return cli_memory_fit("run", session->scenarios, &session->memory, &session->jobs);
}

/* Without a word about it no more threads are at work than there are processors. */
static int jobs_of(const Options *options)
{
    int processors = (int)MIN(g_get_num_processors(), (guint)SUITE_JOBS_MAX);
    return options->jobs != JOBS_UNSAID ? options->jobs
                                        : MAX(1, processors / MAX(1, options->threads));
}

static int run(const Options *options)
{
    Session session = {
        .options = options,
        .jobs = jobs_of(options),
        .scenarios = g_ptr_array_new_with_free_func((GDestroyNotify)scenario_free),
        .sets = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev),
        .names = g_hash_table_new(g_str_hash, g_str_equal),
        .style = cli_style(),
        .failures = g_string_new(NULL),
    };
    int status = CLI_BAD_INPUT;
    if (options->jobs != JOBS_UNSAID && (options->jobs < 1 || options->jobs > SUITE_JOBS_MAX)) {
        cli_error("run: --jobs %d: must be from 1 to %d", options->jobs, SUITE_JOBS_MAX);
    } else if (options->threads < 1 || options->threads > (int)SIM_THREADS_MAX) {
        cli_error("run: --threads %d: must be from 1 to %u", options->threads, SIM_THREADS_MAX);
    } else if (read_values(&session) && cli_output_name_check("run", "--trace", options->trace) &&
               cli_output_name_check("run", "--checkpoints", options->checkpoints) &&
               cli_output_name_check("run", "--junit", options->junit) && load(&session) &&
               take_driver(&session) &&
               cli_outputs_name("--trace", options->trace, session.scenarios, &session.traces) &&
               cli_outputs_name("--checkpoints", options->checkpoints, session.scenarios,
                                &session.checkpoints) &&
               keep_files_apart(&session) && fit_memory(&session) && open_junit(&session)) {
        status = run_all(&session);
    }
    g_strfreev(session.traces);
    g_strfreev(session.checkpoints);
    report_junit_free(session.junit);
    g_string_free(session.failures, TRUE);
    g_hash_table_unref(session.names);
    g_ptr_array_unref(session.scenarios);
    g_ptr_array_unref(session.sets);
    return status;
}

static const CliUsage usage = {
    .name = "run",
    .parameters = "SCENARIO...",
    .summary = "Runs scenarios in virtual time and judges them.\n\n" CLI_FOLDER_HELP,
    .description =
        "Examples:\n"
        "  bnetlab run scenarios/basics/quickstart.json\n"
        "  bnetlab run --seed 7 --set /duration=120s scenarios/basics/quickstart.json\n"
        "  bnetlab run --json scenarios/basics/quickstart.json | jq .verdict\n"
        "  bnetlab run --trace events.jsonl.zst scenarios/basics/quickstart.json\n"
        "  bnetlab run --shuffle-ties=3 scenarios/\n"
        "  bnetlab run --jobs 4 --junit report.xml scenarios/\n"
        "  bnetlab run --sweep /seed=1,2,3 --sweep /links/latency=10ms,1s quickstart.json\n"
        "\n"
        "Exit status: 0 all expectations met, 1 an expectation or property failed, 2 bad usage\n"
        "or input, 3 internal error, 128 + n stopped by signal n (Ctrl-C: 130; what is known by\n"
        "then is reported).",
};

/* GLib does not know "-j4", which hands used to make type. `owned` keeps the new words. */
static void spell_out_jobs(int argc, char **argv, GPtrArray *owned)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (g_str_has_prefix(argv[i], "-j") && g_ascii_isdigit(argv[i][2])) {
            argv[i] = g_strconcat("--jobs=", argv[i] + 2, NULL);
            g_ptr_array_add(owned, argv[i]);
        }
    }
}

int cli_run(int argc, char **argv)
{
    g_autoptr(GPtrArray) owned = g_ptr_array_new_with_free_func(g_free);
    spell_out_jobs(argc, argv, owned);
    cli_ties_spell_out(argc, argv);
    Options options = {.jobs = JOBS_UNSAID, .threads = 1};
    const GOptionEntry entries[] = {
        {"seed", 's', G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING, &options.seed,
         "Seed of every run, 0 to 2^64-1 (default: the scenario's)", "N"},
        {"set", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING_ARRAY, &options.sets,
         "Set a value of every scenario (repeatable)", "/POINTER=VALUE"},
        {"sweep", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING_ARRAY, &options.sweeps,
         "Run with each of several values (repeatable: each combination)",
         "/POINTER=VALUE,VALUE..."},
        {"jobs", 'j', G_OPTION_FLAG_NONE, G_OPTION_ARG_INT, &options.jobs,
         "Scenarios to run at a time (default: one a processor)", "N"},
        {"threads", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_INT, &options.threads,
         "Threads that share the work of each run, 1 to 64 (default: 1)", "N"},
        {"json", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE, &options.json,
         "Results as JSON on standard output", NULL},
        {"junit", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_FILENAME, &options.junit,
         "Results as JUnit XML as well", "FILE"},
        {"trace", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_FILENAME, &options.trace,
         "Every event as JSON lines (.zst: compressed)", "FILE|FOLDER/"},
        {"trace-from", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING, &options.trace_from,
         "The trace begins at that time of the run (12s)", "TIME"},
        {"checkpoints", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_FILENAME, &options.checkpoints,
         "The trace hash after each second as JSON lines", "FILE|FOLDER/"},
        {"shuffle-ties", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING, &options.shuffle_ties,
         CLI_TIES_HELP, "SEED"},
        {"max-memory", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING, &options.max_memory,
         CLI_MEMORY_HELP, "SIZE|none"},
        {"driver", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING, &options.driver,
         "Who drives the peers (default: as the scenario says)", "simulator|sockets"},
        {"quiet", 'q', G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE, &options.quiet,
         "No text about scenarios that pass", NULL},
        {"require-probes", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE, &options.require_probes,
         "Fail if a probe was hit by no scenario", NULL},
        {G_OPTION_REMAINING, 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_FILENAME_ARRAY, &options.arguments,
         NULL, NULL},
        G_OPTION_ENTRY_NULL,
    };
    int status = CLI_OK;
    if (cli_parse(&usage, entries, &argc, &argv, &status)) {
        status = run(&options);
    }
    g_free(options.seed);
    g_free(options.junit);
    g_free(options.trace);
    g_free(options.trace_from);
    g_free(options.checkpoints);
    g_free(options.shuffle_ties);
    g_free(options.driver);
    g_free(options.max_memory);
    g_strfreev(options.sets);
    g_strfreev(options.sweeps);
    g_strfreev(options.arguments);
    return status;
}
