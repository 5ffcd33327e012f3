/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_CORE_BLAME_H
#define BNETLAB_CORE_BLAME_H

/*
 * Which sessions sent us a full block that has not been applied yet (protocol section 4). Kept
 * until the block is applied, stale or rejected, never evicted earlier; bounded by the blocks of
 * the fork database times the sessions. Mostly empty: a block is applied soon after it came.
 *
 * The first few entries stand in the struct itself, more of them in chains by block. A query costs
 * the few and the senders of one block; dropping a session and finding the guilty look at all
 * entries, which is rare.
 */

#include "core/store.h"

#define BNET_BLAME_FEW 6u

typedef struct BnetBlameEntry {
    BnetBlock block; /* BNET_NO_BLOCK: free */
    uint32_t session;
    uint32_t next; /* of the chain, or of the free entries, as index + 1; 0: none */
} BnetBlameEntry;

typedef struct BnetBlameFew {
    BnetBlock block;
    uint32_t session;
} BnetBlameFew;

typedef struct BnetBlame {
    uint32_t n;                       /* entries in use, with the few */
    uint32_t n_few;                   /* of them */
    BnetBlameFew few[BNET_BLAME_FEW]; /* in no order */
    BnetBlameEntry *entries;          /* [capacity]: the others */
    uint32_t *chains;  /* [capacity]: first entry of each chain, as index + 1; 0: none */
    uint32_t capacity; /* 0 or a power of two */
    uint32_t free;     /* first free entry, as index + 1; 0: none */
} BnetBlame;

void bnet_blame_init(BnetBlame *blame);
void bnet_blame_finish(BnetBlame *blame);

/* The session sent the block. May allocate. */
void bnet_blame_add(BnetBlame *blame, BnetBlock block, uint32_t session);

/* The block was sent by the session. */
bool bnet_blame_has(const BnetBlame *blame, BnetBlock block, uint32_t session);

/* The session is to blame for a block. */
bool bnet_blame_has_session(const BnetBlame *blame, uint32_t session);

/* Nobody is to blame for the block any more. */
void bnet_blame_drop_block(BnetBlame *blame, BnetBlock block);

/* Blame ends with the session. */
void bnet_blame_drop_session(BnetBlame *blame, uint32_t session);

/* Takes out an entry of a session that sent `root` or a block built on it, the lowest session
 * first; BNET_NO_SESSION: none is left. */
uint32_t bnet_blame_take_guilty(BnetBlame *blame, const BnetStore *store, BnetBlock root);

#endif
