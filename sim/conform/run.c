/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/conform/run.h"

#include <stdarg.h>
#include <string.h>

#include "sim/conform/conform.h"
#include "sim/conform/input.h"
#include "sim/conform/log.h"

static const ConformKind *const kinds[] = {
    &conform_kind_wire,       &conform_kind_blocks, &conform_kind_transactions,
    &conform_kind_signatures, &conform_kind_chain,  &conform_kind_sessions,
};

/* Records between two calls of the progress function. */
#define PROGRESS_RECORDS 64u

/* Of the case that is being compared. */
typedef struct Case {
    GString *name;
    bool is_open;
    bool has_disagreed;
} Case;

struct ConformRun {
    const ConformKind *kind;
    ConformOptions options;
    ConformResult result;
    ConformFile *file; /* that is being read */
    uint64_t line;
    uint64_t record;
    char *bad; /* (nullable) what is wrong with the record */
    Case now;
    GString *path;
    GArray *steps;   /* (element-type gsize) lengths of `path` to go back to */
    GPtrArray *heap; /* what a kind was given, until its check() has returned */
    uint8_t *scratch;
};

/* --- results --------------------------------------------------------------------------------- */

static void disagreement_free(gpointer data)
{
    ConformDisagreement *disagreement = data;
    g_free(disagreement->name);
    g_free(disagreement->field);
    g_free(disagreement->expected);
    g_free(disagreement->got);
    g_free(disagreement->note);
    g_free(disagreement);
}

static void skip_free(gpointer data)
{
    ConformSkip *skip = data;
    g_free(skip->name);
    g_free(skip->why);
    g_free(skip);
}

static void file_free(gpointer data)
{
    ConformFile *file = data;
    g_free(file->path);
    g_free(file->error);
    g_free(file);
}

static const ConformKind *find_kind(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (strcmp(kinds[i]->name, name) == 0) {
            return kinds[i];
        }
    }
    return NULL;
}

char *conform_kinds_text(void)
{
    GString *out = g_string_new(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_string_append_printf(out, "%s%s", i == 0 ? "" : ", ", kinds[i]->name);
    }
    return g_string_free(out, FALSE);
}

ConformRun *conform_run_new(const ConformOptions *options, GError **error)
{
    const ConformKind *kind = find_kind(options->kind);
    g_assert(options->show_max <= CONFORM_SHOW_MAX);
    if (kind == NULL) {
        g_autofree char *allowed = conform_kinds_text();
        g_set_error(error, CONFORM_INPUT_ERROR, CONFORM_INPUT_ERROR_FILE,
                    "there is no kind '%s'; there are %s", options->kind, allowed);
        return NULL;
    }
    if (options->program != NULL && kind != &conform_kind_sessions) {
        g_set_error(error, CONFORM_INPUT_ERROR, CONFORM_INPUT_ERROR_FILE,
                    "cases of kind %s are not held live, only those of kind sessions", kind->name);
        return NULL;
    }
    ConformRun *run = g_new0(ConformRun, 1);
    *run = (ConformRun){
        .kind = kind,
        .options = *options,
        .result = {.kind = kind->name,
                   .files = g_ptr_array_new_with_free_func(file_free),
                   .disagreements = g_ptr_array_new_with_free_func(disagreement_free),
                   .skips = g_ptr_array_new_with_free_func(skip_free)},
        .now = {.name = g_string_new(NULL)},
        .path = g_string_new(NULL),
        .steps = g_array_new(FALSE, FALSE, sizeof(gsize)),
        .heap = g_ptr_array_new_with_free_func(g_free),
        .scratch = g_malloc(BNET_WIRE_SCRATCH_BYTES),
    };
    return run;
}

const ConformResult *conform_run_result(const ConformRun *run)
{
    return &run->result;
}

void conform_run_free(ConformRun *run)
{
    if (run == NULL) {
        return;
    }
    g_ptr_array_unref(run->result.files);
    g_ptr_array_unref(run->result.disagreements);
    g_ptr_array_unref(run->result.skips);
    g_string_free(run->now.name, TRUE);
    g_string_free(run->path, TRUE);
    g_array_unref(run->steps);
    g_ptr_array_unref(run->heap);
    g_free(run->bad);
    g_free(run->scratch);
    g_free(run);
}

/* --- what a kind calls ----------------------------------------------------------------------- */

BnetScratch conform_scratch(ConformRun *run)
{
    return (BnetScratch){.bytes = run->scratch, .n = BNET_WIRE_SCRATCH_BYTES};
}

void *conform_alloc(ConformRun *run, size_t bytes)
{
    void *memory = g_malloc0(MAX(bytes, 1));
    g_ptr_array_add(run->heap, memory);
    return memory;
}

void conform_enter(ConformRun *run, const char *key)
{
    gsize length = run->path->len;
    g_array_append_val(run->steps, length);
    if (run->path->len > 0 && key[0] != '[' && key[0] != '\0') {
        g_string_append_c(run->path, '.');
    }
    g_string_append(run->path, key);
}

void conform_enter_index(ConformRun *run, size_t index)
{
    gsize length = run->path->len;
    g_array_append_val(run->steps, length);
    g_string_append_printf(run->path, "[%zu]", index);
}

void conform_leave(ConformRun *run)
{
    g_assert(run->steps->len > 0);
    g_string_truncate(run->path, g_array_index(run->steps, gsize, run->steps->len - 1));
    g_array_set_size(run->steps, run->steps->len - 1);
}

void conform_case_begin(ConformRun *run, const char *name)
{
    g_assert(!run->now.is_open);
    g_string_assign(run->now.name, name);
    run->now.is_open = true;
    run->now.has_disagreed = false;
}

void conform_case_printf(ConformRun *run, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *name = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    conform_case_begin(run, name);
}

void conform_case_end(ConformRun *run)
{
    g_assert(run->now.is_open && run->steps->len == 0);
    run->now.is_open = false;
    if (conform_is_bad(run)) {
        return;
    }
    if (run->now.has_disagreed) {
        run->file->disagree++;
        run->result.disagree++;
    } else {
        run->file->agree++;
        run->result.agree++;
    }
}

void conform_case_skip(ConformRun *run, const char *why)
{
    g_assert(run->now.is_open && run->steps->len == 0);
    run->now.is_open = false;
    if (conform_is_bad(run))
        return;
    run->file->skipped++;
    run->result.skipped++;
    if (run->result.skips->len >= run->options.show_max)
        return;
    ConformSkip *skip = g_new(ConformSkip, 1);
    *skip = (ConformSkip){
        .path = run->file->path,
        .line = run->line,
        .record = run->record,
        .name = g_strdup(run->now.name->str),
        .why = g_strdup(why),
    };
    g_ptr_array_add(run->result.skips, skip);
}

const char *conform_program(const ConformRun *run)
{
    return run->options.program;
}

bool conform_case_disagrees(const ConformRun *run)
{
    return run->now.has_disagreed;
}

void conform_disagree(ConformRun *run, const char *field, const char *expected, const char *got)
{
    conform_disagree_note(run, field, expected, got, NULL);
}

void conform_disagree_note(ConformRun *run, const char *field, const char *expected,
                           const char *got, const char *note)
{
    g_assert(run->now.is_open);
    if (conform_is_bad(run)) {
        return;
    }
    run->now.has_disagreed = true;
    if (run->result.disagreements->len >= run->options.show_max) {
        return;
    }
    conform_enter(run, field);
    ConformDisagreement *disagreement = g_new(ConformDisagreement, 1);
    *disagreement = (ConformDisagreement){
        .path = run->file->path,
        .line = run->line,
        .record = run->record,
        .name = g_strdup(run->now.name->str),
        .field = g_strdup(run->path->str),
        .expected = g_strdup(expected),
        .got = g_strdup(got),
        .note = g_strdup(note),
    };
    g_ptr_array_add(run->result.disagreements, disagreement);
    conform_leave(run);
}

void conform_bad(ConformRun *run, const char *format, ...)
{
    if (conform_is_bad(run)) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *what = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    GString *out = g_string_new(NULL);
    if (run->now.is_open && run->now.name->len > 0) {
        g_string_append_printf(out, "case %s: ", run->now.name->str);
    }
    if (run->path->len > 0) {
        g_string_append_printf(out, "%s: ", run->path->str);
    }
    g_string_append(out, what);
    run->bad = g_string_free(out, FALSE);
}

bool conform_is_bad(const ConformRun *run)
{
    return run->bad != NULL;
}

/* --- files ----------------------------------------------------------------------------------- */

/* The first key that a record of the kind must have and this one has not; NULL: it has them. */
static const char *missing_marker(const ConformKind *kind, struct json_object *record)
{
    for (size_t i = 0; i < CONFORM_MARKERS_MAX && kind->markers[i] != NULL; i++) {
        if (!json_object_is_type(record, json_type_object) ||
            json_object_object_get_ex(record, kind->markers[i], NULL) == 0) {
            return kind->markers[i];
        }
    }
    return NULL;
}

static void begin_record(ConformRun *run, uint64_t line)
{
    run->line = line;
    run->record++;
    const bool is_time = run->options.program != NULL || run->record % PROGRESS_RECORDS == 0;
    if (run->options.progress != NULL && is_time) {
        run->options.progress(run->options.progress_data, &run->result);
    }
}

/* After a record; false if it was bad. */
static bool end_record(ConformRun *run)
{
    g_ptr_array_set_size(run->heap, 0);
    if (!conform_is_bad(run)) {
        return true;
    }
    run->file->error =
        g_strdup_printf("%s:%" G_GUINT64_FORMAT ": %s", run->file->path, run->line, run->bad);
    run->file->bad_line = run->line;
    g_clear_pointer(&run->bad, g_free);
    return false;
}

/* The record has what marks another kind. */
static bool is_of_another_kind(const ConformKind *kind, struct json_object *record)
{
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (kinds[i] != kind && missing_marker(kinds[i], record) == NULL) {
            return true;
        }
    }
    return false;
}

/* The record is of no kind: it lacks a key, which may be misspelt. */
static void refuse_record(ConformRun *run, struct json_object *record, const char *missing)
{
    const ConformKind *kind = run->kind;
    ConformObject object = conform_open(run, record);
    (void)conform_take(&object, missing);
    GString *out = g_string_new(run->bad);
    g_string_append_printf(out, "; every record of kind %s has", kind->name);
    for (size_t i = 0; i < CONFORM_MARKERS_MAX && kind->markers[i] != NULL; i++) {
        g_string_append_printf(out, "%s \"%s\"", i == 0 ? "" : ",", kind->markers[i]);
    }
    g_free(run->bad);
    run->bad = g_string_free(out, FALSE);
}

/* The place of the first record that is of another kind. */
typedef struct Stranger {
    uint64_t line; /* 0: there is none */
    const char *missing;
} Stranger;

/* Compares a record. False: the file is bad. */
static bool check_record(ConformRun *run, struct json_object *record, Stranger *stranger,
                         bool *has_own)
{
    const char *missing = missing_marker(run->kind, record);
    if (missing == NULL && stranger->line == 0) {
        *has_own = true;
        run->kind->check(run, record);
        return end_record(run);
    }
    if (!*has_own && missing != NULL && !is_of_another_kind(run->kind, record)) {
        refuse_record(run, record, missing);
        return end_record(run);
    }
    if (stranger->line == 0) {
        *stranger = (Stranger){.line = run->line, .missing = missing};
    }
    *has_own |= missing == NULL;
    if (!*has_own) {
        return true;
    }
    run->line = stranger->line;
    conform_bad(run, "no key \"%s\", which other records of the file have", stranger->missing);
    return end_record(run);
}

static void read_records(ConformRun *run, ConformInput *input)
{
    g_autoptr(GError) error = NULL;
    Stranger stranger = {0};
    bool has_own = false;
    bool is_good = true;
    struct json_object *record = NULL;
    while (is_good && conform_input_next(input, &record, &error)) {
        begin_record(run, conform_input_line(input));
        is_good = check_record(run, record, &stranger, &has_own);
        json_object_put(record);
    }
    if (error != NULL) {
        run->file->error = g_strdup(error->message);
        run->file->bad_line = conform_input_line(input);
    } else if (run->record == 0) {
        run->file->error = g_strdup_printf("%s: holds no record", run->file->path);
        run->file->is_unread = true;
    }
    run->file->is_left_out = run->file->error == NULL && !has_own;
}

/* The blocks of a blocks.log, each of which is a case. */
static void read_log(ConformRun *run, const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(SimLogFile) log = sim_log_open(path, &error);
    SimLogEntry entry;
    while (log != NULL && sim_log_next(log, &entry, &error)) {
        begin_record(run, 0);
        conform_log_block(run, &entry);
        const bool is_good = end_record(run);
        g_assert(is_good); /* there is no record that could be bad */
    }
    if (error != NULL) {
        run->file->error = g_strdup(error->message);
    }
}

void conform_run_file(ConformRun *run, const char *path)
{
    g_autoptr(GError) error = NULL;
    run->file = g_new0(ConformFile, 1);
    run->file->path = g_strdup(path);
    run->record = 0;
    g_ptr_array_add(run->result.files, run->file);
    g_autoptr(ConformInput) input = conform_input_open(path, &error);
    if (input == NULL) {
        run->file->error = g_strdup(error->message);
        run->file->is_unread = true;
        return;
    }
    ConformContent content = conform_input_content(input);
    if (content == CONFORM_CONTENT_RECORDS) {
        read_records(run, input);
    } else if (run->kind != &conform_kind_blocks) {
        run->file->is_left_out = true;
    } else if (content == CONFORM_CONTENT_PACKED_BLOCKS_LOG) {
        run->file->error = g_strdup_printf("%s: a gzipped blocks.log; unpack it first", path);
        run->file->is_unread = true;
    } else if (!g_file_test(path, G_FILE_TEST_IS_REGULAR)) {
        /* What was read of it to know what it is cannot be read again. */
        run->file->error = g_strdup_printf("%s: a blocks.log must be a file, not a pipe", path);
        run->file->is_unread = true;
    } else {
        read_log(run, path);
    }
}
