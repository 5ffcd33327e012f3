/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Kind wire: messages as bytes, in two forms. A vector ("json") holds well-formed bytes and what
 * they say, and what we write must be those bytes. A verdict ("decodes") holds any bytes, what a
 * decoder made of them, and what a session did with them.
 */

#include <string.h>

#include "sim/conform/fields.h"

/* A message that was read, as far as it could be. */
typedef struct Message {
    BnetWireMessage value;
    bool is_read;        /* the message but for the extensions of a hello */
    bool has_extensions; /* those of a hello, if any, decode too */
    size_t left;         /* bytes after the message, extensions among them */
    BnetWireError error; /* of what does not decode */
} Message;

static void read_message(ConformRun *run, BnetSlice bytes, Message *ret_message)
{
    BnetReader reader;
    *ret_message = (Message){0};
    BnetWireMessage *value = &ret_message->value;
    conform_reader(run, bytes, false, &reader, &ret_message->error);
    ret_message->is_read = bnet_wire_read_message_fields(&reader, value);
    if (!ret_message->is_read) {
        return;
    }
    ret_message->left = bnet_reader_left(&reader);
    ret_message->has_extensions = value->kind != BNET_MESSAGE_HELLO ||
                                  bnet_wire_read_hello_extensions(&reader, &value->u.hello);
}

static BnetSlice end_of(BnetSlice bytes, size_t n)
{
    return (BnetSlice){.bytes = bytes.bytes + (bytes.n - n), .n = n};
}

/* --- vectors --------------------------------------------------------------------------------- */

/* The extensions of a hello, of which there is one or none. */
static struct json_object *form_hello_extensions(const void *data)
{
    const BnetWireHello *hello = data;
    struct json_object *list = json_object_new_array();
    if (hello->irreversible_only) {
        conform_list_add(list, conform_text("irreversible_only"));
    }
    return list;
}

static void check_hello(ConformObject *object, const Message *message, BnetSlice bytes)
{
    static const char key[] = "extensions";
    const ConformList ours = {.count = message->value.u.hello.irreversible_only ? 1 : 0,
                              .form = form_hello_extensions,
                              .data = &message->value.u.hello};
    if (!conform_has(object, key)) {
        if (ours.count > 0) {
            conform_disagree(object->run, key, "none", "irreversible_only");
        }
        return;
    }
    struct json_object *list = conform_check_list(object, key, ours);
    if (list != NULL && ours.count == 1) {
        conform_compare(object->run, key, json_object_array_get_idx(list, 0),
                        conform_text("irreversible_only"));
    }
    conform_check_optional(object, "extension_hex", conform_bytes(end_of(bytes, message->left)));
}

static void check_receipt_digests(ConformObject *object, BnetItems transactions)
{
    static const char key[] = "receipt_digests";
    if (!conform_has(object, key)) {
        return;
    }
    struct json_object *list =
        conform_check_list(object, key, conform_list(CONFORM_LIST_RECEIPT_DIGESTS, &transactions));
    BnetWireReceipt receipt;
    conform_enter(object->run, key);
    for (size_t i = 0; list != NULL && bnet_next_receipt(&transactions, &receipt); i++) {
        BnetId digest = bnet_wire_receipt_digest(&receipt);
        conform_enter_index(object->run, i);
        conform_compare(object->run, "", json_object_array_get_idx(list, i), conform_id(&digest));
        conform_leave(object->run);
    }
    conform_leave(object->run);
}

static void check_signed_digest(ConformObject *object, const BnetId *digest)
{
    BnetId root;
    BnetId schedule;
    const bool has_root = conform_read_id(object, "blockroot_merkle_root", &root);
    if (conform_read_id(object, "pending_schedule_hash", &schedule) && has_root) {
        BnetId signed_digest = bnet_wire_signature_digest(digest, &root, &schedule);
        conform_check(object, "sig_digest", conform_id(&signed_digest));
    } else {
        conform_take_notes(object, "sig_digest", NULL);
    }
}

/* What a recording derived from a header. `sha256` is another name of the digest. */
static void check_header_derived(ConformObject *object, const BnetWireHeader *header)
{
    BnetId id = bnet_wire_block_id(header);
    BnetId digest = bnet_wire_header_digest(header);
    BnetSlice written = conform_written(object->run, conform_write_header, header);
    conform_check_optional(object, "id", conform_id(&id));
    conform_check_optional(object, "block_num",
                           conform_number(bnet_header_number(&header->fields)));
    conform_check_optional(object, "header_hex", conform_bytes(written));
    conform_check_optional(object, "header_digest", conform_id(&digest));
    conform_check_optional(object, "sha256", conform_id(&digest));
    if (conform_has(object, "sig_digest")) {
        check_signed_digest(object, &digest);
    }
    if (header->has_new_producers && conform_has(object, "pending_schedule_hash")) {
        BnetId hash = bnet_wire_schedule_hash(&header->new_producers);
        conform_check(object, "pending_schedule_hash", conform_id(&hash));
    }
}

/* What the record says of the message beside its fields. */
static void check_message_derived(ConformObject *object, const Message *message, BnetSlice bytes)
{
    const BnetWireMessage *value = &message->value;
    if (value->is_null) {
        return;
    }
    if (value->kind == BNET_MESSAGE_HELLO) {
        check_hello(object, message, bytes);
    } else if (value->kind == BNET_MESSAGE_BLOCK) {
        check_header_derived(object, &value->u.block.header);
        check_receipt_digests(object, value->u.block.transactions);
    } else if (value->kind == BNET_MESSAGE_TRX) {
        conform_take_trx_derived(object, &value->u.trx);
    }
}

static void check_message(ConformObject *object, struct json_object *recorded, BnetSlice bytes)
{
    ConformRun *run = object->run;
    Message message;
    read_message(run, bytes, &message);
    if (!message.is_read || !message.has_extensions) {
        conform_malformed(run, "hex", "a message", &message.error);
        return;
    }
    conform_check_optional(object, "tag", conform_number(message.value.kind));
    conform_enter(run, "json");
    conform_fields_message(run, recorded, &message.value);
    conform_leave(run);
    check_message_derived(object, &message, bytes);
    conform_same_bytes(run, "hex", bytes,
                       conform_written(run, conform_write_message, &message.value));
    conform_close(object);
}

/* A header; the recorded fields that a block has besides are empty. */
static void check_header(ConformObject *object, struct json_object *recorded, BnetSlice bytes)
{
    ConformRun *run = object->run;
    BnetReader reader;
    BnetWireError error;
    BnetWireBlock block = {0};
    conform_reader(run, bytes, false, &reader, &error);
    if (!bnet_wire_read_header(&reader, &block.header)) {
        conform_malformed(run, "hex", "a block header", &error);
        return;
    }
    conform_enter(run, "json");
    conform_fields_block(run, recorded, &block);
    conform_leave(run);
    check_header_derived(object, &block.header);
    conform_same_bytes(run, "hex", bytes,
                       conform_written(run, conform_write_header, &block.header));
    conform_close(object);
}

static void check_genesis(ConformObject *object, struct json_object *recorded, BnetSlice bytes)
{
    ConformRun *run = object->run;
    BnetReader reader;
    BnetWireError error;
    BnetWireGenesis genesis;
    conform_reader(run, bytes, false, &reader, &error);
    if (!bnet_wire_read_genesis(&reader, &genesis)) {
        conform_malformed(run, "hex", "a genesis state", &error);
        return;
    }
    BnetId id = bnet_wire_chain_id(&genesis);
    conform_enter(run, "json");
    conform_fields_genesis(run, recorded, &genesis);
    conform_leave(run);
    conform_check_optional(object, "chain_id", conform_id(&id));
    conform_same_bytes(run, "hex", bytes, conform_written(run, conform_write_genesis, &genesis));
    conform_close(object);
}

/* Without a variant index the bytes are a structure, which its fields tell. */
static void check_vector(ConformObject *object)
{
    BnetSlice bytes = conform_take_hex(object, "hex");
    struct json_object *recorded = conform_take(object, "json");
    conform_take_notes(object, "name", "note", "dpos_proposed_irreversible_blocknum",
                       "dpos_irreversible_blocknum", NULL);
    conform_check_optional(object, "size", conform_number(bytes.n));
    if (conform_is_bad(object->run)) {
        return;
    }
    if (conform_has(object, "tag") || recorded == NULL) {
        check_message(object, recorded, bytes);
    } else if (json_object_object_get_ex(recorded, "initial_timestamp", NULL) != 0) {
        check_genesis(object, recorded, bytes);
    } else if (json_object_object_get_ex(recorded, "previous", NULL) != 0) {
        check_header(object, recorded, bytes);
    } else {
        conform_bad(object->run,
                    "no key \"tag\", and the keys of \"json\" are those of no known structure");
    }
}

/* --- verdicts -------------------------------------------------------------------------------- */

#define VERDICT_MALFORMED "closed:1007"

/*
 * What the deployed plugin closed a session for with that code: what does not decode, null
 * pointers, every trx_notice, and extensions of a hello that do not decode.
 */
static bool is_refused(const Message *message)
{
    return !message->is_read || !message->has_extensions || message->value.is_null ||
           message->value.kind == BNET_MESSAGE_TRX_NOTICE;
}

/* A session's other reasons to close are not in the bytes. */
static void check_verdict(ConformObject *object, const Message *message)
{
    struct json_object *recorded = conform_take(object, "verdict");
    const char *verdict = conform_peek_text(object, "verdict");
    if (conform_is_bad(object->run)) {
        return;
    }
    if (strcmp(verdict, "accepted") != 0 && !g_str_has_prefix(verdict, "closed:")) {
        g_autofree char *expected = conform_recorded_text(recorded);
        conform_disagree(object->run, "verdict", expected, "accepted or closed:REASON");
    } else if ((strcmp(verdict, VERDICT_MALFORMED) == 0) != is_refused(message)) {
        conform_disagree(object->run, "verdict", verdict,
                         is_refused(message) ? VERDICT_MALFORMED : "no reason for closed:1007");
    }
}

static void check_ids(ConformObject *object, const BnetWireMessage *message)
{
    struct json_object *recorded = conform_take(object, "ids");
    conform_enter(object->run, "ids");
    ConformObject ids = conform_open_value(object->run, recorded);
    if (message->kind == BNET_MESSAGE_BLOCK && !message->is_null) {
        BnetId id = bnet_wire_block_id(&message->u.block.header);
        conform_check_optional(&ids, "id", conform_id(&id));
    } else if (message->kind == BNET_MESSAGE_TRX && !message->is_null) {
        conform_take_trx_derived(&ids, &message->u.trx);
    }
    conform_close(&ids);
    conform_leave(object->run);
}

/* What we write is read as what it was written from. */
static void check_round_trip(ConformRun *run, const BnetWireMessage *message)
{
    static const char field[] = "hex, written anew";
    BnetSlice written = conform_written(run, conform_write_message, message);
    Message again;
    read_message(run, written, &again);
    if (!again.is_read || !again.has_extensions) {
        conform_malformed(run, field, "a message", &again.error);
        return;
    }
    conform_same_bytes(run, field, written,
                       conform_written(run, conform_write_message, &again.value));
}

static void check_decoded(ConformObject *object, const Message *message)
{
    struct json_object *recorded = conform_take(object, "decoded");
    conform_check(object, "type", conform_text(bnet_message_name(message->value.kind)));
    conform_check(object, "left", conform_number(message->left));
    conform_enter(object->run, "decoded");
    if (!conform_case_disagrees(object->run)) {
        conform_fields_message(object->run, recorded, &message->value);
    }
    conform_leave(object->run);
    check_ids(object, &message->value);
    check_round_trip(object->run, &message->value);
}

static const char *const decoded_keys[] = {"type", "left", "decoded", "ids"};

/* What does not decode has nothing of this. */
static void refuse_decoded(ConformObject *object)
{
    for (size_t i = 0; i < G_N_ELEMENTS(decoded_keys); i++) {
        if (conform_has(object, decoded_keys[i])) {
            conform_bad(object->run, "key \"%s\" stands only with \"decodes\": true",
                        decoded_keys[i]);
        }
    }
}

/* False: it is no notation of a bool, which disagrees, or is missing. */
static bool read_decodes(ConformObject *object, bool *ret_decodes)
{
    static const char key[] = "decodes";
    struct json_object *recorded = conform_take(object, key);
    uint64_t number;
    if (json_object_is_type(recorded, json_type_boolean)) {
        *ret_decodes = json_object_get_boolean(recorded) != 0;
        return true;
    }
    if (json_object_is_type(recorded, json_type_int) &&
        conform_read_number(object, key, 1, &number)) {
        *ret_decodes = number != 0;
        return true;
    }
    if (!json_object_is_type(recorded, json_type_int)) {
        g_autofree char *expected = conform_recorded_text(recorded);
        conform_disagree(object->run, key, expected, "true or false");
    }
    return false;
}

static void check_verdict_record(ConformObject *object)
{
    ConformRun *run = object->run;
    BnetSlice bytes = conform_take_hex(object, "hex");
    bool decodes;
    conform_take_notes(object, "kind", "name", "note", NULL);
    if (!read_decodes(object, &decodes) || conform_is_bad(run)) {
        return;
    }
    Message message;
    read_message(run, bytes, &message);
    check_verdict(object, &message);
    if (!decodes) {
        refuse_decoded(object);
    }
    if (decodes && message.is_read) {
        check_decoded(object, &message);
    } else if (decodes) {
        conform_malformed(run, "decodes", "true", &message.error);
        conform_take_notes(object, "type", "left", "decoded", "ids", NULL);
    } else if (message.is_read) {
        conform_disagree(run, "decodes", "false", "true");
    }
    conform_close(object);
}

/* --- the kind -------------------------------------------------------------------------------- */

static void check(ConformRun *run, struct json_object *record)
{
    ConformObject object = conform_open(run, record);
    bool is_verdict = conform_has(&object, "decodes");
    const char *key = is_verdict && !conform_has(&object, "name") ? "kind" : "name";
    conform_case_begin(run, conform_peek_text(&object, key));
    if (is_verdict) {
        check_verdict_record(&object);
    } else {
        check_vector(&object);
    }
    conform_case_end(run);
}

const ConformKind conform_kind_wire = {.name = "wire", .markers = {"hex"}, .check = check};
