/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_CONFORM_LOG_H
#define BNETLAB_SIM_CONFORM_LOG_H

/*
 * A block of a blocks.log as a case of kind blocks: its number follows that of the block before, it
 * names that block as previous, its transaction_mroot is that of its receipts, and what we write is
 * what stands in the file, byte for byte. Memory and threads are those of conform.h.
 */

#include "sim/conform/conform.h"
#include "sim/log_file.h"

/* The blocks so far; starts zeroed. */
typedef struct ConformLogWalk {
    bool has_block;
    BnetId id; /* of the last block, by our reckoning */
} ConformLogWalk;

void conform_log_block(ConformRun *run, ConformLogWalk *walk, const SimLogEntry *entry);

#endif
