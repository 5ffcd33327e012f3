/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_CAUSES_H
#define BNETLAB_SIM_CAUSES_H

/*
 * An observer that remembers how blocks and transactions came to where they are: who made them,
 * sent them, noticed them, took them in, and what the chains said; the newest 65,536 of such
 * happenings, 24 bytes each. From that it tells, for the first violation of a check, the chain of
 * messages that led there.
 *
 * O(1) for a happening and each block of a notice; telling is O(what is remembered).
 */

#include <glib.h>

#include "sim/observer.h"
#include "sim/world.h"

#define SIM_CAUSES_MAX 65536u

typedef struct SimCauses SimCauses;

/* What a violation is about: a block or a transaction that the one peer has, and did something with
 * towards the other. */
typedef struct SimSubject {
    uint32_t peer;
    uint32_t remote; /* UINT32_MAX: none */
    BnetBlock block; /* BNET_NO_BLOCK: it is about the transaction */
    BnetTrx trx;
} SimSubject;

SimCauses *sim_causes_new(SimWorld *world);
void sim_causes_free(SimCauses *self);
SimObserver *sim_causes_observer(SimCauses *self);

/*
 * How the subject came to the peer, from where it was made, and what else went of it between the
 * two peers: a line for each happening, in order of time, without line ends. The first line says so
 * if the beginning is no longer remembered. (transfer full) NULL-terminated.
 */
GStrv sim_causes_tell(const SimCauses *self, const SimWorld *world, const SimSubject *subject);

#endif
