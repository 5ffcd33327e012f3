/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_SWARM_H
#define BNETLAB_SIM_SWARM_H

/*
 * Random scenarios, as texts (docs/explore.md).
 *
 * A seed has one text, which is a function of the seed and the plugin and of nothing else: drawn
 * in integers, from streams of its own (SIM_RANDOM_SWARM). Features of scenarios are in it or left
 * out at random, with weights that the seed draws, too. The text always loads; all faults end
 * before its last minute, so that convergence is judged.
 *
 * Time, I/O: none. Ownership: the texts are the caller's. Threads: any. Bounds: a text has up to
 * about 20 KiB, SIM_SWARM_PEERS_MAX peers. Cost: some 100 us.
 */

#include <stdint.h>

#include "core/quirks.h"

#define SIM_SWARM_PEERS_MAX 40u

typedef enum SimSwarmProfile {
    SIM_SWARM_DOCUMENTED, /* the default of every scenario */
    SIM_SWARM_EOSIO_1_7,  /* all peers, or some groups, the deployed plugin */
} SimSwarmProfile;

/* What the peers run; all zero: the protocol as documented. */
typedef struct SimSwarmPlugin {
    SimSwarmProfile profile;
    BnetQuirks quirks;  /* that all peers have, in profile `documented` */
    BnetQuirks without; /* that none has, in profile `eosio-1.7` */
} SimSwarmPlugin;

/* The scenario of a seed, as pretty JSON that ends with a line feed. (transfer full) */
char *sim_swarm_text(uint64_t seed, SimSwarmPlugin plugin);

#endif
