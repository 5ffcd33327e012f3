/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_NODE_CHAIN_STORE_H
#define BNETLAB_NODE_CHAIN_STORE_H

/*
 * The chain of a node on disk: a folder with
 *
 *     blocks.log       the irreversible blocks, as EOSIO keeps them (core/blocks_log.h)
 *     reversible.log   all blocks of the fork database since then, in the order in which they came
 *     lock             held while a node uses the folder
 *
 * reversible.log begins with 8 bytes "BNETREV1" and the chain id; each block is its length and a
 * CRC-32, both u32 little-endian, and its bytes. When most of it has become irreversible, it is
 * written anew and replaces the old one.
 *
 * What was added is in the system's hands at once, so that it outlives the process, and on the disk
 * after node_chain_store_commit(), so that it outlives the machine's power. A tail that was torn is
 * found by opening, cut off, kept in a file *.torn and told of.
 *
 * One thread. Adding a block costs a write of its bytes; a commit a wait for the disk, if anything
 * was added.
 */

#include <glib.h>

#include "core/contents.h"
#include "core/wire_genesis.h"

typedef struct NodeChainStore NodeChainStore;

typedef struct NodeChainStoreConfig {
    const char *folder;             /* is made if it is not there; NULL: nothing is kept */
    const BnetWireGenesis *genesis; /* of a new chain, and what an old one must have; NULL: that of
                                     * nodeos for a new one, any for an old one */
    const GArray *producers;        /* of uint64_t: the first schedule, up to 125, each with the
                                     * genesis state's key; NULL or empty: eosio alone */
    bool extensions;                /* the chain is of EOSIO 2 */
    bool lib_may_fall;              /* as in EOSIO 1.7 */
    int64_t zero_slot;              /* the slot that begins at time 0 of the node's clock */
} NodeChainStoreConfig;

/* What was found. */
typedef struct NodeChainStart {
    BnetBlock head;          /* of blocks.log: it and all before it are irreversible */
    GArray *reversible;      /* of BnetBlock, in the order in which they came */
    GPtrArray *notes;        /* texts: what was repaired */
    uint32_t max_lifetime_s; /* of a transaction, by the genesis state */
} NodeChainStart;

void node_chain_start_clear(NodeChainStart *start);

/*
 * Takes the folder, reads it into a store, which is initialized here if all is well (then the
 * caller finishes it), and judges every block by the rules of the chain. NULL: the folder is in
 * use, cannot be read or written, or holds what is no chain or another one. (transfer full)
 */
NodeChainStore *node_chain_store_open(const NodeChainStoreConfig *config, BnetStore *store,
                                      NodeChainStart *ret_start, GError **error);

/* Accepts NULL. */
void node_chain_store_close(NodeChainStore *disk);

/* The fork database has that block now. */
void node_chain_store_add(NodeChainStore *disk, const BnetStore *store, BnetBlock block);

/* That block is irreversible: the next one of the log, or one that it has already. */
void node_chain_store_irreversible(NodeChainStore *disk, const BnetStore *store, BnetBlock block);

/* All that was added is on the disk. False: it could not be written, now or earlier; the node must
 * end. */
bool node_chain_store_commit(NodeChainStore *disk, GError **error);

/* Blocks are there that a commit has to wait for. */
bool node_chain_store_is_dirty(const NodeChainStore *disk);

/* Number of the newest block of blocks.log. */
uint32_t node_chain_store_logged(const NodeChainStore *disk);

#endif
