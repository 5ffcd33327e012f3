/* SPDX-License-Identifier: Apache-2.0 */

/* What the core has for a driver of real nodes alone: blocks that are dropped before they are kept
 * or named before they come, a LIB that is set, keys of producers, blocks that are rejected. */

#include "core/text.h"
#include "tests/contents_fixture.h"
#include "tests/core_fixture.h"

/* --- what is not kept, and what comes later ----------------------------------------------------
 */

/* A block that cannot be linked counts towards `resync` though no handle stands for it; one of no
 * consequence does not. Either is a sign of life. */
START_TEST(test_dropped)
{
    CoreBench bench;
    BnetBlock head = bench_start_chain(&bench, 0, 0, 3);
    bench_connect(&bench, 0, 0, head);
    bench_connect(&bench, 1, 0, head);
    const int64_t start_ns = bench.now_ns;
    bnet_node_dropped(&bench.node, 0, 9, bench.now_ns);
    bnet_node_dropped(&bench.node, 1, 0, bench.now_ns);
    bench_drain(&bench);
    bench.text[0] = '\0';
    bench.now_ns = start_ns + 6 * BNET_NS_PER_S;
    bench_timer(&bench, 0);
    bench_timer(&bench, 1);
    bench_expect(&bench, "0 close resync; 1 code");
    bench_finish(&bench);
}
END_TEST

START_TEST(test_dropped_is_a_sign_of_life)
{
    CoreBench bench;
    BnetBlock head = bench_start_chain(&bench, 0, 0, 3);
    bench_connect(&bench, 0, 0, head);
    bench.now_ns += BNET_IDLE_TIMEOUT_NS - 1;
    bnet_node_dropped(&bench.node, 0, 0, bench.now_ns);
    bench_drain(&bench);
    bench.text[0] = '\0';
    bench.now_ns++;
    bench_timer(&bench, 0);
    ck_assert(bnet_session_is_open(bnet_node_session(&bench.node, 0)));
    bench_finish(&bench);
}
END_TEST

START_TEST(test_dropped_before_hello)
{
    CoreBench bench;
    bench_start_chain(&bench, 0, 0, 3);
    bench_open(&bench, 0, false);
    bench.text[0] = '\0';
    bnet_node_dropped(&bench.node, 0, 9, bench.now_ns);
    bench_drain(&bench);
    bench_expect(&bench, "0 close protocol");
    bench_finish(&bench);
}
END_TEST

/* The peer noticed a block that we come to know later: it is not sent to it. */
START_TEST(test_named_before_it_came)
{
    CoreBench bench;
    BnetBlock head = bench_start_chain(&bench, 0, 0, 3);
    bench_connect(&bench, 0, 0, head);
    bench_connect(&bench, 1, 0, head);
    BnetBlock next = core_child(&bench.store, head, 0);
    bnet_node_has(&bench.node, 1, next, bench.now_ns);
    bench_drain(&bench);
    bench.text[0] = '\0';
    bench_chain(&bench, BNET_NO_SESSION, next);
    ck_assert_msg(strstr(bench.text, "0 fetch 4") != NULL, "%s", bench.text);
    ck_assert_ptr_null(strstr(bench.text, "1 fetch"));
    bench.text[0] = '\0';
    bench_finish(&bench);
}
END_TEST

/* --- a LIB that is set -------------------------------------------------------------------------
 */

/* What happened, as "irreversible 3; pruned 3b". */
static const char *settle(const BnetStore *store, BnetView *view)
{
    static char text[1024];
    BnetChainEvent event;
    text[0] = '\0';
    while (bnet_view_step(view, &event)) {
        const size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%s%s %s", used ? "; " : "",
                 bnet_chain_event_name(event.kind), core_block_text(store, event.block));
    }
    return text;
}

START_TEST(test_set_lib)
{
    BnetStore store;
    BnetView view;
    core_store_init(&store, BNET_RULE_NONE, 0, 1);
    const BnetBlock head = core_extend(&store, BNET_GENESIS, 9);
    bnet_view_init(&view, &store, head);
    const BnetBlock fork = core_child(&store, bnet_view_at(&view, 2), 3);
    const BnetBlock kept = core_child(&store, head, 3);
    ck_assert_uint_eq(bnet_view_receive(&view, fork, INT64_MAX / 2), BNET_VERDICT_ACCEPTED);
    ck_assert_str_eq(settle(&store, &view), "");
    bnet_view_set_lib(&view, 4, false);
    ck_assert_uint_eq(bnet_view_lib_number(&view), 4);
    ck_assert_str_eq(settle(&store, &view),
                     "irreversible 1; irreversible 2; irreversible 3; irreversible 4; pruned 3b");
    ck_assert_uint_eq(bnet_view_receive(&view, fork, INT64_MAX / 2), BNET_VERDICT_STALE);
    bnet_view_set_lib(&view, 4, false); /* it stays */
    ck_assert_str_eq(settle(&store, &view), "");
    bnet_view_set_lib(&view, 10, true); /* as far as the head, and told before */
    ck_assert_str_eq(settle(&store, &view), "");
    ck_assert_uint_eq(view.announced_block, head);
    ck_assert_uint_eq(bnet_view_receive(&view, kept, INT64_MAX / 2), BNET_VERDICT_ACCEPTED);
    ck_assert_str_eq(settle(&store, &view), "applied 11");
    ck_assert_uint_eq(bnet_view_lib_number(&view), 10);
    bnet_view_finish(&view);
    bnet_store_finish(&store);
}
END_TEST

static void set_lib_to(uint32_t number)
{
    BnetStore store;
    BnetView view;
    core_store_init(&store, BNET_RULE_DEPTH, 3, 1);
    bnet_view_init(&view, &store, core_extend(&store, BNET_GENESIS, 9));
    bnet_view_set_lib(&view, number, false);
}

static void set_lib_back(void)
{
    set_lib_to(6);
}

static void set_lib_beyond(void)
{
    set_lib_to(11);
}

START_TEST(test_lib_that_cannot_be)
{
    ck_assert(core_asserts(set_lib_back));
    ck_assert(core_asserts(set_lib_beyond));
}
END_TEST

/* --- keys and rejected blocks --------------------------------------------------------------------
 */

/* A block is signed with the key that was set; a key is set once, and is one. */
START_TEST(test_set_key)
{
    BnetStore store;
    const BnetPrivateKey none = {{0}};
    const BnetPrivateKey key = {{1, 2, 3}};
    BnetSigner signer;
    contents_store_of(&store, 2);
    const uint64_t producer = bnet_name("newcomer");
    ck_assert(bnet_signer_init(&signer, &key));
    ck_assert(!bnet_store_set_key(&store, producer, &none));
    ck_assert(bnet_store_set_key(&store, producer, &key));
    ck_assert(!bnet_store_set_key(&store, producer, &key));
    const BnetKey set = bnet_store_model_key(&store, producer);
    ck_assert_mem_eq(&set, bnet_signer_key(&signer), sizeof set);
    /* The scheduled ones have theirs already. */
    ck_assert(!bnet_store_set_key(&store, bnet_name("bpa"), &key));
    bnet_signer_finish(&signer);
    bnet_store_finish(&store);
}
END_TEST

/* A block that was rejected by its id has a content that fails, one that is known has not. */
START_TEST(test_reject)
{
    BnetStore maker;
    BnetStore store;
    contents_store_of(&maker, 1);
    contents_store_of(&store, 1);
    const BnetBlock good = core_child(&maker, BNET_GENESIS, 0);
    const BnetBlock bad = core_child(&maker, good, 0);
    ck_assert(bnet_store_reject(&store, &bnet_store_block(&maker, bad)->id));
    for (BnetBlock block = good; block <= bad; block++) {
        const ContentsBlock passed = contents_of(&maker, block);
        BnetBlock read;
        uint8_t *scratch = malloc(BNET_WIRE_SCRATCH_BYTES);
        ck_assert(bnet_store_read_block(&store, &passed.block,
                                        (BnetScratch){scratch, BNET_WIRE_SCRATCH_BYTES}, &read));
        const BnetBlockInfo *info = bnet_store_block(&store, read);
        ck_assert_uint_eq(info->header_fault, BNET_FAULT_NONE);
        ck_assert_uint_eq(info->content_fault, block == bad ? BNET_FAULT_CONTENT : BNET_FAULT_NONE);
        ck_assert(!bnet_store_reject(&store, &info->id));
        free(scratch);
        free(passed.bytes.bytes);
    }
    bnet_store_finish(&store);
    bnet_store_finish(&maker);
}
END_TEST

START_TEST(test_rejects_at_the_limit)
{
    BnetStore store;
    core_store_init(&store, BNET_RULE_NONE, 0, 1);
    for (uint32_t i = 0; i <= BNET_STORE_REJECTED_MAX; i++) {
        BnetId id = {{0}};
        bnet_put_little(id.bytes, i, sizeof i);
        ck_assert_int_eq(bnet_store_reject(&store, &id), i < BNET_STORE_REJECTED_MAX);
    }
    bnet_store_finish(&store);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("live_core");
    TCase *tcase = tcase_create("live_core");
    tcase_set_timeout(tcase, 0);
    tcase_add_test(tcase, test_dropped);
    tcase_add_test(tcase, test_dropped_is_a_sign_of_life);
    tcase_add_test(tcase, test_dropped_before_hello);
    tcase_add_test(tcase, test_named_before_it_came);
    tcase_add_test(tcase, test_set_lib);
    tcase_add_test(tcase, test_lib_that_cannot_be);
    tcase_add_test(tcase, test_set_key);
    tcase_add_test(tcase, test_reject);
    tcase_add_test(tcase, test_rejects_at_the_limit);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
