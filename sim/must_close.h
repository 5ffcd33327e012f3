/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_MUST_CLOSE_H
#define BNETLAB_SIM_MUST_CLOSE_H

/*
 * What several checks have in common: a session end takes something in for which its session must
 * be closed at once with a certain reason, before it takes in anything more, or sends what the
 * check forbids, and no session is closed with that reason but for it. While that is due, the
 * session is "condemned" in the record (record.h), which is a trait of what happens to it.
 *
 * A byte a session end; O(1).
 */

#include "sim/check.h"
#include "sim/record.h"

typedef struct SimMustClose {
    SimCheck *check;
    uint8_t *due; /* [n_ends]: BnetCloseReason that must follow; BNET_CLOSE_NONE: none */
    uint32_t n_ends;
    uint32_t reasons;   /* of 1u << BnetCloseReason: those that must have a cause */
    uint32_t forbidden; /* of 1u << BnetMessageKind: what must not be sent any more */
    SimCondemner condemner;
} SimMustClose;

/* The check asks for SIM_TRAIT_CONDEMNED, SIM_OPENED and SIM_CLOSED. */
void sim_must_close_init(SimMustClose *self, SimCheck *check, const SimWorld *world,
                         SimCondemner condemner);
void sim_must_close_finish(SimMustClose *self);

/* The happening, SIM_DELIVERED, is such a cause. */
void sim_must_close_because(SimMustClose *self, SimWorld *world, const SimHappening *happening,
                            BnetCloseReason reason);

/* To be told whatever the check is told that concerns an honest peer's session, before it is found
 * to be a cause. Reports violations. */
void sim_must_close_happened(SimMustClose *self, SimWorld *world, const SimHappening *happening);

/* At the end of the run: what has not been closed is a violation. O(ends). */
void sim_must_close_judge(SimMustClose *self, SimWorld *world);

#endif
