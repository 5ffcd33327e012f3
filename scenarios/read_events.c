/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "scenarios/event_sequence.h"
#include "scenarios/parts.h"
#include "scenarios/random_faults.h"
#include "scenarios/read_changes.h"
#include "scenarios/read_clock.h"
#include "scenarios/read_event.h"
#include "scenarios/selector.h"
#include "scenarios/turns.h"

/* Of a peer that is not slowed down. */
#define USUAL_FACTOR_PPM 1000000u

/* ---- One event ------------------------------------------------------------------------------- */

/* Enters one side; peers that no side has named have UINT32_MAX. */
static bool read_side(ScenarioReader *reader, uint32_t node, uint32_t side, uint32_t *sides)
{
    g_autoptr(GArray) ranges = scenario_selector_ranges(reader, node, false);

    if (ranges == NULL) {
        return false;
    }
    for (guint i = 0; i < ranges->len; i++) {
        const ScenarioRange *range = &g_array_index(ranges, ScenarioRange, i);

        for (uint32_t peer = range->first; peer <= range->last; peer++) {
            if (sides[peer] != UINT32_MAX) {
                g_autofree char *name = scenario_peer_name(reader->scenario, peer);

                return scenario_reader_fail(reader, node,
                                            "%s is on side %u already; a peer is on one side only",
                                            name, sides[peer]);
            }
            sides[peer] = side;
        }
    }
    return true;
}

/* Puts peers that no side names on one more side; false when there is one side in all. */
static bool complete_sides(ScenarioReader *reader, uint32_t node, uint32_t n_sides, uint32_t *sides)
{
    bool unnamed = false;

    for (uint32_t peer = 0; peer < reader->scenario->n_peers; peer++) {
        if (sides[peer] == UINT32_MAX) {
            sides[peer] = n_sides;
            unnamed = true;
        }
    }
    if (n_sides == 1 && !unnamed) {
        return scenario_reader_fail(reader, node, "the only side has all peers, so nothing is cut");
    }
    return true;
}

static bool read_partition(ScenarioReader *reader, uint32_t node, ScenarioEvent *event)
{
    const ScenarioNode *at = scenario_reader_node(reader, node);
    const uint32_t n_peers = reader->scenario->n_peers;
    uint32_t side = 0;
    bool ok = true;

    if (at->kind != SCENARIO_NODE_ARRAY) {
        return scenario_reader_wrong_type(
            reader, node, "an array of sides, such as [\"bp[0..9]\", \"bp[10..20]\"]");
    }
    if (at->n_children == 0) {
        return scenario_reader_fail(reader, node, "must have at least one side");
    }
    if (!reader->peers_known || !scenario_selector_count(reader, node, n_peers)) {
        return false;
    }
    g_autofree uint32_t *sides = g_new0(uint32_t, n_peers);

    for (uint32_t peer = 0; peer < n_peers; peer++) {
        sides[peer] = UINT32_MAX;
    }
    for (uint32_t i = at->first; i != SCENARIO_NODE_NONE;
         i = scenario_reader_node(reader, i)->next) {
        ok = read_side(reader, i, side++, sides) && ok;
    }
    if (!ok || !complete_sides(reader, node, side, sides)) {
        return false;
    }
    event->sides = g_steal_pointer(&sides);
    return true;
}

static bool read_heal(ScenarioReader *reader, uint32_t node)
{
    bool heal = true;

    if (!scenario_reader_bool(reader, node, &heal)) {
        return false;
    }
    return heal || scenario_reader_fail(reader, node, "must be true; leave the event out instead");
}

static bool check_producers(ScenarioReader *reader, uint32_t node, const ScenarioPeerSet *peers)
{
    for (uint32_t i = 0; i < peers->count; i++) {
        if (!scenario_group_of(reader->scenario, peers->peers[i])->produces) {
            g_autofree char *name = scenario_peer_name(reader->scenario, peers->peers[i]);

            return scenario_reader_fail(
                reader, node, "%s is no producer; its group has no \"produces\": true", name);
        }
    }
    return true;
}

/* The keys that say what happens, in the order in which a message lists them. */
static const struct {
    const char *name;
    size_t offset; /* in ScenarioEventKeys */
    ScenarioEventKind kind;
} kinds[] = {
    {"partition", offsetof(ScenarioEventKeys, partition), SCENARIO_EVENT_PARTITION},
    {"heal", offsetof(ScenarioEventKeys, heal), SCENARIO_EVENT_HEAL},
    {"cut", offsetof(ScenarioEventKeys, cut), SCENARIO_EVENT_CUT},
    {"mend", offsetof(ScenarioEventKeys, mend), SCENARIO_EVENT_MEND},
    {"reset", offsetof(ScenarioEventKeys, reset), SCENARIO_EVENT_RESET},
    {"crash", offsetof(ScenarioEventKeys, crash), SCENARIO_EVENT_CRASH},
    {"restart", offsetof(ScenarioEventKeys, restart), SCENARIO_EVENT_RESTART},
    {"stop_producing", offsetof(ScenarioEventKeys, stop_producing), SCENARIO_EVENT_STOP_PRODUCING},
    {"start_producing", offsetof(ScenarioEventKeys, start_producing),
     SCENARIO_EVENT_START_PRODUCING},
    {"set_producers", offsetof(ScenarioEventKeys, set_producers), SCENARIO_EVENT_SET_PRODUCERS},
    {"slow", offsetof(ScenarioEventKeys, slow), SCENARIO_EVENT_SLOW},
    {"pause", offsetof(ScenarioEventKeys, pause), SCENARIO_EVENT_PAUSE},
    {"resume", offsetof(ScenarioEventKeys, resume), SCENARIO_EVENT_RESUME},
    {"skew_clock", offsetof(ScenarioEventKeys, skew_clock), SCENARIO_EVENT_SKEW_CLOCK},
    {"change_links", offsetof(ScenarioEventKeys, change_links), SCENARIO_EVENT_CHANGE_LINKS},
    {"change_peers", offsetof(ScenarioEventKeys, change_peers), SCENARIO_EVENT_CHANGE_PEERS},
};

/* How many of the kinds an event has; the last of them is noted in `read`. */
static uint32_t find_kinds(const ScenarioEventKeys *keys, ScenarioReadEvent *read)
{
    uint32_t n = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        const uint32_t node =
            *(const uint32_t *)(const void *)((const char *)keys + kinds[i].offset);

        if (node != SCENARIO_NODE_NONE) {
            read->node = node;
            read->event.kind = kinds[i].kind;
            n++;
        }
    }
    return n;
}

/* What undoes an event when its time is over; RESET: nothing does. */
static ScenarioEventKind opposite(ScenarioEventKind kind)
{
    switch (kind) {
    case SCENARIO_EVENT_PARTITION:
        return SCENARIO_EVENT_HEAL;
    case SCENARIO_EVENT_CUT:
        return SCENARIO_EVENT_MEND;
    case SCENARIO_EVENT_CRASH:
        return SCENARIO_EVENT_RESTART;
    case SCENARIO_EVENT_STOP_PRODUCING:
        return SCENARIO_EVENT_START_PRODUCING;
    case SCENARIO_EVENT_SLOW:
        return SCENARIO_EVENT_SLOW;
    case SCENARIO_EVENT_PAUSE:
        return SCENARIO_EVENT_RESUME;
    case SCENARIO_EVENT_SKEW_CLOCK:
        return SCENARIO_EVENT_SKEW_CLOCK;
    case SCENARIO_EVENT_CHANGE_LINKS:
    case SCENARIO_EVENT_CHANGE_PEERS:
        return kind;
    case SCENARIO_EVENT_HEAL:
    case SCENARIO_EVENT_MEND:
    case SCENARIO_EVENT_RESET:
    case SCENARIO_EVENT_RESTART:
    case SCENARIO_EVENT_START_PRODUCING:
    case SCENARIO_EVENT_RESUME:
    case SCENARIO_EVENT_SET_PRODUCERS:
        return SCENARIO_EVENT_RESET;
    }
    g_assert_not_reached();
}

bool scenario_event_ends(ScenarioEventKind kind)
{
    return opposite(kind) != SCENARIO_EVENT_RESET;
}

/* A random fault is what has an end, or a reset. */
static bool may_be_random(ScenarioEventKind kind)
{
    return kind == SCENARIO_EVENT_RESET ||
           (scenario_event_ends(kind) && kind != SCENARIO_EVENT_CHANGE_PEERS);
}

static bool fail_kinds(ScenarioReader *reader, uint32_t node, uint32_t n, bool random)
{
    g_autoptr(GString) names = g_string_new(NULL);

    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (!random || may_be_random(kinds[i].kind)) {
            g_string_append_printf(names, "%s\"%s\"", names->len > 0 ? ", " : "", kinds[i].name);
        }
    }
    return scenario_reader_fail(reader, node, "must have exactly one of %s, not %u of them",
                                names->str, n);
}

/* A key that goes with some kinds of events alone: `allowed` says with which ones. */
static bool check_option(ScenarioReader *reader, uint32_t node, bool goes, const char *allowed)
{
    return scenario_event_option_check(reader, node, goes, allowed);
}

static bool read_options(ScenarioReader *reader, const ScenarioEventKeys *keys,
                         ScenarioEvent *event)
{
    const bool partition = event->kind == SCENARIO_EVENT_PARTITION;
    const bool cut = event->kind == SCENARIO_EVENT_CUT;
    int connections = SCENARIO_CONNECTIONS_HOLD;
    int lose = false;
    bool ok = check_option(reader, keys->connections, partition || cut, "a partition or a cut");

    ok = check_option(reader, keys->one_way,
                      partition || cut || event->kind == SCENARIO_EVENT_MEND ||
                          event->kind == SCENARIO_EVENT_CHANGE_LINKS,
                      "a partition, a cut, a mend or a change_links") &&
         ok;
    ok = check_option(
             reader, keys->chain,
             event->kind == SCENARIO_EVENT_RESTART ||
                 (event->kind == SCENARIO_EVENT_CRASH && keys->for_time != SCENARIO_NODE_NONE),
             "a restart, or a crash with \"for\",") &&
         ok;
    ok = scenario_reader_word(reader, keys->connections, &scenario_connections_words,
                              &connections) &&
         ok;
    ok = scenario_reader_word(reader, keys->chain, &scenario_restart_chain_words, &lose) && ok;
    ok = scenario_reader_bool(reader, keys->one_way, &event->one_way) && ok;
    event->connections = (ScenarioConnections)connections;
    event->lose_chain = lose != 0;
    return ok;
}

/* The two selectors of what happens to links. */
static bool read_two_ends(ScenarioReader *reader, uint32_t node, ScenarioEvent *event)
{
    const ScenarioNode *at = scenario_reader_node(reader, node);

    if (at->kind != SCENARIO_NODE_ARRAY || at->n_children != 2) {
        return scenario_reader_fail(reader, node,
                                    "must be an array of two selectors, the two ends of the "
                                    "links, such as [\"bp[0]\", \"relay\"]");
    }
    const bool ok = scenario_selector_set(reader, at->first, false, &event->peers);

    return scenario_selector_set(reader, at->last, false, &event->others) && ok;
}

static bool read_what(ScenarioReader *reader, ScenarioReadEvent *read)
{
    ScenarioEvent *event = &read->event;

    switch (event->kind) {
    case SCENARIO_EVENT_PARTITION:
        return read_partition(reader, read->node, event);
    case SCENARIO_EVENT_HEAL:
        return read_heal(reader, read->node);
    case SCENARIO_EVENT_CUT:
    case SCENARIO_EVENT_MEND:
    case SCENARIO_EVENT_RESET:
    case SCENARIO_EVENT_CHANGE_LINKS:
        return read_two_ends(reader, read->node, event);
    case SCENARIO_EVENT_CRASH:
    case SCENARIO_EVENT_RESTART:
    case SCENARIO_EVENT_SLOW:
    case SCENARIO_EVENT_PAUSE:
    case SCENARIO_EVENT_RESUME:
    case SCENARIO_EVENT_SKEW_CLOCK:
    case SCENARIO_EVENT_CHANGE_PEERS:
        return scenario_selector_set(reader, read->node, false, &event->peers);
    case SCENARIO_EVENT_STOP_PRODUCING:
    case SCENARIO_EVENT_START_PRODUCING:
        return scenario_selector_set(reader, read->node, false, &event->peers) &&
               check_producers(reader, read->node, &event->peers);
    case SCENARIO_EVENT_SET_PRODUCERS:
        return scenario_turns_read(reader, read->node, event);
    }
    g_assert_not_reached();
}

static bool read_for(ScenarioReader *reader, uint32_t node, ScenarioReadEvent *read)
{
    const int64_t left_ns = reader->scenario->duration_ns - read->event.at_ns;

    if (node == SCENARIO_NODE_NONE) {
        return true;
    }
    if (!scenario_event_ends(read->event.kind)) {
        return scenario_reader_fail(reader, node,
                                    "is allowed in a partition, a cut, a crash, a "
                                    "stop_producing, a slow, a pause, a skew_clock, a "
                                    "change_links or a change_peers alone");
    }
    if (left_ns <= 0) {
        return scenario_reader_fail(reader, node, "the run ends at the time of the event");
    }
    read->for_node = node;
    return scenario_reader_duration(reader, node, 1, left_ns, &read->for_ns);
}

static bool read_factor(ScenarioReader *reader, uint32_t event_node, uint32_t node,
                        ScenarioEvent *event)
{
    const bool slow = event->kind == SCENARIO_EVENT_SLOW;

    event->factor_ppm = USUAL_FACTOR_PPM;
    if (slow && node == SCENARIO_NODE_NONE) {
        return scenario_reader_fail(reader, event_node, "a slow needs the key \"factor\"");
    }
    return check_option(reader, node, slow, "a slow") &&
           scenario_reader_ppm32(reader, node, SCENARIO_FACTOR_MIN_PPM, SCENARIO_FACTOR_MAX_PPM,
                                 &event->factor_ppm);
}

static bool read_wrong_clock(ScenarioReader *reader, uint32_t event_node,
                             const ScenarioEventKeys *keys, ScenarioEvent *event)
{
    const bool skew_clock = event->kind == SCENARIO_EVENT_SKEW_CLOCK;
    bool ok = check_option(reader, keys->skew, skew_clock, "a skew_clock");

    ok = check_option(reader, keys->drift, skew_clock, "a skew_clock") && ok;
    event->has_skew = keys->skew != SCENARIO_NODE_NONE;
    event->has_drift = keys->drift != SCENARIO_NODE_NONE;
    if (skew_clock && !event->has_skew && !event->has_drift) {
        return scenario_reader_fail(reader, event_node,
                                    "a skew_clock needs the key \"skew\", \"drift_ppm\" or both");
    }
    ok = scenario_read_skew(reader, keys->skew, &event->clock.skew_ns) && ok;
    return scenario_read_drift(reader, keys->drift, &event->clock.drift_ppm) && ok;
}

bool scenario_read_event_kind(ScenarioReader *reader, uint32_t node, const ScenarioEventKeys *keys,
                              bool random, ScenarioReadEvent *read)
{
    const uint32_t n = find_kinds(keys, read);

    if (n != 1) {
        return fail_kinds(reader, node, n, random);
    }
    bool ok = read_options(reader, keys, &read->event);

    ok = read_factor(reader, node, keys->factor, &read->event) && ok;
    ok = read_wrong_clock(reader, node, keys, &read->event) && ok;
    ok = scenario_changes_read(reader, node, keys, &read->event) && ok;
    ok = scenario_release_read(reader, keys, &read->event) && ok;
    if (random && read->event.kind == SCENARIO_EVENT_PARTITION) {
        return ok;
    }
    return read_what(reader, read) && ok;
}

static bool read_event(ScenarioReader *reader, uint32_t node, ScenarioReadEvent *read)
{
    ScenarioEventKeys keys = {0};
    bool ok = scenario_reader_object(reader, node, &scenario_event_table, &keys);

    if (scenario_reader_node(reader, node)->kind != SCENARIO_NODE_OBJECT) {
        return false;
    }
    ok = scenario_reader_duration(reader, keys.at, 0, reader->scenario->duration_ns,
                                  &read->event.at_ns) &&
         ok;
    if (!ok && find_kinds(&keys, read) == 0) {
        return false; /* its kind is misspelt, or it is past reading */
    }
    return scenario_read_event_kind(reader, node, &keys, false, read) &&
           read_for(reader, keys.for_time, read) && ok;
}

/* ---- The sequence ---------------------------------------------------------------------------- */

static ScenarioReadEvent end_of(const ScenarioReadEvent *begin)
{
    return (ScenarioReadEvent){
        .event = {.at_ns = begin->event.at_ns + begin->for_ns,
                  .kind = opposite(begin->event.kind),
                  .ends = begin->number,
                  .lose_chain = begin->event.lose_chain,
                  .factor_ppm = USUAL_FACTOR_PPM},
        .peers = begin->peers,
        .others = begin->others,
        .node = begin->for_node,
        .number = begin->number,
        .ending = true,
    };
}

/* What ends at an instant comes before what begins then. */
static int compare_events(const void *left, const void *right)
{
    const ScenarioReadEvent *a = left;
    const ScenarioReadEvent *b = right;

    if (a->event.at_ns != b->event.at_ns) {
        return a->event.at_ns < b->event.at_ns ? -1 : 1;
    }
    if (a->ending != b->ending) {
        return a->ending ? -1 : 1;
    }
    return a->number < b->number ? -1 : a->number > b->number;
}

/* Moves the events, which are in order now, to the scenario. */
static void move_events(Scenario *scenario, const GArray *events)
{
    g_autofree uint32_t *index_of = g_new0(uint32_t, (gsize)events->len + 1u);

    scenario->events = g_new(ScenarioEvent, events->len);
    for (guint i = 0; i < events->len; i++) {
        const ScenarioReadEvent *read = &g_array_index(events, ScenarioReadEvent, i);
        ScenarioEvent *event = &scenario->events[i];

        *event = read->event;
        if (!read->ending) {
            index_of[read->number] = i;
        } else {
            event->ends = index_of[read->number];
        }
    }
    scenario->n_events = events->len;
}

static bool read_file_events(ScenarioReader *reader, uint32_t node, GArray *events)
{
    const ScenarioNode *at = scenario_reader_array(reader, node, "events", reader->most.events);
    bool ok = true;

    if (at == NULL) {
        return node == SCENARIO_NODE_NONE;
    }
    for (uint32_t i = at->first; i != SCENARIO_NODE_NONE;
         i = scenario_reader_node(reader, i)->next) {
        ScenarioReadEvent read = {.number = events->len, .event.ends = SCENARIO_EVENT_NONE};

        ok = read_event(reader, i, &read) && ok;
        read.peers = read.event.peers;
        read.others = read.event.others;
        g_array_append_val(events, read);
    }
    return ok;
}

/* Adds the ends of the events from `first` on, and sorts them all. */
static void add_ends(GArray *events, guint first)
{
    const guint n = events->len;

    for (guint i = first; i < n; i++) {
        const ScenarioReadEvent *begin = &g_array_index(events, ScenarioReadEvent, i);

        if (begin->for_ns > 0) {
            const ScenarioReadEvent end = end_of(begin);

            g_array_append_val(events, end);
        }
    }
    if (events->len > 0) {
        qsort(events->data, events->len, sizeof(ScenarioReadEvent), compare_events);
    }
}

static void check_sequence(ScenarioReader *reader, const GArray *events)
{
    scenario_event_sequence_check(reader, (const ScenarioReadEvent *)(const void *)events->data,
                                  events->len);
}

void scenario_read_events(ScenarioReader *reader, uint32_t node, uint32_t random_node)
{
    g_autoptr(GArray) events = g_array_new(FALSE, TRUE, sizeof(ScenarioReadEvent));
    const bool ok = read_file_events(reader, node, events);
    g_autoptr(GArray) faults = scenario_random_faults_read(reader, random_node);

    add_ends(events, 0);
    if (ok && reader->peers_known) {
        check_sequence(reader, events);
    }
    if (faults != NULL && reader->n_mistakes == 0) {
        const guint first = events->len;

        scenario_random_faults_add(reader, faults, events);
        add_ends(events, first);
        if (reader->n_mistakes == 0) {
            check_sequence(reader, events);
            g_assert(reader->n_mistakes == 0); /* they are made so that they make sense */
        }
    }
    move_events(reader->scenario, events);
}
