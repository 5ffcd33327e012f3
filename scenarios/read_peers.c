/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "scenarios/link_change.h"
#include "scenarios/parts.h"
#include "scenarios/read_clock.h"

#define NS_PER_US INT64_C(1000)
#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S INT64_C(1000000000)

#define PPM 1000000u
#define IDLE_TIMEOUT_MIN_NS NS_PER_MS

static bool is_group_name(const char *name)
{
    if (!g_ascii_isalpha(name[0]) || strlen(name) > SCENARIO_GROUP_NAME_MAX) {
        return false;
    }
    for (const char *at = name; *at != '\0'; at++) {
        if (!g_ascii_isalnum(*at) && *at != '_' && *at != '-') {
            return false;
        }
    }
    return true;
}

static void read_processing(ScenarioReader *reader, uint32_t node, ScenarioProcessing *processing)
{
    ScenarioProcessingKeys keys = {0};
    const int64_t max = SCENARIO_LATENCY_MAX_NS;

    if (node == SCENARIO_NODE_NONE) {
        return;
    }
    scenario_reader_object(reader, node, &scenario_processing_table, &keys);
    scenario_reader_duration(reader, keys.header, 0, max, &processing->header_ns);
    scenario_reader_duration(reader, keys.block, 0, max, &processing->block_ns);
    scenario_reader_duration(reader, keys.kilobyte, 0, max, &processing->kilobyte_ns);
    scenario_reader_duration(reader, keys.transaction, 0, max, &processing->transaction_ns);
    scenario_reader_duration(reader, keys.fetch, 0, max, &processing->fetch_ns);
}

static void read_scheduled(ScenarioReader *reader, uint32_t node, ScenarioGroup *group)
{
    bool scheduled = true;

    if (scenario_reader_bool(reader, node, &scheduled) && node != SCENARIO_NODE_NONE &&
        !group->produces) {
        scenario_reader_fail(reader, node, "is allowed with \"produces\": true alone");
    }
    group->unscheduled = !scheduled;
}

static void read_missed_slots(ScenarioReader *reader, uint32_t node, ScenarioGroup *group)
{
    if (node != SCENARIO_NODE_NONE && !group->produces) {
        scenario_reader_fail(reader, node, "needs \"produces\": true; nobody else has slots");
    }
    scenario_reader_ppm32(reader, node, 0, PPM, &group->missed_slots_ppm);
}

static void read_group_keys(ScenarioReader *reader, const ScenarioGroupKeys *keys,
                            ScenarioGroup *group)
{
    const int64_t duration_ns = reader->scenario->duration_ns;
    int from_genesis = false;

    scenario_reader_bool(reader, keys->produces, &group->produces);
    read_scheduled(reader, keys->scheduled, group);
    scenario_reader_bool(reader, keys->no_trx, &group->no_trx);
    if (scenario_reader_bool(reader, keys->follow_irreversible, &group->follow_irreversible) &&
        group->follow_irreversible && group->produces) {
        scenario_reader_fail(reader, keys->follow_irreversible,
                             "a producer cannot follow irreversible blocks alone, since it builds "
                             "on its head; leave out \"produces\" or this");
    }
    scenario_reader_word(reader, keys->chain, &scenario_start_chain_words, &from_genesis);
    group->from_genesis = from_genesis != 0;
    scenario_reader_duration_or_none(reader, keys->start, 0, duration_ns, &group->start_ns);
    scenario_reader_duration_or_none(reader, keys->idle_timeout, IDLE_TIMEOUT_MIN_NS,
                                     SCENARIO_DURATION_MAX_NS, &group->idle_timeout_ns);
    scenario_read_clock(reader, keys->clock, &group->clock);
    read_missed_slots(reader, keys->missed_slots, group);
    scenario_link_bandwidth_read(reader, keys->uplink, &group->uplink_bytes_per_s);
    scenario_link_bandwidth_read(reader, keys->downlink, &group->downlink_bytes_per_s);
    read_processing(reader, keys->processing, &group->processing);
    scenario_read_quirks(reader, keys, &group->quirks);
}

/* Reads one group, whose peers begin where those of the last one end. False: its size is
 * unknown. */
static bool read_group(ScenarioReader *reader, uint32_t node, ScenarioGroup *group)
{
    Scenario *scenario = reader->scenario;
    const char *name = scenario_reader_node(reader, node)->key;
    ScenarioGroupKeys keys = {0};
    bool ok = true;

    *group = (ScenarioGroup){
        .name = g_strdup(name),
        .first = scenario->n_peers,
        .count = 1,
        .idle_timeout_ns = 30 * NS_PER_S,
        .processing = {.header_ns = 50 * NS_PER_US,
                       .block_ns = 500 * NS_PER_US,
                       .transaction_ns = 20 * NS_PER_US},
    };
    if (!is_group_name(name)) {
        ok = scenario_reader_fail(reader, node,
                                  "the name of a group is a letter, then letters, digits, '_' or "
                                  "'-', %u characters at most",
                                  SCENARIO_GROUP_NAME_MAX);
    }
    scenario_reader_object(reader, node, &scenario_group_table, &keys);
    ok = scenario_reader_uint32(reader, keys.count, 1, SCENARIO_PEERS_MAX, &group->count) && ok;
    if (scenario->n_peers >= reader->most.peers ||
        group->count > reader->most.peers - scenario->n_peers) {
        ok = scenario_reader_fail(reader, keys.count != SCENARIO_NODE_NONE ? keys.count : node,
                                  "the groups up to here have more than %u peers, the most allowed",
                                  reader->most.peers);
        group->count = 1;
    }
    read_group_keys(reader, &keys, group);
    return ok;
}

/* Lists the producers of groups that are scheduled, or of the others. */
static void list_producers(Scenario *scenario, bool unscheduled)
{
    for (uint32_t i = 0; i < scenario->n_groups; i++) {
        const ScenarioGroup *group = &scenario->groups[i];
        const bool listed = group->produces && group->unscheduled == unscheduled;

        for (uint32_t j = 0; listed && j < group->count; j++) {
            scenario->producers[scenario->n_producers++] = group->first + j;
        }
    }
}

/* Lists all producers; false when there are none, or too many. */
static bool collect_producers(ScenarioReader *reader, uint32_t node)
{
    Scenario *scenario = reader->scenario;
    uint64_t n = 0;

    for (uint32_t i = 0; i < scenario->n_groups; i++) {
        n += scenario->groups[i].produces ? scenario->groups[i].count : 0u;
    }
    if (n == 0) {
        return scenario_reader_fail(reader, node,
                                    "no group has \"produces\": true; a chain needs a producer");
    }
    if (n > SCENARIO_PRODUCERS_MAX) {
        return scenario_reader_fail(
            reader, node, "%" G_GUINT64_FORMAT " producers are too many; at most %u are allowed", n,
            SCENARIO_PRODUCERS_MAX);
    }
    scenario->producers = g_new(uint32_t, n);
    list_producers(scenario, false);
    scenario->n_scheduled = scenario->n_producers;
    list_producers(scenario, true);
    return scenario->n_scheduled > 0 ||
           scenario_reader_fail(reader, node,
                                "every producer has \"scheduled\": false; the first schedule "
                                "needs one");
}

/* They name peers, which must be known. */
static void read_personas(ScenarioReader *reader, const ScenarioNode *peers)
{
    ScenarioGroup *group = reader->scenario->groups;

    for (uint32_t i = peers->first; i != SCENARIO_NODE_NONE;
         i = scenario_reader_node(reader, i)->next) {
        scenario_read_persona(reader, i, group++);
    }
}

void scenario_read_peers(ScenarioReader *reader, uint32_t node)
{
    Scenario *scenario = reader->scenario;
    const uint32_t n_mistakes = reader->n_mistakes;
    bool ok = true;

    if (node == SCENARIO_NODE_NONE) {
        return; /* a required key: noted already */
    }
    const ScenarioNode *peers = scenario_reader_node(reader, node);

    if (peers->kind != SCENARIO_NODE_OBJECT) {
        scenario_reader_wrong_type(
            reader, node,
            "an object of groups, such as {\"bp\": {\"count\": 21, \"produces\": true}}");
        return;
    }
    scenario->groups = g_new0(ScenarioGroup, peers->n_children);
    for (uint32_t i = peers->first; i != SCENARIO_NODE_NONE;
         i = scenario_reader_node(reader, i)->next) {
        ScenarioGroup *group = &scenario->groups[scenario->n_groups];

        ok = read_group(reader, i, group) && ok;
        scenario->n_peers += group->count;
        scenario->n_groups++;
        g_hash_table_insert(reader->groups, group->name, group);
    }
    if (reader->n_mistakes == n_mistakes) {
        collect_producers(reader, node);
    }
    reader->peers_known = ok && scenario->n_peers > 0;
    read_personas(reader, peers);
}
