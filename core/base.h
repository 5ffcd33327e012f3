/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_CORE_BASE_H
#define BNETLAB_CORE_BASE_H

/*
 * What every file of the core needs: constants of the protocol, handles, assertions.
 *
 * The core does no I/O, reads no clock, draws no random number and starts no thread. Time is an
 * argument: int64_t nanoseconds on whatever clock the driver runs. What the core cannot do itself
 * (stop the program, get memory) is done by two functions that the driver defines, below.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BNET_NS_PER_US INT64_C(1000)
#define BNET_NS_PER_MS INT64_C(1000000)
#define BNET_NS_PER_S INT64_C(1000000000)

/* Protocol section 8: a slot is 500 ms, a producer has 12 in a row. */
#define BNET_SLOT_NS (INT64_C(500) * BNET_NS_PER_MS)
#define BNET_SLOTS_PER_TURN 12u

/* "Never": a deadline that does not come. */
#define BNET_TIME_NEVER INT64_MAX

/* Dense handles of interned blocks and transactions (store.h). 0 is none. */
typedef uint32_t BnetBlock;
typedef uint32_t BnetTrx;
#define BNET_NO_BLOCK 0u
#define BNET_NO_TRX 0u

/* Session slot of a node (node.h). */
#define BNET_NO_SESSION UINT32_MAX

/* Supplied by the driver: reports a broken invariant of the core and does not return. */
_Noreturn void bnet_assert_failed(const char *expression, const char *file, int line);

/* Supplied by the driver: realloc() that does not return NULL; bytes 0 frees and returns NULL. */
void *bnet_mem_resize(void *memory, size_t bytes);

/* An invariant of the core, checked in every build. Never used on a remote peer's input. */
#define bnet_assert(expression)                                                                    \
    ((expression) ? (void)0 : bnet_assert_failed(#expression, __FILE__, __LINE__))

/* A sha256 value, or an id derived from one, as printed. */
typedef struct BnetId {
    uint8_t bytes[32];
} BnetId;

/* A public key as on the wire: type (0 K1, 1 R1), then the compressed point. Also a peer's id. */
typedef struct BnetKey {
    uint8_t bytes[34];
} BnetKey;

#endif
