/* SPDX-License-Identifier: Apache-2.0 */

/* Finds the subcommand. */

#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/cli/cli.h"
#include "version.h"

typedef struct Command {
    const char *name;
    const char *summary;
    int (*run)(int argc, char **argv);
} Command;

static const Command commands[] = {
    {"run", "Run scenarios and judge them", cli_run},
    {"diff", "Show where two runs part", cli_diff},
    {"explore", "Run random scenarios", cli_explore},
    {"validate", "Check scenario files without running them", cli_validate},
    {"conform", "Compare with recorded cases", cli_conform},
    {"parity", "Run scenarios in the simulator and over sockets", cli_parity},
    {"decode", "Show what bytes of the protocol say", cli_decode},
    {"node", "Run a node over real sockets", cli_node},
    {"devnet", "Run a network of nodes over real sockets", cli_devnet},
};

#define WORD_MAX 16u /* longer words are no slip of a subcommand's name */

/* Edits (insert, delete, replace, swap of neighbours) that make a word of another; both at most
 * WORD_MAX long. */
static size_t distance(const char *a, const char *b)
{
    size_t d[WORD_MAX + 1][WORD_MAX + 1];
    size_t a_len = strlen(a);
    size_t b_len = strlen(b);
    for (size_t i = 0; i <= a_len; i++) {
        for (size_t j = 0; j <= b_len; j++) {
            if (i == 0 || j == 0) {
                d[i][j] = i + j;
                continue;
            }
            size_t replaced = d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            d[i][j] = MIN(MIN(d[i - 1][j], d[i][j - 1]) + 1, replaced);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                d[i][j] = MIN(d[i][j], d[i - 2][j - 2] + 1);
            }
        }
    }
    return d[a_len][b_len];
}

static const Command *nearest_command(const char *word)
{
    const Command *nearest = NULL;
    size_t least = 3;
    for (size_t i = 0; i < G_N_ELEMENTS(commands) && strlen(word) <= WORD_MAX; i++) {
        size_t edits = distance(word, commands[i].name);
        if (edits < least) {
            least = edits;
            nearest = &commands[i];
        }
    }
    return nearest;
}

static const Command *find_command(const char *word)
{
    for (size_t i = 0; i < G_N_ELEMENTS(commands); i++) {
        if (strcmp(word, commands[i].name) == 0) {
            return &commands[i];
        }
    }
    return NULL;
}

static char *usage_text(void)
{
    GString *out = g_string_new("Usage: bnetlab COMMAND [OPTION...] [ARGUMENT...]\n\n"
                                "Simulator and test bench for the bnet protocol.\n\nCommands:\n");
    for (size_t i = 0; i < G_N_ELEMENTS(commands); i++) {
        g_string_append_printf(out, "  %-10s %s\n", commands[i].name, commands[i].summary);
    }
    g_string_append(
        out, "  help       Show the help of a command\n"
             "\nOptions:\n"
             "  -h, --help Show this help; after a command, that of the command\n"
             "  --version  Show the version\n"
             "\nExamples:\n"
             "  bnetlab run scenarios/basics/quickstart.json\n"
             "  bnetlab run --junit report.xml scenarios/\n"
             "  bnetlab explore --seeds 1000\n"
             "  bnetlab validate scenarios/\n"
             "  bnetlab parity scenarios/parity/\n"
             "  bnetlab decode 0200\n"
             "  bnetlab conform blocks blocks.log\n"
             "  bnetlab node --data-dir chain --bnet-connect peer.example.org:4321\n"
             "  bnetlab devnet --peers 5\n"
             "\nExit status:\n"
             "  0  run: all expectations met; explore: nothing was violated; validate:\n"
             "     all scenarios are valid; conform: all cases agree; decode: decoded;\n"
             "     diff: the runs are equal; node: it was asked to end;\n"
             "     devnet: the nodes agree; parity: both arms do\n"
             "  1  run: an expectation or property failed; explore: the same in a seed;\n"
             "     conform: some cases disagree; diff: the runs differ; devnet: they do not\n"
             "     agree; parity: the arms differ\n"
             "  2  bad usage or input; conform: also no case; decode: it does not decode;\n"
             "     node, devnet: it cannot start; parity: also what cannot run over sockets\n"
             "  3  internal error, or output could not be written (a pipe that is closed\n"
             "     early, as by head, is not told of)\n"
             "  128 + n  run: stopped by signal n; explore: the same\n");
    return g_string_free(out, FALSE);
}

static int show(const char *text)
{
    cli_write(text, strlen(text));
    return cli_write_failed() ? CLI_INTERNAL : CLI_OK;
}

static int refuse(const char *word)
{
    const Command *nearest = nearest_command(word);
    if (word[0] == '-') {
        cli_error("unknown option %s; those of a command stand behind it (see bnetlab --help)",
                  word);
    } else if (nearest != NULL) {
        cli_error("there is no command '%s'; did you mean '%s'?", word, nearest->name);
    } else if (g_file_test(word, G_FILE_TEST_EXISTS)) {
        cli_error("there is no command '%s'; did you mean 'bnetlab run %s'?", word, word);
    } else {
        cli_error("there is no command '%s'; see bnetlab --help", word);
    }
    return CLI_BAD_INPUT;
}

/* "help" and "help COMMAND". */
static int help(int argc, char **argv, const char *usage)
{
    static char option[] = "--help";
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        return show(usage);
    }
    if (argc > 2) {
        cli_error("help: at most one command can follow");
        return CLI_BAD_INPUT;
    }
    const Command *command = find_command(argv[1]);
    if (command == NULL) {
        return refuse(argv[1]);
    }
    char *arguments[] = {argv[1], option, NULL};
    return command->run(2, arguments);
}

/* A failed assertion has said on standard error what is wrong. */
static void on_abort(int number)
{
    (void)number;
    static const char text[] = "bnetlab: internal error\n";
    ssize_t ignored = write(STDERR_FILENO, text, sizeof text - 1);
    (void)ignored;
    _exit(CLI_INTERNAL);
}

static void prepare_process(void)
{
    /* The character set alone: numbers look the same everywhere. */
    (void)setlocale(LC_CTYPE, "");
    /* A closed pipe is an error of the write. */
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGABRT, on_abort);
    g_set_prgname("bnetlab");
}

int main(int argc, char **argv)
{
    prepare_process();
    cli_set_program(argv[0]);
    g_autofree char *usage = usage_text();
    if (argc < 2) {
        g_printerr("%s", usage);
        return CLI_BAD_INPUT;
    }
    const char *word = argv[1];
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
        return show(usage);
    }
    if (strcmp(word, "--version") == 0) {
        return show("bnetlab " BNETLAB_VERSION "\n");
    }
    if (strcmp(word, "help") == 0) {
        return help(argc - 1, argv + 1, usage);
    }
    const Command *command = find_command(word);
    return command != NULL ? command->run(argc - 1, argv + 1) : refuse(word);
}
