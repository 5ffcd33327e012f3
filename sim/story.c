/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/story.h"

#include <string.h>

#include "sim/world.h"

/* A moment that may happen again. */
typedef struct Entry {
    int64_t time_ns;
    char *text;
    uint32_t repeats; /* beyond the first */
    const char *cut;  /* why somebody was cut off; static; NULL: that is not what it tells */
} Entry;

struct SimStory {
    SimObserver observer;
    GArray *entries;     /* of Entry */
    GHashTable *by_key;  /* key -> index in entries + 1; only looked up */
    GArray *disconnects; /* of SimDisconnect */
    GArray *switches;    /* of SimForkSwitch */
};

/* A moment with a key is told once, and counted after that. `cut`: see Entry. */
static void tell_cut(SimStory *story, int64_t time_ns, char *key, char *text, const char *cut)
{
    gpointer found = key ? g_hash_table_lookup(story->by_key, key) : NULL;
    if (found) {
        g_array_index(story->entries, Entry, GPOINTER_TO_UINT(found) - 1).repeats++;
        g_free(key);
        g_free(text);
        return;
    }
    if (key && story->entries->len >= SIM_STORY_MOMENTS_MAX) {
        g_free(key);
        g_free(text);
        return;
    }
    Entry entry = {time_ns, text, 0, cut};
    g_array_append_val(story->entries, entry);
    if (key)
        g_hash_table_insert(story->by_key, key, GUINT_TO_POINTER(story->entries->len));
}

static void tell(SimStory *story, int64_t time_ns, char *key, char *text)
{
    tell_cut(story, time_ns, key, text, NULL);
}

void sim_story_add(SimStory *story, int64_t time_ns, const char *text)
{
    tell(story, time_ns, NULL, g_strdup(text));
}

static void closed(SimStory *story, SimWorld *world, const SimHappening *happening)
{
    if (happening->reason == BNET_CLOSE_LOST || happening->reason == BNET_CLOSE_SHUTDOWN)
        return;
    const char *reason = bnet_close_reason_name(happening->reason);
    SimDisconnect disconnect = {
        .time_ns = happening->time_ns,
        .peer = happening->remote,
        .by = happening->peer,
        .reason = reason,
    };
    g_array_append_val(story->disconnects, disconnect);
    /* Silence is no one's fault in particular: told once for all. */
    bool dead = happening->reason == BNET_CLOSE_DEAD;
    tell_cut(story, happening->time_ns,
             dead ? g_strdup("dead") : g_strdup_printf("%u %s", happening->remote, reason),
             g_strdup_printf("%s is cut off by %s: %s",
                             sim_world_peer_name(world, happening->remote),
                             sim_world_peer_name(world, happening->peer), reason),
             reason);
}

static void switched(SimStory *story, SimWorld *world, const SimHappening *happening)
{
    const BnetStore *store = sim_world_store(world);
    uint32_t fork = bnet_store_number(store, happening->block);
    uint32_t lost = bnet_store_number(store, happening->other) - fork;
    SimForkSwitch left = {happening->time_ns, happening->peer, fork, lost};
    g_array_append_val(story->switches, left);
    tell(story, happening->time_ns,
         g_strdup_printf("switch %u %u", happening->block, happening->other),
         g_strdup_printf("%s leaves its branch of %u block%s behind block %u",
                         sim_world_peer_name(world, happening->peer), lost, lost == 1 ? "" : "s",
                         fork));
}

/* The words of the trace, but that a right clock gains nothing goes without saying. (transfer full)
 */
static char *fault_text(const char *text)
{
    static const char right[] = "clock right, gains 0 ppm";
    if (!g_str_has_prefix(text, right))
        return g_strdup(text);
    return g_strconcat("clock right", text + strlen(right), NULL);
}

static void happened(SimObserver *observer, SimWorld *world, const SimHappening *happening)
{
    SimStory *story = (SimStory *)observer;
    if (happening->kind == SIM_FAULT)
        tell(story, happening->time_ns, NULL, fault_text(happening->text));
    else if (happening->kind == SIM_CLOSED)
        closed(story, world, happening);
    else if (happening->kind == SIM_CHAIN)
        switched(story, world, happening);
    else if (happening->kind == SIM_STARTED && happening->time_ns > 0)
        tell(story, happening->time_ns, NULL,
             g_strdup_printf("%s starts", sim_world_peer_name(world, happening->peer)));
}

SimStory *sim_story_new(SimWorld *world)
{
    (void)world;
    SimStory *story = g_new0(SimStory, 1);
    story->observer.mask = 1u << SIM_FAULT | 1u << SIM_CLOSED | 1u << SIM_STARTED;
    story->observer.chain = 1u << BNET_CHAIN_SWITCH;
    story->observer.later = 1u << SIM_CHAIN;
    story->observer.happened = happened;
    story->entries = g_array_new(FALSE, FALSE, sizeof(Entry));
    story->by_key = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    story->disconnects = g_array_new(FALSE, FALSE, sizeof(SimDisconnect));
    story->switches = g_array_new(FALSE, FALSE, sizeof(SimForkSwitch));
    return story;
}

void sim_story_free(SimStory *story)
{
    if (!story)
        return;
    for (guint i = 0; i < story->entries->len; i++)
        g_free(g_array_index(story->entries, Entry, i).text);
    g_array_unref(story->entries);
    g_hash_table_unref(story->by_key);
    g_array_unref(story->disconnects);
    g_array_unref(story->switches);
    g_free(story);
}

SimObserver *sim_story_observer(SimStory *story)
{
    return &story->observer;
}

static int by_time(const void *a, const void *b)
{
    const SimMoment *x = a;
    const SimMoment *y = b;
    return (x->time_ns > y->time_ns) - (x->time_ns < y->time_ns);
}

/* More peers that were cut off for one reason are told in one moment. */
#define CUT_PEERS_MAX 4u

/* Moments that tell a cut-off for the reason. */
static uint32_t count_cut(const SimStory *story, const char *reason)
{
    uint32_t n = 0;
    for (guint i = 0; i < story->entries->len; i++)
        n += g_strcmp0(g_array_index(story->entries, Entry, i).cut, reason) == 0;
    return n;
}

/* An earlier moment tells a cut-off for the same reason. */
static bool is_told_before(const SimStory *story, guint index)
{
    const char *reason = g_array_index(story->entries, Entry, index).cut;
    for (guint i = 0; i < index; i++)
        if (g_strcmp0(g_array_index(story->entries, Entry, i).cut, reason) == 0)
            return true;
    return false;
}

/* " (and 49 more, 12 peers in all)": of all that were cut off for the reason. */
static void append_all_cut(GString *text, const SimStory *story, const char *reason)
{
    uint32_t n = 0;
    g_autoptr(GHashTable) peers = g_hash_table_new(g_direct_hash, g_direct_equal);
    for (guint i = 0; i < story->disconnects->len; i++) {
        const SimDisconnect *it = &g_array_index(story->disconnects, SimDisconnect, i);
        if (!g_str_equal(it->reason, reason))
            continue;
        n++;
        g_hash_table_add(peers, GUINT_TO_POINTER(it->peer + 1));
    }
    g_string_append_printf(text, " (and %u more, %u peers in all)", n - 1,
                           g_hash_table_size(peers));
}

/* (transfer full) (nullable) NULL: another moment tells it. */
static char *text_of(const SimStory *story, guint index)
{
    const Entry *entry = &g_array_index(story->entries, Entry, index);
    bool is_summed = entry->cut && count_cut(story, entry->cut) > CUT_PEERS_MAX;
    if (is_summed && is_told_before(story, index))
        return NULL;
    GString *text = g_string_new(entry->text);
    if (is_summed)
        append_all_cut(text, story, entry->cut);
    else if (entry->repeats > 0)
        g_string_append_printf(text, " (and %u more)", entry->repeats);
    return g_string_free(text, FALSE);
}

void sim_story_finish(SimStory *story, SimResult *result)
{
    GArray *moments = g_array_new(FALSE, FALSE, sizeof(SimMoment));
    for (guint i = 0; i < story->entries->len; i++) {
        const Entry *entry = &g_array_index(story->entries, Entry, i);
        SimMoment moment = {entry->time_ns, text_of(story, i)};
        if (moment.text)
            g_array_append_val(moments, moment);
    }
    g_array_sort(moments, by_time);
    result->n_moments = moments->len;
    result->moments = (SimMoment *)(void *)g_array_free(moments, FALSE);
    result->n_disconnects = story->disconnects->len;
    result->disconnects = (SimDisconnect *)(void *)g_array_free(story->disconnects, FALSE);
    story->disconnects = g_array_new(FALSE, FALSE, sizeof(SimDisconnect));
    result->n_switches = story->switches->len;
    result->switches = (SimForkSwitch *)(void *)g_array_free(story->switches, FALSE);
    story->switches = g_array_new(FALSE, FALSE, sizeof(SimForkSwitch));
}
