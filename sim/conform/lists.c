/* SPDX-License-Identifier: Apache-2.0 */

/* Lists of ours as JSON, for those that have another length than the recorded ones. */

#include "reports/wire_form.h"
#include "sim/conform/fields.h"

typedef struct json_object Json;

/* Takes a member, "a" or within it "b", out of a tree, which goes. */
static Json *member(Json *tree, const char *a, const char *b)
{
    Json *value = json_object_object_get(tree, a);
    if (b != NULL) {
        value = json_object_object_get(value, b);
    }
    g_assert(value != NULL);
    json_object_get(value);
    json_object_put(tree);
    return value;
}

void conform_list_add(Json *list, ConformValue value)
{
    g_autofree char *text = conform_value_text(value);
    json_object_array_add(list, value.type == CONFORM_NUMBER
                                    ? json_object_new_uint64(value.u.number)
                                    : json_object_new_string(text));
}

static Json *form_ids(const void *data)
{
    const BnetWireMessage message = {.kind = BNET_MESSAGE_BLOCK_NOTICE,
                                     .u.ids = *(const BnetItems *)data};
    return member(member(report_form_message(&message), "block_notice", NULL), "block_ids", NULL);
}

static Json *form_extensions(const void *data)
{
    const BnetWireTrx trx = {.extensions = *(const BnetItems *)data};
    return member(report_form_transaction(&trx), "transaction_extensions", NULL);
}

static Json *form_actions(const void *data)
{
    const BnetWireTrx trx = {.actions = *(const BnetItems *)data};
    return member(report_form_transaction(&trx), "actions", NULL);
}

static Json *form_authorization(const void *data)
{
    Json *list = json_object_new_array();
    BnetItems permissions = *(const BnetItems *)data;
    BnetWirePermission each;
    while (bnet_next_permission(&permissions, &each)) {
        g_autofree char *actor = conform_value_text(conform_name(each.actor));
        g_autofree char *permission = conform_value_text(conform_name(each.permission));
        Json *object = json_object_new_object();
        json_object_object_add(object, "actor", json_object_new_string(actor));
        json_object_object_add(object, "permission", json_object_new_string(permission));
        json_object_array_add(list, object);
    }
    return list;
}

static Json *form_signatures(const void *data)
{
    Json *list = json_object_new_array();
    BnetItems left = *(const BnetItems *)data;
    BnetWireSignature each;
    for (BnetItems before = left; bnet_next_wire_signature(&left, &each); before = left) {
        const BnetSlice all = {.bytes = before.bytes, .n = before.n - left.n};
        const bool is_plain = all.n == sizeof each.signature.bytes;
        conform_list_add(list, is_plain ? conform_signature(&each.signature) : conform_bytes(all));
    }
    return list;
}

static Json *form_list_of_bytes(const void *data)
{
    Json *list = json_object_new_array();
    BnetItems items = *(const BnetItems *)data;
    BnetSlice each;
    while (bnet_next_bytes(&items, &each)) {
        conform_list_add(list, conform_bytes(each));
    }
    return list;
}

static Json *form_receipts(const void *data)
{
    const BnetWireBlock block = {.transactions = *(const BnetItems *)data};
    return member(report_form_block(&block), "transactions", NULL);
}

static Json *form_receipt_digests(const void *data)
{
    Json *list = json_object_new_array();
    BnetItems receipts = *(const BnetItems *)data;
    BnetWireReceipt each;
    while (bnet_next_receipt(&receipts, &each)) {
        const BnetId digest = bnet_wire_receipt_digest(&each);
        conform_list_add(list, conform_id(&digest));
    }
    return list;
}

static Json *form_producers(const void *data)
{
    const BnetWireHeader header = {.has_new_producers = true,
                                   .new_producers.producers = *(const BnetItems *)data};
    return member(report_form_header(&header), "new_producers", "producers");
}

ConformList conform_list(ConformListKind kind, const BnetItems *items)
{
    static Json *(*const forms[])(const void *) = {
        [CONFORM_LIST_IDS] = form_ids,
        [CONFORM_LIST_EXTENSIONS] = form_extensions,
        [CONFORM_LIST_ACTIONS] = form_actions,
        [CONFORM_LIST_AUTHORIZATION] = form_authorization,
        [CONFORM_LIST_SIGNATURES] = form_signatures,
        [CONFORM_LIST_BYTES] = form_list_of_bytes,
        [CONFORM_LIST_RECEIPTS] = form_receipts,
        [CONFORM_LIST_RECEIPT_DIGESTS] = form_receipt_digests,
        [CONFORM_LIST_PRODUCERS] = form_producers,
    };
    return (ConformList){.count = items->count, .form = forms[kind], .data = items};
}
