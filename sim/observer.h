/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_OBSERVER_H
#define BNETLAB_SIM_OBSERVER_H

/*
 * What happens in a world, told to those who watch: the checks, the trace writer.
 *
 * An observer sees every happening in the order of the model, at the moment it happens, and the
 * whole world through world.h. It never changes the world. A happening is valid during the call.
 * Observers of one world are called in one thread, in the order in which they were added.
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
    BnetTrx trx;
    const char *text;
} SimHappening;

typedef struct SimObserver SimObserver;
struct SimObserver {
    uint32_t mask; /* of 1u << SimHappeningKind: what it wants to be told */
    /* Of 1u << BnetMessageKind: what it wants to be told of SIM_SENT and of SIM_DELIVERED; 0: of
     * all messages. */
    uint32_t sent;
    uint32_t delivered;
    void (*happened)(SimObserver *self, SimWorld *world, const SimHappening *happening);
};

#endif
