/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SCENARIOS_READ_CLOCK_H
#define BNETLAB_SCENARIOS_READ_CLOCK_H

/*
 * Reads how wrong clocks are. An absent node leaves the value as it is; mistakes are noted in the
 * reader.
 */

#include <stdbool.h>
#include <stdint.h>

#include "scenarios/reader.h"

/* "3s" and "+3s" are ahead, "-3s" is behind; SCENARIO_SKEW_MAX_NS either way. */
bool scenario_read_skew(ScenarioReader *reader, uint32_t node, int64_t *skew_ns);

/* An integer, up to SCENARIO_DRIFT_MAX_PPM either way. */
bool scenario_read_drift(ScenarioReader *reader, uint32_t node, int32_t *drift_ppm);

/* The object of a group's `clock`. */
void scenario_read_clock(ScenarioReader *reader, uint32_t node, ScenarioClock *clock);

#endif
