/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The frontier of a session (protocol section 4): the highest block of our best chain that the peer
 * has with certainty. Certain are the blocks marked in the session's status, our blocks up to the
 * lower of both LIBs, block 1, and every ancestor of a certain block.
 */
#include "core/session.h"

void bnet_frontier_begin(BnetSession *session)
{
    session->frontier = BNET_GENESIS;
    session->frontier_number = 1;
    session->ahead = BNET_AHEAD_UNKNOWN;
}

static void set(BnetSession *session, BnetBlock frontier, uint32_t number)
{
    session->frontier = frontier;
    session->frontier_number = number;
}

/* A certain block, on any fork, makes its newest ancestor on our best chain certain. One that is
 * built on our head is kept in mind until it is applied. */
static void raise_to(BnetSession *session, const BnetView *view, BnetBlock certain)
{
    if (bnet_store_number(view->store, certain) <= session->frontier_number)
        return;
    BnetBlock common = bnet_store_common(view->store, certain, view->head);
    uint32_t number = bnet_store_number(view->store, common);
    if (number > session->frontier_number)
        set(session, common, number);
    if (common == view->head && certain != view->head && certain > session->ahead)
        session->ahead = certain;
}

/* On what is older than the last irreversible event nothing depends any more: an applied block
 * comes after it, and so does the next such event. A block on it has a higher handle. */
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
    if (both > session->frontier_number)
        set(session, bnet_view_at(view, both), both);
}

/* The newest certain block that is the head or built on it; BNET_NO_BLOCK: there is none. It has a
 * higher handle than what it is built on. */
static BnetBlock find_ahead(const BnetSession *session, const BnetView *view)
{
    BnetBlock found = BNET_NO_BLOCK;
    BnetBlock known = bnet_status_above(&session->status, view->head - 1);
    for (; known != BNET_NO_BLOCK; known = bnet_status_above(&session->status, known)) {
        bnet_probe_steps(view->store->probes, 1);
        if (bnet_store_is_ancestor(view->store, view->head, known))
            found = known;
    }
    return found;
}

/* Certain blocks that are not descendants of the new head have no newer ancestor on our chain than
 * before; one that is makes the head itself certain. What was not built on the last head is not
 * built on this one. */
void bnet_frontier_applied(BnetSession *session, const BnetView *view)
{
    bnet_frontier_lib_moved(session, view);
    if (session->ahead == BNET_NO_BLOCK)
        return;
    bool holds = bnet_status_has(&session->status, session->ahead) &&
                 bnet_store_is_ancestor(view->store, view->head, session->ahead);
    if (!holds)
        session->ahead = find_ahead(session, view);
    if (session->ahead != BNET_NO_BLOCK)
        set(session, view->head, bnet_view_head_number(view));
    if (session->ahead == view->head)
        session->ahead = BNET_NO_BLOCK;
}

/* No certain block has a newer ancestor on the shorter chain than on the longer one. */
void bnet_frontier_unwound(BnetSession *session, const BnetEnv *env)
{
    const BnetView *view = env->view;
    BnetBlock before = session->frontier;
    BnetBlock common = bnet_store_common(view->store, before, view->head);
    set(session, common, bnet_store_number(view->store, common));
    session->ahead = BNET_AHEAD_UNKNOWN;
    if (session->frontier != before)
        bnet_probe(env->probes, BNET_PROBE_FRONTIER_FALLBACK);
}
