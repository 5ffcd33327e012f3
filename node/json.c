/* SPDX-License-Identifier: Apache-2.0 */
#include "node/json.h"

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
