/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random small networks: whatever the latency, topology, faults and personas, no property may be
 * violated. A seed that fails is printed with its scenario, ready to be run.
 *
 * BNETLAB_STRESS_FIRST and BNETLAB_STRESS_SEEDS choose other seeds than those of the suite;
 * BNETLAB_STRESS_PRINT prints each scenario before it runs.
 */
#include <stdio.h>

#include "tests/sim_fixture.h"

#define SEEDS 200u

/* A random scenario in the making. */
typedef struct Maker {
    SimRandom random;
    GString *text;
    uint32_t n_producers;
    uint32_t n_relays;
    uint32_t n_followers;
    bool persona;
    bool persona_produces;
    uint32_t fault_end_s; /* all faults are over */
} Maker;

static uint32_t below(Maker *maker, uint32_t bound)
{
    return (uint32_t)sim_random_below(&maker->random, bound);
}

static bool chance(Maker *maker, uint32_t percent)
{
    return below(maker, 100) < percent;
}

static void say(Maker *maker, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void say(Maker *maker, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_string_append_vprintf(maker->text, format, args);
    va_end(args);
}

/* --- parts ----------------------------------------------------------------------------------- */

static void make_options(Maker *maker)
{
    if (chance(maker, 30))
        say(maker, ", 'idle_timeout': 'none'");
    if (chance(maker, 30))
        say(maker,
            ", 'processing': {'header': '%uus', 'block': '%uus', 'transaction': '%uus', "
            "'fetch': '%uus'}",
            below(maker, 2000), below(maker, 30000), below(maker, 500), below(maker, 2000));
}

static void make_persona(Maker *maker)
{
    static const char *const faults[] = {"timestamp", "producer", "signature", "content"};
    uint32_t fault = below(maker, 4);
    maker->persona_produces = fault == 3 || chance(maker, 50);
    say(maker,
        ",\n  'mallory': {'persona': {'kind': 'invalid-block', 'fault': '%s', 'after': '%us'}%s}",
        faults[fault], 5 + below(maker, 20), maker->persona_produces ? ", 'produces': true" : "");
}

static void make_peers(Maker *maker)
{
    maker->n_producers = 1 + below(maker, 5);
    maker->n_relays = below(maker, 3);
    maker->n_followers = chance(maker, 25) ? 1 : 0;
    maker->persona = chance(maker, 30);
    if (maker->n_producers + maker->n_relays < 2)
        maker->n_relays++;
    say(maker, " 'peers': {\n  'bp': {'count': %u, 'produces': true", maker->n_producers);
    make_options(maker);
    say(maker, "}");
    bool relays_first = chance(maker, 50);
    for (int pass = 0; pass < 2; pass++) {
        if (maker->n_relays > 0 && (pass == 0) == relays_first) {
            say(maker, ",\n  'relay': {'count': %u", maker->n_relays);
            make_options(maker);
            say(maker, "%s%s}", chance(maker, 30) ? ", 'bnet-no-trx': true" : "",
                chance(maker, 30) ? ", 'chain': 'genesis'" : "");
        } else if (maker->persona && (pass == 0) != relays_first) {
            make_persona(maker);
        }
    }
    if (maker->n_followers > 0)
        say(maker, ",\n  'follower': {'bnet-follow-irreversible': true%s}",
            chance(maker, 30) ? ", 'start': '7s', 'chain': 'genesis'" : "");
    say(maker, "\n },\n");
}

static uint32_t n_peers(const Maker *maker)
{
    return maker->n_producers + maker->n_relays + maker->n_followers + maker->persona;
}

static void make_network(Maker *maker)
{
    static const char *const kinds[] = {"full-mesh", "ring", "line"};
    if (chance(maker, 20))
        say(maker, " 'topology': {'kind': 'star', 'center': 'bp%s'},\n",
            maker->n_producers > 1 ? "[0]" : "");
    else
        say(maker, " 'topology': {'kind': '%s'},\n", kinds[below(maker, 3)]);
    uint32_t latency_ms = 1 + below(maker, chance(maker, 20) ? 300 : 100);
    switch (below(maker, 3)) {
    case 0:
        say(maker, " 'links': {'latency': '%ums'", latency_ms);
        break;
    case 1:
        say(maker, " 'links': {'latency': {'uniform': ['1ms', '%ums']}", latency_ms);
        break;
    default:
        say(maker, " 'links': {'latency': {'lognormal': {'median': '%ums', 'sigma': 0.%u}}",
            latency_ms, 1 + below(maker, 6));
        break;
    }
    if (chance(maker, 30))
        say(maker, ", 'bandwidth': '%ukbit/s'", 500 + below(maker, 10000));
    if (chance(maker, 30))
        say(maker, ", 'send_buffer': '%ukB', 'receive_buffer': '%ukB'", 8 + below(maker, 30),
            8 + below(maker, 30));
    say(maker, "},\n");
}

static void make_chain(Maker *maker)
{
    say(maker, " 'chain': {'start_height': %u", chance(maker, 50) ? 1 : 1 + below(maker, 300));
    if (chance(maker, 20))
        say(maker, ", 'irreversibility': 'none'");
    else if (chance(maker, 20))
        say(maker, ", 'irreversibility': {'depth': %u}", 20 + below(maker, 100));
    say(maker, "},\n");
    if (chance(maker, 60))
        say(maker, " 'transactions': {'rate': '%u/s', 'lifetime': '%us', 'size': %u},\n",
            1 + below(maker, 15), 1 + below(maker, 30), 50 + below(maker, 500));
}

/* --- faults ---------------------------------------------------------------------------------- */

/* A random peer of the groups that can crash or be cut off. */
static char *some_peer(Maker *maker)
{
    uint32_t peer = below(maker, maker->n_producers + maker->n_relays);
    bool producer = peer < maker->n_producers;
    uint32_t count = producer ? maker->n_producers : maker->n_relays;
    uint32_t index = producer ? peer : peer - maker->n_producers;
    const char *group = producer ? "bp" : "relay";
    return count == 1 ? g_strdup(group) : g_strdup_printf("%s[%u]", group, index);
}

static void make_partition(Maker *maker, const char *separator, uint32_t from_ms, uint32_t to_ms)
{
    g_autofree char *first = some_peer(maker);
    g_autofree char *second = some_peer(maker);
    say(maker, "%s\n  {'at': '%ums', 'partition': [[", separator, from_ms);
    if (chance(maker, 50) && n_peers(maker) > 2 && !g_str_equal(first, second))
        say(maker, "'%s', '%s'", first, second);
    else
        say(maker, "'%s'", first);
    say(maker, "]], 'connections': '%s'},\n  {'at': '%ums', 'heal': true}",
        chance(maker, 50) ? "hold" : "reset", to_ms);
}

static void make_crash(Maker *maker, const char *separator, uint32_t from_ms, uint32_t to_ms)
{
    g_autofree char *peer = some_peer(maker);
    say(maker, "%s\n  {'at': '%ums', 'crash': '%s'},\n", separator, from_ms, peer);
    say(maker, "  {'at': '%ums', 'restart': '%s'%s}", to_ms, peer,
        chance(maker, 30) ? ", 'chain': 'lose'" : "");
}

/* Partitions follow each other; a crash may overlap them. */
static void make_events(Maker *maker)
{
    uint32_t at_ms = 1000 + below(maker, 5000);
    const char *separator = "";
    say(maker, " 'events': [");
    uint32_t n = maker->persona && maker->n_producers + maker->n_relays < 3 ? 0 : below(maker, 4);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t to_ms = at_ms + 1 + below(maker, chance(maker, 30) ? 60000 : 12000);
        if (chance(maker, 60))
            make_partition(maker, separator, at_ms, to_ms);
        else
            make_crash(maker, separator, at_ms, to_ms);
        separator = ",";
        at_ms = to_ms + 1 + below(maker, 8000);
    }
    uint32_t crash_ms = 500 + below(maker, 30000);
    if (maker->n_producers == 1 && maker->n_relays > 0 && n == 0 && chance(maker, 20)) {
        say(maker, "%s\n  {'at': '%ums', 'stop_producing': 'bp'}", separator, crash_ms);
        at_ms = MAX(at_ms, crash_ms);
    }
    say(maker, "],\n");
    maker->fault_end_s = MAX(at_ms / 1000 + 1, 35);
}

/* --- one seed -------------------------------------------------------------------------------- */

/* (transfer full) */
static char *make_scenario(uint64_t seed)
{
    Maker maker = {
        .random = sim_random_stream(seed, SIM_RANDOM_TEST, 0),
        .text = g_string_new("{\n"),
    };
    say(&maker, " 'seed': %" G_GUINT64_FORMAT ",\n", seed);
    make_peers(&maker);
    make_network(&maker);
    make_chain(&maker);
    make_events(&maker);
    say(&maker, " 'duration': '%us'\n}\n", maker.fault_end_s + 60 + n_peers(&maker));
    g_strdelimit(maker.text->str, "'", '"');
    return g_string_free(maker.text, FALSE);
}

static bool is_property(const SimCheckResult *check)
{
    return !g_str_has_prefix(check->id, "expect/");
}

/* The number of properties that are violated. */
static uint32_t run_seed(uint64_t seed)
{
    g_autofree char *text = make_scenario(seed);
    if (g_getenv("BNETLAB_STRESS_PRINT"))
        fputs(text, stderr);
    g_autoptr(Scenario) scenario = fix_scenario(text);
    g_autoptr(SimResult) result = sim_run(scenario, NULL, NULL);
    uint32_t n = 0;
    for (uint32_t i = 0; i < result->n_checks; i++) {
        const SimCheckResult *check = &result->checks[i];
        if (!is_property(check) || check->verdict != SIM_VERDICT_FAIL)
            continue;
        fprintf(stderr, "seed %" G_GUINT64_FORMAT ": %s: %s\n", seed, check->id, check->detail);
        n++;
    }
    if (n > 0)
        fprintf(stderr, "%s", text);
    return n;
}

static uint64_t from_environment(const char *name, uint64_t otherwise)
{
    const char *value = g_getenv(name);
    return value ? g_ascii_strtoull(value, NULL, 10) : otherwise;
}

/* Once found something: resets in a handshake, finality conflicts that shift, restarted producers
 * that confirmed too much, peers that only a persona serves. */
static const uint64_t notable[] = {
    5258,   7745,   8095,   9625,   12875,  19219,  105383, 114650,
    122747, 125857, 128032, 133353, 203727, 301395, 306472, 321723,
};

START_TEST(test_notable_seeds)
{
    ck_assert_uint_eq(run_seed(notable[_i]), 0);
}
END_TEST

START_TEST(test_random_scenarios)
{
    uint64_t first = from_environment("BNETLAB_STRESS_FIRST", 1);
    uint64_t seeds = from_environment("BNETLAB_STRESS_SEEDS", SEEDS);
    uint32_t failed = 0;
    for (uint64_t i = 0; i < seeds; i++)
        failed += run_seed(first + i) > 0;
    ck_assert_msg(failed == 0, "%u seeds violate properties", failed);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_stress");
    TCase *tcase = tcase_create("stress");
    tcase_set_timeout(tcase, 0);
    tcase_add_loop_test(tcase, test_notable_seeds, 0, G_N_ELEMENTS(notable));
    tcase_add_test(tcase, test_random_scenarios);
    suite_add_tcase(suite, tcase);
    return fix_main(suite);
}
