/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a trace costs: the same run with and without one, in turn, as a ratio of processor time. 100
 * peers of degree 8 for 20 s; to a file of JSON lines, and to a compressed one.
 *
 * Each repetition is a process of its own and must come to the trace hash and number of messages
 * that stand in this file. The trace must end with that hash, and be as long as the first one was;
 * else the program ends with status 1.
 *
 * Usage: bench_trace [-n REPETITIONS] [--json]
 */

#include <stdint.h>
#include <string.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "tests/bench/apart.h"
#include "tests/bench/bench.h"

#define REPETITIONS_DEFAULT 5u

typedef struct Case {
    const char *name;
    const char *rest; /* keys of the scenario */
    uint64_t messages;
    uint64_t hash;
} Case;

static const Case CASES[] = {
    {"blocks", "", 65461, UINT64_C(0x49dbb7a36cd0870f)},
    {"blocks and trxs", ", \"transactions\": {\"rate\": \"20/s\"}", 359654,
     UINT64_C(0x55a37e16b8bd039f)},
};

static const char *const FILES[] = {"trace.jsonl", "trace.jsonl.zst"};

static BenchOutcome measure(const Case *bench_case, const char *trace)
{
    g_autofree char *text = g_strdup_printf(
        "{\"duration\": \"20s\", \"peers\": {\"bp\": {\"count\": 21, \"produces\": true}, "
        "\"node\": {\"count\": 79}}, \"topology\": {\"kind\": \"random-regular\", \"degree\": 8}, "
        "\"links\": {\"latency\": {\"uniform\": [\"50ms\", \"150ms\"]}}%s}",
        bench_case->rest);
    const BenchOutcome outcome = bench_run_apart(&(BenchJob){.text = text, .trace = trace});
    bench_expect(bench_case->name, outcome.messages, bench_case->messages, "messages");
    bench_expect(bench_case->name, outcome.hash, bench_case->hash, "the hash");
    return outcome;
}

/* Its length. What is compressed is not looked into. */
static uint64_t check_trace(const Case *bench_case, const char *path)
{
    g_autofree char *trace = NULL;
    gsize length = 0;
    g_autofree char *hash =
        g_strdup_printf("\"trace_hash\":\"%016" G_GINT64_MODIFIER "x\"", bench_case->hash);
    if (!g_file_get_contents(path, &trace, &length, NULL))
        bench_fail("there is no trace");
    if (g_str_has_suffix(path, ".jsonl") && !g_strrstr(trace, hash))
        bench_fail("the trace does not end with the hash of the run");
    g_unlink(path);
    return length;
}

static void bench(const Case *bench_case, const char *path, uint32_t repetitions)
{
    BenchTimes with = {.n = 0};
    BenchTimes without = {.n = 0};
    BenchTimes ratio = {.n = 0};
    BenchTimes bytes = {.n = 0};
    uint64_t first_length = 0;
    const double messages = (double)bench_case->messages;
    for (uint32_t i = 0; i < repetitions; i++) {
        const BenchOutcome off = measure(bench_case, NULL);
        const BenchOutcome on = measure(bench_case, path);
        const uint64_t length = check_trace(bench_case, path);
        first_length = i == 0 ? length : first_length;
        bench_expect(bench_case->name, length, first_length, "bytes of the trace");
        bench_add(&without, off.ns / messages);
        bench_add(&with, on.ns / messages);
        bench_add(&ratio, on.ns / off.ns);
        bench_add(&bytes, (double)length / messages);
    }
    g_autofree char *name = g_strdup_printf(
        "%s, %s", bench_case->name, g_str_has_suffix(path, ".zst") ? "compressed" : "plain");
    bench_figure(name, "without", "ns a message", &without);
    bench_figure(name, "with", "ns a message", &with);
    bench_figure(name, "ratio", "times", &ratio);
    bench_figure(name, "the file", "B a message", &bytes);
}

int main(int argc, char **argv)
{
    const uint32_t repetitions = bench_repetitions(REPETITIONS_DEFAULT, &argc, argv);
    bench_begin("trace", "A run with a trace, beside the run without.", argc, argv);
    g_autofree char *folder = g_dir_make_tmp("bench_trace_XXXXXX", NULL);
    if (!folder)
        bench_fail("no folder for the trace");
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++)
        for (size_t f = 0; f < G_N_ELEMENTS(FILES); f++) {
            g_autofree char *path = g_build_filename(folder, FILES[f], NULL);
            bench(&CASES[i], path, repetitions);
        }
    g_rmdir(folder);
    bench_end();
    return 0;
}
