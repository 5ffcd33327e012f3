/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SCENARIOS_COMPONENTS_H
#define BNETLAB_SCENARIOS_COMPONENTS_H

/*
 * Which peers links join: disjoint sets in an array that holds, for each peer, itself or a lesser
 * peer of its component. Cost: a call is nearly constant on average.
 */

#include <stdbool.h>
#include <stdint.h>

/* Every peer is a component of its own. To be freed with g_free. (transfer full) */
uint32_t *scenario_components_new(uint32_t n_peers);

/* The component of a peer: the least peer in it. */
uint32_t scenario_components_of(uint32_t *above, uint32_t peer);

/* False when both were in one component already. */
bool scenario_components_join(uint32_t *above, uint32_t a, uint32_t b);

#endif
