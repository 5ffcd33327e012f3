/* SPDX-License-Identifier: Apache-2.0 */
#include "core/store.h"
#include "tests/core_fixture.h"

/* --- genesis --------------------------------------------------------------------------------- */

START_TEST(test_genesis)
{
    BnetStore store;
    core_store_init(&store, BNET_RULE_DPOS, 0, 4);
    const BnetBlockInfo *genesis = bnet_store_block(&store, BNET_GENESIS);
    ck_assert_uint_eq(genesis->number, 1);
    ck_assert_uint_eq(bnet_id_number(&genesis->id), 1);
    ck_assert_uint_eq(genesis->parent, BNET_NO_BLOCK);
    ck_assert_uint_eq(genesis->lib, 0);
    ck_assert_uint_eq(genesis->slot, 0);
    ck_assert_uint_eq(genesis->n_trx, 0);
    ck_assert_uint_eq(genesis->header_fault, BNET_FAULT_NONE);
    ck_assert_uint_eq(bnet_store_number(&store, BNET_GENESIS), 1);
    ck_assert_uint_eq(bnet_store_number(&store, BNET_NO_BLOCK), 0);
    bnet_store_finish(&store);
    bnet_store_finish(NULL);
}
END_TEST

/* The id of a block is that of the header it describes. */
START_TEST(test_id)
{
    BnetStore store;
    core_store_init(&store, BNET_RULE_DPOS, 0, 4);
    BnetTrx trxs[3];
    BnetId digests[4];
    for (uint32_t i = 0; i < 3; i++) {
        trxs[i] = core_trx(&store, 1000 + i);
        digests[i] = bnet_store_trx(&store, trxs[i])->receipt;
    }
    BnetBlock parent = core_extend(&store, BNET_GENESIS, 20);
    BnetBlockSpec spec = core_spec(&store, parent, 3);
    spec.trxs = trxs;
    spec.n_trxs = 3;
    spec.variant = 0x0102;
    BnetHeader header = {
        .slot = 24,
        .producer = bnet_name("bpc"),
        .confirmed = 0,
        .previous = bnet_store_block(&store, parent)->id,
        .transaction_mroot = bnet_merkle_root(digests, 3),
        .action_mroot = {{0x02, 0x01}},
    };
    BnetId id = bnet_header_id(&header);
    const BnetBlockInfo *info = bnet_store_block(&store, bnet_store_add_block(&store, &spec));
    ck_assert(bnet_id_equal(&info->id, &id));
    ck_assert_uint_eq(bnet_id_number(&info->id), 22);
    bnet_store_finish(&store);
}
END_TEST

START_TEST(test_chain_id)
{
    BnetStore stores[3];
    core_store_init(&stores[0], BNET_RULE_DPOS, 0, 4);
    core_store_init(&stores[1], BNET_RULE_NONE, 0, 4);
    core_store_init(&stores[2], BNET_RULE_DPOS, 0, 3);
    ck_assert(bnet_id_equal(&stores[0].chain_id, &stores[1].chain_id));
    ck_assert(!bnet_id_equal(&stores[0].chain_id, &stores[2].chain_id));
    for (unsigned i = 0; i < 3; i++)
        bnet_store_finish(&stores[i]);
}
END_TEST

/* --- interning ------------------------------------------------------------------------------- */

START_TEST(test_interning)
{
    BnetStore store;
    core_store_init(&store, BNET_RULE_DPOS, 0, 4);
    BnetTrx trx = core_trx(&store, 1000);
    BnetTrx other = core_trx(&store, 1000);
    BnetBlockSpec base = core_spec(&store, BNET_GENESIS, 0);
    BnetBlockSpec specs[7];
    for (unsigned i = 0; i < 7; i++)
        specs[i] = base;
    specs[1].variant = 1;
    specs[2].signature_valid = false;
    specs[3].content_valid = false;
    specs[4].slot++;
    specs[5].trxs = &trx;
    specs[5].n_trxs = 1;
    specs[6].trxs = &other;
    specs[6].n_trxs = 1;
    BnetBlock blocks[7];
    for (unsigned i = 0; i < 7; i++) {
        blocks[i] = bnet_store_add_block(&store, &specs[i]);
        ck_assert_uint_eq(blocks[i], BNET_GENESIS + 1 + i); /* dense, and each another one */
    }
    uint32_t n_blocks = store.n_blocks;
    for (unsigned i = 0; i < 7; i++)
        ck_assert_uint_eq(bnet_store_add_block(&store, &specs[i]), blocks[i]);
    ck_assert_uint_eq(store.n_blocks, n_blocks);
    /* The signature is not part of the id; what the content does is, as the action root. */
    const BnetId *id = &bnet_store_block(&store, blocks[0])->id;
    ck_assert(bnet_id_equal(id, &bnet_store_block(&store, blocks[2])->id));
    ck_assert(!bnet_id_equal(id, &bnet_store_block(&store, blocks[3])->id));
    ck_assert(!bnet_id_equal(id, &bnet_store_block(&store, blocks[1])->id));
    /* So the children of two such twins have one id, and are still two. */
    BnetBlock child = core_child(&store, blocks[0], 0);
    BnetBlock of_twin = core_child(&store, blocks[2], 0);
    ck_assert(bnet_id_equal(&bnet_store_block(&store, child)->id,
                            &bnet_store_block(&store, of_twin)->id));
    ck_assert_uint_ne(child, of_twin);
    ck_assert_uint_eq(bnet_store_block(&store, child)->parent, blocks[0]);
    ck_assert_uint_eq(bnet_store_block(&store, of_twin)->parent, blocks[2]);
    bnet_store_finish(&store);
}
END_TEST

START_TEST(test_interning_survives_growth)
{
    enum {
        BLOCKS = 5000
    };
    BnetStore store;
    core_store_init(&store, BNET_RULE_DPOS, 0, 21);
    BnetBlock *blocks = malloc(BLOCKS * sizeof *blocks);
    BnetBlock parent = BNET_GENESIS;
    for (uint32_t i = 0; i < BLOCKS; i++)
        blocks[i] = parent = core_child(&store, parent, i % 7);
    parent = BNET_GENESIS;
    for (uint32_t i = 0; i < BLOCKS; i++) {
        parent = core_child(&store, parent, i % 7);
        ck_assert_uint_eq(parent, blocks[i]);
    }
    ck_assert_uint_eq(store.n_blocks, BLOCKS + 2);
    free(blocks);
    bnet_store_finish(&store);
}
END_TEST

static void block_zero(void)
{
    BnetStore store;
    core_store_init(&store, BNET_RULE_DPOS, 0, 4);
    bnet_store_block(&store, BNET_NO_BLOCK);
}

static void unknown_block(void)
{
    BnetStore store;
    core_store_init(&store, BNET_RULE_DPOS, 0, 4);
    bnet_store_block(&store, BNET_GENESIS + 1);
}

static void unknown_trx(void)
{
    BnetStore store;
    core_store_init(&store, BNET_RULE_DPOS, 0, 4);
    bnet_store_trx(&store, 1);
}

static void depth_zero(void)
{
    BnetStore store;
    core_store_init(&store, BNET_RULE_DEPTH, 0, 4);
}

static void no_producers(void)
{
    BnetStore store;
    core_store_init(&store, BNET_RULE_DPOS, 0, 0);
}

START_TEST(test_misuse)
{
    ck_assert(core_asserts(block_zero));
    ck_assert(core_asserts(unknown_block));
    ck_assert(core_asserts(unknown_trx));
    ck_assert(core_asserts(depth_zero));
    ck_assert(core_asserts(no_producers));
}
END_TEST

/* --- faults ---------------------------------------------------------------------------------- */

static uint32_t fault_of(BnetStore *store, const BnetBlockSpec *spec)
{
    return bnet_store_block(store, bnet_store_add_block(store, spec))->header_fault;
}

START_TEST(test_header_faults)
{
    BnetStore store;
    core_store_init(&store, BNET_RULE_DPOS, 0, 4);
    BnetBlock parent = core_extend(&store, BNET_GENESIS, 99);
    uint32_t slot = bnet_store_block(&store, parent)->slot;
    ck_assert_uint_eq(slot, 99); /* block 100; producers: bpa up to 11, bpb up to 23, ... */
    BnetBlockSpec spec = core_spec(&store, parent, 0);
    ck_assert_uint_eq(fault_of(&store, &spec), BNET_FAULT_NONE);

    spec = core_spec_at(&store, parent, slot);
    ck_assert_uint_eq(fault_of(&store, &spec), BNET_FAULT_TIMESTAMP);
    spec = core_spec_at(&store, parent, slot - 1);
    ck_assert_uint_eq(fault_of(&store, &spec), BNET_FAULT_TIMESTAMP);
    spec = core_spec(&store, parent, 1000000);
    ck_assert_uint_eq(fault_of(&store, &spec), BNET_FAULT_NONE);

    spec = core_spec(&store, parent, 0);
    spec.producer = bnet_name("bpb");
    ck_assert_uint_eq(fault_of(&store, &spec), BNET_FAULT_PRODUCER);
    spec.producer = bnet_name("nobody");
    ck_assert_uint_eq(fault_of(&store, &spec), BNET_FAULT_PRODUCER);

    spec = core_spec(&store, parent, 0);
    spec.schedule_version = 1;
    ck_assert_uint_eq(fault_of(&store, &spec), BNET_FAULT_SCHEDULE_VERSION);

    /* The next is bpa's, who made block 100: bpa may confirm nothing before 101. */
    spec = core_spec(&store, parent, 0);
    ck_assert_uint_eq(spec.producer, bnet_name("bpa"));
    ck_assert_uint_eq(spec.confirmed, 0);
    spec.confirmed = 1;
    ck_assert_uint_eq(fault_of(&store, &spec), BNET_FAULT_DOUBLE_CONFIRM);

    spec = core_spec(&store, parent, 0);
    spec.signature_valid = false;
    ck_assert_uint_eq(fault_of(&store, &spec), BNET_FAULT_SIGNATURE);
    bnet_store_finish(&store);
}
END_TEST

/* A block with all faults shows the first; each one repaired uncovers the next. */
START_TEST(test_precedence)
{
    BnetStore store;
    core_store_init(&store, BNET_RULE_DPOS, 0, 4);
    BnetBlock parent = core_extend(&store, BNET_GENESIS, 99);
    BnetBlockSpec spec = core_spec_at(&store, parent, 99);
    spec.producer = bnet_name("nobody");
    spec.schedule_version = 1;
    spec.confirmed = 50;
    spec.signature_valid = false;
    spec.content_valid = false;
    ck_assert_uint_eq(fault_of(&store, &spec), BNET_FAULT_TIMESTAMP);
    spec.slot = 100;
    ck_assert_uint_eq(fault_of(&store, &spec), BNET_FAULT_PRODUCER);
    spec.producer = bnet_name("bpa");
    ck_assert_uint_eq(fault_of(&store, &spec), BNET_FAULT_SCHEDULE_VERSION);
    spec.schedule_version = 0;
    ck_assert_uint_eq(fault_of(&store, &spec), BNET_FAULT_DOUBLE_CONFIRM);
    spec.confirmed = 0;
    ck_assert_uint_eq(fault_of(&store, &spec), BNET_FAULT_SIGNATURE);
    spec.signature_valid = true;
    const BnetBlockInfo *info = bnet_store_block(&store, bnet_store_add_block(&store, &spec));
    ck_assert_uint_eq(info->header_fault, BNET_FAULT_NONE);
    ck_assert(info->content_fault);
    bnet_store_finish(&store);
}
END_TEST

START_TEST(test_expired_trx_in_block)
{
    BnetStore store;
    core_store_init(&store, BNET_RULE_DPOS, 0, 4);
    BnetBlock parent = core_extend(&store, BNET_GENESIS, 9);
    BnetTrx trx = core_trx(&store, 5); /* slot 10 begins at 5 s */
    BnetBlock in_time = core_child_with(&store, parent, 0, trx);
    BnetBlock late = core_child_with(&store, parent, 1, trx);
    ck_assert_uint_eq(bnet_store_block(&store, in_time)->slot, 10);
    ck_assert(!bnet_store_block(&store, in_time)->content_fault);
    ck_assert(bnet_store_block(&store, late)->content_fault);
    ck_assert_uint_eq(bnet_store_block(&store, late)->header_fault, BNET_FAULT_NONE);
    bnet_store_finish(&store);
}
END_TEST

/* --- sizes, transactions, time --------------------------------------------------------------- */

START_TEST(test_sizes)
{
    BnetStore store;
    core_store_init(&store, BNET_RULE_DPOS, 0, 4);
    BnetTrx *trxs = malloc(128 * sizeof *trxs);
    for (uint32_t i = 0; i < 128; i++)
        trxs[i] = bnet_store_add_trx(&store, i, 1000, 100 + i);
    BnetBlockSpec spec = core_spec(&store, BNET_GENESIS, 0);
    /* header 116, signature 66, count of receipts 1, count of extensions 1 */
    ck_assert_uint_eq(bnet_store_block(&store, bnet_store_add_block(&store, &spec))->size, 184);
    spec.trxs = trxs;
    spec.n_trxs = 1;
    ck_assert_uint_eq(bnet_store_block(&store, bnet_store_add_block(&store, &spec))->size,
                      184 + 7 + 100);
    spec.n_trxs = 127;
    ck_assert_uint_eq(bnet_store_block(&store, bnet_store_add_block(&store, &spec))->size,
                      184 + 127 * 107 + 126 * 127 / 2);
    spec.n_trxs = 128; /* now the count takes two bytes */
    ck_assert_uint_eq(bnet_store_block(&store, bnet_store_add_block(&store, &spec))->size,
                      185 + 128 * 107 + 127 * 128 / 2);
    free(trxs);
    bnet_store_finish(&store);
}
END_TEST

START_TEST(test_transactions_of_blocks)
{
    enum {
        BLOCKS = 300
    };
    uint64_t random = 4;
    BnetStore store;
    core_store_init(&store, BNET_RULE_DPOS, 0, 4);
    BnetBlock blocks[BLOCKS];
    BnetTrx first[BLOCKS];
    uint32_t counts[BLOCKS];
    BnetBlock parent = BNET_GENESIS;
    for (uint32_t i = 0; i < BLOCKS; i++) {
        BnetTrx trxs[20];
        counts[i] = core_below(&random, 20);
        first[i] = store.n_trxs;
        for (uint32_t t = 0; t < counts[i]; t++)
            trxs[t] = core_trx(&store, 100000);
        BnetBlockSpec spec = core_spec(&store, parent, 0);
        spec.trxs = trxs;
        spec.n_trxs = counts[i];
        blocks[i] = parent = bnet_store_add_block(&store, &spec);
    }
    for (uint32_t i = 0; i < BLOCKS; i++) {
        ck_assert_uint_eq(bnet_store_block(&store, blocks[i])->n_trx, counts[i]);
        const BnetTrx *trxs = bnet_store_block_trx(&store, blocks[i]);
        for (uint32_t t = 0; t < counts[i]; t++)
            ck_assert_uint_eq(trxs[t], first[i] + t);
    }
    ck_assert_int_eq(bnet_store_trx(&store, first[7])->expires_ns, 100000 * BNET_NS_PER_S);
    ck_assert_uint_eq(bnet_store_trx(&store, first[7])->size, 200);
    bnet_store_finish(&store);
}
END_TEST

START_TEST(test_time)
{
    uint64_t producer = bnet_name("bpa");
    BnetChainConfig config = {
        .n_producers = 1,
        .producers = &producer,
        .genesis_slot = 90,
        .zero_slot = 100,
    };
    BnetStore store;
    bnet_store_init(&store, &config);
    ck_assert_int_eq(bnet_store_slot_time_ns(&store, 100), 0);
    ck_assert_int_eq(bnet_store_slot_time_ns(&store, 101), 500 * BNET_NS_PER_MS);
    ck_assert_int_eq(bnet_store_slot_time_ns(&store, 90), -5 * BNET_NS_PER_S);
    ck_assert_int_eq(bnet_store_slot_time_ns(&store, UINT32_MAX),
                     (INT64_C(4294967295) - 100) * BNET_SLOT_NS);
    ck_assert_uint_eq(bnet_store_slot_at(&store, 0), 100);
    ck_assert_uint_eq(bnet_store_slot_at(&store, 500 * BNET_NS_PER_MS - 1), 100);
    ck_assert_uint_eq(bnet_store_slot_at(&store, 500 * BNET_NS_PER_MS), 101);
    bnet_store_finish(&store);
}
END_TEST

/* --- rules of irreversibility ---------------------------------------------------------------- */

START_TEST(test_rules)
{
    BnetStore stores[4];
    core_store_init(&stores[0], BNET_RULE_DPOS, 0, 4);
    core_store_init(&stores[1], BNET_RULE_DEPTH, 1, 4);
    core_store_init(&stores[2], BNET_RULE_DEPTH, 10, 4);
    core_store_init(&stores[3], BNET_RULE_NONE, 0, 4);
    BnetBlock block = BNET_GENESIS;
    for (uint32_t number = 2; number <= 200; number++) {
        for (unsigned i = 0; i < 4; i++)
            ck_assert_uint_eq(core_child(&stores[i], block, 0), number);
        block = number;
        ck_assert_uint_eq(bnet_store_block(&stores[1], block)->lib, number - 1);
        ck_assert_uint_eq(bnet_store_block(&stores[2], block)->lib, number > 10 ? number - 10 : 0);
        ck_assert_uint_eq(bnet_store_block(&stores[3], block)->lib, 0);
    }
    ck_assert_uint_eq(bnet_store_block(&stores[0], 84)->lib, 0);
    ck_assert_uint_eq(bnet_store_block(&stores[0], 85)->lib, 48);
    ck_assert_uint_eq(bnet_store_block(&stores[0], 97)->lib, 60);
    for (unsigned i = 0; i < 4; i++)
        bnet_store_finish(&stores[i]);
}
END_TEST

/* --- the tree -------------------------------------------------------------------------------- */

static BnetBlock naive_ancestor(const BnetStore *store, BnetBlock block, uint32_t number)
{
    while (bnet_store_number(store, block) > number)
        block = bnet_store_block(store, block)->parent;
    return block;
}

static BnetBlock naive_common(const BnetStore *store, BnetBlock a, BnetBlock b)
{
    while (a != b) {
        if (bnet_store_number(store, a) >= bnet_store_number(store, b))
            a = bnet_store_block(store, a)->parent;
        else
            b = bnet_store_block(store, b)->parent;
    }
    return a;
}

START_TEST(test_random_trees)
{
    enum {
        BLOCKS = 600
    };
    uint64_t random = 100 + (uint64_t)_i;
    uint32_t back = _i % 2 ? 3 : BLOCKS; /* narrow and broad trees */
    BnetStore store;
    core_store_init(&store, BNET_RULE_NONE, 0, 1);
    for (uint32_t i = 0; i < BLOCKS; i++) {
        BnetBlock newest = store.n_blocks - 1;
        uint32_t reach = newest < back ? newest : back;
        BnetBlockSpec spec = core_spec(&store, newest - core_below(&random, reach), 0);
        spec.variant = i;
        bnet_store_add_block(&store, &spec);
    }
    for (uint32_t i = 0; i < 20000; i++) {
        BnetBlock a = 1 + core_below(&random, BLOCKS + 1);
        BnetBlock b = 1 + core_below(&random, BLOCKS + 1);
        uint32_t number = 1 + core_below(&random, bnet_store_number(&store, a));
        BnetBlock common = naive_common(&store, a, b);
        ck_assert_uint_eq(bnet_store_ancestor(&store, a, number),
                          naive_ancestor(&store, a, number));
        ck_assert_uint_eq(bnet_store_common(&store, a, b), common);
        ck_assert(bnet_store_is_ancestor(&store, a, b) == (common == a));
        ck_assert(bnet_store_is_ancestor(&store, common, b));
    }
    bnet_store_finish(&store);
}
END_TEST

/* Steps of the walk by jump pointers from a block to a number. */
static uint32_t steps_to(const BnetStore *store, BnetBlock block, uint32_t number)
{
    uint32_t steps = 0;
    for (; bnet_store_number(store, block) > number; steps++) {
        BnetBlock jump = bnet_store_block(store, block)->jump;
        bool far = bnet_store_number(store, jump) < number;
        block = far ? bnet_store_block(store, block)->parent : jump;
    }
    return steps;
}

/* 2 * log2(100,000) is 34; a skew-binary list needs at most about that many steps. */
START_TEST(test_long_chain_is_logarithmic)
{
    enum {
        BLOCKS = 100000
    };
    uint64_t random = 5;
    BnetStore store;
    core_store_init(&store, BNET_RULE_DEPTH, 10, 1);
    BnetBlock head = core_extend(&store, BNET_GENESIS, BLOCKS - 1);
    ck_assert_uint_eq(bnet_store_number(&store, head), BLOCKS);
    for (uint32_t i = 0; i < 20000; i++) {
        BnetBlock from = i % 2 ? head : 1 + core_below(&random, BLOCKS);
        uint32_t number = 1 + core_below(&random, bnet_store_number(&store, from));
        ck_assert_uint_le(steps_to(&store, from, number), 40);
        ck_assert_uint_eq(bnet_store_ancestor(&store, from, number), number);
    }
    bnet_store_finish(&store);
}
END_TEST

static void ancestor_above(void)
{
    BnetStore store;
    core_store_init(&store, BNET_RULE_DPOS, 0, 4);
    bnet_store_ancestor(&store, BNET_GENESIS, 2);
}

static void ancestor_zero(void)
{
    BnetStore store;
    core_store_init(&store, BNET_RULE_DPOS, 0, 4);
    bnet_store_ancestor(&store, BNET_GENESIS, 0);
}

START_TEST(test_limits_of_ancestor)
{
    ck_assert(core_asserts(ancestor_above));
    ck_assert(core_asserts(ancestor_zero));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("store");
    TCase *tcase = tcase_create("store");
    tcase_set_timeout(tcase, 0);
    tcase_add_test(tcase, test_genesis);
    tcase_add_test(tcase, test_id);
    tcase_add_test(tcase, test_chain_id);
    tcase_add_test(tcase, test_interning);
    tcase_add_test(tcase, test_interning_survives_growth);
    tcase_add_test(tcase, test_misuse);
    tcase_add_test(tcase, test_header_faults);
    tcase_add_test(tcase, test_precedence);
    tcase_add_test(tcase, test_expired_trx_in_block);
    tcase_add_test(tcase, test_sizes);
    tcase_add_test(tcase, test_transactions_of_blocks);
    tcase_add_test(tcase, test_time);
    tcase_add_test(tcase, test_rules);
    tcase_add_loop_test(tcase, test_random_trees, 0, 6);
    tcase_add_test(tcase, test_long_chain_is_logarithmic);
    tcase_add_test(tcase, test_limits_of_ancestor);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
