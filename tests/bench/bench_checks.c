/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What watching costs: checks, records, metrics and story, as a share of the time of a run.
 *
 * Each scenario is run with and without, in turn; the share is taken pair by pair. Both must come
 * to the same trace hash and number of messages, or the program ends with status 1.
 *
 * Usage: bench_checks [-n REPETITIONS] [--scenario FILE]... [--json]   (default: 5, and two of the
 * library, from the root of the project)
 */

#include <stdbool.h>
#include <stdlib.h>

#include "scenarios/loader.h"
#include "sim/run.h"
#include "tests/bench/bench.h"

#define REPETITIONS_DEFAULT 5u

/* From the root of the project. */
static const char *const SCENARIOS[] = {
    "scenarios/partitions/partition-heal.json",
    "scenarios/scale/thousand-peers.json",
};

/* Processor time, hash and messages of a run. */
typedef struct Outcome {
    double ns;
    uint64_t hash;
    uint64_t messages;
} Outcome;

static Outcome run(const Scenario *scenario, bool unwatched)
{
    const SimRunOptions options = {.unwatched = unwatched};
    const double start_ns = bench_now_ns();
    g_autoptr(SimResult) result = sim_run(scenario, &options, NULL);
    const double ns = bench_now_ns() - start_ns;
    if (result == NULL)
        bench_fail("the scenario cannot be started");
    return (Outcome){ns, result->trace_hash, MAX(result->messages_delivered, 1)};
}

static void bench(const char *path, uint32_t repetitions)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Scenario) scenario = scenario_load(path, NULL, 0, &error);
    if (scenario == NULL)
        bench_fail(error->message);
    BenchTimes with = {.n = 0};
    BenchTimes without = {.n = 0};
    BenchTimes share = {.n = 0};
    for (uint32_t i = 0; i < repetitions; i++) {
        const Outcome on = run(scenario, false);
        const Outcome off = run(scenario, true);
        if (on.hash != off.hash || on.messages != off.messages)
            bench_fail("the run is another one without checks");
        bench_add(&with, on.ns / (double)on.messages);
        bench_add(&without, off.ns / (double)off.messages);
        bench_add(&share, 100 * (on.ns - off.ns) / on.ns);
    }
    g_autofree char *name = g_path_get_basename(path);
    bench_figure(name, "watched", "ns a message", &with);
    bench_figure(name, "not watched", "ns a message", &without);
    bench_figure(name, "share of watching", "%", &share);
}

int main(int argc, char **argv)
{
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    for (const char *path; (path = bench_value("--scenario", &argc, argv));)
        g_ptr_array_add(paths, g_strdup(path));
    const uint32_t repetitions = bench_repetitions(REPETITIONS_DEFAULT, &argc, argv);
    bench_begin("checks", "Checks, records, metrics and story, as a share of a run.", argc, argv);
    for (guint i = 0; i < paths->len; i++)
        bench(paths->pdata[i], repetitions);
    for (size_t i = 0; paths->len == 0 && i < G_N_ELEMENTS(SCENARIOS); i++)
        bench(SCENARIOS[i], repetitions);
    bench_end();
    return 0;
}
