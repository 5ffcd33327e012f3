/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_MEMORY_H
#define BNETLAB_SIM_MEMORY_H

/*
 * How much memory a run will take, before it begins: of its peers, session ends, blocks and
 * transactions, from the sizes of what is kept for each and from what was measured of the rest.
 *
 * The largest that the process becomes is between half and one and a half times the estimate
 * (tests/check_memory.c). Not foreseen is what a run comes to by itself: fork switches (150
 * bytes each), a LIB that stalls for hours, queues of peers that are too slow, floods of a persona.
 * Nor is what `--trace` takes.
 *
 * O(groups + streams + latencies); of a chain from a file its size is looked up.
 */

#include <stdint.h>

#include "scenarios/scenario.h"

/* Bytes, by what they are for. */
typedef struct SimMemory {
    uint64_t program; /* code, libraries, what every run has */
    uint64_t peers;
    uint64_t ends;
    uint64_t blocks;
    uint64_t transactions; /* those that are kept, who knows them, those on their way */
    uint64_t total;
} SimMemory;

/* A run on so many threads (1 to SIM_THREADS_MAX, shards.h). */
SimMemory sim_memory_estimate(const Scenario *scenario, uint32_t n_threads);

#endif
