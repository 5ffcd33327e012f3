/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_QUANTITY_H
#define BNETLAB_SIM_QUANTITY_H

/*
 * What can be measured of a peer at a time, for what a scenario expects.
 */

#include <stdint.h>

#include "scenarios/expect.h"
#include "sim/world.h"

/* The value now at a peer. O(1), but for sessions and block status: O(sessions of the peer). */
uint64_t sim_quantity_of(const SimWorld *world, uint32_t index, ScenarioQuantity quantity);

/* "fork switches" */
const char *sim_quantity_name(ScenarioQuantity quantity);

/* Happenings to a peer that can change its value: bits 1 << SimHappeningKind. The lag of the head
 * changes with the heads of others besides. */
uint32_t sim_quantity_happenings(ScenarioQuantity quantity);

/* Counts what a chain event of a peer adds to those that are no state of the peer's node. To be
 * called for each, before it is told. */
void sim_quantity_note(SimWorld *world, uint32_t index, const BnetChainEvent *event);

#endif
