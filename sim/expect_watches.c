/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the scenario expects to hold always, never, or at some moment: quantities of peers.
 *
 * A value is looked at when something has happened that may have changed it, once the event is
 * over: what is there only between two steps of one event, such as the head in the midst of a fork
 * switch, is nowhere to be seen. Cost: for each such event the watches of that peer; for a higher
 * head all peers whose lag is watched.
 */
#include "sim/check.h"
#include "sim/expect.h"
#include "sim/internal.h"
#include "sim/quantity.h"

#define NAMES_MAX 3u

typedef struct Watch {
    const ScenarioWatch *spec;
    uint32_t happenings;
    bool begun;
    bool over;       /* decided, or its time is */
    bool ran;        /* a peer was looked at */
    bool violated;   /* always, never */
    int64_t time_ns; /* of the violation */
    uint32_t peer;   /* who */
    uint64_t value;  /* with what */
    bool *met;       /* [members]: eventually */
    bool *seen;      /* [members]: was looked at; the same */
    uint64_t *near;  /* [members]: the value that came nearest */
    uint32_t n_met;
} Watch;

struct SimExpectWatches {
    SimObserver observer;
    Watch *watches;
    uint32_t n_watches;
    GArray *changed;       /* of uint32_t: peers to look at */
    uint32_t *happenings;  /* [peers]: what happened to those */
    uint32_t highest_head; /* when last looked at */
};

static uint32_t count_members(const Watch *watch, const SimWorld *world)
{
    return watch->spec->peers.count > 0 ? watch->spec->peers.count : world->n_peers;
}

static uint32_t member(const Watch *watch, uint32_t index)
{
    return watch->spec->peers.count > 0 ? watch->spec->peers.peers[index] : index;
}

/* --- looking --------------------------------------------------------------------------------- */

static void meet(Watch *watch, const SimWorld *world, uint32_t index)
{
    if (watch->met[index])
        return;
    watch->met[index] = true;
    watch->over = ++watch->n_met == count_members(watch, world);
}

/* How far the value is from what is expected. */
static uint64_t distance(const ScenarioLimits *limits, uint64_t value)
{
    return value < limits->at_least ? limits->at_least - value : value - limits->at_most;
}

static void come_near(Watch *watch, uint32_t index, uint64_t value)
{
    const ScenarioLimits *limits = &watch->spec->limits;
    if (!watch->seen[index] || distance(limits, value) < distance(limits, watch->near[index]))
        watch->near[index] = value;
    watch->seen[index] = true;
}

/* Of the member with that index. */
static void look(Watch *watch, const SimWorld *world, uint32_t index)
{
    const ScenarioWatch *spec = watch->spec;
    uint32_t peer = member(watch, index);
    if (!world->peers[peer].up)
        return;
    watch->ran = true;
    uint64_t value = sim_quantity_of(world, peer, spec->quantity);
    bool holds = scenario_limits_hold(&spec->limits, value);
    if (spec->kind == SCENARIO_WATCH_EVENTUALLY) {
        if (holds)
            meet(watch, world, index);
        else if (!watch->met[index])
            come_near(watch, index, value);
        return;
    }
    if (holds == (spec->kind == SCENARIO_WATCH_ALWAYS))
        return;
    watch->violated = watch->over = true;
    watch->time_ns = world->now_ns;
    watch->peer = peer;
    watch->value = value;
}

static void look_at_all(Watch *watch, const SimWorld *world)
{
    uint32_t n = count_members(watch, world);
    for (uint32_t i = 0; i < n && !watch->over; i++)
        look(watch, world, i);
}

static void look_at_peer(Watch *watch, const SimWorld *world, uint32_t peer)
{
    uint32_t index =
        watch->spec->peers.count > 0 ? scenario_peer_set_find(&watch->spec->peers, peer) : peer;
    if (index < count_members(watch, world))
        look(watch, world, index);
}

static bool is_due(Watch *watch, const SimWorld *world)
{
    if (world->now_ns > watch->spec->until_ns)
        watch->over = true;
    return watch->begun && !watch->over;
}

void sim_expect_watches_begin(SimExpectWatches *self, const SimWorld *world, uint32_t index)
{
    Watch *watch = &self->watches[index];
    watch->begun = true;
    look_at_all(watch, world);
}

static void look_at_changed(Watch *watch, const SimExpectWatches *self, const SimWorld *world)
{
    for (guint i = 0; i < self->changed->len && !watch->over; i++) {
        uint32_t peer = g_array_index(self->changed, uint32_t, i);
        if (self->happenings[peer] & watch->happenings)
            look_at_peer(watch, world, peer);
    }
}

void sim_expect_watches_look(SimExpectWatches *self, const SimWorld *world)
{
    if (self->changed->len == 0)
        return;
    bool higher = world->highest_head > self->highest_head;
    self->highest_head = world->highest_head;
    for (uint32_t w = 0; w < self->n_watches; w++) {
        Watch *watch = &self->watches[w];
        if (!is_due(watch, world))
            continue;
        if (higher && watch->spec->quantity == SCENARIO_QUANTITY_HEAD_LAG)
            look_at_all(watch, world);
        else
            look_at_changed(watch, self, world);
    }
    for (guint i = 0; i < self->changed->len; i++)
        self->happenings[g_array_index(self->changed, uint32_t, i)] = 0;
    g_array_set_size(self->changed, 0);
}

static void happened(SimObserver *observer, SimWorld *world, const SimHappening *happening)
{
    SimExpectWatches *self = (SimExpectWatches *)observer;
    (void)world;
    if (self->happenings[happening->peer] == 0)
        g_array_append_val(self->changed, happening->peer);
    self->happenings[happening->peer] |= 1u << happening->kind;
}

/* --- beginning and end ----------------------------------------------------------------------- */

SimExpectWatches *sim_expect_watches_new(SimWorld *world)
{
    const ScenarioExpect *expect = &world->scenario->expect;
    SimExpectWatches *self = g_new0(SimExpectWatches, 1);
    self->observer.happened = happened;
    self->n_watches = expect->n_watches;
    self->watches = g_new0(Watch, self->n_watches);
    self->changed = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    self->happenings = g_new0(uint32_t, world->n_peers);
    for (uint32_t i = 0; i < self->n_watches; i++) {
        Watch *watch = &self->watches[i];
        watch->spec = &expect->watches[i];
        watch->happenings = sim_quantity_happenings(watch->spec->quantity);
        self->observer.mask |= watch->happenings;
        if (watch->spec->kind != SCENARIO_WATCH_EVENTUALLY)
            continue;
        watch->met = g_new0(bool, count_members(watch, world));
        watch->seen = g_new0(bool, count_members(watch, world));
        watch->near = g_new0(uint64_t, count_members(watch, world));
    }
    return self;
}

void sim_expect_watches_free(SimExpectWatches *self)
{
    if (!self)
        return;
    for (uint32_t i = 0; i < self->n_watches; i++) {
        g_free(self->watches[i].met);
        g_free(self->watches[i].seen);
        g_free(self->watches[i].near);
    }
    g_free(self->watches);
    g_array_unref(self->changed);
    g_free(self->happenings);
    g_free(self);
}

SimObserver *sim_expect_watches_observer(SimExpectWatches *self)
{
    return &self->observer;
}

static const char *const kinds[] = {"always", "never", "eventually"};

/* "always head lag at most 3 of relay, from 5.000 s, to 20.000 s" */
static char *title_of(const SimWorld *world, const ScenarioWatch *spec)
{
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "%s %s ", kinds[spec->kind], sim_quantity_name(spec->quantity));
    sim_expect_append_limits(text, &spec->limits);
    g_string_append(text, " of ");
    sim_expect_append_peers(text, world, &spec->peers, "all peers");
    g_autofree char *from = sim_time_text(spec->from_ns);
    g_autofree char *until = sim_time_text(spec->until_ns);
    if (spec->from_ns > 0)
        g_string_append_printf(text, ", from %s", from);
    if (spec->until_ns < world->scenario->duration_ns)
        g_string_append_printf(text, ", to %s", until);
    return g_string_free(text, FALSE);
}

/* "bp[0] (nearest: 38)" */
static void append_missing(GString *text, const Watch *watch, const SimWorld *world, uint32_t index)
{
    g_string_append(text, world->peers[member(watch, index)].name);
    if (watch->seen[index])
        g_string_append_printf(text, " (nearest: %" G_GUINT64_FORMAT ")", watch->near[index]);
    else
        g_string_append(text, " (did not run)");
}

/* "not of 5 peers: bp[0] (nearest: 38), bp[1] (nearest: 37), bp[2] (did not run) and 2 more" */
static char *missing_of(const Watch *watch, const SimWorld *world)
{
    uint32_t n = count_members(watch, world);
    uint32_t missing = n - watch->n_met;
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "not of %u peer%s: ", missing, missing == 1 ? "" : "s");
    for (uint32_t i = 0, told = 0; i < n && told < NAMES_MAX; i++) {
        if (watch->met[i])
            continue;
        g_string_append(text, told++ > 0 ? ", " : "");
        append_missing(text, watch, world, i);
    }
    if (missing > NAMES_MAX)
        g_string_append_printf(text, " and %u more", missing - NAMES_MAX);
    return g_string_free(text, FALSE);
}

/* (transfer full) */
static char *judge(const Watch *watch, const SimWorld *world, bool *ret_pass)
{
    *ret_pass = false;
    if (watch->violated) {
        g_autofree char *time = sim_time_text(watch->time_ns);
        return g_strdup_printf("at %s %s has %s %" G_GUINT64_FORMAT, time,
                               world->peers[watch->peer].name,
                               sim_quantity_name(watch->spec->quantity), watch->value);
    }
    if (watch->spec->kind == SCENARIO_WATCH_EVENTUALLY &&
        watch->n_met < count_members(watch, world))
        return missing_of(watch, world);
    if (watch->spec->kind != SCENARIO_WATCH_EVENTUALLY && world->now_ns < watch->spec->until_ns)
        return g_strdup("the run was stopped before the end of that time");
    /* What holds of nobody would hold whatever it says. */
    *ret_pass = watch->ran;
    return g_strdup(watch->ran ? "holds for all of them" : "none of them ran in that time");
}

/* What is yet to come may change the answer. */
static bool is_open(const Watch *watch, const SimWorld *world)
{
    bool met = watch->spec->kind == SCENARIO_WATCH_EVENTUALLY &&
               watch->n_met == count_members(watch, world);
    return !watch->violated && !met && world->now_ns <= watch->spec->until_ns;
}

void sim_expect_watches_judge(const SimExpectWatches *self, const SimWorld *world, bool whole,
                              GArray *checks)
{
    for (uint32_t i = 0; i < self->n_watches; i++) {
        const ScenarioWatch *spec = self->watches[i].spec;
        g_autofree char *id = g_strdup_printf("expect/%s/%u", kinds[spec->kind], spec->index);
        g_autofree char *title = title_of(world, spec);
        bool pass;
        char *detail = judge(&self->watches[i], world, &pass);
        bool known = whole || !is_open(&self->watches[i], world);
        sim_expect_add(checks, id, title, sim_expect_verdict(known, pass), detail);
    }
}
