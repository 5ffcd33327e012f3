/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_CLI_SWEEP_H
#define BNETLAB_SIM_CLI_SWEEP_H

/*
 * The options --sweep /pointer=value,value,...: a run for each combination of values.
 *
 * Combinations are numbered from 0; the values of the last option change fastest. Commas inside
 * quotes, brackets and braces belong to a value. Without options there is one combination, which
 * sets nothing. Ownership: the sweep owns its strings. Bounds: CLI_SWEEP_RUNS_MAX combinations.
 */

#include <stdbool.h>

#include <glib.h>

#define CLI_SWEEP_RUNS_MAX 10000u

typedef struct CliSweep {
    GPtrArray *axes; /* of Axis (sweep.c), one for each option */
    guint n_runs;    /* combinations */
} CliSweep;

/* From the values of the options, (nullable) and NULL-terminated. False and a GError if one is
 * malformed or if there are too many combinations. */
bool cli_sweep_init(CliSweep *sweep, char *const *options, GError **error);

/* Accepts NULL. */
void cli_sweep_finish(CliSweep *sweep);

/* Whether there are options. */
bool cli_sweep_is_asked(const CliSweep *sweep);

/* Whether an option is of that pointer. */
bool cli_sweep_has(const CliSweep *sweep, const char *pointer);

/* `sets` (nullable) and what a combination sets, in the form of --set. (transfer full) */
char **cli_sweep_sets(const CliSweep *sweep, guint run, char *const *sets);

/* The loader's message on a combination, whose values it takes for --set. (transfer full) */
char *cli_sweep_message(const CliSweep *sweep, const char *message);

/* "delay=1s, n=4": a combination for a name, without control characters. (transfer full) */
char *cli_sweep_label(const CliSweep *sweep, guint run);

#endif
