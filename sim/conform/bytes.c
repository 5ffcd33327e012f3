/* SPDX-License-Identifier: Apache-2.0 */

/* Bytes of ours: reading and writing, and the state that a chain starts from. */

#include <string.h>

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
    ConformObject object = conform_open(run, recorded);
    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
        conform_check(&object, fields[i].key, conform_number(fields[i].value));
    }
    conform_close(&object);
}

void conform_fields_genesis(ConformRun *run, struct json_object *recorded,
                            const BnetWireGenesis *genesis)
{
    static const char key[] = "initial_configuration";
    ConformObject object = conform_open(run, recorded);
    conform_check(&object, "initial_timestamp", conform_time_point(genesis->initial_timestamp_us));
    conform_check(&object, "initial_key", conform_key(&genesis->initial_key));
    struct json_object *configuration = conform_take(&object, key);
    conform_enter(run, key);
    check_configuration(run, configuration, genesis);
    conform_leave(run);
    conform_close(&object);
}
