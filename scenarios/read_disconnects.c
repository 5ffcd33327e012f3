/* SPDX-License-Identifier: Apache-2.0 */
#include "core/session.h"
#include "scenarios/read_expect.h"
#include "scenarios/selector.h"

#define REASON(reason) (UINT32_C(1) << (reason))

/* Those by which one side closes a session by rule. */
static uint32_t reasons_by_rule(void)
{
    uint32_t reasons = 0;

    for (size_t i = 0; i < scenario_close_reason_words.n_words; i++) {
        reasons |= REASON(scenario_close_reason_words.words[i].value);
    }
    return reasons & ~(REASON(BNET_CLOSE_LOST) | REASON(BNET_CLOSE_SHUTDOWN));
}

static void read_reason(ScenarioReader *reader, uint32_t node, uint32_t *reasons)
{
    int reason = BNET_CLOSE_NONE;

    if (scenario_reader_word(reader, node, &scenario_close_reason_words, &reason)) {
        *reasons |= REASON(reason);
    }
}

/* A word or an array of words. */
static void read_reasons(ScenarioReader *reader, uint32_t node, uint32_t *reasons)
{
    if (node == SCENARIO_NODE_NONE) {
        *reasons = reasons_by_rule();
        return;
    }
    const ScenarioNode *at = scenario_reader_node(reader, node);

    if (at->kind != SCENARIO_NODE_ARRAY) {
        read_reason(reader, node, reasons);
        return;
    }
    if (at->n_children == 0) {
        scenario_reader_fail(reader, node, "names no reason; leave it out for any");
    }
    for (uint32_t i = at->first; i != SCENARIO_NODE_NONE;
         i = scenario_reader_node(reader, i)->next) {
        read_reason(reader, i, reasons);
    }
}

static void read_count(ScenarioReader *reader, uint32_t node, const ScenarioDisconnectKeys *keys,
                       ScenarioLimits *count)
{
    const bool range = keys->at_least != SCENARIO_NODE_NONE || keys->at_most != SCENARIO_NODE_NONE;

    if (keys->exactly == SCENARIO_NODE_NONE && !range) {
        count->at_least = 1;
        return;
    }
    if (keys->exactly != SCENARIO_NODE_NONE && range) {
        scenario_reader_fail(reader, node,
                             "\"exactly\" stands for itself, without \"at_least\" and \"at_most\"");
        return;
    }
    if (range) {
        scenario_read_limits(reader, node, keys->at_least, keys->at_most, count);
        return;
    }
    if (scenario_reader_uint(reader, keys->exactly, 0, UINT64_MAX, &count->at_least)) {
        count->at_most = count->at_least;
    }
}

static void read_disconnect(ScenarioReader *reader, uint32_t node, ScenarioDisconnect *disconnect)
{
    ScenarioDisconnectKeys keys = {0};

    *disconnect = (ScenarioDisconnect){
        .until_ns = reader->scenario->duration_ns,
        .count = {.at_most = UINT64_MAX},
    };
    scenario_reader_object(reader, node, &scenario_disconnect_table, &keys);
    if (scenario_reader_node(reader, node)->kind != SCENARIO_NODE_OBJECT) {
        return;
    }
    scenario_selector_set(reader, keys.who, false, &disconnect->who);
    scenario_selector_set(reader, keys.by, false, &disconnect->by);
    read_reasons(reader, keys.why, &disconnect->reasons);
    scenario_reader_bool(reader, keys.each, &disconnect->each);
    read_count(reader, node, &keys, &disconnect->count);
    scenario_read_window(reader, keys.after, keys.within, &disconnect->after_ns,
                         &disconnect->until_ns);
    if (keys.why != SCENARIO_NODE_NONE && (disconnect->reasons & REASON(BNET_CLOSE_BAD_BLOCK))) {
        reader->scenario->expect.bad_block_asked = false;
    }
}

void scenario_read_disconnects(ScenarioReader *reader, uint32_t node)
{
    ScenarioExpect *expect = &reader->scenario->expect;
    const ScenarioNode *at =
        scenario_reader_array(reader, node, "disconnects", SCENARIO_DISCONNECTS_MAX);

    if (at == NULL) {
        return;
    }
    expect->disconnects = g_new0(ScenarioDisconnect, at->n_children);
    for (uint32_t i = at->first; i != SCENARIO_NODE_NONE;
         i = scenario_reader_node(reader, i)->next) {
        read_disconnect(reader, i, &expect->disconnects[expect->n_disconnects++]);
    }
}
