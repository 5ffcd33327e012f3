/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verdicts of a run: on the properties, on what the scenario expects, on the whole.
 */
#include "scenarios/keys.h"
#include "sim/internal.h"

static SimVerdict check_verdict(const SimCheck *check, const SimWorld *world)
{
    if (check->violations > 0)
        return SIM_VERDICT_FAIL;
    return sim_check_is_judged(check, world) ? SIM_VERDICT_PASS : SIM_VERDICT_NOT_JUDGED;
}

static uint32_t property_of(const SimCheck *check)
{
    for (size_t i = 0; i < scenario_property_words.n_words; i++)
        if (g_str_equal(scenario_property_words.words[i].word, check->id))
            return (uint32_t)scenario_property_words.words[i].value;
    g_assert_not_reached();
}

static char *check_detail(const SimCheck *check, const SimWorld *world)
{
    if (check->first && check->violations > 1) {
        g_autofree char *more = sim_count_text(check->violations - 1);
        return g_strdup_printf("%s (and %s more)", check->first->str, more);
    }
    if (check->first)
        return g_strdup(check->first->str);
    if (check->note)
        return g_strdup(check->note->str);
    return g_strdup(sim_check_is_judged(check, world) ? "no violation" : SIM_NOTHING_TO_JUDGE);
}

/* What a run that was stopped has not violated it might have. */
static SimAsked asked_of(const ScenarioExpect *expect, const SimCheck *check, bool whole)
{
    uint32_t bit = 1u << property_of(check);
    if (expect->must_fail & bit)
        return whole || check->violations > 0 ? SIM_ASKED_FAIL : SIM_ASKED_ANY;
    return expect->no_violation && !(expect->properties_off & bit) ? SIM_ASKED_PASS : SIM_ASKED_ANY;
}

static void judge_properties(SimWorld *world, bool whole, GArray *checks)
{
    for (guint i = 0; i < world->checks->len; i++) {
        SimCheck *check = world->checks->pdata[i];
        if (check->finish && whole)
            check->finish(check, world);
        SimCheckResult result = {
            .id = g_strdup(check->id),
            .title = g_strdup(check->title),
            .verdict = check_verdict(check, world),
            .asked = asked_of(&world->scenario->expect, check, whole),
            .detail = check_detail(check, world),
            .causes = g_strdupv(check->causes),
            .violations = check->violations,
            .first_ns = check->first_ns,
        };
        g_array_append_val(checks, result);
    }
}

static SimVerdict verdict_of(const SimResult *result)
{
    for (uint32_t i = 0; i < result->n_checks; i++)
        if (sim_check_outcome(&result->checks[i]) == SIM_OUTCOME_FAIL)
            return SIM_VERDICT_FAIL;
    return result->interrupted ? SIM_VERDICT_NOT_JUDGED : SIM_VERDICT_PASS;
}

void sim_judge(SimWorld *world, SimResult *result)
{
    GArray *checks = g_array_new(FALSE, FALSE, sizeof(SimCheckResult));
    judge_properties(world, !result->interrupted, checks);
    sim_expect_judge(world, result, checks);
    result->n_checks = checks->len;
    result->checks = (SimCheckResult *)(void *)g_array_free(checks, FALSE);
    result->verdict = verdict_of(result);
}
