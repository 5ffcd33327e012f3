/* SPDX-License-Identifier: Apache-2.0 */
/* How the network stands at the end, and what the scenario expects of it. */
#include <string.h>

#include "core/session.h"
#include "sim/expect.h"
#include "sim/live/node_process.h"
#include "sim/parity/judge.h"

/* --- convergence ----------------------------------------------------------------------------- */

static bool is_member(const ParityCase *of, uint32_t peer)
{
    return of->network->peers[peer].is_up && parity_is_honest(of->scenario, peer) &&
           !scenario_group_of(of->scenario, peer)->follow_irreversible;
}

static uint32_t root_of(const uint32_t *parents, uint32_t peer)
{
    while (parents[peer] != peer)
        peer = parents[peer];
    return peer;
}

/* [number of the session] those that stand at the end. */
static bool *find_open(const ParityCase *of)
{
    bool *open = g_new0(bool, of->log->sessions->len + 1);
    for (guint i = 0; i < of->network->events->len; i++) {
        const ParityEvent *event = &g_array_index(of->network->events, ParityEvent, i);
        const ParitySession *session = of->log->of_event[i];
        if (!event->json) {
            for (guint s = 0; s < of->log->sessions->len; s++) {
                const ParitySession *one = g_ptr_array_index(of->log->sessions, s);
                open[s] = open[s] && one->peer != event->peer;
            }
        } else if (session) {
            const char *what = node_process_get_text(event->json, "what");
            open[session->number] = g_strcmp0(what, "closed") != 0;
        }
    }
    return open;
}

/* Peers that sessions join have one root, the least of them. */
static uint32_t *find_components(const ParityCase *of)
{
    g_autofree bool *open = find_open(of);
    uint32_t *parents = g_new(uint32_t, of->scenario->n_peers);
    for (uint32_t peer = 0; peer < of->scenario->n_peers; peer++)
        parents[peer] = peer;
    for (guint i = 0; i < of->log->sessions->len; i++) {
        const ParitySession *session = g_ptr_array_index(of->log->sessions, i);
        if (!open[i] || session->other == PARITY_NOBODY || !is_member(of, session->peer) ||
            !is_member(of, session->other))
            continue;
        const uint32_t a = root_of(parents, session->peer);
        const uint32_t b = root_of(parents, session->other);
        parents[MAX(a, b)] = MIN(a, b);
    }
    return parents;
}

/* Of several components the largest counts, of equal ones that with the least peer. */
static uint32_t largest_component(const ParityCase *of, const uint32_t *parents)
{
    const uint32_t n = of->scenario->n_peers;
    g_autofree uint32_t *sizes = g_new0(uint32_t, n);
    uint32_t best = PARITY_NOBODY;
    for (uint32_t peer = 0; peer < n; peer++)
        if (is_member(of, peer))
            sizes[root_of(parents, peer)]++;
    for (uint32_t peer = 0; peer < n; peer++)
        if (sizes[peer] > (best == PARITY_NOBODY ? 0 : sizes[best]))
            best = peer;
    return best;
}

/* Equal heads, or such that neither is better. */
static bool agree(const ParityPeer *a, const ParityPeer *b)
{
    return bnet_id_equal(&a->head_id, &b->head_id) ||
           (a->head_number == b->head_number && a->lib_number == b->lib_number);
}

void parity_judge_convergence(const ParityCase *of, ParityFinding *finding)
{
    g_autofree uint32_t *parents = find_components(of);
    const uint32_t root = largest_component(of, parents);
    if (!of->scenario->expect.convergence || root == PARITY_NOBODY)
        return;
    finding->is_judged = true;
    for (uint32_t peer = 0; peer < of->scenario->n_peers; peer++) {
        const ParityPeer *state = &of->network->peers[peer];
        if (!is_member(of, peer) || root_of(parents, peer) != root ||
            agree(state, &of->network->peers[root]))
            continue;
        g_autofree char *a = scenario_peer_name(of->scenario, root);
        g_autofree char *b = scenario_peer_name(of->scenario, peer);
        parity_finding_add(finding, INT64_MAX, "at the end %s has the head %u, %s the head %u", a,
                           of->network->peers[root].head_number, b, state->head_number);
    }
}

/* --- expectations ---------------------------------------------------------------------------- */

static SimVerdict verdict_of(bool is_kept)
{
    return is_kept ? SIM_VERDICT_PASS : SIM_VERDICT_FAIL;
}

static void add_unjudged(GArray *checks, const char *kind, uint32_t index)
{
    g_autofree char *id = g_strdup_printf("expect/%s/%u", kind, index);
    sim_expect_add(checks, id, "what the scenario expects", SIM_VERDICT_NOT_JUDGED,
                   g_strdup("not judged over sockets"));
}

static void judge_bad_block(const ParityCase *of, const SimResult *result, GArray *checks)
{
    const ScenarioExpect *expect = &of->scenario->expect;
    g_autofree bool *cut = g_new0(bool, of->scenario->n_peers);
    g_autoptr(GString) wrong = g_string_new(NULL);
    for (uint32_t i = 0; i < result->n_disconnects; i++)
        if (g_strcmp0(result->disconnects[i].reason, "bad-block") == 0)
            cut[result->disconnects[i].peer] = true;
    for (uint32_t peer = 0; peer < of->scenario->n_peers; peer++) {
        if (cut[peer] == scenario_peer_set_has(&expect->bad_block, peer))
            continue;
        g_autofree char *name = scenario_peer_name(of->scenario, peer);
        g_string_append_printf(wrong, "%s%s was %s", wrong->len > 0 ? ", " : "", name,
                               cut[peer] ? "cut off" : "not cut off");
    }
    sim_expect_add(checks, "expect/bad_block", "exactly these are cut off for a bad block",
                   verdict_of(wrong->len == 0),
                   g_strdup(wrong->len == 0 ? "so it is" : wrong->str));
}

static bool is_in(const ScenarioPeerSet *set, uint32_t peer)
{
    return set->count == 0 || scenario_peer_set_has(set, peer);
}

static bool is_meant(const ScenarioDisconnect *expected, const SimDisconnect *closed)
{
    bool is_reason = false;
    for (uint32_t r = BNET_CLOSE_NONE + 1; r <= BNET_CLOSE_SHUTDOWN; r++)
        is_reason |= (expected->reasons >> r & 1) &&
                     g_strcmp0(bnet_close_reason_name((BnetCloseReason)r), closed->reason) == 0;
    return is_reason && is_in(&expected->who, closed->peer) && is_in(&expected->by, closed->by) &&
           closed->time_ns >= expected->after_ns && closed->time_ns <= expected->until_ns;
}

/* Closes by rule alone are counted. */
static bool is_countable(const ScenarioDisconnect *expected)
{
    return (expected->reasons & (1u << BNET_CLOSE_LOST | 1u << BNET_CLOSE_SHUTDOWN)) == 0;
}

static uint64_t count_meant(const ScenarioDisconnect *expected, const SimResult *result,
                            uint32_t who)
{
    uint64_t n = 0;
    for (uint32_t i = 0; i < result->n_disconnects; i++)
        n += is_meant(expected, &result->disconnects[i]) &&
             (who == PARITY_NOBODY || result->disconnects[i].peer == who);
    return n;
}

static bool keeps_each(const ParityCase *of, const ScenarioDisconnect *expected,
                       const SimResult *result)
{
    for (uint32_t peer = 0; peer < of->scenario->n_peers; peer++)
        if (is_in(&expected->who, peer) &&
            !scenario_limits_hold(&expected->count, count_meant(expected, result, peer)))
            return false;
    return true;
}

static void judge_disconnects(const ParityCase *of, const SimResult *result, uint32_t index,
                              GArray *checks)
{
    const ScenarioDisconnect *expected = &of->scenario->expect.disconnects[index];
    const uint64_t n = count_meant(expected, result, PARITY_NOBODY);
    g_autofree char *id = g_strdup_printf("expect/disconnects/%u", index);
    if (!is_countable(expected)) {
        add_unjudged(checks, "disconnects", index);
        return;
    }
    const bool is_kept = expected->each ? keeps_each(of, expected, result)
                                        : scenario_limits_hold(&expected->count, n);
    sim_expect_add(checks, id, "sessions that are closed", verdict_of(is_kept),
                   g_strdup_printf("%" G_GUINT64_FORMAT " in all", n));
}

static void judge_other_disconnects(const ParityCase *of, const SimResult *result, GArray *checks)
{
    const ScenarioExpect *expect = &of->scenario->expect;
    uint32_t n_other = 0;
    for (uint32_t i = 0; i < result->n_disconnects; i++) {
        const SimDisconnect *closed = &result->disconnects[i];
        bool is_listed = g_strcmp0(closed->reason, "bad-block") == 0 &&
                         scenario_peer_set_has(&expect->bad_block, closed->peer);
        for (uint32_t d = 0; d < expect->n_disconnects; d++)
            is_listed |= is_meant(&expect->disconnects[d], closed);
        n_other += !is_listed;
    }
    sim_expect_add(checks, "expect/other_disconnects", "nobody else is cut off",
                   verdict_of(n_other == 0), g_strdup_printf("%u others", n_other));
}

static uint64_t quantity_of(const ParityPeer *peer, ScenarioQuantity quantity)
{
    return quantity == SCENARIO_QUANTITY_HEAD  ? peer->head_number
           : quantity == SCENARIO_QUANTITY_LIB ? peer->lib_number
                                               : peer->sessions;
}

static void judge_bound(const ParityCase *of, uint32_t index, GArray *checks)
{
    const ScenarioBound *bound = &of->scenario->expect.bounds[index];
    g_autofree char *id = g_strdup_printf("expect/bounds/%u", index);
    const bool is_seen = bound->quantity == SCENARIO_QUANTITY_HEAD ||
                         bound->quantity == SCENARIO_QUANTITY_LIB ||
                         bound->quantity == SCENARIO_QUANTITY_SESSIONS;
    if (!is_seen || bound->at_ns < of->script->end_ns) {
        add_unjudged(checks, "bounds", index);
        return;
    }
    for (uint32_t i = 0; i < bound->peers.count; i++) {
        const uint32_t peer = bound->peers.peers[i];
        const uint64_t value = quantity_of(&of->network->peers[peer], bound->quantity);
        if (scenario_limits_hold(&bound->limits, value))
            continue;
        g_autofree char *name = scenario_peer_name(of->scenario, peer);
        sim_expect_add(checks, id, "a bound at the end", SIM_VERDICT_FAIL,
                       g_strdup_printf("%s has %" G_GUINT64_FORMAT, name, value));
        return;
    }
    sim_expect_add(checks, id, "a bound at the end", SIM_VERDICT_PASS, g_strdup("all keep it"));
}

void parity_judge_expectations(const ParityCase *of, const SimResult *result, GArray *checks)
{
    const ScenarioExpect *expect = &of->scenario->expect;
    if (expect->convergence_within_ns != SCENARIO_TIME_NONE ||
        expect->lib_within_ns != SCENARIO_TIME_NONE)
        sim_expect_add(checks, "expect/convergence", "all converge in time", SIM_VERDICT_NOT_JUDGED,
                       g_strdup("not judged over sockets"));
    if (expect->bad_block_asked)
        judge_bad_block(of, result, checks);
    for (uint32_t i = 0; i < expect->n_disconnects; i++)
        judge_disconnects(of, result, i, checks);
    if (!expect->other_disconnects)
        judge_other_disconnects(of, result, checks);
    for (uint32_t i = 0; i < expect->n_bounds; i++)
        judge_bound(of, i, checks);
    static const char *const watches[] = {"always", "never", "eventually"};
    for (uint32_t i = 0; i < expect->n_watches; i++)
        add_unjudged(checks, watches[expect->watches[i].kind], expect->watches[i].index);
    for (uint32_t i = 0; i < expect->n_metrics; i++)
        add_unjudged(checks, "metrics", i);
    for (uint32_t i = 0; i < expect->n_convergences; i++)
        add_unjudged(checks, "convergence", i);
}
