/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ring.h"
#include "tests/core_fixture.h"

/* --- pool ------------------------------------------------------------------------------------ */

START_TEST(test_empty_pool)
{
    BnetPool pool;
    bnet_pool_init(&pool);
    ck_assert_uint_eq(pool.n_free, 0);
    bnet_pool_reserve(&pool, 0);
    ck_assert_ptr_null(pool.chunks);
    bnet_pool_finish(&pool);
    bnet_pool_finish(NULL);
}
END_TEST

START_TEST(test_chunk_is_a_cache_line)
{
    ck_assert_uint_eq(sizeof(BnetChunk), 64);
}
END_TEST

/* Every reserved chunk can be taken, each is another one, none is 0. */
START_TEST(test_reserve)
{
    static const uint32_t amounts[] = {1, 63, 64, 65, 1000, 5000};
    for (unsigned k = 0; k < sizeof amounts / sizeof *amounts; k++) {
        uint32_t n = amounts[k];
        BnetPool pool;
        bnet_pool_init(&pool);
        bnet_pool_reserve(&pool, n);
        ck_assert_uint_ge(pool.n_free, n);
        uint32_t total = pool.n_free;
        bool *taken = calloc(pool.capacity, sizeof *taken);
        for (uint32_t i = 0; i < total; i++) {
            uint32_t chunk = bnet_pool_take(&pool);
            ck_assert(chunk > 0 && chunk < pool.capacity && !taken[chunk]);
            ck_assert_uint_eq(pool.chunks[chunk].next, 0);
            taken[chunk] = true;
        }
        ck_assert_uint_eq(pool.n_free, 0);
        for (uint32_t chunk = 1; chunk < pool.capacity; chunk++)
            bnet_pool_give(&pool, chunk);
        ck_assert_uint_eq(pool.n_free, total);
        free(taken);
        bnet_pool_finish(&pool);
    }
}
END_TEST

/* Growth keeps what stands in taken chunks. */
START_TEST(test_reserve_keeps_contents)
{
    BnetPool pool;
    bnet_pool_init(&pool);
    bnet_pool_reserve(&pool, 1);
    uint32_t chunk = bnet_pool_take(&pool);
    pool.chunks[chunk].items[14] = 4711;
    uint32_t before = pool.n_free;
    bnet_pool_reserve(&pool, before);
    ck_assert_uint_eq(pool.n_free, before);
    bnet_pool_reserve(&pool, before + 1);
    ck_assert_uint_gt(pool.n_free, before);
    ck_assert_uint_eq(pool.chunks[chunk].items[14], 4711);
    bnet_pool_finish(&pool);
}
END_TEST

static void take_from_nothing(void)
{
    BnetPool pool;
    bnet_pool_init(&pool);
    bnet_pool_take(&pool);
}

static void pop_from_nothing(void)
{
    BnetPool pool;
    BnetRing ring = {0};
    bnet_pool_init(&pool);
    bnet_ring_pop(&ring, &pool);
}

START_TEST(test_nothing_to_take)
{
    ck_assert(core_asserts(take_from_nothing));
    ck_assert(core_asserts(pop_from_nothing));
}
END_TEST

/* --- ring ------------------------------------------------------------------------------------ */

/* The ring holds exactly `first`, first + 1, ... */
static void assert_ring(const BnetRing *ring, const BnetPool *pool, uint32_t first, uint32_t n)
{
    ck_assert_uint_eq(ring->count, n);
    BnetRingWalk walk = bnet_ring_walk(ring);
    uint32_t item = 12345;
    for (uint32_t i = 0; i < n; i++) {
        ck_assert(bnet_ring_next(&walk, pool, &item));
        ck_assert_uint_eq(item, first + i);
    }
    ck_assert(!bnet_ring_next(&walk, pool, &item));
    ck_assert_uint_eq(item, n ? first + n - 1 : 12345);
}

/* Every length about the size of a chunk, filled, walked and emptied. */
START_TEST(test_each_length)
{
    BnetPool pool;
    bnet_pool_init(&pool);
    bnet_pool_reserve(&pool, 4);
    uint32_t all = pool.n_free;
    for (uint32_t n = 0; n <= 3 * BNET_CHUNK_ITEMS + 1; n++) {
        BnetRing ring = {0};
        assert_ring(&ring, &pool, 0, 0);
        for (uint32_t i = 0; i < n; i++)
            bnet_ring_push(&ring, &pool, 100 + i);
        assert_ring(&ring, &pool, 100, n);
        uint32_t chunks = (n + BNET_CHUNK_ITEMS - 1) / BNET_CHUNK_ITEMS;
        ck_assert_uint_eq(all - pool.n_free, n <= BNET_RING_FEW ? 0 : chunks);
        for (uint32_t i = 0; i < n; i++) {
            assert_ring(&ring, &pool, 100 + i, n - i);
            ck_assert_uint_eq(all - pool.n_free, bnet_ring_chunks(&ring));
            ck_assert_uint_eq(bnet_ring_pop(&ring, &pool), 100 + i);
        }
        assert_ring(&ring, &pool, 0, 0);
        ck_assert_uint_eq(pool.n_free, all);
    }
    bnet_pool_finish(&pool);
}
END_TEST

START_TEST(test_clear)
{
    BnetPool pool;
    bnet_pool_init(&pool);
    bnet_pool_reserve(&pool, 10);
    uint32_t all = pool.n_free;
    BnetRing ring = {0};
    bnet_ring_clear(&ring, &pool);
    for (uint32_t i = 0; i < 100; i++)
        bnet_ring_push(&ring, &pool, i);
    for (uint32_t i = 0; i < 20; i++)
        bnet_ring_pop(&ring, &pool);
    bnet_ring_clear(&ring, &pool);
    assert_ring(&ring, &pool, 0, 0);
    ck_assert_uint_eq(pool.n_free, all);
    bnet_pool_finish(&pool);
}
END_TEST

/* Several rings in one pool, pushed and popped at random, against counters of what is in them. */
START_TEST(test_random_rings)
{
    enum {
        RINGS = 5
    };
    uint64_t random = 1;
    BnetPool pool;
    BnetRing rings[RINGS] = {{0}};
    uint32_t first[RINGS] = {0};
    uint32_t end[RINGS] = {0};
    bnet_pool_init(&pool);
    for (unsigned step = 0; step < 100000; step++) {
        uint32_t r = core_below(&random, RINGS);
        bool growing = (step / 1000) % 2 == 0;
        if (core_below(&random, 10) < (growing ? 6u : 4u)) {
            bnet_pool_reserve(&pool, 1);
            bnet_ring_push(&rings[r], &pool, end[r]++);
        } else if (first[r] < end[r]) {
            ck_assert_uint_eq(bnet_ring_pop(&rings[r], &pool), first[r]++);
        }
        if (step % 100 == 0)
            assert_ring(&rings[r], &pool, first[r], end[r] - first[r]);
    }
    for (unsigned r = 0; r < RINGS; r++)
        bnet_ring_clear(&rings[r], &pool);
    ck_assert_uint_eq(pool.n_free, pool.capacity - 1);
    bnet_pool_finish(&pool);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pool");
    TCase *tcase = tcase_create("pool");
    tcase_set_timeout(tcase, 0);
    tcase_add_test(tcase, test_empty_pool);
    tcase_add_test(tcase, test_chunk_is_a_cache_line);
    tcase_add_test(tcase, test_reserve);
    tcase_add_test(tcase, test_reserve_keeps_contents);
    tcase_add_test(tcase, test_nothing_to_take);
    tcase_add_test(tcase, test_each_length);
    tcase_add_test(tcase, test_clear);
    tcase_add_test(tcase, test_random_rings);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
