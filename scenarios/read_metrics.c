/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/read_expect.h"

/* A value in the unit of a metric. */
static void read_value(ScenarioReader *reader, uint32_t node, ScenarioUnit unit, uint64_t *value)
{
    int64_t ns = 0;

    if (node == SCENARIO_NODE_NONE) {
        return;
    }
    switch (unit) {
    case SCENARIO_UNIT_TIME:
        if (scenario_reader_duration(reader, node, 0, SCENARIO_DURATION_MAX_NS, &ns)) {
            *value = (uint64_t)ns;
        }
        break;
    case SCENARIO_UNIT_RATIO:
        scenario_reader_ppm(reader, node, 0, 1000000, value);
        break;
    case SCENARIO_UNIT_BYTES:
    case SCENARIO_UNIT_BLOCKS:
        scenario_reader_uint(reader, node, 0, UINT64_MAX, value);
        break;
    }
}

static void read_limits(ScenarioReader *reader, uint32_t node, const ScenarioMetricKeys *keys,
                        ScenarioMetricLimit *limit)
{
    if (keys->at_least == SCENARIO_NODE_NONE && keys->at_most == SCENARIO_NODE_NONE) {
        scenario_reader_fail(reader, node,
                             "one of the keys \"at_least\" and \"at_most\" is required");
    }
    const ScenarioUnit unit = limit->statistic == SCENARIO_STATISTIC_COUNT
                                  ? SCENARIO_UNIT_BLOCKS
                                  : scenario_metric_unit(limit->metric);

    read_value(reader, keys->at_least, unit, &limit->limits.at_least);
    read_value(reader, keys->at_most, unit, &limit->limits.at_most);
    if (limit->limits.at_least > limit->limits.at_most) {
        scenario_reader_fail(reader, node, "\"at_least\" is above \"at_most\"");
    }
}

static void read_statistic(ScenarioReader *reader, const ScenarioMetricKeys *keys,
                           ScenarioMetricLimit *limit)
{
    int statistic = SCENARIO_STATISTIC_MAX;

    if (keys->percentile != SCENARIO_NODE_NONE) {
        statistic = SCENARIO_STATISTIC_PERCENTILE;
        scenario_reader_uint32(reader, keys->percentile, 1, 100, &limit->percentile);
    }
    if (keys->percentile != SCENARIO_NODE_NONE && keys->statistic != SCENARIO_NODE_NONE) {
        scenario_reader_fail(reader, keys->statistic, "cannot stand beside \"percentile\"");
    }
    scenario_reader_word(reader, keys->statistic, &scenario_statistic_words, &statistic);
    limit->statistic = (ScenarioStatistic)statistic;
}

static void read_metric(ScenarioReader *reader, uint32_t node, ScenarioMetricLimit *limit)
{
    ScenarioMetricKeys keys = {0};
    int metric = SCENARIO_METRIC_BLOCK_PROPAGATION_50;

    *limit = (ScenarioMetricLimit){.limits = {.at_most = UINT64_MAX}};
    scenario_reader_object(reader, node, &scenario_metric_table, &keys);
    /* What its limits may be is known only if it is. */
    if (keys.metric == SCENARIO_NODE_NONE ||
        !scenario_reader_word(reader, keys.metric, &scenario_metric_words, &metric)) {
        return;
    }
    limit->metric = (ScenarioMetric)metric;
    read_statistic(reader, &keys, limit);
    read_limits(reader, node, &keys, limit);
}

void scenario_read_metrics(ScenarioReader *reader, uint32_t node)
{
    ScenarioExpect *expect = &reader->scenario->expect;
    const ScenarioNode *at =
        scenario_reader_array(reader, node, "metrics", SCENARIO_METRIC_LIMITS_MAX);

    if (at == NULL) {
        return;
    }
    expect->metrics = g_new0(ScenarioMetricLimit, at->n_children);
    for (uint32_t i = at->first; i != SCENARIO_NODE_NONE;
         i = scenario_reader_node(reader, i)->next) {
        read_metric(reader, i, &expect->metrics[expect->n_metrics++]);
    }
}
