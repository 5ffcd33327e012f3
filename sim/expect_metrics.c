/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the scenario expects of metrics.
 */
#include "scenarios/units.h"
#include "sim/check.h"
#include "sim/expect.h"
#include "sim/internal.h"

static uint64_t value_of(const SimMetrics *metrics, const SimMetric *metric,
                         const ScenarioMetricLimit *limit)
{
    switch (limit->statistic) {
    case SCENARIO_STATISTIC_PERCENTILE:
        if (metric->unit == SCENARIO_UNIT_RATIO)
            return metric->max;
        return sim_metrics_percentile(metrics, limit->metric, limit->percentile);
    case SCENARIO_STATISTIC_MIN:
        return metric->min;
    case SCENARIO_STATISTIC_MEAN:
        return metric->mean;
    case SCENARIO_STATISTIC_MAX:
        return metric->max;
    case SCENARIO_STATISTIC_COUNT:
        return metric->count;
    }
    g_assert_not_reached();
}

/* Whole milliseconds, if these are judged like the exact value. */
static uint64_t rounded(uint64_t value, const ScenarioMetricLimit *limit)
{
    uint64_t whole = value - value % (uint64_t)BNET_NS_PER_MS;
    bool is_same =
        scenario_limits_hold(&limit->limits, value) == scenario_limits_hold(&limit->limits, whole);
    return is_same && whole > 0 ? whole : value;
}

static void append_ratio(GString *text, uint64_t millionths)
{
    g_string_append_printf(text, "%u.%06u", (unsigned)(millionths / 1000000),
                           (unsigned)(millionths % 1000000));
    while (text->str[text->len - 1] == '0' && text->str[text->len - 2] != '.')
        g_string_truncate(text, text->len - 1);
}

static void append_value(GString *text, ScenarioUnit unit, uint64_t value)
{
    if (unit == SCENARIO_UNIT_TIME) {
        g_autofree char *exact = scenario_units_duration_text((int64_t)value);
        g_string_append(text, exact);
    } else if (unit == SCENARIO_UNIT_RATIO) {
        append_ratio(text, value);
    } else {
        g_autofree char *count = sim_count_text(value);
        g_string_append_printf(text, "%s%s", count,
                               unit == SCENARIO_UNIT_BYTES ? " B"
                               : value == 1                ? " block"
                                                           : " blocks");
    }
}

/* What the limits are for: the metric, or how many values it has. */
static void append_judged(GString *text, const SimMetric *metric, const ScenarioMetricLimit *limit,
                          uint64_t value)
{
    if (limit->statistic != SCENARIO_STATISTIC_COUNT) {
        append_value(text, metric->unit, value);
        return;
    }
    g_autofree char *count = sim_count_text(value);
    g_string_append_printf(text, "%s value%s", count, value == 1 ? "" : "s");
}

/* " (of 95 values from 60ms to 15.04s; 3 never)" */
static void append_range(GString *text, const SimMetric *metric, const ScenarioMetricLimit *limit)
{
    bool is_time = metric->unit == SCENARIO_UNIT_TIME;
    g_autofree char *count = sim_count_text(metric->count);
    if (metric->unit == SCENARIO_UNIT_RATIO || limit->statistic == SCENARIO_STATISTIC_COUNT)
        return;
    g_string_append_printf(text, " (of %s value%s from ", count, metric->count == 1 ? "" : "s");
    append_value(text, metric->unit, is_time ? rounded(metric->min, limit) : metric->min);
    g_string_append(text, " to ");
    append_value(text, metric->unit, is_time ? rounded(metric->max, limit) : metric->max);
    if (metric->never > 0) {
        g_autofree char *never = sim_count_text(metric->never);
        g_string_append_printf(text, "; %s never", never);
    }
    g_string_append_c(text, ')');
}

/* "block_propagation_90: percentile 99 at least 100ms, at most 800ms" */
static char *title_of(const SimMetric *metric, const ScenarioMetricLimit *limit)
{
    static const char *const statistics[] = {"percentile", "min", "mean", "max", "count"};
    GString *text = g_string_new(metric->name);
    const char *comma = "";
    if (metric->unit != SCENARIO_UNIT_RATIO || limit->statistic == SCENARIO_STATISTIC_COUNT)
        g_string_append_printf(text, ": %s", statistics[limit->statistic]);
    if (metric->unit != SCENARIO_UNIT_RATIO && limit->statistic == SCENARIO_STATISTIC_PERCENTILE)
        g_string_append_printf(text, " %u", limit->percentile);
    if (limit->limits.at_least > 0 || limit->limits.at_most == UINT64_MAX) {
        g_string_append(text, " at least ");
        append_judged(text, metric, limit, limit->limits.at_least);
        comma = ",";
    }
    if (limit->limits.at_most < UINT64_MAX) {
        g_string_append_printf(text, "%s at most ", comma);
        append_judged(text, metric, limit, limit->limits.at_most);
    }
    return g_string_free(text, FALSE);
}

/* What was measured; where that is beyond the limits, also in between what it is. (transfer full)
 */
static char *detail_of(const SimMetric *metric, const ScenarioMetricLimit *limit, uint64_t value,
                       bool holds)
{
    GString *detail = g_string_new(NULL);
    bool is_time =
        metric->unit == SCENARIO_UNIT_TIME && limit->statistic != SCENARIO_STATISTIC_COUNT;
    append_judged(detail, metric, limit, is_time ? rounded(value, limit) : value);
    if (!holds)
        append_range(detail, metric, limit);
    return g_string_free(detail, FALSE);
}

void sim_expect_metrics_judge(const SimMetrics *metrics, const ScenarioExpect *expect,
                              const SimResult *result, GArray *checks)
{
    for (uint32_t i = 0; i < expect->n_metrics; i++) {
        const ScenarioMetricLimit *limit = &expect->metrics[i];
        const SimMetric *metric = &result->metrics[limit->metric];
        bool measured = metric->count > 0 || limit->statistic == SCENARIO_STATISTIC_COUNT;
        uint64_t value = measured ? value_of(metrics, metric, limit) : 0;
        bool holds = measured && scenario_limits_hold(&limit->limits, value);
        g_autofree char *id = g_strdup_printf("expect/metrics/%u", i);
        g_autofree char *title = title_of(metric, limit);
        g_autofree char *found =
            measured ? detail_of(metric, limit, value, holds) : g_strdup("nothing was measured");
        sim_expect_add(checks, id, title, sim_expect_verdict(!result->interrupted, holds),
                       g_strconcat(found, result->interrupted ? " so far" : "", NULL));
    }
}
