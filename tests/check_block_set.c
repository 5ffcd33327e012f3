/* SPDX-License-Identifier: Apache-2.0 */
/* Three sets of blocks over one window of handles, against a plain array. */
#include <stdlib.h>

#include <check.h>
#include <glib.h>

#include "sim/block_set.h"
#include "tests/run_suite.h"

#define WINDOW (SIM_BLOCK_SET_WORDS * 64)
#define BOTH (1u << SIM_BLOCK_FIRST | 1u << SIM_BLOCK_SECOND)

START_TEST(test_empty)
{
    SimBlockSet set = {0};
    ck_assert(!sim_block_set_has(&set, SIM_BLOCK_FIRST, 1));
    ck_assert(!sim_block_set_evicted(&set, 1));
    ck_assert_uint_eq(sim_block_set_above(&set, BOTH, 0), BNET_NO_BLOCK);
    sim_block_set_clear(&set);
}
END_TEST

START_TEST(test_planes)
{
    SimBlockSet set = {0};
    sim_block_set_add(&set, SIM_BLOCK_FIRST, 1000);
    sim_block_set_add(&set, SIM_BLOCK_SECOND, 70); /* older: the window grows downwards */
    ck_assert(sim_block_set_has(&set, SIM_BLOCK_FIRST, 1000));
    ck_assert(!sim_block_set_has(&set, SIM_BLOCK_SECOND, 1000));
    ck_assert(sim_block_set_has(&set, SIM_BLOCK_SECOND, 70));
    ck_assert(!sim_block_set_has(&set, SIM_BLOCK_FIRST, 70));
    ck_assert_uint_eq(sim_block_set_above(&set, BOTH, 0), 70);
    ck_assert_uint_eq(sim_block_set_above(&set, BOTH, 69), 70);
    ck_assert_uint_eq(sim_block_set_above(&set, BOTH, 70), 1000);
    ck_assert_uint_eq(sim_block_set_above(&set, BOTH, 1000), BNET_NO_BLOCK);
    sim_block_set_clear(&set);
    ck_assert(!sim_block_set_has(&set, SIM_BLOCK_FIRST, 1000));
}
END_TEST

/* The window is whole words: of the newest block's and 31 before it. */
START_TEST(test_evicted)
{
    SimBlockSet set = {0};
    sim_block_set_add(&set, SIM_BLOCK_FIRST, 63);
    sim_block_set_add(&set, SIM_BLOCK_FIRST, 64);
    sim_block_set_add(&set, SIM_BLOCK_FIRST, WINDOW - 1);
    ck_assert(sim_block_set_has(&set, SIM_BLOCK_FIRST, 63));
    ck_assert(!sim_block_set_evicted(&set, 63));
    sim_block_set_add(&set, SIM_BLOCK_SECOND, WINDOW);
    ck_assert(!sim_block_set_has(&set, SIM_BLOCK_FIRST, 63));
    ck_assert(sim_block_set_evicted(&set, 63));
    ck_assert(sim_block_set_has(&set, SIM_BLOCK_FIRST, 64));
    ck_assert(!sim_block_set_evicted(&set, 64));
    sim_block_set_add(&set, SIM_BLOCK_FIRST, 63); /* is left out */
    ck_assert(!sim_block_set_has(&set, SIM_BLOCK_FIRST, 63));
    sim_block_set_add(&set, SIM_BLOCK_FIRST, 100 * WINDOW); /* a leap beyond the window */
    ck_assert(sim_block_set_evicted(&set, WINDOW));
    ck_assert_uint_eq(sim_block_set_above(&set, BOTH, 0), 100 * WINDOW);
    sim_block_set_clear(&set);
}
END_TEST

/* Whatever comes in whatever order. */
START_TEST(test_model)
{
    enum {
        N = 4 * WINDOW
    };
    SimBlockSet set = {0};
    g_autofree uint8_t *model = g_new0(uint8_t, N);
    uint32_t highest = 0;
    uint32_t draw = 12345;
    bool forgot = false;
    for (uint32_t i = 0; i < 20000; i++) {
        draw = draw * 1664525u + 1013904223u;
        uint32_t reach = 1 + i / 3;
        BnetBlock block = 1 + (draw >> 8) % MIN(reach, N - 1);
        SimBlockPlane plane = (draw >> 24) % SIM_BLOCK_PLANES;
        sim_block_set_add(&set, plane, block);
        model[block] |= (uint8_t)(1u << plane);
        highest = MAX(highest, block);
        uint32_t low =
            highest / 64 < SIM_BLOCK_SET_WORDS ? 0 : (highest / 64 - SIM_BLOCK_SET_WORDS + 1) * 64;
        for (uint32_t b = 0; b < low; b++) {
            forgot |= model[b] != 0;
            model[b] = 0;
        }
        ck_assert_int_eq(sim_block_set_forgot(&set), forgot);
        BnetBlock probe = 1 + (draw >> 3) % (N - 1);
        ck_assert_int_eq(sim_block_set_evicted(&set, probe), probe < low);
        for (uint32_t p = 0; p < SIM_BLOCK_PLANES; p++)
            ck_assert_int_eq(sim_block_set_has(&set, p, probe), model[probe] >> p & 1);
        BnetBlock above = probe + 1;
        while (above < N && !(model[above] & BOTH))
            above++;
        ck_assert_uint_eq(sim_block_set_above(&set, BOTH, probe),
                          above < N ? above : BNET_NO_BLOCK);
    }
    sim_block_set_clear(&set);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("block_set");
    TCase *tcase = tcase_create("block_set");
    tcase_set_timeout(tcase, 0);
    tcase_add_test(tcase, test_empty);
    tcase_add_test(tcase, test_planes);
    tcase_add_test(tcase, test_evicted);
    tcase_add_test(tcase, test_model);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
