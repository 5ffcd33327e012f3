/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SCENARIOS_LINK_LATENCY_H
#define BNETLAB_SCENARIOS_LINK_LATENCY_H

/*
 * Reads a latency: a duration, or an object with one distribution (`/links/latency` of the manual).
 *
 * An absent node leaves the latency as it is. Mistakes are noted in the reader; then the latency
 * may be half read, as the scenario is refused anyhow. A sample that is read belongs to the
 * scenario. Bounds: SCENARIO_SAMPLE_VALUES_MAX values in all samples of a scenario.
 */

#include <stdint.h>

#include "scenarios/reader.h"

void scenario_link_latency_read(ScenarioReader *reader, uint32_t node, ScenarioLatency *latency);

/* link_sample.c: the object of `empirical`, values and weights or a file of them. */
void scenario_link_sample_read(ScenarioReader *reader, uint32_t node, ScenarioLatency *latency);

#endif
