/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_TESTS_HOSTILE_CHAIN_H
#define BNETLAB_TESTS_HOSTILE_CHAIN_H

/*
 * Any bytes as orders to a peer that makes blocks: with parents, headers, schedules, transactions
 * and signatures that are good or not. Each block goes through bytes into a store, from there into
 * a view and into the deployed view; what must hold of any block is asserted.
 *
 * Orders of zeros make a chain of good blocks. Where the orders end, zeros follow. One thread.
 */

#include <stdlib.h>
#include <string.h>

#include "core/contents.h"
#include "core/deployed.h"
#include "core/sign.h"
#include "core/text.h"
#include "core/view.h"

#define HOSTILE_BLOCKS_MAX 200u
#define HOSTILE_TRXS_MAX 4u
#define HOSTILE_BYTES_MAX (64u * 1024)

typedef struct Hostile {
    const uint8_t *orders;
    size_t n_orders;
    BnetStore store;
    BnetView view;
    BnetDeployed deployed;
    BnetSigner signer; /* has the key of every producer */
    bool verify;
    uint8_t *block; /* [HOSTILE_BYTES_MAX]: the one that is made */
    uint8_t *parts; /* [HOSTILE_BYTES_MAX]: what it points to */
    size_t n_parts; /* used of them */
    BnetScratch inflate;
} Hostile;

/* --- orders ---------------------------------------------------------------------------------- */

static inline uint8_t hostile_order(Hostile *hostile)
{
    if (hostile->n_orders == 0)
        return 0;
    hostile->n_orders--;
    return *hostile->orders++;
}

/* One of n values, mostly the first. */
static inline uint32_t hostile_choice(Hostile *hostile, const uint32_t *values, uint32_t n)
{
    const uint8_t order = hostile_order(hostile);
    return order < 192 ? values[0] : values[order % n];
}

#define HOSTILE_CHOICE(hostile, ...)                                                               \
    hostile_choice(hostile, (const uint32_t[]){__VA_ARGS__},                                       \
                   sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

/* --- parts of a block ------------------------------------------------------------------------ */

/* A writer of the next part. */
static inline BnetWriter hostile_part(const Hostile *hostile)
{
    BnetWriter writer;
    bnet_writer_init(&writer, hostile->parts + hostile->n_parts,
                     HOSTILE_BYTES_MAX - hostile->n_parts);
    return writer;
}

static inline BnetItems hostile_items(Hostile *hostile, const BnetWriter *writer, uint32_t count)
{
    bnet_assert(bnet_writer_fits(writer));
    hostile->n_parts += writer->n;
    return (BnetItems){.bytes = writer->bytes, .n = writer->n, .count = count};
}

static inline BnetWireProducer hostile_producer(Hostile *hostile, uint32_t index)
{
    const uint32_t name = HOSTILE_CHOICE(hostile, index, 0, 1);
    BnetWireProducer producer = {.name = (uint64_t)name << 58};
    producer.key = *bnet_signer_key(&hostile->signer);
    return producer;
}

static inline BnetWireSchedule hostile_schedule(Hostile *hostile, uint32_t version)
{
    const uint32_t n =
        HOSTILE_CHOICE(hostile, 1, 2, 0, 3, BNET_PRODUCERS_MAX, BNET_PRODUCERS_MAX + 1);
    BnetWriter writer = hostile_part(hostile);
    for (uint32_t i = 0; i < n; i++) {
        const BnetWireProducer producer = hostile_producer(hostile, i + 1);
        bnet_wire_write_producer(&writer, &producer);
    }
    return (BnetWireSchedule){.version = version, .producers = hostile_items(hostile, &writer, n)};
}

/* The data of an extension: authorities, or nothing of sense. */
static inline void hostile_authorities(Hostile *hostile, BnetWriter *writer, uint32_t version)
{
    uint8_t bytes[512];
    BnetWriter data;
    bnet_writer_init(&data, bytes, sizeof bytes);
    const uint32_t n = HOSTILE_CHOICE(hostile, 1, 2, 0, 3, UINT32_MAX);
    bnet_write_u32(&data, version);
    bnet_write_varuint(&data, n);
    for (uint32_t i = 0; i < n && i < 3; i++) {
        const BnetWireProducer producer = hostile_producer(hostile, i + 1);
        bnet_write_u64(&data, producer.name);
        bnet_write_varuint(&data, HOSTILE_CHOICE(hostile, 0, 1));
        bnet_write_u32(&data, HOSTILE_CHOICE(hostile, 1, 0, 2, UINT32_MAX));
        bnet_write_varuint(&data, HOSTILE_CHOICE(hostile, 1, 0, 2));
        bnet_write_key(&data, &producer.key);
        bnet_write_u16(&data, (uint16_t)HOSTILE_CHOICE(hostile, 1, 0, UINT16_MAX));
    }
    bnet_assert(bnet_writer_fits(&data));
    const size_t cut = HOSTILE_CHOICE(hostile, 0, 1, 2);
    bnet_write_bytes(writer, (BnetSlice){.bytes = bytes, .n = data.n - cut});
}

static inline BnetItems hostile_extensions(Hostile *hostile, uint32_t version)
{
    const uint32_t n = HOSTILE_CHOICE(hostile, 0, 1, 2);
    BnetWriter writer = hostile_part(hostile);
    for (uint32_t i = 0; i < n; i++) {
        bnet_write_u16(&writer, (uint16_t)HOSTILE_CHOICE(hostile, 1, 0, UINT16_MAX));
        hostile_authorities(hostile, &writer, version);
    }
    return hostile_items(hostile, &writer, n);
}

/* A packed transaction, or the id that stands for it at the same root. */
static inline void hostile_receipt(Hostile *hostile, BnetWriter *writer)
{
    uint8_t bytes[64];
    BnetWriter trx;
    bnet_writer_init(&trx, bytes, sizeof bytes);
    bnet_write_u32(&trx, HOSTILE_CHOICE(hostile, UINT32_MAX, 0, 946684800, 946684801));
    bnet_write_u32(&trx, HOSTILE_CHOICE(hostile, 0, 1, 2));
    for (unsigned i = 0; i < 8; i++)
        bnet_write_u8(&trx, 0); /* 2 bytes of prefix, limits, delay, no actions, no extensions */
    const BnetWireReceipt receipt = {
        .status = (uint8_t)HOSTILE_CHOICE(hostile, 0, 255),
        .is_packed = true,
        .packed = {.packed_trx = {.bytes = bytes, .n = trx.n}},
    };
    if (HOSTILE_CHOICE(hostile, 0, 1) == 0) {
        bnet_wire_write_receipt(writer, &receipt);
        return;
    }
    const BnetWireReceipt by_id = {
        .status = receipt.status,
        .id = bnet_wire_packed_digest(&receipt.packed),
    };
    bnet_wire_write_receipt(writer, &by_id);
}

static inline BnetItems hostile_transactions(Hostile *hostile)
{
    const uint32_t n = HOSTILE_CHOICE(hostile, 0, 1, 2, 3, HOSTILE_TRXS_MAX);
    const BnetWriter start = hostile_part(hostile);
    BnetWriter writer = start;
    size_t last = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (i > 0 && HOSTILE_CHOICE(hostile, 0, 1) == 1) {
            bnet_write_raw(&writer, start.bytes + last, writer.n - last); /* once more */
            last = last + (writer.n - last) / 2;
            continue;
        }
        last = writer.n;
        hostile_receipt(hostile, &writer);
    }
    return hostile_items(hostile, &writer, n);
}

/* --- a block --------------------------------------------------------------------------------- */

static inline BnetBlock hostile_parent(Hostile *hostile)
{
    const uint8_t order = hostile_order(hostile);
    if (order < 128)
        return hostile->view.head;
    if (order < 160)
        return hostile->deployed.head;
    return order < 192 ? hostile->store.n_blocks - 1 : 1 + order % (hostile->store.n_blocks - 1);
}

/* The root of the tree of all ids up to a block. */
static inline BnetId hostile_root(const BnetStore *store, BnetBlock block)
{
    BnetMerkle tree;
    bnet_merkle_init(&tree);
    for (uint32_t number = 1; number <= bnet_store_number(store, block); number++) {
        const BnetBlock at = bnet_store_ancestor(store, block, number);
        bnet_merkle_add(&tree, &bnet_store_block(store, at)->id);
    }
    return bnet_merkle_root_of(&tree);
}

static inline void hostile_sign(Hostile *hostile, BnetBlock parent, BnetWireBlock *block)
{
    const BnetSchedules *schedules = &hostile->store.schedules;
    const uint32_t newest = HOSTILE_CHOICE(hostile, schedules->n - 1, 0);
    memset(block->signature.bytes, (int)HOSTILE_CHOICE(hostile, 0, 1),
           sizeof block->signature.bytes);
    if (!hostile->verify || HOSTILE_CHOICE(hostile, 0, 1) == 1)
        return;
    const BnetId hash = block->header.has_new_producers
                            ? bnet_wire_schedule_hash(&block->header.new_producers)
                            : bnet_schedules_at(schedules, newest)->hash;
    const BnetId root = hostile_root(&hostile->store, parent);
    const BnetId header = bnet_wire_header_digest(&block->header);
    const BnetId digest = bnet_wire_signature_digest(&header, &root, &hash);
    bnet_signer_sign(&hostile->signer, &digest, &block->signature);
}

static inline void hostile_fill_header(Hostile *hostile, BnetBlock parent, BnetWireHeader *header)
{
    const BnetBlockInfo *above = bnet_store_block(&hostile->store, parent);
    const uint32_t number = above->number;
    const BnetSchedule *active = bnet_store_schedule(&hostile->store, parent);
    const uint32_t version = active->version;
    const uint32_t slot = above->slot;
    BnetHeader *fields = &header->fields;
    fields->previous = above->id;
    fields->slot = HOSTILE_CHOICE(hostile, slot + 1, slot, slot + 12, slot + 36, 0, UINT32_MAX);
    fields->producer = bnet_store_scheduled(&hostile->store, parent, fields->slot);
    if (HOSTILE_CHOICE(hostile, 0, 1) == 1)
        fields->producer = 0;
    fields->confirmed = (uint16_t)HOSTILE_CHOICE(hostile, 0, 1, 12, number, number + 1, UINT16_MAX);
    fields->schedule_version = HOSTILE_CHOICE(hostile, version, version + 1, 0, UINT32_MAX);
    header->has_new_producers = HOSTILE_CHOICE(hostile, 0, 1) == 1;
    const uint32_t next = HOSTILE_CHOICE(hostile, version + 1, version, version + 2, 0);
    if (header->has_new_producers)
        header->new_producers = hostile_schedule(hostile, next);
    header->extensions = hostile_extensions(hostile, next);
    if (HOSTILE_CHOICE(hostile, 0, 1) == 1)
        memcpy(fields->action_mroot.bytes + 8, "bnetlab: fails to apply.", 24);
}

/* Makes its `previous` one that no block has: a number at a limit, or another hash. */
static inline void hostile_spoil_previous(Hostile *hostile, BnetHeader *header)
{
    uint8_t *bytes = header->previous.bytes;
    switch (HOSTILE_CHOICE(hostile, 0, 1, 2, 3, 4)) {
    case 1:
        memset(bytes, 0, sizeof header->previous.bytes);
        break;
    case 2:
        memset(bytes, 0xff, 4);
        break;
    case 3:
        memset(bytes, 0, 4);
        break;
    case 4:
        bytes[31] ^= 1;
        break;
    default:
        break;
    }
}

/* Bytes of a block: their number. */
static inline size_t hostile_make(Hostile *hostile)
{
    hostile->n_parts = 0;
    const BnetBlock parent = hostile_parent(hostile);
    BnetWireBlock block = {.signature = {{0}}};
    hostile_fill_header(hostile, parent, &block.header);
    block.transactions = hostile_transactions(hostile);
    block.header.fields.transaction_mroot = bnet_wire_transaction_mroot(&block);
    block.extensions = hostile_extensions(hostile, 0);
    if (HOSTILE_CHOICE(hostile, 0, 1) == 1)
        block.header.fields.transaction_mroot.bytes[0] ^= 1;
    hostile_sign(hostile, parent, &block);
    hostile_spoil_previous(hostile, &block.header.fields);
    BnetWriter writer;
    bnet_writer_init(&writer, hostile->block, HOSTILE_BYTES_MAX);
    bnet_wire_write_block(&writer, &block);
    bnet_assert(bnet_writer_fits(&writer));
    const uint32_t flips = HOSTILE_CHOICE(hostile, 0, 1, 2);
    for (uint32_t i = 0; i < flips; i++)
        hostile->block[hostile_order(hostile) % writer.n] ^= hostile_order(hostile);
    return writer.n;
}

/* A modelled block, on any block, with any transactions, some of them more than once. */
static inline BnetBlock hostile_model(Hostile *hostile)
{
    BnetStore *store = &hostile->store;
    const BnetBlock parent = hostile_parent(hostile);
    BnetTrx trxs[HOSTILE_TRXS_MAX];
    const uint32_t n = store->n_trxs > 1 ? HOSTILE_CHOICE(hostile, 0, 1, HOSTILE_TRXS_MAX) : 0;
    for (uint32_t i = 0; i < n; i++)
        trxs[i] = 1 + hostile_order(hostile) % (store->n_trxs - 1);
    const uint32_t slot = bnet_store_block(store, parent)->slot + HOSTILE_CHOICE(hostile, 1, 0, 12);
    return bnet_store_add_block(
        store, &(BnetBlockSpec){
                   .parent = parent,
                   .slot = slot,
                   .producer = bnet_store_scheduled(store, parent, slot),
                   .confirmed = (uint16_t)HOSTILE_CHOICE(hostile, 0, 1, UINT16_MAX),
                   .schedule_version = bnet_store_schedule(store, parent)->version,
                   .signature_valid = HOSTILE_CHOICE(hostile, 1, 0) == 1,
                   .content_valid = HOSTILE_CHOICE(hostile, 1, 0) == 1,
                   .trxs = trxs,
                   .n_trxs = n,
               });
}

/* --- what must hold -------------------------------------------------------------------------- */

static inline void hostile_check_block(const BnetStore *store, BnetBlock block)
{
    const BnetBlockInfo *info = bnet_store_block(store, block);
    const BnetBlockInfo *above = bnet_store_block(store, info->parent);
    bnet_assert(info->number == above->number + 1 && info->number == bnet_id_number(&info->id));
    bnet_assert(info->parent < block && info->lib < info->number);
    bnet_assert(store->rule != BNET_RULE_DPOS || info->lib <= info->proposed);
    bnet_assert(bnet_store_is_ancestor(store, BNET_GENESIS, block));
    bnet_assert(bnet_fault_text((BnetFault)info->header_fault)[0]);
    bnet_assert(bnet_fault_text((BnetFault)info->content_fault)[0]);
    const bool has_fault = info->header_fault || info->content_fault;
    bnet_assert(info->is_bad == (has_fault || above->is_bad));
    const BnetBlock found = bnet_store_find(store, &info->id);
    bnet_assert(info->is_bad || !bnet_store_block(store, found)->is_bad);
    const BnetTrx *trxs = bnet_store_block_trx(store, block);
    for (uint32_t i = 0; i < info->n_trx && !info->content_fault; i++)
        for (uint32_t k = 0; k < i; k++)
            bnet_assert(trxs[i] != trxs[k]);
}

/* Both views take the block and come to rest on a chain without a fault. */
static inline void hostile_receive(Hostile *hostile, BnetBlock block, bool future)
{
    const BnetStore *store = &hostile->store;
    BnetChainEvent event;
    bnet_view_receive(&hostile->view, block, INT64_C(1) << 62);
    while (bnet_view_step(&hostile->view, &event))
        continue;
    bnet_assert(!bnet_store_block(store, hostile->view.head)->is_bad);
    const BnetDeployedResult result = bnet_deployed_push(&hostile->deployed, block, future);
    bnet_assert(bnet_deployed_result_name(result)[0]);
    bnet_assert(!bnet_store_block(store, hostile->deployed.head)->content_fault);
}

/* Reads the n bytes that were made; BNET_NO_BLOCK: they are no block, or it has no parent. */
static inline BnetBlock hostile_read(Hostile *hostile, size_t n)
{
    BnetStore *store = &hostile->store;
    BnetReader reader;
    BnetWireError error;
    BnetWireBlock block;
    bnet_reader_init(&reader, hostile->block, n, hostile->inflate, &error);
    reader.eosio_2 = store->extensions;
    if (!bnet_wire_read_block(&reader, &block))
        return BNET_NO_BLOCK;
    const BnetBlock parent = bnet_store_find(store, &block.header.fields.previous);
    BnetBlock read;
    const bool is_linked = bnet_store_read_block(store, &block, hostile->inflate, &read);
    bnet_assert(is_linked == (parent != BNET_NO_BLOCK));
    if (!is_linked)
        return BNET_NO_BLOCK;
    const BnetId id = bnet_wire_block_id(&block.header);
    bnet_assert(bnet_id_equal(&bnet_store_block(store, read)->id, &id));
    bnet_assert(bnet_store_block(store, read)->parent == parent);
    /* It is the same block again, and nothing new. */
    const uint32_t n_blocks = store->n_blocks;
    const uint32_t n_trxs = store->n_trxs;
    BnetBlock again;
    const bool is_again = bnet_store_read_block(store, &block, hostile->inflate, &again);
    bnet_assert(is_again && again == read);
    bnet_assert(store->n_blocks == n_blocks && store->n_trxs == n_trxs);
    return read;
}

/* --- life ------------------------------------------------------------------------------------ */

static inline void hostile_begin(Hostile *hostile, const uint8_t *orders, size_t n)
{
    *hostile = (Hostile){.orders = orders, .n_orders = n};
    const uint8_t order = hostile_order(hostile);
    const uint64_t producers[] = {UINT64_C(1) << 58, UINT64_C(2) << 58, UINT64_C(3) << 58};
    const BnetPrivateKey private_key = {{1}};
    const bool is_key = bnet_signer_init(&hostile->signer, &private_key);
    bnet_assert(is_key);
    const BnetKey key = *bnet_signer_key(&hostile->signer);
    const BnetKey keys[] = {key, key, key};
    hostile->verify = order & 1;
    bnet_store_init(&hostile->store, &(BnetChainConfig){
                                         .rule = (BnetRule)((order >> 4) % 3),
                                         .depth = 3,
                                         .n_producers = 1 + (order >> 6) % 3,
                                         .producers = producers,
                                         .keys = keys,
                                         .verify_signatures = hostile->verify,
                                         .keep_bytes = order & 2,
                                         .extensions = order & 4,
                                     });
    bnet_view_init(&hostile->view, &hostile->store, BNET_GENESIS);
    bnet_deployed_init(&hostile->deployed, &hostile->store, BNET_GENESIS,
                       order & 8 ? 0 : BNET_DEPLOYED_QUIRKS);
    hostile->block = bnet_mem_resize(NULL, HOSTILE_BYTES_MAX);
    hostile->parts = bnet_mem_resize(NULL, HOSTILE_BYTES_MAX);
    hostile->inflate.n = BNET_WIRE_SCRATCH_BYTES;
    hostile->inflate.bytes = bnet_mem_resize(NULL, hostile->inflate.n);
}

static inline void hostile_end(Hostile *hostile)
{
    bnet_mem_resize(hostile->inflate.bytes, 0);
    bnet_mem_resize(hostile->parts, 0);
    bnet_mem_resize(hostile->block, 0);
    bnet_signer_finish(&hostile->signer);
    bnet_deployed_finish(&hostile->deployed);
    bnet_view_finish(&hostile->view);
    bnet_store_finish(&hostile->store);
}

/* Carries out the orders; the number of the view's head at last. */
static inline uint32_t hostile_run(const uint8_t *orders, size_t n)
{
    Hostile hostile;
    hostile_begin(&hostile, orders, n);
    for (uint32_t i = 0; i < HOSTILE_BLOCKS_MAX && hostile.n_orders > 0; i++) {
        const BnetBlock block = hostile_order(&hostile) < 224
                                    ? hostile_read(&hostile, hostile_make(&hostile))
                                    : hostile_model(&hostile);
        if (block == BNET_NO_BLOCK)
            continue;
        hostile_check_block(&hostile.store, block);
        hostile_receive(&hostile, block, HOSTILE_CHOICE(&hostile, 0, 1) == 1);
    }
    const uint32_t number = bnet_view_head_number(&hostile.view);
    hostile_end(&hostile);
    return number;
}

#endif
