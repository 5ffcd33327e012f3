/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "scenarios/edge_list.h"
#include "scenarios/parts.h"
#include "scenarios/selector.h"
#include "scenarios/topology.h"
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

static void read_sigma(ScenarioReader *reader, uint32_t node, uint32_t *sigma_ppm)
{
    uint64_t ppm = 0;

    if (node == SCENARIO_NODE_NONE) {
        return;
    }
    const ScenarioNodeKind kind = scenario_reader_node(reader, node)->kind;

    if (kind != SCENARIO_NODE_INTEGER && kind != SCENARIO_NODE_NUMBER) {
        scenario_reader_wrong_type(reader, node, "a number from 0 to 5");
        return;
    }
    const char *text = scenario_document_text(reader->document, node);
    const char *wrong = scenario_units_ppm(text, &ppm);

    if (wrong == NULL && ppm > SIGMA_MAX_PPM) {
        wrong = "is out of range";
    }
    if (wrong != NULL) {
        scenario_reader_fail(reader, node, "%.40s %s; allowed is 0 to 5 with at most six decimals",
                             text, wrong);
        return;
    }
    *sigma_ppm = (uint32_t)ppm;
}

static void read_lognormal(ScenarioReader *reader, uint32_t node, ScenarioLatency *latency)
{
    ScenarioLognormalKeys keys = {0};

    latency->kind = SCENARIO_LATENCY_LOGNORMAL;
    scenario_reader_object(reader, node, &scenario_lognormal_table, &keys);
    read_latency_value(reader, keys.median, &latency->a_ns);
    read_sigma(reader, keys.sigma, &latency->sigma_ppm);
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

/* ---- Topology -------------------------------------------------------------------------------- */

/* Notes a key that another kind of topology takes. */
static bool refuse(ScenarioReader *reader, uint32_t node, const char *kind)
{
    if (node == SCENARIO_NODE_NONE) {
        return true;
    }
    return scenario_reader_fail(reader, node, "is allowed with \"kind\": \"%s\" alone", kind);
}

static bool check_n_links(ScenarioReader *reader, uint32_t node, uint64_t n_links)
{
    if (n_links > SCENARIO_LINKS_MAX) {
        return scenario_reader_fail(reader, node,
                                    "the topology has %" G_GUINT64_FORMAT
                                    " links; at most %u are allowed; a random-regular one has "
                                    "fewer",
                                    n_links, SCENARIO_LINKS_MAX);
    }
    return true;
}

static bool make_random_regular(ScenarioReader *reader, uint32_t node, uint32_t degree_node,
                                GArray *links)
{
    const Scenario *scenario = reader->scenario;
    uint32_t degree = 0;

    if (degree_node == SCENARIO_NODE_NONE) {
        return scenario_reader_fail(reader, node,
                                    "the key \"degree\" is required for a random-regular topology");
    }
    if (!scenario_reader_uint32(reader, degree_node, 1, SCENARIO_PEERS_MAX - 1, &degree)) {
        return false;
    }
    const char *wrong = scenario_topology_check_degree(scenario->n_peers, degree);

    if (wrong != NULL) {
        return scenario_reader_fail(reader, degree_node, "%u does not suit %u peers: %s", degree,
                                    scenario->n_peers, wrong);
    }
    if (!check_n_links(reader, degree_node, (uint64_t)scenario->n_peers * degree / 2u)) {
        return false;
    }
    scenario_topology_random_regular(links, scenario->n_peers, degree, scenario->seed);
    return true;
}

static bool make_star(ScenarioReader *reader, uint32_t node, GArray *links)
{
    uint32_t center = 0;

    if (!scenario_selector_one(reader, node, &center)) {
        return false;
    }
    scenario_topology_star(links, reader->scenario->n_peers, center);
    return true;
}

static bool make_links(ScenarioReader *reader, uint32_t node, ScenarioTopologyKind kind,
                       const ScenarioTopologyKeys *keys, GArray *links)
{
    const uint32_t n_peers = reader->scenario->n_peers;

    switch (kind) {
    case SCENARIO_TOPOLOGY_FULL_MESH:
        if (!check_n_links(reader, node, (uint64_t)n_peers * (n_peers - 1u) / 2u)) {
            return false;
        }
        scenario_topology_full_mesh(links, n_peers);
        return true;
    case SCENARIO_TOPOLOGY_RING:
        scenario_topology_ring(links, n_peers);
        return true;
    case SCENARIO_TOPOLOGY_LINE:
        scenario_topology_line(links, n_peers);
        return true;
    case SCENARIO_TOPOLOGY_STAR:
        return make_star(reader, keys->center, links);
    case SCENARIO_TOPOLOGY_RANDOM_REGULAR:
        return make_random_regular(reader, node, keys->degree, links);
    case SCENARIO_TOPOLOGY_EDGE_LIST:
        if (keys->file == SCENARIO_NODE_NONE) {
            return scenario_reader_fail(reader, node,
                                        "the key \"file\" is required for an edge-list topology");
        }
        return scenario_edge_list_read(reader, keys->file, links);
    }
    g_assert_not_reached();
}

static bool check_connected(ScenarioReader *reader, uint32_t node, const GArray *links)
{
    const Scenario *scenario = reader->scenario;
    uint32_t peer = 0;
    uint32_t other = 0;

    if (scenario_topology_is_connected(links, scenario->n_peers, &peer, &other)) {
        return true;
    }
    g_autofree char *name = scenario_peer_name(scenario, peer);
    g_autofree char *other_name = scenario_peer_name(scenario, other);

    return scenario_reader_fail(reader, node,
                                "the topology is not connected: no path joins %s (peer %u) and %s "
                                "(peer %u)",
                                name, peer, other_name, other);
}

void scenario_read_topology(ScenarioReader *reader, uint32_t node)
{
    Scenario *scenario = reader->scenario;
    ScenarioTopologyKeys keys = {0};
    int kind = SCENARIO_TOPOLOGY_FULL_MESH;
    bool ok = true;

    if (node != SCENARIO_NODE_NONE) {
        ok = scenario_reader_object(reader, node, &scenario_topology_table, &keys);
        ok = scenario_reader_word(reader, keys.kind, &scenario_topology_kind_words, &kind) && ok;
    }
    if (!ok) {
        return;
    }
    if (kind != SCENARIO_TOPOLOGY_STAR) {
        ok = refuse(reader, keys.center, "star");
    }
    if (kind != SCENARIO_TOPOLOGY_RANDOM_REGULAR) {
        ok = refuse(reader, keys.degree, "random-regular") && ok;
    }
    if (kind != SCENARIO_TOPOLOGY_EDGE_LIST) {
        ok = refuse(reader, keys.file, "edge-list") && ok;
    }
    if (!ok || !reader->peers_known) {
        return;
    }
    g_autoptr(GArray) links = g_array_new(FALSE, FALSE, sizeof(ScenarioLink));

    if (make_links(reader, node, (ScenarioTopologyKind)kind, &keys, links) &&
        check_connected(reader, node, links)) {
        scenario->n_links = links->len;
        scenario->links = (ScenarioLink *)(void *)g_array_free(g_steal_pointer(&links), FALSE);
    }
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
