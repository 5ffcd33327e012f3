/* SPDX-License-Identifier: Apache-2.0 */
/* When a chain began, who never runs: values at their limits. What is beyond is refused, see
 * tests/data/scenarios/bad. */
#include <stdlib.h>

#include "tests/loader_fixture.h"

static Scenario *load_set(const char *pointer, const char *value)
{
    const ScenarioOverride override = {pointer, value};

    return load_with(MINIMAL, &override, 1);
}

START_TEST(genesis_times)
{
    static const struct {
        const char *text;
        uint32_t slot;
    } cases[] = {
        {"{\"genesis_time\": \"2000-01-01T00:00:00.000\"}", 0},
        {"{\"genesis_time\": \"2000-01-01T00:00:00.5\"}", 1},
        {"{\"genesis_time\": \"2018-06-08T08:08:08.500\"}", 1163520977},
        {"{\"genesis_time\": \"2066-01-01T00:00:00\"}", SCENARIO_GENESIS_SLOT_MAX},
    };
    g_autoptr(Scenario) none = load(MINIMAL);

    ck_assert(!none->chain.has_genesis_time);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Scenario) s = load_set("/chain", cases[i].text);

        ck_assert(s->chain.has_genesis_time);
        ck_assert_uint_eq(s->chain.genesis_slot, cases[i].slot);
    }
}
END_TEST

START_TEST(who_never_runs)
{
    g_autoptr(Scenario) s = load_set("/peers/off", "{\"start\": \"none\"}");

    ck_assert_int_eq(s->groups[1].start_ns, SCENARIO_TIME_NONE);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("scenario_workload");
    TCase *tcase = tcase_create("workload");

    tcase_add_test(tcase, genesis_times);
    tcase_add_test(tcase, who_never_runs);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);

    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);

    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
