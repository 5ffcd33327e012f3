/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_CAUSE_WORDS_H
#define BNETLAB_SIM_CAUSE_WORDS_H

/*
 * One happening of those that led to a violation (causes.h), and how it is said.
 */

#include <glib.h>

#include "sim/causes.h"

#define SIM_CAUSE_TRX 0x80000000u /* in an item: it is a transaction */

typedef enum SimCauseKind {
    SIM_CAUSE_MADE,
    SIM_CAUSE_SENT,
    SIM_CAUSE_TOOK,
    SIM_CAUSE_NOTICED, /* sent a notice */
    SIM_CAUSE_TOOK_NOTICE,
    SIM_CAUSE_JUDGED,   /* verdict of the peer's chain on a block */
    SIM_CAUSE_ACCEPTED, /* a transaction, by the peer's chain */
    SIM_CAUSE_APPLIED,  /* a block, by the peer's chain */
    SIM_CAUSE_OPENED,   /* from here on of sessions: no item */
    SIM_CAUSE_CLOSED,
    SIM_CAUSE_DIALLED,
    SIM_CAUSE_UNDIALLED, /* a dial came to nothing */
    SIM_CAUSE_TOOK_HELLO,
    SIM_CAUSE_TOOK_TRX_NOTICE,
    SIM_CAUSE_TOOK_MALFORMED,
    SIM_CAUSE_PINGED,  /* is put in where it is told; item: its LIB */
    SIM_CAUSE_STARTED, /* from here on of no session either */
    SIM_CAUSE_STOPPED,
    SIM_CAUSE_SWITCHED, /* left a branch; item: its head */
    SIM_CAUSE_FAULT,    /* item: number of the scenario's event, from 1; 0: of none */
} SimCauseKind;

typedef struct SimCause {
    int64_t time_ns;
    int64_t value; /* LIB of a hello; when a ping was answered, 0: not; how far the clock of who
                    * gave a verdict was ahead, ns; block behind which a branch was left; place of
                    * the words of a fault */
    uint32_t item; /* block, or transaction and SIM_CAUSE_TRX; else as the kind says */
    uint32_t peer;
    uint32_t remote;
    uint32_t end;    /* of the peer; UINT32_MAX: none */
    uint8_t kind;    /* SimCauseKind */
    uint8_t verdict; /* BnetVerdict; BnetCloseReason of a session */
} SimCause;

/* What is told of: items, and sessions of two peers. */
typedef struct SimCauseStory {
    SimWorld *world;
    const SimSubject *subject;
    uint32_t items[5]; /* block, transaction, the others, the block that includes it; 0: none */
    GArray *all;       /* of SimCause, in order of time */
    bool *marks;       /* [all->len + 1]: is told */
    const GPtrArray *texts; /* words of faults */
    bool parted;            /* the last partition or heal that was met has kept the two apart */
} SimCauseStory;

/* It is about a block or a transaction, and not about a session or a process. */
static inline bool sim_cause_is_of_item(const SimCause *cause)
{
    return cause->kind < SIM_CAUSE_OPENED;
}

static inline bool sim_cause_is_of_session(const SimCause *cause)
{
    return cause->kind >= SIM_CAUSE_OPENED && cause->kind < SIM_CAUSE_PINGED;
}

/* "block 22", "transaction 5b54e82e" (transfer full) */
char *sim_cause_name(const SimWorld *world, uint32_t item);

/* The item is a transaction that the block includes. O(transactions of the block). */
bool sim_cause_includes(const BnetStore *store, BnetBlock block, uint32_t item);

/* "1.175 s  bp[16] sent it to hub". `item`: what the line before is about, 0: nothing; then that of
 * this one. (transfer full) */
char *sim_cause_line(const SimCauseStory *story, const SimCause *cause, uint32_t *item);

#endif
