/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_TRX_RECORD_H
#define BNETLAB_SIM_TRX_RECORD_H

/*
 * Which transactions each honest peer has accepted, in which order, which of them wait, and which
 * the other side of each session knows (protocol section 4), kept for the checks by an observer,
 * from happenings alone. Like the other record (record.h) it is told of a happening after the
 * checks.
 *
 * Nothing is taken before the first transaction of a run, then 8 bytes a peer and a session end;
 * what a peer accepts takes 4 bytes and 2 bits, what an end knows a bit, until all transactions
 * that are older have expired. O(1) for a message and each transaction of a block, amortized; a
 * fork switch that takes transactions back costs O(what waits).
 *
 * What is not known for certain is said to be so: the core's table of transactions is bounded, and
 * one that is full forgets.
 */

#include "core/bits.h"
#include "sim/observer.h"
#include "sim/world.h"

typedef struct SimPeerTrxs SimPeerTrxs;
typedef struct SimEndTrxs SimEndTrxs;

typedef struct SimTrxRecord {
    SimObserver observer;
    SimPeerTrxs **peers; /* [n_peers]; NULL before the first transaction */
    SimEndTrxs **ends;   /* [n_ends]; the same */
    uint32_t n_peers;
    uint32_t n_ends;
    BnetTrx low; /* all below have expired long since, and are forgotten */
} SimTrxRecord;

SimTrxRecord *sim_trx_record_new(SimWorld *world);
void sim_trx_record_free(SimTrxRecord *self);

/* The transaction has expired by a time that the clock of the peer has shown. */
bool sim_trx_record_expired(const SimWorld *world, uint32_t peer, BnetTrx trx);

/* The other side of an end knows it: it went over the connection in either direction, alone or in a
 * block, or was noticed while it waited. */
bool sim_trx_record_is_known(const SimTrxRecord *self, uint32_t end, BnetTrx trx);

/* Whatever is asked of the transaction, the core may have had to forget: its table was full. */
bool sim_trx_record_is_vague(const SimTrxRecord *self, const SimWorld *world, uint32_t peer,
                             BnetTrx trx);

/* The peer has accepted it and not applied a block that includes it. */
bool sim_trx_record_waits(const SimTrxRecord *self, uint32_t peer, BnetTrx trx);

/*
 * The oldest transaction that the peer of an end has accepted, that waits, has not expired, and is
 * not known to the other side; BNET_NO_TRX: none. Equally old are those that one fork switch
 * brought back: then *ret_returned is true. O(1) amortized.
 */
BnetTrx sim_trx_record_oldest(SimTrxRecord *self, const SimWorld *world, uint32_t end,
                              bool *ret_returned);

/* A fork switch brought it back to those that wait at the peer. */
bool sim_trx_record_returned(const SimTrxRecord *self, uint32_t peer, BnetTrx trx);

#endif
