/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_TIES_H
#define BNETLAB_SIM_TIES_H

/*
 * Another order among the events of one instant: drawn from a seed, for each instant anew.
 *
 * The queue orders events of one time by their target, then their argument (event.h). Here the
 * target of an event is hidden behind another number when it is pushed and shown again when it is
 * popped. The numbers of one instant are a permutation, which the seed and the time make: so the
 * order is random, the same for the same seed, and takes no memory. Hidden targets are above all
 * others. Events of one target stay in the order of their arguments.
 *
 * Plain values; no time but the events' own; O(1).
 */

#include <stdbool.h>
#include <stdint.h>

/* Targets are below it; hidden ones have the bit. */
#define SIM_TIES_HIDDEN 0x80000000u

typedef struct SimTies {
    bool shuffled; /* false: nothing is to be hidden */
    uint64_t key;
} SimTies;

/* Of a seed. */
SimTies sim_ties_of(uint64_t seed);

/* `target` (below SIM_TIES_HIDDEN, asserted) of an event at time_ns, hidden. */
uint32_t sim_ties_hide(const SimTies *ties, int64_t time_ns, uint32_t target);

/* The target that was hidden; of one that was not, itself. */
uint32_t sim_ties_show(const SimTies *ties, int64_t time_ns, uint32_t target);

#endif
