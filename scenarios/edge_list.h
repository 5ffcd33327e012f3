/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SCENARIOS_EDGE_LIST_H
#define BNETLAB_SCENARIOS_EDGE_LIST_H

/*
 * Topologies from files. The first line holds the numbers of peers and of links, each further line
 * one link `u v [latency_us]`: u dials v. Numbers are decimal, separated by spaces or tabs; there
 * are no comments and no empty lines. Links keep the order of the file.
 *
 * Bounds: SCENARIO_EDGE_FILE_BYTES_MAX, SCENARIO_LINKS_MAX. Cost: linear, and a sort to find links
 * that stand twice.
 */

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "scenarios/reader.h"

/*
 * Reads the file that the string `node` names, from the scenario's folder, into `links` (of
 * ScenarioLink). Notes a mistake with its place in that file and returns false.
 */
bool scenario_edge_list_read(ScenarioReader *reader, uint32_t node, GArray *links);

#endif
