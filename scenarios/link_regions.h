/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SCENARIOS_LINK_REGIONS_H
#define BNETLAB_SCENARIOS_LINK_REGIONS_H

/*
 * Reads `/links/regions`: which peer is in which region of a table, and gives each way of each link
 * the latency between the regions of its ends. Cost: linear in peers and links.
 */

#include <stdint.h>

#include <glib.h>

#include "scenarios/reader.h"

/*
 * Appends a latency for each ordered pair of regions to `latencies` and sets the index of it in
 * each of `ways`, two for each link of the scenario. Mistakes are noted, and then the ways left as
 * they are. The links of the scenario must be known.
 */
void scenario_link_regions_read(ScenarioReader *reader, uint32_t node, GArray *latencies,
                                ScenarioWay *ways);

#endif
