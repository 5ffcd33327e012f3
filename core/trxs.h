/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_CORE_TRXS_H
#define BNETLAB_CORE_TRXS_H

/*
 * The transaction status of all sessions of a node (protocol section 4): which transactions wait to
 * be sent, in the order in which this node accepted them, and which the peer of each session knows.
 *
 * One entry for each transaction, with one bit for each session, until the transaction expires; at
 * most BNET_TRXS_MAX entries. When full, a new one is refused: it is not sent, and counted. Expired
 * entries are swept out at most once a second. Only growth allocates, never a session's input.
 */

#include "core/store.h"

#define BNET_TRXS_MAX 65536u

typedef struct BnetTrxEntry {
    BnetTrx trx; /* BNET_NO_TRX: free */
    int64_t expires_ns;
    uint32_t position; /* its place in the order of acceptance */
    bool pending;      /* accepted here, not in an applied block */
} BnetTrxEntry;

typedef struct BnetTrxs {
    const BnetStore *store;
    uint32_t n_sessions;
    BnetTrxEntry *entries; /* [capacity] */
    uint64_t *known;       /* [n_sessions][capacity / 64] */
    uint32_t *free;        /* [capacity]: stack of free entries */
    uint32_t *order;       /* [capacity * 2]: entries by position, a ring */
    uint32_t *index;       /* [capacity * 2]: entry + 1 by handle, open addressing; 0: free */
    uint32_t capacity;     /* power of two, 64 to BNET_TRXS_MAX, or 0 */
    uint32_t n_entries;
    uint32_t n_pending;      /* of them */
    uint32_t first_position; /* oldest position still in the ring */
    uint32_t next_position;
    int64_t swept_s;  /* second of the last sweep */
    uint64_t refused; /* transactions that found the table full */
} BnetTrxs;

/* n_sessions: how many session slots the node has. */
void bnet_trxs_init(BnetTrxs *trxs, const BnetStore *store, uint32_t n_sessions);
void bnet_trxs_finish(BnetTrxs *trxs);

/* Makes room for `more` new entries as far as the limit allows, and forgets the expired. The only
 * function that allocates. */
void bnet_trxs_make_room(BnetTrxs *trxs, uint32_t more, int64_t now_ns);

/* The same; a node calls it before each input. Where there are none and no more come, nothing is to
 * be done. */
static inline void bnet_trxs_reserve(BnetTrxs *trxs, uint32_t more, int64_t now_ns)
{
    if (more > 0 || trxs->n_entries > 0)
        bnet_trxs_make_room(trxs, more, now_ns);
}

/* The chain accepted a transaction: it waits to be sent, behind all others. False: refused. */
bool bnet_trxs_accept(BnetTrxs *trxs, BnetTrx trx);

/* An applied block includes it: it no longer waits. */
void bnet_trxs_include(BnetTrxs *trxs, BnetTrx trx);

/* It waits to be sent or to be put into a block. */
bool bnet_trxs_is_pending(const BnetTrxs *trxs, BnetTrx trx);

/* The peer of a session knows it. */
void bnet_trxs_mark_known(BnetTrxs *trxs, uint32_t session, BnetTrx trx);
bool bnet_trxs_is_known(const BnetTrxs *trxs, uint32_t session, BnetTrx trx);

/* Forgets all marks of a session. */
void bnet_trxs_forget_session(BnetTrxs *trxs, uint32_t session);

/*
 * The oldest waiting, unexpired transaction from *cursor on, which the session's peer does not
 * know; BNET_NO_TRX: none. Moves *cursor up to it. A cursor starts at 0. With BNET_NO_SESSION:
 * whoever knows it.
 */
BnetTrx bnet_trxs_next(const BnetTrxs *trxs, uint32_t session, uint32_t *cursor, int64_t now_ns);

#endif
