/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/conform/fields.h"

#include <string.h>

static const char *const status_names[] = {"executed", "soft_fail", "hard_fail",
                                           "delayed",  "expired",   NULL};
static const char *const compression_names[] = {"none", "zlib", NULL};

/* [a, b], which the path leads to. False: it is no pair, and disagrees. */
static bool read_pair(ConformRun *run, struct json_object *pair, struct json_object **ret_a,
                      struct json_object **ret_b)
{
    if (conform_is_bad(run)) {
        return false;
    }
    if (!json_object_is_type(pair, json_type_array) || json_object_array_length(pair) != 2) {
        g_autofree char *expected = conform_recorded_text(pair);
        conform_disagree(run, "", expected, "a list of two values");
        return false;
    }
    *ret_a = json_object_array_get_idx(pair, 0);
    *ret_b = json_object_array_get_idx(pair, 1);
    return true;
}

/* The one of two names that the object has a key of; the first if it has none. */
static const char *name_in(ConformObject *object, const char *key, const char *other)
{
    return !conform_has(object, key) && conform_has(object, other) ? other : key;
}

/* --- lists ----------------------------------------------------------------------------------- */

static void check_ids(ConformObject *object, const char *key, BnetItems ids)
{
    struct json_object *list =
        conform_check_list(object, key, conform_list(CONFORM_LIST_IDS, &ids));
    BnetId id;
    for (size_t i = 0; list != NULL && bnet_next_id(&ids, &id); i++) {
        conform_enter(object->run, key);
        conform_enter_index(object->run, i);
        conform_compare(object->run, "", json_object_array_get_idx(list, i), conform_id(&id));
        conform_leave(object->run);
        conform_leave(object->run);
    }
}

static void check_extensions(ConformObject *object, const char *key, BnetItems extensions)
{
    struct json_object *list =
        conform_check_list(object, key, conform_list(CONFORM_LIST_EXTENSIONS, &extensions));
    struct json_object *type;
    struct json_object *data;
    BnetWireExtension extension;
    conform_enter(object->run, key);
    for (size_t i = 0; list != NULL && bnet_next_extension(&extensions, &extension); i++) {
        conform_enter_index(object->run, i);
        if (read_pair(object->run, json_object_array_get_idx(list, i), &type, &data)) {
            conform_compare(object->run, "[0]", type, conform_number(extension.type));
            conform_compare(object->run, "[1]", data, conform_bytes(extension.data));
        }
        conform_leave(object->run);
    }
    conform_leave(object->run);
}

/* --- transactions ---------------------------------------------------------------------------- */

static void permission(ConformRun *run, struct json_object *list, size_t i,
                       const BnetWirePermission *ours)
{
    struct json_object *item = json_object_array_get_idx(list, i);
    struct json_object *actor;
    struct json_object *name;
    if (json_object_is_type(item, json_type_object)) {
        ConformObject object = conform_open_value(run, item);
        conform_check(&object, "actor", conform_name(ours->actor));
        conform_check(&object, "permission", conform_name(ours->permission));
        conform_close(&object);
    } else if (read_pair(run, item, &actor, &name)) {
        conform_compare(run, "[0]", actor, conform_name(ours->actor));
        conform_compare(run, "[1]", name, conform_name(ours->permission));
    }
}

static void action(ConformRun *run, struct json_object *recorded, const BnetWireAction *ours)
{
    ConformObject object = conform_open_value(run, recorded);
    conform_check(&object, "account", conform_name(ours->account));
    conform_check(&object, "name", conform_name(ours->name));
    conform_check(&object, "data", conform_bytes(ours->data));
    const char *key = name_in(&object, "authorization", "auth");
    struct json_object *list = conform_check_list(
        &object, key, conform_list(CONFORM_LIST_AUTHORIZATION, &ours->authorization));
    BnetItems authorization = ours->authorization;
    BnetWirePermission each;
    conform_enter(run, key);
    for (size_t i = 0; list != NULL && bnet_next_permission(&authorization, &each); i++) {
        conform_enter_index(run, i);
        permission(run, list, i, &each);
        conform_leave(run);
    }
    conform_leave(run);
    conform_close(&object);
}

static void check_actions(ConformObject *object, const char *key, BnetItems actions)
{
    struct json_object *list =
        conform_check_list(object, key, conform_list(CONFORM_LIST_ACTIONS, &actions));
    BnetWireAction each;
    conform_enter(object->run, key);
    for (size_t i = 0; list != NULL && bnet_next_action(&actions, &each); i++) {
        conform_enter_index(object->run, i);
        action(object->run, json_object_array_get_idx(list, i), &each);
        conform_leave(object->run);
    }
    conform_leave(object->run);
}

void conform_fields_trx(ConformRun *run, struct json_object *recorded, const BnetWireTrx *trx)
{
    ConformObject object = conform_open_value(run, recorded);
    conform_check(&object, "expiration", conform_time_sec(trx->expiration_s));
    conform_check(&object, "ref_block_num", conform_number(trx->ref_block_num));
    conform_check(&object, "ref_block_prefix", conform_number(trx->ref_block_prefix));
    conform_check(&object, "max_net_usage_words", conform_number(trx->max_net_usage_words));
    conform_check(&object, "max_cpu_usage_ms", conform_number(trx->max_cpu_usage_ms));
    conform_check(&object, "delay_sec", conform_number(trx->delay_sec));
    check_actions(&object, "context_free_actions", trx->context_free_actions);
    check_actions(&object, "actions", trx->actions);
    check_extensions(&object, name_in(&object, "transaction_extensions", "extensions"),
                     trx->extensions);
    conform_close(&object);
}

static void check_signatures(ConformObject *object, BnetItems signatures)
{
    static const char key[] = "signatures";
    struct json_object *list =
        conform_check_list(object, key, conform_list(CONFORM_LIST_SIGNATURES, &signatures));
    BnetItems each = signatures;
    BnetWireSignature signature;
    conform_enter(object->run, key);
    for (size_t i = 0; list != NULL && bnet_next_wire_signature(&each, &signature); i++) {
        size_t n = signatures.n - each.n;
        BnetSlice all = {.bytes = signatures.bytes, .n = n};
        bool is_plain = n == sizeof signature.signature.bytes;
        conform_enter_index(object->run, i);
        conform_compare(object->run, "", json_object_array_get_idx(list, i),
                        is_plain ? conform_signature(&signature.signature) : conform_bytes(all));
        conform_leave(object->run);
        signatures = each;
    }
    conform_leave(object->run);
}

static void check_context_free_data(ConformObject *object, const BnetWirePackedTrx *packed)
{
    static const char key[] = "context_free_data";
    BnetWireError error;
    BnetItems items;
    if (!conform_has(object, key)) {
        return;
    }
    bool is_open =
        bnet_wire_open_context_free_data(packed, conform_scratch(object->run), &error, &items);
    g_assert(is_open);
    struct json_object *list =
        conform_check_list(object, key, conform_list(CONFORM_LIST_BYTES, &items));
    BnetSlice each;
    conform_enter(object->run, key);
    for (size_t i = 0; list != NULL && bnet_next_bytes(&items, &each); i++) {
        conform_enter_index(object->run, i);
        conform_compare(object->run, "", json_object_array_get_idx(list, i), conform_bytes(each));
        conform_leave(object->run);
    }
    conform_leave(object->run);
}

void conform_take_trx_derived(ConformObject *object, const BnetWirePackedTrx *packed)
{
    ConformRun *run = object->run;
    BnetId packed_digest = bnet_wire_packed_digest(packed);
    BnetId signed_id = bnet_wire_signed_id(packed);
    BnetWireError error;
    BnetWireTrx trx;
    bool is_open = bnet_wire_open_trx(packed, conform_scratch(run), &error, &trx);
    g_assert(is_open);
    BnetId id = bnet_wire_trx_id(&trx);
    conform_check_optional(object, "packed_digest", conform_id(&packed_digest));
    conform_check_optional(object, "signed_id", conform_id(&signed_id));
    conform_check_optional(object, "id", conform_id(&id));
    conform_check_optional(object, "#id", conform_id(&id));
    conform_check_optional(object, "#expiration", conform_time_sec(trx.expiration_s));
    if (conform_has(object, "transaction_hex")) {
        BnetSlice written = conform_written(run, conform_write_trx, &trx);
        conform_check(object, "transaction_hex", conform_bytes(written));
    }
    if (conform_has(object, "transaction")) {
        struct json_object *recorded = conform_take(object, "transaction");
        conform_enter(run, "transaction");
        conform_fields_trx(run, recorded, &trx);
        conform_leave(run);
    }
    check_context_free_data(object, packed);
}

void conform_take_packed_trx(ConformObject *object, const BnetWirePackedTrx *packed)
{
    check_signatures(object, packed->signatures);
    conform_check(object, "compression", conform_choice(packed->compression, compression_names));
    conform_check(object, "packed_context_free_data",
                  conform_bytes(packed->packed_context_free_data));
    conform_check(object, "packed_trx", conform_bytes(packed->packed_trx));
    conform_take_trx_derived(object, packed);
}

static void packed_trx(ConformRun *run, struct json_object *recorded,
                       const BnetWirePackedTrx *packed)
{
    ConformObject object = conform_open_value(run, recorded);
    conform_take_packed_trx(&object, packed);
    conform_close(&object);
}

/* --- blocks ---------------------------------------------------------------------------------- */

/* "trx": [0, id] or [1, packed transaction]. */
static void check_receipt_pair(ConformObject *object, const BnetWireReceipt *receipt)
{
    ConformRun *run = object->run;
    struct json_object *number;
    struct json_object *value;
    struct json_object *pair = conform_take(object, "trx");
    conform_enter(run, "trx");
    if (read_pair(run, pair, &number, &value) &&
        conform_compare(run, "[0]", number, conform_number(receipt->is_packed))) {
        conform_enter_index(run, 1);
        if (receipt->is_packed) {
            packed_trx(run, value, &receipt->packed);
        } else {
            conform_compare(run, "", value, conform_id(&receipt->id));
        }
        conform_leave(run);
    }
    conform_leave(run);
}

/* "packed": {...} or "id": what it holds. */
static void check_receipt_keys(ConformObject *object, const BnetWireReceipt *receipt)
{
    ConformRun *run = object->run;
    bool is_packed = conform_has(object, "packed");
    if (is_packed != receipt->is_packed) {
        conform_disagree(run, "packed", is_packed ? "a packed transaction" : "an id",
                         receipt->is_packed ? "a packed transaction" : "an id");
        conform_take_notes(object, "packed", "id", NULL);
    } else if (is_packed) {
        struct json_object *value = conform_take(object, "packed");
        conform_enter(run, "packed");
        packed_trx(run, value, &receipt->packed);
        conform_leave(run);
    } else {
        conform_check(object, "id", conform_id(&receipt->id));
    }
}

static void check_receipt(ConformRun *run, struct json_object *recorded,
                          const BnetWireReceipt *receipt)
{
    BnetId digest = bnet_wire_receipt_digest(receipt);
    ConformObject object = conform_open_value(run, recorded);
    conform_check(&object, "status", conform_choice(receipt->status, status_names));
    conform_check(&object, "cpu_usage_us", conform_number(receipt->cpu_usage_us));
    conform_check(&object, "net_usage_words", conform_number(receipt->net_usage_words));
    if (conform_has(&object, "trx")) {
        check_receipt_pair(&object, receipt);
    } else {
        check_receipt_keys(&object, receipt);
    }
    conform_check_optional(&object, "digest", conform_id(&digest));
    conform_close(&object);
}

static void check_receipts(ConformObject *object, BnetItems transactions)
{
    const char *key = name_in(object, "transactions", "receipts");
    struct json_object *list =
        conform_check_list(object, key, conform_list(CONFORM_LIST_RECEIPTS, &transactions));
    BnetWireReceipt each;
    conform_enter(object->run, key);
    for (size_t i = 0; list != NULL && bnet_next_receipt(&transactions, &each); i++) {
        conform_enter_index(object->run, i);
        check_receipt(object->run, json_object_array_get_idx(list, i), &each);
        conform_leave(object->run);
    }
    conform_leave(object->run);
}

static void check_producer(ConformRun *run, struct json_object *list, size_t i,
                           const BnetWireProducer *ours)
{
    struct json_object *item = json_object_array_get_idx(list, i);
    struct json_object *name;
    struct json_object *key;
    if (json_object_is_type(item, json_type_object)) {
        ConformObject object = conform_open_value(run, item);
        conform_check(&object, "producer_name", conform_name(ours->name));
        conform_check(&object, "block_signing_key", conform_key(&ours->key));
        conform_close(&object);
    } else if (read_pair(run, item, &name, &key)) {
        conform_compare(run, "[0]", name, conform_name(ours->name));
        conform_compare(run, "[1]", key, conform_key(&ours->key));
    }
}

static void check_schedule(ConformRun *run, struct json_object *recorded,
                           const BnetWireSchedule *schedule)
{
    ConformObject object = conform_open_value(run, recorded);
    conform_check(&object, "version", conform_number(schedule->version));
    struct json_object *list = conform_check_list(
        &object, "producers", conform_list(CONFORM_LIST_PRODUCERS, &schedule->producers));
    BnetItems producers = schedule->producers;
    BnetWireProducer each;
    conform_enter(run, "producers");
    for (size_t i = 0; list != NULL && bnet_next_producer(&producers, &each); i++) {
        conform_enter_index(run, i);
        check_producer(run, list, i, &each);
        conform_leave(run);
    }
    conform_leave(run);
    conform_close(&object);
}

static void check_new_producers(ConformObject *object, const BnetWireHeader *header)
{
    static const char key[] = "new_producers";
    struct json_object *recorded = conform_has(object, key) ? conform_take(object, key) : NULL;
    if ((recorded != NULL) != header->has_new_producers) {
        conform_disagree(object->run, key, recorded != NULL ? "a schedule" : "none",
                         header->has_new_producers ? "a schedule" : "none");
    } else if (recorded != NULL) {
        conform_enter(object->run, key);
        check_schedule(object->run, recorded, &header->new_producers);
        conform_leave(object->run);
    }
}

static void check_header(ConformObject *object, const BnetWireHeader *header)
{
    const BnetHeader *fields = &header->fields;
    BnetId id = bnet_wire_block_id(header);
    ConformValue number = conform_number(bnet_header_number(fields));
    conform_check_either(object, "timestamp", "slot", conform_slot(fields->slot));
    conform_check(object, "producer", conform_name(fields->producer));
    conform_check(object, "confirmed", conform_number(fields->confirmed));
    conform_check(object, "previous", conform_id(&fields->previous));
    conform_check(object, "transaction_mroot", conform_id(&fields->transaction_mroot));
    conform_check(object, "action_mroot", conform_id(&fields->action_mroot));
    conform_check(object, "schedule_version", conform_number(fields->schedule_version));
    check_new_producers(object, header);
    check_extensions(object, "header_extensions", header->extensions);
    conform_check_optional(object, "id", conform_id(&id));
    conform_check_optional(object, "#id", conform_id(&id));
    conform_check_optional(object, "num", number);
    conform_check_optional(object, "#num", number);
}

void conform_fields_block(ConformRun *run, struct json_object *recorded, const BnetWireBlock *block)
{
    ConformObject object = conform_open_value(run, recorded);
    BnetId root = bnet_wire_transaction_mroot(block);
    check_header(&object, &block->header);
    conform_check_either(&object, "producer_signature", "signature",
                         conform_signature(&block->signature));
    check_receipts(&object, block->transactions);
    check_extensions(&object, "block_extensions", block->extensions);
    conform_check_optional(&object, "receipts_mroot", conform_id(&root));
    conform_close(&object);
}

/* --- messages -------------------------------------------------------------------------------- */

static void check_hello(ConformRun *run, struct json_object *recorded, const BnetWireHello *hello)
{
    ConformObject object = conform_open_value(run, recorded);
    conform_check(&object, "peer_id", conform_key(&hello->peer_id));
    conform_check(&object, "network_version", conform_string(hello->network_version));
    conform_check(&object, "user", conform_string(hello->user));
    conform_check(&object, "password", conform_string(hello->password));
    conform_check(&object, "agent", conform_string(hello->agent));
    conform_check(&object, "protocol_version", conform_string(hello->protocol_version));
    conform_check(&object, "chain_id", conform_id(&hello->chain_id));
    conform_check(&object, "request_transactions", conform_bool(hello->request_transactions));
    conform_check(&object, "last_irr_block_num", conform_number(hello->last_irr_block_num));
    check_ids(&object, "pending_block_ids", hello->pending_block_ids);
    conform_close(&object);
}

static void check_notice(ConformRun *run, struct json_object *recorded, const char *key,
                         BnetItems ids)
{
    ConformObject object = conform_open_value(run, recorded);
    check_ids(&object, key, ids);
    conform_close(&object);
}

static void check_ping(ConformRun *run, struct json_object *recorded, const BnetWirePing *ping,
                       bool has_lib)
{
    ConformObject object = conform_open_value(run, recorded);
    conform_check(&object, "sent", conform_time_point(ping->sent_us));
    conform_check(&object, "code", conform_id(&ping->code));
    if (has_lib) {
        conform_check(&object, "lib", conform_number(ping->lib));
    }
    conform_close(&object);
}

/* A block or a packed transaction, which may be a null pointer and may stand in an object of its
 * own: null, {...}, {"block": null}, {"block": {...}}. */
static void check_pointer(ConformRun *run, struct json_object *recorded, const char *key,
                          const BnetWireMessage *message)
{
    ConformObject object = {.run = run};
    if (json_object_is_type(recorded, json_type_object) &&
        json_object_object_get_ex(recorded, key, NULL) != 0) {
        object = conform_open_value(run, recorded);
        recorded = conform_take(&object, key);
    }
    if (recorded == NULL || message->is_null) {
        if ((recorded == NULL) != message->is_null) {
            conform_disagree(run, key, recorded == NULL ? "null" : "a value",
                             message->is_null ? "null" : "a value");
        }
    } else if (message->kind == BNET_MESSAGE_BLOCK) {
        conform_fields_block(run, recorded, &message->u.block);
    } else {
        packed_trx(run, recorded, &message->u.trx);
    }
    conform_close(&object);
}

void conform_fields_message(ConformRun *run, struct json_object *recorded,
                            const BnetWireMessage *message)
{
    switch (message->kind) {
    case BNET_MESSAGE_HELLO:
        check_hello(run, recorded, &message->u.hello);
        break;
    case BNET_MESSAGE_TRX_NOTICE:
        check_notice(run, recorded, "signed_trx_id", message->u.ids);
        break;
    case BNET_MESSAGE_BLOCK_NOTICE:
        check_notice(run, recorded, "block_ids", message->u.ids);
        break;
    case BNET_MESSAGE_BLOCK:
        check_pointer(run, recorded, "block", message);
        break;
    case BNET_MESSAGE_TRX:
        check_pointer(run, recorded, "trx", message);
        break;
    case BNET_MESSAGE_PING:
    case BNET_MESSAGE_PONG:
        check_ping(run, recorded, &message->u.ping, message->kind == BNET_MESSAGE_PING);
        break;
    case BNET_MESSAGE_MALFORMED:
        g_assert_not_reached();
    }
}
