/* SPDX-License-Identifier: Apache-2.0 */
#include "core/wire.h"
#include "tests/wire_fixture.h"

/* --- numbers --------------------------------------------------------------------------------- */

START_TEST(test_numbers_are_little_endian)
{
    WireBytes in = wire_hex("01 0203 04050607 08090a0b0c0d0eff 00 01");
    WireInput input;
    BnetReader *reader = wire_input(&input, in.bytes, in.n);
    uint8_t a;
    uint16_t b;
    uint32_t c;
    uint64_t d;
    bool no;
    bool yes;
    ck_assert(bnet_read_u8(reader, "a", &a) && bnet_read_u16(reader, "b", &b) &&
              bnet_read_u32(reader, "c", &c) && bnet_read_u64(reader, "d", &d) &&
              bnet_read_bool(reader, "no", &no) && bnet_read_bool(reader, "yes", &yes));
    ck_assert_uint_eq(a, 0x01);
    ck_assert_uint_eq(b, 0x0302);
    ck_assert_uint_eq(c, 0x07060504);
    ck_assert_uint_eq(d, UINT64_C(0xff0e0d0c0b0a0908));
    ck_assert(!no && yes);
    ck_assert_uint_eq(bnet_reader_left(reader), 0);

    uint8_t out[17];
    BnetWriter writer;
    bnet_writer_init(&writer, out, sizeof out);
    bnet_write_u8(&writer, a);
    bnet_write_u16(&writer, b);
    bnet_write_u32(&writer, c);
    bnet_write_u64(&writer, d);
    bnet_write_u8(&writer, no);
    bnet_write_u8(&writer, yes);
    ck_assert_uint_eq(writer.n, in.n);
    ck_assert_mem_eq(out, in.bytes, in.n);
    free(in.bytes);
}
END_TEST

/* One byte short, each fails where it starts, and what it returns into is untouched. */
START_TEST(test_cut_numbers)
{
    WireBytes in = wire_hex("aabbccddeeff0011");
    WireInput input;
    uint8_t a = 77;
    uint16_t b = 77;
    uint32_t c = 77;
    uint64_t d = 77;
    bool e = true;
    ck_assert(!bnet_read_u8(wire_input(&input, in.bytes, 0), "a", &a));
    wire_assert_failed(&input, "a", 0, "more bytes");
    ck_assert(!bnet_read_u8(wire_input(&input, NULL, 0), "a", &a));
    wire_assert_failed(&input, "a", 0, "more bytes");
    ck_assert(!bnet_read_bool(wire_input(&input, in.bytes, 0), "e", &e));
    wire_assert_failed(&input, "e", 0, "more bytes");
    ck_assert(!bnet_read_u16(wire_input(&input, in.bytes, 1), "b", &b));
    wire_assert_failed(&input, "b", 0, "more bytes");
    ck_assert(!bnet_read_u32(wire_input(&input, in.bytes, 3), "c", &c));
    wire_assert_failed(&input, "c", 0, "more bytes");
    ck_assert(!bnet_read_u64(wire_input(&input, in.bytes, 7), "d", &d));
    wire_assert_failed(&input, "d", 0, "more bytes");
    ck_assert(a == 77 && b == 77 && c == 77 && d == 77 && e);
    free(in.bytes);
}
END_TEST

START_TEST(test_bool_is_0_or_1)
{
    for (unsigned i = 2; i < 256; i++) {
        const uint8_t byte = (uint8_t)i;
        WireInput input;
        bool value = true;
        ck_assert(!bnet_read_bool(wire_input(&input, &byte, 1), "flag", &value));
        wire_assert_failed(&input, "flag", 0, "0 or 1");
        ck_assert(value);
    }
}
END_TEST

typedef struct Varuint {
    const char *hex;
    uint32_t value;
    size_t left;
} Varuint;

/* The last ones are longer than they need be: five bytes at most, what exceeds 32 bits dropped. */
static const Varuint varuints[] = {
    {"00", 0, 0},
    {"7f", 127, 0},
    {"8001", 128, 0},
    {"ff7f", 16383, 0},
    {"808001", 16384, 0},
    {"ffff7f", 2097151, 0},
    {"80808001", 2097152, 0},
    {"ffffff7f", 268435455, 0},
    {"8080808001", 268435456, 0},
    {"ffffffff0f", UINT32_MAX, 0},
    {"8000", 0, 0},
    {"ff00", 127, 0},
    {"8080808000", 0, 0},
    {"ffffffffff", UINT32_MAX, 0},
    {"8080808090", 0, 0},
    {"808080808001", 0, 1},
    {"81808080f000", 1, 1},
};
#define N_VARUINTS ((int)(sizeof varuints / sizeof *varuints))
#define N_CANONICAL 10

START_TEST(test_varuint)
{
    const Varuint *expected = &varuints[_i];
    WireBytes in = wire_hex(expected->hex);
    WireInput input;
    BnetReader *reader = wire_input(&input, in.bytes, in.n);
    uint32_t value;
    ck_assert(bnet_read_varuint(reader, "n", &value));
    ck_assert_uint_eq(value, expected->value);
    ck_assert_uint_eq(bnet_reader_left(reader), expected->left);

    const size_t n = in.n - expected->left;
    for (size_t cut = 0; cut < n; cut++) {
        WireBytes some = wire_copy(in.bytes, cut);
        value = 99;
        ck_assert(!bnet_read_varuint(wire_input(&input, some.bytes, cut), "n", &value));
        wire_assert_failed(&input, "n", 0, "more bytes");
        ck_assert_uint_eq(value, 99);
        free(some.bytes);
    }

    uint8_t out[5];
    BnetWriter writer;
    bnet_writer_init(&writer, out, sizeof out);
    bnet_write_varuint(&writer, expected->value);
    ck_assert_uint_eq(writer.n, bnet_varuint_bytes(expected->value));
    if (_i < N_CANONICAL) {
        ck_assert_uint_eq(writer.n, in.n);
        ck_assert_mem_eq(out, in.bytes, in.n);
    }
    free(in.bytes);
}
END_TEST

/* --- keys and signatures --------------------------------------------------------------------- */

START_TEST(test_keys_and_signatures)
{
    uint8_t in[1 + 65];
    memset(in, 0x5a, sizeof in);
    for (uint8_t type = 0; type < 3; type++) {
        in[0] = type;
        WireInput input;
        BnetKey key = {{9}};
        BnetSignature signature = {{9}};
        const bool valid = type < 2;
        ck_assert(bnet_read_key(wire_input(&input, in, 34), "k", &key) == valid);
        if (!valid)
            wire_assert_failed(&input, "k", 0, "0 (K1) or 1 (R1)");
        ck_assert(bnet_read_signature(wire_input(&input, in, 66), "s", &signature) == valid);
        if (!valid)
            wire_assert_failed(&input, "s", 0, "0 (K1) or 1 (R1)");
        ck_assert_uint_eq(key.bytes[0], valid ? type : 9);
        ck_assert_uint_eq(key.bytes[33], valid ? 0x5a : 0);
        ck_assert_uint_eq(signature.bytes[0], valid ? type : 9);
        ck_assert_uint_eq(signature.bytes[65], valid ? 0x5a : 0);
    }
    in[0] = 0;
    WireInput input;
    BnetKey key;
    BnetSignature signature;
    ck_assert(!bnet_read_key(wire_input(&input, in, 33), "k", &key));
    wire_assert_failed(&input, "k", 0, "more bytes");
    ck_assert(!bnet_read_signature(wire_input(&input, in, 65), "s", &signature));
    wire_assert_failed(&input, "s", 0, "more bytes");
}
END_TEST

#define X32 "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a"
#define WEBAUTHN "02 1f" X32 X32 "03 010203 02 7b7d"

/* Of EOSIO 2, where the reader may take them, and for transactions alone. */
START_TEST(test_webauthn_signature)
{
    WireBytes in = wire_hex(WEBAUTHN);
    WireInput input;
    BnetWireSignature signature = {.signature = {{9}}};
    ck_assert(!bnet_read_wire_signature(wire_input(&input, in.bytes, in.n), "s", &signature));
    wire_assert_failed(&input, "s", 0, "0 (K1) or 1 (R1)");
    ck_assert_uint_eq(signature.signature.bytes[0], 9);
    BnetReader *reader = wire_input(&input, in.bytes, in.n);
    reader->eosio_2 = true;
    ck_assert(!bnet_read_signature(reader, "s", &signature.signature));
    wire_assert_failed(&input, "s", 0, "0 (K1) or 1 (R1)");

    reader = wire_input(&input, in.bytes, in.n);
    reader->eosio_2 = true;
    ck_assert(bnet_read_wire_signature(reader, "s", &signature));
    ck_assert_uint_eq(bnet_reader_left(reader), 0);
    ck_assert_mem_eq(signature.signature.bytes, in.bytes, 66);
    ck_assert(signature.auth_data.n == 3 && signature.auth_data.bytes[2] == 3);
    ck_assert(signature.client_json.n == 2 && signature.client_json.bytes[1] == '}');

    uint8_t out[80];
    BnetWriter writer;
    bnet_writer_init(&writer, out, sizeof out);
    bnet_write_wire_signature(&writer, &signature);
    ck_assert_uint_eq(writer.n, in.n);
    ck_assert_mem_eq(out, in.bytes, in.n);
    free(in.bytes);
}
END_TEST

START_TEST(test_cut_webauthn_signature)
{
    WireBytes in = wire_hex(WEBAUTHN);
    WireInput input;
    BnetWireSignature signature;
    for (size_t n = 0; n < in.n; n++) {
        WireBytes cut = wire_copy(in.bytes, n);
        BnetReader *reader = wire_input(&input, cut.bytes, n);
        reader->eosio_2 = true;
        ck_assert(!bnet_read_wire_signature(reader, "s", &signature));
        if (n < 66)
            wire_assert_failed(&input, "s", 0, "more bytes");
        else if (n < 70)
            wire_assert_failed(&input, "s.auth_data", 66, "more bytes");
        else
            wire_assert_failed(&input, "s.client_json", 70, "more bytes");
        ck_assert(input.error.cut);
        free(cut.bytes);
    }
    in.bytes[0] = 3;
    BnetReader *reader = wire_input(&input, in.bytes, in.n);
    reader->eosio_2 = true;
    ck_assert(!bnet_read_wire_signature(reader, "s", &signature));
    wire_assert_failed(&input, "s", 0, "2 (WebAuthn)");
    ck_assert(!input.error.cut);
    free(in.bytes);
}
END_TEST

/* A vector of all types, walked through in both ways and written as it was. */
START_TEST(test_signatures_of_all_types)
{
    WireBytes in = wire_hex(WEBAUTHN "00 20" X32 X32 WEBAUTHN "01 21" X32 X32);
    BnetItems items = {.bytes = in.bytes, .n = in.n, .count = 4};
    uint8_t out[300];
    BnetWriter writer;
    bnet_writer_init(&writer, out, sizeof out);
    bnet_write_signatures(&writer, items);
    ck_assert_uint_eq(writer.n, in.n + 1);
    ck_assert_uint_eq(out[0], 4);
    ck_assert_mem_eq(out + 1, in.bytes, in.n);

    static const uint8_t types[] = {2, 0, 2, 1};
    BnetWireSignature whole;
    for (unsigned i = 0; i < 4; i++) {
        ck_assert(bnet_next_wire_signature(&items, &whole));
        ck_assert_uint_eq(whole.signature.bytes[0], types[i]);
        ck_assert_uint_eq(whole.client_json.n, types[i] == 2 ? 2 : 0);
        ck_assert_uint_eq(whole.auth_data.n, types[i] == 2 ? 3 : 0);
    }
    ck_assert_uint_eq(items.n, 0);
    ck_assert(!bnet_next_wire_signature(&items, &whole));
    free(in.bytes);
}
END_TEST

/* --- bytes and vectors at their limits ------------------------------------------------------- */

/* A length or count, then `n` zero bytes. */
static WireBytes counted(uint32_t count, size_t n)
{
    WireBytes made = {.bytes = calloc(n + 5, 1)};
    BnetWriter writer;
    bnet_writer_init(&writer, made.bytes, 5);
    bnet_write_varuint(&writer, count);
    made.n = writer.n + n;
    made.bytes = realloc(made.bytes, made.n);
    return made;
}

START_TEST(test_bytes_at_the_limit)
{
    WireInput input;
    BnetSlice slice = {.n = 9};
    WireBytes in = counted(BNET_WIRE_BYTES_MAX, BNET_WIRE_BYTES_MAX);
    ck_assert(bnet_read_bytes(wire_input(&input, in.bytes, in.n), "b", &slice));
    ck_assert_uint_eq(slice.n, 20u * 1024 * 1024);
    ck_assert_ptr_eq(slice.bytes, in.bytes + 4);
    ck_assert(!bnet_read_bytes(wire_input(&input, in.bytes, in.n - 1), "b", &slice));
    wire_assert_failed(&input, "b", 0, "more bytes");
    free(in.bytes);

    in = counted(BNET_WIRE_BYTES_MAX + 1, BNET_WIRE_BYTES_MAX + 1);
    ck_assert(!bnet_read_bytes(wire_input(&input, in.bytes, in.n), "b", &slice));
    wire_assert_failed(&input, "b", 0, "at most 20971520 bytes");
    free(in.bytes);
}
END_TEST

START_TEST(test_vectors_at_the_limit)
{
    WireInput input;
    BnetItems items;
    /* Of the smallest items there are: an extension of three bytes. */
    WireBytes in = counted(BNET_WIRE_ITEMS_MAX, 3 * (size_t)BNET_WIRE_ITEMS_MAX);
    BnetReader *reader = wire_input(&input, in.bytes, in.n);
    ck_assert(bnet_read_extensions(reader, "x", &items));
    ck_assert_uint_eq(items.count, 1048576);
    ck_assert_uint_eq(items.n, 3 * 1048576);
    ck_assert_uint_eq(bnet_reader_left(reader), 0);
    uint32_t n = 0;
    for (BnetWireExtension extension; bnet_next_extension(&items, &extension); n++)
        ck_assert_uint_eq(extension.type + extension.data.n, 0);
    ck_assert_uint_eq(n, 1048576);
    ck_assert(!bnet_read_extensions(wire_input(&input, in.bytes, in.n - 1), "x", &items));
    wire_assert_failed(&input, "x[1048575].data", in.n - 1, "more bytes");
    free(in.bytes);

    in = counted(BNET_WIRE_ITEMS_MAX, 32 * (size_t)BNET_WIRE_ITEMS_MAX);
    ck_assert(bnet_read_ids(wire_input(&input, in.bytes, in.n), "ids", &items));
    ck_assert_uint_eq(items.count, 1048576);
    ck_assert(!bnet_read_ids(wire_input(&input, in.bytes, in.n - 1), "ids", &items));
    wire_assert_failed(&input, "ids[1048575]", in.n - 32, "more bytes");
    free(in.bytes);
}
END_TEST

START_TEST(test_vectors_beyond_the_limit)
{
    WireInput input;
    BnetItems items = {.count = 9};
    WireBytes in = counted(BNET_WIRE_ITEMS_MAX + 1, 32 * ((size_t)BNET_WIRE_ITEMS_MAX + 1));
    ck_assert(!bnet_read_ids(wire_input(&input, in.bytes, in.n), "ids", &items));
    wire_assert_failed(&input, "ids", 0, "at most 1048576 items");
    ck_assert(!bnet_read_extensions(wire_input(&input, in.bytes, in.n), "x", &items));
    wire_assert_failed(&input, "x", 0, "at most 1048576 items");
    ck_assert_uint_eq(items.count, 9);
    free(in.bytes);
    in = counted(UINT32_MAX, 0);
    ck_assert(!bnet_read_ids(wire_input(&input, in.bytes, in.n), "ids", &items));
    wire_assert_failed(&input, "ids", 0, "at most 1048576 items");
    ck_assert(
        !bnet_read_bytes(wire_input(&input, in.bytes, in.n), "b", &(BnetSlice){.bytes = NULL}));
    wire_assert_failed(&input, "b", 0, "at most 20971520 bytes");
    free(in.bytes);
}
END_TEST

START_TEST(test_items_are_their_own_iterator)
{
    WireBytes in = wire_hex("03 0100 02aabb ffff 00 0200 8100cc 77");
    WireInput input;
    BnetReader *reader = wire_input(&input, in.bytes, in.n);
    BnetItems items;
    ck_assert(bnet_read_extensions(reader, "x", &items));
    ck_assert_uint_eq(bnet_reader_left(reader), 1);
    BnetItems rest = items;
    BnetWireExtension x;
    ck_assert(bnet_next_extension(&rest, &x));
    ck_assert(x.type == 1 && x.data.n == 2 && x.data.bytes[0] == 0xaa && x.data.bytes[1] == 0xbb);
    ck_assert(bnet_next_extension(&rest, &x));
    ck_assert(x.type == 65535 && x.data.n == 0);
    ck_assert(bnet_next_extension(&rest, &x));
    ck_assert(x.type == 2 && x.data.n == 1 && x.data.bytes[0] == 0xcc);
    ck_assert(!bnet_next_extension(&rest, &x));
    ck_assert_uint_eq(items.count, 3);

    uint8_t out[20];
    BnetWriter writer;
    bnet_writer_init(&writer, out, sizeof out);
    bnet_write_extensions(&writer, items);
    WireBytes canonical = wire_hex("03 0100 02aabb ffff 00 0200 01cc");
    ck_assert_uint_eq(writer.n, canonical.n);
    ck_assert_mem_eq(out, canonical.bytes, canonical.n);
    free(canonical.bytes);
    free(in.bytes);
}
END_TEST

/* --- writer ---------------------------------------------------------------------------------- */

START_TEST(test_writer_that_does_not_fit)
{
    uint8_t out[6] = {0, 0, 0, 0, 0, 0xa5};
    BnetWriter writer;
    bnet_writer_init(&writer, out, 5);
    bnet_write_u32(&writer, 0x04030201);
    ck_assert(bnet_writer_fits(&writer));
    bnet_write_u16(&writer, 0xffff);
    ck_assert(!bnet_writer_fits(&writer));
    bnet_write_u8(&writer, 0xff); /* would have fitted */
    ck_assert_uint_eq(writer.n, 7);
    const uint8_t expected[6] = {1, 2, 3, 4, 0, 0xa5};
    ck_assert_mem_eq(out, expected, sizeof expected);

    bnet_writer_init(&writer, out, 5);
    bnet_write_u32(&writer, 0x04030201);
    bnet_write_u8(&writer, 5);
    ck_assert(bnet_writer_fits(&writer));
    ck_assert_uint_eq(out[4], 5);
    ck_assert_uint_eq(out[5], 0xa5);
}
END_TEST

START_TEST(test_hasher)
{
    BnetHasher hasher;
    bnet_hasher_init(&hasher);
    bnet_write_u8(&hasher.writer, 'a');
    bnet_write_u16(&hasher.writer, 'b' | 'c' << 8);
    ck_assert_uint_eq(hasher.writer.n, 3);
    const BnetId expected = bnet_sha256("abc", 3);
    const BnetId id = bnet_hasher_finish(&hasher);
    ck_assert(bnet_id_equal(&id, &expected));
}
END_TEST

static void write_bytes_beyond_the_limit(void)
{
    static const uint8_t byte;
    BnetWriter writer;
    bnet_writer_init(&writer, NULL, 0);
    bnet_write_bytes(&writer, (BnetSlice){.bytes = &byte, .n = BNET_WIRE_BYTES_MAX + 1});
}

static void write_count_beyond_the_limit(void)
{
    BnetWriter writer;
    bnet_writer_init(&writer, NULL, 0);
    bnet_write_count(&writer, BNET_WIRE_ITEMS_MAX + 1);
}

static void write_key_of_type_2(void)
{
    const BnetKey key = {{2}};
    BnetWriter writer;
    bnet_writer_init(&writer, NULL, 0);
    bnet_write_key(&writer, &key);
}

static void write_signature_of_type_2(void)
{
    const BnetSignature signature = {{2}};
    BnetWriter writer;
    bnet_writer_init(&writer, NULL, 0);
    bnet_write_signature(&writer, &signature);
}

static void write_wire_signature_of_type_3(void)
{
    const BnetWireSignature signature = {.signature = {{3}}};
    BnetWriter writer;
    bnet_writer_init(&writer, NULL, 0);
    bnet_write_wire_signature(&writer, &signature);
}

static void iterate_over_no_vector(void)
{
    static const uint8_t byte;
    BnetItems items = {.bytes = &byte, .n = 1, .count = 1};
    BnetId id;
    bnet_next_id(&items, &id);
}

START_TEST(test_what_only_we_can_get_wrong)
{
    ck_assert(core_asserts(write_bytes_beyond_the_limit));
    ck_assert(core_asserts(write_count_beyond_the_limit));
    ck_assert(core_asserts(write_key_of_type_2));
    ck_assert(core_asserts(write_signature_of_type_2));
    ck_assert(core_asserts(write_wire_signature_of_type_3));
    ck_assert(core_asserts(iterate_over_no_vector));
    BnetWriter writer;
    bnet_writer_init(&writer, NULL, 0);
    bnet_write_count(&writer, BNET_WIRE_ITEMS_MAX);
    ck_assert_uint_eq(writer.n, 3);
}
END_TEST

START_TEST(test_empty_vectors)
{
    BnetItems ids = bnet_items_of_ids(NULL, 0);
    BnetId id;
    ck_assert(!bnet_next_id(&ids, &id));
    uint8_t byte = 9;
    BnetWriter writer;
    bnet_writer_init(&writer, &byte, 1);
    bnet_write_ids(&writer, ids);
    ck_assert_uint_eq(writer.n, 1);
    ck_assert_uint_eq(byte, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("wire");
    TCase *tcase = tcase_create("wire");
    tcase_set_timeout(tcase, 0);
    tcase_add_test(tcase, test_numbers_are_little_endian);
    tcase_add_test(tcase, test_cut_numbers);
    tcase_add_test(tcase, test_bool_is_0_or_1);
    tcase_add_loop_test(tcase, test_varuint, 0, N_VARUINTS);
    tcase_add_test(tcase, test_keys_and_signatures);
    tcase_add_test(tcase, test_webauthn_signature);
    tcase_add_test(tcase, test_cut_webauthn_signature);
    tcase_add_test(tcase, test_signatures_of_all_types);
    tcase_add_test(tcase, test_bytes_at_the_limit);
    tcase_add_test(tcase, test_vectors_at_the_limit);
    tcase_add_test(tcase, test_vectors_beyond_the_limit);
    tcase_add_test(tcase, test_items_are_their_own_iterator);
    tcase_add_test(tcase, test_writer_that_does_not_fit);
    tcase_add_test(tcase, test_hasher);
    tcase_add_test(tcase, test_what_only_we_can_get_wrong);
    tcase_add_test(tcase, test_empty_vectors);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
