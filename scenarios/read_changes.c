/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/read_changes.h"

#include "scenarios/link_change.h"

bool scenario_event_option_check(ScenarioReader *reader, uint32_t node, bool goes,
                                 const char *allowed)
{
    return node == SCENARIO_NODE_NONE || goes ||
           scenario_reader_fail(reader, node, "is allowed in %s alone", allowed);
}

static bool read_link_change(ScenarioReader *reader, uint32_t node, const ScenarioEventKeys *keys,
                             ScenarioEvent *event)
{
    const bool goes = event->kind == SCENARIO_EVENT_CHANGE_LINKS;
    const ScenarioLinkChangeKeys change = {
        .latency = keys->latency,
        .bandwidth = keys->bandwidth,
        .loss = keys->loss,
        .send_buffer = keys->send_buffer,
        .receive_buffer = keys->receive_buffer,
    };
    const uint32_t nodes[] = {change.latency, change.bandwidth, change.loss, change.send_buffer,
                              change.receive_buffer};
    bool ok = true;

    for (size_t i = 0; i < G_N_ELEMENTS(nodes); i++) {
        ok = scenario_event_option_check(reader, nodes[i], goes, "a change_links") && ok;
    }
    return goes ? scenario_link_change_read(reader, node, &change, &event->change) && ok : ok;
}

static bool read_access_change(ScenarioReader *reader, uint32_t node, const ScenarioEventKeys *keys,
                               ScenarioEvent *event)
{
    const bool goes = event->kind == SCENARIO_EVENT_CHANGE_PEERS;
    ScenarioAccessChange *access = &event->access;
    bool ok = scenario_event_option_check(reader, keys->uplink, goes, "a change_peers");

    ok = scenario_event_option_check(reader, keys->downlink, goes, "a change_peers") && ok;
    access->has_uplink = keys->uplink != SCENARIO_NODE_NONE;
    access->has_downlink = keys->downlink != SCENARIO_NODE_NONE;
    if (goes && !access->has_uplink && !access->has_downlink) {
        return scenario_reader_fail(reader, node, "must have \"uplink\", \"downlink\" or both");
    }
    scenario_link_bandwidth_read(reader, keys->uplink, &access->uplink_bytes_per_s);
    scenario_link_bandwidth_read(reader, keys->downlink, &access->downlink_bytes_per_s);
    return ok;
}

bool scenario_changes_read(ScenarioReader *reader, uint32_t node, const ScenarioEventKeys *keys,
                           ScenarioEvent *event)
{
    const bool ok = read_link_change(reader, node, keys, event);

    return read_access_change(reader, node, keys, event) && ok;
}

bool scenario_release_read(ScenarioReader *reader, const ScenarioEventKeys *keys,
                           ScenarioEvent *event)
{
    const bool goes = event->kind == SCENARIO_EVENT_CUT && keys->for_time != SCENARIO_NODE_NONE;
    ScenarioReleaseKeys release = {0};
    int order = SCENARIO_RELEASE_FORWARD;

    if (keys->release == SCENARIO_NODE_NONE) {
        return true;
    }
    if (!scenario_event_option_check(reader, keys->release, goes, "a cut with \"for\"") ||
        !scenario_reader_object(reader, keys->release, &scenario_release_table, &release)) {
        return false;
    }
    if (++reader->n_releases > SCENARIO_RELEASES_MAX) {
        return scenario_reader_fail(reader, keys->release,
                                    "is one too many; at most %u are allowed",
                                    SCENARIO_RELEASES_MAX);
    }
    const bool ok =
        scenario_reader_word(reader, release.order, &scenario_release_order_words, &order);

    event->release_order = (ScenarioReleaseOrder)order;
    return scenario_reader_duration(reader, release.every, 1, reader->scenario->duration_ns,
                                    &event->release_every_ns) &&
           ok;
}
