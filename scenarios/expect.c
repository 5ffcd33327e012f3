/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/expect.h"

#include <glib.h>

uint32_t scenario_peer_set_find(const ScenarioPeerSet *set, uint32_t peer)
{
    uint32_t low = 0;
    uint32_t high = set->count; /* the peer is in [low, high) or nowhere */

    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;

        if (set->peers[middle] == peer) {
            return middle;
        }
        if (set->peers[middle] < peer) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return set->count;
}

void scenario_expect_clear(ScenarioExpect *expect)
{
    for (uint32_t i = 0; i < expect->n_bounds; i++) {
        g_free(expect->bounds[i].peers.peers);
    }
    for (uint32_t i = 0; i < expect->n_disconnects; i++) {
        g_free(expect->disconnects[i].who.peers);
        g_free(expect->disconnects[i].by.peers);
    }
    for (uint32_t i = 0; i < expect->n_watches; i++) {
        g_free(expect->watches[i].peers.peers);
    }
    for (uint32_t i = 0; i < expect->n_convergences; i++) {
        g_free(expect->convergences[i].peers.peers);
    }
    g_free(expect->bounds);
    g_free(expect->convergences);
    g_free(expect->watches);
    g_free(expect->metrics);
    g_free(expect->disconnects);
    g_free(expect->bad_block.peers);
}

ScenarioUnit scenario_metric_unit(ScenarioMetric metric)
{
    switch (metric) {
    case SCENARIO_METRIC_BLOCK_PROPAGATION_50:
    case SCENARIO_METRIC_BLOCK_PROPAGATION_90:
    case SCENARIO_METRIC_BLOCK_PROPAGATION_99:
    case SCENARIO_METRIC_BLOCK_PROPAGATION_100:
    case SCENARIO_METRIC_BLOCK_FINALITY_50:
    case SCENARIO_METRIC_BLOCK_FINALITY_90:
    case SCENARIO_METRIC_BLOCK_FINALITY_99:
    case SCENARIO_METRIC_BLOCK_FINALITY_100:
    case SCENARIO_METRIC_TRANSACTION_INCLUSION:
        return SCENARIO_UNIT_TIME;
    case SCENARIO_METRIC_PEER_BYTES:
        return SCENARIO_UNIT_BYTES;
    case SCENARIO_METRIC_PEER_LIB_LAG:
        return SCENARIO_UNIT_BLOCKS;
    case SCENARIO_METRIC_DUPLICATE_BLOCKS:
    case SCENARIO_METRIC_FORK_RATE:
        return SCENARIO_UNIT_RATIO;
    case SCENARIO_METRICS:
        break;
    }
    g_assert_not_reached();
}
