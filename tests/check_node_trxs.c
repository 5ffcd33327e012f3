/* SPDX-License-Identifier: Apache-2.0 */
/* Transactions between the sessions of a node. */
#include "core/node.h"
#include "tests/core_fixture.h"

/* Expires long after the bench's time of 1000 s. */
#define LATER_S 5000u

/* A node with blocks 1 to 4 and `n` peers that have them, in the slots 0 to n - 1. */
static BnetBlock start_with_peers(CoreBench *bench, uint32_t n)
{
    bench_init(bench, BNET_RULE_NONE, 0, 1);
    BnetBlock head = core_extend(&bench->store, BNET_GENESIS, 3);
    bench_start(bench, head);
    for (uint32_t slot = 0; slot < n; slot++)
        bench_connect(bench, slot, 0, head);
    bench_expect(bench, "");
    return head;
}

/* Sends what follows: each slot in turn, until nothing is left. */
static void flush(CoreBench *bench, uint32_t slot)
{
    while (bench_session(bench, slot)->writing)
        bench_written(bench, slot);
}

START_TEST(test_relayed_to_all_but_the_sender)
{
    CoreBench bench;
    start_with_peers(&bench, 3);
    BnetTrx trx = core_trx(&bench.store, LATER_S);
    bench_trx(&bench, 1, trx);
    bench_expect(&bench, "1 submit trx 1");
    bench_accept_trx(&bench, trx);
    bench_expect(&bench, "0 trx 1; 2 trx 1");
    for (uint32_t slot = 0; slot < 3; slot += 2)
        bench_written(&bench, slot);
    /* Comes back from another: nothing new, no copy. */
    bench_trx(&bench, 2, trx);
    ck_assert(!bnet_node_receive_trx(&bench.node, trx, bench.now_ns));
    bench_drain(&bench);
    bench_expect(&bench, "");
    bench_finish(&bench);
}
END_TEST

START_TEST(test_oldest_first)
{
    CoreBench bench;
    start_with_peers(&bench, 1);
    BnetTrx trxs[4];
    for (unsigned i = 0; i < 4; i++)
        trxs[i] = core_trx(&bench.store, LATER_S);
    bench_accept_trx(&bench, trxs[2]);
    bench_accept_trx(&bench, trxs[0]);
    bench_accept_trx(&bench, trxs[3]);
    bench_accept_trx(&bench, trxs[1]);
    flush(&bench, 0);
    bench_expect(&bench, "0 trx 3; 0 trx 1; 0 trx 4; 0 trx 2");
    bench_finish(&bench);
}
END_TEST

/* At its expiration it is sent, 1 ns later it is not; the same for what comes in. */
START_TEST(test_expiry)
{
    CoreBench bench;
    start_with_peers(&bench, 2);
    BnetTrx first = core_trx(&bench.store, LATER_S);
    BnetTrx soon = core_trx(&bench.store, 1001);
    BnetTrx later = core_trx(&bench.store, LATER_S);
    bench_accept_trx(&bench, first);
    bench_accept_trx(&bench, soon);
    bench_accept_trx(&bench, later);
    bench.now_ns = 1001 * BNET_NS_PER_S;
    bench_written(&bench, 0);
    bench.now_ns++;
    bench_written(&bench, 1);
    bench_expect(&bench, "0 trx 1; 1 trx 1; 0 trx 2; 1 trx 3");
    BnetTrx gone = core_trx(&bench.store, 1001);
    bench_trx(&bench, 0, gone);
    bench_expect(&bench, "");
    ck_assert(!bnet_node_receive_trx(&bench.node, gone, bench.now_ns));
    bench.now_ns--;
    bench_trx(&bench, 0, gone);
    bench_expect(&bench, "0 submit trx 4");
    bench_finish(&bench);
}
END_TEST

START_TEST(test_nobody_asked)
{
    CoreBench bench;
    BnetBlock head = start_with_peers(&bench, 1);
    /* This peer wants none. */
    BnetMessage hello = bench_hello_of(&bench, 1, 0, head);
    hello.u.hello.request_transactions = false;
    bench_connect_with(&bench, 1, &hello);
    BnetTrx trx = core_trx(&bench.store, LATER_S);
    bench_accept_trx(&bench, trx);
    bench_expect(&bench, "0 trx 1");
    bench_finish(&bench);

    /* We asked for none: what comes is ignored. */
    start_with_peers(&bench, 0);
    bench.self.request_transactions = false;
    bnet_node_restart(&bench.node, &bench.self);
    bench_connect(&bench, 0, 0, bench.node.view.head);
    trx = core_trx(&bench.store, LATER_S);
    bench_trx(&bench, 0, trx);
    bench_expect(&bench, "");
    ck_assert(!bnet_trxs_is_known(&bench.node.trxs, 0, trx));
    bench_finish(&bench);
}
END_TEST

/* Those who come later get what still waits, oldest first, but not what is in a block. */
START_TEST(test_newcomer)
{
    CoreBench bench;
    BnetBlock head = start_with_peers(&bench, 0);
    BnetTrx trxs[3];
    for (unsigned i = 0; i < 3; i++) {
        trxs[i] = core_trx(&bench.store, LATER_S);
        bench_accept_trx(&bench, trxs[i]);
    }
    head = core_child_with(&bench.store, head, 0, trxs[1]);
    bench_chain(&bench, BNET_NO_SESSION, head);
    bench.text[0] = '\0';
    bench_connect(&bench, 0, 0, head);
    flush(&bench, 0);
    bench_expect(&bench, "0 trx 1; 0 trx 3");
    /* What is included is not handed to the chain again. */
    bench_trx(&bench, 0, trxs[1]);
    bench_expect(&bench, "");
    ck_assert(!bnet_node_receive_trx(&bench.node, trxs[1], bench.now_ns));
    bench_finish(&bench);
}
END_TEST

/* A block marks its transactions: in both directions, on any fork. */
START_TEST(test_blocks_mark_their_transactions)
{
    CoreBench bench;
    BnetBlock head = start_with_peers(&bench, 2);
    BnetTrx a = core_trx(&bench.store, LATER_S);
    BnetTrx b = core_trx(&bench.store, LATER_S);
    BnetBlock with_a = core_child_with(&bench.store, head, 0, a);
    BnetBlock rival = core_child_with(&bench.store, BNET_GENESIS, 900, b);
    bench_block(&bench, 0, rival);
    ck_assert(bnet_trxs_is_known(&bench.node.trxs, 0, b));
    ck_assert(!bnet_trxs_is_known(&bench.node.trxs, 1, b));
    bench_chain(&bench, BNET_NO_SESSION, with_a);
    bench.text[0] = '\0';
    bench_fetched(&bench, 0);
    bench_expect(&bench, "0 block 5");
    ck_assert(bnet_trxs_is_known(&bench.node.trxs, 0, a));
    ck_assert(!bnet_trxs_is_known(&bench.node.trxs, 1, a)); /* not sent yet */
    bench_finish(&bench);
}
END_TEST

/* A fork switch brings a transaction back: it goes to those who have not had it, and is not
 * echoed. */
START_TEST(test_return_by_fork_switch)
{
    CoreBench bench;
    BnetBlock head = start_with_peers(&bench, 0);
    BnetTrx trx = core_trx(&bench.store, LATER_S);
    BnetBlock with = core_child_with(&bench.store, head, 0, trx);
    bench_connect(&bench, 0, 0, head);
    bench_connect(&bench, 1, 0, head);
    bench_trx(&bench, 0, trx);
    bench_chain(&bench, BNET_NO_SESSION, with);
    bench.text[0] = '\0';
    ck_assert(!bnet_trxs_is_pending(&bench.node.trxs, trx));
    BnetBlock rival = core_child(&bench.store, head, 50);
    BnetBlock top = core_child(&bench.store, rival, 0);
    for (uint32_t slot = 0; slot < 2; slot++) {
        bench_notice(&bench, slot, BNET_MESSAGE_BLOCK_NOTICE, top);
        bench_fetched(&bench, slot); /* so slot 1 has the transaction, too */
    }
    bench_expect(&bench, "0 block 5; 1 block 5");
    bench_connect(&bench, 2, 0, head);
    bench_notice(&bench, 2, BNET_MESSAGE_BLOCK_NOTICE, top);
    bench_chain(&bench, BNET_NO_SESSION, rival);
    bench_chain(&bench, BNET_NO_SESSION, top);
    ck_assert(bnet_trxs_is_pending(&bench.node.trxs, trx));
    bench.text[0] = '\0';
    bench_written(&bench, 0);
    bench_written(&bench, 1);
    bench_expect(&bench, "");
    bench_fetched(&bench, 2); /* block 5 is another now, which it has */
    bench_expect(&bench, "2 trx 1");
    bench_finish(&bench);
}
END_TEST

/* Unwound transactions wait in the order in which they were included; what the new branch includes,
 * and what has expired, does not come back. */
START_TEST(test_order_of_returned)
{
    CoreBench bench;
    BnetBlock head = start_with_peers(&bench, 0);
    BnetTrx trxs[5];
    for (unsigned i = 0; i < 5; i++)
        trxs[i] = core_trx(&bench.store, i == 3 ? 999 : LATER_S);
    BnetBlockSpec spec = core_spec(&bench.store, head, 0);
    spec.trxs = trxs;
    spec.n_trxs = 3;
    BnetBlock first = bnet_store_add_block(&bench.store, &spec);
    spec = core_spec(&bench.store, first, 0);
    spec.trxs = trxs + 3;
    spec.n_trxs = 2;
    BnetBlock second = bnet_store_add_block(&bench.store, &spec);
    bench_chain(&bench, BNET_NO_SESSION, first);
    bench_chain(&bench, BNET_NO_SESSION, second);
    BnetBlock rival = core_child_with(&bench.store, head, 50, trxs[1]);
    for (uint32_t i = 0; i < 3; i++) {
        bench_chain(&bench, BNET_NO_SESSION, rival);
        rival = core_child(&bench.store, rival, 0);
    }
    bench.text[0] = '\0';
    bench_connect(&bench, 0, 0, bench.node.view.head);
    flush(&bench, 0);
    bench_expect(&bench, "0 trx 1; 0 trx 3; 0 trx 5");
    bench_finish(&bench);
}
END_TEST

/* trx_notice: what of it waits here becomes known by the peer; all else is ignored, nobody is
 * closed. */
START_TEST(test_trx_notice)
{
    CoreBench bench;
    BnetBlock head = start_with_peers(&bench, 1);
    BnetTrx waiting = core_trx(&bench.store, LATER_S);
    BnetTrx unknown = core_trx(&bench.store, LATER_S);
    bench_ping(&bench, 0, 1, 0); /* busy with a pong */
    bench_accept_trx(&bench, waiting);
    bench_notice(&bench, 0, BNET_MESSAGE_TRX_NOTICE, unknown);
    bench_notice(&bench, 0, BNET_MESSAGE_TRX_NOTICE, waiting);
    bench_written(&bench, 0);
    bench_expect(&bench, "0 pong");
    ck_assert(!bnet_trxs_is_known(&bench.node.trxs, 0, unknown));
    bench_connect(&bench, 1, 0, head);
    bench_expect(&bench, "1 trx 1");
    bench_finish(&bench);
}
END_TEST

/* The marks of a session go with it: the next peer in the slot gets all that waits. */
START_TEST(test_marks_end_with_the_session)
{
    CoreBench bench;
    BnetBlock head = start_with_peers(&bench, 1);
    bench_accept_trx(&bench, core_trx(&bench.store, LATER_S));
    bench_expect(&bench, "0 trx 1");
    bnet_node_lost(&bench.node, 0, bench.now_ns);
    bench_connect(&bench, 0, 0, head);
    bench_expect(&bench, "0 trx 1");
    bench_finish(&bench);
}
END_TEST

/* A full table refuses what is new, and says so; what it has goes on being sent. */
START_TEST(test_full_table)
{
    CoreBench bench;
    BnetBlock head = start_with_peers(&bench, 0);
    for (uint32_t i = 0; i < BNET_TRXS_MAX; i++)
        ck_assert(
            bnet_node_receive_trx(&bench.node, core_trx(&bench.store, LATER_S), bench.now_ns));
    BnetTrx extra = core_trx(&bench.store, LATER_S);
    ck_assert(!bnet_node_receive_trx(&bench.node, extra, bench.now_ns));
    ck_assert_uint_eq(bench.node.trxs.refused, 1);
    ck_assert_uint_eq(bench.node.trxs.n_entries, BNET_TRXS_MAX);
    bench_connect(&bench, 0, 0, head);
    bench_expect(&bench, "0 trx 1");
    bench_finish(&bench);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("node_trxs");
    TCase *tcase = tcase_create("node_trxs");
    tcase_set_timeout(tcase, 0);
    tcase_add_test(tcase, test_relayed_to_all_but_the_sender);
    tcase_add_test(tcase, test_oldest_first);
    tcase_add_test(tcase, test_expiry);
    tcase_add_test(tcase, test_nobody_asked);
    tcase_add_test(tcase, test_newcomer);
    tcase_add_test(tcase, test_blocks_mark_their_transactions);
    tcase_add_test(tcase, test_return_by_fork_switch);
    tcase_add_test(tcase, test_order_of_returned);
    tcase_add_test(tcase, test_trx_notice);
    tcase_add_test(tcase, test_marks_end_with_the_session);
    tcase_add_test(tcase, test_full_table);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
