/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_CORE_STORE_PARTS_H
#define BNETLAB_CORE_STORE_PARTS_H

/*
 * What store.c and contents.c share, and nobody else uses.
 */

#include "core/contents.h"
#include "core/rules.h"

/* A block on its way into the store. */
typedef struct BnetDraft {
    BnetBlockInfo info; /* without what bnet_store_intern() fills in */
    BnetDpos state;
    const BnetTrx *trxs; /* info.n_trx of them */
} BnetDraft;

/* Begins a block on `parent` by the chain rules: all but its id, faults of signature and content,
 * transactions and size. */
void bnet_store_draft(const BnetStore *store, BnetBlock parent, const BnetHeaderFacts *facts,
                      BnetDraft *ret_draft);

/* The handle of that block; *ret_is_new: it was not there. */
BnetBlock bnet_store_intern(BnetStore *store, const BnetDraft *draft, bool *ret_is_new);

/* The first fault of the transactions of a block in that slot, n of them: DUPLICATE or EXPIRED. */
BnetFault bnet_store_judge_trxs(BnetStore *store, uint32_t slot, const BnetTrx *trxs, uint32_t n);

/* The next block of that id, the oldest first; BNET_NO_BLOCK: no more. */
BnetBlock bnet_store_next_of_id(const BnetStore *store, const BnetId *id, BnetIdWalk *walk);

/* Adds a transaction whose id is not there yet. */
BnetTrx bnet_store_append_trx(BnetStore *store, const BnetTrxInfo *info);

/* The DPoS state after a block. */
void bnet_store_state(const BnetStore *store, BnetBlock block, BnetDpos *ret_state);

/* Scratch memory for n digests, and one more that bnet_merkle_root() may need. */
BnetId *bnet_store_digests(BnetStore *store, uint32_t n);

/* --- contents.c ------------------------------------------------------------------------------ */

void bnet_contents_init(BnetStore *store, const BnetChainConfig *config);
void bnet_contents_finish(BnetStore *store);

/* Bytes of a block in its canonical form. */
uint32_t bnet_contents_size(const BnetWireBlock *block);

/* Block 1 was added, from `real`, or as a model with that header (the other is NULL). */
void bnet_contents_keep_genesis(BnetStore *store, const BnetWireHeader *model,
                                const BnetWireBlock *real);

/* A modelled block was added: signs it and keeps its bytes, if the store does. */
void bnet_contents_keep_block(BnetStore *store, BnetBlock block, const BnetWireHeader *header,
                              bool signature_valid);

/* A modelled transaction that is in the store; BNET_NO_TRX: it is not, and *ret_info is what to add
 * next. Its bytes are kept then, if the store does. */
BnetTrx bnet_contents_model_trx(BnetStore *store, uint64_t nonce, uint32_t expiration_s,
                                uint32_t size, BnetTrxInfo *ret_info);

/* The action root of a modelled block. */
BnetId bnet_contents_action_mroot(uint64_t variant, bool content_valid);

#endif
