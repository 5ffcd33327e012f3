/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SCENARIOS_SCENARIO_H
#define BNETLAB_SCENARIOS_SCENARIO_H

/*
 * A scenario: everything that fixes a run but the program itself.
 *
 * Plain data, filled by the loader (loader.h), read by the simulator, never changed in between.
 * All indices are valid and all ranges are checked by the loader: a reader of this struct checks
 * nothing. Peers are numbered from 0 in the order of their groups. Times are nanoseconds since the
 * start of the run, sizes are bytes. Everything a Scenario points to is owned by it.
 */

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "core/quirks.h"
#include "scenarios/expect.h"
#include "scenarios/peer_set.h"

/* Limits of a scenario. The loader refuses what is beyond them. */
#define SCENARIO_PEERS_MAX 1000000u
#define SCENARIO_LINKS_MAX 8000000u
#define SCENARIO_PRODUCERS_MAX 125u
#define SCENARIO_START_HEIGHT_MAX 1000000u
#define SCENARIO_GENESIS_SLOT_MAX                                                                  \
    4165689600u /* 2066-01-01T00:00:00: all slots of a run are below 2^32 */
#define SCENARIO_DURATION_MAX_NS (INT64_C(366) * 86400 * 1000000000)
#define SCENARIO_LATENCY_MAX_NS (INT64_C(3600) * 1000000000)
#define SCENARIO_LOSS_MAX_PPM 500000u /* of the segments */
#define SCENARIO_TIME_NONE INT64_MAX  /* "none": never */

typedef enum ScenarioLatencyKind {
    SCENARIO_LATENCY_CONSTANT,  /* a_ns */
    SCENARIO_LATENCY_UNIFORM,   /* a_ns to b_ns, both included */
    SCENARIO_LATENCY_LOGNORMAL, /* median a_ns, standard deviation of the logarithm shape_ppm / 1e6
                                 */
    SCENARIO_LATENCY_NORMAL,    /* mean a_ns, standard deviation b_ns */
    SCENARIO_LATENCY_EXPONENTIAL, /* a_ns and what is exponential with mean b_ns */
    SCENARIO_LATENCY_PARETO,      /* minimum a_ns, shape shape_ppm / 1e6 */
    SCENARIO_LATENCY_EMPIRICAL,   /* one of `sample` */
} ScenarioLatencyKind;

/* Latencies with weights; see sample.h. */
typedef struct ScenarioSample ScenarioSample;

/* One-way latency, drawn for each message. */
typedef struct ScenarioLatency {
    ScenarioLatencyKind kind;
    uint32_t shape_ppm; /* lognormal: 0 to 5,000,000; Pareto: 100,000 to 1,000,000,000 */
    int64_t a_ns;       /* exponential: 0 or more; else 1 or more */
    int64_t b_ns;       /* uniform: a_ns or more; normal: 0 or more; exponential: 1 or more */
    int64_t min_ns;     /* what is drawn below becomes this */
    int64_t max_ns;     /* what is drawn above becomes this; 0: SCENARIO_LATENCY_MAX_NS */
    const ScenarioSample *sample; /* one of Scenario.samples */
} ScenarioLatency;

typedef enum ScenarioAmountKind {
    SCENARIO_AMOUNT_CONSTANT, /* a */
    SCENARIO_AMOUNT_UNIFORM,  /* a to b, both included */
    SCENARIO_AMOUNT_SAMPLE,   /* one of `sample`, of which b is the greatest */
} ScenarioAmountKind;

/* A size or a time that may be drawn. */
typedef struct ScenarioAmount {
    ScenarioAmountKind kind;
    int64_t a;
    int64_t b;
    const ScenarioSample *sample; /* one of Scenario.samples */
} ScenarioAmount;

/* What all links share unless a rule, a region or an edge says otherwise. */
typedef struct ScenarioLinkModel {
    ScenarioLatency latency;
    uint64_t bandwidth_bytes_per_s; /* each direction; 0: without limit */
    uint32_t loss_ppm;              /* of the segments of each direction; 0: none */
    uint32_t send_buffer_bytes;     /* default 1 MiB, as the plugin sets it */
    uint32_t receive_buffer_bytes;  /* default 1 MiB */
} ScenarioLinkModel;

/* A configured connection: `from` dials `to`. */
typedef struct ScenarioLink {
    uint32_t from;
    uint32_t to;
    int64_t latency_ns; /* of this edge alone, both ways, constant; 0: as its ways say */
} ScenarioLink;

/* One of the two ways of a link. */
typedef struct ScenarioWay {
    uint64_t bandwidth_bytes_per_s; /* 0: without limit */
    uint32_t latency;               /* index in Scenario.latencies */
    uint32_t loss_ppm;
    uint32_t send_buffer_bytes;    /* of the peer that sends */
    uint32_t receive_buffer_bytes; /* of the other one */
} ScenarioWay;

/* What a rule or an event says of ways; the rest of them stays as it is. */
typedef struct ScenarioLinkChange {
    bool has_latency;
    bool has_bandwidth;
    bool has_loss;
    bool has_send_buffer;
    bool has_receive_buffer;
    ScenarioLatency latency;
    uint64_t bandwidth_bytes_per_s;
    uint32_t loss_ppm;
    uint32_t send_buffer_bytes;
    uint32_t receive_buffer_bytes;
} ScenarioLinkChange;

/* What is wrong with an invalid block. */
typedef enum ScenarioFault {
    SCENARIO_FAULT_TIMESTAMP,  /* not after its parent's: found on arrival, as the next two */
    SCENARIO_FAULT_PRODUCER,   /* not the scheduled producer of its slot */
    SCENARIO_FAULT_SIGNATURE,  /* not signed by its producer's key */
    SCENARIO_FAULT_CONTENT,    /* found when applied */
    SCENARIO_FAULT_UNLINKABLE, /* nobody has its parent: dropped without a verdict */
} ScenarioFault;

/* Ways to misbehave; sim/persona.h says what each is. Their order is that of the words. */
typedef enum ScenarioPersonaKind {
    SCENARIO_PERSONA_INVALID_BLOCK,
    SCENARIO_PERSONA_DOUBLE_PRODUCTION,
    SCENARIO_PERSONA_WITHHOLD,
    SCENARIO_PERSONA_JUNK_NOTICES,
    SCENARIO_PERSONA_CLAIMS,
    SCENARIO_PERSONA_ECHO,
    SCENARIO_PERSONA_FLOOD,
    SCENARIO_PERSONA_FORGET,
    SCENARIO_PERSONA_NO_PONG,
    SCENARIO_PERSONA_WRONG_PONG,
    SCENARIO_PERSONA_MUTE,
    SCENARIO_PERSONA_SLOW_READER,
    SCENARIO_PERSONA_HELLO,
    SCENARIO_PERSONA_DOUBLE_HELLO,
    SCENARIO_PERSONA_EARLY,
    SCENARIO_PERSONA_MALFORMED,
    SCENARIO_PERSONA_REPLAY,
    SCENARIO_PERSONA_TRX_NOTICES,
    SCENARIO_PERSONA_KINDS,
} ScenarioPersonaKind;

/* What a hello says that is not so. */
typedef enum ScenarioLie {
    SCENARIO_LIE_OTHER_CHAIN, /* another chain id */
    SCENARIO_LIE_PEER_ID,     /* the id of `peer`, or of whoever reads it */
    SCENARIO_LIE_OLD_VERSION, /* protocol_version "1.0.0" */
    SCENARIO_LIE_UNKNOWN_IDS, /* `count` ids more, which no block has */
} ScenarioLie;

/* Bytes that are no message. */
typedef enum ScenarioMalformed {
    SCENARIO_MALFORMED_RANDOM,      /* 1 to 100 random bytes */
    SCENARIO_MALFORMED_TRUNCATED,   /* a ping that ends early */
    SCENARIO_MALFORMED_UNKNOWN,     /* a variant index that no message has */
    SCENARIO_MALFORMED_TRAILING,    /* a ping with bytes behind it */
    SCENARIO_MALFORMED_TEXT,        /* JSON */
    SCENARIO_MALFORMED_TOO_LONG,    /* over 16 MiB */
    SCENARIO_MALFORMED_TWO_NOTICES, /* two messages in one frame */
} ScenarioMalformed;

typedef enum ScenarioFlood {
    SCENARIO_FLOOD_VALID,
    SCENARIO_FLOOD_EXPIRED,
    SCENARIO_FLOOD_DUPLICATE, /* one, `count` times */
} ScenarioFlood;

typedef enum ScenarioReplay {
    SCENARIO_REPLAY_RECENT,       /* the newest blocks of its chain */
    SCENARIO_REPLAY_IRREVERSIBLE, /* those from its LIB downwards */
    SCENARIO_REPLAY_STALE,        /* made-up ones at the LIB's number, or below */
} ScenarioReplay;

#define SCENARIO_PERSONAS_MAX 16u /* of one group */

/* One way in which the peers of a group misbehave. */
typedef struct ScenarioPersona {
    ScenarioPersonaKind kind;
    ScenarioFault fault;         /* INVALID_BLOCK */
    ScenarioLie lie;             /* HELLO */
    ScenarioMalformed malformed; /* MALFORMED */
    ScenarioFlood flood;         /* FLOOD */
    ScenarioReplay replay;       /* REPLAY */
    uint32_t depth;              /* INVALID_BLOCK: content, blocks on top; unlinkable, below */
    uint32_t count;              /* 0: without limit (WITHHOLD) */
    uint32_t peer;               /* HELLO; UINT32_MAX: whoever reads it */
    bool to_all;                 /* of its neighbours; else `to` */
    ScenarioPeerSet to;
    int64_t after_ns;
    int64_t until_ns; /* after `after_ns`; SCENARIO_TIME_NONE: to the end */
    int64_t every_ns; /* between two acts, or two messages that are read; 0: acts once */
} ScenarioPersona;

/* Time that a peer's chain thread spends; its work is done in order, one piece at a time. */
typedef struct ScenarioProcessing {
    int64_t header_ns;      /* check one block header; default 50 us */
    int64_t block_ns;       /* apply one block, without its transactions; default 500 us */
    int64_t kilobyte_ns;    /* apply 1000 bytes of a block, besides that; default 0 */
    int64_t transaction_ns; /* apply one transaction, alone or in a block; default 20 us */
    int64_t fetch_ns;       /* read one block for a session; default 0 */
} ScenarioProcessing;

/* Both either way. */
#define SCENARIO_SKEW_MAX_NS (INT64_C(3600) * 1000000000)
#define SCENARIO_DRIFT_MAX_PPM 100000

/* How wrong a clock is. */
typedef struct ScenarioClock {
    int64_t skew_ns;   /* ahead; behind is negative */
    int32_t drift_ppm; /* gains; loses if negative */
} ScenarioClock;

typedef struct ScenarioGroup {
    char *name; /* a letter, then letters, digits, '_' or '-' */
    uint32_t first;
    uint32_t count;
    bool produces;            /* each peer of the group is a producer */
    bool unscheduled;         /* but not in the schedule at the start */
    bool follow_irreversible; /* bnet-follow-irreversible */
    bool no_trx;              /* bnet-no-trx */
    bool from_genesis;        /* starts with the genesis block alone, whatever the start height */
    int64_t start_ns;         /* when the process starts; SCENARIO_TIME_NONE: never */
    int64_t
        idle_timeout_ns; /* closes a session that is silent so long; SCENARIO_TIME_NONE: never */
    ScenarioClock clock; /* at the start of the run */
    uint32_t missed_slots_ppm; /* of a producer: probability that it misses a slot, to 1,000,000 */
    uint64_t uplink_bytes_per_s;   /* of each peer, shared by its links; 0: without limit */
    uint64_t downlink_bytes_per_s; /* the same */
    ScenarioProcessing processing;
    BnetQuirks quirks;         /* in which the peers are as deployed; 0: profile documented */
    ScenarioPersona *personas; /* [n_personas] */
    uint32_t n_personas;       /* 0: honest */
} ScenarioGroup;

typedef enum ScenarioRule {
    SCENARIO_RULE_DPOS,
    SCENARIO_RULE_DEPTH, /* irreversible is what has `depth` blocks on top of it */
    SCENARIO_RULE_NONE,
} ScenarioRule;

/* What producers put into a block. */
typedef struct ScenarioBlock {
    uint32_t max_bytes;          /* of a packed block with transactions; default 16,000,000 */
    uint32_t max_transactions;   /* besides the filler; default 1000 */
    ScenarioAmount filler_bytes; /* bytes of a transaction of the producer's own; 0: none */
} ScenarioBlock;

/*
 * Where the blocks up to the start come from. With a log the peers that are scheduled stand for the
 * producers of the schedule that is active at its last block used, in schedule order; producers of
 * the log beyond them are offline.
 */
typedef struct ScenarioChain {
    ScenarioRule rule;
    uint32_t depth;        /* of SCENARIO_RULE_DEPTH: 1 to 1,000,000 */
    uint32_t start_height; /* number of the newest block at the start; 1: the genesis block alone;
                              0: the last one of blocks_log, and never 0 without a log */
    char *blocks_log;      /* file that holds the blocks; was a readable regular file when the
                              scenario was loaded, its content is not checked; NULL: pre-built */
    bool has_genesis_time; /* never with a log */
    uint32_t genesis_slot; /* of block 1: 0 to SCENARIO_GENESIS_SLOT_MAX; 0 without
                              has_genesis_time, and then the first producer begins */
    ScenarioBlock block;
} ScenarioChain;

/* How messages go from peer to peer. Timing, sizes and the trace hash are the same. */
typedef enum ScenarioWire {
    SCENARIO_WIRE_STRUCTURED, /* handed over as values */
    SCENARIO_WIRE_BYTES,      /* each is encoded by the sender and decoded by the receiver */
} ScenarioWire;

/* Where the transactions of a stream arrive. */
typedef enum ScenarioOrigin {
    SCENARIO_ORIGIN_EVEN,        /* each peer is as likely as the other */
    SCENARIO_ORIGIN_ROUND_ROBIN, /* one after the other */
    SCENARIO_ORIGIN_WEIGHTED,    /* `origin_weights`, whose values are indices in `from` */
} ScenarioOrigin;

/* Transactions that arrive from begin_ns on and before end_ns: at random times, in bursts, or both
 * ways. */
typedef struct ScenarioStream {
    uint64_t rate_per_s_micro; /* at random: so many a second, all origins together, times 1e6 */
    uint32_t burst_count;      /* in each burst, of which the first is at begin_ns; 0: no bursts */
    int64_t burst_every_ns;    /* 0: there is one burst */
    int64_t begin_ns;
    int64_t end_ns;             /* after begin_ns; SCENARIO_TIME_NONE: until the run ends */
    ScenarioAmount lifetime_ns; /* 1 s to 1 h */
    ScenarioAmount size_bytes;  /* of one packed transaction */
    ScenarioPeerSet from;       /* 1 or more */
    ScenarioOrigin origin;
    const ScenarioSample *origin_weights; /* one of Scenario.samples; NULL but for weighted ones */
} ScenarioStream;

typedef enum ScenarioEventKind {
    SCENARIO_EVENT_PARTITION, /* cuts every link between peers of different sides */
    SCENARIO_EVENT_HEAL,      /* mends all cut links */
    SCENARIO_EVENT_CUT,       /* cuts every link between `peers` and `others` */
    SCENARIO_EVENT_MEND,      /* mends those of them that a cut has cut */
    SCENARIO_EVENT_RESET,     /* the connections between them are lost at both ends */
    SCENARIO_EVENT_CRASH,     /* the processes of `peers` die */
    SCENARIO_EVENT_RESTART,   /* and come back */
    SCENARIO_EVENT_STOP_PRODUCING,
    SCENARIO_EVENT_START_PRODUCING,
    SCENARIO_EVENT_SLOW, /* the processing times of `peers` take `factor_ppm` / 1e6 of themselves */
    SCENARIO_EVENT_PAUSE,         /* the processes of `peers` stand still */
    SCENARIO_EVENT_RESUME,        /* and go on */
    SCENARIO_EVENT_SKEW_CLOCK,    /* the clocks of `peers` become wrong by `clock` */
    SCENARIO_EVENT_SET_PRODUCERS, /* `turns` are the next schedule */
    SCENARIO_EVENT_CHANGE_LINKS,  /* `change` is made to the ways between `peers` and `others` */
    SCENARIO_EVENT_CHANGE_PEERS,  /* `access` is made to `peers` */
} ScenarioEventKind;

/* What becomes of connections over links that are cut. */
typedef enum ScenarioConnections {
    SCENARIO_CONNECTIONS_HOLD,  /* what is in flight waits until the link is mended */
    SCENARIO_CONNECTIONS_RESET, /* both ends lose them at the cut */
    SCENARIO_CONNECTIONS_LOSE,  /* held, and both ends lose them when the link is mended */
} ScenarioConnections;

/* In which order the links of a cut are mended when they are one at a time. */
typedef enum ScenarioReleaseOrder {
    SCENARIO_RELEASE_FORWARD, /* as the links are numbered */
    SCENARIO_RELEASE_REVERSE,
    SCENARIO_RELEASE_RANDOM,
} ScenarioReleaseOrder;

/* What an event says of uplinks and downlinks; the rest of them stays as it is. */
typedef struct ScenarioAccessChange {
    bool has_uplink;
    bool has_downlink;
    uint64_t uplink_bytes_per_s; /* 0: without limit */
    uint64_t downlink_bytes_per_s;
} ScenarioAccessChange;

#define SCENARIO_FACTOR_MIN_PPM 100000u
#define SCENARIO_FACTOR_MAX_PPM 1000000000u

/* ScenarioEvent.ends of an event that ends no other. */
#define SCENARIO_EVENT_NONE UINT32_MAX

/*
 * "for" makes two events: the one of the file and, later, the one that undoes it. The latter names
 * the former in `ends`, has no sets or sides of its own, and undoes nothing that another event has
 * changed since.
 */
typedef struct ScenarioEvent {
    int64_t at_ns;
    ScenarioEventKind kind;
    uint32_t ends;          /* index of the event whose time is over; SCENARIO_EVENT_NONE: none */
    ScenarioPeerSet peers;  /* all kinds but partition, heal and set_producers */
    ScenarioPeerSet others; /* cut, mend, reset, change_links: the other ends of the links */
    uint32_t *turns;  /* set_producers: producing peers in the order of their turns, each once */
    uint32_t n_turns; /* 1 to SCENARIO_PRODUCERS_MAX */
    uint32_t *sides;  /* partition: the side of each peer of the scenario, from 0 */
    bool one_way; /* partition: from a side to later ones; the others: from `peers` to `others` */
    ScenarioConnections connections; /* partition, cut */
    bool lose_chain;     /* restart: from what the group starts with, not from what the peer had */
    uint32_t factor_ppm; /* slow: SCENARIO_FACTOR_MIN_PPM to _MAX_PPM */
    ScenarioClock clock; /* skew_clock, of what has_skew and has_drift say: how wrong from now on */
    bool has_skew;
    bool has_drift;
    int64_t release_every_ns; /* cut with an end: then its links are mended one at a time, so far
                                 apart; 0: all at once */
    ScenarioReleaseOrder release_order;
    ScenarioLinkChange change;   /* change_links */
    ScenarioAccessChange access; /* change_peers */
} ScenarioEvent;

/* Who drives the peers. */
typedef enum ScenarioDriver {
    SCENARIO_DRIVER_SIMULATOR,
    SCENARIO_DRIVER_SOCKETS, /* each is a process that speaks over the loopback */
} ScenarioDriver;

typedef struct Scenario {
    char *path;       /* of the file, as given */
    GPtrArray *files; /* of char *: what it is made of, owned: its own, and those that it names */
    char *name;
    char *description;
    uint64_t seed;
    int64_t duration_ns;
    ScenarioChain chain;
    ScenarioGroup *groups;
    uint32_t n_groups;
    uint32_t n_peers;
    uint32_t *producers;  /* peers that produce: those of the first schedule in its order, then the
                             others */
    uint32_t n_producers; /* 1 to SCENARIO_PRODUCERS_MAX */
    uint32_t n_scheduled; /* of them in the first schedule, 1 or more */
    ScenarioLinkModel link_model;
    bool mutual; /* the peers of each link dial each other: each pair has two links */
    ScenarioLink *links;
    uint32_t n_links;
    uint32_t *idle_link_rules; /* indices of the rules of links that concern no link; ascending */
    uint32_t n_idle_link_rules;
    GPtrArray *samples;         /* of ScenarioSample, owned; NULL: none */
    ScenarioLatency *latencies; /* of ways */
    uint32_t n_latencies;
    ScenarioWay *ways; /* of link l: 2 l from `from` to `to`, 2 l + 1 back; NULL: all are as
                          link_model says */
    uint32_t *regions; /* of each peer, from 0; NULL: the topology has no regions */
    uint32_t n_regions;
    ScenarioWire wire;
    ScenarioDriver driver;
    bool steps; /* all is quiet whenever the world does something */
    ScenarioStream *streams;
    uint32_t n_streams;    /* up to 100 */
    ScenarioEvent *events; /* sorted by time, file order among equals */
    uint32_t n_events;
    ScenarioExpect expect;
} Scenario;

/* Releases a scenario and all it owns. Accepts NULL. */
void scenario_free(Scenario *scenario);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Scenario, scenario_free)

/* The group of a peer. */
const ScenarioGroup *scenario_group_of(const Scenario *scenario, uint32_t peer);

/* Of way 2 l or 2 l + 1 of link l: whatever says so; a latency of the edge itself is not in it. */
const ScenarioLatency *scenario_way_latency(const Scenario *scenario, uint32_t way);

/* The rest of it; the latency's index means nothing. */
ScenarioWay scenario_way(const Scenario *scenario, uint32_t way);

/* The name of a peer: "bp[3]", or the bare name of a group of one. (transfer full) */
char *scenario_peer_name(const Scenario *scenario, uint32_t peer);

/* The account of producer `index` of the schedule, 0 to 675: "produceraa", "producerab", ... */
uint64_t scenario_account_name(uint32_t index);

#endif
