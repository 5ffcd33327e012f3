/* SPDX-License-Identifier: Apache-2.0 */

/* The result of a run, for people and as JSON. */

#include <json-c/json.h>

#include "reports/format.h"
#include "sim/conform/run.h"

/* Appends "  label  text" as a line. */
static void append_line(GString *out, const char *label, const char *text)
{
    g_string_append_printf(out, "    %-8s  ", label);
    report_append_clean(out, text);
    g_string_append_c(out, '\n');
}

static void append_disagreement(GString *out, const ConformDisagreement *disagreement)
{
    report_append_clean(out, disagreement->path);
    if (disagreement->line > 0) {
        g_string_append_printf(out, ":%" G_GUINT64_FORMAT, disagreement->line);
    }
    g_string_append_printf(out, ": record %" G_GUINT64_FORMAT, disagreement->record);
    if (disagreement->name[0] != '\0') {
        g_string_append(out, " (");
        report_append_clean(out, disagreement->name);
        g_string_append_c(out, ')');
    }
    g_string_append(out, ": ");
    report_append_clean(out, disagreement->field);
    g_string_append_c(out, '\n');
    append_line(out, "expected", disagreement->expected);
    append_line(out, "got", disagreement->got);
    if (disagreement->note != NULL) {
        append_line(out, "note", disagreement->note);
    }
}

static void append_skip(GString *out, const ConformSkip *skip)
{
    report_append_clean(out, skip->path);
    g_string_append_printf(out, ":%" G_GUINT64_FORMAT ": record %" G_GUINT64_FORMAT " (",
                           skip->line, skip->record);
    report_append_clean(out, skip->name);
    g_string_append(out, "): was skipped: ");
    report_append_clean(out, skip->why);
    g_string_append_c(out, '\n');
}

/* Files that were not compared, or not to their end. */
typedef struct Rest {
    uint64_t unread; /* nothing of them */
    uint64_t partly;
    uint64_t left_out;
    const ConformFile *last_partly;
} Rest;

static Rest count_rest(const ConformResult *result)
{
    Rest rest = {0};
    for (guint i = 0; i < result->files->len; i++) {
        const ConformFile *file = g_ptr_array_index(result->files, i);
        rest.left_out += file->is_left_out;
        rest.unread += file->is_unread;
        if (file->error != NULL && !file->is_unread) {
            rest.last_partly = file;
            rest.partly++;
        }
    }
    return rest;
}

/* "; 2 files WHAT", or nothing of none. */
static void append_files(GString *out, uint64_t count, const char *one, const char *several)
{
    if (count > 0) {
        g_string_append(out, "; ");
        report_append_count(out, count);
        g_string_append(out, count == 1 ? one : several);
    }
}

/* What the counts do not cover. */
static void append_rest(GString *out, const ConformResult *result)
{
    const Rest rest = count_rest(result);
    append_files(out, rest.partly, " file was not read to its end",
                 " files were not read to their end");
    if (rest.partly == 1 && rest.last_partly->bad_line > 0) {
        g_string_append_printf(out, " (from line %" G_GUINT64_FORMAT " on)",
                               rest.last_partly->bad_line);
    }
    append_files(out, rest.unread, " file could not be read", " files could not be read");
    append_files(out, rest.left_out, " file was left out", " files were left out");
}

void conform_result_text(GString *out, const ConformResult *result)
{
    for (guint i = 0; i < result->disagreements->len; i++) {
        append_disagreement(out, g_ptr_array_index(result->disagreements, i));
    }
    for (guint i = 0; i < result->skips->len; i++)
        append_skip(out, g_ptr_array_index(result->skips, i));
    report_append_count(out, result->agree);
    g_string_append(out, " agree, ");
    report_append_count(out, result->disagree);
    g_string_append(out, " disagree");
    if (result->skipped > 0) {
        g_string_append(out, ", ");
        report_append_count(out, result->skipped);
        g_string_append(out, " skipped");
    }
    append_rest(out, result);
    g_string_append_c(out, '\n');
}

/* Bytes that are not UTF-8 become '?' in a name of a file. */
static struct json_object *json_text(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    return json_object_new_string(valid);
}

static struct json_object *json_file(const ConformFile *file)
{
    struct json_object *json = json_object_new_object();
    json_object_object_add(json, "path", json_text(file->path));
    json_object_object_add(json, "agree", json_object_new_uint64(file->agree));
    json_object_object_add(json, "disagree", json_object_new_uint64(file->disagree));
    json_object_object_add(json, "skipped", json_object_new_uint64(file->skipped));
    json_object_object_add(json, "error", file->error == NULL ? NULL : json_text(file->error));
    json_object_object_add(json, "bad_line",
                           file->bad_line == 0 ? NULL : json_object_new_uint64(file->bad_line));
    json_object_object_add(json, "left_out", json_object_new_boolean(file->is_left_out));
    return json;
}

static struct json_object *json_disagreement(const ConformDisagreement *disagreement)
{
    struct json_object *json = json_object_new_object();
    json_object_object_add(json, "path", json_text(disagreement->path));
    json_object_object_add(json, "line", json_object_new_uint64(disagreement->line));
    json_object_object_add(json, "record", json_object_new_uint64(disagreement->record));
    json_object_object_add(json, "name", json_text(disagreement->name));
    json_object_object_add(json, "field", json_text(disagreement->field));
    json_object_object_add(json, "expected", json_text(disagreement->expected));
    json_object_object_add(json, "got", json_text(disagreement->got));
    json_object_object_add(json, "note",
                           disagreement->note == NULL ? NULL : json_text(disagreement->note));
    return json;
}

static struct json_object *json_skip(const ConformSkip *skip)
{
    struct json_object *json = json_object_new_object();
    json_object_object_add(json, "path", json_text(skip->path));
    json_object_object_add(json, "line", json_object_new_uint64(skip->line));
    json_object_object_add(json, "record", json_object_new_uint64(skip->record));
    json_object_object_add(json, "name", json_text(skip->name));
    json_object_object_add(json, "why", json_text(skip->why));
    return json;
}

void conform_result_json(GString *out, const ConformResult *result)
{
    const Rest rest = count_rest(result);
    struct json_object *json = json_object_new_object();
    struct json_object *files = json_object_new_array();
    struct json_object *disagreements = json_object_new_array();
    struct json_object *skips = json_object_new_array();
    for (guint i = 0; i < result->files->len; i++) {
        json_object_array_add(files, json_file(g_ptr_array_index(result->files, i)));
    }
    for (guint i = 0; i < result->disagreements->len; i++) {
        const ConformDisagreement *each = g_ptr_array_index(result->disagreements, i);
        json_object_array_add(disagreements, json_disagreement(each));
    }
    for (guint i = 0; i < result->skips->len; i++)
        json_object_array_add(skips, json_skip(g_ptr_array_index(result->skips, i)));
    json_object_object_add(json, "kind", json_object_new_string(result->kind));
    json_object_object_add(json, "agree", json_object_new_uint64(result->agree));
    json_object_object_add(json, "disagree", json_object_new_uint64(result->disagree));
    json_object_object_add(json, "skipped", json_object_new_uint64(result->skipped));
    json_object_object_add(json, "files_not_read_to_end",
                           json_object_new_uint64(rest.unread + rest.partly));
    json_object_object_add(json, "files_left_out", json_object_new_uint64(rest.left_out));
    json_object_object_add(json, "files", files);
    json_object_object_add(json, "disagreements", disagreements);
    json_object_object_add(json, "skips", skips);
    g_string_append(out, json_object_to_json_string_ext(json, JSON_C_TO_STRING_PRETTY |
                                                                  JSON_C_TO_STRING_SPACED |
                                                                  JSON_C_TO_STRING_NOSLASHESCAPE));
    g_string_append_c(out, '\n');
    json_object_put(json);
}
