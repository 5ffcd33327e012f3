/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_NODE_CHAIN_PARTS_H
#define BNETLAB_NODE_CHAIN_PARTS_H

/*
 * What the files of the chain thread share, and nobody else uses: its state, and what each file
 * does for the others. All of it runs on the chain thread.
 */

#include <json.h>

#include "core/message_bytes.h"
#include "core/node.h"
#include "core/text.h"
#include "node/chain.h"
#include "node/json.h"

#define NODE_NO_DIAL UINT32_MAX

/* Ids that a peer named before we had their blocks: so many of a session, the newest kept. */
#define NODE_AWAITED_MAX 2048u

/* A peer of a session slot; free: connection is 0. */
typedef struct NodePeer {
    NodeConnectionId connection;
    uint32_t dial; /* NODE_NO_DIAL: it dialled us */
    NodeAddress remote;
    NodeAddress local;
    char id[BNET_TEXT_KEY_MAX + 1]; /* empty: its hello has not come */
    GQueue awaited;                 /* of BnetId, the oldest first */
    int64_t opened_ns;
    uint64_t sent;
    uint64_t received; /* messages */
} NodePeer;

typedef enum NodeDialState {
    NODE_DIAL_WAITS,   /* for due_ns */
    NODE_DIAL_TRIES,   /* resolves, connects, shakes hands */
    NODE_DIAL_IS_OPEN, /* has a session */
    NODE_DIAL_IS_GONE, /* was taken back by a command */
} NodeDialState;

/* A peer that is to be dialled. */
typedef struct NodeTarget {
    NodeEndpoint endpoint;
    char *name;
    NodeDialState state;
    NodeConnectionId connection; /* of TRIES and IS_OPEN */
    int64_t due_ns;              /* of WAITS */
    bool has_peer_id;            /* of its last hello */
    BnetKey peer_id;
} NodeTarget;

/* Work that an action asked for. */
typedef enum NodeJobKind {
    NODE_JOB_BLOCK,
    NODE_JOB_TRX,
    NODE_JOB_FETCH,
    NODE_JOB_CODE,
} NodeJobKind;

typedef struct NodeJob {
    NodeJobKind kind;
    uint32_t slot; /* BNET_NO_SESSION: it has gone */
    uint32_t arg;
} NodeJob;

typedef struct NodeWait NodeWait;

struct NodeChain {
    const NodeOptions *options;
    NodeChainConfig config;
    pthread_t worker;
    BnetStore store;
    BnetPool pool;
    BnetActions actions;
    BnetNode node;
    BnetIdentity self;
    NodeChainStore *disk;
    uint32_t max_lifetime_s; /* of a transaction */
    int64_t start_us;        /* monotonic clock at time 0 */
    int64_t now_ns;
    int64_t clock_us;  /* the wall clock, where it stands */
    GPtrArray *inputs; /* being worked through */
    NodePeer *peers;   /* [options->max_sessions], by session slot */
    uint32_t n_peers;
    uint32_t n_inbound; /* sessions that were dialled by others */
    GHashTable *slots;  /* connection id to slot + 1 */
    GArray *targets;    /* of NodeTarget */
    uint64_t n_dials;
    int64_t redial_timer_ns; /* of EOSIO 1.7: the one timer of all redials */
    uint16_t close_code;     /* how to close for what is being taken in; 0: as fits the reason */
    GQueue jobs;             /* of NodeJob */
    GPtrArray *outgoing;     /* of NodeOrder: what goes out when the chain is on the disk */
    GPtrArray *reports;      /* of NodeReport: the same */
    bool tells_messages;     /* events of messages are wanted */
    bool tells_chain;        /* something outgoing says what we have */
    GPtrArray *waits;        /* of NodeWait */
    bool quits;
    uint32_t ends_client; /* quits once this client's waits are answered; NODE_NO_CLIENT: none */
    bool has_failed;

    /* producing */
    uint32_t last_slot;        /* in which a block was made */
    bool is_fresh;             /* the chain is of the present */
    bool has_told_key;         /* that one of our keys is not that of the schedule */
    GHashTable *last_produced; /* name to number + 1 */
    GArray *proposed;          /* of BnetWireProducer: who shall produce; empty: as it is */
};

/* --- chain.c --------------------------------------------------------------------------------- */

/* Carries out the actions of the last input of the core, and all that follows from them. */
void node_chain_settle(NodeChain *chain);

/* Hands a block to the chain, as from nobody; settles. The header's verdict. */
BnetVerdict node_chain_take_block(NodeChain *chain, BnetBlock block);

/* The same with a transaction; false: it is not new, or expired, or refused. */
bool node_chain_take_trx(NodeChain *chain, BnetTrx trx);

/* What our chain has up to that number is irreversible; settles. From the LIB's to the head's. */
void node_chain_set_lib(NodeChain *chain, uint32_t number);

/* Tells the core that the connection of a slot is gone. */
void node_chain_lose(NodeChain *chain, uint32_t slot);

/* Time of the node's clock, as the chain's rules see it. */
int64_t node_chain_wall_ns(const NodeChain *chain);

/* Sets the wall clock of a node that has one which stands; microseconds since 1970. */
void node_chain_set_clock(NodeChain *chain, int64_t wall_us);

/* Posts an order when the chain is on the disk: (transfer full). */
void node_chain_order(NodeChain *chain, NodeOrder *order);

/* --- peers.c --------------------------------------------------------------------------------- */

void node_peers_init(NodeChain *chain);
void node_peers_finish(NodeChain *chain);

/* Slot of a connection; BNET_NO_SESSION: it has none. */
uint32_t node_peers_slot(const NodeChain *chain, NodeConnectionId connection);

/* A connection has its handshake behind it: takes a slot for it, or closes it. */
void node_peers_opened(NodeChain *chain, const NodeInput *input);

/* A connection, or the try at one, is over. */
void node_peers_lost(NodeChain *chain, const NodeInput *input);

/* The core has closed the session of a slot: closes its connection. */
void node_peers_close(NodeChain *chain, uint32_t slot, BnetCloseReason reason);

/* Ends the session of a slot by command; settles. */
void node_peers_disconnect(NodeChain *chain, uint32_t slot);

/* A hello came. */
void node_peers_hello(NodeChain *chain, uint32_t slot, const BnetKey *peer_id);

/* The peer named a block that we do not have; we have it now. */
void node_peers_await(NodeChain *chain, uint32_t slot, const BnetId *id);
void node_peers_arrived(NodeChain *chain, BnetBlock block);

/* Dials what is due. */
void node_peers_dial(NodeChain *chain);

/* When that has work next. */
int64_t node_peers_deadline(const NodeChain *chain);

/* So many peers are being dialled, or are due to be. */
uint32_t node_peers_dialling(const NodeChain *chain);

/* Dials a peer from now on, or no more. False: it is, or is not, dialled already; or too many. */
bool node_peers_add_target(NodeChain *chain, const NodeEndpoint *endpoint);
bool node_peers_drop_target(NodeChain *chain, const NodeEndpoint *endpoint);

/* The peer as bnet-peer-log-format has it. (transfer full) */
char *node_peers_name(const NodeChain *chain, const NodePeer *peer);

/* --- messages.c ------------------------------------------------------------------------------ */

/* A message came from the peer of a slot: hands it to the core. */
void node_messages_take(NodeChain *chain, uint32_t slot, const NodeInput *input);

/* The core sends a message, which is released. */
void node_messages_send(NodeChain *chain, uint32_t slot, BnetMessage *message);

/* --- producer.c ------------------------------------------------------------------------------ */

/* Takes the keys of the options; notes what has been produced on the chain. */
void node_producer_init(NodeChain *chain);

/* Makes the block of the slot that has come, if it is ours. */
void node_producer_run(NodeChain *chain);
int64_t node_producer_deadline(const NodeChain *chain);

/* A block was applied. */
void node_producer_applied(NodeChain *chain, BnetBlock block);

/* Makes a block on our head in that slot, whoever is scheduled, with what waits; settles.
 * BNET_NO_BLOCK: *ret_wrong says why not (static text). */
BnetBlock node_producer_make(NodeChain *chain, uint32_t slot, const char **ret_wrong);

/* Who shall produce, as a list of {"name", "key"}: the next block of ours that may bring a schedule
 * brings this one, unless the chain has it by then. NULL, or what is allowed (static text). */
const char *node_producer_propose(NodeChain *chain, struct json_object *list);

/* --- commands.c ------------------------------------------------------------------------------ */

/* Carries out a command and answers it, at once or when what it waits for has come. */
void node_commands_take(NodeChain *chain, uint32_t client, struct json_object *command);

/* Answers who waits for what is so now, or too late. */
void node_commands_wake(NodeChain *chain);
int64_t node_commands_deadline(const NodeChain *chain);

/* A client waits for something. */
bool node_commands_has_waits(const NodeChain *chain, uint32_t client);
void node_commands_init(NodeChain *chain);
void node_commands_finish(NodeChain *chain);

/* --- events.c -------------------------------------------------------------------------------- */

/* An event for the log, which the caller fills and posts: (transfer full) both. `text`: the line
 * for people (nullable). */
struct json_object *node_event(const NodeChain *chain, const char *what);
void node_event_post(NodeChain *chain, struct json_object *event, char *text);

/* Events of one peer: what it is, and where. */
struct json_object *node_event_peer(NodeChain *chain, const char *what, uint32_t slot);

/* A message that was sent. */
void node_event_sent(NodeChain *chain, uint32_t slot, const BnetMessage *message, gsize bytes);

/* One that has come, as its bytes say: they may name blocks that we do not have. */
void node_event_received(NodeChain *chain, uint32_t slot, const NodeInput *input);

/* A step of the chain. */
void node_event_chain(NodeChain *chain, const BnetChainEvent *event);

/* The verdict on a block from the peer of a slot, or from nobody. */
typedef struct NodeVerdict {
    uint32_t slot; /* or BNET_NO_SESSION */
    uint32_t number;
    BnetId id;
    BnetVerdict verdict;
    const char *fault; /* (nullable) */
} NodeVerdict;
void node_event_verdict(NodeChain *chain, const NodeVerdict *verdict);

#endif
