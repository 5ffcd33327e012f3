/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faults: what the scenario does to the network and to processes at given times.
 */
#include "sim/internal.h"

/* A link between two sides of the partition in force. */
static bool is_cut(const SimWorld *world, uint32_t link)
{
    if (!world->sides)
        return false;
    const ScenarioLink *l = &world->scenario->links[link];
    return world->sides[l->from] != world->sides[l->to];
}

/* Cuts and mends the links as the partition in force says. */
static void update_links(SimWorld *world, bool reset)
{
    for (uint32_t link = 0; link < world->scenario->n_links; link++) {
        bool cut = is_cut(world, link);
        if (cut == world->links[link].cut)
            continue;
        world->links[link].cut = cut;
        if (!cut) {
            sim_wire_mend(world, 2 * link);
            sim_wire_mend(world, 2 * link + 1);
        } else if (reset) {
            sim_connection_reset(world, link);
        }
    }
}

static void crash(SimWorld *world, const ScenarioPeerSet *peers)
{
    for (uint32_t i = 0; i < peers->count; i++)
        if (world->peers[peers->peers[i]].up)
            sim_peer_stop(world, peers->peers[i]);
}

static void restart(SimWorld *world, const ScenarioPeerSet *peers, bool lose_chain)
{
    for (uint32_t i = 0; i < peers->count; i++)
        if (!world->peers[peers->peers[i]].up)
            sim_peer_start(world, peers->peers[i], !lose_chain);
}

/* Who is told to start produces whether its chain is stale or not. */
static void set_producing(SimWorld *world, const ScenarioPeerSet *peers, bool producing)
{
    for (uint32_t i = 0; i < peers->count; i++) {
        world->peers[peers->peers[i]].producing = producing;
        if (producing)
            world->peers[peers->peers[i]].fresh = true;
    }
}

/* "bp[0..3] mallory": each run of a group's peers once. */
static void append_peers(GString *text, const SimWorld *world, const uint32_t *peers, uint32_t n)
{
    for (uint32_t i = 0; i < n;) {
        const ScenarioGroup *group = scenario_group_of(world->scenario, peers[i]);
        uint32_t end = group->first + group->count;
        uint32_t last = i;
        while (last + 1 < n && peers[last + 1] == peers[last] + 1 && peers[last + 1] < end)
            last++;
        if (text->len > 0)
            g_string_append_c(text, ' ');
        if (last == i)
            g_string_append(text, world->peers[peers[i]].name);
        else
            g_string_append_printf(text, "%s[%u..%u]", group->name, peers[i] - group->first,
                                   peers[last] - group->first);
        i = last + 1;
    }
}

static void tell_peers(SimWorld *world, const char *what, const ScenarioPeerSet *peers)
{
    g_autoptr(GString) text = g_string_new(NULL);
    append_peers(text, world, peers->peers, peers->count);
    sim_world_tell_fault(world, SIM_NONE, "%s: %s", what, text->str);
}

static void tell_partition(SimWorld *world, const ScenarioEvent *event)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autofree uint32_t *side = g_new(uint32_t, world->n_peers);
    uint32_t shown = 0;
    for (uint32_t s = 0; shown < world->n_peers; s++) {
        uint32_t n = 0;
        for (uint32_t p = 0; p < world->n_peers; p++)
            if (event->sides[p] == s)
                side[n++] = p;
        g_autoptr(GString) names = g_string_new(NULL);
        append_peers(names, world, side, n);
        g_string_append_printf(text, "%s%s", s > 0 ? " | " : "", names->str);
        shown += n;
    }
    sim_world_tell_fault(world, SIM_NONE, "partition: %s%s", text->str,
                         event->reset ? " (connections reset)" : "");
}

void sim_faults_apply(SimWorld *world, uint32_t index)
{
    const ScenarioEvent *event = &world->scenario->events[index];
    switch (event->kind) {
    case SCENARIO_EVENT_PARTITION:
        tell_partition(world, event);
        world->sides = event->sides;
        update_links(world, event->reset);
        break;
    case SCENARIO_EVENT_HEAL:
        sim_world_tell_fault(world, SIM_NONE, "heal: all links are mended");
        world->sides = NULL;
        update_links(world, false);
        break;
    case SCENARIO_EVENT_CRASH:
        tell_peers(world, "crash", &event->peers);
        crash(world, &event->peers);
        break;
    case SCENARIO_EVENT_RESTART:
        tell_peers(world, event->lose_chain ? "restart without its chain" : "restart",
                   &event->peers);
        restart(world, &event->peers, event->lose_chain);
        break;
    case SCENARIO_EVENT_STOP_PRODUCING:
        tell_peers(world, "stop producing", &event->peers);
        set_producing(world, &event->peers, false);
        break;
    case SCENARIO_EVENT_START_PRODUCING:
        tell_peers(world, "start producing", &event->peers);
        set_producing(world, &event->peers, true);
        break;
    }
}

void sim_faults_begin(SimWorld *world)
{
    const Scenario *scenario = world->scenario;
    for (uint32_t i = 0; i < scenario->n_events; i++)
        sim_world_schedule(world, scenario->events[i].at_ns, SIM_EVENT_FAULT, 0, i);
    for (uint32_t p = 0; p < world->n_peers; p++)
        sim_world_schedule(world, scenario_group_of(scenario, p)->start_ns, SIM_EVENT_START, p, 0);
}
