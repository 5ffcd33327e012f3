/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_REPORTS_EXPLORE_H
#define BNETLAB_REPORTS_EXPLORE_H

/*
 * What came of many random scenarios: lines of those that failed, then a summary; as text, or as
 * one JSON object {"first_seed": ..., "failures": [...], ...}. The manual is docs/explore.md.
 *
 * Ownership: the caller's. One thread. Memory: some words for each id that was violated, and
 * for each combination of them. Both forms
 * are functions of the results, but for the wall time in the text.
 */

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "reports/text.h"
#include "sim/result.h"
#include "sim/sightings.h"

typedef struct ReportExplore {
    uint64_t first_seed;
    uint64_t runs; /* that went to their end */
    uint64_t failed;
    uint64_t first_failed;            /* seed; only where one failed */
    uint64_t occurred[SIM_SIGHTINGS]; /* in so many runs */
    GArray *violated;                 /* of Violated (explore.c), in the order of reports */
    GArray *together; /* of Violated: what failed in one run, in the order in which it came up */
    bool is_new;      /* the run that was added last failed in what no other did together */
} ReportExplore;

void report_explore_init(ReportExplore *explore, uint64_t first_seed);

/* Accepts NULL. */
void report_explore_finish(ReportExplore *explore);

/* Counts a run. True: it failed. `seen` is a flag for each sighting. */
bool report_explore_add(ReportExplore *explore, const SimResult *result, const bool *seen);

/* What failed in a run, in the order of reports: "S7 L1". */
void report_explore_append_violated(GString *out, const SimResult *result);

/* The line of a failed run, cut to the width: its seed, what failed, and what was found first in
 * time. */
void report_explore_text_failure(GString *out, const SimResult *result, const ReportStyle *style);

/* What it ends with. The time and the command are of the text alone. */
typedef struct ReportExploreEnd {
    uint64_t asked;      /* so many seeds there were to be */
    const char *command; /* that repeats the first failure; NULL: there was none */
    const char *emit;    /* where its scenario was to be written; NULL: nowhere */
    bool has_emitted;    /* it was */
    double wall_seconds;
} ReportExploreEnd;

/* The summary. */
void report_explore_text_end(GString *out, const ReportExplore *explore,
                             const ReportExploreEnd *end);

/* JSON, in three steps: its beginning, ... */
void report_explore_json_begin(GString *out, uint64_t first_seed);

/* ... a failed run (`index` from 0), ... */
void report_explore_json_failure(GString *out, uint64_t index, const SimResult *result,
                                 const char *command);

/* ... and its end, with a newline. */
void report_explore_json_end(GString *out, const ReportExplore *explore,
                             const ReportExploreEnd *end);

#endif
