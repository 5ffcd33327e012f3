/* SPDX-License-Identifier: Apache-2.0 */
#include "core/contents.h"
#include "tests/contents_fixture.h"

/* --- modelled blocks as bytes ---------------------------------------------------------------- */

/* Up to n transactions of sizes of their own, which expire late. */
static uint32_t add_trxs(BnetStore *store, uint64_t *random, uint32_t n, BnetTrx *trxs)
{
    for (uint32_t i = 0; i < n; i++)
        trxs[i] = bnet_store_add_trx(store, store->n_trxs, CORE_ZERO_S + 1000000 + i,
                                     BNET_STORE_TRX_BYTES_MIN + core_below(random, 400));
    return n;
}

/* A chain on block 1 with missed slots and transactions; the newest block. */
static BnetBlock random_chain(BnetStore *store, uint64_t *random, uint32_t length)
{
    BnetBlock head = BNET_GENESIS;
    for (uint32_t i = 0; i < length; i++) {
        BnetTrx trxs[5];
        BnetBlockSpec spec = core_spec(store, head, core_below(random, 3));
        spec.n_trxs = add_trxs(store, random, core_below(random, 6), trxs);
        spec.trxs = trxs;
        spec.variant = core_below(random, 2);
        head = bnet_store_add_block(store, &spec);
    }
    return head;
}

static void assert_described(const BnetStore *store, BnetBlock handle, const BnetWireBlock *block)
{
    const BnetBlockInfo *info = bnet_store_block(store, handle);
    const BnetHeader *header = &block->header.fields;
    const BnetId id = bnet_wire_block_id(&block->header);
    const BnetId root = bnet_wire_transaction_mroot(block);
    ck_assert_mem_eq(&id, &info->id, sizeof id);
    ck_assert_mem_eq(&root, &header->transaction_mroot, sizeof root);
    ck_assert_uint_eq(header->slot, info->slot);
    ck_assert_uint_eq(header->producer, info->producer);
    ck_assert_uint_eq(header->confirmed, info->confirmed);
    ck_assert_uint_eq(bnet_header_number(header), info->number);
    ck_assert_uint_eq(block->transactions.count, info->n_trx);
    BnetItems items = block->transactions;
    BnetWireReceipt receipt;
    for (uint32_t i = 0; bnet_next_receipt(&items, &receipt); i++) {
        const BnetTrxInfo *trx = bnet_store_trx(store, bnet_store_block_trx(store, handle)[i]);
        const BnetId digest = bnet_wire_receipt_digest(&receipt);
        BnetWireError error;
        BnetWireTrx opened;
        ck_assert(bnet_wire_open_trx(&receipt.packed, wire_scratch(), &error, &opened));
        const BnetId trx_id = bnet_wire_trx_id(&opened);
        ck_assert_mem_eq(&trx_id, &trx->id, sizeof trx_id);
        ck_assert_mem_eq(&digest, &trx->receipt, sizeof digest);
    }
}

START_TEST(test_modelled_blocks)
{
    BnetStore store;
    uint64_t random = 1;
    contents_store_of(&store, 4);
    random_chain(&store, &random, 80);
    for (BnetBlock b = BNET_GENESIS; b < store.n_blocks; b++) {
        const BnetSlice bytes = bnet_store_block_bytes(&store, b);
        ck_assert_uint_eq(bytes.n, bnet_store_block(&store, b)->size);
        const ContentsBlock passed = contents_of(&store, b);
        assert_described(&store, b, &passed.block);
        const WireBytes again = contents_encode(&passed.block);
        ck_assert_uint_eq(again.n, bytes.n);
        ck_assert_mem_eq(again.bytes, bytes.bytes, bytes.n);
        free(again.bytes);
        free(passed.bytes.bytes);
    }
    bnet_store_finish(&store);
}
END_TEST

/* A store that keeps no bytes has the same ids, sizes and receipts. */
START_TEST(test_kept_or_not)
{
    BnetStore stores[2];
    for (unsigned i = 0; i < 2; i++) {
        uint64_t random = 2;
        contents_store_init(&stores[i], &(ContentsOptions){.n_producers = 4, .keep = i == 1});
        random_chain(&stores[i], &random, 80);
    }
    ck_assert_uint_eq(stores[0].n_blocks, stores[1].n_blocks);
    for (BnetBlock b = BNET_GENESIS; b < stores[0].n_blocks; b++)
        contents_assert_same_block(bnet_store_block(&stores[0], b),
                                   bnet_store_block(&stores[1], b));
    ck_assert_uint_eq(stores[0].n_trxs, stores[1].n_trxs);
    for (BnetTrx t = 1; t < stores[0].n_trxs; t++)
        contents_assert_same_trx(bnet_store_trx(&stores[0], t), bnet_store_trx(&stores[1], t));
    bnet_store_finish(&stores[0]);
    bnet_store_finish(&stores[1]);
}
END_TEST

/* --- signatures ------------------------------------------------------------------------------ */

/* Who signed a modelled block. */
static BnetSignVerdict signer_of(const BnetStore *store, BnetBlock block, BnetKey *ret_key)
{
    const ContentsBlock passed = contents_of(store, block);
    const BnetId hash = bnet_schedules_at(&store->schedules, 0)->hash;
    const BnetId digest =
        contents_digest(store, bnet_store_block(store, block)->parent, &passed.block.header, &hash);
    const BnetSignVerdict verdict = bnet_sign_recover(&passed.block.signature, &digest, ret_key);
    free(passed.bytes.bytes);
    return verdict;
}

START_TEST(test_signatures)
{
    BnetStore store;
    uint64_t random = 3;
    contents_store_of(&store, 4);
    random_chain(&store, &random, 70);
    for (BnetBlock b = BNET_GENESIS + 1; b < store.n_blocks; b++) {
        const uint64_t producer = bnet_store_block(&store, b)->producer;
        const BnetKey expected = bnet_store_model_key(&store, producer);
        BnetKey key;
        ck_assert_int_eq(signer_of(&store, b, &key), BNET_SIGN_GOOD);
        ck_assert_mem_eq(&key, &expected, sizeof key);
    }
    bnet_store_finish(&store);
}
END_TEST

START_TEST(test_invalid_signature)
{
    BnetStore store;
    contents_store_of(&store, 4);
    const BnetBlock parent = core_extend(&store, BNET_GENESIS, 30);
    const BnetBlock bad = core_unsigned_child(&store, parent, 0);
    const BnetKey owner = bnet_store_model_key(&store, bnet_store_block(&store, bad)->producer);
    BnetKey key;
    ck_assert(signer_of(&store, bad, &key) != BNET_SIGN_GOOD ||
              memcmp(&key, &owner, sizeof key) != 0);
    bnet_store_finish(&store);
}
END_TEST

START_TEST(test_model_key)
{
    BnetStore store;
    BnetSigner signer;
    contents_store_of(&store, 2);
    for (uint32_t i = 0; i < 2; i++) {
        const BnetWireProducer *producer = &bnet_schedules_at(&store.schedules, 0)->producers[i];
        contents_signer_init(&signer, producer->name);
        const BnetKey key = bnet_store_model_key(&store, producer->name);
        ck_assert_mem_eq(&key, bnet_signer_key(&signer), sizeof key);
        ck_assert_mem_eq(&key, &producer->key, sizeof key);
        bnet_signer_finish(&signer);
    }
    bnet_store_finish(&store);
}
END_TEST

/* --- modelled transactions ------------------------------------------------------------------- */

static void assert_trx_of_size(BnetStore *store, uint32_t size)
{
    const uint32_t expiration_s = CORE_ZERO_S + size;
    const BnetTrx trx = bnet_store_add_trx(store, size, expiration_s, size);
    const BnetTrxInfo *info = bnet_store_trx(store, trx);
    const BnetSlice bytes = bnet_store_trx_bytes(store, trx);
    ck_assert_uint_eq(info->size, size);
    ck_assert_uint_eq(bytes.n, size);
    ck_assert_int_eq(info->expires_ns, size * BNET_NS_PER_S);
    WireInput input;
    BnetWirePackedTrx packed;
    BnetWireTrx opened;
    BnetReader *reader = wire_input(&input, bytes.bytes, bytes.n);
    ck_assert(bnet_wire_read_packed_trx(reader, &packed));
    ck_assert_uint_eq(bnet_reader_left(reader), 0);
    ck_assert(bnet_wire_open_trx(&packed, wire_scratch(), &input.error, &opened));
    const BnetId id = bnet_sha256(packed.packed_trx.bytes, packed.packed_trx.n);
    ck_assert_mem_eq(&id, &info->id, sizeof id);
    ck_assert_uint_eq(opened.expiration_s, expiration_s);
    ck_assert_uint_eq(opened.actions.count, 1);
    /* Nothing follows the transaction: its id is that of its bytes. */
    const BnetId written = bnet_wire_trx_id(&opened);
    ck_assert_mem_eq(&id, &written, sizeof id);
}

/* All sizes from first to last, each in a store that holds few of them at once. */
static void assert_trxs_of_sizes(uint32_t first, uint32_t last)
{
    for (uint32_t from = first; from <= last; from += 500) {
        BnetStore store;
        contents_store_of(&store, 1);
        for (uint32_t size = from; size <= last && size < from + 500; size++)
            assert_trx_of_size(&store, size);
        bnet_store_finish(&store);
    }
}

START_TEST(test_trx_sizes)
{
    assert_trxs_of_sizes(BNET_STORE_TRX_BYTES_MIN, 20000);
}
END_TEST

START_TEST(test_large_trx_sizes)
{
    assert_trxs_of_sizes(65536 - 60, 65536 + 60);
    assert_trxs_of_sizes(BNET_STORE_TRX_BYTES_MAX - 60, BNET_STORE_TRX_BYTES_MAX);
}
END_TEST

static void add_sized(uint32_t size)
{
    BnetStore store;
    contents_store_of(&store, 1);
    bnet_store_add_trx(&store, 1, CORE_ZERO_S, size);
}

static void add_too_small(void)
{
    add_sized(BNET_STORE_TRX_BYTES_MIN - 1);
}

static void add_too_large(void)
{
    add_sized(BNET_STORE_TRX_BYTES_MAX + 1);
}

START_TEST(test_trx_limits)
{
    ck_assert(core_asserts(add_too_small));
    ck_assert(core_asserts(add_too_large));
}
END_TEST

/* Two that differ in nonce, time or size alone are two; two that differ in nothing are one. */
START_TEST(test_trx_ids)
{
    BnetStore store;
    contents_store_of(&store, 1);
    bnet_store_add_trx(&store, 1, 5, 100);
    bnet_store_add_trx(&store, 2, 5, 100);
    bnet_store_add_trx(&store, 1, 6, 100);
    bnet_store_add_trx(&store, 1, 5, 101);
    for (BnetTrx a = 1; a < store.n_trxs; a++)
        for (BnetTrx b = 1; b < a; b++)
            ck_assert(
                !bnet_id_equal(&bnet_store_trx(&store, a)->id, &bnet_store_trx(&store, b)->id));
    ck_assert_uint_eq(store.n_trxs, 5);
    ck_assert_uint_eq(bnet_store_add_trx(&store, 2, 5, 100), 2);
    ck_assert_uint_eq(store.n_trxs, 5);
    ck_assert_uint_eq(bnet_store_trx_bytes(&store, 2).n, 100);
    bnet_store_finish(&store);
}
END_TEST

static BnetTrx read_trx_bytes(BnetStore *store, BnetSlice bytes)
{
    WireInput input;
    BnetWirePackedTrx packed;
    const WireBytes copy = wire_copy(bytes.bytes, bytes.n);
    ck_assert(bnet_wire_read_packed_trx(wire_input(&input, copy.bytes, copy.n), &packed));
    const BnetTrx trx = bnet_store_read_trx(store, &packed, wire_scratch());
    free(copy.bytes);
    return trx;
}

/* Signatures are no part of the id: the first form that was seen is kept. */
START_TEST(test_trx_read)
{
    BnetStore stores[2];
    contents_store_of(&stores[0], 1);
    contents_store_of(&stores[1], 1);
    for (uint32_t i = 1; i <= 100; i++) {
        const BnetTrx trx = bnet_store_add_trx(&stores[0], i, CORE_ZERO_S + i, 45 + 7 * i);
        const BnetSlice bytes = bnet_store_trx_bytes(&stores[0], trx);
        ck_assert_uint_eq(read_trx_bytes(&stores[0], bytes), trx);
        const BnetTrx other = read_trx_bytes(&stores[1], bytes);
        ck_assert_uint_eq(other, trx);
        contents_assert_same_trx(bnet_store_trx(&stores[0], trx),
                                 bnet_store_trx(&stores[1], other));
        const BnetSlice kept = bnet_store_trx_bytes(&stores[1], other);
        ck_assert_uint_eq(kept.n, bytes.n);
        ck_assert_mem_eq(kept.bytes, bytes.bytes, kept.n);
        /* Later with a signature. */
        WireBytes longer = wire_copy(bytes.bytes, bytes.n);
        longer.bytes = realloc(longer.bytes, longer.n + 66);
        memmove(longer.bytes + 67, longer.bytes + 1, longer.n - 1);
        memset(longer.bytes + 1, 0, 66);
        longer.bytes[0] = 1;
        const BnetSlice its = {.bytes = longer.bytes, .n = longer.n + 66};
        ck_assert_uint_eq(read_trx_bytes(&stores[1], its), other);
        free(longer.bytes);
    }
    ck_assert_uint_eq(stores[1].n_trxs, 101);
    bnet_store_finish(&stores[0]);
    bnet_store_finish(&stores[1]);
}
END_TEST

START_TEST(test_find_signed)
{
    BnetStore store;
    contents_store_of(&store, 1);
    BnetId unknown = {{1}};
    ck_assert_uint_eq(bnet_store_find_signed(&store, &unknown), BNET_NO_TRX);
    for (uint32_t i = 1; i <= 3000; i++)
        bnet_store_add_trx(&store, i, CORE_ZERO_S, 60);
    for (BnetTrx trx = 1; trx < store.n_trxs; trx++) {
        const BnetSlice bytes = bnet_store_trx_bytes(&store, trx);
        const BnetId id = bnet_sha256(bytes.bytes, bytes.n);
        ck_assert_uint_eq(bnet_store_find_signed(&store, &id), trx);
    }
    ck_assert_uint_eq(bnet_store_find_signed(&store, &unknown), BNET_NO_TRX);
    ck_assert_uint_eq(bnet_store_find_signed(&store, &bnet_store_trx(&store, 1)->id), BNET_NO_TRX);
    bnet_store_finish(&store);
}
END_TEST

/* --- changed bytes --------------------------------------------------------------------------- */

/* Of the signature's second byte: whether its key is written compressed, which says nothing. */
#define COMPRESSED_BIT (8u * (BNET_HEADER_BYTES + 1) + 2)

/* Every bit of a small block in turn: it is the same block only if header, transactions and the
 * validity of its signature are. */
START_TEST(test_flipped)
{
    BnetStore store;
    contents_store_of(&store, 1);
    BnetTrx trx = bnet_store_add_trx(&store, 1, CORE_ZERO_S + 1000, BNET_STORE_TRX_BYTES_MIN);
    const BnetBlock parent = core_extend(&store, BNET_GENESIS, 5);
    const BnetBlock block = core_child_with(&store, parent, 0, trx);
    const ContentsBlock good = contents_of(&store, block);
    uint32_t decoded = 0;
    for (size_t bit = 0; bit < 8 * good.bytes.n; bit++) {
        ContentsBlock bad;
        good.bytes.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        BnetBlock handle;
        if (contents_decode(good.bytes.bytes, good.bytes.n, &bad) &&
            bnet_store_read_block(&store, &bad.block, wire_scratch(), &handle)) {
            const BnetBlockInfo *info = bnet_store_block(&store, handle);
            const bool is_same = bit == COMPRESSED_BIT;
            ck_assert_msg((handle == block) == is_same, "bit %zu", bit);
            ck_assert_msg(!(info->header_fault || info->content_fault) == is_same, "bit %zu", bit);
            decoded++;
        }
        good.bytes.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        free(bad.bytes.bytes);
    }
    /* The previous id is unknown then; lengths do not fit. */
    ck_assert_uint_gt(decoded, 1500);
    free(good.bytes.bytes);
    bnet_store_finish(&store);
}
END_TEST

/* A count that is longer than it need be: other bytes of the same block. */
START_TEST(test_other_bytes_same_block)
{
    BnetStore store;
    contents_store_of(&store, 1);
    const BnetBlock block = core_extend(&store, BNET_GENESIS, 5);
    const BnetSlice bytes = bnet_store_block_bytes(&store, block);
    WireBytes longer = {.bytes = malloc(bytes.n + 1), .n = bytes.n + 1};
    memcpy(longer.bytes, bytes.bytes, bytes.n);
    ck_assert_uint_eq(bytes.bytes[bytes.n - 1], 0); /* of block extensions */
    longer.bytes[bytes.n - 1] = 0x80;
    longer.bytes[bytes.n] = 0;
    ContentsBlock passed;
    BnetBlock handle;
    ck_assert(contents_decode(longer.bytes, longer.n, &passed));
    ck_assert(bnet_store_read_block(&store, &passed.block, wire_scratch(), &handle));
    ck_assert_uint_eq(handle, block);
    free(passed.bytes.bytes);
    free(longer.bytes);
    bnet_store_finish(&store);
}
END_TEST

/* A transaction twice in a block is seen by whoever makes it and whoever reads it; in two blocks it
 * is not looked for. */
START_TEST(test_transaction_twice)
{
    BnetStore stores[2];
    for (unsigned i = 0; i < 2; i++)
        contents_store_of(&stores[i], 1);
    BnetTrx trxs[] = {bnet_store_add_trx(&stores[0], 1, CORE_ZERO_S + 1000, 60),
                      bnet_store_add_trx(&stores[0], 2, CORE_ZERO_S + 1000, 60), 1};
    BnetBlock parent = BNET_GENESIS;
    for (uint32_t n = 2; n <= 3; n++) {
        BnetBlockSpec spec = core_spec(&stores[0], parent, 0);
        spec.trxs = trxs;
        spec.n_trxs = n;
        parent = bnet_store_add_block(&stores[0], &spec);
        const BnetBlock read = contents_pass(&stores[0], parent, &stores[1]);
        const BnetFault fault = n == 2 ? BNET_FAULT_NONE : BNET_FAULT_DUPLICATE;
        ck_assert_int_eq(bnet_store_block(&stores[0], parent)->content_fault, fault);
        ck_assert_int_eq(bnet_store_block(&stores[1], read)->content_fault, fault);
    }
    for (unsigned i = 0; i < 2; i++)
        bnet_store_finish(&stores[i]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("contents");
    TCase *tcase = tcase_create("contents");
    tcase_set_timeout(tcase, 0);
    tcase_add_test(tcase, test_modelled_blocks);
    tcase_add_test(tcase, test_kept_or_not);
    tcase_add_test(tcase, test_signatures);
    tcase_add_test(tcase, test_invalid_signature);
    tcase_add_test(tcase, test_model_key);
    tcase_add_test(tcase, test_trx_sizes);
    tcase_add_test(tcase, test_large_trx_sizes);
    tcase_add_test(tcase, test_trx_limits);
    tcase_add_test(tcase, test_trx_ids);
    tcase_add_test(tcase, test_trx_read);
    tcase_add_test(tcase, test_find_signed);
    tcase_add_test(tcase, test_flipped);
    tcase_add_test(tcase, test_other_bytes_same_block);
    tcase_add_test(tcase, test_transaction_twice);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
