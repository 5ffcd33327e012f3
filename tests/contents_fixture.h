/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_TESTS_CONTENTS_FIXTURE_H
#define BNETLAB_TESTS_CONTENTS_FIXTURE_H

/*
 * What the tests of blocks as bytes share: stores that keep bytes, blocks that go through bytes,
 * and blocks that a test makes and signs itself, by hashes of its own. One thread.
 */

#include "core/contents.h"
#include "core/sign.h"
#include "tests/wire_fixture.h"

typedef struct ContentsOptions {
    uint32_t n_producers;
    bool extensions;
    bool verify;
    bool keep;
} ContentsOptions;

/* Producers "bpa", "bpb", ...; block 1 stands in slot 0, which begins at time 0. */
static inline void contents_store_init(BnetStore *store, const ContentsOptions *options)
{
    uint64_t producers[26];
    for (uint32_t i = 0; i < options->n_producers; i++)
        producers[i] = bnet_name((char[]){'b', 'p', (char)('a' + i), '\0'});
    bnet_store_init(store, &(BnetChainConfig){
                               .rule = BNET_RULE_DPOS,
                               .n_producers = options->n_producers,
                               .producers = producers,
                               .extensions = options->extensions,
                               .verify_signatures = options->verify,
                               .keep_bytes = options->keep,
                           });
}

/* Of n producers; verifies and keeps. */
static inline void contents_store_of(BnetStore *store, uint32_t n_producers)
{
    contents_store_init(
        store, &(ContentsOptions){.n_producers = n_producers, .verify = true, .keep = true});
}

/* --- blocks through bytes -------------------------------------------------------------------- */

/* A block that was decoded; its bytes are the holder's. */
typedef struct ContentsBlock {
    WireBytes bytes;
    BnetWireBlock block;
} ContentsBlock;

/* False: the bytes are no block. To be freed in any case: free(bytes.bytes). */
static inline bool contents_decode(const void *bytes, size_t n, ContentsBlock *ret_block)
{
    WireInput input;
    ret_block->bytes = wire_copy(bytes, n);
    BnetReader *reader = wire_input(&input, ret_block->bytes.bytes, n);
    return bnet_wire_read_block(reader, &ret_block->block) && bnet_reader_left(reader) == 0;
}

/* The bytes of a block in a store, decoded. */
static inline ContentsBlock contents_of(const BnetStore *store, BnetBlock block)
{
    ContentsBlock made;
    const BnetSlice bytes = bnet_store_block_bytes(store, block);
    ck_assert(contents_decode(bytes.bytes, bytes.n, &made));
    return made;
}

static inline WireBytes contents_encode(const BnetWireBlock *block)
{
    BnetWriter writer;
    bnet_writer_init(&writer, NULL, 0);
    bnet_wire_write_block(&writer, block);
    WireBytes made = {.bytes = malloc(writer.n), .n = writer.n};
    bnet_writer_init(&writer, made.bytes, made.n);
    bnet_wire_write_block(&writer, block);
    ck_assert_uint_eq(writer.n, made.n);
    return made;
}

/* The block goes through bytes of its own; its parent is in the store. */
static inline BnetBlock contents_read(BnetStore *store, const BnetWireBlock *block)
{
    ContentsBlock passed;
    const WireBytes bytes = contents_encode(block);
    ck_assert(contents_decode(bytes.bytes, bytes.n, &passed));
    BnetBlock handle;
    ck_assert(bnet_store_read_block(store, &passed.block, wire_scratch(), &handle));
    free(bytes.bytes);
    free(passed.bytes.bytes);
    return handle;
}

/* A block of one store in another, by way of its bytes. */
static inline BnetBlock contents_pass(const BnetStore *from, BnetBlock block, BnetStore *to)
{
    const ContentsBlock passed = contents_of(from, block);
    const BnetBlock handle = contents_read(to, &passed.block);
    free(passed.bytes.bytes);
    return handle;
}

/* --- blocks and transactions of two stores --------------------------------------------------- */

/* All that does not depend on the other blocks of a store. */
static inline void contents_assert_same_block(const BnetBlockInfo *a, const BnetBlockInfo *b)
{
    ck_assert_mem_eq(&a->id, &b->id, sizeof a->id);
    ck_assert_uint_eq(a->number, b->number);
    ck_assert_uint_eq(a->slot, b->slot);
    ck_assert_uint_eq(a->lib, b->lib);
    ck_assert_uint_eq(a->proposed, b->proposed);
    ck_assert_uint_eq(a->n_trx, b->n_trx);
    ck_assert_uint_eq(a->size, b->size);
    ck_assert_uint_eq(a->producer, b->producer);
    ck_assert_uint_eq(a->confirmed, b->confirmed);
    ck_assert_uint_eq(a->header_fault, b->header_fault);
    ck_assert_uint_eq(a->content_fault, b->content_fault);
}

static inline void contents_assert_same_trx(const BnetTrxInfo *a, const BnetTrxInfo *b)
{
    ck_assert_mem_eq(&a->id, &b->id, sizeof a->id);
    ck_assert_mem_eq(&a->receipt, &b->receipt, sizeof a->receipt);
    ck_assert_int_eq(a->expires_ns, b->expires_ns);
    ck_assert_uint_eq(a->size, b->size);
}

/* --- signatures, computed apart from the store ----------------------------------------------- */

static inline BnetId contents_pair(const BnetId *left, const BnetId *right)
{
    uint8_t bytes[64];
    memcpy(bytes, left->bytes, 32);
    memcpy(bytes + 32, right->bytes, 32);
    return bnet_sha256(bytes, sizeof bytes);
}

/* Merkle root over the ids of `block` and all before it. */
static inline BnetId contents_root(const BnetStore *store, BnetBlock block)
{
    const uint32_t n = bnet_store_number(store, block);
    BnetId *ids = malloc((n + 1) * sizeof *ids);
    for (uint32_t i = n; i > 0; i--) {
        ids[i - 1] = bnet_store_block(store, block)->id;
        block = bnet_store_block(store, block)->parent;
    }
    const BnetId root = bnet_merkle_root(ids, n);
    free(ids);
    return root;
}

/* What is signed of a block on `parent` whose newest schedule has that hash (protocol section
 * 3). */
static inline BnetId contents_digest(const BnetStore *store, BnetBlock parent,
                                     const BnetWireHeader *header, const BnetId *schedule_hash)
{
    uint8_t bytes[4096];
    BnetWriter writer;
    bnet_writer_init(&writer, bytes, sizeof bytes);
    bnet_wire_write_header(&writer, header);
    ck_assert(bnet_writer_fits(&writer));
    const BnetId digest = bnet_sha256(bytes, writer.n);
    const BnetId root = contents_root(store, parent);
    const BnetId both = contents_pair(&digest, &root);
    return contents_pair(&both, schedule_hash);
}

/* The signer with the model's key of a producer: sha256 of "bnetlab" and the name. */
static inline void contents_signer_init(BnetSigner *signer, uint64_t producer)
{
    uint8_t bytes[15] = "bnetlab";
    bnet_put_little(bytes + 7, producer, 8);
    const BnetId digest = bnet_sha256(bytes, sizeof bytes);
    BnetPrivateKey key;
    memcpy(key.bytes, digest.bytes, sizeof key.bytes);
    ck_assert(bnet_signer_init(signer, &key));
}

/* Links a block to `parent` and signs it by its producer's model key. */
static inline void contents_sign(const BnetStore *store, BnetBlock parent, BnetWireBlock *block,
                                 const BnetId *schedule_hash)
{
    block->header.fields.previous = bnet_store_block(store, parent)->id;
    const BnetId digest = contents_digest(store, parent, &block->header, schedule_hash);
    BnetSigner signer;
    contents_signer_init(&signer, block->header.fields.producer);
    bnet_signer_sign(&signer, &digest, &block->signature);
    bnet_signer_finish(&signer);
}

#endif
