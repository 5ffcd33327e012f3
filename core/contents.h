/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_CORE_CONTENTS_H
#define BNETLAB_CORE_CONTENTS_H

/*
 * Blocks and transactions of a store as bytes (protocol sections 3 and 8).
 *
 * What was read is interned like what was modelled, so that both are the same handle when they are
 * the same block. A modelled block is an honest encoding of itself: real header, ids, roots, and a
 * signature of its producer's key, which follows from the producer's name. Its transactions are
 * unsigned and have one action. What cannot be seen in bytes it shows by a mark: the action root of
 * a block whose content fails when applied ends with the text "bnetlab: fails to apply.".
 *
 * The store keeps bytes only if it was told so (keep_bytes). Reading a block takes a hash of it
 * and, where signatures are verified and its bytes are not known already, some 50 us.
 */

#include "core/sign.h"
#include "core/store.h"

/*
 * The handle of a block that was read. False: its parent is not in the store. The scratch memory is
 * for its compressed transactions.
 */
bool bnet_store_read_block(BnetStore *store, const BnetWireBlock *block, BnetScratch scratch,
                           BnetBlock *ret_block);

/* The handle of a transaction that was read, by its id. */
BnetTrx bnet_store_read_trx(BnetStore *store, const BnetWirePackedTrx *packed, BnetScratch scratch);

/* The packed signed_block. The store keeps bytes, which is asserted. Valid until a block or a
 * transaction is added. */
BnetSlice bnet_store_block_bytes(const BnetStore *store, BnetBlock block);

/* The packed_transaction, in the same way. */
BnetSlice bnet_store_trx_bytes(const BnetStore *store, BnetTrx trx);

/* The transaction whose packed_transaction has that hash, as a trx_notice names it, of those whose
 * bytes are kept; BNET_NO_TRX: none. */
BnetTrx bnet_store_find_signed(const BnetStore *store, const BnetId *signed_id);

/* From now on the modelled blocks of a producer are signed with that key, instead of the model's.
 * False: it is none, or the producer has a key already. */
bool bnet_store_set_key(BnetStore *store, uint64_t producer, const BnetPrivateKey *private_key);

/* Blocks of that id that are read from now on have a content that fails when applied. At most
 * BNET_STORE_REJECTED_MAX; false: that many are rejected, or a block of that id is known. */
#define BNET_STORE_REJECTED_MAX 1024u
bool bnet_store_reject(BnetStore *store, const BnetId *id);

/* The key of a producer: the one that was set, else the model's. */
BnetKey bnet_store_model_key(BnetStore *store, uint64_t producer);

#endif
