/* SPDX-License-Identifier: Apache-2.0 */
/* Views over random trees of blocks, against a slow model that keeps sets of blocks. */
#include "core/view.h"
#include "tests/core_fixture.h"

/* Late enough for every block of these tests. */
#define NOW (1000000 * BNET_NS_PER_S)

enum {
    TREE = 200,
    TRXS = 40
};

typedef struct Fixture {
    BnetStore store;
    BnetView view;
} Fixture;

static void setup(Fixture *f, BnetRule rule, uint32_t depth, uint32_t n_producers)
{
    core_store_init(&f->store, rule, depth, n_producers);
    bnet_view_init(&f->view, &f->store, BNET_GENESIS);
    for (uint32_t i = 0; i < TRXS; i++)
        core_trx(&f->store, 1000000);
}

static void teardown(Fixture *f)
{
    bnet_view_finish(&f->view);
    bnet_store_finish(&f->store);
}

static BnetVerdict receive(Fixture *f, BnetBlock block)
{
    return bnet_view_receive(&f->view, block, NOW);
}

/* What a view should be, in plain words: one flag for each block. */
typedef struct Model {
    bool has[TREE + 1];
    bool invalid[TREE + 1];
    bool pruned[TREE + 1];
    uint32_t order[TREE + 1]; /* of arrival */
    uint32_t n_arrived;
    BnetBlock head;
    BnetBlock lib;
} Model;

static bool on_chain(const BnetStore *store, BnetBlock block, BnetBlock head)
{
    while (head > block)
        head = bnet_store_block(store, head)->parent;
    return head == block && block != BNET_NO_BLOCK;
}

/* The block includes a transaction that its chain includes already, or fails by itself. */
static bool fails_on_its_chain(const BnetStore *store, BnetBlock block)
{
    const BnetBlockInfo *info = bnet_store_block(store, block);
    if (info->content_fault)
        return true;
    for (BnetBlock b = info->parent; b != BNET_NO_BLOCK; b = bnet_store_block(store, b)->parent)
        if (info->n_trx && bnet_store_block(store, b)->n_trx &&
            *bnet_store_block_trx(store, b) == *bnet_store_block_trx(store, block))
            return true;
    return false;
}

/* Random blocks: forks, double transactions, bad headers and bad contents. About half of them are
 * on one chain without a fault. */
static void grow_tree(BnetStore *store, uint64_t *random, uint32_t back, uint32_t bad_percent)
{
    BnetBlock tip = BNET_GENESIS;
    while (store->n_blocks <= TREE) {
        uint32_t newest = store->n_blocks - 1;
        BnetBlock parent = newest - core_below(random, back < newest ? back : newest);
        if (core_below(random, 3))
            parent = core_below(random, 2) ? tip : newest;
        uint32_t skip = core_below(random, 3) ? 0 : core_below(random, 40);
        BnetBlockSpec spec = core_spec(store, parent, skip);
        BnetTrx trx = 1 + core_below(random, TRXS);
        spec.variant = newest;
        spec.trxs = &trx;
        spec.n_trxs = core_below(random, 100) < 10;
        spec.content_valid = core_below(random, 100) >= bad_percent;
        spec.signature_valid = core_below(random, 100) >= bad_percent;
        BnetBlock block = bnet_store_add_block(store, &spec);
        bool bad = bnet_store_block(store, block)->header_fault != BNET_FAULT_NONE;
        if (parent == tip && !bad && !fails_on_its_chain(store, block))
            tip = block;
    }
}

static BnetBlock model_best(const Model *m, const BnetStore *store)
{
    BnetBlock best = m->head;
    for (BnetBlock b = BNET_GENESIS; b <= TREE; b++) {
        const BnetBlockInfo *x = bnet_store_block(store, b);
        const BnetBlockInfo *y = bnet_store_block(store, best);
        if (!m->has[b])
            continue;
        if (x->lib > y->lib || (x->lib == y->lib && x->number > y->number) ||
            (x->lib == y->lib && x->number == y->number && m->order[b] < m->order[best]))
            best = b;
    }
    return best;
}

/* The block becomes the head, and with it the LIB rises. */
static void model_apply(Model *m, const BnetStore *store, BnetBlock block)
{
    uint32_t lib = bnet_store_block(store, block)->lib;
    m->head = block;
    if (lib <= bnet_store_number(store, m->lib))
        return;
    for (m->lib = block; bnet_store_number(store, m->lib) > lib;)
        m->lib = bnet_store_block(store, m->lib)->parent;
    for (BnetBlock b = 1; b <= TREE; b++) {
        if (m->has[b] && !on_chain(store, b, m->lib) && !on_chain(store, m->lib, b)) {
            m->has[b] = false;
            m->pruned[b] = true;
        }
        if (bnet_store_number(store, b) <= lib)
            m->invalid[b] = false;
    }
}

static void model_settle(Model *m, const BnetStore *store)
{
    for (;;) {
        BnetBlock best = model_best(m, store);
        if (best == m->head)
            return;
        while (!on_chain(store, m->head, best))
            m->head = bnet_store_block(store, m->head)->parent;
        while (m->head != best) {
            BnetBlock next = best;
            while (bnet_store_block(store, next)->parent != m->head)
                next = bnet_store_block(store, next)->parent;
            if (fails_on_its_chain(store, next)) {
                m->invalid[next] = true;
                for (BnetBlock b = next; b <= TREE; b++)
                    m->has[b] = m->has[b] && !on_chain(store, next, b);
                break;
            }
            model_apply(m, store, next);
        }
    }
}

static BnetVerdict model_receive(Model *m, const BnetStore *store, BnetBlock block)
{
    const BnetBlockInfo *info = bnet_store_block(store, block);
    if (m->has[block])
        return BNET_VERDICT_KNOWN;
    if (info->number <= bnet_store_number(store, m->lib))
        return BNET_VERDICT_STALE;
    for (BnetBlock b = 1; b <= block; b++)
        if (m->invalid[b] && on_chain(store, b, block))
            return BNET_VERDICT_INVALID;
    if (!m->has[info->parent])
        return BNET_VERDICT_UNLINKABLE;
    m->invalid[block] = info->header_fault != BNET_FAULT_NONE;
    if (m->invalid[block])
        return BNET_VERDICT_INVALID;
    m->has[block] = true;
    m->order[block] = ++m->n_arrived;
    return BNET_VERDICT_ACCEPTED;
}

static void assert_model(const Fixture *f, const Model *m)
{
    const BnetView *view = &f->view;
    ck_assert_uint_eq(view->head, m->head);
    ck_assert_uint_eq(view->lib, m->lib);
    ck_assert_uint_eq(view->announced, bnet_view_lib_number(view));
    bool applied[TREE + 1] = {false};
    bool included[TRXS + 1] = {false};
    for (BnetBlock b = m->head; b != BNET_NO_BLOCK; b = bnet_store_block(&f->store, b)->parent) {
        applied[b] = true;
        if (bnet_store_block(&f->store, b)->n_trx)
            included[*bnet_store_block_trx(&f->store, b)] = true;
    }
    uint32_t n_side = 0;
    uint32_t wrong = 0; /* one assertion for all: each costs more than what it looks at */
    for (BnetBlock b = 1; b <= TREE; b++) {
        wrong += bnet_view_has(view, b) != m->has[b];
        wrong += bnet_view_applied(view, b) != applied[b];
        n_side += m->has[b] && !applied[b];
    }
    for (BnetTrx trx = 1; trx <= TRXS; trx++)
        wrong += bnet_bits_has(&view->included, trx) != included[trx];
    ck_assert_uint_eq(wrong, 0);
    ck_assert_uint_eq(view->side.n, n_side);
}

/* What must hold between two steps as well; `irreversible` counts the events. */
static bool checked_step(Fixture *f, uint32_t *irreversible, bool pruned[TREE + 1])
{
    BnetChainEvent event;
    uint32_t lib = bnet_view_lib_number(&f->view);
    if (!bnet_view_step(&f->view, &event))
        return false;
    ck_assert_uint_ge(bnet_view_lib_number(&f->view), lib);
    ck_assert(bnet_view_has(&f->view, f->view.head));
    ck_assert(f->view.lib == BNET_NO_BLOCK || bnet_view_applied(&f->view, f->view.lib));
    if (event.kind == BNET_CHAIN_IRREVERSIBLE) {
        ck_assert_uint_eq(event.block, bnet_view_at(&f->view, ++*irreversible));
    } else if (event.kind == BNET_CHAIN_PRUNED) {
        ck_assert(!pruned[event.block]);
        pruned[event.block] = true;
    }
    return true;
}

/* Blocks in about the order of their making, some of them again and again. */
START_TEST(test_random_views)
{
    static Model m;
    static bool pruned[TREE + 1];
    uint64_t random = 1000 + (uint64_t)_i;
    uint32_t irreversible = 0;
    Fixture f;
    setup(&f, _i % 3 ? BNET_RULE_DPOS : BNET_RULE_DEPTH, 12, 1 + (uint32_t)_i % 4);
    grow_tree(&f.store, &random, 20, 3);
    memset(&m, 0, sizeof m);
    memset(pruned, 0, sizeof pruned);
    m.has[BNET_GENESIS] = true;
    m.head = BNET_GENESIS;
    for (uint32_t at = 0; at < 3 * TREE; at++) {
        uint32_t low = at / 3 > 15 ? at / 3 - 15 : 0;
        BnetBlock block = at % 3 ? 1 + at / 3 : 1 + low + core_below(&random, 30);
        if (block > TREE)
            continue;
        ck_assert_uint_eq(receive(&f, block), model_receive(&m, &f.store, block));
        while (checked_step(&f, &irreversible, pruned))
            continue;
        model_settle(&m, &f.store);
        assert_model(&f, &m);
    }
    ck_assert_uint_eq(irreversible, bnet_view_lib_number(&f.view));
    ck_assert_mem_eq(pruned, m.pruned, sizeof pruned);
    ck_assert_uint_gt(bnet_view_head_number(&f.view), 10);
    teardown(&f);
}
END_TEST

/* One after the other, in every order: all come to the same (LIB, number), whatever the order in
 * which blocks came and however many steps were done between two of them. */
START_TEST(test_convergence)
{
    uint64_t random = 2000 + (uint64_t)_i;
    uint32_t number = 0;
    Fixture f;
    setup(&f, _i % 2 ? BNET_RULE_DEPTH : BNET_RULE_NONE, 60, 3);
    grow_tree(&f.store, &random, 10, 2);
    for (unsigned v = 0; v < 5; v++) {
        bool pruned[TREE + 1] = {false};
        uint32_t irreversible = 0;
        bnet_view_finish(&f.view);
        bnet_view_init(&f.view, &f.store, BNET_GENESIS);
        for (uint32_t news = 1; news > 0;) {
            news = 0;
            uint32_t first = core_below(&random, TREE);
            for (uint32_t i = 0; i < TREE; i++) { /* 7 and TREE have no common divisor */
                news += receive(&f, 1 + (first + i * 7) % TREE) == BNET_VERDICT_ACCEPTED;
                for (uint32_t steps = core_below(&random, 4); steps > 0; steps--)
                    checked_step(&f, &irreversible, pruned);
            }
            while (checked_step(&f, &irreversible, pruned))
                continue;
        }
        number = v ? number : bnet_view_head_number(&f.view);
        ck_assert_uint_eq(bnet_view_head_number(&f.view), number);
        ck_assert_uint_eq(irreversible, _i % 2 && number > 60 ? number - 60 : 0);
    }
    ck_assert_uint_gt(number, 30);
    teardown(&f);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("view_model");
    TCase *tcase = tcase_create("view_model");
    tcase_set_timeout(tcase, 0);
    tcase_add_loop_test(tcase, test_random_views, 0, 24);
    tcase_add_loop_test(tcase, test_convergence, 0, 8);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
