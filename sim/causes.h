/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_CAUSES_H
#define BNETLAB_SIM_CAUSES_H

/*
 * An observer that remembers how blocks and transactions came to where they are: who made them,
 * sent them, noticed them, took them in, and what the chains said; how sessions began and ended,
 * and processes; what the scenario did; the newest 65,536 of such happenings, 40 bytes each, and
 * the last ping of each session end. From that it tells, for the first violation of a check, the
 * chain of messages that led there.
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
    uint32_t end;  /* of the peer, over whose connection it happened; UINT32_MAX: over any */
    uint32_t also; /* of SimAlso */
} SimSubject;

/* What else is told. */
typedef enum SimAlso {
    SIM_ALSO_TALK = 1u << 0,    /* what the two said last, whatever it was about; pings, too */
    SIM_ALSO_PINGS = 1u << 1,   /* their last pings alone */
    SIM_ALSO_NOTICES = 1u << 2, /* how many notices the peer has had from the other */
    SIM_ALSO_BLAME = 1u << 3,   /* whom the peer has cut off for a bad block */
    SIM_ALSO_APPLIED = 1u << 4, /* that the peer applied the blocks */
} SimAlso;

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

/* What was sent last over the connection of `end`, by its peer: "a ping at 57.240 s", "nothing".
 * Accepts NULL. (transfer full) */
char *sim_causes_last(const SimCauses *self, SimWorld *world, uint32_t end);

#endif
