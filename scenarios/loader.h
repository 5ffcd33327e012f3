/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SCENARIOS_LOADER_H
#define BNETLAB_SCENARIOS_LOADER_H

/*
 * Reads a scenario file (docs/scenarios.md) into a plain Scenario.
 *
 * Ownership: the result is the caller's and independent of the inputs. Threads: no global state,
 * any thread may load. Bounds: files up to SCENARIO_FILE_BYTES_MAX, SCENARIO_VALUES_MAX JSON
 * values, SCENARIO_DEPTH_MAX levels; edge lists up to SCENARIO_EDGE_FILE_BYTES_MAX. Cost: linear in
 * the file, in peers and in links, but for sorting.
 *
 * Errors: one line for each mistake, at most SCENARIO_ERRORS_MAX of them, sorted by place:
 *
 *     file:line:column: /json/pointer: what is wrong, what is allowed
 *
 * The file is the one that the value stands in, which may be an included one; the pointer is that
 * of the whole scenario, as an override takes it.
 * Lines and columns start at 1; a column is one Unicode character. A mistake in a value that an
 * override set begins with "--set /pointer" instead of file, line and column.
 */

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

#include "scenarios/scenario.h"

#define SCENARIO_FILE_BYTES_MAX (64u * 1024u * 1024u)
#define SCENARIO_VALUES_MAX 1000000u
#define SCENARIO_DEPTH_MAX 64u
#define SCENARIO_INCLUDES_MAX 16u
#define SCENARIO_INCLUDE_DEPTH_MAX 8u
#define SCENARIO_INCLUDED_FILES_MAX 100u
#define SCENARIO_PARAMS_MAX 100u
#define SCENARIO_EDGE_FILE_BYTES_MAX (256u * 1024u * 1024u)
#define SCENARIO_SAMPLE_FILE_BYTES_MAX (64u * 1024u * 1024u)
#define SCENARIO_REGION_FILE_BYTES_MAX (4u * 1024u * 1024u)
#define SCENARIO_TABLE_REGIONS_MAX 256u
#define SCENARIO_LINK_RULES_MAX 1000u
#define SCENARIO_ERRORS_MAX 20u
#define SCENARIO_EVENTS_MAX 100000u
#define SCENARIO_BOUNDS_MAX 100000u
#define SCENARIO_DISCONNECTS_MAX 1000u
#define SCENARIO_WATCHES_MAX 1000u
#define SCENARIO_CONVERGENCES_MAX 1000u
#define SCENARIO_METRIC_LIMITS_MAX 1000u
#define SCENARIO_GROUP_NAME_MAX 64u
#define SCENARIO_NAME_BYTES_MAX 128u
#define SCENARIO_DESCRIPTION_BYTES_MAX 65536u
#define SCENARIO_BANDWIDTH_MAX_BYTES_PER_S UINT64_C(1000000000000)
#define SCENARIO_RATE_MAX_PER_S UINT64_C(1000000)
#define SCENARIO_BUFFER_MIN_BYTES 1024u
#define SCENARIO_BUFFER_MAX_BYTES (1024u * 1024u * 1024u)
#define SCENARIO_TRANSACTION_MIN_BYTES 50u
#define SCENARIO_TRANSACTION_MAX_BYTES 1048576u
#define SCENARIO_STREAMS_MAX 100u
#define SCENARIO_BURST_MAX 100000u
#define SCENARIO_FILLER_MIN_BYTES 64u
#define SCENARIO_FILLER_MAX_BYTES 1048576u
#define SCENARIO_BLOCK_MIN_BYTES 1024u
#define SCENARIO_BLOCK_MAX_BYTES 16000000u
#define SCENARIO_BLOCK_TRANSACTIONS_MAX 1000000u

/* The limits of an untrusted text, in place of those without this word. */
#define SCENARIO_UNTRUSTED_PEERS_MAX 1000u
#define SCENARIO_UNTRUSTED_LINKS_MAX 20000u
#define SCENARIO_UNTRUSTED_EVENTS_MAX 1000u
#define SCENARIO_UNTRUSTED_SELECTED_MAX 100000u

/* Peers that transactions, events and expectations name, added up; a partition names all peers. */
#define SCENARIO_SELECTED_MAX 16000000u

#define SCENARIO_ERROR (scenario_error_quark())

typedef enum ScenarioError {
    SCENARIO_ERROR_FILE,   /* cannot be read, or is too large */
    SCENARIO_ERROR_SYNTAX, /* is not JSON */
    SCENARIO_ERROR_VALUE,  /* is JSON, but not a scenario that can be run */
} ScenarioError;

GQuark scenario_error_quark(void);

/* A value set from outside the file: `--set pointer=value`. */
typedef struct ScenarioOverride {
    const char
        *pointer; /* JSON pointer (RFC 6901); its last key may be new, "-" appends to an array */
    const char *value; /* JSON, else a string as it stands */
} ScenarioOverride;

/*
 * Loads the scenario of the file `path` with `overrides` applied in order. Returns NULL and sets
 * `error` (SCENARIO_ERROR) on any mistake. (transfer full) (nullable)
 */
Scenario *scenario_load(const char *path, const ScenarioOverride *overrides, size_t n_overrides,
                        GError **error);

/* A scenario in memory. */
typedef struct ScenarioText {
    const char *path;  /* what errors name; files that the scenario names are in this folder */
    const char *data;  /* need not end with NUL */
    size_t length;     /* in bytes */
    bool is_untrusted; /* it may name no files, and is held to the SCENARIO_UNTRUSTED_ limits: then
                          time and memory are linear in its length, and small beside */
} ScenarioText;

/* The same for a text in memory. (transfer full) (nullable) */
Scenario *scenario_load_data(const ScenarioText *text, const ScenarioOverride *overrides,
                             size_t n_overrides, GError **error);

#endif
