/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_PARITY_CHAIN_H
#define BNETLAB_SIM_PARITY_CHAIN_H

/*
 * The chain that both arms of a scenario begin with, as bytes that a node can read.
 *
 * A chain of a scenario has its producers from block 1 on, which no real chain has: there block 1
 * knows one producer, "eosio". So one is made that is like it from its first blocks on: the
 * first block that may brings the producers of the scenario, and all blocks up to the start height,
 * at least PARITY_START_HEIGHT, are in slots that follow each other. Every key is the model's.
 */

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "core/wire.h"
#include "scenarios/scenario.h"

/* By then the producers of the scenario take turns. */
#define PARITY_START_HEIGHT 8u
#define PARITY_START_HEIGHT_MAX 10000u

typedef struct ParityChain {
    char *log_path;     /* blocks.log with the whole chain */
    char *genesis_path; /* its genesis state, as `--genesis-json` has it */
    GPtrArray *blocks;  /* of char *: digits of blocks 2 to the newest */
    int64_t zero_us;    /* since 1970: time 0 of the run, the beginning of the newest one's slot */
} ParityChain;

/* Makes the chain of a scenario without blocks_log, and its two files in a folder. */
bool parity_chain_make(const Scenario *scenario, const char *folder, ParityChain *ret_chain,
                       GError **error);

void parity_chain_clear(ParityChain *chain);

/* Bytes as a node reads them in a command. (transfer full) */
char *parity_chain_digits(BnetSlice bytes);

#endif
