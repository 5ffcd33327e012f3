/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_SHARDS_H
#define BNETLAB_SIM_SHARDS_H

/*
 * One run on several threads, event for event the same as on one.
 *
 * The peers are divided among shards, a thread each. A shard is a copy of the world that shares the
 * peers, links and blocks and has a queue, lists and counters of its own. What one peer does to
 * another takes a latency; so for as long as the shortest latency between two shards, a *window*,
 * each does its events without the others. What was sent to another shard, and what is to be told
 * to observers, is handed over when the window is over.
 *
 * In a *stretch* there is nothing in the world but the ordinary: all connections stand, nothing is
 * cut, no event of the scenario comes. Slots, the looks of checks and checkpoints lie between two
 * windows, and are done by one thread. Where something else happens within a window, the stretch
 * has failed, and with it the run: it is done again, by one thread there. So windows are a guess
 * that is mostly right, and never a thing that could change what happens.
 *
 * Time: virtual, of the world. Ownership: shards are the run's; they refer to the world. Bounds: 1
 * to SIM_THREADS_MAX threads, asserted. Cost: to begin and end a stretch O(ends + events pending);
 * three meetings of the threads for each window.
 */

#include "core/message.h"
#include "sim/event.h"
#include "sim/world.h"

#define SIM_THREADS_MAX 64u

/* What a run on several threads does and does not do. */
typedef enum SimStretch {
    SIM_STRETCH_OVER,    /* what comes next is nothing ordinary, or not before `last_ns` */
    SIM_STRETCH_REFUSED, /* nothing was done: the world is in no ordinary state */
    SIM_STRETCH_STOPPED, /* stopped from outside, or by an observer */
    SIM_STRETCH_FAILED,  /* the world is of no use any more */
} SimStretch;

typedef struct SimShards SimShards;
struct SimAudience;

/* How far a stretch may go, and who looks after it. */
typedef struct SimStretchSpec {
    int64_t last_ns; /* events until then, included, belong to it */
    /* Called between two windows; true: stop. */
    bool (*look)(void *user_data);
    /* Called when all events up to a checkpoint of the world are over. */
    void (*checkpoint)(void *user_data, int64_t until_ns);
    void *user_data;
} SimStretchSpec;

/* NULL and why in *ret_why (static): the scenario cannot be shared among threads. The world has no
 * observers yet but those that it was made with. (nullable) */
SimShards *sim_shards_new(SimWorld *world, uint32_t n_threads, const char **ret_why);

/* Before the world is freed. Accepts NULL. */
void sim_shards_free(SimShards *shards);

SimStretch sim_shards_run(SimShards *shards, const SimStretchSpec *spec);

/* No event before then made the stretch fail; and what it was (static). */
int64_t sim_shards_failed_ns(const SimShards *shards);
const char *sim_shards_failure(const SimShards *shards);

/* So far: windows, and virtual time in stretches. */
uint64_t sim_shards_windows(const SimShards *shards);
uint32_t sim_shards_threads(const SimShards *shards);

/* --- what the rest of the simulator asks of a shard's world ------------------------------------
 */

/* Something that is not ordinary: the stretch fails. True: the world is a shard's, and whoever asks
 * leaves it at that. `why` is static. */
bool sim_shard_refuses(SimWorld *world, const char *why);

/* The same in a window alone: between windows it may be. */
bool sim_shard_refuses_now(SimWorld *world, const char *why);

/* In a window: tells those observers that may be told now, and notes it for those that may be told
 * later. False: nothing of that, all are to be told now. */
bool sim_shard_tells(SimWorld *world, const struct SimAudience *audience, uint32_t traits,
                     const SimHappening *happening);

/* In a window: `peer` is another shard's, and that it has `block`, as it should have had all along,
 * is looked at when the window is over. */
bool sim_shard_looks_later(SimWorld *world, uint32_t peer, BnetBlock block);

/* A block was made, between two windows: all shards have the store as it is now, which may have
 * moved, before anybody looks at another shard's peer. */
void sim_shard_made_block(SimWorld *world);

/* An event that is not a shard's own: of the scenario. */
void sim_shard_script(SimWorld *world, const SimQueueEvent *event);

/* A message that arrives at the other end of the link of `end`, at another shard. Takes it over. */
typedef struct SimCrossing {
    uint32_t end; /* that sends it */
    uint32_t bytes;
    int64_t arrival_ns;
} SimCrossing;
void sim_shard_send(SimWorld *world, const SimCrossing *crossing, BnetMessage *message);

#endif
