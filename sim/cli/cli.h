/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_CLI_CLI_H
#define BNETLAB_SIM_CLI_CLI_H

/*
 * The program `bnetlab`: what its subcommands share.
 *
 * Results go to standard output, everything else to standard error. A failed write to standard
 * output is told once, but for a pipe that nobody reads any more, and makes the exit status
 * CLI_INTERNAL in either case.
 */

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

#include "reports/text.h"

/* Exit statuses. A run that was stopped by a signal ends with 128 plus its number. */
typedef enum CliExit {
    CLI_OK = 0,
    CLI_FAILED = 1, /* an expectation or a property does not hold */
    CLI_BAD_INPUT = 2,
    CLI_INTERNAL = 3,
    CLI_SIGNALLED = 128,
} CliExit;

/* Subcommands. argv[0] is the subcommand's name. They return an exit status. */
int cli_decode(int argc, char **argv);
int cli_diff(int argc, char **argv);
int cli_explore(int argc, char **argv);
int cli_run(int argc, char **argv);
int cli_validate(int argc, char **argv);
int cli_conform(int argc, char **argv);
int cli_parity(int argc, char **argv);
int cli_node(int argc, char **argv);
int cli_devnet(int argc, char **argv);

/* What the user called the program by: the environment variable BNETLAB_PROGRAM, which a wrapper
 * sets, else the first word of the command line. */
const char *cli_program(void);
void cli_set_program(const char *word);

/* Writes to standard output at once. */
void cli_write(const char *text, size_t len);

/* A write to standard output has failed. */
bool cli_write_failed(void);

/* "bnetlab: " and the message on standard error. */
void cli_error(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* How text on standard output is to look: colour on a terminal alone and without NO_COLOR. */
ReportStyle cli_style(void);

/*
 * Parses the options of a subcommand, "bnetlab <name> [OPTION...] <parameters>". What is left in
 * argv afterwards is no option. True: go on. False: end with *ret_status, for help was asked for
 * and has been written, or the options are wrong and the user has been told.
 */
typedef struct CliUsage {
    const char *name;
    const char *parameters;
    const char *summary;     /* under the usage line */
    const char *description; /* under the options */
} CliUsage;
bool cli_parse(const CliUsage *usage, const GOptionEntry *entries, int *argc, char ***argv,
               int *ret_status);

#endif
