/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/parity/chain.h"

#include <string.h>

#include "core/blocks_log.h"
#include "core/contents.h"
#include "core/text.h"

/* About that of the EOS public network, as scenarios have it. */
#define GENESIS_SLOT 1163894400u
#define US_PER_SLOT INT64_C(500000)

/* A chain being made. */
typedef struct Making {
    const Scenario *scenario;
    BnetWireGenesis genesis;
    BnetStore store;
    BnetBlock head;
    bool has_schedule; /* a block has brought the producers */
    GByteArray *log;
} Making;

/* --- the genesis state ----------------------------------------------------------------------- */

static uint32_t start_height(const Scenario *scenario)
{
    return MAX(scenario->chain.start_height, PARITY_START_HEIGHT);
}

/* So that the first producer's turn begins with the run, unless the scenario says when. */
static uint32_t genesis_slot(const Scenario *scenario)
{
    const uint32_t round = scenario->n_scheduled * BNET_SLOTS_PER_TURN;
    if (scenario->chain.has_genesis_time)
        return scenario->chain.genesis_slot;
    return GENESIS_SLOT - (GENESIS_SLOT + start_height(scenario)) % round;
}

/* The model's key of the one producer that block 1 knows. */
static BnetKey initial_key(uint64_t name)
{
    BnetStore store;
    bnet_store_init(&store,
                    &(BnetChainConfig){.n_producers = 1, .producers = &name, .keep_bytes = true});
    const BnetKey key = bnet_store_model_key(&store, name);
    bnet_store_finish(&store);
    return key;
}

static void init_genesis(Making *making)
{
    const int64_t slot = genesis_slot(making->scenario);
    making->genesis = bnet_wire_genesis_usual;
    making->genesis.initial_timestamp_us = BNET_SLOT_EPOCH_S * G_USEC_PER_SEC + slot * US_PER_SLOT;
    making->genesis.initial_key = initial_key(bnet_name("eosio"));
}

/* The same as a node reads it. (transfer full) */
static char *genesis_text(const BnetWireGenesis *g)
{
    char key[BNET_TEXT_KEY_MAX + 1];
    char time[BNET_TEXT_TIME_MAX + 1];
    bnet_text_key(&g->initial_key, key);
    bnet_text_time_point(g->initial_timestamp_us, time);
    return g_strdup_printf(
        "{\"initial_timestamp\": \"%s\", \"initial_key\": \"%s\", \"initial_configuration\": {"
        "\"max_block_net_usage\": %" G_GUINT64_FORMAT ", \"target_block_net_usage_pct\": %u, "
        "\"max_transaction_net_usage\": %u, \"base_per_transaction_net_usage\": %u, "
        "\"net_usage_leeway\": %u, \"context_free_discount_net_usage_num\": %u, "
        "\"context_free_discount_net_usage_den\": %u, \"max_block_cpu_usage\": %u, "
        "\"target_block_cpu_usage_pct\": %u, \"max_transaction_cpu_usage\": %u, "
        "\"min_transaction_cpu_usage\": %u, \"max_transaction_lifetime\": %u, "
        "\"deferred_trx_expiration_window\": %u, \"max_transaction_delay\": %u, "
        "\"max_inline_action_size\": %u, \"max_inline_action_depth\": %u, "
        "\"max_authority_depth\": %u}}\n",
        time, key, g->max_block_net_usage, g->target_block_net_usage_pct,
        g->max_transaction_net_usage, g->base_per_transaction_net_usage, g->net_usage_leeway,
        g->context_free_discount_net_usage_num, g->context_free_discount_net_usage_den,
        g->max_block_cpu_usage, g->target_block_cpu_usage_pct, g->max_transaction_cpu_usage,
        g->min_transaction_cpu_usage, g->max_transaction_lifetime,
        g->deferred_trx_expiration_window, g->max_transaction_delay, g->max_inline_action_size,
        g->max_inline_action_depth, g->max_authority_depth);
}

/* --- blocks ---------------------------------------------------------------------------------- */

static void init_store(Making *making)
{
    const uint64_t producer = bnet_name("eosio");
    const BnetId chain_id = bnet_wire_chain_id(&making->genesis);
    const uint32_t slot = genesis_slot(making->scenario);
    const BnetWireBlock first = {
        .header.fields = {.slot = slot, .confirmed = 1, .action_mroot = chain_id},
    };
    bnet_store_init(&making->store, &(BnetChainConfig){
                                        .rule = BNET_RULE_DPOS,
                                        .n_producers = 1,
                                        .producers = &producer,
                                        .keys = &making->genesis.initial_key,
                                        .genesis = &first,
                                        .chain_id = &chain_id,
                                        .zero_slot = slot,
                                        .verify_signatures = true,
                                        .keep_bytes = true,
                                    });
    making->head = BNET_GENESIS;
}

static uint32_t schedule_of(Making *making)
{
    uint64_t names[BNET_PRODUCERS_MAX];
    for (uint32_t i = 0; i < making->scenario->n_scheduled; i++)
        names[i] = scenario_account_name(i);
    return bnet_store_add_schedule(&making->store, making->head, names,
                                   making->scenario->n_scheduled);
}

/* Number of the newest block of a producer; 0: none. */
static uint32_t last_produced(const Making *making, uint64_t producer)
{
    BnetBlock block = making->head;
    while (block != BNET_GENESIS && bnet_store_block(&making->store, block)->producer != producer)
        block = bnet_store_block(&making->store, block)->parent;
    return block == BNET_GENESIS ? 0 : bnet_store_number(&making->store, block);
}

static void add_block(Making *making, uint32_t number)
{
    BnetStore *store = &making->store;
    const uint32_t slot = bnet_store_block(store, making->head)->slot + 1;
    const uint64_t producer = bnet_store_scheduled(store, making->head, slot);
    const uint32_t last = last_produced(making, producer);
    const uint32_t most = bnet_store_confirms_most(store, making->head, slot);
    BnetBlockSpec spec = {
        .parent = making->head,
        .slot = slot,
        .producer = producer,
        .confirmed = last ? (uint16_t)MIN(MIN(number - 1 - last, most), UINT16_MAX) : 0,
        .schedule_version = bnet_store_schedule(store, making->head)->version,
        .signature_valid = true,
        .content_valid = true,
    };
    if (!making->has_schedule &&
        bnet_store_takes_schedule(store, making->head, slot, spec.confirmed)) {
        spec.new_schedule = schedule_of(making);
        making->has_schedule = true;
    }
    making->head = bnet_store_add_block(store, &spec);
    g_assert(!bnet_store_block(store, making->head)->is_bad);
}

char *parity_chain_digits(BnetSlice bytes)
{
    GString *digits = g_string_sized_new(2 * bytes.n + 1);
    for (size_t i = 0; i < bytes.n; i++)
        g_string_append_printf(digits, "%02x", bytes.bytes[i]);
    return g_string_free(digits, FALSE);
}

/* --- the files ------------------------------------------------------------------------------- */

static void log_entry(GByteArray *log, BnetSlice block)
{
    const guint at = log->len;
    BnetWriter writer;
    g_byte_array_set_size(log, at + (guint)block.n + BNET_LOG_POSITION_BYTES);
    bnet_writer_init(&writer, log->data + at, log->len - at);
    bnet_log_write_entry(&writer, block, at);
    g_assert(bnet_writer_fits(&writer));
}

static void log_header(Making *making)
{
    const BnetLogHeader header = {
        .version = 3,
        .first_block = 1,
        .has_genesis = true,
        .genesis = making->genesis,
        .chain_id = making->store.chain_id,
    };
    BnetWriter writer;
    g_byte_array_set_size(making->log, BNET_LOG_HEADER_BYTES_MAX);
    bnet_writer_init(&writer, making->log->data, making->log->len);
    bnet_log_write_header(&writer, &header);
    g_assert(bnet_writer_fits(&writer));
    g_byte_array_set_size(making->log, (guint)writer.n);
}

static void make_blocks(Making *making, ParityChain *chain)
{
    log_header(making);
    log_entry(making->log, bnet_store_block_bytes(&making->store, BNET_GENESIS));
    for (uint32_t number = 2; number <= start_height(making->scenario); number++) {
        add_block(making, number);
        const BnetSlice bytes = bnet_store_block_bytes(&making->store, making->head);
        log_entry(making->log, bytes);
        g_ptr_array_add(chain->blocks, parity_chain_digits(bytes));
    }
    const BnetSchedule *active = bnet_store_schedule(&making->store, making->head);
    g_assert(active->n == making->scenario->n_scheduled &&
             active->producers[0].name == scenario_account_name(0));
}

bool parity_chain_make(const Scenario *scenario, const char *folder, ParityChain *ret_chain,
                       GError **error)
{
    Making making = {.scenario = scenario, .log = g_byte_array_new()};
    ParityChain chain = {
        .log_path = g_build_filename(folder, "blocks.log", NULL),
        .genesis_path = g_build_filename(folder, "genesis.json", NULL),
        .blocks = g_ptr_array_new_with_free_func(g_free),
    };
    g_assert(scenario->chain.blocks_log == NULL);
    init_genesis(&making);
    init_store(&making);
    make_blocks(&making, &chain);
    const int64_t slot = bnet_store_block(&making.store, making.head)->slot;
    chain.zero_us = BNET_SLOT_EPOCH_S * G_USEC_PER_SEC + slot * US_PER_SLOT;
    g_autofree char *genesis = genesis_text(&making.genesis);
    const bool is_written = g_file_set_contents(chain.log_path, (const char *)making.log->data,
                                                making.log->len, error) &&
                            g_file_set_contents(chain.genesis_path, genesis, -1, error);
    bnet_store_finish(&making.store);
    g_byte_array_unref(making.log);
    if (is_written)
        *ret_chain = chain;
    else
        parity_chain_clear(&chain);
    return is_written;
}

void parity_chain_clear(ParityChain *chain)
{
    g_clear_pointer(&chain->log_path, g_free);
    g_clear_pointer(&chain->genesis_path, g_free);
    g_clear_pointer(&chain->blocks, g_ptr_array_unref);
}
