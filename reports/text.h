/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_REPORTS_TEXT_H
#define BNETLAB_REPORTS_TEXT_H

/*
 * The summary of a run for a person at a terminal: the verdict first, then what failed and why,
 * the story, the heads, the disconnects, the figures, and how to repeat it.
 *
 * Writes to memory; whoever has a terminal prints it. Cost: O(peers log peers), a few KiB of text
 * however large the run.
 */

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "sim/probes.h"
#include "sim/result.h"

#define REPORT_WIDTH_MIN 40u
#define REPORT_WIDTH_MAX 100u

typedef struct ReportStyle {
    bool colour;          /* with ANSI colour sequences */
    bool utf8;            /* else ASCII alone is written */
    uint32_t width;       /* columns, REPORT_WIDTH_MIN to REPORT_WIDTH_MAX */
    bool requires_probes; /* of one run alone: a probe that it did not hit fails it */
} ReportStyle;

/* How the scenarios of a suite ended. */
typedef struct ReportTally {
    uint32_t passed;
    uint32_t failed;
    uint32_t interrupted; /* stopped before their end without a failure */
    uint32_t not_run;
    uint32_t not_judged;             /* ran to the end, nothing to judge */
    bool requires_probes;            /* one that no scenario hit fails the suite */
    uint64_t probes[SIM_PROBES_ALL]; /* hits in all that were run */
} ReportTally;

/* Counts a result; NULL: the scenario was not run. */
void report_tally_add(ReportTally *tally, const SimResult *result);

/* The full summary. `command` repeats the run (command.h). */
void report_text(GString *out, const SimResult *result, const char *command,
                 const ReportStyle *style);

/* One line for a scenario of a suite: verdict, name padded to `name_width` columns, simulated time,
 * wall time, trace hash, and `path` (nullable), for a name that another scenario has too. */
void report_text_line(GString *out, const SimResult *result, const char *path, uint32_t name_width,
                      const ReportStyle *style);

/* Names of the probes that no scenario of the suite hit, "a, b", empty if there are none, to `out`.
 * Returns how many. */
uint32_t report_probes_missed(GString *out, const ReportTally *tally);

/* The line of a suite before its last, "probes: 60 of 62 hit"; with "; never: a, b", in several
 * lines if need be, where that fails the suite. */
void report_text_probes(GString *out, const ReportTally *tally, const ReportStyle *style);

/* The last line of a suite: "9 scenarios: 9 passed (1.23 s)"; with ", 2 probes never hit" if that
 * fails it. */
void report_text_tally(GString *out, const ReportTally *tally, double wall_seconds,
                       const ReportStyle *style);

#endif
