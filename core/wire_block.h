/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_CORE_WIRE_BLOCK_H
#define BNETLAB_CORE_WIRE_BLOCK_H

/*
 * Blocks as bytes, and all hashes that a block has a part in (protocol section 3).
 */

#include "core/header.h"
#include "core/wire.h"
#include "core/wire_trx.h"

typedef struct BnetWireProducer {
    uint64_t name;
    BnetKey key;
} BnetWireProducer;

typedef struct BnetWireSchedule {
    uint32_t version;
    BnetItems producers; /* of BnetWireProducer */
} BnetWireSchedule;

typedef struct BnetWireHeader {
    BnetHeader fields;
    bool has_new_producers;
    BnetWireSchedule new_producers; /* of no meaning without has_new_producers */
    BnetItems extensions;
} BnetWireHeader;

typedef struct BnetWireReceipt {
    uint8_t status; /* any value */
    uint32_t cpu_usage_us;
    uint32_t net_usage_words;
    bool is_packed;           /* the packed transaction stands in the receipt, else its id */
    BnetId id;                /* without is_packed */
    BnetWirePackedTrx packed; /* with is_packed */
} BnetWireReceipt;

typedef struct BnetWireBlock {
    BnetWireHeader header;
    BnetSignature signature;
    BnetItems transactions; /* of BnetWireReceipt */
    BnetItems extensions;
} BnetWireBlock;

/* --- reading --------------------------------------------------------------------------------- */

bool bnet_wire_read_header(BnetReader *reader, BnetWireHeader *ret_header);

/* A signed block with all that is in its transactions (bnet_wire_read_packed_trx). */
bool bnet_wire_read_block(BnetReader *reader, BnetWireBlock *ret_block);

/* Each takes the first item off the vector; false when there is none left. */
bool bnet_next_producer(BnetItems *producers, BnetWireProducer *ret_producer);
bool bnet_next_receipt(BnetItems *transactions, BnetWireReceipt *ret_receipt);

/* --- writing --------------------------------------------------------------------------------- */

void bnet_wire_write_producer(BnetWriter *writer, const BnetWireProducer *producer);
void bnet_wire_write_header(BnetWriter *writer, const BnetWireHeader *header);
void bnet_wire_write_receipt(BnetWriter *writer, const BnetWireReceipt *receipt);
void bnet_wire_write_block(BnetWriter *writer, const BnetWireBlock *block);

/* --- hashes ---------------------------------------------------------------------------------- */

/* sha256 of the header, written anew. */
BnetId bnet_wire_header_digest(const BnetWireHeader *header);

/* The block id: the digest, its first four bytes replaced by the block number, big-endian. */
BnetId bnet_wire_block_id(const BnetWireHeader *header);

/* H(status || cpu_usage_us || net_usage_words || (id, or packed digest)). */
BnetId bnet_wire_receipt_digest(const BnetWireReceipt *receipt);

/* What the header's transaction_mroot must be: the Merkle root of the receipts' digests. */
BnetId bnet_wire_transaction_mroot(const BnetWireBlock *block);

/* sha256 of version and producers. */
BnetId bnet_wire_schedule_hash(const BnetWireSchedule *schedule);

/*
 * What a producer signs: H(H(header digest || root of the Merkle tree of all earlier block ids) ||
 * hash of the pending schedule).
 */
BnetId bnet_wire_signature_digest(const BnetId *header_digest, const BnetId *earlier_root,
                                  const BnetId *schedule_hash);

/* --- Merkle tree that grows ------------------------------------------------------------------ */

/*
 * Merkle tree of `count` leaves, below 2^32, whose root is that of bnet_merkle_root(). Keeps the
 * roots of the perfect subtrees only. A plain value: a copy is another tree.
 */
typedef struct BnetMerkle {
    uint32_t count;
    BnetId roots[32]; /* [i]: of the subtree of 2^i leaves, where bit i of count is set */
} BnetMerkle;

void bnet_merkle_init(BnetMerkle *merkle);

/* Amortised O(1). Asserts that it is not full. */
void bnet_merkle_add(BnetMerkle *merkle, const BnetId *leaf);

/* O(log count) hashes; all zero without a leaf. */
BnetId bnet_merkle_root_of(const BnetMerkle *merkle);

#endif
