/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_REPORTS_JUNIT_H
#define BNETLAB_REPORTS_JUNIT_H

/*
 * Results as JUnit XML, for continuous integration: a testsuite per scenario, a testcase per check.
 *
 * The file is written when all results are in, to a temporary name, and renamed.
 */

#include <stdbool.h>

#include <glib.h>

#include "sim/result.h"

typedef struct ReportJunit ReportJunit;

/* (transfer full) Opens the file. NULL and a GError (G_FILE_ERROR) if that cannot be. */
ReportJunit *report_junit_new(const char *path, GError **error);

/* Adds the testsuite of a run, to be named `name`. `command` repeats the run. */
void report_junit_add(ReportJunit *junit, const SimResult *result, const char *name,
                      const char *command);

/* Adds a testsuite that says that a scenario was not run. */
void report_junit_add_not_run(ReportJunit *junit, const char *name);

/* Adds a testsuite that says whether the scenarios hit all probes; `missed`: names of those that
 * they did not, empty if they hit all. */
void report_junit_add_probes(ReportJunit *junit, const char *missed);

/* Writes the file. False and a GError if that failed: no file is then there, or the old one. */
bool report_junit_finish(ReportJunit *junit, GError **error);

/* Accepts NULL. Without a finish before, no file is left. */
void report_junit_free(ReportJunit *junit);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ReportJunit, report_junit_free)

#endif
