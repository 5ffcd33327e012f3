/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SCENARIOS_TURNS_H
#define BNETLAB_SCENARIOS_TURNS_H

/*
 * The turns of a schedule that an event sets. The memory becomes the event's. Cost: the square of
 * the producers, SCENARIO_PRODUCERS_MAX at most.
 */

#include <stdbool.h>
#include <stdint.h>

#include "scenarios/reader.h"

/*
 * Reads a selector, or an array of them, into `turns`: in the order of the array, the peers of each
 * selector in theirs. False, with a mistake: one is malformed, names a peer that produces nothing,
 * or one that has a turn already.
 */
bool scenario_turns_read(ScenarioReader *reader, uint32_t node, ScenarioEvent *event);

#endif
