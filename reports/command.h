/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_REPORTS_COMMAND_H
#define BNETLAB_REPORTS_COMMAND_H

/* The command that repeats a run exactly, to be pasted into a shell. */

#include <glib.h>

#include "sim/result.h"

/*
 * (transfer full) "bnetlab run --seed 7 --set '/duration=60s' path". `sets` (nullable) are the
 * values of all --set options in order, NULL-terminated; `program` is what the user calls it by.
 * Words are quoted where a shell needs it.
 */
char *report_command(const char *program, const SimResult *result, const char *const *sets);

#endif
