/* SPDX-License-Identifier: Apache-2.0 */
#include "core/session.h"

#include <string.h>

#include "core/deployed_session.h"

_Static_assert(sizeof(BnetPing) <= sizeof(((BnetChunk *)0)->items), "a pong waits in a chunk");

const char *bnet_close_reason_name(BnetCloseReason reason)
{
    static const char *const names[] = {
        "none",     "bad-block", "bad-pong", "wrong-chain", "self", "old-version", "redundant",
        "protocol", "malformed", "dead",     "resync",      "lost", "shutdown",
    };
    return names[reason];
}

/* --- actions --------------------------------------------------------------------------------- */

void bnet_actions_finish(BnetActions *actions)
{
    if (!actions)
        return;
    bnet_mem_resize(actions->items, 0);
    *actions = (BnetActions){0};
}

void bnet_actions_reserve(BnetActions *actions, uint32_t n)
{
    bnet_assert(actions->n == 0);
    if (actions->capacity >= n)
        return;
    actions->items = bnet_mem_resize(actions->items, n * sizeof *actions->items);
    actions->capacity = n;
}

BnetAction *bnet_session_act(const BnetSession *session, const BnetEnv *env, BnetActionKind kind)
{
    BnetActions *actions = env->actions;
    bnet_assert(actions->n < actions->capacity);
    BnetAction *action = &actions->items[actions->n++];
    action->kind = kind;
    action->session = session->slot;
    return action;
}

void bnet_session_close(BnetSession *session, const BnetEnv *env, BnetCloseReason reason)
{
    bnet_assert(bnet_session_is_open(session));
    if (reason >= BNET_CLOSE_BAD_BLOCK && reason <= BNET_CLOSE_RESYNC)
        bnet_probe(env->probes, BNET_PROBE_CLOSE_BAD_BLOCK + (reason - BNET_CLOSE_BAD_BLOCK));
    if (reason != BNET_CLOSE_LOST)
        bnet_session_act(session, env, BNET_ACTION_CLOSE)->u.reason = reason;
    bnet_session_drop_pong(session, env);
    bnet_ring_clear(&session->notices, env->pool);
    bnet_status_finish(&session->status);
    bnet_trxs_forget_session(env->trxs, session->slot);
    if (env->deployed)
        bnet_deployed_close(session, env);
    session->state = BNET_SESSION_FREE;
}

/* --- handshake ------------------------------------------------------------------------------- */

/* The oldest block that a hello lists: our LIB, or block 1 where there is none, but no more blocks
 * than fit into a message. The newest makes all before it certain, so nothing is lost. */
static BnetBlock oldest_listed(const BnetEnv *env)
{
    const BnetView *view = env->view;
    const uint32_t lib = bnet_view_lib_number(view);
    const uint32_t head = bnet_view_head_number(view);
    uint32_t first = lib == 0 ? 1 : lib;
    if (head - first >= BNET_HELLO_IDS_MAX) {
        first = head - BNET_HELLO_IDS_MAX + 1;
        bnet_probe(env->probes, BNET_PROBE_HELLO_CUT);
    }
    return bnet_store_ancestor(view->store, view->head, first);
}

/* Lists our applied best chain from our LIB to our head (section 3). */
static BnetHello hello_of(const BnetEnv *env, const BnetIdentity *self)
{
    const BnetView *view = env->view;
    const uint32_t lib = bnet_view_lib_number(view);
    const bool empty = lib == 0 && (self->quirks & BNET_QUIRK_EMPTY_HELLO);
    return (BnetHello){
        .peer_id = self->peer_id,
        .chain_id = view->store->chain_id,
        .request_transactions = self->request_transactions,
        .irreversible_only = self->follow_irreversible,
        .version_1_0_1 = true,
        .lib_number = lib,
        .first = empty ? BNET_NO_BLOCK : oldest_listed(env),
        .head = view->head,
    };
}

void bnet_session_open(BnetSession *session, const BnetEnv *env, const BnetIdentity *self,
                       uint32_t slot, bool dialled)
{
    memset(session, 0, sizeof *session);
    session->state = BNET_SESSION_HANDSHAKE;
    session->slot = slot;
    session->dialled = dialled;
    session->opened_ns = env->now_ns;
    session->last_received_ns = env->now_ns;
    session->last_ping_ns = BNET_TIME_NEVER;
    session->dropped_since_ns = BNET_TIME_NEVER;
    session->writing = true;
    if (env->deployed)
        bnet_deployed_open(session, env);
    bnet_session_act(session, env, BNET_ACTION_SEND)->u.message =
        (BnetMessage){.kind = BNET_MESSAGE_HELLO, .u.hello = hello_of(env, self)};
}

/* Both hellos are through: the session may send. */
static void become_ready(BnetSession *session, const BnetEnv *env)
{
    if (!session->hello_sent || !session->hello_received)
        return;
    session->state = BNET_SESSION_READY;
    bnet_session_choose(session, env);
}

static BnetCloseReason hello_refusal(const BnetSession *session, const BnetEnv *env,
                                     const BnetIdentity *self, const BnetHello *hello)
{
    if (session->hello_received && !bnet_has_quirk(env, BNET_QUIRK_EARLY_MESSAGES))
        return BNET_CLOSE_PROTOCOL;
    if (!bnet_id_equal(&hello->chain_id, &env->view->store->chain_id))
        return BNET_CLOSE_WRONG_CHAIN;
    if (memcmp(&hello->peer_id, &self->peer_id, sizeof self->peer_id) == 0)
        return BNET_CLOSE_SELF;
    if (self->follow_irreversible && !hello->version_1_0_1)
        return BNET_CLOSE_OLD_VERSION;
    return BNET_CLOSE_NONE;
}

/* What a peer tells of its chain that we cannot have. */
static void note_lib(const BnetEnv *env, uint32_t lib_number)
{
    if (lib_number > bnet_view_head_number(env->view))
        bnet_probe(env->probes, BNET_PROBE_PEER_LIB_AHEAD);
}

static void note_hello(const BnetEnv *env, const BnetHello *hello)
{
    note_lib(env, hello->lib_number);
    if (hello->first != BNET_NO_BLOCK && !bnet_view_has(env->view, hello->head))
        bnet_probe(env->probes, BNET_PROBE_HELLO_UNKNOWN);
}

bool bnet_session_hello(BnetSession *session, const BnetEnv *env, const BnetIdentity *self,
                        const BnetHello *hello)
{
    session->last_received_ns = env->now_ns;
    BnetCloseReason refusal = hello_refusal(session, env, self, hello);
    if (refusal != BNET_CLOSE_NONE) {
        bnet_session_close(session, env, refusal);
        return false;
    }
    note_hello(env, hello);
    session->hello_received = true;
    session->peer_id = hello->peer_id;
    session->peer_requests_trx = hello->request_transactions;
    session->peer_irreversible_only |=
        hello->irreversible_only; /* a repeated one takes nothing back */
    session->peer_lib = hello->lib_number;
    bnet_frontier_begin(session);
    bnet_frontier_lib_moved(session, env->view);
    /* The list is one chain: its newest block makes all the others certain. */
    if (hello->first != BNET_NO_BLOCK)
        bnet_frontier_certain(session, env, hello->head);
    if (env->deployed)
        bnet_deployed_hello(session, env, hello);
    become_ready(session, env);
    return true;
}

/* --- messages -------------------------------------------------------------------------------- */

/* The node's own marks go on beside those of the deployed plugin: they tell what was forgotten. */
void bnet_session_mark_trx(const BnetSession *session, const BnetEnv *env, BnetTrx trx)
{
    if (bnet_has_quirk(env, BNET_QUIRKS_OF_TRXS))
        bnet_deployed_mark_trx(session, env, trx);
    bnet_trxs_mark_known(env->trxs, session->slot, trx);
}

static void block_received(BnetSession *session, const BnetEnv *env, BnetBlock block)
{
    bnet_frontier_certain(session, env, block);
    if (env->deployed)
        bnet_deployed_received(session, env, block);
    const BnetTrx *trxs = bnet_store_block_trx(env->view->store, block);
    uint32_t n = bnet_store_block(env->view->store, block)->n_trx;
    for (uint32_t i = 0; i < n && session->peer_requests_trx; i++)
        bnet_session_mark_trx(session, env, trxs[i]);
    bnet_session_act(session, env, BNET_ACTION_SUBMIT_BLOCK)->u.block = block;
}

/* Ignored if we asked for none or it is expired; else known by the peer, and handed to the chain if
 * it is new. */
static void trx_received(BnetSession *session, const BnetEnv *env, const BnetIdentity *self,
                         BnetTrx trx)
{
    const BnetTrxInfo *info = bnet_store_trx(env->view->store, trx);
    if (!self->request_transactions || info->expires_ns < env->wall_ns) {
        bnet_probe(env->probes,
                   self->request_transactions ? BNET_PROBE_TRX_EXPIRED : BNET_PROBE_TRX_UNWANTED);
        return;
    }
    bool is_new =
        !bnet_trxs_is_pending(env->trxs, trx) && !bnet_bits_has(&env->view->included, trx);
    bnet_session_mark_trx(session, env, trx);
    if (is_new)
        bnet_session_act(session, env, BNET_ACTION_SUBMIT_TRX)->u.trx = trx;
    else
        bnet_probe(env->probes, BNET_PROBE_TRX_CROSSING);
}

static void blocks_noticed(BnetSession *session, const BnetEnv *env, const BnetRing *notice)
{
    BnetRingWalk walk = bnet_ring_walk(notice);
    BnetBlock before = session->frontier;
    BnetBlock block;
    while (bnet_ring_next(&walk, env->pool, &block)) {
        bnet_frontier_certain(session, env, block);
        if (env->deployed)
            bnet_deployed_noticed(session, env, &bnet_store_block(env->view->store, block)->id);
    }
    if (session->frontier != before)
        bnet_probe(env->probes, BNET_PROBE_FRONTIER_JUMP);
}

/* Those of our waiting transactions that it names become known by the peer; others are ignored. */
static void trxs_noticed(BnetSession *session, const BnetEnv *env, const BnetRing *notice)
{
    if (bnet_has_quirk(env, BNET_QUIRK_TRX_NOTICE_CLOSES)) {
        bnet_session_close(session, env, BNET_CLOSE_MALFORMED);
        return;
    }
    BnetRingWalk walk = bnet_ring_walk(notice);
    BnetTrx trx;
    while (bnet_ring_next(&walk, env->pool, &trx))
        if (bnet_trxs_is_pending(env->trxs, trx))
            bnet_session_mark_trx(session, env, trx);
}

static bool is_zero(const BnetId *code)
{
    return bnet_id_equal(code, &(BnetId){{0}});
}

/* Mostly it is sent in the same input: it has no place of its own in the session. */
static void queue_pong(BnetSession *session, const BnetEnv *env, const BnetPing *ping)
{
    const BnetPing pong = {.sent_ns = ping->sent_ns, .code = ping->code};
    session->pong = bnet_pool_take(env->pool);
    memcpy(env->pool->chunks[session->pong].items, &pong, sizeof pong);
}

void bnet_session_drop_pong(BnetSession *session, const BnetEnv *env)
{
    if (session->pong != 0)
        bnet_pool_give(env->pool, session->pong);
    session->pong = 0;
}

static void ping_received(BnetSession *session, const BnetEnv *env, const BnetPing *ping)
{
    const bool unanswered = bnet_has_quirk(env, BNET_QUIRK_ZERO_CODE) && is_zero(&ping->code);
    bnet_session_drop_pong(session, env);
    if (!unanswered)
        queue_pong(session, env, ping);
    note_lib(env, ping->lib_number);
    if (ping->lib_number > session->peer_lib)
        session->peer_lib = ping->lib_number;
    bnet_frontier_lib_moved(session, env->view);
    /* What was of no use when it was dropped is of use now. The peer need not have more to send. */
    if (session->dropped_number > 0 && session->dropped_since_ns == BNET_TIME_NEVER &&
        session->peer_lib > bnet_view_lib_number(env->view))
        session->dropped_since_ns = env->now_ns;
}

static void pong_received(BnetSession *session, const BnetEnv *env, const BnetPing *pong)
{
    if (!session->ping_pending || !bnet_id_equal(&pong->code, &session->ping_code)) {
        if (bnet_has_quirk(env, BNET_QUIRK_ZERO_CODE) && !session->ping_pending &&
            is_zero(&pong->code))
            return;
        bnet_session_close(session, env, BNET_CLOSE_BAD_PONG);
        return;
    }
    session->ping_pending = false;
    if (env->now_ns - session->last_ping_ns > BNET_PING_INTERVAL_NS)
        bnet_probe(env->probes, BNET_PROBE_PONG_LATE);
}

void bnet_session_message(BnetSession *session, const BnetEnv *env, const BnetIdentity *self,
                          const BnetMessage *message)
{
    session->last_received_ns = env->now_ns;
    if (message->kind == BNET_MESSAGE_MALFORMED) {
        bnet_session_close(session, env, BNET_CLOSE_MALFORMED);
        return;
    }
    if (!session->hello_received && !bnet_has_quirk(env, BNET_QUIRK_EARLY_MESSAGES)) {
        bnet_session_close(session, env, BNET_CLOSE_PROTOCOL);
        return;
    }
    switch (message->kind) {
    case BNET_MESSAGE_BLOCK:
        block_received(session, env, message->u.block);
        break;
    case BNET_MESSAGE_TRX:
        trx_received(session, env, self, message->u.trx);
        break;
    case BNET_MESSAGE_BLOCK_NOTICE:
        blocks_noticed(session, env, &message->u.notice);
        break;
    case BNET_MESSAGE_TRX_NOTICE:
        trxs_noticed(session, env, &message->u.notice);
        break;
    case BNET_MESSAGE_PING:
        ping_received(session, env, &message->u.ping);
        break;
    case BNET_MESSAGE_PONG:
        pong_received(session, env, &message->u.ping);
        break;
    case BNET_MESSAGE_HELLO:
    case BNET_MESSAGE_MALFORMED:
        bnet_assert(false);
        break;
    }
    bnet_session_choose(session, env);
}

void bnet_session_heard(BnetSession *session, const BnetEnv *env, uint32_t number)
{
    session->last_received_ns = env->now_ns;
    if (!session->hello_received && !bnet_has_quirk(env, BNET_QUIRK_EARLY_MESSAGES)) {
        bnet_session_close(session, env, BNET_CLOSE_PROTOCOL);
        return;
    }
    if (number > 0)
        bnet_session_dropped(session, env, number);
    bnet_session_choose(session, env);
}

void bnet_session_has(BnetSession *session, const BnetEnv *env, BnetBlock block)
{
    if (!session->hello_received)
        return;
    bnet_frontier_certain(session, env, block);
    bnet_session_choose(session, env);
}

/* --- what the driver and the chain report ---------------------------------------------------- */

void bnet_session_written(BnetSession *session, const BnetEnv *env)
{
    bnet_assert(session->writing);
    session->writing = false;
    if (session->state == BNET_SESSION_READY) {
        bnet_session_choose(session, env);
        return;
    }
    session->hello_sent = true;
    become_ready(session, env);
}

void bnet_session_ping_code(BnetSession *session, const BnetEnv *env, const BnetId *code)
{
    session->code_wanted = false;
    session->code_ready = true;
    session->ping_code = *code;
    bnet_session_choose(session, env);
}

void bnet_session_queue_notice(BnetSession *session, const BnetEnv *env, BnetBlock block)
{
    if (session->notices.count == BNET_NOTICES_MAX &&
        !bnet_has_quirk(env, BNET_QUIRK_UNBOUNDED_STATUS)) {
        bnet_ring_pop(&session->notices, env->pool);
        bnet_probe(env->probes, BNET_PROBE_NOTICE_DROPPED);
    }
    bnet_ring_push(&session->notices, env->pool, block);
}

/* Until the hellos are through there is nothing to notice: what the peer lacks it gets as
 * blocks. */
void bnet_session_header(BnetSession *session, const BnetEnv *env, BnetBlock block)
{
    if (session->state != BNET_SESSION_READY || session->peer_irreversible_only)
        return;
    if (bnet_has_quirk(env, BNET_QUIRK_LATE_NOTICE)) {
        bnet_deployed_hold_notice(session, env, block);
        return;
    }
    bnet_session_queue_notice(session, env, block);
    bnet_session_choose(session, env);
}

/* The peer knows of a block that has become irreversible. */
static bool knows_irreversible(const BnetSession *session, const BnetEnv *env, BnetBlock block)
{
    if (bnet_has_quirk(env, BNET_QUIRK_REVERSIBLE_TO_FOLLOWER))
        return bnet_deployed_has_sent(session, env, block);
    return bnet_status_has(&session->status, block);
}

void bnet_session_irreversible(BnetSession *session, const BnetEnv *env, BnetBlock block)
{
    if (env->deployed)
        bnet_deployed_irreversible(session, env, block);
    if (!session->hello_received)
        return;
    bnet_frontier_lib_moved(session, env->view);
    if (session->state == BNET_SESSION_READY && session->peer_irreversible_only &&
        !knows_irreversible(session, env, block))
        bnet_session_queue_notice(session, env, block);
    bnet_session_choose(session, env);
}

void bnet_session_applied(BnetSession *session, const BnetEnv *env)
{
    if (env->deployed)
        bnet_deployed_applied(session, env);
    if (!session->hello_received)
        return;
    bnet_frontier_applied(session, env->view);
    bnet_session_choose(session, env);
}

void bnet_session_unwound(BnetSession *session, const BnetEnv *env)
{
    if (session->hello_received)
        bnet_frontier_unwound(session, env);
}

void bnet_session_trx_accepted(BnetSession *session, const BnetEnv *env)
{
    bnet_session_choose(session, env);
}

void bnet_session_linked(BnetSession *session)
{
    session->dropped_since_ns = BNET_TIME_NEVER;
    session->dropped_number = 0;
}

/* A block of that number from this peer is of no use to us: it is not above our head, and the
 * peer's chain, as far as it has told, has no higher LIB than ours, by which it would be the better
 * one. */
static bool is_passed(const BnetSession *session, const BnetEnv *env, uint32_t number)
{
    return number <= bnet_view_head_number(env->view) &&
           session->peer_lib <= bnet_view_lib_number(env->view);
}

/* After 6 s the peer is out of step with us, unless we have passed all that was dropped. */
static void judge_dropped(BnetSession *session, const BnetEnv *env)
{
    if (session->dropped_since_ns == BNET_TIME_NEVER ||
        env->now_ns - session->dropped_since_ns < BNET_RESYNC_NS)
        return;
    if (is_passed(session, env, session->dropped_number)) {
        bnet_probe(env->probes, BNET_PROBE_RESYNC_AVERTED);
        bnet_session_linked(session);
    } else {
        bnet_session_close(session, env, BNET_CLOSE_RESYNC);
    }
}

void bnet_session_dropped(BnetSession *session, const BnetEnv *env, uint32_t number)
{
    if (bnet_has_quirk(env, BNET_QUIRK_UNLINKED_SEND))
        return;
    bool is_of_use = !is_passed(session, env, number);
    if (is_of_use)
        judge_dropped(session, env);
    if (!bnet_session_is_open(session))
        return;
    if (is_of_use && session->dropped_since_ns == BNET_TIME_NEVER)
        session->dropped_since_ns = env->now_ns;
    if (number > session->dropped_number)
        session->dropped_number = number;
}

/* --- time ------------------------------------------------------------------------------------ */

void bnet_session_timer(BnetSession *session, const BnetEnv *env, const BnetIdentity *self)
{
    if (!bnet_has_quirk(env, BNET_QUIRK_NO_TIMER) &&
        env->now_ns >= bnet_time_after(session->last_received_ns, self->idle_timeout_ns)) {
        bnet_session_close(session, env, BNET_CLOSE_DEAD);
        return;
    }
    judge_dropped(session, env);
    bnet_session_choose(session, env);
}
