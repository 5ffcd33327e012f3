/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SCENARIOS_LINK_LIST_H
#define BNETLAB_SCENARIOS_LINK_LIST_H

/*
 * Topologies that the scenario spells out: an array of pairs of selectors; each peer of the first
 * dials each one of the second. Links keep the order of the array, then that of the peers.
 *
 * Bounds: SCENARIO_LINKS_MAX, checked before links are made. Cost: linear, and a sort to find links
 * that stand twice.
 */

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "scenarios/reader.h"

/* Reads the array `node` into `links` (of ScenarioLink). Notes a mistake and returns false. */
bool scenario_link_list_read(ScenarioReader *reader, uint32_t node, GArray *links);

#endif
