/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_CORE_WIRE_MESSAGE_H
#define BNETLAB_CORE_WIRE_MESSAGE_H

/*
 * The seven bnet messages as bytes (protocol section 3).
 *
 * One call reads a message, of any length; what it returns points into the bytes that were read.
 * Bytes after the message are the caller's to judge: it asks how many are left. Encoding what was
 * decoded gives the message's one canonical form.
 */

#include "core/message.h"
#include "core/wire.h"
#include "core/wire_block.h"
#include "core/wire_trx.h"

/* The lowest protocol_version, compared as strings, that has hello extensions. */
#define BNET_WIRE_VERSION_EXTENSIONS "1.0.1"

typedef struct BnetWireHello {
    BnetKey peer_id;
    BnetSlice network_version;
    BnetSlice user;
    BnetSlice password;
    BnetSlice agent;
    BnetSlice protocol_version;
    BnetId chain_id;
    bool request_transactions;
    uint32_t last_irr_block_num;
    BnetItems pending_block_ids;
    bool irreversible_only; /* the extension of that name */
} BnetWireHello;

/* ping and pong. */
typedef struct BnetWirePing {
    int64_t sent_us; /* time_point: since 1970, any value */
    BnetId code;
    uint32_t lib; /* ping only */
} BnetWirePing;

typedef struct BnetWireMessage {
    BnetMessageKind kind;
    bool is_null; /* a signed_block or packed_transaction that is a null pointer: well-formed, but
                   * no block or transaction */
    union {
        BnetWireHello hello;
        BnetItems ids; /* trx_notice, block_notice */
        BnetWireBlock block;
        BnetWirePackedTrx trx;
        BnetWirePing ping; /* and pong */
    } u;
} BnetWireMessage;

/*
 * Reads a message with all that is in it, a hello with its extensions. Afterwards
 * bnet_reader_left() is the count of bytes after the message.
 */
bool bnet_wire_read_message(BnetReader *reader, BnetWireMessage *ret_message);

/* The same without a hello's extensions, which are left. */
bool bnet_wire_read_message_fields(BnetReader *reader, BnetWireMessage *ret_message);

/*
 * Reads the extensions to the end of the input and notes them in the hello: unknown ones are
 * skipped, as is what follows in a known one. Reads nothing where the hello's version has none.
 */
bool bnet_wire_read_hello_extensions(BnetReader *reader, BnetWireHello *hello);

/* Compares protocol_versions as strings, byte by byte: below, equal to or above 0. */
int bnet_wire_version_order(BnetSlice version, BnetSlice other);

/* Asserts that a hello with extensions has a version that has them. */
void bnet_wire_write_message(BnetWriter *writer, const BnetWireMessage *message);

/* Exact size of the encoded message in bytes. */
size_t bnet_wire_message_size(const BnetWireMessage *message);

#endif
