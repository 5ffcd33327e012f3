/* SPDX-License-Identifier: Apache-2.0 */
#include "core/header.h"
#include "core/sign.h"
#include "core/text.h"
#include "tests/core_fixture.h"

/* EOSIO's development key, and that of its boot tutorial. */
#define DEVELOPMENT_KEY "5KQwrPbwdL6PhXujxW37FSSQZ1JiwsST4cqQzDeyXtP79zkvFD3"
#define TUTORIAL_KEY "5K463ynhZoCDDa4RDcr63cUwWLTnKqmdcoTKTHBjqoKfv4u5V7p"

/* x of the curve's generator, which is the point whose number is 1; its y is even. */
#define GENERATOR_X "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"

static BnetId id_of(const char *hex)
{
    BnetId id;
    ck_assert(bnet_parse_id(hex, strlen(hex), &id));
    return id;
}

static BnetSignature signature_of(const char *text)
{
    BnetSignature signature;
    ck_assert(bnet_parse_signature(text, strlen(text), &signature));
    return signature;
}

static BnetSignature signature_of_parts(uint8_t header, const char *r, const char *s)
{
    BnetSignature signature = {{BNET_CURVE_K1, header}};
    BnetId r_bytes = id_of(r);
    BnetId s_bytes = id_of(s);
    memcpy(signature.bytes + 2, r_bytes.bytes, 32);
    memcpy(signature.bytes + 34, s_bytes.bytes, 32);
    return signature;
}

static BnetPrivateKey private_key_of(const char *text)
{
    BnetPrivateKey key;
    ck_assert(bnet_parse_private_key(text, strlen(text), &key));
    return key;
}

static BnetPrivateKey private_key_of_hex(const char *hex)
{
    BnetPrivateKey key;
    BnetId bytes = id_of(hex);
    memcpy(key.bytes, bytes.bytes, sizeof key.bytes);
    return key;
}

static void init_signer(BnetSigner *signer, const char *text)
{
    BnetPrivateKey key = private_key_of(text);
    ck_assert(bnet_signer_init(signer, &key));
}

static void assert_key(const BnetKey *key, const char *text)
{
    char actual[BNET_TEXT_KEY_MAX + 1];
    bnet_text_key(key, actual);
    ck_assert_str_eq(actual, text);
}

/* Recovery fails with that verdict and leaves the key alone. */
static void assert_verdict(const BnetSignature *signature, const BnetId *digest,
                           BnetSignVerdict verdict)
{
    BnetKey untouched;
    memset(&untouched, 0xa5, sizeof untouched);
    BnetKey key = untouched;
    ck_assert_int_eq(bnet_sign_recover(signature, digest, &key), verdict);
    ck_assert_mem_eq(&key, &untouched, sizeof key);
}

/* --- recovery -------------------------------------------------------------------------------- */

typedef struct Signed {
    const char *what;
    const char *private_key; /* NULL: its owner's secret */
    const char *key;
    const char *digest;
    const char *signature;
} Signed;

/* Public data: producers' signatures of blocks, with the digests that the header states of these
 * networks give; an example of eosjs-ecc's documentation, sign("hello"). */
static const Signed public_signatures[] = {
    {
        .what = "EOS mainnet block 118062424",
        .key = "EOS7RsdDs8k8GDAdZrETnTjoGwiqAwwdNyxeH8q6fmHgpHjPPnyco",
        .digest = "de67676ef6dbabdf3a90fadd393ec2448b933f25fb0f6df109c6ae21d3f7c7c8",
        .signature = "SIG_K1_KbBukLPcKuEq7xW9bkUikmEsfqXazKDJvkMJ9UDtYwKcaWoramVSSzeP9bcM7ZDVWFQ2wn"
                     "uS3qk68SwuWfDz7rwuRxvfFU",
    },
    {
        .what = "EOS mainnet block 131384206",
        .key = "EOS5gS4ZtanRS2Jx4vpjAQaVNci3v65iZiGCgMr9DNwu67x2pt8Qd",
        .digest = "5f9ec6211bd3b1a6db560f1acda14667c573aac572a1a501f42bacebe3dce4d4",
        .signature = "SIG_K1_Jv7NnSEvc2r4DB8i3KpNfBH8U7xmhFpp4KRKdo8w5wGRahWXcCahUbkeFWXbSp26ksvg1t"
                     "2LbEToTesD3mRi8G92qCJfBN",
    },
    {
        .what = "EOS mainnet block 203110579",
        .key = "EOS7jSfvStvbKDmGvQdtrQsCyNkWczXfvh6CHmBVmeypJyHsUrMqj",
        .digest = "c8ba9820f0c3c13e6539a3364ba973991ce400227d0d3e6f5d4112d980d73013",
        .signature = "SIG_K1_KZkQz4QyURtniHVfQ2YqsPTSaMP83YcXEcr9YyBGPqNtQukkqU4d4VuncxysSYR835Eztf"
                     "xz26aMoN2ohQUVj113YyzzfD",
    },
    {
        .what = "EOS mainnet block 273457972",
        .key = "EOS6Agpfp38bTyRjJDmB4Qb1EpQSq7wnEAsALXgXE7KFSzKjokkFD",
        .digest = "6d66830d5012c1d3c051580e88cfc9af9800f0467e3ebec34f18a4807187795f",
        .signature = "SIG_K1_K59324v2UeksXsRd6wnAcfLdvmvJMNuf1XomZCBWyLFGMPjB6LxVTDK9dXWVSefMw8cNYf"
                     "csYoaJMRZAmC35zthsYmCE7s",
    },
    {
        .what = "WAX block 336356138",
        .key = "EOS7T2mAzC5eNGb6WGuFpHRHjSDakcrvP9uF2VenUGZo2BfJ9bJFR",
        .digest = "76ca3138d563c1970fdc5edd2c7cdb63d574f77a97ba91d3cb236422ca407c26",
        .signature = "SIG_K1_JyctDonJHbvmerxLc9tnCpZ9HkWRfNPGzcrdrphVQDdRYFMKKAVHMbmS1yab8hQPvx97NK"
                     "GnRDw7b3pXDQWn9u96pU8Mnu",
    },
    {
        .what = "eosjs-ecc, sha256 of \"hello\"",
        .key = "EOS68vRVaNgCvStaUmxQsKoHANU1Uypo4BQLWSNEM8KBiCAWW8deh",
        .digest = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
        .signature = "SIG_K1_KcB1jGNsjYEE7Gby6X7KZ9z6BFVfHPey6DUayYtDagXsbzr4Tbfpq5TS2JvYzs3oMg9QGA"
                     "ugTyGXoTVe7DujeXpDX5KYfJ",
    },
};
#define N_PUBLIC_SIGNATURES ((int)(sizeof public_signatures / sizeof *public_signatures))

START_TEST(test_public_signature)
{
    const Signed *real = &public_signatures[_i];
    BnetSignature signature = signature_of(real->signature);
    BnetId digest = id_of(real->digest);
    BnetKey key;
    ck_assert_int_eq(bnet_sign_recover(&signature, &digest, &key), BNET_SIGN_GOOD);
    assert_key(&key, real->key);
}
END_TEST

/* One of the public signatures, to be made worse. */
static BnetSignature good_signature(BnetId *ret_digest)
{
    *ret_digest = id_of(public_signatures[0].digest);
    return signature_of(public_signatures[0].signature);
}

START_TEST(test_other_curve)
{
    static const uint8_t types[] = {BNET_CURVE_R1, 2, 0x80, 0xff};
    BnetId digest;
    BnetSignature signature = good_signature(&digest);
    for (size_t i = 0; i < sizeof types; i++) {
        signature.bytes[0] = types[i];
        assert_verdict(&signature, &digest, BNET_SIGN_OTHER_CURVE);
    }
}
END_TEST

/* Of the header byte less 27, two bits tell which point it is, the third is not looked at. */
START_TEST(test_every_header_byte)
{
    BnetId digest;
    BnetSignature signature = good_signature(&digest);
    BnetKey good;
    ck_assert_int_eq(bnet_sign_recover(&signature, &digest, &good), BNET_SIGN_GOOD);
    uint8_t good_header = signature.bytes[1];
    ck_assert(good_header == 31 || good_header == 32);
    for (unsigned header = 0; header < 256; header++) {
        signature.bytes[1] = (uint8_t)header;
        if (header < 27 || header > 34) {
            assert_verdict(&signature, &digest, BNET_SIGN_BAD_HEADER);
        } else if ((header - 27) & 2) {
            /* r plus the order of the curve is no coordinate here, as nearly always. */
            assert_verdict(&signature, &digest, BNET_SIGN_NOT_RECOVERABLE);
        } else {
            BnetKey key;
            ck_assert_int_eq(bnet_sign_recover(&signature, &digest, &key), BNET_SIGN_GOOD);
            bool same = memcmp(&key, &good, sizeof key) == 0;
            ck_assert(same == ((header - 27) % 4 == good_header - 31u));
        }
    }
}
END_TEST

/* The first two bytes of a number, and whether that is canonical. */
static const struct {
    uint8_t first;
    uint8_t second;
    bool canonical;
} number_starts[] = {
    {0x00, 0x00, false}, {0x00, 0x01, false}, {0x00, 0x7f, false}, {0x00, 0x80, true},
    {0x00, 0xff, true},  {0x01, 0x00, true},  {0x7f, 0xff, true},  {0x80, 0x00, false},
    {0x80, 0x80, false}, {0xff, 0xff, false},
};
#define N_NUMBER_STARTS (sizeof number_starts / sizeof *number_starts)

START_TEST(test_not_canonical)
{
    BnetId digest;
    for (size_t at = 2; at <= 34; at += 32) {
        for (size_t i = 0; i < N_NUMBER_STARTS; i++) {
            BnetSignature signature = good_signature(&digest);
            signature.bytes[at] = number_starts[i].first;
            signature.bytes[at + 1] = number_starts[i].second;
            BnetKey key;
            bool canonical =
                bnet_sign_recover(&signature, &digest, &key) != BNET_SIGN_NOT_CANONICAL;
            ck_assert(canonical == number_starts[i].canonical);
        }
    }
}
END_TEST

/* The first defect is the one that is told: of a signature of zero bytes, as of an unsigned block,
 * the header. */
START_TEST(test_order_of_verdicts)
{
    BnetId digest = {{0}};
    BnetSignature signature = {{0}};
    assert_verdict(&signature, &digest, BNET_SIGN_BAD_HEADER);
    signature.bytes[0] = BNET_CURVE_R1;
    assert_verdict(&signature, &digest, BNET_SIGN_OTHER_CURVE);
    signature.bytes[0] = BNET_CURVE_K1;
    signature.bytes[1] = 27;
    assert_verdict(&signature, &digest, BNET_SIGN_NOT_CANONICAL);
}
END_TEST

START_TEST(test_not_recoverable)
{
    static const char one[] = "0080000000000000000000000000000000000000000000000000000000000001";
    BnetId digest = id_of(one);
    /* No point of the curve has this x. */
    BnetSignature signature = signature_of_parts(
        31, "0100000000000000000000000000000000000000000000000000000000000000", one);
    assert_verdict(&signature, &digest, BNET_SIGN_NOT_RECOVERABLE);
    signature.bytes[33] = 1; /* but this one */
    BnetKey key;
    ck_assert_int_eq(bnet_sign_recover(&signature, &digest, &key), BNET_SIGN_GOOD);

    /* s G - digest G = 0: the key would be the point at infinity. */
    signature = signature_of_parts(31, GENERATOR_X, one);
    assert_verdict(&signature, &digest, BNET_SIGN_NOT_RECOVERABLE);
    signature.bytes[1] = 32; /* -s G - digest G */
    ck_assert_int_eq(bnet_sign_recover(&signature, &digest, &key), BNET_SIGN_GOOD);
    static const uint8_t expected[] = {
        0x00, 0x02, 0x51, 0x66, 0x84, 0xfd, 0x4d, 0xff, 0x09, 0x75, 0x7d, 0xde,
        0xfd, 0x2c, 0xfc, 0xa6, 0x39, 0x61, 0x05, 0xbc, 0x1c, 0x3f, 0x34, 0x95,
        0x46, 0xb5, 0xb3, 0x5b, 0x00, 0xad, 0xf4, 0x4b, 0xcb, 0xca,
    };
    ck_assert_mem_eq(key.bytes, expected, sizeof expected);
}
END_TEST

/* An s above half the order but with its top bit clear is taken, as EOSIO does. The key was
 * computed apart from this code. */
START_TEST(test_high_s)
{
    BnetSignature signature = signature_of_parts(
        31, GENERATOR_X, "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff");
    BnetId digest = bnet_sha256("high s", 6);
    BnetKey key;
    ck_assert_int_eq(bnet_sign_recover(&signature, &digest, &key), BNET_SIGN_GOOD);
    static const uint8_t expected[] = {
        0x00, 0x02, 0xbc, 0x82, 0x7a, 0x06, 0x41, 0x88, 0x52, 0x8e, 0x63, 0xde,
        0x12, 0x95, 0x8c, 0x24, 0x46, 0xfd, 0xeb, 0x95, 0xa9, 0x1e, 0xcd, 0x32,
        0xa3, 0xfb, 0xfe, 0x78, 0xd8, 0x41, 0xc8, 0x3d, 0x35, 0x5b,
    };
    ck_assert_mem_eq(key.bytes, expected, sizeof expected);
}
END_TEST

/* No bit of r, s or the digest can change without the key. */
START_TEST(test_every_bit_counts)
{
    BnetId digest;
    BnetSignature signature = good_signature(&digest);
    BnetKey good;
    ck_assert_int_eq(bnet_sign_recover(&signature, &digest, &good), BNET_SIGN_GOOD);
    for (unsigned bit = 0; bit < 96 * 8; bit++) {
        BnetSignature changed = signature;
        BnetId other = digest;
        uint8_t *byte = bit < 64 * 8 ? &changed.bytes[2 + bit / 8] : &other.bytes[bit / 8 - 64];
        *byte = (uint8_t)(*byte ^ 1u << bit % 8);
        BnetKey key;
        if (bnet_sign_recover(&changed, &other, &key) == BNET_SIGN_GOOD)
            ck_assert_mem_ne(&key, &good, sizeof key);
    }
}
END_TEST

static void text_of_no_verdict(void)
{
    bnet_sign_verdict_text((BnetSignVerdict)(BNET_SIGN_NOT_RECOVERABLE + 1));
}

START_TEST(test_verdict_texts)
{
    static const char *const texts[] = {
        [BNET_SIGN_GOOD] = "signature is good",
        [BNET_SIGN_OTHER_CURVE] = "signature is not of the curve K1",
        [BNET_SIGN_BAD_HEADER] = "header byte of the signature is not from 27 to 34",
        [BNET_SIGN_NOT_CANONICAL] = "signature is not canonical",
        [BNET_SIGN_NOT_RECOVERABLE] = "signature is no key's for this digest",
    };
    for (unsigned i = 0; i <= BNET_SIGN_NOT_RECOVERABLE; i++)
        ck_assert_str_eq(bnet_sign_verdict_text((BnetSignVerdict)i), texts[i]);
    ck_assert(core_asserts(text_of_no_verdict));
}
END_TEST

/* --- signing --------------------------------------------------------------------------------- */

/*
 * Signatures that nodeos made with keys that are public, byte for byte. Blocks of a development
 * chain in the test data of eoscanada/eos-go, and of EOS Nation's "battlefield" chain (Leap 5.0) in
 * those of pinax-network/firehose-antelope; then one of this project's own making. The first nonce
 * would do for none of the blocks.
 */
static const Signed made_signatures[] = {
    {
        .what = "eos-go block 18",
        .private_key = "5JpjqdhVCQTegTjrLtCSXHce7c9M8w7EXYZS7xC13jVFF4Phcrx",
        .key = "EOS5MHPYyhjBjnQZejzZHqHewPWhGTfQWSVTWYEhDmJu4SXkzgweP",
        .digest = "3943fee24d42a2552bacf9ca29431099f18a779f4de90f73291bcb9650f98e8a",
        .signature = "SIG_K1_JzVvVbwXtY9nMRoGCvpn8K1yKXv8XbPzcmpYruKBhbAarFtPUYGu478eF8gkwnuByHFjsp"
                     "CunTKaanSm7nhMB5bGVdgyx4",
    },
    {
        .what = "battlefield block 4",
        .private_key = TUTORIAL_KEY,
        .key = "EOS8Znrtgwt8TfpmbVpTKvA2oB8Nqey625CLN8bCN3TEbgx86Dsvr",
        .digest = "60022648bdddc360295e142fc1e3a66137f7a0f00421e27def2bd39200338998",
        .signature = "SIG_K1_K4d14zvQYaydxJkJCQX6CG6ktur9Ng6vkHPkdJYu6M8AbKxejSQx5u3T8aSphVcjFLvzgk"
                     "nL4mb4HwKnAeXbLJQhvdTped",
    },
    {
        .what = "battlefield block 10",
        .private_key = TUTORIAL_KEY,
        .key = "EOS8Znrtgwt8TfpmbVpTKvA2oB8Nqey625CLN8bCN3TEbgx86Dsvr",
        .digest = "0c031619eeba45fa63923499fc14fa78fb873a0248aee02e7cc96bd3ce35f7bb",
        .signature = "SIG_K1_JvrDDExpLZBjMmhmf5B2xmw6RgaZK5kfdwiRyJJCsxeSVeLuvh3FDXHjLzHa5GzUsXtmnX"
                     "PsMRGh9tLfM52JEq7Q6XRG4S",
    },
    {
        .what = "own, sha256 of \"hello\"",
        .private_key = DEVELOPMENT_KEY,
        .key = "EOS6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CV",
        .digest = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
        .signature = "SIG_K1_K2Uurs6P1PBfnzm6qhc4YnbxXTPsbRxeiDoZmFXj4f6Dydi3t9YmSzuotJez5uGrE237H5"
                     "WYp1rRoqycqHVPubuZAWj768",
    },
};
#define N_MADE_SIGNATURES ((int)(sizeof made_signatures / sizeof *made_signatures))

START_TEST(test_made_signature)
{
    const Signed *made = &made_signatures[_i];
    BnetSigner signer;
    init_signer(&signer, made->private_key);
    assert_key(bnet_signer_key(&signer), made->key);
    BnetId digest = id_of(made->digest);
    BnetSignature signature;
    bnet_signer_sign(&signer, &digest, &signature);
    char text[BNET_TEXT_SIGNATURE_MAX + 1];
    bnet_text_signature(&signature, text);
    ck_assert_str_eq(text, made->signature);
    BnetKey key;
    ck_assert_int_eq(bnet_sign_recover(&signature, &digest, &key), BNET_SIGN_GOOD);
    assert_key(&key, made->key);
    bnet_signer_finish(&signer);
}
END_TEST

/* s is at most half the order of the curve. */
static bool s_is_low(const BnetSignature *signature)
{
    BnetId half = id_of("7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0");
    return memcmp(signature->bytes + 34, half.bytes, sizeof half.bytes) <= 0;
}

START_TEST(test_signatures_are_canonical)
{
    BnetSigner signers[2];
    init_signer(&signers[0], DEVELOPMENT_KEY);
    init_signer(&signers[1], TUTORIAL_KEY);
    for (unsigned i = 0; i < 400; i++) {
        const BnetSigner *signer = &signers[i % 2];
        BnetId digest = bnet_sha256(&i, sizeof i);
        BnetSignature signature;
        bnet_signer_sign(signer, &digest, &signature);
        ck_assert_uint_eq(signature.bytes[0], BNET_CURVE_K1);
        ck_assert(signature.bytes[1] == 31 || signature.bytes[1] == 32);
        ck_assert(s_is_low(&signature));
        BnetKey key;
        ck_assert_int_eq(bnet_sign_recover(&signature, &digest, &key), BNET_SIGN_GOOD);
        ck_assert_mem_eq(&key, bnet_signer_key(signer), sizeof key);
        BnetSignature again;
        bnet_signer_sign(signer, &digest, &again);
        ck_assert_mem_eq(&again, &signature, sizeof again);
        bnet_signer_sign(&signers[1 - i % 2], &digest, &again);
        ck_assert_mem_ne(&again, &signature, sizeof again);
    }
    bnet_signer_finish(&signers[0]);
    bnet_signer_finish(&signers[1]);
}
END_TEST

/* Digests of all zero and all one bits, the latter above the order of the curve. */
START_TEST(test_extreme_digests)
{
    BnetSigner signer;
    init_signer(&signer, DEVELOPMENT_KEY);
    static const uint8_t fills[] = {0x00, 0xff};
    for (size_t i = 0; i < sizeof fills; i++) {
        BnetId digest;
        memset(&digest, fills[i], sizeof digest);
        BnetSignature signature;
        bnet_signer_sign(&signer, &digest, &signature);
        BnetKey key;
        ck_assert_int_eq(bnet_sign_recover(&signature, &digest, &key), BNET_SIGN_GOOD);
        ck_assert_mem_eq(&key, bnet_signer_key(&signer), sizeof key);
    }
    bnet_signer_finish(&signer);
}
END_TEST

/* --- private keys ---------------------------------------------------------------------------- */

/* Multiples of the generator, as SEC 2 defines it; the last number is the order less 1. */
static const struct {
    const char *number;
    const char *x;
    uint8_t sign;
} points[] = {
    {"0000000000000000000000000000000000000000000000000000000000000001", GENERATOR_X, 2},
    {"0000000000000000000000000000000000000000000000000000000000000002",
     "c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5", 2},
    {"0000000000000000000000000000000000000000000000000000000000000003",
     "f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9", 2},
    {"fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140", GENERATOR_X, 3},
};

START_TEST(test_public_key_of_private_key)
{
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        BnetPrivateKey private_key = private_key_of_hex(points[i].number);
        BnetSigner signer;
        ck_assert(bnet_signer_init(&signer, &private_key));
        const BnetKey *key = bnet_signer_key(&signer);
        BnetId x = id_of(points[i].x);
        ck_assert_uint_eq(key->bytes[0], BNET_CURVE_K1);
        ck_assert_uint_eq(key->bytes[1], points[i].sign);
        ck_assert_mem_eq(key->bytes + 2, x.bytes, sizeof x.bytes);
        bnet_signer_finish(&signer);
    }
}
END_TEST

/* 0, the order of the curve, all ones. */
static const char *const no_private_keys[] = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141",
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
};

START_TEST(test_no_private_key)
{
    for (size_t i = 0; i < sizeof no_private_keys / sizeof *no_private_keys; i++) {
        BnetPrivateKey key = private_key_of_hex(no_private_keys[i]);
        BnetSigner signer;
        ck_assert(!bnet_signer_init(&signer, &key));
        bnet_signer_finish(&signer);
    }
}
END_TEST

static void sign_after_finish(void)
{
    BnetSigner signer;
    init_signer(&signer, DEVELOPMENT_KEY);
    bnet_signer_finish(&signer);
    BnetId digest = {{1}};
    BnetSignature signature;
    bnet_signer_sign(&signer, &digest, &signature);
}

static void key_after_finish(void)
{
    BnetSigner signer;
    init_signer(&signer, DEVELOPMENT_KEY);
    bnet_signer_finish(&signer);
    bnet_signer_key(&signer);
}

START_TEST(test_finish)
{
    bnet_signer_finish(NULL);
    BnetSigner signer;
    init_signer(&signer, DEVELOPMENT_KEY);
    bnet_signer_finish(&signer);
    static const BnetPrivateKey cleared = {{0}};
    ck_assert_mem_eq(&signer.private_key, &cleared, sizeof cleared);
    bnet_signer_finish(&signer);
    ck_assert(core_asserts(sign_after_finish));
    ck_assert(core_asserts(key_after_finish));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sign");
    TCase *tcase = tcase_create("sign");
    tcase_set_timeout(tcase, 0);
    tcase_add_loop_test(tcase, test_public_signature, 0, N_PUBLIC_SIGNATURES);
    tcase_add_test(tcase, test_other_curve);
    tcase_add_test(tcase, test_every_header_byte);
    tcase_add_test(tcase, test_not_canonical);
    tcase_add_test(tcase, test_order_of_verdicts);
    tcase_add_test(tcase, test_not_recoverable);
    tcase_add_test(tcase, test_high_s);
    tcase_add_test(tcase, test_every_bit_counts);
    tcase_add_test(tcase, test_verdict_texts);
    tcase_add_loop_test(tcase, test_made_signature, 0, N_MADE_SIGNATURES);
    tcase_add_test(tcase, test_signatures_are_canonical);
    tcase_add_test(tcase, test_extreme_digests);
    tcase_add_test(tcase, test_public_key_of_private_key);
    tcase_add_test(tcase, test_no_private_key);
    tcase_add_test(tcase, test_finish);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
