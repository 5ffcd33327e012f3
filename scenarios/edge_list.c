/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/edge_list.h"

#include <stdarg.h>
#include <string.h>

#include "scenarios/file_text.h"
#include "scenarios/topology.h"
#include "scenarios/units.h"

typedef struct EdgeFile {
    ScenarioReader *reader;
    uint32_t node; /* the file's name in the scenario */
    const char *path;
    const char *at; /* the text ends with NUL */
    const char *line_start;
    uint32_t line;
} EdgeFile;

static bool G_GNUC_PRINTF(4, 5)
    fail(EdgeFile *file, uint32_t line, const char *at, const char *format, ...)
{
    const glong column = at == NULL ? 1 : (glong)(at - file->line_start) + 1;
    g_autofree char *place =
        g_strdup_printf("%s:%u:%ld: /topology/file: ", file->path, line, column);
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return scenario_reader_fail_elsewhere(file->reader, file->node, place, "%s", text);
}

static void skip_spaces(EdgeFile *file)
{
    while (*file->at == ' ' || *file->at == '\t') {
        file->at++;
    }
}

static bool at_line_end(const EdgeFile *file)
{
    return *file->at == '\n' || *file->at == '\0' || (file->at[0] == '\r' && file->at[1] == '\n');
}

/* Reads a number of at most 15 digits; `what` is what stands there: "the number of links". */
static bool read_number(EdgeFile *file, const char *what, uint64_t *ret_number)
{
    uint64_t number = 0;

    skip_spaces(file);
    const char *begin = file->at;

    while (g_ascii_isdigit(*file->at) && file->at - begin < 15) {
        number = number * 10u + (uint64_t)(*file->at++ - '0');
    }
    if (file->at == begin || !(at_line_end(file) || *file->at == ' ' || *file->at == '\t')) {
        return fail(file, file->line, begin, "expected %s, a decimal number", what);
    }
    *ret_number = number;
    return true;
}

/* Moves behind the end of the line, where nothing else may stand. */
static bool end_line(EdgeFile *file, const char *form)
{
    skip_spaces(file);
    if (!at_line_end(file)) {
        return fail(file, file->line, file->at, "a line has the form \"%s\"; there is more", form);
    }
    if (*file->at == '\r') {
        file->at++;
    }
    if (*file->at == '\n') {
        file->at++;
        file->line++;
        file->line_start = file->at;
    }
    return true;
}

static bool read_first_line(EdgeFile *file, uint32_t *ret_n_links)
{
    const uint32_t n_peers = file->reader->scenario->n_peers;
    uint64_t nodes = 0;
    uint64_t links = 0;

    if (!read_number(file, "the number of peers", &nodes)) {
        return false;
    }
    if (nodes != n_peers) {
        return fail(file, 1, NULL,
                    "the file is for %" G_GUINT64_FORMAT " peers, but the scenario has %u", nodes,
                    n_peers);
    }
    skip_spaces(file);
    const char *begin = file->at;

    if (!read_number(file, "the number of links", &links)) {
        return false;
    }
    if (links > SCENARIO_LINKS_MAX) {
        return fail(file, 1, begin,
                    "%" G_GUINT64_FORMAT " links are too many; at most %u are allowed", links,
                    SCENARIO_LINKS_MAX);
    }
    *ret_n_links = (uint32_t)links;
    return end_line(file, "peers links");
}

static bool read_peer(EdgeFile *file, const char *what, uint32_t *ret_peer)
{
    const uint32_t n_peers = file->reader->scenario->n_peers;
    uint64_t peer = 0;

    skip_spaces(file);
    const char *begin = file->at;

    if (!read_number(file, what, &peer)) {
        return false;
    }
    if (peer >= n_peers) {
        return fail(file, file->line, begin,
                    "peer %" G_GUINT64_FORMAT " does not exist; there are peers 0 to %u", peer,
                    n_peers - 1);
    }
    *ret_peer = (uint32_t)peer;
    return true;
}

static bool read_latency(EdgeFile *file, int64_t *latency_ns)
{
    const uint64_t most_us = (uint64_t)SCENARIO_LATENCY_MAX_NS / 1000u;
    uint64_t latency_us = 0;

    skip_spaces(file);
    if (at_line_end(file)) {
        return true;
    }
    const char *begin = file->at;

    if (!read_number(file, "a latency in microseconds", &latency_us)) {
        return false;
    }
    if (latency_us == 0 || latency_us > most_us) {
        return fail(file, file->line, begin,
                    "a latency of %" G_GUINT64_FORMAT
                    " us is out of range; allowed is 1 to %" G_GUINT64_FORMAT,
                    latency_us, most_us);
    }
    *latency_ns = (int64_t)latency_us * 1000;
    return true;
}

static bool read_edge(EdgeFile *file, ScenarioLink *link)
{
    if (!read_peer(file, "the peer that dials", &link->from)) {
        return false;
    }
    skip_spaces(file);
    const char *begin = file->at;

    if (!read_peer(file, "the peer that is dialled", &link->to)) {
        return false;
    }
    if (link->from == link->to) {
        return fail(file, file->line, begin, "peer %u cannot be linked with itself", link->to);
    }
    return read_latency(file, &link->latency_ns) && end_line(file, "from to [latency_us]");
}

/* Finds the first line that links two peers again. */
static bool check_no_double(EdgeFile *file, const GArray *links)
{
    uint32_t first = 0;
    uint32_t second = 0;

    if (!scenario_topology_find_double(links, &first, &second)) {
        return true;
    }
    const ScenarioLink *link = &g_array_index(links, ScenarioLink, second);

    return fail(file, second + 2, NULL, "peers %u and %u are linked already, in line %u",
                MIN(link->from, link->to), MAX(link->from, link->to), first + 2);
}

static bool read_edges(EdgeFile *file, GArray *links)
{
    uint32_t n_links = 0;

    if (!read_first_line(file, &n_links)) {
        return false;
    }
    for (uint32_t i = 0; i < n_links; i++) {
        ScenarioLink link = {0};

        if (*file->at == '\0') {
            return fail(file, file->line, file->at,
                        "the file ends after %u links, but its first line says %u", i, n_links);
        }
        if (!read_edge(file, &link)) {
            return false;
        }
        g_array_append_val(links, link);
    }
    if (*file->at != '\0') {
        return fail(file, file->line, file->at,
                    "the file goes on after the %u links that its first line says", n_links);
    }
    return check_no_double(file, links);
}

bool scenario_edge_list_read(ScenarioReader *reader, uint32_t node, GArray *links)
{
    g_autofree char *path = scenario_reader_path(reader, node);
    g_autoptr(GError) error = NULL;

    if (path == NULL) {
        return false;
    }
    g_autofree char *text = scenario_file_text(path, SCENARIO_EDGE_FILE_BYTES_MAX, NULL, &error);

    if (text == NULL) {
        return scenario_reader_fail(reader, node, "%s", error->message);
    }
    EdgeFile file = {
        .reader = reader, .node = node, .path = path, .at = text, .line_start = text, .line = 1};

    return read_edges(&file, links);
}
