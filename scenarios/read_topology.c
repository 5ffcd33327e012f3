/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/draw.h"
#include "scenarios/edge_list.h"
#include "scenarios/graphml.h"
#include "scenarios/kind_keys.h"
#include "scenarios/link_list.h"
#include "scenarios/parts.h"
#include "scenarios/selector.h"
#include "scenarios/topology.h"
#include "scenarios/topology_random.h"

#define MILLION 1000000u

/* How often a random topology is drawn until it is connected. */
#define DRAWS_MAX 20u

/* A topology while it is read. */
typedef struct Topology {
    ScenarioReader *reader;
    uint32_t node;
    ScenarioTopologyKeys keys;
    ScenarioTopologyKind kind;
    GArray *links; /* of ScenarioLink */
    ScenarioDraw draw;
} Topology;

/* ---- Which kind takes which key -------------------------------------------------------------- */

#define KIND(kind) (1u << SCENARIO_TOPOLOGY_##kind)

/* Kinds that need not be connected when they are drawn. */
#define DRAWN_AGAIN (KIND(ERDOS_RENYI) | KIND(WATTS_STROGATZ))

#define USE(key, by, needed_by) SCENARIO_KIND_KEY(ScenarioTopologyKeys, key, by, needed_by)

static const ScenarioKindKey kind_keys[] = {
    USE(center, KIND(STAR), 0),
    USE(arity, KIND(TREE), KIND(TREE)),
    USE(width, KIND(GRID), KIND(GRID)),
    USE(wrap, KIND(GRID), 0),
    USE(degree, KIND(RANDOM_REGULAR) | KIND(WATTS_STROGATZ) | KIND(REGIONS),
        KIND(RANDOM_REGULAR) | KIND(WATTS_STROGATZ) | KIND(REGIONS)),
    USE(probability, KIND(ERDOS_RENYI), 0),
    USE(mean_degree, KIND(ERDOS_RENYI), 0),
    USE(edges, KIND(BARABASI_ALBERT), KIND(BARABASI_ALBERT)),
    USE(rewiring, KIND(WATTS_STROGATZ), KIND(WATTS_STROGATZ)),
    USE(count, KIND(REGIONS), 0),
    USE(between, KIND(REGIONS), KIND(REGIONS)),
    USE(links, KIND(LINKS), KIND(LINKS)),
    USE(file, KIND(EDGE_LIST) | KIND(GRAPHML), KIND(EDGE_LIST) | KIND(GRAPHML)),
};

static const ScenarioKindKeyTable kind_key_table = {
    .words = &scenario_topology_kind_words, .keys = kind_keys, .n_keys = G_N_ELEMENTS(kind_keys)};

/* ---- Fixed shapes ---------------------------------------------------------------------------- */

static uint32_t n_peers_of(const Topology *topology)
{
    return topology->reader->scenario->n_peers;
}

static bool check_n_links(Topology *topology, uint32_t node, uint64_t n_links, const char *hint)
{
    if (n_links > topology->reader->most.links) {
        return scenario_reader_fail(topology->reader, node,
                                    "the topology has %" G_GUINT64_FORMAT
                                    " links; at most %u are allowed%s",
                                    n_links, topology->reader->most.links, hint);
    }
    return true;
}

static bool make_full_mesh(Topology *topology)
{
    const uint64_t n_peers = n_peers_of(topology);

    if (!check_n_links(topology, topology->node, n_peers * (n_peers - 1u) / 2u,
                       "; a random-regular one has fewer")) {
        return false;
    }
    scenario_topology_full_mesh(topology->links, (uint32_t)n_peers);
    return true;
}

static bool make_star(Topology *topology)
{
    uint32_t center = 0;

    if (!scenario_selector_one(topology->reader, topology->keys.center, &center)) {
        return false;
    }
    scenario_topology_star(topology->links, n_peers_of(topology), center);
    return true;
}

static bool make_tree(Topology *topology)
{
    uint32_t arity = 0;

    if (!scenario_reader_uint32(topology->reader, topology->keys.arity, 1, SCENARIO_PEERS_MAX - 1,
                                &arity)) {
        return false;
    }
    scenario_topology_tree(topology->links, n_peers_of(topology), arity);
    return true;
}

static bool make_grid(Topology *topology)
{
    const uint32_t n_peers = n_peers_of(topology);
    uint32_t width = 0;
    bool wrap = false;
    bool ok = scenario_reader_bool(topology->reader, topology->keys.wrap, &wrap);

    ok = scenario_reader_uint32(topology->reader, topology->keys.width, 1, SCENARIO_PEERS_MAX,
                                &width) &&
         ok;
    if (!ok) {
        return false;
    }
    if (n_peers % width != 0) {
        return scenario_reader_fail(topology->reader, topology->keys.width,
                                    "%u peers do not fill rows of %u; the number of peers must be "
                                    "a multiple of the width",
                                    n_peers, width);
    }
    scenario_topology_grid(topology->links, n_peers, width, wrap);
    return true;
}

/* ---- Random ones ----------------------------------------------------------------------------- */

static bool make_random_regular(Topology *topology)
{
    const uint32_t n_peers = n_peers_of(topology);
    const uint32_t node = topology->keys.degree;
    uint32_t degree = 0;

    if (!scenario_reader_uint32(topology->reader, node, 1, SCENARIO_PEERS_MAX - 1, &degree)) {
        return false;
    }
    const char *wrong = scenario_topology_check_degree(n_peers, degree);

    if (wrong != NULL) {
        return scenario_reader_fail(topology->reader, node, "%u does not suit %u peers: %s", degree,
                                    n_peers, wrong);
    }
    if (!check_n_links(topology, node, (uint64_t)n_peers * degree / 2u, "")) {
        return false;
    }
    scenario_topology_random_regular(topology->links, n_peers, degree, &topology->draw);
    return true;
}

/* The probability of a link, given itself or by the mean degree. */
static bool read_probability(Topology *topology, ScenarioShare *ret_share)
{
    const ScenarioTopologyKeys *keys = &topology->keys;
    const uint32_t others = n_peers_of(topology) - 1;
    uint64_t ppm = 0;

    if ((keys->probability == SCENARIO_NODE_NONE) == (keys->mean_degree == SCENARIO_NODE_NONE)) {
        return scenario_reader_fail(topology->reader, topology->node,
                                    "an erdos-renyi topology must have one of \"probability\" and "
                                    "\"mean_degree\"");
    }
    if (keys->probability != SCENARIO_NODE_NONE) {
        *ret_share = (ScenarioShare){.denominator = MILLION};
        return scenario_reader_ppm(topology->reader, keys->probability, 1, MILLION,
                                   &ret_share->numerator);
    }
    if (!scenario_reader_ppm(topology->reader, keys->mean_degree, 1,
                             (uint64_t)(SCENARIO_PEERS_MAX - 1) * MILLION, &ppm)) {
        return false;
    }
    if (ppm > (uint64_t)others * MILLION) {
        return scenario_reader_fail(
            topology->reader, keys->mean_degree, "%.40s does not suit %u peers: each has %u others",
            scenario_document_text(topology->reader->document, keys->mean_degree), others + 1,
            others);
    }
    *ret_share = (ScenarioShare){.numerator = ppm, .denominator = (uint64_t)others * MILLION};
    return true;
}

static bool make_erdos_renyi(Topology *topology)
{
    ScenarioShare share = {0};

    if (!read_probability(topology, &share)) {
        return false;
    }
    if (!scenario_topology_erdos_renyi(topology->links, n_peers_of(topology), share,
                                       &topology->draw)) {
        return scenario_reader_fail(topology->reader, topology->node,
                                    "the topology has more than %u links, the most allowed",
                                    SCENARIO_LINKS_MAX);
    }
    return check_n_links(topology, topology->node, topology->links->len, "");
}

static bool make_barabasi_albert(Topology *topology)
{
    const uint32_t n_peers = n_peers_of(topology);
    const uint32_t node = topology->keys.edges;
    uint32_t edges = 0;

    if (!scenario_reader_uint32(topology->reader, node, 1, SCENARIO_PEERS_MAX - 1, &edges)) {
        return false;
    }
    if (edges >= n_peers) {
        return scenario_reader_fail(topology->reader, node,
                                    "%u does not suit %u peers: the number must be below that of "
                                    "the peers",
                                    edges, n_peers);
    }
    const uint64_t n_links =
        (uint64_t)(edges + 1) * edges / 2u + (uint64_t)(n_peers - edges - 1) * edges;

    if (!check_n_links(topology, node, n_links, "")) {
        return false;
    }
    scenario_topology_barabasi_albert(topology->links, n_peers, edges, &topology->draw);
    return true;
}

static bool make_watts_strogatz(Topology *topology)
{
    const uint32_t n_peers = n_peers_of(topology);
    const uint32_t node = topology->keys.degree;
    uint32_t degree = 0;
    uint32_t rewiring_ppm = 0;
    bool ok = scenario_reader_uint32(topology->reader, node, 2, SCENARIO_PEERS_MAX / 2, &degree);

    ok = scenario_reader_ppm32(topology->reader, topology->keys.rewiring, 0, MILLION,
                               &rewiring_ppm) &&
         ok;
    if (!ok) {
        return false;
    }
    if (degree % 2u != 0 || degree > n_peers / 2u) {
        return scenario_reader_fail(topology->reader, node,
                                    "%u does not suit %u peers: the degree must be even and at "
                                    "most half the number of peers",
                                    degree, n_peers);
    }
    if (!check_n_links(topology, node, (uint64_t)n_peers * degree / 2u, "")) {
        return false;
    }
    scenario_topology_watts_strogatz(topology->links, n_peers, degree, rewiring_ppm,
                                     &topology->draw);
    return true;
}

/* ---- Regions --------------------------------------------------------------------------------- */

/* The peers at which regions start: of groups, or `count` of like size. (transfer full) */
static uint32_t *new_starts(const Scenario *scenario, uint32_t count, bool of_groups)
{
    uint32_t *starts = g_new(uint32_t, count + 1u);

    for (uint32_t i = 0; i < count; i++) {
        starts[i] = of_groups ? scenario->groups[i].first
                              : (uint32_t)((uint64_t)i * scenario->n_peers / count);
    }
    starts[count] = scenario->n_peers;
    return starts;
}

/* Checks that each region can be made, and counts the links. */
static bool check_regions(Topology *topology, const ScenarioRegions *regions)
{
    const uint64_t n = regions->n_regions;
    uint64_t n_links = n * (n - 1u) / 2u * regions->between;
    uint64_t least[2] = {UINT32_MAX, UINT32_MAX}; /* sizes of the two smallest regions */

    for (uint32_t i = 0; i < n; i++) {
        const uint32_t size = regions->starts[i + 1] - regions->starts[i];
        const uint32_t degree = MIN(regions->degree, size - 1u);
        const char *wrong = scenario_topology_check_degree(size, degree);

        if (wrong != NULL) {
            return scenario_reader_fail(topology->reader, topology->keys.degree,
                                        "%u does not suit region %u, which has %u peers: %s",
                                        degree, i, size, wrong);
        }
        n_links += (uint64_t)size * degree / 2u;
        least[1] = MIN(least[1], MAX(least[0], size));
        least[0] = MIN(least[0], size);
    }
    if (n > 1 && regions->between > least[0] * least[1]) {
        return scenario_reader_fail(topology->reader, topology->keys.between,
                                    "%u is out of range; the two smallest regions have %u and %u "
                                    "peers, so at most %" G_GUINT64_FORMAT " links join them",
                                    regions->between, (unsigned)least[0], (unsigned)least[1],
                                    least[0] * least[1]);
    }
    return check_n_links(topology, topology->node, n_links, "");
}

/* Keeps which region each peer is of. */
static void set_regions(Scenario *scenario, const ScenarioRegions *regions)
{
    g_free(scenario->regions);
    scenario->regions = g_new(uint32_t, scenario->n_peers);
    scenario->n_regions = regions->n_regions;
    for (uint32_t i = 0; i < regions->n_regions; i++) {
        for (uint32_t peer = regions->starts[i]; peer < regions->starts[i + 1]; peer++) {
            scenario->regions[peer] = i;
        }
    }
}

static bool make_regions(Topology *topology)
{
    ScenarioReader *reader = topology->reader;
    const ScenarioTopologyKeys *keys = &topology->keys;
    const uint32_t n_peers = n_peers_of(topology);
    ScenarioRegions regions = {.n_regions = reader->scenario->n_groups};
    bool ok = scenario_reader_uint32(reader, keys->count, 1, n_peers, &regions.n_regions);

    ok = scenario_reader_uint32(reader, keys->degree, 1, SCENARIO_PEERS_MAX - 1, &regions.degree) &&
         ok;
    ok = scenario_reader_uint32(reader, keys->between, 0, SCENARIO_LINKS_MAX, &regions.between) &&
         ok;
    if (!ok) {
        return false;
    }
    g_autofree uint32_t *starts =
        new_starts(reader->scenario, regions.n_regions, keys->count == SCENARIO_NODE_NONE);

    regions.starts = starts;
    if (!check_regions(topology, &regions)) {
        return false;
    }
    scenario_topology_regions(topology->links, &regions, &topology->draw);
    set_regions(reader->scenario, &regions);
    return true;
}

/* ---- All kinds ------------------------------------------------------------------------------- */

static bool make_links(Topology *topology)
{
    const uint32_t n_peers = n_peers_of(topology);

    switch (topology->kind) {
    case SCENARIO_TOPOLOGY_FULL_MESH:
        return make_full_mesh(topology);
    case SCENARIO_TOPOLOGY_RING:
        scenario_topology_ring(topology->links, n_peers);
        return true;
    case SCENARIO_TOPOLOGY_LINE:
        scenario_topology_line(topology->links, n_peers);
        return true;
    case SCENARIO_TOPOLOGY_STAR:
        return make_star(topology);
    case SCENARIO_TOPOLOGY_TREE:
        return make_tree(topology);
    case SCENARIO_TOPOLOGY_GRID:
        return make_grid(topology);
    case SCENARIO_TOPOLOGY_RANDOM_REGULAR:
        return make_random_regular(topology);
    case SCENARIO_TOPOLOGY_ERDOS_RENYI:
        return make_erdos_renyi(topology);
    case SCENARIO_TOPOLOGY_BARABASI_ALBERT:
        return make_barabasi_albert(topology);
    case SCENARIO_TOPOLOGY_WATTS_STROGATZ:
        return make_watts_strogatz(topology);
    case SCENARIO_TOPOLOGY_REGIONS:
        return make_regions(topology);
    case SCENARIO_TOPOLOGY_LINKS:
        return scenario_link_list_read(topology->reader, topology->keys.links, topology->links);
    case SCENARIO_TOPOLOGY_EDGE_LIST:
        return scenario_edge_list_read(topology->reader, topology->keys.file, topology->links);
    case SCENARIO_TOPOLOGY_GRAPHML:
        return scenario_graphml_read(topology->reader, topology->keys.file, topology->links);
    }
    g_assert_not_reached();
}

static bool fail_not_connected(Topology *topology, uint32_t n_components, uint32_t other,
                               uint32_t n_draws)
{
    const Scenario *scenario = topology->reader->scenario;
    g_autofree char *name = scenario_peer_name(scenario, 0);
    g_autofree char *other_name = scenario_peer_name(scenario, other);
    g_autofree char *draws =
        n_draws == 1 ? g_strdup("") : g_strdup_printf(", in the last of %u draws", n_draws);

    return scenario_reader_fail(topology->reader, topology->node,
                                "the topology is not connected: it has %u components%s, and no "
                                "path joins %s (peer 0) and %s (peer %u); \"connected\": false "
                                "allows that",
                                n_components, draws, name, other_name, other);
}

/* Makes links until all peers are joined, where that is a matter of luck. */
static bool make_connected(Topology *topology)
{
    const uint32_t n_draws = (DRAWN_AGAIN & 1u << topology->kind) != 0 ? DRAWS_MAX : 1;
    uint32_t n_components = 0;
    uint32_t other = 0;

    for (uint32_t i = 0; i < n_draws; i++) {
        g_array_set_size(topology->links, 0);
        if (!make_links(topology)) {
            return false;
        }
        n_components = scenario_topology_components(topology->links, n_peers_of(topology), &other);
        if (n_components == 1) {
            return true;
        }
    }
    return fail_not_connected(topology, n_components, other, n_draws);
}

/* Each link once more, dialled by the other side. */
static bool make_mutual(Topology *topology)
{
    const ScenarioReader *reader = topology->reader;
    const guint n = topology->links->len;

    if (n > reader->most.links / 2) {
        return scenario_reader_fail(
            topology->reader, topology->keys.mutual,
            "%u links, each dialled by both sides, make more than %u, the most "
            "allowed",
            n, reader->most.links);
    }
    for (guint i = 0; i < n; i++) {
        ScenarioLink link = g_array_index(topology->links, ScenarioLink, i);

        link.from ^= link.to;
        link.to ^= link.from;
        link.from ^= link.to;
        g_array_append_val(topology->links, link);
    }
    scenario_topology_sort(topology->links, n_peers_of(topology));
    return true;
}

void scenario_read_topology(ScenarioReader *reader, uint32_t node)
{
    Scenario *scenario = reader->scenario;
    Topology topology = {.reader = reader, .node = node, .draw = {.state = scenario->seed}};
    int kind = SCENARIO_TOPOLOGY_FULL_MESH;
    bool connected = true;
    bool ok = true;

    if (node != SCENARIO_NODE_NONE) {
        ok = scenario_reader_object(reader, node, &scenario_topology_table, &topology.keys);
        ok = scenario_reader_word(reader, topology.keys.kind, &scenario_topology_kind_words,
                                  &kind) &&
             ok;
        ok = scenario_reader_bool(reader, topology.keys.connected, &connected) && ok;
        ok = scenario_reader_bool(reader, topology.keys.mutual, &scenario->mutual) && ok;
    }
    topology.kind = (ScenarioTopologyKind)kind;
    if (!ok ||
        !scenario_kind_keys_check(reader, node, &kind_key_table, topology.kind, &topology.keys) ||
        !reader->peers_known) {
        return;
    }
    g_autoptr(GArray) links = g_array_new(FALSE, FALSE, sizeof(ScenarioLink));

    topology.links = links;
    ok = connected ? make_connected(&topology) : make_links(&topology);
    if (ok && (!scenario->mutual || make_mutual(&topology))) {
        scenario->n_links = links->len;
        scenario->links = (ScenarioLink *)(void *)g_array_free(g_steal_pointer(&links), FALSE);
    }
}
