/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/metrics.h"

#include <stdlib.h>

#include "scenarios/keys.h"
#include "sim/world.h"

/* Of the peers that a block can reach: its share of them has it, at these per cents. */
static const uint32_t shares[] = {50, 90, 99, 100};
#define SHARES G_N_ELEMENTS(shares)

/* A block that an honest peer made in this run. */
typedef struct BlockTrack {
    int64_t made_ns;
    uint32_t peers;   /* that counted when it was made; 0: it is not tracked */
    uint32_t n_known; /* of them that have it */
    uint32_t n_final; /* of them where it is irreversible */
} BlockTrack;

typedef struct TrxTrack {
    int64_t accepted_ns; /* by the first peer */
    uint32_t origin;     /* that peer */
    bool accepted;
    bool included;
} TrxTrack;

struct SimMetrics {
    SimObserver observer;
    GArray *values[SCENARIO_METRICS]; /* of uint64_t; NULL: a ratio */
    GArray *blocks;                   /* of BlockTrack, by handle from first_block on */
    BnetBlock first_block;
    GArray *trxs;      /* of TrxTrack, by handle */
    bool *counts;      /* [peers]: honest, up, and no follower of irreversible blocks */
    int64_t *since_ns; /* [peers]: since when */
    uint32_t n_counting;
    uint64_t own; /* blocks that honest peers have made */
};

/* --- blocks ---------------------------------------------------------------------------------- */

static void add(SimMetrics *self, uint32_t metric, uint64_t value)
{
    g_array_append_val(self->values[metric], value);
}

/* NULL: not tracked. */
static BlockTrack *track_of(const SimMetrics *self, BnetBlock block)
{
    if (block < self->first_block || block - self->first_block >= self->blocks->len)
        return NULL;
    BlockTrack *track = &g_array_index(self->blocks, BlockTrack, block - self->first_block);
    return track->peers > 0 ? track : NULL;
}

static void produced(SimMetrics *self, const SimWorld *world, const SimHappening *happening)
{
    self->own += sim_world_is_honest(world, happening->peer);
    if (!self->counts[happening->peer])
        return;
    guint index = happening->block - self->first_block;
    if (index >= self->blocks->len)
        g_array_set_size(self->blocks, index + 1);
    g_array_index(self->blocks, BlockTrack, index) =
        (BlockTrack){.made_ns = happening->time_ns, .peers = self->n_counting};
}

/* One more of the block's peers has come to it; `first` is the metric of the lowest share. */
static void reach(SimMetrics *self, const BlockTrack *track, uint32_t n, uint32_t first,
                  int64_t now_ns)
{
    for (uint32_t i = 0; i < SHARES; i++)
        if (n == ((uint64_t)track->peers * shares[i] + 99) / 100)
            add(self, first + i, (uint64_t)(now_ns - track->made_ns));
}

static void chain_moved(SimMetrics *self, const SimHappening *happening)
{
    bool final = happening->event == BNET_CHAIN_IRREVERSIBLE;
    if (!final && happening->event != BNET_CHAIN_HEADER)
        return;
    BlockTrack *track = track_of(self, happening->block);
    if (!track || !self->counts[happening->peer] ||
        self->since_ns[happening->peer] > track->made_ns)
        return;
    if (final)
        reach(self, track, ++track->n_final, SCENARIO_METRIC_BLOCK_FINALITY_50, happening->time_ns);
    else
        reach(self, track, ++track->n_known, SCENARIO_METRIC_BLOCK_PROPAGATION_50,
              happening->time_ns);
}

/* --- transactions ---------------------------------------------------------------------------- */

static void accepted(SimMetrics *self, const SimHappening *happening)
{
    if (happening->trx >= self->trxs->len)
        g_array_set_size(self->trxs, happening->trx + 1);
    TrxTrack *track = &g_array_index(self->trxs, TrxTrack, happening->trx);
    if (track->accepted)
        return;
    *track = (TrxTrack){happening->time_ns, happening->peer, true, false};
}

static void applied(SimMetrics *self, const SimWorld *world, const SimHappening *happening)
{
    const BnetStore *store = sim_world_store(world);
    uint32_t n = bnet_store_block(store, happening->block)->n_trx;
    const BnetTrx *trxs = n > 0 ? bnet_store_block_trx(store, happening->block) : NULL;
    for (uint32_t i = 0; i < n; i++) {
        if (trxs[i] >= self->trxs->len)
            continue;
        TrxTrack *track = &g_array_index(self->trxs, TrxTrack, trxs[i]);
        if (!track->accepted || track->included || track->origin != happening->peer)
            continue;
        track->included = true;
        add(self, SCENARIO_METRIC_TRANSACTION_INCLUSION,
            (uint64_t)(happening->time_ns - track->accepted_ns));
    }
}

/* --- happenings ------------------------------------------------------------------------------ */

static void started(SimMetrics *self, const SimWorld *world, const SimHappening *happening)
{
    uint32_t peer = happening->peer;
    self->since_ns[peer] = happening->time_ns;
    self->counts[peer] =
        sim_world_is_honest(world, peer) && !sim_world_node(world, peer)->self.follow_irreversible;
    self->n_counting += self->counts[peer];
}

static void stopped(SimMetrics *self, uint32_t peer)
{
    self->n_counting -= self->counts[peer];
    self->counts[peer] = false;
}

static void happened(SimObserver *observer, SimWorld *world, const SimHappening *happening)
{
    SimMetrics *self = (SimMetrics *)observer;
    if (happening->kind == SIM_STARTED)
        started(self, world, happening);
    else if (happening->kind == SIM_STOPPED)
        stopped(self, happening->peer);
    else if (happening->kind == SIM_PRODUCED)
        produced(self, world, happening);
    else if (happening->kind == SIM_TRX)
        accepted(self, happening);
    else if (happening->event == BNET_CHAIN_APPLIED)
        applied(self, world, happening);
    else
        chain_moved(self, happening);
}

SimMetrics *sim_metrics_new(SimWorld *world)
{
    SimMetrics *self = g_new0(SimMetrics, 1);
    self->observer.mask =
        1u << SIM_STARTED | 1u << SIM_STOPPED | 1u << SIM_PRODUCED | 1u << SIM_TRX;
    self->observer.chain =
        1u << BNET_CHAIN_HEADER | 1u << BNET_CHAIN_APPLIED | 1u << BNET_CHAIN_IRREVERSIBLE;
    self->observer.later = 1u << SIM_CHAIN;
    self->observer.happened = happened;
    for (uint32_t m = 0; m < SCENARIO_METRICS; m++)
        self->values[m] = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    self->blocks = g_array_new(FALSE, TRUE, sizeof(BlockTrack));
    self->first_block = sim_world_store(world)->n_blocks;
    self->trxs = g_array_new(FALSE, TRUE, sizeof(TrxTrack));
    self->counts = g_new0(bool, sim_world_peers(world));
    self->since_ns = g_new0(int64_t, sim_world_peers(world));
    return self;
}

void sim_metrics_free(SimMetrics *self)
{
    if (!self)
        return;
    for (uint32_t m = 0; m < SCENARIO_METRICS; m++)
        g_array_unref(self->values[m]);
    g_array_unref(self->blocks);
    g_array_unref(self->trxs);
    g_free(self->counts);
    g_free(self->since_ns);
    g_free(self);
}

SimObserver *sim_metrics_observer(SimMetrics *self)
{
    return &self->observer;
}

/* --- the end --------------------------------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* `percentile` 1 to 100, of sorted values. */
static uint64_t nearest_rank(const GArray *values, uint32_t percentile)
{
    uint64_t rank = ((uint64_t)values->len * percentile + 99) / 100;
    return g_array_index(values, uint64_t, (guint)(rank - 1));
}

static uint64_t mean_of(const GArray *values)
{
    g_assert(values->len > 0);
    unsigned __int128 sum = 0;
    for (guint i = 0; i < values->len; i++)
        sum += g_array_index(values, uint64_t, i);
    return (uint64_t)(sum / values->len);
}

static void fill(SimMetric *metric, GArray *values)
{
    if (values->len == 0)
        return;
    g_array_sort(values, by_value);
    metric->count = values->len;
    metric->min = g_array_index(values, uint64_t, 0);
    metric->mean = mean_of(values);
    metric->p50 = nearest_rank(values, 50);
    metric->p90 = nearest_rank(values, 90);
    metric->p99 = nearest_rank(values, 99);
    metric->max = nearest_rank(values, 100);
}

/* In millionths, rounded down. */
static void fill_ratio(SimMetric *metric, uint64_t part, uint64_t whole)
{
    if (whole == 0)
        return;
    uint64_t ratio = (uint64_t)((unsigned __int128)part * 1000000 / whole);
    metric->count = whole;
    metric->min = metric->mean = metric->p50 = metric->p90 = metric->p99 = metric->max = ratio;
}

/* The best head of an honest peer that runs; BNET_NO_BLOCK: none runs. */
static BnetBlock best_head(const SimWorld *world)
{
    const BnetStore *store = sim_world_store(world);
    BnetBlock best = BNET_NO_BLOCK;
    for (uint32_t p = 0; p < sim_world_peers(world); p++) {
        BnetBlock head = sim_world_node(world, p)->view.head;
        if (!sim_world_is_honest(world, p) || !sim_world_is_up(world, p))
            continue;
        if (best == BNET_NO_BLOCK || bnet_fork_choice_prefers(store, head, best))
            best = head;
    }
    return best;
}

static void fill_fork_rate(const SimMetrics *self, const SimWorld *world, SimMetric *metric)
{
    BnetBlock best = best_head(world);
    uint64_t made = 0;
    uint64_t lost = 0;
    for (guint i = 0; i < self->blocks->len && best != BNET_NO_BLOCK; i++) {
        BnetBlock block = self->first_block + i;
        if (!track_of(self, block))
            continue;
        made++;
        lost += !bnet_store_is_ancestor(sim_world_store(world), block, best);
    }
    fill_ratio(metric, lost, made);
}

static void add_peers(SimMetrics *self, const SimWorld *world, const SimResult *result)
{
    for (uint32_t p = 0; p < result->n_peers; p++) {
        const SimPeerResult *peer = &result->peers[p];
        if (!sim_world_is_honest(world, p))
            continue;
        add(self, SCENARIO_METRIC_PEER_BYTES, peer->bytes_received);
        if (peer->up)
            add(self, SCENARIO_METRIC_PEER_LIB_LAG, peer->head_number - peer->lib_number);
    }
}

/* What was made, and has no value, did not get there. */
static void fill_never(const SimMetrics *self, SimMetric *metrics)
{
    uint64_t n_blocks = 0;
    uint64_t n_trxs = 0;
    for (guint i = 0; i < self->blocks->len; i++)
        n_blocks += g_array_index(self->blocks, BlockTrack, i).peers > 0;
    for (guint i = 0; i < self->trxs->len; i++)
        n_trxs += g_array_index(self->trxs, TrxTrack, i).accepted;
    for (uint32_t m = 0; m < SHARES; m++) {
        SimMetric *known = &metrics[SCENARIO_METRIC_BLOCK_PROPAGATION_50 + m];
        SimMetric *final = &metrics[SCENARIO_METRIC_BLOCK_FINALITY_50 + m];
        known->never = n_blocks - known->count;
        final->never = n_blocks - final->count;
    }
    SimMetric *inclusion = &metrics[SCENARIO_METRIC_TRANSACTION_INCLUSION];
    inclusion->never = n_trxs - inclusion->count;
}

void sim_metrics_finish(SimMetrics *self, SimWorld *world, SimResult *result)
{
    add_peers(self, world, result);
    result->n_metrics = SCENARIO_METRICS;
    result->metrics = g_new0(SimMetric, SCENARIO_METRICS);
    for (uint32_t m = 0; m < SCENARIO_METRICS; m++) {
        SimMetric *metric = &result->metrics[m];
        metric->metric = (ScenarioMetric)m;
        metric->name = scenario_metric_words.words[m].word;
        metric->unit = scenario_metric_unit((ScenarioMetric)m);
        fill(metric, self->values[m]);
    }
    fill_ratio(&result->metrics[SCENARIO_METRIC_DUPLICATE_BLOCKS],
               sim_world_verdicts(world, BNET_VERDICT_KNOWN),
               sim_world_verdicts(world, SIM_VERDICTS) - self->own);
    fill_fork_rate(self, world, &result->metrics[SCENARIO_METRIC_FORK_RATE]);
    fill_never(self, result->metrics);
}

uint64_t sim_metrics_percentile(const SimMetrics *self, ScenarioMetric metric, uint32_t percentile)
{
    g_assert(percentile >= 1 && percentile <= 100 && self->values[metric]->len > 0);
    return nearest_rank(self->values[metric], percentile);
}
