/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_REPORTS_TEXT_METRICS_H
#define BNETLAB_REPORTS_TEXT_METRICS_H

/*
 * The metrics of a run as a table for the summary: some of those that have values, a line each.
 */

#include <glib.h>

#include "sim/result.h"

/* Appends nothing where no metric has a value. */
void report_append_metrics(GString *out, const SimResult *result);

#endif
