/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clocks that are wrong, and the slots of those who go by them.
 *
 * While a peer's clock is right its slots are those of the run, which sim_workload_slot() is told
 * of. Else it has an event for each slot that begins by its own clock; an event of an earlier
 * setting of the clock is void.
 */
#include "scenarios/units.h"
#include "sim/internal.h"

int64_t sim_clock_now(const SimWorld *world, uint32_t index)
{
    return bnet_clock_at(&world->peers[index].node.clock, world->now_ns);
}

bool sim_clock_is_right(const SimPeer *peer)
{
    return peer->node.clock.skew_ns == 0 && peer->node.clock.drift_ppm == 0;
}

/* --- slots ----------------------------------------------------------------------------------- */

/* The first slot that begins at that time of day or later, and after the chain of the start. */
static uint32_t slot_from(const SimWorld *world, int64_t wall_ns)
{
    uint32_t first = bnet_store_block(&world->store, world->start_head)->slot + 1;
    int64_t past_ns = wall_ns - bnet_store_slot_time_ns(&world->store, first);
    if (past_ns <= 0)
        return first;
    return first + (uint32_t)((past_ns + BNET_SLOT_NS - 1) / BNET_SLOT_NS);
}

static void schedule_slot(SimWorld *world, uint32_t index, uint32_t slot)
{
    const SimPeer *peer = &world->peers[index];
    int64_t wall_ns = bnet_store_slot_time_ns(&world->store, slot);
    int64_t when_ns = bnet_clock_when(&peer->node.clock, wall_ns);
    sim_world_schedule(world, MAX(when_ns, world->now_ns), SIM_EVENT_TICK, index, peer->clock_sets);
}

void sim_clock_slot(SimWorld *world, uint32_t index, uint32_t settings)
{
    const SimPeer *peer = &world->peers[index];
    if (peer->clock_sets != settings)
        return;
    uint32_t next = slot_from(world, sim_clock_now(world, index) + 1);
    schedule_slot(world, index, next);
    sim_workload_own_slot(world, index, next - 1);
}

/* --- setting a clock ------------------------------------------------------------------------- */

static void set_clock(SimWorld *world, uint32_t index, const BnetClock *clock)
{
    SimPeer *peer = &world->peers[index];
    peer->clock_latest_ns = MAX(peer->clock_latest_ns, sim_clock_now(world, index));
    peer->node.clock = *clock;
    peer->clock_sets++;
    if (peer->producer != SIM_NONE && !sim_clock_is_right(peer))
        schedule_slot(world, index, slot_from(world, sim_clock_now(world, index)));
}

/* The clock that the group says, which has drifted since the run began. */
static BnetClock group_clock(const SimWorld *world, uint32_t index)
{
    const ScenarioClock *clock = &scenario_group_of(world->scenario, index)->clock;
    return (BnetClock){.skew_ns = clock->skew_ns, .drift_ppm = clock->drift_ppm};
}

void sim_clocks_begin(SimWorld *world)
{
    for (uint32_t p = 0; p < world->n_peers; p++) {
        BnetClock clock = group_clock(world, p);
        set_clock(world, p, &clock);
    }
}

/* What an event does not say stays as it was. */
static BnetClock skewed_clock(const SimWorld *world, uint32_t index, const ScenarioEvent *event)
{
    const BnetClock *before = &world->peers[index].node.clock;
    return (BnetClock){
        .skew_ns = event->has_skew ? event->clock.skew_ns
                                   : bnet_clock_at(before, world->now_ns) - world->now_ns,
        .since_ns = world->now_ns,
        .drift_ppm = event->has_drift ? event->clock.drift_ppm : before->drift_ppm,
    };
}

void sim_clocks_skew(SimWorld *world, const ScenarioPeerSet *peers, uint32_t index)
{
    const ScenarioEvent *event = &world->scenario->events[index];
    bool ends = event->ends != SCENARIO_EVENT_NONE;
    for (uint32_t i = 0; i < peers->count; i++) {
        SimPeer *peer = &world->peers[peers->peers[i]];
        if (ends && peer->skewed_by != event->ends)
            continue;
        BnetClock clock = ends ? group_clock(world, peers->peers[i])
                               : skewed_clock(world, peers->peers[i], event);
        peer->skewed_by = index;
        if (bnet_clock_at(&clock, world->now_ns) < sim_clock_now(world, peers->peers[i]))
            sim_probe(&world->probes, SIM_PROBE_CLOCK_SET_BACK);
        set_clock(world, peers->peers[i], &clock);
    }
}

char *sim_clocks_describe(const ScenarioEvent *event)
{
    if (event->ends != SCENARIO_EVENT_NONE)
        return g_strdup("end of skew_clock");
    GString *text = g_string_new("clock");
    int64_t skew_ns = event->clock.skew_ns;
    g_autofree char *off = scenario_units_duration_text(ABS(skew_ns));
    if (event->has_skew && skew_ns == 0)
        g_string_append(text, " right");
    else if (event->has_skew)
        g_string_append_printf(text, " %s %s", off, skew_ns > 0 ? "ahead" : "behind");
    if (event->has_drift)
        g_string_append_printf(text, "%s %s %d ppm", event->has_skew ? "," : "",
                               event->clock.drift_ppm < 0 ? "loses" : "gains",
                               ABS(event->clock.drift_ppm));
    return g_string_free(text, FALSE);
}

char *sim_clocks_describe_group(const ScenarioGroup *group)
{
    if (group->clock.skew_ns == 0 && group->clock.drift_ppm == 0)
        return NULL;
    g_autofree char *clock = sim_clocks_describe(&(ScenarioEvent){
        .ends = SCENARIO_EVENT_NONE,
        .clock = group->clock,
        .has_skew = group->clock.skew_ns != 0,
        .has_drift = group->clock.drift_ppm != 0,
    });
    return g_strdup_printf("%s: %s", clock, group->name);
}
