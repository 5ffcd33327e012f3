/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_CLI_OUTPUTS_H
#define BNETLAB_SIM_CLI_OUTPUTS_H

/*
 * Keeps the files that a run writes apart from those it reads, and from each other. Nothing is
 * written or made here; what is wrong has been told when a function returns false.
 */

#include <stdbool.h>

#include <glib.h>

#include "scenarios/scenario.h"

/* The value of an option that names an output: neither empty nor "-". `name` may be NULL. `command`
 * is the subcommand: "run". */
bool cli_output_name_check(const char *command, const char *option, const char *name);

/* An output can be made: its folder, or the device or pipe that is there, can be written to. */
bool cli_output_place_check(const char *command, const char *option, const char *path);

/*
 * What an option's value means, a file or a folder, as the names of files: one for each scenario,
 * NULL-terminated (transfer full). Untouched without a value. A folder is made if it is not there.
 */
bool cli_outputs_name(const char *option, const char *value, const GPtrArray *scenarios,
                      char ***ret_names);

/* The files that are in use, by device and inode, so that links and other spellings are seen. */
typedef struct CliOutputs {
    GHashTable *taken; /* identity -> what the file is, both owned */
} CliOutputs;

void cli_outputs_init(CliOutputs *outputs);

/* A scenario that is read, and all files that it is made of. A device or a pipe cannot be
 * overwritten and is passed over. */
void cli_outputs_add_scenario(CliOutputs *outputs, const Scenario *scenario);

/* A file that an option will write. False if it is a scenario or another output; only character
 * devices (terminals, /dev/null) can be two outputs. */
bool cli_outputs_add(CliOutputs *outputs, const char *option, const char *path);

/* Accepts NULL. */
void cli_outputs_finish(CliOutputs *outputs);

#endif
