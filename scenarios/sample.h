/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SCENARIOS_SAMPLE_H
#define BNETLAB_SCENARIOS_SAMPLE_H

/*
 * Values with weights, to draw from by inversion: a random number finds the value at which the sum
 * of the weights, in ascending order of the values, first exceeds its share of the whole.
 *
 * Integers alone. Immutable once made, so any number of threads may draw. Bounds: 1 to
 * SCENARIO_SAMPLE_VALUES_MAX values, weights whose sum is 1 to UINT64_MAX. Cost: making is a sort;
 * a draw looks at two sums on average, 8 ns while they fit the cache, 20 bytes a value.
 */

#include <stdint.h>

#include <glib.h>

#include "scenarios/scenario.h"

#define SCENARIO_SAMPLE_VALUES_MAX 1000000u

/* A value and how much it weighs. */
typedef struct ScenarioWeighted {
    int64_t value; /* nanoseconds or bytes */
    uint64_t weight;
} ScenarioWeighted;

/* The order of `values` has no influence; they are sorted in place. (transfer full) */
ScenarioSample *scenario_sample_new(ScenarioWeighted *values, uint32_t n);

/* Accepts NULL. */
void scenario_sample_free(ScenarioSample *sample);

/* How many values there are. */
uint32_t scenario_sample_count(const ScenarioSample *sample);

/* The value for 64 random bits; values of weight 0 never come. The chance of each is its share of
 * the weights, within 2^-64. */
int64_t scenario_sample_at(const ScenarioSample *sample, uint64_t bits);

#endif
