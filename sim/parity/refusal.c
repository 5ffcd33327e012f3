/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/parity/refusal.h"

#include "sim/parity/judge.h"

#define REFUSAL_ERROR g_quark_from_static_string("bnetlab-parity-refusal-error")

/* The defaults of a scenario. */
#define BUFFER_BYTES (UINT32_C(1) << 20)
#define IDLE_TIMEOUT_NS (30 * BNET_NS_PER_S)
static const ScenarioProcessing usual_processing = {
    .header_ns = 50 * BNET_NS_PER_US,
    .block_ns = 500 * BNET_NS_PER_US,
    .transaction_ns = 20 * BNET_NS_PER_US,
};

/* Over sockets `what` may be no more than `allowed`. */
static bool refuse(GError **error, const char *what, const char *allowed)
{
    g_set_error(error, REFUSAL_ERROR, 0, "%s: over sockets %s", what, allowed);
    return false;
}

/* --- the network ----------------------------------------------------------------------------- */

static bool check_links(const Scenario *scenario, GError **error)
{
    const ScenarioLinkModel *model = &scenario->link_model;
    if (scenario->n_peers > PARITY_PEERS_MAX)
        return refuse(error, "/peers", "there are at most 64 peers, each a process");
    if (scenario->n_links > PARITY_LINKS_MAX)
        return refuse(error, "/topology", "there are at most 512 links");
    if (scenario->ways != NULL)
        return refuse(error, "/links", "there are neither \"between\" nor \"regions\"");
    if (model->latency.kind != SCENARIO_LATENCY_CONSTANT)
        return refuse(error, "/links/latency",
                      "allowed is a duration, of which only the simulator takes notice");
    if (model->bandwidth_bytes_per_s != 0)
        return refuse(error, "/links/bandwidth", "allowed is \"unlimited\"");
    if (model->loss_ppm != 0)
        return refuse(error, "/links/loss", "allowed is 0");
    if (model->send_buffer_bytes != BUFFER_BYTES)
        return refuse(error, "/links/send_buffer", "allowed is \"1MiB\"");
    if (model->receive_buffer_bytes != BUFFER_BYTES)
        return refuse(error, "/links/receive_buffer", "allowed is \"1MiB\"");
    return true;
}

static bool check_chain(const Scenario *scenario, GError **error)
{
    const ScenarioChain *chain = &scenario->chain;
    if (chain->rule != SCENARIO_RULE_DPOS)
        return refuse(error, "/chain/irreversibility", "allowed is \"dpos\"");
    if (chain->blocks_log != NULL)
        return refuse(error, "/chain/blocks_log",
                      "there is none: nobody has the keys of its producers");
    if (chain->start_height > PARITY_START_HEIGHT_MAX)
        return refuse(error, "/chain/start_height", "allowed are 1 to 10000");
    return true;
}

/* --- peers ----------------------------------------------------------------------------------- */

static bool check_personas(const ScenarioGroup *group, const char *key, GError **error)
{
    for (uint32_t i = 0; i < group->n_personas; i++) {
        const ScenarioPersona *persona = &group->personas[i];
        g_autofree char *what = g_strconcat(key, "/persona", NULL);
        if (persona->kind != SCENARIO_PERSONA_INVALID_BLOCK)
            return refuse(error, what, "allowed is \"invalid-block\"");
        if (persona->fault == SCENARIO_FAULT_UNLINKABLE || persona->depth > 0)
            return refuse(error, what,
                          "an invalid block has a \"fault\" other than \"unlinkable\", and the "
                          "\"depth\" 0");
        if (!persona->to_all)
            return refuse(error, what, "there is no \"to\"");
    }
    return true;
}

static bool is_usual(const ScenarioProcessing *processing)
{
    return processing->header_ns == usual_processing.header_ns &&
           processing->block_ns == usual_processing.block_ns &&
           processing->kilobyte_ns == usual_processing.kilobyte_ns &&
           processing->transaction_ns == usual_processing.transaction_ns &&
           processing->fetch_ns == usual_processing.fetch_ns;
}

static bool check_group(const ScenarioGroup *group, GError **error)
{
    g_autofree char *key = g_strconcat("/peers/", group->name, NULL);
    const char *what = NULL;
    const char *allowed = NULL;
    if (group->quirks != 0 && group->quirks != BNET_PROFILE_EOSIO_1_7) {
        what = "quirks";
        allowed = "there are all quirks, by \"profile\": \"eosio-1.7\", or none";
    } else if (group->clock.skew_ns != 0 || group->clock.drift_ppm != 0) {
        what = "clock";
        allowed = "all clocks are right";
    } else if (group->idle_timeout_ns != IDLE_TIMEOUT_NS) {
        what = "idle_timeout";
        allowed = "allowed is \"30s\", and nobody is closed for silence";
    } else if (group->uplink_bytes_per_s != 0) {
        what = "uplink";
        allowed = "allowed is \"unlimited\"";
    } else if (group->downlink_bytes_per_s != 0) {
        what = "downlink";
        allowed = "allowed is \"unlimited\"";
    } else if (!is_usual(&group->processing)) {
        what = "processing";
        allowed = "work takes as long as it takes: allowed are the defaults";
    }
    if (!what)
        return check_personas(group, key, error);
    g_autofree char *whole = g_strconcat(key, "/", what, NULL);
    return refuse(error, whole, allowed);
}

/* --- events ---------------------------------------------------------------------------------- */

/* NULL: it can be done. */
static const char *refusal_of(const ScenarioEvent *event)
{
    switch (event->kind) {
    case SCENARIO_EVENT_PARTITION:
    case SCENARIO_EVENT_CUT:
        if (event->connections != SCENARIO_CONNECTIONS_RESET)
            return "a partition or a cut says \"connections\": \"reset\"";
        return event->one_way ? "a partition or a cut is not \"one_way\"" : NULL;
    case SCENARIO_EVENT_SLOW:
        return "there is no slow";
    case SCENARIO_EVENT_PAUSE:
    case SCENARIO_EVENT_RESUME:
        return "there is no pause";
    case SCENARIO_EVENT_SKEW_CLOCK:
        return "there is no skew_clock";
    case SCENARIO_EVENT_CHANGE_LINKS:
        return "there is no change_links";
    case SCENARIO_EVENT_CHANGE_PEERS:
        return "there is no change_peers";
    case SCENARIO_EVENT_HEAL:
    case SCENARIO_EVENT_MEND:
    case SCENARIO_EVENT_RESET:
    case SCENARIO_EVENT_CRASH:
    case SCENARIO_EVENT_RESTART:
    case SCENARIO_EVENT_STOP_PRODUCING:
    case SCENARIO_EVENT_START_PRODUCING:
    case SCENARIO_EVENT_SET_PRODUCERS:
        return NULL;
    }
    g_assert_not_reached();
}

static bool check_events(const Scenario *scenario, GError **error)
{
    for (uint32_t i = 0; i < scenario->n_events; i++) {
        const ScenarioEvent *event = &scenario->events[i];
        const char *allowed = event->ends == SCENARIO_EVENT_NONE ? refusal_of(event) : NULL;
        if (!allowed)
            continue;
        g_autofree char *what =
            g_strdup_printf("/events, at %.3f s", (double)event->at_ns / BNET_NS_PER_S);
        return refuse(error, what, allowed);
    }
    return true;
}

static bool check_expectations(const Scenario *scenario, GError **error)
{
    if (scenario->expect.must_fail & ~parity_judge_properties())
        return refuse(error, "/expect/expect_failure",
                      "allowed are the properties that are judged there");
    if (scenario->expect.finality_conflict == SCENARIO_ANSWER_YES)
        return refuse(error, "/expect/finality_conflict", "allowed is false");
    return true;
}

bool parity_refusal_check(const Scenario *scenario, GError **error)
{
    if (!check_links(scenario, error) || !check_chain(scenario, error) ||
        !check_events(scenario, error) || !check_expectations(scenario, error))
        return false;
    for (uint32_t i = 0; i < scenario->n_groups; i++)
        if (!check_group(&scenario->groups[i], error))
            return false;
    return true;
}
