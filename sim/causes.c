/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/causes.h"

#include "sim/check.h"

#define FIRST_CAPACITY 1024u
#define TRX_BIT 0x80000000u

typedef enum CauseKind {
    CAUSE_MADE,
    CAUSE_SENT,
    CAUSE_TOOK,
    CAUSE_NOTICED, /* sent a notice */
    CAUSE_TOOK_NOTICE,
    CAUSE_JUDGED,   /* verdict of the peer's chain on a block */
    CAUSE_ACCEPTED, /* a transaction, by the peer's chain */
} CauseKind;

typedef struct Cause {
    int64_t time_ns;
    uint32_t item; /* block, or transaction and TRX_BIT */
    uint32_t peer;
    uint32_t remote;
    uint8_t kind; /* CauseKind */
    uint8_t verdict;
} Cause;

struct SimCauses {
    SimObserver observer;
    Cause *items; /* [capacity], a ring once it has SIM_CAUSES_MAX */
    uint32_t capacity;
    uint64_t n; /* so many there have been; the newest are there */
};

/* --- remembering ----------------------------------------------------------------------------- */

static void note(SimCauses *self, const SimHappening *happening, CauseKind kind, uint32_t item)
{
    if (self->n == self->capacity && self->capacity < SIM_CAUSES_MAX) {
        self->capacity = self->capacity ? self->capacity * 2 : FIRST_CAPACITY;
        self->items = g_renew(Cause, self->items, self->capacity);
    }
    self->items[self->n++ & (self->capacity - 1)] = (Cause){
        .time_ns = happening->time_ns,
        .item = item,
        .peer = happening->peer,
        .remote = happening->remote,
        .kind = (uint8_t)kind,
        .verdict = (uint8_t)happening->verdict,
    };
}

static void note_message(SimCauses *self, const SimWorld *world, const SimHappening *happening)
{
    bool sent = happening->kind == SIM_SENT;
    const BnetMessage *message = happening->message;
    if (message->kind == BNET_MESSAGE_BLOCK) {
        note(self, happening, sent ? CAUSE_SENT : CAUSE_TOOK, message->u.block);
        return;
    }
    if (message->kind == BNET_MESSAGE_TRX) {
        note(self, happening, sent ? CAUSE_SENT : CAUSE_TOOK, message->u.trx | TRX_BIT);
        return;
    }
    BnetRingWalk walk = bnet_ring_walk(&message->u.notice);
    BnetBlock block;
    while (bnet_ring_next(&walk, sim_world_pool(world), &block))
        note(self, happening, sent ? CAUSE_NOTICED : CAUSE_TOOK_NOTICE, block);
}

static void happened(SimObserver *observer, SimWorld *world, const SimHappening *happening)
{
    SimCauses *self = (SimCauses *)observer;
    if (happening->kind == SIM_PRODUCED)
        note(self, happening, CAUSE_MADE, happening->block);
    else if (happening->kind == SIM_VERDICT)
        note(self, happening, CAUSE_JUDGED, happening->block);
    else if (happening->kind == SIM_TRX)
        note(self, happening, CAUSE_ACCEPTED, happening->trx | TRX_BIT);
    else
        note_message(self, world, happening);
}

/* --- telling --------------------------------------------------------------------------------- */

/* All that is remembered of an item, in order. */
static GArray *causes_of(const SimCauses *self, uint32_t item)
{
    GArray *all = g_array_new(FALSE, FALSE, sizeof(Cause));
    uint64_t first = self->n > self->capacity ? self->n - self->capacity : 0;
    for (uint64_t i = first; i < self->n; i++) {
        const Cause *cause = &self->items[i & (self->capacity - 1)];
        if (cause->item == item)
            g_array_append_val(all, *cause);
    }
    return all;
}

/* The first of those before `end` that brought the item to the peer; all->len: none. */
static guint first_at(const GArray *all, guint end, uint32_t peer)
{
    for (guint i = 0; i < end; i++) {
        const Cause *cause = &g_array_index(all, Cause, i);
        if (cause->peer == peer && (cause->kind == CAUSE_MADE || cause->kind == CAUSE_TOOK ||
                                    cause->kind == CAUSE_ACCEPTED))
            return i;
    }
    return all->len;
}

/* The newest before `end` in which the peer sent it to the other; all->len: none. */
static guint last_sent(const GArray *all, guint end, uint32_t peer, uint32_t remote)
{
    for (guint i = end; i > 0; i--) {
        const Cause *cause = &g_array_index(all, Cause, i - 1);
        if (cause->kind == CAUSE_SENT && cause->peer == peer && cause->remote == remote)
            return i - 1;
    }
    return all->len;
}

/* What the peer's chain said of it next, after `at`. */
static void mark_verdict(const GArray *all, guint at, bool *marks)
{
    uint32_t peer = g_array_index(all, Cause, at).peer;
    for (guint i = at + 1; i < all->len; i++) {
        const Cause *cause = &g_array_index(all, Cause, i);
        if (cause->peer != peer || cause->kind != CAUSE_JUDGED)
            continue;
        marks[i] = true;
        return;
    }
}

/* Marks how the item came to the peer, back to where it was made; false: that is not remembered. */
static bool mark_way(const GArray *all, uint32_t peer, bool *marks)
{
    guint end = all->len;
    for (;;) {
        guint came = first_at(all, end, peer);
        if (came == all->len)
            return false;
        const Cause *cause = &g_array_index(all, Cause, came);
        marks[came] = true;
        mark_verdict(all, came, marks);
        if (cause->kind != CAUSE_TOOK)
            return true;
        guint sent = last_sent(all, came, cause->remote, peer);
        if (sent == all->len)
            return false;
        marks[sent] = true;
        end = sent;
        peer = cause->remote;
    }
}

/* Marks what went of it between the two. */
static void mark_between(const GArray *all, uint32_t a, uint32_t b, bool *marks)
{
    for (guint i = 0; i < all->len; i++) {
        const Cause *cause = &g_array_index(all, Cause, i);
        bool between =
            (cause->peer == a && cause->remote == b) || (cause->peer == b && cause->remote == a);
        marks[i] = marks[i] || between;
    }
}

static char *line_of(const SimWorld *world, const Cause *cause, const char *name)
{
    g_autofree char *time = sim_time_text(cause->time_ns);
    const char *peer = sim_world_peer_name(world, cause->peer);
    const char *remote =
        cause->remote == UINT32_MAX ? "" : sim_world_peer_name(world, cause->remote);
    switch ((CauseKind)cause->kind) {
    case CAUSE_MADE:
        return g_strdup_printf("%s  %s made %s", time, peer, name);
    case CAUSE_SENT:
        return g_strdup_printf("%s  %s sent it to %s", time, peer, remote);
    case CAUSE_TOOK:
        return g_strdup_printf("%s  %s took it in from %s", time, peer, remote);
    case CAUSE_NOTICED:
        return g_strdup_printf("%s  %s noticed it to %s", time, peer, remote);
    case CAUSE_TOOK_NOTICE:
        return g_strdup_printf("%s  %s took the notice of %s in", time, peer, remote);
    case CAUSE_JUDGED:
        return g_strdup_printf("%s  %s found it %s", time, peer,
                               bnet_verdict_name((BnetVerdict)cause->verdict));
    case CAUSE_ACCEPTED:
        return g_strdup_printf("%s  %s accepted %s", time, peer, name);
    }
    g_assert_not_reached();
}

static char *name_of(const SimWorld *world, const SimSubject *subject)
{
    if (subject->block != BNET_NO_BLOCK)
        return g_strdup_printf("block %u",
                               bnet_store_number(sim_world_store(world), subject->block));
    g_autofree char *id = sim_trx_name(world, subject->trx);
    return g_strconcat("transaction ", id, NULL);
}

/* Why the line in which it is made is missing. */
static char *beginning(const SimCauses *self, const SimWorld *world, const SimSubject *subject,
                       const char *name)
{
    uint32_t number = bnet_store_number(sim_world_store(world), subject->block);
    if (number > 0 && number <= sim_world_start_height(world))
        return g_strdup_printf("%s is of the chain that stood at the start", name);
    return g_strdup_printf(self->n > self->capacity ? "how %s began is too long ago to be told"
                                                    : "nothing tells where %s came from",
                           name);
}

GStrv sim_causes_tell(const SimCauses *self, const SimWorld *world, const SimSubject *subject)
{
    uint32_t item = subject->block != BNET_NO_BLOCK ? subject->block : subject->trx | TRX_BIT;
    g_autoptr(GArray) all = causes_of(self, item);
    g_autofree bool *marks = g_new0(bool, all->len + 1);
    g_autofree char *name = name_of(world, subject);
    GPtrArray *lines = g_ptr_array_new();
    if (!mark_way(all, subject->peer, marks))
        g_ptr_array_add(lines, beginning(self, world, subject, name));
    if (subject->remote != UINT32_MAX)
        mark_between(all, subject->peer, subject->remote, marks);
    for (guint i = 0; i < all->len; i++)
        if (marks[i])
            g_ptr_array_add(lines, line_of(world, &g_array_index(all, Cause, i), name));
    g_ptr_array_add(lines, NULL);
    return (GStrv)g_ptr_array_free(lines, FALSE);
}

/* --- life ------------------------------------------------------------------------------------ */

SimCauses *sim_causes_new(SimWorld *world)
{
    (void)world;
    SimCauses *self = g_new0(SimCauses, 1);
    self->observer.mask = 1u << SIM_SENT | 1u << SIM_DELIVERED | 1u << SIM_PRODUCED |
                          1u << SIM_VERDICT | 1u << SIM_TRX;
    self->observer.sent = self->observer.delivered =
        1u << BNET_MESSAGE_BLOCK | 1u << BNET_MESSAGE_TRX | 1u << BNET_MESSAGE_BLOCK_NOTICE;
    self->observer.happened = happened;
    return self;
}

void sim_causes_free(SimCauses *self)
{
    if (!self)
        return;
    g_free(self->items);
    g_free(self);
}

SimObserver *sim_causes_observer(SimCauses *self)
{
    return &self->observer;
}
