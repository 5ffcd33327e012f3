/* SPDX-License-Identifier: Apache-2.0 */

/* Kind transactions: the fields of packed transactions, and their ids. */

#include <string.h>

#include "sim/conform/fields.h"

/* What a packed transaction is made of. False: something is no notation of it, and disagrees. */
static bool take_signatures(ConformObject *object, BnetItems *ret_signatures)
{
    static const char key[] = "signatures";
    ConformRun *run = object->run;
    struct json_object *list = conform_take(object, key);
    if (!json_object_is_type(list, json_type_array)) {
        g_autofree char *expected = conform_recorded_text(list);
        conform_disagree(run, key, expected, "a list of signatures");
        return false;
    }
    const size_t count = json_object_array_length(list);
    g_autoptr(GByteArray) out = g_byte_array_new();
    bool is_good = true;
    conform_enter(run, key);
    for (size_t i = 0; i < count; i++) {
        BnetSlice each;
        conform_enter_index(run, i);
        if (conform_read_wire_signature(run, json_object_array_get_idx(list, i), &each)) {
            g_byte_array_append(out, each.bytes, (guint)each.n);
        } else {
            is_good = false;
        }
        conform_leave(run);
    }
    conform_leave(run);
    uint8_t *bytes = conform_alloc(run, out->len);
    if (out->len > 0) {
        memcpy(bytes, out->data, out->len);
    }
    *ret_signatures = (BnetItems){.bytes = bytes, .n = out->len, .count = (uint32_t)count};
    return is_good;
}

static bool take_compression(ConformObject *object, BnetCompression *ret_compression)
{
    static const char key[] = "compression";
    struct json_object *recorded = conform_take(object, key);
    const char *text = conform_peek_text(object, key);
    const bool is_number = json_object_is_type(recorded, json_type_int);
    const int64_t number = is_number ? json_object_get_int64(recorded) : -1;
    if (strcmp(text, "none") == 0 || number == BNET_COMPRESSION_NONE) {
        *ret_compression = BNET_COMPRESSION_NONE;
    } else if (strcmp(text, "zlib") == 0 || number == BNET_COMPRESSION_ZLIB) {
        *ret_compression = BNET_COMPRESSION_ZLIB;
    } else {
        g_autofree char *expected = conform_recorded_text(recorded);
        conform_disagree(object->run, key, expected, "none or zlib");
        return false;
    }
    return true;
}

static void check_packed(ConformObject *object, const BnetWirePackedTrx *packed)
{
    ConformRun *run = object->run;
    BnetSlice bytes = conform_written(run, conform_write_packed_trx, packed);
    BnetReader reader;
    BnetWireError error;
    BnetWirePackedTrx again;
    conform_reader(run, bytes, true, &reader, &error);
    if (!bnet_wire_read_packed_trx(&reader, &again)) {
        conform_malformed(run, "packed_trx", "a transaction", &error);
        return;
    }
    conform_take_packed_trx(object, &again);
    conform_same_bytes(run, "packed transaction", bytes,
                       conform_written(run, conform_write_packed_trx, &again));
    conform_close(object);
}

static void check(ConformRun *run, struct json_object *record)
{
    ConformObject object = conform_open(run, record);
    conform_case_begin(run, conform_peek_text(&object, "id"));
    (void)conform_take(&object, "id");
    BnetWirePackedTrx packed = {
        .packed_context_free_data = conform_take_hex(&object, "packed_context_free_data"),
        .packed_trx = conform_take_hex(&object, "packed_trx"),
    };
    const bool has_signatures = take_signatures(&object, &packed.signatures);
    const bool has_compression = take_compression(&object, &packed.compression);
    conform_take_notes(&object, "name", "note", "chain", "block_num", "source", NULL);
    if (!conform_is_bad(run) && has_signatures && has_compression) {
        check_packed(&object, &packed);
    }
    conform_case_end(run);
}

const ConformKind conform_kind_transactions = {
    .name = "transactions", .markers = {"packed_trx"}, .check = check};
