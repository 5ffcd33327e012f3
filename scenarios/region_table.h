/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SCENARIOS_REGION_TABLE_H
#define BNETLAB_SCENARIOS_REGION_TABLE_H

/*
 * Latencies between regions of the world: tables that are built in, and tables from a file.
 *
 * A file is what spreadsheets call CSV: a line "ms,REGION,...", then a line "REGION,number,..." for
 * each region in the same order, the round trips from it to each region in milliseconds. Half of a
 * round trip is one way, rounded up to whole nanoseconds. Empty lines and lines that begin with '#'
 * are passed over.
 *
 * Ownership: a table is the caller's. Bounds: 1 to SCENARIO_TABLE_REGIONS_MAX regions with names of
 * 1 to 64 bytes; latencies of 1 ns to SCENARIO_LATENCY_MAX_NS. Cost: linear in the numbers, and
 * quadratic in the names.
 */

#include <stdbool.h>
#include <stdint.h>

#include "scenarios/reader.h"

typedef struct ScenarioRegionTable {
    uint32_t n;
    char **names;
    int64_t *one_way_ns; /* [from * n + to] */
} ScenarioRegionTable;

/* The table that is built in. (transfer full) */
ScenarioRegionTable *scenario_region_table_new(ScenarioRegionTableWord word);

/* The table of the file that the value `node` names. NULL: a mistake is noted. (transfer full)
 * (nullable) */
ScenarioRegionTable *scenario_region_table_read(ScenarioReader *reader, uint32_t node);

/* Accepts NULL. */
void scenario_region_table_free(ScenarioRegionTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ScenarioRegionTable, scenario_region_table_free)

/* The number of the region of that name. False: there is none. */
bool scenario_region_table_find(const ScenarioRegionTable *table, const char *name,
                                uint32_t *ret_region);

#endif
