/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A run is the same whether it is watched or not, and one that fails is repeated to tell what led
 * there.
 */
#include "tests/sim_fixture.h"

#define RUN                                                                                        \
    "{'duration': '20s', 'peers': {'a': {'produces': true}, 'b': {}, 'c': {'count': 3}},"          \
    "'transactions': {'rate': '5/s'}, 'events': [{'at': '5s', 'crash': 'b', 'for': '3s'}],"        \
    "'expect': {'bounds': [{'at': '10s', 'quantity': 'head', 'peers': 'a', 'at_least': 1}]}}"

START_TEST(test_unwatched)
{
    g_autoptr(Scenario) scenario = fix_scenario(RUN);
    const SimRunOptions options = {.unwatched = true};
    g_autoptr(SimResult) watched = sim_run(scenario, NULL, NULL);
    g_autoptr(SimResult) unwatched = sim_run(scenario, &options, NULL);
    fix_assert_pass(watched);
    ck_assert_uint_eq(unwatched->trace_hash, watched->trace_hash);
    ck_assert_uint_eq(unwatched->messages_delivered, watched->messages_delivered);
    ck_assert_uint_eq(unwatched->bytes_delivered, watched->bytes_delivered);
    ck_assert_int_eq(unwatched->verdict, SIM_VERDICT_NOT_JUDGED);
    ck_assert_uint_eq(unwatched->n_checks, 0);
    ck_assert_uint_eq(unwatched->n_metrics, 0);
    ck_assert_uint_eq(unwatched->n_moments, 0);
}
END_TEST

/* The status of a session of b grows beyond what it may: R1 says so. */
#define FAILS                                                                                      \
    "{'duration': '1050s', 'chain': {'irreversibility': 'none'},"                                  \
    "'peers': {'a': {'produces': true}, 'b': {'quirks': {'unbounded-status': true}}}}"

START_TEST(test_repeated)
{
    g_autoptr(Scenario) scenario = fix_scenario(FAILS);
    FixRecorder recorder;
    fix_recorder_init(&recorder);
    recorder.keep = 1u << SIM_PRODUCED;
    g_autoptr(SimResult) result = fix_run(scenario, &recorder);
    const SimRunOptions options = {.remembers = true};
    g_autoptr(SimResult) at_once = sim_run(scenario, &options, NULL);
    const SimCheckResult *check = fix_check(result, "R1");
    const SimCheckResult *same = fix_check(at_once, "R1");
    ck_assert_uint_gt(check->violations, 0);
    ck_assert_uint_eq(check->violations, same->violations);
    ck_assert_str_eq(check->detail, same->detail);
    ck_assert_ptr_nonnull(check->causes);
    ck_assert(
        g_strv_equal((const gchar *const *)check->causes, (const gchar *const *)same->causes));
    ck_assert_uint_eq(recorder.notes->len, result->blocks_produced); /* told of it once */
    fix_recorder_finish(&recorder);
}
END_TEST

/* --- looks in turn --------------------------------------------------------------------------- */

static uint64_t violations_of(const char *id, const char *text)
{
    g_autoptr(Scenario) scenario = fix_scenario(text);
    g_autoptr(SimResult) result = fix_run(scenario, NULL);
    return fix_check(result, id)->violations;
}

/* A peer that is busy in the same part of every slot is also looked at in the others: what keeps it
 * from sending is a ping that is not answered. */
START_TEST(test_busy_in_each_slot)
{
    ck_assert_uint_gt(
        violations_of("L2",
                      "{'duration': '60s', 'peers': {'bp': {'produces': true},"
                      "'relay': {'quirks': {'ping-blocks-sending': true},"
                      "'processing': {'block': '20ms'}}, 'far': {}, 'extra': {'count': 37}},"
                      "'topology': {'kind': 'links', 'links': [['relay', 'bp'], ['relay', 'far'],"
                      "['extra', 'bp']]},"
                      "'links': {'latency': {'uniform': ['5ms', '300ms']}, 'between': ["
                      "{'from': 'bp', 'to': 'relay', 'latency': '5ms'},"
                      "{'from': 'far', 'to': 'relay', 'latency': '8s', 'one_way': true},"
                      "{'from': 'relay', 'to': 'far', 'latency': '40ms', 'one_way': true}]}}"),
        0);
}
END_TEST

/* Of very many sessions the one is found that keeps too much. */
START_TEST(test_status_of_a_hub)
{
    ck_assert_uint_gt(
        violations_of("R1", "{'duration': '20s', 'chain': {'irreversibility': 'none'}, 'peers': {"
                            "'hub': {'produces': true, 'quirks': {'unbounded-status': true}},"
                            "'leaf': {'count': 300},"
                            "'mallory': {'persona': {'kind': 'junk-notices', 'count': 3000}}},"
                            "'topology': {'kind': 'star'}, 'links': {'latency': '40ms'}}"),
        0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_watching");
    TCase *tcase = tcase_create("watching");
    tcase_set_timeout(tcase, 0);
    tcase_add_test(tcase, test_unwatched);
    tcase_add_test(tcase, test_repeated);
    tcase_add_test(tcase, test_busy_in_each_slot);
    tcase_add_test(tcase, test_status_of_a_hub);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
