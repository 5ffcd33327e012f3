/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/json_scan.h"

#include <stdarg.h>
#include <string.h>

#include "scenarios/loader.h"

typedef struct Scanner {
    const ScenarioScan *scan;
    char *text;
    size_t length;
    size_t at;
    uint32_t line;
    uint32_t column;
    uint32_t depth;
    uint32_t n_values;
    uint32_t open;    /* innermost container; meaningful at depth > 0 */
    uint32_t current; /* what an error is about: a value, or the container between two */
    ScenarioScanError *error;
} Scanner;

/* Where a token began. */
typedef struct Place {
    uint32_t line;
    uint32_t column;
} Place;

static bool scan_value(Scanner *s, const char *key, Place key_place);

static ScenarioNode *node_at(const Scanner *s, uint32_t node)
{
    return &g_array_index(s->scan->nodes, ScenarioNode, node);
}

static Place here(const Scanner *s)
{
    return (Place){.line = s->line, .column = s->column};
}

/* Fills the error and returns false, so that a caller can return the call. */
static bool G_GNUC_PRINTF(3, 4) fail_at(Scanner *s, Place place, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    s->error->line = place.line;
    s->error->column = place.column;
    s->error->node = s->current;
    s->error->has_node = s->n_values > 0;
    s->error->message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return false;
}

static bool at_end(const Scanner *s)
{
    return s->at >= s->length;
}

static char peek(const Scanner *s)
{
    return s->text[s->at]; /* NUL at the end */
}

/* Steps over one byte; a column is counted at the first byte of a character. */
static void step(Scanner *s)
{
    const unsigned char byte = (unsigned char)s->text[s->at++];

    if (byte == '\n') {
        s->line++;
        s->column = 1;
    } else if ((byte & 0xC0u) != 0x80u) {
        s->column++;
    }
}

/* The character at the cursor, quoted for a message, in a static-size buffer of the caller's. */
static const char *shown(const Scanner *s, char buffer[16])
{
    const gunichar character = g_utf8_get_char(s->text + s->at);

    if (character < 0x20 || character == 0x7F) {
        g_snprintf(buffer, 16, "U+%04X", (unsigned)character);
    } else {
        const int bytes = g_unichar_to_utf8(character, buffer + 1);

        buffer[0] = '\'';
        buffer[bytes + 1] = '\'';
        buffer[bytes + 2] = '\0';
    }
    return buffer;
}

static bool fail_end(Scanner *s)
{
    if (s->depth == 0) {
        return fail_at(s, here(s), "the text ends where a value is expected");
    }
    const ScenarioNode *open = node_at(s, s->open);

    return fail_at(s, here(s), "the text ends inside the %s that begins at %u:%u",
                   open->kind == SCENARIO_NODE_OBJECT ? "object" : "array", open->line,
                   open->column);
}

static void blank_from(Scanner *s, size_t begin)
{
    for (size_t i = begin; i < s->at; i++) {
        if (s->text[i] != '\n') {
            s->text[i] = ' ';
        }
    }
}

static bool skip_block_comment(Scanner *s)
{
    const Place place = here(s);
    const size_t begin = s->at;

    step(s);
    step(s);
    while (!at_end(s)) {
        if (peek(s) == '*' && s->text[s->at + 1] == '/') {
            step(s);
            step(s);
            blank_from(s, begin);
            return true;
        }
        step(s);
    }
    return fail_at(s, here(s), "the text ends inside the comment that begins at %u:%u", place.line,
                   place.column);
}

static bool skip_comment(Scanner *s)
{
    const size_t begin = s->at;
    const char second = s->text[s->at + 1];

    if (second == '*') {
        return skip_block_comment(s);
    }
    if (second != '/') {
        return fail_at(s, here(s), "a '/' that begins no comment; comments are // and /* */");
    }
    while (!at_end(s) && peek(s) != '\n') {
        step(s);
    }
    blank_from(s, begin);
    return true;
}

static bool skip_blank(Scanner *s)
{
    while (!at_end(s)) {
        const char c = peek(s);

        if (c == '/') {
            if (!skip_comment(s)) {
                return false;
            }
        } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            step(s);
        } else {
            return true;
        }
    }
    return true;
}

/* Reads the four digits of \uXXXX; the cursor stands on the first. */
static bool scan_hex4(Scanner *s, uint32_t *ret_unit)
{
    uint32_t unit = 0;

    for (int i = 0; i < 4; i++) {
        const int digit = at_end(s) ? -1 : g_ascii_xdigit_value(peek(s));

        if (digit < 0) {
            return fail_at(s, here(s), "\\u takes four hexadecimal digits");
        }
        unit = unit * 16u + (uint32_t)digit;
        step(s);
    }
    *ret_unit = unit;
    return true;
}

/* After "\u": one character, or a surrogate pair. */
static bool scan_unicode_escape(Scanner *s, Place place, GString *out)
{
    uint32_t unit = 0;
    uint32_t low = 0;

    if (!scan_hex4(s, &unit)) {
        return false;
    }
    if (unit == 0) {
        return fail_at(s, place, "the character U+0000 is not allowed");
    }
    if (unit >= 0xDC00 && unit <= 0xDFFF) {
        return fail_at(s, place, "the low surrogate \\u%04x without a high one before it", unit);
    }
    if (unit >= 0xD800 && unit <= 0xDBFF) {
        if (peek(s) != '\\' || s->text[s->at + 1] != 'u') {
            return fail_at(s, place, "the high surrogate \\u%04x without a low one after it", unit);
        }
        step(s);
        step(s);
        if (!scan_hex4(s, &low)) {
            return false;
        }
        if (low < 0xDC00 || low > 0xDFFF) {
            return fail_at(s, place, "the high surrogate \\u%04x without a low one after it", unit);
        }
        unit = 0x10000u + ((unit - 0xD800u) << 10) + (low - 0xDC00u);
    }
    g_string_append_unichar(out, unit);
    return true;
}

static bool scan_escape(Scanner *s, GString *out)
{
    static const char names[] = "\"\\/bfnrt";
    static const char values[] = "\"\\/\b\f\n\r\t";
    const Place place = here(s);
    char buffer[16];

    step(s);
    if (at_end(s)) {
        return true; /* the caller finds the end of the text */
    }
    if (peek(s) == 'u') {
        step(s);
        return scan_unicode_escape(s, place, out);
    }
    const char *name = memchr(names, peek(s), sizeof names - 1);

    if (name == NULL) {
        return fail_at(
            s, place,
            "%s after a backslash; \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\uXXXX are allowed",
            shown(s, buffer));
    }
    g_string_append_c(out, values[name - names]);
    step(s);
    return true;
}

/* The cursor stands on the first quote. Appends the unescaped text to `out`. */
static bool scan_string(Scanner *s, GString *out)
{
    const Place place = here(s);
    char buffer[16];

    step(s);
    while (!at_end(s)) {
        const unsigned char byte = (unsigned char)peek(s);

        if (byte == '"') {
            step(s);
            return true;
        }
        if (byte < 0x20) {
            return fail_at(s, here(s),
                           "the control character %s inside a string; write it as an escape",
                           shown(s, buffer));
        }
        if (byte == '\\') {
            if (!scan_escape(s, out)) {
                return false;
            }
            continue;
        }
        g_string_append_c(out, (char)byte);
        step(s);
    }
    return fail_at(s, here(s), "the text ends inside the string that begins at %u:%u", place.line,
                   place.column);
}

static bool scan_digits(Scanner *s, const char *after)
{
    if (at_end(s)) {
        return fail_at(s, here(s), "the text ends inside a number");
    }
    if (!g_ascii_isdigit(peek(s))) {
        return fail_at(s, here(s), "a digit must follow %s in a number", after);
    }
    while (g_ascii_isdigit(peek(s))) {
        step(s);
    }
    return true;
}

static bool integer_fits(const char *digits, size_t n, bool negative)
{
    const uint64_t limit = negative ? (uint64_t)INT64_MAX + 1u : UINT64_MAX;
    uint64_t value = 0;

    for (size_t i = 0; i < n; i++) {
        const uint64_t digit = (uint64_t)(digits[i] - '0');

        if (value > (limit - digit) / 10u) {
            return false;
        }
        value = value * 10u + digit;
    }
    return true;
}

static bool scan_fraction_and_exponent(Scanner *s)
{
    if (peek(s) == '.') {
        step(s);
        if (!scan_digits(s, "the '.'")) {
            return false;
        }
    }
    if (peek(s) == 'e' || peek(s) == 'E') {
        step(s);
        if (peek(s) == '+' || peek(s) == '-') {
            step(s);
        }
        return scan_digits(s, "the exponent's 'e'");
    }
    return true;
}

static bool scan_number(Scanner *s, ScenarioNodeKind *ret_kind)
{
    const Place place = here(s);
    const bool negative = peek(s) == '-';

    if (negative) {
        step(s);
    }
    const size_t begin = s->at;

    if (!scan_digits(s, "the '-'")) {
        return false;
    }
    const size_t n = s->at - begin;

    if (n > 1 && s->text[begin] == '0') {
        return fail_at(s, place, "a number must not begin with a superfluous 0");
    }
    if (peek(s) == '.' || peek(s) == 'e' || peek(s) == 'E') {
        *ret_kind = SCENARIO_NODE_NUMBER;
        return scan_fraction_and_exponent(s);
    }
    *ret_kind = SCENARIO_NODE_INTEGER;
    if (!integer_fits(s->text + begin, n, negative)) {
        return fail_at(s, place,
                       "an integer must be from %" G_GINT64_FORMAT " to %" G_GUINT64_FORMAT,
                       INT64_MIN, UINT64_MAX);
    }
    return true;
}

static bool scan_word(Scanner *s, ScenarioNodeKind *ret_kind)
{
    const Place place = here(s);
    const size_t begin = s->at;

    while (g_ascii_isalnum(peek(s)) || peek(s) == '_') {
        step(s);
    }
    const size_t n = s->at - begin;
    const char *word = s->text + begin;

    if (n == 4 && memcmp(word, "null", n) == 0) {
        *ret_kind = SCENARIO_NODE_NULL;
        return true;
    }
    if ((n == 4 && memcmp(word, "true", n) == 0) || (n == 5 && memcmp(word, "false", n) == 0)) {
        *ret_kind = SCENARIO_NODE_BOOL;
        return true;
    }
    return fail_at(s, place,
                   "the word %.*s is no JSON value; words are true, false and null, strings take "
                   "double quotes",
                   (int)MIN(n, 40), word);
}

static bool close_container(Scanner *s, uint32_t node)
{
    step(s);
    s->depth--;
    s->open = node_at(s, node)->parent;
    s->current = s->open;
    return true;
}

/* After a member or an element: true and *ret_done when the container was closed. */
static bool next_or_close(Scanner *s, char closing, uint32_t node, bool *ret_done)
{
    char buffer[16];

    s->current = node;
    if (!skip_blank(s)) {
        return false;
    }
    if (at_end(s)) {
        return fail_end(s);
    }
    *ret_done = peek(s) == closing;
    if (*ret_done) {
        return close_container(s, node);
    }
    if (peek(s) != ',') {
        return fail_at(s, here(s), "expected ',' or '%c', found %s", closing, shown(s, buffer));
    }
    const Place comma = here(s);

    step(s);
    if (!skip_blank(s)) {
        return false;
    }
    if (peek(s) == closing) {
        return fail_at(s, comma, "a comma must not stand before the closing '%c'", closing);
    }
    return true;
}

static bool scan_array(Scanner *s, uint32_t node)
{
    bool done = false;

    step(s);
    if (!skip_blank(s)) {
        return false;
    }
    if (peek(s) == ']') {
        return close_container(s, node);
    }
    while (!done) {
        if (!scan_value(s, NULL, (Place){0}) || !next_or_close(s, ']', node, &done)) {
            return false;
        }
    }
    return true;
}

/* One `"key": value`. `seen` maps the object's keys to where they stand. */
static bool scan_member(Scanner *s, GHashTable *seen, GString *buffer)
{
    const Place place = here(s);
    char found[16];

    if (at_end(s)) {
        return fail_end(s);
    }
    if (peek(s) != '"') {
        return fail_at(s, place, "expected a key in double quotes, found %s", shown(s, found));
    }
    g_string_truncate(buffer, 0);
    if (!scan_string(s, buffer)) {
        return false;
    }
    const Place *first = g_hash_table_lookup(seen, buffer->str);

    if (first != NULL) {
        g_autofree char *key = g_strescape(buffer->str, NULL);

        return fail_at(s, place,
                       "the key \"%.80s\" stands here a second time; the first is at %u:%u", key,
                       first->line, first->column);
    }
    char *key = g_string_chunk_insert(s->scan->keys, buffer->str);

    g_hash_table_insert(seen, key, g_memdup2(&place, sizeof place));
    if (!skip_blank(s)) {
        return false;
    }
    if (at_end(s)) {
        return fail_end(s);
    }
    if (peek(s) != ':') {
        return fail_at(s, here(s), "expected ':' after a key, found %s", shown(s, found));
    }
    step(s);
    return scan_value(s, key, place);
}

static bool scan_object(Scanner *s, uint32_t node)
{
    bool done = false;

    step(s);
    if (!skip_blank(s)) {
        return false;
    }
    if (peek(s) == '}') {
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

static uint32_t add_node(Scanner *s, const char *key, Place key_place)
{
    const uint32_t number = s->scan->nodes->len;
    ScenarioNode node = {
        .key = key,
        .parent = s->depth > 0 ? s->open : SCENARIO_NODE_NONE,
        .line = s->line,
        .column = s->column,
        .key_line = key != NULL ? key_place.line : s->line,
        .key_column = key != NULL ? key_place.column : s->column,
        .source = s->scan->source,
    };

    g_array_append_val(s->scan->nodes, node);
    s->current = number;
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
        return fail_at(s, here(s), "objects and arrays may be nested %u deep at most",
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

    return scan_string(s, unused);
}

static bool scan_value(Scanner *s, const char *key, Place key_place)
{
    ScenarioNodeKind kind = SCENARIO_NODE_STRING;
    char buffer[16];

    if (!skip_blank(s)) {
        return false;
    }
    if (at_end(s)) {
        return fail_end(s);
    }
    if (s->n_values == SCENARIO_VALUES_MAX) {
        return fail_at(s, here(s), "there may be %u values at most", SCENARIO_VALUES_MAX);
    }
    s->n_values++;
    const char c = peek(s);
    const uint32_t node = add_node(s, key, key_place);

    if (c == '{' || c == '[') {
        return scan_container(s, node, c == '{');
    }
    if (c == '"') {
        if (!scan_text_value(s)) {
            return false;
        }
    } else if (c == '-' || g_ascii_isdigit(c)) {
        if (!scan_number(s, &kind)) {
            return false;
        }
    } else if (g_ascii_isalpha(c)) {
        if (!scan_word(s, &kind)) {
            return false;
        }
    } else if (c == '\'') {
        return fail_at(s, here(s), "strings take double quotes, not single ones");
    } else {
        return fail_at(s, here(s), "expected a value, found %s", shown(s, buffer));
    }
    node_at(s, node)->kind = kind;
    return true;
}

/* Also refuses NUL bytes. On failure the cursor stands at the bad byte. */
static bool check_encoding(Scanner *s)
{
    const char *bad = NULL;

    if (g_str_has_prefix(s->text, "\xEF\xBB\xBF")) {
        return fail_at(s, here(s),
                       "the text begins with a byte order mark; write UTF-8 without one");
    }
    if (s->length == 0 || g_utf8_validate_len(s->text, s->length, &bad)) {
        return true;
    }
    while (s->text + s->at < bad) {
        step(s);
    }
    if (peek(s) == '\0') {
        return fail_at(s, here(s), "the character U+0000 is not allowed");
    }
    return fail_at(s, here(s), "the byte 0x%02X is not valid UTF-8 here", (unsigned char)peek(s));
}

bool scenario_json_scan(const ScenarioScan *scan, char *text, size_t length,
                        ScenarioScanError *ret_error)
{
    Scanner s = {
        .scan = scan,
        .text = text,
        .length = length,
        .line = 1,
        .column = 1,
        .error = ret_error,
    };
    char buffer[16];

    g_assert(text[length] == '\0');
    if (!check_encoding(&s) || !scan_value(&s, NULL, (Place){0}) || !skip_blank(&s)) {
        return false;
    }
    if (!at_end(&s)) {
        return fail_at(&s, here(&s), "expected the end of the text, found %s", shown(&s, buffer));
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
