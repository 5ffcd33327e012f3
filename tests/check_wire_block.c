/* SPDX-License-Identifier: Apache-2.0 */
#include "core/wire_block.h"
#include "tests/wire_fixture.h"

#define LEAVES_MAX 300u

/* --- blocks by value ------------------------------------------------------------------------- */

#define ALICE "0000000000855c34"
#define BOB "0000000000000e3d"
#define POINT "021111111111111111111111111111111111111111111111111111111111111111"
#define PREVIOUS "0000000fdddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
#define ROOT_T "7777777777777777777777777777777777777777777777777777777777777777"
#define ROOT_A "8888888888888888888888888888888888888888888888888888888888888888"
#define TRX_ID "9999999999999999999999999999999999999999999999999999999999999999"
#define X64 "22222222222222222222222222222222"
#define SIGNATURE "011f" X64 X64 X64 X64
#define SCHEDULE "05000000 02" ALICE "00" POINT BOB "01" POINT
#define HEADER                                                                                     \
    "04030201" ALICE "f000" PREVIOUS ROOT_T ROOT_A "04000000 01" SCHEDULE "01 0201 03aabbcc"
/* An id; a packed transaction without signatures, the smallest there is. */
#define RECEIPT_ID "ff 01020304 8001 00" TRX_ID
#define RECEIPT_PACKED "00 00000000 00 01 00 00 00 10 00000000000000000000000000000000"
#define BLOCK HEADER SIGNATURE "02" RECEIPT_ID RECEIPT_PACKED "01 ffff 00"

static BnetWireBlock read_block(const WireBytes *in)
{
    WireInput input;
    BnetReader *reader = wire_input(&input, in->bytes, in->n);
    BnetWireBlock block;
    ck_assert(bnet_wire_read_block(reader, &block));
    ck_assert_uint_eq(bnet_reader_left(reader), 0);
    return block;
}

START_TEST(test_header)
{
    WireBytes in = wire_hex(BLOCK);
    const BnetWireBlock block = read_block(&in);
    const BnetWireHeader *header = &block.header;
    ck_assert_uint_eq(header->fields.slot, 0x01020304);
    ck_assert_uint_eq(header->fields.producer, bnet_name("alice"));
    ck_assert_uint_eq(header->fields.confirmed, 240);
    wire_assert_id(header->fields.previous, PREVIOUS);
    wire_assert_id(header->fields.transaction_mroot, ROOT_T);
    wire_assert_id(header->fields.action_mroot, ROOT_A);
    ck_assert_uint_eq(header->fields.schedule_version, 4);
    ck_assert(header->has_new_producers);
    ck_assert_uint_eq(header->new_producers.version, 5);
    BnetItems producers = header->new_producers.producers;
    BnetWireProducer producer;
    ck_assert(bnet_next_producer(&producers, &producer));
    ck_assert_uint_eq(producer.name, bnet_name("alice"));
    ck_assert_uint_eq(producer.key.bytes[0], 0);
    ck_assert(bnet_next_producer(&producers, &producer));
    ck_assert_uint_eq(producer.name, bnet_name("bob"));
    ck_assert_uint_eq(producer.key.bytes[0], 1);
    ck_assert_uint_eq(producer.key.bytes[33], 0x11);
    ck_assert(!bnet_next_producer(&producers, &producer));
    BnetItems extensions = header->extensions;
    BnetWireExtension extension;
    ck_assert(bnet_next_extension(&extensions, &extension));
    ck_assert(extension.type == 0x0102 && extension.data.n == 3);
    free(in.bytes);
}
END_TEST

START_TEST(test_block)
{
    WireBytes in = wire_hex(BLOCK);
    const BnetWireBlock block = read_block(&in);
    ck_assert_uint_eq(block.signature.bytes[0], 1);
    ck_assert_uint_eq(block.signature.bytes[1], 0x1f);
    ck_assert_uint_eq(block.signature.bytes[65], 0x22);
    BnetItems transactions = block.transactions;
    BnetWireReceipt receipt;
    ck_assert(bnet_next_receipt(&transactions, &receipt));
    ck_assert(receipt.status == 255 && !receipt.is_packed);
    ck_assert_uint_eq(receipt.cpu_usage_us, 0x04030201);
    ck_assert_uint_eq(receipt.net_usage_words, 128);
    wire_assert_id(receipt.id, TRX_ID);
    ck_assert(bnet_next_receipt(&transactions, &receipt));
    ck_assert(receipt.status == 0 && receipt.is_packed);
    ck_assert_uint_eq(receipt.packed.packed_trx.n, 16);
    ck_assert(!bnet_next_receipt(&transactions, &receipt));
    ck_assert_uint_eq(block.extensions.count, 1);

    uint8_t out[2000];
    BnetWriter writer;
    bnet_writer_init(&writer, out, sizeof out);
    bnet_wire_write_block(&writer, &block);
    ck_assert_uint_eq(writer.n, in.n);
    ck_assert_mem_eq(out, in.bytes, in.n);
    free(in.bytes);
}
END_TEST

/* A block of a caller's own pieces: receipts are written first, then count as a vector. */
START_TEST(test_written_block)
{
    static const uint8_t nothing[16];
    uint8_t receipts[200];
    BnetWriter writer;
    bnet_writer_init(&writer, receipts, sizeof receipts);
    bnet_wire_write_receipt(&writer, &(BnetWireReceipt){.status = 255,
                                                        .cpu_usage_us = 0x04030201,
                                                        .net_usage_words = 128,
                                                        .id = wire_id(TRX_ID)});
    bnet_wire_write_receipt(
        &writer, &(BnetWireReceipt){.is_packed = true, .packed = {.packed_trx = {nothing, 16}}});
    WireBytes want = wire_hex("02" RECEIPT_ID RECEIPT_PACKED);
    ck_assert_uint_eq(writer.n, want.n - 1);
    ck_assert_mem_eq(receipts, want.bytes + 1, writer.n);
    free(want.bytes);

    const BnetWireBlock block = {
        .header.fields = {.slot = 9, .previous = wire_id(PREVIOUS)},
        .transactions = {.bytes = receipts, .n = writer.n, .count = 2},
    };
    uint8_t out[500];
    bnet_writer_init(&writer, out, sizeof out);
    bnet_wire_write_block(&writer, &block);
    const WireBytes bytes = {.bytes = out, .n = writer.n};
    const BnetWireBlock again = read_block(&bytes);
    ck_assert_uint_eq(again.header.fields.slot, 9);
    const BnetId roots[2] = {bnet_wire_transaction_mroot(&block),
                             bnet_wire_transaction_mroot(&again)};
    ck_assert(bnet_id_equal(&roots[0], &roots[1]));
}
END_TEST

/* --- hashes ---------------------------------------------------------------------------------- */

START_TEST(test_block_id)
{
    WireBytes in = wire_hex(BLOCK);
    WireBytes header = wire_hex(HEADER);
    const BnetWireBlock block = read_block(&in);
    BnetId expected = bnet_sha256(header.bytes, header.n);
    BnetId found = bnet_wire_header_digest(&block.header);
    ck_assert(bnet_id_equal(&found, &expected));
    memcpy(expected.bytes, (const uint8_t[]){0, 0, 0, 16}, 4);
    found = bnet_wire_block_id(&block.header);
    ck_assert(bnet_id_equal(&found, &expected));
    free(header.bytes);
    free(in.bytes);
}
END_TEST

/* A header with neither producers nor extensions is that of header.h. */
START_TEST(test_bare_header)
{
    const BnetWireHeader header = {
        .fields = {.slot = 5,
                   .producer = bnet_name("alice"),
                   .confirmed = 6,
                   .previous = wire_id(PREVIOUS),
                   .transaction_mroot = wire_id(ROOT_T),
                   .action_mroot = wire_id(ROOT_A),
                   .schedule_version = 7},
    };
    uint8_t packed[BNET_HEADER_BYTES];
    bnet_header_pack(&header.fields, packed);
    uint8_t out[BNET_HEADER_BYTES];
    BnetWriter writer;
    bnet_writer_init(&writer, out, sizeof out);
    bnet_wire_write_header(&writer, &header);
    ck_assert_uint_eq(writer.n, BNET_HEADER_BYTES);
    ck_assert_mem_eq(out, packed, BNET_HEADER_BYTES);
    const BnetId ids[2] = {bnet_wire_block_id(&header), bnet_header_id(&header.fields)};
    ck_assert(bnet_id_equal(&ids[0], &ids[1]));
}
END_TEST

START_TEST(test_schedule_hash)
{
    WireBytes in = wire_hex(BLOCK);
    WireBytes schedule = wire_hex(SCHEDULE);
    const BnetWireBlock block = read_block(&in);
    const BnetId expected = bnet_sha256(schedule.bytes, schedule.n);
    const BnetId found = bnet_wire_schedule_hash(&block.header.new_producers);
    ck_assert(bnet_id_equal(&found, &expected));
    free(schedule.bytes);
    free(in.bytes);
}
END_TEST

START_TEST(test_receipt_digest)
{
    /* Of an id with nothing billed: the digest of header.h. */
    const BnetId id = wire_id(TRX_ID);
    BnetWireReceipt receipt = {.id = id};
    BnetId found = bnet_wire_receipt_digest(&receipt);
    const BnetId plain = bnet_receipt_digest(&id);
    ck_assert(bnet_id_equal(&found, &plain));

    receipt = (BnetWireReceipt){
        .status = 255, .cpu_usage_us = 0x04030201, .net_usage_words = 128, .id = id};
    WireBytes in = wire_hex("ff 01020304 8001" TRX_ID);
    BnetId expected = bnet_sha256(in.bytes, in.n);
    found = bnet_wire_receipt_digest(&receipt);
    ck_assert(bnet_id_equal(&found, &expected));

    /* The packed digest takes the place of the id. */
    static const uint8_t nothing[16];
    receipt.is_packed = true;
    receipt.packed.packed_trx = (BnetSlice){nothing, 16};
    const BnetId digest = bnet_wire_packed_digest(&receipt.packed);
    memcpy(in.bytes + in.n - 32, digest.bytes, 32);
    expected = bnet_sha256(in.bytes, in.n);
    found = bnet_wire_receipt_digest(&receipt);
    ck_assert(bnet_id_equal(&found, &expected));
    free(in.bytes);
}
END_TEST

START_TEST(test_transaction_mroot)
{
    WireBytes in = wire_hex(BLOCK);
    const BnetWireBlock block = read_block(&in);
    BnetItems transactions = block.transactions;
    BnetId digests[2];
    BnetWireReceipt receipt;
    for (size_t i = 0; bnet_next_receipt(&transactions, &receipt); i++)
        digests[i] = bnet_wire_receipt_digest(&receipt);
    const BnetId expected = bnet_merkle_root(digests, 2);
    const BnetId found = bnet_wire_transaction_mroot(&block);
    ck_assert(bnet_id_equal(&found, &expected));
    free(in.bytes);
}
END_TEST

START_TEST(test_signature_digest)
{
    const BnetId parts[3] = {wire_id(ROOT_T), wire_id(ROOT_A), wire_id(TRX_ID)};
    BnetId both[2];
    both[0] = bnet_sha256(parts, 64);
    both[1] = parts[2];
    const BnetId expected = bnet_sha256(both, 64);
    const BnetId found = bnet_wire_signature_digest(&parts[0], &parts[1], &parts[2]);
    ck_assert(bnet_id_equal(&found, &expected));
}
END_TEST

/* --- Merkle tree that grows ------------------------------------------------------------------ */

/* At every size, the root of all leaves at once. */
START_TEST(test_merkle_that_grows)
{
    static BnetId leaves[LEAVES_MAX];
    static BnetId scratch[LEAVES_MAX + 1];
    BnetMerkle merkle;
    bnet_merkle_init(&merkle);
    for (uint32_t n = 0;; n++) {
        memcpy(scratch, leaves, n * sizeof *leaves);
        const BnetId expected = bnet_merkle_root(scratch, n);
        const BnetId found = bnet_merkle_root_of(&merkle);
        ck_assert_msg(bnet_id_equal(&found, &expected), "%u leaves", n);
        if (n == LEAVES_MAX)
            break;
        leaves[n] = bnet_sha256(&n, sizeof n);
        bnet_merkle_add(&merkle, &leaves[n]);
        ck_assert_uint_eq(merkle.count, n + 1);
    }
}
END_TEST

/* The last size there is: of 2^32 - 1 leaves, all subtrees are there. */
START_TEST(test_merkle_at_its_limit)
{
    BnetMerkle merkle = {.count = UINT32_MAX};
    for (unsigned i = 0; i < 32; i++)
        merkle.roots[i] = bnet_sha256(&i, sizeof i);
    BnetId expected = merkle.roots[0];
    for (unsigned level = 0; level < 32; level++) {
        BnetId pair[2] = {level == 0 ? expected : merkle.roots[level], expected};
        pair[0].bytes[0] &= 0x7f;
        pair[1].bytes[0] |= 0x80;
        expected = bnet_sha256(pair, sizeof pair);
    }
    const BnetId found = bnet_merkle_root_of(&merkle);
    ck_assert(bnet_id_equal(&found, &expected));
}
END_TEST

static void add_to_a_full_tree(void)
{
    BnetMerkle merkle = {.count = UINT32_MAX};
    const BnetId leaf = {{0}};
    bnet_merkle_add(&merkle, &leaf);
}

START_TEST(test_full_merkle)
{
    ck_assert(core_asserts(add_to_a_full_tree));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("wire_block");
    TCase *tcase = tcase_create("wire_block");
    tcase_set_timeout(tcase, 0);
    tcase_add_test(tcase, test_header);
    tcase_add_test(tcase, test_block);
    tcase_add_test(tcase, test_written_block);
    tcase_add_test(tcase, test_block_id);
    tcase_add_test(tcase, test_bare_header);
    tcase_add_test(tcase, test_schedule_hash);
    tcase_add_test(tcase, test_receipt_digest);
    tcase_add_test(tcase, test_transaction_mroot);
    tcase_add_test(tcase, test_signature_digest);
    tcase_add_test(tcase, test_merkle_that_grows);
    tcase_add_test(tcase, test_merkle_at_its_limit);
    tcase_add_test(tcase, test_full_merkle);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
