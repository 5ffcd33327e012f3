/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/link_regions.h"

#include <string.h>

#include "scenarios/region_table.h"
#include "scenarios/selector.h"
#include "scenarios/units.h"

/* Most region names that a message lists. */
#define LISTED_REGIONS_MAX 16u

#define SHARE_ONE UINT64_C(100000000) /* 100 % in millionths of a per cent */
#define NO_REGION UINT32_MAX

__extension__ typedef unsigned __int128 Wide;

/* ---- The table ------------------------------------------------------------------------------- */

/* `meant` is what the text may have been meant to be; NULL: nothing is like it. */
static void fail_no_table(ScenarioReader *reader, uint32_t node, const char *text,
                          const char *meant)
{
    g_autofree char *quoted = scenario_quote(text);
    g_autofree char *question = meant == NULL ? g_strdup(", and there is no such file;")
                                              : g_strdup_printf("; did you mean \"%s\"?", meant);
    g_autoptr(GString) names = g_string_new(NULL);

    for (size_t i = 0; i < scenario_region_table_words.n_words; i++) {
        g_string_append_printf(names, "\"%s\", ", scenario_region_table_words.words[i].word);
    }
    scenario_reader_fail(reader, node,
                         "%s is no table%s allowed are %sor the name of a file, from the "
                         "scenario's folder",
                         quoted, question, names->str);
}

static ScenarioRegionTable *read_table(ScenarioReader *reader, uint32_t node)
{
    const ScenarioWordTable *words = &scenario_region_table_words;
    const char *text = scenario_reader_string(
        reader, node, "\"aws16\", \"internet6\", \"internet6-2015\" or the name of a file");

    if (text == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < words->n_words; i++) {
        if (strcmp(text, words->words[i].word) == 0) {
            return scenario_region_table_new((ScenarioRegionTableWord)words->words[i].value);
        }
        if (scenario_worth_suggesting(words->words[i].word,
                                      scenario_misspelling(text, words->words[i].word))) {
            fail_no_table(reader, node, text, words->words[i].word);
            return NULL;
        }
    }
    g_autofree char *path = scenario_document_file_name(reader->document, node);

    if (!reader->document->is_untrusted && !g_file_test(path, G_FILE_TEST_EXISTS)) {
        fail_no_table(reader, node, text, NULL);
        return NULL;
    }
    return scenario_region_table_read(reader, node);
}

/* ---- Who is where ---------------------------------------------------------------------------- */

static bool fail_no_region(ScenarioReader *reader, uint32_t node, const ScenarioRegionTable *table,
                           const char *name)
{
    g_autofree char *quoted = scenario_quote(name);
    g_autoptr(GString) names = g_string_new(NULL);

    for (uint32_t i = 0; i < table->n; i++) {
        if (i == LISTED_REGIONS_MAX) {
            g_string_append(names, ", ...");
            break;
        }
        g_string_append_printf(names, "%s\"%s\"", i > 0 ? ", " : "", table->names[i]);
    }
    return scenario_reader_fail(reader, node, "the table has no region %s; its regions are %s",
                                quoted, names->str);
}

typedef struct Member {
    ScenarioRange range;
    uint32_t region;
} Member;

/* "SELECTOR": "REGION" */
static bool read_member(ScenarioReader *reader, uint32_t node, const ScenarioRegionTable *table,
                        GArray *members)
{
    const char *name = scenario_reader_string(reader, node, "a string with the name of a region");
    Member member = {0};

    if (name == NULL || !scenario_selector_key(reader, node, &member.range)) {
        return false;
    }
    if (!scenario_region_table_find(table, name, &member.region)) {
        return fail_no_region(reader, node, table, name);
    }
    g_array_append_val(members, member);
    return true;
}

/*
 * Later members win, so the last one comes first, and peers that have a region are passed over: as
 * many ranges as a file can hold may name as many peers each. No region: NO_REGION.
 */
static void place(const Scenario *scenario, const GArray *members, uint32_t *regions)
{
    /* The next peer without a region is found from next[peer]: past the last one it is n_peers. */
    g_autofree uint32_t *next = g_new(uint32_t, (gsize)scenario->n_peers + 1u);

    for (uint32_t peer = 0; peer <= scenario->n_peers; peer++) {
        next[peer] = peer;
    }
    for (guint i = members->len; i > 0; i--) {
        const Member *member = &g_array_index(members, Member, i - 1u);
        uint32_t peer = member->range.first;

        while (peer <= member->range.last) {
            if (next[peer] == peer) {
                regions[peer] = member->region;
                next[peer] = peer + 1u;
            }
            next[peer] = next[next[peer]]; /* makes the way shorter for those who come later */
            peer = next[peer];
        }
    }
}

static bool read_list(ScenarioReader *reader, uint32_t node, const ScenarioRegionTable *table,
                      uint32_t *regions)
{
    const Scenario *scenario = reader->scenario;
    g_autoptr(GArray) members = g_array_new(FALSE, FALSE, sizeof(Member));
    bool ok = true;

    memset(regions, 0xFF, sizeof *regions * scenario->n_peers);
    for (uint32_t i = scenario_reader_node(reader, node)->first; i != SCENARIO_NODE_NONE;
         i = scenario_reader_node(reader, i)->next) {
        ok = read_member(reader, i, table, members) && ok;
    }
    place(scenario, members, regions);
    for (uint32_t peer = 0; ok && peer < scenario->n_peers; peer++) {
        if (regions[peer] == NO_REGION) {
            g_autofree char *name = scenario_peer_name(scenario, peer);

            return scenario_reader_fail(reader, node, "%s (peer %u) has no region", name, peer);
        }
    }
    return ok;
}

static bool deal(ScenarioReader *reader, uint32_t node, const ScenarioRegionTable *table,
                 uint32_t *regions)
{
    const Scenario *scenario = reader->scenario;
    int how = SCENARIO_REGION_DEAL_EVEN;

    if (!scenario_reader_word(reader, node, &scenario_region_deal_words, &how)) {
        return false;
    }
    if (how == SCENARIO_REGION_DEAL_EVEN) {
        for (uint32_t peer = 0; peer < scenario->n_peers; peer++) {
            regions[peer] = peer % table->n;
        }
        return true;
    }
    if (scenario->regions == NULL) {
        /* A topology that could not be read has its own mistake. */
        return reader->n_mistakes == 0 &&
               scenario_reader_fail(reader, node,
                                    "the topology has no regions; \"topology\" needs "
                                    "\"kind\": \"regions\" there");
    }
    if (scenario->n_regions > table->n) {
        return scenario_reader_fail(reader, node, "the topology has %u regions, the table only %u",
                                    scenario->n_regions, table->n);
    }
    memcpy(regions, scenario->regions, sizeof *regions * scenario->n_peers);
    return true;
}

static bool read_regions(ScenarioReader *reader, uint32_t node, const ScenarioRegionTable *table,
                         uint32_t *regions)
{
    const ScenarioNodeKind kind = scenario_reader_node(reader, node)->kind;

    if (!reader->peers_known) {
        return false;
    }
    if (kind == SCENARIO_NODE_OBJECT) {
        return read_list(reader, node, table, regions);
    }
    if (kind == SCENARIO_NODE_STRING) {
        return deal(reader, node, table, regions);
    }
    return scenario_reader_wrong_type(reader, node,
                                      "\"even\", \"topology\" or an object such as "
                                      "{\"bp\": \"us-east-1\"}");
}

/* ---- Jitter ---------------------------------------------------------------------------------- */

/* An amount, or a share of the latency. */
typedef struct Jitter {
    int64_t amount_ns;
    uint64_t share; /* of SHARE_ONE */
} Jitter;

static bool read_jitter(ScenarioReader *reader, uint32_t node, Jitter *jitter)
{
    if (node == SCENARIO_NODE_NONE) {
        return true;
    }
    const char *text = scenario_reader_string(
        reader, node, "a string with a share such as \"10%\", or with a duration");

    if (text == NULL) {
        return false;
    }
    if (!g_str_has_suffix(text, "%")) {
        return scenario_reader_duration(reader, node, 0, SCENARIO_LATENCY_MAX_NS,
                                        &jitter->amount_ns);
    }
    g_autofree char *number = g_strndup(text, strlen(text) - 1);
    const char *wrong = scenario_units_ppm(number, &jitter->share);

    if (wrong == NULL && jitter->share > SHARE_ONE) {
        wrong = "is out of range";
    }
    if (wrong != NULL) {
        g_autofree char *quoted = scenario_quote(text);

        return scenario_reader_fail(reader, node,
                                    "%s %s; allowed is 0%% to 100%% with at most six decimals",
                                    quoted, wrong);
    }
    return true;
}

static ScenarioLatency latency_around(int64_t middle_ns, const Jitter *jitter)
{
    const int64_t share_ns = (int64_t)((Wide)(uint64_t)middle_ns * jitter->share / SHARE_ONE);
    const int64_t width_ns = jitter->amount_ns + share_ns;

    if (width_ns == 0) {
        return (ScenarioLatency){.kind = SCENARIO_LATENCY_CONSTANT, .a_ns = middle_ns};
    }
    return (ScenarioLatency){
        .kind = SCENARIO_LATENCY_UNIFORM,
        .a_ns = MAX(middle_ns - width_ns, 1),
        .b_ns = MIN(middle_ns + width_ns, SCENARIO_LATENCY_MAX_NS),
    };
}

/* ---- The ways -------------------------------------------------------------------------------- */

static void set_ways(const Scenario *scenario, const uint32_t *regions, uint32_t n_regions,
                     uint32_t first, ScenarioWay *ways)
{
    for (uint32_t l = 0; l < scenario->n_links; l++) {
        const uint32_t from = regions[scenario->links[l].from];
        const uint32_t to = regions[scenario->links[l].to];

        ways[2 * l].latency = first + from * n_regions + to;
        ways[2 * l + 1].latency = first + to * n_regions + from;
    }
}

void scenario_link_regions_read(ScenarioReader *reader, uint32_t node, GArray *latencies,
                                ScenarioWay *ways)
{
    ScenarioLinkRegionsKeys keys = {0};
    Jitter jitter = {0};

    if (node == SCENARIO_NODE_NONE ||
        !scenario_reader_object(reader, node, &scenario_link_regions_table, &keys)) {
        return;
    }
    g_autoptr(ScenarioRegionTable) table = read_table(reader, keys.table);
    g_autofree uint32_t *regions = g_new(uint32_t, reader->scenario->n_peers);
    bool ok = read_jitter(reader, keys.jitter, &jitter) && table != NULL;

    if (table != NULL) {
        ok = read_regions(reader, keys.of, table, regions) && ok;
    }
    if (!ok) {
        return;
    }
    set_ways(reader->scenario, regions, table->n, latencies->len, ways);
    for (uint32_t i = 0; i < table->n * table->n; i++) {
        const ScenarioLatency latency = latency_around(table->one_way_ns[i], &jitter);

        g_array_append_val(latencies, latency);
    }
}
