/* SPDX-License-Identifier: Apache-2.0 */
#include "reports/text_metrics.h"

#include "reports/format.h"

/* The metrics that are shown, in order, and what they are called; the JSON report has all. */
static const struct {
    ScenarioMetric metric;
    const char *title;
} rows[] = {
    {SCENARIO_METRIC_BLOCK_PROPAGATION_50, "blocks to 50 % of peers"},
    {SCENARIO_METRIC_BLOCK_PROPAGATION_90, "blocks to 90 %"},
    {SCENARIO_METRIC_BLOCK_PROPAGATION_100, "blocks to all"},
    {SCENARIO_METRIC_BLOCK_FINALITY_100, "irreversible at all"},
    {SCENARIO_METRIC_TRANSACTION_INCLUSION, "transactions to a block"},
    {SCENARIO_METRIC_PEER_LIB_LAG, "head above LIB at the end"},
    {SCENARIO_METRIC_PEER_BYTES, "received by a peer"},
    {SCENARIO_METRIC_DUPLICATE_BLOCKS, "blocks received twice"},
    {SCENARIO_METRIC_FORK_RATE, "blocks beside the chain"},
};

static void append_figure(GString *out, ScenarioUnit unit, uint64_t value)
{
    g_autoptr(GString) text = g_string_new(NULL);
    if (unit == SCENARIO_UNIT_TIME) {
        report_append_moment(text, (int64_t)value);
        g_string_append(text, " s");
    } else if (unit == SCENARIO_UNIT_BYTES) {
        report_append_bytes(text, value);
    } else if (unit == SCENARIO_UNIT_BLOCKS) {
        report_append_count(text, value);
    } else {
        g_string_append_printf(text, "%u.%02u %%", (unsigned)(value / 10000),
                               (unsigned)(value / 100 % 100));
    }
    g_string_append_printf(out, "%11s", text->str);
}

static void append_row(GString *out, const SimMetric *metric, const char *title)
{
    g_autoptr(GString) count = g_string_new(NULL);
    report_append_count(count, metric->count);
    g_string_append_printf(out, "  %-25s%9s", title, count->str);
    if (metric->count > 0) {
        append_figure(out, metric->unit, metric->p50);
    }
    if (metric->count > 0 && metric->unit != SCENARIO_UNIT_RATIO) {
        append_figure(out, metric->unit, metric->p90);
        append_figure(out, metric->unit, metric->p99);
        append_figure(out, metric->unit, metric->max);
    }
    if (metric->never > 0) {
        g_string_append(out, "  ");
        report_append_count(out, metric->never);
        g_string_append(out, " never");
    }
    g_string_append_c(out, '\n');
}

void report_append_metrics(GString *out, const SimResult *result)
{
    bool begun = false;
    for (size_t i = 0; i < G_N_ELEMENTS(rows) && result->n_metrics > 0; i++) {
        const SimMetric *metric = &result->metrics[rows[i].metric];
        if (metric->count == 0 && metric->never == 0) {
            continue;
        }
        if (!begun) {
            g_string_append_printf(out, "  %-25s%9s%11s%11s%11s%11s\n", "", "count", "50 %", "90 %",
                                   "99 %", "max");
        }
        begun = true;
        append_row(out, metric, rows[i].title);
    }
}
