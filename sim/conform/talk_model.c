/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/conform/talk_model.h"

#include "core/message_bytes.h"
#include "core/node.h"
#include "sim/conform/talk_parts.h"

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

typedef struct Model {
    Talk talk;
    BnetPool pool;
    BnetActions actions;
    BnetNode node;
    Client clients[TALK_CLIENTS_MAX];
    GArray *jobs; /* of Job */
    int64_t now_ns;
    uint64_t codes;
} Model;

/* Ticks that a step takes: what is sent is read meanwhile. */
#define STEP_TICKS 3u

static Model *model_of(Talk *talk)
{
    return (Model *)(void *)talk;
}

/* --- items and frames ------------------------------------------------------------------------ */

static void frame_free(gpointer data)
{
    Frame *frame = data;
    g_bytes_unref(frame->bytes);
    g_free(frame);
}

static void item_free(gpointer data)
{
    talk_item_free(data);
}

/* --- bytes ----------------------------------------------------------------------------------- */

static GBytes *write_message(Model *model, const BnetMessage *message)
{
    const uint32_t n = bnet_message_size(message, &model->talk.store);
    uint8_t *bytes = g_malloc(n);
    BnetWriter writer;
    bnet_writer_init(&writer, bytes, n);
    bnet_message_write(&writer, message, &model->talk.store, &model->pool);
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
static void end_session(Model *model, uint32_t index)
{
    Client *client = &model->clients[index];
    client->has_session = false;
    client->writing = false;
    client->wants_code = false;
    for (guint i = 0; i < model->jobs->len; i++) {
        Job *job = &g_array_index(model->jobs, Job, i);
        if (job->client == index)
            job->client = BNET_NO_SESSION;
    }
}

static void add_job(Model *model, JobKind kind, uint32_t client, uint32_t arg)
{
    const Job job = {kind, client, arg};
    g_array_append_val(model->jobs, job);
}

static void carry_out(Model *model, BnetAction *action)
{
    Client *client = &model->clients[action->session];
    switch (action->kind) {
    case BNET_ACTION_SEND:
        put_item(client, TALK_MESSAGE, 0, write_message(model, &action->u.message));
        bnet_message_finish(&action->u.message, &model->pool);
        client->writing = true;
        break;
    case BNET_ACTION_FETCH_BLOCK:
        add_job(model, JOB_FETCH, action->session, action->u.number);
        break;
    case BNET_ACTION_PING_CODE:
        client->wants_code = true;
        break;
    case BNET_ACTION_SUBMIT_BLOCK:
        add_job(model, JOB_BLOCK, action->session, action->u.block);
        break;
    case BNET_ACTION_SUBMIT_TRX:
        add_job(model, JOB_TRX, action->session, action->u.trx);
        break;
    case BNET_ACTION_CLOSE:
        end_session(model, action->session);
        put_item(client, TALK_CLOSED,
                 action->u.reason == BNET_CLOSE_MALFORMED ? CLOSE_BAD_PAYLOAD : 0, NULL);
        break;
    }
}

static void act(Model *model)
{
    for (uint32_t i = 0; i < model->node.actions->n; i++)
        carry_out(model, &model->node.actions->items[i]);
    bnet_node_actions_done(&model->node);
}

static void receive_block(Model *model, BnetBlock block, uint32_t slot)
{
    BnetChainEvent event;
    bnet_node_receive_block(&model->node, block, slot, model->now_ns);
    act(model);
    while (bnet_node_step(&model->node, &event, model->now_ns))
        act(model);
    act(model);
}

static void receive_trx(Model *model, BnetTrx trx)
{
    bnet_node_receive_trx(&model->node, trx, model->now_ns);
    act(model);
}

static void do_job(Model *model, const Job *job)
{
    switch (job->kind) {
    case JOB_BLOCK:
        receive_block(model, job->arg, job->client);
        break;
    case JOB_TRX:
        receive_trx(model, job->arg);
        break;
    case JOB_FETCH:
        if (job->client == BNET_NO_SESSION)
            break;
        bnet_node_fetched(&model->node, job->client, bnet_view_at(&model->node.view, job->arg),
                          model->now_ns);
        act(model);
        break;
    }
}

/* --- what the node reads --------------------------------------------------------------------- */

/* Tells the node of ids that no message with handles can name. */
static void list_ids(Model *model, uint32_t index, BnetItems ids, bool all)
{
    BnetId id;
    while (model->clients[index].has_session && bnet_next_id(&ids, &id))
        if (all || bnet_store_find(&model->talk.store, &id) == BNET_NO_BLOCK)
            bnet_node_listed(&model->node, index, &id, model->now_ns);
}

static void hand_over(Model *model, uint32_t index, const BnetMessage *message)
{
    bnet_node_message(&model->node, index, message, model->now_ns);
    act(model);
}

static void take_wire_message(Model *model, uint32_t index, const BnetWireMessage *wire)
{
    BnetMessage message = {.kind = BNET_MESSAGE_MALFORMED};
    const BnetReading reading = bnet_message_read(&model->talk.store, &model->pool, wire,
                                                  talk_scratch(&model->talk), &message);
    if (reading == BNET_READING_UNLINKED)
        return; /* the chain drops it, and knows nothing that could follow it */
    if (reading == BNET_READING_NULL)
        message = (BnetMessage){.kind = BNET_MESSAGE_MALFORMED};
    /* Its list may have gaps. */
    if (message.kind == BNET_MESSAGE_HELLO)
        message.u.hello.first = BNET_NO_BLOCK;
    if (message.kind == BNET_MESSAGE_BLOCK_NOTICE)
        list_ids(model, index, wire->u.ids, false);
    hand_over(model, index, &message);
    if (message.kind == BNET_MESSAGE_HELLO)
        list_ids(model, index, wire->u.hello.pending_block_ids, true);
    bnet_message_finish(&message, &model->pool);
}

/* One message from what has come; the rest waits for the next frame (H12). */
static void take_message(Model *model, uint32_t index)
{
    GByteArray *unread = model->clients[index].unread;
    /* The block's or transaction's bytes must stay where they are while the store reads them. */
    g_autofree uint8_t *bytes = g_memdup2(unread->data, unread->len);
    BnetReader reader;
    BnetWireError error;
    BnetWireMessage wire;
    bnet_reader_init(&reader, bytes, unread->len, talk_scratch(&model->talk), &error);
    if (unread->len > 0 && bnet_wire_read_message(&reader, &wire)) {
        g_byte_array_remove_range(unread, 0, unread->len - (guint)bnet_reader_left(&reader));
        take_wire_message(model, index, &wire);
    } else {
        hand_over(model, index, &(BnetMessage){.kind = BNET_MESSAGE_MALFORMED});
    }
}

/* Of a close frame, which the node answers with the same. */
static uint16_t close_code(const uint8_t *data, gsize n)
{
    const unsigned code = n >= 2 ? (unsigned)data[0] << 8 | data[1] : CLOSE_NORMAL;
    return (uint16_t)code;
}

static void read_frame(Model *model, uint32_t index)
{
    Client *client = &model->clients[index];
    Frame *frame = g_queue_pop_head(client->frames);
    gsize n = 0;
    const uint8_t *data = g_bytes_get_data(frame->bytes, &n);
    switch (frame->kind) {
    case TALK_FRAME_BINARY:
    case TALK_FRAME_TEXT:
    case TALK_FRAME_SPLIT:
        if (n > 0)
            g_byte_array_append(client->unread, data, (guint)n);
        take_message(model, index);
        break;
    case TALK_FRAME_PING:
        put_item(client, TALK_PONG, 0, g_bytes_ref(frame->bytes));
        break;
    case TALK_FRAME_CLOSE:
        put_item(client, TALK_CLOSED, close_code(data, n), NULL);
        end_session(model, index);
        bnet_node_lost(&model->node, index, model->now_ns);
        act(model);
        break;
    }
    frame_free(frame);
}

/* --- clients --------------------------------------------------------------------------------- */

static void connect_client(Talk *talk, uint32_t index, const char *path)
{
    (void)path; /* any is accepted */
    Model *model = model_of(talk);
    Client *client = &model->clients[index];
    g_assert(!client->connected && !client->has_session);
    g_byte_array_set_size(client->unread, 0);
    client->connected = true;
    client->has_session = true;
    bnet_node_open(&model->node, index, false, model->now_ns);
    act(model);
}

static void disconnect_client(Talk *talk, uint32_t index)
{
    Model *model = model_of(talk);
    Client *client = &model->clients[index];
    client->connected = false;
    g_queue_clear_full(client->items, item_free);
    g_queue_clear_full(client->frames, frame_free);
    if (!client->has_session)
        return;
    end_session(model, index);
    bnet_node_lost(&model->node, index, model->now_ns);
    act(model);
}

static void send_frame(Talk *talk, uint32_t index, TalkFrame kind, BnetSlice bytes)
{
    Client *client = &model_of(talk)->clients[index];
    if (!client->has_session)
        return;
    Frame *frame = g_new(Frame, 1);
    *frame = (Frame){kind, g_bytes_new(bytes.bytes, bytes.n)};
    g_queue_push_tail(client->frames, frame);
}

/* --- the chain ------------------------------------------------------------------------------- */

static void accept_block(Talk *talk, BnetBlock block, BnetSlice bytes)
{
    (void)bytes;
    receive_block(model_of(talk), block, BNET_NO_SESSION);
}

static void push_trx(Talk *talk, BnetSlice bytes)
{
    BnetReader reader;
    BnetWireError error;
    BnetWirePackedTrx packed;
    bnet_reader_init(&reader, bytes.bytes, bytes.n, talk_scratch(talk), &error);
    const bool is_trx = bnet_wire_read_packed_trx(&reader, &packed);
    g_assert(is_trx); /* talk_push_trx() has seen to it */
    receive_trx(model_of(talk), bnet_store_read_trx(&talk->store, &packed, talk_scratch(talk)));
}

/* --- time ------------------------------------------------------------------------------------ */

/* The write and the code that a connection waits for, and its timer. */
static void wake(Model *model, uint32_t index)
{
    Client *client = &model->clients[index];
    if (client->has_session && client->writing) {
        client->writing = false;
        bnet_node_written(&model->node, index, model->now_ns);
        act(model);
    }
    if (client->has_session && client->wants_code) {
        BnetId code = bnet_sha256(&model->codes, sizeof model->codes);
        model->codes++;
        client->wants_code = false;
        bnet_node_ping_code(&model->node, index, &code, model->now_ns);
        act(model);
    }
    if (client->has_session && bnet_node_deadline(&model->node, index) <= model->now_ns) {
        bnet_node_timer(&model->node, index, model->now_ns);
        act(model);
    }
}

static bool is_chain_busy(const Model *model)
{
    for (guint i = 0; i < model->jobs->len; i++)
        if (g_array_index(model->jobs, Job, i).kind != JOB_FETCH)
            return true;
    return false;
}

static void tick(Model *model)
{
    model->now_ns += BNET_NS_PER_MS;
    for (guint n = model->jobs->len; n > 0; n--) {
        const Job job = g_array_index(model->jobs, Job, 0);
        g_array_remove_index(model->jobs, 0);
        do_job(model, &job);
    }
    for (uint32_t i = 0; i < TALK_CLIENTS_MAX; i++)
        wake(model, i);
    for (uint32_t i = 0; i < TALK_CLIENTS_MAX && !is_chain_busy(model); i++)
        if (model->clients[i].has_session && !g_queue_is_empty(model->clients[i].frames))
            read_frame(model, i);
}

static void pass(Talk *talk, uint32_t ms)
{
    for (; ms > 0; ms--)
        tick(model_of(talk));
}

static void settle(Talk *talk)
{
    pass(talk, STEP_TICKS);
}

static int64_t now_ns(const Talk *talk)
{
    return ((const Model *)(const void *)talk)->now_ns;
}

static bool next(Talk *talk, uint32_t index, uint32_t *left_ms, TalkItem *ret_item)
{
    const Client *client = &model_of(talk)->clients[index];
    for (; g_queue_is_empty(client->items) && *left_ms > 0; (*left_ms)--)
        tick(model_of(talk));
    TalkItem *item = g_queue_pop_head(client->items);
    if (item == NULL)
        return false;
    *ret_item = *item;
    g_free(item);
    if (ret_item->kind == TALK_CLOSED)
        disconnect_client(talk, index);
    return true;
}

/* --- life ------------------------------------------------------------------------------------ */

static void end_model(Talk *talk)
{
    (void)talk; /* it has no end of its own */
}

static void free_model(Talk *talk)
{
    Model *model = model_of(talk);
    bnet_node_stop(&model->node, model->now_ns);
    bnet_node_finish(&model->node);
    bnet_actions_finish(&model->actions);
    bnet_pool_finish(&model->pool);
    talk_finish(talk);
    for (uint32_t i = 0; i < TALK_CLIENTS_MAX; i++) {
        g_queue_free_full(model->clients[i].frames, frame_free);
        g_queue_free_full(model->clients[i].items, item_free);
        g_byte_array_unref(model->clients[i].unread);
    }
    g_array_unref(model->jobs);
    g_free(model);
}

Talk *talk_model_new(const TalkOptions *options)
{
    static const TalkDriver driver = {
        .free = free_model,
        .connect = connect_client,
        .disconnect = disconnect_client,
        .send = send_frame,
        .accept_block = accept_block,
        .push_trx = push_trx,
        .pass = pass,
        .settle = settle,
        .next = next,
        .now_ns = now_ns,
        .end = end_model,
    };
    Model *model = g_new0(Model, 1);
    talk_init(&model->talk, &driver, options->producers);
    bnet_pool_init(&model->pool);
    model->jobs = g_array_new(FALSE, FALSE, sizeof(Job));
    for (uint32_t i = 0; i < TALK_CLIENTS_MAX; i++) {
        model->clients[i].frames = g_queue_new();
        model->clients[i].items = g_queue_new();
        model->clients[i].unread = g_byte_array_new();
    }
    const BnetIdentity self = {
        .peer_id.bytes = {0, 2, 'b', 'n', 'e', 't'},
        .request_transactions = !options->no_trx,
        .follow_irreversible = options->follow_irreversible,
        .idle_timeout_ns = BNET_IDLE_TIMEOUT_NS,
        .quirks = BNET_PROFILE_EOSIO_1_7,
    };
    bnet_node_init(&model->node, &(BnetShared){&model->talk.store, &model->pool, &model->actions},
                   TALK_CLIENTS_MAX);
    bnet_node_start(&model->node, &self, BNET_GENESIS);
    return &model->talk;
}
