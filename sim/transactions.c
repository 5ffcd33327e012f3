/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Transactions that arrive: streams of them, at random times or in bursts. What goes into a block.
 */
#include "scenarios/sample.h"
#include "sim/internal.h"
#include "sim/latency.h"

/* Arguments of SIM_EVENT_TRX, whose entity is the stream. */
#define TRX_AT_RANDOM 0u
#define TRX_BURST 1u

/* Of the numbers of a producer's own transactions: both highest bits are set in no other's. */
#define FILLER_BIT (UINT64_C(3) << 62)
#define FILLER_BITS 30u

/* --- amounts --------------------------------------------------------------------------------- */

/* A constant takes no draw of the stream. */
static int64_t draw_amount(const ScenarioAmount *amount, SimRandom *random)
{
    switch (amount->kind) {
    case SCENARIO_AMOUNT_CONSTANT:
        return amount->a;
    case SCENARIO_AMOUNT_UNIFORM:
        return sim_random_range_ns(random, amount->a, amount->b);
    case SCENARIO_AMOUNT_SAMPLE:
        return scenario_sample_at(amount->sample, sim_random_u64(random));
    }
    g_assert_not_reached();
}

/* --- arrivals -------------------------------------------------------------------------------- */

/* The next arrival at random after that time. */
static void schedule_random(SimWorld *world, uint32_t index, int64_t from_ns)
{
    const ScenarioStream *stream = &world->scenario->streams[index];
    uint64_t rate = stream->rate_per_s_micro;
    if (rate == 0)
        return;
    int64_t mean_ns = (int64_t)((uint64_t)BNET_NS_PER_S * 1000000 / rate);
    int64_t at_ns =
        from_ns + sim_exponential_draw_ns(MAX(mean_ns, 1), &world->streams[index].random_arrival);
    if (at_ns < stream->end_ns)
        sim_world_schedule(world, at_ns, SIM_EVENT_TRX, index, TRX_AT_RANDOM);
}

static void schedule_burst(SimWorld *world, uint32_t index)
{
    const ScenarioStream *stream = &world->scenario->streams[index];
    int64_t at_ns = world->now_ns + stream->burst_every_ns;
    if (stream->burst_every_ns > 0 && at_ns < stream->end_ns)
        sim_world_schedule(world, at_ns, SIM_EVENT_TRX, index, TRX_BURST);
}

static uint32_t origin_of(const ScenarioStream *stream, SimStream *state)
{
    switch (stream->origin) {
    case SCENARIO_ORIGIN_EVEN:
        return stream->from.peers[sim_random_below(&state->random_origin, stream->from.count)];
    case SCENARIO_ORIGIN_ROUND_ROBIN:
        state->turn = state->turn % stream->from.count + 1;
        return stream->from.peers[state->turn - 1];
    case SCENARIO_ORIGIN_WEIGHTED:
        return stream->from.peers[scenario_sample_at(stream->origin_weights,
                                                     sim_random_u64(&state->random_origin))];
    }
    g_assert_not_reached();
}

static void arrive(SimWorld *world, uint32_t index)
{
    const ScenarioStream *stream = &world->scenario->streams[index];
    SimStream *state = &world->streams[index];
    uint32_t origin = origin_of(stream, state);
    SimPeer *peer = &world->peers[origin];
    int64_t lifetime_ns = draw_amount(&stream->lifetime_ns, &state->random_lifetime);
    uint32_t size_bytes = (uint32_t)draw_amount(&stream->size_bytes, &state->random_size);
    if (!peer->up)
        return;
    uint32_t expiration_s = bnet_store_second_after(&world->store, world->now_ns + lifetime_ns);
    BnetTrx trx =
        bnet_store_add_trx(&world->store, ++world->transactions_created, expiration_s, size_bytes);
    sim_peer_add_job(peer, (SimJob){SIM_JOB_TRX, BNET_NO_SESSION, trx});
    sim_peer_settle(world, origin);
}

void sim_transactions_arrive(SimWorld *world, uint32_t stream, uint32_t arg)
{
    if (arg == TRX_AT_RANDOM) {
        schedule_random(world, stream, world->now_ns);
        arrive(world, stream);
        return;
    }
    schedule_burst(world, stream);
    for (uint32_t i = 0; i < world->scenario->streams[stream].burst_count && !world->stopped; i++)
        arrive(world, stream);
}

void sim_transactions_begin(SimWorld *world)
{
    const Scenario *scenario = world->scenario;
    for (uint32_t i = 0; i < scenario->n_streams; i++) {
        const ScenarioStream *stream = &scenario->streams[i];
        world->streams[i] = (SimStream){
            .random_arrival = sim_random_stream(scenario->seed, SIM_RANDOM_WORKLOAD_ARRIVAL, i),
            .random_origin = sim_random_stream(scenario->seed, SIM_RANDOM_WORKLOAD_ORIGIN, i),
            .random_size = sim_random_stream(scenario->seed, SIM_RANDOM_WORKLOAD_SHAPE, 2 * i),
            .random_lifetime =
                sim_random_stream(scenario->seed, SIM_RANDOM_WORKLOAD_SHAPE, 2 * i + 1),
        };
        schedule_random(world, i, stream->begin_ns);
        if (stream->burst_count > 0)
            sim_world_schedule(world, stream->begin_ns, SIM_EVENT_TRX, i, TRX_BURST);
    }
}

/* --- what goes into a block ------------------------------------------------------------------ */

/* A transaction of the producer's own, that goes nowhere but into this block and expires with it.
 */
static BnetTrx add_filler(SimWorld *world, uint32_t slot)
{
    const ScenarioAmount *bytes = &world->scenario->chain.block.filler_bytes;
    int64_t slot_ns = bnet_store_slot_time_ns(&world->store, slot);
    uint64_t count = world->fillers++ & ((UINT64_C(1) << FILLER_BITS) - 1);
    uint64_t nonce = FILLER_BIT | (uint64_t)slot << FILLER_BITS | count;
    return bnet_store_add_trx(&world->store, nonce, bnet_store_second_after(&world->store, slot_ns),
                              (uint32_t)draw_amount(bytes, &world->random_filler) -
                                  BNET_STORE_RECEIPT_BYTES);
}

void sim_transactions_fill(SimWorld *world, uint32_t index, BnetBlockSpec *spec)
{
    const ScenarioBlock *limits = &world->scenario->chain.block;
    const BnetTrxs *waiting = &world->peers[index].node.trxs;
    int64_t time_ns =
        MAX(sim_clock_now(world, index), bnet_store_slot_time_ns(&world->store, spec->slot));
    GArray *trxs = world->block_trxs;
    g_array_set_size(trxs, 0);
    if (limits->filler_bytes.a > 0 || limits->filler_bytes.b > 0) {
        BnetTrx filler = add_filler(world, spec->slot);
        g_array_append_val(trxs, filler);
    }
    const uint32_t n_max = limits->max_transactions + trxs->len;
    spec->trxs = (const BnetTrx *)(const void *)trxs->data;
    spec->n_trxs = trxs->len;
    uint64_t bytes = bnet_store_spec_bytes(&world->store, spec) - bnet_varuint_bytes(trxs->len);
    for (uint32_t cursor = 0; trxs->len < n_max; cursor++) {
        BnetTrx trx = bnet_trxs_next(waiting, BNET_NO_SESSION, &cursor, time_ns);
        if (trx == BNET_NO_TRX)
            break;
        bytes += BNET_STORE_RECEIPT_BYTES + bnet_store_trx(&world->store, trx)->size;
        if (bytes + bnet_varuint_bytes(trxs->len + 1) > limits->max_bytes)
            break;
        g_array_append_val(trxs, trx);
    }
    spec->trxs = (const BnetTrx *)(const void *)trxs->data;
    spec->n_trxs = trxs->len;
}
