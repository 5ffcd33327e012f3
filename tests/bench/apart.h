/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_TESTS_BENCH_APART_H
#define BNETLAB_TESTS_BENCH_APART_H

/*
 * Runs of the simulator for benchmarks, each repetition in a process of its own, so that its memory
 * is its own and nothing of an earlier one is there to be used again. What goes wrong ends the
 * program (bench_fail).
 */

#include <stdint.h>

typedef struct BenchJob {
    const char *text;  /* of the scenario, JSON */
    uint32_t seeds;    /* so many runs, one after the other, with seeds from 1 on; 0: one, as the
                        * text says */
    const char *trace; /* (nullable) file that a trace is written to */
} BenchJob;

/* What a process tells of its runs, all together. */
typedef struct BenchOutcome {
    double ns;       /* processor time of the runs alone */
    double whole_ns; /* with loading, and with writing the trace's end */
    double simulated_s;
    uint64_t messages;
    uint64_t hash;       /* of one run its trace hash */
    uint64_t bytes;      /* that the process has grown by, at most */
    uint64_t peak_bytes; /* that it had, at most */
} BenchOutcome;

BenchOutcome bench_run_apart(const BenchJob *job);

#endif
