/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The metrics of small networks, against what can be computed by hand; and what a scenario expects
 * of them.
 */
#include "scenarios/keys.h"
#include "tests/sim_fixture.h"

/* No work takes time, a message 10 ms for each link; bp makes a block each half second, 20 in all,
 * and four of them make one irreversible. */
#define INSTANT "'processing': {'header': '0s', 'block': '0s', 'transaction': '0s', 'fetch': '0s'}"
#define LINE(more)                                                                                 \
    "{'duration': '10250ms', 'chain': {'irreversibility': {'depth': 4}},"                          \
    " 'links': {'latency': '10ms'},"                                                               \
    " 'peers': {'bp': {'produces': true, " INSTANT "}, 'mid': {" INSTANT "},"                      \
    "  'far': {" INSTANT "}" more "}"
#define TOPOLOGY(more)                                                                             \
    ", 'topology': {'kind': 'links', 'links': [['bp', 'mid'], ['mid', 'far']" more "]}"

/* (transfer full) */
static SimResult *run(const char *text)
{
    g_autoptr(Scenario) scenario = fix_scenario(text);
    SimResult *result = fix_run(scenario, NULL);
    ck_assert_uint_eq(result->n_metrics, SCENARIO_METRICS);
    return result;
}

/* Values from min to max with a mean, in microseconds, rounded down: what is sent at one instant
 * arrives a nanosecond apart. */
typedef struct Times {
    uint64_t min;
    uint64_t mean;
    uint64_t max;
} Times;

static void assert_times(const SimResult *result, ScenarioMetric of, uint64_t count, Times times)
{
    const SimMetric *metric = &result->metrics[of];
    ck_assert_int_eq(metric->unit, SCENARIO_UNIT_TIME);
    ck_assert_msg(metric->count == count && metric->min / 1000 == times.min &&
                      metric->mean / 1000 == times.mean && metric->max / 1000 == times.max,
                  "%s: %u values, %u us, %u us, %u us", metric->name, (unsigned)metric->count,
                  (unsigned)(metric->min / 1000), (unsigned)(metric->mean / 1000),
                  (unsigned)(metric->max / 1000));
}

static void assert_propagation(const SimResult *result, uint64_t half, uint64_t all)
{
    assert_times(result, SCENARIO_METRIC_BLOCK_PROPAGATION_50, 20, (Times){half, half, half});
    assert_times(result, SCENARIO_METRIC_BLOCK_PROPAGATION_90, 20, (Times){all, all, all});
    assert_times(result, SCENARIO_METRIC_BLOCK_PROPAGATION_99, 20, (Times){all, all, all});
    assert_times(result, SCENARIO_METRIC_BLOCK_PROPAGATION_100, 20, (Times){all, all, all});
}

START_TEST(test_line)
{
    g_autoptr(SimResult) result = run(LINE("") TOPOLOGY("") "}");
    assert_propagation(result, 10000, 20000);
    assert_times(result, SCENARIO_METRIC_BLOCK_FINALITY_50, 16, (Times){2010000, 2010000, 2010000});
    assert_times(result, SCENARIO_METRIC_BLOCK_FINALITY_90, 16, (Times){2020000, 2020000, 2020000});
    assert_times(result, SCENARIO_METRIC_BLOCK_FINALITY_100, 16,
                 (Times){2020000, 2020000, 2020000});
    const SimMetric *lag = &result->metrics[SCENARIO_METRIC_PEER_LIB_LAG];
    ck_assert_uint_eq(lag->count, 3);
    ck_assert_uint_eq(lag->min, 4);
    ck_assert_uint_eq(lag->max, 4);
    const SimMetric *twice = &result->metrics[SCENARIO_METRIC_DUPLICATE_BLOCKS];
    ck_assert_uint_eq(twice->count, 40);
    ck_assert_uint_eq(twice->max, 0);
    const SimMetric *forks = &result->metrics[SCENARIO_METRIC_FORK_RATE];
    ck_assert_uint_eq(forks->count, 20);
    ck_assert_uint_eq(forks->max, 0);
    ck_assert_uint_eq(result->metrics[SCENARIO_METRIC_TRANSACTION_INCLUSION].count, 0);
    ck_assert_uint_eq(result->metrics[SCENARIO_METRIC_TRANSACTION_INCLUSION].never, 0);
    ck_assert_uint_eq(result->metrics[SCENARIO_METRIC_BLOCK_PROPAGATION_100].never, 0);
    ck_assert_uint_eq(result->metrics[SCENARIO_METRIC_BLOCK_FINALITY_100].never, 4);
    ck_assert_uint_eq(lag->never, 0);
}
END_TEST

/* 50 us for a header, then it counts; 500 us until it is applied and goes on. */
START_TEST(test_line_at_work)
{
    g_autoptr(SimResult) result =
        run("{'duration': '10250ms', 'links': {'latency': '10ms'},"
            " 'peers': {'bp': {'produces': true}, 'mid': {}, 'far': {}}" TOPOLOGY("") "}");
    assert_propagation(result, 10050, 20600);
}
END_TEST

START_TEST(test_bytes)
{
    g_autoptr(SimResult) result = run(LINE("") TOPOLOGY("") "}");
    const SimMetric *bytes = &result->metrics[SCENARIO_METRIC_PEER_BYTES];
    uint64_t sum = 0;
    uint64_t max = 0;
    for (uint32_t p = 0; p < 3; p++) {
        sum += result->peers[p].bytes_received;
        max = MAX(max, result->peers[p].bytes_received);
    }
    ck_assert_int_eq(bytes->unit, SCENARIO_UNIT_BYTES);
    ck_assert_uint_eq(bytes->count, 3);
    ck_assert_uint_eq(bytes->mean, sum / 3);
    ck_assert_uint_eq(bytes->max, max);
    ck_assert_uint_gt(bytes->min, 0);
}
END_TEST

/* Who is not honest, follows irreversible blocks, or starts later does not count; nor does it, for
 * blocks made before, when it catches up. */
START_TEST(test_who_counts)
{
    g_autoptr(SimResult) others =
        run(LINE(", 'slow': {'bnet-follow-irreversible': true},"
                 " 'evil': {'persona': {'kind': 'invalid-block', 'fault': 'producer',"
                 " 'after': '9s'}}") TOPOLOGY(", ['far', 'slow'], ['far', 'evil']") "}");
    g_autoptr(SimResult) late =
        run(LINE(", 'late': {'start': '5200ms', " INSTANT "}") TOPOLOGY(", ['late', 'far']") "}");
    g_autoptr(SimResult) crash =
        run(LINE("") TOPOLOGY("") ", 'events': [{'at': '5200ms', 'crash': 'far'}]}");
    assert_propagation(others, 10000, 20000);
    /* It has all ten blocks of before, and then is one of four, at the end of the line. */
    ck_assert_uint_eq(late->peers[3].head_number, 21);
    assert_times(late, SCENARIO_METRIC_BLOCK_PROPAGATION_50, 20, (Times){10000, 10000, 10000});
    assert_times(late, SCENARIO_METRIC_BLOCK_PROPAGATION_100, 20, (Times){20000, 25000, 30000});
    ck_assert_uint_eq(late->metrics[SCENARIO_METRIC_BLOCK_PROPAGATION_100].p50 / MS, 20);
    ck_assert_uint_eq(late->metrics[SCENARIO_METRIC_BLOCK_PROPAGATION_100].p90 / MS, 30);
    assert_times(crash, SCENARIO_METRIC_BLOCK_PROPAGATION_50, 20, (Times){0, 5000, 10000});
    assert_times(crash, SCENARIO_METRIC_BLOCK_PROPAGATION_100, 20, (Times){10000, 15000, 20000});
    ck_assert_uint_eq(crash->metrics[SCENARIO_METRIC_PEER_LIB_LAG].count, 2);
    ck_assert_uint_eq(crash->metrics[SCENARIO_METRIC_PEER_BYTES].count, 3);
}
END_TEST

/* What has not come to its share has no value. */
START_TEST(test_not_reached)
{
    g_autoptr(SimResult) result =
        run(LINE("") TOPOLOGY("") ", 'events': [{'at': '5200ms', 'cut': ['mid', 'far']}]}");
    assert_times(result, SCENARIO_METRIC_BLOCK_PROPAGATION_50, 20, (Times){10000, 10000, 10000});
    assert_times(result, SCENARIO_METRIC_BLOCK_PROPAGATION_90, 10, (Times){20000, 20000, 20000});
}
END_TEST

/* Both who get a block from bp send it to each other at once. */
START_TEST(test_duplicates)
{
    g_autoptr(SimResult) result = run(LINE("") "}");
    const SimMetric *twice = &result->metrics[SCENARIO_METRIC_DUPLICATE_BLOCKS];
    ck_assert_int_eq(twice->unit, SCENARIO_UNIT_RATIO);
    ck_assert_uint_eq(twice->count, 80);
    ck_assert_uint_eq(twice->min, 500000);
    ck_assert_uint_eq(twice->p50, 500000);
    ck_assert_uint_eq(twice->max, 500000);
}
END_TEST

/* Two branches that never meet: the blocks of the lower one are lost. */
START_TEST(test_fork_rate)
{
    g_autoptr(SimResult) result =
        run("{'duration': '20s', 'chain': {'irreversibility': 'none'},"
            " 'peers': {'bp': {'count': 2, 'produces': true}},"
            " 'events': [{'at': '100ms', 'partition': ['bp[0]', 'bp[1]']}]}");
    uint64_t a = result->peers[0].head_number - 1;
    uint64_t b = result->peers[1].head_number - 1;
    const SimMetric *forks = &result->metrics[SCENARIO_METRIC_FORK_RATE];
    ck_assert_uint_ne(a, b);
    ck_assert_uint_eq(forks->count, a + b);
    ck_assert_uint_eq(result->blocks_produced, a + b);
    ck_assert_uint_eq(forks->max, MIN(a, b) * 1000000 / (a + b));
}
END_TEST

/* From far a transaction takes 20 ms to bp, waits for the next block, and that takes 20 ms back. */
START_TEST(test_inclusion)
{
    g_autoptr(Scenario) scenario =
        fix_scenario(LINE("") TOPOLOGY("") ", 'transactions': {'rate': '4/s', 'from': 'far'}}");
    FixRecorder recorder;
    fix_recorder_init(&recorder);
    recorder.keep = 1u << SIM_TRX;
    g_autoptr(SimResult) result = fix_run(scenario, &recorder);
    uint64_t n = 0;
    int64_t sum_ns = 0;
    int64_t max_ns = 0;
    for (guint i = 0; i < recorder.notes->len; i++) {
        const SimHappening *trx = &fix_note(&recorder, i)->happening;
        if (trx->peer != 2)
            continue;
        int64_t block_ns = (trx->time_ns + 20 * MS + 500 * MS - 1) / (500 * MS) * 500 * MS;
        if (block_ns > 10 * S)
            continue;
        n++;
        sum_ns += block_ns + 20 * MS - trx->time_ns;
        max_ns = MAX(max_ns, block_ns + 20 * MS - trx->time_ns);
    }
    fix_recorder_finish(&recorder);
    const SimMetric *metric = &result->metrics[SCENARIO_METRIC_TRANSACTION_INCLUSION];
    ck_assert_uint_gt(n, 20);
    ck_assert_uint_eq(metric->count, n);
    ck_assert_uint_eq(metric->mean / 1000, (uint64_t)sum_ns / n / 1000);
    ck_assert_uint_eq(metric->max / 1000, (uint64_t)max_ns / 1000);
}
END_TEST

START_TEST(test_nothing_to_measure)
{
    g_autoptr(SimResult) result =
        run("{'duration': '10s', 'peers': {'bp': {'produces': true, 'start': '9999ms'}, 'b': {}}}");
    for (uint32_t m = 0; m < SCENARIO_METRICS; m++) {
        const SimMetric *metric = &result->metrics[m];
        ck_assert_str_eq(metric->name, scenario_metric_words.words[m].word);
        ck_assert_int_eq(scenario_metric_words.words[m].value, (int)m);
        bool of_peers = m == SCENARIO_METRIC_PEER_BYTES || m == SCENARIO_METRIC_PEER_LIB_LAG;
        ck_assert_uint_eq(metric->count, of_peers ? 2 : 0);
    }
}
END_TEST

/* --- expectations ---------------------------------------------------------------------------- */

START_TEST(test_expected)
{
    static const struct {
        const char *what;
        const char *title;
        const char *detail;
        bool pass;
    } cases[] = {
        {"'block_propagation_90', 'at_most': '30000003ns'",
         "block_propagation_90: max at most 30.000003ms", "30ms", true},
        {"'block_propagation_90', 'at_most': '30000002ns'",
         "block_propagation_90: max at most 30.000002ms",
         "30.000003ms (of 20 values from 20ms to 30.000003ms)", false},
        {"'block_propagation_90', 'percentile': 50, 'at_most': '21ms'",
         "block_propagation_90: percentile 50 at most 21ms", "20ms", true},
        {"'block_propagation_90', 'percentile': 51, 'at_most': '21ms'",
         "block_propagation_90: percentile 51 at most 21ms",
         "30ms (of 20 values from 20ms to 30ms)", false},
        {"'block_propagation_90', 'percentile': 1, 'at_least': '20ms'",
         "block_propagation_90: percentile 1 at least 20ms", "20ms", true},
        {"'block_propagation_90', 'percentile': 100, 'at_least': '31ms'",
         "block_propagation_90: percentile 100 at least 31ms",
         "30ms (of 20 values from 20ms to 30ms)", false},
        {"'block_propagation_90', 'statistic': 'min', 'at_least': '20000003ns'",
         "block_propagation_90: min at least 20.000003ms", "20ms (of 20 values from 20ms to 30ms)",
         false},
        {"'block_propagation_90', 'statistic': 'mean', 'at_least': '25ms', 'at_most': '26ms'",
         "block_propagation_90: mean at least 25ms, at most 26ms", "25ms", true},
        {"'block_propagation_90', 'statistic': 'max', 'at_least': '0s'",
         "block_propagation_90: max at least 0s", "30ms", true},
        {"'block_propagation_90', 'statistic': 'count', 'at_least': 20",
         "block_propagation_90: count at least 20 values", "20 values", true},
        {"'block_propagation_90', 'statistic': 'count', 'at_least': 21",
         "block_propagation_90: count at least 21 values", "20 values", false},
        {"'peer_lib_lag', 'at_most': 4", "peer_lib_lag: max at most 4 blocks", "4 blocks", true},
        {"'peer_lib_lag', 'at_most': 3", "peer_lib_lag: max at most 3 blocks",
         "4 blocks (of 4 values from 4 blocks to 4 blocks)", false},
        {"'duplicate_blocks', 'at_most': 0", "duplicate_blocks at most 0.0", "0.0", true},
        {"'fork_rate', 'at_least': 0.000001", "fork_rate at least 0.000001", "0.0", false},
        {"'fork_rate', 'percentile': 90, 'at_most': 0.1", "fork_rate at most 0.1", "0.0", true},
        {"'fork_rate', 'statistic': 'count', 'at_most': 19", "fork_rate: count at most 19 values",
         "20 values", false},
        {"'transaction_inclusion', 'at_most': '1h'", "transaction_inclusion: max at most 1h",
         "nothing was measured", false},
        {"'transaction_inclusion', 'statistic': 'count', 'at_most': 0",
         "transaction_inclusion: count at most 0 values", "0 values", true},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Scenario) scenario = fix_scenario_of(
            LINE(", 'late': {'start': '5200ms', " INSTANT "}")
                TOPOLOGY(", ['late', 'far']") ", 'expect': {'metrics': [{'metric': %s}]}}",
            cases[i].what);
        g_autoptr(SimResult) result = fix_run(scenario, NULL);
        const SimCheckResult *check = fix_check(result, "expect/metrics/0");
        ck_assert_str_eq(check->title, cases[i].title);
        ck_assert_str_eq(check->detail, cases[i].detail);
        ck_assert_int_eq(check->verdict, cases[i].pass ? SIM_VERDICT_PASS : SIM_VERDICT_FAIL);
        ck_assert_int_eq(result->verdict, check->verdict);
    }
}
END_TEST

START_TEST(test_expected_bytes)
{
    g_autoptr(Scenario) scenario = fix_scenario(
        LINE("") TOPOLOGY("") ", 'expect': {'metrics': [{'metric': 'peer_bytes',"
                              " 'statistic': 'min', 'at_least': 1, 'at_most': 1000}]}}");
    g_autoptr(SimResult) result = fix_run(scenario, NULL);
    const SimCheckResult *check = fix_check(result, "expect/metrics/0");
    uint64_t min = result->metrics[SCENARIO_METRIC_PEER_BYTES].min;
    g_autofree char *least = sim_count_text(min);
    g_autofree char *detail = g_strdup_printf("%s B", least);
    ck_assert_str_eq(check->title, "peer_bytes: min at least 1 B, at most 1,000 B");
    ck_assert_str_eq(check->detail, detail);
    ck_assert_int_eq(check->verdict, min <= 1000 ? SIM_VERDICT_PASS : SIM_VERDICT_FAIL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_metrics");
    TCase *tcase = tcase_create("metrics");
    tcase_add_test(tcase, test_line);
    tcase_add_test(tcase, test_line_at_work);
    tcase_add_test(tcase, test_bytes);
    tcase_add_test(tcase, test_who_counts);
    tcase_add_test(tcase, test_not_reached);
    tcase_add_test(tcase, test_duplicates);
    tcase_add_test(tcase, test_fork_rate);
    tcase_add_test(tcase, test_inclusion);
    tcase_add_test(tcase, test_nothing_to_measure);
    tcase_add_test(tcase, test_expected);
    tcase_add_test(tcase, test_expected_bytes);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
