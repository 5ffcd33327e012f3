/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The frontier of a session (protocol section 4): the highest block of our best chain that the peer
 * has with certainty. Certain are the blocks marked in the session's status, our blocks up to the
 * lower of both LIBs, block 1, and every ancestor of a certain block.
 */
#include "core/session.h"

/* A certain block, on any fork, makes its newest ancestor on our best chain certain. */
static void raise_to(BnetSession *session, const BnetView *view, BnetBlock certain)
{
    BnetBlock common = bnet_store_common(view->store, certain, view->head);
    if (bnet_store_number(view->store, common) > bnet_store_number(view->store, session->frontier))
        session->frontier = common;
}

void bnet_frontier_certain(BnetSession *session, const BnetView *view, BnetBlock block)
{
    bnet_status_mark(&session->status, block);
    raise_to(session, view, block);
}

void bnet_frontier_lib_moved(BnetSession *session, const BnetView *view)
{
    uint32_t ours = bnet_view_lib_number(view);
    uint32_t both = session->peer_lib < ours ? session->peer_lib : ours;
    if (both > bnet_store_number(view->store, session->frontier))
        session->frontier = bnet_view_at(view, both);
}

void bnet_frontier_head_moved(BnetSession *session, const BnetView *view)
{
    session->frontier = bnet_store_common(view->store, session->frontier, view->head);
    bnet_frontier_lib_moved(session, view);
    /* Whatever could raise it further is a descendant of the frontier, so its handle is higher. */
    BnetBlock known = bnet_status_above(&session->status, session->frontier);
    for (; known != BNET_NO_BLOCK; known = bnet_status_above(&session->status, known))
        raise_to(session, view, known);
}
