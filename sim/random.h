/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_RANDOM_H
#define BNETLAB_SIM_RANDOM_H

/*
 * Random streams: Philox4x32-10, a function of (seed, stream, draw) and of nothing else.
 *
 * One stream for each purpose and entity (a peer, a link). No stream knows of another: that a
 * stream is added, or drawn from more often, changes no draw of any other.
 *
 * Representation: the key is the seed; the counter is the draw's index in the lower 64 bits and the
 * stream, purpose << 56 | entity, in the upper ones. Draw k of a stream is block k, of which the
 * first 64 bits are used (word 0 is the lower half).
 *
 * Time, I/O, memory: none. Ownership: a SimRandom is a plain value of 24 bytes; a copy goes on with
 * the same draws as its original. Threads: one at a time for each SimRandom; streams share nothing.
 *
 * Bounds: entities below 2^56, asserted; 2^64 blocks a stream, then it starts again (out of reach).
 *
 * Cost: a draw takes one block, about 10 ns; sim_random_below takes another with a chance of less
 * than bound / 2^64.
 */

#include <stdint.h>

#define SIM_RANDOM_ENTITY_MAX ((UINT64_C(1) << 56) - 1)

/* What a stream is for. The values are part of every seed's meaning: a new purpose gets a new
 * value, and no value is ever used for another purpose. */
typedef enum SimRandomPurpose {
    SIM_RANDOM_TOPOLOGY = 0,         /* who is connected with whom */
    SIM_RANDOM_LATENCY = 1,          /* one-way latency of messages */
    SIM_RANDOM_REDIAL = 2,           /* delay before a connection is tried again */
    SIM_RANDOM_PING = 3,             /* codes of pings */
    SIM_RANDOM_IDENTITY = 4,         /* keys and ids */
    SIM_RANDOM_WORKLOAD_ARRIVAL = 5, /* when a transaction appears */
    SIM_RANDOM_WORKLOAD_ORIGIN = 6,  /* where it appears */
    SIM_RANDOM_WORKLOAD_SHAPE = 7,   /* what it looks like */
    SIM_RANDOM_START = 8,            /* when a process starts */
    SIM_RANDOM_LOSS = 9,             /* segments lost, seen as delay */
    SIM_RANDOM_FAULT = 10,           /* choices of injected faults */
    SIM_RANDOM_PERSONA = 11,         /* choices of peers that misbehave */
    SIM_RANDOM_PROCESSING = 12,      /* time that a peer's threads spend */
    SIM_RANDOM_MISSED_SLOT = 13,     /* slots that a producer misses */
    SIM_RANDOM_RELEASE = 14,         /* which link of a cut is mended next */
    SIM_RANDOM_FILLER = 15,          /* sizes of transactions of the producers' own */
    SIM_RANDOM_TIES = 16,            /* which event of an instant comes first */
    SIM_RANDOM_SWARM = 20,           /* scenarios that are made up */
    SIM_RANDOM_TEST = 255,           /* for tests and benchmarks alone */
} SimRandomPurpose;

/* A place in a stream. Plain: fields may be read, and set to go to any draw. */
typedef struct SimRandom {
    uint64_t seed;
    uint64_t stream; /* purpose << 56 | entity */
    uint64_t draw;   /* index of the next block */
} SimRandom;

/* The start of the stream of `purpose` and `entity` (0 to SIM_RANDOM_ENTITY_MAX, asserted). */
SimRandom sim_random_stream(uint64_t seed, SimRandomPurpose purpose, uint64_t entity);

/* The next 64 bits: each value is equally likely. Always one block. */
uint64_t sim_random_u64(SimRandom *random);

/* A number from 0 to bound - 1, each equally likely. bound is 1 or more, asserted. One block,
 * rarely more; also for bound 1. */
uint64_t sim_random_below(SimRandom *random, uint64_t bound);

/* A number of nanoseconds from min_ns to max_ns, both included, each equally likely. Any int64
 * values with min_ns <= max_ns, asserted. */
int64_t sim_random_range_ns(SimRandom *random, int64_t min_ns, int64_t max_ns);

#endif
