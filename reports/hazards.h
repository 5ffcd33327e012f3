/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_REPORTS_HAZARDS_H
#define BNETLAB_REPORTS_HAZARDS_H

/*
 * Which hazards of the deployed plugin random scenarios find by themselves: a row for each, then a
 * summary; as text, or as JSON, an object a line. The manual is docs/explore.md.
 *
 * Ownership: the caller's. One thread. Cost: O(1) a row. Both forms are functions of the results,
 * but for the wall time in the text.
 */

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "core/quirks.h"
#include "sim/result.h"

/* What came of one. */
typedef struct ReportHazard {
    const BnetQuirkName *quirk;
    uint64_t seeds;         /* that were run, 1 or more; the last of them found it */
    const SimResult *found; /* NULL: none did */
    const char *command;    /* that repeats the run which found it; NULL: none did */
} ReportHazard;

typedef struct ReportHazards {
    uint64_t first_seed;
    uint64_t seeds;    /* at most, for each */
    uint32_t asked;    /* so many were to be looked for */
    uint32_t found;    /* of those that were */
    uint32_t missed;   /* not found, though there is a property that they break */
    uint32_t expected; /* not found, and there is none */
} ReportHazards;

/* Counts one. */
void report_hazards_add(ReportHazards *hazards, const ReportHazard *hazard);

/* The head of the table, a row of it, and the summary. */
void report_hazards_text_begin(GString *out);
void report_hazards_text_row(GString *out, const ReportHazard *hazard);
void report_hazards_text_end(GString *out, const ReportHazards *hazards, double wall_seconds);

/* Each a line. */
void report_hazards_json_row(GString *out, const ReportHazard *hazard);
void report_hazards_json_end(GString *out, const ReportHazards *hazards);

#endif
