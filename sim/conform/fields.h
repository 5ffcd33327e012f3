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
