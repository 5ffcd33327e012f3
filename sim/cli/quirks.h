/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_CLI_QUIRKS_H
#define BNETLAB_SIM_CLI_QUIRKS_H

/* Options whose values are quirks of the deployed plugin. */

#include <stdbool.h>

#include "core/quirks.h"

/*
 * The values of an option of a subcommand ("explore", "--quirk"), each the name or the number of a
 * quirk; NULL: none. False, and told with what may be meant, if one is neither.
 */
bool cli_quirks_read(const char *command, const char *option, char *const *values,
                     BnetQuirks *ret_quirks);

#endif
