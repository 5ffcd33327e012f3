/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What memory a peer and a session end take: from runs that differ in nothing but the number of
 * links, or of peers.
 * The processes' growth, so with what the allocator adds; and how it compares with what is
 * estimated before a run (sim/memory.h).
 *
 *     none       1000 peers, 5 s, without transactions
 *     trxs       the same with 10 transactions a second
 *     long       60 peers, 1100 s: 2200 blocks, more than sessions have marks of
 *
 * Each repetition is a process of its own and must come to the trace hash and number of messages
 * that stand in this file, or the program ends with status 1.
 *
 * Usage: bench_memory [-n REPETITIONS] [--json]
 */

#include <stdint.h>
#include <string.h>

#include <glib.h>

#include "scenarios/loader.h"
#include "sim/memory.h"
#include "tests/bench/apart.h"
#include "tests/bench/bench.h"

#define REPETITIONS_DEFAULT 3u
#define RUNS 3u

/* Each with more links than the first, or with more peers. */
static const struct Shape {
    uint32_t times; /* as many peers as the case says */
    uint32_t degree;
} SHAPES[RUNS] = {{1, 4}, {1, 16}, {2, 4}};

typedef struct Run {
    const char *name;
    uint64_t messages;
    uint64_t hash;
} Run;

typedef struct Case {
    const char *name;
    uint32_t peers;
    const char *keys;
    Run runs[RUNS];
} Case;

static const Case CASES[] = {
    {"none",
     1000,
     "\"duration\": \"5s\"",
     {{"none, 4", 67225, UINT64_C(0xb179310edb0ab7e3)},
      {"none, 16", 344601, UINT64_C(0x50605e813d34da5a)},
      {"none, twice", 133813, UINT64_C(0x77b2f9fec1a0ef37)}}},
    {"trxs",
     1000,
     "\"duration\": \"5s\", \"transactions\": {\"rate\": \"10/s\"}",
     {{"trxs, 4", 194479, UINT64_C(0x2cd99a791b719a38)},
      {"trxs, 16", 989812, UINT64_C(0x502350e289b1af5d)},
      {"trxs, twice", 387583, UINT64_C(0x5bf7cc59c95c6867)}}},
    {"long",
     60,
     "\"duration\": \"1100s\"",
     {{"long, 4", 955032, UINT64_C(0x6293173cdcb0cbcc)},
      {"long, 16", 4596881, UINT64_C(0xeed561135880a410)},
      {"long, twice", 1904115, UINT64_C(0x41fe96146a14e766)}}},
};

/* (transfer full) */
static char *text_of(const Case *bench_case, const struct Shape *shape)
{
    return g_strdup_printf(
        "{%s, \"peers\": {\"bp\": {\"count\": 21, \"produces\": true}, \"node\": {\"count\": %u}}, "
        "\"topology\": {\"kind\": \"random-regular\", \"degree\": %u}, "
        "\"links\": {\"latency\": {\"uniform\": [\"50ms\", \"150ms\"]}}}",
        bench_case->keys, shape->times * bench_case->peers - 21, shape->degree);
}

static BenchOutcome measure(const Case *bench_case, uint32_t r)
{
    const Run *run = &bench_case->runs[r];
    g_autofree char *text = text_of(bench_case, &SHAPES[r]);
    const BenchOutcome outcome = bench_run_apart(&(BenchJob){.text = text});
    bench_expect(run->name, outcome.messages, run->messages, "messages");
    bench_expect(run->name, outcome.hash, run->hash, "the hash");
    return outcome;
}

static double estimate(const Case *bench_case, uint32_t r)
{
    g_autofree char *text = text_of(bench_case, &SHAPES[r]);
    const ScenarioText data = {.path = "benchmark", .data = text, .length = strlen(text)};
    g_autoptr(Scenario) scenario = scenario_load_data(&data, NULL, 0, NULL);
    return (double)sim_memory_estimate(scenario, 1).total;
}

static void bench(const Case *bench_case, uint32_t repetitions)
{
    BenchTimes peer = {.n = 0};
    BenchTimes end = {.n = 0};
    BenchTimes share = {.n = 0};
    const double n = bench_case->peers;
    for (uint32_t i = 0; i < repetitions; i++) {
        const double few = (double)measure(bench_case, 0).bytes;
        const BenchOutcome dense = measure(bench_case, 1);
        const double twice = (double)measure(bench_case, 2).bytes;
        const double of_end =
            ((double)dense.bytes - few) / n / (SHAPES[1].degree - SHAPES[0].degree);
        bench_add(&end, of_end);
        bench_add(&peer, (twice - few) / n - of_end * SHAPES[0].degree);
        bench_add(&share, 100 * (double)dense.peak_bytes / estimate(bench_case, 1));
    }
    bench_figure(bench_case->name, "a peer", "B", &peer);
    bench_figure(bench_case->name, "a session end", "B", &end);
    bench_figure(bench_case->name, "of the estimate", "%", &share);
}

int main(int argc, char **argv)
{
    const uint32_t repetitions = bench_repetitions(REPETITIONS_DEFAULT, &argc, argv);
    bench_begin("memory", "Memory of peers and session ends, as processes grow.", argc, argv);
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++)
        bench(&CASES[i], repetitions);
    bench_end();
    return 0;
}
