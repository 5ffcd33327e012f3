/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SCENARIOS_EVENT_SEQUENCE_H
#define BNETLAB_SCENARIOS_EVENT_SEQUENCE_H

/*
 * Whether the events of a scenario, one after the other, make sense: a heal only while something is
 * cut, a restart only of who is down, a cut only where there is a link.
 *
 * Ownership: everything is borrowed. Cost: linear in the events, the peers that they name and their
 * links, those times the logarithm of the other ends named.
 */

#include <stdint.h>

#include "scenarios/reader.h"
#include "scenarios/scenario.h"

/* An event with what sorting and checking need. */
typedef struct ScenarioReadEvent {
    ScenarioEvent event;
    ScenarioPeerSet peers;  /* of the event, or of the one that it ends; borrowed */
    ScenarioPeerSet others; /* the same */
    int64_t for_ns;         /* it is undone so much later; 0: never */
    uint32_t for_node;
    uint32_t node;   /* of what happens: the value of "crash" and so on; or of "for" */
    uint32_t number; /* in the file; an end has that of its beginning */
    bool ending;     /* it is the end of a "for" */
} ScenarioReadEvent;

/* Notes a mistake for each event that makes no sense after those before it. The events are in the
 * order in which they happen; the peers are known. */
void scenario_event_sequence_check(ScenarioReader *reader, const ScenarioReadEvent *events,
                                   uint32_t n_events);

#endif
