/* SPDX-License-Identifier: Apache-2.0 */
#include "node/chain.h"

#include <poll.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "core/text.h"
#include "node/chain_parts.h"

#define US_PER_SLOT INT64_C(500000)

/* A node with H1 does so many jobs at a time, and rests so long in between. */
#define BUSY_JOBS_MAX 64u
#define BUSY_REST_NS BNET_NS_PER_MS

/* --- time ------------------------------------------------------------------------------------ */

void node_chain_now(const NodeOptions *options, int64_t *ret_zero_slot, int64_t *ret_origin_us)
{
    const int64_t now_us = options->has_clock ? options->clock_us : g_get_real_time();
    const int64_t since_us = now_us - BNET_SLOT_EPOCH_S * G_USEC_PER_SEC;
    g_assert(since_us >= 0); /* the clock is of a year before 2000 */
    *ret_zero_slot = since_us / US_PER_SLOT;
    *ret_origin_us = BNET_SLOT_EPOCH_S * G_USEC_PER_SEC + *ret_zero_slot * US_PER_SLOT;
}

/* Timers go by the monotonic clock; the wall clock is put right whenever time is looked at. Before
 * the node's start it stands. */
static void look_at_clocks(NodeChain *chain)
{
    chain->now_ns = (g_get_monotonic_time() - chain->start_us) * BNET_NS_PER_US;
    const int64_t wall_us = chain->options->has_clock ? chain->clock_us : g_get_real_time();
    const int64_t wall_ns = MAX(wall_us - chain->config.origin_us, 0) * BNET_NS_PER_US;
    chain->node.clock = (BnetClock){.skew_ns = wall_ns - chain->now_ns};
}

int64_t node_chain_wall_ns(const NodeChain *chain)
{
    return bnet_clock_at(&chain->node.clock, chain->now_ns);
}

void node_chain_set_clock(NodeChain *chain, int64_t wall_us)
{
    chain->clock_us = wall_us;
    look_at_clocks(chain);
}

/* --- what goes out --------------------------------------------------------------------------- */

void node_chain_order(NodeChain *chain, NodeOrder *order)
{
    g_ptr_array_add(chain->outgoing, order);
}

static NodeIoThread *thread_of(const NodeChain *chain, NodeConnectionId connection)
{
    return chain->config.threads[node_connection_thread(connection, chain->options->threads)];
}

static void fail(NodeChain *chain, const char *what)
{
    NodeReport *report = node_report_new(NODE_REPORT_FAILED);
    report->text = g_strdup(what);
    node_mailbox_post(chain->config.front, report);
    chain->has_failed = true;
    chain->quits = true;
}

/* Nothing that says what we have goes out before it is on the disk. */
static void flush(NodeChain *chain)
{
    g_autoptr(GError) error = NULL;
    const bool commits = chain->tells_chain || chain->quits;
    if (commits && node_chain_store_is_dirty(chain->disk) &&
        !node_chain_store_commit(chain->disk, &error)) {
        fail(chain, error->message);
        return;
    }
    chain->tells_chain = false;
    for (guint i = 0; i < chain->outgoing->len; i++) {
        NodeOrder *order = g_ptr_array_index(chain->outgoing, i);
        node_io_thread_post(thread_of(chain, order->connection), order);
    }
    g_ptr_array_set_size(chain->outgoing, 0);
    for (guint i = 0; i < chain->reports->len; i++)
        node_mailbox_post(chain->config.front, g_ptr_array_index(chain->reports, i));
    g_ptr_array_set_size(chain->reports, 0);
}

/* --- jobs ------------------------------------------------------------------------------------ */

static void add_job(NodeChain *chain, NodeJobKind kind, uint32_t slot, uint32_t arg)
{
    NodeJob *job = g_new(NodeJob, 1);
    *job = (NodeJob){kind, slot, arg};
    g_queue_push_tail(&chain->jobs, job);
}

static void forget_session(NodeChain *chain, uint32_t slot)
{
    for (GList *at = chain->jobs.head; at; at = at->next) {
        NodeJob *job = at->data;
        if (job->slot == slot)
            job->slot = BNET_NO_SESSION;
    }
}

static void carry_out(NodeChain *chain, BnetAction *action)
{
    switch (action->kind) {
    case BNET_ACTION_SEND:
        node_messages_send(chain, action->session, &action->u.message);
        break;
    case BNET_ACTION_FETCH_BLOCK:
        add_job(chain, NODE_JOB_FETCH, action->session, action->u.number);
        break;
    case BNET_ACTION_PING_CODE:
        add_job(chain, NODE_JOB_CODE, action->session, 0);
        break;
    case BNET_ACTION_SUBMIT_BLOCK:
        add_job(chain, NODE_JOB_BLOCK, action->session, action->u.block);
        break;
    case BNET_ACTION_SUBMIT_TRX:
        add_job(chain, NODE_JOB_TRX, action->session, action->u.trx);
        break;
    case BNET_ACTION_CLOSE:
        forget_session(chain, action->session);
        node_peers_close(chain, action->session, action->u.reason);
        break;
    }
}

static void act(NodeChain *chain)
{
    BnetActions *actions = chain->node.actions;
    for (uint32_t i = 0; i < actions->n; i++)
        carry_out(chain, &actions->items[i]);
    bnet_node_actions_done(&chain->node);
}

static void do_steps(NodeChain *chain)
{
    BnetChainEvent event;
    while (bnet_node_step(&chain->node, &event, chain->now_ns)) {
        if (event.kind == BNET_CHAIN_APPLIED)
            node_producer_applied(chain, event.block);
        if (event.kind == BNET_CHAIN_IRREVERSIBLE)
            node_chain_store_irreversible(chain->disk, &chain->store, event.block);
        node_event_chain(chain, &event);
        act(chain);
    }
    act(chain);
}

static const char *fault_of(const BnetBlockInfo *info)
{
    const BnetFault fault = info->header_fault ? info->header_fault : info->content_fault;
    return fault == BNET_FAULT_NONE ? NULL : bnet_fault_text(fault);
}

static BnetVerdict receive_block(NodeChain *chain, BnetBlock block, uint32_t slot)
{
    const BnetVerdict verdict = bnet_node_receive_block(&chain->node, block, slot, chain->now_ns);
    const BnetBlockInfo *info = bnet_store_block(&chain->store, block);
    if (verdict == BNET_VERDICT_ACCEPTED)
        node_chain_store_add(chain->disk, &chain->store, block);
    node_event_verdict(chain,
                       &(NodeVerdict){slot, info->number, info->id, verdict,
                                      verdict == BNET_VERDICT_INVALID ? fault_of(info) : NULL});
    act(chain);
    do_steps(chain);
    return verdict;
}

static bool receive_trx(NodeChain *chain, BnetTrx trx)
{
    if (!bnet_node_receive_trx(&chain->node, trx, chain->now_ns))
        return false;
    struct json_object *event = node_event(chain, "trx");
    node_json_id(event, "id", &bnet_store_trx(&chain->store, trx)->id);
    node_event_post(chain, event, NULL);
    act(chain);
    return true;
}

static BnetId random_id(void)
{
    BnetId id;
    const ssize_t n = getrandom(id.bytes, sizeof id.bytes, 0);
    g_assert(n == (ssize_t)sizeof id.bytes);
    return id;
}

static void do_job(NodeChain *chain, const NodeJob *job)
{
    const bool is_orphan = job->slot == BNET_NO_SESSION;
    switch (job->kind) {
    case NODE_JOB_BLOCK:
        receive_block(chain, job->arg, job->slot);
        return;
    case NODE_JOB_TRX:
        receive_trx(chain, job->arg);
        return;
    case NODE_JOB_FETCH:
        if (!is_orphan)
            bnet_node_fetched(&chain->node, job->slot, bnet_view_at(&chain->node.view, job->arg),
                              chain->now_ns);
        break;
    case NODE_JOB_CODE:
        if (!is_orphan) {
            const BnetId code = random_id();
            bnet_node_ping_code(&chain->node, job->slot, &code, chain->now_ns);
        }
        break;
    }
    act(chain);
}

/* With quirks a session may ask again and again for a block that there is not (H1): the others, and
 * the inbox, have their turn in between. */
void node_chain_settle(NodeChain *chain)
{
    const bool is_busy = (chain->self.quirks & BNET_QUIRK_BUSY_FETCH) != 0;
    act(chain);
    for (uint32_t n = 0; chain->jobs.length > 0 && !(is_busy && n >= BUSY_JOBS_MAX); n++) {
        NodeJob *job = g_queue_pop_head(&chain->jobs);
        do_job(chain, job);
        g_free(job);
    }
}

BnetVerdict node_chain_take_block(NodeChain *chain, BnetBlock block)
{
    const BnetVerdict verdict = receive_block(chain, block, BNET_NO_SESSION);
    node_chain_settle(chain);
    return verdict;
}

bool node_chain_take_trx(NodeChain *chain, BnetTrx trx)
{
    const bool is_taken = receive_trx(chain, trx);
    node_chain_settle(chain);
    return is_taken;
}

void node_chain_set_lib(NodeChain *chain, uint32_t number)
{
    bnet_view_set_lib(&chain->node.view, number, false);
    do_steps(chain);
    node_chain_settle(chain);
}

/* --- inputs ---------------------------------------------------------------------------------- */

static void malformed(NodeChain *chain, uint32_t slot, const NodeInput *input)
{
    struct json_object *event = node_event_peer(chain, "malformed", slot);
    node_json_number(event, "code", input->code);
    if (input->text)
        node_json_text(event, "why", input->text);
    node_event_post(chain, event, NULL);
    const BnetMessage message = {.kind = BNET_MESSAGE_MALFORMED, .u.malformed = {.bytes = 1}};
    chain->close_code = input->code;
    bnet_node_message(&chain->node, slot, &message, chain->now_ns);
    node_chain_settle(chain);
    chain->close_code = 0;
}

static void written(NodeChain *chain, uint32_t slot)
{
    bnet_node_written(&chain->node, slot, chain->now_ns);
    node_chain_settle(chain);
}

void node_chain_lose(NodeChain *chain, uint32_t slot)
{
    bnet_node_lost(&chain->node, slot, chain->now_ns);
    act(chain);
    forget_session(chain, slot);
}

static void lost(NodeChain *chain, uint32_t slot, const NodeInput *input)
{
    if (slot != BNET_NO_SESSION)
        node_chain_lose(chain, slot);
    node_peers_lost(chain, input);
    node_chain_settle(chain);
}

/* What concerns no session. */
static void note(NodeChain *chain, const char *what, const NodeInput *input)
{
    struct json_object *event = node_event(chain, what);
    g_autofree char *remote = node_endpoint_text(input->remote.ip, input->remote.port);
    if (input->remote.ip[0])
        node_json_text(event, "remote", remote);
    node_json_text(event, "why", input->text);
    node_event_post(chain, event,
                    input->remote.ip[0] ? g_strdup_printf("%s is refused: %s", remote, input->text)
                                        : g_strdup(input->text));
}

static void take_input(NodeChain *chain, NodeInput *input)
{
    const uint32_t slot = node_peers_slot(chain, input->connection);
    switch (input->kind) {
    case NODE_INPUT_OPENED:
        node_peers_opened(chain, input);
        node_chain_settle(chain);
        break;
    case NODE_INPUT_MESSAGE:
        if (slot != BNET_NO_SESSION)
            node_messages_take(chain, slot, input);
        break;
    case NODE_INPUT_MALFORMED:
        if (slot != BNET_NO_SESSION)
            malformed(chain, slot, input);
        break;
    case NODE_INPUT_WRITTEN:
        if (slot != BNET_NO_SESSION)
            written(chain, slot);
        break;
    case NODE_INPUT_LOST:
        lost(chain, slot, input);
        break;
    case NODE_INPUT_REFUSED:
        note(chain, "refused", input);
        break;
    case NODE_INPUT_TROUBLE:
        note(chain, "trouble", input);
        break;
    case NODE_INPUT_COMMAND:
        node_commands_take(chain, input->client, input->json);
        break;
    case NODE_INPUT_QUIT:
        chain->ends_client = input->client;
        chain->quits = input->client == NODE_NO_CLIENT;
        break;
    }
}

/* The connections whose messages were taken in read on. */
static void read_on(NodeChain *chain, const NodeInput *input)
{
    if (input->kind != NODE_INPUT_MESSAGE && input->kind != NODE_INPUT_OPENED)
        return;
    if (node_peers_slot(chain, input->connection) != BNET_NO_SESSION)
        node_chain_order(chain, node_order_new(NODE_ORDER_READ, input->connection));
}

static void take_inputs(NodeChain *chain)
{
    node_mailbox_take(chain->config.inbox, &chain->inputs);
    for (guint i = 0; i < chain->inputs->len && !chain->quits; i++) {
        look_at_clocks(chain);
        take_input(chain, g_ptr_array_index(chain->inputs, i));
    }
    for (guint i = 0; i < chain->inputs->len; i++) {
        NodeInput *input = g_ptr_array_index(chain->inputs, i);
        read_on(chain, input);
        node_input_free(input);
    }
    g_ptr_array_set_size(chain->inputs, 0);
}

/* --- timers ---------------------------------------------------------------------------------- */

static void run_timers(NodeChain *chain)
{
    for (uint32_t slot = 0; slot < chain->node.n_sessions; slot++) {
        if (bnet_node_deadline(&chain->node, slot) > chain->now_ns)
            continue;
        bnet_node_timer(&chain->node, slot, chain->now_ns);
        node_chain_settle(chain);
    }
}

static int64_t next_deadline(const NodeChain *chain)
{
    int64_t due_ns = MIN(node_peers_deadline(chain), node_producer_deadline(chain));
    due_ns = MIN(due_ns, node_commands_deadline(chain));
    for (uint32_t slot = 0; slot < chain->node.n_sessions; slot++)
        due_ns = MIN(due_ns, bnet_node_deadline(&chain->node, slot));
    return due_ns;
}

/* Until there is an input, or a timer is due. */
static void wait_for_work(NodeChain *chain)
{
    struct pollfd inbox = {.fd = node_mailbox_fd(chain->config.inbox), .events = POLLIN};
    look_at_clocks(chain);
    const int64_t due_ns =
        chain->jobs.length > 0 ? chain->now_ns + BUSY_REST_NS : next_deadline(chain);
    /* Rounded up, so that it is due then; at most a minute, since clocks may be set. */
    const int64_t left_ns = MIN(MAX(due_ns - chain->now_ns, 0), 60 * BNET_NS_PER_S);
    const struct timespec left = {.tv_sec = left_ns / BNET_NS_PER_S,
                                  .tv_nsec = left_ns % BNET_NS_PER_S};
    (void)ppoll(&inbox, 1, &left, NULL);
}

static void *run(void *data)
{
    NodeChain *chain = data;
    flush(chain);
    while (!chain->quits) {
        wait_for_work(chain);
        take_inputs(chain);
        look_at_clocks(chain);
        if (chain->quits)
            break;
        node_chain_settle(chain);
        run_timers(chain);
        node_producer_run(chain);
        node_peers_dial(chain);
        node_commands_wake(chain);
        chain->quits |= chain->ends_client != NODE_NO_CLIENT &&
                        !node_commands_has_waits(chain, chain->ends_client);
        flush(chain);
    }
    if (!chain->has_failed)
        flush(chain);
    node_mailbox_post(chain->config.front, node_report_new(NODE_REPORT_ENDED));
    return NULL;
}

/* --- life ------------------------------------------------------------------------------------ */

/* A new pair of keys for each process. */
static BnetKey new_peer_id(void)
{
    BnetSigner signer;
    BnetPrivateKey key;
    do {
        const BnetId random = random_id();
        memcpy(key.bytes, random.bytes, sizeof key.bytes);
    } while (!bnet_signer_init(&signer, &key));
    const BnetKey peer_id = *bnet_signer_key(&signer);
    bnet_signer_finish(&signer);
    return peer_id;
}

/* The blocks that were reversible when the node ended come again. */
static void replay(NodeChain *chain, const NodeChainStart *start)
{
    for (guint i = 0; i < start->reversible->len; i++) {
        BnetChainEvent event;
        bnet_node_receive_block(&chain->node, g_array_index(start->reversible, BnetBlock, i),
                                BNET_NO_SESSION, chain->now_ns);
        bnet_node_actions_done(&chain->node);
        while (bnet_node_step(&chain->node, &event, chain->now_ns)) {
            if (event.kind == BNET_CHAIN_IRREVERSIBLE)
                node_chain_store_irreversible(chain->disk, &chain->store, event.block);
            bnet_node_actions_done(&chain->node);
        }
        bnet_node_actions_done(&chain->node);
    }
}

static void tell_start(NodeChain *chain, const NodeChainStart *start)
{
    char key[BNET_TEXT_KEY_MAX + 1];
    const BnetView *view = &chain->node.view;
    g_autofree char *listening =
        node_endpoint_text(chain->config.listening.ip, chain->config.listening.port);
    for (guint i = 0; i < start->notes->len; i++) {
        struct json_object *event = node_event(chain, "repaired");
        node_json_text(event, "why", g_ptr_array_index(start->notes, i));
        node_event_post(chain, event, g_strdup(g_ptr_array_index(start->notes, i)));
    }
    bnet_text_key(&chain->self.peer_id, key);
    struct json_object *event = node_event(chain, "started");
    node_json_text(event, "listening", listening);
    node_json_text(event, "peer_id", key);
    node_json_id(event, "chain_id", &chain->store.chain_id);
    node_json_block(event, "head", &chain->store, view->head);
    node_json_block(event, "lib", &chain->store, view->lib);
    node_event_post(chain, event,
                    g_strdup_printf("listening on %s; head %u, LIB %u", listening,
                                    bnet_view_head_number(view), bnet_view_lib_number(view)));
}

static void start_node(NodeChain *chain, const NodeChainStart *start)
{
    const NodeOptions *options = chain->options;
    chain->self = (BnetIdentity){
        .peer_id = new_peer_id(),
        .request_transactions = !options->no_trx,
        .follow_irreversible = options->follow_irreversible,
        .idle_timeout_ns = options->idle_ns,
        .quirks = options->is_eosio_1_7 ? BNET_PROFILE_EOSIO_1_7 : 0,
    };
    bnet_pool_init(&chain->pool);
    bnet_node_init(&chain->node, &(BnetShared){&chain->store, &chain->pool, &chain->actions},
                   options->max_sessions);
    bnet_node_start(&chain->node, &chain->self, start->head);
    chain->node.view.credulous = options->credulous;
    look_at_clocks(chain);
    /* What the log has is irreversible, and was told of. */
    const uint32_t logged = node_chain_store_logged(chain->disk);
    if (logged > 1)
        bnet_view_set_lib(&chain->node.view, logged, true);
    replay(chain, start);
}

NodeChain *node_chain_start(const NodeChainConfig *config, BnetStore *store, NodeChainStore *disk,
                            NodeChainStart *start)
{
    NodeChain *chain = g_new0(NodeChain, 1);
    chain->options = config->options;
    chain->config = *config;
    chain->store = *store;
    chain->disk = disk;
    chain->max_lifetime_s = start->max_lifetime_s;
    chain->tells_messages = config->options->log_json != NULL;
    chain->clock_us = config->options->clock_us;
    chain->start_us = g_get_monotonic_time();
    if (!config->options->has_clock)
        chain->start_us -= g_get_real_time() - config->origin_us;
    chain->inputs = g_ptr_array_new();
    chain->outgoing = g_ptr_array_new();
    chain->reports = g_ptr_array_new();
    g_queue_init(&chain->jobs);
    start_node(chain, start);
    node_peers_init(chain);
    node_producer_init(chain);
    node_commands_init(chain);
    tell_start(chain, start);
    node_chain_start_clear(start);
    const int failed = pthread_create(&chain->worker, NULL, run, chain);
    if (failed != 0)
        g_error("cannot start a thread: %s", g_strerror(failed));
    return chain;
}

static void free_order(gpointer order)
{
    node_order_free(order);
}

static void free_report(gpointer report)
{
    node_report_free(report);
}

void node_chain_join(NodeChain *chain)
{
    if (!chain)
        return;
    (void)pthread_join(chain->worker, NULL);
    bnet_node_stop(&chain->node, chain->now_ns);
    node_commands_finish(chain);
    node_peers_finish(chain);
    bnet_node_finish(&chain->node);
    bnet_actions_finish(&chain->actions);
    bnet_pool_finish(&chain->pool);
    bnet_store_finish(&chain->store);
    node_chain_store_close(chain->disk);
    g_ptr_array_unref(chain->inputs);
    g_ptr_array_set_free_func(chain->outgoing, free_order);
    g_ptr_array_unref(chain->outgoing);
    g_ptr_array_set_free_func(chain->reports, free_report);
    g_ptr_array_unref(chain->reports);
    g_queue_clear_full(&chain->jobs, g_free);
    g_clear_pointer(&chain->last_produced, g_hash_table_unref);
    g_clear_pointer(&chain->proposed, g_array_unref);
    g_free(chain);
}
