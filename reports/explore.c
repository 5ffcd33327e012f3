/* SPDX-License-Identifier: Apache-2.0 */
#include "reports/explore.h"

#include <string.h>

#include <json-c/json.h>

#include "reports/format.h"

#define CUT_WORD_MAX 20  /* a longer word is cut where the line ends */
#define TOGETHER_MAX 10u /* rows of the table of what failed together */

/* A property or an expectation that did not hold; or several in one run, "S7 L1". */
typedef struct Violated {
    char *id;
    uint32_t place; /* of its check among those of a run; of several: 0 */
    uint64_t seeds;
    uint64_t first_seed;
} Violated;

static void clear_violated(gpointer data)
{
    Violated *violated = data;
    g_free(violated->id);
}

void report_explore_init(ReportExplore *explore, uint64_t first_seed)
{
    *explore = (ReportExplore){
        .first_seed = first_seed,
        .violated = g_array_new(FALSE, FALSE, sizeof(Violated)),
        .together = g_array_new(FALSE, FALSE, sizeof(Violated)),
    };
    g_array_set_clear_func(explore->violated, clear_violated);
    g_array_set_clear_func(explore->together, clear_violated);
}

void report_explore_finish(ReportExplore *explore)
{
    if (explore != NULL) {
        g_clear_pointer(&explore->violated, g_array_unref);
        g_clear_pointer(&explore->together, g_array_unref);
    }
}

/* --- counting -------------------------------------------------------------------------------- */

/* Counts what failed in the run of a seed; the rows are in the order of their places. True: it is
 * the first. */
static bool add_violated(GArray *rows, const char *id, uint32_t place, uint64_t seed)
{
    guint before = 0;
    for (guint i = 0; i < rows->len; i++) {
        Violated *violated = &g_array_index(rows, Violated, i);
        if (g_str_equal(violated->id, id)) {
            violated->seeds++;
            return false;
        }
        before += violated->place <= place;
    }
    Violated violated = {.id = g_strdup(id), .place = place, .seeds = 1, .first_seed = seed};
    g_array_insert_val(rows, before, violated);
    return true;
}

bool report_explore_add(ReportExplore *explore, const SimResult *result, const bool *seen)
{
    explore->runs++;
    for (uint32_t s = 0; s < SIM_SIGHTINGS; s++) {
        explore->occurred[s] += seen[s] ? 1 : 0;
    }
    explore->is_new = false;
    if (result->verdict != SIM_VERDICT_FAIL) {
        return false;
    }
    if (explore->failed++ == 0) {
        explore->first_failed = result->seed;
    }
    for (uint32_t i = 0; i < result->n_checks; i++) {
        if (sim_check_outcome(&result->checks[i]) == SIM_OUTCOME_FAIL) {
            /* The properties have the same places in all runs. */
            (void)add_violated(explore->violated, result->checks[i].id, i, result->seed);
        }
    }
    g_autoptr(GString) ids = g_string_new(NULL);
    report_explore_append_violated(ids, result);
    explore->is_new = add_violated(explore->together, ids->str, 0, result->seed);
    return true;
}

/* --- text ------------------------------------------------------------------------------------ */

/* The check that failed first in time. */
static const SimCheckResult *found_first(const SimResult *result)
{
    const SimCheckResult *first = NULL;
    for (uint32_t i = 0; i < result->n_checks; i++) {
        const SimCheckResult *check = &result->checks[i];
        if (sim_check_outcome(check) == SIM_OUTCOME_FAIL &&
            (first == NULL || check->first_ns < first->first_ns)) {
            first = check;
        }
    }
    return first;
}

void report_explore_append_violated(GString *out, const SimResult *result)
{
    const char *space = "";
    for (uint32_t i = 0; i < result->n_checks; i++) {
        if (sim_check_outcome(&result->checks[i]) == SIM_OUTCOME_FAIL) {
            g_string_append_printf(out, "%s%s", space, result->checks[i].id);
            space = " ";
        }
    }
}

/* Cuts a line that has more columns: behind a word, with "..."; a word that is too long in it. */
static void cut(GString *line, uint32_t columns)
{
    if (g_utf8_strlen(line->str, -1) <= (glong)columns) {
        return;
    }
    const char *end = g_utf8_offset_to_pointer(line->str, (glong)columns - 3);
    const char *space = g_strrstr_len(line->str, end + 1 - line->str, " ");
    bool is_near = space != NULL && end - space < CUT_WORD_MAX;
    g_string_truncate(line, (gsize)((is_near ? space : end) - line->str));
    g_string_append(line, "...");
}

void report_explore_text_failure(GString *out, const SimResult *result, const ReportStyle *style)
{
    const SimCheckResult *check = found_first(result);
    g_assert(check != NULL);
    g_autoptr(GString) ids = g_string_new(NULL);
    report_explore_append_violated(ids, result);
    g_autoptr(GString) line = g_string_new(NULL);
    g_string_append_printf(line, "seed %" G_GUINT64_FORMAT ": %s: ", result->seed, ids->str);
    if (!g_str_equal(check->id, ids->str)) {
        g_string_append_printf(line, "%s ", check->id);
    }
    report_append_clean(line, check->detail);
    cut(line, style->width);
    g_string_append_printf(out, "%s\n", line->str);
}

/* "12.3 %", rounded. */
static void append_share(GString *out, uint64_t part, uint64_t whole)
{
    uint64_t permille = whole > 0 ? (part * 2000 + whole) / (whole * 2) : 0;
    g_string_append_printf(out, "%3" G_GUINT64_FORMAT ".%" G_GUINT64_FORMAT " %%", permille / 10,
                           permille % 10);
}

/* In a column. */
static void append_seeds(GString *out, uint64_t seeds)
{
    g_autoptr(GString) count = g_string_new(NULL);
    report_append_count(count, seeds);
    g_string_append_printf(out, "%9s", count->str);
}

static void append_row(GString *out, const Violated *violated)
{
    g_string_append_printf(out, "  %-34s ", violated->id);
    append_seeds(out, violated->seeds);
    g_string_append_printf(out, "  %" G_GUINT64_FORMAT "\n", violated->first_seed);
}

static void append_violated(GString *out, const ReportExplore *explore)
{
    if (explore->violated->len == 0) {
        return;
    }
    g_string_append_printf(out, "%-36s %9s  first seed\n", "violated", "seeds");
    for (guint i = 0; i < explore->violated->len; i++) {
        append_row(out, &g_array_index(explore->violated, Violated, i));
    }
}

/* The more often, the earlier; then by the first seed. */
static gint compare_seeds(gconstpointer a, gconstpointer b)
{
    const Violated *one = a;
    const Violated *other = b;
    if (one->seeds != other->seeds) {
        return one->seeds > other->seeds ? -1 : 1;
    }
    return one->first_seed < other->first_seed ? -1 : one->first_seed > other->first_seed;
}

/* What failed in the same runs, where that says more than the table of each alone. */
static void append_together(GString *out, const ReportExplore *explore)
{
    bool is_needed = false;
    for (guint i = 0; i < explore->together->len; i++) {
        is_needed |= strchr(g_array_index(explore->together, Violated, i).id, ' ') != NULL;
    }
    if (!is_needed) {
        return;
    }
    g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(Violated));
    g_array_append_vals(rows, explore->together->data, explore->together->len);
    g_array_sort(rows, compare_seeds);
    g_string_append_printf(out, "%-36s %9s  first seed\n", "violated together", "seeds");
    uint64_t rest = 0;
    for (guint i = 0; i < rows->len; i++) {
        const Violated *violated = &g_array_index(rows, Violated, i);
        if (i < TOGETHER_MAX) {
            append_row(out, violated);
        } else {
            rest += violated->seeds;
        }
    }
    if (rest > 0) {
        g_autofree char *words = g_strdup_printf("%u more", rows->len - TOGETHER_MAX);
        g_string_append_printf(out, "  %-34s ", words);
        append_seeds(out, rest);
        g_string_append_c(out, '\n');
    }
}

static void append_occurred(GString *out, const ReportExplore *explore)
{
    g_string_append_printf(out, "%-36s %9s    share\n", "occurred in", "seeds");
    for (uint32_t s = 0; s < SIM_SIGHTINGS; s++) {
        g_string_append_printf(out, "  %-34s ", sim_sighting_name((SimSighting)s));
        append_seeds(out, explore->occurred[s]);
        g_string_append(out, "  ");
        append_share(out, explore->occurred[s], explore->runs);
        g_string_append_c(out, '\n');
    }
}

/* Where the scenario of the first failure is. */
static void append_emitted(GString *out, const ReportExplore *explore, const ReportExploreEnd *end)
{
    g_autoptr(GString) path = g_string_new(NULL);
    report_append_clean(path, end->emit != NULL ? end->emit : "");
    if (end->has_emitted) {
        g_string_append_printf(out, "written to %s: the scenario of seed %" G_GUINT64_FORMAT "\n",
                               path->str, explore->first_failed);
    } else if (end->emit != NULL && explore->failed == 0) {
        g_string_append_printf(out, "nothing was written to %s: no seed failed\n", path->str);
    }
}

void report_explore_text_end(GString *out, const ReportExplore *explore,
                             const ReportExploreEnd *end)
{
    append_violated(out, explore);
    append_together(out, explore);
    append_occurred(out, explore);
    if (end->command != NULL) {
        g_string_append_printf(out, "repeat the first failure: %s\n", end->command);
    }
    append_emitted(out, explore, end);
    report_append_count(out, explore->runs);
    if (explore->runs < end->asked) {
        g_string_append(out, " of ");
        report_append_count(out, end->asked);
    }
    g_string_append_printf(out, " seed%s from %" G_GUINT64_FORMAT ": ", end->asked == 1 ? "" : "s",
                           explore->first_seed);
    report_append_count(out, explore->runs - explore->failed);
    g_string_append(out, " passed, ");
    report_append_count(out, explore->failed);
    char wall[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append_printf(out, " failed (%s s)\n",
                           g_ascii_formatd(wall, sizeof wall, "%.2f", end->wall_seconds));
}

/* --- JSON ------------------------------------------------------------------------------------ */

static void append_value(GString *out, json_object *value)
{
    g_string_append(out, json_object_to_json_string_ext(value, JSON_C_TO_STRING_SPACED |
                                                                   JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(value);
}

static json_object *json_text(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    return json_object_new_string(valid);
}

void report_explore_json_begin(GString *out, uint64_t first_seed)
{
    g_string_append_printf(out, "{\n\"first_seed\": %" G_GUINT64_FORMAT ",\n\"failures\": [",
                           first_seed);
}

void report_explore_json_failure(GString *out, uint64_t index, const SimResult *result,
                                 const char *command)
{
    g_autoptr(GString) hash = g_string_new(NULL);
    report_append_hash(hash, result->trace_hash);
    json_object *violations = json_object_new_array();
    for (uint32_t i = 0; i < result->n_checks; i++) {
        const SimCheckResult *check = &result->checks[i];
        if (sim_check_outcome(check) != SIM_OUTCOME_FAIL) {
            continue;
        }
        json_object *violation = json_object_new_object();
        json_object_object_add(violation, "id", json_text(check->id));
        json_object_object_add(violation, "detail", json_text(check->detail));
        json_object_array_add(violations, violation);
    }
    json_object *failure = json_object_new_object();
    json_object_object_add(failure, "seed", json_object_new_uint64(result->seed));
    json_object_object_add(failure, "trace_hash", json_text(hash->str));
    json_object_object_add(failure, "found_first", json_text(found_first(result)->id));
    json_object_object_add(failure, "violations", violations);
    json_object_object_add(failure, "command", json_text(command));
    g_string_append(out, index == 0 ? "\n  " : ",\n  ");
    append_value(out, failure);
}

static void append_violated_json(GString *out, const ReportExplore *explore)
{
    g_string_append(out, "\"violated\": [");
    for (guint i = 0; i < explore->violated->len; i++) {
        const Violated *violated = &g_array_index(explore->violated, Violated, i);
        json_object *object = json_object_new_object();
        json_object_object_add(object, "id", json_text(violated->id));
        json_object_object_add(object, "seeds", json_object_new_uint64(violated->seeds));
        json_object_object_add(object, "first_seed", json_object_new_uint64(violated->first_seed));
        g_string_append(out, i == 0 ? "\n  " : ",\n  ");
        append_value(out, object);
    }
    g_string_append(out, explore->violated->len > 0 ? "\n],\n" : "],\n");
}

void report_explore_json_end(GString *out, const ReportExplore *explore,
                             const ReportExploreEnd *end)
{
    g_string_append(out, explore->failed > 0 ? "\n],\n" : "],\n");
    append_violated_json(out, explore);
    g_string_append(out, "\"occurred\": {");
    for (uint32_t s = 0; s < SIM_SIGHTINGS; s++) {
        g_string_append_printf(out, "%s\n  \"%s\": %" G_GUINT64_FORMAT, s == 0 ? "" : ",",
                               sim_sighting_word((SimSighting)s), explore->occurred[s]);
    }
    g_string_append(out, "\n},\n\"emitted\": ");
    append_value(out, end->has_emitted ? json_text(end->emit) : NULL);
    g_string_append_printf(out,
                           ",\n\"seeds\": %" G_GUINT64_FORMAT ",\n\"run\": %" G_GUINT64_FORMAT
                           ",\n\"failed\": %" G_GUINT64_FORMAT "\n}\n",
                           end->asked, explore->runs, explore->failed);
}
