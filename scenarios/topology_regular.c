/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/components.h"
#include "scenarios/edge_set.h"
#include "scenarios/topology.h"
#include "scenarios/topology_random.h"

/*
 * Random regular graphs. Pairing model: every peer has `degree` stubs, the stubs are shuffled and
 * joined two by two. A pair that is a loop or stands twice is repaired by exchanging an end with a
 * random good edge. A degree above half of all possible ones is made as the complement of the
 * smaller one. Last, separate components are merged, by exchanging ends between one edge of a cycle
 * in each, which keeps all degrees and cannot disconnect anything.
 */

/* Exchanges tried for one bad edge before all starts anew, and how often it may. */
#define EXCHANGES_MAX 10000u
#define STARTS_MAX 1000u

const char *scenario_topology_check_degree(uint32_t n_peers, uint32_t degree)
{
    if (degree >= n_peers) {
        return "the degree must be below the number of peers";
    }
    if ((uint64_t)n_peers * degree % 2 != 0) {
        return "the number of peers times the degree must be even, since each link has two ends";
    }
    if (degree < 2 && n_peers > degree + 1) {
        return "a degree of at least 2 is needed to connect more than two peers";
    }
    return NULL;
}

typedef struct Pairing {
    uint32_t *ends; /* edge i joins ends[2 i] and ends[2 i + 1] */
    uint32_t n_edges;
    ScenarioEdgeSet set; /* of the good edges */
    ScenarioDraw *draw;
} Pairing;

static void shuffle_stubs(Pairing *pairing, uint32_t degree)
{
    const uint32_t n = pairing->n_edges * 2u;

    g_assert(degree > 0);
    for (uint32_t i = 0; i < n; i++) {
        pairing->ends[i] = i / degree;
    }
    for (uint32_t i = n - 1; i > 0; i--) {
        const uint32_t j = (uint32_t)scenario_draw_below(pairing->draw, i + 1);
        const uint32_t kept = pairing->ends[i];

        pairing->ends[i] = pairing->ends[j];
        pairing->ends[j] = kept;
    }
}

/* Enters good edges into the set; the others are listed. (element-type guint32) */
static GArray *find_bad_edges(Pairing *pairing)
{
    GArray *bad = g_array_new(FALSE, FALSE, sizeof(guint32));

    for (guint32 i = 0; i < pairing->n_edges; i++) {
        const uint32_t *edge = &pairing->ends[2 * i];

        if (edge[0] == edge[1] || scenario_edge_set_has(&pairing->set, edge[0], edge[1])) {
            g_array_append_val(bad, i);
        } else {
            scenario_edge_set_add(&pairing->set, edge[0], edge[1]);
        }
    }
    return bad;
}

/* Tries to make the bad edge (a, b) and a random other edge (c, d) into (a, c) and (b, d). */
static bool try_exchange(Pairing *pairing, uint32_t bad, const bool *is_bad)
{
    const uint32_t other = (uint32_t)scenario_draw_below(pairing->draw, pairing->n_edges);
    const uint32_t side = (uint32_t)scenario_draw_below(pairing->draw, 2);
    uint32_t *edge = &pairing->ends[2 * bad];
    uint32_t *exchanged = &pairing->ends[2 * other];
    const uint32_t a = edge[0];
    const uint32_t b = edge[1];
    const uint32_t c = exchanged[side];
    const uint32_t d = exchanged[1 - side];

    if (is_bad[other] || a == c || b == d || (a == d && b == c) ||
        scenario_edge_set_has(&pairing->set, a, c) || scenario_edge_set_has(&pairing->set, b, d)) {
        return false;
    }
    scenario_edge_set_remove(&pairing->set, c, d);
    scenario_edge_set_add(&pairing->set, a, c);
    scenario_edge_set_add(&pairing->set, b, d);
    edge[0] = a;
    edge[1] = c;
    exchanged[0] = b;
    exchanged[1] = d;
    return true;
}

static bool repair(Pairing *pairing, const GArray *bad)
{
    g_autofree bool *is_bad = g_new0(bool, pairing->n_edges);

    for (guint i = 0; i < bad->len; i++) {
        is_bad[g_array_index(bad, guint32, i)] = true;
    }
    for (guint i = 0; i < bad->len; i++) {
        const uint32_t edge = g_array_index(bad, guint32, i);
        uint32_t tries = 0;

        while (!try_exchange(pairing, edge, is_bad)) {
            if (++tries == EXCHANGES_MAX) {
                return false;
            }
        }
        is_bad[edge] = false;
    }
    return true;
}

/* A random simple graph, connected or not; degree at most half of n_peers - 1. */
static void make_simple(Pairing *pairing, uint32_t degree)
{
    for (uint32_t start = 0; start < STARTS_MAX; start++) {
        shuffle_stubs(pairing, degree);
        g_autoptr(GArray) bad = find_bad_edges(pairing);

        if (repair(pairing, bad)) {
            return;
        }
        scenario_edge_set_clear(&pairing->set);
    }
    g_error("no random regular graph of degree %u found", degree);
}

/*
 * Merges the components; every peer has at least two edges, so every component has a cycle. An edge
 * that joins what earlier edges have joined already closes one, and so is no bridge. After (a, b)
 * and (c, d) became (a, c) and (b, d), the two new ones lie on a common cycle.
 */
static void merge_components(Pairing *pairing, uint32_t n_peers)
{
    g_autofree uint32_t *above = scenario_components_new(n_peers);
    g_autofree bool *closes_cycle = g_new0(bool, pairing->n_edges);
    g_autofree bool *merged = g_new0(bool, n_peers);
    uint32_t *last = NULL;

    for (uint32_t i = 0; i < pairing->n_edges; i++) {
        closes_cycle[i] =
            !scenario_components_join(above, pairing->ends[2 * i], pairing->ends[2 * i + 1]);
    }
    for (uint32_t i = 0; i < pairing->n_edges; i++) {
        uint32_t *edge = &pairing->ends[2 * i];
        const uint32_t component = scenario_components_of(above, edge[0]);

        if (!closes_cycle[i] || merged[component]) {
            continue;
        }
        merged[component] = true;
        if (last != NULL) {
            const uint32_t b = last[1];

            last[1] = edge[0];
            edge[0] = b;
        }
        last = edge;
    }
}

static void add_complement(GArray *links, const ScenarioEdgeSet *set, uint32_t n_peers)
{
    for (uint32_t from = 1; from < n_peers; from++) {
        for (uint32_t to = 0; to < from; to++) {
            if (!scenario_edge_set_has(set, from, to)) {
                scenario_topology_add(links, from, to);
            }
        }
    }
}

void scenario_topology_random_regular(GArray *links, uint32_t n_peers, uint32_t degree,
                                      ScenarioDraw *draw)
{
    /* A degree over half of all peers makes the graph connected, whatever the edges are. */
    const bool complement = degree > (n_peers - 1) / 2;
    const uint32_t made = complement ? n_peers - 1 - degree : degree;
    Pairing pairing = {
        .n_edges = (uint32_t)((uint64_t)n_peers * made / 2u),
        .draw = draw,
    };

    g_assert(scenario_topology_check_degree(n_peers, degree) == NULL);
    scenario_edge_set_init(&pairing.set, pairing.n_edges);
    if (made > 0) {
        pairing.ends = g_new0(uint32_t, (size_t)pairing.n_edges * 2u);
        make_simple(&pairing, made);
    }
    if (complement) {
        add_complement(links, &pairing.set, n_peers);
    } else if (made > 0) {
        merge_components(&pairing, n_peers);
        for (uint32_t i = 0; i < pairing.n_edges; i++) {
            scenario_topology_add(links, pairing.ends[2 * i], pairing.ends[2 * i + 1]);
        }
        scenario_topology_sort(links, n_peers);
    }
    g_free(pairing.ends);
    scenario_edge_set_finish(&pairing.set);
}
