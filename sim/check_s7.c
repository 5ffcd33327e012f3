/* SPDX-License-Identifier: Apache-2.0 */
/*
 * S7: a peer whose hello asked for irreversible blocks only gets no block above the sender's LIB,
 * and notices of irreversible blocks only. O(log n) for a block and each notice.
 */
#include "sim/check.h"

static bool is_irreversible(const BnetView *view, BnetBlock block)
{
    return view->lib != BNET_NO_BLOCK && bnet_store_is_ancestor(view->store, block, view->lib);
}

static void judge(SimCheck *self, SimWorld *world, const SimHappening *happening, BnetBlock block)
{
    const BnetView *view = &sim_world_node(world, happening->peer)->view;
    sim_check_judges(self);
    SimSubject subject = sim_subject_of(happening, block, BNET_NO_TRX);
    if (block == BNET_GENESIS || is_irreversible(view, block))
        return;
    subject.also = SIM_ALSO_PINGS;
    sim_check_violation_of(
        self, world, &subject,
        "%s sent %sblock %u to %s, which follows irreversible blocks; its own LIB "
        "is %u",
        sim_world_peer_name(world, happening->peer),
        happening->message->kind == BNET_MESSAGE_BLOCK ? "" : "a notice of ",
        bnet_store_number(view->store, block), sim_world_peer_name(world, happening->remote),
        bnet_view_lib_number(view));
}

static void happened(SimObserver *observer, SimWorld *world, const SimHappening *happening)
{
    SimCheck *self = (SimCheck *)observer;
    const BnetMessage *message = happening->message;
    bool has_blocks =
        message->kind == BNET_MESSAGE_BLOCK || message->kind == BNET_MESSAGE_BLOCK_NOTICE;
    if (!has_blocks || !sim_world_is_honest(world, happening->peer))
        return;
    if (message->kind == BNET_MESSAGE_BLOCK) {
        judge(self, world, happening, message->u.block);
        return;
    }
    BnetRingWalk walk = bnet_ring_walk(&message->u.notice);
    BnetBlock block;
    while (bnet_ring_next(&walk, sim_world_pool(world), &block))
        judge(self, world, happening, block);
}

SimCheck *sim_check_s7_new(SimWorld *world)
{
    (void)world;
    SimCheck *self = g_new0(SimCheck, 1);
    self->id = "S7";
    self->title = "who follows irreversible blocks gets no others";
    self->observer.traits = SIM_TRAIT_FOLLOWER;
    self->observer.near = 1u << SIM_SENT;
    self->observer.happened = happened;
    return self;
}
