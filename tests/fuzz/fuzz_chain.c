/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as orders to a peer that makes blocks, good ones and others: all that it makes goes
 * through bytes into a store and two views, which find what is wrong and stay sound.
 */

#include "tests/fuzz/fuzz.h"
#include "tests/hostile_chain.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    hostile_run(bytes, n);
    return 0;
}
