/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_RECORD_H
#define BNETLAB_SIM_RECORD_H

/*
 * What the session ends of a world have sent and taken in, kept for the checks. It is made from
 * happenings alone: what a session itself remembers has no part in it, so that a check finds out
 * where that is wrong.
 *
 * By it a happening has traits (observer.h): for most checks nothing but a trait is worth a look.
 *
 * The record notes a happening after the checks were told: while a check judges a message, the
 * record says how things stood before it. An end costs 76 bytes, 64 of them a cache line that
 * most messages need alone, and its older blocks (block_set.h) while its session is open; a peer
 * 112 bytes. O(1) for each happening, and for each block of a notice.
 */

#include "sim/block_set.h"
#include "sim/observer.h"
#include "sim/world.h"

/* Planes of SimEndRecord.blocks: full blocks that this end sent; blocks that the other side sent,
 * noticed, or listed as the last of its hello; full blocks that it sent. */
#define SIM_RECORD_SENT SIM_BLOCK_FIRST
#define SIM_RECORD_FROM_PEER SIM_BLOCK_SECOND
#define SIM_RECORD_TAKEN SIM_BLOCK_THIRD

/* Who says that a session must be closed. */
typedef enum SimCondemner {
    SIM_CONDEMNER_S4 = 1u << 0,
    SIM_CONDEMNER_C3 = 1u << 1,
    SIM_CONDEMNER_C4 = 1u << 2,
    SIM_CONDEMNER_C5 = 1u << 3,
} SimCondemner;

typedef struct SimEndRecord {
    SimBlockSet blocks;
    int64_t last_ping_ns; /* when this end sent its last ping */
    uint32_t peer_lib;    /* highest that the other side has told */
    uint32_t noticed;     /* headers of its peer, or number of the irreversible block, up to which
                           * notices were sent or were not to be sent */
    uint16_t goods;       /* blocks and transactions that it has sent, modulo 2^16 */
    uint16_t asks;     /* how often it has asked for a block since it sent last; at most 2^16 - 1 */
    uint8_t writes;    /* that were begun and are not complete; at most 2^8 - 1 */
    uint8_t condemned; /* of SimCondemner */
    bool honest : 1;
    bool between_honest : 1; /* the other side is, too */
    bool open : 1;
    bool hello_writing : 1;
    bool hello_written : 1;
    bool hello_taken : 1; /* their hello */
    bool wants_trxs : 1;  /* says their hello */
    bool wants_irreversible : 1;
    bool has_pinged : 1;
    bool ping_open : 1; /* our last ping is not answered */
    bool pong_due : 1;  /* their last ping is not answered */
    bool suspected : 1; /* L2 waits for it to send something */
} SimEndRecord;

/* What pings and pongs need besides. */
typedef struct SimPingRecord {
    uint32_t our_code;   /* of the last ping that the end sent, hashed */
    uint32_t their_code; /* of the last one that it took in, hashed */
    uint32_t pongs;      /* that it has sent, modulo 2^32 */
} SimPingRecord;

/* Young headers of a peer that are kept in order. */
#define SIM_RECORD_HEADERS 16u

/* Notices of more blocks are remarkable. */
#define SIM_RECORD_NOTICES_MANY 1024u

/* From so many on, asking without sending is remarkable. */
#define SIM_RECORD_ASKS_BUSY 64u

typedef struct SimPeerRecord {
    SimBlockSet young;  /* first plane: headers that were accepted less than 6 s old */
    uint32_t n_headers; /* so many there have been in this process */
    BnetBlock headers[SIM_RECORD_HEADERS]; /* the newest of them, in order, a ring */
} SimPeerRecord;

typedef struct SimRecord {
    SimEndRecord *ends;   /* [n_ends], each in a cache line */
    SimPingRecord *pings; /* [n_ends] */
    SimPeerRecord *peers; /* [n_peers] */
    uint32_t n_ends;
    uint32_t n_peers;
    uint32_t sent;         /* of 1u << BnetMessageKind: honest peers have sent some */
    uint32_t sent_between; /* the same, to honest peers */
    uint32_t traits;       /* of SimTrait: what all happenings have now, as C5 says */
    BnetBlock sound_below; /* all older blocks are valid, and built on valid ones, as S4 says */
} SimRecord;

SimRecord *sim_record_new(const SimWorld *world);
void sim_record_free(SimRecord *self);

/* What is remarkable about a happening that has not been noted; of no kind that is below. */
uint32_t sim_record_traits(const SimRecord *self, const SimWorld *world,
                           const SimHappening *happening);

/* Notes it. */
void sim_record_note(SimRecord *self, const SimWorld *world, const SimHappening *happening);

/* The same of those of which there are many, to the session end `index`. */
uint32_t sim_record_sent_traits(const SimRecord *self, const SimWorld *world, uint32_t index,
                                const BnetMessage *message);
uint32_t sim_record_delivered_traits(const SimRecord *self, const SimWorld *world, uint32_t index,
                                     const BnetMessage *message);
uint32_t sim_record_verdict_traits(const SimRecord *self, BnetVerdict verdict);
uint32_t sim_record_asked_traits(const SimRecord *self, const SimWorld *world, uint32_t index);
void sim_record_sent(SimRecord *self, const SimWorld *world, uint32_t index,
                     const BnetMessage *message);
void sim_record_written(SimRecord *self, const SimWorld *world, uint32_t index);
/* True: a block that this side had sent, too: two copies of it have met. */
bool sim_record_delivered(SimRecord *self, const SimWorld *world, uint32_t index,
                          const BnetMessage *message);
void sim_record_asked(SimRecord *self, uint32_t index);

static inline const SimEndRecord *sim_record_end(const SimRecord *record, uint32_t end)
{
    return &record->ends[end];
}

/* Both hellos are through, as far as the record knows. */
static inline bool sim_record_is_ready(const SimEndRecord *end)
{
    return end->hello_written && end->hello_taken;
}

/* A ping is due: there was none yet, or the last is answered and old enough. */
static inline bool sim_record_ping_is_due(const SimEndRecord *end, int64_t now_ns)
{
    if (!end->has_pinged)
        return true;
    return !end->ping_open && now_ns - end->last_ping_ns >= BNET_PING_INTERVAL_NS;
}

/* A ping's code in 32 bits. */
uint32_t sim_record_code(const BnetId *code);

/*
 * The other side has `block` with certainty, as far as can be told from what went over this
 * connection: it, or one that is built on it, was sent in either direction, noticed, or listed. Not
 * counted is what follows from the LIBs. O(log n) for each newer block of the window.
 */
bool sim_record_is_certain(const SimEndRecord *end, const BnetStore *store, BnetBlock block);

/* This end has sent `block` or one that is built on it. The same cost. */
bool sim_record_was_sent(const SimEndRecord *end, const BnetStore *store, BnetBlock block);

/*
 * The block number `last` of the best chain of a view, or one below it, can be sent: the other side
 * is not certain to have it, and what is certain reaches its LIB. False where the block is older
 * than the window of the record.
 */
bool sim_record_lacks(const SimEndRecord *end, const BnetView *view, uint32_t last);

#endif
