/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_RUN_H
#define BNETLAB_SIM_RUN_H

/*
 * Runs one scenario from start to end, in the calling thread and, if that is asked for, with
 * others. Runs share nothing: several may go on in several threads at once.
 */

#include "scenarios/scenario.h"
#include "sim/observer.h"
#include "sim/result.h"

typedef struct SimRunOptions {
    SimObserver *trace; /* (nullable) an observer besides the checks; not owned */

    /* (nullable) is told the checkpoints alone, as `trace` is besides all else; not owned. The
     * steps are hashed where either of them has a function for checkpoints. */
    SimObserver *checkpoints;

    /* Events of one instant come in an order that ties_seed draws (docs/simulation.md). */
    bool shuffle_ties;
    uint64_t ties_seed;

    /* (nullable) called now and then from the running thread, never more often than once each 256
     * windows or 1000 events. */
    void (*progress)(void *user_data, int64_t now_ns, int64_t duration_ns);
    void *progress_data;

    /* From the start on it is remembered what leads to what; else a run in which a check fails is
     * done again to find out. */
    bool remembers;

    /* Nothing is watched: no checks, no expectations, no metrics, no story. The run is the same,
     * with the same trace hash, and its verdict is "not judged". To measure what watching costs. */
    bool unwatched;

    /* So many threads share the work, 1 to SIM_THREADS_MAX (shards.h); 0: one. The result is the
     * same but for what it says of them. A run with a trace or checkpoints has one. */
    uint32_t threads;

    gint *stop; /* (nullable) the run ends early, as interrupted, once this is not 0 */
} SimRunOptions;

/*
 * A run in which a check fails is done again, to remember what led there: it takes twice as long.
 * `progress` and `trace` are told of the first time only.
 *
 * (transfer full) A scenario that loaded can be run: NULL and an error only if it has a blocks.log
 * that cannot be started from (start.h). options may be NULL. */
SimResult *sim_run(const Scenario *scenario, const SimRunOptions *options, GError **error);

#endif
