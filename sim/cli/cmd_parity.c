/* SPDX-License-Identifier: Apache-2.0 */

/* bnetlab parity: scenarios in the simulator and over sockets, and what differs. */

#include "reports/parity.h"
#include "sim/cli/cli.h"
#include "sim/cli/inputs.h"
#include "sim/cli/interrupt.h"
#include "sim/parity/arms.h"

#define JOBS_MAX 16

typedef struct Options {
    char *seed;
    char **sets;
    char **nodes_sets;
    gboolean json;
    int jobs;
    char **arguments;
} Options;

/* A scenario. Written by the thread that does it until it is done, then the main thread's. */
typedef struct Run {
    Scenario *scenario;
    Scenario *nodes;  /* as the processes have it; the same if nothing was said */
    ParityArms *arms; /* NULL: see error */
    GError *error;
    bool is_done; /* guarded by the session's mutex */
} Run;

typedef struct Session {
    const Options *options;
    GPtrArray *runs; /* of Run */
    gint *stop;
    uint32_t name_width;
    GMutex mutex;
    GCond one_is_done;
} Session;

/* --- loading --------------------------------------------------------------------------------- */

static void free_run(gpointer data)
{
    Run *run = data;
    if (run->nodes != run->scenario) {
        scenario_free(run->nodes);
    }
    scenario_free(run->scenario);
    parity_arms_free(run->arms);
    g_clear_error(&run->error);
    g_free(run);
}

static Scenario *load_one(const Session *session, const char *path, char *const *sets)
{
    g_autoptr(GError) error = NULL;
    CliOverrides overrides;
    if (!cli_overrides_init(&overrides, sets, session->options->seed, &error)) {
        cli_error("parity: %s", error->message);
        return NULL;
    }
    Scenario *scenario = cli_load(path, &overrides, &error);
    cli_overrides_finish(&overrides);
    if (scenario == NULL) {
        g_printerr("%s\n", error->message);
    }
    return scenario;
}

/* Both --set and --nodes-set. (transfer full) */
static char **sets_of_nodes(const Options *options)
{
    GPtrArray *sets = g_ptr_array_new();
    for (char **set = options->sets; set != NULL && *set != NULL; set++) {
        g_ptr_array_add(sets, g_strdup(*set));
    }
    for (char **set = options->nodes_sets; *set != NULL; set++) {
        g_ptr_array_add(sets, g_strdup(*set));
    }
    g_ptr_array_add(sets, NULL);
    return (char **)g_ptr_array_free(sets, FALSE);
}

static bool load_nodes(const Session *session, const char *path, Run *run)
{
    run->nodes = run->scenario;
    if (session->options->nodes_sets == NULL) {
        return true;
    }
    g_auto(GStrv) sets = sets_of_nodes(session->options);
    run->nodes = load_one(session, path, sets);
    if (run->nodes == NULL) {
        return false;
    }
    if (run->nodes->n_peers == run->scenario->n_peers &&
        run->nodes->n_links == run->scenario->n_links) {
        return true;
    }
    cli_error("parity: --nodes-set: %s: the processes are as many as the peers of the scenario, "
              "with the same links",
              path);
    return false;
}

static bool load(Session *session)
{
    g_autoptr(GError) error = NULL;
    CliPaths paths;
    if (!cli_paths_init(&paths, session->options->arguments, &error)) {
        cli_error("parity: %s", error->message);
        return false;
    }
    bool is_ok = true;
    for (guint i = 0; i < paths.files->len; i++) {
        const char *path = g_ptr_array_index(paths.files, i);
        Run *run = g_new0(Run, 1);
        g_ptr_array_add(session->runs, run);
        run->scenario = load_one(session, path, session->options->sets);
        is_ok = run->scenario != NULL && load_nodes(session, path, run) && is_ok;
        if (run->scenario != NULL) {
            session->name_width =
                MAX(session->name_width, (uint32_t)g_utf8_strlen(run->scenario->name, -1));
        }
    }
    cli_paths_finish(&paths);
    return is_ok;
}

/* --- running --------------------------------------------------------------------------------- */

/* A thread does one. */
static void do_run(gpointer data, gpointer user_data)
{
    Run *run = data;
    Session *session = user_data;
    const ParityArmsOptions options = {.stop = session->stop};
    run->arms = parity_arms_run(run->scenario, run->nodes, &options, &run->error);
    g_mutex_lock(&session->mutex);
    run->is_done = true;
    g_cond_signal(&session->one_is_done);
    g_mutex_unlock(&session->mutex);
}

static void await(Session *session, const Run *run)
{
    g_mutex_lock(&session->mutex);
    while (!run->is_done) {
        g_cond_wait(&session->one_is_done, &session->mutex);
    }
    g_mutex_unlock(&session->mutex);
}

static void count(ReportParity *parity, const Run *run)
{
    if (run->arms == NULL) {
        parity->n_failed++;
    } else if (parity_arms_agree(run->arms)) {
        parity->n_agree++;
    } else {
        parity->n_differ++;
    }
}

static void write_row(const Session *session, const Run *run)
{
    g_autoptr(GString) out = g_string_new(NULL);
    const bool is_json = session->options->json;
    if (run->arms == NULL && is_json) {
        report_parity_json_failed(out, run->scenario->name, run->error->message);
    } else if (run->arms == NULL) {
        report_parity_text_failed(out, run->scenario->name, run->error->message);
    } else if (is_json) {
        report_parity_json_row(out, run->arms);
    } else {
        report_parity_text_row(out, run->arms, session->name_width);
    }
    cli_write(out->str, out->len);
}

static void write_frame(const Session *session, const ReportParity *parity)
{
    g_autoptr(GString) out = g_string_new(NULL);
    if (session->options->json) {
        if (parity != NULL) {
            report_parity_json_end(out, parity);
        }
    } else if (parity == NULL) {
        report_parity_text_begin(out, session->name_width);
    } else {
        report_parity_text_end(out, parity);
    }
    cli_write(out->str, out->len);
}

static int run_all(Session *session)
{
    ReportParity parity = {0};
    session->stop = interrupt_install();
    GThreadPool *pool = g_thread_pool_new(do_run, session, session->options->jobs, FALSE, NULL);
    for (guint i = 0; i < session->runs->len; i++) {
        (void)g_thread_pool_push(pool, g_ptr_array_index(session->runs, i), NULL);
    }
    write_frame(session, NULL);
    for (guint i = 0; i < session->runs->len; i++) {
        const Run *run = g_ptr_array_index(session->runs, i);
        await(session, run);
        count(&parity, run);
        write_row(session, run);
    }
    g_thread_pool_free(pool, FALSE, TRUE);
    write_frame(session, &parity);
    const int signal_number = g_atomic_int_get(session->stop);
    if (cli_write_failed()) {
        return CLI_INTERNAL;
    }
    if (signal_number != 0) {
        return CLI_SIGNALLED + signal_number;
    }
    if (parity.n_failed > 0) {
        return CLI_BAD_INPUT;
    }
    return parity.n_differ > 0 ? CLI_FAILED : CLI_OK;
}

static int parity_of(const Options *options)
{
    Session session = {
        .options = options,
        .runs = g_ptr_array_new_with_free_func(free_run),
        .name_width = 8,
    };
    int status = CLI_BAD_INPUT;
    g_mutex_init(&session.mutex);
    g_cond_init(&session.one_is_done);
    if (options->jobs < 1 || options->jobs > JOBS_MAX) {
        cli_error("parity: --jobs %d: must be from 1 to %d", options->jobs, JOBS_MAX);
    } else if (load(&session)) {
        status = run_all(&session);
    }
    g_ptr_array_unref(session.runs);
    g_mutex_clear(&session.mutex);
    g_cond_clear(&session.one_is_done);
    return status;
}

int cli_parity(int argc, char **argv)
{
    static const CliUsage usage = {
        .name = "parity",
        .parameters = "SCENARIO...",
        .summary =
            "Runs scenarios in the simulator and, with each peer as a process, over sockets, and\n"
            "compares.\n\n" CLI_FOLDER_HELP,
        .description =
            "Exit status: 0 all agree, 1 some differ, 2 bad usage or input, also a scenario that\n"
            "cannot be run over sockets, 3 internal error, 128 + n stopped by signal n.\n\n"
            "Examples:\n"
            "  bnetlab parity scenarios/parity/\n"
            "  bnetlab parity --nodes-set /peers/relay/profile=eosio-1.7 "
            "scenarios/parity/line.json",
    };
    Options options = {.jobs = 2};
    const GOptionEntry entries[] = {
        {"seed", 's', G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING, &options.seed,
         "Seed of every run, 0 to 2^64-1 (default: the scenario's)", "N"},
        {"set", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING_ARRAY, &options.sets,
         "Set a value of every scenario (repeatable)", "/POINTER=VALUE"},
        {"nodes-set", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING_ARRAY, &options.nodes_sets,
         "The same for the processes alone, which then are not what the simulator has",
         "/POINTER=VALUE"},
        {"jobs", 'j', G_OPTION_FLAG_NONE, G_OPTION_ARG_INT, &options.jobs,
         "Scenarios to run at a time, 1 to 16 (default: 2)", "N"},
        {"json", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE, &options.json,
         "An object of JSON a line on standard output", NULL},
        {G_OPTION_REMAINING, 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_FILENAME_ARRAY, &options.arguments,
         NULL, NULL},
        G_OPTION_ENTRY_NULL,
    };
    int status = CLI_OK;
    if (cli_parse(&usage, entries, &argc, &argv, &status)) {
        status = parity_of(&options);
    }
    g_free(options.seed);
    g_strfreev(options.sets);
    g_strfreev(options.nodes_sets);
    g_strfreev(options.arguments);
    return status;
}
