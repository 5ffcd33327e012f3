/* SPDX-License-Identifier: Apache-2.0 */
/* The transactions of a session, and its block status, as the deployed plugin keeps them. */
#include "core/block_marks.h"
#include "core/deployed_trxs.h"
#include "tests/core_fixture.h"

#define S BNET_NS_PER_S

static BnetStore store;
static BnetDeployedTrxs trxs;
static BnetDeployedTrxNow now;

static void set_up(void)
{
    core_store_init(&store, BNET_RULE_NONE, 0, 1);
    trxs = (BnetDeployedTrxs){0};
    now = (BnetDeployedTrxNow){.store = &store, .quirks = BNET_QUIRK_FORGETS_TRXS};
}

static void tear_down(void)
{
    bnet_deployed_trxs_finish(&trxs);
    bnet_store_finish(&store);
}

static void expect_next(BnetTrx trx)
{
    ck_assert_uint_eq(bnet_deployed_trxs_next(&trxs, &now), trx);
}

START_TEST(test_oldest_first)
{
    BnetTrx a = core_trx(&store, 100);
    BnetTrx b = core_trx(&store, 100);
    expect_next(BNET_NO_TRX);
    bnet_deployed_trxs_accept(&trxs, &now, b);
    bnet_deployed_trxs_accept(&trxs, &now, a);
    expect_next(b);
    bnet_deployed_trxs_mark(&trxs, &now, b);
    bnet_deployed_trxs_accept(&trxs, &now, b); /* known: it stays so */
    expect_next(a);
    bnet_deployed_trxs_include(&trxs, &now, a);
    expect_next(BNET_NO_TRX);
}
END_TEST

/* With H16 an entry lasts 5 s, one that is accepted again 5 s from then on, or until it expires. */
START_TEST(test_forgets)
{
    BnetTrx a = core_trx(&store, 100);
    BnetTrx b = core_trx(&store, 7);
    bnet_deployed_trxs_accept(&trxs, &now, a);
    bnet_deployed_trxs_accept(&trxs, &now, b);
    now.wall_ns = 4 * S;
    bnet_deployed_trxs_accept(&trxs, &now, b);
    now.wall_ns = 5 * S;
    expect_next(a);
    now.wall_ns = 5 * S + 1;
    expect_next(b);
    now.wall_ns = 7 * S;
    expect_next(b);
    now.wall_ns = 7 * S + 1; /* not 9 s: it has expired */
    expect_next(BNET_NO_TRX);
}
END_TEST

/* So does what is known: then it is unsent again when it is accepted. */
START_TEST(test_forgets_who_knows)
{
    BnetTrx a = core_trx(&store, 100);
    bnet_deployed_trxs_mark(&trxs, &now, a);
    now.wall_ns = 5 * S;
    bnet_deployed_trxs_accept(&trxs, &now, a);
    expect_next(BNET_NO_TRX);
    now.wall_ns = 5 * S + 1;
    bnet_deployed_trxs_accept(&trxs, &now, a);
    expect_next(a);
}
END_TEST

/* Without H16 it lasts until it expires; H17 alone lets inclusion remove who knows it. */
START_TEST(test_keeps_until_it_expires)
{
    for (int on = 0; on <= 1; on++) {
        now.quirks = on ? BNET_QUIRK_ECHOES_TRXS : 0;
        now.wall_ns = 0;
        BnetTrx a = core_trx(&store, 100);
        bnet_deployed_trxs_mark(&trxs, &now, a);
        now.wall_ns = 50 * S;
        bnet_deployed_trxs_accept(&trxs, &now, a);
        expect_next(BNET_NO_TRX);
        bnet_deployed_trxs_include(&trxs, &now, a);
        bnet_deployed_trxs_accept(&trxs, &now, a);
        expect_next(on ? a : BNET_NO_TRX);
        bnet_deployed_trxs_finish(&trxs);
    }
}
END_TEST

/* Thousands come and go: the order stays, and the room is used again. */
START_TEST(test_many)
{
    enum {
        N = 3000
    };
    uint32_t first = store.n_trxs;
    for (uint32_t i = 0; i < N; i++)
        core_trx(&store, 100000);
    for (uint32_t round = 0; round < 20; round++) {
        now.wall_ns = round * 10 * S;
        bnet_deployed_trxs_sweep(&trxs, now.wall_ns);
        for (uint32_t i = 0; i < N; i++) {
            bnet_deployed_trxs_accept(&trxs, &now, first + i);
            if (i % 3 == 0)
                bnet_deployed_trxs_include(&trxs, &now, first + i);
            if (i % 3 == 1)
                bnet_deployed_trxs_mark(&trxs, &now, first + i);
        }
        for (uint32_t i = 2; i < N; i += 3) {
            expect_next(first + i);
            bnet_deployed_trxs_mark(&trxs, &now, first + i);
        }
        expect_next(BNET_NO_TRX);
    }
    ck_assert_uint_le(trxs.capacity, 8192);
}
END_TEST

/* --- block status ---------------------------------------------------------------------------- */

static BnetId id_of(uint32_t number, uint32_t what)
{
    BnetId id = {{(uint8_t)(number >> 24), (uint8_t)(number >> 16), (uint8_t)(number >> 8),
                  (uint8_t)number}};
    memcpy(id.bytes + 8, &what, sizeof what);
    return id;
}

START_TEST(test_marks)
{
    BnetBlockMarks marks = {0};
    BnetId a = id_of(5, 77);
    BnetId b = id_of(6, 77); /* another number, all else is the same */
    ck_assert_uint_eq(bnet_block_marks_get(&marks, &a), 0);
    bnet_block_marks_add(&marks, &a, 0);
    ck_assert_uint_eq(bnet_block_marks_get(&marks, &a), BNET_MARK_LISTED);
    bnet_block_marks_add(&marks, &a, BNET_MARK_KNOWN);
    bnet_block_marks_add(&marks, &a, BNET_MARK_RECEIVED);
    ck_assert_uint_eq(bnet_block_marks_get(&marks, &a),
                      BNET_MARK_LISTED | BNET_MARK_KNOWN | BNET_MARK_RECEIVED);
    ck_assert_uint_eq(bnet_block_marks_get(&marks, &b), 0);
    ck_assert_uint_eq(marks.n, 1);
    bnet_block_marks_finish(&marks);
}
END_TEST

START_TEST(test_marks_purge)
{
    BnetBlockMarks marks = {0};
    bnet_block_marks_purge(&marks, 10);
    for (uint32_t number = 1; number <= 3000; number++) {
        BnetId id = id_of(number, number * 64); /* all want the same place */
        bnet_block_marks_add(&marks, &id, BNET_MARK_KNOWN);
    }
    ck_assert_uint_eq(marks.n, 3000);
    bnet_block_marks_purge(&marks, 1000);
    ck_assert_uint_eq(marks.n, 2001);
    for (uint32_t number = 1; number <= 3000; number++) {
        BnetId id = id_of(number, number * 64);
        ck_assert((bnet_block_marks_get(&marks, &id) != 0) == (number >= 1000));
    }
    bnet_block_marks_finish(&marks);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("deployed_trxs");
    TCase *tcase = tcase_create("trxs");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, test_oldest_first);
    tcase_add_test(tcase, test_forgets);
    tcase_add_test(tcase, test_forgets_who_knows);
    tcase_add_test(tcase, test_keeps_until_it_expires);
    tcase_add_test(tcase, test_many);
    suite_add_tcase(suite, tcase);
    TCase *marks = tcase_create("marks");
    tcase_add_test(marks, test_marks);
    tcase_add_test(marks, test_marks_purge);
    suite_add_tcase(suite, marks);
    return run_suite(suite);
}
