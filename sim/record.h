/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_RECORD_H
#define BNETLAB_SIM_RECORD_H

/*
 * What the session ends of a world have sent and taken in, kept for the checks by an observer. It
 * is made from happenings alone: what a session itself remembers has no part in it, so that a
 * check finds out where that is wrong.
 *
 * The record is told of a happening after the checks: while a check judges a message, the record
 * says how things stood before it. An end costs 64 bytes, and its blocks (block_set.h) while its
 * session is open; a peer 96 bytes. O(1) for each happening, and for each block of a notice.
 */

#include "sim/block_set.h"
#include "sim/observer.h"
#include "sim/world.h"

/* Planes of SimEndRecord.blocks: full blocks that this end sent; blocks that the other side sent,
 * noticed, or listed as the last of its hello. */
#define SIM_RECORD_SENT SIM_BLOCK_FIRST
#define SIM_RECORD_FROM_PEER SIM_BLOCK_SECOND

typedef struct SimEndRecord {
    SimBlockSet blocks;
    int64_t last_ping_ns; /* when this end sent its last ping */
    uint64_t our_code;    /* of that ping, hashed */
    uint64_t their_code;  /* of the last ping that this end took in, hashed */
    uint32_t peer_lib;    /* highest that the other side has told */
    uint32_t noticed;     /* headers of its peer, or number of the irreversible block, up to which
                           * notices were sent or were not to be sent */
    bool hello_writing : 1;
    bool hello_written : 1;
    bool hello_taken : 1; /* their hello */
    bool wants_trxs : 1;  /* says their hello */
    bool wants_irreversible : 1;
    bool has_pinged : 1;
    bool ping_open : 1; /* our last ping is not answered */
    bool pong_due : 1;  /* their last ping is not answered */
} SimEndRecord;

/* Young headers of a peer that are kept in order. */
#define SIM_RECORD_HEADERS 16u

typedef struct SimPeerRecord {
    SimBlockSet young; /* first plane: headers that were accepted less than 6 s old */
    BnetBlock headers[SIM_RECORD_HEADERS]; /* the newest of them, in order, a ring */
    uint32_t n_headers;                    /* so many there have been in this process */
} SimPeerRecord;

typedef struct SimRecord {
    SimObserver observer;
    SimEndRecord *ends;   /* [n_ends] */
    SimPeerRecord *peers; /* [n_peers]: of the honest ones */
    uint32_t n_ends;
    uint32_t n_peers;
} SimRecord;

SimRecord *sim_record_new(SimWorld *world);
void sim_record_free(SimRecord *self);

static inline const SimEndRecord *sim_record_end(const SimRecord *record, uint32_t end)
{
    return &record->ends[end];
}

/* Both hellos are through, as far as the record knows. */
static inline bool sim_record_is_ready(const SimEndRecord *end)
{
    return end->hello_written && end->hello_taken;
}

/* A ping's code in 64 bits. */
uint64_t sim_record_code(const BnetId *code);

/*
 * The other side has `block` with certainty, as far as can be told from what went over this
 * connection: it, or one that is built on it, was sent in either direction, noticed, or listed. Not
 * counted is what follows from the LIBs. O(log n) for each newer block of the window.
 */
bool sim_record_is_certain(const SimEndRecord *end, const BnetStore *store, BnetBlock block);

#endif
