/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_CORE_DEPLOYED_TRXS_H
#define BNETLAB_CORE_DEPLOYED_TRXS_H

/*
 * The transaction status of a session as the deployed plugin keeps it (quirks H16 and H17): a list
 * of its own for each session, in order of acceptance, whose entries are forgotten.
 *
 * An entry is unsent or known by the peer. With H16 it lasts 5 s, else until the transaction
 * expires. Inclusion in an applied block removes it, with H17 also if the peer knows the
 * transaction. Bounded by what is accepted or comes within that time. All is O(1) but the sweep,
 * O(size); may allocate. Times are the node's clock.
 */

#include "core/quirks.h"
#include "core/store.h"

/* How long an entry lasts with H16. */
#define BNET_DEPLOYED_TRX_NS (5 * BNET_NS_PER_S)

typedef struct BnetDeployedTrx {
    BnetTrx trx; /* BNET_NO_TRX: removed */
    bool known;
    int64_t forget_ns; /* after that it is as if it were not there */
} BnetDeployedTrx;

typedef struct BnetDeployedTrxs {
    BnetDeployedTrx *items; /* [capacity] */
    uint32_t *index;        /* [capacity * 2]: item + 1 by handle, open addressing; 0: free */
    uint32_t capacity;      /* 0 or a power of two */
    uint32_t n;             /* items, the removed ones among them */
    uint32_t first;         /* none before it is unsent */
} BnetDeployedTrxs;

/* What an operation needs besides. */
typedef struct BnetDeployedTrxNow {
    const BnetStore *store;
    BnetQuirks quirks;
    int64_t wall_ns;
} BnetDeployedTrxNow;

/* Accepts what is zeroed. */
void bnet_deployed_trxs_finish(BnetDeployedTrxs *trxs);

/* The chain accepted it: unsent, if it has no entry. */
void bnet_deployed_trxs_accept(BnetDeployedTrxs *trxs, const BnetDeployedTrxNow *now, BnetTrx trx);

/* The peer knows it. */
void bnet_deployed_trxs_mark(BnetDeployedTrxs *trxs, const BnetDeployedTrxNow *now, BnetTrx trx);

/* An applied block includes it. */
void bnet_deployed_trxs_include(BnetDeployedTrxs *trxs, const BnetDeployedTrxNow *now, BnetTrx trx);

/* The oldest one that is unsent and has not expired; BNET_NO_TRX: none. */
BnetTrx bnet_deployed_trxs_next(BnetDeployedTrxs *trxs, const BnetDeployedTrxNow *now);

/* Removes what is forgotten. */
void bnet_deployed_trxs_sweep(BnetDeployedTrxs *trxs, int64_t wall_ns);

#endif
