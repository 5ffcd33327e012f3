/* SPDX-License-Identifier: Apache-2.0 */
/* Random faults: the events that are made of them. Producers are peers 0 to 3, relays 4 to 9. */
#include <stdlib.h>

#include "tests/loader_fixture.h"
#include "tests/run_suite.h"

#define S INT64_C(1000000000)
#define N_PRODUCERS 4u
#define N_PEERS 10u

/* ' stands for ". `more`: keys of the file, with a comma after each. (transfer full) */
static Scenario *load_faults(const char *more, uint64_t seed, const char *faults)
{
    g_autofree char *json =
        g_strdup_printf("{'duration': '1000s', 'seed': %" G_GUINT64_FORMAT ", %s"
                        "'peers': {'bp': {'count': 4, 'produces': true}, 'relay': {'count': 6}},"
                        "'random_faults': [%s]}",
                        seed, more, faults);

    g_strdelimit(json, "'", '"');
    return load(json);
}

static bool has(const ScenarioPeerSet *set, uint32_t peer)
{
    for (uint32_t i = 0; i < set->count; i++) {
        if (set->peers[i] == peer) {
            return true;
        }
    }
    return false;
}

/* How many events begin something of this kind. */
static uint32_t count(const Scenario *s, ScenarioEventKind kind)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < s->n_events; i++) {
        n += s->events[i].kind == kind && s->events[i].ends == SCENARIO_EVENT_NONE;
    }
    return n;
}

/* The end of event `index`; SCENARIO_TIME_NONE: it has none. */
static int64_t end_of(const Scenario *s, uint32_t index)
{
    for (uint32_t i = index + 1; i < s->n_events; i++) {
        if (s->events[i].ends == index) {
            return s->events[i].at_ns;
        }
    }
    return SCENARIO_TIME_NONE;
}

/* ---- What is drawn --------------------------------------------------------------------------- */

START_TEST(how_often)
{
    g_autoptr(Scenario) s =
        load_faults("", 1, "{'reset': ['*', '*'], 'rate': '60/min', 'from': '100s'}");
    g_autoptr(Scenario) never = load_faults("", 1, "{'reset': ['*', '*'], 'rate': '0/s'}");
    int64_t last_ns = 100 * S;
    uint32_t short_gaps = 0;

    ck_assert_uint_eq(never->n_events, 0);
    ck_assert_uint_gt(s->n_events, 900 - 4 * 30);
    ck_assert_uint_lt(s->n_events, 900 + 4 * 30);
    for (uint32_t i = 0; i < s->n_events; i++) {
        const ScenarioEvent *event = &s->events[i];

        ck_assert_int_eq(event->kind, SCENARIO_EVENT_RESET);
        ck_assert_int_gt(event->at_ns, last_ns);
        ck_assert_uint_eq(event->peers.count, 1);
        ck_assert_uint_eq(event->others.count, 1);
        ck_assert_uint_ne(event->peers.peers[0], event->others.peers[0]);
        short_gaps += event->at_ns - last_ns < S / 2;
        last_ns = event->at_ns;
    }
    ck_assert_int_lt(last_ns, 1000 * S);
    /* 1 - e^-0.5 of them. */
    ck_assert_int_lt(abs((int)short_gaps - (int)(s->n_events * 393 / 1000)), 4 * 15);
}
END_TEST

#define CRASHES "{'crash': 'relay', 'rate': '6/min', 'for': %s, 'until': '900s'}"

/* Begin and end of each. */
static void assert_times(const Scenario *a, const Scenario *b, bool same_ends)
{
    uint32_t j = 0;

    for (uint32_t i = 0; i < a->n_events; i++) {
        if (a->events[i].kind != SCENARIO_EVENT_CRASH) {
            continue;
        }
        while (j < b->n_events && (b->events[j].kind != SCENARIO_EVENT_CRASH ||
                                   b->events[j].at_ns < a->events[i].at_ns)) {
            j++;
        }
        ck_assert_uint_lt(j, b->n_events);
        ck_assert_int_eq(b->events[j].at_ns, a->events[i].at_ns);
        ck_assert_uint_eq(b->events[j].peers.peers[0], a->events[i].peers.peers[0]);
        ck_assert(!same_ends || end_of(a, i) == end_of(b, j));
    }
}

/* When, how long and where are independent; so is what other faults there are behind. Another seed
 * is another world. */
START_TEST(streams)
{
    g_autofree char *fixed = g_strdup_printf(CRASHES, "'1ms'");
    g_autofree char *drawn = g_strdup_printf(CRASHES, "{'exponential': {'mean': '1ms'}}");
    g_autofree char *two =
        g_strconcat(fixed, ", {'slow': '*', 'factor': 2, 'rate': '9/min', 'for': '5s'}", NULL);
    g_autoptr(Scenario) a = load_faults("", 1, fixed);
    g_autoptr(Scenario) b = load_faults("", 1, drawn);
    g_autoptr(Scenario) c = load_faults("", 1, two);
    g_autoptr(Scenario) d = load_faults("", 2, fixed);

    ck_assert_uint_gt(a->n_events, 100);
    assert_times(a, b, false);
    assert_times(b, a, false);
    assert_times(a, c, true);
    ck_assert_int_ne(a->events[0].at_ns, d->events[0].at_ns);
}
END_TEST

/* Whatever comes is over at "until". */
START_TEST(how_long)
{
    static const struct {
        const char *time;
        int64_t least_ns;
        int64_t most_ns;
        int64_t mean_ns;
    } cases[] = {
        {"'10ms'", S / 100, S / 100, S / 100},
        {"{'uniform': ['1ms', '9ms']}", S / 1000, 9 * S / 1000, 5 * S / 1000},
        {"{'uniform': ['1ms', '1ms']}", S / 1000, S / 1000, S / 1000},
        {"{'exponential': {'mean': '10ms'}}", 1, 200 * S / 1000, 10 * S / 1000},
        {"{'exponential': {'mean': '10ms', 'min': '9ms'}}", 9 * S / 1000, 30 * S / 1000,
         10 * S / 1000},
        {"{'exponential': {'mean': '10ms', 'max': '10ms'}}", 1, S / 100, 6321 * S / 1000000},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *faults =
            g_strdup_printf("{'crash': '*', 'rate': '2/s', 'for': %s, 'pick': 1}", cases[i].time);
        g_autoptr(Scenario) s = load_faults("", 3, faults);
        int64_t sum_ns = 0;

        ck_assert_uint_gt(s->n_events, 3000);
        for (uint32_t e = 0; e < s->n_events; e++) {
            if (s->events[e].kind != SCENARIO_EVENT_CRASH) {
                continue;
            }
            const int64_t for_ns = end_of(s, e) - s->events[e].at_ns;

            ck_assert_int_ge(for_ns, cases[i].least_ns);
            ck_assert_int_le(for_ns, cases[i].most_ns);
            sum_ns += for_ns;
        }
        const int64_t mean_ns = sum_ns / (s->n_events / 2);

        ck_assert_int_le(llabs(mean_ns - cases[i].mean_ns), cases[i].mean_ns / 10);
    }
    g_autoptr(Scenario) cut_off = load_faults(
        "", 1, "{'pause': '*', 'rate': '1/s', 'for': '366h', 'from': '10s', 'until': '100s'}");

    ck_assert_uint_eq(cut_off->n_events, 2 * N_PEERS);
    for (uint32_t i = 0; i < N_PEERS; i++) {
        ck_assert_int_gt(cut_off->events[i].at_ns, 10 * S);
        ck_assert_int_eq(end_of(cut_off, i), 100 * S);
    }
}
END_TEST

/* Different ones, in order; all of them if there are no more; each as often as the other. */
START_TEST(picks)
{
    g_autoptr(Scenario) three =
        load_faults("", 1, "{'crash': 'relay', 'rate': '1/s', 'for': '1us', 'pick': 3}");
    g_autoptr(Scenario) all =
        load_faults("", 1, "{'stop_producing': 'bp', 'rate': '1/s', 'for': '1us', 'pick': 5}");
    uint32_t n_of[N_PEERS] = {0};
    const uint32_t n = count(three, SCENARIO_EVENT_CRASH);

    for (uint32_t i = 0; i < three->n_events; i++) {
        const ScenarioPeerSet *set = &three->events[i].peers;

        if (three->events[i].kind != SCENARIO_EVENT_CRASH) {
            continue;
        }
        ck_assert_uint_eq(set->count, 3);
        for (uint32_t p = 0; p < set->count; p++) {
            ck_assert(p == 0 || set->peers[p - 1] < set->peers[p]);
            n_of[set->peers[p]]++;
        }
    }
    for (uint32_t p = 0; p < N_PEERS; p++) {
        ck_assert(p >= N_PRODUCERS || n_of[p] == 0);
        ck_assert(p < N_PRODUCERS || abs((int)n_of[p] - (int)n / 2) < 4 * 16);
    }
    for (uint32_t i = 0; i < all->n_events; i++) {
        ck_assert(all->events[i].kind != SCENARIO_EVENT_STOP_PRODUCING ||
                  all->events[i].peers.count == N_PRODUCERS);
    }
}
END_TEST

/* ---- Kinds ----------------------------------------------------------------------------------- */

START_TEST(options)
{
    g_autoptr(Scenario) s =
        load_faults("", 1,
                    "{'crash': 'relay[0]', 'rate': '1/min', 'for': '1s', 'chain': 'lose'},"
                    "{'slow': 'relay[1]', 'rate': '1/min', 'for': '1s', 'factor': 2.5},"
                    "{'skew_clock': 'relay[2]', 'rate': '1/min', 'for': '1s', 'skew': '-3s'},"
                    "{'skew_clock': 'relay[3]', 'rate': '1/min', 'for': '1s', 'drift_ppm': 7}");
    uint32_t n[4] = {0};

    for (uint32_t i = 0; i < s->n_events; i++) {
        const ScenarioEvent *event = &s->events[i];

        if (event->ends != SCENARIO_EVENT_NONE) {
            ck_assert(event->kind != SCENARIO_EVENT_RESTART || event->lose_chain);
            continue;
        }
        const uint32_t which = event->peers.peers[0] - N_PRODUCERS;

        n[which]++;
        ck_assert(which != 1 || event->factor_ppm == 2500000);
        ck_assert(which != 2 ||
                  (event->has_skew && !event->has_drift && event->clock.skew_ns == -3 * S));
        ck_assert(which != 3 ||
                  (!event->has_skew && event->has_drift && event->clock.drift_ppm == 7));
    }
    for (uint32_t i = 0; i < 4; i++) {
        ck_assert_uint_gt(n[i], 4);
    }
}
END_TEST

/* A ring of ten: each link of the selection, from the first to the second peers. */
START_TEST(links)
{
    g_autoptr(Scenario) s = load_faults("'topology': {'kind': 'ring'},", 1,
                                        "{'cut': ['relay', '*'], 'rate': '30/min', 'for': '1ms',"
                                        " 'one_way': true, 'connections': 'lose'},"
                                        "{'cut': ['bp', 'bp'], 'rate': '30/min', 'for': '1ms'}");
    uint32_t n_of[N_PEERS][N_PEERS] = {{0}};

    for (uint32_t i = 0; i < s->n_events; i++) {
        const ScenarioEvent *event = &s->events[i];

        if (event->kind != SCENARIO_EVENT_CUT) {
            continue;
        }
        ck_assert_uint_eq(event->peers.count, 1);
        ck_assert_uint_eq(event->others.count, 1);
        ck_assert_int_eq(event->connections,
                         event->one_way ? SCENARIO_CONNECTIONS_LOSE : SCENARIO_CONNECTIONS_HOLD);
        ck_assert(event->one_way == (event->peers.peers[0] >= N_PRODUCERS));
        n_of[event->peers.peers[0]][event->others.peers[0]]++;
    }
    for (uint32_t a = 0; a < N_PEERS; a++) {
        for (uint32_t b = 0; b < N_PEERS; b++) {
            const bool linked = (a + 1) % N_PEERS == b || (b + 1) % N_PEERS == a;
            const bool one_way = linked && a >= N_PRODUCERS;
            const bool both = linked && a < N_PRODUCERS && b < N_PRODUCERS;

            /* The producers have three links, each cut by one of its two names. */
            ck_assert(one_way ? n_of[a][b] > 10
                              : (both ? n_of[a][b] + n_of[b][a] > 80 : n_of[a][b] == 0));
        }
    }
}
END_TEST

START_TEST(partitions)
{
    g_autoptr(Scenario) s = load_faults(
        "", 1, "{'partition': {'sides': 3}, 'rate': '1/s', 'for': '1ms', 'one_way': true}");
    uint32_t first_side[N_PEERS] = {0};
    const uint32_t n = count(s, SCENARIO_EVENT_PARTITION);

    ck_assert_uint_gt(n, 800);
    for (uint32_t i = 0; i < s->n_events; i++) {
        uint32_t size[3] = {0};

        if (s->events[i].kind != SCENARIO_EVENT_PARTITION) {
            continue;
        }
        ck_assert(s->events[i].one_way);
        for (uint32_t p = 0; p < N_PEERS; p++) {
            size[s->events[i].sides[p]]++;
            first_side[p] += s->events[i].sides[p] == 0;
        }
        ck_assert_uint_eq(size[0], 4);
        ck_assert_uint_eq(size[1], 3);
        ck_assert_uint_eq(size[2], 3);
    }
    for (uint32_t p = 0; p < N_PEERS; p++) {
        ck_assert_int_lt(abs((int)first_side[p] - (int)(n * 4 / 10)), 4 * 16);
    }
    g_autoptr(Scenario) one = load_faults("", 1,
                                          "{'partition': {}, 'rate': '10/s', 'for': '2s',"
                                          " 'until': '100s'}");

    /* Never two at a time. */
    ck_assert_uint_gt(count(one, SCENARIO_EVENT_PARTITION), 35);
    ck_assert_uint_le(count(one, SCENARIO_EVENT_PARTITION), 50);
}
END_TEST

/* ---- What is passed over --------------------------------------------------------------------- */

/* A relay is down or paused by one fault at a time. */
START_TEST(one_at_a_time)
{
    g_autoptr(Scenario) s = load_faults(
        "", 1,
        "{'crash': 'relay', 'rate': '1/s', 'for': {'exponential': {'mean': '3s'}}, 'pick': 2},"
        "{'pause': 'relay', 'rate': '1/s', 'for': {'uniform': ['1s', '5s']}}");
    int64_t until_ns[N_PEERS] = {0};
    uint32_t halves = 0;

    for (uint32_t i = 0; i < s->n_events; i++) {
        const ScenarioEvent *event = &s->events[i];

        for (uint32_t j = 0; j < event->peers.count; j++) {
            const uint32_t peer = event->peers.peers[j];

            ck_assert_int_ge(event->at_ns, until_ns[peer]);
            until_ns[peer] = end_of(s, i);
        }
        halves += event->kind == SCENARIO_EVENT_CRASH && event->peers.count == 1;
    }
    ck_assert_uint_gt(count(s, SCENARIO_EVENT_CRASH), 200);
    ck_assert_uint_gt(count(s, SCENARIO_EVENT_PAUSE), 100);
    ck_assert_uint_gt(halves, 50);
}
END_TEST

/* No fault of that sort on the peer overlaps [from_s, to_s]; others and on others do. */
static void assert_avoided(const Scenario *s, uint32_t peer, int64_t from_s, int64_t to_s)
{
    uint32_t beside = 0;

    for (uint32_t i = 0; i < s->n_events; i++) {
        const int64_t at_ns = s->events[i].at_ns;
        const int64_t end_ns = end_of(s, i);

        if (end_ns == SCENARIO_TIME_NONE || end_ns - at_ns >= 10 * S) {
            continue; /* of the file */
        }
        const bool overlaps = at_ns <= to_s * S && end_ns >= from_s * S;

        ck_assert(!overlaps || !has(&s->events[i].peers, peer));
        beside += overlaps;
    }
    ck_assert_uint_gt(beside, 20);
}

START_TEST(events_of_the_file)
{
    static const struct {
        const char *events;
        uint32_t peer;
        int64_t from_s, to_s;
    } cases[] = {
        {"{'at': '100s', 'crash': 'relay[0]', 'for': '100s'}", 4, 100, 200},
        {"{'at': '100s', 'crash': 'relay[0]'}, {'at': '300s', 'restart': 'relay[0]'}", 4, 100, 300},
        {"{'at': '100s', 'crash': 'relay[0..1]'}", 5, 100, 999},
        {"{'at': '100s', 'pause': 'relay[0]', 'for': '100s'}", 4, 100, 200},
        {"{'at': '100s', 'pause': 'relay[0]'}, {'at': '200s', 'crash': '*'},"
         " {'at': '250s', 'restart': 'relay'}, {'at': '300s', 'restart': 'bp'}",
         0, 200, 300},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *more = g_strdup_printf("'events': [%s],", cases[i].events);
        g_autoptr(Scenario) s = load_faults(
            more, i, "{'crash': '*', 'rate': '5/s', 'for': {'uniform': ['1ms', '2s']}}");

        assert_avoided(s, cases[i].peer, cases[i].from_s, cases[i].to_s);
    }
}
END_TEST

/* Sorts do not get in each other's way; one does in its own. */
START_TEST(sorts)
{
    static const struct {
        const char *event;
        const char *fault;
        ScenarioEventKind kind;
        bool in_the_way;
    } cases[] = {
        {"'slow': '*', 'factor': 3", "'slow': '*', 'factor': 2", SCENARIO_EVENT_SLOW, true},
        {"'slow': '*', 'factor': 3", "'crash': '*'", SCENARIO_EVENT_CRASH, false},
        {"'pause': '*'", "'crash': '*'", SCENARIO_EVENT_CRASH, true},
        {"'crash': '*'", "'slow': '*', 'factor': 2", SCENARIO_EVENT_SLOW, false},
        {"'stop_producing': 'bp'", "'stop_producing': 'bp'", SCENARIO_EVENT_STOP_PRODUCING, true},
        {"'stop_producing': 'bp'", "'pause': 'bp'", SCENARIO_EVENT_PAUSE, false},
        {"'skew_clock': '*', 'skew': '1s'", "'skew_clock': '*', 'skew': '2s'",
         SCENARIO_EVENT_SKEW_CLOCK, true},
        {"'cut': ['*', '*']", "'cut': ['*', 'bp']", SCENARIO_EVENT_CUT, true},
        {"'cut': ['relay', '*']", "'cut': ['bp', 'bp']", SCENARIO_EVENT_CUT, false},
        {"'partition': ['bp']", "'cut': ['*', 'bp']", SCENARIO_EVENT_CUT, false},
        {"'cut': ['*', '*']", "'partition': {}", SCENARIO_EVENT_PARTITION, false},
        {"'partition': ['bp']", "'partition': {}", SCENARIO_EVENT_PARTITION, true},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *more =
            g_strdup_printf("'events': [{'at': '0s', %s, 'for': '900s'}],", cases[i].event);
        g_autofree char *fault =
            g_strdup_printf("{%s, 'rate': '10/s', 'for': '1ms', 'until': '890s'}", cases[i].fault);
        g_autofree char *later =
            g_strdup_printf("{%s, 'rate': '10/s', 'for': '1ms', 'from': '901s'}", cases[i].fault);
        g_autoptr(Scenario) s = load_faults(more, 1, fault);
        g_autoptr(Scenario) after = load_faults(more, 1, later);

        uint32_t n = count(s, cases[i].kind);

        n -= s->events[0].kind == cases[i].kind; /* that of the file */
        ck_assert(cases[i].in_the_way ? n == 0 : n > 8000);
        ck_assert_uint_gt(count(after, cases[i].kind), 900);
    }
}
END_TEST

/* A file's event that another one has replaced lets go of nothing: the second slow holds on. So do
 * heal and mend as they should. */
START_TEST(what_lets_go)
{
    g_autoptr(Scenario) slow =
        load_faults("'events': [{'at': '1s', 'slow': '*', 'factor': 3, 'for': '100s'},"
                    "           {'at': '50s', 'slow': '*', 'factor': 2}],",
                    1, "{'slow': '*', 'factor': 9, 'rate': '1/s', 'for': '1ms', 'from': '2s'}");
    g_autoptr(Scenario) heal =
        load_faults("'events': [{'at': '1s', 'cut': ['*', '*']}, {'at': '900s', 'heal': true}],", 1,
                    "{'cut': ['bp', '*'], 'rate': '1/s', 'for': '1ms', 'from': '2s'}");

    ck_assert_uint_eq(count(slow, SCENARIO_EVENT_SLOW), 2);
    ck_assert_uint_gt(count(heal, SCENARIO_EVENT_CUT), 60);
    for (uint32_t i = 1; i < heal->n_events; i++) {
        ck_assert_int_ge(heal->events[i].at_ns, 900 * S);
    }
}
END_TEST

/* Who has not started is passed over. */
START_TEST(late_starters)
{
    g_autoptr(Scenario) s =
        load("{\"duration\": \"100s\", \"peers\": {\"bp\": {\"produces\": true},"
             " \"late\": {\"start\": \"50s\"}}, \"random_faults\":"
             " [{\"crash\": \"late\", \"rate\": \"2/s\", \"for\": \"1ms\"}]}");

    ck_assert_uint_gt(s->n_events, 100);
    ck_assert_int_ge(s->events[0].at_ns, 50 * S);
    ck_assert_int_lt(s->events[0].at_ns, 55 * S);
}
END_TEST

/* Whatever comes together: the loader itself asserts that the sequence makes sense. */
START_TEST(all_together)
{
    static const char *const faults =
        "{'crash': '*', 'rate': '20/min', 'for': {'exponential': {'mean': '9s'}}, 'pick': 3},"
        "{'pause': '*', 'rate': '20/min', 'for': '5s', 'pick': 2},"
        "{'slow': '*', 'factor': 9, 'rate': '20/min', 'for': '5s'},"
        "{'stop_producing': 'bp', 'rate': '20/min', 'for': '5s'},"
        "{'skew_clock': '*', 'skew': '-9s', 'rate': '20/min', 'for': '5s'},"
        "{'cut': ['*', 'bp'], 'rate': '20/min', 'for': '5s', 'pick': 4},"
        "{'change_links': ['*', 'bp'], 'loss': 0.1, 'rate': '20/min', 'for': '5s', 'pick': 4},"
        "{'reset': ['*', 'bp'], 'rate': '20/min'},"
        "{'partition': {'sides': 4}, 'rate': '20/min', 'for': '5s'}";
    static const char *const events =
        "'events': [{'at': '100s', 'crash': '*', 'for': '10s'},"
        "{'at': '150s', 'pause': 'bp'}, {'at': '160s', 'crash': ['bp', 'relay[3]']},"
        "{'at': '170s', 'restart': 'bp'}, {'at': '180s', 'restart': 'relay[3]'},"
        "{'at': '200s', 'partition': ['bp'], 'for': '100s'},"
        "{'at': '200s', 'cut': ['bp', 'relay'], 'for': '50s'},"
        "{'at': '210s', 'cut': ['bp', 'relay[0]']}, {'at': '220s', 'mend': ['bp', 'relay[1]']},"
        "{'at': '400s', 'partition': ['relay']}, {'at': '500s', 'heal': true}],";

    for (uint64_t seed = 0; seed < 60; seed++) {
        g_autoptr(Scenario) s = load_faults(events, seed, faults);

        ck_assert_uint_gt(s->n_events, 1000);
    }
}
END_TEST

/* ---- Limits ---------------------------------------------------------------------------------- */

/* A file of n events, and some that come at random. */
static char *with_events(uint32_t n)
{
    GString *json =
        g_string_new("{'duration': '100s', 'peers': {'bp': {'produces': true}, 'c': {}},"
                     " 'random_faults': [{'reset': ['bp', 'c'], 'rate': '5/min'}],"
                     " 'events': [");

    for (uint32_t i = 0; i < n; i++) {
        g_string_append_printf(json, "%s{'at': '1s', 'reset': ['bp', 'c']}", i > 0 ? "," : "");
    }
    g_string_append(json, "]}");
    g_strdelimit(json->str, "'", '"');
    return g_string_free(json, FALSE);
}

START_TEST(events_at_the_limit)
{
    g_autofree char *none = with_events(0);
    g_autoptr(Scenario) few = load(none);
    g_autofree char *good = with_events(SCENARIO_EVENTS_MAX - few->n_events);
    g_autofree char *bad = with_events(SCENARIO_EVENTS_MAX - few->n_events + 1);
    g_autoptr(Scenario) many = load(good);

    ck_assert_uint_gt(few->n_events, 1);
    ck_assert_uint_eq(many->n_events, SCENARIO_EVENTS_MAX);
    assert_refused(bad, NULL, 0,
                   "folder/test.json:1:96: /random_faults/0/reset: the events and the random "
                   "faults make more than 100000 events; lower \"rate\" or move \"from\" and "
                   "\"until\" together");
}
END_TEST

/* Each partition names all peers: 16,000 of a thousand are allowed. */
START_TEST(peers_at_the_limit)
{
    static const char *const json =
        "{\"duration\": \"%s\", \"peers\": {\"bp\": {\"produces\": true},"
        " \"c\": {\"count\": 999}}, \"topology\": {\"kind\": \"ring\"}, \"transactions\":"
        " {\"rate\": \"1/s\", \"from\": \"bp\"}, \"random_faults\": ["
        " {\"partition\": {}, \"rate\": \"100/s\", \"for\": \"1s\"}]}";
    g_autofree char *good = g_strdup_printf(json, "155s");
    g_autofree char *bad = g_strdup_printf(json, "165s");
    g_autoptr(Scenario) s = load(good);
    g_autoptr(GError) error = NULL;
    const ScenarioText text = {.path = "test.json", .data = bad, .length = strlen(bad)};

    ck_assert_uint_gt(s->n_events, 100);
    ck_assert_ptr_null(scenario_load_data(&text, NULL, 0, &error));
    ck_assert_ptr_nonnull(strstr(error->message, "16000000"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("scenario_chaos");
    TCase *tcase = tcase_create("chaos");

    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, how_often);
    tcase_add_test(tcase, streams);
    tcase_add_test(tcase, how_long);
    tcase_add_test(tcase, picks);
    tcase_add_test(tcase, options);
    tcase_add_test(tcase, links);
    tcase_add_test(tcase, partitions);
    tcase_add_test(tcase, one_at_a_time);
    tcase_add_test(tcase, events_of_the_file);
    tcase_add_test(tcase, sorts);
    tcase_add_test(tcase, what_lets_go);
    tcase_add_test(tcase, late_starters);
    tcase_add_test(tcase, all_together);
    tcase_add_test(tcase, events_at_the_limit);
    tcase_add_test(tcase, peers_at_the_limit);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
