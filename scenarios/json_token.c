/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/json_token.h"

#include <stdarg.h>
#include <string.h>

/* Fills the error and returns false, so that a caller can return the call. */
bool G_GNUC_PRINTF(3, 4) scenario_token_fail(ScenarioToken *s, ScenarioPlace place, const char *format, ...)
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

bool scenario_token_at_end(const ScenarioToken *s)
{
    return s->at >= s->length;
}

char scenario_token_peek(const ScenarioToken *s)
{
    return s->text[s->at]; /* NUL at the end */
}

/* Steps over one byte; a column is counted at the first byte of a character. */
void scenario_token_step(ScenarioToken *s)
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
const char *scenario_token_shown(const ScenarioToken *s, char buffer[16])
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

static void blank_from(ScenarioToken *s, size_t begin)
{
    for (size_t i = begin; i < s->at; i++) {
        if (s->text[i] != '\n') {
            s->text[i] = ' ';
        }
    }
}

static bool skip_block_comment(ScenarioToken *s)
{
    const ScenarioPlace place = scenario_token_place(s);
    const size_t begin = s->at;

    scenario_token_step(s);
    scenario_token_step(s);
    while (!scenario_token_at_end(s)) {
        if (scenario_token_peek(s) == '*' && s->text[s->at + 1] == '/') {
            scenario_token_step(s);
            scenario_token_step(s);
            blank_from(s, begin);
            return true;
        }
        scenario_token_step(s);
    }
    return scenario_token_fail(s, scenario_token_place(s), "the text ends inside the comment that begins at %u:%u", place.line,
                   place.column);
}

static bool skip_comment(ScenarioToken *s)
{
    const size_t begin = s->at;
    const char second = s->text[s->at + 1];

    if (second == '*') {
        return skip_block_comment(s);
    }
    if (second != '/') {
        return scenario_token_fail(s, scenario_token_place(s), "a '/' that begins no comment; comments are // and /* */");
    }
    while (!scenario_token_at_end(s) && scenario_token_peek(s) != '\n') {
        scenario_token_step(s);
    }
    blank_from(s, begin);
    return true;
}

bool scenario_token_skip_blank(ScenarioToken *s)
{
    while (!scenario_token_at_end(s)) {
        const char c = scenario_token_peek(s);

        if (c == '/') {
            if (!skip_comment(s)) {
                return false;
            }
        } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            scenario_token_step(s);
        } else {
            return true;
        }
    }
    return true;
}

/* Reads the four digits of \uXXXX; the cursor stands on the first. */
static bool scan_hex4(ScenarioToken *s, uint32_t *ret_unit)
{
    uint32_t unit = 0;

    for (int i = 0; i < 4; i++) {
        const int digit = scenario_token_at_end(s) ? -1 : g_ascii_xdigit_value(scenario_token_peek(s));

        if (digit < 0) {
            return scenario_token_fail(s, scenario_token_place(s), "\\u takes four hexadecimal digits");
        }
        unit = unit * 16u + (uint32_t)digit;
        scenario_token_step(s);
    }
    *ret_unit = unit;
    return true;
}

/* After "\u": one character, or a surrogate pair. */
static bool scan_unicode_escape(ScenarioToken *s, ScenarioPlace place, GString *out)
{
    uint32_t unit = 0;
    uint32_t low = 0;

    if (!scan_hex4(s, &unit)) {
        return false;
    }
    if (unit == 0) {
        return scenario_token_fail(s, place, "the character U+0000 is not allowed");
    }
    if (unit >= 0xDC00 && unit <= 0xDFFF) {
        return scenario_token_fail(s, place, "the low surrogate \\u%04x without a high one before it", unit);
    }
    if (unit >= 0xD800 && unit <= 0xDBFF) {
        if (scenario_token_peek(s) != '\\' || s->text[s->at + 1] != 'u') {
            return scenario_token_fail(s, place, "the high surrogate \\u%04x without a low one after it", unit);
        }
        scenario_token_step(s);
        scenario_token_step(s);
        if (!scan_hex4(s, &low)) {
            return false;
        }
        if (low < 0xDC00 || low > 0xDFFF) {
            return scenario_token_fail(s, place, "the high surrogate \\u%04x without a low one after it", unit);
        }
        unit = 0x10000u + ((unit - 0xD800u) << 10) + (low - 0xDC00u);
    }
    g_string_append_unichar(out, unit);
    return true;
}

static bool scan_escape(ScenarioToken *s, GString *out)
{
    static const char names[] = "\"\\/bfnrt";
    static const char values[] = "\"\\/\b\f\n\r\t";
    const ScenarioPlace place = scenario_token_place(s);
    char buffer[16];

    scenario_token_step(s);
    if (scenario_token_at_end(s)) {
        return true; /* the caller finds the end of the text */
    }
    if (scenario_token_peek(s) == 'u') {
        scenario_token_step(s);
        return scan_unicode_escape(s, place, out);
    }
    const char *name = memchr(names, scenario_token_peek(s), sizeof names - 1);

    if (name == NULL) {
        return scenario_token_fail(
            s, place,
            "%s after a backslash; \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\uXXXX are allowed",
            scenario_token_shown(s, buffer));
    }
    g_string_append_c(out, values[name - names]);
    scenario_token_step(s);
    return true;
}

/* The cursor stands on the first quote. Appends the unescaped text to `out`. */
bool scenario_token_string(ScenarioToken *s, GString *out)
{
    const ScenarioPlace place = scenario_token_place(s);
    char buffer[16];

    scenario_token_step(s);
    while (!scenario_token_at_end(s)) {
        const unsigned char byte = (unsigned char)scenario_token_peek(s);

        if (byte == '"') {
            scenario_token_step(s);
            return true;
        }
        if (byte < 0x20) {
            return scenario_token_fail(s, scenario_token_place(s),
                           "the control character %s inside a string; write it as an escape",
                           scenario_token_shown(s, buffer));
        }
        if (byte == '\\') {
            if (!scan_escape(s, out)) {
                return false;
            }
            continue;
        }
        g_string_append_c(out, (char)byte);
        scenario_token_step(s);
    }
    return scenario_token_fail(s, scenario_token_place(s), "the text ends inside the string that begins at %u:%u", place.line,
                   place.column);
}

static bool scan_digits(ScenarioToken *s, const char *after)
{
    if (scenario_token_at_end(s)) {
        return scenario_token_fail(s, scenario_token_place(s), "the text ends inside a number");
    }
    if (!g_ascii_isdigit(scenario_token_peek(s))) {
        return scenario_token_fail(s, scenario_token_place(s), "a digit must follow %s in a number", after);
    }
    while (g_ascii_isdigit(scenario_token_peek(s))) {
        scenario_token_step(s);
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

static bool scan_fraction_and_exponent(ScenarioToken *s)
{
    if (scenario_token_peek(s) == '.') {
        scenario_token_step(s);
        if (!scan_digits(s, "the '.'")) {
            return false;
        }
    }
    if (scenario_token_peek(s) == 'e' || scenario_token_peek(s) == 'E') {
        scenario_token_step(s);
        if (scenario_token_peek(s) == '+' || scenario_token_peek(s) == '-') {
            scenario_token_step(s);
        }
        return scan_digits(s, "the exponent's 'e'");
    }
    return true;
}

bool scenario_token_number(ScenarioToken *s, ScenarioNodeKind *ret_kind)
{
    const ScenarioPlace place = scenario_token_place(s);
    const bool negative = scenario_token_peek(s) == '-';

    if (negative) {
        scenario_token_step(s);
    }
    const size_t begin = s->at;

    if (!scan_digits(s, "the '-'")) {
        return false;
    }
    const size_t n = s->at - begin;

    if (n > 1 && s->text[begin] == '0') {
        return scenario_token_fail(s, place, "a number must not begin with a superfluous 0");
    }
    if (scenario_token_peek(s) == '.' || scenario_token_peek(s) == 'e' || scenario_token_peek(s) == 'E') {
        *ret_kind = SCENARIO_NODE_NUMBER;
        return scan_fraction_and_exponent(s);
    }
    *ret_kind = SCENARIO_NODE_INTEGER;
    if (!integer_fits(s->text + begin, n, negative)) {
        return scenario_token_fail(s, place,
                       "an integer must be from %" G_GINT64_FORMAT " to %" G_GUINT64_FORMAT,
                       INT64_MIN, UINT64_MAX);
    }
    return true;
}

bool scenario_token_word(ScenarioToken *s, ScenarioNodeKind *ret_kind)
{
    const ScenarioPlace place = scenario_token_place(s);
    const size_t begin = s->at;

    while (g_ascii_isalnum(scenario_token_peek(s)) || scenario_token_peek(s) == '_') {
        scenario_token_step(s);
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
    return scenario_token_fail(s, place,
                   "the word %.*s is no JSON value; words are true, false and null, strings take "
                   "double quotes",
                   (int)MIN(n, 40), word);
}

/* Also refuses NUL bytes. On failure the cursor stands at the bad byte. */
bool scenario_token_check_encoding(ScenarioToken *s)
{
    const char *bad = NULL;

    if (g_str_has_prefix(s->text, "\xEF\xBB\xBF")) {
        return scenario_token_fail(s, scenario_token_place(s),
                       "the text begins with a byte order mark; write UTF-8 without one");
    }
    if (s->length == 0 || g_utf8_validate_len(s->text, s->length, &bad)) {
        return true;
    }
    while (s->text + s->at < bad) {
        scenario_token_step(s);
    }
    if (scenario_token_peek(s) == '\0') {
        return scenario_token_fail(s, scenario_token_place(s), "the character U+0000 is not allowed");
    }
    return scenario_token_fail(s, scenario_token_place(s), "the byte 0x%02X is not valid UTF-8 here", (unsigned char)scenario_token_peek(s));
}

