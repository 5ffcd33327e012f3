/* SPDX-License-Identifier: Apache-2.0 */
#include "node/decode.h"

static void free_scratch(gpointer memory)
{
    g_free(memory);
}

BnetScratch node_scratch(void)
{
    static GPrivate scratch = G_PRIVATE_INIT(free_scratch);
    uint8_t *bytes = g_private_get(&scratch);
    if (!bytes) {
        bytes = g_malloc(BNET_WIRE_SCRATCH_BYTES);
        g_private_set(&scratch, bytes);
    }
    return (BnetScratch){.bytes = bytes, .n = BNET_WIRE_SCRATCH_BYTES};
}

gsize node_decode_length(const GByteArray *bytes, bool eosio_2)
{
    BnetReader reader;
    BnetWireError error;
    BnetWireMessage message;
    bnet_reader_init(&reader, bytes->data, bytes->len, node_scratch(), &error);
    reader.eosio_2 = eosio_2;
    return bnet_wire_read_message(&reader, &message) ? bytes->len - bnet_reader_left(&reader) : 0;
}

bool node_decode(GBytes *bytes, bool eosio_2, BnetWireMessage *ret_message)
{
    BnetReader reader;
    BnetWireError error;
    gsize n = 0;
    const void *data = g_bytes_get_data(bytes, &n);
    bnet_reader_init(&reader, data, n, node_scratch(), &error);
    reader.eosio_2 = eosio_2;
    return bnet_wire_read_message(&reader, ret_message) && bnet_reader_left(&reader) == 0;
}
