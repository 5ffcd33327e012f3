/* SPDX-License-Identifier: Apache-2.0 */
/* What concerns several sessions of a node: notices, redundant connections, silence, resync. */
#include "core/node.h"
#include "tests/core_fixture.h"

/* A child in the slot that began so many slots ago. */
static BnetBlock child_of_age(CoreBench *bench, BnetBlock parent, uint32_t slots)
{
    uint32_t slot = bnet_store_slot_at(&bench->store, bench->now_ns) - slots;
    BnetBlockSpec spec = core_spec_at(&bench->store, parent, slot);
    return bnet_store_add_block(&bench->store, &spec);
}

static void connect_irreversible_only(CoreBench *bench, uint32_t slot, uint32_t lib, BnetBlock head)
{
    BnetMessage hello = bench_hello_of(bench, slot, lib, head);
    hello.u.hello.irreversible_only = true;
    bench_connect_with(bench, slot, &hello);
}

/* --- notices
 * --------------------------------------------------------------------------------------- */

/* A header is noticed while it is younger than 6 s, to the nanosecond. */
START_TEST(test_age_of_noticed_headers)
{
    CoreBench bench;
    BnetBlock head = bench_start_chain(&bench, 0, 0, 3);
    bench_connect(&bench, 0, 0, head);
    BnetBlock four = child_of_age(&bench, head, 0);
    BnetBlock four_b = child_of_age(&bench, head, 1);
    int64_t made_ns = bench.now_ns;
    bench.now_ns = made_ns + 6 * BNET_NS_PER_S - 1;
    bench_chain(&bench, BNET_NO_SESSION, four);
    bench_expect(&bench, "accepted 4; 0 notice 4; applied 4");
    bench.now_ns = made_ns - BNET_SLOT_NS + 6 * BNET_NS_PER_S;
    bench_written(&bench, 0);
    bench_expect(&bench, "0 code");
    bench_chain(&bench, BNET_NO_SESSION, four_b);
    bench_expect(&bench, "accepted 4b");
    ck_assert(bnet_session_is_open(bench_session(&bench, 0)));
    ck_assert_uint_eq(bench_session(&bench, 0)->notices.count, 0);
    bench_finish(&bench);
}
END_TEST

/* Everybody hears of a header but those who sent us the block, and those who want no such news. A
 * peer that only noticed it is told. The notice goes out before the block can. */
START_TEST(test_who_is_noticed)
{
    CoreBench bench;
    BnetBlock head = bench_start_chain(&bench, 0, 0, 3);
    for (uint32_t slot = 0; slot < 3; slot++)
        bench_connect(&bench, slot, 0, head);
    connect_irreversible_only(&bench, 3, 0, head);
    BnetBlock four = child_of_age(&bench, head, 0);
    bench_notice(&bench, 1, BNET_MESSAGE_BLOCK_NOTICE, four);
    bench_block(&bench, 0, four);
    bench_expect(&bench, "0 submit 4");
    bench_chain(&bench, 0, four);
    bench_expect(&bench, "accepted 4; 1 notice 4; 2 notice 4; applied 4");
    bench_written(&bench, 1);
    bench_written(&bench, 2);
    bench_expect(&bench, "2 fetch 4"); /* slot 1 has it */
    bench_finish(&bench);
}
END_TEST

/* A header on a minority fork is news too; a block that is not accepted is none. */
START_TEST(test_only_accepted_headers_are_noticed)
{
    CoreBench bench;
    BnetBlock head = bench_start_chain(&bench, 0, 0, 3);
    bench_connect(&bench, 0, 0, head);
    BnetBlock rival = child_of_age(&bench, BNET_GENESIS, 0);
    bench_chain(&bench, BNET_NO_SESSION, rival);
    bench_written(&bench, 0);
    bench_expect(&bench, "accepted 2b; 0 notice 2b");
    bench_chain(&bench, BNET_NO_SESSION, rival);
    bench_chain(&bench, BNET_NO_SESSION, core_unsigned_child(&bench.store, head, 1900));
    bench_expect(&bench, "known 2b; invalid 4");
    bench_finish(&bench);
}
END_TEST

/* At most 2048 notices wait; the oldest are dropped first. */
START_TEST(test_bound_of_notices)
{
    CoreBench bench;
    BnetBlock head = bench_start_chain(&bench, 0, 0, 3);
    bench_connect(&bench, 0, 0, head);
    bench_ping(&bench, 0, 1, 0); /* keeps the session busy with a pong */
    uint32_t slot = bnet_store_slot_at(&bench.store, bench.now_ns);
    BnetBlock first = bench.store.n_blocks;
    for (uint32_t i = 0; i < BNET_NOTICES_MAX + 2; i++) {
        BnetBlockSpec spec = core_spec_at(&bench.store, head, slot);
        spec.variant = i;
        BnetBlock block = bnet_store_add_block(&bench.store, &spec);
        ck_assert_uint_eq(
            bnet_node_receive_block(&bench.node, block, BNET_NO_SESSION, bench.now_ns),
            BNET_VERDICT_ACCEPTED);
        uint32_t count = i < BNET_NOTICES_MAX ? i + 1 : BNET_NOTICES_MAX;
        ck_assert_uint_eq(bench_session(&bench, 0)->notices.count, count);
    }
    BnetRingWalk walk = bnet_ring_walk(&bench_session(&bench, 0)->notices);
    BnetBlock noticed;
    for (uint32_t i = 2; i < BNET_NOTICES_MAX + 2; i++) {
        ck_assert(bnet_ring_next(&walk, &bench.pool, &noticed));
        ck_assert_uint_eq(noticed, first + i);
    }
    /* One message takes them all. */
    bnet_node_written(&bench.node, 0, bench.now_ns);
    ck_assert_uint_eq(bench.node.actions->n, 1);
    BnetMessage *message = &bench.node.actions->items[0].u.message;
    ck_assert_uint_eq(message->kind, BNET_MESSAGE_BLOCK_NOTICE);
    ck_assert_uint_eq(message->u.notice.count, BNET_NOTICES_MAX);
    ck_assert_uint_eq(bnet_message_size(message, &bench.store), 1 + 2 + 2048 * 32);
    ck_assert_uint_eq(bench_session(&bench, 0)->notices.count, 0);
    bnet_message_finish(message, &bench.pool);
    bnet_node_actions_done(&bench.node);
    bench_finish(&bench);
}
END_TEST

/* A follower of irreversible blocks gets those up to our LIB, and notices for nothing else; the
 * notice goes first. */
START_TEST(test_irreversible_only)
{
    CoreBench bench;
    BnetBlock head = bench_start_chain(&bench, 0, 2, 5); /* LIB 3 */
    connect_irreversible_only(&bench, 0, 0, BNET_GENESIS);
    for (uint32_t i = 0; i < 2; i++) {
        bench_fetched(&bench, 0);
        bench_written(&bench, 0);
    }
    bench_expect(&bench, "0 fetch 2; 0 block 2; 0 fetch 3; 0 block 3");
    head = child_of_age(&bench, head, 0);
    bench_chain(&bench, BNET_NO_SESSION, head); /* LIB 4 */
    bench_expect(&bench, "accepted 6; applied 6; irreversible 4; 0 notice 4");
    bench_written(&bench, 0);
    bench_fetched(&bench, 0);
    bench_expect(&bench, "0 fetch 4; 0 block 4");
    bench_written(&bench, 0);
    bench_expect(&bench, "");
    /* It sent us 5 itself: no notice, no block. */
    bench_block(&bench, 0, bnet_view_at(&bench.node.view, 5));
    bench_chain(&bench, 0, bnet_view_at(&bench.node.view, 5));
    bench_chain(&bench, BNET_NO_SESSION, core_child(&bench.store, head, 0));
    bench_expect(&bench, "0 submit 5; known 5; accepted 7; applied 7; irreversible 5");
    bench_finish(&bench);
}
END_TEST

/* With a LIB at or above ours it gets nothing at all. */
START_TEST(test_irreversible_only_ahead_of_us)
{
    CoreBench bench;
    BnetBlock head = bench_start_chain(&bench, 0, 2, 5);
    connect_irreversible_only(&bench, 0, 3, bnet_view_at(&bench.node.view, 3));
    connect_irreversible_only(&bench, 1, 20, core_extend(&bench.store, head, 20));
    bench_expect(&bench, "");
    bench_finish(&bench);
}
END_TEST

/* --- redundant connections
 * ----------------------------------------------------------------------------- */

/* Opens two connections between nodes with these ids and lets one of the ends see both hellos. The
 * answer is the slot that is closed: 0 the first, 1 the second. */
static uint32_t closed_slot(uint8_t self, uint8_t peer, bool first_dialled, bool second_dialled,
                            bool hello_of_second_first)
{
    CoreBench bench;
    BnetBlock head = bench_start_chain(&bench, 0, 0, 3);
    bench.self.peer_id = core_key(self);
    bnet_node_restart(&bench.node, &bench.self);
    for (uint32_t slot = 0; slot < 2; slot++) {
        bench_open(&bench, slot, slot ? second_dialled : first_dialled);
        bench_written(&bench, slot);
        bench.now_ns++;
    }
    bench_connect(&bench, 3, 0, head); /* another peer, which has nothing to do with it */
    for (uint32_t i = 0; i < 2; i++) {
        uint32_t slot = hello_of_second_first ? 1 - i : i;
        BnetMessage hello = bench_hello_of(&bench, 0, 0, head);
        hello.u.hello.peer_id = core_key(peer);
        bench_message(&bench, slot, &hello);
    }
    ck_assert(strstr(bench.text, "close redundant") != NULL);
    ck_assert(bnet_session_is_open(bench_session(&bench, 3)));
    bool open[2] = {bnet_session_is_open(bench_session(&bench, 0)),
                    bnet_session_is_open(bench_session(&bench, 1))};
    ck_assert(open[0] != open[1]);
    bench_finish(&bench);
    return open[0] ? 1 : 0;
}

/* Of two in opposite directions the one dialled by the smaller id stays; both ends keep the same
 * one, whichever hello they see first. */
START_TEST(test_redundant_in_opposite_directions)
{
    for (unsigned i = 0; i < 4; i++) {
        /* The smaller, 10, dials the first connection, 20 the second. */
        ck_assert_uint_eq(closed_slot(10, 20, true, false, i & 1), 1);
        ck_assert_uint_eq(closed_slot(20, 10, false, true, i & 2), 1);
        /* Now the smaller dials the second. */
        ck_assert_uint_eq(closed_slot(10, 20, false, true, i & 1), 0);
        ck_assert_uint_eq(closed_slot(20, 10, true, false, i & 2), 0);
    }
}
END_TEST

/* Of two in the same direction the older stays, at both ends. */
START_TEST(test_redundant_in_the_same_direction)
{
    for (unsigned i = 0; i < 4; i++) {
        ck_assert_uint_eq(closed_slot(10, 20, true, true, i & 1), 1);
        ck_assert_uint_eq(closed_slot(20, 10, false, false, i & 2), 1);
    }
}
END_TEST

/* Other peers' connections are none of its business. */
START_TEST(test_different_peers_are_not_redundant)
{
    CoreBench bench;
    BnetBlock head = bench_start_chain(&bench, 0, 0, 3);
    for (uint32_t slot = 0; slot < BENCH_SESSIONS; slot++)
        bench_connect(&bench, slot, 0, head);
    for (uint32_t slot = 0; slot < BENCH_SESSIONS; slot++)
        ck_assert(bnet_session_is_open(bench_session(&bench, slot)));
    bench_expect(&bench, "");
    bench_finish(&bench);
}
END_TEST

/* --- silence
 * ------------------------------------------------------------------------------------------ */

START_TEST(test_idle_timeout)
{
    CoreBench bench;
    BnetBlock head = bench_start_chain(&bench, 0, 0, 3);
    bench_open(&bench, 0, true); /* a peer that does not even say hello */
    bench_connect(&bench, 1, 0, head);
    int64_t start_ns = bench.now_ns;
    bench.now_ns = start_ns + 10;
    bench_notice(&bench, 1, BNET_MESSAGE_BLOCK_NOTICE, head); /* anything counts */
    bench.text[0] = '\0';
    ck_assert_int_eq(bnet_node_deadline(&bench.node, 0), start_ns + 30 * BNET_NS_PER_S);
    bench.now_ns = start_ns + 30 * BNET_NS_PER_S - 1;
    bench_timer(&bench, 0);
    bench_expect(&bench, "");
    bench.now_ns++;
    bench_timer(&bench, 0);
    bench_expect(&bench, "0 close dead");
    bench_timer(&bench, 1);
    bench_expect(&bench, "1 code");
    ck_assert_int_eq(bnet_node_deadline(&bench.node, 1), start_ns + 10 + 30 * BNET_NS_PER_S);
    bench.now_ns = start_ns + 10 + 30 * BNET_NS_PER_S;
    bench_timer(&bench, 1);
    bench_expect(&bench, "1 close dead");
    bench_finish(&bench);
}
END_TEST

START_TEST(test_silent_peer_is_kept)
{
    CoreBench bench;
    bench_start_chain(&bench, 0, 0, 3);
    bench.self.idle_timeout_ns = BNET_TIME_NEVER;
    bnet_node_restart(&bench.node, &bench.self);
    bench_open(&bench, 0, true);
    ck_assert_int_eq(bnet_node_deadline(&bench.node, 0), BNET_TIME_NEVER);
    bench.now_ns += 1000000 * BNET_NS_PER_S;
    bench_timer(&bench, 0);
    bench_expect(&bench, "0 hello 1..3");
    bench_finish(&bench);
}
END_TEST

/* --- resync
 * ------------------------------------------------------------------------------------------- */

static void drop_unlinkable(CoreBench *bench, uint32_t slot, BnetBlock block)
{
    bench_block(bench, slot, block);
    bench->text[0] = '\0';
    ck_assert_uint_eq(bnet_node_receive_block(&bench->node, block, slot, bench->now_ns),
                      BNET_VERDICT_UNLINKABLE);
    bench_drain(bench);
}

/* Closed when nothing has linked for exactly 6 s, by the next such block or by the clock. */
START_TEST(test_resync)
{
    CoreBench bench;
    BnetBlock head = bench_start_chain(&bench, 0, 0, 3);
    BnetBlock orphan = core_extend(&bench.store, head, 2);
    bench_connect(&bench, 0, 0, head);
    bench_connect(&bench, 1, 0, head);
    int64_t start_ns = bench.now_ns;
    drop_unlinkable(&bench, 0, orphan);
    drop_unlinkable(&bench, 1, orphan);
    bench_expect(&bench, "");
    ck_assert_uint_eq(bench.node.blame.n, 0);
    bench.now_ns = start_ns + 6 * BNET_NS_PER_S - 1;
    drop_unlinkable(&bench, 0, core_child(&bench.store, orphan, 0));
    bench_timer(&bench, 1);
    bench_expect(&bench, "1 code");
    ck_assert_int_eq(bnet_node_deadline(&bench.node, 1), start_ns + 6 * BNET_NS_PER_S);
    bench.now_ns++;
    drop_unlinkable(&bench, 0, core_child(&bench.store, orphan, 1));
    bench_timer(&bench, 1);
    bench_expect(&bench, "0 close resync; 1 close resync");
    bench_finish(&bench);
}
END_TEST

/* A block that links, even one that we have already, starts the time anew. */
START_TEST(test_linking_ends_resync)
{
    CoreBench bench;
    BnetBlock head = bench_start_chain(&bench, 0, 0, 3);
    BnetBlock next = core_child(&bench.store, head, 0);
    BnetBlock orphan = core_extend(&bench.store, head, 3);
    for (uint32_t slot = 0; slot < 2; slot++) {
        bench_connect(&bench, slot, 0, head);
        drop_unlinkable(&bench, slot, orphan);
        bench.now_ns += 5 * BNET_NS_PER_S;
        bench_block(&bench, slot, next);
        bench_chain(&bench, slot, next); /* accepted from slot 0, known from slot 1 */
        bench.now_ns += 5 * BNET_NS_PER_S;
        bench_timer(&bench, slot);
        drop_unlinkable(&bench, slot, orphan);
        ck_assert(bnet_session_is_open(bench_session(&bench, slot)));
        bench.now_ns += 6 * BNET_NS_PER_S;
        bench.text[0] = '\0';
        bench_timer(&bench, slot);
        bench_expect(&bench, slot ? "1 close resync" : "0 close resync");
    }
    bench_finish(&bench);
}
END_TEST

/* A dropped block that is not above our head is of no use to us: it does not count, nor does one
 * that our head has reached by the time the 6 s are over. */
START_TEST(test_overtaken_blocks_do_not_count)
{
    CoreBench bench;
    BnetBlock head = bench_start_chain(&bench, 0, 0, 3);
    BnetBlock at_head = core_child(&bench.store, core_child(&bench.store, BNET_GENESIS, 4), 0);
    BnetBlock above = core_child(&bench.store, at_head, 0);
    bench_connect(&bench, 0, 0, head);
    ck_assert_uint_eq(bnet_store_number(&bench.store, at_head), 3);
    int64_t start_ns = bench.now_ns;
    drop_unlinkable(&bench, 0, at_head);
    ck_assert_int_eq(bench_session(&bench, 0)->dropped_since_ns, BNET_TIME_NEVER);
    drop_unlinkable(&bench, 0, above);
    ck_assert_int_eq(bench_session(&bench, 0)->dropped_since_ns, start_ns);
    bench_chain(&bench, BNET_NO_SESSION, core_child(&bench.store, head, 0));
    ck_assert_uint_eq(bnet_view_head_number(&bench.node.view), 4);
    bench.now_ns = start_ns + 6 * BNET_NS_PER_S;
    bench_timer(&bench, 0);
    ck_assert(bnet_session_is_open(bench_session(&bench, 0)));
    ck_assert_int_eq(bench_session(&bench, 0)->dropped_since_ns, BNET_TIME_NEVER);
    bench_finish(&bench);
}
END_TEST

/* But the better branch may be the shorter one, for its LIB: while the peer says that it has a
 * higher one than ours, what is dropped counts whatever its number, and our head passes nothing. */
START_TEST(test_higher_lib_counts)
{
    CoreBench bench;
    BnetBlock head = bench_start_chain(&bench, 0, 2, 6);
    BnetBlock at_head = core_extend(&bench.store, core_child(&bench.store, BNET_GENESIS, 4), 4);
    bench_connect(&bench, 0, 5, head);
    bench_connect(&bench, 1, 4, head);
    ck_assert_uint_eq(bnet_view_lib_number(&bench.node.view), 4);
    int64_t start_ns = bench.now_ns;
    drop_unlinkable(&bench, 0, at_head);
    drop_unlinkable(&bench, 1, at_head);
    ck_assert_int_eq(bench_session(&bench, 0)->dropped_since_ns, start_ns);
    ck_assert_int_eq(bench_session(&bench, 1)->dropped_since_ns, BNET_TIME_NEVER);
    ck_assert_uint_eq(bnet_store_number(&bench.store, at_head), 6);
    bench.now_ns = start_ns + 6 * BNET_NS_PER_S - 1;
    bench_timer(&bench, 0);
    ck_assert(bnet_session_is_open(bench_session(&bench, 0)));
    bench.now_ns++;
    bench.text[0] = '\0';
    bench_timer(&bench, 0);
    bench_timer(&bench, 1);
    bench_expect(&bench, "0 close resync; 1 code");
    bench_finish(&bench);
}
END_TEST

/* The peer may tell its higher LIB when it has no more to send: then the 6 s begin. */
START_TEST(test_higher_lib_is_told_later)
{
    CoreBench bench;
    BnetBlock head = bench_start_chain(&bench, 0, 2, 6);
    BnetBlock at_head = core_extend(&bench.store, core_child(&bench.store, BNET_GENESIS, 4), 4);
    bench_connect(&bench, 0, 4, head);
    bench_connect(&bench, 1, 4, head);
    drop_unlinkable(&bench, 0, at_head);
    bench.now_ns += BNET_NS_PER_S;
    bench_ping(&bench, 0, 1, 4);
    ck_assert_int_eq(bench_session(&bench, 0)->dropped_since_ns, BNET_TIME_NEVER);
    int64_t start_ns = bench.now_ns;
    bench_ping(&bench, 0, 2, 5);
    ck_assert_int_eq(bench_session(&bench, 0)->dropped_since_ns, start_ns);
    bench.now_ns += BNET_NS_PER_S;
    bench_ping(&bench, 0, 3, 5);
    ck_assert_msg(bench_session(&bench, 0)->dropped_since_ns == start_ns, "they begin once");
    bench_ping(&bench, 1, 1, 5);
    ck_assert_int_eq(bench_session(&bench, 1)->dropped_since_ns, BNET_TIME_NEVER);
    bench.now_ns = start_ns + 6 * BNET_NS_PER_S;
    bench_timer(&bench, 0);
    ck_assert(!bnet_session_is_open(bench_session(&bench, 0)));
    bench_finish(&bench);
}
END_TEST

/* When our LIB has reached the peer's, and our head the number, we are in step after all. */
START_TEST(test_reached_lib_is_in_step)
{
    CoreBench bench;
    BnetBlock head = bench_start_chain(&bench, 0, 2, 6);
    BnetBlock at_head = core_extend(&bench.store, core_child(&bench.store, BNET_GENESIS, 4), 4);
    bench_connect(&bench, 0, 5, head);
    drop_unlinkable(&bench, 0, at_head);
    bench_chain(&bench, BNET_NO_SESSION, core_child(&bench.store, head, 0));
    ck_assert_uint_eq(bnet_view_lib_number(&bench.node.view), 5);
    bench.now_ns += 6 * BNET_NS_PER_S;
    bench_timer(&bench, 0);
    ck_assert(bnet_session_is_open(bench_session(&bench, 0)));
    ck_assert_int_eq(bench_session(&bench, 0)->dropped_since_ns, BNET_TIME_NEVER);
    bench_finish(&bench);
}
END_TEST

/* Blocks from a clock that is ahead are dropped as future: the same. Stale ones are not counted. */
START_TEST(test_future_leads_to_resync)
{
    CoreBench bench;
    BnetBlock head = bench_start_chain(&bench, 0, 2, 6);
    bench_connect(&bench, 0, 4, head);
    bench_connect(&bench, 1, 4, head);
    BnetBlockSpec spec = core_spec_at(&bench.store, head, 2000 + 15);
    BnetBlock future = bnet_store_add_block(&bench.store, &spec);
    BnetBlock stale = core_child(&bench.store, BNET_GENESIS, 3);
    bench_block(&bench, 0, future);
    bench_block(&bench, 1, stale);
    bench_chain(&bench, 0, future);
    bench_chain(&bench, 1, stale);
    bench_expect(&bench, "0 submit 7; 1 submit 2b; future 7; stale 2b");
    ck_assert_uint_eq(bench.node.blame.n, 0);
    bench.now_ns += 6 * BNET_NS_PER_S;
    bench_timer(&bench, 0);
    bench_timer(&bench, 1);
    bench_expect(&bench, "0 close resync; 1 code");
    bench_finish(&bench);
}
END_TEST

/* --- the process
 * ---------------------------------------------------------------------------------------- */

START_TEST(test_stop_and_restart)
{
    CoreBench bench;
    BnetBlock head = bench_start_chain(&bench, 0, 0, 3);
    bench_connect(&bench, 0, 0, head);
    bench_accept_trx(&bench, core_trx(&bench.store, 5000));
    bench_block(&bench, 0, core_child(&bench.store, head, 0));
    bench.text[0] = '\0';
    bnet_node_stop(&bench.node, bench.now_ns);
    ck_assert_uint_eq(bench.node.actions->n, 0);
    ck_assert_uint_eq(bench.node.blame.n, 0);
    bench.self.peer_id = core_key(7);
    bnet_node_restart(&bench.node, &bench.self);
    ck_assert_uint_eq(bench.node.trxs.n_entries, 0);
    ck_assert_uint_eq(bench.node.view.head, head);
    bench_connect(&bench, 0, 0, head);
    bench_expect(&bench, ""); /* the transaction is lost */
    ck_assert_uint_eq(bench.hello[0].peer_id.bytes[33], 7);
    bench_finish(&bench);
    bnet_node_finish(NULL);
}
END_TEST

static void open_twice(void)
{
    static CoreBench bench;
    bench_start_chain(&bench, 0, 0, 3);
    bench_open(&bench, 0, true);
    bench_open(&bench, 0, true);
}

static void written_when_nothing_was(void)
{
    static CoreBench bench;
    bench_start_chain(&bench, 0, 0, 3);
    bench_open(&bench, 0, true);
    bench_written(&bench, 0);
    bench_written(&bench, 0);
}

static void message_on_a_free_slot(void)
{
    static CoreBench bench;
    bench_start_chain(&bench, 0, 0, 3);
    bench_ping(&bench, 1, 1, 1);
}

START_TEST(test_misuse_by_the_driver)
{
    ck_assert(core_asserts(open_twice));
    ck_assert(core_asserts(written_when_nothing_was));
    ck_assert(core_asserts(message_on_a_free_slot));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("node");
    TCase *tcase = tcase_create("node");
    tcase_set_timeout(tcase, 0);
    tcase_add_test(tcase, test_age_of_noticed_headers);
    tcase_add_test(tcase, test_who_is_noticed);
    tcase_add_test(tcase, test_only_accepted_headers_are_noticed);
    tcase_add_test(tcase, test_bound_of_notices);
    tcase_add_test(tcase, test_irreversible_only);
    tcase_add_test(tcase, test_irreversible_only_ahead_of_us);
    tcase_add_test(tcase, test_redundant_in_opposite_directions);
    tcase_add_test(tcase, test_redundant_in_the_same_direction);
    tcase_add_test(tcase, test_different_peers_are_not_redundant);
    tcase_add_test(tcase, test_idle_timeout);
    tcase_add_test(tcase, test_silent_peer_is_kept);
    tcase_add_test(tcase, test_resync);
    tcase_add_test(tcase, test_linking_ends_resync);
    tcase_add_test(tcase, test_overtaken_blocks_do_not_count);
    tcase_add_test(tcase, test_higher_lib_counts);
    tcase_add_test(tcase, test_higher_lib_is_told_later);
    tcase_add_test(tcase, test_reached_lib_is_in_step);
    tcase_add_test(tcase, test_future_leads_to_resync);
    tcase_add_test(tcase, test_stop_and_restart);
    tcase_add_test(tcase, test_misuse_by_the_driver);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
