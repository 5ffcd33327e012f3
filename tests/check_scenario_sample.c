/* SPDX-License-Identifier: Apache-2.0 */

/* Drawing from values with weights. */

#include <stdlib.h>

#include <check.h>
#include <glib.h>

#include "scenarios/draw.h"
#include "scenarios/sample.h"
#include "tests/aborts.h"
#include "tests/run_suite.h"

#define QUARTER (UINT64_C(1) << 62)

START_TEST(shares_are_exact)
{
    ScenarioWeighted values[] = {{20, 3}, {10, 1}};
    ScenarioSample *sample = scenario_sample_new(values, 2);

    ck_assert_int_eq(scenario_sample_at(sample, 0), 10);
    ck_assert_int_eq(scenario_sample_at(sample, QUARTER - 1), 10);
    ck_assert_int_eq(scenario_sample_at(sample, QUARTER), 20);
    ck_assert_int_eq(scenario_sample_at(sample, UINT64_MAX), 20);
    scenario_sample_free(sample);
    scenario_sample_free(NULL);
}
END_TEST

START_TEST(weight_zero_never_comes)
{
    ScenarioWeighted values[] = {{1, 0}, {2, 1}, {3, 0}, {4, 1}, {5, 0}};
    ScenarioSample *sample = scenario_sample_new(values, 5);

    ck_assert_int_eq(scenario_sample_at(sample, 0), 2);
    ck_assert_int_eq(scenario_sample_at(sample, 2 * QUARTER - 1), 2);
    ck_assert_int_eq(scenario_sample_at(sample, 2 * QUARTER), 4);
    ck_assert_int_eq(scenario_sample_at(sample, UINT64_MAX), 4);
    scenario_sample_free(sample);
}
END_TEST

START_TEST(one_value)
{
    ScenarioWeighted value = {7, UINT64_MAX};
    ScenarioSample *sample = scenario_sample_new(&value, 1);

    ck_assert_int_eq(scenario_sample_at(sample, 0), 7);
    ck_assert_int_eq(scenario_sample_at(sample, UINT64_MAX), 7);
    scenario_sample_free(sample);
}
END_TEST

/* Against adding up from the start, for weights between 0 and 2^50: most of all weight is in few
 * values. Values ascend, so that their order stays. */
START_TEST(agrees_with_a_plain_search)
{
    ScenarioDraw draw = {.state = 5};
    ScenarioWeighted values[777];
    uint64_t total = 0;

    for (uint32_t i = 0; i < 777; i++) {
        values[i].value = i;
        values[i].weight =
            scenario_draw_below(&draw, UINT64_C(1) << scenario_draw_below(&draw, 51));
        total += values[i].weight;
    }
    ScenarioSample *sample = scenario_sample_new(values, 777);

    for (uint32_t k = 0; k < 100000; k++) {
        const uint64_t bits = scenario_draw_bits(&draw);
        __extension__ const unsigned __int128 product = (unsigned __int128)total * bits;
        uint64_t target = (uint64_t)(product >> 64);
        uint32_t i = 0;

        for (; values[i].weight <= target; i++) {
            target -= values[i].weight;
        }
        ck_assert_int_eq(scenario_sample_at(sample, bits), i);
    }
    scenario_sample_free(sample);
}
END_TEST

/* As many values as are allowed, alike: the k-th millionth of all random numbers leads to k. */
START_TEST(most_values)
{
    const uint32_t n = SCENARIO_SAMPLE_VALUES_MAX;
    g_autofree ScenarioWeighted *values = g_new(ScenarioWeighted, n);

    ck_assert_uint_eq(n, 1000000);
    for (uint32_t i = 0; i < n; i++) {
        values[i] = (ScenarioWeighted){n - 1 - i, 10000000000000};
    }
    ScenarioSample *sample = scenario_sample_new(values, n);

    for (uint32_t i = 0; i < n; i++) {
        const uint64_t bits = UINT64_MAX / n * i + UINT64_MAX / n / 2;

        ck_assert_int_eq(scenario_sample_at(sample, bits), i);
    }
    scenario_sample_free(sample);
}
END_TEST

static void no_values(void)
{
    ScenarioWeighted value = {1, 1};

    scenario_sample_new(&value, 0);
}

static void no_weight(void)
{
    ScenarioWeighted values[] = {{1, 0}, {2, 0}};

    scenario_sample_new(values, 2);
}

static void too_much_weight(void)
{
    ScenarioWeighted values[] = {{1, UINT64_MAX}, {2, 1}};

    scenario_sample_new(values, 2);
}

START_TEST(limits_are_asserted)
{
    ck_assert(test_aborts(no_values));
    ck_assert(test_aborts(no_weight));
    ck_assert(test_aborts(too_much_weight));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("scenario_sample");
    TCase *tcase = tcase_create("sample");

    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, shares_are_exact);
    tcase_add_test(tcase, weight_zero_never_comes);
    tcase_add_test(tcase, one_value);
    tcase_add_test(tcase, agrees_with_a_plain_search);
    tcase_add_test(tcase, most_values);
    tcase_add_test(tcase, limits_are_asserted);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
