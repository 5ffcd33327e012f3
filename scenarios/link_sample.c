/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "scenarios/line_file.h"
#include "scenarios/link_latency.h"
#include "scenarios/read_sample.h"
#include "scenarios/units.h"

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
    if (at->n_children > scenario_sample_room(reader)) {
        return scenario_reader_fail(reader, node, SCENARIO_SAMPLE_TOO_MANY,
                                    SCENARIO_SAMPLE_VALUES_MAX);
    }
    for (uint32_t i = at->first; i != SCENARIO_NODE_NONE;
         i = scenario_reader_node(reader, i)->next) {
        ScenarioWeighted value = {.weight = 1};

        ok = scenario_reader_duration(reader, i, 1, SCENARIO_LATENCY_MAX_NS, &value.value) && ok;
        g_array_append_val(values, value);
    }
    return ok;
}

/* ---- Values in a file ------------------------------------------------------------------------ */

/* "DURATION" or "DURATION WEIGHT" */
static bool read_line(ScenarioLineFile *file, char *line, ScenarioWeighted *ret_value)
{
    ScenarioWeighted value = {.weight = SCENARIO_SAMPLE_WEIGHT_ONE};
    const size_t length = strcspn(line, " \t");
    const char *weight = line + length + strspn(line + length, " \t");

    line[length] = '\0';
    const char *wrong = scenario_units_duration(line, &value.value);

    if (wrong == NULL && (value.value < 1 || value.value > SCENARIO_LATENCY_MAX_NS)) {
        wrong = "is out of range; allowed is 1ns to 1h";
    }
    if (wrong != NULL) {
        g_autofree char *quoted = scenario_quote(line);

        return scenario_line_file_fail(file, line, "%s %s", quoted, wrong);
    }
    wrong = *weight == '\0' ? NULL : scenario_units_ppm(weight, &value.weight);
    if (wrong == NULL && value.weight > SCENARIO_SAMPLE_WEIGHT_MAX) {
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
    const uint32_t room = scenario_sample_room(file->reader);

    for (char *line = scenario_line_file_next(file); line != NULL;
         line = scenario_line_file_next(file)) {
        ScenarioWeighted value;

        if (values->len == room) {
            return scenario_line_file_fail(file, line, SCENARIO_SAMPLE_TOO_MANY,
                                           SCENARIO_SAMPLE_VALUES_MAX);
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
                              scenario_sample_read_weights(reader, keys.weights, values);

    if (ok) {
        latency->sample = scenario_sample_add(reader, node, values);
    }
}
