/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_START_H
#define BNETLAB_SIM_START_H

/*
 * The chain that stands at the start of a run: modelled, or read from a file blocks.log.
 */

#include "scenarios/scenario.h"

/*
 * Checks that a scenario's blocks.log, if it has one, can be started from: it begins at block 1,
 * every block is valid by the rules of the chain, it is long enough, and has a producer for each
 * peer that produces. False and an error that names the file, if not. Reads the whole file.
 */
bool sim_start_check(const Scenario *scenario, GError **error);

#endif
