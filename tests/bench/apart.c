/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/apart.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib.h>

#include "reports/trace.h"
#include "scenarios/loader.h"
#include "sim/run.h"
#include "tests/bench/bench.h"

static uint64_t peak_bytes(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (uint64_t)usage.ru_maxrss * 1024;
}

static Scenario *load(const BenchJob *job, uint32_t seed)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *value = g_strdup_printf("%u", seed);
    const ScenarioOverride override = {.pointer = "/seed", .value = value};
    const ScenarioText text = {.path = "benchmark", .data = job->text, .length = strlen(job->text)};
    Scenario *scenario = scenario_load_data(&text, &override, job->seeds > 0, &error);
    if (scenario == NULL)
        bench_fail(error->message);
    return scenario;
}

static void run_one(const BenchJob *job, uint32_t seed, BenchOutcome *outcome)
{
    g_autoptr(GError) error = NULL;
    const double loading_ns = bench_now_ns();
    g_autoptr(Scenario) scenario = load(job, seed);
    g_autoptr(ReportTrace) trace =
        job->trace ? report_trace_new(job->trace, "benchmark", scenario, &error) : NULL;
    if (error != NULL)
        bench_fail(error->message);
    const SimRunOptions options = {.trace = trace ? report_trace_observer(trace) : NULL};
    const double start_ns = bench_now_ns();
    g_autoptr(SimResult) result = sim_run(scenario, &options, &error);
    if (result == NULL)
        bench_fail(error->message);
    if (trace && !report_trace_finish(trace, result, &error))
        bench_fail(error->message);
    const double end_ns = bench_now_ns();
    outcome->ns += end_ns - start_ns;
    outcome->whole_ns += end_ns - loading_ns;
    outcome->simulated_s += (double)result->simulated_ns / 1e9;
    outcome->messages += result->messages_delivered;
    outcome->hash = job->seeds > 0
                        ? (outcome->hash ^ result->trace_hash) * UINT64_C(0x9fb21c651e98df25)
                        : result->trace_hash;
}

static BenchOutcome run_all(const BenchJob *job)
{
    const uint64_t before_bytes = peak_bytes();
    BenchOutcome outcome = {0};
    for (uint32_t seed = 1; seed <= MAX(job->seeds, 1); seed++)
        run_one(job, seed, &outcome);
    outcome.peak_bytes = peak_bytes();
    outcome.bytes = outcome.peak_bytes - before_bytes;
    return outcome;
}

BenchOutcome bench_run_apart(const BenchJob *job)
{
    int ends[2];
    BenchOutcome outcome = {0};
    fflush(NULL);
    if (pipe(ends) != 0)
        bench_fail("no pipe");
    const pid_t child = fork();
    if (child < 0)
        bench_fail("no process");
    if (child == 0) {
        outcome = run_all(job);
        _exit(write(ends[1], &outcome, sizeof outcome) == (ssize_t)sizeof outcome ? 0 : 1);
    }
    close(ends[1]);
    const bool told = read(ends[0], &outcome, sizeof outcome) == (ssize_t)sizeof outcome;
    close(ends[0]);
    waitpid(child, NULL, 0);
    if (!told)
        bench_fail("a run failed");
    return outcome;
}
