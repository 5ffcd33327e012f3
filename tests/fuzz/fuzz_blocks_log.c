/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a blocks.log: as far as it is good, its blocks can be walked through and hashed, do
 * not read with a byte less, and make a log of version 3 that has the same blocks.
 */

#include <stdlib.h>

#include "core/blocks_log.h"
#include "tests/fuzz/fuzz.h"

/* An entry that reads is whole: with its last byte missing it is cut. */
static void check_end(const BnetLogEntry *entry, BnetLogWalk walk)
{
    BnetReader reader;
    BnetWireError error;
    BnetLogEntry again;
    bnet_reader_init(&reader, entry->bytes.bytes, entry->bytes.n + BNET_LOG_POSITION_BYTES - 1,
                     fuzz_scratch(), &error);
    FUZZ_CHECK(!bnet_log_read_entry(&reader, &walk, &again));
    FUZZ_CHECK(error.cut);
}

/* Reads a log of n bytes, writes what is good of it to `writer`, and returns the walk's end. */
static bool copy_log(const uint8_t *bytes, size_t n, BnetWriter *writer, BnetLogWalk *ret_walk)
{
    BnetReader reader;
    BnetWireError error;
    BnetLogHeader header;
    bnet_reader_init(&reader, bytes, n, fuzz_scratch(), &error);
    if (!bnet_log_read_header(&reader, &header)) {
        fuzz_check_error(&error, n);
        return false;
    }
    bnet_log_write_header(writer, &header);
    BnetLogWalk walk;
    bnet_log_walk_init(&walk, &header, n - bnet_reader_left(&reader));
    while (bnet_reader_left(&reader) > 0) {
        const BnetLogWalk before = walk;
        BnetLogEntry entry;
        if (!bnet_log_read_entry(&reader, &walk, &entry)) {
            fuzz_check_error(&error, n);
            break;
        }
        FUZZ_CHECK(entry.offset == before.offset && entry.number == before.next_number);
        FUZZ_CHECK(bnet_id_number(&entry.id) == entry.number);
        fuzz_check_block(&entry.block);
        check_end(&entry, before);
        bnet_log_write_entry(writer, entry.bytes, writer->n);
    }
    *ret_walk = walk;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    const size_t room = n + BNET_LOG_HEADER_BYTES_MAX;
    uint8_t *copies[2] = {malloc(room), malloc(room)};
    BnetWriter writers[2];
    BnetLogWalk walks[2];
    for (size_t i = 0; i < 2; i++)
        bnet_writer_init(&writers[i], copies[i], room);
    if (copy_log(bytes, n, &writers[0], &walks[0])) {
        FUZZ_CHECK(bnet_writer_fits(&writers[0]));
        FUZZ_CHECK(copy_log(copies[0], writers[0].n, &writers[1], &walks[1]));
        FUZZ_CHECK(walks[1].offset == writers[0].n && writers[1].n == writers[0].n);
        FUZZ_CHECK(walks[0].next_number == walks[1].next_number);
        FUZZ_CHECK(bnet_id_equal(&walks[0].previous, &walks[1].previous));
    }
    free(copies[1]);
    free(copies[0]);
    return 0;
}
