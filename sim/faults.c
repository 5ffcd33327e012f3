/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faults: what the scenario does to the network and to processes at given times.
 */
#include "sim/internal.h"

/* The event itself, or the one that it ends: who has the peers. */
static const ScenarioEvent *subject_of(const SimWorld *world, uint32_t index)
{
    const ScenarioEvent *event = &world->scenario->events[index];
    return event->ends == SCENARIO_EVENT_NONE ? event : &world->scenario->events[event->ends];
}

/* What the event `by` has done is for the event `index` to undo. */
static bool undoes(const SimWorld *world, uint32_t index, uint32_t by)
{
    uint32_t ends = world->scenario->events[index].ends;
    return ends == SCENARIO_EVENT_NONE || ends == by;
}

/* --- links ----------------------------------------------------------------------------------- */

/* What `end` sends is stopped by the partition in force. */
static bool is_parted(const SimWorld *world, uint32_t end)
{
    if (!world->partition)
        return false;
    uint32_t from = world->partition->sides[world->ends[end].peer];
    uint32_t to = world->partition->sides[world->ends[end ^ 1].peer];
    return world->partition->one_way ? from < to : from != to;
}

/* Cuts and mends the two ways of a link as the partition and the cuts in force say. */
static void update_link(SimWorld *world, uint32_t link)
{
    bool mended[2];
    for (uint32_t i = 0; i < 2; i++) {
        SimEnd *end = &world->ends[2 * link + i];
        bool was_cut = end->cut;
        end->cut = end->cut_by != SIM_NONE || is_parted(world, 2 * link + i);
        mended[i] = was_cut && !end->cut;
    }
    if ((mended[0] || mended[1]) && world->links[link].lose) {
        world->links[link].lose = false;
        sim_probe(&world->probes, SIM_PROBE_CUT_LOST);
        sim_connection_reset(world, link);
    }
    for (uint32_t i = 0; i < 2; i++)
        if (mended[i])
            sim_wire_mend(world, 2 * link + i);
}

/* What the event says of the connection of a link that it cuts. */
static void treat_connection(SimWorld *world, uint32_t link, const ScenarioEvent *event)
{
    if (event->connections == SCENARIO_CONNECTIONS_RESET)
        sim_connection_reset(world, link);
    else if (event->connections == SCENARIO_CONNECTIONS_LOSE)
        world->links[link].lose = true;
}

static void begin_partition(SimWorld *world, const ScenarioEvent *event)
{
    world->partition = event;
    for (uint32_t link = 0; link < world->scenario->n_links; link++) {
        update_link(world, link);
        if (is_parted(world, 2 * link) || is_parted(world, 2 * link + 1))
            treat_connection(world, link, event);
    }
}

/* `all`: the cuts too. */
static void heal(SimWorld *world, bool all)
{
    world->partition = NULL;
    for (uint32_t end = 0; all && end < world->n_ends; end++)
        world->ends[end].cut_by = SIM_NONE;
    for (uint32_t link = 0; link < world->scenario->n_links; link++)
        update_link(world, link);
}

bool sim_faults_is_member(const ScenarioPeerSet *set, uint32_t peer)
{
    uint32_t low = 0;
    uint32_t high = set->count; /* it is in [low, high), if at all */
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (set->peers[middle] == peer)
            return true;
        if (set->peers[middle] < peer)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

typedef void LinkAction(SimWorld *world, uint32_t end, uint32_t index);

/* Acts on each end of the event's `peers` towards its `others`, in order. */
static void for_each_end(SimWorld *world, uint32_t index, LinkAction *act)
{
    const ScenarioEvent *event = subject_of(world, index);
    for (uint32_t i = 0; i < event->peers.count; i++) {
        uint32_t peer = event->peers.peers[i];
        for (uint32_t s = 0; s < world->peers[peer].n_ends; s++) {
            uint32_t end = sim_peer_end(world, peer, s);
            if (sim_faults_is_member(&event->others, world->ends[end ^ 1].peer))
                act(world, end, index);
        }
    }
}

static void cut_end(SimWorld *world, uint32_t end, uint32_t index)
{
    const ScenarioEvent *event = &world->scenario->events[index];
    world->ends[end].cut_by = index;
    if (!event->one_way)
        world->ends[end ^ 1].cut_by = index;
    update_link(world, end / 2);
    treat_connection(world, end / 2, event);
}

static void mend_end(SimWorld *world, uint32_t end, uint32_t index)
{
    if (undoes(world, index, world->ends[end].cut_by))
        world->ends[end].cut_by = SIM_NONE;
    if (!subject_of(world, index)->one_way && undoes(world, index, world->ends[end ^ 1].cut_by))
        world->ends[end ^ 1].cut_by = SIM_NONE;
    update_link(world, end / 2);
}

void sim_faults_mend_link(SimWorld *world, uint32_t link, uint32_t by)
{
    for (uint32_t end = 2 * link; end <= 2 * link + 1; end++)
        if (world->ends[end].cut_by == by)
            world->ends[end].cut_by = SIM_NONE;
    update_link(world, link);
}

static void reset_end(SimWorld *world, uint32_t end, uint32_t index)
{
    (void)index;
    sim_connection_reset(world, end / 2);
}

/* --- processes ------------------------------------------------------------------------------- */

static void crash(SimWorld *world, const ScenarioPeerSet *peers)
{
    for (uint32_t i = 0; i < peers->count; i++)
        if (world->peers[peers->peers[i]].up)
            sim_peer_stop(world, peers->peers[i]);
}

static void restart(SimWorld *world, const ScenarioPeerSet *peers, bool lose_chain)
{
    for (uint32_t i = 0; i < peers->count; i++)
        if (!world->peers[peers->peers[i]].up)
            sim_peer_start(world, peers->peers[i], !lose_chain);
}

static void stop_producing(SimWorld *world, const ScenarioPeerSet *peers, uint32_t index)
{
    for (uint32_t i = 0; i < peers->count; i++) {
        world->peers[peers->peers[i]].producing = false;
        world->peers[peers->peers[i]].stopped_by = index;
    }
}

/* Who is told to start produces whether its chain is stale or not. */
static void start_producing(SimWorld *world, const ScenarioPeerSet *peers, uint32_t index)
{
    for (uint32_t i = 0; i < peers->count; i++) {
        SimPeer *peer = &world->peers[peers->peers[i]];
        if (!undoes(world, index, peer->stopped_by))
            continue;
        peer->producing = true;
        peer->stopped_by = SIM_NONE;
        peer->fresh = true;
    }
}

static void slow(SimWorld *world, const ScenarioPeerSet *peers, uint32_t index)
{
    const ScenarioEvent *event = &world->scenario->events[index];
    for (uint32_t i = 0; i < peers->count; i++) {
        SimPeer *peer = &world->peers[peers->peers[i]];
        if (!undoes(world, index, peer->slowed_by))
            continue;
        peer->slowed_by = index;
        sim_peer_set_speed(world, peers->peers[i], event->factor_ppm);
    }
}

static void set_paused(SimWorld *world, const ScenarioPeerSet *peers, bool paused)
{
    for (uint32_t i = 0; i < peers->count; i++) {
        if (paused)
            sim_peer_pause(world, peers->peers[i]);
        else
            sim_peer_resume(world, peers->peers[i]);
    }
}

/* --- the story ------------------------------------------------------------------------------- */

static void tell_peers(SimWorld *world, const char *what, const ScenarioPeerSet *peers)
{
    g_autofree char *names = sim_peers_text(world, peers->peers, peers->count, " ");
    sim_world_tell_fault(world, SIM_NONE, "%s: %s", what, names);
}

static const char *connections_text(const ScenarioEvent *event)
{
    static const char *const texts[] = {"", " (connections reset)", " (what is held gets lost)"};
    return texts[event->connections];
}

static void tell_partition(SimWorld *world, const ScenarioEvent *event)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autofree uint32_t *side = g_new(uint32_t, world->n_peers);
    const char *between = event->one_way ? " <- " : " | ";
    uint32_t shown = 0;
    for (uint32_t s = 0; shown < world->n_peers; s++) {
        uint32_t n = 0;
        for (uint32_t p = 0; p < world->n_peers; p++)
            if (event->sides[p] == s)
                side[n++] = p;
        g_autofree char *names = sim_peers_text(world, side, n, " ");
        g_string_append_printf(text, "%s%s", s > 0 ? between : "", names);
        shown += n;
    }
    sim_world_tell_fault(world, SIM_NONE, "partition: %s%s", text->str, connections_text(event));
}

static void tell_turns(SimWorld *world, const ScenarioEvent *event)
{
    g_autofree char *names = sim_peers_text(world, event->turns, event->n_turns, " ");
    sim_world_tell_fault(world, SIM_NONE, "set producers: %s", names);
}

static void tell_heal(SimWorld *world, bool all)
{
    sim_world_tell_fault(world, SIM_NONE,
                         all ? "heal: all links are mended" : "heal: the partition is over");
}

static void tell_links(SimWorld *world, const char *what, const ScenarioEvent *event)
{
    bool cut = g_str_equal(what, "cut");
    const ScenarioPeerSet *peers = &event->peers;
    const ScenarioPeerSet *others = &event->others;
    g_autofree char *first = sim_peers_text(world, peers->peers, peers->count, " ");
    g_autofree char *second = sim_peers_text(world, others->peers, others->count, " ");
    sim_world_tell_fault(world, SIM_NONE, "%s: %s %s %s%s", what, first,
                         event->one_way ? "->" : "|", second, cut ? connections_text(event) : "");
}

static void tell_slow(SimWorld *world, const ScenarioEvent *event, const ScenarioPeerSet *peers)
{
    uint32_t factor_ppm = event->factor_ppm;
    if (event->ends != SCENARIO_EVENT_NONE) {
        tell_peers(world, "end of slow", peers);
        return;
    }
    g_autoptr(GString) what = g_string_new("usual speed");
    if (factor_ppm != SIM_USUAL_FACTOR_PPM) {
        g_string_printf(what, "slow by a factor of %u.%06u", factor_ppm / SIM_USUAL_FACTOR_PPM,
                        factor_ppm % SIM_USUAL_FACTOR_PPM);
        gsize n = what->len;
        while (what->str[n - 1] == '0')
            n--;
        g_string_truncate(what, what->str[n - 1] == '.' ? n - 1 : n);
    }
    tell_peers(world, what->str, peers);
}

static void tell_clock(SimWorld *world, const ScenarioEvent *event, const ScenarioPeerSet *peers)
{
    g_autofree char *what = sim_clocks_describe(event);
    tell_peers(world, what, peers);
}

static void tell_change(SimWorld *world, const ScenarioEvent *subject, bool ends)
{
    g_autofree char *what = sim_changes_describe(subject, ends);
    if (subject->kind == SCENARIO_EVENT_CHANGE_LINKS)
        tell_links(world, what, subject);
    else
        tell_peers(world, what, &subject->peers);
}

/* --- events ---------------------------------------------------------------------------------- */

/* A mend, or the end of a cut. */
static void mend(SimWorld *world, uint32_t index)
{
    const ScenarioEvent *event = &world->scenario->events[index];
    const ScenarioEvent *subject = subject_of(world, index);
    bool ends = event->ends != SCENARIO_EVENT_NONE;
    if (ends && subject->release_every_ns > 0) {
        tell_links(world, "end of cut, one link at a time", subject);
        sim_release_begin(world, event->ends);
        return;
    }
    tell_links(world, ends ? "end of cut" : "mend", subject);
    for_each_end(world, index, mend_end);
}

/* A change of links or peers, or its end. */
static void change(SimWorld *world, uint32_t index)
{
    const ScenarioEvent *subject = subject_of(world, index);
    tell_change(world, subject, subject != &world->scenario->events[index]);
    sim_changes_note(world, index);
    if (subject->kind == SCENARIO_EVENT_CHANGE_LINKS)
        for_each_end(world, index, sim_changes_end);
    else
        sim_changes_peers(world, &subject->peers);
}

static void apply(SimWorld *world, uint32_t index)
{
    const ScenarioEvent *event = &world->scenario->events[index];
    const ScenarioEvent *subject = subject_of(world, index);
    bool ends = event->ends != SCENARIO_EVENT_NONE;
    switch (event->kind) {
    case SCENARIO_EVENT_PARTITION:
        tell_partition(world, event);
        begin_partition(world, event);
        break;
    case SCENARIO_EVENT_HEAL:
        tell_heal(world, !ends);
        heal(world, !ends);
        break;
    case SCENARIO_EVENT_CUT:
        tell_links(world, "cut", event);
        for_each_end(world, index, cut_end);
        break;
    case SCENARIO_EVENT_MEND:
        mend(world, index);
        break;
    case SCENARIO_EVENT_RESET:
        tell_links(world, "reset", event);
        for_each_end(world, index, reset_end);
        break;
    case SCENARIO_EVENT_CRASH:
        tell_peers(world, "crash", &event->peers);
        crash(world, &event->peers);
        break;
    case SCENARIO_EVENT_RESTART:
        tell_peers(world, event->lose_chain ? "restart without its chain" : "restart",
                   &subject->peers);
        restart(world, &subject->peers, event->lose_chain);
        break;
    case SCENARIO_EVENT_STOP_PRODUCING:
        tell_peers(world, "stop producing", &event->peers);
        stop_producing(world, &event->peers, index);
        break;
    case SCENARIO_EVENT_START_PRODUCING:
        tell_peers(world, ends ? "end of stop producing" : "start producing", &subject->peers);
        start_producing(world, &subject->peers, index);
        break;
    case SCENARIO_EVENT_SET_PRODUCERS:
        tell_turns(world, event);
        world->turns = event;
        break;
    case SCENARIO_EVENT_SLOW:
        tell_slow(world, event, &subject->peers);
        slow(world, &subject->peers, index);
        break;
    case SCENARIO_EVENT_SKEW_CLOCK:
        tell_clock(world, event, &subject->peers);
        sim_clocks_skew(world, &subject->peers, index);
        break;
    case SCENARIO_EVENT_CHANGE_LINKS:
    case SCENARIO_EVENT_CHANGE_PEERS:
        change(world, index);
        break;
    case SCENARIO_EVENT_PAUSE:
    case SCENARIO_EVENT_RESUME:
        tell_peers(world, event->kind == SCENARIO_EVENT_PAUSE ? "pause" : "resume",
                   &subject->peers);
        set_paused(world, &subject->peers, event->kind == SCENARIO_EVENT_PAUSE);
        break;
    }
}

void sim_faults_apply(SimWorld *world, uint32_t index)
{
    world->fault = index + 1;
    apply(world, index);
    world->fault = 0;
}

void sim_faults_begin(SimWorld *world)
{
    const Scenario *scenario = world->scenario;
    for (uint32_t i = 0; i < scenario->n_events; i++)
        sim_world_schedule(world, scenario->events[i].at_ns, SIM_EVENT_FAULT, 0, i);
    for (uint32_t p = 0; p < world->n_peers; p++) {
        int64_t start_ns = scenario_group_of(scenario, p)->start_ns;
        if (start_ns != SCENARIO_TIME_NONE)
            sim_world_schedule(world, start_ns, SIM_EVENT_START, p, 0);
    }
}
