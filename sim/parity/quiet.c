/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/parity/quiet.h"

#include <glib.h>

#include "sim/live/node_process.h"
#include "sim/parity/words.h"

static size_t count(struct json_object *answer)
{
    return json_object_array_length(node_process_get(answer, "sessions"));
}

static struct json_object *session_at(struct json_object *answer, size_t i)
{
    return json_object_array_get_idx(node_process_get(answer, "sessions"), i);
}

static bool is_at_rest(struct json_object *session)
{
    return node_process_get_flag(session, "ready") && !node_process_get_flag(session, "writing");
}

static bool agree(struct json_object *a, struct json_object *b)
{
    return node_process_get_flag(a, "dialled") != node_process_get_flag(b, "dialled") &&
           node_process_get_number(a, "sent") == node_process_get_number(b, "received") &&
           node_process_get_number(b, "sent") == node_process_get_number(a, "received");
}

/* Takes the sessions of a node into the table of those whose other side was not seen yet. */
static bool match(GHashTable *open, struct json_object *answer)
{
    for (size_t i = 0; i < count(answer); i++) {
        struct json_object *session = session_at(answer, i);
        g_autofree char *name = parity_words_addresses(session);
        struct json_object *other = g_hash_table_lookup(open, name);
        if (!is_at_rest(session) || (other && !agree(session, other)))
            return false;
        if (other)
            g_hash_table_remove(open, name);
        else
            g_hash_table_insert(open, g_steal_pointer(&name), session);
    }
    return true;
}

bool parity_quiet_is(struct json_object *const *answers, uint32_t n)
{
    g_autoptr(GHashTable) open = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (uint32_t i = 0; i < n; i++)
        if (answers[i] &&
            (node_process_get_number(answers[i], "dialling") > 0 || !match(open, answers[i])))
            return false;
    return g_hash_table_size(open) == 0;
}

bool parity_quiet_has(struct json_object *answer, const char *endpoint)
{
    for (size_t i = 0; answer && i < count(answer); i++) {
        struct json_object *session = session_at(answer, i);
        if (node_process_get_flag(session, "dialled") &&
            g_strcmp0(node_process_get_text(session, "remote"), endpoint) == 0)
            return true;
    }
    return false;
}
