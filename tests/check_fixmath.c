/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include <check.h>
#include <glib.h>

#include "sim/fixmath.h"
#include "sim/random.h"
#include "tests/aborts.h"
#include "tests/run_suite.h"

#define TWO_TO_32 4294967296.0L
#define TWO_TO_64 18446744073709551616.0L

/* Distance from the C library's value, in units of 2^-32. */
static long double log2_error(uint64_t value)
{
    return fabsl((long double)sim_fix_log2_q32(value) - log2l((long double)value) * TWO_TO_32);
}

START_TEST(test_log2_golden)
{
    const struct {
        uint64_t value;
        int64_t log2_q32;
    } golden[] = {
        {1, 0},
        {3, INT64_C(6807362106)},
        {5, INT64_C(9972605231)},
        {10, INT64_C(14267572527)},
        {1000000007, INT64_C(128408152788)},
        {UINT64_C(9799832789158199295), INT64_C(270958589691)},
        {UINT64_MAX, 64 * SIM_FIX_ONE_Q32},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(golden); i++) {
        ck_assert_int_eq(sim_fix_log2_q32(golden[i].value), golden[i].log2_q32);
    }
}
END_TEST

START_TEST(test_log2_of_powers_is_exact)
{
    for (unsigned i = 0; i < 64; i++) {
        ck_assert_int_eq(sim_fix_log2_q32(UINT64_C(1) << i), (int64_t)i * SIM_FIX_ONE_Q32);
    }
}
END_TEST

/* All small numbers, then a dense sweep of all magnitudes: never further off than stated. */
START_TEST(test_log2_error)
{
    long double worst = 0;
    for (uint64_t value = 1; value <= 200000; value++) {
        worst = fmaxl(worst, log2_error(value));
    }
    SimRandom random = sim_random_stream(1, SIM_RANDOM_TEST, 0);
    for (unsigned i = 0; i < 1000000; i++) {
        worst = fmaxl(worst, log2_error((sim_random_u64(&random) | UINT64_C(1) << 63) >> i % 64));
    }
    ck_assert_ldouble_le(worst, 0.51L);
    ck_assert_ldouble_gt(worst, 0.49L); /* the sweep is dense enough to meet the worst rounding */
}
END_TEST

/* Never down, least of all where one entry of the table takes over from another. */
START_TEST(test_log2_is_monotone)
{
    unsigned steps_down = 0;
    for (uint64_t value = 1; value < 200000; value++) {
        steps_down += sim_fix_log2_q32(value + 1) < sim_fix_log2_q32(value);
    }
    for (uint64_t sixteenth = 17; sixteenth < 32; sixteenth++) {
        const uint64_t seam = sixteenth << 59;
        for (uint64_t value = seam - 1000; value < seam + 1000; value++) {
            steps_down += sim_fix_log2_q32(value + 1) < sim_fix_log2_q32(value);
        }
    }
    ck_assert_uint_eq(steps_down, 0);
}
END_TEST

static void log2_of_zero(void)
{
    sim_fix_log2_q32(0);
}

START_TEST(test_log2_of_zero_is_asserted)
{
    ck_assert(test_aborts(log2_of_zero));
}
END_TEST

START_TEST(test_exp2_golden)
{
    const struct {
        uint64_t value;
        int64_t exponent_q32;
        uint64_t result;
    } golden[] = {
        {UINT64_C(1) << 62, 1, UINT64_C(4611686019171649022)},
        {UINT64_C(1) << 62, 1 << 28, UINT64_C(4815862801830788491)},
        {UINT64_C(1) << 62, -1, UINT64_C(4611686017683125420)},
        {UINT64_C(1) << 62, INT64_C(0x95c01a3a), UINT64_C(6917529027659231912)},
        {1000000000, INT64_C(-12345678901), 136365220},
        {UINT64_C(1) << 63, SIM_FIX_ONE_Q32 - 1, UINT64_C(18446744070732501681)},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(golden); i++) {
        ck_assert_uint_eq(sim_fix_scale_exp2(golden[i].value, golden[i].exponent_q32),
                          golden[i].result);
    }
}
END_TEST

START_TEST(test_exp2_of_integers_is_exact)
{
    for (int i = 0; i < 64; i++) {
        const int64_t exponent_q32 = i * SIM_FIX_ONE_Q32;
        ck_assert_uint_eq(sim_fix_scale_exp2(1, exponent_q32), UINT64_C(1) << i);
        ck_assert_uint_eq(sim_fix_scale_exp2(UINT64_C(1) << i, -exponent_q32), 1);
        ck_assert_uint_eq(sim_fix_scale_exp2(UINT64_MAX, -exponent_q32),
                          i == 0 ? UINT64_MAX : UINT64_C(1) << (64 - i));
    }
}
END_TEST

START_TEST(test_exp2_rounds_and_saturates)
{
    const int64_t one = SIM_FIX_ONE_Q32;
    ck_assert_uint_eq(sim_fix_scale_exp2(1, -one), 1); /* 0.5 */
    ck_assert_uint_eq(sim_fix_scale_exp2(1, -one - 1), 0);
    ck_assert_uint_eq(sim_fix_scale_exp2(5, -one), 3);      /* 2.5 */
    ck_assert_uint_eq(sim_fix_scale_exp2(5, -2 * one), 1);  /* 1.25 */
    ck_assert_uint_eq(sim_fix_scale_exp2(11, -3 * one), 1); /* 1.375 */
    /* (2^64 - 1) x 2^-64.5 rounds to 1, x 2^-65 is just below 0.5. */
    ck_assert_uint_eq(sim_fix_scale_exp2(UINT64_MAX, -64 * one), 1);
    ck_assert_uint_eq(sim_fix_scale_exp2(UINT64_MAX, -65 * one + one / 2), 1);
    ck_assert_uint_eq(sim_fix_scale_exp2(UINT64_MAX, -65 * one), 0);
    ck_assert_uint_eq(sim_fix_scale_exp2(UINT64_MAX, -66 * one), 0);
    ck_assert_uint_eq(sim_fix_scale_exp2(UINT64_MAX, INT64_MIN), 0);

    ck_assert_uint_eq(sim_fix_scale_exp2(1, 64 * one), UINT64_MAX);
    ck_assert_uint_eq(sim_fix_scale_exp2(2, 63 * one), UINT64_MAX);
    ck_assert_uint_eq(sim_fix_scale_exp2(UINT64_MAX, 1), UINT64_MAX);
    ck_assert_uint_eq(sim_fix_scale_exp2(UINT64_MAX, INT64_MAX), UINT64_MAX);
    ck_assert_uint_eq(sim_fix_scale_exp2(1, INT64_MAX), UINT64_MAX);

    ck_assert_uint_eq(sim_fix_scale_exp2(0, 0), 0);
    ck_assert_uint_eq(sim_fix_scale_exp2(0, INT64_MIN), 0);
    ck_assert_uint_eq(sim_fix_scale_exp2(0, INT64_MAX), 0);
}
END_TEST

/* Beyond rounding, off by no more than 2^-50 of the result. */
START_TEST(test_exp2_error)
{
    long double worst = 0;
    SimRandom random = sim_random_stream(2, SIM_RANDOM_TEST, 0);
    for (unsigned i = 0; i < 1000000; i++) {
        const uint64_t value = sim_random_u64(&random) >> (1 + i % 63);
        /* Results between 2^-63 and 2^63 times the value, of which those that fit are looked at. */
        const int64_t exponent_q32 =
            sim_random_range_ns(&random, -63 * SIM_FIX_ONE_Q32, 63 * SIM_FIX_ONE_Q32);
        const long double expected =
            (long double)value * exp2l((long double)exponent_q32 / TWO_TO_32);
        if (expected < TWO_TO_64 / 2) {
            const uint64_t result = sim_fix_scale_exp2(value, exponent_q32);
            const long double off = fabsl((long double)result - expected) - 0.5L;
            worst = fmaxl(worst, off / (expected + 1));
        }
    }
    ck_assert_ldouble_le(worst, exp2l(-50));
}
END_TEST

START_TEST(test_exp2_is_monotone)
{
    unsigned steps_down = 0;
    for (int64_t sixteenth = -16; sixteenth <= 16; sixteenth++) {
        const int64_t seam = sixteenth * (SIM_FIX_ONE_Q32 / 16);
        for (int64_t exponent = seam - 1000; exponent < seam + 1000; exponent++) {
            steps_down += sim_fix_scale_exp2(UINT64_C(1) << 62, exponent + 1) <=
                          sim_fix_scale_exp2(UINT64_C(1) << 62, exponent);
        }
    }
    ck_assert_uint_eq(steps_down, 0);
}
END_TEST

START_TEST(test_sqrt)
{
    ck_assert_uint_eq(sim_fix_sqrt(0), 0);
    ck_assert_uint_eq(sim_fix_sqrt(UINT64_MAX), UINT32_MAX);
    SimRandom random = sim_random_stream(3, SIM_RANDOM_TEST, 0);
    unsigned wrong = 0;
    for (uint64_t i = 1; i <= 100000; i++) {
        const uint64_t root = i <= 1000 ? i : 1 + sim_random_below(&random, UINT32_MAX);
        wrong += sim_fix_sqrt(root * root) != root;
        wrong += sim_fix_sqrt(root * root - 1) != root - 1;
        wrong += sim_fix_sqrt(root * root + 2 * root) != root; /* the last before the next square */
    }
    ck_assert_uint_eq(wrong, 0);
}
END_TEST

START_TEST(test_normal_golden)
{
    const struct {
        uint64_t bits;
        int64_t deviate_q32;
    } golden[] = {
        {0, INT64_C(-39321690074)},
        {1, INT64_C(-38808978558)},
        {1000, INT64_C(-35627275667)},
        {256184000, INT64_C(-28595492973)},
        {256190000, INT64_C(-28595479505)},
        {UINT64_C(1) << 40, INT64_C(-22740580373)},
        {UINT64_C(184467440737095516), INT64_C(-9991588694)}, /* the first percentile */
        {UINT64_C(1383505805528216371), INT64_C(-6182740965)},
        {UINT64_C(1383505805528216372), INT64_C(-6182740965)},
        {UINT64_C(1) << 62, INT64_C(-2896911524)}, /* the first quartile */
        {(UINT64_C(1) << 63) - 1, 0},
        {UINT64_C(1) << 63, 0},
        {UINT64_MAX, INT64_C(39321690074)},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(golden); i++) {
        ck_assert_int_eq(sim_fix_normal_q32(golden[i].bits), golden[i].deviate_q32);
    }
}
END_TEST

/* The error of the deviate, by one Newton step on the C library's distribution function, as a share
 * of the error stated. bits is below 2^63. */
static long double normal_error_of_stated(uint64_t bits)
{
    const long double share = ((long double)bits + 0.5L) / TWO_TO_64;
    const long double deviate = (long double)sim_fix_normal_q32(bits) / TWO_TO_32;
    const long double found_share = erfcl(-deviate / sqrtl(2)) / 2;
    const long double density = expl(-deviate * deviate / 2) / sqrtl(2 * acosl(-1));
    return fabsl(found_share - share) / density / (exp2l(-30) + 2e-7L * fabsl(deviate));
}

START_TEST(test_normal_error)
{
    long double worst = 0;
    SimRandom random = sim_random_stream(4, SIM_RANDOM_TEST, 0);
    for (unsigned i = 0; i < 300000;
         i++) { /* half of them in the centre, the rest as far out as it goes */
        const unsigned shift = 1 + (i % 2 == 0 ? 0 : i / 2 % 63);
        worst = fmaxl(worst, normal_error_of_stated(sim_random_u64(&random) >> shift));
    }
    for (uint64_t bits = 0; bits < 1000; bits++) {
        worst = fmaxl(worst, normal_error_of_stated(bits));
    }
    ck_assert_ldouble_le(worst, 1);
    ck_assert_ldouble_gt(worst, 0.3L);
}
END_TEST

START_TEST(test_normal_is_odd)
{
    SimRandom random = sim_random_stream(5, SIM_RANDOM_TEST, 0);
    unsigned wrong = 0;
    for (unsigned i = 0; i < 100000; i++) {
        const uint64_t bits = sim_random_u64(&random) >> i % 64;
        wrong += sim_fix_normal_q32(~bits) != -sim_fix_normal_q32(bits);
    }
    ck_assert_uint_eq(wrong, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fixmath");
    TCase *tcase = tcase_create("fixmath");
    tcase_set_timeout(tcase, 0);
    tcase_add_test(tcase, test_log2_golden);
    tcase_add_test(tcase, test_log2_of_powers_is_exact);
    tcase_add_test(tcase, test_log2_error);
    tcase_add_test(tcase, test_log2_is_monotone);
    tcase_add_test(tcase, test_log2_of_zero_is_asserted);
    tcase_add_test(tcase, test_exp2_golden);
    tcase_add_test(tcase, test_exp2_of_integers_is_exact);
    tcase_add_test(tcase, test_exp2_rounds_and_saturates);
    tcase_add_test(tcase, test_exp2_error);
    tcase_add_test(tcase, test_exp2_is_monotone);
    tcase_add_test(tcase, test_sqrt);
    tcase_add_test(tcase, test_normal_golden);
    tcase_add_test(tcase, test_normal_error);
    tcase_add_test(tcase, test_normal_is_odd);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
