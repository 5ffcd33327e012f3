/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SCENARIOS_READ_EXPECT_H
#define BNETLAB_SCENARIOS_READ_EXPECT_H

/*
 * The readers of what a scenario expects, each kind in a file of its own, for read_expect.c. As
 * those of parts.h, they fill what of the scenario is theirs and note mistakes in the reader.
 */

#include "scenarios/reader.h"

/* The keys "at_least" and "at_most" of `node`, one of which must be there. */
void scenario_read_limits(ScenarioReader *reader, uint32_t node, uint32_t at_least,
                          uint32_t at_most, ScenarioLimits *limits);

/* The keys "after", from *after_ns on, and "within" so much later, not past the end of the run: the
 * time between them. Absent: as they are. */
void scenario_read_window(ScenarioReader *reader, uint32_t after, uint32_t within,
                          int64_t *after_ns, int64_t *until_ns);

/* read_convergence.c */
void scenario_read_convergence(ScenarioReader *reader, uint32_t node);

/* read_disconnects.c */
void scenario_read_disconnects(ScenarioReader *reader, uint32_t node);

/* read_watches.c: always, never and eventually. */
void scenario_read_watches(ScenarioReader *reader, const ScenarioExpectKeys *keys);

/* read_metrics.c */
void scenario_read_metrics(ScenarioReader *reader, uint32_t node);

/* read_properties.c: which properties count, must be violated, and what S8 must find. */
void scenario_read_properties(ScenarioReader *reader, const ScenarioExpectKeys *keys);

#endif
