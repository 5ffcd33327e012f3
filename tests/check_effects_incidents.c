/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The incidents of public networks come out as they were recorded, and in the way that the rule
 * which explains them says for other delays. Run from the project's root.
 */
#include "tests/left_fixture.h"
#include "tests/run_suite.h"

#define WAX "scenarios/incidents/wax-2023-07-14.json"
#define BITFINEX "scenarios/incidents/eos-2018-11-03.json"
#define HANDOFF "scenarios/incidents/handoff-latency-2018-05.json"

/* When the peer first took in a block of this number from the other one; it must have. */
static int64_t delivered_ns(const TraceRun *run, const char *peer, const char *remote,
                            uint32_t number)
{
    g_autofree char *text = g_strdup_printf("%u", number);
    const guint at = trace_find(run, 0,
                                TRACE("what", "delivered", "message", "signed_block", "peer", peer,
                                      "remote", remote, "number", text));

    ck_assert_uint_lt(at, run->lines->len);
    return trace_number(run->lines->pdata[at], "t");
}

/* ---- WAX, 2023-07-14 ------------------------------------------------------------------------- */

/* As recorded: four latencies, the branch that was left, and the block that turned the scales. */
START_TEST(wax)
{
    static const int64_t recorded_ms[] = {5500, 5001, 4501, 4001};
    g_autoptr(TraceRun) run = trace_run(WAX);

    for (uint32_t i = 0; i < 4; i++) {
        /* Block 737 is the first of the turn, of 8 s; these are the fourth to the seventh. */
        const int64_t slot_ns = 8 * S + (3 + i) * 500 * MS;
        const int64_t took_ns =
            delivered_ns(run, "oneinacilian", "wizardsguild", 740 + i) - slot_ns;

        ck_assert_int_ge(took_ns, recorded_ms[i] * MS);
        ck_assert_int_le(took_ns, (recorded_ms[i] + 5) * MS);
    }
    const char *const *switches =
        TRACE("what", "chain", "event", "fork_switch", "peer", "oneinacilian");
    const guint at = trace_find(run, 0, switches);

    ck_assert_uint_lt(at, run->lines->len);
    const struct json_object *line = run->lines->pdata[at];

    ck_assert_int_eq(trace_number(line, "number"), 736);
    ck_assert_int_eq(trace_number(line, "left_number"), 739);
    /* Of the burst it has four blocks then, and has not taken the fifth in. */
    const int64_t time_ns = trace_number(line, "t");

    ck_assert_int_lt(delivered_ns(run, "oneinacilian", "wizardsguild", 740), time_ns);
    ck_assert_int_ge(delivered_ns(run, "oneinacilian", "wizardsguild", 741), time_ns);
    ck_assert_uint_eq(trace_find(run, at + 1, switches), run->lines->len);
    ck_assert_int_eq(left_in_trace(run, "oneinacilian"), 3);
}
END_TEST

/* Blocks that the next producer loses to a burst this long after the first slot of the turn before
 * its own: one for each slot of its own until then, the one of that moment included. All 12 stay
 * once the producer after it has them, as it has when its own turn begins. */
static int64_t wax_lost(int64_t delay_ms)
{
    return delay_ms < 6000 || delay_ms >= 12000 ? 0 : (delay_ms - 6000) / 500 + 1;
}

static void assert_wax(int64_t delay_ms)
{
    g_autofree char *delay =
        delay_ms == 0 ? g_strdup("1ns") : g_strdup_printf("%dms", (int)delay_ms);
    const LeftRun run = {
        .path = WAX, .pointer = "/params/delay", .value = delay, .most_ns = 24 * S};
    int64_t late = 0;

    ck_assert_msg(left_by(&run, "oneinacilian", "wizardsguild", &late) == wax_lost(delay_ms), "%s",
                  delay);
    ck_assert_msg(late == (delay_ms < 12000 ? 0 : 12), "%s", delay);
}

START_TEST(wax_sweep)
{
    for (int64_t delay_ms = 0; delay_ms <= 8000; delay_ms += 250)
        assert_wax(delay_ms);
    static const int64_t more_ms[] = {5990, 6001, 6490, 9000, 11000, 11490, 11500, 12000};
    for (guint i = 0; i < G_N_ELEMENTS(more_ms); i++)
        assert_wax(more_ms[i]);
}
END_TEST

/* ---- EOS, 2018-11-03 ------------------------------------------------------------------------- */

START_TEST(bitfinex)
{
    g_autoptr(TraceRun) run = trace_run(BITFINEX);
    const guint at =
        trace_find(run, 0, TRACE("what", "chain", "event", "fork_switch", "peer", "bitfinexeos1"));

    ck_assert_uint_lt(at, run->lines->len);
    const struct json_object *fork = run->lines->pdata[at];

    /* Block 769 is the first of its turn, so 778 is the tenth, the first of the two that were lost.
     */
    ck_assert_int_eq(trace_number(fork, "number"), 777);
    ck_assert_int_eq(trace_number(fork, "left_number"), 780);
    /* Made at 28.5 s, there 1.804 s later, after the next turn began at 30 s. */
    ck_assert_int_ge(delivered_ns(run, "others[0]", "bitfinexeos1", 778), 30304 * MS);
    ck_assert_int_lt(delivered_ns(run, "others[0]", "bitfinexeos1", 778), 30310 * MS);
}
END_TEST

/* A delay of a little less than k slots loses k - 1 blocks. */
START_TEST(bitfinex_sweep)
{
    for (int64_t slots = 1; slots <= 12; slots++) {
        g_autofree char *delay = g_strdup_printf("%dms", (int)(500 * slots - 20));
        const LeftRun run = {
            .path = BITFINEX,
            .pointer = "/links/between/0/latency",
            .value = delay,
            .most_ns = 45 * S,
        };

        ck_assert_msg(left_by(&run, "bitfinexeos1", NULL, NULL) == slots - 1, "%s", delay);
    }
}
END_TEST

/* ---- May 2018 -------------------------------------------------------------------------------- */

/* One and a half round trips instead of half a one: a fork at each hand-off. */
START_TEST(handoff)
{
    const char *const *switches = TRACE("what", "chain", "event", "fork_switch");
    g_autoptr(TraceRun) direct = trace_run(HANDOFF);
    const LeftRun with = {
        .path = HANDOFF, .pointer = "/links/latency", .value = "532.5ms", .most_ns = 120 * S};
    g_autoptr(TraceRun) asked = trace_run_scenario(left_scenario(&with));

    ck_assert_uint_eq(trace_count(direct, 0, 120 * S, switches), 0);
    for (int64_t s = 8; s < 110; s += 6)
        ck_assert_uint_ge(trace_count(asked, s * S, (s + 6) * S, switches), 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("effects_incidents");
    TCase *tcase = tcase_create("incidents");

    tcase_set_timeout(tcase, 0);
    tcase_add_test(tcase, wax);
    tcase_add_test(tcase, wax_sweep);
    tcase_add_test(tcase, bitfinex);
    tcase_add_test(tcase, bitfinex_sweep);
    tcase_add_test(tcase, handoff);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
