/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/cli/suite.h"

#include <stdatomic.h>
#include <sys/resource.h>

#include "reports/trace.h"
#include "sim/cli/progress.h"
#include "sim/memory.h"
#include "sim/parity/arms.h"
#include "sim/run.h"
#include "version.h"

typedef struct Suite Suite;

/* A run. Written by the thread that does it until it is done, then the main thread's. */
typedef struct Run {
    Suite *suite;
    guint index;
    SimResult *result;
    GError *error;
    atomic_bool is_done; /* set by the thread as its last touch of the run */
} Run;

struct Suite {
    const GPtrArray *scenarios;
    const SuiteOptions *options;
    Run *runs;
    _Atomic guint next; /* the first run that no thread has begun */
    Progress *progress;
    GMutex mutex; /* so that no wake-up is missed; it guards no data */
    GCond one_is_done;
};

static uint64_t peak_rss_bytes(void)
{
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) == 0 ? (uint64_t)usage.ru_maxrss * 1024 : 0;
}

static void on_progress(void *user_data, int64_t now_ns, int64_t duration_ns)
{
    (void)duration_ns;
    Run *run = user_data;
    progress_set(run->suite->progress, run->index, now_ns);
}

/* The files that a run writes while it goes on; NULL: none is wanted. */
typedef struct Writers {
    ReportTrace *trace;
    ReportTrace *checkpoints;
} Writers;

static void simulate(Run *run, const Scenario *scenario, const Writers *writers)
{
    int64_t began_us = g_get_monotonic_time();
    SimRunOptions options = {
        .trace = writers->trace != NULL ? report_trace_observer(writers->trace) : NULL,
        .checkpoints =
            writers->checkpoints != NULL ? report_trace_observer(writers->checkpoints) : NULL,
        .progress = on_progress,
        .progress_data = run,
        .threads = run->suite->options->threads,
        .stop = run->suite->options->stop,
    };
    cli_ties_apply(&run->suite->options->ties, scenario, &options);
    run->result = sim_run(scenario, &options, &run->error);
    if (run->result == NULL)
        return;
    run->result->wall_seconds = (double)(g_get_monotonic_time() - began_us) / 1e6;
    run->result->peak_rss_bytes = peak_rss_bytes();
    run->result->estimated_bytes = sim_memory_estimate(scenario, run->result->threads).total;
}

/* False: it cannot be opened, and the run has its error. NULL: it is not wanted. */
static bool open_writer(Run *run, const Scenario *scenario, char *const *paths, const char *option,
                        ReportTrace **ret_writer)
{
    if (paths == NULL)
        return true;
    *ret_writer = report_trace_new(paths[run->index], BNETLAB_VERSION, scenario, &run->error);
    if (*ret_writer == NULL)
        g_prefix_error(&run->error, "%s: ", option);
    return *ret_writer != NULL;
}

static void finish_writer(Run *run, ReportTrace *writer, const char *option)
{
    if (writer == NULL || run->error != NULL || run->result == NULL)
        return;
    if (!report_trace_finish(writer, run->result, &run->error))
        g_prefix_error(&run->error, "%s: ", option);
}

/* The peers are processes. */
static void run_sockets(Run *run, Scenario *scenario)
{
    int64_t began_us = g_get_monotonic_time();
    const ParityArmsOptions options = {.stop = run->suite->options->stop};
    run->result = parity_arms_sockets(scenario, &options, &run->error);
    /* Of what was stopped nothing is known: what counts is how it ends. */
    if (run->result == NULL && g_atomic_int_get(options.stop) != 0) {
        g_clear_error(&run->error);
        return;
    }
    if (run->result == NULL) {
        g_prefix_error(&run->error, "%s: over sockets: ", scenario->path);
        return;
    }
    run->result->wall_seconds = (double)(g_get_monotonic_time() - began_us) / 1e6;
    run->result->peak_rss_bytes = peak_rss_bytes();
}

static void simulate_and_write(Run *run, const Scenario *scenario)
{
    const SuiteOptions *options = run->suite->options;
    Writers writers = {0};
    if (open_writer(run, scenario, options->trace, "--trace", &writers.trace) &&
        open_writer(run, scenario, options->checkpoints, "--checkpoints", &writers.checkpoints)) {
        if (writers.trace != NULL)
            report_trace_begin_at(writers.trace, options->trace_from_ns);
        if (writers.checkpoints != NULL)
            report_trace_keep_checkpoints(writers.checkpoints);
        simulate(run, scenario, &writers);
        finish_writer(run, writers.trace, "--trace");
        finish_writer(run, writers.checkpoints, "--checkpoints");
    }
    report_trace_free(writers.trace);
    report_trace_free(writers.checkpoints);
}

static void do_run(Run *run)
{
    Suite *suite = run->suite;
    Scenario *scenario = g_ptr_array_index(suite->scenarios, run->index);
    const bool is_stopped = g_atomic_int_get(suite->options->stop) != 0;
    if (!is_stopped && scenario->driver == SCENARIO_DRIVER_SOCKETS) {
        run_sockets(run, scenario);
    } else if (!is_stopped) {
        simulate_and_write(run, scenario);
    }
    progress_set(suite->progress, run->index, scenario->duration_ns);
    atomic_store(&run->is_done, true);
    g_mutex_lock(&suite->mutex);
    g_cond_signal(&suite->one_is_done);
    g_mutex_unlock(&suite->mutex);
}

/* A thread: does runs until none is left. */
static gpointer do_runs(gpointer data)
{
    Suite *suite = data;
    guint index = atomic_fetch_add(&suite->next, 1);
    while (index < suite->scenarios->len) {
        do_run(&suite->runs[index]);
        index = atomic_fetch_add(&suite->next, 1);
    }
    return NULL;
}

/* Waits until the run is done, at most PROGRESS_PERIOD_US. */
static bool await(Suite *suite, const Run *run)
{
    int64_t until_us = g_get_monotonic_time() + PROGRESS_PERIOD_US;
    bool is_in_time = true;
    g_mutex_lock(&suite->mutex);
    while (!atomic_load(&run->is_done) && is_in_time) {
        is_in_time = g_cond_wait_until(&suite->one_is_done, &suite->mutex, until_us);
    }
    g_mutex_unlock(&suite->mutex);
    return atomic_load(&run->is_done);
}

static void hand_over_all(Suite *suite)
{
    for (guint i = 0; i < suite->scenarios->len; i++) {
        Run *run = &suite->runs[i];
        while (!await(suite, run)) {
            progress_draw(suite->progress);
        }
        progress_clear(suite->progress);
        suite->options->done(suite->options->done_data, i, g_steal_pointer(&run->result),
                             run->error);
        g_clear_error(&run->error);
    }
}

static void suite_init(Suite *suite, const GPtrArray *scenarios, const SuiteOptions *options)
{
    *suite = (Suite){
        .scenarios = scenarios,
        .options = options,
        .runs = g_new0(Run, scenarios->len),
        .progress = progress_new(scenarios),
    };
    for (guint i = 0; i < scenarios->len; i++) {
        suite->runs[i].suite = suite;
        suite->runs[i].index = i;
    }
    g_cond_init(&suite->one_is_done);
    g_mutex_init(&suite->mutex);
}

static void suite_finish(Suite *suite)
{
    g_mutex_clear(&suite->mutex);
    g_cond_clear(&suite->one_is_done);
    progress_free(suite->progress);
    g_free(suite->runs);
}

void suite_run(const GPtrArray *scenarios, const SuiteOptions *options)
{
    g_assert(options->jobs >= 1 && options->jobs <= SUITE_JOBS_MAX);
    Suite suite;
    suite_init(&suite, scenarios, options);
    guint n_threads = MIN(options->jobs, scenarios->len);
    g_autofree GThread **threads = g_new(GThread *, n_threads);
    for (guint i = 0; i < n_threads; i++) {
        threads[i] = g_thread_new("run", do_runs, &suite);
    }
    hand_over_all(&suite);
    for (guint i = 0; i < n_threads; i++) {
        (void)g_thread_join(threads[i]);
    }
    suite_finish(&suite);
}
