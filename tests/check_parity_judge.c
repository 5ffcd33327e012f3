/* SPDX-License-Identifier: Apache-2.0 */
/* What is made of the logs of nodes: conversations and verdicts. */
#include "tests/parity_fixture.h"
#include "tests/run_suite.h"

/* --- sessions -------------------------------------------------------------------------------- */

START_TEST(finds_both_ends)
{
    Bench bench;
    bench_init(&bench, "", "", 0);
    connect_ab(&bench, WISHES);
    block(&bench, 0, "sent", 6);
    block(&bench, 1, "received", 6);
    notice(&bench, 1, "received", 7);
    tell(&bench, 1, "{'what':'received','session':0,'message':'ping','lib':2}");
    judge(&bench);
    const ParityConnection *connection = parity_talk_newest(bench.log->talk, 0);
    ck_assert_uint_eq(bench.log->talk->links[0]->len, 1);
    ck_assert_uint_eq(bench.log->talk->links[1]->len, 0);
    ck_assert_uint_eq(connection->said[0]->len, 1);
    ck_assert_uint_eq(connection->said[1]->len, 3);
    ck_assert_str_eq(g_ptr_array_index(connection->said[0], 0),
                     "hello lib 2 head 0000000500000000");
    ck_assert_str_eq(g_ptr_array_index(connection->said[1], 1), "signed_block 0000000600000000");
    ck_assert_str_eq(g_ptr_array_index(connection->said[1], 2), "block_notice 0000000700000000");
    const ParitySession *first = g_ptr_array_index(bench.log->sessions, 0);
    const ParitySession *second = g_ptr_array_index(bench.log->sessions, 1);
    ck_assert_uint_eq(first->peer, 1);
    ck_assert_uint_eq(first->other, 0);
    ck_assert_uint_eq(second->peer, 0);
    ck_assert_uint_eq(second->other, 1);
    check_failed(&bench, "");
    bench_finish(&bench);
}
END_TEST

/* A slot is used again, a port too: each connection has its own conversation. */
START_TEST(tells_connections_apart)
{
    Bench bench;
    bench_init(&bench, "", "", 0);
    connect_ab(&bench, WISHES);
    tell(&bench, 0, "{'what':'closed','session':0,'reason':'lost'}");
    tell(&bench, 1, "{'what':'closed','session':0,'reason':'disconnect'}");
    connect_ab(&bench, WISHES);
    block(&bench, 1, "received", 6);
    judge(&bench);
    ck_assert_uint_eq(bench.log->talk->links[0]->len, 2);
    const ParityConnection *first = g_ptr_array_index(bench.log->talk->links[0], 0);
    const ParityConnection *second = g_ptr_array_index(bench.log->talk->links[0], 1);
    ck_assert_uint_eq(first->said[1]->len, 1);
    ck_assert_uint_eq(second->said[1]->len, 2);
    check_failed(&bench, "");
    bench_finish(&bench);
}
END_TEST

/* --- properties ------------------------------------------------------------------------------ */

START_TEST(s1_unlinked)
{
    Bench bench;
    bench_init(&bench, "", "", 0);
    connect_ab(&bench, WISHES);
    block(&bench, 0, "sent", 7); /* b has 5 */
    judge(&bench);
    check_failed(&bench, "S1");
    ck_assert_str_eq(check_of(&bench, "S1")->detail,
                     "at 1.500 s a sent, which cannot be linked, to b 0000000700000000");
    bench_finish(&bench);
}
END_TEST

START_TEST(s1_below_lib)
{
    Bench bench;
    bench_init(&bench, "", "", 0);
    connect_ab(&bench, WISHES);
    tell(&bench, 0, "{'what':'received','session':0,'message':'ping','lib':6}");
    block(&bench, 0, "sent", 6);
    judge(&bench);
    check_failed(&bench, "S1");
    bench_finish(&bench);
}
END_TEST

/* What b has noticed, it has, and all before it. */
START_TEST(s1_noticed)
{
    Bench bench;
    bench_init(&bench, "", "", 0);
    connect_ab(&bench, WISHES);
    notice(&bench, 0, "received", 7);
    block(&bench, 0, "sent", 8);
    block(&bench, 0, "sent", 9);
    judge(&bench);
    check_failed(&bench, "");
    bench_finish(&bench);
}
END_TEST

START_TEST(s2_twice)
{
    Bench bench;
    bench_init(&bench, "", "", 0);
    connect_ab(&bench, WISHES);
    block(&bench, 0, "sent", 6);
    block(&bench, 0, "sent", 6);
    judge(&bench);
    check_failed(&bench, "S2");
    bench_finish(&bench);
}
END_TEST

START_TEST(s3_back)
{
    Bench bench;
    bench_init(&bench, "", "", 0);
    connect_ab(&bench, WISHES);
    notice(&bench, 0, "received", 6);
    block(&bench, 0, "sent", 6);
    judge(&bench);
    check_failed(&bench, "S3");
    bench_finish(&bench);
}
END_TEST

/* b sends a bad block, a's chain finds out, and a goes on with b. */
START_TEST(s4_tolerated)
{
    Bench bench;
    bench_init(&bench, "", ", \"expect\": {\"convergence\": false}", 6);
    connect_ab(&bench, WISHES);
    block(&bench, 0, "received", 6);
    chain(&bench, 0, "rejected", 6);
    tell(&bench, 0, "{'what':'received','session':0,'message':'ping','lib':2}");
    judge(&bench);
    check_failed(&bench, "S4");
    ck_assert_uint_eq(check_of(&bench, "S4")->violations, 2); /* and at the end it stands */
    bench_finish(&bench);
}
END_TEST

/* Nobody has found anything wrong with what b has sent. */
START_TEST(s4_innocent)
{
    Bench bench;
    bench_init(&bench, "", ", \"expect\": {\"bad_block\": [\"b\"]}", 7);
    connect_ab(&bench, WISHES);
    block(&bench, 0, "received", 6);
    tell(&bench, 0, "{'what':'closed','session':0,'reason':'bad-block'}");
    judge(&bench);
    check_failed(&bench, "S4");
    ck_assert_str_eq(check_of(&bench, "S4")->detail,
                     "at 1.500 s a cut off, without an invalid block, b ");
    bench_finish(&bench);
}
END_TEST

/* Guilty is who has sent what is built on a bad block, too; and who is honest does not send it. */
START_TEST(s4_honest)
{
    Bench bench;
    bench_init(&bench, "", ", \"expect\": {\"bad_block\": [\"b\"]}", 6);
    connect_ab(&bench, WISHES);
    block(&bench, 0, "received", 6);
    block(&bench, 0, "received", 7);
    tell(&bench, 0, "{'what':'verdict','session':0,'verdict':'invalid','number':6,'id':'%s'}",
         "0000000600000000000000000000000000000000000000000000000000000006");
    tell(&bench, 0, "{'what':'closed','session':0,'reason':'bad-block'}");
    judge(&bench);
    check_failed(&bench, "S4");
    ck_assert_str_eq(check_of(&bench, "S4")->detail, "at 1.500 s a cut off, which is honest, b ");
    ck_assert_uint_eq(bench.result->n_disconnects, 1);
    ck_assert_uint_eq(bench.result->disconnects[0].peer, 1);
    ck_assert_uint_eq(bench.result->disconnects[0].by, 0);
    ck_assert_str_eq(bench.result->disconnects[0].reason, "bad-block");
    bench_finish(&bench);
}
END_TEST

static void trx(Bench *bench, uint32_t peer, const char *what, uint32_t number)
{
    g_autofree char *id = id_of(number);
    tell(bench, peer, "{'what':'%s','session':0,'message':'packed_transaction','id':'%s'}", what,
         id);
}

START_TEST(s6_echo_and_unwanted)
{
    Bench bench;
    bench_init(&bench, "", "", 0);
    connect_ab(&bench, WISHES);
    trx(&bench, 0, "received", 100);
    trx(&bench, 0, "sent", 100);
    trx(&bench, 0, "sent", 101);
    trx(&bench, 0, "sent", 101);
    judge(&bench);
    check_failed(&bench, "S6");
    ck_assert_uint_eq(check_of(&bench, "S6")->violations, 2);
    bench_finish(&bench);
    bench_init(&bench, "", "", 0);
    connect_ab(&bench, "'request_transactions':false");
    trx(&bench, 0, "sent", 100);
    judge(&bench);
    check_failed(&bench, "S6");
    bench_finish(&bench);
}
END_TEST

START_TEST(s7_reversible)
{
    Bench bench;
    bench_init(&bench, "", "", 0);
    connect_ab(&bench, "'request_transactions':true,'irreversible_only':true");
    chain(&bench, 0, "irreversible", 3);
    chain(&bench, 0, "irreversible", 4);
    chain(&bench, 0, "irreversible", 5);
    chain(&bench, 0, "irreversible", 6);
    block(&bench, 0, "sent", 6);
    judge(&bench);
    check_failed(&bench, "");
    bench_finish(&bench);
    bench_init(&bench, "", "", 0);
    connect_ab(&bench, "'request_transactions':true,'irreversible_only':true");
    block(&bench, 0, "sent", 6);
    notice(&bench, 0, "sent", 7);
    judge(&bench);
    check_failed(&bench, "S7");
    ck_assert_uint_eq(check_of(&bench, "S7")->violations, 2);
    bench_finish(&bench);
}
END_TEST

START_TEST(s8_conflict_and_back)
{
    Bench bench;
    bench_init(&bench, "", "", 0);
    begin(&bench, 0);
    begin(&bench, 1);
    chain(&bench, 0, "irreversible", 3);
    tell(&bench, 1, "{'what':'irreversible','number':3,'id':'%s'}",
         "00000003ffffffffffffffffffffffffffffffffffffffffffffffffffffffff");
    judge(&bench);
    check_failed(&bench, "S8");
    bench_finish(&bench);
    bench_init(&bench, "", "", 0);
    begin(&bench, 0);
    chain(&bench, 0, "irreversible", 3);
    chain(&bench, 0, "irreversible", 3);
    judge(&bench);
    check_failed(&bench, "S8");
    ck_assert_str_eq(check_of(&bench, "S8")->detail, "at 1.500 s the LIB of a moved back");
    bench_finish(&bench);
}
END_TEST

START_TEST(c1_order)
{
    Bench bench;
    bench_init(&bench, "", "", 0);
    begin(&bench, 1);
    tell(&bench, 1,
         "{'what':'opened','session':0,'remote':'127.77.0.1:4000',"
         "'local':'127.0.0.1:50','dialled':true}");
    tell(&bench, 1, "{'what':'sent','session':0,'message':'pong'}");
    judge(&bench);
    check_failed(&bench, "C1");
    bench_finish(&bench);
    bench_init(&bench, "", "", 0);
    connect_ab(&bench, WISHES);
    tell(&bench, 0, "{'what':'closed','session':0,'reason':'lost'}");
    tell(&bench, 0, "{'what':'sent','session':0,'message':'pong'}");
    judge(&bench);
    check_failed(&bench, "C1");
    bench_finish(&bench);
}
END_TEST

START_TEST(c2_c3_told)
{
    Bench bench;
    bench_init(&bench, "", "", 0);
    begin(&bench, 0);
    chain(&bench, 0, "applied", 6);
    begin(&bench, 1);
    connect_ab(&bench, WISHES); /* which tells the state anew */
    chain(&bench, 0, "irreversible", 3);
    tell(&bench, 0, "{'what':'sent','session':0,'message':'ping','lib':2}");
    judge(&bench);
    check_failed(&bench, "C3");
    bench_finish(&bench);
    bench_init(&bench, "", "", 0);
    begin(&bench, 1);
    chain(&bench, 1, "applied", 6);
    tell(&bench, 1,
         "{'what':'opened','session':0,'remote':'127.77.0.1:4000',"
         "'local':'127.0.0.1:50','dialled':true}");
    tell(&bench, 1,
         "{'what':'sent','session':0,'message':'hello','lib':2,'head':{'number':5,"
         "'id':'0000000500000000000000000000000000000000000000000000000000000005'}}");
    judge(&bench);
    check_failed(&bench, "C2");
    bench_finish(&bench);
}
END_TEST

/* Of the deployed profile the events of the LIB trail: what hangs on it is not judged. */
START_TEST(deployed_lib)
{
    Bench bench;
    bench_init(&bench, "\"profile\": \"eosio-1.7\"", "", 0);
    begin(&bench, 2);
    chain(&bench, 2, "irreversible", 3);
    chain(&bench, 2, "irreversible", 3);
    judge(&bench);
    check_failed(&bench, "");
    bench_finish(&bench);
}
END_TEST

/* --- the end --------------------------------------------------------------------------------- */

START_TEST(l1_heads)
{
    Bench bench;
    bench_init(&bench, "", "", 0);
    connect_ab(&bench, WISHES);
    bench.network.peers[0].head_number = 5;
    bench.network.peers[0].head_id.bytes[0] = 5;
    bench.network.peers[1].head_number = 6;
    judge(&bench);
    check_failed(&bench, "L1");
    ck_assert_str_eq(check_of(&bench, "L1")->detail, "at the end a has the head 5, b the head 6");
    bench_finish(&bench);
    bench_init(&bench, "", "", 0); /* not connected at the end: nobody need agree */
    connect_ab(&bench, WISHES);
    tell(&bench, 0, "{'what':'closed','session':0,'reason':'lost'}");
    tell(&bench, 1, "{'what':'closed','session':0,'reason':'lost'}");
    bench.network.peers[1].head_number = 6;
    judge(&bench);
    check_failed(&bench, "");
    bench_finish(&bench);
}
END_TEST

START_TEST(expectations)
{
    Bench bench;
    bench_init(&bench, "",
               ", \"expect\": {\"bad_block\": [\"c\"], \"other_disconnects\": false, "
               "\"disconnects\": [{\"why\": \"malformed\", \"who\": \"b\"}], "
               "\"bounds\": [{\"quantity\": \"head\", \"at_least\": 1}, "
               "{\"quantity\": \"head\", \"at\": \"5s\", \"at_least\": 1}], "
               "\"never\": [{\"quantity\": \"head\", \"at_least\": 1000}]}",
               0);
    connect_ab(&bench, WISHES);
    tell(&bench, 0, "{'what':'closed','session':0,'reason':'protocol'}");
    g_ptr_array_add(bench.network.refused, g_strdup("at 1.000 s a does not dial: why"));
    judge(&bench);
    check_failed(&bench, "sockets/script expect/bad_block expect/disconnects/0 "
                         "expect/other_disconnects expect/bounds/0");
    ck_assert_str_eq(check_of(&bench, "expect/bad_block")->detail, "c was not cut off");
    ck_assert_int_eq(check_of(&bench, "expect/bounds/1")->verdict, SIM_VERDICT_NOT_JUDGED);
    ck_assert_int_eq(check_of(&bench, "expect/never/0")->verdict, SIM_VERDICT_NOT_JUDGED);
    bench_finish(&bench);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("parity_judge");
    TCase *tcase = tcase_create("parity_judge");
    tcase_add_test(tcase, finds_both_ends);
    tcase_add_test(tcase, tells_connections_apart);
    tcase_add_test(tcase, s1_unlinked);
    tcase_add_test(tcase, s1_below_lib);
    tcase_add_test(tcase, s1_noticed);
    tcase_add_test(tcase, s2_twice);
    tcase_add_test(tcase, s3_back);
    tcase_add_test(tcase, s4_tolerated);
    tcase_add_test(tcase, s4_innocent);
    tcase_add_test(tcase, s4_honest);
    tcase_add_test(tcase, s6_echo_and_unwanted);
    tcase_add_test(tcase, s7_reversible);
    tcase_add_test(tcase, s8_conflict_and_back);
    tcase_add_test(tcase, c1_order);
    tcase_add_test(tcase, c2_c3_told);
    tcase_add_test(tcase, deployed_lib);
    tcase_add_test(tcase, l1_heads);
    tcase_add_test(tcase, expectations);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
