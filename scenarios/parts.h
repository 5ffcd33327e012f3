/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SCENARIOS_PARTS_H
#define BNETLAB_SCENARIOS_PARTS_H

/*
 * The readers of a scenario's parts, each in a file of its own. Each gets the node of its part
 * (SCENARIO_NODE_NONE: the file has none), fills its members of the scenario, defaults included,
 * and notes its mistakes in the reader. They run in the order in which they stand here: later ones
 * use what earlier ones have read.
 */

#include <stdbool.h>
#include <stdint.h>

#include "scenarios/reader.h"

/* read_chain.c: the chain (its rule, where it stands, its log, when it began). */
void scenario_read_chain(ScenarioReader *reader, uint32_t node);

/* read_peers.c: groups, producers. */
void scenario_read_peers(ScenarioReader *reader, uint32_t node);

/* read_persona.c: how the peers of a group, whose node is given, misbehave. A part of the peers. */
void scenario_read_persona(ScenarioReader *reader, uint32_t node, ScenarioGroup *group);

/* read_quirks.c: the hazards of the deployed plugin that the peers of a group have. */
void scenario_read_quirks(ScenarioReader *reader, const ScenarioGroupKeys *keys,
                          BnetQuirks *ret_quirks);

/* read_topology.c: who is linked with whom; read_links.c: latency and bandwidth of the links;
 * read_network.c: the wire, the driver; read_transactions.c: the transactions. */
void scenario_read_wire(ScenarioReader *reader, uint32_t node);
void scenario_read_driver(ScenarioReader *reader, uint32_t node);
void scenario_read_topology(ScenarioReader *reader, uint32_t node);
void scenario_read_links(ScenarioReader *reader, uint32_t node);
void scenario_read_transactions(ScenarioReader *reader, uint32_t node);

/* read_events.c: events in order of time, and whether their sequence makes sense; those of the node
 * `random_node` among them. */
void scenario_read_events(ScenarioReader *reader, uint32_t node, uint32_t random_node);

/* read_expect.c: what the run must come to. */
void scenario_read_expect(ScenarioReader *reader, uint32_t node);

#endif
