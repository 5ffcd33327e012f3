/* SPDX-License-Identifier: Apache-2.0 */
/* Between the messages of connections, which are bytes, and those of the core. */
#include "core/text.h"
#include "node/chain_parts.h"
#include "node/decode.h"

/* --- out ------------------------------------------------------------------------------------- */

/* The message says that we have something. */
static bool tells_chain(BnetMessageKind kind)
{
    return kind == BNET_MESSAGE_HELLO || kind == BNET_MESSAGE_BLOCK_NOTICE ||
           kind == BNET_MESSAGE_BLOCK || kind == BNET_MESSAGE_PING;
}

void node_messages_send(NodeChain *chain, uint32_t slot, BnetMessage *message)
{
    const uint32_t n = bnet_message_size(message, &chain->store);
    uint8_t *bytes = g_malloc(n);
    BnetWriter writer;
    bnet_writer_init(&writer, bytes, n);
    bnet_message_write(&writer, message, &chain->store, &chain->pool);
    g_assert(writer.n == n);
    NodeOrder *order = node_order_new(NODE_ORDER_SEND, chain->peers[slot].connection);
    order->bytes = g_bytes_new_take(bytes, n);
    node_chain_order(chain, order);
    chain->tells_chain |= tells_chain(message->kind);
    chain->peers[slot].sent++;
    node_event_sent(chain, slot, message, n);
    bnet_message_finish(message, &chain->pool);
}

/* --- in -------------------------------------------------------------------------------------- */

/* Ids of a list that no handle stands for. */
static void take_unknown_ids(NodeChain *chain, uint32_t slot, BnetItems ids)
{
    BnetId id;
    /* Of more than are kept the oldest need not be noted first. */
    for (uint32_t skip = ids.count > NODE_AWAITED_MAX ? ids.count - NODE_AWAITED_MAX : 0; skip > 0;
         skip--)
        (void)bnet_next_id(&ids, &id);
    while (bnet_node_session(&chain->node, slot)->state != BNET_SESSION_FREE &&
           bnet_next_id(&ids, &id)) {
        if (bnet_store_find(&chain->store, &id) != BNET_NO_BLOCK)
            continue;
        if (chain->node.self.quirks)
            bnet_node_listed(&chain->node, slot, &id, chain->now_ns);
        node_peers_await(chain, slot, &id);
    }
}

/* Why the chain drops a block that is not in the store, before it gets there; ACCEPTED: it does
 * not. */
static BnetVerdict judge_stranger(const NodeChain *chain, const BnetWireBlock *wire,
                                  uint32_t number)
{
    const BnetHeader *header = &wire->header.fields;
    if (number <= bnet_view_lib_number(&chain->node.view))
        return BNET_VERDICT_STALE;
    if (bnet_store_slot_time_ns(&chain->store, header->slot) >
        node_chain_wall_ns(chain) + BNET_FUTURE_NS)
        return BNET_VERDICT_FUTURE;
    if (bnet_store_find(&chain->store, &header->previous) == BNET_NO_BLOCK)
        return BNET_VERDICT_UNLINKABLE;
    return BNET_VERDICT_ACCEPTED;
}

/* A block that the chain drops whatever else it holds is not kept. True: so it was. */
static bool drop_block(NodeChain *chain, uint32_t slot, const NodeInput *input)
{
    const BnetWireBlock *wire = &input->wire.u.block;
    const BnetId id = bnet_wire_block_id(&wire->header);
    if (bnet_store_find(&chain->store, &id) != BNET_NO_BLOCK)
        return false;
    const uint32_t number = bnet_header_number(&wire->header.fields);
    const BnetVerdict verdict = judge_stranger(chain, wire, number);
    if (verdict == BNET_VERDICT_ACCEPTED)
        return false;
    node_event_verdict(chain, &(NodeVerdict){slot, number, id, verdict, NULL});
    if (verdict == BNET_VERDICT_UNLINKABLE)
        node_peers_await(chain, slot, &id);
    bnet_node_dropped(&chain->node, slot, verdict == BNET_VERDICT_STALE ? 0 : number,
                      chain->now_ns);
    return true;
}

/* A transaction that has expired, lives too long, or was not asked for is not kept. */
static bool drop_trx(NodeChain *chain, uint32_t slot, const NodeInput *input)
{
    BnetWireError error;
    BnetWireTrx trx;
    const bool opens = bnet_wire_open_trx(&input->wire.u.trx, node_scratch(), &error, &trx);
    g_assert(opens); /* or it had not been read */
    const int64_t left_ns =
        bnet_store_second_ns(&chain->store, trx.expiration_s) - node_chain_wall_ns(chain);
    if (chain->self.request_transactions && left_ns >= 0 &&
        left_ns / BNET_NS_PER_S <= chain->max_lifetime_s)
        return false;
    bnet_node_dropped(&chain->node, slot, 0, chain->now_ns);
    return true;
}

static bool drop(NodeChain *chain, uint32_t slot, const NodeInput *input)
{
    if (input->wire.is_null)
        return false;
    if (input->wire.kind == BNET_MESSAGE_BLOCK)
        return drop_block(chain, slot, input);
    return input->wire.kind == BNET_MESSAGE_TRX && drop_trx(chain, slot, input);
}

static void hand_over(NodeChain *chain, const NodeInput *input, BnetMessage *message)
{
    const uint32_t blocks = chain->store.n_blocks;
    const BnetReading reading =
        bnet_message_read(&chain->store, &chain->pool, &input->wire, node_scratch(), message);
    g_assert(reading != BNET_READING_UNLINKED); /* such a block was dropped */
    if (reading == BNET_READING_NULL)
        *message = (BnetMessage){.kind = BNET_MESSAGE_MALFORMED};
    if (chain->store.n_blocks > blocks)
        node_peers_arrived(chain, message->u.block);
}

/* With quirks a hello's list may have gaps: each id counts for itself. */
static void list_all(NodeChain *chain, uint32_t slot, BnetItems ids)
{
    BnetId id;
    while (bnet_node_session(&chain->node, slot)->state != BNET_SESSION_FREE &&
           bnet_next_id(&ids, &id))
        bnet_node_listed(&chain->node, slot, &id, chain->now_ns);
}

static void take_hello(NodeChain *chain, uint32_t slot, const NodeInput *input,
                       const BnetMessage *message)
{
    const BnetItems ids = input->wire.u.hello.pending_block_ids;
    if (!bnet_session_is_open(bnet_node_session(&chain->node, slot)))
        return;
    node_peers_hello(chain, slot, &message->u.hello.peer_id);
    if (chain->node.self.quirks)
        list_all(chain, slot, ids);
    take_unknown_ids(chain, slot, ids);
}

void node_messages_take(NodeChain *chain, uint32_t slot, const NodeInput *input)
{
    chain->peers[slot].received++;
    node_event_received(chain, slot, input);
    if (drop(chain, slot, input)) {
        node_chain_settle(chain);
        return;
    }
    BnetMessage message;
    hand_over(chain, input, &message);
    if (message.kind == BNET_MESSAGE_HELLO && chain->node.self.quirks)
        message.u.hello.first = BNET_NO_BLOCK;
    if (message.kind == BNET_MESSAGE_BLOCK_NOTICE)
        take_unknown_ids(chain, slot, input->wire.u.ids);
    bnet_node_message(&chain->node, slot, &message, chain->now_ns);
    node_chain_settle(chain);
    if (message.kind == BNET_MESSAGE_HELLO)
        take_hello(chain, slot, input, &message);
    bnet_message_finish(&message, &chain->pool);
}
