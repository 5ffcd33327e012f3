/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Expectations hold when they should, and fail when they should: those on disconnects.
 */
#include "tests/sim_fixture.h"

/* Four peers, all linked. mallory sends an invalid block at 5 s, and the others cut it off for it:
 * bp[0] at 5.010050001 s, bp[1] and the relay at 5.010600001 s. No other session is closed. */
#define MALLORY                                                                                    \
    "{'duration': '20s', 'chain': {'start_height': 20, 'irreversibility': {'depth': 4}},"          \
    " 'peers': {'bp': {'count': 2, 'produces': true}, 'relay': {},"                                \
    "  'mallory': {'persona': {'kind': 'invalid-block', 'fault': 'producer', 'after': '5s'}}},"    \
    " 'links': {'latency': '10ms'},"                                                               \
    " 'expect': {%s}}"

/* A verdict of a run of MALLORY with these expectations. */
static void assert_verdict(const char *expect, const char *id, bool pass, const char *detail)
{
    g_autoptr(Scenario) scenario = fix_scenario_of(MALLORY, expect);
    g_autoptr(SimResult) result = fix_run(scenario, NULL);
    const SimCheckResult *check = fix_check(result, id);
    ck_assert_msg(check->verdict == (pass ? SIM_VERDICT_PASS : SIM_VERDICT_FAIL), "%s: %s", expect,
                  check->detail);
    if (detail)
        ck_assert_str_eq(check->detail, detail);
    if (!pass)
        ck_assert_int_eq(result->verdict, SIM_VERDICT_FAIL);
}

#define FIRST "3 in all, the first at 5.010 s: mallory by bp[0]"

START_TEST(test_disconnects_count)
{
    static const struct {
        const char *limits;
        bool pass;
    } cases[] = {
        {"", true},
        {", 'exactly': 3", true},
        {", 'exactly': 2", false},
        {", 'exactly': 4", false},
        {", 'exactly': 0", false},
        {", 'at_least': 3", true},
        {", 'at_least': 4", false},
        {", 'at_most': 3", true},
        {", 'at_most': 2", false},
        {", 'at_least': 1, 'at_most': 3", true},
        {", 'at_least': 0", true},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *expect =
            g_strdup_printf("'disconnects': [{'why': 'bad-block'%s}]", cases[i].limits);
        assert_verdict(expect, "expect/disconnects/0", cases[i].pass, FIRST);
    }
}
END_TEST

/* Who, by whom, and why: with all of them, and with each missed. */
START_TEST(test_disconnects_meant)
{
    static const struct {
        const char *what;
        const char *detail; /* of "at least 1"; NULL: none, so it fails */
    } cases[] = {
        {"'who': 'mallory', 'by': 'bp', 'why': ['dead', 'bad-block']",
         "2 in all, the first at 5.010 s: mallory by bp[0]"},
        {"'by': 'relay', 'why': 'bad-block'", "1 in all, the first at 5.010 s: mallory by relay"},
        {"'who': ['bp', 'relay']", NULL},
        {"'by': 'mallory'", NULL},
        {"'who': 'mallory', 'why': ['dead', 'resync', 'redundant']", NULL},
        {"'why': 'shutdown'", NULL},
        /* The other sides of the three sessions. */
        {"'by': 'mallory', 'why': 'lost'", "3 in all, the first at 5.020 s: bp[0] by mallory"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *expect =
            g_strdup_printf("'bad_block': 'mallory', 'disconnects': [{%s}]", cases[i].what);
        assert_verdict(expect, "expect/disconnects/0", cases[i].detail != NULL,
                       cases[i].detail ? cases[i].detail : "0 in all");
    }
}
END_TEST

/* Both ends of the time belong to it, to the nanosecond. */
START_TEST(test_disconnects_window)
{
    static const struct {
        const char *window;
        const char *detail;
        bool pass;
    } cases[] = {
        {"'after': '5010050001ns', 'within': '0s'",
         "1 in all, the first at 5.010 s: mallory by "
         "bp[0]",
         true},
        {"'after': '5010050002ns', 'within': '549998ns'", "0 in all", false},
        {"'after': '5010050002ns', 'within': '549999ns'",
         "2 in all, the first at 5.010 s: mallory by bp[1]", true},
        {"'within': '5010050000ns'", "0 in all", false},
        {"'after': '5010600002ns'", "0 in all", false},
        {"'after': '20s', 'within': '0s'", "0 in all", false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *expect = g_strdup_printf(
            "'bad_block': 'mallory', 'disconnects': [{'who': 'mallory', %s}]", cases[i].window);
        assert_verdict(expect, "expect/disconnects/0", cases[i].pass, cases[i].detail);
    }
}
END_TEST

START_TEST(test_disconnects_of_each)
{
    static const char bad_block[] = "'bad_block': 'mallory', 'disconnects': [{'each': true, %s}]";
    static const struct {
        const char *what;
        bool pass;
        const char *detail;
    } cases[] = {
        {"'who': 'mallory', 'exactly': 3", true, FIRST},
        {"'who': ['relay', 'mallory'], 'at_least': 1", false, "0 of relay; " FIRST},
        {"'at_most': 2", false, "3 of mallory; " FIRST},
        {"'who': ['bp', 'relay'], 'by': 'mallory', 'why': 'lost', 'exactly': 1", true,
         "3 in all, the first at 5.020 s: bp[0] by mallory"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) expect = g_string_new(bad_block);
        g_string_replace(expect, "%s", cases[i].what, 0);
        assert_verdict(expect->str, "expect/disconnects/0", cases[i].pass, cases[i].detail);
    }
}
END_TEST

START_TEST(test_other_disconnects)
{
    static const char other[] = "expect/other_disconnects";
    static const char extra[] = "at 5.010 s mallory was cut off by bp[0]: bad-block (and 2 more)";
    assert_verdict("'other_disconnects': false", other, false, extra);
    assert_verdict("'other_disconnects': false, 'disconnects': [{'who': 'relay'}]", other, false,
                   extra);
    assert_verdict("'other_disconnects': false, 'disconnects': [{'by': 'bp'}]", other, false,
                   "at 5.010 s mallory was cut off by relay: bad-block");
    g_autofree char *early =
        g_strconcat("at 5.010 s mallory was cut off by bp[0]: bad-block, as disconnects/1 says, "
                    "but not in its time (and 2 more)",
                    NULL);
    assert_verdict("'other_disconnects': false, 'disconnects': [{'who': 'relay', 'exactly': 0},"
                   " {'who': 'mallory', 'after': '6s', 'exactly': 0}]",
                   other, false, early);
    assert_verdict("'other_disconnects': false, 'disconnects': [{'by': 'bp'}, {'by': 'relay'}]",
                   other, true, "none");
    /* The short form lists them too; the lost other sides need no mention. */
    assert_verdict("'other_disconnects': false, 'bad_block': 'mallory'", other, true, "none");
}
END_TEST

/* Who speaks of bad blocks need not use the short form as well. */
START_TEST(test_bad_block_in_disconnects)
{
    g_autoptr(Scenario) scenario =
        fix_scenario_of(MALLORY, "'disconnects': [{'who': 'mallory', 'why': 'bad-block'}]");
    g_autoptr(SimResult) result = fix_run(scenario, NULL);
    fix_assert_pass(result);
    for (uint32_t i = 0; i < result->n_checks; i++)
        ck_assert_str_ne(result->checks[i].id, "expect/bad_block");
    assert_verdict("'disconnects': [{'who': 'mallory'}]", "expect/bad_block", false, NULL);
    assert_verdict("'bad_block': [], 'disconnects': [{'why': 'bad-block'}]", "expect/bad_block",
                   false, NULL);
}
END_TEST

START_TEST(test_disconnects_titles)
{
    g_autoptr(Scenario) scenario = fix_scenario_of(
        MALLORY, "'disconnects': [{'who': 'mallory', 'by': 'bp', 'why': ['dead', 'bad-block'],"
                 " 'after': '5s', 'within': '1500ms'}, {'each': true, 'exactly': 0, 'why': 'lost'},"
                 " {'why': 'self', 'at_least': 1, 'at_most': 2}, {'at_most': 0}]");
    g_autoptr(SimResult) result = fix_run(scenario, NULL);
    ck_assert_str_eq(fix_check(result, "expect/disconnects/0")->title,
                     "at least 1 of mallory by bp[0], bp[1]: bad-block or dead, from 5.000 s, to "
                     "6.500 s");
    ck_assert_str_eq(fix_check(result, "expect/disconnects/1")->title,
                     "exactly 0 of each of all peers by anybody: lost");
    ck_assert_str_eq(fix_check(result, "expect/disconnects/2")->title,
                     "at least 1, at most 2 of all peers by anybody: self");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_expect");
    TCase *tcase = tcase_create("disconnects");
    tcase_add_test(tcase, test_disconnects_count);
    tcase_add_test(tcase, test_disconnects_meant);
    tcase_add_test(tcase, test_disconnects_window);
    tcase_add_test(tcase, test_disconnects_of_each);
    tcase_add_test(tcase, test_other_disconnects);
    tcase_add_test(tcase, test_bad_block_in_disconnects);
    tcase_add_test(tcase, test_disconnects_titles);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
