/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_REPORTS_WIRE_FORM_H
#define BNETLAB_REPORTS_WIRE_FORM_H

/*
 * Messages, blocks and transactions as trees of JSON, in the notation of EOSIO's own tools. The
 * manual is docs/decode.md.
 *
 * Keys stand in the protocol's order and have its names. Values are written as follows.
 *
 *   account name, public key, signature, id, block time: text as in core/text.h
 *   time_point: the same, without microseconds; a number of these where it has no text
 *   time_point_sec: text
 *   bytes: hexadecimal digits, lower case
 *   string: itself; {"hex": its bytes} if it is not UTF-8
 *   integer: a number, exact to 64 bits
 *   variant: [index, value]
 *   extension: [type, data]
 *   optional: no key where there is no value
 *   status of a receipt, compression: EOSIO's word; a number that has none
 *   signature of type 2 (WebAuthn): {"type": 2, "hex": its 65 bytes, "auth_data": bytes,
 *     "client_json": string}
 *
 * A key that begins with "#" is no field of the value: it is derived from it, or stands beside it.
 *
 * Every function returns a new tree (transfer full: json_object_put()). It holds copies, so that
 * what it was made of may go. Memory is linear in the bytes of the value; time also in those that
 * its compressed transactions inflate to. No shared state: any thread.
 */

#include "core/blocks_log.h"
#include "core/wire_block.h"
#include "core/wire_genesis.h"
#include "core/wire_message.h"
#include "core/wire_trx.h"

struct json_object;

/* Bytes of the contents of packed transactions that one tree shows decoded. EOSIO's own blocks have
 * up to 1 MiB of packed transactions; but hostile ones may inflate to a thousand times theirs. */
#define REPORT_FORM_OPENED_BYTES_MAX ((size_t)8 * 1024 * 1024)

/* {"hello": {...}}: one key, the message's name; its value is null for a null block or transaction.
 * A hello with an extension has "#extensions": ["irreversible_only"]; ping and pong have
 * "#sent_us", the time as a number of microseconds. */
struct json_object *report_form_message(const BnetWireMessage *message);

/* With "#id", "#num" and the "#transaction_mroot" of its receipts, each of which has its
 * "#digest". */
struct json_object *report_form_block(const BnetWireBlock *block);

/* With "#id" and "#num". */
struct json_object *report_form_header(const BnetWireHeader *header);

/*
 * With "#id", "#expiration", "#signed_id", "#packed_digest", the decoded "#transaction" and
 * "#context_free_data", a list of bytes. These two are null where there are more bytes of them in
 * one tree than REPORT_FORM_OPENED_BYTES_MAX. What does not decode has none of the keys that need
 * it.
 */
struct json_object *report_form_packed_trx(const BnetWirePackedTrx *packed);

/* With "#id". */
struct json_object *report_form_transaction(const BnetWireTrx *trx);

/* With "#initial_timestamp_us" and "#chain_id". */
struct json_object *report_form_genesis(const BnetWireGenesis *genesis);

/* version, first_block_num, then genesis_state or chain_id, whichever the log has. */
struct json_object *report_form_log_header(const BnetLogHeader *header);

/* A block of a log: report_form_block() with "#offset", that of its first byte in the file. */
struct json_object *report_form_log_block(const BnetLogEntry *entry);

#endif
