/* SPDX-License-Identifier: Apache-2.0 */
/* Streams of transactions and what of them goes into blocks, in exact numbers. */
#include "tests/sim_fixture.h"

/* With and without bytes, which must be the same run. (transfer full) */
static SimResult *run_both(Scenario *scenario, FixRecorder *recorder)
{
    scenario->wire = SCENARIO_WIRE_BYTES;
    g_autoptr(SimResult) bytes = fix_run(scenario, NULL);
    scenario->wire = SCENARIO_WIRE_STRUCTURED;
    SimResult *result = fix_run(scenario, recorder);
    fix_assert_pass(result);
    ck_assert_uint_eq(bytes->trace_hash, result->trace_hash);
    return result;
}

/* A transaction or a block, when it came up. */
typedef struct Seen {
    int64_t time_ns;
    uint32_t peer;
    uint32_t size;
    int64_t expires_ns; /* of a transaction */
    uint32_t n_trx;     /* of a block */
} Seen;

typedef struct Log {
    GArray *trxs;   /* of Seen: those that a peer was the first to accept */
    GArray *blocks; /* of Seen: those that were made */
    BnetTrx newest;
} Log;

static void note(FixRecorder *self, SimWorld *world, const SimHappening *happening)
{
    Log *log = self->data;
    Seen seen = {.time_ns = happening->time_ns, .peer = happening->peer};
    if (happening->kind == SIM_TRX && happening->trx > log->newest) {
        const BnetTrxInfo *info = bnet_store_trx(&world->store, happening->trx);
        seen.size = info->size;
        seen.expires_ns = info->expires_ns;
        log->newest = happening->trx;
        g_array_append_val(log->trxs, seen);
    }
    if (happening->kind == SIM_PRODUCED) {
        const BnetBlockInfo *info = bnet_store_block(&world->store, happening->block);
        seen.size = info->size;
        seen.n_trx = info->n_trx;
        g_array_append_val(log->blocks, seen);
    }
}

static const Seen *seen_at(const GArray *seen, guint index)
{
    ck_assert_uint_lt(index, seen->len);
    return &g_array_index(seen, Seen, index);
}

/* (transfer full) */
static SimResult *run_logged(Scenario *scenario, Log *log)
{
    FixRecorder recorder;
    *log = (Log){.trxs = g_array_new(FALSE, FALSE, sizeof(Seen)),
                 .blocks = g_array_new(FALSE, FALSE, sizeof(Seen))};
    fix_recorder_init(&recorder);
    recorder.keep = 0;
    recorder.hook = note;
    recorder.data = log;
    SimResult *result = run_both(scenario, &recorder);
    fix_recorder_finish(&recorder);
    return result;
}

static void log_finish(Log *log)
{
    g_array_unref(log->trxs);
    g_array_unref(log->blocks);
}

/* A producer and three others, that do everything at once. */
#define PEERS                                                                                      \
    "'peers': {'bp': {'produces': true, 'processing': {'block': '0s', 'transaction': '0s',"        \
    " 'header': '0s'}}, 'wallet': {'count': 3, 'processing': {'block': '0s',"                      \
    " 'transaction': '0s', 'header': '0s'}}}, 'links': {'latency': '1ms'}"

/* --- arrivals -------------------------------------------------------------------------------- */

/* From the beginning on, and not at the end itself; who is next in turn is so over bursts. */
START_TEST(test_bursts)
{
    Log log;
    g_autoptr(Scenario) scenario = fix_scenario(
        "{'duration': '10s', " PEERS ", 'transactions': [{'burst': {'count': 4, 'every': '2s'},"
        " 'begin': '1s', 'end': '7s', 'from': 'wallet', 'origin': 'round-robin'},"
        " {'burst': {'count': 3}, 'from': 'wallet[2]', 'size': 333}]}");
    sim_result_free(run_logged(scenario, &log));
    ck_assert_uint_eq(log.trxs->len, 3 + 3 * 4);
    for (guint i = 0; i < 3; i++) {
        ck_assert_int_eq(seen_at(log.trxs, i)->time_ns, 0);
        ck_assert_uint_eq(seen_at(log.trxs, i)->peer, 3);
        ck_assert_uint_eq(seen_at(log.trxs, i)->size, 333);
    }
    for (guint i = 0; i < 12; i++) {
        ck_assert_int_eq(seen_at(log.trxs, 3 + i)->time_ns, (1 + i / 4 * 2) * S);
        ck_assert_uint_eq(seen_at(log.trxs, 3 + i)->peer, 1 + i % 3);
        ck_assert_uint_eq(seen_at(log.trxs, 3 + i)->size, 200);
        ck_assert_int_eq(seen_at(log.trxs, 3 + i)->expires_ns, (31 + i / 4 * 2) * S);
    }
    log_finish(&log);
}
END_TEST

START_TEST(test_window)
{
    Log log;
    g_autoptr(Scenario) scenario =
        fix_scenario("{'duration': '10s', " PEERS ", 'transactions': {'rate': '100/s',"
                     " 'begin': '2s', 'end': '6s'}}");
    sim_result_free(run_logged(scenario, &log));
    ck_assert_uint_ge(log.trxs->len, 300);
    ck_assert_uint_le(log.trxs->len, 500);
    ck_assert_int_ge(seen_at(log.trxs, 0)->time_ns, 2 * S);
    ck_assert_int_lt(seen_at(log.trxs, 0)->time_ns, 2100 * MS);
    ck_assert_int_lt(seen_at(log.trxs, log.trxs->len - 1)->time_ns, 6 * S);
    ck_assert_int_gt(seen_at(log.trxs, log.trxs->len - 1)->time_ns, 5900 * MS);
    log_finish(&log);
}
END_TEST

/* One stream more changes nothing of those before it. */
START_TEST(test_streams_apart)
{
    Log one;
    Log two;
    g_autoptr(Scenario) alone =
        fix_scenario("{'duration': '20s', " PEERS ", 'transactions': {'rate': '5/s',"
                     " 'size': {'uniform': [100, 300]}}}");
    g_autoptr(Scenario) both =
        fix_scenario("{'duration': '20s', " PEERS ", 'transactions': [{'rate': '5/s',"
                     " 'size': {'uniform': [100, 300]}}, {'rate': '7/s', 'size': 999}]}");
    sim_result_free(run_logged(alone, &one));
    sim_result_free(run_logged(both, &two));
    guint n = 0;
    for (guint i = 0; i < two.trxs->len; i++) {
        const Seen *seen = seen_at(two.trxs, i);
        if (seen->size == 999)
            continue;
        ck_assert_int_eq(seen->time_ns, seen_at(one.trxs, n)->time_ns);
        ck_assert_uint_eq(seen->peer, seen_at(one.trxs, n)->peer);
        ck_assert_uint_eq(seen->size, seen_at(one.trxs, n)->size);
        n++;
    }
    ck_assert_uint_eq(n, one.trxs->len);
    ck_assert_uint_gt(two.trxs->len, n + 70);
    log_finish(&one);
    log_finish(&two);
}
END_TEST

/* Sizes, times and origins in their shares, and nothing else. */
START_TEST(test_distributions)
{
    Log log;
    uint32_t large = 0;
    uint32_t long_lived = 0;
    uint32_t of_peer[4] = {0};
    g_autoptr(Scenario) scenario = fix_scenario(
        "{'duration': '10s', " PEERS ", 'transactions': {'burst': {'count': 2000}, 'begin': '1s',"
        " 'size': {'values': [100, 700, 60], 'weights': [3, 1, 0]},"
        " 'lifetime': {'uniform': ['10s', '14s']}, 'origin': {'weights': [0, 1, 0, 4]}}}");
    sim_result_free(run_logged(scenario, &log));
    ck_assert_uint_eq(log.trxs->len, 2000);
    for (guint i = 0; i < log.trxs->len; i++) {
        const Seen *seen = seen_at(log.trxs, i);
        ck_assert(seen->size == 100 || seen->size == 700);
        ck_assert_int_ge(seen->expires_ns, 11 * S);
        ck_assert_int_le(seen->expires_ns, 15 * S);
        large += seen->size == 700;
        long_lived += seen->expires_ns > 13 * S;
        of_peer[seen->peer]++;
    }
    ck_assert_uint_ge(large, 440);
    ck_assert_uint_le(large, 560);
    ck_assert_uint_ge(long_lived, 930);
    ck_assert_uint_le(long_lived, 1070);
    ck_assert_uint_eq(of_peer[0] + of_peer[2], 0);
    ck_assert_uint_ge(of_peer[1], 350);
    ck_assert_uint_le(of_peer[1], 450);
    log_finish(&log);
}
END_TEST

/* --- blocks ---------------------------------------------------------------------------------- */

/* 184 bytes and 207 for each transaction; at 128 of them one byte more. */
START_TEST(test_full_by_bytes)
{
    static const struct {
        uint32_t max_bytes;
        uint32_t n;
    } cases[] = {
        {184 + 7 * 207, 7},     {184 + 8 * 207 - 1, 7},     {184 + 127 * 207, 127},
        {184 + 128 * 207, 127}, {184 + 128 * 207 + 1, 128}, {184 + 1200 * 207, 1000},
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        Log log;
        g_autoptr(Scenario) scenario =
            fix_scenario_of("{'duration': '700ms', 'chain': {'block': {'max_bytes': %u}}, " PEERS
                            ", 'transactions': {'burst': {'count': 1100}, 'from': 'bp'}}",
                            cases[i].max_bytes);
        sim_result_free(run_logged(scenario, &log));
        ck_assert_uint_eq(log.blocks->len, 1);
        ck_assert_uint_eq(seen_at(log.blocks, 0)->n_trx, cases[i].n);
        ck_assert_uint_le(seen_at(log.blocks, 0)->size, cases[i].max_bytes);
        log_finish(&log);
    }
}
END_TEST

/* In order, up to the first that does not fit: what is behind it waits, too. */
START_TEST(test_in_order)
{
    Log log;
    g_autoptr(Scenario) scenario =
        fix_scenario("{'duration': '1200ms', 'chain': {'block': {'max_bytes': 1200}}, " PEERS
                     ", 'transactions': [{'burst': {'count': 2}, 'from': 'bp', 'size': 100},"
                     " {'burst': {'count': 1}, 'begin': '1ms', 'from': 'bp', 'size': 900},"
                     " {'burst': {'count': 1}, 'begin': '2ms', 'from': 'bp', 'size': 100}]}");
    sim_result_free(run_logged(scenario, &log));
    ck_assert_uint_eq(log.blocks->len, 2);
    ck_assert_uint_eq(seen_at(log.blocks, 0)->n_trx, 2);
    ck_assert_uint_eq(seen_at(log.blocks, 1)->n_trx, 2);
    ck_assert_uint_eq(seen_at(log.blocks, 1)->size, 184 + 907 + 107);
    log_finish(&log);
}
END_TEST

/* Each block has its filler, whose bytes count; it is no transaction of anybody's. */
START_TEST(test_filler)
{
    Log log;
    g_autoptr(Scenario) scenario = fix_scenario(
        "{'duration': '10200ms', 'chain': {'block': {'filler': {'uniform': [64, 70]},"
        " 'max_transactions': 2}}, " PEERS
        ", 'transactions': {'burst': {'count': 5}, 'begin': '1s', 'from': 'bp', 'size': 100}}");
    uint32_t sizes[7] = {0};
    g_autoptr(SimResult) result = run_logged(scenario, &log);
    ck_assert_uint_eq(result->transactions_created, 5);
    ck_assert_uint_eq(log.trxs->len, 5);
    ck_assert_uint_eq(log.blocks->len, 20);
    for (guint i = 0; i < log.blocks->len; i++) {
        const Seen *block = seen_at(log.blocks, i);
        const uint32_t n = i == 2 || i == 3 ? 2 : i == 4 ? 1 : 0;
        ck_assert_uint_eq(block->n_trx, 1 + n);
        ck_assert_uint_ge(block->size, 184 + 64 + n * 107);
        ck_assert_uint_le(block->size, 184 + 70 + n * 107);
        sizes[block->size - 184 - 64 - n * 107]++;
    }
    ck_assert_uint_lt(sizes[0], 20);
    log_finish(&log);
}
END_TEST

/* Two at work in one slot make two fillers: of a fork neither branch has the other's. */
START_TEST(test_filler_on_branches)
{
    g_autoptr(Scenario) scenario = fix_scenario(
        "{'duration': '90s', 'chain': {'block': {'filler': 500}}, 'peers': {'bp': {'count': 4,"
        " 'produces': true}}, 'links': {'latency': '20ms'}, 'transactions': {'rate': '3/s'},"
        " 'events': [{'at': '10s', 'partition': ['bp[0..1]', 'bp[2..3]'], 'for': '20s'}]}");
    g_autoptr(SimResult) result = run_both(scenario, NULL);
    ck_assert_uint_gt(result->fork_switches, 0);
}
END_TEST

/* --- what applying takes --------------------------------------------------------------------- */

/* 1000 bytes are 184 and a filler of 816: exactly the time of one kilobyte; one byte less is less,
 * in proportion and rounded down. */
START_TEST(test_kilobyte)
{
    static const struct {
        uint32_t filler;
        const char *kilobyte;
        int64_t cost_ns;
    } cases[] = {
        {816, "10ms", 10 * MS}, {815, "10ms", 9990000}, {815, "1us", 999},
        {815, "1ns", 0},        {816, "1ns", 1},
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        FixRecorder recorder;
        g_autoptr(Scenario) scenario = fix_scenario_of(
            "{'duration': '700ms', 'chain': {'block': {'filler': %u}}, 'peers': {"
            " 'bp': {'produces': true}, 'relay': {'processing': {'header': '0s', 'block': '0s',"
            " 'transaction': '0s', 'kilobyte': '%s'}}}, 'links': {'latency': '1ms'}}",
            cases[i].filler, cases[i].kilobyte);
        fix_recorder_init(&recorder);
        sim_result_free(fix_run(scenario, &recorder));
        const FixNote *judged = fix_find(&recorder, SIM_VERDICT, 1, 0);
        const FixNote *applied = NULL;
        for (guint n = 0; n < recorder.notes->len && !applied; n++) {
            const FixNote *at = fix_note(&recorder, n);
            if (fix_matches(at, SIM_CHAIN, 1) && at->happening.event == BNET_CHAIN_APPLIED)
                applied = at;
        }
        ck_assert_ptr_nonnull(judged);
        ck_assert_ptr_nonnull(applied);
        ck_assert_int_eq(applied->happening.time_ns, judged->happening.time_ns + cases[i].cost_ns);
        fix_recorder_finish(&recorder);
    }
}
END_TEST

/* The most that may be asked for is a time beyond the run, not one that overflows. */
START_TEST(test_slowest)
{
    g_autoptr(Scenario) scenario = fix_scenario(
        "{'duration': '60s', 'chain': {'start_height': 300, 'block': {'filler': '1MB'}}, 'peers': {"
        " 'bp': {'produces': true}, 'relay': {'chain': 'genesis', 'processing': {'block': '1h',"
        " 'transaction': '1h', 'kilobyte': '1h'}}}, 'links': {'latency': '1ms'},"
        " 'events': [{'at': '1s', 'slow': 'relay', 'factor': 1000}],"
        " 'expect': {'convergence': false, 'no_violation': false}}");
    g_autoptr(SimResult) result = fix_run(scenario, NULL);
    ck_assert_uint_eq(result->peers[1].head_number, 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_transactions");
    TCase *tcase = tcase_create("transactions");
    tcase_set_timeout(tcase, 0);
    tcase_add_test(tcase, test_bursts);
    tcase_add_test(tcase, test_window);
    tcase_add_test(tcase, test_streams_apart);
    tcase_add_test(tcase, test_distributions);
    tcase_add_test(tcase, test_full_by_bytes);
    tcase_add_test(tcase, test_in_order);
    tcase_add_test(tcase, test_filler);
    tcase_add_test(tcase, test_filler_on_branches);
    tcase_add_test(tcase, test_kilobyte);
    tcase_add_test(tcase, test_slowest);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
