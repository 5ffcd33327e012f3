/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What keys, signatures and their texts cost. Every repetition works on other digests than the one
 * before; a signature from which another key is recovered ends the program with status 1.
 *
 * Usage: bench_sign [-n REPETITIONS] [--json]
 */

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <glib.h>

#include "core/header.h"
#include "core/sign.h"
#include "core/text.h"
#include "tests/bench/bench.h"

#define OPERATIONS_PER_REPETITION 2000u
#define REPETITIONS_DEFAULT 7u

typedef struct Bench {
    uint32_t operations;
    uint32_t salt; /* makes the digests of each repetition new */
    BnetPrivateKey private_key;
    BnetSigner signer;
    BnetId *digests;
    BnetSignature *signatures;
    char (*texts)[BNET_TEXT_SIGNATURE_MAX + 1];
} Bench;

static void run_init(Bench *bench)
{
    for (uint32_t i = 0; i < bench->operations; i++) {
        BnetSigner signer;
        if (!bnet_signer_init(&signer, &bench->private_key))
            bench_fail("the key is none");
        bnet_signer_finish(&signer);
    }
}

static void run_sign(Bench *bench)
{
    for (uint32_t i = 0; i < bench->operations; i++)
        bnet_signer_sign(&bench->signer, &bench->digests[i], &bench->signatures[i]);
}

static void run_recover(Bench *bench)
{
    const BnetKey *expected = bnet_signer_key(&bench->signer);
    for (uint32_t i = 0; i < bench->operations; i++) {
        BnetKey key;
        if (bnet_sign_recover(&bench->signatures[i], &bench->digests[i], &key) != BNET_SIGN_GOOD ||
            memcmp(&key, expected, sizeof key) != 0)
            bench_fail("another key was recovered");
    }
}

static void run_write(Bench *bench)
{
    for (uint32_t i = 0; i < bench->operations; i++)
        bnet_text_signature(&bench->signatures[i], bench->texts[i]);
}

static void run_parse(Bench *bench)
{
    for (uint32_t i = 0; i < bench->operations; i++) {
        BnetSignature signature;
        if (!bnet_parse_signature(bench->texts[i], strlen(bench->texts[i]), &signature) ||
            memcmp(&signature, &bench->signatures[i], sizeof signature) != 0)
            bench_fail("another signature was parsed");
    }
}

/* In the order in which one needs what another made. */
static const struct {
    const char *name;
    void (*run)(Bench *bench);
} OPERATIONS[] = {
    {"signer from a private key", run_init}, {"sign a digest", run_sign},
    {"recover a key", run_recover},          {"signature to text", run_write},
    {"text to signature", run_parse},
};

static void make_digests(Bench *bench)
{
    bench->salt++;
    for (uint32_t i = 0; i < bench->operations; i++) {
        const uint32_t seed[2] = {bench->salt, i};
        bench->digests[i] = bnet_sha256(seed, sizeof seed);
    }
}

static void bench_init(Bench *bench, uint32_t operations)
{
    *bench = (Bench){.operations = operations};
    memset(&bench->private_key, 1, sizeof bench->private_key);
    if (!bnet_signer_init(&bench->signer, &bench->private_key))
        bench_fail("the key is none");
    bench->digests = g_new(BnetId, operations);
    bench->signatures = g_new(BnetSignature, operations);
    bench->texts = g_malloc_n(operations, sizeof *bench->texts);
}

static void bench_finish(Bench *bench)
{
    bnet_signer_finish(&bench->signer);
    g_free(bench->digests);
    g_free(bench->signatures);
    g_free(bench->texts);
}

int main(int argc, char **argv)
{
    const uint32_t repetitions = bench_repetitions(REPETITIONS_DEFAULT, &argc, argv);
    bench_begin("sign", "Signatures, and keys and signatures as text.", argc, argv);
    Bench bench;
    bench_init(&bench, OPERATIONS_PER_REPETITION);
    BenchTimes us[G_N_ELEMENTS(OPERATIONS)] = {0};
    for (unsigned r = 0; r < repetitions; r++) {
        make_digests(&bench);
        for (size_t i = 0; i < G_N_ELEMENTS(OPERATIONS); i++) {
            const double start_ns = bench_now_ns();
            OPERATIONS[i].run(&bench);
            bench_add(&us[i], (bench_now_ns() - start_ns) / 1000 / bench.operations);
        }
    }
    for (size_t i = 0; i < G_N_ELEMENTS(OPERATIONS); i++)
        bench_figure("K1", OPERATIONS[i].name, "us", &us[i]);
    bench_finish(&bench);
    bench_end();
    return 0;
}
