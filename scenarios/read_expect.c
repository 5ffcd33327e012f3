/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/read_expect.h"

#include "scenarios/parts.h"
#include "scenarios/selector.h"
#include "scenarios/units.h"

void scenario_read_limits(ScenarioReader *reader, uint32_t node, uint32_t at_least,
                          uint32_t at_most, ScenarioLimits *limits)
{
    if (at_least == SCENARIO_NODE_NONE && at_most == SCENARIO_NODE_NONE) {
        scenario_reader_fail(reader, node,
                             "one of the keys \"at_least\" and \"at_most\" is required");
        return;
    }
    scenario_reader_uint(reader, at_least, 0, UINT64_MAX, &limits->at_least);
    scenario_reader_uint(reader, at_most, 0, UINT64_MAX, &limits->at_most);
    if (limits->at_least > limits->at_most) {
        scenario_reader_fail(reader, node,
                             "nothing is at least %" G_GUINT64_FORMAT
                             " and at most %" G_GUINT64_FORMAT,
                             limits->at_least, limits->at_most);
    }
}

void scenario_read_window(ScenarioReader *reader, uint32_t after, uint32_t within,
                          int64_t *after_ns, int64_t *until_ns)
{
    const int64_t duration_ns = reader->scenario->duration_ns;
    int64_t within_ns = 0;

    if (!scenario_reader_duration(reader, after, 0, duration_ns, after_ns) ||
        within == SCENARIO_NODE_NONE ||
        !scenario_reader_duration(reader, within, 0, duration_ns, &within_ns)) {
        return;
    }
    if (within_ns <= duration_ns - *after_ns) {
        *until_ns = *after_ns + within_ns;
        return;
    }
    g_autofree char *at = scenario_units_duration_text(*after_ns);
    g_autofree char *text = scenario_units_duration_text(within_ns);
    g_autofree char *end = scenario_units_duration_text(duration_ns);

    scenario_reader_fail(reader, within, "%s after %s is past the end of the run (%s)", text, at,
                         end);
}

static void read_bound(ScenarioReader *reader, uint32_t node, ScenarioBound *bound)
{
    const int64_t duration_ns = reader->scenario->duration_ns;
    const ScenarioNode *at = scenario_reader_node(reader, node);
    ScenarioBoundKeys keys = {0};
    int quantity = SCENARIO_QUANTITY_HEAD;

    *bound = (ScenarioBound){
        .at_ns = duration_ns,
        .limits = {.at_most = UINT64_MAX},
        .line = at->source == 0 ? at->line : 0,
    };
    scenario_reader_object(reader, node, &scenario_bound_table, &keys);
    if (at->kind != SCENARIO_NODE_OBJECT) {
        return;
    }
    scenario_reader_word(reader, keys.quantity, &scenario_quantity_words, &quantity);
    bound->quantity = (ScenarioQuantity)quantity;
    scenario_reader_duration(reader, keys.at, 0, duration_ns, &bound->at_ns);
    scenario_read_limits(reader, node, keys.at_least, keys.at_most, &bound->limits);
    if (keys.peers == SCENARIO_NODE_NONE) {
        scenario_selector_all(reader, node, &bound->peers);
    } else {
        scenario_selector_set(reader, keys.peers, false, &bound->peers);
    }
}

static void read_bounds(ScenarioReader *reader, uint32_t node)
{
    ScenarioExpect *expect = &reader->scenario->expect;

    const ScenarioNode *at = scenario_reader_array(reader, node, "bounds", SCENARIO_BOUNDS_MAX);

    if (at == NULL) {
        return;
    }
    expect->bounds = g_new0(ScenarioBound, at->n_children);
    for (uint32_t i = at->first; i != SCENARIO_NODE_NONE;
         i = scenario_reader_node(reader, i)->next) {
        read_bound(reader, i, &expect->bounds[expect->n_bounds++]);
    }
}

void scenario_read_expect(ScenarioReader *reader, uint32_t node)
{
    ScenarioExpect *expect = &reader->scenario->expect;
    ScenarioExpectKeys keys = {0};

    *expect = (ScenarioExpect){
        .convergence_within_ns = SCENARIO_TIME_NONE,
        .lib_within_ns = SCENARIO_TIME_NONE,
        .convergence = true,
        .no_violation = true,
        .bad_block_asked = true,
        .other_disconnects = true,
    };
    if (node == SCENARIO_NODE_NONE) {
        return;
    }
    scenario_reader_object(reader, node, &scenario_expect_table, &keys);
    scenario_read_convergence(reader, keys.convergence);
    scenario_selector_set(reader, keys.bad_block, true, &expect->bad_block);
    scenario_read_disconnects(reader, keys.disconnects);
    scenario_reader_bool(reader, keys.other_disconnects, &expect->other_disconnects);
    if (keys.bad_block != SCENARIO_NODE_NONE) {
        expect->bad_block_asked = true;
        expect->bad_block_stated = true;
    }
    scenario_read_properties(reader, &keys);
    read_bounds(reader, keys.bounds);
    scenario_read_watches(reader, &keys);
    scenario_read_metrics(reader, keys.metrics);
}
