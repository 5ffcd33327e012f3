/* SPDX-License-Identifier: Apache-2.0 */
#include "core/blame.h"
#include "tests/core_fixture.h"

START_TEST(test_add_and_drop)
{
    BnetBlame blame;
    bnet_blame_init(&blame);
    ck_assert(!bnet_blame_has(&blame, 1, 0));
    bnet_blame_drop_block(&blame, 1);
    bnet_blame_drop_session(&blame, 0);
    bnet_blame_add(&blame, 5, 0);
    bnet_blame_add(&blame, 5, 1);
    bnet_blame_add(&blame, 6, 0);
    bnet_blame_add(&blame, 5, 0); /* twice is once */
    ck_assert_uint_eq(blame.n, 3);
    ck_assert(bnet_blame_has(&blame, 5, 0));
    ck_assert(bnet_blame_has(&blame, 5, 1));
    ck_assert(bnet_blame_has(&blame, 6, 0));
    ck_assert(!bnet_blame_has(&blame, 6, 1));
    bnet_blame_drop_block(&blame, 5);
    ck_assert(!bnet_blame_has(&blame, 5, 0));
    ck_assert(!bnet_blame_has(&blame, 5, 1));
    ck_assert(bnet_blame_has(&blame, 6, 0));
    bnet_blame_add(&blame, 7, 1);
    bnet_blame_drop_session(&blame, 0);
    ck_assert(!bnet_blame_has(&blame, 6, 0));
    ck_assert(bnet_blame_has(&blame, 7, 1));
    ck_assert_uint_eq(blame.n, 1);
    bnet_blame_finish(&blame);
    bnet_blame_finish(NULL);
}
END_TEST

/* Sessions that sent the root or something built on it, the lowest first; nobody else. */
START_TEST(test_guilty)
{
    BnetStore store;
    core_store_init(&store, BNET_RULE_NONE, 0, 1);
    BnetBlock parent = core_extend(&store, BNET_GENESIS, 3);
    BnetBlock root = core_child(&store, parent, 0);
    BnetBlock child = core_child(&store, root, 0);
    BnetBlock grandchild = core_child(&store, child, 0);
    BnetBlock sibling = core_child(&store, parent, 1);
    BnetBlame blame;
    bnet_blame_init(&blame);
    bnet_blame_add(&blame, parent, 0);
    bnet_blame_add(&blame, grandchild, 3);
    bnet_blame_add(&blame, sibling, 1);
    bnet_blame_add(&blame, root, 2);
    bnet_blame_add(&blame, child, 4);
    ck_assert_uint_eq(bnet_blame_take_guilty(&blame, &store, root), 2);
    ck_assert(!bnet_blame_has(&blame, root, 2));
    ck_assert_uint_eq(bnet_blame_take_guilty(&blame, &store, root), 3);
    ck_assert_uint_eq(bnet_blame_take_guilty(&blame, &store, root), 4);
    ck_assert_uint_eq(bnet_blame_take_guilty(&blame, &store, root), BNET_NO_SESSION);
    ck_assert(bnet_blame_has(&blame, parent, 0));
    ck_assert(bnet_blame_has(&blame, sibling, 1));
    ck_assert_uint_eq(blame.n, 2);
    bnet_blame_finish(&blame);
    bnet_store_finish(&store);
}
END_TEST

/* Against a table of all blocks and sessions. */
START_TEST(test_random_blame)
{
    enum {
        BLOCKS = 60,
        SESSIONS = 10
    };
    uint64_t random = 6;
    BnetStore store;
    core_store_init(&store, BNET_RULE_NONE, 0, 1);
    for (uint32_t i = 2; i < BLOCKS; i++) {
        BnetBlockSpec spec = core_spec(&store, 1 + core_below(&random, i - 1), 0);
        spec.variant = i;
        ck_assert_uint_eq(bnet_store_add_block(&store, &spec), i);
    }
    bool model[BLOCKS][SESSIONS] = {{false}};
    BnetBlame blame;
    bnet_blame_init(&blame);
    for (unsigned step = 0; step < 20000; step++) {
        BnetBlock block = 1 + core_below(&random, BLOCKS - 1);
        uint32_t session = core_below(&random, SESSIONS);
        uint32_t what = core_below(&random, 100);
        if (what < 80) {
            bnet_blame_add(&blame, block, session);
            model[block][session] = true;
        } else if (what < 90) {
            bnet_blame_drop_block(&blame, block);
            memset(model[block], 0, sizeof model[block]);
        } else if (what < 95) {
            bnet_blame_drop_session(&blame, session);
            for (uint32_t b = 0; b < BLOCKS; b++)
                model[b][session] = false;
        } else {
            uint32_t guilty = 0;
            uint32_t taken = 0;
            for (BnetBlock b = 1; b < BLOCKS; b++)
                for (uint32_t s = 0; s < SESSIONS && bnet_store_is_ancestor(&store, block, b);
                     s++) {
                    guilty += model[b][s];
                    model[b][s] = false;
                }
            while (bnet_blame_take_guilty(&blame, &store, block) != BNET_NO_SESSION)
                taken++;
            ck_assert_uint_eq(taken, guilty);
        }
        uint32_t n = 0;
        uint32_t wrong = 0;
        for (uint32_t b = 0; b < BLOCKS; b++)
            for (uint32_t s = 0; s < SESSIONS; s++) {
                n += model[b][s];
                wrong += step % 50 == 0 && bnet_blame_has(&blame, b, s) != model[b][s];
            }
        ck_assert_uint_eq(wrong, 0);
        ck_assert_uint_eq(blame.n, n);
    }
    bnet_blame_finish(&blame);
    bnet_store_finish(&store);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("blame");
    TCase *tcase = tcase_create("blame");
    tcase_set_timeout(tcase, 0);
    tcase_add_test(tcase, test_add_and_drop);
    tcase_add_test(tcase, test_guilty);
    tcase_add_test(tcase, test_random_blame);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
