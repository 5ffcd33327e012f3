/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/params.h"

#include <stdbool.h>
#include <string.h>

#include "scenarios/document_tree.h"

typedef struct Param {
    const char *name;
    uint32_t node;
    bool is_usable; /* has a value that can stand in other places */
    bool is_used;
    bool is_forgiven; /* if it is not used, another mistake says why */
} Param;

typedef struct Params {
    ScenarioDocument *document;
    ScenarioReader *reader;
    GArray *items; /* of Param, in the order of the file */
} Params;

static Param *param_at(const Params *params, guint i)
{
    return &g_array_index(params->items, Param, i);
}

/* [a-z][a-z0-9_]* */
static bool is_name(const char *text)
{
    if (!g_ascii_islower(text[0])) {
        return false;
    }
    return text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_")] == '\0';
}

/* What reads the value later says nothing more about it. */
static void silence(const Params *params, uint32_t node)
{
    scenario_tree_node(params->document, node)->is_told = true;
}

/* ---- Their values ---------------------------------------------------------------------------- */

/* "$$text" becomes "$text". */
static void drop_first_dollar(const Params *params, uint32_t node)
{
    const char *text = scenario_document_text(params->document, node);

    scenario_tree_set_string(params->document, node, text + 1);
}

static bool check_value(const Params *params, uint32_t node)
{
    switch (scenario_document_node(params->document, node)->kind) {
    case SCENARIO_NODE_BOOL:
    case SCENARIO_NODE_INTEGER:
    case SCENARIO_NODE_NUMBER:
        return true;
    case SCENARIO_NODE_STRING: {
        const char *text = scenario_document_text(params->document, node);

        if (text[0] != '$') {
            return true;
        }
        if (text[1] == '$') {
            drop_first_dollar(params, node);
            return true;
        }
        return scenario_reader_fail(params->reader, node,
                                    "the value of a parameter must not be a parameter; a string "
                                    "that begins with \"$\" is written with two");
    }
    case SCENARIO_NODE_NULL:
    case SCENARIO_NODE_ARRAY:
    case SCENARIO_NODE_OBJECT:
        break;
    }
    return scenario_reader_wrong_type(params->reader, node, "a string, a number, or true or false");
}

static void read_param(Params *params, uint32_t node)
{
    const char *name = scenario_document_node(params->document, node)->key;

    if (!is_name(name)) {
        g_autofree char *quoted = scenario_quote(name);

        scenario_reader_fail_at_key(params->reader, node,
                                    "%s is no name of a parameter: a letter from a to z, then such "
                                    "letters, digits, and '_'",
                                    quoted);
        return;
    }
    const Param param = {.name = name, .node = node, .is_usable = check_value(params, node)};

    g_array_append_val(params->items, param);
}

static void read_params(Params *params, uint32_t node)
{
    const ScenarioNode *object = scenario_document_node(params->document, node);

    if (object->kind != SCENARIO_NODE_OBJECT) {
        scenario_reader_wrong_type(params->reader, node, "an object");
        return;
    }
    if (object->n_children > SCENARIO_PARAMS_MAX) {
        scenario_reader_fail(params->reader, node,
                             "there are %u parameters; at most %u are allowed", object->n_children,
                             SCENARIO_PARAMS_MAX);
        return;
    }
    for (uint32_t i = object->first; i != SCENARIO_NODE_NONE;
         i = scenario_document_node(params->document, i)->next) {
        read_param(params, i);
    }
}

/* ---- Where they are used --------------------------------------------------------------------- */

/* '; did you mean "delay"? allowed are "delay", "n"'. (transfer full) */
static char *allowed_of(const Params *params, const char *name)
{
    const char *names[SCENARIO_PARAMS_MAX];

    if (params->items->len == 0) {
        return g_strdup("; the scenario has none");
    }
    for (guint i = 0; i < params->items->len; i++) {
        names[i] = param_at(params, i)->name;
    }
    return scenario_allowed_words(names, params->items->len, name);
}

static Param *find(const Params *params, const char *name)
{
    for (guint i = 0; i < params->items->len; i++) {
        if (strcmp(param_at(params, i)->name, name) == 0) {
            return param_at(params, i);
        }
    }
    return NULL;
}

/* A parameter that was misspelt where it is used is not told to be unused besides. */
static void forgive_similar(const Params *params, const char *misspelt)
{
    for (guint i = 0; i < params->items->len; i++) {
        Param *param = param_at(params, i);

        if (scenario_worth_suggesting(param->name, scenario_misspelling(misspelt, param->name))) {
            param->is_forgiven = true;
        }
    }
}

/* `text` begins with "$". */
static void fail_unknown(const Params *params, uint32_t node, const char *text)
{
    if (!is_name(text + 1)) {
        g_autofree char *quoted = scenario_quote(text);

        scenario_reader_fail(params->reader, node,
                             "%s is no parameter; a string that begins with \"$\" is written with "
                             "two",
                             quoted);
    } else {
        g_autofree char *quoted = scenario_quote(text + 1);
        g_autofree char *allowed = allowed_of(params, text + 1);

        forgive_similar(params, text + 1);
        scenario_reader_fail(params->reader, node, "there is no parameter %s%s", quoted, allowed);
    }
    silence(params, node);
}

static void put_into(const Params *params, uint32_t node)
{
    const char *text = scenario_document_text(params->document, node);

    if (text[0] != '$') {
        return;
    }
    if (text[1] == '$') {
        drop_first_dollar(params, node);
        return;
    }
    Param *param = find(params, text + 1);

    if (param == NULL) {
        fail_unknown(params, node, text);
        return;
    }
    param->is_used = true;
    if (!param->is_usable) {
        silence(params, node);
        return;
    }
    const ScenarioNode *from = scenario_document_node(params->document, param->node);
    ScenarioNode *to = scenario_tree_node(params->document, node);

    to->kind = from->kind;
    to->value = from->value;
    to->param = param->node;
}

static void put_into_all(const Params *params, uint32_t node)
{
    const ScenarioNode *at = scenario_document_node(params->document, node);

    if (at->kind == SCENARIO_NODE_STRING) {
        put_into(params, node);
    }
    for (uint32_t i = at->first; i != SCENARIO_NODE_NONE;
         i = scenario_document_node(params->document, i)->next) {
        put_into_all(params, i);
    }
}

/* '; did you mean "delay"?': the parameter that an unused one was to be. (transfer full) */
static char *question_of(const Params *params, const Param *unused)
{
    const Param *best = NULL;
    uint32_t best_distance = UINT32_MAX;

    for (guint i = 0; i < params->items->len; i++) {
        const Param *other = param_at(params, i);
        const uint32_t distance = scenario_misspelling(unused->name, other->name);

        if (other->is_used && distance < best_distance && distance < strlen(other->name) &&
            scenario_worth_suggesting(other->name, distance)) {
            best = other;
            best_distance = distance;
        }
    }
    return best == NULL ? g_strdup_printf("; \"$%s\" as a value would use it", unused->name)
                        : g_strdup_printf("; did you mean \"%s\"?", best->name);
}

/* A part may have parameters that the scenario has no use for; nobody else does. */
static void check_use(const Params *params, const Param *param)
{
    const ScenarioNode *at = scenario_document_node(params->document, param->node);
    const bool is_of_part =
        at->source != 0 && scenario_document_source(params->document, param->node) != NULL;

    if (param->is_used || param->is_forgiven || !param->is_usable || is_of_part) {
        return;
    }
    g_autofree char *question = question_of(params, param);

    scenario_reader_fail_at_key(params->reader, param->node, "the parameter \"%s\" is not used%s",
                                param->name, question);
}

void scenario_params_put_in(ScenarioDocument *document, ScenarioReader *reader)
{
    Params params = {
        .document = document,
        .reader = reader,
        .items = g_array_new(FALSE, FALSE, sizeof(Param)),
    };
    const uint32_t own = scenario_document_member(document, 0, "params");

    if (own != SCENARIO_NODE_NONE) {
        read_params(&params, own);
    }
    for (uint32_t i = scenario_document_node(document, 0)->first; i != SCENARIO_NODE_NONE;
         i = scenario_document_node(document, i)->next) {
        const char *key = scenario_document_node(document, i)->key;

        if (i != own && strcmp(key, "include") != 0 && strcmp(key, "$schema") != 0) {
            put_into_all(&params, i);
        }
    }
    for (guint i = 0; i < params.items->len; i++) {
        check_use(&params, param_at(&params, i));
    }
    g_array_unref(params.items);
}
