/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Constants are bytes, measured where they are not sizes of structs: what the allocator adds, room
 * of arrays that is not used yet, and small things that are kept here and there.
 */
#include "sim/memory.h"

#include <glib/gstdio.h>

#include "core/deployed_session.h"
#include "sim/internal.h"

/* Program, libraries and the tables of every run. */
#define PROGRAM_BYTES UINT64_C(4600000)

/* Besides its structs: name, queues, what checks and metrics have of it. */
#define PEER_BYTES UINT64_C(400)
/* Besides its structs: events, what is on the wire, actions, what checks have of it. */
#define END_BYTES UINT64_C(130)
/* So many of the newest blocks an end has marks of, in the session and in the record. */
#define END_MARKS 2048u
#define END_MARK_BYTES UINT64_C(1040) /* when it has all of them */

/* Of an end, where peers have uplinks or downlinks. */
#define ACCESS_BYTES UINT64_C(400)

/* Besides its structs: id, jump pointers, times that the metrics have of it. */
#define BLOCK_BYTES UINT64_C(150)
#define LOG_BLOCK_BYTES UINT64_C(180) /* the least that a block takes in a file */

/* Of each that is ever made: the index, and what checks and metrics note. */
#define TRX_BYTES UINT64_C(70)
/* Of each that lives, at each peer: its place in the record; and at each end a bit in the record,
 * and a third of a notice that waits. */
#define TRX_PEER_BYTES UINT64_C(6)
#define TRX_END_EIGHTHS UINT64_C(12)
/* On its way to the other side of each end: the transaction itself and a notice of it. */
#define TRX_WIRE_BYTES UINT64_C(160)
/* Of an end that knows any. */
#define TRX_END_BYTES UINT64_C(500)

/* An end, in a run on several threads, and for each of them. */
#define SHARED_END_BYTES UINT64_C(256)
#define SHARED_END_THREAD_BYTES UINT64_C(7)

static uint64_t times(uint64_t a, uint64_t b)
{
    return b > 0 && a > UINT64_MAX / 8 / b ? UINT64_MAX / 8 : a * b;
}

static uint64_t ratio(uint64_t a, uint64_t b, uint64_t c)
{
    return c == 0 ? 0 : (uint64_t)((double)a * (double)b / (double)c);
}

/* --- blocks ---------------------------------------------------------------------------------- */

static uint64_t log_bytes(const ScenarioChain *chain)
{
    GStatBuf status;
    return chain->blocks_log && g_stat(chain->blocks_log, &status) == 0 ? (uint64_t)status.st_size
                                                                        : 0;
}

static uint64_t blocks_of(const Scenario *scenario)
{
    const ScenarioChain *chain = &scenario->chain;
    uint64_t start =
        chain->start_height > 0 ? chain->start_height : log_bytes(chain) / LOG_BLOCK_BYTES;
    return start + (uint64_t)(scenario->duration_ns / BNET_SLOT_NS);
}

/* Blocks that are not irreversible; of DPoS as many as two thirds of the producers make in two
 * turns. */
static uint64_t reversible_of(const Scenario *scenario)
{
    const uint64_t blocks = blocks_of(scenario);
    if (scenario->chain.rule == SCENARIO_RULE_NONE)
        return blocks;
    return MIN(blocks, scenario->chain.rule == SCENARIO_RULE_DEPTH
                           ? scenario->chain.depth
                           : BNET_SLOTS_PER_TURN * 4 / 3 * scenario->n_producers);
}

/* The state of a block: 8 bytes a producer, and one for each block that is not irreversible. */
static uint64_t dpos_bytes(const Scenario *scenario)
{
    return scenario->chain.rule == SCENARIO_RULE_DPOS
               ? 48 + 8 * (uint64_t)scenario->n_producers + reversible_of(scenario)
               : 0;
}

/* --- transactions ---------------------------------------------------------------------------- */

static uint64_t mean(const ScenarioAmount *amount)
{
    return (uint64_t)(amount->kind == SCENARIO_AMOUNT_CONSTANT ? amount->a
                                                               : (amount->a + amount->b) / 2);
}

/* That arrive in so much time, from the first on. */
static uint64_t arrivals(const ScenarioStream *stream, int64_t time_ns)
{
    uint64_t n =
        ratio(stream->rate_per_s_micro, (uint64_t)time_ns, UINT64_C(1000000) * BNET_NS_PER_S);
    if (stream->burst_count == 0)
        return n;
    uint64_t bursts =
        stream->burst_every_ns > 0 ? 1 + (uint64_t)(time_ns / stream->burst_every_ns) : 1;
    return n + times(bursts, stream->burst_count);
}

typedef struct Transactions {
    uint64_t made;
    uint64_t living; /* that have not expired, at most at a time */
    uint64_t a_second;
} Transactions;

static Transactions transactions_of(const Scenario *scenario)
{
    Transactions all = {0};
    for (uint32_t s = 0; s < scenario->n_streams; s++) {
        const ScenarioStream *stream = &scenario->streams[s];
        int64_t span_ns = MIN(stream->end_ns, scenario->duration_ns) - stream->begin_ns;
        if (span_ns <= 0)
            continue;
        int64_t life_ns = (int64_t)mean(&stream->lifetime_ns) + BNET_NS_PER_S;
        all.made += arrivals(stream, span_ns);
        all.living += arrivals(stream, MIN(span_ns, life_ns));
        all.a_second += arrivals(stream, MIN(span_ns, BNET_NS_PER_S));
    }
    all.living = MIN(all.living, BNET_TRXS_MAX);
    return all;
}

/* Room of a table for so many. */
static uint64_t table_places(uint64_t n)
{
    uint64_t places = 64;
    while (places < n)
        places *= 2;
    return n > 0 ? places : 0;
}

static uint64_t latency_of(const ScenarioLatency *latency)
{
    switch (latency->kind) {
    case SCENARIO_LATENCY_UNIFORM:
        return (uint64_t)(latency->a_ns + latency->b_ns) / 2;
    case SCENARIO_LATENCY_EXPONENTIAL:
        return (uint64_t)(latency->a_ns + latency->b_ns);
    case SCENARIO_LATENCY_CONSTANT:
    case SCENARIO_LATENCY_LOGNORMAL:
    case SCENARIO_LATENCY_NORMAL:
    case SCENARIO_LATENCY_PARETO:
    case SCENARIO_LATENCY_EMPIRICAL:
        return (uint64_t)latency->a_ns;
    }
    g_assert_not_reached();
}

/* Of all that the scenario has, whatever ways they are of. */
static uint64_t mean_latency_ns(const Scenario *scenario)
{
    uint64_t sum_ns = 0;
    for (uint32_t i = 0; i < scenario->n_latencies; i++)
        sum_ns += latency_of(&scenario->latencies[i]);
    return scenario->n_latencies > 0 ? sum_ns / scenario->n_latencies
                                     : latency_of(&scenario->link_model.latency);
}

static uint64_t transactions_bytes(const Scenario *scenario)
{
    const Transactions trxs = transactions_of(scenario);
    const uint64_t n_ends = 2 * (uint64_t)scenario->n_links;
    const uint64_t places = table_places(trxs.living);
    /* A place of the table: an entry, and its number in five others: two arrays are twice as long.
     */
    uint64_t of_peer =
        places * (sizeof(BnetTrxEntry) + 5 * sizeof(uint32_t)) + trxs.living * TRX_PEER_BYTES;
    uint64_t of_end =
        (places + trxs.living * TRX_END_EIGHTHS) / 8 + (trxs.living > 0 ? TRX_END_BYTES : 0);
    uint64_t on_wires =
        ratio(times(trxs.a_second, n_ends), mean_latency_ns(scenario), (uint64_t)BNET_NS_PER_S);
    return times(trxs.made, sizeof(BnetTrxInfo) + TRX_BYTES) + times(of_peer, scenario->n_peers) +
           times(of_end, n_ends) + times(on_wires, TRX_WIRE_BYTES);
}

/* --- ends ------------------------------------------------------------------------------------ */

/* Session ends of a group, if all peers had as many. */
static uint64_t ends_of(const Scenario *scenario, const ScenarioGroup *group)
{
    return ratio(2 * (uint64_t)scenario->n_links, group->count, scenario->n_peers);
}

/* What a session of the deployed plugin keeps besides; 0: it is as documented. */
static uint64_t deployed_bytes(const Scenario *scenario, const ScenarioGroup *group)
{
    if (group->quirks == 0)
        return 0;
    const Transactions trxs = transactions_of(scenario);
    uint64_t known = trxs.living;
    if (group->quirks & BNET_QUIRK_FORGETS_TRXS)
        known = MIN(known, times(trxs.a_second, 2 * BNET_DEPLOYED_TRX_NS / BNET_NS_PER_S));
    return sizeof(BnetDeployedSession) +
           table_places(2 * reversible_of(scenario)) * sizeof(BnetBlockMark) +
           table_places(known) * (sizeof(BnetDeployedTrx) + 2 * sizeof(uint32_t));
}

/* Uplinks and downlinks that links share. */
static bool has_access(const Scenario *scenario)
{
    for (uint32_t g = 0; g < scenario->n_groups; g++)
        if (scenario->groups[g].uplink_bytes_per_s > 0 ||
            scenario->groups[g].downlink_bytes_per_s > 0)
            return true;
    return false;
}

/* What is on its way between threads, and what each keeps in reserve. */
static uint64_t shared_bytes(uint32_t n_threads)
{
    return n_threads > 1 ? SHARED_END_BYTES + n_threads * SHARED_END_THREAD_BYTES : 0;
}

static uint64_t ends_bytes(const Scenario *scenario, uint32_t n_threads)
{
    const uint64_t marks = END_MARK_BYTES * MIN(blocks_of(scenario), END_MARKS) / END_MARKS;
    const uint64_t of_end = sizeof(SimEnd) + sizeof(SimEndRecord) + sizeof(SimPingRecord) +
                            sizeof(BnetSession) + sizeof(SimLink) / 2 + sizeof(ScenarioLink) / 2 +
                            END_BYTES + marks + (has_access(scenario) ? ACCESS_BYTES : 0) +
                            shared_bytes(n_threads);
    uint64_t bytes = times(of_end, 2 * (uint64_t)scenario->n_links);
    for (uint32_t g = 0; g < scenario->n_groups; g++)
        bytes += times(ends_of(scenario, &scenario->groups[g]),
                       deployed_bytes(scenario, &scenario->groups[g]));
    return MIN(bytes, UINT64_MAX / 8);
}

/* --- all ------------------------------------------------------------------------------------- */

SimMemory sim_memory_estimate(const Scenario *scenario, uint32_t n_threads)
{
    const uint64_t blocks = blocks_of(scenario);
    SimMemory memory = {
        .program = PROGRAM_BYTES,
        .peers = scenario->n_peers * (sizeof(SimPeer) + sizeof(SimPeerRecord) + PEER_BYTES),
        .ends = ends_bytes(scenario, n_threads),
        .blocks = times(blocks, sizeof(BnetBlockInfo) + dpos_bytes(scenario) + BLOCK_BYTES) +
                  log_bytes(&scenario->chain),
        .transactions = transactions_bytes(scenario),
    };
    memory.total =
        memory.program + memory.peers + memory.ends + memory.blocks + memory.transactions;
    return memory;
}
