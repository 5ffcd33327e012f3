/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_LOOK_H
#define BNETLAB_SIM_LOOK_H

/*
 * What checks of liveness and resources see of the world besides world.h: queues, wires, memory,
 * work. Read-only but for the probes, and O(1) but where a comment says otherwise.
 */

#include "sim/probes.h"
#include "sim/world.h"

/* The session of an end, open or not. */
const BnetSession *sim_look_session(const SimWorld *world, uint32_t end);

/* The peer runs and its chain thread has nothing to do: what it is to send is not waiting for
 * it. */
bool sim_look_is_idle(const SimWorld *world, uint32_t peer);

/* Its network thread stands still: paused, or waiting for a close, as the deployed plugin does. */
bool sim_look_stands(const SimWorld *world, uint32_t peer);

/* The end at which the same peer has the other connection with the same remote, where both dial;
 * UINT32_MAX: there is one link only. */
uint32_t sim_look_twin(const SimWorld *world, uint32_t end);

/* The link of the end has carried a connection. */
bool sim_look_was_connected(const SimWorld *world, uint32_t end);

/* Nothing that was sent to the end is on its way, or waits to be read. */
bool sim_look_wire_is_empty(const SimWorld *world, uint32_t end);

/* The other side of the connection that the end dials has accepted it, and its answer is on its
 * way. O(messages on their way to the end). */
bool sim_look_is_answered(const SimWorld *world, uint32_t end);

/* The longest latency that any message or dial has drawn so far. */
int64_t sim_look_longest_latency_ns(const SimWorld *world);

/* A check came upon a situation that is counted. */
void sim_look_probe(SimWorld *world, SimProbe probe);

/* How far the peer's clock is ahead of the time of the run; below 0: behind. */
int64_t sim_look_skew_ns(const SimWorld *world, uint32_t peer);

/* Chunks of lists that have been taken from the pool; and those that the lists of the world hold,
 * in O(ends + messages under way). The same, unless a list was lost. */
uint32_t sim_look_chunks_taken(const SimWorld *world);
uint32_t sim_look_chunks_held(const SimWorld *world);

/* Those of the list in a message. */
uint32_t sim_look_message_chunks(const BnetMessage *message);

/* Steps that any message may cost, for each bit of the number of blocks, and each item of it and
 * two more: a common ancestor is found in three steps for each bit of the height, on two branches;
 * a message may look for several. */
#define SIM_WORK_STEPS_PER_BIT 24u
#define SIM_WORK_ITEMS 2u

/* What taking in the last message cost, if it was more than one without items may cost. */
typedef struct SimWork {
    uint32_t end;
    BnetMessageKind kind;
    uint32_t items; /* ids that it names, or transactions of its block */
    uint64_t steps; /* BnetProbes.steps; 0: they were fewer */
} SimWork;

const SimWork *sim_look_work(const SimWorld *world);

#endif
