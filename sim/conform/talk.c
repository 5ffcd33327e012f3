/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/conform/talk.h"

#include <string.h>

#include "core/message_bytes.h"
#include "core/node.h"
#include "core/text.h"

/* First slot of 2026: the node's clock then. */
#define BEGIN_SLOT 1641081600u

/* EOS6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CV, which nodeos has where it is told nothing
 * else, and the chain id and first slot of that genesis state. */
#define DEVELOPMENT_KEY "EOS6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CV"
#define GENESIS_CHAIN_ID "cf057bbfb72640471fd910bcb67639c22df9f92470936cddc1ade0e2f2e7dc4f"
#define GENESIS_SLOT 1162339200u

/* Of WebSocket. */
#define CLOSE_NORMAL 1000u
#define CLOSE_BAD_PAYLOAD 1007u

typedef struct Frame {
    TalkFrame kind;
    GBytes *bytes;
} Frame;

typedef struct Client {
    bool connected;   /* from the client's side */
    bool has_session; /* the node has not closed */
    bool writing;     /* a write is complete with the next tick */
    bool wants_code;
    GQueue *frames;     /* of Frame: to the node */
    GByteArray *unread; /* of messages that came in one frame with others (H12) */
    GQueue *items;      /* of TalkItem: to the client */
} Client;

typedef enum JobKind {
    JOB_BLOCK,
    JOB_TRX,
    JOB_FETCH
} JobKind;

typedef struct Job {
    JobKind kind;
    uint32_t client; /* BNET_NO_SESSION: none, or gone */
    uint32_t arg;    /* block, transaction, number */
} Job;

struct Talk {
    BnetStore store;
    BnetPool pool;
    BnetActions actions;
    BnetNode node;
    Client clients[TALK_CLIENTS_MAX];
    GArray *jobs; /* of Job */
    int64_t now_ns;
    uint64_t codes;
    uint64_t made;
    uint8_t *scratch;
};

/* --- life ------------------------------------------------------------------------------------ */

static BnetWireBlock genesis_block(const BnetId *chain_id)
{
    return (BnetWireBlock){
        .header.fields = {.slot = GENESIS_SLOT, .confirmed = 1, .action_mroot = *chain_id},
    };
}

static void init_store(Talk *talk, uint32_t n_producers)
{
    uint64_t names[26];
    BnetKey keys[26];
    BnetId chain_id;
    const bool is_key = bnet_parse_key(DEVELOPMENT_KEY, strlen(DEVELOPMENT_KEY), &keys[0]);
    const bool is_id = bnet_parse_id(GENESIS_CHAIN_ID, strlen(GENESIS_CHAIN_ID), &chain_id);
    g_assert(is_key && is_id && n_producers >= 1 && n_producers <= G_N_ELEMENTS(names));
    names[0] = bnet_name("eosio");
    for (uint32_t i = 0; i < n_producers && n_producers > 1; i++) {
        char name[] = "defproducera";
        name[sizeof name - 2] = (char)('a' + i);
        names[i] = bnet_name(name);
        keys[i] = keys[0];
    }
    const BnetWireBlock genesis = genesis_block(&chain_id);
    bnet_store_init(&talk->store, &(BnetChainConfig){
                                      .rule = BNET_RULE_DPOS,
                                      .n_producers = n_producers,
                                      .producers = names,
                                      .keys = keys,
                                      .genesis = &genesis,
                                      .chain_id = &chain_id,
                                      .zero_slot = BEGIN_SLOT,
                                      .verify_signatures = true,
                                      .keep_bytes = true,
                                  });
}

Talk *talk_new(const TalkOptions *options)
{
    Talk *talk = g_new0(Talk, 1);
    init_store(talk, options->producers);
    bnet_pool_init(&talk->pool);
    talk->scratch = g_malloc(BNET_WIRE_SCRATCH_BYTES);
    talk->jobs = g_array_new(FALSE, FALSE, sizeof(Job));
    for (uint32_t i = 0; i < TALK_CLIENTS_MAX; i++) {
        talk->clients[i].frames = g_queue_new();
        talk->clients[i].items = g_queue_new();
        talk->clients[i].unread = g_byte_array_new();
    }
    const BnetIdentity self = {
        .peer_id.bytes = {0, 2, 'b', 'n', 'e', 't'},
        .request_transactions = !options->no_trx,
        .follow_irreversible = options->follow_irreversible,
        .idle_timeout_ns = BNET_IDLE_TIMEOUT_NS,
        .quirks = BNET_PROFILE_EOSIO_1_7,
    };
    bnet_node_init(&talk->node, &(BnetShared){&talk->store, &talk->pool, &talk->actions},
                   TALK_CLIENTS_MAX);
    bnet_node_start(&talk->node, &self, BNET_GENESIS);
    return talk;
}

static void frame_free(gpointer data)
{
    Frame *frame = data;
    g_bytes_unref(frame->bytes);
    g_free(frame);
}

static void item_free(gpointer data)
{
    TalkItem *item = data;
    g_clear_pointer(&item->bytes, g_bytes_unref);
    g_free(item);
}

void talk_free(Talk *talk)
{
    if (talk == NULL)
        return;
    bnet_node_stop(&talk->node, talk->now_ns);
    bnet_node_finish(&talk->node);
    bnet_actions_finish(&talk->actions);
    bnet_pool_finish(&talk->pool);
    bnet_store_finish(&talk->store);
    for (uint32_t i = 0; i < TALK_CLIENTS_MAX; i++) {
        g_queue_free_full(talk->clients[i].frames, frame_free);
        g_queue_free_full(talk->clients[i].items, item_free);
        g_byte_array_unref(talk->clients[i].unread);
    }
    g_array_unref(talk->jobs);
    g_free(talk->scratch);
    g_free(talk);
}

BnetId talk_genesis_id(const Talk *talk)
{
    return bnet_store_block(&talk->store, BNET_GENESIS)->id;
}

/* --- bytes ----------------------------------------------------------------------------------- */

static BnetScratch scratch_of(Talk *talk)
{
    return (BnetScratch){.bytes = talk->scratch, .n = BNET_WIRE_SCRATCH_BYTES};
}

/* The handle of a packed block; BNET_NO_BLOCK: there is none. */
static BnetBlock read_block(Talk *talk, BnetSlice bytes)
{
    BnetReader reader;
    BnetWireError error;
    BnetWireBlock wire;
    BnetBlock block;
    bnet_reader_init(&reader, bytes.bytes, bytes.n, scratch_of(talk), &error);
    const bool is_block = bnet_wire_read_block(&reader, &wire) && bnet_reader_left(&reader) == 0 &&
                          bnet_store_read_block(&talk->store, &wire, scratch_of(talk), &block);
    return is_block ? block : BNET_NO_BLOCK;
}

bool talk_learn(Talk *talk, BnetSlice block)
{
    return read_block(talk, block) != BNET_NO_BLOCK;
}

static uint32_t slot_of(const Talk *talk, const TalkBlock *block, uint32_t parent)
{
    const uint32_t now = bnet_store_slot_at(&talk->store, talk->now_ns);
    if (block->now)
        return MAX(parent + 1, now);
    return block->slot != 0 ? block->slot : parent + block->skip;
}

bool talk_make(Talk *talk, const TalkBlock *block, BnetId *ret_id, GBytes **ret_bytes)
{
    const BnetBlock parent = bnet_store_find(&talk->store, &block->parent);
    if (parent == BNET_NO_BLOCK)
        return false;
    const uint32_t slot = slot_of(talk, block, bnet_store_block(&talk->store, parent)->slot);
    const BnetBlock made = bnet_store_add_block(
        &talk->store,
        &(BnetBlockSpec){
            .parent = parent,
            .slot = slot,
            .producer = block->bad_producer ? bnet_name("nobody")
                                            : bnet_store_scheduled(&talk->store, parent, slot),
            .confirmed = block->confirmed,
            .schedule_version = bnet_store_schedule(&talk->store, parent)->version,
            .signature_valid = !block->bad_signature,
            .content_valid = !block->bad_content,
            .variant = ++talk->made,
        });
    const BnetSlice bytes = bnet_store_block_bytes(&talk->store, made);
    *ret_id = bnet_store_block(&talk->store, made)->id;
    *ret_bytes = g_bytes_new(bytes.bytes, bytes.n);
    return true;
}

static GBytes *write_message(Talk *talk, const BnetMessage *message)
{
    const uint32_t n = bnet_message_size(message, &talk->store);
    uint8_t *bytes = g_malloc(n);
    BnetWriter writer;
    bnet_writer_init(&writer, bytes, n);
    bnet_message_write(&writer, message, &talk->store, &talk->pool);
    return g_bytes_new_take(bytes, n);
}

/* --- what the node does ---------------------------------------------------------------------- */

static void put_item(Client *client, TalkKind kind, uint16_t code, GBytes *bytes)
{
    TalkItem *item = g_new(TalkItem, 1);
    *item = (TalkItem){kind, code, bytes};
    g_queue_push_tail(client->items, item);
}

/* The node's side of the connection is gone. */
static void end_session(Talk *talk, uint32_t index)
{
    Client *client = &talk->clients[index];
    client->has_session = false;
    client->writing = false;
    client->wants_code = false;
    for (guint i = 0; i < talk->jobs->len; i++) {
        Job *job = &g_array_index(talk->jobs, Job, i);
        if (job->client == index)
            job->client = BNET_NO_SESSION;
    }
}

static void add_job(Talk *talk, JobKind kind, uint32_t client, uint32_t arg)
{
    const Job job = {kind, client, arg};
    g_array_append_val(talk->jobs, job);
}

static void carry_out(Talk *talk, BnetAction *action)
{
    Client *client = &talk->clients[action->session];
    switch (action->kind) {
    case BNET_ACTION_SEND:
        put_item(client, TALK_MESSAGE, 0, write_message(talk, &action->u.message));
        bnet_message_finish(&action->u.message, &talk->pool);
        client->writing = true;
        break;
    case BNET_ACTION_FETCH_BLOCK:
        add_job(talk, JOB_FETCH, action->session, action->u.number);
        break;
    case BNET_ACTION_PING_CODE:
        client->wants_code = true;
        break;
    case BNET_ACTION_SUBMIT_BLOCK:
        add_job(talk, JOB_BLOCK, action->session, action->u.block);
        break;
    case BNET_ACTION_SUBMIT_TRX:
        add_job(talk, JOB_TRX, action->session, action->u.trx);
        break;
    case BNET_ACTION_CLOSE:
        end_session(talk, action->session);
        put_item(client, TALK_CLOSED,
                 action->u.reason == BNET_CLOSE_MALFORMED ? CLOSE_BAD_PAYLOAD : 0, NULL);
        break;
    }
}

static void act(Talk *talk)
{
    for (uint32_t i = 0; i < talk->node.actions->n; i++)
        carry_out(talk, &talk->node.actions->items[i]);
    bnet_node_actions_done(&talk->node);
}

static void receive_block(Talk *talk, BnetBlock block, uint32_t slot)
{
    BnetChainEvent event;
    bnet_node_receive_block(&talk->node, block, slot, talk->now_ns);
    act(talk);
    while (bnet_node_step(&talk->node, &event, talk->now_ns))
        act(talk);
    act(talk);
}

static void receive_trx(Talk *talk, BnetTrx trx)
{
    bnet_node_receive_trx(&talk->node, trx, talk->now_ns);
    act(talk);
}

static void do_job(Talk *talk, const Job *job)
{
    switch (job->kind) {
    case JOB_BLOCK:
        receive_block(talk, job->arg, job->client);
        break;
    case JOB_TRX:
        receive_trx(talk, job->arg);
        break;
    case JOB_FETCH:
        if (job->client == BNET_NO_SESSION)
            break;
        bnet_node_fetched(&talk->node, job->client, bnet_view_at(&talk->node.view, job->arg),
                          talk->now_ns);
        act(talk);
        break;
    }
}

/* --- what the node reads --------------------------------------------------------------------- */

/* Tells the node of ids that no message with handles can name. */
static void list_ids(Talk *talk, uint32_t index, BnetItems ids, bool all)
{
    BnetId id;
    while (talk->clients[index].has_session && bnet_next_id(&ids, &id))
        if (all || bnet_store_find(&talk->store, &id) == BNET_NO_BLOCK)
            bnet_node_listed(&talk->node, index, &id, talk->now_ns);
}

static void hand_over(Talk *talk, uint32_t index, const BnetMessage *message)
{
    bnet_node_message(&talk->node, index, message, talk->now_ns);
    act(talk);
}

static void take_wire_message(Talk *talk, uint32_t index, const BnetWireMessage *wire)
{
    BnetMessage message = {.kind = BNET_MESSAGE_MALFORMED};
    const BnetReading reading =
        bnet_message_read(&talk->store, &talk->pool, wire, scratch_of(talk), &message);
    if (reading == BNET_READING_UNLINKED)
        return; /* the chain drops it, and knows nothing that could follow it */
    if (reading == BNET_READING_NULL)
        message = (BnetMessage){.kind = BNET_MESSAGE_MALFORMED};
    /* Its list may have gaps. */
    if (message.kind == BNET_MESSAGE_HELLO)
        message.u.hello.first = BNET_NO_BLOCK;
    if (message.kind == BNET_MESSAGE_BLOCK_NOTICE)
        list_ids(talk, index, wire->u.ids, false);
    hand_over(talk, index, &message);
    if (message.kind == BNET_MESSAGE_HELLO)
        list_ids(talk, index, wire->u.hello.pending_block_ids, true);
    bnet_message_finish(&message, &talk->pool);
}

/* One message from what has come; the rest waits for the next frame (H12). */
static void take_message(Talk *talk, uint32_t index)
{
    GByteArray *unread = talk->clients[index].unread;
    /* The block's or transaction's bytes must stay where they are while the store reads them. */
    g_autofree uint8_t *bytes = g_memdup2(unread->data, unread->len);
    BnetReader reader;
    BnetWireError error;
    BnetWireMessage wire;
    bnet_reader_init(&reader, bytes, unread->len, scratch_of(talk), &error);
    if (unread->len > 0 && bnet_wire_read_message(&reader, &wire)) {
        g_byte_array_remove_range(unread, 0, unread->len - (guint)bnet_reader_left(&reader));
        take_wire_message(talk, index, &wire);
    } else {
        hand_over(talk, index, &(BnetMessage){.kind = BNET_MESSAGE_MALFORMED});
    }
}

/* Of a close frame, which the node answers with the same. */
static uint16_t close_code(const uint8_t *data, gsize n)
{
    const unsigned code = n >= 2 ? (unsigned)data[0] << 8 | data[1] : CLOSE_NORMAL;
    return (uint16_t)code;
}

static void read_frame(Talk *talk, uint32_t index)
{
    Client *client = &talk->clients[index];
    Frame *frame = g_queue_pop_head(client->frames);
    gsize n = 0;
    const uint8_t *data = g_bytes_get_data(frame->bytes, &n);
    switch (frame->kind) {
    case TALK_FRAME_BINARY:
    case TALK_FRAME_TEXT:
    case TALK_FRAME_SPLIT:
        if (n > 0)
            g_byte_array_append(client->unread, data, (guint)n);
        take_message(talk, index);
        break;
    case TALK_FRAME_PING:
        put_item(client, TALK_PONG, 0, g_bytes_ref(frame->bytes));
        break;
    case TALK_FRAME_CLOSE:
        put_item(client, TALK_CLOSED, close_code(data, n), NULL);
        end_session(talk, index);
        bnet_node_lost(&talk->node, index, talk->now_ns);
        act(talk);
        break;
    }
    frame_free(frame);
}

/* --- clients --------------------------------------------------------------------------------- */

void talk_connect(Talk *talk, uint32_t index)
{
    Client *client = &talk->clients[index];
    g_assert(!client->connected && !client->has_session);
    g_byte_array_set_size(client->unread, 0);
    client->connected = true;
    client->has_session = true;
    bnet_node_open(&talk->node, index, false, talk->now_ns);
    act(talk);
}

void talk_disconnect(Talk *talk, uint32_t index)
{
    Client *client = &talk->clients[index];
    client->connected = false;
    g_queue_clear_full(client->items, item_free);
    g_queue_clear_full(client->frames, frame_free);
    if (!client->has_session)
        return;
    end_session(talk, index);
    bnet_node_lost(&talk->node, index, talk->now_ns);
    act(talk);
}

bool talk_is_connected(const Talk *talk, uint32_t index)
{
    return talk->clients[index].connected;
}

void talk_send(Talk *talk, uint32_t index, TalkFrame kind, BnetSlice bytes)
{
    if (!talk->clients[index].has_session)
        return;
    Frame *frame = g_new(Frame, 1);
    *frame = (Frame){kind, g_bytes_new(bytes.bytes, bytes.n)};
    g_queue_push_tail(talk->clients[index].frames, frame);
}

bool talk_next(Talk *talk, uint32_t index, TalkItem *ret_item)
{
    Client *client = &talk->clients[index];
    TalkItem *item = g_queue_pop_head(client->items);
    if (item == NULL)
        return false;
    *ret_item = *item;
    g_free(item);
    if (ret_item->kind == TALK_CLOSED)
        talk_disconnect(talk, index);
    return true;
}

/* --- the chain ------------------------------------------------------------------------------- */

bool talk_accept_block(Talk *talk, BnetSlice bytes)
{
    const BnetBlock block = read_block(talk, bytes);
    if (block == BNET_NO_BLOCK)
        return false;
    receive_block(talk, block, BNET_NO_SESSION);
    return true;
}

bool talk_push_trx(Talk *talk, BnetSlice bytes)
{
    BnetReader reader;
    BnetWireError error;
    BnetWirePackedTrx packed;
    bnet_reader_init(&reader, bytes.bytes, bytes.n, scratch_of(talk), &error);
    if (!bnet_wire_read_packed_trx(&reader, &packed) || bnet_reader_left(&reader) > 0)
        return false;
    receive_trx(talk, bnet_store_read_trx(&talk->store, &packed, scratch_of(talk)));
    return true;
}

/* --- time ------------------------------------------------------------------------------------ */

/* The write and the code that a connection waits for, and its timer. */
static void wake(Talk *talk, uint32_t index)
{
    Client *client = &talk->clients[index];
    if (client->has_session && client->writing) {
        client->writing = false;
        bnet_node_written(&talk->node, index, talk->now_ns);
        act(talk);
    }
    if (client->has_session && client->wants_code) {
        BnetId code = bnet_sha256(&talk->codes, sizeof talk->codes);
        talk->codes++;
        client->wants_code = false;
        bnet_node_ping_code(&talk->node, index, &code, talk->now_ns);
        act(talk);
    }
    if (client->has_session && bnet_node_deadline(&talk->node, index) <= talk->now_ns) {
        bnet_node_timer(&talk->node, index, talk->now_ns);
        act(talk);
    }
}

static bool is_chain_busy(const Talk *talk)
{
    for (guint i = 0; i < talk->jobs->len; i++)
        if (g_array_index(talk->jobs, Job, i).kind != JOB_FETCH)
            return true;
    return false;
}

void talk_tick(Talk *talk)
{
    talk->now_ns += BNET_NS_PER_MS;
    for (guint n = talk->jobs->len; n > 0; n--) {
        const Job job = g_array_index(talk->jobs, Job, 0);
        g_array_remove_index(talk->jobs, 0);
        do_job(talk, &job);
    }
    for (uint32_t i = 0; i < TALK_CLIENTS_MAX; i++)
        wake(talk, i);
    for (uint32_t i = 0; i < TALK_CLIENTS_MAX && !is_chain_busy(talk); i++)
        if (talk->clients[i].has_session && !g_queue_is_empty(talk->clients[i].frames))
            read_frame(talk, i);
}
