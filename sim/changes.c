/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Links, uplinks and downlinks that the scenario makes others during a run.
 */
#include "scenarios/link_change.h"
#include "sim/internal.h"

static const ScenarioEvent *change_in_force(const SimWorld *world, guint i)
{
    return &world->scenario->events[g_array_index(world->changes, uint32_t, i)];
}

void sim_changes_note(SimWorld *world, uint32_t index)
{
    uint32_t begun = world->scenario->events[index].ends;
    if (begun == SCENARIO_EVENT_NONE) {
        g_array_append_val(world->changes, index);
        return;
    }
    guint i = 0;
    while (g_array_index(world->changes, uint32_t, i) != begun)
        i++;
    g_array_remove_index(world->changes, i);
}

/* --- links ----------------------------------------------------------------------------------- */

bool sim_changes_concern(const SimWorld *world, const ScenarioEvent *event, uint32_t end)
{
    uint32_t from = world->ends[end].peer;
    uint32_t to = world->ends[end ^ 1].peer;
    if (sim_faults_is_member(&event->peers, from) && sim_faults_is_member(&event->others, to))
        return true;
    return !event->one_way && sim_faults_is_member(&event->peers, to) &&
           sim_faults_is_member(&event->others, from);
}

static void update_way(SimWorld *world, uint32_t end)
{
    const Scenario *scenario = world->scenario;
    ScenarioWay way = scenario_way(scenario, end);
    const ScenarioLatency *latency = scenario_way_latency(scenario, end);
    int64_t edge_ns = scenario->links[end / 2].latency_ns;
    for (guint i = 0; i < world->changes->len; i++) {
        const ScenarioEvent *event = change_in_force(world, i);
        if (event->kind != SCENARIO_EVENT_CHANGE_LINKS || !sim_changes_concern(world, event, end))
            continue;
        scenario_link_change_way(&event->change, &way);
        if (event->change.has_latency) {
            latency = &event->change.latency;
            edge_ns = 0;
        }
    }
    sim_wire_set_latency(world, end, latency, edge_ns);
    sim_wire_shape(world, end, &way);
    sim_wire_set_buffers(world, end, way.send_buffer_bytes + way.receive_buffer_bytes);
}

void sim_changes_end(SimWorld *world, uint32_t end, uint32_t index)
{
    (void)index;
    update_way(world, end);
    update_way(world, end ^ 1);
}

/* --- uplinks and downlinks ------------------------------------------------------------------- */

static void update_peer(SimWorld *world, uint32_t peer)
{
    const ScenarioGroup *group = scenario_group_of(world->scenario, peer);
    uint64_t uplink_bytes_per_s = group->uplink_bytes_per_s;
    uint64_t downlink_bytes_per_s = group->downlink_bytes_per_s;
    for (guint i = 0; i < world->changes->len; i++) {
        const ScenarioEvent *event = change_in_force(world, i);
        if (event->kind != SCENARIO_EVENT_CHANGE_PEERS ||
            !sim_faults_is_member(&event->peers, peer))
            continue;
        if (event->access.has_uplink)
            uplink_bytes_per_s = event->access.uplink_bytes_per_s;
        if (event->access.has_downlink)
            downlink_bytes_per_s = event->access.downlink_bytes_per_s;
    }
    sim_access_set_rate(world, 2 * peer + SIM_UPLINK, uplink_bytes_per_s);
    sim_access_set_rate(world, 2 * peer + SIM_DOWNLINK, downlink_bytes_per_s);
}

void sim_changes_peers(SimWorld *world, const ScenarioPeerSet *peers)
{
    for (uint32_t i = 0; i < peers->count; i++)
        update_peer(world, peers->peers[i]);
}

/* --- the story ------------------------------------------------------------------------------- */

char *sim_changes_describe(const ScenarioEvent *subject, bool ends)
{
    const struct {
        bool has;
        const char *name;
    } parts[] = {
        {subject->change.has_latency, "latency"},
        {subject->change.has_bandwidth, "bandwidth"},
        {subject->change.has_loss, "loss"},
        {subject->change.has_send_buffer, "send buffer"},
        {subject->change.has_receive_buffer, "receive buffer"},
        {subject->access.has_uplink, "uplink"},
        {subject->access.has_downlink, "downlink"},
    };
    GString *text = g_string_new(ends ? "end of change of" : "change of");
    const char *between = " ";
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
        if (!parts[i].has)
            continue;
        g_string_append_printf(text, "%s%s", between, parts[i].name);
        between = ", ";
    }
    return g_string_free(text, FALSE);
}
