/* SPDX-License-Identifier: Apache-2.0 */
/* When a chain began, who never runs, what arrives, what goes into blocks: values at their limits.
 * What is beyond is refused, see tests/data/scenarios/bad. */
#include <stdlib.h>

#include "scenarios/sample.h"
#include "tests/loader_fixture.h"
#include "tests/run_suite.h"

static Scenario *load_set(const char *pointer, const char *value)
{
    const ScenarioOverride override = {pointer, value};

    return load_with(MINIMAL, &override, 1);
}

START_TEST(genesis_times)
{
    static const struct {
        const char *text;
        uint32_t slot;
    } cases[] = {
        {"{\"genesis_time\": \"2000-01-01T00:00:00.000\"}", 0},
        {"{\"genesis_time\": \"2000-01-01T00:00:00.5\"}", 1},
        {"{\"genesis_time\": \"2018-06-08T08:08:08.500\"}", 1163520977},
        {"{\"genesis_time\": \"2066-01-01T00:00:00\"}", SCENARIO_GENESIS_SLOT_MAX},
    };
    g_autoptr(Scenario) none = load(MINIMAL);

    ck_assert(!none->chain.has_genesis_time);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Scenario) s = load_set("/chain", cases[i].text);

        ck_assert(s->chain.has_genesis_time);
        ck_assert_uint_eq(s->chain.genesis_slot, cases[i].slot);
    }
}
END_TEST

START_TEST(who_never_runs)
{
    g_autoptr(Scenario) s = load_set("/peers/off", "{\"start\": \"none\"}");

    ck_assert_int_eq(s->groups[1].start_ns, SCENARIO_TIME_NONE);
}
END_TEST

#define S INT64_C(1000000000)

static void assert_amount(const ScenarioAmount *amount, ScenarioAmountKind kind, int64_t a,
                          int64_t b)
{
    ck_assert_uint_eq(amount->kind, kind);
    ck_assert_int_eq(amount->a, a);
    ck_assert_int_eq(amount->b, b);
    ck_assert_int_eq(amount->sample != NULL, kind == SCENARIO_AMOUNT_SAMPLE);
}

START_TEST(one_stream)
{
    g_autoptr(Scenario) s = load_set(
        "/transactions", "{\"rate\": \"2/s\", \"burst\": {\"count\": 100000, \"every\": \"1ms\"},"
                         " \"begin\": \"0s\", \"end\": \"10s\", \"origin\": \"round-robin\","
                         " \"size\": {\"uniform\": [50, \"64KiB\"]}, \"lifetime\": {\"uniform\": "
                         "[\"1s\", \"1h\"]}}");
    const ScenarioStream *stream = s->streams;

    ck_assert_uint_eq(s->n_streams, 1);
    ck_assert_uint_eq(stream->rate_per_s_micro, 2000000);
    ck_assert_uint_eq(stream->burst_count, SCENARIO_BURST_MAX);
    ck_assert_int_eq(stream->burst_every_ns, 1000000);
    ck_assert_int_eq(stream->begin_ns, 0);
    ck_assert_int_eq(stream->end_ns, 10 * S);
    ck_assert_uint_eq(stream->origin, SCENARIO_ORIGIN_ROUND_ROBIN);
    assert_amount(&stream->size_bytes, SCENARIO_AMOUNT_UNIFORM, 50, 65536);
    assert_amount(&stream->lifetime_ns, SCENARIO_AMOUNT_UNIFORM, S, 3600 * S);
}
END_TEST

START_TEST(stream_defaults)
{
    g_autoptr(Scenario) s = load_set("/transactions", "[{\"burst\": {\"count\": 1}}]");
    const ScenarioStream *stream = s->streams;

    ck_assert_uint_eq(s->n_streams, 1);
    ck_assert_uint_eq(stream->rate_per_s_micro, 0);
    ck_assert_uint_eq(stream->burst_count, 1);
    ck_assert_int_eq(stream->burst_every_ns, 0);
    ck_assert_int_eq(stream->begin_ns, 0);
    ck_assert_int_eq(stream->end_ns, SCENARIO_TIME_NONE);
    ck_assert_uint_eq(stream->origin, SCENARIO_ORIGIN_EVEN);
    ck_assert_uint_eq(stream->from.count, 1);
    assert_amount(&stream->size_bytes, SCENARIO_AMOUNT_CONSTANT, 200, 0);
    assert_amount(&stream->lifetime_ns, SCENARIO_AMOUNT_CONSTANT, 30 * S, 0);
}
END_TEST

START_TEST(samples)
{
    g_autoptr(Scenario) s = load_set(
        "/transactions", "{\"rate\": \"1/s\", \"origin\": {\"weights\": [0.000001]},"
                         " \"size\": {\"values\": [\"1kB\", 50, 300], \"weights\": [1, 0, 2]},"
                         " \"lifetime\": {\"values\": [\"1s\", \"5s\"]}}");
    const ScenarioStream *stream = s->streams;

    ck_assert_uint_eq(s->samples->len, 3);
    assert_amount(&stream->size_bytes, SCENARIO_AMOUNT_SAMPLE, 0, 1000);
    assert_amount(&stream->lifetime_ns, SCENARIO_AMOUNT_SAMPLE, 0, 5 * S);
    ck_assert_int_eq(scenario_sample_at(stream->size_bytes.sample, 0), 300);
    ck_assert_int_eq(scenario_sample_at(stream->size_bytes.sample, UINT64_MAX), 1000);
    ck_assert_uint_eq(stream->origin, SCENARIO_ORIGIN_WEIGHTED);
    ck_assert_uint_eq(scenario_sample_count(stream->origin_weights), 1);
}
END_TEST

START_TEST(streams_at_the_limit)
{
    g_autoptr(GString) text = g_string_new("[{\"rate\": \"0/s\"}");

    for (uint32_t i = 1; i < SCENARIO_STREAMS_MAX; i++)
        g_string_append(text, ", {\"rate\": \"1/s\"}");
    g_string_append(text, "]");
    g_autoptr(Scenario) s = load_set("/transactions", text->str);
    g_autoptr(Scenario) none = load_set("/transactions", "[]");

    ck_assert_uint_eq(s->n_streams, SCENARIO_STREAMS_MAX);
    ck_assert_uint_eq(none->n_streams, 0);
}
END_TEST

/* The largest that fits by one byte, beside a filler and without. */
START_TEST(largest_transactions)
{
    const ScenarioOverride fits[] = {{"/chain", "{\"block\": {\"max_bytes\": 1048767}}"},
                                     {"/transactions", "{\"rate\": \"1/s\", \"size\": \"1MiB\"}"}};
    const ScenarioOverride beside[] = {
        {"/chain", "{\"block\": {\"max_bytes\": 1024, \"filler\": {\"values\": [64, 700]}}}"},
        {"/transactions", "{\"rate\": \"1/s\", \"size\": {\"uniform\": [50, 133]}}"}};
    const ScenarioOverride nowhere[] = {{"/chain", "{\"block\": {\"max_transactions\": 0}}"},
                                        fits[1]};
    g_autoptr(Scenario) s = load_with(MINIMAL, fits, 2);
    g_autoptr(Scenario) t = load_with(MINIMAL, beside, 2);
    g_autoptr(Scenario) u = load_with(MINIMAL, nowhere, 2);

    ck_assert_int_eq(s->streams[0].size_bytes.a, SCENARIO_TRANSACTION_MAX_BYTES);
    assert_amount(&t->streams[0].size_bytes, SCENARIO_AMOUNT_UNIFORM, 50, 133);
    assert_amount(&t->chain.block.filler_bytes, SCENARIO_AMOUNT_SAMPLE, 0, 700);
    ck_assert_uint_eq(u->chain.block.max_transactions, 0);
}
END_TEST

START_TEST(blocks_at_the_limit)
{
    g_autoptr(Scenario) least =
        load_set("/chain",
                 "{\"block\": {\"max_bytes\": \"1KiB\", \"max_transactions\": 0, \"filler\": 64}}");
    g_autoptr(Scenario) most =
        load_set("/chain", "{\"block\": {\"max_bytes\": \"16MB\", \"max_transactions\": 1000000,"
                           " \"filler\": \"1MiB\"}}");
    g_autoptr(Scenario) fits =
        load_set("/chain", "{\"block\": {\"max_bytes\": \"1MiB\", \"filler\": 1048392}}");

    ck_assert_uint_eq(least->chain.block.max_bytes, SCENARIO_BLOCK_MIN_BYTES);
    assert_amount(&least->chain.block.filler_bytes, SCENARIO_AMOUNT_CONSTANT, 64, 0);
    ck_assert_uint_eq(most->chain.block.max_bytes, SCENARIO_BLOCK_MAX_BYTES);
    ck_assert_uint_eq(most->chain.block.max_transactions, SCENARIO_BLOCK_TRANSACTIONS_MAX);
    assert_amount(&most->chain.block.filler_bytes, SCENARIO_AMOUNT_CONSTANT,
                  SCENARIO_FILLER_MAX_BYTES, 0);
    ck_assert_int_eq(fits->chain.block.filler_bytes.a, 1048392);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("scenario_workload");
    TCase *tcase = tcase_create("workload");

    tcase_add_test(tcase, genesis_times);
    tcase_add_test(tcase, who_never_runs);
    tcase_add_test(tcase, one_stream);
    tcase_add_test(tcase, stream_defaults);
    tcase_add_test(tcase, samples);
    tcase_add_test(tcase, streams_at_the_limit);
    tcase_add_test(tcase, largest_transactions);
    tcase_add_test(tcase, blocks_at_the_limit);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
