/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_REPORTS_DIFF_H
#define BNETLAB_REPORTS_DIFF_H

/*
 * Where two runs part (trace_diff.h), for people and as one JSON object. The manual is
 * docs/determinism.md. Ownership: the caller's. One thread.
 */

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "reports/trace_diff.h"

/* A side, as far as its events do not tell. */
typedef struct ReportDiffRun {
    const char *name; /* what was run or read */
    bool has_hash;    /* it went to its end */
    uint64_t hash;
} ReportDiffRun;

/* `diff` is NULL if the runs are equal. One in which no event differs is of runs whose checkpoints
 * do. */
void report_diff_text(GString *out, const ReportDiff *diff, const ReportDiffRun *runs);
void report_diff_json(GString *out, const ReportDiff *diff, const ReportDiffRun *runs);

#endif
