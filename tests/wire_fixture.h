/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_TESTS_WIRE_FIXTURE_H
#define BNETLAB_TESTS_WIRE_FIXTURE_H

/*
 * What the tests of the codec share: bytes from hexadecimal text, a reader, and what a read that
 * failed must have said.
 *
 * Inputs stand in memory of exactly their size, so that a sanitizer sees a read beyond them. One
 * thread; whoever makes bytes frees them.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "core/header.h"
#include "core/wire_message.h"
#include "tests/core_fixture.h"

typedef struct WireBytes {
    uint8_t *bytes; /* the holder's; free() */
    size_t n;
} WireBytes;

static inline uint8_t wire_nibble(char c)
{
    ck_assert((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
    return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* Blanks between the digits are skipped. */
static inline WireBytes wire_hex(const char *text)
{
    WireBytes made = {.bytes = malloc(strlen(text) / 2 + 1)};
    while (*text) {
        if (*text == ' ') {
            text++;
            continue;
        }
        made.bytes[made.n++] = (uint8_t)(wire_nibble(text[0]) << 4 | wire_nibble(text[1]));
        text += 2;
    }
    made.bytes = realloc(made.bytes, made.n > 0 ? made.n : 1);
    return made;
}

static inline WireBytes wire_copy(const void *bytes, size_t n)
{
    WireBytes made = {.bytes = malloc(n > 0 ? n : 1), .n = n};
    if (n > 0)
        memcpy(made.bytes, bytes, n);
    return made;
}

static inline BnetId wire_id(const char *hex)
{
    BnetId id;
    WireBytes made = wire_hex(hex);
    ck_assert_uint_eq(made.n, sizeof id.bytes);
    memcpy(id.bytes, made.bytes, sizeof id.bytes);
    free(made.bytes);
    return id;
}

static inline void wire_assert_id(BnetId id, const char *hex)
{
    const BnetId expected = wire_id(hex);
    ck_assert_mem_eq(id.bytes, expected.bytes, sizeof id.bytes);
}

/* The scratch memory of all tests, exactly as large as it must be. */
static inline BnetScratch wire_scratch(void)
{
    static uint8_t bytes[BNET_WIRE_SCRATCH_BYTES];
    return (BnetScratch){.bytes = bytes, .n = sizeof bytes};
}

typedef struct WireInput {
    BnetReader reader;
    BnetWireError error;
} WireInput;

static inline BnetReader *wire_input(WireInput *input, const void *bytes, size_t n)
{
    bnet_reader_init(&input->reader, bytes, n, wire_scratch(), &input->error);
    return &input->reader;
}

/* What the failed read said. `allowed` is a part of the text. */
static inline void wire_assert_failed(const WireInput *input, const char *path, size_t offset,
                                      const char *allowed)
{
    char found[BNET_WIRE_PATH_BYTES];
    bnet_wire_error_path(&input->error, found);
    ck_assert_str_eq(found, path);
    ck_assert_uint_eq(input->error.offset, offset);
    ck_assert_ptr_nonnull(input->error.allowed);
    ck_assert_msg(strstr(input->error.allowed, allowed) != NULL, "not allowed: %s", allowed);
}

/* The message in bytes of its own; the two passes of a writer agree. */
static inline WireBytes wire_encode(const BnetWireMessage *message)
{
    WireBytes made = {.n = bnet_wire_message_size(message)};
    made.bytes = malloc(made.n);
    BnetWriter writer;
    bnet_writer_init(&writer, made.bytes, made.n);
    bnet_wire_write_message(&writer, message);
    ck_assert(bnet_writer_fits(&writer));
    ck_assert_uint_eq(writer.n, made.n);
    return made;
}

#endif
