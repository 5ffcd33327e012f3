/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_PROBES_H
#define BNETLAB_SIM_PROBES_H

/*
 * Counters for the interesting situations of a run: those that the core comes into (core/probes.h)
 * and those that only the world sees. A suite of scenarios that never hits one has a hole.
 *
 * All together have one numbering, 0 to SIM_PROBES_ALL - 1: first the core's. Counting is an
 * addition, changes nothing and draws nothing, so it is always on. One world, one thread.
 */

#include <stdint.h>

#include "core/probes.h"

typedef enum SimProbe {
    /* connections */
    SIM_PROBE_DIAL_DOWN,
    SIM_PROBE_DIAL_CUT,
    SIM_PROBE_DIAL_PAUSED,
    SIM_PROBE_DIAL_CROSSING,
    SIM_PROBE_CONNECTION_REPLACED,
    SIM_PROBE_SENT_TO_CLOSED,
    /* the wire */
    SIM_PROBE_WRITE_BLOCKED,
    SIM_PROBE_READ_HELD,
    SIM_PROBE_BLOCK_CROSSING,
    SIM_PROBE_SEGMENT_LOST,
    SIM_PROBE_CUT_RELEASED,
    SIM_PROBE_CUT_LOST,
    /* peers */
    SIM_PROBE_RESTART_WITH_CHAIN,
    SIM_PROBE_RESTART_FROM_START,
    SIM_PROBE_CLOCK_SET_BACK,
    SIM_PROBE_SLOT_MISSED,
    SIM_PROBE_SLOT_LATE,
    SIM_PROBE_SLOT_TAKEN,
    SIM_PROBE_FINALITY_CONFLICT,
    SIM_PROBES,
} SimProbe;

#define SIM_PROBES_ALL ((uint32_t)BNET_PROBES + (uint32_t)SIM_PROBES)

/* Zeroed: nothing was hit. */
typedef struct SimProbes {
    BnetProbes core;
    uint64_t hits[SIM_PROBES];
} SimProbes;

static inline void sim_probe(SimProbes *probes, SimProbe probe)
{
    probes->hits[probe]++;
}

/* Adds what `more` has counted. */
void sim_probes_add(SimProbes *probes, const SimProbes *more);

/* How often the probe `i` of all was hit. */
uint64_t sim_probes_hits(const SimProbes *probes, uint32_t i);

/* Its name, "fork-switch", and the situation, in a few words. */
const char *sim_probes_name(uint32_t i);
const char *sim_probes_meaning(uint32_t i);

#endif
