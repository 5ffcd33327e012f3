/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "core/array.h"
#include "core/signing.h"
#include "core/store_parts.h"

/* Of a modelled action root: its variant, then this mark if the content fails. */
#define VARIANT_BYTES 8u
static const char failing_mark[] = "bnetlab: fails to apply.";
_Static_assert(sizeof failing_mark - 1 + VARIANT_BYTES == sizeof(BnetId), "fills the root");

/* Header extension of EOSIO 2: new producers with their authorities. */
#define EXTENSION_SCHEDULE 1u

/* Where the bytes of a block or transaction stand; n = 0: nowhere. */
typedef struct Place {
    uint64_t at;
    uint32_t n;
} Place;

typedef struct Places {
    Place *items; /* by handle */
    uint64_t capacity;
} Places;

typedef struct BnetContents {
    bool verify;
    bool keep;
    uint8_t *bytes; /* of all that is kept */
    uint64_t n_bytes;
    uint64_t bytes_capacity;
    Places blocks;
    Places trxs;
    BnetId *signed_ids; /* by handle: hashes of the kept transactions */
    uint64_t signed_capacity;
    BnetIdIndex signed_index;
    BnetSigning signing;
    BnetId *rejected; /* [n_rejected] */
    uint32_t n_rejected;
    uint32_t rejected_capacity;
    uint8_t *scratch;
    uint64_t scratch_capacity;
} BnetContents;

/* --- life ------------------------------------------------------------------------------------ */

void bnet_contents_init(BnetStore *store, const BnetChainConfig *config)
{
    store->contents = bnet_mem_resize(NULL, sizeof *store->contents);
    *store->contents = (BnetContents){
        .verify = config->verify_signatures,
        .keep = config->keep_bytes,
    };
    bnet_signing_init(&store->contents->signing);
    bnet_id_index_init(&store->contents->signed_index);
}

void bnet_contents_finish(BnetStore *store)
{
    BnetContents *contents = store->contents;
    if (!contents)
        return;
    bnet_signing_finish(&contents->signing);
    bnet_mem_resize(contents->bytes, 0);
    bnet_mem_resize(contents->blocks.items, 0);
    bnet_mem_resize(contents->trxs.items, 0);
    bnet_mem_resize(contents->signed_ids, 0);
    bnet_id_index_finish(&contents->signed_index);
    bnet_mem_resize(contents->rejected, 0);
    bnet_mem_resize(contents->scratch, 0);
    bnet_mem_resize(contents, 0);
    store->contents = NULL;
}

/* --- places ---------------------------------------------------------------------------------- */

static void set_place(Places *places, uint32_t handle, Place place)
{
    const uint64_t before = places->capacity;
    places->items = bnet_array_grow_by(places->items, handle, 1, &places->capacity, sizeof place);
    memset(places->items + before, 0, (places->capacity - before) * sizeof place);
    places->items[handle] = place;
}

static Place place_of(const Places *places, uint32_t handle)
{
    return handle < places->capacity ? places->items[handle] : (Place){0};
}

/* Room for n bytes more, behind those that are kept. */
static uint8_t *reserve_bytes(BnetContents *contents, uint64_t n)
{
    contents->bytes =
        bnet_array_grow_by(contents->bytes, contents->n_bytes, n, &contents->bytes_capacity, 1);
    return contents->bytes + contents->n_bytes;
}

static Place take_bytes(BnetContents *contents, const BnetWriter *writer)
{
    bnet_assert(bnet_writer_fits(writer) && writer->n <= UINT32_MAX);
    const Place place = {.at = contents->n_bytes, .n = (uint32_t)writer->n};
    contents->n_bytes += writer->n;
    return place;
}

/* Memory for n bytes, the same each time. */
static uint8_t *scratch(BnetContents *contents, uint64_t n)
{
    contents->scratch = bnet_array_grow_by(contents->scratch, 0, n, &contents->scratch_capacity, 1);
    return contents->scratch;
}

static BnetSlice bytes_at(const BnetContents *contents, Place place)
{
    bnet_assert(place.n > 0);
    return (BnetSlice){.bytes = contents->bytes + place.at, .n = place.n};
}

BnetSlice bnet_store_block_bytes(const BnetStore *store, BnetBlock block)
{
    return bytes_at(store->contents, place_of(&store->contents->blocks, block));
}

BnetSlice bnet_store_trx_bytes(const BnetStore *store, BnetTrx trx)
{
    return bytes_at(store->contents, place_of(&store->contents->trxs, trx));
}

/* --- transactions by their signed id --------------------------------------------------------- */

static BnetIdItems signed_ids(const BnetContents *contents)
{
    return (BnetIdItems){contents->signed_ids, sizeof *contents->signed_ids};
}

/* Keeps the transaction that is added next, written by `writer` behind the kept bytes. */
static void keep_trx(BnetContents *contents, BnetTrx trx, const BnetWriter *writer)
{
    set_place(&contents->trxs, trx, take_bytes(contents, writer));
    contents->signed_ids = bnet_array_grow_by(contents->signed_ids, trx, 1,
                                              &contents->signed_capacity, sizeof(BnetId));
    contents->signed_ids[trx] = bnet_sha256(writer->bytes, writer->n);
    bnet_id_index_add(&contents->signed_index, signed_ids(contents), trx);
}

BnetTrx bnet_store_find_signed(const BnetStore *store, const BnetId *signed_id)
{
    const BnetContents *contents = store->contents;
    return bnet_id_index_find(&contents->signed_index, signed_ids(contents), signed_id);
}

/* --- signatures ------------------------------------------------------------------------------ */

static bool has_signing(const BnetContents *contents)
{
    return contents->verify || contents->keep;
}

BnetKey bnet_store_model_key(BnetStore *store, uint64_t producer)
{
    return *bnet_signer_key(bnet_signing_signer(&store->contents->signing, producer));
}

bool bnet_store_set_key(BnetStore *store, uint64_t producer, const BnetPrivateKey *private_key)
{
    return bnet_signing_set_key(&store->contents->signing, producer, private_key);
}

static void keep_tree(BnetStore *store, BnetBlock block)
{
    if (has_signing(store->contents))
        bnet_signing_add(&store->contents->signing, store, block);
}

/* --- modelled blocks ------------------------------------------------------------------------- */

BnetId bnet_contents_action_mroot(uint64_t variant, bool content_valid)
{
    BnetId root = {{0}};
    bnet_put_little(root.bytes, variant, VARIANT_BYTES);
    if (!content_valid)
        memcpy(root.bytes + VARIANT_BYTES, failing_mark, sizeof failing_mark - 1);
    return root;
}

static bool is_marked(const BnetId *action_mroot)
{
    return memcmp(action_mroot->bytes + VARIANT_BYTES, failing_mark, sizeof failing_mark - 1) == 0;
}

static void keep_bytes_of(BnetStore *store, BnetBlock block, const BnetWireHeader *header,
                          const BnetSignature *signature)
{
    BnetContents *contents = store->contents;
    const BnetBlockInfo *info = bnet_store_block(store, block);
    uint8_t *bytes = reserve_bytes(contents, info->size);
    BnetWriter writer;
    bnet_writer_init(&writer, bytes, info->size);
    bnet_wire_write_header(&writer, header);
    bnet_write_signature(&writer, signature);
    bnet_write_count(&writer, info->n_trx);
    const BnetTrx *trxs = bnet_store_block_trx(store, block);
    for (uint32_t i = 0; i < info->n_trx; i++) {
        const BnetSlice packed = bnet_store_trx_bytes(store, trxs[i]);
        bnet_write_u8(&writer, 0);      /* status: executed */
        bnet_write_u32(&writer, 0);     /* cpu_usage_us */
        bnet_write_varuint(&writer, 0); /* net_usage_words */
        bnet_write_varuint(&writer, 1); /* a packed transaction */
        bnet_write_raw(&writer, packed.bytes, packed.n);
    }
    bnet_write_count(&writer, 0); /* block extensions */
    bnet_assert(writer.n == info->size);
    set_place(&contents->blocks, block, take_bytes(contents, &writer));
}

void bnet_contents_keep_block(BnetStore *store, BnetBlock block, const BnetWireHeader *header,
                              bool signature_valid)
{
    const BnetBlockInfo *info = bnet_store_block(store, block);
    keep_tree(store, block);
    if (!store->contents->keep)
        return;
    BnetDpos state;
    bnet_store_state(store, block, &state);
    BnetSigning *signing = &store->contents->signing;
    const BnetId digest = bnet_signing_digest(signing, store, info->parent, header, &state);
    /* The signature of somebody else is invalid. */
    const uint64_t signs = signature_valid ? info->producer : ~info->producer;
    BnetSignature signature;
    bnet_signer_sign(bnet_signing_signer(signing, signs), &digest, &signature);
    keep_bytes_of(store, block, header, &signature);
}

/* --- modelled transactions ------------------------------------------------------------------- */

/* Parts of a modelled transaction whose lengths depend on its size. */
typedef struct TrxShape {
    uint32_t filler; /* bytes of context-free data: an empty vector where a length skips a size */
    uint32_t data;   /* bytes of its action's data */
} TrxShape;

#define NONCE_BYTES 8u
/* All of a transaction but the length of its action's data and the data. */
#define TRX_FIXED_BYTES (4u + 2u + 4u + 1u + 1u + 1u + 1u + 1u + 8u + 8u + 1u + 1u)
/* No signatures, no compression, the length of the context-free data. */
#define PACKED_FIXED_BYTES (1u + 1u + 1u)
_Static_assert(PACKED_FIXED_BYTES + 1 + TRX_FIXED_BYTES + 1 + NONCE_BYTES ==
                   BNET_STORE_TRX_BYTES_MIN,
               "the smallest");

static uint32_t packed_bytes(TrxShape shape)
{
    const uint32_t trx = TRX_FIXED_BYTES + bnet_varuint_bytes(shape.data) + shape.data;
    return PACKED_FIXED_BYTES + shape.filler + bnet_varuint_bytes(trx) + trx;
}

/* One byte more of data makes the whole one or, where a length grows too, two bytes longer. */
static TrxShape shape_of(uint32_t size)
{
    TrxShape shape = {.data = size - packed_bytes((TrxShape){0})};
    while (packed_bytes(shape) > size)
        shape.data--;
    shape.filler = size - packed_bytes(shape);
    bnet_assert(shape.filler <= 1 && shape.data >= NONCE_BYTES);
    return shape;
}

static void write_model_trx(BnetWriter *writer, uint64_t nonce, uint32_t expiration_s,
                            TrxShape shape)
{
    static const uint8_t zeros[1024];
    bnet_write_u32(writer, expiration_s);
    bnet_write_u16(writer, 0);     /* ref_block_num */
    bnet_write_u32(writer, 0);     /* ref_block_prefix */
    bnet_write_varuint(writer, 0); /* max_net_usage_words */
    bnet_write_u8(writer, 0);      /* max_cpu_usage_ms */
    bnet_write_varuint(writer, 0); /* delay_sec */
    bnet_write_count(writer, 0);   /* context-free actions */
    bnet_write_count(writer, 1);   /* actions: */
    bnet_write_u64(writer, bnet_name("bnetlab"));
    bnet_write_u64(writer, bnet_name("model"));
    bnet_write_count(writer, 0); /* authorization */
    bnet_write_varuint(writer, shape.data);
    bnet_write_u64(writer, nonce);
    for (uint32_t left = shape.data - NONCE_BYTES; left > 0;) {
        const uint32_t n = left < sizeof zeros ? left : (uint32_t)sizeof zeros;
        bnet_write_raw(writer, zeros, n);
        left -= n;
    }
    bnet_write_count(writer, 0); /* extensions */
}

BnetTrx bnet_contents_model_trx(BnetStore *store, uint64_t nonce, uint32_t expiration_s,
                                uint32_t size, BnetTrxInfo *ret_info)
{
    static const uint8_t no_data[1] = {0};
    BnetContents *contents = store->contents;
    const TrxShape shape = shape_of(size);
    BnetWriter trx;
    bnet_writer_init(&trx, scratch(contents, size), size);
    write_model_trx(&trx, nonce, expiration_s, shape);
    const BnetId id = bnet_sha256(trx.bytes, trx.n);
    const BnetTrx known = bnet_store_find_trx(store, &id);
    if (known != BNET_NO_TRX)
        return known;
    const BnetWirePackedTrx packed = {
        .packed_context_free_data = {.bytes = no_data, .n = shape.filler},
        .packed_trx = {.bytes = trx.bytes, .n = trx.n},
    };
    if (contents->keep) {
        BnetWriter writer;
        bnet_writer_init(&writer, reserve_bytes(contents, size), size);
        bnet_wire_write_packed_trx(&writer, &packed);
        bnet_assert(writer.n == size);
        keep_trx(contents, store->n_trxs, &writer);
    }
    const BnetId digest = bnet_wire_packed_digest(&packed);
    *ret_info = (BnetTrxInfo){
        .id = id,
        .receipt = bnet_receipt_digest(&digest),
        .expires_ns = bnet_store_second_ns(store, expiration_s),
        .size = size,
    };
    return BNET_NO_TRX;
}

/* --- reading --------------------------------------------------------------------------------- */

BnetTrx bnet_store_read_trx(BnetStore *store, const BnetWirePackedTrx *packed, BnetScratch scratch)
{
    BnetContents *contents = store->contents;
    BnetWireError error;
    BnetWireTrx trx;
    const bool opens = bnet_wire_open_trx(packed, scratch, &error, &trx);
    bnet_assert(opens); /* else its message had not been read */
    const BnetId id = bnet_wire_trx_id(&trx);
    const BnetTrx known = bnet_store_find_trx(store, &id);
    if (known != BNET_NO_TRX)
        return known;
    BnetWriter writer;
    bnet_writer_init(&writer, NULL, 0);
    bnet_wire_write_packed_trx(&writer, packed);
    const BnetId digest = bnet_wire_packed_digest(packed);
    const BnetTrxInfo info = {
        .id = id,
        .receipt = bnet_receipt_digest(&digest),
        .expires_ns = bnet_store_second_ns(store, trx.expiration_s),
        .size = (uint32_t)writer.n,
    };
    if (contents->keep) {
        bnet_writer_init(&writer, reserve_bytes(contents, info.size), info.size);
        bnet_wire_write_packed_trx(&writer, packed);
        keep_trx(contents, store->n_trxs, &writer);
    }
    return bnet_store_append_trx(store, &info);
}

bool bnet_store_reject(BnetStore *store, const BnetId *id)
{
    BnetContents *contents = store->contents;
    if (contents->n_rejected == BNET_STORE_REJECTED_MAX ||
        bnet_store_find(store, id) != BNET_NO_BLOCK)
        return false;
    contents->rejected = bnet_array_grow(contents->rejected, contents->n_rejected,
                                         &contents->rejected_capacity, sizeof *contents->rejected);
    contents->rejected[contents->n_rejected++] = *id;
    return true;
}

static bool is_rejected(const BnetContents *contents, const BnetId *id)
{
    for (uint32_t i = 0; i < contents->n_rejected; i++)
        if (bnet_id_equal(&contents->rejected[i], id))
            return true;
    return false;
}

/* What the header says of new producers, as EOSIO 1 or EOSIO 2 writes it. */
static void read_change(BnetStore *store, const BnetWireHeader *header, BnetHeaderFacts *facts)
{
    bool is_schedule = false;
    if (header->has_new_producers) {
        is_schedule =
            bnet_schedules_read(&store->schedules, &header->new_producers, &facts->schedule);
        facts->change = is_schedule ? BNET_CHANGE_NEW : BNET_CHANGE_INVALID;
    }
    BnetItems extensions = header->extensions;
    BnetWireExtension extension;
    while (store->extensions && bnet_next_extension(&extensions, &extension)) {
        if (extension.type != EXTENSION_SCHEDULE)
            continue;
        is_schedule =
            facts->change == BNET_CHANGE_NONE &&
            bnet_schedules_read_authorities(&store->schedules, extension.data, &facts->schedule);
        facts->change = is_schedule ? BNET_CHANGE_NEW : BNET_CHANGE_INVALID;
    }
}

static BnetHeaderFacts facts_of(BnetStore *store, const BnetWireHeader *header)
{
    BnetHeaderFacts facts = {
        .slot = header->fields.slot,
        .producer = header->fields.producer,
        .confirmed = header->fields.confirmed,
        .schedule_version = header->fields.schedule_version,
        .bad_extension = header->extensions.count > 0 && !store->extensions,
    };
    read_change(store, header, &facts);
    return facts;
}

/* Its scheduled producer has signed the block. */
static bool is_signed(const BnetStore *store, const BnetWireBlock *block, const BnetDraft *draft)
{
    const BnetSchedule *schedule = bnet_store_schedule(store, draft->info.parent);
    const uint32_t turn = bnet_dpos_scheduled(schedule->n, draft->info.slot);
    const BnetId digest = bnet_signing_digest(&store->contents->signing, store, draft->info.parent,
                                              &block->header, &draft->state);
    BnetKey key;
    return bnet_sign_recover(&block->signature, &digest, &key) == BNET_SIGN_GOOD &&
           memcmp(&key, &schedule->producers[turn].key, sizeof key) == 0;
}

/* The handles of the transactions in it, and how many; the caller frees them. */
static BnetTrx *read_trxs(BnetStore *store, const BnetWireBlock *block, BnetScratch inflate,
                          uint32_t *ret_n)
{
    uint32_t n = 0;
    BnetItems items = block->transactions;
    BnetWireReceipt receipt;
    BnetTrx *trxs = bnet_mem_resize(NULL, (items.count + 1) * sizeof *trxs);
    while (bnet_next_receipt(&items, &receipt))
        if (receipt.is_packed)
            trxs[n++] = bnet_store_read_trx(store, &receipt.packed, inflate);
    *ret_n = n;
    return trxs;
}

static BnetFault content_fault(BnetStore *store, const BnetWireBlock *block, const BnetDraft *draft)
{
    const BnetHeader *header = &block->header.fields;
    if (block->extensions.count > 0 && !store->extensions)
        return BNET_FAULT_BLOCK_EXTENSION;
    if (is_marked(&header->action_mroot) || is_rejected(store->contents, &draft->info.id))
        return BNET_FAULT_CONTENT;
    const BnetId root = bnet_wire_transaction_mroot(block);
    if (!bnet_id_equal(&root, &header->transaction_mroot))
        return BNET_FAULT_ROOT;
    return bnet_store_judge_trxs(store, header->slot, draft->trxs, draft->info.n_trx);
}

/* The block with that id on that parent whose bytes are these; BNET_NO_BLOCK: none. Bytes do not
 * say which of several parents with one id is meant. */
static BnetBlock find_same(const BnetStore *store, BnetBlock parent, const BnetId *id,
                           BnetSlice bytes)
{
    BnetIdWalk walk = {0};
    BnetBlock block;
    while ((block = bnet_store_next_of_id(store, id, &walk)) != BNET_NO_BLOCK) {
        const Place place = place_of(&store->contents->blocks, block);
        if (bnet_store_block(store, block)->parent == parent && place.n == bytes.n &&
            memcmp(store->contents->bytes + place.at, bytes.bytes, bytes.n) == 0)
            return block;
    }
    return BNET_NO_BLOCK;
}

static void keep_written(BnetStore *store, BnetBlock block, BnetSlice bytes)
{
    BnetContents *contents = store->contents;
    keep_tree(store, block);
    if (!contents->keep)
        return;
    BnetWriter writer;
    bnet_writer_init(&writer, reserve_bytes(contents, bytes.n), bytes.n);
    bnet_write_raw(&writer, bytes.bytes, bytes.n);
    set_place(&contents->blocks, block, take_bytes(contents, &writer));
}

uint32_t bnet_contents_size(const BnetWireBlock *block)
{
    BnetWriter writer;
    bnet_writer_init(&writer, NULL, 0);
    bnet_wire_write_block(&writer, block);
    bnet_assert(writer.n <= UINT32_MAX);
    return (uint32_t)writer.n;
}

/* The block in its one canonical form, in the scratch memory. */
static BnetSlice write_block(BnetContents *contents, const BnetWireBlock *block)
{
    const size_t n = bnet_contents_size(block);
    BnetWriter writer;
    bnet_writer_init(&writer, scratch(contents, n), n);
    bnet_wire_write_block(&writer, block);
    return (BnetSlice){.bytes = writer.bytes, .n = n};
}

bool bnet_store_read_block(BnetStore *store, const BnetWireBlock *block, BnetScratch inflate,
                           BnetBlock *ret_block)
{
    const BnetBlock parent = bnet_store_find(store, &block->header.fields.previous);
    if (parent == BNET_NO_BLOCK)
        return false;
    const BnetId id = bnet_wire_block_id(&block->header);
    const BnetSlice bytes = write_block(store->contents, block);
    *ret_block = find_same(store, parent, &id, bytes);
    if (*ret_block != BNET_NO_BLOCK)
        return true;

    const BnetHeaderFacts facts = facts_of(store, &block->header);
    BnetDraft draft;
    bnet_store_draft(store, parent, &facts, &draft);
    draft.info.id = id;
    draft.info.size = (uint32_t)bytes.n;
    if (draft.info.header_fault == BNET_FAULT_NONE && store->contents->verify &&
        !is_signed(store, block, &draft))
        draft.info.header_fault = BNET_FAULT_SIGNATURE;
    BnetTrx *trxs = read_trxs(store, block, inflate, &draft.info.n_trx);
    draft.trxs = trxs;
    draft.info.content_fault = (uint8_t)content_fault(store, block, &draft);
    bool is_new;
    *ret_block = bnet_store_intern(store, &draft, &is_new);
    if (is_new)
        keep_written(store, *ret_block, bytes);
    bnet_mem_resize(trxs, 0);
    return true;
}

void bnet_contents_keep_genesis(BnetStore *store, const BnetWireHeader *model,
                                const BnetWireBlock *real)
{
    static const BnetSignature unsigned_block = {{0}};
    if (real)
        keep_written(store, BNET_GENESIS, write_block(store->contents, real));
    else
        keep_tree(store, BNET_GENESIS);
    if (!real && store->contents->keep)
        keep_bytes_of(store, BNET_GENESIS, model, &unsigned_block);
}
