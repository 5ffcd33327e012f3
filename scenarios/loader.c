/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/loader.h"

#include <stdbool.h>
#include <string.h>

#include "scenarios/document.h"
#include "scenarios/file_text.h"
#include "scenarios/include.h"
#include "scenarios/params.h"
#include "scenarios/parts.h"
#include "scenarios/reader.h"

G_DEFINE_QUARK(scenario - error - quark, scenario_error)

/* The file's name without folder and ".json". */
static char *default_name(const char *path)
{
    char *name = g_path_get_basename(path);

    if (g_str_has_suffix(name, ".json")) {
        name[strlen(name) - strlen(".json")] = '\0';
    }
    return name;
}

static void read_name(ScenarioReader *reader, uint32_t node)
{
    Scenario *scenario = reader->scenario;

    scenario->name = default_name(scenario->path);
    if (node == SCENARIO_NODE_NONE ||
        !scenario_reader_text(reader, node, SCENARIO_NAME_BYTES_MAX, &scenario->name)) {
        return;
    }
    if (scenario->name[0] == '\0') {
        scenario_reader_fail(reader, node, "the name must not be empty");
    }
    for (const char *at = scenario->name; *at != '\0'; at += g_utf8_skip[(guchar)*at]) {
        if (g_unichar_iscntrl(g_utf8_get_char(at))) {
            scenario_reader_fail(reader, node, "the name must not hold control characters");
            return;
        }
    }
}

static void read_root(ScenarioReader *reader)
{
    Scenario *scenario = reader->scenario;
    ScenarioRootKeys keys = {0};

    scenario_reader_object(reader, 0, &scenario_root_table, &keys);
    if (keys.schema != SCENARIO_NODE_NONE) {
        scenario_reader_string(reader, keys.schema, "a string");
    }
    read_name(reader, keys.name);
    scenario_reader_text(reader, keys.description, SCENARIO_DESCRIPTION_BYTES_MAX,
                         &scenario->description);
    scenario_reader_uint(reader, keys.seed, 0, UINT64_MAX, &scenario->seed);
    scenario_reader_duration(reader, keys.duration, 1, SCENARIO_DURATION_MAX_NS,
                             &scenario->duration_ns);
    scenario_read_chain(reader, keys.chain);
    scenario_read_peers(reader, keys.peers);
    scenario_read_wire(reader, keys.wire);
    scenario_read_driver(reader, keys.driver);
    scenario_reader_bool(reader, keys.steps, &scenario->steps);
    scenario_read_topology(reader, keys.topology);
    scenario_read_links(reader, keys.links);
    scenario_read_transactions(reader, keys.transactions);
    scenario_read_events(reader, keys.events, keys.random_faults);
    scenario_read_expect(reader, keys.expect);
}

/* The scenario's file and those that are included. */
static GPtrArray *files_of(const ScenarioDocument *document)
{
    GPtrArray *files = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < document->sources->len; i++) {
        const ScenarioSource *source = &g_array_index(document->sources, ScenarioSource, i);

        if (!source->is_override) {
            g_ptr_array_add(files, g_strdup(source->name));
        }
    }
    return files;
}

static Scenario *read_document(ScenarioDocument *document, GError **error)
{
    g_autoptr(Scenario) scenario = g_new0(Scenario, 1);
    ScenarioReader reader;

    scenario->path = g_strdup(document->path);
    scenario->files = files_of(document);
    scenario->description = g_strdup("");
    scenario->seed = 1;
    /* While the duration is unknown, no time is refused for being past the end. */
    scenario->duration_ns = SCENARIO_DURATION_MAX_NS;
    scenario_reader_init(&reader, document, scenario);
    scenario_params_put_in(document, &reader);
    read_root(&reader);
    const bool ok = reader.n_mistakes == 0;

    if (!ok) {
        scenario_reader_set_error(&reader, error);
    }
    scenario_reader_finish(&reader);
    return ok ? g_steal_pointer(&scenario) : NULL;
}

/* Lays all overrides over the document, so that every wrong one is told. */
static bool override_all(ScenarioDocument *document, const ScenarioOverride *overrides,
                         size_t n_overrides, GError **error)
{
    g_autoptr(GString) mistakes = g_string_new(NULL);

    for (size_t i = 0; i < n_overrides; i++) {
        g_autoptr(GError) mistake = NULL;

        if (!scenario_document_override(document, &overrides[i], &mistake)) {
            g_string_append_printf(mistakes, "%s%s", mistakes->len > 0 ? "\n" : "",
                                   mistake->message);
        }
    }
    if (mistakes->len > 0) {
        g_set_error_literal(error, SCENARIO_ERROR, SCENARIO_ERROR_VALUE, mistakes->str);
        return false;
    }
    return true;
}

Scenario *scenario_load_data(const ScenarioText *text, const ScenarioOverride *overrides,
                             size_t n_overrides, GError **error)
{
    g_autoptr(ScenarioDocument) document = scenario_document_new(text, error);

    if (document == NULL || !scenario_include(document, error)) {
        return NULL;
    }
    return override_all(document, overrides, n_overrides, error) ? read_document(document, error)
                                                                 : NULL;
}

Scenario *scenario_load(const char *path, const ScenarioOverride *overrides, size_t n_overrides,
                        GError **error)
{
    size_t length = 0;
    g_autofree char *data = scenario_file_text(path, SCENARIO_FILE_BYTES_MAX, &length, error);

    if (data == NULL) {
        return NULL;
    }
    const ScenarioText text = {.path = path, .data = data, .length = length};

    return scenario_load_data(&text, overrides, n_overrides, error);
}
