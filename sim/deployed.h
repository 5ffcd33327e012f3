/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_DEPLOYED_H
#define BNETLAB_SIM_DEPLOYED_H

/*
 * The quirks of the deployed plugin that are a driver's (core/quirks.h): frames, closing, redials.
 *
 * H12 "one-behind": a frame may hold several messages; a session handles one for each frame that
 * comes. H13 "close-waits": after a close for malformed input the network thread stands still until
 * the other side has answered: the peer reads nothing, what its sessions send waits, no connection
 * is made; the chain goes on. H19 "redials-inbound" stands in connection.c, which asks here when a
 * peer is dialled again ("redial-timer").
 *
 * Only peers with one of these quirks own a SimDeployed. O(1), but going on takes O(ends).
 */

#include "sim/internal.h"

/* A write that waits. */
typedef struct SimHeldWrite {
    uint32_t end;
    BnetMessage message;
} SimHeldWrite;

typedef struct SimDeployed {
    BnetQuirks quirks;
    uint32_t waits_for; /* the end whose close is awaited; SIM_NONE: none */
    uint32_t waits;     /* how often it was; an answer to an earlier one is void */
    int64_t redial_ns;  /* when the timer of the redials is due next */
    GArray *held;       /* of SimHeldWrite, in order */
    GQueue *behind;     /* [n_ends], by slot, of BnetMessage: came and not handled */
    uint32_t n_ends;
} SimDeployed;

/* Makes what a peer's quirks need, if it has any of these. Its ends are dealt. */
void sim_deployed_init(SimWorld *world, uint32_t index);
void sim_deployed_free(SimDeployed *deployed, BnetPool *pool);

/* The peer's process starts; it ends. */
void sim_deployed_start(SimWorld *world, uint32_t index);
void sim_deployed_stop(SimWorld *world, uint32_t index);

/* The peer's network thread does nothing: its process is paused, or it waits for a close. */
static inline bool sim_deployed_stands(const SimPeer *peer)
{
    return peer->paused || (peer->deployed != NULL && peer->deployed->waits_for != SIM_NONE);
}

/* The end's connection is gone for that reason. */
void sim_deployed_closed(SimWorld *world, uint32_t end, BnetCloseReason reason);

/* The connection has come to its end at this side: who waits at the other one learns of it. */
void sim_deployed_answer(SimWorld *world, uint32_t end);

/* A SIM_EVENT_THAW: the answer is there. */
void sim_deployed_go_on(SimWorld *world, uint32_t index, uint32_t waits);

/* A session of a peer with these quirks sends; true: the message waits, and is taken over. */
bool sim_deployed_holds(SimWorld *world, uint32_t end, const BnetMessage *message);

/* Such a peer read a frame, of one message; *message becomes the one that is handled now. */
void sim_deployed_read(SimWorld *world, uint32_t end, BnetMessage *message);

/* Chunks of the lists in messages that wait here, and in the notices that wait in the peer's core.
 * O(ends + messages that wait). */
uint32_t sim_deployed_chunks(const SimPeer *peer);

/* How long from now until the peer dials somebody again. */
int64_t sim_deployed_redial_ns(SimWorld *world, uint32_t index);

#endif
