/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_CORE_HEADER_H
#define BNETLAB_CORE_HEADER_H

/*
 * Block headers as bytes, block ids and Merkle roots (protocol section 3).
 */

#include "core/base.h"

typedef struct BnetHeader {
    uint32_t slot;     /* timestamp: 500 ms slots since 2000-01-01T00:00:00Z */
    uint64_t producer; /* account name */
    uint16_t confirmed;
    BnetId previous; /* id of the parent; all zero for block 1 */
    BnetId transaction_mroot;
    BnetId action_mroot;
    uint32_t schedule_version;
} BnetHeader;

/* Packed size of a header without new producers and extensions. */
#define BNET_HEADER_BYTES 116u

/* Writes exactly BNET_HEADER_BYTES bytes. */
void bnet_header_pack(const BnetHeader *header, uint8_t bytes[BNET_HEADER_BYTES]);

/* Number in the id of the parent, plus one. */
uint32_t bnet_header_number(const BnetHeader *header);

/* sha256 of the packed header, its first four bytes replaced by the number, big-endian. */
BnetId bnet_header_id(const BnetHeader *header);

/* Number in an id of a block. */
uint32_t bnet_id_number(const BnetId *id);

/* sha256 of one piece of bytes. */
BnetId bnet_sha256(const void *bytes, size_t n);

bool bnet_id_equal(const BnetId *a, const BnetId *b);

/* Digest of a transaction receipt: status executed, no billed CPU or network, the transaction given
 * by its packed digest or its id. */
BnetId bnet_receipt_digest(const BnetId *transaction);

/*
 * Merkle root of `n` digests, which are overwritten: an odd level repeats its last; a pair is
 * hashed with the top bit of the left one cleared and of the right one set. All zero for n = 0.
 * `digests` has room for n rounded up to even.
 */
BnetId bnet_merkle_root(BnetId *digests, size_t n);

/* An account name from its text, for names in the program: asserts that bnet_parse_name() of text.h
 * takes it. */
uint64_t bnet_name(const char *text);

/* Writes the low n bytes of a value, little-endian, and returns the place behind them. */
uint8_t *bnet_put_little(uint8_t *at, uint64_t value, size_t n);

/* Bytes that a varuint32 takes: 1 to 5. */
uint32_t bnet_varuint_bytes(uint32_t value);

#endif
