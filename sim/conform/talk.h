/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_CONFORM_TALK_H
#define BNETLAB_SIM_CONFORM_TALK_H

/*
 * One node of profile `eosio-1.7` that clients talk to in bytes: a simulated one in virtual time
 * (talk_model.h), or a process over sockets (talk_live.h), which talk_parts.h makes alike.
 *
 * The chain is that which nodeos makes of its default genesis state, whose producers ("eosio"
 * alone, or "defproducera", "defproducerb", ...) all have the development key.
 *
 * What was done is done when a function returns: a frame that was sent has been read and what
 * follows from it has been sent, unless time has to pass for it. A node that does not keep to that
 * has failed (talk_failure()), and everything after that does nothing.
 *
 * Blocks that come up must be known beforehand (talk_learn()): one that was not cannot be noticed
 * by its id, nor can another be made on it. Nothing is printed. One thread.
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

/* Accepts NULL. */
void talk_item_free(TalkItem *item);

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

/* Client `index`, 0 to TALK_CLIENTS_MAX - 1 connects and asks for that path; it is not connected.
 */
void talk_connect(Talk *talk, uint32_t index, const char *path);

/* It leaves without a word, if it is connected. */
void talk_disconnect(Talk *talk, uint32_t index);

/* Sends a frame, which is lost if there is no connection or the node has closed it. */
void talk_send(Talk *talk, uint32_t index, TalkFrame kind, BnetSlice bytes);

/* Hands a packed block, or transaction, to the node's chain as if from elsewhere. False: the bytes
 * are none. */
bool talk_accept_block(Talk *talk, BnetSlice bytes);
bool talk_push_trx(Talk *talk, BnetSlice bytes);

/* Time passes. */
void talk_pass(Talk *talk, uint32_t ms);

/* A step of the conversation is over. */
void talk_settle(Talk *talk);

/* The next thing that the client got; if there is none, time passes until there is, or *left_ms,
 * which it is taken from, is 0: then false. (transfer full) bytes of *ret_item */
bool talk_next(Talk *talk, uint32_t index, uint32_t *left_ms, TalkItem *ret_item);

/* What is to come within a time is waited for so long. */
uint32_t talk_patience_ms(const Talk *talk, uint32_t within_ms);

/* (nullable) The node has crashed, hangs, or does not keep to WebSocket: how. */
const char *talk_failure(const Talk *talk);

/* Ends the node. Like talk_failure(): (transfer full) (nullable) how it failed to end. */
char *talk_end(Talk *talk);

#endif
