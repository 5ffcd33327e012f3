/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A run in which all messages go through bytes has the trace hash of the run in which none does:
 * every scenario of the library, random ones, and what neither of them has. Run from the project's
 * root.
 */
#include "tests/library.h"
#include "tests/scenario_maker.h"

/* Runs of the library are cut here: by then each has had its first faults. */
#define BLOCKS 100000u /* a longer chain takes long to sign */
#define LIBRARY_NS (30 * S)
#define PEERS_NS (4000 * S) /* less for larger networks: time times peers */

#define SEEDS 30u
#define FIRST_SEED 900001u

/* The run's hash; *ret_bytes: delivered. */
static uint64_t hash_with(Scenario *scenario, ScenarioWire wire, uint64_t *ret_bytes)
{
    scenario->wire = wire;
    g_autoptr(GError) error = NULL;
    g_autoptr(SimResult) result = sim_run(scenario, NULL, &error);
    ck_assert_msg(result != NULL, "%s", error ? error->message : "no error");
    *ret_bytes = result->bytes_delivered;
    return result->trace_hash;
}

static void assert_same(Scenario *scenario, const char *what)
{
    uint64_t bytes[2];
    const uint64_t plain = hash_with(scenario, SCENARIO_WIRE_STRUCTURED, &bytes[0]);
    const uint64_t coded = hash_with(scenario, SCENARIO_WIRE_BYTES, &bytes[1]);
    ck_assert_msg(plain == coded, "%s: another trace hash by way of bytes", what);
    ck_assert_uint_eq(bytes[0], bytes[1]);
}

START_TEST(test_library)
{
    g_autoptr(GPtrArray) names = library_names();
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *path = library_path(names->pdata[i]);
        g_autoptr(GError) error = NULL;
        g_autoptr(Scenario) scenario = scenario_load(path, NULL, 0, &error);
        ck_assert_msg(scenario, "%s", error ? error->message : "");
        if (scenario->chain.start_height > BLOCKS)
            continue;
        const int64_t most_ns = MIN(LIBRARY_NS, PEERS_NS / scenario->n_peers);
        scenario->duration_ns = MIN(scenario->duration_ns, most_ns);
        assert_same(scenario, path);
    }
}
END_TEST

START_TEST(test_random_scenarios)
{
    const uint64_t seed = FIRST_SEED + (uint64_t)_i;
    g_autofree char *text = maker_scenario(seed, true);
    g_autoptr(Scenario) scenario = fix_scenario(text);
    scenario->duration_ns = MIN(scenario->duration_ns, 50 * S);
    g_autofree char *what = g_strdup_printf("seed %" G_GUINT64_FORMAT, seed);
    assert_same(scenario, what);
}
END_TEST

/* An invalid block of each kind: the receiver finds the fault in the bytes and cuts its sender. */
START_TEST(test_personas)
{
    static const char *const faults[] = {"timestamp", "producer", "signature", "content"};
    for (unsigned i = 0; i < G_N_ELEMENTS(faults); i++) {
        g_autoptr(Scenario) scenario = fix_scenario_of(
            "{'duration': '40s', 'peers': {'bp': {'count': 3, 'produces': true},"
            " 'mallory': {'persona': {'kind': 'invalid-block', 'fault': '%s', 'after': '5s'},"
            " 'produces': true}}, 'topology': {'kind': 'full-mesh'},"
            " 'transactions': {'rate': '5/s'},"
            " 'links': {'latency': '20ms'}, 'expect': {'bad_block': 'mallory'}}",
            faults[i]);
        assert_same(scenario, faults[i]);
        scenario->wire = SCENARIO_WIRE_BYTES;
        g_autoptr(SimResult) result = fix_run(scenario, NULL);
        fix_assert_pass(result);
        ck_assert_uint_ge(result->n_disconnects, 3);
    }
}
END_TEST

/* Followers, a node that wants no transactions, joiners; partitions with connections that are
 * reset, a crash that loses the chain. */
START_TEST(test_all_kinds_of_peers)
{
    g_autoptr(Scenario) scenario =
        fix_scenario("{'duration': '90s', 'chain': {'start_height': 400}, 'peers': {"
                     " 'bp': {'count': 3, 'produces': true},"
                     " 'follower': {'bnet-follow-irreversible': true, 'start': '9s',"
                     "  'chain': 'genesis'},"
                     " 'quiet': {'bnet-no-trx': true},"
                     " 'joiner': {'count': 2, 'chain': 'genesis', 'start': '3s'}},"
                     " 'topology': {'kind': 'full-mesh'}, 'links': {'latency': '60ms'},"
                     " 'transactions': {'rate': '20/s', 'lifetime': '5s', 'size': 333},"
                     " 'events': [{'at': '15s', 'partition': [['bp[0]', 'joiner[0]']],"
                     "  'connections': 'reset'}, {'at': '30s', 'heal': true},"
                     "  {'at': '40s', 'crash': 'joiner[1]'},"
                     "  {'at': '45s', 'restart': 'joiner[1]', 'chain': 'lose'}]}");
    assert_same(scenario, "all kinds of peers");
    scenario->wire = SCENARIO_WIRE_BYTES;
    g_autoptr(SimResult) result = fix_run(scenario, NULL);
    fix_assert_pass(result);
}
END_TEST

/* The limits, and around the sizes at which a length takes one byte more. */
START_TEST(test_transaction_sizes)
{
    static const uint32_t sizes[] = {50, 97, 98, 99, 131, 132, 133, 134, 16421, 16425, 65536};
    for (unsigned i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autoptr(Scenario) scenario =
            fix_scenario_of("{'duration': '8s', 'peers': {'bp': {'count': 3, 'produces': true}},"
                            " 'topology': {'kind': 'line'}, 'links': {'latency': '5ms'},"
                            " 'transactions': {'rate': '10/s', 'size': %u, 'lifetime': '3s'}}",
                            sizes[i]);
        assert_same(scenario, "transactions");
    }
}
END_TEST

/* No LIB at all: a hello lists the whole chain. */
START_TEST(test_long_hello)
{
    g_autoptr(Scenario) scenario =
        fix_scenario("{'duration': '5s', 'chain': {'start_height': 3000,"
                     " 'irreversibility': 'none'},"
                     " 'peers': {'bp': {'count': 2, 'produces': true}},"
                     " 'topology': {'kind': 'line'}, 'links': {'latency': '5ms'}}");
    assert_same(scenario, "long hello");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_bytes");
    TCase *tcase = tcase_create("bytes");
    tcase_set_timeout(tcase, 0);
    tcase_add_test(tcase, test_library);
    tcase_add_loop_test(tcase, test_random_scenarios, 0, SEEDS);
    tcase_add_test(tcase, test_personas);
    tcase_add_test(tcase, test_all_kinds_of_peers);
    tcase_add_test(tcase, test_transaction_sizes);
    tcase_add_test(tcase, test_long_hello);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
