/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_CLI_MEMORY_LIMIT_H
#define BNETLAB_SIM_CLI_MEMORY_LIMIT_H

/* --max-memory: what runs may be estimated to take (sim/memory.h). */

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#define CLI_MEMORY_HELP "Refuse a run that is estimated to take more (default: the machine's)"

typedef struct CliMemoryLimit {
    bool is_given;      /* by the user; else it is what the machine has */
    uint64_t bytes;     /* UINT64_MAX: none */
    uint32_t n_threads; /* of each run */
} CliMemoryLimit;

/* `value`: "2GB", "512MiB", "none"; NULL without the option. False: what is wrong with it has been
 * told, of that command. */
bool cli_memory_read(const char *command, const char *value, CliMemoryLimit *ret_limit);

/*
 * Whether each of the scenarios (element-type Scenario) may be run; each that may not has been
 * told. If so *jobs, how many are run at a time, becomes so low that the largest together are
 * within the limit, and that is told if the limit was given.
 */
bool cli_memory_fit(const char *command, const GPtrArray *scenarios, const CliMemoryLimit *limit,
                    int *jobs);

#endif
