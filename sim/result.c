/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/result.h"

void sim_result_free(SimResult *result)
{
    if (!result)
        return;
    for (uint32_t i = 0; i < result->n_peers; i++)
        g_free(result->peers[i].name);
    for (uint32_t i = 0; i < result->n_checks; i++) {
        g_free(result->checks[i].id);
        g_free(result->checks[i].title);
        g_free(result->checks[i].detail);
        g_strfreev(result->checks[i].causes);
    }
    for (uint32_t i = 0; i < result->n_moments; i++)
        g_free(result->moments[i].text);
    g_free(result->name);
    g_free(result->description);
    g_free(result->path);
    g_free(result->peers);
    g_free(result->checkpoints);
    g_free(result->disconnects);
    g_free(result->switches);
    g_free(result->checks);
    g_free(result->metrics);
    g_free(result->moments);
    g_free(result->probes);
    g_free(result);
}

SimOutcome sim_check_outcome(const SimCheckResult *check)
{
    if (check->asked == SIM_ASKED_FAIL)
        return check->verdict == SIM_VERDICT_FAIL ? SIM_OUTCOME_FAIL_ASKED : SIM_OUTCOME_FAIL;
    switch (check->verdict) {
    case SIM_VERDICT_PASS:
        return SIM_OUTCOME_PASS;
    case SIM_VERDICT_FAIL:
        return check->asked == SIM_ASKED_ANY ? SIM_OUTCOME_FAIL_IGNORED : SIM_OUTCOME_FAIL;
    case SIM_VERDICT_NOT_JUDGED:
        return SIM_OUTCOME_NOT_JUDGED;
    }
    g_assert_not_reached();
}
