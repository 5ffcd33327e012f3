/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <check.h>
#include <glib.h>

#include "scenarios/json_scan.h"
#include "scenarios/loader.h"
#include "tests/run_suite.h"

static GArray *nodes;
static GStringChunk *keys;
static char *text; /* what was scanned last, comments blanked */
static ScenarioScanError mistake;

static void setup(void)
{
    nodes = g_array_new(FALSE, FALSE, sizeof(ScenarioNode));
    keys = g_string_chunk_new(256);
    text = NULL;
    mistake = (ScenarioScanError){0};
}

static void teardown(void)
{
    g_free(mistake.message);
    g_free(text);
    g_string_chunk_free(keys);
    g_array_unref(nodes);
}

static bool scan_bytes(const char *bytes, size_t length)
{
    const ScenarioScan scan = {.nodes = nodes, .keys = keys, .source = 5};

    g_free(text);
    text = g_malloc(length + 1);
    memcpy(text, bytes, length);
    text[length] = '\0';
    g_free(mistake.message);
    mistake = (ScenarioScanError){0};
    g_array_set_size(nodes, 0);
    return scenario_json_scan(&scan, text, length, &mistake);
}

static bool scan(const char *json)
{
    return scan_bytes(json, strlen(json));
}

static const ScenarioNode *node_at(uint32_t i)
{
    return &g_array_index(nodes, ScenarioNode, i);
}

static void assert_refused(const char *json, uint32_t line, uint32_t column, const char *message)
{
    ck_assert_msg(!scan(json), "accepted: %s", json);
    ck_assert_msg(mistake.line == line && mistake.column == column, "%s: at %u:%u, not %u:%u", json,
                  mistake.line, mistake.column, line, column);
    ck_assert_msg(strstr(mistake.message, message) != NULL, "%s: %s", json, mistake.message);
}

START_TEST(nodes_know_where_they_stand)
{
    ck_assert(scan("{ \"a\" :\n  [1,\t\"\xC3\xA4\xF0\x9F\x98\x80\", null],\"b\":{\"c\":true}\n}"));
    static const struct {
        const char *key;
        ScenarioNodeKind kind;
        uint32_t parent, line, column, key_line, key_column;
    } expected[] = {
        {NULL, SCENARIO_NODE_OBJECT, 0, 1, 1, 1, 1},  {"a", SCENARIO_NODE_ARRAY, 0, 2, 3, 1, 3},
        {NULL, SCENARIO_NODE_INTEGER, 1, 2, 4, 2, 4}, {NULL, SCENARIO_NODE_STRING, 1, 2, 7, 2, 7},
        {NULL, SCENARIO_NODE_NULL, 1, 2, 13, 2, 13},  {"b", SCENARIO_NODE_OBJECT, 0, 2, 23, 2, 19},
        {"c", SCENARIO_NODE_BOOL, 5, 2, 28, 2, 24},
    };

    ck_assert_uint_eq(nodes->len, G_N_ELEMENTS(expected));
    for (uint32_t i = 0; i < nodes->len; i++) {
        const ScenarioNode *node = node_at(i);

        ck_assert_pstr_eq(node->key, expected[i].key);
        ck_assert_uint_eq(node->kind, expected[i].kind);
        ck_assert_uint_eq(node->parent, expected[i].parent);
        ck_assert_uint_eq(node->line, expected[i].line);
        ck_assert_uint_eq(node->column, expected[i].column);
        ck_assert_uint_eq(node->key_line, expected[i].key_line);
        ck_assert_uint_eq(node->key_column, expected[i].key_column);
        ck_assert_uint_eq(node->source, 5);
    }
    ck_assert_uint_eq(node_at(0)->n_children, 2);
    ck_assert_uint_eq(node_at(0)->first, 1);
    ck_assert_uint_eq(node_at(0)->last, 5);
    ck_assert_uint_eq(node_at(1)->next, 5);
    ck_assert_uint_eq(node_at(1)->n_children, 3);
    ck_assert_uint_eq(node_at(4)->next, SCENARIO_NODE_NONE);
}
END_TEST

START_TEST(comments_become_spaces)
{
    ck_assert(scan("// \xC3\xA4\n[1/* 2,\n 3 */,4] // end"));
    ck_assert_str_eq(text, "     \n[1     \n     ,4]       ");
    ck_assert_uint_eq(node_at(2)->line, 3);
    ck_assert_uint_eq(node_at(2)->column, 7);
    ck_assert(scan("[\"// no comment /* \"]"));
    ck_assert_str_eq(text, "[\"// no comment /* \"]");
    ck_assert(scan("/**/[/***/]/****/"));
    assert_refused("[1] /", 1, 5, "begins no comment");
    assert_refused("[1] /*/", 1, 8, "inside the comment that begins at 1:5");
    assert_refused("[1] /* *", 1, 9, "inside the comment");
}
END_TEST

START_TEST(what_rfc_8259_allows)
{
    static const char *const texts[] = {
        "0",
        "-0",
        "1",
        "-1",
        "0.5",
        "-0.0",
        "1e5",
        "1E+5",
        "1e-5",
        "10.25e007",
        "1e99999",
        "18446744073709551615",
        "-9223372036854775808",
        "true",
        "false",
        "null",
        "\"\"",
        "{}",
        "[]",
        " \t\r\n[ ] \t\r\n",
        "{\"\":0}",
        "{\"a\":1,\"A\":2}",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
        "\"\\u0001\\uD834\\uDD1E\\u00e9\"",
        "\"\x7F\xC2\x80\xEF\xBF\xBF\xF4\x8F\xBF\xBF\"",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        ck_assert_msg(scan(texts[i]), "%s: %s", texts[i], mistake.message);
    }
}
END_TEST

START_TEST(what_rfc_8259_refuses)
{
    assert_refused("", 1, 1, "the text ends where a value is expected");
    assert_refused("  \n ", 2, 2, "the text ends where a value is expected");
    assert_refused("00", 1, 1, "superfluous 0");
    assert_refused("-01", 1, 1, "superfluous 0");
    assert_refused("[1.]", 1, 4, "a digit must follow the '.'");
    assert_refused("1.e5", 1, 3, "a digit must follow the '.'");
    assert_refused("1e+", 1, 4, "the text ends inside a number");
    assert_refused("[1e+]", 1, 5, "a digit must follow the exponent's 'e'");
    assert_refused("[-]", 1, 3, "a digit must follow the '-'");
    assert_refused("--1", 1, 2, "a digit must follow the '-'");
    assert_refused("nul", 1, 1, "the word nul is no JSON value");
    assert_refused("nulls", 1, 1, "the word nulls is no JSON value");
    assert_refused("NaN", 1, 1, "the word NaN is no JSON value");
    assert_refused("[1 2]", 1, 4, "expected ',' or ']', found '2'");
    assert_refused("[,1]", 1, 2, "expected a value, found ','");
    assert_refused("[1,]", 1, 3, "a comma must not stand before the closing ']'");
    assert_refused("{\"a\":1,}", 1, 7, "a comma must not stand before the closing '}'");
    assert_refused("{\"a\"}", 1, 5, "expected ':' after a key, found '}'");
    assert_refused("{1:2}", 1, 2, "expected a key in double quotes, found '1'");
    assert_refused("[1]]", 1, 4, "expected the end of the text, found ']'");
    assert_refused("[1] \xC3\xA4", 1, 5, "found '\xC3\xA4'");
    assert_refused("[\v1]", 1, 2, "found U+000B");
    assert_refused("'a'", 1, 1, "double quotes");
    assert_refused("\"a", 1, 3, "inside the string that begins at 1:1");
    assert_refused("\"a\\", 1, 4, "inside the string that begins at 1:1");
    assert_refused("\"\x1F\"", 1, 2, "the control character U+001F");
    assert_refused("\"\\a\"", 1, 2, "'a' after a backslash");
    assert_refused("\"\\u12\"", 1, 6, "four hexadecimal digits");
    assert_refused("\"\\uD834\"", 1, 2, "the high surrogate \\ud834");
    assert_refused("\"\\uD834\\u0041\"", 1, 2, "the high surrogate \\ud834");
    assert_refused("\"\\uDD1E\"", 1, 2, "the low surrogate \\udd1e");
}
END_TEST

START_TEST(bad_utf_8)
{
    assert_refused("\"\x80\"", 1, 2, "0x80");
    assert_refused("\"\xC0\x80\"", 1, 2, "0xC0");         /* overlong */
    assert_refused("\"\xE0\x80\x80\"", 1, 2, "0xE0");     /* overlong */
    assert_refused("\"\xED\xA0\x80\"", 1, 2, "0xED");     /* a surrogate */
    assert_refused("\"\xF4\x90\x80\x80\"", 1, 2, "0xF4"); /* beyond U+10FFFF */
    assert_refused("[1,\n\"\xC3\xA4\xC3\"]", 2, 3, "0xC3");
    assert_refused("// \xFF\n1", 1, 4, "0xFF");
    assert_refused("\xEF\xBB\xBF[]", 1, 1, "byte order mark");
    ck_assert(!scan_bytes("[1]\0", 4));
    ck_assert_uint_eq(mistake.column, 4);
    ck_assert_str_eq(mistake.message, "the character U+0000 is not allowed");
    assert_refused("\"\\u0000\"", 1, 2, "the character U+0000 is not allowed");
}
END_TEST

START_TEST(duplicate_keys)
{
    assert_refused("{\"a\":1,\n\"b\":2,\n \"a\":3}", 3, 2,
                   "the key \"a\" stands here a second time; the first is at 1:2");
    assert_refused("{\"a\":1,\"\\u0061\":3}", 1, 8, "the key \"a\" stands here a second time");
    assert_refused("{\"\":1,\"\":3}", 1, 7, "a second time");
    ck_assert(scan("{\"a\":{\"a\":{\"a\":1}},\"b\":{\"a\":1}}"));
}
END_TEST

START_TEST(integers_at_the_limit)
{
    ck_assert(scan("18446744073709551615"));
    ck_assert(scan("-9223372036854775808"));
    assert_refused("18446744073709551616", 1, 1,
                   "from -9223372036854775808 to 18446744073709551615");
    assert_refused("-9223372036854775809", 1, 1, "from -9223372036854775808");
    assert_refused("100000000000000000000000000000000", 1, 1, "from -9223372036854775808");
    ck_assert(scan("100000000000000000000000000000000.0"));
}
END_TEST

START_TEST(depth_at_the_limit)
{
    g_autoptr(GString) json = g_string_new(NULL);

    for (uint32_t i = 0; i < SCENARIO_DEPTH_MAX / 2; i++) {
        g_string_append(json, "[{\"a\":");
    }
    g_string_append_c(json, '1');
    for (uint32_t i = 0; i < SCENARIO_DEPTH_MAX / 2; i++) {
        g_string_append(json, "}]");
    }
    ck_assert(scan(json->str));
    g_string_prepend_c(json, '[');
    g_string_append_c(json, ']');
    assert_refused(json->str, 1, 1 + 1 + 6 * (SCENARIO_DEPTH_MAX / 2) - 5, "64 deep at most");
}
END_TEST

START_TEST(values_at_the_limit)
{
    g_autoptr(GString) json = g_string_new("[0");

    for (uint32_t i = 2; i < SCENARIO_VALUES_MAX; i++) {
        g_string_append(json, ",0");
    }
    g_string_append_c(json, ']');
    ck_assert(scan(json->str));
    ck_assert_uint_eq(nodes->len, SCENARIO_VALUES_MAX);
    g_string_truncate(json, json->len - 1);
    g_string_append(json, ",0]");
    assert_refused(json->str, 1, 2 * SCENARIO_VALUES_MAX, "1000000 values at most");
}
END_TEST

/* Every beginning of a text must be refused, at its end. */
START_TEST(every_truncation)
{
    static const char whole[] =
        "{\"a\": [1, \"x\\u00e4\\ud83d\\ude00\", {\"b\": null}, -2.5e-3, true]} ";

    ck_assert(scan(whole));
    for (size_t length = 0; length + 2 < sizeof whole - 1; length++) {
        ck_assert_msg(!scan_bytes(whole, length), "accepted the first %zu bytes", length);
        ck_assert_uint_le(mistake.column, length + 1);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("scenario_scan");
    TCase *tcase = tcase_create("scan");

    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, nodes_know_where_they_stand);
    tcase_add_test(tcase, comments_become_spaces);
    tcase_add_test(tcase, what_rfc_8259_allows);
    tcase_add_test(tcase, what_rfc_8259_refuses);
    tcase_add_test(tcase, bad_utf_8);
    tcase_add_test(tcase, duplicate_keys);
    tcase_add_test(tcase, integers_at_the_limit);
    tcase_add_test(tcase, depth_at_the_limit);
    tcase_add_test(tcase, values_at_the_limit);
    tcase_add_test(tcase, every_truncation);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
