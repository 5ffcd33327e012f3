/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_CORE_DPOS_H
#define BNETLAB_CORE_DPOS_H

/*
 * DPoS: who may produce in a slot, and what becomes irreversible (protocol section 8).
 *
 * The state after a block is a pure function of the chain up to it. It is kept packed, since there
 * is one for each block: for the n producers of the active schedule n numbers "last produced", n
 * numbers "implied irreversible", then one byte for each block that still lacks confirmations,
 * oldest first. Schedules are named by their numbers in a table (schedule.h).
 */

#include "core/base.h"
#include "core/schedule.h"

/* Confirmation counters go back at most so far. */
#define BNET_CONFIRMATIONS_MAX 1024u

/* Unpacked state after a block. */
typedef struct BnetDpos {
    uint32_t n_producers;
    uint32_t number;      /* of the block */
    uint32_t proposed;    /* newest block whose confirmations are complete; 0: none yet */
    uint32_t lib;         /* last irreversible block number; 0: none yet */
    uint32_t schedule;    /* the active one */
    uint32_t newest;      /* schedule of the last change, the active one once it was promoted */
    uint32_t changed;     /* number of the block that brought the newest; 0: genesis */
    bool is_pending;      /* the newest is not active yet */
    bool schedule_fresh;  /* only at genesis: nobody counts as having produced */
    uint64_t former;      /* who promoted the active schedule and is not in it */
    uint32_t former_last; /* number of that block; 0: there is nobody like that */
    uint32_t last_produced[BNET_PRODUCERS_MAX];
    uint32_t implied[BNET_PRODUCERS_MAX];
    uint32_t n_missing;
    uint8_t missing[BNET_CONFIRMATIONS_MAX]; /* confirmations that block number - n_missing + 1 + i
                                                lacks */
} BnetDpos;

/* The state after block 1, whose schedule, number 0, has n_producers (1 to BNET_PRODUCERS_MAX) and
 * is pending itself. */
void bnet_dpos_genesis(BnetDpos *state, uint32_t n_producers);

/* Index of the producer that is scheduled in a slot. */
uint32_t bnet_dpos_scheduled(uint32_t n_producers, uint32_t slot);

/* Confirmations that a block needs: floor(2n/3) + 1. */
uint32_t bnet_dpos_required(uint32_t n_producers);

/* True if `producer` confirms a range twice when its block after `state` confirms the `confirmed`
 * blocks before it. */
bool bnet_dpos_confirms_twice(const BnetDpos *state, uint32_t producer, uint16_t confirmed);

/* Takes the state from a block to its child by `producer`. */
void bnet_dpos_advance(BnetDpos *state, uint32_t producer, uint16_t confirmed);

/*
 * After bnet_dpos_advance(): makes the newest schedule active if the block that brought it has
 * become irreversible. A producer that stays keeps its numbers, a new one starts at the LIB, and
 * `producer`, of the block, counts as having produced it. False: nothing was to be done.
 */
bool bnet_dpos_promote(BnetDpos *state, const BnetSchedules *schedules, uint32_t producer);

/* After that: the block carries a new schedule. */
void bnet_dpos_change(BnetDpos *state, uint32_t schedule);

/* Bytes of a packed state. */
size_t bnet_dpos_packed_bytes(const BnetDpos *state);
void bnet_dpos_pack(const BnetDpos *state, uint8_t *bytes);

/* The active schedule of a packed state, and the newest. */
uint32_t bnet_dpos_packed_schedule(const uint8_t *bytes);
uint32_t bnet_dpos_packed_newest(const uint8_t *bytes);
void bnet_dpos_unpack(BnetDpos *state, const uint8_t *bytes);

#endif
