/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SCENARIOS_READ_AMOUNT_H
#define BNETLAB_SCENARIOS_READ_AMOUNT_H

/*
 * Sizes and times that are one value or drawn from a distribution: uniform between two, or one of
 * several with weights. Samples become the scenario's. Cost: linear in the values.
 */

#include <stdbool.h>
#include <stdint.h>

#include "scenarios/reader.h"

/* Sizes of `min` to `max` bytes. Where the node is absent or wrong, *amount stays as it is; false:
 * it is wrong, which is noted. */
bool scenario_amount_read_size(ScenarioReader *reader, uint32_t node, uint32_t min, uint32_t max,
                               ScenarioAmount *amount);

/* Times of min_ns to max_ns, in the same way. */
bool scenario_amount_read_time(ScenarioReader *reader, uint32_t node, int64_t min_ns,
                               int64_t max_ns, ScenarioAmount *amount);

/* The greatest value that is ever drawn. */
int64_t scenario_amount_max(const ScenarioAmount *amount);

#endif
