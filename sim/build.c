/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes a world from a scenario: the chain that stands at the start, the peers, the links.
 */
#include <stdlib.h>

#include "sim/deployed.h"
#include "sim/internal.h"
#include "sim/table.h"

/* --- peers and links ------------------------------------------------------------------------- */

static void init_peer(SimWorld *world, uint32_t index)
{
    const Scenario *scenario = world->scenario;
    const ScenarioGroup *group = scenario_group_of(scenario, index);
    SimPeer *peer = &world->peers[index];
    peer->name = scenario_peer_name(scenario, index);
    peer->honest = group->n_personas == 0;
    peer->processing = &group->processing;
    peer->producer = SIM_NONE;
    peer->producing = true;
    peer->stopped_by = SIM_NONE;
    peer->factor_ppm = SIM_USUAL_FACTOR_PPM;
    peer->resumed_ns = BNET_TIME_NEVER;
    peer->slowed_by = SIM_NONE;
    peer->skewed_by = SIM_NONE;
    peer->slot_due = SIM_NONE;
    peer->random_identity = sim_random_stream(scenario->seed, SIM_RANDOM_IDENTITY, index);
    peer->random_redial = sim_random_stream(scenario->seed, SIM_RANDOM_REDIAL, index);
    peer->random_ping = sim_random_stream(scenario->seed, SIM_RANDOM_PING, index);
}

static void init_end(SimWorld *world, uint32_t end)
{
    const Scenario *scenario = world->scenario;
    const ScenarioLink *link = &scenario->links[end / 2];
    const uint32_t peer = end % 2 == 0 ? link->from : link->to;
    const ScenarioWay way = scenario_way(scenario, end);
    world->ends[end] = (SimEnd){
        .peer = peer,
        .cut_by = SIM_NONE,
        .timer_ns = BNET_TIME_NEVER,
        .buffer_bytes = way.send_buffer_bytes + way.receive_buffer_bytes,
    };
    sim_wire_shape(world, end, &way);
    sim_wire_set_latency(world, end, scenario_way_latency(scenario, end), link->latency_ns);
    world->peers[peer].n_ends++;
}

/* Gives each peer its ends, in the order of the links. */
static void deal_ends(SimWorld *world)
{
    uint32_t first = 0;
    for (uint32_t p = 0; p < world->n_peers; p++) {
        world->peers[p].first_end = first;
        first += world->peers[p].n_ends;
        world->peers[p].n_ends = 0;
    }
    for (uint32_t e = 0; e < world->n_ends; e++) {
        SimPeer *peer = &world->peers[world->ends[e].peer];
        world->ends[e].slot = peer->n_ends++;
        world->ends[e].position = peer->first_end + world->ends[e].slot;
        world->peer_ends[world->ends[e].position] = e;
    }
}

static void init_peers(SimWorld *world)
{
    const Scenario *scenario = world->scenario;
    for (uint32_t p = 0; p < world->n_peers; p++)
        init_peer(world, p);
    for (uint32_t i = 0; i < scenario->n_producers; i++)
        world->peers[scenario->producers[i]].producer = i;
    for (uint32_t e = 0; e < world->n_ends; e++)
        init_end(world, e);
    deal_ends(world);
    for (uint32_t p = 0; p < world->n_peers; p++) {
        SimPeer *peer = &world->peers[p];
        bnet_node_init(&peer->node, &(BnetShared){&world->store, &world->pool, &world->actions},
                       peer->n_ends);
        peer->node.probes = &world->probes.core;
        sim_persona_init(world, p);
        sim_deployed_init(world, p);
    }
}

BnetIdentity sim_build_identity(SimWorld *world, uint32_t index)
{
    SimPeer *peer = &world->peers[index];
    const ScenarioGroup *group = scenario_group_of(world->scenario, index);
    BnetIdentity self = {
        .request_transactions = !group->no_trx,
        .follow_irreversible = group->follow_irreversible,
        .quirks = group->quirks,
        .idle_timeout_ns =
            group->idle_timeout_ns == SCENARIO_TIME_NONE ? BNET_TIME_NEVER : group->idle_timeout_ns,
    };
    self.peer_id.bytes[1] = 2; /* K1, compressed, even */
    for (unsigned i = 2; i < sizeof self.peer_id.bytes; i += 8)
        bnet_put_little(&self.peer_id.bytes[i], sim_random_u64(&peer->random_identity), 8);
    return self;
}

/* Finds for each link the one that the other side dials. */
static void pair_links(SimWorld *world)
{
    const Scenario *scenario = world->scenario;
    g_autoptr(GHashTable) links = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    world->twins = g_new(uint32_t, scenario->n_links);
    for (uint32_t l = 0; l < scenario->n_links; l++) {
        gint64 *key = g_new(gint64, 1);
        *key = (gint64)((uint64_t)scenario->links[l].from << 32 | scenario->links[l].to);
        g_hash_table_insert(links, key, GUINT_TO_POINTER(l));
    }
    for (uint32_t l = 0; l < scenario->n_links; l++) {
        gint64 key = (gint64)((uint64_t)scenario->links[l].to << 32 | scenario->links[l].from);
        world->twins[l] = GPOINTER_TO_UINT(g_hash_table_lookup(links, &key));
    }
}

/* --- the world ------------------------------------------------------------------------------- */

SimWorld *sim_world_new_unwatched(const Scenario *scenario, GError **error)
{
    SimWorld *world = g_new0(SimWorld, 1);
    world->scenario = scenario;
    world->n_peers = scenario->n_peers;
    world->n_ends = 2 * scenario->n_links;
    g_assert(world->n_ends <= SIM_ENTITY_MAX && world->n_peers <= SIM_ENTITY_MAX / 2);
    world->peers = sim_table_new(world->n_peers, sizeof *world->peers);
    world->ends = sim_table_new(world->n_ends, sizeof *world->ends);
    world->links = g_new0(SimLink, scenario->n_links);
    world->peer_ends = g_new0(uint32_t, world->n_ends);
    world->connected = g_new0(bool, world->n_peers);
    world->changes = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    world->bound_values = g_array_new(FALSE, TRUE, sizeof(SimBoundValue));
    g_array_set_size(world->bound_values, scenario->expect.n_bounds);
    world->streams = g_new0(SimStream, scenario->n_streams);
    world->block_trxs = g_array_new(FALSE, FALSE, sizeof(BnetTrx));
    world->checkpoints = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    world->checkpoint_ns = BNET_NS_PER_S;
    world->random_filler = sim_random_stream(scenario->seed, SIM_RANDOM_FILLER, 0);
    bnet_pool_init(&world->pool);
    world->rounds.due_ns = BNET_TIME_NEVER;
    sim_queue_init(&world->queue);
    if (!sim_start_store(world, error)) {
        sim_world_free(world);
        return NULL;
    }
    world->store.probes = &world->probes.core;
    init_peers(world);
    if (scenario->mutual)
        pair_links(world);
    world->highest_head = sim_world_start_height(world);
    world->access = sim_access_new(world);
    if (world->access)
        sim_wire_need_paths(world);
    sim_start_producers(world);
    return world;
}

SimWorld *sim_world_new(const Scenario *scenario, GError **error)
{
    SimWorld *world = sim_world_new_unwatched(scenario, error);
    if (!world)
        return NULL;
    world->record = sim_record_new(world);
    world->trx_record = sim_trx_record_new(world);
    world->checks = sim_checks_new(world);
    for (guint i = 0; i < world->checks->len; i++) {
        SimCheck *check = world->checks->pdata[i];
        sim_world_observe(world, &check->observer);
    }
    /* After the checks, which judge by what stood before. */
    sim_world_observe(world, &world->trx_record->observer);
    world->metrics = sim_metrics_new(world);
    sim_world_observe(world, sim_metrics_observer(world->metrics));
    sim_checks_begin_rounds(world);
    return world;
}

void sim_world_remember(SimWorld *world)
{
    world->causes = sim_causes_new(world);
    sim_world_observe(world, sim_causes_observer(world->causes));
}

static void free_peer(SimWorld *world, SimPeer *peer)
{
    bnet_node_finish(&peer->node);
    sim_persona_free(peer->personas);
    sim_deployed_free(peer->deployed, &world->pool);
    g_free(peer->jobs.items);
    g_free(peer->name);
}

void sim_world_free(SimWorld *world)
{
    if (!world)
        return;
    g_clear_pointer(&world->checks, g_ptr_array_unref); /* none: the chain could not be read */
    for (uint32_t a = 0; a < SIM_AUDIENCES; a++)
        sim_audience_finish(&world->audiences[a]);
    sim_record_free(world->record);
    sim_trx_record_free(world->trx_record);
    sim_causes_free(world->causes);
    sim_expect_disconnects_free(world->expect_disconnects);
    sim_metrics_free(world->metrics);
    sim_expect_watches_free(world->expect_watches);
    sim_expect_convergences_free(world->expect_convergences);
    for (uint32_t p = 0; p < world->n_peers; p++)
        free_peer(world, &world->peers[p]);
    sim_access_free(world->access);
    sim_parcels_finish(&world->parcels);
    g_free(world->todo.items);
    g_array_unref(world->changes);
    g_array_unref(world->block_trxs);
    g_array_unref(world->checkpoints);
    g_free(world->streams);
    g_array_unref(world->bound_values);
    sim_queue_finish(&world->queue);
    bnet_store_finish(&world->store);
    bnet_actions_finish(&world->actions);
    bnet_pool_finish(&world->pool);
    sim_table_free(world->peers);
    sim_table_free(world->ends);
    g_free(world->paths);
    g_free(world->links);
    g_free(world->peer_ends);
    g_free(world->twins);
    g_free(world->connected);
    sim_bytes_finish(&world->bytes);
    g_free(world);
}
