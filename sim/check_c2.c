/* SPDX-License-Identifier: Apache-2.0 */
/*
 * C2: a hello lists exactly the applied best chain from the LIB to the head, both included; from
 * block 1 where the LIB is 0. A chain that is longer than a message may be is cut at its old end.
 * O(log n) for a hello.
 */
#include "sim/check.h"

static BnetBlock oldest_listed(const BnetView *view)
{
    uint32_t head = bnet_view_head_number(view);
    uint32_t first = MAX(bnet_view_lib_number(view), 1);
    if (head - first >= BNET_HELLO_IDS_MAX)
        first = head - BNET_HELLO_IDS_MAX + 1;
    return bnet_view_at(view, first);
}

static void happened(SimObserver *observer, SimWorld *world, const SimHappening *happening)
{
    SimCheck *self = (SimCheck *)observer;
    if (!sim_world_is_honest(world, happening->peer))
        return;
    self->judged = true;
    const BnetView *view = &sim_world_node(world, happening->peer)->view;
    const BnetHello *hello = &happening->message->u.hello;
    uint32_t lib = bnet_view_lib_number(view);
    if (hello->first == oldest_listed(view) && hello->head == view->head &&
        hello->unknown_ids == 0 && hello->lib_number == lib)
        return;
    g_autofree char *listed =
        hello->first == BNET_NO_BLOCK
            ? g_strdup("none of its blocks")
            : g_strdup_printf("blocks %u to %u", bnet_store_number(view->store, hello->first),
                              bnet_store_number(view->store, hello->head));
    sim_check_violation_in(
        self, world, happening,
        "%s listed %s and %u others in its hello to %s, LIB %u; its chain is %u to %u, LIB %u",
        sim_world_peer_name(world, happening->peer), listed, hello->unknown_ids,
        sim_world_peer_name(world, happening->remote), hello->lib_number,
        bnet_store_number(view->store, oldest_listed(view)), bnet_view_head_number(view), lib);
}

SimCheck *sim_check_c2_new(SimWorld *world)
{
    (void)world;
    SimCheck *self = g_new0(SimCheck, 1);
    self->id = "C2";
    self->title = "a hello lists the best chain from LIB to head";
    self->observer.sent = 1u << BNET_MESSAGE_HELLO;
    self->observer.happened = happened;
    return self;
}
