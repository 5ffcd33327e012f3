/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/json_scan.h"

#include <string.h>

#include "scenarios/json_cursor.h"
#include "scenarios/loader.h"

typedef struct Scanner {
    ScenarioCursor cursor;
    const ScenarioScan *scan;
    uint32_t depth;
    uint32_t open; /* innermost container; meaningful at depth > 0 */
} Scanner;

static bool scan_value(Scanner *s, const char *key, ScenarioPlace key_place);

static ScenarioNode *node_at(const Scanner *s, uint32_t node)
{
    return &g_array_index(s->scan->nodes, ScenarioNode, node);
}

static bool fail_end(Scanner *s)
{
    if (s->depth == 0) {
        return scenario_cursor_fail(&s->cursor, scenario_cursor_place(&s->cursor),
                                    "the text ends where a value is expected");
    }
    const ScenarioNode *open = node_at(s, s->open);

    return scenario_cursor_fail(&s->cursor, scenario_cursor_place(&s->cursor),
                                "the text ends inside the %s that begins at %u:%u",
                                open->kind == SCENARIO_NODE_OBJECT ? "object" : "array", open->line,
                                open->column);
}

static bool close_container(Scanner *s, uint32_t node)
{
    scenario_cursor_step(&s->cursor);
    s->depth--;
    s->open = node_at(s, node)->parent;
    s->cursor.node = s->open;
    return true;
}

/* After a member or an element: true and *ret_done when the container was closed. */
static bool next_or_close(Scanner *s, char closing, uint32_t node, bool *ret_done)
{
    char buffer[16];

    s->cursor.node = node;
    if (!scenario_cursor_skip_blank(&s->cursor)) {
        return false;
    }
    if (scenario_cursor_at_end(&s->cursor)) {
        return fail_end(s);
    }
    *ret_done = scenario_cursor_peek(&s->cursor) == closing;
    if (*ret_done) {
        return close_container(s, node);
    }
    if (scenario_cursor_peek(&s->cursor) != ',') {
        return scenario_cursor_fail(&s->cursor, scenario_cursor_place(&s->cursor),
                                    "expected ',' or '%c', found %s", closing,
                                    scenario_cursor_shown(&s->cursor, buffer));
    }
    const ScenarioPlace comma = scenario_cursor_place(&s->cursor);

    scenario_cursor_step(&s->cursor);
    if (!scenario_cursor_skip_blank(&s->cursor)) {
        return false;
    }
    if (scenario_cursor_peek(&s->cursor) == closing) {
        return scenario_cursor_fail(&s->cursor, comma,
                                    "a comma must not stand before the closing '%c'", closing);
    }
    return true;
}

static bool scan_array(Scanner *s, uint32_t node)
{
    bool done = false;

    scenario_cursor_step(&s->cursor);
    if (!scenario_cursor_skip_blank(&s->cursor)) {
        return false;
    }
    if (scenario_cursor_peek(&s->cursor) == ']') {
        return close_container(s, node);
    }
    while (!done) {
        if (!scan_value(s, NULL, (ScenarioPlace){0}) || !next_or_close(s, ']', node, &done)) {
            return false;
        }
    }
    return true;
}

/* One `"key": value`. `seen` maps the object's keys to where they stand. */
static bool scan_member(Scanner *s, GHashTable *seen, GString *buffer)
{
    const ScenarioPlace place = scenario_cursor_place(&s->cursor);
    char found[16];

    if (scenario_cursor_at_end(&s->cursor)) {
        return fail_end(s);
    }
    if (scenario_cursor_peek(&s->cursor) != '"') {
        return scenario_cursor_fail(&s->cursor, place, "expected a key in double quotes, found %s",
                                    scenario_cursor_shown(&s->cursor, found));
    }
    g_string_truncate(buffer, 0);
    if (!scenario_cursor_string(&s->cursor, buffer)) {
        return false;
    }
    const ScenarioPlace *first = g_hash_table_lookup(seen, buffer->str);

    if (first != NULL) {
        g_autofree char *key = g_strescape(buffer->str, NULL);

        return scenario_cursor_fail(
            &s->cursor, place, "the key \"%.80s\" stands here a second time; the first is at %u:%u",
            key, first->line, first->column);
    }
    char *key = g_string_chunk_insert(s->scan->keys, buffer->str);

    g_hash_table_insert(seen, key, g_memdup2(&place, sizeof place));
    if (!scenario_cursor_skip_blank(&s->cursor)) {
        return false;
    }
    if (scenario_cursor_at_end(&s->cursor)) {
        return fail_end(s);
    }
    if (scenario_cursor_peek(&s->cursor) != ':') {
        return scenario_cursor_fail(&s->cursor, scenario_cursor_place(&s->cursor),
                                    "expected ':' after a key, found %s",
                                    scenario_cursor_shown(&s->cursor, found));
    }
    scenario_cursor_step(&s->cursor);
    return scan_value(s, key, place);
}

static bool scan_object(Scanner *s, uint32_t node)
{
    bool done = false;

    scenario_cursor_step(&s->cursor);
    if (!scenario_cursor_skip_blank(&s->cursor)) {
        return false;
    }
    if (scenario_cursor_peek(&s->cursor) == '}') {
        return close_container(s, node);
    }
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    g_autoptr(GString) buffer = g_string_new(NULL);

    while (!done) {
        if (!scan_member(s, seen, buffer) || !next_or_close(s, '}', node, &done)) {
            return false;
        }
    }
    return true;
}

static uint32_t add_node(Scanner *s, const char *key, ScenarioPlace key_place)
{
    const uint32_t number = s->scan->nodes->len;
    ScenarioNode node = {
        .key = key,
        .parent = s->depth > 0 ? s->open : number,
        .line = s->cursor.line,
        .column = s->cursor.column,
        .key_line = key != NULL ? key_place.line : s->cursor.line,
        .key_column = key != NULL ? key_place.column : s->cursor.column,
        .source = s->scan->source,
    };

    g_array_append_val(s->scan->nodes, node);
    s->cursor.node = number;
    s->cursor.has_node = true;
    if (s->depth > 0) {
        ScenarioNode *parent = node_at(s, s->open);

        if (parent->n_children++ == 0) {
            parent->first = number;
        } else {
            node_at(s, parent->last)->next = number;
        }
        parent->last = number;
    }
    return number;
}

static bool scan_container(Scanner *s, uint32_t node, bool object)
{
    if (s->depth == SCENARIO_DEPTH_MAX) {
        return scenario_cursor_fail(&s->cursor, scenario_cursor_place(&s->cursor),
                                    "objects and arrays may be nested %u deep at most",
                                    SCENARIO_DEPTH_MAX);
    }
    s->depth++;
    s->open = node;
    node_at(s, node)->kind = object ? SCENARIO_NODE_OBJECT : SCENARIO_NODE_ARRAY;
    return object ? scan_object(s, node) : scan_array(s, node);
}

static bool scan_text_value(Scanner *s)
{
    g_autoptr(GString) unused = g_string_new(NULL);

    return scenario_cursor_string(&s->cursor, unused);
}

static bool scan_value(Scanner *s, const char *key, ScenarioPlace key_place)
{
    ScenarioNodeKind kind = SCENARIO_NODE_STRING;
    char buffer[16];

    if (!scenario_cursor_skip_blank(&s->cursor)) {
        return false;
    }
    if (scenario_cursor_at_end(&s->cursor)) {
        return fail_end(s);
    }
    if (s->scan->nodes->len >= SCENARIO_VALUES_MAX) {
        return scenario_cursor_fail(&s->cursor, scenario_cursor_place(&s->cursor),
                                    "there may be %u values at most", SCENARIO_VALUES_MAX);
    }
    const char c = scenario_cursor_peek(&s->cursor);
    const uint32_t node = add_node(s, key, key_place);

    if (c == '{' || c == '[') {
        return scan_container(s, node, c == '{');
    }
    if (c == '"') {
        if (!scan_text_value(s)) {
            return false;
        }
    } else if (c == '-' || g_ascii_isdigit(c)) {
        if (!scenario_cursor_number(&s->cursor, &kind)) {
            return false;
        }
    } else if (g_ascii_isalpha(c)) {
        if (!scenario_cursor_word(&s->cursor, &kind)) {
            return false;
        }
    } else if (c == '\'') {
        return scenario_cursor_fail(&s->cursor, scenario_cursor_place(&s->cursor),
                                    "strings take double quotes, not single ones");
    } else {
        return scenario_cursor_fail(&s->cursor, scenario_cursor_place(&s->cursor),
                                    "expected a value, found %s",
                                    scenario_cursor_shown(&s->cursor, buffer));
    }
    node_at(s, node)->kind = kind;
    return true;
}

bool scenario_json_scan(const ScenarioScan *scan, char *text, size_t length,
                        ScenarioScanError *ret_error)
{
    Scanner s = {
        .cursor = {.text = text, .length = length, .line = 1, .column = 1, .error = ret_error},
        .scan = scan,
    };
    char buffer[16];

    g_assert(text[length] == '\0');
    if (!scenario_cursor_check_encoding(&s.cursor) || !scan_value(&s, NULL, (ScenarioPlace){0}) ||
        !scenario_cursor_skip_blank(&s.cursor)) {
        return false;
    }
    if (!scenario_cursor_at_end(&s.cursor)) {
        return scenario_cursor_fail(&s.cursor, scenario_cursor_place(&s.cursor),
                                    "expected the end of the text, found %s",
                                    scenario_cursor_shown(&s.cursor, buffer));
    }
    return true;
}

const char *scenario_node_kind_name(ScenarioNodeKind kind)
{
    static const char *const names[] = {
        [SCENARIO_NODE_NULL] = "null",
        [SCENARIO_NODE_BOOL] = "a boolean",
        [SCENARIO_NODE_INTEGER] = "an integer",
        [SCENARIO_NODE_NUMBER] = "a number with a fraction or exponent",
        [SCENARIO_NODE_STRING] = "a string",
        [SCENARIO_NODE_ARRAY] = "an array",
        [SCENARIO_NODE_OBJECT] = "an object",
    };

    return names[kind];
}
