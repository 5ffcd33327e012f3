/* SPDX-License-Identifier: Apache-2.0 */

/* What all nodes to talk to have in common: the chain's start, and blocks that are made. */

#include "sim/conform/talk.h"

#include <stdarg.h>
#include <string.h>

#include "core/text.h"
#include "sim/conform/talk_parts.h"

#define PRODUCERS_MAX 26u

/* The key of nodeos where it is told nothing else, which everybody has, and the chain id and first
 * slot of that genesis state. */
#define DEVELOPMENT_KEY "EOS6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CV"
#define DEVELOPMENT_PRIVATE_KEY "5KQwrPbwdL6PhXujxW37FSSQZ1JiwsST4cqQzDeyXtP79zkvFD3"
#define GENESIS_CHAIN_ID "cf057bbfb72640471fd910bcb67639c22df9f92470936cddc1ade0e2f2e7dc4f"
#define GENESIS_SLOT 1162339200u

/* --- the chain's start ----------------------------------------------------------------------- */

static BnetWireBlock genesis_block(const BnetId *chain_id)
{
    return (BnetWireBlock){
        .header.fields = {.slot = GENESIS_SLOT, .confirmed = 1, .action_mroot = *chain_id},
    };
}

char *talk_producers_text(uint32_t n_producers)
{
    if (n_producers == 1)
        return g_strdup("eosio");
    GString *out = g_string_new(NULL);
    for (uint32_t i = 0; i < n_producers; i++)
        g_string_append_printf(out, "%sdefproducer%c", i == 0 ? "" : ",", (char)('a' + i));
    return g_string_free(out, FALSE);
}

static void init_store(BnetStore *store, uint32_t n_producers)
{
    uint64_t names[PRODUCERS_MAX];
    BnetKey keys[PRODUCERS_MAX];
    BnetId chain_id;
    const bool is_key = bnet_parse_key(DEVELOPMENT_KEY, strlen(DEVELOPMENT_KEY), &keys[0]);
    const bool is_id = bnet_parse_id(GENESIS_CHAIN_ID, strlen(GENESIS_CHAIN_ID), &chain_id);
    g_assert(is_key && is_id && n_producers >= 1 && n_producers <= PRODUCERS_MAX);
    g_autofree char *text = talk_producers_text(n_producers);
    g_auto(GStrv) texts = g_strsplit(text, ",", -1);
    for (uint32_t i = 0; i < n_producers; i++) {
        names[i] = bnet_name(texts[i]);
        keys[i] = keys[0];
    }
    const BnetWireBlock genesis = genesis_block(&chain_id);
    bnet_store_init(store, &(BnetChainConfig){
                               .rule = BNET_RULE_DPOS,
                               .n_producers = n_producers,
                               .producers = names,
                               .keys = keys,
                               .genesis = &genesis,
                               .chain_id = &chain_id,
                               .zero_slot = TALK_BEGIN_SLOT,
                               .verify_signatures = true,
                               .keep_bytes = true,
                           });
}

/* Blocks that are made have real signatures. */
static void set_keys(BnetStore *store, uint32_t n_producers)
{
    BnetPrivateKey key;
    const char *digits = DEVELOPMENT_PRIVATE_KEY;
    g_autofree char *text = talk_producers_text(n_producers);
    g_auto(GStrv) names = g_strsplit(text, ",", -1);
    bool is_set = bnet_parse_private_key(digits, strlen(digits), &key);
    for (uint32_t i = 0; i < n_producers && is_set; i++)
        is_set = bnet_store_set_key(store, bnet_name(names[i]), &key);
    g_assert(is_set);
}

void talk_init(Talk *talk, const TalkDriver *driver, uint32_t n_producers)
{
    *talk = (Talk){.driver = driver, .scratch = g_malloc(BNET_WIRE_SCRATCH_BYTES)};
    init_store(&talk->store, n_producers);
    set_keys(&talk->store, n_producers);
}

void talk_finish(Talk *talk)
{
    bnet_store_finish(&talk->store);
    g_free(talk->scratch);
    g_free(talk->failure);
}

BnetId talk_genesis_id(const Talk *talk)
{
    return bnet_store_block(&talk->store, BNET_GENESIS)->id;
}

BnetScratch talk_scratch(Talk *talk)
{
    return (BnetScratch){.bytes = talk->scratch, .n = BNET_WIRE_SCRATCH_BYTES};
}

/* --- blocks ---------------------------------------------------------------------------------- */

/* The handle of a packed block; BNET_NO_BLOCK: there is none. */
static BnetBlock read_block(Talk *talk, BnetSlice bytes)
{
    BnetReader reader;
    BnetWireError error;
    BnetWireBlock wire;
    BnetBlock block;
    bnet_reader_init(&reader, bytes.bytes, bytes.n, talk_scratch(talk), &error);
    const bool is_block = bnet_wire_read_block(&reader, &wire) && bnet_reader_left(&reader) == 0 &&
                          bnet_store_read_block(&talk->store, &wire, talk_scratch(talk), &block);
    return is_block ? block : BNET_NO_BLOCK;
}

bool talk_learn(Talk *talk, BnetSlice block)
{
    return read_block(talk, block) != BNET_NO_BLOCK;
}

static uint32_t slot_of(const Talk *talk, const TalkBlock *block, uint32_t parent)
{
    const uint32_t now = bnet_store_slot_at(&talk->store, talk->driver->now_ns(talk));
    if (block->now)
        return MAX(parent + 1, now);
    return block->slot != 0 ? block->slot : parent + block->skip;
}

bool talk_make(Talk *talk, const TalkBlock *block, BnetId *ret_id, GBytes **ret_bytes)
{
    const BnetBlock parent = bnet_store_find(&talk->store, &block->parent);
    if (parent == BNET_NO_BLOCK)
        return false;
    const uint32_t slot = slot_of(talk, block, bnet_store_block(&talk->store, parent)->slot);
    const BnetBlock made = bnet_store_add_block(
        &talk->store,
        &(BnetBlockSpec){
            .parent = parent,
            .slot = slot,
            .producer = block->bad_producer ? bnet_name("nobody")
                                            : bnet_store_scheduled(&talk->store, parent, slot),
            .confirmed = block->confirmed,
            .schedule_version = bnet_store_schedule(&talk->store, parent)->version,
            .signature_valid = !block->bad_signature,
            .content_valid = !block->bad_content,
            .variant = ++talk->made,
        });
    const BnetSlice bytes = bnet_store_block_bytes(&talk->store, made);
    *ret_id = bnet_store_block(&talk->store, made)->id;
    *ret_bytes = g_bytes_new(bytes.bytes, bytes.n);
    return true;
}

/* --- what is done by each kind --------------------------------------------------------------- */

void talk_item_free(TalkItem *item)
{
    if (item == NULL)
        return;
    g_clear_pointer(&item->bytes, g_bytes_unref);
    g_free(item);
}

void talk_fail(Talk *talk, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (talk->failure == NULL)
        talk->failure = g_strdup_vprintf(format, arguments);
    va_end(arguments);
}

const char *talk_failure(const Talk *talk)
{
    return talk->failure;
}

void talk_free(Talk *talk)
{
    if (talk != NULL)
        talk->driver->free(talk);
}

void talk_connect(Talk *talk, uint32_t index, const char *path)
{
    if (talk->failure == NULL)
        talk->driver->connect(talk, index, path);
}

void talk_disconnect(Talk *talk, uint32_t index)
{
    if (talk->failure == NULL)
        talk->driver->disconnect(talk, index);
}

void talk_send(Talk *talk, uint32_t index, TalkFrame kind, BnetSlice bytes)
{
    if (talk->failure == NULL)
        talk->driver->send(talk, index, kind, bytes);
}

bool talk_accept_block(Talk *talk, BnetSlice bytes)
{
    const BnetBlock block = read_block(talk, bytes);
    if (block == BNET_NO_BLOCK)
        return false;
    if (talk->failure == NULL)
        talk->driver->accept_block(talk, block, bytes);
    return true;
}

bool talk_push_trx(Talk *talk, BnetSlice bytes)
{
    BnetReader reader;
    BnetWireError error;
    BnetWirePackedTrx packed;
    bnet_reader_init(&reader, bytes.bytes, bytes.n, talk_scratch(talk), &error);
    if (!bnet_wire_read_packed_trx(&reader, &packed) || bnet_reader_left(&reader) > 0)
        return false;
    if (talk->failure == NULL)
        talk->driver->push_trx(talk, bytes);
    return true;
}

void talk_pass(Talk *talk, uint32_t ms)
{
    if (talk->failure == NULL)
        talk->driver->pass(talk, ms);
}

void talk_settle(Talk *talk)
{
    if (talk->failure == NULL)
        talk->driver->settle(talk);
}

bool talk_next(Talk *talk, uint32_t index, uint32_t *left_ms, TalkItem *ret_item)
{
    return talk->failure == NULL && talk->driver->next(talk, index, left_ms, ret_item);
}

uint32_t talk_patience_ms(const Talk *talk, uint32_t within_ms)
{
    return MAX(within_ms, talk->driver->patience_ms);
}

char *talk_end(Talk *talk)
{
    if (talk->failure == NULL)
        talk->driver->end(talk);
    return g_strdup(talk->failure);
}
