/* SPDX-License-Identifier: Apache-2.0 */
/* Events as JSON objects, and as lines for people. */
#include "core/header.h"
#include "core/text.h"
#include "node/chain_parts.h"
#include "node/decode.h"

/* --- events ---------------------------------------------------------------------------------- */

struct json_object *node_event(const NodeChain *chain, const char *what)
{
    char time[BNET_TEXT_TIME_MAX + 1];
    struct json_object *event = json_object_new_object();
    const int64_t wall_us = g_get_real_time();
    bnet_text_time_point(wall_us, time);
    node_json_text(event, "time", time);
    node_json_number(event, "t", chain->now_ns);
    node_json_text(event, "what", what);
    return event;
}

void node_event_post(NodeChain *chain, struct json_object *event, char *text)
{
    NodeReport *report = node_report_new(NODE_REPORT_EVENT);
    report->json = event;
    report->text = text;
    g_ptr_array_add(chain->reports, report);
}

struct json_object *node_event_peer(NodeChain *chain, const char *what, uint32_t slot)
{
    struct json_object *event = node_event(chain, what);
    if (slot == BNET_NO_SESSION)
        return event;
    const NodePeer *peer = &chain->peers[slot];
    g_autofree char *remote = node_endpoint_text(peer->remote.ip, peer->remote.port);
    node_json_number(event, "session", slot);
    node_json_text(event, "remote", remote);
    return event;
}

/* --- messages -------------------------------------------------------------------------------- */

static void put_hello(struct json_object *event, const BnetStore *store, const BnetHello *hello)
{
    char key[BNET_TEXT_KEY_MAX + 1] = "";
    if (hello->peer_id.bytes[0] <= BNET_CURVE_R1)
        bnet_text_key(&hello->peer_id, key);
    node_json_text(event, "peer_id", key);
    node_json_id(event, "chain_id", &hello->chain_id);
    node_json_number(event, "lib", hello->lib_number);
    node_json_block(event, "head", store, hello->head);
    node_json_number(event, "unknown_ids", hello->unknown_ids);
    node_json_flag(event, "request_transactions", hello->request_transactions);
    node_json_flag(event, "irreversible_only", hello->irreversible_only);
}

static void put_notice(struct json_object *event, const NodeChain *chain,
                       const BnetMessage *message)
{
    struct json_object *ids = json_object_new_array();
    BnetRingWalk walk = bnet_ring_walk(&message->u.notice);
    uint32_t handle;
    while (bnet_ring_next(&walk, &chain->pool, &handle)) {
        char text[BNET_TEXT_ID_LENGTH + 1];
        const BnetId *id = message->kind == BNET_MESSAGE_BLOCK_NOTICE
                               ? &bnet_store_block(&chain->store, handle)->id
                               : &bnet_store_trx(&chain->store, handle)->id;
        bnet_text_id(id, text);
        json_object_array_add(ids, json_object_new_string(text));
    }
    json_object_object_add(event, "ids", ids);
}

static void put_message(struct json_object *event, const NodeChain *chain,
                        const BnetMessage *message)
{
    switch (message->kind) {
    case BNET_MESSAGE_HELLO:
        put_hello(event, &chain->store, &message->u.hello);
        break;
    case BNET_MESSAGE_TRX_NOTICE:
    case BNET_MESSAGE_BLOCK_NOTICE:
        put_notice(event, chain, message);
        break;
    case BNET_MESSAGE_BLOCK:
        node_json_block_here(event, &chain->store, message->u.block);
        break;
    case BNET_MESSAGE_TRX:
        node_json_id(event, "id", &bnet_store_trx(&chain->store, message->u.trx)->id);
        break;
    case BNET_MESSAGE_PING:
        node_json_number(event, "lib", message->u.ping.lib_number);
        break;
    case BNET_MESSAGE_PONG:
    case BNET_MESSAGE_MALFORMED:
        break;
    }
}

/* --- messages that have come ----------------------------------------------------------------- */

static void put_ids(struct json_object *event, BnetItems ids)
{
    struct json_object *list = json_object_new_array();
    BnetId id;
    while (bnet_next_id(&ids, &id)) {
        char text[BNET_TEXT_ID_LENGTH + 1];
        bnet_text_id(&id, text);
        json_object_array_add(list, json_object_new_string(text));
    }
    json_object_object_add(event, "ids", list);
}

static void put_hello_read(struct json_object *event, const BnetStore *store,
                           const BnetWireHello *hello)
{
    char key[BNET_TEXT_KEY_MAX + 1] = "";
    struct json_object *head = json_object_new_object();
    BnetItems ids = hello->pending_block_ids;
    BnetId id = {{0}};
    int64_t unknown_ids = 0;
    while (bnet_next_id(&ids, &id))
        unknown_ids += bnet_store_find(store, &id) == BNET_NO_BLOCK;
    node_json_number(head, "number", bnet_id_number(&id));
    if (hello->pending_block_ids.count > 0)
        node_json_id(head, "id", &id);
    if (hello->peer_id.bytes[0] <= BNET_CURVE_R1)
        bnet_text_key(&hello->peer_id, key);
    node_json_text(event, "peer_id", key);
    node_json_id(event, "chain_id", &hello->chain_id);
    node_json_number(event, "lib", hello->last_irr_block_num);
    json_object_object_add(event, "head", head);
    node_json_number(event, "unknown_ids", unknown_ids);
    node_json_flag(event, "request_transactions", hello->request_transactions);
    node_json_flag(event, "irreversible_only", hello->irreversible_only);
}

static void put_trx_read(struct json_object *event, const BnetWirePackedTrx *packed)
{
    BnetWireError error;
    BnetWireTrx trx;
    const bool opens = bnet_wire_open_trx(packed, node_scratch(), &error, &trx);
    g_assert(opens); /* or it had not been read */
    const BnetId id = bnet_wire_trx_id(&trx);
    node_json_id(event, "id", &id);
}

static void put_read(struct json_object *event, const BnetStore *store, const BnetWireMessage *wire)
{
    BnetId id;
    switch (wire->kind) {
    case BNET_MESSAGE_HELLO:
        put_hello_read(event, store, &wire->u.hello);
        break;
    case BNET_MESSAGE_TRX_NOTICE:
    case BNET_MESSAGE_BLOCK_NOTICE:
        put_ids(event, wire->u.ids);
        break;
    case BNET_MESSAGE_BLOCK:
        id = bnet_wire_block_id(&wire->u.block.header);
        node_json_number(event, "number", bnet_header_number(&wire->u.block.header.fields));
        node_json_id(event, "id", &id);
        break;
    case BNET_MESSAGE_TRX:
        put_trx_read(event, &wire->u.trx);
        break;
    case BNET_MESSAGE_PING:
        node_json_number(event, "lib", wire->u.ping.lib);
        break;
    case BNET_MESSAGE_PONG:
    case BNET_MESSAGE_MALFORMED:
        break;
    }
}

void node_event_received(NodeChain *chain, uint32_t slot, const NodeInput *input)
{
    const BnetWireMessage *wire = &input->wire;
    if (!chain->tells_messages)
        return;
    struct json_object *event = node_event_peer(chain, "received", slot);
    const BnetMessageKind kind = wire->is_null ? BNET_MESSAGE_MALFORMED : wire->kind;
    node_json_text(event, "message", bnet_message_name(kind));
    node_json_number(event, "bytes", (int64_t)g_bytes_get_size(input->bytes));
    if (!wire->is_null)
        put_read(event, &chain->store, wire);
    node_event_post(chain, event, NULL);
}

/* --- messages that are sent ------------------------------------------------------------------ */

void node_event_sent(NodeChain *chain, uint32_t slot, const BnetMessage *message, gsize bytes)
{
    if (!chain->tells_messages)
        return;
    struct json_object *event = node_event_peer(chain, "sent", slot);
    node_json_text(event, "message", bnet_message_name(message->kind));
    node_json_number(event, "bytes", (int64_t)bytes);
    put_message(event, chain, message);
    node_event_post(chain, event, NULL);
}

/* --- the chain ------------------------------------------------------------------------------- */

static char *chain_text(const NodeChain *chain, const BnetChainEvent *event)
{
    const uint32_t number = bnet_store_number(&chain->store, event->block);
    if (event->kind == BNET_CHAIN_SWITCH)
        return g_strdup_printf("fork switch: back from block %u to %u",
                               bnet_store_number(&chain->store, event->other), number);
    if (event->kind == BNET_CHAIN_REJECTED)
        return g_strdup_printf("block %u is rejected", number);
    return NULL;
}

void node_event_chain(NodeChain *chain, const BnetChainEvent *event)
{
    struct json_object *json = node_event(chain, bnet_chain_event_name(event->kind));
    node_json_block_here(json, &chain->store, event->block);
    if (event->kind == BNET_CHAIN_SWITCH)
        node_json_block(json, "left", &chain->store, event->other);
    if (event->kind == BNET_CHAIN_APPLIED) {
        node_json_number(json, "lib", bnet_view_lib_number(&chain->node.view));
        node_json_number(json, "transactions",
                         bnet_store_block(&chain->store, event->block)->n_trx);
    }
    node_event_post(chain, json, chain_text(chain, event));
}

void node_event_verdict(NodeChain *chain, const NodeVerdict *verdict)
{
    struct json_object *event = node_event_peer(chain, "verdict", verdict->slot);
    const char *fault = verdict->fault;
    node_json_text(event, "verdict", bnet_verdict_name(verdict->verdict));
    node_json_number(event, "number", verdict->number);
    node_json_id(event, "id", &verdict->id);
    if (fault)
        node_json_text(event, "fault", fault);
    char *text = verdict->verdict == BNET_VERDICT_INVALID
                     ? g_strdup_printf("block %u is invalid%s%s", verdict->number,
                                       fault ? ": " : "", fault ? fault : "")
                     : NULL;
    node_event_post(chain, event, text);
}
