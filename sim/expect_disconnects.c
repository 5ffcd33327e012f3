/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the scenario expects of disconnects: who is cut off by whom, why, how often and when.
 */
#include "sim/check.h"
#include "sim/expect.h"
#include "sim/world.h"

/* Of one expectation. */
typedef struct Count {
    uint64_t n;
    uint64_t *by_peer; /* [members of `who`]: where each of them has a count; else NULL */
    int64_t first_ns;
    uint32_t first_who;
    uint32_t first_by;
} Count;

struct SimExpectDisconnects {
    SimObserver observer;
    Count *counts; /* [n_counts]: of each expectation */
    uint32_t n_counts;
    uint64_t unlisted; /* by rule, of which no expectation speaks */
    char *unlisted_text;
};

static bool is_by_rule(BnetCloseReason reason)
{
    return reason != BNET_CLOSE_LOST && reason != BNET_CLOSE_SHUTDOWN;
}

static bool is_member(const ScenarioPeerSet *set, uint32_t peer)
{
    return set->count == 0 || scenario_peer_set_has(set, peer);
}

/* But for the time. */
static bool is_alike(const ScenarioDisconnect *expected, const SimHappening *closed)
{
    return (expected->reasons >> closed->reason & 1) && is_member(&expected->who, closed->remote) &&
           is_member(&expected->by, closed->peer);
}

static bool is_meant(const ScenarioDisconnect *expected, const SimHappening *closed)
{
    return is_alike(expected, closed) && closed->time_ns >= expected->after_ns &&
           closed->time_ns <= expected->until_ns;
}

static uint32_t index_of(const ScenarioPeerSet *set, uint32_t peer)
{
    return set->count == 0 ? peer : scenario_peer_set_find(set, peer);
}

static void add(Count *count, const ScenarioDisconnect *expected, const SimHappening *closed)
{
    if (count->n++ == 0) {
        count->first_ns = closed->time_ns;
        count->first_who = closed->remote;
        count->first_by = closed->peer;
    }
    if (count->by_peer)
        count->by_peer[index_of(&expected->who, closed->remote)]++;
}

/* ", as disconnects/0 says, but not in its time"; "" where none says so. (transfer full) */
static char *alike_of(const ScenarioExpect *expect, const SimHappening *closed)
{
    for (uint32_t i = 0; i < expect->n_disconnects; i++)
        if (is_alike(&expect->disconnects[i], closed))
            return g_strdup_printf(", as disconnects/%u says, but not in its time", i);
    return g_strdup("");
}

static void note_unlisted(SimExpectDisconnects *self, const SimWorld *world,
                          const SimHappening *closed)
{
    if (self->unlisted++ > 0)
        return;
    g_autofree char *time = sim_time_text(closed->time_ns);
    g_autofree char *alike = alike_of(&sim_world_scenario(world)->expect, closed);
    self->unlisted_text = g_strdup_printf(
        "at %s %s was cut off by %s: %s%s", time, sim_world_peer_name(world, closed->remote),
        sim_world_peer_name(world, closed->peer), bnet_close_reason_name(closed->reason), alike);
}

static void happened(SimObserver *observer, SimWorld *world, const SimHappening *closed)
{
    SimExpectDisconnects *self = (SimExpectDisconnects *)observer;
    const ScenarioExpect *expect = &sim_world_scenario(world)->expect;
    bool listed = closed->reason == BNET_CLOSE_BAD_BLOCK &&
                  scenario_peer_set_has(&expect->bad_block, closed->remote);
    for (uint32_t i = 0; i < expect->n_disconnects; i++) {
        if (!is_meant(&expect->disconnects[i], closed))
            continue;
        listed = true;
        add(&self->counts[i], &expect->disconnects[i], closed);
    }
    if (!listed && is_by_rule(closed->reason))
        note_unlisted(self, world, closed);
}

SimExpectDisconnects *sim_expect_disconnects_new(SimWorld *world)
{
    const ScenarioExpect *expect = &sim_world_scenario(world)->expect;
    SimExpectDisconnects *self = g_new0(SimExpectDisconnects, 1);
    self->observer.mask = 1u << SIM_CLOSED;
    self->observer.happened = happened;
    self->n_counts = expect->n_disconnects;
    self->counts = g_new0(Count, self->n_counts);
    for (uint32_t i = 0; i < expect->n_disconnects; i++) {
        const ScenarioDisconnect *expected = &expect->disconnects[i];
        uint32_t n = expected->who.count > 0 ? expected->who.count : sim_world_peers(world);
        if (expected->each)
            self->counts[i].by_peer = g_new0(uint64_t, n);
    }
    return self;
}

void sim_expect_disconnects_free(SimExpectDisconnects *self)
{
    if (!self)
        return;
    for (uint32_t i = 0; i < self->n_counts; i++)
        g_free(self->counts[i].by_peer);
    g_free(self->counts);
    g_free(self->unlisted_text);
    g_free(self);
}

SimObserver *sim_expect_disconnects_observer(SimExpectDisconnects *self)
{
    return &self->observer;
}

/* --- the end --------------------------------------------------------------------------------- */

static void append_reasons(GString *text, uint32_t reasons)
{
    const char *before = ": ";
    for (uint32_t r = BNET_CLOSE_NONE + 1; r <= BNET_CLOSE_SHUTDOWN; r++) {
        if (!(reasons >> r & 1))
            continue;
        g_string_append_printf(text, "%s%s", before, bnet_close_reason_name((BnetCloseReason)r));
        before = " or ";
    }
}

/* "at least 1 of mallory by bp[0]: bad-block, from 5.000 s to 20.000 s" */
static char *title_of(const SimWorld *world, const ScenarioDisconnect *expected)
{
    GString *text = g_string_new(NULL);
    sim_expect_append_limits(text, &expected->count);
    g_string_append(text, expected->each ? " of each of " : " of ");
    sim_expect_append_peers(text, world, &expected->who, "all peers");
    g_string_append(text, " by ");
    sim_expect_append_peers(text, world, &expected->by, "anybody");
    append_reasons(text, expected->reasons);
    g_autofree char *after = sim_time_text(expected->after_ns);
    g_autofree char *until = sim_time_text(expected->until_ns);
    if (expected->after_ns > 0)
        g_string_append_printf(text, ", from %s", after);
    if (expected->until_ns < sim_world_scenario(world)->duration_ns)
        g_string_append_printf(text, ", to %s", until);
    return g_string_free(text, FALSE);
}

/* The first peer whose own count is not as expected; UINT32_MAX: none. */
static uint32_t find_wrong(const Count *count, const ScenarioDisconnect *expected, uint32_t n_peers)
{
    uint32_t n = expected->who.count > 0 ? expected->who.count : n_peers;
    for (uint32_t i = 0; i < n; i++)
        if (!scenario_limits_hold(&expected->count, count->by_peer[i]))
            return i;
    return UINT32_MAX;
}

/* Of a run that was stopped: nothing counts any more, or more would change nothing. */
static bool is_known(const SimWorld *world, const Count *count, const ScenarioDisconnect *expected,
                     bool pass)
{
    if (sim_world_now_ns(world) > expected->until_ns)
        return true;
    if (pass)
        return expected->count.at_most == UINT64_MAX;
    uint64_t most = count->by_peer ? 0 : count->n;
    uint32_t n = expected->who.count > 0 ? expected->who.count : sim_world_peers(world);
    for (uint32_t i = 0; count->by_peer && i < n; i++)
        most = MAX(most, count->by_peer[i]);
    return most > expected->count.at_most;
}

static void judge(const SimWorld *world, const Count *count, bool whole, uint32_t index,
                  GArray *checks)
{
    const ScenarioDisconnect *expected = &sim_world_scenario(world)->expect.disconnects[index];
    GString *detail = g_string_new(NULL);
    bool pass = scenario_limits_hold(&expected->count, count->n);
    if (count->by_peer) {
        uint32_t wrong = find_wrong(count, expected, sim_world_peers(world));
        pass = wrong == UINT32_MAX;
        if (!pass) {
            uint32_t peer = expected->who.count > 0 ? expected->who.peers[wrong] : wrong;
            g_string_append_printf(detail, "%" G_GUINT64_FORMAT " of %s; ", count->by_peer[wrong],
                                   sim_world_peer_name(world, peer));
        }
    }
    g_string_append_printf(detail, "%" G_GUINT64_FORMAT " in all", count->n);
    if (count->n > 0) {
        g_autofree char *time = sim_time_text(count->first_ns);
        g_string_append_printf(detail, ", the first at %s: %s by %s", time,
                               sim_world_peer_name(world, count->first_who),
                               sim_world_peer_name(world, count->first_by));
    }
    g_autofree char *id = g_strdup_printf("expect/disconnects/%u", index);
    g_autofree char *title = title_of(world, expected);
    bool known = whole || is_known(world, count, expected, pass);
    sim_expect_add(checks, id, title, sim_expect_verdict(known, pass),
                   g_string_free(detail, FALSE));
}

void sim_expect_disconnects_judge(const SimExpectDisconnects *self, const SimWorld *world,
                                  bool whole, GArray *checks)
{
    const ScenarioExpect *expect = &sim_world_scenario(world)->expect;
    for (uint32_t i = 0; i < expect->n_disconnects; i++)
        judge(world, &self->counts[i], whole, i, checks);
    if (expect->other_disconnects)
        return;
    char *detail = self->unlisted == 0   ? g_strdup("none")
                   : self->unlisted == 1 ? g_strdup(self->unlisted_text)
                                         : g_strdup_printf("%s (and %" G_GUINT64_FORMAT " more)",
                                                           self->unlisted_text, self->unlisted - 1);
    sim_expect_add(checks, "expect/other_disconnects", "nobody is cut off but as listed",
                   sim_expect_verdict(whole || self->unlisted > 0, self->unlisted == 0), detail);
}
