/* SPDX-License-Identifier: Apache-2.0 */
#include "core/header.h"
#include "core/text.h"
#include "tests/core_fixture.h"

/* Texts are parsed from memory of exactly their length, so that a sanitizer sees a byte too
 * many. */
static char *exactly(const char *text, size_t n)
{
    char *copy = malloc(n + 1);
    ck_assert_ptr_nonnull(copy);
    char *exact = realloc(copy, n ? n : 1);
    ck_assert_ptr_nonnull(exact);
    memcpy(exact, text, n);
    return exact;
}

/* --- names ----------------------------------------------------------------------------------- */

static bool parses_name(const char *text, size_t n, uint64_t *ret_name)
{
    char *exact = exactly(text, n);
    bool parsed = bnet_parse_name(exact, n, ret_name);
    free(exact);
    return parsed;
}

static const struct {
    const char *text;
    uint64_t name;
} names[] = {
    {"", 0},
    {"eosio", UINT64_C(0x5530ea0000000000)},
    {"eosio.token", UINT64_C(0x5530ea033482a600)},
    {"teamgreymass", UINT64_C(14595364149838066048)},
    {"1", UINT64_C(0x0800000000000000)},
    {"5", UINT64_C(0x2800000000000000)},
    {"z", UINT64_C(0xf800000000000000)},
    {".a", UINT64_C(0x0180000000000000)},
    {"a..b", UINT64_C(0x3000700000000000)},
    {"...........1", UINT64_C(0x10)},
    {"............1", 1},
    {"............j", 15},
    {"aaaaaaaaaaaaa", UINT64_C(0x318c6318c6318c66)},
    {"zzzzzzzzzzzzj", UINT64_MAX},
};
#define N_NAMES ((int)(sizeof names / sizeof *names))

START_TEST(test_name)
{
    char text[BNET_TEXT_NAME_MAX + 1];
    ck_assert_uint_eq(bnet_text_name(names[_i].name, text), strlen(names[_i].text));
    ck_assert_str_eq(text, names[_i].text);
    uint64_t name = 42;
    ck_assert(parses_name(names[_i].text, strlen(names[_i].text), &name));
    ck_assert_uint_eq(name, names[_i].name);
}
END_TEST

static const char *const no_names[] = {
    ".",
    "a.",
    "............",
    ".............",
    "aaaaaaaaaaaa.", /* a dot at the end */
    "bp0",
    "bp6",
    "bp9",
    "Bp",
    "b p",
    "b-p",
    "b_p",
    "bp`",
    "bp{",
    "bp\xe1",
    "............k",
    "aaaaaaaaaaaaz", /* the 13th has 4 bits */
    "aaaaaaaaaaaaaa",
    "..............", /* 14 */
};
#define N_NO_NAMES ((int)(sizeof no_names / sizeof *no_names))

START_TEST(test_no_name)
{
    uint64_t name = 42;
    ck_assert(!parses_name(no_names[_i], strlen(no_names[_i]), &name));
    ck_assert_uint_eq(name, 42);
}
END_TEST

/* A 0 is a character like others; a length beyond all texts is not looked into. */
START_TEST(test_name_of_given_length)
{
    uint64_t name = 42;
    ck_assert(!parses_name("ab\0c", 4, &name));
    ck_assert(!bnet_parse_name("a", SIZE_MAX, &name));
    ck_assert(bnet_parse_name("ab!", 2, &name));
    ck_assert_uint_eq(name, bnet_name("ab"));
    ck_assert(bnet_parse_name(NULL, 0, &name));
    ck_assert_uint_eq(name, 0);
}
END_TEST

START_TEST(test_name_round_trips)
{
    uint64_t state = 1;
    for (unsigned i = 0; i < 10000; i++) {
        uint64_t name = core_random(&state) << (core_below(&state, 13) * 5);
        char text[BNET_TEXT_NAME_MAX + 1];
        size_t n = bnet_text_name(name, text);
        uint64_t back = ~name;
        ck_assert(parses_name(text, n, &back));
        ck_assert_uint_eq(back, name);
    }
}
END_TEST

/* --- keys and signatures --------------------------------------------------------------------- */

/* The three kinds of bytes alike, so that one test can do all. */
typedef enum Kind {
    KIND_KEY,
    KIND_SIGNATURE,
    KIND_PRIVATE_KEY
} Kind;

#define BYTES_MAX sizeof(BnetSignature)

static size_t size_of(Kind kind)
{
    static const size_t sizes[] = {
        [KIND_KEY] = sizeof(BnetKey),
        [KIND_SIGNATURE] = sizeof(BnetSignature),
        [KIND_PRIVATE_KEY] = sizeof(BnetPrivateKey),
    };
    return sizes[kind];
}

static bool parse_exact(Kind kind, const char *text, size_t n, uint8_t *bytes)
{
    switch (kind) {
    case KIND_KEY:
        return bnet_parse_key(text, n, (BnetKey *)(void *)bytes);
    case KIND_SIGNATURE:
        return bnet_parse_signature(text, n, (BnetSignature *)(void *)bytes);
    case KIND_PRIVATE_KEY:
        return bnet_parse_private_key(text, n, (BnetPrivateKey *)(void *)bytes);
    }
    return false;
}

/* If it is refused, nothing was written. */
static bool parses(Kind kind, const char *text, size_t n, uint8_t bytes[BYTES_MAX])
{
    uint8_t untouched[BYTES_MAX];
    memset(untouched, 0xa5, BYTES_MAX);
    memcpy(bytes, untouched, BYTES_MAX);
    char *exact = exactly(text, n);
    bool parsed = parse_exact(kind, exact, n, bytes);
    free(exact);
    if (!parsed)
        ck_assert_mem_eq(bytes, untouched, BYTES_MAX);
    else
        ck_assert_mem_eq(bytes + size_of(kind), untouched, BYTES_MAX - size_of(kind));
    return parsed;
}

/* The bytes to write, but for a private key, which is only read. */
typedef size_t Writer(const uint8_t *bytes, char *text);

static size_t write_key(const uint8_t *bytes, char *text)
{
    return bnet_text_key((const BnetKey *)(const void *)bytes, text);
}

static size_t write_key_typed(const uint8_t *bytes, char *text)
{
    return bnet_text_key_typed((const BnetKey *)(const void *)bytes, text);
}

static size_t write_signature(const uint8_t *bytes, char *text)
{
    return bnet_text_signature((const BnetSignature *)(const void *)bytes, text);
}

typedef struct Text {
    Kind kind;
    Writer *write;     /* NULL: there is none, or it writes the value differently */
    const char *bytes; /* in hex */
    const char *text;
} Text;

#define SEQUENCE_10_30 "101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f"
#define SEQUENCE_30_50 "303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f"
#define ZEROS_32 "0000000000000000000000000000000000000000000000000000000000000000"
#define ONES_32 "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
#define DEVELOPMENT_POINT "02c0ded2bc1f1305fb0faac5e6c03ee3a1924234985427b6167ca569d13df435cf"
#define DEVELOPMENT_NUMBER "d2653ff7cbb2d8ff129ac27ef5781ce68b2558c41a74af1f2ddca635cbeef07d"

/* EOSIO's development key, public in three forms and private in two; its null key; the rest
 * computed apart from this code. Zero bytes are the shortest way to the longest run of "1", one
 * bits the longest texts. */
static const Text texts[] = {
    {KIND_KEY, write_key, "00" DEVELOPMENT_POINT,
     "EOS6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CV"},
    {KIND_KEY, write_key_typed, "00" DEVELOPMENT_POINT,
     "PUB_K1_6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5BoDq63"},
    {KIND_PRIVATE_KEY, NULL, DEVELOPMENT_NUMBER,
     "5KQwrPbwdL6PhXujxW37FSSQZ1JiwsST4cqQzDeyXtP79zkvFD3"},
    {KIND_PRIVATE_KEY, NULL, DEVELOPMENT_NUMBER,
     "PVT_K1_2bfGi9rYsXQSXXTvJbDAPhHLQUojjaNLomdm3cEJ1XTzMqUt3V"},
    {KIND_KEY, write_key, "0002" SEQUENCE_10_30,
     "EOS51ZkmejthKQLVseFBcoeVGKF2fGRr9L9Cy1xs3CiQNs6bKDLTF"},
    {KIND_KEY, write_key_typed, "0002" SEQUENCE_10_30,
     "PUB_K1_51ZkmejthKQLVseFBcoeVGKF2fGRr9L9Cy1xs3CiQNs6YT6tpg"},
    {KIND_KEY, write_key, "0102" SEQUENCE_10_30,
     "PUB_R1_51ZkmejthKQLVseFBcoeVGKF2fGRr9L9Cy1xs3CiQNs6ZtCf3v"},
    {KIND_KEY, write_key_typed, "0102" SEQUENCE_10_30,
     "PUB_R1_51ZkmejthKQLVseFBcoeVGKF2fGRr9L9Cy1xs3CiQNs6ZtCf3v"},
    {KIND_KEY, write_key, "0000" ZEROS_32, "EOS1111111111111111111111111111111114T1Anm"},
    {KIND_KEY, write_key, "0100" ZEROS_32, "PUB_R1_1111111111111111111111111111111116amPNj"},
    {KIND_KEY, write_key, "00ff" ONES_32, "EOS9adaAMuB9v8yX1mZ5PtoB6VFSCeqRGjASd8ZTM6VUkiHL7mue4K"},
    {KIND_KEY, write_key_typed, "00ff" ONES_32,
     "PUB_K1_9adaAMuB9v8yX1mZ5PtoB6VFSCeqRGjASd8ZTM6VUkiHLB5XEdw"},
    {KIND_KEY, write_key_typed, "01ff" ONES_32,
     "PUB_R1_9adaAMuB9v8yX1mZ5PtoB6VFSCeqRGjASd8ZTM6VUkiHL8znSd4"},
    {KIND_SIGNATURE, write_signature, "001f" SEQUENCE_10_30 SEQUENCE_30_50,
     "SIG_K1_"
     "JwMh3Ty2Cv4gNeaHjsoFSkqzbCX49erh3zx8HFM1Wy3wkW4R6EHtAQ7Pc8TpkDSZWn4BfQ1cbsd2UfmSzZhwvWk"
     "rBBbfnS"},
    {KIND_SIGNATURE, write_signature, "011f" SEQUENCE_10_30 SEQUENCE_30_50,
     "SIG_R1_"
     "JwMh3Ty2Cv4gNeaHjsoFSkqzbCX49erh3zx8HFM1Wy3wkW4R6EHtAQ7Pc8TpkDSZWn4BfQ1cbsd2UfmSzZhwvWk"
     "rH6ummB"},
    {KIND_SIGNATURE, write_signature, "0000" ZEROS_32 ZEROS_32,
     "SIG_K1_111111111111111111111111111111111111111111111111111111111111111116uk5ne"},
    {KIND_SIGNATURE, write_signature, "0100" ZEROS_32 ZEROS_32,
     "SIG_R1_111111111111111111111111111111111111111111111111111111111111111112eDT3A"},
    {KIND_SIGNATURE, write_signature, "00ff" ONES_32 ONES_32,
     "SIG_K1_"
     "3YpyXxm61Y4xwkZXjtqiwYFtVXoVnMUNb5DuLizANoiCHErazCWvduP6YcBWuydo3bxZTv8JCJ9i7RUpTAo3qZS"
     "EWWD5RCV"},
    {KIND_PRIVATE_KEY, NULL, ZEROS_32, "PVT_K1_111111111111111111111111111111112omJse"},
    {KIND_PRIVATE_KEY, NULL, ONES_32, "PVT_K1_2wkBET2rRgE8pahuaczxKbmv7ciehqsne57F9gtzf1PVbfmHUk"},
    {KIND_PRIVATE_KEY, NULL, ZEROS_32, "5HpHagT65TZzG1PH3CSu63k8DbpvD8s5ip4nEB3kEsreAbuatmU"},
    {KIND_PRIVATE_KEY, NULL, ONES_32, "5Km2kuu7vtFDPpxywn4u3NLu8iSdrqhxWT8tUKjeEXs2f9yxoWz"},
};
#define N_TEXTS ((int)(sizeof texts / sizeof *texts))

static void from_hex(const char *hex, uint8_t *bytes, size_t n)
{
    ck_assert_uint_eq(strlen(hex), 2 * n);
    for (size_t i = 0; i < n; i++) {
        char byte[] = {hex[2 * i], hex[2 * i + 1], '\0'};
        bytes[i] = (uint8_t)strtoul(byte, NULL, 16);
    }
}

START_TEST(test_text)
{
    const Text *text = &texts[_i];
    size_t n = size_of(text->kind);
    uint8_t expected[BYTES_MAX];
    uint8_t bytes[BYTES_MAX];
    from_hex(text->bytes, expected, n);
    ck_assert(parses(text->kind, text->text, strlen(text->text), bytes));
    ck_assert_mem_eq(bytes, expected, n);
    if (!text->write)
        return;
    char *written =
        malloc((text->kind == KIND_KEY ? BNET_TEXT_KEY_MAX : BNET_TEXT_SIGNATURE_MAX) + 1);
    ck_assert_uint_eq(text->write(expected, written), strlen(text->text));
    ck_assert_str_eq(written, text->text);
    free(written);
}
END_TEST

/* Every other digit in every place, and what is beside the digits; a text without the character
 * there, or with one more before it; a text cut before or after it. */
START_TEST(test_every_corruption)
{
    static const char others[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
                                 "0OIl/:@[`{_- \n\x7f\x80\xb1\xff";
    const Text *text = &texts[_i];
    size_t n = strlen(text->text);
    uint8_t bytes[BYTES_MAX];
    char corrupt[BNET_TEXT_SIGNATURE_MAX + 2];
    ck_assert_uint_lt(n, sizeof corrupt);
    for (size_t at = 0; at < n; at++) {
        memcpy(corrupt, text->text, n);
        for (size_t c = 0; c < sizeof others; c++) {
            corrupt[at] = others[c];
            if (corrupt[at] != text->text[at])
                ck_assert(!parses(text->kind, corrupt, n, bytes));
        }
        memmove(corrupt + at, text->text + at + 1, n - at - 1);
        ck_assert(!parses(text->kind, corrupt, n - 1, bytes));
        for (const char *more = "1A_ z"; *more; more++) {
            memcpy(corrupt, text->text, at);
            corrupt[at] = *more;
            memcpy(corrupt + at + 1, text->text + at, n - at);
            ck_assert(!parses(text->kind, corrupt, n + 1, bytes));
        }
    }
    for (size_t cut = 0; cut < n; cut++) {
        ck_assert(!parses(text->kind, text->text, cut, bytes));
        ck_assert(!parses(text->kind, text->text + cut + 1, n - cut - 1, bytes));
    }
}
END_TEST

static const struct {
    const char *what;
    Kind kind;
    const char *text;
} no_texts[] = {
    {"nothing", KIND_KEY, ""},
    {"a prefix alone", KIND_KEY, "EOS"},
    {"32 bytes", KIND_KEY, "EOSuh3ffTV2S1kqgZuc2mZ4ESRvqzsVMTzbRvgqwsgjuXrNMRQg"},
    {"34 bytes", KIND_KEY, "EOSJhVaC5aKAxE14SXPbs2tTkbWvKu6fumVDpFFZrihkBW7Sy3PNhH"},
    {"checksum of K1", KIND_KEY, "PUB_R1_51ZkmejthKQLVseFBcoeVGKF2fGRr9L9Cy1xs3CiQNs6YT6tpg"},
    {"checksum of EOS", KIND_KEY, "PUB_K1_51ZkmejthKQLVseFBcoeVGKF2fGRr9L9Cy1xs3CiQNs6bKDLTF"},
    {"checksum of K1", KIND_KEY, "EOS51ZkmejthKQLVseFBcoeVGKF2fGRr9L9Cy1xs3CiQNs6YT6tpg"},
    {"no prefix", KIND_KEY, "6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CV"},
    {"a signature", KIND_KEY,
     "SIG_K1_111111111111111111111111111111111111111111111111111111111111111116uk5ne"},
    {"a key", KIND_SIGNATURE, "PUB_K1_6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5BoDq63"},
    {"a private key", KIND_KEY, "PVT_K1_2bfGi9rYsXQSXXTvJbDAPhHLQUojjaNLomdm3cEJ1XTzMqUt3V"},
    {"a public key", KIND_PRIVATE_KEY, "EOS6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CV"},
    {"31 bytes", KIND_PRIVATE_KEY, "PVT_K1_MzcH7zSoLaQTQDSfsoFpHNptzWAgZ2fUMzGR9tVmykJkNzkV"},
    {"33 bytes", KIND_PRIVATE_KEY, "PVT_K1_83yvLe5hg1CTfjTpGdzgTAo6edjHcvHCRS1FQWVg5KU81SCPUg5"},
    {"of R1", KIND_PRIVATE_KEY, "PVT_R1_2bfGi9rYsXQSXXTvJbDAPhHLQUojjaNLomdm3cEJ1XTzRhKUXU"},
    {"version 0x81", KIND_PRIVATE_KEY, "5MMh2d3yUkmcqMVSs5f7Cm3BU7vSbaHKrFuXENLsXYPVebj6umC"},
    {"the form of Bitcoin for a compressed key", KIND_PRIVATE_KEY,
     "L4Gh6zmE7MGoBuRnbyAJajH8xGME9BdL2yAgsYrcXKnaANtNqMhs"},
    {"checksum by one hash", KIND_PRIVATE_KEY,
     "5KQwrPbwdL6PhXujxW37FSSQZ1JiwsST4cqQzDeyXtP79xoCjBn"},
};
#define N_NO_TEXTS ((int)(sizeof no_texts / sizeof *no_texts))

START_TEST(test_no_text)
{
    uint8_t bytes[BYTES_MAX];
    ck_assert(!parses(no_texts[_i].kind, no_texts[_i].text, strlen(no_texts[_i].text), bytes));
}
END_TEST

/* A number too large for the bytes, in all lengths; a text far longer than any. */
START_TEST(test_long_text)
{
    static const char *const prefixes[] = {"EOS",     "PUB_K1_", "PUB_R1_", "SIG_K1_",
                                           "SIG_R1_", "PVT_K1_", "5"};
    static const char fills[] = "1zA";
    char text[3000];
    uint8_t bytes[BYTES_MAX];
    for (size_t p = 0; p < sizeof prefixes / sizeof *prefixes; p++) {
        for (size_t f = 0; f < sizeof fills - 1; f++) {
            memset(text, fills[f], sizeof text);
            memcpy(text, prefixes[p], strlen(prefixes[p]));
            for (size_t n = 0; n <= sizeof text; n += n < 150 ? 1 : 950) {
                ck_assert(!parses(KIND_KEY, text, n, bytes));
                ck_assert(!parses(KIND_SIGNATURE, text, n, bytes));
                ck_assert(!parses(KIND_PRIVATE_KEY, text, n, bytes));
            }
        }
    }
}
END_TEST

/* Random bytes, of which zero to all are zero at the start. */
START_TEST(test_text_round_trips)
{
    static Writer *const writers[] = {write_key, write_key_typed, write_signature};
    uint64_t state = 1;
    for (unsigned i = 0; i < 3000; i++) {
        Writer *write = writers[i % 3];
        Kind kind = write == write_signature ? KIND_SIGNATURE : KIND_KEY;
        uint8_t bytes[BYTES_MAX] = {0};
        for (size_t b = 1 + core_below(&state, BYTES_MAX); b < size_of(kind); b++)
            bytes[b] = (uint8_t)core_random(&state);
        bytes[0] = (uint8_t)core_below(&state, 2);
        char text[BNET_TEXT_SIGNATURE_MAX + 1];
        size_t n = write(bytes, text);
        ck_assert_uint_eq(n, strlen(text));
        ck_assert_uint_le(n, kind == KIND_KEY ? BNET_TEXT_KEY_MAX : BNET_TEXT_SIGNATURE_MAX);
        uint8_t back[BYTES_MAX];
        ck_assert(parses(kind, text, n, back));
        ck_assert_mem_eq(back, bytes, size_of(kind));
    }
}
END_TEST

static void key_of_type_2(void)
{
    char text[BNET_TEXT_KEY_MAX + 1];
    bnet_text_key(&(BnetKey){{2}}, text);
}

static void typed_key_of_type_2(void)
{
    char text[BNET_TEXT_KEY_MAX + 1];
    bnet_text_key_typed(&(BnetKey){{2}}, text);
}

static void signature_of_type_2(void)
{
    char text[BNET_TEXT_SIGNATURE_MAX + 1];
    bnet_text_signature(&(BnetSignature){{2}}, text);
}

START_TEST(test_type_is_asserted)
{
    ck_assert(core_asserts(key_of_type_2));
    ck_assert(core_asserts(typed_key_of_type_2));
    ck_assert(core_asserts(signature_of_type_2));
}
END_TEST

/* --- signatures of transactions -------------------------------------------------------------- */

/* Computed apart from this code, by a method that agrees with what EOSIO 2 writes. */
START_TEST(test_webauthn_signature)
{
    static const uint8_t auth_data[] = {1, 2, 3};
    BnetWireSignature signature = {.signature = {{2, 0x1f}},
                                   .auth_data = {auth_data, sizeof auth_data},
                                   .client_json = BNET_SLICE("{\"a\":1}")};
    memset(signature.signature.bytes + 2, 0x44, 64);
    char text[BNET_TEXT_WIRE_SIGNATURE_MAX + 1];
    ck_assert_uint_eq(bnet_text_wire_signature(&signature, text), strlen(text));
    ck_assert_str_eq(text, "SIG_WA_"
                           "2WDtoSmfF2fqVY6h1V6sZnmDz6A8EYfHY9piheefFX6YHyt6yYweknFz6r5M6GchFaN4qPM"
                           "q8qBxyimbQwbvZ8o9zMKCwqJ92RWMuYx7qBjLVZd");
    BnetSignature untouched = {{9}};
    ck_assert(!bnet_parse_signature(text, strlen(text), &untouched));
    ck_assert_uint_eq(untouched.bytes[0], 9);

    signature = (BnetWireSignature){.signature = {{2}}};
    ck_assert_uint_eq(bnet_text_wire_signature(&signature, text), strlen(text));
    ck_assert_str_eq(text, "SIG_WA_1111111111111111111111111111111111111111111111111111111111111111"
                           "1114FpobH");
}
END_TEST

/* The others are written as ever. */
START_TEST(test_wire_signature)
{
    for (uint8_t type = 0; type < 2; type++) {
        const BnetWireSignature signature = {.signature = {{type, 0x1f}}};
        char text[BNET_TEXT_WIRE_SIGNATURE_MAX + 1];
        char expected[BNET_TEXT_SIGNATURE_MAX + 1];
        ck_assert_uint_eq(bnet_text_wire_signature(&signature, text),
                          bnet_text_signature(&signature.signature, expected));
        ck_assert_str_eq(text, expected);
    }
}
END_TEST

/* The longest text there is, and none for one byte more. */
START_TEST(test_webauthn_signature_at_the_limit)
{
    uint8_t ones[1021];
    memset(ones, 0xff, sizeof ones);
    BnetWireSignature signature = {.auth_data = {ones, 1020}, .client_json = {ones, 1}};
    memset(signature.signature.bytes, 0xff, sizeof signature.signature.bytes);
    signature.signature.bytes[0] = 2;
    char *text = malloc(BNET_TEXT_WIRE_SIGNATURE_MAX + 1);
    const size_t n = bnet_text_wire_signature(&signature, text);
    ck_assert_uint_eq(n, BNET_TEXT_WIRE_SIGNATURE_MAX);
    ck_assert_uint_eq(strlen(text), n);
    BnetId hash;
    from_hex("3db2ab737a36da3407e8aaea119ff89d97692ed85769c32d5746dc8dc84f2ed7", hash.bytes,
             sizeof hash.bytes);
    const BnetId found = bnet_sha256(text, n);
    ck_assert(bnet_id_equal(&found, &hash));
    signature.auth_data.n++;
    ck_assert_uint_eq(bnet_text_wire_signature(&signature, text), 0);
    ck_assert_str_eq(text, "");
    free(text);
}
END_TEST

/* --- ids ------------------------------------------------------------------------------------- */

#define ID_LOWER "00000001405147477ab2f5f51cda427b638191c66d2c59aa392d5c2c98076cb0"
#define ID_UPPER "00000001405147477AB2F5F51CDA427B638191C66D2C59AA392D5C2C98076CB0"

static bool parses_id(const char *text, size_t n, BnetId *ret_id)
{
    char *exact = exactly(text, n);
    bool parsed = bnet_parse_id(exact, n, ret_id);
    free(exact);
    return parsed;
}

START_TEST(test_id)
{
    BnetId id;
    BnetId upper;
    uint8_t expected[sizeof id.bytes];
    from_hex(ID_LOWER, expected, sizeof expected);
    ck_assert(parses_id(ID_LOWER, BNET_TEXT_ID_LENGTH, &id));
    ck_assert_mem_eq(id.bytes, expected, sizeof expected);
    ck_assert(parses_id(ID_UPPER, BNET_TEXT_ID_LENGTH, &upper));
    ck_assert(bnet_id_equal(&id, &upper));
    char text[BNET_TEXT_ID_LENGTH + 1];
    ck_assert_uint_eq(bnet_text_id(&id, text), BNET_TEXT_ID_LENGTH);
    ck_assert_str_eq(text, ID_LOWER);
}
END_TEST

/* Every character in every place: 22 of them are digits. */
START_TEST(test_id_digits)
{
    BnetId untouched;
    memset(&untouched, 0xa5, sizeof untouched);
    for (size_t at = 0; at < BNET_TEXT_ID_LENGTH; at++) {
        unsigned digits = 0;
        char text[] = ID_LOWER;
        for (int c = -128; c < 128; c++) {
            text[at] = (char)c;
            BnetId id = untouched;
            if (parses_id(text, BNET_TEXT_ID_LENGTH, &id))
                digits++;
            else
                ck_assert(bnet_id_equal(&id, &untouched));
        }
        ck_assert_uint_eq(digits, 22);
    }
    BnetId id = untouched;
    for (size_t n = 0; n < BNET_TEXT_ID_LENGTH; n++)
        ck_assert(!parses_id(ID_LOWER, n, &id));
    ck_assert(!parses_id(ID_LOWER "0", BNET_TEXT_ID_LENGTH + 1, &id));
    ck_assert(!bnet_parse_id(NULL, 0, &id));
    ck_assert(bnet_id_equal(&id, &untouched));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("text");
    TCase *tcase = tcase_create("text");
    tcase_set_timeout(tcase, 0);
    tcase_add_loop_test(tcase, test_name, 0, N_NAMES);
    tcase_add_loop_test(tcase, test_no_name, 0, N_NO_NAMES);
    tcase_add_test(tcase, test_name_of_given_length);
    tcase_add_test(tcase, test_name_round_trips);
    tcase_add_loop_test(tcase, test_text, 0, N_TEXTS);
    tcase_add_loop_test(tcase, test_every_corruption, 0, N_TEXTS);
    tcase_add_loop_test(tcase, test_no_text, 0, N_NO_TEXTS);
    tcase_add_test(tcase, test_long_text);
    tcase_add_test(tcase, test_text_round_trips);
    tcase_add_test(tcase, test_type_is_asserted);
    tcase_add_test(tcase, test_webauthn_signature);
    tcase_add_test(tcase, test_wire_signature);
    tcase_add_test(tcase, test_webauthn_signature_at_the_limit);
    tcase_add_test(tcase, test_id);
    tcase_add_test(tcase, test_id_digits);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
