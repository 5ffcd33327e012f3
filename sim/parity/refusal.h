/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_PARITY_REFUSAL_H
#define BNETLAB_SIM_PARITY_REFUSAL_H

/*
 * What a scenario may not ask for if it is to run over sockets: whatever real processes on one
 * machine do not let us decide, such as how long a message takes.
 */

#include <stdbool.h>

#include "scenarios/scenario.h"
#include "sim/parity/network.h"

/* False: an error that names the key and what is allowed. */
bool parity_refusal_check(const Scenario *scenario, GError **error);

#endif
