/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a message costs the peer that takes it in, in steps of loops.
 */
#include "sim/internal.h"

static uint32_t items_of(const SimWorld *world, const BnetMessage *message)
{
    if (message->kind == BNET_MESSAGE_BLOCK_NOTICE || message->kind == BNET_MESSAGE_TRX_NOTICE)
        return message->u.notice.count;
    if (message->kind == BNET_MESSAGE_BLOCK)
        return bnet_store_block(&world->store, message->u.block)->n_trx;
    return 0;
}

void sim_work_message(SimWorld *world, uint32_t end, const BnetMessage *message)
{
    SimEnd *e = &world->ends[end];
    uint64_t before = world->probes.core.steps;
    bnet_node_message(&world->peers[e->peer].node, e->slot, message, world->now_ns);
    uint64_t steps = world->probes.core.steps - before;
    world->work.steps = 0;
    if (steps > SIM_WORK_ITEMS * SIM_WORK_STEPS_PER_BIT &&
        steps > SIM_WORK_ITEMS * SIM_WORK_STEPS_PER_BIT * g_bit_storage(world->store.n_blocks))
        world->work = (SimWork){end, message->kind, items_of(world, message), steps};
}
