/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_CLI_INPUTS_H
#define BNETLAB_SIM_CLI_INPUTS_H

/* From the words of a command line to scenario files and overrides. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "scenarios/loader.h"

typedef struct CliPaths {
    GPtrArray *files; /* (element-type filename), owned */
    bool is_suite;    /* more than one argument, or a folder */
} CliPaths;

/*
 * Replaces folders by their scenarios: all files *.json in them and below, but *.schema.json and
 * hidden ones, sorted by name; links to folders are not followed. `arguments` may be NULL. False
 * and a GError where there is nothing to run.
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

#endif
