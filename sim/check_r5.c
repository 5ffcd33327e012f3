/* SPDX-License-Identifier: Apache-2.0 */
/*
 * R5: a full block crosses a connection once, and once more, the other way, only if two copies meet
 * on the way: nobody sends what it has sent, or has taken in, on the same connection.
 *
 * What crossed is kept as stretches of the chain, four for each way of a connection: a block that
 * follows what the last one ends with makes that longer. Of more the oldest are forgotten, so a
 * block that comes again much later may go unseen; no block is taken for another. A block that is
 * 2048 blocks older than the newest one that crossed may have lost its mark, and may be sent again.
 */
#include "core/bits.h"
#include "sim/check.h"
#include "sim/look.h"

#define STRETCHES 4u

/* Blocks on one chain, both ends included; BNET_NO_BLOCK: none. */
typedef struct Stretch {
    BnetBlock first;
    BnetBlock last;
} Stretch;

/* What an end sent, and what it took in, the newest stretch first. */
typedef struct Crossed {
    Stretch sent[STRETCHES];
    Stretch taken[STRETCHES];
    BnetBlock newest;
} Crossed;

typedef struct CheckR5 {
    SimCheck check;
    Crossed **crossed; /* [ends]; NULL: no block yet */
    uint32_t n_ends;
} CheckR5;

static bool has(const BnetStore *store, const Stretch *stretches, BnetBlock block)
{
    for (uint32_t i = 0; i < STRETCHES && stretches[i].first != BNET_NO_BLOCK; i++) {
        const Stretch *s = &stretches[i];
        if (block < s->first || block > s->last) /* a child has a higher handle */
            continue;
        if (bnet_store_is_ancestor(store, s->first, block) &&
            bnet_store_is_ancestor(store, block, s->last))
            return true;
    }
    return false;
}

static void add(const BnetStore *store, Stretch *stretches, BnetBlock block)
{
    BnetBlock parent = bnet_store_block(store, block)->parent;
    for (uint32_t i = 0; i < STRETCHES && stretches[i].first != BNET_NO_BLOCK; i++)
        if (stretches[i].last == parent) {
            stretches[i].last = block;
            return;
        }
    for (uint32_t i = STRETCHES - 1; i > 0; i--)
        stretches[i] = stretches[i - 1];
    stretches[0] = (Stretch){block, block};
}

static Crossed *crossed_of(CheckR5 *self, uint32_t end)
{
    if (!self->crossed[end])
        self->crossed[end] = g_new0(Crossed, 1);
    return self->crossed[end];
}

static void violation(CheckR5 *self, SimWorld *world, const SimHappening *happening,
                      const char *what)
{
    SimSubject subject = sim_subject_of(happening, happening->message->u.block, BNET_NO_TRX);
    sim_check_violation_of(&self->check, world, &subject, "%s sent block %u to %s, %s",
                           sim_world_peer_name(world, happening->peer),
                           bnet_store_number(sim_world_store(world), subject.block),
                           sim_world_peer_name(world, happening->remote), what);
}

static void sent(CheckR5 *self, SimWorld *world, const SimHappening *happening)
{
    const BnetStore *store = sim_world_store(world);
    BnetBlock block = happening->message->u.block;
    Crossed *crossed = crossed_of(self, happening->end);
    bool evicted = crossed->newest > block + BNET_STATUS_BLOCKS_MAX - 64;
    self->check.judged = true;
    if (!evicted && has(store, crossed->sent, block))
        violation(self, world, happening, "once more on the same connection");
    if (!evicted && has(store, crossed->taken, block))
        violation(self, world, happening, "from which it had come on the same connection");
    add(store, crossed->sent, block);
    crossed->newest = MAX(crossed->newest, block);
}

static void delivered(CheckR5 *self, SimWorld *world, const SimHappening *happening)
{
    const BnetStore *store = sim_world_store(world);
    BnetBlock block = happening->message->u.block;
    Crossed *crossed = crossed_of(self, happening->end);
    if (has(store, crossed->sent, block))
        sim_look_probe(world, SIM_PROBE_BLOCK_CROSSING);
    add(store, crossed->taken, block);
    crossed->newest = MAX(crossed->newest, block);
}

static void happened(SimObserver *observer, SimWorld *world, const SimHappening *happening)
{
    CheckR5 *self = (CheckR5 *)observer;
    if (happening->kind == SIM_OPENED) {
        if (self->crossed[happening->end])
            *self->crossed[happening->end] = (Crossed){0};
        return;
    }
    if (!sim_world_is_honest(world, happening->peer))
        return;
    if (happening->kind == SIM_SENT)
        sent(self, world, happening);
    else
        delivered(self, world, happening);
}

static void check_free(SimCheck *check)
{
    CheckR5 *self = (CheckR5 *)check;
    for (uint32_t e = 0; e < self->n_ends; e++)
        g_free(self->crossed[e]);
    g_free(self->crossed);
    g_free(self);
}

SimCheck *sim_check_r5_new(SimWorld *world)
{
    CheckR5 *self = g_new0(CheckR5, 1);
    self->check.id = "R5";
    self->check.title = "a block crosses a connection once";
    self->check.observer.mask = 1u << SIM_SENT | 1u << SIM_DELIVERED | 1u << SIM_OPENED;
    self->check.observer.sent = self->check.observer.delivered = 1u << BNET_MESSAGE_BLOCK;
    self->check.observer.happened = happened;
    self->check.free = check_free;
    self->n_ends = sim_world_ends(world);
    self->crossed = g_new0(Crossed *, self->n_ends);
    return &self->check;
}
