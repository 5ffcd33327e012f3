/* SPDX-License-Identifier: Apache-2.0 */
#include <zlib.h>

#include "core/wire_trx.h"
#include "tests/wire_fixture.h"

/* --- a transaction by value ------------------------------------------------------------------ */

/* Names: "alice", "transfer", "active", "bob". */
#define ALICE "0000000000855c34"
#define TRANSFER "000000572d3ccdcd"
#define ACTIVE "00000000a8ed3232"
#define BOB "0000000000000e3d"

#define ACTION ALICE TRANSFER "01" ALICE ACTIVE "03 aabbcc"
#define BARE_ACTION BOB TRANSFER "00 00"
/* expiration, ref_block_num, ref_block_prefix, max_net_usage_words, max_cpu_usage_ms, delay_sec */
#define TRX_START "04030201 0605 0a090807 ac02 0b 8101"
#define TRX TRX_START "01" BARE_ACTION "02" ACTION BARE_ACTION "01 0d0c 01ff"

static const BnetWireTrx expected = {
    .expiration_s = 0x01020304,
    .ref_block_num = 0x0506,
    .ref_block_prefix = 0x0708090a,
    .max_net_usage_words = 300,
    .max_cpu_usage_ms = 11,
    .delay_sec = 129,
};

static void assert_fields(const BnetWireTrx *trx)
{
    ck_assert_uint_eq(trx->expiration_s, expected.expiration_s);
    ck_assert_uint_eq(trx->ref_block_num, expected.ref_block_num);
    ck_assert_uint_eq(trx->ref_block_prefix, expected.ref_block_prefix);
    ck_assert_uint_eq(trx->max_net_usage_words, expected.max_net_usage_words);
    ck_assert_uint_eq(trx->max_cpu_usage_ms, expected.max_cpu_usage_ms);
    ck_assert_uint_eq(trx->delay_sec, expected.delay_sec);
    ck_assert_uint_eq(trx->context_free_actions.count, 1);
    ck_assert_uint_eq(trx->actions.count, 2);
    ck_assert_uint_eq(trx->extensions.count, 1);
}

START_TEST(test_transaction)
{
    WireBytes in = wire_hex(TRX "77");
    WireInput input;
    BnetReader *reader = wire_input(&input, in.bytes, in.n);
    BnetWireTrx trx;
    ck_assert(bnet_wire_read_trx(reader, &trx));
    ck_assert_uint_eq(bnet_reader_left(reader), 1);
    assert_fields(&trx);

    BnetItems actions = trx.actions;
    BnetWireAction action;
    ck_assert(bnet_next_action(&actions, &action));
    ck_assert_uint_eq(action.account, bnet_name("alice"));
    ck_assert_uint_eq(action.name, bnet_name("transfer"));
    ck_assert_uint_eq(action.data.n, 3);
    ck_assert_uint_eq(action.data.bytes[2], 0xcc);
    BnetWirePermission permission;
    ck_assert(bnet_next_permission(&action.authorization, &permission));
    ck_assert_uint_eq(permission.actor, bnet_name("alice"));
    ck_assert_uint_eq(permission.permission, bnet_name("active"));
    ck_assert(!bnet_next_permission(&action.authorization, &permission));
    ck_assert(bnet_next_action(&actions, &action));
    ck_assert_uint_eq(action.account, bnet_name("bob"));
    ck_assert_uint_eq(action.authorization.count + action.data.n, 0);
    ck_assert(!bnet_next_action(&actions, &action));
    BnetWireExtension extension;
    ck_assert(bnet_next_extension(&trx.extensions, &extension));
    ck_assert(extension.type == 0x0c0d && extension.data.n == 1);
    free(in.bytes);
}
END_TEST

/* A transaction of a caller's own pieces: actions are written first, then count as a vector. */
START_TEST(test_written_transaction)
{
    static const uint8_t data[] = {0xaa, 0xbb, 0xcc};
    WireBytes authorization = wire_hex(ALICE ACTIVE);
    WireBytes want = wire_hex(TRX_START "00 02" ACTION BARE_ACTION "00");
    uint8_t actions[200];
    BnetWriter writer;
    bnet_writer_init(&writer, actions, sizeof actions);
    bnet_wire_write_action(
        &writer, &(BnetWireAction){.account = bnet_name("alice"),
                                   .name = bnet_name("transfer"),
                                   .authorization = {authorization.bytes, authorization.n, 1},
                                   .data = {data, sizeof data}});
    bnet_wire_write_action(
        &writer, &(BnetWireAction){.account = bnet_name("bob"), .name = bnet_name("transfer")});
    BnetWireTrx trx = expected;
    trx.actions = (BnetItems){.bytes = actions, .n = writer.n, .count = 2};
    uint8_t out[300];
    bnet_writer_init(&writer, out, sizeof out);
    bnet_wire_write_trx(&writer, &trx);
    ck_assert_uint_eq(writer.n, want.n);
    ck_assert_mem_eq(out, want.bytes, want.n);
    const BnetId id = bnet_wire_trx_id(&trx);
    const BnetId hash = bnet_sha256(want.bytes, want.n);
    ck_assert(bnet_id_equal(&id, &hash));
    free(want.bytes);
    free(authorization.bytes);
}
END_TEST

/* --- packed transactions --------------------------------------------------------------------- */

/* zlib's stream of these bytes. */
static WireBytes deflated(const void *bytes, size_t n)
{
    uLongf room = compressBound((uLong)n);
    WireBytes made = {.bytes = malloc(room)};
    ck_assert_int_eq(compress2(made.bytes, &room, bytes, (uLong)n, 9), Z_OK);
    made.n = room;
    made.bytes = realloc(made.bytes, made.n);
    return made;
}

static BnetSlice slice_of(const WireBytes *bytes)
{
    return (BnetSlice){.bytes = bytes->bytes, .n = bytes->n};
}

static WireBytes packed_bytes(const BnetWirePackedTrx *packed)
{
    BnetWriter writer;
    bnet_writer_init(&writer, NULL, 0);
    bnet_wire_write_packed_trx(&writer, packed);
    WireBytes made = {.bytes = malloc(writer.n), .n = writer.n};
    bnet_writer_init(&writer, made.bytes, made.n);
    bnet_wire_write_packed_trx(&writer, packed);
    return made;
}

/* Whether it is read with its contents, and the same verdict when it is opened. */
static bool is_well_formed(const BnetWirePackedTrx *packed, WireInput *input)
{
    WireBytes in = packed_bytes(packed);
    BnetWirePackedTrx found = {.compression = 77};
    const bool well_formed = bnet_wire_read_packed_trx(wire_input(input, in.bytes, in.n), &found);
    ck_assert((unsigned)found.compression == (well_formed ? (unsigned)packed->compression : 77));
    BnetWirePackedTrx closed;
    WireInput again;
    ck_assert(bnet_wire_read_packed_trx_closed(wire_input(&again, in.bytes, in.n), &closed));
    BnetWireTrx trx;
    BnetItems data;
    BnetWireError error;
    const bool opens = bnet_wire_open_trx(&closed, wire_scratch(), &error, &trx) &&
                       bnet_wire_open_context_free_data(&closed, wire_scratch(), &error, &data);
    ck_assert(opens == well_formed);
    free(in.bytes);
    return well_formed;
}

/* A transaction of that many bytes: one action, whose data are zeros. At least 2^14 bytes. */
static WireBytes trx_of(size_t n)
{
    WireBytes start = wire_hex(TRX_START "00 01" BOB TRANSFER "00");
    WireBytes made = {.bytes = calloc(n, 1), .n = n};
    BnetWriter writer;
    bnet_writer_init(&writer, made.bytes, n);
    bnet_write_raw(&writer, start.bytes, start.n);
    const size_t length_bytes = n - start.n > 2100000 ? 4 : 3;
    bnet_write_varuint(&writer, (uint32_t)(n - start.n - length_bytes - 1));
    ck_assert_uint_eq(writer.n, start.n + length_bytes);
    free(start.bytes);
    return made;
}

START_TEST(test_inflated_size_at_the_limit)
{
    WireInput input;
    for (size_t beyond = 0; beyond < 3; beyond++) {
        WireBytes trx = trx_of(BNET_WIRE_INFLATED_BYTES_MAX + beyond);
        WireBytes stream = deflated(trx.bytes, trx.n);
        BnetWirePackedTrx packed = {.compression = BNET_COMPRESSION_ZLIB,
                                    .packed_trx = slice_of(&stream)};
        ck_assert(is_well_formed(&packed, &input) == (beyond == 0));
        if (beyond > 0)
            wire_assert_failed(&input, "packed_trx", 2 + bnet_varuint_bytes((uint32_t)stream.n) + 1,
                               "at most 1048576 bytes when inflated");
        /* Not compressed, the limit is that of bytes. */
        packed.compression = BNET_COMPRESSION_NONE;
        packed.packed_trx = slice_of(&trx);
        ck_assert(is_well_formed(&packed, &input));
        free(stream.bytes);
        free(trx.bytes);
    }
}
END_TEST

START_TEST(test_inflated_context_free_data_at_the_limit)
{
    WireInput input;
    WireBytes plain = wire_hex(TRX);
    WireBytes trx = deflated(plain.bytes, plain.n);
    for (size_t beyond = 0; beyond < 2; beyond++) {
        /* No items, and then what is ignored. */
        const size_t n = BNET_WIRE_INFLATED_BYTES_MAX + beyond;
        uint8_t *zeros = calloc(n, 1);
        WireBytes stream = deflated(zeros, n);
        const BnetWirePackedTrx packed = {.compression = BNET_COMPRESSION_ZLIB,
                                          .packed_trx = slice_of(&trx),
                                          .packed_context_free_data = slice_of(&stream)};
        ck_assert(is_well_formed(&packed, &input) == (beyond == 0));
        if (beyond > 0)
            wire_assert_failed(&input, "packed_context_free_data",
                               2 + bnet_varuint_bytes((uint32_t)stream.n), "when inflated");
        free(stream.bytes);
        free(zeros);
    }
    free(trx.bytes);
    free(plain.bytes);
}
END_TEST

/* Every cut of a stream is malformed: also one that has all of its output, without checksum. */
START_TEST(test_every_cut_of_a_stream)
{
    WireInput input;
    WireBytes plain = wire_hex(TRX);
    WireBytes stream = deflated(plain.bytes, plain.n);
    for (size_t n = 0; n <= stream.n; n++) {
        WireBytes cut = wire_copy(stream.bytes, n);
        const BnetWirePackedTrx packed = {.compression = BNET_COMPRESSION_ZLIB,
                                          .packed_trx = slice_of(&cut)};
        ck_assert(is_well_formed(&packed, &input) == (n == stream.n));
        if (n < stream.n)
            wire_assert_failed(&input, "packed_trx", 4, "a whole zlib stream");
        free(cut.bytes);
    }
    free(stream.bytes);
    free(plain.bytes);
}
END_TEST

/* Whichever bit of the checksum is wrong. */
START_TEST(test_checksum)
{
    WireInput input;
    WireBytes plain = wire_hex(TRX);
    WireBytes stream = deflated(plain.bytes, plain.n);
    const BnetWirePackedTrx packed = {.compression = BNET_COMPRESSION_ZLIB,
                                      .packed_trx = slice_of(&stream)};
    for (unsigned bit = 0; bit < 32; bit++) {
        uint8_t *byte = &stream.bytes[stream.n - 4 + bit / 8];
        *byte ^= (uint8_t)(1u << bit % 8);
        ck_assert(!is_well_formed(&packed, &input));
        *byte ^= (uint8_t)(1u << bit % 8);
    }
    ck_assert(is_well_formed(&packed, &input));
    free(stream.bytes);
    free(plain.bytes);
}
END_TEST

/* A cut stream of much output needs the whole of inflate()'s memory: the arena has room for it,
 * wherever it starts. */
START_TEST(test_arena)
{
    WireBytes trx = trx_of(1000000);
    uint64_t random = 1;
    for (size_t i = 100; i < trx.n - 1; i++)
        trx.bytes[i] = (uint8_t)(core_random(&random) & 3);
    WireBytes stream = deflated(trx.bytes, trx.n);
    uint8_t *memory = malloc(BNET_WIRE_SCRATCH_BYTES + 16);
    for (size_t shift = 0; shift < 16; shift++) {
        const BnetScratch scratch = {.bytes = memory + shift, .n = BNET_WIRE_SCRATCH_BYTES};
        BnetWirePackedTrx packed = {.compression = BNET_COMPRESSION_ZLIB,
                                    .packed_trx = slice_of(&stream)};
        BnetWireError error;
        BnetWireTrx found;
        ck_assert(bnet_wire_open_trx(&packed, scratch, &error, &found));
        packed.packed_trx.n--;
        ck_assert(!bnet_wire_open_trx(&packed, scratch, &error, &found));
        packed.packed_trx.n /= 2;
        ck_assert(!bnet_wire_open_trx(&packed, scratch, &error, &found));
    }
    free(memory);
    free(stream.bytes);
    free(trx.bytes);
}
END_TEST

static void open_with_little_scratch(void)
{
    static uint8_t memory[BNET_WIRE_SCRATCH_BYTES - 1];
    const BnetWirePackedTrx packed = {.compression = BNET_COMPRESSION_ZLIB,
                                      .packed_trx = {memory, 1}};
    const BnetScratch scratch = {.bytes = memory, .n = sizeof memory};
    BnetWireError error;
    BnetWireTrx trx;
    bnet_wire_open_trx(&packed, scratch, &error, &trx);
}

/* Scratch memory is asked for by what is compressed, alone. */
START_TEST(test_scratch)
{
    WireBytes plain = wire_hex(TRX);
    const BnetWirePackedTrx packed = {.packed_trx = slice_of(&plain)};
    BnetWireError error;
    BnetWireTrx trx;
    ck_assert(bnet_wire_open_trx(&packed, (BnetScratch){0}, &error, &trx));
    assert_fields(&trx);
    ck_assert(core_asserts(open_with_little_scratch));
    free(plain.bytes);
}
END_TEST

START_TEST(test_context_free_data)
{
    WireBytes trx = wire_hex(TRX);
    WireBytes data = wire_hex("02 00 820011 22 99");
    const BnetWirePackedTrx packed = {.packed_trx = slice_of(&trx),
                                      .packed_context_free_data = slice_of(&data)};
    BnetWireError error;
    BnetItems items;
    ck_assert(bnet_wire_open_context_free_data(&packed, (BnetScratch){0}, &error, &items));
    ck_assert_uint_eq(items.count, 2);
    BnetSlice item;
    ck_assert(bnet_next_bytes(&items, &item));
    ck_assert_uint_eq(item.n, 0);
    ck_assert(bnet_next_bytes(&items, &item));
    ck_assert(item.n == 2 && item.bytes[0] == 0x11 && item.bytes[1] == 0x22);
    ck_assert(!bnet_next_bytes(&items, &item));
    free(data.bytes);
    free(trx.bytes);
}
END_TEST

/* A signature of type 2 makes a transaction malformed where the reader is not told of EOSIO 2. */
START_TEST(test_webauthn_signature)
{
    WireBytes plain = wire_hex(TRX);
    uint8_t bytes[66 + 2] = {2};
    const BnetWirePackedTrx packed = {.packed_trx = slice_of(&plain),
                                      .signatures = {bytes, sizeof bytes, 1}};
    WireBytes in = packed_bytes(&packed);
    WireInput input;
    BnetWirePackedTrx found;
    ck_assert(!bnet_wire_read_packed_trx(wire_input(&input, in.bytes, in.n), &found));
    wire_assert_failed(&input, "signatures[0]", 1, "0 (K1) or 1 (R1)");
    BnetReader *reader = wire_input(&input, in.bytes, in.n);
    reader->eosio_2 = true;
    ck_assert(bnet_wire_read_packed_trx(reader, &found));
    ck_assert_uint_eq(bnet_reader_left(reader), 0);
    const BnetId ids[2] = {bnet_wire_signed_id(&found), bnet_sha256(in.bytes, in.n)};
    ck_assert(bnet_id_equal(&ids[0], &ids[1]));
    free(in.bytes);
    free(plain.bytes);
}
END_TEST

/* What a packed transaction's contents lack cannot come later; what it lacks itself can. */
START_TEST(test_cut)
{
    WireBytes plain = wire_hex(TRX);
    WireBytes stream = deflated(plain.bytes, plain.n - 1);
    const BnetWirePackedTrx cuts[] = {
        {.packed_trx = {plain.bytes, plain.n - 1}},
        {.packed_trx = slice_of(&stream), .compression = BNET_COMPRESSION_ZLIB},
    };
    for (size_t i = 0; i < 2; i++) {
        WireInput input;
        ck_assert(!is_well_formed(&cuts[i], &input));
        ck_assert(strstr(input.error.allowed, "more bytes") && !input.error.cut);
        ck_assert(input.error.inflated == (i == 1));

        WireBytes in = packed_bytes(&cuts[i]);
        for (size_t n = 0; n < in.n; n++) {
            BnetWirePackedTrx found;
            ck_assert(!bnet_wire_read_packed_trx(wire_input(&input, in.bytes, n), &found));
            ck_assert(input.error.cut);
        }
        free(in.bytes);
    }
    free(stream.bytes);
    free(plain.bytes);
}
END_TEST

/* --- hashes ---------------------------------------------------------------------------------- */

/* How a transaction is packed is part of its digest and signed id, not of its id. */
START_TEST(test_hashes_of_packings)
{
    WireBytes plain = wire_hex(TRX);
    WireBytes stream = deflated(plain.bytes, plain.n);
    WireBytes longer = wire_hex(TRX "00");
    WireBytes signature = wire_hex("00");
    signature.bytes = realloc(signature.bytes, 66);
    memset(signature.bytes + 1, 7, 65);
    WireBytes data = wire_hex("00");
    const BnetItems signed_once = {.bytes = signature.bytes, .n = 66, .count = 1};
    const BnetWirePackedTrx all[] = {
        {.packed_trx = slice_of(&plain)},
        {.packed_trx = slice_of(&stream), .compression = BNET_COMPRESSION_ZLIB},
        {.packed_trx = slice_of(&longer)},
        {.packed_trx = slice_of(&plain), .signatures = signed_once},
        {.packed_trx = slice_of(&plain), .packed_context_free_data = slice_of(&data)},
    };
    const BnetId id = bnet_sha256(plain.bytes, plain.n);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        BnetWireError error;
        BnetWireTrx trx;
        ck_assert(bnet_wire_open_trx(&all[i], wire_scratch(), &error, &trx));
        const BnetId found = bnet_wire_trx_id(&trx);
        ck_assert(bnet_id_equal(&found, &id));
        for (size_t j = 0; j < i; j++) {
            const BnetId digests[2] = {bnet_wire_packed_digest(&all[i]),
                                       bnet_wire_packed_digest(&all[j])};
            ck_assert(!bnet_id_equal(&digests[0], &digests[1]));
            const BnetId signed_ids[2] = {bnet_wire_signed_id(&all[i]),
                                          bnet_wire_signed_id(&all[j])};
            ck_assert(!bnet_id_equal(&signed_ids[0], &signed_ids[1]));
        }
    }
    free(data.bytes);
    free(signature.bytes);
    free(longer.bytes);
    free(stream.bytes);
    free(plain.bytes);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("wire_trx");
    TCase *tcase = tcase_create("wire_trx");
    tcase_set_timeout(tcase, 0);
    tcase_add_test(tcase, test_transaction);
    tcase_add_test(tcase, test_written_transaction);
    tcase_add_test(tcase, test_inflated_size_at_the_limit);
    tcase_add_test(tcase, test_inflated_context_free_data_at_the_limit);
    tcase_add_test(tcase, test_every_cut_of_a_stream);
    tcase_add_test(tcase, test_checksum);
    tcase_add_test(tcase, test_arena);
    tcase_add_test(tcase, test_scratch);
    tcase_add_test(tcase, test_context_free_data);
    tcase_add_test(tcase, test_webauthn_signature);
    tcase_add_test(tcase, test_cut);
    tcase_add_test(tcase, test_hashes_of_packings);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
