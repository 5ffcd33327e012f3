/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SCENARIOS_TOPOLOGY_H
#define BNETLAB_SCENARIOS_TOPOLOGY_H

/*
 * Topologies of a fixed shape, and what lists of links have in common.
 *
 * A generator appends links of peers 0 to n_peers - 1 to a GArray of ScenarioLink, sorted by
 * (from, to). Of two linked peers the one with the greater number dials: the newcomer dials who is
 * there already. Pure functions; the caller has checked that the links fit SCENARIO_LINKS_MAX.
 * Cost: linear in peers and links, unless said otherwise.
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

/* Peer i > 0 is linked with its parent (i - 1) / arity, rounded down. `arity` is above 0. */
void scenario_topology_tree(GArray *links, uint32_t n_peers, uint32_t arity);

/*
 * Rows of `width` peers, which divides n_peers: a peer is linked with its neighbours in its row and
 * its column. With `wrap` the ends of each row and column that has more than two peers are linked
 * too.
 */
void scenario_topology_grid(GArray *links, uint32_t n_peers, uint32_t width, bool wrap);

/* Appends the link of two different peers; the one with the greater number dials. */
void scenario_topology_add(GArray *links, uint32_t a, uint32_t b);

/* Sorts by (from, to). */
void scenario_topology_sort(GArray *links, uint32_t n_peers);

/*
 * The number of parts into which links join n_peers > 0 peers; above 1 also sets the first peer
 * that no path joins with peer 0.
 */
uint32_t scenario_topology_components(const GArray *links, uint32_t n_peers, uint32_t *ret_other);

/*
 * Whether a link stands twice, in whatever direction: sets the least index of one that repeats an
 * earlier one, and the index of that. Cost: a sort.
 */
bool scenario_topology_find_double(const GArray *links, uint32_t *ret_first, uint32_t *ret_second);

#endif
