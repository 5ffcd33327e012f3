/* SPDX-License-Identifier: Apache-2.0 */
#include "core/wire_genesis.h"

#include "core/text.h"

const BnetWireGenesis bnet_wire_genesis_usual = {
    .max_block_net_usage = 1048576,
    .target_block_net_usage_pct = 1000,
    .max_transaction_net_usage = 524288,
    .base_per_transaction_net_usage = 12,
    .net_usage_leeway = 500,
    .context_free_discount_net_usage_num = 20,
    .context_free_discount_net_usage_den = 100,
    .max_block_cpu_usage = 200000,
    .target_block_cpu_usage_pct = 1000,
    .max_transaction_cpu_usage = 150000,
    .min_transaction_cpu_usage = 100,
    .max_transaction_lifetime = 3600,
    .deferred_trx_expiration_window = 600,
    .max_transaction_delay = 3888000,
    .max_inline_action_size = 4096,
    .max_inline_action_depth = 4,
    .max_authority_depth = 6,
};

static bool read_configuration(BnetReader *reader, BnetWireGenesis *g)
{
    return bnet_read_u64(reader, "max_block_net_usage", &g->max_block_net_usage) &&
           bnet_read_u32(reader, "target_block_net_usage_pct", &g->target_block_net_usage_pct) &&
           bnet_read_u32(reader, "max_transaction_net_usage", &g->max_transaction_net_usage) &&
           bnet_read_u32(reader, "base_per_transaction_net_usage",
                         &g->base_per_transaction_net_usage) &&
           bnet_read_u32(reader, "net_usage_leeway", &g->net_usage_leeway) &&
           bnet_read_u32(reader, "context_free_discount_net_usage_num",
                         &g->context_free_discount_net_usage_num) &&
           bnet_read_u32(reader, "context_free_discount_net_usage_den",
                         &g->context_free_discount_net_usage_den) &&
           bnet_read_u32(reader, "max_block_cpu_usage", &g->max_block_cpu_usage) &&
           bnet_read_u32(reader, "target_block_cpu_usage_pct", &g->target_block_cpu_usage_pct) &&
           bnet_read_u32(reader, "max_transaction_cpu_usage", &g->max_transaction_cpu_usage) &&
           bnet_read_u32(reader, "min_transaction_cpu_usage", &g->min_transaction_cpu_usage) &&
           bnet_read_u32(reader, "max_transaction_lifetime", &g->max_transaction_lifetime) &&
           bnet_read_u32(reader, "deferred_trx_expiration_window",
                         &g->deferred_trx_expiration_window) &&
           bnet_read_u32(reader, "max_transaction_delay", &g->max_transaction_delay) &&
           bnet_read_u32(reader, "max_inline_action_size", &g->max_inline_action_size) &&
           bnet_read_u16(reader, "max_inline_action_depth", &g->max_inline_action_depth) &&
           bnet_read_u16(reader, "max_authority_depth", &g->max_authority_depth);
}

bool bnet_wire_read_genesis(BnetReader *reader, BnetWireGenesis *ret_genesis)
{
    BnetWireGenesis genesis;
    uint64_t timestamp;
    if (!bnet_read_u64(reader, "initial_timestamp", &timestamp) ||
        !bnet_read_key(reader, "initial_key", &genesis.initial_key))
        return false;
    if (!read_configuration(reader, &genesis))
        return bnet_reader_within(reader, "initial_configuration");
    genesis.initial_timestamp_us = (int64_t)timestamp;
    *ret_genesis = genesis;
    return true;
}

void bnet_wire_write_genesis(BnetWriter *writer, const BnetWireGenesis *genesis)
{
    bnet_write_u64(writer, (uint64_t)genesis->initial_timestamp_us);
    bnet_write_key(writer, &genesis->initial_key);
    bnet_write_u64(writer, genesis->max_block_net_usage);
    bnet_write_u32(writer, genesis->target_block_net_usage_pct);
    bnet_write_u32(writer, genesis->max_transaction_net_usage);
    bnet_write_u32(writer, genesis->base_per_transaction_net_usage);
    bnet_write_u32(writer, genesis->net_usage_leeway);
    bnet_write_u32(writer, genesis->context_free_discount_net_usage_num);
    bnet_write_u32(writer, genesis->context_free_discount_net_usage_den);
    bnet_write_u32(writer, genesis->max_block_cpu_usage);
    bnet_write_u32(writer, genesis->target_block_cpu_usage_pct);
    bnet_write_u32(writer, genesis->max_transaction_cpu_usage);
    bnet_write_u32(writer, genesis->min_transaction_cpu_usage);
    bnet_write_u32(writer, genesis->max_transaction_lifetime);
    bnet_write_u32(writer, genesis->deferred_trx_expiration_window);
    bnet_write_u32(writer, genesis->max_transaction_delay);
    bnet_write_u32(writer, genesis->max_inline_action_size);
    bnet_write_u16(writer, genesis->max_inline_action_depth);
    bnet_write_u16(writer, genesis->max_authority_depth);
}

BnetId bnet_wire_chain_id(const BnetWireGenesis *genesis)
{
    BnetHasher hasher;
    bnet_hasher_init(&hasher);
    bnet_wire_write_genesis(&hasher.writer, genesis);
    return bnet_hasher_finish(&hasher);
}

bool bnet_wire_begins_chain(const BnetWireGenesis *genesis, const BnetHeader *header)
{
    const int64_t since_epoch_us =
        genesis->initial_timestamp_us - BNET_SLOT_EPOCH_S * (BNET_NS_PER_S / BNET_NS_PER_US);
    const int64_t slot = since_epoch_us / (BNET_SLOT_NS / BNET_NS_PER_US);
    const BnetId chain_id = bnet_wire_chain_id(genesis);
    return since_epoch_us >= 0 && header->slot == slot && bnet_header_number(header) == 1 &&
           bnet_id_equal(&header->action_mroot, &chain_id);
}
