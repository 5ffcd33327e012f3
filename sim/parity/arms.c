/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/parity/arms.h"

#include <string.h>

#include <glib/gstdio.h>

#include "core/header.h"
#include "sim/parity/judge.h"
#include "sim/parity/refusal.h"

/* Both arms while they are needed. */
typedef struct Runs {
    char *folder;
    ParityChain chain;
    ParityScript *script;
    ParityNetwork *network;
    ParityLog *log;
    SimResult *sockets;
} Runs;

/* --- runs ------------------------------------------------------------------------------------ */

static void finish_runs(Runs *runs)
{
    if (runs->chain.log_path) {
        (void)g_remove(runs->chain.log_path);
        (void)g_remove(runs->chain.genesis_path);
    }
    parity_chain_clear(&runs->chain);
    if (runs->folder)
        (void)g_rmdir(runs->folder);
    g_free(runs->folder);
    parity_log_free(runs->log);
    parity_network_free(runs->network);
    parity_script_free(runs->script);
    sim_result_free(runs->sockets);
}

static bool do_runs(Runs *runs, Scenario *scenario, const Scenario *nodes,
                    const ParityArmsOptions *options, GError **error)
{
    if (!parity_refusal_check(scenario, error) ||
        (nodes != scenario && !parity_refusal_check(nodes, error)))
        return false;
    runs->folder = g_dir_make_tmp("bnetlab-sockets-XXXXXX", error);
    if (!runs->folder || !parity_chain_make(scenario, runs->folder, &runs->chain, error))
        return false;
    runs->script = parity_script_new(scenario, &runs->chain, options->stop, error);
    if (!runs->script)
        return false;
    const ParityNetworkOptions network = {
        .program = options->program,
        .folder = runs->folder,
        .stop = options->stop,
    };
    runs->network = parity_network_run(nodes, runs->script, &runs->chain, &network, error);
    if (!runs->network)
        return false;
    runs->log = parity_log_new(nodes, runs->network);
    const ParityCase of = {nodes, runs->script, runs->network, runs->log};
    runs->sockets = parity_judge(&of);
    return true;
}

/* --- comparison ------------------------------------------------------------------------------ */

static void differ(ParityArms *arms, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void differ(ParityArms *arms, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_ptr_array_add(arms->differences, g_strdup_vprintf(format, arguments));
    va_end(arguments);
}

static const char *verdict_name(SimVerdict verdict)
{
    static const char *const names[] = {"pass", "fail", "not judged"};
    return names[verdict];
}

static const SimCheckResult *find_check(const SimResult *result, const char *id)
{
    for (uint32_t i = 0; i < result->n_checks; i++)
        if (g_str_equal(result->checks[i].id, id))
            return &result->checks[i];
    return NULL;
}

/* Of what both have judged; where one had no occasion, there is nothing to compare. */
static bool checks_agree(ParityArms *arms)
{
    bool agree = true;
    for (uint32_t i = 0; i < arms->sockets->n_checks; i++) {
        const SimCheckResult *b = &arms->sockets->checks[i];
        const SimCheckResult *a = find_check(arms->simulator, b->id);
        const bool fails_a = a && a->verdict == SIM_VERDICT_FAIL;
        const bool fails_b = b->verdict == SIM_VERDICT_FAIL;
        const bool is_compared =
            b->verdict != SIM_VERDICT_NOT_JUDGED && (!a || a->verdict != SIM_VERDICT_NOT_JUDGED);
        if (!is_compared || fails_a == fails_b)
            continue;
        agree = false;
        differ(arms, "%s: %s in the simulator, %s over sockets: %s", b->id,
               a ? verdict_name(a->verdict) : "nothing to judge", verdict_name(b->verdict),
               fails_b ? b->detail : a->detail);
    }
    return agree;
}

static void compare_verdicts(ParityArms *arms)
{
    arms->verdicts_agree = checks_agree(arms);
    if (arms->simulator->verdict == arms->sockets->verdict)
        return;
    arms->verdicts_agree = false;
    differ(arms, "verdict: %s in the simulator, %s over sockets",
           verdict_name(arms->simulator->verdict), verdict_name(arms->sockets->verdict));
}

static void compare_peers(ParityArms *arms)
{
    arms->heads_agree = arms->libs_agree = true;
    for (uint32_t i = 0; i < arms->simulator->n_peers; i++) {
        const SimPeerResult *a = &arms->simulator->peers[i];
        const SimPeerResult *b = &arms->sockets->peers[i];
        if (a->head_number != b->head_number || !bnet_id_equal(&a->head_id, &b->head_id)) {
            arms->heads_agree = false;
            differ(arms, "head of %s: %u in the simulator, %s%u over sockets", a->name,
                   a->head_number, a->head_number == b->head_number ? "another " : "",
                   b->head_number);
        }
        if (a->lib_number != b->lib_number || !bnet_id_equal(&a->lib_id, &b->lib_id)) {
            arms->libs_agree = false;
            differ(arms, "LIB of %s: %u in the simulator, %s%u over sockets", a->name,
                   a->lib_number, a->lib_number == b->lib_number ? "another " : "", b->lib_number);
        }
    }
}

/* "relay is cut off by bp[0]: bad-block" -> how often. Of a redundant connection either side may be
 * the first to close it, or both, which is a matter of time: that the two have some is what counts.
 */
static GHashTable *count_disconnects(const SimResult *result)
{
    GHashTable *counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (uint32_t i = 0; i < result->n_disconnects; i++) {
        const SimDisconnect *cut = &result->disconnects[i];
        const bool is_redundant = g_str_equal(cut->reason, "redundant");
        const bool is_turned = is_redundant && cut->by < cut->peer;
        const char *peer = result->peers[is_turned ? cut->by : cut->peer].name;
        const char *by = result->peers[is_turned ? cut->peer : cut->by].name;
        char *text = g_strdup_printf("%s is cut off by %s: %s", peer, by, cut->reason);
        const guint n = GPOINTER_TO_UINT(g_hash_table_lookup(counts, text));
        g_hash_table_insert(counts, text, GUINT_TO_POINTER(is_redundant ? 1 : n + 1));
    }
    return counts;
}

static void compare_disconnects(ParityArms *arms)
{
    g_autoptr(GHashTable) a = count_disconnects(arms->simulator);
    g_autoptr(GHashTable) b = count_disconnects(arms->sockets);
    g_autoptr(GList) texts = g_list_concat(g_hash_table_get_keys(a), g_hash_table_get_keys(b));
    texts = g_list_sort(texts, (GCompareFunc)strcmp);
    arms->disconnects_agree = true;
    const char *before = NULL;
    for (const GList *at = texts; at; at = at->next) {
        const guint n_a = GPOINTER_TO_UINT(g_hash_table_lookup(a, at->data));
        const guint n_b = GPOINTER_TO_UINT(g_hash_table_lookup(b, at->data));
        if (n_a == n_b || g_strcmp0(before, at->data) == 0)
            continue;
        before = at->data;
        arms->disconnects_agree = false;
        differ(arms, "%s: %u times in the simulator, %u over sockets", before, n_a, n_b);
    }
}

static void tell_parting(ParityArms *arms, const Scenario *scenario, const ParityParting *parting)
{
    const ScenarioLink *link = &scenario->links[parting->link];
    g_autofree char *from = scenario_peer_name(scenario, link->from);
    g_autofree char *to = scenario_peer_name(scenario, link->to);
    const bool is_back = parting->way == 1;
    differ(arms,
           "connection %u of %s with %s, message %u from %s to %s: \"%s\" in the simulator, \"%s\" "
           "over sockets",
           parting->connection + 1, from, to, parting->message + 1, is_back ? to : from,
           is_back ? from : to, parting->said[0] ? parting->said[0] : "nothing",
           parting->said[1] ? parting->said[1] : "nothing");
}

static void compare_traces(ParityArms *arms, const Scenario *scenario, const Runs *runs)
{
    ParityParting parting;
    if (!scenario->steps)
        return;
    arms->n_messages = parity_talk_count(runs->script->talk);
    if (!runs->script->is_quiet) {
        arms->trace = PARITY_TRACE_UNQUIET;
        differ(arms, "/steps: in the simulator not all is quiet when something happens at %.3f s",
               (double)runs->script->unquiet_ns / BNET_NS_PER_S);
    } else if (parity_talk_parting(runs->script->talk, runs->log->talk, &parting)) {
        arms->trace = PARITY_TRACE_PARTS;
        tell_parting(arms, scenario, &parting);
    } else {
        arms->trace = PARITY_TRACE_EQUAL;
    }
}

/* --- all of it ------------------------------------------------------------------------------- */

ParityArms *parity_arms_run(Scenario *scenario, const Scenario *nodes,
                            const ParityArmsOptions *options, GError **error)
{
    Runs runs = {0};
    ParityArms *arms = NULL;
    g_assert(scenario->n_peers == nodes->n_peers && scenario->n_links == nodes->n_links);
    const int64_t began_us = g_get_monotonic_time();
    if (do_runs(&runs, scenario, nodes, options, error)) {
        arms = g_new0(ParityArms, 1);
        arms->differences = g_ptr_array_new_with_free_func(g_free);
        arms->simulator = g_steal_pointer(&runs.script->result);
        arms->sockets = g_steal_pointer(&runs.sockets);
        arms->sockets->wall_seconds = (double)(g_get_monotonic_time() - began_us) / 1e6;
        compare_verdicts(arms);
        compare_peers(arms);
        compare_disconnects(arms);
        compare_traces(arms, scenario, &runs);
    }
    finish_runs(&runs);
    return arms;
}

void parity_arms_free(ParityArms *arms)
{
    if (!arms)
        return;
    sim_result_free(arms->simulator);
    sim_result_free(arms->sockets);
    g_ptr_array_unref(arms->differences);
    g_free(arms);
}

bool parity_arms_agree(const ParityArms *arms)
{
    return arms->differences->len == 0;
}

SimResult *parity_arms_sockets(Scenario *scenario, const ParityArmsOptions *options, GError **error)
{
    g_autoptr(ParityArms) arms = parity_arms_run(scenario, scenario, options, error);
    return arms ? g_steal_pointer(&arms->sockets) : NULL;
}
