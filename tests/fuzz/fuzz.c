/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void bnet_assert_failed(const char *expression, const char *file, int line)
{
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, expression);
    abort();
}

void *bnet_mem_resize(void *memory, size_t bytes)
{
    if (bytes == 0) {
        free(memory);
        return NULL;
    }
    void *resized = realloc(memory, bytes);
    FUZZ_CHECK(resized);
    return resized;
}

BnetScratch fuzz_scratch(void)
{
    static uint8_t bytes[BNET_WIRE_SCRATCH_BYTES];
    return (BnetScratch){.bytes = bytes, .n = sizeof bytes};
}

void fuzz_check_error(const BnetWireError *error, size_t n)
{
    char path[BNET_WIRE_PATH_BYTES];
    bnet_wire_error_path(error, path);
    FUZZ_CHECK(path[0] && error->allowed && error->allowed[0]);
    FUZZ_CHECK(error->offset <= n);
    FUZZ_CHECK(!error->inflated || error->inflated_at <= BNET_WIRE_INFLATED_BYTES_MAX);
}

static void check_actions(BnetItems actions)
{
    BnetWireAction action;
    while (bnet_next_action(&actions, &action)) {
        BnetWirePermission permission;
        while (bnet_next_permission(&action.authorization, &permission)) {
        }
    }
}

void fuzz_check_trx(const BnetWirePackedTrx *packed)
{
    BnetWireError error;
    BnetWireTrx trx;
    BnetItems data;
    FUZZ_CHECK(bnet_wire_open_context_free_data(packed, fuzz_scratch(), &error, &data));
    BnetSlice item;
    while (bnet_next_bytes(&data, &item)) {
    }
    FUZZ_CHECK(bnet_wire_open_trx(packed, fuzz_scratch(), &error, &trx));
    check_actions(trx.context_free_actions);
    check_actions(trx.actions);

    /* The id is that of the bytes which the transaction is written to, and they are a fixed point.
     */
    BnetWriter writer;
    bnet_writer_init(&writer, NULL, 0);
    bnet_wire_write_trx(&writer, &trx);
    uint8_t *bytes = malloc(writer.n);
    bnet_writer_init(&writer, bytes, writer.n);
    bnet_wire_write_trx(&writer, &trx);
    const BnetId ids[2] = {bnet_wire_trx_id(&trx), bnet_sha256(bytes, writer.n)};
    FUZZ_CHECK(bnet_id_equal(&ids[0], &ids[1]));
    BnetReader reader;
    bnet_reader_init(&reader, bytes, writer.n, (BnetScratch){0}, &error);
    FUZZ_CHECK(bnet_wire_read_trx(&reader, &trx) && bnet_reader_left(&reader) == 0);
    const BnetId again = bnet_wire_trx_id(&trx);
    FUZZ_CHECK(bnet_id_equal(&ids[0], &again));
    free(bytes);

    const BnetId hashes[2] = {bnet_wire_packed_digest(packed), bnet_wire_signed_id(packed)};
    FUZZ_CHECK(!bnet_id_equal(&hashes[0], &hashes[1]));
}

void fuzz_check_block(const BnetWireBlock *block)
{
    BnetId *digests = malloc((block->transactions.count + 2) * sizeof *digests);
    size_t n = 0;
    BnetItems transactions = block->transactions;
    BnetWireReceipt receipt;
    while (bnet_next_receipt(&transactions, &receipt)) {
        digests[n++] = bnet_wire_receipt_digest(&receipt);
        if (receipt.is_packed)
            fuzz_check_trx(&receipt.packed);
    }
    FUZZ_CHECK(n == block->transactions.count);
    const BnetId roots[2] = {bnet_wire_transaction_mroot(block), bnet_merkle_root(digests, n)};
    FUZZ_CHECK(bnet_id_equal(&roots[0], &roots[1]));
    free(digests);

    const BnetId id = bnet_wire_block_id(&block->header);
    FUZZ_CHECK(bnet_id_number(&id) == bnet_header_number(&block->header.fields));
    if (block->header.has_new_producers) {
        const BnetId hash = bnet_wire_schedule_hash(&block->header.new_producers);
        FUZZ_CHECK(!bnet_id_equal(&hash, &id));
    }
}
