/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_CORE_SIGN_H
#define BNETLAB_CORE_SIGN_H

/*
 * Signatures of blocks and transactions: ECDSA over secp256k1 ("K1"), with which the public key is
 * recovered from signature and digest (protocol sections 3 and 8). Signatures over the curve R1
 * are known by their type and refused.
 *
 * No memory is taken and no state is shared: a signer lives in the caller's storage, recovery needs
 * none. Several threads at once may use one signer between its init and finish. Recovering takes
 * some 45 us, signing some 70.
 *
 * Made for keys of test networks: a private key is not protected against somebody who measures or
 * reads the process's memory.
 */

#include <stdalign.h>

#include "core/wire.h"

/* Types of keys and signatures: their first byte. */
#define BNET_CURVE_K1 0u
#define BNET_CURVE_R1 1u

/* A private key: a number from 1 to the order of the curve less 1, big-endian. */
typedef struct BnetPrivateKey {
    uint8_t bytes[32];
} BnetPrivateKey;

/* What a signature is. */
typedef enum BnetSignVerdict {
    BNET_SIGN_GOOD,
    BNET_SIGN_OTHER_CURVE,    /* its type is not K1 */
    BNET_SIGN_BAD_HEADER,     /* its header byte is not from 27 to 34 */
    BNET_SIGN_NOT_CANONICAL,  /* the top bit of r or s is set, or r or s has a needless zero byte */
    BNET_SIGN_NOT_RECOVERABLE /* no public key has this signature for this digest */
} BnetSignVerdict;

/* A static text that says what is wrong, such as "signature is not canonical". */
const char *bnet_sign_verdict_text(BnetSignVerdict verdict);

/*
 * The public key (type K1) whose owner signed the digest (protocol section 8). The defects are
 * looked for in the order of the verdicts; *ret_key is touched only if it is BNET_SIGN_GOOD. Any
 * bytes are fit as a signature.
 */
BnetSignVerdict bnet_sign_recover(const BnetSignature *signature, const BnetId *digest,
                                  BnetKey *ret_key);

/* Room for the state of libsecp256k1. */
#define BNET_SIGNER_CONTEXT_BYTES 512u

/* Who signs. Stays where it was initialized: it may not be copied or moved. */
typedef struct BnetSigner {
    alignas(max_align_t) uint8_t memory[BNET_SIGNER_CONTEXT_BYTES];
    struct secp256k1_context_struct *context; /* in `memory` */
    BnetPrivateKey private_key;
    BnetKey key;
} BnetSigner;

/* False, and the signer is not to be used, if the key is 0 or not below the order of the curve. */
bool bnet_signer_init(BnetSigner *signer, const BnetPrivateKey *private_key);

/* Clears the signer. NULL is fine. */
void bnet_signer_finish(BnetSigner *signer);

/* The public key of the signer, of type K1; good until the signer is finished. */
const BnetKey *bnet_signer_key(const BnetSigner *signer);

/*
 * Signs a digest (protocol section 8). The signature is canonical and its s is low. It depends on
 * key and digest alone: nonces are those of RFC 6979, the second, third and so on of a key and
 * digest, until the signature is canonical. EOSIO does the same and signs with the same bytes.
 * Every other nonce will do; 256 are tried, which is asserted to be enough.
 */
void bnet_signer_sign(const BnetSigner *signer, const BnetId *digest, BnetSignature *ret_signature);

#endif
