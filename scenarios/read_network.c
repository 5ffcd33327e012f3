/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/parts.h"

void scenario_read_wire(ScenarioReader *reader, uint32_t node)
{
    int wire = SCENARIO_WIRE_STRUCTURED;

    scenario_reader_word(reader, node, &scenario_wire_words, &wire);
    reader->scenario->wire = (ScenarioWire)wire;
}

void scenario_read_driver(ScenarioReader *reader, uint32_t node)
{
    int driver = SCENARIO_DRIVER_SIMULATOR;

    scenario_reader_word(reader, node, &scenario_driver_words, &driver);
    reader->scenario->driver = (ScenarioDriver)driver;
}
