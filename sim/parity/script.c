/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/parity/script.h"

#include <string.h>

#include "core/contents.h"
#include "core/text.h"
#include "sim/live/node_process.h"
#include "sim/parity/words.h"
#include "sim/run.h"
#include "sim/world.h"

#define LAST_SLOT_NS (400 * BNET_NS_PER_MS)

/* Who writes the script while the run goes on. */
typedef struct Writer {
    SimObserver observer; /* first */
    ParityScript *script;
    const Scenario *scenario;
    bool has_start;   /* the blocks of the start are known */
    BnetBlock *heads; /* [n_peers] of those whose process ended, then */
    uint64_t *flying; /* [2 n_links] messages of that end that have not arrived */
    int64_t *lost_ns; /* [2 n_links] when that end lost its connection */
    bool *opening;    /* [n_links] one side has opened, the other has not */
    GHashTable *trxs; /* handles of those that have arrived somewhere */
} Writer;

/* --- blocks and transactions ----------------------------------------------------------------- */

static uint32_t add_block(Writer *writer, const BnetStore *store, BnetBlock handle, bool has_bytes)
{
    ParityScript *script = writer->script;
    const BnetBlockInfo *info = bnet_store_block(store, handle);
    ParityBlock *block = g_new0(ParityBlock, 1);
    bnet_text_id(&info->id, block->id);
    if (info->parent != BNET_NO_BLOCK)
        bnet_text_id(&bnet_store_block(store, info->parent)->id, block->parent);
    block->number = info->number;
    block->is_bad = info->is_bad;
    block->digits = has_bytes ? parity_chain_digits(bnet_store_block_bytes(store, handle)) : NULL;
    g_ptr_array_add(script->blocks, block);
    g_hash_table_insert(script->by_id, block->id, block);
    return script->blocks->len - 1;
}

static void add_start(Writer *writer, const BnetStore *store)
{
    for (BnetBlock block = BNET_GENESIS; block < store->n_blocks; block++)
        add_block(writer, store, block, false);
    writer->has_start = true;
}

static uint32_t add_trx(Writer *writer, const BnetStore *store, BnetTrx handle)
{
    ParityTrx *trx = g_new0(ParityTrx, 1);
    bnet_text_id(&bnet_store_trx(store, handle)->id, trx->id);
    trx->digits = parity_chain_digits(bnet_store_trx_bytes(store, handle));
    g_ptr_array_add(writer->script->trxs, trx);
    return writer->script->trxs->len - 1;
}

/* --- acts ------------------------------------------------------------------------------------ */

static bool is_in_flight(const Writer *writer)
{
    for (uint32_t end = 0; end < 2 * writer->scenario->n_links; end++)
        if (writer->flying[end] > 0 || writer->opening[end / 2])
            return true;
    return false;
}

static void note_unquiet(Writer *writer, int64_t time_ns)
{
    if (!writer->script->is_quiet || !is_in_flight(writer))
        return;
    writer->script->is_quiet = false;
    writer->script->unquiet_ns = time_ns;
}

static void add_act(Writer *writer, const ParityAct *act)
{
    ParityScript *script = writer->script;
    const guint n = script->acts->len;
    const bool begins_step =
        n == 0 || g_array_index(script->acts, ParityAct, n - 1).time_ns != act->time_ns;
    if (begins_step)
        note_unquiet(writer, act->time_ns);
    g_array_append_val(script->acts, *act);
}

static void started(Writer *writer, const SimWorld *world, const SimHappening *happening)
{
    const uint32_t peer = happening->peer;
    const BnetBlock head = sim_world_node(world, peer)->view.head;
    const ParityAct act = {
        .time_ns = happening->time_ns,
        .kind = PARITY_START,
        .peer = peer,
        .keeps_chain = writer->heads[peer] == head,
    };
    add_act(writer, &act);
}

static void stopped(Writer *writer, const SimWorld *world, const SimHappening *happening)
{
    const ParityAct act = {
        .time_ns = happening->time_ns, .kind = PARITY_STOP, .peer = happening->peer};
    writer->heads[happening->peer] = sim_world_node(world, happening->peer)->view.head;
    add_act(writer, &act);
}

/* The side that was dialled has it first. */
static void opened(Writer *writer, const SimHappening *happening)
{
    const uint32_t link = happening->end / 2;
    const ParityAct act = {
        .time_ns = happening->time_ns,
        .kind = PARITY_DIAL,
        .peer = writer->scenario->links[link].from,
        .link = link,
    };
    if (happening->dialled) {
        writer->opening[link] = false;
        return;
    }
    add_act(writer, &act);
    writer->opening[link] = true;
    parity_talk_open(writer->script->talk, link);
}

/* Both ends lose a connection at one instant if it is torn; else one hears of it later. */
static void closed(Writer *writer, const SimHappening *happening)
{
    const uint32_t end = happening->end;
    const bool is_lost = happening->reason == BNET_CLOSE_LOST;
    writer->flying[end ^ 1] = 0;
    writer->lost_ns[end] = is_lost ? happening->time_ns : -1;
    if (is_lost && writer->lost_ns[end ^ 1] == happening->time_ns) {
        const ParityAct act = {
            .time_ns = happening->time_ns,
            .kind = PARITY_RESET,
            .peer = writer->scenario->links[end / 2].from,
            .link = end / 2,
        };
        writer->opening[end / 2] = false;
        add_act(writer, &act);
    }
}

static void produced(Writer *writer, const BnetStore *store, const SimHappening *happening)
{
    const ParityAct act = {
        .time_ns = happening->time_ns,
        .kind = PARITY_BLOCK,
        .peer = happening->peer,
        .item = add_block(writer, store, happening->block, true),
    };
    add_act(writer, &act);
}

/* The first peer that accepts it is the one at which it has arrived. */
static void accepted(Writer *writer, const BnetStore *store, const SimHappening *happening)
{
    if (!g_hash_table_add(writer->trxs, GUINT_TO_POINTER(happening->trx)))
        return;
    const ParityAct act = {
        .time_ns = happening->time_ns,
        .kind = PARITY_TRX,
        .peer = happening->peer,
        .item = add_trx(writer, store, happening->trx),
    };
    add_act(writer, &act);
}

/* --- messages -------------------------------------------------------------------------------- */

static bool is_timed(BnetMessageKind kind)
{
    return kind == BNET_MESSAGE_PING || kind == BNET_MESSAGE_PONG;
}

static void delivered(Writer *writer, SimWorld *world, const SimHappening *happening)
{
    const uint32_t from = happening->end ^ 1;
    const ParityConnection *connection =
        parity_talk_newest(writer->script->talk, happening->end / 2);
    if (writer->flying[from] > 0)
        writer->flying[from]--;
    g_ptr_array_add(connection->said[from % 2], parity_words_of(world, happening));
}

static void happened(SimObserver *self, SimWorld *world, const SimHappening *happening)
{
    Writer *writer = (Writer *)self;
    const BnetStore *store = sim_world_store(world);
    if (!writer->has_start)
        add_start(writer, store);
    switch (happening->kind) {
    case SIM_STARTED:
        started(writer, world, happening);
        break;
    case SIM_STOPPED:
        stopped(writer, world, happening);
        break;
    case SIM_OPENED:
        opened(writer, happening);
        break;
    case SIM_CLOSED:
        closed(writer, happening);
        break;
    case SIM_PRODUCED:
        produced(writer, store, happening);
        break;
    case SIM_TRX:
        accepted(writer, store, happening);
        break;
    case SIM_SENT:
        if (!is_timed(happening->message->kind))
            writer->flying[happening->end]++;
        break;
    case SIM_DELIVERED:
        if (!is_timed(happening->message->kind))
            delivered(writer, world, happening);
        break;
    case SIM_FAULT:
    case SIM_WRITTEN:
    case SIM_ASKED:
    case SIM_VERDICT:
    case SIM_CHAIN:
    case SIM_PRUNED:
    case SIM_DIALLED:
    case SIM_UNDIALLED:
    case SIM_HAPPENING_KINDS:
        break;
    }
}

/* --- life ------------------------------------------------------------------------------------ */

static void free_block(gpointer data)
{
    ParityBlock *block = data;
    g_free(block->digits);
    g_free(block);
}

static void free_trx(gpointer data)
{
    ParityTrx *trx = data;
    g_free(trx->digits);
    g_free(trx);
}

static void init_writer(Writer *writer, ParityScript *script, const Scenario *scenario)
{
    const uint32_t n_ends = 2 * scenario->n_links;
    *writer = (Writer){
        .observer.mask = 1u << SIM_STARTED | 1u << SIM_STOPPED | 1u << SIM_OPENED |
                         1u << SIM_CLOSED | 1u << SIM_PRODUCED | 1u << SIM_TRX | 1u << SIM_SENT |
                         1u << SIM_DELIVERED,
        .observer.happened = happened,
        .script = script,
        .scenario = scenario,
        .heads = g_new0(BnetBlock, scenario->n_peers),
        .flying = g_new0(uint64_t, n_ends),
        .lost_ns = g_new(int64_t, n_ends),
        .opening = g_new0(bool, scenario->n_links),
        .trxs = g_hash_table_new(NULL, NULL),
    };
    for (uint32_t end = 0; end < n_ends; end++)
        writer->lost_ns[end] = -1;
}

static void finish_writer(Writer *writer)
{
    g_free(writer->heads);
    g_free(writer->flying);
    g_free(writer->lost_ns);
    g_free(writer->opening);
    g_hash_table_unref(writer->trxs);
}

/* What the last slot has brought gets the time to arrive, nearly up to the next one. */
static int64_t extended_ns(int64_t duration_ns)
{
    return MAX(duration_ns, duration_ns / BNET_SLOT_NS * BNET_SLOT_NS + LAST_SLOT_NS);
}

ParityScript *parity_script_new(Scenario *scenario, const ParityChain *chain, gint *stop,
                                GError **error)
{
    Writer writer;
    ParityScript *script = g_new0(ParityScript, 1);
    *script = (ParityScript){
        .acts = g_array_new(FALSE, FALSE, sizeof(ParityAct)),
        .blocks = g_ptr_array_new_with_free_func(free_block),
        .by_id = g_hash_table_new(g_str_hash, g_str_equal),
        .trxs = g_ptr_array_new_with_free_func(free_trx),
        .talk = parity_talk_new(scenario->n_links),
        .is_quiet = true,
    };
    g_free(scenario->chain.blocks_log);
    scenario->chain.blocks_log = g_strdup(chain->log_path);
    scenario->chain.start_height = 0;
    scenario->chain.has_genesis_time = false;
    scenario->wire = SCENARIO_WIRE_BYTES;
    script->end_ns = scenario->duration_ns;
    scenario->duration_ns = extended_ns(scenario->duration_ns);
    init_writer(&writer, script, scenario);
    const SimRunOptions options = {.trace = &writer.observer, .stop = stop};
    script->result = sim_run(scenario, &options, error);
    note_unquiet(&writer, scenario->duration_ns);
    finish_writer(&writer);
    if (script->result && !script->result->interrupted)
        return script;
    if (script->result)
        g_set_error(error, NODE_PROCESS_ERROR, NODE_PROCESS_ERROR_ENDED, "stopped");
    parity_script_free(script);
    return NULL;
}

void parity_script_free(ParityScript *script)
{
    if (!script)
        return;
    g_array_unref(script->acts);
    g_hash_table_unref(script->by_id);
    g_ptr_array_unref(script->blocks);
    g_ptr_array_unref(script->trxs);
    parity_talk_free(script->talk);
    sim_result_free(script->result);
    g_free(script);
}

const ParityBlock *parity_script_block(const ParityScript *script, const char *id)
{
    return g_hash_table_lookup(script->by_id, id);
}
