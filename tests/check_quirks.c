/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hazards of the deployed plugin in the core (core/quirks.h): each flag, alone, changes what it
 * is to change, and without it a session does as documented.
 */
#include "core/deployed_session.h"
#include "core/quirks.h"
#include "tests/core_fixture.h"

/* A block that is made now. */
static BnetBlock young_child(CoreBench *bench, BnetBlock parent)
{
    uint32_t slot = bnet_store_slot_at(&bench->store, bench->now_ns);
    BnetBlockSpec spec = core_spec_at(&bench->store, parent, slot);
    return bnet_store_add_block(&bench->store, &spec);
}

/* A peer with that LIB, which lists no block. */
static BnetMessage bare_hello(const CoreBench *bench, uint32_t slot, uint32_t lib)
{
    BnetMessage message = bench_hello_of(bench, slot, 0, BNET_GENESIS);
    message.u.hello.lib_number = lib;
    message.u.hello.first = BNET_NO_BLOCK;
    return message;
}

static void connect_bare(CoreBench *bench, uint32_t slot, uint32_t lib)
{
    BnetMessage hello = bare_hello(bench, slot, lib);
    bench_connect_with(bench, slot, &hello);
}

/* --- names ----------------------------------------------------------------------------------- */

START_TEST(test_names)
{
    BnetQuirks all = 0;
    for (uint32_t i = 0; i < BNET_QUIRKS; i++) {
        const BnetQuirkName *name = bnet_quirk_name(i);
        ck_assert_uint_eq(bnet_quirk_find(name->name), (BnetQuirks)1 << i);
        if (name->id[0] != '\0')
            ck_assert_uint_eq(bnet_quirk_find(name->id), (BnetQuirks)1 << i);
        all |= bnet_quirk_find(name->name);
    }
    ck_assert_uint_eq(all, BNET_PROFILE_EOSIO_1_7);
    ck_assert_uint_eq(BNET_PROFILE_DOCUMENTED, 0);
    ck_assert_uint_eq(bnet_quirk_find("H3"), BNET_QUIRK_PING_BLOCKS_SENDING);
    ck_assert_uint_eq(bnet_quirk_find("H20"), BNET_QUIRK_NEWCOMER_CLOSES);
    ck_assert_uint_eq(bnet_quirk_find("H21"), 0);
    ck_assert_uint_eq(bnet_quirk_find(""), 0);
}
END_TEST

/* A node without quirks keeps nothing for them. */
START_TEST(test_documented_has_no_deployed_state)
{
    CoreBench bench;
    bench_start_chain(&bench, 0, 0, 3);
    ck_assert_ptr_null(bench.node.deployed);
    bench.self.quirks = BNET_PROFILE_EOSIO_1_7;
    bnet_node_restart(&bench.node, &bench.self);
    ck_assert_ptr_nonnull(bench.node.deployed);
    bench_finish(&bench);
}
END_TEST

/* --- choosing -------------------------------------------------------------------------------- */

/* H1: the peer is ahead of us, and a transaction waits. */
START_TEST(test_busy_fetch)
{
    for (int on = 0; on <= 1; on++) {
        CoreBench bench;
        bench_start_chain(&bench, on ? BNET_QUIRK_BUSY_FETCH : 0, 0, 5);
        bench_accept_trx(&bench, core_trx(&bench.store, 5000));
        connect_bare(&bench, 0, 9);
        bench_expect(&bench, on ? "0 fetch 10" : "0 trx 1");
        for (int i = 0; i < 3 && on; i++) {
            bench_fetched(&bench, 0);
            bench_expect(&bench, "0 fetch 10");
        }
        bench_finish(&bench);
    }
}
END_TEST

/* H1: we have block 1 alone, which the peer has too. */
START_TEST(test_busy_fetch_of_a_newcomer)
{
    CoreBench bench;
    bench_start_chain(&bench, BNET_QUIRK_BUSY_FETCH, 0, 1);
    connect_bare(&bench, 0, 39);
    bench_fetched(&bench, 0);
    bench_expect(&bench, "0 fetch 40; 0 fetch 40");
    bench_finish(&bench);
}
END_TEST

/* H1 asks nothing once the peer has our head. */
START_TEST(test_busy_fetch_rests_when_caught_up)
{
    CoreBench bench;
    BnetBlock head = bench_start_chain(&bench, BNET_QUIRK_BUSY_FETCH, 0, 5);
    bench_connect(&bench, 0, 0, head);
    bench_expect(&bench, "");
    bench_finish(&bench);
}
END_TEST

static void connect_follower(CoreBench *bench, uint32_t lib)
{
    BnetMessage hello = bare_hello(bench, 0, lib);
    hello.u.hello.irreversible_only = true;
    bench_connect_with(bench, 0, &hello);
}

/* H2: LIB 7, head 10. A follower that is ahead of our LIB gets what is above it. */
START_TEST(test_reversible_to_follower)
{
    for (int on = 0; on <= 1; on++) {
        CoreBench bench;
        bench_start_chain(&bench, on ? BNET_QUIRK_REVERSIBLE_TO_FOLLOWER : 0, 3, 10);
        connect_follower(&bench, 8);
        bench_expect(&bench, on ? "0 fetch 9" : "");
        if (on) {
            bench_fetched(&bench, 0);
            bench_written(&bench, 0);
            bench_fetched(&bench, 0);
            bench_written(&bench, 0);
            bench_expect(&bench, "0 block 9; 0 fetch 10; 0 block 10");
        }
        bench_finish(&bench);
    }
}
END_TEST

/* H2: one that is behind gets blocks up to our LIB, as documented. */
START_TEST(test_follower_behind_is_served_as_documented)
{
    for (int on = 0; on <= 1; on++) {
        CoreBench bench;
        bench_start_chain(&bench, on ? BNET_QUIRK_REVERSIBLE_TO_FOLLOWER : 0, 3, 10);
        connect_follower(&bench, 6);
        bench_fetched(&bench, 0);
        bench_written(&bench, 0);
        bench_expect(&bench, "0 fetch 7; 0 block 7");
        bench_finish(&bench);
    }
}
END_TEST

/* Connected, caught up, with a ping that was never answered. */
static BnetBlock wait_for_pong(CoreBench *bench, BnetQuirks quirks)
{
    BnetBlock head = bench_start_chain(bench, quirks, 0, 5);
    BnetMessage hello = bench_hello_of(bench, 0, 0, head);
    bench_open(bench, 0, false);
    bench_written(bench, 0);
    bench_message(bench, 0, &hello);
    bench_code(bench, 0);
    bench_written(bench, 0);
    bench_expect(bench, "0 hello 1..5; 0 code; 0 ping 0");
    return head;
}

/* H3: after 3 s without an answer blocks wait; the late pong brings a new ping first. */
START_TEST(test_ping_blocks_sending)
{
    for (int on = 0; on <= 1; on++) {
        CoreBench bench;
        BnetBlock head = wait_for_pong(&bench, on ? BNET_QUIRK_PING_BLOCKS_SENDING : 0);
        bench.now_ns += BNET_PING_INTERVAL_NS;
        bench_chain(&bench, BNET_NO_SESSION, core_child(&bench.store, head, 0));
        bench_expect(&bench, on ? "accepted 6; applied 6" : "accepted 6; applied 6; 0 fetch 6");
        bench_ping(&bench, 0, 4, 0); /* pongs still go */
        if (on) {
            bench_written(&bench, 0);
            bench_pong(&bench, 0);
            bench_code(&bench, 0);
            bench_written(&bench, 0);
            bench_expect(&bench, "0 pong; 0 code; 0 ping 0; 0 fetch 6");
        }
        bench_finish(&bench);
    }
}
END_TEST

/* H3: before the 3 s are over blocks go. */
START_TEST(test_young_ping_blocks_nothing)
{
    CoreBench bench;
    BnetBlock head = wait_for_pong(&bench, BNET_QUIRK_PING_BLOCKS_SENDING);
    bench.now_ns += BNET_PING_INTERVAL_NS - 1;
    bench_chain(&bench, BNET_NO_SESSION, core_child(&bench.store, head, 0));
    bench_expect(&bench, "accepted 6; applied 6; 0 fetch 6");
    bench_finish(&bench);
}
END_TEST

/* H6: the peer's LIB is 5, and nobody knows which block that is. */
START_TEST(test_unlinked_send)
{
    for (int on = 0; on <= 1; on++) {
        CoreBench bench;
        bench_start_chain(&bench, on ? BNET_QUIRK_UNLINKED_SEND : 0, 0, 8);
        connect_bare(&bench, 0, 5);
        bench_expect(&bench, on ? "0 fetch 6" : "");
        if (on) {
            bench_fetched(&bench, 0);
            bench_expect(&bench, "0 block 6");
        }
        bench_finish(&bench);
    }
}
END_TEST

/* H6: where our head is below the position, it falls back to our LIB; while that is 0, it begins
 * with block 1. */
START_TEST(test_unlinked_send_begins_again)
{
    CoreBench bench;
    BnetBlock head = bench_start_chain(&bench, BNET_QUIRK_UNLINKED_SEND, 0, 3);
    connect_bare(&bench, 0, 100);
    bench_expect(&bench, "");
    bench_chain(&bench, BNET_NO_SESSION, core_child(&bench.store, head, 0));
    for (int i = 0; i < 2; i++) {
        bench_fetched(&bench, 0);
        bench_written(&bench, 0);
    }
    bench_expect(&bench, "accepted 4; applied 4; 0 fetch 1; 0 block 1; 0 fetch 2; 0 block 2; "
                         "0 fetch 3");
    bench_finish(&bench);
}
END_TEST

/* H6: what the peer noticed is passed over. */
START_TEST(test_unlinked_send_passes_known_blocks_over)
{
    CoreBench bench;
    BnetBlock head = bench_start_chain(&bench, BNET_QUIRK_UNLINKED_SEND, 0, 4);
    bench_open(&bench, 0, false);
    bench_written(&bench, 0);
    BnetMessage hello = bare_hello(&bench, 0, 1);
    bench_message(&bench, 0, &hello);
    bench_notice(&bench, 0, BNET_MESSAGE_BLOCK_NOTICE, bnet_store_ancestor(&bench.store, head, 3));
    bench_code(&bench, 0);
    bench_written(&bench, 0);
    bench_fetched(&bench, 0);
    bench_written(&bench, 0);
    bench_fetched(&bench, 0);
    bench_expect(&bench, "0 hello 1..4; 0 code; 0 ping 0; 0 fetch 2; 0 block 2; 0 fetch 3; "
                         "0 fetch 4");
    bench_finish(&bench);
}
END_TEST

/* H6: blocks that do not link are dropped for ever. */
START_TEST(test_unlinked_send_never_resyncs)
{
    for (int on = 0; on <= 1; on++) {
        CoreBench bench;
        BnetBlock head = bench_start_chain(&bench, on ? BNET_QUIRK_UNLINKED_SEND : 0, 0, 3);
        bench_connect(&bench, 0, 0, head);
        bench.text[0] = '\0';
        BnetBlock orphan = core_extend(&bench.store, head, 3);
        bench_chain(&bench, 0, orphan);
        bench_expect(&bench, "unlinkable 6");
        bench.now_ns += BNET_RESYNC_NS;
        bench_chain(&bench, 0, orphan);
        bench_expect(&bench, on ? "unlinkable 6" : "unlinkable 6; 0 close resync");
        bench_finish(&bench);
    }
}
END_TEST

/* H10: a node at rest serves no newcomer. */
START_TEST(test_silent_until_block)
{
    for (int on = 0; on <= 1; on++) {
        CoreBench bench;
        BnetBlock head = bench_start_chain(&bench, on ? BNET_QUIRK_SILENT_UNTIL_BLOCK : 0, 0, 5);
        bench_connect(&bench, 0, 0, BNET_GENESIS);
        bench_expect(&bench, on ? "" : "0 fetch 2");
        if (on) {
            bench_accept_trx(&bench, core_trx(&bench.store, 5000));
            bench_expect(&bench, "");
            bench_chain(&bench, BNET_NO_SESSION, core_child(&bench.store, head, 0));
            bench_expect(&bench, "accepted 6; applied 6; 0 fetch 2");
        }
        bench_finish(&bench);
    }
}
END_TEST

/* H11: the block goes before its notice. */
START_TEST(test_late_notice)
{
    for (int on = 0; on <= 1; on++) {
        CoreBench bench;
        BnetBlock head = bench_start_chain(&bench, on ? BNET_QUIRK_LATE_NOTICE : 0, 0, 5);
        bench_connect(&bench, 0, 0, head);
        bench_chain(&bench, BNET_NO_SESSION, young_child(&bench, head));
        bench_expect(&bench,
                     on ? "accepted 6; applied 6; 0 fetch 6" : "accepted 6; 0 notice 6; applied 6");
        if (on)
            bench_fetched(&bench, 0);
        bench_written(&bench, 0);
        bench_expect(&bench, on ? "0 block 6; 0 notice 6" : "0 fetch 6");
        bench_finish(&bench);
    }
}
END_TEST

/* H11: the notice of a block that is not applied waits for the next occasion. */
START_TEST(test_late_notice_of_a_side_branch)
{
    CoreBench bench;
    BnetBlock head = bench_start_chain(&bench, BNET_QUIRK_LATE_NOTICE, 0, 5);
    bench_connect(&bench, 0, 0, head);
    BnetBlock parent = bnet_store_ancestor(&bench.store, head, 4);
    bench_chain(&bench, BNET_NO_SESSION, young_child(&bench, parent));
    bench_expect(&bench, "accepted 5b");
    bench_ping(&bench, 0, 4, 0);
    bench_expect(&bench, "0 notice 5b");
    bench_finish(&bench);
}
END_TEST

/* --- bounds ---------------------------------------------------------------------------------- */

/* H4: 3000 headers while the peer reads nothing. */
START_TEST(test_unbounded_status)
{
    for (int on = 0; on <= 1; on++) {
        CoreBench bench;
        BnetBlock head = bench_start_chain(&bench, on ? BNET_QUIRK_UNBOUNDED_STATUS : 0, 0, 5);
        bench_connect(&bench, 0, 0, head);
        bench_ping(&bench, 0, 4, 0); /* the pong is on its way for ever */
        for (int i = 0; i < 3000; i++) {
            bench.now_ns += BNET_SLOT_NS;
            head = young_child(&bench, head);
            bench_chain(&bench, BNET_NO_SESSION, head);
            bench.text[0] = '\0';
        }
        ck_assert_uint_eq(bench_session(&bench, 0)->notices.count, on ? 3000 : BNET_NOTICES_MAX);
        if (on)
            ck_assert_uint_eq(bench.node.deployed[0].marks.n, 5 + 3000); /* 5 of its hello */
        bench_finish(&bench);
    }
}
END_TEST

static void list_id(CoreBench *bench, uint32_t slot, uint8_t number, uint8_t what)
{
    const BnetId id = {{0, 0, 0, number, 0, 0, 0, 0, what}};
    bnet_node_listed(&bench->node, slot, &id, bench->now_ns);
}

/* The tracked range begins above the lower of our LIB, 50, and the position: with H6 that is a
 * number of its own, else it is the frontier. */
START_TEST(test_tracked_range)
{
    static const BnetQuirks quirks[] = {BNET_QUIRK_EVADABLE_BLAME,
                                        BNET_QUIRK_EVADABLE_BLAME | BNET_QUIRK_UNLINKED_SEND};
    for (int on = 0; on <= 1; on++) {
        CoreBench bench;
        BnetBlock head = bench_start_chain(&bench, quirks[on], 10, 60);
        connect_bare(&bench, 0, 3);
        bench_notice(&bench, 0, BNET_MESSAGE_BLOCK_NOTICE, head); /* the frontier is our head */
        const BnetBlockMarks *marks = &bench.node.deployed[0].marks;
        ck_assert_uint_eq(marks->n, 1);
        list_id(&bench, 0, 51, 1);
        ck_assert_uint_eq(marks->n, 2);
        list_id(&bench, 0, 50, 1);
        ck_assert_uint_eq(marks->n, on ? 3 : 2);
        list_id(&bench, 0, 3, 1);
        ck_assert_uint_eq(marks->n, on ? 3 : 2);
        list_id(&bench, 0, 51, 1); /* once more */
        ck_assert_uint_eq(marks->n, on ? 3 : 2);
        bench_finish(&bench);
    }
}
END_TEST

/* What is below both is forgotten when the LIB moves. */
START_TEST(test_marks_are_purged)
{
    CoreBench bench;
    BnetBlock head = bench_start_chain(&bench, BNET_QUIRK_EVADABLE_BLAME, 10, 60);
    bench_connect(&bench, 0, 50, head);
    const BnetBlockMarks *marks = &bench.node.deployed[0].marks;
    ck_assert_uint_eq(marks->n, 10); /* blocks 51 to 60 */
    bench_chain(&bench, BNET_NO_SESSION, core_child(&bench.store, head, 0));
    ck_assert_uint_eq(marks->n, 10); /* the LIB itself, 51, stays */
    bench_finish(&bench);
}
END_TEST

/* --- time ------------------------------------------------------------------------------------ */

/* H7: nothing is due, and a silent peer stays; a ping goes when something else happens. */
START_TEST(test_no_timer)
{
    for (int on = 0; on <= 1; on++) {
        CoreBench bench;
        BnetBlock head = bench_start_chain(&bench, on ? BNET_QUIRK_NO_TIMER : 0, 0, 5);
        bench_connect(&bench, 0, 0, head);
        const int64_t due_ns = bench.now_ns + BNET_PING_INTERVAL_NS;
        ck_assert_int_eq(bnet_node_deadline(&bench.node, 0), on ? BNET_TIME_NEVER : due_ns);
        bench.now_ns += BNET_IDLE_TIMEOUT_NS;
        bench_timer(&bench, 0);
        bench_expect(&bench, on ? "0 code" : "0 close dead");
        bench_finish(&bench);
    }
}
END_TEST

/* --- codes and hellos ------------------------------------------------------------------------ */

START_TEST(test_zero_code)
{
    for (int on = 0; on <= 1; on++) {
        CoreBench bench;
        BnetBlock head = bench_start_chain(&bench, on ? BNET_QUIRK_ZERO_CODE : 0, 0, 5);
        bench_connect(&bench, 0, 0, head);
        bench_ping(&bench, 0, 0, 0);
        bench_expect(&bench, on ? "" : "0 pong");
        if (!on)
            bench_written(&bench, 0);
        bench_message(&bench, 0, &(BnetMessage){.kind = BNET_MESSAGE_PONG});
        bench_expect(&bench, on ? "" : "0 close bad-pong");
        bench_finish(&bench);
    }
}
END_TEST

/* A zero pong does not answer a ping that is out. */
START_TEST(test_zero_code_is_no_answer)
{
    CoreBench bench;
    wait_for_pong(&bench, BNET_QUIRK_ZERO_CODE);
    bench_message(&bench, 0, &(BnetMessage){.kind = BNET_MESSAGE_PONG});
    bench_expect(&bench, "0 close bad-pong");
    bench_finish(&bench);
}
END_TEST

START_TEST(test_predictable_code)
{
    CoreBench bench;
    BnetBlock head = bench_start_chain(&bench, BNET_QUIRK_PREDICTABLE_CODE, 0, 5);
    BnetMessage hello = bench_hello_of(&bench, 0, 0, head);
    bench_open(&bench, 0, false);
    bench_written(&bench, 0);
    bench_message(&bench, 0, &hello);
    bench_expect(&bench, "0 hello 1..5; 0 ping 0"); /* nobody is asked for a code */
    const BnetId code = bnet_deployed_ping_code(bench.pinged[0].sent_ns);
    ck_assert(bnet_id_equal(&bench.pinged[0].code, &code));
    bench_finish(&bench);
}
END_TEST

START_TEST(test_empty_hello)
{
    for (int on = 0; on <= 1; on++) {
        CoreBench bench;
        bench_start_chain(&bench, on ? BNET_QUIRK_EMPTY_HELLO : 0, 0, 5);
        bench_open(&bench, 0, false);
        bench_expect(&bench, on ? "0 hello 0..5" : "0 hello 1..5");
        bench_finish(&bench);
        bench_start_chain(&bench, on ? BNET_QUIRK_EMPTY_HELLO : 0, 2,
                          5); /* with a LIB there is a list */
        bench_open(&bench, 0, false);
        bench_expect(&bench, "0 hello 3..5");
        bench_finish(&bench);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("quirks");
    TCase *names = tcase_create("names");
    tcase_add_test(names, test_names);
    tcase_add_test(names, test_documented_has_no_deployed_state);
    suite_add_tcase(suite, names);
    TCase *choice = tcase_create("choice");
    tcase_add_test(choice, test_busy_fetch);
    tcase_add_test(choice, test_busy_fetch_of_a_newcomer);
    tcase_add_test(choice, test_busy_fetch_rests_when_caught_up);
    tcase_add_test(choice, test_reversible_to_follower);
    tcase_add_test(choice, test_follower_behind_is_served_as_documented);
    tcase_add_test(choice, test_ping_blocks_sending);
    tcase_add_test(choice, test_young_ping_blocks_nothing);
    tcase_add_test(choice, test_unlinked_send);
    tcase_add_test(choice, test_unlinked_send_begins_again);
    tcase_add_test(choice, test_unlinked_send_passes_known_blocks_over);
    tcase_add_test(choice, test_unlinked_send_never_resyncs);
    tcase_add_test(choice, test_silent_until_block);
    tcase_add_test(choice, test_late_notice);
    tcase_add_test(choice, test_late_notice_of_a_side_branch);
    suite_add_tcase(suite, choice);
    TCase *rest = tcase_create("rest");
    tcase_set_timeout(rest, 60);
    tcase_add_test(rest, test_unbounded_status);
    tcase_add_test(rest, test_tracked_range);
    tcase_add_test(rest, test_marks_are_purged);
    tcase_add_test(rest, test_no_timer);
    tcase_add_test(rest, test_zero_code);
    tcase_add_test(rest, test_zero_code_is_no_answer);
    tcase_add_test(rest, test_predictable_code);
    tcase_add_test(rest, test_empty_hello);
    suite_add_tcase(suite, rest);
    return run_suite(suite);
}
