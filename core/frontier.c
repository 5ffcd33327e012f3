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

/* Of what is older than the last irreversible event nobody asks again: an applied block comes after
 * it, and so does the next such event. A block on it has a higher handle. */
void bnet_frontier_certain(BnetSession *session, const BnetEnv *env, BnetBlock block)
{
    if (bnet_status_mark(&session->status, block, env->view->announced_block))
        bnet_probe(env->probes, BNET_PROBE_STATUS_EVICTED);
    raise_to(session, env->view, block);
}

void bnet_frontier_lib_moved(BnetSession *session, const BnetView *view)
{
    uint32_t ours = bnet_view_lib_number(view);
    uint32_t both = session->peer_lib < ours ? session->peer_lib : ours;
    if (both > bnet_store_number(view->store, session->frontier))
        session->frontier = bnet_view_at(view, both);
}

/* Certain blocks that are not descendants of the new head have no newer ancestor on our chain than
 * before; one that is makes the head itself certain. A descendant has a higher handle. */
void bnet_frontier_applied(BnetSession *session, const BnetView *view)
{
    bnet_frontier_lib_moved(session, view);
    BnetBlock known = bnet_status_above(&session->status, view->head - 1);
    for (; known != BNET_NO_BLOCK; known = bnet_status_above(&session->status, known)) {
        bnet_probe_steps(view->store->probes, 1);
        if (!bnet_store_is_ancestor(view->store, view->head, known))
            continue;
        session->frontier = view->head;
        return;
    }
}

/* No certain block has a newer ancestor on the shorter chain than on the longer one. */
void bnet_frontier_unwound(BnetSession *session, const BnetEnv *env)
{
    const BnetView *view = env->view;
    BnetBlock before = session->frontier;
    session->frontier = bnet_store_common(view->store, session->frontier, view->head);
    if (session->frontier != before)
        bnet_probe(env->probes, BNET_PROBE_FRONTIER_FALLBACK);
}
