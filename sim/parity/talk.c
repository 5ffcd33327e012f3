/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/parity/talk.h"

static void free_connection(gpointer data)
{
    ParityConnection *connection = data;
    g_ptr_array_unref(connection->said[0]);
    g_ptr_array_unref(connection->said[1]);
    g_free(connection);
}

ParityTalk *parity_talk_new(uint32_t n_links)
{
    ParityTalk *talk = g_new0(ParityTalk, 1);
    talk->links = g_new(GPtrArray *, n_links);
    talk->n_links = n_links;
    for (uint32_t i = 0; i < n_links; i++)
        talk->links[i] = g_ptr_array_new_with_free_func(free_connection);
    return talk;
}

void parity_talk_free(ParityTalk *talk)
{
    if (!talk)
        return;
    for (uint32_t i = 0; i < talk->n_links; i++)
        g_ptr_array_unref(talk->links[i]);
    g_free(talk->links);
    g_free(talk);
}

ParityConnection *parity_talk_open(ParityTalk *talk, uint32_t link)
{
    ParityConnection *connection = g_new(ParityConnection, 1);
    connection->said[0] = g_ptr_array_new_with_free_func(g_free);
    connection->said[1] = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(talk->links[link], connection);
    return connection;
}

ParityConnection *parity_talk_newest(const ParityTalk *talk, uint32_t link)
{
    const GPtrArray *all = talk->links[link];
    return all->len > 0 ? g_ptr_array_index(all, all->len - 1) : NULL;
}

/* What was said there; NULL: there is no such connection or message. */
static const char *said_at(const ParityTalk *talk, const ParityParting *place)
{
    const GPtrArray *all = talk->links[place->link];
    if (place->connection >= all->len)
        return NULL;
    const ParityConnection *connection = g_ptr_array_index(all, place->connection);
    const GPtrArray *said = connection->said[place->way];
    return place->message < said->len ? g_ptr_array_index(said, place->message) : NULL;
}

static bool parts_in(const ParityTalk *a, const ParityTalk *b, ParityParting *place)
{
    for (place->message = 0;; place->message++) {
        place->said[0] = said_at(a, place);
        place->said[1] = said_at(b, place);
        if (g_strcmp0(place->said[0], place->said[1]) != 0)
            return true;
        if (!place->said[0])
            return false;
    }
}

bool parity_talk_parting(const ParityTalk *a, const ParityTalk *b, ParityParting *ret_parting)
{
    for (uint32_t link = 0; link < a->n_links; link++) {
        const guint n = MAX(a->links[link]->len, b->links[link]->len);
        for (uint32_t i = 0; i < 2 * n; i++) {
            ParityParting place = {.link = link, .connection = i / 2, .way = i % 2};
            if (parts_in(a, b, &place)) {
                *ret_parting = place;
                return true;
            }
        }
    }
    return false;
}

uint64_t parity_talk_count(const ParityTalk *talk)
{
    uint64_t n = 0;
    for (uint32_t link = 0; link < talk->n_links; link++) {
        for (guint i = 0; i < talk->links[link]->len; i++) {
            const ParityConnection *connection = g_ptr_array_index(talk->links[link], i);
            n += connection->said[0]->len + connection->said[1]->len;
        }
    }
    return n;
}
