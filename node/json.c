/* SPDX-License-Identifier: Apache-2.0 */
#include "node/json.h"

#include <string.h>

#include "core/base.h"
#include "core/text.h"

void node_json_text(struct json_object *object, const char *key, const char *text)
{
    json_object_object_add(object, key, json_object_new_string(text));
}

void node_json_number(struct json_object *object, const char *key, int64_t number)
{
    json_object_object_add(object, key, json_object_new_int64(number));
}

void node_json_flag(struct json_object *object, const char *key, bool flag)
{
    json_object_object_add(object, key, json_object_new_boolean(flag));
}

void node_json_id(struct json_object *object, const char *key, const BnetId *id)
{
    char text[BNET_TEXT_ID_LENGTH + 1];
    bnet_text_id(id, text);
    node_json_text(object, key, text);
}

void node_json_block_here(struct json_object *object, const BnetStore *store, BnetBlock block)
{
    node_json_number(object, "number", bnet_store_number(store, block));
    if (block != BNET_NO_BLOCK)
        node_json_id(object, "id", &bnet_store_block(store, block)->id);
}

void node_json_block(struct json_object *object, const char *key, const BnetStore *store,
                     BnetBlock block)
{
    struct json_object *value = json_object_new_object();
    node_json_block_here(value, store, block);
    json_object_object_add(object, key, value);
}

const char *node_json_get_text(struct json_object *object, const char *key)
{
    struct json_object *value = NULL;
    if (!json_object_object_get_ex(object, key, &value) ||
        !json_object_is_type(value, json_type_string))
        return NULL;
    return json_object_get_string(value);
}

bool node_json_has(struct json_object *object, const char *key)
{
    return json_object_object_get_ex(object, key, NULL);
}

bool node_json_get_number(struct json_object *object, const char *key, int64_t least, int64_t most,
                          int64_t *number)
{
    struct json_object *value = NULL;
    if (!json_object_object_get_ex(object, key, &value))
        return true;
    if (!json_object_is_type(value, json_type_int))
        return false;
    const int64_t given = json_object_get_int64(value);
    if (given < least || given > most)
        return false;
    *number = given;
    return true;
}

bool node_json_get_seconds(struct json_object *object, const char *key, int64_t most_s,
                           int64_t *time_ns)
{
    struct json_object *value = NULL;
    if (!json_object_object_get_ex(object, key, &value))
        return true;
    if (!json_object_is_type(value, json_type_int) && !json_object_is_type(value, json_type_double))
        return false;
    const double seconds = json_object_get_double(value);
    if (!(seconds >= 0 && seconds <= (double)most_s))
        return false;
    *time_ns = (int64_t)(seconds * (double)BNET_NS_PER_S);
    return true;
}

bool node_json_get_id(struct json_object *object, const char *key, BnetId *ret_id)
{
    const char *text = node_json_get_text(object, key);
    return text && bnet_parse_id(text, strlen(text), ret_id);
}

GByteArray *node_json_get_bytes(struct json_object *object, const char *key)
{
    const char *text = node_json_get_text(object, key);
    const size_t n = text ? strlen(text) : 0;
    if (n == 0 || n % 2 != 0)
        return NULL;
    GByteArray *bytes = g_byte_array_sized_new((guint)(n / 2));
    for (size_t i = 0; i < n; i += 2) {
        const int high = g_ascii_xdigit_value(text[i]);
        const int low = g_ascii_xdigit_value(text[i + 1]);
        if (high < 0 || low < 0) {
            g_byte_array_unref(bytes);
            return NULL;
        }
        const guint8 byte = (guint8)(high << 4 | low);
        g_byte_array_append(bytes, &byte, 1);
    }
    return bytes;
}
