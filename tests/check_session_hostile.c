/* SPDX-License-Identifier: Apache-2.0 */
/* What a session makes of a peer that keeps no rule. */
#include "core/session.h"
#include "tests/core_fixture.h"

static BnetBlock start(CoreBench *bench)
{
    bench_init(bench, BNET_RULE_NONE, 0, 1);
    BnetBlock head = core_extend(&bench->store, BNET_GENESIS, 2);
    bench_start(bench, head);
    return head;
}

static BnetMessage malformed(void)
{
    BnetMessage message = {.kind = BNET_MESSAGE_MALFORMED};
    message.u.malformed.bytes = 9;
    return message;
}

/* That one session is closed, whether hello has come or not; the others go on. */
START_TEST(test_malformed)
{
    CoreBench bench;
    BnetBlock head = start(&bench);
    const BnetMessage message = malformed();
    bench_connect(&bench, 0, 0, head);
    bench_connect(&bench, 1, 0, head);
    bench_expect(&bench, "");
    bench_message(&bench, 0, &message);
    bench_expect(&bench, "0 close malformed");
    ck_assert_int_eq(bnet_node_deadline(&bench.node, 0), BNET_TIME_NEVER);
    bench_ping(&bench, 1, 3, 0);
    bench_expect(&bench, "1 pong");
    bench_open(&bench, 0, true);
    bench_message(&bench, 0, &message);
    bench_expect(&bench, "0 hello 1..3; 0 close malformed");
    ck_assert_uint_eq(bnet_message_size(&message, &bench.store), 9);
    ck_assert_str_eq(bnet_message_name(message.kind), "malformed");
    bench_finish(&bench);
}
END_TEST

/* What has been blamed on the session ends with it. */
START_TEST(test_malformed_after_block)
{
    CoreBench bench;
    BnetBlock head = start(&bench);
    const BnetMessage message = malformed();
    bench_connect(&bench, 0, 0, head);
    bench_expect(&bench, "");
    bench_block(&bench, 0, core_extend(&bench.store, head, 1));
    ck_assert_uint_eq(bench.node.blame.n, 1);
    bench_message(&bench, 0, &message);
    bench_expect(&bench, "0 submit 4; 0 close malformed");
    ck_assert_uint_eq(bench.node.blame.n, 0);
    bench_finish(&bench);
}
END_TEST

/* Thousands of notices of blocks that nobody has: what is kept of them is bounded, and the block
 * that is next is sent all the same. */
START_TEST(test_junk_notices)
{
    CoreBench bench;
    start(&bench);
    bench_connect(&bench, 0, 0, BNET_GENESIS);
    bench_expect(&bench, "0 fetch 2");
    for (uint32_t i = 0; i < 3000; i++) {
        BnetBlockSpec spec = core_spec(&bench.store, BNET_GENESIS, 0);
        spec.variant = 1000 + i;
        bench_notice(&bench, 0, BNET_MESSAGE_BLOCK_NOTICE,
                     bnet_store_add_block(&bench.store, &spec));
    }
    const BnetSession *session = bnet_node_session(&bench.node, 0);
    ck_assert_uint_le(bnet_status_count(&session->status), BNET_STATUS_BLOCKS_MAX);
    ck_assert_uint_eq(session->frontier, BNET_GENESIS);
    ck_assert_uint_eq(bnet_session_next_block(session, &bench.node.view), 2);
    bench_finish(&bench);
}
END_TEST

/* A LIB beyond all numbers: nothing is sent any more, and nothing else happens. */
START_TEST(test_absurd_lib)
{
    CoreBench bench;
    BnetBlock head = start(&bench);
    bench_connect(&bench, 0, 0, head);
    bench_expect(&bench, "");
    bench_ping(&bench, 0, 4, UINT32_MAX);
    bench_expect(&bench, "0 pong");
    bench_chain(&bench, BNET_NO_SESSION, core_extend(&bench.store, head, 1));
    bench_written(&bench, 0);
    const BnetSession *session = bnet_node_session(&bench.node, 0);
    ck_assert_uint_eq(session->peer_lib, UINT32_MAX);
    ck_assert_uint_eq(bnet_session_next_block(session, &bench.node.view), 0);
    bench_finish(&bench);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("session_hostile");
    TCase *tcase = tcase_create("hostile");
    tcase_add_test(tcase, test_malformed);
    tcase_add_test(tcase, test_malformed_after_block);
    tcase_add_test(tcase, test_junk_notices);
    tcase_add_test(tcase, test_absurd_lib);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
