/* SPDX-License-Identifier: Apache-2.0 */

/* Bytes of ours: reading and writing, and the state that a chain starts from. */

#include <string.h>

#include "core/text.h"
#include "sim/conform/fields.h"
#include "sim/wire_error.h"

/* --- writing --------------------------------------------------------------------------------- */

BnetSlice conform_written(ConformRun *run, ConformWrite *write, const void *value)
{
    BnetWriter writer;
    bnet_writer_init(&writer, NULL, 0);
    write(&writer, value);
    size_t n = writer.n;
    uint8_t *bytes = conform_alloc(run, n + 1);
    bnet_writer_init(&writer, bytes, n);
    write(&writer, value);
    g_assert(writer.n == n);
    return (BnetSlice){.bytes = bytes, .n = n};
}

void conform_write_message(BnetWriter *writer, const void *value)
{
    bnet_wire_write_message(writer, value);
}

void conform_write_block(BnetWriter *writer, const void *value)
{
    bnet_wire_write_block(writer, value);
}

void conform_write_header(BnetWriter *writer, const void *value)
{
    bnet_wire_write_header(writer, value);
}

void conform_write_packed_trx(BnetWriter *writer, const void *value)
{
    bnet_wire_write_packed_trx(writer, value);
}

void conform_write_trx(BnetWriter *writer, const void *value)
{
    bnet_wire_write_trx(writer, value);
}

void conform_write_genesis(BnetWriter *writer, const void *value)
{
    bnet_wire_write_genesis(writer, value);
}

bool conform_same_bytes(ConformRun *run, const char *field, BnetSlice expected, BnetSlice got)
{
    if (expected.n == got.n && (got.n == 0 || memcmp(expected.bytes, got.bytes, got.n) == 0)) {
        return true;
    }
    g_autofree char *expected_text = conform_value_text(conform_bytes(expected));
    g_autofree char *got_text = conform_value_text(conform_bytes(got));
    conform_disagree(run, field, expected_text, got_text);
    return false;
}

/* --- reading --------------------------------------------------------------------------------- */

void conform_reader(ConformRun *run, BnetSlice bytes, bool eosio_2, BnetReader *ret_reader,
                    BnetWireError *ret_error)
{
    bnet_reader_init(ret_reader, bytes.bytes, bytes.n, conform_scratch(run), ret_error);
    ret_reader->eosio_2 = eosio_2;
}

void conform_malformed(ConformRun *run, const char *field, const char *expected,
                       const BnetWireError *error)
{
    g_autofree char *text = sim_wire_error_text(error, 0);
    g_autofree char *got = g_strconcat("malformed at ", text, NULL);
    conform_disagree(run, field, expected, got);
}

/* --- signatures ------------------------------------------------------------------------------ */

/* The bytes that digits of a signature say, for eosio_2 of one of type 2, too. */
static bool parse_digits(ConformRun *run, const char *text, bool eosio_2, BnetSlice *ret_bytes)
{
    const size_t n = strlen(text);
    uint8_t *bytes = conform_alloc(run, n / 2);
    if (n % 2 != 0 || strspn(text, "0123456789abcdefABCDEF") != n) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        const unsigned digit = (unsigned)g_ascii_xdigit_value(text[i]);
        bytes[i / 2] = (uint8_t)((unsigned)bytes[i / 2] << 4 | digit);
    }
    BnetReader reader;
    BnetWireError error;
    BnetWireSignature signature;
    *ret_bytes = (BnetSlice){.bytes = bytes, .n = n / 2};
    conform_reader(run, *ret_bytes, eosio_2, &reader, &error);
    return bnet_read_wire_signature(&reader, "signature", &signature) &&
           bnet_reader_left(&reader) == 0;
}

static bool read_signature(ConformRun *run, struct json_object *recorded, bool eosio_2,
                           BnetSlice *ret_bytes)
{
    if (conform_is_bad(run)) {
        return false;
    }
    BnetSignature *parsed = conform_alloc(run, sizeof *parsed);
    const char *text = "";
    /* A zero within it makes it no signature. */
    if (json_object_is_type(recorded, json_type_string) &&
        strlen(json_object_get_string(recorded)) == (size_t)json_object_get_string_len(recorded)) {
        text = json_object_get_string(recorded);
    }
    if (bnet_parse_signature(text, strlen(text), parsed)) {
        *ret_bytes = (BnetSlice){.bytes = parsed->bytes, .n = sizeof parsed->bytes};
        return true;
    }
    if (parse_digits(run, text, eosio_2, ret_bytes)) {
        return true;
    }
    g_autofree char *expected = conform_recorded_text(recorded);
    g_autofree char *fault = conform_text_fault(text);
    conform_disagree_note(run, "", expected, "a signature", fault);
    return false;
}

bool conform_read_signature(ConformRun *run, struct json_object *recorded,
                            BnetSignature *ret_signature)
{
    BnetSlice bytes;
    if (!read_signature(run, recorded, false, &bytes)) {
        return false;
    }
    memcpy(ret_signature->bytes, bytes.bytes, sizeof ret_signature->bytes);
    return true;
}

bool conform_read_wire_signature(ConformRun *run, struct json_object *recorded,
                                 BnetSlice *ret_bytes)
{
    return read_signature(run, recorded, true, ret_bytes);
}

/* --- genesis --------------------------------------------------------------------------------- */

static void check_configuration(ConformRun *run, struct json_object *recorded,
                                const BnetWireGenesis *genesis)
{
    const BnetWireGenesis *g = genesis;
    const struct {
        const char *key;
        uint64_t value;
    } fields[] = {
        {"max_block_net_usage", g->max_block_net_usage},
        {"target_block_net_usage_pct", g->target_block_net_usage_pct},
        {"max_transaction_net_usage", g->max_transaction_net_usage},
        {"base_per_transaction_net_usage", g->base_per_transaction_net_usage},
        {"net_usage_leeway", g->net_usage_leeway},
        {"context_free_discount_net_usage_num", g->context_free_discount_net_usage_num},
        {"context_free_discount_net_usage_den", g->context_free_discount_net_usage_den},
        {"max_block_cpu_usage", g->max_block_cpu_usage},
        {"target_block_cpu_usage_pct", g->target_block_cpu_usage_pct},
        {"max_transaction_cpu_usage", g->max_transaction_cpu_usage},
        {"min_transaction_cpu_usage", g->min_transaction_cpu_usage},
        {"max_transaction_lifetime", g->max_transaction_lifetime},
        {"deferred_trx_expiration_window", g->deferred_trx_expiration_window},
        {"max_transaction_delay", g->max_transaction_delay},
        {"max_inline_action_size", g->max_inline_action_size},
        {"max_inline_action_depth", g->max_inline_action_depth},
        {"max_authority_depth", g->max_authority_depth},
    };
    ConformObject object = conform_open_value(run, recorded);
    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
        conform_check(&object, fields[i].key, conform_number(fields[i].value));
    }
    conform_close(&object);
}

void conform_fields_genesis(ConformRun *run, struct json_object *recorded,
                            const BnetWireGenesis *genesis)
{
    static const char key[] = "initial_configuration";
    ConformObject object = conform_open_value(run, recorded);
    conform_check(&object, "initial_timestamp", conform_time_point(genesis->initial_timestamp_us));
    conform_check(&object, "initial_key", conform_key(&genesis->initial_key));
    struct json_object *configuration = conform_take(&object, key);
    if (conform_has(&object, key)) {
        conform_enter(run, key);
        check_configuration(run, configuration, genesis);
        conform_leave(run);
    }
    conform_close(&object);
}
