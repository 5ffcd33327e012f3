/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SCENARIOS_READ_EVENT_H
#define BNETLAB_SCENARIOS_READ_EVENT_H

/*
 * What an event and a random fault have in common: which of the kinds it is, whom it concerns, and
 * the keys that go with the kind.
 */

#include <stdbool.h>
#include <stdint.h>

#include "scenarios/event_sequence.h"
#include "scenarios/reader.h"

/*
 * Reads what the keys of the object `node` say happens: all but when, and how long. `random`: only
 * what a random fault may be, and of a partition nothing. Mistakes are noted; then it returns
 * false.
 */
bool scenario_read_event_kind(ScenarioReader *reader, uint32_t node, const ScenarioEventKeys *keys,
                              bool random, ScenarioReadEvent *read);

/* An event of this kind may have an end. */
bool scenario_event_ends(ScenarioEventKind kind);

#endif
