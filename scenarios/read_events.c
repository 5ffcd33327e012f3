/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "scenarios/parts.h"
#include "scenarios/selector.h"
#include "scenarios/units.h"

#define EVENT_KINDS                                                                                \
    "\"partition\", \"heal\", \"crash\", \"restart\", \"stop_producing\", \"start_producing\""

/* An event with what sorting and checking need. */
typedef struct ReadEvent {
    ScenarioEvent event;
    uint32_t node;   /* of what happens: the value of "crash" and so on */
    uint32_t number; /* in the file */
} ReadEvent;

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

/* Finds which one of the kinds an event has. */
static bool find_kind(ScenarioReader *reader, uint32_t node, const ScenarioEventKeys *keys,
                      ReadEvent *read)
{
    const struct {
        uint32_t node;
        ScenarioEventKind kind;
    } kinds[] = {
        {keys->partition, SCENARIO_EVENT_PARTITION},
        {keys->heal, SCENARIO_EVENT_HEAL},
        {keys->crash, SCENARIO_EVENT_CRASH},
        {keys->restart, SCENARIO_EVENT_RESTART},
        {keys->stop_producing, SCENARIO_EVENT_STOP_PRODUCING},
        {keys->start_producing, SCENARIO_EVENT_START_PRODUCING},
    };
    uint32_t n = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (kinds[i].node != SCENARIO_NODE_NONE) {
            read->node = kinds[i].node;
            read->event.kind = kinds[i].kind;
            n++;
        }
    }
    if (n != 1) {
        return scenario_reader_fail(reader, node,
                                    "must have exactly one of " EVENT_KINDS ", not %u of them", n);
    }
    return true;
}

/* The keys that go with one kind of event alone. */
static bool read_options(ScenarioReader *reader, const ScenarioEventKeys *keys,
                         ScenarioEvent *event)
{
    int reset = false;
    int lose = false;
    bool ok = true;

    if (keys->connections != SCENARIO_NODE_NONE && event->kind != SCENARIO_EVENT_PARTITION) {
        ok = scenario_reader_fail(reader, keys->connections, "is allowed in a partition alone");
    }
    if (keys->chain != SCENARIO_NODE_NONE && event->kind != SCENARIO_EVENT_RESTART) {
        ok = scenario_reader_fail(reader, keys->chain, "is allowed in a restart alone");
    }
    ok = scenario_reader_word(reader, keys->connections, &scenario_connections_words, &reset) && ok;
    ok = scenario_reader_word(reader, keys->chain, &scenario_restart_chain_words, &lose) && ok;
    event->reset = reset != 0;
    event->lose_chain = lose != 0;
    return ok;
}

static bool read_what(ScenarioReader *reader, ReadEvent *read)
{
    ScenarioEvent *event = &read->event;

    switch (event->kind) {
    case SCENARIO_EVENT_PARTITION:
        return read_partition(reader, read->node, event);
    case SCENARIO_EVENT_HEAL:
        return read_heal(reader, read->node);
    case SCENARIO_EVENT_CRASH:
    case SCENARIO_EVENT_RESTART:
        return scenario_selector_set(reader, read->node, false, &event->peers);
    case SCENARIO_EVENT_STOP_PRODUCING:
    case SCENARIO_EVENT_START_PRODUCING:
        return scenario_selector_set(reader, read->node, false, &event->peers) &&
               check_producers(reader, read->node, &event->peers);
    }
    g_assert_not_reached();
}

static bool has_no_kind(const ScenarioEventKeys *keys)
{
    return keys->partition == SCENARIO_NODE_NONE && keys->heal == SCENARIO_NODE_NONE &&
           keys->crash == SCENARIO_NODE_NONE && keys->restart == SCENARIO_NODE_NONE &&
           keys->stop_producing == SCENARIO_NODE_NONE &&
           keys->start_producing == SCENARIO_NODE_NONE;
}

static bool read_event(ScenarioReader *reader, uint32_t node, ReadEvent *read)
{
    ScenarioEventKeys keys = {0};
    bool ok = scenario_reader_object(reader, node, &scenario_event_table, &keys);

    if (scenario_reader_node(reader, node)->kind != SCENARIO_NODE_OBJECT) {
        return false;
    }
    ok = scenario_reader_duration(reader, keys.at, 0, reader->scenario->duration_ns,
                                  &read->event.at_ns) &&
         ok;
    if (!ok && has_no_kind(&keys)) {
        return false; /* its kind is misspelt, or it is past reading */
    }
    if (!find_kind(reader, node, &keys, read)) {
        return false;
    }
    ok = read_options(reader, &keys, &read->event) && ok;
    return read_what(reader, read) && ok;
}

/* ---- The sequence ---------------------------------------------------------------------------- */

static int compare_events(const void *left, const void *right)
{
    const ReadEvent *a = left;
    const ReadEvent *b = right;

    if (a->event.at_ns != b->event.at_ns) {
        return a->event.at_ns < b->event.at_ns ? -1 : 1;
    }
    return a->number < b->number ? -1 : a->number > b->number;
}

/* What the events up to now have done. */
typedef struct State {
    const ReadEvent *partition; /* in force; NULL: none */
    bool *down;                 /* by peer: crashed */
} State;

static bool check_partition_state(ScenarioReader *reader, const ReadEvent *read, State *state)
{
    if (read->event.kind == SCENARIO_EVENT_HEAL) {
        if (state->partition == NULL) {
            return scenario_reader_fail(reader, read->node,
                                        "no partition is in force at this time");
        }
        state->partition = NULL;
        return true;
    }
    if (state->partition != NULL) {
        g_autofree char *since = scenario_units_duration_text(state->partition->event.at_ns);

        return scenario_reader_fail(
            reader, read->node,
            "the partition of %s is still in force; a heal must come before the next one", since);
    }
    state->partition = read;
    return true;
}

/* A crash needs peers that run, a restart peers that crashed. */
static bool check_process_state(ScenarioReader *reader, const ReadEvent *read, State *state)
{
    const bool crash = read->event.kind == SCENARIO_EVENT_CRASH;

    for (uint32_t i = 0; i < read->event.peers.count; i++) {
        const uint32_t peer = read->event.peers.peers[i];
        const ScenarioGroup *group = scenario_group_of(reader->scenario, peer);
        const bool started = group->start_ns <= read->event.at_ns;

        if (started && state->down[peer] != crash) {
            state->down[peer] = crash;
            continue;
        }
        g_autofree char *name = scenario_peer_name(reader->scenario, peer);

        if (!started) {
            g_autofree char *start = scenario_units_duration_text(group->start_ns);

            return scenario_reader_fail(reader, read->node,
                                        "%s does not run yet at this time; it starts at %s", name,
                                        start);
        }
        return scenario_reader_fail(reader, read->node,
                                    crash ? "%s is down already at this time"
                                          : "%s is not down at this time; only a peer that "
                                            "crashed can be restarted",
                                    name);
    }
    return true;
}

static bool check_sequence(ScenarioReader *reader, const ReadEvent *events, uint32_t n_events)
{
    g_autofree bool *down = g_new0(bool, reader->scenario->n_peers);
    State state = {.down = down};
    bool ok = true;

    for (uint32_t i = 0; i < n_events; i++) {
        switch (events[i].event.kind) {
        case SCENARIO_EVENT_PARTITION:
        case SCENARIO_EVENT_HEAL:
            ok = check_partition_state(reader, &events[i], &state) && ok;
            break;
        case SCENARIO_EVENT_CRASH:
        case SCENARIO_EVENT_RESTART:
            ok = check_process_state(reader, &events[i], &state) && ok;
            break;
        case SCENARIO_EVENT_STOP_PRODUCING:
        case SCENARIO_EVENT_START_PRODUCING:
            break;
        }
    }
    return ok;
}

void scenario_read_events(ScenarioReader *reader, uint32_t node)
{
    Scenario *scenario = reader->scenario;
    uint32_t n = 0;
    bool ok = true;

    if (node == SCENARIO_NODE_NONE) {
        return;
    }
    const ScenarioNode *at = scenario_reader_node(reader, node);

    if (at->kind != SCENARIO_NODE_ARRAY) {
        scenario_reader_wrong_type(reader, node, "an array of events");
        return;
    }
    if (at->n_children > SCENARIO_EVENTS_MAX) {
        scenario_reader_fail(reader, node, "%u events are too many; at most %u are allowed",
                             at->n_children, SCENARIO_EVENTS_MAX);
        return;
    }
    g_autofree ReadEvent *events = g_new0(ReadEvent, at->n_children);

    for (uint32_t i = at->first; i != SCENARIO_NODE_NONE;
         i = scenario_reader_node(reader, i)->next) {
        events[n].number = n;
        ok = read_event(reader, i, &events[n++]) && ok;
    }
    if (n > 0) {
        qsort(events, n, sizeof *events, compare_events);
    }
    scenario->events = g_new(ScenarioEvent, n);
    for (; scenario->n_events < n; scenario->n_events++) {
        scenario->events[scenario->n_events] = events[scenario->n_events].event;
    }
    if (ok && reader->peers_known) {
        check_sequence(reader, events, n);
    }
}
