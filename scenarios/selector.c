/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/selector.h"

#include <string.h>

/* Most group names that a message lists. */
#define LISTED_GROUPS_MAX 12u

#define SELECTOR_FORMS "write \"*\", \"bp\", \"bp[3]\", \"bp[0..9]\", or an array of these"

/* A selector taken apart. */
typedef struct Parts {
    char *name;     /* of the group */
    uint64_t first; /* within the group */
    uint64_t last;
    bool indexed;
} Parts;

/* Reads up to nine digits; `*text` moves behind them. */
static bool parse_index(const char **text, uint64_t *ret_index)
{
    uint64_t index = 0;
    int digits = 0;

    for (; g_ascii_isdigit(**text); (*text)++) {
        if (++digits > 9) {
            return false;
        }
        index = index * 10u + (uint64_t)(**text - '0');
    }
    *ret_index = index;
    return digits > 0;
}

/* "[3]" or "[0..9]" */
static bool parse_brackets(const char *text, Parts *parts)
{
    text++;
    if (!parse_index(&text, &parts->first)) {
        return false;
    }
    parts->last = parts->first;
    if (text[0] == '.' && text[1] == '.') {
        text += 2;
        if (!parse_index(&text, &parts->last)) {
            return false;
        }
    }
    parts->indexed = true;
    return strcmp(text, "]") == 0;
}

/* Takes a selector apart; the name is to be freed in any case. */
static bool parse_parts(const char *text, Parts *parts)
{
    const char *bracket = strchr(text, '[');

    if (bracket == NULL) {
        parts->name = g_strdup(text);
        return strpbrk(text, " ].*,") == NULL && text[0] != '\0';
    }
    parts->name = g_strndup(text, (gsize)(bracket - text));
    return bracket != text && parse_brackets(bracket, parts);
}

static bool fail_no_group(ScenarioReader *reader, uint32_t node, const char *name)
{
    const Scenario *scenario = reader->scenario;
    g_autofree char *quoted = scenario_quote(name);
    g_autoptr(GString) groups = g_string_new(NULL);
    const char *best = NULL;
    uint32_t best_distance = UINT32_MAX;

    for (uint32_t i = 0; i < scenario->n_groups; i++) {
        const char *group = scenario->groups[i].name;
        const uint32_t distance = scenario_misspelling(name, group);

        if (distance < best_distance && scenario_worth_suggesting(group, distance)) {
            best = group;
            best_distance = distance;
        }
        if (i < LISTED_GROUPS_MAX) {
            g_string_append_printf(groups, "%s\"%s\"", i > 0 ? ", " : " ", group);
        } else if (i == LISTED_GROUPS_MAX) {
            g_string_append(groups, ", ...");
        }
    }
    g_autofree char *question =
        best == NULL ? g_strdup(";") : g_strdup_printf("; did you mean \"%s\"?", best);

    return scenario_reader_fail(reader, node, "there is no group %s%s the groups are%s", quoted,
                                question, groups->str);
}

static bool fail_index(ScenarioReader *reader, uint32_t node, const ScenarioGroup *group,
                       const char *text)
{
    if (group->count == 1) {
        return scenario_reader_fail(reader, node, "\"%s\" does not exist; %s has peer 0 alone",
                                    text, group->name);
    }
    return scenario_reader_fail(reader, node, "\"%s\" does not exist; %s has peers 0 to %u", text,
                                group->name, group->count - 1);
}

/* Resolves one selector. */
static bool resolve(ScenarioReader *reader, uint32_t node, const char *text,
                    ScenarioRange *ret_range)
{
    const Scenario *scenario = reader->scenario;
    Parts parts = {0};

    if (strcmp(text, "*") == 0) {
        *ret_range = (ScenarioRange){.first = 0, .last = scenario->n_peers - 1};
        return true;
    }
    const bool well_formed = parse_parts(text, &parts);
    g_autofree char *name = parts.name;

    if (!well_formed) {
        g_autofree char *quoted = scenario_quote(text);

        return scenario_reader_fail(reader, node, "%s is not a selector; " SELECTOR_FORMS, quoted);
    }
    const ScenarioGroup *group = g_hash_table_lookup(reader->groups, name);

    if (group == NULL) {
        return fail_no_group(reader, node, name);
    }
    if (!parts.indexed) {
        parts.last = group->count - 1;
    }
    if (parts.first > parts.last) {
        return scenario_reader_fail(
            reader, node, "\"%s\" is empty; the first index of a range must not be above the last",
            text);
    }
    if (parts.last >= group->count) {
        return fail_index(reader, node, group, text);
    }
    *ret_range = (ScenarioRange){.first = group->first + (uint32_t)parts.first,
                                 .last = group->first + (uint32_t)parts.last};
    return true;
}

static bool append_selector(ScenarioReader *reader, uint32_t node, GArray *ranges)
{
    ScenarioRange range;
    const char *text = scenario_reader_string(reader, node, "a selector, such as \"bp[0..9]\"");

    if (text == NULL || !resolve(reader, node, text, &range)) {
        return false;
    }
    g_array_append_val(ranges, range);
    return true;
}

static int compare_ranges(gconstpointer left, gconstpointer right)
{
    const ScenarioRange *a = left;
    const ScenarioRange *b = right;

    if (a->first != b->first) {
        return a->first < b->first ? -1 : 1;
    }
    return a->last < b->last ? -1 : a->last > b->last;
}

/* Sorts, and joins what touches or overlaps. */
static void merge(GArray *ranges)
{
    ScenarioRange *all = (ScenarioRange *)(void *)ranges->data;
    guint n = 0;

    g_array_sort(ranges, compare_ranges);
    for (guint i = 0; i < ranges->len; i++) {
        if (n > 0 && all[i].first <= all[n - 1].last + 1) {
            all[n - 1].last = MAX(all[n - 1].last, all[i].last);
        } else {
            all[n++] = all[i];
        }
    }
    g_array_set_size(ranges, n);
}

GArray *scenario_selector_ranges(ScenarioReader *reader, uint32_t node, bool empty_allowed)
{
    const ScenarioNode *at = scenario_reader_node(reader, node);
    bool ok = true;

    if (!reader->peers_known) {
        return NULL;
    }
    if (at->kind != SCENARIO_NODE_STRING && at->kind != SCENARIO_NODE_ARRAY) {
        scenario_reader_wrong_type(reader, node,
                                   "a selector or an array of selectors, such as \"bp[0..9]\"");
        return NULL;
    }
    g_autoptr(GArray) ranges = g_array_new(FALSE, FALSE, sizeof(ScenarioRange));

    if (at->kind == SCENARIO_NODE_STRING) {
        ok = append_selector(reader, node, ranges);
    } else if (at->first == SCENARIO_NODE_NONE && !empty_allowed) {
        ok = scenario_reader_fail(reader, node, "names no peer; " SELECTOR_FORMS);
    } else {
        for (uint32_t i = at->first; i != SCENARIO_NODE_NONE;
             i = scenario_reader_node(reader, i)->next) {
            ok = append_selector(reader, i, ranges) && ok;
        }
    }
    if (!ok) {
        return NULL;
    }
    merge(ranges);
    return g_steal_pointer(&ranges);
}

bool scenario_selector_count(ScenarioReader *reader, uint32_t node, uint64_t n)
{
    if (n > reader->most.selected - reader->n_selected) {
        return scenario_reader_fail(
            reader, node,
            "the selectors of the scenario name too many peers; %u in all are allowed, and a "
            "partition names every peer",
            reader->most.selected);
    }
    reader->n_selected += (uint32_t)n;
    return true;
}

static bool fill(ScenarioReader *reader, uint32_t node, const ScenarioRange *ranges, guint n_ranges,
                 ScenarioPeerSet *set)
{
    uint32_t count = 0;

    for (guint i = 0; i < n_ranges; i++) {
        count += ranges[i].last - ranges[i].first + 1;
    }
    if (!scenario_selector_count(reader, node, count)) {
        return false;
    }
    g_free(set->peers);
    set->peers = g_new(uint32_t, count);
    set->count = 0;
    for (guint i = 0; i < n_ranges; i++) {
        for (uint32_t peer = ranges[i].first; peer <= ranges[i].last; peer++) {
            set->peers[set->count++] = peer;
        }
    }
    return true;
}

bool scenario_selector_set(ScenarioReader *reader, uint32_t node, bool empty_allowed,
                           ScenarioPeerSet *set)
{
    if (node == SCENARIO_NODE_NONE) {
        return true;
    }
    g_autoptr(GArray) ranges = scenario_selector_ranges(reader, node, empty_allowed);

    return ranges != NULL &&
           fill(reader, node, (const ScenarioRange *)(const void *)ranges->data, ranges->len, set);
}

bool scenario_selector_all(ScenarioReader *reader, uint32_t node, ScenarioPeerSet *set)
{
    const ScenarioRange range = {.first = 0, .last = reader->scenario->n_peers - 1};

    return reader->peers_known && fill(reader, node, &range, 1, set);
}

bool scenario_selector_key(ScenarioReader *reader, uint32_t node, ScenarioRange *ret_range)
{
    return reader->peers_known &&
           resolve(reader, node, scenario_reader_node(reader, node)->key, ret_range);
}

bool scenario_selector_one(ScenarioReader *reader, uint32_t node, uint32_t *peer)
{
    if (node == SCENARIO_NODE_NONE) {
        return true;
    }
    g_autoptr(GArray) ranges = scenario_selector_ranges(reader, node, false);

    if (ranges == NULL) {
        return false;
    }
    const ScenarioRange *range = &g_array_index(ranges, ScenarioRange, 0);

    if (ranges->len != 1 || range->first != range->last) {
        return scenario_reader_fail(reader, node, "must name exactly one peer");
    }
    *peer = range->first;
    return true;
}
