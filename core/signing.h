/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_CORE_SIGNING_H
#define BNETLAB_CORE_SIGNING_H

/*
 * Signatures of the blocks of a store (protocol sections 3 and 8): what their producers sign, and
 * the keys of modelled producers.
 *
 * A block's signature covers all earlier block ids, so the Merkle tree of its chain is kept for
 * each block: as many hashes as its number has bits set. Some 2 us a block, some 60 us a signature.
 */

#include "core/sign.h"
#include "core/store.h"

typedef struct BnetModelSigner {
    uint64_t producer;
    BnetSigner *signer; /* of its own: it may not move */
} BnetModelSigner;

typedef struct BnetSigning {
    BnetId *roots; /* the trees of all blocks, one after the other */
    uint64_t n_roots;
    uint64_t roots_capacity;
    uint64_t *trees; /* by block: where its tree begins */
    uint64_t trees_capacity;
    BnetModelSigner *signers;
    uint64_t n_signers;
    uint64_t signers_capacity;
} BnetSigning;

void bnet_signing_init(BnetSigning *signing);
void bnet_signing_finish(BnetSigning *signing);

/* Keeps the tree of a block that was added; those of its chain are kept. */
void bnet_signing_add(BnetSigning *signing, const BnetStore *store, BnetBlock block);

/* What the producer of a block on `parent` signs, by the state after it. */
BnetId bnet_signing_digest(const BnetSigning *signing, const BnetStore *store, BnetBlock parent,
                           const BnetWireHeader *header, const BnetDpos *state);

/* From now on a producer signs with that key. False: it is none, or the producer has one already.
 */
bool bnet_signing_set_key(BnetSigning *signing, uint64_t producer,
                          const BnetPrivateKey *private_key);

/* Who signs for a producer that was given no key, with a key that follows from the name: it proves
 * nothing, but tells producers apart. Valid until `signing` is finished. */
const BnetSigner *bnet_signing_signer(BnetSigning *signing, uint64_t producer);

#endif
