/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/topology_random.h"

#include <stdlib.h>

#include "scenarios/edge_set.h"
#include "scenarios/topology.h"

/* ---- Erdős–Rényi ----------------------------------------------------------------------------- */

/*
 * The number of pairs that are passed over before the next link is geometric: at least k with
 * probability q^k, q = 1 - p. So of 64 random bits u, as a fraction of 2^64, the greatest k with
 * q^k > u is drawn, from its highest binary digit down, with the powers q^(2^i) in units of 2^-64.
 * Every product is rounded down, so the result is the same everywhere.
 */
#define POWERS_MAX 64u

typedef struct Gaps {
    uint64_t powers[POWERS_MAX]; /* q^(2^i) */
    uint32_t n_powers;           /* those that are not 0 */
} Gaps;

/* The upper 64 bits of the product. */
static uint64_t multiply_high(uint64_t a, uint64_t b)
{
    const uint64_t a_low = a & UINT32_MAX;
    const uint64_t b_low = b & UINT32_MAX;
    const uint64_t middle = (a >> 32) * b_low + (a_low * b_low >> 32);
    const uint64_t other = a_low * (b >> 32) + (middle & UINT32_MAX);

    return (a >> 32) * (b >> 32) + (middle >> 32) + (other >> 32);
}

/* 1 - p in units of 2^-64: long division, a binary digit of p at a time. */
static uint64_t complement_of(ScenarioShare p)
{
    uint64_t remainder = p.numerator;
    uint64_t quotient = 0;

    g_assert(p.numerator > 0 && p.numerator <= p.denominator && p.denominator < UINT64_MAX / 2u);
    if (p.numerator == p.denominator) {
        return 0;
    }
    for (int digit = 0; digit < 64; digit++) {
        remainder *= 2u;
        quotient = quotient * 2u + (remainder >= p.denominator ? 1u : 0u);
        remainder -= remainder >= p.denominator ? p.denominator : 0u;
    }
    return UINT64_MAX - quotient + 1u;
}

static void init_gaps(Gaps *gaps, ScenarioShare probability)
{
    uint64_t power = complement_of(probability);

    gaps->n_powers = 0;
    while (power != 0 && gaps->n_powers < POWERS_MAX) {
        gaps->powers[gaps->n_powers++] = power;
        power = multiply_high(power, power);
    }
}

static uint64_t draw_gap(const Gaps *gaps, ScenarioDraw *draw)
{
    const uint64_t u = scenario_draw_bits(draw);
    uint64_t power = UINT64_MAX;
    uint64_t gap = 0;

    for (uint32_t i = gaps->n_powers; i > 0; i--) {
        const uint64_t next = multiply_high(power, gaps->powers[i - 1]);

        if (next > u) {
            power = next;
            gap += UINT64_C(1) << (i - 1);
        }
    }
    return gap;
}

bool scenario_topology_erdos_renyi(GArray *links, uint32_t n_peers, ScenarioShare probability,
                                   ScenarioDraw *draw)
{
    Gaps gaps;
    uint64_t to = 0; /* the pairs of `from` are those with 0 to from - 1 */

    init_gaps(&gaps, probability);
    for (uint32_t from = 1; from < n_peers; to++) {
        to += draw_gap(&gaps, draw);
        while (from < n_peers && to >= from) {
            to -= from++;
        }
        if (from == n_peers) {
            break;
        }
        if (links->len == SCENARIO_LINKS_MAX) {
            return false;
        }
        scenario_topology_add(links, from, (uint32_t)to);
    }
    return true;
}

/* ---- Barabási–Albert ------------------------------------------------------------------------- */

static int compare_peers(const void *left, const void *right)
{
    const uint32_t *a = left;
    const uint32_t *b = right;

    return *a < *b ? -1 : *a > *b;
}

/*
 * Every link has two ends, so an end drawn evenly from all of them is a peer drawn in proportion to
 * its links. One that is drawn again is passed over.
 */
void scenario_topology_barabasi_albert(GArray *links, uint32_t n_peers, uint32_t edges,
                                       ScenarioDraw *draw)
{
    g_autofree uint32_t *drawn_by = g_new0(uint32_t, n_peers); /* the last newcomer that drew it */
    g_autofree uint32_t *targets = g_new(uint32_t, edges);

    g_assert(edges > 0 && edges < n_peers);
    scenario_topology_full_mesh(links, edges + 1);
    for (uint32_t newcomer = edges + 1; newcomer < n_peers; newcomer++) {
        const guint n_links = links->len;

        for (uint32_t n = 0; n < edges;) {
            const uint32_t end = (uint32_t)scenario_draw_below(draw, (uint64_t)n_links * 2u);
            const ScenarioLink *link = &g_array_index(links, ScenarioLink, end / 2u);
            const uint32_t target = end % 2u == 0 ? link->from : link->to;

            if (drawn_by[target] != newcomer) {
                drawn_by[target] = newcomer;
                targets[n++] = target;
            }
        }
        qsort(targets, edges, sizeof *targets, compare_peers);
        for (uint32_t i = 0; i < edges; i++) {
            scenario_topology_add(links, newcomer, targets[i]);
        }
    }
}

/* ---- Watts–Strogatz -------------------------------------------------------------------------- */

#define MILLION 1000000u

typedef struct Lattice {
    uint32_t *far;     /* the far end of each link; link i is one of peer i % n_peers */
    uint32_t *degrees; /* links of each peer */
    ScenarioEdgeSet set;
    uint32_t n_peers;
    ScenarioDraw *draw;
} Lattice;

/*
 * Evenly one of the peers that `peer`, which is not linked with all, is not linked with. Since
 * peers have at most half of all possible links on average, about two draws are enough.
 */
static uint32_t draw_free(Lattice *lattice, uint32_t peer)
{
    uint32_t end = peer;

    while (end == peer || scenario_edge_set_has(&lattice->set, peer, end)) {
        end = (uint32_t)scenario_draw_below(lattice->draw, lattice->n_peers);
    }
    return end;
}

static void rewire(Lattice *lattice, uint32_t peer, uint32_t *far)
{
    if (lattice->degrees[peer] == lattice->n_peers - 1) {
        return;
    }
    const uint32_t end = draw_free(lattice, peer);

    scenario_edge_set_remove(&lattice->set, peer, *far);
    scenario_edge_set_add(&lattice->set, peer, end);
    lattice->degrees[*far]--;
    lattice->degrees[end]++;
    *far = end;
}

void scenario_topology_watts_strogatz(GArray *links, uint32_t n_peers, uint32_t degree,
                                      uint32_t rewiring_ppm, ScenarioDraw *draw)
{
    const uint32_t n_links = (uint32_t)((uint64_t)n_peers * degree / 2u);
    Lattice lattice = {.n_peers = n_peers, .draw = draw};

    g_assert(n_peers > 0 && degree % 2u == 0 && degree >= 2 && degree <= n_peers / 2u);
    scenario_edge_set_init(&lattice.set, n_links);
    lattice.far = g_new(uint32_t, n_links);
    lattice.degrees = g_new(uint32_t, n_peers);
    for (uint32_t i = 0; i < n_peers; i++) {
        lattice.degrees[i] = degree;
    }
    for (uint32_t i = 0; i < n_links; i++) {
        lattice.far[i] = (i % n_peers + i / n_peers + 1) % n_peers;
        scenario_edge_set_add(&lattice.set, i % n_peers, lattice.far[i]);
    }
    for (uint32_t i = 0; i < n_links; i++) {
        if (scenario_draw_below(draw, MILLION) < rewiring_ppm) {
            rewire(&lattice, i % n_peers, &lattice.far[i]);
        }
    }
    for (uint32_t i = 0; i < n_links; i++) {
        scenario_topology_add(links, i % n_peers, lattice.far[i]);
    }
    scenario_topology_sort(links, n_peers);
    scenario_edge_set_finish(&lattice.set);
    g_free(lattice.far);
    g_free(lattice.degrees);
}

/* ---- Regions --------------------------------------------------------------------------------- */

static void add_region(GArray *links, const ScenarioRegions *regions, uint32_t region,
                       ScenarioDraw *draw)
{
    const uint32_t start = regions->starts[region];
    const uint32_t n_peers = regions->starts[region + 1] - start;
    const guint first = links->len;

    if (n_peers <= regions->degree + 1) {
        scenario_topology_full_mesh(links, n_peers);
    } else {
        g_autoptr(GArray) inside = g_array_new(FALSE, FALSE, sizeof(ScenarioLink));

        scenario_topology_random_regular(inside, n_peers, regions->degree, draw);
        g_array_append_vals(links, inside->data, inside->len);
    }
    for (guint i = first; i < links->len; i++) {
        g_array_index(links, ScenarioLink, i).from += start;
        g_array_index(links, ScenarioLink, i).to += start;
    }
}

typedef struct Joining {
    const ScenarioRegions *regions;
    GArray *links;
    ScenarioEdgeSet set; /* of the links between regions */
    ScenarioDraw *draw;
} Joining;

/*
 * A set of `between` pairs, each as likely as any other: for each number j of the last ones of all
 * pairs, in order, one drawn from 0 to j joins the set, or, if it is there already, j itself.
 */
static void join_regions(Joining *joining, uint32_t a, uint32_t b)
{
    const uint32_t *starts = joining->regions->starts;
    const uint64_t width = starts[b + 1] - starts[b];
    const uint64_t n_pairs = (starts[a + 1] - starts[a]) * width;

    g_assert(joining->regions->between <= n_pairs);
    for (uint64_t j = n_pairs - joining->regions->between; j < n_pairs; j++) {
        const uint64_t drawn = scenario_draw_below(joining->draw, j + 1);
        uint32_t of_a = starts[a] + (uint32_t)(drawn / width);
        uint32_t of_b = starts[b] + (uint32_t)(drawn % width);

        if (!scenario_edge_set_add(&joining->set, of_a, of_b)) {
            of_a = starts[a] + (uint32_t)(j / width);
            of_b = starts[b] + (uint32_t)(j % width);
            scenario_edge_set_add(&joining->set, of_a, of_b);
        }
        scenario_topology_add(joining->links, of_a, of_b);
    }
}

void scenario_topology_regions(GArray *links, const ScenarioRegions *regions, ScenarioDraw *draw)
{
    const uint64_t n = regions->n_regions;
    Joining joining = {.regions = regions, .links = links, .draw = draw};

    for (uint32_t region = 0; region < n; region++) {
        add_region(links, regions, region, draw);
    }
    scenario_edge_set_init(&joining.set, (uint32_t)(n * (n - 1) / 2u * regions->between));
    for (uint32_t b = 1; regions->between > 0 && b < n; b++) {
        for (uint32_t a = 0; a < b; a++) {
            join_regions(&joining, a, b);
        }
    }
    scenario_edge_set_finish(&joining.set);
    scenario_topology_sort(links, regions->starts[n]);
}
