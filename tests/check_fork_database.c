/* SPDX-License-Identifier: Apache-2.0 */

/* Fork databases over random trees of blocks, against a slow model that keeps one list. */

#include "core/fork_database.h"
#include "core/view.h"
#include "tests/core_fixture.h"

enum {
    BLOCKS = 400
};

typedef struct Fixture {
    BnetStore store;
    BnetForkDatabase database;
} Fixture;

static void setup(Fixture *f, uint32_t depth)
{
    core_store_init(&f->store, BNET_RULE_DEPTH, depth, 3);
    bnet_fork_database_init(&f->database, &f->store);
}

static void teardown(Fixture *f)
{
    bnet_fork_database_finish(&f->database);
    bnet_store_finish(&f->store);
}

static BnetBlock find(const Fixture *f, BnetBlock block)
{
    return bnet_fork_database_find(&f->database, &bnet_store_block(&f->store, block)->id);
}

/* --- the model ------------------------------------------------------------------------------- */

/* Blocks in order of arrival, and again in the order in which those of one number stand. */
typedef struct Model {
    const BnetStore *store;
    BnetBlock arrived[BLOCKS];
    BnetBlock placed[BLOCKS];
    bool current[BLOCKS + 1]; /* by handle */
    unsigned n;
} Model;

static unsigned index_in(const BnetBlock *list, unsigned n, BnetBlock block)
{
    unsigned at = 0;
    while (at < n && list[at] != block)
        at++;
    return at;
}

static bool model_has(const Model *model, BnetBlock block)
{
    return index_in(model->arrived, model->n, block) < model->n;
}

static void list_insert(BnetBlock *list, unsigned n, unsigned at, BnetBlock block)
{
    memmove(&list[at + 1], &list[at], (n - at) * sizeof *list);
    list[at] = block;
}

static void list_remove(BnetBlock *list, unsigned n, BnetBlock block)
{
    const unsigned at = index_in(list, n, block);
    memmove(&list[at], &list[at + 1], (n - at - 1) * sizeof *list);
}

static void model_add(Model *model, BnetBlock block)
{
    model->arrived[model->n] = block;
    model->placed[model->n] = block;
    model->current[block] = false;
    model->n++;
}

static void model_drop(Model *model, BnetBlock block)
{
    list_remove(model->arrived, model->n, block);
    list_remove(model->placed, model->n, block);
    model->n--;
}

static void model_remove(Model *model, BnetBlock root)
{
    unsigned kept = 0;
    BnetBlock all[BLOCKS];
    const unsigned n = model->n;
    memcpy(all, model->arrived, sizeof all);
    for (unsigned i = 0; i < n; i++)
        if (bnet_store_is_ancestor(model->store, root, all[i]))
            model_drop(model, all[i]);
        else
            kept++;
    ck_assert_uint_eq(kept, model->n);
}

/* The next block of that number in the list from `at` on; n: there is none. */
static unsigned next_of(const Model *model, uint32_t number, unsigned at)
{
    while (at < model->n && bnet_store_number(model->store, model->placed[at]) != number)
        at++;
    return at;
}

static void model_mark(Model *model, BnetBlock block, bool current)
{
    if (!model_has(model, block) || model->current[block] == current)
        return;
    const uint32_t number = bnet_store_number(model->store, block);
    model->current[block] = current;
    const unsigned own = index_in(model->placed, model->n, block);
    unsigned at = next_of(model, number, own + 1);
    const bool before_current = at < model->n && model->current[model->placed[at]];
    if (!current && !before_current)
        return;
    list_remove(model->placed, model->n, block);
    model->n--;
    at = next_of(model, number, 0);
    while (current && at < model->n && model->current[model->placed[at]])
        at = next_of(model, number, at + 1);
    list_insert(model->placed, model->n, current ? at : model->n, block);
    model->n++;
}

static BnetBlock model_best(const Model *model)
{
    BnetBlock best = model->n ? model->arrived[0] : BNET_NO_BLOCK;
    for (unsigned i = 1; i < model->n; i++)
        if (bnet_fork_choice_prefers(model->store, model->arrived[i], best))
            best = model->arrived[i];
    return best;
}

static BnetBlock model_oldest(const Model *model)
{
    BnetBlock oldest = model->n ? model->placed[0] : BNET_NO_BLOCK;
    for (unsigned i = 1; i < model->n; i++)
        if (bnet_store_number(model->store, model->placed[i]) <
            bnet_store_number(model->store, oldest))
            oldest = model->placed[i];
    return oldest;
}

/* --- tests ----------------------------------------------------------------------------------- */

static void add(Fixture *f, Model *model, BnetBlock block)
{
    bnet_fork_database_add(&f->database, block);
    model_add(model, block);
}

/* Gives up the oldest block and what is beside it, as an irreversible one. */
static void prune(Fixture *f, Model *model)
{
    const BnetBlock oldest = model_oldest(model);
    bnet_fork_database_drop(&f->database, oldest);
    model_drop(model, oldest);
    const uint32_t number = bnet_store_number(&f->store, oldest);
    BnetBlock other;
    while ((other = model_oldest(model)) != BNET_NO_BLOCK &&
           bnet_store_number(&f->store, other) == number) {
        bnet_fork_database_remove(&f->database, other);
        model_remove(model, other);
    }
}

static void step(Fixture *f, Model *model, uint64_t *random)
{
    const BnetBlock any = model->arrived[core_below(random, model->n)];
    const unsigned what = core_below(random, 100);
    if (what < 15) {
        bnet_fork_database_mark(&f->database, any, true);
        model_mark(model, any, true);
    } else if (what < 25) {
        bnet_fork_database_mark(&f->database, any, false);
        model_mark(model, any, false);
    } else if (what < 28 && any != model->arrived[0]) {
        bnet_fork_database_remove(&f->database, any);
        model_remove(model, any);
    } else if (what < 32 && model->n > 20) {
        prune(f, model);
    } else {
        /* Mostly on one of the newest, so that branches get long; sometimes what was removed. */
        const unsigned back = core_below(random, model->n < 6 ? model->n : 6);
        const BnetBlock child =
            core_child(&f->store, model->arrived[model->n - 1 - back], core_below(random, 4));
        if (!model_has(model, child))
            add(f, model, child);
    }
}

static void compare(const Fixture *f, const Model *model)
{
    ck_assert_uint_eq(f->database.n, model->n);
    ck_assert_uint_eq(bnet_fork_database_best(&f->database), model_best(model));
    ck_assert_uint_eq(bnet_fork_database_oldest(&f->database), model_oldest(model));
    /* Not all of them each time: this is slow. */
    for (BnetBlock b = BNET_GENESIS + model->n % 7; b < f->store.n_blocks; b += 7)
        ck_assert_uint_eq(find(f, b), model_has(model, b) ? b : BNET_NO_BLOCK);
}

START_TEST(test_random)
{
    for (uint64_t seed = 0; seed < 24; seed++) {
        Fixture f;
        Model model = {0};
        uint64_t random = seed;
        setup(&f, seed % 3 == 0 ? 2 : 1000);
        model.store = &f.store;
        ck_assert_uint_eq(bnet_fork_database_best(&f.database), BNET_NO_BLOCK);
        ck_assert_uint_eq(bnet_fork_database_oldest(&f.database), BNET_NO_BLOCK);
        add(&f, &model, BNET_GENESIS);
        while (f.store.n_blocks <= BLOCKS - 5 && model.n > 0) {
            step(&f, &model, &random);
            compare(&f, &model);
        }
        teardown(&f);
    }
}
END_TEST

/* A chain that is longer than all first sizes, given up from below while it grows. */
START_TEST(test_long)
{
    Fixture f;
    setup(&f, 10);
    bnet_fork_database_add(&f.database, BNET_GENESIS);
    BnetBlock head = BNET_GENESIS;
    for (uint32_t i = 0; i < 1000; i++) {
        head = core_child(&f.store, head, 0);
        bnet_fork_database_add(&f.database, head);
        ck_assert_uint_eq(bnet_fork_database_best(&f.database), head);
    }
    const uint32_t n_levels = f.database.n_levels;
    for (uint32_t i = 0; i < 1000; i++) {
        head = core_child(&f.store, head, 0);
        bnet_fork_database_add(&f.database, head);
        const BnetBlock oldest = bnet_fork_database_oldest(&f.database);
        ck_assert_uint_eq(bnet_store_number(&f.store, oldest), i + 1);
        bnet_fork_database_drop(&f.database, oldest);
    }
    ck_assert_uint_eq(f.database.n, 1001);
    ck_assert_uint_eq(f.database.n_levels, n_levels);
    ck_assert_uint_eq(f.database.n_slots, 1003); /* slot 0, 1001 blocks and one more */
    teardown(&f);
}
END_TEST

START_TEST(test_parent)
{
    Fixture f;
    setup(&f, 10);
    bnet_fork_database_add(&f.database, BNET_GENESIS);
    const BnetBlock two = core_child(&f.store, BNET_GENESIS, 0);
    const BnetBlock three = core_child(&f.store, two, 0);
    ck_assert_uint_eq(bnet_fork_database_parent(&f.database, BNET_GENESIS), BNET_NO_BLOCK);
    ck_assert_uint_eq(bnet_fork_database_parent(&f.database, two), BNET_GENESIS);
    ck_assert_uint_eq(bnet_fork_database_parent(&f.database, three), BNET_NO_BLOCK);
    bnet_fork_database_add(&f.database, two);
    ck_assert_uint_eq(bnet_fork_database_parent(&f.database, three), two);
    bnet_fork_database_drop(&f.database, BNET_GENESIS);
    ck_assert_uint_eq(bnet_fork_database_parent(&f.database, two), BNET_NO_BLOCK);
    /* What is not there has no mark to lose. */
    bnet_fork_database_mark(&f.database, BNET_GENESIS, false);
    teardown(&f);
    bnet_fork_database_finish(NULL);
}
END_TEST

static void add_twice(void)
{
    Fixture f;
    setup(&f, 10);
    bnet_fork_database_add(&f.database, BNET_GENESIS);
    bnet_fork_database_add(&f.database, BNET_GENESIS);
}

static void add_without_parent(void)
{
    Fixture f;
    setup(&f, 10);
    bnet_fork_database_add(&f.database, BNET_GENESIS);
    bnet_fork_database_add(&f.database, core_extend(&f.store, BNET_GENESIS, 2));
}

static void mark_what_is_gone(void)
{
    Fixture f;
    setup(&f, 10);
    bnet_fork_database_mark(&f.database, BNET_GENESIS, true);
}

START_TEST(test_asserted)
{
    ck_assert(core_asserts(add_twice));
    ck_assert(core_asserts(add_without_parent));
    ck_assert(core_asserts(mark_what_is_gone));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fork_database");
    TCase *tests = tcase_create("fork_database");
    tcase_add_test(tests, test_random);
    tcase_add_test(tests, test_long);
    tcase_add_test(tests, test_parent);
    tcase_add_test(tests, test_asserted);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
