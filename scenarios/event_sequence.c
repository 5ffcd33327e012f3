/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/event_sequence.h"

#include <stdlib.h>

#include "scenarios/units.h"

/* What the events up to now have done. */
typedef struct State {
    const ScenarioReadEvent *partition; /* in force; NULL: none */
    bool cut;                           /* there was a cut since the last heal */
    uint32_t *down;                     /* by peer: number of its crash + 1; 0: it is not down */
    uint32_t *paused;                   /* by peer: number of its pause + 1; 0: it is not paused */
} State;

static bool check_partition(ScenarioReader *reader, const ScenarioReadEvent *read, State *state)
{
    if (state->partition != NULL) {
        g_autofree char *since = scenario_units_duration_text(state->partition->event.at_ns);

        return scenario_reader_fail(
            reader, read->node,
            "the partition of %s is still in force; a heal must come before the next one", since);
    }
    state->partition = read;
    return true;
}

static bool check_end_of_partition(ScenarioReader *reader, const ScenarioReadEvent *read,
                                   State *state)
{
    if (state->partition == NULL || state->partition->number != read->number) {
        return scenario_reader_fail(reader, read->node,
                                    "the partition has been healed before this time is over");
    }
    state->partition = NULL;
    return true;
}

static bool check_heal(ScenarioReader *reader, const ScenarioReadEvent *read, State *state)
{
    if (read->ending) {
        return check_end_of_partition(reader, read, state);
    }
    if (state->partition == NULL && !state->cut) {
        return scenario_reader_fail(reader, read->node,
                                    "no partition or cut is in force at this time");
    }
    state->partition = NULL;
    state->cut = false;
    return true;
}

static bool check_mend(ScenarioReader *reader, const ScenarioReadEvent *read, const State *state)
{
    return state->cut || read->ending ||
           scenario_reader_fail(reader, read->node,
                                "there was no cut before this time that a heal has "
                                "not mended");
}

static bool fail_process(ScenarioReader *reader, const ScenarioReadEvent *read, uint32_t peer,
                         bool down)
{
    const ScenarioGroup *group = scenario_group_of(reader->scenario, peer);
    g_autofree char *name = scenario_peer_name(reader->scenario, peer);

    if (group->start_ns == SCENARIO_TIME_NONE) {
        return scenario_reader_fail(reader, read->node,
                                    "%s never runs; its group has \"start\": \"none\"", name);
    }
    if (group->start_ns > read->event.at_ns) {
        g_autofree char *start = scenario_units_duration_text(group->start_ns);

        return scenario_reader_fail(
            reader, read->node, "%s does not run yet at this time; it starts at %s", name, start);
    }
    if (down && !read->ending) {
        return scenario_reader_fail(reader, read->node, "%s is down already at this time", name);
    }
    if (read->ending) {
        return scenario_reader_fail(reader, read->node,
                                    "%s has been restarted before this time is over", name);
    }
    return scenario_reader_fail(
        reader, read->node,
        "%s is not down at this time; only a peer that crashed can be restarted", name);
}

/* A crash needs peers that run, a restart peers that crashed, and the end of a crash those that
 * have been down since. */
static bool check_process_state(ScenarioReader *reader, const ScenarioReadEvent *read, State *state)
{
    const bool crash = read->event.kind == SCENARIO_EVENT_CRASH;

    for (uint32_t i = 0; i < read->peers.count; i++) {
        const uint32_t peer = read->peers.peers[i];
        const uint32_t down = state->down[peer];
        const bool runs =
            down == 0 && scenario_group_of(reader->scenario, peer)->start_ns <= read->event.at_ns;
        const bool right = read->ending ? down == read->number + 1 : down != 0;

        if (crash ? !runs : !right) {
            return fail_process(reader, read, peer, down != 0);
        }
        state->down[peer] = crash ? read->number + 1 : 0;
        state->paused[peer] = 0;
    }
    return true;
}

/* What keeps a peer from being paused or resumed; NULL: nothing does. */
static const char *wrong_pause(const ScenarioReadEvent *read, const State *state, uint32_t peer)
{
    const uint32_t paused = state->paused[peer];

    if (read->event.kind == SCENARIO_EVENT_PAUSE) {
        return state->down[peer] != 0 ? "is down" : (paused != 0 ? "is paused already" : NULL);
    }
    if (read->ending) {
        return paused == read->number + 1 ? NULL : "is no longer in this pause";
    }
    return paused == 0 ? "is not paused" : NULL;
}

static bool check_pause_state(ScenarioReader *reader, const ScenarioReadEvent *read, State *state)
{
    const bool pause = read->event.kind == SCENARIO_EVENT_PAUSE;

    for (uint32_t i = 0; i < read->peers.count; i++) {
        const uint32_t peer = read->peers.peers[i];
        const bool started =
            scenario_group_of(reader->scenario, peer)->start_ns <= read->event.at_ns;
        const char *wrong = started ? wrong_pause(read, state, peer) : "does not run yet";

        if (wrong != NULL) {
            g_autofree char *name = scenario_peer_name(reader->scenario, peer);

            return scenario_reader_fail(reader, read->node, "%s %s at this time", name, wrong);
        }
        state->paused[peer] = pause ? read->number + 1 : 0;
    }
    return true;
}

static bool check_event(ScenarioReader *reader, const ScenarioReadEvent *read, State *state)
{
    switch (read->event.kind) {
    case SCENARIO_EVENT_PARTITION:
        return check_partition(reader, read, state);
    case SCENARIO_EVENT_HEAL:
        return check_heal(reader, read, state);
    case SCENARIO_EVENT_CUT:
        state->cut = true;
        return true;
    case SCENARIO_EVENT_MEND:
        return check_mend(reader, read, state);
    case SCENARIO_EVENT_CRASH:
    case SCENARIO_EVENT_RESTART:
        return check_process_state(reader, read, state);
    case SCENARIO_EVENT_PAUSE:
    case SCENARIO_EVENT_RESUME:
        return check_pause_state(reader, read, state);
    case SCENARIO_EVENT_RESET:
    case SCENARIO_EVENT_STOP_PRODUCING:
    case SCENARIO_EVENT_START_PRODUCING:
    case SCENARIO_EVENT_SLOW:
    case SCENARIO_EVENT_SET_PRODUCERS:
    case SCENARIO_EVENT_SKEW_CLOCK:
    case SCENARIO_EVENT_CHANGE_LINKS:
    case SCENARIO_EVENT_CHANGE_PEERS:
        return true;
    }
    g_assert_not_reached();
}

/* ---- Links ----------------------------------------------------------------------------------- */

/* The peers that each peer is linked with: those of peer p are remote[first[p]] to
 * remote[first[p + 1] - 1]. */
typedef struct Neighbours {
    uint32_t *first;
    uint32_t *remote;
} Neighbours;

static void clear_neighbours(Neighbours *neighbours)
{
    g_free(neighbours->first);
    g_free(neighbours->remote);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Neighbours, clear_neighbours)

static void find_neighbours(const Scenario *scenario, Neighbours *neighbours)
{
    uint32_t *first = g_new0(uint32_t, (gsize)scenario->n_peers + 2u);
    uint32_t *remote = g_new(uint32_t, 2u * (gsize)scenario->n_links);

    for (uint32_t i = 0; i < scenario->n_links; i++) {
        first[scenario->links[i].from + 2u]++;
        first[scenario->links[i].to + 2u]++;
    }
    for (uint32_t peer = 2; peer < scenario->n_peers + 2u; peer++) {
        first[peer] += first[peer - 1u];
    }
    for (uint32_t i = 0; i < scenario->n_links; i++) {
        const ScenarioLink *link = &scenario->links[i];

        remote[first[link->from + 1u]++] = link->to;
        remote[first[link->to + 1u]++] = link->from;
    }
    *neighbours = (Neighbours){.first = first, .remote = remote};
}

static int compare_peers(const void *left, const void *right)
{
    const uint32_t a = *(const uint32_t *)left;
    const uint32_t b = *(const uint32_t *)right;

    return a < b ? -1 : a > b;
}

static bool has_peer(const ScenarioPeerSet *set, uint32_t peer)
{
    return bsearch(&peer, set->peers, set->count, sizeof(uint32_t), compare_peers) != NULL;
}

/* How many links the peers have, those among them twice. */
static uint64_t count_neighbours(const Neighbours *neighbours, const ScenarioPeerSet *set)
{
    uint64_t n = 0;

    for (uint32_t i = 0; i < set->count; i++) {
        n += neighbours->first[set->peers[i] + 1u] - neighbours->first[set->peers[i]];
    }
    return n;
}

/*
 * How many links there are between two sets of peers, up to `most`. It looks from the side that has
 * fewer: the hub of a star has all links, and there may be an event for each.
 */
static uint32_t count_links(const Neighbours *neighbours, const ScenarioReadEvent *read,
                            uint32_t most)
{
    const bool turned =
        count_neighbours(neighbours, &read->others) < count_neighbours(neighbours, &read->peers);
    const ScenarioPeerSet *from = turned ? &read->others : &read->peers;
    const ScenarioPeerSet *to = turned ? &read->peers : &read->others;
    uint32_t n = 0;

    for (uint32_t i = 0; i < from->count; i++) {
        const uint32_t peer = from->peers[i];

        for (uint32_t j = neighbours->first[peer]; j < neighbours->first[peer + 1u]; j++) {
            const uint32_t remote = neighbours->remote[j];
            const bool seen = remote < peer && has_peer(from, remote) && has_peer(to, peer);

            n += has_peer(to, remote) && !seen;
            if (n == most) {
                return n;
            }
        }
    }
    return n;
}

static bool is_of_links(const ScenarioReadEvent *read)
{
    return read->event.others.count > 0;
}

/* Links that are mended one at a time must be before the run ends. */
static void check_release(ScenarioReader *reader, const ScenarioReadEvent *read,
                          const Neighbours *neighbours)
{
    const Scenario *scenario = reader->scenario;
    const int64_t end_ns = read->event.at_ns + read->for_ns;
    const int64_t every_ns = read->event.release_every_ns;

    if (every_ns == 0) {
        return;
    }
    const uint32_t n = count_links(neighbours, read, UINT32_MAX);

    if (n > 0 && (scenario->duration_ns - end_ns) / every_ns < n - 1) {
        scenario_reader_fail(reader, read->for_node,
                             "the run ends before the last of %u links is mended", n);
    } else if (n > 0) {
        reader->released_ns = MAX(reader->released_ns, end_ns + (n - 1) * every_ns);
    }
}

/* What happens to links must happen to one at least. */
static void check_links(ScenarioReader *reader, const ScenarioReadEvent *events, uint32_t n_events)
{
    g_auto(Neighbours) neighbours = {0};

    for (uint32_t i = 0; i < n_events; i++) {
        if (!is_of_links(&events[i])) {
            continue;
        }
        if (neighbours.first == NULL) {
            find_neighbours(reader->scenario, &neighbours);
        }
        if (count_links(&neighbours, &events[i], 1) == 0) {
            scenario_reader_fail(reader, events[i].node,
                                 "the topology has no link between these peers");
        }
        check_release(reader, &events[i], &neighbours);
    }
}

void scenario_event_sequence_check(ScenarioReader *reader, const ScenarioReadEvent *events,
                                   uint32_t n_events)
{
    g_autofree uint32_t *down = g_new0(uint32_t, reader->scenario->n_peers);
    g_autofree uint32_t *paused = g_new0(uint32_t, reader->scenario->n_peers);
    State state = {.down = down, .paused = paused};

    for (uint32_t i = 0; i < n_events; i++) {
        check_event(reader, &events[i], &state);
    }
    if (reader->n_mistakes == 0) { /* so the topology is whole */
        check_links(reader, events, n_events);
    }
}
