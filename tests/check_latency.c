/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>

#include <check.h>
#include <glib.h>

#include "scenarios/sample.h"
#include "sim/latency.h"
#include "tests/aborts.h"
#include "tests/run_suite.h"

#define N_DRAWS 4000000u
#define Z_99 2.3263478740408408 /* 99th percentile of the standard normal distribution */
#define MS INT64_C(1000000)
#define S (1000 * MS)

#define LATENCY(of, a, b, shape)                                                                   \
    (ScenarioLatency)                                                                              \
    {                                                                                              \
        .kind = SCENARIO_LATENCY_##of, .a_ns = (a), .b_ns = (b), .shape_ppm = (shape)              \
    }

static SimRandom test_stream(uint64_t entity)
{
    return sim_random_stream(7, SIM_RANDOM_LATENCY, entity);
}

static int64_t draw_once(ScenarioLatency latency, uint64_t draw)
{
    SimRandom random = test_stream(3);
    random.draw = draw;
    return sim_latency_draw(&latency, &random);
}

START_TEST(test_constant)
{
    SimRandom random = test_stream(1);
    const ScenarioLatency latency = {.kind = SCENARIO_LATENCY_CONSTANT, .a_ns = 12345};
    for (unsigned i = 0; i < 10; i++) {
        ck_assert_int_eq(sim_latency_draw(&latency, &random), 12345);
    }
    ck_assert_uint_eq(random.draw, 0);
}
END_TEST

START_TEST(test_golden_first_draws)
{
    const ScenarioLatency uniform = LATENCY(UNIFORM, 10 * MS, 200 * MS, 0);
    const ScenarioLatency lognormal = LATENCY(LOGNORMAL, 50 * MS, 0, 500000);
    const int64_t golden[][3] = {
        {110276726, 51772468, 639090451},
        {67663019, 38660865, 1192408015},
        {149443387, 68331288, 309365384},
        {53418373, 34472242, 1476141382},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(golden); i++) {
        SimRandom random = test_stream(3);
        random.draw = i;
        ck_assert_int_eq(draw_once(uniform, i), golden[i][0]);
        ck_assert_int_eq(draw_once(lognormal, i), golden[i][1]);
        ck_assert_int_eq(sim_exponential_draw_ns(1000 * MS, &random), golden[i][2]);
        ck_assert_uint_eq(random.draw, i + 1);
    }
}
END_TEST

START_TEST(test_lognormal_takes_one_draw)
{
    SimRandom random = test_stream(4);
    const ScenarioLatency latency = LATENCY(LOGNORMAL, MS, 0, 1000000);
    for (uint64_t i = 0; i < 100; i++) {
        ck_assert_uint_eq(random.draw, i);
        sim_latency_draw(&latency, &random);
    }
}
END_TEST

START_TEST(test_lognormal_without_deviation_is_its_median)
{
    for (uint64_t i = 0; i < 100; i++) {
        ck_assert_int_eq(draw_once(LATENCY(LOGNORMAL, 123456789, 0, 0), i), 123456789);
    }
}
END_TEST

/* What is known of a distribution, and how exactly the sample should show it. */
typedef struct Theory {
    double mean_ns;
    double median_ns;
    double percentile_99_ns;
    double tolerance; /* relative, at least four standard errors of what N_DRAWS draws show */
} Theory;

/* A source of draws: a latency, or arrivals if mean_ns is not 0. */
typedef struct Source {
    ScenarioLatency latency;
    int64_t mean_ns;
} Source;

static int64_t draw_from(const Source *source, SimRandom *random)
{
    return source->mean_ns > 0 ? sim_exponential_draw_ns(source->mean_ns, random)
                               : sim_latency_draw(&source->latency, random);
}

/* A percentile is within the tolerance if the draws up to just below it are too few, and those up
 * to just above it are enough. */
static void assert_distribution(Source source, Theory theory)
{
    SimRandom random = test_stream(0);
    double sum = 0;
    unsigned below_median[2] = {0};
    unsigned below_99[2] = {0};
    for (unsigned i = 0; i < N_DRAWS; i++) {
        const double drawn_ns = (double)draw_from(&source, &random);
        sum += drawn_ns;
        below_median[0] += drawn_ns <= theory.median_ns * (1 - theory.tolerance);
        below_median[1] += drawn_ns <= theory.median_ns * (1 + theory.tolerance);
        below_99[0] += drawn_ns <= theory.percentile_99_ns * (1 - theory.tolerance);
        below_99[1] += drawn_ns <= theory.percentile_99_ns * (1 + theory.tolerance);
    }
    ck_assert_double_eq_tol(sum / N_DRAWS / theory.mean_ns, 1, theory.tolerance);
    ck_assert_uint_lt(below_median[0], N_DRAWS / 2);
    ck_assert_uint_ge(below_median[1], N_DRAWS / 2);
    ck_assert_uint_lt(below_99[0], N_DRAWS / 100 * 99);
    ck_assert_uint_ge(below_99[1], N_DRAWS / 100 * 99);
}

START_TEST(test_uniform_distribution)
{
    const Source source = {.latency = LATENCY(UNIFORM, 10 * MS, 200 * MS, 0)};
    assert_distribution(source, (Theory){105e6, 105e6, 198.1e6, 0.005});
}
END_TEST

/* Mean e^(sigma^2 / 2) and percentiles e^(sigma z) times the median. */
START_TEST(test_lognormal_distribution)
{
    const uint32_t sigmas_ppm[] = {200000, 500000, 1000000};
    const double sigma = sigmas_ppm[_i] / 1e6;
    const Source source = {.latency = LATENCY(LOGNORMAL, 50 * MS, 0, sigmas_ppm[_i])};
    assert_distribution(source, (Theory){.mean_ns = 50e6 * exp(sigma * sigma / 2),
                                         .median_ns = 50e6,
                                         .percentile_99_ns = 50e6 * exp(sigma * Z_99),
                                         .tolerance = sigma < 1 ? 0.005 : 0.008});
}
END_TEST

START_TEST(test_exponential_distribution)
{
    const int64_t means_ns[] = {20 * MS, 3600 * 1000 * MS};
    const double mean_ns = (double)means_ns[_i];
    const Source source = {.mean_ns = means_ns[_i]};
    assert_distribution(source, (Theory){.mean_ns = mean_ns,
                                         .median_ns = mean_ns * log(2),
                                         .percentile_99_ns = mean_ns * log(100),
                                         .tolerance = 0.005});
}
END_TEST

START_TEST(test_uniform_reaches_both_ends)
{
    unsigned counts[3] = {0};
    for (uint64_t i = 0; i < 300; i++) {
        const int64_t drawn = draw_once(LATENCY(UNIFORM, 10, 12, 0), i);
        ck_assert_int_ge(drawn, 10);
        ck_assert_int_le(drawn, 12);
        counts[drawn - 10]++;
    }
    ck_assert_uint_gt(counts[0], 60);
    ck_assert_uint_gt(counts[1], 60);
    ck_assert_uint_gt(counts[2], 60);
    ck_assert_int_eq(draw_once(LATENCY(UNIFORM, 10, 10, 0), 0), 10);
}
END_TEST

START_TEST(test_latency_is_kept_within_bounds)
{
    const int64_t max_ns = SCENARIO_LATENCY_MAX_NS;
    ck_assert_int_eq(max_ns, INT64_C(3600000000000));
    ck_assert_int_eq(draw_once(LATENCY(CONSTANT, 0, 0, 0), 0), 1);
    ck_assert_int_eq(draw_once(LATENCY(CONSTANT, max_ns, 0, 0), 0), max_ns);
    ck_assert_int_eq(draw_once(LATENCY(CONSTANT, max_ns + 1, 0, 0), 0), max_ns);
    ck_assert_int_eq(draw_once(LATENCY(CONSTANT, INT64_MAX, 0, 0), 0), max_ns);
    ck_assert_int_eq(draw_once(LATENCY(UNIFORM, 0, 0, 0), 0), 1);
    ck_assert_int_eq(draw_once(LATENCY(UNIFORM, max_ns + 1, INT64_MAX, 0), 0), max_ns);
    ck_assert_int_eq(draw_once(LATENCY(LOGNORMAL, 0, 0, 500000), 0), 1);
    /* The widest deviation: half of the draws are at either bound, all but a few in 1000. */
    unsigned at_min = 0;
    unsigned at_max = 0;
    for (uint64_t i = 0; i < 1000; i++) {
        const int64_t drawn = draw_once(LATENCY(LOGNORMAL, 1000 * MS, 0, UINT32_MAX), i);
        at_min += drawn == 1;
        at_max += drawn == max_ns;
    }
    ck_assert_uint_gt(at_min, 440);
    ck_assert_uint_gt(at_max, 440);
    ck_assert_uint_gt(at_min + at_max, 980);
}
END_TEST

START_TEST(test_exponential_is_kept_within_bounds)
{
    SimRandom random = test_stream(5);
    int64_t largest_ns = 0;
    for (unsigned i = 0; i < 10000; i++) {
        const int64_t drawn_ns = sim_exponential_draw_ns(SIM_EXPONENTIAL_MEAN_MAX_NS, &random);
        ck_assert_int_ge(drawn_ns, 1);
        ck_assert_int_le(drawn_ns, 45 * SIM_EXPONENTIAL_MEAN_MAX_NS);
        largest_ns = MAX(largest_ns, drawn_ns);
        ck_assert_int_ge(sim_exponential_draw_ns(1, &random), 1);
    }
    ck_assert_int_gt(largest_ns, 7 * SIM_EXPONENTIAL_MEAN_MAX_NS);
}
END_TEST

/* ---- The other kinds ------------------------------------------------------------------------- */

static double normal_density(double z)
{
    return exp(-z * z / 2) / sqrt(2 * acos(-1));
}

static double normal_share_below(double z)
{
    return erfc(-z / sqrt(2)) / 2;
}

START_TEST(test_normal_distribution)
{
    const Source source = {.latency = LATENCY(NORMAL, 80 * MS, 15 * MS, 0)};
    assert_distribution(source, (Theory){80e6, 80e6, 80e6 + Z_99 * 15e6, 0.002});
}
END_TEST

/* The mean of a normal deviate whose tails are cut off: those below a and above b become a and b.
 */
START_TEST(test_normal_distribution_with_limits)
{
    Source source = {.latency = LATENCY(NORMAL, 50 * MS, 40 * MS, 0)};
    const double a = -1; /* 10 ms */
    const double b = 1.5;
    const double mean = a * normal_share_below(a) + b * (1 - normal_share_below(b)) +
                        normal_density(a) - normal_density(b);
    source.latency.min_ns = 10 * MS;
    source.latency.max_ns = 110 * MS;
    assert_distribution(source, (Theory){50e6 + 40e6 * mean, 50e6, 110e6, 0.002});
}
END_TEST

START_TEST(test_normal_below_zero_is_one_nanosecond)
{
    const ScenarioLatency latency = LATENCY(NORMAL, 1, 1000, 0);
    SimRandom random = test_stream(6);
    unsigned at_min = 0;
    for (unsigned i = 0; i < 10000; i++) {
        at_min += sim_latency_draw(&latency, &random) == 1;
    }
    ck_assert_uint_gt(at_min, 4800);
    ck_assert_uint_lt(at_min, 5200);
    ck_assert_uint_eq(random.draw, 10000);
}
END_TEST

START_TEST(test_shifted_exponential_distribution)
{
    Source source = {.latency = LATENCY(EXPONENTIAL, 30 * MS, 20 * MS, 0)};
    assert_distribution(source,
                        (Theory){50e6, 30e6 + 20e6 * log(2), 30e6 + 20e6 * log(100), 0.003});
    source.latency.max_ns = 90 * MS;
    assert_distribution(source,
                        (Theory){30e6 + 20e6 * (1 - exp(-3)), 30e6 + 20e6 * log(2), 90e6, 0.003});
}
END_TEST

/* Mean minimum x shape / (shape - 1), quantile minimum x (1 - share)^(-1 / shape). */
START_TEST(test_pareto_distribution)
{
    const uint32_t shapes_ppm[] = {2500000, 5000000, 100000000};
    const double shape = shapes_ppm[_i] / 1e6;
    const Source source = {.latency = LATENCY(PARETO, 40 * MS, 0, shapes_ppm[_i])};
    assert_distribution(source, (Theory){.mean_ns = 40e6 * shape / (shape - 1),
                                         .median_ns = 40e6 * pow(2, 1 / shape),
                                         .percentile_99_ns = 40e6 * pow(100, 1 / shape),
                                         .tolerance = _i == 0 ? 0.006 : 0.003});
}
END_TEST

/* With a shape of 1 there is no mean but for the limit: minimum x (1 + ln(maximum / minimum)). */
START_TEST(test_pareto_distribution_with_a_limit)
{
    Source source = {.latency = LATENCY(PARETO, 10 * MS, 0, 1000000)};
    source.latency.max_ns = 640 * MS;
    assert_distribution(source, (Theory){10e6 * (1 + log(64)), 20e6, 640e6, 0.006});
}
END_TEST

START_TEST(test_lognormal_distribution_with_a_limit)
{
    Source source = {.latency = LATENCY(LOGNORMAL, 50 * MS, 0, 1000000)};
    const double b = log(4);
    const double mean = exp(0.5) * normal_share_below(b - 1) + 4 * (1 - normal_share_below(b));
    source.latency.max_ns = 200 * MS;
    assert_distribution(source, (Theory){50e6 * mean, 50e6, 200e6, 0.005});
}
END_TEST

/* The squares of 1 to 1000, in us, each as often as its root. */
START_TEST(test_empirical_distribution)
{
    ScenarioWeighted values[1000];
    double sum = 0;
    for (uint32_t i = 0; i < 1000; i++) {
        const int64_t root = 1 + (i * 7 + 3) % 1000;
        values[i] = (ScenarioWeighted){root * root * 1000, (uint64_t)root};
        sum += 1e3 * (double)root * (double)root * (double)root;
    }
    ScenarioSample *sample = scenario_sample_new(values, 1000);
    Source source = {.latency = LATENCY(EMPIRICAL, 0, 0, 0)};
    source.latency.sample = sample;
    /* Half of all weight is at roots below 707.6, 99 % below 995. */
    assert_distribution(source, (Theory){sum / 500500, 707.5 * 707.5e3, 995e3 * 995, 0.005});
    scenario_sample_free(sample);
}
END_TEST

START_TEST(test_golden_draws_of_the_other_kinds)
{
    ScenarioWeighted values[] = {{30 * MS, 1}, {10 * MS, 2}, {20 * MS, 3}};
    ScenarioSample *sample = scenario_sample_new(values, 3);
    ScenarioLatency empirical = LATENCY(EMPIRICAL, 0, 0, 0);
    empirical.sample = sample;
    const int64_t golden[][4] = {
        {81045065, 42781809, 51651314, 20000000},
        {72284146, 53848160, 64446966, 10000000},
        {89370343, 36187308, 45269142, 20000000},
        {68843943, 59522828, 72192489, 10000000},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(golden); i++) {
        ck_assert_int_eq(draw_once(LATENCY(NORMAL, 80 * MS, 15 * MS, 0), i), golden[i][0]);
        ck_assert_int_eq(draw_once(LATENCY(EXPONENTIAL, 30 * MS, 20 * MS, 0), i), golden[i][1]);
        ck_assert_int_eq(draw_once(LATENCY(PARETO, 40 * MS, 0, 2500000), i), golden[i][2]);
        ck_assert_int_eq(draw_once(empirical, i), golden[i][3]);
    }
    scenario_sample_free(sample);
}
END_TEST

/* The widest that a scenario can say: no draw leaves the range, none overflows. */
START_TEST(test_extremes_of_the_other_kinds)
{
    const int64_t max_ns = SCENARIO_LATENCY_MAX_NS;
    const ScenarioLatency extremes[] = {
        LATENCY(NORMAL, max_ns, max_ns, 0),
        LATENCY(EXPONENTIAL, max_ns - 1, 1, 0),
        LATENCY(EXPONENTIAL, 1, max_ns, 0),
        LATENCY(PARETO, 1, 0, SIM_PARETO_SHAPE_MIN_PPM),
        LATENCY(PARETO, max_ns, 0, SIM_PARETO_SHAPE_MIN_PPM),
        LATENCY(PARETO, 1000 * S, 0, 1000000000),
    };
    for (size_t i = 0; i < G_N_ELEMENTS(extremes); i++) {
        SimRandom random = test_stream(8);
        for (uint64_t d = 0; d < 10000; d++) {
            const int64_t drawn_ns = sim_latency_draw(&extremes[i], &random);
            ck_assert_int_ge(drawn_ns, 1);
            ck_assert_int_le(drawn_ns, max_ns);
            ck_assert_uint_eq(random.draw, d + 1);
        }
    }
}
END_TEST

/* Kinds that begin somewhere are never below, and come near; the others have their limit. */
START_TEST(test_least)
{
    ScenarioWeighted values[] = {{30 * MS, 1}, {10 * MS, 0}, {20 * MS, 3}};
    ScenarioSample *sample = scenario_sample_new(values, 3);
    ScenarioLatency latencies[] = {
        LATENCY(CONSTANT, 20 * MS, 0, 0),          LATENCY(UNIFORM, 20 * MS, 21 * MS, 0),
        LATENCY(EXPONENTIAL, 20 * MS, 5 * MS, 0),  LATENCY(PARETO, 20 * MS, 0, 2500000),
        LATENCY(PARETO, 20 * MS, 0, 1000000000),   LATENCY(EMPIRICAL, 0, 0, 0),
        LATENCY(LOGNORMAL, 80 * MS, 0, 5000000),   LATENCY(NORMAL, 80 * MS, 80 * MS, 0),
        LATENCY(EXPONENTIAL, 10 * MS, 20 * MS, 0),
    };
    latencies[5].sample = sample;
    latencies[6].min_ns = latencies[7].min_ns = latencies[8].min_ns = 20 * MS;
    for (size_t i = 0; i < G_N_ELEMENTS(latencies); i++) {
        int64_t least_ns = INT64_MAX;
        for (uint64_t d = 0; d < 10000; d++)
            least_ns = MIN(least_ns, draw_once(latencies[i], d));
        ck_assert_int_eq(sim_latency_least_ns(&latencies[i]), 20 * MS);
        ck_assert_int_ge(least_ns, 20 * MS);
        ck_assert_int_le(least_ns, 20 * MS + MS / 100);
    }
    ck_assert_int_eq(sim_latency_least_ns(&LATENCY(LOGNORMAL, 80 * MS, 0, 200000)), 1);
    ck_assert_int_eq(sim_latency_least_ns(&LATENCY(EXPONENTIAL, 0, 20 * MS, 0)), 1);
    scenario_sample_free(sample);
}
END_TEST

static void negative_latency(void)
{
    draw_once(LATENCY(CONSTANT, -1, 0, 0), 0);
}

static void uniform_reversed(void)
{
    draw_once(LATENCY(UNIFORM, 2, 1, 0), 0);
}

static void negative_deviation(void)
{
    draw_once(LATENCY(NORMAL, 1, -1, 0), 0);
}

static void shape_too_small(void)
{
    draw_once(LATENCY(PARETO, 1, 0, SIM_PARETO_SHAPE_MIN_PPM - 1), 0);
}

static void no_sample(void)
{
    draw_once(LATENCY(EMPIRICAL, 0, 0, 0), 0);
}

static void mean_zero(void)
{
    SimRandom random = test_stream(0);
    sim_exponential_draw_ns(0, &random);
}

static void mean_beyond_the_limit(void)
{
    SimRandom random = test_stream(0);
    sim_exponential_draw_ns(SIM_EXPONENTIAL_MEAN_MAX_NS + 1, &random);
}

START_TEST(test_limits_are_asserted)
{
    ck_assert(test_aborts(negative_latency));
    ck_assert(test_aborts(uniform_reversed));
    ck_assert(test_aborts(mean_zero));
    ck_assert(test_aborts(negative_deviation));
    ck_assert(test_aborts(shape_too_small));
    ck_assert(test_aborts(no_sample));
    ck_assert(test_aborts(mean_beyond_the_limit));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("latency");
    TCase *tcase = tcase_create("latency");
    tcase_set_timeout(tcase, 0);
    tcase_add_test(tcase, test_constant);
    tcase_add_test(tcase, test_golden_first_draws);
    tcase_add_test(tcase, test_lognormal_takes_one_draw);
    tcase_add_test(tcase, test_lognormal_without_deviation_is_its_median);
    tcase_add_test(tcase, test_uniform_distribution);
    tcase_add_test(tcase, test_uniform_reaches_both_ends);
    tcase_add_loop_test(tcase, test_lognormal_distribution, 0, 3);
    tcase_add_loop_test(tcase, test_exponential_distribution, 0, 2);
    tcase_add_test(tcase, test_latency_is_kept_within_bounds);
    tcase_add_test(tcase, test_exponential_is_kept_within_bounds);
    tcase_add_test(tcase, test_normal_distribution);
    tcase_add_test(tcase, test_normal_distribution_with_limits);
    tcase_add_test(tcase, test_normal_below_zero_is_one_nanosecond);
    tcase_add_test(tcase, test_shifted_exponential_distribution);
    tcase_add_loop_test(tcase, test_pareto_distribution, 0, 3);
    tcase_add_test(tcase, test_pareto_distribution_with_a_limit);
    tcase_add_test(tcase, test_lognormal_distribution_with_a_limit);
    tcase_add_test(tcase, test_empirical_distribution);
    tcase_add_test(tcase, test_golden_draws_of_the_other_kinds);
    tcase_add_test(tcase, test_extremes_of_the_other_kinds);
    tcase_add_test(tcase, test_least);
    tcase_add_test(tcase, test_limits_are_asserted);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
