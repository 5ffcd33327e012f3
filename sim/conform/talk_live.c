/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/conform/talk_live.h"

#include <poll.h>
#include <string.h>

#include "core/text.h"
#include "sim/conform/sessions_form.h"
#include "sim/conform/talk_parts.h"
#include "sim/conform/talk_socket.h"
#include "sim/live/node_process.h"

typedef struct Live {
    Talk talk;
    NodeProcess *process;
    uint16_t port;
    GHashTable *closed;                    /* set of char *: peers whose sessions have ended */
    TalkSocket *clients[TALK_CLIENTS_MAX]; /* NULL: not connected */
} Live;

static Live *live_of(Talk *talk)
{
    return (Live *)(void *)talk;
}

static int64_t from_now_us(uint32_t ms)
{
    return g_get_monotonic_time() + (int64_t)ms * 1000;
}

/* --- waiting --------------------------------------------------------------------------------- */

/* Takes in what comes to a client next, if it comes in time. False: the node has failed, or the
 * time is over. */
static bool read_on(Live *live, TalkSocket *client, int64_t until_us)
{
    struct pollfd wanted = {.fd = talk_socket_fd(client), .events = POLLIN};
    const int64_t left_us = until_us - g_get_monotonic_time();
    if (left_us <= 0)
        return false;
    /* Rounded up, so that the time is over when nothing came. */
    (void)poll(&wanted, 1, (int)MIN((left_us + 999) / 1000, G_MAXINT));
    talk_socket_read(client);
    if (talk_socket_fault(client) != NULL)
        talk_fail(&live->talk, "%s", talk_socket_fault(client));
    return live->talk.failure == NULL;
}

/* Until the client is open, is answered, has so many pongs, or its connection is over. */
static void await_open(Live *live, TalkSocket *client)
{
    const int64_t until_us = from_now_us(TALK_LIVE_LIMIT_MS);
    while (!talk_socket_is_open(client) && !talk_socket_is_over(client) &&
           read_on(live, client, until_us))
        continue;
    if (!talk_socket_is_open(client))
        talk_fail(&live->talk, "the node does not answer the handshake");
}

static void await_pongs(Live *live, TalkSocket *client, uint32_t pongs)
{
    const int64_t until_us = from_now_us(TALK_LIVE_LIMIT_MS);
    while (talk_socket_pongs(client) < pongs && !talk_socket_is_over(client) &&
           read_on(live, client, until_us))
        continue;
    if (talk_socket_pongs(client) < pongs && !talk_socket_is_over(client))
        talk_fail(&live->talk, "the node does not answer a ping frame");
}

static void await_end(Live *live, TalkSocket *client)
{
    const int64_t until_us = from_now_us(TALK_LIVE_LIMIT_MS);
    while (!talk_socket_is_over(client) && read_on(live, client, until_us))
        continue;
    if (!talk_socket_is_over(client))
        talk_fail(&live->talk, "the node does not end a connection that is closed");
}

/* The node has read all that this client sent, and has sent what follows from it. */
static void await_reading(Live *live, TalkSocket *client)
{
    const int64_t until_us = from_now_us(TALK_LIVE_LIMIT_MS);
    talk_socket_ask(client);
    while (!talk_socket_is_answered(client) && !talk_socket_is_over(client) &&
           read_on(live, client, until_us))
        continue;
    if (!talk_socket_is_answered(client) && !talk_socket_is_over(client))
        talk_fail(&live->talk, "the node does not read on");
}

/* The node knows that a client has gone. */
static void await_closed(Live *live, const char *name)
{
    g_autoptr(GError) error = NULL;
    while (!g_hash_table_contains(live->closed, name)) {
        struct json_object *event = node_process_event(live->process, &error);
        if (event == NULL) {
            talk_fail(&live->talk, "a client has gone, and the node does not see it: %s",
                      error->message);
            return;
        }
        const char *peer = node_process_get_text(event, "remote");
        if (peer != NULL && strcmp(node_process_get_text(event, "what"), "closed") == 0)
            g_hash_table_add(live->closed, g_strdup(peer));
        json_object_put(event);
    }
}

/* Time that nothing is to happen in. */
static void pass(Talk *talk, uint32_t ms)
{
    (void)talk;
    g_usleep((gulong)ms * 1000);
}

/* --- clients --------------------------------------------------------------------------------- */

static void connect_client(Talk *talk, uint32_t index, const char *path)
{
    Live *live = live_of(talk);
    g_autoptr(GError) error = NULL;
    g_assert(live->clients[index] == NULL);
    /* What the node has told is read, or it might wait for that and accept nobody. */
    TalkSocket *client = node_process_do(live->process, &error, "{\"cmd\":\"status\"}")
                             ? talk_socket_new(live->port, path, &error)
                             : NULL;
    if (client == NULL) {
        talk_fail(talk, "%s", error->message);
        return;
    }
    live->clients[index] = client;
    await_open(live, client);
    if (talk->failure == NULL)
        await_reading(live, client);
}

static void disconnect_client(Talk *talk, uint32_t index)
{
    Live *live = live_of(talk);
    TalkSocket *client = g_steal_pointer(&live->clients[index]);
    if (client == NULL)
        return;
    talk_socket_read(client);
    const bool is_known = talk_socket_is_over(client);
    g_autofree char *name = g_strdup(talk_socket_name(client));
    talk_socket_free(client);
    if (!is_known)
        await_closed(live, name);
}

static void send_frame(Talk *talk, uint32_t index, TalkFrame kind, BnetSlice bytes)
{
    Live *live = live_of(talk);
    TalkSocket *client = live->clients[index];
    if (client == NULL || talk_socket_is_over(client))
        return;
    const uint32_t pongs = talk_socket_pongs(client);
    talk_socket_send(client, kind, bytes);
    if (kind == TALK_FRAME_PING) /* of several that come together only one is answered */
        await_pongs(live, client, pongs + 1);
    else if (kind == TALK_FRAME_CLOSE)
        await_end(live, client);
    else
        await_reading(live, client);
}

static bool next(Talk *talk, uint32_t index, uint32_t *left_ms, TalkItem *ret_item)
{
    Live *live = live_of(talk);
    TalkSocket *client = live->clients[index];
    const int64_t until_us = from_now_us(*left_ms);
    if (client == NULL) {
        pass(talk, *left_ms);
        *left_ms = 0;
        return false;
    }
    TalkItem *item = talk_socket_next(client);
    while (item == NULL && read_on(live, client, until_us))
        item = talk_socket_next(client);
    *left_ms = (uint32_t)(MAX(until_us - g_get_monotonic_time(), 0) / 1000);
    if (item == NULL)
        return false;
    *ret_item = *item;
    g_free(item);
    if (ret_item->kind == TALK_CLOSED)
        g_clear_pointer(&live->clients[index], talk_socket_free);
    return true;
}

/* --- the chain ------------------------------------------------------------------------------- */

static void command(Live *live, const char *name, const char *key, BnetSlice bytes)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *digits = sessions_hex(bytes);
    if (!node_process_do(live->process, &error, "{\"cmd\":\"%s\",\"%s\":\"%s\"}", name, key,
                         digits))
        talk_fail(&live->talk, "%s: %s", name, error->message);
}

static void accept_block(Talk *talk, BnetBlock block, BnetSlice bytes)
{
    (void)block;
    command(live_of(talk), "push_block", "block", bytes);
}

static void push_trx(Talk *talk, BnetSlice bytes)
{
    command(live_of(talk), "push_transaction", "transaction", bytes);
}

/* --- time ------------------------------------------------------------------------------------ */

/* What was done was awaited. */
static void settle(Talk *talk)
{
    (void)talk;
}

static int64_t now_ns(const Talk *talk)
{
    (void)talk;
    const int64_t begin_us = (2 * BNET_SLOT_EPOCH_S + TALK_BEGIN_SLOT) * (G_USEC_PER_SEC / 2);
    return (g_get_real_time() - begin_us) * BNET_NS_PER_US;
}

/* --- life ------------------------------------------------------------------------------------ */

/* The clients leave first, so that the node has nobody to wait for. */
static void end(Talk *talk)
{
    g_autoptr(GError) error = NULL;
    for (uint32_t i = 0; i < TALK_CLIENTS_MAX; i++)
        g_clear_pointer(&live_of(talk)->clients[i], talk_socket_free);
    if (!node_process_quit(live_of(talk)->process, &error))
        talk_fail(talk, "%s", error->message);
}

static void free_live(Talk *talk)
{
    Live *live = live_of(talk);
    for (uint32_t i = 0; i < TALK_CLIENTS_MAX; i++)
        talk_socket_free(live->clients[i]);
    node_process_free(live->process);
    g_hash_table_unref(live->closed);
    talk_finish(talk);
    g_free(live);
}

/* It tells of all its events. */
static NodeProcess *start(const TalkOptions *options, const char *program, GError **error)
{
    g_autofree char *producers = talk_producers_text(options->producers);
    const char *const arguments[] = {
        "--profile",
        "eosio-1.7",
        "--first-producers",
        producers,
        "--bnet-follow-irreversible",
        options->follow_irreversible ? "1" : "0",
        options->no_trx ? "--bnet-no-trx" : NULL,
        NULL,
    };
    const NodeProcessOptions how = {
        .program = program, .arguments = arguments, .limit_ms = TALK_LIVE_LIMIT_MS};
    NodeProcess *process = node_process_start(&how, error);
    if (process == NULL || node_process_do(process, error, "{\"cmd\":\"subscribe\"}"))
        return process;
    node_process_free(process);
    return NULL;
}

/* The port of "HOST:PORT"; 0: there is none. */
static uint16_t port_of(const char *endpoint)
{
    guint64 port = 0;
    const char *colon = strrchr(endpoint, ':');
    (void)(colon != NULL && g_ascii_string_to_unsigned(colon + 1, 10, 1, UINT16_MAX, &port, NULL));
    return (uint16_t)port;
}

Talk *talk_live_new(const TalkOptions *options, const char *program, GError **error)
{
    static const TalkDriver driver = {
        .free = free_live,
        .connect = connect_client,
        .disconnect = disconnect_client,
        .send = send_frame,
        .accept_block = accept_block,
        .push_trx = push_trx,
        .pass = pass,
        .settle = settle,
        .next = next,
        .now_ns = now_ns,
        .end = end,
        .patience_ms = TALK_LIVE_LIMIT_MS,
    };
    NodeProcess *process = start(options, program, error);
    if (process == NULL)
        return NULL;
    Live *live = g_new0(Live, 1);
    talk_init(&live->talk, &driver, options->producers);
    live->process = process;
    live->port = port_of(node_process_endpoint(process));
    live->closed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return &live->talk;
}
