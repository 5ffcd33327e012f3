/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_SWARM_PARTS_H
#define BNETLAB_SIM_SWARM_PARTS_H

/*
 * What the parts of the swarm share (swarm.h): the plan of one scenario, and its text in the
 * making.
 *
 * Each part draws from a stream of its own. Times are whole milliseconds of the run. Plain data of
 * one thread; nothing here owns memory but the text.
 */

#include <stdbool.h>
#include <stdint.h>

#include "sim/random.h"
#include "sim/swarm.h"
#include "sim/swarm_text.h"

#define SWARM_GROUPS_MAX 8u
#define SWARM_PRODUCERS_MAX 21u
#define SWARM_SECOND_MS 1000u

/* What a scenario may have or not have. */
typedef enum SwarmFeature {
    SWARM_PARTITION,
    SWARM_CUT,
    SWARM_ONE_WAY, /* of partitions and cuts */
    SWARM_RELEASE,
    SWARM_RESET,
    SWARM_CRASH,
    SWARM_LOSE_CHAIN, /* of crashes */
    SWARM_PAUSE,
    SWARM_SLOW,
    SWARM_STOP_PRODUCING,
    SWARM_SKEW_NEAR, /* clocks that others bear */
    SWARM_SKEW_FAR,  /* and that they do not */
    SWARM_DRIFT,
    SWARM_SET_PRODUCERS,
    SWARM_CHANGE_LINKS,
    SWARM_CHANGE_PEERS,
    SWARM_RANDOM_FAULTS,
    SWARM_MISSED_SLOTS,
    SWARM_LATE,    /* a group starts late */
    SWARM_OFFLINE, /* producers never start */
    SWARM_GENESIS, /* a group has the genesis block alone */
    SWARM_FOLLOWERS,
    SWARM_NO_TRX,
    SWARM_STREAM,
    SWARM_BURST,
    SWARM_FULL_STATUS, /* more transactions than a status holds */
    SWARM_PROCESSING,
    SWARM_IDLE_TIMEOUT,
    SWARM_BLOCK, /* what producers put into blocks */
    SWARM_LOSS,
    SWARM_BANDWIDTH,
    SWARM_BUFFERS,
    SWARM_ACCESS, /* uplinks and downlinks */
    SWARM_BETWEEN,
    SWARM_REGIONS,
    SWARM_BYTES,
    SWARM_BIG,       /* many peers */
    SWARM_FAR_LIB,   /* the LIB is always more than 2048 blocks below the head */
    SWARM_STALL_LIB, /* finality stands still for so long */
    SWARM_MUTUAL,    /* the two peers of a link dial each other */
    SWARM_PERSONAS,  /* peers that misbehave */
    SWARM_FEATURES,
} SwarmFeature;

/* Streams of random numbers. The values are part of every seed's meaning. */
typedef enum SwarmPart {
    SWARM_PART_FEATURES = 0,
    SWARM_PART_PEERS = 1,
    SWARM_PART_TOPOLOGY = 2,
    SWARM_PART_LINKS = 3,
    SWARM_PART_CHAIN = 4,
    SWARM_PART_TRANSACTIONS = 5,
    SWARM_PART_EVENTS = 6,
    SWARM_PART_RANDOM_FAULTS = 7,
    SWARM_PART_PROFILES = 8,
    SWARM_PART_PERSONAS = 9,
} SwarmPart;

typedef struct SwarmGroup {
    const char *name;
    uint32_t first; /* number of its first peer */
    uint32_t count;
    bool produces;
    bool is_standby; /* its producers have no turns at the start */
    bool is_follower;
    bool is_offline;    /* its processes never start */
    bool is_flooded;    /* with transactions */
    bool is_deployed;   /* of profile eosio-1.7 */
    bool is_malicious;  /* of personas */
    bool is_accomplice; /* who passes on what the other one makes */
    bool is_far;        /* its clock is set right when the faults are over */
    uint32_t start_ms;  /* 0: at once */
} SwarmGroup;

typedef struct Swarm {
    uint64_t seed;
    SimSwarmPlugin plugin;
    uint64_t features; /* of 1 << SwarmFeature */
    SwarmGroup groups[SWARM_GROUPS_MAX];
    uint32_t n_groups;
    uint32_t n_peers;
    uint32_t n_producers; /* scheduled ones */
    uint32_t diameter;    /* at least that of the topology */
    uint32_t n_links_max; /* at least as many as the topology has */
    uint32_t hop_ms;      /* longest latency of a link, but for changes that end */
    uint32_t load;        /* bytes a second that cross a link */
    uint32_t quiet_ms;    /* all faults are over */
    uint32_t ahead_ms;    /* how much a clock was ahead at most when it was set right */
    bool keeps_flood;     /* other groups ask for no transactions */
    bool spares_fetch;    /* deployed peers do not fetch in a loop, which ends the run */
    SwarmText text;
} Swarm;

static inline bool swarm_has(const Swarm *swarm, SwarmFeature feature)
{
    return (swarm->features >> feature & 1) != 0;
}

/* --- draws ----------------------------------------------------------------------------------- */

SimRandom swarm_random(const Swarm *swarm, SwarmPart part);

/* 0 to bound - 1; bound is 1 or more. */
uint32_t swarm_below(SimRandom *random, uint32_t bound);

/* Both included. */
uint32_t swarm_between(SimRandom *random, uint32_t least, uint32_t greatest);

bool swarm_chance(SimRandom *random, uint32_t permille);

/* --- peers ----------------------------------------------------------------------------------- */

/* The group of a peer. */
const SwarmGroup *swarm_group_of(const Swarm *swarm, uint32_t peer);

/* "bp[2]". (transfer full) */
char *swarm_peer_name(const Swarm *swarm, uint32_t peer);

/* "'bp', 'relay'": all groups but those that misbehave, as members of an array. (transfer full) */
char *swarm_honest_groups(const Swarm *swarm);

/* --- parts ----------------------------------------------------------------------------------- */

void swarm_plan_peers(Swarm *swarm);
/* After load is known; sets ahead_ms. */
void swarm_put_peers(Swarm *swarm);

/* What the peers of a group do that is wrong; adds to load. */
void swarm_put_personas(Swarm *swarm, const SwarmGroup *group);

/* Draws the topology; sets diameter, n_links_max and hop_ms. */
void swarm_put_topology(Swarm *swarm);
/* After load is known. */
void swarm_put_links(Swarm *swarm);

/* These two set load. */
void swarm_put_chain(Swarm *swarm);
void swarm_put_transactions(Swarm *swarm);

void swarm_put_events(Swarm *swarm);
void swarm_put_random_faults(Swarm *swarm);

#endif
