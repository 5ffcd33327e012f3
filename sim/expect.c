/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Judges what the scenario expects, besides the properties.
 */
#include <string.h>

#include "sim/internal.h"
#include "sim/quantity.h"

/* Of more peers only their number is told. */
#define NAMES_MAX 3u

void sim_expect_look(SimWorld *world, uint32_t index)
{
    const ScenarioExpect *expect = &world->scenario->expect;
    if (index >= expect->n_bounds + expect->n_watches) {
        sim_expect_convergences_begin(world->expect_convergences, world,
                                      index - expect->n_bounds - expect->n_watches);
        return;
    }
    if (index >= expect->n_bounds) {
        sim_expect_watches_begin(world->expect_watches, world, index - expect->n_bounds);
        return;
    }
    const ScenarioBound *bound = &expect->bounds[index];
    SimBoundValue *value = &g_array_index(world->bound_values, SimBoundValue, index);
    value->looked = true;
    value->worst_peer = SIM_NONE;
    for (uint32_t i = 0; i < bound->peers.count; i++) {
        uint32_t peer = bound->peers.peers[i];
        uint64_t quantity = sim_quantity_of(world, peer, bound->quantity);
        if (scenario_limits_hold(&bound->limits, quantity))
            continue;
        if (value->n_worse++ > 0)
            continue;
        value->worst_peer = peer;
        value->worst_value = quantity;
    }
}

void sim_expect_add(GArray *checks, const char *id, const char *title, SimVerdict verdict,
                    char *detail)
{
    SimCheckResult result = {
        .id = g_strdup(id),
        .title = g_strdup(title),
        .verdict = verdict,
        .detail = detail,
        .violations = verdict == SIM_VERDICT_FAIL,
        .first_ns = INT64_MAX,
    };
    g_array_append_val(checks, result);
}

void sim_expect_append_peers(GString *text, const SimWorld *world, const ScenarioPeerSet *set,
                             const char *all)
{
    if (set->count == 0 || set->count == world->n_peers) {
        g_string_append(text, all);
        return;
    }
    if (set->count > NAMES_MAX) {
        g_string_append_printf(text, "%u peers", set->count);
        return;
    }
    for (uint32_t i = 0; i < set->count; i++)
        g_string_append_printf(text, "%s%s", i > 0 ? ", " : "", world->peers[set->peers[i]].name);
}

void sim_expect_append_limits(GString *text, const ScenarioLimits *limits)
{
    if (limits->at_least == limits->at_most) {
        g_string_append_printf(text, "exactly %" G_GUINT64_FORMAT, limits->at_least);
        return;
    }
    if (limits->at_least > 0 || limits->at_most == UINT64_MAX)
        g_string_append_printf(text, "at least %" G_GUINT64_FORMAT, limits->at_least);
    if (limits->at_most < UINT64_MAX)
        g_string_append_printf(text, "%sat most %" G_GUINT64_FORMAT,
                               limits->at_least > 0 ? ", " : "", limits->at_most);
}

static void schedule_looks(SimWorld *world, const ScenarioExpect *expect)
{
    for (uint32_t i = 0; i < expect->n_bounds; i++)
        sim_world_schedule(world, expect->bounds[i].at_ns, SIM_EVENT_BOUND, 0, i);
    for (uint32_t i = 0; i < expect->n_watches; i++)
        sim_world_schedule(world, expect->watches[i].from_ns, SIM_EVENT_BOUND, 0,
                           expect->n_bounds + i);
    for (uint32_t i = 0; i < expect->n_convergences; i++)
        if (expect->convergences[i].after_ns != SCENARIO_TIME_NONE)
            sim_world_schedule(world, expect->convergences[i].after_ns, SIM_EVENT_BOUND, 0,
                               expect->n_bounds + expect->n_watches + i);
}

void sim_expect_begin(SimWorld *world)
{
    const ScenarioExpect *expect = &world->scenario->expect;
    schedule_looks(world, expect);
    if (expect->n_disconnects > 0 || !expect->other_disconnects) {
        world->expect_disconnects = sim_expect_disconnects_new(world);
        sim_world_observe(world, sim_expect_disconnects_observer(world->expect_disconnects));
    }
    if (expect->n_watches > 0) {
        world->expect_watches = sim_expect_watches_new(world);
        sim_world_observe(world, sim_expect_watches_observer(world->expect_watches));
    }
    if (expect->n_convergences > 0) {
        world->expect_convergences = sim_expect_convergences_new(world);
        sim_world_observe(world, sim_expect_convergences_observer(world->expect_convergences));
    }
}

/* --- convergence ----------------------------------------------------------------------------- */

static const SimCheck *check_of(const SimWorld *world, const char *id)
{
    for (guint i = 0; i < world->checks->len; i++) {
        const SimCheck *check = world->checks->pdata[i];
        if (g_str_equal(check->id, id))
            return check;
    }
    g_assert_not_reached();
}

bool sim_expect_faults_are_over(const SimWorld *world)
{
    const Scenario *scenario = world->scenario;
    for (uint32_t i = 0; i < scenario->n_groups; i++)
        if (scenario->groups[i].n_personas > 0 ||
            (scenario->groups[i].start_ns >= world->now_ns && scenario->groups[i].start_ns > 0))
            return false;
    for (uint32_t i = 0; i < scenario->n_events; i++)
        if (scenario->events[i].at_ns >= world->now_ns || scenario->events[i].release_every_ns > 0)
            return false;
    return true;
}

/* A time that was reached, against what is allowed after the last fault. */
typedef struct Deadline {
    const char *id;
    const char *title;
    int64_t reached_ns; /* SCENARIO_TIME_NONE: not */
    int64_t within_ns;
    bool libs; /* of LIBs, not of heads */
} Deadline;

static void judge_time(const SimWorld *world, bool whole, GArray *checks, const Deadline *deadline)
{
    int64_t fault_ns = sim_check_l1_fault_ns(check_of(world, "L1"));
    bool reached = deadline->reached_ns != SCENARIO_TIME_NONE;
    int64_t took_ns = (reached ? deadline->reached_ns : world->now_ns) - fault_ns;
    bool known =
        whole || ((reached || took_ns > deadline->within_ns) && sim_expect_faults_are_over(world));
    g_autofree char *limit = sim_time_text(deadline->within_ns);
    g_autofree char *took = sim_time_text(took_ns);
    bool pass = reached && took_ns <= deadline->within_ns;
    g_autofree char *why =
        pass ? NULL : sim_check_l1_delay_text(check_of(world, "L1"), world, deadline->libs);
    sim_expect_add(checks, deadline->id, deadline->title, sim_expect_verdict(known, pass),
                   g_strdup_printf("%s%s after the last fault; %s were allowed%s",
                                   reached ? "" : "not reached in the ", took, limit,
                                   why ? why : ""));
}

static void judge_convergence(const SimWorld *world, bool whole, GArray *checks)
{
    const ScenarioExpect *expect = &world->scenario->expect;
    const SimCheck *l1 = check_of(world, "L1");
    if (!expect->convergence)
        return;
    if (expect->convergence_within_ns != SCENARIO_TIME_NONE)
        judge_time(world, whole, checks,
                   &(Deadline){"expect/convergence", "heads agree in time",
                               sim_check_l1_heads_ns(l1), expect->convergence_within_ns, false});
    if (expect->lib_within_ns != SCENARIO_TIME_NONE)
        judge_time(world, whole, checks,
                   &(Deadline){"expect/lib_convergence", "LIBs pass the fault in time",
                               sim_check_l1_libs_ns(l1), expect->lib_within_ns, true});
}

/* --- disconnects ----------------------------------------------------------------------------- */

/* "mallory, bp[1]"; "nobody". (transfer full) */
static char *names_of(const SimWorld *world, const bool *is_named)
{
    GString *names = g_string_new(NULL);
    for (uint32_t p = 0; p < world->n_peers; p++)
        if (is_named[p])
            g_string_append_printf(names, "%s%s", names->len > 0 ? ", " : "", world->peers[p].name);
    return g_string_free(names->len > 0 ? names : g_string_append(names, "nobody"), FALSE);
}

/* How to expect what happened, where the scenario says nothing: with all names, if they are few. */
static void append_way_out(GString *detail, const SimWorld *world, const bool *cut)
{
    uint32_t n = 0;
    g_autoptr(GString) names = g_string_new(NULL);
    for (uint32_t p = 0; p < world->n_peers; p++)
        if (cut[p] && ++n <= NAMES_MAX)
            g_string_append_printf(names, "%s\"%s\"", n > 1 ? ", " : "", world->peers[p].name);
    g_string_append_printf(detail, " (default; \"bad_block\": [%s] says otherwise)",
                           n > NAMES_MAX ? "..." : names->str);
}

static void judge_bad_block(const SimWorld *world, const SimResult *result, GArray *checks)
{
    const ScenarioExpect *expect = &world->scenario->expect;
    g_autofree bool *cut = g_new0(bool, world->n_peers);
    g_autofree bool *listed = g_new0(bool, world->n_peers);
    const char *reason = bnet_close_reason_name(BNET_CLOSE_BAD_BLOCK);
    bool has_extra = false; /* who was spared may yet be cut off */
    bool pass = true;
    for (uint32_t i = 0; i < result->n_disconnects; i++)
        if (g_str_equal(result->disconnects[i].reason, reason))
            cut[result->disconnects[i].peer] = true;
    for (uint32_t i = 0; i < expect->bad_block.count; i++)
        listed[expect->bad_block.peers[i]] = true;
    for (uint32_t p = 0; p < world->n_peers; p++) {
        has_extra |= cut[p] && !listed[p];
        pass &= cut[p] == listed[p];
    }
    g_autofree char *found = names_of(world, cut);
    g_autofree char *wanted = names_of(world, listed);
    g_autoptr(GString) detail = g_string_new(NULL);
    g_string_printf(detail, "cut off for a bad block: %s", found);
    if (!pass)
        g_string_append_printf(detail, "; expected: %s", wanted);
    if (!pass && !expect->bad_block_stated)
        append_way_out(detail, world, cut);
    sim_expect_add(checks, "expect/bad_block", "exactly these are cut off for a bad block",
                   sim_expect_verdict(!result->interrupted || has_extra, pass),
                   g_strdup(detail->str));
}

/* --- finality conflicts ---------------------------------------------------------------------- */

static void judge_finality_conflict(const SimWorld *world, bool whole, GArray *checks)
{
    const SimCheck *s8 = check_of(world, "S8");
    bool found = s8->finding_ns > 0;
    bool wanted = world->scenario->expect.finality_conflict == SCENARIO_ANSWER_YES;
    g_autofree char *time = sim_time_text(s8->finding_ns);
    sim_expect_add(checks, "expect/finality_conflict",
                   wanted ? "a finality conflict is found" : "no finality conflict is found",
                   sim_expect_verdict(whole || found, found == wanted),
                   found ? g_strdup_printf("at %s %s", time, s8->note->str)
                         : g_strdup("no finality conflict"));
}

/* --- bounds ---------------------------------------------------------------------------------- */

static char *bound_text(const ScenarioBound *bound)
{
    g_autofree char *time = sim_time_text(bound->at_ns);
    GString *text = g_string_new(sim_quantity_name(bound->quantity));
    g_string_append_c(text, ' ');
    sim_expect_append_limits(text, &bound->limits);
    g_string_append_printf(text, " at %s", time);
    return g_string_free(text, FALSE);
}

static void judge_bound(const SimWorld *world, uint32_t index, bool whole, GArray *checks)
{
    const ScenarioBound *bound = &world->scenario->expect.bounds[index];
    const SimBoundValue *value = &g_array_index(world->bound_values, SimBoundValue, index);
    g_autofree char *id = g_strdup_printf("expect/bounds/%u", index);
    g_autofree char *title = bound_text(bound);
    bool pass = value->looked && value->worst_peer == SIM_NONE;
    char *detail = NULL;
    if (!value->looked)
        detail = g_strdup("the run was stopped before that time");
    else if (pass)
        detail = g_strdup("holds for all of them");
    else if (value->n_worse == 1)
        detail =
            g_strdup_printf("%s has %s %" G_GUINT64_FORMAT, world->peers[value->worst_peer].name,
                            sim_quantity_name(bound->quantity), value->worst_value);
    else
        detail = g_strdup_printf(
            "%s has %s %" G_GUINT64_FORMAT " (and %u more)", world->peers[value->worst_peer].name,
            sim_quantity_name(bound->quantity), value->worst_value, value->n_worse - 1);
    sim_expect_add(checks, id, title, sim_expect_verdict(whole || value->looked, pass), detail);
}

/* What a run that was stopped has left open, from checks[first] on. */
static void tell_undecided(const SimWorld *world, GArray *checks, guint first)
{
    g_autofree char *time = sim_time_text(world->now_ns);
    for (guint i = first; i < checks->len; i++) {
        SimCheckResult *check = &g_array_index(checks, SimCheckResult, i);
        if (check->verdict != SIM_VERDICT_NOT_JUDGED)
            continue;
        char *before = check->detail;
        check->detail = strstr(before, "the run was stopped")
                            ? g_strdup_printf("undecided: stopped at %s", time)
                            : g_strdup_printf("undecided: stopped at %s (%s)", time, before);
        g_free(before);
    }
}

void sim_expect_judge(SimWorld *world, const SimResult *result, GArray *checks)
{
    bool whole = !result->interrupted;
    guint first = checks->len;
    judge_convergence(world, whole, checks);
    if (world->expect_convergences)
        sim_expect_convergences_judge(world->expect_convergences, world, whole, checks);
    if (world->scenario->expect.bad_block_asked)
        judge_bad_block(world, result, checks);
    if (world->expect_disconnects)
        sim_expect_disconnects_judge(world->expect_disconnects, world, whole, checks);
    if (world->scenario->expect.finality_conflict != SCENARIO_ANSWER_ANY)
        judge_finality_conflict(world, whole, checks);
    for (uint32_t i = 0; i < world->scenario->expect.n_bounds; i++)
        judge_bound(world, i, whole, checks);
    if (world->expect_watches)
        sim_expect_watches_judge(world->expect_watches, world, whole, checks);
    sim_expect_metrics_judge(world->metrics, &world->scenario->expect, result, checks);
    if (!whole)
        tell_undecided(world, checks, first);
}
