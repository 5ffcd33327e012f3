/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_CORE_STORE_H
#define BNETLAB_CORE_STORE_H

/*
 * All blocks and transactions of a process, each interned once: a dense handle, immutable contents,
 * what the chain rules say of it computed once. A child always has a higher handle than its parent.
 *
 * Blocks form one tree, rooted in block 1. Each keeps a jump pointer besides its parent, so that
 * the ancestor at a number is found in O(log n) steps. Adding may allocate; queries never do.
 * At most 2^32 - 1 handles of each kind; asserted.
 */

#include "core/dpos.h"
#include "core/header.h"

/* Block 1. */
#define BNET_GENESIS 1u

/* The rule that makes blocks irreversible (protocol section 8). */
typedef enum BnetRule {
    BNET_RULE_DPOS,
    BNET_RULE_DEPTH, /* a block with `depth` blocks on top of it */
    BNET_RULE_NONE,  /* LIB stays 0 */
} BnetRule;

/* What validation finds in a block: all but the last on arrival, of the header alone. */
typedef enum BnetFault {
    BNET_FAULT_NONE,
    BNET_FAULT_TIMESTAMP,        /* not after its parent's */
    BNET_FAULT_PRODUCER,         /* not the scheduled one */
    BNET_FAULT_SCHEDULE_VERSION, /* not the active one */
    BNET_FAULT_DOUBLE_CONFIRM,   /* confirms a range twice */
    BNET_FAULT_SIGNATURE,        /* not signed by its producer */
    BNET_FAULT_CONTENT,          /* fails when applied */
} BnetFault;

typedef struct BnetBlockInfo {
    BnetId id;
    uint32_t number;
    BnetBlock parent;  /* BNET_NO_BLOCK: of block 1 alone */
    BnetBlock jump;    /* an ancestor further back; of block 1: itself */
    uint32_t slot;     /* timestamp */
    uint32_t lib;      /* LIB number of a chain whose head this is; 0: none */
    uint32_t proposed; /* DPoS proposed irreversible number; 0: none */
    uint32_t n_trx;
    uint32_t size;    /* bytes of the packed signed_block */
    uint64_t trx_at;  /* index of its first transaction (bnet_store_block_trx) */
    uint64_t dpos_at; /* offset of its packed DPoS state */
    uint64_t producer;
    uint16_t confirmed;
    uint8_t header_fault; /* BnetFault but CONTENT, or NONE */
    bool content_fault;
} BnetBlockInfo;

typedef struct BnetTrxInfo {
    BnetId id;
    uint32_t expiration_s; /* since time 0 of the driver's clock, rounded up */
    uint32_t size;         /* bytes of the packed_transaction */
} BnetTrxInfo;

typedef struct BnetChainConfig {
    BnetRule rule;
    uint32_t depth; /* of BNET_RULE_DEPTH, at least 1 */
    uint32_t n_producers;
    const uint64_t *producers; /* names in schedule order; copied */
    uint32_t genesis_slot;     /* timestamp of block 1 */
    int64_t zero_slot;         /* the slot that begins at time 0 of the driver's clock */
} BnetChainConfig;

typedef struct BnetStore {
    BnetRule rule;
    uint32_t depth;
    uint32_t n_producers;
    uint64_t producers[BNET_PRODUCERS_MAX];
    int64_t zero_slot;
    BnetId chain_id;
    BnetBlockInfo *blocks; /* [0] unused */
    uint32_t n_blocks;     /* handles 1 to n_blocks - 1 exist */
    uint32_t blocks_capacity;
    BnetTrxInfo *trxs; /* [0] unused */
    uint32_t n_trxs;
    uint32_t trxs_capacity;
    BnetTrx *block_trxs; /* lists of all blocks, one after the other */
    uint64_t n_block_trxs;
    uint64_t block_trxs_capacity;
    uint8_t *dpos; /* packed DPoS states */
    uint64_t dpos_bytes;
    uint64_t dpos_capacity;
    uint32_t *index; /* open addressing by id; 0: free */
    uint32_t index_size;
    BnetId *digests; /* scratch for Merkle roots */
    uint32_t digests_capacity;
} BnetStore;

void bnet_store_init(BnetStore *store, const BnetChainConfig *config);
void bnet_store_finish(BnetStore *store);

/* A block to be. */
typedef struct BnetBlockSpec {
    BnetBlock parent;
    uint32_t slot;
    uint64_t producer; /* name */
    uint16_t confirmed;
    uint32_t schedule_version; /* 0 is the active one */
    bool signature_valid;
    bool content_valid;
    uint64_t variant; /* tells blocks apart that are else equal; 0 for an honest one */
    const BnetTrx *trxs;
    uint32_t n_trxs;
} BnetBlockSpec;

/* The handle of that block, which may exist already. Its faults are found by the chain rules. */
BnetBlock bnet_store_add_block(BnetStore *store, const BnetBlockSpec *spec);

/* A new transaction. `nonce` must be its own: the id follows from it and the other fields. */
BnetTrx bnet_store_add_trx(BnetStore *store, uint64_t nonce, uint32_t expiration_s, uint32_t size);

static inline const BnetBlockInfo *bnet_store_block(const BnetStore *store, BnetBlock block)
{
    bnet_assert(block != BNET_NO_BLOCK && block < store->n_blocks);
    return &store->blocks[block];
}

/* Number of a block; 0 for BNET_NO_BLOCK. */
static inline uint32_t bnet_store_number(const BnetStore *store, BnetBlock block)
{
    return block == BNET_NO_BLOCK ? 0 : bnet_store_block(store, block)->number;
}

const BnetTrxInfo *bnet_store_trx(const BnetStore *store, BnetTrx trx);

/* The transactions of a block, n_trx of them. Valid until the next block is added. */
const BnetTrx *bnet_store_block_trx(const BnetStore *store, BnetBlock block);

/* Time of a slot on the driver's clock. */
int64_t bnet_store_slot_time_ns(const BnetStore *store, uint32_t slot);

/* The slot in which a time of the driver's clock lies. */
uint32_t bnet_store_slot_at(const BnetStore *store, int64_t now_ns);

/* The ancestor of `block` with that number, itself included. The number is 1 to that of block. */
BnetBlock bnet_store_ancestor(const BnetStore *store, BnetBlock block, uint32_t number);

/* `ancestor` is `block` or below it on its chain. */
bool bnet_store_is_ancestor(const BnetStore *store, BnetBlock ancestor, BnetBlock block);

/* The newest block that is on the chains of both. */
BnetBlock bnet_store_common(const BnetStore *store, BnetBlock a, BnetBlock b);

/* Index of the scheduled producer of a slot. */
uint32_t bnet_store_scheduled(const BnetStore *store, uint32_t slot);

#endif
