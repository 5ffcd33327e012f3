/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_CORE_WIRE_TRX_H
#define BNETLAB_CORE_WIRE_TRX_H

/*
 * Transactions as bytes, and their ids (protocol section 3).
 *
 * A packed transaction holds its transaction as bytes, compressed or not; they are kept as they
 * are, because its digest covers them. "Opening" it decodes them: what that returns points into the
 * packed transaction, or into the scratch memory, where it lives until that is used again.
 *
 * Inflating costs at most 1032 times the time of reading: such is zlib's highest ratio.
 */

#include "core/wire.h"

typedef struct BnetWirePermission {
    uint64_t actor;
    uint64_t permission;
} BnetWirePermission;

typedef struct BnetWireAction {
    uint64_t account;
    uint64_t name;
    BnetItems authorization; /* of BnetWirePermission */
    BnetSlice data;
} BnetWireAction;

typedef struct BnetWireTrx {
    uint32_t expiration_s; /* time_point_sec: since 1970 */
    uint16_t ref_block_num;
    uint32_t ref_block_prefix;
    uint32_t max_net_usage_words;
    uint8_t max_cpu_usage_ms;
    uint32_t delay_sec;
    BnetItems context_free_actions; /* of BnetWireAction */
    BnetItems actions;              /* of BnetWireAction */
    BnetItems extensions;
} BnetWireTrx;

typedef enum BnetCompression {
    BNET_COMPRESSION_NONE = 0,
    BNET_COMPRESSION_ZLIB = 1,
} BnetCompression;

typedef struct BnetWirePackedTrx {
    BnetItems signatures; /* of BnetWireSignature */
    BnetCompression compression;
    BnetSlice packed_context_free_data; /* empty: none, whatever the compression */
    BnetSlice packed_trx;               /* its bytes are never NULL */
} BnetWirePackedTrx;

/* --- reading --------------------------------------------------------------------------------- */

/* The fields of a transaction, not compressed. Bytes after it are left. */
bool bnet_wire_read_trx(BnetReader *reader, BnetWireTrx *ret_trx);

/*
 * A packed transaction and all that is in it. Malformed too: a zlib stream that is cut or has a
 * wrong checksum, or whose output exceeds BNET_WIRE_INFLATED_BYTES_MAX; contents that do not
 * decode. Tolerated: bytes after a zlib stream, after the transaction, after the context-free data.
 */
bool bnet_wire_read_packed_trx(BnetReader *reader, BnetWirePackedTrx *ret_packed);

/* The same without a look at the contents, which are opened later or are known to be good. */
bool bnet_wire_read_packed_trx_closed(BnetReader *reader, BnetWirePackedTrx *ret_packed);

/* The transaction in it. Cannot fail if bnet_wire_read_packed_trx() read it; offsets in the error
 * count from the start of packed_trx. */
bool bnet_wire_open_trx(const BnetWirePackedTrx *packed, BnetScratch scratch,
                        BnetWireError *ret_error, BnetWireTrx *ret_trx);

/* The context-free data in it, a vector of bytes (bnet_next_bytes), in the same way. */
bool bnet_wire_open_context_free_data(const BnetWirePackedTrx *packed, BnetScratch scratch,
                                      BnetWireError *ret_error, BnetItems *ret_items);

/* Each takes the first item off the vector; false when there is none left. */
bool bnet_next_permission(BnetItems *authorization, BnetWirePermission *ret_permission);
bool bnet_next_action(BnetItems *actions, BnetWireAction *ret_action);

/* --- writing --------------------------------------------------------------------------------- */

void bnet_wire_write_action(BnetWriter *writer, const BnetWireAction *action);
void bnet_wire_write_trx(BnetWriter *writer, const BnetWireTrx *trx);
void bnet_wire_write_packed_trx(BnetWriter *writer, const BnetWirePackedTrx *packed);

/* --- ids ------------------------------------------------------------------------------------- */

/* Transaction id: sha256 of the transaction, written anew. */
BnetId bnet_wire_trx_id(const BnetWireTrx *trx);

/* Packed digest: H(compression || packed_trx || H(signatures || packed_context_free_data)). */
BnetId bnet_wire_packed_digest(const BnetWirePackedTrx *packed);

/* What a trx_notice lists: sha256 of the packed transaction. */
BnetId bnet_wire_signed_id(const BnetWirePackedTrx *packed);

#endif
