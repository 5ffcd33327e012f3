/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks of our own: on the slots of our producers, or by command. */
#include <string.h>

#include "node/chain_parts.h"

/* Bytes and transactions that a block takes. */
#define BLOCK_BYTES_MAX (1024u * 1024)
#define BLOCK_TRXS_MAX 10000u

/* --- what has been produced ------------------------------------------------------------------ */

/* Number of the last block that a producer made on any chain that we know; 0: none. */
static uint32_t last_produced(const NodeChain *chain, uint64_t producer)
{
    return GPOINTER_TO_UINT(g_hash_table_lookup(chain->last_produced, &producer));
}

static void note_produced(NodeChain *chain, uint64_t producer, uint32_t number)
{
    uint64_t *key = g_new(uint64_t, 1);
    *key = producer;
    if (number > last_produced(chain, producer))
        g_hash_table_replace(chain->last_produced, key, GUINT_TO_POINTER(number));
    else
        g_free(key);
}

static bool is_ours(const NodeChain *chain, uint64_t producer)
{
    const GArray *producers = chain->options->producers;
    for (guint i = 0; i < producers->len; i++)
        if (g_array_index(producers, NodeProducerKey, i).name == producer)
            return true;
    return false;
}

void node_producer_init(NodeChain *chain)
{
    const GArray *producers = chain->options->producers;
    chain->last_produced = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    chain->proposed = g_array_new(FALSE, FALSE, sizeof(BnetWireProducer));
    chain->is_fresh = chain->options->stale_production;
    for (guint i = 0; i < producers->len; i++) {
        const NodeProducerKey *producer = &g_array_index(producers, NodeProducerKey, i);
        bnet_store_set_key(&chain->store, producer->name, &producer->key);
    }
    /* Forks count, too: no producer confirms a range twice. */
    for (BnetBlock block = BNET_GENESIS + 1; block < chain->store.n_blocks; block++) {
        const BnetBlockInfo *info = bnet_store_block(&chain->store, block);
        if (!info->header_fault && is_ours(chain, info->producer)) {
            note_produced(chain, info->producer, info->number);
            chain->last_slot = MAX(chain->last_slot, info->slot);
        }
    }
}

void node_producer_applied(NodeChain *chain, BnetBlock block)
{
    const uint32_t slot = bnet_store_block(&chain->store, block)->slot;
    if (!chain->options->produce_on_command &&
        bnet_store_slot_time_ns(&chain->store, slot + 1) >= node_chain_wall_ns(chain))
        chain->is_fresh = true;
}

/* --- a block --------------------------------------------------------------------------------- */

static uint16_t confirmed_by(const NodeChain *chain, uint64_t producer, uint32_t slot)
{
    const uint32_t head = bnet_view_head_number(&chain->node.view);
    const uint32_t last = last_produced(chain, producer);
    if (last == 0 || last >= head)
        return 0;
    const uint32_t most = bnet_store_confirms_most(&chain->store, chain->node.view.head, slot);
    return (uint16_t)MIN(MIN(head - last, most), UINT16_MAX);
}

/* The key of a producer is the one that the schedule names. */
static bool has_key(NodeChain *chain, uint64_t producer)
{
    const BnetSchedule *schedule = bnet_store_schedule(&chain->store, chain->node.view.head);
    const uint32_t at = bnet_schedule_find(schedule, producer);
    if (at == schedule->n)
        return false;
    const BnetKey wanted = schedule->producers[at].key;
    const BnetKey key = bnet_store_model_key(&chain->store, producer);
    return memcmp(&key, &wanted, sizeof key) == 0;
}

/* --- who shall produce ----------------------------------------------------------------------- */

const char *node_producer_propose(NodeChain *chain, struct json_object *list)
{
    static const char allowed[] =
        "producers is a list of 1 to 125 objects with name and key, no name twice";
    const size_t n =
        json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
    if (n == 0 || n > BNET_PRODUCERS_MAX)
        return allowed;
    BnetWireProducer producers[BNET_PRODUCERS_MAX];
    for (size_t i = 0; i < n; i++) {
        struct json_object *item = json_object_array_get_idx(list, i);
        const bool is_object = json_object_is_type(item, json_type_object);
        const char *name = is_object ? node_json_get_text(item, "name") : NULL;
        const char *key = is_object ? node_json_get_text(item, "key") : NULL;
        if (!name || !key || !bnet_parse_name(name, strlen(name), &producers[i].name) ||
            producers[i].name == 0 || !bnet_parse_key(key, strlen(key), &producers[i].key))
            return allowed;
        for (size_t j = 0; j < i; j++)
            if (producers[j].name == producers[i].name)
                return allowed;
    }
    g_array_set_size(chain->proposed, 0);
    g_array_append_vals(chain->proposed, producers, (guint)n);
    return NULL;
}

static bool has_schedule(const NodeChain *chain, BnetBlock parent)
{
    const BnetSchedule *newest = bnet_store_newest_schedule(&chain->store, parent);
    if (newest->n != chain->proposed->len)
        return false;
    for (uint32_t i = 0; i < newest->n; i++) {
        const BnetWireProducer *wanted = &g_array_index(chain->proposed, BnetWireProducer, i);
        if (newest->producers[i].name != wanted->name ||
            memcmp(&newest->producers[i].key, &wanted->key, sizeof wanted->key) != 0)
            return false;
    }
    return true;
}

/* The schedule that this block of ours brings; 0: none. */
static uint32_t new_schedule(NodeChain *chain, const BnetBlockSpec *spec)
{
    if (chain->proposed->len == 0 || has_schedule(chain, spec->parent) ||
        !bnet_store_takes_schedule(&chain->store, spec->parent, spec->slot, spec->confirmed))
        return 0;
    return bnet_schedules_add(&chain->store.schedules, spec->schedule_version + 1,
                              (const BnetWireProducer *)(const void *)chain->proposed->data,
                              chain->proposed->len);
}

/* --- what is in it --------------------------------------------------------------------------- */

/* What waits, the oldest first, as far as it fits. (transfer full) of BnetTrx */
static GArray *choose_trxs(const NodeChain *chain, uint32_t slot)
{
    const BnetStore *store = &chain->store;
    GArray *trxs = g_array_new(FALSE, FALSE, sizeof(BnetTrx));
    const int64_t time_ns = MAX(bnet_store_slot_time_ns(store, slot), node_chain_wall_ns(chain));
    uint32_t bytes = BNET_STORE_EMPTY_BLOCK_BYTES;
    uint32_t cursor = 0;
    BnetTrx trx;
    while (trxs->len < BLOCK_TRXS_MAX && (trx = bnet_trxs_next(&chain->node.trxs, BNET_NO_SESSION,
                                                               &cursor, time_ns)) != BNET_NO_TRX) {
        const uint32_t more = bnet_store_trx(store, trx)->size + BNET_STORE_RECEIPT_BYTES;
        if (bytes + more > BLOCK_BYTES_MAX)
            break;
        bytes += more;
        cursor++;
        g_array_append_val(trxs, trx);
    }
    return trxs;
}

/* --- making ---------------------------------------------------------------------------------- */

static const char wrong_key[] = "our key of the producer is not that of the schedule";

BnetBlock node_producer_make(NodeChain *chain, uint32_t slot, const char **ret_wrong)
{
    BnetStore *store = &chain->store;
    const BnetBlock head = chain->node.view.head;
    const uint64_t producer = bnet_store_scheduled(store, head, slot);
    *ret_wrong = NULL;
    if (slot <= bnet_store_block(store, head)->slot)
        *ret_wrong = "the head is of that slot or a later one";
    else if (slot <= chain->last_slot)
        *ret_wrong = "a block was made in that slot or a later one";
    else if (!is_ours(chain, producer))
        *ret_wrong = "the producer of that slot is not ours";
    else if (!has_key(chain, producer))
        *ret_wrong = wrong_key;
    if (*ret_wrong)
        return BNET_NO_BLOCK;
    g_autoptr(GArray) trxs = choose_trxs(chain, slot);
    BnetBlockSpec spec = {
        .parent = head,
        .slot = slot,
        .producer = producer,
        .confirmed = confirmed_by(chain, producer, slot),
        .schedule_version = bnet_store_schedule(store, head)->version,
        .signature_valid = true,
        .content_valid = true,
        .trxs = (const BnetTrx *)(const void *)trxs->data,
        .n_trxs = trxs->len,
    };
    spec.new_schedule = new_schedule(chain, &spec);
    const BnetBlock block = bnet_store_add_block(store, &spec);
    g_assert(!bnet_store_block(store, block)->is_bad);
    note_produced(chain, producer, bnet_store_number(store, block));
    chain->last_slot = slot;
    struct json_object *event = node_event(chain, "produced");
    node_json_number(event, "number", bnet_store_number(store, block));
    node_json_id(event, "id", &bnet_store_block(store, block)->id);
    node_json_number(event, "slot", slot);
    node_json_number(event, "transactions", trxs->len);
    node_event_post(chain, event, NULL);
    node_chain_take_block(chain, block);
    return block;
}

/* Who makes no blocks for a wrong key would wonder why. Told once. */
static void tell_wrong_key(NodeChain *chain)
{
    static const char why[] =
        "no blocks are made: our key of the scheduled producer is not that of "
        "the schedule";
    if (chain->has_told_key)
        return;
    chain->has_told_key = true;
    struct json_object *event = node_event(chain, "trouble");
    node_json_text(event, "why", why);
    node_event_post(chain, event, g_strdup(why));
}

/* --- slots ----------------------------------------------------------------------------------- */

void node_producer_run(NodeChain *chain)
{
    const uint32_t slot = bnet_store_slot_at(&chain->store, node_chain_wall_ns(chain));
    const char *wrong;
    if (chain->options->producers->len == 0 || !chain->is_fresh || slot <= chain->last_slot)
        return;
    node_producer_make(chain, slot, &wrong);
    if (wrong == wrong_key)
        tell_wrong_key(chain);
}

/* When the next slot begins in which a block could be made. */
int64_t node_producer_deadline(const NodeChain *chain)
{
    if (chain->options->producers->len == 0 || !chain->is_fresh)
        return BNET_TIME_NEVER;
    const int64_t wall_ns = node_chain_wall_ns(chain);
    const uint32_t slot = bnet_store_slot_at(&chain->store, wall_ns);
    const uint32_t next = MAX(slot, chain->last_slot) + 1;
    return chain->now_ns + bnet_store_slot_time_ns(&chain->store, next) - wall_ns;
}
