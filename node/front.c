/* SPDX-License-Identifier: Apache-2.0 */
#include "node/front.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <json.h>

#include "node/chain.h"
#include "node/control.h"
#include "node/genesis.h"
#include "node/listener.h"

typedef struct Front {
    const NodeOptions *options;
    NodeSay *say;
    GMainContext *context;
    NodeMailbox inbox; /* of NodeReport */
    NodeMailbox chain_inbox;
    NodeIoThread *threads[NODE_THREADS_MAX];
    NodeListener *listener;
    NodeControl *control;
    NodeChain *chain;
    int log_fd; /* -1: none */
    GPtrArray *reports;
    bool has_ended;
    GError *failed;
} Front;

/* --- signals --------------------------------------------------------------------------------- */

/* All that a signal handler can reach; -1: no node runs. */
static volatile sig_atomic_t signal_fd = -1;

static void on_signal(int number)
{
    (void)number;
    const uint64_t one = 1;
    const int reason = errno;
    const ssize_t ignored = write(signal_fd, &one, sizeof one);
    (void)ignored;
    errno = reason;
}

/* A second signal of the same kind ends the process. */
static void install_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    (void)sigemptyset(&action.sa_mask);
    signal_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error of the write */
}

/* --- the log --------------------------------------------------------------------------------- */

static void write_log(Front *front, const char *line, size_t n)
{
    g_autofree char *text = g_strndup(line, n + 1);
    text[n] = '\n';
    for (size_t at = 0; at < n + 1;) {
        const ssize_t written = write(front->log_fd, text + at, n + 1 - at);
        if (written > 0) {
            at += (size_t)written;
        } else if (errno != EINTR) {
            if (!front->failed)
                g_set_error(&front->failed, NODE_ERROR, NODE_ERROR_USAGE,
                            "%s: cannot be written: %s", front->options->log_json,
                            g_strerror(errno));
            node_mailbox_post(&front->chain_inbox, node_input_new(NODE_INPUT_QUIT, 0));
            return;
        }
    }
}

static void take_event(Front *front, const NodeReport *report)
{
    size_t n = 0;
    const char *line = json_object_to_json_string_length(report->json, JSON_C_TO_STRING_PLAIN, &n);
    if (front->log_fd >= 0 && !front->failed)
        write_log(front, line, n);
    if (front->control)
        node_control_event(front->control, line, n);
    if (report->text && !front->options->quiet)
        front->say(report->text);
}

static void take_report(Front *front, const NodeReport *report)
{
    switch (report->kind) {
    case NODE_REPORT_ANSWER:
        if (front->control)
            node_control_answer(front->control, report->client, report->json);
        break;
    case NODE_REPORT_EVENT:
        take_event(front, report);
        break;
    case NODE_REPORT_FAILED:
        if (!front->failed)
            g_set_error_literal(&front->failed, NODE_ERROR, NODE_ERROR_CHAIN, report->text);
        break;
    case NODE_REPORT_ENDED:
        front->has_ended = true;
        break;
    }
}

/* --- the sources ----------------------------------------------------------------------------- */

typedef struct FrontSource {
    GSource source;
    Front *front;
} FrontSource;

static gboolean dispatch_inbox(GSource *source, GSourceFunc callback, gpointer user_data)
{
    (void)callback;
    (void)user_data;
    Front *front = ((FrontSource *)source)->front;
    node_mailbox_take(&front->inbox, &front->reports);
    for (guint i = 0; i < front->reports->len; i++) {
        NodeReport *report = g_ptr_array_index(front->reports, i);
        take_report(front, report);
        node_report_free(report);
    }
    g_ptr_array_set_size(front->reports, 0);
    return G_SOURCE_CONTINUE;
}

static gboolean dispatch_signal(GSource *source, GSourceFunc callback, gpointer user_data)
{
    (void)callback;
    (void)user_data;
    Front *front = ((FrontSource *)source)->front;
    uint64_t count;
    const ssize_t ignored = read(signal_fd, &count, sizeof count);
    (void)ignored;
    node_mailbox_post(&front->chain_inbox, node_input_new(NODE_INPUT_QUIT, 0));
    return G_SOURCE_CONTINUE;
}

static GSource *watch(Front *front, GSourceFuncs *functions, int fd)
{
    GSource *source = g_source_new(functions, sizeof(FrontSource));
    ((FrontSource *)source)->front = front;
    g_source_add_unix_fd(source, fd, G_IO_IN);
    g_source_attach(source, front->context);
    return source;
}

static void unwatch(GSource *source)
{
    g_source_destroy(source);
    g_source_unref(source);
}

/* --- start and end --------------------------------------------------------------------------- */

static bool open_log(Front *front, GError **error)
{
    const char *path = front->options->log_json;
    front->log_fd = -1;
    if (!path)
        return true;
    front->log_fd = strcmp(path, "-") == 0
                        ? STDOUT_FILENO
                        : open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (front->log_fd >= 0)
        return true;
    g_set_error(error, NODE_ERROR, NODE_ERROR_USAGE, "--log-json=%s: %s", path, g_strerror(errno));
    return false;
}

/* The chain as it is on the disk. */
typedef struct Opened {
    BnetStore store;
    NodeChainStore *disk;
    NodeChainStart start;
    int64_t origin_us;
} Opened;

static bool open_chain(const NodeOptions *options, Opened *opened, GError **error)
{
    BnetWireGenesis genesis;
    NodeChainStoreConfig config = {
        .folder = options->data_dir,
        .producers = options->first_producers,
        .extensions = options->eosio_2,
        .lib_may_fall = options->is_eosio_1_7,
    };
    if (options->genesis_json) {
        if (!node_genesis_read(options->genesis_json, &genesis, error))
            return false;
        config.genesis = &genesis;
    }
    node_chain_now(options, &config.zero_slot, &opened->origin_us);
    opened->disk = node_chain_store_open(&config, &opened->store, &opened->start, error);
    return opened->disk != NULL;
}

static void close_chain(Opened *opened)
{
    node_chain_start_clear(&opened->start);
    bnet_store_finish(&opened->store);
    node_chain_store_close(opened->disk);
}

static void start_threads(Front *front)
{
    const NodeOptions *options = front->options;
    const NodeLimits limits = {
        .handshake_ns = options->handshake_ns,
        .close_ns = options->close_ns,
        .connect_ns = options->connect_ns,
        .strangers = options->max_sessions,
        .message_max = BNET_WIRE_MESSAGE_BYTES_MAX,
        .eosio_2 = options->eosio_2,
        .takes_text = options->is_eosio_1_7,
        .one_behind = options->is_eosio_1_7,
        .close_waits = options->is_eosio_1_7,
    };
    for (uint32_t i = 0; i < options->threads; i++)
        front->threads[i] = node_io_thread_start(&limits, &front->chain_inbox);
}

static bool start_listening(Front *front, GError **error)
{
    const NodeListenerConfig config = {
        .endpoint = front->options->endpoint,
        .threads = front->threads,
        .n_threads = front->options->threads,
        .chain = &front->chain_inbox,
    };
    front->listener = node_listener_new(front->context, &config, error);
    return front->listener != NULL;
}

static bool start_control(Front *front, GError **error)
{
    if (!front->options->control)
        return true;
    front->control =
        node_control_new(front->context, front->options->control, &front->chain_inbox, error);
    return front->control != NULL;
}

static void start_chain(Front *front, Opened *opened)
{
    const NodeChainConfig config = {
        .options = front->options,
        .threads = front->threads,
        .inbox = &front->chain_inbox,
        .front = &front->inbox,
        .listening = node_listener_address(front->listener),
        .origin_us = opened->origin_us,
    };
    front->chain = node_chain_start(&config, &opened->store, opened->disk, &opened->start);
}

static void stop_threads(Front *front)
{
    for (uint32_t i = 0; i < front->options->threads; i++)
        node_io_thread_post(front->threads[i], node_order_new(NODE_ORDER_QUIT, 0));
    for (uint32_t i = 0; i < front->options->threads; i++)
        node_io_thread_join(front->threads[i]);
}

static void run(Front *front)
{
    static GSourceFuncs inbox_functions = {.dispatch = dispatch_inbox};
    static GSourceFuncs signal_functions = {.dispatch = dispatch_signal};
    GSource *inbox = watch(front, &inbox_functions, node_mailbox_fd(&front->inbox));
    GSource *signals = watch(front, &signal_functions, signal_fd);
    while (!front->has_ended)
        g_main_context_iteration(front->context, TRUE);
    unwatch(inbox);
    unwatch(signals);
}

static void free_input(gpointer input)
{
    node_input_free(input);
}

static void free_report(gpointer report)
{
    node_report_free(report);
}

/* The options' notes are told as lines alone. */
static void say_notes(const Front *front)
{
    for (guint i = 0; i < front->options->notes->len && !front->options->quiet; i++)
        front->say(g_ptr_array_index(front->options->notes, i));
}

static NodeEnd run_with_chain(Front *front, Opened *opened, GError **error)
{
    start_threads(front);
    const bool is_ready = start_listening(front, error) && start_control(front, error);
    if (is_ready) {
        say_notes(front);
        start_chain(front, opened);
        run(front);
    } else {
        close_chain(opened);
    }
    node_listener_free(front->listener);
    stop_threads(front);
    node_chain_join(front->chain);
    node_control_free(front->control);
    if (!is_ready)
        return NODE_END_NOT_BEGUN;
    if (!front->failed)
        return NODE_END_ASKED;
    g_propagate_error(error, g_steal_pointer(&front->failed));
    return NODE_END_BROKEN;
}

NodeEnd node_front_run(const NodeOptions *options, NodeSay *say, GError **error)
{
    Front front = {.options = options, .say = say};
    Opened opened = {0};
    if (!open_log(&front, error))
        return NODE_END_NOT_BEGUN;
    NodeEnd end = NODE_END_NOT_BEGUN;
    if (open_chain(options, &opened, error)) {
        install_signals();
        front.context = g_main_context_new();
        front.reports = g_ptr_array_new();
        node_mailbox_init(&front.inbox);
        node_mailbox_init(&front.chain_inbox);
        end = run_with_chain(&front, &opened, error);
        node_mailbox_finish(&front.chain_inbox, free_input);
        node_mailbox_finish(&front.inbox, free_report);
        g_ptr_array_unref(front.reports);
        g_main_context_unref(front.context);
    }
    if (front.log_fd > STDERR_FILENO)
        (void)close(front.log_fd);
    return end;
}
