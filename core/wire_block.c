/* SPDX-License-Identifier: Apache-2.0 */
#include "core/wire_block.h"

/* Index of the variant in a receipt. */
#define RECEIPT_ID 0u
#define RECEIPT_PACKED 1u

static const char allowed_receipt[] = "0 (id) or 1 (packed_transaction)";

/* --- reading --------------------------------------------------------------------------------- */

static bool read_producer(BnetReader *reader, BnetWireProducer *producer)
{
    return bnet_read_u64(reader, "producer_name", &producer->name) &&
           bnet_read_key(reader, "block_signing_key", &producer->key);
}

static bool read_producer_item(BnetReader *reader)
{
    BnetWireProducer producer;
    return read_producer(reader, &producer);
}

static bool read_new_producers(BnetReader *reader, BnetWireHeader *header)
{
    static const char name[] = "new_producers";
    BnetWireSchedule *schedule = &header->new_producers;
    *schedule = (BnetWireSchedule){0};
    if (!bnet_read_bool(reader, name, &header->has_new_producers))
        return false;
    if (!header->has_new_producers)
        return true;
    return (bnet_read_u32(reader, "version", &schedule->version) &&
            bnet_read_items(reader, "producers", read_producer_item, &schedule->producers)) ||
           bnet_reader_within(reader, name);
}

bool bnet_wire_read_header(BnetReader *reader, BnetWireHeader *ret_header)
{
    BnetWireHeader header;
    BnetHeader *fields = &header.fields;
    if (!bnet_read_u32(reader, "timestamp", &fields->slot) ||
        !bnet_read_u64(reader, "producer", &fields->producer) ||
        !bnet_read_u16(reader, "confirmed", &fields->confirmed) ||
        !bnet_read_id(reader, "previous", &fields->previous) ||
        !bnet_read_id(reader, "transaction_mroot", &fields->transaction_mroot) ||
        !bnet_read_id(reader, "action_mroot", &fields->action_mroot) ||
        !bnet_read_u32(reader, "schedule_version", &fields->schedule_version) ||
        !read_new_producers(reader, &header) ||
        !bnet_read_extensions(reader, "header_extensions", &header.extensions))
        return false;
    *ret_header = header;
    return true;
}

/* A receipt's transaction, whose contents are read too if they are `checked`. */
static bool read_receipt_trx(BnetReader *reader, BnetWireReceipt *receipt, bool checked)
{
    static const char name[] = "trx";
    const uint8_t *start = reader->at;
    uint32_t variant;
    if (!bnet_read_varuint(reader, name, &variant))
        return false;
    if (variant > RECEIPT_PACKED)
        return bnet_reader_fail(reader, start, name, allowed_receipt);
    receipt->is_packed = variant == RECEIPT_PACKED;
    if (variant == RECEIPT_ID)
        return bnet_read_id(reader, name, &receipt->id);
    return (checked ? bnet_wire_read_packed_trx(reader, &receipt->packed)
                    : bnet_wire_read_packed_trx_closed(reader, &receipt->packed)) ||
           bnet_reader_within(reader, name);
}

static bool read_receipt(BnetReader *reader, BnetWireReceipt *receipt, bool checked)
{
    return bnet_read_u8(reader, "status", &receipt->status) &&
           bnet_read_u32(reader, "cpu_usage_us", &receipt->cpu_usage_us) &&
           bnet_read_varuint(reader, "net_usage_words", &receipt->net_usage_words) &&
           read_receipt_trx(reader, receipt, checked);
}

static bool read_receipt_item(BnetReader *reader)
{
    BnetWireReceipt receipt;
    return read_receipt(reader, &receipt, true);
}

bool bnet_wire_read_block(BnetReader *reader, BnetWireBlock *ret_block)
{
    BnetWireBlock block;
    if (!bnet_wire_read_header(reader, &block.header) ||
        !bnet_read_signature(reader, "producer_signature", &block.signature) ||
        !bnet_read_items(reader, "transactions", read_receipt_item, &block.transactions) ||
        !bnet_read_extensions(reader, "block_extensions", &block.extensions))
        return false;
    *ret_block = block;
    return true;
}

bool bnet_next_producer(BnetItems *producers, BnetWireProducer *ret_producer)
{
    BnetReader reader;
    BnetWireError error;
    return bnet_items_begin(producers, &reader, &error) &&
           bnet_items_end(producers, &reader, read_producer(&reader, ret_producer));
}

bool bnet_next_receipt(BnetItems *transactions, BnetWireReceipt *ret_receipt)
{
    BnetReader reader;
    BnetWireError error;
    if (!bnet_items_begin(transactions, &reader, &error))
        return false;
    *ret_receipt = (BnetWireReceipt){0};
    return bnet_items_end(transactions, &reader, read_receipt(&reader, ret_receipt, false));
}

/* --- writing --------------------------------------------------------------------------------- */

void bnet_wire_write_producer(BnetWriter *writer, const BnetWireProducer *producer)
{
    bnet_write_u64(writer, producer->name);
    bnet_write_key(writer, &producer->key);
}

static void write_schedule(BnetWriter *writer, const BnetWireSchedule *schedule)
{
    bnet_write_u32(writer, schedule->version);
    bnet_write_count(writer, schedule->producers.count);
    BnetItems producers = schedule->producers;
    BnetWireProducer producer;
    while (bnet_next_producer(&producers, &producer))
        bnet_wire_write_producer(writer, &producer);
}

void bnet_wire_write_header(BnetWriter *writer, const BnetWireHeader *header)
{
    const BnetHeader *fields = &header->fields;
    bnet_write_u32(writer, fields->slot);
    bnet_write_u64(writer, fields->producer);
    bnet_write_u16(writer, fields->confirmed);
    bnet_write_id(writer, &fields->previous);
    bnet_write_id(writer, &fields->transaction_mroot);
    bnet_write_id(writer, &fields->action_mroot);
    bnet_write_u32(writer, fields->schedule_version);
    bnet_write_u8(writer, header->has_new_producers);
    if (header->has_new_producers)
        write_schedule(writer, &header->new_producers);
    bnet_write_extensions(writer, header->extensions);
}

void bnet_wire_write_receipt(BnetWriter *writer, const BnetWireReceipt *receipt)
{
    bnet_write_u8(writer, receipt->status);
    bnet_write_u32(writer, receipt->cpu_usage_us);
    bnet_write_varuint(writer, receipt->net_usage_words);
    bnet_write_varuint(writer, receipt->is_packed ? RECEIPT_PACKED : RECEIPT_ID);
    if (receipt->is_packed)
        bnet_wire_write_packed_trx(writer, &receipt->packed);
    else
        bnet_write_id(writer, &receipt->id);
}

void bnet_wire_write_block(BnetWriter *writer, const BnetWireBlock *block)
{
    bnet_wire_write_header(writer, &block->header);
    bnet_write_signature(writer, &block->signature);
    bnet_write_count(writer, block->transactions.count);
    BnetItems transactions = block->transactions;
    BnetWireReceipt receipt;
    while (bnet_next_receipt(&transactions, &receipt))
        bnet_wire_write_receipt(writer, &receipt);
    bnet_write_extensions(writer, block->extensions);
}

/* --- hashes ---------------------------------------------------------------------------------- */

BnetId bnet_wire_header_digest(const BnetWireHeader *header)
{
    BnetHasher hasher;
    bnet_hasher_init(&hasher);
    bnet_wire_write_header(&hasher.writer, header);
    return bnet_hasher_finish(&hasher);
}

BnetId bnet_wire_block_id(const BnetWireHeader *header)
{
    BnetId id = bnet_wire_header_digest(header);
    const uint32_t number = bnet_header_number(&header->fields);
    for (unsigned i = 0; i < 4; i++)
        id.bytes[i] = (uint8_t)(number >> (24 - 8 * i));
    return id;
}

BnetId bnet_wire_receipt_digest(const BnetWireReceipt *receipt)
{
    const BnetId trx = receipt->is_packed ? bnet_wire_packed_digest(&receipt->packed) : receipt->id;
    BnetHasher hasher;
    bnet_hasher_init(&hasher);
    bnet_write_u8(&hasher.writer, receipt->status);
    bnet_write_u32(&hasher.writer, receipt->cpu_usage_us);
    bnet_write_varuint(&hasher.writer, receipt->net_usage_words);
    bnet_write_id(&hasher.writer, &trx);
    return bnet_hasher_finish(&hasher);
}

BnetId bnet_wire_transaction_mroot(const BnetWireBlock *block)
{
    BnetMerkle merkle;
    bnet_merkle_init(&merkle);
    BnetItems transactions = block->transactions;
    BnetWireReceipt receipt;
    while (bnet_next_receipt(&transactions, &receipt)) {
        const BnetId digest = bnet_wire_receipt_digest(&receipt);
        bnet_merkle_add(&merkle, &digest);
    }
    return bnet_merkle_root_of(&merkle);
}

BnetId bnet_wire_schedule_hash(const BnetWireSchedule *schedule)
{
    BnetHasher hasher;
    bnet_hasher_init(&hasher);
    write_schedule(&hasher.writer, schedule);
    return bnet_hasher_finish(&hasher);
}

static BnetId hash_of_two(const BnetId *left, const BnetId *right)
{
    const BnetId both[2] = {*left, *right};
    return bnet_sha256(both, sizeof both);
}

BnetId bnet_wire_signature_digest(const BnetId *header_digest, const BnetId *earlier_root,
                                  const BnetId *schedule_hash)
{
    const BnetId inner = hash_of_two(header_digest, earlier_root);
    return hash_of_two(&inner, schedule_hash);
}

/* --- Merkle tree that grows ------------------------------------------------------------------ */

static BnetId merkle_parent(const BnetId *left, const BnetId *right)
{
    BnetId pair[2] = {*left, *right};
    pair[0].bytes[0] &= 0x7f;
    pair[1].bytes[0] |= 0x80;
    return bnet_sha256(pair, sizeof pair);
}

void bnet_merkle_init(BnetMerkle *merkle)
{
    merkle->count = 0;
}

void bnet_merkle_add(BnetMerkle *merkle, const BnetId *leaf)
{
    bnet_assert(merkle->count < UINT32_MAX);
    BnetId root = *leaf;
    unsigned level = 0;
    /* As a binary counter is incremented: a carry joins two subtrees of the same size. */
    for (; merkle->count >> level & 1; level++)
        root = merkle_parent(&merkle->roots[level], &root);
    merkle->roots[level] = root;
    merkle->count++;
}

BnetId bnet_merkle_root_of(const BnetMerkle *merkle)
{
    if (merkle->count == 0)
        return (BnetId){{0}};
    unsigned level = 0;
    while (!(merkle->count >> level & 1))
        level++;
    BnetId root = merkle->roots[level];
    /* Up to the largest subtree. Where there is none of this size, an odd level repeats its last.
     * The bit of the smallest is cleared: it is in the root already. */
    for (uint32_t above = (merkle->count >> level) - 1; above > 0; above >>= 1, level++)
        root = merkle_parent(above & 1 ? &merkle->roots[level] : &root, &root);
    return root;
}
