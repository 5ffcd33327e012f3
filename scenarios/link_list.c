/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/link_list.h"

#include "scenarios/selector.h"
#include "scenarios/topology.h"

/* Of each pair that was read. */
typedef struct Pair {
    uint32_t node;
    uint32_t first; /* index of its first link */
} Pair;

static const ScenarioRange *range_at(const GArray *ranges, guint i)
{
    return &g_array_index(ranges, ScenarioRange, i);
}

static uint64_t count_peers(const GArray *ranges)
{
    uint64_t n = 0;

    for (guint i = 0; i < ranges->len; i++) {
        n += range_at(ranges, i)->last - range_at(ranges, i)->first + 1u;
    }
    return n;
}

/* Whether no peer is on both sides; the ranges are sorted. */
static bool check_apart(ScenarioReader *reader, uint32_t node, const GArray *from, const GArray *to)
{
    guint i = 0;
    guint j = 0;

    while (i < from->len && j < to->len) {
        const ScenarioRange *a = range_at(from, i);
        const ScenarioRange *b = range_at(to, j);
        const uint32_t shared = MAX(a->first, b->first);

        if (shared <= MIN(a->last, b->last)) {
            g_autofree char *name = scenario_peer_name(reader->scenario, shared);

            return scenario_reader_fail(
                reader, node, "%s is on both sides, and a peer cannot be linked with itself", name);
        }
        if (a->last < b->last) {
            i++;
        } else {
            j++;
        }
    }
    return true;
}

static void add_links_from(uint32_t peer, const GArray *to, GArray *links)
{
    for (guint i = 0; i < to->len; i++) {
        for (uint32_t other = range_at(to, i)->first; other <= range_at(to, i)->last; other++) {
            const ScenarioLink link = {.from = peer, .to = other};

            g_array_append_val(links, link);
        }
    }
}

static bool read_pair(ScenarioReader *reader, uint32_t node, GArray *links)
{
    const ScenarioNode *at = scenario_reader_node(reader, node);

    if (at->kind != SCENARIO_NODE_ARRAY || at->n_children != 2) {
        return scenario_reader_fail(reader, node,
                                    "must be an array of two selectors, who dials and who is "
                                    "dialled, such as [\"bp[0]\", \"relay\"]");
    }
    g_autoptr(GArray) from = scenario_selector_ranges(reader, at->first, false);
    g_autoptr(GArray) to = scenario_selector_ranges(reader, at->last, false);

    if (from == NULL || to == NULL || !check_apart(reader, node, from, to)) {
        return false;
    }
    if (count_peers(from) * count_peers(to) > reader->most.links - links->len) {
        return scenario_reader_fail(reader, node,
                                    "the topology has more than %u links up to here, the most "
                                    "allowed",
                                    reader->most.links);
    }
    for (guint i = 0; i < from->len; i++) {
        for (uint32_t peer = range_at(from, i)->first; peer <= range_at(from, i)->last; peer++) {
            add_links_from(peer, to, links);
        }
    }
    return true;
}

/* The pair that link `index` is of. */
static uint32_t pair_of(const GArray *pairs, uint32_t index)
{
    guint low = 0;
    guint high = pairs->len; /* the pair is in [low, high) */

    while (high - low > 1) {
        const guint middle = low + (high - low) / 2;

        if (g_array_index(pairs, Pair, middle).first <= index) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool check_no_double(ScenarioReader *reader, const GArray *pairs, const GArray *links)
{
    uint32_t first = 0;
    uint32_t second = 0;

    if (!scenario_topology_find_double(links, &first, &second)) {
        return true;
    }
    const ScenarioLink *link = &g_array_index(links, ScenarioLink, second);
    g_autofree char *from = scenario_peer_name(reader->scenario, link->from);
    g_autofree char *to = scenario_peer_name(reader->scenario, link->to);
    const uint32_t node = g_array_index(pairs, Pair, pair_of(pairs, second)).node;

    return scenario_reader_fail(reader, node, "%s and %s are linked already, by /topology/links/%u",
                                from, to, pair_of(pairs, first));
}

bool scenario_link_list_read(ScenarioReader *reader, uint32_t node, GArray *links)
{
    g_autoptr(GArray) pairs = g_array_new(FALSE, FALSE, sizeof(Pair));
    const ScenarioNode *at = scenario_reader_node(reader, node);
    bool ok = true;

    if (at->kind != SCENARIO_NODE_ARRAY) {
        return scenario_reader_wrong_type(reader, node,
                                          "an array of pairs such as [\"bp[0]\", \"relay\"]");
    }
    for (uint32_t i = at->first; i != SCENARIO_NODE_NONE;
         i = scenario_reader_node(reader, i)->next) {
        const Pair pair = {.node = i, .first = links->len};

        g_array_append_val(pairs, pair);
        ok = read_pair(reader, i, links) && ok;
    }
    return ok && check_no_double(reader, pairs, links);
}
