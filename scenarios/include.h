/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SCENARIOS_INCLUDE_H
#define BNETLAB_SCENARIOS_INCLUDE_H

/*
 * Lays a scenario over the files that it includes (docs/scenarios.md, "Parts").
 *
 * Objects are merged key by key, the including file and later included ones win; lists of what
 * happens and of what is expected are joined, included ones first; all else replaces what was
 * there, also an object that is a choice, with its "kind" or a distribution, and latency and
 * regions of the links each other. Keys of included files come first. An included file may include
 * others. Bounds: SCENARIO_INCLUDES_MAX names at one place, SCENARIO_INCLUDE_DEPTH_MAX levels,
 * SCENARIO_INCLUDED_FILES_MAX files in all. Cost: linear.
 */

#include <stdbool.h>

#include <glib.h>

#include "scenarios/document.h"

/* Reads and merges what the document includes. False and `error`, a line a mistake. */
bool scenario_include(ScenarioDocument *document, GError **error);

#endif
