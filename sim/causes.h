/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_CAUSES_H
#define BNETLAB_SIM_CAUSES_H

/*
 * An observer that remembers how blocks and transactions came to where they are: who made them,
 * sent them, noticed them, took them in, and what the chains said; how sessions began and ended,
 * and processes; the newest 65,536 of such happenings, 24 bytes each. From that it tells, for the
 * first violation of a check, the chain of messages that led there.
 *
 * O(1) for a happening and each block of a notice; telling is O(what is remembered). To remember
 * costs more than all checks together, so nobody does until there is something to tell: then the
 * run is repeated (run.c).
 */

#include <glib.h>

#include "sim/observer.h"
#include "sim/world.h"

#define SIM_CAUSES_MAX 65536u

typedef struct SimCauses SimCauses;

/* What a violation is about: a block, a transaction or both that the one peer has, and did
 * something with towards the other; neither: their session alone. */
typedef struct SimSubject {
    uint32_t peer;
    uint32_t remote; /* UINT32_MAX: none */
    BnetBlock block; /* BNET_NO_BLOCK: it is about none */
    BnetTrx trx;     /* BNET_NO_TRX: it is about none */
    /* What it has to do with besides: what stood back, or what it is built on; or none. */
    BnetBlock other_block;
    BnetTrx other_trx;
    bool talk; /* what the two said last is told, too, whatever it was about */
} SimSubject;

SimCauses *sim_causes_new(SimWorld *world);
void sim_causes_free(SimCauses *self);
SimObserver *sim_causes_observer(SimCauses *self);

/*
 * How the subject came to the peer, from where it was made, what else went of it between the two
 * peers, and how their session came about: a line for each happening, in order of time, without
 * line ends. The first lines say so if the beginning is no longer remembered. (transfer full)
 * NULL-terminated.
 */
GStrv sim_causes_tell(const SimCauses *self, SimWorld *world, const SimSubject *subject);

/* What `peer` sent `remote` last: "a ping at 57.240 s", "nothing". Accepts NULL. (transfer full) */
char *sim_causes_last(const SimCauses *self, SimWorld *world, uint32_t peer, uint32_t remote);

#endif
