/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_REPORTS_TRACE_H
#define BNETLAB_REPORTS_TRACE_H

/*
 * The trace of a run: every message, chain event, connection and fault as one JSON object a line
 * (docs/reports.md), and a checkpoint each second; or the checkpoints alone. Compressed with zstd
 * if the file's name ends in ".zst".
 *
 * It is an observer of the world, and as such in the thread of the run. Memory: one buffer of 64
 * KiB and what zstd takes, however long the run. The file appears under its name when the trace is
 * finished; a write that fails is told then.
 */

#include <stdbool.h>

#include <glib.h>

#include "scenarios/scenario.h"
#include "sim/observer.h"
#include "sim/result.h"

typedef struct ReportTrace ReportTrace;

/* (transfer full) Opens the file and writes the header line, which names the program's `version`
 * and the scenario. NULL and a GError (G_FILE_ERROR) if that cannot be. */
ReportTrace *report_trace_new(const char *path, const char *version, const Scenario *scenario,
                              GError **error);

/* To be given to the run; it lives as long as the trace. */
SimObserver *report_trace_observer(ReportTrace *trace);

/* Only the checkpoints are written: a line for each second. Before the run. */
void report_trace_keep_checkpoints(ReportTrace *trace);

/* Lines of before from_ns are left out. Before the run. */
void report_trace_begin_at(ReportTrace *trace, int64_t from_ns);

/* Writes the last line and gives the file its name. False and a GError (G_FILE_ERROR) if any write
 * of the trace has failed. Called once. */
bool report_trace_finish(ReportTrace *trace, const SimResult *result, GError **error);

/* Accepts NULL. Without a finish before, no file is left. */
void report_trace_free(ReportTrace *trace);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ReportTrace, report_trace_free)

#endif
