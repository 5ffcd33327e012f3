/* SPDX-License-Identifier: Apache-2.0 */
#include "core/sign.h"

#include <secp256k1.h>
#include <secp256k1_preallocated.h>
#include <secp256k1_recovery.h>
#include <string.h>

/* Of a signature's bytes: type, header, r, s. */
#define AT_HEADER 1u
#define AT_R 2u
#define AT_S 34u

/* Header byte: 27, 4 for a compressed public key, and which of four points has r. */
#define HEADER_MIN 27u
#define HEADER_MAX 34u
#define HEADER_COMPRESSED 4u

#define NONCES_MAX 256u

const char *bnet_sign_verdict_text(BnetSignVerdict verdict)
{
    static const char *const texts[] = {
        [BNET_SIGN_GOOD] = "signature is good",
        [BNET_SIGN_OTHER_CURVE] = "signature is not of the curve K1",
        [BNET_SIGN_BAD_HEADER] = "header byte of the signature is not from 27 to 34",
        [BNET_SIGN_NOT_CANONICAL] = "signature is not canonical",
        [BNET_SIGN_NOT_RECOVERABLE] = "signature is no key's for this digest",
    };
    bnet_assert((size_t)verdict < sizeof texts / sizeof *texts);
    return texts[verdict];
}

/* As DER would write the number in 32 bytes: not as a negative one, not with a byte too many. */
static bool number_is_canonical(const uint8_t number[32])
{
    return !(number[0] & 0x80) && (number[0] != 0 || number[1] & 0x80);
}

static bool is_canonical(const BnetSignature *signature)
{
    return number_is_canonical(signature->bytes + AT_R) &&
           number_is_canonical(signature->bytes + AT_S);
}

static void key_of_point(const secp256k1_context *context, const secp256k1_pubkey *point,
                         BnetKey *ret_key)
{
    size_t n = sizeof ret_key->bytes - 1;
    ret_key->bytes[0] = BNET_CURVE_K1;
    int done = secp256k1_ec_pubkey_serialize(context, ret_key->bytes + 1, &n, point,
                                             SECP256K1_EC_COMPRESSED);
    bnet_assert(done && n == sizeof ret_key->bytes - 1);
}

BnetSignVerdict bnet_sign_recover(const BnetSignature *signature, const BnetId *digest,
                                  BnetKey *ret_key)
{
    const uint8_t *bytes = signature->bytes;
    if (bytes[0] != BNET_CURVE_K1)
        return BNET_SIGN_OTHER_CURVE;
    uint8_t header = bytes[AT_HEADER];
    if (header < HEADER_MIN || header > HEADER_MAX)
        return BNET_SIGN_BAD_HEADER;
    if (!is_canonical(signature))
        return BNET_SIGN_NOT_CANONICAL;
    const secp256k1_context *context = secp256k1_context_static;
    secp256k1_selftest(); /* which the library demands for this context; about 0.5 us */
    secp256k1_ecdsa_recoverable_signature parsed;
    secp256k1_pubkey point;
    if (!secp256k1_ecdsa_recoverable_signature_parse_compact(context, &parsed, bytes + AT_R,
                                                             (header - HEADER_MIN) & 3) ||
        !secp256k1_ecdsa_recover(context, &point, &parsed, digest->bytes))
        return BNET_SIGN_NOT_RECOVERABLE;
    key_of_point(context, &point, ret_key);
    return BNET_SIGN_GOOD;
}

bool bnet_signer_init(BnetSigner *signer, const BnetPrivateKey *private_key)
{
    *signer = (BnetSigner){.private_key = *private_key};
    bnet_assert(secp256k1_context_preallocated_size(SECP256K1_CONTEXT_NONE) <=
                sizeof signer->memory);
    signer->context = secp256k1_context_preallocated_create(signer->memory, SECP256K1_CONTEXT_NONE);
    secp256k1_pubkey point;
    if (!secp256k1_ec_pubkey_create(signer->context, &point, private_key->bytes)) {
        bnet_signer_finish(signer);
        return false;
    }
    key_of_point(signer->context, &point, &signer->key);
    return true;
}

void bnet_signer_finish(BnetSigner *signer)
{
    if (!signer)
        return;
    if (signer->context)
        secp256k1_context_preallocated_destroy(signer->context);
    memset(signer, 0, sizeof *signer);
}

const BnetKey *bnet_signer_key(const BnetSigner *signer)
{
    bnet_assert(signer->context);
    return &signer->key;
}

/* The nonce of RFC 6979 that comes *data + attempt after the first. The library fixes the
 * parameters. NOLINTNEXTLINE(readability-function-size) */
static int nonce_of(unsigned char *nonce32, const unsigned char *digest32,
                    const unsigned char *key32, const unsigned char *algorithm16, void *data,
                    unsigned int attempt)
{
    const unsigned *counter = data;
    return secp256k1_nonce_function_rfc6979(nonce32, digest32, key32, algorithm16, NULL,
                                            *counter + attempt);
}

void bnet_signer_sign(const BnetSigner *signer, const BnetId *digest, BnetSignature *ret_signature)
{
    bnet_assert(signer->context);
    BnetSignature signature = {{BNET_CURVE_K1}};
    unsigned counter = 0;
    do {
        counter++;
        bnet_assert(counter <= NONCES_MAX);
        secp256k1_ecdsa_recoverable_signature made;
        int which = 0;
        int done = secp256k1_ecdsa_sign_recoverable(signer->context, &made, digest->bytes,
                                                    signer->private_key.bytes, nonce_of, &counter);
        bnet_assert(done);
        secp256k1_ecdsa_recoverable_signature_serialize_compact(
            signer->context, signature.bytes + AT_R, &which, &made);
        signature.bytes[AT_HEADER] = (uint8_t)(HEADER_MIN + HEADER_COMPRESSED + (unsigned)which);
    } while (!is_canonical(&signature));
    *ret_signature = signature;
}
