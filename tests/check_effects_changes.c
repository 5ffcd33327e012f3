/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Links, uplinks and downlinks that become others during a run, at a time that the scenario says or
 * at random, links that are mended one by one, and a downlink that two senders share: read in the
 * traces of runs. Run from the project's root.
 */
#include "tests/run_suite.h"
#include "tests/trace_fixture.h"

#define MS INT64_C(1000000)
#define S INT64_C(1000000000)
#define SEGMENT 1448
#define WITHIN_PERCENT(is, ought) ck_assert_int_le(llabs((is) - (ought)), (ought) / 100)

/* ' stands for ". (transfer full) */
static TraceRun *run_text(const char *json)
{
    g_autofree char *text = g_strdelimit(g_strdup(json), "'", '"');
    const ScenarioText loaded = {
        .path = "scenarios/fixture.json", .data = text, .length = strlen(text)};
    g_autoptr(GError) error = NULL;
    Scenario *scenario = scenario_load_data(&loaded, NULL, 0, &error);

    ck_assert_msg(scenario != NULL, "%s", error ? error->message : "");
    return trace_run_scenario(scenario);
}

/* The first block that a peer makes at that time or later. */
static const struct json_object *made_by(const TraceRun *run, const char *peer, int64_t from_ns)
{
    const char *const *pairs = TRACE("what", "produced", "peer", peer);
    guint at = trace_find(run, 0, pairs);

    while (at < run->lines->len && trace_number(run->lines->pdata[at], "t") < from_ns)
        at = trace_find(run, at + 1, pairs);
    ck_assert_uint_lt(at, run->lines->len);
    return run->lines->pdata[at];
}

/* When a block comes to `to` from its neighbour `from`; its message's bytes (nullable). */
static int64_t delivered_ns(const TraceRun *run, const struct json_object *block, const char *from,
                            const char *to, int64_t *ret_bytes)
{
    const guint at = trace_find(run, 0,
                                TRACE("what", "delivered", "message", "signed_block", "peer", to,
                                      "remote", from, "id", trace_text(block, "id")));

    ck_assert_uint_lt(at, run->lines->len);
    if (ret_bytes != NULL)
        *ret_bytes = trace_number(run->lines->pdata[at], "bytes");
    return trace_number(run->lines->pdata[at], "t");
}

/* How long the producer's first block from then on takes to a neighbour. */
static int64_t delay_ns(const TraceRun *run, const char *from, const char *to, int64_t from_ns)
{
    const struct json_object *block = made_by(run, from, from_ns);

    return delivered_ns(run, block, from, to, NULL) - trace_number(block, "t");
}

/* ---- one way --------------------------------------------------------------------------------- */

/* a has the turns from 0 s, 12 s, 24 s on, b those from 6 s, 18 s, 30 s on. */
#define PAIR                                                                                       \
    "{'duration': '60s', 'peers': {'a': {'produces': true}, 'b': {'produces': true}},"             \
    " 'links': {'latency': '10ms'}, 'events': [%s]}"

static void assert_delay(const TraceRun *run, const char *from, const char *to, int64_t at_ns,
                         int64_t least_ns)
{
    const int64_t took_ns = delay_ns(run, from, to, at_ns);

    ck_assert_int_ge(took_ns, least_ns);
    ck_assert_int_lt(took_ns, least_ns + MS);
}

/* What goes from the first peers to the second is late, the other way nothing is, whoever of the
 * two had dialled. */
START_TEST(one_way)
{
    static const struct {
        const char *key;
        int64_t least_ns; /* for the 186 bytes of a block, behind a notice of 34 */
    } cases[] = {{"'latency': '300ms'", 300 * MS}, {"'bandwidth': '8kbit/s'", 230 * MS}};
    static const char *const peers[] = {"a", "b"};

    for (guint i = 0; i < 2 * G_N_ELEMENTS(cases); i++) {
        const char *bad = peers[i % 2];
        const char *good = peers[1 - i % 2];
        const int64_t bad_ns = i % 2 == 0 ? 12 * S : 18 * S;
        const int64_t good_ns = 30 * S - bad_ns;
        g_autofree char *event = g_strdup_printf("{'at': '11.9s', 'change_links': ['%s', '%s'],"
                                                 " 'one_way': true, 'for': '12s', %s}",
                                                 bad, good, cases[i / 2].key);
        g_autofree char *text = g_strdup_printf(PAIR, event);
        g_autoptr(TraceRun) run = run_text(text);

        assert_delay(run, bad, good, bad_ns - 12 * S, 10 * MS);
        assert_delay(run, bad, good, bad_ns, cases[i / 2].least_ns);
        assert_delay(run, good, bad, good_ns, 10 * MS);
        assert_delay(run, bad, good, bad_ns + 12 * S, 10 * MS);
    }
}
END_TEST

/* ---- in the middle of a message -------------------------------------------------------------- */

/* The block of 10 s is long; 1448 bytes take 1 ms before the change, and 10 ms after it. Before the
 * block goes a notice of 34 bytes, so the change comes in the middle of the 31st segment. */
#define LONG                                                                                       \
    "{'duration': '15s', 'chain': {'block': {'filler': 100000}},"                                  \
    " 'peers': {'a': {'produces': true%s}, 'b': {'count': 1%s}},"                                  \
    " 'links': {'latency': '10ms'%s}, 'events': [{'at': '10.030523481s', %s}]}"
#define FAST "11.584Mbit/s"
#define SLOW "1.1584Mbit/s"

#define NOTICE_NS 23481

static int64_t slow_ns(int64_t bytes)
{
    return (bytes * S + 144799) / 144800;
}

/* How long the long block takes but for the notice and the latency; its bytes. */
static int64_t long_ns(const char *a, const char *b, const char *links, const char *change,
                       int64_t *ret_bytes)
{
    g_autofree char *text = g_strdup_printf(LONG, a, b, links, change);
    g_autoptr(TraceRun) run = run_text(text);
    const struct json_object *block = made_by(run, "a", 10 * S);

    ck_assert_int_eq(trace_number(block, "t"), 10 * S);
    const int64_t took_ns = delivered_ns(run, block, "a", "b", ret_bytes) - 10 * S;

    ck_assert_int_gt(*ret_bytes, 100000);
    return took_ns - NOTICE_NS - 10 * MS;
}

/* The link is sending the 31st segment then, and has the 32nd. */
START_TEST(link_in_mid_transfer)
{
    int64_t bytes;
    const int64_t took_ns = long_ns("", "", ", 'bandwidth': '" FAST "'",
                                    "'change_links': ['a', 'b'], 'bandwidth': '" SLOW "'", &bytes);

    ck_assert_int_eq(took_ns, 32 * MS + slow_ns(bytes - 32 * SEGMENT));
}
END_TEST

/* Half of the 31st segment has passed. */
START_TEST(uplink_in_mid_transfer)
{
    int64_t bytes;
    const int64_t took_ns = long_ns(", 'uplink': '" FAST "'", "", "",
                                    "'change_peers': 'a', 'uplink': '" SLOW "'", &bytes);

    ck_assert_int_eq(took_ns, 30500000 + slow_ns(bytes - 30 * SEGMENT - SEGMENT / 2));
}
END_TEST

/* Of what arrives since 10.010 s half of the 21st segment has passed. */
START_TEST(downlink_in_mid_transfer)
{
    int64_t bytes;
    const int64_t took_ns = long_ns("", ", 'downlink': '" FAST "'", "",
                                    "'change_peers': 'b', 'downlink': '" SLOW "'", &bytes);

    ck_assert_int_eq(took_ns, 20500000 + slow_ns(bytes - 20 * SEGMENT - SEGMENT / 2));
}
END_TEST

/* ---- a downlink of two senders --------------------------------------------------------------- */

/* One long block, of which both relays send the sink a copy at once. */
#define SINK                                                                                       \
    "{'duration': '40s', 'peers': {'bp': {'produces': true, 'bnet-no-trx': true},"                 \
    " 'relay': {'count': 2, 'bnet-no-trx': true},"                                                 \
    " 'sink': {'bnet-no-trx': true, 'downlink': '1Mbit/s'}},"                                      \
    " 'topology': {'kind': 'links', 'links': [['relay', 'bp'], ['sink', 'relay']]},"               \
    " 'links': {'latency': '10ms'}, 'events': [%s],"                                               \
    " 'transactions': {'burst': {'count': 10}, 'begin': '20.2s', 'size': 25000, 'from': 'bp'}}"

/* How long the long block's copy takes from a relay to the sink; its bytes. */
static int64_t copy_ns(const TraceRun *run, const char *relay, int64_t *ret_bytes)
{
    const struct json_object *block = made_by(run, "bp", 20500 * MS);
    const int64_t there_ns = delivered_ns(run, block, "bp", relay, ret_bytes);

    ck_assert_int_gt(*ret_bytes, 250000);
    return delivered_ns(run, block, relay, "sink", NULL) - there_ns;
}

/* Both copies take twice as long as one does alone. */
START_TEST(shared_downlink)
{
    g_autofree char *two = g_strdup_printf(SINK, "");
    g_autofree char *one =
        g_strdup_printf(SINK, "{'at': '15.2s', 'cut': ['relay[1]', 'sink'], 'connections': "
                              "'reset'}");
    g_autoptr(TraceRun) both = run_text(two);
    g_autoptr(TraceRun) alone = run_text(one);
    int64_t bytes;

    WITHIN_PERCENT(copy_ns(alone, "relay[0]", &bytes), 10 * MS + bytes * 8000);
    WITHIN_PERCENT(copy_ns(both, "relay[0]", &bytes), 10 * MS + 2 * bytes * 8000);
    WITHIN_PERCENT(copy_ns(both, "relay[1]", &bytes), 10 * MS + 2 * bytes * 8000);
}
END_TEST

/* ---- release --------------------------------------------------------------------------------- */

/* (transfer full) */
static TraceRun *run_release(const char *order, const char *seed)
{
    const ScenarioOverride overrides[] = {{"/events/0/release/order", order}, {"/seed", seed}};
    g_autoptr(GError) error = NULL;
    Scenario *scenario = scenario_load("scenarios/faults/clog-release.json", overrides, 2, &error);

    ck_assert_msg(scenario != NULL, "%s", error ? error->message : "");
    return trace_run_scenario(scenario);
}

/* The relays in the order in which their links come back, as a number of four digits. A second lies
 * between two of them, and nothing comes to a relay before its own. */
static uint32_t order_of(const TraceRun *run)
{
    uint32_t order = 0;

    for (guint i = 0; i < 4; i++) {
        const int64_t mended_ns = 25200 * MS + i * S;
        uint32_t n = 0;

        for (uint32_t r = 0; r < 4; r++) {
            g_autofree char *relay = g_strdup_printf("relay[%u]", r);
            g_autofree char *text = g_strdup_printf("link mended: %s | bp", relay);
            const char *const *to = TRACE("what", "delivered", "peer", relay);

            if (trace_count(run, mended_ns, mended_ns + 1, TRACE("what", "fault", "text", text)) ==
                0)
                continue;
            ck_assert_uint_eq(trace_count(run, 20250 * MS, mended_ns, to), 0);
            ck_assert_uint_ge(trace_count(run, mended_ns, mended_ns + 50 * MS, to), 10);
            order = 10 * order + r;
            n++;
        }
        ck_assert_uint_eq(n, 1);
    }
    return order;
}

START_TEST(release_orders)
{
    g_autoptr(TraceRun) forward = run_release("forward", "1");
    g_autoptr(TraceRun) reverse = run_release("reverse", "1");

    ck_assert_uint_eq(order_of(forward), 123);
    ck_assert_uint_eq(order_of(reverse), 3210);
}
END_TEST

/* Every link once, another order for another seed, the same for the same. */
START_TEST(release_at_random)
{
    uint32_t orders[8];
    guint n_others = 0;

    for (guint seed = 0; seed < G_N_ELEMENTS(orders); seed++) {
        g_autofree char *text = g_strdup_printf("%u", seed);
        g_autoptr(TraceRun) run = run_release("random", text);
        g_autoptr(TraceRun) again = run_release("random", text);

        orders[seed] = order_of(run);
        ck_assert_uint_eq(order_of(again), orders[seed]);
        n_others += orders[seed] != orders[0];
        ck_assert_uint_eq(run->result->trace_hash, again->result->trace_hash);
    }
    ck_assert_uint_ge(n_others, 4);
}
END_TEST

/* ---- at random ------------------------------------------------------------------------------- */

typedef struct Window {
    uint32_t from;
    uint32_t to;
    bool one_way;
    bool slow; /* 700 ms; else narrow and lossy */
    int64_t begin_ns;
    int64_t end_ns;
} Window;

/* The trace tells of a change at that time. */
static void assert_told(const TraceRun *run, const Window *window, int64_t time_ns, const char *end)
{
    g_autofree char *text = g_strdup_printf("%schange of %s: bp[%u] %s bp[%u]", end,
                                            window->slow ? "latency" : "bandwidth, loss",
                                            window->from, window->one_way ? "->" : "|", window->to);

    ck_assert_msg(trace_count(run, time_ns, time_ns + 1, TRACE("what", "fault", "text", text)) == 1,
                  "%s", text);
}

/* The changes of a run, each of which is told when it begins and when it ends. (transfer full) */
static GArray *windows_of(const TraceRun *run)
{
    const Scenario *scenario = run->scenario;
    GArray *windows = g_array_new(FALSE, TRUE, sizeof(Window));
    g_autofree guint *index_of = g_new0(guint, scenario->n_events);

    for (uint32_t i = 0; i < scenario->n_events; i++) {
        const ScenarioEvent *event = &scenario->events[i];

        if (event->ends != SCENARIO_EVENT_NONE) {
            Window *window = &g_array_index(windows, Window, index_of[event->ends]);

            window->end_ns = event->at_ns;
            assert_told(run, window, event->at_ns, "end of ");
            continue;
        }
        const Window window = {
            .from = event->peers.peers[0],
            .to = event->others.peers[0],
            .one_way = event->one_way,
            .slow = event->change.has_latency,
            .begin_ns = event->at_ns,
        };

        assert_told(run, &window, event->at_ns, "");
        index_of[i] = windows->len;
        g_array_append_val(windows, window);
    }
    return windows;
}

/* What holds of a way for a block that is made then. */
typedef enum Way {
    WAY_GOOD,
    WAY_SLOW,
    WAY_OTHER, /* narrow; or bad until a moment ago, and what is in flight is in the way */
} Way;

static Way way_at(const GArray *windows, uint32_t from, uint32_t to, int64_t time_ns)
{
    for (guint i = 0; i < windows->len; i++) {
        const Window *window = &g_array_index(windows, Window, i);
        const bool there = window->from == from && window->to == to;
        const bool back = window->from == to && window->to == from && !window->one_way;

        if ((!there && !back) || time_ns < window->begin_ns || time_ns >= window->end_ns + 5 * S)
            continue;
        return window->slow && time_ns < window->end_ns ? WAY_SLOW : WAY_OTHER;
    }
    return WAY_GOOD;
}

/* (transfer full) The lines of blocks that are made, by id. */
static GHashTable *blocks_of(const TraceRun *run)
{
    GHashTable *blocks = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (guint i = 0; i < run->lines->len; i++) {
        struct json_object *line = run->lines->pdata[i];

        if (trace_fits(line, TRACE("what", "produced")))
            g_hash_table_insert(blocks, g_strdup(trace_text(line, "id")), line);
    }
    return blocks;
}

static uint32_t number_of(const char *peer)
{
    ck_assert(g_str_has_prefix(peer, "bp["));
    return (uint32_t)g_ascii_strtoull(peer + 3, NULL, 10);
}

/* Each block goes from its producer to each other one as slowly as the changes in force say. */
static void assert_ways(const TraceRun *run, const GArray *windows, uint32_t *n_of)
{
    static const int64_t least_ns[] = {40 * MS, 700 * MS, 40 * MS};
    static const int64_t below_ns[] = {41 * MS, 701 * MS, 20 * S};
    g_autoptr(GHashTable) blocks = blocks_of(run);
    const char *const *pairs = TRACE("what", "delivered", "message", "signed_block");

    for (guint at = trace_find(run, 0, pairs); at < run->lines->len;
         at = trace_find(run, at + 1, pairs)) {
        const struct json_object *line = run->lines->pdata[at];
        const struct json_object *block = g_hash_table_lookup(blocks, trace_text(line, "id"));
        const char *from = trace_text(line, "remote");

        if (block == NULL || !g_str_equal(trace_text(block, "peer"), from))
            continue;
        const int64_t made_ns = trace_number(block, "t");
        const int64_t took_ns = trace_number(line, "t") - made_ns;
        const Way way =
            way_at(windows, number_of(from), number_of(trace_text(line, "peer")), made_ns);

        ck_assert_int_ge(took_ns, least_ns[way]);
        ck_assert_int_lt(took_ns, below_ns[way]);
        n_of[way]++;
    }
}

START_TEST(random_bad_links)
{
    g_autoptr(TraceRun) run = trace_run("scenarios/faults/random-bad-links.json");
    g_autoptr(GArray) windows = windows_of(run);
    uint32_t n_of[3] = {0};
    uint32_t n_slow = 0;

    for (guint i = 0; i < windows->len; i++) {
        const Window *window = &g_array_index(windows, Window, i);

        ck_assert_int_ge(window->begin_ns, 10 * S);
        ck_assert_int_le(window->end_ns, 100 * S);
        ck_assert_int_gt(window->end_ns, window->begin_ns);
        ck_assert_int_le(window->end_ns - window->begin_ns, 15 * S);
        n_slow += window->slow;
    }
    ck_assert_uint_gt(n_slow, 8);
    ck_assert_uint_gt(windows->len - n_slow, 8);
    assert_ways(run, windows, n_of);
    ck_assert_uint_gt(n_of[WAY_GOOD], 300);
    ck_assert_uint_gt(n_of[WAY_SLOW], 30);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("effects_changes");
    TCase *tcase = tcase_create("effects_changes");

    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, one_way);
    tcase_add_test(tcase, link_in_mid_transfer);
    tcase_add_test(tcase, uplink_in_mid_transfer);
    tcase_add_test(tcase, downlink_in_mid_transfer);
    tcase_add_test(tcase, shared_downlink);
    tcase_add_test(tcase, release_orders);
    tcase_add_test(tcase, release_at_random);
    tcase_add_test(tcase, random_bad_links);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
