/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_CLI_EXPLORE_RUNS_H
#define BNETLAB_SIM_CLI_EXPLORE_RUNS_H

/*
 * Runs the random scenarios of many seeds side by side, and hands over what came of them one by one
 * in the order of the seeds. Memory: a few results for each thread, however many seeds there are.
 */

#include <stdint.h>

#include <glib.h>

#include "scenarios/scenario.h"
#include "sim/cli/inputs.h"
#include "sim/result.h"
#include "sim/sightings.h"
#include "sim/swarm.h"

/* Makes the scenario of a seed and loads it. NULL and a GError only by a mistake of ours.
 * (transfer full) (nullable) */
Scenario *explore_load(uint64_t seed, SimSwarmPlugin plugin, GError **error);

/* The command that repeats the run of a seed. (transfer full) */
char *explore_command(const char *program, SimSwarmPlugin plugin, uint64_t seed);

/* One seed. */
typedef struct ExploreRun {
    SimResult *result; /* NULL: not run, or not to its end */
    bool seen[SIM_SIGHTINGS];
    GError *error; /* its scenario does not load */
} ExploreRun;

typedef struct ExploreOptions {
    SimSwarmPlugin plugin;
    CliTies ties;
    uint64_t first; /* seed; first + seeds - 1 is at most UINT64_MAX */
    uint64_t seeds; /* 1 or more */
    guint jobs;     /* runs at a time, 1 or more */
    gint *stop;     /* not 0: runs under way end early, no other is begun, all finished are told */

    /* Told in the calling thread, in the order of the seeds, of each seed; when it is stopped, of
     * those that are finished. The run stays the runner's. False: no more are wanted. */
    bool (*done)(void *user_data, uint64_t seed, const ExploreRun *run);
    /* Called every PROGRESS_PERIOD_US or so: so many are finished, so many of these failed, be they
     * told of or not. */
    void (*wait)(void *user_data, uint64_t finished, uint64_t failed);
    void *user_data;
} ExploreOptions;

/* Returns when all are done, or no more are wanted. */
void explore_run(const ExploreOptions *options);

#endif
