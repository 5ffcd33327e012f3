/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "core/array.h"
#include "core/store_parts.h"
#include "core/text.h"

/* signature: variant index and 65 bytes; then no block extensions. */
#define BLOCK_TAIL_BYTES (66u + 1u)
_Static_assert(BNET_STORE_EMPTY_BLOCK_BYTES == BNET_HEADER_BYTES + BLOCK_TAIL_BYTES + 1,
               "the count of transactions is 0");
_Static_assert(BNET_STORE_RECEIPT_BYTES == 1 + 4 + 1 + 1, "status, cpu, net words, variant index");

BnetId *bnet_store_digests(BnetStore *store, uint32_t n)
{
    if (n + 1 > store->digests_capacity) {
        store->digests_capacity = 2 * (n + 1);
        store->digests =
            bnet_mem_resize(store->digests, store->digests_capacity * sizeof *store->digests);
    }
    return store->digests;
}

/* --- blocks by their id ---------------------------------------------------------------------- */

static BnetIdItems block_ids(const BnetStore *store)
{
    return (BnetIdItems){store->blocks, sizeof *store->blocks};
}

/* Two lists of transactions may have one root: it does not tell the id of a transaction, which may
 * stand in its place, from its digest. */
static bool same_trxs(const BnetStore *store, const BnetBlockInfo *kept, const BnetDraft *draft)
{
    if (kept->n_trx != draft->info.n_trx)
        return false;
    for (uint32_t i = 0; i < kept->n_trx; i++)
        if (store->block_trxs[kept->trx_at + i] != draft->trxs[i])
            return false;
    return true;
}

/* The same header with and without a valid signature, or with another content, is not one block;
 * nor are the children of two such blocks, although their ids are equal. */
static bool same_block(const BnetStore *store, const BnetBlockInfo *kept, const BnetDraft *draft)
{
    const BnetBlockInfo *info = &draft->info;
    return kept->parent == info->parent && kept->header_fault == info->header_fault &&
           kept->content_fault == info->content_fault &&
           (info->content_fault != BNET_FAULT_NONE || same_trxs(store, kept, draft));
}

static BnetBlock find_same(const BnetStore *store, const BnetDraft *draft)
{
    BnetIdWalk walk = {0};
    BnetBlock block;
    while ((block = bnet_store_next_of_id(store, &draft->info.id, &walk)) != BNET_NO_BLOCK)
        if (same_block(store, &store->blocks[block], draft))
            return block;
    return BNET_NO_BLOCK;
}

BnetBlock bnet_store_next_of_id(const BnetStore *store, const BnetId *id, BnetIdWalk *walk)
{
    return bnet_id_index_next(&store->index, block_ids(store), id, walk);
}

BnetBlock bnet_store_find(const BnetStore *store, const BnetId *id)
{
    BnetIdWalk walk = {0};
    const BnetBlock oldest = bnet_store_next_of_id(store, id, &walk);
    for (BnetBlock b = oldest; b != BNET_NO_BLOCK; b = bnet_store_next_of_id(store, id, &walk)) {
        if (!store->blocks[b].is_bad)
            return b;
    }
    return oldest;
}

/* --- blocks ---------------------------------------------------------------------------------- */

static void keep_dpos(BnetStore *store, BnetBlockInfo *info, const BnetDpos *state)
{
    size_t bytes = bnet_dpos_packed_bytes(state);
    store->dpos =
        bnet_array_grow_by(store->dpos, store->dpos_bytes, bytes, &store->dpos_capacity, 1);
    bnet_dpos_pack(state, store->dpos + store->dpos_bytes);
    info->dpos_at = store->dpos_bytes;
    store->dpos_bytes += bytes;
}

static BnetBlock append_block(BnetStore *store, const BnetBlockInfo *info)
{
    BnetBlock block = store->n_blocks;
    bnet_assert(block < BNET_HANDLES_MAX);
    store->blocks =
        bnet_array_grow(store->blocks, block, &store->blocks_capacity, sizeof *store->blocks);
    store->blocks[block] = *info;
    store->n_blocks++;
    bnet_id_index_add(&store->index, block_ids(store), block);
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

/* Jump pointers as in a skew-binary list: two equal jumps in a row are joined into one. */
static BnetBlock jump_of(const BnetStore *store, BnetBlock parent)
{
    const BnetBlockInfo *p = &store->blocks[parent];
    const BnetBlockInfo *j = &store->blocks[p->jump];
    if (p->number - j->number == j->number - store->blocks[j->jump].number)
        return j->jump;
    return parent;
}

void bnet_store_state(const BnetStore *store, BnetBlock block, BnetDpos *ret_state)
{
    bnet_dpos_unpack(ret_state, store->dpos + bnet_store_block(store, block)->dpos_at);
}

void bnet_store_draft(const BnetStore *store, BnetBlock parent, const BnetHeaderFacts *facts,
                      BnetDraft *ret_draft)
{
    const BnetBlockInfo *above = bnet_store_block(store, parent);
    bnet_store_state(store, parent, &ret_draft->state);
    ret_draft->info = (BnetBlockInfo){
        .number = above->number + 1,
        .parent = parent,
        .jump = jump_of(store, parent),
        .slot = facts->slot,
        .producer = facts->producer,
        .confirmed = facts->confirmed,
        .header_fault =
            (uint8_t)bnet_rules_judge(&store->schedules, facts, above->slot, &ret_draft->state),
    };
    ret_draft->trxs = NULL;
}

BnetBlock bnet_store_intern(BnetStore *store, const BnetDraft *draft, bool *ret_is_new)
{
    BnetBlockInfo info = draft->info;
    const BnetBlock same = find_same(store, draft);
    *ret_is_new = same == BNET_NO_BLOCK;
    if (!*ret_is_new)
        return same;
    info.is_bad = info.header_fault || info.content_fault || store->blocks[info.parent].is_bad;

    /* After a schedule with fewer producers the rule's own value can be lower: fork choice would
     * never take a child of the head. */
    const uint32_t before = store->lib_may_fall ? 0 : store->blocks[info.parent].lib;
    info.lib = lib_of(store, &draft->state);
    if (info.lib < before)
        info.lib = before;
    info.proposed = draft->state.proposed;
    keep_dpos(store, &info, &draft->state);
    store->block_trxs = bnet_array_grow_by(store->block_trxs, store->n_block_trxs, info.n_trx,
                                           &store->block_trxs_capacity, sizeof *store->block_trxs);
    info.trx_at = store->n_block_trxs;
    for (uint32_t i = 0; i < info.n_trx; i++)
        store->block_trxs[store->n_block_trxs++] = draft->trxs[i];
    return append_block(store, &info);
}

/* --- transactions of a block ------------------------------------------------------------------ */

static bool has_duplicate(BnetStore *store, const BnetTrx *trxs, uint32_t n)
{
    uint32_t distinct = 0;
    while (distinct < n && !bnet_bits_has(&store->listed, trxs[distinct]))
        bnet_bits_set(&store->listed, trxs[distinct++]);
    for (uint32_t i = 0; i < distinct; i++)
        bnet_bits_clear(&store->listed, trxs[i]);
    return distinct < n;
}

BnetFault bnet_store_judge_trxs(BnetStore *store, uint32_t slot, const BnetTrx *trxs, uint32_t n)
{
    const int64_t time_ns = bnet_store_slot_time_ns(store, slot);
    if (has_duplicate(store, trxs, n))
        return BNET_FAULT_DUPLICATE;
    for (uint32_t i = 0; i < n; i++)
        if (bnet_store_trx(store, trxs[i])->expires_ns < time_ns)
            return BNET_FAULT_EXPIRED;
    return BNET_FAULT_NONE;
}

/* --- modelled blocks ------------------------------------------------------------------------- */

/* A producer in a header: name and key. */
#define PRODUCER_BYTES (8u + 34u)

/* The new producers of a modelled block as bytes. */
typedef struct NewProducers {
    uint8_t bytes[BNET_PRODUCERS_MAX * PRODUCER_BYTES];
} NewProducers;

/* `memory` is what the header points into. */
static void write_new_producers(const BnetSchedule *schedule, NewProducers *memory,
                                BnetWireHeader *header)
{
    BnetWriter writer;
    bnet_writer_init(&writer, memory->bytes, sizeof memory->bytes);
    for (uint32_t i = 0; i < schedule->n; i++)
        bnet_wire_write_producer(&writer, &schedule->producers[i]);
    bnet_assert(writer.n == (size_t)schedule->n * PRODUCER_BYTES);
    header->has_new_producers = true;
    header->new_producers = (BnetWireSchedule){
        .version = schedule->version,
        .producers = {.bytes = memory->bytes, .n = writer.n, .count = schedule->n},
    };
}

static uint32_t header_bytes(const BnetStore *store, const BnetBlockSpec *spec)
{
    if (spec->new_schedule == 0)
        return BNET_HEADER_BYTES;
    const BnetSchedule *schedule = bnet_schedules_at(&store->schedules, spec->new_schedule);
    return BNET_HEADER_BYTES + (uint32_t)sizeof schedule->version +
           bnet_varuint_bytes(schedule->n) + schedule->n * PRODUCER_BYTES;
}

uint32_t bnet_store_spec_bytes(const BnetStore *store, const BnetBlockSpec *spec)
{
    uint64_t size = header_bytes(store, spec) + BLOCK_TAIL_BYTES + bnet_varuint_bytes(spec->n_trxs);
    for (uint32_t i = 0; i < spec->n_trxs; i++)
        size += BNET_STORE_RECEIPT_BYTES + bnet_store_trx(store, spec->trxs[i])->size;
    bnet_assert(size <= UINT32_MAX);
    return (uint32_t)size;
}

static BnetId transaction_mroot(BnetStore *store, const BnetBlockSpec *spec)
{
    BnetId *digests = bnet_store_digests(store, spec->n_trxs);
    for (uint32_t i = 0; i < spec->n_trxs; i++)
        digests[i] = bnet_store_trx(store, spec->trxs[i])->receipt;
    return bnet_merkle_root(digests, spec->n_trxs);
}

static BnetWireHeader header_of(BnetStore *store, const BnetBlockSpec *spec, NewProducers *memory)
{
    BnetWireHeader header = {
        .fields =
            {
                .slot = spec->slot,
                .producer = spec->producer,
                .confirmed = spec->confirmed,
                .transaction_mroot = transaction_mroot(store, spec),
                .action_mroot = bnet_contents_action_mroot(spec->variant, spec->content_valid),
                .schedule_version = spec->schedule_version,
            },
    };
    if (spec->parent != BNET_NO_BLOCK)
        header.fields.previous = bnet_store_block(store, spec->parent)->id;
    if (spec->new_schedule != 0)
        write_new_producers(bnet_schedules_at(&store->schedules, spec->new_schedule), memory,
                            &header);
    return header;
}

BnetBlock bnet_store_add_block(BnetStore *store, const BnetBlockSpec *spec)
{
    NewProducers memory;
    const BnetWireHeader header = header_of(store, spec, &memory);
    const BnetHeaderFacts facts = {
        .slot = spec->slot,
        .producer = spec->producer,
        .confirmed = spec->confirmed,
        .schedule_version = spec->schedule_version,
        .change = spec->new_schedule != 0 ? BNET_CHANGE_NEW : BNET_CHANGE_NONE,
        .schedule = spec->new_schedule,
    };
    BnetDraft draft;
    bnet_store_draft(store, spec->parent, &facts, &draft);
    draft.info.id = bnet_wire_block_id(&header);
    draft.info.n_trx = spec->n_trxs;
    draft.info.size = bnet_store_spec_bytes(store, spec);
    draft.trxs = spec->trxs;
    if (draft.info.header_fault == BNET_FAULT_NONE && !spec->signature_valid)
        draft.info.header_fault = BNET_FAULT_SIGNATURE;
    draft.info.content_fault =
        (uint8_t)(spec->content_valid
                      ? bnet_store_judge_trxs(store, spec->slot, spec->trxs, spec->n_trxs)
                      : BNET_FAULT_CONTENT);
    bool is_new;
    BnetBlock block = bnet_store_intern(store, &draft, &is_new);
    if (is_new)
        bnet_contents_keep_block(store, block, &header, spec->signature_valid);
    return block;
}

/* --- life ------------------------------------------------------------------------------------ */

static void add_genesis(BnetStore *store, const BnetChainConfig *config)
{
    const BnetBlockSpec spec = {.slot = config->genesis_slot, .content_valid = true};
    NewProducers none;
    const BnetWireHeader model = header_of(store, &spec, &none);
    const BnetWireBlock *real = config->genesis;
    BnetDpos state;
    bnet_dpos_genesis(&state, config->n_producers);
    BnetBlockInfo info = {
        .id = real ? bnet_wire_block_id(&real->header) : bnet_wire_block_id(&model),
        .number = 1,
        .jump = BNET_GENESIS,
        .slot = real ? real->header.fields.slot : config->genesis_slot,
        .size = real ? bnet_contents_size(real) : bnet_store_spec_bytes(store, &spec),
    };
    keep_dpos(store, &info, &state);
    const BnetBlock block = append_block(store, &info);
    bnet_assert(block == BNET_GENESIS && (!real || bnet_header_number(&real->header.fields) == 1));
    bnet_contents_keep_genesis(store, real ? NULL : &model, real);
}

/* The id of a real chain is the hash of its genesis state. That of a modelled chain is the hash of
 * the schedule and the genesis time, which are all that tells two of them apart. */
static BnetId model_chain_id(const BnetChainConfig *config)
{
    uint8_t genesis[sizeof(uint64_t) * BNET_PRODUCERS_MAX + sizeof config->genesis_slot] = {0};
    uint8_t *at = genesis;
    for (uint32_t i = 0; i < config->n_producers; i++)
        at = bnet_put_little(at, config->producers[i], sizeof config->producers[i]);
    bnet_put_little(genesis + sizeof(uint64_t) * BNET_PRODUCERS_MAX, config->genesis_slot,
                    sizeof config->genesis_slot);
    return bnet_sha256(genesis, sizeof genesis);
}

static void add_first_schedule(BnetStore *store, const BnetChainConfig *config)
{
    BnetWireProducer producers[BNET_PRODUCERS_MAX] = {0};
    for (uint32_t i = 0; i < config->n_producers; i++) {
        producers[i].name = config->producers[i];
        if (config->keys)
            producers[i].key = config->keys[i];
        else if (config->keep_bytes || config->verify_signatures)
            producers[i].key = bnet_store_model_key(store, producers[i].name);
    }
    bnet_schedules_add(&store->schedules, 0, producers, config->n_producers);
}

void bnet_store_init(BnetStore *store, const BnetChainConfig *config)
{
    bnet_assert(config->n_producers >= 1 && config->n_producers <= BNET_PRODUCERS_MAX);
    bnet_assert(config->rule != BNET_RULE_DEPTH || config->depth >= 1);
    memset(store, 0, sizeof *store);
    store->rule = config->rule;
    store->depth = config->depth;
    store->zero_slot = config->zero_slot;
    store->extensions = config->extensions;
    store->lib_may_fall = config->lib_may_fall;
    store->has_keys = config->keys != NULL;
    store->chain_id = config->chain_id ? *config->chain_id : model_chain_id(config);
    store->n_blocks = 1;
    store->n_trxs = 1;
    bnet_id_index_init(&store->index);
    bnet_id_index_init(&store->trx_index);
    bnet_bits_init(&store->listed);
    bnet_schedules_init(&store->schedules);
    bnet_contents_init(store, config);
    add_first_schedule(store, config);
    add_genesis(store, config);
}

void bnet_store_finish(BnetStore *store)
{
    if (!store)
        return;
    bnet_contents_finish(store);
    bnet_schedules_finish(&store->schedules);
    bnet_mem_resize(store->blocks, 0);
    bnet_mem_resize(store->trxs, 0);
    bnet_mem_resize(store->block_trxs, 0);
    bnet_mem_resize(store->dpos, 0);
    bnet_id_index_finish(&store->index);
    bnet_id_index_finish(&store->trx_index);
    bnet_mem_resize(store->digests, 0);
    bnet_bits_finish(&store->listed);
    memset(store, 0, sizeof *store);
}

/* --- transactions ---------------------------------------------------------------------------- */

static BnetIdItems trx_ids(const BnetStore *store)
{
    return (BnetIdItems){store->trxs, sizeof *store->trxs};
}

BnetTrx bnet_store_find_trx(const BnetStore *store, const BnetId *id)
{
    return bnet_id_index_find(&store->trx_index, trx_ids(store), id);
}

BnetTrx bnet_store_append_trx(BnetStore *store, const BnetTrxInfo *info)
{
    bnet_assert(bnet_store_find_trx(store, &info->id) == BNET_NO_TRX);
    BnetTrx trx = store->n_trxs;
    bnet_assert(trx < BNET_HANDLES_MAX);
    store->trxs = bnet_array_grow(store->trxs, trx, &store->trxs_capacity, sizeof *store->trxs);
    store->trxs[trx] = *info;
    store->n_trxs++;
    bnet_id_index_add(&store->trx_index, trx_ids(store), trx);
    return trx;
}

BnetTrx bnet_store_add_trx(BnetStore *store, uint64_t nonce, uint32_t expiration_s, uint32_t size)
{
    bnet_assert(size >= BNET_STORE_TRX_BYTES_MIN && size <= BNET_STORE_TRX_BYTES_MAX);
    BnetTrxInfo info;
    const BnetTrx known = bnet_contents_model_trx(store, nonce, expiration_s, size, &info);
    return known != BNET_NO_TRX ? known : bnet_store_append_trx(store, &info);
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

int64_t bnet_store_second_ns(const BnetStore *store, uint32_t time_s)
{
    return (2 * ((int64_t)time_s - BNET_SLOT_EPOCH_S) - store->zero_slot) * BNET_SLOT_NS;
}

uint32_t bnet_store_second_after(const BnetStore *store, int64_t time_ns)
{
    const int64_t since_epoch_ns = store->zero_slot * BNET_SLOT_NS + time_ns;
    const int64_t time_s = BNET_SLOT_EPOCH_S + (since_epoch_ns + BNET_NS_PER_S - 1) / BNET_NS_PER_S;
    bnet_assert(since_epoch_ns >= 0 && time_s <= UINT32_MAX);
    return (uint32_t)time_s;
}

uint32_t bnet_store_slot_at(const BnetStore *store, int64_t now_ns)
{
    bnet_assert(now_ns >= 0);
    return (uint32_t)(store->zero_slot + now_ns / BNET_SLOT_NS);
}

const char *bnet_fault_text(BnetFault fault)
{
    static const char *const texts[] = {
        [BNET_FAULT_NONE] = "nothing is wrong",
        [BNET_FAULT_HEADER_EXTENSION] = "it has a header extension",
        [BNET_FAULT_TIMESTAMP] = "it is not later than its parent",
        [BNET_FAULT_PRODUCER] = "its producer is not the scheduled one",
        [BNET_FAULT_SCHEDULE_VERSION] = "its schedule version is not the active one",
        [BNET_FAULT_DOUBLE_CONFIRM] = "it confirms blocks that its producer has confirmed already",
        [BNET_FAULT_NEW_PRODUCERS] = "it brings new producers, which may not be, or not now",
        [BNET_FAULT_SIGNATURE] = "it is not signed by its producer",
        [BNET_FAULT_BLOCK_EXTENSION] = "it has a block extension",
        [BNET_FAULT_CONTENT] = "its transactions do what they may not",
        [BNET_FAULT_ROOT] = "its transaction_mroot is not that of its transactions",
        [BNET_FAULT_DUPLICATE] = "it has a transaction twice",
        [BNET_FAULT_EXPIRED] = "it has a transaction that had expired",
    };
    bnet_assert((size_t)fault < sizeof texts / sizeof *texts);
    return texts[fault];
}

const BnetSchedule *bnet_store_schedule(const BnetStore *store, BnetBlock parent)
{
    const uint64_t at = bnet_store_block(store, parent)->dpos_at;
    return bnet_schedules_at(&store->schedules, bnet_dpos_packed_schedule(store->dpos + at));
}

uint64_t bnet_store_scheduled(const BnetStore *store, BnetBlock parent, uint32_t slot)
{
    const BnetSchedule *schedule = bnet_store_schedule(store, parent);
    return schedule->producers[bnet_dpos_scheduled(schedule->n, slot)].name;
}

const BnetSchedule *bnet_store_newest_schedule(const BnetStore *store, BnetBlock block)
{
    const uint64_t at = bnet_store_block(store, block)->dpos_at;
    return bnet_schedules_at(&store->schedules, bnet_dpos_packed_newest(store->dpos + at));
}

uint32_t bnet_store_add_schedule(BnetStore *store, BnetBlock parent, const uint64_t *producers,
                                 uint32_t n)
{
    bnet_assert(n >= 1 && n <= BNET_PRODUCERS_MAX);
    BnetWireProducer next[BNET_PRODUCERS_MAX];
    const BnetSchedule *active = bnet_store_schedule(store, parent);
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t at = store->has_keys ? bnet_schedule_find(active, producers[i]) : active->n;
        next[i].name = producers[i];
        next[i].key =
            at < active->n ? active->producers[at].key : bnet_store_model_key(store, producers[i]);
    }
    return bnet_schedules_add(&store->schedules, active->version + 1, next, n);
}

bool bnet_store_takes_schedule(const BnetStore *store, BnetBlock parent, uint32_t slot,
                               uint16_t confirmed)
{
    BnetDpos state;
    bnet_store_state(store, parent, &state);
    return bnet_rules_take_schedule(&store->schedules, slot, confirmed, &state);
}

uint32_t bnet_store_confirms_most(const BnetStore *store, BnetBlock parent, uint32_t slot)
{
    BnetDpos state;
    bnet_store_state(store, parent, &state);
    const uint32_t scheduled = bnet_dpos_scheduled(state.n_producers, slot);
    return state.schedule_fresh ? state.number : state.number - state.last_produced[scheduled];
}

/* --- the tree -------------------------------------------------------------------------------- */

BnetBlock bnet_store_ancestor(const BnetStore *store, BnetBlock block, uint32_t number)
{
    const BnetBlockInfo *blocks = store->blocks;
    uint32_t steps = 1;
    bnet_assert(number >= 1 && number <= blocks[block].number);
    for (; blocks[block].number > number; steps++) {
        BnetBlock jump = blocks[block].jump;
        block = blocks[jump].number >= number ? jump : blocks[block].parent;
    }
    bnet_probe_steps(store->probes, steps);
    return block;
}

BnetBlock bnet_store_meet(const BnetStore *store, BnetBlock a, BnetBlock b)
{
    const BnetBlockInfo *blocks = store->blocks;
    uint32_t na = bnet_store_number(store, a);
    uint32_t nb = bnet_store_number(store, b);
    if (na > nb)
        a = bnet_store_ancestor(store, a, nb);
    else if (nb > na)
        b = bnet_store_ancestor(store, b, na);
    /* Jumps depend on the number alone, so both sides stay at one number. */
    uint32_t steps = 1;
    for (; a != b; steps++) {
        bool jump = blocks[a].jump != blocks[b].jump;
        a = jump ? blocks[a].jump : blocks[a].parent;
        b = jump ? blocks[b].jump : blocks[b].parent;
    }
    bnet_probe_steps(store->probes, steps);
    return a;
}
