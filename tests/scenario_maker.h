/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_TESTS_SCENARIO_MAKER_H
#define BNETLAB_TESTS_SCENARIO_MAKER_H

/*
 * Random small networks as scenario texts: whatever the latency, topology, faults and personas, no
 * property may be violated in them. A seed has one text. One thread.
 */

#include "tests/sim_fixture.h"

/* A random scenario in the making. */
typedef struct Maker {
    SimRandom random;
    GString *text;
    uint32_t n_producers;
    uint32_t n_relays;
    uint32_t n_followers;
    bool persona;
    bool persona_produces;
    bool storm; /* with faults of links and processes besides */
    SimRandom random_storm;
    bool crashes;         /* so no pause but before a crash */
    uint32_t fault_end_s; /* all faults are over */
} Maker;

static inline uint32_t maker_below(Maker *maker, uint32_t bound)
{
    return (uint32_t)sim_random_below(&maker->random, bound);
}

static inline uint32_t maker_storm_below(Maker *maker, uint32_t bound)
{
    return (uint32_t)sim_random_below(&maker->random_storm, bound);
}

static inline bool maker_chance(Maker *maker, uint32_t percent)
{
    return maker_below(maker, 100) < percent;
}

static inline void maker_say(Maker *maker, const char *format, ...) G_GNUC_PRINTF(2, 3);

static inline void maker_say(Maker *maker, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_string_append_vprintf(maker->text, format, args);
    va_end(args);
}

/* --- parts ----------------------------------------------------------------------------------- */

static inline void maker_options(Maker *maker)
{
    if (maker_chance(maker, 30))
        maker_say(maker, ", 'idle_timeout': 'none'");
    if (maker_chance(maker, 30))
        maker_say(maker,
                  ", 'processing': {'header': '%uus', 'block': '%uus', 'transaction': '%uus', "
                  "'fetch': '%uus'}",
                  maker_below(maker, 2000), maker_below(maker, 30000), maker_below(maker, 500),
                  maker_below(maker, 2000));
}

static inline void maker_persona(Maker *maker)
{
    static const char *const faults[] = {"timestamp", "producer", "signature", "content"};
    uint32_t fault = maker_below(maker, 4);
    maker->persona_produces = fault == 3 || maker_chance(maker, 50);
    maker_say(
        maker,
        ",\n  'mallory': {'persona': {'kind': 'invalid-block', 'fault': '%s', 'after': '%us'}%s}",
        faults[fault], 5 + maker_below(maker, 20),
        maker->persona_produces ? ", 'produces': true" : "");
}

static inline void maker_peers(Maker *maker)
{
    maker->n_producers = 1 + maker_below(maker, 5);
    maker->n_relays = maker_below(maker, 3);
    maker->n_followers = maker_chance(maker, 25) ? 1 : 0;
    maker->persona = maker_chance(maker, 30);
    if (maker->n_producers + maker->n_relays < 2)
        maker->n_relays++;
    maker_say(maker, " 'peers': {\n  'bp': {'count': %u, 'produces': true", maker->n_producers);
    if (maker->storm && maker_storm_below(maker, 3) == 0)
        maker_say(maker, ", 'missed_slots': 0.%u", 1 + maker_storm_below(maker, 4));
    maker_options(maker);
    maker_say(maker, "}");
    bool relays_first = maker_chance(maker, 50);
    for (int pass = 0; pass < 2; pass++) {
        if (maker->n_relays > 0 && (pass == 0) == relays_first) {
            maker_say(maker, ",\n  'relay': {'count': %u", maker->n_relays);
            maker_options(maker);
            maker_say(maker, "%s%s}", maker_chance(maker, 30) ? ", 'bnet-no-trx': true" : "",
                      maker_chance(maker, 30) ? ", 'chain': 'genesis'" : "");
        } else if (maker->persona && (pass == 0) != relays_first) {
            maker_persona(maker);
        }
    }
    if (maker->n_followers > 0)
        maker_say(maker, ",\n  'follower': {'bnet-follow-irreversible': true%s}",
                  maker_chance(maker, 30) ? ", 'start': '7s', 'chain': 'genesis'" : "");
    maker_say(maker, "\n },\n");
}

static inline uint32_t maker_n_peers(const Maker *maker)
{
    return maker->n_producers + maker->n_relays + maker->n_followers + maker->persona;
}

static inline void maker_network(Maker *maker)
{
    static const char *const kinds[] = {"full-mesh", "ring", "line"};
    if (maker_chance(maker, 20))
        maker_say(maker, " 'topology': {'kind': 'star', 'center': 'bp%s'},\n",
                  maker->n_producers > 1 ? "[0]" : "");
    else
        maker_say(maker, " 'topology': {'kind': '%s'},\n", kinds[maker_below(maker, 3)]);
    uint32_t latency_ms = 1 + maker_below(maker, maker_chance(maker, 20) ? 300 : 100);
    switch (maker_below(maker, 3)) {
    case 0:
        maker_say(maker, " 'links': {'latency': '%ums'", latency_ms);
        break;
    case 1:
        maker_say(maker, " 'links': {'latency': {'uniform': ['1ms', '%ums']}", latency_ms);
        break;
    default:
        maker_say(maker, " 'links': {'latency': {'lognormal': {'median': '%ums', 'sigma': 0.%u}}",
                  latency_ms, 1 + maker_below(maker, 6));
        break;
    }
    if (maker_chance(maker, 30))
        maker_say(maker, ", 'bandwidth': '%ukbit/s'", 500 + maker_below(maker, 10000));
    if (maker_chance(maker, 30))
        maker_say(maker, ", 'send_buffer': '%ukB', 'receive_buffer': '%ukB'",
                  8 + maker_below(maker, 30), 8 + maker_below(maker, 30));
    maker_say(maker, "},\n");
}

static inline void maker_chain(Maker *maker)
{
    maker_say(maker, " 'chain': {'start_height': %u",
              maker_chance(maker, 50) ? 1 : 1 + maker_below(maker, 300));
    if (maker_chance(maker, 20))
        maker_say(maker, ", 'irreversibility': 'none'");
    else if (maker_chance(maker, 20))
        maker_say(maker, ", 'irreversibility': {'depth': %u}", 20 + maker_below(maker, 100));
    maker_say(maker, "},\n");
    if (maker_chance(maker, 60))
        maker_say(maker, " 'transactions': {'rate': '%u/s', 'lifetime': '%us', 'size': %u},\n",
                  1 + maker_below(maker, 15), 1 + maker_below(maker, 30),
                  50 + maker_below(maker, 500));
}

/* --- faults ---------------------------------------------------------------------------------- */

/* A random peer of the groups that can crash or be cut off. */
static inline char *maker_some_peer(Maker *maker)
{
    uint32_t peer = maker_below(maker, maker->n_producers + maker->n_relays);
    bool producer = peer < maker->n_producers;
    uint32_t count = producer ? maker->n_producers : maker->n_relays;
    uint32_t index = producer ? peer : peer - maker->n_producers;
    const char *group = producer ? "bp" : "relay";
    return count == 1 ? g_strdup(group) : g_strdup_printf("%s[%u]", group, index);
}

static inline void maker_partition(Maker *maker, const char *separator, uint32_t from_ms,
                                   uint32_t to_ms)
{
    g_autofree char *first = maker_some_peer(maker);
    g_autofree char *second = maker_some_peer(maker);
    maker_say(maker, "%s\n  {'at': '%ums', 'partition': [[", separator, from_ms);
    if (maker_chance(maker, 50) && maker_n_peers(maker) > 2 && !g_str_equal(first, second))
        maker_say(maker, "'%s', '%s'", first, second);
    else
        maker_say(maker, "'%s'", first);
    maker_say(maker, "]], 'connections': '%s'},\n  {'at': '%ums', 'heal': true}",
              maker_chance(maker, 50) ? "hold" : "reset", to_ms);
}

static inline void maker_crash(Maker *maker, const char *separator, uint32_t from_ms,
                               uint32_t to_ms)
{
    g_autofree char *peer = maker_some_peer(maker);
    if (maker->storm && maker_storm_below(maker, 3) == 0) {
        maker_say(maker, "%s\n  {'at': '%ums', 'pause': '%s'}", separator,
                  from_ms - (maker->crashes ? 1 : maker_storm_below(maker, 1000)), peer);
        separator = ",";
    }
    maker->crashes = true;
    maker_say(maker, "%s\n  {'at': '%ums', 'crash': '%s'},\n", separator, from_ms, peer);
    maker_say(maker, "  {'at': '%ums', 'restart': '%s'%s}", to_ms, peer,
              maker_chance(maker, 30) ? ", 'chain': 'lose'" : "");
}

/* A selector of one peer, of a group, or of everybody. */
static inline const char *maker_storm_peers(Maker *maker)
{
    const char *const last = maker->n_producers > 1 ? "bp[0]" : "bp";
    const char *const names[] = {"bp", "*", last, maker->n_relays > 0 ? "relay" : last};
    return names[maker_storm_below(maker, G_N_ELEMENTS(names))];
}

static inline const char *maker_storm_connections(Maker *maker)
{
    static const char *const words[] = {"hold", "reset", "lose"};
    return words[maker_storm_below(maker, G_N_ELEMENTS(words))];
}

/* Up to 2 s off, perhaps for ever; or up to 20 s, which is more than others bear. */
static inline void maker_skew(Maker *maker, const char *peers, uint32_t for_ms)
{
    bool far = maker_storm_below(maker, 3) == 0;
    maker_say(maker, "'skew_clock': '%s', 'skew': '%s%ums', 'drift_ppm': %d", peers,
              maker_storm_below(maker, 2) ? "-" : "", maker_storm_below(maker, far ? 20000 : 2000),
              (int)maker_storm_below(maker, 2001) - 1000);
    if (far || maker_storm_below(maker, 4) > 0)
        maker_say(maker, ", 'for': '%ums'", for_ms);
}

static inline void maker_storm_event(Maker *maker, uint32_t from_ms, uint32_t for_ms)
{
    bool towards =
        maker_storm_below(maker, 2) == 0; /* every peer has a link: one side is all of them */
    const char *peers = maker_storm_peers(maker);
    const char *a = towards ? "*" : peers;
    const char *b = towards ? peers : "*";
    maker_say(maker, "  {'at': '%ums', ", from_ms);
    switch (maker_storm_below(maker, 6)) {
    case 0:
        maker_say(maker, "'slow': '%s', 'factor': %u.%u, 'for': '%ums'", peers,
                  maker_storm_below(maker, 20), 1 + maker_storm_below(maker, 9), for_ms);
        break;
    case 1:
        maker_say(maker, "'reset': ['%s', '%s']", a, b);
        break;
    case 2:
        maker_say(maker, "'stop_producing': 'bp', 'for': '%ums'", for_ms);
        break;
    case 3:
        maker_skew(maker, peers, for_ms);
        break;
    default:
        maker_say(maker, "'cut': ['%s', '%s'], 'one_way': %s, 'connections': '%s'", a, b,
                  maker_storm_below(maker, 2) ? "true" : "false", maker_storm_connections(maker));
        if (maker_storm_below(maker, 8) > 0) /* else for ever */
            maker_say(maker, ", 'for': '%ums'", for_ms);
        break;
    }
    maker_say(maker, "}");
}

/* Faults with an end, which overlap each other and the others. */
static inline void maker_storm(Maker *maker, const char *separator)
{
    uint32_t n = 1 + maker_storm_below(maker, 5);
    if (!maker->crashes && maker_storm_below(maker, 2) == 0) {
        g_autofree char *peer = maker_some_peer(maker);
        uint32_t from_ms = maker_storm_below(maker, 30000);
        uint32_t for_ms =
            1 + maker_storm_below(maker, maker_storm_below(maker, 2) == 0 ? 50000 : 5000);
        maker_say(maker, "%s\n  {'at': '%ums', 'pause': '%s'", separator, from_ms,
                  maker_storm_below(maker, 3) == 0 ? "bp" : peer);
        if (maker_storm_below(maker, 8) > 0) /* else for ever */
            maker_say(maker, ", 'for': '%ums'", for_ms);
        maker_say(maker, "}");
        maker->fault_end_s = MAX(maker->fault_end_s, (from_ms + for_ms) / 1000 + 1);
        separator = ",";
    }
    for (uint32_t i = 0; i < n; i++) {
        uint32_t from_ms = maker_storm_below(maker, 30000);
        uint32_t for_ms =
            1 + maker_storm_below(maker, maker_storm_below(maker, 3) == 0 ? 60000 : 8000);
        maker_say(maker, "%s\n", separator);
        maker_storm_event(maker, from_ms, for_ms);
        maker->fault_end_s = MAX(maker->fault_end_s, (from_ms + for_ms) / 1000 + 1);
        separator = ",";
    }
}

/* Partitions follow each other; a crash may overlap them. */
static inline void maker_events(Maker *maker)
{
    uint32_t at_ms = 1000 + maker_below(maker, 5000);
    const char *separator = "";
    maker_say(maker, " 'events': [");
    uint32_t n =
        maker->persona && maker->n_producers + maker->n_relays < 3 ? 0 : maker_below(maker, 4);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t to_ms = at_ms + 1 + maker_below(maker, maker_chance(maker, 30) ? 60000 : 12000);
        if (maker_chance(maker, 60))
            maker_partition(maker, separator, at_ms, to_ms);
        else
            maker_crash(maker, separator, at_ms, to_ms);
        separator = ",";
        at_ms = to_ms + 1 + maker_below(maker, 8000);
    }
    uint32_t crash_ms = 500 + maker_below(maker, 30000);
    if (maker->n_producers == 1 && maker->n_relays > 0 && n == 0 && maker_chance(maker, 20)) {
        maker_say(maker, "%s\n  {'at': '%ums', 'stop_producing': 'bp'}", separator, crash_ms);
        at_ms = MAX(at_ms, crash_ms);
        separator = ",";
    }
    maker->fault_end_s = MAX(at_ms / 1000 + 1, 35);
    if (maker->storm)
        maker_storm(maker, separator);
    maker_say(maker, "],\n");
}

/* --- one seed -------------------------------------------------------------------------------- */

/* `storm`: with more kinds of faults; all else is the same. (transfer full) */
static inline char *maker_scenario(uint64_t seed, bool storm)
{
    Maker maker = {
        .random = sim_random_stream(seed, SIM_RANDOM_TEST, 0),
        .text = g_string_new("{\n"),
        .storm = storm,
        .random_storm = sim_random_stream(seed, SIM_RANDOM_TEST, 1),
    };
    maker_say(&maker, " 'seed': %" G_GUINT64_FORMAT ",\n", seed);
    maker_peers(&maker);
    maker_network(&maker);
    maker_chain(&maker);
    maker_events(&maker);
    maker_say(&maker, " 'duration': '%us'\n}\n", maker.fault_end_s + 60 + maker_n_peers(&maker));
    g_strdelimit(maker.text->str, "'", '"');
    return g_string_free(maker.text, FALSE);
}

#endif
