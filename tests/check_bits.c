/* SPDX-License-Identifier: Apache-2.0 */
#include "core/bits.h"
#include "tests/core_fixture.h"

/* --- growing window -------------------------------------------------------------------------- */

START_TEST(test_empty)
{
    BnetBits bits;
    bnet_bits_init(&bits);
    ck_assert(!bnet_bits_has(&bits, 0));
    ck_assert(!bnet_bits_has(&bits, 1));
    ck_assert(!bnet_bits_has(&bits, UINT32_MAX));
    bnet_bits_clear(&bits, 5);
    bnet_bits_raise(&bits, 1000);
    ck_assert(!bnet_bits_has(&bits, 1000));
    ck_assert_ptr_null(bits.words);
    bnet_bits_finish(&bits);
    bnet_bits_finish(NULL);
}
END_TEST

START_TEST(test_word_limits)
{
    static const uint32_t handles[] = {0, 1, 63, 64, 127, 128, 255, 256, 511, 512, 100000};
    BnetBits bits;
    bnet_bits_init(&bits);
    for (unsigned i = 0; i < sizeof handles / sizeof *handles; i++) {
        uint32_t h = handles[i];
        ck_assert(!bnet_bits_has(&bits, h));
        bnet_bits_set(&bits, h);
        ck_assert(bnet_bits_has(&bits, h));
        ck_assert(!bnet_bits_has(&bits, h + 2));
    }
    for (unsigned i = 0; i < sizeof handles / sizeof *handles; i++) {
        ck_assert(bnet_bits_has(&bits, handles[i]));
        bnet_bits_clear(&bits, handles[i]);
        ck_assert(!bnet_bits_has(&bits, handles[i]));
    }
    bnet_bits_finish(&bits);
}
END_TEST

/* The low end goes up by whole words, to the word of the handle, and never down. */
START_TEST(test_raise)
{
    BnetBits bits;
    bnet_bits_init(&bits);
    for (uint32_t h = 0; h < 300; h++)
        bnet_bits_set(&bits, h);
    bnet_bits_raise(&bits, 63);
    ck_assert(bnet_bits_has(&bits, 0));
    bnet_bits_raise(&bits, 200);
    ck_assert(!bnet_bits_has(&bits, 191));
    ck_assert(bnet_bits_has(&bits, 192));
    bnet_bits_raise(&bits, 10);
    ck_assert(!bnet_bits_has(&bits, 64));
    ck_assert(bnet_bits_has(&bits, 299));
    bnet_bits_raise(&bits, 1000000);
    ck_assert(!bnet_bits_has(&bits, 299));
    bnet_bits_set(&bits, 1000001);
    ck_assert(bnet_bits_has(&bits, 1000001));
    ck_assert(!bnet_bits_has(&bits, 1000000));
    /* The room is that of the window, however high the handles are. */
    ck_assert_uint_le(bits.n_words, 8);
    bnet_bits_finish(&bits);
}
END_TEST

static void set_below_the_window(void)
{
    BnetBits bits;
    bnet_bits_init(&bits);
    bnet_bits_raise(&bits, 128);
    bnet_bits_set(&bits, 127);
}

START_TEST(test_below_the_window)
{
    ck_assert(core_asserts(set_below_the_window));
}
END_TEST

/* Against an array of all handles, with a window that moves up. */
START_TEST(test_random_bits)
{
    enum {
        HANDLES = 20000
    };
    uint64_t random = 2;
    bool *model = calloc(HANDLES, sizeof *model);
    uint32_t low = 0;
    BnetBits bits;
    bnet_bits_init(&bits);
    for (unsigned step = 0; step < 200000; step++) {
        uint32_t reach = 1 + core_below(&random, core_below(&random, 20) ? 300 : 3000);
        uint32_t h = low * 64 + core_below(&random, reach);
        uint32_t what = core_below(&random, 1000);
        if (h >= HANDLES)
            break;
        if (what < 500) {
            bnet_bits_set(&bits, h);
            model[h] = true;
        } else if (what < 995) {
            bnet_bits_clear(&bits, h);
            model[h] = false;
        } else {
            bnet_bits_raise(&bits, h);
            low = h / 64;
            memset(model, 0, low * 64 * sizeof *model);
        }
        uint32_t probe = core_below(&random, HANDLES);
        ck_assert(bnet_bits_has(&bits, probe) == model[probe]);
        ck_assert(bnet_bits_has(&bits, h) == model[h]);
        uint32_t wrong = 0;
        for (uint32_t i = 0; i < HANDLES && step % 500 == 0; i++)
            wrong += bnet_bits_has(&bits, i) != model[i];
        ck_assert_uint_eq(wrong, 0);
    }
    ck_assert_uint_gt(low, 100); /* the window did move */
    free(model);
    bnet_bits_finish(&bits);
}
END_TEST

/* --- block status ---------------------------------------------------------------------------- */

START_TEST(test_status_holds_the_newest)
{
    BnetStatus status = {0};
    ck_assert_uint_eq(BNET_STATUS_BLOCKS_MAX, 2048);
    ck_assert_uint_eq(bnet_status_above(&status, 0), BNET_NO_BLOCK);
    for (BnetBlock b = 1; b < 2048; b++)
        bnet_status_mark(&status, b, 0);
    for (BnetBlock b = 1; b < 2048; b++)
        ck_assert(bnet_status_has(&status, b));
    ck_assert(!bnet_status_has(&status, 2048));
    ck_assert_uint_eq(bnet_status_count(&status), 2047);
    /* The next word drops the oldest word. */
    bnet_status_mark(&status, 2048, 0);
    ck_assert(bnet_status_has(&status, 2048));
    ck_assert(bnet_status_has(&status, 64));
    ck_assert(!bnet_status_has(&status, 63));
    ck_assert_uint_eq(bnet_status_count(&status), 2048 - 64 + 1);
    /* What is older than the window is left out, and harms nobody. */
    bnet_status_mark(&status, 63, 0);
    ck_assert(!bnet_status_has(&status, 63));
    ck_assert(!bnet_status_has(&status, 2048 + 63));
    bnet_status_finish(&status);
}
END_TEST

/* Marks below the floor go before room is taken; those above it only where there is none left. */
START_TEST(test_status_floor)
{
    BnetStatus status = {0};
    for (BnetBlock b = 1; b < 128; b++)
        ck_assert(!bnet_status_mark(&status, b, 0));
    ck_assert_uint_eq(status.n_words, BNET_STATUS_FEW_WORDS);
    ck_assert(!bnet_status_mark(&status, 128, 70));
    ck_assert_uint_eq(status.n_words, BNET_STATUS_FEW_WORDS);
    ck_assert(!bnet_status_has(&status, 63));
    ck_assert(bnet_status_has(&status, 64));
    ck_assert(!bnet_status_mark(&status, 192, 70));
    ck_assert_uint_eq(status.n_words, 2 * BNET_STATUS_FEW_WORDS);
    ck_assert(bnet_status_has(&status, 64));
    ck_assert(!bnet_status_mark(&status, 2048, 70));
    ck_assert(bnet_status_has(&status, 64));
    ck_assert_msg(bnet_status_mark(&status, 2112, 70), "the marks of block 70 had to go");
    ck_assert(!bnet_status_has(&status, 127));
    ck_assert(bnet_status_has(&status, 128));
    ck_assert_uint_eq(status.n_words, BNET_STATUS_WORDS);
    bnet_status_finish(&status);
    bnet_status_finish(NULL);
}
END_TEST

START_TEST(test_status_jumps)
{
    BnetStatus status = {0};
    bnet_status_mark(&status, 5, 0);
    bnet_status_mark(&status, UINT32_C(1000000), 0);
    ck_assert(!bnet_status_has(&status, 5));
    ck_assert_uint_eq(bnet_status_above(&status, 0), 1000000);
    ck_assert_uint_eq(bnet_status_above(&status, 999999), 1000000);
    ck_assert_uint_eq(bnet_status_above(&status, 1000000), BNET_NO_BLOCK);
    /* An older one inside the window. */
    bnet_status_mark(&status, 999000, 0);
    ck_assert_uint_eq(bnet_status_above(&status, 0), 999000);
    ck_assert_uint_eq(bnet_status_above(&status, 999000), 1000000);
    ck_assert_uint_eq(status.highest, 1000000);
    ck_assert_uint_eq(bnet_status_count(&status), 2);
    bnet_status_finish(&status);
}
END_TEST

/* An older block makes the window longer at its low end: what was marked stays, and nothing else is
 * marked. */
START_TEST(test_status_grows_downwards)
{
    for (uint32_t word = 1; word <= 20; word++) {
        BnetStatus status = {0};
        bnet_status_mark(&status, 1280 + 7, 0);
        bnet_status_mark(&status, 1344 + 9, 0);
        bnet_status_mark(&status, 1280 - 64 * word + 3, 0);
        ck_assert_uint_eq(bnet_status_count(&status), 3);
        for (uint32_t b = 0; b < 1408; b++)
            ck_assert(bnet_status_has(&status, b) ==
                      (b == 1287 || b == 1353 || b == 1280 - 64 * word + 3));
        bnet_status_finish(&status);
    }
}
END_TEST

/* Against an array; the window is the words up to that of the highest handle. What is below the
 * floor, which rises in the second run, may be there or not. */
START_TEST(test_random_status)
{
    enum {
        HANDLES = 40000
    };
    uint64_t random = 3;
    bool *model = calloc(HANDLES, sizeof *model);
    BnetStatus status = {0};
    uint32_t highest = 0;
    uint32_t floor = 0;
    for (unsigned step = 0; step < 30000; step++) {
        uint32_t back = core_below(&random, 2600);
        uint32_t b = highest + core_below(&random, core_below(&random, 500) ? 3 : 700);
        if (core_below(&random, 2))
            b = highest > back ? highest - back : 1;
        if (b == 0)
            b = 1;
        if (b >= HANDLES)
            break;
        uint32_t rise = core_below(&random, 100);
        floor += _i == 1 && floor + rise < highest ? rise : 0;
        bnet_status_mark(&status, b, floor);
        highest = b > highest ? b : highest;
        uint32_t low = highest / 64 < 32 ? 0 : (highest / 64 - 31) * 64;
        model[b] = true;
        memset(model, 0, low * sizeof *model);
        uint32_t from = core_below(&random, HANDLES);
        if (core_below(&random, 2))
            from = low + core_below(&random, 2100);
        from = from > floor ? from : floor;
        uint32_t next = from + 1;
        while (next < HANDLES && !model[next])
            next++;
        ck_assert_uint_eq(bnet_status_above(&status, from), next < HANDLES ? next : BNET_NO_BLOCK);
        ck_assert(from >= HANDLES || bnet_status_has(&status, from) == model[from]);
    }
    ck_assert_uint_gt(highest, 10000);
    bnet_status_finish(&status);
    free(model);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("bits");
    TCase *tcase = tcase_create("bits");
    tcase_set_timeout(tcase, 0);
    tcase_add_test(tcase, test_empty);
    tcase_add_test(tcase, test_word_limits);
    tcase_add_test(tcase, test_raise);
    tcase_add_test(tcase, test_below_the_window);
    tcase_add_test(tcase, test_random_bits);
    tcase_add_test(tcase, test_status_holds_the_newest);
    tcase_add_test(tcase, test_status_jumps);
    tcase_add_test(tcase, test_status_grows_downwards);
    tcase_add_test(tcase, test_status_floor);
    tcase_add_loop_test(tcase, test_random_status, 0, 2);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
