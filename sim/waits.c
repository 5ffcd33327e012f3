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

/* What was sent to the end last. */
static void append_last(GString *out, SimWorld *world, uint32_t end)
{
    g_autofree char *last = sim_causes_last(sim_world_causes(world), world, end ^ 1);
    g_string_append_printf(out, ", last sent to it: %s", last);
}

/* Of two connections with a neighbour the other one tells more: it is open, or was so later. */
static bool is_outdone(const SimWorld *world, uint32_t end, const int64_t *closed_ns)
{
    uint32_t twin = sim_look_twin(world, end);
    if (twin == UINT32_MAX)
        return false;
    bool is_open = sim_world_end_is_open(world, end);
    if (is_open != sim_world_end_is_open(world, twin))
        return !is_open;
    if (!is_open && closed_ns[end] != closed_ns[twin])
        return closed_ns[end] < closed_ns[twin];
    return twin < end;
}

/* The neighbour at the other side has the block, and its entry is that of this end. */
static bool is_told(const SimWorld *world, uint32_t end, BnetBlock block, const int64_t *closed_ns)
{
    uint32_t other = sim_world_end_peer(world, end ^ 1);
    return sim_world_is_up(world, other) &&
           bnet_view_applied(&sim_world_node(world, other)->view, block) &&
           !is_outdone(world, end, closed_ns);
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
    SimSubject subject = sim_subject_of_session(peer, UINT32_MAX);
    g_autofree char *name = sim_block_name(world, missing);
    subject.block = missing;
    if (bnet_view_has(&node->view, missing)) {
        g_string_append_printf(out, "has %s and does not switch to it", name);
        return subject;
    }
    g_string_append_printf(out, "waits for %s", name);
    for (uint32_t s = 0; s < node->n_sessions && holders < HOLDERS_MAX; s++) {
        uint32_t end = sim_world_session_end(world, peer, s);
        uint32_t other = sim_world_end_peer(world, end ^ 1);
        if (!is_told(world, end, missing, closed_ns))
            continue;
        if (holders++ == 0) {
            subject.peer = other;
            subject.remote = peer;
            subject.end = end ^ 1;
        }
        g_string_append_printf(out, "; %s has it: ", sim_world_peer_name(world, other));
        append_session(out, world, end, missing, closed_ns[end]);
        append_last(out, world, end);
    }
    if (holders == 0)
        g_string_append(out, ", which no neighbour has");
    return subject;
}
