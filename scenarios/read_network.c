/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/parts.h"

void scenario_read_wire(ScenarioReader *reader, uint32_t node)
{
    int wire = SCENARIO_WIRE_STRUCTURED;

    scenario_reader_word(reader, node, &scenario_wire_words, &wire);
    reader->scenario->wire = (ScenarioWire)wire;
}
