/* SPDX-License-Identifier: Apache-2.0 */
#include "reports/trace_words.h"

#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "core/base.h"

/* --- reading --------------------------------------------------------------------------------- */

static const char *text_of(const ReportHistory *history, struct json_object *line, const char *key)
{
    struct json_object *value = NULL;
    if (!json_object_object_get_ex(line, key, &value) || value == NULL)
        return "";
    return g_string_chunk_insert_const(history->texts, json_object_get_string(value));
}

static int64_t number_of(struct json_object *line, const char *key, int64_t otherwise)
{
    struct json_object *value = NULL;
    return json_object_object_get_ex(line, key, &value) ? json_object_get_int64(value) : otherwise;
}

static const char *ids_of(const ReportHistory *history, struct json_object *line)
{
    struct json_object *ids = NULL;
    if (!json_object_object_get_ex(line, "ids", &ids) || !json_object_is_type(ids, json_type_array))
        return "";
    g_autoptr(GString) text = g_string_new(NULL);
    for (size_t i = 0; i < json_object_array_length(ids); i++) {
        g_string_append_c(text, ' ');
        g_string_append(text, json_object_get_string(json_object_array_get_idx(ids, i)));
    }
    return g_string_chunk_insert_const(history->texts, text->str);
}

/* The member that says what is particular to a kind. */
static const char *detail_key(const char *what)
{
    static const char *const keys[][2] = {
        {"verdict", "verdict"}, {"chain", "event"}, {"closed", "reason"}, {"fault", "text"}};
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
        if (strcmp(what, keys[i][0]) == 0)
            return keys[i][1];
    return "";
}

bool report_history_add(ReportHistory *history, const char *line)
{
    struct json_object *object = json_tokener_parse(line);
    if (!json_object_is_type(object, json_type_object)) {
        json_object_put(object);
        return false;
    }
    struct json_object *dialled = NULL;
    ReportEvent event = {
        .time_ns = number_of(object, "t", 0),
        .end = number_of(object, "end", -1),
        .number = number_of(object, "number", 0),
        .what = text_of(history, object, "what"),
        .peer = text_of(history, object, "peer"),
        .remote = text_of(history, object, "remote"),
        .message = text_of(history, object, "message"),
        .id = text_of(history, object, "id"),
        .ids = ids_of(history, object),
        .code = text_of(history, object, "code"),
        .dialled = json_object_object_get_ex(object, "dialled", &dialled) &&
                   json_object_get_boolean(dialled),
    };
    event.detail = text_of(history, object, detail_key(event.what));
    g_array_append_val(history->events, event);
    json_object_put(object);
    return true;
}

void report_history_init(ReportHistory *history)
{
    history->events = g_array_new(FALSE, FALSE, sizeof(ReportEvent));
    history->texts = g_string_chunk_new(4096);
}

void report_history_finish(ReportHistory *history)
{
    if (history == NULL || history->events == NULL)
        return;
    g_array_unref(history->events);
    g_string_chunk_free(history->texts);
    *history = (ReportHistory){0};
}

/* --- words ----------------------------------------------------------------------------------- */

static bool is(const char *text, const char *word)
{
    return strcmp(text, word) == 0;
}

/* "block 22 be2950a2" of an id, whose first eight digits are the number. */
static void append_block(GString *out, const char *id)
{
    if (strlen(id) < 16) {
        g_string_append(out, "a block");
        return;
    }
    g_autofree char *number = g_strndup(id, 8);
    g_string_append_printf(out, "block %" G_GUINT64_FORMAT " %.8s",
                           (guint64)g_ascii_strtoull(number, NULL, 16), id + 8);
}

static void append_notice(GString *out, const char *ids)
{
    g_auto(GStrv) each = g_strsplit(ids, " ", 0);
    guint n = g_strv_length(each);
    g_string_append(out, "a notice");
    if (n < 2) /* the first one is before the first space */
        return;
    g_string_append(out, " of ");
    append_block(out, each[n - 1]);
    if (n > 2)
        g_string_append_printf(out, " and %u more", n - 2);
}

static void append_message(GString *out, const ReportEvent *event)
{
    if (is(event->message, "signed_block"))
        append_block(out, event->id);
    else if (is(event->message, "block_notice"))
        append_notice(out, event->ids);
    else if (is(event->message, "packed_transaction"))
        g_string_append_printf(out, "transaction %.8s", event->id);
    else if (is(event->message, "malformed"))
        g_string_append(out, "bytes that are no message");
    else
        g_string_append_printf(out, "a %s", event->message);
}

static void append_chain(GString *out, const ReportEvent *event)
{
    static const char *const words[][2] = {
        {"header", "accepts the header of"},    {"applied", "applies"},
        {"irreversible", "finds irreversible"}, {"rejected", "rejects"},
        {"fork_switch", "goes back to"},        {"pruned", "gives up"},
    };
    const char *does = event->detail;
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if (is(event->detail, words[i][0]))
            does = words[i][1];
    g_string_append_printf(out, "%s %s ", event->peer, does);
    append_block(out, event->id);
}

static void append_session(GString *out, const ReportEvent *event)
{
    if (is(event->what, "opened"))
        g_string_append_printf(out, "%s has a session with %s, %s", event->peer, event->remote,
                               event->dialled ? "which it dialled" : "which dialled it");
    else if (is(event->what, "dialled"))
        g_string_append_printf(out, "%s dials %s", event->peer, event->remote);
    else if (is(event->what, "undialled"))
        g_string_append_printf(out, "the dial of %s to %s comes to nothing", event->peer,
                               event->remote);
    else if (is(event->detail, "lost"))
        g_string_append_printf(out, "%s loses its session with %s", event->peer, event->remote);
    else
        g_string_append_printf(out, "%s closes its session with %s: %s", event->peer, event->remote,
                               event->detail);
}

static bool is_of_session(const ReportEvent *event)
{
    return is(event->what, "opened") || is(event->what, "closed") || is(event->what, "dialled") ||
           is(event->what, "undialled");
}

static void append_own(GString *out, const ReportEvent *event)
{
    if (is(event->what, "produced")) {
        g_string_append_printf(out, "%s makes ", event->peer);
        append_block(out, event->id);
    } else if (is(event->what, "verdict")) {
        g_string_append_printf(out, "%s judges ", event->peer);
        append_block(out, event->id);
        g_string_append_printf(out, ": %s", event->detail);
    } else if (is(event->what, "pruned")) {
        g_string_append_printf(out, "%s forgets ", event->peer);
        append_block(out, event->id);
    } else if (is(event->what, "trx")) {
        g_string_append_printf(out, "%s accepts transaction %.8s", event->peer, event->id);
    } else if (is(event->what, "started")) {
        g_string_append_printf(out, "the process of %s comes up", event->peer);
    } else if (is(event->what, "stopped")) {
        g_string_append_printf(out, "the process of %s goes down", event->peer);
    } else {
        g_string_append_printf(out, "%s %s", event->peer, event->what);
    }
}

char *report_event_words(const ReportEvent *event)
{
    GString *out = g_string_new(NULL);
    g_string_append_printf(out, "%" G_GINT64_FORMAT ".%09" G_GINT64_FORMAT " s  ",
                           event->time_ns / BNET_NS_PER_S, event->time_ns % BNET_NS_PER_S);
    if (is(event->what, "sent")) {
        g_string_append_printf(out, "%s sends %s ", event->peer, event->remote);
        append_message(out, event);
    } else if (is(event->what, "delivered")) {
        g_string_append_printf(out, "%s takes in ", event->peer);
        append_message(out, event);
        g_string_append_printf(out, " from %s", event->remote);
    } else if (is(event->what, "chain")) {
        append_chain(out, event);
    } else if (is(event->what, "fault")) {
        g_string_append(out, event->detail);
    } else if (is_of_session(event)) {
        append_session(out, event);
    } else {
        append_own(out, event);
    }
    return g_string_free(out, FALSE);
}

/* --- causes ---------------------------------------------------------------------------------- */

/* What an event may have come of: events of one kind. Texts are NULL where anything will do. */
typedef struct Wanted {
    const char *what;
    const char *peer;
    const char *remote;
    const char *message;
    const char *id;
    const char *ids;
    const char *code;
    const char *detail;
    int64_t end; /* -1: whichever */
} Wanted;

static bool fits_text(const char *wanted, const char *text)
{
    return wanted == NULL || strcmp(wanted, text) == 0;
}

static bool fits(const Wanted *wanted, const ReportEvent *event)
{
    return fits_text(wanted->what, event->what) && fits_text(wanted->peer, event->peer) &&
           fits_text(wanted->remote, event->remote) && fits_text(wanted->message, event->message) &&
           fits_text(wanted->id, event->id) && fits_text(wanted->ids, event->ids) &&
           fits_text(wanted->code, event->code) && fits_text(wanted->detail, event->detail) &&
           (wanted->end < 0 || wanted->end == event->end);
}

static const ReportEvent *event_at(const ReportHistory *history, guint index)
{
    return &g_array_index(history->events, ReportEvent, index);
}

/* The newest before `index` that fits; `index`: none does. */
static guint newest(const ReportHistory *history, guint index, const Wanted *wanted)
{
    for (guint i = index; i > 0; i--)
        if (fits(wanted, event_at(history, i - 1)))
            return i - 1;
    return index;
}

/* The later of two that may be `index`, for none. */
static guint later(guint index, guint a, guint b)
{
    if (a == index)
        return b;
    return b == index ? a : MAX(a, b);
}

static guint newest_of_peer(const ReportHistory *history, guint index, const char *what,
                            const char *peer)
{
    return newest(history, index, &(Wanted){.what = what, .peer = peer, .end = -1});
}

/* How a block or transaction came to a peer: it took it in, or made it. */
static guint came(const ReportHistory *history, guint index, const char *peer, const char *id)
{
    guint taken =
        newest(history, index, &(Wanted){.what = "delivered", .peer = peer, .id = id, .end = -1});
    guint made =
        newest(history, index, &(Wanted){.what = "produced", .peer = peer, .id = id, .end = -1});
    return later(index, taken, made);
}

static guint cause_of_sent(const ReportHistory *history, guint index)
{
    const ReportEvent *event = event_at(history, index);
    Wanted wanted = {.peer = event->peer, .end = event->end};
    if (is(event->message, "signed_block") || is(event->message, "packed_transaction"))
        return came(history, index, event->peer, event->id);
    if (is(event->message, "block_notice")) {
        const char *last = strrchr(event->ids, ' ');
        wanted = (Wanted){.what = "chain", .peer = event->peer, .end = -1};
        wanted.id = last != NULL ? last + 1 : NULL;
        return newest(history, index, &wanted);
    }
    if (is(event->message, "pong")) {
        wanted.what = "delivered";
        wanted.code = event->code;
        return newest(history, index, &wanted);
    }
    wanted.what = is(event->message, "hello") ? "opened" : "delivered";
    guint taken = newest(history, index, &wanted);
    wanted.what = "opened";
    return later(index, taken, newest(history, index, &wanted));
}

static guint cause_of_delivered(const ReportHistory *history, guint index)
{
    const ReportEvent *event = event_at(history, index);
    return newest(history, index,
                  &(Wanted){.what = "sent",
                            .peer = event->remote,
                            .remote = event->peer,
                            .message = event->message,
                            .id = event->id,
                            .ids = event->ids,
                            .code = event->code,
                            .end = event->end ^ 1});
}

static guint cause_of_session(const ReportHistory *history, guint index)
{
    const ReportEvent *event = event_at(history, index);
    Wanted here = {.end = event->end};
    Wanted there = {.end = event->end ^ 1};
    if (is(event->what, "opened")) {
        there.what = event->dialled ? "opened" : "dialled";
        return newest(history, index, &there);
    }
    if (is(event->what, "undialled")) {
        here.what = "dialled";
        return newest(history, index, &here);
    }
    if (is(event->what, "dialled")) {
        here.what = "closed";
        guint closed = newest(history, index, &here);
        here.what = "undialled";
        closed = later(index, closed, newest(history, index, &here));
        return later(index, closed, newest_of_peer(history, index, "started", event->peer));
    }
    if (is(event->detail, "lost")) {
        there.what = "closed";
        guint closed = newest(history, index, &there);
        guint fault = newest(history, index, &(Wanted){.what = "fault", .end = -1});
        return later(index, closed, fault);
    }
    here.what = "delivered";
    return newest(history, index, &here);
}

static guint cause_of_own(const ReportHistory *history, guint index)
{
    const ReportEvent *event = event_at(history, index);
    if (is(event->what, "produced")) {
        /* What is told ends where a block was made: each is built on another one. */
        if (index + 1 < history->events->len)
            return index;
        Wanted applied = {.what = "chain", .peer = event->peer, .detail = "applied", .end = -1};
        return newest(history, index, &applied);
    }
    if (is(event->what, "pruned") || is(event->detail, "irreversible")) {
        Wanted wanted = {.what = "chain", .peer = event->peer, .end = -1};
        wanted.detail = is(event->what, "pruned") ? "irreversible" : "applied";
        return newest(history, index, &wanted);
    }
    if (is(event->what, "verdict") || is(event->what, "chain") || is(event->what, "trx"))
        return came(history, index, event->peer, event->id);
    return index;
}

/* What the event came of; `index`: nothing in the history. */
static guint cause_of(const ReportHistory *history, guint index)
{
    const ReportEvent *event = event_at(history, index);
    if (is(event->what, "sent"))
        return cause_of_sent(history, index);
    if (is(event->what, "delivered"))
        return cause_of_delivered(history, index);
    if (is_of_session(event))
        return cause_of_session(history, index);
    return cause_of_own(history, index);
}

GStrv report_history_causes(const ReportHistory *history)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    guint index = history->events->len;
    guint cause = index > 0 ? cause_of(history, --index) : index;
    for (; cause != index && lines->len < REPORT_CAUSES_MAX; cause = cause_of(history, index)) {
        g_ptr_array_insert(lines, 0, report_event_words(event_at(history, cause)));
        index = cause;
    }
    g_ptr_array_add(lines, NULL);
    return (GStrv)g_ptr_array_steal(lines, NULL);
}
