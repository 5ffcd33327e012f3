/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random faults that make links others: the events that are made of them. Ten peers in a ring, of
 * which 0 to 3 are producers.
 */
#include <stdlib.h>

#include "tests/loader_fixture.h"
#include "tests/run_suite.h"

#define S INT64_C(1000000000)
#define MS INT64_C(1000000)
#define N_PEERS 10u

#define SLOW                                                                                       \
    "{'change_links': ['*', '*'], 'latency': '700ms', 'rate': '40/min', 'from': '100s',"           \
    " 'until': '900s', 'for': {'uniform': ['2s', '9s']}}"
#define NARROW                                                                                     \
    "{'change_links': ['bp', '*'], 'bandwidth': '8kbit/s', 'loss': 0.25, 'send_buffer': '64KiB',"  \
    " 'receive_buffer': '32KiB', 'one_way': true, 'rate': '20/min', 'for': '3s'}"

/* ' stands for ". `more`: keys of the file, with a comma after each. (transfer full) */
static Scenario *load_faults(const char *more, uint64_t seed, const char *faults)
{
    g_autofree char *json =
        g_strdup_printf("{'duration': '1000s', 'seed': %" G_GUINT64_FORMAT ", %s"
                        "'peers': {'bp': {'count': 4, 'produces': true}, 'relay': {'count': 6}},"
                        "'topology': {'kind': 'ring'}, 'random_faults': [%s]}",
                        seed, more, faults);

    g_strdelimit(json, "'", '"');
    return load(json);
}

static bool begins(const ScenarioEvent *event)
{
    return event->ends == SCENARIO_EVENT_NONE;
}

/* The end of event `index`, which has one. */
static int64_t end_of(const Scenario *s, uint32_t index)
{
    for (uint32_t i = index + 1; i < s->n_events; i++) {
        if (s->events[i].ends == index) {
            return s->events[i].at_ns;
        }
    }
    ck_abort_msg("event %u does not end", index);
}

/* The link of an event that has one peer on each side: peer i is linked with i + 1. */
static uint32_t link_of(const ScenarioEvent *event)
{
    ck_assert_uint_eq(event->peers.count, 1);
    ck_assert_uint_eq(event->others.count, 1);
    const uint32_t a = event->peers.peers[0];
    const uint32_t b = event->others.peers[0];

    ck_assert((a + 1) % N_PEERS == b || (b + 1) % N_PEERS == a);
    return (a + 1) % N_PEERS == b ? a : b;
}

/* Each is what the fault says, within its window and as long as it says; all links have their turn.
 */
START_TEST(changes)
{
    g_autoptr(Scenario) s = load_faults("", 1, SLOW);
    uint32_t n_of[N_PEERS] = {0};
    int64_t sum_ns = 0;
    uint32_t n = 0;

    for (uint32_t i = 0; i < s->n_events; i++) {
        const ScenarioEvent *event = &s->events[i];

        ck_assert_int_eq(event->kind, SCENARIO_EVENT_CHANGE_LINKS);
        if (!begins(event)) {
            continue;
        }
        const int64_t end_ns = end_of(s, i);

        ck_assert_int_gt(event->at_ns, 100 * S);
        ck_assert_int_le(end_ns, 900 * S);
        ck_assert(end_ns == 900 * S || end_ns - event->at_ns >= 2 * S);
        ck_assert_int_le(end_ns - event->at_ns, 9 * S);
        ck_assert(event->change.has_latency && !event->change.has_bandwidth &&
                  !event->change.has_loss && !event->change.has_send_buffer &&
                  !event->change.has_receive_buffer && !event->one_way);
        n_of[link_of(event)]++;
        sum_ns += end_ns - event->at_ns;
        n++;
    }
    /* 40 a minute in 800 s, of which those are passed over that come to a link that has one. */
    ck_assert_uint_gt(n, 533 / 2);
    ck_assert_uint_lt(n, 533 + 4 * 23);
    ck_assert_uint_eq(s->n_events, 2 * n);
    ck_assert_int_lt(llabs(sum_ns / n - 5500 * MS), 500 * MS);
    for (uint32_t l = 0; l < N_PEERS; l++) {
        ck_assert_uint_gt(n_of[l], n / 20);
    }
}
END_TEST

START_TEST(options)
{
    g_autoptr(Scenario) s = load_faults("", 1, NARROW);
    uint32_t n = 0;

    for (uint32_t i = 0; i < s->n_events; i++) {
        const ScenarioEvent *event = &s->events[i];

        if (!begins(event)) {
            continue;
        }
        ck_assert(event->one_way && event->peers.peers[0] < 4);
        link_of(event);
        ck_assert(!event->change.has_latency && event->change.has_bandwidth &&
                  event->change.has_loss && event->change.has_send_buffer &&
                  event->change.has_receive_buffer);
        ck_assert_uint_eq(event->change.bandwidth_bytes_per_s, 1000);
        ck_assert_uint_eq(event->change.loss_ppm, 250000);
        ck_assert_uint_eq(event->change.send_buffer_bytes, 65536);
        ck_assert_uint_eq(event->change.receive_buffer_bytes, 32768);
        n++;
    }
    ck_assert_uint_gt(n, 100);
}
END_TEST

static bool same(const Scenario *a, const Scenario *b)
{
    bool is_same = a->n_events == b->n_events;

    for (uint32_t i = 0; i < a->n_events && is_same; i++) {
        const ScenarioEvent *one = &a->events[i];
        const ScenarioEvent *other = &b->events[i];

        is_same = one->at_ns == other->at_ns && one->ends == other->ends &&
                  (!begins(one) || (one->peers.peers[0] == other->peers.peers[0] &&
                                    one->others.peers[0] == other->others.peers[0]));
    }
    return is_same;
}

/* The seed alone decides; what else a fault changes does not. */
START_TEST(from_the_seed)
{
    g_autoptr(Scenario) a = load_faults("", 7, SLOW "," NARROW);
    g_autoptr(Scenario) b = load_faults("", 7, SLOW "," NARROW);
    g_autoptr(Scenario) c = load_faults("", 8, SLOW "," NARROW);
    g_autoptr(Scenario) lossy = load_faults(
        "", 7, "{'change_links': ['*', '*'], 'loss': 0.1, 'rate': '10/min', 'for': '1s'}");
    g_autoptr(Scenario) slow = load_faults(
        "", 7, "{'change_links': ['*', '*'], 'latency': '1s', 'rate': '10/min', 'for': '1s'}");
    g_autoptr(Scenario) cut =
        load_faults("", 7, "{'cut': ['*', '*'], 'rate': '10/min', 'for': '1s'}");

    ck_assert_uint_gt(a->n_events, 500);
    ck_assert(same(a, b));
    ck_assert(!same(a, c));
    ck_assert(same(lossy, slow));
    ck_assert(same(lossy, cut));
}
END_TEST

/* A link has one at a time, whatever they change. */
START_TEST(one_at_a_time)
{
    g_autoptr(Scenario) s = load_faults("", 3, SLOW "," NARROW);
    int64_t until_ns[N_PEERS] = {0};
    uint32_t n_slow = 0;
    uint32_t n_narrow = 0;

    for (uint32_t i = 0; i < s->n_events; i++) {
        const ScenarioEvent *event = &s->events[i];

        if (!begins(event)) {
            continue;
        }
        const uint32_t link = link_of(event);

        ck_assert_int_ge(event->at_ns, until_ns[link]);
        until_ns[link] = end_of(s, i);
        n_slow += event->change.has_latency;
        n_narrow += event->change.has_loss;
    }
    ck_assert_uint_gt(n_slow, 200);
    ck_assert_uint_gt(n_narrow, 100);
}
END_TEST

#define SHORT "{%s, 'rate': '10/s', 'for': '1ms'}"

/* How many faults, the file's own events aside, there are from one time to another. */
static uint32_t count_short(const char *events, const char *what, int64_t from_s, int64_t to_s)
{
    g_autofree char *more = g_strdup_printf("'events': [%s],", events);
    g_autofree char *fault = g_strdup_printf(SHORT, what);
    g_autoptr(Scenario) s = load_faults(more, 1, fault);
    uint32_t n = 0;

    for (uint32_t i = 0; i < s->n_events; i++) {
        const ScenarioEvent *event = &s->events[i];

        /* Those of the file have whole seconds. */
        n += begins(event) && event->at_ns % S != 0 && event->at_ns >= from_s * S &&
             event->at_ns < to_s * S;
    }
    return n;
}

/* Changes of the file lie over one another: the links are free when all of them are over. */
START_TEST(changes_of_the_file)
{
    static const char change[] = "'change_links': ['*', '*'], 'latency': '1s'";
    static const char nested[] =
        "{'at': '100s', 'change_links': ['*', '*'], 'loss': 0.1, 'for': '300s'},"
        "{'at': '200s', 'change_links': ['*', '*'], 'bandwidth': '1MB/s', 'for': '100s'}";
    static const char staggered[] =
        "{'at': '100s', 'change_links': ['*', '*'], 'loss': 0.1, 'for': '200s'},"
        "{'at': '200s', 'change_links': ['*', '*'], 'loss': 0.2, 'for': '200s'}";
    static const char for_ever[] = "{'at': '100s', 'change_links': ['*', '*'], 'loss': 0.1},"
                                   "{'at': '200s', 'change_links': ['*', '*'], 'loss': 0.2,"
                                   " 'for': '100s'}";

    ck_assert_uint_gt(count_short(nested, change, 0, 100), 900);
    ck_assert_uint_eq(count_short(nested, change, 100, 400), 0);
    ck_assert_uint_gt(count_short(nested, change, 400, 1000), 5400);
    ck_assert_uint_eq(count_short(staggered, change, 100, 400), 0);
    ck_assert_uint_gt(count_short(staggered, change, 400, 1000), 5400);
    ck_assert_uint_gt(count_short(for_ever, change, 0, 100), 900);
    ck_assert_uint_eq(count_short(for_ever, change, 100, 1000), 0);
}
END_TEST

/* Cuts and changes of a link do not get in each other's way, nor does what happens elsewhere. */
START_TEST(other_sorts)
{
    static const char change[] = "'change_links': ['*', 'bp'], 'latency': '1s'";

    ck_assert_uint_gt(count_short("{'at': '1s', 'cut': ['*', '*'], 'for': '900s'}", change, 1, 900),
                      8000);
    ck_assert_uint_gt(
        count_short("{'at': '1s', 'change_links': ['*', '*'], 'loss': 0.1, 'for': '900s'}",
                    "'cut': ['*', 'bp']", 1, 900),
        8000);
    ck_assert_uint_gt(count_short("{'at': '1s', 'cut': ['*', '*']}, {'at': '500s', 'heal': true}",
                                  change, 1, 900),
                      8000);
    ck_assert_uint_gt(count_short("{'at': '1s', 'change_links': ['relay[2]', 'relay[3]'],"
                                  " 'loss': 0.1, 'for': '900s'}",
                                  change, 1, 900),
                      8000);
    ck_assert_uint_eq(
        count_short("{'at': '1s', 'change_links': ['*', '*'], 'loss': 0.1, 'one_way': true,"
                    " 'for': '900s'}",
                    change, 1, 900),
        0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("scenario_chaos_links");
    TCase *tcase = tcase_create("chaos_links");

    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, changes);
    tcase_add_test(tcase, options);
    tcase_add_test(tcase, from_the_seed);
    tcase_add_test(tcase, one_at_a_time);
    tcase_add_test(tcase, changes_of_the_file);
    tcase_add_test(tcase, other_sorts);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
