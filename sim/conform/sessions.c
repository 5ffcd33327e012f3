/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Kind sessions: conversations with the deployed plugin, held again with a node of profile
 * eosio-1.7, simulated or live (talk.h). A conversation is a record and a case.
 */

#include "sim/conform/sessions.h"

#include <string.h>

#include "core/text.h"
#include "sim/conform/conform.h"
#include "sim/conform/fields.h"
#include "sim/conform/sessions_form.h"
#include "sim/conform/talk_live.h"
#include "sim/conform/talk_model.h"

/* Limits of a record. */
#define PRODUCERS_MAX 26u

bool sessions_is_over(const Conversation *talk)
{
    return conform_is_bad(talk->run) || conform_case_disagrees(talk->run) ||
           talk_failure(talk->talk) != NULL;
}

/* --- values ---------------------------------------------------------------------------------- */

void sessions_set_value(Conversation *talk, const char *name, const char *suffix, const char *value)
{
    g_hash_table_replace(talk->values, g_strconcat(name, suffix, NULL), g_strdup(value));
}

/* A text of the record with its ${NAME}s filled in; NULL: the record is bad. (transfer full) */
char *sessions_text(Conversation *talk, const char *text)
{
    g_autofree char *unknown = NULL;
    char *filled = sessions_fill_in(talk->values, text, &unknown);
    if (filled == NULL)
        conform_bad(talk->run, "${%s} stands for nothing", unknown);
    return filled;
}

/* Bytes whose digits may hold ${NAME}s. */
static BnetSlice take_bytes(Conversation *talk, ConformObject *step, const char *key)
{
    BnetSlice bytes = {0};
    const char *text = conform_take_text(step, key);
    conform_enter(talk->run, key);
    g_autofree char *digits = conform_is_bad(talk->run) ? NULL : sessions_text(talk, text);
    if (digits != NULL) {
        struct json_object *filled = json_object_new_string(digits);
        bytes = conform_hex(talk->run, filled);
        json_object_put(filled);
    }
    conform_leave(talk->run);
    return bytes;
}

/* A number of a key that may be missing. */
uint32_t sessions_take_number(ConformObject *object, const char *key, SessionsNumber allowed)
{
    if (conform_is_bad(object->run) || !conform_has(object, key))
        return allowed.standard;
    struct json_object *value = conform_take(object, key);
    const int64_t number = json_object_get_int64(value);
    if (json_object_is_type(value, json_type_int) && number >= (int64_t)allowed.min &&
        number <= (int64_t)allowed.max)
        return (uint32_t)number;
    conform_bad(object->run, "key \"%s\": must be a number from %u to %u", key, allowed.min,
                allowed.max);
    return allowed.standard;
}

bool sessions_take_flag(ConformObject *object, const char *key, bool standard)
{
    return conform_has(object, key) ? conform_take_bool(object, key) : standard;
}

/* Whose client a step concerns; a record counts from 1. */
uint32_t sessions_take_client(ConformObject *step, const char *key)
{
    return sessions_take_number(step, key, (SessionsNumber){1, TALK_CLIENTS_MAX, 1}) - 1;
}

/* --- steps ----------------------------------------------------------------------------------- */

static void do_send(Conversation *talk, ConformObject *step)
{
    static const char *const names[] = {"binary", "text", "split", "ping", "close", "empty"};
    const uint32_t client = sessions_take_client(step, "c");
    const BnetSlice bytes = take_bytes(talk, step, "send");
    const char *frame = conform_has(step, "frame") ? conform_take_text(step, "frame") : names[0];
    guint kind = 0;
    while (kind < G_N_ELEMENTS(names) && strcmp(names[kind], frame) != 0)
        kind++;
    if (kind == G_N_ELEMENTS(names))
        conform_bad(talk->run, "key \"frame\": must be binary, text, split, ping, close or empty");
    if (conform_is_bad(talk->run))
        return;
    const bool is_empty = strcmp(frame, "empty") == 0; /* of no bytes, whatever the record has */
    talk_send(talk->talk, client, is_empty ? TALK_FRAME_BINARY : (TalkFrame)kind,
              is_empty ? (BnetSlice){0} : bytes);
}

static void do_control(Conversation *talk, ConformObject *step)
{
    const char *what = conform_take_text(step, "control");
    const BnetSlice bytes = take_bytes(talk, step, "hex");
    if (conform_is_bad(talk->run))
        return;
    const bool is_block = strcmp(what, "accept_block") == 0;
    if (!is_block && strcmp(what, "push_trx") != 0)
        conform_bad(talk->run, "key \"control\": must be accept_block or push_trx");
    else if (!(is_block ? talk_accept_block : talk_push_trx)(talk->talk, bytes))
        conform_bad(talk->run, "key \"hex\": must be a packed %s",
                    is_block ? "block whose parent is known" : "transaction");
}

/* "now", "+K", or the number of a slot. */
static void take_slot(ConformObject *step, TalkBlock *block)
{
    block->skip = 1;
    if (!conform_has(step, "slot"))
        return;
    struct json_object *value = conform_take(step, "slot");
    const char *text = json_object_get_string(value);
    uint64_t number = 0;
    if (json_object_is_type(value, json_type_int) && json_object_get_int64(value) > 0)
        block->slot = (uint32_t)MIN(json_object_get_int64(value), (int64_t)UINT32_MAX);
    else if (g_strcmp0(text, "now") == 0)
        block->now = true;
    else if (text != NULL && text[0] == '+' &&
             g_ascii_string_to_unsigned(text + 1, 10, 0, UINT16_MAX, &number, NULL))
        block->skip = (uint32_t)number;
    else
        conform_bad(step->run, "key \"slot\": must be \"now\", \"+K\" or a number");
}

static void take_badness(ConformObject *step, TalkBlock *block)
{
    const char *bad = conform_has(step, "bad") ? conform_take_text(step, "bad") : "";
    block->bad_signature = strcmp(bad, "sig") == 0;
    block->bad_content = strcmp(bad, "tm") == 0;
    block->bad_producer = strcmp(bad, "producer") == 0;
    if (bad[0] != '\0' && !block->bad_signature && !block->bad_content && !block->bad_producer)
        conform_bad(step->run, "key \"bad\": must be sig, tm, producer or empty");
}

static void do_make(Conversation *talk, ConformObject *step)
{
    const char *name = conform_take_text(step, "make");
    g_autofree char *parent = g_strconcat(conform_take_text(step, "parent"), ".id", NULL);
    const SessionsNumber confirmed = {0, UINT16_MAX, 0};
    TalkBlock block = {.confirmed = (uint16_t)sessions_take_number(step, "confirmed", confirmed)};
    take_slot(step, &block);
    take_badness(step, &block);
    const char *digits = g_hash_table_lookup(talk->values, parent);
    BnetId id;
    GBytes *bytes = NULL;
    if (conform_is_bad(talk->run))
        return;
    if (digits == NULL || !bnet_parse_id(digits, strlen(digits), &block.parent) ||
        !talk_make(talk->talk, &block, &id, &bytes)) {
        conform_bad(talk->run, "key \"parent\": must be the name of a block");
        return;
    }
    gsize n = 0;
    const uint8_t *data = g_bytes_get_data(bytes, &n);
    g_autofree char *hex = sessions_hex((BnetSlice){.bytes = data, .n = n});
    g_autofree char *hex_id = sessions_hex((BnetSlice){.bytes = id.bytes, .n = sizeof id.bytes});
    sessions_set_value(talk, name, "", hex);
    sessions_set_value(talk, name, ".id", hex_id);
    talk->is_remade = true;
    g_bytes_unref(bytes);
}

static void do_connect(Conversation *talk, ConformObject *step)
{
    const uint32_t client = sessions_take_client(step, "connect");
    const char *path = conform_has(step, "path") ? conform_take_text(step, "path") : "/";
    for (const char *at = path; *at != '\0'; at++)
        if (!g_ascii_isgraph(*at))
            path = "";
    if (path[0] != '/')
        conform_bad(talk->run, "key \"path\": must be a path of printable characters");
    if (conform_is_bad(talk->run))
        return;
    talk_disconnect(talk->talk, client);
    talk_connect(talk->talk, client, path);
}

static void do_disconnect(Conversation *talk, ConformObject *step)
{
    const uint32_t client = sessions_take_client(step, "disconnect");
    if (!conform_is_bad(talk->run))
        talk_disconnect(talk->talk, client);
}

static void do_sleep(Conversation *talk, ConformObject *step)
{
    const SessionsNumber allowed = {0, SESSIONS_WAIT_MAX_MS, 0};
    talk_pass(talk->talk, sessions_take_number(step, "sleep_ms", allowed));
}

static const struct {
    const char *key;
    void (*run)(Conversation *talk, ConformObject *step);
} step_kinds[] = {
    {"connect", do_connect},     {"disconnect", do_disconnect}, {"send", do_send},
    {"make", do_make},           {"control", do_control},       {"sleep_ms", do_sleep},
    {"expect", sessions_expect},
};

static void do_step(Conversation *talk, struct json_object *recorded)
{
    ConformObject step = conform_open(talk->run, recorded);
    for (guint i = 0; i < G_N_ELEMENTS(step_kinds) && !conform_is_bad(talk->run); i++) {
        if (!conform_has(&step, step_kinds[i].key))
            continue;
        step_kinds[i].run(talk, &step);
        talk_settle(talk->talk);
        if (!sessions_is_over(talk))
            conform_close(&step);
        return;
    }
    conform_bad(talk->run, "must have one of the keys connect, disconnect, send, make, control, "
                           "sleep_ms and expect");
}

static void do_steps(Conversation *talk, ConformObject *record, const char *key)
{
    struct json_object *steps = conform_take_array(record, key);
    conform_enter(talk->run, key);
    for (size_t i = 0; steps && i < json_object_array_length(steps) && !sessions_is_over(talk);
         i++) {
        conform_enter_index(talk->run, i);
        do_step(talk, json_object_array_get_idx(steps, i));
        conform_leave(talk->run);
    }
    conform_leave(talk->run);
}

/* --- a conversation -------------------------------------------------------------------------- */

static TalkOptions read_options(ConformRun *run, ConformObject *record)
{
    struct json_object *recorded = conform_take_object(record, "options");
    conform_enter(run, "options");
    ConformObject object = conform_open(run, recorded);
    TalkOptions options = {
        .producers =
            sessions_take_number(&object, "producers", (SessionsNumber){1, PRODUCERS_MAX, 1}),
        .follow_irreversible = sessions_take_flag(&object, "follow_irreversible", false),
        .no_trx = sessions_take_flag(&object, "no_trx", false),
    };
    conform_close(&object);
    conform_leave(run);
    return options;
}

/* Compares what is recorded of a block or transaction with what its bytes say. */
static void check_named(Conversation *talk, ConformObject *object, const char *prefix,
                        const char *hex)
{
    g_autofree char *digits = g_strconcat(prefix, hex, NULL);
    struct json_object *whole = json_object_new_string(digits);
    const BnetSlice bytes = conform_hex(talk->run, whole);
    json_object_put(whole);
    if (conform_is_bad(talk->run))
        return;
    struct json_object *form = sessions_form_bytes(bytes, conform_scratch(talk->run));
    struct json_object *id = json_object_object_get(form, "id");
    struct json_object *number = json_object_object_get(form, "num");
    if (id == NULL)
        conform_bad(talk->run, "key \"hex\": must be a packed block or transaction");
    else
        conform_check(object, "id", conform_text(json_object_get_string(id)));
    if (number != NULL)
        conform_check_optional(object, "num", conform_number(json_object_get_uint64(number)));
    json_object_put(form);
}

static void read_name(Conversation *talk, const char *name, struct json_object *value,
                      const char *prefix)
{
    conform_enter(talk->run, name);
    ConformObject object = conform_open(talk->run, value);
    const char *hex = conform_take_text(&object, "hex");
    sessions_set_value(talk, name, "", hex);
    sessions_set_value(talk, name, ".id", conform_peek_text(&object, "id"));
    check_named(talk, &object, prefix, hex);
    conform_close(&object);
    conform_leave(talk->run);
}

/* {"NAME": {"hex": ..., "id": ...}}: ${NAME} and ${NAME.id}. The prefix, in digits, makes the bytes
 * a message. */
static void read_named(Conversation *talk, ConformObject *record, const char *key,
                       const char *prefix)
{
    struct json_object *named = conform_has(record, key) ? conform_take_object(record, key) : NULL;
    if (named == NULL)
        return;
    conform_enter(talk->run, key);
    struct json_object_iterator at = json_object_iter_begin(named);
    struct json_object_iterator end = json_object_iter_end(named);
    for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at))
        read_name(talk, json_object_iter_peek_name(&at), json_object_iter_peek_value(&at), prefix);
    conform_leave(talk->run);
}

/* The talk's store knows all blocks, in whatever order they stand; true: one was new. */
static bool learn_some(Conversation *talk, struct json_object *blocks, GHashTable *learned)
{
    bool any = false;
    struct json_object_iterator at = json_object_iter_begin(blocks);
    struct json_object_iterator end = json_object_iter_end(blocks);
    for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at)) {
        const char *name = json_object_iter_peek_name(&at);
        struct json_object *block = json_object_iter_peek_value(&at);
        if (g_hash_table_contains(learned, name))
            continue;
        const BnetSlice bytes = conform_hex(talk->run, json_object_object_get(block, "hex"));
        if (conform_is_bad(talk->run) || !talk_learn(talk->talk, bytes))
            continue;
        g_hash_table_add(learned, g_strdup(name));
        any = true;
    }
    return any;
}

static void learn_blocks(Conversation *talk, struct json_object *record)
{
    struct json_object *blocks = json_object_object_get(record, "blocks");
    if (!json_object_is_type(blocks, json_type_object) || conform_is_bad(talk->run))
        return;
    GHashTable *learned = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    while (!conform_is_bad(talk->run) && learn_some(talk, blocks, learned))
        continue;
    g_hash_table_unref(learned);
}

static void free_form(gpointer data)
{
    json_object_put(data);
}

static void hold(Conversation *talk, ConformObject *record, struct json_object *json)
{
    const BnetId genesis = talk_genesis_id(talk->talk);
    g_autofree char *id =
        sessions_hex((BnetSlice){.bytes = genesis.bytes, .n = sizeof genesis.bytes});
    sessions_set_value(talk, "genesis", ".id", id);
    read_named(talk, record, "blocks", "0301");
    read_named(talk, record, "trxs", "0401");
    learn_blocks(talk, json);
    if (conform_is_bad(talk->run))
        return;
    do_steps(talk, record, "setup");
    if (!sessions_is_over(talk))
        do_steps(talk, record, "steps");
    g_autofree char *failure = talk_end(talk->talk);
    if (failure != NULL && !conform_case_disagrees(talk->run))
        conform_disagree(talk->run, "node", "keeps to WebSocket and ends when it is asked to",
                         failure);
}

/* One that expects nothing would agree with whatever comes. */
static void see_that_something_is_expected(ConformRun *run, struct json_object *json)
{
    struct json_object *steps = json_object_object_get(json, "steps");
    const bool is_list = json_object_is_type(steps, json_type_array);
    for (size_t i = 0; is_list && i < json_object_array_length(steps); i++) {
        struct json_object *step = json_object_array_get_idx(steps, i);
        if (!json_object_is_type(step, json_type_object) ||
            json_object_object_get_ex(step, "expect", NULL))
            return; /* what is no step is told when it is its turn */
    }
    if (is_list)
        conform_bad(run, "key \"steps\": one of them must be \"expect\", or nothing is compared");
}

/* NULL, or why it cannot be held. (transfer full) (nullable) */
static char *begin(Conversation *talk, const TalkOptions *options, struct json_object *json)
{
    const char *program = conform_program(talk->run);
    g_autoptr(GError) error = NULL;
    if (program == NULL) {
        talk->talk = talk_model_new(options);
        return NULL;
    }
    char *obstacle = sessions_obstacle(talk->run, json);
    if (obstacle == NULL)
        talk->talk = talk_live_new(options, program, &error);
    return error != NULL ? g_strdup_printf("the node does not start: %s", error->message)
                         : obstacle;
}

static void check(ConformRun *run, struct json_object *json)
{
    ConformObject record = conform_open(run, json);
    const char *name = conform_take_text(&record, "name");
    const TalkOptions options = read_options(run, &record);
    Conversation talk = {
        .run = run,
        .auto_pong = sessions_take_flag(&record, "auto_pong", true),
        .is_race = conform_has(&record, "race"),
    };
    conform_take_notes(&record, "doc", "race", "note", NULL);
    conform_take_notes(&record, "blocks", "trxs", "setup", "steps", NULL); /* are read later */
    conform_close(&record);
    see_that_something_is_expected(run, json);
    if (conform_is_bad(run))
        return;
    conform_case_begin(run, name);
    g_autofree char *obstacle = begin(&talk, &options, json);
    if (obstacle != NULL) {
        conform_case_skip(run, obstacle);
        return;
    }
    talk.values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    talk.forms = g_ptr_array_new_with_free_func(free_form);
    hold(&talk, &record, json);
    conform_case_end(run);
    g_ptr_array_unref(talk.forms);
    g_hash_table_unref(talk.values);
    talk_free(talk.talk);
}

const ConformKind conform_kind_sessions = {
    .name = "sessions", .markers = {"options", "setup", "steps"}, .check = check};
