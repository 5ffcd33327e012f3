/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hazards of the deployed plugin in what concerns several sessions, messages out of order,
 * blame, transactions and the LIB: each flag, alone, changes what it is to change.
 */
#include "core/deployed_session.h"
#include "core/quirks.h"
#include "tests/core_fixture.h"

/* --- redundant connections ------------------------------------------------------------------- */

/* Opens a slot; the hello of peer `who` comes later. */
static void open_slot(CoreBench *bench, uint32_t slot, bool dialled)
{
    bench->now_ns++;
    bench_open(bench, slot, dialled);
    bench_written(bench, slot);
    bench->text[0] = '\0';
}

static void say_hello(CoreBench *bench, uint32_t slot, BnetBlock head)
{
    BnetMessage hello = bench_hello_of(bench, 0, 0, head); /* all are peer 101 */
    bench_message(bench, slot, &hello);
}

/* H8: our id is the smaller one, so that what we dialled stays as documented. */
START_TEST(test_both_close)
{
    for (int on = 0; on <= 1; on++) {
        CoreBench bench;
        BnetBlock head = bench_start_chain(&bench, on ? BNET_QUIRK_BOTH_CLOSE : 0, 0, 3);
        open_slot(&bench, 0, true);
        open_slot(&bench, 1, false);
        say_hello(&bench, 1, head);
        say_hello(&bench, 0, head);
        bench_expect(&bench, on ? "1 code; 0 code; 0 close redundant"
                                : "1 code; 0 code; 1 close redundant");
        bench_finish(&bench);
    }
}
END_TEST

/* H8 says nothing of two in one direction, H20 nothing of two in opposite ones. */
START_TEST(test_redundancy_by_direction)
{
    for (int same = 0; same <= 1; same++) {
        CoreBench bench;
        BnetQuirks quirk = same ? BNET_QUIRK_BOTH_CLOSE : BNET_QUIRK_NEWCOMER_CLOSES;
        BnetBlock head = bench_start_chain(&bench, quirk, 0, 3);
        open_slot(&bench, 0, !same);
        open_slot(&bench, 1, false);
        say_hello(&bench, 1, head);
        say_hello(&bench, 0, head);
        bench_expect(&bench, "1 code; 0 code; 1 close redundant");
        bench_finish(&bench);
    }
}
END_TEST

/* H20: who says hello first stays, though the other connection is older. */
START_TEST(test_newcomer_closes)
{
    for (int on = 0; on <= 1; on++) {
        CoreBench bench;
        BnetBlock head = bench_start_chain(&bench, on ? BNET_QUIRK_NEWCOMER_CLOSES : 0, 0, 3);
        open_slot(&bench, 0, false);
        open_slot(&bench, 1, false);
        say_hello(&bench, 1, head);
        say_hello(&bench, 0, head);
        bench_expect(&bench, on ? "1 code; 0 code; 0 close redundant"
                                : "1 code; 0 code; 1 close redundant");
        bench_finish(&bench);
    }
}
END_TEST

/* --- messages that should not be ------------------------------------------------------------- */

/* H9 */
START_TEST(test_trx_notice_closes)
{
    for (int on = 0; on <= 1; on++) {
        CoreBench bench;
        BnetBlock head = bench_start_chain(&bench, on ? BNET_QUIRK_TRX_NOTICE_CLOSES : 0, 0, 3);
        bench_connect(&bench, 0, 0, head);
        bench_notice(&bench, 0, BNET_MESSAGE_TRX_NOTICE, core_trx(&bench.store, 5000));
        bench_expect(&bench, on ? "0 close malformed" : "");
        bench_finish(&bench);
    }
}
END_TEST

/* H14: two pings and a block before hello; of the pings the last one is answered. */
START_TEST(test_early_messages)
{
    for (int on = 0; on <= 1; on++) {
        CoreBench bench;
        BnetBlock head = bench_start_chain(&bench, on ? BNET_QUIRK_EARLY_MESSAGES : 0, 0, 3);
        open_slot(&bench, 0, false);
        bench_ping(&bench, 0, 1, 0);
        if (!on) {
            bench_expect(&bench, "0 close protocol");
            bench_finish(&bench);
            continue;
        }
        bench_ping(&bench, 0, 2, 0);
        bench_block(&bench, 0, core_child(&bench.store, head, 0));
        bench_expect(&bench, "0 submit 4");
        say_hello(&bench, 0, head);
        bench_expect(&bench, "0 pong");
        ck_assert_uint_eq(bench.ponged[0].code.bytes[0], 2);
        bench_finish(&bench);
    }
}
END_TEST

/* H14: who sends a bad block before hello is to blame for it. */
START_TEST(test_early_blame)
{
    CoreBench bench;
    BnetBlock head = bench_start_chain(&bench, BNET_QUIRK_EARLY_MESSAGES, 0, 3);
    open_slot(&bench, 0, false);
    BnetBlock bad = core_unsigned_child(&bench.store, head, 0);
    bench_block(&bench, 0, bad);
    bench_chain(&bench, 0, bad);
    bench_expect(&bench, "0 submit 4; invalid 4; 0 close bad-block");
    bench_finish(&bench);
}
END_TEST

/* H14: a repeated hello resets what is known of the peer. */
START_TEST(test_repeated_hello)
{
    for (int on = 0; on <= 1; on++) {
        CoreBench bench;
        BnetBlock head = bench_start_chain(&bench, on ? BNET_QUIRK_EARLY_MESSAGES : 0, 0, 3);
        bench_connect(&bench, 0, 0, head);
        BnetMessage hello = bench_hello_of(&bench, 0, 0, BNET_GENESIS);
        hello.u.hello.request_transactions = false;
        bench_message(&bench, 0, &hello);
        bench_expect(&bench, on ? "0 fetch 2" : "0 close protocol");
        ck_assert(!on || !bench_session(&bench, 0)->peer_requests_trx);
        bench_finish(&bench);
    }
}
END_TEST

/* --- blame ----------------------------------------------------------------------------------- */

static void list_junk(CoreBench *bench, uint32_t slot, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        BnetId id = {{0, 0, 0, 100}};
        memcpy(id.bytes + 8, &i, sizeof i);
        bnet_node_listed(&bench->node, slot, &id, bench->now_ns);
    }
}

/* H5: with 2048 ids in the block status a bad block goes unpunished; with one less it does not. */
START_TEST(test_evadable_blame)
{
    static const uint32_t junk[] = {2047, 2048};
    for (int full = 0; full <= 1; full++) {
        for (int on = 0; on <= 1; on++) {
            CoreBench bench;
            BnetBlock head = bench_start_chain(&bench, on ? BNET_QUIRK_EVADABLE_BLAME : 0, 0, 3);
            BnetMessage hello = bench_hello_of(&bench, 0, 0, head);
            hello.u.hello.first = BNET_NO_BLOCK;
            hello.u.hello.lib_number = 9;
            bench_connect_with(&bench, 0, &hello);
            list_junk(&bench, 0, junk[full]);
            BnetBlock bad = core_bad_child(&bench.store, head, 0);
            bench_block(&bench, 0, bad);
            bench_expect(&bench, "0 submit 4");
            bench_chain(&bench, 0, bad);
            bench_expect(&bench, on && full ? "accepted 4; rejected 4"
                                            : "accepted 4; rejected 4; 0 close bad-block");
            bench_finish(&bench);
        }
    }
}
END_TEST

/* H5: so does one that is numbered beyond the tracked range, 2048 above the LIB, which is 0. */
START_TEST(test_blame_out_of_range)
{
    for (uint32_t number = 2047; number <= 2048; number++) {
        CoreBench bench;
        bench_init(&bench, BNET_RULE_NONE, 0, 1);
        bench.self.quirks = BNET_QUIRK_EVADABLE_BLAME;
        BnetBlock head = core_extend_plainly(&bench.store, BNET_GENESIS, number - 1);
        bench.now_ns += (int64_t)number * BNET_SLOT_NS;
        bench_start(&bench, head);
        bench_connect(&bench, 0, 0, head);
        BnetBlock bad = core_unsigned_child(&bench.store, head, 0);
        bench_block(&bench, 0, bad);
        bench.text[0] = '\0';
        bench_chain(&bench, 0, bad);
        bench_expect(&bench, number == 2047 ? "invalid 2047; 0 close bad-block" : "invalid 2048");
        bench_finish(&bench);
    }
}
END_TEST

/* H15: slot 0 sent the bad block 5b, slot 1 the block on it that makes the branch the best. */
START_TEST(test_blames_last_sender)
{
    for (int on = 0; on <= 1; on++) {
        CoreBench bench;
        BnetBlock head = bench_start_chain(&bench, on ? BNET_QUIRK_BLAMES_LAST_SENDER : 0, 0, 5);
        for (uint32_t slot = 0; slot < 3; slot++)
            bench_connect(&bench, slot, 0, head);
        BnetBlock bad = core_bad_child(&bench.store, bnet_store_ancestor(&bench.store, head, 4), 1);
        BnetBlock last = core_child(&bench.store, bad, 0);
        bench_block(&bench, 0, bad);
        bench_chain(&bench, 0, bad);
        bench_block(&bench, 1, last);
        bench_expect(&bench, "0 submit 5b; accepted 5b; 1 submit 6");
        bench_chain(&bench, 1, last);
        bench_expect(&bench, on ? "accepted 6; fork_switch 4; rejected 5b; 1 close bad-block; "
                                  "applied 5"
                                : "accepted 6; fork_switch 4; rejected 5b; 0 close bad-block; "
                                  "1 close bad-block; applied 5");
        /* Whether it is remembered: what is built on it later. */
        bench_block(&bench, 2, last);
        bench.text[0] = '\0';
        bench_chain(&bench, 2, last);
        bench_expect(&bench, on ? "unlinkable 6" : "invalid 6; 2 close bad-block");
        bench_finish(&bench);
    }
}
END_TEST

/* --- transactions ---------------------------------------------------------------------------- */

/* H16: it cannot be sent for `wait_ns`. */
static void wait_with_trx(CoreBench *bench, BnetQuirks quirks, int64_t wait_ns)
{
    BnetBlock head = bench_start_chain(bench, quirks, 0, 3);
    bench_connect(bench, 0, 0, head);
    bench_ping(bench, 0, 4, 0);
    bench_accept_trx(bench, core_trx(&bench->store, 5000));
    bench_expect(bench, "0 pong");
    bench->now_ns += wait_ns;
    bench_written(bench, 0);
    bench_code(bench, 0);
    bench_written(bench, 0);
}

START_TEST(test_forgets_trxs)
{
    for (int on = 0; on <= 1; on++) {
        CoreBench bench;
        wait_with_trx(&bench, on ? BNET_QUIRK_FORGETS_TRXS : 0, BNET_DEPLOYED_TRX_NS + 1);
        bench_expect(&bench, on ? "0 code; 0 ping 0" : "0 code; 0 ping 0; 0 trx 1");
        bench_finish(&bench);
    }
    CoreBench bench;
    wait_with_trx(&bench, BNET_QUIRK_FORGETS_TRXS, BNET_DEPLOYED_TRX_NS);
    bench_expect(&bench, "0 code; 0 ping 0; 0 trx 1"); /* just in time */
    bench_finish(&bench);
}
END_TEST

/* The oldest goes first, each once, and none to who sent it. */
START_TEST(test_deployed_trxs_in_order)
{
    CoreBench bench;
    BnetBlock head =
        bench_start_chain(&bench, BNET_QUIRK_FORGETS_TRXS | BNET_QUIRK_ECHOES_TRXS, 0, 3);
    bench_connect(&bench, 0, 0, head);
    bench_connect(&bench, 1, 0, head);
    BnetTrx first = core_trx(&bench.store, 5000);
    BnetTrx second = core_trx(&bench.store, 5000);
    bench_trx(&bench, 1, first);
    bench_expect(&bench, "1 submit trx 1");
    bench_accept_trx(&bench, first);
    bench_accept_trx(&bench, second);
    bench_expect(&bench, "0 trx 1; 1 trx 2");
    bench_written(&bench, 0);
    bench_written(&bench, 1);
    bench_expect(&bench, "0 trx 2");
    bench_finish(&bench);
}
END_TEST

/* H17 with H16: slot 0 sent a transaction, and 6 s later a block from elsewhere includes it. */
START_TEST(test_echo_of_a_late_block)
{
    for (int on = 0; on <= 1; on++) {
        CoreBench bench;
        BnetQuirks quirks = BNET_QUIRK_FORGETS_TRXS | (on ? BNET_QUIRK_ECHOES_TRXS : 0);
        BnetBlock head = bench_start_chain(&bench, quirks, 0, 3);
        bench_connect(&bench, 0, 0, head);
        BnetTrx trx = core_trx(&bench.store, 5000);
        bench_trx(&bench, 0, trx);
        bench_accept_trx(&bench, trx);
        bench_expect(&bench, "0 submit trx 1");
        bench.now_ns += BNET_DEPLOYED_TRX_NS + 1;
        bench_chain(&bench, BNET_NO_SESSION, core_child_with(&bench.store, head, 0, trx));
        bench_expect(&bench,
                     on ? "accepted 4; applied 4; 0 trx 1" : "accepted 4; applied 4; 0 code");
        bench_finish(&bench);
    }
}
END_TEST

/* H17 alone: a block with the transaction that slot 0 sent is left by a fork switch. */
START_TEST(test_echo_after_a_fork_switch)
{
    for (int on = 0; on <= 1; on++) {
        CoreBench bench;
        BnetBlock head = bench_start_chain(&bench, on ? BNET_QUIRK_ECHOES_TRXS : 0, 0, 3);
        bench_connect(&bench, 0, 0, head);
        BnetTrx trx = core_trx(&bench.store, 5000);
        bench_trx(&bench, 0, trx);
        bench_accept_trx(&bench, trx);
        BnetBlock block = core_child_with(&bench.store, head, 0, trx);
        BnetBlock other = core_child(&bench.store, head, 1);
        BnetBlock last = core_child(&bench.store, other, 0);
        bench_notice(&bench, 0, BNET_MESSAGE_BLOCK_NOTICE, block); /* it needs no block of ours */
        bench_notice(&bench, 0, BNET_MESSAGE_BLOCK_NOTICE, last);
        bench_chain(&bench, BNET_NO_SESSION, block);
        bench_expect(&bench, "0 submit trx 1; accepted 4; applied 4");
        bench_chain(&bench, BNET_NO_SESSION, other);
        bench_chain(&bench, BNET_NO_SESSION, last);
        bench_expect(&bench, on ? "accepted 4b; accepted 5; fork_switch 3; applied 4b; applied 5; "
                                  "0 trx 1"
                                : "accepted 4b; accepted 5; fork_switch 3; applied 4b; applied 5");
        bench_finish(&bench);
    }
}
END_TEST

/* --- the LIB --------------------------------------------------------------------------------- */

/* H18: after a chain of 10 came in no time, LIB 8, one event for each block that follows. */
START_TEST(test_trailing_lib)
{
    for (int on = 0; on <= 1; on++) {
        CoreBench bench;
        BnetBlock head = bench_start_chain(&bench, on ? BNET_QUIRK_TRAILING_LIB : 0, 4, 5);
        BnetBlock tip = core_extend(&bench.store, head, 5);
        for (uint32_t number = 6; number <= 9; number++) /* they wait on a side branch */
            bnet_node_receive_block(&bench.node, bnet_store_ancestor(&bench.store, tip, number),
                                    BNET_NO_SESSION, bench.now_ns);
        bench_chain(&bench, BNET_NO_SESSION, tip);
        bench_expect(&bench, on ? "accepted 10; applied 6; irreversible 2; applied 7; applied 8; "
                                  "applied 9; applied 10"
                                : "accepted 10; applied 6; irreversible 2; applied 7; "
                                  "irreversible 3; applied 8; irreversible 4; applied 9; "
                                  "irreversible 5; applied 10; irreversible 6");
        bench_chain(&bench, BNET_NO_SESSION, core_child(&bench.store, tip, 0));
        bench_expect(&bench, on ? "accepted 11; irreversible 3; applied 11"
                                : "accepted 11; applied 11; irreversible 7");
        bench_finish(&bench);
    }
}
END_TEST

/* H18: our hello says LIB 6; the ping after the next event says 3. */
START_TEST(test_trailing_lib_in_pings)
{
    for (int on = 0; on <= 1; on++) {
        CoreBench bench;
        BnetBlock head = bench_start_chain(&bench, on ? BNET_QUIRK_TRAILING_LIB : 0, 4, 5);
        for (uint32_t i = 0; i < 5; i++) {
            head = core_child(&bench.store, head, 0);
            bnet_node_receive_block(&bench.node, head, BNET_NO_SESSION, bench.now_ns);
        }
        while (bench_step(&bench))
            continue;
        bench_open(&bench, 0, false);
        ck_assert_uint_eq(bench.hello[0].lib_number, 6);
        bench_chain(&bench, BNET_NO_SESSION, core_child(&bench.store, head, 0));
        bench_written(&bench, 0);
        BnetMessage hello = bench_hello_of(&bench, 0, 6, head);
        bench.text[0] = '\0';
        bench_message(&bench, 0, &hello);
        bench_code(&bench, 0);
        bench_expect(&bench, on ? "0 code; 0 ping 3" : "0 code; 0 ping 7");
        bench_finish(&bench);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("quirks_node");
    TCase *sessions = tcase_create("sessions");
    tcase_add_test(sessions, test_both_close);
    tcase_add_test(sessions, test_redundancy_by_direction);
    tcase_add_test(sessions, test_newcomer_closes);
    tcase_add_test(sessions, test_trx_notice_closes);
    tcase_add_test(sessions, test_early_messages);
    tcase_add_test(sessions, test_early_blame);
    tcase_add_test(sessions, test_repeated_hello);
    suite_add_tcase(suite, sessions);
    TCase *chain = tcase_create("chain");
    tcase_set_timeout(chain, 60);
    tcase_add_test(chain, test_evadable_blame);
    tcase_add_test(chain, test_blame_out_of_range);
    tcase_add_test(chain, test_blames_last_sender);
    tcase_add_test(chain, test_forgets_trxs);
    tcase_add_test(chain, test_deployed_trxs_in_order);
    tcase_add_test(chain, test_echo_of_a_late_block);
    tcase_add_test(chain, test_echo_after_a_fork_switch);
    tcase_add_test(chain, test_trailing_lib);
    tcase_add_test(chain, test_trailing_lib_in_pings);
    suite_add_tcase(suite, chain);
    return run_suite(suite);
}
