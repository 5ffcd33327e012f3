/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/story.h"

#include <string.h>

#include "sim/world.h"

/* A moment that may happen again. */
typedef struct Entry {
    int64_t time_ns;
    char *text;
    uint32_t repeats; /* beyond the first */
} Entry;

struct SimStory {
    SimObserver observer;
    GArray *entries;     /* of Entry */
    GHashTable *by_key;  /* key -> index in entries + 1; only looked up */
    GArray *disconnects; /* of SimDisconnect */
};

/* A moment with a key is told once, and counted after that. */
static void tell(SimStory *story, int64_t time_ns, char *key, char *text)
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
    Entry entry = {time_ns, text, 0};
    g_array_append_val(story->entries, entry);
    if (key)
        g_hash_table_insert(story->by_key, key, GUINT_TO_POINTER(story->entries->len));
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
    tell(story, happening->time_ns,
         dead ? g_strdup("dead") : g_strdup_printf("%u %s", happening->remote, reason),
         g_strdup_printf("%s is cut off by %s: %s", sim_world_peer_name(world, happening->remote),
                         sim_world_peer_name(world, happening->peer), reason));
}

static void switched(SimStory *story, SimWorld *world, const SimHappening *happening)
{
    const BnetStore *store = sim_world_store(world);
    uint32_t fork = bnet_store_number(store, happening->block);
    uint32_t lost = bnet_store_number(store, happening->other) - fork;
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
    story->observer.happened = happened;
    story->entries = g_array_new(FALSE, FALSE, sizeof(Entry));
    story->by_key = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    story->disconnects = g_array_new(FALSE, FALSE, sizeof(SimDisconnect));
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

void sim_story_finish(SimStory *story, SimResult *result)
{
    GArray *moments = g_array_new(FALSE, FALSE, sizeof(SimMoment));
    for (guint i = 0; i < story->entries->len; i++) {
        const Entry *entry = &g_array_index(story->entries, Entry, i);
        SimMoment moment = {entry->time_ns, NULL};
        moment.text = entry->repeats > 0
                          ? g_strdup_printf("%s (and %u more)", entry->text, entry->repeats)
                          : g_strdup(entry->text);
        g_array_append_val(moments, moment);
    }
    g_array_sort(moments, by_time);
    result->n_moments = moments->len;
    result->moments = (SimMoment *)(void *)g_array_free(moments, FALSE);
    result->n_disconnects = story->disconnects->len;
    result->disconnects = (SimDisconnect *)(void *)g_array_free(story->disconnects, FALSE);
    story->disconnects = g_array_new(FALSE, FALSE, sizeof(SimDisconnect));
}
