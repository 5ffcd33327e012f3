/* SPDX-License-Identifier: Apache-2.0 */
#include "core/wire_message.h"

#include <string.h>

/* Indices of hello's extensions. */
#define EXTENSION_IRREVERSIBLE_ONLY 0u

static const char allowed_message[] = "0 (hello) to 6 (pong)";
static const char allowed_size[] = "a size of at most the bytes that follow";

/* --- hello ----------------------------------------------------------------------------------- */

int bnet_wire_version_order(BnetSlice version, BnetSlice other)
{
    const size_t common = version.n < other.n ? version.n : other.n;
    const int order = common > 0 ? memcmp(version.bytes, other.bytes, common) : 0;
    return order != 0 ? order : (version.n > other.n) - (version.n < other.n);
}

static bool has_extensions(const BnetWireHello *hello)
{
    return bnet_wire_version_order(hello->protocol_version,
                                   BNET_SLICE(BNET_WIRE_VERSION_EXTENSIONS)) >= 0;
}

static bool read_hello(BnetReader *reader, BnetWireHello *hello)
{
    hello->irreversible_only = false;
    return bnet_read_key(reader, "peer_id", &hello->peer_id) &&
           bnet_read_bytes(reader, "network_version", &hello->network_version) &&
           bnet_read_bytes(reader, "user", &hello->user) &&
           bnet_read_bytes(reader, "password", &hello->password) &&
           bnet_read_bytes(reader, "agent", &hello->agent) &&
           bnet_read_bytes(reader, "protocol_version", &hello->protocol_version) &&
           bnet_read_id(reader, "chain_id", &hello->chain_id) &&
           bnet_read_bool(reader, "request_transactions", &hello->request_transactions) &&
           bnet_read_u32(reader, "last_irr_block_num", &hello->last_irr_block_num) &&
           bnet_read_ids(reader, "pending_block_ids", &hello->pending_block_ids);
}

/* One extension; its index. */
static bool read_hello_extension(BnetReader *reader, uint32_t *index)
{
    const uint8_t *start = reader->at;
    uint32_t size;
    if (!bnet_read_varuint(reader, "size", &size))
        return false;
    if (size > bnet_reader_left(reader))
        return bnet_reader_fail(reader, start, "size", allowed_size);
    BnetReader inner = *reader;
    inner.end = inner.at + size;
    if (!bnet_read_varuint(&inner, "index", index))
        return false;
    reader->at = inner.end;
    return true;
}

bool bnet_wire_read_hello_extensions(BnetReader *reader, BnetWireHello *hello)
{
    if (!has_extensions(hello))
        return true;
    for (uint32_t i = 0; bnet_reader_left(reader) > 0; i++) {
        uint32_t index;
        if (!read_hello_extension(reader, &index)) {
            bnet_reader_within_item(reader, "extensions", i);
            return bnet_reader_within(reader, "hello");
        }
        if (index == EXTENSION_IRREVERSIBLE_ONLY)
            hello->irreversible_only = true;
    }
    return true;
}

static void write_hello(BnetWriter *writer, const BnetWireHello *hello)
{
    bnet_write_key(writer, &hello->peer_id);
    bnet_write_bytes(writer, hello->network_version);
    bnet_write_bytes(writer, hello->user);
    bnet_write_bytes(writer, hello->password);
    bnet_write_bytes(writer, hello->agent);
    bnet_write_bytes(writer, hello->protocol_version);
    bnet_write_id(writer, &hello->chain_id);
    bnet_write_u8(writer, hello->request_transactions);
    bnet_write_u32(writer, hello->last_irr_block_num);
    bnet_write_ids(writer, hello->pending_block_ids);
    if (!hello->irreversible_only)
        return;
    bnet_assert(has_extensions(hello));
    bnet_write_varuint(writer, 1); /* size */
    bnet_write_varuint(writer, EXTENSION_IRREVERSIBLE_ONLY);
}

/* --- messages -------------------------------------------------------------------------------- */

static bool read_ping(BnetReader *reader, BnetWirePing *ping, bool is_pong)
{
    uint64_t sent;
    if (!bnet_read_u64(reader, "sent", &sent) || !bnet_read_id(reader, "code", &ping->code))
        return false;
    ping->sent_us = (int64_t)sent;
    ping->lib = 0;
    return is_pong || bnet_read_u32(reader, "lib", &ping->lib);
}

/* Reads the flag of a pointer. Goes on with the value only if `*is_null` is false. */
static bool read_pointer(BnetReader *reader, bool *is_null)
{
    bool present;
    if (!bnet_read_bool(reader, "", &present))
        return false;
    *is_null = !present;
    return true;
}

static bool read_fields(BnetReader *reader, BnetWireMessage *message)
{
    switch (message->kind) {
    case BNET_MESSAGE_HELLO:
        return read_hello(reader, &message->u.hello);
    case BNET_MESSAGE_TRX_NOTICE:
        return bnet_read_ids(reader, "signed_trx_id", &message->u.ids);
    case BNET_MESSAGE_BLOCK_NOTICE:
        return bnet_read_ids(reader, "block_ids", &message->u.ids);
    case BNET_MESSAGE_BLOCK:
        return read_pointer(reader, &message->is_null) &&
               (message->is_null || bnet_wire_read_block(reader, &message->u.block));
    case BNET_MESSAGE_TRX:
        return read_pointer(reader, &message->is_null) &&
               (message->is_null || bnet_wire_read_packed_trx(reader, &message->u.trx));
    case BNET_MESSAGE_PING:
    case BNET_MESSAGE_PONG:
        return read_ping(reader, &message->u.ping, message->kind == BNET_MESSAGE_PONG);
    case BNET_MESSAGE_MALFORMED:
        break;
    }
    bnet_assert(false);
    return false;
}

bool bnet_wire_read_message_fields(BnetReader *reader, BnetWireMessage *ret_message)
{
    const uint8_t *start = reader->at;
    uint32_t kind;
    if (!bnet_read_varuint(reader, "message", &kind))
        return false;
    if (kind >= BNET_MESSAGE_KINDS)
        return bnet_reader_fail(reader, start, "message", allowed_message);
    BnetWireMessage message = {.kind = (BnetMessageKind)kind};
    if (!read_fields(reader, &message))
        return bnet_reader_within(reader, bnet_message_name(message.kind));
    *ret_message = message;
    return true;
}

bool bnet_wire_read_message(BnetReader *reader, BnetWireMessage *ret_message)
{
    BnetWireMessage message;
    if (!bnet_wire_read_message_fields(reader, &message))
        return false;
    if (message.kind == BNET_MESSAGE_HELLO &&
        !bnet_wire_read_hello_extensions(reader, &message.u.hello))
        return false;
    *ret_message = message;
    return true;
}

static void write_ping(BnetWriter *writer, const BnetWirePing *ping, bool is_pong)
{
    bnet_write_u64(writer, (uint64_t)ping->sent_us);
    bnet_write_id(writer, &ping->code);
    if (!is_pong)
        bnet_write_u32(writer, ping->lib);
}

void bnet_wire_write_message(BnetWriter *writer, const BnetWireMessage *message)
{
    bnet_write_varuint(writer, (uint32_t)message->kind);
    switch (message->kind) {
    case BNET_MESSAGE_HELLO:
        write_hello(writer, &message->u.hello);
        return;
    case BNET_MESSAGE_TRX_NOTICE:
    case BNET_MESSAGE_BLOCK_NOTICE:
        bnet_write_ids(writer, message->u.ids);
        return;
    case BNET_MESSAGE_BLOCK:
        bnet_write_u8(writer, !message->is_null);
        if (!message->is_null)
            bnet_wire_write_block(writer, &message->u.block);
        return;
    case BNET_MESSAGE_TRX:
        bnet_write_u8(writer, !message->is_null);
        if (!message->is_null)
            bnet_wire_write_packed_trx(writer, &message->u.trx);
        return;
    case BNET_MESSAGE_PING:
    case BNET_MESSAGE_PONG:
        write_ping(writer, &message->u.ping, message->kind == BNET_MESSAGE_PONG);
        return;
    case BNET_MESSAGE_MALFORMED:
        break;
    }
    bnet_assert(false);
}

size_t bnet_wire_message_size(const BnetWireMessage *message)
{
    BnetWriter writer;
    bnet_writer_init(&writer, NULL, 0);
    bnet_wire_write_message(&writer, message);
    return writer.n;
}
