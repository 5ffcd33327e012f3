/* SPDX-License-Identifier: Apache-2.0 */

/* Handles by their ids. */

#include "core/id_index.h"
#include "tests/core_fixture.h"
#include "tests/run_suite.h"

typedef struct Item {
    BnetId id; /* stands first */
    uint32_t other;
} Item;

/* An id whose hash, of bytes 8 to 11, is `hash`. */
static BnetId id_of(uint32_t hash, uint8_t last)
{
    BnetId id = {{0}};
    memcpy(id.bytes + 8, &hash, sizeof hash);
    id.bytes[31] = last;
    return id;
}

static void assert_handles(const BnetIdIndex *index, BnetIdItems items, const BnetId *id,
                           const uint32_t *handles, uint32_t n)
{
    BnetIdWalk walk = {0};
    for (uint32_t i = 0; i < n; i++)
        ck_assert_uint_eq(bnet_id_index_next(index, items, id, &walk), handles[i]);
    ck_assert_uint_eq(bnet_id_index_next(index, items, id, &walk), 0);
    ck_assert_uint_eq(bnet_id_index_find(index, items, id), n > 0 ? handles[0] : 0);
}

START_TEST(test_empty)
{
    BnetIdIndex index;
    bnet_id_index_init(&index);
    const BnetId id = id_of(7, 7);
    assert_handles(&index, (BnetIdItems){NULL, sizeof(Item)}, &id, NULL, 0);
    bnet_id_index_finish(&index);
    bnet_id_index_finish(NULL);
}
END_TEST

/* Ids with one hash, at the end of the table so that they run over to its begin, and several
 * handles of one id among them, stay apart and in order, before the table has grown and after. */
START_TEST(test_collisions)
{
    enum {
        N = 3000,
        SPECIAL = 6
    };
    Item *items = calloc(N + 1, sizeof *items);
    const BnetIdItems array = {items, sizeof *items};
    BnetIdIndex index;
    bnet_id_index_init(&index);
    for (uint32_t h = 1; h <= SPECIAL; h++) {
        items[h].id = id_of(UINT32_MAX, h % 2 ? 1 : 2);
        bnet_id_index_add(&index, array, h);
    }
    uint64_t random = 3;
    for (uint32_t h = SPECIAL + 1; h <= N; h++) {
        items[h].id = id_of((uint32_t)core_random(&random) | (h % 4 ? 0 : 0xfffffff0), 3);
        bnet_id_index_add(&index, array, h);
        if (h % 100 != 0 && h != SPECIAL + 1)
            continue;
        const BnetId odd = id_of(UINT32_MAX, 1);
        const BnetId even = id_of(UINT32_MAX, 2);
        const BnetId none = id_of(UINT32_MAX, 4);
        assert_handles(&index, array, &odd, (const uint32_t[]){1, 3, 5}, 3);
        assert_handles(&index, array, &even, (const uint32_t[]){2, 4, 6}, 3);
        assert_handles(&index, array, &none, NULL, 0);
    }
    ck_assert_uint_eq(index.n, N);
    ck_assert_uint_ge(index.size, 2 * N);
    for (uint32_t h = SPECIAL + 1; h <= N; h++) {
        BnetIdWalk walk = {0};
        uint32_t found;
        uint32_t last = 0;
        bool is_there = false;
        while ((found = bnet_id_index_next(&index, array, &items[h].id, &walk)) != 0) {
            ck_assert(bnet_id_equal(&items[found].id, &items[h].id));
            ck_assert_uint_gt(found, last);
            last = found;
            is_there |= found == h;
        }
        ck_assert(is_there);
    }
    bnet_id_index_finish(&index);
    free(items);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("id_index");
    TCase *tcase = tcase_create("index");
    tcase_add_test(tcase, test_empty);
    tcase_add_test(tcase, test_collisions);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
