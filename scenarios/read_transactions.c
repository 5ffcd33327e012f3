/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "core/store.h"
#include "scenarios/parts.h"
#include "scenarios/read_amount.h"
#include "scenarios/read_sample.h"
#include "scenarios/selector.h"
#include "scenarios/units.h"

#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S INT64_C(1000000000)

#define LIFETIME_MIN_NS NS_PER_S
#define LIFETIME_MAX_NS (3600 * NS_PER_S)
#define BURST_EVERY_MIN_NS NS_PER_MS

/* ---- When ------------------------------------------------------------------------------------ */

static void read_rate(ScenarioReader *reader, uint32_t node, uint64_t *rate_per_s_micro)
{
    uint64_t rate = 0;

    if (node == SCENARIO_NODE_NONE) {
        return;
    }
    const char *text =
        scenario_reader_string(reader, node, "a string with a rate such as \"10/s\"");

    if (text == NULL) {
        return;
    }
    const char *wrong = scenario_units_rate(text, &rate);

    if (wrong == NULL && rate > SCENARIO_RATE_MAX_PER_S * 1000000u) {
        wrong = "is out of range; allowed is 0/s to 1000000/s";
    }
    if (wrong != NULL) {
        g_autofree char *quoted = scenario_quote(text);

        scenario_reader_fail(reader, node, "%s %s", quoted, wrong);
        return;
    }
    *rate_per_s_micro = rate;
}

static void read_burst(ScenarioReader *reader, uint32_t node, ScenarioStream *stream)
{
    ScenarioBurstKeys keys = {0};

    if (node == SCENARIO_NODE_NONE) {
        return;
    }
    scenario_reader_object(reader, node, &scenario_burst_table, &keys);
    scenario_reader_uint32(reader, keys.count, 1, SCENARIO_BURST_MAX, &stream->burst_count);
    scenario_reader_duration(reader, keys.every, BURST_EVERY_MIN_NS, SCENARIO_DURATION_MAX_NS,
                             &stream->burst_every_ns);
}

static void read_window(ScenarioReader *reader, const ScenarioTransactionsKeys *keys,
                        ScenarioStream *stream)
{
    const int64_t duration_ns = reader->scenario->duration_ns;

    scenario_reader_duration(reader, keys->begin, 0, duration_ns, &stream->begin_ns);
    if (scenario_reader_duration(reader, keys->end, 1, duration_ns, &stream->end_ns) &&
        stream->end_ns <= stream->begin_ns) {
        scenario_reader_fail(reader, keys->end, "must be after \"begin\"");
    }
}

/* ---- Where ----------------------------------------------------------------------------------- */

/* A weight for each peer of `from`, in the order of the peers. */
static void read_origin_weights(ScenarioReader *reader, uint32_t node, ScenarioStream *stream)
{
    ScenarioOriginKeys keys = {0};
    g_autoptr(GArray) peers = g_array_new(FALSE, FALSE, sizeof(ScenarioWeighted));

    if (!scenario_reader_object(reader, node, &scenario_origin_table, &keys)) {
        return;
    }
    if (stream->from.count > scenario_sample_room(reader)) {
        scenario_reader_fail(reader, node, SCENARIO_SAMPLE_TOO_MANY, SCENARIO_SAMPLE_VALUES_MAX);
        return;
    }
    for (uint32_t i = 0; i < stream->from.count; i++) {
        const ScenarioWeighted peer = {.value = i, .weight = 1};

        g_array_append_val(peers, peer);
    }
    if (scenario_sample_read_weights(reader, keys.weights, peers)) {
        stream->origin = SCENARIO_ORIGIN_WEIGHTED;
        stream->origin_weights = scenario_sample_add(reader, keys.weights, peers);
    }
}

static void read_origin(ScenarioReader *reader, uint32_t node, ScenarioStream *stream)
{
    int origin = SCENARIO_ORIGIN_EVEN;

    if (node == SCENARIO_NODE_NONE || stream->from.count == 0) {
        return;
    }
    if (scenario_reader_node(reader, node)->kind == SCENARIO_NODE_OBJECT) {
        read_origin_weights(reader, node, stream);
        return;
    }
    scenario_reader_word(reader, node, &scenario_origin_words, &origin);
    stream->origin = (ScenarioOrigin)origin;
}

/* ---- Streams --------------------------------------------------------------------------------- */

/* One that no block can hold would bar all that wait behind it. */
static void check_size(ScenarioReader *reader, uint32_t node, const ScenarioStream *stream)
{
    const ScenarioBlock *block = &reader->scenario->chain.block;
    const int64_t size = scenario_amount_max(&stream->size_bytes);
    const int64_t bytes = size + BNET_STORE_RECEIPT_BYTES + BNET_STORE_EMPTY_BLOCK_BYTES +
                          scenario_amount_max(&block->filler_bytes);

    if (block->max_transactions > 0 && bytes > block->max_bytes) {
        scenario_reader_fail(reader, node,
                             "a transaction of %" G_GINT64_FORMAT " bytes fits no block: "
                             "/chain/block/max_bytes must be %" G_GINT64_FORMAT " or more, not %u",
                             size, bytes, block->max_bytes);
    }
}

static void read_stream(ScenarioReader *reader, uint32_t node, ScenarioStream *stream)
{
    ScenarioTransactionsKeys keys = {0};

    *stream = (ScenarioStream){
        .end_ns = SCENARIO_TIME_NONE,
        .lifetime_ns = {.a = 30 * NS_PER_S},
        .size_bytes = {.a = 200},
    };
    const bool ok = scenario_reader_object(reader, node, &scenario_transactions_table, &keys);

    if (scenario_reader_node(reader, node)->kind != SCENARIO_NODE_OBJECT) {
        return;
    }
    if (ok && keys.rate == SCENARIO_NODE_NONE && keys.burst == SCENARIO_NODE_NONE) {
        scenario_reader_fail(reader, node, "must have \"rate\", \"burst\" or both");
    }
    read_rate(reader, keys.rate, &stream->rate_per_s_micro);
    read_burst(reader, keys.burst, stream);
    read_window(reader, &keys, stream);
    scenario_amount_read_time(reader, keys.lifetime, LIFETIME_MIN_NS, LIFETIME_MAX_NS,
                              &stream->lifetime_ns);
    if (scenario_amount_read_size(reader, keys.size, SCENARIO_TRANSACTION_MIN_BYTES,
                                  SCENARIO_TRANSACTION_MAX_BYTES, &stream->size_bytes)) {
        check_size(reader, keys.size != SCENARIO_NODE_NONE ? keys.size : node, stream);
    }
    if (keys.from == SCENARIO_NODE_NONE) {
        scenario_selector_all(reader, node, &stream->from);
    } else {
        scenario_selector_set(reader, keys.from, false, &stream->from);
    }
    read_origin(reader, keys.origin, stream);
}

void scenario_read_transactions(ScenarioReader *reader, uint32_t node)
{
    Scenario *scenario = reader->scenario;

    if (node == SCENARIO_NODE_NONE) {
        return;
    }
    if (scenario_reader_node(reader, node)->kind != SCENARIO_NODE_ARRAY) {
        scenario->streams = g_new0(ScenarioStream, 1);
        scenario->n_streams = 1;
        read_stream(reader, node, scenario->streams);
        return;
    }
    const ScenarioNode *at =
        scenario_reader_array(reader, node, "streams of transactions", SCENARIO_STREAMS_MAX);

    if (at == NULL) {
        return;
    }
    scenario->streams = g_new0(ScenarioStream, at->n_children);
    for (uint32_t i = at->first; i != SCENARIO_NODE_NONE;
         i = scenario_reader_node(reader, i)->next) {
        read_stream(reader, i, &scenario->streams[scenario->n_streams++]);
    }
}
