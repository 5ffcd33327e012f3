/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/turns.h"

#include "scenarios/selector.h"

static bool add_turn(ScenarioReader *reader, uint32_t node, uint32_t peer, ScenarioEvent *event)
{
    g_autofree char *name = scenario_peer_name(reader->scenario, peer);

    if (!scenario_group_of(reader->scenario, peer)->produces) {
        return scenario_reader_fail(reader, node,
                                    "%s is no producer; its group has no \"produces\": true", name);
    }
    for (uint32_t i = 0; i < event->n_turns; i++) {
        if (event->turns[i] == peer) {
            return scenario_reader_fail(reader, node, "%s has a turn already; each has one", name);
        }
    }
    if (event->n_turns == SCENARIO_PRODUCERS_MAX) {
        return scenario_reader_fail(reader, node, "%s is one too many; at most %u are allowed",
                                    name, SCENARIO_PRODUCERS_MAX);
    }
    event->turns[event->n_turns++] = peer;
    return true;
}

/* The peers of one selector. */
static bool add_turns(ScenarioReader *reader, uint32_t node, ScenarioEvent *event)
{
    g_autoptr(GArray) ranges = scenario_selector_ranges(reader, node, false);

    if (ranges == NULL) {
        return false;
    }
    for (guint i = 0; i < ranges->len; i++) {
        const ScenarioRange *range = &g_array_index(ranges, ScenarioRange, i);

        for (uint32_t peer = range->first; peer <= range->last; peer++) {
            if (!add_turn(reader, node, peer, event)) {
                return false;
            }
        }
    }
    return true;
}

bool scenario_turns_read(ScenarioReader *reader, uint32_t node, ScenarioEvent *event)
{
    const ScenarioNode *at = scenario_reader_node(reader, node);
    bool ok = true;

    event->turns = g_new0(uint32_t, SCENARIO_PRODUCERS_MAX);
    if (at->kind != SCENARIO_NODE_ARRAY || at->n_children == 0) {
        return add_turns(reader, node, event);
    }
    for (uint32_t i = at->first; i != SCENARIO_NODE_NONE;
         i = scenario_reader_node(reader, i)->next) {
        if (scenario_reader_node(reader, i)->kind == SCENARIO_NODE_ARRAY) {
            ok = scenario_reader_wrong_type(reader, i, "a selector, such as \"bp[0..9]\"");
        } else {
            ok = add_turns(reader, i, event) && ok;
        }
    }
    event->turns = g_renew(uint32_t, event->turns, MAX(event->n_turns, 1u));
    return ok && scenario_selector_count(reader, node, event->n_turns);
}
