/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Blocks from a hostile peer: whatever they are, the store takes them and stays sound, and a block
 * that was tampered with does not stand in the way of the honest one.
 */

#include "tests/contents_fixture.h"
#include "tests/hostile_chain.h"

/* --- tampered transactions ------------------------------------------------------------------- */

#define N_TRXS 3u

/* A store of one producer with a modelled block of three transactions, and another to read into. */
typedef struct Sample {
    BnetStore from;
    BnetStore to;
    BnetBlock good; /* in `from` */
    ContentsBlock made;
} Sample;

static void sample_init(Sample *sample)
{
    BnetTrx trxs[N_TRXS];
    contents_store_of(&sample->from, 1);
    contents_store_of(&sample->to, 1);
    for (uint32_t i = 0; i < N_TRXS; i++)
        trxs[i] = bnet_store_add_trx(&sample->from, i, UINT32_MAX, 100);
    sample->good = bnet_store_add_block(
        &sample->from, &(BnetBlockSpec){
                           .parent = BNET_GENESIS,
                           .slot = 1,
                           .producer = bnet_store_scheduled(&sample->from, BNET_GENESIS, 1),
                           .signature_valid = true,
                           .content_valid = true,
                           .trxs = trxs,
                           .n_trxs = N_TRXS,
                       });
    sample->made = contents_of(&sample->from, sample->good);
}

static void sample_finish(Sample *sample)
{
    free(sample->made.bytes.bytes);
    bnet_store_finish(&sample->from);
    bnet_store_finish(&sample->to);
}

/* Its last receipt once more, which changes neither root nor id; the bytes are the caller's. */
static BnetWireBlock with_last_twice(const BnetWireBlock *block, uint8_t **ret_bytes)
{
    const BnetItems all = block->transactions;
    BnetItems rest = all;
    BnetWireReceipt receipt;
    for (uint32_t i = 0; i + 1 < all.count; i++)
        ck_assert(bnet_next_receipt(&rest, &receipt));
    *ret_bytes = malloc(all.n + rest.n);
    memcpy(*ret_bytes, all.bytes, all.n);
    memcpy(*ret_bytes + all.n, rest.bytes, rest.n);
    BnetWireBlock twice = *block;
    twice.transactions =
        (BnetItems){.bytes = *ret_bytes, .n = all.n + rest.n, .count = all.count + 1};
    return twice;
}

/* The receipts that are in the set of bits with the digest that stands for their transaction, as if
 * that were an id. */
static BnetWireBlock with_digests(const BnetWireBlock *block, uint32_t set, uint8_t **ret_bytes)
{
    BnetItems items = block->transactions;
    BnetWireReceipt receipt;
    BnetWriter writer;
    *ret_bytes = malloc(items.n);
    bnet_writer_init(&writer, *ret_bytes, items.n);
    for (uint32_t i = 0; bnet_next_receipt(&items, &receipt); i++) {
        receipt.is_packed = !(set >> i & 1);
        if (!receipt.is_packed)
            receipt.id = bnet_wire_packed_digest(&receipt.packed);
        bnet_wire_write_receipt(&writer, &receipt);
    }
    BnetWireBlock bare = *block;
    bare.transactions =
        (BnetItems){.bytes = *ret_bytes, .n = writer.n, .count = block->transactions.count};
    return bare;
}

static void receive(BnetView *view, BnetBlock block)
{
    BnetChainEvent event;
    bnet_view_receive(view, block, INT64_C(1) << 40);
    while (bnet_view_step(view, &event))
        continue;
}

/* The tampered block comes first, is found out, and the honest one is accepted, and its child. */
START_TEST(test_last_twice)
{
    Sample sample;
    BnetView view;
    uint8_t *bytes;
    sample_init(&sample);
    bnet_view_init(&view, &sample.to, BNET_GENESIS);
    const BnetWireBlock twice = with_last_twice(&sample.made.block, &bytes);
    const BnetBlock bad = contents_read(&sample.to, &twice);
    ck_assert_int_eq(bnet_store_block(&sample.to, bad)->header_fault, BNET_FAULT_NONE);
    ck_assert_int_eq(bnet_store_block(&sample.to, bad)->content_fault, BNET_FAULT_DUPLICATE);
    receive(&view, bad);
    ck_assert_uint_eq(view.head, BNET_GENESIS);

    const BnetBlock good = contents_read(&sample.to, &sample.made.block);
    const BnetBlockInfo *info = bnet_store_block(&sample.to, good);
    ck_assert_uint_ne(good, bad);
    ck_assert_uint_eq(info->n_trx, N_TRXS);
    ck_assert_int_eq(info->content_fault, BNET_FAULT_NONE);
    ck_assert(bnet_id_equal(&info->id, &bnet_store_block(&sample.to, bad)->id));
    ck_assert_uint_eq(bnet_store_find(&sample.to, &info->id), good);
    receive(&view, good);
    ck_assert_uint_eq(view.head, good);
    bnet_view_finish(&view);
    free(bytes);
    sample_finish(&sample);
}
END_TEST

/* Blocks of one root, and so of one id, that do not hold the same transactions are not one. */
START_TEST(test_digests_as_ids)
{
    Sample sample;
    BnetBlock read[1u << N_TRXS];
    sample_init(&sample);
    for (uint32_t set = 0; set < 1u << N_TRXS; set++) {
        uint8_t *bytes;
        const BnetWireBlock bare = with_digests(&sample.made.block, set, &bytes);
        read[set] = contents_read(&sample.to, &bare);
        const BnetBlockInfo *info = bnet_store_block(&sample.to, read[set]);
        ck_assert_uint_eq(info->n_trx, N_TRXS - (uint32_t)__builtin_popcount(set));
        ck_assert(!info->is_bad);
        ck_assert(bnet_id_equal(&info->id, &bnet_store_block(&sample.from, sample.good)->id));
        for (uint32_t k = 0; k < set; k++)
            ck_assert_uint_ne(read[k], read[set]);
        ck_assert_uint_eq(contents_read(&sample.to, &bare), read[set]);
        free(bytes);
    }
    sample_finish(&sample);
}
END_TEST

/* A modelled block is judged as the one that is read from its bytes. */
START_TEST(test_modelled_twice)
{
    Sample sample;
    sample_init(&sample);
    BnetStore *store = &sample.from;
    const BnetTrx *listed = bnet_store_block_trx(store, sample.good);
    const BnetTrx trxs[] = {listed[0], listed[1], listed[0]};
    const BnetBlock block =
        bnet_store_add_block(store, &(BnetBlockSpec){
                                        .parent = BNET_GENESIS,
                                        .slot = 2,
                                        .producer = bnet_store_scheduled(store, BNET_GENESIS, 2),
                                        .signature_valid = true,
                                        .content_valid = true,
                                        .trxs = trxs,
                                        .n_trxs = 3,
                                    });
    ck_assert_int_eq(bnet_store_block(store, block)->content_fault, BNET_FAULT_DUPLICATE);
    const BnetBlock read = contents_pass(store, block, &sample.to);
    contents_assert_same_block(bnet_store_block(store, block), bnet_store_block(&sample.to, read));
    sample_finish(&sample);
}
END_TEST

/* --- any blocks ------------------------------------------------------------------------------ */

#define N_ORDERS 4000u

static uint64_t next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

/* Orders of which one in `share` is not zero; the first is the configuration. */
static uint32_t run_random(uint64_t seed, uint8_t config, uint32_t share)
{
    uint8_t *orders = malloc(N_ORDERS);
    orders[0] = config;
    for (uint32_t i = 1; i < N_ORDERS; i++)
        orders[i] = next_random(&seed) % share == 0 ? (uint8_t)next_random(&seed) : 0;
    const uint32_t number = hostile_run(orders, N_ORDERS);
    free(orders);
    return number;
}

/* Good blocks alone make a chain of them. */
START_TEST(test_good_orders)
{
    for (uint32_t config = 0; config < 256; config += 17) {
        uint8_t *orders = calloc(2000, 1);
        orders[0] = (uint8_t)config;
        ck_assert_uint_gt(hostile_run(orders, 2000), 50);
        free(orders);
    }
}
END_TEST

/* Each configuration with few and with many orders to do wrong. */
START_TEST(test_random_orders)
{
    static const uint32_t shares[] = {2, 10, 40, 150};
    uint32_t highest = 0;
    for (uint32_t config = 0; config < 256; config++) {
        const uint32_t share = shares[(config / 16 + config) % 4];
        const uint32_t number = run_random(config, (uint8_t)config, share);
        highest = number > highest ? number : highest;
    }
    ck_assert_uint_gt(highest, 50);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("store_hostile");
    TCase *tcase = tcase_create("store_hostile");
    tcase_set_timeout(tcase, 0);
    tcase_add_test(tcase, test_last_twice);
    tcase_add_test(tcase, test_digests_as_ids);
    tcase_add_test(tcase, test_modelled_twice);
    tcase_add_test(tcase, test_good_orders);
    tcase_add_test(tcase, test_random_orders);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
