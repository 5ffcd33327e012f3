/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_SIGHTINGS_H
#define BNETLAB_SIM_SIGHTINGS_H

/*
 * Which of the interesting situations occurred in a run: seen in what happened, whatever the
 * scenario meant to happen. Most are probes of the run (probes.h); an observer (observer.h) sees
 * the others.
 *
 * Ownership: the observer is the caller's; it must outlive the run. Threads: that of the run.
 * Memory: 4 bytes a peer. Cost: O(1) a happening.
 */

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "sim/observer.h"
#include "sim/result.h"

typedef enum SimSighting {
    SIM_SIGHTING_FORK_SWITCH,       /* a peer went from one branch to another */
    SIM_SIGHTING_FAR_LIB,           /* a head was more than 2048 blocks above the peer's LIB */
    SIM_SIGHTING_FUTURE_BLOCK,      /* a block came from more than 7 s ahead, by the peer's clock */
    SIM_SIGHTING_RESYNC,            /* a session was closed with `resync` */
    SIM_SIGHTING_DEAD,              /* one was closed because nothing came for too long */
    SIM_SIGHTING_CROSS_DIAL,        /* one of two connections of a pair was closed as redundant */
    SIM_SIGHTING_LOST_CHAIN,        /* a process came back with less of a chain than it had */
    SIM_SIGHTING_FULL_STATUS,       /* a transaction found the status full */
    SIM_SIGHTING_FOLLOWER,          /* a session with a follower of irreversible blocks */
    SIM_SIGHTING_FINALITY_CONFLICT, /* LIBs conflict though the chain rule was met on both sides */
    SIM_SIGHTINGS,
} SimSighting;

/* "fork switch", ... */
const char *sim_sighting_name(SimSighting sighting);

/* For machines: "fork_switch", ... */
const char *sim_sighting_word(SimSighting sighting);

typedef struct SimSightings {
    SimObserver observer;
    bool seen[SIM_SIGHTINGS];
    GArray *heads; /* of uint32_t: number of a peer's head when it went down; 0: it never did */
} SimSightings;

void sim_sightings_init(SimSightings *sightings);

/* After the run: adds what its probes know. */
void sim_sightings_conclude(SimSightings *sightings, const SimResult *result);

/* Accepts NULL. */
void sim_sightings_finish(SimSightings *sightings);

#endif
