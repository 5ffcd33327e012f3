/* SPDX-License-Identifier: Apache-2.0 */

/* Random topologies: simple, of the right statistics, and functions of the seed. */

#include <stdlib.h>

#include <check.h>
#include <glib.h>

#include "scenarios/topology.h"
#include "scenarios/topology_random.h"
#include "tests/run_suite.h"

#define MILLION 1000000u

static GArray *links;
static uint32_t *degrees;

static void setup(void)
{
    links = g_array_new(FALSE, FALSE, sizeof(ScenarioLink));
    degrees = NULL;
}

static void teardown(void)
{
    g_array_unref(links);
    g_free(degrees);
}

static const ScenarioLink *link_at(guint i)
{
    return &g_array_index(links, ScenarioLink, i);
}

static void clear(void)
{
    g_array_set_size(links, 0);
}

/* Sorted, simple, dialled by the greater number; sets the degrees. */
static void assert_simple(uint32_t n_peers)
{
    g_free(degrees);
    degrees = g_new0(uint32_t, n_peers);
    for (guint i = 0; i < links->len; i++) {
        const ScenarioLink *link = link_at(i);
        const ScenarioLink *last = i > 0 ? link_at(i - 1) : &(ScenarioLink){0};

        if (link->from <= link->to || link->from >= n_peers || link->latency_ns != 0 ||
            last->from > link->from || (last->from == link->from && last->to >= link->to)) {
            ck_abort_msg("link %u: %u-%u after %u-%u", i, link->from, link->to, last->from,
                         last->to);
        }
        degrees[link->from]++;
        degrees[link->to]++;
    }
}

/* FNV-1a over the peers of all links. */
static uint64_t hash_of_links(void)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (guint i = 0; i < links->len; i++) {
        const uint32_t ends[] = {link_at(i)->from, link_at(i)->to};

        for (size_t j = 0; j < 8; j++) {
            hash ^= ends[j / 4] >> (j % 4 * 8) & 0xffu;
            hash *= UINT64_C(0x100000001b3);
        }
    }
    return hash;
}

static void assert_hash(uint32_t n_peers, uint32_t n_links, uint64_t expected)
{
    assert_simple(n_peers);
    ck_assert_uint_eq(links->len, n_links);
    const uint64_t hash = hash_of_links();

    ck_assert_msg(hash == expected, "0x%016" G_GINT64_MODIFIER "x", hash);
    clear();
}

static ScenarioShare millionths(uint64_t n)
{
    return (ScenarioShare){.numerator = n, .denominator = MILLION};
}

static bool is_connected(uint32_t n_peers)
{
    uint32_t other = 0;

    return scenario_topology_components(links, n_peers, &other) == 1;
}

/* ---- Draws ----------------------------------------------------------------------------------- */

START_TEST(draws_are_splitmix64)
{
    ScenarioDraw draw = {1234567};

    /* The values that the generator's reference implementation gives. */
    ck_assert_uint_eq(scenario_draw_bits(&draw), UINT64_C(6457827717110365317));
    ck_assert_uint_eq(scenario_draw_bits(&draw), UINT64_C(3203168211198807973));
    ck_assert_uint_eq(scenario_draw_bits(&draw), UINT64_C(9817491932198370423));
    ck_assert_uint_eq(scenario_draw_below(&draw, 1), 0);
    for (int i = 0; i < 1000; i++) {
        ck_assert_uint_lt(scenario_draw_below(&draw, 3), 3);
        ck_assert_uint_lt(scenario_draw_below(&draw, UINT64_MAX), UINT64_MAX);
    }
}
END_TEST

START_TEST(exponential_draws)
{
    enum {
        N = 200000
    };
    ScenarioDraw draw = {7};
    uint64_t sum = 0;
    uint32_t above_1 = 0;
    uint32_t above_3 = 0;
    uint32_t below_tenth = 0;

    for (int i = 0; i < N; i++) {
        const uint64_t x = scenario_draw_exponential(&draw, 1000000);

        sum += x;
        above_1 += x > 1000000;
        above_3 += x > 3000000;
        below_tenth += x < 100000;
    }
    /* e^-1, e^-3, 1 - e^-0.1; four standard deviations. */
    ck_assert_uint_gt(sum / N, 1000000 - 9000);
    ck_assert_uint_lt(sum / N, 1000000 + 9000);
    ck_assert_int_lt(abs((int)above_1 - 73576), 863);
    ck_assert_int_lt(abs((int)above_3 - 9957), 390);
    ck_assert_int_lt(abs((int)below_tenth - 19033), 525);
    ck_assert_uint_eq(scenario_draw_exponential(&draw, 0), 0);
    ck_assert_uint_le(scenario_draw_exponential(&draw, UINT64_C(1) << 57), UINT64_MAX);
}
END_TEST

/* ---- Erdős–Rényi ----------------------------------------------------------------------------- */

START_TEST(every_pair_or_none)
{
    ck_assert(scenario_topology_erdos_renyi(links, 5, millionths(MILLION), &(ScenarioDraw){1}));
    assert_simple(5);
    ck_assert_uint_eq(links->len, 10);
    clear();
    ck_assert(scenario_topology_erdos_renyi(links, 5, (ScenarioShare){4, 4}, &(ScenarioDraw){1}));
    ck_assert_uint_eq(links->len, 10);
    clear();
    ck_assert(scenario_topology_erdos_renyi(links, 1, millionths(MILLION), &(ScenarioDraw){1}));
    ck_assert_uint_eq(links->len, 0);
    ck_assert(scenario_topology_erdos_renyi(links, 5, millionths(1), &(ScenarioDraw){1}));
    ck_assert_uint_eq(links->len, 0);
}
END_TEST

START_TEST(links_at_the_limit)
{
    /* 4000 * 3999 / 2 are allowed, 4001 * 4000 / 2 are not. */
    ck_assert(scenario_topology_erdos_renyi(links, 4000, millionths(MILLION), &(ScenarioDraw){1}));
    ck_assert_uint_eq(links->len, 7998000);
    clear();
    ck_assert(!scenario_topology_erdos_renyi(links, 4001, millionths(MILLION), &(ScenarioDraw){1}));
    ck_assert_uint_eq(links->len, SCENARIO_LINKS_MAX);
}
END_TEST

/* Each of the six pairs of four peers is linked in 3/10 of the draws, and each two of them in
 * 9/100: within five standard deviations. */
START_TEST(pairs_are_independent)
{
    uint32_t linked[6] = {0};
    uint32_t both[6][6] = {{0}};
    ScenarioDraw draw = {7};

    for (int i = 0; i < 100000; i++) {
        bool now[6] = {false};

        clear();
        ck_assert(scenario_topology_erdos_renyi(links, 4, millionths(300000), &draw));
        for (guint j = 0; j < links->len; j++) {
            now[link_at(j)->from * (link_at(j)->from - 1) / 2 + link_at(j)->to] = true;
        }
        for (int a = 0; a < 6; a++) {
            linked[a] += now[a] ? 1u : 0u;
            for (int b = 0; b < a; b++) {
                both[a][b] += now[a] && now[b] ? 1u : 0u;
            }
        }
    }
    for (int a = 0; a < 6; a++) {
        ck_assert_uint_ge(linked[a], 30000 - 725);
        ck_assert_uint_le(linked[a], 30000 + 725);
        for (int b = 0; b < a; b++) {
            ck_assert_uint_ge(both[a][b], 9000 - 453);
            ck_assert_uint_le(both[a][b], 9000 + 453);
        }
    }
}
END_TEST

/* 100,000 peers of mean degree 10: 500,000 links, and degrees as Poisson's law has them, within
 * five standard deviations. */
START_TEST(degrees_of_erdos_renyi)
{
    const uint32_t n = 100000;
    uint32_t with_degree[64] = {0};

    ck_assert(scenario_topology_erdos_renyi(
        links, n, (ScenarioShare){10 * MILLION, (uint64_t)(n - 1) * MILLION}, &(ScenarioDraw){3}));
    assert_simple(n);
    ck_assert_uint_ge(links->len, 500000 - 3536);
    ck_assert_uint_le(links->len, 500000 + 3536);
    for (uint32_t i = 0; i < n; i++) {
        ck_assert_uint_lt(degrees[i], 64);
        with_degree[degrees[i]]++;
    }
    /* e^-10 * 10^k / k!: 0.1251 at 10, 0.0378 at 5, 0.0347 at 15. */
    ck_assert_uint_ge(with_degree[10], 12511 - 523);
    ck_assert_uint_le(with_degree[10], 12511 + 523);
    ck_assert_uint_ge(with_degree[5], 3783 - 302);
    ck_assert_uint_le(with_degree[5], 3783 + 302);
    ck_assert_uint_ge(with_degree[15], 3472 - 289);
    ck_assert_uint_le(with_degree[15], 3472 + 289);
}
END_TEST

/* A probability of 10^-12: hardly a link among 10^6 peers, and no endless loop. */
START_TEST(the_least_probability)
{
    ck_assert(scenario_topology_erdos_renyi(
        links, 1000000, (ScenarioShare){1, UINT64_C(999999) * MILLION}, &(ScenarioDraw){1}));
    assert_simple(1000000);
    ck_assert_uint_le(links->len, 6);
}
END_TEST

/* ---- Barabási–Albert ------------------------------------------------------------------------- */

START_TEST(newcomers)
{
    scenario_topology_barabasi_albert(links, 5, 4, &(ScenarioDraw){1});
    assert_simple(5);
    ck_assert_uint_eq(links->len, 10);
    clear();
    scenario_topology_barabasi_albert(links, 6, 4, &(ScenarioDraw){1});
    assert_simple(6);
    ck_assert_uint_eq(links->len, 14);
    clear();
    scenario_topology_barabasi_albert(links, 1000, 1, &(ScenarioDraw){1});
    assert_simple(1000);
    ck_assert_uint_eq(links->len, 999);
    ck_assert(is_connected(1000));
}
END_TEST

/*
 * The share of peers with at least k links is m (m + 1) / (k (k + 1)) in the limit, the greatest
 * degree of the order of m times the root of n.
 */
START_TEST(degrees_of_barabasi_albert)
{
    const uint32_t n = 100000;
    uint32_t least = UINT32_MAX;
    uint32_t most = 0;
    uint32_t at_least_16 = 0;
    uint32_t at_least_64 = 0;

    scenario_topology_barabasi_albert(links, n, 4, &(ScenarioDraw){5});
    assert_simple(n);
    ck_assert_uint_eq(links->len, 10 + (n - 5) * 4);
    ck_assert(is_connected(n));
    for (uint32_t i = 0; i < n; i++) {
        least = MIN(least, degrees[i]);
        most = MAX(most, degrees[i]);
        at_least_16 += degrees[i] >= 16 ? 1u : 0u;
        at_least_64 += degrees[i] >= 64 ? 1u : 0u;
    }
    ck_assert_uint_eq(least, 4);
    ck_assert_uint_ge(most, 600);
    ck_assert_uint_le(most, 5000);
    ck_assert_uint_ge(at_least_16, 7353 - 370); /* 20 / 272, within a twentieth */
    ck_assert_uint_le(at_least_16, 7353 + 370);
    ck_assert_uint_ge(at_least_64, 481 - 96); /* 20 / 4160, within a fifth */
    ck_assert_uint_le(at_least_64, 481 + 96);
}
END_TEST

/* ---- Watts–Strogatz -------------------------------------------------------------------------- */

/* Links of peers that are neighbours on the ring. */
static uint32_t count_short(uint32_t n_peers, uint32_t degree)
{
    uint32_t n = 0;

    for (guint i = 0; i < links->len; i++) {
        const uint32_t distance = link_at(i)->from - link_at(i)->to;

        n += MIN(distance, n_peers - distance) <= degree / 2 ? 1u : 0u;
    }
    return n;
}

START_TEST(without_rewiring_a_ring_stays)
{
    scenario_topology_watts_strogatz(links, 6, 2, 0, &(ScenarioDraw){1});
    assert_simple(6);
    ck_assert_uint_eq(links->len, 6);
    ck_assert_uint_eq(count_short(6, 2), 6);
    clear();
    scenario_topology_watts_strogatz(links, 1000, 10, 0, &(ScenarioDraw){1});
    assert_simple(1000);
    ck_assert_uint_eq(links->len, 5000);
    ck_assert_uint_eq(count_short(1000, 10), 5000);
    for (uint32_t i = 0; i < 1000; i++) {
        ck_assert_uint_eq(degrees[i], 10);
    }
}
END_TEST

/* Of 500,000 links a tenth are rewired, within five standard deviations; of all, next to none is a
 * short one by chance. Every peer keeps at least the links that it had turned itself. */
START_TEST(rewired_links)
{
    const uint32_t n = 100000;

    scenario_topology_watts_strogatz(links, n, 10, 100000, &(ScenarioDraw){9});
    assert_simple(n);
    ck_assert_uint_eq(links->len, 500000);
    ck_assert_uint_ge(count_short(n, 10), 450000 - 1061);
    ck_assert_uint_le(count_short(n, 10), 450000 + 1061 + 30);
    for (uint32_t i = 0; i < n; i++) {
        ck_assert_uint_ge(degrees[i], 5);
    }
    clear();
    scenario_topology_watts_strogatz(links, n, 10, MILLION, &(ScenarioDraw){9});
    assert_simple(n);
    ck_assert_uint_eq(links->len, 500000);
    ck_assert_uint_le(count_short(n, 10), 100);
}
END_TEST

/* Where many peers are linked already, the new end is still found. */
START_TEST(rewiring_of_small_graphs)
{
    ScenarioDraw draw = {11};

    for (uint32_t n = 4; n <= 40; n++) {
        for (int i = 0; i < 50; i++) {
            clear();
            scenario_topology_watts_strogatz(links, n, n / 4 * 2, MILLION, &draw);
            assert_simple(n);
            ck_assert_uint_eq(links->len, n * (n / 4));
        }
    }
}
END_TEST

/* Among ten peers a rewired link of a ring gets one of seven new ends: two each at the distances 2,
 * 3 and 4, one at 5. Of 1,000,000 links 10,000 are rewired. */
START_TEST(new_ends_are_drawn_evenly)
{
    ScenarioDraw draw = {17};
    uint32_t at_distance[10] = {0};

    for (int i = 0; i < 100000; i++) {
        clear();
        scenario_topology_watts_strogatz(links, 10, 2, 10000, &draw);
        for (guint j = 0; j < links->len; j++) {
            at_distance[link_at(j)->from - link_at(j)->to]++;
        }
    }
    for (uint32_t distance = 2; distance <= 4; distance++) {
        const uint32_t n = at_distance[distance] + at_distance[10 - distance];

        ck_assert_uint_ge(n, 2857 - 250);
        ck_assert_uint_le(n, 2857 + 250);
    }
    ck_assert_uint_ge(at_distance[5], 1429 - 180);
    ck_assert_uint_le(at_distance[5], 1429 + 180);
}
END_TEST

/* ---- Regions --------------------------------------------------------------------------------- */

START_TEST(regions_of_all_sizes)
{
    static const uint32_t starts[] = {0, 1, 3, 8, 28, 128};
    const ScenarioRegions regions = {.starts = starts, .n_regions = 5, .degree = 4, .between = 2};
    uint32_t inside[5] = {0};
    uint32_t between[5][5] = {{0}};
    uint32_t region_of[128];

    for (uint32_t region = 0; region < 5; region++) {
        for (uint32_t peer = starts[region]; peer < starts[region + 1]; peer++) {
            region_of[peer] = region;
        }
    }
    scenario_topology_regions(links, &regions, &(ScenarioDraw){1});
    assert_simple(128);
    ck_assert(is_connected(128));
    for (guint i = 0; i < links->len; i++) {
        const uint32_t a = region_of[link_at(i)->to];
        const uint32_t b = region_of[link_at(i)->from];

        *(a == b ? &inside[a] : &between[a][b]) += 1;
    }
    ck_assert_uint_eq(inside[0], 0);
    ck_assert_uint_eq(inside[1], 1);
    ck_assert_uint_eq(inside[2], 10);
    ck_assert_uint_eq(inside[3], 40);
    ck_assert_uint_eq(inside[4], 200);
    for (uint32_t a = 0; a < 5; a++) {
        for (uint32_t b = a + 1; b < 5; b++) {
            ck_assert_uint_eq(between[a][b], 2);
        }
    }
}
END_TEST

/* All pairs of two regions, none, and each pair as often as any other. */
START_TEST(links_between_regions)
{
    static const uint32_t starts[] = {0, 2, 5};
    ScenarioRegions regions = {.starts = starts, .n_regions = 2, .degree = 2, .between = 6};
    ScenarioDraw draw = {13};
    uint32_t drawn[5][5] = {{0}};

    scenario_topology_regions(links, &regions, &draw);
    assert_simple(5);
    ck_assert_uint_eq(links->len, 10);
    clear();
    regions.between = 0;
    scenario_topology_regions(links, &regions, &draw);
    ck_assert_uint_eq(links->len, 4);
    regions.between = 2;
    for (int i = 0; i < 30000; i++) {
        clear();
        scenario_topology_regions(links, &regions, &draw);
        ck_assert_uint_eq(links->len, 6);
        for (guint j = 0; j < 6; j++) {
            drawn[link_at(j)->from][link_at(j)->to]++;
        }
    }
    for (uint32_t from = 2; from < 5; from++) {
        for (uint32_t to = 0; to < 2; to++) {
            ck_assert_uint_ge(drawn[from][to], 10000 - 409); /* five standard deviations */
            ck_assert_uint_le(drawn[from][to], 10000 + 409);
        }
    }
}
END_TEST

/* ---- Determinism ----------------------------------------------------------------------------- */

/* The same seed must give the same network on every machine and in every release. */
START_TEST(a_topology_is_a_function_of_the_seed)
{
    const uint32_t n = 100000;
    g_autofree uint32_t *starts = g_new(uint32_t, 51);
    const ScenarioRegions regions = {.starts = starts, .n_regions = 50, .degree = 8, .between = 4};

    for (uint32_t i = 0; i <= 50; i++) {
        starts[i] = i * (n / 50);
    }
    scenario_topology_random_regular(links, n, 8, &(ScenarioDraw){1});
    assert_hash(n, 400000, UINT64_C(0x46417544fcb70581));
    ck_assert(scenario_topology_erdos_renyi(links, n, millionths(80), &(ScenarioDraw){1}));
    assert_hash(n, 401081, UINT64_C(0x37cf1c28c5224d81));
    ck_assert(scenario_topology_erdos_renyi(links, n, millionths(80), &(ScenarioDraw){2}));
    assert_hash(n, 400317, UINT64_C(0xeca8ec4bfbfb1eb0));
    scenario_topology_barabasi_albert(links, n, 4, &(ScenarioDraw){1});
    assert_hash(n, 399990, UINT64_C(0x4eef9ddbfa2f0112));
    scenario_topology_watts_strogatz(links, n, 8, 50000, &(ScenarioDraw){1});
    assert_hash(n, 400000, UINT64_C(0x3d74abd4ab0fa279));
    scenario_topology_regions(links, &regions, &(ScenarioDraw){1});
    assert_hash(n, 400000 + 50 * 49 / 2 * 4, UINT64_C(0x7753c49ae9dfc473));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("scenario_random");
    TCase *tcase = tcase_create("random");

    tcase_set_timeout(tcase, 120);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, draws_are_splitmix64);
    tcase_add_test(tcase, exponential_draws);
    tcase_add_test(tcase, every_pair_or_none);
    tcase_add_test(tcase, links_at_the_limit);
    tcase_add_test(tcase, pairs_are_independent);
    tcase_add_test(tcase, degrees_of_erdos_renyi);
    tcase_add_test(tcase, the_least_probability);
    tcase_add_test(tcase, newcomers);
    tcase_add_test(tcase, degrees_of_barabasi_albert);
    tcase_add_test(tcase, without_rewiring_a_ring_stays);
    tcase_add_test(tcase, rewired_links);
    tcase_add_test(tcase, rewiring_of_small_graphs);
    tcase_add_test(tcase, new_ends_are_drawn_evenly);
    tcase_add_test(tcase, regions_of_all_sizes);
    tcase_add_test(tcase, links_between_regions);
    tcase_add_test(tcase, a_topology_is_a_function_of_the_seed);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
