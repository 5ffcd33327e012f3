/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_TESTS_BENCH_BENCH_H
#define BNETLAB_TESTS_BENCH_BENCH_H

/*
 * What the benchmarks have in common: time, options, and figures as a table or as JSON.
 *
 * A figure is the median of some repetitions, with the smallest and the largest. Time is CPU time
 * of the process: what other programs do changes it little.
 *
 * With --json a benchmark writes one object to standard output:
 *     {"benchmark": NAME, "figures": [{"case": ..., "subject": ..., "unit": ..., "median": ...,
 *      "min": ..., "max": ..., "repetitions": ...}, ...]}
 */

#include <stdbool.h>
#include <stdint.h>

#define BENCH_REPETITIONS_MAX 100u

/* Repetitions of one figure. */
typedef struct BenchTimes {
    double values[BENCH_REPETITIONS_MAX];
    uint32_t n;
} BenchTimes;

/* Prints the head of the table, or the JSON's. To be called when all options but --json and --large
 * have been taken out of the arguments: ends the program with status 2 if there is another. The
 * name and the text, which says what the figures are, stay the caller's. */
void bench_begin(const char *name, const char *text, int argc, char **argv);
void bench_end(void);

/* --large was given: what needs minutes and gigabytes is measured, too. */
bool bench_is_large(void);

/* Takes an option without value out of the arguments; false: it is not there. */
bool bench_option(const char *option, int *argc, char **argv);

/* Takes an option and its value, the next argument, out of the arguments; NULL: it is not there, or
 * has no value. */
const char *bench_value(const char *option, int *argc, char **argv);

/* Takes "-n REPETITIONS", 1 to BENCH_REPETITIONS_MAX, out of the arguments; without it as
 * many as usual. Ends the program with 2 if it is another value. */
uint32_t bench_repetitions(uint32_t usual, int *argc, char **argv);

/* CPU time of the process so far, ns. */
double bench_now_ns(void);

/* Of at most BENCH_REPETITIONS_MAX. */
void bench_add(BenchTimes *times, double value);

/* Sorts the times. There is one at least. */
double bench_median(BenchTimes *times);

/* A line of the table: what was measured, and of what. Sorts the times. */
void bench_figure(const char *of, const char *subject, const char *unit, BenchTimes *times);

/* Ends the program with status 1 if what a repetition came to is not what was expected. */
void bench_expect(const char *of, uint64_t value, uint64_t expected, const char *what);

/* Ends the program with status 1: a result is wrong, so its time means nothing. */
_Noreturn void bench_fail(const char *what);

#endif
