/* SPDX-License-Identifier: Apache-2.0 */
/* Commands of control clients. The manual is docs/node.md. */
#include <string.h>

#include "node/chain_parts.h"
#include "node/decode.h"

#define PRODUCE_MAX 100000
#define WAIT_MAX_S 3600

/* Who is answered. */
typedef struct Caller {
    uint32_t client;
    struct json_object *id; /* (transfer none) */
} Caller;

/* A command that is answered when something is so. What is not asked for is 0. */
struct NodeWait {
    uint32_t client;
    struct json_object *id;
    int64_t due_ns;
    int64_t head;
    int64_t lib;
    int64_t transactions;
    int64_t sessions; /* -1: not asked for, since none may be waited for */
    bool has_head_id;
    BnetId head_id;
    bool has_trx_id;
    BnetId trx_id;
};

/* --- answers --------------------------------------------------------------------------------- */

static struct json_object *new_answer(struct json_object *id, bool ok)
{
    struct json_object *answer = json_object_new_object();
    if (id)
        json_object_object_add(answer, "id", json_object_get(id));
    node_json_flag(answer, "ok", ok);
    return answer;
}

/* (transfer full) answer. It may say what we have, so it comes after the disk. */
static void post(NodeChain *chain, uint32_t client, struct json_object *answer)
{
    NodeReport *report = node_report_new(NODE_REPORT_ANSWER);
    report->client = client;
    report->json = answer;
    g_ptr_array_add(chain->reports, report);
    chain->tells_chain = true;
}

static void done(NodeChain *chain, const Caller *caller)
{
    post(chain, caller->client, new_answer(caller->id, true));
}

static void refuse(NodeChain *chain, const Caller *caller, const char *why)
{
    struct json_object *answer = new_answer(caller->id, false);
    node_json_text(answer, "error", why);
    post(chain, caller->client, answer);
}

/* --- status ---------------------------------------------------------------------------------- */

static uint32_t count_ready(const NodeChain *chain)
{
    uint32_t n = 0;
    for (uint32_t slot = 0; slot < chain->n_peers; slot++)
        n += bnet_node_session(&chain->node, slot)->state == BNET_SESSION_READY;
    return n;
}

static void put_status(struct json_object *answer, const NodeChain *chain)
{
    char key[BNET_TEXT_KEY_MAX + 1];
    const BnetView *view = &chain->node.view;
    g_autofree char *listening =
        node_endpoint_text(chain->config.listening.ip, chain->config.listening.port);
    bnet_text_key(&chain->self.peer_id, key);
    node_json_text(answer, "listening", listening);
    node_json_number(answer, "port", chain->config.listening.port);
    node_json_text(answer, "peer_id", key);
    node_json_id(answer, "chain_id", &chain->store.chain_id);
    node_json_block(answer, "head", &chain->store, view->head);
    node_json_block(answer, "lib", &chain->store, view->lib);
    node_json_number(answer, "sessions", count_ready(chain));
    node_json_number(answer, "transactions", chain->node.trxs.n_pending);
}

static void status(NodeChain *chain, const Caller *caller, struct json_object *command)
{
    (void)command;
    struct json_object *answer = new_answer(caller->id, true);
    put_status(answer, chain);
    post(chain, caller->client, answer);
}

static struct json_object *session_of(const NodeChain *chain, uint32_t slot)
{
    const NodePeer *peer = &chain->peers[slot];
    const BnetSession *session = bnet_node_session(&chain->node, slot);
    struct json_object *value = json_object_new_object();
    g_autofree char *name = node_peers_name(chain, peer);
    g_autofree char *remote = node_endpoint_text(peer->remote.ip, peer->remote.port);
    node_json_number(value, "session", slot);
    node_json_text(value, "name", name);
    g_autofree char *local = node_endpoint_text(peer->local.ip, peer->local.port);
    node_json_text(value, "remote", remote);
    node_json_text(value, "local", local);
    node_json_text(value, "peer_id", peer->id);
    node_json_flag(value, "dialled", peer->dial != NODE_NO_DIAL);
    node_json_flag(value, "ready", session->state == BNET_SESSION_READY);
    node_json_flag(value, "writing", session->writing);
    node_json_number(value, "peer_lib", session->peer_lib);
    node_json_number(value, "frontier", session->frontier_number);
    node_json_number(value, "sent", (int64_t)peer->sent);
    node_json_number(value, "received", (int64_t)peer->received);
    return value;
}

static void sessions(NodeChain *chain, const Caller *caller, struct json_object *command)
{
    (void)command;
    struct json_object *answer = new_answer(caller->id, true);
    struct json_object *list = json_object_new_array();
    for (uint32_t slot = 0; slot < chain->n_peers; slot++)
        if (chain->peers[slot].connection != 0)
            json_object_array_add(list, session_of(chain, slot));
    json_object_object_add(answer, "sessions", list);
    node_json_number(answer, "dialling", node_peers_dialling(chain));
    post(chain, caller->client, answer);
}

/* --- blocks and transactions -------------------------------------------------------------------
 */

static void produce(NodeChain *chain, const Caller *caller, struct json_object *command)
{
    int64_t count = 1;
    const char *slots = node_json_get_text(command, "slots");
    const char *wrong = NULL;
    const bool is_next = slots && strcmp(slots, "next") == 0;
    if (!node_json_get_number(command, "count", 1, PRODUCE_MAX, &count) ||
        (node_json_has(command, "slots") && !is_next && (!slots || strcmp(slots, "now") != 0))) {
        refuse(chain, caller, "count is 1 to 100000, slots \"now\" or \"next\"");
        return;
    }
    for (int64_t i = 0; i < count && !wrong; i++) {
        const uint32_t now = bnet_store_slot_at(&chain->store, node_chain_wall_ns(chain));
        const uint32_t next = bnet_store_block(&chain->store, chain->node.view.head)->slot + 1;
        const uint32_t slot = is_next ? next : MAX(next, now);
        if (bnet_store_slot_time_ns(&chain->store, slot) >
            node_chain_wall_ns(chain) + BNET_FUTURE_NS)
            wrong = "the slot is too far in the future";
        else
            node_producer_make(chain, slot, &wrong);
    }
    if (wrong) {
        refuse(chain, caller, wrong);
        return;
    }
    struct json_object *answer = new_answer(caller->id, true);
    node_json_block(answer, "head", &chain->store, chain->node.view.head);
    post(chain, caller->client, answer);
}

/* The handle of a packed block; BNET_NO_BLOCK: *ret_why. */
static BnetBlock read_block(NodeChain *chain, const GByteArray *bytes, const char **ret_why)
{
    BnetReader reader;
    BnetWireError error;
    BnetWireBlock wire;
    BnetBlock block = BNET_NO_BLOCK;
    bnet_reader_init(&reader, bytes->data, bytes->len, node_scratch(), &error);
    reader.eosio_2 = chain->store.extensions;
    if (!bnet_wire_read_block(&reader, &wire) || bnet_reader_left(&reader) > 0)
        *ret_why = "the bytes are no block";
    else if (!bnet_store_read_block(&chain->store, &wire, node_scratch(), &block))
        *ret_why = "unlinkable";
    return block;
}

static void push_block(NodeChain *chain, const Caller *caller, struct json_object *command)
{
    g_autoptr(GByteArray) bytes = node_json_get_bytes(command, "block");
    const char *why = "block is digits of a packed block";
    const uint32_t known = chain->store.n_blocks;
    const BnetBlock block = bytes ? read_block(chain, bytes, &why) : BNET_NO_BLOCK;
    if (block == BNET_NO_BLOCK) {
        refuse(chain, caller, why);
        return;
    }
    if (chain->store.n_blocks > known)
        node_peers_arrived(chain, block);
    const BnetVerdict verdict = node_chain_take_block(chain, block);
    struct json_object *answer = new_answer(caller->id, true);
    node_json_text(answer, "verdict", bnet_verdict_name(verdict));
    node_json_block(answer, "block", &chain->store, block);
    post(chain, caller->client, answer);
}

/* The handle of a packed transaction; BNET_NO_TRX: the bytes are none. */
static BnetTrx read_trx(NodeChain *chain, const GByteArray *bytes)
{
    BnetReader reader;
    BnetWireError error;
    BnetWirePackedTrx packed;
    bnet_reader_init(&reader, bytes->data, bytes->len, node_scratch(), &error);
    if (!bnet_wire_read_packed_trx(&reader, &packed) || bnet_reader_left(&reader) > 0)
        return BNET_NO_TRX;
    return bnet_store_read_trx(&chain->store, &packed, node_scratch());
}

/* One that does nothing. */
static BnetTrx model_trx(NodeChain *chain, struct json_object *command)
{
    int64_t size = 200;
    int64_t nonce = (int64_t)chain->store.n_trxs;
    int64_t expires_s = 60;
    if (!node_json_get_number(command, "size", BNET_STORE_TRX_BYTES_MIN, BNET_STORE_TRX_BYTES_MAX,
                              &size) ||
        !node_json_get_number(command, "nonce", 0, INT64_MAX, &nonce) ||
        !node_json_get_number(command, "expires_in", 1, chain->max_lifetime_s, &expires_s))
        return BNET_NO_TRX;
    const uint32_t expiration_s = bnet_store_second_after(
        &chain->store, node_chain_wall_ns(chain) + expires_s * BNET_NS_PER_S);
    return bnet_store_add_trx(&chain->store, (uint64_t)nonce, expiration_s, (uint32_t)size);
}

static void push_transaction(NodeChain *chain, const Caller *caller, struct json_object *command)
{
    BnetTrx trx = BNET_NO_TRX;
    if (node_json_has(command, "transaction")) {
        g_autoptr(GByteArray) bytes = node_json_get_bytes(command, "transaction");
        trx = bytes ? read_trx(chain, bytes) : BNET_NO_TRX;
    } else {
        trx = model_trx(chain, command);
    }
    if (trx == BNET_NO_TRX) {
        refuse(chain, caller,
               "transaction is digits of a packed transaction; or size is 46 to 1048576, nonce "
               "a number, expires_in seconds up to what the genesis state allows");
        return;
    }
    const bool is_taken = node_chain_take_trx(chain, trx);
    struct json_object *answer = new_answer(caller->id, true);
    node_json_flag(answer, "new", is_taken);
    node_json_id(answer, "transaction", &bnet_store_trx(&chain->store, trx)->id);
    post(chain, caller->client, answer);
}

static void block(NodeChain *chain, const Caller *caller, struct json_object *command)
{
    int64_t number = 0;
    BnetId id;
    BnetBlock found = BNET_NO_BLOCK;
    if (node_json_get_id(command, "block_id", &id))
        found = bnet_store_find(&chain->store, &id);
    else if (node_json_get_number(command, "number", 1, UINT32_MAX, &number))
        found = bnet_view_at(&chain->node.view, (uint32_t)number);
    if (found == BNET_NO_BLOCK) {
        refuse(chain, caller, "there is no such block; give a number or a block_id");
        return;
    }
    const BnetSlice bytes = bnet_store_block_bytes(&chain->store, found);
    GString *digits = g_string_sized_new(2 * bytes.n + 1);
    for (size_t i = 0; i < bytes.n; i++)
        g_string_append_printf(digits, "%02x", bytes.bytes[i]);
    struct json_object *answer = new_answer(caller->id, true);
    node_json_number(answer, "number", bnet_store_number(&chain->store, found));
    node_json_id(answer, "block_id", &bnet_store_block(&chain->store, found)->id);
    node_json_text(answer, "block", digits->str);
    g_string_free(digits, TRUE);
    post(chain, caller->client, answer);
}

static void set_lib(NodeChain *chain, const Caller *caller, struct json_object *command)
{
    const BnetView *view = &chain->node.view;
    int64_t number = 0;
    if (!node_json_get_number(command, "number", MAX(bnet_view_lib_number(view), 1),
                              bnet_view_head_number(view), &number) ||
        number == 0 || chain->self.quirks) {
        refuse(chain, caller, "number is from the LIB's to the head's, in profile documented");
        return;
    }
    node_chain_set_lib(chain, (uint32_t)number);
    done(chain, caller);
}

static void set_producers(NodeChain *chain, const Caller *caller, struct json_object *command)
{
    struct json_object *list = NULL;
    json_object_object_get_ex(command, "producers", &list);
    const char *wrong = node_producer_propose(chain, list);
    if (wrong)
        refuse(chain, caller, wrong);
    else
        done(chain, caller);
}

static void set_clock(NodeChain *chain, const Caller *caller, struct json_object *command)
{
    const char *text = node_json_get_text(command, "time");
    int64_t wall_us;
    if (!chain->options->has_clock || !text || !node_options_parse_clock(text, &wall_us) ||
        wall_us < chain->options->clock_us) {
        refuse(chain, caller,
               "time is not before that of --clock, which is needed, and not after 2067");
        return;
    }
    node_chain_set_clock(chain, wall_us);
    done(chain, caller);
}

static void reject(NodeChain *chain, const Caller *caller, struct json_object *command)
{
    BnetId id;
    if (!node_json_get_id(command, "block_id", &id))
        refuse(chain, caller, "block_id is 64 digits");
    else if (!bnet_store_reject(&chain->store, &id))
        refuse(chain, caller, "the block is known already, or 1024 are rejected");
    else
        done(chain, caller);
}

/* --- peers ----------------------------------------------------------------------------------- */

static bool get_peer(struct json_object *command, NodeEndpoint *ret_endpoint)
{
    const char *text = node_json_get_text(command, "peer");
    return text && node_endpoint_parse(text, false, ret_endpoint, NULL);
}

static void connect_peer(NodeChain *chain, const Caller *caller, struct json_object *command)
{
    NodeEndpoint endpoint;
    if (!get_peer(command, &endpoint))
        refuse(chain, caller, "peer is HOST:PORT");
    else if (!node_peers_add_target(chain, &endpoint))
        refuse(chain, caller, "that peer is dialled already, or too many are");
    else
        done(chain, caller);
}

static bool is_session(const NodeChain *chain, int64_t slot)
{
    return slot >= 0 && slot < chain->n_peers && chain->peers[slot].connection != 0;
}

/* The slot of the session with a peer that was dialled; -1: none. */
static int64_t session_with(const NodeChain *chain, const NodeEndpoint *endpoint)
{
    g_autofree char *name = node_endpoint_text(endpoint->host, endpoint->port);
    for (uint32_t slot = 0; slot < chain->n_peers; slot++) {
        const NodePeer *peer = &chain->peers[slot];
        if (peer->connection != 0 && peer->dial != NODE_NO_DIAL &&
            strcmp(g_array_index(chain->targets, NodeTarget, peer->dial).name, name) == 0)
            return slot;
    }
    return -1;
}

static void disconnect_peer(NodeChain *chain, const Caller *caller, struct json_object *command)
{
    NodeEndpoint endpoint;
    int64_t slot = -1;
    bool is_done = false;
    if (get_peer(command, &endpoint)) {
        slot = session_with(chain, &endpoint);
        is_done = node_peers_drop_target(chain, &endpoint);
    } else if (!node_json_get_number(command, "session", 0, NODE_SESSIONS_MAX, &slot)) {
        slot = -1;
    }
    if (is_session(chain, slot)) {
        node_peers_disconnect(chain, (uint32_t)slot);
        is_done = true;
    }
    if (is_done)
        done(chain, caller);
    else
        refuse(chain, caller, "there is no such peer or session");
}

/* The front tells the client of events from now on; messages are events, too. */
static void subscribe(NodeChain *chain, const Caller *caller, struct json_object *command)
{
    (void)command;
    chain->tells_messages = true;
    done(chain, caller);
}

/* --- waiting --------------------------------------------------------------------------------- */

static void free_wait(gpointer data)
{
    NodeWait *wait = data;
    (void)json_object_put(wait->id);
    g_free(wait);
}

void node_commands_init(NodeChain *chain)
{
    chain->waits = g_ptr_array_new_with_free_func(free_wait);
}

void node_commands_finish(NodeChain *chain)
{
    g_ptr_array_unref(chain->waits);
}

static bool has_trx(const NodeChain *chain, const BnetId *id)
{
    const BnetTrx trx = bnet_store_find_trx(&chain->store, id);
    return trx != BNET_NO_TRX && (bnet_trxs_is_pending(&chain->node.trxs, trx) ||
                                  bnet_bits_has(&chain->node.view.included, trx));
}

static bool is_so(const NodeChain *chain, const NodeWait *wait)
{
    const BnetView *view = &chain->node.view;
    const BnetId *head_id = &bnet_store_block(&chain->store, view->head)->id;
    return bnet_view_head_number(view) >= wait->head && bnet_view_lib_number(view) >= wait->lib &&
           chain->node.trxs.n_pending >= wait->transactions &&
           (wait->sessions < 0 || count_ready(chain) == wait->sessions) &&
           (!wait->has_head_id || bnet_id_equal(head_id, &wait->head_id)) &&
           (!wait->has_trx_id || has_trx(chain, &wait->trx_id));
}

static void wait(NodeChain *chain, const Caller *caller, struct json_object *command)
{
    NodeWait *wait = g_new0(NodeWait, 1);
    int64_t timeout_ns = 10 * BNET_NS_PER_S;
    wait->client = caller->client;
    wait->id = json_object_get(caller->id);
    wait->sessions = -1;
    wait->has_head_id = node_json_get_id(command, "head_id", &wait->head_id);
    wait->has_trx_id = node_json_get_id(command, "transaction", &wait->trx_id);
    const bool is_good =
        node_json_get_seconds(command, "timeout", WAIT_MAX_S, &timeout_ns) &&
        node_json_get_number(command, "head", 0, UINT32_MAX, &wait->head) &&
        node_json_get_number(command, "lib", 0, UINT32_MAX, &wait->lib) &&
        node_json_get_number(command, "sessions", 0, NODE_SESSIONS_MAX, &wait->sessions) &&
        node_json_get_number(command, "transactions", 0, UINT32_MAX, &wait->transactions) &&
        wait->has_head_id == node_json_has(command, "head_id") &&
        wait->has_trx_id == node_json_has(command, "transaction");
    wait->due_ns = chain->now_ns + timeout_ns;
    if (is_good) {
        g_ptr_array_add(chain->waits, wait);
        return;
    }
    free_wait(wait);
    refuse(chain, caller,
           "head, lib, sessions and transactions are numbers, head_id and transaction ids, "
           "timeout seconds up to 3600");
}

/* `why` not; NULL: it is so. */
static void answer_wait(NodeChain *chain, const NodeWait *wait, const char *why)
{
    struct json_object *answer = new_answer(wait->id, why == NULL);
    if (why)
        node_json_text(answer, "error", why);
    put_status(answer, chain);
    post(chain, wait->client, answer);
}

void node_commands_wake(NodeChain *chain)
{
    for (guint i = 0; i < chain->waits->len;) {
        const NodeWait *wait = g_ptr_array_index(chain->waits, i);
        const bool so = is_so(chain, wait);
        if (!so && wait->due_ns > chain->now_ns) {
            i++;
            continue;
        }
        answer_wait(chain, wait, so ? NULL : "timed out");
        g_ptr_array_remove_index(chain->waits, i);
    }
}

/* Whoever waits still is told, so that no answer is missing. */
static void quit(NodeChain *chain, const Caller *caller, struct json_object *command)
{
    (void)command;
    for (guint i = 0; i < chain->waits->len; i++) {
        const NodeWait *wait = g_ptr_array_index(chain->waits, i);
        answer_wait(chain, wait, is_so(chain, wait) ? NULL : "the node ends");
    }
    g_ptr_array_set_size(chain->waits, 0);
    done(chain, caller);
    chain->quits = true;
}

bool node_commands_has_waits(const NodeChain *chain, uint32_t client)
{
    for (guint i = 0; i < chain->waits->len; i++)
        if (((const NodeWait *)g_ptr_array_index(chain->waits, i))->client == client)
            return true;
    return false;
}

int64_t node_commands_deadline(const NodeChain *chain)
{
    int64_t due_ns = BNET_TIME_NEVER;
    for (guint i = 0; i < chain->waits->len; i++)
        due_ns = MIN(due_ns, ((const NodeWait *)g_ptr_array_index(chain->waits, i))->due_ns);
    return due_ns;
}

/* --- all of them ----------------------------------------------------------------------------- */

typedef struct Command {
    const char *name;
    const char *arguments; /* their names, with a space between them */
    void (*run)(NodeChain *chain, const Caller *caller, struct json_object *command);
} Command;

/* A key of the command that is no argument of it; NULL: there is none. */
static const char *find_strange(const Command *kind, struct json_object *command)
{
    g_auto(GStrv) allowed = g_strsplit(kind->arguments, " ", -1);
    json_object_object_foreach(command, key, value)
    {
        (void)value;
        if (strcmp(key, "cmd") != 0 && strcmp(key, "id") != 0 &&
            !g_strv_contains((const char *const *)allowed, key))
            return key;
    }
    return NULL;
}

static void run_command(NodeChain *chain, const Caller *caller, const Command *kind,
                        struct json_object *command)
{
    const char *strange = find_strange(kind, command);
    if (!strange) {
        kind->run(chain, caller, command);
        return;
    }
    g_autofree char *why = g_strdup_printf("%s has no argument %s; it has %s", kind->name, strange,
                                           kind->arguments[0] != '\0' ? kind->arguments : "none");
    refuse(chain, caller, why);
}

void node_commands_take(NodeChain *chain, uint32_t client, struct json_object *command)
{
    static const Command commands[] = {
        {"status", "", status},
        {"sessions", "", sessions},
        {"produce", "count slots", produce},
        {"push_block", "block", push_block},
        {"push_transaction", "transaction size nonce expires_in", push_transaction},
        {"block", "number block_id", block},
        {"set_lib", "number", set_lib},
        {"set_producers", "producers", set_producers},
        {"reject", "block_id", reject},
        {"clock", "time", set_clock},
        {"connect", "peer", connect_peer},
        {"disconnect", "peer session", disconnect_peer},
        {"wait", "head lib sessions transactions head_id transaction timeout", wait},
        {"subscribe", "", subscribe},
        {"quit", "", quit},
    };
    Caller caller = {.client = client};
    if (!command) {
        refuse(chain, &caller, "a line is a JSON object");
        return;
    }
    json_object_object_get_ex(command, "id", &caller.id);
    const char *name = node_json_get_text(command, "cmd");
    for (size_t i = 0; name && i < G_N_ELEMENTS(commands); i++) {
        if (strcmp(name, commands[i].name) == 0) {
            run_command(chain, &caller, &commands[i], command);
            return;
        }
    }
    refuse(chain, &caller,
           "cmd is one of status, sessions, produce, push_block, push_transaction, block, "
           "set_lib, set_producers, reject, clock, connect, disconnect, wait, subscribe, quit");
}
