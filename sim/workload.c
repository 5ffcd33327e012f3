/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the peers do by themselves: producers make blocks on their slots.
 */
#include "sim/internal.h"

static BnetBlock add_block(SimWorld *world, const SimPeer *peer, const BnetBlockSpec *spec)
{
    BnetBlock block = bnet_store_add_block(&world->store, spec);
    g_assert(peer->node.view.credulous || !bnet_store_block(&world->store, block)->header_fault);
    return block;
}

/* --- producing ------------------------------------------------------------------------------- */

/* Protocol section 8: head number minus the highest number that it has produced itself, on any
 * fork, so that it confirms no range twice; 0 on the first of its process. Who comes into a
 * schedule counts as having confirmed all that was irreversible then. */
static uint16_t confirmed_by(const SimWorld *world, const SimPeer *peer, uint32_t slot)
{
    uint32_t head = bnet_view_head_number(&peer->node.view);
    if (!peer->has_produced || peer->last_produced >= head)
        return 0;
    uint32_t most = bnet_store_confirms_most(&world->store, peer->node.view.head, slot);
    return (uint16_t)MIN(MIN(head - peer->last_produced, most), UINT16_MAX);
}

static bool has_turns(const SimWorld *world, const BnetSchedule *schedule,
                      const ScenarioEvent *event)
{
    uint32_t n = 0;
    while (n < MIN(schedule->n, event->n_turns) &&
           schedule->producers[n].name == world->producers[world->peers[event->turns[n]].producer])
        n++;
    return n == schedule->n && n == event->n_turns;
}

/* The schedule that a child of `parent` brings: the one that was set last, if the chain does not
 * have it yet and may take it; 0: none. */
static uint32_t new_schedule(SimWorld *world, const BnetBlockSpec *spec)
{
    const ScenarioEvent *event = world->turns;
    BnetStore *store = &world->store;
    uint64_t names[BNET_PRODUCERS_MAX];
    if (!event || has_turns(world, bnet_store_newest_schedule(store, spec->parent), event) ||
        !bnet_store_takes_schedule(store, spec->parent, spec->slot, spec->confirmed))
        return 0;
    for (uint32_t i = 0; i < event->n_turns; i++)
        names[i] = world->producers[world->peers[event->turns[i]].producer];
    return bnet_store_add_schedule(store, spec->parent, names, event->n_turns);
}

/* By the schedule after its head, the slot is the producer's. */
static bool has_slot(const SimWorld *world, const SimPeer *peer, uint32_t slot)
{
    BnetBlock head = peer->node.view.head;
    return head != BNET_NO_BLOCK &&
           bnet_store_scheduled(&world->store, head, slot) == world->producers[peer->producer];
}

BnetBlock sim_workload_make_block(SimWorld *world, uint32_t index, uint32_t slot)
{
    SimPeer *peer = &world->peers[index];
    const BnetView *view = &peer->node.view;
    if (!peer->producing || !peer->fresh)
        return BNET_NO_BLOCK;
    /* A clock that was set back comes to a slot again. */
    if (bnet_store_block(&world->store, view->head)->slot >= slot || peer->last_slot >= slot) {
        sim_probe(&world->probes, SIM_PROBE_SLOT_TAKEN);
        return BNET_NO_BLOCK;
    }
    /* On a chain with another schedule the slot may be somebody else's. */
    if (!has_slot(world, peer, slot))
        return BNET_NO_BLOCK;
    BnetBlockSpec spec = {
        .parent = view->head,
        .slot = slot,
        .producer = world->producers[peer->producer],
        .confirmed = confirmed_by(world, peer, slot),
        .schedule_version = bnet_store_schedule(&world->store, view->head)->version,
        .signature_valid = true,
        .content_valid = true,
    };
    spec.new_schedule = new_schedule(world, &spec);
    sim_transactions_fill(world, index, &spec);
    if (peer->personas)
        sim_persona_shape_block(world, index, &spec);
    peer->last_slot = slot;
    peer->last_produced = MAX(peer->last_produced, bnet_view_head_number(view) + 1);
    peer->has_produced = true;
    BnetBlock block = add_block(world, peer, &spec);
    if (peer->personas)
        sim_persona_made_block(world, index, &spec, block);
    return block;
}

/* --- slots ----------------------------------------------------------------------------------- */

static void schedule_slot(SimWorld *world, uint32_t slot)
{
    uint32_t producer = bnet_dpos_scheduled(world->n_turns, slot);
    sim_world_schedule(world, bnet_store_slot_time_ns(&world->store, slot), SIM_EVENT_SLOT,
                       producer, slot);
}

/* Each slot has a draw of its own, so that what went before makes no difference. */
static bool is_missed(const SimWorld *world, uint32_t index, uint32_t slot)
{
    uint32_t missed_ppm = scenario_group_of(world->scenario, index)->missed_slots_ppm;
    if (missed_ppm == 0)
        return false;
    SimRandom random = sim_random_stream(world->scenario->seed, SIM_RANDOM_MISSED_SLOT, index);
    random.draw = slot;
    return sim_random_below(&random, 1000000) < missed_ppm;
}

/* A slot of the producer begins. */
static void begin_slot(SimWorld *world, uint32_t index, uint32_t slot)
{
    SimPeer *peer = &world->peers[index];
    if (is_missed(world, index, slot)) {
        sim_probe(&world->probes, SIM_PROBE_SLOT_MISSED);
        return;
    }
    if (peer->paused) {
        if (peer->slot_due == SIM_NONE)
            peer->slot_due = slot;
        return;
    }
    if (peer->up && peer->producing) {
        sim_peer_add_job(peer, (SimJob){SIM_JOB_PRODUCE, BNET_NO_SESSION, slot});
        sim_peer_settle(world, index);
    }
}

/* The slot is the producer's: where schedules change, by the schedule after its own head, so that
 * producers with different heads may each think it theirs. */
static bool is_turn_of(const SimWorld *world, const SimPeer *peer, uint32_t slot)
{
    if (world->turns_change)
        return has_slot(world, peer, slot);
    return peer->producer < world->scenario->n_scheduled &&
           bnet_dpos_scheduled(world->n_turns, slot) == peer->producer;
}

void sim_workload_slot(SimWorld *world, uint32_t producer, uint32_t slot)
{
    const Scenario *scenario = world->scenario;
    uint32_t first = world->turns_change ? 0 : producer;
    uint32_t last = world->turns_change ? scenario->n_producers - 1 : producer;
    schedule_slot(world, slot + 1);
    /* A chain from a file may have more producers than the scenario has peers for. */
    for (uint32_t i = first; i <= last && i < scenario->n_producers; i++) {
        uint32_t index = scenario->producers[i];
        const SimPeer *peer = &world->peers[index];
        if (sim_clock_is_right(peer) && is_turn_of(world, peer, slot))
            begin_slot(world, index, slot);
    }
}

void sim_workload_own_slot(SimWorld *world, uint32_t index, uint32_t slot)
{
    if (is_turn_of(world, &world->peers[index], slot))
        begin_slot(world, index, slot);
}

/* --- begin ----------------------------------------------------------------------------------- */

void sim_workload_begin(SimWorld *world)
{
    schedule_slot(world, bnet_store_block(&world->store, world->start_head)->slot + 1);
    sim_transactions_begin(world);
}
