/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages as bytes: a scenario may ask that each message goes through the encoder and the decoder.
 * Both are done when it is sent, for what bytes mean does not depend on the time.
 */
#include "core/message_bytes.h"
#include "sim/internal.h"

static void reserve(SimBytes *bytes, uint32_t n)
{
    if (bytes->scratch == NULL)
        bytes->scratch = g_malloc(BNET_WIRE_SCRATCH_BYTES);
    if (n <= bytes->message_capacity)
        return;
    bytes->message_capacity = MAX(n, 2 * bytes->message_capacity);
    bytes->message = g_realloc(bytes->message, bytes->message_capacity);
}

void sim_bytes_pass(SimWorld *world, BnetMessage *message)
{
    SimBytes *bytes = &world->bytes;
    const uint32_t n = bnet_message_size(message, &world->store);
    reserve(bytes, n);
    BnetWriter writer;
    bnet_writer_init(&writer, bytes->message, n);
    bnet_message_write(&writer, message, &world->store, &world->pool);
    g_assert(writer.n == n);
    bnet_message_finish(message, &world->pool);

    const BnetScratch scratch = {.bytes = bytes->scratch, .n = BNET_WIRE_SCRATCH_BYTES};
    BnetReader reader;
    BnetWireError error;
    BnetWireMessage wire;
    bnet_reader_init(&reader, bytes->message, n, scratch, &error);
    reader.eosio_2 = world->store.extensions;
    const bool is_read = bnet_wire_read_message(&reader, &wire);
    g_assert(is_read && bnet_reader_left(&reader) == 0);
    const BnetReading reading =
        bnet_message_read(&world->store, &world->pool, &wire, scratch, message);
    g_assert(reading == BNET_READING_DONE);
}

void sim_bytes_finish(SimBytes *bytes)
{
    g_free(bytes->message);
    g_free(bytes->scratch);
}
