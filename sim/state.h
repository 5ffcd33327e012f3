/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_STATE_H
#define BNETLAB_SIM_STATE_H

/*
 * The state of a running world, shared by the files of the simulator and by nobody else.
 *
 * Everything happens in events of one queue, whose total order (time, kind, entity, argument) the
 * model alone decides. A link has two session ends, 2 l of the peer that dials and 2 l + 1 of the
 * peer that is dialled; an end sends to its sibling `end ^ 1`. An event concerns one peer; what one
 * peer does to another travels over a link and takes at least 1 ns.
 */

#include <glib.h>

#include "core/node.h"
#include "scenarios/scenario.h"
#include "sim/access.h"
#include "sim/check.h"
#include "sim/expect.h"
#include "sim/look.h"
#include "sim/observer.h"
#include "sim/parcels.h"
#include "sim/probes.h"
#include "sim/queue.h"
#include "sim/random.h"
#include "sim/record.h"
#include "sim/result.h"
#include "sim/run.h"
#include "sim/ties.h"
#include "sim/trx_record.h"
#include "sim/world.h"

#define SIM_NONE UINT32_MAX

/* SimPeer.factor_ppm of a peer that is not slowed down. */
#define SIM_USUAL_FACTOR_PPM 1000000u

/* Protocol section 7: a lost peer is dialled again after 10 to 15 s. */
#define SIM_REDIAL_MIN_NS (10 * BNET_NS_PER_S)
#define SIM_REDIAL_MAX_NS (15 * BNET_NS_PER_S)

/* Kinds of events; the order is the tie-break among events of one instant. */
typedef enum SimEventKind {
    SIM_EVENT_BOUND,   /* what the scenario expects is looked at: arg which of all */
    SIM_EVENT_START,   /* a peer's process starts for the first time */
    SIM_EVENT_FAULT,   /* arg: event of the scenario */
    SIM_EVENT_RELEASE, /* a link of a cut that is over is mended: entity link, arg event */
    SIM_EVENT_PERSONA, /* a peer's persona: persona.c says what */
    SIM_EVENT_SLOT,    /* the scheduled producer's slot begins: arg slot */
    SIM_EVENT_TICK,    /* a slot begins by the wrong clock of a peer: arg setting of the clock */
    SIM_EVENT_TRX,     /* transactions of a stream arrive: entity stream */
    SIM_EVENT_WORK,    /* a peer's chain thread is done with its job */
    SIM_EVENT_DIAL,    /* entity link */
    SIM_EVENT_ACCEPT,  /* a connection reaches the peer that is dialled: entity link, arg attempt */
    SIM_EVENT_PORT,    /* a piece has passed an uplink or downlink: entity port, arg ticket */
    SIM_EVENT_LINK,    /* a link takes the next piece from an uplink: entity end, arg ticket */
    SIM_EVENT_PIECE,   /* the next piece comes to the downlink before an end */
    SIM_EVENT_ARRIVAL, /* the next item of the wire reaches an end: entity its position, as of the
                        * next two */
    SIM_EVENT_ROOM,    /* there is room in the buffers again: an end's write is complete */
    SIM_EVENT_TIMER,   /* an end's session wants its timer */
    SIM_EVENT_THAW,    /* the close that a peer waits for is there: arg which of its waits */
} SimEventKind;

/* From here on the order of kinds and entities is of no consequence to what a run may do, so that
 * it can be shuffled. What comes before is the scenario's script and keeps its order. */
#define SIM_EVENT_SHUFFLED SIM_EVENT_PERSONA

#define SIM_ENTITY_BITS 26u
#define SIM_ENTITY_MAX ((1u << SIM_ENTITY_BITS) - 1)

/* What travels on a wire: a block, the notice of one block, a transaction, a parcel of the world's,
 * or one of two signals. The upper three bits say which, the others are the handle or index. */
#define SIM_ITEM_KIND 0xe0000000u
#define SIM_ITEM_SIGNAL 0u
#define SIM_ITEM_OPEN 0u /* a signal: the connection is established (to the end that dialled) */
#define SIM_ITEM_FIN 1u  /* a signal: the other side closed it */
#define SIM_ITEM_PARCEL 0x20000000u
#define SIM_ITEM_BLOCK 0x40000000u
#define SIM_ITEM_NOTICE 0x60000000u
#define SIM_ITEM_TRX 0x80000000u

/* Work for a peer's chain thread, done in order. */
typedef enum SimJobKind {
    SIM_JOB_BLOCK,   /* check the header of block `arg` from session `slot` */
    SIM_JOB_APPLY,   /* do the steps that follow */
    SIM_JOB_TRX,     /* transaction `arg` from session `slot` */
    SIM_JOB_FETCH,   /* read block number `arg` for session `slot` */
    SIM_JOB_RESUME,  /* the thread comes up for air: session `slot` reads its next message */
    SIM_JOB_PRODUCE, /* make a block for slot `arg` */
    SIM_JOB_PERSONA, /* take in the block that persona `arg` of the peer makes */
} SimJobKind;

typedef struct SimJob {
    SimJobKind kind;
    uint32_t slot; /* BNET_NO_SESSION: none, or gone */
    uint32_t arg;
} SimJob;

/* A ring of jobs. */
typedef struct SimJobs {
    SimJob *items;
    uint32_t capacity; /* 0 or a power of two */
    uint32_t head;
    uint32_t n;
} SimJobs;

/* What every message looks at comes first: it fills a cache line. */
typedef struct SimEnd {
    uint32_t peer;
    uint32_t slot;           /* in the peer's node */
    uint32_t position;       /* in world->peer_ends: entity of its events */
    bool open;               /* has a session */
    bool paused;             /* reads no message until its SIM_JOB_RESUME is done */
    bool blocked;            /* its write waits for room in the buffers */
    bool room_due;           /* a paused peer is to learn that its write is complete */
    bool cut;                /* what this end sends does not arrive */
    bool across;             /* the other end is another shard's (shards.h) */
    bool shaped;             /* what it sends is lost or takes its time, or was and did once */
    bool drawn;              /* the latency of what it sends is drawn for each item */
    uint32_t epoch;          /* arrival events of an earlier one are void */
    uint32_t missed;         /* items of the wire whose arrival waits for the link to be mended */
    uint32_t arrived;        /* items of the wire that have arrived and wait to be read */
    BnetRing wire;           /* items to this end that it has not read, in order */
    uint64_t wire_bytes;     /* of all of them */
    int64_t last_arrival_ns; /* of what this end sent: the next one comes later */
    int64_t timer_ns;        /* of the timer event that counts; BNET_TIME_NEVER: none */
    union {
        int64_t constant_ns;            /* of what this end sends */
        const ScenarioLatency *latency; /* from which it is drawn */
    } u;
    uint64_t latency_draws; /* so far, of the stream of latencies */
    uint32_t buffer_bytes;  /* that a write takes at once: both sides' buffers */
    uint32_t cut_by;        /* event of its last cut that is not mended; SIM_NONE: none */
} SimEnd;

/* The way of what an end sends, where it has more than a latency. */
typedef struct SimPath {
    uint64_t loss_draws;            /* of the stream that says which segments are lost */
    int64_t sending_until_ns;       /* when the last byte that the end sent is on the wire */
    uint64_t bandwidth_bytes_per_s; /* 0: without limit */
    uint32_t loss_ppm;              /* of the segments; 0: none */
} SimPath;

typedef struct SimLink {
    bool lose;           /* its connection is lost when a way that is cut is mended */
    uint32_t dial_due;   /* attempt that a paused peer is to begin when it goes on; 0: none */
    uint32_t accept_due; /* attempt that waits for a paused peer to answer; 0: none */
    uint32_t attempt;    /* of dialling; an event of an earlier one is void */
    uint32_t connection; /* how many the link has carried; an event of an earlier one is void */
} SimLink;

typedef struct SimPeer {
    BnetNode node;
    char *name;
    uint32_t first_end; /* its ends are world->peer_ends[first_end + slot] */
    uint32_t n_ends;
    uint32_t hello; /* parcel of the last one that it sent, as far as that is still under way */
    const ScenarioProcessing *processing;
    struct SimPersonas *personas; /* persona.h; NULL: honest */
    struct SimDeployed *deployed; /* deployed.h; NULL: as documented, but for its core */
    uint32_t producer;            /* index in the scenario's producers; SIM_NONE */
    uint32_t identities;          /* processes so far: each has a key of its own */
    bool up;
    bool honest;
    bool producing;      /* not stopped by the scenario */
    bool fresh;          /* saw a recent block: only then it produces */
    bool busy;           /* `job` is being done */
    bool has_produced;   /* in this process, or in the chain that stands at the start */
    bool paused;         /* its process stands still */
    uint32_t stopped_by; /* event that did; SIM_NONE: none */
    SimJob job;
    SimJobs jobs;
    uint32_t last_produced; /* highest number of its blocks, on any fork; 0: none */
    int64_t resumed_ns;     /* when it last went on; BNET_TIME_NEVER: it never stood still */
    uint32_t slot_due;      /* the first slot of its own that it slept over; SIM_NONE: none */
    uint32_t last_slot;     /* of its newest block; it makes none for that slot or an earlier one */
    uint32_t skewed_by;     /* event that set its clock last; SIM_NONE: none */
    int64_t clock_latest_ns; /* latest that it showed before it was set last */
    uint32_t clock_sets;     /* how often its clock was set; own slots of an earlier one are void */
    uint32_t factor_ppm;     /* its processing times are so many millionths of the group's */
    uint32_t slowed_by;      /* event that set it; SIM_NONE: none */
    int64_t work_left_ns;    /* of `job` while busy, at the usual speed, from work_since_ns on */
    int64_t work_since_ns;
    int64_t work_due_ns; /* when the job is done: of the work event that counts */
    uint64_t hash;       /* of all that happened to it */
    uint64_t fork_switches;
    uint32_t fork_depth;                       /* most blocks that one of them took back */
    uint64_t received[BNET_MESSAGE_KINDS + 1]; /* malformed ones last */
    uint64_t received_bytes;
    SimRandom random_identity;
    SimRandom random_redial;
    SimRandom random_ping;
} SimPeer;

/* What the peer at work has still to do at this instant. */
typedef enum SimTodoKind {
    SIM_TODO_WRITTEN, /* the write of `end` is complete */
    SIM_TODO_CODE,    /* the session of `end` wants a ping code */
    SIM_TODO_READ,    /* `end` may read */
} SimTodoKind;

typedef struct SimTodo {
    SimTodoKind kind;
    uint32_t end; /* of the peer's */
} SimTodo;

/* In order; those before `done` are. */
typedef struct SimTodos {
    SimTodo *items;
    uint32_t capacity;
    uint32_t n;
    uint32_t done;
} SimTodos;

/* Memory for messages as bytes. */
typedef struct SimBytes {
    uint8_t *message;
    uint32_t message_capacity;
    uint8_t *scratch; /* BNET_WIRE_SCRATCH_BYTES */
} SimBytes;

/* How far a stream of transactions has come. */
typedef struct SimStream {
    SimRandom random_arrival;
    SimRandom random_origin;
    SimRandom random_size;
    SimRandom random_lifetime;
    uint32_t turn; /* of the last origin in turn, from 1 on; 0: none yet */
} SimStream;

/* Who is told of the happenings of one kind: messages sent, messages delivered and chain events are
 * a kind each. */
#define SIM_MESSAGE_KINDS (BNET_MESSAGE_MALFORMED + 1u)
#define SIM_CHAIN_KINDS (BNET_CHAIN_PRUNED + 1u)
#define SIM_AUDIENCE_SENT ((uint32_t)SIM_HAPPENING_KINDS)
#define SIM_AUDIENCE_DELIVERED (SIM_AUDIENCE_SENT + SIM_MESSAGE_KINDS)
#define SIM_AUDIENCE_CHAIN (SIM_AUDIENCE_DELIVERED + SIM_MESSAGE_KINDS)
#define SIM_AUDIENCES (SIM_AUDIENCE_CHAIN + SIM_CHAIN_KINDS)

typedef struct SimListener {
    SimObserver *observer;
    uint32_t traits; /* it is told of happenings with one of them */
} SimListener;

typedef struct SimAudience {
    SimListener *listeners; /* in the order in which they were added */
    SimObserver **always;   /* those of them who are told whatever it is */
    uint32_t n;
    uint32_t n_always;
    uint32_t wanted; /* all their traits: without one of them nobody is told */
} SimAudience;

/* The hash of what happened to anybody, in order (hash.c). */
typedef struct SimSteps {
    SimObserver observer;
    uint64_t hash; /* 0: nobody asked for it */
} SimSteps;

/* Many peers are looked at in so many parts of them. */
#define SIM_ROUND_PARTS 16u

/* The turn of those checks that look at each peer now and then. */
typedef struct SimRounds {
    int64_t due_ns;  /* of the next look; BNET_TIME_NEVER: nobody looks */
    int64_t step_ns; /* between two looks */
    uint32_t n_parts;
    uint32_t part; /* of the peers: whose turn it is */
    uint32_t n;
    struct SimCheck *looking[8]; /* [n] */
} SimRounds;

struct SimWorld {
    const Scenario *scenario;
    BnetStore store;
    BnetPool pool;
    BnetActions actions;
    SimQueue queue;
    int64_t now_ns;
    bool stopped;
    struct SimShard *shard; /* whose copy this is (shards.h); NULL: it is the world itself */
    SimPeer *peers;
    uint32_t n_peers;
    SimEnd *ends;
    uint32_t n_ends;
    SimPath *paths; /* [n_ends]; NULL: no end needs one */
    SimLink *links;
    uint32_t *peer_ends; /* [n_ends]: the ends of the first peer, of the second, ... */
    uint32_t *twins;     /* [links]: the link that is dialled the other way; NULL: there are none */
    SimAccess *access;   /* uplinks and downlinks; NULL: none has a limit */
    BnetBlock start_head;                   /* newest block of the chain that stands at the start */
    uint32_t n_turns;                       /* of the schedule after it */
    bool turns_change;                      /* another schedule may come */
    const ScenarioEvent *turns;             /* whose schedule is to come, or has come; NULL: none */
    uint64_t producers[BNET_PRODUCERS_MAX]; /* names, in the order of the scenario's producers */
    SimParcels parcels;
    SimBytes bytes;
    SimTodos todo;
    const ScenarioEvent *partition; /* in force; NULL: none */
    uint32_t fault;                 /* number of the event that is applied, from 1; 0: none is */
    GArray *changes;                /* of uint32_t: events that change links or peers, in force, in
                                       order */
    SimStream *streams;             /* of the scenario's streams of transactions */
    GArray *block_trxs;             /* of BnetTrx, for the block that is being made */
    SimRandom random_filler;
    uint64_t fillers;
    SimAudience audiences[SIM_AUDIENCES];
    GPtrArray *checks; /* of SimCheck, owned; NULL: the run is not watched, as the four after it */
    SimRecord *record;
    SimTrxRecord *trx_record;
    SimCauses *causes;    /* NULL: nobody remembers what led to what */
    bool untold;          /* and a check would have told it */
    GArray *bound_values; /* of SimBoundValue, in the order of the scenario's bounds */
    SimExpectDisconnects *expect_disconnects;   /* NULL: the scenario says nothing of them */
    SimExpectWatches *expect_watches;           /* the same */
    SimExpectConvergences *expect_convergences; /* the same */
    SimMetrics *metrics;
    uint32_t highest_head; /* number of the highest head that an honest peer has had */
    bool *connected;       /* scratch of sim_world_connected() */
    uint64_t events;
    uint64_t messages_delivered;
    uint64_t bytes_delivered;
    uint64_t blocks_produced;
    uint64_t transactions_created;
    uint64_t verdicts[SIM_VERDICTS]; /* of honest peers on blocks */
    uint64_t hash;                   /* of what happened to the network */
    SimSteps steps;
    GArray *checkpoints;   /* of uint64_t: the trace hash after each second so far */
    int64_t checkpoint_ns; /* when the next one is */
    SimTies ties;
    SimProbes probes;
    SimRounds rounds;
    SimWork work;               /* of the last message that was taken in, if it was much */
    int64_t longest_latency_ns; /* that was drawn */
};

/* What was found when a bound was looked at. */
typedef struct SimBoundValue {
    bool looked;         /* the run came to its time */
    uint32_t worst_peer; /* SIM_NONE: all peers kept it */
    uint64_t worst_value;
    uint32_t n_worse; /* so many did not keep it */
} SimBoundValue;

#endif
