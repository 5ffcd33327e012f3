/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random scenarios of honest peers: a seed has one text, every text loads and ends calmly, and they
 * are not tame.
 */
#include "sim/run.h"
#include "sim/sightings.h"
#include "sim/swarm.h"
#include "sim/swarm_text.h"
#include "tests/sim_fixture.h"

#define TEXTS 2000u
#define RUNS 150u
#define CALM_NS (60 * S)

static const SimSwarmPlugin documented;
static const SimSwarmPlugin deployed_profile = {.profile = SIM_SWARM_EOSIO_1_7};

/* (transfer full) */
static Scenario *load(uint64_t seed, SimSwarmPlugin plugin)
{
    g_autofree char *text = sim_swarm_text(seed, plugin);
    g_autoptr(GError) error = NULL;
    ScenarioText loaded = {.path = "swarm.json", .data = text, .length = strlen(text)};
    Scenario *scenario = scenario_load_data(&loaded, NULL, 0, &error);
    ck_assert_msg(scenario, "seed %" G_GUINT64_FORMAT ": %s\n%s", seed, error ? error->message : "",
                  text);
    return scenario;
}

START_TEST(test_text)
{
    g_autoptr(GString) out = g_string_new(NULL);
    SwarmText text = {.out = out};
    swarm_text_open(&text, NULL, '{');
    swarm_text_put(&text, "a", "%u", 1u);
    swarm_text_open(&text, "b", '[');
    swarm_text_put(&text, NULL, "{'x': '%s'}", "y");
    swarm_text_put(&text, NULL, "2");
    swarm_text_close(&text, ']');
    swarm_text_open(&text, "c", '{');
    swarm_text_close(&text, '}');
    swarm_text_close(&text, '}');
    ck_assert_str_eq(out->str, "{\n"
                               "    \"a\": 1,\n"
                               "    \"b\": [\n"
                               "        {\"x\": \"y\"},\n"
                               "        2\n"
                               "    ],\n"
                               "    \"c\": {}\n"
                               "}\n");
}
END_TEST

START_TEST(test_seed_has_one_text)
{
    static const uint64_t seeds[] = {0, 1, 2, UINT64_MAX - 1, UINT64_MAX};
    for (uint32_t i = 0; i < G_N_ELEMENTS(seeds); i++) {
        g_autofree char *text = sim_swarm_text(seeds[i], documented);
        g_autofree char *again = sim_swarm_text(seeds[i], documented);
        g_autofree char *other = sim_swarm_text(seeds[i] ^ 16, documented);
        ck_assert_str_eq(text, again);
        ck_assert_str_ne(strstr(text, "\"chain\""), strstr(other, "\"chain\""));
    }
}
END_TEST

static int64_t last_fault_ns(const Scenario *scenario)
{
    int64_t last_ns = 0;
    for (uint32_t i = 0; i < scenario->n_events; i++)
        last_ns = MAX(last_ns, scenario->events[i].at_ns);
    for (uint32_t i = 0; i < scenario->n_groups; i++)
        if (scenario->groups[i].start_ns != SCENARIO_TIME_NONE)
            last_ns = MAX(last_ns, scenario->groups[i].start_ns);
    for (uint32_t i = 0; i < scenario->n_groups; i++)
        for (uint32_t p = 0; p < scenario->groups[i].n_personas; p++)
            last_ns = MAX(last_ns, scenario->groups[i].personas[p].until_ns);
    return last_ns;
}

/* A few peers, up to two of which misbehave in some texts, and a last minute without faults. */
START_TEST(test_every_text_loads)
{
    uint32_t with_personas = 0;
    for (uint64_t seed = 0; seed < TEXTS; seed++) {
        g_autoptr(Scenario) scenario = load(seed, documented);
        ck_assert_uint_eq(scenario->seed, seed);
        ck_assert_uint_ge(scenario->n_peers, 2);
        ck_assert_uint_le(scenario->n_peers, SIM_SWARM_PEERS_MAX);
        ck_assert_int_le(last_fault_ns(scenario), scenario->duration_ns - CALM_NS);
        uint32_t n_wrong = 0;
        for (uint32_t p = 0; p < scenario->n_peers; p++)
            n_wrong += scenario_group_of(scenario, p)->n_personas > 0;
        ck_assert_uint_le(n_wrong, 2);
        with_personas += n_wrong > 0;
    }
    ck_assert_uint_gt(with_personas, TEXTS / 10);
    ck_assert_uint_lt(with_personas, TEXTS / 2);
}
END_TEST

/* In some all groups are of the profile, in some only a few; never none. */
START_TEST(test_deployed_peers)
{
    uint32_t all = 0;
    for (uint64_t seed = 0; seed < TEXTS; seed++) {
        g_autoptr(Scenario) scenario = load(seed, deployed_profile);
        uint32_t deployed = 0;
        uint32_t honest = 0;
        for (uint32_t i = 0; i < scenario->n_groups; i++) {
            const ScenarioGroup *group = &scenario->groups[i];
            honest += group->n_personas == 0;
            deployed += group->quirks != 0;
            ck_assert(group->quirks == 0 || group->n_personas == 0);
        }
        ck_assert_uint_ge(deployed, 1);
        all += deployed == honest;
    }
    ck_assert_uint_gt(all, TEXTS / 4);
    ck_assert_uint_lt(all, TEXTS);
}
END_TEST

/* All honest groups have what is asked for and nothing else; the rest is the same. */
START_TEST(test_single_quirks)
{
    static const SimSwarmPlugin plugin = {.quirks = BNET_QUIRK_NO_TIMER | BNET_QUIRK_REDIAL_TIMER};
    for (uint64_t seed = 0; seed < 100; seed++) {
        g_autoptr(Scenario) scenario = load(seed, plugin);
        for (uint32_t i = 0; i < scenario->n_groups; i++) {
            const ScenarioGroup *group = &scenario->groups[i];
            ck_assert_uint_eq(group->quirks, group->n_personas > 0 ? 0 : plugin.quirks);
        }
        g_autofree char *text = sim_swarm_text(seed, documented);
        g_autofree char *other = sim_swarm_text(seed, plugin);
        g_auto(GStrv) parts = g_strsplit(
            other, ",\n            \"quirks\": {\"no-timer\": true, \"redial-timer\": true}", -1);
        g_autofree char *without = g_strjoinv("", parts);
        ck_assert_uint_ge(g_strv_length(parts), 2);
        ck_assert_str_eq(without, text);
    }
}
END_TEST

/* Each situation comes up, and no property is violated. Convergence is always judged. */
START_TEST(test_runs_are_not_tame)
{
    uint32_t seen[SIM_SIGHTINGS] = {0};
    for (uint64_t seed = 1; seed <= RUNS; seed++) {
        g_autoptr(Scenario) scenario = load(seed, documented);
        SimSightings sightings;
        sim_sightings_init(&sightings);
        SimRunOptions options = {.trace = &sightings.observer};
        g_autoptr(SimResult) result = sim_run(scenario, &options, NULL);
        sim_sightings_conclude(&sightings, result);
        for (uint32_t s = 0; s < SIM_SIGHTINGS; s++)
            seen[s] += sightings.seen[s];
        sim_sightings_finish(&sightings);
        for (uint32_t i = 0; i < result->n_checks; i++) {
            const SimCheckResult *check = &result->checks[i];
            ck_assert_msg(check->verdict != SIM_VERDICT_FAIL, "seed %" G_GUINT64_FORMAT ": %s: %s",
                          seed, check->id, check->detail);
            if (g_str_equal(check->id, "L1"))
                ck_assert_int_eq(check->verdict, SIM_VERDICT_PASS);
        }
    }
    for (uint32_t s = 0; s < SIM_SIGHTINGS; s++)
        ck_assert_msg(seen[s] >= 1, "%s in %u of %u seeds", sim_sighting_name((SimSighting)s),
                      seen[s], RUNS);
}
END_TEST

/* --- sightings ------------------------------------------------------------------------------- */

static void sight(const char *text, SimSightings *sightings)
{
    g_autoptr(Scenario) scenario = fix_scenario(text);
    sim_sightings_init(sightings);
    SimRunOptions options = {.trace = &sightings->observer};
    g_autoptr(SimResult) result = sim_run(scenario, &options, NULL);
    sim_sightings_conclude(sightings, result);
    sim_sightings_finish(sightings);
}

static void expect_sightings(const char *text, uint32_t wanted)
{
    SimSightings sightings;
    sight(text, &sightings);
    for (uint32_t s = 0; s < SIM_SIGHTINGS; s++)
        ck_assert_msg(sightings.seen[s] == (wanted >> s & 1), "%s: %d",
                      sim_sighting_name((SimSighting)s), sightings.seen[s]);
}

#define TWO "{'duration': '60s', 'peers': {'bp': {'produces': true}, 'relay': {%s}}, %s}"

static const struct {
    const char *relay;
    const char *more;
    uint32_t wanted; /* of 1 << SimSighting */
} sightings_cases[] = {
    {"", "'seed': 1", 0},
    {"", "'events': [{'at': '9s', 'crash': 'relay', 'for': '1s'}]", 0},
    {"", "'events': [{'at': '9s', 'crash': 'relay', 'for': '1s', 'chain': 'lose'}]",
     1u << SIM_SIGHTING_LOST_CHAIN},
    {"'bnet-follow-irreversible': true", "'seed': 1", 1u << SIM_SIGHTING_FOLLOWER},
    {"'clock': {'skew': '-6s'}", "'seed': 1", 0},
    {"'clock': {'skew': '-8s'}", "'expect': {'convergence': false}",
     1u << SIM_SIGHTING_FUTURE_BLOCK | 1u << SIM_SIGHTING_RESYNC},
    {"", "'chain': {'start_height': 1928, 'irreversibility': 'none'}", 0},
    {"", "'chain': {'start_height': 1929, 'irreversibility': 'none'}", 1u << SIM_SIGHTING_FAR_LIB},
    {"", "'topology': {'mutual': true}", 1u << SIM_SIGHTING_CROSS_DIAL},
    {"", "'events': [{'at': '5s', 'cut': ['bp', 'relay'], 'for': '40s'}]", 1u << SIM_SIGHTING_DEAD},
    {"'bnet-no-trx': true",
     "'chain': {'block': {'max_transactions': 0}}, 'transactions': {'burst': {'count': 65536}, "
     "'size': 50, 'from': 'bp', 'begin': '1s'}",
     0},
    {"'bnet-no-trx': true",
     "'chain': {'block': {'max_transactions': 0}}, 'transactions': {'burst': {'count': 65537}, "
     "'size': 50, 'from': 'bp', 'begin': '1s'}",
     1u << SIM_SIGHTING_FULL_STATUS},
    {"'bnet-no-trx': true",
     "'chain': {'block': {'max_transactions': 0}}, 'transactions': {'burst': {'count': 65537}, "
     "'size': 50, 'from': 'bp', 'begin': '1s'}, 'events': [{'at': '9s', 'crash': 'bp', 'for': "
     "'1s'}]",
     1u << SIM_SIGHTING_FULL_STATUS},
};

START_TEST(test_sightings)
{
    g_autofree char *text =
        g_strdup_printf(TWO, sightings_cases[_i].relay, sightings_cases[_i].more);
    expect_sightings(text, sightings_cases[_i].wanted);
}
END_TEST

/* Two producers of equal right on two sides. */
START_TEST(test_conflicts_are_sighted)
{
    expect_sightings("{'duration': '60s', 'chain': {'irreversibility': {'depth': 5}}, 'peers': {"
                     "'bp': {'count': 2, 'produces': true}}, 'expect': {'convergence': false}, "
                     "'events': [{'at': '5s', 'partition': ['bp[0]'], 'for': '25s'}]}",
                     1u << SIM_SIGHTING_FINALITY_CONFLICT | 1u << SIM_SIGHTING_RESYNC);
    expect_sightings("{'duration': '60s', 'peers': {'bp': {'count': 3, 'produces': true}}, "
                     "'events': [{'at': '5s', 'partition': ['bp[0]'], 'for': '15s'}]}",
                     1u << SIM_SIGHTING_FORK_SWITCH);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("swarm");
    TCase *tcase = tcase_create("swarm");
    tcase_set_timeout(tcase, 0);
    tcase_add_test(tcase, test_text);
    tcase_add_test(tcase, test_seed_has_one_text);
    tcase_add_test(tcase, test_every_text_loads);
    tcase_add_test(tcase, test_deployed_peers);
    tcase_add_test(tcase, test_single_quirks);
    tcase_add_test(tcase, test_runs_are_not_tame);
    tcase_add_loop_test(tcase, test_sightings, 0, G_N_ELEMENTS(sightings_cases));
    tcase_add_test(tcase, test_conflicts_are_sighted);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
