/* SPDX-License-Identifier: Apache-2.0 */

/* Overrides: values from outside, laid over a document. */

#include <string.h>

#include "scenarios/document_tree.h"

static bool G_GNUC_PRINTF(3, 4)
    fail_override(const ScenarioOverride *override, GError **error, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *pointer = g_utf8_make_valid(override->pointer, -1);

    g_set_error(error, SCENARIO_ERROR, SCENARIO_ERROR_VALUE, "--set %s: %s", pointer, message);
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
    uint32_t i = scenario_tree_node(document, array)->first;

    if ((token[0] == '0' && token[1] != '\0') ||
        !g_ascii_string_to_unsigned(token, 10, 0, UINT32_MAX, &index, NULL)) {
        return SCENARIO_NODE_NONE;
    }
    while (i != SCENARIO_NODE_NONE && index-- > 0) {
        i = scenario_tree_node(document, i)->next;
    }
    return i;
}

static uint32_t find_child(const ScenarioDocument *document, uint32_t parent, const char *token)
{
    switch (scenario_tree_node(document, parent)->kind) {
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

            scenario_tree_append_pointer(document, target.parent, pointer);
            g_string_append_c(pointer, '/');
            scenario_tree_append_key(pointer, *token);
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
    const ScenarioNode *at = scenario_tree_node(document, target->parent);

    if (at->kind == SCENARIO_NODE_OBJECT ||
        (at->kind == SCENARIO_NODE_ARRAY && strcmp(target->last, "-") == 0)) {
        return true;
    }
    g_autoptr(GString) pointer = g_string_new(NULL);
    g_autofree char *quoted = scenario_quote(target->last);

    scenario_tree_append_pointer(document, target->parent, pointer);
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
    if (scenario_tree_parse(document, text, length, source, &mistake)) {
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

    g_array_append_val(document->nodes, node);
    scenario_tree_set_string(document, n_nodes, override->value);
    return true;
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
    if (strcmp(tokens[0], "include") == 0) {
        return fail_override(override, error,
                             "what a scenario includes is for its file alone to say");
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

    const uint32_t source = scenario_tree_add_source(document, override->pointer, true);

    if (!parse_value(document, override, source, error)) {
        return false;
    }
    if (scenario_tree_node(document, target.parent)->kind == SCENARIO_NODE_OBJECT) {
        scenario_tree_node(document, node)->key =
            g_string_chunk_insert(document->keys, target.last);
    }
    scenario_tree_put(document, target.parent, target.child, node);
    return true;
}
