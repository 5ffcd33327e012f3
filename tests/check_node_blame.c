/* SPDX-License-Identifier: Apache-2.0 */
/* The disconnect-on-invalid-block rule of a node: who is closed for a bad block, and who is not. */
#include "core/node.h"
#include "tests/core_fixture.h"

/* A node with blocks 1 to 5 and a peer in each of the four slots that has them. */
static BnetBlock start_with_peers(CoreBench *bench, uint32_t depth)
{
    bench_init(bench, depth ? BNET_RULE_DEPTH : BNET_RULE_NONE, depth, 1);
    BnetBlock head = core_extend(&bench->store, BNET_GENESIS, 4);
    bench_start(bench, head);
    for (uint32_t slot = 0; slot < BENCH_SESSIONS; slot++)
        bench_connect(bench, slot, 0, head);
    bench_expect(bench, "");
    return head;
}

/* The peer in the slot sends the block, and the chain takes it. */
static void deliver(CoreBench *bench, uint32_t slot, BnetBlock block)
{
    bench_block(bench, slot, block);
    bench_chain(bench, slot, block);
}

START_TEST(test_bad_header)
{
    CoreBench bench;
    BnetBlock head = start_with_peers(&bench, 0);
    deliver(&bench, 1, core_unsigned_child(&bench.store, head, 0));
    bench_expect(&bench, "1 submit 6; invalid 6; 1 close bad-block");
    ck_assert_uint_eq(bench.node.blame.n, 0);
    bench_finish(&bench);
}
END_TEST

START_TEST(test_bad_content)
{
    CoreBench bench;
    BnetBlock head = start_with_peers(&bench, 0);
    deliver(&bench, 1, core_bad_child(&bench.store, head, 0));
    bench_expect(&bench, "1 submit 6; accepted 6; rejected 6; 1 close bad-block");
    ck_assert_uint_eq(bench.node.blame.n, 0);
    bench_finish(&bench);
}
END_TEST

/* Several sent it before the chain looked at it, one only noticed it, one said nothing. */
START_TEST(test_every_sender_and_no_noticer)
{
    CoreBench bench;
    BnetBlock head = start_with_peers(&bench, 0);
    BnetBlock bad = core_bad_child(&bench.store, head, 0);
    bench_block(&bench, 0, bad);
    bench_notice(&bench, 1, BNET_MESSAGE_BLOCK_NOTICE, bad);
    bench_block(&bench, 2, bad);
    bench_block(&bench, 2, bad);
    bench_chain(&bench, 0, bad);
    bench_expect(&bench, "0 submit 6; 2 submit 6; 2 submit 6; accepted 6; rejected 6; "
                         "0 close bad-block; 2 close bad-block");
    ck_assert(bnet_session_is_open(bench_session(&bench, 1)));
    ck_assert(bnet_session_is_open(bench_session(&bench, 3)));
    bench_finish(&bench);
}
END_TEST

/* A notice after the block does not clear the sender. */
START_TEST(test_notice_does_not_clear)
{
    CoreBench bench;
    BnetBlock head = start_with_peers(&bench, 0);
    BnetBlock bad = core_bad_child(&bench.store, head, 0);
    bench_block(&bench, 0, bad);
    bench_notice(&bench, 0, BNET_MESSAGE_BLOCK_NOTICE, bad);
    bench_chain(&bench, 0, bad);
    bench_expect(&bench, "0 submit 6; accepted 6; rejected 6; 0 close bad-block");
    bench_finish(&bench);
}
END_TEST

/* On a minority fork the fault is found when the fork wins: the sender of the bad block and those
 * of the blocks on it are cut, the sender of the good block below is not. */
START_TEST(test_found_at_the_fork_switch)
{
    CoreBench bench;
    start_with_peers(&bench, 0);
    BnetBlock good = core_child(&bench.store, bnet_view_at(&bench.node.view, 3), 50);
    BnetBlock bad = core_bad_child(&bench.store, good, 0);
    BnetBlock child = core_child(&bench.store, bad, 0);
    deliver(&bench, 0, good);
    deliver(&bench, 1, bad);
    bench.text[0] = '\0';
    ck_assert_uint_eq(bench.node.blame.n, 2);
    deliver(&bench, 2, child);
    bench_expect(&bench, "2 submit 6; accepted 6; fork_switch 3; applied 4b; 3 fetch 4; "
                         "rejected 5b; 1 close bad-block; 2 close bad-block; fork_switch 3; "
                         "applied 4; applied 5");
    ck_assert(bnet_session_is_open(bench_session(&bench, 0)));
    ck_assert_uint_eq(bench.node.blame.n, 0);
    bench_finish(&bench);
}
END_TEST

/* Whoever sends a remembered bad block, or one built on it, later is cut too. */
START_TEST(test_late_senders)
{
    CoreBench bench;
    BnetBlock head = start_with_peers(&bench, 0);
    BnetBlock bad = core_bad_child(&bench.store, head, 0);
    BnetBlock child = core_child(&bench.store, bad, 0);
    deliver(&bench, 0, bad);
    bench.text[0] = '\0';
    deliver(&bench, 1, bad);
    bench_expect(&bench, "1 submit 6; invalid 6; 1 close bad-block");
    deliver(&bench, 2, child);
    bench_expect(&bench, "2 submit 7; invalid 7; 2 close bad-block");
    bench_notice(&bench, 3, BNET_MESSAGE_BLOCK_NOTICE, child);
    bench_expect(&bench, "");
    bench_finish(&bench);
}
END_TEST

/* The verdict on a child reaches those who sent more of the branch, before the chain saw theirs. */
START_TEST(test_blocks_on_their_way_to_the_chain)
{
    CoreBench bench;
    BnetBlock head = start_with_peers(&bench, 0);
    BnetBlock bad = core_unsigned_child(&bench.store, head, 0);
    BnetBlock child = core_child(&bench.store, bad, 0);
    bench_block(&bench, 0, bad);
    bench_block(&bench, 1, child);
    bench_block(&bench, 2, core_child(&bench.store, child, 3));
    bench.text[0] = '\0';
    bench_chain(&bench, 0, bad);
    bench_expect(&bench, "invalid 6; 0 close bad-block; 1 close bad-block; 2 close bad-block");
    /* Their blocks come to the chain when the sessions are gone. */
    bench_chain(&bench, BNET_NO_SESSION, child);
    bench_expect(&bench, "invalid 7");
    bench_finish(&bench);
}
END_TEST

/* Two sent a block whose parent is missing. The chain drops the first copy; by the second it has
 * the parent, takes the block, and finds it bad: its sender is to blame. */
START_TEST(test_dropped_copy_clears_no_other_sender)
{
    CoreBench bench;
    BnetBlock head = start_with_peers(&bench, 0);
    BnetBlock parent = core_child(&bench.store, head, 0);
    BnetBlock bad = core_bad_child(&bench.store, parent, 0);
    bench_block(&bench, 0, bad);
    bench_block(&bench, 1, bad);
    bench.text[0] = '\0';
    bench_chain(&bench, 0, bad);
    bench_chain(&bench, BNET_NO_SESSION, parent);
    bench.text[0] = '\0';
    bench_chain(&bench, 1, bad);
    bench_expect(&bench, "accepted 7; rejected 7; 1 close bad-block");
    ck_assert(bnet_session_is_open(bench_session(&bench, 0)));
    bench_finish(&bench);
}
END_TEST

/* Blame ends with the session: who comes next into the slot has sent nothing. */
START_TEST(test_blame_ends_with_the_session)
{
    CoreBench bench;
    BnetBlock head = start_with_peers(&bench, 0);
    BnetBlock bad = core_bad_child(&bench.store, bnet_view_at(&bench.node.view, 4), 50);
    deliver(&bench, 0, bad); /* on a minority fork */
    bnet_node_lost(&bench.node, 0, bench.now_ns);
    bench_connect(&bench, 0, 0, head);
    bench.text[0] = '\0';
    deliver(&bench, 1, core_child(&bench.store, bad, 0));
    bench_expect(&bench, "1 submit 6; accepted 6; fork_switch 4; rejected 5b; 1 close bad-block; "
                         "applied 5");
    ck_assert(bnet_session_is_open(bench_session(&bench, 0)));
    bench_finish(&bench);
}
END_TEST

/* Nobody is to blame for a block that is applied, stale, pruned, unlinkable or in the future. */
START_TEST(test_blame_is_dropped)
{
    CoreBench bench;
    BnetBlock head = start_with_peers(&bench, 2); /* LIB 3 */
    BnetBlock side = core_child(&bench.store, bnet_view_at(&bench.node.view, 4), 50);
    deliver(&bench, 0, side);
    ck_assert(bnet_blame_has(&bench.node.blame, side, 0));
    deliver(&bench, 1, side); /* known, not applied: one more sender */
    ck_assert(bnet_blame_has(&bench.node.blame, side, 1));
    ck_assert_uint_eq(bench.node.blame.n, 2);
    deliver(&bench, 0, head); /* known and applied */
    deliver(&bench, 0, bnet_view_at(&bench.node.view, 2));
    deliver(&bench, 0, core_child(&bench.store, BNET_GENESIS, 4)); /* stale */
    deliver(&bench, 0, core_extend(&bench.store, head, 5));        /* unlinkable */
    BnetBlockSpec spec = core_spec_at(&bench.store, head, 3000);
    deliver(&bench, 0, bnet_store_add_block(&bench.store, &spec)); /* future */
    ck_assert_uint_eq(bench.node.blame.n, 2);
    head = core_child(&bench.store, head, 0);
    deliver(&bench, 2, head); /* applied */
    ck_assert_uint_eq(bench.node.blame.n, 2);
    ck_assert_uint_eq(bnet_view_lib_number(&bench.node.view), 4);
    deliver(&bench, 2, core_child(&bench.store, head, 0)); /* LIB 5: side is pruned */
    ck_assert_uint_eq(bench.node.blame.n, 0);
    for (uint32_t slot = 0; slot < BENCH_SESSIONS; slot++)
        ck_assert(bnet_session_is_open(bench_session(&bench, slot)));
    bench_finish(&bench);
}
END_TEST

/* Nothing that a peer sends besides evicts its blame: 5000 junk notices, 5000 blocks of others. */
START_TEST(test_blame_is_never_evicted)
{
    CoreBench bench;
    BnetBlock head = start_with_peers(&bench, 0);
    BnetBlock bad = core_bad_child(&bench.store, bnet_view_at(&bench.node.view, 4), 50);
    deliver(&bench, 0, bad);
    for (uint32_t i = 0; i < 5000; i++) {
        BnetBlockSpec spec = core_spec(&bench.store, BNET_GENESIS, 0);
        spec.variant = i + 1;
        BnetBlock junk = bnet_store_add_block(&bench.store, &spec);
        bench_notice(&bench, 0, BNET_MESSAGE_BLOCK_NOTICE, junk);
        bnet_node_receive_block(&bench.node, junk, BNET_NO_SESSION, bench.now_ns);
        bench.text[0] = '\0';
    }
    ck_assert(!bnet_status_has(&bench_session(&bench, 0)->status, bad));
    bench_chain(&bench, BNET_NO_SESSION, core_child(&bench.store, bad, 0));
    ck_assert(strstr(bench.text, "rejected 5b; 0 close bad-block") != NULL);
    ck_assert_uint_eq(bench.node.view.head, head);
    bench_finish(&bench);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("node_blame");
    TCase *tcase = tcase_create("node_blame");
    tcase_set_timeout(tcase, 0);
    tcase_add_test(tcase, test_bad_header);
    tcase_add_test(tcase, test_bad_content);
    tcase_add_test(tcase, test_every_sender_and_no_noticer);
    tcase_add_test(tcase, test_notice_does_not_clear);
    tcase_add_test(tcase, test_found_at_the_fork_switch);
    tcase_add_test(tcase, test_late_senders);
    tcase_add_test(tcase, test_blocks_on_their_way_to_the_chain);
    tcase_add_test(tcase, test_dropped_copy_clears_no_other_sender);
    tcase_add_test(tcase, test_blame_ends_with_the_session);
    tcase_add_test(tcase, test_blame_is_dropped);
    tcase_add_test(tcase, test_blame_is_never_evicted);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
