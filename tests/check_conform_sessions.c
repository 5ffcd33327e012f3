/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Conversations with the deployed plugin: the project's own agree, each expectation that is changed
 * in one is found and nothing else is, and what is wrong with a record is told.
 */

#include <stdlib.h>
#include <string.h>

#include <check.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <json-c/json.h>

#include "sim/conform/run.h"
#include "tests/run_suite.h"

#define SESSIONS "tests/data/conform/sessions-own.json"
#define N_SESSIONS 16u

typedef struct json_object Json;

static char *folder;
static char *file;
static Json *sessions; /* a copy, for the test to change */

static void set_up(void)
{
    folder = g_dir_make_tmp("conform-XXXXXX", NULL);
    ck_assert_ptr_nonnull(folder);
    file = g_build_filename(folder, "sessions", NULL);
    sessions = json_object_from_file(SESSIONS);
    ck_assert_uint_eq(json_object_array_length(sessions), N_SESSIONS);
}

static void tear_down(void)
{
    json_object_put(sessions);
    (void)g_unlink(file);
    (void)g_rmdir(folder);
    g_free(file);
    g_free(folder);
}

static Json *session(const char *name)
{
    for (size_t i = 0; i < N_SESSIONS; i++) {
        Json *found = json_object_array_get_idx(sessions, i);
        if (strcmp(json_object_get_string(json_object_object_get(found, "name")), name) == 0)
            return found;
    }
    ck_abort_msg("no session %s", name);
}

static Json *step(const char *name, size_t index)
{
    Json *found = json_object_array_get_idx(json_object_object_get(session(name), "steps"), index);
    ck_assert_ptr_nonnull(found);
    return found;
}

static ConformRun *run_text(const char *text)
{
    const ConformOptions options = {.kind = "sessions", .show_max = CONFORM_SHOW_MAX};
    ConformRun *run = conform_run_new(&options, NULL);
    ck_assert_ptr_nonnull(run);
    ck_assert(g_file_set_contents(file, text, -1, NULL));
    conform_run_file(run, file);
    return run;
}

/* The sessions as they are now. */
static ConformRun *run_sessions(void)
{
    return run_text(json_object_to_json_string(sessions));
}

/* One session disagrees, once, in that field; the others agree. */
static void expect_found(const char *name, const char *field)
{
    g_autoptr(ConformRun) run = run_sessions();
    const ConformResult *result = conform_run_result(run);
    ck_assert_uint_eq(result->agree, N_SESSIONS - 1);
    ck_assert_uint_eq(result->disagree, 1);
    const ConformDisagreement *only = result->disagreements->pdata[0];
    ck_assert_str_eq(only->name, name);
    ck_assert_str_eq(only->field, field);
}

START_TEST(own_sessions_agree)
{
    g_autoptr(ConformRun) run = run_sessions();
    const ConformResult *result = conform_run_result(run);
    ck_assert_uint_eq(result->agree, N_SESSIONS);
    ck_assert_uint_eq(result->disagree, 0);
    ck_assert_ptr_null(((ConformFile *)result->files->pdata[0])->error);
}
END_TEST

/* Another value of the same type. (transfer full) */
static Json *other_value(const char *key, Json *value)
{
    const char *text = json_object_get_string(value);
    if (strcmp(key, "type") == 0)
        return json_object_new_string(strcmp(text, "pong") == 0 ? "ping" : "pong");
    if (strcmp(key, "how") == 0)
        return json_object_new_string(strcmp(text, "ws") == 0 ? "tcp" : "ws");
    if (json_object_is_type(value, json_type_int))
        return json_object_new_int64(json_object_get_int64(value) + 1);
    if (json_object_is_type(value, json_type_array)) {
        Json *list = json_object_new_array();
        json_object_array_add(list, json_object_new_string("00"));
        return list;
    }
    return json_object_new_string("00");
}

/* Changes each value of a matcher in turn. */
static uint32_t change_matcher(Json *matcher, const char *name, const char *field)
{
    static const char *const keys[] = {"type", "hex", "ext", "code",     "num",
                                       "id",   "ids", "how", "last_irr", "prev"};
    uint32_t n = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        Json *value = json_object_object_get(matcher, keys[i]);
        if (value == NULL)
            continue;
        Json *kept = json_object_get(value);
        json_object_object_add(matcher, keys[i], other_value(keys[i], kept));
        expect_found(name, field);
        json_object_object_add(matcher, keys[i], kept);
        n++;
    }
    return n;
}

/* Where an order is left open, the matcher that is told may be another one; the field is the same.
 */
START_TEST(each_changed_expectation_is_found)
{
    uint32_t n = 0;
    for (size_t i = 0; i < N_SESSIONS; i++) {
        Json *one = json_object_array_get_idx(sessions, i);
        Json *steps = json_object_object_get(one, "steps");
        const char *name = json_object_get_string(json_object_object_get(one, "name"));
        for (size_t j = 0; j < json_object_array_length(steps); j++) {
            Json *matchers = json_object_object_get(json_object_array_get_idx(steps, j), "expect");
            g_autofree char *field = g_strdup_printf("steps[%zu].expect", j);
            for (size_t k = 0; matchers && k < json_object_array_length(matchers); k++)
                n += change_matcher(json_object_array_get_idx(matchers, k), name, field);
        }
    }
    ck_assert_uint_eq(n, 119);
}
END_TEST

START_TEST(what_is_not_expected_is_found)
{
    Json *expects = step("block_overtakes_notice", 6);
    Json *matchers = json_object_object_get(expects, "expect");
    ck_assert_uint_eq(json_object_array_length(matchers), 2);
    json_object_array_del_idx(matchers, 1, 1);
    expect_found("block_overtakes_notice", "steps[6].quiet_ms");
}
END_TEST

START_TEST(what_never_comes_is_found)
{
    Json *matchers = json_object_object_get(step("frames", 11), "expect");
    json_object_array_add(matchers, json_tokener_parse("{\"type\": \"pong\"}"));
    expect_found("frames", "steps[11].expect");
}
END_TEST

/* A close is no other close. */
START_TEST(the_way_of_closing_is_compared)
{
    Json *matcher =
        json_object_array_get_idx(json_object_object_get(step("unsigned_block", 11), "expect"), 0);
    json_object_object_add(matcher, "how", json_object_new_string("ws"));
    expect_found("unsigned_block", "steps[11].expect");
}
END_TEST

/* The recorded bytes count, but for keys, times and codes. */
START_TEST(recorded_bytes_are_compared)
{
    Json *observed = json_object_object_get(step("another_chain", 1), "observed");
    g_autofree char *hex = g_strdup(json_object_get_string(json_object_array_get_idx(observed, 0)));
    hex[10] ^= 1; /* in the key: another digit */
    json_object_array_put_idx(observed, 0, json_object_new_string(hex));
    {
        g_autoptr(ConformRun) run = run_sessions();
        ck_assert_uint_eq(conform_run_result(run)->agree, N_SESSIONS);
    }
    hex[strlen(hex) - 10] = '1'; /* in the LIB */
    json_object_array_put_idx(observed, 0, json_object_new_string(hex));
    expect_found("another_chain", "steps[1].observed");
}
END_TEST

START_TEST(recorded_ids_are_compared)
{
    Json *trx = json_object_object_get(
        json_object_object_get(session("forgotten_transaction"), "trxs"), "old");
    json_object_object_add(trx, "id", json_object_new_string("00"));
    expect_found("forgotten_transaction", "trxs.old.id");
}
END_TEST

/* --- records that are wrong ------------------------------------------------------------------ */

#define STEPS(steps) "{\"name\": \"x\", \"options\": {}, \"setup\": [], \"steps\": [" steps "]}"
#define RECORD(step) STEPS(step ", {\"expect\": []}")

START_TEST(wrong_records_are_told)
{
    static const struct {
        const char *record;
        const char *error;
    } wrong[] = {
        {RECORD("{}"), "steps[0]: must have one of the keys connect, "},
        {RECORD("{\"connect\": 0}"), "must be a number from 1 to 16"},
        {RECORD("{\"connect\": 17}"), "must be a number from 1 to 16"},
        {RECORD("{\"connect\": 1, \"port\": 3}"), "unknown key \"port\""},
        {RECORD("{\"send\": \"0\"}"), "even number of hexadecimal digits"},
        {RECORD("{\"send\": \"${b}\"}"), "${b} stands for nothing"},
        {RECORD("{\"send\": \"\", \"frame\": \"big\"}"), "must be binary, text, split, "},
        {RECORD("{\"control\": \"stop\", \"hex\": \"\"}"), "must be accept_block or push_trx"},
        {RECORD("{\"control\": \"accept_block\", \"hex\": \"00\"}"), "must be a packed block"},
        {RECORD("{\"control\": \"push_trx\", \"hex\": \"00\"}"), "must be a packed transaction"},
        {RECORD("{\"sleep_ms\": 600001}"), "must be a number from 0 to 600000"},
        {RECORD("{\"expect\": 3}"), "expect"},
        {RECORD("{\"make\": \"a\", \"parent\": \"b\"}"), "must be the name of a block"},
        {RECORD("{\"make\": \"a\", \"parent\": \"genesis\", \"slot\": \"soon\"}"),
         "must be \"now\", \"+K\" or a number"},
        {RECORD("{\"make\": \"a\", \"parent\": \"genesis\", \"bad\": \"x\"}"),
         "must be sig, tm, producer or empty"},
        {"{\"name\": \"x\", \"options\": {\"producers\": 27}, \"setup\": [], \"steps\": []}",
         "options: key \"producers\": must be a number from 1 to 26"},
        {"{\"name\": \"x\", \"options\": {\"producers\": 0}, \"setup\": [], \"steps\": []}",
         "options: key \"producers\": must be a number from 1 to 26"},
        {STEPS(""), "key \"steps\": one of them must be \"expect\", or nothing is compared"},
        {STEPS("{\"connect\": 1}, {\"disconnect\": 1}"), "key \"steps\": one of them must be"},
        {"{\"name\": \"x\", \"options\": {}, \"setup\": [], \"steps\": [{\"expect\": []}], "
         "\"tail\": 1}",
         "unknown key \"tail\""},
        {STEPS("{\"connect\": 1}, {\"expect\": [{\"type\": \"hello\", \"last_ir\": 0}]}"),
         "steps[1].expect[0]: unknown key \"last_ir\"; did you mean \"last_irr\"?"},
        {STEPS("{\"connect\": 1}, {\"expect\": [{\"type\": \"hello\", \"save\": {\"code\": "
               "\"A\"}}]}"),
         "key \"save\": what came has no \"code\""},
        {"{\"name\": \"x\", \"options\": {}, \"setup\": [], \"steps\": [{\"expect\": []}], "
         "\"blocks\": {\"a\": "
         "{\"hex\": \"00\", \"id\": \"\"}}}",
         "blocks.a: key \"hex\": must be a packed block or transaction"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(ConformRun) run = run_text(wrong[i].record);
        const ConformFile *only = conform_run_result(run)->files->pdata[0];
        ck_assert_msg(only->error != NULL, "no error: %s", wrong[i].record);
        ck_assert_msg(strstr(only->error, wrong[i].error) != NULL, "%s: %s", wrong[i].record,
                      only->error);
        ck_assert_uint_eq(only->bad_line, 1);
        ck_assert_uint_eq(only->agree, 0);
    }
}
END_TEST

/* What is sent to nobody, and expected of nobody, does no harm. */
START_TEST(a_client_that_is_not_there)
{
    g_autoptr(ConformRun) run = run_text(
        STEPS("{\"send\": \"00\", \"c\": 3}, {\"disconnect\": 3}, {\"expect\": [], \"c\": 3}"));
    ck_assert_uint_eq(conform_run_result(run)->agree, 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("conform_sessions");
    TCase *tcase = tcase_create("sessions");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, own_sessions_agree);
    tcase_add_test(tcase, each_changed_expectation_is_found);
    tcase_add_test(tcase, what_is_not_expected_is_found);
    tcase_add_test(tcase, what_never_comes_is_found);
    tcase_add_test(tcase, the_way_of_closing_is_compared);
    tcase_add_test(tcase, recorded_bytes_are_compared);
    tcase_add_test(tcase, recorded_ids_are_compared);
    tcase_add_test(tcase, wrong_records_are_told);
    tcase_add_test(tcase, a_client_that_is_not_there);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
