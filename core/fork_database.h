/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_CORE_FORK_DATABASE_H
#define BNETLAB_CORE_FORK_DATABASE_H

/*
 * The deployed node's fork database: the blocks that may still become part of its best chain
 * (protocol section 8), in the four orders in which it looks at them.
 *
 * A block is known by its id: of several handles with the same id (other signature, other
 * transactions) the one that was added is the block, and each of them finds it. Among the blocks of
 * one number those that are marked as current, on the applied chain, stand first; else the order is
 * that in which they came or lost their mark.
 *
 * Blocks are added to blocks that are there, and given up from the lowest number up; so a block
 * that was given up with all that is below it does not come back, and the numbers have no gap.
 *
 * Finding is O(1), adding and removing O(log n) a block. Memory: some 64 bytes a block that is or
 * was there at the same time as others, and 8 for each number. Handles are those of one store,
 * which lives longer. One thread.
 */

#include "core/store.h"

struct BnetFork;

typedef struct BnetForkLevel {
    uint32_t first; /* of the blocks of a number, in their order; 0: none */
    uint32_t last;
} BnetForkLevel;

typedef struct BnetForkDatabase {
    const BnetStore *store;
    struct BnetFork *forks; /* [n_slots], reused; [0] unused */
    uint32_t n_slots;
    uint32_t slots_capacity;
    uint32_t free;     /* a list of unused slots */
    uint32_t n;        /* blocks that are there */
    uint64_t n_added;  /* ever */
    uint32_t *buckets; /* [n_buckets], a power of two, or NULL: blocks by id */
    uint32_t n_buckets;
    uint32_t *heap; /* [n]: the best block first */
    uint32_t heap_capacity;
    BnetForkLevel *levels; /* that of a number stands at number modulo n_levels */
    uint32_t n_levels;     /* a power of two, or 0 */
    uint32_t low;          /* lowest number that is there, if any is */
} BnetForkDatabase;

void bnet_fork_database_init(BnetForkDatabase *database, const BnetStore *store);
void bnet_fork_database_finish(BnetForkDatabase *database);

/* The block of that id; BNET_NO_BLOCK: it is not there. */
BnetBlock bnet_fork_database_find(const BnetForkDatabase *database, const BnetId *id);

/* The parent of a block, which need not be there itself; BNET_NO_BLOCK: the parent is not. */
BnetBlock bnet_fork_database_parent(const BnetForkDatabase *database, BnetBlock block);

/* Adds a block: no other of its id is there, and its parent is, unless it is the first; asserted.
 */
void bnet_fork_database_add(BnetForkDatabase *database, BnetBlock block);

/* Removes a block, which is there, but not what is built on it. */
void bnet_fork_database_drop(BnetForkDatabase *database, BnetBlock block);

/* Removes a block, which is there, and all that is built on it. */
void bnet_fork_database_remove(BnetForkDatabase *database, BnetBlock block);

/* Marks a block as current, which is there, or as no longer current, if it is there. */
void bnet_fork_database_mark(BnetForkDatabase *database, BnetBlock block, bool current);

/* The best block: of the highest LIB, then of the highest number, then the first that came.
 * BNET_NO_BLOCK: there is none at all. */
BnetBlock bnet_fork_database_best(const BnetForkDatabase *database);

/* The first block of the lowest number; BNET_NO_BLOCK: there is none at all. */
BnetBlock bnet_fork_database_oldest(const BnetForkDatabase *database);

#endif
