/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_CONFORM_FIELDS_H
#define BNETLAB_SIM_CONFORM_FIELDS_H

/*
 * Recorded messages, blocks and transactions against decoded ones, field by field.
 *
 * Recordings come in two notations, which may be mixed: that of EOSIO's own tools ("timestamp",
 * "producer_signature", "transactions", objects) and a plain one ("slot", "signature", "receipts",
 * pairs as lists). Each function takes the keys of the one or of the other off the object; what is
 * required must be there in one of them.
 *
 * Values that the recording derived (ids, digests, roots) are compared with what we derive, where
 * they are there. Memory and threads are those of conform.h.
 */

#include "core/wire_block.h"
#include "core/wire_genesis.h"
#include "core/wire_message.h"
#include "sim/conform/conform.h"

/* The value of a message, without its variant index. */
void conform_fields_message(ConformRun *run, struct json_object *recorded,
                            const BnetWireMessage *message);

void conform_fields_block(ConformRun *run, struct json_object *recorded,
                          const BnetWireBlock *block);

/* Takes the keys of a packed transaction off an object that may have more. */
void conform_take_packed_trx(ConformObject *object, const BnetWirePackedTrx *packed);

/* Takes what a recording derives from a packed transaction, where it is there: id, packed_digest,
 * signed_id, transaction, transaction_hex, context_free_data. */
void conform_take_trx_derived(ConformObject *object, const BnetWirePackedTrx *packed);

void conform_fields_trx(ConformRun *run, struct json_object *recorded, const BnetWireTrx *trx);
void conform_fields_genesis(ConformRun *run, struct json_object *recorded,
                            const BnetWireGenesis *genesis);

/* --- lists ----------------------------------------------------------------------------------- */

typedef enum ConformListKind {
    CONFORM_LIST_IDS,
    CONFORM_LIST_EXTENSIONS,
    CONFORM_LIST_ACTIONS,
    CONFORM_LIST_AUTHORIZATION,
    CONFORM_LIST_SIGNATURES,
    CONFORM_LIST_BYTES,
    CONFORM_LIST_RECEIPTS,
    CONFORM_LIST_RECEIPT_DIGESTS, /* of receipts */
    CONFORM_LIST_PRODUCERS,
} ConformListKind;

/* A list of ours, well-formed items, which are not copied. */
ConformList conform_list(ConformListKind kind, const BnetItems *items);

/* Appends a value to a list of JSON that is to be shown: a number as it is, else as text. */
void conform_list_add(struct json_object *list, ConformValue value);

/* --- bytes ----------------------------------------------------------------------------------- */

/* Reads a recorded signature, text or the digits of its bytes, which the path leads to. False: it
 * is none, and disagrees. */
bool conform_read_signature(ConformRun *run, struct json_object *recorded,
                            BnetSignature *ret_signature);

/* The same for one that may be of type 2: its bytes, which live as long as those that a kind is
 * given. */
bool conform_read_wire_signature(ConformRun *run, struct json_object *recorded,
                                 BnetSlice *ret_bytes);

/* What a write function writes. */
typedef void ConformWrite(BnetWriter *writer, const void *value);

/* The bytes that a value is written as. */
BnetSlice conform_written(ConformRun *run, ConformWrite *write, const void *value);

/* Those of a message, block, header, packed transaction, transaction, genesis: for the above. */
void conform_write_message(BnetWriter *writer, const void *value);
void conform_write_block(BnetWriter *writer, const void *value);
void conform_write_header(BnetWriter *writer, const void *value);
void conform_write_packed_trx(BnetWriter *writer, const void *value);
void conform_write_trx(BnetWriter *writer, const void *value);
void conform_write_genesis(BnetWriter *writer, const void *value);

/* A reader of bytes. EOSIO 2 has values that the protocol itself does not. */
void conform_reader(ConformRun *run, BnetSlice bytes, bool eosio_2, BnetReader *ret_reader,
                    BnetWireError *ret_error);

/* The case disagrees because bytes do not decode: says where and why. */
void conform_malformed(ConformRun *run, const char *field, const char *expected,
                       const BnetWireError *error);

/* Compares bytes of ours with those of the record. */
bool conform_same_bytes(ConformRun *run, const char *field, BnetSlice expected, BnetSlice got);

#endif
