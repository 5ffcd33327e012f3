/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/topology.h"

/*
 * Random regular graphs. Pairing model: every peer has `degree` stubs, the stubs are shuffled and
 * joined two by two. A pair that is a loop or stands twice is repaired by exchanging an end with a
 * random good edge. A degree above half of all possible ones is made as the complement of the
 * smaller one. Last, separate components are merged, by exchanging ends between one edge of a cycle
 * in each, which keeps all degrees and cannot disconnect anything.
 *
 * Random numbers: splitmix64 (state += 0x9e3779b97f4a7c15, then a mixing of 64 bits), started with
 * the scenario's seed; a draw below n takes the remainder of a number below the greatest multiple
 * of n, so that it is even.
 */

/* Exchanges tried for one bad edge before all starts anew, and how often it may. */
#define EXCHANGES_MAX 10000u
#define STARTS_MAX 1000u

static void add_link(GArray *links, uint32_t a, uint32_t b)
{
    const ScenarioLink link = {.from = MAX(a, b), .to = MIN(a, b)};

    g_array_append_val(links, link);
}

void scenario_topology_full_mesh(GArray *links, uint32_t n_peers)
{
    for (uint32_t from = 1; from < n_peers; from++) {
        for (uint32_t to = 0; to < from; to++) {
            add_link(links, from, to);
        }
    }
}

void scenario_topology_ring(GArray *links, uint32_t n_peers)
{
    for (uint32_t from = 1; from < n_peers; from++) {
        if (from == n_peers - 1 && n_peers > 2) {
            add_link(links, from, 0);
        }
        add_link(links, from, from - 1);
    }
}

void scenario_topology_line(GArray *links, uint32_t n_peers)
{
    for (uint32_t from = 1; from < n_peers; from++) {
        add_link(links, from, from - 1);
    }
}

void scenario_topology_star(GArray *links, uint32_t n_peers, uint32_t center)
{
    for (uint32_t peer = 0; peer < n_peers; peer++) {
        if (peer != center) {
            add_link(links, peer, center);
        }
    }
}

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

/* ---- Random numbers -------------------------------------------------------------------------- */

static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* Even from 0 to n - 1; n > 0. */
static uint32_t random_below(uint64_t *state, uint32_t n)
{
    g_assert(n > 0);
    const uint64_t limit = UINT64_MAX - UINT64_MAX % n;
    uint64_t draw = next_random(state);

    while (draw >= limit) {
        draw = next_random(state);
    }
    return (uint32_t)(draw % n);
}

/* ---- A set of edges: open addressing, linear probing, at most half full
 * ------------------------ */

typedef struct EdgeSet {
    uint64_t *slots; /* 0: empty, which no edge between different peers is */
    uint64_t mask;
} EdgeSet;

static uint64_t edge_key(uint32_t a, uint32_t b)
{
    return (uint64_t)MIN(a, b) << 32 | MAX(a, b);
}

static uint64_t home_slot(const EdgeSet *set, uint64_t key)
{
    return (key * UINT64_C(0x9e3779b97f4a7c15)) >> 20 & set->mask;
}

static void edge_set_init(EdgeSet *set, uint32_t n_edges)
{
    uint64_t n_slots = 16;

    while (n_slots < (uint64_t)n_edges * 2u) {
        n_slots *= 2u;
    }
    set->slots = g_new0(uint64_t, n_slots);
    set->mask = n_slots - 1;
}

/* The slot that holds the key, or the empty one where it would go. */
static uint64_t find_slot(const EdgeSet *set, uint64_t key)
{
    uint64_t slot = home_slot(set, key);

    while (set->slots[slot] != 0 && set->slots[slot] != key) {
        slot = (slot + 1) & set->mask;
    }
    return slot;
}

static bool edge_set_has(const EdgeSet *set, uint32_t a, uint32_t b)
{
    return set->slots[find_slot(set, edge_key(a, b))] != 0;
}

static void edge_set_add(EdgeSet *set, uint32_t a, uint32_t b)
{
    set->slots[find_slot(set, edge_key(a, b))] = edge_key(a, b);
}

/* Moves later keys of the same run up, so that no search stops early. */
static void edge_set_remove(EdgeSet *set, uint32_t a, uint32_t b)
{
    uint64_t hole = find_slot(set, edge_key(a, b));
    uint64_t slot = hole;

    for (;;) {
        slot = (slot + 1) & set->mask;
        if (set->slots[slot] == 0) {
            break;
        }
        const uint64_t home = home_slot(set, set->slots[slot]);

        if (((slot - home) & set->mask) >= ((slot - hole) & set->mask)) {
            set->slots[hole] = set->slots[slot];
            hole = slot;
        }
    }
    set->slots[hole] = 0;
}

/* ---- Components ------------------------------------------------------------------------------ */

static uint32_t *new_components(uint32_t n_peers)
{
    uint32_t *above = g_new(uint32_t, n_peers);

    for (uint32_t i = 0; i < n_peers; i++) {
        above[i] = i;
    }
    return above;
}

/* The component of a peer: the least peer in it. Halves the path on its way. */
static uint32_t component_of(uint32_t *above, uint32_t peer)
{
    while (above[peer] != peer) {
        above[peer] = above[above[peer]];
        peer = above[peer];
    }
    return peer;
}

/* False when both were in one component already. */
static bool join_components(uint32_t *above, uint32_t a, uint32_t b)
{
    const uint32_t of_a = component_of(above, a);
    const uint32_t of_b = component_of(above, b);

    above[MAX(of_a, of_b)] = MIN(of_a, of_b);
    return of_a != of_b;
}

bool scenario_topology_is_connected(const GArray *links, uint32_t n_peers, uint32_t *ret_peer,
                                    uint32_t *ret_other)
{
    g_autofree uint32_t *above = new_components(n_peers);

    for (guint i = 0; i < links->len; i++) {
        const ScenarioLink *link = &g_array_index(links, ScenarioLink, i);

        join_components(above, link->from, link->to);
    }
    for (uint32_t peer = 1; peer < n_peers; peer++) {
        if (component_of(above, peer) != 0) {
            *ret_peer = 0;
            *ret_other = peer;
            return false;
        }
    }
    return true;
}

/* ---- Random regular graphs ------------------------------------------------------------------- */

typedef struct Pairing {
    uint32_t *ends; /* edge i joins ends[2 i] and ends[2 i + 1] */
    uint32_t n_edges;
    EdgeSet set; /* of the good edges */
    uint64_t state;
} Pairing;

static void shuffle_stubs(Pairing *pairing, uint32_t degree)
{
    const uint32_t n = pairing->n_edges * 2u;

    g_assert(degree > 0);
    for (uint32_t i = 0; i < n; i++) {
        pairing->ends[i] = i / degree;
    }
    for (uint32_t i = n - 1; i > 0; i--) {
        const uint32_t j = random_below(&pairing->state, i + 1);
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

        if (edge[0] == edge[1] || edge_set_has(&pairing->set, edge[0], edge[1])) {
            g_array_append_val(bad, i);
        } else {
            edge_set_add(&pairing->set, edge[0], edge[1]);
        }
    }
    return bad;
}

/* Tries to make the bad edge (a, b) and a random other edge (c, d) into (a, c) and (b, d). */
static bool try_exchange(Pairing *pairing, uint32_t bad, const bool *is_bad)
{
    const uint32_t other = random_below(&pairing->state, pairing->n_edges);
    const uint32_t side = random_below(&pairing->state, 2);
    uint32_t *edge = &pairing->ends[2 * bad];
    uint32_t *exchanged = &pairing->ends[2 * other];
    const uint32_t a = edge[0];
    const uint32_t b = edge[1];
    const uint32_t c = exchanged[side];
    const uint32_t d = exchanged[1 - side];

    if (is_bad[other] || a == c || b == d || (a == d && b == c) ||
        edge_set_has(&pairing->set, a, c) || edge_set_has(&pairing->set, b, d)) {
        return false;
    }
    edge_set_remove(&pairing->set, c, d);
    edge_set_add(&pairing->set, a, c);
    edge_set_add(&pairing->set, b, d);
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
        for (uint64_t slot = 0; slot <= pairing->set.mask; slot++) {
            pairing->set.slots[slot] = 0;
        }
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
    g_autofree uint32_t *above = new_components(n_peers);
    g_autofree bool *closes_cycle = g_new0(bool, pairing->n_edges);
    g_autofree bool *merged = g_new0(bool, n_peers);
    uint32_t *last = NULL;

    for (uint32_t i = 0; i < pairing->n_edges; i++) {
        closes_cycle[i] = !join_components(above, pairing->ends[2 * i], pairing->ends[2 * i + 1]);
    }
    for (uint32_t i = 0; i < pairing->n_edges; i++) {
        uint32_t *edge = &pairing->ends[2 * i];
        const uint32_t component = component_of(above, edge[0]);

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

static int compare_links(gconstpointer left, gconstpointer right)
{
    const ScenarioLink *a = left;
    const ScenarioLink *b = right;

    if (a->from != b->from) {
        return a->from < b->from ? -1 : 1;
    }
    return a->to < b->to ? -1 : a->to > b->to;
}

static void add_complement(GArray *links, const EdgeSet *set, uint32_t n_peers)
{
    for (uint32_t from = 1; from < n_peers; from++) {
        for (uint32_t to = 0; to < from; to++) {
            if (!edge_set_has(set, from, to)) {
                add_link(links, from, to);
            }
        }
    }
}

void scenario_topology_random_regular(GArray *links, uint32_t n_peers, uint32_t degree,
                                      uint64_t seed)
{
    /* A degree over half of all peers makes the graph connected, whatever the edges are. */
    const bool complement = degree > (n_peers - 1) / 2;
    const uint32_t made = complement ? n_peers - 1 - degree : degree;
    Pairing pairing = {
        .n_edges = (uint32_t)((uint64_t)n_peers * made / 2u),
        .state = seed,
    };

    g_assert(scenario_topology_check_degree(n_peers, degree) == NULL);
    edge_set_init(&pairing.set, pairing.n_edges);
    if (made > 0) {
        pairing.ends = g_new0(uint32_t, (size_t)pairing.n_edges * 2u);
        make_simple(&pairing, made);
    }
    if (complement) {
        add_complement(links, &pairing.set, n_peers);
    } else if (made > 0) {
        merge_components(&pairing, n_peers);
        for (uint32_t i = 0; i < pairing.n_edges; i++) {
            add_link(links, pairing.ends[2 * i], pairing.ends[2 * i + 1]);
        }
        g_array_sort(links, compare_links);
    }
    g_free(pairing.ends);
    g_free(pairing.set.slots);
}
