/* SPDX-License-Identifier: Apache-2.0 */
/* Who is connected in which session slot, who is to be dialled and when. */
#include <string.h>
#include <sys/random.h>

#include "node/chain_parts.h"
#include "node/log_format.h"
#include "node/websocket.h"

/* Protocol section 7: a lost peer is dialled again after 10 to 15 s. */
#define REDIAL_MIN_NS (10 * BNET_NS_PER_S)
#define REDIAL_SPREAD_NS (5 * BNET_NS_PER_S)

/* EOSIO 1.7: one timer for all peers, of 10 to 14 whole seconds. */
#define REDIAL_TIMER_MIN_S 10
#define REDIAL_TIMER_SPREAD_S 5

/* --- life ------------------------------------------------------------------------------------ */

static void add_target(NodeChain *chain, const NodeEndpoint *endpoint)
{
    const NodeTarget target = {
        .endpoint = *endpoint,
        .name = node_endpoint_text(endpoint->host, endpoint->port),
        .due_ns = chain->now_ns,
    };
    g_array_append_val(chain->targets, target);
}

void node_peers_init(NodeChain *chain)
{
    const GArray *connects = chain->options->connects;
    chain->n_peers = chain->options->max_sessions;
    chain->peers = g_new0(NodePeer, chain->n_peers);
    chain->slots = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    chain->targets = g_array_new(FALSE, FALSE, sizeof(NodeTarget));
    chain->redial_timer_ns = chain->now_ns;
    for (guint i = 0; i < connects->len; i++)
        add_target(chain, &g_array_index(connects, NodeEndpoint, i));
}

void node_peers_finish(NodeChain *chain)
{
    for (uint32_t i = 0; i < chain->n_peers; i++)
        g_queue_clear_full(&chain->peers[i].awaited, g_free);
    for (guint i = 0; i < chain->targets->len; i++)
        g_free(g_array_index(chain->targets, NodeTarget, i).name);
    g_array_unref(chain->targets);
    g_hash_table_unref(chain->slots);
    g_free(chain->peers);
}

/* --- slots ----------------------------------------------------------------------------------- */

uint32_t node_peers_slot(const NodeChain *chain, NodeConnectionId connection)
{
    const guint found = GPOINTER_TO_UINT(g_hash_table_lookup(chain->slots, &connection));
    return found == 0 ? BNET_NO_SESSION : found - 1;
}

static uint32_t free_slot(const NodeChain *chain)
{
    uint32_t slot = 0;
    while (slot < chain->n_peers && chain->peers[slot].connection != 0)
        slot++;
    return slot < chain->n_peers ? slot : BNET_NO_SESSION;
}

static NodeTarget *target_at(const NodeChain *chain, uint32_t dial)
{
    return &g_array_index(chain->targets, NodeTarget, dial);
}

/* The target that has this connection; NODE_NO_DIAL: none. */
static uint32_t dial_of(const NodeChain *chain, NodeConnectionId connection)
{
    for (guint i = 0; i < chain->targets->len; i++) {
        const NodeTarget *target = target_at(chain, i);
        if ((target->state == NODE_DIAL_TRIES || target->state == NODE_DIAL_IS_OPEN) &&
            target->connection == connection)
            return i;
    }
    return NODE_NO_DIAL;
}

static uint32_t count_targets(const NodeChain *chain)
{
    uint32_t n = 0;
    for (guint i = 0; i < chain->targets->len; i++)
        n += target_at(chain, i)->state != NODE_DIAL_IS_GONE;
    return n;
}

static void take_slot(NodeChain *chain, uint32_t slot, const NodeInput *input)
{
    NodePeer *peer = &chain->peers[slot];
    *peer = (NodePeer){
        .connection = input->connection,
        .dial = NODE_NO_DIAL,
        .remote = input->remote,
        .local = input->local,
        .opened_ns = chain->now_ns,
    };
    g_queue_init(&peer->awaited);
    if (node_connection_is_dialled(input->connection)) {
        peer->dial = dial_of(chain, input->connection);
        g_assert(peer->dial != NODE_NO_DIAL);
        target_at(chain, peer->dial)->state = NODE_DIAL_IS_OPEN;
    } else {
        chain->n_inbound++;
    }
    NodeConnectionId *key = g_new(NodeConnectionId, 1);
    *key = input->connection;
    g_hash_table_insert(chain->slots, key, GUINT_TO_POINTER(slot + 1));
}

static void leave_slot(NodeChain *chain, uint32_t slot)
{
    NodePeer *peer = &chain->peers[slot];
    if (peer->dial == NODE_NO_DIAL)
        chain->n_inbound--;
    g_hash_table_remove(chain->slots, &peer->connection);
    g_queue_clear_full(&peer->awaited, g_free);
    *peer = (NodePeer){.connection = 0};
}

/* --- names ----------------------------------------------------------------------------------- */

char *node_peers_name(const NodeChain *chain, const NodePeer *peer)
{
    g_autofree char *port = g_strdup_printf("%u", peer->remote.port);
    g_autofree char *lport = g_strdup_printf("%u", peer->local.port);
    const NodeLogPeer values = {
        .name = peer->dial == NODE_NO_DIAL ? "" : target_at(chain, peer->dial)->name,
        .id = peer->id,
        .ip = peer->remote.ip,
        .port = port,
        .lip = peer->local.ip,
        .lport = lport,
    };
    return node_log_format(chain->options->peer_log_format, &values);
}

/* --- redials --------------------------------------------------------------------------------- */

static uint64_t random_below(uint64_t n)
{
    uint64_t value;
    const ssize_t got = getrandom(&value, sizeof value, 0);
    g_assert(got == (ssize_t)sizeof value);
    return value % n; /* what this favours is below one in a thousand million */
}

static void redial_later(NodeChain *chain, NodeTarget *target)
{
    target->state = NODE_DIAL_WAITS;
    if (!(chain->self.quirks & BNET_QUIRK_REDIAL_TIMER)) {
        target->due_ns =
            chain->now_ns + REDIAL_MIN_NS + (int64_t)random_below(REDIAL_SPREAD_NS + 1);
        return;
    }
    while (chain->redial_timer_ns <= chain->now_ns)
        chain->redial_timer_ns +=
            (REDIAL_TIMER_MIN_S + (int64_t)random_below(REDIAL_TIMER_SPREAD_S)) * BNET_NS_PER_S;
    target->due_ns = chain->redial_timer_ns;
}

/* The peer of a target has a session with us, which it dialled. */
static bool is_connected(const NodeChain *chain, const NodeTarget *target)
{
    for (uint32_t slot = 0; slot < chain->n_peers && target->has_peer_id; slot++) {
        const BnetSession *session = bnet_node_session(&chain->node, slot);
        if (bnet_session_is_open(session) && session->hello_received &&
            memcmp(&session->peer_id, &target->peer_id, sizeof target->peer_id) == 0)
            return true;
    }
    return false;
}

static void dial(NodeChain *chain, NodeTarget *target)
{
    target->state = NODE_DIAL_TRIES;
    target->connection = 2 * ++chain->n_dials;
    NodeOrder *order = node_order_new(NODE_ORDER_DIAL, target->connection);
    order->endpoint = target->endpoint;
    node_chain_order(chain, order);
    struct json_object *event = node_event(chain, "dialling");
    node_json_text(event, "peer", target->name);
    node_event_post(chain, event, NULL);
}

void node_peers_dial(NodeChain *chain)
{
    for (guint i = 0; i < chain->targets->len; i++) {
        NodeTarget *target = target_at(chain, i);
        if (target->state != NODE_DIAL_WAITS || target->due_ns > chain->now_ns)
            continue;
        if (is_connected(chain, target) && !(chain->self.quirks & BNET_QUIRK_REDIALS_INBOUND))
            redial_later(chain, target);
        else
            dial(chain, target);
    }
}

int64_t node_peers_deadline(const NodeChain *chain)
{
    int64_t due_ns = BNET_TIME_NEVER;
    for (guint i = 0; i < chain->targets->len; i++) {
        const NodeTarget *target = target_at(chain, i);
        if (target->state == NODE_DIAL_WAITS)
            due_ns = MIN(due_ns, target->due_ns);
    }
    return due_ns;
}

uint32_t node_peers_dialling(const NodeChain *chain)
{
    uint32_t n = 0;
    for (guint i = 0; i < chain->targets->len; i++) {
        const NodeTarget *target = target_at(chain, i);
        n += target->state == NODE_DIAL_TRIES ||
             (target->state == NODE_DIAL_WAITS && target->due_ns <= chain->now_ns);
    }
    return n;
}

static uint32_t find_target(const NodeChain *chain, const NodeEndpoint *endpoint)
{
    for (guint i = 0; i < chain->targets->len; i++) {
        const NodeTarget *target = target_at(chain, i);
        if (target->state != NODE_DIAL_IS_GONE && target->endpoint.port == endpoint->port &&
            strcmp(target->endpoint.host, endpoint->host) == 0)
            return i;
    }
    return NODE_NO_DIAL;
}

/* The place of a target that has gone is taken again, once nothing refers to it. */
static void reuse_target(NodeTarget *target, const NodeChain *chain, const NodeEndpoint *endpoint)
{
    g_free(target->name);
    *target = (NodeTarget){
        .endpoint = *endpoint,
        .name = node_endpoint_text(endpoint->host, endpoint->port),
        .due_ns = chain->now_ns,
    };
}

static bool is_referred_to(const NodeChain *chain, uint32_t dial)
{
    for (uint32_t slot = 0; slot < chain->n_peers; slot++)
        if (chain->peers[slot].connection != 0 && chain->peers[slot].dial == dial)
            return true;
    return false;
}

bool node_peers_add_target(NodeChain *chain, const NodeEndpoint *endpoint)
{
    const uint32_t most = MIN(NODE_CONNECTS_MAX, chain->n_peers);
    if (find_target(chain, endpoint) != NODE_NO_DIAL || count_targets(chain) >= most)
        return false;
    for (guint i = 0; i < chain->targets->len; i++) {
        if (target_at(chain, i)->state != NODE_DIAL_IS_GONE || is_referred_to(chain, i))
            continue;
        reuse_target(target_at(chain, i), chain, endpoint);
        return true;
    }
    add_target(chain, endpoint);
    return true;
}

bool node_peers_drop_target(NodeChain *chain, const NodeEndpoint *endpoint)
{
    const uint32_t dial = find_target(chain, endpoint);
    if (dial == NODE_NO_DIAL)
        return false;
    NodeTarget *target = target_at(chain, dial);
    if (target->state == NODE_DIAL_TRIES)
        node_chain_order(chain, node_order_new(NODE_ORDER_CLOSE, target->connection));
    target->state = NODE_DIAL_IS_GONE;
    return true;
}

/* --- opening --------------------------------------------------------------------------------- */

static void refuse(NodeChain *chain, const NodeInput *input, const char *why)
{
    NodeOrder *order = node_order_new(NODE_ORDER_CLOSE, input->connection);
    g_autofree char *remote = node_endpoint_text(input->remote.ip, input->remote.port);
    order->code = NODE_CLOSE_TRY_LATER;
    order->text = g_strdup(why);
    node_chain_order(chain, order);
    struct json_object *event = node_event(chain, "refused");
    node_json_text(event, "remote", remote);
    node_json_text(event, "why", why);
    node_event_post(chain, event, g_strdup_printf("%s is refused: %s", remote, why));
}

void node_peers_opened(NodeChain *chain, const NodeInput *input)
{
    const bool is_dialled = node_connection_is_dialled(input->connection);
    const uint32_t dial = is_dialled ? dial_of(chain, input->connection) : NODE_NO_DIAL;
    const uint32_t slot = free_slot(chain);
    if (is_dialled && dial == NODE_NO_DIAL) { /* taken back meanwhile */
        node_chain_order(chain, node_order_new(NODE_ORDER_CLOSE, input->connection));
        return;
    }
    /* Slots are kept free for those whom we dial. */
    if (slot == BNET_NO_SESSION ||
        (!is_dialled && chain->n_inbound + count_targets(chain) >= chain->n_peers)) {
        refuse(chain, input, "too many sessions");
        if (is_dialled)
            redial_later(chain, target_at(chain, dial));
        return;
    }
    take_slot(chain, slot, input);
    struct json_object *event = node_event_peer(chain, "opened", slot);
    g_autofree char *name = node_peers_name(chain, &chain->peers[slot]);
    g_autofree char *local = node_endpoint_text(input->local.ip, input->local.port);
    node_json_text(event, "local", local);
    node_json_flag(event, "dialled", is_dialled);
    node_event_post(chain, event, g_strdup_printf("%s connected", name));
    bnet_node_open(&chain->node, slot, is_dialled, chain->now_ns);
}

void node_peers_hello(NodeChain *chain, uint32_t slot, const BnetKey *peer_id)
{
    NodePeer *peer = &chain->peers[slot];
    if (peer_id->bytes[0] <= BNET_CURVE_R1)
        bnet_text_key(peer_id, peer->id);
    if (peer->dial == NODE_NO_DIAL)
        return;
    NodeTarget *target = target_at(chain, peer->dial);
    target->has_peer_id = true;
    target->peer_id = *peer_id;
}

/* --- closing --------------------------------------------------------------------------------- */

static uint16_t code_of(const NodeChain *chain, BnetCloseReason reason)
{
    if (chain->close_code != 0)
        return chain->close_code;
    if (reason == BNET_CLOSE_MALFORMED)
        return NODE_CLOSE_BAD_PAYLOAD;
    /* EOSIO 1.7 closes without a word but for malformed input. */
    if (chain->self.quirks & BNET_QUIRK_CLOSE_WAITS)
        return 0;
    return reason == BNET_CLOSE_SHUTDOWN ? NODE_CLOSE_GOING_AWAY : NODE_CLOSE_NORMAL;
}

static void tell_closed(NodeChain *chain, uint32_t slot, const char *reason, const char *why)
{
    struct json_object *event = node_event_peer(chain, "closed", slot);
    g_autofree char *name = node_peers_name(chain, &chain->peers[slot]);
    node_json_text(event, "reason", reason);
    if (why)
        node_json_text(event, "why", why);
    node_event_post(
        chain, event,
        g_strdup_printf("%s closed: %s%s%s", name, reason, why ? ", " : "", why ? why : ""));
}

/* The session of a slot is over: the slot is free, and its peer may be dialled again. */
static void end_session(NodeChain *chain, uint32_t slot)
{
    const uint32_t dial = chain->peers[slot].dial;
    leave_slot(chain, slot);
    if (dial != NODE_NO_DIAL && target_at(chain, dial)->state == NODE_DIAL_IS_OPEN)
        redial_later(chain, target_at(chain, dial));
}

void node_peers_close(NodeChain *chain, uint32_t slot, BnetCloseReason reason)
{
    NodeOrder *order = node_order_new(NODE_ORDER_CLOSE, chain->peers[slot].connection);
    order->code = code_of(chain, reason);
    order->text = g_strdup(bnet_close_reason_name(reason));
    node_chain_order(chain, order);
    tell_closed(chain, slot, bnet_close_reason_name(reason), NULL);
    end_session(chain, slot);
}

void node_peers_disconnect(NodeChain *chain, uint32_t slot)
{
    NodeOrder *order = node_order_new(NODE_ORDER_CLOSE, chain->peers[slot].connection);
    order->code = NODE_CLOSE_NORMAL;
    node_chain_order(chain, order);
    node_chain_lose(chain, slot);
    tell_closed(chain, slot, "disconnect", NULL);
    end_session(chain, slot);
    node_chain_settle(chain);
}

void node_peers_lost(NodeChain *chain, const NodeInput *input)
{
    const uint32_t slot = node_peers_slot(chain, input->connection);
    if (slot != BNET_NO_SESSION) {
        tell_closed(chain, slot, bnet_close_reason_name(BNET_CLOSE_LOST), input->text);
        end_session(chain, slot);
        return;
    }
    const uint32_t dial = dial_of(chain, input->connection);
    if (dial == NODE_NO_DIAL)
        return;
    NodeTarget *target = target_at(chain, dial);
    struct json_object *event = node_event(chain, "undialled");
    redial_later(chain, target);
    node_json_text(event, "peer", target->name);
    node_json_text(event, "why", input->text);
    node_json_number(event, "again_ns", target->due_ns - chain->now_ns);
    node_event_post(chain, event,
                    g_strdup_printf("%s cannot be reached: %s; again in %" G_GINT64_FORMAT " s",
                                    target->name, input->text,
                                    (target->due_ns - chain->now_ns) / BNET_NS_PER_S));
}

/* --- blocks that peers have and we do not ------------------------------------------------------
 */

void node_peers_await(NodeChain *chain, uint32_t slot, const BnetId *id)
{
    GQueue *awaited = &chain->peers[slot].awaited;
    if (awaited->length == NODE_AWAITED_MAX)
        g_free(g_queue_pop_head(awaited));
    g_queue_push_tail(awaited, g_memdup2(id, sizeof *id));
}

/* Mostly what came last comes first. */
static bool take_awaited(GQueue *awaited, const BnetId *id)
{
    for (GList *at = awaited->tail; at; at = at->prev) {
        if (memcmp(at->data, id, sizeof *id) != 0)
            continue;
        g_free(at->data);
        g_queue_delete_link(awaited, at);
        return true;
    }
    return false;
}

void node_peers_arrived(NodeChain *chain, BnetBlock block)
{
    const BnetId id = bnet_store_block(&chain->store, block)->id;
    for (uint32_t slot = 0; slot < chain->n_peers; slot++) {
        if (chain->peers[slot].connection == 0 || !take_awaited(&chain->peers[slot].awaited, &id))
            continue;
        bnet_node_has(&chain->node, slot, block, chain->now_ns);
        node_chain_settle(chain);
    }
}
