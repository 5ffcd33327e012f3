/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The memory that a run is estimated to take, against what a process becomes that does it.
 */
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/memory.h"
#include "sim/shards.h"
#include "tests/sanitized.h"
#include "tests/sim_fixture.h"

#define EOS(duration, nodes, degree, rest)                                                         \
    "{'duration': '" duration "', 'peers': {'bp': {'count': 5, 'produces': true},"                 \
    " 'node': {'count': " nodes "}}, 'topology': {'kind': 'random-regular', 'degree': " degree     \
    "}, 'links': {'latency': {'uniform': ['50ms', '150ms']}}, 'expect': {'convergence': "          \
    "false}" rest "}"
#define TRXS(rate) ", 'transactions': {'rate': '" rate "'}"

/* --- measured -------------------------------------------------------------------------------- */

static uint64_t peak_bytes(void)
{
    struct rusage usage;
    ck_assert_int_eq(getrusage(RUSAGE_SELF, &usage), 0);
    return (uint64_t)usage.ru_maxrss * 1024;
}

/* The largest that a process becomes that makes a run. */
static uint64_t measure(const Scenario *scenario)
{
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    const pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        sim_result_free(sim_run(scenario, NULL, NULL));
        const uint64_t bytes = peak_bytes();
        _exit(write(ends[1], &bytes, sizeof bytes) == (ssize_t)sizeof bytes ? EXIT_SUCCESS : 1);
    }
    close(ends[1]);
    uint64_t bytes = 0;
    ck_assert_int_eq(read(ends[0], &bytes, sizeof bytes), sizeof bytes);
    close(ends[0]);
    ck_assert_int_eq(waitpid(child, NULL, 0), child);
    return bytes;
}

START_TEST(test_measured)
{
    static const char *const texts[] = {
        EOS("10s", "5", "4", ""),
        EOS("5000s", "5", "4", ""),
        EOS("5s", "995", "4", ""),
        EOS("5s", "995", "16", ""),
        EOS("1s", "9995", "8", ""),
        EOS("300s", "5", "4", TRXS("50/s")),
        EOS("10s", "95", "8", TRXS("50/s")),
        EOS("20s", "95", "8", TRXS("50/s")),
        EOS("2s", "995", "8", TRXS("50/s")),
        EOS("3s", "995", "8", TRXS("10/s")),
        EOS("10s", "95", "4", ", 'chain': {'start_height': 100000}"),
        "{'duration': '100s', 'peers': {'bp': {'count': 21, 'produces': true, 'profile': "
        "'eosio-1.7'}, 'node': {'count': 179, 'profile': 'eosio-1.7'}}, 'topology': {'kind': "
        "'random-regular', 'degree': 8}, 'expect': {'convergence': false}}",
        "{'duration': '5s', 'peers': {'bp': {'produces': true, 'uplink': '100Mbit/s'}, 'node': "
        "{'count': 999}}, 'topology': {'kind': 'random-regular', 'degree': 8}, 'expect': "
        "{'convergence': false}}",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(texts) && !TEST_SANITIZED; i++) {
        g_autoptr(Scenario) scenario = fix_scenario(texts[i]);
        const uint64_t estimate = sim_memory_estimate(scenario, 1).total;
        const uint64_t measured = measure(scenario);
        ck_assert_msg(measured >= estimate / 2 && measured <= estimate / 2 * 3,
                      "%s: %.1f MB, %.1f MB were estimated", texts[i], (double)measured / 1e6,
                      (double)estimate / 1e6);
    }
}
END_TEST

/* --- what it is made of ---------------------------------------------------------------------- */

static SimMemory estimate(const char *text)
{
    g_autoptr(Scenario) scenario = fix_scenario(text);
    return sim_memory_estimate(scenario, 1);
}

/* Several threads take more for each end, and the more the more there are. */
START_TEST(test_threads)
{
    g_autoptr(Scenario) scenario = fix_scenario(EOS("10s", "95", "4", ""));
    const SimMemory one = sim_memory_estimate(scenario, 1);
    const SimMemory two = sim_memory_estimate(scenario, 2);
    const SimMemory many = sim_memory_estimate(scenario, SIM_THREADS_MAX);
    const uint64_t n_ends = 2 * (uint64_t)scenario->n_links;
    ck_assert_uint_eq(two.ends - one.ends, n_ends * 270);
    ck_assert_uint_eq(many.ends - two.ends, n_ends * 7 * (SIM_THREADS_MAX - 2));
    ck_assert_uint_eq(two.total - one.total, two.ends - one.ends);
    ck_assert_uint_eq(two.peers, one.peers);
}
END_TEST

START_TEST(test_parts)
{
    const SimMemory one = estimate(EOS("10s", "95", "4", ""));
    const SimMemory twice = estimate(EOS("10s", "195", "4", ""));
    const SimMemory dense = estimate(EOS("10s", "95", "8", ""));
    const SimMemory longer = estimate(EOS("20s", "95", "4", ""));
    ck_assert_uint_eq(one.total, one.program + one.peers + one.ends + one.blocks);
    ck_assert_uint_eq(one.transactions, 0);
    ck_assert_uint_eq(twice.peers, 2 * one.peers);
    ck_assert_uint_eq(twice.ends, 2 * one.ends);
    ck_assert_uint_eq(twice.blocks, one.blocks);
    ck_assert_uint_eq(dense.peers, one.peers);
    ck_assert_uint_eq(dense.ends, 2 * one.ends);
    ck_assert_uint_gt(longer.blocks, one.blocks);
    ck_assert_uint_eq(longer.peers, one.peers);
}
END_TEST

#define CHAIN(duration, height)                                                                    \
    EOS(duration, "5", "4",                                                                        \
        ", 'chain': {'start_height': " height ", 'irreversibility': {'depth': 1}}")

/* A chain that stands at the start is as large as one that is made. */
START_TEST(test_chain)
{
    const SimMemory one = estimate(CHAIN("10s", "20"));
    const SimMemory longer = estimate(CHAIN("20s", "40"));
    const SimMemory higher = estimate(CHAIN("10s", "60"));
    ck_assert_uint_eq(longer.blocks, 2 * one.blocks);
    ck_assert_uint_eq(higher.blocks, longer.blocks);
}
END_TEST

/* With what some ends keep besides, by the share of their group. */
START_TEST(test_groups)
{
    static const char *const keys[] = {"'profile': 'eosio-1.7'", "'uplink': '1Mbit/s'"};
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        uint64_t ends[3];
        for (uint32_t n = 0; n < 3; n++) {
            g_autofree char *text = g_strdup_printf(
                "{'duration': '10s', 'peers': {'bp': {'count': 5, 'produces': true}, 'a': "
                "{'count': "
                "5%s%s}, 'b': {'count': 5%s%s}}, 'topology': {'kind': 'full-mesh'}}",
                n > 0 ? ", " : "", n > 0 ? keys[i] : "", n > 1 ? ", " : "", n > 1 ? keys[i] : "");
            ends[n] = estimate(text).ends;
        }
        ck_assert_uint_gt(ends[1], ends[0]);
        ck_assert_uint_eq(ends[2] - ends[1], i == 0 ? ends[1] - ends[0] : 0); /* one has a limit */
    }
}
END_TEST

#define STREAM(keys) EOS("100s", "5", "4", ", 'transactions': {" keys "}")

/* Those that come, and of them those that live at a time. */
START_TEST(test_transactions)
{
    const uint64_t usual = estimate(STREAM("'rate': '10/s'")).transactions;
    const uint64_t brief = estimate(STREAM("'rate': '10/s', 'lifetime': '3s'")).transactions;
    const uint64_t ends = estimate(STREAM("'rate': '10/s', 'end': '5s'")).transactions;
    const uint64_t late = estimate(STREAM("'rate': '10/s', 'begin': '95s'")).transactions;
    const uint64_t burst =
        estimate(STREAM("'burst': {'count': 10, 'every': '1s'}, 'begin': '96s'")).transactions;
    const uint64_t once = estimate(STREAM("'burst': {'count': 50}, 'lifetime': '1s'")).transactions;
    const uint64_t first = estimate(STREAM("'burst': {'count': 50}, 'end': '1s'")).transactions;
    ck_assert_uint_gt(usual, brief);
    ck_assert_uint_gt(brief, ends);
    ck_assert_uint_eq(late, ends);
    ck_assert_uint_gt(burst, 0);
    ck_assert_uint_lt(burst, ends * 3 / 2);
    ck_assert_uint_gt(burst, ends / 2);
    ck_assert_uint_eq(once, first);
    ck_assert_uint_eq(estimate(STREAM("'rate': '10/s', 'begin': '100s'")).transactions, 0);
}
END_TEST

/* No sum runs over, however long a run is and whatever comes in it. */
START_TEST(test_largest)
{
    const SimMemory memory = estimate(
        "{'duration': '8784h', 'peers': {'bp': {'count': 100, 'produces': true}}, 'transactions':"
        " [{'rate': '1000000/s', 'lifetime': '1h'}]}");
    ck_assert_uint_gt(memory.transactions, UINT64_C(1000000000000));
    ck_assert_uint_eq(memory.total, memory.program + memory.peers + memory.ends + memory.blocks +
                                        memory.transactions);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("memory");
    TCase *tcase = tcase_create("memory");
    tcase_set_timeout(tcase, 0);
    tcase_add_test(tcase, test_measured);
    tcase_add_test(tcase, test_threads);
    tcase_add_test(tcase, test_parts);
    tcase_add_test(tcase, test_chain);
    tcase_add_test(tcase, test_groups);
    tcase_add_test(tcase, test_transactions);
    tcase_add_test(tcase, test_largest);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
