/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_CORE_STORE_H
#define BNETLAB_CORE_STORE_H

/*
 * All blocks and transactions of a process, each interned once: a dense handle, immutable contents,
 * what the chain rules say of it computed once. A child always has a higher handle than its parent.
 *
 * Blocks form one tree, rooted in block 1. Each keeps a jump pointer besides its parent, so that
 * the ancestor at a number is found in O(log n) steps. Adding may allocate; queries never do.
 * At most 2^29 handles of each kind; asserted.
 *
 * A block is either modelled, made by bnet_store_add_block() from what matters of it, or real, read
 * from bytes (contents.h). A modelled one has bytes too, exactly those that its id and its size are
 * of, but they are written and kept only if the store was told so: that and signing take time.
 */

#include "core/bits.h"
#include "core/dpos.h"
#include "core/header.h"
#include "core/id_index.h"
#include "core/probes.h"
#include "core/schedule.h"

/* Handles are below this: the upper three bits are free for whoever keeps them. */
#define BNET_HANDLES_MAX (UINT32_C(1) << 29)

/* Block 1. */
#define BNET_GENESIS 1u

/* The rule that makes blocks irreversible (protocol section 8). */
typedef enum BnetRule {
    BNET_RULE_DPOS,
    BNET_RULE_DEPTH, /* a block with `depth` blocks on top of it */
    BNET_RULE_NONE,  /* LIB stays 0 */
} BnetRule;

/* What validation finds in a block, in this order. */
typedef enum BnetFault {
    BNET_FAULT_NONE,
    /* Found on arrival, in the header alone. */
    BNET_FAULT_HEADER_EXTENSION, /* the chain allows none */
    BNET_FAULT_TIMESTAMP,        /* not after its parent's */
    BNET_FAULT_PRODUCER,         /* not the scheduled one */
    BNET_FAULT_SCHEDULE_VERSION, /* not the active one */
    BNET_FAULT_DOUBLE_CONFIRM,   /* confirms a range twice */
    BNET_FAULT_NEW_PRODUCERS,    /* a schedule change that may not be, or not now */
    BNET_FAULT_SIGNATURE,        /* not signed by its producer */
    /* Found when applied. */
    BNET_FAULT_BLOCK_EXTENSION, /* the chain allows none */
    BNET_FAULT_CONTENT,         /* its transactions do what they may not */
    BNET_FAULT_ROOT,            /* transaction_mroot is not that of its transactions */
    BNET_FAULT_DUPLICATE,       /* holds a transaction twice */
    BNET_FAULT_EXPIRED,         /* holds a transaction that had expired */
} BnetFault;

typedef struct BnetBlockInfo {
    BnetId id; /* stands first, for the index */
    uint32_t number;
    BnetBlock parent;  /* BNET_NO_BLOCK: of block 1 alone */
    BnetBlock jump;    /* an ancestor further back; of block 1: itself */
    uint32_t slot;     /* timestamp */
    uint32_t lib;      /* LIB number of a chain whose head this is; 0: none */
    uint32_t proposed; /* DPoS proposed irreversible number; 0: none */
    uint32_t n_trx;    /* transactions in it, without those given by their id */
    uint32_t size;     /* bytes of the packed signed_block */
    uint64_t trx_at;   /* index of its first transaction (bnet_store_block_trx) */
    uint64_t dpos_at;  /* offset of its packed DPoS state */
    uint64_t producer;
    uint16_t confirmed;
    uint8_t header_fault;  /* BnetFault up to SIGNATURE */
    uint8_t content_fault; /* BnetFault NONE, or from BLOCK_EXTENSION on */
    bool is_bad;           /* it, or a block before it, has a fault */
} BnetBlockInfo;

typedef struct BnetTrxInfo {
    BnetId id;          /* stands first, for the index */
    BnetId receipt;     /* digest of its receipt in a modelled block */
    int64_t expires_ns; /* on the driver's clock; may lie before its time 0 */
    uint32_t size;      /* bytes of the packed_transaction */
} BnetTrxInfo;

typedef struct BnetChainConfig {
    BnetRule rule;
    uint32_t depth; /* of BNET_RULE_DEPTH, at least 1 */
    uint32_t n_producers;
    const uint64_t *producers;    /* names in schedule order; copied */
    const BnetKey *keys;          /* of the producers, copied; NULL: the model's own keys */
    uint32_t genesis_slot;        /* timestamp of block 1 */
    const BnetWireBlock *genesis; /* block 1; NULL: a modelled one */
    const BnetId *chain_id;       /* NULL: made from producers and genesis_slot */
    int64_t zero_slot;            /* the slot that begins at time 0 of the driver's clock */
    bool extensions;        /* header and block extensions are allowed, as on chains of EOSIO 2 */
    bool lib_may_fall;      /* below the parent's when a schedule shrinks, as in EOSIO 1.7 */
    bool verify_signatures; /* of blocks that are read */
    bool keep_bytes;        /* sign modelled blocks, and keep their bytes and transactions' */
} BnetChainConfig;

struct BnetContents;

typedef struct BnetStore {
    BnetRule rule;
    uint32_t depth;
    int64_t zero_slot;
    bool extensions;
    bool lib_may_fall;
    bool has_keys; /* the producers' keys are not the model's */
    BnetId chain_id;
    BnetSchedules schedules; /* number 0 is that of genesis */
    BnetBlockInfo *blocks;   /* [0] unused */
    uint32_t n_blocks;       /* handles 1 to n_blocks - 1 exist */
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
    BnetIdIndex index;     /* of blocks */
    BnetIdIndex trx_index; /* of transactions */
    BnetId *digests;       /* scratch for Merkle roots */
    uint32_t digests_capacity;
    BnetBits listed;               /* scratch: transactions of a block; else empty */
    struct BnetContents *contents; /* contents.h */
    BnetProbes *probes;            /* the driver's to set; NULL: nobody counts */
} BnetStore;

void bnet_store_init(BnetStore *store, const BnetChainConfig *config);
void bnet_store_finish(BnetStore *store);

/* A block to be modelled. */
typedef struct BnetBlockSpec {
    BnetBlock parent;
    uint32_t slot;
    uint64_t producer; /* name */
    uint16_t confirmed;
    uint32_t schedule_version;
    uint32_t new_schedule; /* what it brings, of bnet_store_add_schedule(); 0: none */
    bool signature_valid;
    bool content_valid;
    uint64_t variant; /* tells blocks apart that are else equal; 0 for an honest one */
    const BnetTrx *trxs;
    uint32_t n_trxs;
} BnetBlockSpec;

/* Bytes of that block. O(transactions). */
uint32_t bnet_store_spec_bytes(const BnetStore *store, const BnetBlockSpec *spec);

/* The handle of that block, which may exist already. Its faults are found by the chain rules. */
BnetBlock bnet_store_add_block(BnetStore *store, const BnetBlockSpec *spec);

/* Bytes of a modelled block without transactions and new producers, and of the receipt around each
 * transaction; from 128 transactions on their count takes one more, from 16384 on two. */
#define BNET_STORE_EMPTY_BLOCK_BYTES 184u
#define BNET_STORE_RECEIPT_BYTES 7u

/* Bytes of the smallest and the largest modelled transaction. */
#define BNET_STORE_TRX_BYTES_MIN 46u
#define BNET_STORE_TRX_BYTES_MAX 1048576u

/* A modelled transaction: of exactly that size, asserted to be between the limits, which expires so
 * many seconds after 1970. The id follows from that and `nonce`: it is a new one if they are. */
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

/*
 * The block of that id; BNET_NO_BLOCK: none. There may be several, since an id covers neither
 * signature nor transactions: then one that is not bad, if there is one, else the oldest.
 */
BnetBlock bnet_store_find(const BnetStore *store, const BnetId *id);

/* The transaction of that id; BNET_NO_TRX: none. */
BnetTrx bnet_store_find_trx(const BnetStore *store, const BnetId *id);

/* Time of a slot on the driver's clock. */
int64_t bnet_store_slot_time_ns(const BnetStore *store, uint32_t slot);

/* Seconds since 1970 on the driver's clock. */
int64_t bnet_store_second_ns(const BnetStore *store, uint32_t time_s);

/* The first whole second since 1970 that is not before a time of the driver's clock. Asserts that
 * it is in the range of time_point_sec. */
uint32_t bnet_store_second_after(const BnetStore *store, int64_t time_ns);

/* The slot in which a time of the driver's clock lies. */
uint32_t bnet_store_slot_at(const BnetStore *store, int64_t now_ns);

/* The ancestor of `block` with that number, itself included. The number is 1 to that of block. */
BnetBlock bnet_store_ancestor(const BnetStore *store, BnetBlock block, uint32_t number);

/* `ancestor` is `block` or below it on its chain. */
static inline bool bnet_store_is_ancestor(const BnetStore *store, BnetBlock ancestor,
                                          BnetBlock block)
{
    if (ancestor == block)
        return true;
    uint32_t number = bnet_store_number(store, ancestor);
    if (number >= bnet_store_number(store, block))
        return false;
    return bnet_store_ancestor(store, block, number) == ancestor;
}

/* bnet_store_common() of any two blocks. */
BnetBlock bnet_store_meet(const BnetStore *store, BnetBlock a, BnetBlock b);

/* The newest block that is on the chains of both. Mostly they are one, or parent and child. */
static inline BnetBlock bnet_store_common(const BnetStore *store, BnetBlock a, BnetBlock b)
{
    if (a == b || bnet_store_block(store, b)->parent == a)
        return a;
    if (bnet_store_block(store, a)->parent == b)
        return b;
    return bnet_store_meet(store, a, b);
}

/* The schedule that a child of `parent` is judged by. Valid until the next block is added. */
const BnetSchedule *bnet_store_schedule(const BnetStore *store, BnetBlock parent);

/* The schedule that the chain up to `block` has brought last; it need not be active yet. Valid
 * until the next block is added. */
const BnetSchedule *bnet_store_newest_schedule(const BnetStore *store, BnetBlock block);

/*
 * A schedule of 1 to BNET_PRODUCERS_MAX producers, each name once (asserted), that a child of
 * `parent` may bring: the version is that after the active one. Returns its number. On a chain
 * whose keys are not the model's, who is in the active schedule keeps the key; all others have the
 * model's.
 */
uint32_t bnet_store_add_schedule(BnetStore *store, BnetBlock parent, const uint64_t *producers,
                                 uint32_t n);

/* A child of `parent` in that slot, by its scheduled producer, which confirms so many blocks, may
 * bring a schedule. */
bool bnet_store_takes_schedule(const BnetStore *store, BnetBlock parent, uint32_t slot,
                               uint16_t confirmed);

/* How many blocks before it a child of `parent` in that slot, by its scheduled producer, confirms
 * at most: more would be a range that the producer has confirmed already. */
uint32_t bnet_store_confirms_most(const BnetStore *store, BnetBlock parent, uint32_t slot);

/* What a fault is, such as "it is not signed by its producer"; a static text. */
const char *bnet_fault_text(BnetFault fault);

/* Name of the producer that is scheduled for a child of `parent` in that slot. */
uint64_t bnet_store_scheduled(const BnetStore *store, BnetBlock parent, uint32_t slot);

#endif
