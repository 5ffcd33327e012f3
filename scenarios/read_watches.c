/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/read_expect.h"
#include "scenarios/selector.h"
#include "scenarios/units.h"

/* What the two kinds of objects have in common. */
typedef struct CommonKeys {
    uint32_t quantity;
    uint32_t peers;
    uint32_t at_least;
    uint32_t at_most;
} CommonKeys;

static void read_common(ScenarioReader *reader, uint32_t node, const CommonKeys *keys,
                        ScenarioWatch *watch)
{
    int quantity = SCENARIO_QUANTITY_HEAD;

    scenario_reader_word(reader, keys->quantity, &scenario_quantity_words, &quantity);
    watch->quantity = (ScenarioQuantity)quantity;
    scenario_selector_set(reader, keys->peers, false, &watch->peers);
    scenario_read_limits(reader, node, keys->at_least, keys->at_most, &watch->limits);
}

static void read_always(ScenarioReader *reader, uint32_t node, ScenarioWatch *watch)
{
    const int64_t duration_ns = reader->scenario->duration_ns;
    ScenarioAlwaysKeys keys = {0};

    scenario_reader_object(reader, node, &scenario_always_table, &keys);
    if (scenario_reader_node(reader, node)->kind != SCENARIO_NODE_OBJECT) {
        return;
    }
    read_common(reader, node, &(CommonKeys){keys.quantity, keys.peers, keys.at_least, keys.at_most},
                watch);
    if (!scenario_reader_duration(reader, keys.from, 0, duration_ns, &watch->from_ns) ||
        !scenario_reader_duration(reader, keys.until, 0, duration_ns, &watch->until_ns) ||
        watch->from_ns <= watch->until_ns) {
        return;
    }
    g_autofree char *from = scenario_units_duration_text(watch->from_ns);

    scenario_reader_fail(reader, keys.until, "is before %s, from when on it is to hold", from);
}

static void read_eventually(ScenarioReader *reader, uint32_t node, ScenarioWatch *watch)
{
    ScenarioEventuallyKeys keys = {0};

    scenario_reader_object(reader, node, &scenario_eventually_table, &keys);
    if (scenario_reader_node(reader, node)->kind != SCENARIO_NODE_OBJECT) {
        return;
    }
    read_common(reader, node, &(CommonKeys){keys.quantity, keys.peers, keys.at_least, keys.at_most},
                watch);
    scenario_read_window(reader, keys.from, keys.within, &watch->from_ns, &watch->until_ns);
}

static void read_array(ScenarioReader *reader, uint32_t node, ScenarioWatchKind kind,
                       const char *items)
{
    ScenarioExpect *expect = &reader->scenario->expect;
    const ScenarioNode *at = scenario_reader_array(reader, node, items, SCENARIO_WATCHES_MAX);

    if (at == NULL) {
        return;
    }
    expect->watches = g_renew(ScenarioWatch, expect->watches, expect->n_watches + at->n_children);
    for (uint32_t i = at->first, index = 0; i != SCENARIO_NODE_NONE;
         i = scenario_reader_node(reader, i)->next, index++) {
        ScenarioWatch *watch = &expect->watches[expect->n_watches++];

        *watch = (ScenarioWatch){
            .kind = kind,
            .index = index,
            .limits = {.at_most = UINT64_MAX},
            .until_ns = reader->scenario->duration_ns,
        };
        if (kind == SCENARIO_WATCH_EVENTUALLY) {
            read_eventually(reader, i, watch);
        } else {
            read_always(reader, i, watch);
        }
    }
}

void scenario_read_watches(ScenarioReader *reader, const ScenarioExpectKeys *keys)
{
    static const char items[] = "quantities with limits";

    read_array(reader, keys->always, SCENARIO_WATCH_ALWAYS, items);
    read_array(reader, keys->never, SCENARIO_WATCH_NEVER, items);
    read_array(reader, keys->eventually, SCENARIO_WATCH_EVENTUALLY, items);
}
