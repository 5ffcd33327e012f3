/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_CLI_SUITE_H
#define BNETLAB_SIM_CLI_SUITE_H

/*
 * Runs scenarios side by side, each in a thread or more, and hands over their results one by one in
 * the order of the scenarios, each as soon as it and all before it are there.
 */

#include <glib.h>

#include "scenarios/scenario.h"
#include "sim/cli/inputs.h"
#include "sim/result.h"

#define SUITE_JOBS_MAX 1024

/*
 * Told in the thread that called suite_run(). `result` (transfer full) is NULL for a scenario that
 * was not run: stopped before, or its trace could not be opened. `error` (nullable): what went
 * wrong with the trace.
 */
typedef void (*SuiteDone)(void *user_data, guint index, SimResult *result, const GError *error);

typedef struct SuiteOptions {
    guint jobs;               /* runs at a time, 1 to SUITE_JOBS_MAX */
    guint threads;            /* of each, 1 to SIM_THREADS_MAX */
    char *const *trace;       /* (nullable) file name of each run's trace */
    int64_t trace_from_ns;    /* traces begin there */
    char *const *checkpoints; /* (nullable) file name of each run's checkpoints */
    CliTies ties;
    gint *stop; /* not 0: runs under way end early, no other is begun */
    SuiteDone done;
    void *done_data;
} SuiteOptions;

/* `scenarios` (element-type Scenario) may be empty. One whose driver is the sockets is changed
 * (sim/parity/arms.h). Returns when all are done. */
void suite_run(const GPtrArray *scenarios, const SuiteOptions *options);

#endif
