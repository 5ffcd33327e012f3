/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_CORE_DEPLOYED_SESSION_H
#define BNETLAB_CORE_DEPLOYED_SESSION_H

/*
 * What a session of the deployed plugin keeps and does that one as documented does not (quirks.h):
 * its position in our chain, its block status, its transactions, its idea of our LIB.
 *
 * A node without quirks has none of this. Else there is one of these beside each BnetSession, which
 * calls the functions below where a quirk asks for it. Each function looks at the quirks itself,
 * unless its comment names those that it is for. They may allocate.
 */

#include "core/block_marks.h"
#include "core/deployed_trxs.h"
#include "core/session.h"

/* The block status: entries, and numbers above the lower of our LIB and the position. */
#define BNET_DEPLOYED_MARKS_MAX 2048u
#define BNET_DEPLOYED_MARKS_RANGE 2048u

typedef struct BnetDeployedSession {
    bool head_seen;       /* a block was applied since the session was opened */
    bool ahead;           /* H2: its LIB was not below ours when it said hello */
    uint32_t sent_number; /* of its LIB by its hello, or of the last block that was sent */
    BnetBlock sent;       /* that block; BNET_NO_BLOCK: only the number is known */
    uint32_t lib_number;  /* ours: that of our hello, then that of the last event */
    BnetBlock lib;        /* of the last event; BNET_NO_BLOCK: there was none */
    BnetRing late;        /* H11: notices that wait for their block to go first */
    BnetBlockMarks marks;
    BnetDeployedTrxs trxs;
} BnetDeployedSession;

/* Quirks of the choice of the next block, of transactions, of the block status. */
#define BNET_QUIRKS_OF_POSITION                                                                    \
    (BNET_QUIRK_BUSY_FETCH | BNET_QUIRK_REVERSIBLE_TO_FOLLOWER | BNET_QUIRK_UNLINKED_SEND)
#define BNET_QUIRKS_OF_TRXS (BNET_QUIRK_FORGETS_TRXS | BNET_QUIRK_ECHOES_TRXS)
#define BNET_QUIRKS_OF_MARKS                                                                       \
    (BNET_QUIRK_UNBOUNDED_STATUS | BNET_QUIRK_EVADABLE_BLAME | BNET_QUIRK_UNLINKED_SEND)

/* Releases what it holds, its notices to the pool. Accepts what is zeroed. */
void bnet_deployed_session_finish(BnetDeployedSession *deployed, BnetPool *pool);

/* --- life ------------------------------------------------------------------------------------ */

void bnet_deployed_open(const BnetSession *session, const BnetEnv *env);
void bnet_deployed_hello(const BnetSession *session, const BnetEnv *env, const BnetHello *hello);
void bnet_deployed_close(const BnetSession *session, const BnetEnv *env);

/* --- the block status ------------------------------------------------------------------------ */

/* Ids that the peer listed or noticed, or a block that it sent. */
void bnet_deployed_noticed(const BnetSession *session, const BnetEnv *env, const BnetId *id);

/* H5: the peer sent the block; false: it was not tracked. */
bool bnet_deployed_received(const BnetSession *session, const BnetEnv *env, BnetBlock block);

/* The block status knows that the peer sent the block. */
bool bnet_deployed_has_sent(const BnetSession *session, const BnetEnv *env, BnetBlock block);

/* --- what the chain reports ------------------------------------------------------------------ */

void bnet_deployed_header(const BnetSession *session, const BnetEnv *env, BnetBlock block);
void bnet_deployed_applied(const BnetSession *session, const BnetEnv *env);
void bnet_deployed_irreversible(const BnetSession *session, const BnetEnv *env, BnetBlock block);

/* H11: holds a notice back; lets go of those that are held back. */
void bnet_deployed_hold_notice(const BnetSession *session, const BnetEnv *env, BnetBlock block);
void bnet_deployed_release_notices(BnetSession *session, const BnetEnv *env);

/* The chain accepted a transaction. */
void bnet_deployed_trx_accepted(const BnetSession *session, const BnetEnv *env, BnetTrx trx);

/* H17: a block that is about to be told as applied announces its transactions once more, and what
 * is unsent by that may go at once. */
void bnet_deployed_announce(BnetSession *session, const BnetEnv *env, BnetBlock block);

/* --- choosing -------------------------------------------------------------------------------- */

/* A block was applied since the session was opened. */
bool bnet_deployed_has_head(const BnetSession *session, const BnetEnv *env);

/* For the quirks of the position: number of the block to be fetched, which need not exist; 0:
 * none. */
uint32_t bnet_deployed_next_block(const BnetSession *session, const BnetEnv *env);

/* H6: the answer to a fetch; true: the block is to be sent. */
bool bnet_deployed_takes(const BnetSession *session, const BnetEnv *env, BnetBlock block);

/* For the quirks of transactions: the oldest one to be sent, and that the peer knows one. */
BnetTrx bnet_deployed_next_trx(const BnetSession *session, const BnetEnv *env);
void bnet_deployed_mark_trx(const BnetSession *session, const BnetEnv *env, BnetTrx trx);

/* The LIB that a ping tells. */
uint32_t bnet_deployed_lib(const BnetSession *session, const BnetEnv *env);

/* The code of a ping that is sent at that time. */
BnetId bnet_deployed_ping_code(int64_t sent_ns);

#endif
