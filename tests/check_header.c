/* SPDX-License-Identifier: Apache-2.0 */
#include "core/header.h"
#include "tests/core_fixture.h"

static int nibble(char c)
{
    return c <= '9' ? c - '0' : c - 'a' + 10;
}

static size_t from_hex(const char *hex, uint8_t *bytes)
{
    size_t n = strlen(hex) / 2;
    for (size_t i = 0; i < n; i++)
        bytes[i] = (uint8_t)(nibble(hex[2 * i]) << 4 | nibble(hex[2 * i + 1]));
    return n;
}

static BnetId id_of(const char *hex)
{
    BnetId id;
    ck_assert_uint_eq(strlen(hex), 64);
    from_hex(hex, id.bytes);
    return id;
}

static void assert_id(const BnetId *id, const char *hex)
{
    BnetId expected = id_of(hex);
    ck_assert_mem_eq(id->bytes, expected.bytes, sizeof expected.bytes);
}

/* --- headers --------------------------------------------------------------------------------- */

typedef struct RealBlock {
    const char *what;
    uint32_t number;
    uint32_t slot;
    uint64_t producer;
    const char *name;
    uint16_t confirmed;
    uint32_t schedule_version;
    const char *previous;
    const char *transaction_mroot;
    const char *action_mroot;
    const char *packed;
    const char *id;
} RealBlock;

#define ZERO_ID "0000000000000000000000000000000000000000000000000000000000000000"

/* Public data: blocks of the EOS main network, as any of its nodes serves them. */
static const RealBlock real_blocks[] = {
    {
        .what = "EOS mainnet block 1 (its confirmed is 1)",
        .number = 1,
        .slot = 1163520977, /* 2018-06-08T08:08:08.500 */
        .producer = 0,
        .name = "",
        .confirmed = 1,
        .schedule_version = 0,
        .previous = ZERO_ID,
        .transaction_mroot = ZERO_ID,
        .action_mroot = "aca376f206b8fc25a6ed44dbdc66547c36c6c33e3a119ffbeaef943642f0e906",
        .packed = "d1eb5945"
                  "0000000000000000"
                  "0100" ZERO_ID ZERO_ID
                  "aca376f206b8fc25a6ed44dbdc66547c36c6c33e3a119ffbeaef943642f0e906"
                  "000000000000",
        .id = "00000001405147477ab2f5f51cda427b638191c66d2c59aa392d5c2c98076cb0",
    },
    {
        .what = "EOS mainnet block 8482113",
        .number = 8482113,
        .slot = 1172467272, /* 2018-07-30T02:40:36.000 */
        .producer = UINT64_C(14595364149838066048),
        .name = "teamgreymass",
        .confirmed = 108,
        .schedule_version = 236,
        .previous = "00816d403b5d96261766a8f25e43cc7951d3cac386f12ac5451bd061d896b179",
        .transaction_mroot = ZERO_ID,
        .action_mroot = "775f1f8f3ab6e17aff6a9f91f18373f52b4db9dfd6c05120610c63e2cb20057c",
        .packed = "486ee245"
                  "80b1915e5d268dca"
                  "6c00"
                  "00816d403b5d96261766a8f25e43cc7951d3cac386f12ac5451bd061d896b179" ZERO_ID
                  "775f1f8f3ab6e17aff6a9f91f18373f52b4db9dfd6c05120610c63e2cb20057c"
                  "ec0000000000",
        .id = "00816d41e41f1462acb648b810b20f152d944fabd79aaff31c9f50102e4e5db9",
    },
    {
        .what = "EOS mainnet block 273283700",
        .number = 273283700,
        .slot = 1438266444, /* 2022-10-15T07:13:42.000 */
        .producer = UINT64_C(6138663996603515408),
        .name = "eosiosg11111",
        .confirmed = 240,
        .schedule_version = 2043,
        .previous = "1049fa737265f6c2d46428c2ee89cd5be29dc2b9a0615afc6af4c8df6ffa7845",
        .transaction_mroot = "f7cadbcc33efad01eacc153d2013ce9e50fe4f0d664df657a354a3d06ac569ab",
        .action_mroot = "0378d11e50e8ee4c8673a06ece81933d672ff0578aec743aad4f6962309dca58",
        .packed = "4c34ba55"
                  "1042088161ea3055"
                  "f000"
                  "1049fa737265f6c2d46428c2ee89cd5be29dc2b9a0615afc6af4c8df6ffa7845"
                  "f7cadbcc33efad01eacc153d2013ce9e50fe4f0d664df657a354a3d06ac569ab"
                  "0378d11e50e8ee4c8673a06ece81933d672ff0578aec743aad4f6962309dca58"
                  "fb0700000000",
        .id = "1049fa74670c8d45c83cfd6b54683edb186b5205bf84c66141afe55765499f7c",
    },
};
#define N_REAL_BLOCKS ((int)(sizeof real_blocks / sizeof *real_blocks))

START_TEST(test_real_block)
{
    const RealBlock *real = &real_blocks[_i];
    BnetHeader header = {
        .slot = real->slot,
        .producer = real->producer,
        .confirmed = real->confirmed,
        .previous = id_of(real->previous),
        .transaction_mroot = id_of(real->transaction_mroot),
        .action_mroot = id_of(real->action_mroot),
        .schedule_version = real->schedule_version,
    };
    uint8_t expected[BNET_HEADER_BYTES];
    ck_assert_uint_eq(from_hex(real->packed, expected), BNET_HEADER_BYTES);
    struct {
        uint8_t bytes[BNET_HEADER_BYTES];
        uint8_t guard;
    } packed = {.guard = 0xa5};
    bnet_header_pack(&header, packed.bytes);
    ck_assert_mem_eq(packed.bytes, expected, BNET_HEADER_BYTES);
    ck_assert_uint_eq(packed.guard, 0xa5);

    BnetId id = bnet_header_id(&header);
    assert_id(&id, real->id);
    ck_assert_uint_eq(bnet_header_number(&header), real->number);
    ck_assert_uint_eq(bnet_id_number(&id), real->number);
    ck_assert_uint_eq(bnet_name(real->name), real->producer);
}
END_TEST

START_TEST(test_number_is_big_endian)
{
    BnetId id = {{0x01, 0x02, 0x03, 0x04, 0xff}};
    ck_assert_uint_eq(bnet_id_number(&id), 0x01020304);
    BnetHeader header = {.previous = {{0xff, 0xff, 0xff, 0xfe}}};
    ck_assert_uint_eq(bnet_header_number(&header), UINT32_MAX);
    BnetId child = bnet_header_id(&header);
    ck_assert_uint_eq(bnet_id_number(&child), UINT32_MAX);
}
END_TEST

/* Each field is part of the id. */
START_TEST(test_id_depends_on_each_field)
{
    BnetHeader base = {.slot = 5, .producer = 6, .confirmed = 7, .schedule_version = 8};
    BnetHeader other[7];
    for (unsigned i = 0; i < 7; i++)
        other[i] = base;
    other[0].slot++;
    other[1].producer += UINT64_C(1) << 63;
    other[2].confirmed += 0x100;
    other[3].previous.bytes[31] = 1;
    other[4].transaction_mroot.bytes[0] = 1;
    other[5].action_mroot.bytes[31] = 0x80;
    other[6].schedule_version += UINT32_C(1) << 31;
    BnetId id = bnet_header_id(&base);
    for (unsigned i = 0; i < 7; i++) {
        BnetId changed = bnet_header_id(&other[i]);
        ck_assert(!bnet_id_equal(&id, &changed));
    }
    BnetId again = bnet_header_id(&base);
    ck_assert(bnet_id_equal(&id, &again));
}
END_TEST

START_TEST(test_id_equal_looks_at_every_byte)
{
    BnetId a = {{0}};
    for (unsigned i = 0; i < 32; i++) {
        BnetId b = a;
        ck_assert(bnet_id_equal(&a, &b));
        b.bytes[i] = 1;
        ck_assert(!bnet_id_equal(&a, &b));
    }
}
END_TEST

/* --- hashes ---------------------------------------------------------------------------------- */

/* FIPS 180-4, examples. */
START_TEST(test_sha256)
{
    BnetId id = bnet_sha256("abc", 3);
    assert_id(&id, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    id = bnet_sha256("", 0);
    assert_id(&id, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}
END_TEST

/* Computed apart from this code; leaf i is the hash of the one byte i. */
static const char *const roots[] = {
    ZERO_ID,
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "a6a85214b21c86180a14566655aabbc08dc664c75c8e66dd5370e69ab77ea8cb",
    "dc85dd6952bc8aa2f3e1b348929cf820303d02a03cbb55ca77f5bc5268a56c87",
    "8311a25522170693812c17815dff37743836c861db07df4a056f7749e54ae691",
    "bc33fee5df34b861c1893f064ee2cddbe460ff38123f7ea4b239b7775761bb5f",
    "eb8a6985983b86d22278ef3d6020de4284ab04577ba6d6cf38f3504b0400b1e7",
    "d6e83f10d45afd6ef6792269d9b35bacb2fbe51c02d09937bd7efba04ce4d70f",
};

START_TEST(test_merkle_root)
{
    for (uint8_t n = 0; n < 8; n++) {
        /* Exactly the room that is asked for: n rounded up to even. */
        BnetId *digests = malloc(sizeof(BnetId) * (size_t)(n + n % 2 + 1));
        for (uint8_t i = 0; i < n; i++)
            digests[i] = bnet_sha256(&i, 1);
        BnetId root = bnet_merkle_root(digests, n);
        assert_id(&root, roots[n]);
        free(digests);
    }
}
END_TEST

START_TEST(test_receipt_digest)
{
    uint8_t nine = 9;
    BnetId transaction = bnet_sha256(&nine, 1);
    BnetId digest = bnet_receipt_digest(&transaction);
    assert_id(&digest, "3679a96bc402166389f3cde615e0b0d91dd275b908e3916faf6ad4e04ac1f47d");
}
END_TEST

/* --- names ----------------------------------------------------------------------------------- */

START_TEST(test_name)
{
    ck_assert_uint_eq(bnet_name(""), 0);
    ck_assert_uint_eq(bnet_name("eosio"), UINT64_C(0x5530ea0000000000));
    ck_assert_uint_eq(bnet_name("eosio.token"), UINT64_C(0x5530ea033482a600));
    ck_assert_uint_eq(bnet_name("bpa"), UINT64_C(0x3d4c000000000000));
    ck_assert_uint_eq(bnet_name("5"), UINT64_C(0x2800000000000000));
    ck_assert_uint_eq(bnet_name(".a"), UINT64_C(0x0180000000000000));
    ck_assert_uint_eq(bnet_name("aaaaaaaaaaaaa"), UINT64_C(0x318c6318c6318c66));
    ck_assert_uint_eq(bnet_name("zzzzzzzzzzzzj"), UINT64_MAX);
}
END_TEST

static void name_with_a_capital(void)
{
    bnet_name("Bp");
}

static void name_with_a_six(void)
{
    bnet_name("bp6");
}

static void name_with_a_thirteenth_beyond_j(void)
{
    bnet_name("zzzzzzzzzzzzk");
}

static void name_of_fourteen(void)
{
    bnet_name("aaaaaaaaaaaaaa");
}

static void name_with_a_dot_at_its_end(void)
{
    bnet_name("a.");
}

START_TEST(test_no_name)
{
    ck_assert(core_asserts(name_with_a_dot_at_its_end));
    ck_assert(core_asserts(name_with_a_capital));
    ck_assert(core_asserts(name_with_a_six));
    ck_assert(core_asserts(name_with_a_thirteenth_beyond_j));
    ck_assert(core_asserts(name_of_fourteen));
}
END_TEST

START_TEST(test_varuint_bytes)
{
    static const uint32_t limits[] = {0x7f, 0x3fff, 0x1fffff, 0xfffffff};
    ck_assert_uint_eq(bnet_varuint_bytes(0), 1);
    for (uint32_t i = 0; i < 4; i++) {
        ck_assert_uint_eq(bnet_varuint_bytes(limits[i]), i + 1);
        ck_assert_uint_eq(bnet_varuint_bytes(limits[i] + 1), i + 2);
    }
    ck_assert_uint_eq(bnet_varuint_bytes(UINT32_MAX), 5);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("header");
    TCase *tcase = tcase_create("header");
    tcase_set_timeout(tcase, 0);
    tcase_add_loop_test(tcase, test_real_block, 0, N_REAL_BLOCKS);
    tcase_add_test(tcase, test_number_is_big_endian);
    tcase_add_test(tcase, test_id_depends_on_each_field);
    tcase_add_test(tcase, test_id_equal_looks_at_every_byte);
    tcase_add_test(tcase, test_sha256);
    tcase_add_test(tcase, test_merkle_root);
    tcase_add_test(tcase, test_receipt_digest);
    tcase_add_test(tcase, test_name);
    tcase_add_test(tcase, test_no_name);
    tcase_add_test(tcase, test_varuint_bytes);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
