/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SCENARIOS_READ_CHANGES_H
#define BNETLAB_SCENARIOS_READ_CHANGES_H

/*
 * What events say of the properties of links and of uplinks and downlinks, and of links that are
 * mended one at a time.
 *
 * Ownership: everything is borrowed. Cost: linear in the text.
 */

#include <stdbool.h>
#include <stdint.h>

#include "scenarios/keys.h"
#include "scenarios/reader.h"
#include "scenarios/scenario.h"

/* A key that goes with some kinds of events alone: `allowed` says with which ones. False and a
 * mistake: it is there and does not. */
bool scenario_event_option_check(ScenarioReader *reader, uint32_t node, bool goes,
                                 const char *allowed);

/* Reads the properties that a change_links or a change_peers, the object at `node`, changes: one at
 * least; in other events they are mistakes. */
bool scenario_changes_read(ScenarioReader *reader, uint32_t node, const ScenarioEventKeys *keys,
                           ScenarioEvent *event);

/* Each takes time in proportion to all links. */
#define SCENARIO_RELEASES_MAX 1000u

/* Reads "release", which only a cut with an end may have. */
bool scenario_release_read(ScenarioReader *reader, const ScenarioEventKeys *keys,
                           ScenarioEvent *event);

#endif
