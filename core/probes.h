/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_CORE_PROBES_H
#define BNETLAB_CORE_PROBES_H

/*
 * Counters for the interesting situations that the core comes into: rules that rarely apply, races,
 * limits. A suite of scenarios that never hits one of them has a hole.
 *
 * Whoever drives a node may give it the counters to use, for one node or for many, in one thread; a
 * node without any counts nothing. Counting is an addition and changes nothing else.
 */

#include "core/base.h"

typedef enum BnetProbe {
    /* fork choice */
    BNET_PROBE_FORK_SWITCH,
    BNET_PROBE_FORK_SWITCH_DEEP,
    BNET_PROBE_BRANCH_PRUNED,
    BNET_PROBE_LIB_STALL,
    BNET_PROBE_SCHEDULE_CHANGE,
    /* what the peer has */
    BNET_PROBE_FRONTIER_FALLBACK,
    BNET_PROBE_FRONTIER_JUMP,
    BNET_PROBE_STATUS_EVICTED,
    BNET_PROBE_FETCH_KNOWN,
    BNET_PROBE_FETCH_MOVED,
    BNET_PROBE_IRREVERSIBLE_SKIP,
    BNET_PROBE_PEER_LIB_AHEAD,
    /* notices and pings */
    BNET_PROBE_NOTICE_DROPPED,
    BNET_PROBE_NOTICE_OLD,
    BNET_PROBE_PING_HELD,
    BNET_PROBE_PONG_LATE,
    /* hello */
    BNET_PROBE_HELLO_UNKNOWN,
    BNET_PROBE_HELLO_CUT,
    BNET_PROBE_REDUNDANT_SAME,
    BNET_PROBE_REDUNDANT_OPPOSITE,
    /* verdicts on blocks */
    BNET_PROBE_VERDICT_KNOWN,
    BNET_PROBE_VERDICT_STALE,
    BNET_PROBE_VERDICT_UNLINKABLE,
    BNET_PROBE_VERDICT_FUTURE,
    BNET_PROBE_INVALID_HEADER,
    BNET_PROBE_INVALID_REMEMBERED,
    BNET_PROBE_INVALID_APPLIED,
    BNET_PROBE_INVALID_ON_SWITCH,
    BNET_PROBE_BLAME_DESCENDANT,
    BNET_PROBE_RESYNC_AVERTED,
    /* transactions */
    BNET_PROBE_TRX_EXPIRED,
    BNET_PROBE_TRX_REFUSED,
    BNET_PROBE_TRX_RETURNED,
    BNET_PROBE_TRX_UNWANTED,
    BNET_PROBE_TRX_CROSSING,
    /* why a session was closed, in the order of BnetCloseReason */
    BNET_PROBE_CLOSE_BAD_BLOCK,
    BNET_PROBE_CLOSE_BAD_PONG,
    BNET_PROBE_CLOSE_WRONG_CHAIN,
    BNET_PROBE_CLOSE_SELF,
    BNET_PROBE_CLOSE_OLD_VERSION,
    BNET_PROBE_CLOSE_REDUNDANT,
    BNET_PROBE_CLOSE_PROTOCOL,
    BNET_PROBE_CLOSE_MALFORMED,
    BNET_PROBE_CLOSE_DEAD,
    BNET_PROBE_CLOSE_RESYNC,
    BNET_PROBES,
} BnetProbe;

/* Zeroed: nothing was hit. */
typedef struct BnetProbes {
    uint64_t hits[BNET_PROBES];
    uint64_t steps; /* of the loops that an input may cost: along the chain, over marks and lists */
} BnetProbes;

/* probes is NULL: nobody counts. */
static inline void bnet_probe(BnetProbes *probes, BnetProbe probe)
{
    if (probes)
        probes->hits[probe]++;
}

/* A loop took so many steps. */
static inline void bnet_probe_steps(BnetProbes *probes, uint64_t steps)
{
    if (probes)
        probes->steps += steps;
}

/* "fork-switch", ... */
const char *bnet_probe_name(BnetProbe probe);

/* The situation, in a few words. */
const char *bnet_probe_meaning(BnetProbe probe);

#endif
