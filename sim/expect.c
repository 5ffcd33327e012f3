/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Judges what the scenario expects, besides the properties.
 */
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
        value->worst_peer = peer;
        value->worst_value = quantity;
        return;
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
    sim_expect_add(checks, deadline->id, deadline->title,
                   sim_expect_verdict(known, reached && took_ns <= deadline->within_ns),
                   g_strdup_printf("%s%s after the last fault; %s were allowed",
                                   reached ? "" : "not reached in the ", took, limit));
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
                               sim_check_l1_heads_ns(l1), expect->convergence_within_ns});
    if (expect->lib_within_ns != SCENARIO_TIME_NONE)
        judge_time(world, whole, checks,
                   &(Deadline){"expect/lib_convergence", "LIBs pass the fault in time",
                               sim_check_l1_libs_ns(l1), expect->lib_within_ns});
}

/* --- disconnects ----------------------------------------------------------------------------- */

static void append_name(GString *list, const SimWorld *world, uint32_t peer)
{
    g_string_append_printf(list, "%s%s", list->len > 0 ? ", " : "", world->peers[peer].name);
}

static void judge_bad_block(const SimWorld *world, const SimResult *result, GArray *checks)
{
    const ScenarioPeerSet *wanted = &world->scenario->expect.bad_block;
    g_autofree bool *cut = g_new0(bool, world->n_peers);
    g_autofree bool *listed = g_new0(bool, world->n_peers);
    const char *reason = bnet_close_reason_name(BNET_CLOSE_BAD_BLOCK);
    for (uint32_t i = 0; i < result->n_disconnects; i++)
        if (g_str_equal(result->disconnects[i].reason, reason))
            cut[result->disconnects[i].peer] = true;
    for (uint32_t i = 0; i < wanted->count; i++)
        listed[wanted->peers[i]] = true;
    g_autoptr(GString) spared = g_string_new(NULL);
    g_autoptr(GString) extra = g_string_new(NULL);
    g_autoptr(GString) right = g_string_new(NULL);
    for (uint32_t p = 0; p < world->n_peers; p++) {
        if (cut[p] || listed[p])
            append_name(cut[p] && listed[p] ? right : (cut[p] ? extra : spared), world, p);
    }
    g_autoptr(GString) detail = g_string_new(NULL);
    if (spared->len > 0)
        g_string_append_printf(detail, "%s should have been cut off for a bad block and was not",
                               spared->str);
    if (extra->len > 0)
        g_string_append_printf(detail, "%s%s was cut off for a bad block and should not have been",
                               detail->len > 0 ? "; " : "", extra->str);
    bool pass = detail->len == 0;
    bool known = !result->interrupted || extra->len > 0; /* who was spared may yet be cut off */
    if (pass)
        g_string_append_printf(detail, "cut off for a bad block: %s",
                               right->len > 0 ? right->str : "nobody");
    sim_expect_add(checks, "expect/bad_block", "exactly these are cut off for a bad block",
                   sim_expect_verdict(known, pass), g_strdup(detail->str));
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
    else
        detail =
            g_strdup_printf("%s has %s %" G_GUINT64_FORMAT, world->peers[value->worst_peer].name,
                            sim_quantity_name(bound->quantity), value->worst_value);
    sim_expect_add(checks, id, title, sim_expect_verdict(whole || value->looked, pass), detail);
}

void sim_expect_judge(SimWorld *world, const SimResult *result, GArray *checks)
{
    bool whole = !result->interrupted;
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
}
