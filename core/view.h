/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_CORE_VIEW_H
#define BNETLAB_CORE_VIEW_H

/*
 * One node's view of the chain: which blocks it has, what it found invalid, its head and its LIB
 * (protocol sections 6 and 8). The blocks themselves are shared (store.h); a view is light.
 *
 * A received block is judged by its header at once (bnet_view_receive). What follows from it is
 * done in steps (bnet_view_step), one event each, until the head is the best block by fork choice:
 * highest LIB first, then highest number, among equals the first that came. Memory: a bit for each
 * block since the LIB, and a few words for each block that is not on the best chain.
 */

#include "core/bits.h"
#include "core/quirks.h"
#include "core/store.h"

/* Protocol section 6: a block further ahead of our clock is dropped. */
#define BNET_FUTURE_NS (7 * BNET_NS_PER_S)

/* The chain's verdicts on a received block (protocol section 6). */
typedef enum BnetVerdict {
    BNET_VERDICT_ACCEPTED,
    BNET_VERDICT_KNOWN,
    BNET_VERDICT_INVALID,
    BNET_VERDICT_STALE,
    BNET_VERDICT_UNLINKABLE,
    BNET_VERDICT_FUTURE,
} BnetVerdict;

typedef enum BnetChainEventKind {
    BNET_CHAIN_HEADER,       /* block: its header was accepted */
    BNET_CHAIN_SWITCH,       /* the head went back from `other` to `block`, the fork point */
    BNET_CHAIN_APPLIED,      /* block was applied and is the head */
    BNET_CHAIN_IRREVERSIBLE, /* block; one event for each number */
    BNET_CHAIN_REJECTED, /* block is invalid, and with it all that is built on it; `other` was to
                          * become the head */
    BNET_CHAIN_PRUNED,   /* block conflicts with the LIB and was given up */
} BnetChainEventKind;

typedef struct BnetChainEvent {
    BnetChainEventKind kind;
    BnetBlock block;
    BnetBlock other;
} BnetChainEvent;

/* A growing list of handles. */
typedef struct BnetList {
    uint32_t *items;
    uint32_t n;
    uint32_t capacity;
    uint32_t hint; /* index from which the last item was taken out */
} BnetList;

typedef struct BnetView {
    const BnetStore *store;
    BnetBlock head;     /* of the applied best chain */
    BnetBlock lib;      /* BNET_NO_BLOCK: none yet */
    BnetBlock target;   /* what the head shall become; head: nothing to do */
    BnetBlock fallback; /* head before a fork switch that is under way; BNET_NO_BLOCK: none */
    uint32_t head_number;
    uint32_t lib_number;       /* 0: there is none yet */
    uint32_t announced;        /* number of the last irreversible event */
    BnetBlock announced_block; /* its block; BNET_NO_BLOCK: there is none */
    BnetBits has;              /* blocks above the LIB whose header was accepted */
    /* Those of them that are not on the applied best chain; of equal ones the one that came first
     * stands first. */
    BnetList side;
    BnetList invalid;  /* roots of invalid branches, until the LIB passes them */
    BnetList pruned;   /* events to come */
    BnetList returned; /* transactions of unwound blocks, the newest first, to be looked at when
                        * settled */
    BnetBits included; /* transactions in the applied best chain */
    BnetQuirks quirks; /* of them H15 (remembers no bad block), H18 */
    bool owes_event;   /* H18: an irreversible event is due */
    bool credulous;    /* of a persona: finds no fault in anything */
} BnetView;

/* A view that holds the chain up to `head`, all of it applied. */
void bnet_view_init(BnetView *view, const BnetStore *store, BnetBlock head);
void bnet_view_finish(BnetView *view);

/*
 * Judges a block by what can be known on arrival, by the node's clock. ACCEPTED: it is in the fork
 * database now, and bnet_view_step() has work if it is better than the head. INVALID: it is
 * remembered.
 */
BnetVerdict bnet_view_receive(BnetView *view, BnetBlock block, int64_t wall_ns);

/*
 * What the applied best chain has up to that number is irreversible, whatever the rule says: at
 * most its head, and not below the LIB. The steps of it are left, unless `announced`: they were
 * told before. Nothing else is left to do, which is asserted.
 */
void bnet_view_set_lib(BnetView *view, uint32_t number, bool announced);

/* Does one step towards the target; false when there is none left to do. */
bool bnet_view_step(BnetView *view, BnetChainEvent *ret_event);

/* How many blocks the steps to come will apply, if none fails. O(log n). */
uint32_t bnet_view_pending(const BnetView *view);

/* Fork choice (protocol section 8): a is a better head than b, for its LIB is higher, or equal and
 * its number is higher. */
bool bnet_fork_choice_prefers(const BnetStore *store, BnetBlock a, BnetBlock b);

/* The block is in the fork database, or irreversible on our chain. */
bool bnet_view_has(const BnetView *view, BnetBlock block);

/* The block is on the applied best chain. */
bool bnet_view_applied(const BnetView *view, BnetBlock block);

/* The block of that number on the applied best chain; BNET_NO_BLOCK above the head and for 0. */
BnetBlock bnet_view_at(const BnetView *view, uint32_t number);

static inline uint32_t bnet_view_head_number(const BnetView *view)
{
    return view->head_number;
}

static inline uint32_t bnet_view_lib_number(const BnetView *view)
{
    return view->lib_number;
}

const char *bnet_verdict_name(BnetVerdict verdict);
const char *bnet_chain_event_name(BnetChainEventKind kind);

#endif
