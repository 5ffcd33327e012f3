/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "core/store.h"
#include "core/text.h"
#include "scenarios/file_text.h"
#include "scenarios/parts.h"
#include "scenarios/read_amount.h"

#define DEPTH_MAX 1000000u

/* Of a block, unless the scenario says otherwise. */
#define BLOCK_BYTES SCENARIO_BLOCK_MAX_BYTES
#define BLOCK_TRANSACTIONS 1000u

static void read_irreversibility(ScenarioReader *reader, uint32_t node)
{
    ScenarioChain *chain = &reader->scenario->chain;
    ScenarioIrreversibilityKeys keys = {0};
    int rule = SCENARIO_RULE_DPOS;

    if (node == SCENARIO_NODE_NONE) {
        return;
    }
    switch (scenario_reader_node(reader, node)->kind) {
    case SCENARIO_NODE_OBJECT:
        scenario_reader_object(reader, node, &scenario_irreversibility_table, &keys);
        scenario_reader_uint32(reader, keys.depth, 1, DEPTH_MAX, &chain->depth);
        chain->rule = SCENARIO_RULE_DEPTH;
        return;
    case SCENARIO_NODE_STRING:
        scenario_reader_word(reader, node, &scenario_rule_words, &rule);
        chain->rule = (ScenarioRule)rule;
        return;
    case SCENARIO_NODE_NULL:
    case SCENARIO_NODE_BOOL:
    case SCENARIO_NODE_INTEGER:
    case SCENARIO_NODE_NUMBER:
    case SCENARIO_NODE_ARRAY:
        break;
    }
    scenario_reader_wrong_type(reader, node, "\"dpos\", \"none\" or {\"depth\": blocks}");
}

/* Looks whether the file is there; the simulator reads it when it builds the chain. */
static void read_blocks_log(ScenarioReader *reader, uint32_t node)
{
    ScenarioChain *chain = &reader->scenario->chain;
    g_autoptr(GError) error = NULL;

    if (node == SCENARIO_NODE_NONE) {
        return;
    }
    g_autofree char *path = scenario_reader_path(reader, node);

    if (path == NULL) {
        return;
    }
    if (!scenario_file_check(path, &error)) {
        scenario_reader_fail(reader, node, "%s", error->message);
        return;
    }
    chain->blocks_log = g_steal_pointer(&path);
    chain->start_height = 0;
}

/* "2018-06-08T08:08:08.500" */
static void read_genesis_time(ScenarioReader *reader, uint32_t node)
{
    static const char allowed[] = "a string with a time such as \"2018-06-08T08:08:08.500\"";
    ScenarioChain *chain = &reader->scenario->chain;
    uint32_t slot = 0;

    if (node == SCENARIO_NODE_NONE) {
        return;
    }
    const char *text = scenario_reader_string(reader, node, allowed);

    if (text == NULL) {
        return;
    }
    if (chain->blocks_log != NULL) {
        scenario_reader_fail(reader, node,
                             "does not go with \"blocks_log\"; the file says when its chain "
                             "began");
        return;
    }
    if (!bnet_parse_slot(text, strlen(text), &slot) || slot > SCENARIO_GENESIS_SLOT_MAX) {
        g_autofree char *quoted = scenario_quote(text);

        scenario_reader_fail(reader, node,
                             "%s is not the time of a slot; allowed are whole and half seconds, "
                             "from 2000-01-01T00:00:00.000 to 2066-01-01T00:00:00.000",
                             quoted);
        return;
    }
    chain->has_genesis_time = true;
    chain->genesis_slot = slot;
}

static void read_block(ScenarioReader *reader, uint32_t node, ScenarioBlock *block)
{
    ScenarioBlockKeys keys = {0};

    if (node == SCENARIO_NODE_NONE) {
        return;
    }
    scenario_reader_object(reader, node, &scenario_block_table, &keys);
    scenario_reader_size(reader, keys.max_bytes, SCENARIO_BLOCK_MIN_BYTES, SCENARIO_BLOCK_MAX_BYTES,
                         &block->max_bytes);
    scenario_reader_uint32(reader, keys.max_transactions, 0, SCENARIO_BLOCK_TRANSACTIONS_MAX,
                           &block->max_transactions);
    if (!scenario_amount_read_size(reader, keys.filler, SCENARIO_FILLER_MIN_BYTES,
                                   SCENARIO_FILLER_MAX_BYTES, &block->filler_bytes)) {
        return;
    }
    const int64_t bytes = BNET_STORE_EMPTY_BLOCK_BYTES + scenario_amount_max(&block->filler_bytes);

    if (bytes > block->max_bytes) {
        scenario_reader_fail(reader, keys.filler,
                             "with the filler a block has up to %" G_GINT64_FORMAT
                             " bytes, but \"max_bytes\" is %u",
                             bytes, block->max_bytes);
    }
}

void scenario_read_chain(ScenarioReader *reader, uint32_t node)
{
    ScenarioChain *chain = &reader->scenario->chain;
    ScenarioChainKeys keys = {0};

    *chain = (ScenarioChain){
        .rule = SCENARIO_RULE_DPOS,
        .start_height = 1,
        .block = {.max_bytes = BLOCK_BYTES, .max_transactions = BLOCK_TRANSACTIONS},
    };
    if (node == SCENARIO_NODE_NONE) {
        return;
    }
    scenario_reader_object(reader, node, &scenario_chain_table, &keys);
    read_irreversibility(reader, keys.irreversibility);
    read_blocks_log(reader, keys.blocks_log);
    scenario_reader_uint32(reader, keys.start_height, 1, SCENARIO_START_HEIGHT_MAX,
                           &chain->start_height);
    read_genesis_time(reader, keys.genesis_time);
    read_block(reader, keys.block, &chain->block);
}
