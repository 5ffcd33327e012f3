/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SCENARIOS_READ_SAMPLE_H
#define BNETLAB_SCENARIOS_READ_SAMPLE_H

/*
 * What all readers of samples (sample.h) share: how many values there may be, and their weights.
 * The values are a GArray of ScenarioWeighted. Bounds: all samples of a scenario together have
 * SCENARIO_SAMPLE_VALUES_MAX values.
 */

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "scenarios/reader.h"
#include "scenarios/sample.h"

/* The weight 1, in millionths, and the greatest: so that the greatest of all times the most values
 * fits. */
#define SCENARIO_SAMPLE_WEIGHT_ONE UINT64_C(1000000)
#define SCENARIO_SAMPLE_WEIGHT_MAX (UINT64_C(10000000) * SCENARIO_SAMPLE_WEIGHT_ONE)

/* With SCENARIO_SAMPLE_VALUES_MAX: the message where there is no room. */
#define SCENARIO_SAMPLE_TOO_MANY                                                                   \
    "the samples of the scenario have more than %u values, the most allowed"

/* How many values a further sample may have. */
uint32_t scenario_sample_room(const ScenarioReader *reader);

/* Reads the array of weights, one for each of the values. An absent one leaves them as they are. */
bool scenario_sample_read_weights(ScenarioReader *reader, uint32_t node, GArray *values);

/* Takes the values over into a sample of the scenario; NULL: they weigh nothing, which is a mistake
 * at `node`. (transfer none) (nullable) */
const ScenarioSample *scenario_sample_add(ScenarioReader *reader, uint32_t node, GArray *values);

#endif
