/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_INTERNAL_H
#define BNETLAB_SIM_INTERNAL_H

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
#include "sim/probes.h"
#include "sim/queue.h"
#include "sim/random.h"
#include "sim/record.h"
#include "sim/result.h"
#include "sim/run.h"
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
    SIM_EVENT_ARRIVAL, /* the next item of the wire reaches an end */
    SIM_EVENT_ROOM,    /* there is room in the buffers again: an end's write is complete */
    SIM_EVENT_TIMER,   /* an end's session wants its timer */
    SIM_EVENT_THAW,    /* the close that a peer waits for is there: arg which of its waits */
} SimEventKind;

#define SIM_ENTITY_BITS 26u
#define SIM_ENTITY_MAX ((1u << SIM_ENTITY_BITS) - 1)

/* What travels on a wire: a block, or a parcel of the world's store, or one of two signals. */
#define SIM_ITEM_BLOCK_BIT 0x80000000u
#define SIM_ITEM_OPEN 0u    /* the connection is established (to the end that dialled) */
#define SIM_ITEM_FIN 1u     /* the other side closed it */
#define SIM_ITEM_PARCELS 2u /* item - SIM_ITEM_PARCELS is the index of a parcel */

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

typedef struct SimEnd {
    uint32_t peer;
    uint32_t slot;            /* in the peer's node */
    bool open;                /* has a session */
    bool paused;              /* reads no message until its SIM_JOB_RESUME is done */
    bool blocked;             /* its write waits for room in the buffers */
    bool room_due;            /* a paused peer is to learn that its write is complete */
    bool cut;                 /* what this end sends does not arrive */
    uint32_t cut_by;          /* event of the last cut of it that is not mended; SIM_NONE: none */
    uint32_t epoch;           /* arrival events of an earlier one are void */
    uint32_t coming;          /* arrival events of this epoch in the queue */
    uint32_t missed;          /* items of the wire whose arrival waits for the link to be mended */
    uint32_t arrived;         /* items of the wire that have arrived and wait to be read */
    BnetRing wire;            /* items to this end that it has not read, in order */
    uint64_t wire_bytes;      /* of all of them */
    int64_t last_arrival_ns;  /* of what this end sent: the next one comes later */
    int64_t sending_until_ns; /* when the last byte that this end sent is on the wire */
    int64_t timer_ns;         /* of the timer event that counts; BNET_TIME_NEVER: none */
    const ScenarioLatency *latency; /* of what this end sends */
    int64_t edge_latency_ns;        /* the link's own, constant; 0: none, `latency` holds */
    uint64_t bandwidth_bytes_per_s; /* of what this end sends; 0: without limit */
    uint64_t loss_draws;            /* of the stream that says which segments are lost */
    uint32_t loss_ppm;              /* of the segments that this end sends; 0: none */
    uint32_t buffer_bytes;          /* that a write takes at once: both sides' buffers */
    SimRandom random_latency;
} SimEnd;

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
    struct SimPersonas *personas; /* persona.h; NULL: honest */
    struct SimDeployed *deployed; /* deployed.h; NULL: as documented, but for its core */
    uint32_t producer;            /* index in the scenario's producers; SIM_NONE */
    uint32_t identities;          /* processes so far: each has a key of its own */
    bool up;
    bool honest;
    bool producing;      /* not stopped by the scenario */
    uint32_t stopped_by; /* event that did; SIM_NONE: none */
    bool fresh;          /* saw a recent block: only then it produces */
    bool busy;           /* `job` is being done */
    SimJob job;
    SimJobs jobs;
    uint32_t last_produced; /* highest number of its blocks, on any fork; 0: none */
    bool has_produced;      /* in this process, or in the chain that stands at the start */
    bool paused;            /* its process stands still */
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
    SIM_TODO_WRITTEN, /* the write of `slot` is complete */
    SIM_TODO_CODE,    /* `slot` wants a ping code */
    SIM_TODO_READ,    /* `slot` may read */
} SimTodoKind;

typedef struct SimTodo {
    SimTodoKind kind;
    uint32_t slot;
} SimTodo;

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

/* Happenings that the same observers are told: all of one kind, but messages sent and messages
 * delivered by the kind of message. */
#define SIM_MESSAGE_KINDS (BNET_MESSAGE_MALFORMED + 1u)
#define SIM_AUDIENCES (SIM_HAPPENING_KINDS + 2 * SIM_MESSAGE_KINDS)

struct SimWorld {
    const Scenario *scenario;
    BnetStore store;
    BnetPool pool;
    SimQueue queue;
    int64_t now_ns;
    bool stopped;
    SimPeer *peers;
    uint32_t n_peers;
    SimEnd *ends;
    uint32_t n_ends;
    SimLink *links;
    uint32_t *peer_ends;
    uint32_t *twins;   /* [links]: the link that is dialled the other way; NULL: there are none */
    SimAccess *access; /* uplinks and downlinks; NULL: none has a limit */
    BnetBlock start_head;                   /* newest block of the chain that stands at the start */
    uint32_t n_turns;                       /* of the schedule after it */
    bool turns_change;                      /* another schedule may come */
    const ScenarioEvent *turns;             /* whose schedule is to come, or has come; NULL: none */
    uint64_t producers[BNET_PRODUCERS_MAX]; /* names, in the order of the scenario's producers */
    GArray *parcels;                        /* of BnetMessage: those on the wires but for blocks */
    GArray *free_parcels;                   /* of uint32_t */
    SimBytes bytes;
    GArray *todo; /* of SimTodo, for the peer at work */
    guint todo_done;
    const ScenarioEvent *partition; /* in force; NULL: none */
    GArray *changes;                /* of uint32_t: events that change links or peers, in force, in
                                       order */
    SimStream *streams;             /* of the scenario's streams of transactions */
    GArray *block_trxs;             /* of BnetTrx, for the block that is being made */
    SimRandom random_filler;
    uint64_t fillers;
    GPtrArray *observers[SIM_AUDIENCES]; /* those who are told, for each audience */
    GPtrArray *checks;                   /* of SimCheck, owned */
    SimRecord *record;
    SimTrxRecord *trx_record;
    SimCauses *causes;
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
    uint64_t hash; /* of what happened to the network */
    SimProbes probes;
    SimWork work;               /* of the last message that was taken in */
    int64_t longest_latency_ns; /* that was drawn */
};

/* What was found when a bound was looked at. */
typedef struct SimBoundValue {
    bool looked;         /* the run came to its time */
    uint32_t worst_peer; /* SIM_NONE: all peers kept it */
    uint64_t worst_value;
} SimBoundValue;

/* --- world.c --------------------------------------------------------------------------------- */

void sim_world_schedule(SimWorld *world, int64_t time_ns, SimEventKind kind, uint32_t entity,
                        uint32_t arg);

/* Hashes a happening, counts it, and tells the observers. Fills in the time. */
void sim_world_tell(SimWorld *world, SimHappening *happening);

/* Adds an observer, after those that are there. Its masks stay as they are. */
void sim_world_observe(SimWorld *world, SimObserver *observer);

/* A happening to a peer, with all other fields "none". */
SimHappening sim_happening(SimHappeningKind kind, uint32_t peer);

/* A happening to the session of an end, with all other fields "none". */
SimHappening sim_session_happening(const SimWorld *world, SimHappeningKind kind, uint32_t end);

/* A fault of the scenario; text is formatted. */
void sim_world_tell_fault(SimWorld *world, uint32_t peer, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* --- hash.c ---------------------------------------------------------------------------------- */

/* Takes a happening into the hash of the peer or network it concerns. */
void sim_hash_happening(SimWorld *world, const SimHappening *happening);

/* The trace hash of the run so far. O(peers). */
uint64_t sim_hash_of_world(const SimWorld *world);

/* --- build.c --------------------------------------------------------------------------------- */

/* NULL and an error, if the scenario's blocks.log cannot be started from (start.h). */
SimWorld *sim_world_new(const Scenario *scenario, GError **error);
void sim_world_free(SimWorld *world);

/* How the next process of a peer presents itself: with a new key. */
BnetIdentity sim_build_identity(SimWorld *world, uint32_t index);

/* --- start.c: the chain that stands at the start --------------------------------------------- */

/* Makes the store, with that chain. False and an error: its file is of no use; the store is to be
 * finished all the same. */
bool sim_start_store(SimWorld *world, GError **error);

/* Tells the producing peers what they have produced on it. */
void sim_start_producers(SimWorld *world);

/* Which chain it is and who stands for its producers, in a line, if it came from a file; NULL: it
 * is modelled. (transfer full) (nullable) */
char *sim_start_describe(const SimWorld *world);

/* --- wire.c: what travels between two ends --------------------------------------------------- */

/* Puts a message on the wire; true: the write is complete at once. Takes the message over. */
bool sim_wire_send(SimWorld *world, uint32_t end, BnetMessage *message);

/* What the end has written and the other side has not read is within the buffers. */
bool sim_wire_has_room(const SimWorld *world, uint32_t end);

/* Puts SIM_ITEM_OPEN or SIM_ITEM_FIN on the wire. */
void sim_wire_signal(SimWorld *world, uint32_t end, uint32_t item);

/* An arrival event of an end, of the epoch in its argument; true: there is one more item to
 * read. */
bool sim_wire_arrival(SimWorld *world, uint32_t end, uint32_t epoch);

/* Takes the next arrived item; the caller owns the message, with its size, if it is one. Sibling
 * ends that wait for room may get a SIM_EVENT_ROOM. */
uint32_t sim_wire_take(SimWorld *world, uint32_t end, BnetMessage *ret_message,
                       uint32_t *ret_bytes);

/* A SIM_ITEM_OPEN is on its way to the end. O(items on the wire). */
bool sim_wire_has_open(const SimWorld *world, uint32_t end);

/* Drops all that is on the wire to an end. */
void sim_wire_clear(SimWorld *world, uint32_t end);

/* What waited for the link of this end to be mended sets out again. */
void sim_wire_mend(SimWorld *world, uint32_t end);

/* Both sides' buffers for what `end` sends. A write that waits may be complete with them. */
void sim_wire_set_buffers(SimWorld *world, uint32_t end, uint32_t bytes);

/* Time that bytes take at a rate, rounded up; 0 bytes a second: no time. */
int64_t sim_wire_transfer_ns(uint64_t bytes, uint64_t bytes_per_s);

/* The next item that this end has sent is to arrive then, or as soon after as order allows. */
void sim_wire_due(SimWorld *world, uint32_t end, int64_t arrival_ns);

/* The next item has come to this end, now: its arrival event is scheduled. */
void sim_wire_arrived(SimWorld *world, uint32_t end);

/* What is on its way to this end has come to a cut: it waits for the link to be mended. */
void sim_wire_miss(SimWorld *world, uint32_t end);

/* How much later than without losses a message of so many bytes of this end is there, which draws
 * that latency and takes span_ns from its first byte to its last. */
int64_t sim_wire_loss_ns(SimWorld *world, uint32_t end, uint32_t bytes, int64_t latency_ns,
                         int64_t span_ns);

/* One latency of what an end sends. */
int64_t sim_wire_latency(SimWorld *world, uint32_t end);

/* --- bytes.c: messages as bytes -------------------------------------------------------------- */

/* Encodes a message, and makes it what the bytes are decoded to. A malformed one is made of bytes
 * that the decoder refuses. */
void sim_bytes_pass(SimWorld *world, BnetMessage *message);

void sim_bytes_finish(SimBytes *bytes);

/* --- connection.c: dialling, opening, closing ------------------------------------------------ */

void sim_connection_dial(SimWorld *world, uint32_t link);
void sim_connection_accept(SimWorld *world, uint32_t link, uint32_t attempt);

/* The end that dialled learns that the connection stands. */
void sim_connection_confirmed(SimWorld *world, uint32_t end);

/* This side closed, or lost, the connection. `signal`: the other side learns of it. */
void sim_connection_gone(SimWorld *world, uint32_t end, BnetCloseReason reason, bool signal);

/* The process of this end, which dialled and has not learnt of the connection yet, ends, or has
 * ended. */
void sim_connection_abandon(SimWorld *world, uint32_t end);

/* The dial that waits for a paused peer reaches it now. */
void sim_connection_awake(SimWorld *world, uint32_t link);

/* The connection of a link is reset: both sides lose it at once. */
void sim_connection_reset(SimWorld *world, uint32_t link);

/* --- changes.c: links, uplinks and downlinks that become others --------------------------------
 */

/* The event `index` changes links or peers, or its time is over; then sim_changes_end() of each end
 * or sim_changes_peer() of each peer. What holds is what the newest change in force says, else what
 * the links or the group say. O(changes in force) for each end or peer. */
void sim_changes_note(SimWorld *world, uint32_t index);
void sim_changes_end(SimWorld *world, uint32_t end, uint32_t index);
void sim_changes_peers(SimWorld *world, const ScenarioPeerSet *peers);

/* "change of latency and loss", or its end. (transfer full) */
char *sim_changes_describe(const ScenarioEvent *subject, bool ends);

/* What `end` sends is meant by an event that concerns links. */
bool sim_changes_concern(const SimWorld *world, const ScenarioEvent *event, uint32_t end);

/* --- release.c: links that are mended one at a time ------------------------------------------ */

/* The cut `event`, an index, is over: the first of its links is mended now. O(links). */
void sim_release_begin(SimWorld *world, uint32_t event);

/* The SIM_EVENT_RELEASE of a link. */
void sim_release_link(SimWorld *world, uint32_t link, uint32_t event);

/* --- faults.c: sets of peers, and links ------------------------------------------------------ */

bool sim_faults_is_member(const ScenarioPeerSet *set, uint32_t peer);

/* What the event `by` has cut of a link, and nothing else has since, is mended. */
void sim_faults_mend_link(SimWorld *world, uint32_t link, uint32_t by);

/* --- clocks.c: clocks that are wrong --------------------------------------------------------- */

/* Sets all clocks as the groups say. Before anything else happens. */
void sim_clocks_begin(SimWorld *world);

/* The event `index` sets the clocks of `peers`, or its time is over. */
void sim_clocks_skew(SimWorld *world, const ScenarioPeerSet *peers, uint32_t index);

/* "clock 8s ahead", of a skew_clock. (transfer full) */
char *sim_clocks_describe(const ScenarioEvent *event);

/* The same, of a group's clock; NULL: it is right. (transfer full) (nullable) */
char *sim_clocks_describe_group(const ScenarioGroup *group);

/* What the peer's clock shows. */
int64_t sim_clock_now(const SimWorld *world, uint32_t index);

/* The peer's clock shows the time of the run, and will. */
bool sim_clock_is_right(const SimPeer *peer);

/* A SIM_EVENT_TICK of the peer. */
void sim_clock_slot(SimWorld *world, uint32_t index, uint32_t settings);

/* --- peer.c: a peer's network and chain threads ---------------------------------------------- */

/* Does all that the peer can do at this instant. Called after each event of the peer. */
void sim_peer_settle(SimWorld *world, uint32_t index);

/* Carries out the actions of the peer's node. To be called after each input. */
void sim_peer_act(SimWorld *world, uint32_t peer);

/* Puts a message of the end's session on the wire, and takes it over. */
void sim_peer_send(SimWorld *world, uint32_t end, BnetMessage *message);

/* What came due for an end while its peer stood still comes now, in events of its own. */
void sim_peer_awake_end(SimWorld *world, uint32_t end);

/* Appends work for the chain thread. */
void sim_peer_add_job(SimPeer *peer, SimJob job);

/* Appends work for this instant. */
void sim_peer_todo(SimWorld *world, SimTodoKind kind, uint32_t slot);

/* A work event of the process `identities`: the chain thread is done with its job, if the event
 * counts. */
void sim_peer_work_done(SimWorld *world, uint32_t index, uint32_t identities);

/* The process, which is up, stands still, and goes on. */
void sim_peer_pause(SimWorld *world, uint32_t index);
void sim_peer_resume(SimWorld *world, uint32_t index);

/* From now on the chain thread takes factor_ppm / 1e6 of its usual time. */
void sim_peer_set_speed(SimWorld *world, uint32_t index, uint32_t factor_ppm);

void sim_peer_start(SimWorld *world, uint32_t index, bool keep_chain);
void sim_peer_stop(SimWorld *world, uint32_t index);

/* Schedules the timer event of an open end, as its session wants it. To be called after what may
 * bring its deadline forward. */
void sim_peer_arm_timer(SimWorld *world, uint32_t end);

/* The end's timer event. */
void sim_peer_timer(SimWorld *world, uint32_t end);

/* The jobs of a session that is gone have nobody to report to. */
void sim_peer_forget_session(SimPeer *peer, uint32_t slot);

static inline uint32_t sim_peer_end(const SimWorld *world, uint32_t peer, uint32_t slot)
{
    return world->peer_ends[world->peers[peer].first_end + slot];
}

/* The end at which the same peer has the other connection with the same remote, where both dial;
 * SIM_NONE: there is one link only. */
static inline uint32_t sim_end_twin(const SimWorld *world, uint32_t end)
{
    return world->twins ? 2 * world->twins[end / 2] + (~end & 1) : SIM_NONE;
}

/* A link carries no protocol unless both its ways are whole. */
static inline bool sim_link_is_cut(const SimWorld *world, uint32_t link)
{
    return world->ends[2 * link].cut || world->ends[2 * link + 1].cut;
}

/* --- work.c ---------------------------------------------------------------------------------- */

/* The input of a message to the session of an end, whose cost is noted. */
void sim_work_message(SimWorld *world, uint32_t end, const BnetMessage *message);

/* --- transactions.c -------------------------------------------------------------------------- */

void sim_transactions_begin(SimWorld *world);

/* A SIM_EVENT_TRX of a stream. */
void sim_transactions_arrive(SimWorld *world, uint32_t stream, uint32_t arg);

/* Chooses what goes into a block that the peer makes: the filler, then what waits, in order of
 * acceptance, and does not expire before the block's time, up to the first that does not fit.
 * `spec->trxs` is valid until the next call. */
void sim_transactions_fill(SimWorld *world, uint32_t index, BnetBlockSpec *spec);

/* --- workload.c: producers ------------------------------------------------------------------- */

void sim_workload_begin(SimWorld *world);
void sim_workload_slot(SimWorld *world, uint32_t producer, uint32_t slot);

/* A slot of anybody begins by the clock of the peer, which is wrong. */
void sim_workload_own_slot(SimWorld *world, uint32_t index, uint32_t slot);

/* Makes the block of a PRODUCE job for that slot; BNET_NO_BLOCK: none is due. */
BnetBlock sim_workload_make_block(SimWorld *world, uint32_t index, uint32_t slot);

/* --- persona.c: peers that misbehave. All but the first three of one with a persona ----------- */

/* Makes what a peer's personas need, if its group has any. Its ends are dealt. */
void sim_persona_init(SimWorld *world, uint32_t index);
void sim_persona_begin(SimWorld *world);
void sim_persona_free(struct SimPersonas *personas);

/* A SIM_EVENT_PERSONA. */
void sim_persona_event(SimWorld *world, uint32_t index, uint32_t arg);

/* The core sends a message, which is changed; false: it is not sent, and finished. */
bool sim_persona_sends(SimWorld *world, uint32_t end, BnetMessage *message);

/* The end's session hands on a block; false: it is forgotten. */
bool sim_persona_takes_block(const SimWorld *world, uint32_t end);

/* The end's session hands on a transaction. */
void sim_persona_takes_trx(SimWorld *world, uint32_t end, BnetTrx trx);

/* The end may read a message now; an event comes when it may again. */
bool sim_persona_may_read(const SimWorld *world, uint32_t end);
void sim_persona_has_read(SimWorld *world, uint32_t end);

/* The peer is about to make that block in its slot; it has made it. */
void sim_persona_shape_block(SimWorld *world, uint32_t index, BnetBlockSpec *spec);
void sim_persona_made_block(SimWorld *world, uint32_t index, const BnetBlockSpec *spec,
                            BnetBlock block);

/* The block of a PERSONA job of the peer's persona `i`; BNET_NO_BLOCK: none. */
BnetBlock sim_persona_make_block(SimWorld *world, uint32_t index, uint32_t i);

/* --- faults.c -------------------------------------------------------------------------------- */

void sim_faults_begin(SimWorld *world);
void sim_faults_apply(SimWorld *world, uint32_t index);

/* --- judge.c --------------------------------------------------------------------------------- */

/* Fills in the checks of the result and its verdict; all else is there already. */
void sim_judge(SimWorld *world, SimResult *result);

/* --- expect.c -------------------------------------------------------------------------------- */

/* Schedules and observes what the scenario expects. */
void sim_expect_begin(SimWorld *world);

/* Looks at a bound of the scenario, at its time; those beyond the bounds are watches that begin,
 * and those beyond them times from which convergence is measured. */
void sim_expect_look(SimWorld *world, uint32_t index);

/* Appends what the scenario expects to `checks`, an array of SimCheckResult. The disconnects of the
 * result are known already. Of a run that was stopped only what is known by then is judged. */
void sim_expect_judge(SimWorld *world, const SimResult *result, GArray *checks);

#endif
