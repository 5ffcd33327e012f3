/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/scenario.h"

#include "core/header.h"

static void free_personas(ScenarioGroup *group)
{
    for (uint32_t i = 0; i < group->n_personas; i++) {
        g_free(group->personas[i].to.peers);
    }
    g_free(group->personas);
}

void scenario_free(Scenario *scenario)
{
    if (scenario == NULL) {
        return;
    }
    for (uint32_t i = 0; i < scenario->n_groups; i++) {
        free_personas(&scenario->groups[i]);
        g_free(scenario->groups[i].name);
    }
    for (uint32_t i = 0; i < scenario->n_events; i++) {
        g_free(scenario->events[i].peers.peers);
        g_free(scenario->events[i].others.peers);
        g_free(scenario->events[i].sides);
        g_free(scenario->events[i].turns);
    }
    scenario_expect_clear(&scenario->expect);
    g_ptr_array_unref(scenario->files);
    g_free(scenario->path);
    g_free(scenario->name);
    g_free(scenario->description);
    g_free(scenario->chain.blocks_log);
    g_free(scenario->groups);
    g_free(scenario->producers);
    g_free(scenario->links);
    if (scenario->samples != NULL) {
        g_ptr_array_unref(scenario->samples);
    }
    g_free(scenario->latencies);
    g_free(scenario->ways);
    g_free(scenario->idle_link_rules);
    g_free(scenario->regions);
    for (uint32_t i = 0; i < scenario->n_streams; i++) {
        g_free(scenario->streams[i].from.peers);
    }
    g_free(scenario->streams);
    g_free(scenario->events);
    g_free(scenario);
}

const ScenarioGroup *scenario_group_of(const Scenario *scenario, uint32_t peer)
{
    uint32_t low = 0;
    uint32_t high = scenario->n_groups; /* the group is in [low, high) */

    g_assert(peer < scenario->n_peers);
    while (high - low > 1) {
        const uint32_t middle = low + (high - low) / 2;

        if (scenario->groups[middle].first <= peer) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return &scenario->groups[low];
}

const ScenarioLatency *scenario_way_latency(const Scenario *scenario, uint32_t way)
{
    return scenario->ways == NULL ? &scenario->link_model.latency
                                  : &scenario->latencies[scenario->ways[way].latency];
}

ScenarioWay scenario_way(const Scenario *scenario, uint32_t way)
{
    const ScenarioLinkModel *model = &scenario->link_model;

    if (scenario->ways != NULL) {
        return scenario->ways[way];
    }
    return (ScenarioWay){
        .bandwidth_bytes_per_s = model->bandwidth_bytes_per_s,
        .loss_ppm = model->loss_ppm,
        .send_buffer_bytes = model->send_buffer_bytes,
        .receive_buffer_bytes = model->receive_buffer_bytes,
    };
}

char *scenario_peer_name(const Scenario *scenario, uint32_t peer)
{
    const ScenarioGroup *group = scenario_group_of(scenario, peer);

    if (group->count == 1) {
        return g_strdup(group->name);
    }
    return g_strdup_printf("%s[%u]", group->name, peer - group->first);
}

uint64_t scenario_account_name(uint32_t index)
{
    char text[] = "produceraa";
    text[8] = (char)('a' + index / 26);
    text[9] = (char)('a' + index % 26);
    return bnet_name(text);
}
