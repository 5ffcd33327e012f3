/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <Random123/philox.h>
#include <check.h>
#include <glib.h>

#include "sim/random.h"
#include "tests/aborts.h"
#include "tests/run_suite.h"

/* Known answers of Philox4x32-10, as published with Random123. */
typedef struct KnownAnswer {
    uint32_t counter[4];
    uint32_t key[2];
    uint32_t block[4];
} KnownAnswer;

static const KnownAnswer KNOWN_ANSWERS[] = {
    {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
    {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
     {0xffffffff, 0xffffffff},
     {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
    {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
     {0xa4093822, 0x299f31d0},
     {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
};

static uint64_t join(uint32_t low, uint32_t high)
{
    return low | (uint64_t)high << 32;
}

START_TEST(test_known_answers)
{
    const KnownAnswer *answer = &KNOWN_ANSWERS[_i];
    philox4x32_ctr_t counter;
    philox4x32_key_t key;
    memcpy(counter.v, answer->counter, sizeof counter.v);
    memcpy(key.v, answer->key, sizeof key.v);
    const philox4x32_ctr_t block = philox4x32_R(10, counter, key);
    ck_assert_mem_eq(block.v, answer->block, sizeof block.v);

    SimRandom random = {.seed = join(answer->key[0], answer->key[1]),
                        .stream = join(answer->counter[2], answer->counter[3]),
                        .draw = join(answer->counter[0], answer->counter[1])};
    const uint64_t draw = random.draw;
    ck_assert_uint_eq(sim_random_u64(&random), join(answer->block[0], answer->block[1]));
    ck_assert_uint_eq(random.draw, draw + 1);
}
END_TEST

START_TEST(test_stream_layout)
{
    ck_assert_uint_le(sizeof(SimRandom), 24);
    const SimRandom random = sim_random_stream(UINT64_MAX, SIM_RANDOM_START, SIM_RANDOM_ENTITY_MAX);
    ck_assert_uint_eq(random.seed, UINT64_MAX);
    ck_assert_uint_eq(random.stream, UINT64_C(0x08ffffffffffffff));
    ck_assert_uint_eq(random.draw, 0);
}
END_TEST

/* The values are part of every seed's meaning. */
START_TEST(test_purposes_keep_their_values)
{
    ck_assert_int_eq(SIM_RANDOM_TOPOLOGY, 0);
    ck_assert_int_eq(SIM_RANDOM_LATENCY, 1);
    ck_assert_int_eq(SIM_RANDOM_REDIAL, 2);
    ck_assert_int_eq(SIM_RANDOM_PING, 3);
    ck_assert_int_eq(SIM_RANDOM_IDENTITY, 4);
    ck_assert_int_eq(SIM_RANDOM_WORKLOAD_ARRIVAL, 5);
    ck_assert_int_eq(SIM_RANDOM_WORKLOAD_ORIGIN, 6);
    ck_assert_int_eq(SIM_RANDOM_WORKLOAD_SHAPE, 7);
    ck_assert_int_eq(SIM_RANDOM_START, 8);
    ck_assert_int_eq(SIM_RANDOM_LOSS, 9);
    ck_assert_int_eq(SIM_RANDOM_FAULT, 10);
    ck_assert_int_eq(SIM_RANDOM_PERSONA, 11);
    ck_assert_int_eq(SIM_RANDOM_PROCESSING, 12);
    ck_assert_int_eq(SIM_RANDOM_TEST, 255);
}
END_TEST

typedef struct Golden {
    uint64_t seed;
    SimRandomPurpose purpose;
    uint64_t entity;
    uint64_t draws[3];
} Golden;

static const Golden GOLDEN[] = {
    {UINT64_C(0x0),
     SIM_RANDOM_TOPOLOGY,
     UINT64_C(0x0),
     {0xe169c58d6627e8d5, 0x5cb200dbf8e4cca4, 0x51c732a604faa329}},
    {UINT64_C(0x1),
     SIM_RANDOM_TOPOLOGY,
     UINT64_C(0x0),
     {0xe50a0ebce3e80670, 0xdfc5ccbeac08141b, 0x8e76cc9d3f55b3f0}},
    {UINT64_C(0x1),
     SIM_RANDOM_LATENCY,
     UINT64_C(0x0),
     {0x8c4707329f3f38ef, 0x5f2e85708031ad0d, 0xc2b91cd68ebb68ee}},
    {UINT64_C(0x1),
     SIM_RANDOM_LATENCY,
     UINT64_C(0x1),
     {0xbc0c44338788dbc2, 0x720d6935ef4765d0, 0xf280a6ac7026f00d}},
    {UINT64_C(0xfedcba9876543210),
     SIM_RANDOM_REDIAL,
     UINT64_C(0x186a0),
     {0x06f08dd87840559a, 0xafbeb0e2e63ccd59, 0x8ff5b848c85a3f88}},
    {UINT64_C(0x2a),
     SIM_RANDOM_TEST,
     UINT64_C(0xffffffffffffff),
     {0x39046177a60d816e, 0x51d2236ff1dcfe03, 0x5e3611e78faf14cf}},
};

START_TEST(test_golden_first_draws)
{
    const Golden *golden = &GOLDEN[_i];
    SimRandom random = sim_random_stream(golden->seed, golden->purpose, golden->entity);
    for (size_t i = 0; i < G_N_ELEMENTS(golden->draws); i++) {
        ck_assert_uint_eq(sim_random_u64(&random), golden->draws[i]);
    }
}
END_TEST

/* Draws of a stream are the same, whatever other streams do meanwhile; any draw can be reached
 * directly. */
START_TEST(test_streams_are_independent)
{
    uint64_t alone[1000];
    SimRandom random = sim_random_stream(9, SIM_RANDOM_LATENCY, 4);
    for (unsigned i = 0; i < 1000; i++) {
        alone[i] = sim_random_u64(&random);
    }
    SimRandom again = sim_random_stream(9, SIM_RANDOM_LATENCY, 4);
    SimRandom other = sim_random_stream(9, SIM_RANDOM_LATENCY, 5);
    SimRandom purpose = sim_random_stream(9, SIM_RANDOM_REDIAL, 4);
    for (unsigned i = 0; i < 1000; i++) {
        for (unsigned k = 0; k < i % 3; k++) {
            ck_assert_uint_ne(sim_random_u64(&other), alone[i]);
            ck_assert_uint_ne(sim_random_u64(&purpose), alone[i]);
        }
        ck_assert_uint_eq(sim_random_u64(&again), alone[i]);
    }
    again.draw = 500;
    ck_assert_uint_eq(sim_random_u64(&again), alone[500]);
}
END_TEST

static int compare_u64(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a;
    const uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* No two of 100,000 draws from the starts of neighbouring streams are equal. */
START_TEST(test_streams_do_not_overlap)
{
    enum {
        SEEDS = 5,
        PURPOSES = 10,
        ENTITIES = 200,
        DRAWS = 10
    };
    const size_t n = (size_t)SEEDS * PURPOSES * ENTITIES * DRAWS;
    uint64_t *draws = g_new(uint64_t, n);
    for (size_t i = 0; i < n; i++) {
        SimRandom random = sim_random_stream(i % SEEDS, (SimRandomPurpose)(i / SEEDS % PURPOSES),
                                             i / SEEDS / PURPOSES % ENTITIES);
        random.draw = i / SEEDS / PURPOSES / ENTITIES;
        draws[i] = sim_random_u64(&random);
    }
    qsort(draws, n, sizeof *draws, compare_u64);
    size_t equal = 0;
    for (size_t i = 1; i < n; i++) {
        equal += draws[i - 1] == draws[i];
    }
    ck_assert_uint_eq(equal, 0);
    g_free(draws);
}
END_TEST

static double chi_square(const uint64_t *counts, size_t n_bins, uint64_t n_draws)
{
    const double expected = (double)n_draws / (double)n_bins;
    double sum = 0;
    for (size_t i = 0; i < n_bins; i++) {
        const double off = (double)counts[i] - expected;
        sum += off * off / expected;
    }
    return sum;
}

/* Chi-square of one in 1000, for one degree of freedom less than there are bins. */
typedef struct Evenness {
    uint64_t bound;
    size_t n_bins; /* draw modulo this */
    double threshold;
} Evenness;

static const Evenness EVENNESS[] = {
    {2, 2, 10.83},
    {3, 3, 13.82},
    {10, 10, 27.88},
    {100, 100, 148.23},
    /* Without rejection each fourth value comes up twice as often: 0 modulo 3. */
    {UINT64_C(3) << 62, 3, 13.82},
    {UINT64_MAX, 3, 13.82},
};

START_TEST(test_below_is_even)
{
    const Evenness *evenness = &EVENNESS[_i];
    const uint64_t n_draws = 1000000;
    uint64_t counts[100] = {0};
    uint64_t beyond = 0;
    SimRandom random = sim_random_stream(10, SIM_RANDOM_TEST, evenness->bound >> 8);
    for (uint64_t i = 0; i < n_draws; i++) {
        const uint64_t drawn = sim_random_below(&random, evenness->bound);
        beyond += drawn >= evenness->bound;
        counts[drawn % evenness->n_bins]++;
    }
    ck_assert_uint_eq(beyond, 0);
    ck_assert_double_lt(chi_square(counts, evenness->n_bins, n_draws), evenness->threshold);
}
END_TEST

/* The same draw of neighbouring streams is as even as the draws of one. */
START_TEST(test_streams_are_even_across)
{
    const uint64_t n_streams = 100000;
    uint64_t counts[100] = {0};
    for (uint64_t entity = 0; entity < n_streams; entity++) {
        SimRandom random = sim_random_stream(11, SIM_RANDOM_PING, entity);
        counts[sim_random_below(&random, 100)]++;
    }
    ck_assert_double_lt(chi_square(counts, 100, n_streams), 148.23);
}
END_TEST

START_TEST(test_below_one_and_rejection)
{
    SimRandom random = sim_random_stream(12, SIM_RANDOM_TEST, 0);
    for (unsigned i = 0; i < 100; i++) {
        ck_assert_uint_eq(sim_random_below(&random, 1), 0);
    }
    ck_assert_uint_eq(random.draw, 100);
    /* Of 2^64 draws, half less one are surplus for this bound. */
    for (unsigned i = 0; i < 1000; i++) {
        ck_assert_uint_le(sim_random_below(&random, (UINT64_C(1) << 63) + 1), UINT64_C(1) << 63);
    }
    ck_assert_uint_gt(random.draw, 100 + 1800);
    ck_assert_uint_lt(random.draw, 100 + 2200);
}
END_TEST

START_TEST(test_range)
{
    SimRandom random = sim_random_stream(13, SIM_RANDOM_TEST, 0);
    unsigned counts[5] = {0};
    for (unsigned i = 0; i < 1000; i++) {
        const int64_t drawn = sim_random_range_ns(&random, -2, 2);
        ck_assert_int_ge(drawn, -2);
        ck_assert_int_le(drawn, 2);
        counts[drawn + 2]++;
    }
    for (unsigned i = 0; i < 5; i++) {
        ck_assert_uint_gt(counts[i], 150);
    }
    ck_assert_int_eq(sim_random_range_ns(&random, INT64_MAX, INT64_MAX), INT64_MAX);
    ck_assert_int_eq(sim_random_range_ns(&random, INT64_MIN, INT64_MIN), INT64_MIN);
    unsigned negative = 0;
    for (unsigned i = 0; i < 1000; i++) {
        negative += sim_random_range_ns(&random, INT64_MIN, INT64_MAX) < 0;
    }
    ck_assert_uint_gt(negative, 440);
    ck_assert_uint_lt(negative, 560);
}
END_TEST

static void entity_beyond_the_limit(void)
{
    sim_random_stream(0, SIM_RANDOM_TEST, SIM_RANDOM_ENTITY_MAX + 1);
}

static void below_zero(void)
{
    SimRandom random = sim_random_stream(0, SIM_RANDOM_TEST, 0);
    sim_random_below(&random, 0);
}

static void empty_range(void)
{
    SimRandom random = sim_random_stream(0, SIM_RANDOM_TEST, 0);
    sim_random_range_ns(&random, 1, 0);
}

START_TEST(test_limits_are_asserted)
{
    ck_assert(test_aborts(entity_beyond_the_limit));
    ck_assert(test_aborts(below_zero));
    ck_assert(test_aborts(empty_range));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("random");
    TCase *tcase = tcase_create("random");
    tcase_set_timeout(tcase, 0);
    tcase_add_loop_test(tcase, test_known_answers, 0, G_N_ELEMENTS(KNOWN_ANSWERS));
    tcase_add_test(tcase, test_stream_layout);
    tcase_add_test(tcase, test_purposes_keep_their_values);
    tcase_add_loop_test(tcase, test_golden_first_draws, 0, G_N_ELEMENTS(GOLDEN));
    tcase_add_test(tcase, test_streams_are_independent);
    tcase_add_test(tcase, test_streams_do_not_overlap);
    tcase_add_loop_test(tcase, test_below_is_even, 0, G_N_ELEMENTS(EVENNESS));
    tcase_add_test(tcase, test_streams_are_even_across);
    tcase_add_test(tcase, test_below_one_and_rejection);
    tcase_add_test(tcase, test_range);
    tcase_add_test(tcase, test_limits_are_asserted);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
