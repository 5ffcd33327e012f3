/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a bnet message: what decodes is encoded to a form that is its own, of the size that
 * was counted; what does not says where and why.
 */

#include <stdlib.h>
#include <string.h>

#include "core/wire_message.h"
#include "tests/fuzz/fuzz.h"

typedef struct Encoded {
    uint8_t *bytes; /* the holder's */
    size_t n;
} Encoded;

static Encoded encode(const BnetWireMessage *message)
{
    Encoded made = {.n = bnet_wire_message_size(message)};
    made.bytes = malloc(made.n);
    BnetWriter writer;
    bnet_writer_init(&writer, made.bytes, made.n);
    bnet_wire_write_message(&writer, message);
    FUZZ_CHECK(writer.n == made.n);
    return made;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    BnetReader reader;
    BnetWireError error;
    BnetWireMessage message;
    bnet_reader_init(&reader, bytes, n, fuzz_scratch(), &error);
    if (!bnet_wire_read_message(&reader, &message)) {
        fuzz_check_error(&error, n);
        return 0;
    }
    FUZZ_CHECK(bnet_reader_left(&reader) < n);
    const Encoded once = encode(&message);

    BnetWireMessage again;
    bnet_reader_init(&reader, once.bytes, once.n, fuzz_scratch(), &error);
    FUZZ_CHECK(bnet_wire_read_message(&reader, &again));
    FUZZ_CHECK(bnet_reader_left(&reader) == 0);
    const Encoded twice = encode(&again);
    FUZZ_CHECK(once.n == twice.n && memcmp(once.bytes, twice.bytes, once.n) == 0);

    if (message.kind == BNET_MESSAGE_BLOCK && !message.is_null)
        fuzz_check_block(&message.u.block);
    if (message.kind == BNET_MESSAGE_TRX && !message.is_null)
        fuzz_check_trx(&message.u.trx);
    free(twice.bytes);
    free(once.bytes);
    return 0;
}
