/* SPDX-License-Identifier: Apache-2.0 */

/* What a step of a conversation expects, and what comes. */

#include <string.h>

#include "sim/conform/fields.h"
#include "sim/conform/sessions.h"
#include "sim/conform/sessions_form.h"

#define WITHIN_DEFAULT_MS 1500u

/* A recorded value with the ${NAME}s in it filled in. (transfer full) */
static struct json_object *fill_in_value(Conversation *talk, struct json_object *value)
{
    if (json_object_is_type(value, json_type_string)) {
        g_autofree char *text = sessions_text(talk, json_object_get_string(value));
        return text != NULL ? json_object_new_string(text) : NULL;
    }
    if (!json_object_is_type(value, json_type_array))
        return json_object_get(value);
    struct json_object *list = json_object_new_array();
    for (size_t i = 0; i < json_object_array_length(value); i++)
        json_object_array_add(list, fill_in_value(talk, json_object_array_get_idx(value, i)));
    return list;
}

/* --- matching -------------------------------------------------------------------------------- */

static bool has_same_ids(struct json_object *wanted, struct json_object *got)
{
    const size_t n = wanted ? json_object_array_length(wanted) : 0;
    if (!json_object_is_type(got, json_type_array) || json_object_array_length(got) != n)
        return false;
    for (size_t i = 0; i < n; i++) {
        bool found = false;
        for (size_t j = 0; j < n && !found; j++)
            found = json_object_equal(json_object_array_get_idx(wanted, i),
                                      json_object_array_get_idx(got, j));
        if (!found)
            return false;
    }
    return true;
}

static bool matches_key(Conversation *talk, const char *key, struct json_object *wanted,
                        struct json_object *got)
{
    if (strcmp(key, "save") == 0 || strcmp(key, "observed") == 0)
        return true;
    struct json_object *filled = fill_in_value(talk, wanted);
    const bool is_set = strcmp(key, "ids_set") == 0;
    struct json_object *ours = json_object_object_get(got, is_set ? "ids" : key);
    const bool same = is_set ? has_same_ids(filled, ours) : ours && json_object_equal(filled, ours);
    json_object_put(filled);
    return same;
}

static bool matches(Conversation *talk, struct json_object *wanted, struct json_object *got)
{
    bool same = json_object_is_type(wanted, json_type_object);
    struct json_object_iterator at = json_object_iter_begin(wanted);
    struct json_object_iterator end = json_object_iter_end(wanted);
    for (; same && !json_object_iter_equal(&at, &end); json_object_iter_next(&at))
        same = matches_key(talk, json_object_iter_peek_name(&at), json_object_iter_peek_value(&at),
                           got);
    return same;
}

/* {"save": {"peer_id": "pid"}}: from now on ${pid} is what came. */
static void save(Conversation *talk, struct json_object *wanted, struct json_object *got)
{
    struct json_object *names = json_object_object_get(wanted, "save");
    if (!json_object_is_type(names, json_type_object))
        return;
    struct json_object_iterator at = json_object_iter_begin(names);
    struct json_object_iterator end = json_object_iter_end(names);
    for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at)) {
        struct json_object *value = json_object_object_get(got, json_object_iter_peek_name(&at));
        struct json_object *name = json_object_iter_peek_value(&at);
        if (value != NULL)
            sessions_set_value(talk, json_object_get_string(name), "",
                               json_object_get_string(value));
        else
            conform_bad(talk->run, "key \"save\": what came has no \"%s\"",
                        json_object_iter_peek_name(&at));
    }
}

static const char *text_of(struct json_object *value)
{
    return json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN);
}

/* --- what comes ------------------------------------------------------------------------------ */

static void send_pong(Conversation *talk, uint32_t client, struct json_object *ping)
{
    const char *code = json_object_get_string(json_object_object_get(ping, "code"));
    g_autofree char *digits = g_strdup_printf("060000000000000000%s", code);
    struct json_object *value = json_object_new_string(digits);
    talk_send(talk->talk, client, TALK_FRAME_BINARY, conform_hex(talk->run, value));
    json_object_put(value);
}

static bool is_ping(struct json_object *form)
{
    return strcmp(json_object_get_string(json_object_object_get(form, "type")), "ping") == 0;
}

/* The next thing that a client gets before its time is over; NULL: nothing. Pings are answered. */
static struct json_object *next_form(Conversation *talk, uint32_t client, uint32_t *left_ms)
{
    TalkItem item;
    if (!talk_next(talk->talk, client, left_ms, &item))
        return NULL;
    struct json_object *form = sessions_form(&item, conform_scratch(talk->run));
    g_clear_pointer(&item.bytes, g_bytes_unref);
    g_ptr_array_add(talk->forms, form);
    if (talk->auto_pong && is_ping(form))
        send_pong(talk, client, form);
    return form;
}

/* What one step expects. */
typedef struct Expectation {
    uint32_t client;
    bool any_order;
    uint32_t within_ms;
    uint32_t quiet_ms;
    GPtrArray *wanted; /* of struct json_object: matchers that are left, not owned */
    GPtrArray *got;    /* what matched, in order, not owned */
} Expectation;

/* Takes the matcher that fits out of those that are left. */
static bool take_match(Conversation *talk, Expectation *expected, struct json_object *form)
{
    const guint n = expected->any_order ? expected->wanted->len : 1;
    for (guint i = 0; i < n; i++) {
        struct json_object *wanted = expected->wanted->pdata[i];
        if (!matches(talk, wanted, form))
            continue;
        save(talk, wanted, form);
        g_ptr_array_remove_index(expected->wanted, i);
        g_ptr_array_add(expected->got, form);
        return true;
    }
    return false;
}

static void await_all(Conversation *talk, Expectation *expected)
{
    const uint32_t within_ms = talk_patience_ms(talk->talk, expected->within_ms);
    uint32_t left_ms = within_ms;
    while (expected->wanted->len > 0 && !sessions_is_over(talk)) {
        const char *wanted = text_of(expected->wanted->pdata[0]);
        struct json_object *form = next_form(talk, expected->client, &left_ms);
        if (form == NULL && talk_failure(talk->talk) != NULL)
            return; /* which is told for all steps alike */
        if (form == NULL) {
            g_autofree char *got = g_strdup_printf("nothing within %u ms", within_ms);
            conform_disagree(talk->run, "expect", wanted, got);
        } else if (!take_match(talk, expected, form) && !(talk->auto_pong && is_ping(form))) {
            conform_disagree(talk->run, "expect", wanted, text_of(form));
        }
    }
}

static void await_quiet(Conversation *talk, const Expectation *expected)
{
    uint32_t left_ms = expected->quiet_ms;
    while (!sessions_is_over(talk)) {
        struct json_object *form = next_form(talk, expected->client, &left_ms);
        if (form == NULL)
            return;
        if (!(talk->auto_pong && is_ping(form)))
            conform_disagree(talk->run, "quiet_ms", "nothing", text_of(form));
    }
}

/* --- the recording --------------------------------------------------------------------------- */

/* What the recording has: digits of a message, or how it was closed. (transfer full) */
static struct json_object *form_observed(Conversation *talk, struct json_object *observed)
{
    if (!json_object_is_type(observed, json_type_string))
        return json_object_get(observed);
    const BnetSlice bytes = conform_hex(talk->run, observed);
    return sessions_form_bytes(bytes, conform_scratch(talk->run));
}

static void check_observed_item(Conversation *talk, struct json_object *observed,
                                struct json_object *got)
{
    struct json_object *form = form_observed(talk, observed);
    if (!conform_is_bad(talk->run) && json_object_is_type(form, json_type_object) &&
        json_object_object_get(form, "type") != NULL) {
        sessions_form_still(form);
        sessions_form_still(got);
        if (!json_object_equal(form, got))
            conform_disagree(talk->run, "observed", text_of(form), text_of(got));
    } else {
        conform_bad(talk->run, "must be digits of a message, or an object with \"type\"");
    }
    json_object_put(form);
}

/* The recorded bytes, but for what is another one each time, where the order is not open. */
static void check_observed(Conversation *talk, ConformObject *step, const Expectation *expected)
{
    if (!conform_has(step, "observed"))
        return;
    struct json_object *observed = conform_take_array(step, "observed");
    if (sessions_is_over(talk) || expected->any_order || talk->is_remade)
        return;
    const size_t n = json_object_array_length(observed);
    if (n != expected->got->len) {
        conform_bad(talk->run, "key \"observed\": must have as many items as \"expect\"");
        return;
    }
    for (size_t i = 0; i < n && !sessions_is_over(talk); i++)
        check_observed_item(talk, json_object_array_get_idx(observed, i), expected->got->pdata[i]);
}

/* A matcher with a key or a type that no message has would never fit, and nobody would know why. */
static void check_matchers(ConformRun *run, struct json_object *matchers)
{
    static const char *const types[] = {
        "hello", "trx_notice", "block_notice", "signed_block", "packed_transaction",
        "ping",  "pong",       "closed",       "ws_pong",      "undecodable",
        NULL};
    static const char *const closes[] = {"tcp", "ws", NULL};
    conform_enter(run, "expect");
    for (size_t i = 0; !conform_is_bad(run) && i < json_object_array_length(matchers); i++) {
        conform_enter_index(run, i);
        ConformObject matcher = conform_open(run, json_object_array_get_idx(matchers, i));
        conform_check_word(&matcher, "type", types);
        conform_check_word(&matcher, "how", closes);
        conform_take_notes(&matcher, "type", "hex", "peer_id", "protocol_version", "chain_id",
                           "request_transactions", "last_irr", "ids", "ids_set", "ext", "id", "num",
                           "prev", "code", "sent", "lib", "how", "save", "observed", NULL);
        conform_close(&matcher);
        conform_leave(run);
    }
    conform_leave(run);
}

/* --- a step --------------------------------------------------------------------------------- */

void sessions_expect(Conversation *talk, ConformObject *step)
{
    struct json_object *wanted = conform_take_array(step, "expect");
    Expectation expected = {
        .within_ms = sessions_take_number(
            step, "within_ms", (SessionsNumber){0, SESSIONS_WAIT_MAX_MS, WITHIN_DEFAULT_MS}),
        .quiet_ms =
            sessions_take_number(step, "quiet_ms", (SessionsNumber){0, SESSIONS_WAIT_MAX_MS, 0}),
        .any_order = sessions_take_flag(step, "any_order", false) || talk->is_race,
    };
    expected.client = sessions_take_client(step, "c");
    check_matchers(talk->run, wanted);
    if (conform_is_bad(talk->run))
        return;
    expected.wanted = g_ptr_array_new();
    expected.got = g_ptr_array_new();
    for (size_t i = 0; i < json_object_array_length(wanted); i++)
        g_ptr_array_add(expected.wanted, json_object_array_get_idx(wanted, i));
    await_all(talk, &expected);
    await_quiet(talk, &expected);
    check_observed(talk, step, &expected);
    g_ptr_array_unref(expected.wanted);
    g_ptr_array_unref(expected.got);
    g_ptr_array_set_size(talk->forms, 0);
}
