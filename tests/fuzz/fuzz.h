/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_TESTS_FUZZ_FUZZ_H
#define BNETLAB_TESTS_FUZZ_FUZZ_H

/*
 * What the fuzz targets share. A target fails by abort(), which fuzzer and replay both report. One
 * thread.
 */

#include <stddef.h>
#include <stdint.h>

#include "core/wire_block.h"

/* The fuzz target: one run on any bytes. Always 0. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/* Ends the program if it does not hold. */
#define FUZZ_CHECK(expression)                                                                     \
    ((expression) ? (void)0 : bnet_assert_failed(#expression, __FILE__, __LINE__))

/* Scratch memory, the same for every call. */
BnetScratch fuzz_scratch(void);

/* A failure says where and what: within the input, with a path. */
void fuzz_check_error(const BnetWireError *error, size_t n);

/* A packed transaction that was read opens, and has all its hashes. */
void fuzz_check_trx(const BnetWirePackedTrx *packed);

/* All of a block's hashes; the two ways to its transaction_mroot meet. */
void fuzz_check_block(const BnetWireBlock *block);

#endif
