/* SPDX-License-Identifier: Apache-2.0 */

/* The trace writer, fed with happenings of a world made by hand. */

#include <stdlib.h>
#include <string.h>

#include <check.h>
#include <glib/gstdio.h>
#include <json-c/json.h>
#include <zstd.h>

#include "reports/trace.h"
#include "sim/world.h"
#include "tests/run_suite.h"

/* --- the world ------------------------------------------------------------------------------- */

/* The part of a world that the writer asks for. */
struct SimWorld {
    BnetStore store;
    BnetPool pool;
    BnetNode node;
};

static SimWorld the_world;
static BnetBlock block;
static BnetTrx trx;
static char *folder;
static char *path;
static Scenario scenario;

const BnetStore *sim_world_store(const SimWorld *world)
{
    return &world->store;
}

const BnetNode *sim_world_node(const SimWorld *world, uint32_t peer)
{
    (void)peer;
    return &world->node;
}

const char *sim_world_peer_name(const SimWorld *world, uint32_t peer)
{
    (void)world;
    return peer == 0 ? "bp[0]" : "mallory";
}

/* End 3 is the one that bp[0] has of its link with mallory. */
uint32_t sim_world_session_end(const SimWorld *world, uint32_t peer, uint32_t session)
{
    (void)world;
    return peer == 0 && session == 5 ? 3 : 2;
}

uint32_t sim_world_end_peer(const SimWorld *world, uint32_t end)
{
    (void)world;
    return end == 3 ? 0 : 1;
}

static void set_up(void)
{
    const uint64_t producer = bnet_name("bpa");
    const BnetChainConfig config = {
        .rule = BNET_RULE_DPOS, .n_producers = 1, .producers = &producer};
    bnet_store_init(&the_world.store, &config);
    trx = bnet_store_add_trx(&the_world.store, 7, 30, 200);
    block = bnet_store_add_block(&the_world.store, &(BnetBlockSpec){.parent = BNET_GENESIS,
                                                                    .slot = 1,
                                                                    .producer = producer,
                                                                    .signature_valid = true,
                                                                    .content_valid = true,
                                                                    .trxs = &trx,
                                                                    .n_trxs = 1});
    bnet_pool_init(&the_world.pool);
    the_world.node.pool = &the_world.pool;
    folder = g_dir_make_tmp("bnetlab-check-XXXXXX", NULL);
    ck_assert_ptr_nonnull(folder);
    path = g_build_filename(folder, "trace.jsonl", NULL);
    scenario = (Scenario){.name = (char *)"a \"quoted\"\n name", .seed = UINT64_MAX, .n_peers = 2};
}

static void tear_down(void)
{
    (void)g_unlink(path);
    ck_assert_int_eq(g_rmdir(folder), 0);
    g_free(path);
    g_free(folder);
    bnet_pool_finish(&the_world.pool);
    bnet_store_finish(&the_world.store);
}

static char *id_of(const BnetId *id)
{
    GString *out = g_string_new(NULL);
    for (size_t i = 0; i < sizeof id->bytes; i++) {
        g_string_append_printf(out, "%02x", id->bytes[i]);
    }
    return g_string_free(out, FALSE);
}

static void tell(ReportTrace *trace, const SimHappening *happening)
{
    SimObserver *observer = report_trace_observer(trace);
    ck_assert_uint_ne(observer->mask & (1u << happening->kind), 0);
    observer->happened(observer, &the_world, happening);
}

static const SimResult result = {.simulated_ns = INT64_C(60000000000),
                                 .trace_hash = UINT64_C(0x00fedcba98765432),
                                 .steps_hash = UINT64_C(0x0123456789abcdef)};

static void finish(ReportTrace *trace)
{
    g_autoptr(GError) error = NULL;
    ck_assert(!g_file_test(path, G_FILE_TEST_EXISTS));
    ck_assert(report_trace_finish(trace, &result, &error));
    ck_assert_ptr_null(error);
}

static char **read_lines(void)
{
    g_autofree char *text = NULL;
    ck_assert(g_file_get_contents(path, &text, NULL, NULL));
    ck_assert(g_str_has_suffix(text, "}\n"));
    text[strlen(text) - 1] = '\0';
    return g_strsplit(text, "\n", -1);
}

/* The one line of one happening. */
static char *line_of(const SimHappening *happening)
{
    g_autoptr(ReportTrace) trace = report_trace_new(path, "1.2.3", &scenario, NULL);
    ck_assert_ptr_nonnull(trace);
    tell(trace, happening);
    finish(trace);
    g_auto(GStrv) lines = read_lines();
    ck_assert_uint_eq(g_strv_length(lines), 3);
    for (size_t i = 0; lines[i] != NULL; i++) {
        json_object *line = json_tokener_parse(lines[i]);
        ck_assert_msg(line != NULL, "not JSON: %s", lines[i]);
        json_object_put(line);
    }
    ck_assert_int_eq(g_unlink(path), 0);
    return g_strdup(lines[1]);
}

static void expect(const SimHappening *happening, const char *wanted)
{
    g_autofree char *line = line_of(happening);
    ck_assert_str_eq(line, wanted);
}

static SimHappening at_session(SimHappeningKind kind)
{
    return (SimHappening){
        .kind = kind, .time_ns = INT64_C(1500000001), .peer = 0, .remote = 1, .end = 3};
}

#define SESSION "\"peer\":\"bp[0]\",\"remote\":\"mallory\",\"end\":3"

/* --- tests ----------------------------------------------------------------------------------- */

START_TEST(first_and_last_line)
{
    g_autoptr(ReportTrace) trace = report_trace_new(path, "1.2.3", &scenario, NULL);
    finish(trace);
    g_auto(GStrv) lines = read_lines();
    ck_assert_uint_eq(g_strv_length(lines), 2);
    ck_assert_str_eq(lines[0], "{\"bnetlab\":\"1.2.3\",\"format\":1,"
                               "\"scenario\":\"a \\\"quoted\\\"\\u000a name\","
                               "\"seed\":18446744073709551615,\"peers\":2}");
    ck_assert_str_eq(lines[1],
                     "{\"end\":60000000000,\"trace_hash\":\"00fedcba98765432\","
                     "\"steps\":\"0123456789abcdef\",\"events\":0,\"interrupted\":false}");
}
END_TEST

START_TEST(connections)
{
    SimHappening opened = at_session(SIM_OPENED);
    opened.dialled = true;
    expect(&opened, "{\"t\":1500000001,\"what\":\"opened\"," SESSION ",\"dialled\":true}");
    SimHappening closed = at_session(SIM_CLOSED);
    closed.reason = BNET_CLOSE_BAD_BLOCK;
    expect(&closed, "{\"t\":1500000001,\"what\":\"closed\"," SESSION ",\"reason\":\"bad-block\"}");
}
END_TEST

START_TEST(dials)
{
    SimHappening dialled = at_session(SIM_DIALLED);
    expect(&dialled, "{\"t\":1500000001,\"what\":\"dialled\"," SESSION "}");
    SimHappening undialled = at_session(SIM_UNDIALLED);
    expect(&undialled, "{\"t\":1500000001,\"what\":\"undialled\"," SESSION "}");
}
END_TEST

static const SimCheckpoint checkpoints[] = {
    {.time_ns = INT64_C(1000000000), .hash = 1, .steps = UINT64_C(0xfedcba9876543210)},
    {.time_ns = INT64_C(2000000000), .hash = UINT64_MAX, .steps = 0},
};
#define CHECKPOINT_1                                                                               \
    "{\"t\":1000000000,\"what\":\"checkpoint\",\"hash\":\"0000000000000001\","                     \
    "\"steps\":\"fedcba9876543210\"}"
#define CHECKPOINT_2                                                                               \
    "{\"t\":2000000000,\"what\":\"checkpoint\",\"hash\":\"ffffffffffffffff\","                     \
    "\"steps\":\"0000000000000000\"}"

/* Two checkpoints, and a happening between them. */
static void tell_seconds(ReportTrace *trace)
{
    SimObserver *observer = report_trace_observer(trace);
    SimHappening started = at_session(SIM_STARTED);
    observer->checkpoint(observer, &checkpoints[0]);
    if (observer->mask & 1u << SIM_STARTED)
        observer->happened(observer, &the_world, &started);
    observer->checkpoint(observer, &checkpoints[1]);
}

START_TEST(seconds)
{
    g_autoptr(ReportTrace) trace = report_trace_new(path, "1.2.3", &scenario, NULL);
    tell_seconds(trace);
    finish(trace);
    g_auto(GStrv) lines = read_lines();
    ck_assert_uint_eq(g_strv_length(lines), 5);
    ck_assert_str_eq(lines[1], CHECKPOINT_1);
    ck_assert_str_eq(lines[2], "{\"t\":1500000001,\"what\":\"started\"," SESSION "}");
    ck_assert_str_eq(lines[3], CHECKPOINT_2);
    ck_assert_ptr_nonnull(strstr(lines[4], "\"events\":3,"));
}
END_TEST

/* What comes at the very time is there. */
START_TEST(begins_later)
{
    g_autoptr(ReportTrace) trace = report_trace_new(path, "1.2.3", &scenario, NULL);
    report_trace_begin_at(trace, INT64_C(1500000001));
    tell_seconds(trace);
    finish(trace);
    g_auto(GStrv) lines = read_lines();
    ck_assert_uint_eq(g_strv_length(lines), 4);
    ck_assert_ptr_nonnull(strstr(lines[1], "started"));
    ck_assert_str_eq(lines[2], CHECKPOINT_2);
    ck_assert_ptr_nonnull(strstr(lines[3], "\"events\":2,"));
}
END_TEST

START_TEST(begins_after_all)
{
    g_autoptr(ReportTrace) trace = report_trace_new(path, "1.2.3", &scenario, NULL);
    report_trace_begin_at(trace, INT64_C(2000000001));
    tell_seconds(trace);
    finish(trace);
    g_auto(GStrv) lines = read_lines();
    ck_assert_uint_eq(g_strv_length(lines), 2);
}
END_TEST

START_TEST(checkpoints_alone)
{
    g_autoptr(ReportTrace) trace = report_trace_new(path, "1.2.3", &scenario, NULL);
    report_trace_keep_checkpoints(trace);
    ck_assert_uint_eq(report_trace_observer(trace)->mask, 0);
    tell_seconds(trace);
    finish(trace);
    g_auto(GStrv) lines = read_lines();
    ck_assert_uint_eq(g_strv_length(lines), 4);
    ck_assert_str_eq(lines[1], CHECKPOINT_1);
    ck_assert_str_eq(lines[2], CHECKPOINT_2);
}
END_TEST

START_TEST(messages)
{
    BnetMessage message = {.kind = BNET_MESSAGE_PING,
                           .u.ping = {.lib_number = 4, .code = {.bytes = {0xab, 1}}}};
    SimHappening sent = at_session(SIM_SENT);
    sent.message = &message;
    sent.bytes = 45;
    expect(&sent, "{\"t\":1500000001,\"what\":\"sent\"," SESSION
                  ",\"message\":\"ping\",\"bytes\":45,\"lib\":4,\"code\":\"ab01000000000000\"}");
    message.kind = BNET_MESSAGE_PONG;
    sent.kind = SIM_DELIVERED;
    expect(&sent, "{\"t\":1500000001,\"what\":\"delivered\"," SESSION
                  ",\"message\":\"pong\",\"bytes\":45,\"code\":\"ab01000000000000\"}");
    message = (BnetMessage){.kind = BNET_MESSAGE_HELLO,
                            .u.hello = {.request_transactions = true, .version_1_0_1 = true}};
    expect(&sent, "{\"t\":1500000001,\"what\":\"delivered\"," SESSION
                  ",\"message\":\"hello\",\"bytes\":45,\"lib\":0,\"first\":0,"
                  "\"request_transactions\":true,\"irreversible_only\":false}");
}
END_TEST

START_TEST(messages_of_personas)
{
    SimHappening sent = at_session(SIM_SENT);
    BnetMessage message = {.kind = BNET_MESSAGE_HELLO, .u.hello = {.unknown_ids = 7}};
    sent.message = &message;
    expect(&sent, "{\"t\":1500000001,\"what\":\"sent\"," SESSION
                  ",\"message\":\"hello\",\"bytes\":0,\"lib\":0,\"first\":0,"
                  "\"request_transactions\":false,\"irreversible_only\":false,"
                  "\"unknown_ids\":7,\"version\":\"1.0.0\"}");
    message = (BnetMessage){.kind = BNET_MESSAGE_MALFORMED};
    sent.bytes = 9;
    expect(&sent, "{\"t\":1500000001,\"what\":\"sent\"," SESSION
                  ",\"message\":\"malformed\",\"bytes\":9}");
}
END_TEST

START_TEST(messages_with_blocks)
{
    SimHappening sent = at_session(SIM_SENT);
    BnetMessage message = {.kind = BNET_MESSAGE_BLOCK, .u.block = block};
    sent.message = &message;
    g_autofree char *block_id = id_of(&bnet_store_block(&the_world.store, block)->id);
    g_autofree char *genesis_id = id_of(&bnet_store_block(&the_world.store, BNET_GENESIS)->id);
    g_autofree char *trx_id = id_of(&bnet_store_trx(&the_world.store, trx)->id);
    g_autofree char *of_block =
        g_strdup_printf("{\"t\":1500000001,\"what\":\"sent\"," SESSION
                        ",\"message\":\"signed_block\",\"bytes\":0,\"number\":2,\"id\":\"%s\","
                        "\"transactions\":1}",
                        block_id);
    expect(&sent, of_block);
    message = (BnetMessage){.kind = BNET_MESSAGE_TRX, .u.trx = trx};
    g_autofree char *of_trx =
        g_strdup_printf("{\"t\":1500000001,\"what\":\"sent\"," SESSION
                        ",\"message\":\"packed_transaction\",\"bytes\":0,\"id\":\"%s\"}",
                        trx_id);
    expect(&sent, of_trx);
    message = (BnetMessage){.kind = BNET_MESSAGE_BLOCK_NOTICE};
    bnet_pool_reserve(&the_world.pool, 2);
    bnet_ring_push(&message.u.notice, &the_world.pool, BNET_GENESIS);
    bnet_ring_push(&message.u.notice, &the_world.pool, block);
    g_autofree char *of_notice =
        g_strdup_printf("{\"t\":1500000001,\"what\":\"sent\"," SESSION
                        ",\"message\":\"block_notice\",\"bytes\":0,\"ids\":[\"%s\",\"%s\"]}",
                        genesis_id, block_id);
    expect(&sent, of_notice);
    bnet_message_finish(&message, &the_world.pool);
}
END_TEST

START_TEST(chain_events)
{
    g_autofree char *block_id = id_of(&bnet_store_block(&the_world.store, block)->id);
    g_autofree char *genesis_id = id_of(&bnet_store_block(&the_world.store, BNET_GENESIS)->id);
    SimHappening chain = {.kind = SIM_CHAIN,
                          .time_ns = 0,
                          .peer = 1,
                          .remote = UINT32_MAX,
                          .end = UINT32_MAX,
                          .event = BNET_CHAIN_APPLIED,
                          .block = block};
    g_autofree char *applied = g_strdup_printf(
        "{\"t\":0,\"what\":\"chain\",\"peer\":\"mallory\",\"event\":\"applied\",\"number\":2,"
        "\"id\":\"%s\"}",
        block_id);
    expect(&chain, applied);
    chain.event = BNET_CHAIN_SWITCH;
    chain.block = BNET_GENESIS;
    chain.other = block;
    g_autofree char *switched = g_strdup_printf(
        "{\"t\":0,\"what\":\"chain\",\"peer\":\"mallory\",\"event\":\"%s\",\"number\":1,"
        "\"id\":\"%s\",\"left_number\":2,\"left_id\":\"%s\"}",
        bnet_chain_event_name(BNET_CHAIN_SWITCH), genesis_id, block_id);
    expect(&chain, switched);
    chain.kind = SIM_VERDICT;
    chain.session = BNET_NO_SESSION;
    chain.verdict = BNET_VERDICT_STALE;
    g_autofree char *verdict = g_strdup_printf(
        "{\"t\":0,\"what\":\"verdict\",\"peer\":\"mallory\",\"verdict\":\"stale\",\"number\":1,"
        "\"id\":\"%s\"}",
        genesis_id);
    expect(&chain, verdict);
    chain.kind = SIM_STARTED;
    expect(&chain, "{\"t\":0,\"what\":\"started\",\"peer\":\"mallory\"}");
}
END_TEST

static BnetBlock add_block(BnetBlock parent, uint32_t slot, bool is_signed, bool is_content_valid)
{
    return bnet_store_add_block(&the_world.store,
                                &(BnetBlockSpec){.parent = parent,
                                                 .slot = slot,
                                                 .producer = bnet_name("bpa"),
                                                 .signature_valid = is_signed,
                                                 .content_valid = is_content_valid});
}

/* Why a block is invalid, of which block that is true, and who sent it. */
START_TEST(invalid_blocks)
{
    const BnetBlock not_signed = add_block(block, 2, false, true);
    const BnetBlock bad = add_block(block, 3, true, false);
    const BnetBlock child = add_block(bad, 4, true, true);
    const BnetBlock twice = add_block(block, 5, true, true);
    BnetBlock roots[] = {bad, twice};
    const struct {
        BnetBlock block;
        BnetBlock faulty;
        const char *fault;
    } cases[] = {
        {not_signed, not_signed, "it is not signed by its producer"},
        {bad, bad, "its transactions do what they may not"},
        {child, bad, "its transactions do what they may not"},
        {twice, twice, "it has a transaction twice"},
    };

    the_world.node.view.invalid = (BnetList){.items = roots, .n = 2};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const BnetBlockInfo *info = bnet_store_block(&the_world.store, cases[i].block);
        g_autofree char *id = id_of(&info->id);
        g_autofree char *faulty_id =
            id_of(&bnet_store_block(&the_world.store, cases[i].faulty)->id);
        g_autofree char *faulty = cases[i].faulty == cases[i].block
                                      ? g_strdup("")
                                      : g_strconcat(",\"faulty_id\":\"", faulty_id, "\"", NULL);
        g_autofree char *end = g_strdup_printf("\"number\":%u,\"id\":\"%s\",\"fault\":\"%s\"%s}",
                                               info->number, id, cases[i].fault, faulty);
        g_autofree char *verdict = g_strconcat("{\"t\":1500000001,\"what\":\"verdict\"," SESSION
                                               ",\"verdict\":\"invalid\",",
                                               end, NULL);
        g_autofree char *rejected =
            g_strconcat("{\"t\":1500000001,\"what\":\"chain\",\"peer\":\"bp[0]\","
                        "\"event\":\"rejected\",",
                        end, NULL);
        SimHappening happening = at_session(SIM_VERDICT);
        happening.remote = happening.end = UINT32_MAX;
        happening.session = 5;
        happening.verdict = BNET_VERDICT_INVALID;
        happening.event = BNET_CHAIN_REJECTED;
        happening.block = cases[i].block;
        expect(&happening, verdict);
        happening.kind = SIM_CHAIN;
        expect(&happening, rejected);
    }
    the_world.node.view.invalid = (BnetList){0};
}
END_TEST

START_TEST(faults_are_escaped)
{
    SimHappening fault = {.kind = SIM_FAULT,
                          .time_ns = INT64_MAX,
                          .peer = UINT32_MAX,
                          .remote = UINT32_MAX,
                          .end = UINT32_MAX,
                          .text = "a\\b\"c\td"};
    expect(&fault, "{\"t\":9223372036854775807,\"what\":\"fault\","
                   "\"text\":\"a\\\\b\\\"c\\u0009d\"}");
}
END_TEST

/* More than one buffer, and a text that is longer than it. */
START_TEST(long_traces)
{
    g_autofree char *text = g_strnfill(200000, 'x');
    SimHappening fault = {.kind = SIM_FAULT,
                          .peer = UINT32_MAX,
                          .remote = UINT32_MAX,
                          .end = UINT32_MAX,
                          .text = text};
    g_autoptr(ReportTrace) trace = report_trace_new(path, "1", &scenario, NULL);
    tell(trace, &fault);
    fault.text = "short";
    for (int i = 0; i < 5000; i++) {
        fault.time_ns = i;
        tell(trace, &fault);
    }
    finish(trace);
    g_auto(GStrv) lines = read_lines();
    ck_assert_uint_eq(g_strv_length(lines), 5003);
    ck_assert_uint_eq(strlen(lines[1]), 200000 + strlen("{\"t\":0,\"what\":\"fault\","
                                                        "\"text\":\"\"}"));
    for (int i = 0; i < 5000; i++) {
        g_autofree char *wanted =
            g_strdup_printf("{\"t\":%d,\"what\":\"fault\",\"text\":\"short\"}", i);
        ck_assert_str_eq(lines[i + 2], wanted);
    }
    ck_assert(g_str_has_suffix(lines[5002], "\"events\":5001,\"interrupted\":false}"));
}
END_TEST

START_TEST(compressed_is_the_same)
{
    SimHappening started = {
        .kind = SIM_STARTED, .peer = 0, .remote = UINT32_MAX, .end = UINT32_MAX};
    g_autofree char *packed_path = g_build_filename(folder, "trace.jsonl.zst", NULL);
    const char *const names[] = {path, packed_path};
    for (size_t n = 0; n < 2; n++) {
        g_autoptr(ReportTrace) trace = report_trace_new(names[n], "1", &scenario, NULL);
        for (int i = 0; i < 20000; i++) {
            started.time_ns = i;
            tell(trace, &started);
        }
        ck_assert(report_trace_finish(trace, &result, NULL));
    }
    g_autofree char *plain = NULL;
    g_autofree char *packed = NULL;
    gsize plain_len = 0;
    gsize packed_len = 0;
    ck_assert(g_file_get_contents(path, &plain, &plain_len, NULL));
    ck_assert(g_file_get_contents(packed_path, &packed, &packed_len, NULL));
    ck_assert_uint_lt(packed_len, plain_len / 5);
    g_autofree char *unpacked = g_malloc(plain_len + 1);
    ZSTD_DCtx *context = ZSTD_createDCtx();
    size_t len = ZSTD_decompressDCtx(context, unpacked, plain_len + 1, packed, packed_len);
    (void)ZSTD_freeDCtx(context);
    ck_assert(!ZSTD_isError(len));
    ck_assert_uint_eq(len, plain_len);
    ck_assert_int_eq(memcmp(plain, unpacked, plain_len), 0);
    ck_assert_int_eq(g_unlink(packed_path), 0);
}
END_TEST

START_TEST(unfinished_leaves_nothing)
{
    ReportTrace *trace = report_trace_new(path, "1", &scenario, NULL);
    report_trace_free(trace);
    report_trace_free(NULL);
    ck_assert(!g_file_test(path, G_FILE_TEST_EXISTS));
}
END_TEST

START_TEST(errors_are_told)
{
    g_autoptr(GError) missing = NULL;
    ck_assert_ptr_null(report_trace_new("tests/no-such-folder/t", "1", &scenario, &missing));
    ck_assert(g_error_matches(missing, G_FILE_ERROR, G_FILE_ERROR_NOENT));
    if (!g_file_test("/dev/full", G_FILE_TEST_EXISTS)) {
        return;
    }
    SimHappening started = {
        .kind = SIM_STARTED, .peer = 0, .remote = UINT32_MAX, .end = UINT32_MAX};
    g_autoptr(GError) full = NULL;
    g_autoptr(ReportTrace) trace = report_trace_new("/dev/full", "1", &scenario, &full);
    for (int i = 0; i < 10000; i++) {
        tell(trace, &started);
    }
    ck_assert(!report_trace_finish(trace, &result, &full));
    ck_assert(g_error_matches(full, G_FILE_ERROR, G_FILE_ERROR_NOSPC));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("report_trace");
    TCase *tcase = tcase_create("all");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, first_and_last_line);
    tcase_add_test(tcase, connections);
    tcase_add_test(tcase, dials);
    tcase_add_test(tcase, seconds);
    tcase_add_test(tcase, begins_later);
    tcase_add_test(tcase, begins_after_all);
    tcase_add_test(tcase, checkpoints_alone);
    tcase_add_test(tcase, messages);
    tcase_add_test(tcase, messages_of_personas);
    tcase_add_test(tcase, messages_with_blocks);
    tcase_add_test(tcase, chain_events);
    tcase_add_test(tcase, invalid_blocks);
    tcase_add_test(tcase, faults_are_escaped);
    tcase_add_test(tcase, long_traces);
    tcase_add_test(tcase, compressed_is_the_same);
    tcase_add_test(tcase, unfinished_leaves_nothing);
    tcase_add_test(tcase, errors_are_told);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
