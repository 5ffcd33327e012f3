/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random small networks: whatever the latency, topology, faults and personas, no property may be
 * violated. A seed that fails is printed with its scenario, ready to be run.
 *
 * BNETLAB_STRESS_FIRST and BNETLAB_STRESS_SEEDS choose other seeds than those of the suite;
 * BNETLAB_STRESS_PRINT prints each scenario before it runs.
 */
#include <stdio.h>

#include "tests/scenario_maker.h"

#define SEEDS 200u

static bool is_property(const SimCheckResult *check)
{
    return !g_str_has_prefix(check->id, "expect/");
}

/* The number of properties that are violated. */
static uint32_t run_seed(uint64_t seed, bool storm)
{
    g_autofree char *text = maker_scenario(seed, storm);
    if (g_getenv("BNETLAB_STRESS_PRINT"))
        fputs(text, stderr);
    g_autoptr(Scenario) scenario = fix_scenario(text);
    g_autoptr(SimResult) result = sim_run(scenario, NULL, NULL);
    uint32_t n = 0;
    for (uint32_t i = 0; i < result->n_checks; i++) {
        const SimCheckResult *check = &result->checks[i];
        if (!is_property(check) || check->verdict != SIM_VERDICT_FAIL)
            continue;
        fprintf(stderr, "seed %" G_GUINT64_FORMAT ": %s: %s\n", seed, check->id, check->detail);
        n++;
    }
    if (n > 0)
        fprintf(stderr, "%s", text);
    return n;
}

static uint64_t from_environment(const char *name, uint64_t otherwise)
{
    const char *value = g_getenv(name);
    return value ? g_ascii_strtoull(value, NULL, 10) : otherwise;
}

/* Once found something: resets in a handshake, finality conflicts that shift, restarted producers
 * that confirmed too much, peers that only a persona serves. */
static const uint64_t notable[] = {
    5258,   7745,   8095,   9625,   12875,  19219,  105383, 114650,
    122747, 125857, 128032, 133353, 203727, 301395, 306472, 321723,
};

START_TEST(test_notable_seeds)
{
    ck_assert_uint_eq(run_seed(notable[_i], false), 0);
}
END_TEST

START_TEST(test_random_scenarios)
{
    uint64_t first = from_environment("BNETLAB_STRESS_FIRST", 1);
    uint64_t seeds = from_environment("BNETLAB_STRESS_SEEDS", SEEDS);
    uint32_t failed = 0;
    for (uint64_t i = 0; i < seeds; i++)
        failed += run_seed(first + i, true) > 0;
    ck_assert_msg(failed == 0, "%u seeds violate properties", failed);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_stress");
    TCase *tcase = tcase_create("stress");
    tcase_set_timeout(tcase, 0);
    tcase_add_loop_test(tcase, test_notable_seeds, 0, G_N_ELEMENTS(notable));
    tcase_add_test(tcase, test_random_scenarios);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
