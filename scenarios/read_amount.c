/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/read_amount.h"

#include "scenarios/read_sample.h"

/* What the values are. */
typedef struct Measure {
    bool is_size;
    int64_t min;
    int64_t max;
} Measure;

static bool read_value(ScenarioReader *reader, uint32_t node, const Measure *measure,
                       int64_t *ret_value)
{
    uint32_t size = 0;

    if (!measure->is_size) {
        return scenario_reader_duration(reader, node, measure->min, measure->max, ret_value);
    }
    if (!scenario_reader_size(reader, node, (uint32_t)measure->min, (uint32_t)measure->max,
                              &size)) {
        return false;
    }
    *ret_value = size;
    return true;
}

static bool read_uniform(ScenarioReader *reader, uint32_t node, const Measure *measure,
                         ScenarioAmount *amount)
{
    const ScenarioNode *at = scenario_reader_node(reader, node);
    ScenarioAmount uniform = {.kind = SCENARIO_AMOUNT_UNIFORM};

    if (at->kind != SCENARIO_NODE_ARRAY || at->n_children != 2) {
        return scenario_reader_fail(reader, node,
                                    "must be an array of two values, the least and the greatest, "
                                    "such as %s",
                                    measure->is_size ? "[200, \"4kB\"]" : "[\"10s\", \"60s\"]");
    }
    const bool ok = read_value(reader, at->first, measure, &uniform.a);

    if (!read_value(reader, at->last, measure, &uniform.b) || !ok) {
        return false;
    }
    if (uniform.a > uniform.b) {
        return scenario_reader_fail(reader, node, "the least value must not be above the greatest");
    }
    *amount = uniform;
    return true;
}

static bool read_values(ScenarioReader *reader, const ScenarioAmountKeys *keys,
                        const Measure *measure, ScenarioAmount *amount)
{
    const ScenarioNode *at = scenario_reader_node(reader, keys->values);
    g_autoptr(GArray) values = g_array_new(FALSE, FALSE, sizeof(ScenarioWeighted));
    ScenarioAmount drawn = {.kind = SCENARIO_AMOUNT_SAMPLE};
    bool ok = true;

    if (at->kind != SCENARIO_NODE_ARRAY || at->n_children == 0) {
        return scenario_reader_fail(reader, keys->values,
                                    "must be an array of one or more values, such as %s",
                                    measure->is_size ? "[200, \"4kB\"]" : "[\"10s\", \"60s\"]");
    }
    if (at->n_children > scenario_sample_room(reader)) {
        return scenario_reader_fail(reader, keys->values, SCENARIO_SAMPLE_TOO_MANY,
                                    SCENARIO_SAMPLE_VALUES_MAX);
    }
    for (uint32_t i = at->first; i != SCENARIO_NODE_NONE;
         i = scenario_reader_node(reader, i)->next) {
        ScenarioWeighted value = {.weight = 1};

        ok = read_value(reader, i, measure, &value.value) && ok;
        drawn.b = MAX(drawn.b, value.value);
        g_array_append_val(values, value);
    }
    if (!ok || !scenario_sample_read_weights(reader, keys->weights, values)) {
        return false;
    }
    drawn.sample = scenario_sample_add(reader, keys->weights, values); /* else none is 0 */
    if (drawn.sample == NULL) {
        return false;
    }
    *amount = drawn;
    return true;
}

static bool read_distribution(ScenarioReader *reader, uint32_t node, const Measure *measure,
                              ScenarioAmount *amount)
{
    ScenarioAmountKeys keys = {0};
    const ScenarioKeyTable *table =
        measure->is_size ? &scenario_sizes_table : &scenario_times_table;

    if (!scenario_reader_object(reader, node, table, &keys)) {
        return false;
    }
    if ((keys.uniform != SCENARIO_NODE_NONE) == (keys.values != SCENARIO_NODE_NONE)) {
        return scenario_reader_fail(reader, node, "must have one of \"uniform\" and \"values\"");
    }
    if (keys.uniform != SCENARIO_NODE_NONE && keys.weights != SCENARIO_NODE_NONE) {
        return scenario_reader_fail(reader, keys.weights, "is allowed with \"values\" alone");
    }
    return keys.uniform != SCENARIO_NODE_NONE ? read_uniform(reader, keys.uniform, measure, amount)
                                              : read_values(reader, &keys, measure, amount);
}

static bool read_amount(ScenarioReader *reader, uint32_t node, const Measure *measure,
                        ScenarioAmount *amount)
{
    ScenarioAmount constant = {.kind = SCENARIO_AMOUNT_CONSTANT};

    if (node == SCENARIO_NODE_NONE) {
        return true;
    }
    if (scenario_reader_node(reader, node)->kind == SCENARIO_NODE_OBJECT) {
        return read_distribution(reader, node, measure, amount);
    }
    if (!read_value(reader, node, measure, &constant.a)) {
        return false;
    }
    *amount = constant;
    return true;
}

bool scenario_amount_read_size(ScenarioReader *reader, uint32_t node, uint32_t min, uint32_t max,
                               ScenarioAmount *amount)
{
    return read_amount(reader, node, &(Measure){.is_size = true, .min = min, .max = max}, amount);
}

bool scenario_amount_read_time(ScenarioReader *reader, uint32_t node, int64_t min_ns,
                               int64_t max_ns, ScenarioAmount *amount)
{
    return read_amount(reader, node, &(Measure){.min = min_ns, .max = max_ns}, amount);
}

int64_t scenario_amount_max(const ScenarioAmount *amount)
{
    return amount->kind == SCENARIO_AMOUNT_CONSTANT ? amount->a : amount->b;
}
