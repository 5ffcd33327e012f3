/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <check.h>
#include <glib.h>

#include "scenarios/topology.h"
#include "scenarios/topology_random.h"
#include "tests/run_suite.h"

static GArray *links;

static void setup(void)
{
    links = g_array_new(FALSE, FALSE, sizeof(ScenarioLink));
}

static void teardown(void)
{
    g_array_unref(links);
}

static const ScenarioLink *link_at(guint i)
{
    return &g_array_index(links, ScenarioLink, i);
}

/* "1-0 2-1": who dials whom. */
static char *text_of_links(void)
{
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < links->len; i++) {
        g_string_append_printf(out, "%s%u-%u", i > 0 ? " " : "", link_at(i)->from, link_at(i)->to);
    }
    return g_string_free(out, FALSE);
}

static void assert_links(const char *expected)
{
    g_autofree char *text = text_of_links();

    ck_assert_str_eq(text, expected);
    g_array_set_size(links, 0);
}

START_TEST(the_newcomer_dials)
{
    scenario_topology_full_mesh(links, 4);
    assert_links("1-0 2-0 2-1 3-0 3-1 3-2");
    scenario_topology_ring(links, 5);
    assert_links("1-0 2-1 3-2 4-0 4-3");
    scenario_topology_line(links, 4);
    assert_links("1-0 2-1 3-2");
    scenario_topology_star(links, 4, 0);
    assert_links("1-0 2-0 3-0");
    scenario_topology_star(links, 4, 2);
    assert_links("2-0 2-1 3-2");
}
END_TEST

START_TEST(few_peers)
{
    scenario_topology_full_mesh(links, 1);
    scenario_topology_ring(links, 1);
    scenario_topology_line(links, 1);
    scenario_topology_star(links, 1, 0);
    assert_links("");
    scenario_topology_ring(links, 2);
    assert_links("1-0");
    scenario_topology_ring(links, 3);
    assert_links("1-0 2-0 2-1");
}
END_TEST

/* Sorted, simple, every peer with `degree` links, connected. */
static void assert_regular(uint32_t n_peers, uint32_t degree)
{
    g_autofree uint32_t *degrees = g_new0(uint32_t, n_peers);
    uint32_t other = 0;

    ck_assert_uint_eq(links->len, (uint64_t)n_peers * degree / 2);
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
    for (uint32_t i = 0; i < n_peers; i++) {
        if (degrees[i] != degree) {
            ck_abort_msg("peer %u has %u links", i, degrees[i]);
        }
    }
    ck_assert_uint_eq(scenario_topology_components(links, n_peers, &other), 1);
}

START_TEST(every_small_regular_graph)
{
    uint32_t n_graphs = 0;

    for (uint32_t n = 1; n <= 16; n++) {
        for (uint32_t degree = 0; degree < n; degree++) {
            for (uint64_t seed = 0; seed < 20; seed++) {
                if (scenario_topology_check_degree(n, degree) == NULL) {
                    scenario_topology_random_regular(links, n, degree, &(ScenarioDraw){seed});
                    assert_regular(n, degree);
                    g_array_set_size(links, 0);
                    n_graphs++;
                }
            }
        }
    }
    /* n: degrees 2 to n - 1, for odd n the even ones alone; and 1 for n = 2, 0 for n = 1. */
    ck_assert_uint_eq(n_graphs,
                      20 * (1 + 1 + (1 + 2 + 2 + 4 + 3 + 6 + 4 + 8 + 5 + 10 + 6 + 12 + 7 + 14)));
}
END_TEST

START_TEST(large_regular_graphs)
{
    static const uint32_t cases[][2] = {{1000, 2}, {2000, 3}, {500, 249}, {500, 250}, {20000, 8}};

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        scenario_topology_random_regular(links, cases[i][0], cases[i][1], &(ScenarioDraw){1});
        assert_regular(cases[i][0], cases[i][1]);
        g_array_set_size(links, 0);
    }
}
END_TEST

/* The same seed must give the same network on every machine and in every release. */
START_TEST(a_regular_graph_is_a_function_of_the_seed)
{
    scenario_topology_random_regular(links, 8, 3, &(ScenarioDraw){1});
    g_autofree char *first = text_of_links();

    g_array_set_size(links, 0);
    scenario_topology_random_regular(links, 8, 3, &(ScenarioDraw){2});
    g_autofree char *second = text_of_links();

    ck_assert_str_ne(first, second);
    g_array_set_size(links, 0);
    ck_assert_str_eq(first, "1-0 3-0 3-1 4-0 5-1 5-2 6-2 6-4 6-5 7-2 7-3 7-4");
    ck_assert_str_eq(second, "2-0 3-2 4-1 4-3 5-3 5-4 6-0 6-1 6-2 7-0 7-1 7-5");
}
END_TEST

START_TEST(degrees_that_do_not_work)
{
    ck_assert_ptr_null(scenario_topology_check_degree(1, 0));
    ck_assert_ptr_null(scenario_topology_check_degree(2, 1));
    ck_assert_ptr_null(scenario_topology_check_degree(4, 2));
    ck_assert_ptr_null(scenario_topology_check_degree(1000000, 16));
    ck_assert_ptr_nonnull(scenario_topology_check_degree(4, 4));
    ck_assert_ptr_nonnull(scenario_topology_check_degree(4, 1));
    ck_assert_ptr_nonnull(scenario_topology_check_degree(2, 0));
    ck_assert_ptr_nonnull(scenario_topology_check_degree(5, 3));
}
END_TEST

START_TEST(components_are_counted)
{
    uint32_t other = 99;

    scenario_topology_ring(links, 4);
    ck_assert_uint_eq(scenario_topology_components(links, 4, &other), 1);
    ck_assert_uint_eq(other, 99);
    ck_assert_uint_eq(scenario_topology_components(links, 6, &other), 3);
    ck_assert_uint_eq(other, 4);
    g_array_set_size(links, 0);
    ck_assert_uint_eq(scenario_topology_components(links, 1, &other), 1);
    ck_assert_uint_eq(scenario_topology_components(links, 1000000, &other), 1000000);
    ck_assert_uint_eq(other, 1);
}
END_TEST

START_TEST(trees)
{
    scenario_topology_tree(links, 8, 2);
    assert_links("1-0 2-0 3-1 4-1 5-2 6-2 7-3");
    scenario_topology_tree(links, 8, 3);
    assert_links("1-0 2-0 3-0 4-1 5-1 6-1 7-2");
    scenario_topology_tree(links, 4, 1);
    assert_links("1-0 2-1 3-2");
    scenario_topology_tree(links, 4, 999999);
    assert_links("1-0 2-0 3-0");
    scenario_topology_tree(links, 1, 2);
    assert_links("");
}
END_TEST

START_TEST(grids)
{
    scenario_topology_grid(links, 6, 3, false);
    assert_links("1-0 2-1 3-0 4-1 4-3 5-2 5-4");
    scenario_topology_grid(links, 4, 4, false);
    assert_links("1-0 2-1 3-2");
    scenario_topology_grid(links, 3, 1, false);
    assert_links("1-0 2-1");
    scenario_topology_grid(links, 1, 1, true);
    assert_links("");
}
END_TEST

/* Two ends that are neighbours already are not linked twice. */
START_TEST(grids_that_wrap)
{
    scenario_topology_grid(links, 9, 3, true);
    assert_links("1-0 2-0 2-1 3-0 4-1 4-3 5-2 5-3 5-4 6-0 6-3 7-1 7-4 7-6 8-2 8-5 8-6 8-7");
    scenario_topology_grid(links, 6, 3, true);
    assert_links("1-0 2-0 2-1 3-0 4-1 4-3 5-2 5-3 5-4");
    scenario_topology_grid(links, 6, 2, true);
    assert_links("1-0 2-0 3-1 3-2 4-0 4-2 5-1 5-3 5-4");
    scenario_topology_grid(links, 4, 2, true);
    assert_links("1-0 2-0 3-1 3-2");
    scenario_topology_grid(links, 4, 1, true);
    assert_links("1-0 2-1 3-0 3-2");
}
END_TEST

static void add(uint32_t from, uint32_t to)
{
    const ScenarioLink link = {.from = from, .to = to, .latency_ns = from};

    g_array_append_val(links, link);
}

START_TEST(sorting)
{
    scenario_topology_sort(links, 5);
    add(4, 0);
    add(0, 4);
    add(2, 3);
    add(2, 1);
    add(4, 3);
    scenario_topology_sort(links, 5);
    ck_assert_int_eq(link_at(4)->latency_ns, 4);
    assert_links("0-4 2-1 2-3 4-0 4-3");
}
END_TEST

START_TEST(doubles)
{
    uint32_t first = 99;
    uint32_t second = 99;

    ck_assert(!scenario_topology_find_double(links, &first, &second));
    add(1, 0);
    add(2, 1);
    add(2, 0);
    ck_assert(!scenario_topology_find_double(links, &first, &second));
    ck_assert_uint_eq(first, 99);
    add(1, 2);
    add(0, 1);
    add(1, 0);
    ck_assert(scenario_topology_find_double(links, &first, &second));
    ck_assert_uint_eq(first, 1);
    ck_assert_uint_eq(second, 3);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("scenario_topology");
    TCase *tcase = tcase_create("topology");

    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, the_newcomer_dials);
    tcase_add_test(tcase, few_peers);
    tcase_add_test(tcase, every_small_regular_graph);
    tcase_add_test(tcase, large_regular_graphs);
    tcase_add_test(tcase, a_regular_graph_is_a_function_of_the_seed);
    tcase_add_test(tcase, degrees_that_do_not_work);
    tcase_add_test(tcase, components_are_counted);
    tcase_add_test(tcase, trees);
    tcase_add_test(tcase, grids);
    tcase_add_test(tcase, grids_that_wrap);
    tcase_add_test(tcase, sorting);
    tcase_add_test(tcase, doubles);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
