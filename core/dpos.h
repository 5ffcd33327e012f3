/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_CORE_DPOS_H
#define BNETLAB_CORE_DPOS_H

/*
 * DPoS: who may produce in a slot, and what becomes irreversible (protocol section 8).
 *
 * The state after a block is a pure function of the chain up to it. It is kept packed, since there
 * is one for each block: for n producers n numbers "last produced", n numbers "implied
 * irreversible", then one byte for each block that still lacks confirmations, oldest first.
 */

#include "core/base.h"

#define BNET_PRODUCERS_MAX 125u

/* Confirmation counters go back at most so far. */
#define BNET_CONFIRMATIONS_MAX 1024u

/* Unpacked state after a block. */
typedef struct BnetDpos {
    uint32_t n_producers;
    uint32_t number;     /* of the block */
    uint32_t proposed;   /* newest block whose confirmations are complete; 0: none yet */
    uint32_t lib;        /* last irreversible block number; 0: none yet */
    bool schedule_fresh; /* only at genesis: nobody counts as having produced */
    uint32_t last_produced[BNET_PRODUCERS_MAX];
    uint32_t implied[BNET_PRODUCERS_MAX];
    uint32_t n_missing;
    uint8_t missing[BNET_CONFIRMATIONS_MAX]; /* confirmations that block number - n_missing + 1 + i
                                                lacks */
} BnetDpos;

/* The state after block 1, whose schedule has n_producers (1 to BNET_PRODUCERS_MAX). */
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

/* Bytes of a packed state. */
size_t bnet_dpos_packed_bytes(const BnetDpos *state);
void bnet_dpos_pack(const BnetDpos *state, uint8_t *bytes);

/* Only n_producers must stand in `state` already. */
void bnet_dpos_unpack(BnetDpos *state, const uint8_t *bytes);

#endif
