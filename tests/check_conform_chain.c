/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Recorded traces of the deployed chain: the project's own agree, each value that is changed in one
 * is found and nothing else is, and what is wrong with a record is told.
 */

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

#define TRACES "tests/data/conform/chain-own.jsonl.gz"
#define N_TRACES 8u
#define N_PUSHES 1421u

typedef struct json_object Json;

static char *folder;
static char *file;
static Json *traces[N_TRACES]; /* a copy of each, for the test to change */

static void set_up(void)
{
    folder = g_dir_make_tmp("conform-XXXXXX", NULL);
    ck_assert_ptr_nonnull(folder);
    file = g_build_filename(folder, "traces", NULL);
    g_autoptr(ConformInput) input = conform_input_open(TRACES, NULL);
    ck_assert_ptr_nonnull(input);
    for (unsigned i = 0; i < N_TRACES; i++)
        ck_assert(conform_input_next(input, &traces[i], NULL));
}

static void tear_down(void)
{
    for (unsigned i = 0; i < N_TRACES; i++)
        json_object_put(traces[i]);
    (void)g_unlink(file);
    (void)g_rmdir(folder);
    g_free(file);
    g_free(folder);
}

/* Compares the traces as they are now. */
static ConformRun *run_traces(unsigned n)
{
    const ConformOptions options = {.kind = "chain", .show_max = CONFORM_SHOW_MAX};
    ConformRun *run = conform_run_new(&options, NULL);
    ck_assert_ptr_nonnull(run);
    FILE *out = fopen(file, "wb");
    ck_assert_ptr_nonnull(out);
    for (unsigned i = 0; i < n; i++)
        ck_assert_int_ge(fprintf(out, "%s\n", json_object_to_json_string(traces[i])), 0);
    ck_assert_int_eq(fclose(out), 0);
    conform_run_file(run, file);
    return run;
}

static const char *error_of(const ConformRun *run)
{
    const ConformFile *only = g_ptr_array_index(conform_run_result(run)->files, 0);
    return only->error ? only->error : "";
}

static Json *steps_of(unsigned trace)
{
    return json_object_object_get(traces[trace], "steps");
}

static Json *step_of(unsigned trace, size_t step)
{
    return json_object_array_get_idx(steps_of(trace), step);
}

static bool is_push(Json *step)
{
    return json_object_object_get_ex(step, "push", NULL);
}

START_TEST(test_agree)
{
    const ConformOptions options = {.kind = "chain", .show_max = 10};
    g_autoptr(ConformRun) run = conform_run_new(&options, NULL);
    conform_run_file(run, TRACES);
    ck_assert_str_eq(error_of(run), "");
    ck_assert_uint_eq(conform_run_result(run)->agree, N_PUSHES);
    ck_assert_uint_eq(conform_run_result(run)->disagree, 0);
}
END_TEST

/* --- changes --------------------------------------------------------------------------------- */

/* Where a record may have certain words alone: another one. NULL: it may have any text. */
static const char *other_word(const char *text)
{
    static const char *const results[] = {"accepted", "known", "unlinkable", "future"};
    static const char *const events[] = {"irreversible", "accepted_block_header", "fork_switch",
                                         "accepted_block", "rejected"};
    if (g_str_has_prefix(text, "rejected:"))
        return results[0];
    for (unsigned i = 0; i < G_N_ELEMENTS(results); i++)
        if (strcmp(text, results[i]) == 0)
            return results[(i + 1) % G_N_ELEMENTS(results)];
    for (unsigned i = 0; i < G_N_ELEMENTS(events); i++)
        if (strcmp(text, events[i]) == 0)
            return events[(i + 1) % G_N_ELEMENTS(events)];
    return NULL;
}

/* Another value of the same type. (transfer full) */
static Json *changed(Json *value)
{
    const char *other = other_word(json_object_get_string(value));
    if (other)
        return json_object_new_string(other);
    if (json_object_is_type(value, json_type_int))
        return json_object_new_int64(json_object_get_int64(value) + 1);
    g_autofree char *text = g_strdup(json_object_get_string(value));
    ck_assert_uint_ge(strlen(text), 1);
    char *at = text + strlen(text) / 4;
    *at = *at == '1' ? '2' : '1';
    return json_object_new_string(text);
}

/* Changes a step; false: there is nothing to change. */
typedef bool Change(Json *step, const char *key);

static bool change_key(Json *step, const char *key)
{
    Json *value;
    if (!json_object_object_get_ex(step, key, &value))
        return false;
    json_object_object_add(step, key, changed(value));
    return true;
}

static bool drop_key(Json *step, const char *key)
{
    if (!json_object_object_get_ex(step, key, NULL))
        return false;
    json_object_object_del(step, key);
    return true;
}

/* Changes one of the three items of the last event. */
static bool change_event(Json *step, const char *item)
{
    Json *events = json_object_object_get(step, "events");
    if (!events || json_object_array_length(events) == 0)
        return false;
    Json *event = json_object_array_get_idx(events, json_object_array_length(events) - 1);
    const size_t i = (size_t)(item[0] - '0');
    json_object_array_put_idx(event, i, changed(json_object_array_get_idx(event, i)));
    return true;
}

static bool drop_event(Json *step, const char *key)
{
    Json *events = json_object_object_get(step, key);
    const size_t n = events ? json_object_array_length(events) : 0;
    return n > 0 && json_object_array_del_idx(events, n - 1, 1) == 0;
}

static bool add_event(Json *step, const char *key)
{
    Json *events = json_object_object_get(step, key);
    return events && json_object_array_add(events, json_object_new_array()) == 0;
}

static bool add_fork_head(Json *step, const char *key)
{
    if (!is_push(step) || json_object_object_get_ex(step, key, NULL))
        return false;
    json_object_object_add(step, key, changed(json_object_object_get(step, "head")));
    return true;
}

typedef struct Flip {
    Change *change;
    const char *key;
    const char *field; /* as it is told, or how that begins */
    const char *also;  /* (nullable) another field that depends on it */
} Flip;

static const Flip flips[] = {
    {change_key, "id", "id", NULL},
    {change_key, "num", "num", NULL},
    {change_key, "prev", "prev", NULL},
    {change_key, "slot", "slot", NULL},
    {change_key, "producer", "producer", NULL},
    {change_key, "confirmed", "confirmed", NULL},
    {change_key, "result", "result", NULL},
    {change_key, "head", "head", "fork_head"},
    {change_key, "head_num", "head_num", NULL},
    {change_key, "dpos_lib", "dpos_lib", NULL},
    {change_key, "dpos_proposed", "dpos_proposed", NULL},
    {change_key, "fork_head", "fork_head", NULL},
    {drop_key, "fork_head", "fork_head", NULL},
    {add_fork_head, "fork_head", "fork_head", NULL},
    {change_key, "block_lib", "block_lib", NULL},
    {change_key, "block_proposed", "block_proposed", NULL},
    {change_event, "0", "events[", NULL},
    {change_event, "1", "events[", NULL},
    {change_event, "2", "events[", NULL},
    {drop_event, "events", "events", NULL},
    {add_event, "events", "events", NULL},
};

/* Every step in which a value is changed disagrees in that field alone; all others agree. */
START_TEST(test_changes_are_found)
{
    const Flip *flip = &flips[_i];
    uint64_t n_changed = 0;
    for (unsigned t = 0; t < N_TRACES; t++)
        for (size_t i = 0; i < json_object_array_length(steps_of(t)); i++)
            n_changed += flip->change(step_of(t, i), flip->key);
    ck_assert_uint_ge(n_changed, 10);
    g_autoptr(ConformRun) run = run_traces(N_TRACES);
    const ConformResult *result = conform_run_result(run);
    ck_assert_str_eq(error_of(run), "");
    ck_assert_uint_eq(result->disagree, n_changed);
    ck_assert_uint_eq(result->agree, N_PUSHES - n_changed);
    for (guint i = 0; i < result->disagreements->len; i++) {
        const ConformDisagreement *found = g_ptr_array_index(result->disagreements, i);
        ck_assert_msg(g_str_has_prefix(found->field, flip->field) ||
                          g_strcmp0(found->field, flip->also) == 0,
                      "%s: %s", flip->key, found->field);
    }
}
END_TEST

/* A step that disagrees does not keep the rest of its trace from being compared. */
START_TEST(test_goes_on)
{
    ck_assert(change_key(step_of(1, 20), "result"));
    g_autoptr(ConformRun) run = run_traces(N_TRACES);
    const ConformResult *result = conform_run_result(run);
    ck_assert_uint_eq(result->agree, N_PUSHES - 1);
    ck_assert_uint_eq(result->disagreements->len, 1);
    const ConformDisagreement *found = g_ptr_array_index(result->disagreements, 0);
    ck_assert_str_eq(found->name, "three-producers step 20");
    ck_assert_str_eq(found->field, "result");
    ck_assert_uint_eq(found->line, 2);
}
END_TEST

/* What the chain starts from is compared with the first push. */
START_TEST(test_genesis)
{
    for (unsigned i = 0; i < 2; i++) {
        const char *key = i == 0 ? "id" : "slot";
        Json *genesis = json_object_object_get(traces[i], "genesis");
        json_object_object_add(genesis, key, changed(json_object_object_get(genesis, key)));
    }
    g_autoptr(ConformRun) run = run_traces(N_TRACES);
    const ConformResult *result = conform_run_result(run);
    ck_assert_uint_eq(result->disagree, 2);
    const ConformDisagreement *id = g_ptr_array_index(result->disagreements, 0);
    const ConformDisagreement *slot = g_ptr_array_index(result->disagreements, 1);
    ck_assert_str_eq(id->field, "genesis.id");
    ck_assert_str_eq(slot->field, "genesis.slot");
}
END_TEST

/* Signatures, keys and refusals matter: the traces do not agree with others. */
START_TEST(test_inputs_matter)
{
    const unsigned is_signed = 6;
    ck_assert(json_object_get_boolean(json_object_object_get(traces[is_signed], "verify_sig")));
    json_object_object_add(traces[is_signed], "verify_sig", json_object_new_boolean(false));
    Json *keys = json_object_object_get(traces[is_signed + 1], "keys");
    json_object_array_put_idx(keys, 0, changed(json_object_array_get_idx(keys, 0)));
    uint64_t refused = 0;
    for (size_t i = json_object_array_length(steps_of(5)); i > 0; i--)
        if (json_object_object_get_ex(step_of(5, i - 1), "reject_rule", NULL))
            refused += json_object_array_del_idx(steps_of(5), i - 1, 1) == 0;
    ck_assert_uint_ge(refused, 1);
    for (unsigned i = 5; i < N_TRACES; i++) {
        Json *other = traces[0];
        traces[0] = traces[i];
        traces[i] = other;
        g_autoptr(ConformRun) run = run_traces(1);
        ck_assert_str_eq(error_of(run), "");
        ck_assert_uint_ge(conform_run_result(run)->disagree, 1);
    }
}
END_TEST

/* Bytes that are no block disagree; the trace goes on without them. */
START_TEST(test_malformed_push)
{
    Json *trace = traces[0];
    g_autofree char *longer = g_strconcat(
        json_object_get_string(json_object_object_get(step_of(0, 0), "push")), "00", NULL);
    json_object_object_add(step_of(0, 0), "push", json_object_new_string("0011"));
    json_object_object_add(step_of(0, 1), "push", json_object_new_string(longer));
    ck_assert_int_eq(json_object_array_del_idx(json_object_object_get(trace, "steps"), 2,
                                               json_object_array_length(steps_of(0)) - 2),
                     0);
    g_autoptr(ConformRun) run = run_traces(1);
    const ConformResult *result = conform_run_result(run);
    ck_assert_str_eq(error_of(run), "");
    ck_assert_uint_eq(result->agree, 0);
    ck_assert_uint_eq(result->disagreements->len, 2);
    for (guint i = 0; i < 2; i++) {
        const ConformDisagreement *found = g_ptr_array_index(result->disagreements, i);
        ck_assert_str_eq(found->field, "push");
    }
}
END_TEST

/* --- pushes that ended a process ------------------------------------------------------------- */

/* They may stand alone or in a list, and are no cases. The signed traces have none of their own. */
START_TEST(test_deadly_pushes)
{
    for (unsigned in_list = 0; in_list < 2; in_list++) {
        Json *deadly = json_object_new_object();
        json_object_object_add(deadly, "after_steps", json_object_new_int(11));
        json_object_object_add(deadly, "push",
                               json_object_get(json_object_object_get(step_of(0, 0), "push")));
        json_object_object_add(deadly, "why", json_object_new_string("empty"));
        Json *value = deadly;
        if (in_list) {
            value = json_object_new_array();
            json_object_array_add(value, deadly);
        }
        json_object_object_add(traces[6], "would_crash_original", value);
        g_autoptr(ConformRun) run = run_traces(N_TRACES);
        ck_assert_str_eq(error_of(run), "");
        ck_assert_uint_eq(conform_run_result(run)->agree, N_PUSHES);
    }
}
END_TEST

/* --- bad records ----------------------------------------------------------------------------- */

typedef struct BadRecord {
    const char
        *key; /* of the record or, with a dot, of its genesis or of a push that has two events */
    const char *value; /* JSON; NULL: the key is left out */
    const char *told;
} BadRecord;

#define KEY "\"0002c0ded2bc1f1305fb0faac5e6c03ee3a1924234985427b6167ca569d13df435cf\""

#define ID "00000002e275279422e788c2fc6da9ef5f842f15aa5de29a7df1d0c2b4b0e2a1"

static const BadRecord bad_records[] = {
    {"name", NULL, "no key \"name\""},
    {"name", "5", "key \"name\": its value is of another type than string"},
    {"verify_sig", "0", "key \"verify_sig\": its value is of another type than boolean"},
    {"producers", "[]", "must have 1 to 125 producers and a key of each"},
    {"producers", "[\"alice\", \"bob\"]", "must have 1 to 125 producers and a key of each"},
    {"producers", "[\"ALICE\"]", "producers[0]: must be an account name"},
    {"producers", "[5]", "producers[0]: must be an account name"},
    {"keys", "[]", "must have 1 to 125 producers and a key of each"},
    {"keys", "[\"00\"]", "keys[0]: must be a key: 34 bytes in hexadecimal digits"},
    {"keys", "[\"0x\"]", "keys[0]: must be an even number of hexadecimal digits"},
    {"keys", "[\"EOS6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CX\"]",
     "keys[0]: the checksum of EOS6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CX is wrong"},
    {"verify_sign", "true", "unknown key \"verify_sign\"; did you mean \"verify_sig\"?"},
    {"genesis", "[]", "key \"genesis\": its value is of another type than object"},
    {"genesis.header", "\"00\"", "genesis: key \"header\": must be the header of block 1"},
    {"genesis.header", NULL, "genesis: no key \"header\""},
    {"genesis.other", "1", "genesis: unknown key \"other\": it would not be compared"},
    {"steps", "5", "key \"steps\": its value is of another type than array"},
    {"steps", "[5]", "must be an object"},
    {"steps", "[{}]", "case one-producer step 0: no key \"push\""},
    {"steps", "[{\"reject_rule\": \"00\"}]", "key \"reject_rule\": must be 64 hexadecimal digits"},
    {"steps", "[{\"reject_rule\": \"" ID "\", \"other\": 1}]",
     "unknown key \"other\": it would not be compared"},
    {"other", "1", "unknown key \"other\": it would not be compared"},
    {"would_crash_original", "[{\"push\": \"0\"}]",
     "would_crash_original.push: must be an even number of hexadecimal digits"},
    {"would_crash_original", "{\"other\": 1}", "would_crash_original: no key \"push\""},
    {"push.other", "1", "unknown key \"other\": it would not be compared"},
    {"push.head", NULL, "no key \"head\""},
    {"push.result", "\"maybe\"",
     "key \"result\": \"maybe\" is none of accepted, known, unlinkable, future, rejected:NAME"},
    {"push.result", "\"rejected\"", "key \"result\": \"rejected\" is none of accepted, "},
    {"push.events", "[[\"foo\", 1, \"00\"], []]",
     "events[0]: must begin with irreversible, accepted_block_header, fork_switch, accepted_block "
     "or rejected"},
    {"push.other", "1", "; allowed are \"reject_rule\", \"push\", "},
};

/* The first step of the first trace that has so many events. */
static Json *step_with_events(size_t n)
{
    size_t i = 0;
    Json *events;
    do {
        ck_assert_uint_lt(i, json_object_array_length(steps_of(0)));
        events = json_object_object_get(step_of(0, i++), "events");
    } while (!events || json_object_array_length(events) != n);
    return step_of(0, i - 1);
}

START_TEST(test_bad_record)
{
    const BadRecord *bad = &bad_records[_i];
    const char *dot = strchr(bad->key, '.');
    const char *key = dot ? dot + 1 : bad->key;
    Json *object = traces[0];
    if (dot && g_str_has_prefix(bad->key, "genesis"))
        object = json_object_object_get(traces[0], "genesis");
    else if (dot)
        object = step_with_events(2);
    json_object_object_del(object, key);
    if (bad->value)
        json_object_object_add(object, key, json_tokener_parse(bad->value));
    g_autoptr(ConformRun) run = run_traces(2);
    ck_assert_msg(strstr(error_of(run), bad->told) != NULL, "%s", error_of(run));
    g_autofree char *start = g_strdup_printf("%s:1: ", file);
    ck_assert_msg(g_str_has_prefix(error_of(run), start), "%s", error_of(run));
}
END_TEST

/* Recorded events that are none disagree, as do too few, which are shown with all of ours. */
START_TEST(test_wrong_events)
{
    static const char *const values[] = {"[5, []]", "[]", "5", "null"};
    Json *step = step_with_events(2);
    const char *own = json_object_to_json_string_ext(json_object_object_get(step, "events"),
                                                     JSON_C_TO_STRING_PLAIN);
    g_autofree char *all = g_strdup(own);
    for (unsigned i = 0; i < G_N_ELEMENTS(values); i++) {
        json_object_object_add(step, "events", json_tokener_parse(values[i]));
        g_autoptr(ConformRun) run = run_traces(1);
        const ConformResult *result = conform_run_result(run);
        const ConformDisagreement *found = g_ptr_array_index(result->disagreements, 0);
        ck_assert_str_eq(error_of(run), "");
        ck_assert_uint_eq(result->disagree, 1);
        ck_assert_str_eq(found->field, i == 0 ? "events[0]" : "events");
        ck_assert_str_eq(found->expected, i == 0 ? "5" : values[i]);
        ck_assert_str_eq(found->got, i == 0 ? "a list of three" : all);
        if (i > 0)
            ck_assert_str_eq(found->note, i == 1 ? "0 items expected, 2 items got" : "not a list");
    }
}
END_TEST

START_TEST(test_same_producer_twice)
{
    json_object_object_add(traces[0], "producers", json_tokener_parse("[\"alice\", \"alice\"]"));
    json_object_object_add(traces[0], "keys", json_tokener_parse("[" KEY ", " KEY "]"));
    g_autoptr(ConformRun) run = run_traces(1);
    ck_assert_msg(strstr(error_of(run), "producers[1]: a producer for the second time") != NULL,
                  "%s", error_of(run));
}
END_TEST

/* The header of a block 2, and one with a byte behind it. */
START_TEST(test_genesis_is_block_1)
{
    Json *genesis = json_object_object_get(traces[0], "genesis");
    Json *push = json_object_object_get(step_of(0, 0), "push");
    const char *own = json_object_get_string(json_object_object_get(genesis, "header"));
    g_autofree char *longer = g_strconcat(own, "00", NULL);
    /* A header without changes or extensions is as long as that of block 1. */
    g_autofree char *second = g_strndup(json_object_get_string(push), strlen(own));
    const char *const headers[] = {longer, second};
    for (unsigned i = 0; i < 2; i++) {
        json_object_object_add(genesis, "header", json_object_new_string(headers[i]));
        g_autoptr(ConformRun) run = run_traces(1);
        ck_assert_msg(strstr(error_of(run), "must be the header of block 1") != NULL, "%s",
                      error_of(run));
    }
}
END_TEST

/* 125 producers are allowed, no more. */
START_TEST(test_producers_limit)
{
    for (unsigned n = 125; n <= 126; n++) {
        Json *producers = json_object_new_array();
        Json *keys = json_object_new_array();
        for (unsigned i = 0; i < n; i++) {
            const char name[] = {'p', (char)('a' + i / 26), (char)('a' + i % 26), '\0'};
            json_object_array_add(producers, json_object_new_string(name));
            json_object_array_add(keys, json_tokener_parse(KEY));
        }
        json_object_object_add(traces[0], "producers", producers);
        json_object_object_add(traces[0], "keys", keys);
        json_object_object_add(traces[0], "steps", json_object_new_array());
        json_object_object_del(traces[0], "would_crash_original");
        g_autoptr(ConformRun) run = run_traces(1);
        ck_assert((strstr(error_of(run), "1 to 125 producers") != NULL) == (n == 126));
        ck_assert_uint_eq(strlen(error_of(run)) > 0, n == 126);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("conform_chain");
    TCase *tests = tcase_create("conform_chain");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, test_agree);
    tcase_add_loop_test(tests, test_changes_are_found, 0, (int)G_N_ELEMENTS(flips));
    tcase_add_test(tests, test_goes_on);
    tcase_add_test(tests, test_genesis);
    tcase_add_test(tests, test_inputs_matter);
    tcase_add_test(tests, test_malformed_push);
    tcase_add_test(tests, test_deadly_pushes);
    tcase_add_loop_test(tests, test_bad_record, 0, (int)G_N_ELEMENTS(bad_records));
    tcase_add_test(tests, test_wrong_events);
    tcase_add_test(tests, test_same_producer_twice);
    tcase_add_test(tests, test_genesis_is_block_1);
    tcase_add_test(tests, test_producers_limit);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
