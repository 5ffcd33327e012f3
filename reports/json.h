/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_REPORTS_JSON_H
#define BNETLAB_REPORTS_JSON_H

/*
 * The result of a run as one JSON object; the results of a suite as
 * {"suite": [...], "passed": n, ...}. The manual is docs/reports.md. All integers are exact to 64
 * bits; times are seconds, exact to the nanosecond. Peers are written one at a time, so that memory
 * stays near the length of the text.
 */

#include <glib.h>

#include "reports/text.h"
#include "sim/result.h"

/* Appends the object of one run, without a newline at its end. `command` repeats the run. */
void report_json(GString *out, const SimResult *result, const char *command);

/* A suite, in three steps: its beginning, ... */
void report_json_suite_begin(GString *out);

/* ... each result (`index` from 0), ... */
void report_json_suite_add(GString *out, uint32_t index, const SimResult *result,
                           const char *command);

/* ... and its end, with a newline. */
void report_json_suite_end(GString *out, const ReportTally *tally);

#endif
