/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/waits.h"

#include "sim/check.h"
#include "sim/look.h"

#define HOLDERS_MAX 2u

/* How the peer of an end stands with the one at the other side, which holds `block`. */
static void append_session(GString *out, const SimWorld *world, uint32_t end, BnetBlock block,
                           int64_t closed_ns)
{
    const BnetStore *store = sim_world_store(world);
    const BnetSession *theirs = sim_look_session(world, end ^ 1);
    g_autofree char *since = sim_time_text(closed_ns);
    if (sim_world_end_is_cut(world, end))
        g_string_append(out, "the link is cut");
    else if (!sim_world_end_is_open(world, end) && closed_ns > 0)
        g_string_append_printf(out, "session closed since %s", since);
    else if (!sim_world_end_is_open(world, end))
        g_string_append(out, "never connected");
    else if (!sim_world_end_is_open(world, end ^ 1))
        g_string_append(out, "it has closed the session");
    else if (theirs->state != BNET_SESSION_READY)
        g_string_append(out, "waits for hello");
    else if (!sim_look_wire_is_empty(world, end))
        g_string_append(out, "something is on its way");
    else if (!sim_look_is_idle(world, sim_world_end_peer(world, end ^ 1)))
        g_string_append(out, "its chain is busy");
    else if (bnet_store_is_ancestor(store, block, theirs->frontier))
        g_string_append(out, "it takes the block for known");
    else
        g_string_append(out, "session open, and it does not send it");
}

/* What the holder has sent the peer last. */
static void append_last(GString *out, SimWorld *world, uint32_t holder, uint32_t peer)
{
    g_autofree char *last = sim_causes_last(sim_world_causes(world), world, holder, peer);
    g_string_append_printf(out, ", last sent to it: %s", last);
}

/* The block that comes next on the way to `block`. */
static BnetBlock next_of(const BnetView *view, BnetBlock block)
{
    uint32_t fork =
        bnet_store_number(view->store, bnet_store_common(view->store, view->head, block));
    return fork < bnet_store_number(view->store, block)
               ? bnet_store_ancestor(view->store, block, fork + 1)
               : block;
}

/* The first block on the way that the peer has not got at all; `block`: it has them all. */
static BnetBlock missing_of(const BnetView *view, BnetBlock block)
{
    BnetBlock next = next_of(view, block);
    while (next != block && bnet_view_has(view, next))
        next = bnet_store_ancestor(view->store, block, bnet_store_number(view->store, next) + 1);
    return next;
}

SimSubject sim_waits_append(GString *out, SimWorld *world, uint32_t peer, BnetBlock block,
                            const int64_t *closed_ns)
{
    const BnetNode *node = sim_world_node(world, peer);
    BnetBlock missing = missing_of(&node->view, block);
    uint32_t holders = 0;
    SimSubject subject = {.peer = peer, .remote = UINT32_MAX, .block = missing, .talk = true};
    if (bnet_view_has(&node->view, missing)) {
        g_string_append_printf(out, "has block %u and does not switch to it",
                               bnet_store_number(node->view.store, missing));
        return subject;
    }
    g_string_append_printf(out, "waits for block %u", bnet_store_number(node->view.store, missing));
    for (uint32_t s = 0; s < node->n_sessions && holders < HOLDERS_MAX; s++) {
        uint32_t end = sim_world_session_end(world, peer, s);
        uint32_t other = sim_world_end_peer(world, end ^ 1);
        if (!sim_world_is_up(world, other) ||
            !bnet_view_applied(&sim_world_node(world, other)->view, missing))
            continue;
        if (holders++ == 0) {
            subject.peer = other;
            subject.remote = peer;
        }
        g_string_append_printf(out, "; %s has it: ", sim_world_peer_name(world, other));
        append_session(out, world, end, missing, closed_ns[end]);
        append_last(out, world, other, peer);
    }
    if (holders == 0)
        g_string_append(out, ", which no neighbour has");
    return subject;
}
