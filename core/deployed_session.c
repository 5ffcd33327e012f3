/* SPDX-License-Identifier: Apache-2.0 */
#include "core/deployed_session.h"

#include <string.h>

#include "core/header.h"

static BnetDeployedSession *of(const BnetSession *session, const BnetEnv *env)
{
    return &env->deployed[session->slot];
}

static const BnetId *id_of(const BnetEnv *env, BnetBlock block)
{
    return &bnet_store_block(env->view->store, block)->id;
}

static BnetDeployedTrxNow trx_now(const BnetEnv *env)
{
    return (BnetDeployedTrxNow){env->view->store, env->quirks, env->wall_ns};
}

/* --- life ------------------------------------------------------------------------------------ */

void bnet_deployed_session_finish(BnetDeployedSession *deployed, BnetPool *pool)
{
    if (!deployed)
        return;
    bnet_ring_clear(&deployed->late, pool);
    bnet_block_marks_finish(&deployed->marks);
    bnet_deployed_trxs_finish(&deployed->trxs);
    *deployed = (BnetDeployedSession){0};
}

void bnet_deployed_open(const BnetSession *session, const BnetEnv *env)
{
    bnet_deployed_session_finish(of(session, env), env->pool);
    of(session, env)->lib_number = bnet_view_lib_number(env->view);
}

void bnet_deployed_close(const BnetSession *session, const BnetEnv *env)
{
    bnet_deployed_session_finish(of(session, env), env->pool);
}

/* The position's id stays, which matters when a hello is repeated (H14). */
void bnet_deployed_hello(const BnetSession *session, const BnetEnv *env, const BnetHello *hello)
{
    BnetDeployedSession *deployed = of(session, env);
    deployed->sent_number = hello->lib_number;
    deployed->ahead = hello->lib_number >= env->view->announced;
    BnetBlock first = hello->first;
    BnetBlock block = first == BNET_NO_BLOCK ? BNET_NO_BLOCK : hello->head;
    for (; block != BNET_NO_BLOCK && block >= first;
         block = bnet_store_block(env->view->store, block)->parent)
        bnet_deployed_noticed(session, env, id_of(env, block));
}

/* --- the block status ------------------------------------------------------------------------ */

static uint32_t position_of(const BnetSession *session, const BnetEnv *env)
{
    if (env->quirks & BNET_QUIRK_UNLINKED_SEND)
        return of(session, env)->sent_number;
    return session->frontier_number;
}

/* The lower of our LIB and the position: all above it may be asked for. */
static uint32_t lowest_of(const BnetSession *session, const BnetEnv *env)
{
    const uint32_t position = position_of(session, env);
    const uint32_t lib = of(session, env)->lib_number;
    return position < lib ? position : lib;
}

/* Marks an id; a new one only if it is in range and there is room. */
static void mark(const BnetSession *session, const BnetEnv *env, const BnetId *id, uint32_t flags)
{
    BnetBlockMarks *marks = &of(session, env)->marks;
    if (!(env->quirks & BNET_QUIRKS_OF_MARKS))
        return;
    const uint64_t number = bnet_id_number(id);
    const uint64_t lowest = lowest_of(session, env);
    const bool is_new = bnet_block_marks_get(marks, id) == 0;
    const bool in_range = number > lowest && number < lowest + BNET_DEPLOYED_MARKS_RANGE;
    if (is_new && (!in_range || marks->n >= BNET_DEPLOYED_MARKS_MAX))
        return;
    bnet_block_marks_add(marks, id, flags);
}

void bnet_deployed_noticed(const BnetSession *session, const BnetEnv *env, const BnetId *id)
{
    mark(session, env, id, BNET_MARK_KNOWN);
}

bool bnet_deployed_has_sent(const BnetSession *session, const BnetEnv *env, BnetBlock block)
{
    const BnetBlockMarks *marks = &of(session, env)->marks;
    return (bnet_block_marks_get(marks, id_of(env, block)) & BNET_MARK_RECEIVED) != 0;
}

bool bnet_deployed_received(const BnetSession *session, const BnetEnv *env, BnetBlock block)
{
    mark(session, env, id_of(env, block), BNET_MARK_KNOWN | BNET_MARK_RECEIVED);
    return bnet_deployed_has_sent(session, env, block);
}

static bool is_known(const BnetSession *session, const BnetEnv *env, BnetBlock block)
{
    return (bnet_block_marks_get(&of(session, env)->marks, id_of(env, block)) & BNET_MARK_KNOWN) !=
           0;
}

/* --- what the chain reports ------------------------------------------------------------------ */

void bnet_deployed_header(const BnetSession *session, const BnetEnv *env, BnetBlock block)
{
    BnetBlockMarks *marks = &of(session, env)->marks;
    const bool unbounded = (env->quirks & BNET_QUIRK_UNBOUNDED_STATUS) != 0;
    if (!(env->quirks & BNET_QUIRKS_OF_MARKS))
        return;
    if (unbounded || marks->n < BNET_DEPLOYED_MARKS_MAX)
        bnet_block_marks_add(marks, id_of(env, block), BNET_MARK_LISTED);
}

static void fall_back(BnetDeployedSession *deployed)
{
    deployed->sent_number = deployed->lib_number;
    deployed->sent = deployed->lib;
}

void bnet_deployed_applied(const BnetSession *session, const BnetEnv *env)
{
    BnetDeployedSession *deployed = of(session, env);
    const BnetBlock head = env->view->head;
    deployed->head_seen = true;
    if (bnet_store_number(env->view->store, head) < deployed->sent_number)
        fall_back(deployed);
    if (!(env->quirks & BNET_QUIRKS_OF_TRXS))
        return;
    const BnetDeployedTrxNow now = trx_now(env);
    const BnetTrx *trxs = bnet_store_block_trx(env->view->store, head);
    const uint32_t n = bnet_store_block(env->view->store, head)->n_trx;
    bnet_deployed_trxs_sweep(&deployed->trxs, env->wall_ns);
    for (uint32_t i = 0; i < n; i++)
        bnet_deployed_trxs_include(&deployed->trxs, &now, trxs[i]);
}

void bnet_deployed_irreversible(const BnetSession *session, const BnetEnv *env, BnetBlock block)
{
    BnetDeployedSession *deployed = of(session, env);
    deployed->lib = block;
    deployed->lib_number = bnet_store_number(env->view->store, block);
    bnet_block_marks_purge(&deployed->marks, lowest_of(session, env));
}

void bnet_deployed_hold_notice(const BnetSession *session, const BnetEnv *env, BnetBlock block)
{
    bnet_ring_push(&of(session, env)->late, env->pool, block);
}

void bnet_deployed_release_notices(BnetSession *session, const BnetEnv *env)
{
    BnetRing *late = &of(session, env)->late;
    while (late->count > 0)
        bnet_session_queue_notice(session, env, bnet_ring_pop(late, env->pool));
}

void bnet_deployed_trx_accepted(const BnetSession *session, const BnetEnv *env, BnetTrx trx)
{
    const BnetDeployedTrxNow now = trx_now(env);
    if (env->quirks & BNET_QUIRKS_OF_TRXS)
        bnet_deployed_trxs_accept(&of(session, env)->trxs, &now, trx);
}

/* The session does not know of the block yet: if it had caught up with the head before, it is the
 * turn of transactions. */
void bnet_deployed_announce(BnetSession *session, const BnetEnv *env, BnetBlock block)
{
    const BnetTrx *trxs = bnet_store_block_trx(env->view->store, block);
    const uint32_t n = bnet_store_block(env->view->store, block)->n_trx;
    for (uint32_t i = 0; i < n; i++)
        bnet_deployed_trx_accepted(session, env, trxs[i]);
    const uint32_t number = bnet_store_number(env->view->store, block);
    if (n > 0 && position_of(session, env) + 1 >= number)
        bnet_session_choose_trx(session, env);
}

/* --- choosing -------------------------------------------------------------------------------- */

bool bnet_deployed_has_head(const BnetSession *session, const BnetEnv *env)
{
    return of(session, env)->head_seen;
}

/* H6: what follows the position by its number. */
static uint32_t next_by_number(const BnetSession *session, const BnetEnv *env)
{
    const BnetDeployedSession *deployed = of(session, env);
    const bool by_number = !(env->quirks & BNET_QUIRK_REVERSIBLE_TO_FOLLOWER);
    if (session->peer_irreversible_only) {
        if (by_number ? deployed->sent_number >= deployed->lib_number
                      : deployed->sent == deployed->lib)
            return 0;
    }
    if (deployed->sent == env->view->head)
        return 0;
    const bool exists = deployed->sent_number < bnet_view_head_number(env->view);
    const bool asks = exists || (env->quirks & BNET_QUIRK_BUSY_FETCH);
    return asks ? deployed->sent_number + 1 : 0;
}

/* H2 and H1 on a frontier as documented: what follows the LIB of a peer that is ahead of it, which
 * is asked for up to our head by a follower (H2), and above it by anybody (H1). */
static uint32_t next_behind_peer(const BnetSession *session, const BnetEnv *env)
{
    const uint32_t head = bnet_view_head_number(env->view);
    const uint32_t frontier = session->frontier_number;
    const uint32_t position = session->peer_lib > frontier ? session->peer_lib : frontier;
    if (session->peer_irreversible_only) {
        const bool serves = bnet_has_quirk(env, BNET_QUIRK_REVERSIBLE_TO_FOLLOWER) &&
                            of(session, env)->ahead && position < head;
        return serves ? position + 1 : 0;
    }
    const bool asks = bnet_has_quirk(env, BNET_QUIRK_BUSY_FETCH) && position >= head &&
                      session->peer_lib > frontier;
    return asks ? position + 1 : 0;
}

uint32_t bnet_deployed_next_block(const BnetSession *session, const BnetEnv *env)
{
    if (bnet_has_quirk(env, BNET_QUIRK_UNLINKED_SEND))
        return next_by_number(session, env);
    const uint32_t number = bnet_session_next_block(session, env->view);
    return number != 0 ? number : next_behind_peer(session, env);
}

/* A block that does not follow the last one is sent if the peer knows its parent; else the position
 * falls back to our LIB. One that the peer knows is passed over. */
bool bnet_deployed_takes(const BnetSession *session, const BnetEnv *env, BnetBlock block)
{
    BnetDeployedSession *deployed = of(session, env);
    if (block == BNET_NO_BLOCK)
        return false;
    const BnetBlock parent = bnet_store_block(env->view->store, block)->parent;
    if (deployed->sent != BNET_NO_BLOCK && deployed->sent != parent &&
        (parent == BNET_NO_BLOCK || !is_known(session, env, parent))) {
        fall_back(deployed);
        return false;
    }
    const bool known = is_known(session, env, block);
    mark(session, env, id_of(env, block), BNET_MARK_KNOWN);
    deployed->sent = block;
    deployed->sent_number = bnet_store_number(env->view->store, block);
    return !known;
}

BnetTrx bnet_deployed_next_trx(const BnetSession *session, const BnetEnv *env)
{
    const BnetDeployedTrxNow now = trx_now(env);
    return bnet_deployed_trxs_next(&of(session, env)->trxs, &now);
}

void bnet_deployed_mark_trx(const BnetSession *session, const BnetEnv *env, BnetTrx trx)
{
    const BnetDeployedTrxNow now = trx_now(env);
    bnet_deployed_trxs_mark(&of(session, env)->trxs, &now, trx);
}

uint32_t bnet_deployed_lib(const BnetSession *session, const BnetEnv *env)
{
    return of(session, env)->lib_number;
}

BnetId bnet_deployed_ping_code(int64_t sent_ns)
{
    uint8_t bytes[8];
    bnet_put_little(bytes, (uint64_t)(sent_ns / BNET_NS_PER_US), sizeof bytes);
    return bnet_sha256(bytes, sizeof bytes);
}
