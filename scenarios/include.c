/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/include.h"

#include <stdarg.h>
#include <string.h>

#include "scenarios/document_tree.h"
#include "scenarios/file_text.h"

typedef struct Including {
    ScenarioDocument *document;
    char *files[SCENARIO_INCLUDE_DEPTH_MAX + 1u]; /* the scenario, what it includes, and so on */
    uint32_t depth;                               /* of the last of them */
    uint32_t n_included;
    uint32_t n_mistakes;
    GString *mistakes; /* a line each */
} Including;

static void include_all(Including *in, uint32_t root);

static ScenarioNode *node_at(const Including *in, uint32_t node)
{
    return scenario_tree_node(in->document, node);
}

/* ---- Mistakes -------------------------------------------------------------------------------- */

static void note(Including *in, const char *line)
{
    if (in->n_mistakes++ < SCENARIO_ERRORS_MAX) {
        g_string_append_printf(in->mistakes, "%s%s", in->mistakes->len > 0 ? "\n" : "", line);
    }
}

static void G_GNUC_PRINTF(3, 4) fail(Including *in, uint32_t node, const char *format, ...)
{
    g_autofree char *place = scenario_document_place(in->document, node, false);
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *line = g_strconcat(place, text, NULL);

    note(in, line);
}

/* "a.json -> b.json -> c.json": who includes whom, and at last `name`. (transfer full) */
static char *chain_text(const Including *in, const char *name)
{
    GString *out = g_string_new(NULL);

    for (uint32_t i = 0; i <= in->depth; i++) {
        g_string_append_printf(out, "%s -> ", in->files[i]);
    }
    g_string_append(out, name);
    return g_string_free(out, FALSE);
}

/* ---- Merging --------------------------------------------------------------------------------- */

/* Whether arrays at this place are joined. */
static bool is_joined(const Including *in, uint32_t array)
{
    static const char *const joined[] = {"/events", "/random_faults", "/links/between"};
    g_autofree char *pointer = scenario_document_pointer(in->document, array);

    for (size_t i = 0; i < G_N_ELEMENTS(joined); i++) {
        if (strcmp(pointer, joined[i]) == 0) {
            return true;
        }
    }
    /* What is expected is a list of demands, but for this one, which is a set of peers. */
    return g_str_has_prefix(pointer, "/expect/") && strcmp(pointer, "/expect/bad_block") != 0 &&
           strchr(pointer + strlen("/expect/"), '/') == NULL;
}

/* Whether an object says which of several things a value is: it cannot be mixed with another. The
 * place counts, since the names of parameters and groups are the user's. */
static bool is_choice(const Including *in, uint32_t object)
{
    static const char *const choices[] = {"/links/latency", "/transactions/size",
                                          "/transactions/lifetime", "/chain/block/filler"};
    g_autofree char *pointer = scenario_document_pointer(in->document, object);

    for (size_t i = 0; i < G_N_ELEMENTS(choices); i++) {
        if (strcmp(pointer, choices[i]) == 0) {
            return true;
        }
    }
    return (strcmp(pointer, "/topology") == 0 || g_str_has_suffix(pointer, "/persona")) &&
           scenario_document_member(in->document, object, "kind") != SCENARIO_NODE_NONE;
}

/* Whether the object is that of the links. */
static bool is_links(const Including *in, uint32_t object)
{
    g_autofree char *pointer = scenario_document_pointer(in->document, object);

    return strcmp(pointer, "/links") == 0;
}

/* Whether a key of the links would not go with what is laid over them; `over` are the keys there.
 */
static bool is_displaced(const char *key, GHashTable *over)
{
    return (strcmp(key, "latency") == 0 && g_hash_table_contains(over, "regions")) ||
           (strcmp(key, "regions") == 0 && g_hash_table_contains(over, "latency"));
}

/* Keys that are of a file, not of what it says. */
static bool is_of_file(const Including *in, uint32_t node)
{
    static const char *const keys[] = {"$schema", "name", "description", "include"};
    const ScenarioNode *at = node_at(in, node);
    const ScenarioNode *parent = node_at(in, at->parent);

    for (size_t i = 0; parent->key == NULL && i < G_N_ELEMENTS(keys); i++) {
        if (strcmp(at->key, keys[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* Makes `node`, a child of another until now, the last child. */
static void append(const Including *in, uint32_t parent, uint32_t node)
{
    ScenarioNode *above = node_at(in, parent);
    ScenarioNode *at = node_at(in, node);

    at->parent = parent;
    at->next = SCENARIO_NODE_NONE;
    if (above->n_children++ == 0) {
        above->first = node;
    } else {
        node_at(in, above->last)->next = node;
    }
    above->last = node;
}

/* Takes all children away; returns the first of the chain that they remain. */
static uint32_t take_children(const Including *in, uint32_t parent)
{
    ScenarioNode *at = node_at(in, parent);
    const uint32_t first = at->first;

    at->first = SCENARIO_NODE_NONE;
    at->last = SCENARIO_NODE_NONE;
    at->n_children = 0;
    return first;
}

static void append_chain(const Including *in, uint32_t parent, uint32_t first)
{
    for (uint32_t i = first; i != SCENARIO_NODE_NONE;) {
        const uint32_t next = node_at(in, i)->next;

        append(in, parent, i);
        i = next;
    }
}

static void merge_objects(const Including *in, uint32_t over, uint32_t under);

/* Two values of one key: `over` is what becomes of them. */
static void merge_values(const Including *in, uint32_t over, uint32_t under)
{
    const ScenarioNodeKind kind = node_at(in, over)->kind;

    if (kind != node_at(in, under)->kind) {
        return;
    }
    if (kind == SCENARIO_NODE_OBJECT && !is_choice(in, over)) {
        merge_objects(in, over, under);
    } else if (kind == SCENARIO_NODE_ARRAY && is_joined(in, over)) {
        const uint32_t own = take_children(in, over);

        append_chain(in, over, node_at(in, under)->first);
        append_chain(in, over, own);
    }
}

/* The members of `under`, of which those that `over` has too are merged, then the rest of
 * `over`'s. */
static void merge_objects(const Including *in, uint32_t over, uint32_t under)
{
    g_autoptr(GHashTable) own = g_hash_table_new(g_str_hash, g_str_equal); /* key to node */
    const bool links = is_links(in, over);
    uint32_t next = SCENARIO_NODE_NONE;

    for (uint32_t i = node_at(in, over)->first; i != SCENARIO_NODE_NONE; i = node_at(in, i)->next) {
        g_hash_table_insert(own, GSIZE_TO_POINTER((gsize)node_at(in, i)->key), GUINT_TO_POINTER(i));
    }
    /* The pointers that merging asks for end at the root: parents are right all the time. */
    GArray *order = g_array_new(FALSE, FALSE, sizeof(uint32_t));

    for (uint32_t i = node_at(in, under)->first; i != SCENARIO_NODE_NONE; i = next) {
        const char *key = node_at(in, i)->key;
        const uint32_t mine = GPOINTER_TO_UINT(g_hash_table_lookup(own, key));

        next = node_at(in, i)->next;
        if (is_of_file(in, i) || (links && mine == SCENARIO_NODE_NONE && is_displaced(key, own))) {
            continue;
        }
        if (mine == SCENARIO_NODE_NONE) {
            g_array_append_val(order, i);
            continue;
        }
        merge_values(in, mine, i);
        g_hash_table_remove(own, key);
        g_array_append_val(order, mine);
    }
    for (uint32_t i = take_children(in, over); i != SCENARIO_NODE_NONE; i = node_at(in, i)->next) {
        if (g_hash_table_contains(own, node_at(in, i)->key)) {
            g_array_append_val(order, i);
        }
    }
    for (guint i = 0; i < order->len; i++) {
        append(in, over, g_array_index(order, uint32_t, i));
    }
    g_array_unref(order);
}

/* ---- Files ----------------------------------------------------------------------------------- */

static bool is_in_chain(const Including *in, const char *path)
{
    g_autofree char *canonical = g_canonicalize_filename(path, NULL);

    for (uint32_t i = 0; i <= in->depth; i++) {
        g_autofree char *other = g_canonicalize_filename(in->files[i], NULL);

        if (strcmp(canonical, other) == 0) {
            return true;
        }
    }
    return false;
}

/* Whether a file may be included here. */
static bool check_name(Including *in, uint32_t node, const char *path)
{
    g_autofree char *chain = chain_text(in, path);

    if (in->document->is_untrusted) {
        fail(in, node, "this scenario may name no files");
        return false;
    }
    if (is_in_chain(in, path)) {
        fail(in, node, "a file must not include itself: %s", chain);
        return false;
    }
    if (in->depth == SCENARIO_INCLUDE_DEPTH_MAX) {
        fail(in, node, "files may be included %u deep at most: %s", SCENARIO_INCLUDE_DEPTH_MAX,
             chain);
        return false;
    }
    if (in->n_included == SCENARIO_INCLUDED_FILES_MAX) {
        fail(in, node, "at most %u files may be included in all", SCENARIO_INCLUDED_FILES_MAX);
        return false;
    }
    return true;
}

/* Reads a file, and all that it includes. The root of it; SCENARIO_NODE_NONE: a mistake is noted.
 */
static uint32_t include_file(Including *in, uint32_t node, char *path)
{
    uint32_t root = SCENARIO_NODE_NONE;
    size_t length = 0;
    g_autoptr(GError) error = NULL;

    in->n_included++;
    g_autofree char *data = scenario_file_text(path, SCENARIO_FILE_BYTES_MAX, &length, &error);

    if (data == NULL) {
        fail(in, node, "%s", error->message);
        return SCENARIO_NODE_NONE;
    }
    const ScenarioText text = {.path = path, .data = data, .length = length};

    if (!scenario_document_add(in->document, &text, &root, &error)) {
        note(in, error->message);
        return SCENARIO_NODE_NONE;
    }
    in->files[++in->depth] = path;
    include_all(in, root);
    in->depth--;
    return root;
}

/* The root of the file that a value names; SCENARIO_NODE_NONE: a mistake is noted. */
static uint32_t include_value(Including *in, uint32_t node)
{
    if (node_at(in, node)->kind != SCENARIO_NODE_STRING) {
        fail(in, node, "must be a string with the name of a file, not %s",
             scenario_node_kind_name(node_at(in, node)->kind));
        return SCENARIO_NODE_NONE;
    }
    if (scenario_document_text(in->document, node)[0] == '\0') {
        fail(in, node, "the name of a file must not be empty");
        return SCENARIO_NODE_NONE;
    }
    g_autofree char *path = scenario_document_file_name(in->document, node);

    return check_name(in, node, path) ? include_file(in, node, path) : SCENARIO_NODE_NONE;
}

/* Lays what stands at `root` over the files that it includes. */
static void include_all(Including *in, uint32_t root)
{
    const uint32_t list = scenario_document_member(in->document, root, "include");
    uint32_t merged = SCENARIO_NODE_NONE;

    if (list == SCENARIO_NODE_NONE) {
        return;
    }
    const bool is_array = node_at(in, list)->kind == SCENARIO_NODE_ARRAY;
    const uint32_t n = node_at(in, list)->n_children;

    if (is_array && (n == 0 || n > SCENARIO_INCLUDES_MAX)) {
        fail(in, list, "there are %u names; allowed are 1 to %u", n, SCENARIO_INCLUDES_MAX);
        return;
    }
    for (uint32_t i = is_array ? node_at(in, list)->first : list; i != SCENARIO_NODE_NONE;
         i = is_array ? node_at(in, i)->next : SCENARIO_NODE_NONE) {
        const uint32_t included = include_value(in, i);

        if (included != SCENARIO_NODE_NONE && merged != SCENARIO_NODE_NONE) {
            merge_objects(in, included, merged);
        }
        merged = included != SCENARIO_NODE_NONE ? included : merged;
    }
    if (merged != SCENARIO_NODE_NONE) {
        merge_objects(in, root, merged);
    }
}

bool scenario_include(ScenarioDocument *document, GError **error)
{
    Including in = {
        .document = document,
        .files = {document->path},
        .mistakes = g_string_new(NULL),
    };

    include_all(&in, 0);
    const bool ok = in.n_mistakes == 0;

    if (!ok) {
        if (in.n_mistakes > SCENARIO_ERRORS_MAX) {
            g_string_append_printf(in.mistakes, "\n%s: and %u more mistakes", document->path,
                                   in.n_mistakes - SCENARIO_ERRORS_MAX);
        }
        g_set_error_literal(error, SCENARIO_ERROR, SCENARIO_ERROR_VALUE, in.mistakes->str);
    }
    g_string_free(in.mistakes, TRUE);
    return ok;
}
