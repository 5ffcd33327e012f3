/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_CORE_BLOCKS_LOG_H
#define BNETLAB_CORE_BLOCKS_LOG_H

/*
 * The file in which EOSIO keeps the irreversible blocks of a chain, blocks.log, as bytes:
 *
 *     version 1   u32 version, genesis, entries
 *     version 2   u32 version, u32 first block, genesis, u64 totem, entries
 *     version 3   u32 version, u32 first block, genesis (first block 1) or chain id, u64 totem,
 *                 entries
 *
 * An entry is a signed block, then, as u64, where in the file the block starts. All three are read,
 * version 3 is written. Blocks may hold what EOSIO 2 has, too (BnetReader.eosio_2).
 *
 * No memory is taken and no file is touched: sim/log_file.h reads files. Any bytes are fit for
 * reading. Time is linear in the bytes read, plus what inflating costs (wire_trx.h). No shared
 * state: any thread.
 */

#include "core/wire_block.h"
#include "core/wire_genesis.h"

#define BNET_LOG_VERSION_MAX 3u

/* A packed block. */
#define BNET_LOG_BLOCK_BYTES_MAX (16u * 1024 * 1024)

/* What follows a block: where it starts. */
#define BNET_LOG_POSITION_BYTES 8u

/* What a log starts with, of the longest version. */
#define BNET_LOG_HEADER_BYTES_MAX (4u + 4 + BNET_WIRE_GENESIS_BYTES + 8)

typedef struct BnetLogHeader {
    uint32_t version;        /* 1 to BNET_LOG_VERSION_MAX */
    uint32_t first_block;    /* number of the first block: from 1 */
    bool has_genesis;        /* always, but for version 3 from a later block on */
    BnetWireGenesis genesis; /* of no meaning without has_genesis */
    BnetId chain_id;         /* that of the genesis, if there is one */
} BnetLogHeader;

/* A block of a log. Its pieces point into the bytes that were read. */
typedef struct BnetLogEntry {
    BnetWireBlock block;
    BnetSlice bytes; /* the packed block, as it stands in the log */
    uint64_t offset; /* of its first byte in the file */
    uint32_t number;
    BnetId id;
} BnetLogEntry;

/* How far a log was read, and what the next block must be. A plain value. */
typedef struct BnetLogWalk {
    uint64_t offset;      /* of the next entry in the file */
    uint64_t next_number; /* 2^32 after the last number that there is */
    bool is_linked;       /* `previous` is known */
    BnetId previous;      /* what the next block must name as previous */
} BnetLogWalk;

/* --- reading --------------------------------------------------------------------------------- */

/* Reads what a log starts with. False, and nothing but the reader was touched, if it is cut, of
 * another version, starts at block 0 or has no totem where one must be. */
bool bnet_log_read_header(BnetReader *reader, BnetLogHeader *ret_header);

/* A walk from the first entry on, which stands at that offset. */
void bnet_log_walk_init(BnetLogWalk *walk, const BnetLogHeader *header, uint64_t offset);

/*
 * Reads the next entry, where the reader stands, and checks that
 * - the block has at most BNET_LOG_BLOCK_BYTES_MAX bytes and all of it decodes;
 * - it has the next number and names the block before as previous, which is all zero for block 1
 *   and not known for the first block of a log that starts later;
 * - its transaction_mroot is that of its transactions;
 * - the position behind it is that of its first byte.
 * False if not; then neither *walk nor *ret_entry was touched, and a reader that has more bytes may
 * be tried if the error says `cut`.
 */
bool bnet_log_read_entry(BnetReader *reader, BnetLogWalk *walk, BnetLogEntry *ret_entry);

/* --- writing --------------------------------------------------------------------------------- */

/* Writes the start of a log of version 3, whatever the header's version. Asserts that the first
 * block is not 0 and that there is a genesis if it is 1. */
void bnet_log_write_header(BnetWriter *writer, const BnetLogHeader *header);

/* Writes an entry: a packed block that will start at that offset in the file. */
void bnet_log_write_entry(BnetWriter *writer, BnetSlice block, uint64_t offset);

#endif
