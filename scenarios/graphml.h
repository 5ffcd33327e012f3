/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SCENARIOS_GRAPHML_H
#define BNETLAB_SCENARIOS_GRAPHML_H

/*
 * Topologies from GraphML files. The nodes of the one graph are the peers, in the order of the
 * file, or by their data of the key whose attr.name is "name", which then each node has and which
 * are the peers' names. The source of an edge dials its target, whether the graph is directed or
 * not. The data of the key whose attr.name is "latency" is the edge's one-way latency: a number of
 * milliseconds, rounded to the nanosecond, or a duration with its unit. All other data, and
 * elements that are not of GraphML's core, are passed over; nested graphs and hyperedges are
 * mistakes. Links keep the order of the file.
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
 * ScenarioLink). Notes a mistake with the line of that file in which the wrong tag or text
 * ends, and returns false.
 */
bool scenario_graphml_read(ScenarioReader *reader, uint32_t node, GArray *links);

/*
 * "12.5" milliseconds rounded to the nearest nanosecond, or "12.5ms" as scenario_units_duration;
 * spaces around it are allowed. Returns NULL and sets the value, from 1 ns to
 * SCENARIO_LATENCY_MAX_NS, or what is wrong: "is not ...".
 */
const char *scenario_graphml_latency(const char *text, int64_t *ret_ns);

#endif
