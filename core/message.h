/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_CORE_MESSAGE_H
#define BNETLAB_CORE_MESSAGE_H

/*
 * The seven bnet messages (protocol section 3), structured: blocks and transactions are handles;
 * and what a hostile peer may send instead.
 *
 * A message is a plain value but for a notice, whose ids stand in a chunk list of the pool that the
 * node was given (ring.h). Whoever takes a message out of an action owns that list and releases it
 * with bnet_message_finish().
 */

#include "core/base.h"
#include "core/ring.h"
#include "core/store.h"

/* Indices of the variant on the wire. */
typedef enum BnetMessageKind {
    BNET_MESSAGE_HELLO = 0,
    BNET_MESSAGE_TRX_NOTICE = 1,
    BNET_MESSAGE_BLOCK_NOTICE = 2,
    BNET_MESSAGE_BLOCK = 3,
    BNET_MESSAGE_TRX = 4,
    BNET_MESSAGE_PING = 5,
    BNET_MESSAGE_PONG = 6,
    BNET_MESSAGE_MALFORMED = 7, /* bytes that are none of the above */
} BnetMessageKind;
#define BNET_MESSAGE_KINDS 7u /* on the wire */

/*
 * hello. pending_block_ids is the best chain from `first` to `head`, both included: the applied
 * blocks from the LIB, or from block 1 where the LIB is 0.
 */
typedef struct BnetHello {
    BnetKey peer_id;
    BnetId chain_id;
    bool request_transactions;
    bool irreversible_only; /* the hello extension of that name */
    bool version_1_0_1;     /* protocol_version is above "1.0.0" */
    uint32_t lib_number;    /* last_irr_block_num */
    BnetBlock first;        /* oldest of pending_block_ids; BNET_NO_BLOCK: the list is empty */
    BnetBlock head;         /* newest of them */
    uint32_t unknown_ids;   /* how many besides name no block that exists */
} BnetHello;

/* ping and pong. */
typedef struct BnetPing {
    int64_t sent_ns; /* of the pinging side's clock, whole microseconds */
    BnetId code;
    uint32_t lib_number; /* ping only */
} BnetPing;

/* Bytes that no decoder takes, of which only their number matters here. What they are is the
 * driver's to say. */
typedef struct BnetMalformed {
    uint32_t bytes; /* 1 or more */
    uint32_t what;
    uint64_t seed;
} BnetMalformed;

typedef struct BnetMessage {
    BnetMessageKind kind;
    union {
        BnetHello hello;
        BnetRing notice; /* block handles (block notice) */
        BnetBlock block;
        BnetTrx trx;
        BnetPing ping; /* and pong */
        BnetMalformed malformed;
    } u;
} BnetMessage;

/* Releases what a message holds of the pool. */
void bnet_message_finish(BnetMessage *message, BnetPool *pool);

/* Exact size of the encoded message in bytes (protocol section 3), without WebSocket framing. */
uint32_t bnet_message_size(const BnetMessage *message, const BnetStore *store);

/* "hello", "block_notice", ...: the names of the protocol. */
const char *bnet_message_name(BnetMessageKind kind);

#endif
