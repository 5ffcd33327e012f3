/* SPDX-License-Identifier: Apache-2.0 */
/* Modelled blocks that bring new producers: what they are as bytes, when they may come. */
#include "core/contents.h"
#include "tests/contents_fixture.h"
#include "tests/run_suite.h"

/* A schedule that is wanted. */
typedef struct Wanted {
    uint64_t names[BNET_PRODUCERS_MAX];
    uint32_t n;
} Wanted;

/* Producers named by letters: "ax" is bpa and bpx. */
static Wanted wanted_of(const char *letters)
{
    Wanted wanted = {.n = (uint32_t)strlen(letters)};
    for (uint32_t i = 0; i < wanted.n; i++)
        wanted.names[i] = bnet_name((char[]){'b', 'p', letters[i], '\0'});
    return wanted;
}

static bool is_newest(const BnetStore *store, BnetBlock block, const Wanted *wanted)
{
    const BnetSchedule *newest = bnet_store_newest_schedule(store, block);
    bool same = newest->n == wanted->n;
    for (uint32_t i = 0; same && i < newest->n; i++)
        same = newest->producers[i].name == wanted->names[i];
    return same;
}

/* A block in a slot that confirms all it may. */
static BnetBlockSpec spec_at(const BnetStore *store, BnetBlock parent, uint32_t slot)
{
    BnetBlockSpec spec = core_spec_at(store, parent, slot);
    const uint32_t most = bnet_store_confirms_most(store, parent, spec.slot);
    spec.schedule_version = bnet_store_schedule(store, parent)->version;
    spec.confirmed = (uint16_t)most;
    return spec;
}

/* The same in the next slot. */
static BnetBlockSpec next_spec(const BnetStore *store, BnetBlock parent)
{
    return spec_at(store, parent, bnet_store_block(store, parent)->slot + 1);
}

/* A valid block that brings what is wanted, if its chain does not have it and may take it. */
static BnetBlock block_at(BnetStore *store, BnetBlock parent, const Wanted *wanted, uint32_t slot)
{
    BnetBlockSpec spec = spec_at(store, parent, slot);
    if (!is_newest(store, parent, wanted) &&
        bnet_store_takes_schedule(store, parent, spec.slot, spec.confirmed))
        spec.new_schedule = bnet_store_add_schedule(store, parent, wanted->names, wanted->n);
    const BnetBlock block = bnet_store_add_block(store, &spec);
    ck_assert_uint_eq(bnet_store_block(store, block)->header_fault, BNET_FAULT_NONE);
    return block;
}

static BnetBlock next_block(BnetStore *store, BnetBlock parent, const Wanted *wanted)
{
    return block_at(store, parent, wanted, bnet_store_block(store, parent)->slot + 1);
}

/* Producers come, go and come back, one change as soon as the one before is over. */
static BnetBlock changing_chain(BnetStore *store, uint32_t n_changes)
{
    static const char *const letters[] = {"axyb", "x", "bcdaxyz", "dcba", "abcd", "zyxa"};
    BnetBlock head = core_extend(store, BNET_GENESIS, 5);
    for (uint32_t i = 0; i < n_changes; i++) {
        const Wanted wanted = wanted_of(letters[i % 6]);
        uint32_t n = 0;
        while (bnet_store_schedule(store, head)->version < i + 1 && n++ < 400)
            head = next_block(store, head, &wanted);
        ck_assert_uint_eq(bnet_store_schedule(store, head)->version, i + 1);
        ck_assert(is_newest(store, head, &wanted));
    }
    return head;
}

/* A store that keeps bytes, one that does not, and one that reads the bytes of the first agree. */
START_TEST(test_stores_agree)
{
    BnetStore kept;
    BnetStore bare;
    BnetStore read;
    contents_store_of(&kept, 4);
    contents_store_init(&bare, &(ContentsOptions){.n_producers = 4});
    contents_store_of(&read, 4);
    changing_chain(&kept, 12);
    changing_chain(&bare, 12);
    ck_assert_uint_eq(kept.n_blocks, bare.n_blocks);
    for (BnetBlock b = BNET_GENESIS + 1; b < kept.n_blocks; b++) {
        const BnetBlockInfo *info = bnet_store_block(&kept, b);
        contents_assert_same_block(info, bnet_store_block(&bare, b));
        ck_assert_uint_eq(contents_pass(&kept, b, &read), b);
        contents_assert_same_block(info, bnet_store_block(&read, b));
        ck_assert_uint_eq(bnet_store_schedule(&kept, b)->version,
                          bnet_store_schedule(&read, b)->version);
        ck_assert_mem_eq(&bnet_store_newest_schedule(&kept, b)->hash,
                         &bnet_store_newest_schedule(&read, b)->hash, sizeof(BnetId));
        ck_assert_uint_eq(bnet_store_block_bytes(&kept, b).n, info->size);
    }
    bnet_store_finish(&kept);
    bnet_store_finish(&bare);
    bnet_store_finish(&read);
}
END_TEST

/* A block without transactions has 184 bytes; new producers take 5, and 42 each. */
START_TEST(test_size)
{
    BnetStore store;
    Wanted wanted = {.n = BNET_PRODUCERS_MAX};
    contents_store_of(&store, 4);
    for (uint32_t i = 0; i < wanted.n; i++)
        wanted.names[i] = 1 + i;
    const BnetBlock head = core_extend(&store, BNET_GENESIS, 2);
    const BnetBlock block = next_block(&store, head, &wanted);
    ck_assert_uint_eq(bnet_store_block(&store, head)->size, 184);
    ck_assert_uint_eq(bnet_store_block(&store, block)->size, 184 + 5 + 42 * BNET_PRODUCERS_MAX);
    bnet_store_finish(&store);
}
END_TEST

/* Not while another is pending, nor with the block that promotes it. */
START_TEST(test_when)
{
    BnetStore store;
    contents_store_of(&store, 4);
    const Wanted first = wanted_of("ab");
    const Wanted second = wanted_of("cd");
    /* Block 2 promotes the schedule of block 1. */
    BnetBlockSpec spec = next_spec(&store, BNET_GENESIS);
    ck_assert(!bnet_store_takes_schedule(&store, BNET_GENESIS, spec.slot, spec.confirmed));
    BnetBlock head = core_extend(&store, BNET_GENESIS, 1);
    head = next_block(&store, head, &first);
    ck_assert(is_newest(&store, head, &first));
    bool promoted = false;
    while (!promoted) {
        spec = next_spec(&store, head);
        ck_assert(!bnet_store_takes_schedule(&store, head, spec.slot, spec.confirmed));
        spec.new_schedule = bnet_store_add_schedule(&store, head, second.names, second.n);
        const BnetBlock bad = bnet_store_add_block(&store, &spec);
        ck_assert_uint_eq(bnet_store_block(&store, bad)->header_fault, BNET_FAULT_NEW_PRODUCERS);
        head = next_block(&store, head, &first);
        promoted = bnet_store_schedule(&store, head)->version == 1;
    }
    head = next_block(&store, head, &second);
    ck_assert(is_newest(&store, head, &second));
    bnet_store_finish(&store);
}
END_TEST

/* One block more than the most is a range that was confirmed, for who stays, comes or comes back.
 */
START_TEST(test_confirms_most)
{
    BnetStore store;
    contents_store_of(&store, 4);
    changing_chain(&store, 7);
    const uint32_t n_blocks = store.n_blocks;
    for (BnetBlock b = BNET_GENESIS + 1; b < n_blocks; b++) {
        BnetBlockSpec spec = next_spec(&store, b);
        const BnetBlock good = bnet_store_add_block(&store, &spec);
        ck_assert_uint_eq(bnet_store_block(&store, good)->header_fault, BNET_FAULT_NONE);
        spec.confirmed++;
        const BnetBlock bad = bnet_store_add_block(&store, &spec);
        ck_assert_uint_eq(bnet_store_block(&store, bad)->header_fault, BNET_FAULT_DOUBLE_CONFIRM);
    }
    bnet_store_finish(&store);
}
END_TEST

/* A chain of four producers whose last one makes nothing, until a schedule of the first and the
 * last holds: how often the LIB is lower than that of the block before. */
static uint32_t count_falls(BnetStore *store)
{
    const Wanted wanted = wanted_of("da");
    uint32_t falls = 0;
    BnetBlock head = BNET_GENESIS;
    while (bnet_store_schedule(store, head)->version == 0) {
        uint32_t slot = bnet_store_block(store, head)->slot + 1;
        while (bnet_store_scheduled(store, head, slot) == wanted.names[0])
            slot++;
        const BnetBlock before = head;
        head = block_at(store, before, &wanted, slot);
        falls += bnet_store_block(store, head)->lib < bnet_store_block(store, before)->lib;
    }
    for (uint32_t i = 0; i < 48; i++) {
        const BnetBlock before = head;
        head = next_block(store, before, &wanted);
        falls += bnet_store_block(store, head)->lib < bnet_store_block(store, before)->lib;
    }
    return falls;
}

/* The rule's own value falls then; the LIB of a chain does not. */
START_TEST(test_lib)
{
    for (unsigned may_fall = 0; may_fall < 2; may_fall++) {
        BnetStore store;
        contents_store_of(&store, 4);
        store.lib_may_fall = may_fall != 0;
        ck_assert_uint_eq(count_falls(&store) > 0, may_fall);
        bnet_store_finish(&store);
    }
}
END_TEST

/* On a chain with keys of its own, who stays keeps its key; who comes has the model's. */
START_TEST(test_keys)
{
    const uint64_t names[] = {bnet_name("bpa"), bnet_name("bpb"), bnet_name("bpc")};
    BnetStore store;
    for (unsigned own = 0; own < 2; own++) {
        const BnetKey keys[] = {core_key(1), core_key(2)};
        bnet_store_init(&store, &(BnetChainConfig){.rule = BNET_RULE_DPOS,
                                                   .n_producers = 2,
                                                   .producers = names,
                                                   .keys = own ? keys : NULL});
        const uint32_t number =
            bnet_store_add_schedule(&store, BNET_GENESIS, names + 1, 2); /* bpb, bpc */
        const BnetSchedule *schedule = bnet_schedules_at(&store.schedules, number);
        const BnetKey models[] = {bnet_store_model_key(&store, names[1]),
                                  bnet_store_model_key(&store, names[2])};
        ck_assert_uint_eq(schedule->version, 1);
        const BnetKey *kept = own ? &keys[1] : &models[0];
        ck_assert(memcmp(&schedule->producers[0].key, kept, sizeof *kept) == 0);
        ck_assert(memcmp(&schedule->producers[1].key, &models[1], sizeof *models) == 0);
        ck_assert_uint_eq(bnet_store_add_schedule(&store, BNET_GENESIS, names + 1, 2), number);
        bnet_store_finish(&store);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("store_schedule");
    TCase *tcase = tcase_create("schedule");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, test_stores_agree);
    tcase_add_test(tcase, test_size);
    tcase_add_test(tcase, test_when);
    tcase_add_test(tcase, test_confirms_most);
    tcase_add_test(tcase, test_lib);
    tcase_add_test(tcase, test_keys);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
