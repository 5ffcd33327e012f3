/* SPDX-License-Identifier: Apache-2.0 */
#include "core/message.h"

/* Fields of fixed size (protocol section 3), the variant index included. */
#define VARIANT_BYTES 1u
#define POINTER_BYTES 1u
#define ID_BYTES 32u
/* peer_id, four empty strings, protocol_version "1.0.1", chain_id, flag, last_irr_block_num */
#define HELLO_FIXED_BYTES (34u + 4u + 6u + ID_BYTES + 1u + 4u)
/* the extension irreversible_only: its size, then its index */
#define HELLO_EXTENSION_BYTES 2u
#define PING_BYTES (8u + ID_BYTES + 4u)
#define PONG_BYTES (8u + ID_BYTES)

void bnet_message_finish(BnetMessage *message, BnetPool *pool)
{
    if (!message)
        return;
    if (message->kind == BNET_MESSAGE_BLOCK_NOTICE || message->kind == BNET_MESSAGE_TRX_NOTICE)
        bnet_ring_clear(&message->u.notice, pool);
}

static uint32_t ids_size(uint32_t n)
{
    return bnet_varuint_bytes(n) + n * ID_BYTES;
}

static uint32_t hello_size(const BnetHello *hello, const BnetStore *store)
{
    uint32_t n = hello->unknown_ids;
    if (hello->first != BNET_NO_BLOCK)
        n += bnet_store_number(store, hello->head) - bnet_store_number(store, hello->first) + 1;
    return HELLO_FIXED_BYTES + ids_size(n) + (hello->irreversible_only ? HELLO_EXTENSION_BYTES : 0);
}

uint32_t bnet_message_size(const BnetMessage *message, const BnetStore *store)
{
    switch (message->kind) {
    case BNET_MESSAGE_HELLO:
        return VARIANT_BYTES + hello_size(&message->u.hello, store);
    case BNET_MESSAGE_TRX_NOTICE:
    case BNET_MESSAGE_BLOCK_NOTICE:
        return VARIANT_BYTES + ids_size(message->u.notice.count);
    case BNET_MESSAGE_BLOCK:
        return VARIANT_BYTES + POINTER_BYTES + bnet_store_block(store, message->u.block)->size;
    case BNET_MESSAGE_TRX:
        return VARIANT_BYTES + POINTER_BYTES + bnet_store_trx(store, message->u.trx)->size;
    case BNET_MESSAGE_PING:
        return VARIANT_BYTES + PING_BYTES;
    case BNET_MESSAGE_PONG:
        return VARIANT_BYTES + PONG_BYTES;
    case BNET_MESSAGE_MALFORMED:
        return message->u.malformed.bytes;
    }
    bnet_assert(false);
    return 0;
}

const char *bnet_message_name(BnetMessageKind kind)
{
    static const char *const names[] = {
        "hello", "trx_notice", "block_notice", "signed_block", "packed_transaction",
        "ping",  "pong",       "malformed",
    };
    return names[kind];
}
