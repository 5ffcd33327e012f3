/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which targets of random faults are passed over: one pass back in time looks for the next event of
 * the file that comes to each, one forth for what holds it.
 */
#include <stdlib.h>

#include "scenarios/chaos.h"

static ScenarioChaosSort sort_of(ScenarioEventKind kind)
{
    switch (kind) {
    case SCENARIO_EVENT_CRASH:
    case SCENARIO_EVENT_RESTART:
    case SCENARIO_EVENT_PAUSE:
    case SCENARIO_EVENT_RESUME:
        return SCENARIO_SORT_PROCESS;
    case SCENARIO_EVENT_SLOW:
        return SCENARIO_SORT_SPEED;
    case SCENARIO_EVENT_STOP_PRODUCING:
    case SCENARIO_EVENT_START_PRODUCING:
        return SCENARIO_SORT_PRODUCING;
    case SCENARIO_EVENT_SKEW_CLOCK:
        return SCENARIO_SORT_CLOCK;
    case SCENARIO_EVENT_CUT:
    case SCENARIO_EVENT_MEND:
        return SCENARIO_SORT_LINK;
    case SCENARIO_EVENT_CHANGE_LINKS:
        return SCENARIO_SORT_CHANGE;
    case SCENARIO_EVENT_PARTITION:
    case SCENARIO_EVENT_HEAL:
        return SCENARIO_SORT_PARTITION;
    case SCENARIO_EVENT_RESET:
    case SCENARIO_EVENT_SET_PRODUCERS:
    case SCENARIO_EVENT_CHANGE_PEERS:
        break;
    }
    return SCENARIO_SORT_NONE;
}

/* ---- Links ----------------------------------------------------------------------------------- */

uint32_t scenario_chaos_peer_of_end(const Scenario *scenario, uint32_t end)
{
    const ScenarioLink *link = &scenario->links[end / 2u];

    return end % 2u == 0 ? link->from : link->to;
}

static void find_ends(const Scenario *scenario, ScenarioEnds *ends)
{
    const uint32_t n_ends = 2u * scenario->n_links;

    ends->first = g_new0(uint32_t, (gsize)scenario->n_peers + 2u);
    ends->end = g_new(uint32_t, n_ends);
    for (uint32_t end = 0; end < n_ends; end++) {
        ends->first[scenario_chaos_peer_of_end(scenario, end) + 2u]++;
    }
    for (uint32_t peer = 2; peer < scenario->n_peers + 2u; peer++) {
        ends->first[peer] += ends->first[peer - 1u];
    }
    for (uint32_t end = 0; end < n_ends; end++) {
        ends->end[ends->first[scenario_chaos_peer_of_end(scenario, end) + 1u]++] = end;
    }
}

static int compare_peers(const void *left, const void *right)
{
    const uint32_t a = *(const uint32_t *)left;
    const uint32_t b = *(const uint32_t *)right;

    return a < b ? -1 : a > b;
}

static bool is_in(uint32_t peer, const ScenarioPeerSet *set)
{
    return bsearch(&peer, set->peers, set->count, sizeof peer, compare_peers) != NULL;
}

static const ScenarioEnds *ends_of(ScenarioChaos *chaos)
{
    if (chaos->ends.first == NULL) {
        find_ends(chaos->reader->scenario, &chaos->ends);
    }
    return &chaos->ends;
}

/* How many links the peers have, those among them twice. */
static uint64_t count_ends(ScenarioChaos *chaos, const ScenarioPeerSet *peers)
{
    const ScenarioEnds *ends = ends_of(chaos);
    uint64_t n = 0;

    for (uint32_t i = 0; i < peers->count; i++) {
        n += ends->first[peers->peers[i] + 1u] - ends->first[peers->peers[i]];
    }
    return n;
}

void scenario_chaos_for_each_end(ScenarioChaos *chaos, const ScenarioEvent *event,
                                 void (*act)(void *data, uint32_t end), void *data)
{
    const Scenario *scenario = chaos->reader->scenario;
    const ScenarioEnds *ends = ends_of(chaos);

    for (uint32_t i = 0; i < event->peers.count; i++) {
        const uint32_t peer = event->peers.peers[i];

        for (uint32_t j = ends->first[peer]; j < ends->first[peer + 1u]; j++) {
            const uint32_t end = ends->end[j];

            if (is_in(scenario_chaos_peer_of_end(scenario, end ^ 1u), &event->others)) {
                act(data, end);
            }
        }
    }
}

static ScenarioChaosSort sort_of_arrival(const ScenarioChaos *chaos, const ScenarioArrival *arrival)
{
    return sort_of(scenario_chaos_fault(chaos, arrival->fault)->event.event.kind);
}

/* ---- What is passed over --------------------------------------------------------------------- */

/* The targets of one sort. */
typedef struct Holds {
    ScenarioChaosSort sort;
    int64_t *next_ns;  /* [n], going back in time: when an event of the file comes to it */
    int64_t *until_ns; /* [n], going forth: when a random fault lets go of it */
    guint *holder;     /* [n], going forth: index of the file's event + 1; 0: none. Changes of links
                          do not replace each other: how many are in force */
    /* A heal comes to all links: to note that for each would take too long where there are many. */
    int64_t next_heal_ns; /* going back: when they are healed next */
    guint healed;         /* going forth: holders up to this one have no hold any more */
} Holds;

static bool is_of_links(ScenarioChaosSort sort)
{
    return sort == SCENARIO_SORT_LINK || sort == SCENARIO_SORT_CHANGE;
}

static uint32_t count_targets(const Scenario *scenario, ScenarioChaosSort sort)
{
    if (sort == SCENARIO_SORT_PARTITION) {
        return 1;
    }
    return is_of_links(sort) ? scenario->n_links : scenario->n_peers;
}

/* An event of the file that comes to targets. */
typedef struct Touch {
    const ScenarioChaos *chaos;
    Holds *holds;
    guint event; /* its index */
    bool back;   /* in time */
} Touch;

/* After these a target is as usual. */
static bool lets_go(const ScenarioReadEvent *read)
{
    switch (read->event.kind) {
    case SCENARIO_EVENT_RESTART:
    case SCENARIO_EVENT_RESUME:
    case SCENARIO_EVENT_START_PRODUCING:
    case SCENARIO_EVENT_MEND:
    case SCENARIO_EVENT_HEAL:
        return true;
    case SCENARIO_EVENT_CRASH:
    case SCENARIO_EVENT_PAUSE:
    case SCENARIO_EVENT_STOP_PRODUCING:
    case SCENARIO_EVENT_SLOW:
    case SCENARIO_EVENT_SKEW_CLOCK:
    case SCENARIO_EVENT_CUT:
    case SCENARIO_EVENT_PARTITION:
    case SCENARIO_EVENT_RESET:
    case SCENARIO_EVENT_SET_PRODUCERS:
    case SCENARIO_EVENT_CHANGE_LINKS:
    case SCENARIO_EVENT_CHANGE_PEERS:
        break;
    }
    return read->ending; /* a slow or a skew_clock may be the end of one */
}

static void touch(const Touch *touched, uint32_t target)
{
    const ScenarioReadEvent *read = scenario_chaos_event(touched->chaos, touched->event);
    guint *holder = &touched->holds->holder[target];

    if (touched->back) {
        touched->holds->next_ns[target] = read->event.at_ns;
    } else if (touched->holds->sort == SCENARIO_SORT_CHANGE) {
        *holder = read->ending ? *holder - 1u : *holder + 1u;
    } else if (!lets_go(read)) {
        *holder = touched->event + 1u;
    } else if (!read->ending ||
               (*holder > 0 &&
                scenario_chaos_event(touched->chaos, *holder - 1u)->number == read->number)) {
        *holder = 0;
    }
}

static void touch_end(void *data, uint32_t end)
{
    touch(data, end / 2u);
}

/* Touches the links between two sets, from the side that has fewer: the hub of a star has them all,
 * and there may be an event for each. */
static void touch_links(ScenarioChaos *chaos, const ScenarioReadEvent *read, Touch *touched)
{
    const bool turned = count_ends(chaos, &read->others) < count_ends(chaos, &read->peers);
    const ScenarioEvent links = {.peers = turned ? read->others : read->peers,
                                 .others = turned ? read->peers : read->others};

    scenario_chaos_for_each_end(chaos, &links, touch_end, touched);
}

/* Touches what an event of the file comes to, as far as it is of this sort. */
static void touch_event(ScenarioChaos *chaos, guint event, bool back, Holds *holds)
{
    const ScenarioReadEvent *read = scenario_chaos_event(chaos, event);
    const ScenarioChaosSort sort = sort_of(read->event.kind);
    const bool heals_cuts = read->event.kind == SCENARIO_EVENT_HEAL && !read->ending;
    Touch touched = {.chaos = chaos, .holds = holds, .event = event, .back = back};

    if (holds->sort == SCENARIO_SORT_LINK && heals_cuts) {
        if (back) {
            holds->next_heal_ns = read->event.at_ns;
        } else {
            holds->healed = event + 1u;
        }
    }
    if (sort != holds->sort) {
        return;
    }
    if (sort == SCENARIO_SORT_PARTITION) {
        touch(&touched, 0);
    } else if (is_of_links(sort)) {
        touch_links(chaos, read, &touched);
    } else {
        for (uint32_t i = 0; i < read->peers.count; i++) {
            touch(&touched, read->peers.peers[i]);
        }
    }
}

/* Back in time: when each target is next touched. */
static void look_ahead(ScenarioChaos *chaos, Holds *holds)
{
    guint event = chaos->n_file;

    for (guint i = chaos->arrivals->len; i > 0; i--) {
        const ScenarioArrival *arrival = scenario_chaos_arrival(chaos, i - 1);

        for (; event > 0 && scenario_chaos_event(chaos, event - 1)->event.at_ns >= arrival->at_ns;
             event--) {
            touch_event(chaos, event - 1, true, holds);
        }
        for (guint t = 0; t < arrival->n && sort_of_arrival(chaos, arrival) == holds->sort; t++) {
            ScenarioTarget *target = scenario_chaos_target(chaos, arrival->first + t);

            target->next_ns = MIN(holds->next_ns[target->index], holds->next_heal_ns);
        }
    }
}

static bool runs(const Scenario *scenario, const Holds *holds, const ScenarioTarget *target,
                 int64_t at_ns)
{
    return holds->sort != SCENARIO_SORT_PROCESS ||
           scenario_group_of(scenario, target->index)->start_ns <= at_ns;
}

/* Forth in time: which targets are free, and held from then on. */
static void hold(ScenarioChaos *chaos, Holds *holds)
{
    guint event = 0;

    for (guint i = 0; i < chaos->arrivals->len; i++) {
        const ScenarioArrival *arrival = scenario_chaos_arrival(chaos, i);

        for (; event < chaos->n_file &&
               scenario_chaos_event(chaos, event)->event.at_ns < arrival->at_ns;
             event++) {
            touch_event(chaos, event, false, holds);
        }
        for (guint t = 0; t < arrival->n && sort_of_arrival(chaos, arrival) == holds->sort; t++) {
            ScenarioTarget *target = scenario_chaos_target(chaos, arrival->first + t);

            target->free = holds->holder[target->index] <= holds->healed &&
                           holds->until_ns[target->index] <= arrival->at_ns &&
                           target->next_ns > arrival->end_ns &&
                           runs(chaos->reader->scenario, holds, target, arrival->at_ns);
            if (target->free) {
                holds->until_ns[target->index] = arrival->end_ns;
            }
        }
    }
}

void scenario_chaos_pass_over(ScenarioChaos *chaos, ScenarioChaosSort sort)
{
    bool used = false;

    for (guint i = 0; i < chaos->faults->len; i++) {
        used = used || sort_of(scenario_chaos_fault(chaos, i)->event.event.kind) == sort;
    }
    if (!used) {
        return;
    }
    const uint32_t n = count_targets(chaos->reader->scenario, sort);
    g_autofree int64_t *next_ns = g_new(int64_t, n);
    g_autofree int64_t *until_ns = g_new0(int64_t, n);
    g_autofree guint *holder = g_new0(guint, n);
    Holds holds = {.sort = sort,
                   .next_ns = next_ns,
                   .until_ns = until_ns,
                   .holder = holder,
                   .next_heal_ns = SCENARIO_TIME_NONE};

    for (uint32_t i = 0; i < n; i++) {
        next_ns[i] = SCENARIO_TIME_NONE;
    }
    look_ahead(chaos, &holds);
    hold(chaos, &holds);
}
