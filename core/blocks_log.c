/* SPDX-License-Identifier: Apache-2.0 */
#include "core/blocks_log.h"

#define TOTEM UINT64_MAX

_Static_assert(BNET_LOG_VERSION_MAX == 3, "the text below names it");
_Static_assert(BNET_LOG_BLOCK_BYTES_MAX == 16777216, "the text below names it");
static const char allowed_version[] = "1 to 3";
static const char allowed_first[] = "1 or more";
static const char allowed_totem[] = "ffffffffffffffff";
static const char allowed_block[] = "a block of at most 16777216 bytes";
static const char allowed_number[] = "an id with the number before that of the block which is due";
static const char allowed_previous[] = "the id of the block before";
static const char allowed_first_previous[] = "zeros: nothing is before block 1";
static const char allowed_mroot[] = "the Merkle root of the block's transactions";
static const char allowed_position[] = "the position of the block's first byte";

/* In a packed header, from the block's first byte. */
#define PREVIOUS_OFFSET 14u
#define TRANSACTION_MROOT_OFFSET 46u

/* --- what a log starts with ------------------------------------------------------------------ */

static bool read_numbers(BnetReader *reader, BnetLogHeader *header)
{
    const uint8_t *at = reader->at;
    if (!bnet_read_u32(reader, "version", &header->version))
        return false;
    if (header->version < 1 || header->version > BNET_LOG_VERSION_MAX)
        return bnet_reader_fail(reader, at, "version", allowed_version);
    header->first_block = 1;
    if (header->version == 1)
        return true;
    at = reader->at;
    if (!bnet_read_u32(reader, "first_block_num", &header->first_block))
        return false;
    return header->first_block > 0 ||
           bnet_reader_fail(reader, at, "first_block_num", allowed_first);
}

static bool read_totem(BnetReader *reader)
{
    const uint8_t *at = reader->at;
    uint64_t totem;
    if (!bnet_read_u64(reader, "totem", &totem))
        return false;
    return totem == TOTEM || bnet_reader_fail(reader, at, "totem", allowed_totem);
}

bool bnet_log_read_header(BnetReader *reader, BnetLogHeader *ret_header)
{
    BnetLogHeader header = {.version = 0};
    if (!read_numbers(reader, &header))
        return false;
    header.has_genesis = header.version < 3 || header.first_block == 1;
    if (!header.has_genesis && !bnet_read_id(reader, "chain_id", &header.chain_id))
        return false;
    if (header.has_genesis) {
        if (!bnet_wire_read_genesis(reader, &header.genesis))
            return bnet_reader_within(reader, "genesis_state");
        header.chain_id = bnet_wire_chain_id(&header.genesis);
    }
    if (header.version > 1 && !read_totem(reader))
        return false;
    *ret_header = header;
    return true;
}

void bnet_log_write_header(BnetWriter *writer, const BnetLogHeader *header)
{
    bnet_assert(header->first_block > 0);
    bnet_assert(header->has_genesis || header->first_block > 1);
    bnet_write_u32(writer, BNET_LOG_VERSION_MAX);
    bnet_write_u32(writer, header->first_block);
    if (header->first_block == 1)
        bnet_wire_write_genesis(writer, &header->genesis);
    else
        bnet_write_id(writer, &header->chain_id);
    bnet_write_u64(writer, TOTEM);
}

/* --- entries --------------------------------------------------------------------------------- */

void bnet_log_walk_init(BnetLogWalk *walk, const BnetLogHeader *header, uint64_t offset)
{
    bnet_assert(header->first_block > 0);
    *walk = (BnetLogWalk){.offset = offset, .next_number = header->first_block};
    /* Block 1 names zeros, which are the id of nothing. */
    walk->is_linked = header->first_block == 1;
}

/* The block, which must not be longer than is allowed whatever follows. */
static bool read_block(BnetReader *reader, BnetWireBlock *block)
{
    BnetReader inner = *reader;
    inner.eosio_2 = true;
    const bool is_clipped = bnet_reader_left(reader) > BNET_LOG_BLOCK_BYTES_MAX;
    if (is_clipped)
        inner.end = inner.at + BNET_LOG_BLOCK_BYTES_MAX;
    if (bnet_wire_read_block(&inner, block)) {
        reader->at = inner.at;
        return true;
    }
    if (is_clipped && reader->error->cut)
        return bnet_reader_fail(reader, reader->at, "block", allowed_block);
    return bnet_reader_within(reader, "block");
}

/* A field of the header, whose contents do not fit in with the rest. Always false. */
static bool fail_header(BnetReader *reader, const uint8_t *at, const char *name,
                        const char *allowed)
{
    bnet_reader_fail(reader, at, name, allowed);
    return bnet_reader_within(reader, "block");
}

static bool check_block(BnetReader *reader, const uint8_t *start, const BnetLogWalk *walk,
                        const BnetWireBlock *block)
{
    const BnetHeader *fields = &block->header.fields;
    const uint8_t *previous = start + PREVIOUS_OFFSET;
    if (walk->is_linked && !bnet_id_equal(&fields->previous, &walk->previous))
        return fail_header(reader, previous, "previous",
                           walk->next_number == 1 ? allowed_first_previous : allowed_previous);
    if (bnet_header_number(fields) != walk->next_number)
        return fail_header(reader, previous, "previous", allowed_number);
    const BnetId mroot = bnet_wire_transaction_mroot(block);
    if (!bnet_id_equal(&fields->transaction_mroot, &mroot))
        return fail_header(reader, start + TRANSACTION_MROOT_OFFSET, "transaction_mroot",
                           allowed_mroot);
    return true;
}

static bool read_position(BnetReader *reader, uint64_t offset)
{
    const uint8_t *at = reader->at;
    uint64_t position;
    if (!bnet_read_u64(reader, "position", &position))
        return false;
    return position == offset || bnet_reader_fail(reader, at, "position", allowed_position);
}

bool bnet_log_read_entry(BnetReader *reader, BnetLogWalk *walk, BnetLogEntry *ret_entry)
{
    const uint8_t *start = reader->at;
    BnetLogEntry entry = {.offset = walk->offset};
    if (!read_block(reader, &entry.block))
        return false;
    entry.bytes = (BnetSlice){.bytes = start, .n = (size_t)(reader->at - start)};
    /* Before all that costs hashing: a reader that is tried again has more bytes then. */
    if (!read_position(reader, walk->offset) || !check_block(reader, start, walk, &entry.block))
        return false;
    entry.number = bnet_header_number(&entry.block.header.fields);
    entry.id = bnet_wire_block_id(&entry.block.header);

    walk->offset += entry.bytes.n + BNET_LOG_POSITION_BYTES;
    walk->next_number++;
    walk->is_linked = true;
    walk->previous = entry.id;
    *ret_entry = entry;
    return true;
}

void bnet_log_write_entry(BnetWriter *writer, BnetSlice block, uint64_t offset)
{
    bnet_assert(block.n <= BNET_LOG_BLOCK_BYTES_MAX);
    bnet_write_raw(writer, block.bytes, block.n);
    bnet_write_u64(writer, offset);
}
