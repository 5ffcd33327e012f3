/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/parity/log.h"

#include "sim/live/node_process.h"
#include "sim/parity/words.h"

/* A connection that a side has dialled. */
typedef struct Dialled {
    uint32_t link;
    ParityConnection *connection;
} Dialled;

/* A log being put together. */
typedef struct Reading {
    const Scenario *scenario;
    const ParityNetwork *network;
    ParityLog *log;
    GHashTable *dialled; /* addresses -> GQueue of Dialled: ports may be used again */
    GHashTable *open;    /* "peer slot" -> ParitySession */
} Reading;

static const ParityEvent *event_at(const Reading *reading, guint i)
{
    return &g_array_index(reading->network->events, ParityEvent, i);
}

static bool is_opening(const ParityEvent *event)
{
    return event->json && g_strcmp0(node_process_get_text(event->json, "what"), "opened") == 0;
}

/* --- who is connected ------------------------------------------------------------------------ */

static uint32_t link_of(const Reading *reading, uint32_t from, const char *remote)
{
    for (uint32_t link = 0; link < reading->scenario->n_links; link++) {
        const ScenarioLink *l = &reading->scenario->links[link];
        if (l->from == from && g_strcmp0(reading->network->endpoints[l->to], remote) == 0)
            return link;
    }
    return PARITY_NOBODY;
}

static void free_queue(gpointer data)
{
    g_queue_free_full(data, g_free);
}

static void note_dialled(Reading *reading, const ParityEvent *event)
{
    const uint32_t link =
        link_of(reading, event->peer, node_process_get_text(event->json, "remote"));
    if (!is_opening(event) || !node_process_get_flag(event->json, "dialled") ||
        link == PARITY_NOBODY)
        return;
    g_autofree char *name = parity_words_addresses(event->json);
    GQueue *queue = g_hash_table_lookup(reading->dialled, name);
    if (!queue) {
        queue = g_queue_new();
        g_hash_table_insert(reading->dialled, g_steal_pointer(&name), queue);
    }
    Dialled *dialled = g_new(Dialled, 1);
    *dialled = (Dialled){link, parity_talk_open(reading->log->talk, link)};
    g_queue_push_tail(queue, dialled);
}

/* --- sessions -------------------------------------------------------------------------------- */

static char *slot_name(uint32_t peer, struct json_object *json)
{
    return g_strdup_printf("%u %" G_GINT64_FORMAT, peer, node_process_get_number(json, "session"));
}

/* A queue has each connection twice: the side that dialled looks at its first, the other at its own
 * place. */
static void open_session(Reading *reading, const ParityEvent *event, GHashTable *seen)
{
    ParityLog *log = reading->log;
    ParitySession *session = g_new(ParitySession, 1);
    const bool is_dialled = node_process_get_flag(event->json, "dialled");
    g_autofree char *name = parity_words_addresses(event->json);
    g_autofree char *place = g_strdup_printf("%s %d", name, is_dialled);
    const guint n = GPOINTER_TO_UINT(g_hash_table_lookup(seen, place));
    GQueue *queue = g_hash_table_lookup(reading->dialled, name);
    const Dialled *dialled = queue ? g_queue_peek_nth(queue, n) : NULL;
    g_hash_table_insert(seen, g_steal_pointer(&place), GUINT_TO_POINTER(n + 1));
    *session = (ParitySession){
        .number = log->sessions->len,
        .peer = event->peer,
        .other = PARITY_NOBODY,
        .dialled = is_dialled,
    };
    if (dialled) {
        const ScenarioLink *link = &reading->scenario->links[dialled->link];
        session->other = is_dialled ? link->to : link->from;
        session->connection = dialled->connection;
    }
    g_ptr_array_add(log->sessions, session);
    g_hash_table_insert(reading->open, slot_name(event->peer, event->json), session);
}

static void take_event(Reading *reading, guint i)
{
    const ParityEvent *event = event_at(reading, i);
    if (!event->json || !node_process_get(event->json, "session"))
        return;
    g_autofree char *slot = slot_name(event->peer, event->json);
    ParitySession *session = g_hash_table_lookup(reading->open, slot);
    reading->log->of_event[i] = session;
    if (!session || !session->connection ||
        g_strcmp0(node_process_get_text(event->json, "what"), "received") != 0)
        return;
    char *words = parity_words_read(event->json);
    if (words)
        g_ptr_array_add(session->connection->said[session->dialled ? 1 : 0], words);
}

ParityLog *parity_log_new(const Scenario *scenario, const ParityNetwork *network)
{
    const guint n = network->events->len;
    ParityLog *log = g_new(ParityLog, 1);
    *log = (ParityLog){
        .sessions = g_ptr_array_new_with_free_func(g_free),
        .of_event = g_new0(ParitySession *, n + 1),
        .talk = parity_talk_new(scenario->n_links),
    };
    Reading reading = {
        .scenario = scenario,
        .network = network,
        .log = log,
        .dialled = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_queue),
        .open = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
    };
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < n; i++)
        if (event_at(&reading, i)->json)
            note_dialled(&reading, event_at(&reading, i));
    for (guint i = 0; i < n; i++) {
        if (is_opening(event_at(&reading, i)))
            open_session(&reading, event_at(&reading, i), seen);
        take_event(&reading, i);
    }
    g_hash_table_unref(reading.dialled);
    g_hash_table_unref(reading.open);
    return log;
}

void parity_log_free(ParityLog *log)
{
    if (!log)
        return;
    g_ptr_array_unref(log->sessions);
    g_free(log->of_event);
    parity_talk_free(log->talk);
    g_free(log);
}
