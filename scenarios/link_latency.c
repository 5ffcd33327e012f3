/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/link_latency.h"

#include <string.h>

#define SIGMA_MAX_PPM 5000000u
#define SHAPE_MIN_PPM 100000u
#define SHAPE_MAX_PPM 1000000000u

static void read_value(ScenarioReader *reader, uint32_t node, int64_t *latency_ns)
{
    scenario_reader_duration(reader, node, 1, SCENARIO_LATENCY_MAX_NS, latency_ns);
}

/* Reads `max`, which must not be below the key `centre` of the same object. */
static void read_max(ScenarioReader *reader, uint32_t node, const char *centre, int64_t centre_ns,
                     ScenarioLatency *latency)
{
    read_value(reader, node, &latency->max_ns);
    if (latency->max_ns > 0 && latency->max_ns < centre_ns) {
        scenario_reader_fail(reader, node, "\"max\" must not be below \"%s\"", centre);
    }
}

static void read_uniform(ScenarioReader *reader, uint32_t node, ScenarioLatency *latency)
{
    const ScenarioNode *at = scenario_reader_node(reader, node);

    latency->kind = SCENARIO_LATENCY_UNIFORM;
    if (at->kind != SCENARIO_NODE_ARRAY) {
        scenario_reader_wrong_type(reader, node,
                                   "an array of two durations, such as [\"10ms\", \"200ms\"]");
        return;
    }
    if (at->n_children != 2) {
        scenario_reader_fail(reader, node,
                             "must have two durations, the least and the greatest, not %u",
                             at->n_children);
        return;
    }
    read_value(reader, at->first, &latency->a_ns);
    read_value(reader, at->last, &latency->b_ns);
    if (latency->a_ns > latency->b_ns && latency->b_ns > 0) {
        scenario_reader_fail(reader, node, "the least latency must not be above the greatest");
    }
}

static void read_lognormal(ScenarioReader *reader, uint32_t node, ScenarioLatency *latency)
{
    ScenarioLognormalKeys keys = {0};

    latency->kind = SCENARIO_LATENCY_LOGNORMAL;
    scenario_reader_object(reader, node, &scenario_lognormal_table, &keys);
    read_value(reader, keys.median, &latency->a_ns);
    scenario_reader_ppm32(reader, keys.sigma, 0, SIGMA_MAX_PPM, &latency->shape_ppm);
    read_max(reader, keys.max, "median", latency->a_ns, latency);
}

static void read_normal(ScenarioReader *reader, uint32_t node, ScenarioLatency *latency)
{
    ScenarioNormalKeys keys = {0};

    latency->kind = SCENARIO_LATENCY_NORMAL;
    scenario_reader_object(reader, node, &scenario_normal_table, &keys);
    read_value(reader, keys.mean, &latency->a_ns);
    scenario_reader_duration(reader, keys.deviation, 0, SCENARIO_LATENCY_MAX_NS, &latency->b_ns);
    read_value(reader, keys.min, &latency->min_ns);
    if (latency->a_ns > 0 && latency->min_ns > latency->a_ns) {
        scenario_reader_fail(reader, keys.min, "\"min\" must not be above \"mean\"");
    }
    read_max(reader, keys.max, "mean", latency->a_ns, latency);
}

static void read_exponential(ScenarioReader *reader, uint32_t node, ScenarioLatency *latency)
{
    ScenarioExponentialKeys keys = {0};
    int64_t mean_ns = 0;

    latency->kind = SCENARIO_LATENCY_EXPONENTIAL;
    scenario_reader_object(reader, node, &scenario_exponential_table, &keys);
    read_value(reader, keys.mean, &mean_ns);
    scenario_reader_duration(reader, keys.min, 0, SCENARIO_LATENCY_MAX_NS, &latency->a_ns);
    if (mean_ns > 0 && latency->a_ns >= mean_ns) {
        scenario_reader_fail(reader, keys.min, "\"min\" must be below \"mean\"");
    }
    latency->b_ns = mean_ns - latency->a_ns;
    read_max(reader, keys.max, "mean", mean_ns, latency);
}

static void read_pareto(ScenarioReader *reader, uint32_t node, ScenarioLatency *latency)
{
    ScenarioParetoKeys keys = {0};

    latency->kind = SCENARIO_LATENCY_PARETO;
    scenario_reader_object(reader, node, &scenario_pareto_table, &keys);
    read_value(reader, keys.min, &latency->a_ns);
    scenario_reader_ppm32(reader, keys.shape, SHAPE_MIN_PPM, SHAPE_MAX_PPM, &latency->shape_ppm);
    read_max(reader, keys.max, "min", latency->a_ns, latency);
}

/* Reads the one distribution that the object has. */
static void read_distribution(ScenarioReader *reader, uint32_t node, ScenarioLatency *latency)
{
    ScenarioLatencyKeys keys = {0};

    if (!scenario_reader_object(reader, node, &scenario_latency_table, &keys)) {
        return;
    }
    const struct {
        uint32_t node;
        void (*read)(ScenarioReader *reader, uint32_t node, ScenarioLatency *latency);
    } kinds[] = {
        {keys.uniform, read_uniform}, {keys.lognormal, read_lognormal},
        {keys.normal, read_normal},   {keys.exponential, read_exponential},
        {keys.pareto, read_pareto},   {keys.empirical, scenario_link_sample_read},
    };
    size_t n_found = 0;
    size_t found = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (kinds[i].node != SCENARIO_NODE_NONE) {
            n_found++;
            found = i;
        }
    }
    if (n_found != 1) {
        scenario_reader_fail(reader, node,
                             "must have one of \"uniform\", \"lognormal\", \"normal\", "
                             "\"exponential\", \"pareto\" and \"empirical\"");
        return;
    }
    *latency = (ScenarioLatency){0};
    kinds[found].read(reader, kinds[found].node, latency);
}

void scenario_link_latency_read(ScenarioReader *reader, uint32_t node, ScenarioLatency *latency)
{
    if (node == SCENARIO_NODE_NONE) {
        return;
    }
    const ScenarioNodeKind kind = scenario_reader_node(reader, node)->kind;

    if (kind == SCENARIO_NODE_OBJECT) {
        read_distribution(reader, node, latency);
        return;
    }
    if (kind != SCENARIO_NODE_STRING) {
        scenario_reader_wrong_type(reader, node,
                                   "a duration such as \"40ms\", or an object such as "
                                   "{\"uniform\": [\"10ms\", \"200ms\"]}");
        return;
    }
    *latency = (ScenarioLatency){.kind = SCENARIO_LATENCY_CONSTANT};
    read_value(reader, node, &latency->a_ns);
}
