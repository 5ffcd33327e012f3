/* SPDX-License-Identifier: Apache-2.0 */
#include "core/signing.h"

#include <string.h>

#include "core/array.h"

/* Levels of a Merkle tree of 2^32 leaves. */
#define LEVELS 32u

void bnet_signing_init(BnetSigning *signing)
{
    *signing = (BnetSigning){0};
}

void bnet_signing_finish(BnetSigning *signing)
{
    if (!signing)
        return;
    for (uint64_t i = 0; i < signing->n_signers; i++) {
        bnet_signer_finish(signing->signers[i].signer);
        bnet_mem_resize(signing->signers[i].signer, 0);
    }
    bnet_mem_resize(signing->roots, 0);
    bnet_mem_resize(signing->trees, 0);
    bnet_mem_resize(signing->signers, 0);
    *signing = (BnetSigning){0};
}

/* --- what is signed -------------------------------------------------------------------------- */

/* The tree of all block ids of the chain up to a block, itself included. */
static void read_tree(const BnetSigning *signing, const BnetStore *store, BnetBlock block,
                      BnetMerkle *ret_tree)
{
    const BnetId *root = signing->roots + signing->trees[block];
    ret_tree->count = bnet_store_number(store, block);
    for (unsigned level = 0; level < LEVELS; level++)
        if (ret_tree->count >> level & 1)
            ret_tree->roots[level] = *root++;
}

void bnet_signing_add(BnetSigning *signing, const BnetStore *store, BnetBlock block)
{
    const BnetBlockInfo *info = bnet_store_block(store, block);
    BnetMerkle tree;
    bnet_merkle_init(&tree);
    if (info->parent != BNET_NO_BLOCK)
        read_tree(signing, store, info->parent, &tree);
    bnet_merkle_add(&tree, &info->id);
    signing->trees = bnet_array_grow_by(signing->trees, block, 1, &signing->trees_capacity,
                                        sizeof *signing->trees);
    signing->trees[block] = signing->n_roots;
    signing->roots = bnet_array_grow_by(signing->roots, signing->n_roots, LEVELS,
                                        &signing->roots_capacity, sizeof *signing->roots);
    for (unsigned level = 0; level < LEVELS; level++)
        if (tree.count >> level & 1)
            signing->roots[signing->n_roots++] = tree.roots[level];
}

BnetId bnet_signing_digest(const BnetSigning *signing, const BnetStore *store, BnetBlock parent,
                           const BnetWireHeader *header, const BnetDpos *state)
{
    BnetMerkle tree;
    read_tree(signing, store, parent, &tree);
    const BnetId root = bnet_merkle_root_of(&tree);
    const BnetId digest = bnet_wire_header_digest(header);
    return bnet_wire_signature_digest(&digest, &root,
                                      &bnet_schedules_at(&store->schedules, state->newest)->hash);
}

/* --- keys of the model ----------------------------------------------------------------------- */

static BnetPrivateKey model_key(uint64_t producer)
{
    static const char salt[] = "bnetlab";
    uint8_t bytes[sizeof salt - 1 + sizeof producer];
    memcpy(bytes, salt, sizeof salt - 1);
    bnet_put_little(bytes + sizeof salt - 1, producer, sizeof producer);
    const BnetId digest = bnet_sha256(bytes, sizeof bytes);
    BnetPrivateKey key;
    memcpy(key.bytes, digest.bytes, sizeof key.bytes);
    return key;
}

static const BnetSigner *find_signer(const BnetSigning *signing, uint64_t producer)
{
    for (uint64_t i = 0; i < signing->n_signers; i++)
        if (signing->signers[i].producer == producer)
            return signing->signers[i].signer;
    return NULL;
}

bool bnet_signing_set_key(BnetSigning *signing, uint64_t producer,
                          const BnetPrivateKey *private_key)
{
    if (find_signer(signing, producer))
        return false;
    BnetSigner *signer = bnet_mem_resize(NULL, sizeof *signer);
    if (!bnet_signer_init(signer, private_key)) {
        bnet_mem_resize(signer, 0);
        return false;
    }
    signing->signers = bnet_array_grow_by(signing->signers, signing->n_signers, 1,
                                          &signing->signers_capacity, sizeof *signing->signers);
    signing->signers[signing->n_signers++] = (BnetModelSigner){producer, signer};
    return true;
}

const BnetSigner *bnet_signing_signer(BnetSigning *signing, uint64_t producer)
{
    const BnetSigner *signer = find_signer(signing, producer);
    if (signer)
        return signer;
    const BnetPrivateKey key = model_key(producer);
    const bool is_key = bnet_signing_set_key(signing, producer, &key);
    bnet_assert(is_key); /* fails for one hash in 2^128 */
    return find_signer(signing, producer);
}
