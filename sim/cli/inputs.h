/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_CLI_INPUTS_H
#define BNETLAB_SIM_CLI_INPUTS_H

/* From the words of a command line to scenario files and overrides. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "scenarios/loader.h"
#include "sim/run.h"

/* What --help says of folders. */
#define CLI_FOLDER_HELP                                                                            \
    "A folder stands for all *.json files in it and in its folders, in the order of their "        \
    "names.\n"                                                                                     \
    "Left out are names that begin with a dot, *.schema.json, *.part.json, and links to folders."

typedef struct CliPaths {
    GPtrArray *files; /* (element-type filename), owned */
    bool is_suite;    /* more than one argument, or a folder */
} CliPaths;

/*
 * Replaces folders by their scenarios: all files *.json in them and below, but *.schema.json,
 * *.part.json and hidden ones, sorted by name; links to folders are not followed. A *.schema.json
 * or *.part.json that is named, as by a shell's pattern, is left out with a note on standard error.
 * `arguments` may be NULL. False and a GError where there is nothing to run, and for "-".
 */
bool cli_paths_init(CliPaths *paths, char *const *arguments, GError **error);

/* Accepts NULL. */
void cli_paths_finish(CliPaths *paths);

typedef struct CliOverrides {
    ScenarioOverride *items;
    size_t count;
    GPtrArray *strings; /* what the items point to */
} CliOverrides;

/*
 * Of the values of all --set options ("/pointer=value", (nullable), NULL-terminated) and of --seed
 * ((nullable), which goes last). False and a GError if one is malformed.
 */
bool cli_overrides_init(CliOverrides *overrides, char *const *sets, const char *seed,
                        GError **error);

/* Accepts NULL. */
void cli_overrides_finish(CliOverrides *overrides);

/* --shuffle-ties: whether events of one instant come in an order that a seed draws. */
typedef struct CliTies {
    bool shuffled;
    bool has_seed; /* false: each run's own seed does */
    uint64_t seed;
} CliTies;

#define CLI_TIES_HELP                                                                              \
    "Draw the order of events of one instant from a seed (--shuffle-ties: the run's)"

/* The option's value may be missing, and is read as a text all the same. */
void cli_ties_spell_out(int argc, char **argv);

/* `value` is NULL without the option, "" without a seed. What is wrong has been told, of that
 * command. */
bool cli_ties_read(const char *command, const char *value, CliTies *ret_ties);

void cli_ties_apply(const CliTies *ties, const Scenario *scenario, SimRunOptions *options);

/* Loads a scenario and checks the chain that it starts from, so that it can be run. NULL and a
 * GError, whose message stands for itself, if not. (transfer full) (nullable) */
Scenario *cli_load(const char *path, const CliOverrides *overrides, GError **error);

#endif
