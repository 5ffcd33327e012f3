/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events of a trace in words, and what led to one.
 */
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "reports/trace_words.h"
#include "tests/run_suite.h"

#define ID_7 "00000007aaaaaaaa" /* of a block 7: what is behind does not matter */
#define ID_8 "00000008bbbbbbbb"

static ReportHistory history;

static void set_up(void)
{
    report_history_init(&history);
}

static void tear_down(void)
{
    report_history_finish(&history);
}

/* Adds an event; ' stands for ". */
static void add(const char *line)
{
    g_autofree char *json = g_strdup(line);
    g_strdelimit(json, "'", '"');
    ck_assert(report_history_add(&history, json));
}

/* What the last event that was added is in words. */
static void expect_words(const char *line, const char *words)
{
    add(line);
    const ReportEvent *event = &g_array_index(history.events, ReportEvent, history.events->len - 1);
    g_autofree char *told = report_event_words(event);
    ck_assert_str_eq(told, words);
}

/* What led to the last event, each line without its time. */
static void expect_causes(const char *const *wanted)
{
    g_auto(GStrv) causes = report_history_causes(&history);
    for (guint i = 0; causes[i] && wanted[i]; i++)
        ck_assert_str_eq(strchr(causes[i], 's') + 3, wanted[i]);
    guint n = 0;
    while (wanted[n])
        n++;
    ck_assert_uint_eq(g_strv_length(causes), n);
}

#define CAUSES(...) ((const char *const[]){__VA_ARGS__, NULL})
#define SESSION "'peer':'a','remote':'b','end':3"
#define OTHER "'peer':'b','remote':'a','end':2"

START_TEST(words_of_messages)
{
    expect_words("{'t':23500000001,'what':'sent'," SESSION
                 ",'message':'signed_block','number':7,'id':'" ID_7 "'}",
                 "23.500000001 s  a sends b block 7 aaaaaaaa");
    expect_words("{'t':0,'what':'delivered'," SESSION
                 ",'message':'signed_block','number':7,'id':'" ID_7 "'}",
                 "0.000000000 s  a takes in block 7 aaaaaaaa from b");
    expect_words("{'t':1,'what':'sent'," SESSION ",'message':'block_notice','ids':['" ID_7 "']}",
                 "0.000000001 s  a sends b a notice of block 7 aaaaaaaa");
    expect_words("{'t':1,'what':'sent'," SESSION ",'message':'block_notice','ids':['" ID_7
                 "','" ID_8 "']}",
                 "0.000000001 s  a sends b a notice of block 8 bbbbbbbb and 1 more");
    expect_words("{'t':1,'what':'sent'," SESSION
                 ",'message':'packed_transaction','id':'0123456789abcdef'}",
                 "0.000000001 s  a sends b transaction 01234567");
    expect_words("{'t':1,'what':'sent'," SESSION ",'message':'ping','code':'ab'}",
                 "0.000000001 s  a sends b a ping");
    expect_words("{'t':1,'what':'sent'," SESSION ",'message':'malformed'}",
                 "0.000000001 s  a sends b bytes that are no message");
}
END_TEST

START_TEST(words_of_sessions)
{
    expect_words("{'t':1,'what':'dialled'," SESSION "}", "0.000000001 s  a dials b");
    expect_words("{'t':1,'what':'undialled'," SESSION "}",
                 "0.000000001 s  the dial of a to b comes to nothing");
    expect_words("{'t':1,'what':'opened'," SESSION ",'dialled':true}",
                 "0.000000001 s  a has a session with b, which it dialled");
    expect_words("{'t':1,'what':'opened'," SESSION ",'dialled':false}",
                 "0.000000001 s  a has a session with b, which dialled it");
    expect_words("{'t':1,'what':'closed'," SESSION ",'reason':'lost'}",
                 "0.000000001 s  a loses its session with b");
    expect_words("{'t':1,'what':'closed'," SESSION ",'reason':'bad-block'}",
                 "0.000000001 s  a closes its session with b: bad-block");
}
END_TEST

START_TEST(words_of_one_peer)
{
    expect_words("{'t':1,'what':'produced','peer':'a','number':7,'id':'" ID_7 "'}",
                 "0.000000001 s  a makes block 7 aaaaaaaa");
    expect_words("{'t':1,'what':'verdict','peer':'a','verdict':'stale','id':'" ID_7 "'}",
                 "0.000000001 s  a judges block 7 aaaaaaaa: stale");
    expect_words("{'t':1,'what':'chain','peer':'a','event':'applied','id':'" ID_7 "'}",
                 "0.000000001 s  a applies block 7 aaaaaaaa");
    expect_words("{'t':1,'what':'chain','peer':'a','event':'fork_switch','id':'" ID_7 "'}",
                 "0.000000001 s  a goes back to block 7 aaaaaaaa");
    expect_words("{'t':1,'what':'pruned','peer':'a','id':'" ID_7 "'}",
                 "0.000000001 s  a forgets block 7 aaaaaaaa");
    expect_words("{'t':1,'what':'trx','peer':'a','id':'0123456789abcdef'}",
                 "0.000000001 s  a accepts transaction 01234567");
    expect_words("{'t':1,'what':'started','peer':'a'}", "0.000000001 s  the process of a comes up");
    expect_words("{'t':1,'what':'stopped','peer':'a'}",
                 "0.000000001 s  the process of a goes down");
    expect_words("{'t':1,'what':'fault','text':'reset: a'}", "0.000000001 s  reset: a");
}
END_TEST

/* Whatever a trace of another version holds has words of some kind. */
START_TEST(words_of_what_is_unknown)
{
    expect_words("{'t':1,'what':'sings','peer':'a'}", "0.000000001 s  a sings");
    expect_words("{'t':1,'what':'sent'," SESSION ",'message':'signed_block','id':'7'}",
                 "0.000000001 s  a sends b a block");
    expect_words("{'t':1,'what':'sent'," SESSION ",'message':'block_notice','ids':7}",
                 "0.000000001 s  a sends b a notice");
    expect_words("{}", "0.000000000 s   ");
    ck_assert(!report_history_add(&history, "[1]"));
    ck_assert(!report_history_add(&history, "{\"t\":"));
}
END_TEST

/* --- causes ---------------------------------------------------------------------------------- */

/* The block was made by c, went to b, which b took in and sent to a. */
static void add_way(void)
{
    add("{'t':1,'what':'chain','peer':'c','event':'applied','id':'" ID_7 "'}");
    add("{'t':1,'what':'produced','peer':'c','id':'" ID_8 "'}");
    add("{'t':2,'what':'sent','peer':'c','remote':'b','end':5,'message':'signed_block','id':'" ID_8
        "'}");
    add("{'t':3,'what':'delivered','peer':'b','remote':'c','end':4,'message':'signed_block','id':"
        "'" ID_8 "'}");
    add("{'t':3,'what':'delivered','peer':'x','remote':'c','end':7,'message':'signed_block','id':"
        "'" ID_8 "'}");
    add("{'t':4,'what':'sent'," OTHER ",'message':'signed_block','id':'" ID_7 "'}");
    add("{'t':4,'what':'sent'," OTHER ",'message':'signed_block','id':'" ID_8 "'}");
    add("{'t':4,'what':'sent','peer':'b','remote':'x','end':8,'message':'signed_block','id':'" ID_8
        "'}");
    add("{'t':5,'what':'delivered'," SESSION ",'message':'signed_block','id':'" ID_8 "'}");
}

START_TEST(causes_of_a_block)
{
    add_way();
    expect_causes(CAUSES("c makes block 8 bbbbbbbb", "c sends b block 8 bbbbbbbb",
                         "b takes in block 8 bbbbbbbb from c", "b sends a block 8 bbbbbbbb"));
    add("{'t':6,'what':'verdict','peer':'a','verdict':'accepted','id':'" ID_8 "'}");
    expect_causes(CAUSES("c makes block 8 bbbbbbbb", "c sends b block 8 bbbbbbbb",
                         "b takes in block 8 bbbbbbbb from c", "b sends a block 8 bbbbbbbb",
                         "a takes in block 8 bbbbbbbb from b"));
}
END_TEST

/* A block that differs is told with what it is built on; one on the way to something is not. */
START_TEST(causes_of_making)
{
    add("{'t':1,'what':'chain','peer':'d','event':'applied','id':'" ID_8 "'}");
    add("{'t':1,'what':'chain','peer':'c','event':'header','id':'" ID_8 "'}");
    add("{'t':1,'what':'chain','peer':'c','event':'applied','id':'" ID_7 "'}");
    add("{'t':1,'what':'produced','peer':'c','id':'" ID_8 "'}");
    expect_causes(CAUSES("c applies block 7 aaaaaaaa"));
    add("{'t':1,'what':'chain','peer':'c','event':'applied','id':'" ID_8 "'}");
    expect_causes(CAUSES("c makes block 8 bbbbbbbb"));
}
END_TEST

START_TEST(causes_of_a_notice)
{
    add("{'t':1,'what':'produced','peer':'a','id':'" ID_8 "'}");
    add("{'t':1,'what':'chain','peer':'a','event':'applied','id':'" ID_8 "'}");
    add("{'t':2,'what':'sent'," SESSION ",'message':'block_notice','ids':['" ID_7 "','" ID_8 "']}");
    expect_causes(CAUSES("a makes block 8 bbbbbbbb", "a applies block 8 bbbbbbbb"));
}
END_TEST

START_TEST(causes_of_dialling)
{
    add("{'t':0,'what':'started','peer':'a'}");
    add("{'t':1,'what':'closed','peer':'a','remote':'c','end':5,'reason':'dead'}");
    add("{'t':2,'what':'dialled'," SESSION "}");
    expect_causes(CAUSES("the process of a comes up"));
    add("{'t':3,'what':'opened'," OTHER ",'dialled':false}");
    expect_causes(CAUSES("the process of a comes up", "a dials b"));
    add("{'t':4,'what':'opened'," SESSION ",'dialled':true}");
    expect_causes(CAUSES("the process of a comes up", "a dials b",
                         "b has a session with a, which dialled it"));
    add("{'t':5,'what':'fault','text':'reset: all'}");
    add("{'t':5,'what':'closed'," SESSION ",'reason':'lost'}");
    add("{'t':6,'what':'dialled'," SESSION "}");
    expect_causes(CAUSES("reset: all", "a loses its session with b"));
    add("{'t':7,'what':'undialled'," SESSION "}");
    add("{'t':8,'what':'dialled'," SESSION "}");
    expect_causes(CAUSES("reset: all", "a loses its session with b", "a dials b",
                         "the dial of a to b comes to nothing"));
}
END_TEST

START_TEST(causes_of_closing)
{
    add("{'t':1,'what':'fault','text':'a persona'}");
    add("{'t':2,'what':'delivered'," OTHER ",'message':'malformed'}");
    add("{'t':2,'what':'closed'," OTHER ",'reason':'malformed'}");
    add("{'t':3,'what':'closed'," SESSION ",'reason':'lost'}");
    expect_causes(CAUSES("b takes in bytes that are no message from a",
                         "b closes its session with a: malformed"));
}
END_TEST

START_TEST(causes_of_pings)
{
    add("{'t':1,'what':'opened'," SESSION ",'dialled':true}");
    add("{'t':2,'what':'sent'," SESSION ",'message':'ping','code':'ab'}");
    add("{'t':3,'what':'delivered'," OTHER ",'message':'ping','code':'ab'}");
    add("{'t':4,'what':'delivered'," OTHER ",'message':'ping','code':'cd'}");
    add("{'t':5,'what':'sent'," OTHER ",'message':'pong','code':'ab'}");
    expect_causes(CAUSES("a has a session with b, which it dialled", "a sends b a ping",
                         "b takes in a ping from a"));
}
END_TEST

/* No more lines than that, the newest ones. */
START_TEST(causes_are_bounded)
{
    for (uint32_t i = 0; i < 40; i++) {
        g_autofree char *line =
            g_strdup_printf("{'t':%u,'what':'%s'," SESSION "}", i, i % 2 ? "undialled" : "dialled");
        add(line);
    }
    g_auto(GStrv) causes = report_history_causes(&history);
    ck_assert_uint_eq(g_strv_length(causes), REPORT_CAUSES_MAX);
    ck_assert_str_eq(causes[REPORT_CAUSES_MAX - 1], "0.000000038 s  a dials b");
}
END_TEST

START_TEST(causes_of_nothing)
{
    expect_causes(CAUSES(NULL));
    add("{'t':1,'what':'started','peer':'a'}");
    expect_causes(CAUSES(NULL));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("trace_words");
    TCase *tcase = tcase_create("all");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, words_of_messages);
    tcase_add_test(tcase, words_of_sessions);
    tcase_add_test(tcase, words_of_one_peer);
    tcase_add_test(tcase, words_of_what_is_unknown);
    tcase_add_test(tcase, causes_of_a_block);
    tcase_add_test(tcase, causes_of_making);
    tcase_add_test(tcase, causes_of_a_notice);
    tcase_add_test(tcase, causes_of_dialling);
    tcase_add_test(tcase, causes_of_closing);
    tcase_add_test(tcase, causes_of_pings);
    tcase_add_test(tcase, causes_are_bounded);
    tcase_add_test(tcase, causes_of_nothing);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
