/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Conversations held with a node that is a process: the project's own agree, what is expected and
 * does not come is found, and so is a node that behaves otherwise, does not start, or ends badly.
 */

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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
static char *program; /* a script */
static Json *sessions;

static void set_up(void)
{
    ck_assert_ptr_nonnull(getenv("BNETLAB"));
    folder = g_dir_make_tmp("conform-live-XXXXXX", NULL);
    ck_assert_ptr_nonnull(folder);
    file = g_build_filename(folder, "sessions", NULL);
    program = g_build_filename(folder, "program", NULL);
    sessions = json_object_from_file(SESSIONS);
    ck_assert_uint_eq(json_object_array_length(sessions), N_SESSIONS);
}

static void tear_down(void)
{
    json_object_put(sessions);
    (void)g_unlink(file);
    (void)g_unlink(program);
    (void)g_rmdir(folder);
    g_free(program);
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

/* The matcher of a step of a session. */
static Json *matcher(const char *name, size_t step, size_t index)
{
    Json *steps = json_object_object_get(session(name), "steps");
    Json *matchers = json_object_object_get(json_object_array_get_idx(steps, step), "expect");
    ck_assert_uint_lt(index, json_object_array_length(matchers));
    return json_object_array_get_idx(matchers, index);
}

static ConformRun *run_text(const char *text, const char *with)
{
    const ConformOptions options = {
        .kind = "sessions", .show_max = CONFORM_SHOW_MAX, .program = with};
    ConformRun *run = conform_run_new(&options, NULL);
    ck_assert_ptr_nonnull(run);
    ck_assert(g_file_set_contents(file, text, -1, NULL));
    conform_run_file(run, file);
    ck_assert_ptr_null(((ConformFile *)conform_run_result(run)->files->pdata[0])->error);
    return run;
}

/* One session as it is now. */
static ConformRun *run_one(const char *name, const char *with)
{
    return run_text(json_object_to_json_string(session(name)), with);
}

static void expect_agreement(const char *name)
{
    g_autoptr(ConformRun) run = run_one(name, getenv("BNETLAB"));
    ck_assert_uint_eq(conform_run_result(run)->agree, 1);
    ck_assert_uint_eq(conform_run_result(run)->disagree, 0);
}

/* It disagrees in that field, and what came has that in it. */
static void expect_found(const char *name, const char *with, const char *field, const char *got)
{
    g_autoptr(ConformRun) run = run_one(name, with);
    const ConformResult *result = conform_run_result(run);
    ck_assert_uint_eq(result->agree, 0);
    ck_assert_uint_eq(result->disagree, 1);
    ck_assert_uint_eq(result->skipped, 0);
    const ConformDisagreement *only = result->disagreements->pdata[0];
    ck_assert_str_eq(only->name, name);
    ck_assert_str_eq(only->field, field);
    ck_assert_msg(strstr(only->got, got) != NULL, "%s: %s", only->field, only->got);
}

/* A shell script as the program. */
static void write_program(const char *format, const char *argument)
{
    g_autofree char *text = g_strdup_printf(format, argument);
    ck_assert(g_file_set_contents(program, text, -1, NULL));
    ck_assert_int_eq(g_chmod(program, 0700), 0);
}

START_TEST(own_sessions_agree)
{
    g_autoptr(ConformRun) run = run_text(json_object_to_json_string(sessions), getenv("BNETLAB"));
    const ConformResult *result = conform_run_result(run);
    for (guint i = 0; i < result->disagreements->len; i++) {
        const ConformDisagreement *each = result->disagreements->pdata[i];
        ck_abort_msg("%s: %s: expected %s, got %s", each->name, each->field, each->expected,
                     each->got);
    }
    ck_assert_uint_eq(result->agree, N_SESSIONS);
    ck_assert_uint_eq(result->skipped, 0);
}
END_TEST

/* --- what is expected and is not so ---------------------------------------------------------- */

START_TEST(another_byte_is_found)
{
    expect_agreement("frames");
    json_object_object_add(matcher("frames", 9, 0), "hex", json_object_new_string("abce"));
    expect_found("frames", getenv("BNETLAB"), "steps[9].expect", "\"hex\":\"abcd\"");
}
END_TEST

START_TEST(another_close_is_found)
{
    Json *closed = matcher("another_chain", 3, 0);
    ck_assert_str_eq(json_object_get_string(json_object_object_get(closed, "how")), "tcp");
    json_object_object_add(closed, "how", json_object_new_string("ws"));
    expect_found("another_chain", getenv("BNETLAB"), "steps[3].expect", "\"how\":\"tcp\"");
}
END_TEST

START_TEST(what_was_recorded_is_compared)
{
    Json *steps = json_object_object_get(session("another_chain"), "steps");
    Json *observed = json_object_object_get(json_object_array_get_idx(steps, 1), "observed");
    g_autofree char *hex = g_strdup(json_object_get_string(json_object_array_get_idx(observed, 0)));
    hex[strlen(hex) - 10] = '1'; /* in the LIB of its hello */
    json_object_array_put_idx(observed, 0, json_object_new_string(hex));
    expect_found("another_chain", getenv("BNETLAB"), "steps[1].observed", "\"last_irr\":0");
}
END_TEST

START_TEST(what_is_not_expected_is_found)
{
    Json *steps = json_object_object_get(session("block_overtakes_notice"), "steps");
    Json *matchers = json_object_object_get(json_object_array_get_idx(steps, 6), "expect");
    json_object_array_del_idx(matchers, 1, 1);
    expect_found("block_overtakes_notice", getenv("BNETLAB"), "steps[6].quiet_ms",
                 "\"type\":\"block_notice\"");
}
END_TEST

/* --- another node ---------------------------------------------------------------------------- */

/* The protocol as documented is another one: the quirks are what the conversations are about. */
START_TEST(another_profile_is_found)
{
    write_program("#!/bin/sh\nexec '%s' \"$@\" --profile documented\n", getenv("BNETLAB"));
    expect_found("block_overtakes_notice", program, "steps[6].expect", "\"type\":\"block_notice\"");
}
END_TEST

START_TEST(a_bad_end_is_found)
{
    write_program("#!/bin/sh\n'%s' \"$@\"\nexit 7\n", getenv("BNETLAB"));
    expect_found("another_chain", program, "node", "the node ended with status 7");
}
END_TEST

/* It says that it listens on port 1, where nobody does. */
START_TEST(a_node_that_does_not_listen_is_found)
{
    write_program("#!/bin/sh\nwhile read -r line; do echo '%s'; done\n",
                  "{\"ok\":true,\"listening\":\"127.0.0.1:1\",\"peer_id\":\"x\"}");
    expect_found("another_chain", program, "node", "cannot connect to port 1: ");
}
END_TEST

static void expect_skipped(const char *why)
{
    g_autoptr(ConformRun) run = run_one("another_chain", program);
    const ConformResult *result = conform_run_result(run);
    ck_assert_uint_eq(result->agree, 0);
    ck_assert_uint_eq(result->disagree, 0);
    ck_assert_uint_eq(result->skipped, 1);
    const ConformSkip *only = result->skips->pdata[0];
    ck_assert_str_eq(only->name, "another_chain");
    ck_assert_msg(strstr(only->why, why) != NULL, "%s", only->why);
}

START_TEST(a_node_that_does_not_start)
{
    expect_skipped("the node does not start: "); /* there is no such file */
    write_program("#!/bin/sh\nexit %s\n", "3");
    expect_skipped("the node does not start: the node has ended");
    write_program("#!/bin/sh\nread -r line\nkill -s KILL %s\n", "$$");
    expect_skipped("the node does not start: the node has ended");
}
END_TEST

/* Digits of a packed transaction that expires then and does nothing. (transfer full) */
static char *trx_of(guint32 expiration_s)
{
    return g_strdup_printf("00000010%08x000000000000000000000000",
                           GUINT32_SWAP_LE_BE(expiration_s));
}

START_TEST(what_depends_on_the_clock)
{
    Json *trxs = json_object_object_get(session("transaction_notice"), "trxs");
    ck_assert_ptr_null(trxs);
    g_autofree char *hex = trx_of(1767225600u + 1); /* of 2026 */
    Json *one = json_object_new_object();
    trxs = json_object_new_object();
    json_object_object_add(one, "hex", json_object_new_string(hex));
    json_object_object_add(trxs, "late", one);
    json_object_object_add(session("transaction_notice"), "trxs", trxs);
    g_autoptr(ConformRun) run = run_one("transaction_notice", getenv("BNETLAB"));
    const ConformResult *result = conform_run_result(run);
    ck_assert_uint_eq(result->skipped, 1);
    const ConformSkip *only = result->skips->pdata[0];
    ck_assert_msg(strstr(only->why, "the time of late lies between") != NULL, "%s", only->why);
}
END_TEST

START_TEST(other_kinds_are_not_held)
{
    g_autoptr(GError) error = NULL;
    const ConformOptions options = {.kind = "wire", .program = "/nowhere"};
    ck_assert_ptr_null(conform_run_new(&options, &error));
    ck_assert_ptr_nonnull(strstr(error->message, "kind wire are not held live"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("conform_live");
    TCase *tcase = tcase_create("live");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_set_timeout(tcase, 0); /* ctest has one */
    tcase_add_test(tcase, own_sessions_agree);
    tcase_add_test(tcase, another_byte_is_found);
    tcase_add_test(tcase, another_close_is_found);
    tcase_add_test(tcase, what_was_recorded_is_compared);
    tcase_add_test(tcase, what_is_not_expected_is_found);
    tcase_add_test(tcase, another_profile_is_found);
    tcase_add_test(tcase, a_bad_end_is_found);
    tcase_add_test(tcase, a_node_that_does_not_listen_is_found);
    tcase_add_test(tcase, a_node_that_does_not_start);
    tcase_add_test(tcase, what_depends_on_the_clock);
    tcase_add_test(tcase, other_kinds_are_not_held);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
