/* SPDX-License-Identifier: Apache-2.0 */
#include "reports/wire_form.h"

#include <glib.h>
#include <json-c/json.h>

#include "core/text.h"

/* --- values ---------------------------------------------------------------------------------- */

static void add(json_object *object, const char *key, json_object *value)
{
    json_object_object_add(object, key, value);
}

static void add_u32(json_object *object, const char *key, uint32_t value)
{
    add(object, key, json_object_new_int64(value));
}

static json_object *form_text(const char *text, size_t n)
{
    return json_object_new_string_len(text, (int)n);
}

static json_object *form_hex(const uint8_t *bytes, size_t n)
{
    static const char digits[] = "0123456789abcdef";
    g_autofree char *text = g_malloc(2 * n + 1);
    for (size_t i = 0; i < n; i++) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 15];
    }
    return form_text(text, 2 * n);
}

static json_object *form_bytes(BnetSlice slice)
{
    return form_hex(slice.bytes, slice.n);
}

/* A zero byte is a character like others. */
static bool is_utf8(BnetSlice slice)
{
    const char *at = (const char *)slice.bytes;
    size_t left = slice.n;
    while (left > 0) {
        const char *invalid;
        if (g_utf8_validate_len(at, left, &invalid)) {
            return true;
        }
        if (*invalid != '\0') {
            return false;
        }
        left -= (size_t)(invalid + 1 - at);
        at = invalid + 1;
    }
    return true;
}

static json_object *form_string(BnetSlice slice)
{
    if (is_utf8(slice)) {
        return form_text(slice.n > 0 ? (const char *)slice.bytes : "", slice.n);
    }
    json_object *object = json_object_new_object();
    add(object, "hex", form_bytes(slice));
    return object;
}

static json_object *form_id(const BnetId *id)
{
    char text[BNET_TEXT_ID_LENGTH + 1];
    return form_text(text, bnet_text_id(id, text));
}

static json_object *form_name(uint64_t name)
{
    char text[BNET_TEXT_NAME_MAX + 1];
    return form_text(text, bnet_text_name(name, text));
}

static json_object *form_slot(uint32_t slot)
{
    char text[BNET_TEXT_TIME_MAX + 1];
    return form_text(text, bnet_text_slot(slot, text));
}

static json_object *form_time_point(int64_t time_us)
{
    char text[BNET_TEXT_TIME_MAX + 1];
    size_t n = bnet_text_time_point(time_us, text);
    return n > 0 ? form_text(text, n) : json_object_new_int64(time_us);
}

static json_object *form_time_point_sec(uint32_t time_s)
{
    char text[BNET_TEXT_TIME_MAX + 1];
    return form_text(text, bnet_text_time_point_sec(time_s, text));
}

static json_object *form_key(const BnetKey *key)
{
    char text[BNET_TEXT_KEY_MAX + 1];
    return form_text(text, bnet_text_key(key, text));
}

static json_object *form_signature(const BnetSignature *signature)
{
    char text[BNET_TEXT_SIGNATURE_MAX + 1];
    return form_text(text, bnet_text_signature(signature, text));
}

static json_object *form_wire_signature(const BnetWireSignature *signature)
{
    const uint8_t *bytes = signature->signature.bytes;
    char text[BNET_TEXT_WIRE_SIGNATURE_MAX + 1];
    const size_t n = bnet_text_wire_signature(signature, text);
    if (n > 0) {
        return json_object_new_string_len(text, (int)n);
    }
    /* Too long for base 58. */
    json_object *object = json_object_new_object();
    add_u32(object, "type", bytes[0]);
    add(object, "hex", form_hex(bytes + 1, sizeof signature->signature.bytes - 1));
    add(object, "auth_data", form_bytes(signature->auth_data));
    add(object, "client_json", form_string(signature->client_json));
    return object;
}

/* --- vectors --------------------------------------------------------------------------------- */

static json_object *form_ids(BnetItems ids)
{
    json_object *array = json_object_new_array();
    BnetId id;
    while (bnet_next_id(&ids, &id)) {
        json_object_array_add(array, form_id(&id));
    }
    return array;
}

static json_object *form_signatures(BnetItems signatures)
{
    json_object *array = json_object_new_array();
    BnetWireSignature signature;
    while (bnet_next_wire_signature(&signatures, &signature)) {
        json_object_array_add(array, form_wire_signature(&signature));
    }
    return array;
}

static json_object *form_list_of_bytes(BnetItems items)
{
    json_object *array = json_object_new_array();
    BnetSlice slice;
    while (bnet_next_bytes(&items, &slice)) {
        json_object_array_add(array, form_bytes(slice));
    }
    return array;
}

/* A pair, or the variant whose index is `number`. Takes the value. */
static json_object *form_pair(uint32_t number, json_object *value)
{
    json_object *pair = json_object_new_array_ext(2);
    json_object_array_add(pair, json_object_new_int64(number));
    json_object_array_add(pair, value);
    return pair;
}

static json_object *form_extensions(BnetItems extensions)
{
    json_object *array = json_object_new_array();
    BnetWireExtension extension;
    while (bnet_next_extension(&extensions, &extension)) {
        json_object_array_add(array, form_pair(extension.type, form_bytes(extension.data)));
    }
    return array;
}

/* --- transactions ---------------------------------------------------------------------------- */

static json_object *form_authorization(BnetItems authorization)
{
    json_object *array = json_object_new_array();
    BnetWirePermission permission;
    while (bnet_next_permission(&authorization, &permission)) {
        json_object *object = json_object_new_object();
        add(object, "actor", form_name(permission.actor));
        add(object, "permission", form_name(permission.permission));
        json_object_array_add(array, object);
    }
    return array;
}

static json_object *form_actions(BnetItems actions)
{
    json_object *array = json_object_new_array();
    BnetWireAction action;
    while (bnet_next_action(&actions, &action)) {
        json_object *object = json_object_new_object();
        add(object, "account", form_name(action.account));
        add(object, "name", form_name(action.name));
        add(object, "authorization", form_authorization(action.authorization));
        add(object, "data", form_bytes(action.data));
        json_object_array_add(array, object);
    }
    return array;
}

static json_object *form_trx(const BnetWireTrx *trx)
{
    json_object *object = json_object_new_object();
    add(object, "expiration", form_time_point_sec(trx->expiration_s));
    add_u32(object, "ref_block_num", trx->ref_block_num);
    add_u32(object, "ref_block_prefix", trx->ref_block_prefix);
    add_u32(object, "max_net_usage_words", trx->max_net_usage_words);
    add_u32(object, "max_cpu_usage_ms", trx->max_cpu_usage_ms);
    add_u32(object, "delay_sec", trx->delay_sec);
    add(object, "context_free_actions", form_actions(trx->context_free_actions));
    add(object, "actions", form_actions(trx->actions));
    add(object, "transaction_extensions", form_extensions(trx->extensions));
    return object;
}

json_object *report_form_transaction(const BnetWireTrx *trx)
{
    json_object *object = form_trx(trx);
    const BnetId id = bnet_wire_trx_id(trx);
    add(object, "#id", form_id(&id));
    return object;
}

static const char *compression_word(BnetCompression compression)
{
    switch (compression) {
    case BNET_COMPRESSION_NONE:
        return "none";
    case BNET_COMPRESSION_ZLIB:
        return "zlib";
    }
    g_assert_not_reached();
}

static bool take_room(size_t *room, size_t n)
{
    if (n > *room) {
        return false;
    }
    *room -= n;
    return true;
}

static size_t trx_bytes(const BnetWireTrx *trx)
{
    BnetWriter writer;
    bnet_writer_init(&writer, NULL, 0);
    bnet_wire_write_trx(&writer, trx);
    return writer.n;
}

/* What is told of the contents of a packed transaction, as far as there is room for them. The
 * scratch memory is used for one of them at a time. */
static void add_contents(json_object *object, const BnetWirePackedTrx *packed, size_t *room)
{
    bool is_plain = packed->compression == BNET_COMPRESSION_NONE;
    g_autofree uint8_t *memory = is_plain ? NULL : g_malloc(BNET_WIRE_SCRATCH_BYTES);
    const BnetScratch scratch = {.bytes = memory, .n = is_plain ? 0 : BNET_WIRE_SCRATCH_BYTES};
    BnetWireError error;
    BnetWireTrx trx;
    if (bnet_wire_open_trx(packed, scratch, &error, &trx)) {
        const BnetId id = bnet_wire_trx_id(&trx);
        add(object, "#id", form_id(&id));
        add(object, "#expiration", form_time_point_sec(trx.expiration_s));
        add(object, "#transaction", take_room(room, trx_bytes(&trx)) ? form_trx(&trx) : NULL);
    }
    BnetItems data;
    if (bnet_wire_open_context_free_data(packed, scratch, &error, &data)) {
        add(object, "#context_free_data",
            take_room(room, data.n) ? form_list_of_bytes(data) : NULL);
    }
}

static json_object *form_packed(const BnetWirePackedTrx *packed, size_t *room)
{
    json_object *object = json_object_new_object();
    add(object, "signatures", form_signatures(packed->signatures));
    add(object, "compression", json_object_new_string(compression_word(packed->compression)));
    add(object, "packed_context_free_data", form_bytes(packed->packed_context_free_data));
    add(object, "packed_trx", form_bytes(packed->packed_trx));
    const BnetId signed_id = bnet_wire_signed_id(packed);
    add(object, "#signed_id", form_id(&signed_id));
    const BnetId digest = bnet_wire_packed_digest(packed);
    add(object, "#packed_digest", form_id(&digest));
    add_contents(object, packed, room);
    return object;
}

json_object *report_form_packed_trx(const BnetWirePackedTrx *packed)
{
    size_t room = REPORT_FORM_OPENED_BYTES_MAX;
    return form_packed(packed, &room);
}

/* --- blocks ---------------------------------------------------------------------------------- */

static json_object *form_schedule(const BnetWireSchedule *schedule)
{
    json_object *producers = json_object_new_array();
    BnetItems left = schedule->producers;
    BnetWireProducer producer;
    while (bnet_next_producer(&left, &producer)) {
        json_object *object = json_object_new_object();
        add(object, "producer_name", form_name(producer.name));
        add(object, "block_signing_key", form_key(&producer.key));
        json_object_array_add(producers, object);
    }
    json_object *object = json_object_new_object();
    add_u32(object, "version", schedule->version);
    add(object, "producers", producers);
    return object;
}

static void add_header(json_object *object, const BnetWireHeader *header)
{
    const BnetHeader *fields = &header->fields;
    add(object, "timestamp", form_slot(fields->slot));
    add(object, "producer", form_name(fields->producer));
    add_u32(object, "confirmed", fields->confirmed);
    add(object, "previous", form_id(&fields->previous));
    add(object, "transaction_mroot", form_id(&fields->transaction_mroot));
    add(object, "action_mroot", form_id(&fields->action_mroot));
    add_u32(object, "schedule_version", fields->schedule_version);
    if (header->has_new_producers) {
        add(object, "new_producers", form_schedule(&header->new_producers));
    }
    add(object, "header_extensions", form_extensions(header->extensions));
}

static void add_block_id(json_object *object, const BnetWireHeader *header)
{
    const BnetId id = bnet_wire_block_id(header);
    add(object, "#id", form_id(&id));
    add_u32(object, "#num", bnet_header_number(&header->fields));
}

json_object *report_form_header(const BnetWireHeader *header)
{
    json_object *object = json_object_new_object();
    add_header(object, header);
    add_block_id(object, header);
    return object;
}

static json_object *form_status(uint8_t status)
{
    static const char *const words[] = {"executed", "soft_fail", "hard_fail", "delayed", "expired"};
    return status < G_N_ELEMENTS(words) ? json_object_new_string(words[status])
                                        : json_object_new_int64(status);
}

static json_object *form_receipt(const BnetWireReceipt *receipt, size_t *room)
{
    json_object *object = json_object_new_object();
    add(object, "status", form_status(receipt->status));
    add_u32(object, "cpu_usage_us", receipt->cpu_usage_us);
    add_u32(object, "net_usage_words", receipt->net_usage_words);
    add(object, "trx",
        receipt->is_packed ? form_pair(1, form_packed(&receipt->packed, room))
                           : form_pair(0, form_id(&receipt->id)));
    const BnetId digest = bnet_wire_receipt_digest(receipt);
    add(object, "#digest", form_id(&digest));
    return object;
}

json_object *report_form_block(const BnetWireBlock *block)
{
    json_object *object = json_object_new_object();
    add_header(object, &block->header);
    add(object, "producer_signature", form_signature(&block->signature));
    json_object *transactions = json_object_new_array();
    size_t room = REPORT_FORM_OPENED_BYTES_MAX;
    BnetItems left = block->transactions;
    BnetWireReceipt receipt;
    while (bnet_next_receipt(&left, &receipt)) {
        json_object_array_add(transactions, form_receipt(&receipt, &room));
    }
    add(object, "transactions", transactions);
    add(object, "block_extensions", form_extensions(block->extensions));
    add_block_id(object, &block->header);
    const BnetId root = bnet_wire_transaction_mroot(block);
    add(object, "#transaction_mroot", form_id(&root));
    return object;
}

/* --- a chain's start and its log ------------------------------------------------------------- */

static json_object *form_configuration(const BnetWireGenesis *genesis)
{
    json_object *object = json_object_new_object();
    add(object, "max_block_net_usage", json_object_new_uint64(genesis->max_block_net_usage));
    add_u32(object, "target_block_net_usage_pct", genesis->target_block_net_usage_pct);
    add_u32(object, "max_transaction_net_usage", genesis->max_transaction_net_usage);
    add_u32(object, "base_per_transaction_net_usage", genesis->base_per_transaction_net_usage);
    add_u32(object, "net_usage_leeway", genesis->net_usage_leeway);
    add_u32(object, "context_free_discount_net_usage_num",
            genesis->context_free_discount_net_usage_num);
    add_u32(object, "context_free_discount_net_usage_den",
            genesis->context_free_discount_net_usage_den);
    add_u32(object, "max_block_cpu_usage", genesis->max_block_cpu_usage);
    add_u32(object, "target_block_cpu_usage_pct", genesis->target_block_cpu_usage_pct);
    add_u32(object, "max_transaction_cpu_usage", genesis->max_transaction_cpu_usage);
    add_u32(object, "min_transaction_cpu_usage", genesis->min_transaction_cpu_usage);
    add_u32(object, "max_transaction_lifetime", genesis->max_transaction_lifetime);
    add_u32(object, "deferred_trx_expiration_window", genesis->deferred_trx_expiration_window);
    add_u32(object, "max_transaction_delay", genesis->max_transaction_delay);
    add_u32(object, "max_inline_action_size", genesis->max_inline_action_size);
    add_u32(object, "max_inline_action_depth", genesis->max_inline_action_depth);
    add_u32(object, "max_authority_depth", genesis->max_authority_depth);
    return object;
}

json_object *report_form_genesis(const BnetWireGenesis *genesis)
{
    json_object *object = json_object_new_object();
    add(object, "initial_timestamp", form_time_point(genesis->initial_timestamp_us));
    add(object, "initial_key", form_key(&genesis->initial_key));
    add(object, "initial_configuration", form_configuration(genesis));
    add(object, "#initial_timestamp_us", json_object_new_int64(genesis->initial_timestamp_us));
    const BnetId chain_id = bnet_wire_chain_id(genesis);
    add(object, "#chain_id", form_id(&chain_id));
    return object;
}

json_object *report_form_log_header(const BnetLogHeader *header)
{
    json_object *object = json_object_new_object();
    add_u32(object, "version", header->version);
    add_u32(object, "first_block_num", header->first_block);
    if (header->has_genesis) {
        add(object, "genesis_state", report_form_genesis(&header->genesis));
    } else {
        add(object, "chain_id", form_id(&header->chain_id));
    }
    return object;
}

json_object *report_form_log_block(const BnetLogEntry *entry)
{
    json_object *object = report_form_block(&entry->block);
    add(object, "#offset", json_object_new_uint64(entry->offset));
    return object;
}

/* --- messages -------------------------------------------------------------------------------- */

static json_object *form_hello(const BnetWireHello *hello)
{
    json_object *object = json_object_new_object();
    add(object, "peer_id", form_key(&hello->peer_id));
    add(object, "network_version", form_string(hello->network_version));
    add(object, "user", form_string(hello->user));
    add(object, "password", form_string(hello->password));
    add(object, "agent", form_string(hello->agent));
    add(object, "protocol_version", form_string(hello->protocol_version));
    add(object, "chain_id", form_id(&hello->chain_id));
    add(object, "request_transactions", json_object_new_boolean(hello->request_transactions));
    add_u32(object, "last_irr_block_num", hello->last_irr_block_num);
    add(object, "pending_block_ids", form_ids(hello->pending_block_ids));
    if (hello->irreversible_only) {
        json_object *extensions = json_object_new_array();
        json_object_array_add(extensions, json_object_new_string("irreversible_only"));
        add(object, "#extensions", extensions);
    }
    return object;
}

static json_object *form_notice(const char *key, BnetItems ids)
{
    json_object *object = json_object_new_object();
    add(object, key, form_ids(ids));
    return object;
}

static json_object *form_ping(const BnetWirePing *ping, bool has_lib)
{
    json_object *object = json_object_new_object();
    add(object, "sent", form_time_point(ping->sent_us));
    add(object, "code", form_id(&ping->code));
    if (has_lib) {
        add_u32(object, "lib", ping->lib);
    }
    add(object, "#sent_us", json_object_new_int64(ping->sent_us));
    return object;
}

static json_object *form_fields(const BnetWireMessage *message)
{
    switch (message->kind) {
    case BNET_MESSAGE_HELLO:
        return form_hello(&message->u.hello);
    case BNET_MESSAGE_TRX_NOTICE:
        return form_notice("signed_trx_id", message->u.ids);
    case BNET_MESSAGE_BLOCK_NOTICE:
        return form_notice("block_ids", message->u.ids);
    case BNET_MESSAGE_BLOCK:
        return message->is_null ? NULL : report_form_block(&message->u.block);
    case BNET_MESSAGE_TRX:
        return message->is_null ? NULL : report_form_packed_trx(&message->u.trx);
    case BNET_MESSAGE_PING:
        return form_ping(&message->u.ping, true);
    case BNET_MESSAGE_PONG:
        return form_ping(&message->u.ping, false);
    case BNET_MESSAGE_MALFORMED:
        break;
    }
    g_assert_not_reached();
}

json_object *report_form_message(const BnetWireMessage *message)
{
    json_object *object = json_object_new_object();
    add(object, bnet_message_name(message->kind), form_fields(message));
    return object;
}
