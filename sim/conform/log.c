/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/conform/log.h"

#include "sim/conform/fields.h"

void conform_log_block(ConformRun *run, const SimLogEntry *entry)
{
    conform_case_printf(run, "block %u", entry->number);
    conform_same_bytes(run, "packed_block", entry->bytes,
                       conform_written(run, conform_write_block, &entry->block));
    conform_case_end(run);
}
