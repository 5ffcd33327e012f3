/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/quantity.h"

#include "sim/internal.h"

#define BIT(kind) (1u << (kind))

static uint64_t lag(uint32_t of, uint32_t to)
{
    return of > to ? of - to : 0;
}

static uint64_t count_sessions(const SimWorld *world, uint32_t peer)
{
    uint64_t n = 0;
    for (uint32_t s = 0; s < world->peers[peer].n_ends; s++)
        n += world->ends[sim_peer_end(world, peer, s)].open;
    return n;
}

static uint64_t largest_status(const BnetNode *node)
{
    uint32_t most = 0;
    for (uint32_t s = 0; s < node->n_sessions; s++)
        if (bnet_session_is_open(&node->sessions[s]))
            most = MAX(most, bnet_node_status_count(node, s));
    return most;
}

static uint64_t count_messages(const SimPeer *peer)
{
    uint64_t n = 0;
    for (uint32_t k = 0; k <= BNET_MESSAGE_KINDS; k++)
        n += peer->received[k];
    return n;
}

uint64_t sim_quantity_of(const SimWorld *world, uint32_t index, ScenarioQuantity quantity)
{
    const SimPeer *peer = &world->peers[index];
    const BnetView *view = &peer->node.view;
    switch (quantity) {
    case SCENARIO_QUANTITY_HEAD:
        return bnet_view_head_number(view);
    case SCENARIO_QUANTITY_LIB:
        return bnet_view_lib_number(view);
    case SCENARIO_QUANTITY_FORK_SWITCHES:
        return peer->fork_switches;
    case SCENARIO_QUANTITY_BLOCKS_RECEIVED:
        return peer->received[BNET_MESSAGE_BLOCK];
    case SCENARIO_QUANTITY_TRANSACTIONS_RECEIVED:
        return peer->received[BNET_MESSAGE_TRX];
    case SCENARIO_QUANTITY_NOTICES_RECEIVED:
        return peer->received[BNET_MESSAGE_BLOCK_NOTICE];
    case SCENARIO_QUANTITY_MESSAGES_RECEIVED:
        return count_messages(peer);
    case SCENARIO_QUANTITY_BYTES_RECEIVED:
        return peer->received_bytes;
    case SCENARIO_QUANTITY_HEAD_LAG:
        return lag(world->highest_head, bnet_view_head_number(view));
    case SCENARIO_QUANTITY_LIB_LAG:
        return lag(bnet_view_head_number(view), bnet_view_lib_number(view));
    case SCENARIO_QUANTITY_FORK_DEPTH:
        return peer->fork_depth;
    case SCENARIO_QUANTITY_SESSIONS:
        return count_sessions(world, index);
    case SCENARIO_QUANTITY_WAITING_TRANSACTIONS:
        return peer->node.trxs.n_pending;
    case SCENARIO_QUANTITY_KNOWN_TRANSACTIONS:
        return peer->node.trxs.n_entries;
    case SCENARIO_QUANTITY_BLOCK_STATUS:
        return largest_status(&peer->node);
    }
    g_assert_not_reached();
}

const char *sim_quantity_name(ScenarioQuantity quantity)
{
    static const char *const names[] = {
        "head",
        "LIB",
        "fork switches",
        "blocks received",
        "transactions received",
        "notices received",
        "messages received",
        "bytes received",
        "head lag",
        "LIB lag",
        "fork depth",
        "sessions",
        "waiting transactions",
        "known transactions",
        "block status",
    };
    return names[quantity];
}

uint32_t sim_quantity_happenings(ScenarioQuantity quantity)
{
    uint32_t chain = BIT(SIM_CHAIN) | BIT(SIM_STARTED);
    switch (quantity) {
    case SCENARIO_QUANTITY_HEAD:
    case SCENARIO_QUANTITY_LIB:
    case SCENARIO_QUANTITY_HEAD_LAG:
    case SCENARIO_QUANTITY_LIB_LAG:
    case SCENARIO_QUANTITY_FORK_SWITCHES:
    case SCENARIO_QUANTITY_FORK_DEPTH:
        return chain;
    case SCENARIO_QUANTITY_BLOCKS_RECEIVED:
    case SCENARIO_QUANTITY_TRANSACTIONS_RECEIVED:
    case SCENARIO_QUANTITY_NOTICES_RECEIVED:
    case SCENARIO_QUANTITY_MESSAGES_RECEIVED:
    case SCENARIO_QUANTITY_BYTES_RECEIVED:
        return BIT(SIM_DELIVERED) | BIT(SIM_STARTED);
    case SCENARIO_QUANTITY_SESSIONS:
        return BIT(SIM_OPENED) | BIT(SIM_CLOSED) | BIT(SIM_STARTED);
    case SCENARIO_QUANTITY_WAITING_TRANSACTIONS:
    case SCENARIO_QUANTITY_KNOWN_TRANSACTIONS:
        return chain | BIT(SIM_DELIVERED) | BIT(SIM_TRX) | BIT(SIM_VERDICT);
    case SCENARIO_QUANTITY_BLOCK_STATUS:
        return chain | BIT(SIM_DELIVERED) | BIT(SIM_SENT) | BIT(SIM_VERDICT) | BIT(SIM_CLOSED);
    }
    g_assert_not_reached();
}

void sim_quantity_note(SimWorld *world, uint32_t index, const BnetChainEvent *event)
{
    SimPeer *peer = &world->peers[index];
    uint32_t number = bnet_store_number(&world->store, event->block);
    if (event->kind == BNET_CHAIN_APPLIED && peer->honest)
        world->highest_head = MAX(world->highest_head, number);
    if (event->kind != BNET_CHAIN_SWITCH)
        return;
    peer->fork_switches++;
    peer->fork_depth =
        MAX(peer->fork_depth, bnet_store_number(&world->store, event->other) - number);
}
