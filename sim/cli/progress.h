/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_CLI_PROGRESS_H
#define BNETLAB_SIM_CLI_PROGRESS_H

/*
 * One line on standard error that says how far runs have come: only on a terminal, only when it
 * takes more than PROGRESS_DELAY_US, and gone when something else is to be written.
 *
 * Threads: progress_set() is called by the thread of the run it is about, everything else by the
 * thread that created it.
 */

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#define PROGRESS_DELAY_US 500000
#define PROGRESS_PERIOD_US 100000

typedef struct Progress Progress;

/* Of runs of those scenarios (element-type Scenario), which outlive it. */
Progress *progress_new(const GPtrArray *scenarios);

/* Of `total` runs of which nothing is known but how many are done. */
Progress *progress_new_count(uint64_t total);

/* So many of them are done, and so many of those failed. */
void progress_count(Progress *progress, uint64_t done, uint64_t failed);

/* How far the run of a scenario is, in virtual time; its duration or more: it is done. O(1). */
void progress_set(Progress *progress, guint index, int64_t now_ns);

/* Draws the line anew, if there is to be one. Called every PROGRESS_PERIOD_US. */
void progress_draw(Progress *progress);

/* Takes the line away until the next draw. */
void progress_clear(Progress *progress);

/* Accepts NULL. */
void progress_free(Progress *progress);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Progress, progress_free)

#endif
