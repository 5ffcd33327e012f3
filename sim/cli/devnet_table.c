/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/cli/devnet_table.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "sim/cli/cli.h"

/* Of the terminal: what is wider than it is cut off, so that a row is a line of it. */
#define NO_WRAP "\033[?7l"
#define WRAP "\033[?7h"

#define ID_DIGITS 16 /* of an id in the table: its number, and enough to tell forks */

struct DevnetTable {
    bool is_json;
    bool is_terminal;
    uint32_t n_peers;
    uint32_t drawn; /* lines that stand on the terminal */
};

DevnetTable *devnet_table_new(bool is_json, uint32_t n_peers)
{
    DevnetTable *table = g_new0(DevnetTable, 1);
    table->is_json = is_json;
    table->is_terminal =
        !is_json && isatty(STDOUT_FILENO) != 0 && g_strcmp0(g_getenv("TERM"), "dumb") != 0;
    table->n_peers = n_peers;
    return table;
}

void devnet_table_free(DevnetTable *table)
{
    g_free(table);
}

void devnet_table_clear(DevnetTable *table)
{
    if (!table || table->drawn == 0)
        return;
    g_autofree char *text = g_strdup_printf("\033[%uA\r\033[J", table->drawn);
    cli_write(text, strlen(text));
    table->drawn = 0;
}

static const char *state_text(DevnetState state)
{
    switch (state) {
    case DEVNET_RUNS:
        return "runs";
    case DEVNET_SILENT:
        return "silent";
    case DEVNET_ENDED:
        return "ended";
    }
    return "";
}

/* --- lines ----------------------------------------------------------------------------------- */

/* All texts are digits. */
static void append_block(GString *out, const char *key, int64_t number, const char *id)
{
    g_string_append_printf(out, ",\"%s\":{\"number\":%" G_GINT64_FORMAT, key, number);
    if (id[0])
        g_string_append_printf(out, ",\"id\":\"%s\"", id);
    g_string_append_c(out, '}');
}

static void append_json(GString *out, uint32_t index, const DevnetRow *row)
{
    g_string_append_printf(out, "{\"node\":%u,\"state\":\"%s\",\"pid\":%d,\"port\":%u", index + 1,
                           state_text(row->state), row->pid, row->port);
    append_block(out, "head", row->head, row->head_id);
    append_block(out, "lib", row->lib, row->lib_id);
    g_string_append_printf(out,
                           ",\"sessions\":%" G_GINT64_FORMAT ",\"messages_per_s\":%" G_GINT64_FORMAT
                           ",\"restarts\":%u}\n",
                           row->sessions, row->messages_per_s, row->restarts);
}

static void append_line(GString *out, uint32_t index, const DevnetRow *row)
{
    g_string_append_printf(out,
                           "node-%02u  pid %d  port %u  head %" G_GINT64_FORMAT
                           " %.*s  LIB %" G_GINT64_FORMAT "  sessions %" G_GINT64_FORMAT
                           "  %" G_GINT64_FORMAT " messages/s  %s",
                           index + 1, row->pid, row->port, row->head, ID_DIGITS, row->head_id,
                           row->lib, row->sessions, row->messages_per_s, state_text(row->state));
    if (row->restarts > 0)
        g_string_append_printf(out, ", %u times again", row->restarts);
    g_string_append_c(out, '\n');
}

/* --- the table ------------------------------------------------------------------------------- */

static void append_row(GString *out, uint32_t index, const DevnetRow *row)
{
    g_string_append_printf(out,
                           "node-%02u %8d %6u %9" G_GINT64_FORMAT " %-*.*s %9" G_GINT64_FORMAT
                           " %8" G_GINT64_FORMAT " %10" G_GINT64_FORMAT "  %s",
                           index + 1, row->pid, row->port, row->head, ID_DIGITS, ID_DIGITS,
                           row->head_id, row->lib, row->sessions, row->messages_per_s,
                           state_text(row->state));
    if (row->restarts > 0)
        g_string_append_printf(out, " (%u)", row->restarts);
    g_string_append_c(out, '\n');
}

/* Rows that fit on the terminal. */
static uint32_t count_rows(const DevnetTable *table)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0)
        return table->n_peers;
    return MIN(table->n_peers, MAX(size.ws_row, 5u) - 4u);
}

static void draw(DevnetTable *table, GString *out, const Devnet *devnet)
{
    const uint32_t n = count_rows(table);
    g_string_append_printf(out, NO_WRAP "%-7s %8s %6s %9s %-*s %9s %8s %10s  %s\n", "node", "pid",
                           "port", "head", ID_DIGITS, "", "LIB", "sessions", "messages/s", "state");
    for (uint32_t i = 0; i < n; i++)
        append_row(out, i, devnet_row(devnet, i));
    if (n < table->n_peers)
        g_string_append_printf(out, "and %u more\n", table->n_peers - n);
    g_string_append(out, WRAP);
    table->drawn = n + 1 + (n < table->n_peers ? 1 : 0);
}

void devnet_table_show(DevnetTable *table, const Devnet *devnet)
{
    g_autoptr(GString) out = g_string_new(NULL);
    devnet_table_clear(table);
    if (table->is_terminal)
        draw(table, out, devnet);
    for (uint32_t i = 0; i < table->n_peers && !table->is_terminal; i++) {
        if (table->is_json)
            append_json(out, i, devnet_row(devnet, i));
        else
            append_line(out, i, devnet_row(devnet, i));
    }
    cli_write(out->str, out->len);
}

void devnet_table_verdict(DevnetTable *table, bool is_agreed, int64_t lib, const char *why)
{
    g_autoptr(GString) out = g_string_new(NULL);
    g_autofree char *plain = g_strdelimit(g_strdup(why), "\"\\\n", '\'');
    table->drawn = 0; /* the last table stays */
    if (table->is_json && is_agreed)
        g_string_printf(out, "{\"agree\":true,\"lib\":%" G_GINT64_FORMAT "}\n", lib);
    else if (table->is_json)
        g_string_printf(out, "{\"agree\":false,\"why\":\"%s\"}\n", plain);
    else if (is_agreed)
        g_string_printf(out, "all nodes agree: block %" G_GINT64_FORMAT " is irreversible\n", lib);
    else
        g_string_printf(out, "the nodes do not agree: %s\n", why);
    cli_write(out->str, out->len);
}
