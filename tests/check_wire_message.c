/* SPDX-License-Identifier: Apache-2.0 */
#include "core/wire_message.h"
#include "tests/wire_fixture.h"

/*
 * Messages by their values; the vectors of data/wire/, whose hashes were computed apart from this
 * code; every cut of every vector; random damage.
 */

#define VECTORS "tests/data/wire/vectors.txt"
#define LINE_BYTES_MAX 8192
#define MUTANTS_PER_SEED 4000u

/* --- messages by value ----------------------------------------------------------------------- */

/* The message has these bytes, both ways. */
static void assert_encodes(const BnetWireMessage *message, const char *hex)
{
    WireBytes expected = wire_hex(hex);
    WireBytes out = wire_encode(message);
    ck_assert_uint_eq(out.n, expected.n);
    ck_assert_mem_eq(out.bytes, expected.bytes, expected.n);
    free(out.bytes);
    free(expected.bytes);
}

static BnetWireMessage decode(WireInput *input, const WireBytes *in)
{
    BnetReader *reader = wire_input(input, in->bytes, in->n);
    BnetWireMessage message;
    const bool well_formed = bnet_wire_read_message(reader, &message);
    ck_assert(well_formed);
    ck_assert_uint_eq(bnet_reader_left(reader), 0);
    return message;
}

#define ID_A "00000064aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define ID_B "00000065bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define CHAIN "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
#define POINT "021111111111111111111111111111111111111111111111111111111111111111"

START_TEST(test_hello)
{
    static const char hex[] = "00"
                              "01" POINT "00 0175 02 7077 00" /* "", "u", "pw", "" */
                              "05 312e302e31" CHAIN "01 64000000 02" ID_A ID_B "01 00";
    const BnetId ids[2] = {wire_id(ID_A), wire_id(ID_B)};
    BnetWireMessage message = {
        .kind = BNET_MESSAGE_HELLO,
        .u.hello = {.peer_id = {{1, 2}},
                    .user = BNET_SLICE("u"),
                    .password = BNET_SLICE("pw"),
                    .protocol_version = BNET_SLICE("1.0.1"),
                    .chain_id = wire_id(CHAIN),
                    .request_transactions = true,
                    .last_irr_block_num = 100,
                    .pending_block_ids = bnet_items_of_ids(ids, 2),
                    .irreversible_only = true},
    };
    memset(message.u.hello.peer_id.bytes + 2, 0x11, 32);
    assert_encodes(&message, hex);

    WireBytes in = wire_hex(hex);
    WireInput input;
    message = decode(&input, &in);
    const BnetWireHello *hello = &message.u.hello;
    ck_assert_int_eq(message.kind, BNET_MESSAGE_HELLO);
    ck_assert_uint_eq(hello->peer_id.bytes[0], 1);
    ck_assert_uint_eq(hello->network_version.n + hello->agent.n, 0);
    ck_assert(hello->user.n == 1 && hello->user.bytes[0] == 'u');
    ck_assert(hello->password.n == 2 && memcmp(hello->password.bytes, "pw", 2) == 0);
    ck_assert_int_eq(bnet_wire_version_order(hello->protocol_version, BNET_SLICE("1.0.1")), 0);
    wire_assert_id(hello->chain_id, CHAIN);
    ck_assert(hello->request_transactions && hello->irreversible_only);
    ck_assert_uint_eq(hello->last_irr_block_num, 100);
    BnetItems rest = hello->pending_block_ids;
    BnetId id;
    ck_assert(bnet_next_id(&rest, &id));
    wire_assert_id(id, ID_A);
    ck_assert(bnet_next_id(&rest, &id));
    wire_assert_id(id, ID_B);
    ck_assert(!bnet_next_id(&rest, &id));
    free(in.bytes);
}
END_TEST

START_TEST(test_notices)
{
    const BnetId ids[2] = {wire_id(ID_A), wire_id(ID_B)};
    BnetWireMessage message = {.kind = BNET_MESSAGE_BLOCK_NOTICE,
                               .u.ids = bnet_items_of_ids(ids, 2)};
    assert_encodes(&message, "02 02" ID_A ID_B);
    message.kind = BNET_MESSAGE_TRX_NOTICE;
    message.u.ids = bnet_items_of_ids(ids, 1);
    assert_encodes(&message, "01 01" ID_A);
    WireBytes in = wire_hex("01 01" ID_B);
    WireInput input;
    message = decode(&input, &in);
    ck_assert_int_eq(message.kind, BNET_MESSAGE_TRX_NOTICE);
    ck_assert_uint_eq(message.u.ids.count, 1);
    ck_assert_ptr_eq(message.u.ids.bytes, in.bytes + 2); /* not a copy */
    free(in.bytes);
}
END_TEST

START_TEST(test_ping_and_pong)
{
    static const char ping[] = "05 feffffffffffffff" ID_A "78563412";
    static const char pong[] = "06 0100000000000080" ID_B;
    BnetWireMessage message = {
        .kind = BNET_MESSAGE_PING,
        .u.ping = {.sent_us = -2, .code = wire_id(ID_A), .lib = 0x12345678},
    };
    assert_encodes(&message, ping);
    WireBytes in = wire_hex(ping);
    WireInput input;
    message = decode(&input, &in);
    ck_assert_int_eq(message.kind, BNET_MESSAGE_PING);
    ck_assert_int_eq(message.u.ping.sent_us, -2);
    ck_assert_uint_eq(message.u.ping.lib, 0x12345678);
    wire_assert_id(message.u.ping.code, ID_A);
    free(in.bytes);

    in = wire_hex(pong);
    message = decode(&input, &in);
    ck_assert_int_eq(message.kind, BNET_MESSAGE_PONG);
    ck_assert_int_eq(message.u.ping.sent_us, INT64_MIN + 1);
    ck_assert_uint_eq(message.u.ping.lib, 0);
    wire_assert_id(message.u.ping.code, ID_B);
    assert_encodes(&message, pong);
    free(in.bytes);
}
END_TEST

START_TEST(test_null_pointers)
{
    for (unsigned kind = BNET_MESSAGE_BLOCK; kind <= BNET_MESSAGE_TRX; kind++) {
        uint8_t bytes[] = {(uint8_t)kind, 0};
        const WireBytes in = {.bytes = bytes, .n = sizeof bytes};
        WireInput input;
        const BnetWireMessage message = decode(&input, &in);
        ck_assert(message.is_null);
        ck_assert_uint_eq(message.kind, kind);
        WireBytes out = wire_encode(&message);
        ck_assert_uint_eq(out.n, 2);
        ck_assert_mem_eq(out.bytes, bytes, 2);
        free(out.bytes);
    }
}
END_TEST

/* --- versions and extensions ----------------------------------------------------------------- */

START_TEST(test_version_order)
{
    ck_assert_int_eq(bnet_wire_version_order(BNET_SLICE(""), BNET_SLICE("")), 0);
    ck_assert_int_lt(bnet_wire_version_order((BnetSlice){0}, BNET_SLICE("1.0.1")), 0);
    ck_assert_int_lt(bnet_wire_version_order(BNET_SLICE("1.0"), BNET_SLICE("1.0.1")), 0);
    ck_assert_int_lt(bnet_wire_version_order(BNET_SLICE("1.0.0"), BNET_SLICE("1.0.1")), 0);
    ck_assert_int_lt(bnet_wire_version_order(BNET_SLICE("1.0.0.9"), BNET_SLICE("1.0.1")), 0);
    ck_assert_int_eq(bnet_wire_version_order(BNET_SLICE("1.0.1"), BNET_SLICE("1.0.1")), 0);
    ck_assert_int_gt(bnet_wire_version_order(BNET_SLICE("1.0.1a"), BNET_SLICE("1.0.1")), 0);
    ck_assert_int_gt(bnet_wire_version_order(BNET_SLICE("1.0.10"), BNET_SLICE("1.0.1")), 0);
    ck_assert_int_gt(bnet_wire_version_order(BNET_SLICE("2"), BNET_SLICE("1.0.1")), 0);
    ck_assert_int_gt(bnet_wire_version_order(BNET_SLICE("\xff"), BNET_SLICE("1.0.1")), 0);
}
END_TEST

/* A driver that judges a hello before its extensions reads them apart. */
START_TEST(test_extensions_apart)
{
    WireBytes in = wire_hex("00 00" POINT "00000000 05 312e302e31" CHAIN "00 00000000 00 0100 03");
    WireInput input;
    BnetReader *reader = wire_input(&input, in.bytes, in.n);
    BnetWireMessage message;
    ck_assert(bnet_wire_read_message_fields(reader, &message));
    ck_assert_uint_eq(bnet_reader_left(reader), 3);
    ck_assert(!message.u.hello.irreversible_only);
    ck_assert(!bnet_wire_read_hello_extensions(reader, &message.u.hello));
    wire_assert_failed(&input, "hello.extensions[1].size", in.n - 1, "at most the bytes");
    free(in.bytes);
}
END_TEST

static void write_extension_of_an_old_version(void)
{
    const BnetWireMessage message = {
        .kind = BNET_MESSAGE_HELLO,
        .u.hello = {.protocol_version = BNET_SLICE("1.0.0"), .irreversible_only = true},
    };
    bnet_wire_message_size(&message);
}

static void write_no_kind(void)
{
    const BnetWireMessage message = {.kind = (BnetMessageKind)BNET_MESSAGE_KINDS};
    bnet_wire_message_size(&message);
}

START_TEST(test_what_only_we_can_get_wrong)
{
    ck_assert(core_asserts(write_extension_of_an_old_version));
    ck_assert(core_asserts(write_no_kind));
}
END_TEST

/* --- vectors of data/wire/ ------------------------------------------------------------------- */

typedef struct Vector {
    char line[LINE_BYTES_MAX];
    bool well_formed;
    const char *name;
    WireBytes in; /* the holder's */
} Vector;

/* The text after "key=" in the line, up to a blank; NULL: not there. Valid until the next call. */
static const char *value_of(const Vector *vector, const char *key)
{
    static char value[LINE_BYTES_MAX];
    char pattern[32];
    snprintf(pattern, sizeof pattern, " %s=", key);
    const char *at = strstr(vector->line, pattern);
    if (!at)
        return NULL;
    at += strlen(pattern);
    const size_t n = strcspn(at, " \n");
    memcpy(value, at, n);
    value[n] = '\0';
    return value;
}

static size_t number_of(const Vector *vector, const char *key)
{
    const char *value = value_of(vector, key);
    ck_assert_ptr_nonnull(value);
    return (size_t)strtoul(value, NULL, 10);
}

/* Runs `test` on every vector of the file; returns their count. */
static unsigned for_each_vector(void (*test)(const Vector *vector))
{
    static Vector vector;
    static char words[LINE_BYTES_MAX];
    FILE *file = fopen(VECTORS, "r");
    ck_assert_ptr_nonnull(file);
    unsigned n = 0;
    while (fgets(vector.line, sizeof vector.line, file)) {
        ck_assert_ptr_nonnull(strchr(vector.line, '\n'));
        if (vector.line[0] == '#')
            continue;
        memcpy(words, vector.line, sizeof words);
        char *rest = words;
        vector.well_formed = strcmp(strtok_r(rest, " \n", &rest), "ok") == 0;
        vector.name = strtok_r(rest, " \n", &rest);
        const char *hex = strtok_r(rest, " \n", &rest);
        vector.in = wire_hex(strcmp(hex, "-") == 0 ? "" : hex);
        test(&vector);
        free(vector.in.bytes);
        n++;
    }
    fclose(file);
    return n;
}

static void assert_hash(const Vector *vector, const char *key, BnetId id)
{
    const char *value = value_of(vector, key);
    ck_assert_msg(value, "%s has no %s", vector->name, key);
    wire_assert_id(id, value);
}

static void assert_trx(const Vector *vector, const BnetWirePackedTrx *packed)
{
    BnetWireTrx trx;
    BnetWireError error;
    ck_assert(bnet_wire_open_trx(packed, wire_scratch(), &error, &trx));
    assert_hash(vector, "id", bnet_wire_trx_id(&trx));
    assert_hash(vector, "digest", bnet_wire_packed_digest(packed));
    assert_hash(vector, "signed", bnet_wire_signed_id(packed));
}

static void assert_block(const Vector *vector, const BnetWireBlock *block)
{
    assert_hash(vector, "id", bnet_wire_block_id(&block->header));
    const BnetId root = bnet_wire_transaction_mroot(block);
    assert_hash(vector, "mroot", root);
    if (block->transactions.count > 0 && !strstr(vector->name, "trailing"))
        ck_assert(bnet_id_equal(&root, &block->header.fields.transaction_mroot));
    ck_assert(block->header.has_new_producers == (value_of(vector, "schedule") != NULL));
    if (block->header.has_new_producers)
        assert_hash(vector, "schedule", bnet_wire_schedule_hash(&block->header.new_producers));
}

static void assert_vector(const Vector *vector)
{
    WireInput input;
    BnetReader *reader = wire_input(&input, vector->in.bytes, vector->in.n);
    BnetWireMessage message;
    const bool well_formed = bnet_wire_read_message(reader, &message);
    ck_assert_msg(well_formed == vector->well_formed, "%s", vector->name);
    if (!well_formed) {
        const size_t offset = number_of(vector, "at");
        wire_assert_failed(&input, value_of(vector, "path"), offset, "");
        ck_assert(input.error.inflated == (value_of(vector, "inflated") != NULL));
        if (input.error.inflated)
            ck_assert_uint_eq(input.error.inflated_at, number_of(vector, "inflated"));
        return;
    }
    const size_t left = bnet_reader_left(reader);
    ck_assert_msg(left == number_of(vector, "left"), "%s", vector->name);
    const char *text = value_of(vector, "canonical");
    WireBytes canonical = text ? wire_hex(text) : wire_copy(vector->in.bytes, vector->in.n - left);
    WireBytes out = wire_encode(&message);
    ck_assert_msg(out.n == canonical.n, "%s", vector->name);
    ck_assert_mem_eq(out.bytes, canonical.bytes, out.n);
    free(out.bytes);
    free(canonical.bytes);
    if (message.kind == BNET_MESSAGE_TRX && !message.is_null)
        assert_trx(vector, &message.u.trx);
    if (message.kind == BNET_MESSAGE_BLOCK && !message.is_null)
        assert_block(vector, &message.u.block);
}

START_TEST(test_vectors)
{
    ck_assert_uint_ge(for_each_vector(assert_vector), 90);
}
END_TEST

/* --- cuts and damage ------------------------------------------------------------------------- */

static bool reads(const uint8_t *bytes, size_t n, WireInput *input, BnetWireMessage *ret_message)
{
    return bnet_wire_read_message(wire_input(input, bytes, n), ret_message);
}

/* Any cut of a well-formed message is malformed, but where its extensions or what follows it start;
 * and the failure names a field in the part that is left. */
static void assert_cuts(const Vector *vector)
{
    if (!vector->well_formed)
        return;
    WireInput input;
    BnetWireMessage message;
    const size_t whole = vector->in.n;
    BnetReader *reader = wire_input(&input, vector->in.bytes, whole);
    ck_assert(bnet_wire_read_message_fields(reader, &message));
    const size_t fields = whole - bnet_reader_left(reader);
    for (size_t n = 0; n < fields; n++) {
        WireBytes cut = wire_copy(vector->in.bytes, n);
        ck_assert_msg(!reads(cut.bytes, n, &input, &message), "%s, %zu bytes", vector->name, n);
        char path[BNET_WIRE_PATH_BYTES];
        bnet_wire_error_path(&input.error, path);
        ck_assert_uint_gt(strlen(path), 0);
        ck_assert_uint_le(input.error.offset, n);
        ck_assert_str_eq(input.error.allowed, "more bytes: the input ends here");
        free(cut.bytes);
    }
    WireBytes cut = wire_copy(vector->in.bytes, fields);
    ck_assert(reads(cut.bytes, fields, &input, &message));
    free(cut.bytes);
}

START_TEST(test_every_cut)
{
    for_each_vector(assert_cuts);
}
END_TEST

/* Bytes that decode: what they are encoded to decodes to the same bytes again. */
static void assert_canonical(const BnetWireMessage *message)
{
    WireBytes once = wire_encode(message);
    WireInput input;
    BnetReader *reader = wire_input(&input, once.bytes, once.n);
    BnetWireMessage again;
    ck_assert(bnet_wire_read_message(reader, &again));
    ck_assert_uint_eq(bnet_reader_left(reader), 0);
    WireBytes twice = wire_encode(&again);
    ck_assert_uint_eq(once.n, twice.n);
    ck_assert_mem_eq(once.bytes, twice.bytes, once.n);
    free(twice.bytes);
    free(once.bytes);
}

typedef struct Pool {
    WireBytes all[256];
    uint32_t n;
} Pool;

static Pool pool;

static void keep(const Vector *vector)
{
    if (vector->in.n == 0 || vector->in.n > 1000)
        return;
    ck_assert_uint_lt(pool.n, 256);
    pool.all[pool.n++] = wire_copy(vector->in.bytes, vector->in.n);
}

/* A byte set, a bit flipped, some bytes dropped, or the tail of another message. */
static WireBytes damaged(uint64_t *random)
{
    static const uint8_t edges[] = {0, 1, 2, 0x7f, 0x80, 0xff};
    bnet_assert(pool.n > 0);
    const WireBytes *from = &pool.all[core_below(random, pool.n)];
    const WireBytes *other = &pool.all[core_below(random, pool.n)];
    WireBytes made = {.bytes = malloc(from->n + other->n), .n = from->n};
    memcpy(made.bytes, from->bytes, from->n);
    for (uint32_t steps = 1 + core_below(random, 3); steps > 0; steps--) {
        const size_t at = core_below(random, (uint32_t)made.n);
        switch (core_below(random, 4)) {
        case 0:
            made.bytes[at] = edges[core_below(random, sizeof edges)];
            break;
        case 1:
            made.bytes[at] ^= (uint8_t)(1u << core_below(random, 8));
            break;
        case 2:
            made.n -= 1;
            memmove(made.bytes + at, made.bytes + at + 1, made.n - at);
            break;
        default:
            if (at < other->n && made.n < from->n) {
                memcpy(made.bytes + at, other->bytes + at, other->n - at);
                made.n = other->n;
            }
            break;
        }
        if (made.n == 0)
            break;
    }
    WireBytes exact = wire_copy(made.bytes, made.n);
    free(made.bytes);
    return exact;
}

START_TEST(test_damage)
{
    uint64_t random = (uint64_t)_i;
    uint32_t well_formed = 0;
    pool.n = 0;
    for_each_vector(keep);
    for (uint32_t i = 0; i < MUTANTS_PER_SEED; i++) {
        WireBytes in = damaged(&random);
        WireInput input;
        BnetWireMessage message;
        if (reads(in.bytes, in.n, &input, &message)) {
            well_formed++;
            assert_canonical(&message);
        } else {
            char path[BNET_WIRE_PATH_BYTES];
            bnet_wire_error_path(&input.error, path);
            ck_assert_uint_le(input.error.offset, in.n);
        }
        free(in.bytes);
    }
    /* Both outcomes are common, or the damage is too light or too heavy to tell anything. */
    ck_assert_uint_gt(well_formed, MUTANTS_PER_SEED / 10);
    ck_assert_uint_lt(well_formed, MUTANTS_PER_SEED * 9 / 10);
    for (uint32_t i = 0; i < pool.n; i++)
        free(pool.all[i].bytes);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("wire_message");
    TCase *tcase = tcase_create("wire_message");
    tcase_set_timeout(tcase, 0);
    tcase_add_test(tcase, test_hello);
    tcase_add_test(tcase, test_notices);
    tcase_add_test(tcase, test_ping_and_pong);
    tcase_add_test(tcase, test_null_pointers);
    tcase_add_test(tcase, test_version_order);
    tcase_add_test(tcase, test_extensions_apart);
    tcase_add_test(tcase, test_what_only_we_can_get_wrong);
    tcase_add_test(tcase, test_vectors);
    tcase_add_test(tcase, test_every_cut);
    tcase_add_loop_test(tcase, test_damage, 1, 5);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
