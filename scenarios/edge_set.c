/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/edge_set.h"

#include <string.h>

#include <glib.h>

static uint64_t edge_key(uint32_t a, uint32_t b)
{
    return (uint64_t)MIN(a, b) << 32 | MAX(a, b);
}

static uint64_t home_slot(const ScenarioEdgeSet *set, uint64_t key)
{
    return (key * UINT64_C(0x9e3779b97f4a7c15)) >> 20 & set->mask;
}

void scenario_edge_set_init(ScenarioEdgeSet *set, uint32_t n_edges)
{
    uint64_t n_slots = 16;

    while (n_slots < (uint64_t)n_edges * 2u) {
        n_slots *= 2u;
    }
    set->slots = g_new0(uint64_t, n_slots);
    set->mask = n_slots - 1;
}

void scenario_edge_set_finish(ScenarioEdgeSet *set)
{
    if (set != NULL) {
        g_free(set->slots);
    }
}

void scenario_edge_set_clear(ScenarioEdgeSet *set)
{
    memset(set->slots, 0, (size_t)(set->mask + 1) * sizeof *set->slots);
}

/* The slot that holds the key, or the empty one where it would go. */
static uint64_t find_slot(const ScenarioEdgeSet *set, uint64_t key)
{
    uint64_t slot = home_slot(set, key);

    while (set->slots[slot] != 0 && set->slots[slot] != key) {
        slot = (slot + 1) & set->mask;
    }
    return slot;
}

bool scenario_edge_set_has(const ScenarioEdgeSet *set, uint32_t a, uint32_t b)
{
    return set->slots[find_slot(set, edge_key(a, b))] != 0;
}

bool scenario_edge_set_add(ScenarioEdgeSet *set, uint32_t a, uint32_t b)
{
    const uint64_t key = edge_key(a, b);
    uint64_t *slot = &set->slots[find_slot(set, key)];

    if (*slot == key) {
        return false;
    }
    *slot = key;
    return true;
}

/* Moves later keys of the same run up, so that no search stops early. */
void scenario_edge_set_remove(ScenarioEdgeSet *set, uint32_t a, uint32_t b)
{
    uint64_t hole = find_slot(set, edge_key(a, b));
    uint64_t slot = hole;

    g_assert(set->slots[hole] != 0);
    for (;;) {
        slot = (slot + 1) & set->mask;
        if (set->slots[slot] == 0) {
            break;
        }
        const uint64_t home = home_slot(set, set->slots[slot]);

        if (((slot - home) & set->mask) >= ((slot - hole) & set->mask)) {
            set->slots[hole] = set->slots[slot];
            hole = slot;
        }
    }
    set->slots[hole] = 0;
}
