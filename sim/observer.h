/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_OBSERVER_H
#define BNETLAB_SIM_OBSERVER_H

/*
 * What happens in a world, told to those who watch: the checks, the trace writer.
 *
 * An observer sees the happenings that it asks for in the order of the model, at the moment each
 * happens, and the whole world through world.h. It never changes the world. A happening is valid
 * during the call. Observers of one world are called in one thread, in the order in which they were
 * added. One that nobody asks for is not even made.
 */

#include "core/message.h"
#include "core/node.h"

typedef struct SimWorld SimWorld;

typedef enum SimHappeningKind {
    SIM_OPENED,    /* a session end exists: peer, remote, session, dialled */
    SIM_SENT,      /* its message was chosen and written: message, bytes */
    SIM_WRITTEN,   /* the write is complete: the socket is ready for the next */
    SIM_DELIVERED, /* the session took a message in: message, bytes */
    SIM_ASKED,     /* the session asked its driver for something (a block): number */
    SIM_CLOSED,    /* the session end is gone: reason; BNET_CLOSE_LOST: the other side closed */
    SIM_PRODUCED,  /* a peer made block */
    SIM_VERDICT,   /* on a received block: block, verdict, session (BNET_NO_SESSION: own or gone) */
    SIM_CHAIN,     /* chain event of a peer: event, block (other for a switch) */
    SIM_PRUNED,    /* a peer's fork database gave up block, which lost against its LIB */
    SIM_TRX,       /* a peer's chain accepted trx */
    SIM_STARTED,   /* a peer's process came up */
    SIM_STOPPED,   /* it went down */
    SIM_FAULT,     /* the scenario changed something: text (partition, heal, persona, ...) */
    SIM_DIALLED,   /* it dials: peer, remote, end */
    SIM_UNDIALLED, /* a dial came to nothing: the same */
    SIM_HAPPENING_KINDS,
} SimHappeningKind;

typedef struct SimHappening {
    SimHappeningKind kind;
    int64_t time_ns;
    uint32_t peer;    /* to whom it happened; UINT32_MAX: to the network */
    uint32_t remote;  /* the other peer of the session; UINT32_MAX: none */
    uint32_t end;     /* number of the session end in the world, stable; UINT32_MAX: none */
    uint32_t session; /* slot of the session in the peer's node; BNET_NO_SESSION: none */
    bool dialled;     /* SIM_OPENED: this side dialled */
    const BnetMessage *message;
    uint32_t bytes;
    uint32_t number; /* SIM_ASKED: block number */
    BnetCloseReason reason;
    BnetVerdict verdict;
    BnetChainEventKind event;
    BnetBlock block;
    BnetBlock other; /* SIM_CHAIN fork switch: the head that was left */
    BnetBlock head;  /* SIM_CHAIN: of the peer's view then, as the two after it */
    BnetBlock lib;
    bool settled; /* its head is the best that it knows */
    BnetTrx trx;
    const char *text;
    uint32_t fault; /* SIM_FAULT: number of the scenario's event, from 1; 0: it is none's */
} SimHappening;

/* Hashes of all that has happened up to a time, events at that time included. */
typedef struct SimCheckpoint {
    int64_t time_ns;
    uint64_t hash;  /* the trace hash so far, as of a run that ends then */
    uint64_t steps; /* of each step in order; 0 in a run that nobody asked for it */
} SimCheckpoint;

/*
 * What is remarkable about a happening, as the record (record.h) finds it by how things stood
 * before. Most of what happens has none of these, and then hardly anybody is told.
 */
typedef enum SimTrait {
    SIM_TRAIT_UNREADY = 1u << 0,   /* SIM_SENT, SIM_DELIVERED: the session is not open, or not both
                                    * hellos are through */
    SIM_TRAIT_OVERLAP = 1u << 1,   /* SIM_SENT: a write of the session is not complete */
    SIM_TRAIT_CONDEMNED = 1u << 2, /* SIM_SENT, SIM_DELIVERED: a check says that the session must
                                    * be closed */
    SIM_TRAIT_OVERTAKES = 1u << 3, /* SIM_ASKED, or SIM_SENT of a pong or a ping: something that
                                    * goes before it may wait */
    SIM_TRAIT_BUSY = 1u << 4,      /* SIM_ASKED: the session has asked often since it sent last */
    SIM_TRAIT_FOLLOWER = 1u << 5,  /* SIM_SENT: the other side follows irreversible blocks */
    /* Of SIM_SENT of a block: */
    SIM_TRAIT_AGAIN = 1u << 6,    /* it was sent before on the connection */
    SIM_TRAIT_HEARD = 1u << 7,    /* the other side has sent, noticed or listed it */
    SIM_TRAIT_UNLINKED = 1u << 8, /* its parent went over the connection in neither direction, or
                                   * it is not above the LIB that was told */
    /* Of other messages: */
    SIM_TRAIT_OLD = 1u << 9,   /* SIM_SENT of notices: one is of a block that was not young */
    SIM_TRAIT_LONG = 1u << 10, /* SIM_SENT of notices: there are many */
    SIM_TRAIT_ODD = 1u << 11,  /* SIM_SENT of a ping: its LIB is not that of the peer; SIM_SENT and
                                * SIM_DELIVERED of a pong: its code is not that of an open ping */
    /* Of all: */
    SIM_TRAIT_UNSOUND = 1u << 12,   /* SIM_DELIVERED of a block: it may be invalid */
    SIM_TRAIT_CONTENT = 1u << 13,   /* SIM_SENT and SIM_DELIVERED of a block with transactions;
                                     * SIM_SENT of a ping and SIM_CHAIN: there have been some */
    SIM_TRAIT_DROPPED = 1u << 14,   /* SIM_VERDICT: neither accepted nor known */
    SIM_TRAIT_TOIL = 1u << 15,      /* SIM_DELIVERED: the message before took much work */
    SIM_TRAIT_AFTERMATH = 1u << 16, /* of messages and verdicts that follow malformed input */
    SIM_TRAIT_ANY = 1u << 17,       /* of all happenings */
} SimTrait;

/*
 * What an observer wants to be told: what one of its masks names, and besides, of messages, asking,
 * verdicts and chain events, whatever has one of its traits.
 */
typedef struct SimObserver SimObserver;
struct SimObserver {
    uint32_t mask;      /* of 1u << SimHappeningKind: all of that kind */
    uint32_t sent;      /* of 1u << BnetMessageKind: SIM_SENT of these */
    uint32_t delivered; /* the same of SIM_DELIVERED */
    uint32_t chain;     /* of 1u << BnetChainEventKind: SIM_CHAIN of these */
    uint32_t traits;    /* of SimTrait */

    /* Where several threads run a world (sim/shards.h), of 1u << SimHappeningKind: happenings that
     * may be told a moment later, in order, for of the world nothing but the store is looked at;
     * and those that are told in the thread of the peer to which they happen, for nothing but what
     * is that peer's and its sessions' is looked at, or noted. */
    uint32_t later;
    uint32_t near;
    void (*happened)(SimObserver *self, SimWorld *world, const SimHappening *happening);
    /* (nullable) Called at each whole second of the run; of those that run.h names alone. */
    void (*checkpoint)(SimObserver *self, const SimCheckpoint *checkpoint);
};

#endif
