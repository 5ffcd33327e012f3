/* SPDX-License-Identifier: Apache-2.0 */

/* bnetlab devnet: a development network of nodes over real sockets. */

#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "sim/cli/cli.h"
#include "sim/cli/devnet_table.h"
#include "sim/cli/interrupt.h"

#define DEGREE_FULL_MAX 8u /* so many nodes are linked with everybody if nothing is said */
#define DEGREE_DEFAULT 4
#define SECONDS_MAX 31536000
#define INTERVAL_MAX_S 3600
#define SLICE_US 50000 /* how soon a signal or a death is seen */

typedef struct Options {
    gint peers;
    gint producers;
    gint degree;
    gint port;
    gint duration_s;
    gint interval_s;
    gboolean no_restart;
    gboolean log_json;
    gboolean json;
    char *data_dir;
    char *profile;
} Options;

static DevnetTable *table; /* NULL: nothing is shown; for on_line() alone, which has no argument */

static void on_line(const char *line)
{
    devnet_table_clear(table);
    cli_error("devnet: %s", line);
}

/* --- options --------------------------------------------------------------------------------- */

static const CliUsage usage = {
    .name = "devnet",
    .parameters = "",
    .summary = "Runs a network of nodes over real sockets of this machine, which make blocks.",
    .description =
        "It runs until Ctrl-C, or for --duration. Then it is judged whether the nodes agree.\n\n"
        "Exit status: 0 they agree, 1 they do not or one does not run, 2 bad usage or it cannot\n"
        "start, 3 internal error.\n",
};

static bool in_range(const char *name, gint value, gint least, gint most)
{
    if (value >= least && value <= most)
        return true;
    cli_error("devnet: --%s=%d: allowed is a number from %d to %d", name, value, least, most);
    return false;
}

static bool check_options(const Options *options)
{
    if (!in_range("peers", options->peers, 1, DEVNET_PEERS_MAX) ||
        !in_range("producers", options->producers, 1, options->peers) ||
        !in_range("degree", options->degree, 0, DEVNET_PEERS_MAX - 2) ||
        !in_range("duration", options->duration_s, 0, SECONDS_MAX) ||
        !in_range("interval", options->interval_s, 1, INTERVAL_MAX_S) ||
        !in_range("port", options->port, 0, 65536 - options->peers))
        return false;
    if (options->degree % 2 != 0) {
        cli_error("devnet: --degree=%d: allowed is an even number", options->degree);
        return false;
    }
    if (!options->profile || strcmp(options->profile, "documented") == 0 ||
        strcmp(options->profile, "eosio-1.7") == 0)
        return true;
    cli_error("devnet: --profile=%s: allowed are documented and eosio-1.7", options->profile);
    return false;
}

/* False: end with *ret_status. */
static bool parse(Options *options, int argc, char **argv, int *ret_status)
{
    const GOptionEntry entries[] = {
        {"peers", 0, 0, G_OPTION_ARG_INT, &options->peers, "How many nodes, 1 to 64 (default: 5)",
         "N"},
        {"producers", 0, 0, G_OPTION_ARG_INT, &options->producers,
         "How many of them make blocks in turn (default: 1)", "N"},
        {"degree", 0, 0, G_OPTION_ARG_INT, &options->degree,
         "Links of a node in a ring, even; 0: with everybody (default: 0 up to 8 nodes, else 4)",
         "N"},
        {"duration", 0, 0, G_OPTION_ARG_INT, &options->duration_s,
         "End after so many seconds; 0: never (default)", "S"},
        {"data-dir", 0, 0, G_OPTION_ARG_FILENAME, &options->data_dir,
         "Where the chains are kept (default: a temporary folder)", "FOLDER"},
        {"port", 0, 0, G_OPTION_ARG_INT, &options->port,
         "Of the first node, the next has the next; 0: any that are free (default)", "PORT"},
        {"profile", 0, 0, G_OPTION_ARG_STRING, &options->profile,
         "documented or eosio-1.7, as of bnetlab node", "PROFILE"},
        {"no-restart", 0, 0, G_OPTION_ARG_NONE, &options->no_restart, "Do not start again who dies",
         NULL},
        {"log-json", 0, 0, G_OPTION_ARG_NONE, &options->log_json,
         "Write each node's events to a file of the folder", NULL},
        {"interval", 0, 0, G_OPTION_ARG_INT, &options->interval_s,
         "Seconds between two states of the nodes (default: 1 on a terminal, else 5)", "S"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &options->json, "States as lines of JSON", NULL},
        G_OPTION_ENTRY_NULL,
    };
    *ret_status = CLI_BAD_INPUT;
    if (!cli_parse(&usage, entries, &argc, &argv, ret_status))
        return false;
    if (argc > 1) {
        cli_error("devnet: \"%s\" is no option", argv[1]);
        return false;
    }
    if (options->degree == G_MININT)
        options->degree = options->peers <= (gint)DEGREE_FULL_MAX ? 0 : DEGREE_DEFAULT;
    return check_options(options);
}

/* --- the folder ------------------------------------------------------------------------------ */

/* Removes a folder and what is in it: that of ours, which nobody named. */
static void remove_folder(const char *path)
{
    GDir *dir = g_dir_open(path, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *inner = g_build_filename(path, name, NULL);
        if (g_file_test(inner, G_FILE_TEST_IS_DIR) && !g_file_test(inner, G_FILE_TEST_IS_SYMLINK))
            remove_folder(inner);
        else
            (void)g_unlink(inner);
    }
    if (dir)
        g_dir_close(dir);
    (void)g_rmdir(path);
}

/* --- running --------------------------------------------------------------------------------- */

static bool start_all(Devnet *devnet, const Options *options, gint *signal_number, GError **error)
{
    for (gint i = 0; i < options->peers && g_atomic_int_get(signal_number) == 0; i++)
        if (!devnet_start_next(devnet, error))
            return false;
    return true;
}

/* Until a signal, the end of the time, or of who reads. */
static void watch(Devnet *devnet, const Options *options, gint *signal_number)
{
    const gint64 began_us = g_get_monotonic_time();
    const gint64 duration_us = (gint64)options->duration_s * G_USEC_PER_SEC;
    const gint64 interval_us = (gint64)options->interval_s * G_USEC_PER_SEC;
    gint64 next_us = began_us;
    while (g_atomic_int_get(signal_number) == 0 && !cli_write_failed()) {
        const gint64 now_us = g_get_monotonic_time();
        devnet_mend(devnet);
        if (now_us >= next_us) {
            devnet_ask(devnet);
            devnet_table_show(table, devnet);
            next_us = now_us + interval_us;
        }
        if (duration_us > 0 && now_us - began_us >= duration_us)
            return;
        g_usleep(SLICE_US);
    }
}

/* What there is to say at the end, and the exit status. */
static int judge(Devnet *devnet)
{
    int64_t lib = 0;
    g_autoptr(GString) why = g_string_new(NULL);
    const bool is_agreed = devnet_agrees(devnet, &lib, why);
    devnet_table_show(table, devnet);
    devnet_table_verdict(table, is_agreed, lib, why->str);
    const bool is_ended = devnet_stop(devnet);
    if (cli_write_failed())
        return CLI_INTERNAL;
    return is_agreed && is_ended ? CLI_OK : CLI_FAILED;
}

static int run(const Options *options, const char *folder)
{
    g_autoptr(GError) error = NULL;
    const DevnetOptions network = {
        .folder = folder,
        .n_peers = (uint32_t)options->peers,
        .n_producers = (uint32_t)options->producers,
        .degree = (uint32_t)options->degree,
        .port = (uint16_t)options->port,
        .restarts = !options->no_restart,
        .logs_events = options->log_json,
        .is_eosio_1_7 = g_strcmp0(options->profile, "eosio-1.7") == 0,
    };
    gint *signal_number = interrupt_install();
    g_autoptr(Devnet) devnet = devnet_new(&network, on_line, &error);
    if (!devnet || !start_all(devnet, options, signal_number, &error)) {
        cli_error("devnet: %s", error->message);
        return CLI_BAD_INPUT;
    }
    g_autofree char *line =
        g_strdup_printf("%d node%s, of which %d make%s blocks; their data is in %s", options->peers,
                        options->peers == 1 ? "" : "s", options->producers,
                        options->producers == 1 ? "s" : "", folder);
    on_line(line);
    watch(devnet, options, signal_number);
    return judge(devnet);
}

static int run_in_folder(const Options *options)
{
    g_autoptr(GError) error = NULL;
    if (options->data_dir)
        return run(options, options->data_dir);
    g_autofree char *folder = g_dir_make_tmp("bnetlab-devnet-XXXXXX", &error);
    if (!folder) {
        cli_error("devnet: %s", error->message);
        return CLI_BAD_INPUT;
    }
    const int status = run(options, folder);
    /* Who asks for logs wants to read them. */
    if (status == CLI_FAILED || (options->log_json && status != CLI_BAD_INPUT))
        cli_error("devnet: %s is left behind", folder);
    else
        remove_folder(folder);
    return status;
}

int cli_devnet(int argc, char **argv)
{
    Options options = {.peers = 5, .producers = 1, .degree = G_MININT};
    int status;
    options.interval_s = isatty(STDOUT_FILENO) ? 1 : 5;
    if (parse(&options, argc, argv, &status)) {
        table = devnet_table_new(options.json, (uint32_t)options.peers);
        status = run_in_folder(&options);
        g_clear_pointer(&table, devnet_table_free);
    }
    g_free(options.data_dir);
    g_free(options.profile);
    return status;
}
