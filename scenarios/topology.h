/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SCENARIOS_TOPOLOGY_H
#define BNETLAB_SCENARIOS_TOPOLOGY_H

/*
 * Generated topologies, and whether a topology is connected.
 *
 * A generator appends links of peers 0 to n_peers - 1 to a GArray of ScenarioLink, sorted by
 * (from, to). Of two linked peers the one with the greater number dials: the newcomer dials who is
 * there already. Pure functions; the caller has checked that the links fit SCENARIO_LINKS_MAX.
 * Cost: linear in the links (random-regular: and a sort).
 */

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "scenarios/scenario.h"

void scenario_topology_full_mesh(GArray *links, uint32_t n_peers);

/* Peer i is linked with i + 1, the last with the first. Two peers share one link. */
void scenario_topology_ring(GArray *links, uint32_t n_peers);

void scenario_topology_line(GArray *links, uint32_t n_peers);

/* `center` is linked with everybody. */
void scenario_topology_star(GArray *links, uint32_t n_peers, uint32_t center);

/* Whether a connected simple graph of this degree exists; else why not, in a static text. */
const char *scenario_topology_check_degree(uint32_t n_peers, uint32_t degree);

/*
 * A random simple connected graph in which each peer has `degree` links, a function of the
 * arguments alone. The degree must have passed the check.
 */
void scenario_topology_random_regular(GArray *links, uint32_t n_peers, uint32_t degree,
                                      uint64_t seed);

/*
 * Whether links join all peers; else sets a pair that they do not join: the first peer, and the
 * first one that it cannot reach.
 */
bool scenario_topology_is_connected(const GArray *links, uint32_t n_peers, uint32_t *ret_peer,
                                    uint32_t *ret_other);

#endif
