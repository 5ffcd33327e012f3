/* SPDX-License-Identifier: Apache-2.0 */
#include "node/options.h"

#include <string.h>

#include "core/base.h"
#include "core/text.h"
#include "node/log_format.h"

#define FILE_BYTES_MAX ((gsize)1024 * 1024)
#define BYTE_ORDER_MARK "\xef\xbb\xbf" /* with which some editors begin a text */
#define PLUGIN "eosio::bnet_plugin"

/* Values as texts, as they came; NULL or empty: not given. */
typedef struct Raw {
    char *endpoint;
    char *follow_irreversible;
    char *threads;
    char **connects;
    gboolean no_trx;
    char *peer_log_format;
    char *config;
    char **plugins;
    char *profile;
    gboolean read_only;
    gboolean eosio_2;
    char *data_dir;
    char *genesis_json;
    char *first_producers;
    char **producers;
    char **private_keys;
    gboolean stale_production;
    gboolean produce_on_command;
    char *clock;
    gboolean credulous;
    char *control;
    char *log_json;
    gboolean quiet;
    char *max_sessions;
    char *handshake_timeout;
    char *idle_timeout;
    char *close_timeout;
    char *connect_timeout;
    gboolean help;
    char **rest;
} Raw;

/* --- the command line ------------------------------------------------------------------------ */

typedef struct Entry {
    const char *name;
    GOptionArg kind;
    size_t offset; /* in Raw */
    bool in_file;  /* config.ini may have it */
    const char *help;
    const char *argument;
} Entry;

#define RAW(member) offsetof(Raw, member)
static const Entry entries[] = {
    {"bnet-endpoint", G_OPTION_ARG_STRING, RAW(endpoint), true,
     "Listen there; port 0: any (default 0.0.0.0:4321)", "HOST:PORT"},
    {"bnet-follow-irreversible", G_OPTION_ARG_STRING, RAW(follow_irreversible), true,
     "1: ask peers for irreversible blocks only (default 0)", "0|1"},
    {"bnet-threads", G_OPTION_ARG_STRING, RAW(threads), true,
     "Threads for network messages, 1 to 8; more is 8 (default 1)", "N"},
    {"bnet-connect", G_OPTION_ARG_STRING_ARRAY, RAW(connects), true,
     "Dial that node, again and again (repeatable, up to 256)", "HOST:PORT"},
    {"bnet-no-trx", G_OPTION_ARG_NONE, RAW(no_trx), true, "Ask peers for no transactions", NULL},
    {"bnet-peer-log-format", G_OPTION_ARG_STRING, RAW(peer_log_format), true,
     "How peers are named in log lines; variables _name _id _ip _port _lip _lport "
     "(default " NODE_LOG_FORMAT_DEFAULT ")",
     "FORMAT"},
    {"config", G_OPTION_ARG_FILENAME, RAW(config), false,
     "Take options from that file, in the form of nodeos; the command line goes first", "FILE"},
    {"plugin", G_OPTION_ARG_STRING_ARRAY, RAW(plugins), false,
     "As of nodeos: " PLUGIN " is what runs; others are passed over", "NAME"},
    {"profile", G_OPTION_ARG_STRING, RAW(profile), false,
     "How the protocol is kept (default documented)", "documented|eosio-1.7"},
    {"read-only", G_OPTION_ARG_NONE, RAW(read_only), false,
     "Make no blocks and take no transactions", NULL},
    {"eosio-2", G_OPTION_ARG_NONE, RAW(eosio_2), false,
     "The chain is of EOSIO 2: blocks may have extensions", NULL},
    {"data-dir", G_OPTION_ARG_FILENAME, RAW(data_dir), false,
     "Keep the chain in that folder (default: in memory)", "FOLDER"},
    {"genesis-json", G_OPTION_ARG_FILENAME, RAW(genesis_json), true,
     "The chain starts from that state (default: that of nodeos)", "FILE"},
    {"first-producers", G_OPTION_ARG_STRING, RAW(first_producers), false,
     "The chain starts with these producers, in order (default eosio)", "NAME,..."},
    {"producer", G_OPTION_ARG_STRING_ARRAY, RAW(producers), false,
     "Produce blocks by that name (repeatable; goes with a --private-key)", "NAME"},
    {"private-key", G_OPTION_ARG_STRING_ARRAY, RAW(private_keys), false,
     "The key of the --producer of the same place", "KEY"},
    {"enable-stale-production", G_OPTION_ARG_NONE, RAW(stale_production), true,
     "Produce at once, on a chain that may be old", NULL},
    {"produce-on-command", G_OPTION_ARG_NONE, RAW(produce_on_command), false,
     "Make blocks by the command \"produce\" alone", NULL},
    {"clock", G_OPTION_ARG_STRING, RAW(clock), false,
     "The time of day stands there, in UTC, and is set by the command \"clock\"", "TIME"},
    {"credulous", G_OPTION_ARG_NONE, RAW(credulous), false,
     "Take every block for valid: a peer that misbehaves, for tests of others", NULL},
    {"control", G_OPTION_ARG_FILENAME, RAW(control), false,
     "Take commands there, a Unix socket, or - for standard input", "PATH|-"},
    {"log-json", G_OPTION_ARG_FILENAME, RAW(log_json), false,
     "Write every event and message as a line of JSON", "FILE|-"},
    {"quiet", G_OPTION_ARG_NONE, RAW(quiet), false, "No log lines on standard error", NULL},
    {"max-sessions", G_OPTION_ARG_STRING, RAW(max_sessions), false,
     "Sessions at a time, dialled ones included, 1 to 4096 (default 128)", "N"},
    {"handshake-timeout", G_OPTION_ARG_STRING, RAW(handshake_timeout), false,
     "Seconds for the WebSocket handshake (default 5)", "S"},
    {"idle-timeout", G_OPTION_ARG_STRING, RAW(idle_timeout), false,
     "Seconds after which a silent peer is closed, 0: never (default 30)", "S"},
    {"close-timeout", G_OPTION_ARG_STRING, RAW(close_timeout), false,
     "Seconds for the answer to a close (default 2)", "S"},
    {"connect-timeout", G_OPTION_ARG_STRING, RAW(connect_timeout), false,
     "Seconds for a TCP connection to each address (default 10)", "S"},
};

static const char description[] =
    "A peer that cannot be reached is dialled again after 10 to 15 s, evenly drawn. A read-only\n"
    "node has --bnet-no-trx. The node ends on SIGINT, SIGTERM and the command \"quit\".\n\n"
    "Exit status:\n"
    "  0  it was asked to end\n"
    "  2  bad usage, or it cannot start: the endpoint cannot be had, the folder is in use\n"
    "  3  internal error, or the chain or the log cannot be written\n\n"
    "Examples:\n"
    "  bnetlab node --bnet-endpoint 127.0.0.1:4321 --data-dir a --producer eosio \\\n"
    "      --private-key KEY --enable-stale-production\n"
    "  bnetlab node --bnet-endpoint 127.0.0.1:4322 --bnet-connect 127.0.0.1:4321\n\n"
    "The manual is docs/node.md.";

static GOptionContext *make_context(Raw *raw)
{
    GOptionContext *context = g_option_context_new(NULL);
    GOptionEntry all[G_N_ELEMENTS(entries) + 3] = {0};
    for (size_t i = 0; i < G_N_ELEMENTS(entries); i++)
        all[i] = (GOptionEntry){
            .long_name = entries[i].name,
            .arg = entries[i].kind,
            .arg_data = (char *)raw + entries[i].offset,
            .description = entries[i].help,
            .arg_description = entries[i].argument,
        };
    all[G_N_ELEMENTS(entries)] = (GOptionEntry){.long_name = "help",
                                                .short_name = 'h',
                                                .arg = G_OPTION_ARG_NONE,
                                                .arg_data = &raw->help,
                                                .description = "Show this help"};
    all[G_N_ELEMENTS(entries) + 1] = (GOptionEntry){.long_name = G_OPTION_REMAINING,
                                                    .arg = G_OPTION_ARG_FILENAME_ARRAY,
                                                    .arg_data = (gpointer)&raw->rest};
    g_option_context_set_help_enabled(context, FALSE);
    g_option_context_set_summary(context, "Runs a node of the bnet protocol over real sockets.");
    g_option_context_set_description(context, description);
    g_option_context_add_main_entries(context, all, NULL);
    return context;
}

char *node_options_help(void)
{
    Raw raw = {0};
    g_autoptr(GOptionContext) context = make_context(&raw);
    return g_option_context_get_help(context, TRUE, NULL);
}

static void raw_clear(Raw *raw)
{
    for (size_t i = 0; i < G_N_ELEMENTS(entries); i++) {
        void *value = (char *)raw + entries[i].offset;
        if (entries[i].kind == G_OPTION_ARG_STRING_ARRAY)
            g_strfreev(*(char ***)value);
        else if (entries[i].kind != G_OPTION_ARG_NONE)
            g_free(*(char **)value);
    }
    g_strfreev(raw->rest);
}

/* --- errors ---------------------------------------------------------------------------------- */

static bool fail(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

static bool fail(GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error_literal(error, NODE_ERROR, NODE_ERROR_USAGE, text);
    return false;
}

/* --- from texts to values -------------------------------------------------------------------- */

typedef struct Range {
    uint32_t least;
    uint32_t most;
} Range;

static bool parse_flag(const char *text, gboolean *ret_flag)
{
    const bool is_on = strcmp(text, "1") == 0 || strcmp(text, "true") == 0;
    if (!is_on && strcmp(text, "0") != 0 && strcmp(text, "false") != 0)
        return false;
    *ret_flag = is_on;
    return true;
}

static bool take_number(const char *name, const char *text, Range range, uint32_t *number,
                        GError **error)
{
    guint64 value = 0;
    if (!text)
        return true;
    if (!g_ascii_string_to_unsigned(text, 10, range.least, range.most, &value, NULL))
        return fail(error, "--%s=%s: allowed is a number from %u to %u", name, text, range.least,
                    range.most);
    *number = (uint32_t)value;
    return true;
}

/* Seconds, also fractions of them. */
static bool take_seconds(const char *name, const char *text, bool zero, int64_t *ret_ns,
                         GError **error)
{
    if (!text)
        return true;
    char *end = NULL;
    const double seconds = g_ascii_strtod(text, &end);
    const bool is_number = end != text && *end == '\0' && g_ascii_isdigit(text[0]);
    if (!is_number || !(seconds >= 0 && seconds <= NODE_SECONDS_MAX) || (seconds == 0 && !zero))
        return fail(error, "--%s=%s: allowed are seconds, %s to %d", name, text,
                    zero ? "0" : "above 0", NODE_SECONDS_MAX);
    *ret_ns = seconds > 0 ? MAX((int64_t)(seconds * 1e9), 1) : BNET_TIME_NEVER;
    return true;
}

static bool has_connect(const NodeOptions *options, const NodeEndpoint *endpoint)
{
    for (guint i = 0; i < options->connects->len; i++) {
        const NodeEndpoint *other = &g_array_index(options->connects, NodeEndpoint, i);
        if (strcmp(other->host, endpoint->host) == 0 && other->port == endpoint->port)
            return true;
    }
    return false;
}

static bool take_connects(NodeOptions *options, char **texts, GError **error)
{
    for (char **text = texts; text && *text; text++) {
        NodeEndpoint endpoint;
        if (!node_endpoint_parse(*text, false, &endpoint, error)) {
            g_prefix_error(error, "--bnet-connect: ");
            return false;
        }
        if (has_connect(options, &endpoint))
            continue;
        if (options->connects->len == NODE_CONNECTS_MAX)
            return fail(error, "--bnet-connect: at most %u are allowed", NODE_CONNECTS_MAX);
        g_array_append_val(options->connects, endpoint);
    }
    return true;
}

static bool take_producers(NodeOptions *options, const Raw *raw, GError **error)
{
    const guint n = raw->producers ? g_strv_length(raw->producers) : 0;
    const guint keys = raw->private_keys ? g_strv_length(raw->private_keys) : 0;
    if (n != keys || n > NODE_PRODUCERS_MAX)
        return fail(error,
                    "--producer and --private-key go together, up to %u times: "
                    "there are %u and %u",
                    NODE_PRODUCERS_MAX, n, keys);
    for (guint i = 0; i < n; i++) {
        NodeProducerKey producer;
        const char *name = raw->producers[i];
        BnetSigner signer;
        if (!bnet_parse_name(name, strlen(name), &producer.name) || producer.name == 0)
            return fail(error,
                        "--producer=%s: allowed is an account name, up to 12 characters "
                        "of a to z, 1 to 5 and dots",
                        name);
        for (guint j = 0; j < options->producers->len; j++)
            if (g_array_index(options->producers, NodeProducerKey, j).name == producer.name)
                return fail(error, "--producer=%s: is there twice", name);
        if (!bnet_parse_private_key(raw->private_keys[i], strlen(raw->private_keys[i]),
                                    &producer.key) ||
            !bnet_signer_init(&signer, &producer.key))
            return fail(error,
                        "--private-key of %s: is no private key (\"5...\" or "
                        "\"PVT_K1_...\")",
                        name);
        bnet_signer_finish(&signer);
        g_array_append_val(options->producers, producer);
    }
    return true;
}

/* A comma between two names. */
static bool take_first_producers(NodeOptions *options, const char *text, GError **error)
{
    g_auto(GStrv) names = g_strsplit(text, ",", -1);
    if (!*names)
        return fail(error, "--first-producers: has no name");
    for (char **name = names; *name; name++) {
        uint64_t value = 0;
        if (!bnet_parse_name(*name, strlen(*name), &value) || value == 0)
            return fail(error, "--first-producers: \"%s\" is no account name", *name);
        for (guint i = 0; i < options->first_producers->len; i++)
            if (g_array_index(options->first_producers, uint64_t, i) == value)
                return fail(error, "--first-producers: %s is there twice", *name);
        g_array_append_val(options->first_producers, value);
    }
    return options->first_producers->len <= NODE_PRODUCERS_MAX ||
           fail(error, "--first-producers: at most %u are allowed", NODE_PRODUCERS_MAX);
}

static bool take_profile(NodeOptions *options, const char *text, GError **error)
{
    options->is_eosio_1_7 = text && strcmp(text, "eosio-1.7") == 0;
    return !text || options->is_eosio_1_7 || strcmp(text, "documented") == 0 ||
           fail(error, "--profile=%s: allowed are documented and eosio-1.7", text);
}

bool node_options_parse_clock(const char *text, int64_t *ret_us)
{
    int64_t us;
    if (!bnet_parse_time_point(text, strlen(text), &us) ||
        us < BNET_SLOT_EPOCH_S * G_USEC_PER_SEC || us >= NODE_CLOCK_END_US)
        return false;
    *ret_us = us;
    return true;
}

static bool take_clock(NodeOptions *options, const char *text, GError **error)
{
    options->has_clock = text != NULL;
    return !text || node_options_parse_clock(text, &options->clock_us) ||
           fail(error,
                "--clock=%s: allowed is a time from the year 2000 to 2067, as "
                "2018-06-01T12:00:00.000",
                text);
}

static bool take_format(NodeOptions *options, char **text, GError **error)
{
    g_autofree char *wrong = NULL;
    options->peer_log_format = *text ? g_steal_pointer(text) : g_strdup(NODE_LOG_FORMAT_DEFAULT);
    return node_log_format_check(options->peer_log_format, &wrong) ||
           fail(error,
                "--bnet-peer-log-format: there is no variable %s; there are ${_name}, "
                "${_id}, ${_ip}, ${_port}, ${_lip} and ${_lport}",
                wrong);
}

static bool take_plugin_options(NodeOptions *options, Raw *raw, GError **error)
{
    gboolean follow = FALSE;
    if (!node_endpoint_parse(raw->endpoint ? raw->endpoint : "0.0.0.0:4321", true,
                             &options->endpoint, error)) {
        g_prefix_error(error, "--bnet-endpoint: ");
        return false;
    }
    if (raw->follow_irreversible && !parse_flag(raw->follow_irreversible, &follow))
        return fail(error, "--bnet-follow-irreversible=%s: allowed are 0 and 1",
                    raw->follow_irreversible);
    options->follow_irreversible = follow;
    options->threads = 1;
    options->no_trx = raw->no_trx || raw->read_only;
    if (!take_number("bnet-threads", raw->threads, (Range){1, 1000000}, &options->threads, error))
        return false;
    options->threads = MIN(options->threads, NODE_THREADS_MAX);
    return take_connects(options, raw->connects, error) &&
           take_format(options, &raw->peer_log_format, error);
}

/* --- config.ini ------------------------------------------------------------------------------ */

static const Entry *find_entry(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(entries); i++)
        if (entries[i].in_file && strcmp(entries[i].name, name) == 0)
            return &entries[i];
    return NULL;
}

static void add_text(char ***list, const char *text)
{
    const guint n = *list ? g_strv_length(*list) : 0;
    *list = g_renew(char *, *list, n + 2);
    (*list)[n] = g_strdup(text);
    (*list)[n + 1] = NULL;
}

/* A file being read. */
typedef struct Config {
    const char *path;
    uint32_t line;
    Raw *raw;
    NodeOptions *options;
    bool has_plugin;
} Config;

static bool set_value(const Config *config, const Entry *entry, const char *value, GError **error)
{
    char *field = (char *)config->raw + entry->offset;
    if (entry->kind == G_OPTION_ARG_STRING_ARRAY) {
        add_text((char ***)(void *)field, value);
        return true;
    }
    if (entry->kind == G_OPTION_ARG_NONE) {
        gboolean flag;
        if (!parse_flag(value, &flag))
            return fail(error, "%s:%u: %s is 0, 1, true or false", config->path, config->line,
                        entry->name);
        *(gboolean *)(void *)field |= flag;
        return true;
    }
    char **text = (char **)(void *)field;
    if (*text == NULL)
        *text = g_strdup(value);
    return true;
}

/* Whether the value will do, seen alone, so that it can be said where it stands. */
static bool check_value(const Config *config, const Entry *entry, const char *value, GError **error)
{
    Raw one = {0};
    NodeOptions options = {.connects = g_array_new(FALSE, FALSE, sizeof(NodeEndpoint))};
    const Config alone = {.path = config->path, .line = config->line, .raw = &one};
    bool is_good = set_value(&alone, entry, value, error);
    if (is_good && !take_plugin_options(&options, &one, error)) {
        g_prefix_error(error, "%s:%u: ", config->path, config->line);
        is_good = false;
    }
    raw_clear(&one);
    node_options_clear(&options);
    return is_good;
}

static bool take_line(Config *config, char *line, GError **error)
{
    char *mark = strchr(line, '#');
    if (mark)
        *mark = '\0';
    g_strstrip(line);
    if (line[0] == '\0')
        return true;
    char *equals = strchr(line, '=');
    if (!equals)
        return fail(error, "%s:%u: \"%s\" is no KEY = VALUE", config->path, config->line, line);
    *equals = '\0';
    const char *key = g_strstrip(line);
    const char *value = g_strstrip(equals + 1);
    if (strcmp(key, "plugin") == 0 && strcmp(value, PLUGIN) == 0) {
        config->has_plugin = true;
        return true;
    }
    const Entry *entry = find_entry(key);
    if (entry)
        return check_value(config, entry, value, error) && set_value(config, entry, value, error);
    if (g_str_has_prefix(key, "bnet-"))
        return fail(error, "%s:%u: the plugin has no option %s", config->path, config->line, key);
    /* Of the others the value is nobody's business: it may be a private key. */
    const bool is_plugin = strcmp(key, "plugin") == 0;
    g_ptr_array_add(config->options->notes,
                    g_strdup_printf("%s:%u: %s%s%s is not for this node and is passed over",
                                    config->path, config->line, key, is_plugin ? " = " : "",
                                    is_plugin ? value : ""));
    return true;
}

static bool read_config(NodeOptions *options, Raw *raw, GError **error)
{
    g_autofree char *text = NULL;
    gsize n = 0;
    if (!g_file_get_contents(raw->config, &text, &n, error))
        return false;
    if (n > FILE_BYTES_MAX || strlen(text) != n)
        return fail(error, "%s: is no text of at most 1 MiB", raw->config);
    Config config = {.path = raw->config, .raw = raw, .options = options};
    const char *begin =
        g_str_has_prefix(text, BYTE_ORDER_MARK) ? text + strlen(BYTE_ORDER_MARK) : text;
    g_auto(GStrv) lines = g_strsplit(begin, "\n", -1);
    for (char **line = lines; *line; line++) {
        config.line++;
        if (!take_line(&config, *line, error))
            return false;
    }
    if (!config.has_plugin)
        g_ptr_array_add(options->notes, g_strdup_printf("%s: has no line \"plugin = " PLUGIN
                                                        "\"; its options are taken all the same",
                                                        raw->config));
    return true;
}

/* --- what is the node's own ----------------------------------------------------------------- */

static bool take_limits(NodeOptions *options, const Raw *raw, GError **error)
{
    options->max_sessions = 128;
    options->handshake_ns = 5 * BNET_NS_PER_S;
    options->idle_ns = 30 * BNET_NS_PER_S;
    options->close_ns = 2 * BNET_NS_PER_S;
    options->connect_ns = 10 * BNET_NS_PER_S;
    if (!take_number("max-sessions", raw->max_sessions, (Range){1, NODE_SESSIONS_MAX},
                     &options->max_sessions, error) ||
        !take_seconds("handshake-timeout", raw->handshake_timeout, false, &options->handshake_ns,
                      error) ||
        !take_seconds("idle-timeout", raw->idle_timeout, true, &options->idle_ns, error) ||
        !take_seconds("close-timeout", raw->close_timeout, false, &options->close_ns, error) ||
        !take_seconds("connect-timeout", raw->connect_timeout, false, &options->connect_ns, error))
        return false;
    if (options->connects->len <= options->max_sessions)
        return true;
    return fail(error, "--max-sessions=%u: is below the number of peers to dial, %u",
                options->max_sessions, options->connects->len);
}

static void take_plugins(NodeOptions *options, char **plugins)
{
    for (char **plugin = plugins; plugin && *plugin; plugin++)
        if (strcmp(*plugin, PLUGIN) != 0)
            g_ptr_array_add(
                options->notes,
                g_strdup_printf("--plugin=%s is not for this node and is passed over", *plugin));
}

static bool take_node_options(NodeOptions *options, Raw *raw, GError **error)
{
    take_plugins(options, raw->plugins);
    options->read_only = raw->read_only;
    options->eosio_2 = raw->eosio_2;
    options->stale_production = raw->stale_production;
    options->produce_on_command = raw->produce_on_command;
    options->credulous = raw->credulous;
    options->quiet = raw->quiet;
    options->data_dir = g_steal_pointer(&raw->data_dir);
    options->genesis_json = g_steal_pointer(&raw->genesis_json);
    options->control = g_steal_pointer(&raw->control);
    options->log_json = g_steal_pointer(&raw->log_json);
    if (raw->stale_production && raw->produce_on_command)
        return fail(error, "--enable-stale-production and --produce-on-command exclude each other");
    if (raw->read_only && raw->producers)
        return fail(error, "--read-only: such a node has no --producer");
    return take_profile(options, raw->profile, error) && take_clock(options, raw->clock, error) &&
           take_producers(options, raw, error) &&
           (!raw->first_producers || take_first_producers(options, raw->first_producers, error));
}

/* --- all of it ------------------------------------------------------------------------------- */

static bool take_all(NodeOptions *options, Raw *raw, GError **error)
{
    if (raw->rest && raw->rest[0])
        return fail(error, "\"%s\" is no option", raw->rest[0]);
    if (raw->config && !read_config(options, raw, error))
        return false;
    return take_plugin_options(options, raw, error) && take_node_options(options, raw, error) &&
           take_limits(options, raw, error);
}

bool node_options_parse(NodeOptions *options, int argc, char **argv, bool *ret_help, GError **error)
{
    Raw raw = {0};
    *options = (NodeOptions){
        .connects = g_array_new(FALSE, FALSE, sizeof(NodeEndpoint)),
        .first_producers = g_array_new(FALSE, FALSE, sizeof(uint64_t)),
        .producers = g_array_new(FALSE, FALSE, sizeof(NodeProducerKey)),
        .notes = g_ptr_array_new_with_free_func(g_free),
    };
    g_autoptr(GOptionContext) context = make_context(&raw);
    bool is_good = g_option_context_parse(context, &argc, &argv, error);
    *ret_help = is_good && raw.help;
    if (is_good && !raw.help)
        is_good = take_all(options, &raw, error);
    raw_clear(&raw);
    return is_good;
}

void node_options_clear(NodeOptions *options)
{
    g_clear_pointer(&options->connects, g_array_unref);
    g_clear_pointer(&options->first_producers, g_array_unref);
    g_clear_pointer(&options->producers, g_array_unref);
    g_clear_pointer(&options->notes, g_ptr_array_unref);
    g_free(options->peer_log_format);
    g_free(options->data_dir);
    g_free(options->genesis_json);
    g_free(options->control);
    g_free(options->log_json);
}
