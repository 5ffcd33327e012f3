/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes plain events of random faults.
 *
 * Each fault has three streams of its own, for when, how long and where, so that none of these
 * moves another, and no fault moves those before it. All of that is drawn first; then targets are
 * passed over; then events are made for those that are left.
 */
#include "scenarios/chaos.h"

#include <stdlib.h>

#include "scenarios/draw.h"
#include "scenarios/selector.h"

/* Makes the streams differ from those of topologies. */
#define STREAM UINT64_C(0x63686131d5b0a1e7)

/* ---- What is drawn --------------------------------------------------------------------------- */

static void append_end(void *data, uint32_t end)
{
    GArray *ends = data;

    g_array_append_val(ends, end);
}

static int compare_numbers(const void *left, const void *right)
{
    const uint32_t a = *(const uint32_t *)left;
    const uint32_t b = *(const uint32_t *)right;

    return a < b ? -1 : a > b;
}

/* Both ends of a link may be of the first peers: that matters one way only. */
static void drop_second_ends(GArray *ends)
{
    guint n = 0;

    g_array_sort(ends, compare_numbers);
    for (guint i = 0; i < ends->len; i++) {
        const uint32_t end = g_array_index(ends, uint32_t, i);

        if (n == 0 || g_array_index(ends, uint32_t, n - 1) / 2u != end / 2u) {
            g_array_index(ends, uint32_t, n++) = end;
        }
    }
    g_array_set_size(ends, n);
}

static GArray *link_choices(ScenarioChaos *chaos, const ScenarioEvent *event)
{
    GArray *ends = g_array_new(FALSE, FALSE, sizeof(uint32_t));

    scenario_chaos_for_each_end(chaos, event, append_end, ends);
    if (!event->one_way) {
        drop_second_ends(ends);
    }
    return ends;
}

/* What a fault may come to: peers, ends of links, or the network. */
static GArray *choices_of(ScenarioChaos *chaos, const ScenarioRandomFault *fault)
{
    const ScenarioEvent *event = &fault->event.event;

    if (event->others.count > 0) {
        return link_choices(chaos, event);
    }
    GArray *choices = g_array_new(FALSE, TRUE, sizeof(uint32_t));

    if (event->kind == SCENARIO_EVENT_PARTITION) {
        return g_array_set_size(choices, 1);
    }
    return g_array_append_vals(choices, event->peers.peers, event->peers.count);
}

static int compare_targets(const void *left, const void *right)
{
    const ScenarioTarget *a = left;
    const ScenarioTarget *b = right;

    return a->end < b->end ? -1 : a->end > b->end;
}

/* Picks different ones, in their order. The choices stay the same ones in another order. */
static void pick_targets(ScenarioChaos *chaos, ScenarioArrival *arrival, GArray *choices,
                         ScenarioDraw *draw)
{
    const ScenarioRandomFault *fault = scenario_chaos_fault(chaos, arrival->fault);
    const bool links = fault->event.event.others.count > 0;
    uint32_t *choice = &g_array_index(choices, uint32_t, 0);

    arrival->first = chaos->targets->len;
    arrival->n = MIN(fault->pick, choices->len);
    for (guint i = 0; i < arrival->n; i++) {
        const guint j = i + (guint)scenario_draw_below(draw, choices->len - i);
        const uint32_t picked = choice[j];

        choice[j] = choice[i];
        choice[i] = picked;
        const ScenarioTarget target = {.next_ns = SCENARIO_TIME_NONE,
                                       .end = picked,
                                       .index = links ? picked / 2u : picked,
                                       .free = true};

        g_array_append_val(chaos->targets, target);
    }
    if (arrival->n > 1) {
        qsort(scenario_chaos_target(chaos, arrival->first), arrival->n, sizeof(ScenarioTarget),
              compare_targets);
    }
}

static int64_t draw_time(const ScenarioRandomTime *time, ScenarioDraw *draw)
{
    const uint64_t range_ns = (uint64_t)(time->most_ns - time->least_ns);

    if (!time->exponential) {
        return time->least_ns + (int64_t)scenario_draw_below(draw, range_ns + 1u);
    }
    const uint64_t more_ns = scenario_draw_exponential(draw, (uint64_t)time->mean_ns);

    return time->least_ns + (int64_t)MIN(more_ns, range_ns);
}

/* The streams of a fault. */
typedef struct Streams {
    ScenarioDraw when;
    ScenarioDraw how_long;
    ScenarioDraw where;
} Streams;

/* How many of the peers that a scenario may name an arrival names. */
static uint32_t count_named(const ScenarioChaos *chaos, const ScenarioRandomFault *fault,
                            guint n_choices)
{
    return fault->sides > 0 ? chaos->reader->scenario->n_peers : MIN(fault->pick, n_choices);
}

/* Draws the next arrival, after that which `arrival` holds; false: there is none, or a limit is
 * passed. */
static bool add_arrival(ScenarioChaos *chaos, ScenarioArrival *arrival, GArray *choices,
                        Streams *streams)
{
    const ScenarioRandomFault *fault = scenario_chaos_fault(chaos, arrival->fault);
    const uint64_t mean_ns = UINT64_C(1000000000000000) / fault->rate_per_s_micro;
    const uint64_t wait_ns = 1u + scenario_draw_exponential(&streams->when, mean_ns);

    if (wait_ns >= (uint64_t)(fault->until_ns - arrival->at_ns)) {
        return false;
    }
    if (chaos->arrivals->len == chaos->reader->most.events) {
        return scenario_reader_fail(chaos->reader, fault->event.node,
                                    "random faults come more than %u times; lower \"rate\" or "
                                    "move \"from\" and \"until\" together",
                                    chaos->reader->most.events);
    }
    if (!scenario_selector_count(chaos->reader, fault->event.node,
                                 count_named(chaos, fault, choices->len))) {
        return false;
    }
    arrival->at_ns += (int64_t)wait_ns;
    const int64_t lasts_ns = draw_time(&fault->time, &streams->how_long);

    arrival->end_ns = arrival->at_ns + MIN(lasts_ns, fault->until_ns - arrival->at_ns);
    arrival->seed = fault->sides > 0 ? scenario_draw_bits(&streams->where) : 0;
    pick_targets(chaos, arrival, choices, &streams->where);
    g_array_append_val(chaos->arrivals, *arrival);
    arrival->number++;
    return true;
}

static void add_arrivals(ScenarioChaos *chaos, uint32_t index, Streams *streams)
{
    const ScenarioRandomFault *fault = scenario_chaos_fault(chaos, index);
    g_autoptr(GArray) choices = choices_of(chaos, fault);
    ScenarioArrival arrival = {.at_ns = fault->from_ns, .fault = index};

    if (choices->len == 0) {
        scenario_reader_fail(chaos->reader, fault->event.node,
                             "the topology has no link between these peers");
        return;
    }
    bool more = fault->rate_per_s_micro > 0;

    while (more) {
        more = add_arrival(chaos, &arrival, choices, streams);
    }
}

static int compare_arrivals(const void *left, const void *right)
{
    const ScenarioArrival *a = left;
    const ScenarioArrival *b = right;

    if (a->at_ns != b->at_ns) {
        return a->at_ns < b->at_ns ? -1 : 1;
    }
    if (a->fault != b->fault) {
        return a->fault < b->fault ? -1 : 1;
    }
    return a->number < b->number ? -1 : a->number > b->number;
}

static void draw_arrivals(ScenarioChaos *chaos)
{
    ScenarioDraw seeds = {chaos->reader->scenario->seed ^ STREAM};

    for (guint i = 0; i < chaos->faults->len; i++) {
        Streams streams = {0};

        streams.when.state = scenario_draw_bits(&seeds);
        streams.how_long.state = scenario_draw_bits(&seeds);
        streams.where.state = scenario_draw_bits(&seeds);
        add_arrivals(chaos, i, &streams);
    }
    if (chaos->arrivals->len > 1) {
        qsort(chaos->arrivals->data, chaos->arrivals->len, sizeof(ScenarioArrival),
              compare_arrivals);
    }
}

/* ---- Events ---------------------------------------------------------------------------------- */

static ScenarioPeerSet set_of_one(uint32_t peer)
{
    ScenarioPeerSet set = {.peers = g_new(uint32_t, 1), .count = 1};

    set.peers[0] = peer;
    return set;
}

/* Sides whose sizes differ by one at most. */
static uint32_t *draw_sides(const Scenario *scenario, uint32_t n_sides, uint64_t seed)
{
    ScenarioDraw draw = {seed};
    uint32_t *sides = g_new(uint32_t, scenario->n_peers);

    for (uint32_t i = 0; i < scenario->n_peers; i++) {
        const uint32_t j = (uint32_t)scenario_draw_below(&draw, i + UINT64_C(1));

        sides[i] = sides[j];
        sides[j] = i % n_sides;
    }
    return sides;
}

/* False: there are too many events. */
static bool add_event(ScenarioChaos *chaos, const ScenarioArrival *arrival,
                      const ScenarioEvent *event)
{
    const ScenarioReadEvent *begin = &scenario_chaos_fault(chaos, arrival->fault)->event;
    ScenarioReadEvent read = {
        .event = *event,
        .peers = event->peers,
        .others = event->others,
        .for_ns = begin->for_node == SCENARIO_NODE_NONE ? 0 : arrival->end_ns - arrival->at_ns,
        .for_node = begin->for_node,
        .node = begin->node,
        .number = chaos->next_number++,
    };

    g_array_append_val(chaos->events, read);
    return chaos->next_number <= chaos->reader->most.events ||
           scenario_reader_fail(chaos->reader, begin->node,
                                "the events and the random faults make more than %u events; lower "
                                "\"rate\" or move \"from\" and \"until\" together",
                                chaos->reader->most.events);
}

static bool add_peers_event(ScenarioChaos *chaos, const ScenarioArrival *arrival,
                            ScenarioEvent *event)
{
    event->peers.peers = g_new(uint32_t, arrival->n);
    event->peers.count = 0;
    for (guint t = 0; t < arrival->n; t++) {
        const ScenarioTarget *target = scenario_chaos_target(chaos, arrival->first + t);

        if (target->free) {
            event->peers.peers[event->peers.count++] = target->index;
        }
    }
    if (event->peers.count == 0) {
        g_free(event->peers.peers);
        return true;
    }
    return add_event(chaos, arrival, event);
}

static bool add_link_events(ScenarioChaos *chaos, const ScenarioArrival *arrival,
                            ScenarioEvent *event)
{
    const Scenario *scenario = chaos->reader->scenario;
    bool ok = true;

    for (guint t = 0; t < arrival->n && ok; t++) {
        const ScenarioTarget *target = scenario_chaos_target(chaos, arrival->first + t);

        if (!target->free) {
            continue;
        }
        event->peers = set_of_one(scenario_chaos_peer_of_end(scenario, target->end));
        event->others = set_of_one(scenario_chaos_peer_of_end(scenario, target->end ^ 1u));
        ok = add_event(chaos, arrival, event);
    }
    return ok;
}

static bool add_events_of(ScenarioChaos *chaos, const ScenarioArrival *arrival)
{
    const ScenarioRandomFault *fault = scenario_chaos_fault(chaos, arrival->fault);
    ScenarioEvent event = fault->event.event;

    event.at_ns = arrival->at_ns;
    if (event.others.count > 0) {
        return add_link_events(chaos, arrival, &event);
    }
    if (event.kind != SCENARIO_EVENT_PARTITION) {
        return add_peers_event(chaos, arrival, &event);
    }
    if (!scenario_chaos_target(chaos, arrival->first)->free) {
        return true;
    }
    event.sides = draw_sides(chaos->reader->scenario, fault->sides, arrival->seed);
    return add_event(chaos, arrival, &event);
}

static void count_file(ScenarioChaos *chaos)
{
    chaos->n_file = chaos->events->len;
    for (guint i = 0; i < chaos->n_file; i++) {
        chaos->next_number += scenario_chaos_event(chaos, i)->ending ? 0u : 1u;
    }
}

void scenario_random_faults_add(ScenarioReader *reader, const GArray *faults, GArray *events)
{
    g_autoptr(GArray) arrivals = g_array_new(FALSE, FALSE, sizeof(ScenarioArrival));
    g_autoptr(GArray) targets = g_array_new(FALSE, FALSE, sizeof(ScenarioTarget));
    ScenarioChaos chaos = {
        .reader = reader,
        .faults = faults,
        .events = events,
        .arrivals = arrivals,
        .targets = targets,
    };

    draw_arrivals(&chaos);
    count_file(&chaos);
    bool ok = reader->n_mistakes == 0;

    for (ScenarioChaosSort sort = SCENARIO_SORT_PROCESS; sort < SCENARIO_SORT_NONE && ok; sort++) {
        scenario_chaos_pass_over(&chaos, sort);
    }
    for (guint i = 0; i < arrivals->len && ok; i++) {
        ok = add_events_of(&chaos, scenario_chaos_arrival(&chaos, i));
    }
    g_free(chaos.ends.first);
    g_free(chaos.ends.end);
}
