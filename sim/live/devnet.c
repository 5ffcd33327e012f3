/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/live/devnet.h"

#include <string.h>

#include "sim/live/node_process.h"

/* EOSIO's development key, which everybody has. */
#define KEY "5KQwrPbwdL6PhXujxW37FSSQZ1JiwsST4cqQzDeyXtP79zkvFD3"
#define PUBLIC_KEY "EOS6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CV"

/* The file of the folder that says how many producers its chain has. */
#define PRODUCERS_FILE "producers"

/* The shortest time of which a rate is told. */
#define RATE_LEAST_US 200000

typedef struct Peer {
    NodeProcess *process; /* NULL: it does not run */
    DevnetRow row;
    int64_t messages; /* of its sessions, when it was asked last */
    int64_t asked_us;
} Peer;

struct Devnet {
    DevnetOptions options;
    DevnetSay *say;
    Peer peers[DEVNET_PEERS_MAX];
    uint32_t n_started;
};

/* --- who is who ------------------------------------------------------------------------------ */

static void say(const Devnet *devnet, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void say(const Devnet *devnet, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *line = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    devnet->say(line);
}

/* Name of a producer where there are several: "prodaa", "prodab", ... (transfer full) */
static char *producer_name(uint32_t index)
{
    return g_strdup_printf("prod%c%c", 'a' + (int)(index / 26), 'a' + (int)(index % 26));
}

static bool are_linked(const DevnetOptions *options, uint32_t a, uint32_t b)
{
    const uint32_t n = options->n_peers;
    const uint32_t apart = (a + n - b) % n;
    return options->degree == 0 || MIN(apart, n - apart) <= options->degree / 2;
}

/* --- the folder ------------------------------------------------------------------------------ */

static bool fail(GError **error, const char *folder, const char *what)
{
    g_set_error(error, NODE_PROCESS_ERROR, NODE_PROCESS_ERROR_START, "%s: %s", folder, what);
    return false;
}

/* A chain has the producers that it was begun with. */
static bool take_folder(const DevnetOptions *options, GError **error)
{
    g_autofree char *path = g_build_filename(options->folder, PRODUCERS_FILE, NULL);
    g_autofree char *wanted = g_strdup_printf("%u\n", options->n_producers);
    g_autofree char *text = NULL;
    if (g_mkdir_with_parents(options->folder, 0755) != 0)
        return fail(error, options->folder, "cannot be made");
    if (!g_file_test(path, G_FILE_TEST_EXISTS))
        return g_file_set_contents(path, wanted, -1, error);
    if (!g_file_get_contents(path, &text, NULL, error))
        return false;
    if (strcmp(text, wanted) == 0)
        return true;
    g_autofree char *what = g_strdup_printf("is of a network with --producers=%s",
                                            g_ascii_isdigit(text[0]) ? g_strchomp(text) : "?");
    return fail(error, options->folder, what);
}

/* --- a node ---------------------------------------------------------------------------------- */

static void add(GPtrArray *words, const char *option, char *value)
{
    g_ptr_array_add(words, g_strdup(option));
    if (value)
        g_ptr_array_add(words, value);
}

static void add_producer(GPtrArray *words, char *name)
{
    add(words, "--producer", name);
    add(words, "--private-key", g_strdup(KEY));
}

/* The first node begins the chain, and goes on with it. The others wait for a block of the present,
 * so that nobody goes on with what is old. */
static void add_production(GPtrArray *words, const DevnetOptions *options, uint32_t index)
{
    if (index == 0) {
        add_producer(words, g_strdup("eosio"));
        add(words, "--enable-stale-production", NULL);
    }
    if (options->n_producers > 1 && index < options->n_producers)
        add_producer(words, producer_name(index));
}

/* The options of a node. (transfer full) */
static GPtrArray *words_of(const Devnet *devnet, uint32_t index)
{
    const DevnetOptions *options = &devnet->options;
    GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
    add(words, "--data-dir", g_strdup_printf("%s/node-%02u", options->folder, index + 1));
    if (options->logs_events)
        add(words, "--log-json", g_strdup_printf("%s/node-%02u.jsonl", options->folder, index + 1));
    if (options->is_eosio_1_7)
        add(words, "--profile", g_strdup("eosio-1.7"));
    add_production(words, options, index);
    for (uint32_t i = 0; i < options->n_peers; i++)
        if (i != index && devnet->peers[i].process && are_linked(options, i, index))
            add(words, "--bnet-connect",
                g_strdup_printf("127.0.0.1:%u", devnet->peers[i].row.port));
    g_ptr_array_add(words, NULL);
    return words;
}

/* The first node proposes the producers; a chain that has them already stays as it is. */
static bool propose(const Devnet *devnet, NodeProcess *process, GError **error)
{
    g_autoptr(GString) list = g_string_new(NULL);
    for (uint32_t i = 0; i < devnet->options.n_producers; i++) {
        g_autofree char *name = producer_name(i);
        g_string_append_printf(list, "%s{\"name\":\"%s\",\"key\":\"" PUBLIC_KEY "\"}",
                               i > 0 ? "," : "", name);
    }
    return node_process_do(process, error, "{\"cmd\":\"set_producers\",\"producers\":[%s]}",
                           list->str);
}

static bool start(Devnet *devnet, uint32_t index, GError **error)
{
    Peer *peer = &devnet->peers[index];
    /* Who is started again has the port that the others dial. */
    const uint32_t port = peer->row.port != 0         ? peer->row.port
                          : devnet->options.port != 0 ? devnet->options.port + index
                                                      : 0;
    g_autofree char *endpoint = g_strdup_printf("127.0.0.1:%u", port);
    g_autoptr(GPtrArray) words = words_of(devnet, index);
    const NodeProcessOptions options = {
        .program = devnet->options.program,
        .endpoint = endpoint,
        .arguments = (const char *const *)words->pdata,
        .limit_ms = DEVNET_LIMIT_MS,
    };
    g_autoptr(NodeProcess) process = node_process_start(&options, error);
    if (!process ||
        (index == 0 && devnet->options.n_producers > 1 && !propose(devnet, process, error))) {
        g_prefix_error(error, "node-%02u: ", index + 1);
        return false;
    }
    const char *listening = node_process_endpoint(process);
    peer->row.state = DEVNET_RUNS;
    peer->row.port = (uint16_t)g_ascii_strtoull(strrchr(listening, ':') + 1, NULL, 10);
    peer->row.pid = node_process_pid(process);
    peer->messages = 0;
    peer->asked_us = g_get_monotonic_time();
    peer->process = g_steal_pointer(&process);
    return true;
}

/* --- life ------------------------------------------------------------------------------------ */

Devnet *devnet_new(const DevnetOptions *options, DevnetSay *say_line, GError **error)
{
    if (!take_folder(options, error))
        return NULL;
    Devnet *devnet = g_new0(Devnet, 1);
    devnet->options = *options;
    devnet->say = say_line;
    for (uint32_t i = 0; i < options->n_peers; i++)
        devnet->peers[i].row.state = DEVNET_ENDED;
    return devnet;
}

void devnet_free(Devnet *devnet)
{
    if (!devnet)
        return;
    for (uint32_t i = 0; i < devnet->n_started; i++)
        node_process_free(devnet->peers[i].process);
    g_free(devnet);
}

bool devnet_start_next(Devnet *devnet, GError **error)
{
    g_assert(devnet->n_started < devnet->options.n_peers);
    if (!start(devnet, devnet->n_started, error))
        return false;
    devnet->n_started++;
    return true;
}

static void mend(Devnet *devnet, uint32_t index)
{
    Peer *peer = &devnet->peers[index];
    g_autoptr(GError) error = NULL;
    const int pid = peer->row.pid;
    g_clear_pointer(&peer->process, node_process_free);
    peer->row.state = DEVNET_ENDED;
    peer->row.pid = 0;
    peer->row.sessions = peer->row.messages_per_s = 0;
    if (!devnet->options.restarts || peer->row.restarts == DEVNET_RESTARTS_MAX) {
        say(devnet, "node-%02u (pid %d) has ended, and stays so", index + 1, pid);
        return;
    }
    peer->row.restarts++;
    if (start(devnet, index, &error))
        say(devnet, "node-%02u (pid %d) has ended; it was started again as pid %d", index + 1, pid,
            peer->row.pid);
    else
        say(devnet, "node-%02u (pid %d) has ended, and cannot be started again: %s", index + 1, pid,
            error->message);
}

void devnet_mend(Devnet *devnet)
{
    for (uint32_t i = 0; i < devnet->n_started; i++)
        if (devnet->peers[i].process && node_process_has_ended(devnet->peers[i].process))
            mend(devnet, i);
}

bool devnet_stop(Devnet *devnet)
{
    bool is_good = true;
    for (uint32_t i = 0; i < devnet->n_started; i++) {
        Peer *peer = &devnet->peers[i];
        g_autoptr(GError) error = NULL;
        if (!peer->process)
            continue;
        if (!node_process_quit(peer->process, &error)) {
            say(devnet, "node-%02u (pid %d) was killed: %s", i + 1, peer->row.pid, error->message);
            is_good = false;
        }
        g_clear_pointer(&peer->process, node_process_free);
        peer->row.state = DEVNET_ENDED;
        peer->row.pid = 0;
    }
    return is_good;
}

/* --- how they are ---------------------------------------------------------------------------- */

const DevnetRow *devnet_row(const Devnet *devnet, uint32_t index)
{
    return &devnet->peers[index].row;
}

static void take_block(struct json_object *status, const char *which, int64_t *number, char id[65])
{
    struct json_object *block = node_process_get(status, which);
    const char *text = node_process_get_text(block, "id");
    *number = node_process_get_number(block, "number");
    g_strlcpy(id, text ? text : "", 65);
}

static void take_sessions(Peer *peer, struct json_object *answer)
{
    struct json_object *list = node_process_get(answer, "sessions");
    const size_t n =
        json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
    const int64_t now_us = g_get_monotonic_time();
    int64_t messages = 0;
    for (size_t i = 0; i < n; i++) {
        struct json_object *session = json_object_array_get_idx(list, i);
        messages +=
            node_process_get_number(session, "sent") + node_process_get_number(session, "received");
    }
    const int64_t took_us = now_us - peer->asked_us;
    if (took_us < RATE_LEAST_US) /* the rate before is better than one of a moment */
        return;
    /* Those of a session that has closed are not counted any more. */
    const int64_t more = MAX(messages - peer->messages, 0);
    peer->row.messages_per_s = (more * G_USEC_PER_SEC + took_us / 2) / took_us;
    peer->messages = messages;
    peer->asked_us = now_us;
}

/* The answers to the two commands that were said. */
static bool take_answers(Peer *peer)
{
    struct json_object *status = node_process_answer(peer->process, NULL);
    struct json_object *sessions = status ? node_process_answer(peer->process, NULL) : NULL;
    if (sessions) {
        take_block(status, "head", &peer->row.head, peer->row.head_id);
        take_block(status, "lib", &peer->row.lib, peer->row.lib_id);
        peer->row.sessions = node_process_get_number(status, "sessions");
        take_sessions(peer, sessions);
    }
    (void)json_object_put(status);
    (void)json_object_put(sessions);
    return sessions != NULL;
}

/* Who has not answered is asked no more: its answers would be taken for others. */
void devnet_ask(Devnet *devnet)
{
    for (uint32_t i = 0; i < devnet->n_started; i++) {
        const Peer *peer = &devnet->peers[i];
        if (peer->row.state != DEVNET_RUNS)
            continue;
        (void)node_process_say(peer->process, "{\"cmd\":\"status\"}", NULL);
        (void)node_process_say(peer->process, "{\"cmd\":\"sessions\"}", NULL);
    }
    for (uint32_t i = 0; i < devnet->n_started; i++) {
        Peer *peer = &devnet->peers[i];
        if (peer->row.state != DEVNET_RUNS || take_answers(peer))
            continue;
        if (!node_process_has_ended(peer->process)) {
            peer->row.state = DEVNET_SILENT;
            say(devnet, "node-%02u (pid %d) does not answer", i + 1, peer->row.pid);
        }
    }
}

/* --- whether they agree ---------------------------------------------------------------------- */

static bool all_run(const Devnet *devnet, GString *why)
{
    for (uint32_t i = 0; i < devnet->options.n_peers; i++) {
        if (i < devnet->n_started && devnet->peers[i].row.state == DEVNET_RUNS &&
            devnet->peers[i].process)
            continue;
        g_string_printf(why, "node-%02u does not %s", i + 1,
                        devnet->peers[i].row.state == DEVNET_SILENT ? "answer" : "run");
        return false;
    }
    return true;
}

/* All have that block as irreversible. */
static bool have_lib(Devnet *devnet, int64_t lib, const char *id, GString *why)
{
    for (uint32_t i = 0; i < devnet->n_started; i++) {
        NodeProcess *process = devnet->peers[i].process;
        g_autoptr(GError) error = NULL;
        if (!node_process_do(process, &error,
                             "{\"cmd\":\"wait\",\"lib\":%" G_GINT64_FORMAT ",\"timeout\":%d}", lib,
                             DEVNET_AGREE_S)) {
            g_string_printf(why, "node-%02u has not got block %" G_GINT64_FORMAT ": %s", i + 1, lib,
                            error->message);
            return false;
        }
        struct json_object *block = node_process_ask(
            process, &error, "{\"cmd\":\"block\",\"number\":%" G_GINT64_FORMAT "}", lib);
        const char *theirs = block ? node_process_get_text(block, "block_id") : NULL;
        const bool is_equal = g_strcmp0(theirs, id) == 0;
        if (!is_equal)
            g_string_printf(why,
                            "node-%02u has another irreversible block %" G_GINT64_FORMAT ": %s",
                            i + 1, lib,
                            theirs  ? theirs
                            : error ? error->message
                                    : "it does not say which");
        (void)json_object_put(block);
        if (!is_equal)
            return false;
    }
    return true;
}

bool devnet_agrees(Devnet *devnet, int64_t *ret_lib, GString *why)
{
    const DevnetRow *furthest = &devnet->peers[0].row;
    devnet_mend(devnet);
    devnet_ask(devnet);
    if (!all_run(devnet, why))
        return false;
    for (uint32_t i = 1; i < devnet->n_started; i++)
        if (devnet->peers[i].row.lib > furthest->lib)
            furthest = &devnet->peers[i].row;
    *ret_lib = furthest->lib;
    return furthest->lib == 0 || have_lib(devnet, furthest->lib, furthest->lib_id, why);
}
