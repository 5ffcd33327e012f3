/* SPDX-License-Identifier: Apache-2.0 */
#include "core/store.h"

#include <string.h>

#define FIRST_BLOCKS 256u
#define FIRST_TRXS 256u
#define FIRST_INDEX 1024u
#define FIRST_BYTES 65536u

/* signature: variant index and 65 bytes; then no block extensions. */
#define BLOCK_TAIL_BYTES (66u + 1u)
/* status, cpu, net words, variant index, shared by all receipts. */
#define RECEIPT_BYTES (1u + 4u + 1u + 1u)

/* Makes room for one more item of `bytes` in a growing array. */
static void *grow(void *items, uint32_t n, uint32_t *capacity, uint32_t first, size_t bytes)
{
    if (n < *capacity)
        return items;
    uint32_t wanted = *capacity ? *capacity * 2 : first;
    bnet_assert(wanted > *capacity);
    *capacity = wanted;
    return bnet_mem_resize(items, (size_t)wanted * bytes);
}

/* Makes room for n + more items of `bytes` in a growing array. */
static void *grow_by(void *items, uint64_t n, uint64_t more, uint64_t *capacity, size_t bytes)
{
    if (n + more <= *capacity)
        return items;
    uint64_t wanted = *capacity ? *capacity : FIRST_BYTES;
    while (wanted < n + more)
        wanted *= 2;
    *capacity = wanted;
    return bnet_mem_resize(items, (size_t)wanted * bytes);
}

/* --- index by id ----------------------------------------------------------------------------- */

static uint32_t id_hash(const BnetId *id)
{
    uint32_t hash;
    memcpy(&hash, id->bytes + 8, sizeof hash);
    return hash;
}

/* The same header with and without a valid signature, or with another content, is not one block;
 * nor are the children of two such blocks, although their ids are equal. */
static bool same_block(const BnetBlockInfo *a, const BnetBlockInfo *b)
{
    return bnet_id_equal(&a->id, &b->id) && a->parent == b->parent &&
           a->header_fault == b->header_fault && a->content_fault == b->content_fault;
}

static uint32_t *index_place(const BnetStore *store, uint32_t *index, uint32_t size,
                             const BnetBlockInfo *info)
{
    uint32_t at = id_hash(&info->id) & (size - 1);
    while (index[at] && !same_block(&store->blocks[index[at]], info))
        at = (at + 1) & (size - 1);
    return &index[at];
}

static void index_reserve(BnetStore *store)
{
    if ((uint64_t)store->n_blocks * 2 < store->index_size)
        return;
    uint32_t size = store->index_size ? store->index_size * 2 : FIRST_INDEX;
    bnet_assert(size > store->index_size);
    uint32_t *index = bnet_mem_resize(NULL, (size_t)size * sizeof *index);
    memset(index, 0, (size_t)size * sizeof *index);
    for (uint32_t b = 1; b < store->n_blocks; b++)
        *index_place(store, index, size, &store->blocks[b]) = b;
    bnet_mem_resize(store->index, 0);
    store->index = index;
    store->index_size = size;
}

/* --- blocks ---------------------------------------------------------------------------------- */

static void keep_dpos(BnetStore *store, BnetBlockInfo *info, const BnetDpos *state)
{
    size_t bytes = bnet_dpos_packed_bytes(state);
    store->dpos = grow_by(store->dpos, store->dpos_bytes, bytes, &store->dpos_capacity, 1);
    bnet_dpos_pack(state, store->dpos + store->dpos_bytes);
    info->dpos_at = store->dpos_bytes;
    store->dpos_bytes += bytes;
}

static BnetBlock append_block(BnetStore *store, const BnetBlockInfo *info)
{
    BnetBlock block = store->n_blocks;
    store->blocks =
        grow(store->blocks, block, &store->blocks_capacity, FIRST_BLOCKS, sizeof *store->blocks);
    store->blocks[block] = *info;
    store->n_blocks++;
    return block;
}

static uint32_t lib_of(const BnetStore *store, const BnetDpos *state)
{
    switch (store->rule) {
    case BNET_RULE_DPOS:
        return state->lib;
    case BNET_RULE_DEPTH:
        return state->number > store->depth ? state->number - store->depth : 0;
    case BNET_RULE_NONE:
        return 0;
    }
    bnet_assert(false);
    return 0;
}

static uint32_t block_size(const BnetStore *store, const BnetBlockSpec *spec)
{
    uint64_t size = BNET_HEADER_BYTES + BLOCK_TAIL_BYTES + bnet_varuint_bytes(spec->n_trxs);
    for (uint32_t i = 0; i < spec->n_trxs; i++)
        size += RECEIPT_BYTES + bnet_store_trx(store, spec->trxs[i])->size;
    bnet_assert(size <= UINT32_MAX);
    return (uint32_t)size;
}

static BnetId transaction_mroot(BnetStore *store, const BnetBlockSpec *spec)
{
    if (spec->n_trxs + 1 > store->digests_capacity) {
        store->digests_capacity = 2 * (spec->n_trxs + 1);
        store->digests =
            bnet_mem_resize(store->digests, store->digests_capacity * sizeof *store->digests);
    }
    for (uint32_t i = 0; i < spec->n_trxs; i++)
        store->digests[i] = bnet_receipt_digest(&bnet_store_trx(store, spec->trxs[i])->id);
    return bnet_merkle_root(store->digests, spec->n_trxs);
}

static BnetId block_id(BnetStore *store, const BnetBlockSpec *spec)
{
    BnetHeader header = {
        .slot = spec->slot,
        .producer = spec->producer,
        .confirmed = spec->confirmed,
        .transaction_mroot = transaction_mroot(store, spec),
        .schedule_version = spec->schedule_version,
    };
    if (spec->parent != BNET_NO_BLOCK)
        header.previous = bnet_store_block(store, spec->parent)->id;
    /* Actions are not modelled: their root is that of the variant, zero for honest blocks. */
    bnet_put_little(header.action_mroot.bytes, spec->variant, sizeof spec->variant);
    return bnet_header_id(&header);
}

/* The header rules of protocol section 8, in the order in which a node checks them. */
static BnetFault header_fault(const BnetStore *store, const BnetBlockSpec *spec,
                              const BnetBlockInfo *parent, const BnetDpos *state)
{
    uint32_t scheduled = bnet_store_scheduled(store, spec->slot);
    if (spec->slot <= parent->slot)
        return BNET_FAULT_TIMESTAMP;
    if (spec->producer != store->producers[scheduled])
        return BNET_FAULT_PRODUCER;
    if (spec->schedule_version != 0)
        return BNET_FAULT_SCHEDULE_VERSION;
    if (bnet_dpos_confirms_twice(state, scheduled, spec->confirmed))
        return BNET_FAULT_DOUBLE_CONFIRM;
    return spec->signature_valid ? BNET_FAULT_NONE : BNET_FAULT_SIGNATURE;
}

static bool has_expired_trx(const BnetStore *store, const BnetBlockSpec *spec)
{
    int64_t time_ns = bnet_store_slot_time_ns(store, spec->slot);
    for (uint32_t i = 0; i < spec->n_trxs; i++)
        if (bnet_store_trx(store, spec->trxs[i])->expiration_s * BNET_NS_PER_S < time_ns)
            return true;
    return false;
}

/* Jump pointers as in a skew-binary list: two equal jumps in a row are joined into one. */
static BnetBlock jump_of(const BnetStore *store, BnetBlock parent)
{
    const BnetBlockInfo *p = &store->blocks[parent];
    const BnetBlockInfo *j = &store->blocks[p->jump];
    if (p->number - j->number == j->number - store->blocks[j->jump].number)
        return j->jump;
    return parent;
}

BnetBlock bnet_store_add_block(BnetStore *store, const BnetBlockSpec *spec)
{
    const BnetBlockInfo *parent = bnet_store_block(store, spec->parent);
    BnetDpos state;
    state.n_producers = store->n_producers;
    bnet_dpos_unpack(&state, store->dpos + parent->dpos_at);
    BnetBlockInfo info = {
        .id = block_id(store, spec),
        .number = parent->number + 1,
        .parent = spec->parent,
        .jump = jump_of(store, spec->parent),
        .slot = spec->slot,
        .n_trx = spec->n_trxs,
        .size = block_size(store, spec),
        .producer = spec->producer,
        .confirmed = spec->confirmed,
        .header_fault = (uint8_t)header_fault(store, spec, parent, &state),
        .content_fault = !spec->content_valid || has_expired_trx(store, spec),
    };
    index_reserve(store);
    uint32_t *place = index_place(store, store->index, store->index_size, &info);
    if (*place)
        return *place;

    bnet_dpos_advance(&state, bnet_store_scheduled(store, spec->slot), spec->confirmed);
    info.lib = lib_of(store, &state);
    info.proposed = state.proposed;
    keep_dpos(store, &info, &state);
    store->block_trxs = grow_by(store->block_trxs, store->n_block_trxs, spec->n_trxs,
                                &store->block_trxs_capacity, sizeof *store->block_trxs);
    info.trx_at = store->n_block_trxs;
    for (uint32_t i = 0; i < spec->n_trxs; i++)
        store->block_trxs[store->n_block_trxs++] = spec->trxs[i];
    *place = append_block(store, &info);
    return *place;
}

/* Block 1 and the chain id. The id of a real chain is the hash of its genesis state; here it is
 * that of the schedule and the genesis time, which are all that tells two modelled chains apart. */
static void add_genesis(BnetStore *store, uint32_t genesis_slot)
{
    BnetDpos state;
    bnet_dpos_genesis(&state, store->n_producers);
    BnetBlockSpec spec = {.slot = genesis_slot, .signature_valid = true, .content_valid = true};
    BnetBlockInfo info = {
        .id = block_id(store, &spec),
        .number = 1,
        .jump = BNET_GENESIS,
        .slot = genesis_slot,
        .size = block_size(store, &spec),
        .lib = 0,
    };
    keep_dpos(store, &info, &state);
    index_reserve(store);
    uint32_t *place = index_place(store, store->index, store->index_size, &info);
    *place = append_block(store, &info);
    bnet_assert(*place == BNET_GENESIS);

    uint8_t genesis[sizeof store->producers + sizeof genesis_slot] = {0};
    uint8_t *at = genesis;
    for (uint32_t i = 0; i < store->n_producers; i++)
        at = bnet_put_little(at, store->producers[i], sizeof store->producers[i]);
    bnet_put_little(genesis + sizeof store->producers, genesis_slot, sizeof genesis_slot);
    store->chain_id = bnet_sha256(genesis, sizeof genesis);
}

void bnet_store_init(BnetStore *store, const BnetChainConfig *config)
{
    bnet_assert(config->n_producers >= 1 && config->n_producers <= BNET_PRODUCERS_MAX);
    bnet_assert(config->rule != BNET_RULE_DEPTH || config->depth >= 1);
    memset(store, 0, sizeof *store);
    store->rule = config->rule;
    store->depth = config->depth;
    store->n_producers = config->n_producers;
    memcpy(store->producers, config->producers, config->n_producers * sizeof *config->producers);
    store->zero_slot = config->zero_slot;
    store->n_blocks = 1;
    store->n_trxs = 1;
    add_genesis(store, config->genesis_slot);
}

void bnet_store_finish(BnetStore *store)
{
    if (!store)
        return;
    bnet_mem_resize(store->blocks, 0);
    bnet_mem_resize(store->trxs, 0);
    bnet_mem_resize(store->block_trxs, 0);
    bnet_mem_resize(store->dpos, 0);
    bnet_mem_resize(store->index, 0);
    bnet_mem_resize(store->digests, 0);
    memset(store, 0, sizeof *store);
}

/* --- transactions ---------------------------------------------------------------------------- */

BnetTrx bnet_store_add_trx(BnetStore *store, uint64_t nonce, uint32_t expiration_s, uint32_t size)
{
    BnetTrx trx = store->n_trxs;
    store->trxs = grow(store->trxs, trx, &store->trxs_capacity, FIRST_TRXS, sizeof *store->trxs);
    uint8_t bytes[sizeof nonce + sizeof expiration_s + sizeof size];
    uint8_t *at = bnet_put_little(bytes, nonce, sizeof nonce);
    at = bnet_put_little(at, expiration_s, sizeof expiration_s);
    bnet_put_little(at, size, sizeof size);
    store->trxs[trx] = (BnetTrxInfo){
        .id = bnet_sha256(bytes, sizeof bytes),
        .expiration_s = expiration_s,
        .size = size,
    };
    store->n_trxs++;
    return trx;
}

const BnetTrxInfo *bnet_store_trx(const BnetStore *store, BnetTrx trx)
{
    bnet_assert(trx != BNET_NO_TRX && trx < store->n_trxs);
    return &store->trxs[trx];
}

const BnetTrx *bnet_store_block_trx(const BnetStore *store, BnetBlock block)
{
    uint64_t at = bnet_store_block(store, block)->trx_at;
    return store->block_trxs ? store->block_trxs + at : NULL;
}

/* --- time and schedule ----------------------------------------------------------------------- */

int64_t bnet_store_slot_time_ns(const BnetStore *store, uint32_t slot)
{
    return ((int64_t)slot - store->zero_slot) * BNET_SLOT_NS;
}

uint32_t bnet_store_slot_at(const BnetStore *store, int64_t now_ns)
{
    bnet_assert(now_ns >= 0);
    return (uint32_t)(store->zero_slot + now_ns / BNET_SLOT_NS);
}

uint32_t bnet_store_scheduled(const BnetStore *store, uint32_t slot)
{
    return bnet_dpos_scheduled(store->n_producers, slot);
}

/* --- the tree -------------------------------------------------------------------------------- */

BnetBlock bnet_store_ancestor(const BnetStore *store, BnetBlock block, uint32_t number)
{
    const BnetBlockInfo *blocks = store->blocks;
    bnet_assert(number >= 1 && number <= blocks[block].number);
    while (blocks[block].number > number) {
        BnetBlock jump = blocks[block].jump;
        block = blocks[jump].number >= number ? jump : blocks[block].parent;
    }
    return block;
}

bool bnet_store_is_ancestor(const BnetStore *store, BnetBlock ancestor, BnetBlock block)
{
    uint32_t number = bnet_store_number(store, ancestor);
    if (number > bnet_store_number(store, block))
        return false;
    return bnet_store_ancestor(store, block, number) == ancestor;
}

BnetBlock bnet_store_common(const BnetStore *store, BnetBlock a, BnetBlock b)
{
    const BnetBlockInfo *blocks = store->blocks;
    uint32_t na = bnet_store_number(store, a);
    uint32_t nb = bnet_store_number(store, b);
    if (na > nb)
        a = bnet_store_ancestor(store, a, nb);
    else if (nb > na)
        b = bnet_store_ancestor(store, b, na);
    /* Jumps depend on the number alone, so both sides stay at one number. */
    while (a != b) {
        bool jump = blocks[a].jump != blocks[b].jump;
        a = jump ? blocks[a].jump : blocks[a].parent;
        b = jump ? blocks[b].jump : blocks[b].parent;
    }
    return a;
}
