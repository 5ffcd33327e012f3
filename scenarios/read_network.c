/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "scenarios/parts.h"
#include "scenarios/selector.h"
#include "scenarios/units.h"

#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S INT64_C(1000000000)

#define SIGMA_MAX_PPM 5000000u
#define DEFAULT_BUFFER_BYTES (1024u * 1024u)

/* ---- Links ----------------------------------------------------------------------------------- */

static void read_latency_value(ScenarioReader *reader, uint32_t node, int64_t *latency_ns)
{
    scenario_reader_duration(reader, node, 1, SCENARIO_LATENCY_MAX_NS, latency_ns);
}

static void read_uniform(ScenarioReader *reader, uint32_t node, ScenarioLatency *latency)
{
    const ScenarioNode *at = scenario_reader_node(reader, node);

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
    latency->kind = SCENARIO_LATENCY_UNIFORM;
    read_latency_value(reader, at->first, &latency->a_ns);
    read_latency_value(reader, at->last, &latency->b_ns);
    if (latency->a_ns > latency->b_ns && latency->b_ns > 0) {
        scenario_reader_fail(reader, node, "the least latency must not be above the greatest");
    }
}

static void read_lognormal(ScenarioReader *reader, uint32_t node, ScenarioLatency *latency)
{
    ScenarioLognormalKeys keys = {0};

    latency->kind = SCENARIO_LATENCY_LOGNORMAL;
    scenario_reader_object(reader, node, &scenario_lognormal_table, &keys);
    read_latency_value(reader, keys.median, &latency->a_ns);
    scenario_reader_ppm32(reader, keys.sigma, 0, SIGMA_MAX_PPM, &latency->shape_ppm);
}

static void read_latency(ScenarioReader *reader, uint32_t node, ScenarioLatency *latency)
{
    ScenarioLatencyKeys keys = {0};

    if (node == SCENARIO_NODE_NONE) {
        return;
    }
    const ScenarioNodeKind kind = scenario_reader_node(reader, node)->kind;

    if (kind == SCENARIO_NODE_STRING) {
        read_latency_value(reader, node, &latency->a_ns);
        return;
    }
    if (kind != SCENARIO_NODE_OBJECT) {
        scenario_reader_wrong_type(reader, node,
                                   "a duration such as \"40ms\", {\"uniform\": [...]} or "
                                   "{\"lognormal\": {...}}");
        return;
    }
    if (!scenario_reader_object(reader, node, &scenario_latency_table, &keys)) {
        return;
    }
    if ((keys.uniform != SCENARIO_NODE_NONE) == (keys.lognormal != SCENARIO_NODE_NONE)) {
        scenario_reader_fail(reader, node, "must have one of \"uniform\" and \"lognormal\"");
        return;
    }
    *latency = (ScenarioLatency){0};
    if (keys.uniform != SCENARIO_NODE_NONE) {
        read_uniform(reader, keys.uniform, latency);
    } else {
        read_lognormal(reader, keys.lognormal, latency);
    }
}

static void read_bandwidth(ScenarioReader *reader, uint32_t node, uint64_t *bytes_per_s)
{
    uint64_t value = 0;

    if (node == SCENARIO_NODE_NONE) {
        return;
    }
    const char *text = scenario_reader_string(
        reader, node, "a string with a bandwidth such as \"100Mbit/s\", or \"unlimited\"");

    if (text == NULL || strcmp(text, "unlimited") == 0) {
        return;
    }
    const char *wrong = scenario_units_bandwidth(text, &value);

    if (wrong == NULL && (value == 0 || value > SCENARIO_BANDWIDTH_MAX_BYTES_PER_S)) {
        wrong = "is out of range; allowed is 1B/s to 1000GB/s, or \"unlimited\"";
    }
    if (wrong != NULL) {
        g_autofree char *quoted = scenario_quote(text);

        scenario_reader_fail(reader, node, "%s %s", quoted, wrong);
        return;
    }
    *bytes_per_s = value;
}

void scenario_read_links(ScenarioReader *reader, uint32_t node)
{
    ScenarioLinkModel *model = &reader->scenario->link_model;
    ScenarioLinksKeys keys = {0};

    *model = (ScenarioLinkModel){
        .latency = {.kind = SCENARIO_LATENCY_CONSTANT, .a_ns = 50 * NS_PER_MS},
        .send_buffer_bytes = DEFAULT_BUFFER_BYTES,
        .receive_buffer_bytes = DEFAULT_BUFFER_BYTES,
    };
    if (node == SCENARIO_NODE_NONE) {
        return;
    }
    scenario_reader_object(reader, node, &scenario_links_table, &keys);
    read_latency(reader, keys.latency, &model->latency);
    read_bandwidth(reader, keys.bandwidth, &model->bandwidth_bytes_per_s);
    scenario_reader_size(reader, keys.send_buffer, SCENARIO_BUFFER_MIN_BYTES,
                         SCENARIO_BUFFER_MAX_BYTES, &model->send_buffer_bytes);
    scenario_reader_size(reader, keys.receive_buffer, SCENARIO_BUFFER_MIN_BYTES,
                         SCENARIO_BUFFER_MAX_BYTES, &model->receive_buffer_bytes);
}

void scenario_read_wire(ScenarioReader *reader, uint32_t node)
{
    int wire = SCENARIO_WIRE_STRUCTURED;

    scenario_reader_word(reader, node, &scenario_wire_words, &wire);
    reader->scenario->wire = (ScenarioWire)wire;
}

/* ---- Transactions ---------------------------------------------------------------------------- */

static void read_rate(ScenarioReader *reader, uint32_t node, uint64_t *rate_per_s_micro)
{
    uint64_t rate = 0;

    if (node == SCENARIO_NODE_NONE) {
        return;
    }
    const char *text =
        scenario_reader_string(reader, node, "a string with a rate such as \"10/s\"");

    if (text == NULL) {
        return;
    }
    const char *wrong = scenario_units_rate(text, &rate);

    if (wrong == NULL && rate > SCENARIO_RATE_MAX_PER_S * 1000000u) {
        wrong = "is out of range; allowed is 0/s to 1000000/s";
    }
    if (wrong != NULL) {
        g_autofree char *quoted = scenario_quote(text);

        scenario_reader_fail(reader, node, "%s %s", quoted, wrong);
        return;
    }
    *rate_per_s_micro = rate;
}

void scenario_read_transactions(ScenarioReader *reader, uint32_t node)
{
    ScenarioTransactions *transactions = &reader->scenario->transactions;
    ScenarioTransactionsKeys keys = {0};

    *transactions = (ScenarioTransactions){.lifetime_ns = 30 * NS_PER_S, .size_bytes = 200};
    if (node != SCENARIO_NODE_NONE) {
        scenario_reader_object(reader, node, &scenario_transactions_table, &keys);
        read_rate(reader, keys.rate, &transactions->rate_per_s_micro);
        scenario_reader_duration(reader, keys.lifetime, NS_PER_S, 3600 * NS_PER_S,
                                 &transactions->lifetime_ns);
        scenario_reader_size(reader, keys.size, SCENARIO_TRANSACTION_MIN_BYTES,
                             SCENARIO_TRANSACTION_MAX_BYTES, &transactions->size_bytes);
        scenario_selector_set(reader, keys.from, false, &transactions->from);
    }
    if (keys.from == SCENARIO_NODE_NONE) {
        scenario_selector_all(reader, node, &transactions->from);
    }
}
