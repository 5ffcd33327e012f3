/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The trace hash: a rolling 64-bit hash of all that happens, kept for each peer and for the
 * network, joined in order of the peers. What goes in is the model's alone: times, numbers of peers
 * and ends, ids. Handles and addresses stay out, so that the hash depends on no order of
 * allocation.
 *
 * Left out are writes and fetches (SIM_SENT, SIM_WRITTEN, SIM_ASKED), which show in what is
 * delivered, and dials (SIM_DIALLED, SIM_UNDIALLED), which show in what is opened.
 *
 * Where somebody wants checkpoints there is a second hash besides, of the steps: an observer of all
 * that a trace has, in the order in which it happened to whomever. Two runs may have the same trace
 * hash and other steps: what happens to several peers at one instant has no order that either could
 * tell.
 */
#include <string.h>

#include "sim/internal.h"

#define PRIME UINT64_C(0x9e3779b97f4a7c15)

static inline uint64_t mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * PRIME;
    return hash ^ (hash >> 29);
}

static uint64_t little_u64(const uint8_t *bytes)
{
    uint64_t value;
    memcpy(&value, bytes, sizeof value);
    return GUINT64_FROM_LE(value);
}

static uint64_t mix_id(uint64_t hash, const BnetId *id)
{
    return mix(mix(hash, little_u64(id->bytes)), little_u64(id->bytes + 8));
}

static uint64_t mix_block(uint64_t hash, const SimWorld *world, BnetBlock block)
{
    if (block == BNET_NO_BLOCK)
        return mix(hash, 0);
    return mix_id(hash, &bnet_store_block(&world->store, block)->id);
}

static uint64_t mix_trx(uint64_t hash, const SimWorld *world, BnetTrx trx)
{
    return mix_id(hash, &bnet_store_trx(&world->store, trx)->id);
}

static uint64_t mix_notice(uint64_t hash, const SimWorld *world, const BnetMessage *message)
{
    BnetRingWalk walk = bnet_ring_walk(&message->u.notice);
    uint32_t item;
    while (bnet_ring_next(&walk, &world->pool, &item))
        hash = message->kind == BNET_MESSAGE_BLOCK_NOTICE ? mix_block(hash, world, item)
                                                          : mix_trx(hash, world, item);
    return hash;
}

static uint64_t mix_hello(uint64_t hash, const SimWorld *world, const BnetHello *hello)
{
    hash = mix(hash, little_u64(hello->peer_id.bytes + 2));
    hash = mix_id(hash, &hello->chain_id);
    hash = mix(hash, (uint64_t)hello->request_transactions << 1 | hello->irreversible_only);
    hash = mix(hash, hello->lib_number);
    if (hello->unknown_ids > 0 || !hello->version_1_0_1) /* of no honest hello */
        hash = mix(hash, (uint64_t)hello->unknown_ids << 1 | hello->version_1_0_1);
    return mix_block(mix_block(hash, world, hello->first), world, hello->head);
}

static uint64_t mix_message(uint64_t hash, const SimWorld *world, const BnetMessage *message)
{
    hash = mix(hash, message->kind);
    switch (message->kind) {
    case BNET_MESSAGE_HELLO:
        return mix_hello(hash, world, &message->u.hello);
    case BNET_MESSAGE_TRX_NOTICE:
    case BNET_MESSAGE_BLOCK_NOTICE:
        return mix_notice(hash, world, message);
    case BNET_MESSAGE_BLOCK:
        return mix_block(hash, world, message->u.block);
    case BNET_MESSAGE_TRX:
        return mix_trx(hash, world, message->u.trx);
    case BNET_MESSAGE_PING:
    case BNET_MESSAGE_PONG:
        hash = mix(hash, (uint64_t)message->u.ping.sent_ns);
        hash = mix(hash, message->u.ping.lib_number);
        return mix_id(hash, &message->u.ping.code);
    case BNET_MESSAGE_MALFORMED:
        return mix(hash, message->u.malformed.bytes);
    }
    g_assert_not_reached();
}

/* When something happened, what it was, and to which session end. */
static inline uint64_t mix_place(uint64_t hash, int64_t time_ns, SimHappeningKind kind,
                                 uint32_t end)
{
    return mix(mix(hash, (uint64_t)time_ns), (uint64_t)kind << 32 | end);
}

static uint64_t mix_effect(uint64_t hash, const SimWorld *world, const SimHappening *happening)
{
    switch (happening->kind) {
    case SIM_SENT:
    case SIM_DELIVERED:
        return mix_message(hash, world, happening->message);
    case SIM_OPENED:
        return mix(hash, happening->dialled);
    case SIM_CLOSED:
        return mix(hash, happening->reason);
    case SIM_VERDICT:
        return mix_block(mix(hash, happening->verdict), world, happening->block);
    case SIM_CHAIN:
        return mix_block(mix(hash, happening->event), world, happening->block);
    case SIM_PRODUCED:
    case SIM_PRUNED:
        return mix_block(hash, world, happening->block);
    case SIM_TRX:
        return mix_trx(hash, world, happening->trx);
    case SIM_FAULT:
        return mix(hash, g_str_hash(happening->text));
    case SIM_STARTED:
    case SIM_STOPPED:
    case SIM_WRITTEN:
    case SIM_ASKED:
    case SIM_DIALLED:
    case SIM_UNDIALLED:
    case SIM_HAPPENING_KINDS:
        return hash;
    }
    g_assert_not_reached();
}

/* --- the trace hash -------------------------------------------------------------------------- */

#define NOT_HASHED (1u << SIM_PRUNED | 1u << SIM_DIALLED | 1u << SIM_UNDIALLED)

void sim_hash_happening(SimWorld *world, const SimHappening *happening)
{
    if ((NOT_HASHED >> happening->kind) & 1)
        return;
    uint64_t *hash =
        happening->peer == SIM_NONE ? &world->hash : &world->peers[happening->peer].hash;
    uint64_t value = mix_place(*hash, happening->time_ns, happening->kind, happening->end);
    *hash = mix_effect(value, world, happening);
}

void sim_hash_delivered(SimWorld *world, uint32_t end, const BnetMessage *message)
{
    uint64_t *hash = &world->peers[world->ends[end].peer].hash;
    *hash = mix_message(mix_place(*hash, world->now_ns, SIM_DELIVERED, end), world, message);
}

void sim_hash_verdict(SimWorld *world, uint32_t peer, BnetBlock block, BnetVerdict verdict)
{
    uint64_t *hash = &world->peers[peer].hash;
    uint64_t value = mix_place(*hash, world->now_ns, SIM_VERDICT, SIM_NONE);
    *hash = mix_block(mix(value, verdict), world, block);
}

uint64_t sim_hash_of_world(const SimWorld *world)
{
    uint64_t hash = mix(world->hash, (uint64_t)world->now_ns);
    for (uint32_t p = 0; p < world->n_peers; p++)
        hash = mix(hash, world->peers[p].hash);
    return hash;
}

/* --- the steps ------------------------------------------------------------------------------- */

/* What goes on inside a peer, and no trace has. */
#define NO_STEPS (1u << SIM_WRITTEN | 1u << SIM_ASKED)

static void stepped(SimObserver *observer, SimWorld *world, const SimHappening *happening)
{
    SimSteps *self = (SimSteps *)observer;
    uint64_t hash = mix_place(self->hash, happening->time_ns, happening->kind, happening->end);
    hash = mix(hash, (uint64_t)happening->peer << 32 | happening->session);
    self->hash = mix_effect(hash, world, happening);
}

void sim_hash_steps(SimWorld *world)
{
    world->steps.observer = (SimObserver){
        .mask = ((1u << SIM_HAPPENING_KINDS) - 1) & ~NO_STEPS,
        .happened = stepped,
    };
    sim_world_observe(world, &world->steps.observer);
}
