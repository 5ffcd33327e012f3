/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/parts.h"
#include "scenarios/random_faults.h"
#include "scenarios/read_event.h"
#include "scenarios/units.h"

static void clear_fault(void *data)
{
    ScenarioRandomFault *fault = data;

    g_free(fault->event.event.peers.peers);
    g_free(fault->event.event.others.peers);
}

/* ---- How often, and when --------------------------------------------------------------------- */

static bool read_rate(ScenarioReader *reader, uint32_t node, uint64_t *rate_per_s_micro)
{
    uint64_t rate = 0;

    if (node == SCENARIO_NODE_NONE) {
        return false; /* a required key: noted already */
    }
    const char *text =
        scenario_reader_string(reader, node, "a string with a rate such as \"2/min\"");

    if (text == NULL) {
        return false;
    }
    const char *wrong = scenario_units_rate(text, &rate);

    if (wrong == NULL && rate > SCENARIO_RANDOM_RATE_MAX_MICRO) {
        wrong = "is out of range; allowed is 0/s to 1000/s";
    }
    if (wrong != NULL) {
        g_autofree char *quoted = scenario_quote(text);

        return scenario_reader_fail(reader, node, "%s %s", quoted, wrong);
    }
    *rate_per_s_micro = rate;
    return true;
}

static bool read_window(ScenarioReader *reader, const ScenarioRandomFaultKeys *keys,
                        ScenarioRandomFault *fault)
{
    const int64_t duration_ns = reader->scenario->duration_ns;

    fault->until_ns = duration_ns;
    if (!scenario_reader_duration(reader, keys->from, 0, duration_ns, &fault->from_ns) ||
        !scenario_reader_duration(reader, keys->until, 1, duration_ns, &fault->until_ns)) {
        return false;
    }
    return fault->from_ns < fault->until_ns ||
           scenario_reader_fail(reader,
                                keys->until != SCENARIO_NODE_NONE ? keys->until : keys->from,
                                "\"until\" must be after \"from\"");
}

/* ---- How long -------------------------------------------------------------------------------- */

static bool read_time(ScenarioReader *reader, uint32_t node, int64_t *time_ns)
{
    return scenario_reader_duration(reader, node, 1, SCENARIO_DURATION_MAX_NS, time_ns);
}

static bool read_uniform(ScenarioReader *reader, uint32_t node, ScenarioRandomTime *time)
{
    const ScenarioNode *at = scenario_reader_node(reader, node);

    if (at->kind != SCENARIO_NODE_ARRAY || at->n_children != 2) {
        return scenario_reader_fail(reader, node,
                                    "must be an array of two durations, the least and the "
                                    "greatest, such as [\"1s\", \"10s\"]");
    }
    if (!read_time(reader, at->first, &time->least_ns) ||
        !read_time(reader, at->last, &time->most_ns)) {
        return false;
    }
    return time->least_ns <= time->most_ns ||
           scenario_reader_fail(reader, node, "the least time must not be above the greatest");
}

static bool read_exponential(ScenarioReader *reader, uint32_t node, ScenarioRandomTime *time)
{
    ScenarioExponentialKeys keys = {0};
    int64_t mean_ns = 0;

    *time = (ScenarioRandomTime){
        .exponential = true, .least_ns = 1, .most_ns = SCENARIO_DURATION_MAX_NS};
    if (!scenario_reader_object(reader, node, &scenario_random_exponential_table, &keys) ||
        !read_time(reader, keys.mean, &mean_ns) || !read_time(reader, keys.min, &time->least_ns) ||
        !read_time(reader, keys.max, &time->most_ns)) {
        return false;
    }
    if (time->least_ns >= mean_ns && keys.min != SCENARIO_NODE_NONE) {
        return scenario_reader_fail(reader, keys.min, "\"min\" must be below \"mean\"");
    }
    if (time->most_ns < mean_ns) {
        return scenario_reader_fail(reader, keys.max, "\"max\" must not be below \"mean\"");
    }
    time->mean_ns = MAX(mean_ns - time->least_ns, 1);
    return true;
}

static bool read_distribution(ScenarioReader *reader, uint32_t node, ScenarioRandomTime *time)
{
    ScenarioRandomTimeKeys keys = {0};

    if (!scenario_reader_object(reader, node, &scenario_random_time_table, &keys)) {
        return false;
    }
    if ((keys.uniform == SCENARIO_NODE_NONE) == (keys.exponential == SCENARIO_NODE_NONE)) {
        return scenario_reader_fail(reader, node,
                                    "must have one of \"uniform\" and \"exponential\"");
    }
    return keys.uniform != SCENARIO_NODE_NONE ? read_uniform(reader, keys.uniform, time)
                                              : read_exponential(reader, keys.exponential, time);
}

static bool read_for(ScenarioReader *reader, uint32_t fault_node, uint32_t node,
                     ScenarioRandomFault *fault)
{
    const bool ends = scenario_event_ends(fault->event.event.kind);

    if (node == SCENARIO_NODE_NONE) {
        return !ends || scenario_reader_fail(reader, fault_node,
                                             "the key \"for\" is required but in a reset");
    }
    if (!ends) {
        return scenario_reader_fail(reader, node, "is not allowed in a reset, which has no end");
    }
    fault->event.for_node = node;
    switch (scenario_reader_node(reader, node)->kind) {
    case SCENARIO_NODE_OBJECT:
        return read_distribution(reader, node, &fault->time);
    case SCENARIO_NODE_STRING:
        if (!read_time(reader, node, &fault->time.least_ns)) {
            return false;
        }
        fault->time.most_ns = fault->time.least_ns;
        return true;
    case SCENARIO_NODE_NULL:
    case SCENARIO_NODE_BOOL:
    case SCENARIO_NODE_INTEGER:
    case SCENARIO_NODE_NUMBER:
    case SCENARIO_NODE_ARRAY:
        break;
    }
    return scenario_reader_wrong_type(reader, node,
                                      "a duration such as \"10s\", or an object such as "
                                      "{\"exponential\": {\"mean\": \"10s\"}}");
}

/* ---- One fault ------------------------------------------------------------------------------- */

static bool read_sides(ScenarioReader *reader, uint32_t node, ScenarioRandomFault *fault)
{
    ScenarioRandomPartitionKeys keys = {0};

    fault->sides = 2;
    if (!scenario_reader_object(reader, node, &scenario_random_partition_table, &keys) ||
        !scenario_reader_uint32(reader, keys.sides, 2, SCENARIO_RANDOM_SIDES_MAX, &fault->sides) ||
        !reader->peers_known) {
        return false;
    }
    return fault->sides <= reader->scenario->n_peers ||
           scenario_reader_fail(reader, node, "%u peers cannot be on %u sides",
                                reader->scenario->n_peers, fault->sides);
}

/* The keys that an event has, too. */
static ScenarioEventKeys keys_of_event(const ScenarioRandomFaultKeys *keys)
{
    return (ScenarioEventKeys){
        .partition = keys->partition,
        .cut = keys->cut,
        .reset = keys->reset,
        .crash = keys->crash,
        .stop_producing = keys->stop_producing,
        .slow = keys->slow,
        .pause = keys->pause,
        .skew_clock = keys->skew_clock,
        .change_links = keys->change_links,
        .factor = keys->factor,
        .skew = keys->skew,
        .drift = keys->drift,
        .latency = keys->latency,
        .bandwidth = keys->bandwidth,
        .loss = keys->loss,
        .send_buffer = keys->send_buffer,
        .receive_buffer = keys->receive_buffer,
        .for_time = keys->for_time,
        .connections = keys->connections,
        .one_way = keys->one_way,
        .chain = keys->chain,
    };
}

static bool read_fault(ScenarioReader *reader, uint32_t node, ScenarioRandomFault *fault)
{
    ScenarioRandomFaultKeys keys = {0};
    bool ok = scenario_reader_object(reader, node, &scenario_random_fault_table, &keys);

    if (scenario_reader_node(reader, node)->kind != SCENARIO_NODE_OBJECT) {
        return false;
    }
    const ScenarioEventKeys event_keys = keys_of_event(&keys);

    ok = read_rate(reader, keys.rate, &fault->rate_per_s_micro) && ok;
    ok = read_window(reader, &keys, fault) && ok;
    if (!scenario_read_event_kind(reader, node, &event_keys, true, &fault->event)) {
        return false;
    }
    const bool partition = fault->event.event.kind == SCENARIO_EVENT_PARTITION;

    ok = read_for(reader, node, keys.for_time, fault) && ok;
    fault->pick = 1;
    if (partition && keys.pick != SCENARIO_NODE_NONE) {
        return scenario_reader_fail(reader, keys.pick,
                                    "is not allowed in a partition, which concerns all peers");
    }
    ok = scenario_reader_uint32(reader, keys.pick, 1, SCENARIO_PEERS_MAX, &fault->pick) && ok;
    return (!partition || read_sides(reader, keys.partition, fault)) && ok;
}

GArray *scenario_random_faults_read(ScenarioReader *reader, uint32_t node)
{
    bool ok = true;
    const ScenarioNode *at =
        scenario_reader_array(reader, node, "random faults", SCENARIO_RANDOM_FAULTS_MAX);

    if (at == NULL) {
        return NULL;
    }
    g_autoptr(GArray) faults = g_array_new(FALSE, TRUE, sizeof(ScenarioRandomFault));

    g_array_set_clear_func(faults, clear_fault);
    for (uint32_t i = at->first; i != SCENARIO_NODE_NONE;
         i = scenario_reader_node(reader, i)->next) {
        g_array_set_size(faults, faults->len + 1);
        ScenarioRandomFault *fault = &g_array_index(faults, ScenarioRandomFault, faults->len - 1);

        fault->event.event.ends = SCENARIO_EVENT_NONE;
        ok = read_fault(reader, i, fault) && ok;
    }
    return ok ? g_steal_pointer(&faults) : NULL;
}
