/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/event_sequence.h"

#include "scenarios/units.h"

/* What the events up to now have done. */
typedef struct State {
    const ScenarioReadEvent *partition; /* in force; NULL: none */
    bool cut;                           /* there was a cut since the last heal */
    bool *down;                         /* by peer: crashed */
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

static bool check_heal(ScenarioReader *reader, const ScenarioReadEvent *read, State *state)
{
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
    return state->cut || scenario_reader_fail(reader, read->node,
                                              "there was no cut before this time that a heal has "
                                              "not mended");
}

/* A crash needs peers that run, a restart peers that crashed. */
static bool check_process_state(ScenarioReader *reader, const ScenarioReadEvent *read, State *state)
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
    case SCENARIO_EVENT_RESET:
    case SCENARIO_EVENT_STOP_PRODUCING:
    case SCENARIO_EVENT_START_PRODUCING:
        return true;
    }
    g_assert_not_reached();
}

void scenario_event_sequence_check(ScenarioReader *reader, const ScenarioReadEvent *events,
                                   uint32_t n_events)
{
    g_autofree bool *down = g_new0(bool, reader->scenario->n_peers);
    State state = {.down = down};

    for (uint32_t i = 0; i < n_events; i++) {
        check_event(reader, &events[i], &state);
    }
}
