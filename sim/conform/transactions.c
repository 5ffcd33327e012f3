/* SPDX-License-Identifier: Apache-2.0 */

/* Kind transactions: the fields of packed transactions, and their ids. */

#include <string.h>

#include "core/text.h"
#include "sim/conform/fields.h"

/* Appends a signature, given as text or as hexadecimal digits. */
static void append_signature(ConformRun *run, struct json_object *recorded, GByteArray *out)
{
    BnetSignature parsed;
    BnetSlice bytes = {.bytes = parsed.bytes, .n = sizeof parsed.bytes};
    bool is_text = json_object_is_type(recorded, json_type_string);
    if (!is_text || !bnet_parse_signature(json_object_get_string(recorded),
                                          (size_t)json_object_get_string_len(recorded), &parsed)) {
        bytes = conform_hex(run, recorded);
    }
    BnetReader reader;
    BnetWireError error;
    BnetWireSignature signature;
    conform_reader(run, bytes, true, &reader, &error);
    if (!bnet_read_wire_signature(&reader, "signature", &signature) ||
        bnet_reader_left(&reader) > 0) {
        conform_bad(run, "must be a signature");
        return;
    }
    g_byte_array_append(out, bytes.bytes, (guint)bytes.n);
}

static BnetItems take_signatures(ConformObject *object)
{
    static const char key[] = "signatures";
    ConformRun *run = object->run;
    struct json_object *list = conform_take_array(object, key);
    size_t count = list == NULL ? 0 : json_object_array_length(list);
    g_autoptr(GByteArray) out = g_byte_array_new();
    conform_enter(run, key);
    for (size_t i = 0; i < count && !conform_is_bad(run); i++) {
        conform_enter_index(run, i);
        append_signature(run, json_object_array_get_idx(list, i), out);
        conform_leave(run);
    }
    conform_leave(run);
    uint8_t *bytes = conform_alloc(run, out->len);
    if (out->len > 0) {
        memcpy(bytes, out->data, out->len);
    }
    return (BnetItems){.bytes = bytes, .n = out->len, .count = (uint32_t)count};
}

static BnetCompression take_compression(ConformObject *object)
{
    static const char key[] = "compression";
    struct json_object *recorded = conform_take(object, key);
    if (json_object_is_type(recorded, json_type_int)) {
        return (BnetCompression)conform_take_number(object, key, BNET_COMPRESSION_ZLIB);
    }
    const char *text = conform_take_text(object, key);
    bool is_zlib = strcmp(text, "zlib") == 0;
    if (!is_zlib && strcmp(text, "none") != 0) {
        conform_bad(object->run, "key '%s': must be \"none\" or \"zlib\"", key);
    }
    return is_zlib ? BNET_COMPRESSION_ZLIB : BNET_COMPRESSION_NONE;
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
    conform_case_begin(run, conform_take_text(&object, "id"));
    BnetWirePackedTrx packed = {
        .signatures = take_signatures(&object),
        .compression = take_compression(&object),
        .packed_context_free_data = conform_take_hex(&object, "packed_context_free_data"),
        .packed_trx = conform_take_hex(&object, "packed_trx"),
    };
    conform_take_notes(&object, "name", "note", "chain", "block_num", "source", NULL);
    if (!conform_is_bad(run)) {
        check_packed(&object, &packed);
    }
    conform_case_end(run);
}

const ConformKind conform_kind_transactions = {
    .name = "transactions", .markers = {"packed_trx"}, .check = check};
