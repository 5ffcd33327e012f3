/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as what the other side of a WebSocket connection sends: as the request or the answer of
 * a handshake, and as frames to a server and to a client.
 */

#include <string.h>

#include "node/handshake.h"
#include "node/websocket.h"
#include "tests/fuzz/fuzz.h"

#define MESSAGE_MAX 100000u

/* A head that is good is good whatever follows, and not good before its end. */
static void fuzz_handshake(const char *text, size_t n)
{
    static const char key[] = "dGhlIHNhbXBsZSBub25jZQ==";
    NodeHandshake handshake;
    NodeHandshake again;
    if (node_handshake_read_request(text, n, &handshake) == NODE_HANDSHAKE_GOOD) {
        FUZZ_CHECK(handshake.used > 0 && handshake.used <= n);
        FUZZ_CHECK(node_handshake_read_request(text, handshake.used, &again) ==
                   NODE_HANDSHAKE_GOOD);
        FUZZ_CHECK(strcmp(handshake.accept, again.accept) == 0);
        FUZZ_CHECK(node_handshake_read_request(text, handshake.used - 1, &again) ==
                   NODE_HANDSHAKE_MORE);
    }
    if (node_handshake_read_answer(text, n, key, &handshake) == NODE_HANDSHAKE_GOOD)
        FUZZ_CHECK(handshake.used <= n);
}

/* Reads until something ends it: each call gives one thing, and no message is too long. */
static void fuzz_frames(const uint8_t *bytes, size_t n, bool is_client)
{
    NodeWebSocket *socket = node_websocket_new(-1, is_client, bytes, n, MESSAGE_MAX);
    NodeWebSocketItem item;
    NodeWebSocketRead read;
    uint32_t waits = 0;
    do {
        read = node_websocket_read(socket, &item);
        /* It waits for more than the bytes once; then it finds that there is no socket. */
        waits += read == NODE_WEBSOCKET_WAIT;
        FUZZ_CHECK(waits <= 1);
        FUZZ_CHECK((read == NODE_WEBSOCKET_MESSAGE) == (item.message != NULL));
        if (item.message) {
            FUZZ_CHECK(g_bytes_get_size(item.message) <= MESSAGE_MAX);
            g_bytes_unref(item.message);
        }
        FUZZ_CHECK(read != NODE_WEBSOCKET_BROKEN || (item.code >= 1002 && item.what != NULL));
    } while (read == NODE_WEBSOCKET_MESSAGE || read == NODE_WEBSOCKET_AGAIN ||
             read == NODE_WEBSOCKET_WAIT);
    node_websocket_free(socket);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    fuzz_handshake((const char *)bytes, n);
    fuzz_frames(bytes, n, false);
    fuzz_frames(bytes, n, true);
    return 0;
}
