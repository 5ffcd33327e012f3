/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Choosing the next message (protocol section 5): the first that applies of notices, pong, ping,
 * block, transaction. All choosing happens here.
 */
#include <string.h>

#include "core/deployed_session.h"
#include "core/session.h"

/* What is sent, to be filled in: nothing but the kind is set. */
static BnetMessage *send(BnetSession *session, const BnetEnv *env, BnetMessageKind kind)
{
    BnetMessage *message = &bnet_session_act(session, env, BNET_ACTION_SEND)->u.message;
    message->kind = kind;
    session->writing = true;
    return message;
}

/* All queued notices, in one message. */
static bool send_notices(BnetSession *session, const BnetEnv *env)
{
    if (session->notices.count == 0)
        return false;
    send(session, env, BNET_MESSAGE_BLOCK_NOTICE)->u.notice = session->notices;
    session->notices = (BnetRing){0};
    return true;
}

static bool send_pong(BnetSession *session, const BnetEnv *env)
{
    if (session->pong == 0)
        return false;
    BnetPing *pong = &send(session, env, BNET_MESSAGE_PONG)->u.ping;
    memcpy(pong, env->pool->chunks[session->pong].items, sizeof *pong);
    bnet_session_drop_pong(session, env);
    return true;
}

/* The first as soon as nothing goes before it, then 3 s after our last if it has been answered. A
 * ping that is due asks the driver for its code first, which counts as being busy. */
static bool send_ping(BnetSession *session, const BnetEnv *env)
{
    if (session->last_ping_ns != BNET_TIME_NEVER &&
        env->now_ns - session->last_ping_ns < BNET_PING_INTERVAL_NS)
        return false;
    if (session->ping_pending) {
        bnet_probe(env->probes, BNET_PROBE_PING_HELD);
        return bnet_has_quirk(env, BNET_QUIRK_PING_BLOCKS_SENDING);
    }
    if (bnet_has_quirk(env, BNET_QUIRK_PREDICTABLE_CODE)) {
        session->ping_code = bnet_deployed_ping_code(env->wall_ns);
        session->code_ready = true;
    }
    if (!session->code_ready) {
        session->code_wanted = true;
        bnet_session_act(session, env, BNET_ACTION_PING_CODE);
        return true;
    }
    session->code_ready = false;
    session->ping_pending = true;
    session->last_ping_ns = env->now_ns;
    send(session, env, BNET_MESSAGE_PING)->u.ping = (BnetPing){
        .sent_ns = env->wall_ns - env->wall_ns % BNET_NS_PER_US, /* as on the wire */
        .code = session->ping_code,
        .lib_number = bnet_has_quirk(env, BNET_QUIRK_TRAILING_LIB)
                          ? bnet_deployed_lib(session, env)
                          : bnet_view_lib_number(env->view),
    };
    return true;
}

/* The child of the frontier, unless the peer's LIB has reached it (then the peer has it, or cannot
 * use it), or it is above our LIB and the peer wants irreversible blocks only. There our LIB counts
 * as far as its events have come, so that the notice of a block goes before the block. */
uint32_t bnet_session_next_block(const BnetSession *session, const BnetView *view)
{
    uint32_t number = session->frontier_number + 1;
    uint32_t last = session->peer_irreversible_only ? view->announced : bnet_view_head_number(view);
    return number <= last && number > session->peer_lib ? number : 0;
}

static uint32_t next_block(const BnetSession *session, const BnetEnv *env)
{
    if (bnet_has_quirk(env, BNET_QUIRKS_OF_POSITION))
        return bnet_deployed_next_block(session, env);
    return bnet_session_next_block(session, env->view);
}

/* There is a next block, and it has to become irreversible first. */
static bool is_held_back(const BnetSession *session, const BnetView *view)
{
    uint32_t number = session->frontier_number + 1;
    return session->peer_irreversible_only && number <= bnet_view_head_number(view) &&
           number > view->announced;
}

static bool fetch_block(BnetSession *session, const BnetEnv *env)
{
    uint32_t number = next_block(session, env);
    if (number == 0) {
        if (is_held_back(session, env->view))
            bnet_probe(env->probes, BNET_PROBE_IRREVERSIBLE_SKIP);
        return false;
    }
    session->fetching = true;
    bnet_session_act(session, env, BNET_ACTION_FETCH_BLOCK)->u.number = number;
    return true;
}

static void send_trx(BnetSession *session, const BnetEnv *env)
{
    if (!session->peer_requests_trx)
        return;
    BnetTrx trx = BNET_NO_TRX;
    if (bnet_has_quirk(env, BNET_QUIRKS_OF_TRXS))
        trx = bnet_deployed_next_trx(session, env);
    else if (env->trxs->n_pending > 0)
        trx = bnet_trxs_next(env->trxs, session->slot, &session->trx_cursor, env->wall_ns);
    if (trx == BNET_NO_TRX)
        return;
    bnet_session_mark_trx(session, env, trx);
    send(session, env, BNET_MESSAGE_TRX)->u.trx = trx;
}

static bool is_idle(const BnetSession *session)
{
    return session->state == BNET_SESSION_READY && !session->writing && !session->fetching &&
           !session->code_wanted;
}

/* H10: neither blocks nor transactions. */
static bool is_silent(const BnetSession *session, const BnetEnv *env)
{
    return bnet_has_quirk(env, BNET_QUIRK_SILENT_UNTIL_BLOCK) &&
           !bnet_deployed_has_head(session, env);
}

void bnet_session_choose(BnetSession *session, const BnetEnv *env)
{
    if (!is_idle(session))
        return;
    if (send_notices(session, env) || send_pong(session, env) || send_ping(session, env) ||
        is_silent(session, env) || fetch_block(session, env))
        return;
    send_trx(session, env);
}

void bnet_session_choose_trx(BnetSession *session, const BnetEnv *env)
{
    if (is_idle(session))
        send_trx(session, env);
}

/* What was fetched is still the block to be sent. */
static bool takes_fetched(const BnetSession *session, const BnetEnv *env, BnetBlock block)
{
    if (bnet_has_quirk(env, BNET_QUIRK_UNLINKED_SEND))
        return bnet_deployed_takes(session, env, block);
    uint32_t number = next_block(session, env);
    return block != BNET_NO_BLOCK && number != 0 && bnet_view_at(env->view, number) == block;
}

/* A block that is no longer the child of the frontier on our best chain is not sent (what the peer
 * came to know meanwhile moved the frontier), and the choice is made anew. */
void bnet_session_fetched(BnetSession *session, const BnetEnv *env, BnetBlock block)
{
    session->fetching = false;
    if (!takes_fetched(session, env, block)) {
        bool known = block != BNET_NO_BLOCK && bnet_status_has(&session->status, block);
        bnet_probe(env->probes, known ? BNET_PROBE_FETCH_KNOWN : BNET_PROBE_FETCH_MOVED);
        bnet_session_choose(session, env);
        return;
    }
    bnet_frontier_certain(session, env, block);
    const BnetTrx *trxs = bnet_store_block_trx(env->view->store, block);
    uint32_t n = bnet_store_block(env->view->store, block)->n_trx;
    for (uint32_t i = 0; i < n && session->peer_requests_trx; i++)
        bnet_session_mark_trx(session, env, trxs[i]);
    send(session, env, BNET_MESSAGE_BLOCK)->u.block = block;
}
