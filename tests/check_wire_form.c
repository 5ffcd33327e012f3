/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Trees of messages, blocks and transactions: the whole of them by the cases of data/decode/, whose
 * hashes were computed apart from this code, then what these have no room for.
 */

#include <glib.h>
#include <json-c/json.h>

#include "reports/wire_form.h"
#include "reports/wire_form_write.h"
#include "tests/wire_fixture.h"

#define FORMS "tests/data/decode/forms.txt"

static const char id_a[] = "00000064aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

/* --- whole trees ----------------------------------------------------------------------------- */

static json_object *form_of(const char *kind, BnetReader *reader)
{
    reader->eosio_2 = strcmp(kind, "block") == 0;
    if (strcmp(kind, "message") == 0) {
        BnetWireMessage message;
        ck_assert(bnet_wire_read_message(reader, &message));
        return report_form_message(&message);
    }
    if (strcmp(kind, "block") == 0) {
        BnetWireBlock block;
        ck_assert(bnet_wire_read_block(reader, &block));
        return report_form_block(&block);
    }
    if (strcmp(kind, "header") == 0) {
        BnetWireHeader header;
        ck_assert(bnet_wire_read_header(reader, &header));
        return report_form_header(&header);
    }
    if (strcmp(kind, "transaction") == 0) {
        BnetWireTrx trx;
        ck_assert(bnet_wire_read_trx(reader, &trx));
        return report_form_transaction(&trx);
    }
    ck_assert_str_eq(kind, "genesis");
    BnetWireGenesis genesis;
    ck_assert(bnet_wire_read_genesis(reader, &genesis));
    return report_form_genesis(&genesis);
}

/* Takes the tree. */
static void expect_json(json_object *tree, const char *json)
{
    g_autoptr(GString) out = g_string_new(NULL);
    report_form_append(out, REPORT_FORM_JSON, "it", tree);
    g_autofree char *expected = g_strdup_printf("{\"it\":%s}\n", json);
    ck_assert_str_eq(out->str, expected);
}

START_TEST(test_forms)
{
    g_autofree char *text = NULL;
    ck_assert(g_file_get_contents(FORMS, &text, NULL, NULL));
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    unsigned cases = 0;
    for (char **line = lines; *line; line++) {
        if (**line == '#' || **line == '\0')
            continue;
        g_auto(GStrv) words = g_strsplit(*line, " ", 4);
        ck_assert_uint_eq(g_strv_length(words), 4);
        WireBytes bytes = wire_hex(words[2]);
        WireInput input;
        BnetReader *reader = wire_input(&input, bytes.bytes, bytes.n);
        json_object *tree = form_of(words[0], reader);
        ck_assert_msg(bnet_reader_left(reader) == 0, "bytes are left of %s", words[1]);
        /* A tree holds copies. */
        memset(bytes.bytes, 0xee, bytes.n);
        free(bytes.bytes);
        expect_json(tree, words[3]);
        cases++;
    }
    ck_assert_uint_eq(cases, 17);
}
END_TEST

/* --- values ---------------------------------------------------------------------------------- */

static BnetSlice slice(const char *text)
{
    return (BnetSlice){.bytes = (const uint8_t *)text, .n = strlen(text)};
}

/* The agent of a hello that is all zero but for it. */
static json_object *hello_with_agent(BnetSlice agent)
{
    const BnetWireMessage message = {.kind = BNET_MESSAGE_HELLO, .u.hello.agent = agent};
    json_object *tree = report_form_message(&message);
    json_object *hello = json_object_get(json_object_object_get(tree, "hello"));
    json_object *found = json_object_get(json_object_object_get(hello, "agent"));
    json_object_put(hello);
    json_object_put(tree);
    return found;
}

static void expect_agent(const char *agent, const char *json)
{
    expect_json(hello_with_agent(slice(agent)), json);
}

START_TEST(test_strings)
{
    expect_agent("", "\"\"");
    expect_agent("a/b \"c\" \\ \x01\t", "\"a/b \\\"c\\\" \\\\ \\u0001\\t\"");
    expect_agent("{\"hex\":1}", "\"{\\\"hex\\\":1}\"");
    expect_json(hello_with_agent((BnetSlice){0}), "\"\"");
    expect_json(hello_with_agent(BNET_SLICE("\0")), "\"\\u0000\"");
    expect_json(hello_with_agent(BNET_SLICE("\0\0a\0")), "\"\\u0000\\u0000a\\u0000\"");
}
END_TEST

START_TEST(test_strings_that_are_not_utf8)
{
    expect_agent("\xff", "{\"hex\":\"ff\"}");
    expect_agent("a\x80", "{\"hex\":\"6180\"}");
    expect_agent("\xc3", "{\"hex\":\"c3\"}");
    /* A slash that is longer than it need be; half of a surrogate; more than U+10FFFF. */
    expect_agent("\xc0\xaf", "{\"hex\":\"c0af\"}");
    expect_agent("\xed\xa0\x80", "{\"hex\":\"eda080\"}");
    expect_agent("\xf4\x90\x80\x80", "{\"hex\":\"f4908080\"}");
    expect_json(hello_with_agent(BNET_SLICE("\0\xff")), "{\"hex\":\"00ff\"}");
    expect_json(hello_with_agent(BNET_SLICE("\xc3\0\xa9")), "{\"hex\":\"c300a9\"}");
}
END_TEST

/* What a terminal would obey does not reach it, in either style. */
START_TEST(test_controls_are_escaped)
{
    /* Such characters are the point. NOLINTBEGIN(misc-misleading-bidirectional) */
    expect_agent("\x1b[2J", "\"\\u001b[2J\"");
    expect_agent("a\x7f\xc2\x80\xc2\x9fz", "\"a\\u007f\\u0080\\u009fz\"");
    expect_agent("\xe2\x80\xae\xe2\x81\xa6\xe2\x80\xa8", "\"\\u202e\\u2066\\u2028\"");
    /* Their neighbours stay. */
    expect_agent("~\xc2\xa0\xe2\x80\xa7\xe2\x80\xaf\xe2\x81\xaa",
                 "\"~\xc2\xa0\xe2\x80\xa7\xe2\x80\xaf\xe2\x81\xaa\"");
    expect_agent("\xf0\x9f\x98\x80", "\"\xf0\x9f\x98\x80\"");

    g_autoptr(GString) out = g_string_new(NULL);
    report_form_append(out, REPORT_FORM_TEXT, "agent",
                       hello_with_agent(slice("\x1b\x7f\xe2\x80\xae")));
    ck_assert_str_eq(out->str, "agent: \"\\u001b\\u007f\\u202e\"\n");
    /* NOLINTEND(misc-misleading-bidirectional) */
}
END_TEST

START_TEST(test_status_of_a_receipt)
{
    static const char *const words[] = {"\"executed\"", "\"soft_fail\"", "\"hard_fail\"",
                                        "\"delayed\"",  "\"expired\"",   "5"};
    for (uint8_t status = 0; status < 6; status++) {
        uint8_t bytes[1 + 4 + 1 + 1 + 32] = {status};
        const BnetWireBlock block = {
            .transactions = {.bytes = bytes, .n = sizeof bytes, .count = 1}};
        json_object *tree = report_form_block(&block);
        json_object *receipt =
            json_object_array_get_idx(json_object_object_get(tree, "transactions"), 0);
        ck_assert_str_eq(json_object_to_json_string(json_object_object_get(receipt, "status")),
                         words[status]);
        json_object_put(tree);
    }
}
END_TEST

/* What is in a packed transaction is told as far as it decodes. */
START_TEST(test_contents_that_do_not_decode)
{
    static const uint8_t trx[16] = {0};
    static const uint8_t wrong[] = {0x78, 0xda, 1};
    static const char *const derived[] = {"#id", "#expiration", "#transaction"};
    for (unsigned i = 0; i < 4; i++) {
        const bool is_trx_good = (i & 1) == 0;
        const bool is_data_good = (i & 2) == 0;
        const BnetWirePackedTrx packed = {
            .packed_trx =
                is_trx_good ? (BnetSlice){trx, sizeof trx} : (BnetSlice){wrong, sizeof wrong},
            .packed_context_free_data =
                is_data_good ? (BnetSlice){0} : (BnetSlice){wrong, sizeof wrong},
        };
        json_object *tree = report_form_packed_trx(&packed);
        for (unsigned j = 0; j < G_N_ELEMENTS(derived); j++)
            ck_assert(json_object_object_get_ex(tree, derived[j], NULL) == is_trx_good);
        ck_assert(json_object_object_get_ex(tree, "#context_free_data", NULL) == is_data_good);
        ck_assert(json_object_object_get_ex(tree, "#signed_id", NULL));
        json_object_put(tree);
    }
    const BnetWirePackedTrx zlib = {.compression = BNET_COMPRESSION_ZLIB,
                                    .packed_trx = {wrong, sizeof wrong}};
    json_object *tree = report_form_packed_trx(&zlib);
    ck_assert(!json_object_object_get_ex(tree, "#id", NULL));
    ck_assert(json_object_object_get_ex(tree, "#packed_digest", NULL));
    json_object_put(tree);
}
END_TEST

/* The decoded transaction of a receipt is there. */
static bool is_shown(json_object *block, size_t receipt)
{
    json_object *array = json_object_object_get(block, "transactions");
    json_object *trx = json_object_object_get(json_object_array_get_idx(array, receipt), "trx");
    json_object *packed = json_object_array_get_idx(trx, 1);
    ck_assert_ptr_nonnull(json_object_object_get(packed, "#id"));
    ck_assert(json_object_object_get_ex(packed, "#transaction", NULL));
    return json_object_object_get(packed, "#transaction") != NULL;
}

/* A block of two transactions, whose actions have that many bytes of data; the tree of it. */
static json_object *form_of_two(size_t n, size_t m)
{
    const size_t data[2] = {n, m};
    const size_t capacity = n + m + 512;
    uint8_t *bytes = calloc(1, capacity);
    uint8_t *packed_trx = calloc(1, n + m + 64);
    BnetWriter writer;
    bnet_writer_init(&writer, bytes, capacity);
    for (size_t i = 0; i < 2; i++) {
        BnetWriter inner;
        bnet_writer_init(&inner, packed_trx, n + m + 64);
        static const uint8_t zeros[13];
        bnet_write_raw(&inner, zeros, sizeof zeros);
        bnet_write_count(&inner, 0);
        bnet_write_count(&inner, 1);
        bnet_write_raw(&inner, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16);
        bnet_write_count(&inner, 0);
        bnet_write_varuint(&inner, (uint32_t)data[i]);
        inner.n += data[i];
        bnet_write_count(&inner, 0);
        const BnetWireReceipt receipt = {.is_packed = true,
                                         .packed.packed_trx = {packed_trx, inner.n}};
        bnet_wire_write_receipt(&writer, &receipt);
    }
    ck_assert(bnet_writer_fits(&writer));
    const BnetWireBlock block = {.transactions = {.bytes = bytes, .n = writer.n, .count = 2}};
    json_object *tree = report_form_block(&block);
    free(packed_trx);
    free(bytes);
    return tree;
}

START_TEST(test_contents_at_the_limit)
{
    /* 33 bytes of a transaction, and 4 or 1 of the length of the data. */
    const size_t most = REPORT_FORM_OPENED_BYTES_MAX - 33 - 4;
    for (size_t over = 0; over < 2; over++) {
        json_object *tree = form_of_two(most - 33 - 1 + over, 0);
        ck_assert(is_shown(tree, 0));
        ck_assert(is_shown(tree, 1) == (over == 0));
        json_object_put(tree);
    }
    json_object *tree = form_of_two(most + 1, 1);
    ck_assert(!is_shown(tree, 0));
    ck_assert(is_shown(tree, 1));
    json_object_put(tree);
}
END_TEST

START_TEST(test_log)
{
    const BnetLogHeader header = {
        .version = 3, .first_block = UINT32_MAX, .chain_id = wire_id(id_a)};
    g_autofree char *json =
        g_strdup_printf("{\"version\":3,\"first_block_num\":4294967295,\"chain_id\":\"%s\"}", id_a);
    expect_json(report_form_log_header(&header), json);

    BnetLogHeader with_genesis = header;
    with_genesis.has_genesis = true;
    json_object *tree = report_form_log_header(&with_genesis);
    ck_assert(!json_object_object_get_ex(tree, "chain_id", NULL));
    json_object *genesis = json_object_object_get(tree, "genesis_state");
    ck_assert_uint_eq((unsigned)json_object_object_length(genesis), 5);
    json_object_put(tree);

    const BnetLogEntry entry = {.offset = UINT64_MAX};
    tree = report_form_log_block(&entry);
    ck_assert_uint_eq(json_object_get_uint64(json_object_object_get(tree, "#offset")), UINT64_MAX);
    json_object_put(tree);
}
END_TEST

/* --- text ------------------------------------------------------------------------------------ */

static void expect_text(const char *json, const char *text)
{
    g_autoptr(GString) out = g_string_new(NULL);
    report_form_append(out, REPORT_FORM_TEXT, "it", json_tokener_parse(json));
    ck_assert_str_eq(out->str, text);
}

START_TEST(test_text_of_leaves)
{
    expect_text("null", "it: null\n");
    expect_text("true", "it: true\n");
    expect_text("-12", "it: -12\n");
    expect_text("18446744073709551615", "it: 18446744073709551615\n");
    expect_text("[]", "it: []\n");
    expect_text("{}", "it: {}\n");
    expect_text("\"\"", "it: \"\"\n");
    expect_text("\"2018-06-01T12:00:00.500\"", "it: 2018-06-01T12:00:00.500\n");
    expect_text("\"SIG_K1_x\"", "it: SIG_K1_x\n");
    expect_text("\"a b\"", "it: \"a b\"\n");
    expect_text("\"a\\nb\"", "it: \"a\\nb\"\n");
    expect_text("\"a\\u0000b\"", "it: \"a\\u0000b\"\n");
    expect_text("\"\\u00e9\"", "it: \"\xc3\xa9\"\n");
    expect_text("\"a/b\"", "it: \"a/b\"\n");
}
END_TEST

START_TEST(test_text_of_trees)
{
    expect_text("{\"a\": 1, \"b\": {\"c\": [], \"d\": {\"e\": null}}}", "it:\n"
                                                                        "  a: 1\n"
                                                                        "  b:\n"
                                                                        "    c: []\n"
                                                                        "    d:\n"
                                                                        "      e: null\n");
    expect_text("[1, {\"a\": [\"x\", \"y\"], \"b\": 2}, [3, [], [4, {\"c\": 5}]], 6]",
                "it:\n"
                "  - 1\n"
                "  - a:\n"
                "      - x\n"
                "      - y\n"
                "    b: 2\n"
                "  - - 3\n"
                "    - []\n"
                "    - - 4\n"
                "      - c: 5\n"
                "  - 6\n");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("wire_form");
    TCase *tcase = tcase_create("all");
    tcase_add_test(tcase, test_forms);
    tcase_add_test(tcase, test_strings);
    tcase_add_test(tcase, test_strings_that_are_not_utf8);
    tcase_add_test(tcase, test_controls_are_escaped);
    tcase_add_test(tcase, test_status_of_a_receipt);
    tcase_add_test(tcase, test_contents_that_do_not_decode);
    tcase_add_test(tcase, test_contents_at_the_limit);
    tcase_add_test(tcase, test_log);
    tcase_add_test(tcase, test_text_of_leaves);
    tcase_add_test(tcase, test_text_of_trees);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
