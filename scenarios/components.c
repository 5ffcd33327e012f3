/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/components.h"

#include <glib.h>

uint32_t *scenario_components_new(uint32_t n_peers)
{
    uint32_t *above = g_new(uint32_t, n_peers);

    for (uint32_t i = 0; i < n_peers; i++) {
        above[i] = i;
    }
    return above;
}

/* Halves the path on its way. */
uint32_t scenario_components_of(uint32_t *above, uint32_t peer)
{
    while (above[peer] != peer) {
        above[peer] = above[above[peer]];
        peer = above[peer];
    }
    return peer;
}

bool scenario_components_join(uint32_t *above, uint32_t a, uint32_t b)
{
    const uint32_t of_a = scenario_components_of(above, a);
    const uint32_t of_b = scenario_components_of(above, b);

    above[MAX(of_a, of_b)] = MIN(of_a, of_b);
    return of_a != of_b;
}
