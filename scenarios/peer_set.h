/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SCENARIOS_PEER_SET_H
#define BNETLAB_SCENARIOS_PEER_SET_H

/*
 * A set of peers, by their numbers. Whoever holds it owns `peers`. Looking a peer up takes O(log
 * n).
 */

#include <stdbool.h>
#include <stdint.h>

/* Sorted ascending, no duplicates. */
typedef struct ScenarioPeerSet {
    uint32_t *peers;
    uint32_t count;
} ScenarioPeerSet;

/* Index of a peer in `peers`; count: it is not in the set. */
uint32_t scenario_peer_set_find(const ScenarioPeerSet *set, uint32_t peer);

static inline bool scenario_peer_set_has(const ScenarioPeerSet *set, uint32_t peer)
{
    return scenario_peer_set_find(set, peer) < set->count;
}

#endif
