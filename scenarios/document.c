/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/document.h"

#include <string.h>

#include <json-c/json.h>

/* Longest part of a user's text that a message repeats, in characters. */
#define QUOTED_CHARACTERS_MAX 60

static ScenarioNode *node_at(const ScenarioDocument *document, uint32_t node)
{
    return &g_array_index(document->nodes, ScenarioNode, node);
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

    for (uint32_t i = node_at(document, node_at(document, node)->parent)->first; i != node;
         i = node_at(document, i)->next) {
        index++;
    }
    return index;
}

static void append_pointer(const ScenarioDocument *document, uint32_t node, GString *out)
{
    uint32_t chain[SCENARIO_DEPTH_MAX * 2u + 2u]; /* an override may nest as deep again */
    uint32_t n = 0;

    for (uint32_t i = node; i != 0 && n < G_N_ELEMENTS(chain); i = node_at(document, i)->parent) {
        chain[n++] = i;
    }
    while (n > 0) {
        const uint32_t i = chain[--n];

        g_string_append_c(out, '/');
        if (node_at(document, i)->key != NULL) {
            append_escaped(out, node_at(document, i)->key, true);
        } else {
            g_string_append_printf(out, "%u", index_of(document, i));
        }
    }
}

char *scenario_document_pointer(const ScenarioDocument *document, uint32_t node)
{
    GString *out = g_string_new(NULL);

    append_pointer(document, node, out);
    return g_string_free(out, FALSE);
}

char *scenario_document_place(const ScenarioDocument *document, uint32_t node, bool of_key)
{
    const ScenarioNode *at = node_at(document, node);
    g_autoptr(GString) pointer = g_string_new(NULL);
    GString *out = g_string_new(NULL);

    append_pointer(document, node, pointer);
    if (at->source == 0) {
        g_string_append_printf(out, "%s:%u:%u: ", document->path, of_key ? at->key_line : at->line,
                               of_key ? at->key_column : at->column);
    } else {
        const char *set = document->sources->pdata[at->source - 1];

        g_string_append_printf(out, "--set %s: ", set);
        if (strcmp(set, pointer->str) == 0) {
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
    ScenarioNode *at = node_at(document, node);
    uint32_t child = at->first;

    at->value = value;
    if (at->kind == SCENARIO_NODE_ARRAY) {
        for (size_t i = 0; child != SCENARIO_NODE_NONE; i++) {
            attach(document, child, json_object_array_get_idx(value, i));
            child = node_at(document, child)->next;
        }
    } else if (at->kind == SCENARIO_NODE_OBJECT) {
        json_object_object_foreach(value, key, member)
        {
            g_assert(strcmp(key, node_at(document, child)->key) == 0);
            attach(document, child, member);
            child = node_at(document, child)->next;
        }
    }
}

/*
 * Scans and parses `text` (comments are blanked) and appends its nodes. On failure the nodes stay
 * and nothing refers to them.
 */
static bool parse(ScenarioDocument *document, char *text, size_t length, uint32_t source,
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

static void set_syntax_error(const ScenarioDocument *document, const ScenarioScanError *mistake,
                             GError **error)
{
    g_autoptr(GString) pointer = g_string_new(NULL);
    g_autofree char *message = mistake->message;

    if (mistake->has_node) {
        append_pointer(document, mistake->node, pointer);
    }
    g_set_error(error, SCENARIO_ERROR, SCENARIO_ERROR_SYNTAX, "%s:%u:%u: %s%s%s", document->path,
                mistake->line, mistake->column, pointer->str, pointer->len > 0 ? ": " : "",
                message);
}

/* A document without nodes. */
static ScenarioDocument *new_empty(const char *path)
{
    ScenarioDocument *document = g_new0(ScenarioDocument, 1);

    document->path = g_strdup(path);
    document->nodes = g_array_new(FALSE, FALSE, sizeof(ScenarioNode));
    document->keys = g_string_chunk_new(1024);
    document->values = g_ptr_array_new_with_free_func(put_value);
    document->sources = g_ptr_array_new_with_free_func(g_free);
    return document;
}

ScenarioDocument *scenario_document_new(const ScenarioText *text, GError **error)
{
    ScenarioScanError mistake = {0};

    if (text->length > SCENARIO_FILE_BYTES_MAX) {
        g_set_error(error, SCENARIO_ERROR, SCENARIO_ERROR_FILE,
                    "%s: the file is too large; at most %u bytes are allowed", text->path,
                    SCENARIO_FILE_BYTES_MAX);
        return NULL;
    }
    g_autoptr(ScenarioDocument) document = new_empty(text->path);
    g_autofree char *copy = g_malloc(text->length + 1);

    if (text->length > 0) {
        memcpy(copy, text->data, text->length);
    }
    copy[text->length] = '\0';
    if (!parse(document, copy, text->length, 0, &mistake)) {
        set_syntax_error(document, &mistake, error);
        return NULL;
    }
    if (node_at(document, 0)->kind != SCENARIO_NODE_OBJECT) {
        g_autofree char *place = scenario_document_place(document, 0, false);

        g_set_error(error, SCENARIO_ERROR, SCENARIO_ERROR_VALUE,
                    "%sa scenario is an object, not %s", place,
                    scenario_node_kind_name(node_at(document, 0)->kind));
        return NULL;
    }
    return g_steal_pointer(&document);
}

void scenario_document_free(ScenarioDocument *document)
{
    if (document == NULL) {
        return;
    }
    g_ptr_array_unref(document->sources);
    g_ptr_array_unref(document->values);
    g_string_chunk_free(document->keys);
    g_array_unref(document->nodes);
    g_free(document->path);
    g_free(document);
}

const ScenarioNode *scenario_document_node(const ScenarioDocument *document, uint32_t node)
{
    return node_at(document, node);
}

uint32_t scenario_document_member(const ScenarioDocument *document, uint32_t object,
                                  const char *key)
{
    for (uint32_t i = node_at(document, object)->first; i != SCENARIO_NODE_NONE;
         i = node_at(document, i)->next) {
        if (strcmp(node_at(document, i)->key, key) == 0) {
            return i;
        }
    }
    return SCENARIO_NODE_NONE;
}

const char *scenario_document_text(const ScenarioDocument *document, uint32_t node)
{
    return json_object_get_string(node_at(document, node)->value);
}

bool scenario_document_bool(const ScenarioDocument *document, uint32_t node)
{
    return json_object_get_boolean(node_at(document, node)->value);
}

bool scenario_document_uint(const ScenarioDocument *document, uint32_t node, uint64_t *ret_value)
{
    struct json_object *value = node_at(document, node)->value;

    /* json-c saturates what does not fit int64, and keeps the sign. */
    if (json_object_get_int64(value) < 0) {
        return false;
    }
    *ret_value = json_object_get_uint64(value);
    return true;
}

/* ---- Overrides ------------------------------------------------------------------------------- */

static bool G_GNUC_PRINTF(3, 4)
    fail_override(const ScenarioOverride *override, GError **error, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error(error, SCENARIO_ERROR, SCENARIO_ERROR_VALUE, "--set %s: %s", override->pointer,
                message);
    return false;
}

/* Undoes ~0 and ~1 in place; false on any other '~'. */
static bool unescape_token(char *token)
{
    char *to = token;

    for (const char *from = token; *from != '\0'; from++) {
        if (*from != '~') {
            *to++ = *from;
            continue;
        }
        from++;
        if (*from != '0' && *from != '1') {
            return false;
        }
        *to++ = *from == '0' ? '~' : '/';
    }
    *to = '\0';
    return true;
}

/* The element that a token names; "-" and what is no index: none. */
static uint32_t find_element(const ScenarioDocument *document, uint32_t array, const char *token)
{
    guint64 index = 0;
    uint32_t i = node_at(document, array)->first;

    if ((token[0] == '0' && token[1] != '\0') ||
        !g_ascii_string_to_unsigned(token, 10, 0, UINT32_MAX, &index, NULL)) {
        return SCENARIO_NODE_NONE;
    }
    while (i != SCENARIO_NODE_NONE && index-- > 0) {
        i = node_at(document, i)->next;
    }
    return i;
}

static uint32_t find_child(const ScenarioDocument *document, uint32_t parent, const char *token)
{
    switch (node_at(document, parent)->kind) {
    case SCENARIO_NODE_OBJECT:
        return scenario_document_member(document, parent, token);
    case SCENARIO_NODE_ARRAY:
        return find_element(document, parent, token);
    case SCENARIO_NODE_NULL:
    case SCENARIO_NODE_BOOL:
    case SCENARIO_NODE_INTEGER:
    case SCENARIO_NODE_NUMBER:
    case SCENARIO_NODE_STRING:
        break;
    }
    return SCENARIO_NODE_NONE;
}

/* What a pointer names. */
typedef struct Target {
    uint32_t parent;
    uint32_t child;   /* SCENARIO_NODE_NONE: does not exist */
    const char *last; /* the last token; of the caller's tokens */
} Target;

/* Finds what the pointer names. Unescapes the tokens, of which there is at least one. */
static bool resolve(const ScenarioDocument *document, const ScenarioOverride *override,
                    char **tokens, Target *ret_target, GError **error)
{
    Target target = {0};

    for (char **token = tokens; *token != NULL; token++) {
        if (!unescape_token(*token)) {
            return fail_override(override, error,
                                 "a '~' in a pointer must be ~0 (for '~') or ~1 (for '/')");
        }
        target.parent = target.child;
        target.child = find_child(document, target.parent, *token);
        target.last = *token;
        if (target.child == SCENARIO_NODE_NONE && token[1] != NULL) {
            g_autoptr(GString) pointer = g_string_new(NULL);

            append_pointer(document, target.parent, pointer);
            g_string_append_c(pointer, '/');
            append_escaped(pointer, *token, true);
            return fail_override(override, error,
                                 "%s does not exist; only the last key of a pointer may be new",
                                 pointer->str);
        }
    }
    *ret_target = target;
    return true;
}

/* Whether a child that does not exist yet can be appended. */
static bool check_new_child(const ScenarioDocument *document, const ScenarioOverride *override,
                            const Target *target, GError **error)
{
    const ScenarioNode *at = node_at(document, target->parent);

    if (at->kind == SCENARIO_NODE_OBJECT ||
        (at->kind == SCENARIO_NODE_ARRAY && strcmp(target->last, "-") == 0)) {
        return true;
    }
    g_autoptr(GString) pointer = g_string_new(NULL);
    g_autofree char *quoted = scenario_quote(target->last);

    append_pointer(document, target->parent, pointer);
    if (at->kind == SCENARIO_NODE_ARRAY) {
        return fail_override(override, error,
                             "%s is no element of %s, which has %u; \"-\" appends one", quoted,
                             pointer->str, at->n_children);
    }
    return fail_override(override, error, "%s is %s and has no %s", pointer->str,
                         scenario_node_kind_name(at->kind), quoted);
}

/* Parses the value into a new node: JSON where it is or means to be JSON, else a string. */
static bool parse_value(ScenarioDocument *document, const ScenarioOverride *override,
                        uint32_t source, GError **error)
{
    g_autofree char *text = g_strdup(override->value);
    ScenarioScanError mistake = {0};
    const size_t length = strlen(text);
    const uint32_t n_nodes = document->nodes->len;

    if (length > SCENARIO_FILE_BYTES_MAX) {
        return fail_override(override, error, "the value is longer than %u bytes",
                             SCENARIO_FILE_BYTES_MAX);
    }
    if (parse(document, text, length, source, &mistake)) {
        return true;
    }
    g_autofree char *message = mistake.message;

    g_array_set_size(document->nodes, n_nodes);
    if (!g_utf8_validate(override->value, -1, NULL)) {
        return fail_override(override, error, "the value is not valid UTF-8");
    }
    if (strchr("{[\"", override->value[0]) != NULL && length > 0) {
        return fail_override(override, error, "column %u of the value: %s", mistake.column,
                             message);
    }
    ScenarioNode node = {.kind = SCENARIO_NODE_STRING, .line = 1, .column = 1, .source = source};

    node.value = json_object_new_string_len(override->value, (int)length);
    g_ptr_array_add(document->values, node.value);
    g_array_append_val(document->nodes, node);
    return true;
}

/* Puts `node` in the place of `old`, or at the end when there is none. */
static void link_child(ScenarioDocument *document, uint32_t parent, uint32_t old, uint32_t node)
{
    ScenarioNode *above = node_at(document, parent);
    uint32_t *link = &above->first;

    while (*link != old) { /* SCENARIO_NODE_NONE stands at the end */
        link = &node_at(document, *link)->next;
    }
    *link = node;
    node_at(document, node)->parent = parent;
    if (old == SCENARIO_NODE_NONE) {
        above->n_children++;
        above->last = node;
        return;
    }
    node_at(document, node)->next = node_at(document, old)->next;
    if (above->last == old) {
        above->last = node;
    }
}

bool scenario_document_override(ScenarioDocument *document, const ScenarioOverride *override,
                                GError **error)
{
    Target target = {0};

    if (override->pointer[0] != '/' || !g_utf8_validate(override->pointer, -1, NULL)) {
        return fail_override(override, error,
                             "a JSON pointer begins with '/', such as /seed or /links/latency");
    }
    g_auto(GStrv) tokens = g_strsplit(override->pointer + 1, "/", -1);

    /* The split of nothing is no token, but "/" names the member with the empty key. */
    if (tokens[0] == NULL) {
        return fail_override(override, error, "the pointer names no key");
    }
    if (g_strv_length(tokens) > SCENARIO_DEPTH_MAX) {
        return fail_override(override, error, "a pointer has %u parts at most", SCENARIO_DEPTH_MAX);
    }
    if (!resolve(document, override, tokens, &target, error)) {
        return false;
    }
    g_assert(target.last != NULL);
    if (target.child == SCENARIO_NODE_NONE &&
        !check_new_child(document, override, &target, error)) {
        return false;
    }
    const uint32_t node = document->nodes->len;

    g_ptr_array_add(document->sources, g_strdup(override->pointer));
    if (!parse_value(document, override, document->sources->len, error)) {
        return false;
    }
    if (node_at(document, target.parent)->kind == SCENARIO_NODE_OBJECT) {
        node_at(document, node)->key = g_string_chunk_insert(document->keys, target.last);
    }
    link_child(document, target.parent, target.child, node);
    return true;
}
