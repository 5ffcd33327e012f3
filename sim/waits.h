/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_WAITS_H
#define BNETLAB_SIM_WAITS_H

/*
 * What a peer waits for that has not got a block which others have: for the message of a check of
 * liveness that has failed.
 */

#include <glib.h>

#include "sim/causes.h"
#include "sim/world.h"

/*
 * Appends to `out` what `peer` needs next to have `block` on its best chain, and how it stands with
 * up to two neighbours that hold it: "waits for block 33; bp[1] has it: session closed since 12.300
 * s". `closed_ns` [ends]: when each end was closed last; 0: never. That block, whoever has it, and
 * the peer: what this is about. O(sessions log blocks + what is remembered of causes).
 */
SimSubject sim_waits_append(GString *out, SimWorld *world, uint32_t peer, BnetBlock block,
                            const int64_t *closed_ns);

#endif
