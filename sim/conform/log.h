/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_CONFORM_LOG_H
#define BNETLAB_SIM_CONFORM_LOG_H

/*
 * A block of a blocks.log as a case of kind blocks: what we write is what stands in the file, byte
 * for byte. That it follows the block before and has the transaction root of its receipts, the
 * log's reader has checked. Memory and threads are those of conform.h.
 */

#include "sim/conform/conform.h"
#include "sim/log_file.h"

void conform_log_block(ConformRun *run, const SimLogEntry *entry);

#endif
