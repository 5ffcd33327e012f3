/* SPDX-License-Identifier: Apache-2.0 */

/* What happens to the peers of a random scenario: events, and faults at random times. All of it is
 * over at quiet_ms. */

#include <stdarg.h>
#include <stdlib.h>

#include "sim/swarm_parts.h"

/* Nothing happens before. */
#define FIRST_MS 1000u

typedef struct SwarmEvent {
    uint32_t at_ms;
    uint32_t index; /* in the order in which they were made */
    char *what;     /* its members but for the time */
} SwarmEvent;

/* The events in the making. */
typedef struct Events {
    Swarm *swarm;
    SimRandom random;
    GArray *items;                         /* of SwarmEvent */
    uint32_t free_ms[SIM_SWARM_PEERS_MAX]; /* the process is held by no event from then on */
} Events;

/* From at_ms to end_ms. */
typedef struct Span {
    uint32_t at_ms;
    uint32_t end_ms;
} Span;

static void add_event(Events *events, uint32_t at_ms, const char *format, ...) G_GNUC_PRINTF(3, 4);

static void add_event(Events *events, uint32_t at_ms, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    SwarmEvent event = {
        .at_ms = at_ms,
        .index = events->items->len,
        .what = g_strdup_vprintf(format, args),
    };
    va_end(args);
    g_array_append_val(events->items, event);
}

static int compare_events(const void *a, const void *b)
{
    const SwarmEvent *left = a;
    const SwarmEvent *right = b;
    if (left->at_ms != right->at_ms) {
        return left->at_ms < right->at_ms ? -1 : 1;
    }
    return left->index < right->index ? -1 : left->index > right->index;
}

/* --- draws ----------------------------------------------------------------------------------- */

static uint32_t some(Events *events, uint32_t least, uint32_t greatest)
{
    return swarm_between(&events->random, least, greatest);
}

static bool chance(Events *events, uint32_t permille)
{
    return swarm_chance(&events->random, permille);
}

/* A time from `from_ms` to `to_ms`; every third on the beginning of a slot, if there is one. */
static uint32_t draw_time(Events *events, uint32_t from_ms, uint32_t to_ms)
{
    uint32_t at_ms = some(events, from_ms, to_ms);
    uint32_t slot_ms = at_ms - at_ms % 500;
    return chance(events, 333) && slot_ms >= from_ms ? slot_ms : at_ms;
}

/* Within `from_ms` and `until_ms`, which are apart: short, longer or long. */
static Span draw_span(Events *events, uint32_t from_ms, uint32_t until_ms)
{
    static const uint32_t lengths_ms[] = {1500, 8000, 25000, 60000, 90000};
    uint32_t length_ms = lengths_ms[swarm_below(&events->random, G_N_ELEMENTS(lengths_ms))];
    uint32_t at_ms = draw_time(events, from_ms, until_ms - 1);
    return (Span){
        .at_ms = at_ms,
        .end_ms = draw_time(events, at_ms + 1, MIN(until_ms, at_ms + length_ms)),
    };
}

/* One peer, a group, or everybody. (transfer full) */
static char *draw_peers(Events *events)
{
    const Swarm *swarm = events->swarm;
    uint32_t what = some(events, 0, 9);
    if (what == 0) {
        return g_strdup("*");
    }
    if (what <= 2) {
        return g_strdup(swarm->groups[some(events, 0, swarm->n_groups - 1)].name);
    }
    return swarm_peer_name(swarm, some(events, 0, swarm->n_peers - 1));
}

static const char *draw_connections(Events *events)
{
    static const char *const words[] = {"hold", "hold", "reset", "lose"};
    return words[some(events, 0, G_N_ELEMENTS(words) - 1)];
}

/* The two sides of a link event: one is everybody, so that there is a link between them. */
static char *draw_sides(Events *events)
{
    g_autofree char *peers = draw_peers(events);
    return chance(events, 500) ? g_strdup_printf("['%s', '*']", peers)
                               : g_strdup_printf("['*', '%s']", peers);
}

static bool draw_one_way(Events *events)
{
    return swarm_has(events->swarm, SWARM_ONE_WAY) && chance(events, 600);
}

/* --- links ----------------------------------------------------------------------------------- */

/* One after the other. */
static void add_partitions(Events *events)
{
    const Swarm *swarm = events->swarm;
    uint32_t from_ms = FIRST_MS;
    for (uint32_t n = some(events, 1, 3); n > 0 && from_ms + 1000 < swarm->quiet_ms; n--) {
        Span span = draw_span(events, from_ms, swarm->quiet_ms);
        g_autoptr(GString) side = g_string_new(NULL);
        uint32_t permille = some(events, 200, 800);
        uint32_t outside = some(events, 0, swarm->n_peers - 1);
        for (uint32_t peer = 0; peer < swarm->n_peers; peer++) {
            if (peer != outside && chance(events, permille)) {
                g_autofree char *name = swarm_peer_name(swarm, peer);
                g_string_append_printf(side, "%s'%s'", side->len > 0 ? ", " : "", name);
            }
        }
        from_ms = span.end_ms + 1;
        if (side->len > 0) {
            add_event(events, span.at_ms,
                      "'partition': [[%s]], 'for': '%ums', 'connections': '%s', 'one_way': %s",
                      side->str, span.end_ms - span.at_ms, draw_connections(events),
                      draw_one_way(events) ? "true" : "false");
        }
    }
}

/* Links are mended one at a time; the last of them before the quiet time. */
static void add_released_cut(Events *events)
{
    static const char *const orders[] = {"forward", "reverse", "random"};
    const Swarm *swarm = events->swarm;
    uint32_t every_ms = some(events, 1, 10000 / swarm->n_links_max);
    Span span = draw_span(events, FIRST_MS, swarm->quiet_ms - 10000);
    g_autofree char *sides = draw_sides(events);
    add_event(events, span.at_ms,
              "'cut': %s, 'for': '%ums', 'connections': '%s', 'one_way': %s, 'release': {'every': "
              "'%ums', 'order': '%s'}",
              sides, span.end_ms - span.at_ms, draw_connections(events),
              draw_one_way(events) ? "true" : "false", every_ms,
              orders[some(events, 0, G_N_ELEMENTS(orders) - 1)]);
}

static void add_cuts(Events *events)
{
    const Swarm *swarm = events->swarm;
    for (uint32_t n = some(events, 1, 4); n > 0; n--) {
        if (swarm_has(swarm, SWARM_RELEASE) && chance(events, 400)) {
            add_released_cut(events);
            continue;
        }
        Span span = draw_span(events, FIRST_MS, swarm->quiet_ms);
        g_autofree char *sides = draw_sides(events);
        add_event(events, span.at_ms,
                  "'cut': %s, 'for': '%ums', 'connections': '%s', 'one_way': %s", sides,
                  span.end_ms - span.at_ms, draw_connections(events),
                  draw_one_way(events) ? "true" : "false");
    }
}

static void add_resets(Events *events)
{
    for (uint32_t n = some(events, 1, 6); n > 0; n--) {
        g_autofree char *sides = draw_sides(events);
        add_event(events, draw_time(events, FIRST_MS, events->swarm->quiet_ms), "'reset': %s",
                  sides);
    }
}

/* Links that lose segments are near: the timeouts after which these are sent again grow with the
 * latency, and what is sent last must come before the quiet time is over. */
static void add_link_changes(Events *events)
{
    bool is_lossy = chance(events, 400);
    bool is_near = is_lossy || swarm_has(events->swarm, SWARM_LOSS);
    for (uint32_t n = some(events, 1, 3); n > 0; n--) {
        Span span = draw_span(events, FIRST_MS, events->swarm->quiet_ms);
        g_autofree char *sides = draw_sides(events);
        g_autoptr(GString) to = g_string_new(NULL);
        if (chance(events, 600)) {
            g_string_append_printf(to, ", 'latency': '%uus'",
                                   some(events, 1, is_near ? 500000 : 3000000));
        }
        if (is_lossy) {
            g_string_append_printf(to, ", 'loss': 0.%02u", some(events, 1, 15));
        }
        if (chance(events, 400) || to->len == 0) {
            g_string_append_printf(to, ", 'bandwidth': '%uB/s'", some(events, 2000, 100000));
        }
        add_event(events, span.at_ms, "'change_links': %s%s, 'one_way': %s, 'for': '%ums'", sides,
                  to->str, draw_one_way(events) ? "true" : "false", span.end_ms - span.at_ms);
    }
}

static void add_peer_changes(Events *events)
{
    Span span = draw_span(events, FIRST_MS, events->swarm->quiet_ms);
    g_autofree char *peers = draw_peers(events);
    add_event(events, span.at_ms, "'change_peers': '%s', '%s': '%uB/s', 'for': '%ums'", peers,
              chance(events, 500) ? "uplink" : "downlink", some(events, 1000, 100000),
              span.end_ms - span.at_ms);
}

/* --- processes ------------------------------------------------------------------------------- */

/* A time in which no other event holds the process of the peer. */
static bool draw_hold(Events *events, uint32_t peer, Span *ret_span)
{
    const Swarm *swarm = events->swarm;
    if (swarm_group_of(swarm, peer)->is_offline ||
        events->free_ms[peer] + 1000 >= swarm->quiet_ms) {
        return false;
    }
    *ret_span = draw_span(events, events->free_ms[peer], swarm->quiet_ms);
    events->free_ms[peer] = ret_span->end_ms + 1;
    return true;
}

static void add_crash(Events *events, uint32_t peer)
{
    Span span;
    if (!draw_hold(events, peer, &span)) {
        return;
    }
    g_autofree char *name = swarm_peer_name(events->swarm, peer);
    uint32_t length_ms = span.end_ms - span.at_ms;
    bool loses = swarm_has(events->swarm, SWARM_LOSE_CHAIN) && chance(events, 600);
    uint32_t pause_ms = 0;
    if (swarm_has(events->swarm, SWARM_PAUSE) && chance(events, 200) && length_ms > 1) {
        add_event(events, span.at_ms, "'pause': '%s'", name);
        pause_ms = some(events, 1, length_ms - 1);
    }
    add_event(events, span.at_ms + pause_ms, "'crash': '%s', 'for': '%ums', 'chain': '%s'", name,
              length_ms - pause_ms, loses ? "lose" : "keep");
}

static void add_pause(Events *events, uint32_t peer)
{
    Span span;
    if (draw_hold(events, peer, &span)) {
        g_autofree char *name = swarm_peer_name(events->swarm, peer);
        add_event(events, span.at_ms, "'pause': '%s', 'for': '%ums'", name,
                  span.end_ms - span.at_ms);
    }
}

/* To some peers one after the other; rarely to everybody. */
static void add_holds(Events *events, void (*add)(Events *events, uint32_t peer))
{
    uint32_t n_peers = events->swarm->n_peers;
    if (chance(events, 80)) {
        for (uint32_t peer = 0; peer < n_peers; peer++) {
            add(events, peer);
        }
        return;
    }
    for (uint32_t n = some(events, 1, 4); n > 0; n--) {
        add(events, some(events, 0, n_peers - 1));
    }
}

static void add_slow(Events *events)
{
    Span span = draw_span(events, FIRST_MS, events->swarm->quiet_ms);
    g_autofree char *peers = draw_peers(events);
    add_event(events, span.at_ms, "'slow': '%s', 'factor': %u.%u, 'for': '%ums'", peers,
              some(events, 0, 30), some(events, 1, 9), span.end_ms - span.at_ms);
}

/* --- clocks ---------------------------------------------------------------------------------- */

static void add_skews(Events *events)
{
    Swarm *swarm = events->swarm;
    for (uint32_t n = some(events, 1, 3); n > 0; n--) {
        Span span = draw_span(events, FIRST_MS, swarm->quiet_ms);
        g_autofree char *peers = draw_peers(events);
        bool is_behind = chance(events, 500);
        uint32_t most_ms = is_behind && chance(events, 200) ? 3600000 : 20000;
        uint32_t skew_ms = some(events, 7001, most_ms);
        swarm->ahead_ms = MAX(swarm->ahead_ms, is_behind ? 0 : skew_ms);
        add_event(events, span.at_ms, "'skew_clock': '%s', 'skew': '%s%ums', 'for': '%ums'", peers,
                  is_behind ? "-" : "", skew_ms, span.end_ms - span.at_ms);
    }
}

static void add_drift(Events *events)
{
    Swarm *swarm = events->swarm;
    Span span = draw_span(events, FIRST_MS, swarm->quiet_ms);
    g_autofree char *peers = draw_peers(events);
    int32_t drift_ppm = (int32_t)some(events, 0, 200000) - 100000;
    swarm->ahead_ms = MAX(swarm->ahead_ms, (span.end_ms - span.at_ms) / 10);
    add_event(events, span.at_ms, "'skew_clock': '%s', 'drift_ppm': %d, 'for': '%ums'", peers,
              drift_ppm, span.end_ms - span.at_ms);
}

/* What the groups' clocks say from the start on. */
static void add_corrections(Events *events)
{
    const Swarm *swarm = events->swarm;
    for (uint32_t g = 0; g < swarm->n_groups; g++) {
        if (swarm->groups[g].is_far) {
            add_event(events, swarm->quiet_ms, "'skew_clock': '%s', 'skew': '0s', 'drift_ppm': 0",
                      swarm->groups[g].name);
        }
    }
}

/* --- producers ------------------------------------------------------------------------------- */

static void add_stops(Events *events)
{
    const Swarm *swarm = events->swarm;
    for (uint32_t n = some(events, 1, 3); n > 0; n--) {
        uint32_t peer = some(events, 0, swarm->n_peers - 1);
        Span span = draw_span(events, FIRST_MS, swarm->quiet_ms);
        if (swarm_group_of(swarm, peer)->produces) {
            g_autofree char *name = swarm_peer_name(swarm, peer);
            add_event(events, span.at_ms, "'stop_producing': '%s', 'for': '%ums'", name,
                      span.end_ms - span.at_ms);
        }
    }
}

/* How many of so many producers a LIB may leave behind (protocol section 8). */
static uint32_t left_behind(uint32_t n_producers)
{
    return (n_producers - 1) / 3;
}

/*
 * Of all producers, standing by or not, some in any order. Not so few that a LIB may leave fewer of
 * them behind than before: it would move back with the schedule, and by fork choice nothing is
 * better then than the block that brings the schedule into force. Such a chain ends there.
 */
static void add_schedules(Events *events)
{
    const Swarm *swarm = events->swarm;
    uint32_t most = left_behind(swarm->n_producers);
    for (uint32_t n = some(events, 1, 3); n > 0; n--) {
        g_autoptr(GString) turns = g_string_new(NULL);
        uint32_t n_turns = 0;
        uint32_t first = some(events, 0, swarm->n_peers - 1);
        uint32_t permille = some(events, 300, 1000);
        for (uint32_t i = 0; i < swarm->n_peers; i++) {
            uint32_t peer = (first + i) % swarm->n_peers;
            if (swarm_group_of(swarm, peer)->produces && chance(events, permille)) {
                g_autofree char *name = swarm_peer_name(swarm, peer);
                g_string_append_printf(turns, "%s'%s'", turns->len > 0 ? ", " : "", name);
                n_turns++;
            }
        }
        if (n_turns > 0 && left_behind(n_turns) >= most) {
            most = left_behind(n_turns);
            add_event(events, draw_time(events, FIRST_MS, swarm->quiet_ms), "'set_producers': [%s]",
                      turns->str);
        }
    }
}

/* One of three producers is silent: the others make two blocks of three, none irreversible. */
static void add_stall(Events *events)
{
    const Swarm *swarm = events->swarm;
    uint32_t at_ms = some(events, FIRST_MS, 3000);
    for (uint32_t g = 0; g < swarm->n_groups; g++) {
        if (swarm->groups[g].produces) {
            add_event(events, at_ms, "'stop_producing': '%s[%u]', 'for': '%ums'",
                      swarm->groups[g].name, some(events, 0, swarm->groups[g].count - 1),
                      swarm->quiet_ms - at_ms);
            return;
        }
    }
}

/* Who waits for a block of the present does so no longer: else all may wait for each other. */
static void add_restart_of_production(Events *events)
{
    const Swarm *swarm = events->swarm;
    for (uint32_t g = 0; g < swarm->n_groups; g++) {
        const SwarmGroup *group = &swarm->groups[g];
        if (group->produces && !group->is_offline) {
            add_event(events, swarm->quiet_ms, "'start_producing': '%s'", group->name);
        }
    }
}

/* --- all of them ----------------------------------------------------------------------------- */

static void add_all(Events *events)
{
    static const struct {
        SwarmFeature feature;
        void (*add)(Events *events);
    } kinds[] = {
        {SWARM_STALL_LIB, add_stall},
        {SWARM_PARTITION, add_partitions},
        {SWARM_CUT, add_cuts},
        {SWARM_RESET, add_resets},
        {SWARM_SLOW, add_slow},
        {SWARM_STOP_PRODUCING, add_stops},
        {SWARM_SKEW_FAR, add_skews},
        {SWARM_DRIFT, add_drift},
        {SWARM_SKEW_FAR, add_corrections},
        {SWARM_SET_PRODUCERS, add_schedules},
        {SWARM_CHANGE_LINKS, add_link_changes},
        {SWARM_CHANGE_PEERS, add_peer_changes},
    };
    for (uint32_t k = 0; k < G_N_ELEMENTS(kinds); k++) {
        if (swarm_has(events->swarm, kinds[k].feature)) {
            kinds[k].add(events);
        }
    }
    if (swarm_has(events->swarm, SWARM_CRASH)) {
        add_holds(events, add_crash);
    }
    if (swarm_has(events->swarm, SWARM_PAUSE)) {
        add_holds(events, add_pause);
    }
    if (chance(events, 700)) {
        add_restart_of_production(events);
    }
}

void swarm_put_events(Swarm *swarm)
{
    Events events = {
        .swarm = swarm,
        .random = swarm_random(swarm, SWARM_PART_EVENTS),
        .items = g_array_new(FALSE, FALSE, sizeof(SwarmEvent)),
    };
    for (uint32_t peer = 0; peer < swarm->n_peers; peer++) {
        events.free_ms[peer] = MAX(FIRST_MS, swarm_group_of(swarm, peer)->start_ms + 1);
    }
    add_all(&events);
    g_array_sort(events.items, compare_events);
    if (events.items->len > 0) {
        swarm_text_open(&swarm->text, "events", '[');
    }
    for (guint i = 0; i < events.items->len; i++) {
        const SwarmEvent *event = &g_array_index(events.items, SwarmEvent, i);
        swarm_text_put(&swarm->text, NULL, "{'at': '%ums', %s}", event->at_ms, event->what);
        g_free(event->what);
    }
    if (events.items->len > 0) {
        swarm_text_close(&swarm->text, ']');
    }
    g_array_free(events.items, TRUE);
}

/* --- random faults --------------------------------------------------------------------------- */

/* (transfer full) The members of one fault but for its rate and end. */
static char *draw_fault(Swarm *swarm, SimRandom *random)
{
    uint32_t pick = swarm_between(random, 1, 3);
    switch (swarm_below(random, 7)) {
    case 0:
        return g_strdup_printf("'partition': {'sides': 2}, 'connections': '%s'",
                               swarm_chance(random, 500) ? "hold" : "reset");
    case 1:
        return g_strdup_printf("'cut': ['*', '*'], 'pick': %u, 'connections': '%s', 'one_way': %s",
                               pick, swarm_chance(random, 500) ? "hold" : "lose",
                               swarm_has(swarm, SWARM_ONE_WAY) ? "true" : "false");
    case 2:
        return g_strdup_printf("'crash': '*', 'pick': %u, 'chain': '%s'", pick,
                               swarm_has(swarm, SWARM_LOSE_CHAIN) ? "lose" : "keep");
    case 3:
        return g_strdup_printf("'pause': '*', 'pick': %u", pick);
    case 4:
        return g_strdup_printf("'slow': '*', 'pick': %u, 'factor': %u", pick,
                               swarm_between(random, 2, 30));
    case 5:
        if (swarm_has(swarm, SWARM_SKEW_FAR)) {
            uint32_t skew_ms = swarm_between(random, 7001, 15000);
            bool is_behind = swarm_chance(random, 500);
            swarm->ahead_ms = MAX(swarm->ahead_ms, is_behind ? 0 : skew_ms);
            return g_strdup_printf("'skew_clock': '*', 'pick': %u, 'skew': '%s%ums'", pick,
                                   is_behind ? "-" : "", skew_ms);
        }
        return g_strdup_printf("'skew_clock': '*', 'pick': %u, 'skew': '%ums'", pick,
                               swarm_below(random, 2000));
    default:
        return g_strdup_printf("'reset': ['*', '*'], 'pick': %u", pick);
    }
}

void swarm_put_random_faults(Swarm *swarm)
{
    if (!swarm_has(swarm, SWARM_RANDOM_FAULTS)) {
        return;
    }
    SimRandom random = swarm_random(swarm, SWARM_PART_RANDOM_FAULTS);
    swarm_text_open(&swarm->text, "random_faults", '[');
    for (uint32_t n = swarm_between(&random, 1, 3); n > 0; n--) {
        g_autofree char *fault = draw_fault(swarm, &random);
        uint32_t rate = swarm_between(&random, 1, 10);
        uint32_t mean_ms = swarm_between(&random, 100, 15000);
        bool lasts = !g_str_has_prefix(fault, "'reset'");
        g_autofree char *length =
            lasts ? g_strdup_printf(", 'for': {'exponential': {'mean': '%ums'}}", mean_ms)
                  : g_strdup("");
        swarm_text_put(&swarm->text, NULL, "{%s, 'rate': '%u/min', 'until': '%ums'%s}", fault, rate,
                       swarm->quiet_ms, length);
    }
    swarm_text_close(&swarm->text, ']');
}
