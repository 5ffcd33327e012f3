/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SCENARIOS_EDGE_SET_H
#define BNETLAB_SCENARIOS_EDGE_SET_H

/*
 * A set of undirected edges between different peers: open addressing, linear probing, at most half
 * full. Ownership: init and finish, for the caller's storage. Cost: constant for each call but init
 * and clear, which are linear in the number of edges that the set has room for.
 */

#include <stdbool.h>
#include <stdint.h>

typedef struct ScenarioEdgeSet {
    uint64_t *slots; /* 0: empty, which no edge between different peers is */
    uint64_t mask;
} ScenarioEdgeSet;

/* Makes room for `n_edges`; the caller never adds more. */
void scenario_edge_set_init(ScenarioEdgeSet *set, uint32_t n_edges);

/* Accepts NULL. */
void scenario_edge_set_finish(ScenarioEdgeSet *set);

void scenario_edge_set_clear(ScenarioEdgeSet *set);

bool scenario_edge_set_has(const ScenarioEdgeSet *set, uint32_t a, uint32_t b);

/* False when it was there already. */
bool scenario_edge_set_add(ScenarioEdgeSet *set, uint32_t a, uint32_t b);

/* The edge must be there. */
void scenario_edge_set_remove(ScenarioEdgeSet *set, uint32_t a, uint32_t b);

#endif
