/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_CORE_SESSION_H
#define BNETLAB_CORE_SESSION_H

/*
 * One side of one bnet connection: the state machine of protocol sections 4 to 6.
 *
 * One input in, at most three actions out; no callbacks, no clock. Memory is taken only where the
 * marks of a session outgrow their room, up to 256 bytes, and given back when it is closed. The
 * environment of an input holds the time and what the sessions of a node share. An input costs
 * O(log n) in the length of the chain, and besides: a notice that for each of its ids; a block its
 * transactions; an applied block the peer's known blocks that are newer (mostly none, at most
 * 2048); choosing a transaction those that the peer knows already, once each.
 *
 * A session does what its node tells it (node.h): the rules that concern several sessions at once,
 * blame and redundant connections, stand there.
 */

#include "core/bits.h"
#include "core/message.h"
#include "core/probes.h"
#include "core/quirks.h"
#include "core/trxs.h"
#include "core/view.h"

/* Most ids in a hello, the newest: with them it stays below 16 MiB. */
#define BNET_HELLO_IDS_MAX 524000u

/* Protocol section 4: queued header notices; older ones are dropped first. */
#define BNET_NOTICES_MAX 2048u

/* Protocol section 5: between two pings of ours. */
#define BNET_PING_INTERVAL_NS (3 * BNET_NS_PER_S)

/* Protocol section 6: how long all blocks of a peer may be unlinkable or future. */
#define BNET_RESYNC_NS (6 * BNET_NS_PER_S)

/* Protocol section 6: default of the time of silence after which a peer counts as dead. */
#define BNET_IDLE_TIMEOUT_NS (30 * BNET_NS_PER_S)

/* Why a session was closed (protocol section 6). */
typedef enum BnetCloseReason {
    BNET_CLOSE_NONE,
    BNET_CLOSE_BAD_BLOCK,
    BNET_CLOSE_BAD_PONG,
    BNET_CLOSE_WRONG_CHAIN,
    BNET_CLOSE_SELF,
    BNET_CLOSE_OLD_VERSION,
    BNET_CLOSE_REDUNDANT,
    BNET_CLOSE_PROTOCOL,
    BNET_CLOSE_MALFORMED,
    BNET_CLOSE_DEAD,
    BNET_CLOSE_RESYNC,
    BNET_CLOSE_LOST,     /* the connection went away */
    BNET_CLOSE_SHUTDOWN, /* our own process ends */
} BnetCloseReason;

/* "bad-block", ... */
const char *bnet_close_reason_name(BnetCloseReason reason);

typedef enum BnetActionKind {
    BNET_ACTION_SEND,         /* write the message, then input bnet_node_written() */
    BNET_ACTION_FETCH_BLOCK,  /* read our block of that number, then bnet_node_fetched() */
    BNET_ACTION_PING_CODE,    /* give an unpredictable code with bnet_node_ping_code() */
    BNET_ACTION_SUBMIT_BLOCK, /* hand the block to the chain: bnet_node_receive_block() */
    BNET_ACTION_SUBMIT_TRX,   /* hand it over: bnet_node_receive_trx() */
    BNET_ACTION_CLOSE,        /* close the connection; the session is gone already */
} BnetActionKind;

typedef struct BnetAction {
    BnetActionKind kind;
    uint32_t session; /* slot */
    union {
        BnetMessage message; /* the driver owns it */
        uint32_t number;
        BnetBlock block;
        BnetTrx trx;
        BnetCloseReason reason;
    } u;
} BnetAction;

typedef struct BnetActions BnetActions;

/* What an input needs besides itself. */
typedef struct BnetEnv {
    int64_t now_ns;  /* of the driver: timers and timeouts */
    int64_t wall_ns; /* of the node's clock: the rules of the chain */
    const BnetView *view;
    BnetTrxs *trxs;
    BnetPool *pool; /* at least one chunk is free */
    BnetActions *actions;
    BnetQuirks quirks;                    /* of this node */
    struct BnetDeployedSession *deployed; /* by slot, deployed_session.h; NULL without quirks */
    BnetProbes *probes;                   /* NULL: nobody counts */
} BnetEnv;

/* A bounded queue of actions; the driver takes them out after each input. Nodes of one thread share
 * one. Zeroed: empty, without room. */
struct BnetActions {
    BnetAction *items; /* [capacity] */
    uint32_t capacity;
    uint32_t n;
    BnetEnv env; /* of the input that is under way, or the last one */
};

/* Room for `n` of them. It is empty, which is asserted. */
void bnet_actions_reserve(BnetActions *actions, uint32_t n);

/* Accepts NULL. */
void bnet_actions_finish(BnetActions *actions);

/* The node has one of these quirks of the deployed plugin. */
static inline bool bnet_has_quirk(const BnetEnv *env, BnetQuirks quirks)
{
    return (env->quirks & quirks) != 0;
}

/* How this side presents itself. */
typedef struct BnetIdentity {
    BnetKey peer_id;
    bool request_transactions; /* not bnet-no-trx */
    bool follow_irreversible;  /* bnet-follow-irreversible */
    int64_t idle_timeout_ns;   /* BNET_TIME_NEVER: a silent peer is kept */
    BnetQuirks quirks;         /* in which it is as deployed */
} BnetIdentity;

typedef enum BnetSessionState {
    BNET_SESSION_FREE,
    BNET_SESSION_HANDSHAKE, /* our hello is on its way or theirs has not come */
    BNET_SESSION_READY,     /* both hellos are through */
} BnetSessionState;

#define BNET_AHEAD_UNKNOWN UINT32_MAX

/* What every input looks at comes first. */
typedef struct BnetSession {
    uint32_t slot;
    uint8_t state;           /* BnetSessionState */
    bool writing : 1;        /* a write is in flight */
    bool fetching : 1;       /* a block fetch is outstanding */
    bool code_wanted : 1;    /* a ping code is outstanding */
    bool code_ready : 1;     /* ping_code is for the next ping */
    bool ping_pending : 1;   /* our last ping has not been answered */
    bool dialled : 1;        /* by this side */
    bool hello_sent : 1;     /* written completely */
    bool hello_received : 1; /* and accepted */
    bool peer_requests_trx : 1;
    bool peer_irreversible_only : 1;
    uint32_t peer_lib;  /* number, as the peer last told; never lowered */
    BnetBlock frontier; /* highest block of our best chain that the peer has with certainty */
    uint32_t frontier_number;
    BnetBlock ahead; /* the newest that it has and that is built on our head; BNET_NO_BLOCK: it has
                      * none; BNET_AHEAD_UNKNOWN: to be looked up when a block is applied */
    uint32_t pong;   /* chunk of the pool with the answer to the last ping of the peer; 0: no answer
                      * is due */
    uint32_t trx_cursor;
    uint32_t dropped_number;  /* highest number of the blocks that dropped_since_ns is about */
    int64_t dropped_since_ns; /* since when its blocks do not link; BNET_TIME_NEVER: they do */
    BnetRing notices;         /* blocks whose headers are to be noticed */
    BnetStatus status;        /* blocks known by the peer */
    int64_t last_received_ns;
    int64_t last_ping_ns;
    int64_t opened_ns; /* with the slot: which of two connections is older */
    BnetId ping_code;
    BnetKey peer_id;
} BnetSession;

/* --- inputs ---------------------------------------------------------------------------------- */

/* The connection is established: sends hello (section 2). */
void bnet_session_open(BnetSession *session, const BnetEnv *env, const BnetIdentity *self,
                       uint32_t slot, bool dialled);

/* hello; false: it was refused and the session is closed. */
bool bnet_session_hello(BnetSession *session, const BnetEnv *env, const BnetIdentity *self,
                        const BnetHello *hello);

/* Any message but hello, and what is none. The ring of a notice is not consumed. */
void bnet_session_message(BnetSession *session, const BnetEnv *env, const BnetIdentity *self,
                          const BnetMessage *message);

/* A message came that has no effect; or, if number is not 0, a block of it that the chain dropped
 * as unlinkable or future. */
void bnet_session_heard(BnetSession *session, const BnetEnv *env, uint32_t number);

/* The peer has a block, as it told before there was a handle for it. */
void bnet_session_has(BnetSession *session, const BnetEnv *env, BnetBlock block);

/* The socket is ready for the next write. */
void bnet_session_written(BnetSession *session, const BnetEnv *env);

/* Answer to BNET_ACTION_FETCH_BLOCK; BNET_NO_BLOCK: there is none. */
void bnet_session_fetched(BnetSession *session, const BnetEnv *env, BnetBlock block);

/* Answer to BNET_ACTION_PING_CODE. */
void bnet_session_ping_code(BnetSession *session, const BnetEnv *env, const BnetId *code);

/* A header was accepted, younger than 6 s. */
void bnet_session_header(BnetSession *session, const BnetEnv *env, BnetBlock block);

/* A block was applied: it is the head. */
void bnet_session_applied(BnetSession *session, const BnetEnv *env);

/* A fork switch took the head back to where the branches part. */
void bnet_session_unwound(BnetSession *session, const BnetEnv *env);

/* A block of ours became irreversible. */
void bnet_session_irreversible(BnetSession *session, const BnetEnv *env, BnetBlock block);

/* The chain accepted a transaction, or a waiting one may be sendable again. */
void bnet_session_trx_accepted(BnetSession *session, const BnetEnv *env);

/* The chain dropped a block of this peer as unlinkable or future. One that is not above our head
 * does not count unless, or before, the peer's LIB is above ours: it is of no use to us, as what a
 * partition held back. */
void bnet_session_dropped(BnetSession *session, const BnetEnv *env, uint32_t number);

/* A block of this peer linked. */
void bnet_session_linked(BnetSession *session);

/* Time is at or past bnet_session_deadline(). */
void bnet_session_timer(BnetSession *session, const BnetEnv *env, const BnetIdentity *self);

/* A delay after a time; each may be BNET_TIME_NEVER. */
static inline int64_t bnet_time_after(int64_t since_ns, int64_t delay_ns)
{
    bool never = since_ns == BNET_TIME_NEVER || delay_ns == BNET_TIME_NEVER;
    return never ? BNET_TIME_NEVER : since_ns + delay_ns;
}

/* When bnet_session_timer() is due; BNET_TIME_NEVER: not before another input. */
static inline int64_t bnet_session_deadline(const BnetSession *session, const BnetIdentity *self)
{
    int64_t resync_ns = bnet_time_after(session->dropped_since_ns, BNET_RESYNC_NS);
    if (self->quirks & BNET_QUIRK_NO_TIMER)
        return resync_ns;
    int64_t due_ns = bnet_time_after(session->last_received_ns, self->idle_timeout_ns);
    if (resync_ns < due_ns)
        due_ns = resync_ns;
    if (session->state != BNET_SESSION_READY || session->writing || session->fetching ||
        session->code_wanted || session->ping_pending)
        return due_ns;
    int64_t ping_ns = bnet_time_after(session->last_ping_ns, BNET_PING_INTERVAL_NS);
    return ping_ns < due_ns ? ping_ns : due_ns;
}

/* Closes by rule: emits BNET_ACTION_CLOSE unless the connection is lost already. */
void bnet_session_close(BnetSession *session, const BnetEnv *env, BnetCloseReason reason);

/* How many blocks have a status (section 4). O(words of the status). */
static inline uint32_t bnet_session_marks(const BnetSession *session)
{
    return bnet_status_count(&session->status);
}

static inline bool bnet_session_is_open(const BnetSession *session)
{
    return session->state != BNET_SESSION_FREE;
}

/* --- parts, each in a file of its own -------------------------------------------------------- */

/* choice.c, section 5: chooses the next message if the session is idle. */
void bnet_session_choose(BnetSession *session, const BnetEnv *env);

/* choice.c: the same as if nothing but a transaction could be sent. */
void bnet_session_choose_trx(BnetSession *session, const BnetEnv *env);

/* choice.c: number of the block that section 5 would send next; 0: none. */
uint32_t bnet_session_next_block(const BnetSession *session, const BnetView *view);

/* frontier.c: the session begins with block 1, which is certain when the chain ids agree. */
void bnet_frontier_begin(BnetSession *session);

/* frontier.c, section 4: the peer has this block with certainty. */
void bnet_frontier_certain(BnetSession *session, const BnetEnv *env, BnetBlock block);

/* frontier.c: the peer's LIB or ours has moved. */
void bnet_frontier_lib_moved(BnetSession *session, const BnetView *view);

/* frontier.c: our head is one block further. */
void bnet_frontier_applied(BnetSession *session, const BnetView *view);

/* frontier.c: our head went back on its own chain. */
void bnet_frontier_unwound(BnetSession *session, const BnetEnv *env);

/* session.c: nothing answers the last ping of the peer any more. */
void bnet_session_drop_pong(BnetSession *session, const BnetEnv *env);

/* session.c: queues the notice of a header. */
void bnet_session_queue_notice(BnetSession *session, const BnetEnv *env, BnetBlock block);

/* session.c: the peer knows the transaction. */
void bnet_session_mark_trx(const BnetSession *session, const BnetEnv *env, BnetTrx trx);

/* session.c: appends an action of this session. */
BnetAction *bnet_session_act(const BnetSession *session, const BnetEnv *env, BnetActionKind kind);

#endif
