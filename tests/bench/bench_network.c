/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What whole runs cost, with the full protocol and all checks.
 *
 *     eos       21 producers (5 of 10 peers), two blocks a second, random links, 8 a peer, of 50 to
 *               150 ms; without transactions, and with 50 a second; 10 to 10,000 peers, with
 *               --large 100,000
 *     cluster   8 peers for 120 s, in which one crashes, one pauses and the network falls apart: 20
 *               seeds one after the other, and how many of them it does in a second
 *     graph     21 producers on the links of a file (--graph FILE, an edge list as scenarios have),
 *               1000 blocks. With --floor PROGRAM, that is run beside it, as
 *               PROGRAM FILE 1000 500000 21, and timed: something that floods the same graph.
 *
 * Each repetition is a process of its own, so that its memory is its own. All must come to the same
 * trace hash and number of messages, and to those in this file where it has them, or the program
 * ends with status 1.
 *
 * Usage: bench_network [-n REPETITIONS] [--graph FILE [--floor PROGRAM]] [--large] [--json]
 */

#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <glib.h>

#include "tests/bench/apart.h"
#include "tests/bench/bench.h"

#define REPETITIONS_DEFAULT 5u
#define REPETITIONS_LARGE_MAX 3u /* minutes each */

typedef struct Case {
    const char *name;
    uint32_t peers;
    uint32_t producers;
    const char *duration;
    const char *rest; /* keys of the scenario after the peers */
    bool is_large;
    uint32_t seeds;    /* runs of a repetition; 0: one */
    uint64_t messages; /* 0: not known, the first repetition says it */
    uint64_t hash;
} Case;

#define EOS                                                                                        \
    "\"topology\": {\"kind\": \"random-regular\", \"degree\": 8},"                                 \
    "\"links\": {\"latency\": {\"uniform\": [\"50ms\", \"150ms\"]}}"
#define TRXS ", \"transactions\": {\"rate\": \"50/s\"}"
#define CLUSTER                                                                                    \
    "\"topology\": {\"kind\": \"full-mesh\"}, \"links\": {\"latency\": {\"uniform\": [\"10ms\", "  \
    "\"30ms\"]}}, \"events\": ["                                                                   \
    "{\"at\": \"20s\", \"crash\": \"node[0]\", \"for\": \"10s\"},"                                 \
    "{\"at\": \"50s\", \"partition\": [\"bp[0..1]\"], \"for\": \"20s\"},"                          \
    "{\"at\": \"90s\", \"pause\": \"node[1]\", \"for\": \"5s\"}]"

static const Case CASES[] = {
    {"eos, 10", 10, 5, "600s", EOS, false, 0, 200625, UINT64_C(0xfc0e0ed1a01645f0)},
    {"eos, 100", 100, 21, "120s", EOS, false, 0, 392434, UINT64_C(0x2fb06e487b57c2e9)},
    {"eos, 1000", 1000, 21, "20s", EOS, false, 0, 647124, UINT64_C(0x303cb6bc86aa0cfe)},
    {"eos, 10000", 10000, 21, "6s", EOS, false, 0, 1775560, UINT64_C(0x82684376a1c25778)},
    {"eos, 100000", 100000, 21, "4s", EOS, true, 0, 12223447, UINT64_C(0x34baf3c254d3e848)},
    {"eos and trxs, 10", 10, 5, "120s", EOS TRXS, false, 0, 463152, UINT64_C(0x1bfa21420d9166c0)},
    {"eos and trxs, 100", 100, 21, "20s", EOS TRXS, false, 0, 788263, UINT64_C(0x9cb136c63cbbc76a)},
    {"eos and trxs, 1000", 1000, 21, "5s", EOS TRXS, false, 0, 1846767,
     UINT64_C(0x33bb7bc81f43f4df)},
    {"eos and trxs, 10000", 10000, 21, "1500ms", EOS TRXS, false, 0, 3367471,
     UINT64_C(0x2edbf93fc3ac7ed2)},
    {"eos and trxs, 100000", 100000, 21, "2s", EOS TRXS, true, 0, 47916849,
     UINT64_C(0xe412efc627a38214)},
    {"cluster, 8", 8, 4, "120s", CLUSTER, false, 20, 506642, UINT64_C(0x1271aefb1de5e1aa)},
};

/* Ends the program if the run is not the one that is expected. */
static void check(const Case *bench_case, const BenchOutcome *outcome)
{
    bench_expect(bench_case->name, outcome->messages, bench_case->messages, "messages");
    bench_expect(bench_case->name, outcome->hash, bench_case->hash, "the hash");
}

typedef struct Figures {
    BenchTimes ns_per_message;
    BenchTimes messages_per_s;
    BenchTimes simulated;
    BenchTimes seeds_per_s;
    BenchTimes peer_bytes;
} Figures;

static void note(Figures *figures, const Case *bench_case, const BenchOutcome *outcome)
{
    const double messages = (double)MAX(outcome->messages, 1);
    bench_add(&figures->ns_per_message, outcome->ns / messages);
    bench_add(&figures->messages_per_s, 1e9 * messages / outcome->ns);
    bench_add(&figures->simulated, 1e9 * outcome->simulated_s / outcome->ns);
    bench_add(&figures->seeds_per_s, 1e9 * bench_case->seeds / outcome->whole_ns);
    bench_add(&figures->peer_bytes, (double)outcome->bytes / bench_case->peers);
}

static void bench(const Case *bench_case, uint32_t repetitions)
{
    g_autofree char *data = g_strdup_printf(
        "{\"description\": \"a benchmark\", \"duration\": \"%s\", \"peers\": {\"bp\": {\"count\": "
        "%u, \"produces\": true}, \"node\": {\"count\": %u}}, %s}",
        bench_case->duration, bench_case->producers, bench_case->peers - bench_case->producers,
        bench_case->rest);
    Figures figures = {0};
    Case expected = *bench_case;
    for (uint32_t i = 0; i < repetitions; i++) {
        const BenchOutcome outcome =
            bench_run_apart(&(BenchJob){.text = data, .seeds = bench_case->seeds});
        if (expected.messages == 0) {
            expected.messages = outcome.messages;
            expected.hash = outcome.hash;
        }
        check(&expected, &outcome);
        note(&figures, bench_case, &outcome);
    }
    bench_figure(bench_case->name, "a message", "ns", &figures.ns_per_message);
    bench_figure(bench_case->name, "messages", "1/s", &figures.messages_per_s);
    bench_figure(bench_case->name, "simulated time", "s/s", &figures.simulated);
    if (bench_case->seeds > 0)
        bench_figure(bench_case->name, "seeds, with loading", "1/s", &figures.seeds_per_s);
    if (bench_case->peers < 1000)
        return; /* memory is what an empty world takes */
    bench_figure(bench_case->name, "memory, by peers", "B", &figures.peer_bytes);
}

/* Seconds of processor time that the other program took. */
static double floor_seconds(const char *program, const char *graph)
{
    g_autofree char *command = g_strdup_printf("%s\n%s\n1000\n500000\n21", program, graph);
    g_auto(GStrv) argv = g_strsplit(command, "\n", 0);
    struct rusage before;
    struct rusage after;
    getrusage(RUSAGE_CHILDREN, &before);
    int status = 0;
    if (!g_spawn_sync(NULL, argv, NULL, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, NULL, &status,
                      NULL) ||
        status != 0)
        bench_fail("the program of --floor failed");
    getrusage(RUSAGE_CHILDREN, &after);
    return (double)(after.ru_utime.tv_sec - before.ru_utime.tv_sec) +
           1e-6 * (double)(after.ru_utime.tv_usec - before.ru_utime.tv_usec);
}

static void bench_graph(const char *graph, const char *program, uint32_t repetitions)
{
    g_autofree char *start = NULL;
    if (!g_file_get_contents(graph, &start, NULL, NULL))
        bench_fail("the graph cannot be read");
    g_autofree char *path = g_canonicalize_filename(graph, NULL);
    g_autofree char *rest =
        g_strdup_printf("\"topology\": {\"kind\": \"edge-list\", \"file\": \"%s\"}", path);
    bench(&(Case){.name = "graph",
                  .peers = (uint32_t)strtoul(start, NULL, 10),
                  .producers = 21,
                  .duration = "500s",
                  .rest = rest},
          repetitions);
    BenchTimes times = {.n = 0};
    for (uint32_t i = 0; program && i < repetitions; i++)
        bench_add(&times, floor_seconds(program, graph));
    if (program)
        bench_figure("graph", "the other program", "s", &times);
}

int main(int argc, char **argv)
{
    const char *graph = bench_value("--graph", &argc, argv);
    const char *program = bench_value("--floor", &argc, argv);
    const uint32_t repetitions = bench_repetitions(REPETITIONS_DEFAULT, &argc, argv);
    bench_begin("network", "Whole runs, with all checks.", argc, argv);
    for (size_t i = 0; !graph && i < G_N_ELEMENTS(CASES); i++) {
        if (!CASES[i].is_large || bench_is_large())
            bench(&CASES[i],
                  CASES[i].is_large ? MIN(repetitions, REPETITIONS_LARGE_MAX) : repetitions);
    }
    if (graph)
        bench_graph(graph, program, repetitions);
    bench_end();
    return 0;
}
