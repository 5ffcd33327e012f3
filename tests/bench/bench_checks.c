/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What watching costs: checks, records, metrics and story, as a share of the time of a run.
 *
 * Each scenario is run with and without, in turn; told are the medians of the processor time, for
 * each message that was taken in. Both must come to the same trace hash and number of messages, or
 * the program ends with status 1.
 *
 * Usage: bench_checks [-n REPETITIONS] [SCENARIO...]   (default: 5, and two of the library)
 */

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "scenarios/loader.h"
#include "sim/run.h"

#define REPETITIONS_DEFAULT 5u
#define REPETITIONS_MAX 99u

/* From the root of the project. */
static const char *const SCENARIOS[] = {
    "scenarios/partitions/partition-heal.json",
    "scenarios/scale/thousand-peers.json",
};

/* Processor time, hash and messages of a run. */
typedef struct Outcome {
    double seconds;
    uint64_t hash;
    uint64_t messages;
} Outcome;

static double processor_seconds(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static Outcome run(const Scenario *scenario, bool unwatched)
{
    const SimRunOptions options = {.unwatched = unwatched};
    const double start = processor_seconds();
    g_autoptr(SimResult) result = sim_run(scenario, &options, NULL);
    const double seconds = processor_seconds() - start;
    if (result == NULL) {
        fprintf(stderr, "bench_checks: the scenario cannot be started\n");
        exit(1);
    }
    return (Outcome){seconds, result->trace_hash, result->messages_delivered};
}

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, unsigned n)
{
    qsort(values, n, sizeof values[0], compare_doubles);
    return n % 2 > 0 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

static void bench(const char *path, unsigned repetitions)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Scenario) scenario = scenario_load(path, NULL, 0, &error);
    double with[REPETITIONS_MAX];
    double without[REPETITIONS_MAX];
    uint64_t messages = 0;
    if (scenario == NULL) {
        fprintf(stderr, "bench_checks: %s\n", error->message);
        exit(1);
    }
    for (unsigned i = 0; i < repetitions; i++) {
        const Outcome on = run(scenario, false);
        const Outcome off = run(scenario, true);
        if (on.hash != off.hash || on.messages != off.messages) {
            fprintf(stderr, "bench_checks: %s: the run is another one without checks\n", path);
            exit(1);
        }
        with[i] = on.seconds;
        without[i] = off.seconds;
        messages = on.messages;
    }
    const double on = median(with, repetitions);
    const double off = median(without, repetitions);
    const double ns = 1e9 / (double)(messages > 0 ? messages : 1);
    printf("%-42s %9llu  %7.1f  %7.1f  %7.1f  %5.1f %%\n", path, (unsigned long long)messages,
           on * ns, off * ns, (on - off) * ns, 100 * (on - off) / on);
}

int main(int argc, char **argv)
{
    unsigned repetitions = REPETITIONS_DEFAULT;
    int first = 1;
    if (argc > 2 && strcmp(argv[1], "-n") == 0) {
        repetitions = (unsigned)CLAMP(atoi(argv[2]), 1, (int)REPETITIONS_MAX);
        first = 3;
    }
    printf("medians of %u, ns of processor time a message\n", repetitions);
    printf("%-42s %9s  %7s  %7s  %7s  %7s\n", "scenario", "messages", "watched", "not", "watching",
           "share");
    for (int i = first; i < argc; i++)
        bench(argv[i], repetitions);
    for (size_t i = 0; first == argc && i < G_N_ELEMENTS(SCENARIOS); i++)
        bench(SCENARIOS[i], repetitions);
    return 0;
}
