/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The shipped scenarios load, and the JSON Schema and the manual know exactly the keys and words
 * that the loader knows.
 */

#include <stdlib.h>
#include <string.h>

#include <check.h>
#include <glib.h>
#include <json-c/json.h>

#include "scenarios/keys.h"
#include "scenarios/loader.h"
#include "tests/library.h"
#include "tests/run_suite.h"

#define MANUAL "docs/scenarios.md"

static struct json_object *schema;
static char *manual;

static void setup(void)
{
    schema = json_object_from_file(LIBRARY_SCHEMA);
    ck_assert_msg(schema != NULL, "%s", json_util_get_last_err());
    ck_assert(g_file_get_contents(MANUAL, &manual, NULL, NULL));
}

static void teardown(void)
{
    json_object_put(schema);
    g_free(manual);
}

static struct json_object *member(struct json_object *object, const char *key)
{
    struct json_object *value = NULL;

    ck_assert_msg(json_object_object_get_ex(object, key, &value), "the schema lacks \"%s\"", key);
    return value;
}

/* ---- Scenarios ------------------------------------------------------------------------------- */

static void assert_loads(const char *name)
{
    g_autofree char *path = library_path(name);
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(Scenario) scenario = scenario_load(path, NULL, 0, &error);

    ck_assert_msg(scenario != NULL, "%s", error == NULL ? "" : error->message);
    ck_assert_msg(scenario->description[0] != '\0', "%s has no description", path);
    ck_assert_str_eq(strchr(name, '/') + 1, scenario->name);
    ck_assert(g_file_get_contents(path, &text, NULL, NULL));
    ck_assert_msg(strstr(text, "\"$schema\": \"../scenario.schema.json\"") != NULL,
                  "%s does not name its schema", path);
}

START_TEST(every_shipped_scenario_loads)
{
    g_autoptr(GPtrArray) names = library_names();

    for (guint i = 0; i < names->len; i++) {
        assert_loads(names->pdata[i]);
    }
}
END_TEST

/* A preset needs nothing but who takes part. */
START_TEST(every_preset_loads)
{
    g_autoptr(GDir) folder = g_dir_open(LIBRARY_FOLDER "/presets", 0, NULL);
    uint32_t n = 0;

    ck_assert_ptr_nonnull(folder);
    for (const char *name = g_dir_read_name(folder); name != NULL; name = g_dir_read_name(folder)) {
        g_autofree char *json =
            g_strdup_printf("{\"include\": \"%s\", \"duration\": \"1min\","
                            " \"peers\": {\"bp\": {\"count\": 21, \"produces\": true}}}",
                            name);
        const ScenarioText text = {
            .path = LIBRARY_FOLDER "/presets/test.json", .data = json, .length = strlen(json)};
        g_autoptr(GError) error = NULL;
        g_autoptr(Scenario) scenario = scenario_load_data(&text, NULL, 0, &error);

        ck_assert_msg(scenario != NULL, "%s", error == NULL ? "" : error->message);
        ck_assert_msg(g_str_has_suffix(name, ".part.json"), "%s", name);
        n++;
    }
    ck_assert_uint_ge(n, 5);
}
END_TEST

START_TEST(the_example_of_the_manual_loads)
{
    const char *begin = strstr(manual, "```json\n");

    ck_assert_ptr_nonnull(begin);
    begin += strlen("```json\n");
    const char *end = strstr(begin, "```");

    ck_assert_ptr_nonnull(end);
    const ScenarioText text = {.path = MANUAL, .data = begin, .length = (size_t)(end - begin)};
    g_autoptr(GError) error = NULL;
    g_autoptr(Scenario) scenario = scenario_load_data(&text, NULL, 0, &error);

    ck_assert_msg(scenario != NULL, "%s", error == NULL ? "" : error->message);
    ck_assert_uint_eq(scenario->n_peers, 6);
}
END_TEST

/* ---- Schema ---------------------------------------------------------------------------------- */

static struct json_object *definition(const char *name)
{
    return member(member(schema, "$defs"), name);
}

static bool is_required(struct json_object *object, const char *key)
{
    struct json_object *required = NULL;

    if (!json_object_object_get_ex(object, "required", &required)) {
        return false;
    }
    for (size_t i = 0; i < json_object_array_length(required); i++) {
        if (strcmp(json_object_get_string(json_object_array_get_idx(required, i)), key) == 0) {
            return true;
        }
    }
    return false;
}

/* Where the schema says which keys are required: not where a file is laid over another one that
 * may supply them. */
static struct json_object *whole_of(const ScenarioKeyTable *table, struct json_object *object)
{
    if (table == &scenario_root_table) {
        return json_object_array_get_idx(member(schema, "anyOf"), 0);
    }
    if (table != &scenario_link_regions_table) {
        return object;
    }
    struct json_object *links = member(member(member(schema, "else"), "properties"), "links");

    return member(member(links, "properties"), "regions");
}

static void compare_with_schema(const ScenarioKeyTable *table)
{
    struct json_object *object = definition(table->name);
    struct json_object *properties = member(object, "properties");
    struct json_object *whole = whole_of(table, object);

    ck_assert_msg(!json_object_get_boolean(member(object, "additionalProperties")), "%s",
                  table->name);
    for (size_t i = 0; i < table->n_keys; i++) {
        const ScenarioKey *key = &table->keys[i];
        struct json_object *property = member(properties, key->name);

        ck_assert_msg(json_object_get_string_len(member(property, "description")) > 5, "%s",
                      key->name);
        ck_assert_msg(json_object_array_length(member(property, "examples")) > 0, "%s", key->name);
        ck_assert_msg(is_required(whole, key->name) == key->required, "%s/%s", table->name,
                      key->name);
    }
    ck_assert_msg((size_t)json_object_object_length(properties) == table->n_keys,
                  "the schema knows other keys of %s", table->name);
}

START_TEST(the_schema_has_every_key)
{
    ck_assert_str_eq(json_object_get_string(member(schema, "$schema")),
                     "https://json-schema.org/draft/2020-12/schema");
    for (size_t i = 0; scenario_key_tables[i] != NULL; i++) {
        compare_with_schema(scenario_key_tables[i]);
    }
}
END_TEST

START_TEST(the_schema_has_every_word)
{
    for (size_t i = 0; scenario_word_tables[i] != NULL; i++) {
        const ScenarioWordTable *table = scenario_word_tables[i];
        struct json_object *either = member(definition(table->name), "anyOf");
        struct json_object *words = member(json_object_array_get_idx(either, 0), "enum");

        ck_assert_uint_eq(json_object_array_length(words), table->n_words);
        for (size_t j = 0; j < table->n_words; j++) {
            ck_assert_str_eq(json_object_get_string(json_object_array_get_idx(words, j)),
                             table->words[j].word);
        }
    }
}
END_TEST

/* The schema is held to the loader's own strictness: no key twice, no bad encoding. */
START_TEST(the_schema_is_strict_json)
{
    g_autoptr(GError) error = NULL;

    ck_assert_ptr_null(scenario_load(LIBRARY_SCHEMA, NULL, 0, &error));
    ck_assert_int_eq(error->code, SCENARIO_ERROR_VALUE);
}
END_TEST

/* ---- Manual ---------------------------------------------------------------------------------- */

/* The section of the objects at `where`, without the heading. */
static char *manual_section(const char *where)
{
    g_autofree char *heading = g_strdup_printf("\n### `%s`\n", where);
    const char *begin = strstr(manual, heading);

    ck_assert_msg(begin != NULL, "the manual has no section %s", where);
    begin += strlen(heading);
    const char *end = strstr(begin, "\n##");

    return end == NULL ? g_strdup(begin) : g_strndup(begin, (gsize)(end - begin));
}

static size_t count_rows(const char *section)
{
    size_t n = 0;

    for (const char *at = strstr(section, "\n| `"); at != NULL; at = strstr(at + 1, "\n| `")) {
        n++;
    }
    return n;
}

START_TEST(the_manual_has_every_key)
{
    for (size_t i = 0; scenario_key_tables[i] != NULL; i++) {
        const ScenarioKeyTable *table = scenario_key_tables[i];
        g_autofree char *section = manual_section(table->where);

        for (size_t j = 0; j < table->n_keys; j++) {
            g_autofree char *row = g_strdup_printf("\n| `%s` | ", table->keys[j].name);

            ck_assert_msg(strstr(section, row) != NULL, "the manual lacks %s of %s",
                          table->keys[j].name, table->where);
        }
        ck_assert_msg(count_rows(section) == table->n_keys, "the manual knows other keys of %s",
                      table->where);
    }
}
END_TEST

START_TEST(the_manual_has_every_word)
{
    for (size_t i = 0; scenario_word_tables[i] != NULL; i++) {
        for (size_t j = 0; j < scenario_word_tables[i]->n_words; j++) {
            g_autofree char *word =
                g_strdup_printf("`\"%s\"`", scenario_word_tables[i]->words[j].word);

            ck_assert_msg(strstr(manual, word) != NULL, "the manual lacks %s", word);
        }
    }
}
END_TEST

/* ---- Misspellings ---------------------------------------------------------------------------- */

START_TEST(misspellings)
{
    static const struct {
        const char *a, *b;
        uint32_t distance;
    } cases[] = {
        {"", "", 0},
        {"peers", "peers", 0},
        {"peers", "peer", 1},
        {"", "abc", 3},
        {"latency", "latecny", 1},
        {"rate", "race", 1},
        {"seed", "sede", 1},
        {"abcd", "badc", 2},
        {"kitten", "sitting", 3},
        {"count", "at_most", 6},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        ck_assert_uint_eq(scenario_misspelling(cases[i].a, cases[i].b), cases[i].distance);
        ck_assert_uint_eq(scenario_misspelling(cases[i].b, cases[i].a), cases[i].distance);
    }
    g_autofree char *long_a = g_strnfill(64, 'a');
    g_autofree char *longer_a = g_strnfill(65, 'a');

    ck_assert_uint_eq(scenario_misspelling(long_a, long_a), 0);
    ck_assert_uint_eq(scenario_misspelling(long_a, longer_a), 65);
    ck_assert(scenario_worth_suggesting("lib", 1));
    ck_assert(!scenario_worth_suggesting("lib", 2));
    ck_assert(scenario_worth_suggesting("transactions", 4));
    ck_assert(!scenario_worth_suggesting("transactions", 5));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("scenario_library");
    TCase *tcase = tcase_create("library");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, every_shipped_scenario_loads);
    tcase_add_test(tcase, every_preset_loads);
    tcase_add_test(tcase, the_example_of_the_manual_loads);
    tcase_add_test(tcase, the_schema_has_every_key);
    tcase_add_test(tcase, the_schema_has_every_word);
    tcase_add_test(tcase, the_schema_is_strict_json);
    tcase_add_test(tcase, the_manual_has_every_key);
    tcase_add_test(tcase, the_manual_has_every_word);
    tcase_add_test(tcase, misspellings);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
