/* SPDX-License-Identifier: Apache-2.0 */
/* One session of a node: the handshake, the choice of the next message, and the frontier. */
#include "core/session.h"
#include "tests/core_fixture.h"

/* A block that is made now. */
static BnetBlock young_child(CoreBench *bench, BnetBlock parent)
{
    uint32_t slot = bnet_store_slot_at(&bench->store, bench->now_ns);
    BnetBlockSpec spec = core_spec_at(&bench->store, parent, slot);
    return bnet_store_add_block(&bench->store, &spec);
}

/* --- handshake ------------------------------------------------------------------------------- */

START_TEST(test_hello_lists_lib_to_head)
{
    CoreBench bench;
    BnetBlock head = bench_start_chain(&bench, 0, 3, 10);
    bench_open(&bench, 0, true);
    bench_expect(&bench, "0 hello 7..10");
    const BnetHello *hello = &bench.hello[0];
    ck_assert_uint_eq(hello->lib_number, 7);
    ck_assert_uint_eq(hello->head, head);
    ck_assert_uint_eq(hello->first, bnet_view_at(&bench.node.view, 7));
    ck_assert(bnet_id_equal(&hello->chain_id, &bench.store.chain_id));
    ck_assert_mem_eq(&hello->peer_id, &bench.self.peer_id, sizeof hello->peer_id);
    ck_assert(hello->version_1_0_1 && hello->request_transactions && !hello->irreversible_only);
    bench_finish(&bench);
}
END_TEST

START_TEST(test_hello_lists_from_block_1_without_lib)
{
    CoreBench bench;
    bench_start_chain(&bench, 0, 0, 10);
    bench.self.follow_irreversible = true;
    bench.self.request_transactions = false;
    bnet_node_restart(&bench.node, &bench.self);
    bench_open(&bench, 2, false);
    bench_expect(&bench, "2 hello 1..10");
    ck_assert_uint_eq(bench.hello[2].lib_number, 0);
    ck_assert(bench.hello[2].irreversible_only && !bench.hello[2].request_transactions);
    bench_finish(&bench);
}
END_TEST

/* Whatever happens, nothing goes out before both hellos are through; then the ping goes first. */
START_TEST(test_nothing_before_both_hellos)
{
    CoreBench bench;
    BnetBlock head = bench_start_chain(&bench, 0, 2, 5);
    bench_open(&bench, 0, true);
    bench_written(&bench, 0);
    bench_expect(&bench, "0 hello 3..5");
    bench_accept_trx(&bench, core_trx(&bench.store, 5000));
    bench_chain(&bench, BNET_NO_SESSION, young_child(&bench, head));
    bench_expect(&bench, "accepted 6; applied 6; irreversible 4");
    BnetMessage hello = bench_hello_of(&bench, 0, 1, BNET_GENESIS);
    bench_message(&bench, 0, &hello);
    bench_expect(&bench, "0 code");

    /* The other order: theirs comes while ours is still being written. */
    bench_open(&bench, 1, true);
    bench_expect(&bench, "1 hello 4..6");
    hello = bench_hello_of(&bench, 1, 1, BNET_GENESIS);
    bench_message(&bench, 1, &hello);
    bench_ping(&bench, 1, 9, 1);
    bench_accept_trx(&bench, core_trx(&bench.store, 5000));
    bench_expect(&bench, "");
    bench_written(&bench, 1);
    bench_expect(&bench, "1 pong");
    bench_finish(&bench);
}
END_TEST

typedef struct Refusal {
    const char *expected;
    bool follow_irreversible;
    bool wrong_chain;
    bool own_id;
    bool old_version;
} Refusal;

START_TEST(test_refused_hello)
{
    static const Refusal refusals[] = {
        {.expected = "0 close wrong-chain", .wrong_chain = true},
        {.expected = "0 close self", .own_id = true},
        {.expected = "0 close old-version", .old_version = true, .follow_irreversible = true},
        {.expected = "0 code", .old_version = true},
        {.expected = "0 code", .follow_irreversible = true},
        {.expected = "0 close wrong-chain", .wrong_chain = true, .own_id = true},
    };
    const Refusal *refusal = &refusals[_i];
    CoreBench bench;
    BnetBlock head = bench_start_chain(&bench, 0, 0, 3);
    bench.self.follow_irreversible = refusal->follow_irreversible;
    bnet_node_restart(&bench.node, &bench.self);
    bench_open(&bench, 0, true);
    bench_written(&bench, 0);
    bench_expect(&bench, "0 hello 1..3");
    BnetMessage hello = bench_hello_of(&bench, 0, 0, head);
    hello.u.hello.chain_id.bytes[31] ^= refusal->wrong_chain;
    if (refusal->own_id)
        hello.u.hello.peer_id = bench.self.peer_id;
    hello.u.hello.version_1_0_1 = !refusal->old_version;
    bench_message(&bench, 0, &hello);
    ck_assert(bnet_session_is_open(bench_session(&bench, 0)) ==
              (strstr(refusal->expected, "close") == NULL));
    bench_expect(&bench, refusal->expected);
    bench_finish(&bench);
}
END_TEST

START_TEST(test_hello_twice)
{
    CoreBench bench;
    BnetBlock head = bench_start_chain(&bench, 0, 0, 3);
    bench_connect(&bench, 0, 0, head);
    BnetMessage hello = bench_hello_of(&bench, 0, 0, head);
    bench_expect(&bench, "");
    bench_message(&bench, 0, &hello);
    bench_expect(&bench, "0 close protocol");
    ck_assert_int_eq(bnet_node_deadline(&bench.node, 0), BNET_TIME_NEVER);
    bench_finish(&bench);
}
END_TEST

START_TEST(test_message_before_hello)
{
    CoreBench bench;
    BnetBlock head = bench_start_chain(&bench, 0, 0, 3);
    for (int kind = BNET_MESSAGE_TRX_NOTICE; kind <= BNET_MESSAGE_PONG; kind++) {
        bench_open(&bench, 0, false);
        bench_written(&bench, 0);
        BnetMessage message = {.kind = (BnetMessageKind)kind};
        if (kind == BNET_MESSAGE_BLOCK)
            message.u.block = head;
        if (kind == BNET_MESSAGE_TRX)
            message.u.trx = core_trx(&bench.store, 5000);
        bench_message(&bench, 0, &message);
        bench_expect(&bench, "0 hello 1..3; 0 close protocol");
        ck_assert_uint_eq(bench.node.blame.n, 0);
    }
    bench_finish(&bench);
}
END_TEST

/* --- the order of choice
 * ---------------------------------------------------------------------------- */

START_TEST(test_order_of_choice)
{
    CoreBench bench;
    BnetBlock head = bench_start_chain(&bench, 0, 0, 3);
    bench_connect(&bench, 0, 0, BNET_GENESIS);
    bench_expect(&bench, "0 fetch 2");
    bench_fetched(&bench, 0);
    bench_expect(&bench, "0 block 2");
    /* All that there can be to send piles up behind this write. */
    bench.now_ns += BNET_PING_INTERVAL_NS;
    BnetTrx trx = core_trx(&bench.store, 5000);
    bench_accept_trx(&bench, trx);
    bench_ping(&bench, 0, 9, 0);
    BnetBlock four = young_child(&bench, head);
    bench_chain(&bench, BNET_NO_SESSION, four);
    bench_chain(&bench, BNET_NO_SESSION, core_child(&bench.store, four, 0));
    bench_expect(&bench, "accepted 4; applied 4; accepted 5; applied 5");
    bench_written(&bench, 0);
    bench_expect(&bench, "0 notice 4 5");
    bench_written(&bench, 0);
    bench_expect(&bench, "0 pong");
    bench_written(&bench, 0);
    bench_expect(&bench, "0 code");
    bench_code(&bench, 0);
    bench_expect(&bench, "0 ping 0");
    for (uint32_t number = 3; number <= 5; number++) {
        bench_written(&bench, 0);
        bench_fetched(&bench, 0);
    }
    bench_expect(&bench, "0 fetch 3; 0 block 3; 0 fetch 4; 0 block 4; 0 fetch 5; 0 block 5");
    bench_written(&bench, 0);
    char expected[32];
    snprintf(expected, sizeof expected, "0 trx %u", trx);
    bench_expect(&bench, expected);
    bench_written(&bench, 0);
    bench_expect(&bench, "");
    bench_finish(&bench);
}
END_TEST

/* While a code is awaited, what comes first still goes first once it is there. */
START_TEST(test_notice_overtakes_a_ping_without_code)
{
    CoreBench bench;
    BnetBlock head = bench_start_chain(&bench, 0, 0, 3);
    bench_open(&bench, 0, false);
    bench_written(&bench, 0);
    BnetMessage hello = bench_hello_of(&bench, 0, 0, head);
    bench_message(&bench, 0, &hello);
    bench_chain(&bench, BNET_NO_SESSION, young_child(&bench, head));
    bench_ping(&bench, 0, 9, 0);
    bench_expect(&bench, "0 hello 1..3; 0 code; accepted 4; applied 4");
    bench_code(&bench, 0);
    bench_expect(&bench, "0 notice 4");
    bench_written(&bench, 0);
    bench_written(&bench, 0);
    bench_expect(&bench, "0 pong; 0 ping 0");
    bench_finish(&bench);
}
END_TEST

/* --- ping and pong
 * ------------------------------------------------------------------------------------ */

START_TEST(test_ping_interval)
{
    CoreBench bench;
    BnetBlock head = bench_start_chain(&bench, 0, 2, 5);
    int64_t start_ns = bench.now_ns;
    bench_connect(&bench, 0, 3, head);
    bench_expect(&bench, "");
    ck_assert_int_eq(bench.pinged[0].sent_ns, start_ns);
    ck_assert_uint_eq(bench.pinged[0].lib_number, 3);
    ck_assert_int_eq(bnet_node_deadline(&bench.node, 0), start_ns + 3 * BNET_NS_PER_S);
    bench.now_ns = start_ns + 3 * BNET_NS_PER_S - 1;
    bench_timer(&bench, 0);
    bench_expect(&bench, "");
    /* The LIB of a ping is that of the moment. */
    bench_chain(&bench, BNET_NO_SESSION, core_child(&bench.store, head, 0));
    bench_fetched(&bench, 0);
    bench_expect(&bench, "accepted 6; applied 6; 0 fetch 6; irreversible 4; 0 block 6");
    bench.now_ns++;
    bench_written(&bench, 0);
    bench_code(&bench, 0);
    bench_expect(&bench, "0 code; 0 ping 4");
    ck_assert_int_eq(bench.pinged[0].sent_ns, start_ns + 3 * BNET_NS_PER_S);
    bench_finish(&bench);
}
END_TEST

/* An unanswered ping stops further pings only; the late pong is followed by a ping at once. */
START_TEST(test_unanswered_ping)
{
    CoreBench bench;
    BnetBlock head = bench_start_chain(&bench, 0, 0, 3);
    bench_open(&bench, 0, false);
    bench_written(&bench, 0);
    BnetMessage hello = bench_hello_of(&bench, 0, 0, head);
    bench_message(&bench, 0, &hello);
    bench_code(&bench, 0);
    bench_written(&bench, 0);
    bench_expect(&bench, "0 hello 1..3; 0 code; 0 ping 0");
    ck_assert_int_eq(bnet_node_deadline(&bench.node, 0), bench.now_ns + BNET_IDLE_TIMEOUT_NS);
    bench.now_ns += 10 * BNET_NS_PER_S;
    bench_timer(&bench, 0);
    bench_expect(&bench, "");
    bench_chain(&bench, BNET_NO_SESSION, core_child(&bench.store, head, 0));
    bench_fetched(&bench, 0);
    bench_written(&bench, 0);
    bench_expect(&bench, "accepted 4; applied 4; 0 fetch 4; 0 block 4");
    bench_pong(&bench, 0);
    bench_expect(&bench, "0 code");
    bench_finish(&bench);
}
END_TEST

START_TEST(test_pong_echoes_the_last_ping)
{
    CoreBench bench;
    BnetBlock head = bench_start_chain(&bench, 0, 0, 3);
    bench_connect(&bench, 0, 0, head);
    bench_ping(&bench, 0, 0x11, 0);
    bench_expect(&bench, "0 pong");
    ck_assert_uint_eq(bench.ponged[0].code.bytes[0], 0x11);
    ck_assert_int_eq(bench.ponged[0].sent_ns, 7);
    /* Two while one pong is being written: the last is answered. A zero code is a code. */
    bench_ping(&bench, 0, 0x22, 0);
    bench_ping(&bench, 0, 0, 0);
    bench_expect(&bench, "");
    bench_written(&bench, 0);
    bench_expect(&bench, "0 pong");
    ck_assert_uint_eq(bench.ponged[0].code.bytes[0], 0);
    bench_written(&bench, 0);
    bench_expect(&bench, "");
    bench_finish(&bench);
}
END_TEST

START_TEST(test_bad_pong)
{
    CoreBench bench;
    BnetBlock head = bench_start_chain(&bench, 0, 0, 3);
    for (uint32_t slot = 0; slot < 3; slot++) {
        bench_connect(&bench, slot, 0, head);
        bench.now_ns += BNET_PING_INTERVAL_NS;
        bench_timer(&bench, slot);
        bench.text[0] = '\0';
        bench_code(&bench, slot);
    }
    bench_expect(&bench, "2 ping 0");
    /* A wrong code, in its last byte; the right one, but twice; none outstanding at all. */
    bench.pinged[0].code.bytes[31] ^= 1;
    bench_pong(&bench, 0);
    bench_expect(&bench, "0 close bad-pong");
    bench_pong(&bench, 1);
    bench_expect(&bench, "");
    bench_pong(&bench, 1);
    bench_expect(&bench, "1 close bad-pong");
    bench_pong(&bench, 2);
    bench_written(&bench, 2);
    bench.pinged[2] = (BnetPing){0};
    bench_pong(&bench, 2);
    bench_expect(&bench, "2 close bad-pong");
    bench_finish(&bench);
}
END_TEST

/* --- the next block
 * ------------------------------------------------------------------------------------ */

START_TEST(test_sends_children_of_the_frontier)
{
    CoreBench bench;
    bench_start_chain(&bench, 0, 0, 6);
    bench_connect(&bench, 0, 0, bnet_view_at(&bench.node.view, 3));
    for (uint32_t i = 0; i < 3; i++) {
        bench_fetched(&bench, 0);
        bench_written(&bench, 0);
    }
    bench_expect(&bench, "0 fetch 4; 0 block 4; 0 fetch 5; 0 block 5; 0 fetch 6; 0 block 6");
    ck_assert_uint_eq(bench_session(&bench, 0)->frontier, bench.node.view.head);
    bench_finish(&bench);
}
END_TEST

/* A peer on another fork gets what follows the fork point. */
START_TEST(test_peer_on_another_fork)
{
    CoreBench bench;
    bench_start_chain(&bench, 0, 0, 6);
    BnetBlock theirs = core_child(&bench.store, bnet_view_at(&bench.node.view, 2), 50);
    bench_connect(&bench, 0, 0, core_extend(&bench.store, theirs, 10));
    bench_expect(&bench, "0 fetch 3");
    bench_finish(&bench);
}
END_TEST

/* A block at or below the peer's LIB is not sent: the peer has it, or cannot use it. */
START_TEST(test_nothing_at_or_below_the_peers_lib)
{
    CoreBench bench;
    bench_start_chain(&bench, 0, 4, 10); /* our LIB is 6 */
    BnetMessage hello = bench_hello_of(&bench, 0, 8, bnet_view_at(&bench.node.view, 8));
    hello.u.hello.first = BNET_NO_BLOCK; /* it lists nothing */
    bench_connect_with(&bench, 0, &hello);
    bench_expect(&bench, ""); /* the frontier is 6: 7 is not above 8 */
    ck_assert_uint_eq(bench_session(&bench, 0)->frontier, bnet_view_at(&bench.node.view, 6));
    BnetBlock head = core_child(&bench.store, bench.node.view.head, 0);
    bench_chain(&bench, BNET_NO_SESSION, head);
    bench_expect(&bench, "accepted 11; applied 11; irreversible 7");
    bench_chain(&bench, BNET_NO_SESSION, core_child(&bench.store, head, 0));
    bench_expect(&bench, "accepted 12; applied 12; 0 fetch 9; irreversible 8");
    bench_finish(&bench);
}
END_TEST

/* Pings raise the peer's LIB, never lower it; what is at or below both LIBs is certain. */
START_TEST(test_peer_lib_from_pings)
{
    CoreBench bench;
    bench_start_chain(&bench, 0, 4, 10);
    bench_connect(&bench, 0, 0, BNET_GENESIS);
    bench_expect(&bench, "0 fetch 2");
    bench_ping(&bench, 0, 1, 5);
    ck_assert_uint_eq(bench_session(&bench, 0)->peer_lib, 5);
    bench_fetched(&bench, 0); /* 2 is no child of the frontier any more */
    bench_written(&bench, 0);
    bench_expect(&bench, "0 pong; 0 fetch 6");
    bench_ping(&bench, 0, 2, 3);
    ck_assert_uint_eq(bench_session(&bench, 0)->peer_lib, 5);
    bench_fetched(&bench, 0);
    bench_expect(&bench, "0 block 6");
    bench_finish(&bench);
}
END_TEST

START_TEST(test_frontier_jumps_on_notice)
{
    CoreBench bench;
    bench_start_chain(&bench, 0, 0, 10);
    bench_connect(&bench, 0, 0, BNET_GENESIS);
    bench_notice(&bench, 0, BNET_MESSAGE_BLOCK_NOTICE, bnet_view_at(&bench.node.view, 8));
    bench_fetched(&bench, 0);
    bench_expect(&bench, "0 fetch 2; 0 fetch 9");
    /* A received block counts as well; an older notice changes nothing. */
    bench_block(&bench, 0, bnet_view_at(&bench.node.view, 9));
    bench_notice(&bench, 0, BNET_MESSAGE_BLOCK_NOTICE, bnet_view_at(&bench.node.view, 4));
    bench_fetched(&bench, 0);
    bench_expect(&bench, "0 submit 9; 0 fetch 10");
    bench_finish(&bench);
}
END_TEST

/* After a fork switch the frontier falls back to the fork point, and sending goes on from there;
 * when the chain comes back, what the peer got before is still certain. */
START_TEST(test_fork_switch)
{
    CoreBench bench;
    BnetBlock head = bench_start_chain(&bench, 0, 0, 6);
    bench_connect(&bench, 0, 0, head);
    BnetBlock fork = bnet_view_at(&bench.node.view, 4);
    BnetBlock rival = core_child(&bench.store, fork, 50);
    bench_chain(&bench, BNET_NO_SESSION, rival);
    bench_chain(&bench, BNET_NO_SESSION, core_child(&bench.store, rival, 0));
    bench_expect(&bench, "accepted 5b; accepted 6b");
    bench_chain(&bench, BNET_NO_SESSION, core_extend(&bench.store, rival, 2));
    bench_expect(&bench, "accepted 7; fork_switch 4; applied 5b; 0 fetch 5; applied 6b; "
                         "applied 7");
    ck_assert_uint_eq(bench_session(&bench, 0)->frontier, fork);
    bench_fetched(&bench, 0);
    bench_written(&bench, 0);
    bench_expect(&bench, "0 block 5b; 0 fetch 6");
    head = core_child(&bench.store, head, 0);
    bench_chain(&bench, BNET_NO_SESSION, head);
    bench_chain(&bench, BNET_NO_SESSION, core_child(&bench.store, head, 0));
    bench_expect(&bench, "accepted 7b; accepted 8; fork_switch 4; applied 5; applied 6; "
                         "applied 7b; applied 8");
    bench_fetched(&bench, 0);
    bench_expect(&bench, "0 fetch 7");
    ck_assert_uint_eq(bench_session(&bench, 0)->frontier, bnet_view_at(&bench.node.view, 6));
    bench_finish(&bench);
}
END_TEST

/* --- while a block is fetched
 * ---------------------------------------------------------------------------- */

START_TEST(test_fetched_block_is_known_meanwhile)
{
    CoreBench bench;
    BnetBlock head = bench_start_chain(&bench, 0, 0, 3);
    bench_connect(&bench, 0, 0, bnet_view_at(&bench.node.view, 2));
    bench_expect(&bench, "0 fetch 3");
    bench_notice(&bench, 0, BNET_MESSAGE_BLOCK_NOTICE, head);
    bench_fetched(&bench, 0);
    bench_expect(&bench, "");
    bench_finish(&bench);
}
END_TEST

/* A fork switch while a fetch is under way: what stands at the number now may be another block, and
 * is sent only as the child of the frontier. */
START_TEST(test_fork_switch_during_fetch)
{
    CoreBench bench;
    bench_start_chain(&bench, 0, 0, 6);
    BnetBlock fork = bnet_view_at(&bench.node.view, 3);
    bench_connect(&bench, 0, 0, bnet_view_at(&bench.node.view, 5));
    bench_expect(&bench, "0 fetch 6");
    BnetBlock old = bnet_view_at(&bench.node.view, 6);
    BnetBlock rival = fork;
    for (uint32_t i = 0; i < 4; i++) {
        rival = core_child(&bench.store, rival, 50);
        bench_chain(&bench, BNET_NO_SESSION, rival);
    }
    bench.text[0] = '\0';
    bnet_node_fetched(&bench.node, 0, old, bench.now_ns);
    bench_drain(&bench);
    bench_expect(&bench, "0 fetch 4");
    bnet_node_fetched(&bench.node, 0, bnet_view_at(&bench.node.view, 6), bench.now_ns);
    bench_drain(&bench);
    bench_expect(&bench, "0 fetch 4");
    bench_fetched(&bench, 0);
    bench_expect(&bench, "0 block 4b");
    bench_finish(&bench);
}
END_TEST

/* In the middle of a switch there may be no block of that number: then nothing is sent, and nothing
 * is asked for, until the head moves on. */
START_TEST(test_fetch_finds_nothing)
{
    CoreBench bench;
    BnetBlock head = bench_start_chain(&bench, 0, 0, 5);
    bench_connect(&bench, 0, 0, bnet_view_at(&bench.node.view, 4));
    BnetBlock rival = core_child(&bench.store, bnet_view_at(&bench.node.view, 4), 50);
    BnetBlock top = core_child(&bench.store, rival, 0);
    bench_chain(&bench, BNET_NO_SESSION, rival);
    ck_assert_uint_eq(bnet_node_receive_block(&bench.node, top, BNET_NO_SESSION, bench.now_ns),
                      BNET_VERDICT_ACCEPTED);
    ck_assert(bench_step(&bench));
    bench_expect(&bench, "0 fetch 5; accepted 5b; fork_switch 4");
    bench_fetched(&bench, 0);
    bench_expect(&bench, "");
    ck_assert(bench_step(&bench));
    bench_expect(&bench, "applied 5b; 0 fetch 5");
    ck_assert_uint_ne(bench.node.view.head, head);
    bench_finish(&bench);
}
END_TEST

/* The peer's LIB may pass the block meanwhile. */
START_TEST(test_peer_lib_passes_fetched_block)
{
    CoreBench bench;
    bench_start_chain(&bench, 0, 0, 3);
    bench_connect(&bench, 0, 0, BNET_GENESIS);
    bench_expect(&bench, "0 fetch 2");
    bench_ping(&bench, 0, 1, 2);
    bench_fetched(&bench, 0);
    bench_written(&bench, 0);
    bench_expect(&bench, "0 pong");
    bench_finish(&bench);
}
END_TEST

/* --- lost connections
 * -------------------------------------------------------------------------------------- */

START_TEST(test_lost)
{
    CoreBench bench;
    BnetBlock head = bench_start_chain(&bench, 0, 0, 3);
    bench_connect(&bench, 0, 0, head);
    bench_block(&bench, 0, core_child(&bench.store, head, 0));
    bench_expect(&bench, "0 submit 4");
    ck_assert_uint_eq(bench.node.blame.n, 1);
    bnet_node_lost(&bench.node, 0, bench.now_ns);
    bench_drain(&bench);
    bench_expect(&bench, "");
    ck_assert(!bnet_session_is_open(bench_session(&bench, 0)));
    ck_assert_uint_eq(bench.node.blame.n, 0);
    /* The slot is free for another connection, which starts anew. */
    bench_connect(&bench, 0, 0, BNET_GENESIS);
    bench_expect(&bench, "0 fetch 2");
    bench_finish(&bench);
}
END_TEST

START_TEST(test_close_reason_names)
{
    ck_assert_str_eq(bnet_close_reason_name(BNET_CLOSE_NONE), "none");
    ck_assert_str_eq(bnet_close_reason_name(BNET_CLOSE_MALFORMED), "malformed");
    ck_assert_str_eq(bnet_close_reason_name(BNET_CLOSE_RESYNC), "resync");
    ck_assert_str_eq(bnet_close_reason_name(BNET_CLOSE_SHUTDOWN), "shutdown");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("session");
    TCase *tcase = tcase_create("session");
    tcase_set_timeout(tcase, 0);
    tcase_add_test(tcase, test_hello_lists_lib_to_head);
    tcase_add_test(tcase, test_hello_lists_from_block_1_without_lib);
    tcase_add_test(tcase, test_nothing_before_both_hellos);
    tcase_add_loop_test(tcase, test_refused_hello, 0, 6);
    tcase_add_test(tcase, test_hello_twice);
    tcase_add_test(tcase, test_message_before_hello);
    tcase_add_test(tcase, test_order_of_choice);
    tcase_add_test(tcase, test_notice_overtakes_a_ping_without_code);
    tcase_add_test(tcase, test_ping_interval);
    tcase_add_test(tcase, test_unanswered_ping);
    tcase_add_test(tcase, test_pong_echoes_the_last_ping);
    tcase_add_test(tcase, test_bad_pong);
    tcase_add_test(tcase, test_sends_children_of_the_frontier);
    tcase_add_test(tcase, test_peer_on_another_fork);
    tcase_add_test(tcase, test_nothing_at_or_below_the_peers_lib);
    tcase_add_test(tcase, test_peer_lib_from_pings);
    tcase_add_test(tcase, test_frontier_jumps_on_notice);
    tcase_add_test(tcase, test_fork_switch);
    tcase_add_test(tcase, test_fetched_block_is_known_meanwhile);
    tcase_add_test(tcase, test_fork_switch_during_fetch);
    tcase_add_test(tcase, test_fetch_finds_nothing);
    tcase_add_test(tcase, test_peer_lib_passes_fetched_block);
    tcase_add_test(tcase, test_lost);
    tcase_add_test(tcase, test_close_reason_names);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
