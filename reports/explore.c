/* SPDX-License-Identifier: Apache-2.0 */
#include "reports/explore.h"

#include <json-c/json.h>

#include "reports/format.h"

/* A property or an expectation that did not hold. */
typedef struct Violated {
    char *id;
    uint32_t place; /* of its check among those of a run */
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
    };
    g_array_set_clear_func(explore->violated, clear_violated);
}

void report_explore_finish(ReportExplore *explore)
{
    if (explore != NULL) {
        g_clear_pointer(&explore->violated, g_array_unref);
    }
}

/* --- counting -------------------------------------------------------------------------------- */

/* The properties have the same places in all runs. */
static void add_violated(ReportExplore *explore, const char *id, uint32_t place, uint64_t seed)
{
    guint before = 0;
    for (guint i = 0; i < explore->violated->len; i++) {
        Violated *violated = &g_array_index(explore->violated, Violated, i);
        if (g_str_equal(violated->id, id)) {
            violated->seeds++;
            return;
        }
        before += violated->place <= place;
    }
    Violated violated = {.id = g_strdup(id), .place = place, .seeds = 1, .first_seed = seed};
    g_array_insert_val(explore->violated, before, violated);
}

bool report_explore_add(ReportExplore *explore, const SimResult *result, const bool *seen)
{
    explore->runs++;
    for (uint32_t s = 0; s < SIM_SIGHTINGS; s++) {
        explore->occurred[s] += seen[s] ? 1 : 0;
    }
    if (result->verdict != SIM_VERDICT_FAIL) {
        return false;
    }
    if (explore->failed++ == 0) {
        explore->first_failed = result->seed;
    }
    for (uint32_t i = 0; i < result->n_checks; i++) {
        if (sim_check_outcome(&result->checks[i]) == SIM_OUTCOME_FAIL) {
            add_violated(explore, result->checks[i].id, i, result->seed);
        }
    }
    return true;
}

/* --- text ------------------------------------------------------------------------------------ */

/* The first check that failed. */
static const SimCheckResult *first_failed(const SimResult *result)
{
    for (uint32_t i = 0; i < result->n_checks; i++) {
        if (sim_check_outcome(&result->checks[i]) == SIM_OUTCOME_FAIL) {
            return &result->checks[i];
        }
    }
    return NULL;
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

void report_explore_text_failure(GString *out, const SimResult *result, const ReportStyle *style)
{
    const SimCheckResult *check = first_failed(result);
    g_assert(check != NULL);
    g_autoptr(GString) line = g_string_new(NULL);
    g_string_append_printf(line, "seed %" G_GUINT64_FORMAT ": ", result->seed);
    report_explore_append_violated(line, result);
    g_string_append(line, ": ");
    report_append_clean(line, check->detail);
    if (g_utf8_strlen(line->str, -1) > (glong)style->width) {
        const char *end = g_utf8_offset_to_pointer(line->str, (glong)style->width - 3);
        g_string_truncate(line, (gsize)(end - line->str));
        g_string_append(line, "...");
    }
    g_string_append_printf(out, "%s\n", line->str);
}

/* "12.3 %", rounded down. */
static void append_share(GString *out, uint64_t part, uint64_t whole)
{
    uint64_t permille = whole > 0 ? part * 1000 / whole : 0;
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

static void append_violated(GString *out, const ReportExplore *explore)
{
    if (explore->violated->len == 0) {
        return;
    }
    g_string_append_printf(out, "%-36s %9s  first seed\n", "violated", "seeds");
    for (guint i = 0; i < explore->violated->len; i++) {
        const Violated *violated = &g_array_index(explore->violated, Violated, i);
        g_string_append_printf(out, "  %-34s ", violated->id);
        append_seeds(out, violated->seeds);
        g_string_append_printf(out, "  %" G_GUINT64_FORMAT "\n", violated->first_seed);
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

void report_explore_text_end(GString *out, const ReportExplore *explore,
                             const ReportExploreEnd *end)
{
    append_violated(out, explore);
    append_occurred(out, explore);
    if (end->command != NULL) {
        g_string_append_printf(out, "repeat the first failure: %s\n", end->command);
    }
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

void report_explore_json_end(GString *out, const ReportExplore *explore, uint64_t asked)
{
    g_string_append(out, explore->failed > 0 ? "\n],\n" : "],\n");
    append_violated_json(out, explore);
    g_string_append(out, "\"occurred\": {");
    for (uint32_t s = 0; s < SIM_SIGHTINGS; s++) {
        g_string_append_printf(out, "%s\n  \"%s\": %" G_GUINT64_FORMAT, s == 0 ? "" : ",",
                               sim_sighting_word((SimSighting)s), explore->occurred[s]);
    }
    g_string_append_printf(out,
                           "\n},\n\"seeds\": %" G_GUINT64_FORMAT ",\n\"run\": %" G_GUINT64_FORMAT
                           ",\n\"failed\": %" G_GUINT64_FORMAT "\n}\n",
                           asked, explore->runs, explore->failed);
}
