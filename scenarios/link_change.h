/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SCENARIOS_LINK_CHANGE_H
#define BNETLAB_SCENARIOS_LINK_CHANGE_H

/*
 * Reads what a rule or an event says of links, and the bandwidths of peers.
 *
 * Ownership: everything is borrowed; a change is a plain value. Cost: linear in the text.
 */

#include <stdint.h>

#include "scenarios/reader.h"
#include "scenarios/scenario.h"

/* The nodes of the keys; SCENARIO_NODE_NONE where one is absent. */
typedef struct ScenarioLinkChangeKeys {
    uint32_t latency;
    uint32_t bandwidth;
    uint32_t loss;
    uint32_t send_buffer;
    uint32_t receive_buffer;
} ScenarioLinkChangeKeys;

/* Reads a bandwidth; 0, as `bytes_per_s` must be before, is "unlimited". */
void scenario_link_bandwidth_read(ScenarioReader *reader, uint32_t node, uint64_t *bytes_per_s);

/* Reads a change of links, which is the object at `node`; one that changes nothing is a mistake. */
bool scenario_link_change_read(ScenarioReader *reader, uint32_t node,
                               const ScenarioLinkChangeKeys *keys, ScenarioLinkChange *ret_change);

/* Makes the change to a way, but for its latency. */
void scenario_link_change_way(const ScenarioLinkChange *change, ScenarioWay *way);

#endif
