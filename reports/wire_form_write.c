/* SPDX-License-Identifier: Apache-2.0 */
#include "reports/wire_form_write.h"

#include <stdbool.h>

#include <json-c/json.h>

#define INDENT 2

/* --- characters ------------------------------------------------------------------------------ */

/* A character that changes how a terminal shows what is around it: DEL and the C1 controls, line
 * separators, and all that turn the direction of writing. Those below a space are escaped by
 * json-c. */
static bool needs_escape(gunichar c)
{
    return (c >= 0x7f && c <= 0x9f) || c == 0x61c || c == 0x200e || c == 0x200f ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

/* Appends JSON, which is valid UTF-8 and has such characters in its strings alone. */
static void append_escaped(GString *out, const char *json, size_t n)
{
    size_t copied = 0;
    for (size_t i = 0; i < n;) {
        const size_t length = (size_t)g_utf8_skip[(guchar)json[i]];
        const gunichar c = g_utf8_get_char(json + i);
        if (needs_escape(c)) {
            g_string_append_len(out, json + copied, (gssize)(i - copied));
            g_string_append_printf(out, "\\u%04x", c);
            copied = i + length;
        }
        i += length;
    }
    g_string_append_len(out, json + copied, (gssize)(n - copied));
}

static void append_json(GString *out, json_object *value)
{
    size_t n;
    const char *json = json_object_to_json_string_length(
        value, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &n);
    append_escaped(out, json, n);
}

/* --- text ------------------------------------------------------------------------------------ */

/* Names, keys, times and hexadecimal digits are written without quotation marks. */
static bool is_word(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char c = text[i];
        if (!g_ascii_isalnum(c) && c != '.' && c != '_' && c != '-' && c != ':') {
            return false;
        }
    }
    return n > 0;
}

static bool is_nested(json_object *value)
{
    return (json_object_is_type(value, json_type_object) && json_object_object_length(value) > 0) ||
           (json_object_is_type(value, json_type_array) && json_object_array_length(value) > 0);
}

static void append_leaf(GString *out, json_object *value)
{
    if (json_object_is_type(value, json_type_string)) {
        const char *text = json_object_get_string(value);
        size_t n = (size_t)json_object_get_string_len(value);
        if (is_word(text, n)) {
            g_string_append_len(out, text, (gssize)n);
            return;
        }
    }
    append_json(out, value);
}

static void append_indent(GString *out, int indent)
{
    g_string_append_printf(out, "%*s", indent, "");
}

static void append_nested(GString *out, json_object *value, int indent, bool in_line);

/* The items of an array or the members of an object that is not empty, each on lines of its own.
 * The first goes on in the line that was begun, where that is so. */
static void append_items(GString *out, json_object *array, int indent, bool in_line)
{
    for (size_t i = 0; i < json_object_array_length(array); i++) {
        append_indent(out, in_line && i == 0 ? 0 : indent);
        g_string_append(out, "- ");
        json_object *item = json_object_array_get_idx(array, i);
        if (is_nested(item)) {
            append_nested(out, item, indent + INDENT, true);
        } else {
            append_leaf(out, item);
            g_string_append_c(out, '\n');
        }
    }
}

static void append_members(GString *out, json_object *object, int indent, bool in_line)
{
    struct json_object_iterator at = json_object_iter_begin(object);
    const struct json_object_iterator end = json_object_iter_end(object);
    for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at)) {
        append_indent(out, in_line ? 0 : indent);
        in_line = false;
        g_string_append(out, json_object_iter_peek_name(&at));
        json_object *value = json_object_iter_peek_value(&at);
        if (is_nested(value)) {
            g_string_append(out, ":\n");
            append_nested(out, value, indent + INDENT, false);
        } else {
            g_string_append(out, ": ");
            append_leaf(out, value);
            g_string_append_c(out, '\n');
        }
    }
}

/* No deeper than the forms are: no value of the protocol holds another of its own kind. */
static void append_nested(GString *out, json_object *value, int indent, bool in_line)
{
    if (json_object_is_type(value, json_type_array)) {
        append_items(out, value, indent, in_line);
    } else {
        append_members(out, value, indent, in_line);
    }
}

/* --------------------------------------------------------------------------------------------- */

void report_form_append(GString *out, ReportFormStyle style, const char *name, json_object *tree)
{
    json_object *object = json_object_new_object();
    json_object_object_add(object, name, tree);
    switch (style) {
    case REPORT_FORM_TEXT:
        append_members(out, object, 0, false);
        break;
    case REPORT_FORM_JSON:
        append_json(out, object);
        g_string_append_c(out, '\n');
        break;
    }
    json_object_put(object);
}
