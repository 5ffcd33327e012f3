/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/link_change.h"
#include "scenarios/link_latency.h"
#include "scenarios/link_regions.h"
#include "scenarios/parts.h"
#include "scenarios/selector.h"

#define NS_PER_MS INT64_C(1000000)
#define DEFAULT_BUFFER_BYTES (1024u * 1024u)

/* ---- Rules ----------------------------------------------------------------------------------- */

/* On which sides of a rule a peer is. */
#define SIDE_FROM 1u
#define SIDE_TO 2u

/* What one of `between` says. */
typedef struct Rule {
    ScenarioLinkChange change;
    uint32_t latency; /* index of the change's in Scenario.latencies */
    bool one_way;
    uint8_t *sides; /* of each peer */
} Rule;

static bool mark(ScenarioReader *reader, uint32_t node, uint8_t side, uint8_t *sides)
{
    g_autoptr(GArray) ranges = scenario_selector_ranges(reader, node, false);

    if (ranges == NULL) {
        return false;
    }
    for (guint i = 0; i < ranges->len; i++) {
        const ScenarioRange *range = &g_array_index(ranges, ScenarioRange, i);

        for (uint32_t peer = range->first; peer <= range->last; peer++) {
            sides[peer] |= side;
        }
    }
    return true;
}

static bool is_meant(const Rule *rule, uint32_t from, uint32_t to)
{
    const bool there = (rule->sides[from] & SIDE_FROM) != 0 && (rule->sides[to] & SIDE_TO) != 0;
    const bool back = (rule->sides[to] & SIDE_FROM) != 0 && (rule->sides[from] & SIDE_TO) != 0;

    return there || (back && !rule->one_way);
}

/* False: the rule does not concern it. */
static bool apply_to_way(const Rule *rule, uint32_t from, uint32_t to, ScenarioWay *way)
{
    if (!is_meant(rule, from, to)) {
        return false;
    }
    if (rule->change.has_latency) {
        way->latency = rule->latency;
    }
    scenario_link_change_way(&rule->change, way);
    return true;
}

/* False: the rule concerns no link. */
static bool apply(const Scenario *scenario, const Rule *rule, ScenarioWay *ways)
{
    bool concerns = false;

    for (uint32_t l = 0; l < scenario->n_links; l++) {
        const ScenarioLink *link = &scenario->links[l];

        const bool there = apply_to_way(rule, link->from, link->to, &ways[2 * l]);
        const bool back = apply_to_way(rule, link->to, link->from, &ways[2 * l + 1]);

        concerns = concerns || there || back;
    }
    return concerns;
}

/* True: it is right, and concerns no link. */
static bool read_rule(ScenarioReader *reader, uint32_t node, GArray *latencies, ScenarioWay *ways)
{
    g_autofree uint8_t *sides = g_new0(uint8_t, reader->scenario->n_peers);
    ScenarioLinkRuleKeys keys = {0};
    Rule rule = {.latency = latencies->len, .sides = sides};

    if (!scenario_reader_object(reader, node, &scenario_link_rule_table, &keys)) {
        return false;
    }
    const ScenarioLinkChangeKeys change_keys = {
        .latency = keys.latency,
        .bandwidth = keys.bandwidth,
        .loss = keys.loss,
        .send_buffer = keys.send_buffer,
        .receive_buffer = keys.receive_buffer,
    };

    scenario_link_change_read(reader, node, &change_keys, &rule.change);
    scenario_reader_bool(reader, keys.one_way, &rule.one_way);
    const bool from_ok = mark(reader, keys.from, SIDE_FROM, sides);

    if (!mark(reader, keys.to, SIDE_TO, sides) || !from_ok) {
        return false;
    }
    g_array_append_val(latencies, rule.change.latency);
    return !apply(reader->scenario, &rule, ways);
}

static void read_rules(ScenarioReader *reader, uint32_t node, GArray *latencies, ScenarioWay *ways)
{
    const ScenarioNode *at = scenario_reader_array(reader, node, "rules", SCENARIO_LINK_RULES_MAX);

    if (at == NULL) {
        return;
    }
    GArray *idle = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    uint32_t index = 0;

    for (uint32_t i = at->first; i != SCENARIO_NODE_NONE;
         i = scenario_reader_node(reader, i)->next, index++) {
        if (read_rule(reader, i, latencies, ways)) {
            g_array_append_val(idle, index);
        }
    }
    reader->scenario->n_idle_link_rules = idle->len;
    reader->scenario->idle_link_rules = (uint32_t *)(void *)g_array_free(idle, FALSE);
}

/* ---- Links ----------------------------------------------------------------------------------- */

static void read_model(ScenarioReader *reader, const ScenarioLinksKeys *keys)
{
    ScenarioLinkModel *model = &reader->scenario->link_model;

    scenario_link_latency_read(reader, keys->latency, &model->latency);
    scenario_link_bandwidth_read(reader, keys->bandwidth, &model->bandwidth_bytes_per_s);
    scenario_reader_ppm32(reader, keys->loss, 0, SCENARIO_LOSS_MAX_PPM, &model->loss_ppm);
    scenario_reader_size(reader, keys->send_buffer, SCENARIO_BUFFER_MIN_BYTES,
                         SCENARIO_BUFFER_MAX_BYTES, &model->send_buffer_bytes);
    scenario_reader_size(reader, keys->receive_buffer, SCENARIO_BUFFER_MIN_BYTES,
                         SCENARIO_BUFFER_MAX_BYTES, &model->receive_buffer_bytes);
    if (keys->regions != SCENARIO_NODE_NONE && keys->latency != SCENARIO_NODE_NONE) {
        scenario_reader_fail(reader, keys->latency,
                             "has no effect beside \"regions\", which give every link its latency");
    }
}

/* Regions, then the rules in their order. */
static void read_ways(ScenarioReader *reader, const ScenarioLinksKeys *keys)
{
    Scenario *scenario = reader->scenario;
    const ScenarioWay model = scenario_way(scenario, 0);
    GArray *latencies = g_array_new(FALSE, FALSE, sizeof(ScenarioLatency));

    scenario->ways = g_new(ScenarioWay, 2 * (size_t)scenario->n_links);
    for (uint32_t i = 0; i < 2 * scenario->n_links; i++) {
        scenario->ways[i] = model;
    }
    g_array_append_val(latencies, scenario->link_model.latency);
    scenario_link_regions_read(reader, keys->regions, latencies, scenario->ways);
    read_rules(reader, keys->between, latencies, scenario->ways);
    scenario->n_latencies = latencies->len;
    scenario->latencies = (ScenarioLatency *)(void *)g_array_free(latencies, FALSE);
}

void scenario_read_links(ScenarioReader *reader, uint32_t node)
{
    ScenarioLinksKeys keys = {0};

    reader->scenario->link_model = (ScenarioLinkModel){
        .latency = {.kind = SCENARIO_LATENCY_CONSTANT, .a_ns = 50 * NS_PER_MS},
        .send_buffer_bytes = DEFAULT_BUFFER_BYTES,
        .receive_buffer_bytes = DEFAULT_BUFFER_BYTES,
    };
    if (node == SCENARIO_NODE_NONE) {
        return;
    }
    scenario_reader_object(reader, node, &scenario_links_table, &keys);
    read_model(reader, &keys);
    if (keys.regions != SCENARIO_NODE_NONE || keys.between != SCENARIO_NODE_NONE) {
        read_ways(reader, &keys);
    }
}
