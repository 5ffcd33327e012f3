/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_REPORTS_TRACE_DIFF_H
#define BNETLAB_REPORTS_TRACE_DIFF_H

/*
 * Compares two runs by what they write (trace.h): first their checkpoints, which tell the second in
 * which they part, then the events around it, one by one.
 *
 * Memory: 40 bytes for each checkpoint, the newest REPORT_DIFF_HISTORY equal events, at most
 * REPORT_DIFF_HISTORY_BYTES, and REPORT_DIFF_AHEAD events of each side behind the first one that
 * differs. However long the runs are. One thread.
 */

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "reports/trace_lines.h"

#define REPORT_DIFF_HISTORY 65536u
#define REPORT_DIFF_HISTORY_BYTES (32u * 1024 * 1024)
#define REPORT_DIFF_AHEAD 8192u /* as far as is looked for the event in the other run */
#define REPORT_DIFF_AHEAD_NS INT64_C(1000000000)

/* What a side has told of its whole run. */
typedef struct ReportCheckpoints {
    GArray *items;    /* of ReportLine without texts: checkpoints in order */
    bool is_complete; /* the last line was there */
    int64_t end_ns;
    uint64_t hash;  /* the trace hash */
    uint64_t steps; /* 0: not told */
} ReportCheckpoints;

/* Reads all lines; those of events are passed over. False and a GError if one cannot be read.
 * `checkpoints` is zeroed or finished before. */
bool report_checkpoints_read(ReportCheckpoints *checkpoints, ReportLines *lines, GError **error);

/* Accepts NULL and what is zeroed. */
void report_checkpoints_finish(ReportCheckpoints *checkpoints);

/* The runs are the same step by step, as far as checkpoints can tell. */
bool report_checkpoints_equal(const ReportCheckpoints *a, const ReportCheckpoints *b);

/* The last time until which they are; 0: not even in the first second, or one has none. */
int64_t report_checkpoints_part(const ReportCheckpoints *a, const ReportCheckpoints *b);

/* How the first event of a side that differs stands in the other one. */
typedef enum ReportElsewhere {
    REPORT_NOWHERE,    /* not, or not soon */
    REPORT_SAME_TIME,  /* at the same time, in another place of the order */
    REPORT_OTHER_TIME, /* the same but for its time */
} ReportElsewhere;

typedef struct ReportDiffSide {
    char *event; /* the first line that differs; NULL: the run has ended */
    int64_t time_ns;
    ReportElsewhere elsewhere;
    int64_t elsewhere_ns; /* how much later it is in the other run */
    ReportLine end;       /* the last line, without a text; of another kind: it has not come */
    bool is_unsteady;     /* a checkpoint is not what it was when the checkpoints were read */
    GStrv causes;         /* what led there, in words */
    GPtrArray *ahead;     /* the lines from there on */
} ReportDiffSide;

typedef struct ReportDiff {
    bool is_equal;    /* no event differs */
    bool ends_differ; /* the last lines do: the runs are not the same, whatever their events say */
    bool is_founded;  /* what was before from_ns is known to be equal */
    int64_t from_ns;  /* events before were not compared one by one */
    uint64_t n_equal; /* events that were */
    char *last_equal; /* NULL: there is none */
    ReportDiffSide sides[2];
    GQueue history; /* of lines that were equal */
    size_t history_bytes;
} ReportDiff;

/*
 * Compares the events of two traces from from_ns on, in which both begin there or before, up to the
 * first one that differs. `known` are the checkpoints of each side, as read before, or NULL. False
 * and a GError if a trace cannot be read, or is cut off before anything differs. `diff` is zeroed
 * before, and to be finished after, in either case.
 */
bool report_diff_events(ReportDiff *diff, ReportLines *const *traces,
                        const ReportCheckpoints *known, GError **error);

/* Accepts NULL and what is zeroed. */
void report_diff_finish(ReportDiff *diff);

#endif
