/* SPDX-License-Identifier: Apache-2.0 */

/* bnetlab node: a node of the protocol over real sockets. */

#include <string.h>

#include "node/front.h"
#include "sim/cli/cli.h"

static void say(const char *line)
{
    g_printerr("bnetlab: node: %s\n", line);
}

static int write_help(void)
{
    g_autofree char *text = node_options_help();
    g_autofree char *plain = g_get_charset(NULL) ? g_strdup(text) : g_str_to_ascii(text, "C");
    cli_write(plain, strlen(plain));
    return cli_write_failed() ? CLI_INTERNAL : CLI_OK;
}

static int run(const NodeOptions *options)
{
    g_autoptr(GError) error = NULL;
    const NodeEnd end = node_front_run(options, say, &error);
    if (end == NODE_END_ASKED)
        return CLI_OK;
    cli_error("node: %s", error->message);
    return end == NODE_END_NOT_BEGUN ? CLI_BAD_INPUT : CLI_INTERNAL;
}

int cli_node(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    NodeOptions options;
    bool help = false;
    int status = CLI_BAD_INPUT;
    g_set_prgname("bnetlab node");
    if (!node_options_parse(&options, argc, argv, &help, &error)) {
        cli_error("node: %s (see bnetlab node --help)", error->message);
    } else if (help) {
        status = write_help();
    } else {
        status = run(&options);
    }
    node_options_clear(&options);
    return status;
}
