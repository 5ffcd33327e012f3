/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SCENARIOS_RANDOM_FAULTS_H
#define BNETLAB_SCENARIOS_RANDOM_FAULTS_H

/*
 * Faults that come at random times (`/random_faults` of the manual). The loader makes plain events
 * of them, from the scenario's seed, so that nobody else needs to know of chance.
 *
 * Ownership: the array owns what is read; the events own what they hold.
 * Bounds: SCENARIO_RANDOM_FAULTS_MAX of them, SCENARIO_EVENTS_MAX arrivals and as many events
 * together with those of the file, and their peers count as selected ones do (selector.h).
 */

#include <stdint.h>

#include <glib.h>

#include "scenarios/event_sequence.h"
#include "scenarios/reader.h"

#define SCENARIO_RANDOM_FAULTS_MAX 100u
#define SCENARIO_RANDOM_RATE_MAX_MICRO (UINT64_C(1000) * 1000000u) /* 1000 a second */
#define SCENARIO_RANDOM_SIDES_MAX 1000u

/* How long a fault lasts: `least_ns` and what is drawn on top of it, up to `most_ns`. */
typedef struct ScenarioRandomTime {
    bool exponential; /* with mean_ns on top; else all in between are equally likely */
    int64_t least_ns; /* 0: only without "for" */
    int64_t most_ns;
    int64_t mean_ns;
} ScenarioRandomTime;

typedef struct ScenarioRandomFault {
    ScenarioReadEvent event;   /* what happens, but for when; its peers are those to pick from */
    uint64_t rate_per_s_micro; /* arrivals a second, times 1e6; 0: none */
    int64_t from_ns;
    int64_t until_ns; /* none arrives then or later, and all are over then */
    uint32_t pick;    /* how many peers or links each time */
    uint32_t sides;   /* of a partition: 2 or more */
    ScenarioRandomTime time;
} ScenarioRandomFault;

/* Reads the array. (element-type ScenarioRandomFault) (transfer full) (nullable): NULL for none, or
 * a mistake. */
GArray *scenario_random_faults_read(ScenarioReader *reader, uint32_t node);

/* chaos.c: adds their events, without an end but with for_ns, to those of the file, which are in
 * order of time, ends included. There is no mistake so far. */
void scenario_random_faults_add(ScenarioReader *reader, const GArray *faults,
                                GArray *events /* of ScenarioReadEvent */);

#endif
