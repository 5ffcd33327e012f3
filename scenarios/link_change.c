/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/link_change.h"

#include <string.h>

#include "scenarios/link_latency.h"
#include "scenarios/units.h"

void scenario_link_bandwidth_read(ScenarioReader *reader, uint32_t node, uint64_t *bytes_per_s)
{
    uint64_t value = 0;

    if (node == SCENARIO_NODE_NONE) {
        return;
    }
    const char *text = scenario_reader_string(
        reader, node, "a string with a bandwidth such as \"100Mbit/s\", or \"unlimited\"");

    if (text == NULL || strcmp(text, "unlimited") == 0) {
        return;
    }
    const char *wrong = scenario_units_bandwidth(text, &value);

    if (wrong == NULL && (value == 0 || value > SCENARIO_BANDWIDTH_MAX_BYTES_PER_S)) {
        wrong = "is out of range; allowed is 1B/s to 1000GB/s, or \"unlimited\"";
    }
    if (wrong != NULL) {
        g_autofree char *quoted = scenario_quote(text);

        scenario_reader_fail(reader, node, "%s %s", quoted, wrong);
        return;
    }
    *bytes_per_s = value;
}

bool scenario_link_change_read(ScenarioReader *reader, uint32_t node,
                               const ScenarioLinkChangeKeys *keys, ScenarioLinkChange *ret_change)
{
    ScenarioLinkChange change = {
        .has_latency = keys->latency != SCENARIO_NODE_NONE,
        .has_bandwidth = keys->bandwidth != SCENARIO_NODE_NONE,
        .has_loss = keys->loss != SCENARIO_NODE_NONE,
        .has_send_buffer = keys->send_buffer != SCENARIO_NODE_NONE,
        .has_receive_buffer = keys->receive_buffer != SCENARIO_NODE_NONE,
    };

    if (!change.has_latency && !change.has_bandwidth && !change.has_loss &&
        !change.has_send_buffer && !change.has_receive_buffer) {
        return scenario_reader_fail(reader, node,
                                    "must have \"latency\", \"bandwidth\", \"loss\", "
                                    "\"send_buffer\", \"receive_buffer\" or several of them");
    }
    scenario_link_latency_read(reader, keys->latency, &change.latency);
    scenario_link_bandwidth_read(reader, keys->bandwidth, &change.bandwidth_bytes_per_s);
    scenario_reader_ppm32(reader, keys->loss, 0, SCENARIO_LOSS_MAX_PPM, &change.loss_ppm);
    scenario_reader_size(reader, keys->send_buffer, SCENARIO_BUFFER_MIN_BYTES,
                         SCENARIO_BUFFER_MAX_BYTES, &change.send_buffer_bytes);
    scenario_reader_size(reader, keys->receive_buffer, SCENARIO_BUFFER_MIN_BYTES,
                         SCENARIO_BUFFER_MAX_BYTES, &change.receive_buffer_bytes);
    *ret_change = change;
    return true;
}

void scenario_link_change_way(const ScenarioLinkChange *change, ScenarioWay *way)
{
    if (change->has_bandwidth) {
        way->bandwidth_bytes_per_s = change->bandwidth_bytes_per_s;
    }
    if (change->has_loss) {
        way->loss_ppm = change->loss_ppm;
    }
    if (change->has_send_buffer) {
        way->send_buffer_bytes = change->send_buffer_bytes;
    }
    if (change->has_receive_buffer) {
        way->receive_buffer_bytes = change->receive_buffer_bytes;
    }
}
