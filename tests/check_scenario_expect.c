/* SPDX-License-Identifier: Apache-2.0 */
/* What a scenario expects, as the loader reads it: every value, every default, every limit. */
#include <stdlib.h>

#include "core/session.h"
#include "scenarios/keys.h"
#include "tests/loader_fixture.h"
#include "tests/run_suite.h"

#define S INT64_C(1000000000)
#define REASON(reason) (UINT32_C(1) << (reason))
#define BY_RULE                                                                                    \
    ((REASON(BNET_CLOSE_SHUTDOWN + 1) - 1) &                                                       \
     ~(REASON(BNET_CLOSE_NONE) | REASON(BNET_CLOSE_LOST) | REASON(BNET_CLOSE_SHUTDOWN)))

/* A scenario of bp[0] to bp[2] and a relay, of 60 s, with ' for ". (transfer full) */
static Scenario *load_expect(const char *expect)
{
    g_autofree char *json =
        g_strdup_printf("{'duration': '60s', 'peers': {'bp': {'count': 3, 'produces': true}, "
                        "'relay': {}}, 'expect': %s}",
                        expect);
    return load(g_strdelimit(json, "'", '"'));
}

static void assert_set(const ScenarioPeerSet *set, uint32_t first, uint32_t count)
{
    ck_assert_uint_eq(set->count, count);
    for (uint32_t i = 0; i < count; i++)
        ck_assert_uint_eq(set->peers[i], first + i);
}

START_TEST(disconnects_by_default)
{
    g_autoptr(Scenario) plain = load_expect("{}");
    g_autoptr(Scenario) s = load_expect("{'disconnects': [{}]}");
    const ScenarioDisconnect *disconnect = &s->expect.disconnects[0];

    ck_assert_uint_eq(plain->expect.n_disconnects, 0);
    ck_assert(plain->expect.other_disconnects);
    ck_assert(plain->expect.bad_block_asked);
    ck_assert(s->expect.bad_block_asked);
    ck_assert_uint_eq(s->expect.n_disconnects, 1);
    assert_set(&disconnect->who, 0, 0);
    assert_set(&disconnect->by, 0, 0);
    ck_assert_uint_eq(disconnect->reasons, BY_RULE);
    ck_assert(!disconnect->each);
    ck_assert_uint_eq(disconnect->count.at_least, 1);
    ck_assert_uint_eq(disconnect->count.at_most, UINT64_MAX);
    ck_assert_int_eq(disconnect->after_ns, 0);
    ck_assert_int_eq(disconnect->until_ns, 60 * S);
}
END_TEST

START_TEST(disconnects_in_full)
{
    g_autoptr(Scenario) s = load_expect(
        "{'other_disconnects': false, 'disconnects': ["
        " {'who': 'relay', 'by': ['bp[1..2]'], 'why': ['lost', 'bad-block'], 'each': true,"
        "  'exactly': 2, 'after': '50s', 'within': '10s'},"
        " {'who': '*', 'why': 'dead', 'at_most': 18446744073709551615, 'within': '0s'},"
        " {'at_least': 2, 'at_most': 3, 'after': '60s'}]}");
    const ScenarioDisconnect *disconnects = s->expect.disconnects;

    ck_assert(!s->expect.other_disconnects);
    ck_assert(!s->expect.bad_block_asked);
    assert_set(&disconnects[0].who, 3, 1);
    assert_set(&disconnects[0].by, 1, 2);
    ck_assert_uint_eq(disconnects[0].reasons,
                      REASON(BNET_CLOSE_LOST) | REASON(BNET_CLOSE_BAD_BLOCK));
    ck_assert(disconnects[0].each);
    ck_assert_uint_eq(disconnects[0].count.at_least, 2);
    ck_assert_uint_eq(disconnects[0].count.at_most, 2);
    ck_assert_int_eq(disconnects[0].after_ns, 50 * S);
    ck_assert_int_eq(disconnects[0].until_ns, 60 * S);
    assert_set(&disconnects[1].who, 0, 4);
    ck_assert_uint_eq(disconnects[1].reasons, REASON(BNET_CLOSE_DEAD));
    ck_assert_uint_eq(disconnects[1].count.at_least, 0);
    ck_assert_uint_eq(disconnects[1].count.at_most, UINT64_MAX);
    ck_assert_int_eq(disconnects[1].until_ns, 0);
    ck_assert_uint_eq(disconnects[2].count.at_least, 2);
    ck_assert_uint_eq(disconnects[2].count.at_most, 3);
    ck_assert_int_eq(disconnects[2].after_ns, 60 * S);
}
END_TEST

/* The words are those of the protocol. */
START_TEST(close_reasons)
{
    ck_assert_uint_eq(scenario_close_reason_words.n_words, BNET_CLOSE_SHUTDOWN);
    for (size_t i = 0; i < scenario_close_reason_words.n_words; i++) {
        const ScenarioWord *word = &scenario_close_reason_words.words[i];

        ck_assert_int_eq(word->value, (int)i + 1);
        ck_assert_str_eq(word->word, bnet_close_reason_name((BnetCloseReason)word->value));
    }
}
END_TEST

START_TEST(properties)
{
    g_autoptr(Scenario) plain = load_expect("{}");
    g_autoptr(Scenario) one = load_expect(
        "{'properties': {'S8': false, 'C1': true, 'S1': false}, 'expect_failure': 'L1'}");
    g_autoptr(GString) every = g_string_new("{'finality_conflict': false, 'expect_failure': [");
    for (size_t i = 0; i < scenario_property_words.n_words; i++)
        g_string_append_printf(every, "%s'%s'", i ? ", " : "",
                               scenario_property_words.words[i].word);
    g_string_append(every, "]}");
    g_autoptr(Scenario) all = load_expect(every->str);
    g_autoptr(Scenario) yes = load_expect("{'finality_conflict': true, 'expect_failure': []}");

    ck_assert_uint_eq(plain->expect.properties_off, 0);
    ck_assert_uint_eq(plain->expect.must_fail, 0);
    ck_assert_int_eq(plain->expect.finality_conflict, SCENARIO_ANSWER_ANY);
    ck_assert_uint_eq(one->expect.properties_off, 1u << SCENARIO_PROPERTY_S8 | 1u);
    ck_assert_uint_eq(one->expect.must_fail, 1u << SCENARIO_PROPERTY_L1);
    ck_assert_uint_eq(all->expect.must_fail, (1u << SCENARIO_PROPERTIES) - 1);
    ck_assert_int_eq(all->expect.finality_conflict, SCENARIO_ANSWER_NO);
    ck_assert_int_eq(yes->expect.finality_conflict, SCENARIO_ANSWER_YES);
    ck_assert_uint_eq(yes->expect.must_fail, 0);
}
END_TEST

START_TEST(watches)
{
    g_autoptr(Scenario) plain = load_expect("{}");
    g_autoptr(Scenario) s = load_expect(
        "{'eventually': [{'quantity': 'block_status', 'at_least': 3, 'from': '20s',"
        "  'within': '40s'}],"
        " 'always': [{'quantity': 'head', 'at_most': 3},"
        "  {'quantity': 'lib', 'peers': 'relay', 'at_least': 1, 'at_most': 2, 'from': '60s',"
        "   'until': '60s'}],"
        " 'never': [{'quantity': 'sessions', 'peers': '*', 'at_most': 0, 'until': '0s'}]}");
    const ScenarioWatch *watch = s->expect.watches;

    ck_assert_uint_eq(plain->expect.n_watches, 0);
    ck_assert_uint_eq(s->expect.n_watches, 4);
    ck_assert_int_eq(watch[0].kind, SCENARIO_WATCH_ALWAYS);
    ck_assert_int_eq(watch[0].quantity, SCENARIO_QUANTITY_HEAD);
    assert_set(&watch[0].peers, 0, 0);
    ck_assert_uint_eq(watch[0].limits.at_least, 0);
    ck_assert_uint_eq(watch[0].limits.at_most, 3);
    ck_assert_int_eq(watch[0].from_ns, 0);
    ck_assert_int_eq(watch[0].until_ns, 60 * S);
    ck_assert_uint_eq(watch[1].index, 1);
    assert_set(&watch[1].peers, 3, 1);
    ck_assert_uint_eq(watch[1].limits.at_least, 1);
    ck_assert_int_eq(watch[1].from_ns, 60 * S);
    ck_assert_int_eq(watch[1].until_ns, 60 * S);
    ck_assert_int_eq(watch[2].kind, SCENARIO_WATCH_NEVER);
    ck_assert_uint_eq(watch[2].index, 0);
    assert_set(&watch[2].peers, 0, 4);
    ck_assert_int_eq(watch[2].until_ns, 0);
    ck_assert_int_eq(watch[3].kind, SCENARIO_WATCH_EVENTUALLY);
    ck_assert_int_eq(watch[3].quantity, SCENARIO_QUANTITY_BLOCK_STATUS);
    ck_assert_uint_eq(watch[3].limits.at_most, UINT64_MAX);
    ck_assert_int_eq(watch[3].from_ns, 20 * S);
    ck_assert_int_eq(watch[3].until_ns, 60 * S);
}
END_TEST

START_TEST(convergences)
{
    g_autoptr(Scenario) one = load_expect("{'convergence': {'peers': 'relay'}}");
    g_autoptr(Scenario) none = load_expect("{'convergence': []}");
    g_autoptr(Scenario) s =
        load_expect("{'convergence': [{'peers': 'bp[1..2]', 'within': '60s'}, {'within': '5s'},"
                    " {'after': '20s', 'within': '40s', 'lib_within': '1ns'}]}");
    const ScenarioConvergence *convergence = s->expect.convergences;

    ck_assert_uint_eq(one->expect.n_convergences, 1);
    ck_assert_int_eq(one->expect.convergences[0].index, -1);
    ck_assert_int_eq(one->expect.convergences[0].after_ns, SCENARIO_TIME_NONE);
    ck_assert_int_eq(one->expect.convergences[0].within_ns, SCENARIO_TIME_NONE);
    ck_assert_int_eq(one->expect.convergences[0].lib_within_ns, SCENARIO_TIME_NONE);
    assert_set(&one->expect.convergences[0].peers, 3, 1);
    ck_assert_uint_eq(none->expect.n_convergences, 0);
    ck_assert(none->expect.convergence);
    ck_assert_uint_eq(s->expect.n_convergences, 2);
    ck_assert_int_eq(s->expect.convergence_within_ns, 5 * S);
    ck_assert_int_eq(s->expect.lib_within_ns, SCENARIO_TIME_NONE);
    ck_assert_int_eq(convergence[0].index, 0);
    ck_assert_int_eq(convergence[0].within_ns, 60 * S);
    assert_set(&convergence[0].peers, 1, 2);
    ck_assert_int_eq(convergence[1].index, 2);
    assert_set(&convergence[1].peers, 0, 0);
    ck_assert_int_eq(convergence[1].after_ns, 20 * S);
    ck_assert_int_eq(convergence[1].within_ns, 40 * S);
    ck_assert_int_eq(convergence[1].lib_within_ns, 1);
}
END_TEST

START_TEST(metrics)
{
    g_autoptr(Scenario) s = load_expect(
        "{'metrics': [{'metric': 'block_propagation_90', 'percentile': 99, 'at_most': '800ms'},"
        " {'metric': 'fork_rate', 'at_least': 0.000001, 'at_most': 1},"
        " {'metric': 'block_finality_100', 'statistic': 'count', 'at_least': 5},"
        " {'metric': 'peer_bytes', 'statistic': 'mean', 'at_most': 18446744073709551615},"
        " {'metric': 'peer_lib_lag', 'statistic': 'min', 'at_least': 1},"
        " {'metric': 'transaction_inclusion', 'statistic': 'max', 'at_least': '0s'}]}");
    static const ScenarioMetricLimit expected[] = {
        {SCENARIO_METRIC_BLOCK_PROPAGATION_90, SCENARIO_STATISTIC_PERCENTILE, 99, {0, 800000000}},
        {SCENARIO_METRIC_FORK_RATE, SCENARIO_STATISTIC_MAX, 0, {1, 1000000}},
        {SCENARIO_METRIC_BLOCK_FINALITY_100, SCENARIO_STATISTIC_COUNT, 0, {5, UINT64_MAX}},
        {SCENARIO_METRIC_PEER_BYTES, SCENARIO_STATISTIC_MEAN, 0, {0, UINT64_MAX}},
        {SCENARIO_METRIC_PEER_LIB_LAG, SCENARIO_STATISTIC_MIN, 0, {1, UINT64_MAX}},
        {SCENARIO_METRIC_TRANSACTION_INCLUSION, SCENARIO_STATISTIC_MAX, 0, {0, UINT64_MAX}},
    };

    ck_assert_uint_eq(s->expect.n_metrics, G_N_ELEMENTS(expected));
    for (size_t i = 0; i < G_N_ELEMENTS(expected); i++) {
        const ScenarioMetricLimit *limit = &s->expect.metrics[i];

        ck_assert_int_eq(limit->metric, expected[i].metric);
        ck_assert_int_eq(limit->statistic, expected[i].statistic);
        ck_assert_uint_eq(limit->percentile, expected[i].percentile);
        ck_assert_uint_eq(limit->limits.at_least, expected[i].limits.at_least);
        ck_assert_uint_eq(limit->limits.at_most, expected[i].limits.at_most);
    }
}
END_TEST

/* An array of so many items. (transfer full) */
static char *array_of(const char *key, const char *item, uint32_t n)
{
    GString *text = g_string_new(NULL);

    g_string_printf(text, "{'%s': [%s", key, item);
    for (uint32_t i = 1; i < n; i++)
        g_string_append_printf(text, ",%s", item);
    g_string_append(text, "]}");
    return g_string_free(text, FALSE);
}

START_TEST(too_many_disconnects)
{
    g_autofree char *good = array_of("disconnects", "{}", SCENARIO_DISCONNECTS_MAX);
    g_autofree char *bad = array_of("disconnects", "{}", SCENARIO_DISCONNECTS_MAX + 1);
    g_autoptr(Scenario) s = load_expect(good);
    const ScenarioOverride override = {"/expect", g_strdelimit(bad, "'", '"')};

    ck_assert_uint_eq(s->expect.n_disconnects, SCENARIO_DISCONNECTS_MAX);
    assert_refused(MINIMAL, &override, 1,
                   "--set /expect: /expect/disconnects: 1001 disconnects are too many; at most "
                   "1000 are allowed");
}
END_TEST

START_TEST(too_many_convergences)
{
    static const char item[] = "{'after': '1s'}";
    g_autofree char *good = array_of("convergence", item, SCENARIO_CONVERGENCES_MAX);
    g_autofree char *bad = array_of("convergence", item, SCENARIO_CONVERGENCES_MAX + 1);
    g_autoptr(Scenario) s = load_expect(good);
    const ScenarioOverride override = {"/expect", g_strdelimit(bad, "'", '"')};

    ck_assert_uint_eq(s->expect.n_convergences, SCENARIO_CONVERGENCES_MAX);
    assert_refused(MINIMAL, &override, 1,
                   "--set /expect: /expect/convergence: 1001 convergences are too many; at most "
                   "1000 are allowed");
}
END_TEST

START_TEST(too_many_metrics)
{
    static const char item[] = "{'metric': 'fork_rate', 'at_least': 1}";
    g_autofree char *good = array_of("metrics", item, SCENARIO_METRIC_LIMITS_MAX);
    g_autofree char *bad = array_of("metrics", item, SCENARIO_METRIC_LIMITS_MAX + 1);
    g_autoptr(Scenario) s = load_expect(good);
    const ScenarioOverride override = {"/expect", g_strdelimit(bad, "'", '"')};

    ck_assert_uint_eq(s->expect.n_metrics, SCENARIO_METRIC_LIMITS_MAX);
    assert_refused(MINIMAL, &override, 1,
                   "--set /expect: /expect/metrics: 1001 metrics are too many; at most 1000 are "
                   "allowed");
}
END_TEST

START_TEST(too_many_watches)
{
    static const char *const kinds[] = {"always", "never", "eventually"};
    static const char item[] = "{'quantity': 'head', 'at_least': 1}";

    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autofree char *good = array_of(kinds[i], item, SCENARIO_WATCHES_MAX);
        g_autofree char *bad = array_of(kinds[i], item, SCENARIO_WATCHES_MAX + 1);
        g_autoptr(Scenario) s = load_expect(good);
        g_autofree char *message = g_strdup_printf(
            "--set /expect: /expect/%s: 1001 quantities with limits are too many; at most 1000 are "
            "allowed",
            kinds[i]);
        const ScenarioOverride override = {"/expect", g_strdelimit(bad, "'", '"')};

        ck_assert_uint_eq(s->expect.n_watches, SCENARIO_WATCHES_MAX);
        assert_refused(MINIMAL, &override, 1, message);
    }
}
END_TEST

START_TEST(peer_sets)
{
    uint32_t peers[] = {2, 3, 7, UINT32_MAX};
    const ScenarioPeerSet set = {peers, 4};
    const ScenarioPeerSet empty = {NULL, 0};

    for (uint32_t i = 0; i < 4; i++)
        ck_assert_uint_eq(scenario_peer_set_find(&set, peers[i]), i);
    ck_assert_uint_eq(scenario_peer_set_find(&set, 0), 4);
    ck_assert_uint_eq(scenario_peer_set_find(&set, 5), 4);
    ck_assert_uint_eq(scenario_peer_set_find(&set, 8), 4);
    ck_assert(!scenario_peer_set_has(&empty, 0));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("scenario_expect");
    TCase *tcase = tcase_create("expect");

    tcase_add_test(tcase, disconnects_by_default);
    tcase_add_test(tcase, disconnects_in_full);
    tcase_add_test(tcase, close_reasons);
    tcase_add_test(tcase, properties);
    tcase_add_test(tcase, too_many_disconnects);
    tcase_add_test(tcase, watches);
    tcase_add_test(tcase, convergences);
    tcase_add_test(tcase, too_many_convergences);
    tcase_add_test(tcase, metrics);
    tcase_add_test(tcase, too_many_metrics);
    tcase_add_test(tcase, too_many_watches);
    tcase_add_test(tcase, peer_sets);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
