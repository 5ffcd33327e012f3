/* SPDX-License-Identifier: Apache-2.0 */
#include "reports/hazards.h"

#include <json-c/json.h>

#include "reports/explore.h"
#include "reports/format.h"

/* Columns: hazard, quirk, known for, seed, seeds; then what was violated. */
#define ROW "%-6s  %-22s  %-12s"

void report_hazards_add(ReportHazards *hazards, const ReportHazard *hazard)
{
    if (hazard->found != NULL) {
        hazards->found++;
    } else if (hazard->quirk->breaks[0] != '\0') {
        hazards->missed++;
    } else {
        hazards->expected++;
    }
}

/* --- text ------------------------------------------------------------------------------------ */

void report_hazards_text_begin(GString *out)
{
    g_string_append_printf(out, ROW "  %10s  %6s  violated\n", "hazard", "quirk", "known for",
                           "found in", "seeds");
}

void report_hazards_text_row(GString *out, const ReportHazard *hazard)
{
    const BnetQuirkName *quirk = hazard->quirk;
    g_string_append_printf(out, ROW, quirk->id[0] != '\0' ? quirk->id : "-", quirk->name,
                           quirk->breaks[0] != '\0' ? quirk->breaks : "no property");
    if (hazard->found == NULL) {
        g_string_append(out, "   not found in ");
        report_append_count(out, hazard->seeds);
        g_string_append(out, hazard->seeds == 1 ? " seed\n" : " seeds\n");
        return;
    }
    g_string_append_printf(out, "  %10" G_GUINT64_FORMAT "  %6" G_GUINT64_FORMAT "  ",
                           hazard->found->seed, hazard->seeds);
    report_explore_append_violated(out, hazard->found);
    g_string_append_c(out, '\n');
}

void report_hazards_text_end(GString *out, const ReportHazards *hazards, double wall_seconds)
{
    uint32_t looked_for = hazards->found + hazards->missed + hazards->expected;
    g_string_append_printf(out, "%u", looked_for);
    if (looked_for < hazards->asked) {
        g_string_append_printf(out, " of %u", hazards->asked);
    }
    g_string_append_printf(out, " quirk%s, up to ", hazards->asked == 1 ? "" : "s");
    report_append_count(out, hazards->seeds);
    g_string_append_printf(out, " seed%s each from %" G_GUINT64_FORMAT ": %u found, %u not found",
                           hazards->seeds == 1 ? "" : "s", hazards->first_seed, hazards->found,
                           hazards->missed);
    if (hazards->expected > 0) {
        g_string_append_printf(out, ", %u that break%s no property", hazards->expected,
                               hazards->expected == 1 ? "s" : "");
    }
    char wall[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append_printf(out, " (%s s)\n",
                           g_ascii_formatd(wall, sizeof wall, "%.2f", wall_seconds));
}

/* --- JSON ------------------------------------------------------------------------------------ */

static void append_line(GString *out, json_object *object)
{
    g_string_append(out, json_object_to_json_string_ext(
                             object, JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE));
    g_string_append_c(out, '\n');
    json_object_put(object);
}

static json_object *known_for(const BnetQuirkName *quirk)
{
    json_object *array = json_object_new_array();
    g_auto(GStrv) ids = g_strsplit(quirk->breaks, " ", -1);
    for (char **id = ids; *id != NULL; id++) {
        json_object_array_add(array, json_object_new_string(*id));
    }
    return array;
}

static json_object *violated(const SimResult *result)
{
    json_object *array = json_object_new_array();
    for (uint32_t i = 0; i < result->n_checks; i++) {
        if (sim_check_outcome(&result->checks[i]) == SIM_OUTCOME_FAIL) {
            json_object_array_add(array, json_object_new_string(result->checks[i].id));
        }
    }
    return array;
}

void report_hazards_json_row(GString *out, const ReportHazard *hazard)
{
    const BnetQuirkName *quirk = hazard->quirk;
    json_object *row = json_object_new_object();
    json_object_object_add(row, "hazard", json_object_new_string(quirk->id));
    json_object_object_add(row, "quirk", json_object_new_string(quirk->name));
    json_object_object_add(row, "known_for", known_for(quirk));
    json_object_object_add(row, "found", json_object_new_boolean(hazard->found != NULL));
    json_object_object_add(row, "seeds", json_object_new_uint64(hazard->seeds));
    if (hazard->found != NULL) {
        json_object_object_add(row, "seed", json_object_new_uint64(hazard->found->seed));
        json_object_object_add(row, "violated", violated(hazard->found));
        json_object_object_add(row, "command", json_object_new_string(hazard->command));
    }
    append_line(out, row);
}

void report_hazards_json_end(GString *out, const ReportHazards *hazards)
{
    json_object *end = json_object_new_object();
    json_object_object_add(end, "first_seed", json_object_new_uint64(hazards->first_seed));
    json_object_object_add(end, "seeds", json_object_new_uint64(hazards->seeds));
    json_object_object_add(end, "quirks", json_object_new_uint64(hazards->asked));
    json_object_object_add(end, "found", json_object_new_uint64(hazards->found));
    json_object_object_add(end, "not_found", json_object_new_uint64(hazards->missed));
    json_object_object_add(end, "no_property", json_object_new_uint64(hazards->expected));
    append_line(out, end);
}
