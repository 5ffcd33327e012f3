/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <json-c/json.h>

#include "sim/conform/input.h"
#include "sim/conform/run.h"
#include "tests/run_suite.h"

/*
 * Kinds of recorded cases: the project's own recordings agree, every change of one value in them is
 * found, other notations of the same values agree, and files are read as what they are.
 */

#define DATA "tests/data/conform/"
#define CHUNK_BYTES (64u * 1024)

static char *folder;
static char *file;

static void set_up(void)
{
    folder = g_dir_make_tmp("conform-XXXXXX", NULL);
    ck_assert_ptr_nonnull(folder);
    file = g_build_filename(folder, "records", NULL);
}

static void tear_down(void)
{
    (void)g_unlink(file);
    (void)g_rmdir(folder);
    g_free(file);
    g_free(folder);
}

static void write_file(const char *text, size_t n)
{
    FILE *out = fopen(file, "wb");
    ck_assert_ptr_nonnull(out);
    ck_assert_uint_eq(fwrite(text, 1, n, out), n);
    ck_assert_int_eq(fclose(out), 0);
}

static ConformRun *new_run(const char *kind, uint32_t show_max)
{
    const ConformOptions options = {.kind = kind, .show_max = show_max};
    ConformRun *run = conform_run_new(&options, NULL);
    ck_assert_ptr_nonnull(run);
    return run;
}

/* What a kind makes of a text, as the only file. */
static ConformRun *run_text(const char *kind, const char *text, size_t n)
{
    ConformRun *run = new_run(kind, 10);
    write_file(text, n);
    conform_run_file(run, file);
    return run;
}

static const ConformFile *only_file(const ConformRun *run)
{
    const ConformResult *result = conform_run_result(run);
    ck_assert_uint_eq(result->files->len, 1);
    return g_ptr_array_index(result->files, 0);
}

/* --- the project's own recordings ------------------------------------------------------------ */

typedef struct Recording {
    const char *kind;
    const char *path;
    uint64_t count;
    const char *notes[10]; /* keys of a record that are not compared */
} Recording;

static const Recording recordings[] = {
    {"wire",
     DATA "wire-vectors.json",
     19,
     {"name", "note", "dpos_proposed_irreversible_blocknum", "dpos_irreversible_blocknum"}},
    {"wire", DATA "wire-verdicts.jsonl.gz", 52, {"name", "note", "kind"}},
    {"blocks", DATA "blocks.jsonl", 5, {"name", "note", "chain", "packed_source", "source"}},
    {"transactions",
     DATA "transactions.jsonl",
     3,
     {"name", "note", "chain", "block_num", "source"}},
    {"signatures", DATA "signatures.jsonl", 4, {"name", "note", "chain", "src", "source", "kind"}},
};

START_TEST(test_recordings_agree)
{
    const Recording *recording = &recordings[_i];
    g_autoptr(ConformRun) run = new_run(recording->kind, 10);
    conform_run_file(run, recording->path);
    ck_assert_ptr_null(only_file(run)->error);
    ck_assert_uint_eq(conform_run_result(run)->agree, recording->count);
    ck_assert_uint_eq(conform_run_result(run)->disagree, 0);
}
END_TEST

START_TEST(test_blocks_log_agrees)
{
    g_autoptr(ConformRun) run = new_run("blocks", 10);
    conform_run_file(run, DATA "blocks.log");
    ck_assert_ptr_null(only_file(run)->error);
    ck_assert_uint_eq(conform_run_result(run)->agree, 5);
    ck_assert_uint_eq(conform_run_result(run)->disagree, 0);
}
END_TEST

/* --- changes --------------------------------------------------------------------------------- */

/* Another value than this one, of its type where it has one. (transfer full) */
static struct json_object *changed(struct json_object *value)
{
    if (json_object_is_type(value, json_type_boolean)) {
        return json_object_new_boolean(!json_object_get_boolean(value));
    }
    if (json_object_is_type(value, json_type_int)) {
        return json_object_new_uint64(json_object_get_uint64(value) + 1);
    }
    if (!json_object_is_type(value, json_type_string) || json_object_get_string_len(value) == 0) {
        return json_object_new_string("a1");
    }
    g_autofree char *text = g_strdup(json_object_get_string(value));
    char *at = text + MIN(strlen(text) / 4, 100); /* of a packed block: in its header */
    while ((*at & 0x80) != 0) {
        at--;
    }
    *at = *at == '1' ? '2' : '1';
    return json_object_new_string(text);
}

/* What was tried. */
typedef struct Trial {
    const Recording *recording;
    struct json_object *record; /* all of it, with the one change */
    GString *path;
    bool is_note;
    bool is_malformed; /* the bytes do not decode, nor do they with a change */
    uint64_t count;
} Trial;

static void put_members(struct json_object *from, struct json_object *into)
{
    json_object_object_foreach(from, key, value)
    {
        json_object_object_add(into, key, json_object_get(value));
    }
}

/* The change is found, unless it is one of what is not compared. */
static void try_change(Trial *trial, const char *what)
{
    const char *text = json_object_to_json_string(trial->record);
    g_autoptr(ConformRun) run = run_text(trial->recording->kind, text, strlen(text));
    const ConformFile *result = only_file(run);
    trial->count++;
    if (trial->is_note) {
        ck_assert_msg(result->error == NULL && result->agree == 1, "%s of %s is compared: %s", what,
                      trial->path->str, text);
    } else {
        ck_assert_msg(result->error != NULL || result->disagree == 1, "%s of %s is not found: %s",
                      what, trial->path->str, text);
    }
}

static bool is_note(const Recording *recording, const char *key)
{
    for (size_t i = 0; i < G_N_ELEMENTS(recording->notes) && recording->notes[i] != NULL; i++) {
        if (strcmp(recording->notes[i], key) == 0) {
            return true;
        }
    }
    return false;
}

static void change_inside(Trial *trial, struct json_object *value);

static void change_members(Trial *trial, struct json_object *object)
{
    g_autoptr(GPtrArray) keys = g_ptr_array_new_with_free_func(g_free);
    json_object_object_foreach(object, each, ignored)
    {
        (void)ignored;
        g_ptr_array_add(keys, g_strdup(each));
    }
    for (guint i = 0; i < keys->len; i++) {
        const char *key = g_ptr_array_index(keys, i);
        gsize length = trial->path->len;
        struct json_object *value = json_object_get(json_object_object_get(object, key));
        g_string_append_printf(trial->path, ".%s", key);
        trial->is_note = length == 0 && (is_note(trial->recording, key) ||
                                         (trial->is_malformed && strcmp(key, "hex") == 0));
        if (json_object_is_type(value, json_type_object) ||
            json_object_is_type(value, json_type_array)) {
            change_inside(trial, value);
        } else {
            json_object_object_add(object, key, changed(value));
            try_change(trial, "a change");
        }
        json_object_object_add(object, key, value);
        trial->is_note = false;
        g_string_truncate(trial->path, length);
    }
    json_object_object_add(object, "another key", NULL);
    try_change(trial, "another key");
    json_object_object_del(object, "another key");
}

static void change_items(Trial *trial, struct json_object *array)
{
    size_t count = json_object_array_length(array);
    for (size_t i = 0; i < count; i++) {
        gsize length = trial->path->len;
        struct json_object *value = json_object_get(json_object_array_get_idx(array, i));
        g_string_append_printf(trial->path, "[%zu]", i);
        if (json_object_is_type(value, json_type_object) ||
            json_object_is_type(value, json_type_array)) {
            change_inside(trial, value);
        } else {
            json_object_array_put_idx(array, i, changed(value));
            try_change(trial, "a change");
        }
        json_object_array_put_idx(array, i, value);
        g_string_truncate(trial->path, length);
    }
    json_object_array_add(array, NULL);
    try_change(trial, "another item");
    json_object_array_del_idx(array, count, 1);
}

static void change_inside(Trial *trial, struct json_object *value)
{
    if (json_object_is_type(value, json_type_object)) {
        change_members(trial, value);
    } else {
        change_items(trial, value);
    }
}

/* Makes the record one whose every change can be seen: what a session closes for besides malformed
 * bytes is not in the bytes. */
static void prepare(Trial *trial)
{
    struct json_object *decodes = json_object_object_get(trial->record, "decodes");
    trial->is_malformed = decodes != NULL && !json_object_get_boolean(decodes);
    if (trial->is_malformed) {
        json_object_object_add(trial->record, "hex", json_object_new_string("ffff"));
    }
    struct json_object *verdict = json_object_object_get(trial->record, "verdict");
    if (verdict != NULL && g_str_has_prefix(json_object_get_string(verdict), "closed:tcp:")) {
        json_object_object_add(trial->record, "verdict", json_object_new_string("accepted"));
    }
}

/* Changes every value of every record of a recording in turn, adds a key to every object and an
 * item to every list. */
START_TEST(test_every_change_is_found)
{
    const Recording *recording = &recordings[_i];
    g_autoptr(ConformInput) input = conform_input_open(recording->path, NULL);
    ck_assert_ptr_nonnull(input);
    Trial trial = {.recording = recording, .path = g_string_new(NULL)};
    struct json_object *record = NULL;
    uint64_t records = 0;
    while (conform_input_next(input, &record, NULL)) {
        trial.record = json_object_new_object();
        put_members(record, trial.record);
        prepare(&trial);
        change_inside(&trial, trial.record);
        json_object_put(trial.record);
        json_object_put(record);
        records++;
    }
    ck_assert_uint_eq(records, recording->count);
    ck_assert_uint_gt(trial.count, 8 * records);
    g_string_free(trial.path, TRUE);
}
END_TEST

/* A key that is missing is a bad record, or was one that need not be there: never a crash. */
START_TEST(test_every_key_may_be_missing)
{
    const Recording *recording = &recordings[_i];
    g_autoptr(ConformInput) input = conform_input_open(recording->path, NULL);
    struct json_object *record = NULL;
    ck_assert_ptr_nonnull(input);
    while (conform_input_next(input, &record, NULL)) {
        json_object_object_foreach(record, missing, ignored)
        {
            (void)ignored;
            struct json_object *rest = json_object_new_object();
            put_members(record, rest);
            json_object_object_del(rest, missing);
            const char *text = json_object_to_json_string(rest);
            g_autoptr(ConformRun) run = run_text(recording->kind, text, strlen(text));
            ck_assert_uint_eq(only_file(run)->disagree, 0);
            json_object_put(rest);
        }
        json_object_put(record);
    }
}
END_TEST

/* --- single cases ---------------------------------------------------------------------------- */

#define CODE "5d311439caadf3969cbc3b0f863c991d5fb564261e428371469d8240c0da8403"
#define CODE_UPPER "5D311439CAADF3969CBC3B0F863C991D5FB564261E428371469D8240C0DA8403"
#define PING(sent, code, lib)                                                                      \
    "{\"name\":\"ping\",\"tag\":5,\"hex\":\"05400273af9c860500" CODE "e8030000\","                 \
    "\"json\":{\"sent\":" sent ",\"code\":\"" code "\",\"lib\":" lib "}}"

static const struct {
    const char *record;
    bool agrees;
} notations[] = {
    {PING("\"2019-04-16T02:40:00.123\"", CODE, "1000"), true},
    {PING("1555382400123456", CODE, "1000"), true},
    {PING("1555382400123455", CODE, "1000"), false},
    {PING("\"2019-04-16T02:40:00.123456\"", CODE, "1000"), true},
    {PING("\"2019-04-16T02:40:00.123000\"", CODE, "1000"), false},
    {PING("1555382400123456.0", CODE, "1000"), false},
    {PING("\"2019-04-16T02:40:00.124\"", CODE, "1000"), false},
    {PING("\"2019-04-16T02:40\"", CODE, "1000"), false},
    {PING("null", CODE, "1000"), false},
    {PING("\"2019-04-16T02:40:00.123\"", CODE, "\"1000\""), false},
    {PING("\"2019-04-16T02:40:00.123\"", CODE, "1000.0"), false},
    {PING("\"2019-04-16T02:40:00.123\"", CODE, "-1000"), false},
    {PING("\"2019-04-16T02:40:00.123\"", CODE "00", "1000"), false},
    {PING("\"2019-04-16T02:40:00.123\"", CODE_UPPER, "1000"), true},
};

START_TEST(test_notations)
{
    const char *text = notations[_i].record;
    g_autoptr(ConformRun) run = run_text("wire", text, strlen(text));
    ck_assert_ptr_null(only_file(run)->error);
    ck_assert_msg(only_file(run)->agree == (notations[_i].agrees ? 1 : 0), "%s", text);
    ck_assert_uint_eq(only_file(run)->disagree, notations[_i].agrees ? 0 : 1);
}
END_TEST

/* A disagreement says file, line, record, case, field and both values. */
START_TEST(test_disagreement)
{
    static const char text[] = PING("\"2019-04-16T02:40:00.123\"", CODE, "1000") "\n\n" PING(
        "\"2019-04-16T02:40:00.123\"", CODE, "1001") "\n";
    g_autoptr(ConformRun) run = run_text("wire", text, strlen(text));
    const ConformResult *result = conform_run_result(run);
    ck_assert_uint_eq(result->agree, 1);
    ck_assert_uint_eq(result->disagree, 1);
    ck_assert_uint_eq(result->disagreements->len, 1);
    const ConformDisagreement *found = g_ptr_array_index(result->disagreements, 0);
    ck_assert_str_eq(found->path, file);
    ck_assert_uint_eq(found->line, 3);
    ck_assert_uint_eq(found->record, 2);
    ck_assert_str_eq(found->name, "ping");
    ck_assert_str_eq(found->field, "json.lib");
    ck_assert_str_eq(found->expected, "1001");
    ck_assert_str_eq(found->got, "1000");
}
END_TEST

/* As many disagreements are kept as are asked for; all cases are counted. */
START_TEST(test_show_max)
{
    static const char text[] = PING("0", CODE, "1001") PING("0", CODE, "1001");
    for (uint32_t show = 0; show <= 5; show++) {
        g_autoptr(ConformRun) run = new_run("wire", show);
        write_file(text, strlen(text));
        conform_run_file(run, file);
        ck_assert_uint_eq(conform_run_result(run)->disagree, 2);
        ck_assert_uint_eq(conform_run_result(run)->disagreements->len, MIN(show, 4));
    }
}
END_TEST

/* --- files ----------------------------------------------------------------------------------- */

#define RECORD PING("\"2019-04-16T02:40:00.123\"", CODE, "1000")

static const struct {
    const char *text;
    uint64_t agree;
    const char *error; /* a piece of it; NULL: none */
} files[] = {
    {"", 0, ": holds no record"},
    {" \n\t\r\n", 0, ": holds no record"},
    {"[]", 0, ": holds no record"},
    {"[ ] \n", 0, ": holds no record"},
    {RECORD, 1, NULL},
    {RECORD RECORD "\n" RECORD, 3, NULL},
    {"[" RECORD "]", 1, NULL},
    {"[\n" RECORD "\n,\n" RECORD "\n]\n", 2, NULL},
    {"{}", 0, ":1: no key \"hex\"; every record of kind wire has \"hex\""},
    {"{\"public_key\": \"\", \"sig_digest\": \"\"}", 0, NULL},
    {"[1, null, \"x\", {}]", 0, ":1: must be an object; every record"},
    {"[" RECORD "," RECORD, 2, ":1: not JSON: ',' or ']' must stand here"},
    {"[" RECORD ",", 1, ":1: not JSON: the file ends inside an array"},
    {"[", 0, ":1: not JSON: the file ends inside an array"},
    {"[" RECORD RECORD "]", 1, ":1: not JSON: ',' or ']' must stand here"},
    {"[" RECORD ",]", 1, ":1: not JSON:"},
    {"[" RECORD "]\n]", 1, ":2: not JSON: something stands behind the array"},
    {"[" RECORD "]" RECORD, 1, ":1: not JSON: something stands behind the array"},
    {RECORD "\n\n5\n", 1, ":3: not a record: it must begin with '{'"},
    {RECORD "\n[]", 1, ":2: not a record: it must begin with '{'"},
    {"a,b\n1,2\n", 0, ":1: not a record: it must begin with '{'"},
    {RECORD "\n{\"hex\" \"00\"}", 1, ":2: not JSON:"},
    {RECORD "\n{\"hex\": 'x'}", 1, ":2: not JSON:"},
    {RECORD "\n{\"hex\": \"\xff\"}", 1, ":2: not JSON:"},
    {RECORD "\n{\"hex\":\n\n[1,", 1, ":4: the file ends inside the record that begins in line 2"},
    {RECORD "\n{}\n" RECORD, 1, ":2: no key \"hex\", which other records of the file have"},
    {"\n{}\n" RECORD, 0, ":2: no key \"hex\"; every record of kind wire has \"hex\""},
    {"{\"packed_trx\": \"\"}\n" RECORD, 0, ":1: no key \"hex\", which other records"},
    {"[" RECORD ",\n7]", 1, ":2: no key \"hex\", which other records of the file have"},
    {RECORD "\n{\"hex\": \"00\"}", 1, ":2: no key \"json\""},
    {RECORD "\n{\"hex\": \"000\", \"json\": null}", 1,
     ":2: hex: must be an even number of hexadecimal digits"},
    {RECORD "\n{\"hex\": \"0x\", \"json\": null}", 1,
     ":2: hex: must be an even number of hexadecimal digits"},
    {RECORD "\n{\"hex\": 5, \"json\": null}", 1,
     ":2: hex: must be an even number of hexadecimal digits"},
    {RECORD "\n{\"hex\": \"00\", \"json\": {}}", 1, ":2: no key \"tag\", and the keys of \"json\""},
    {"{\"hex\": \"00\", \"verdict\": \"closed:1007\", \"decodes\": false, \"left\": 0}", 0,
     ":1: key \"left\" stands only with \"decodes\": true"},
    {"{\"hex\": \"00\", \"verdict\": \"closed:1007\", \"decodes\": 0}", 1, NULL},
    {"{\"name\": \"n\", \"hex\": \"0300\", \"json\": null, \"x\": 1}", 0,
     ":1: case n: unknown key \"x\": it would not be compared"},
};

START_TEST(test_files)
{
    const char *text = files[_i].text;
    g_autoptr(ConformRun) run = run_text("wire", text, strlen(text));
    const ConformFile *result = only_file(run);
    ck_assert_uint_eq(result->disagree, 0);
    ck_assert_msg(result->agree == files[_i].agree, "%" G_GUINT64_FORMAT " agree: %s",
                  result->agree, text);
    if (files[_i].error == NULL) {
        ck_assert_msg(result->error == NULL, "%s: %s", text, result->error);
        return;
    }
    ck_assert_msg(result->error != NULL, "no error: %s", text);
    ck_assert_msg(g_str_has_prefix(result->error, file), "%s", result->error);
    ck_assert_msg(g_str_has_prefix(result->error + strlen(file), files[_i].error), "%s",
                  result->error);
}
END_TEST

START_TEST(test_zero_byte)
{
    g_autoptr(ConformRun) run = run_text("wire", "\n\0{}", 4);
    ck_assert_ptr_nonnull(strstr(only_file(run)->error, ":2: a zero byte"));
}
END_TEST

/* Records begin and end wherever the file is cut into pieces to be read. */
START_TEST(test_chunks)
{
    for (size_t shift = 0; shift <= sizeof RECORD; shift++) {
        g_autoptr(GString) text = g_string_new(NULL);
        while (text->len < CHUNK_BYTES - shift) {
            g_string_append_c(text, text->len % 100 == 99 ? '\n' : ' ');
        }
        g_string_append(text, RECORD "\n" RECORD "\n{");
        g_autoptr(ConformRun) run = run_text("wire", text->str, text->len);
        g_autofree char *error = g_strdup_printf("line %zu", (CHUNK_BYTES - shift) / 100 + 3);
        ck_assert_uint_eq(only_file(run)->agree, 2);
        ck_assert_ptr_nonnull(strstr(only_file(run)->error, error));
    }
}
END_TEST

/* Characters of two to four bytes, wherever the file is cut into pieces to be read. */
START_TEST(test_chunks_of_characters)
{
    static const char record[] =
        "{\"name\":\"\u00e9\u20ac\U0001f600\",\"hex\":\"0300\",\"tag\":3,\"json\":null}";
    for (size_t shift = 0; shift < sizeof record; shift++) {
        g_autofree char *text = g_strdup_printf("%*s%s", (int)(CHUNK_BYTES - shift), "", record);
        g_autoptr(ConformRun) run = run_text("wire", text, strlen(text));
        ck_assert_uint_eq(only_file(run)->agree, 1);
    }
}
END_TEST

/* A character that is cut: by what follows, by the end of a chunk and of the file. */
START_TEST(test_cut_character)
{
    static const char *const ends[] = {"\xe2\x82", "\xe2\x82\"}", "\xf0\x9f\x98", "\xc3", "\xbf"};
    static const size_t starts[] = {0, CHUNK_BYTES - 7, CHUNK_BYTES - 6, CHUNK_BYTES - 5};
    for (size_t i = 0; i < G_N_ELEMENTS(starts); i++) {
        g_autofree char *text = g_strdup_printf("%*s{\"a\":\"%s", (int)starts[i], "", ends[_i]);
        g_autoptr(ConformRun) run = run_text("wire", text, strlen(text));
        ck_assert_ptr_nonnull(strstr(only_file(run)->error, ":1: not JSON: invalid utf-8"));
    }
    g_autofree char *behind = g_strdup_printf(RECORD "\n%s", ends[_i]);
    g_autoptr(ConformRun) run = run_text("wire", behind, strlen(behind));
    ck_assert_ptr_nonnull(strstr(only_file(run)->error, ":2: not "));
}
END_TEST

/* A record of many chunks. */
START_TEST(test_long_record)
{
    g_autoptr(GString) text = g_string_new(NULL);
    const uint32_t count = 20000;
    g_string_append(text, "{\"hex\":\"02a09c01");
    for (uint32_t i = 0; i < count; i++) {
        g_string_append(text, CODE);
    }
    g_string_append(text, "\",\"tag\":2,\"json\":{\"block_ids\":[");
    for (uint32_t i = 0; i < count; i++) {
        g_string_append_printf(text, "%s\"%s\"", i == 0 ? "" : ",\n", CODE);
    }
    g_string_append(text, "]}}");
    g_autoptr(ConformRun) run = run_text("wire", text->str, text->len);
    ck_assert_ptr_null(only_file(run)->error);
    ck_assert_uint_eq(only_file(run)->agree, 1);
}
END_TEST

/* Several files: each has its own counts, and an error ends only its own. */
START_TEST(test_several_files)
{
    g_autoptr(ConformRun) run = new_run("wire", 10);
    write_file(RECORD "\n{", strlen(RECORD "\n{"));
    conform_run_file(run, DATA "wire-vectors.json");
    conform_run_file(run, file);
    conform_run_file(run, DATA "no such file");
    conform_run_file(run, DATA);
    conform_run_file(run, DATA "signatures.jsonl");
    conform_run_file(run, DATA "blocks.log");
    conform_run_file(run, file);
    static const uint64_t agree[] = {19, 1, 0, 0, 0, 0, 1};
    static const bool fails[] = {false, true, true, true, false, false, true};
    const ConformResult *result = conform_run_result(run);
    ck_assert_uint_eq(result->files->len, G_N_ELEMENTS(agree));
    for (guint i = 0; i < result->files->len; i++) {
        const ConformFile *each = g_ptr_array_index(result->files, i);
        ck_assert_uint_eq(each->agree, agree[i]);
        ck_assert_uint_eq(each->disagree, 0);
        ck_assert_msg((each->error != NULL) == fails[i], "%s: %s", each->path, each->error);
    }
    ck_assert_uint_eq(result->agree, 21);
}
END_TEST

START_TEST(test_kinds)
{
    g_autoptr(GError) error = NULL;
    const ConformOptions options = {.kind = "block", .show_max = 1};
    ck_assert_ptr_null(conform_run_new(&options, &error));
    ck_assert_ptr_nonnull(
        strstr(error->message, "there is no kind 'block'; there are wire, blocks,"));
    conform_run_free(NULL);
    conform_input_close(NULL);
}
END_TEST

static void add_tests(Suite *suite)
{
    TCase *tests = tcase_create("conform");
    tcase_set_timeout(tests, 120);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    const int n = (int)G_N_ELEMENTS(recordings);
    tcase_add_loop_test(tests, test_recordings_agree, 0, n);
    tcase_add_test(tests, test_blocks_log_agrees);
    tcase_add_loop_test(tests, test_every_change_is_found, 0, n);
    tcase_add_loop_test(tests, test_every_key_may_be_missing, 0, n);
    tcase_add_loop_test(tests, test_notations, 0, (int)G_N_ELEMENTS(notations));
    tcase_add_test(tests, test_disagreement);
    tcase_add_test(tests, test_show_max);
    tcase_add_loop_test(tests, test_files, 0, (int)G_N_ELEMENTS(files));
    tcase_add_test(tests, test_zero_byte);
    tcase_add_test(tests, test_chunks);
    tcase_add_test(tests, test_chunks_of_characters);
    tcase_add_loop_test(tests, test_cut_character, 0, 5);
    tcase_add_test(tests, test_long_record);
    tcase_add_test(tests, test_several_files);
    tcase_add_test(tests, test_kinds);
    suite_add_tcase(suite, tests);
}

int main(void)
{
    Suite *suite = suite_create("conform_cases");
    add_tests(suite);
    return run_suite(suite);
}
