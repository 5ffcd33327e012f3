/* SPDX-License-Identifier: Apache-2.0 */
#include "core/message_bytes.h"

#include "core/text.h"

/* The protocol_versions of hellos with and without extensions. */
static const BnetSlice version_1_0_0 = BNET_SLICE("1.0.0");
static const BnetSlice version_1_0_1 = BNET_SLICE(BNET_WIRE_VERSION_EXTENSIONS);

/* Time 0 of the driver's clock as a time_point. */
static int64_t zero_us(const BnetStore *store)
{
    return -bnet_store_second_ns(store, 0) / BNET_NS_PER_US;
}

/* --- writing --------------------------------------------------------------------------------- */

/* A list of ids, which the caller frees. */
typedef struct IdList {
    BnetId *ids;
    uint32_t n;
} IdList;

/* An id that no block has: its number is beyond all. */
static BnetId unknown_id(uint32_t index)
{
    BnetId id;
    for (uint32_t i = 0; i < sizeof id.bytes; i++)
        id.bytes[i] = UINT8_MAX;
    bnet_put_little(id.bytes + sizeof id.bytes - sizeof index, index, sizeof index);
    return id;
}

static IdList pending_ids(const BnetHello *hello, const BnetStore *store)
{
    IdList list = {0};
    uint32_t n = 0;
    if (hello->first != BNET_NO_BLOCK)
        n = bnet_store_number(store, hello->head) - bnet_store_number(store, hello->first) + 1;
    list.n = n + hello->unknown_ids;
    if (list.n == 0)
        return list;
    list.ids = bnet_mem_resize(NULL, list.n * sizeof *list.ids);
    for (uint32_t i = n; i < list.n; i++)
        list.ids[i] = unknown_id(i);
    BnetBlock block = hello->head;
    for (uint32_t i = n; i > 0; i--) {
        list.ids[i - 1] = bnet_store_block(store, block)->id;
        block = bnet_store_block(store, block)->parent;
    }
    return list;
}

/* What a notice lists: block ids, or the hashes of transactions with their signatures. */
static IdList noticed_ids(const BnetMessage *message, const BnetStore *store, const BnetPool *pool)
{
    IdList list = {.n = message->u.notice.count};
    list.ids = bnet_mem_resize(NULL, (list.n + 1) * sizeof *list.ids);
    BnetRingWalk walk = bnet_ring_walk(&message->u.notice);
    uint32_t handle;
    for (uint32_t i = 0; bnet_ring_next(&walk, pool, &handle); i++) {
        if (message->kind == BNET_MESSAGE_BLOCK_NOTICE) {
            list.ids[i] = bnet_store_block(store, handle)->id;
        } else {
            const BnetSlice bytes = bnet_store_trx_bytes(store, handle);
            list.ids[i] = bnet_sha256(bytes.bytes, bytes.n);
        }
    }
    return list;
}

static void write_hello(BnetWriter *writer, const BnetHello *hello, const BnetStore *store)
{
    const IdList pending = pending_ids(hello, store);
    const BnetWireMessage wire = {
        .kind = BNET_MESSAGE_HELLO,
        .u.hello =
            {
                .peer_id = hello->peer_id,
                .protocol_version = hello->version_1_0_1 ? version_1_0_1 : version_1_0_0,
                .chain_id = hello->chain_id,
                .request_transactions = hello->request_transactions,
                .last_irr_block_num = hello->lib_number,
                .pending_block_ids = bnet_items_of_ids(pending.ids, pending.n),
                .irreversible_only = hello->irreversible_only,
            },
    };
    bnet_wire_write_message(writer, &wire);
    bnet_mem_resize(pending.ids, 0);
}

static void write_notice(BnetWriter *writer, const BnetMessage *message, const BnetStore *store,
                         const BnetPool *pool)
{
    const IdList noticed = noticed_ids(message, store, pool);
    const BnetWireMessage wire = {
        .kind = message->kind,
        .u.ids = bnet_items_of_ids(noticed.ids, noticed.n),
    };
    bnet_wire_write_message(writer, &wire);
    bnet_mem_resize(noticed.ids, 0);
}

/* A block or transaction, whose bytes are there. */
static void write_kept(BnetWriter *writer, BnetMessageKind kind, BnetSlice bytes)
{
    bnet_write_varuint(writer, (uint32_t)kind);
    bnet_write_u8(writer, 1); /* not a null pointer */
    bnet_write_raw(writer, bytes.bytes, bytes.n);
}

static void write_ping(BnetWriter *writer, const BnetMessage *message, const BnetStore *store)
{
    const BnetPing *ping = &message->u.ping;
    const BnetWireMessage wire = {
        .kind = message->kind,
        .u.ping =
            {
                .sent_us = zero_us(store) + ping->sent_ns / BNET_NS_PER_US,
                .code = ping->code,
                .lib = ping->lib_number,
            },
    };
    bnet_wire_write_message(writer, &wire);
}

void bnet_message_write(BnetWriter *writer, const BnetMessage *message, const BnetStore *store,
                        const BnetPool *pool)
{
    switch (message->kind) {
    case BNET_MESSAGE_HELLO:
        write_hello(writer, &message->u.hello, store);
        return;
    case BNET_MESSAGE_TRX_NOTICE:
    case BNET_MESSAGE_BLOCK_NOTICE:
        write_notice(writer, message, store, pool);
        return;
    case BNET_MESSAGE_BLOCK:
        write_kept(writer, message->kind, bnet_store_block_bytes(store, message->u.block));
        return;
    case BNET_MESSAGE_TRX:
        write_kept(writer, message->kind, bnet_store_trx_bytes(store, message->u.trx));
        return;
    case BNET_MESSAGE_PING:
    case BNET_MESSAGE_PONG:
        write_ping(writer, message, store);
        return;
    case BNET_MESSAGE_MALFORMED:
        break; /* nothing that can be written */
    }
    bnet_assert(false);
}

/* --- reading --------------------------------------------------------------------------------- */

/* The oldest and the newest listed block that is known, and how many are not. */
static void read_pending(const BnetStore *store, BnetItems ids, BnetHello *hello)
{
    BnetId id;
    while (bnet_next_id(&ids, &id)) {
        const BnetBlock block = bnet_store_find(store, &id);
        if (block == BNET_NO_BLOCK) {
            hello->unknown_ids++;
            continue;
        }
        const uint32_t number = bnet_store_number(store, block);
        if (hello->first == BNET_NO_BLOCK || number < bnet_store_number(store, hello->first))
            hello->first = block;
        if (number > bnet_store_number(store, hello->head))
            hello->head = block;
    }
}

static BnetHello read_hello(const BnetStore *store, const BnetWireHello *wire)
{
    BnetHello hello = {
        .peer_id = wire->peer_id,
        .chain_id = wire->chain_id,
        .request_transactions = wire->request_transactions,
        .irreversible_only = wire->irreversible_only,
        .version_1_0_1 = bnet_wire_version_order(wire->protocol_version, version_1_0_0) > 0,
        .lib_number = wire->last_irr_block_num,
    };
    read_pending(store, wire->pending_block_ids, &hello);
    return hello;
}

static BnetRing read_notice(const BnetStore *store, BnetPool *pool, BnetMessageKind kind,
                            BnetItems ids)
{
    BnetRing notice = {0};
    BnetId id;
    while (bnet_next_id(&ids, &id)) {
        const uint32_t handle = kind == BNET_MESSAGE_BLOCK_NOTICE
                                    ? bnet_store_find(store, &id)
                                    : bnet_store_find_signed(store, &id);
        if (handle == 0)
            continue;
        bnet_pool_reserve(pool, 1);
        bnet_ring_push(&notice, pool, handle);
    }
    return notice;
}

static BnetPing read_ping(const BnetStore *store, const BnetWirePing *wire)
{
    /* Any time may stand there; far from ours it wraps around, and nobody looks at it. */
    const uint64_t sent_us = (uint64_t)wire->sent_us - (uint64_t)zero_us(store);
    return (BnetPing){
        .sent_ns = (int64_t)(sent_us * (uint64_t)BNET_NS_PER_US),
        .code = wire->code,
        .lib_number = wire->lib,
    };
}

/* Block 1, which has no parent that could be known. */
static bool is_first_block(const BnetStore *store, const BnetWireBlock *wire, BnetBlock *ret_block)
{
    const BnetId id = bnet_wire_block_id(&wire->header);
    if (!bnet_id_equal(&id, &bnet_store_block(store, BNET_GENESIS)->id))
        return false;
    *ret_block = BNET_GENESIS;
    return true;
}

BnetReading bnet_message_read(BnetStore *store, BnetPool *pool, const BnetWireMessage *wire,
                              BnetScratch scratch, BnetMessage *ret_message)
{
    BnetMessage message = {.kind = wire->kind};
    if (wire->is_null)
        return BNET_READING_NULL;
    switch (wire->kind) {
    case BNET_MESSAGE_HELLO:
        message.u.hello = read_hello(store, &wire->u.hello);
        break;
    case BNET_MESSAGE_TRX_NOTICE:
    case BNET_MESSAGE_BLOCK_NOTICE:
        message.u.notice = read_notice(store, pool, wire->kind, wire->u.ids);
        break;
    case BNET_MESSAGE_BLOCK:
        if (!bnet_store_read_block(store, &wire->u.block, scratch, &message.u.block) &&
            !is_first_block(store, &wire->u.block, &message.u.block))
            return BNET_READING_UNLINKED;
        break;
    case BNET_MESSAGE_TRX:
        message.u.trx = bnet_store_read_trx(store, &wire->u.trx, scratch);
        break;
    case BNET_MESSAGE_MALFORMED:
        bnet_assert(false);
        break;
    case BNET_MESSAGE_PING:
    case BNET_MESSAGE_PONG:
        message.u.ping = read_ping(store, &wire->u.ping);
        break;
    }
    *ret_message = message;
    return BNET_READING_DONE;
}
