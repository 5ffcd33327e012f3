/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "scenarios/parts.h"
#include "scenarios/selector.h"
#include "scenarios/units.h"

#define NS_PER_S INT64_C(1000000000)

/* ---- The wire -------------------------------------------------------------------------------- */

void scenario_read_wire(ScenarioReader *reader, uint32_t node)
{
    int wire = SCENARIO_WIRE_STRUCTURED;

    scenario_reader_word(reader, node, &scenario_wire_words, &wire);
    reader->scenario->wire = (ScenarioWire)wire;
}

/* ---- Transactions ---------------------------------------------------------------------------- */

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

void scenario_read_transactions(ScenarioReader *reader, uint32_t node)
{
    ScenarioTransactions *transactions = &reader->scenario->transactions;
    ScenarioTransactionsKeys keys = {0};

    *transactions = (ScenarioTransactions){.lifetime_ns = 30 * NS_PER_S, .size_bytes = 200};
    if (node != SCENARIO_NODE_NONE) {
        scenario_reader_object(reader, node, &scenario_transactions_table, &keys);
        read_rate(reader, keys.rate, &transactions->rate_per_s_micro);
        scenario_reader_duration(reader, keys.lifetime, NS_PER_S, 3600 * NS_PER_S,
                                 &transactions->lifetime_ns);
        scenario_reader_size(reader, keys.size, SCENARIO_TRANSACTION_MIN_BYTES,
                             SCENARIO_TRANSACTION_MAX_BYTES, &transactions->size_bytes);
        scenario_selector_set(reader, keys.from, false, &transactions->from);
    }
    if (keys.from == SCENARIO_NODE_NONE) {
        scenario_selector_all(reader, node, &transactions->from);
    }
}
