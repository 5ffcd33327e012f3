/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_CORE_WIRE_GENESIS_H
#define BNETLAB_CORE_WIRE_GENESIS_H

/*
 * The state that a chain starts from as bytes, and the chain id, which is their hash.
 *
 * Plain values that are all the caller's; nothing points into the bytes that were read.
 */

#include "core/header.h"
#include "core/wire.h"

/* Packed size in bytes, whatever the values. */
#define BNET_WIRE_GENESIS_BYTES 110u

/* In packing order. Any value is fit for any number. */
typedef struct BnetWireGenesis {
    int64_t initial_timestamp_us; /* time_point: since 1970 */
    BnetKey initial_key;
    /* initial_configuration */
    uint64_t max_block_net_usage;
    uint32_t target_block_net_usage_pct;
    uint32_t max_transaction_net_usage;
    uint32_t base_per_transaction_net_usage;
    uint32_t net_usage_leeway;
    uint32_t context_free_discount_net_usage_num;
    uint32_t context_free_discount_net_usage_den;
    uint32_t max_block_cpu_usage;
    uint32_t target_block_cpu_usage_pct;
    uint32_t max_transaction_cpu_usage;
    uint32_t min_transaction_cpu_usage;
    uint32_t max_transaction_lifetime;
    uint32_t deferred_trx_expiration_window;
    uint32_t max_transaction_delay;
    uint32_t max_inline_action_size;
    uint16_t max_inline_action_depth;
    uint16_t max_authority_depth;
} BnetWireGenesis;

/* The initial_configuration with which EOSIO chains begin; the rest is zero. */
extern const BnetWireGenesis bnet_wire_genesis_usual;

/* Reads the fields. False, and nothing but the reader was touched: they are cut, or the key is of a
 * type other than 0 or 1. */
bool bnet_wire_read_genesis(BnetReader *reader, BnetWireGenesis *ret_genesis);

/* Writes BNET_WIRE_GENESIS_BYTES bytes. The key's type is asserted. */
void bnet_wire_write_genesis(BnetWriter *writer, const BnetWireGenesis *genesis);

/* The chain id: sha256 of the packed state. */
BnetId bnet_wire_chain_id(const BnetWireGenesis *genesis);

/* The header is that of block 1 of this chain: its timestamp is the slot of the initial one, and
 * its action_mroot the chain id. */
bool bnet_wire_begins_chain(const BnetWireGenesis *genesis, const BnetHeader *header);

#endif
