/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_TESTS_LOG_FIXTURE_H
#define BNETLAB_TESTS_LOG_FIXTURE_H

/*
 * What the tests of blocks.log share: a log of three blocks by value, in all versions, and logs
 * with blocks of any size. Hashes were computed apart from this code. Whoever makes bytes frees
 * them; one thread.
 */

#include "core/blocks_log.h"
#include "tests/wire_fixture.h"

/* --- pieces by value, in hexadecimal --------------------------------------------------------- */

#define LOG_X8 "5a5a5a5a5a5a5a5a"
#define LOG_SIGNATURE "001f" LOG_X8 LOG_X8 LOG_X8 LOG_X8 LOG_X8 LOG_X8 LOG_X8 LOG_X8
#define LOG_ZERO_ID "0000000000000000000000000000000000000000000000000000000000000000"
#define LOG_ACTION_ROOT "8888888888888888888888888888888888888888888888888888888888888888"
#define LOG_ROOT_2 "2c244e56eaed97b75c65972e0cfe7171df4f85ecd1115ce3aa1ddc8a89ce065f"
#define LOG_ROOT_3 "81ead55adf91c76e18e7128486c5e75b3a59622826b213bfb7a85aed0cc05c19"
#define LOG_TRX_ID "9999999999999999999999999999999999999999999999999999999999999999"
#define LOG_33 "3333333333333333"
#define LOG_44 "4444444444444444"
#define LOG_K1 "0020" LOG_33 LOG_33 LOG_33 LOG_33 LOG_33 LOG_33 LOG_33 LOG_33
/* auth_data 010203, client_json {"a":1}. */
#define LOG_WEBAUTHN                                                                               \
    "021f" LOG_44 LOG_44 LOG_44 LOG_44 LOG_44 LOG_44 LOG_44 LOG_44 "03 010203 07 7b2261223a317d"
#define LOG_TRX                                                                                    \
    "0000005b 0100 44332211 00 00 00 00 01 00a6823403ea3055 000000572d3ccdcd 01"                   \
    "0000000000855c34 00000000a8ed3232 03 aabbcc 00"
#define LOG_DEFLATED_TRX                                                                           \
    "78da636060886664703156126400024686654d26ccaf0c4281ec705d9bb3671941a20cad3126206ac55b2323e6"   \
    "55bbcf300000f1560b73"

/* The genesis: 2018-06-08T08:08:08.888, a key, all other bytes different. */
#define LOG_GENESIS                                                                                \
    "c0b680e61c6e0500 0002101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f"        \
    "0102030405060708 30313233 34353637 38393a3b 3c3d3e3f 40414243 44454647 48494a4b 4c4d4e4f"     \
    "50515253 54555657 58595a5b 5c5d5e5f 60616263 64656667 6869 6a6b"
#define LOG_CHAIN_ID "fc4522101a5b4743b820e2dbe07072b1076edb57ebe7f33f2c4d0afaefc03929"
#define LOG_TOTEM "ffffffffffffffff"

/* Three blocks: without transactions; with an id, and a transaction with signatures of type 0 and
 * 2; with a compressed transaction and extensions of header and block. */
#define LOG_BLOCK_1(previous)                                                                      \
    "e8030000 0000000000ea3055 0100" previous LOG_ZERO_ID LOG_ACTION_ROOT                          \
    "00000000 00 00" LOG_SIGNATURE "00 00"
#define LOG_BLOCK_2(previous)                                                                      \
    "e9030000 0000000000ea3055 0100" previous LOG_ROOT_2 LOG_ACTION_ROOT                           \
    "00000000 00 00" LOG_SIGNATURE "02 00 64000000 02 00" LOG_TRX_ID                               \
    "00 64000000 10 01 02" LOG_K1 LOG_WEBAUTHN "00 00 35" LOG_TRX "00"
#define LOG_BLOCK_3(previous)                                                                      \
    "ea030000 0000000000ea3055 0100" previous LOG_ROOT_3 LOG_ACTION_ROOT                           \
    "00000000 00 01 0100 02 0102" LOG_SIGNATURE "01 00 64000000 10 01 01" LOG_K1                   \
    "01 00 37" LOG_DEFLATED_TRX "01 0200 01 07"
#define LOG_BLOCK_1_BYTES 184u
#define LOG_BLOCK_2_BYTES 431u
#define LOG_BLOCK_3_BYTES 325u

/* Numbers 1 to 3. */
#define LOG_ID_1 "0000000159e8547597aa93668544d995db04cac0ecca55349b5314b6f68bb4c8"
#define LOG_ID_2 "000000020ec4f62c660e0d1794f813385699996291510f4b906afa5abfb783e0"
#define LOG_ID_3 "0000000377f2c2110efdb16c2da85d107974745769fe80188c642e6cb2e2a170"
#define LOG_FIRST LOG_BLOCK_1(LOG_ZERO_ID)
#define LOG_SECOND LOG_BLOCK_2(LOG_ID_1)
#define LOG_THIRD LOG_BLOCK_3(LOG_ID_2)

/* Numbers 5 to 7. */
#define LOG_ID_4 "00000004dddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
#define LOG_ID_5 "00000005d2e743bafb10a3c0bc09fda00023f1854862fa61ca9814b24306d164"
#define LOG_ID_6 "000000063e74d4991524a3410f625e74490f6f781a42fe9a08c3dcb26337fc9a"
#define LOG_ID_7 "00000007d6eb9ee1bf5edec6cf453c21b40c1191ab6ddb2e21d298aea41fd28c"
#define LOG_FIFTH LOG_BLOCK_1(LOG_ID_4)
#define LOG_SIXTH LOG_BLOCK_2(LOG_ID_5)
#define LOG_SEVENTH LOG_BLOCK_3(LOG_ID_6)

/* --- logs by value --------------------------------------------------------------------------- */

#define LOG_START_1 "01000000" LOG_GENESIS
#define LOG_START_2 "02000000 01000000" LOG_GENESIS LOG_TOTEM
#define LOG_START_3 "03000000 01000000" LOG_GENESIS LOG_TOTEM
#define LOG_START_2_LATER "02000000 05000000" LOG_GENESIS LOG_TOTEM
#define LOG_START_3_LATER "03000000 05000000" LOG_CHAIN_ID LOG_TOTEM

/* Positions: 114, 126 or 48 bytes, and 184 + 8, and 431 + 8. */
#define LOG_1                                                                                      \
    LOG_START_1 LOG_FIRST "7200000000000000" LOG_SECOND "3201000000000000" LOG_THIRD               \
                          "e902000000000000"
#define LOG_2                                                                                      \
    LOG_START_2 LOG_FIRST "7e00000000000000" LOG_SECOND "3e01000000000000" LOG_THIRD               \
                          "f502000000000000"
#define LOG_3                                                                                      \
    LOG_START_3 LOG_FIRST "7e00000000000000" LOG_SECOND "3e01000000000000" LOG_THIRD               \
                          "f502000000000000"
#define LOG_2_LATER                                                                                \
    LOG_START_2_LATER LOG_FIFTH "7e00000000000000" LOG_SIXTH "3e01000000000000" LOG_SEVENTH        \
                                "f502000000000000"
#define LOG_3_LATER                                                                                \
    LOG_START_3_LATER LOG_FIFTH "3000000000000000" LOG_SIXTH "f000000000000000" LOG_SEVENTH        \
                                "a702000000000000"

/* --- logs of any size ------------------------------------------------------------------------ */

/* Bytes of a block of log_add_block(), apart from its extension's data and their length. */
#define LOG_PLAIN_BLOCK_BYTES 186u

/* A log that grows. */
typedef struct LogBytes {
    WireBytes bytes;
    BnetId previous; /* of the next block */
} LogBytes;

static inline void log_append(LogBytes *log, const void *bytes, size_t n)
{
    log->bytes.bytes = realloc(log->bytes.bytes, log->bytes.n + n);
    memcpy(log->bytes.bytes + log->bytes.n, bytes, n);
    log->bytes.n += n;
}

/* A log of version 3 from block 1 on, without blocks. */
static inline LogBytes log_start(void)
{
    return (LogBytes){.bytes = wire_hex(LOG_START_3)};
}

/* Adds a block of exactly n bytes: without transactions, with an extension if there is room. */
static inline void log_add_block(LogBytes *log, size_t n)
{
    BnetWriter writer;
    BnetWireBlock block = {.header.fields = {.slot = 1000, .previous = log->previous}};
    uint8_t *bytes = malloc(n);
    uint8_t *extension = calloc(n, 1);
    if (n > LOG_BLOCK_1_BYTES) {
        size_t length_bytes = 1;
        while (bnet_varuint_bytes((uint32_t)(n - LOG_PLAIN_BLOCK_BYTES - length_bytes)) !=
               length_bytes)
            length_bytes++;
        bnet_writer_init(&writer, extension, n);
        bnet_write_u16(&writer, 7);
        bnet_write_varuint(&writer, (uint32_t)(n - LOG_PLAIN_BLOCK_BYTES - length_bytes));
        block.extensions = (BnetItems){.bytes = extension, .n = n - LOG_BLOCK_1_BYTES, .count = 1};
    }
    bnet_writer_init(&writer, bytes, n);
    bnet_wire_write_block(&writer, &block);
    ck_assert_uint_eq(writer.n, n);
    const uint64_t offset = log->bytes.n;
    log_append(log, bytes, n);
    bnet_writer_init(&writer, bytes, BNET_LOG_POSITION_BYTES);
    bnet_write_u64(&writer, offset);
    log_append(log, bytes, BNET_LOG_POSITION_BYTES);
    log->previous = bnet_wire_block_id(&block.header);
    free(extension);
    free(bytes);
}

#endif
