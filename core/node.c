/* SPDX-License-Identifier: Apache-2.0 */
#include "core/node.h"

#include <string.h>

#include "core/deployed_session.h"

/* A session emits at most three actions an input, and may be closed besides. */
#define ACTIONS_PER_SESSION 4u

/* --- life ------------------------------------------------------------------------------------ */

/* NULL for no bytes. */
static void *cleared(size_t bytes)
{
    void *memory = bnet_mem_resize(NULL, bytes);
    return bytes > 0 ? memset(memory, 0, bytes) : NULL;
}

void bnet_node_init(BnetNode *node, const BnetShared *shared, uint32_t n_sessions)
{
    memset(node, 0, sizeof *node);
    node->pool = shared->pool;
    node->n_sessions = n_sessions;
    node->sessions = cleared(n_sessions * sizeof *node->sessions);
    node->tags = cleared(n_sessions * sizeof *node->tags);
    node->actions = shared->actions;
    bnet_actions_reserve(node->actions, (n_sessions + 1) * ACTIONS_PER_SESSION);
    node->view.store = shared->store;
    bnet_blame_init(&node->blame);
    bnet_trxs_init(&node->trxs, shared->store, n_sessions);
}

/* What sessions have besides, if they have quirks. */
static void start_deployed(BnetNode *node)
{
    if (node->deployed != NULL || node->self.quirks == 0)
        return;
    node->deployed = cleared(node->n_sessions * sizeof *node->deployed);
}

static void finish_deployed(BnetNode *node)
{
    for (uint32_t i = 0; i < node->n_sessions && node->deployed; i++)
        bnet_deployed_session_finish(&node->deployed[i], node->pool);
    bnet_mem_resize(node->deployed, 0);
}

void bnet_node_finish(BnetNode *node)
{
    if (!node)
        return;
    bnet_view_finish(&node->view);
    bnet_trxs_finish(&node->trxs);
    bnet_blame_finish(&node->blame);
    finish_deployed(node);
    for (uint32_t i = 0; i < node->n_sessions; i++)
        bnet_status_finish(&node->sessions[i].status);
    bnet_mem_resize(node->sessions, 0);
    bnet_mem_resize(node->tags, 0);
    memset(node, 0, sizeof *node);
}

void bnet_node_start(BnetNode *node, const BnetIdentity *self, BnetBlock head)
{
    const BnetStore *store = node->view.store;
    bool credulous = node->view.credulous;
    bnet_view_finish(&node->view);
    bnet_view_init(&node->view, store, head);
    node->view.credulous = credulous;
    bnet_node_restart(node, self);
}

void bnet_node_restart(BnetNode *node, const BnetIdentity *self)
{
    node->self = *self;
    node->view.quirks = self->quirks;
    node->view.owes_event = false;
    start_deployed(node);
    node->actions->env.view = NULL; /* it is another one with other quirks */
    node->view.returned.n = 0;
    const uint64_t refused = node->trxs.refused; /* by all processes of the node */
    bnet_trxs_finish(&node->trxs);
    bnet_trxs_init(&node->trxs, node->view.store, node->n_sessions);
    node->trxs.refused = refused;
}

/* --- the environment of an input ------------------------------------------------------------- */

/* The last input was that of another node. */
static void take_turn(BnetNode *node, BnetEnv *env)
{
    *env = (BnetEnv){
        .view = &node->view,
        .trxs = &node->trxs,
        .pool = node->pool,
        .actions = node->actions,
        .quirks = node->self.quirks,
        .deployed = node->self.quirks ? node->deployed : NULL,
    };
}

/* What the sessions may take of what they share is reserved here: a chunk for a notice each and one
 * for a pong, a transaction entry for each transaction that the input names. */
static const BnetEnv *enter(BnetNode *node, int64_t now_ns, uint32_t trxs)
{
    bnet_assert(node->actions->n == 0);
    BnetEnv *env = &node->actions->env;
    if (env->view != &node->view)
        take_turn(node, env);
    env->now_ns = now_ns;
    env->wall_ns = bnet_clock_at(&node->clock, now_ns);
    env->probes = node->probes;
    bnet_pool_reserve(node->pool, node->n_sessions + 1);
    bnet_trxs_reserve(&node->trxs, trxs, env->wall_ns);
    return env;
}

static uint32_t trxs_in(const BnetNode *node, BnetBlock block)
{
    return block == BNET_NO_BLOCK ? 0 : bnet_store_block(node->view.store, block)->n_trx;
}

static BnetSession *open_session(BnetNode *node, uint32_t slot)
{
    bnet_assert(slot < node->n_sessions);
    BnetSession *session = &node->sessions[slot];
    bnet_assert(bnet_session_is_open(session));
    return session;
}

static void close_session(BnetNode *node, BnetSession *session, const BnetEnv *env,
                          BnetCloseReason reason)
{
    if (bnet_session_is_open(session))
        bnet_session_close(session, env, reason);
    bnet_blame_drop_session(&node->blame, session->slot);
}

/* A session may close itself during an input: its blame ends with it. */
static void after_input(BnetNode *node, const BnetSession *session)
{
    if (!bnet_session_is_open(session))
        bnet_blame_drop_session(&node->blame, session->slot);
}

void bnet_node_stop(BnetNode *node, int64_t now_ns)
{
    const BnetEnv *env = enter(node, now_ns, 0);
    for (uint32_t i = 0; i < node->n_sessions; i++)
        if (bnet_session_is_open(&node->sessions[i]))
            close_session(node, &node->sessions[i], env, BNET_CLOSE_SHUTDOWN);
    bnet_node_actions_done(node);
}

/* --- redundant connections (protocol section 6, hello) --------------------------------------- */

/* Of two in opposite directions the one dialled by the smaller peer id stays, of two in the same
 * direction the older. Both sides decide alike. */
static BnetSession *redundant_of(const BnetNode *node, BnetSession *a, BnetSession *b)
{
    if (a->dialled == b->dialled)
        return a->opened_ns > b->opened_ns || (a->opened_ns == b->opened_ns && a->slot > b->slot)
                   ? a
                   : b;
    bool we_are_smaller = memcmp(&node->self.peer_id, &a->peer_id, sizeof a->peer_id) < 0;
    return a->dialled == we_are_smaller ? b : a;
}

/* The deployed plugin closes the one that said hello last (H8, H20). */
static BnetSession *loser_of(const BnetNode *node, BnetSession *newcomer, BnetSession *other)
{
    const BnetQuirks quirk =
        newcomer->dialled == other->dialled ? BNET_QUIRK_NEWCOMER_CLOSES : BNET_QUIRK_BOTH_CLOSE;
    return node->self.quirks & quirk ? newcomer : redundant_of(node, newcomer, other);
}

/* Few bytes of an id, never 0: equal ids have equal tags. */
static uint32_t tag_of(const BnetKey *id)
{
    const uint8_t *bytes = id->bytes + 2;
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | 1;
}

/* A node may have very many sessions: those with another tag are passed over without a look. */
static void close_redundant(BnetNode *node, BnetSession *session, const BnetEnv *env)
{
    const uint32_t tag = tag_of(&session->peer_id);
    node->tags[session->slot] = tag;
    for (uint32_t i = 0; i < node->n_sessions; i++) {
        BnetSession *other = &node->sessions[i];
        if (node->tags[i] != tag)
            continue;
        if (other == session || !bnet_session_is_open(other) || !other->hello_received)
            continue;
        if (memcmp(&other->peer_id, &session->peer_id, sizeof other->peer_id) != 0)
            continue;
        BnetSession *loser = loser_of(node, session, other);
        bnet_probe(node->probes, session->dialled == other->dialled
                                     ? BNET_PROBE_REDUNDANT_SAME
                                     : BNET_PROBE_REDUNDANT_OPPOSITE);
        close_session(node, loser, env, BNET_CLOSE_REDUNDANT);
        if (loser == session)
            return;
    }
}

/* --- transport ------------------------------------------------------------------------------- */

void bnet_node_open(BnetNode *node, uint32_t slot, bool dialled, int64_t now_ns)
{
    bnet_assert(slot < node->n_sessions && !bnet_session_is_open(&node->sessions[slot]));
    const BnetEnv *env = enter(node, now_ns, 0);
    node->tags[slot] = 0;
    bnet_session_open(&node->sessions[slot], env, &node->self, slot, dialled);
}

static uint32_t trxs_named(const BnetNode *node, const BnetMessage *message)
{
    if (message->kind == BNET_MESSAGE_BLOCK)
        return trxs_in(node, message->u.block);
    return message->kind == BNET_MESSAGE_TRX ? 1 : 0;
}

/* The session sent the block: blame is noted, unless the message is refused, or not tracked
 * (H5). */
static void note_sender(BnetNode *node, const BnetSession *session, BnetBlock block,
                        const BnetEnv *env)
{
    if (!session->hello_received && !bnet_has_quirk(env, BNET_QUIRK_EARLY_MESSAGES))
        return;
    if (bnet_has_quirk(env, BNET_QUIRK_EVADABLE_BLAME) &&
        !bnet_deployed_received(session, env, block))
        return;
    bnet_blame_add(&node->blame, block, session->slot);
}

void bnet_node_message(BnetNode *node, uint32_t slot, const BnetMessage *message, int64_t now_ns)
{
    BnetSession *session = open_session(node, slot);
    const BnetEnv *env = enter(node, now_ns, trxs_named(node, message));
    if (message->kind == BNET_MESSAGE_HELLO) {
        if (bnet_session_hello(session, env, &node->self, &message->u.hello))
            close_redundant(node, session, env);
    } else {
        if (message->kind == BNET_MESSAGE_BLOCK)
            note_sender(node, session, message->u.block, env);
        bnet_session_message(session, env, &node->self, message);
    }
    after_input(node, session);
}

void bnet_node_listed(BnetNode *node, uint32_t slot, const BnetId *id, int64_t now_ns)
{
    const BnetSession *session = open_session(node, slot);
    if (node->self.quirks == 0)
        return;
    const BnetEnv *env = enter(node, now_ns, 0);
    bnet_deployed_noticed(session, env, id);
}

void bnet_node_dropped(BnetNode *node, uint32_t slot, uint32_t number, int64_t now_ns)
{
    BnetSession *session = open_session(node, slot);
    bnet_session_heard(session, enter(node, now_ns, 0), number);
    after_input(node, session);
}

void bnet_node_has(BnetNode *node, uint32_t slot, BnetBlock block, int64_t now_ns)
{
    bnet_session_has(open_session(node, slot), enter(node, now_ns, 0), block);
}

void bnet_node_written(BnetNode *node, uint32_t slot, int64_t now_ns)
{
    bnet_session_written(open_session(node, slot), enter(node, now_ns, 0));
}

void bnet_node_lost(BnetNode *node, uint32_t slot, int64_t now_ns)
{
    const BnetEnv *env = enter(node, now_ns, 0);
    close_session(node, open_session(node, slot), env, BNET_CLOSE_LOST);
}

void bnet_node_timer(BnetNode *node, uint32_t slot, int64_t now_ns)
{
    BnetSession *session = open_session(node, slot);
    const BnetEnv *env = enter(node, now_ns, 0);
    bnet_session_timer(session, env, &node->self);
    after_input(node, session);
}

void bnet_node_fetched(BnetNode *node, uint32_t slot, BnetBlock block, int64_t now_ns)
{
    BnetSession *session = open_session(node, slot);
    const BnetEnv *env = enter(node, now_ns, trxs_in(node, block));
    bnet_session_fetched(session, env, block);
}

void bnet_node_ping_code(BnetNode *node, uint32_t slot, const BnetId *code, int64_t now_ns)
{
    bnet_session_ping_code(open_session(node, slot), enter(node, now_ns, 0), code);
}

/* --- blocks ---------------------------------------------------------------------------------- */

/* The disconnect-on-invalid-block rule (protocol section 6): every session that sent the block, or
 * a block built on it, is closed. */
static void close_guilty(BnetNode *node, BnetBlock block, const BnetEnv *env)
{
    uint32_t slot;
    uint32_t sent_it = 0;
    uint32_t closed = 0;
    for (uint32_t i = 0; i < node->n_sessions; i++)
        sent_it += bnet_blame_has(&node->blame, block, i);
    while ((slot = bnet_blame_take_guilty(&node->blame, node->view.store, block)) !=
           BNET_NO_SESSION) {
        close_session(node, &node->sessions[slot], env, BNET_CLOSE_BAD_BLOCK);
        closed++;
    }
    if (closed > sent_it)
        bnet_probe(node->probes, BNET_PROBE_BLAME_DESCENDANT);
}

/* A block failed when it was applied, on the way to `target`, whose sender the deployed plugin
 * takes for the guilty one (H15). */
static void rejected(BnetNode *node, BnetBlock block, BnetBlock target, const BnetEnv *env)
{
    close_guilty(node, bnet_has_quirk(env, BNET_QUIRK_BLAMES_LAST_SENDER) ? target : block, env);
}

static void pass_header_to(BnetNode *node, BnetSession *session, BnetBlock block,
                           const BnetEnv *env)
{
    if (!bnet_session_is_open(session))
        return;
    if (!bnet_blame_has(&node->blame, block, session->slot))
        bnet_session_header(session, env, block);
    if (env->deployed)
        bnet_deployed_header(session, env, block);
}

/* Every session but those that sent us the block notices its header, while it is young. */
static void pass_header(BnetNode *node, BnetBlock block, const BnetEnv *env)
{
    uint32_t slot_number = bnet_store_block(node->view.store, block)->slot;
    int64_t made_ns = bnet_store_slot_time_ns(node->view.store, slot_number);
    if (env->wall_ns - made_ns >= BNET_NOTICE_AGE_NS) {
        bnet_probe(node->probes, BNET_PROBE_NOTICE_OLD);
        return;
    }
    for (uint32_t i = 0; i < node->n_sessions; i++)
        pass_header_to(node, &node->sessions[i], block, env);
}

/* Dropped without a verdict: nobody is blamed, but a peer whose blocks never link is out of
 * step. */
static void dropped(BnetNode *node, BnetBlock block, uint32_t slot, const BnetEnv *env)
{
    bnet_blame_drop_block(&node->blame, block);
    if (slot == BNET_NO_SESSION)
        return;
    uint32_t number = bnet_store_number(node->view.store, block);
    bnet_session_dropped(&node->sessions[slot], env, number);
    after_input(node, &node->sessions[slot]);
}

/* `news`: an invalid block was not known to be invalid. */
static void note_verdict(const BnetNode *node, BnetVerdict verdict, bool news)
{
    static const BnetProbe probes[] = {
        [BNET_VERDICT_KNOWN] = BNET_PROBE_VERDICT_KNOWN,
        [BNET_VERDICT_INVALID] = BNET_PROBE_INVALID_REMEMBERED,
        [BNET_VERDICT_STALE] = BNET_PROBE_VERDICT_STALE,
        [BNET_VERDICT_UNLINKABLE] = BNET_PROBE_VERDICT_UNLINKABLE,
        [BNET_VERDICT_FUTURE] = BNET_PROBE_VERDICT_FUTURE,
    };
    if (verdict == BNET_VERDICT_INVALID && news)
        bnet_probe(node->probes, BNET_PROBE_INVALID_HEADER);
    else if (verdict != BNET_VERDICT_ACCEPTED)
        bnet_probe(node->probes, probes[verdict]);
}

BnetVerdict bnet_node_receive_block(BnetNode *node, BnetBlock block, uint32_t slot, int64_t now_ns)
{
    const BnetEnv *env = enter(node, now_ns, 0);
    bnet_assert(slot == BNET_NO_SESSION || bnet_session_is_open(&node->sessions[slot]));
    /* The verdict on another copy may have dropped the blame while this one was on its way. */
    if (slot != BNET_NO_SESSION)
        note_sender(node, &node->sessions[slot], block, env);
    uint32_t invalid_roots = node->view.invalid.n;
    BnetVerdict verdict = bnet_view_receive(&node->view, block, env->wall_ns);
    note_verdict(node, verdict, node->view.invalid.n > invalid_roots);
    if (slot != BNET_NO_SESSION &&
        (verdict == BNET_VERDICT_ACCEPTED || verdict == BNET_VERDICT_KNOWN))
        bnet_session_linked(&node->sessions[slot]);
    switch (verdict) {
    case BNET_VERDICT_ACCEPTED:
        pass_header(node, block, env);
        break;
    case BNET_VERDICT_KNOWN:
        if (bnet_view_applied(&node->view, block))
            bnet_blame_drop_block(&node->blame, block);
        break;
    case BNET_VERDICT_INVALID:
        close_guilty(node, block, env);
        break;
    case BNET_VERDICT_STALE:
        bnet_blame_drop_block(&node->blame, block);
        break;
    case BNET_VERDICT_UNLINKABLE:
    case BNET_VERDICT_FUTURE:
        dropped(node, block, slot, env);
        break;
    }
    return verdict;
}

static void unwound(BnetNode *node, const BnetEnv *env)
{
    for (uint32_t i = 0; i < node->n_sessions; i++)
        if (bnet_session_is_open(&node->sessions[i]))
            bnet_session_unwound(&node->sessions[i], env);
}

/* H17: the sessions hear of the block's transactions before they hear of the block. */
static void announce(BnetNode *node, BnetBlock block, const BnetEnv *env)
{
    for (uint32_t i = 0; i < node->n_sessions; i++)
        if (bnet_session_is_open(&node->sessions[i]))
            bnet_deployed_announce(&node->sessions[i], env, block);
}

/* The block's transactions no longer wait; the sessions may send the block. */
static void applied(BnetNode *node, BnetBlock block, const BnetEnv *env)
{
    const BnetTrx *trxs = bnet_store_block_trx(node->view.store, block);
    uint32_t n = trxs_in(node, block);
    for (uint32_t i = 0; i < n; i++)
        bnet_trxs_include(&node->trxs, trxs[i]);
    bnet_blame_drop_block(&node->blame, block);
    if (bnet_has_quirk(env, BNET_QUIRK_ECHOES_TRXS))
        announce(node, block, env);
    for (uint32_t i = 0; i < node->n_sessions; i++)
        if (bnet_session_is_open(&node->sessions[i]))
            bnet_session_applied(&node->sessions[i], env);
}

static void irreversible(BnetNode *node, BnetBlock block, const BnetEnv *env)
{
    for (uint32_t i = 0; i < node->n_sessions; i++)
        if (bnet_session_is_open(&node->sessions[i]))
            bnet_session_irreversible(&node->sessions[i], env, block);
}

/* --- transactions ---------------------------------------------------------------------------- */

static bool accept_trx(BnetNode *node, BnetTrx trx, const BnetEnv *env)
{
    const BnetTrxInfo *info = bnet_store_trx(node->view.store, trx);
    if (info->expires_ns < env->wall_ns)
        return false;
    if (bnet_bits_has(&node->view.included, trx) || bnet_trxs_is_pending(&node->trxs, trx))
        return false;
    if (!bnet_trxs_accept(&node->trxs, trx)) {
        bnet_probe(node->probes, BNET_PROBE_TRX_REFUSED);
        return false;
    }
    for (uint32_t i = 0; i < node->n_sessions && env->deployed; i++)
        if (bnet_session_is_open(&node->sessions[i]))
            bnet_deployed_trx_accepted(&node->sessions[i], env, trx);
    return true;
}

static void wake_for_trxs(BnetNode *node, const BnetEnv *env)
{
    for (uint32_t i = 0; i < node->n_sessions; i++)
        if (bnet_session_is_open(&node->sessions[i]))
            bnet_session_trx_accepted(&node->sessions[i], env);
}

bool bnet_node_receive_trx(BnetNode *node, BnetTrx trx, int64_t now_ns)
{
    const BnetEnv *env = enter(node, now_ns, 1);
    if (!accept_trx(node, trx, env))
        return false;
    wake_for_trxs(node, env);
    return true;
}

/* A fork switch may have brought transactions back that the new branch does not include. */
static void take_back_returned(BnetNode *node, const BnetEnv *env)
{
    BnetList *returned = &node->view.returned;
    for (uint32_t i = returned->n; i > 0; i--)
        if (accept_trx(node, returned->items[i - 1], env))
            bnet_probe(node->probes, BNET_PROBE_TRX_RETURNED);
    returned->n = 0;
    wake_for_trxs(node, env);
}

/* H11: the sessions have been told of the blocks; now come the notices. */
static void release_notices(BnetNode *node, const BnetEnv *env)
{
    for (uint32_t i = 0; i < node->n_sessions; i++)
        if (bnet_session_is_open(&node->sessions[i]))
            bnet_deployed_release_notices(&node->sessions[i], env);
}

/* No step is left. */
static void settled(BnetNode *node, int64_t now_ns)
{
    const bool late = (node->self.quirks & BNET_QUIRK_LATE_NOTICE) != 0;
    if (node->view.returned.n == 0 && !late)
        return;
    const BnetEnv *env = enter(node, now_ns, node->view.returned.n);
    if (node->view.returned.n > 0)
        take_back_returned(node, env);
    if (late)
        release_notices(node, env);
}

/* --- steps ----------------------------------------------------------------------------------- */

static void note_applied(const BnetNode *node, BnetBlock block)
{
    const BnetStore *store = node->view.store;
    const BnetBlockInfo *info = bnet_store_block(store, block);
    if (bnet_store_schedule(store, block) != bnet_store_schedule(store, info->parent))
        bnet_probe(node->probes, BNET_PROBE_SCHEDULE_CHANGE);
    if (info->number - bnet_view_lib_number(&node->view) > BNET_STATUS_BLOCKS_MAX)
        bnet_probe(node->probes, BNET_PROBE_LIB_STALL);
}

static void note_step(const BnetNode *node, const BnetChainEvent *event)
{
    const BnetStore *store = node->view.store;
    switch (event->kind) {
    case BNET_CHAIN_APPLIED:
        note_applied(node, event->block);
        break;
    case BNET_CHAIN_SWITCH:
        bnet_probe(node->probes, BNET_PROBE_FORK_SWITCH);
        if (bnet_store_number(store, event->other) - bnet_store_number(store, event->block) >
            BNET_SLOTS_PER_TURN)
            bnet_probe(node->probes, BNET_PROBE_FORK_SWITCH_DEEP);
        break;
    case BNET_CHAIN_REJECTED:
        bnet_probe(node->probes, node->view.fallback == BNET_NO_BLOCK
                                     ? BNET_PROBE_INVALID_APPLIED
                                     : BNET_PROBE_INVALID_ON_SWITCH);
        break;
    case BNET_CHAIN_PRUNED:
        bnet_probe(node->probes, BNET_PROBE_BRANCH_PRUNED);
        break;
    case BNET_CHAIN_IRREVERSIBLE:
    case BNET_CHAIN_HEADER:
        break;
    }
}

bool bnet_node_step(BnetNode *node, BnetChainEvent *ret_event, int64_t now_ns)
{
    if (!bnet_view_step(&node->view, ret_event)) {
        settled(node, now_ns);
        return false;
    }
    const BnetEnv *env = enter(node, now_ns, 0);
    if (node->probes)
        note_step(node, ret_event);
    switch (ret_event->kind) {
    case BNET_CHAIN_APPLIED:
        applied(node, ret_event->block, env);
        break;
    case BNET_CHAIN_SWITCH:
        unwound(node, env);
        break;
    case BNET_CHAIN_IRREVERSIBLE:
        irreversible(node, ret_event->block, env);
        break;
    case BNET_CHAIN_REJECTED:
        rejected(node, ret_event->block, ret_event->other, env);
        break;
    case BNET_CHAIN_PRUNED:
        bnet_blame_drop_block(&node->blame, ret_event->block);
        break;
    case BNET_CHAIN_HEADER:
        break;
    }
    return true;
}

uint32_t bnet_node_status_count(const BnetNode *node, uint32_t slot)
{
    const uint32_t modelled = bnet_status_count(&node->sessions[slot].status);
    const uint32_t deployed = node->deployed ? node->deployed[slot].marks.n : 0;
    return deployed > modelled ? deployed : modelled;
}
