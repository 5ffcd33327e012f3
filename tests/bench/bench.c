/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <glib.h>

static const char *benchmark;
static bool as_json;
static bool is_large;
static bool has_figures;

static void remove_argument(int at, int *argc, char **argv)
{
    for (int i = at; i < *argc; i++)
        argv[i] = argv[i + 1]; /* the NULL too */
    --*argc;
}

static int find_argument(const char *option, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], option) == 0)
            return i;
    }
    return 0;
}

bool bench_option(const char *option, int *argc, char **argv)
{
    int at = find_argument(option, *argc, argv);
    if (at > 0)
        remove_argument(at, argc, argv);
    return at > 0;
}

const char *bench_value(const char *option, int *argc, char **argv)
{
    int at = find_argument(option, *argc, argv);
    if (at == 0 || at + 1 == *argc)
        return NULL;
    const char *value = argv[at + 1];
    remove_argument(at, argc, argv);
    remove_argument(at, argc, argv);
    return value;
}

uint32_t bench_repetitions(uint32_t usual, int *argc, char **argv)
{
    guint64 n = usual;
    const char *value = bench_value("-n", argc, argv);
    if (value && !g_ascii_string_to_unsigned(value, 10, 1, BENCH_REPETITIONS_MAX, &n, NULL)) {
        fprintf(stderr, "%s: -n %s: must be a whole number from 1 to %u\n", argv[0], value,
                (unsigned)BENCH_REPETITIONS_MAX);
        exit(2);
    }
    return (uint32_t)n;
}

void bench_begin(const char *name, const char *text, int argc, char **argv)
{
    benchmark = name;
    as_json = bench_option("--json", &argc, argv);
    is_large = bench_option("--large", &argc, argv);
    if (argc > 1) {
        fprintf(stderr, "bench_%s: cannot do anything with \"%s\"\n", name, argv[1]);
        exit(2);
    }
    if (as_json)
        printf("{\"benchmark\": \"%s\", \"figures\": [", name);
    else
        printf("%s\n%-30s %-22s %14s %14s %14s  %s\n", text, "case", "subject", "median",
               "smallest", "largest", "unit");
}

void bench_end(void)
{
    if (as_json)
        printf("\n]}\n");
}

bool bench_is_large(void)
{
    return is_large;
}

double bench_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return 1e9 * (double)now.tv_sec + (double)now.tv_nsec;
}

void bench_add(BenchTimes *times, double value)
{
    g_assert(times->n < BENCH_REPETITIONS_MAX);
    times->values[times->n++] = value;
}

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

double bench_median(BenchTimes *times)
{
    g_assert(times->n > 0);
    qsort(times->values, times->n, sizeof times->values[0], compare_doubles);
    return times->values[times->n / 2];
}

void bench_figure(const char *of, const char *subject, const char *unit, BenchTimes *times)
{
    double median = bench_median(times);
    double min = times->values[0];
    double max = times->values[times->n - 1];
    if (as_json)
        printf("%s\n  {\"case\": \"%s\", \"subject\": \"%s\", \"unit\": \"%s\", \"median\": %.6g, "
               "\"min\": %.6g, \"max\": %.6g, \"repetitions\": %u}",
               has_figures ? "," : "", of, subject, unit, median, min, max, (unsigned)times->n);
    else
        printf("%-30s %-22s %14.*f %14.*f %14.*f  %s\n", of, subject, median < 1000 ? 2 : 0, median,
               median < 1000 ? 2 : 0, min, median < 1000 ? 2 : 0, max, unit);
    has_figures = true;
    fflush(stdout);
}

void bench_expect(const char *of, uint64_t value, uint64_t expected, const char *what)
{
    if (value == expected)
        return;
    g_autofree char *text =
        g_strdup_printf("%s: %s: 0x%016" G_GINT64_MODIFIER "x (%" G_GUINT64_FORMAT
                        "), expected was 0x%016" G_GINT64_MODIFIER "x (%" G_GUINT64_FORMAT ")",
                        of, what, value, value, expected, expected);
    bench_fail(text);
}

_Noreturn void bench_fail(const char *what)
{
    fprintf(stderr, "bench_%s: %s\n", benchmark, what);
    exit(EXIT_FAILURE);
}
