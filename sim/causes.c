/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/causes.h"

#include "sim/cause_words.h"
#include "sim/check.h"
#include "sim/record.h"

#define FIRST_CAPACITY 1024u
#define SESSION_LINES 10u /* how sessions between two peers began and ended: the newest */

struct SimCauses {
    SimObserver observer;
    SimCause *items; /* [capacity], a ring once it has SIM_CAUSES_MAX */
    uint32_t capacity;
    uint64_t n; /* so many there have been; the newest are there */
};

/* --- remembering ----------------------------------------------------------------------------- */

static void note(SimCauses *self, const SimHappening *happening, SimCauseKind kind, uint32_t item)
{
    if (self->n == self->capacity && self->capacity < SIM_CAUSES_MAX) {
        self->capacity = self->capacity ? self->capacity * 2 : FIRST_CAPACITY;
        self->items = g_renew(SimCause, self->items, self->capacity);
    }
    self->items[self->n++ & (self->capacity - 1)] = (SimCause){
        .time_ns = happening->time_ns,
        .item = item,
        .peer = happening->peer,
        .remote = happening->remote,
        .kind = (uint8_t)kind,
        .verdict = (uint8_t)happening->verdict,
    };
}

/* What is rare: hellos, and what honest peers do not send. */
static void note_other(SimCauses *self, const SimHappening *happening)
{
    if (happening->kind == SIM_SENT)
        return;
    note(self, happening,
         happening->message->kind == BNET_MESSAGE_HELLO        ? SIM_CAUSE_TOOK_HELLO
         : happening->message->kind == BNET_MESSAGE_TRX_NOTICE ? SIM_CAUSE_TOOK_TRX_NOTICE
                                                               : SIM_CAUSE_TOOK_MALFORMED,
         happening->end);
}

static void note_message(SimCauses *self, const SimWorld *world, const SimHappening *happening)
{
    bool sent = happening->kind == SIM_SENT;
    const BnetMessage *message = happening->message;
    if (message->kind == BNET_MESSAGE_BLOCK) {
        note(self, happening, sent ? SIM_CAUSE_SENT : SIM_CAUSE_TOOK, message->u.block);
        return;
    }
    if (message->kind == BNET_MESSAGE_TRX) {
        note(self, happening, sent ? SIM_CAUSE_SENT : SIM_CAUSE_TOOK,
             message->u.trx | SIM_CAUSE_TRX);
        return;
    }
    if (message->kind != BNET_MESSAGE_BLOCK_NOTICE) {
        note_other(self, happening);
        return;
    }
    BnetRingWalk walk = bnet_ring_walk(&message->u.notice);
    BnetBlock block;
    while (bnet_ring_next(&walk, sim_world_pool(world), &block))
        note(self, happening, sent ? SIM_CAUSE_NOTICED : SIM_CAUSE_TOOK_NOTICE, block);
}

/* Of a session or a process. */
static void note_change(SimCauses *self, const SimHappening *happening)
{
    static const uint8_t kinds[] = {
        [SIM_OPENED] = SIM_CAUSE_OPENED,   [SIM_CLOSED] = SIM_CAUSE_CLOSED,
        [SIM_STARTED] = SIM_CAUSE_STARTED, [SIM_STOPPED] = SIM_CAUSE_STOPPED,
        [SIM_DIALLED] = SIM_CAUSE_DIALLED, [SIM_UNDIALLED] = SIM_CAUSE_UNDIALLED,
    };
    SimHappening change = *happening;
    change.verdict = (BnetVerdict)happening->reason;
    note(self, &change, (SimCauseKind)kinds[happening->kind], happening->end);
}

static void happened(SimObserver *observer, SimWorld *world, const SimHappening *happening)
{
    SimCauses *self = (SimCauses *)observer;
    if (happening->kind == SIM_PRODUCED)
        note(self, happening, SIM_CAUSE_MADE, happening->block);
    else if (happening->kind == SIM_VERDICT)
        note(self, happening, SIM_CAUSE_JUDGED, happening->block);
    else if (happening->kind == SIM_TRX)
        note(self, happening, SIM_CAUSE_ACCEPTED, happening->trx | SIM_CAUSE_TRX);
    else if (happening->kind == SIM_SENT || happening->kind == SIM_DELIVERED)
        note_message(self, world, happening);
    else
        note_change(self, happening);
}

/* --- what is remembered ---------------------------------------------------------------------- */

static bool is_between(const SimCause *cause, uint32_t a, uint32_t b)
{
    return (cause->peer == a && cause->remote == b) || (cause->peer == b && cause->remote == a);
}

static bool is_between_pair(const SimCause *cause, const SimSubject *subject)
{
    return is_between(cause, subject->peer, subject->remote);
}

static bool is_process(const SimCause *cause)
{
    return cause->kind == SIM_CAUSE_STARTED || cause->kind == SIM_CAUSE_STOPPED;
}

static bool concerns(const SimCauseStory *story, const SimCause *cause)
{
    if (is_process(cause))
        return cause->peer == story->subject->peer || cause->peer == story->subject->remote;
    if (is_between_pair(cause, story->subject))
        return true;
    for (guint i = 0; i < G_N_ELEMENTS(story->items) && sim_cause_is_of_item(cause); i++)
        if (story->items[i] != 0 && story->items[i] == cause->item)
            return true;
    return false;
}

static uint64_t first_remembered(const SimCauses *self)
{
    return self->n > self->capacity ? self->n - self->capacity : 0;
}

static const SimCause *cause_at(const SimCauses *self, uint64_t i)
{
    return &self->items[i & (self->capacity - 1)];
}

static void add_in_time(GArray *all, const SimCause *cause)
{
    guint at = all->len;
    while (at > 0 && g_array_index(all, SimCause, at - 1).time_ns > cause->time_ns)
        at--;
    g_array_insert_vals(all, at, cause, 1);
}

/* The session end of `peer` towards `remote` that is open; UINT32_MAX: none is. */
static uint32_t open_end(const SimWorld *world, uint32_t peer, uint32_t remote)
{
    uint32_t n = sim_world_node(world, peer)->n_sessions;
    for (uint32_t s = 0; s < n; s++) {
        uint32_t end = sim_world_session_end(world, peer, s);
        if (sim_world_end_peer(world, end ^ 1) == remote && sim_world_end_is_open(world, end))
            return end;
    }
    return UINT32_MAX;
}

/* The last ping of `peer`, if it has sent one in this session. */
static bool last_ping(const SimWorld *world, uint32_t peer, uint32_t remote, SimCause *ret_ping)
{
    uint32_t end = open_end(world, peer, remote);
    const SimRecord *record = sim_world_record(world);
    if (end == UINT32_MAX || !sim_record_end(record, end)->has_pinged)
        return false;
    const SimEndRecord *other = sim_record_end(record, end ^ 1);
    *ret_ping = (SimCause){
        .time_ns = sim_record_end(record, end)->last_ping_ns,
        .item = other->hello_taken ? other->peer_lib : 0,
        .peer = peer,
        .remote = remote,
        .kind = SIM_CAUSE_PINGED,
    };
    return true;
}

static void add_pings(const SimCauseStory *story)
{
    const SimSubject *subject = story->subject;
    SimCause ping;
    if (last_ping(story->world, subject->peer, subject->remote, &ping))
        add_in_time(story->all, &ping);
    if (last_ping(story->world, subject->remote, subject->peer, &ping))
        add_in_time(story->all, &ping);
}

static void gather(const SimCauses *self, const SimCauseStory *story)
{
    for (uint64_t i = first_remembered(self); i < self->n; i++) {
        const SimCause *cause = cause_at(self, i);
        if (concerns(story, cause))
            g_array_append_val(story->all, *cause);
    }
    if (story->subject->remote != UINT32_MAX && story->subject->talk)
        add_pings(story);
}

/* --- what of it is told ---------------------------------------------------------------------- */

static bool has_brought(const SimCause *cause)
{
    return cause->kind == SIM_CAUSE_MADE || cause->kind == SIM_CAUSE_TOOK ||
           cause->kind == SIM_CAUSE_ACCEPTED;
}

/* The first of those before `end` that brought the item to the peer; all->len: none. */
static guint first_at(const GArray *all, guint end, uint32_t item, uint32_t peer)
{
    for (guint i = 0; i < end; i++) {
        const SimCause *cause = &g_array_index(all, SimCause, i);
        if (sim_cause_is_of_item(cause) && cause->item == item && cause->peer == peer &&
            has_brought(cause))
            return i;
    }
    return all->len;
}

/* The newest before `end` in which the peer sent it to the other; all->len: none. */
static guint last_sent(const GArray *all, guint end, const SimCause *taken)
{
    for (guint i = end; i > 0; i--) {
        const SimCause *cause = &g_array_index(all, SimCause, i - 1);
        if (cause->kind == SIM_CAUSE_SENT && cause->item == taken->item &&
            cause->peer == taken->remote && cause->remote == taken->peer)
            return i - 1;
    }
    return all->len;
}

/* What the peer's chain said of it next, after `at`. */
static void mark_verdict(const SimCauseStory *story, guint at)
{
    const SimCause *came = &g_array_index(story->all, SimCause, at);
    for (guint i = at + 1; i < story->all->len; i++) {
        const SimCause *cause = &g_array_index(story->all, SimCause, i);
        if (cause->peer != came->peer || cause->item != came->item ||
            (cause->kind != SIM_CAUSE_JUDGED && cause->kind != SIM_CAUSE_ACCEPTED))
            continue;
        story->marks[i] = true;
        return;
    }
}

/* Marks how the item came to the peer, back to where it was made; false: that is not remembered. */
static bool mark_way(const SimCauseStory *story, uint32_t item, uint32_t peer)
{
    guint none = story->all->len;
    guint end = none;
    for (;;) {
        guint came = first_at(story->all, end, item, peer);
        if (came == none)
            return false;
        const SimCause *cause = &g_array_index(story->all, SimCause, came);
        story->marks[came] = true;
        mark_verdict(story, came);
        if (cause->kind != SIM_CAUSE_TOOK)
            return true;
        guint sent = last_sent(story->all, came, cause);
        if (sent == none)
            return false;
        story->marks[sent] = true;
        end = sent;
        peer = cause->remote;
    }
}

/* Who has the item: the peer, or the remote, or whoever made it. */
static uint32_t holder_of(const SimCauseStory *story, uint32_t item)
{
    const SimSubject *subject = story->subject;
    guint none = story->all->len;
    if (first_at(story->all, none, item, subject->peer) != none)
        return subject->peer;
    if (first_at(story->all, none, item, subject->remote) != none)
        return subject->remote;
    for (guint i = 0; i < none; i++) {
        const SimCause *cause = &g_array_index(story->all, SimCause, i);
        if (sim_cause_is_of_item(cause) && cause->item == item && cause->kind == SIM_CAUSE_MADE)
            return cause->peer;
    }
    return subject->peer;
}

/* Marks what went of the items between the two. */
static void mark_between(const SimCauseStory *story)
{
    for (guint i = 0; i < story->all->len; i++) {
        const SimCause *cause = &g_array_index(story->all, SimCause, i);
        bool is_item = false;
        for (guint j = 0; j < G_N_ELEMENTS(story->items); j++)
            is_item = is_item || (story->items[j] != 0 && story->items[j] == cause->item);
        if (sim_cause_is_of_item(cause) && is_item && is_between_pair(cause, story->subject))
            story->marks[i] = true;
    }
}

/* Of an opened session one end is enough: that of who dialled. */
static bool is_told_of_session(const SimCauseStory *story, const SimCause *cause)
{
    bool is_dial = cause->kind == SIM_CAUSE_DIALLED || cause->kind == SIM_CAUSE_UNDIALLED;
    return !sim_cause_is_of_item(cause) &&
           !(cause->kind == SIM_CAUSE_OPENED && cause->item % 2 == 1) &&
           !(is_process(cause) && cause->time_ns == 0) && (story->subject->talk || !is_dial);
}

static void mark_sessions(const SimCauseStory *story)
{
    uint32_t n = 0;
    for (guint i = story->all->len; i > 0 && n < SESSION_LINES; i--) {
        if (!is_told_of_session(story, &g_array_index(story->all, SimCause, i - 1)))
            continue;
        story->marks[i - 1] = true;
        n++;
    }
}

static bool is_sending(const SimCause *cause)
{
    return cause->kind == SIM_CAUSE_SENT || cause->kind == SIM_CAUSE_NOTICED;
}

static bool is_taking(const SimCause *cause)
{
    return cause->kind == SIM_CAUSE_TOOK || cause->kind == SIM_CAUSE_TOOK_NOTICE;
}

/* The last that `peer` did of the kind with the other. */
static void mark_last(const SimCauseStory *story, uint32_t peer,
                      bool (*is_meant)(const SimCause *cause))
{
    for (guint i = story->all->len; i > 0; i--) {
        const SimCause *cause = &g_array_index(story->all, SimCause, i - 1);
        if (cause->peer != peer || !is_between_pair(cause, story->subject) || !is_meant(cause))
            continue;
        story->marks[i - 1] = true;
        return;
    }
}

static void mark_talk(const SimCauseStory *story)
{
    const SimSubject *subject = story->subject;
    mark_last(story, subject->peer, is_sending);
    mark_last(story, subject->peer, is_taking);
    mark_last(story, subject->remote, is_sending);
    mark_last(story, subject->remote, is_taking);
}

/* --- telling --------------------------------------------------------------------------------- */

/* Why the line in which it is made is missing. */
static char *beginning(const SimCauses *self, const SimWorld *world, uint32_t item)
{
    g_autofree char *name = sim_cause_name(world, item);
    uint32_t number = item & SIM_CAUSE_TRX ? 0 : bnet_store_number(sim_world_store(world), item);
    if (number > 0 && number <= sim_world_start_height(world))
        return g_strdup_printf("%s is of the chain that stood at the start", name);
    return g_strdup_printf(self->n > self->capacity ? "how %s began is too long ago to be told"
                                                    : "nothing tells where %s came from",
                           name);
}

/* The block that includes the transaction and that the peer has taken in; BNET_NO_BLOCK: none. */
static BnetBlock including(const SimCauses *self, const SimWorld *world, BnetTrx trx, uint32_t peer)
{
    for (uint64_t i = first_remembered(self); i < self->n; i++) {
        const SimCause *cause = cause_at(self, i);
        if ((cause->kind == SIM_CAUSE_TOOK || cause->kind == SIM_CAUSE_MADE) &&
            cause->peer == peer && !(cause->item & SIM_CAUSE_TRX) &&
            sim_cause_includes(sim_world_store(world), cause->item, trx | SIM_CAUSE_TRX))
            return cause->item;
    }
    return BNET_NO_BLOCK;
}

static uint32_t trx_item(BnetTrx trx)
{
    return trx == BNET_NO_TRX ? 0 : trx | SIM_CAUSE_TRX;
}

static void put_items(const SimCauses *self, SimCauseStory *story)
{
    const SimSubject *subject = story->subject;
    story->items[0] = subject->block;
    story->items[1] = trx_item(subject->trx);
    story->items[2] = subject->other_block;
    story->items[3] = trx_item(subject->other_trx);
    if (subject->trx != BNET_NO_TRX)
        story->items[4] = including(self, story->world, subject->trx, subject->peer);
}

static void mark_all(const SimCauses *self, const SimCauseStory *story, GPtrArray *lines,
                     uint32_t *item)
{
    const SimSubject *subject = story->subject;
    for (guint i = 0; i < G_N_ELEMENTS(story->items); i++) {
        uint32_t it = story->items[i];
        if (it == 0 || mark_way(story, it, holder_of(story, it)))
            continue;
        g_ptr_array_add(lines, beginning(self, story->world, it));
        *item = it;
    }
    if (subject->remote == UINT32_MAX)
        return;
    mark_between(story);
    mark_sessions(story);
    if (subject->talk)
        mark_talk(story);
}

GStrv sim_causes_tell(const SimCauses *self, SimWorld *world, const SimSubject *subject)
{
    SimCauseStory story = {.world = world, .subject = subject};
    GPtrArray *lines = g_ptr_array_new();
    uint32_t item = 0;
    story.all = g_array_new(FALSE, FALSE, sizeof(SimCause));
    put_items(self, &story);
    gather(self, &story);
    story.marks = g_new0(bool, story.all->len + 1);
    mark_all(self, &story, lines, &item);
    for (guint i = 0; i < story.all->len; i++)
        if (story.marks[i])
            g_ptr_array_add(lines,
                            sim_cause_line(&story, &g_array_index(story.all, SimCause, i), &item));
    g_ptr_array_add(lines, NULL);
    g_free(story.marks);
    g_array_unref(story.all);
    return (GStrv)g_ptr_array_free(lines, FALSE);
}

char *sim_causes_last(const SimCauses *self, SimWorld *world, uint32_t peer, uint32_t remote)
{
    SimCause last = {.time_ns = -1};
    SimCause ping;
    if (!self)
        return g_strdup("what nobody remembers");
    for (uint64_t i = self->n; i > first_remembered(self) && last.time_ns < 0; i--) {
        const SimCause *cause = cause_at(self, i - 1);
        if (is_sending(cause) && cause->peer == peer && cause->remote == remote)
            last = *cause;
    }
    if (last_ping(world, peer, remote, &ping) && ping.time_ns > last.time_ns)
        last = ping;
    if (last.time_ns < 0)
        return g_strdup(self->n > self->capacity ? "nothing that is remembered" : "nothing");
    g_autofree char *time = sim_time_text(last.time_ns);
    g_autofree char *name = last.kind == SIM_CAUSE_PINGED ? NULL : sim_cause_name(world, last.item);
    return g_strdup_printf("%s%s at %s",
                           last.kind == SIM_CAUSE_PINGED    ? "a ping"
                           : last.kind == SIM_CAUSE_NOTICED ? "a notice of "
                                                            : "",
                           name ? name : "", time);
}

/* --- life ------------------------------------------------------------------------------------ */

SimCauses *sim_causes_new(SimWorld *world)
{
    (void)world;
    SimCauses *self = g_new0(SimCauses, 1);
    self->observer.mask = 1u << SIM_PRODUCED | 1u << SIM_VERDICT | 1u << SIM_TRX |
                          1u << SIM_OPENED | 1u << SIM_CLOSED | 1u << SIM_STARTED |
                          1u << SIM_STOPPED | 1u << SIM_DIALLED | 1u << SIM_UNDIALLED;
    self->observer.sent =
        1u << BNET_MESSAGE_BLOCK | 1u << BNET_MESSAGE_TRX | 1u << BNET_MESSAGE_BLOCK_NOTICE;
    self->observer.delivered = self->observer.sent | 1u << BNET_MESSAGE_HELLO |
                               1u << BNET_MESSAGE_TRX_NOTICE | 1u << BNET_MESSAGE_MALFORMED;
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
