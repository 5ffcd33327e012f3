/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SCENARIOS_PARAMS_H
#define BNETLAB_SCENARIOS_PARAMS_H

/*
 * Puts the values of a scenario's parameters where it asks for them (docs/scenarios.md,
 * "Parameters").
 *
 * A value "$name" becomes the value of the parameter, and its node remembers which; "$$text"
 * becomes
 * "$text". Keys, "include" and "$schema" stay as they are. Mistakes are noted in the reader: names
 * and values that are none, parameters that do not exist, and those that the scenario's own file or
 * an override sets and nothing uses. Bounds: SCENARIO_PARAMS_MAX. Cost: linear in the values.
 */

#include "scenarios/document.h"
#include "scenarios/reader.h"

/* `document` is the reader's, with everything included and all overrides in place. */
void scenario_params_put_in(ScenarioDocument *document, ScenarioReader *reader);

#endif
