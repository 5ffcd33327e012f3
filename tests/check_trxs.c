/* SPDX-License-Identifier: Apache-2.0 */
#include "core/trxs.h"
#include "tests/core_fixture.h"

#define NOW (100 * BNET_NS_PER_S)
#define LATER_S 1000u

typedef struct Fixture {
    BnetStore store;
    BnetTrxs trxs;
} Fixture;

static void setup(Fixture *fixture, uint32_t n_sessions)
{
    core_store_init(&fixture->store, BNET_RULE_NONE, 0, 1);
    bnet_trxs_init(&fixture->trxs, &fixture->store, n_sessions);
}

static void teardown(Fixture *fixture)
{
    bnet_trxs_finish(&fixture->trxs);
    bnet_store_finish(&fixture->store);
}

static BnetTrx accepted(Fixture *fixture, uint32_t expiration_s)
{
    BnetTrx trx = core_trx(&fixture->store, expiration_s);
    bnet_trxs_reserve(&fixture->trxs, 1, NOW);
    ck_assert(bnet_trxs_accept(&fixture->trxs, trx));
    return trx;
}

/* The next from the start, without a cursor kept. */
static BnetTrx next_of(const Fixture *fixture, uint32_t session, int64_t now_ns)
{
    uint32_t cursor = 0;
    return bnet_trxs_next(&fixture->trxs, session, &cursor, now_ns);
}

START_TEST(test_empty)
{
    Fixture f;
    setup(&f, 2);
    BnetTrx trx = core_trx(&f.store, LATER_S);
    ck_assert_uint_eq(next_of(&f, 0, NOW), BNET_NO_TRX);
    ck_assert(!bnet_trxs_is_pending(&f.trxs, trx));
    ck_assert(!bnet_trxs_is_known(&f.trxs, 1, trx));
    bnet_trxs_include(&f.trxs, trx);
    bnet_trxs_forget_session(&f.trxs, 1);
    bnet_trxs_reserve(&f.trxs, 0, NOW);
    ck_assert_ptr_null(f.trxs.entries);
    teardown(&f);
    bnet_trxs_finish(NULL);
}
END_TEST

/* Oldest first: in the order of acceptance, whatever their handles. */
START_TEST(test_order)
{
    Fixture f;
    setup(&f, 1);
    BnetTrx trxs[5];
    static const unsigned order[5] = {3, 0, 4, 1, 2};
    for (unsigned i = 0; i < 5; i++)
        trxs[i] = core_trx(&f.store, LATER_S);
    bnet_trxs_reserve(&f.trxs, 5, NOW);
    for (unsigned i = 0; i < 5; i++)
        ck_assert(bnet_trxs_accept(&f.trxs, trxs[order[i]]));
    uint32_t cursor = 0;
    for (unsigned i = 0; i < 5; i++) {
        BnetTrx next = bnet_trxs_next(&f.trxs, 0, &cursor, NOW);
        ck_assert_uint_eq(next, trxs[order[i]]);
        ck_assert_uint_eq(bnet_trxs_next(&f.trxs, 0, &cursor, NOW), next); /* until it is known */
        bnet_trxs_mark_known(&f.trxs, 0, next);
    }
    ck_assert_uint_eq(bnet_trxs_next(&f.trxs, 0, &cursor, NOW), BNET_NO_TRX);
    /* Accepted again: its place stays. */
    ck_assert(bnet_trxs_accept(&f.trxs, trxs[3]));
    ck_assert_uint_eq(next_of(&f, BNET_NO_SESSION, NOW), trxs[3]);
    teardown(&f);
}
END_TEST

START_TEST(test_known_by_session)
{
    Fixture f;
    setup(&f, 3);
    BnetTrx a = accepted(&f, LATER_S);
    BnetTrx b = accepted(&f, LATER_S);
    bnet_trxs_mark_known(&f.trxs, 1, a);
    ck_assert(bnet_trxs_is_known(&f.trxs, 1, a));
    ck_assert(!bnet_trxs_is_known(&f.trxs, 0, a));
    ck_assert(!bnet_trxs_is_known(&f.trxs, 1, b));
    ck_assert_uint_eq(next_of(&f, 0, NOW), a);
    ck_assert_uint_eq(next_of(&f, 1, NOW), b);
    ck_assert_uint_eq(next_of(&f, BNET_NO_SESSION, NOW), a);
    bnet_trxs_forget_session(&f.trxs, 1);
    ck_assert_uint_eq(next_of(&f, 1, NOW), a);
    ck_assert(bnet_trxs_is_pending(&f.trxs, a));
    /* A mark may come before the chain accepts the transaction. */
    BnetTrx c = core_trx(&f.store, LATER_S);
    bnet_trxs_reserve(&f.trxs, 1, NOW);
    bnet_trxs_mark_known(&f.trxs, 2, c);
    ck_assert(!bnet_trxs_is_pending(&f.trxs, c));
    ck_assert(bnet_trxs_accept(&f.trxs, c));
    ck_assert(bnet_trxs_is_known(&f.trxs, 2, c));
    ck_assert_uint_eq(f.trxs.n_entries, 3);
    teardown(&f);
}
END_TEST

/* At its expiration a transaction is still good; 1 ns later it is not sent. */
START_TEST(test_expiry)
{
    Fixture f;
    setup(&f, 1);
    BnetTrx soon = accepted(&f, 110);
    BnetTrx late = accepted(&f, 120);
    ck_assert_uint_eq(next_of(&f, 0, 110 * BNET_NS_PER_S), soon);
    ck_assert_uint_eq(next_of(&f, 0, 110 * BNET_NS_PER_S + 1), late);
    /* The entry, and with it its marks, goes with the next second. */
    bnet_trxs_mark_known(&f.trxs, 0, soon);
    bnet_trxs_reserve(&f.trxs, 0, 111 * BNET_NS_PER_S - 1);
    ck_assert(bnet_trxs_is_known(&f.trxs, 0, soon));
    bnet_trxs_reserve(&f.trxs, 0, 111 * BNET_NS_PER_S);
    ck_assert(!bnet_trxs_is_known(&f.trxs, 0, soon));
    ck_assert(!bnet_trxs_is_pending(&f.trxs, soon));
    ck_assert(bnet_trxs_is_pending(&f.trxs, late));
    ck_assert_uint_eq(f.trxs.n_entries, 1);
    bnet_trxs_reserve(&f.trxs, 0, 121 * BNET_NS_PER_S);
    ck_assert_uint_eq(f.trxs.n_entries, 0);
    ck_assert_uint_eq(next_of(&f, 0, 0), BNET_NO_TRX);
    teardown(&f);
}
END_TEST

/* Old blocks hold many expired transactions: their marks must not fill the table. */
START_TEST(test_expired_marks)
{
    Fixture f;
    setup(&f, 1);
    BnetTrx old = bnet_store_add_trx(&f.store, 1000, CORE_ZERO_S + 99, 100);
    BnetTrx last = bnet_store_add_trx(&f.store, 1001, CORE_ZERO_S + 100, 100);
    bnet_trxs_reserve(&f.trxs, 2, 100 * BNET_NS_PER_S);
    bnet_trxs_mark_known(&f.trxs, 0, old);
    ck_assert_uint_eq(f.trxs.n_entries, 0);
    bnet_trxs_mark_known(&f.trxs, 0, last);
    ck_assert_uint_eq(f.trxs.n_entries, 1);
    ck_assert(bnet_trxs_is_known(&f.trxs, 0, last));
    teardown(&f);
}
END_TEST

/* Inclusion takes the waiting copy only: when a fork switch brings the transaction back, it waits
 * behind the others, and whoever knew it still does. */
START_TEST(test_inclusion_and_return)
{
    Fixture f;
    setup(&f, 2);
    BnetTrx a = accepted(&f, LATER_S);
    BnetTrx b = accepted(&f, LATER_S);
    bnet_trxs_mark_known(&f.trxs, 1, a);
    bnet_trxs_include(&f.trxs, a);
    ck_assert(!bnet_trxs_is_pending(&f.trxs, a));
    ck_assert(bnet_trxs_is_known(&f.trxs, 1, a));
    ck_assert_uint_eq(next_of(&f, 0, NOW), b);
    ck_assert(bnet_trxs_accept(&f.trxs, a));
    ck_assert_uint_eq(next_of(&f, 0, NOW), b);
    bnet_trxs_mark_known(&f.trxs, 0, b);
    ck_assert_uint_eq(next_of(&f, 0, NOW), a);
    bnet_trxs_mark_known(&f.trxs, 1, b);
    ck_assert_uint_eq(next_of(&f, 1, NOW), BNET_NO_TRX);
    teardown(&f);
}
END_TEST

START_TEST(test_full_table)
{
    Fixture f;
    setup(&f, 2);
    ck_assert_uint_eq(BNET_TRXS_MAX, 65536);
    BnetTrx first = f.store.n_trxs;
    for (uint32_t i = 0; i < BNET_TRXS_MAX; i++)
        ck_assert_uint_eq(accepted(&f, i < 10 ? 200 : LATER_S), first + i);
    ck_assert_uint_eq(f.trxs.n_entries, BNET_TRXS_MAX);
    ck_assert_uint_eq(f.trxs.refused, 0);
    BnetTrx extra = core_trx(&f.store, LATER_S);
    bnet_trxs_reserve(&f.trxs, 1000, NOW);
    ck_assert_uint_eq(f.trxs.capacity, BNET_TRXS_MAX);
    ck_assert(!bnet_trxs_accept(&f.trxs, extra));
    ck_assert_uint_eq(f.trxs.refused, 1);
    ck_assert(!bnet_trxs_is_pending(&f.trxs, extra));
    ck_assert(bnet_trxs_accept(&f.trxs, first)); /* has its place already */
    bnet_trxs_mark_known(&f.trxs, 1, extra);
    ck_assert(!bnet_trxs_is_known(&f.trxs, 1, extra));
    /* Inclusion makes no room, since marks live until expiry; expiry does. */
    bnet_trxs_include(&f.trxs, first + 50);
    ck_assert(!bnet_trxs_accept(&f.trxs, extra));
    bnet_trxs_reserve(&f.trxs, 1, 201 * BNET_NS_PER_S);
    ck_assert_uint_eq(f.trxs.n_entries, BNET_TRXS_MAX - 10);
    ck_assert(bnet_trxs_accept(&f.trxs, extra));
    ck_assert_uint_eq(f.trxs.n_entries, BNET_TRXS_MAX - 9);
    ck_assert_uint_eq(next_of(&f, 0, 201 * BNET_NS_PER_S), first + 10);
    teardown(&f);
}
END_TEST

/* Growth keeps the order, the marks of every session, and what waits. */
/* The longest row of places of the index that are taken. */
static uint32_t longest_run(const BnetTrxs *trxs)
{
    uint32_t longest = 0;
    uint32_t run = 0;
    for (uint32_t at = 0; at < trxs->capacity * 2; at++) {
        run = trxs->index[at] ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    return longest;
}

/* What is found and taken out is near its place, though handles stand side by side: a table full
 * of them expires without each looking at all others. */
START_TEST(test_index_is_spread)
{
    Fixture f;
    setup(&f, 1);
    for (uint32_t i = 0; i < BNET_TRXS_MAX; i++) {
        accepted(&f, LATER_S);
        if ((i & (i + 1)) == 0)
            ck_assert_uint_le(longest_run(&f.trxs), 4);
    }
    ck_assert_uint_le(longest_run(&f.trxs), 4);
    bnet_trxs_reserve(&f.trxs, 0, (LATER_S + 1) * BNET_NS_PER_S);
    ck_assert_uint_eq(f.trxs.n_entries, 0);
    ck_assert_uint_eq(longest_run(&f.trxs), 0);
    teardown(&f);
}
END_TEST

START_TEST(test_growth)
{
    enum {
        TRXS = 3000
    };
    Fixture f;
    setup(&f, 3);
    BnetTrx first = f.store.n_trxs;
    for (uint32_t i = 0; i < TRXS; i++) {
        BnetTrx trx = accepted(&f, LATER_S);
        for (uint32_t s = 0; s < 3; s++)
            if (trx % (s + 2) == 0)
                bnet_trxs_mark_known(&f.trxs, s, trx);
    }
    ck_assert_uint_eq(f.trxs.capacity, 4096);
    uint32_t cursor = 0;
    for (BnetTrx trx = first; trx < first + TRXS; trx++) {
        for (uint32_t s = 0; s < 3; s++)
            ck_assert(bnet_trxs_is_known(&f.trxs, s, trx) == (trx % (s + 2) == 0));
        if (trx % 2) {
            ck_assert_uint_eq(bnet_trxs_next(&f.trxs, 0, &cursor, NOW), trx);
            bnet_trxs_mark_known(&f.trxs, 0, trx);
        }
    }
    ck_assert_uint_eq(bnet_trxs_next(&f.trxs, 0, &cursor, NOW), BNET_NO_TRX);
    teardown(&f);
}
END_TEST

/* An old one that nobody takes, while others come and go for ever: the order ring is compacted, and
 * no cursor misses anything. */
START_TEST(test_compaction)
{
    Fixture f;
    setup(&f, 2);
    BnetTrx old = accepted(&f, LATER_S);
    BnetTrx others[10];
    uint32_t cursor = 0;
    uint32_t late_cursor = 0;
    bnet_trxs_mark_known(&f.trxs, 0, old);
    for (unsigned i = 0; i < 10; i++) {
        others[i] = accepted(&f, LATER_S);
        bnet_trxs_mark_known(&f.trxs, 0, others[i]);
    }
    for (unsigned i = 0; i < 5000; i++) {
        BnetTrx again = others[i % 10];
        bnet_trxs_include(&f.trxs, again);
        ck_assert(bnet_trxs_accept(&f.trxs, again));
        ck_assert_uint_eq(bnet_trxs_next(&f.trxs, 1, &late_cursor, NOW), old);
        ck_assert_uint_eq(bnet_trxs_next(&f.trxs, 0, &cursor, NOW), BNET_NO_TRX);
    }
    ck_assert_uint_eq(f.trxs.capacity, 64);
    BnetTrx fresh = accepted(&f, LATER_S);
    ck_assert_uint_eq(bnet_trxs_next(&f.trxs, 0, &cursor, NOW), fresh);
    bnet_trxs_include(&f.trxs, old);
    for (unsigned i = 0; i < 10; i++) {
        ck_assert_uint_eq(bnet_trxs_next(&f.trxs, 1, &late_cursor, NOW), others[i]);
        bnet_trxs_mark_known(&f.trxs, 1, others[i]);
    }
    ck_assert_uint_eq(bnet_trxs_next(&f.trxs, 1, &late_cursor, NOW), fresh);
    teardown(&f);
}
END_TEST

/* --- against a table of all transactions
 * ----------------------------------------------------------- */

enum {
    MODEL_TRXS = 4000,
    MODEL_SESSIONS = 3
};

typedef struct ModelTrx {
    bool present;
    bool pending;
    uint32_t expiration_s;
    uint64_t order;
    bool known[MODEL_SESSIONS];
} ModelTrx;

static BnetTrx model_next(const ModelTrx *model, uint32_t n, uint32_t session, int64_t now_ns)
{
    BnetTrx best = BNET_NO_TRX;
    for (BnetTrx t = 1; t < n; t++) {
        const ModelTrx *m = &model[t];
        if (!m->present || !m->pending || m->expiration_s * BNET_NS_PER_S < now_ns)
            continue;
        if (session != BNET_NO_SESSION && m->known[session])
            continue;
        if (best == BNET_NO_TRX || m->order < model[best].order)
            best = t;
    }
    return best;
}

static uint32_t model_expire(ModelTrx *model, uint32_t n, uint32_t now_s)
{
    uint32_t present = 0;
    for (BnetTrx t = 1; t < n; t++) {
        if (model[t].expiration_s < now_s)
            model[t] = (ModelTrx){.expiration_s = model[t].expiration_s};
        present += model[t].present;
    }
    return present;
}

static uint32_t model_pending(const ModelTrx *model, uint32_t n)
{
    uint32_t pending = 0;
    for (BnetTrx t = 1; t < n; t++)
        pending += model[t].pending;
    return pending;
}

START_TEST(test_random_trxs)
{
    static ModelTrx model[MODEL_TRXS];
    uint64_t random = 10 + (uint64_t)_i;
    uint64_t order = 0;
    int64_t now_ns = NOW;
    uint32_t cursor[MODEL_SESSIONS] = {0};
    Fixture f;
    setup(&f, MODEL_SESSIONS);
    memset(model, 0, sizeof model);
    for (unsigned step = 0; f.store.n_trxs < MODEL_TRXS; step++) {
        now_ns += core_below(&random, 20) * 10 * BNET_NS_PER_MS;
        bnet_trxs_reserve(&f.trxs, 1, now_ns);
        uint32_t now_s = (uint32_t)(now_ns / BNET_NS_PER_S);
        uint32_t present = model_expire(model, f.store.n_trxs, now_s);
        ck_assert_uint_eq(f.trxs.n_entries, present);
        ck_assert_uint_eq(f.trxs.n_pending, model_pending(model, f.store.n_trxs));
        BnetTrx trx = 1 + core_below(&random, f.store.n_trxs);
        uint32_t session = core_below(&random, MODEL_SESSIONS);
        uint32_t what = core_below(&random, 100);
        if (trx == f.store.n_trxs || model[trx].expiration_s < now_s)
            what = 0; /* nothing is accepted or marked that has expired: have a new one */
        if (what < 35) {
            uint32_t expiration_s = now_s + core_below(&random, 40);
            trx = core_trx(&f.store, expiration_s);
            model[trx].expiration_s = expiration_s;
        }
        if (what < 50) {
            ck_assert(bnet_trxs_accept(&f.trxs, trx));
            if (!model[trx].pending)
                model[trx].order = order++;
            model[trx].present = model[trx].pending = true;
        } else if (what < 65) {
            bnet_trxs_include(&f.trxs, trx);
            model[trx].pending = false;
        } else if (what < 75) {
            bnet_trxs_mark_known(&f.trxs, session, trx);
            model[trx].present = model[trx].known[session] = true;
        } else if (what < 99) {
            BnetTrx next = bnet_trxs_next(&f.trxs, session, &cursor[session], now_ns);
            ck_assert_uint_eq(next, model_next(model, f.store.n_trxs, session, now_ns));
            if (next != BNET_NO_TRX && what < 95) {
                bnet_trxs_mark_known(&f.trxs, session, next);
                model[next].known[session] = true;
            }
        } else {
            bnet_trxs_forget_session(&f.trxs, session);
            cursor[session] = 0;
            for (BnetTrx t = 1; t < f.store.n_trxs; t++)
                model[t].known[session] = false;
        }
        ck_assert(bnet_trxs_is_pending(&f.trxs, trx) == model[trx].pending);
        ck_assert(bnet_trxs_is_known(&f.trxs, session, trx) == model[trx].known[session]);
        ck_assert_uint_eq(next_of(&f, BNET_NO_SESSION, now_ns),
                          model_next(model, f.store.n_trxs, BNET_NO_SESSION, now_ns));
    }
    ck_assert_uint_eq(f.trxs.refused, 0);
    teardown(&f);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("trxs");
    TCase *tcase = tcase_create("trxs");
    tcase_set_timeout(tcase, 0);
    tcase_add_test(tcase, test_empty);
    tcase_add_test(tcase, test_order);
    tcase_add_test(tcase, test_known_by_session);
    tcase_add_test(tcase, test_expiry);
    tcase_add_test(tcase, test_expired_marks);
    tcase_add_test(tcase, test_inclusion_and_return);
    tcase_add_test(tcase, test_full_table);
    tcase_add_test(tcase, test_index_is_spread);
    tcase_add_test(tcase, test_growth);
    tcase_add_test(tcase, test_compaction);
    tcase_add_loop_test(tcase, test_random_trxs, 0, 5);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
