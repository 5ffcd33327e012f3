/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/parity/words.h"

#include <string.h>

#include "core/message.h"
#include "core/text.h"
#include "sim/live/node_process.h"
#include "sim/world.h"

/* So many digits of an id are told; the first eight are the number of a block. */
#define SHORT_DIGITS 16

static void add_id(GString *words, const char *digits)
{
    g_string_append_printf(words, " %.*s", SHORT_DIGITS, digits ? digits : "?");
}

static void add_block(GString *words, const BnetStore *store, BnetBlock block)
{
    char id[BNET_TEXT_ID_LENGTH + 1] = "none";
    if (block != BNET_NO_BLOCK)
        bnet_text_id(&bnet_store_block(store, block)->id, id);
    add_id(words, id);
}

static void add_notice(GString *words, const SimWorld *world, const BnetRing *notice)
{
    const BnetStore *store = sim_world_store(world);
    const BnetPool *pool = sim_world_pool(world);
    BnetRingWalk walk = bnet_ring_walk(notice);
    BnetBlock block = BNET_NO_BLOCK;
    while (bnet_ring_next(&walk, pool, &block))
        add_block(words, store, block);
}

/* What a hello asks for. */
static void add_wishes(GString *words, bool wants_trxs, bool irreversible_only)
{
    if (!wants_trxs)
        g_string_append(words, " no-trx");
    if (irreversible_only)
        g_string_append(words, " irreversible-only");
}

char *parity_words_of(SimWorld *world, const SimHappening *happening)
{
    const BnetMessage *message = happening->message;
    const BnetStore *store = sim_world_store(world);
    GString *words = g_string_new(bnet_message_name(message->kind));
    if (message->kind == BNET_MESSAGE_HELLO) {
        g_string_append_printf(words, " lib %u head", message->u.hello.lib_number);
        add_block(words, store, message->u.hello.head);
        add_wishes(words, message->u.hello.request_transactions,
                   message->u.hello.irreversible_only);
    } else if (message->kind == BNET_MESSAGE_BLOCK_NOTICE) {
        add_notice(words, world, &message->u.notice);
    } else if (message->kind == BNET_MESSAGE_BLOCK) {
        add_block(words, store, message->u.block);
    } else if (message->kind == BNET_MESSAGE_TRX) {
        char id[BNET_TEXT_ID_LENGTH + 1];
        bnet_text_id(&bnet_store_trx(store, message->u.trx)->id, id);
        add_id(words, id);
    }
    return g_string_free(words, FALSE);
}

char *parity_words_read(struct json_object *event)
{
    const char *kind = node_process_get_text(event, "message");
    if (!kind || g_str_equal(kind, "ping") || g_str_equal(kind, "pong"))
        return NULL;
    GString *words = g_string_new(kind);
    struct json_object *ids = node_process_get(event, "ids");
    if (g_str_equal(kind, "hello")) {
        const char *head = node_process_get_text(event, "head.id");
        g_string_append_printf(words, " lib %" G_GINT64_FORMAT " head",
                               node_process_get_number(event, "lib"));
        add_id(words, head ? head : "none");
        add_wishes(words, node_process_get_flag(event, "request_transactions"),
                   node_process_get_flag(event, "irreversible_only"));
    } else if (g_str_equal(kind, "block_notice") && ids) {
        for (size_t i = 0; i < json_object_array_length(ids); i++)
            add_id(words, json_object_get_string(json_object_array_get_idx(ids, i)));
    } else if (node_process_get(event, "id")) {
        add_id(words, node_process_get_text(event, "id"));
    }
    return g_string_free(words, FALSE);
}

char *parity_words_addresses(struct json_object *session)
{
    const char *local = node_process_get_text(session, "local");
    const char *remote = node_process_get_text(session, "remote");
    return node_process_get_flag(session, "dialled") ? g_strdup_printf("%s %s", local, remote)
                                                     : g_strdup_printf("%s %s", remote, local);
}
