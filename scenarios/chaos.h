/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SCENARIOS_CHAOS_H
#define BNETLAB_SCENARIOS_CHAOS_H

/*
 * What the two files that make events of random faults share: chaos.c draws and makes events,
 * chaos_holds.c finds out what is passed over. Nobody else includes this.
 *
 * All lives while scenario_random_faults_add() runs; arrays are owned by it.
 */

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "scenarios/random_faults.h"

/* Faults of one sort exclude each other on one target. */
typedef enum ScenarioChaosSort {
    SCENARIO_SORT_PROCESS,   /* crash, pause: targets are peers */
    SCENARIO_SORT_SPEED,     /* slow */
    SCENARIO_SORT_PRODUCING, /* stop_producing */
    SCENARIO_SORT_CLOCK,     /* skew_clock */
    SCENARIO_SORT_LINK,      /* cut: targets are links */
    SCENARIO_SORT_CHANGE,    /* change_links: targets are links */
    SCENARIO_SORT_PARTITION, /* one target, the network */
    SCENARIO_SORT_NONE,      /* reset: nothing is held */
} ScenarioChaosSort;

/* One of `targets` of an arrival. */
typedef struct ScenarioTarget {
    int64_t next_ns; /* when an event of the file comes to it; SCENARIO_TIME_NONE: never */
    uint32_t end;    /* of links: 2 l or 2 l + 1, the end of link l that is of the first peers */
    uint32_t index;  /* peer, link or 0 */
    bool free;
} ScenarioTarget;

typedef struct ScenarioArrival {
    int64_t at_ns;
    int64_t end_ns;
    uint32_t fault;
    uint32_t number; /* among those of the fault */
    uint64_t seed;   /* of the sides of a partition */
    guint first;     /* of its targets */
    guint n;
} ScenarioArrival;

/* The links of each peer, by their ends: those of peer p are end[first[p]] to
 * end[first[p + 1] - 1]. */
typedef struct ScenarioEnds {
    uint32_t *first;
    uint32_t *end;
} ScenarioEnds;

typedef struct ScenarioChaos {
    ScenarioReader *reader;
    const GArray *faults; /* of ScenarioRandomFault */
    GArray *events;       /* of ScenarioReadEvent: of the file, with ends, in order; then ours */
    guint n_file;         /* events of the file */
    uint32_t next_number;
    GArray *arrivals; /* of ScenarioArrival, in order */
    GArray *targets;  /* of ScenarioTarget */
    ScenarioEnds ends;
} ScenarioChaos;

static inline const ScenarioRandomFault *scenario_chaos_fault(const ScenarioChaos *chaos,
                                                              uint32_t index)
{
    return &g_array_index(chaos->faults, ScenarioRandomFault, index);
}

static inline const ScenarioReadEvent *scenario_chaos_event(const ScenarioChaos *chaos, guint index)
{
    return &g_array_index(chaos->events, ScenarioReadEvent, index);
}

static inline ScenarioTarget *scenario_chaos_target(const ScenarioChaos *chaos, guint index)
{
    return &g_array_index(chaos->targets, ScenarioTarget, index);
}

static inline ScenarioArrival *scenario_chaos_arrival(const ScenarioChaos *chaos, guint index)
{
    return &g_array_index(chaos->arrivals, ScenarioArrival, index);
}

/* chaos_holds.c: the peer of an end 2 l or 2 l + 1 of link l. */
uint32_t scenario_chaos_peer_of_end(const Scenario *scenario, uint32_t end);

/* Calls `act` with each end of the event's `peers` at a link to its `others`. */
void scenario_chaos_for_each_end(ScenarioChaos *chaos, const ScenarioEvent *event,
                                 void (*act)(void *data, uint32_t end), void *data);

/* The targets of all faults of one sort that are held, or that an event of the file comes to
 * meanwhile, are no longer free. O(arrivals + what the events of the file name). */
void scenario_chaos_pass_over(ScenarioChaos *chaos, ScenarioChaosSort sort);

#endif
