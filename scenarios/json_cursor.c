/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/json_cursor.h"

#include <stdarg.h>
#include <string.h>

bool scenario_cursor_fail(ScenarioCursor *c, ScenarioPlace place, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    c->error->line = place.line;
    c->error->column = place.column;
    c->error->node = c->node;
    c->error->has_node = c->has_node;
    c->error->message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return false;
}

ScenarioPlace scenario_cursor_place(const ScenarioCursor *c)
{
    return (ScenarioPlace){.line = c->line, .column = c->column};
}

bool scenario_cursor_at_end(const ScenarioCursor *c)
{
    return c->at >= c->length;
}

char scenario_cursor_peek(const ScenarioCursor *c)
{
    return c->text[c->at]; /* NUL at the end */
}

void scenario_cursor_step(ScenarioCursor *c)
{
    const unsigned char byte = (unsigned char)c->text[c->at++];

    if (byte == '\n') {
        c->line++;
        c->column = 1;
    } else if ((byte & 0xC0u) != 0x80u) {
        c->column++;
    }
}

const char *scenario_cursor_shown(const ScenarioCursor *c, char buffer[16])
{
    const gunichar character = g_utf8_get_char(c->text + c->at);

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

static void blank_from(ScenarioCursor *c, size_t begin)
{
    for (size_t i = begin; i < c->at; i++) {
        if (c->text[i] != '\n') {
            c->text[i] = ' ';
        }
    }
}

static bool skip_block_comment(ScenarioCursor *c)
{
    const ScenarioPlace place = scenario_cursor_place(c);
    const size_t begin = c->at;

    scenario_cursor_step(c);
    scenario_cursor_step(c);
    while (!scenario_cursor_at_end(c)) {
        if (scenario_cursor_peek(c) == '*' && c->text[c->at + 1] == '/') {
            scenario_cursor_step(c);
            scenario_cursor_step(c);
            blank_from(c, begin);
            return true;
        }
        scenario_cursor_step(c);
    }
    return scenario_cursor_fail(c, scenario_cursor_place(c),
                                "the text ends inside the comment that begins at %u:%u", place.line,
                                place.column);
}

static bool skip_comment(ScenarioCursor *c)
{
    const size_t begin = c->at;
    const char second = c->text[c->at + 1];

    if (second == '*') {
        return skip_block_comment(c);
    }
    if (second != '/') {
        return scenario_cursor_fail(c, scenario_cursor_place(c),
                                    "a '/' that begins no comment; comments are // and /* */");
    }
    while (!scenario_cursor_at_end(c) && scenario_cursor_peek(c) != '\n') {
        scenario_cursor_step(c);
    }
    blank_from(c, begin);
    return true;
}

bool scenario_cursor_skip_blank(ScenarioCursor *c)
{
    while (!scenario_cursor_at_end(c)) {
        const char next = scenario_cursor_peek(c);

        if (next == '/') {
            if (!skip_comment(c)) {
                return false;
            }
        } else if (next == ' ' || next == '\t' || next == '\n' || next == '\r') {
            scenario_cursor_step(c);
        } else {
            return true;
        }
    }
    return true;
}

/* Reads the four digits of \uXXXX; the cursor stands on the first. */
static bool scan_hex4(ScenarioCursor *c, uint32_t *ret_unit)
{
    uint32_t unit = 0;

    for (int i = 0; i < 4; i++) {
        const int digit =
            scenario_cursor_at_end(c) ? -1 : g_ascii_xdigit_value(scenario_cursor_peek(c));

        if (digit < 0) {
            return scenario_cursor_fail(c, scenario_cursor_place(c),
                                        "\\u takes four hexadecimal digits");
        }
        unit = unit * 16u + (uint32_t)digit;
        scenario_cursor_step(c);
    }
    *ret_unit = unit;
    return true;
}

/* After "\u": one character, or a surrogate pair. */
static bool scan_unicode_escape(ScenarioCursor *c, ScenarioPlace place, GString *out)
{
    uint32_t unit = 0;
    uint32_t low = 0;

    if (!scan_hex4(c, &unit)) {
        return false;
    }
    if (unit == 0) {
        return scenario_cursor_fail(c, place, "the character U+0000 is not allowed");
    }
    if (unit >= 0xDC00 && unit <= 0xDFFF) {
        return scenario_cursor_fail(c, place,
                                    "the low surrogate \\u%04x without a high one before it", unit);
    }
    if (unit >= 0xD800 && unit <= 0xDBFF) {
        if (scenario_cursor_peek(c) != '\\' || c->text[c->at + 1] != 'u') {
            return scenario_cursor_fail(
                c, place, "the high surrogate \\u%04x without a low one after it", unit);
        }
        scenario_cursor_step(c);
        scenario_cursor_step(c);
        if (!scan_hex4(c, &low)) {
            return false;
        }
        if (low < 0xDC00 || low > 0xDFFF) {
            return scenario_cursor_fail(
                c, place, "the high surrogate \\u%04x without a low one after it", unit);
        }
        unit = 0x10000u + ((unit - 0xD800u) << 10) + (low - 0xDC00u);
    }
    g_string_append_unichar(out, unit);
    return true;
}

static bool scan_escape(ScenarioCursor *c, GString *out)
{
    static const char names[] = "\"\\/bfnrt";
    static const char values[] = "\"\\/\b\f\n\r\t";
    const ScenarioPlace place = scenario_cursor_place(c);
    char buffer[16];

    scenario_cursor_step(c);
    if (scenario_cursor_at_end(c)) {
        return true; /* the caller finds the end of the text */
    }
    if (scenario_cursor_peek(c) == 'u') {
        scenario_cursor_step(c);
        return scan_unicode_escape(c, place, out);
    }
    const char *name = memchr(names, scenario_cursor_peek(c), sizeof names - 1);

    if (name == NULL) {
        return scenario_cursor_fail(
            c, place,
            "%s after a backslash; \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\uXXXX are allowed",
            scenario_cursor_shown(c, buffer));
    }
    g_string_append_c(out, values[name - names]);
    scenario_cursor_step(c);
    return true;
}

bool scenario_cursor_string(ScenarioCursor *c, GString *out)
{
    const ScenarioPlace place = scenario_cursor_place(c);
    char buffer[16];

    scenario_cursor_step(c);
    while (!scenario_cursor_at_end(c)) {
        const unsigned char byte = (unsigned char)scenario_cursor_peek(c);

        if (byte == '"') {
            scenario_cursor_step(c);
            return true;
        }
        if (byte < 0x20) {
            return scenario_cursor_fail(
                c, scenario_cursor_place(c),
                "the control character %s inside a string; write it as an escape",
                scenario_cursor_shown(c, buffer));
        }
        if (byte == '\\') {
            if (!scan_escape(c, out)) {
                return false;
            }
            continue;
        }
        g_string_append_c(out, (char)byte);
        scenario_cursor_step(c);
    }
    return scenario_cursor_fail(c, scenario_cursor_place(c),
                                "the text ends inside the string that begins at %u:%u", place.line,
                                place.column);
}

static bool scan_digits(ScenarioCursor *c, const char *after)
{
    if (scenario_cursor_at_end(c)) {
        return scenario_cursor_fail(c, scenario_cursor_place(c), "the text ends inside a number");
    }
    if (!g_ascii_isdigit(scenario_cursor_peek(c))) {
        return scenario_cursor_fail(c, scenario_cursor_place(c),
                                    "a digit must follow %s in a number", after);
    }
    while (g_ascii_isdigit(scenario_cursor_peek(c))) {
        scenario_cursor_step(c);
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

static bool scan_fraction_and_exponent(ScenarioCursor *c)
{
    if (scenario_cursor_peek(c) == '.') {
        scenario_cursor_step(c);
        if (!scan_digits(c, "the '.'")) {
            return false;
        }
    }
    if (scenario_cursor_peek(c) == 'e' || scenario_cursor_peek(c) == 'E') {
        scenario_cursor_step(c);
        if (scenario_cursor_peek(c) == '+' || scenario_cursor_peek(c) == '-') {
            scenario_cursor_step(c);
        }
        return scan_digits(c, "the exponent's 'e'");
    }
    return true;
}

bool scenario_cursor_number(ScenarioCursor *c, ScenarioNodeKind *ret_kind)
{
    const ScenarioPlace place = scenario_cursor_place(c);
    const bool negative = scenario_cursor_peek(c) == '-';

    if (negative) {
        scenario_cursor_step(c);
    }
    const size_t begin = c->at;

    if (!scan_digits(c, "the '-'")) {
        return false;
    }
    const size_t n = c->at - begin;

    if (n > 1 && c->text[begin] == '0') {
        return scenario_cursor_fail(c, place, "a number must not begin with a superfluous 0");
    }
    if (scenario_cursor_peek(c) == '.' || scenario_cursor_peek(c) == 'e' ||
        scenario_cursor_peek(c) == 'E') {
        *ret_kind = SCENARIO_NODE_NUMBER;
        return scan_fraction_and_exponent(c);
    }
    *ret_kind = SCENARIO_NODE_INTEGER;
    if (!integer_fits(c->text + begin, n, negative)) {
        return scenario_cursor_fail(
            c, place,
            "no key takes an integer outside the range from %" G_GINT64_FORMAT
            " to %" G_GUINT64_FORMAT "; its own range may be narrower",
            INT64_MIN, UINT64_MAX);
    }
    return true;
}

bool scenario_cursor_word(ScenarioCursor *c, ScenarioNodeKind *ret_kind)
{
    const ScenarioPlace place = scenario_cursor_place(c);
    const size_t begin = c->at;

    while (g_ascii_isalnum(scenario_cursor_peek(c)) || scenario_cursor_peek(c) == '_') {
        scenario_cursor_step(c);
    }
    const size_t n = c->at - begin;
    const char *word = c->text + begin;

    if (n == 4 && memcmp(word, "null", n) == 0) {
        *ret_kind = SCENARIO_NODE_NULL;
        return true;
    }
    if ((n == 4 && memcmp(word, "true", n) == 0) || (n == 5 && memcmp(word, "false", n) == 0)) {
        *ret_kind = SCENARIO_NODE_BOOL;
        return true;
    }
    return scenario_cursor_fail(
        c, place,
        "the word %.*s is no JSON value; words are true, false and null, strings take "
        "double quotes",
        (int)MIN(n, 40), word);
}

bool scenario_cursor_check_encoding(ScenarioCursor *c)
{
    const char *bad = NULL;

    if (g_str_has_prefix(c->text, "\xEF\xBB\xBF")) {
        return scenario_cursor_fail(
            c, scenario_cursor_place(c),
            "the text begins with a byte order mark; write UTF-8 without one");
    }
    if (c->length == 0 || g_utf8_validate_len(c->text, c->length, &bad)) {
        return true;
    }
    while (c->text + c->at < bad) {
        scenario_cursor_step(c);
    }
    if (scenario_cursor_peek(c) == '\0') {
        return scenario_cursor_fail(c, scenario_cursor_place(c),
                                    "the character U+0000 is not allowed");
    }
    return scenario_cursor_fail(c, scenario_cursor_place(c),
                                "the byte 0x%02X is not valid UTF-8 here",
                                (unsigned char)scenario_cursor_peek(c));
}
