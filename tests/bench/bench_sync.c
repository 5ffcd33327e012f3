/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How fast a newcomer with the genesis block alone gets a chain of 100,000 blocks, in a whole run
 * with all checks: from one peer that has it, and from four, each of which would send all of it.
 * Blocks take no virtual time, so what is measured is what the program does.
 *
 * A run without the newcomer's way is taken off, pair by pair: that in which it has the chain. Each
 * repetition is a process of its own and must come to the trace hash and number of messages that
 * stand in this file, or the program ends with status 1.
 *
 * Usage: bench_sync [-n REPETITIONS] [--json]
 */

#include <stdint.h>

#include <glib.h>

#include "tests/bench/apart.h"
#include "tests/bench/bench.h"

#define REPETITIONS_DEFAULT 5u
#define BLOCKS 100000u

typedef struct Case {
    const char *name;
    uint32_t sources;
    const char *chain; /* of the newcomer */
    uint64_t messages;
    uint64_t hash;
} Case;

/* In pairs: the newcomer begins with the genesis block; it has the chain. */
static const Case CASES[] = {
    {"1 source", 1, "\"genesis\"", 101599, UINT64_C(0x9b270fbfcbd3fa4b)},
    {"1 source, at rest", 1, "\"full\"", 1600, UINT64_C(0x1dc448b6ed706609)},
    {"4 sources", 4, "\"genesis\"", 423220, UINT64_C(0x384c787055a6f0e0)},
    {"4 sources, at rest", 4, "\"full\"", 23188, UINT64_C(0x05469d05dbc41a1a)},
};

static double measure(const Case *bench_case)
{
    g_autofree char *text = g_strdup_printf(
        "{\"duration\": \"300s\", \"chain\": {\"start_height\": %u}, \"peers\": {\"bp\": "
        "{\"count\": %u, \"produces\": true}, \"newcomer\": {\"chain\": %s, \"processing\": "
        "{\"header\": \"0s\", \"block\": \"0s\"}}}, \"topology\": {\"kind\": \"full-mesh\"}, "
        "\"links\": {\"latency\": \"1ms\"}, \"expect\": {\"convergence\": {\"within\": \"290s\"}, "
        "\"bounds\": [{\"quantity\": \"head\", \"peers\": \"newcomer\", \"at_least\": %u}]}}",
        BLOCKS, bench_case->sources, bench_case->chain, BLOCKS);
    const BenchOutcome outcome = bench_run_apart(&(BenchJob){.text = text});
    bench_expect(bench_case->name, outcome.messages, bench_case->messages, "messages");
    bench_expect(bench_case->name, outcome.hash, bench_case->hash, "the hash");
    return outcome.ns;
}

static void bench(const Case *pair, uint32_t repetitions)
{
    BenchTimes block = {.n = 0};
    BenchTimes rate = {.n = 0};
    for (uint32_t i = 0; i < repetitions; i++) {
        const double ns = (measure(&pair[0]) - measure(&pair[1])) / BLOCKS;
        bench_add(&block, ns);
        bench_add(&rate, 1e9 / ns);
    }
    bench_figure(pair->name, "a block", "ns", &block);
    bench_figure(pair->name, "blocks", "1/s", &rate);
}

int main(int argc, char **argv)
{
    const uint32_t repetitions = bench_repetitions(REPETITIONS_DEFAULT, &argc, argv);
    bench_begin("sync", "A newcomer gets 100,000 blocks.", argc, argv);
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i += 2)
        bench(&CASES[i], repetitions);
    bench_end();
    return 0;
}
