/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_CORE_MESSAGE_BYTES_H
#define BNETLAB_CORE_MESSAGE_BYTES_H

/*
 * Messages with handles to bytes and back (protocol section 3), by way of wire_message.h.
 *
 * The store keeps bytes (BnetChainConfig.keep_bytes). On the wire a block is named by its id alone:
 * where several blocks have one id, bnet_store_find() chooses.
 */

#include "core/contents.h"
#include "core/message.h"
#include "core/wire_message.h"

/* Writes a message: exactly bnet_message_size() bytes. */
void bnet_message_write(BnetWriter *writer, const BnetMessage *message, const BnetStore *store,
                        const BnetPool *pool);

typedef enum BnetReading {
    BNET_READING_DONE,
    BNET_READING_NULL,     /* a block or transaction that is a null pointer: it is malformed */
    BNET_READING_UNLINKED, /* a block whose parent the store does not know */
} BnetReading;

/*
 * A message that was decoded, with handles; its block or transaction is in the store afterwards.
 * Ids in a list that the store does not know are passed over. The caller owns the message; the
 * scratch memory is for compressed transactions.
 */
BnetReading bnet_message_read(BnetStore *store, BnetPool *pool, const BnetWireMessage *wire,
                              BnetScratch scratch, BnetMessage *ret_message);

#endif
