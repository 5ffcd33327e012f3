/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What scenarios of the library say of links, uplinks and downlinks can be read in their traces,
 * and so can what events make of links. Run from the project's root.
 */
#include "tests/run_suite.h"
#include "tests/trace_fixture.h"

#define MS INT64_C(1000000)
#define S INT64_C(1000000000)
#define END INT64_MAX
#define WITHIN_PERCENT(is, ought) ck_assert_int_le(llabs((is) - (ought)), (ought) / 100)

/* Of a line's block: when it was made. */
static int64_t made_ns(const TraceRun *run, const struct json_object *line)
{
    const guint at = trace_find(run, 0, TRACE("what", "produced", "id", trace_text(line, "id")));

    ck_assert_uint_lt(at, run->lines->len);
    return trace_number(run->lines->pdata[at], "t");
}

static int64_t time_at(const TraceRun *run, guint index)
{
    ck_assert_uint_lt(index, run->lines->len);
    return trace_number(run->lines->pdata[index], "t");
}

/* The first line that fits at that time or later; its time. */
static int64_t first_ns(const TraceRun *run, int64_t from_ns, const char *const *pairs)
{
    guint at = trace_find(run, 0, pairs);

    while (time_at(run, at) < from_ns)
        at = trace_find(run, at + 1, pairs);
    return time_at(run, at);
}

/* How long the first block that is made from then on takes from its producer to a peer. */
static int64_t block_delay_ns(const TraceRun *run, int64_t from_ns, const char *peer)
{
    guint at = trace_find(run, 0, TRACE("what", "produced"));

    while (time_at(run, at) < from_ns)
        at = trace_find(run, at + 1, TRACE("what", "produced"));
    const struct json_object *made = run->lines->pdata[at];
    const guint there =
        trace_find(run, at,
                   TRACE("what", "delivered", "message", "signed_block", "peer", peer, "remote",
                         trace_text(made, "peer"), "id", trace_text(made, "id")));

    return time_at(run, there) - trace_number(made, "t");
}

/* ---- bandwidth ------------------------------------------------------------------------------- */

/* The block of about one MiB comes to the peer; how long after it was made. */
static int64_t big_block_ns(const TraceRun *run, const char *peer, int64_t *ret_bytes)
{
    const char *const *block = TRACE("what", "delivered", "message", "signed_block", "peer", peer);

    for (guint at = trace_find(run, 0, block); at < run->lines->len;
         at = trace_find(run, at + 1, block)) {
        const struct json_object *line = run->lines->pdata[at];

        *ret_bytes = trace_number(line, "bytes");
        if (*ret_bytes > 900000)
            return trace_number(line, "t") - made_ns(run, line);
    }
    ck_abort_msg("no big block comes to %s", peer);
}

/* 1 Mbit/s: a byte takes 8 us, so that a MiB takes 8.39 s. */
START_TEST(narrow_link)
{
    g_autoptr(TraceRun) run = trace_run("scenarios/faults/narrow-link.json");
    int64_t bytes;

    WITHIN_PERCENT(big_block_ns(run, "narrow", &bytes), 40 * MS + bytes * 8000);
    ck_assert_int_lt(big_block_ns(run, "fast", &bytes), 45 * MS);
}
END_TEST

/* Half of 2 Mbit/s for each. */
START_TEST(shared_uplink)
{
    g_autoptr(TraceRun) run = trace_run("scenarios/faults/shared-uplink.json");
    int64_t bytes;

    WITHIN_PERCENT(big_block_ns(run, "relay[0]", &bytes), 40 * MS + bytes * 8000);
    WITHIN_PERCENT(big_block_ns(run, "relay[1]", &bytes), 40 * MS + bytes * 8000);
}
END_TEST

static int64_t bytes_to(const TraceRun *run, const char *peer, int64_t from_ns, int64_t to_ns)
{
    const char *const *pairs = TRACE("what", "delivered", "peer", peer);
    int64_t bytes = 0;

    for (guint at = trace_find(run, 0, pairs); at < run->lines->len;
         at = trace_find(run, at + 1, pairs))
        if (time_at(run, at) >= from_ns && time_at(run, at) < to_ns)
            bytes += trace_number(run->lines->pdata[at], "bytes");
    return bytes;
}

/* 8 kbit/s are 1000 bytes a second, all of which are used. */
START_TEST(throttled_peer)
{
    g_autoptr(TraceRun) run = trace_run("scenarios/faults/throttled-peer.json");
    const int64_t bytes = bytes_to(run, "throttled", 25 * S, 40 * S);

    ck_assert_int_le(bytes, 15000 + 1448);
    ck_assert_int_ge(bytes, 15000 - 1448);
    ck_assert_int_gt(bytes_to(run, "throttled", 5 * S, 20 * S), 17000);
}
END_TEST

/* ---- loss and latency ------------------------------------------------------------------------ */

/* Every block comes, in order; about a tenth of them a timeout later. */
START_TEST(lossy_link)
{
    g_autoptr(TraceRun) run = trace_run("scenarios/faults/lossy-link.json");
    const char *const *block =
        TRACE("what", "delivered", "message", "signed_block", "peer", "lossy");
    int64_t number = 1;
    uint32_t n_late = 0;

    for (guint at = trace_find(run, 0, block); at < run->lines->len;
         at = trace_find(run, at + 1, block)) {
        const struct json_object *line = run->lines->pdata[at];

        ck_assert_int_eq(trace_number(line, "number"), ++number);
        n_late += time_at(run, at) - made_ns(run, line) >= 240 * MS;
    }
    ck_assert_int_eq(number, 240);
    ck_assert_uint_ge(n_late, 12);
    ck_assert_uint_le(n_late, 48);
    ck_assert_uint_eq(trace_count(run, 0, END, TRACE("what", "closed")), 0);
}
END_TEST

START_TEST(degraded_link)
{
    g_autoptr(TraceRun) run = trace_run("scenarios/faults/degraded-link.json");

    ck_assert_int_le(block_delay_ns(run, 13 * S, "bp[1]"), 41 * MS);
    ck_assert_int_ge(block_delay_ns(run, 25 * S, "bp[1]"), 700 * MS);
    ck_assert_int_ge(block_delay_ns(run, 31 * S, "bp[0]"), 700 * MS);
    ck_assert_int_le(block_delay_ns(run, 37 * S, "bp[1]"), 701 * MS);
    ck_assert_int_le(block_delay_ns(run, 49 * S, "bp[1]"), 41 * MS);
}
END_TEST

/* ---- cuts and resets ------------------------------------------------------------------------- */

/* One connection comes back to life; the other is lost and dialled again. */
START_TEST(half_open)
{
    g_autoptr(TraceRun) run = trace_run("scenarios/faults/half-open.json");
    static const char *const peers[] = {"held", "lost"};

    for (guint i = 0; i < G_N_ELEMENTS(peers); i++)
        ck_assert_uint_eq(
            trace_count(run, 20250 * MS, 28200 * MS, TRACE("what", "delivered", "peer", peers[i])),
            0);
    ck_assert_int_le(first_ns(run, 28200 * MS, TRACE("what", "delivered", "peer", "held")),
                     28241 * MS);
    ck_assert_uint_eq(trace_count(run, 0, END, TRACE("what", "closed", "peer", "held")), 0);
    ck_assert_int_eq(first_ns(run, 0, TRACE("what", "closed", "peer", "lost")), 28200 * MS);
    ck_assert_int_ge(first_ns(run, 28200 * MS, TRACE("what", "delivered", "peer", "lost")),
                     38200 * MS);
}
END_TEST

START_TEST(reset)
{
    g_autoptr(TraceRun) run = trace_run("scenarios/faults/reset.json");

    ck_assert_uint_eq(trace_count(run, 20200 * MS, 20200 * MS + 1, TRACE("what", "closed")), 6);
    ck_assert_uint_eq(trace_count(run, 20200 * MS, 20200 * MS + 1,
                                  TRACE("what", "closed", "peer", "relay", "reason", "lost")),
                      3);
    ck_assert_uint_eq(
        trace_count(run, 20200 * MS, 30200 * MS, TRACE("what", "delivered", "peer", "relay")), 0);
}
END_TEST

/* The last link comes first. */
START_TEST(clog_release)
{
    g_autoptr(TraceRun) run = trace_run("scenarios/faults/clog-release.json");
    static const char *const relays[] = {"relay[3]", "relay[2]", "relay[1]", "relay[0]"};

    for (guint i = 0; i < G_N_ELEMENTS(relays); i++) {
        const char *const *to = TRACE("what", "delivered", "peer", relays[i]);
        const int64_t mended_ns = 25200 * MS + i * S;

        ck_assert_uint_eq(trace_count(run, 20250 * MS, mended_ns, to), 0);
        ck_assert_int_le(first_ns(run, 20250 * MS, to), mended_ns + 41 * MS);
        ck_assert_uint_ge(trace_count(run, mended_ns, mended_ns + 50 * MS, to), 10);
    }
}
END_TEST

/* ---- what events make of links --------------------------------------------------------------- */

/* (transfer full) A producer "a" and a peer "b", 10 ms apart; ' stands for ". */
static TraceRun *run_pair(const char *groups, const char *events)
{
    g_autofree char *text =
        g_strdup_printf("{'duration': '60s', 'peers': {'a': {'produces': true%s}, 'b': {}},"
                        " 'links': {'latency': '10ms'}, 'events': [%s]}",
                        groups, events);

    g_strdelimit(text, "'", '"');
    const ScenarioText loaded = {
        .path = "scenarios/fixture.json", .data = text, .length = strlen(text)};
    g_autoptr(GError) error = NULL;
    Scenario *scenario = scenario_load_data(&loaded, NULL, 0, &error);

    ck_assert_msg(scenario != NULL, "%s", error ? error->message : "");
    return trace_run_scenario(scenario);
}

/* What the newest change in force says holds. */
START_TEST(overlapping_changes)
{
    g_autoptr(TraceRun) run = run_pair(
        "", "{'at': '10.2s', 'change_links': ['a', 'b'], 'latency': '100ms'},"
            "{'at': '20.2s', 'change_links': ['b', 'a'], 'latency': '200ms', 'for': '20s'},"
            "{'at': '30.2s', 'change_links': ['a', 'b'], 'latency': '300ms', 'for': '5s'},"
            "{'at': '42.2s', 'change_links': ['b', 'a'], 'latency': '400ms',"
            " 'one_way': true},"
            "{'at': '46.2s', 'change_links': ['a', 'b'], 'loss': 0, 'one_way': true}");
    static const struct {
        int64_t from_ns;
        int64_t latency_ns;
    } cases[] = {
        {5 * S, 10 * MS},   {15 * S, 100 * MS}, {25 * S, 200 * MS}, {32 * S, 300 * MS},
        {38 * S, 200 * MS}, {41 * S, 100 * MS}, {44 * S, 100 * MS}, {50 * S, 100 * MS},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const int64_t delay_ns = block_delay_ns(run, cases[i].from_ns, "b");

        ck_assert_int_ge(delay_ns, cases[i].latency_ns);
        ck_assert_int_le(delay_ns, cases[i].latency_ns + MS);
    }
}
END_TEST

/* A block has 186 bytes, which take 186 ms at 8 kbit/s. */
START_TEST(changed_bandwidth)
{
    static const char *const events[] = {
        "{'at': '10.2s', 'change_links': ['a', 'b'], 'bandwidth': '8kbit/s', 'for': '10s'}",
        "{'at': '10.2s', 'change_peers': 'a', 'uplink': '8kbit/s', 'for': '10s'}",
        "{'at': '10.2s', 'change_peers': 'b', 'downlink': '8kbit/s', 'for': '10s'}",
    };

    for (guint i = 0; i < G_N_ELEMENTS(events); i++) {
        g_autoptr(TraceRun) run = run_pair("", events[i]);

        ck_assert_int_le(block_delay_ns(run, 9 * S, "b"), 11 * MS);
        ck_assert_int_ge(block_delay_ns(run, 12 * S, "b"), 196 * MS);
        ck_assert_int_le(block_delay_ns(run, 12 * S, "b"), 400 * MS);
        ck_assert_int_le(block_delay_ns(run, 25 * S, "b"), 11 * MS);
    }
}
END_TEST

/* A change takes the place of the group's uplink, and its end gives that back. */
START_TEST(uplink_of_group)
{
    g_autoptr(TraceRun) run =
        run_pair(", 'uplink': '8kbit/s'",
                 "{'at': '10.2s', 'change_peers': 'a', 'uplink': 'unlimited', 'for': '10s'}");

    ck_assert_int_ge(block_delay_ns(run, 5 * S, "b"), 196 * MS);
    ck_assert_int_le(block_delay_ns(run, 15 * S, "b"), 11 * MS);
    ck_assert_int_ge(block_delay_ns(run, 25 * S, "b"), 196 * MS);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("effects_links");
    TCase *tcase = tcase_create("effects_links");

    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, narrow_link);
    tcase_add_test(tcase, shared_uplink);
    tcase_add_test(tcase, throttled_peer);
    tcase_add_test(tcase, lossy_link);
    tcase_add_test(tcase, degraded_link);
    tcase_add_test(tcase, half_open);
    tcase_add_test(tcase, reset);
    tcase_add_test(tcase, clog_release);
    tcase_add_test(tcase, overlapping_changes);
    tcase_add_test(tcase, changed_bandwidth);
    tcase_add_test(tcase, uplink_of_group);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
