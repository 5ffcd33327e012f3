/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/document.h"

#include <string.h>

#include <json-c/json.h>

#include "scenarios/document_tree.h"

/* Longest part of a user's text that a message repeats, in characters. */
#define QUOTED_CHARACTERS_MAX 60

ScenarioNode *scenario_tree_node(const ScenarioDocument *document, uint32_t node)
{
    return &g_array_index(document->nodes, ScenarioNode, node);
}

static const ScenarioSource *source_at(const ScenarioDocument *document, uint32_t source)
{
    return &g_array_index(document->sources, ScenarioSource, source);
}

static void clear_source(gpointer data)
{
    ScenarioSource *source = data;

    g_free(source->name);
}

uint32_t scenario_tree_add_source(ScenarioDocument *document, const char *name, bool is_override)
{
    const ScenarioSource source = {.name = g_strdup(name), .is_override = is_override};

    g_array_append_val(document->sources, source);
    return document->sources->len - 1;
}

static void put_value(gpointer value)
{
    json_object_put(value);
}

static void append_escaped(GString *out, const char *text, bool pointer)
{
    long n = 0;

    for (const char *at = text; *at != '\0'; at += g_utf8_skip[(guchar)*at]) {
        const gunichar character = g_utf8_get_char(at);

        if (n++ == QUOTED_CHARACTERS_MAX) {
            g_string_append(out, "...");
            return;
        }
        if (character < 0x20 || (character >= 0x7F && character < 0xA0) || character == 0x2028 ||
            character == 0x2029) {
            g_string_append_printf(out, "\\u%04x", (unsigned)character);
        } else if (pointer && character == '~') {
            g_string_append(out, "~0");
        } else if (pointer && character == '/') {
            g_string_append(out, "~1");
        } else if (!pointer && (character == '"' || character == '\\')) {
            g_string_append_printf(out, "\\%c", (char)character);
        } else {
            g_string_append_unichar(out, character);
        }
    }
}

void scenario_tree_append_key(GString *out, const char *key)
{
    append_escaped(out, key, true);
}

char *scenario_quote(const char *text)
{
    GString *out = g_string_new("\"");

    append_escaped(out, text, false);
    g_string_append_c(out, '"');
    return g_string_free(out, FALSE);
}

/* The position of a node among its siblings. */
static uint32_t index_of(const ScenarioDocument *document, uint32_t node)
{
    uint32_t index = 0;

    for (uint32_t i =
             scenario_tree_node(document, scenario_tree_node(document, node)->parent)->first;
         i != node; i = scenario_tree_node(document, i)->next) {
        index++;
    }
    return index;
}

void scenario_tree_append_pointer(const ScenarioDocument *document, uint32_t node, GString *out)
{
    uint32_t chain[SCENARIO_DEPTH_MAX * 2u + 2u]; /* an override may nest as deep again */
    uint32_t n = 0;

    for (uint32_t i = node; scenario_tree_node(document, i)->parent != i && n < G_N_ELEMENTS(chain);
         i = scenario_tree_node(document, i)->parent) {
        chain[n++] = i;
    }
    while (n > 0) {
        const uint32_t i = chain[--n];

        g_string_append_c(out, '/');
        if (scenario_tree_node(document, i)->key != NULL) {
            append_escaped(out, scenario_tree_node(document, i)->key, true);
        } else {
            g_string_append_printf(out, "%u", index_of(document, i));
        }
    }
}

char *scenario_document_pointer(const ScenarioDocument *document, uint32_t node)
{
    GString *out = g_string_new(NULL);

    scenario_tree_append_pointer(document, node, out);
    return g_string_free(out, FALSE);
}

char *scenario_document_place(const ScenarioDocument *document, uint32_t node, bool of_key)
{
    const ScenarioNode *at = scenario_tree_node(document, node);
    g_autoptr(GString) pointer = g_string_new(NULL);
    GString *out = g_string_new(NULL);

    scenario_tree_append_pointer(document, node, pointer);
    const ScenarioSource *source = source_at(document, at->source);

    if (!source->is_override) {
        g_string_append_printf(out, "%s:%u:%u: ", source->name, of_key ? at->key_line : at->line,
                               of_key ? at->key_column : at->column);
    } else {
        g_string_append_printf(out, "--set %s: ", source->name);
        if (strcmp(source->name, pointer->str) == 0) {
            return g_string_free(out, FALSE);
        }
    }
    if (pointer->len > 0) {
        g_string_append_printf(out, "%s: ", pointer->str);
    }
    return g_string_free(out, FALSE);
}

/* Gives each node its json-c value: both trees have the same shape and order. */
static void attach(ScenarioDocument *document, uint32_t node, struct json_object *value)
{
    ScenarioNode *at = scenario_tree_node(document, node);
    uint32_t child = at->first;

    at->value = value;
    if (at->kind == SCENARIO_NODE_ARRAY) {
        for (size_t i = 0; child != SCENARIO_NODE_NONE; i++) {
            attach(document, child, json_object_array_get_idx(value, i));
            child = scenario_tree_node(document, child)->next;
        }
    } else if (at->kind == SCENARIO_NODE_OBJECT) {
        json_object_object_foreach(value, key, member)
        {
            g_assert(strcmp(key, scenario_tree_node(document, child)->key) == 0);
            attach(document, child, member);
            child = scenario_tree_node(document, child)->next;
        }
    }
}

bool scenario_tree_parse(ScenarioDocument *document, char *text, size_t length, uint32_t source,
                         ScenarioScanError *ret_error)
{
    const ScenarioScan scan = {.nodes = document->nodes, .keys = document->keys, .source = source};
    const uint32_t first = document->nodes->len;

    if (!scenario_json_scan(&scan, text, length, ret_error)) {
        return false;
    }
    struct json_tokener *tokener = json_tokener_new_ex((int)SCENARIO_DEPTH_MAX + 2);

    g_assert(tokener != NULL);
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    /* The final NUL ends a number at the end of the text. */
    struct json_object *value = json_tokener_parse_ex(tokener, text, (int)length + 1);

    g_assert(json_tokener_get_error(tokener) == json_tokener_success);
    json_tokener_free(tokener);
    g_ptr_array_add(document->values, value);
    attach(document, first, value);
    return true;
}

static void set_syntax_error(const ScenarioDocument *document, uint32_t source,
                             const ScenarioScanError *mistake, GError **error)
{
    g_autoptr(GString) pointer = g_string_new(NULL);
    g_autofree char *message = mistake->message;

    if (mistake->has_node) {
        scenario_tree_append_pointer(document, mistake->node, pointer);
    }
    g_set_error(error, SCENARIO_ERROR, SCENARIO_ERROR_SYNTAX, "%s:%u:%u: %s%s%s",
                source_at(document, source)->name, mistake->line, mistake->column, pointer->str,
                pointer->len > 0 ? ": " : "", message);
}

/* A document without nodes. */
static ScenarioDocument *new_empty(const ScenarioText *text)
{
    ScenarioDocument *document = g_new0(ScenarioDocument, 1);

    document->path = g_strdup(text->path);
    document->is_untrusted = text->is_untrusted;
    document->nodes = g_array_new(FALSE, FALSE, sizeof(ScenarioNode));
    document->keys = g_string_chunk_new(1024);
    document->values = g_ptr_array_new_with_free_func(put_value);
    document->sources = g_array_new(FALSE, FALSE, sizeof(ScenarioSource));
    g_array_set_clear_func(document->sources, clear_source);
    return document;
}

bool scenario_document_add(ScenarioDocument *document, const ScenarioText *text, uint32_t *ret_root,
                           GError **error)
{
    ScenarioScanError mistake = {0};
    const uint32_t root = document->nodes->len;

    if (text->length > SCENARIO_FILE_BYTES_MAX - document->n_bytes) {
        g_set_error(error, SCENARIO_ERROR, SCENARIO_ERROR_FILE,
                    "%s: the file is too large; at most %u bytes are allowed%s", text->path,
                    SCENARIO_FILE_BYTES_MAX,
                    document->n_bytes > 0 ? " in all files of a scenario" : "");
        return false;
    }
    document->n_bytes += text->length;
    const uint32_t source = scenario_tree_add_source(document, text->path, false);
    g_autofree char *copy = g_malloc(text->length + 1);

    if (text->length > 0) {
        memcpy(copy, text->data, text->length);
    }
    copy[text->length] = '\0';
    if (!scenario_tree_parse(document, copy, text->length, source, &mistake)) {
        set_syntax_error(document, source, &mistake, error);
        return false;
    }
    if (scenario_tree_node(document, root)->kind != SCENARIO_NODE_OBJECT) {
        g_autofree char *place = scenario_document_place(document, root, false);

        g_set_error(error, SCENARIO_ERROR, SCENARIO_ERROR_VALUE,
                    "%sa scenario is an object, not %s", place,
                    scenario_node_kind_name(scenario_tree_node(document, root)->kind));
        return false;
    }
    *ret_root = root;
    return true;
}

ScenarioDocument *scenario_document_new(const ScenarioText *text, GError **error)
{
    g_autoptr(ScenarioDocument) document = new_empty(text);
    uint32_t root = 0;

    return scenario_document_add(document, text, &root, error) ? g_steal_pointer(&document) : NULL;
}

void scenario_document_free(ScenarioDocument *document)
{
    if (document == NULL) {
        return;
    }
    g_array_unref(document->sources);
    g_ptr_array_unref(document->values);
    g_string_chunk_free(document->keys);
    g_array_unref(document->nodes);
    g_free(document->path);
    g_free(document);
}

const ScenarioNode *scenario_document_node(const ScenarioDocument *document, uint32_t node)
{
    return scenario_tree_node(document, node);
}

uint32_t scenario_document_member(const ScenarioDocument *document, uint32_t object,
                                  const char *key)
{
    for (uint32_t i = scenario_tree_node(document, object)->first; i != SCENARIO_NODE_NONE;
         i = scenario_tree_node(document, i)->next) {
        if (strcmp(scenario_tree_node(document, i)->key, key) == 0) {
            return i;
        }
    }
    return SCENARIO_NODE_NONE;
}

const char *scenario_document_text(const ScenarioDocument *document, uint32_t node)
{
    return json_object_get_string(scenario_tree_node(document, node)->value);
}

bool scenario_document_bool(const ScenarioDocument *document, uint32_t node)
{
    return json_object_get_boolean(scenario_tree_node(document, node)->value);
}

bool scenario_document_uint(const ScenarioDocument *document, uint32_t node, uint64_t *ret_value)
{
    struct json_object *value = scenario_tree_node(document, node)->value;

    /* json-c saturates what does not fit int64, and keeps the sign. */
    if (json_object_get_int64(value) < 0) {
        return false;
    }
    *ret_value = json_object_get_uint64(value);
    return true;
}

void scenario_tree_set_string(ScenarioDocument *document, uint32_t node, const char *text)
{
    ScenarioNode *at = scenario_tree_node(document, node);

    at->kind = SCENARIO_NODE_STRING;
    at->value = json_object_new_string(text);
    g_ptr_array_add(document->values, at->value);
}

void scenario_tree_put(ScenarioDocument *document, uint32_t parent, uint32_t old, uint32_t node)
{
    ScenarioNode *above = scenario_tree_node(document, parent);
    uint32_t *link = &above->first;

    while (*link != old) { /* SCENARIO_NODE_NONE stands at the end */
        link = &scenario_tree_node(document, *link)->next;
    }
    *link = node;
    scenario_tree_node(document, node)->parent = parent;
    if (old == SCENARIO_NODE_NONE) {
        above->n_children++;
        above->last = node;
        return;
    }
    scenario_tree_node(document, node)->next = scenario_tree_node(document, old)->next;
    if (above->last == old) {
        above->last = node;
    }
}

const char *scenario_document_source(const ScenarioDocument *document, uint32_t node)
{
    const ScenarioSource *source = source_at(document, scenario_tree_node(document, node)->source);

    return source->is_override ? NULL : source->name;
}

char *scenario_document_file_name(const ScenarioDocument *document, uint32_t node)
{
    const uint32_t param = scenario_tree_node(document, node)->param;
    const char *name = scenario_document_text(document, node);
    const char *said_in =
        scenario_document_source(document, param != SCENARIO_NODE_NONE ? param : node);

    if (said_in == NULL || g_path_is_absolute(name)) {
        return g_strdup(name);
    }
    g_autofree char *folder = g_path_get_dirname(said_in);

    return strcmp(folder, ".") == 0 ? g_strdup(name) : g_build_filename(folder, name, NULL);
}
