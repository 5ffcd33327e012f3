/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/reader.h"

#include <stdarg.h>
#include <string.h>

#include "core/quirks.h"
#include "scenarios/units.h"

/* Most allowed words or keys that a message lists; no table has as many. */
#define LISTED_MAX 40u

typedef struct Mistake {
    char *text;
    uint32_t source;
    uint32_t line;
    uint32_t column;
    uint32_t number; /* in the order of finding, for a stable sort */
} Mistake;

static void clear_mistake(gpointer data)
{
    Mistake *mistake = data;

    g_free(mistake->text);
}

void scenario_reader_init(ScenarioReader *reader, const ScenarioDocument *document,
                          Scenario *scenario)
{
    static const ScenarioMost usual = {
        .peers = SCENARIO_PEERS_MAX,
        .links = SCENARIO_LINKS_MAX,
        .events = SCENARIO_EVENTS_MAX,
        .selected = SCENARIO_SELECTED_MAX,
    };
    static const ScenarioMost untrusted = {
        .peers = SCENARIO_UNTRUSTED_PEERS_MAX,
        .links = SCENARIO_UNTRUSTED_LINKS_MAX,
        .events = SCENARIO_UNTRUSTED_EVENTS_MAX,
        .selected = SCENARIO_UNTRUSTED_SELECTED_MAX,
    };

    *reader = (ScenarioReader){
        .document = document,
        .scenario = scenario,
        .most = document->is_untrusted ? untrusted : usual,
        .mistakes = g_array_new(FALSE, FALSE, sizeof(Mistake)),
        .groups = g_hash_table_new(g_str_hash, g_str_equal),
    };
    g_array_set_clear_func(reader->mistakes, clear_mistake);
}

void scenario_reader_finish(ScenarioReader *reader)
{
    if (reader == NULL) {
        return;
    }
    g_array_unref(reader->mistakes);
    g_hash_table_unref(reader->groups);
}

const ScenarioNode *scenario_reader_node(const ScenarioReader *reader, uint32_t node)
{
    return scenario_document_node(reader->document, node);
}

/* ---- Mistakes -------------------------------------------------------------------------------- */

/* " (parameter "delay", set at file:3:15)": where a value comes from. (transfer full) */
static char *origin_of(const ScenarioReader *reader, const ScenarioNode *at)
{
    if (at->param == SCENARIO_NODE_NONE) {
        return g_strdup("");
    }
    const ScenarioNode *param = scenario_reader_node(reader, at->param);
    const char *file = scenario_document_source(reader->document, at->param);

    return file == NULL ? g_strdup_printf(" (parameter \"%s\", set by --set)", param->key)
                        : g_strdup_printf(" (parameter \"%s\", set at %s:%u:%u)", param->key, file,
                                          param->line, param->column);
}

static bool note(ScenarioReader *reader, uint32_t node, bool of_key, const char *place,
                 const char *text)
{
    const ScenarioNode *at = scenario_reader_node(reader, node);

    if (at->is_told) {
        return false;
    }
    g_autofree char *origin = origin_of(reader, at);
    const Mistake mistake = {
        .text = g_strconcat(place, text, origin, NULL),
        .source = at->source,
        .line = of_key ? at->key_line : at->line,
        .column = of_key ? at->key_column : at->column,
        .number = reader->n_mistakes++,
    };

    g_array_append_val(reader->mistakes, mistake);
    return false;
}

/* Counts a mistake that is one too many to be told. To find its place would take time in the number
 * of its siblings, which may all be wrong. */
static bool only_count(ScenarioReader *reader, uint32_t node)
{
    if (reader->mistakes->len < SCENARIO_ERRORS_MAX) {
        return false;
    }
    reader->n_mistakes += scenario_reader_node(reader, node)->is_told ? 0u : 1u;
    return true;
}

bool scenario_reader_fail_at_key(ScenarioReader *reader, uint32_t node, const char *format, ...)
{
    if (only_count(reader, node)) {
        return false;
    }
    g_autofree char *place = scenario_document_place(reader->document, node, true);
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return note(reader, node, true, place, text);
}

bool scenario_reader_fail(ScenarioReader *reader, uint32_t node, const char *format, ...)
{
    if (only_count(reader, node)) {
        return false;
    }
    g_autofree char *place = scenario_document_place(reader->document, node, false);
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return note(reader, node, false, place, text);
}

bool scenario_reader_fail_elsewhere(ScenarioReader *reader, uint32_t node, const char *place,
                                    const char *format, ...)
{
    va_list arguments;

    if (only_count(reader, node)) {
        return false;
    }
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return note(reader, node, false, place, text);
}

static int compare_mistakes(gconstpointer left, gconstpointer right)
{
    const Mistake *a = left;
    const Mistake *b = right;

    if (a->source != b->source) {
        return a->source < b->source ? -1 : 1;
    }
    if (a->line != b->line) {
        return a->line < b->line ? -1 : 1;
    }
    if (a->column != b->column) {
        return a->column < b->column ? -1 : 1;
    }
    return a->number < b->number ? -1 : 1;
}

void scenario_reader_set_error(const ScenarioReader *reader, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);

    g_assert(reader->mistakes->len > 0);
    g_array_sort(reader->mistakes, compare_mistakes);
    for (guint i = 0; i < reader->mistakes->len; i++) {
        g_string_append_printf(text, "%s%s", i > 0 ? "\n" : "",
                               g_array_index(reader->mistakes, Mistake, i).text);
    }
    if (reader->n_mistakes > reader->mistakes->len) {
        g_string_append_printf(text, "\n%s: and %u more mistakes", reader->document->path,
                               reader->n_mistakes - reader->mistakes->len);
    }
    g_set_error_literal(error, SCENARIO_ERROR, SCENARIO_ERROR_VALUE, text->str);
}

bool scenario_reader_wrong_type(ScenarioReader *reader, uint32_t node, const char *allowed)
{
    return scenario_reader_fail(reader, node, "must be %s, not %s", allowed,
                                scenario_node_kind_name(scenario_reader_node(reader, node)->kind));
}

/* ---- Lists of what is allowed ---------------------------------------------------------------- */

char *scenario_allowed_words(const char *const *words, size_t n_words, const char *found)
{
    GString *out = g_string_new(NULL);
    const char *best = NULL;
    uint32_t best_distance = UINT32_MAX;

    for (size_t i = 0; i < n_words; i++) {
        const uint32_t distance = scenario_misspelling(found, words[i]);

        if (distance < best_distance && scenario_worth_suggesting(words[i], distance)) {
            best = words[i];
            best_distance = distance;
        }
    }
    if (best != NULL) {
        g_string_append_printf(out, "; did you mean \"%s\"?", best);
    } else {
        g_string_append_c(out, ';');
    }
    g_string_append(out, n_words == 1 ? " allowed is" : " allowed are");
    for (size_t i = 0; i < n_words; i++) {
        g_string_append_printf(out, "%s\"%s\"", i > 0 ? ", " : " ", words[i]);
    }
    return g_string_free(out, FALSE);
}

/* ---- Objects --------------------------------------------------------------------------------- */

static void fail_unknown_key(ScenarioReader *reader, uint32_t node, const ScenarioKeyTable *table)
{
    const char *key = scenario_reader_node(reader, node)->key;
    const char *words[LISTED_MAX];

    g_assert(table->n_keys <= LISTED_MAX);
    for (size_t i = 0; i < table->n_keys; i++) {
        words[i] = table->keys[i].name;
    }
    g_autofree char *allowed = scenario_allowed_words(words, table->n_keys, key);
    g_autofree char *quoted = scenario_quote(key);
    const BnetQuirks quirk = table == &scenario_quirks_table ? bnet_quirk_find(key) : 0;

    if (quirk != 0) {
        const char *name = bnet_quirk_name((uint32_t)__builtin_ctz(quirk))->name;
        scenario_reader_fail_at_key(reader, node, "unknown key %s; that quirk's name is \"%s\"",
                                    quoted, name);
        return;
    }
    scenario_reader_fail_at_key(reader, node, "unknown key %s%s", quoted, allowed);
}

static const ScenarioKey *find_key(const ScenarioKeyTable *table, const char *name)
{
    for (size_t i = 0; i < table->n_keys; i++) {
        if (strcmp(table->keys[i].name, name) == 0) {
            return &table->keys[i];
        }
    }
    return NULL;
}

static uint32_t *slot_of(void *keys, const ScenarioKey *key)
{
    return (uint32_t *)((char *)keys + key->offset);
}

bool scenario_reader_object(ScenarioReader *reader, uint32_t node, const ScenarioKeyTable *table,
                            void *ret_keys)
{
    const ScenarioNode *object = scenario_reader_node(reader, node);
    bool ok = true;

    if (object->kind != SCENARIO_NODE_OBJECT) {
        return scenario_reader_wrong_type(reader, node, "an object");
    }
    for (uint32_t i = object->first; i != SCENARIO_NODE_NONE;
         i = scenario_reader_node(reader, i)->next) {
        const ScenarioKey *key = find_key(table, scenario_reader_node(reader, i)->key);

        if (key == NULL) {
            fail_unknown_key(reader, i, table);
            ok = false;
        } else {
            *slot_of(ret_keys, key) = i;
        }
    }
    for (size_t i = 0; i < table->n_keys; i++) {
        if (table->keys[i].required && *slot_of(ret_keys, &table->keys[i]) == SCENARIO_NODE_NONE) {
            ok = scenario_reader_fail(reader, node, "the key \"%s\" is required",
                                      table->keys[i].name);
        }
    }
    return ok;
}

/* ---- Values ---------------------------------------------------------------------------------- */

bool scenario_reader_bool(ScenarioReader *reader, uint32_t node, bool *value)
{
    if (node == SCENARIO_NODE_NONE) {
        return true;
    }
    if (scenario_reader_node(reader, node)->kind != SCENARIO_NODE_BOOL) {
        return scenario_reader_wrong_type(reader, node, "true or false");
    }
    *value = scenario_document_bool(reader->document, node);
    return true;
}

bool scenario_reader_uint(ScenarioReader *reader, uint32_t node, uint64_t min, uint64_t max,
                          uint64_t *value)
{
    uint64_t read = 0;

    if (node == SCENARIO_NODE_NONE) {
        return true;
    }
    if (scenario_reader_node(reader, node)->kind != SCENARIO_NODE_INTEGER) {
        g_autofree char *allowed = g_strdup_printf(
            "an integer from %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT, min, max);

        return scenario_reader_wrong_type(reader, node, allowed);
    }
    if (!scenario_document_uint(reader->document, node, &read) || read < min || read > max) {
        return scenario_reader_fail(reader, node,
                                    "%s is out of range; allowed is %" G_GUINT64_FORMAT
                                    " to %" G_GUINT64_FORMAT,
                                    scenario_document_text(reader->document, node), min, max);
    }
    *value = read;
    return true;
}

bool scenario_reader_uint32(ScenarioReader *reader, uint32_t node, uint32_t min, uint32_t max,
                            uint32_t *value)
{
    uint64_t read = *value;

    if (!scenario_reader_uint(reader, node, min, max, &read)) {
        return false;
    }
    *value = (uint32_t)read;
    return true;
}

/* "0.000001", "5": without needless zeros. (transfer full) */
static char *ppm_text(uint64_t ppm)
{
    char *text =
        g_strdup_printf("%" G_GUINT64_FORMAT ".%06u", ppm / 1000000u, (unsigned)(ppm % 1000000u));
    size_t length = strlen(text);

    while (text[length - 1] == '0') {
        length--;
    }
    text[text[length - 1] == '.' ? length - 1 : length] = '\0';
    return text;
}

bool scenario_reader_ppm(ScenarioReader *reader, uint32_t node, uint64_t min, uint64_t max,
                         uint64_t *value)
{
    uint64_t read = 0;

    if (node == SCENARIO_NODE_NONE) {
        return true;
    }
    const ScenarioNodeKind kind = scenario_reader_node(reader, node)->kind;
    g_autofree char *least = ppm_text(min);
    g_autofree char *most = ppm_text(max);

    if (kind != SCENARIO_NODE_INTEGER && kind != SCENARIO_NODE_NUMBER) {
        g_autofree char *allowed = g_strdup_printf("a number from %s to %s", least, most);

        return scenario_reader_wrong_type(reader, node, allowed);
    }
    const char *text = scenario_document_text(reader->document, node);
    const char *wrong = scenario_units_ppm(text, &read);

    if (wrong == NULL && (read < min || read > max)) {
        wrong = "is out of range";
    }
    if (wrong != NULL) {
        return scenario_reader_fail(reader, node,
                                    "%.40s %s; allowed is %s to %s with at most six decimals", text,
                                    wrong, least, most);
    }
    *value = read;
    return true;
}

bool scenario_reader_ppm32(ScenarioReader *reader, uint32_t node, uint32_t min, uint32_t max,
                           uint32_t *value)
{
    uint64_t read = *value;

    if (!scenario_reader_ppm(reader, node, min, max, &read)) {
        return false;
    }
    *value = (uint32_t)read;
    return true;
}

const ScenarioNode *scenario_reader_array(ScenarioReader *reader, uint32_t node, const char *items,
                                          uint32_t max)
{
    if (node == SCENARIO_NODE_NONE) {
        return NULL;
    }
    const ScenarioNode *at = scenario_reader_node(reader, node);

    if (at->kind != SCENARIO_NODE_ARRAY) {
        g_autofree char *allowed = g_strconcat("an array of ", items, NULL);

        scenario_reader_wrong_type(reader, node, allowed);
        return NULL;
    }
    if (at->n_children > max) {
        scenario_reader_fail(reader, node, "%u %s are too many; at most %u are allowed",
                             at->n_children, items, max);
        return NULL;
    }
    return at;
}

const char *scenario_reader_string(ScenarioReader *reader, uint32_t node, const char *allowed)
{
    if (scenario_reader_node(reader, node)->kind != SCENARIO_NODE_STRING) {
        scenario_reader_wrong_type(reader, node, allowed);
        return NULL;
    }
    return scenario_document_text(reader->document, node);
}

char *scenario_reader_path(ScenarioReader *reader, uint32_t node)
{
    const char *name = scenario_reader_string(reader, node, "a string with the name of a file");

    if (name == NULL) {
        return NULL;
    }
    if (name[0] == '\0') {
        scenario_reader_fail(reader, node, "the name of a file must not be empty");
        return NULL;
    }
    if (reader->document->is_untrusted) {
        scenario_reader_fail(reader, node, "this scenario may name no files");
        return NULL;
    }
    char *path = scenario_document_file_name(reader->document, node);

    g_ptr_array_add(reader->scenario->files, g_strdup(path));
    return path;
}

/* What a duration may be. */
typedef struct DurationRange {
    int64_t min_ns;
    int64_t max_ns;
    const char *or_none; /* what a message adds where "none" is allowed too */
} DurationRange;

/* Reads the text of a node. */
static bool read_duration(ScenarioReader *reader, uint32_t node, const char *text,
                          const DurationRange *range, int64_t *value_ns)
{
    int64_t read = 0;
    const char *wrong = scenario_units_duration(text, &read);

    if (wrong != NULL) {
        g_autofree char *quoted = scenario_quote(text);

        return scenario_reader_fail(reader, node, "%s %s%s", quoted, wrong, range->or_none);
    }
    if (read < range->min_ns || read > range->max_ns) {
        g_autofree char *least = scenario_units_duration_text(range->min_ns);
        g_autofree char *most = scenario_units_duration_text(range->max_ns);

        /* A duration that is not known yet is the greatest one. */
        const bool is_of_run = range->max_ns == reader->scenario->duration_ns &&
                               range->max_ns < SCENARIO_DURATION_MAX_NS;

        return scenario_reader_fail(reader, node, "\"%s\" is out of range; allowed is %s to %s%s%s",
                                    text, least, most, is_of_run ? ", the duration of the run" : "",
                                    range->or_none);
    }
    *value_ns = read;
    return true;
}

bool scenario_reader_duration(ScenarioReader *reader, uint32_t node, int64_t min_ns, int64_t max_ns,
                              int64_t *value_ns)
{
    const DurationRange range = {.min_ns = min_ns, .max_ns = max_ns, .or_none = ""};

    if (node == SCENARIO_NODE_NONE) {
        return true;
    }
    const char *text =
        scenario_reader_string(reader, node, "a string with a duration such as \"1.5s\"");

    return text != NULL && read_duration(reader, node, text, &range, value_ns);
}

bool scenario_reader_duration_or_none(ScenarioReader *reader, uint32_t node, int64_t min_ns,
                                      int64_t max_ns, int64_t *value_ns)
{
    const DurationRange range = {.min_ns = min_ns, .max_ns = max_ns, .or_none = ", or \"none\""};

    if (node == SCENARIO_NODE_NONE) {
        return true;
    }
    const char *text = scenario_reader_string(
        reader, node, "a string with a duration such as \"1.5s\", or \"none\"");

    if (text == NULL) {
        return false;
    }
    if (strcmp(text, "none") == 0) {
        *value_ns = SCENARIO_TIME_NONE;
        return true;
    }
    return read_duration(reader, node, text, &range, value_ns);
}

bool scenario_reader_size(ScenarioReader *reader, uint32_t node, uint32_t min, uint32_t max,
                          uint32_t *value)
{
    uint64_t read = 0;

    if (node == SCENARIO_NODE_NONE ||
        scenario_reader_node(reader, node)->kind == SCENARIO_NODE_INTEGER) {
        return scenario_reader_uint32(reader, node, min, max, value);
    }
    const char *text = scenario_reader_string(
        reader, node, "an integer of bytes or a string with a size such as \"64KiB\"");

    if (text == NULL) {
        return false;
    }
    const char *wrong = scenario_units_size(text, &read);

    if (wrong != NULL) {
        g_autofree char *quoted = scenario_quote(text);

        return scenario_reader_fail(reader, node, "%s %s", quoted, wrong);
    }
    if (read < min || read > max) {
        return scenario_reader_fail(
            reader, node, "\"%s\" is out of range; allowed is %u to %u bytes", text, min, max);
    }
    *value = (uint32_t)read;
    return true;
}

bool scenario_reader_text(ScenarioReader *reader, uint32_t node, size_t max, char **value)
{
    if (node == SCENARIO_NODE_NONE) {
        return true;
    }
    const char *text = scenario_reader_string(reader, node, "a string");

    if (text == NULL) {
        return false;
    }
    if (strlen(text) > max) {
        return scenario_reader_fail(
            reader, node, "the text is too long; %" G_GSIZE_FORMAT " bytes are allowed", max);
    }
    g_free(*value);
    *value = g_strdup(text);
    return true;
}

bool scenario_reader_word(ScenarioReader *reader, uint32_t node, const ScenarioWordTable *table,
                          int *value)
{
    const char *words[LISTED_MAX];

    if (node == SCENARIO_NODE_NONE) {
        return true;
    }
    const char *text = scenario_reader_string(reader, node, "a string");

    if (text == NULL) {
        return false;
    }
    g_assert(table->n_words <= LISTED_MAX);
    for (size_t i = 0; i < table->n_words; i++) {
        words[i] = table->words[i].word;
        if (strcmp(text, words[i]) == 0) {
            *value = table->words[i].value;
            return true;
        }
    }
    g_autofree char *allowed = scenario_allowed_words(words, table->n_words, text);
    g_autofree char *quoted = scenario_quote(text);

    return scenario_reader_fail(reader, node, "%s is not known here%s", quoted, allowed);
}
