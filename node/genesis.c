/* SPDX-License-Identifier: Apache-2.0 */
#include "node/genesis.h"

#include <string.h>

#include <json.h>

#include "core/text.h"
#include "node/endpoint.h"
#include "node/json.h"

#define FILE_BYTES_MAX ((gsize)1024 * 1024)
#define SLOT_US INT64_C(500000)

/* A number of the initial configuration. */
typedef struct Field {
    const char *name;
    size_t offset;
    size_t bytes;
} Field;

#define FIELD(name)                                                                                \
    {                                                                                              \
#name, offsetof(BnetWireGenesis, name), sizeof(((BnetWireGenesis *)0)->name)               \
    }
static const Field fields[] = {
    FIELD(max_block_net_usage),
    FIELD(target_block_net_usage_pct),
    FIELD(max_transaction_net_usage),
    FIELD(base_per_transaction_net_usage),
    FIELD(net_usage_leeway),
    FIELD(context_free_discount_net_usage_num),
    FIELD(context_free_discount_net_usage_den),
    FIELD(max_block_cpu_usage),
    FIELD(target_block_cpu_usage_pct),
    FIELD(max_transaction_cpu_usage),
    FIELD(min_transaction_cpu_usage),
    FIELD(max_transaction_lifetime),
    FIELD(deferred_trx_expiration_window),
    FIELD(max_transaction_delay),
    FIELD(max_inline_action_size),
    FIELD(max_inline_action_depth),
    FIELD(max_authority_depth),
};

void node_genesis_default(BnetWireGenesis *ret_genesis)
{
    static const char key[] = "EOS6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CV";
    static const char time[] = "2018-06-01T12:00:00";
    *ret_genesis = bnet_wire_genesis_usual;
    const bool is_key = bnet_parse_key(key, strlen(key), &ret_genesis->initial_key);
    const bool is_time =
        bnet_parse_time_point(time, strlen(time), &ret_genesis->initial_timestamp_us);
    g_assert(is_key && is_time);
}

/* --- the file -------------------------------------------------------------------------------- */

static bool fail(GError **error, const char *path, const char *what)
{
    g_set_error(error, NODE_ERROR, NODE_ERROR_USAGE, "%s: %s", path, what);
    return false;
}

static bool fail_field(GError **error, const char *path, const char *name, const char *allowed)
{
    g_set_error(error, NODE_ERROR, NODE_ERROR_USAGE, "%s: %s must be %s", path, name, allowed);
    return false;
}

static bool set_field(BnetWireGenesis *genesis, const Field *field, struct json_object *value)
{
    if (!json_object_is_type(value, json_type_int) || json_object_get_int64(value) < 0)
        return false;
    const uint64_t number = json_object_get_uint64(value);
    if (field->bytes < sizeof number && number >> (8 * field->bytes) != 0)
        return false;
    /* Little-endian, as the whole of Bnetlab's bytes; the memory may not be. */
    if (field->bytes == sizeof(uint16_t))
        memcpy((char *)genesis + field->offset, &(uint16_t){(uint16_t)number}, sizeof(uint16_t));
    else if (field->bytes == sizeof(uint32_t))
        memcpy((char *)genesis + field->offset, &(uint32_t){(uint32_t)number}, sizeof(uint32_t));
    else
        memcpy((char *)genesis + field->offset, &number, sizeof number);
    return true;
}

static bool read_configuration(const char *path, struct json_object *object,
                               BnetWireGenesis *genesis, GError **error)
{
    struct json_object *configuration = NULL;
    if (!json_object_object_get_ex(object, "initial_configuration", &configuration) ||
        !json_object_is_type(configuration, json_type_object))
        return fail_field(error, path, "initial_configuration", "an object");
    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
        struct json_object *value = NULL;
        if (!json_object_object_get_ex(configuration, fields[i].name, &value) ||
            !set_field(genesis, &fields[i], value))
            return fail_field(error, path, fields[i].name, "a number that fits the field");
    }
    if (json_object_object_length(configuration) != (int)G_N_ELEMENTS(fields))
        return fail(error, path, "initial_configuration has a key that is not known");
    return true;
}

static bool read_object(const char *path, struct json_object *object, BnetWireGenesis *genesis,
                        GError **error)
{
    const char *time = node_json_get_text(object, "initial_timestamp");
    const char *key = node_json_get_text(object, "initial_key");
    if (!time || !bnet_parse_time_point(time, strlen(time), &genesis->initial_timestamp_us) ||
        genesis->initial_timestamp_us % SLOT_US != 0 ||
        genesis->initial_timestamp_us < BNET_SLOT_EPOCH_S * 2 * SLOT_US)
        return fail_field(error, path, "initial_timestamp",
                          "a time of whole half seconds from the year 2000 on, as "
                          "\"2018-06-01T12:00:00.000\"");
    if (!key || !bnet_parse_key(key, strlen(key), &genesis->initial_key))
        return fail_field(error, path, "initial_key", "a public key, as \"EOS...\"");
    if (!read_configuration(path, object, genesis, error))
        return false;
    if (json_object_object_length(object) != 3)
        return fail(error, path,
                    "there is a key besides initial_timestamp, initial_key and "
                    "initial_configuration");
    return true;
}

bool node_genesis_read(const char *path, BnetWireGenesis *ret_genesis, GError **error)
{
    g_autofree char *text = NULL;
    gsize n = 0;
    if (!g_file_get_contents(path, &text, &n, error))
        return false;
    if (n > FILE_BYTES_MAX)
        return fail(error, path, "is longer than 1 MiB");
    struct json_tokener *tokener = json_tokener_new();
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    struct json_object *object = json_tokener_parse_ex(tokener, text, (int)n + 1);
    json_tokener_free(tokener);
    BnetWireGenesis genesis;
    const bool is_object = json_object_is_type(object, json_type_object);
    const bool is_read = is_object && read_object(path, object, &genesis, error);
    (void)json_object_put(object);
    if (!is_object)
        return fail(error, path, "is not a JSON object");
    if (is_read)
        *ret_genesis = genesis;
    return is_read;
}

/* --- block 1 --------------------------------------------------------------------------------- */

BnetWireBlock node_genesis_block(const BnetWireGenesis *genesis)
{
    const int64_t since_us = genesis->initial_timestamp_us - BNET_SLOT_EPOCH_S * 2 * SLOT_US;
    return (BnetWireBlock){
        .header.fields =
            {
                .slot = (uint32_t)(since_us / SLOT_US),
                .confirmed = 1,
                .action_mroot = bnet_wire_chain_id(genesis),
            },
    };
}
