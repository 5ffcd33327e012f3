/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events of one instant in an order that a seed draws: the permutation of targets, and that no
 * scenario of the library needs the usual order to keep its properties. Run from the project's
 * root.
 */
#include "sim/ties.h"
#include "tests/library.h"
#include "tests/sim_fixture.h"

/* --- targets --------------------------------------------------------------------------------- */

START_TEST(test_hidden_and_shown)
{
    const uint32_t targets[] = {0, 1, 2, 0x10000000, 0x3fffffff, 0x40000000, SIM_TIES_HIDDEN - 1};
    for (uint64_t seed = 0; seed < 100; seed++) {
        SimTies ties = sim_ties_of(seed);
        ck_assert(ties.shuffled);
        for (size_t i = 0; i < G_N_ELEMENTS(targets); i++)
            for (int64_t time_ns = 0; time_ns >= 0; time_ns = 3 * time_ns + 1) {
                uint32_t hidden = sim_ties_hide(&ties, time_ns, targets[i]);
                ck_assert_uint_ge(hidden, SIM_TIES_HIDDEN);
                ck_assert_uint_eq(sim_ties_show(&ties, time_ns, hidden), targets[i]);
                ck_assert_uint_eq(sim_ties_show(&ties, time_ns, targets[i]), targets[i]);
                if (time_ns > INT64_MAX / 4)
                    break;
            }
    }
}
END_TEST

/* Which of the six orders three targets have, the smallest hidden one first. */
static uint32_t order_of(const SimTies *ties, int64_t time_ns, const uint32_t *targets)
{
    uint32_t a = sim_ties_hide(ties, time_ns, targets[0]);
    uint32_t b = sim_ties_hide(ties, time_ns, targets[1]);
    uint32_t c = sim_ties_hide(ties, time_ns, targets[2]);
    return (uint32_t)(a < b) + 2 * (uint32_t)(b < c) + 4 * (uint32_t)(a < c);
}

/* Of 6000 instants each order has about a sixth: 1000, give or take five standard deviations of
 * 29. Two of the eight numbers are no order. */
static void expect_even(int64_t every_ns, const uint32_t *targets)
{
    SimTies ties = sim_ties_of(7);
    uint32_t counts[8] = {0};
    for (int64_t i = 0; i < 6000; i++)
        counts[order_of(&ties, i * every_ns, targets)]++;
    for (uint32_t order = 0; order < 8; order++) {
        bool is_none = order == 3 || order == 4;
        ck_assert_msg(is_none ? counts[order] == 0 : counts[order] > 855 && counts[order] < 1145,
                      "order %u: %u of 6000", order, counts[order]);
    }
}

START_TEST(test_every_order)
{
    const uint32_t ends[] = {14u << SIM_ENTITY_BITS, (14u << SIM_ENTITY_BITS) + 1,
                             (14u << SIM_ENTITY_BITS) + 2};
    const uint32_t kinds[] = {(5u << SIM_ENTITY_BITS) + 3, (14u << SIM_ENTITY_BITS) + 3,
                              (16u << SIM_ENTITY_BITS) + 3};
    expect_even(1, ends);
    expect_even(BNET_SLOT_NS, ends);
    expect_even(1, kinds);
    expect_even(BNET_SLOT_NS, kinds);
}
END_TEST

START_TEST(test_seeds)
{
    SimTies a = sim_ties_of(1);
    SimTies same = sim_ties_of(1);
    SimTies b = sim_ties_of(2);
    ck_assert_uint_eq(a.key, same.key);
    ck_assert_uint_ne(a.key, b.key);
    ck_assert_uint_ne(sim_ties_hide(&a, 5, 3), sim_ties_hide(&b, 5, 3));
    ck_assert_uint_ne(sim_ties_hide(&a, 5, 3), sim_ties_hide(&a, 6, 3));
}
END_TEST

/* --- the queue ------------------------------------------------------------------------------- */

static Scenario *pair(void)
{
    return fix_scenario("{'duration': '20s', 'peers': {'bp': {'count': 4, 'produces': true}},"
                        " 'topology': {'kind': 'full-mesh'}, 'links': {'latency': '500ms'}}");
}

/* The script of a scenario keeps its order and its place, and all else is behind it. */
START_TEST(test_script_comes_first)
{
    g_autoptr(Scenario) scenario = pair();
    SimWorld *world = sim_world_new(scenario, NULL);
    world->ties = sim_ties_of(3);
    sim_world_schedule(world, 9, SIM_EVENT_SLOT, 0, 4);
    sim_world_schedule(world, 9, SIM_EVENT_PERSONA, 0, 4);
    sim_world_schedule(world, 9, SIM_EVENT_RELEASE, 2, 1);
    sim_world_schedule(world, 9, SIM_EVENT_FAULT, 0, 5);
    sim_world_schedule(world, 9, SIM_EVENT_FAULT, 0, 4);
    sim_world_schedule(world, 9, SIM_EVENT_START, 1, 0);
    sim_world_schedule(world, 9, SIM_EVENT_BOUND, 0, 8);
    const uint32_t kinds[] = {SIM_EVENT_BOUND, SIM_EVENT_START, SIM_EVENT_FAULT, SIM_EVENT_FAULT,
                              SIM_EVENT_RELEASE};
    const uint32_t args[] = {8, 0, 4, 5, 1};
    SimQueueEvent event;
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        ck_assert(sim_queue_pop(&world->queue, &event));
        ck_assert_uint_eq(event.target >> SIM_ENTITY_BITS, kinds[i]);
        ck_assert_uint_eq(event.arg, args[i]);
    }
    for (uint32_t i = 0; i < 2; i++) {
        ck_assert(sim_queue_pop(&world->queue, &event));
        ck_assert_uint_ge(event.target, SIM_TIES_HIDDEN);
    }
    sim_world_free(world);
}
END_TEST

/* --- runs ------------------------------------------------------------------------------------ */

static SimResult *run_with(const Scenario *scenario, uint64_t ties_seed)
{
    SimRunOptions options = {.shuffle_ties = true, .ties_seed = ties_seed};
    return sim_run(scenario, &options, NULL);
}

/* A seed of the order is a run; not shuffling is another one. */
START_TEST(test_same_seed_same_run)
{
    g_autoptr(Scenario) scenario = pair();
    g_autoptr(SimResult) usual = sim_run(scenario, NULL, NULL);
    g_autoptr(SimResult) first = run_with(scenario, 1);
    g_autoptr(SimResult) again = run_with(scenario, 1);
    g_autoptr(SimResult) other = run_with(scenario, 2);
    ck_assert(!usual->shuffled_ties);
    ck_assert(first->shuffled_ties);
    ck_assert_uint_eq(first->ties_seed, 1);
    ck_assert_uint_eq(first->trace_hash, again->trace_hash);
    ck_assert_uint_ne(first->trace_hash, other->trace_hash);
    ck_assert_uint_ne(first->trace_hash, usual->trace_hash);
    fix_assert_pass(first);
    fix_assert_pass(other);
}
END_TEST

/* Most of what a scenario does begins by then; less for large networks: time times peers. */
#define BEGIN_NS (25 * S)
#define BEGIN_PEERS_NS (400 * S)

static bool is_violated(const SimCheckResult *check)
{
    return !strchr(check->id, '/') && check->asked == SIM_ASKED_PASS &&
           check->verdict == SIM_VERDICT_FAIL;
}

/* What a scenario expects may be true of one order alone; no property may. */
START_TEST(test_library_keeps_its_properties)
{
    g_autoptr(GPtrArray) names = library_names();
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *path = library_path(names->pdata[i]);
        g_autoptr(Scenario) scenario = scenario_load(path, NULL, 0, NULL);
        scenario->duration_ns =
            MIN(scenario->duration_ns, MIN(BEGIN_NS, BEGIN_PEERS_NS / scenario->n_peers));
        g_autoptr(SimResult) result = run_with(scenario, 1 + i % 3);
        for (uint32_t c = 0; c < result->n_checks; c++)
            ck_assert_msg(!is_violated(&result->checks[c]), "%s --shuffle-ties=%u: %s: %s", path,
                          1 + i % 3, result->checks[c].id, result->checks[c].detail);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ties");
    TCase *tcase = tcase_create("ties");
    tcase_set_timeout(tcase, 0);
    tcase_add_test(tcase, test_hidden_and_shown);
    tcase_add_test(tcase, test_every_order);
    tcase_add_test(tcase, test_seeds);
    tcase_add_test(tcase, test_script_comes_first);
    tcase_add_test(tcase, test_same_seed_same_run);
    tcase_add_test(tcase, test_library_keeps_its_properties);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
