/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What several threads make of one large run: 10,000 peers of degree 8, 50 ms apart (--large:
 * 100,000), with all checks. Runs with one thread and with more take turns, and must come to the
 * same trace hash and number of messages, or the program ends with status 1.
 *
 * Unlike other benchmarks this one tells real time: on a machine that has something else to do it
 * says little. So it tells processor time besides, all threads together: what sharing costs.
 *
 * Usage: bench_threads [-n REPETITIONS] [--threads N] [--large] [--json]
 */

#include <stdlib.h>
#include <string.h>

#include <glib.h>

#include "scenarios/loader.h"
#include "sim/run.h"
#include "sim/shards.h"
#include "tests/bench/bench.h"

#define REPETITIONS_DEFAULT 5u
#define THREADS_DEFAULT 2ul

#define SCENARIO                                                                                   \
    "{\"description\": \"a benchmark\", \"duration\": \"%s\", \"peers\": {\"bp\": {\"count\": "    \
    "21, \"produces\": true}, \"node\": {\"count\": %u}}, \"topology\": {\"kind\": "               \
    "\"random-regular\", \"degree\": 8}, \"links\": {\"latency\": \"50ms\"}}"

typedef struct Outcome {
    double wall_s;
    double cpu_s;
    uint64_t hash;
    uint64_t messages;
    uint64_t windows;
} Outcome;

static Outcome run(const Scenario *scenario, uint32_t threads)
{
    const SimRunOptions options = {.threads = threads};
    const double cpu_ns = bench_now_ns();
    const gint64 start_us = g_get_monotonic_time();
    g_autoptr(SimResult) result = sim_run(scenario, &options, NULL);
    if (result == NULL)
        bench_fail("the scenario cannot be started");
    return (Outcome){
        .wall_s = (double)(g_get_monotonic_time() - start_us) / 1e6,
        .cpu_s = (bench_now_ns() - cpu_ns) / 1e9,
        .hash = result->trace_hash,
        .messages = result->messages_delivered,
        .windows = result->windows,
    };
}

typedef struct Figures {
    BenchTimes one;
    BenchTimes several;
    BenchTimes faster;
    BenchTimes cpu;
} Figures;

static void compare(const Scenario *scenario, uint32_t threads, Figures *figures)
{
    const Outcome one = run(scenario, 1);
    const Outcome several = run(scenario, threads);
    if (one.hash != several.hash || one.messages != several.messages)
        bench_fail("the run is another one on several threads");
    if (several.windows == 0)
        bench_fail("the threads shared nothing");
    bench_add(&figures->one, one.wall_s);
    bench_add(&figures->several, several.wall_s);
    bench_add(&figures->faster, one.wall_s / several.wall_s);
    bench_add(&figures->cpu, several.cpu_s / one.cpu_s);
}

static void bench(uint32_t peers, const char *duration, uint32_t threads, uint32_t repetitions)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *data = g_strdup_printf(SCENARIO, duration, peers - 21);
    g_autofree char *name = g_strdup_printf("%u peers", peers);
    const ScenarioText text = {.path = "bench_threads", .data = data, .length = strlen(data)};
    g_autoptr(Scenario) scenario = scenario_load_data(&text, NULL, 0, &error);
    Figures figures = {0};
    if (scenario == NULL)
        bench_fail(error->message);
    for (uint32_t i = 0; i < repetitions; i++)
        compare(scenario, threads, &figures);
    bench_figure(name, "one thread", "s", &figures.one);
    bench_figure(name, "several threads", "s", &figures.several);
    bench_figure(name, "so many times faster", "", &figures.faster);
    bench_figure(name, "processor time, several to one", "", &figures.cpu);
}

int main(int argc, char **argv)
{
    const char *value = bench_value("--threads", &argc, argv);
    const unsigned long threads = value ? strtoul(value, NULL, 10) : THREADS_DEFAULT;
    const uint32_t repetitions = bench_repetitions(REPETITIONS_DEFAULT, &argc, argv);
    bench_begin("threads", "One run on several threads, in real time.", argc, argv);
    if (threads < 2 || threads > SIM_THREADS_MAX)
        bench_fail("--threads: must be from 2 to 64");
    bench(10000, "20s", (uint32_t)threads, repetitions);
    if (bench_is_large())
        bench(100000, "4s", (uint32_t)threads, repetitions);
    bench_end();
    return 0;
}
