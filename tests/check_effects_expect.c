/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scenarios that show expectations: what they expect can be read in their traces, and without
 * what they are about they fail. Run from the project's root.
 */
#include "tests/run_suite.h"
#include "tests/trace_fixture.h"

#define S INT64_C(1000000000)
#define EXPECTATIONS "scenarios/basics/expectations.json"
#define STUCK "scenarios/faults/stuck-node.json"

START_TEST(expectations)
{
    g_autoptr(TraceRun) run = trace_run(EXPECTATIONS);
    const char *const *bad = TRACE("what", "closed", "remote", "mallory", "reason", "bad-block");
    uint32_t n = 0;

    ck_assert_int_eq(run->result->verdict, SIM_VERDICT_PASS);
    ck_assert_uint_eq(trace_count(run, 5 * S, 6 * S + 1, bad), 9);
    ck_assert_uint_eq(trace_count(run, 0, 90 * S, bad), 10);
    for (guint i = 0; i < run->lines->len; i++)
        n += trace_fits(run->lines->pdata[i], TRACE("what", "closed")) &&
             g_strcmp0(trace_text(run->lines->pdata[i], "reason"), "lost") != 0;
    ck_assert_uint_eq(n, 10);
}
END_TEST

START_TEST(stuck_node)
{
    g_autoptr(TraceRun) run = trace_run(STUCK);

    ck_assert_int_eq(run->result->verdict, SIM_VERDICT_PASS);
    ck_assert_uint_eq(
        trace_count(run, 0, 50 * S, TRACE("what", "chain", "peer", "stuck", "event", "applied")),
        0);
    ck_assert_uint_eq(trace_count(run, 30 * S, 35 * S,
                                  TRACE("what", "closed", "peer", "stuck", "reason", "dead")),
                      4);
    ck_assert_uint_gt(trace_count(run, 35 * S, 50 * S,
                                  TRACE("what", "chain", "peer", "relay", "event", "applied")),
                      25);
}
END_TEST

/* The checks that fail with one value changed, "a b c". (transfer full) */
static char *failures(const char *path, const char *pointer, const char *value)
{
    const ScenarioOverride override = {pointer, value};
    g_autoptr(GError) error = NULL;
    g_autoptr(Scenario) scenario = scenario_load(path, &override, 1, &error);
    GString *text = g_string_new(NULL);

    ck_assert_msg(scenario != NULL, "%s", error ? error->message : "");
    g_autoptr(SimResult) result = sim_run(scenario, NULL, NULL);

    for (uint32_t i = 0; i < result->n_checks; i++)
        if (sim_check_outcome(&result->checks[i]) == SIM_OUTCOME_FAIL)
            g_string_append_printf(text, "%s%s", text->len > 0 ? " " : "", result->checks[i].id);
    return g_string_free(text, FALSE);
}

START_TEST(they_fail)
{
    static const struct {
        const char *path;
        const char *pointer;
        const char *value;
        const char *failures;
    } cases[] = {
        /* Nothing to catch up with. */
        {EXPECTATIONS, "/events", "[]", "expect/eventually/0 expect/metrics/2"},
        {EXPECTATIONS, "/transactions/rate", "1/s", "expect/metrics/1"},
        {EXPECTATIONS, "/peers/mallory/persona/after", "80s",
         "expect/disconnects/0 expect/other_disconnects"},
        {EXPECTATIONS, "/expect/other_disconnects", "true", ""},
        /* Not stuck any more: what must fail does not. */
        {STUCK, "/peers/stuck/processing/block", "1ms",
         "L1 expect/disconnects/0 expect/always/0 expect/eventually/0"},
        {STUCK, "/expect/expect_failure", "[]", "L1"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *found = failures(cases[i].path, cases[i].pointer, cases[i].value);

        ck_assert_str_eq(found, cases[i].failures);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("effects_expect");
    TCase *tcase = tcase_create("effects");

    tcase_add_test(tcase, expectations);
    tcase_add_test(tcase, stuck_node);
    tcase_add_test(tcase, they_fail);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
