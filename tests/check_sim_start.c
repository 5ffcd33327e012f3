/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs that start from a blocks.log: one that is made here, from a modelled chain whose producer
 * "eosio" has the key of the genesis.
 */
#include <glib/gstdio.h>

#include "core/blocks_log.h"
#include "core/signing.h"
#include "core/text.h"
#include "sim/log_file.h"
#include "sim/start.h"
#include "tests/contents_fixture.h"
#include "tests/sim_fixture.h"

#define LENGTH 300u
#define EOSIO bnet_name("eosio")

/* --- logs ------------------------------------------------------------------------------------ */

/* A chain, and the log that it is written to. */
typedef struct Log {
    BnetWireGenesis genesis;
    BnetStore store;
    GByteArray *bytes;
    uint64_t offsets[LENGTH + 2]; /* of the blocks, by their number */
    char *folder;
    char *path;
} Log;

static BnetWireGenesis genesis_of(uint32_t slot)
{
    BnetSigning signing;
    bnet_signing_init(&signing);
    const BnetWireGenesis genesis = {
        .initial_timestamp_us = (BNET_SLOT_EPOCH_S * 2 + slot) * INT64_C(500000) + 499999,
        .initial_key = *bnet_signer_key(bnet_signing_signer(&signing, EOSIO)),
    };
    bnet_signing_finish(&signing);
    return genesis;
}

static void log_init(Log *log, uint32_t genesis_slot)
{
    const uint64_t producer = EOSIO;
    *log = (Log){
        .bytes = g_byte_array_new(),
        .folder = g_dir_make_tmp("start_XXXXXX", NULL),
    };
    ck_assert_ptr_nonnull(log->folder);
    log->genesis = genesis_of(genesis_slot);
    const BnetWireBlock block = {
        .header.fields = {.slot = genesis_slot,
                          .confirmed = 1,
                          .action_mroot = bnet_wire_chain_id(&log->genesis)},
    };
    log->path = g_build_filename(log->folder, "blocks.log", NULL);
    bnet_store_init(&log->store, &(BnetChainConfig){
                                     .rule = BNET_RULE_DPOS,
                                     .n_producers = 1,
                                     .producers = &producer,
                                     .keys = &log->genesis.initial_key,
                                     .genesis = &block,
                                     .extensions = true,
                                     .verify_signatures = true,
                                     .keep_bytes = true,
                                 });
}

static void log_finish(Log *log)
{
    g_remove(log->path);
    g_rmdir(log->folder);
    g_free(log->path);
    g_free(log->folder);
    g_byte_array_unref(log->bytes);
    bnet_store_finish(&log->store);
}

static void log_begin(Log *log, uint32_t first)
{
    uint8_t bytes[BNET_LOG_HEADER_BYTES_MAX];
    const BnetLogHeader header = {
        .first_block = first,
        .has_genesis = first == 1,
        .genesis = log->genesis,
    };
    BnetWriter writer;
    bnet_writer_init(&writer, bytes, sizeof bytes);
    bnet_log_write_header(&writer, &header);
    g_byte_array_append(log->bytes, bytes, (guint)writer.n);
}

static void log_add(Log *log, BnetSlice block, uint32_t number)
{
    g_autofree uint8_t *bytes = g_malloc(block.n + BNET_LOG_POSITION_BYTES);
    BnetWriter writer;
    log->offsets[number] = log->bytes->len;
    bnet_writer_init(&writer, bytes, block.n + BNET_LOG_POSITION_BYTES);
    bnet_log_write_entry(&writer, block, log->bytes->len);
    g_byte_array_append(log->bytes, bytes, (guint)writer.n);
}

/* The chain up to `head`, from block `first` on. */
static void log_add_chain(Log *log, uint32_t first, BnetBlock head)
{
    for (uint32_t n = first; n <= bnet_store_number(&log->store, head); n++) {
        const BnetBlock block = bnet_store_ancestor(&log->store, head, n);
        log_add(log, bnet_store_block_bytes(&log->store, block), n);
    }
}

static void log_write(const Log *log)
{
    ck_assert(g_file_set_contents(log->path, (const char *)log->bytes->data,
                                  (gssize)log->bytes->len, NULL));
}

/* `n` blocks more, each with a transaction and of the schedule that is active. */
static BnetBlock extend(Log *log, BnetBlock head, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        BnetBlockSpec spec = core_spec(&log->store, head, 0);
        const BnetTrx trx =
            bnet_store_add_trx(&log->store, log->store.n_trxs, CORE_ZERO_S + spec.slot / 2 + 100,
                               60 + log->store.n_trxs);
        spec.schedule_version = bnet_store_schedule(&log->store, head)->version;
        spec.trxs = &trx;
        spec.n_trxs = 1;
        head = bnet_store_add_block(&log->store, &spec);
        ck_assert_int_eq(bnet_store_block(&log->store, head)->header_fault, BNET_FAULT_NONE);
    }
    return head;
}

/* A good log of LENGTH blocks. */
static void log_init_good(Log *log)
{
    log_init(log, 0);
    log_begin(log, 1);
    log_add_chain(log, 1, extend(log, BNET_GENESIS, LENGTH - 1));
    log_write(log);
}

/* A log whose next block on the modelled chain of 99 others is changed; number 100. */
static BnetBlock log_init_bad(Log *log, ContentsBlock *ret_next)
{
    log_init(log, 0);
    log_begin(log, 1);
    const BnetBlock parent = extend(log, BNET_GENESIS, 98);
    log_add_chain(log, 1, parent);
    *ret_next = contents_of(&log->store, extend(log, parent, 1));
    return parent;
}

static void log_add_bad(Log *log, ContentsBlock *next)
{
    const WireBytes bytes = contents_encode(&next->block);
    log_add(log, (BnetSlice){.bytes = bytes.bytes, .n = bytes.n}, 100);
    log_write(log);
    free(bytes.bytes);
    free(next->bytes.bytes);
}

/* --- scenarios ------------------------------------------------------------------------------- */

#define PEERS                                                                                      \
    "'peers': {'bp': {'produces': true}, 'holder': {'count': 2},"                                  \
    " 'joiner': {'count': 2, 'chain': 'genesis', 'start': '3s'}},"                                 \
    " 'topology': {'kind': 'ring'}, 'links': {'latency': '20ms'},"                                 \
    " 'transactions': {'rate': '5/s'}"

/* (transfer full) Over the log, with more of its chain in `chain`. */
static Scenario *scenario_over(const Log *log, const char *chain)
{
    return fix_scenario_of("{'duration': '40s', 'chain': {'blocks_log': '%s'%s}, " PEERS "}",
                           log->path, chain);
}

/* The error says `text` after the file's name, from the check and from a run. */
static void assert_error(const Log *log, const Scenario *scenario, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

static void assert_error(const Log *log, const Scenario *scenario, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *expected = g_strconcat(log->path, ": ", text, NULL);
    g_autoptr(GError) error = NULL;
    ck_assert(!sim_start_check(scenario, &error));
    ck_assert_ptr_nonnull(error);
    ck_assert_str_eq(error->message, expected);
    ck_assert(error->domain == SIM_LOG_ERROR);
    ck_assert(!sim_start_check(scenario, NULL));
    g_autoptr(GError) same = NULL;
    ck_assert_ptr_null(sim_run(scenario, NULL, &same));
    ck_assert_ptr_nonnull(same);
    ck_assert_str_eq(same->message, expected);
}

/* --- good starts ----------------------------------------------------------------------------- */

/* The blocks of the log are those of the world, up to the last that is used. */
static void assert_started(const Log *log, const Scenario *scenario, uint32_t height)
{
    g_autoptr(GError) error = NULL;
    ck_assert_msg(sim_start_check(scenario, &error), "%s", error ? error->message : "");
    SimWorld *world = sim_world_new(scenario, NULL);
    ck_assert_ptr_nonnull(world);
    ck_assert_uint_eq(sim_world_start_height(world), height);
    const uint32_t slot = bnet_store_block(&world->store, world->start_head)->slot;
    ck_assert_int_eq(bnet_store_slot_time_ns(&world->store, slot), 0);
    const BnetBlock theirs = log->store.n_blocks - 1;
    for (uint32_t n = 1; n <= height; n++) {
        const BnetBlock b = bnet_store_ancestor(&world->store, world->start_head, n);
        contents_assert_same_block(
            bnet_store_block(&world->store, b),
            bnet_store_block(&log->store, bnet_store_ancestor(&log->store, theirs, n)));
    }
    sim_world_free(world);
}

START_TEST(test_start)
{
    static const char *const wires[] = {"", ", 'start_height': 1", ", 'start_height': 100",
                                        ", 'start_height': 299", ", 'start_height': 300"};
    static const uint32_t heights[] = {300, 1, 100, 299, 300};
    Log log;
    log_init_good(&log);
    for (unsigned i = 0; i < G_N_ELEMENTS(wires); i++) {
        g_autoptr(Scenario) scenario = scenario_over(&log, wires[i]);
        assert_started(&log, scenario, heights[i]);
        scenario->wire = SCENARIO_WIRE_BYTES;
        assert_started(&log, scenario, heights[i]);
    }
    log_finish(&log);
}
END_TEST

/* Block 1 is that of the genesis state, whose key signs what follows. */
START_TEST(test_wrong_genesis)
{
    for (unsigned i = 0; i < 3; i++) {
        Log log;
        log_init(&log, 0);
        log.genesis.initial_timestamp_us += i == 0 ? 1 : i == 1 ? 500000 : 0;
        log.genesis.max_authority_depth = i == 2;
        log_begin(&log, 1);
        log_add_chain(&log, 1, extend(&log, BNET_GENESIS, 3));
        log_write(&log);
        g_autoptr(Scenario) scenario = scenario_over(&log, "");
        assert_error(&log, scenario,
                     "byte %u: block 1 does not follow from the genesis state: its timestamp must "
                     "be the initial one, its action_mroot the chain id",
                     (unsigned)log.offsets[1]);
        log_finish(&log);
    }
}
END_TEST

/* The story begins with the chain and who stands for its producers. */
START_TEST(test_story)
{
    Log log;
    log_init_good(&log);
    g_autoptr(Scenario) scenario = scenario_over(&log, ", 'start_height': 5");
    g_autoptr(SimResult) result = fix_run(scenario, NULL);
    const BnetId chain_id = bnet_wire_chain_id(&log.genesis);
    char id[BNET_TEXT_ID_LENGTH + 1];
    bnet_text_id(&chain_id, id);
    g_autofree char *expected =
        g_strdup_printf("chain %.8s, blocks 1 to 5 of blocks.log; bp is eosio", id);
    ck_assert_int_eq(result->moments[0].time_ns, 0);
    ck_assert_str_eq(result->moments[0].text, expected);
    log_finish(&log);
}
END_TEST

/* A scenario without a log has nothing to check. */
START_TEST(test_no_log)
{
    g_autoptr(Scenario) scenario = fix_scenario("{'duration': '5s', " PEERS "}");
    ck_assert(sim_start_check(scenario, NULL));
}
END_TEST

/* What the last joiner has at the height of the log's end, when the run ends. */
static void note_joined(FixRecorder *self, SimWorld *world, const SimHappening *happening)
{
    (void)happening;
    const BnetView *view = &sim_world_node(world, 4)->view;
    if (!sim_world_is_up(world, 4) || bnet_view_head_number(view) < LENGTH)
        return;
    *(BnetId *)self->data = bnet_store_block(&world->store, bnet_view_at(view, LENGTH))->id;
}

/* The chain goes on, and those that join have all of it. */
START_TEST(test_run)
{
    Log log;
    log_init_good(&log);
    uint64_t hashes[2];
    for (unsigned bytes = 0; bytes < 2; bytes++) {
        g_autoptr(Scenario) scenario = scenario_over(&log, "");
        scenario->wire = bytes ? SCENARIO_WIRE_BYTES : SCENARIO_WIRE_STRUCTURED;
        BnetId joined = {{0}};
        FixRecorder recorder;
        fix_recorder_init(&recorder);
        recorder.keep = 0;
        recorder.hook = note_joined;
        recorder.data = &joined;
        g_autoptr(SimResult) result = fix_run(scenario, &recorder);
        fix_assert_pass(result);
        hashes[bytes] = result->trace_hash;
        for (uint32_t p = 0; p < result->n_peers; p++) {
            ck_assert_uint_ge(result->peers[p].head_number, LENGTH + 78);
            ck_assert_uint_ge(result->peers[p].lib_number, LENGTH + 77);
        }
        const BnetId *id = &bnet_store_block(&log.store, log.store.n_blocks - 1)->id;
        ck_assert_mem_eq(&joined, id, sizeof joined);
        fix_recorder_finish(&recorder);
    }
    ck_assert_uint_eq(hashes[0], hashes[1]);
    log_finish(&log);
}
END_TEST

/* The log may hold transactions that the run makes, too. */
START_TEST(test_same_transactions)
{
    enum {
        COUNT = 3 * 60
    };
    Log log;
    BnetTrx trxs[COUNT];
    log_init(&log, 0);
    log_begin(&log, 1);
    const BnetBlock parent = core_extend(&log.store, BNET_GENESIS, 1);
    BnetBlockSpec spec = core_spec(&log.store, parent, 0);
    for (uint32_t i = 0; i < COUNT; i++)
        trxs[i] = bnet_store_add_trx(&log.store, 1 + i % 3, CORE_ZERO_S + 1 + i / 3, 300);
    spec.trxs = trxs;
    spec.n_trxs = COUNT;
    log_add_chain(&log, 1, bnet_store_add_block(&log.store, &spec));
    log_write(&log);
    g_autoptr(Scenario) scenario = scenario_over(&log, "");
    scenario->streams[0].size_bytes.a = 300;
    scenario->streams[0].lifetime_ns.a = 10 * S;
    for (unsigned bytes = 0; bytes < 2; bytes++) {
        scenario->wire = bytes ? SCENARIO_WIRE_BYTES : SCENARIO_WIRE_STRUCTURED;
        g_autoptr(SimResult) result = fix_run(scenario, NULL);
        fix_assert_pass(result);
        ck_assert_uint_gt(result->transactions_created, 3);
    }
    log_finish(&log);
}
END_TEST

/* Two producers take over within the log; of the scenario's peers, one or both stand for them. */
START_TEST(test_new_producers)
{
    const uint64_t names[] = {bnet_name("first"), bnet_name("second")};
    Log log;
    log_init(&log, 0);
    log_begin(&log, 1);
    const BnetBlock parent = extend(&log, BNET_GENESIS, 10);
    ContentsBlock next = contents_of(&log.store, extend(&log, parent, 1));
    uint8_t bytes[256];
    BnetWriter writer;
    bnet_writer_init(&writer, bytes, sizeof bytes);
    for (unsigned i = 0; i < 2; i++) {
        const BnetWireProducer producer = {names[i], bnet_store_model_key(&log.store, names[i])};
        bnet_wire_write_producer(&writer, &producer);
    }
    next.block.header.has_new_producers = true;
    next.block.header.new_producers = (BnetWireSchedule){
        .version = 1,
        .producers = {.bytes = bytes, .n = writer.n, .count = 2},
    };
    const BnetId hash = bnet_wire_schedule_hash(&next.block.header.new_producers);
    contents_sign(&log.store, parent, &next.block, &hash);
    const BnetBlock head = extend(&log, contents_read(&log.store, &next.block), 150);
    free(next.bytes.bytes);
    log_add_chain(&log, 1, head);
    log_write(&log);
    for (unsigned count = 1; count <= 3; count++) {
        g_autoptr(Scenario) scenario =
            fix_scenario_of("{'duration': '40s', 'wire': 'bytes', 'chain': {'blocks_log': '%s'},"
                            " 'peers': {'bp': {'count': %u, 'produces': true},"
                            " 'joiner': {'count': 2, 'chain': 'genesis'}},"
                            " 'topology': {'kind': 'full-mesh'}, 'links': {'latency': '20ms'}}",
                            log.path, count);
        if (count == 3) {
            assert_error(&log, scenario,
                         "the producers after block 162 are first, second; the scenario has 3 "
                         "peers that produce, and may have 2");
            continue;
        }
        assert_started(&log, scenario, 162);
        g_autoptr(SimResult) result = fix_run(scenario, NULL);
        fix_assert_pass(result);
        ck_assert_uint_ge(result->peers[0].head_number, 162 + (count == 2 ? 78 : 35));
        ck_assert_uint_le(result->peers[0].head_number, 162 + (count == 2 ? 80 : 48));
    }
    /* With block 12 the change is pending, and who is not scheduled yet stands for the two. */
    g_autoptr(Scenario) pending =
        fix_scenario_of("{'duration': '40s', 'chain': {'blocks_log': '%s', 'start_height': 12},"
                        " 'peers': {'bp': {'produces': true},"
                        " 'next': {'count': 3, 'produces': true, 'scheduled': false}}}",
                        log.path);
    g_autoptr(SimResult) result = fix_run(pending, NULL);
    fix_assert_pass(result);
    ck_assert_ptr_nonnull(strstr(result->moments[0].text, "; bp is eosio, next[0] is first, "
                                                          "next[1] is second, next[2] is prod"));
    ck_assert_uint_ge(result->peers[0].head_number, 12 + 78);
    log_finish(&log);
}
END_TEST

/* --- logs that are of no use ----------------------------------------------------------------- */

START_TEST(test_cut)
{
    Log log;
    log_init_good(&log);
    g_byte_array_set_size(log.bytes, log.bytes->len - 5);
    log_write(&log);
    g_autoptr(Scenario) whole = scenario_over(&log, "");
    g_autoptr(GError) error = NULL;
    ck_assert(!sim_start_check(whole, &error));
    g_autofree char *start = g_strdup_printf("%s: byte ", log.path);
    ck_assert_msg(g_str_has_prefix(error->message, start), "%s", error->message);
    ck_assert_ptr_nonnull(strstr(error->message, "299"));
    /* What is not used is not read. */
    g_autoptr(Scenario) used = scenario_over(&log, ", 'start_height': 299");
    assert_started(&log, used, 299);
    log_finish(&log);
}
END_TEST

START_TEST(test_later_start)
{
    Log log;
    log_init(&log, 0);
    log_begin(&log, 2);
    log_add_chain(&log, 2, extend(&log, BNET_GENESIS, 20));
    log_write(&log);
    g_autoptr(Scenario) scenario = scenario_over(&log, "");
    assert_error(&log, scenario, "begins at block 2; a scenario needs a log from block 1 on");
    log_finish(&log);
}
END_TEST

START_TEST(test_too_short)
{
    Log log;
    log_init_good(&log);
    g_autoptr(Scenario) beyond = scenario_over(&log, ", 'start_height': 301");
    assert_error(&log, beyond, "ends at block 300; /chain/start_height is 301");
    g_byte_array_set_size(log.bytes, 0);
    log_begin(&log, 1);
    log_write(&log);
    g_autoptr(Scenario) scenario = scenario_over(&log, "");
    assert_error(&log, scenario, "has no block");
    g_autoptr(Scenario) one = scenario_over(&log, ", 'start_height': 1");
    assert_error(&log, one, "has no block");
    log_finish(&log);
}
END_TEST

START_TEST(test_too_many_producers)
{
    Log log;
    log_init_good(&log);
    g_autoptr(Scenario) scenario = fix_scenario_of(
        "{'duration': '40s', 'chain': {'blocks_log': '%s', 'start_height': 7},"
        " 'peers': {'bp': {'count': 2, 'produces': true}}, 'topology': {'kind': 'line'}}",
        log.path);
    assert_error(&log, scenario,
                 "the producers after block 7 are eosio; the scenario has 2 peers that produce, "
                 "and may have 1");
    log_finish(&log);
}
END_TEST

START_TEST(test_not_a_log)
{
    Log log;
    log_init(&log, 0);
    ck_assert(g_file_set_contents(log.path, "\7\0\0\0\0", 5, NULL));
    g_autoptr(Scenario) scenario = scenario_over(&log, "");
    assert_error(&log, scenario, "byte 0: version 7; 1 to 3 are allowed");
    g_remove(log.path);
    assert_error(&log, scenario, "cannot be opened: %s", g_strerror(ENOENT));
    log_finish(&log);
}
END_TEST

/* Block 100 with a fault: the error says where it stands. */
START_TEST(test_bad_block)
{
    for (unsigned i = 0; i < 5; i++) {
        static const BnetFault faults[] = {BNET_FAULT_SIGNATURE, BNET_FAULT_PRODUCER,
                                           BNET_FAULT_TIMESTAMP, BNET_FAULT_DOUBLE_CONFIRM,
                                           BNET_FAULT_EXPIRED};
        Log log;
        ContentsBlock next;
        const BnetBlock parent = log_init_bad(&log, &next);
        BnetHeader *header = &next.block.header.fields;
        if (faults[i] == BNET_FAULT_PRODUCER)
            header->producer = bnet_name("mallory");
        if (faults[i] == BNET_FAULT_TIMESTAMP)
            header->slot--;
        if (faults[i] == BNET_FAULT_DOUBLE_CONFIRM)
            header->confirmed++;
        if (faults[i] == BNET_FAULT_EXPIRED)
            header->slot *= 4;
        if (faults[i] == BNET_FAULT_SIGNATURE)
            next.block.signature.bytes[50] ^= 1;
        else
            contents_sign(&log.store, parent, &next.block,
                          &bnet_schedules_at(&log.store.schedules, 0)->hash);
        log_add_bad(&log, &next);
        g_autoptr(Scenario) scenario = scenario_over(&log, "");
        assert_error(&log, scenario, "byte %" G_GUINT64_FORMAT ": block 100 is not valid: %s",
                     log.offsets[100], bnet_fault_text(faults[i]));
        g_autoptr(Scenario) before = scenario_over(&log, ", 'start_height': 99");
        ck_assert(sim_start_check(before, NULL));
        log_finish(&log);
    }
}
END_TEST

/* Found by whoever reads the file. */
START_TEST(test_bad_root)
{
    Log log;
    ContentsBlock next;
    log_init_bad(&log, &next);
    next.block.transactions = (BnetItems){0};
    log_add_bad(&log, &next);
    g_autoptr(Scenario) scenario = scenario_over(&log, "");
    g_autoptr(GError) error = NULL;
    ck_assert(!sim_start_check(scenario, &error));
    g_autofree char *start = g_strdup_printf("%s: byte ", log.path);
    ck_assert_msg(g_str_has_prefix(error->message, start), "%s", error->message);
    ck_assert_ptr_nonnull(strstr(error->message, "transaction_mroot"));
    log_finish(&log);
}
END_TEST

/* A run of 40 s has 80 slots after the last block, and plans one ahead. */
START_TEST(test_last_slot)
{
    Log log;
    log_init(&log, UINT32_MAX - 82);
    log_begin(&log, 1);
    log_add_chain(&log, 1, extend(&log, BNET_GENESIS, 2));
    log_write(&log);
    g_autoptr(Scenario) beyond = scenario_over(&log, "");
    assert_error(&log, beyond,
                 "block 3 is of slot 4294967215; a run from there goes beyond the last slot, "
                 "4294967295");
    g_autoptr(Scenario) scenario = scenario_over(&log, ", 'start_height': 2");
    assert_started(&log, scenario, 2);
    g_autoptr(SimResult) result = fix_run(scenario, NULL);
    fix_assert_pass(result);
    ck_assert_uint_ge(result->peers[0].head_number, 2 + 79);
    log_finish(&log);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_start");
    TCase *tcase = tcase_create("start");
    tcase_set_timeout(tcase, 0);
    tcase_add_test(tcase, test_start);
    tcase_add_test(tcase, test_wrong_genesis);
    tcase_add_test(tcase, test_story);
    tcase_add_test(tcase, test_no_log);
    tcase_add_test(tcase, test_run);
    tcase_add_test(tcase, test_same_transactions);
    tcase_add_test(tcase, test_new_producers);
    tcase_add_test(tcase, test_cut);
    tcase_add_test(tcase, test_later_start);
    tcase_add_test(tcase, test_too_short);
    tcase_add_test(tcase, test_too_many_producers);
    tcase_add_test(tcase, test_not_a_log);
    tcase_add_test(tcase, test_bad_block);
    tcase_add_test(tcase, test_bad_root);
    tcase_add_test(tcase, test_last_slot);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
