/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/conform/sessions_form.h"

#include <string.h>

#include "core/text.h"
#include "core/wire_message.h"

char *sessions_hex(BnetSlice bytes)
{
    GString *out = g_string_sized_new(2 * bytes.n);
    for (size_t i = 0; i < bytes.n; i++)
        g_string_append_printf(out, "%02x", bytes.bytes[i]);
    return g_string_free(out, FALSE);
}

static void put_text(struct json_object *form, const char *key, const char *text)
{
    json_object_object_add(form, key, json_object_new_string(text));
}

static void put_hex(struct json_object *form, const char *key, BnetSlice bytes)
{
    g_autofree char *hex = sessions_hex(bytes);
    put_text(form, key, hex);
}

static void put_number(struct json_object *form, const char *key, int64_t number)
{
    json_object_object_add(form, key, json_object_new_int64(number));
}

static void put_id(struct json_object *form, const char *key, const BnetId *id)
{
    put_hex(form, key, (BnetSlice){.bytes = id->bytes, .n = sizeof id->bytes});
}

static void put_ids(struct json_object *form, BnetItems ids)
{
    struct json_object *list = json_object_new_array();
    BnetId id;
    while (bnet_next_id(&ids, &id)) {
        g_autofree char *hex = sessions_hex((BnetSlice){.bytes = id.bytes, .n = sizeof id.bytes});
        json_object_array_add(list, json_object_new_string(hex));
    }
    json_object_object_add(form, "ids", list);
}

static void form_hello(struct json_object *form, const BnetWireHello *hello, BnetSlice extensions)
{
    put_hex(form, "peer_id",
            (BnetSlice){.bytes = hello->peer_id.bytes, .n = sizeof hello->peer_id.bytes});
    g_autofree char *version =
        g_strndup((const char *)hello->protocol_version.bytes, hello->protocol_version.n);
    put_text(form, "protocol_version", version);
    put_id(form, "chain_id", &hello->chain_id);
    put_number(form, "request_transactions", hello->request_transactions);
    put_number(form, "last_irr", hello->last_irr_block_num);
    put_ids(form, hello->pending_block_ids);
    put_hex(form, "ext", extensions);
}

static void form_block(struct json_object *form, const BnetWireMessage *message)
{
    if (message->is_null)
        return;
    const BnetWireHeader *header = &message->u.block.header;
    const BnetId id = bnet_wire_block_id(header);
    put_id(form, "id", &id);
    put_id(form, "prev", &header->fields.previous);
    put_number(form, "num", bnet_header_number(&header->fields));
}

static void form_trx(struct json_object *form, const BnetWireMessage *message, BnetScratch scratch)
{
    BnetWireError error;
    BnetWireTrx trx;
    if (message->is_null || !bnet_wire_open_trx(&message->u.trx, scratch, &error, &trx))
        return;
    const BnetId id = bnet_wire_trx_id(&trx);
    put_id(form, "id", &id);
}

static void form_fields(struct json_object *form, const BnetWireMessage *message,
                        BnetSlice extensions, BnetScratch scratch)
{
    switch (message->kind) {
    case BNET_MESSAGE_HELLO:
        form_hello(form, &message->u.hello, extensions);
        break;
    case BNET_MESSAGE_TRX_NOTICE:
    case BNET_MESSAGE_BLOCK_NOTICE:
        put_ids(form, message->u.ids);
        break;
    case BNET_MESSAGE_BLOCK:
        form_block(form, message);
        break;
    case BNET_MESSAGE_TRX:
        form_trx(form, message, scratch);
        break;
    case BNET_MESSAGE_PING:
        put_number(form, "lib", message->u.ping.lib);
        put_number(form, "sent", message->u.ping.sent_us);
        put_id(form, "code", &message->u.ping.code);
        break;
    case BNET_MESSAGE_PONG:
        put_number(form, "sent", message->u.ping.sent_us);
        put_id(form, "code", &message->u.ping.code);
        break;
    case BNET_MESSAGE_MALFORMED:
        break;
    }
}

struct json_object *sessions_form_bytes(BnetSlice bytes, BnetScratch scratch)
{
    struct json_object *form = json_object_new_object();
    BnetReader reader;
    BnetWireError error;
    BnetWireMessage message;
    bnet_reader_init(&reader, bytes.bytes, bytes.n, scratch, &error);
    const bool is_message = bnet_wire_read_message_fields(&reader, &message);
    put_text(form, "type", is_message ? bnet_message_name(message.kind) : "undecodable");
    put_hex(form, "hex", bytes);
    if (!is_message)
        return form;
    const size_t left = bnet_reader_left(&reader);
    const BnetSlice extensions = {.bytes = bytes.bytes + (bytes.n - left), .n = left};
    form_fields(form, &message, extensions, scratch);
    return form;
}

static struct json_object *form_closed(uint16_t code)
{
    struct json_object *form = json_object_new_object();
    put_text(form, "type", "closed");
    put_text(form, "how", code == 0 ? "tcp" : "ws");
    if (code != 0)
        put_number(form, "code", code);
    return form;
}

struct json_object *sessions_form(const TalkItem *item, BnetScratch scratch)
{
    gsize n = 0;
    if (item->kind == TALK_CLOSED)
        return form_closed(item->code);
    const uint8_t *data = g_bytes_get_data(item->bytes, &n);
    const BnetSlice bytes = {.bytes = data, .n = n};
    if (item->kind == TALK_MESSAGE)
        return sessions_form_bytes(bytes, scratch);
    struct json_object *form = json_object_new_object();
    put_text(form, "type", "ws_pong");
    put_hex(form, "hex", bytes);
    return form;
}

void sessions_form_still(struct json_object *form)
{
    struct json_object *type = json_object_object_get(form, "type");
    const char *name = json_object_get_string(type);
    json_object_object_del(form, "peer_id");
    json_object_object_del(form, "sent");
    if (strcmp(name, "ping") == 0)
        json_object_object_del(form, "code");
    if (strcmp(name, "hello") == 0 || strcmp(name, "ping") == 0 || strcmp(name, "pong") == 0)
        json_object_object_del(form, "hex");
}

char *sessions_fill_in(GHashTable *values, const char *text, char **ret_unknown)
{
    g_autoptr(GString) out = g_string_new(NULL);
    while (*text != '\0') {
        const char *end = g_str_has_prefix(text, "${") ? strchr(text, '}') : NULL;
        if (end == NULL) {
            g_string_append_c(out, *text++);
            continue;
        }
        g_autofree char *name = g_strndup(text + 2, (gsize)(end - text - 2));
        const char *value = g_hash_table_lookup(values, name);
        if (value == NULL) {
            *ret_unknown = g_steal_pointer(&name);
            return NULL;
        }
        g_string_append(out, value);
        text = end + 1;
    }
    return g_strdup(out->str);
}
