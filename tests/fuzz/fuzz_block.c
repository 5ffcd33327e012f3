/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a signed block: what is read can be walked through, hashed in all ways, and written
 * to a form with the same hashes.
 */

#include <stdlib.h>

#include "core/wire_block.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    BnetReader reader;
    BnetWireError error;
    BnetWireBlock block;
    bnet_reader_init(&reader, bytes, n, fuzz_scratch(), &error);
    if (!bnet_wire_read_block(&reader, &block)) {
        fuzz_check_error(&error, n);
        return 0;
    }
    fuzz_check_block(&block);

    BnetWriter writer;
    bnet_writer_init(&writer, NULL, 0);
    bnet_wire_write_block(&writer, &block);
    const size_t size = writer.n;
    uint8_t *written = malloc(size);
    bnet_writer_init(&writer, written, size);
    bnet_wire_write_block(&writer, &block);
    FUZZ_CHECK(writer.n == size);

    BnetWireBlock again;
    bnet_reader_init(&reader, written, size, fuzz_scratch(), &error);
    FUZZ_CHECK(bnet_wire_read_block(&reader, &again) && bnet_reader_left(&reader) == 0);
    const BnetId ids[2] = {bnet_wire_block_id(&block.header), bnet_wire_block_id(&again.header)};
    FUZZ_CHECK(bnet_id_equal(&ids[0], &ids[1]));
    const BnetId roots[2] = {bnet_wire_transaction_mroot(&block),
                             bnet_wire_transaction_mroot(&again)};
    FUZZ_CHECK(bnet_id_equal(&roots[0], &roots[1]));
    free(written);
    return 0;
}
