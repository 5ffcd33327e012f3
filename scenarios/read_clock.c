/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/read_clock.h"

#include <stdlib.h>

#include "scenarios/units.h"

bool scenario_read_skew(ScenarioReader *reader, uint32_t node, int64_t *skew_ns)
{
    int64_t read = 0;

    if (node == SCENARIO_NODE_NONE) {
        return true;
    }
    const char *text = scenario_reader_string(
        reader, node, "a string with a duration such as \"3s\", ahead, or \"-3s\", behind");

    if (text == NULL) {
        return false;
    }
    const bool is_signed = text[0] == '-' || text[0] == '+';
    const char *wrong = scenario_units_duration(is_signed ? text + 1 : text, &read);

    if (wrong == NULL && read > SCENARIO_SKEW_MAX_NS) {
        wrong = "is out of range; allowed is -1h to 1h";
    }
    if (wrong != NULL) {
        g_autofree char *quoted = scenario_quote(text);

        return scenario_reader_fail(reader, node, "%s %s", quoted, wrong);
    }
    *skew_ns = text[0] == '-' ? -read : read;
    return true;
}

bool scenario_read_drift(ScenarioReader *reader, uint32_t node, int32_t *drift_ppm)
{
    if (node == SCENARIO_NODE_NONE) {
        return true;
    }
    if (scenario_reader_node(reader, node)->kind != SCENARIO_NODE_INTEGER) {
        return scenario_reader_wrong_type(reader, node,
                                          "an integer from -100000 to 100000, in millionths");
    }
    const char *text = scenario_document_text(reader->document, node);
    const int64_t read = g_ascii_strtoll(text, NULL, 10); /* stops at the limits of its type */

    if (read < -SCENARIO_DRIFT_MAX_PPM || read > SCENARIO_DRIFT_MAX_PPM) {
        return scenario_reader_fail(reader, node,
                                    "%s is out of range; allowed is -100000 to 100000", text);
    }
    *drift_ppm = (int32_t)read;
    return true;
}

void scenario_read_clock(ScenarioReader *reader, uint32_t node, ScenarioClock *clock)
{
    ScenarioClockKeys keys = {0};

    if (node == SCENARIO_NODE_NONE) {
        return;
    }
    scenario_reader_object(reader, node, &scenario_clock_table, &keys);
    scenario_read_skew(reader, keys.skew, &clock->skew_ns);
    scenario_read_drift(reader, keys.drift, &clock->drift_ppm);
}
