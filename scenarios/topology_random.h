/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SCENARIOS_TOPOLOGY_RANDOM_H
#define BNETLAB_SCENARIOS_TOPOLOGY_RANDOM_H

/*
 * Random topologies: functions of their arguments and of the draws alone, in integers.
 *
 * Links are simple, appended to a GArray of ScenarioLink sorted by (from, to); the peer with the
 * greater number dials. The caller has checked that the links fit SCENARIO_LINKS_MAX, unless said
 * otherwise. Cost: linear in peers and links.
 */

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "scenarios/draw.h"

/* Whether a connected simple graph of this degree exists; else why not, in a static text. */
const char *scenario_topology_check_degree(uint32_t n_peers, uint32_t degree);

/*
 * A simple connected graph in which each peer has `degree` links. The degree must have passed the
 * check.
 */
void scenario_topology_random_regular(GArray *links, uint32_t n_peers, uint32_t degree,
                                      ScenarioDraw *draw);

/* The probability numerator / denominator: above 0, at most 1, the denominator below 2^63. */
typedef struct ScenarioShare {
    uint64_t numerator;
    uint64_t denominator;
} ScenarioShare;

/*
 * Erdős–Rényi: each pair of peers is linked with the same probability, rounded down to 2^-64.
 * False, with part of the links, as soon as there are more than SCENARIO_LINKS_MAX. Need not be
 * connected.
 */
bool scenario_topology_erdos_renyi(GArray *links, uint32_t n_peers, ScenarioShare probability,
                                   ScenarioDraw *draw);

/*
 * Barabási–Albert: peers 0 to `edges` are a full mesh; each later one dials `edges` earlier peers,
 * drawn in proportion to the links that they have. 0 < edges < n_peers. Connected.
 */
void scenario_topology_barabasi_albert(GArray *links, uint32_t n_peers, uint32_t edges,
                                       ScenarioDraw *draw);

/*
 * Watts–Strogatz: on a ring every peer i is linked with the degree / 2 next ones; then each of
 * these links, first all to i + 1, then all to i + 2 and so on, is with a probability of
 * `rewiring_ppm` millionths turned away from its far end, to a peer drawn evenly from those that i
 * is not linked with. Where there is none the link stays. The degree is even, from 2 to n_peers
 * / 2. Need not be connected.
 */
void scenario_topology_watts_strogatz(GArray *links, uint32_t n_peers, uint32_t degree,
                                      uint32_t rewiring_ppm, ScenarioDraw *draw);

/* Region r has the peers starts[r] to starts[r + 1] - 1, at least one. */
typedef struct ScenarioRegions {
    const uint32_t *starts; /* n_regions + 1; the last is the number of peers */
    uint32_t n_regions;
    uint32_t degree;  /* inside a region; one of at most degree + 1 peers is a full mesh */
    uint32_t between; /* links between each two regions; at most the pairs of their peers */
} ScenarioRegions;

/*
 * Each region is a random regular graph (a full mesh if it is small), and each two are joined by
 * `between` links, drawn evenly from all pairs of their peers. Connected if `between` > 0.
 */
void scenario_topology_regions(GArray *links, const ScenarioRegions *regions, ScenarioDraw *draw);

#endif
