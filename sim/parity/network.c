/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/parity/network.h"

#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "core/text.h"
#include "sim/live/node_process.h"
#include "sim/parity/quiet.h"

#define ARGUMENTS_MAX 20

/* How long the network may take to come to rest. */
#define REST_LIMIT_US (60 * G_USEC_PER_SEC)

/* A network at work. */
typedef struct Work {
    const Scenario *nodes;
    const ParityScript *script;
    const ParityChain *chain;
    const ParityNetworkOptions *options;
    ParityNetwork *network;
    NodeProcess **processes;       /* [n_peers]; NULL: does not run */
    bool *on_disk;                 /* [n_peers] comes back with its chain */
    bool *dials;                   /* [n_links] the side that dials was told to */
    struct json_object **sessions; /* [n_peers] of the last look; NULL: it does not run */
    uint32_t net;                  /* third byte of the addresses */
    int64_t now_ns;
} Work;

/* --- what is told ---------------------------------------------------------------------------- */

static void note(Work *work, uint32_t peer, const char *what, const GError *error)
{
    g_autofree char *name = scenario_peer_name(work->nodes, peer);
    g_ptr_array_add(work->network->refused,
                    g_strdup_printf("at %.3f s %s %s: %s", (double)work->now_ns / 1e9, name, what,
                                    error->message));
}

static void add_event(Work *work, uint32_t peer, ParityActKind act, struct json_object *json)
{
    const ParityEvent event = {work->now_ns, peer, act, json};
    g_array_append_val(work->network->events, event);
}

/* What the nodes have told up to their last answer. */
static void take_events(Work *work)
{
    for (uint32_t peer = 0; peer < work->nodes->n_peers; peer++) {
        struct json_object *json;
        while (work->processes[peer] &&
               (json = node_process_kept_event(work->processes[peer])) != NULL)
            add_event(work, peer, PARITY_START, json);
    }
}

/* --- processes ------------------------------------------------------------------------------- */

/* UTC, as a node reads it. */
static void clock_text(const Work *work, char text[BNET_TEXT_TIME_MAX + 1])
{
    bnet_text_time_point(work->chain->zero_us + work->now_ns / 1000, text);
}

static char *folder_of(const Work *work, uint32_t peer)
{
    g_autofree char *name = g_strdup_printf("peer-%u", peer);
    return g_build_filename(work->options->folder, name, NULL);
}

/* With all that a node which was killed may have left half done. */
static void remove_chain(const Work *work, uint32_t peer)
{
    g_autofree char *folder = folder_of(work, peer);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        (void)g_remove(path);
    }
    (void)g_rmdir(folder);
}

/* Sends the blocks of the start, then takes their answers. */
static bool push_start(Work *work, uint32_t peer, GError **error)
{
    NodeProcess *process = work->processes[peer];
    const GPtrArray *blocks = work->chain->blocks;
    if (scenario_group_of(work->nodes, peer)->from_genesis)
        return true;
    for (guint i = 0; i < blocks->len; i++)
        if (!node_process_do(process, error, "{\"cmd\":\"push_block\",\"block\":\"%s\"}",
                             (const char *)g_ptr_array_index(blocks, i)))
            return false;
    return true;
}

static bool launch(Work *work, uint32_t peer, GError **error)
{
    const ScenarioGroup *group = scenario_group_of(work->nodes, peer);
    const char *arguments[ARGUMENTS_MAX] = {
        "--genesis-json", work->chain->genesis_path, "--idle-timeout", "0", "--max-sessions", "512",
        "--clock"};
    char time[BNET_TEXT_TIME_MAX + 1];
    g_autofree char *folder = folder_of(work, peer);
    int n = 7;
    clock_text(work, time);
    arguments[n++] = time;
    if (group->follow_irreversible) {
        arguments[n++] = "--bnet-follow-irreversible";
        arguments[n++] = "1";
    }
    if (group->no_trx)
        arguments[n++] = "--bnet-no-trx";
    if (group->quirks != 0) {
        arguments[n++] = "--profile";
        arguments[n++] = "eosio-1.7";
    }
    if (group->n_personas > 0)
        arguments[n++] = "--credulous";
    if (work->on_disk[peer]) {
        arguments[n++] = "--data-dir";
        arguments[n++] = folder;
    }
    g_autofree char *fresh = g_strdup_printf("127.77.%u.%u:0", work->net, peer + 1);
    const char *known = work->network->endpoints[peer];
    const NodeProcessOptions options = {
        .program = work->options->program,
        .endpoint = known ? known : fresh,
        .arguments = arguments,
    };
    work->processes[peer] = node_process_start(&options, error);
    return work->processes[peer] != NULL;
}

static void note_identity(Work *work, uint32_t peer)
{
    ParityNetwork *network = work->network;
    char **ids = &network->peer_ids[peer];
    if (!network->endpoints[peer])
        network->endpoints[peer] = g_strdup(node_process_endpoint(work->processes[peer]));
    char *all =
        g_strconcat(*ids ? *ids : "", node_process_peer_id(work->processes[peer]), " ", NULL);
    g_free(*ids);
    *ids = all;
}

static bool start(Work *work, const ParityAct *act, GError **error)
{
    const uint32_t peer = act->peer;
    const bool has_chain = act->keeps_chain && work->network->endpoints[peer];
    if (!has_chain)
        remove_chain(work, peer);
    if (!launch(work, peer, error))
        return false;
    note_identity(work, peer);
    add_event(work, peer, PARITY_START, NULL);
    NodeProcess *process = work->processes[peer];
    if ((!has_chain && !push_start(work, peer, error)) ||
        !node_process_do(process, error, "{\"cmd\":\"subscribe\"}"))
        return false;
    struct json_object *status = node_process_ask(process, error, "{\"cmd\":\"status\"}");
    if (status)
        add_event(work, peer, PARITY_START, status);
    return status != NULL;
}

static void note_status(Work *work, uint32_t peer, struct json_object *status)
{
    ParityPeer *state = &work->network->peers[peer];
    const char *head = node_process_get_text(status, "head.id");
    const char *lib = node_process_get_text(status, "lib.id");
    state->head_number = (uint32_t)node_process_get_number(status, "head.number");
    state->lib_number = (uint32_t)node_process_get_number(status, "lib.number");
    state->sessions = (uint32_t)node_process_get_number(status, "sessions");
    memset(&state->head_id, 0, sizeof state->head_id);
    memset(&state->lib_id, 0, sizeof state->lib_id);
    if (head)
        (void)bnet_parse_id(head, strlen(head), &state->head_id);
    if (lib)
        (void)bnet_parse_id(lib, strlen(lib), &state->lib_id);
}

static bool look_at(Work *work, uint32_t peer, GError **error)
{
    struct json_object *status =
        node_process_ask(work->processes[peer], error, "{\"cmd\":\"status\"}");
    if (!status)
        return false;
    note_status(work, peer, status);
    (void)json_object_put(status);
    return true;
}

static bool stop(Work *work, uint32_t peer, GError **error)
{
    if (!work->processes[peer])
        return true;
    if (!look_at(work, peer, error))
        return false;
    work->network->peers[peer].sessions = 0;
    take_events(work);
    add_event(work, peer, PARITY_STOP, NULL);
    g_clear_pointer(&work->processes[peer], node_process_free);
    for (uint32_t link = 0; link < work->nodes->n_links; link++)
        work->dials[link] = work->dials[link] && work->nodes->links[link].from != peer;
    return true;
}

/* --- links ----------------------------------------------------------------------------------- */

/* The side that dials gives up the link, and its session, if there is one. */
static void drop(Work *work, uint32_t link)
{
    const ScenarioLink *l = &work->nodes->links[link];
    if (work->dials[link] && work->processes[l->from])
        (void)node_process_do(work->processes[l->from], NULL,
                              "{\"cmd\":\"disconnect\",\"peer\":\"%s\"}",
                              work->network->endpoints[l->to]);
    work->dials[link] = false;
}

static void dial(Work *work, uint32_t link)
{
    const ScenarioLink *l = &work->nodes->links[link];
    g_autoptr(GError) error = NULL;
    drop(work, link);
    if (!work->processes[l->from] || !work->processes[l->to])
        return;
    if (node_process_do(work->processes[l->from], &error, "{\"cmd\":\"connect\",\"peer\":\"%s\"}",
                        work->network->endpoints[l->to]))
        work->dials[link] = true;
    else
        note(work, l->from, "does not dial", error);
}

/* Whose session is over is not to dial again by itself. */
static void drop_lost(Work *work)
{
    for (uint32_t link = 0; link < work->nodes->n_links; link++) {
        const ScenarioLink *l = &work->nodes->links[link];
        if (work->dials[link] &&
            !parity_quiet_has(work->sessions[l->from], work->network->endpoints[l->to]))
            drop(work, link);
    }
}

/* --- blocks and transactions ----------------------------------------------------------------- */

static void push_block(Work *work, const ParityAct *act)
{
    g_autoptr(GError) error = NULL;
    const ParityBlock *block = g_ptr_array_index(work->script->blocks, act->item);
    if (!work->processes[act->peer])
        return;
    struct json_object *answer =
        node_process_ask(work->processes[act->peer], &error,
                         "{\"cmd\":\"push_block\",\"block\":\"%s\"}", block->digits);
    const char *verdict = node_process_get_text(answer, "verdict");
    if (answer && g_strcmp0(verdict, "accepted") != 0)
        g_set_error(&error, NODE_PROCESS_ERROR, NODE_PROCESS_ERROR_REFUSED, "it is %s",
                    verdict ? verdict : "not judged");
    (void)json_object_put(answer);
    g_autofree char *what = g_strdup_printf("does not take its own block %u", block->number);
    if (error)
        note(work, act->peer, what, error);
}

static void push_trx(Work *work, const ParityAct *act)
{
    g_autoptr(GError) error = NULL;
    const ParityTrx *trx = g_ptr_array_index(work->script->trxs, act->item);
    if (!work->processes[act->peer])
        return;
    struct json_object *answer =
        node_process_ask(work->processes[act->peer], &error,
                         "{\"cmd\":\"push_transaction\",\"transaction\":\"%s\"}", trx->digits);
    if (answer && !node_process_get_flag(answer, "new"))
        g_set_error(&error, NODE_PROCESS_ERROR, NODE_PROCESS_ERROR_REFUSED,
                    "it is not new, or has expired");
    (void)json_object_put(answer);
    if (error)
        note(work, act->peer, "does not take a transaction", error);
}

/* --- steps ----------------------------------------------------------------------------------- */

static bool set_clocks(Work *work, GError **error)
{
    char time[BNET_TEXT_TIME_MAX + 1];
    clock_text(work, time);
    for (uint32_t peer = 0; peer < work->nodes->n_peers; peer++)
        if (work->processes[peer] && !node_process_do(work->processes[peer], error,
                                                      "{\"cmd\":\"clock\",\"time\":\"%s\"}", time))
            return false;
    return true;
}

static bool do_act(Work *work, const ParityAct *act, GError **error)
{
    switch (act->kind) {
    case PARITY_START:
        return start(work, act, error);
    case PARITY_STOP:
        return stop(work, act->peer, error);
    case PARITY_DIAL:
        dial(work, act->link);
        return true;
    case PARITY_RESET:
        drop(work, act->link);
        return true;
    case PARITY_BLOCK:
        push_block(work, act);
        return true;
    case PARITY_TRX:
        push_trx(work, act);
        return true;
    }
    g_assert_not_reached();
}

static void forget_sessions(Work *work)
{
    for (uint32_t peer = 0; peer < work->nodes->n_peers; peer++) {
        (void)json_object_put(work->sessions[peer]);
        work->sessions[peer] = NULL;
    }
}

/* Asks all nodes at once. */
static bool look_at_sessions(Work *work, GError **error)
{
    forget_sessions(work);
    for (uint32_t peer = 0; peer < work->nodes->n_peers; peer++)
        if (work->processes[peer] &&
            !node_process_say(work->processes[peer], "{\"cmd\":\"sessions\"}", error))
            return false;
    for (uint32_t peer = 0; peer < work->nodes->n_peers; peer++) {
        if (!work->processes[peer])
            continue;
        work->sessions[peer] = node_process_answer(work->processes[peer], error);
        if (!work->sessions[peer])
            return false;
    }
    return true;
}

static bool is_stopped(const Work *work, GError **error)
{
    if (!work->options->stop || g_atomic_int_get(work->options->stop) == 0)
        return false;
    g_set_error(error, NODE_PROCESS_ERROR, NODE_PROCESS_ERROR_ENDED, "stopped");
    return true;
}

static bool come_to_rest(Work *work, GError **error)
{
    const int64_t until_us = g_get_monotonic_time() + REST_LIMIT_US;
    for (;;) {
        if (is_stopped(work, error) || !look_at_sessions(work, error))
            return false;
        if (parity_quiet_is(work->sessions, work->nodes->n_peers))
            break;
        if (g_get_monotonic_time() > until_us) {
            g_set_error(error, NODE_PROCESS_ERROR, NODE_PROCESS_ERROR_SILENT,
                        "the network does not come to rest after what happened at %.3f s",
                        (double)work->now_ns / 1e9);
            return false;
        }
    }
    take_events(work);
    drop_lost(work);
    return true;
}

static bool do_script(Work *work, GError **error)
{
    const GArray *acts = work->script->acts;
    for (guint i = 0; i < acts->len;) {
        work->now_ns = g_array_index(acts, ParityAct, i).time_ns;
        if (is_stopped(work, error) || !set_clocks(work, error))
            return false;
        for (; i < acts->len && g_array_index(acts, ParityAct, i).time_ns == work->now_ns; i++)
            if (!do_act(work, &g_array_index(acts, ParityAct, i), error))
                return false;
        if (!come_to_rest(work, error))
            return false;
        work->network->n_steps++;
    }
    return true;
}

static bool look_at_all(Work *work, GError **error)
{
    for (uint32_t peer = 0; peer < work->nodes->n_peers; peer++) {
        work->network->peers[peer].is_up = work->processes[peer] != NULL;
        if (work->processes[peer] && !look_at(work, peer, error))
            return false;
    }
    return true;
}

/* --- life ------------------------------------------------------------------------------------ */

static void clear_event(gpointer data)
{
    ParityEvent *event = data;
    (void)json_object_put(event->json);
}

static ParityNetwork *network_new(uint32_t n_peers)
{
    ParityNetwork *network = g_new0(ParityNetwork, 1);
    network->events = g_array_new(FALSE, FALSE, sizeof(ParityEvent));
    g_array_set_clear_func(network->events, clear_event);
    network->refused = g_ptr_array_new_with_free_func(g_free);
    network->endpoints = g_new0(char *, n_peers + 1);
    network->peer_ids = g_new0(char *, n_peers + 1);
    network->peers = g_new0(ParityPeer, n_peers);
    network->n_peers = n_peers;
    return network;
}

/* Who ends and comes back with its chain has it on disk. */
static void find_disks(Work *work)
{
    for (guint i = 0; i < work->script->acts->len; i++) {
        const ParityAct *act = &g_array_index(work->script->acts, ParityAct, i);
        if (act->kind == PARITY_STOP)
            work->on_disk[act->peer] = true;
    }
}

static void finish(Work *work)
{
    forget_sessions(work);
    for (uint32_t peer = 0; peer < work->nodes->n_peers; peer++) {
        node_process_free(work->processes[peer]);
        remove_chain(work, peer);
    }
    g_free(work->processes);
    g_free(work->on_disk);
    g_free(work->dials);
    g_free(work->sessions);
}

/* Networks that are there together mostly have addresses of their own. */
static uint32_t next_net(void)
{
    static _Atomic uint32_t n;
    return ((uint32_t)getpid() * 16 + atomic_fetch_add(&n, 1)) % 256;
}

ParityNetwork *parity_network_run(const Scenario *nodes, const ParityScript *script,
                                  const ParityChain *chain, const ParityNetworkOptions *options,
                                  GError **error)
{
    Work work = {
        .nodes = nodes,
        .script = script,
        .chain = chain,
        .options = options,
        .network = network_new(nodes->n_peers),
        .processes = g_new0(NodeProcess *, nodes->n_peers),
        .on_disk = g_new0(bool, nodes->n_peers),
        .dials = g_new0(bool, nodes->n_links),
        .sessions = g_new0(struct json_object *, nodes->n_peers),
        .net = next_net(),
    };
    find_disks(&work);
    const bool is_done = do_script(&work, error) && look_at_all(&work, error);
    ParityNetwork *network = work.network;
    finish(&work);
    if (is_done)
        return network;
    parity_network_free(network);
    return NULL;
}

void parity_network_free(ParityNetwork *network)
{
    if (!network)
        return;
    g_array_unref(network->events);
    g_ptr_array_unref(network->refused);
    for (uint32_t peer = 0; peer < network->n_peers; peer++) {
        g_free(network->endpoints[peer]);
        g_free(network->peer_ids[peer]);
    }
    g_free(network->endpoints);
    g_free(network->peer_ids);
    g_free(network->peers);
    g_free(network);
}
