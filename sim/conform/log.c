/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/conform/log.h"

#include "sim/conform/fields.h"

/* Disagrees if an id that the block holds is not the one that it must hold. */
static void same_id(ConformRun *run, const char *field, const BnetId *held, const BnetId *due)
{
    if (bnet_id_equal(held, due)) {
        return;
    }
    g_autofree char *expected = conform_value_text(conform_id(held));
    g_autofree char *got = conform_value_text(conform_id(due));
    conform_disagree(run, field, expected, got);
}

static void same_number(ConformRun *run, uint32_t held, uint32_t due)
{
    if (held == due) {
        return;
    }
    g_autofree char *expected = g_strdup_printf("%u", held);
    g_autofree char *got = g_strdup_printf("%u", due);
    conform_disagree(run, "number", expected, got);
}

void conform_log_block(ConformRun *run, ConformLogWalk *walk, const SimLogEntry *entry)
{
    const BnetWireBlock *block = &entry->block;
    const BnetHeader *header = &block->header.fields;
    BnetId id = bnet_wire_block_id(&block->header);
    BnetId root = bnet_wire_transaction_mroot(block);
    conform_case_printf(run, "block %u", entry->number);
    same_number(run, entry->number, bnet_header_number(header));
    same_id(run, "id", &entry->id, &id);
    if (walk->has_block) {
        same_id(run, "previous", &header->previous, &walk->id);
    }
    same_id(run, "transaction_mroot", &header->transaction_mroot, &root);
    conform_same_bytes(run, "packed_block", entry->bytes,
                       conform_written(run, conform_write_block, block));
    *walk = (ConformLogWalk){.has_block = true, .id = id};
    conform_case_end(run);
}
