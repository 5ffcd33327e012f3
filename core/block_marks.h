/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_CORE_BLOCK_MARKS_H
#define BNETLAB_CORE_BLOCK_MARKS_H

/*
 * The block status of a session as the deployed plugin keeps it: by id, of blocks that exist and of
 * ids that were made up, without order, and bounded only by what its user lets in. A hash table;
 * marking and finding are O(1), forgetting what is old is O(size). 16 bytes an entry, and as much
 * again of free places.
 */

#include "core/base.h"

enum {
    BNET_MARK_LISTED = 1,   /* has an entry */
    BNET_MARK_KNOWN = 2,    /* by the peer */
    BNET_MARK_RECEIVED = 4, /* from the peer, in full */
};

typedef struct BnetBlockMark {
    uint64_t key;    /* 8 bytes of the id that nobody chooses without a lot of work */
    uint32_t number; /* of the block, as its id says */
    uint32_t flags;  /* 0: free */
} BnetBlockMark;

typedef struct BnetBlockMarks {
    BnetBlockMark *places; /* [capacity] */
    uint32_t capacity;     /* 0 or a power of two */
    uint32_t n;
} BnetBlockMarks;

/* Accepts what is zeroed. */
void bnet_block_marks_finish(BnetBlockMarks *marks);

/* Flags of an id; 0: it has no entry. */
uint32_t bnet_block_marks_get(const BnetBlockMarks *marks, const BnetId *id);

/* Adds flags to the entry of an id, which is made if there is none. May allocate. */
void bnet_block_marks_add(BnetBlockMarks *marks, const BnetId *id, uint32_t flags);

/* Forgets all blocks with a lower number. */
void bnet_block_marks_purge(BnetBlockMarks *marks, uint32_t number);

#endif
