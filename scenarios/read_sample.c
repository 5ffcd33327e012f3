/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/read_sample.h"

uint32_t scenario_sample_room(const ScenarioReader *reader)
{
    return SCENARIO_SAMPLE_VALUES_MAX - reader->n_sampled;
}

bool scenario_sample_read_weights(ScenarioReader *reader, uint32_t node, GArray *values)
{
    const ScenarioNode *at = scenario_reader_node(reader, node);
    guint n = 0;
    bool ok = true;

    if (node == SCENARIO_NODE_NONE) {
        return true;
    }
    if (at->kind != SCENARIO_NODE_ARRAY || at->n_children != values->len) {
        return scenario_reader_fail(
            reader, node, "must be an array with a number for each value, %u in all", values->len);
    }
    for (uint32_t i = at->first; i != SCENARIO_NODE_NONE;
         i = scenario_reader_node(reader, i)->next) {
        ScenarioWeighted *value = &g_array_index(values, ScenarioWeighted, n++);

        ok = scenario_reader_ppm(reader, i, 0, SCENARIO_SAMPLE_WEIGHT_MAX, &value->weight) && ok;
    }
    return ok;
}

const ScenarioSample *scenario_sample_add(ScenarioReader *reader, uint32_t node, GArray *values)
{
    Scenario *scenario = reader->scenario;
    ScenarioWeighted *all = (ScenarioWeighted *)(void *)values->data;
    uint64_t total = 0;

    for (guint i = 0; i < values->len; i++) {
        total += all[i].weight;
    }
    if (total == 0) {
        scenario_reader_fail(reader, node, "all weights are 0");
        return NULL;
    }
    if (scenario->samples == NULL) {
        scenario->samples = g_ptr_array_new_with_free_func((GDestroyNotify)scenario_sample_free);
    }
    ScenarioSample *sample = scenario_sample_new(all, values->len);

    g_ptr_array_add(scenario->samples, sample);
    reader->n_sampled += values->len;
    return sample;
}
