/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages as bytes: a scenario may ask that each message goes through the encoder and the decoder.
 * Both are done when it is sent, for what bytes mean does not depend on the time.
 */
#include <string.h>

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

/* --- bytes that are no message --------------------------------------------------------------- */

/* Two notices, each of one block that nobody has. */
static void write_notice_starts(uint8_t *out, uint32_t bytes)
{
    for (uint32_t i = 0; i < 2; i++) {
        out[i * bytes] = BNET_MESSAGE_BLOCK_NOTICE;
        out[i * bytes + 1] = 1;
    }
}

/* The bytes that a persona sends for a message; `seed` tells those of one kind apart. */
static void write_malformed(uint8_t *out, const BnetMalformed *malformed, uint64_t seed)
{
    static const char text[] = "{\"type\":\"hello\"}";
    const uint8_t ping = BNET_MESSAGE_PING;
    SimRandom random = sim_random_stream(seed, SIM_RANDOM_PERSONA, 0);
    for (uint32_t i = 0; i < malformed->bytes; i++)
        out[i] = (uint8_t)sim_random_u64(&random);
    if (malformed->what == SCENARIO_MALFORMED_TRUNCATED ||
        malformed->what == SCENARIO_MALFORMED_TRAILING)
        out[0] = ping;
    else if (malformed->what == SCENARIO_MALFORMED_TWO_NOTICES)
        write_notice_starts(out, malformed->bytes / 2);
    else if (malformed->what == SCENARIO_MALFORMED_UNKNOWN)
        out[0] = (uint8_t)(BNET_MESSAGE_KINDS + out[0] % (0x80 - BNET_MESSAGE_KINDS));
    else if (malformed->what == SCENARIO_MALFORMED_TEXT)
        memcpy(out, text, MIN(malformed->bytes, sizeof text - 1));
}

static bool is_message(SimWorld *world, uint32_t n)
{
    const BnetScratch scratch = {.bytes = world->bytes.scratch, .n = BNET_WIRE_SCRATCH_BYTES};
    BnetReader reader;
    BnetWireError error;
    BnetWireMessage wire;
    bnet_reader_init(&reader, world->bytes.message, n, scratch, &error);
    return bnet_wire_read_message(&reader, &wire) && bnet_reader_left(&reader) == 0;
}

/* Random bytes may by chance be a message: then the next ones are taken. Over the longest message
 * nothing is decoded. */
static void pass_malformed(SimWorld *world, const BnetMalformed *malformed)
{
    uint64_t seed = malformed->seed;
    if (malformed->bytes > BNET_WIRE_MESSAGE_BYTES_MAX)
        return;
    reserve(&world->bytes, malformed->bytes);
    do {
        g_assert(seed == malformed->seed || malformed->what == SCENARIO_MALFORMED_RANDOM);
        write_malformed(world->bytes.message, malformed, seed++);
    } while (is_message(world, malformed->bytes));
}

/* --- messages -------------------------------------------------------------------------------- */

void sim_bytes_pass(SimWorld *world, BnetMessage *message)
{
    if (message->kind == BNET_MESSAGE_MALFORMED) {
        pass_malformed(world, &message->u.malformed);
        return;
    }
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
