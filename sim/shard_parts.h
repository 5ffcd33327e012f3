/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_SHARD_PARTS_H
#define BNETLAB_SIM_SHARD_PARTS_H

/*
 * What the files of the shards (shards.h) share, and nobody else.
 *
 * Threads: a shard is its thread's in a window and while mail is taken in, and the first thread's
 * between windows. Of the session ends a shard writes those of its peers alone; `unread` of an end
 * that another shard reads is written while mail is taken in, when nobody sends.
 */

#include "sim/shards.h"
#include "sim/state.h"

/* What is on its way to another shard. A message that is neither a block nor the notice of one is
 * kept besides, its list of ids in the box: `message` of them there are before it. */
typedef struct SimPost {
    int64_t arrival_ns;
    uint32_t end;  /* to which it goes */
    uint32_t item; /* as on the wire; SIM_ITEM_PARCEL: the next of `parcels` */
    uint32_t bytes;
} SimPost;

typedef struct SimMail {
    GArray *posts;   /* of SimPost, in order */
    GArray *parcels; /* of BnetMessage; in a notice only the count of its list is valid */
    GArray *ids;     /* of uint32_t: those lists, one after the other */
} SimMail;

/* A happening that is told later. */
typedef struct SimNote {
    int64_t time_ns; /* of the event, as the two after it */
    uint32_t target;
    uint32_t arg;
    uint32_t peer;
    BnetBlock block;
    BnetBlock other;
    BnetBlock head;
    BnetBlock lib;
    uint8_t kind;
    uint8_t event;
    bool settled;
} SimNote;

/* What a peer of another shard should have had. */
typedef struct SimBelief {
    uint32_t peer;
    BnetBlock block;
} SimBelief;

typedef struct SimShard {
    SimWorld world; /* a copy, with a queue, lists and counters of its own */
    SimRecord record;
    SimShards *shards;
    SimMail *mail;       /* [n]: to each of the shards */
    GArray *notes;       /* of SimNote, in order */
    GArray *beliefs;     /* of SimBelief */
    SimQueueEvent event; /* that is under way */
    uint32_t index;
    uint32_t spins; /* before it sleeps where threads meet */
    bool in_window;
} SimShard;

struct SimShards {
    SimWorld *whole;
    SimShard **shards; /* [n] */
    uint32_t n;
    SimShard *teller;     /* stands for the world while observers are told what was noted */
    uint8_t *shard_of;    /* [peers] */
    uint64_t *unread;     /* [ends]: bytes that it has sent to another shard and that were not read,
                           * or more: the most that it can be */
    int64_t lookahead_ns; /* shortest latency between two shards */
    int64_t from_ns;      /* beginning of the window, or of what is done before the next */
    int64_t until_ns;     /* end of the window, not included */
    const char *failure;  /* NULL: all went well */
    int is_failed;        /* atomic */
    int is_over;          /* atomic: the threads end */
    uint64_t windows;
    /* The meeting of the threads. */
    int arrived;         /* atomic */
    int generation;      /* atomic */
    bool has_processors; /* one for each thread */
    GMutex mutex;
    GCond cond;
    GThread **threads; /* [n - 1] */
};

/* --- shard_mail.c ---------------------------------------------------------------------------- */

void sim_mail_init(SimMail *mail);
void sim_mail_finish(SimMail *mail);

/* Puts on the wires of the shard what the others have sent to it. O(messages). */
void sim_shard_take_mail(SimShard *shard);

/* Looks whether all was right that was believed. */
void sim_shards_look(SimShards *shards);

/* Tells what was noted, in the order of the events. O(notes) */
void sim_shards_tell(SimShards *shards);

/* --- shard_split.c --------------------------------------------------------------------------- */

/* Divides the world. False: it is in no ordinary state, and nothing was done. */
bool sim_shards_split(SimShards *shards);

/* The world is whole again. */
void sim_shards_join(SimShards *shards);

/* What one thread has changed between two windows, in the world of `from`, all have. */
void sim_shards_share(SimShards *shards, const SimShard *from);

/* The counts that only grow are everybody's. */
void sim_shards_gather(SimShards *shards);

/* Why it can never be divided (static); NULL: it can. */
const char *sim_shards_obstacle(const SimWorld *world);

static inline SimShard *sim_shard_of_peer(const SimShards *shards, uint32_t peer)
{
    return shards->shards[shards->shard_of[peer]];
}

#endif
