/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/topology.h"

#include <stdlib.h>

#include "scenarios/components.h"

void scenario_topology_add(GArray *links, uint32_t a, uint32_t b)
{
    const ScenarioLink link = {.from = MAX(a, b), .to = MIN(a, b)};

    g_array_append_val(links, link);
}

void scenario_topology_full_mesh(GArray *links, uint32_t n_peers)
{
    for (uint32_t from = 1; from < n_peers; from++) {
        for (uint32_t to = 0; to < from; to++) {
            scenario_topology_add(links, from, to);
        }
    }
}

void scenario_topology_ring(GArray *links, uint32_t n_peers)
{
    for (uint32_t from = 1; from < n_peers; from++) {
        if (from == n_peers - 1 && n_peers > 2) {
            scenario_topology_add(links, from, 0);
        }
        scenario_topology_add(links, from, from - 1);
    }
}

void scenario_topology_line(GArray *links, uint32_t n_peers)
{
    for (uint32_t from = 1; from < n_peers; from++) {
        scenario_topology_add(links, from, from - 1);
    }
}

void scenario_topology_star(GArray *links, uint32_t n_peers, uint32_t center)
{
    for (uint32_t peer = 0; peer < n_peers; peer++) {
        if (peer != center) {
            scenario_topology_add(links, peer, center);
        }
    }
}

void scenario_topology_tree(GArray *links, uint32_t n_peers, uint32_t arity)
{
    g_assert(arity > 0);
    for (uint32_t from = 1; from < n_peers; from++) {
        scenario_topology_add(links, from, (from - 1) / arity);
    }
}

void scenario_topology_grid(GArray *links, uint32_t n_peers, uint32_t width, bool wrap)
{
    g_assert(width > 0 && n_peers % width == 0);
    const uint32_t height = n_peers / width;

    for (uint32_t from = 0; from < n_peers; from++) {
        const uint32_t column = from % width;
        const uint32_t row = from / width;

        if (wrap && height > 2 && row == height - 1) {
            scenario_topology_add(links, from, column);
        }
        if (row > 0) {
            scenario_topology_add(links, from, from - width);
        }
        if (wrap && width > 2 && column == width - 1) {
            scenario_topology_add(links, from, from - column);
        }
        if (column > 0) {
            scenario_topology_add(links, from, from - 1);
        }
    }
}

/* ---- Lists of links -------------------------------------------------------------------------- */

/* Moves `n` links from `in` to `out`, in the order of one of their ends, else as they stood. */
static void sort_by_end(const ScenarioLink *in, ScenarioLink *out, uint32_t n, bool by_from,
                        uint32_t n_peers)
{
    g_autofree uint32_t *starts = g_new0(uint32_t, n_peers + 1u); /* of each peer's links */

    for (uint32_t i = 0; i < n; i++) {
        starts[(by_from ? in[i].from : in[i].to) + 1]++;
    }
    for (uint32_t i = 1; i < n_peers; i++) {
        starts[i] += starts[i - 1];
    }
    for (uint32_t i = 0; i < n; i++) {
        out[starts[by_from ? in[i].from : in[i].to]++] = in[i];
    }
}

void scenario_topology_sort(GArray *links, uint32_t n_peers)
{
    g_autofree ScenarioLink *other = g_new0(ScenarioLink, links->len);
    ScenarioLink *all = (ScenarioLink *)(void *)links->data;

    sort_by_end(all, other, links->len, false, n_peers);
    sort_by_end(other, all, links->len, true, n_peers);
}

uint32_t scenario_topology_components(const GArray *links, uint32_t n_peers, uint32_t *ret_other)
{
    g_autofree uint32_t *above = scenario_components_new(n_peers);
    uint32_t n = n_peers;

    for (guint i = 0; i < links->len; i++) {
        const ScenarioLink *link = &g_array_index(links, ScenarioLink, i);

        n -= scenario_components_join(above, link->from, link->to) ? 1u : 0u;
    }
    for (uint32_t peer = 1; n > 1 && peer < n_peers; peer++) {
        if (scenario_components_of(above, peer) != 0) {
            *ret_other = peer;
            break;
        }
    }
    return n;
}

/* A link as a key for sorting. */
typedef struct Edge {
    uint64_t key; /* both peers, the lesser one first */
    uint32_t index;
} Edge;

static int compare_edges(const void *left, const void *right)
{
    const Edge *a = left;
    const Edge *b = right;

    if (a->key != b->key) {
        return a->key < b->key ? -1 : 1;
    }
    return a->index < b->index ? -1 : a->index > b->index;
}

bool scenario_topology_find_double(const GArray *links, uint32_t *ret_first, uint32_t *ret_second)
{
    g_autofree Edge *edges = g_new(Edge, links->len);
    const Edge *worst = NULL;

    for (guint i = 0; i < links->len; i++) {
        const ScenarioLink *link = &g_array_index(links, ScenarioLink, i);

        edges[i].key = (uint64_t)MIN(link->from, link->to) << 32 | MAX(link->from, link->to);
        edges[i].index = i;
    }
    if (links->len > 0) {
        qsort(edges, links->len, sizeof *edges, compare_edges);
    }
    for (guint i = 1; i < links->len; i++) {
        if (edges[i].key == edges[i - 1].key && (worst == NULL || edges[i].index < worst->index)) {
            worst = &edges[i];
        }
    }
    if (worst == NULL) {
        return false;
    }
    *ret_first = worst[-1].index;
    *ret_second = worst->index;
    return true;
}
