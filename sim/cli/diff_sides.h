/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_CLI_DIFF_SIDES_H
#define BNETLAB_SIM_CLI_DIFF_SIDES_H

/*
 * The two sides of `bnetlab diff`: each is a trace that was written before, or a scenario that is
 * run by a program, this one or another, in a process of its own. What a run writes is read while
 * it goes on; nothing is kept in files.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <glib.h>

#include "reports/trace_lines.h"

/* Texts are the caller's. */
typedef struct DiffSide {
    const char *path;    /* of a scenario or a trace */
    bool is_trace;       /* what follows is of scenarios */
    const char *program; /* NULL: this one */
    const char *seed;    /* NULL: the scenario's */
    const char *ties;    /* seed of --shuffle-ties, "" for the run's; NULL: not shuffled */
    GPtrArray *sets;     /* values of --set, NULL-terminated */
} DiffSide;

/* What is read of a side at a time. */
typedef struct DiffStream {
    ReportLines *lines;
    GPid pid;   /* of the run; 0: a file is read */
    int errors; /* what the run says on standard error, without a name; -1: none */
} DiffStream;

/* How the side is to be told of. (transfer full) */
char *diff_side_name(const DiffSide *side);

/* Begins to read the side: its checkpoints alone, or its events from from_ns on. False and a GError
 * if that cannot be. */
bool diff_stream_open(DiffStream *stream, const DiffSide *side, bool checkpoints, int64_t from_ns,
                      GError **error);

/* What the run has said on standard error. (transfer full) May be empty. */
char *diff_stream_errors(const DiffStream *stream);

/* Ends the run if it goes on still. Accepts what is zeroed. */
void diff_stream_close(DiffStream *stream);

#endif
