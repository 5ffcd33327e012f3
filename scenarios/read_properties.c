/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/read_expect.h"

#define BIT(property) (UINT32_C(1) << (property))

/* {"S8": false}: true is the default. */
static void read_switches(ScenarioReader *reader, uint32_t node, uint32_t *off)
{
    ScenarioPropertiesKeys keys = {0};

    if (node == SCENARIO_NODE_NONE) {
        return;
    }
    scenario_reader_object(reader, node, &scenario_properties_table, &keys);
    for (uint32_t i = 0; i < SCENARIO_PROPERTIES; i++) {
        bool on = true;

        scenario_reader_bool(reader, keys.of[i], &on);
        if (!on) {
            *off |= BIT(i);
        }
    }
}

static void read_failure(ScenarioReader *reader, uint32_t node)
{
    ScenarioExpect *expect = &reader->scenario->expect;
    int property = 0;

    if (!scenario_reader_word(reader, node, &scenario_property_words, &property)) {
        return;
    }
    if (expect->properties_off & BIT(property)) {
        scenario_reader_fail(reader, node,
                             "is switched off by \"properties\", so it cannot be expected to fail");
    }
    expect->must_fail |= BIT(property);
}

/* A property or an array of properties. */
static void read_failures(ScenarioReader *reader, uint32_t node)
{
    if (node == SCENARIO_NODE_NONE) {
        return;
    }
    const ScenarioNode *at = scenario_reader_node(reader, node);

    if (at->kind != SCENARIO_NODE_ARRAY) {
        read_failure(reader, node);
        return;
    }
    for (uint32_t i = at->first; i != SCENARIO_NODE_NONE;
         i = scenario_reader_node(reader, i)->next) {
        read_failure(reader, i);
    }
}

void scenario_read_properties(ScenarioReader *reader, const ScenarioExpectKeys *keys)
{
    ScenarioExpect *expect = &reader->scenario->expect;
    bool conflict = false;

    scenario_reader_bool(reader, keys->no_violation, &expect->no_violation);
    read_switches(reader, keys->properties, &expect->properties_off);
    read_failures(reader, keys->expect_failure);
    if (keys->finality_conflict != SCENARIO_NODE_NONE &&
        scenario_reader_bool(reader, keys->finality_conflict, &conflict)) {
        expect->finality_conflict = conflict ? SCENARIO_ANSWER_YES : SCENARIO_ANSWER_NO;
    }
}
