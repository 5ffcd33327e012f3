/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_CONFORM_TALK_H
#define BNETLAB_SIM_CONFORM_TALK_H

/*
 * One simulated node of profile `eosio-1.7` that clients talk to in bytes, in virtual time.
 *
 * The chain is that which nodeos makes of its default genesis state, whose producers ("eosio"
 * alone, or "defproducera", "defproducerb", ...) all have the development key. Time goes in ticks
 * of 1 ms: in each, every connection reads at most one frame, every write that was begun is
 * completed, and the chain does the jobs that were waiting; a connection reads only while the chain
 * has none. The node's clock begins at 2026-01-01T00:00:00.
 *
 * Blocks that come up must be known beforehand (talk_learn()), for one that was not cannot be
 * noticed by its id. Nothing is printed. One thread.
 */

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "core/wire.h"

#define TALK_CLIENTS_MAX 16u

/* What a client got. */
typedef enum TalkKind {
    TALK_MESSAGE, /* bytes of a bnet message */
    TALK_PONG,    /* of WebSocket, with its bytes */
    TALK_CLOSED,  /* by the node; code: 0 without a close frame, else that of WebSocket */
} TalkKind;

typedef struct TalkItem {
    TalkKind kind;
    uint16_t code;
    GBytes *bytes; /* (nullable) */
} TalkItem;

typedef enum TalkFrame {
    TALK_FRAME_BINARY,
    TALK_FRAME_TEXT,
    TALK_FRAME_SPLIT, /* a message in two frames */
    TALK_FRAME_PING,
    TALK_FRAME_CLOSE,
} TalkFrame;

typedef struct TalkOptions {
    uint32_t producers; /* 1 to 26 */
    bool follow_irreversible;
    bool no_trx;
} TalkOptions;

typedef struct Talk Talk;

/* (transfer full) */
Talk *talk_new(const TalkOptions *options);

/* Accepts NULL. */
void talk_free(Talk *talk);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Talk, talk_free)

/* The id of the genesis block. */
BnetId talk_genesis_id(const Talk *talk);

/* Takes note of a packed block, without handing it to the node; false: its parent is not known, or
 * the bytes are none. */
bool talk_learn(Talk *talk, BnetSlice block);

/* A block to be made. */
typedef struct TalkBlock {
    BnetId parent; /* which is known */
    bool now;      /* in the slot of the moment, if that is after the parent's; else: */
    uint32_t skip; /* so many slots after its parent's, or: */
    uint32_t slot; /* not 0: in this one */
    uint16_t confirmed;
    bool bad_signature;
    bool bad_content;  /* found when it is applied */
    bool bad_producer; /* not the scheduled one */
} TalkBlock;

/* Takes note of a block, as talk_learn() does, that is like no other one; false: its parent is not
 * known. (transfer full) the packed block */
bool talk_make(Talk *talk, const TalkBlock *block, BnetId *ret_id, GBytes **ret_bytes);

/* Client `index`, 0 to TALK_CLIENTS_MAX - 1 connects; it is not connected. */
void talk_connect(Talk *talk, uint32_t index);

/* It leaves without a word. */
void talk_disconnect(Talk *talk, uint32_t index);

/* It is connected: it connected and neither left nor was told of the close. */
bool talk_is_connected(const Talk *talk, uint32_t index);

/* Sends a frame, which is lost if the node has closed. */
void talk_send(Talk *talk, uint32_t index, TalkFrame kind, BnetSlice bytes);

/* Hands a packed block, or transaction, to the node's chain as if from elsewhere. False: the bytes
 * are none. */
bool talk_accept_block(Talk *talk, BnetSlice bytes);
bool talk_push_trx(Talk *talk, BnetSlice bytes);

/* A millisecond passes. */
void talk_tick(Talk *talk);

/* The next thing that the client got; false: nothing yet. (transfer full) bytes of *ret_item */
bool talk_next(Talk *talk, uint32_t index, TalkItem *ret_item);

#endif
