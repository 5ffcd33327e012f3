/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SCENARIOS_SELECTOR_H
#define BNETLAB_SCENARIOS_SELECTOR_H

/*
 * Selectors: how a scenario names peers. "*", "bp", "bp[3]", "bp[0..9]", or an array of these.
 *
 * They can be resolved once the peers are known (ScenarioReader.peers_known); before, that is when
 * the peers themselves are wrong, every reading fails without a mistake of its own. Bounds: sets
 * hold SCENARIO_SELECTED_MAX peers in all. Cost: linear in the peers selected.
 */

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "scenarios/reader.h"

/* Peers `first` to `last`, both included. */
typedef struct ScenarioRange {
    uint32_t first;
    uint32_t last;
} ScenarioRange;

/*
 * Reads a selector or an array of selectors into a sorted list of ranges that do not touch. Returns
 * NULL and notes the mistake when it is malformed, names what does not exist, or is empty while
 * `empty_allowed` is false. (element-type ScenarioRange) (transfer full) (nullable)
 */
GArray *scenario_selector_ranges(ScenarioReader *reader, uint32_t node, bool empty_allowed);

/* Reads the same into a set; an absent node leaves `set` as it is. The old set is freed. */
bool scenario_selector_set(ScenarioReader *reader, uint32_t node, bool empty_allowed,
                           ScenarioPeerSet *set);

/* Reads a selector of exactly one peer. */
bool scenario_selector_one(ScenarioReader *reader, uint32_t node, uint32_t *peer);

/* Reads the key of an object's member, which is a selector, not an array of them. */
bool scenario_selector_key(ScenarioReader *reader, uint32_t node, ScenarioRange *ret_range);

/* Fills `set` with all peers. False, with a mistake at `node`, when the limit is passed. */
bool scenario_selector_all(ScenarioReader *reader, uint32_t node, ScenarioPeerSet *set);

/* Counts `n` peers against SCENARIO_SELECTED_MAX. False, with a mistake at `node`, beyond. */
bool scenario_selector_count(ScenarioReader *reader, uint32_t node, uint64_t n);

#endif
