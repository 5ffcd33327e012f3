/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/parity/judge.h"

#include <stdarg.h>
#include <string.h>

#include "core/session.h"
#include "scenarios/keys.h"
#include "sim/live/node_process.h"

static const struct {
    ScenarioProperty property;
    const char *title;
} judged[] = {
    {SCENARIO_PROPERTY_S1, "a block that is sent can be linked"},
    {SCENARIO_PROPERTY_S2, "no block is sent twice in a session"},
    {SCENARIO_PROPERTY_S3, "no block is sent back, or to who has noticed it"},
    {SCENARIO_PROPERTY_S4, "who sends an invalid block, and nobody else, is cut off"},
    {SCENARIO_PROPERTY_S6, "transactions are sent once, and to who asks for them"},
    {SCENARIO_PROPERTY_S7, "who follows irreversible blocks gets no others"},
    {SCENARIO_PROPERTY_S8, "LIBs agree and never move back"},
    {SCENARIO_PROPERTY_L1, "all agree at the end"},
    {SCENARIO_PROPERTY_C1, "hello comes first, nothing after close"},
    {SCENARIO_PROPERTY_C2, "a hello lists the best chain from LIB to head"},
    {SCENARIO_PROPERTY_C3, "pings carry the LIB"},
};

uint32_t parity_judge_properties(void)
{
    uint32_t bits = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(judged); i++)
        bits |= 1u << judged[i].property;
    return bits;
}

void parity_finding_add(ParityFinding *finding, int64_t time_ns, const char *format, ...)
{
    va_list arguments;
    finding->is_judged = true;
    if (finding->violations++ > 0)
        return;
    va_start(arguments, format);
    finding->first = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    finding->first_ns = time_ns;
}

/* --- properties ------------------------------------------------------------------------------ */

static const char *word_of(ScenarioProperty property)
{
    for (size_t i = 0; i < scenario_property_words.n_words; i++)
        if (scenario_property_words.words[i].value == (int)property)
            return scenario_property_words.words[i].word;
    g_assert_not_reached();
}

static SimAsked asked_of(const ScenarioExpect *expect, ScenarioProperty property)
{
    const uint32_t bit = 1u << property;
    if (expect->must_fail & bit)
        return SIM_ASKED_FAIL;
    return expect->no_violation && !(expect->properties_off & bit) ? SIM_ASKED_PASS : SIM_ASKED_ANY;
}

static char *detail_of(const ParityFinding *finding)
{
    if (finding->violations > 1)
        return g_strdup_printf("%s (and %" G_GUINT64_FORMAT " more)", finding->first,
                               finding->violations - 1);
    if (finding->violations == 1)
        return g_strdup(finding->first);
    return g_strdup(finding->is_judged ? "no violation" : SIM_NOTHING_TO_JUDGE);
}

static void judge_properties(const ParityCase *of, GArray *checks)
{
    ParityFinding findings[SCENARIO_PROPERTIES] = {0};
    parity_judge_sessions(of, findings);
    parity_judge_convergence(of, &findings[SCENARIO_PROPERTY_L1]);
    for (size_t i = 0; i < G_N_ELEMENTS(judged); i++) {
        const ParityFinding *finding = &findings[judged[i].property];
        const SimCheckResult check = {
            .id = g_strdup(word_of(judged[i].property)),
            .title = g_strdup(judged[i].title),
            .verdict = finding->violations > 0 ? SIM_VERDICT_FAIL
                       : finding->is_judged    ? SIM_VERDICT_PASS
                                               : SIM_VERDICT_NOT_JUDGED,
            .asked = asked_of(&of->scenario->expect, judged[i].property),
            .detail = detail_of(finding),
            .violations = finding->violations,
            .first_ns = finding->violations > 0 ? finding->first_ns : INT64_MAX,
        };
        g_array_append_val(checks, check);
    }
    for (size_t i = 0; i < SCENARIO_PROPERTIES; i++)
        g_free(findings[i].first);
}

/* Whoever would not do its part is somebody else than in the simulator. */
static void judge_script(const ParityCase *of, GArray *checks)
{
    const GPtrArray *refused = of->network->refused;
    const SimCheckResult check = {
        .id = g_strdup("sockets/script"),
        .title = g_strdup("every node does what the world asks of it"),
        .verdict = refused->len > 0 ? SIM_VERDICT_FAIL : SIM_VERDICT_PASS,
        .detail = refused->len > 0
                      ? g_strdup_printf("%s (%u in all)",
                                        (const char *)g_ptr_array_index(refused, 0), refused->len)
                      : g_strdup_printf("%u steps", of->network->n_steps),
        .violations = refused->len,
        .first_ns = INT64_MAX,
    };
    g_array_append_val(checks, check);
}

/* --- the result ------------------------------------------------------------------------------ */

static const char *static_reason(const char *reason)
{
    for (uint32_t r = BNET_CLOSE_NONE + 1; r < BNET_CLOSE_LOST; r++)
        if (g_strcmp0(bnet_close_reason_name((BnetCloseReason)r), reason) == 0)
            return bnet_close_reason_name((BnetCloseReason)r);
    return NULL; /* by nobody's rule */
}

static void fill_disconnects(const ParityCase *of, SimResult *result)
{
    GArray *disconnects = g_array_new(FALSE, FALSE, sizeof(SimDisconnect));
    for (guint i = 0; i < of->network->events->len; i++) {
        const ParityEvent *event = &g_array_index(of->network->events, ParityEvent, i);
        const ParitySession *session = of->log->of_event[i];
        if (!session || session->other == PARITY_NOBODY ||
            g_strcmp0(node_process_get_text(event->json, "what"), "closed") != 0)
            continue;
        const SimDisconnect disconnect = {
            .time_ns = event->time_ns,
            .peer = session->other,
            .by = event->peer,
            .reason = static_reason(node_process_get_text(event->json, "reason")),
        };
        if (disconnect.reason)
            g_array_append_val(disconnects, disconnect);
    }
    result->n_disconnects = disconnects->len;
    result->disconnects = (SimDisconnect *)(void *)g_array_free(disconnects, FALSE);
}

static void fill_peers(const ParityCase *of, SimResult *result)
{
    result->n_peers = of->scenario->n_peers;
    result->peers = g_new0(SimPeerResult, result->n_peers);
    for (uint32_t peer = 0; peer < result->n_peers; peer++) {
        const ParityPeer *state = &of->network->peers[peer];
        result->peers[peer] = (SimPeerResult){
            .name = scenario_peer_name(of->scenario, peer),
            .head_number = state->head_number,
            .head_id = state->head_id,
            .lib_number = state->lib_number,
            .lib_id = state->lib_id,
            .sessions = state->sessions,
            .up = state->is_up,
            .honest = parity_is_honest(of->scenario, peer),
        };
    }
}

static void count_events(const ParityCase *of, SimResult *result)
{
    for (guint i = 0; i < of->network->events->len; i++) {
        const ParityEvent *event = &g_array_index(of->network->events, ParityEvent, i);
        const char *what = event->json ? node_process_get_text(event->json, "what") : NULL;
        SimPeerResult *peer = &result->peers[event->peer];
        if (g_strcmp0(what, "received") == 0) {
            const uint64_t bytes = (uint64_t)node_process_get_number(event->json, "bytes");
            peer->messages_received++;
            peer->bytes_received += bytes;
            result->messages_delivered++;
            result->bytes_delivered += bytes;
        } else if (g_strcmp0(what, "fork_switch") == 0) {
            peer->fork_switches++;
            result->fork_switches++;
        }
    }
    result->events = of->network->events->len;
    for (guint i = 0; i < of->script->acts->len; i++)
        result->blocks_produced +=
            g_array_index(of->script->acts, ParityAct, i).kind == PARITY_BLOCK;
    result->transactions_created = of->script->trxs->len;
}

SimResult *parity_judge(const ParityCase *of)
{
    const Scenario *scenario = of->scenario;
    GArray *checks = g_array_new(FALSE, FALSE, sizeof(SimCheckResult));
    SimResult *result = g_new0(SimResult, 1);
    result->driver = SIM_DRIVER_SOCKETS;
    result->name = g_strdup(scenario->name);
    result->description = g_strdup(scenario->description);
    result->path = g_strdup(scenario->path);
    result->seed = scenario->seed;
    result->simulated_ns = scenario->duration_ns;
    fill_peers(of, result);
    fill_disconnects(of, result);
    count_events(of, result);
    judge_properties(of, checks);
    judge_script(of, checks);
    parity_judge_expectations(of, result, checks);
    result->n_checks = checks->len;
    result->checks = (SimCheckResult *)(void *)g_array_free(checks, FALSE);
    result->verdict = SIM_VERDICT_PASS;
    for (uint32_t i = 0; i < result->n_checks; i++)
        if (sim_check_outcome(&result->checks[i]) == SIM_OUTCOME_FAIL)
            result->verdict = SIM_VERDICT_FAIL;
    return result;
}
