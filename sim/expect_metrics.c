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

/* The unit of the limits and of the value. */
static ScenarioUnit unit_of(const SimMetric *metric, const ScenarioMetricLimit *limit)
{
    return limit->statistic == SCENARIO_STATISTIC_COUNT ? SCENARIO_UNIT_BLOCKS : metric->unit;
}

static void append_value(GString *text, ScenarioUnit unit, uint64_t value)
{
    if (unit == SCENARIO_UNIT_TIME) {
        g_autofree char *exact = scenario_units_duration_text((int64_t)value);
        g_string_append(text, exact);
    } else if (unit == SCENARIO_UNIT_RATIO)
        g_string_append_printf(text, "%u.%06u", (unsigned)(value / 1000000),
                               (unsigned)(value % 1000000));
    else
        g_string_append_printf(text, "%" G_GUINT64_FORMAT, value);
    if (unit == SCENARIO_UNIT_BYTES)
        g_string_append(text, " B");
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
        append_value(text, unit_of(metric, limit), limit->limits.at_least);
        comma = ",";
    }
    if (limit->limits.at_most < UINT64_MAX) {
        g_string_append_printf(text, "%s at most ", comma);
        append_value(text, unit_of(metric, limit), limit->limits.at_most);
    }
    return g_string_free(text, FALSE);
}

void sim_expect_metrics_judge(const SimMetrics *metrics, const ScenarioExpect *expect,
                              const SimResult *result, GArray *checks)
{
    for (uint32_t i = 0; i < expect->n_metrics; i++) {
        const ScenarioMetricLimit *limit = &expect->metrics[i];
        const SimMetric *metric = &result->metrics[limit->metric];
        bool measured = metric->count > 0 || limit->statistic == SCENARIO_STATISTIC_COUNT;
        uint64_t value = measured ? value_of(metrics, metric, limit) : 0;
        g_autofree char *id = g_strdup_printf("expect/metrics/%u", i);
        g_autofree char *title = title_of(metric, limit);
        GString *detail = g_string_new(NULL);
        if (measured)
            append_value(detail, unit_of(metric, limit), value);
        else
            g_string_append(detail, "nothing was measured");
        if (result->interrupted)
            g_string_append(detail, " so far; the run was stopped");
        sim_expect_add(checks, id, title,
                       sim_expect_verdict(!result->interrupted,
                                          measured && scenario_limits_hold(&limit->limits, value)),
                       g_string_free(detail, FALSE));
    }
}
