/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "scenarios/line_file.h"
#include "scenarios/link_latency.h"
#include "scenarios/sample.h"
#include "scenarios/units.h"

#define MILLION UINT64_C(1000000)

/* Of a value, in millionths; so that the greatest of all times the most values fits. */
#define WEIGHT_MAX_MICRO (10u * MILLION * MILLION)

#define TOO_MANY "the samples of the scenario have more than %u values, the most allowed"

/* How many values a further sample may have. */
static uint32_t room_of(const ScenarioReader *reader)
{
    const GPtrArray *samples = reader->scenario->samples;
    uint32_t room = SCENARIO_SAMPLE_VALUES_MAX;

    for (guint i = 0; samples != NULL && i < samples->len; i++) {
        room -= scenario_sample_count(samples->pdata[i]);
    }
    return room;
}

/* Takes the values over into the scenario; they must weigh something. */
static void add_sample(ScenarioReader *reader, uint32_t node, GArray *values,
                       ScenarioLatency *latency)
{
    Scenario *scenario = reader->scenario;
    ScenarioWeighted *all = (ScenarioWeighted *)(void *)values->data;
    uint64_t total = 0;

    for (guint i = 0; i < values->len; i++) {
        total += all[i].weight;
    }
    if (total == 0) {
        scenario_reader_fail(reader, node, "all weights are 0");
        return;
    }
    if (scenario->samples == NULL) {
        scenario->samples = g_ptr_array_new_with_free_func((GDestroyNotify)scenario_sample_free);
    }
    ScenarioSample *sample = scenario_sample_new(all, values->len);

    g_ptr_array_add(scenario->samples, sample);
    latency->sample = sample;
}

/* ---- Values in the scenario ------------------------------------------------------------------ */

static bool read_values(ScenarioReader *reader, uint32_t node, GArray *values)
{
    const ScenarioNode *at = scenario_reader_node(reader, node);
    bool ok = true;

    if (at->kind != SCENARIO_NODE_ARRAY || at->n_children == 0) {
        return scenario_reader_fail(reader, node,
                                    "must be an array of one or more durations, such as "
                                    "[\"12ms\", \"14.5ms\"]");
    }
    if (at->n_children > room_of(reader)) {
        return scenario_reader_fail(reader, node, TOO_MANY, SCENARIO_SAMPLE_VALUES_MAX);
    }
    for (uint32_t i = at->first; i != SCENARIO_NODE_NONE;
         i = scenario_reader_node(reader, i)->next) {
        ScenarioWeighted value = {.weight = 1};

        ok = scenario_reader_duration(reader, i, 1, SCENARIO_LATENCY_MAX_NS, &value.value_ns) && ok;
        g_array_append_val(values, value);
    }
    return ok;
}

static bool read_weights(ScenarioReader *reader, uint32_t node, GArray *values)
{
    const ScenarioNode *at = scenario_reader_node(reader, node);
    guint n = 0;
    bool ok = true;

    if (node == SCENARIO_NODE_NONE) {
        return true;
    }
    if (at->kind != SCENARIO_NODE_ARRAY || at->n_children != values->len) {
        return scenario_reader_fail(
            reader, node, "must be an array with a number for each value, %u in all", values->len);
    }
    for (uint32_t i = at->first; i != SCENARIO_NODE_NONE;
         i = scenario_reader_node(reader, i)->next) {
        ScenarioWeighted *value = &g_array_index(values, ScenarioWeighted, n++);

        ok = scenario_reader_ppm(reader, i, 0, WEIGHT_MAX_MICRO, &value->weight) && ok;
    }
    return ok;
}

/* ---- Values in a file ------------------------------------------------------------------------ */

/* "DURATION" or "DURATION WEIGHT" */
static bool read_line(ScenarioLineFile *file, char *line, ScenarioWeighted *ret_value)
{
    ScenarioWeighted value = {.weight = MILLION};
    const size_t length = strcspn(line, " \t");
    const char *weight = line + length + strspn(line + length, " \t");

    line[length] = '\0';
    const char *wrong = scenario_units_duration(line, &value.value_ns);

    if (wrong == NULL && (value.value_ns < 1 || value.value_ns > SCENARIO_LATENCY_MAX_NS)) {
        wrong = "is out of range; allowed is 1ns to 1h";
    }
    if (wrong != NULL) {
        g_autofree char *quoted = scenario_quote(line);

        return scenario_line_file_fail(file, line, "%s %s", quoted, wrong);
    }
    wrong = *weight == '\0' ? NULL : scenario_units_ppm(weight, &value.weight);
    if (wrong == NULL && value.weight > WEIGHT_MAX_MICRO) {
        wrong = "is out of range";
    }
    if (wrong != NULL) {
        g_autofree char *quoted = scenario_quote(weight);

        return scenario_line_file_fail(
            file, weight, "the weight %s %s; allowed is 0 to 10000000 with at most six decimals",
            quoted, wrong);
    }
    *ret_value = value;
    return true;
}

static bool read_lines(ScenarioLineFile *file, GArray *values)
{
    const uint32_t room = room_of(file->reader);

    for (char *line = scenario_line_file_next(file); line != NULL;
         line = scenario_line_file_next(file)) {
        ScenarioWeighted value;

        if (values->len == room) {
            return scenario_line_file_fail(file, line, TOO_MANY, SCENARIO_SAMPLE_VALUES_MAX);
        }
        if (!read_line(file, line, &value)) {
            return false;
        }
        g_array_append_val(values, value);
    }
    if (values->len == 0) {
        return scenario_line_file_fail(
            file, file->line_start,
            "the file has no value; a line has the form \"duration [weight]\"");
    }
    return true;
}

static bool read_file(ScenarioReader *reader, uint32_t node, GArray *values)
{
    ScenarioLineFile file;

    if (!scenario_line_file_open(&file, reader, node, SCENARIO_SAMPLE_FILE_BYTES_MAX)) {
        return false;
    }
    const bool ok = read_lines(&file, values);

    scenario_line_file_close(&file);
    return ok;
}

void scenario_link_sample_read(ScenarioReader *reader, uint32_t node, ScenarioLatency *latency)
{
    g_autoptr(GArray) values = g_array_new(FALSE, FALSE, sizeof(ScenarioWeighted));
    ScenarioEmpiricalKeys keys = {0};

    latency->kind = SCENARIO_LATENCY_EMPIRICAL;
    if (!scenario_reader_object(reader, node, &scenario_empirical_table, &keys)) {
        return;
    }
    if ((keys.values != SCENARIO_NODE_NONE) == (keys.file != SCENARIO_NODE_NONE)) {
        scenario_reader_fail(reader, node, "must have one of \"values\" and \"file\"");
        return;
    }
    if (keys.file != SCENARIO_NODE_NONE && keys.weights != SCENARIO_NODE_NONE) {
        scenario_reader_fail(reader, keys.weights,
                             "is allowed with \"values\" alone; a file has weights of its own");
        return;
    }
    const bool ok = keys.file != SCENARIO_NODE_NONE
                        ? read_file(reader, keys.file, values)
                        : read_values(reader, keys.values, values) &&
                              read_weights(reader, keys.weights, values);

    if (ok) {
        add_sample(reader, node, values, latency);
    }
}
