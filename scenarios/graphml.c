/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/graphml.h"

#include <stdarg.h>
#include <string.h>

#include "scenarios/file_text.h"
#include "scenarios/topology.h"
#include "scenarios/units.h"

/* What the data of a key are, as bits. */
#define DATA_NAME 1u    /* of a node */
#define DATA_LATENCY 2u /* of an edge */
#define DATA_OTHER 4u

/* The element that is being read. */
typedef enum Place {
    PLACE_OUTSIDE,
    PLACE_GRAPHML,
    PLACE_KEY,
    PLACE_DEFAULT,
    PLACE_GRAPH,
    PLACE_NODE,
    PLACE_NODE_DATA,
    PLACE_EDGE,
    PLACE_EDGE_DATA,
} Place;

typedef struct GraphNode {
    char *id;
    const char *name; /* NULL: none */
    uint32_t line;
} GraphNode;

typedef struct GraphEdge {
    const char *source;
    const char *target;
    int64_t latency_ns; /* 0: none */
    uint32_t line;
} GraphEdge;

typedef struct GraphFile {
    ScenarioReader *reader;
    uint32_t node; /* the file's name in the scenario */
    const char *path;
    GMarkupParseContext *context;
    GStringChunk *strings;
    GHashTable *keys;     /* id to DATA bits; looked up, never iterated */
    GHashTable *node_ids; /* id to index + 1 in nodes; looked up, never iterated */
    GArray *nodes;        /* of GraphNode */
    GArray *edges;        /* of GraphEdge */
    GString *text;        /* of the data or default that is being read */
    int64_t default_latency_ns;
    uint32_t data; /* DATA bits of the data or key that is being read */
    uint32_t n_names;
    uint32_t skipped; /* depth in an element that is passed over */
    Place place;
    bool has_graph;
    bool failed; /* a mistake is noted */
} GraphFile;

/* ---- Mistakes -------------------------------------------------------------------------------- */

/* The line of what is being read. */
static uint32_t line_now(const GraphFile *file)
{
    gint line = 0;
    gint column = 0;

    /* The parser has moved past the '>' of a tag, and counts a line before its newline is read. */
    g_markup_parse_context_get_position(file->context, &line, &column);
    return (uint32_t)(line > 1 && column == 1 ? line - 1 : line);
}

static bool G_GNUC_PRINTF(3, 4) fail(GraphFile *file, uint32_t line, const char *format, ...)
{
    g_autofree char *place = g_strdup_printf("%s:%u:1: /topology/file: ", file->path, line);
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    file->failed = true;
    return scenario_reader_fail_elsewhere(file->reader, file->node, place, "%s", text);
}

/* Ends the parse after a mistake. */
static void stop(const GraphFile *file, GError **error)
{
    if (file->failed) {
        g_set_error_literal(error, SCENARIO_ERROR, SCENARIO_ERROR_VALUE, "noted");
    }
}

static const char *markup_mistake(const GError *error)
{
    if (g_error_matches(error, G_MARKUP_ERROR, G_MARKUP_ERROR_EMPTY)) {
        return "the file is empty; a GraphML file is expected";
    }
    if (g_error_matches(error, G_MARKUP_ERROR, G_MARKUP_ERROR_BAD_UTF8)) {
        return "the text is not UTF-8";
    }
    return "the text is not well-formed XML";
}

/* ---- Latencies ------------------------------------------------------------------------------- */

const char *scenario_graphml_latency(const char *text, int64_t *ret_ns)
{
    g_autofree char *stripped = g_strstrip(g_strdup(text));
    const size_t length = strlen(stripped);
    int64_t ns = 0;

    const bool has_unit = length > 0 && g_ascii_isalpha(stripped[length - 1]);
    const char *wrong = has_unit ? scenario_units_duration(stripped, &ns)
                                 : scenario_units_milliseconds(stripped, &ns);

    if (wrong != NULL) {
        return wrong;
    }
    if (ns < 1 || ns > SCENARIO_LATENCY_MAX_NS) {
        return "is out of range; allowed is 1ns to 1h";
    }
    *ret_ns = ns;
    return NULL;
}

static void read_latency(GraphFile *file, int64_t *latency_ns)
{
    const char *wrong = scenario_graphml_latency(file->text->str, latency_ns);

    if (wrong != NULL) {
        g_autofree char *quoted = scenario_quote(file->text->str);

        fail(file, line_now(file), "%s %s", quoted, wrong);
    }
}

/* ---- Elements -------------------------------------------------------------------------------- */

/* The attributes of an element, as the parser gives them. */
typedef struct Attributes {
    const char **names;
    const char **values;
} Attributes;

/* NULL: there is none. */
static const char *find_attribute(const Attributes *attributes, const char *name)
{
    for (size_t i = 0; attributes->names[i] != NULL; i++) {
        if (strcmp(attributes->names[i], name) == 0) {
            return attributes->values[i];
        }
    }
    return NULL;
}

/* NULL: there is none, and the mistake is noted. */
static const char *need_attribute(GraphFile *file, const Attributes *attributes,
                                  const char *element, const char *name)
{
    const char *value = find_attribute(attributes, name);

    if (value == NULL) {
        fail(file, line_now(file), "<%s> lacks the attribute \"%s\"", element, name);
    }
    return value;
}

static void start_key(GraphFile *file, const Attributes *attributes)
{
    const char *id = need_attribute(file, attributes, "key", "id");
    const char *of = find_attribute(attributes, "for");
    const char *name = find_attribute(attributes, "attr.name");
    const bool of_all = of == NULL || strcmp(of, "all") == 0;

    if (id == NULL) {
        return;
    }
    file->data = DATA_OTHER;
    if (name != NULL && strcmp(name, "name") == 0 && (of_all || strcmp(of, "node") == 0)) {
        file->data |= DATA_NAME;
    }
    if (name != NULL && strcmp(name, "latency") == 0 && (of_all || strcmp(of, "edge") == 0)) {
        file->data |= DATA_LATENCY;
    }
    g_hash_table_insert(file->keys, g_string_chunk_insert_const(file->strings, id),
                        GUINT_TO_POINTER(file->data));
    file->place = PLACE_KEY;
}

static void start_node(GraphFile *file, const Attributes *attributes)
{
    const uint32_t n_peers = file->reader->scenario->n_peers;
    const char *id = need_attribute(file, attributes, "node", "id");

    if (id == NULL) {
        return;
    }
    const GraphNode node = {.id = g_string_chunk_insert_const(file->strings, id),
                            .line = line_now(file)};

    if (file->nodes->len == n_peers) {
        fail(file, node.line, "there are more nodes than the %u peers of the scenario", n_peers);
        return;
    }
    g_array_append_val(file->nodes, node);
    if (!g_hash_table_insert(file->node_ids, node.id, GUINT_TO_POINTER(file->nodes->len))) {
        g_autofree char *quoted = scenario_quote(id);

        fail(file, node.line, "the id %s stands twice", quoted);
    }
    file->place = PLACE_NODE;
}

static void start_edge(GraphFile *file, const Attributes *attributes)
{
    const char *source = need_attribute(file, attributes, "edge", "source");
    const char *target = need_attribute(file, attributes, "edge", "target");

    if (source == NULL || target == NULL) {
        return;
    }
    const GraphEdge edge = {.source = g_string_chunk_insert_const(file->strings, source),
                            .target = g_string_chunk_insert_const(file->strings, target),
                            .line = line_now(file)};

    if (file->edges->len == SCENARIO_LINKS_MAX) {
        fail(file, edge.line, "there are more than %u edges, the most allowed", SCENARIO_LINKS_MAX);
        return;
    }
    g_array_append_val(file->edges, edge);
    file->place = PLACE_EDGE;
}

static void start_data(GraphFile *file, const Attributes *attributes)
{
    const char *key = need_attribute(file, attributes, "data", "key");

    if (key == NULL) {
        return;
    }
    file->data = GPOINTER_TO_UINT(g_hash_table_lookup(file->keys, key));
    if (file->data == 0) {
        g_autofree char *quoted = scenario_quote(key);

        fail(file, line_now(file), "no <key> before has the id %s", quoted);
    }
    g_string_truncate(file->text, 0);
    file->place = file->place == PLACE_NODE ? PLACE_NODE_DATA : PLACE_EDGE_DATA;
}

static void start_graphml(GraphFile *file, const Attributes *attributes)
{
    (void)attributes;
    file->place = PLACE_GRAPHML;
}

static void start_graph(GraphFile *file, const Attributes *attributes)
{
    (void)attributes;
    if (file->has_graph) {
        fail(file, line_now(file), "there is more than one graph");
    }
    file->has_graph = true;
    file->place = PLACE_GRAPH;
}

static void start_default(GraphFile *file, const Attributes *attributes)
{
    (void)attributes;
    g_string_truncate(file->text, 0);
    file->place = PLACE_DEFAULT;
}

/* True: the element is one that can stand here and is read. */
static bool start_known(GraphFile *file, const char *element, const Attributes *attributes)
{
    static const struct {
        Place place;
        const char *element;
        void (*start)(GraphFile *file, const Attributes *attributes);
    } known[] = {
        {PLACE_OUTSIDE, "graphml", start_graphml}, {PLACE_GRAPHML, "key", start_key},
        {PLACE_GRAPHML, "graph", start_graph},     {PLACE_KEY, "default", start_default},
        {PLACE_GRAPH, "node", start_node},         {PLACE_GRAPH, "edge", start_edge},
        {PLACE_NODE, "data", start_data},          {PLACE_EDGE, "data", start_data},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
        if (file->place == known[i].place && strcmp(element, known[i].element) == 0) {
            known[i].start(file, attributes);
            return true;
        }
    }
    return false;
}

static void start_unknown(GraphFile *file, const char *element)
{
    if (file->place == PLACE_OUTSIDE) {
        fail(file, line_now(file), "the outermost element must be <graphml>");
    } else if (strcmp(element, "graph") == 0) {
        fail(file, line_now(file), "nested graphs are not supported");
    } else if (strcmp(element, "hyperedge") == 0) {
        fail(file, line_now(file), "hyperedges are not supported");
    } else {
        file->skipped = 1;
    }
}

/* GMarkup fixes the parameters. NOLINTNEXTLINE(readability-function-size) */
static void start_element(GMarkupParseContext *context, const char *element, const char **names,
                          const char **values, gpointer data, GError **error)
{
    GraphFile *file = data;
    const Attributes attributes = {.names = names, .values = values};

    (void)context;
    if (file->skipped > 0) {
        file->skipped++;
    } else if (!start_known(file, element, &attributes)) {
        start_unknown(file, element);
    }
    stop(file, error);
}

static void end_node_data(GraphFile *file)
{
    GraphNode *node = &g_array_index(file->nodes, GraphNode, file->nodes->len - 1);

    if ((file->data & DATA_NAME) != 0) {
        file->n_names += node->name == NULL ? 1u : 0u;
        node->name = g_string_chunk_insert_const(file->strings, g_strstrip(file->text->str));
    }
    file->place = PLACE_NODE;
}

static void end_edge_data(GraphFile *file)
{
    if ((file->data & DATA_LATENCY) != 0) {
        read_latency(file, &g_array_index(file->edges, GraphEdge, file->edges->len - 1).latency_ns);
    }
    file->place = PLACE_EDGE;
}

static void end_element(GMarkupParseContext *context, const char *element, gpointer data,
                        GError **error)
{
    GraphFile *file = data;

    (void)context;
    (void)element;
    if (file->skipped > 0) {
        file->skipped--;
        return;
    }
    switch (file->place) {
    case PLACE_OUTSIDE:
    case PLACE_GRAPHML:
        file->place = PLACE_OUTSIDE;
        break;
    case PLACE_KEY:
    case PLACE_GRAPH:
        file->place = PLACE_GRAPHML;
        break;
    case PLACE_DEFAULT:
        if ((file->data & DATA_LATENCY) != 0) {
            read_latency(file, &file->default_latency_ns);
        }
        file->place = PLACE_KEY;
        break;
    case PLACE_NODE:
    case PLACE_EDGE:
        file->place = PLACE_GRAPH;
        break;
    case PLACE_NODE_DATA:
        end_node_data(file);
        break;
    case PLACE_EDGE_DATA:
        end_edge_data(file);
        break;
    }
    stop(file, error);
}

static void add_text(GMarkupParseContext *context, const char *text, gsize length, gpointer data,
                     GError **error)
{
    GraphFile *file = data;

    (void)context;
    (void)error;
    if (file->skipped == 0 && (file->place == PLACE_DEFAULT || file->place == PLACE_NODE_DATA ||
                               file->place == PLACE_EDGE_DATA)) {
        g_string_append_len(file->text, text, (gssize)length);
    }
}

/* ---- Nodes are peers ------------------------------------------------------------------------- */

/* The names of all peers, each with its number + 1. (transfer full) */
static GHashTable *new_peer_names(const Scenario *scenario)
{
    GHashTable *peers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (uint32_t i = 0; i < scenario->n_peers; i++) {
        g_hash_table_insert(peers, scenario_peer_name(scenario, i), GUINT_TO_POINTER(i + 1));
    }
    return peers;
}

/* Sets the peer of each node. */
static bool find_peers_by_name(GraphFile *file, uint32_t *peers)
{
    g_autoptr(GHashTable) by_name = new_peer_names(file->reader->scenario);
    g_autofree uint32_t *lines = g_new0(uint32_t, file->nodes->len); /* of each peer's node */

    for (guint i = 0; i < file->nodes->len; i++) {
        const GraphNode *node = &g_array_index(file->nodes, GraphNode, i);

        if (node->name == NULL) {
            return fail(file, node->line, "the node has no name, but others have");
        }
        const guint peer = GPOINTER_TO_UINT(g_hash_table_lookup(by_name, node->name));
        g_autofree char *quoted = scenario_quote(node->name);

        if (peer == 0) {
            return fail(file, node->line,
                        "there is no peer %s; a peer is \"bp[3]\", or \"bp\" in a group of one",
                        quoted);
        }
        if (lines[peer - 1] != 0) {
            return fail(file, node->line, "the name %s stands in line %u already", quoted,
                        lines[peer - 1]);
        }
        lines[peer - 1] = node->line;
        peers[i] = peer - 1;
    }
    return true;
}

static bool find_peers(GraphFile *file, uint32_t *peers)
{
    if (file->n_names > 0) {
        return find_peers_by_name(file, peers);
    }
    for (uint32_t i = 0; i < file->nodes->len; i++) {
        peers[i] = i;
    }
    return true;
}

/* The peer of the node with this id. */
static bool find_peer(GraphFile *file, const uint32_t *peers, const GraphEdge *edge, const char *id,
                      uint32_t *ret_peer)
{
    const guint index = GPOINTER_TO_UINT(g_hash_table_lookup(file->node_ids, id));

    if (index == 0) {
        g_autofree char *quoted = scenario_quote(id);

        return fail(file, edge->line, "there is no node with the id %s", quoted);
    }
    *ret_peer = peers[index - 1];
    return true;
}

static bool make_links(GraphFile *file, const uint32_t *peers, GArray *links)
{
    for (guint i = 0; i < file->edges->len; i++) {
        const GraphEdge *edge = &g_array_index(file->edges, GraphEdge, i);
        ScenarioLink link = {.latency_ns = edge->latency_ns > 0 ? edge->latency_ns
                                                                : file->default_latency_ns};

        if (!find_peer(file, peers, edge, edge->source, &link.from) ||
            !find_peer(file, peers, edge, edge->target, &link.to)) {
            return false;
        }
        if (link.from == link.to) {
            return fail(file, edge->line, "a peer cannot be linked with itself");
        }
        g_array_append_val(links, link);
    }
    return true;
}

static bool check_no_double(GraphFile *file, const GArray *links)
{
    uint32_t first = 0;
    uint32_t second = 0;

    if (!scenario_topology_find_double(links, &first, &second)) {
        return true;
    }
    const GraphEdge *edge = &g_array_index(file->edges, GraphEdge, second);
    g_autofree char *source = scenario_quote(edge->source);
    g_autofree char *target = scenario_quote(edge->target);

    return fail(file, edge->line, "nodes %s and %s are linked already, in line %u", source, target,
                g_array_index(file->edges, GraphEdge, first).line);
}

/* ---- The file -------------------------------------------------------------------------------- */

static bool parse(GraphFile *file, const char *text, size_t length)
{
    g_autoptr(GError) error = NULL;

    if (g_markup_parse_context_parse(file->context, text, (gssize)length, &error) &&
        g_markup_parse_context_end_parse(file->context, &error)) {
        return true;
    }
    if (!file->failed) {
        fail(file, line_now(file), "%s", markup_mistake(error));
    }
    return false;
}

static bool read_graph(GraphFile *file, const char *text, size_t length, GArray *links)
{
    const uint32_t n_peers = file->reader->scenario->n_peers;
    g_autofree uint32_t *peers = g_new(uint32_t, n_peers);

    if (!parse(file, text, length)) {
        return false;
    }
    if (file->nodes->len != n_peers) {
        return fail(file, line_now(file), "the graph has %u nodes, but the scenario %u peers",
                    file->nodes->len, n_peers);
    }
    return find_peers(file, peers) && make_links(file, peers, links) &&
           check_no_double(file, links);
}

bool scenario_graphml_read(ScenarioReader *reader, uint32_t node, GArray *links)
{
    static const GMarkupParser parser = {
        .start_element = start_element, .end_element = end_element, .text = add_text};
    g_autofree char *path = scenario_reader_path(reader, node);
    g_autoptr(GError) error = NULL;
    size_t length = 0;

    if (path == NULL) {
        return false;
    }
    g_autofree char *text = scenario_file_text(path, SCENARIO_EDGE_FILE_BYTES_MAX, &length, &error);

    if (text == NULL) {
        return scenario_reader_fail(reader, node, "%s", error->message);
    }
    GraphFile file = {
        .reader = reader,
        .node = node,
        .path = path,
        .strings = g_string_chunk_new(4096),
        .keys = g_hash_table_new(g_str_hash, g_str_equal),
        .node_ids = g_hash_table_new(g_str_hash, g_str_equal),
        .nodes = g_array_new(FALSE, FALSE, sizeof(GraphNode)),
        .edges = g_array_new(FALSE, FALSE, sizeof(GraphEdge)),
        .text = g_string_new(NULL),
    };

    file.context = g_markup_parse_context_new(&parser, G_MARKUP_TREAT_CDATA_AS_TEXT, &file, NULL);
    const bool ok = read_graph(&file, text, length, links);

    g_markup_parse_context_free(file.context);
    g_string_free(file.text, TRUE);
    g_array_unref(file.edges);
    g_array_unref(file.nodes);
    g_hash_table_unref(file.node_ids);
    g_hash_table_unref(file.keys);
    g_string_chunk_free(file.strings);
    return ok;
}
