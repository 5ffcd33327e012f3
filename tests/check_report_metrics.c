/* SPDX-License-Identifier: Apache-2.0 */
/* Metrics in the summary and in JSON. */
#include <stdlib.h>
#include <string.h>

#include <check.h>
#include <json-c/json.h>

#include "reports/json.h"
#include "reports/text.h"
#include "reports/text_metrics.h"
#include "tests/run_suite.h"

#define MS INT64_C(1000000)

/* Metric m has no value, but for these. */
static SimMetric metrics[SCENARIO_METRICS];

static SimResult make_result(void)
{
    for (uint32_t m = 0; m < SCENARIO_METRICS; m++)
        metrics[m] = (SimMetric){
            .metric = (ScenarioMetric)m,
            .name = "m",
            .unit = scenario_metric_unit((ScenarioMetric)m),
        };
    metrics[SCENARIO_METRIC_BLOCK_PROPAGATION_90] =
        (SimMetric){SCENARIO_METRIC_BLOCK_PROPAGATION_90,
                    "block_propagation_90",
                    SCENARIO_UNIT_TIME,
                    1234,
                    1,
                    20 * MS + 1,
                    30 * MS,
                    40 * MS,
                    1500 * MS,
                    100000 * MS,
                    1300};
    metrics[SCENARIO_METRIC_PEER_BYTES] = (SimMetric){SCENARIO_METRIC_PEER_BYTES,
                                                      "peer_bytes",
                                                      SCENARIO_UNIT_BYTES,
                                                      3,
                                                      1,
                                                      2,
                                                      999,
                                                      1500,
                                                      2000000,
                                                      UINT64_MAX,
                                                      0};
    metrics[SCENARIO_METRIC_PEER_LIB_LAG] = (SimMetric){SCENARIO_METRIC_PEER_LIB_LAG,
                                                        "peer_lib_lag",
                                                        SCENARIO_UNIT_BLOCKS,
                                                        3,
                                                        0,
                                                        1,
                                                        2,
                                                        3,
                                                        4,
                                                        5000,
                                                        0};
    metrics[SCENARIO_METRIC_FORK_RATE] = (SimMetric){SCENARIO_METRIC_FORK_RATE,
                                                     "fork_rate",
                                                     SCENARIO_UNIT_RATIO,
                                                     96,
                                                     72916,
                                                     72916,
                                                     72916,
                                                     72916,
                                                     72916,
                                                     72916,
                                                     0};
    metrics[SCENARIO_METRIC_BLOCK_FINALITY_100].never = 7;
    return (SimResult){
        .name = (char *)"demo",
        .path = (char *)"demo.json",
        .metrics = metrics,
        .n_metrics = SCENARIO_METRICS,
    };
}

START_TEST(text)
{
    SimResult result = make_result();
    g_autoptr(GString) out = g_string_new(NULL);
    const ReportStyle style = {.colour = false, .utf8 = true, .width = 100};

    report_text(out, &result, "x", &style);
    ck_assert_ptr_nonnull(
        strstr(out->str, "\nMetrics\n"
                         "                               count       50 %       90 %       99 %  "
                         "      max\n"
                         "  blocks to 90 %               1,234    0.030 s    0.040 s    1.500 s  "
                         "100.000 s  1,300 never\n"
                         "  irreversible at all              0  7 never\n"
                         "  head above LIB at the end        3          2          3          4  "
                         "    5,000\n"
                         "  received by a peer               3      999 B    1.50 kB    2.00 MB  "
                         "  18.4 EB\n"
                         "  blocks beside the chain         96     7.29 %\n"
                         "\nRepeat\n"));
}
END_TEST

START_TEST(text_of_nothing)
{
    SimResult result = make_result();
    SimResult none = {.name = (char *)""};
    g_autoptr(GString) out = g_string_new(NULL);

    memset(metrics, 0, sizeof metrics);
    report_append_metrics(out, &result);
    report_append_metrics(out, &none);
    ck_assert_str_eq(out->str, "");
}
END_TEST

static const char *text_at(json_object *root, const char *pointer)
{
    json_object *value = NULL;

    ck_assert_msg(json_pointer_get(root, pointer, &value) == 0, "%s", pointer);
    return json_object_get_string(value);
}

START_TEST(json)
{
    SimResult result = make_result();
    g_autoptr(GString) out = g_string_new(NULL);

    report_json(out, &result, "x");
    json_object *root = json_tokener_parse(out->str);

    ck_assert_ptr_nonnull(root);
    ck_assert_str_eq(text_at(root, "/metrics/1/metric"), "block_propagation_90");
    ck_assert_str_eq(text_at(root, "/metrics/1/unit"), "s");
    ck_assert_str_eq(text_at(root, "/metrics/1/count"), "1234");
    ck_assert_str_eq(text_at(root, "/metrics/1/never"), "1300");
    ck_assert_str_eq(text_at(root, "/metrics/0/never"), "0");
    ck_assert_str_eq(text_at(root, "/metrics/1/min"), "0.000000001");
    ck_assert_str_eq(text_at(root, "/metrics/1/mean"), "0.020000001");
    ck_assert_str_eq(text_at(root, "/metrics/1/p50"), "0.03");
    ck_assert_str_eq(text_at(root, "/metrics/1/p90"), "0.04");
    ck_assert_str_eq(text_at(root, "/metrics/1/p99"), "1.5");
    ck_assert_str_eq(text_at(root, "/metrics/1/max"), "100");
    ck_assert_str_eq(text_at(root, "/metrics/9/unit"), "B");
    ck_assert_str_eq(text_at(root, "/metrics/9/max"), "18446744073709551615");
    ck_assert_str_eq(text_at(root, "/metrics/10/unit"), "blocks");
    ck_assert_str_eq(text_at(root, "/metrics/10/max"), "5000");
    ck_assert_str_eq(text_at(root, "/metrics/12/unit"), "ratio");
    ck_assert_str_eq(text_at(root, "/metrics/12/p50"), "0.072916");
    ck_assert_ptr_null(text_at(root, "/metrics/0/min"));
    ck_assert_str_eq(text_at(root, "/metrics/0/count"), "0");
    json_object_put(root);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("report_metrics");
    TCase *tcase = tcase_create("metrics");

    tcase_add_test(tcase, text);
    tcase_add_test(tcase, text_of_nothing);
    tcase_add_test(tcase, json);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
