/* SPDX-License-Identifier: Apache-2.0 */

/* The options of a node, from the command line and from config.ini; endpoints, formats, genesis
 * files. */

#include <string.h>

#include "core/base.h"
#include "core/header.h"
#include "node/genesis.h"
#include "node/log_format.h"
#include "node/options.h"
#include "tests/live_fixture.h"

/* --- endpoints ------------------------------------------------------------------------------- */

START_TEST(test_endpoints)
{
    static const struct {
        const char *text;
        const char *host;
        uint16_t port;
    } good[] = {
        {"127.0.0.1:4321", "127.0.0.1", 4321},
        {"0.0.0.0:65535", "0.0.0.0", 65535},
        {"peer-1.example.org:1", "peer-1.example.org", 1},
        {"[::1]:4321", "::1", 4321},
        {"[2001:db8::ff]:00080", "2001:db8::ff", 80},
    };
    static const char *const bad[] = {
        "",        "4321",          ":4321",       "host",           "host:",   "host:x",
        "host:-1", "host:65536",    "host:123456", "::1:4321",       "[::1]",   "[::1]4321",
        "[::g]:1", "[127.0.0.1]:1", "[]:1",        "ho st:1",        "host:1 ", "-host:1",
        ".host:1", "user@host:1",   "ws://host:1", "host:4321:4322", "host:0",  "[::1:1",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
        NodeEndpoint endpoint;
        ck_assert_msg(node_endpoint_parse(good[i].text, false, &endpoint, NULL), "%s",
                      good[i].text);
        ck_assert_str_eq(endpoint.host, good[i].host);
        ck_assert_uint_eq(endpoint.port, good[i].port);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        NodeEndpoint endpoint = {.port = 7};
        g_autoptr(GError) error = NULL;
        ck_assert_msg(!node_endpoint_parse(bad[i], false, &endpoint, &error), "%s", bad[i]);
        ck_assert_ptr_nonnull(strstr(error->message, "allowed is HOST:PORT"));
        ck_assert_uint_eq(endpoint.port, 7);
    }
}
END_TEST

START_TEST(test_host_at_the_limit)
{
    NodeEndpoint endpoint;
    g_autofree char *most = g_strnfill(NODE_HOST_MAX, 'a');
    g_autofree char *good = g_strconcat(most, ":1", NULL);
    g_autofree char *bad = g_strconcat(most, "a:1", NULL);
    ck_assert(node_endpoint_parse(good, false, &endpoint, NULL));
    ck_assert_str_eq(endpoint.host, most);
    ck_assert(!node_endpoint_parse(bad, false, &endpoint, NULL));
}
END_TEST

START_TEST(test_endpoint_text)
{
    g_autofree char *four = node_endpoint_text("127.0.0.1", 80);
    g_autofree char *six = node_endpoint_text("::1", 80);
    ck_assert_str_eq(four, "127.0.0.1:80");
    ck_assert_str_eq(six, "[::1]:80");
}
END_TEST

/* --- names in the log ------------------------------------------------------------------------ */

START_TEST(test_log_formats)
{
    static const NodeLogPeer peer = {.name = "host:1",
                                     .id = "EOS7",
                                     .ip = "10.0.0.1",
                                     .port = "5",
                                     .lip = "10.0.0.2",
                                     .lport = "6"};
    static const struct {
        const char *format;
        const char *text;
    } cases[] = {
        {NODE_LOG_FORMAT_DEFAULT, "[\"host:1\" 10.0.0.1:5]"},
        {"${_name}${_id}${_ip}${_port}${_lip}${_lport}", "host:1EOS710.0.0.1510.0.0.26"},
        {"${_id} ${_id}", "EOS7 EOS7"},
        {"", ""},
        {"$", "$"},
        {"${", "${"},
        {"$_name {_name}", "$_name {_name}"},
        {"$${_ip}$", "$10.0.0.1$"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *wrong = NULL;
        g_autofree char *text = node_log_format(cases[i].format, &peer);
        ck_assert_str_eq(text, cases[i].text);
        ck_assert(node_log_format_check(cases[i].format, &wrong));
    }
    static const NodeLogPeer nobody = {0};
    g_autofree char *empty = node_log_format(NODE_LOG_FORMAT_DEFAULT, &nobody);
    ck_assert_str_eq(empty, "[\"\" :]");
}
END_TEST

START_TEST(test_bad_log_formats)
{
    static const char *const bad[][2] = {
        {"x ${_nam} y", "${_nam}"},
        {"${}", "${}"},
        {"${_ip}${name}", "${name}"},
        {"${_ip ${_ip}", "${_ip ${_ip}"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autofree char *wrong = NULL;
        ck_assert(!node_log_format_check(bad[i][0], &wrong));
        ck_assert_str_eq(wrong, bad[i][1]);
    }
}
END_TEST

/* --- the command line ------------------------------------------------------------------------ */

#define ARGUMENTS_MAX 600

/* Words of a command line after "node". */
static bool parse(NodeOptions *options, const char *const *words, GError **error)
{
    char *arguments[ARGUMENTS_MAX + 1] = {g_strdup("node")};
    char *all[ARGUMENTS_MAX + 1];
    int n = 1;
    bool help;
    for (; words[n - 1]; n++)
        arguments[n] = g_strdup(words[n - 1]);
    memcpy(all, arguments, sizeof all); /* what is parsed is taken out */
    const bool is_good = node_options_parse(options, n, arguments, &help, error);
    for (int i = 0; i < n; i++)
        g_free(all[i]);
    ck_assert(!is_good || !help);
    return is_good;
}

START_TEST(test_defaults)
{
    NodeOptions options;
    static const char *const none[] = {NULL};
    ck_assert(parse(&options, none, NULL));
    ck_assert_str_eq(options.endpoint.host, "0.0.0.0");
    ck_assert_uint_eq(options.endpoint.port, 4321);
    ck_assert(!options.follow_irreversible && !options.no_trx && !options.is_eosio_1_7);
    ck_assert_uint_eq(options.threads, 1);
    ck_assert_uint_eq(options.connects->len, 0);
    ck_assert_str_eq(options.peer_log_format, "[\"${_name}\" ${_ip}:${_port}]");
    ck_assert_uint_eq(options.max_sessions, 128);
    ck_assert_int_eq(options.handshake_ns, 5 * BNET_NS_PER_S);
    ck_assert_int_eq(options.idle_ns, 30 * BNET_NS_PER_S);
    ck_assert_int_eq(options.close_ns, 2 * BNET_NS_PER_S);
    ck_assert_int_eq(options.connect_ns, 10 * BNET_NS_PER_S);
    ck_assert_ptr_null(options.data_dir);
    ck_assert_uint_eq(options.first_producers->len, 0);
    node_options_clear(&options);
}
END_TEST

START_TEST(test_all_options)
{
    NodeOptions options;
    static const char *const words[] = {"--plugin",
                                        "eosio::bnet_plugin",
                                        "--plugin",
                                        "eosio::http_plugin",
                                        "--bnet-endpoint=[::]:0",
                                        "--bnet-follow-irreversible",
                                        "1",
                                        "--bnet-threads",
                                        "9",
                                        "--bnet-connect",
                                        "a:1",
                                        "--bnet-connect",
                                        "b:2",
                                        "--bnet-connect",
                                        "a:1",
                                        "--bnet-no-trx",
                                        "--bnet-peer-log-format",
                                        "${_id}",
                                        "--profile",
                                        "eosio-1.7",
                                        "--producer",
                                        "eosio",
                                        "--private-key",
                                        LIVE_KEY,
                                        "--max-sessions",
                                        "4096",
                                        "--clock",
                                        "2000-01-01T00:00:00.5",
                                        "--credulous",
                                        "--idle-timeout",
                                        "0",
                                        "--close-timeout",
                                        "0.5",
                                        "--handshake-timeout",
                                        "86400",
                                        NULL};
    ck_assert(parse(&options, words, NULL));
    ck_assert_uint_eq(options.notes->len, 1);
    ck_assert_ptr_nonnull(strstr(g_ptr_array_index(options.notes, 0), "eosio::http_plugin"));
    ck_assert(options.endpoint.is_ipv6);
    ck_assert_uint_eq(options.endpoint.port, 0);
    ck_assert(options.follow_irreversible && options.no_trx && options.is_eosio_1_7);
    ck_assert_uint_eq(options.threads, 8);
    ck_assert_uint_eq(options.connects->len, 2);
    ck_assert_str_eq(options.peer_log_format, "${_id}");
    ck_assert_uint_eq(options.producers->len, 1);
    ck_assert_uint_eq(g_array_index(options.producers, NodeProducerKey, 0).name,
                      bnet_name("eosio"));
    ck_assert(options.has_clock && options.credulous);
    ck_assert_int_eq(options.clock_us, INT64_C(946684800500000));
    ck_assert_uint_eq(options.max_sessions, 4096);
    ck_assert_int_eq(options.idle_ns, BNET_TIME_NEVER);
    ck_assert_int_eq(options.close_ns, BNET_NS_PER_S / 2);
    ck_assert_int_eq(options.handshake_ns, 86400 * BNET_NS_PER_S);
    node_options_clear(&options);
}
END_TEST

START_TEST(test_bad_options)
{
    static const struct {
        const char *words[5];
        const char *part;
    } cases[] = {
        {{"--bnet-endpoint", "here"}, "--bnet-endpoint: \"here\": no port"},
        {{"--bnet-follow-irreversible", "yes"}, "allowed are 0 and 1"},
        {{"--bnet-threads", "0"}, "--bnet-threads=0: allowed is a number from 1"},
        {{"--bnet-threads", "1.5"}, "--bnet-threads=1.5"},
        {{"--bnet-connect", "a:0"}, "--bnet-connect: \"a:0\""},
        {{"--bnet-peer-log-format", "${_who}"}, "there is no variable ${_who}"},
        {{"--profile", "eosio"}, "--profile=eosio: allowed are documented and eosio-1.7"},
        {{"--producer", "eosio"}, "go together"},
        {{"--private-key", LIVE_KEY}, "go together"},
        {{"--producer", "EOSIO", "--private-key", LIVE_KEY}, "--producer=EOSIO"},
        {{"--producer", "eosio", "--private-key", "5K"}, "--private-key of eosio"},
        {{"--first-producers", ""}, "--first-producers: has no name"},
        {{"--first-producers", "eosio,"}, "--first-producers: \"\" is no account name"},
        {{"--first-producers", "a,B"}, "--first-producers: \"B\" is no account name"},
        {{"--first-producers", "a,b,a"}, "--first-producers: a is there twice"},
        {{"--max-sessions", "0"}, "--max-sessions=0"},
        {{"--max-sessions", "4097"}, "--max-sessions=4097"},
        {{"--idle-timeout", "-1"}, "--idle-timeout=-1"},
        {{"--idle-timeout", "86401"}, "--idle-timeout=86401"},
        {{"--idle-timeout", "nan"}, "--idle-timeout=nan"},
        {{"--close-timeout", "0"}, "--close-timeout=0"},
        {{"--clock", "now"}, "--clock=now: allowed is a time from the year 2000 to 2067"},
        {{"--clock", "1999-12-31T23:59:59.500"}, "--clock=1999-12-31T23:59:59.500"},
        {{"--clock", "2068-01-01T00:00:00"}, "--clock=2068-01-01T00:00:00"},
        {{"--config", "nowhere.ini"}, "nowhere.ini"},
        {{"--bnet-conect", "a:1"}, "bnet-conect"},
        {{"--enable-stale-production", "--produce-on-command"}, "exclude each other"},
        {{"chain.json"}, "\"chain.json\" is no option"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        NodeOptions options;
        g_autoptr(GError) error = NULL;
        ck_assert_msg(!parse(&options, cases[i].words, &error), "%s", cases[i].part);
        ck_assert_msg(strstr(error->message, cases[i].part) != NULL, "%s: %s", cases[i].part,
                      error->message);
        node_options_clear(&options);
    }
}
END_TEST

/* As many as a schedule has, in their order, and one more. */
START_TEST(test_first_producers_at_the_limit)
{
    NodeOptions options;
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) names = g_string_new("z");
    for (int i = 1; i < 125; i++)
        g_string_append_printf(names, ",p%c%c", 'a' + i / 26, 'a' + i % 26);
    const char *words[] = {"--first-producers", names->str, NULL};
    ck_assert(parse(&options, words, NULL));
    ck_assert_uint_eq(options.first_producers->len, 125);
    ck_assert_uint_eq(g_array_index(options.first_producers, uint64_t, 0), bnet_name("z"));
    ck_assert_uint_eq(g_array_index(options.first_producers, uint64_t, 124), bnet_name("peu"));
    node_options_clear(&options);
    g_string_append(names, ",y");
    words[1] = names->str;
    ck_assert(!parse(&options, words, &error));
    ck_assert_str_eq(error->message, "--first-producers: at most 125 are allowed");
    node_options_clear(&options);
}
END_TEST

START_TEST(test_read_only_makes_no_blocks)
{
    NodeOptions options;
    static const char *const words[] = {"--read-only", NULL};
    static const char *const bad[] = {"--read-only",   "--producer", "eosio",
                                      "--private-key", LIVE_KEY,     NULL};
    ck_assert(parse(&options, words, NULL));
    ck_assert(options.no_trx);
    node_options_clear(&options);
    ck_assert(!parse(&options, bad, NULL));
    node_options_clear(&options);
}
END_TEST

/* As many peers as may be dialled, one more, and fewer sessions than peers. */
START_TEST(test_connects_at_the_limit)
{
    const char *words[2 * NODE_CONNECTS_MAX + 6] = {"--max-sessions", "257"};
    char names[NODE_CONNECTS_MAX + 1][16];
    NodeOptions options;
    int n = 2;
    for (uint32_t i = 0; i <= NODE_CONNECTS_MAX; i++) {
        (void)g_snprintf(names[i], sizeof names[i], "p%u:1", i);
        words[n++] = "--bnet-connect";
        words[n++] = names[i];
    }
    words[n] = NULL;
    ck_assert(!parse(&options, words, NULL));
    node_options_clear(&options);
    words[n - 2] = NULL;
    ck_assert(parse(&options, words, NULL));
    ck_assert_uint_eq(options.connects->len, NODE_CONNECTS_MAX);
    node_options_clear(&options);
    words[1] = "255";
    ck_assert(!parse(&options, words, NULL));
    node_options_clear(&options);
}
END_TEST

/* --- config.ini ------------------------------------------------------------------------------ */

/* A file that holds a text. (transfer full) */
static char *file_of(const char *text)
{
    char *path = NULL;
    const int fd = g_file_open_tmp("bnetlab-options-XXXXXX", &path, NULL);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    (void)close(fd);
    return path;
}

static bool parse_file(NodeOptions *options, const char *text, const char *word, GError **error)
{
    g_autofree char *path = file_of(text);
    const char *const words[] = {"--config", path, word, NULL};
    const bool is_good = parse(options, words, error);
    (void)g_unlink(path);
    return is_good;
}

START_TEST(test_config_file)
{
    NodeOptions options;
    static const char text[] = "# a node of the test network\n"
                               "plugin = eosio::chain_api_plugin\n"
                               "plugin = eosio::bnet_plugin\r\n"
                               "\n"
                               "  bnet-endpoint=127.0.0.1:1234   # here\n"
                               "bnet-connect = a:1\n"
                               "bnet-connect = b:2\n"
                               "bnet-no-trx = 1\n"
                               "bnet-follow-irreversible = true\n"
                               "bnet-threads = 3\n"
                               "bnet-peer-log-format = [${_id}]\n"
                               "http-server-address = 127.0.0.1:8888\n"
                               "signature-provider = EOS6MRy=KEY:5KQwr\n";
    ck_assert(parse_file(&options, text, "--bnet-threads=2", NULL));
    ck_assert_uint_eq(options.endpoint.port, 1234);
    ck_assert_uint_eq(options.connects->len, 2);
    ck_assert(options.no_trx && options.follow_irreversible);
    ck_assert_uint_eq(options.threads, 2); /* the command line goes first */
    ck_assert_str_eq(options.peer_log_format, "[${_id}]");
    ck_assert_uint_eq(options.notes->len, 3);
    ck_assert_ptr_nonnull(strstr(g_ptr_array_index(options.notes, 0), ":2: plugin"));
    ck_assert_ptr_nonnull(strstr(g_ptr_array_index(options.notes, 1), ":12: http-server-address"));
    const char *secret = g_ptr_array_index(options.notes, 2);
    ck_assert_ptr_nonnull(strstr(secret, ":13: signature-provider is not for this node"));
    ck_assert_ptr_null(strstr(secret, "5KQwr")); /* a private key is not told */
    node_options_clear(&options);
}
END_TEST

START_TEST(test_bad_config_files)
{
    static const char *const bad[][2] = {
        {"plugin = eosio::bnet_plugin\nbnet-connect\n", ":2: \"bnet-connect\" is no KEY = VALUE"},
        {"plugin = eosio::bnet_plugin\nbnet-no-trx = maybe\n", ":2: bnet-no-trx is 0, 1"},
        {"plugin = eosio::bnet_plugin\nbnet-endpoint = x\n", ":2: --bnet-endpoint: \"x\""},
        {"\nbnet-connect = a:1\nbnet-connect = a:0\n", ":3: --bnet-connect: \"a:0\""},
        {"bnet-threads = 0\n", ":1: --bnet-threads=0: allowed is"},
        {"#\n#\nbnet-follow-irreversible = 2\n", ":3: --bnet-follow-irreversible=2: allowed"},
        {"bnet-peer-log-format = ${_x}\n", ":1: --bnet-peer-log-format: there is no variable"},
        {"bnet-conect = a:1\n", ":1: the plugin has no option bnet-conect"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        NodeOptions options;
        g_autoptr(GError) error = NULL;
        ck_assert(!parse_file(&options, bad[i][0], NULL, &error));
        ck_assert_msg(strstr(error->message, bad[i][1]) != NULL, "%s", error->message);
        node_options_clear(&options);
    }
    NodeOptions options;
    ck_assert(parse_file(&options,
                         "\xef\xbb\xbf"
                         "bnet-threads = 2\n",
                         NULL, NULL));
    ck_assert_uint_eq(options.threads, 2);
    ck_assert_uint_eq(options.notes->len, 1); /* the plugin is not named */
    node_options_clear(&options);
}
END_TEST

/* --- genesis --------------------------------------------------------------------------------- */

#define GENESIS                                                                                    \
    "{\"initial_timestamp\": \"2018-06-01T12:00:00.000\","                                         \
    "\"initial_key\": \"EOS6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CV\","                  \
    "\"initial_configuration\": {\"max_block_net_usage\": 1048576,"                                \
    "\"target_block_net_usage_pct\": 1000, \"max_transaction_net_usage\": 524288,"                 \
    "\"base_per_transaction_net_usage\": 12, \"net_usage_leeway\": 500,"                           \
    "\"context_free_discount_net_usage_num\": 20,"                                                 \
    "\"context_free_discount_net_usage_den\": 100, \"max_block_cpu_usage\": 200000,"               \
    "\"target_block_cpu_usage_pct\": 1000, \"max_transaction_cpu_usage\": 150000,"                 \
    "\"min_transaction_cpu_usage\": 100, \"max_transaction_lifetime\": 3600,"                      \
    "\"deferred_trx_expiration_window\": 600, \"max_transaction_delay\": 3888000,"                 \
    "\"max_inline_action_size\": 4096, \"max_inline_action_depth\": 4,"                            \
    "\"max_authority_depth\": 6}}"

static bool read_genesis(const char *text, BnetWireGenesis *genesis, GError **error)
{
    g_autofree char *path = file_of(text);
    const bool is_read = node_genesis_read(path, genesis, error);
    (void)g_unlink(path);
    return is_read;
}

START_TEST(test_genesis_file)
{
    BnetWireGenesis standard;
    BnetWireGenesis genesis;
    node_genesis_default(&standard);
    ck_assert(read_genesis(GENESIS, &genesis, NULL));
    const BnetId id = bnet_wire_chain_id(&genesis);
    const BnetId standard_id = bnet_wire_chain_id(&standard);
    ck_assert(bnet_id_equal(&id, &standard_id));
    /* The chain id that nodeos has without a file. */
    ck_assert_int_eq(memcmp(id.bytes, "\xcf\x05\x7b\xbf\xb7\x26\x40\x47", 8), 0);
    const BnetWireBlock block = node_genesis_block(&genesis);
    ck_assert(bnet_wire_begins_chain(&genesis, &block.header.fields));
}
END_TEST

/* The text with one part of it replaced is refused. */
static void refuse_genesis(const char *old, const char *new, const char *part)
{
    BnetWireGenesis genesis;
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) pieces = g_strsplit(GENESIS, old, 2);
    ck_assert_uint_eq(g_strv_length(pieces), 2);
    g_autofree char *text = g_strjoinv(new, pieces);
    ck_assert_msg(!read_genesis(text, &genesis, &error), "%s", text);
    ck_assert_msg(strstr(error->message, part) != NULL, "%s", error->message);
}

START_TEST(test_bad_genesis_files)
{
    refuse_genesis("{", "", "not a JSON object");
    refuse_genesis("12:00:00.000", "12:00:00.250", "initial_timestamp must be");
    refuse_genesis("2018-06", "1999-06", "initial_timestamp must be");
    refuse_genesis("GDW5CV", "GDW5CW", "initial_key must be");
    refuse_genesis("\"max_authority_depth\": 6", "\"max_authority_depth\": 65536",
                   "max_authority_depth must be");
    refuse_genesis("\"max_authority_depth\": 6", "\"max_authority_depth\": -1",
                   "max_authority_depth must be");
    refuse_genesis("\"max_block_cpu_usage\": 200000,", "", "max_block_cpu_usage must be");
    refuse_genesis("\"max_authority_depth\": 6", "\"max_authority_depth\": 6, \"x\": 1",
                   "a key that is not known");
    refuse_genesis("{\"initial_timestamp\"", "{\"x\": 1, \"initial_timestamp\"", "a key besides");
    BnetWireGenesis genesis;
    ck_assert(!node_genesis_read("nowhere.json", &genesis, NULL));
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        test_endpoints,
        test_host_at_the_limit,
        test_endpoint_text,
        test_log_formats,
        test_bad_log_formats,
        test_defaults,
        test_all_options,
        test_bad_options,
        test_first_producers_at_the_limit,
        test_read_only_makes_no_blocks,
        test_connects_at_the_limit,
        test_config_file,
        test_bad_config_files,
        test_genesis_file,
        test_bad_genesis_files,
    };
    return live_run("node_options", tests, G_N_ELEMENTS(tests));
}
