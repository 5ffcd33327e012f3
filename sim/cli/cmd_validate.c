/* SPDX-License-Identifier: Apache-2.0 */

/* bnetlab validate: checks scenario files. */

#include "reports/format.h"
#include "sim/cli/cli.h"
#include "sim/cli/inputs.h"
#include "sim/memory.h"

typedef struct Options {
    gboolean links;
    char **sets;
    char **arguments;
} Options;

static void write_ok(const Scenario *scenario, const char *path)
{
    g_autoptr(GString) out = g_string_new(path);
    g_string_append_printf(out, ": ok (%u peer%s, %u link%s, ", scenario->n_peers,
                           scenario->n_peers == 1 ? "" : "s", scenario->n_links,
                           scenario->n_links == 1 ? "" : "s");
    report_append_span(out, scenario->duration_ns);
    g_string_append(out, " s, about ");
    report_append_bytes(out, sim_memory_estimate(scenario, 1).total);
    g_string_append(out, " of memory)\n");
    cli_write(out->str, out->len);
}

/* A rule may be meant for links that a random topology happens not to have, so it is no mistake. */
static void note_idle_rules(const Scenario *scenario, const char *path)
{
    for (uint32_t i = 0; i < scenario->n_idle_link_rules; i++) {
        cli_error(
            "note: %s: /links/between/%u concerns no link; --links lists those that there are",
            path, scenario->idle_link_rules[i]);
    }
}

/* A line for each link: who dials, who is dialled. */
static void write_links(const Scenario *scenario)
{
    g_autoptr(GString) out = g_string_new(NULL);
    for (uint32_t i = 0; i < scenario->n_links; i++) {
        g_autofree char *from = scenario_peer_name(scenario, scenario->links[i].from);
        g_autofree char *to = scenario_peer_name(scenario, scenario->links[i].to);
        g_string_append_printf(out, "%s %s\n", from, to);
    }
    cli_write(out->str, out->len);
}

static int validate_all(const CliPaths *paths, const CliOverrides *overrides, bool links)
{
    int status = CLI_OK;
    for (guint i = 0; i < paths->files->len; i++) {
        const char *path = g_ptr_array_index(paths->files, i);
        g_autoptr(GError) error = NULL;
        g_autoptr(Scenario) scenario = cli_load(path, overrides, &error);
        if (scenario != NULL) {
            write_ok(scenario, path);
            note_idle_rules(scenario, path);
            if (links) {
                write_links(scenario);
            }
        } else {
            g_printerr("%s\n", error->message);
            status = CLI_BAD_INPUT;
        }
    }
    return cli_write_failed() ? CLI_INTERNAL : status;
}

static int validate(const Options *options)
{
    g_autoptr(GError) error = NULL;
    CliPaths paths;
    if (!cli_paths_init(&paths, options->arguments, &error)) {
        cli_error("validate: %s", error->message);
        return CLI_BAD_INPUT;
    }
    int status = CLI_BAD_INPUT;
    CliOverrides overrides;
    if (cli_overrides_init(&overrides, options->sets, NULL, &error)) {
        status = validate_all(&paths, &overrides, options->links);
        cli_overrides_finish(&overrides);
    } else {
        cli_error("validate: %s", error->message);
    }
    cli_paths_finish(&paths);
    return status;
}

int cli_validate(int argc, char **argv)
{
    static const CliUsage usage = {
        .name = "validate",
        .parameters = "SCENARIO...",
        .summary = "Checks scenario files without running them.\n\n" CLI_FOLDER_HELP,
        .description = "Exit status: 0 all are right, 2 at least one is not.\n\n"
                       "Example:\n  bnetlab validate scenarios/",
    };
    Options options = {0};
    const GOptionEntry entries[] = {
        {"set", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING_ARRAY, &options.sets,
         "Set a value of every scenario (repeatable)", "/POINTER=VALUE"},
        {"links", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE, &options.links,
         "List the links: who dials, who is dialled", NULL},
        {G_OPTION_REMAINING, 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_FILENAME_ARRAY, &options.arguments,
         NULL, NULL},
        G_OPTION_ENTRY_NULL,
    };
    int status = CLI_OK;
    if (cli_parse(&usage, entries, &argc, &argv, &status)) {
        status = validate(&options);
    }
    g_strfreev(options.sets);
    g_strfreev(options.arguments);
    return status;
}
