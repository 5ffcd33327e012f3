/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_TESTS_PARITY_FIXTURE_H
#define BNETLAB_TESTS_PARITY_FIXTURE_H

/*
 * Logs of nodes as a test writes them: three peers in a line, a chain of nine blocks, events.
 */

#include <string.h>

#include "sim/parity/judge.h"
#include "tests/loader_fixture.h"

/* Peer 1 dials peer 0, peer 2 dials peer 1. */
#define THREE                                                                                      \
    "{\"duration\": \"10s\", \"peers\": {\"a\": {\"produces\": true}, \"b\": {}, \"c\": {%s}},"    \
    " \"topology\": {\"kind\": \"line\"}%s}"

/* A chain of blocks 1 to 9, of which block `bad` and those after it are bad; 0: none. */
typedef struct Bench {
    Scenario *scenario;
    ParityScript script;
    ParityNetwork network;
    ParityLog *log;
    SimResult *result;
} Bench;

static inline char *id_of(uint32_t number)
{
    return g_strdup_printf("%08x%056x", number, number);
}

static inline void bench_init(Bench *bench, const char *group, const char *more, uint32_t bad)
{
    g_autofree char *json = g_strdup_printf(THREE, group, more);
    memset(bench, 0, sizeof *bench);
    bench->scenario = load(json);
    bench->script.blocks = g_ptr_array_new_with_free_func(g_free);
    bench->script.by_id = g_hash_table_new(g_str_hash, g_str_equal);
    bench->script.acts = g_array_new(FALSE, FALSE, sizeof(ParityAct));
    bench->script.trxs = g_ptr_array_new();
    bench->script.end_ns = bench->scenario->duration_ns;
    for (uint32_t number = 1; number <= 9; number++) {
        ParityBlock *block = g_new0(ParityBlock, 1);
        g_autofree char *id = id_of(number);
        g_autofree char *parent = id_of(number - 1);
        g_strlcpy(block->id, id, sizeof block->id);
        g_strlcpy(block->parent, number > 1 ? parent : "", sizeof block->parent);
        block->number = number;
        block->is_bad = bad > 0 && number >= bad;
        g_ptr_array_add(bench->script.blocks, block);
        g_hash_table_insert(bench->script.by_id, block->id, block);
    }
    bench->network.events = g_array_new(FALSE, FALSE, sizeof(ParityEvent));
    bench->network.refused = g_ptr_array_new_with_free_func(g_free);
    bench->network.n_peers = 3;
    bench->network.endpoints = g_new0(char *, 4);
    bench->network.peers = g_new0(ParityPeer, 3);
    for (uint32_t peer = 0; peer < 3; peer++) {
        bench->network.endpoints[peer] = g_strdup_printf("127.77.0.%u:4000", peer + 1);
        bench->network.peers[peer].is_up = true;
    }
}

static inline void tell(Bench *bench, uint32_t peer, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* An event, whose quotes are written as '. */
static inline void tell(Bench *bench, uint32_t peer, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_strdelimit(text, "'", '"');
    ParityEvent event = {.time_ns = 1500000000, .peer = peer};
    event.json = json_tokener_parse(text);
    ck_assert_msg(event.json != NULL, "%s", text);
    g_array_append_val(bench->network.events, event);
}

static inline void process(Bench *bench, uint32_t peer, ParityActKind act)
{
    const ParityEvent event = {.time_ns = 1500000000, .peer = peer, .act = act};
    g_array_append_val(bench->network.events, event);
}

/* Head 5, LIB 2. */
static inline void begin(Bench *bench, uint32_t peer)
{
    g_autofree char *id = id_of(5);
    process(bench, peer, PARITY_START);
    tell(bench, peer, "{'ok':true,'head':{'number':5,'id':'%s'},'lib':{'number':2}}", id);
}

/* Link 0, from b to a, with hellos: slot 0 at both. `wishes` are of b's hello. */
static inline void connect_ab(Bench *bench, const char *wishes)
{
    g_autofree char *id = id_of(5);
    g_autofree char *hello = g_strdup_printf("'session':0,'message':'hello','lib':2,"
                                             "'head':{'number':5,'id':'%s'}",
                                             id);
    begin(bench, 0);
    begin(bench, 1);
    tell(bench, 1,
         "{'what':'opened','session':0,'remote':'127.77.0.1:4000',"
         "'local':'127.0.0.1:50','dialled':true}");
    tell(bench, 1, "{'what':'sent',%s,%s}", hello, wishes);
    tell(bench, 0,
         "{'what':'opened','session':0,'remote':'127.0.0.1:50',"
         "'local':'127.77.0.1:4000','dialled':false}");
    tell(bench, 0, "{'what':'sent',%s,'request_transactions':true}", hello);
    tell(bench, 0, "{'what':'received',%s,%s}", hello, wishes);
    tell(bench, 1, "{'what':'received',%s,'request_transactions':true}", hello);
}

#define WISHES "'request_transactions':true,'irreversible_only':false"

static inline void block(Bench *bench, uint32_t peer, const char *what, uint32_t number)
{
    g_autofree char *id = id_of(number);
    tell(bench, peer, "{'what':'%s','session':0,'message':'signed_block','number':%u,'id':'%s'}",
         what, number, id);
}

static inline void notice(Bench *bench, uint32_t peer, const char *what, uint32_t number)
{
    g_autofree char *id = id_of(number);
    tell(bench, peer, "{'what':'%s','session':0,'message':'block_notice','ids':['%s']}", what, id);
}

static inline void chain(Bench *bench, uint32_t peer, const char *what, uint32_t number)
{
    g_autofree char *id = id_of(number);
    tell(bench, peer, "{'what':'%s','number':%u,'id':'%s'}", what, number, id);
}

static inline void judge(Bench *bench)
{
    bench->log = parity_log_new(bench->scenario, &bench->network);
    const ParityCase of = {bench->scenario, &bench->script, &bench->network, bench->log};
    bench->result = parity_judge(&of);
}

static inline const SimCheckResult *check_of(const Bench *bench, const char *id)
{
    for (uint32_t i = 0; i < bench->result->n_checks; i++)
        if (g_str_equal(bench->result->checks[i].id, id))
            return &bench->result->checks[i];
    ck_abort_msg("no check %s", id);
}

/* These properties fail, "S1 S3", and no other. */
static inline void check_failed(const Bench *bench, const char *wanted)
{
    g_autoptr(GString) failed = g_string_new(NULL);
    for (uint32_t i = 0; i < bench->result->n_checks; i++)
        if (bench->result->checks[i].verdict == SIM_VERDICT_FAIL)
            g_string_append_printf(failed, "%s%s", failed->len > 0 ? " " : "",
                                   bench->result->checks[i].id);
    ck_assert_str_eq(failed->str, wanted);
    ck_assert_int_eq(bench->result->verdict, wanted[0] ? SIM_VERDICT_FAIL : SIM_VERDICT_PASS);
}

static inline void bench_finish(Bench *bench)
{
    for (guint i = 0; i < bench->network.events->len; i++)
        (void)json_object_put(g_array_index(bench->network.events, ParityEvent, i).json);
    for (uint32_t peer = 0; peer < 3; peer++)
        g_free(bench->network.endpoints[peer]);
    g_free(bench->network.endpoints);
    g_free(bench->network.peers);
    g_array_unref(bench->network.events);
    g_ptr_array_unref(bench->network.refused);
    g_array_unref(bench->script.acts);
    g_hash_table_unref(bench->script.by_id);
    g_ptr_array_unref(bench->script.blocks);
    g_ptr_array_unref(bench->script.trxs);
    parity_log_free(bench->log);
    sim_result_free(bench->result);
    scenario_free(bench->scenario);
}

#endif
